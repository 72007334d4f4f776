/* engine/text/json.c -- JSON as RFC 8259 has it (with JSONC and JSONL), in one pass, into a builder.
 *
 * No tokens, no recursion: a loop with one place to go for each thing that may come next, and a byte for each open
 * collection. The text is known to be UTF-8, so strings are searched for a quote, a backslash or a control character,
 * sixteen bytes at a time; a string without escapes (nearly all) is a slice of the source and is never copied here.
 * Integers are gathered on the way, floats go to engine/base/num.c.
 *
 * Decided where the RFC leaves it open: a byte order mark at the start is skipped; keys must be unique; a lone
 * surrogate is refused, for there is no such character; an integer beyond int64 is kept as an `other` with its exact
 * text; a float out of range, or one that would silently become 0, is refused.
 *
 * JSONC (comments and trailing commas) costs JSON nothing: the loop is the strict one, and only where it would fail is
 * looked whether the format allows what stands there. JSONL is the same reader on one line after the other.
 */
#include <stdlib.h>

#include "engine/base/lanes.h"
#include "engine/base/num.h"
#include "engine/base/utf8.h"
#include "engine/text/json_error.h"
#include "engine/text/read.h"

enum { DEPTH = 1024 };	/* not less than the builder allows at most */

typedef struct reader {
	const char *p, *end, *text;
	cfr_build *build;
	const cfr_source *source;
	cfr_buf scratch;	/* the current string, when it has escapes */
	cfr_format format;
	cfr_err *err;
} reader;

/* What the parts give back besides 0 and an error. */
enum {
	AGAIN = 1,		/* a comment was passed: what was wanted may stand here */
	CLOSES = 2		/* no value or key, but the bracket that may follow a comma */
};

static int fail(reader *r, const char *at, enum cfr__json_wanted wanted)
{
	return cfr__json_error(r->err, r->source, (size_t)(at - r->text), wanted, r->format);
}

static inline uint32_t offset(const reader *r, const char *at)
{
	return (uint32_t)(at - r->text);
}

static inline int built(reader *r, int rc, const cfr_mark *mark)
{
	return CFR_LIKELY(rc == 0) ? 0 : cfr__fail_at(r->err, r->source, mark->start, rc);
}

static inline bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

/* Behind a line break, whose indentation is often known whole from sixteen bytes. */
static inline const char *space_end(const char *p, const char *end)
{
	while (end - p >= (ptrdiff_t)sizeof(cfr_lanes)) {
		cfr_lanes v = cfr_lanes_load(p);
		uint32_t other = cfr_lanes_bits((cfr_lanes)((v == ' ') | (v == '\n') | (v == '\r') | (v == '\t'))) ^ 0xFFFF;

		if (other)
			return p + __builtin_ctz(other);
		p += sizeof(cfr_lanes);
	}
	while (p < end && is_space(*p))
		p++;
	return p;
}

static inline void skip_space(reader *r)
{
	const char *p = r->p, *end = r->end;

	if (CFR_LIKELY(p < end && (unsigned char)*p > ' '))
		return;
	r->p = space_end(p, end);
}

/* Called where JSON fails: AGAIN when that was for a comment, which is passed, with the space around it; else 0. */
CFR_COLD static int comments(reader *r)
{
	const char *start = r->p, *p = start;

	if (r->format != CFR_JSONC)
		return 0;
	while (r->end - p >= 2 && p[0] == '/' && (p[1] == '/' || p[1] == '*')) {
		const char *body = p + 2, *stop;

		if (p[1] == '/') {
			for (stop = body; stop < r->end && *stop != '\n' && *stop != '\r'; stop++)
				;
		} else {
			stop = memmem(body, (size_t)(r->end - body), "*/", 2);
			if (!stop)
				return fail(r, p, CFR__JSON_CLOSE_COMMENT);
			stop += 2;
		}
		r->p = stop;
		skip_space(r);
		p = r->p;
	}
	return p > start ? AGAIN : 0;
}

/* No value (`wanted` VALUE) or no key begins here. */
CFR_COLD static int unwanted(reader *r, enum cfr__json_wanted wanted)
{
	int rc = comments(r);

	if (rc)
		return rc;
	if (r->format == CFR_JSONC && r->p < r->end && *r->p == (wanted == CFR__JSON_KEY ? '}' : ']'))
		return CLOSES;
	return fail(r, r->p, wanted);
}

/* The first quote, backslash or control character. */
static inline const char *plain_end(const char *p, const char *end)
{
	while (end - p >= (ptrdiff_t)sizeof(cfr_lanes)) {
		cfr_lanes v = cfr_lanes_load(p);
		uint32_t stops = cfr_lanes_bits((cfr_lanes)((v == '"') | (v == '\\') | (v < 0x20)));

		if (stops)
			return p + __builtin_ctz(stops);
		p += sizeof(cfr_lanes);
	}
	while (p < end && *p != '"' && *p != '\\' && (unsigned char)*p >= 0x20)
		p++;
	return p;
}

/* \uXXXX, and the second half of a pair; r->p is behind the u. */
static int unicode_escape(reader *r)
{
	const char *start = r->p - 2;
	uint32_t c, low;
	char utf8[4];

	if (cfr__hex(r->p, r->end, 4, &c))
		return fail(r, start, CFR__JSON_ESCAPE);
	r->p += 4;
	if (c >= 0xD800 && c <= 0xDFFF) {
		if (c >= 0xDC00 || r->end - r->p < 6 || r->p[0] != '\\' || r->p[1] != 'u' ||
		    cfr__hex(r->p + 2, r->end, 4, &low) || low < 0xDC00 || low > 0xDFFF)
			return fail(r, start, CFR__JSON_SURROGATE);
		c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
		r->p += 6;
	}
	cfr_buf_add(&r->scratch, utf8, cfr_utf8_encode(utf8, c));
	return 0;
}

static int escape(reader *r)
{
	static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
	const char *found;

	if (r->p + 1 >= r->end)
		return fail(r, r->end, CFR__JSON_CLOSE_STRING);
	if (r->p[1] == 'u') {
		r->p += 2;
		return unicode_escape(r);
	}
	found = memchr(names, r->p[1], sizeof(names) - 1);
	if (!found)
		return fail(r, r->p, CFR__JSON_ESCAPE);
	cfr_buf_addc(&r->scratch, values[found - names]);
	r->p += 2;
	return 0;
}

/* The rest of a string from its first escape on. */
static int escaped_string(cfr_str *out, reader *r, const char *start)
{
	const char *from = start;
	int rc;

	cfr_buf_clear(&r->scratch);
	for (;;) {
		const char *stop = plain_end(r->p, r->end);

		cfr_buf_add(&r->scratch, from, (size_t)(stop - from));
		r->p = stop;
		if (stop == r->end)
			return fail(r, start - 1, CFR__JSON_CLOSE_STRING);
		if (*stop == '"')
			break;
		if (*stop != '\\')
			return fail(r, stop, CFR__JSON_CONTROL);
		rc = escape(r);
		if (rc)
			return rc;
		from = r->p;
	}
	r->p++;
	*out = cfr_buf_str(&r->scratch);
	return cfr_buf_check(&r->scratch, r->err);
}

/* r->p is at the opening quote, and then behind the closing one. */
static inline int string(cfr_str *out, reader *r, cfr_mark *mark)
{
	const char *start = r->p + 1, *stop = plain_end(start, r->end);
	int rc = 0;

	mark->before = mark->start = offset(r, r->p);
	mark->style = CFR_DOUBLE;
	r->p = stop;
	if (CFR_LIKELY(stop < r->end && *stop == '"')) {
		*out = (cfr_str){ start, (size_t)(stop - start) };
		r->p++;
	} else {
		rc = escaped_string(out, r, start);
	}
	mark->end = offset(r, r->p);
	return rc;
}

static int other_number(reader *r, const char *start, cfr_mark *mark)
{
	int64_t integer;
	double real = 0;
	cfr_str text;

	while (r->p < r->end && ((*r->p >= '0' && *r->p <= '9') || *r->p == '.' || *r->p == 'e' || *r->p == 'E' ||
	                         *r->p == '+' || *r->p == '-'))
		r->p++;
	text = (cfr_str){ start, (size_t)(r->p - start) };
	mark->end = offset(r, r->p);
	switch (cfr_num_parse(text, &integer, &real)) {
	case CFR_NUM_INT:
		return built(r, cfr_build_int(r->build, integer, mark, r->err), mark);
	case CFR_NUM_FLOAT:
		if (cfr__float_lost(text, real))
			return fail(r, start, CFR__JSON_FLOAT_RANGE);
		return built(r, cfr_build_float(r->build, real, mark, r->err), mark);
	case CFR_NUM_BIG:
		if (text.len > CFR__INT_DIGITS)
			return fail(r, start, CFR__JSON_INT_RANGE);
		return built(r, cfr_build_other(r->build, CFR_STR(CFR__TAG_INT), text, mark, r->err), mark);
	default:
		return fail(r, start, CFR__JSON_NUMBER);
	}
}

static int number(reader *r, cfr_mark *mark)
{
	const char *start = r->p, *p = start + (*start == '-'), *first = p;
	int64_t value = 0;

	while (p < r->end && *p >= '0' && *p <= '9' && p - first < 18)
		value = value * 10 + (*p++ - '0');
	r->p = p;
	mark->style = CFR_PLAIN;
	if (CFR_UNLIKELY(p == first || (*first == '0' && p - first > 1) || (p < r->end &&
	    ((*p >= '0' && *p <= '9') || *p == '.' || (*p | 0x20) == 'e' || *p == '+' || *p == '-'))))
		return other_number(r, start, mark);
	mark->end = offset(r, p);
	return built(r, cfr_build_int(r->build, first > start ? -value : value, mark, r->err), mark);
}

static int word(reader *r, cfr_mark *mark)
{
	const char *start = r->p;
	size_t left = (size_t)(r->end - start);
	char c = *start;
	int rc;

	mark->style = CFR_PLAIN;
	mark->end = mark->start + (c == 'f' ? 5 : 4);
	if (c == 't' && left >= 4 && memcmp(start, "true", 4) == 0)
		rc = cfr_build_bool(r->build, true, mark, r->err);
	else if (c == 'f' && left >= 5 && memcmp(start, "false", 5) == 0)
		rc = cfr_build_bool(r->build, false, mark, r->err);
	else if (c == 'n' && left >= 4 && memcmp(start, "null", 4) == 0)
		rc = cfr_build_null(r->build, mark, r->err);
	else
		return unwanted(r, CFR__JSON_VALUE);
	r->p += mark->end - mark->start;
	return built(r, rc, mark);
}

/* A scalar; r->p is at its first byte. */
static int scalar(reader *r)
{
	cfr_mark mark = { .before = offset(r, r->p), .start = offset(r, r->p) };
	cfr_str text;
	int rc;

	if (r->p == r->end)
		return fail(r, r->p, CFR__JSON_VALUE);
	if (*r->p == '"') {
		rc = string(&text, r, &mark);
		return rc ? rc : built(r, cfr_build_string(r->build, text, &mark, r->err), &mark);
	}
	return *r->p == '-' || (*r->p >= '0' && *r->p <= '9') ? number(r, &mark) : word(r, &mark);
}

/* A key and its colon, up to the value. */
static int key(reader *r)
{
	cfr_mark mark = { .flags = 0 };
	cfr_str text;
	int rc;

	if (r->p == r->end || *r->p != '"')
		return unwanted(r, CFR__JSON_KEY);
	rc = string(&text, r, &mark);
	if (rc == 0)
		rc = built(r, cfr_build_key(r->build, text, &mark, r->err), &mark);
	if (rc)
		return rc;
	skip_space(r);
	if (CFR_UNLIKELY(r->p == r->end || *r->p != ':')) {
		rc = comments(r);
		if (rc < 0)
			return rc;
		if (r->p == r->end || *r->p != ':')
			return fail(r, r->p, CFR__JSON_COLON);
	}
	r->p++;
	if (CFR_LIKELY(r->end - r->p > 1 && r->p[0] == ' '))	/* nearly all write one */
		r->p++;
	skip_space(r);
	return 0;
}

static int begin(reader *r, cfr_kind kind)
{
	cfr_mark mark = { .before = offset(r, r->p), .start = offset(r, r->p), .style = CFR_FLOW };

	r->p++;
	return built(r, cfr_build_begin(r->build, kind, &mark, r->err), &mark);
}

/* The value at r->p and all in it. */
static int value(reader *r)
{
	uint8_t kinds[DEPTH];
	unsigned depth = 0;
	int rc;

	for (;;) {
		bool opened = false;

		if (r->p < r->end && (*r->p == '{' || *r->p == '[')) {
			cfr_kind kind = *r->p == '{' ? CFR_MAPPING : CFR_SEQUENCE;

			rc = begin(r, kind);
			if (rc)
				return rc;
			kinds[depth++] = (uint8_t)kind;
			opened = true;
		} else {
			rc = scalar(r);
			if (CFR_UNLIKELY(rc)) {
				if (rc == AGAIN)
					continue;
				if (rc != CLOSES)
					return rc;
				if (depth == 0 || kinds[depth - 1] != CFR_SEQUENCE)
					return fail(r, r->p, CFR__JSON_VALUE);
			}
		}
		/* What follows a value, or an opening bracket: closing ones, then a comma. */
		for (;;) {
			bool mapping;

			if (depth == 0)
				return 0;
			skip_space(r);
			mapping = kinds[depth - 1] == CFR_MAPPING;
			if (r->p < r->end && *r->p == (mapping ? '}' : ']')) {
				r->p++;
				depth--;
				opened = false;
				rc = cfr_build_end(r->build, offset(r, r->p), r->err);
				if (rc)
					return rc;
				continue;
			}
			if (!opened) {
				if (CFR_UNLIKELY(r->p == r->end || *r->p != ',')) {
					rc = comments(r);
					if (rc == AGAIN)
						continue;
					return rc ? rc : fail(r, r->p, mapping ? CFR__JSON_BRACE : CFR__JSON_BRACKET);
				}
				r->p++;
				skip_space(r);
			}
			rc = mapping ? key(r) : 0;
			if (CFR_LIKELY(rc == 0))
				break;
			if (rc < 0)
				return rc;
			opened = true;	/* behind a comment: a key, or the bracket */
		}
	}
}

/* One value from r->p to r->end and nothing else, as the document of start..end. */
static int document(cfr_documents *docs, reader *r, uint32_t start, uint32_t end)
{
	cfr_document *doc;
	int rc;

	skip_space(r);
	rc = value(r);
	if (rc)
		return rc;
	skip_space(r);
	if (r->p < r->end) {
		rc = comments(r);
		if (rc < 0)
			return rc;
	}
	if (r->p < r->end)
		return fail(r, r->p, CFR__JSON_END);
	rc = cfr_build_finish(&doc, r->build, docs->count, start, end, r->err);
	return rc ? rc : cfr__documents_add(docs, doc, r->err);
}

/* A document for each line that is not blank. Ranges are gapless: blank lines belong to what follows. */
static int lines(cfr_documents *docs, reader *r, const cfr_limits *limits)
{
	const char *end = r->end;
	uint32_t start = 0;
	int rc = 0;

	while (rc == 0 && r->p < end) {
		const char *stop = memchr(r->p, '\n', (size_t)(end - r->p)), *next = stop ? stop + 1 : end;

		r->end = stop ? stop : end;
		skip_space(r);
		if (r->p < r->end) {
			if (docs->count >= limits->of[CFR_LIMIT_DOCUMENTS])
				return cfr__fail_at(r->err, r->source, offset(r, r->p),
				                    cfr_err_limit(r->err, limits, CFR_LIMIT_DOCUMENTS));
			if (docs->count)
				cfr_build_reset(r->build);
			rc = document(docs, r, start, offset(r, next));
			start = offset(r, next);
		}
		r->p = next;
	}
	return rc;
}

int cfr__json_read(cfr_documents *docs, const cfr_source *source, cfr_format format, const cfr_limits *limits,
                   cfr_err *err)
{
	cfr_str bytes = cfr_source_bytes(source);
	reader r = { .p = bytes.ptr, .end = bytes.ptr + bytes.len, .text = bytes.ptr, .source = source,
	             .format = format, .err = err };
	int rc = cfr_build_new(&r.build, source, format, limits, err);

	if (rc)
		return rc;
	if (cfr_str_starts(bytes, CFR_STR("\xEF\xBB\xBF")))
		r.p += CFR__BOM;
	rc = format == CFR_JSONL ? lines(docs, &r, limits) : document(docs, &r, 0, (uint32_t)bytes.len);
	cfr_buf_release(&r.scratch);
	cfr_build_free(r.build);
	return rc;
}

/* The one member or item at r->p, in a collection that has no brackets. */
static int alone(reader *r, bool item)
{
	cfr_mark mark = { .before = offset(r, r->p), .start = offset(r, r->p), .style = CFR_FLOW };
	int rc = cfr_build_begin(r->build, item ? CFR_SEQUENCE : CFR_MAPPING, &mark, r->err);

	if (rc == 0 && !item)
		rc = key(r);
	if (rc == 0)
		rc = value(r);
	if (rc == 0 && r->p < r->end)
		rc = fail(r, r->p, CFR__JSON_END);
	return rc ? rc : cfr_build_end(r->build, offset(r, r->p), r->err);
}

int cfr__json_read_part(cfr_documents *docs, const cfr_source *source, uint32_t start, uint32_t end, bool item,
                        const cfr_limits *limits, cfr_err *err)
{
	const char *text = cfr_source_bytes(source).ptr;
	reader r = { .p = text + start, .end = text + end, .text = text, .source = source, .format = CFR_JSON,
	             .err = err };
	cfr_document *doc;
	int rc = cfr_build_new(&r.build, source, CFR_JSON, limits, err);

	if (rc)
		return rc;
	rc = alone(&r, item);
	if (rc == 0)
		rc = cfr_build_finish(&doc, r.build, 0, start, end, err);
	if (rc == 0)
		rc = cfr__documents_add(docs, doc, err);
	cfr_buf_release(&r.scratch);
	cfr_build_free(r.build);
	return rc;
}
