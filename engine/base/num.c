/* engine/base/num.c -- numbers and their text.
 *
 * Reading: up to 19 digits are gathered in a word on the way. When they fit a double exactly and so does the power of
 * ten, one multiplication or division rounds correctly (Clinger, 1990); that is nearly every number of a
 * configuration. The rest goes to strtod as "digits e exponent", a form without a decimal point, so that the
 * locale, which may want a comma there, has no say. No double needs more than 768 digits to be rounded; further ones
 * matter only in not being zero, so a digit 1 stands for them and the copy has a fixed size.
 *
 * Writing: the fewest digits whose nearest decimal reads back. printf makes the digits; what it puts between them
 * (again the locale) is skipped, and the point is set here.
 */
#include "engine/base/num.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DIGITS = 800, EXPONENT_END = 100000 };

static bool digit(char c) { return c >= '0' && c <= '9'; }

/* What a decimal text says: its first 19 significant digits as a word, all of them counted, and the power of ten of
 * the last digit gathered. */
typedef struct decimal {
	uint64_t word;
	int64_t exponent;
	bool negative;
	bool cut;		/* digits were left out of `word` */
} decimal;

static bool fits_fast(const decimal *d)
{
	return FLT_EVAL_METHOD == 0 && !d->cut && d->word <= UINT64_C(1) << 53 && d->exponent >= -22 &&
	       d->exponent <= 22;
}

static double fast(const decimal *d)
{
	static const double tens[] = { 1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
		                       1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };
	double x = (double)d->word;

	x = d->exponent < 0 ? x / tens[-d->exponent] : x * tens[d->exponent];
	return d->negative ? -x : x;
}

static int64_t read_exponent(const char *p, const char *end)
{
	bool negative = false;
	int64_t e = 0;

	if (p < end && (*p == '+' || *p == '-'))
		negative = *p++ == '-';
	for (; p < end && digit(*p); p++) {
		if (e < INT64_C(1000000000000))
			e = e * 10 + (*p - '0');
	}
	return negative ? -e : e;
}

/* The general case: all significant digits, copied for strtod. */
static double slow(const char *p, const char *end)
{
	char text[DIGITS + 32];
	size_t n = 0;
	int64_t exponent = 0;
	bool point = false, dropped = false, negative = false;

	if (p < end && (*p == '+' || *p == '-'))
		negative = *p++ == '-';
	for (; p < end && (digit(*p) || *p == '.'); p++) {
		if (*p == '.') {
			point = true;
			continue;
		}
		exponent -= point;
		if (n == 0 && *p == '0')
			continue;
		if (n < DIGITS) {
			text[n++] = *p;
		} else {
			dropped = dropped || *p != '0';
			exponent++;
		}
	}
	if (p < end)
		exponent += read_exponent(p + 1, end);
	if (n == 0)
		return negative ? -0.0 : 0.0;
	if (dropped) {
		text[n++] = '1';
		exponent--;
	}
	exponent = exponent > EXPONENT_END ? EXPONENT_END : exponent < -EXPONENT_END ? -EXPONENT_END : exponent;
	snprintf(text + n, sizeof(text) - n, "e%d", (int)exponent);
	double x = strtod(text, NULL);
	return negative ? -x : x;
}

double cfr_num_strtod(cfr_str text)
{
	const char *p = text.ptr, *end = p + text.len;
	decimal d = { 0 };
	bool point = false;
	int n = 0;

	if (p < end && (*p == '+' || *p == '-'))
		d.negative = *p++ == '-';
	for (; p < end && (digit(*p) || *p == '.'); p++) {
		if (*p == '.') {
			point = true;
			continue;
		}
		d.exponent -= point;
		if (n < 19) {
			d.word = d.word * 10 + (uint64_t)(*p - '0');
			n += d.word != 0;
		} else {
			d.cut = true;
		}
	}
	if (p < end)
		d.exponent += read_exponent(p + 1, end);
	return fits_fast(&d) ? fast(&d) : slow(text.ptr, text.ptr + text.len);
}

cfr_num cfr_num_parse(cfr_str text, int64_t *integer, double *real)
{
	const char *p = text.ptr, *end = p + text.len, *first;
	decimal d = { 0 };
	bool over = false, is_float = false;

	if (p < end && *p == '-') {
		d.negative = true;
		p++;
	}
	if (p == end || !digit(*p))
		return CFR_NUM_NONE;
	if (*p == '0' && p + 1 < end && digit(p[1]))
		return CFR_NUM_NONE;
	first = p;
	for (; p < end && digit(*p); p++) {
		if (p - first < 19)
			d.word = d.word * 10 + (uint64_t)(*p - '0');
		else
			d.cut = true;
	}
	over = d.cut || d.word > (uint64_t)INT64_MAX + d.negative;
	if (p < end && *p == '.') {
		const char *fraction = ++p;

		for (; p < end && digit(*p); p++) {
			/* 19 digits of any kind cannot overflow a word; leading zeros only cost reach. */
			if (p - first <= 19)
				d.word = d.word * 10 + (uint64_t)(*p - '0');
			else
				d.cut = true;
		}
		if (p == fraction)
			return CFR_NUM_NONE;
		d.exponent = -(int64_t)(p - fraction);
		is_float = true;
	}
	if (p < end && (*p == 'e' || *p == 'E')) {
		const char *e = ++p;

		if (p < end && (*p == '+' || *p == '-'))
			p++;
		if (p == end || !digit(*p))
			return CFR_NUM_NONE;
		for (; p < end && digit(*p); p++)
			;
		d.exponent += read_exponent(e, p);
		is_float = true;
	}
	if (p != end)
		return CFR_NUM_NONE;
	if (is_float) {
		*real = fits_fast(&d) ? fast(&d) : slow(text.ptr, end);
		return CFR_NUM_FLOAT;
	}
	if (over)
		return CFR_NUM_BIG;
	*integer = d.negative ? (int64_t)(0 - d.word) : (int64_t)d.word;
	return CFR_NUM_INT;
}

size_t cfr_num_write_int(char out[CFR_NUM_MAX], int64_t value)
{
	uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
	char text[20];
	size_t at = sizeof(text), n = 0;

	do {
		text[--at] = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest);
	if (value < 0)
		out[n++] = '-';
	memcpy(out + n, text + at, sizeof(text) - at);
	return n + sizeof(text) - at;
}

/* `count` digits of x > 0, nearest, and the power of ten of the first. */
static int digits_of(char *out, double x, int count)
{
	char text[64];
	const char *p = text;
	int n = 0;

	snprintf(text, sizeof(text), "%.*e", count - 1, x);
	for (; *p != 'e'; p++) {
		if (digit(*p))
			out[n++] = *p;
	}
	return (int)read_exponent(p + 1, text + strlen(text));
}

static bool reads_back(const char *digits, int count, int exponent, double x)
{
	char text[40];
	int n = snprintf(text, sizeof(text), "%.*se%d", count, digits, exponent - count + 1);

	return cfr_num_strtod((cfr_str){ text, (size_t)n }) == x;
}

/* Next larger decimal of the same length; false when the digits are all nines. */
static bool increment(char *digits, int count)
{
	while (count > 0 && digits[count - 1] == '9')
		digits[--count] = '0';
	if (count == 0)
		return false;
	digits[count - 1]++;
	return true;
}

/* The shortest digits of x > 0. Any decimal of 15 digits survives the way through a normal double, so if so few
 * suffice, 15 digits show them, with zeros behind; below the normal doubles each length is tried. Above a power of
 * two doubles lie twice as far apart as below: there the nearest decimal may fail and the next larger do. */
static int shortest(char digits[18], int *exponent, double x)
{
	int count;

	for (count = x < DBL_MIN ? 1 : 15; count < 17; count++) {
		char up[18];

		*exponent = digits_of(digits, x, count);
		if (reads_back(digits, count, *exponent, x))
			break;
		memcpy(up, digits, (size_t)count);
		if (increment(up, count) && reads_back(up, count, *exponent, x)) {
			memcpy(digits, up, (size_t)count);
			break;
		}
	}
	if (count == 17)
		*exponent = digits_of(digits, x, 17);
	while (count > 1 && digits[count - 1] == '0')
		count--;
	return count;
}

/* 0.00001 and 1234567890123456.0 are written out; beyond that the exponent has a sign and the mantissa a point, so
 * that readers of YAML 1.1, which need both, see a float too. */
size_t cfr_num_write_float(char out[CFR_NUM_MAX], double value)
{
	char digits[18];
	int count, exponent;
	size_t n = 0;

	if (isnan(value)) {
		memcpy(out, ".nan", 4);
		return 4;
	}
	if (signbit(value))
		out[n++] = '-';
	if (isinf(value)) {
		memcpy(out + n, ".inf", 4);
		return n + 4;
	}
	if (value == 0) {
		memcpy(out + n, "0.0", 3);
		return n + 3;
	}
	count = shortest(digits, &exponent, fabs(value));
	if (exponent < -5 || exponent > 15) {
		out[n++] = digits[0];
		out[n++] = '.';
		if (count == 1)
			out[n++] = '0';
		memcpy(out + n, digits + 1, (size_t)count - 1);
		n += (size_t)count - 1;
		return n + (size_t)snprintf(out + n, CFR_NUM_MAX - n, "e%+03d", exponent);
	}
	if (exponent < 0) {
		memcpy(out + n, "0.00000", 7);
		n += (size_t)(1 - exponent);
		memcpy(out + n, digits, (size_t)count);
		return n + (size_t)count;
	}
	for (int i = 0; i <= exponent || i < count; i++) {
		if (i == exponent + 1)
			out[n++] = '.';
		out[n++] = i < count ? digits[i] : '0';
	}
	if (count <= exponent + 1) {
		out[n++] = '.';
		out[n++] = '0';
	}
	return n;
}
