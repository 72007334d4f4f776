/* engine/analyze/saved.c -- what a piece of advice would save, and whether that is worth saying.
 *
 * Bytes that an earlier one takes away are marked, so that nothing is counted twice.
 */
#include "engine/analyze/parts.h"

#include "engine/base/vec.h"

/* Below this nobody would thank for being told. What makes a composition of files that were none must bring more. */
enum { LEAST = 256, ENOUGH = 64 << 10, PERCENT = 100, COMPOSED = 4 };

bool cfr__analyze_worth(const cfr__analyzer *a, const cfr__part *part, cfr_sharing how, uint64_t saved)
{
	bool composed = how == CFR_SHARE_REF || how == CFR_SHARE_INCLUDE || how == CFR_SHARE_FILE;
	uint64_t times = composed ? COMPOSED : 1, bytes = a->result->files[part->file].bytes;

	return saved >= ENOUGH || (saved >= times * LEAST && saved >= times * bytes / PERCENT);
}

uint64_t cfr__analyze_left(const cfr__part *part, uint32_t rank)
{
	uint32_t end = cfr__ranked(part, rank).next;
	uint64_t left = part->bytes[rank];

	if (part->marks[rank] & CFR__GONE)
		return 0;
	for (uint32_t at = rank + 1; at < end;) {
		if (part->marks[at] & CFR__GONE) {
			left -= part->bytes[at] < left ? part->bytes[at] : left;
			at = cfr__ranked(part, at).next;
		} else {
			at++;
		}
	}
	return left;
}

uint64_t cfr__analyze_line(const cfr__part *part, uint32_t rank)
{
	uint32_t at = cfr__ranked(part, rank).key_start, from = at;

	while (from > 0 && (part->text.ptr[from - 1] == ' ' || part->text.ptr[from - 1] == '\t'))
		from--;
	if (from > 0 && part->text.ptr[from - 1] != '\n' && part->text.ptr[from - 1] != '\r')
		return cfr__analyze_left(part, rank) + 2;	/* a comma and a blank, or a dash before it */
	return cfr__analyze_left(part, rank) + (at - from) + 1;
}

void cfr__analyze_mark(cfr__part *part, uint32_t rank, uint8_t mark)
{
	uint32_t end = cfr__ranked(part, rank).next;

	for (; rank < end; rank++)
		part->marks[rank] |= mark;
}

bool cfr__analyze_needed(const cfr__part *part, uint32_t rank)
{
	return part->anchored && part->anchored[cfr__ranked(part, rank).next] > part->anchored[rank];
}

int cfr__analyze_equal(bool *out, cfr_node a, cfr_node b, cfr_err *err)
{
	cfr_kind kind = cfr_node_kind(a);
	cfr_id x, y;
	int r;

	if (kind != cfr_node_kind(b) || cfr_node_size(a) != cfr_node_size(b)) {
		*out = false;
		return 0;
	}
	if (cfr_node_size(a) == 0)
		return cfr_node_equal(out, a, b, err);
	if ((r = cfr_node_id(&x, a, err)) < 0 || (r = cfr_node_id(&y, b, err)) < 0)
		return r;
	*out = memcmp(x.bytes, y.bytes, sizeof(x.bytes)) == 0;
	return 0;
}

int cfr__analyze_add_repeat(cfr__analyzer *a, const cfr_repeat *repeat, cfr_err *err)
{
	cfr_analysis *result = a->result;
	int r = cfr_vec_room(&result->repeats, &a->repeat_cap, (uint64_t)result->repeat_count + 1, sizeof(*result->repeats), err);

	if (r == 0)
		result->repeats[result->repeat_count++] = *repeat;
	return r;
}
