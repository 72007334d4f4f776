/* engine/text/toml_string.c -- the four kinds of strings of TOML.
 *
 *	"basic"  'literal'  """basic, of lines"""  '''literal, of lines'''
 *
 * A string in which nothing is escaped (nearly all) is a slice of the source; any other is put together in `scratch`.
 * A line end directly behind three opening quotes is none of the text. Line ends inside are kept as LF, also those of a
 * file with CR LF: the value is the same on all systems, as the specification allows.
 */
#include "engine/base/utf8.h"
#include "engine/text/toml_lex.h"

#define ONES  UINT64_C(0x0101010101010101)
#define HIGHS UINT64_C(0x8080808080808080)

static inline uint64_t zeros(uint64_t word)
{
	return (word - ONES) & ~word;
}

/* The first quote, control character (a tab too) or, in basic strings, backslash. */
static inline const char *plain_end(const char *p, const char *end, char quote, bool basic)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	while (end - p >= 8) {
		uint64_t word, hits;

		memcpy(&word, p, 8);
		/* A borrow can only mark bytes above a true hit, so the lowest mark is right. */
		hits = zeros(word ^ ONES * (unsigned char)quote) | ((word - ONES * 0x20) & ~word) |
		       zeros(word ^ ONES * 0x7F);
		if (basic)
			hits |= zeros(word ^ ONES * '\\');
		hits &= HIGHS;
		if (hits)
			return p + (__builtin_ctzll(hits) >> 3);
		p += 8;
	}
#endif
	while (p < end && *p != quote && (unsigned char)*p >= 0x20 && *p != 0x7F && !(basic && *p == '\\'))
		p++;
	return p;
}

static bool line_end(const char *p, const char *end)
{
	return p < end && (*p == '\n' || (*p == '\r' && p + 1 < end && p[1] == '\n'));
}

/* A backslash at the end of a line of """: it and all blanks and line ends behind it are none of the text. */
static bool joined_lines(cfr__toml *t)
{
	const char *p = t->p + 1;

	while (p < t->end && (*p == ' ' || *p == '\t'))
		p++;
	if (!line_end(p, t->end))
		return false;
	while (p < t->end && (*p == ' ' || *p == '\t' || line_end(p, t->end)))
		p++;
	t->p = p;
	return true;
}

static int escape(cfr__toml *t, bool lines)
{
	static const char names[] = "\"\\btnfr", values[] = "\"\\\b\t\n\f\r";
	const char *start = t->p, *found;
	char utf8[4], c;
	uint32_t point;
	int digits;

	if (start + 1 == t->end)
		return cfr__toml_fail(t, start, CFR__TOML_ESCAPE);
	if (lines && joined_lines(t))
		return 0;
	c = start[1];
	found = c ? memchr(names, c, sizeof(names) - 1) : NULL;
	if (found) {
		cfr_buf_addc(t->scratch, values[found - names]);
		t->p += 2;
		return 0;
	}
	if (c != 'u' && c != 'U')
		return cfr__toml_fail(t, start, CFR__TOML_ESCAPE);
	digits = c == 'u' ? 4 : 8;
	if (cfr__hex(start + 2, t->end, digits, &point))
		return cfr__toml_fail(t, start, CFR__TOML_ESCAPE);
	if (point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF))
		return cfr__toml_fail(t, start, CFR__TOML_CODE_POINT);
	cfr_buf_add(t->scratch, utf8, cfr_utf8_encode(utf8, point));
	t->p += 2 + digits;
	return 0;
}

/* How many quotes of those at p belong to the text, when three or more stand there: they end it. */
static unsigned quotes_before_end(const cfr__toml *t, char quote)
{
	unsigned n = 0;

	while (n < 5 && t->p + n < t->end && t->p[n] == quote)
		n++;
	return n < 3 ? 0 : n - 3;
}

/* What stopped the plain run at p, in the middle of a string. Sets `done` at its end; then p is behind the quotes. */
static int special(cfr__toml *t, const char *open, char quote, bool lines, bool *done)
{
	char c = *t->p;

	if (c == quote) {
		unsigned keep;

		if (!lines) {
			t->p++;
			*done = true;
			return 0;
		}
		if (t->end - t->p < 3 || t->p[1] != quote || t->p[2] != quote) {
			cfr_buf_addc(t->scratch, quote);
			t->p++;
			return 0;
		}
		keep = quotes_before_end(t, quote);
		cfr_buf_add(t->scratch, t->p, keep);
		t->p += keep + 3;
		*done = true;
		return 0;
	}
	if (c == '\\')
		return escape(t, lines);
	if (c == '\t' || (lines && c == '\n')) {
		cfr_buf_addc(t->scratch, c);
		t->p++;
		return 0;
	}
	if (line_end(t->p, t->end) || c == '\n') {
		if (!lines)
			return cfr__toml_fail(t, open, CFR__TOML_CLOSE_STRING);
		cfr_buf_addc(t->scratch, '\n');
		t->p += 2;
		return 0;
	}
	return cfr__toml_fail(t, t->p, c == '\r' ? CFR__TOML_CARRIAGE_RETURN : CFR__TOML_CONTROL);
}

int cfr__toml_string(cfr__toml *t, cfr_str *out, uint8_t *style)
{
	const char *open = t->p, *stop;
	char quote = *open;
	bool basic = quote == '"', done = false;
	bool lines = t->end - open >= 3 && open[1] == quote && open[2] == quote;
	int rc;

	*style = lines ? basic ? CFR_FOLDED : CFR_LITERAL : basic ? CFR_DOUBLE : CFR_SINGLE;
	t->p += lines ? 3 : 1;
	if (lines && line_end(t->p, t->end))
		t->p += *t->p == '\r' ? 2 : 1;
	stop = plain_end(t->p, t->end, quote, basic);
	if (CFR_LIKELY(!lines && stop < t->end && *stop == quote)) {
		*out = (cfr_str){ t->p, (size_t)(stop - t->p) };
		t->p = stop + 1;
		return 0;
	}
	cfr_buf_clear(t->scratch);
	while (!done) {
		cfr_buf_add(t->scratch, t->p, (size_t)(stop - t->p));
		t->p = stop;
		if (stop == t->end)
			return cfr__toml_fail(t, open, lines ? CFR__TOML_CLOSE_TEXT : CFR__TOML_CLOSE_STRING);
		rc = special(t, open, quote, lines, &done);
		if (rc)
			return rc;
		stop = done ? t->p : plain_end(t->p, t->end, quote, basic);
	}
	*out = cfr_buf_str(t->scratch);
	return cfr_buf_check(t->scratch, t->err);
}
