/* tests/unit/cache/test_env.c -- what makes room: what was not used for longest, in batches that fit. */
#include "caching.h"

#include "cache/env.h"
#include "cache/inspect.h"

#include <fcntl.h>
#include <sys/stat.h>

enum { BOUND = 1 << 20 };

static cfr__env *make(const char *folder)
{
	cfr__env *env;
	char name[600];

	assert_int_equal(mkdir(folder, 0700), 0);
	snprintf(name, sizeof(name), "%s/v1.mdb", folder);
	assert_int_equal(cfr__env_open(&env, name, BOUND, NULL), 0);
	return env;
}

static int try_put(cfr__env *env, unsigned number, size_t size, int64_t time, uint64_t *dropped)
{
	cfr_cache_key key = caching_key(number);
	cfr__head head = { .len = size, .time = time };
	char *bytes = caching_bytes(number, size);
	int r = cfr__env_put(env, key.bytes, &(cfr_str){ bytes, size }, 1, &head, dropped, NULL);

	free(bytes);
	return r;
}

static uint64_t put(cfr__env *env, unsigned number, size_t size, int64_t time)
{
	uint64_t dropped = 0;

	assert_int_equal(try_put(env, number, size, time, &dropped), 0);
	return dropped;
}

static bool is_there(cfr__env *env, unsigned number)
{
	cfr_cache_key key = caching_key(number);
	uint8_t full[CFR__KEY], page[CFR__PAGE_MOST];
	cfr__snapshot snap;
	cfr__value value;
	bool found;

	cfr__env_key(full, CFR__RECORD, key.bytes);
	assert_null(cfr__snapshot_take(&snap, cfr__env_fd(env)));
	assert_null(cfr__page_find(&value, &found, page, &snap, (cfr_str){ (char *)full, sizeof(full) }));
	return found;
}

static void expect_order(cfr__env *env)
{
	cfr__snapshot snap;

	assert_null(cfr__snapshot_take(&snap, cfr__env_fd(env)));
	assert_int_equal(cfr__inspect(&snap, NULL, NULL, NULL), 0);
	assert_true((snap.last + 1) * snap.page <= BOUND);
}

static void test_oldest_first(void **state)
{
	cfr__env *env = make(*state);
	cfr_cache_key keys[3] = { caching_key(3), caching_key(4), caching_key(9999) };
	uint64_t dropped = 0;
	unsigned i;

	put(env, 50000, 3000, INT64_MAX / 2);	/* made by a clock that was set back since */
	for (i = 0; dropped == 0; i++) {
		dropped = put(env, i, 3000, 1000 + i);
		if (i == 100)
			assert_int_equal(cfr__env_touch(env, keys, 3, 1100, NULL), 0);
	}
	assert_in_range(i, 150, 250);
	assert_false(is_there(env, 50000));
	assert_true(is_there(env, 3) && is_there(env, 4) && is_there(env, i - 1));
	assert_false(is_there(env, 9999));
	for (unsigned n = 0; n < dropped; n++) {
		if (n < 3)
			assert_false(is_there(env, n));
	}
	for (unsigned n = (unsigned)dropped + 2; n < i; n++)
		assert_true(is_there(env, n));
	expect_order(env);
	assert_int_equal(cfr__env_remove(env, keys, 2, NULL), 0);
	assert_false(is_there(env, 3) || is_there(env, 4));
	expect_order(env);
	cfr__env_close(env);
}

/* Many small records, whose dropping changes as many pages as it frees; then larger ones, which may find no room between what
 * is scattered: that is said, and nothing is lost. */
static void test_small_then_larger(void **state)
{
	cfr__env *env = make(*state);

	for (unsigned i = 0; i < 6000; i++) {
		put(env, i, 40 + i % 90, 1000 + i);
		if (i >= 1000 && i % 50 == 0)
			assert_true(is_there(env, i - 400));
		if (i % 500 == 0)
			expect_order(env);
	}
	for (unsigned i = 6000; i < 6100; i++) {
		uint64_t dropped = 0;
		int r = try_put(env, i, i % 3 ? 100 : 30000, 1000 + i, &dropped);
		assert_true(r == 0 || (i % 3 == 0 && r == CFR_E_LIMIT));
		assert_int_equal(is_there(env, i), r == 0);
		expect_order(env);
	}
	cfr__env_close(env);
}

int main(void)
{
	const struct CMUnitTest tests[] = { caching_test(test_oldest_first), caching_test(test_small_then_larger) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
