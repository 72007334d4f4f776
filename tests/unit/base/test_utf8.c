/* tests/unit/base/test_utf8.c */
#include "engine/base/utf8.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

static void test_valid(void **state)
{
	static const struct { const char *text; size_t valid; } cases[] = {
		{ "", 0 }, { "abc", 3 }, { "\xC3\xA9", 2 }, { "\xE2\x82\xAC", 3 }, { "\xF0\x9F\x98\x80", 4 }, { "\xF4\x8F\xBF\xBF", 4 },
		{ "\x7F", 1 }, { "\xEF\xBF\xBF", 3 }, { "\xED\x9F\xBF", 3 }, { "\xEE\x80\x80", 3 },
		{ "a\x80", 1 }, { "\xC0\x80", 0 }, { "\xC1\xBF", 0 }, { "\xC3", 0 }, { "\xC3(", 0 }, { "\xE0\x9F\xBF", 0 },
		{ "\xE2\x82", 0 }, { "\xE2(\xA1", 0 }, { "\xED\xA0\x80", 0 }, { "\xED\xBF\xBF", 0 }, { "\xF0\x8F\xBF\xBF", 0 },
		{ "\xF4\x90\x80\x80", 0 }, { "\xF5\x80\x80\x80", 0 }, { "\xFF", 0 }, { "\xFE", 0 }, { "\xF0\x9F\x98", 0 },
		{ "ab\xC3\xA9\xC3", 4 }, { "\xF0\x9F\x98\x80\xED\xA0\x80", 4 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		size_t len = strlen(cases[i].text);

		/* Wherever it stands: the strides must not miss it. */
		for (size_t before = 0; before < 70; before++) {
			char text[160];

			memset(text, 'x', sizeof(text));
			memcpy(text + before, cases[i].text, len);
			assert_int_equal(cfr_utf8_valid(text, before + len), before + cases[i].valid);
			assert_int_equal(cfr_utf8_valid(text, before + len + 40),
			                 cases[i].valid == len ? before + len + 40 : before + cases[i].valid);
		}
	}
	assert_int_equal(cfr_utf8_valid("a\0b", 3), 3);
}

static void test_code_points(void **state)
{
	char text[4];
	uint32_t c, count = 0;

	(void)state;
	for (c = 0; c < 0x110000; c += c < 0x3000 ? 1 : 37) {
		uint32_t again;
		size_t n;

		if (c >= 0xD800 && c < 0xE000)
			continue;
		n = cfr_utf8_encode(text, c);
		assert_int_equal(cfr_utf8_valid(text, n), n);
		assert_int_equal(cfr_utf8_decode(&again, text, n), n);
		assert_int_equal(again, c);
		assert_int_equal(cfr_utf8_count(text, n), 1);
		count++;
	}
	assert_true(count > 12000);
	assert_int_equal(cfr_utf8_decode(&c, "", 0), 0);
	for (size_t n = 0; n < 40; n++) {
		char long_text[81];

		for (size_t i = 0; i < n; i++)
			memcpy(long_text + 2 * i, "\xC3\xA9", 2);
		assert_int_equal(cfr_utf8_count(long_text, 2 * n), n);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_valid), cmocka_unit_test(test_code_points) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
