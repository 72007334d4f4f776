/* engine/text/outline_yaml.c -- the entries of YAML's block collections, line by line.
 *
 * In block style the first characters of a line tell what it is; only a few things reach beyond their line, and each
 * is followed to its end: quotes, brackets, block scalars (ended by indentation), plain text that goes on in deeper
 * lines. So the state between two lines is two facts: the column of the latest key or dash, and whether a value may
 * still come behind it.
 *
 *     AWAITED   nothing stands behind the key or dash: a deeper line is its value
 *     OPEN      plain text stands there: deeper lines continue it, whatever they look like
 *     COMPLETE  something with an end of its own: no deeper line may follow
 *
 * The text must end with a NUL, contain no other, and have no carriage return but before a line feed. The rules are
 * those of the reader (libyaml, and what yaml_check.c refuses), seen only as far as a text they accept needs; where a
 * text can be accepted and yet is not plainly of this kind, the answer is CFR__UNSAFE.
 */
#include "engine/text/outline.h"

typedef enum value_state { AWAITED, OPEN, COMPLETE } value_state;

typedef struct scanner {
	const char *text, *end;
	cfr__tracker *t;
	int64_t column;			/* of the latest key or dash; -1 before any */
	value_state state;
	const char *rest;		/* behind the last line of a block scalar; NULL behind other lines */
	bool marked;			/* a `---` was passed, or cannot come */
} scanner;

static inline bool blank(char c) { return c == ' ' || c == '\t'; }
static inline bool ends_line(char c) { return c == '\n' || c == '\r' || c == '\0'; }
static inline bool gap(char c) { return blank(c) || ends_line(c); }

static inline const char *next_line(const scanner *s, const char *p)
{
	const char *found = memchr(p, '\n', (size_t)(s->text + s->t->text.len - p));

	return found ? found + 1 : s->text + s->t->text.len;
}

static inline const char *skip_spaces(const char *p)
{
	while (*p == ' ')
		p++;
	return p;
}

/* Does the line end here, but for blanks and a comment? Gives the next one, or NULL. */
static const char *finish_line(const scanner *s, const char *p)
{
	const char *from = p;

	while (blank(*p))
		p++;
	return ends_line(*p) || (*p == '#' && p > from) ? next_line(s, p) : NULL;
}

/* ---- what may go over several lines ---- */

/* Behind the closing quote; NULL without one. `raw` with escapes. */
static const char *quoted(const char *p, bool *lines, bool *raw)
{
	char quote = *p++;

	*lines = *raw = false;
	for (;; p++) {
		if (*p == quote) {
			if (quote == '"' || p[1] != quote)
				return p + 1;
			*raw = true;
			p++;
		} else if (*p == '\\' && quote == '"') {
			*raw = true;
			p++;
			if (*p == '\n' || *p == '\r')
				*lines = true;
		} else if (*p == '\n') {
			*lines = true;
		}
		if (*p == '\0')
			return NULL;
	}
}

static void count_quotes(const scanner *s, char quote)
{
	if (quote == '"')
		s->t->out->doubles++;
	else
		s->t->out->singles++;
}

/* Plain text between brackets, from its first character on; behind it. NULL for what libyaml reads in its own way. */
static const char *flow_plain(const char *p)
{
	for (;;) {
		for (; !gap(*p); p++) {
			if (strchr(",[]{}", *p) || (*p == ':' && (gap(p[1]) || strchr(",?[]{}", p[1]))))
				return p;
			if (*p == '?')
				return NULL;
		}
		while (blank(*p) || *p == '\n' || *p == '\r')
			p++;
		if (*p == '\0' || *p == '#' || strchr(",[]{}", *p) || (*p == ':' && gap(p[1])))
			return p;
		if (strchr("\"'&*!|>%@`?", *p))
			return NULL;
	}
}

/* A property or alias between brackets. */
static const char *flow_property(scanner *s, const char *p)
{
	if (p[0] == '!' && p[1] == '<')
		return NULL;
	if (*p == '*')
		s->t->out->aliases = true;
	else
		cfr__track_property(s->t, *p == '&');
	for (p++; !gap(*p) && !strchr(",[]{}", *p); p++)
		;
	return p;
}

/* Behind the bracket that closes the one at p; NULL when there is anything unusual. Each opening bracket and comma may
 * come before a value, and `[a: b]` is a mapping in a sequence. */
static const char *flow(scanner *s, const char *p)
{
	char open[CFR__OUTLINE_DEPTH];
	unsigned depth = 0;
	bool lines, raw;

	cfr__list_shape(s->t, CFR__BRACKETS);
	do {
		switch (*p) {
		case ' ': case '\t': case '\n': case '\r':
			p++;
			break;
		case '[': case '{':
			if (depth == CFR__OUTLINE_DEPTH)
				return NULL;
			open[depth++] = *p++;
			s->t->out->nodes++;
			cfr__list_depth(s->t, depth);
			break;
		case ']': case '}':
			depth--;
			p++;
			break;
		case ',':
			s->t->out->nodes++;
			p++;
			break;
		case ':':
			s->t->out->nodes += open[depth - 1] == '[';
			p++;
			break;
		case '"': case '\'':
			count_quotes(s, *p);
			p = quoted(p, &lines, &raw);
			break;
		case '&': case '*': case '!':
			p = flow_property(s, p);
			break;
		case '#':
			if (!blank(p[-1]) && p[-1] != '\n')
				return NULL;
			p = next_line(s, p);
			break;
		case '\0': case '?': case '|': case '>': case '%': case '@': case '`':
			return NULL;
		default:
			p = flow_plain(p);
		}
	} while (p && depth);
	return p;
}

/* The lines of a block scalar whose indicator is at p; the first line behind them. Blank lines with spaces before its
 * text count in its indentation, even where no text follows: the next line, whatever it is, is compared with them. */
static const char *block_scalar(scanner *s, const char *p)
{
	int64_t indent = 0;
	bool spaces = false, text = false, keep = false;

	for (p++; *p == '+' || *p == '-' || (*p >= '1' && *p <= '9'); p++) {
		keep |= *p == '+';
		if (*p != '+' && *p != '-')
			indent = s->column + (*p - '0');
	}
	if (s->column < 0)
		return NULL;
	p = s->rest = finish_line(s, p);
	while (p && p < s->end) {
		const char *first = skip_spaces(p);

		if (!ends_line(*first)) {
			if (indent == 0)
				indent = first - p > s->column ? first - p : s->column + 1;
			if (first - p < indent)
				return *first == '\t' || (spaces && !text) ? NULL : p;
			text = true;
		} else if (*first == '\0') {
			return first;
		} else {
			spaces |= !text && first > p;
		}
		p = next_line(s, first);
		if (!ends_line(*first) || keep)
			s->rest = p;
	}
	return spaces && !text ? NULL : p;
}

/* ---- a line ---- */

/* What stands behind a key or dash, or alone on its line, and is no key itself. The next line, or NULL. */
static const char *scalar_or_flow(scanner *s, const char *p)
{
	bool lines, raw;

	while (*p == '&' || *p == '!') {
		cfr__track_property(s->t, *p == '&');
		while (!gap(*p))
			p++;
		p = skip_spaces(p);
		if (ends_line(*p) || (*p == '#' && p[-1] == ' ')) {
			s->state = AWAITED;
			return next_line(s, p);
		}
	}
	s->state = COMPLETE;
	cfr__list_shape(s->t, *p == '*' ? CFR__UNKNOWN : CFR__SCALAR);
	switch (*p) {
	case '"': case '\'':
		count_quotes(s, *p);
		p = quoted(p, &lines, &raw);
		return p ? finish_line(s, p) : NULL;
	case '[': case '{':
		p = flow(s, p);
		return p ? finish_line(s, p) : NULL;
	case '|': case '>':
		return block_scalar(s, p);
	case '*':
		s->t->out->aliases = true;
		while (!gap(*p))
			p++;
		return finish_line(s, p);
	case '-': case '?': case ':':
		if (gap(p[1]))
			return NULL;
		break;
	case '\t': case '%': case '@': case '`': case ',': case ']': case '}':
		return NULL;
	default:
		break;
	}
	s->state = OPEN;
	return next_line(s, p);
}

/* What stands behind a colon or a dash and its spaces. */
static const char *value(scanner *s, const char *p)
{
	if (ends_line(*p) || *p == '#') {
		s->state = AWAITED;
		return next_line(s, p);
	}
	return scalar_or_flow(s, p);
}

/* The colon behind the plain text at p, when this makes it a key. */
static const char *plain_key(const char *p)
{
	for (;; p++) {
		if (*p == ':' && gap(p[1]))
			return p;
		if (ends_line(*p) || (*p == '#' && blank(p[-1])))
			return NULL;
	}
}

/* Is there a key at p? Its colon, and its text in `entry`; *ok false for what may be a key and is not understood. */
static const char *find_key(cfr__window *entry, const scanner *s, const char *p, bool *ok)
{
	const char *colon, *stop;
	bool lines = false;

	*ok = true;
	switch (*p) {
	case '"': case '\'':
		stop = quoted(p, &lines, &entry->raw);
		if (!stop) {
			*ok = false;
			return NULL;
		}
		colon = skip_spaces(stop);
		if (*colon != ':' || !gap(colon[1]))
			return NULL;
		*ok = !lines;
		count_quotes(s, *p);
		entry->key = (uint32_t)(p + 1 - s->text);
		entry->key_end = (uint32_t)(stop - 1 - s->text);
		return colon;
	case '[': case '{': case '|': case '>':
		return NULL;		/* behind a flow collection, finish_line sees a colon */
	case '&': case '!': case '*':
		/* A key with properties: its column is that of the first. */
		*ok = plain_key(p) == NULL;
		return NULL;
	case '?': case ':':
		*ok = !gap(p[1]);
		break;
	case '%': case '@': case '`': case ',': case ']': case '}': case '\t':
		*ok = false;
		break;
	default:
		break;
	}
	colon = *ok ? plain_key(p) : NULL;
	if (!colon)
		return NULL;
	for (stop = colon; blank(stop[-1]); stop--)
		;
	entry->key = (uint32_t)(p - s->text);
	entry->key_end = (uint32_t)(stop - s->text);
	return colon;
}

/* A line that is neither blank, comment, nor part of something above it: dashes, then a key or a value. */
static int content(scanner *s, const char *line, const char *p, const char **next)
{
	cfr__window entry = { .start = (uint32_t)(line - s->text), .alone = true };
	const char *colon;
	bool awaited = s->state == AWAITED, ok;
	int r;

	*next = NULL;
	while (*p == '-' && gap(p[1])) {
		entry.indent = (uint32_t)(p - line);
		entry.value = (uint32_t)(p + 1 - s->text);
		entry.sequence = true;
		r = cfr__track_block(s->t, &entry, awaited);
		if (r)
			return r;
		s->column = entry.indent;
		entry.alone = false;
		awaited = true;
		p = skip_spaces(p + 1);
		if (ends_line(*p) || *p == '#') {
			s->state = AWAITED;
			*next = next_line(s, p);
			return 0;
		}
	}
	colon = find_key(&entry, s, p, &ok);
	if (!ok)
		return CFR__UNSAFE;
	if (colon) {
		entry.indent = (uint32_t)(p - line);
		entry.value = (uint32_t)(colon + 1 - s->text);
		entry.sequence = false;
		r = cfr__track_block(s->t, &entry, awaited);
		if (r)
			return r;
		s->column = entry.indent;
		*next = value(s, skip_spaces(colon + 1));
		return *next ? 0 : CFR__UNSAFE;
	}
	/* A value on a line of its own; at the root it is no collection. */
	if (s->column < 0 || (entry.alone && (!awaited || p - line <= s->column)))
		return CFR__UNSAFE;
	*next = scalar_or_flow(s, p);
	return *next ? 0 : CFR__UNSAFE;
}

/* `---` and the like in the first column; only one `---`, alone on its line and before everything, is let pass. */
static bool is_marker(const char *p)
{
	return (*p == '-' || *p == '.') && p[1] == *p && p[2] == *p && gap(p[3]);
}

int cfr__outline_yaml(cfr__tracker *t, uint32_t start, uint32_t end)
{
	scanner s = { .text = t->text.ptr, .end = t->text.ptr + end, .t = t, .column = -1, .state = AWAITED,
	              .marked = start > CFR__BOM };
	const char *line = s.text + start, *next;

	t->out->nodes++;
	for (; line < s.end; line = next) {
		const char *p = skip_spaces(line);
		int r;

		if (ends_line(*p) || *p == '#') {
			next = next_line(&s, p);
			continue;
		}
		if (*p == '\t')
			return CFR__UNSAFE;
		if (p == line && (*p == '%' || is_marker(p))) {
			next = *p == '-' && !s.marked && s.column < 0 ? finish_line(&s, p + 3) : NULL;
			if (!next)
				return CFR__UNSAFE;
			s.marked = true;
			continue;
		}
		if (p - line > s.column && s.state != AWAITED) {
			if (s.state == COMPLETE)
				return CFR__UNSAFE;
			next = next_line(&s, p);
			t->rest = (uint32_t)(next - s.text);
			continue;
		}
		s.rest = NULL;
		r = content(&s, line, p, &next);
		if (r)
			return r;
		t->rest = (uint32_t)((s.rest ? s.rest : next) - s.text);
	}
	return line == s.end ? 0 : CFR__UNSAFE;
}
