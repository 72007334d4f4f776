/* engine/query/iregexp.c -- from I-Regexp (RFC 9485) to PCRE2.
 *
 * I-Regexp is the common ground of the dialects, so nearly all of it means the same to PCRE2. What differs: `.` is any
 * character but LF and CR; the beginning and end of the text are the only ones there are (`^` and `$`, plain by the
 * letter of the grammar, are anchors as in its own mapping to ECMAScript); a match is of the whole text. And PCRE2
 * knows much more (look-around, lazy quantifiers, \d, callouts), which must not slip through: the grammar is checked
 * here, to the last character.
 */
#include "engine/query/plan.h"

#include "engine/base/utf8.h"

typedef struct reader {
	cfr_str text;
	size_t at;
	cfr_buf *out;
	const char *why;
} reader;

static int peek(const reader *r) { return r->at < r->text.len ? (unsigned char)r->text.ptr[r->at] : -1; }

static bool refuse(reader *r, const char *why)
{
	r->why = why;
	return false;
}

/* One of a category's letters: a major one and, for its minors, the letters of the table. */
static bool category(reader *r)
{
	static const char *const minors[] = { "Llmotu", "Mcen", "Ndlo", "Pcdefios", "Zlps", "Sckmo", "Ccfno" };
	int c = peek(r);

	for (size_t i = 0; i < sizeof(minors) / sizeof(*minors); i++) {
		if (c != minors[i][0])
			continue;
		r->at++;
		c = peek(r);
		if (c > 0 && strchr(minors[i] + 1, c))
			r->at++;
		return true;
	}
	return false;
}

/* Behind a backslash: \p{…}, \P{…}, or one character, which *point tells (UINT32_MAX for a category). */
static bool escape(reader *r, uint32_t *point)
{
	int c = peek(r);
	size_t start = r->at - 1;

	r->at++;
	if (c == 'p' || c == 'P') {
		if (peek(r) != '{')
			return refuse(r, "\\p without '{'");
		r->at++;
		if (!category(r) || peek(r) != '}')
			return refuse(r, "no Unicode category");
		r->at++;
		*point = UINT32_MAX;
	} else if (c == 'n' || c == 'r' || c == 't') {
		*point = c == 'n' ? '\n' : c == 'r' ? '\r' : '\t';
	} else if ((c >= '(' && c <= '+') || c == '-' || c == '.' || c == '?' || (c >= '[' && c <= '^') ||
	           (c >= '{' && c <= '}')) {
		*point = (uint32_t)c;
	} else {
		r->at = start;
		return refuse(r, "an escape that is not in the standard");
	}
	cfr_buf_add(r->out, r->text.ptr + start, r->at - start);
	return true;
}

/* A member of a set: one character or an escape. */
static bool set_member(reader *r, uint32_t *point)
{
	int c = peek(r);
	size_t n;

	if (c < 0)
		return refuse(r, "a set without its ']'");
	if (c == '\\') {
		r->at++;
		return escape(r, point);
	}
	if (c == '-' || c == '[')
		return refuse(r, "a '-' or '[' that needs a backslash");
	n = cfr_utf8_decode(point, r->text.ptr + r->at, r->text.len - r->at);
	cfr_buf_add(r->out, r->text.ptr + r->at, n);
	r->at += n;
	return true;
}

/* Behind the "[". */
static bool set(reader *r)
{
	bool first = true;

	cfr_buf_addc(r->out, '[');
	if (peek(r) == '^') {
		cfr_buf_addc(r->out, '^');
		r->at++;
	}
	for (; peek(r) != ']' || first; first = false) {
		uint32_t low, high;
		size_t start = r->at;

		if (peek(r) == '-') {	/* plain at either end of a set */
			r->at++;
			if (!first && peek(r) != ']')
				return refuse(r, "a '-' that needs a backslash");
			cfr_buf_addz(r->out, "\\-");
			continue;
		}
		if (peek(r) == ']')
			return refuse(r, "an empty set");
		if (!set_member(r, &low))
			return false;
		if (low == UINT32_MAX || peek(r) != '-' || r->at + 1 >= r->text.len || r->text.ptr[r->at + 1] == ']')
			continue;
		r->at++;
		cfr_buf_addc(r->out, '-');
		if (!set_member(r, &high))
			return false;
		if (high == UINT32_MAX || high < low) {
			r->at = start;
			return refuse(r, "a range that is none");
		}
	}
	r->at++;
	cfr_buf_addc(r->out, ']');
	return true;
}

static bool number(reader *r, unsigned *out)
{
	size_t start = r->at;

	for (*out = 0; peek(r) >= '0' && peek(r) <= '9'; r->at++)
		*out = *out < 100000 ? *out * 10 + (unsigned)(peek(r) - '0') : *out;
	return r->at > start;
}

/* A quantifier, if one comes. */
static bool quantifier(reader *r)
{
	size_t start = r->at;
	unsigned low, high;
	int c = peek(r);

	if (c == '*' || c == '+' || c == '?') {
		r->at++;
	} else if (c == '{') {
		r->at++;
		if (!number(r, &low))
			return refuse(r, "a quantifier without a number");
		if (peek(r) == ',') {
			r->at++;
			if (number(r, &high) && high < low)
				return refuse(r, "a quantifier whose end lies below its beginning");
		}
		if (peek(r) != '}')
			return refuse(r, "a quantifier without its '}'");
		r->at++;
	}
	cfr_buf_add(r->out, r->text.ptr + start, r->at - start);
	return true;
}

/* One atom that is no parenthesis. */
static bool atom(reader *r)
{
	uint32_t point;
	int c = peek(r);
	size_t n;

	switch (c) {
	case '.':
		r->at++;
		cfr_buf_addz(r->out, "[^\\n\\r]");
		return true;
	case '\\':
		r->at++;
		return escape(r, &point);
	case '[':
		r->at++;
		return set(r);
	case '^':
	case '$':
		r->at++;
		cfr_buf_addz(r->out, c == '^' ? "(?:\\A)" : "(?:\\z)");
		return true;
	case '*': case '+': case '?': case '{':
		return refuse(r, "a quantifier with nothing before it");
	case ']': case '}':
		return refuse(r, "a bracket that needs a backslash");
	default:
		n = cfr_utf8_decode(&point, r->text.ptr + r->at, r->text.len - r->at);
		cfr_buf_add(r->out, r->text.ptr + r->at, n);
		r->at += n;
		return true;
	}
}

static bool translate(reader *r)
{
	unsigned depth = 0;

	while (r->at < r->text.len) {
		switch (peek(r)) {
		case '(':
			depth++;
			r->at++;
			cfr_buf_addz(r->out, "(?:");
			continue;
		case '|':
			r->at++;
			cfr_buf_addc(r->out, '|');
			continue;
		case ')':
			if (depth-- == 0)
				return refuse(r, "a ')' without its '('");
			r->at++;
			cfr_buf_addc(r->out, ')');
			break;
		default:
			if (!atom(r))
				return false;
		}
		if (!quantifier(r))
			return false;
	}
	return depth == 0 || refuse(r, "a '(' without its ')'");
}

bool cfr__iregexp(cfr_buf *out, cfr_str pattern, bool whole, size_t *at, const char **why)
{
	reader r = { .text = pattern, .out = out };

	cfr_buf_addz(out, whole ? "\\A(?:" : "(?:");
	if (!translate(&r)) {
		*at = cfr_utf8_count(pattern.ptr, r.at < pattern.len ? r.at : pattern.len);
		*why = r.why;
		return false;
	}
	cfr_buf_addz(out, whole ? ")\\z" : ")");
	return !out->failed;
}
