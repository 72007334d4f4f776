/* engine/load/cut.c -- the texts of sections, cut out of that of the file.
 *
 * An item's text is its window, with the lines of comment above it. What stands before a first key behind a dash is made
 * blank, so that it can be read alone in the column where it stands.
 *
 * A list's text is that of its items; a value that is a collection is cut out, and what is left reads as null: behind a colon
 * or dash of YAML nothing, in JSON the word. So the ordinary reader makes the document of a listed section, with the keys
 * read, compared and refused as always, and a source of pieces (engine/base/part.h) makes its places those of the file.
 */
#include "engine/load/parts.h"

#include "engine/base/utf8.h"
#include "engine/base/vec.h"
#include <stdlib.h>

enum {
	FAR = 64 << 10,			/* a line that is longer has places in the index of the source */
	MUCH = 8,			/* when so much of the text was read in parts, all of it is: one part in */
	MORE = 2			/* more of the text is needed */
};
#define UNSEEN UINT32_MAX

/* ---- places ---- */

/* Behind the line break before `at`, or a byte order mark at the beginning; UINT32_MAX when it is not among so many bytes. */
static uint32_t line_start(cfr_str text, uint32_t at, uint32_t most)
{
	uint32_t from = at < most ? 0 : at - most;
	const char *found = memrchr(text.ptr + from, '\n', at - from);

	if (found)
		return (uint32_t)(found + 1 - text.ptr);
	if (from)
		return UINT32_MAX;
	return cfr_str_starts(text, CFR_STR("\xEF\xBB\xBF")) && at >= CFR__BOM ? CFR__BOM : 0;
}

/* The text of a file, or of some of it around an item (engine/load/text.c). */
typedef struct view {
	cfr_str text;
	uint32_t base;			/* where it begins in the file */
	bool ends;			/* with the file */
} view;

static view all_of(cfr_sections *s)
{
	return (view){ .text = cfr_source_bytes(s->source), .ends = true };
}

/* Tells lines and columns of an offset; false when too little of the text is there. */
static bool place_in(cfr_place *out, cfr_sections *s, const view *v, uint32_t offset)
{
	bool whole = v->base == 0 && v->ends && s->source;
	uint32_t count;
	const uint32_t *lines = whole ? cfr__sections_lines(&count, s)
	                              : atomic_load_explicit(&s->lines, memory_order_acquire);
	uint32_t from = lines ? offset / CFR__LINES * CFR__LINES : 0, start = line_start(v->text, offset - v->base, FAR);

	if (whole && start == UINT32_MAX) {
		*out = cfr_source_place(s->source, offset);
		return true;
	}
	if (start == UINT32_MAX || (!whole && !lines) ||
	    (v->base && (start == 0 || v->text.ptr[start - 1] != '\n')))
		return false;
	out->line = 1 + (lines ? lines[offset / CFR__LINES] : 0) +
	            cfr__count_breaks(v->text.ptr + (from - v->base), offset - from);
	out->column = 1 + (uint32_t)cfr_utf8_count(v->text.ptr + start, offset - v->base - start);
	return true;
}

static uint32_t breaks_before(const uint32_t *lines, cfr_str text, uint32_t at)
{
	uint32_t from = at / CFR__LINES * CFR__LINES;

	return lines[at / CFR__LINES] + cfr__count_breaks(text.ptr + from, at - from);
}

/* The place of `to` from that of `from`. The way is counted, unless it is long and `lines` know. */
static cfr_place advance(cfr_place place, cfr_str text, const uint32_t *lines, uint32_t from, uint32_t to)
{
	uint32_t breaks = lines && to - from > 2 * CFR__LINES
	                  ? breaks_before(lines, text, to) - breaks_before(lines, text, from)
	                  : cfr__count_breaks(text.ptr + from, to - from);

	if (breaks) {
		from = line_start(text, to, UINT32_MAX);
		place = (cfr_place){ place.line + breaks, 1 };
	}
	place.column += (uint32_t)cfr_utf8_count(text.ptr + from, to - from);
	return place;
}

/* ---- what stands around an entry of YAML ---- */

/* Where comments above an item may begin: at the line break before them. Those above the first entry of a list item, or
 * of the document, are above that. In the file: the one in front of `start`, or no less than `lowest`. */
static uint32_t lowest_lead(const cfr__lists *lists, const cfr__list *list, uint32_t item)
{
	const cfr__listed *it = &lists->items[item];
	uint32_t from = it->window.start;

	if (!it->window.alone)
		return from;
	if (item > list->first)
		from = lists->items[item - 1].rest;
	else if (list->owner != CFR__NO_LIST && !lists->items[list->owner].window.sequence)
		from = lists->items[list->owner].window.value;
	return from > 0 && from < it->window.start ? from - 1 : it->window.start;
}

static uint32_t lead_start(const cfr__lists *lists, const cfr__list *list, uint32_t item, const view *v)
{
	uint32_t from = lowest_lead(lists, list, item), start = lists->items[item].window.start;
	const char *found;

	if (item > list->first || from == start)
		return from;
	/* Behind the key that the list is the value of, its line. */
	from = lists->items[list->owner].window.value;
	found = memchr(v->text.ptr + (from - v->base), '\n', start - from);
	return found && found + 1 < v->text.ptr + (start - v->base) ? (uint32_t)(found - v->text.ptr) + v->base : start;
}

/* The column of the first key or scalar behind an entry; dashes, properties and aliases are passed. 0 at the end. What is
 * empty stands behind its dash or properties. UNSEEN when the text, which is of whole lines, ends before it. */
static uint32_t next_column(cfr_str text, uint32_t at, bool ends)
{
	uint32_t dash = 0, empty = 0;	/* columns: of the last dash, and where a value would stand that is not there */

	while (at < text.len) {
		uint32_t line = at;
		char c;

		while (text.ptr[at] == ' ')
			at++;
		if (empty && at - line < dash && !strchr("#\t\r\n", text.ptr[at]))
			return empty;
		for (;;) {
			while (text.ptr[at] == ' ')
				at++;
			c = text.ptr[at];
			if (c == '*') {
				empty = 0;	/* nor is it that */
				break;
			}
			if (c == '-' && strchr(" \t\r\n", text.ptr[at + 1])) {
				dash = ++at - line;
			} else if (c == '&' || c == '!') {
				while (at < text.len && !strchr(" \t\r\n", text.ptr[at]))
					at++;
			} else {
				break;
			}
			empty = 1 + (uint32_t)cfr_utf8_count(text.ptr + line, at - line);
		}
		if (at < text.len && !strchr("*#\t\r\n", c))
			return 1 + (uint32_t)cfr_utf8_count(text.ptr + line, at - line);
		while (at < text.len && text.ptr[at++] != '\n')
			;
	}
	return ends ? empty : UNSEEN;
}

/* ---- an item ---- */

/* JSON: the beginning and end of the lines an item is on, if they are near. */
static void whole_lines(cfr_str text, uint32_t *from, uint32_t *to)
{
	uint32_t start = line_start(text, *from, CFR__MARGIN), end = *to;

	while (end < text.len && end - *to < CFR__MARGIN && text.ptr[end] != '\n')
		end++;
	if (start != UINT32_MAX)
		*from = start;
	if (end == text.len || text.ptr[end] == '\n')
		*to = end;
}

/* Cut out of what is in view; 2 when that is not enough. */
static int cut_item(cfr_source **out, cfr__window *window, cfr_sections *s, uint32_t item, const view *v, cfr_err *err)
{
	const cfr__list *list = cfr__list_around(&s->lists, item);
	cfr__window w = s->lists.items[item].window;
	uint32_t from = w.start - v->base, to = w.end - v->base;
	cfr__around around = { .entry = true };
	cfr_buf part = CFR_BUF_INIT;
	cfr_place place;
	int r;

	if (s->format == CFR_YAML) {
		from = lead_start(&s->lists, list, item, v) - v->base;
		around.later = item > list->first;
		around.first = !around.later && list->owner == CFR__NO_LIST;
		around.next = next_column(v->text, to, v->ends);
	} else {
		whole_lines(v->text, &from, &to);
	}
	if (around.next == UNSEEN || !place_in(&place, s, v, from + v->base))
		return MORE;
	cfr_buf_add(&part, v->text.ptr + from, to - from);
	from += v->base;
	around.lead = w.start - from;
	r = cfr_buf_check(&part, err);
	if (r == 0 && s->format == CFR_YAML && !w.alone)
		memset(part.ptr + around.lead, ' ', w.indent);
	if (r == 0)
		r = cfr__source_part(out, cfr_sections_name(s), &part, &(cfr__piece){ 0, place.line, place.column }, 1,
		                     around, err);
	cfr_buf_release(&part);
	w.start -= from;
	w.end -= from;
	w.key -= w.sequence ? 0 : from;
	w.key_end -= w.sequence ? 0 : from;
	w.value -= from;
	*window = w;
	return r;
}

/* When the outline came from a cache, the text around an item is all that is read: from where lines are known, so that
 * its place can be told, to some way behind it. Whoever asks for much soon needs all of it. */
static int cut_alone(cfr_source **out, cfr__window *window, cfr_sections *s, uint32_t item, cfr_err *err)
{
	uint32_t low = lowest_lead(&s->lists, cfr__list_around(&s->lists, item), item) / CFR__LINES * CFR__LINES;
	uint64_t high = (uint64_t)s->lists.items[item].window.end + CFR__LINES, size = cfr_sections_size(s);
	view v = { .base = low < CFR__LINES ? 0 : low - CFR__LINES, .ends = high >= size };
	cfr_buf text = CFR_BUF_INIT;
	const char *last;
	uint32_t end = (uint32_t)(v.ends ? size : high);
	int r;

	if (atomic_fetch_add_explicit(&s->some, end - v.base, memory_order_relaxed) > size / MUCH)
		return MORE;
	r = cfr__sections_read_some(&text, s, v.base, end);
	v.text = cfr_buf_str(&text);
	if (r == 0 && !v.ends && s->format == CFR_YAML) {
		last = memrchr(text.ptr, '\n', text.len);
		v.text.len = last ? (size_t)(last + 1 - text.ptr) : 0;
	}
	if (r == 0)
		r = v.base + v.text.len < s->lists.items[item].window.end ? MORE
		    : cut_item(out, window, s, item, &v, err);
	cfr_buf_release(&text);
	return r;
}

int cfr__cut_item(cfr_source **out, cfr__window *window, cfr_sections *s, uint32_t item, cfr_err *err)
{
	bool there = atomic_load_explicit(&s->source, memory_order_acquire) != NULL;
	int r = there ? MORE : cut_alone(out, window, s, item, err);
	view all;

	if (r != MORE)
		return r;
	r = cfr__sections_need(s);
	if (r)
		return r;
	all = all_of(s);
	return cut_item(out, window, s, item, &all, err);
}

/* ---- a list ---- */

typedef struct cutter {
	cfr_str text;
	const uint32_t *lines;		/* NULL: unknown */
	cfr_buf part;
	cfr__piece *pieces;
	uint32_t count, cap;
	uint32_t at;			/* in the file: so far it is taken or cut out */
	cfr_place place;		/* of `at` */
	int r;
} cutter;

/* The text up to `to`, and what stands for what is cut out behind it, up to `next`. */
static void cut(cutter *c, uint32_t to, cfr_str instead, uint32_t next, cfr_err *err)
{
	if (c->r == 0)
		c->r = cfr_vec_room(&c->pieces, &c->cap, (uint64_t)c->count + 1, sizeof(*c->pieces), err);
	if (c->r)
		return;
	c->pieces[c->count++] = (cfr__piece){ (uint32_t)c->part.len, c->place.line, c->place.column };
	cfr_buf_add(&c->part, c->text.ptr + c->at, to - c->at);
	cfr_buf_adds(&c->part, instead);
	c->place = advance(c->place, c->text, c->lines, c->at, next);
	c->at = next;
	c->r = cfr_buf_check(&c->part, err);
}

int cfr__cut_list(cfr_source **out, cfr_sections *s, uint32_t number, cfr_err *err)
{
	const cfr__list *list = &s->lists.of[number];
	const cfr__listed *items = s->lists.items + list->first;
	bool yaml = s->format == CFR_YAML;
	cfr__around around = { .entry = true, .first = list->owner == CFR__NO_LIST };
	cutter c = { .r = cfr__sections_need(s) };
	uint32_t blocks;
	view all;

	if (c.r)
		return c.r;
	all = all_of(s);
	c.text = all.text;
	c.lines = cfr__sections_lines(&blocks, s);
	c.at = yaml ? lead_start(&s->lists, list, list->first, &all) : list->start;
	place_in(&c.place, s, &all, c.at);
	for (uint32_t i = 0; i < list->count && c.r == 0; i++) {
		const cfr__listed *item = &items[i];

		if (item->shape >= CFR__UNKNOWN && yaml)
			cut(&c, item->window.value, CFR_STR("\n"), item->rest, err);
		else if (item->shape >= CFR__UNKNOWN)
			cut(&c, item->window.value, CFR_STR("null"), item->window.end, err);
	}
	cut(&c, list->end, CFR_STR(""), list->end, err);
	/* Dashes that the whole list stands behind. */
	if (c.r == 0 && yaml && !items[0].window.alone)
		memset(c.part.ptr, ' ', list->indent);
	if (c.r == 0)
		c.r = cfr__source_part(out, cfr_sections_name(s), &c.part, c.pieces, c.count, around, err);
	cfr_buf_release(&c.part);
	free(c.pieces);
	return c.r;
}
