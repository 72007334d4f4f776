/* tests/unit/base/test_re.c */
#include "engine/base/re.h"
#include "engine/base/str.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

static int match(const char *pattern, const char *subject, size_t from, size_t at[8])
{
	cfr_re *re;
	cfr_re_scratch *scratch;
	const size_t *found;
	int r;

	assert_int_equal(cfr_re_new(&re, cfr_str_of(pattern), NULL), 0);
	assert_int_equal(cfr_re_scratch_new(&scratch, NULL, NULL), 0);
	r = cfr_re_match(re, scratch, cfr_str_of(subject), from, &found, NULL);
	for (int i = 0; i < r * 2 && i < 8; i++)
		at[i] = found[i];
	cfr_re_scratch_free(scratch);
	cfr_re_free(re);
	return r;
}

static void test_match(void **state)
{
	size_t at[8];

	(void)state;
	assert_int_equal(match("b+", "abbc", 0, at), 1);
	assert_int_equal(at[0], 1);
	assert_int_equal(at[1], 3);
	assert_int_equal(match("b", "abbc", 2, at), 1);
	assert_int_equal(at[0], 2);
	assert_int_equal(match("x", "abbc", 0, at), 0);
	assert_int_equal(match("", "", 0, at), 1);
	assert_int_equal(match("(a)|(b)|(c)", "b", 0, at), 4);
	assert_true(at[2] == SIZE_MAX && at[3] == SIZE_MAX);
	assert_int_equal(at[4], 0);
	assert_int_equal(at[5], 1);
	assert_true(at[6] == SIZE_MAX);			/* a group behind the last that took part */
	assert_int_equal(match("^.$", "\xC3\xA9", 0, at), 1);	/* characters, not bytes */
	assert_int_equal(match("\\p{Lu}", "\xD0\x96", 0, at), 1);
	assert_int_equal(match("\\d", "\xD9\xA1", 0, at), 0);	/* digits are ASCII's */
}

/* One scratch serves patterns with more and fewer groups in turn. */
static void test_scratch(void **state)
{
	static const char *const patterns[] = { "a", "(a)(b)?(c)?(d)?", "(a)", "((((((a))))))" };
	static const int groups[] = { 1, 5, 2, 7 };
	cfr_re_scratch *scratch;
	const size_t *at;

	(void)state;
	assert_int_equal(cfr_re_scratch_new(&scratch, NULL, NULL), 0);
	for (size_t i = 0; i < 8; i++) {
		cfr_re *re;

		assert_int_equal(cfr_re_new(&re, cfr_str_of(patterns[i % 4]), NULL), 0);
		assert_int_equal(cfr_re_match(re, scratch, CFR_STR("xa"), 0, &at, NULL), groups[i % 4]);
		assert_int_equal(at[0], 1);
		cfr_re_free(re);
	}
	cfr_re_scratch_free(scratch);
	cfr_re_scratch_free(NULL);
	cfr_re_free(NULL);
}

static void test_errors(void **state)
{
	cfr_re *re = NULL;
	cfr_err err = CFR_ERR_INIT;

	(void)state;
	assert_int_equal(cfr_re_new(&re, CFR_STR("\xC3\xA9\xC3\xA9(a"), &err), CFR_E_SYNTAX);
	assert_null(re);
	assert_int_equal(err.column, 5);		/* behind the four characters that there are */
	assert_true(strlen(err.message) > 20);
	assert_int_equal(cfr_re_new(&re, CFR_STR("a\xFF"), &err), CFR_E_SYNTAX);
	assert_int_equal(cfr_re_new(&re, CFR_STR("\\C"), &err), CFR_E_SYNTAX);
	assert_int_equal(cfr_re_new(&re, CFR_STR("*"), NULL), CFR_E_SYNTAX);
}

static void test_limit(void **state)
{
	cfr_re *re;
	cfr_re_scratch *scratch;
	cfr_limits limits;
	cfr_err err = CFR_ERR_INIT;
	const size_t *at;

	(void)state;
	cfr_limits_default(&limits);
	limits.of[CFR_LIMIT_PATTERN_STEPS] = 10000;
	assert_int_equal(cfr_re_new(&re, CFR_STR("^(a+)+$"), NULL), 0);
	assert_int_equal(cfr_re_scratch_new(&scratch, &limits, NULL), 0);
	assert_int_equal(cfr_re_match(re, scratch, CFR_STR("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab"), 0, &at, &err), CFR_E_LIMIT);
	assert_string_equal(err.limit, "pattern-steps");
	assert_int_equal(cfr_re_match(re, scratch, CFR_STR("aaa"), 0, &at, &err), 2);	/* it still serves */
	cfr_re_scratch_free(scratch);
	cfr_re_free(re);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_match), cmocka_unit_test(test_scratch), cmocka_unit_test(test_errors),
		cmocka_unit_test(test_limit),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
