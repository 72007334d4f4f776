/* tests/unit/engine/test_error.c */
#include "engine/error.h"
#include "engine/base/utf8.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>

static void test_set(void **state)
{
	cfr_err err = CFR_ERR_INIT;

	(void)state;
	err.line = 7;
	strcpy(err.hint, "old");
	assert_int_equal(cfr_err_set(&err, CFR_E_SYNTAX, "bad %s %d", "thing", 3), CFR_E_SYNTAX);
	assert_int_equal(err.code, CFR_E_SYNTAX);
	assert_string_equal(err.message, "bad thing 3");
	assert_int_equal(err.line, 0);
	assert_string_equal(err.hint, "");
	cfr_err_hint(&err, "do %s", "that");
	assert_string_equal(err.hint, "do that");
	assert_int_equal(cfr_err_set(&err, CFR_E_IO, "while reading: %s", err.message), CFR_E_IO);	/* of itself */
	assert_string_equal(err.message, "while reading: bad thing 3");
	cfr_err_set(&err, CFR_E_IO, "two\nlines\x1b[31m");
	assert_string_equal(err.message, "two lines [31m");
	cfr_err_set(&err, CFR_E_IO, "'%.*s', \xFF and '%s'", 3, "\xC3\xA9\xC3\xA9", "\xC3\xA9");	/* half a letter quoted */
	assert_string_equal(err.message, "'\xC3\xA9',  and '\xC3\xA9'");
	assert_int_equal(cfr_err_nomem(&err), CFR_E_NOMEM);
	assert_int_equal(cfr_err_set(NULL, CFR_E_BUG, "%s", "x"), CFR_E_BUG);
	cfr_err_hint(NULL, "x");
	cfr_err_at(NULL, CFR_STR("f"), 1, 1);
	cfr_err_path(NULL, CFR_STR("/a"));
	assert_int_equal(cfr_err_nomem(NULL), CFR_E_NOMEM);
}

/* Whatever the length, what is left is whole characters and as much of them as fits. */
static void test_cut(void **state)
{
	static const char *const letters[] = { "x", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80" };
	cfr_err err;

	(void)state;
	for (size_t k = 0; k < 4; k++) {
		for (size_t pad = 0; pad < 5; pad++) {
			char text[1100] = "";
			size_t n;

			memset(text, 'a', pad);
			for (int i = 0; i < 260; i++)
				strcat(text, letters[k]);
			cfr_err_set(&err, CFR_E_IO, "%s", text);
			n = strlen(err.message);
			assert_true(n > 255 - strlen(letters[k]) && n <= 255);
			assert_int_equal(cfr_utf8_valid(err.message, n), n);
			cfr_err_path(&err, (cfr_str){ text, strlen(text) });
			n = strlen(err.path);
			assert_true(n > 255 - strlen(letters[k]) && n <= 255);
			assert_int_equal(cfr_utf8_valid(err.path, n), n);
			cfr_err_at(&err, (cfr_str){ text, strlen(text) }, 1, 1);
			n = strlen(err.file);
			assert_true(n > 255 - strlen(letters[k]) && n <= 255);
			assert_int_equal(cfr_utf8_valid(err.file, n), n);
			assert_memory_equal(err.file, "...", 3);
			assert_string_equal(err.file + 3, text + strlen(text) - (n - 3));
		}
	}
}

static void test_place(void **state)
{
	cfr_err err = CFR_ERR_INIT;

	(void)state;
	cfr_err_set(&err, CFR_E_SYNTAX, "x");
	cfr_err_at(&err, (cfr_str){ NULL, 0 }, 3, 4);
	cfr_err_at(&err, CFR_STR("a.yaml"), 9, 9);	/* the lower floor knew better */
	cfr_err_at(&err, CFR_STR("b.yaml"), 9, 9);
	assert_string_equal(err.file, "a.yaml");
	assert_int_equal(err.line, 3);
	assert_int_equal(err.column, 4);
	cfr_err_path(&err, CFR_STR("/a"));
	cfr_err_path(&err, CFR_STR("/b"));
	assert_string_equal(err.path, "/a");
	cfr_err_set(&err, CFR_E_SYNTAX, "x");
	err.column = 5;
	cfr_err_at(&err, CFR_STR("q"), 2, 8);		/* a column without a line stays */
	assert_int_equal(err.line, 2);
	assert_int_equal(err.column, 5);
}

static void test_codes(void **state)
{
	(void)state;
#define X(name, code, status, text)                                              \
	{                                                                        \
		char word[32] = #name;                                           \
		for (char *p = word; *p; p++)                                    \
			*p = (char)tolower((unsigned char)*p);                   \
		assert_string_equal(cfr_code_name(code), word);                  \
		assert_string_equal(cfr_code_text(code), text);                  \
		assert_int_equal(cfr_code_exit(code), status);                   \
	}
	CFR_ERROR_MAP(X)
#undef X
	assert_int_equal(cfr_code_exit(0), 0);
	assert_int_equal(cfr_code_exit(-1000), 2);
	assert_int_equal(cfr_code_exit(1), 2);
	assert_string_equal(cfr_code_name(-1000), "unknown");
	assert_non_null(cfr_code_text(1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_set), cmocka_unit_test(test_cut), cmocka_unit_test(test_place),
		cmocka_unit_test(test_codes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
