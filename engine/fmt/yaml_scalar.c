/* engine/fmt/yaml_scalar.c -- scalars of YAML over several lines, in another column.
 *
 * The lines of a plain or quoted scalar are folded: the blanks before them are nothing, and they move with what the
 * scalar belongs to. Those inside quotes at the ends of lines are left, for a backslash may stand before them.
 *
 * The lines of a block scalar are its value less the indentation, so all of them move by the same. With an indentation
 * indicator the content stays as far from its parent as the digit says.
 */
#include "engine/fmt/yaml_parts.h"

/* ---- folded lines ---- */

/* The column of a further line, `blanks` in. */
static uint32_t further(const cfr__fmt_walk *y, const cfr__fmt_block *base, uint32_t at, uint32_t blanks)
{
	const cfr__fmt_block *top = y->flow ? NULL : cfr__fmt_top(y);
	uint32_t least = top ? top->now + 1 : 0, column;

	for (uint32_t i = 0; i < blanks; i++) {
		if (y->f->text.ptr[at + i] == '\t') {
			column = base->now + y->ways.step;
			return column < least ? least : column;
		}
	}
	if (blanks >= base->old)
		column = base->now + cfr__fmt_scale(&y->ways, blanks - base->old);
	else
		column = base->now > base->old - blanks ? base->now - (base->old - blanks) : 0;
	return column < least ? least : column;
}

static int folded(cfr__fmt_walk *y, const cfr__fmt_token *t, const cfr__fmt_block *base)
{
	cfr__fmt *f = y->f;
	bool plain = t->style == YAML_PLAIN_SCALAR_STYLE;
	uint32_t at = cfr__fmt_line_end(f, t->start, t->end);
	int r = 0;

	while (r == 0 && at < t->end) {
		uint32_t from = plain ? cfr__fmt_back(f, at, t->start) : at;
		uint32_t next = cfr__fmt_skip_break(f, at, t->end), first = cfr__fmt_skip_blanks(f, next, t->end);
		bool empty = first < t->end && cfr__fmt_break(f->text.ptr[first]);

		r = cfr__fmt_put(f, from, at, CFR_STR(""));
		if (r == 0)
			r = cfr__fmt_break_inside(f, at, next);
		if (r == 0 && !empty)
			r = cfr__fmt_spaces(f, next, first, further(y, base, next, first - next));
		at = empty && plain ? next : first;
		at = cfr__fmt_line_end(f, at, t->end);
	}
	return r;
}

/* ---- block scalars ---- */

typedef struct header {
	uint32_t line_end;		/* of the line with the indicator */
	uint32_t digit;			/* 0 without an indentation indicator */
	bool strip;
} header;

static header read_header(const cfr__fmt *f, const cfr__fmt_token *t)
{
	header h = { .line_end = cfr__fmt_line_end(f, t->start, (uint32_t)f->text.len) };

	for (uint32_t i = t->start + 1; i < h.line_end && !cfr__fmt_blank(f->text.ptr[i]); i++) {
		if (f->text.ptr[i] >= '1' && f->text.ptr[i] <= '9')
			h.digit = (uint32_t)(f->text.ptr[i] - '0');
		h.strip |= f->text.ptr[i] == '-';
	}
	return h;
}

static uint32_t spaces_at(const cfr__fmt *f, uint32_t at, uint32_t end)
{
	uint32_t from = at;

	while (at < end && f->text.ptr[at] == ' ')
		at++;
	return at - from;
}

/* The columns of the content. */
static void content(uint32_t *old, uint32_t *now, const cfr__fmt_walk *y, const header *h, uint32_t end)
{
	const cfr__fmt *f = y->f;
	const cfr__fmt_block *top = cfr__fmt_top(y);
	uint32_t parent_old = top ? top->old : 0, parent_now = top ? top->now : 0, away, most = 0;

	if (h->digit) {
		*old = parent_old + h->digit;
		*now = parent_now + h->digit;
		return;
	}
	for (uint32_t at = cfr__fmt_skip_break(f, h->line_end, end); at < end;) {
		uint32_t spaces = spaces_at(f, at, end), line = at;

		at += spaces;
		if (spaces > most)
			most = spaces;
		if (at < end && !cfr__fmt_break(f->text.ptr[at]))
			break;
		at = cfr__fmt_skip_break(f, at, end);
		if (at == line)
			break;
	}
	*old = most;
	away = most > parent_old ? most - parent_old : 1;
	if (top && top->kind != CFR__FMT_MAP)
		*now = parent_now + (away == y->ways.old_step ? y->ways.step : 2);
	else
		*now = parent_now + y->ways.step;
}

static int block_line(cfr__fmt *f, uint32_t at, uint32_t end, uint32_t old, uint32_t now)
{
	uint32_t spaces = spaces_at(f, at, end), rest = at + spaces;
	bool empty = rest == end || cfr__fmt_break(f->text.ptr[rest]);

	if (empty && spaces <= old)
		return cfr__fmt_put(f, at, rest, CFR_STR(""));
	if (spaces < old)
		return 0;
	return cfr__fmt_spaces(f, at, at + old, now);
}

static int block(cfr__fmt_walk *y, const cfr__fmt_token *t)
{
	cfr__fmt *f = y->f;
	header h = read_header(f, t);
	uint32_t end = t->end, at = h.line_end, old, now;
	uint32_t stop = cfr__fmt_back(f, h.line_end, t->start);
	int r = f->style.keep_trailing ? 0 : cfr__fmt_put(f, stop, h.line_end, CFR_STR(""));

	content(&old, &now, y, &h, end);
	while (r == 0 && at < end) {
		uint32_t next = cfr__fmt_skip_break(f, at, end);

		r = cfr__fmt_break_inside(f, at, next);
		if (r == 0 && next <= end)
			r = block_line(f, next, end, old, now);
		at = cfr__fmt_line_end(f, next, end);
	}
	y->ended = true;
	y->open_end = !h.strip && end == f->text.len;
	return r;
}

int cfr__fmt_scalar(cfr__fmt_walk *y, const cfr__fmt_token *token, bool first, uint32_t old, uint32_t now)
{
	const cfr__fmt_block *top = cfr__fmt_top(y);
	cfr__fmt_block base = { .old = old, .now = now };

	if (token->style == YAML_LITERAL_SCALAR_STYLE || token->style == YAML_FOLDED_SCALAR_STYLE)
		return block(y, token);
	if (!first)
		base = y->flow ? y->flow_base : top ? *top : (cfr__fmt_block){ .old = 0 };
	return folded(y, token, &base);
}
