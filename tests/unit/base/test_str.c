/* tests/unit/base/test_str.c */
#include "engine/base/str.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

static void test_str(void **state)
{
	(void)state;
	assert_true(cfr_str_eq(CFR_STR(""), (cfr_str){ NULL, 0 }));
	assert_true(cfr_str_eq(CFR_STR("a"), CFR_STR("a")));
	assert_false(cfr_str_eq(CFR_STR("a"), CFR_STR("b")));
	assert_false(cfr_str_eq(CFR_STR("a"), CFR_STR("ab")));
	assert_true(cfr_str_cmp(CFR_STR("a"), CFR_STR("ab")) < 0);
	assert_true(cfr_str_cmp(CFR_STR("b"), CFR_STR("ab")) > 0);
	assert_true(cfr_str_cmp(CFR_STR("\xC3\xA9"), CFR_STR("z")) > 0);
	assert_int_equal(cfr_str_cmp((cfr_str){ NULL, 0 }, CFR_STR("")), 0);
	assert_true(cfr_str_starts(CFR_STR("abc"), CFR_STR("ab")));
	assert_false(cfr_str_starts(CFR_STR("a"), CFR_STR("ab")));
	assert_true(cfr_str_ends(CFR_STR("abc"), CFR_STR("bc")));
	assert_true(cfr_str_ends(CFR_STR("abc"), CFR_STR("")));
	assert_false(cfr_str_ends(CFR_STR("c"), CFR_STR("bc")));
}

static void test_buf(void **state)
{
	cfr_buf buf = CFR_BUF_INIT;
	cfr_err err = CFR_ERR_INIT;
	char *room;

	(void)state;
	assert_int_equal(cfr_buf_check(&buf, NULL), 0);
	cfr_buf_add(&buf, NULL, 0);
	assert_string_equal(buf.ptr, "");
	cfr_buf_addz(&buf, "a");
	cfr_buf_addc(&buf, 'b');
	cfr_buf_adds(&buf, CFR_STR("cd"));
	cfr_buf_addf(&buf, "%d-%s", 12, "x");
	assert_string_equal(buf.ptr, "abcd12-x");
	room = cfr_buf_room(&buf, 1000);
	assert_non_null(room);
	memset(room, 'y', 1000);
	buf.len += 1000;
	assert_int_equal(buf.ptr[1008], '\0');
	cfr_buf_clear(&buf);
	assert_string_equal(buf.ptr, "");
	for (int i = 0; i < 3000; i++)
		cfr_buf_addc(&buf, (char)('a' + i % 26));
	assert_int_equal(buf.len, 3000);
	assert_int_equal(buf.ptr[2999], 'a' + 2999 % 26);
	cfr_buf_clear(&buf);
	cfr_buf_addf(&buf, "%2000s|", "z");	/* longer than any small space */
	assert_int_equal(buf.len, 2001);
	assert_string_equal(buf.ptr + 1999, "z|");
	cfr_buf_clear(&buf);
	cfr_buf_addz(&buf, "keep:abcde");
	cfr_buf_reverse(&buf, 5);
	assert_string_equal(buf.ptr, "keep:edcba");
	cfr_buf_reverse(&buf, 9);
	cfr_buf_reverse(&buf, 10);
	assert_string_equal(buf.ptr, "keep:edcba");
	assert_int_equal(cfr_buf_check(&buf, &err), 0);
	assert_int_equal(err.code, 0);
	cfr_buf_release(&buf);
	assert_null(buf.ptr);
}

static void test_ceiling(void **state)
{
	cfr_buf buf = { .max = 10 };
	cfr_err err = CFR_ERR_INIT;

	(void)state;
	cfr_buf_addz(&buf, "0123456789");
	assert_int_equal(cfr_buf_check(&buf, &err), 0);
	cfr_buf_addc(&buf, 'x');
	assert_int_equal(buf.len, 10);
	cfr_buf_addz(&buf, "");		/* stays failed */
	assert_null(cfr_buf_room(&buf, 0));
	assert_int_equal(cfr_buf_check(&buf, &err), CFR_E_LIMIT);
	assert_int_equal(err.code, CFR_E_LIMIT);
	cfr_buf_clear(&buf);
	cfr_buf_addz(&buf, "again");
	assert_int_equal(cfr_buf_check(&buf, &err), 0);
	assert_null(cfr_buf_room(&buf, SIZE_MAX - 3));
	assert_int_not_equal(cfr_buf_check(&buf, &err), 0);
	cfr_buf_release(&buf);
	assert_int_equal(buf.max, 10);
}

static unsigned apart(const char *a, const char *b, unsigned max)
{
	unsigned d = cfr_str_distance(cfr_str_of(a), cfr_str_of(b), max);

	assert_int_equal(d, cfr_str_distance(cfr_str_of(b), cfr_str_of(a), max));
	return d;
}

static void test_distance(void **state)
{
	char a[200], b[200];

	(void)state;
	assert_int_equal(apart("", "", 3), 0);
	assert_int_equal(apart("", "abc", 3), 3);
	assert_int_equal(apart("", "abcd", 3), 4);
	assert_int_equal(apart("model", "model", 0), 0);
	assert_int_equal(apart("model", "modle", 3), 1);
	assert_int_equal(apart("model", "modl", 3), 1);
	assert_int_equal(apart("model", "nodal", 3), 2);
	assert_int_equal(apart("kitten", "sitting", 3), 3);
	assert_int_equal(apart("kitten", "sitting", 2), 3);
	assert_int_equal(apart("ab", "ba", 1), 1);
	assert_int_equal(apart("abcdef", "ghijkl", 2), 3);
	memset(a, 'a', sizeof(a));
	memset(b, 'a', sizeof(b));
	b[100] = 'b';
	assert_int_equal(cfr_str_distance((cfr_str){ a, 200 }, (cfr_str){ a, 200 }, 2), 0);
	assert_int_equal(cfr_str_distance((cfr_str){ a, 200 }, (cfr_str){ b, 200 }, 2), 3);
	assert_int_equal(cfr_str_distance((cfr_str){ a, 64 }, (cfr_str){ a, 63 }, 2), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_str), cmocka_unit_test(test_buf), cmocka_unit_test(test_ceiling),
		cmocka_unit_test(test_distance),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
