/* tests/unit/base/test_work.c */
#include "engine/base/work.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdatomic.h>
#include <string.h>

enum { N = 5000, WORKERS = 8 };

typedef struct record {
	atomic_int done[N];
	atomic_int by_worker[WORKERS];
	atomic_int wrong;
	size_t fail_from, fail_step;
} record;

static int note(void *arg, unsigned worker, size_t index, cfr_err *err)
{
	record *r = arg;
	volatile unsigned spin = (unsigned)(index % 7) * 50;

	while (spin)
		spin--;
	if (worker >= WORKERS)
		r->wrong++;
	else
		r->by_worker[worker]++;
	r->done[index]++;
	if (r->fail_step && index >= r->fail_from && (index - r->fail_from) % r->fail_step == 0)
		return cfr_err_set(err, CFR_E_IO, "index %zu", index);
	return (int)(index % 3);	/* positive results are none of anybody's business */
}

static void test_all(void **state)
{
	static const unsigned workers[] = { 0, 1, 2, 3, WORKERS };

	(void)state;
	for (size_t i = 0; i < sizeof(workers) / sizeof(*workers); i++) {
		static record r;
		int total = 0;

		memset((void *)&r, 0, sizeof(r));
		assert_int_equal(cfr_work_run(workers[i], N, note, &r, NULL), 0);
		for (int k = 0; k < N; k++)
			assert_int_equal(r.done[k], 1);
		for (int k = 0; k < WORKERS; k++)
			total += r.by_worker[k];
		assert_int_equal(total, N);
		assert_int_equal(r.wrong, 0);
	}
}

static void test_failure(void **state)
{
	(void)state;
	for (int i = 0; i < 200; i++) {
		static record r;
		cfr_err err = CFR_ERR_INIT;

		memset((void *)&r, 0, sizeof(r));
		r.fail_from = 100;
		r.fail_step = 1 + (size_t)i % 5;
		assert_int_equal(cfr_work_run(1 + (unsigned)i % WORKERS, N, note, &r, &err), CFR_E_IO);
		assert_string_equal(err.message, "index 100");
		for (size_t k = 0; k <= 100; k++)
			assert_int_equal(r.done[k], 1);
		assert_int_equal(r.done[N - 1], 0);
	}
}

static void test_edges(void **state)
{
	static record r;

	(void)state;
	assert_int_equal(cfr_work_run(4, 0, note, &r, NULL), 0);
	assert_int_equal(cfr_work_run(1000, 2, note, &r, NULL), 0);
	assert_int_equal(r.done[0] + r.done[1], 2);
	r.fail_from = 0;
	r.fail_step = 1;
	assert_int_equal(cfr_work_run(4, 3, note, &r, NULL), CFR_E_IO);
	assert_true(cfr_work_cpus() >= 1);
}

/* A stack that takes a deep recursion. */
static int deep(int n)
{
	volatile char room[1024];

	room[0] = (char)n;
	return n == 0 ? 0 : deep(n - 1) + (room[0] & 1) * 0;
}

static int recurse(void *arg, unsigned worker, size_t index, cfr_err *err)
{
	(void)arg;
	(void)worker;
	(void)index;
	(void)err;
	return deep(3000);
}

static void test_stack(void **state)
{
	(void)state;
	assert_int_equal(cfr_work_run(4, 16, recurse, NULL, NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all), cmocka_unit_test(test_failure), cmocka_unit_test(test_edges),
		cmocka_unit_test(test_stack),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
