/* tests/unit/engine/test_limits.c */
#include "engine/limits.h"
#include "engine/base/str.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

static void test_table(void **state)
{
	cfr_limits limits;
	cfr_err err = CFR_ERR_INIT;

	(void)state;
	cfr_limits_default(&limits);
	for (int i = 0; i < CFR_LIMIT_COUNT; i++) {
		cfr_str word = cfr_str_of(cfr_limit_word((cfr_limit)i));

		assert_int_equal(limits.of[i], cfr_limit_default((cfr_limit)i));
		assert_true(cfr_limit_default((cfr_limit)i) <= cfr_limit_max((cfr_limit)i));
		assert_true(cfr_limit_unit((cfr_limit)i)[0] != '\0' && cfr_limit_text((cfr_limit)i)[0] != '\0');
		assert_true(word.len < sizeof(err.limit));
		assert_int_equal(cfr_limits_set(&limits, word, cfr_limit_max((cfr_limit)i), &err), 0);
		assert_int_equal(limits.of[i], cfr_limit_max((cfr_limit)i));
		assert_int_equal(cfr_limits_set(&limits, word, cfr_limit_max((cfr_limit)i) + 1, &err), CFR_E_USAGE);
		assert_int_equal(limits.of[i], cfr_limit_max((cfr_limit)i));
		assert_int_equal(cfr_err_limit(&err, &limits, (cfr_limit)i), CFR_E_LIMIT);
		assert_string_equal(err.limit, word.ptr);
		assert_non_null(strstr(err.hint, "cannot be raised"));
		assert_int_equal(cfr_err_limit(&err, NULL, (cfr_limit)i), CFR_E_LIMIT);
		assert_non_null(strstr(err.hint, word.ptr));
	}
	assert_int_equal(cfr_err_limit(NULL, NULL, CFR_LIMIT_DEPTH), CFR_E_LIMIT);
}

static void test_unknown(void **state)
{
	cfr_limits limits;
	cfr_err err = CFR_ERR_INIT;

	(void)state;
	cfr_limits_default(&limits);
	assert_int_equal(cfr_limits_set(&limits, CFR_STR("dept"), 5, &err), CFR_E_USAGE);
	assert_string_equal(err.message, "there is no limit 'dept'");
	assert_string_equal(err.hint, "did you mean 'depth'?");
	assert_int_equal(cfr_limits_set(&limits, CFR_STR("xyzzyxyzzy"), 5, &err), CFR_E_USAGE);
	assert_non_null(strstr(err.hint, "see"));
	assert_int_equal(cfr_limits_set(&limits, (cfr_str){ NULL, 0 }, 5, NULL), CFR_E_USAGE);
	assert_int_equal(limits.of[CFR_LIMIT_DEPTH], 128);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_table), cmocka_unit_test(test_unknown) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
