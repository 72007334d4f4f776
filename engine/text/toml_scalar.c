/* engine/text/toml_scalar.c -- the scalars of TOML: strings, booleans, numbers, dates.
 *
 * What has no quotes is one word of letters, digits and + - . _ : and is told from its first characters. Integers of
 * a few digits, the common case, are gathered on the way. An integer beyond int64 is refused, as the specification
 * demands; so is a float out of range.
 */
#include "engine/base/num.h"
#include "engine/text/toml_lex.h"

static bool digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool word_char(char c)
{
	return digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_' || c == '+' || c == '-' || c == '.' ||
	       c == ':';
}

static int digit_value(char c)
{
	char low = (char)(c | 0x20);

	return digit(c) ? c - '0' : low >= 'a' && low <= 'f' ? low - 'a' + 10 : 99;
}

/* Digits with single underscores between them, from i on; returns where they end, `from` when there are none. */
static size_t digits(cfr_str word, size_t from, int base)
{
	size_t i = from;

	while (i < word.len && (digit_value(word.ptr[i]) < base ||
	                        (word.ptr[i] == '_' && i > from && word.ptr[i - 1] != '_' && i + 1 < word.len &&
	                         digit_value(word.ptr[i + 1]) < base)))
		i++;
	return i;
}

/* The digits' value; false beyond what int64 holds (one more below zero). */
static bool gather(int64_t *out, cfr_str word, size_t from, int base, bool minus)
{
	uint64_t value = 0, max = (uint64_t)INT64_MAX + minus;

	for (size_t i = from; i < word.len; i++) {
		unsigned d;

		if (word.ptr[i] == '_')
			continue;
		d = (unsigned)digit_value(word.ptr[i]);
		if (value > (max - d) / (unsigned)base)
			return false;
		value = value * (unsigned)base + d;
	}
	*out = minus ? (int64_t)(0 - value) : (int64_t)value;
	return true;
}

/* Is it a float? Digits, then a fraction, an exponent or both. */
static bool float_form(cfr_str word, size_t first)
{
	size_t i = digits(word, first, 10), from;

	if (i == first || (word.ptr[first] == '0' && i > first + 1))
		return false;
	if (i < word.len && word.ptr[i] == '.') {
		from = i + 1;
		i = digits(word, from, 10);
		if (i == from)
			return false;
	}
	if (i < word.len && (word.ptr[i] | 0x20) == 'e') {
		i++;
		if (i < word.len && (word.ptr[i] == '+' || word.ptr[i] == '-'))
			i++;
		from = i;
		i = digits(word, from, 10);
		if (i == from)
			return false;
	}
	return i == word.len;
}

static int real(cfr__toml *t, cfr__toml_scalar *out, cfr_str word, size_t first, bool minus)
{
	cfr_str rest = cfr_str_sub(word, first, word.len);
	int rc = 0;

	out->kind = CFR_FLOAT;
	if (cfr_str_eq(rest, CFR_STR("inf"))) {
		out->real = __builtin_inf();
	} else if (cfr_str_eq(rest, CFR_STR("nan"))) {
		out->real = __builtin_nan("");
		minus = false;
	} else if (!float_form(word, first)) {
		return cfr__toml_fail(t, word.ptr, CFR__TOML_NUMBER);
	} else {
		if (memchr(rest.ptr, '_', rest.len)) {
			cfr_buf_clear(t->scratch);
			for (size_t i = 0; i < rest.len; i++) {
				if (rest.ptr[i] != '_')
					cfr_buf_addc(t->scratch, rest.ptr[i]);
			}
			rc = cfr_buf_check(t->scratch, t->err);
			if (rc)
				return rc;
			rest = cfr_buf_str(t->scratch);
		}
		out->real = cfr_num_strtod(rest);
		if (cfr__float_lost(rest, out->real))
			return cfr__toml_fail(t, word.ptr, CFR__TOML_FLOAT_RANGE);
	}
	if (minus)
		out->real = -out->real;
	return 0;
}

static int number(cfr__toml *t, cfr__toml_scalar *out, cfr_str word)
{
	bool minus = word.ptr[0] == '-';
	size_t first = minus || word.ptr[0] == '+';
	int base = 10;

	if (first == 0 && word.len > 2 && word.ptr[0] == '0')
		base = word.ptr[1] == 'x' ? 16 : word.ptr[1] == 'o' ? 8 : word.ptr[1] == 'b' ? 2 : 10;
	if (base != 10)
		first = 2;
	if (word.len == first)
		return cfr__toml_fail(t, word.ptr, CFR__TOML_NUMBER);
	if (digits(word, first, base) != word.len || (base == 10 && word.ptr[first] == '0' && word.len > first + 1))
		return base == 10 ? real(t, out, word, first, minus) : cfr__toml_fail(t, word.ptr, CFR__TOML_NUMBER);
	out->kind = CFR_INT;
	if (!gather(&out->integer, word, first, base, minus))
		return cfr__toml_fail(t, word.ptr, CFR__TOML_INT_RANGE);
	return 0;
}

static int plain(cfr__toml *t, cfr__toml_scalar *out)
{
	const char *start = t->p, *p = start;
	cfr_str word;
	int rc;

	while (p < t->end && word_char(*p))
		p++;
	word = (cfr_str){ start, (size_t)(p - start) };
	if (cfr_str_eq(word, CFR_STR("true")) || cfr_str_eq(word, CFR_STR("false"))) {
		out->kind = CFR_BOOL;
		out->truth = *start == 't';
	} else if (cfr__toml_is_date(start, p)) {
		return cfr__toml_date(t, out);
	} else if (word.len && (digit(*start) || *start == '+' || *start == '-' ||
	                        cfr_str_eq(word, CFR_STR("inf")) || cfr_str_eq(word, CFR_STR("nan")))) {
		rc = number(t, out, word);
		if (rc)
			return rc;
	} else {
		return cfr__toml_fail(t, start, CFR__TOML_VALUE);
	}
	t->p = p;
	return 0;
}

/* Up to 18 digits without sign that begin with no zero, and nothing of a word behind them. */
static inline bool small_integer(cfr__toml *t, cfr__toml_scalar *out)
{
	const char *p = t->p;
	int64_t value = 0;

	if (p == t->end || *p < '1' || *p > '9')
		return false;
	while (p < t->end && digit(*p) && p - t->p < 18)
		value = value * 10 + (*p++ - '0');
	if (p < t->end && word_char(*p))
		return false;
	out->kind = CFR_INT;
	out->integer = value;
	t->p = p;
	return true;
}

int cfr__toml_scalar_read(cfr__toml *t, cfr__toml_scalar *out)
{
	int rc = 0;

	out->start = cfr__toml_at(t, t->p);
	out->style = CFR_PLAIN;
	if (t->p < t->end && (*t->p == '"' || *t->p == '\'')) {
		out->kind = CFR_STRING;
		rc = cfr__toml_string(t, &out->text, &out->style);
	} else if (!small_integer(t, out)) {
		rc = plain(t, out);
	}
	out->end = cfr__toml_at(t, t->p);
	return rc;
}
