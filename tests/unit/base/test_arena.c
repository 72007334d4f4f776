/* tests/unit/base/test_arena.c */
#include "engine/base/arena.h"
#include "engine/base/work.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdalign.h>

/* Many sizes: each aligned, none touching another, all readable to the end. */
static void fill(cfr_arena *arena)
{
	unsigned char *parts[300];
	size_t total = 0;

	for (size_t i = 0; i < 300; i++) {
		size_t size = i * i % 5000 + (i % 50 == 0 ? 100000 : 0);

		parts[i] = cfr_arena_alloc(arena, size);
		assert_non_null(parts[i]);
		assert_int_equal((uintptr_t)parts[i] % alignof(max_align_t), 0);
		memset(parts[i], (int)(i & 0xFF), size);
		total += size;
	}
	assert_true(arena->used >= total);
	for (size_t i = 0; i < 300; i++) {
		size_t size = i * i % 5000 + (i % 50 == 0 ? 100000 : 0);

		for (size_t k = 0; k < size; k++)
			assert_int_equal(parts[i][k], i & 0xFF);
	}
}

static void test_alloc(void **state)
{
	cfr_arena arena;
	unsigned *zeros;
	cfr_str s;

	(void)state;
	cfr_arena_init(&arena, NULL);
	cfr_arena_release(&arena);
	for (int i = 0; i < 3; i++) {
		fill(&arena);
		zeros = cfr_arena_zalloc(&arena, 1000, sizeof(*zeros));
		assert_non_null(zeros);
		for (int k = 0; k < 1000; k++)
			assert_int_equal(zeros[k], 0);
		s = cfr_arena_str(&arena, CFR_STR("text"));
		assert_string_equal(s.ptr, "text");
		assert_int_equal(s.len, 4);
		s = cfr_arena_str(&arena, (cfr_str){ NULL, 0 });
		assert_string_equal(s.ptr, "");
		assert_string_equal(cfr_arena_printf(&arena, "%d/%s", 7, "x"), "7/x");
		cfr_arena_release(&arena);
		assert_int_equal(arena.used, 0);
	}
	assert_null(cfr_arena_alloc(&arena, SIZE_MAX));
	assert_null(cfr_arena_alloc(&arena, SIZE_MAX - 8));
	assert_null(cfr_arena_zalloc(&arena, SIZE_MAX / 4, 8));
	cfr_arena_release(&arena);
}

static void test_pool(void **state)
{
	cfr_pool *pool = cfr_pool_new(1 << 20);
	cfr_arena a, b;
	void *first;

	(void)state;
	assert_non_null(pool);
	cfr_arena_init(&a, pool);
	cfr_arena_init(&b, pool);
	first = cfr_arena_alloc(&a, 10);
	cfr_arena_release(&a);
#ifndef CFR_DEBUG_ARENA
	assert_ptr_equal(cfr_arena_alloc(&b, 10), first);	/* the block came back */
#else
	(void)first;
#endif
	fill(&a);
	fill(&b);
	cfr_arena_release(&b);
	cfr_arena_release(&a);
	cfr_pool_free(pool);
	cfr_pool_free(NULL);
}

static int use(void *arg, unsigned worker, size_t index, cfr_err *err)
{
	cfr_arena arena;

	(void)worker;
	(void)index;
	cfr_arena_init(&arena, arg);
	for (int i = 0; i < 50; i++) {
		if (!cfr_arena_zalloc(&arena, 1, 4000))
			return cfr_err_nomem(err);
	}
	cfr_arena_release(&arena);
	return 0;
}

static void test_threads(void **state)
{
	cfr_pool *pool = cfr_pool_new(1 << 18);

	(void)state;
	assert_non_null(pool);
	assert_int_equal(cfr_work_run(4, 400, use, pool, NULL), 0);
	cfr_pool_free(pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_alloc), cmocka_unit_test(test_pool), cmocka_unit_test(test_threads),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
