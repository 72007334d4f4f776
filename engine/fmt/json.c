/* engine/fmt/json.c -- JSON: one member a line, but what its author kept on a line and what fits.
 *
 * A collection that was written on one line stays on one, as far as it fits; all others are spread. When the whole text
 * was on one line, no layout was meant: then only lists of scalars stay together. Comments stay where they are: behind
 * what they stand behind, or on lines of their own.
 */
#include <stdlib.h>

#include "engine/base/vec.h"
#include "engine/fmt/parts.h"

typedef enum kind { OPEN, CLOSE, COMMA, COLON, WORD, LINE_COMMENT, COMMENT } kind;

typedef struct token {
	uint32_t start, end;
	uint32_t match;			/* of OPEN: the index of its CLOSE; of CLOSE, of its OPEN */
	uint8_t kind;
	bool broken;			/* a line break stands before it */
	bool flat;			/* of OPEN: stays on one line */
} token;

typedef struct json {
	cfr__fmt *f;
	token *tokens;
	uint32_t count, cap;
	uint32_t *open, open_cap;	/* indexes of open collections */
	uint32_t depth;
	uint32_t step;			/* columns or tabs of a level */
	bool tabs, compact;
} json;

/* ---- scanning: the reader has accepted the text ---- */

static uint32_t string_end(const cfr__fmt *f, uint32_t at)
{
	for (at++; at < f->text.len && f->text.ptr[at] != '"'; at++)
		at += f->text.ptr[at] == '\\';
	return at < f->text.len ? at + 1 : (uint32_t)f->text.len;
}

static uint32_t comment_end(const cfr__fmt *f, uint32_t at)
{
	uint32_t len = (uint32_t)f->text.len;
	const char *stop;

	if (at + 1 < len && f->text.ptr[at + 1] == '/') {
		uint32_t end = cfr__fmt_line_end(f, at, len);

		return f->style.keep_trailing ? end : cfr__fmt_back(f, end, at);
	}
	stop = at + 2 < len ? memmem(f->text.ptr + at + 2, len - at - 2, "*/", 2) : NULL;
	return stop ? (uint32_t)(stop - f->text.ptr) + 2 : len;
}

static uint32_t word_end(const cfr__fmt *f, uint32_t at)
{
	while (at < f->text.len && !cfr__fmt_blank(f->text.ptr[at]) && !cfr__fmt_break(f->text.ptr[at]) &&
	       !strchr("[]{},:/\"", f->text.ptr[at]))
		at++;
	return at;
}

static token next_token(const cfr__fmt *f, uint32_t at)
{
	token t = { .start = at, .end = at + 1 };

	switch (f->text.ptr[at]) {
	case '{': case '[':
		t.kind = OPEN;
		break;
	case '}': case ']':
		t.kind = CLOSE;
		break;
	case ',':
		t.kind = COMMA;
		break;
	case ':':
		t.kind = COLON;
		break;
	case '"':
		t.kind = WORD;
		t.end = string_end(f, at);
		break;
	case '/':
		t.end = comment_end(f, at);
		t.kind = at + 1 < f->text.len && f->text.ptr[at + 1] == '/' ? LINE_COMMENT : COMMENT;
		break;
	default:
		t.kind = WORD;
		t.end = word_end(f, at);
		t.end += t.end == at;
	}
	return t;
}

static int scan(json *j)
{
	cfr__fmt *f = j->f;
	uint32_t at = f->base, before = at;
	int r = 0;

	for (;;) {
		token t;

		while (at < f->text.len && (cfr__fmt_blank(f->text.ptr[at]) || cfr__fmt_break(f->text.ptr[at])))
			at++;
		if (at == f->text.len)
			return r;
		t = next_token(f, at);
		t.broken = cfr__fmt_breaks(f, before, at) > 0;
		cfr__fmt_count_ends(f, before, at);
		if (t.kind == OPEN) {
			r = cfr_vec_room(&j->open, &j->open_cap, (uint64_t)j->depth + 1, sizeof(*j->open), f->err);
			if (r)
				return r;
			j->open[j->depth++] = j->count;
		} else if (t.kind == CLOSE && j->depth) {
			t.match = j->open[--j->depth];
			j->tokens[t.match].match = j->count;
		}
		r = cfr_vec_room(&j->tokens, &j->cap, (uint64_t)j->count + 1, sizeof(*j->tokens), f->err);
		if (r)
			return r;
		j->tokens[j->count++] = t;
		at = before = t.end;
	}
}

/* ---- learning ---- */

/* Each collection whose first member begins a line votes for the step from the line it began on. */
static void learn_step(json *j)
{
	const cfr__fmt *f = j->f;
	uint32_t votes[CFR__FMT_STEP_MAX + 1] = { 0 }, tabs = 0, spaces = 0, indent = 0;

	j->step = 0;
	for (uint32_t i = 0; i < j->count; i++) {
		const token *t = &j->tokens[i];
		uint32_t line = cfr__fmt_back(f, t->start, f->base), here = t->start - line;

		if (!t->broken && i)
			continue;
		if (i && j->tokens[i - 1].kind == OPEN && t->kind != CLOSE && here > indent) {
			if (f->text.ptr[t->start - 1] == '\t')
				tabs++;
			else if (here - indent <= CFR__FMT_STEP_MAX)
				spaces++, votes[here - indent]++;
		}
		indent = here;
	}
	for (uint32_t step = 1; step <= CFR__FMT_STEP_MAX; step++) {
		if (votes[step] > (j->step ? votes[j->step] : 0))
			j->step = step;
	}
	j->tabs = f->style.tabs || (f->style.indent == 0 && tabs > spaces);
	if (f->style.indent)
		j->step = f->style.indent;
	if (j->tabs)
		j->step = 1;
	else if (j->step == 0)
		j->step = CFR__FMT_STEP;
}

/* ---- layout ---- */

/* A blank inside brackets, as their author wrote it behind the opening one. */
static bool padded(const json *j, const token *open)
{
	const token *next = open + 1;

	return next < j->tokens + j->count && !next->broken && next->start > open->end;
}

/* Blanks between two tokens of a line. */
static uint32_t blanks_between(const json *j, const token *a, const token *b)
{
	if (a->kind == OPEN && b->kind == CLOSE)
		return 0;
	if (a->kind == OPEN)
		return padded(j, a);
	if (b->kind == CLOSE)
		return padded(j, &j->tokens[b->match]);
	return b->kind != COMMA && b->kind != COLON;
}

/* Does the collection go on one line that begins at a column? */
static bool fits(const json *j, uint32_t open, uint32_t column)
{
	const token *first = &j->tokens[open];
	bool list = j->f->text.ptr[first->start] == '[';

	column++;
	for (uint32_t i = open + 1; i <= first->match; i++) {
		const token *t = &j->tokens[i];

		if (t->broken || t->kind == LINE_COMMENT || column > j->f->style.width)
			return false;
		if (j->compact && i < first->match && (t->kind == OPEN || !list))
			return false;
		column += blanks_between(j, t - 1, t) + (t->end - t->start);
	}
	return column <= j->f->style.width;
}

static bool own_line(const token *t)
{
	return (t->kind == LINE_COMMENT || t->kind == COMMENT) && t->broken;
}

/* Must a line end between two tokens of a collection that is spread? */
static bool parted(const token *a, const token *b)
{
	if (a->kind == LINE_COMMENT || own_line(b))
		return true;
	if (b->kind == LINE_COMMENT || b->kind == COMMENT)
		return false;
	if (a->kind == COMMENT)
		return b->broken || b->kind == CLOSE;
	if (a->kind == OPEN || a->kind == COMMA)
		return true;
	return b->kind == CLOSE;
}

static int put_gap(json *j, uint32_t i, bool flat, uint32_t *column)
{
	cfr__fmt *f = j->f;
	const token *a = i ? &j->tokens[i - 1] : NULL, *t = &j->tokens[i];
	uint32_t from = a ? a->end : f->base, level = j->depth - (t->kind == CLOSE);
	int r;

	if (a && flat) {
		*column += blanks_between(j, a, t);
		return cfr__fmt_spaces(f, from, t->start, blanks_between(j, a, t));
	}
	if (a && !(a->kind == OPEN && t->kind == CLOSE) && (j->depth == 0 || parted(a, t)) &&
	    (j->depth || t->broken || a->kind == LINE_COMMENT)) {
		bool edge = a->kind == OPEN || t->kind == CLOSE;

		*column = level * j->step * (j->tabs ? CFR__FMT_STEP_MAX : 1);
		/* A line comment has the line break behind it that it needs, and cfr__fmt_lines puts one everywhere. */
		return cfr__fmt_lines(f, from, t->start, 0, edge ? 0 : UINT32_MAX, level * j->step, j->tabs);
	}
	if (!a) {
		*column = 0;
		return cfr__fmt_put(f, from, t->start, CFR_STR(""));
	}
	if ((t->kind == LINE_COMMENT || t->kind == COMMENT) && t->start > a->end && !t->broken) {
		*column += t->start - a->end;	/* as far behind as its author wrote it */
		return 0;
	}
	r = cfr__fmt_spaces(f, from, t->start, blanks_between(j, a, t));
	*column += blanks_between(j, a, t);
	return r;
}

static int layout(json *j)
{
	uint32_t column = 0, flat = 0;	/* of a collection on one line: the index of its end */
	int r = 0;

	for (uint32_t i = 0; r == 0 && i < j->count; i++) {
		token *t = &j->tokens[i];

		r = put_gap(j, i, flat && i <= flat, &column);
		if (flat == i)
			flat = 0;
		if (t->kind == OPEN && !flat) {
			if (fits(j, i, column))
				flat = t->match;
		}
		j->depth += t->kind == OPEN;
		j->depth -= t->kind == CLOSE;
		column += t->end - t->start;
	}
	return r;
}

static int spread(json *j)
{
	const cfr__fmt *f = j->f;
	uint32_t end = f->base;
	int r = scan(j);

	if (r)
		return r;
	j->compact = true;
	for (uint32_t i = 1; i < j->count; i++)
		j->compact &= !(j->tokens[i].broken && j->tokens[i].kind != COMMENT && j->tokens[i].kind != LINE_COMMENT);
	if (j->count)
		end = j->tokens[j->count - 1].end;
	cfr__fmt_choose_ends(j->f, end);
	learn_step(j);
	j->depth = 0;
	r = layout(j);
	return r ? r : cfr__fmt_end(j->f, end, true);
}

/* ---- JSON Lines ---- */

/* Each line is a text of its own: only blanks at its ends go. */
static int trim_lines(cfr__fmt *f)
{
	uint32_t last = (uint32_t)f->text.len, at = f->base;
	int r = 0;

	while (last > at && (cfr__fmt_blank(f->text.ptr[last - 1]) || cfr__fmt_break(f->text.ptr[last - 1])))
		last--;
	cfr__fmt_count_ends(f, at, last);
	cfr__fmt_choose_ends(f, last);
	while (r == 0 && at < last) {
		uint32_t end = cfr__fmt_line_end(f, at, last), stop = cfr__fmt_back(f, end, at);

		at = cfr__fmt_skip_break(f, end, last);
		if (!f->style.keep_trailing)
			r = cfr__fmt_put(f, stop, end, CFR_STR(""));
		if (r == 0)
			r = cfr__fmt_break_inside(f, end, at);
	}
	return r ? r : cfr__fmt_end(f, last, true);
}

int cfr__fmt_json(cfr__fmt *f, bool lines)
{
	json j = { .f = f };
	int r = lines ? trim_lines(f) : spread(&j);

	free(j.tokens);
	free(j.open);
	return r;
}
