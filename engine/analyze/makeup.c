/* engine/analyze/makeup.c -- what the bytes of a text are: keys, values, comments, white space, marks.
 *
 * Keys and scalars have their places; what lies between them is looked at byte by byte. There are comments, which begin as the
 * format has it, blanks, and the marks of the syntax. The places are sorted first, since a TOML table may have its parts
 * anywhere; those of other formats are in order already.
 */
#include "engine/analyze/parts.h"

#include <stdlib.h>

typedef struct span {
	uint32_t start, end;
	bool key;
} span;

static int by_start(const void *left, const void *right)
{
	const span *a = left, *b = right;

	return a->start != b->start ? (a->start > b->start) - (a->start < b->start) : (a->end > b->end) - (a->end < b->end);
}

/* Keys and scalars as they are written. */
static void add_spans(span *spans, size_t *count, bool *sorted, const cfr__part *part)
{
	for (uint32_t rank = 0; rank < part->count; rank++) {
		const cfr_entry entry = cfr__ranked(part, rank);
		bool via = part->marks[rank] & CFR__VIA;
		span key = { entry.key_start, entry.key_start + entry.key_len, true };

		if (via && !(part->marks[rank] & CFR__VIA_TOP && part->bytes[rank] > 0))
			continue;
		if (entry.key_len > 0) {
			*sorted = *sorted && (*count == 0 || spans[*count - 1].start <= key.start);
			spans[(*count)++] = key;
		}
		if (!via && entry.style < CFR_BLOCK && entry.end > entry.start) {
			*sorted = *sorted && (*count == 0 || spans[*count - 1].start <= entry.start);
			spans[(*count)++] = (span){ entry.start, entry.end, false };
		}
	}
}

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

/* The end of the comment that begins at an offset; the offset itself when none does. */
static uint32_t comment_end(cfr_str text, uint32_t at, uint32_t end, cfr_format format)
{
	char c = text.ptr[at], before = at > 0 ? text.ptr[at - 1] : '\n';
	uint32_t i = at;

	if (format == CFR_JSONC || format == CFR_JSON || format == CFR_JSONL) {
		if (c != '/' || at + 1 >= end || (text.ptr[at + 1] != '/' && text.ptr[at + 1] != '*'))
			return at;
		if (text.ptr[at + 1] == '*') {
			for (i = at + 2; i + 1 < end && !(text.ptr[i] == '*' && text.ptr[i + 1] == '/'); i++)
				continue;
			return i + 1 < end ? i + 2 : end;
		}
	} else if (c != '#' && !(format == CFR_PROPERTIES && c == '!')) {
		return at;
	} else if (format == CFR_YAML && !is_blank(before)) {
		return at;		/* part of a tag */
	}
	while (i < end && text.ptr[i] != '\n' && text.ptr[i] != '\r')
		i++;
	return i;
}

static void count_gap(cfr_makeup *makeup, cfr_str text, uint32_t at, uint32_t end, cfr_format format)
{
	uint64_t blanks = 0;		/* since the last visible byte or line end */

	while (at < end) {
		uint32_t behind = comment_end(text, at, end, format);

		if (behind > at) {
			makeup->comments += behind - at;
			at = behind;
			blanks = 0;
			continue;
		}
		if (is_blank(text.ptr[at])) {
			bool ends = text.ptr[at] == '\n' || text.ptr[at] == '\r';
			makeup->trailing += ends ? blanks : 0;
			makeup->blanks++;
			blanks = ends ? 0 : blanks + 1;
		} else {
			makeup->marks++;
			blanks = 0;
		}
		at++;
	}
}

static void count_text(cfr_makeup *makeup, const span *spans, size_t count, cfr_str text, cfr_format format)
{
	uint32_t at = 0;

	for (size_t i = 0; i < count; i++) {
		if (spans[i].start > at)
			count_gap(makeup, text, at, spans[i].start, format);
		if (spans[i].start > at)
			at = spans[i].start;
		if (spans[i].end > at) {
			*(spans[i].key ? &makeup->keys : &makeup->values) += spans[i].end - at;
			at = spans[i].end;
		}
	}
	if (at < text.len)
		count_gap(makeup, text, at, (uint32_t)text.len, format);
}

uint32_t cfr__analyze_comments(const cfr__part *part, uint32_t rank)
{
	uint32_t end = cfr__ranked(part, rank).next, at = cfr__ranked(part, rank).start, count = 0;

	for (; rank < end; rank++) {
		const cfr_entry entry = cfr__ranked(part, rank);
		uint32_t to = entry.key_len > 0 ? entry.key_start : entry.start;

		if (part->marks[rank] & CFR__VIA)
			continue;
		while (at < to) {
			uint32_t behind = comment_end(part->text, at, to, part->format);
			count += behind > at;
			at = behind > at ? behind : at + 1;
		}
		to = entry.style < CFR_BLOCK ? entry.end : entry.key_start + entry.key_len;
		at = to > at ? to : at;
	}
	return count;
}

int cfr__analyze_makeup(cfr__analyzer *a, cfr_err *err)
{
	size_t most = 0;
	span *spans;

	for (uint32_t i = 0; i < a->result->file_count; i++)
		most = a->result->files[i].nodes > most ? (size_t)a->result->files[i].nodes : most;
	if (!(spans = cfr_arena_alloc(&a->scratch, (2 * most + 1) * sizeof(*spans))))
		return cfr_err_nomem(err);
	for (uint32_t i = 0; i < a->result->file_count; i++) {
		cfr_analyzed_file *file = &a->result->files[i];
		bool sorted = true;
		size_t count = 0;

		for (uint32_t k = 0; k < file->documents; k++)
			add_spans(spans, &count, &sorted, &a->parts[file->document + k]);
		if (!sorted)
			qsort(spans, count, sizeof(*spans), by_start);
		count_text(&file->makeup, spans, count, cfr_source_bytes(file->source), file->format);
	}
	return 0;
}
