/* engine/analyze/advise.c -- what is worth doing, the most bytes first.
 *
 * The steps before have seen to it that their pieces do not overlap. White space is the exception: some of it lies in what
 * other advice takes away, and that is taken off here.
 */
#include "engine/analyze/parts.h"

#include <stdlib.h>

enum { LARGE = 1 << 20, MUCH_BLANK = 5, PERCENT = 100 };	/* a fifth */

static int by_saved(const void *left, const void *right)
{
	const cfr_advice *a = left, *b = right;

	if (a->saved != b->saved)
		return a->saved < b->saved ? 1 : -1;
	if (a->kind != b->kind)
		return a->kind > b->kind ? 1 : -1;
	return (a->item > b->item) - (a->item < b->item);
}

static int by_worth(const void *left, const void *right)
{
	const cfr_repeat *a = left, *b = right;

	if (a->saved != b->saved)
		return a->saved < b->saved ? 1 : -1;
	if (a->spots[0].document != b->spots[0].document)
		return a->spots[0].document > b->spots[0].document ? 1 : -1;
	return (a->spots[0].node.at > b->spots[0].node.at) - (a->spots[0].node.at < b->spots[0].node.at);
}

/* Blanks of JSON outside of its texts; `trailing`: only those before line ends. */
static uint64_t blanks_in(cfr_str text, uint32_t from, uint32_t to, bool trailing)
{
	uint64_t count = 0, run = 0;
	bool quoted = false;

	for (uint32_t at = from; at < to; at++) {
		char c = text.ptr[at];

		if (quoted && !trailing) {
			at += c == '\\';
			quoted = c != '"';
		} else if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
			bool ends = c == '\n' || c == '\r';
			count += trailing ? (ends ? run : 0) : 1;
			run = ends ? 0 : run + 1;
		} else {
			run = 0;
			quoted = c == '"';
		}
	}
	return count;
}

/* Blanks of a file that lie in what goes anyway. */
static uint64_t blanks_gone(const cfr__analyzer *a, const cfr_analyzed_file *file, bool trailing)
{
	uint64_t count = 0;

	for (uint32_t i = 0; i < file->documents; i++) {
		const cfr__part *part = &a->parts[file->document + i];

		for (uint32_t rank = 0; rank < part->count;) {
			const cfr_entry entry = cfr__ranked(part, rank);

			if (!(part->marks[rank] & CFR__GONE)) {
				rank++;
				continue;
			}
			count += blanks_in(part->text, entry.start, entry.end, trailing);
			rank = entry.next;
		}
	}
	return count;
}

static void add(cfr_analysis *result, cfr_advice_kind kind, uint32_t item, uint64_t saved)
{
	result->advice[result->advice_count++] = (cfr_advice){ kind, item, saved };
}

static bool is_blank(char c) { return c == ' ' || c == '\t'; }

/* What goes with an anchor: the `&`, its name, and a blank behind or before them. */
static uint64_t anchor_gone(cfr_str text, cfr_str name)
{
	size_t at = (size_t)(name.ptr - text.ptr) - 1, end = at + 1 + name.len;
	bool blank = (end < text.len && is_blank(text.ptr[end])) || (at > 0 && is_blank(text.ptr[at - 1]));

	return 1 + name.len + blank;
}

static void advise_on_file(cfr__analyzer *a, uint32_t number)
{
	cfr_analysis *result = a->result;
	const cfr_analyzed_file *file = &result->files[number];
	const cfr__part *part = &a->parts[file->document];
	uint64_t anchors = 0, gone;
	bool any = false;

	for (uint32_t i = 0; i < result->unused_count; i++) {
		const cfr_unused *unused = &result->unused[i];
		const cfr__part *of = &a->parts[unused->spot.document];

		if (of->file != number)
			continue;
		any = true;
		if (!(of->marks[cfr_document_rank(of->doc, unused->spot.node)] & CFR__GONE))
			anchors += anchor_gone(of->text, unused->name);
	}
	if (any)
		add(result, CFR_ADVISE_ANCHORS, number, anchors);
	if (file->format == CFR_JSON && file->bytes >= LARGE && file->makeup.blanks >= file->bytes / MUCH_BLANK) {
		gone = blanks_gone(a, file, false);
		if (file->makeup.blanks > gone)
			add(result, CFR_ADVISE_COMPACT, number, file->makeup.blanks - gone);
	} else if (file->makeup.trailing >= file->bytes / PERCENT) {
		gone = blanks_gone(a, file, true);
		if (file->makeup.trailing > gone && cfr__analyze_worth(a, part, CFR_SHARE_NONE, file->makeup.trailing - gone))
			add(result, CFR_ADVISE_TRIM, number, file->makeup.trailing - gone);
	}
}

int cfr__analyze_advise(cfr__analyzer *a, cfr_err *err)
{
	cfr_analysis *result = a->result;
	size_t most = (size_t)result->repeat_count + result->giant_count + 2 * (size_t)result->file_count + 1;

	if (!(result->advice = cfr_arena_alloc(a->memory, most * sizeof(*result->advice))))
		return cfr_err_nomem(err);
	if (result->repeat_count > 1)
		qsort(result->repeats, result->repeat_count, sizeof(*result->repeats), by_worth);
	for (uint32_t i = 0; i < result->repeat_count; i++) {
		const cfr_repeat *repeat = &result->repeats[i];
		if (repeat->how != CFR_SHARE_NONE &&
		    cfr__analyze_worth(a, &a->parts[repeat->spots[0].document], repeat->how, repeat->saved))
			add(result, CFR_ADVISE_SHARE, i, repeat->saved);
	}
	for (uint32_t i = 0; i < result->giant_count; i++)
		add(result, CFR_ADVISE_MOVE, i, result->giants[i].saved);
	for (uint32_t i = 0; i < result->file_count; i++)
		advise_on_file(a, i);
	if (result->advice_count > 1)
		qsort(result->advice, result->advice_count, sizeof(*result->advice), by_saved);
	return 0;
}
