/* engine/text/dotenv.c -- .env files: what the tools that load them agree on.
 *
 * There is no standard, but docker compose and the dotenv libraries of Node, Ruby and Python read most files alike:
 *
 *	KEY=value		to the end of the line or to a # behind white space; trimmed; nothing is escaped
 *	KEY='value'		as it stands, over several lines too
 *	KEY="value"		\n \r \t \" \\ \$ are escapes, a backslash before anything else is a backslash
 *	export KEY=value	so that a shell can read the file
 *	# comment
 *
 * Where they differ the text is refused rather than guessed at: a key without `=`, backquotes, a \' inside single
 * quotes, text behind a closing quote. Nothing is interpolated: `${X}` is these four characters. All values are strings,
 * and a document is one mapping of them. A line break inside quotes is a line feed, however the file writes it.
 */
#include <stdio.h>

#include "engine/text/read.h"

typedef struct reader {
	const char *p, *end, *text;
	cfr_build *build;
	const cfr_source *source;
	cfr_buf scratch;	/* the current value, when it is not a slice of the source */
	cfr_err *err;
} reader;

static uint32_t offset(const reader *r, const char *at)
{
	return (uint32_t)(at - r->text);
}

static int fail(reader *r, const char *at, const char *message, const char *hint)
{
	cfr_err_set(r->err, CFR_E_SYNTAX, "%s", message);
	cfr_err_hint(r->err, "%s", hint);
	return cfr__fail_at(r->err, r->source, offset(r, at), CFR_E_SYNTAX);
}

static int built(reader *r, int rc, const cfr_mark *mark)
{
	return rc == 0 ? 0 : cfr__fail_at(r->err, r->source, mark->start, rc);
}

static bool blank(char c) { return c == ' ' || c == '\t'; }
static bool breaks(char c) { return c == '\n' || c == '\r'; }

static void skip_blanks(reader *r)
{
	while (r->p < r->end && blank(*r->p))
		r->p++;
}

static void skip_line(reader *r)
{
	while (r->p < r->end && !breaks(*r->p))
		r->p++;
}

/* To the first character of the next entry. */
static void skip_trivia(reader *r)
{
	while (r->p < r->end && (blank(*r->p) || breaks(*r->p) || *r->p == '#')) {
		if (*r->p == '#')
			skip_line(r);
		else
			r->p++;
	}
}

bool cfr__dotenv_key_char(char c, bool first)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' ||
	       (!first && ((c >= '0' && c <= '9') || c == '.' || c == '-'));
}

/* ---- keys ---- */

/* A word that no `=` follows. */
static int no_value(reader *r, const char *start)
{
	if (r->p < r->end && *r->p == ':')
		return fail(r, r->p, "a `=` was expected after the key, and there is `:`", "write KEY=value");
	if (r->p == r->end || breaks(*r->p) || *r->p == '#')
		return fail(r, start, "a key without a value",
		            "write KEY= for an empty value; what is to come from the environment is left out");
	return fail(r, r->p, "a `=` was expected after the key",
	            cfr__dotenv_key_char(*r->p, false) ? "a key is one word: letters, digits, `_`, `.` and `-`"
	                                               : "keys are letters, digits, `_`, `.` and `-`");
}

static const char *word_end(const reader *r)
{
	const char *p = r->p;

	while (p < r->end && cfr__dotenv_key_char(*p, p == r->p))
		p++;
	return p;
}

/* [export] KEY =, up to the value. */
static int key(reader *r)
{
	const char *start = r->p, *stop = word_end(r);
	cfr_mark mark = { .style = CFR_PLAIN };
	int rc;

	if (stop - start == 6 && memcmp(start, "export", 6) == 0 && stop < r->end && blank(*stop)) {
		r->p = stop;
		skip_blanks(r);
		if (r->p < r->end && cfr__dotenv_key_char(*r->p, true)) {
			start = r->p;
			stop = word_end(r);
		}
	}
	if (stop == start) {
		char shown[CFR__SHOWN_MAX], message[80];

		snprintf(message, sizeof(message), "a key cannot begin with %s",
		         cfr__show(shown, cfr_source_bytes(r->source), offset(r, start)));
		return fail(r, start, message, "lines are KEY=value, comments begin with #; keys begin with a letter or `_`");
	}
	mark.before = mark.start = offset(r, start);
	mark.end = offset(r, stop);
	rc = built(r, cfr_build_key(r->build, (cfr_str){ start, (size_t)(stop - start) }, &mark, r->err), &mark);
	if (rc)
		return rc;
	r->p = stop;
	skip_blanks(r);
	if (r->p == r->end || *r->p != '=')
		return no_value(r, start);
	r->p++;
	return 0;
}

/* ---- values ---- */

static int text(reader *r, cfr_str value, const char *start, cfr_style style)
{
	cfr_mark mark = { .before = offset(r, start), .start = offset(r, start), .end = offset(r, r->p),
	                  .style = (uint8_t)style };

	return built(r, cfr_build_string(r->build, value, &mark, r->err), &mark);
}

/* From r->p, which is behind `=`: an unquoted value ends before white space and a #. */
static int plain(reader *r)
{
	const char *equals = r->p, *start, *stop;

	skip_blanks(r);
	start = stop = r->p;
	if (start > equals && r->p < r->end && *r->p == '#') {
		start = stop = equals;
	} else {
		for (; r->p < r->end && !breaks(*r->p); r->p++) {
			if (*r->p == '#' && r->p > start && blank(r->p[-1]))
				break;
			if (!blank(*r->p))
				stop = r->p + 1;
		}
		if (stop == start)
			start = stop = equals;	/* nothing but white space */
	}
	r->p = stop;
	return text(r, (cfr_str){ start, (size_t)(stop - start) }, start, CFR_PLAIN);
}

/* A backslash in double quotes; r->p is at it. */
static void escape(reader *r)
{
	static const char names[] = "nrt\"\\$", values[] = "\n\r\t\"\\$";
	char c = r->p + 1 < r->end ? r->p[1] : 0;
	const char *found = c ? memchr(names, c, sizeof(names) - 1) : NULL;

	cfr_buf_addc(&r->scratch, found ? values[found - names] : '\\');
	r->p += found ? 2 : 1;
}

/* r->p is at the opening quote, and then behind the closing one. */
static int quoted(reader *r)
{
	char quote = *r->p;
	const char *start = r->p++, *from = r->p;
	bool copied = false;
	cfr_str value;
	int rc;

	cfr_buf_clear(&r->scratch);
	while (r->p < r->end && *r->p != quote) {
		if (*r->p == '\\' && quote == '\'' && r->p + 1 < r->end && r->p[1] == '\'')
			return fail(r, r->p, "a backslash before a single quote, which only some readers take for its end",
			            "put the value in double quotes");
		if (*r->p != '\r' && (*r->p != '\\' || quote == '\'')) {
			r->p++;
			continue;
		}
		cfr_buf_add(&r->scratch, from, (size_t)(r->p - from));
		copied = true;
		if (*r->p == '\\') {
			escape(r);
		} else {
			cfr_buf_addc(&r->scratch, '\n');
			r->p += r->p + 1 < r->end && r->p[1] == '\n' ? 2 : 1;
		}
		from = r->p;
	}
	if (r->p == r->end)
		return fail(r, start, "the quote that begins here is never closed",
		            quote == '"' ? "close it; a double quote inside is written \\\"" : "close it, or use double quotes");
	value = (cfr_str){ from, (size_t)(r->p - from) };
	if (copied) {
		cfr_buf_adds(&r->scratch, value);
		value = cfr_buf_str(&r->scratch);
		rc = cfr_buf_check(&r->scratch, r->err);
		if (rc)
			return rc;
	}
	r->p++;
	rc = text(r, value, start, quote == '"' ? CFR_DOUBLE : CFR_SINGLE);
	if (rc)
		return rc;
	skip_blanks(r);
	if (r->p < r->end && !breaks(*r->p) && *r->p != '#')
		return fail(r, r->p, "there is more text after the closing quote",
		            "put quotes around the whole value, or # before a comment");
	return 0;
}

static int value(reader *r)
{
	const char *at = r->p;

	while (at < r->end && blank(*at))
		at++;
	if (at < r->end && (*at == '"' || *at == '\'')) {
		r->p = at;
		return quoted(r);
	}
	if (at < r->end && *at == '`')
		return fail(r, at, "a backquote, which only some readers take for a quote",
		            "use single quotes; a backquote itself stands inside them");
	return plain(r);
}

static int entries(reader *r)
{
	cfr_mark mark = { .style = CFR_BLOCK };
	const char *last;
	int rc;

	skip_trivia(r);
	last = r->p;
	mark.before = mark.start = offset(r, r->p);
	rc = built(r, cfr_build_begin(r->build, CFR_MAPPING, &mark, r->err), &mark);
	while (rc == 0 && r->p < r->end) {
		rc = key(r);
		if (rc == 0)
			rc = value(r);
		last = r->p;
		while (last > r->text && blank(last[-1]))
			last--;
		skip_line(r);		/* a comment behind the value */
		skip_trivia(r);
	}
	return rc ? rc : cfr_build_end(r->build, offset(r, last), r->err);
}

int cfr__dotenv_read(cfr_documents *docs, const cfr_source *source, const cfr_limits *limits, cfr_err *err)
{
	cfr_str bytes = cfr_source_bytes(source);
	const char *nul = bytes.len ? memchr(bytes.ptr, 0, bytes.len) : NULL;
	reader r = { .p = bytes.ptr, .end = bytes.ptr + bytes.len, .text = bytes.ptr, .source = source, .err = err };
	cfr_document *doc;
	int rc;

	if (nul) {
		cfr_err_set(err, CFR_E_ENCODING, "a NUL character, which no environment can hold");
		return cfr__fail_at(err, source, offset(&r, nul), CFR_E_ENCODING);
	}
	rc = cfr_build_new(&r.build, source, CFR_DOTENV, limits, err);
	if (rc)
		return rc;
	if (cfr_str_starts(bytes, CFR_STR("\xEF\xBB\xBF")))
		r.p += CFR__BOM;
	rc = entries(&r);
	if (rc == 0)
		rc = cfr_build_finish(&doc, r.build, 0, 0, (uint32_t)bytes.len, err);
	if (rc == 0)
		rc = cfr__documents_add(docs, doc, err);
	cfr_buf_release(&r.scratch);
	cfr_build_free(r.build);
	return rc;
}
