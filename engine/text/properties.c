/* engine/text/properties.c -- Java properties, as java.util.Properties.load documents them.
 *
 * A logical line is one or more lines, joined where one ends in a backslash; white space at the start of what is joined
 * does not count. It is `key`, then `=`, `:` or white space, then the value, which keeps the white space at its end. A
 * backslash takes its meaning from the next character: t n r f, u and four hexadecimal digits, else that character
 * itself. Lines that begin with # or ! are comments, and never joined.
 *
 * Decided here: the text is UTF-8; `server.port` is one key; a key stands once (load() takes the last one); half a
 * surrogate pair is refused. Values are strings, and a document is one mapping of them.
 *
 * The reader goes along the text with one function that yields the next character of the logical line, so that joins
 * and escapes are known in one place. Text that has neither is a slice of the source.
 */
#include "engine/base/utf8.h"
#include "engine/text/read.h"

typedef struct reader {
	const char *p, *end, *text;
	cfr_build *build;
	const cfr_source *source;
	cfr_buf scratch;	/* the current key or value, when it is not a slice of the source */
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

static bool blank(char c) { return c == ' ' || c == '\t' || c == '\f'; }
static bool breaks(char c) { return c == '\n' || c == '\r'; }

static const char *skip_blanks(const char *p, const char *end)
{
	while (p < end && blank(*p))
		p++;
	return p;
}

/* Passes joins: a backslash, a line break, and the white space behind. Afterwards r->p is at a character of the line, at
 * its break, or at the end of the text; a backslash there at the very end says nothing. */
static bool pass_joins(reader *r)
{
	const char *start = r->p;

	while (r->p < r->end && *r->p == '\\') {
		const char *p = r->p + 1;

		if (p < r->end && !breaks(*p))
			break;
		if (p < r->end)
			p += *p == '\r' && p + 1 < r->end && p[1] == '\n' ? 2 : 1;
		r->p = skip_blanks(p, r->end);
	}
	return r->p > start;
}

static bool line_ends(const reader *r)
{
	return r->p == r->end || breaks(*r->p);
}

/* White space of the logical line. */
static void skip_space(reader *r)
{
	do
		r->p = skip_blanks(r->p, r->end);
	while (pass_joins(r));
}

/* r->p is at the backslash of a \u. The halves of a pair stand together. */
static int unicode_escape(reader *r)
{
	const char *start = r->p;
	uint32_t c, low;
	char utf8[4];

	if (cfr__hex(start + 2, r->end, 4, &c))
		return fail(r, start, "\\u without four hexadecimal digits",
		            "write all four; a backslash itself is written \\\\");
	r->p += 6;
	if (c >= 0xD800 && c <= 0xDFFF) {
		if (c >= 0xDC00 || r->end - r->p < 6 || r->p[0] != '\\' || r->p[1] != 'u' ||
		    cfr__hex(r->p + 2, r->end, 4, &low) || low < 0xDC00 || low > 0xDFFF)
			return fail(r, start, "half of a surrogate pair",
			            "characters above U+FFFF need both halves, \\ud800 to \\udbff and then \\udc00 to \\udfff");
		c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
		r->p += 6;
	}
	cfr_buf_add(&r->scratch, utf8, cfr_utf8_encode(utf8, c));
	return 0;
}

/* r->p is at a backslash with a character behind it. */
static int escape(reader *r)
{
	static const char names[] = "tnrf", values[] = "\t\n\r\f";
	const char *found;

	if (r->p[1] == 'u')
		return unicode_escape(r);
	found = memchr(names, r->p[1], sizeof(names) - 1);
	if (found)
		cfr_buf_addc(&r->scratch, values[found - names]);
	/* Of another character all bytes come with the next slice: only the backslash goes. */
	r->p += found ? 2 : 1;
	return 0;
}

/* A key (up to a separator) or a value (up to the line's end). `*stop` is behind its last character. */
static int text(cfr_str *out, const char **stop, reader *r, bool key)
{
	const char *from = r->p;
	bool copied = false, bare = false;	/* bare: the character lost its backslash */
	int rc;

	cfr_buf_clear(&r->scratch);
	*stop = r->p;
	while (!line_ends(r)) {
		char c = *r->p;

		if (c != '\\' || bare) {
			if (key && !bare && (c == '=' || c == ':' || blank(c)))
				break;
			bare = false;
			*stop = ++r->p;
			continue;
		}
		cfr_buf_add(&r->scratch, from, (size_t)(r->p - from));
		copied = true;
		if (!pass_joins(r)) {
			const char *at = r->p;

			rc = escape(r);
			if (rc)
				return rc;
			bare = r->p == at + 1;
			*stop = r->p;
		}
		from = r->p;
	}
	*out = (cfr_str){ from, (size_t)(r->p - from) };
	if (!copied)
		return 0;
	cfr_buf_adds(&r->scratch, *out);
	*out = cfr_buf_str(&r->scratch);
	return cfr_buf_check(&r->scratch, r->err);
}

/* One logical line, from the first character of its key. `*last` is behind its last one. */
static int entry(reader *r, const char **last)
{
	cfr_mark mark = { .before = offset(r, r->p), .start = offset(r, r->p), .style = CFR_PLAIN };
	const char *stop, *start;
	cfr_str found;
	int rc = text(&found, &stop, r, true);

	if (rc)
		return rc;
	mark.end = offset(r, stop);
	rc = built(r, cfr_build_key(r->build, found, &mark, r->err), &mark);
	if (rc)
		return rc;
	start = stop;			/* of an empty value: behind the separator */
	skip_space(r);
	if (!line_ends(r) && (*r->p == '=' || *r->p == ':')) {
		start = ++r->p;
		skip_space(r);
	}
	if (!line_ends(r))
		start = r->p;
	rc = text(&found, &stop, r, false);
	if (rc)
		return rc;
	if (found.len == 0)
		stop = start;
	mark.before = mark.start = offset(r, start);
	mark.end = offset(r, stop);
	*last = stop;
	return built(r, cfr_build_string(r->build, found, &mark, r->err), &mark);
}

/* To the first character of the next key; comments and blank lines go. */
static void skip_trivia(reader *r)
{
	for (;;) {
		while (r->p < r->end && (blank(*r->p) || breaks(*r->p)))
			r->p++;
		if (r->p < r->end && (*r->p == '#' || *r->p == '!')) {
			while (!line_ends(r))
				r->p++;
			continue;
		}
		skip_space(r);		/* a line may begin with a join */
		if (!line_ends(r) || r->p == r->end)
			return;
	}
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
		rc = entry(r, &last);
		skip_trivia(r);
	}
	return rc ? rc : cfr_build_end(r->build, offset(r, last), r->err);
}

int cfr__properties_read(cfr_documents *docs, const cfr_source *source, const cfr_limits *limits, cfr_err *err)
{
	cfr_str bytes = cfr_source_bytes(source);
	reader r = { .p = bytes.ptr, .end = bytes.ptr + bytes.len, .text = bytes.ptr, .source = source, .err = err };
	cfr_document *doc;
	int rc = cfr_build_new(&r.build, source, CFR_PROPERTIES, limits, err);

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
