/* tests/unit/base/test_num.c */
#include "engine/base/num.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static cfr_str str(const char *z) { return (cfr_str){ z, strlen(z) }; }

static void test_kinds(void **state)
{
	static const struct { const char *text; cfr_num kind; int64_t integer; double real; } cases[] = {
		{ "0", CFR_NUM_INT, 0, 0 }, { "-0", CFR_NUM_INT, 0, 0 }, { "7", CFR_NUM_INT, 7, 0 },
		{ "9223372036854775807", CFR_NUM_INT, INT64_MAX, 0 }, { "-9223372036854775808", CFR_NUM_INT, INT64_MIN, 0 },
		{ "9223372036854775808", CFR_NUM_BIG, 0, 0 }, { "-9223372036854775809", CFR_NUM_BIG, 0, 0 },
		{ "18446744073709551616", CFR_NUM_BIG, 0, 0 }, { "100000000000000000000000", CFR_NUM_BIG, 0, 0 },
		{ "1.0", CFR_NUM_FLOAT, 0, 1.0 }, { "1e2", CFR_NUM_FLOAT, 0, 100.0 }, { "1E+2", CFR_NUM_FLOAT, 0, 100.0 },
		{ "-2.5e-3", CFR_NUM_FLOAT, 0, -2.5e-3 }, { "0.1", CFR_NUM_FLOAT, 0, 0.1 }, { "1e400", CFR_NUM_FLOAT, 0, INFINITY },
		{ "1e-400", CFR_NUM_FLOAT, 0, 0 }, { "123456789012345678901234567890.5", CFR_NUM_FLOAT, 0, 123456789012345678901234567890.5 },
		{ "", CFR_NUM_NONE, 0, 0 }, { "-", CFR_NUM_NONE, 0, 0 }, { "+1", CFR_NUM_NONE, 0, 0 }, { "01", CFR_NUM_NONE, 0, 0 },
		{ "-01", CFR_NUM_NONE, 0, 0 }, { "1.", CFR_NUM_NONE, 0, 0 }, { ".5", CFR_NUM_NONE, 0, 0 }, { "1e", CFR_NUM_NONE, 0, 0 },
		{ "1e+", CFR_NUM_NONE, 0, 0 }, { "1.e2", CFR_NUM_NONE, 0, 0 }, { "0x10", CFR_NUM_NONE, 0, 0 }, { "1 ", CFR_NUM_NONE, 0, 0 },
		{ " 1", CFR_NUM_NONE, 0, 0 }, { "1,5", CFR_NUM_NONE, 0, 0 }, { "1_000", CFR_NUM_NONE, 0, 0 }, { "nan", CFR_NUM_NONE, 0, 0 },
		{ "Infinity", CFR_NUM_NONE, 0, 0 }, { "--1", CFR_NUM_NONE, 0, 0 }, { "1e5.0", CFR_NUM_NONE, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		int64_t integer = 42;
		double real = 42;
		cfr_num kind = cfr_num_parse(str(cases[i].text), &integer, &real);

		if (kind != cases[i].kind)
			fail_msg("'%s' is %d", cases[i].text, (int)kind);
		if (kind == CFR_NUM_INT)
			assert_int_equal(integer, cases[i].integer);
		else
			assert_int_equal(integer, 42);
		if (kind == CFR_NUM_FLOAT)
			assert_true(real == cases[i].real);
		else
			assert_true(real == 42);
	}
}

/* Hard cases of rounding: halfway, just beside it, the ends of the range, and more digits than any table. */
static void test_rounding(void **state)
{
	static const struct { const char *text; double value; } cases[] = {
		{ "9007199254740993", 9007199254740992.0 }, { "9007199254740993.00000000000000000000000001", 9007199254740994.0 },
		{ "9007199254740995", 9007199254740996.0 }, { "4.9406564584124654e-324", 0x1p-1074 },
		{ "2.4703282292062327e-324", 0.0 }, { "2.4703282292062328e-324", 0x1p-1074 },
		{ "2.2250738585072011e-308", 0x0.fffffffffffffp-1022 }, { "2.2250738585072014e-308", 0x1p-1022 },
		{ "1.7976931348623157e308", 0x1.fffffffffffffp1023 }, { "1.7976931348623159e308", INFINITY },
		{ "0.000000000000000000000000000000000000001e39", 1.0 }, { "100000000000000000000000e-23", 1.0 },
		{ "1e23", 1e23 }, { "8.533e68", 8.533e68 }, { "-0.0", -0.0 }, { "6.02214076e23", 6.02214076e23 },
		{ "1e99999999999999999999", INFINITY }, { "0e99999999999999999999", 0 }, { "1e-99999999999999999999", 0 },
	};
	char *text = malloc(5000);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		double x = cfr_num_strtod(str(cases[i].text));

		if (x != cases[i].value || signbit(x) != signbit(cases[i].value))
			fail_msg("%s gives %a", cases[i].text, x);
	}
	/* 2^53 + 1 with a thousand zeros, then a one: above the half. */
	assert_non_null(text);
	strcpy(text, "9007199254740993.");
	memset(text + 17, '0', 2000);
	strcpy(text + 2017, "1");
	assert_true(cfr_num_strtod(str(text)) == 9007199254740994.0);
	text[2017] = '0';
	assert_true(cfr_num_strtod(str(text)) == 9007199254740992.0);
	/* A long way down and back. */
	strcpy(text, "0.");
	memset(text + 2, '0', 4000);
	strcpy(text + 4002, "1e4001");
	assert_true(cfr_num_strtod(str(text)) == 1.0);
	free(text);
}

static void check_write(double value, const char *expected)
{
	char out[CFR_NUM_MAX];
	size_t n = cfr_num_write_float(out, value);

	if (n != strlen(expected) || memcmp(out, expected, n) != 0)
		fail_msg("%a is written %.*s, not %s", value, (int)n, out, expected);
}

static void test_write(void **state)
{
	char out[CFR_NUM_MAX];

	(void)state;
	assert_int_equal(cfr_num_write_int(out, INT64_MIN), 20);
	assert_memory_equal(out, "-9223372036854775808", 20);
	assert_int_equal(cfr_num_write_int(out, 0), 1);
	assert_memory_equal(out, "0", 1);
	assert_int_equal(cfr_num_write_int(out, INT64_MAX), 19);
	assert_memory_equal(out, "9223372036854775807", 19);
	check_write(0, "0.0");
	check_write(-0.0, "-0.0");
	check_write(1, "1.0");
	check_write(-1.5, "-1.5");
	check_write(0.1, "0.1");
	check_write(0.1 + 0.2, "0.30000000000000004");
	check_write(100, "100.0");
	check_write(123456789, "123456789.0");
	check_write(1e15, "1000000000000000.0");
	check_write(1e16, "1.0e+16");
	check_write(1.5e300, "1.5e+300");
	check_write(0.00001, "0.00001");
	check_write(0.0000123, "0.0000123");
	check_write(0.000001, "1.0e-06");
	check_write(5e-324, "5.0e-324");
	check_write(1.7976931348623157e308, "1.7976931348623157e+308");
	check_write(2.2250738585072014e-308, "2.2250738585072014e-308");
	check_write(0x1p-44, "5.684341886080802e-14");	/* the nearest 16 digits do not read back */
	check_write(9007199254740993.0, "9007199254740992.0");
	check_write(INFINITY, ".inf");
	check_write(-INFINITY, "-.inf");
	check_write(NAN, ".nan");
}

static uint64_t draw(uint64_t *s)
{
	*s ^= *s << 13;
	*s ^= *s >> 7;
	return *s ^= *s << 17;
}

/* Any double survives; none has a shorter text of its digits that also does. */
static void test_round_trip(void **state)
{
	uint64_t seed = 88172645463325252;

	(void)state;
	for (int i = 0; i < 60000; i++) {
		uint64_t bits = draw(&seed);
		char out[CFR_NUM_MAX + 1], shorter[64];
		double x, y;
		int64_t n;
		size_t len;
		int digits = 0;

		if (i % 3 == 0)
			bits &= UINT64_C(0x800FFFFFFFFFFFFF);	/* subnormal */
		else if (i % 3 == 1)
			bits &= UINT64_C(0xFFF0000000000000);	/* powers of two */
		memcpy(&x, &bits, sizeof(x));
		if (!isfinite(x) || x == 0)
			continue;
		len = cfr_num_write_float(out, x);
		assert_true(len < CFR_NUM_MAX);
		out[len] = '\0';
		assert_int_equal(cfr_num_parse((cfr_str){ out, len }, &n, &y), CFR_NUM_FLOAT);
		assert_memory_equal(&x, &y, sizeof(x));
		assert_true(strtod(out, NULL) == x);
		for (char *p = out; *p && *p != 'e'; p++)
			digits += *p >= '0' && *p <= '9' && (digits > 0 || *p != '0');
		for (char *p = out + strcspn(out, "e"); p > out && (p[-1] == '0' || p[-1] == '.'); p--)
			digits -= p[-1] == '0';
		if (digits > 1) {
			snprintf(shorter, sizeof(shorter), "%.*e", digits - 2, x);
			assert_true(strtod(shorter, NULL) != x);
		}
	}
}

/* The same as the C library's, over texts of all lengths. */
static void test_against_library(void **state)
{
	uint64_t seed = 1234567;

	(void)state;
	for (int i = 0; i < 60000; i++) {
		char text[80];
		size_t n = 0, before = draw(&seed) % 25 + 1, after = draw(&seed) % 30;
		double x;

		for (size_t k = 0; k < before; k++)
			text[n++] = (char)('0' + draw(&seed) % 10);
		text[n++] = '.';
		for (size_t k = 0; k < after; k++)
			text[n++] = (char)('0' + draw(&seed) % 10);
		n += (size_t)snprintf(text + n, sizeof(text) - n, "e%d", (int)(draw(&seed) % 700) - 350);
		x = cfr_num_strtod((cfr_str){ text, n });
		if (x != strtod(text, NULL))
			fail_msg("%s", text);
	}
}

static void test_locale(void **state)
{
	static const char *const commas[] = { "de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "nl_NL.UTF-8", "ru_RU.UTF-8" };
	const char *set = NULL;

	(void)state;
	for (size_t i = 0; !set && i < sizeof(commas) / sizeof(*commas); i++)
		set = setlocale(LC_ALL, commas[i]);
	if (!set)
		skip();
	check_write(0.1 + 0.2, "0.30000000000000004");
	check_write(1.5e300, "1.5e+300");
	assert_true(cfr_num_strtod(str("1234567890123456789.5e-40")) > 1.2e-22);
	setlocale(LC_ALL, "C");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds), cmocka_unit_test(test_rounding), cmocka_unit_test(test_write),
		cmocka_unit_test(test_round_trip), cmocka_unit_test(test_against_library), cmocka_unit_test(test_locale),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
