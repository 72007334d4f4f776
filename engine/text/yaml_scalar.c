/* engine/text/yaml_scalar.c -- the core schema of YAML 1.2: what a plain scalar means.
 *
 * null:  empty ~ null Null NULL            bool:  true True TRUE false False FALSE
 * int:   [-+]?(0|[1-9][0-9]*)  0o[0-7]+  0x[0-9a-fA-F]+
 * float: [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?  [-+]?\.(inf|Inf|INF)  \.(nan|NaN|NAN)
 *
 * One place differs from the letter of the schema: digits alone with a leading zero (0777, 08) stay text. YAML 1.1
 * reads the first as octal, 1.2 as decimal, people mean a file mode or a number plate; text is what nobody misreads,
 * and a rule of the yaml pack tells the author. Everything else that 1.1 knew (yes, on, 1_000, 22:22) is text too.
 *
 * Most plain scalars are words, so the first character decides: only ~ n N t T f F . + - and digits look further.
 */
#include "engine/base/num.h"
#include "engine/text/read.h"

static bool digit(char c)
{
	return c >= '0' && c <= '9';
}

static int hex_value(char c)
{
	if (digit(c))
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Three spellings of a word: lower, Capital, UPPER. */
static bool spelt(cfr_str text, const char *lower, const char *capital, const char *upper)
{
	return text.len == strlen(lower) && (memcmp(text.ptr, lower, text.len) == 0 ||
	       memcmp(text.ptr, capital, text.len) == 0 || memcmp(text.ptr, upper, text.len) == 0);
}

bool cfr__float_lost(cfr_str text, double real)
{
	if (real > 1.7976931348623157e308 || real < -1.7976931348623157e308)
		return true;
	if (real < 0 || real > 0)
		return false;
	for (size_t i = 0; i < text.len && (text.ptr[i] | 0x20) != 'e'; i++) {
		if (text.ptr[i] >= '1' && text.ptr[i] <= '9')
			return true;
	}
	return false;
}

/* 0o17 and 0x1F; the text has at least three characters. */
static bool based(cfr__scalar *out, cfr_str text, unsigned bits)
{
	uint64_t value = 0;
	bool big = false;

	for (size_t i = 2; i < text.len; i++) {
		int d = hex_value(text.ptr[i]);

		if (d < 0 || d >= 1 << bits)
			return false;
		big |= value >> (63 - bits) != 0;
		value = value << bits | (unsigned)d;
	}
	out->kind = big ? CFR_OTHER : CFR_INT;
	out->integer = big ? 0 : (int64_t)value;
	return true;
}

static void decimal(cfr__scalar *out, cfr_str digits, bool minus)
{
	uint64_t value = 0;

	if (digits.len > 1 && digits.ptr[0] == '0')
		return;		/* 0777: text */
	out->kind = CFR_INT;
	if (digits.len > 19) {
		out->kind = CFR_OTHER;
		out->out_of_range = digits.len > CFR__INT_DIGITS;
		return;
	}
	for (size_t i = 0; i < digits.len; i++)
		value = value * 10 + (uint64_t)(digits.ptr[i] - '0');
	if (value > (uint64_t)INT64_MAX + minus)
		out->kind = CFR_OTHER;
	else
		out->integer = minus ? (int64_t)(0 - value) : (int64_t)value;
}

static void number(cfr__scalar *out, cfr_str text)
{
	size_t i = 0, first, whole, fraction = 0;
	bool minus = text.ptr[0] == '-', sign = minus || text.ptr[0] == '+', point = false, exponent = false;
	cfr_str rest;

	if (!sign && text.len > 2 && text.ptr[0] == '0') {
		if ((text.ptr[1] == 'x' && based(out, text, 4)) || (text.ptr[1] == 'o' && based(out, text, 3)))
			return;
	}
	first = i = sign;
	while (i < text.len && digit(text.ptr[i]))
		i++;
	whole = i - first;
	rest = cfr_str_sub(text, first, text.len);
	if (i == text.len) {
		if (whole)
			decimal(out, rest, minus);
		return;
	}
	if (text.ptr[i] == '.') {
		point = true;
		for (i++; i < text.len && digit(text.ptr[i]); i++)
			fraction++;
	}
	if (whole + fraction == 0) {
		if (point && (spelt(rest, ".inf", ".Inf", ".INF"))) {
			out->kind = CFR_FLOAT;
			out->real = minus ? -__builtin_inf() : __builtin_inf();
		} else if (!sign && spelt(rest, ".nan", ".NaN", ".NAN")) {
			out->kind = CFR_FLOAT;
			out->real = __builtin_nan("");
		}
		return;
	}
	if (i < text.len && (text.ptr[i] | 0x20) == 'e') {
		i++;
		if (i < text.len && (text.ptr[i] == '-' || text.ptr[i] == '+'))
			i++;
		while (i < text.len && digit(text.ptr[i])) {
			exponent = true;
			i++;
		}
		if (!exponent)
			return;
	}
	if (i != text.len)
		return;
	out->kind = CFR_FLOAT;
	out->real = cfr_num_strtod(rest);
	out->out_of_range = cfr__float_lost(rest, out->real);
	if (minus)
		out->real = -out->real;
}

void cfr__resolve(cfr__scalar *out, cfr_str text)
{
	*out = (cfr__scalar){ .kind = CFR_STRING };
	if (text.len == 0) {
		out->kind = CFR_NULL;
		return;
	}
	switch (text.ptr[0]) {
	case '~':
		if (text.len == 1)
			out->kind = CFR_NULL;
		return;
	case 'n': case 'N':
		if (spelt(text, "null", "Null", "NULL"))
			out->kind = CFR_NULL;
		return;
	case 't': case 'T':
		if (spelt(text, "true", "True", "TRUE")) {
			out->kind = CFR_BOOL;
			out->truth = true;
		}
		return;
	case 'f': case 'F':
		if (spelt(text, "false", "False", "FALSE"))
			out->kind = CFR_BOOL;
		return;
	case '0': case '1': case '2': case '3': case '4': case '5': case '6': case '7': case '8': case '9':
	case '+': case '-': case '.':
		number(out, text);
		return;
	default:
		return;
	}
}
