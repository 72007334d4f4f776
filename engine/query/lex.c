/* engine/query/lex.c -- the small pieces of a query: blanks, names, strings, numbers, and what went wrong where.
 *
 * There are no tokens: RFC 9535 allows blanks in some places and not in others, so the parser asks for what may come
 * at the byte where it stands. An error names what was expected and what was found, and its column counts characters.
 */
#include "engine/query/plan.h"

#include "engine/base/num.h"
#include "engine/base/utf8.h"
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#define INT_END INT64_C(9007199254740991)	/* 2^53 - 1: what I-JSON (RFC 7493) promises to carry */

int cfr__lex_fail(cfr__lexer *x, size_t at, const char *format, ...)
{
	char text[sizeof(((cfr_err *)0)->message)];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	cfr_err_set(x->err, CFR_E_SYNTAX, "%s", text);
	if (x->err)
		x->err->column = (uint32_t)cfr_utf8_count(x->text.ptr, at < x->text.len ? at : x->text.len) + 1;
	return CFR_E_SYNTAX;
}

int cfr__lex_expected(cfr__lexer *x, const char *what)
{
	uint32_t c;
	size_t n;

	if (x->at >= x->text.len)
		return cfr__lex_fail(x, x->at, "expected %s, but the query ends", what);
	n = cfr_utf8_decode(&c, x->text.ptr + x->at, x->text.len - x->at);
	if (c < 0x20 || c == 0x7F)
		return cfr__lex_fail(x, x->at, "expected %s, found a control character (U+%04" PRIX32 ")", what, c);
	if (c == ' ')
		return cfr__lex_fail(x, x->at, "expected %s, found a blank", what);
	return cfr__lex_fail(x, x->at, "expected %s, found '%.*s'", what, (int)n, x->text.ptr + x->at);
}

int cfr__lex_peek(const cfr__lexer *x)
{
	return x->at < x->text.len ? (unsigned char)x->text.ptr[x->at] : -1;
}

void cfr__lex_blanks(cfr__lexer *x)
{
	for (int c = cfr__lex_peek(x); c == ' ' || c == '\t' || c == '\n' || c == '\r'; c = cfr__lex_peek(x))
		x->at++;
}

bool cfr__lex_take(cfr__lexer *x, const char *word)
{
	cfr_str rest = cfr_str_sub(x->text, x->at, x->text.len), w = cfr_str_of(word);

	if (!cfr_str_starts(rest, w))
		return false;
	x->at += w.len;
	return true;
}

static bool digit(int c) { return c >= '0' && c <= '9'; }
static bool name_first(int c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80; }

bool cfr__lex_name(cfr__lexer *x, cfr_str *out)
{
	size_t start = x->at;

	if (!name_first(cfr__lex_peek(x)))
		return false;
	do
		x->at++;
	while (name_first(cfr__lex_peek(x)) || digit(cfr__lex_peek(x)));
	*out = cfr_str_sub(x->text, start, x->at);
	return true;
}

static int hex4(cfr__lexer *x, uint32_t *out)
{
	uint32_t n = 0;

	for (int i = 0; i < 4; i++) {
		int c = cfr__lex_peek(x);
		uint32_t d = digit(c) ? (uint32_t)(c - '0') : c >= 'a' && c <= 'f' ? (uint32_t)(c - 'a') + 10 :
		             c >= 'A' && c <= 'F' ? (uint32_t)(c - 'A') + 10 : 16;

		if (d == 16)
			return cfr__lex_expected(x, "four hexadecimal digits after \\u");
		n = n * 16 + d;
		x->at++;
	}
	*out = n;
	return 0;
}

/* Behind "\u". A surrogate counts only as one half of a pair. */
static int unicode_escape(cfr__lexer *x, uint32_t *out)
{
	size_t start = x->at - 2;
	uint32_t high, low;
	int r = hex4(x, &high);

	if (r < 0)
		return r;
	if (high >= 0xDC00 && high <= 0xDFFF)
		return cfr__lex_fail(x, start, "the second half of a surrogate pair without the first");
	if (high < 0xD800 || high > 0xDBFF) {
		*out = high;
		return 0;
	}
	if (!cfr__lex_take(x, "\\u"))
		return cfr__lex_fail(x, start, "the first half of a surrogate pair without the second");
	r = hex4(x, &low);
	if (r < 0)
		return r;
	if (low < 0xDC00 || low > 0xDFFF)
		return cfr__lex_fail(x, start, "the first half of a surrogate pair without the second");
	*out = 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
	return 0;
}

/* Behind the backslash. */
static int escape(cfr__lexer *x, int quote, uint32_t *out)
{
	static const char letters[] = "bfnrt/\\", meanings[] = "\b\f\n\r\t/\\";
	int c = cfr__lex_peek(x);
	const char *found = c > 0 ? strchr(letters, c) : NULL;

	if (c == quote || found) {
		*out = c == quote ? (uint32_t)quote : (uint32_t)meanings[found - letters];
		x->at++;
		return 0;
	}
	if (c == 'u') {
		x->at++;
		return unicode_escape(x, out);
	}
	cfr__lex_expected(x, "an escape: one of \\b \\f \\n \\r \\t \\/ \\\\ \\u or the quote");
	cfr_err_hint(x->err, "a backslash itself is written \\\\");
	return CFR_E_SYNTAX;
}

/* Bytes between the quotes. No string is longer than what is written, so that much memory does. */
static size_t written_length(const cfr__lexer *x, int quote)
{
	size_t at = x->at + 1;

	while (at < x->text.len && x->text.ptr[at] != quote)
		at += x->text.ptr[at] == '\\' ? 2 : 1;
	return at - (x->at + 1);
}

int cfr__lex_string(cfr__lexer *x, cfr_str *out)
{
	size_t start = x->at, n = 0;
	int quote = cfr__lex_peek(x), c, r;
	char *text = cfr_arena_alloc(x->arena, written_length(x, quote) + 1);

	if (!text)
		return cfr_err_nomem(x->err);
	for (x->at++; (c = cfr__lex_peek(x)) != quote;) {
		if (c < 0)
			return cfr__lex_fail(x, start, "a string without its closing %c", quote);
		if (c < 0x20)
			return cfr__lex_expected(x, "a string without control characters");
		x->at++;
		if (c == '\\') {
			uint32_t point = 0;

			r = escape(x, quote, &point);
			if (r < 0)
				return r;
			n += cfr_utf8_encode(text + n, point);
		} else {
			text[n++] = (char)c;
		}
	}
	x->at++;
	*out = (cfr_str){ text, n };
	return 0;
}

/* "0", or digits without a leading zero, with a minus or not. */
static bool integer_text(cfr__lexer *x, cfr_str *out)
{
	size_t start = x->at, first;

	if (cfr__lex_peek(x) == '-')
		x->at++;
	first = x->at;
	while (digit(cfr__lex_peek(x)))
		x->at++;
	*out = cfr_str_sub(x->text, start, x->at);
	return x->at > first && (x->at == first + 1 || x->text.ptr[first] != '0');
}

int cfr__lex_int(cfr__lexer *x, int64_t *out)
{
	size_t start = x->at;
	cfr_str text;
	double unused;

	if (!integer_text(x, &text)) {
		if (text.len > 1)
			return cfr__lex_fail(x, start, "an integer has no leading zeros");
		x->at = start + text.len;
		return cfr__lex_expected(x, "an integer");
	}
	if (cfr_str_eq(text, CFR_STR("-0")))
		return cfr__lex_fail(x, start, "an integer is not -0");
	if (cfr_num_parse(text, out, &unused) != CFR_NUM_INT || *out > INT_END || *out < -INT_END) {
		cfr__lex_fail(x, start, "%.*s is out of range", (int)(text.len < 40 ? text.len : 40), text.ptr);
		cfr_err_hint(x->err, "integers of a query lie between -(2^53 - 1) and 2^53 - 1");
		return CFR_E_SYNTAX;
	}
	return 0;
}

int cfr__lex_number(cfr__lexer *x, cfr__value *out)
{
	size_t start = x->at;
	cfr_str text;
	int64_t integer;
	double real;

	if (!integer_text(x, &text)) {
		if (text.len > 1)
			return cfr__lex_fail(x, start, "a number has no leading zeros");
		return cfr__lex_expected(x, "a number");
	}
	if (cfr__lex_peek(x) == '.') {
		x->at++;
		if (!digit(cfr__lex_peek(x)))
			return cfr__lex_expected(x, "a digit after the point");
		while (digit(cfr__lex_peek(x)))
			x->at++;
	}
	if (cfr__lex_peek(x) == 'e' || cfr__lex_peek(x) == 'E') {
		x->at++;
		if (cfr__lex_peek(x) == '+' || cfr__lex_peek(x) == '-')
			x->at++;
		if (!digit(cfr__lex_peek(x)))
			return cfr__lex_expected(x, "a digit of the exponent");
		while (digit(cfr__lex_peek(x)))
			x->at++;
	}
	text = cfr_str_sub(x->text, start, x->at);
	switch (cfr_num_parse(text, &integer, &real)) {
	case CFR_NUM_INT:
		out->kind = CFR__INT;
		out->of.integer = integer;
		break;
	case CFR_NUM_FLOAT:
		out->kind = CFR__FLOAT;
		out->of.real = real;
		break;
	default:		/* beyond int64 */
		out->kind = CFR__FLOAT;
		out->of.real = cfr_num_strtod(text);
	}
	return 0;
}
