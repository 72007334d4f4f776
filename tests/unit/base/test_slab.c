/* tests/unit/base/test_slab.c -- slabs hold what is put into them, wait, are found again, and are bounded. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "engine/base/large.h"
#include "engine/base/slab.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { KEEP = 24 << 20 };

static const size_t sizes[] = { 0, 1, 15, 16, 48, 49, 100, 1000, 4096, 65536, 200000, CFR_LARGE - 17, CFR_LARGE - 16,
	                        CFR_LARGE, CFR_LARGE + 1, 1000001, 3 << 20, (5 << 20) + 99, 7000001 };
enum { SIZES = sizeof(sizes) / sizeof(*sizes) };

static void fill(void *at, size_t size, unsigned char what) { memset(at, what, size); }

static void holds(const void *at, size_t size, unsigned char what)
{
	const unsigned char *bytes = at;

	for (size_t i = 0; i < size; i++)
		assert_int_equal(bytes[i], what);
}

/* Every size, grown to every other and cut, without a pool and with one. */
static void test_sizes(void **state)
{
	(void)state;
	for (int pooled = 0; pooled < 2; pooled++) {
		cfr_pool *pool = pooled ? cfr_pool_new(KEEP) : NULL;

		for (size_t i = 0; i < SIZES; i++) {
			for (size_t k = 0; k < SIZES; k++) {
				size_t less = sizes[i] < sizes[k] ? sizes[i] : sizes[k];
				char *at = i % 2 ? cfr_slab_new(pool, sizes[i]) : cfr_slab_room(pool, sizes[i]), *grown;

				assert_non_null(at);
				assert_int_equal((uintptr_t)at % 16, 0);
				assert_true(cfr_slab_size(at) >= sizes[i]);
				assert_ptr_equal(cfr_slab_pool(at), pool);
				fill(at, cfr_slab_size(at), 1);
				grown = cfr_slab_grow(at, sizes[k]);
				assert_non_null(grown);
				holds(grown, less, 1);
				fill(grown, sizes[k], 2);
				grown = cfr_slab_trim(grown, less);
				holds(grown, less, 2);
				assert_true(cfr_slab_size(grown) >= less);
				cfr_slab_free(grown);
			}
		}
		assert_true(cfr_pool_look(pool).held <= KEEP);
		cfr_pool_free(pool);
	}
	assert_null(cfr_slab_new(NULL, SIZE_MAX / 2));
	cfr_slab_free(NULL);
}

/* The same again takes nothing from the system, and nor does a little less. */
static void test_reuse(void **state)
{
	cfr_pool *pool = cfr_pool_new(KEEP);
	cfr_pool_counts before, after;
	void *at[SIZES];

	(void)state;
	for (int round = 0; round < 50; round++) {
		for (size_t i = 0; i < SIZES; i++)
			at[i] = cfr_slab_new(pool, sizes[i] - (round ? sizes[i] / 100 : 0));
		for (size_t i = 0; i < SIZES; i++)
			cfr_slab_free(at[i]);
		if (round == 0)
			before = cfr_pool_look(pool);
	}
	after = cfr_pool_look(pool);
	assert_int_equal(after.fresh, before.fresh);
	assert_int_equal(after.reused, before.reused + 49 * SIZES);
	assert_int_equal(after.held, before.held);
	cfr_pool_free(pool);
}

/* An array that grows by doubling finds the next time what it grew into. */
static void test_growing(void **state)
{
	cfr_pool *pool = cfr_pool_new(KEEP);
	uint64_t fresh = 0;

	(void)state;
	for (int round = 0; round < 20; round++) {
		uint32_t cap = 0, *items = NULL;

		for (uint32_t i = 0; i < 500000; i++) {
			if (i == cap)
				assert_int_equal(cfr_slab_vec(&items, pool, &cap, i + 1, sizeof(*items), NULL), 0);
			items[i] = i;
		}
		for (uint32_t i = 0; i < 500000; i += 997)
			assert_int_equal(items[i], i);
		cfr_slab_free(items);
		if (round == 2)
			fresh = cfr_pool_look(pool).fresh;
	}
	assert_int_equal(cfr_pool_look(pool).fresh, fresh);
	cfr_pool_free(pool);
}

/* What waits is bounded; what has waited longest goes first; what is larger than all that may wait never waits. */
static void test_bounded(void **state)
{
	cfr_pool *pool = cfr_pool_new(1 << 20);
	void *at[40], *large;
	uint64_t fresh;

	(void)state;
	for (int i = 0; i < 40; i++)
		at[i] = cfr_slab_new(pool, 100000);
	for (int i = 0; i < 40; i++)
		cfr_slab_free(at[i]);
	assert_in_range(cfr_pool_look(pool).held, 800000, 1 << 20);
	large = cfr_slab_new(pool, 900000);	/* drives most of them out */
	cfr_slab_free(large);
	fresh = cfr_pool_look(pool).fresh;
	large = cfr_slab_new(pool, 900000);
	assert_int_equal(cfr_pool_look(pool).fresh, fresh);
	cfr_slab_free(large);
	large = cfr_slab_new(pool, 2 << 20);
	cfr_slab_free(large);
	assert_true(cfr_pool_look(pool).held <= 1 << 20);
	large = cfr_slab_new(pool, 900000);
	assert_int_equal(cfr_pool_look(pool).fresh, fresh + 1);
	cfr_slab_free(large);
	cfr_pool_free(pool);
}

/* A small request does not sit in a large slab. */
static void test_near(void **state)
{
	cfr_pool *pool = cfr_pool_new(KEEP);
	void *at = cfr_slab_new(pool, 4 << 20);

	(void)state;
	cfr_slab_free(at);
	at = cfr_slab_new(pool, 300000);
	assert_true(cfr_slab_size(at) < 1 << 20);
	cfr_slab_free(at);
	at = cfr_slab_new(pool, 100);
	assert_true(cfr_slab_size(at) < 200);
	cfr_slab_free(at);
	cfr_pool_free(pool);
}

/* Slabs outlive their pool's maker, and who may ask it does, too. */
static void test_outlived(void **state)
{
	cfr_pool *pool = cfr_pool_new(KEEP), *asks = cfr_pool_ref(pool);
	char *small = cfr_slab_new(pool, 100), *large = cfr_slab_new(pool, 1 << 20), *late;

	(void)state;
	cfr_slab_free(cfr_slab_new(pool, 5000));
	cfr_pool_free(pool);
	assert_int_equal(cfr_pool_look(asks).held, 0);
	late = cfr_slab_new(asks, 1000);
	fill(late, 1000, 3);
	cfr_slab_free(late);
	assert_int_equal(cfr_pool_look(asks).held, 0);
	cfr_pool_unref(asks);
	fill(small, 100, 1);
	fill(large, 1 << 20, 2);
	large = cfr_slab_grow(large, 3 << 20);
	holds(large, 1 << 20, 2);
	cfr_slab_free(large);
	cfr_slab_free(small);
	cfr_pool_free(NULL);
	cfr_pool_unref(NULL);
	assert_null(cfr_pool_ref(NULL));
}

struct worker {
	cfr_pool *pool;
	unsigned number;
	void **hands;		/* slabs that go from one thread to another */
	pthread_mutex_t *lock;
};

static void *work(void *arg)
{
	struct worker *w = arg;
	unsigned char mine = (unsigned char)(w->number + 1);

	for (unsigned i = 0; i < 2000; i++) {
		size_t size = sizes[(i * 7 + w->number) % SIZES] / 4;
		unsigned char *at = cfr_slab_new(w->pool, size), *other;

		if (!at)
			abort();
		if (size)
			at[0] = at[size - 1] = mine;
		pthread_mutex_lock(w->lock);
		other = w->hands[i % 8];
		w->hands[i % 8] = at;
		pthread_mutex_unlock(w->lock);
		cfr_slab_free(other);
	}
	return NULL;
}

static void test_threads(void **state)
{
	cfr_pool *pool = cfr_pool_new(KEEP);
	pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	void *hands[8] = { NULL };
	struct worker workers[4];
	pthread_t threads[4];

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		workers[i] = (struct worker){ pool, i, hands, &lock };
		assert_int_equal(pthread_create(&threads[i], NULL, work, &workers[i]), 0);
	}
	for (unsigned i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	cfr_pool_free(pool);
	for (unsigned i = 0; i < 8; i++)
		cfr_slab_free(hands[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sizes),   cmocka_unit_test(test_reuse), cmocka_unit_test(test_growing),
		cmocka_unit_test(test_bounded), cmocka_unit_test(test_near),  cmocka_unit_test(test_outlived),
		cmocka_unit_test(test_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
