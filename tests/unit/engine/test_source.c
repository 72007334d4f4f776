/* tests/unit/engine/test_source.c */
#include "engine/source.h"
#include "engine/base/str.h"
#include "engine/base/utf8.h"
#include "engine/base/work.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static cfr_source *make(const char *text, size_t len)
{
	cfr_source *s;

	assert_int_equal(cfr_source_new(&s, CFR_STR("a.yaml"), (cfr_str){ text, len }, NULL, NULL), 0);
	return s;
}

/* Counting character by character, the way people do. */
static cfr_place slow(cfr_str text, uint32_t offset)
{
	cfr_place p = { 1, 1 };
	uint32_t i = cfr_str_starts(text, CFR_STR("\xEF\xBB\xBF")) ? 3 : 0;

	for (; i < offset && i < text.len; i++) {
		char c = text.ptr[i];

		if (c == '\n' || (c == '\r' && (i + 1 == text.len || text.ptr[i + 1] != '\n'))) {
			p.line++;
			p.column = 1;
		} else {
			p.column += ((unsigned char)c & 0xC0) != 0x80;
		}
	}
	return p;
}

static void check(const char *text, size_t len)
{
	cfr_source *s = make(text, len);

	for (uint32_t i = 0; i <= len; i++) {
		cfr_place p = cfr_source_place(s, i), q = slow(cfr_source_bytes(s), i);

		if (p.line != q.line || p.column != q.column)
			fail_msg("offset %u of '%s': %u:%u, not %u:%u", i, text, p.line, p.column, q.line, q.column);
	}
	cfr_source_unref(s);
}

static void test_places(void **state)
{
	static const char *const texts[] = {
		"", "a", "\n", "a\n", "a\nb", "a\r\nb", "a\rb", "\r\r\n\n\r", "\xEF\xBB\xBF", "\xEF\xBB\xBF" "a: 1\nb", "\xEF\xBB\xBF\n",
		"\xC3\xA9: \xE2\x82\xAC\n\xF0\x9F\x98\x80x\r\ny", "a\n\n\nb\n", "\n\xEF\xBB\xBF",
	};
	char *big = malloc(20000);
	size_t n = 0;

	(void)state;
	assert_non_null(big);
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		check(texts[i], strlen(texts[i]));
	while (n < 5000) {		/* one long line with letters of all lengths, then short ones */
		memcpy(big + n, "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80", 10);
		n += 10;
	}
	while (n < 9000) {
		memcpy(big + n, "\xC3\xA9 b\r\n", 6);
		n += 6;
	}
	check(big, n);
	check(big, 1024);
	check(big, 2048);
	free(big);
}

static void test_lines(void **state)
{
	cfr_source *s = make("\xEF\xBB\xBF" "one\r\ntwo\rthree\n\nlast", 23);

	(void)state;
	assert_int_equal(cfr_source_lines(s), 5);
	assert_true(cfr_str_eq(cfr_source_line(s, 1), CFR_STR("one")));
	assert_true(cfr_str_eq(cfr_source_line(s, 2), CFR_STR("two")));
	assert_true(cfr_str_eq(cfr_source_line(s, 3), CFR_STR("three")));
	assert_int_equal(cfr_source_line(s, 4).len, 0);
	assert_true(cfr_str_eq(cfr_source_line(s, 5), CFR_STR("last")));
	assert_int_equal(cfr_source_line(s, 6).len, 0);
	assert_int_equal(cfr_source_line(s, 0).len, 0);
	assert_int_equal(cfr_source_line(s, UINT32_MAX).len, 0);
	cfr_source_unref(s);
	s = make("a\n", 2);
	assert_int_equal(cfr_source_lines(s), 1);
	assert_int_equal(cfr_source_line(s, 2).len, 0);
	cfr_source_unref(s);
	s = make("", 0);
	assert_int_equal(cfr_source_lines(s), 0);
	cfr_source_unref(s);
}

static void test_whole(void **state)
{
	cfr_source *s, *again;
	cfr_limits limits;
	cfr_err err = CFR_ERR_INIT;
	char name[64] = "";

	(void)state;
	cfr_limits_default(&limits);
	limits.of[CFR_LIMIT_FILE] = 3;
	assert_int_equal(cfr_source_new(&s, CFR_STR("n"), CFR_STR("abcd"), &limits, &err), CFR_E_LIMIT);
	assert_string_equal(err.file, "n");
	assert_string_equal(err.limit, "file");
	assert_int_equal(cfr_source_new(&s, CFR_STR("n"), CFR_STR("abc"), &limits, &err), 0);
	again = cfr_source_ref(s);
	assert_ptr_equal(again, s);
	assert_null(cfr_source_unref(s));
	assert_true(cfr_str_eq(cfr_source_name(again), CFR_STR("n")));
	assert_string_equal(cfr_source_bytes(again).ptr, "abc");
	cfr_source_unref(again);
	assert_null(cfr_source_unref(NULL));
	assert_null(cfr_source_ref(NULL));
	snprintf(name, sizeof(name), "%s", P_tmpdir "/cfgrun-source-XXXXXX");
	int fd = mkstemp(name);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "a: 1\n", 5), 5);
	close(fd);
	assert_int_equal(cfr_source_open(&s, name, NULL, &err), 0);
	assert_true(cfr_str_eq(cfr_source_bytes(s), CFR_STR("a: 1\n")));
	assert_true(cfr_str_eq(cfr_source_name(s), cfr_str_of(name)));
	cfr_source_unref(s);
	unlink(name);
	assert_int_equal(cfr_source_open(&s, name, NULL, &err), CFR_E_IO);
}

static int ask(void *arg, unsigned worker, size_t index, cfr_err *err)
{
	cfr_source *s = cfr_source_ref(arg);
	cfr_place p = cfr_source_place(s, (uint32_t)(index % 400));

	(void)worker;
	cfr_source_unref(s);
	return p.line == index % 400 / 4 + 1 && p.column == index % 4 + 1 ? 0 : cfr_err_set(err, CFR_E_BUG, "%zu", index);
}

/* Many threads asking a fresh source first. */
static void test_threads(void **state)
{
	char text[401];

	(void)state;
	for (int i = 0; i < 100; i++)
		memcpy(text + 4 * i, "abc\n", 4);
	for (int i = 0; i < 50; i++) {
		cfr_source *s = make(text, 400);

		assert_int_equal(cfr_work_run(8, 1000, ask, s, NULL), 0);
		cfr_source_unref(s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_places), cmocka_unit_test(test_lines), cmocka_unit_test(test_whole),
		cmocka_unit_test(test_threads),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
