/* tests/faults/test_cache.c -- a cache without memory: what it cannot do, it does without. */
#include "failing.h"

#include "unit/cache/caching.h"

static int work(void *arg)
{
	cfr_cache_options *options = arg;
	cfr_cache_key key = caching_key(1), other = caching_key(2);
	cfr_str pieces[9];
	cfr_cache_verdict verdict;
	cfr_cache_stats stats;
	cfr_err err = CFR_ERR_INIT;
	cfr_buf out = CFR_BUF_INIT;
	cfr_cache cache;
	uint64_t bytes;
	int r;

	cfr_cache_clear(&bytes, options, NULL);
	for (int i = 0; i < 9; i++)
		pieces[i] = CFR_STR("nine pieces");
	cfr_cache_open(&cache, options);
	if (cache.ops) {
		cache.ops->put(cache.arg, &key, pieces, 9);
		cache.ops->put(cache.arg, &other, pieces, 2);
		if (cache.ops->get(cache.arg, &key, &out)) {
			assert_int_equal(out.len, 99);
			assert_memory_equal(out.ptr + 88, "nine pieces", 11);
		}
		cfr_buf_release(&out);
		cfr_cache_count(cache, 1, 0);
	}
	cfr_cache_close(cache);
	r = cfr_cache_verify(&verdict, options, &err);
	if (r == 0) {
		assert_int_equal(verdict.removed, 0);
		assert_false(verdict.moved);
		r = cfr_cache_read_stats(&stats, options, &err);
	}
	if (r == 0)
		r = cfr_cache_clear(&bytes, options, &err);
	assert_int_equal(err.code, r);
	return r;
}

static void test_memory(void **state)
{
	cfr_cache_options options = { .folder = *state };

	assert_true(cfr_fail_each(work, &options) > 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = { caching_test(test_memory) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
