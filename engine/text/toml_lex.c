/* engine/text/toml_lex.c -- what stands between the values of TOML: blanks, comments, line ends, keys.
 *
 * A line ends with LF or CR LF; a CR alone is an error wherever it stands. Comments may hold any character but control
 * characters.
 */
#include "engine/text/toml_lex.h"

static bool bare(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

static int comment(cfr__toml *t)
{
	const char *p = t->p;

	while (p < t->end && (((unsigned char)*p >= 0x20 && *p != 0x7F) || *p == '\t'))
		p++;
	t->p = p;
	if (p == t->end || *p == '\n' || (*p == '\r' && p + 1 < t->end && p[1] == '\n'))
		return 0;
	return cfr__toml_fail(t, p, *p == '\r' ? CFR__TOML_CARRIAGE_RETURN : CFR__TOML_CONTROL);
}

/* Steps over a line end if there is one. */
static inline bool line_end(cfr__toml *t)
{
	size_t n;

	if (t->p == t->end)
		return false;
	n = *t->p == '\n' ? 1 : *t->p == '\r' && t->p + 1 < t->end && t->p[1] == '\n' ? 2 : 0;
	t->p += n;
	return n > 0;
}

int cfr__toml_gap(cfr__toml *t)
{
	for (;;) {
		cfr__toml_blanks(t);
		if (t->p < t->end && *t->p == '#') {
			int rc = comment(t);

			if (rc)
				return rc;
		} else if (!line_end(t)) {
			break;
		}
	}
	if (t->p < t->end && *t->p == '\r')
		return cfr__toml_fail(t, t->p, CFR__TOML_CARRIAGE_RETURN);
	return 0;
}

int cfr__toml_line_end(cfr__toml *t)
{
	int rc;

	cfr__toml_blanks(t);
	if (t->p < t->end && *t->p == '#' && (rc = comment(t)) < 0)
		return rc;
	if (t->p == t->end || line_end(t))
		return 0;
	return cfr__toml_fail(t, t->p, *t->p == '\r' ? CFR__TOML_CARRIAGE_RETURN : CFR__TOML_LINE_END);
}

int cfr__toml_key(cfr__toml *t, cfr__toml_part *out)
{
	const char *start = t->p, *p = start;

	while (p < t->end && bare(*p))
		p++;
	out->start = cfr__toml_at(t, start);
	if (CFR_LIKELY(p > start)) {
		out->text = (cfr_str){ start, (size_t)(p - start) };
		out->style = CFR_PLAIN;
		t->p = p;
	} else {
		int rc;

		if (p == t->end || (*p != '"' && *p != '\'') ||
		    (t->end - p >= 3 && p[1] == *p && p[2] == *p))
			return cfr__toml_fail(t, p, CFR__TOML_KEY);
		rc = cfr__toml_string(t, &out->text, &out->style);
		if (rc)
			return rc;
	}
	out->end = cfr__toml_at(t, t->p);
	return 0;
}

bool cfr__toml_bare(cfr_str key)
{
	for (size_t i = 0; i < key.len; i++) {
		if (!bare(key.ptr[i]))
			return false;
	}
	return key.len > 0;
}

/* A string by its quotes alone. */
static void skip_string(cfr__toml *t)
{
	char quote = *t->p;
	bool text = t->end - t->p >= 3 && t->p[1] == quote && t->p[2] == quote;

	for (t->p += text ? 3 : 1; t->p < t->end; t->p++) {
		if (*t->p == '\\' && quote == '"') {
			if (++t->p == t->end)
				return;
		} else if (*t->p == quote && (!text || (t->end - t->p >= 3 && t->p[1] == quote && t->p[2] == quote))) {
			t->p += text ? 3 : 1;
			/* Up to two quotes may stand before the closing three. */
			for (int i = 0; text && i < 2 && t->p < t->end && *t->p == quote; i++)
				t->p++;
			return;
		}
	}
}

/* Brackets are counted, not matched: the text has been read. */
void cfr__toml_skip(cfr__toml *t)
{
	unsigned depth = 0;

	while (t->p < t->end) {
		char c = *t->p;

		if (c == '"' || c == '\'') {
			skip_string(t);
		} else if (c == '[' || c == '{') {
			depth++;
			t->p++;
			continue;
		} else if (depth && (c == ']' || c == '}')) {
			depth--;
			t->p++;
		} else if (depth && c == '#') {
			while (t->p < t->end && *t->p != '\n')
				t->p++;
			continue;
		} else if (depth) {
			t->p++;
			continue;
		} else {
			/* A plain scalar; a date and its time may have a space between them. */
			while (t->p < t->end && !strchr(" \t\r\n,]}#", *t->p))
				t->p++;
			if (t->end - t->p >= 3 && *t->p == ' ' && t->p[1] >= '0' && t->p[1] <= '9' && t->p[2] >= '0' &&
			    t->p[2] <= '9') {
				t->p++;
				while (t->p < t->end && !strchr(" \t\r\n,]}#", *t->p))
					t->p++;
			}
		}
		if (depth == 0)
			return;
	}
}
