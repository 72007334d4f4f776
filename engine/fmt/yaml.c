/* engine/fmt/yaml.c -- YAML: what stands in which column.
 *
 * Every block collection has a column as it was and one as it will be; what begins a line is moved from the one to the
 * other. A mapping under a key goes in by a step, a sequence by a step or not at all, whatever follows `- ` on its line
 * stands behind it. Lines that are nobody's (comments that stand elsewhere, further lines of scalars and of flow
 * collections) keep their distance to the collection around them, counted in steps. So on a text whose columns are right
 * already the whole map is the identity, and formatting twice is formatting once.
 */
#include <stdlib.h>

#include "engine/base/vec.h"
#include "engine/fmt/yaml_parts.h"

/* What begins at a token, and where. */
typedef struct place {
	const cfr__fmt_token *token;
	uint32_t old;			/* column; of a token that does not begin its line, what it is worth */
	uint32_t now;
	bool first;			/* of its line */
	bool opens;			/* something deeper begins here: comments above belong to it */
} place;

/* ---- columns ---- */

static bool opens_flow(uint8_t type)
{
	return type == YAML_FLOW_MAPPING_START_TOKEN || type == YAML_FLOW_SEQUENCE_START_TOKEN;
}

static bool closes_flow(uint8_t type)
{
	return type == YAML_FLOW_MAPPING_END_TOKEN || type == YAML_FLOW_SEQUENCE_END_TOKEN;
}

static bool is_property(uint8_t type)
{
	return type == YAML_ANCHOR_TOKEN || type == YAML_TAG_TOKEN || type == YAML_ALIAS_TOKEN;
}

static bool has_tab(const cfr__fmt *f, uint32_t at, uint32_t column)
{
	return column && memchr(f->text.ptr + at - column, '\t', column);
}

/* Columns of a line whose distance to a collection is kept. */
static uint32_t moved(const cfr__fmt_ways *ways, const cfr__fmt_block *base, uint32_t old)
{
	if (old >= base->old)
		return base->now + cfr__fmt_scale(ways, old - base->old);
	return base->now > base->old - old ? base->now - (base->old - old) : 0;
}

static uint32_t flow_column(const cfr__fmt_walk *y, const place *p)
{
	uint32_t deep = y->flow - closes_flow(p->token->type);

	if (has_tab(y->f, p->token->start, p->old))
		return y->flow_base.now + y->ways.step * deep;
	return moved(&y->ways, &y->flow_base, p->old);
}

/* The column of what begins a line outside brackets. `key`: a key without `?`. */
static uint32_t block_column(const cfr__fmt_walk *y, const place *p, cfr__fmt_kind pending, bool key)
{
	const cfr__fmt_block *top = cfr__fmt_top(y);
	uint8_t type = p->token->type;

	if (!top)
		return 0;
	if (pending == CFR__FMT_NONE &&
	    (key || type == YAML_BLOCK_ENTRY_TOKEN || type == YAML_KEY_TOKEN || type == YAML_VALUE_TOKEN))
		return top->now;
	if (top->kind != CFR__FMT_MAP)
		return top->now + 2;
	if (pending == CFR__FMT_FLUSH && (top->explicit || y->ways.keep))
		return top->now;
	if (pending == CFR__FMT_FLUSH || (pending == CFR__FMT_SEQ && !top->explicit))
		return top->now + (y->ways.indented ? y->ways.step : 0);
	return top->now + y->ways.step;
}

/* ---- comments ---- */

/* A comment goes with the line below it when it stands in its column, or when something begins there; else with the
 * innermost collection whose column it has; else it keeps its distance. `next` NULL: at the end. */
static uint32_t comment_column(const cfr__fmt_walk *y, uint32_t at, uint32_t line, const place *next)
{
	uint32_t old = at - line, now;
	uint32_t open = y->high > y->depth ? y->high : y->depth;
	const cfr__fmt_block *top = cfr__fmt_top(y), *inner = NULL, *outer = NULL;

	if (y->flow && next)
		return has_tab(y->f, at, old) ? y->flow_base.now + y->ways.step * y->flow : moved(&y->ways, &y->flow_base, old);
	if (next && (old == next->old || has_tab(y->f, at, old)))
		now = next->now;
	else if (next && next->opens && old > (top ? top->old : 0))
		now = next->now;
	else {
		for (uint32_t i = open; i-- > 0 && !outer;) {
			if (y->blocks[i].old <= old)
				outer = &y->blocks[i];
			else
				inner = &y->blocks[i];
		}
		now = outer ? moved(&y->ways, outer, old) : old;
		if (inner && now > inner->now)
			now = inner->now;
	}
	if (y->ended && open && now > y->blocks[open - 1].now)
		now = y->blocks[open - 1].now;
	return now;
}

/* ---- gaps ---- */

/* The four tokens of an entry `key: value` on one line: a key without width, its scalar, the colon, the value. */
static bool is_entry(const cfr__fmt_walk *y, const cfr__fmt_token *t)
{
	const cfr__fmt_token *end = y->tokens + y->count;

	return t >= y->tokens && end - t >= 4 && t[0].type == YAML_KEY_TOKEN && t[0].start == t[0].end &&
	       t[1].type == YAML_SCALAR_TOKEN && t[2].type == YAML_VALUE_TOKEN && t[2].start == t[1].end &&
	       t[3].type == YAML_SCALAR_TOKEN && t[3].start > t[2].end && !cfr__fmt_breaks(y->f, t[2].end, t[3].start);
}

static bool same_column(const cfr__fmt_walk *y, const cfr__fmt_token *a, const cfr__fmt_token *b)
{
	return is_entry(y, a) && is_entry(y, b) && a[3].start - a[1].start == b[3].start - b[1].start &&
	       cfr__fmt_breaks(y->f, a[3].end, b[1].start) == 1 &&
	       cfr__fmt_column(y->f, a[1].start) == cfr__fmt_column(y->f, b[1].start);
}

/* Does a value stand below or above another that its author has put in the same column? */
static bool aligned(const cfr__fmt_walk *y, const cfr__fmt_token *value)
{
	const cfr__fmt_token *entry = value - 3;

	return y->flow == 0 && value - y->tokens >= 3 && value->start - entry[2].end > 1 &&
	       ((value - y->tokens >= 7 && same_column(y, entry - 4, entry)) || same_column(y, entry, entry + 4));
}

/* Blanks between two tokens of a line; -1: as they are. */
static int blanks_between(const cfr__fmt_walk *y, uint8_t a, const cfr__fmt_token *next)
{
	const uint8_t b = next->type;
	bool ends = closes_flow(b) || b == YAML_FLOW_ENTRY_TOKEN;

	if (a == YAML_BLOCK_ENTRY_TOKEN || a == YAML_DOCUMENT_START_TOKEN)
		return 1;
	if (a == YAML_VALUE_TOKEN || a == YAML_KEY_TOKEN)
		return ends || b == YAML_VALUE_TOKEN || aligned(y, next) ? -1 : 1;
	if (b == YAML_VALUE_TOKEN)
		return is_property(a) ? 1 : a == YAML_SCALAR_TOKEN || closes_flow(a) ? 0 : -1;
	if (is_property(a))
		return ends ? -1 : 1;
	if (opens_flow(a) && closes_flow(b))
		return 0;
	if (opens_flow(a) || closes_flow(b))
		return b == YAML_FLOW_ENTRY_TOKEN || y->flow == 0 ? -1 : y->pads[y->flow - 1];
	if (b == YAML_FLOW_ENTRY_TOKEN)
		return a == YAML_FLOW_ENTRY_TOKEN ? -1 : 0;
	return a == YAML_FLOW_ENTRY_TOKEN ? 1 : -1;
}

/* The comments of a gap, each with the white space before it. *from: behind the last. */
static int comments(cfr__fmt_walk *y, uint32_t *from, uint32_t to, const place *next)
{
	cfr__fmt *f = y->f;
	uint32_t at = *from;
	int r = 0;

	while (r == 0 && at < to) {
		uint32_t line = at, stop;

		if (f->text.ptr[at] != '#') {
			at++;
			continue;
		}
		while (line > *from && !cfr__fmt_break(f->text.ptr[line - 1]))
			line--;
		if (line > *from || line == f->base)	/* else it stands behind a token, and as far from it as it likes */
			r = cfr__fmt_lines(f, *from, at, 0, UINT32_MAX, comment_column(y, at, line, next), false);
		stop = cfr__fmt_line_end(f, at, to);
		*from = f->style.keep_trailing ? stop : cfr__fmt_back(f, stop, at);
		at = stop;
	}
	return r;
}

static int gap(cfr__fmt_walk *y, const place *next)
{
	cfr__fmt *f = y->f;
	uint32_t from = y->at, to = next->token->start;
	int blanks, r = comments(y, &from, to, next);

	if (r)
		return r;
	if (next->first)
		return cfr__fmt_lines(f, from, to, 0, UINT32_MAX, next->now, false);
	blanks = blanks_between(y, y->last, next->token);
	return blanks < 0 ? 0 : cfr__fmt_spaces(f, from, to, (uint32_t)blanks);
}

static int last_gap(cfr__fmt_walk *y)
{
	uint32_t from = y->at;
	int r = comments(y, &from, (uint32_t)y->f->text.len, NULL);

	return r ? r : cfr__fmt_end(y->f, from, !y->open_end);
}

/* ---- the walk ---- */

static void place_of(place *out, cfr__fmt_walk *y, const cfr__fmt_token *t, cfr__fmt_kind pending, bool key)
{
	bool document = t->type == YAML_DOCUMENT_START_TOKEN || t->type == YAML_DOCUMENT_END_TOKEN ||
	                t->type == YAML_VERSION_DIRECTIVE_TOKEN || t->type == YAML_TAG_DIRECTIVE_TOKEN;
	int blanks;

	*out = (place){ .token = t, .old = cfr__fmt_next_column(y, t->start) };
	out->first = y->at == y->f->base || cfr__fmt_breaks(y->f, y->at, t->start) > 0;
	if (!out->first) {
		blanks = blanks_between(y, y->last, t);
		out->now = y->column + (blanks < 0 ? t->start - y->at : (uint32_t)blanks);
	} else if (document) {
		out->now = 0;
	} else if (y->flow) {
		out->now = flow_column(y, out);
	} else {
		out->now = block_column(y, out, pending, key);
		out->opens = pending != CFR__FMT_NONE || !(key || t->type == YAML_BLOCK_ENTRY_TOKEN ||
		                                           t->type == YAML_KEY_TOKEN || t->type == YAML_VALUE_TOKEN);
	}
}

/* Of a sequence in the column of its key nothing is told but its dashes. */
static cfr__fmt_kind flush_here(cfr__fmt_walk *y, const cfr__fmt_token *t)
{
	const cfr__fmt_block *top;

	if (t->type == YAML_KEY_TOKEN || t->type == YAML_VALUE_TOKEN)
		cfr__fmt_close_flush(y);
	top = cfr__fmt_top(y);
	return t->type == YAML_BLOCK_ENTRY_TOKEN && top && top->kind == CFR__FMT_MAP ? CFR__FMT_FLUSH : CFR__FMT_NONE;
}

/* Blanks between an opening bracket and what follows on its line; what stands before the closing one follows suit. */
static bool padded(const cfr__fmt *f, uint32_t at)
{
	uint32_t stop = cfr__fmt_skip_blanks(f, at, (uint32_t)f->text.len);

	return stop > at && stop < f->text.len && !cfr__fmt_break(f->text.ptr[stop]) && f->text.ptr[stop] != '#';
}

static int visible(cfr__fmt_walk *y, const cfr__fmt_token *t, cfr__fmt_kind pending, bool key)
{
	cfr__fmt *f = y->f;
	place p;
	int r;

	if (y->flow == 0 && pending == CFR__FMT_NONE)
		pending = flush_here(y, t);
	place_of(&p, y, t, pending, key);
	r = gap(y, &p);
	y->ended = y->open_end = false;
	if (r == 0 && pending != CFR__FMT_NONE)
		r = cfr__fmt_open(y, pending, p.old, p.now);
	y->high = y->depth;
	if (r)
		return r;
	if (y->depth && y->flow == 0 && t->type == YAML_KEY_TOKEN)
		y->blocks[y->depth - 1].explicit = true;
	if (y->flow == 0 && opens_flow(t->type)) {
		const cfr__fmt_block *top = cfr__fmt_top(y);

		y->flow_base = p.first || !top ? (cfr__fmt_block){ .old = p.first ? p.old : 0, .now = p.first ? p.now : 0 }
		                               : *top;
	}
	if (opens_flow(t->type)) {
		r = cfr_vec_room(&y->pads, &y->flow_cap, (uint64_t)y->flow + 1, sizeof(*y->pads), f->err);
		if (r)
			return r;
		y->pads[y->flow++] = padded(f, t->end);
	}
	y->flow -= y->flow && closes_flow(t->type);
	if (t->type == YAML_SCALAR_TOKEN)
		r = cfr__fmt_scalar(y, t, p.first, p.old, p.now);
	y->column = p.now + (t->end - t->start);
	y->at = t->end;
	y->last = t->type;
	if ((t->type == YAML_VERSION_DIRECTIVE_TOKEN || t->type == YAML_TAG_DIRECTIVE_TOKEN))
		y->at = cfr__fmt_back(f, t->end, t->start);
	return r;
}

/* Where a block scalar ends, before its last line break. */
static void cut_block_scalar(const cfr__fmt_walk *y, cfr__fmt_token *t)
{
	const cfr__fmt *f = y->f;
	const cfr__fmt_block *top = cfr__fmt_top(y);
	uint32_t end = (uint32_t)cfr__block_scalar_end(f->text, t->start, t->end, top ? (int)top->old : -1);

	if (end > t->start && f->text.ptr[end - 1] == '\n')
		end--;
	if (end > t->start && f->text.ptr[end - 1] == '\r')
		end--;
	t->end = end;
}

static int walk(cfr__fmt_walk *y)
{
	cfr__fmt_kind pending = CFR__FMT_NONE;
	bool key = false;
	int r = 0;

	for (uint32_t i = 0; r == 0 && i < y->count; i++) {
		cfr__fmt_token *t = &y->tokens[i];

		switch (t->type) {
		case YAML_BLOCK_END_TOKEN:
			cfr__fmt_close(y);
			break;
		case YAML_BLOCK_SEQUENCE_START_TOKEN:
			pending = CFR__FMT_SEQ;
			break;
		case YAML_BLOCK_MAPPING_START_TOKEN:
			pending = CFR__FMT_MAP;
			break;
		default:
			if (t->type == YAML_KEY_TOKEN && t->end == t->start) {
				if (y->flow == 0) {
					if (pending == CFR__FMT_NONE)
						cfr__fmt_close_flush(y);
					if (pending == CFR__FMT_NONE && y->depth)
						y->blocks[y->depth - 1].explicit = false;
					key = true;
				}
				break;
			}
			if (t->style == YAML_LITERAL_SCALAR_STYLE || t->style == YAML_FOLDED_SCALAR_STYLE)
				cut_block_scalar(y, t);
			r = visible(y, t, pending, key);
			pending = CFR__FMT_NONE;
			key = false;
		}
	}
	return r ? r : last_gap(y);
}

int cfr__fmt_yaml(cfr__fmt *f)
{
	cfr__fmt_walk y = { .f = f, .at = f->base };
	uint32_t last = (uint32_t)f->text.len;
	int r = cfr__fmt_scan(&y);

	while (last > f->base && (cfr__fmt_blank(f->text.ptr[last - 1]) || cfr__fmt_break(f->text.ptr[last - 1])))
		last--;
	cfr__fmt_count_ends(f, f->base, last);
	cfr__fmt_choose_ends(f, last);
	if (r == 0)
		r = cfr__fmt_learn(&y);
	if (r == 0)
		r = walk(&y);
	free(y.tokens);
	free(y.blocks);
	free(y.pads);
	return r;
}
