/* engine/fmt/toml.c -- TOML: a statement a line, `key = value`, an empty line before a table.
 *
 * Arrays over several lines keep their lines; what begins one is indented by its depth. Two things that many authors do
 * on purpose are left alone: columns of equals signs, and tables that are indented throughout.
 */
#include <stdlib.h>

#include "engine/base/vec.h"
#include "engine/fmt/parts.h"

/* HEADER and KEY are the whole of what stands before a line end or an equals sign, their own blanks included. */
typedef enum kind { HEADER, KEY, EQUALS, OPEN, CLOSE, COMMA, WORD, COMMENT } kind;

typedef struct token {
	uint32_t start, end;
	uint32_t match;			/* of OPEN: the index of its CLOSE; of CLOSE, of its OPEN */
	uint32_t breaks;		/* line breaks before it */
	uint8_t kind;
	bool statement;			/* the first of one; of a comment: it stands between statements */
	bool attached;			/* a comment directly above a header */
} token;

typedef struct toml {
	cfr__fmt *f;
	token *tokens;
	uint32_t count, cap;
	uint32_t *open, open_cap, depth;
	uint32_t step;			/* of what stands in arrays */
	bool tabs;			/* … by tabs */
	bool keep_indent;
} toml;

/* ---- scanning: the reader has accepted the text ---- */

static uint32_t string_end(const cfr__fmt *f, uint32_t at)
{
	uint32_t len = (uint32_t)f->text.len;
	char quote = f->text.ptr[at];
	uint32_t quotes = at + 2 < len && f->text.ptr[at + 1] == quote && f->text.ptr[at + 2] == quote ? 3 : 1, run = 0;

	for (at += quotes; at < len; at++) {
		if (f->text.ptr[at] == quote && ++run == quotes) {
			/* One or two more of them belong to a text in three quotes. */
			for (at++; quotes == 3 && run < 5 && at < len && f->text.ptr[at] == quote; at++)
				run++;
			return at;
		}
		if (f->text.ptr[at] != quote)
			run = 0;
		at += f->text.ptr[at] == '\\' && quote == '"';
	}
	return len;
}

/* The whole line, or up to the equals sign, less the blanks behind it. */
static uint32_t head_end(const cfr__fmt *f, uint32_t at, char stop)
{
	uint32_t from = at, len = (uint32_t)f->text.len;

	while (at < len && !cfr__fmt_break(f->text.ptr[at]) && f->text.ptr[at] != stop) {
		if (f->text.ptr[at] == '"' || f->text.ptr[at] == '\'')
			at = string_end(f, at);
		else
			at++;
	}
	return cfr__fmt_back(f, at, from + 1);
}

static uint32_t word_end(const cfr__fmt *f, uint32_t at)
{
	uint32_t from = at;

	while (at < f->text.len && !cfr__fmt_blank(f->text.ptr[at]) && !cfr__fmt_break(f->text.ptr[at]) &&
	       !strchr("[]{},=#\"'", f->text.ptr[at]))
		at++;
	return at > from ? at : at + 1;
}

static token next_token(const toml *m, uint32_t at, bool statement)
{
	const cfr__fmt *f = m->f;
	token t = { .start = at, .end = at + 1, .statement = statement };
	char c = f->text.ptr[at];

	if (c == '#') {
		uint32_t end = cfr__fmt_line_end(f, at, (uint32_t)f->text.len);

		t.kind = COMMENT;
		t.end = f->style.keep_trailing ? end : cfr__fmt_back(f, end, at);
	} else if (statement && c == '[') {
		t.kind = HEADER;
		t.end = head_end(f, at, '#');
	} else if (statement) {
		t.kind = KEY;
		t.end = head_end(f, at, '=');
	} else if (c == '"' || c == '\'') {
		t.kind = WORD;
		t.end = string_end(f, at);
	} else {
		t.kind = c == '[' || c == '{' ? OPEN : c == ']' || c == '}' ? CLOSE : c == ',' ? COMMA : c == '=' ? EQUALS : WORD;
		if (t.kind == WORD)
			t.end = word_end(f, at);
	}
	return t;
}

static int scan(toml *m)
{
	cfr__fmt *f = m->f;
	uint32_t at = f->base, before = at;

	for (;;) {
		token t;
		uint32_t breaks;
		int r;

		while (at < f->text.len && (cfr__fmt_blank(f->text.ptr[at]) || cfr__fmt_break(f->text.ptr[at])))
			at++;
		if (at >= f->text.len)
			return 0;
		breaks = cfr__fmt_breaks(f, before, at);
		cfr__fmt_count_ends(f, before, at);
		t = next_token(m, at, m->depth == 0 && (breaks || m->count == 0));
		t.breaks = breaks;
		r = cfr_vec_room(&m->open, &m->open_cap, (uint64_t)m->depth + 1, sizeof(*m->open), f->err);
		if (r == 0)
			r = cfr_vec_room(&m->tokens, &m->cap, (uint64_t)m->count + 1, sizeof(*m->tokens), f->err);
		if (r)
			return r;
		if (t.kind == OPEN) {
			m->open[m->depth++] = m->count;
		} else if (t.kind == CLOSE && m->depth) {
			t.match = m->open[--m->depth];
			m->tokens[t.match].match = m->count;
		}
		m->tokens[m->count++] = t;
		at = before = t.end;
	}
}

/* ---- learning ---- */

static uint32_t indent_of(const cfr__fmt *f, uint32_t at)
{
	return at - cfr__fmt_back(f, at, f->base);
}

/* Is a token the first of the items of an array that begin their lines? Its distance to the array's statement. */
static void learn(toml *m)
{
	const cfr__fmt *f = m->f;
	uint32_t votes[CFR__FMT_STEP_MAX + 1] = { 0 }, indent = 0, statements = 0, indented = 0, depth = 0;
	uint32_t tabs = 0, spaces = 0;

	for (uint32_t i = 0; i < m->count; i++) {
		const token *t = &m->tokens[i];

		if (t->statement && t->kind != COMMENT) {
			indent = indent_of(f, t->start);
			statements++;
			indented += indent > 0;
		}
		if (depth == 1 && t->breaks && t->kind != CLOSE && m->tokens[i - 1].kind == OPEN) {
			uint32_t here = indent_of(f, t->start);

			if (here && f->text.ptr[t->start - 1] == '\t')
				tabs++;
			else if (here > indent && here - indent <= CFR__FMT_STEP_MAX)
				spaces++, votes[here - indent]++;
		}
		depth += t->kind == OPEN;
		depth -= depth && t->kind == CLOSE;
	}
	for (uint32_t step = 1; step <= CFR__FMT_STEP_MAX; step++) {
		if (votes[step] > (m->step ? votes[m->step] : 0))
			m->step = step;
	}
	m->tabs = f->style.tabs || (f->style.indent == 0 && tabs > spaces);
	if (f->style.indent)
		m->step = f->style.indent;
	if (m->tabs)
		m->step = 1;
	if (m->step == 0)
		m->step = CFR__FMT_STEP;
	m->keep_indent = indented * 4 > statements;
}

/* Which comments stand directly above a header: the empty line goes above them. */
static void attach(toml *m)
{
	for (uint32_t i = m->count; i-- > 1;) {
		const token *t = &m->tokens[i];
		token *above = &m->tokens[i - 1];

		above->attached = above->kind == COMMENT && above->statement && t->statement && t->breaks == 1 &&
		                  (t->kind == HEADER || t->attached);
	}
}

/* ---- layout ---- */

static bool padded(const toml *m, const token *open)
{
	const token *next = open + 1;

	return next < m->tokens + m->count && next->kind != COMMENT && !next->breaks && next->start > open->end;
}

/* Is this a key whose equals sign stands in a column, counted from the key, and will stay there? */
static bool in_column(const toml *m, uint32_t i, uint32_t column)
{
	const token *t = &m->tokens[i];

	return t->kind == KEY && t[1].start - t->start == column && t[1].start > t->end;
}

/* Are there blanks before the equals sign to put it below or above another? */
static bool aligned(const toml *m, uint32_t key)
{
	const token *t = &m->tokens[key];
	uint32_t column = t[1].start - t->start, before = key, behind = key + 1;

	if (t[1].start - t->end < 2)
		return false;
	while (before-- > 0 && !m->tokens[before].statement)
		;
	if (before < key && t->breaks == 1 && in_column(m, before, column))
		return true;
	while (behind < m->count && !m->tokens[behind].statement)
		behind++;
	return behind < m->count && m->tokens[behind].breaks == 1 && in_column(m, behind, column);
}

/* Blanks between two tokens of a line; -1: as they are. */
static int blanks_between(const toml *m, uint32_t i)
{
	const token *a = &m->tokens[i - 1], *b = &m->tokens[i];

	if (b->kind == COMMENT)
		return b->start == a->end ? 1 : -1;
	if (b->kind == EQUALS)
		return a->kind == KEY && aligned(m, i - 1) ? -1 : 1;
	if (a->kind == EQUALS)
		return 1;
	if (a->kind == OPEN && b->kind == CLOSE)
		return 0;
	if (a->kind == OPEN)
		return padded(m, a);
	if (b->kind == CLOSE)
		return padded(m, &m->tokens[b->match]);
	if (b->kind == COMMA)
		return 0;
	return a->kind == COMMA ? 1 : -1;
}

static int put_line(toml *m, uint32_t i, uint32_t statement, bool after_header)
{
	cfr__fmt *f = m->f;
	const token *t = &m->tokens[i];
	uint32_t from = i ? m->tokens[i - 1].end : f->base, old = indent_of(f, t->start);
	bool heads = t->kind == HEADER || t->attached;

	if (m->depth)
		return cfr__fmt_lines(f, from, t->start, 0, UINT32_MAX,
		                      statement + (m->depth - (t->kind == CLOSE)) * m->step, m->tabs);
	if (!heads || after_header || (i && m->tokens[i - 1].attached))
		heads = false;
	if (m->keep_indent && memchr(f->text.ptr + t->start - old, '\t', old))	/* whatever mix it is */
		return cfr__fmt_lines(f, from, t->start - old, heads, UINT32_MAX, 0, false);
	return cfr__fmt_lines(f, from, t->start, heads, UINT32_MAX, m->keep_indent ? old : 0, false);
}

static int layout(toml *m)
{
	cfr__fmt *f = m->f;
	uint32_t statement = 0;			/* the column of the current one */
	bool header = false;			/* it is a header */
	int r = 0;

	m->depth = 0;
	for (uint32_t i = 0; r == 0 && i < m->count; i++) {
		const token *t = &m->tokens[i];

		if (i == 0 || t->breaks) {
			r = put_line(m, i, statement, header);
		} else {
			int blanks = blanks_between(m, i);

			if (blanks >= 0)
				r = cfr__fmt_spaces(f, m->tokens[i - 1].end, t->start, (uint32_t)blanks);
		}
		if (t->statement && t->kind != COMMENT) {
			header = t->kind == HEADER;
			statement = m->keep_indent ? indent_of(f, t->start) : 0;
		}
		m->depth += t->kind == OPEN;
		m->depth -= m->depth && t->kind == CLOSE;
	}
	return r ? r : cfr__fmt_end(f, m->count ? m->tokens[m->count - 1].end : f->base, true);
}

int cfr__fmt_toml(cfr__fmt *f)
{
	toml m = { .f = f };
	int r = scan(&m);

	if (r == 0) {
		cfr__fmt_choose_ends(f, m.count ? m.tokens[m.count - 1].end : f->base);
		learn(&m);
		attach(&m);
		r = layout(&m);
	}
	free(m.tokens);
	free(m.open);
	return r;
}
