/* tests/faults/test_base.c -- the lowest floor without memory. */
#include "faults/failing.h"

#include "engine/base/arena.h"
#include "engine/base/digest.h"
#include "engine/base/file.h"
#include "engine/base/re.h"
#include "engine/base/slab.h"
#include "engine/base/work.h"
#include "engine/source.h"
#include <stdio.h>
#include <unistd.h>

static int buffer(void *arg)
{
	cfr_buf buf = CFR_BUF_INIT;
	cfr_err err = CFR_ERR_INIT;
	int r;

	(void)arg;
	for (int i = 0; i < 100; i++)
		cfr_buf_addf(&buf, "%d %s;", i, "some text to make it grow");
	cfr_buf_addc(&buf, 'x');
	r = cfr_buf_check(&buf, &err);
	assert_int_equal(err.code, r);
	if (r == 0)
		assert_int_equal(buf.ptr[buf.len - 1], 'x');
	cfr_buf_release(&buf);
	return r;
}

static int arena(void *arg)
{
	cfr_pool *pool = cfr_pool_new(1 << 20);
	cfr_arena a;
	int r = CFR_E_NOMEM;

	(void)arg;
	if (!pool)
		return r;
	cfr_arena_init(&a, pool);
	for (int i = 0; i < 40; i++) {
		if (!cfr_arena_zalloc(&a, 100, 50) || !cfr_arena_str(&a, CFR_STR("word")).ptr ||
		    !cfr_arena_printf(&a, "%d", i))
			goto done;
	}
	if (!cfr_arena_alloc(&a, 1 << 20))
		goto done;
	r = 0;
done:
	cfr_arena_release(&a);
	cfr_pool_free(pool);
	return r;
}

static int slabs(void *arg)
{
	cfr_pool *pool = cfr_pool_new(1 << 20);
	uint32_t cap = 0, *items = NULL;
	char *at = NULL, *grown;
	int r = CFR_E_NOMEM;

	(void)arg;
	if (!pool)
		return r;
	for (int i = 0; i < 3; i++) {
		if (!(at = cfr_slab_new(i ? pool : NULL, 1000)))
			goto done;
		memset(at, 'x', 1000);
		if (!(grown = cfr_slab_grow(at, 5000)))
			goto done;
		at = cfr_slab_trim(grown, 2000);
		assert_int_equal(at[999], 'x');
		cfr_slab_free(at);
		at = NULL;
	}
	for (uint32_t i = 0; i < 5000; i++) {
		if ((r = cfr_slab_vec(&items, pool, &cap, i + 1, sizeof(*items), NULL)) < 0)
			goto done;
		items[i] = i;
	}
	assert_int_equal(items[4999], 4999);
	r = 0;
done:
	cfr_slab_free(items);
	cfr_pool_free(pool);
	cfr_slab_free(at);
	return r;
}

static int source(void *arg)
{
	cfr_source *s;
	cfr_err err = CFR_ERR_INIT;
	cfr_place place;
	int r = cfr_source_new(&s, CFR_STR("x.yaml"), CFR_STR("\xEF\xBB\xBF" "a: 1\r\nb: \xC3\xA9 2\rc: 3\n"), NULL, &err);

	(void)arg;
	assert_int_equal(err.code, r);
	if (r < 0)
		return r;
	/* Without memory for the index the answers are the same. */
	place = cfr_source_place(s, 14);
	assert_int_equal(place.line, 2);
	assert_int_equal(place.column, 5);
	assert_int_equal(cfr_source_lines(s), 3);
	assert_true(cfr_str_eq(cfr_source_line(s, 3), CFR_STR("c: 3")));
	assert_int_equal(cfr_source_line(s, 4).len, 0);
	assert_int_equal(cfr_source_line(s, 5).len, 0);
	assert_true(cfr_str_eq(cfr_source_line(s, 1), CFR_STR("a: 1")));
	cfr_source_unref(s);
	return 0;
}

static int pattern(void *arg)
{
	cfr_re *re = NULL;
	cfr_re_scratch *scratch = NULL;
	cfr_err err = CFR_ERR_INIT;
	const size_t *at;
	int r = cfr_re_new(&re, CFR_STR("(a+)(b)?"), &err);

	(void)arg;
	if (r == 0)
		r = cfr_re_scratch_new(&scratch, NULL, &err);
	if (r == 0)
		r = cfr_re_match(re, scratch, CFR_STR("xaab"), 0, &at, &err);
	if (r >= 0) {
		assert_int_equal(r, 3);
		assert_int_equal(at[0], 1);
		assert_int_equal(at[1], 4);
		r = 0;
	}
	cfr_re_scratch_free(scratch);
	cfr_re_free(re);
	return r;
}

static int digest(void *arg)
{
	uint8_t out[32], again[32];
	cfr_digest *made;
	int r = cfr_digest_new(&made, NULL);

	(void)arg;
	if (r < 0)
		return r;
	if ((r = cfr_digest_begin(made, NULL)) == 0 && (r = cfr_digest_add(made, "abc", 3, NULL)) == 0)
		r = cfr_digest_end(made, out, NULL);
	cfr_digest_free(made);
	assert_true(r < 0 || (cfr_sha256(again, "abc", 3, NULL) == 0 && memcmp(out, again, sizeof(out)) == 0));
	return r;
}

static int count_one(void *arg, unsigned worker, size_t index, cfr_err *err)
{
	(void)worker;
	(void)index;
	(void)err;
	atomic_fetch_add((atomic_int *)arg, 1);
	return 0;
}

static int work(void *arg)
{
	atomic_int n = 0;
	cfr_err err = CFR_ERR_INIT;
	int r = cfr_work_run(3, 20, count_one, &n, &err);

	(void)arg;
	assert_int_equal(n, r == 0 ? 20 : 0);
	return r;
}

static int file(void *arg)
{
	const char *name = arg;
	cfr_buf buf = CFR_BUF_INIT;
	cfr_err err = CFR_ERR_INIT;
	int r = cfr_file_replace(name, CFR_STR("new text\n"), &err);

	assert_int_equal(err.code, r);
	if (r == 0)
		r = cfr_file_read(&buf, name, NULL, &err);
	if (r == 0)
		assert_string_equal(buf.ptr, "new text\n");
	cfr_buf_release(&buf);
	return r;
}

static void test_buffer(void **state) { (void)state; assert_true(cfr_fail_each(buffer, NULL) > 3); }
static void test_arena(void **state) { (void)state; assert_true(cfr_fail_each(arena, NULL) > 3); }
static void test_slabs(void **state) { (void)state; assert_true(cfr_fail_each(slabs, NULL) > 10); }
static void test_source(void **state) { (void)state; assert_int_equal(cfr_fail_each(source, NULL), 2); }
static void test_pattern(void **state) { (void)state; assert_true(cfr_fail_each(pattern, NULL) > 5); }
static void test_digest(void **state) { (void)state; assert_true(cfr_fail_each(digest, NULL) >= 1); }
static void test_work(void **state) { (void)state; assert_true(cfr_fail_each(work, NULL) >= 1); }

static void test_file(void **state)
{
	char folder[] = P_tmpdir "/cfgrun-faults-XXXXXX", name[64];

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(name, sizeof(name), "%s/file", folder);
	assert_true(cfr_fail_each(file, name) > 1);
	assert_int_equal(unlink(name), 0);
	assert_int_equal(rmdir(folder), 0);	/* nothing else was left behind */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_buffer), cmocka_unit_test(test_arena), cmocka_unit_test(test_slabs),
		cmocka_unit_test(test_source),
		cmocka_unit_test(test_pattern), cmocka_unit_test(test_digest), cmocka_unit_test(test_work),
		cmocka_unit_test(test_file),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
