/* engine/analyze/repeat.c -- what is told of values that stand more than once.
 *
 * Layers, equal values and nearly equal ones are found in three ways and told in one: two values are the same by their ids, a
 * saving is worth telling or not, the value has a word for a name that nothing else in its document has, and it is
 * remembered.
 */
#include "engine/analyze/parts.h"

#include "engine/base/vec.h"
#include <stdio.h>

/* Below this nobody would thank for being told. What makes a composition of files that were none must bring more. */
enum { LEAST = 256, ENOUGH = 64 << 10, PERCENT = 100, COMPOSED = 4 };

bool cfr__analyze_worth(const cfr__analyzer *a, const cfr__part *part, cfr_sharing how, uint64_t saved)
{
	bool composed = how == CFR_SHARE_REF || how == CFR_SHARE_INCLUDE || how == CFR_SHARE_FILE;
	uint64_t times = composed ? COMPOSED : 1, bytes = a->result->files[part->file].bytes;

	return saved >= ENOUGH || (saved >= times * LEAST && saved >= times * bytes / PERCENT);
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

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

void cfr__analyze_name(char out[32], const cfr__part *part, uint32_t rank)
{
	enum { LONGEST = 24 };
	cfr_str word = cfr__analyze_anchor(part, rank);
	size_t n = 0;

	if (word.ptr && word.len < 32) {
		memcpy(out, word.ptr, word.len);
		out[word.len] = '\0';
		return;
	}
	for (cfr_node node = cfr_document_node(part->doc, rank);; ) {
		word = cfr_node_key(node);
		if (word.ptr || !cfr_node_parent(&node, node))
			break;
	}
	for (size_t i = 0; i < word.len && n < LONGEST; i++) {
		char c = is_word(word.ptr[i]) ? word.ptr[i] : '-';
		if (c != '-' || (n > 0 && out[n - 1] != '-'))
			out[n++] = c;
	}
	while (n > 0 && out[n - 1] == '-')
		n--;
	memcpy(out + n, n ? "" : "shared", n ? 1 : sizeof("shared"));
}

static bool name_taken(const cfr__analyzer *a, const cfr__part *part, const cfr_repeat *repeat)
{
	char mark[sizeof(repeat->name) + 1] = "&";
	size_t n = strlen(repeat->name);
	const char *at = part->text.ptr, *end = at + part->text.len;

	for (uint32_t i = 0; i < a->result->repeat_count; i++) {
		const cfr_repeat *other = &a->result->repeats[i];
		if (&a->parts[other->spots[0].document] == part && strcmp(other->name, repeat->name) == 0)
			return true;
	}
	memcpy(mark + 1, repeat->name, n + 1);
	while (at && (at = memmem(at, (size_t)(end - at), mark, n + 1)) != NULL) {
		at += n + 1;
		if (at == end || !is_word(*at))
			return true;
	}
	return false;
}

size_t cfr__analyze_number(const cfr__analyzer *a, cfr_repeat *repeat, const cfr__part *part)
{
	size_t n = strlen(repeat->name);

	for (unsigned number = 2; name_taken(a, part, repeat) && number < 10000; number++)
		snprintf(repeat->name + n, sizeof(repeat->name) - n, "-%u", number);
	return strlen(repeat->name);
}

int cfr__analyze_add_repeat(cfr__analyzer *a, const cfr_repeat *repeat, cfr_err *err)
{
	cfr_analysis *result = a->result;
	int r = cfr_vec_room(&result->repeats, &a->repeat_cap, (uint64_t)result->repeat_count + 1,
	                     sizeof(*result->repeats), err);

	if (r == 0)
		result->repeats[result->repeat_count++] = *repeat;
	return r;
}
