/* tests/unit/tree/test_permute.c -- records come out as a plain copy would have them, and the order itself is as before.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "engine/image/format.h"
#include "engine/tree/permute.h"
#include <stdlib.h>

static uint64_t state_of_lot = 88172645463325252u;

static uint32_t lot(uint32_t below)
{
	state_of_lot ^= state_of_lot << 13;
	state_of_lot ^= state_of_lot >> 7;
	state_of_lot ^= state_of_lot << 17;
	return (uint32_t)(state_of_lot >> 33) % below;
}

static void check(const uint32_t *order, uint32_t n)
{
	unsigned char *records = malloc((size_t)n * CFR_IMAGE_RECORD + 1), *wanted = malloc((size_t)n * CFR_IMAGE_RECORD + 1);
	uint32_t *ranks = malloc((size_t)n * sizeof(*ranks) + 1);

	assert_true(records && wanted && ranks);
	for (uint32_t i = 0; i < n; i++) {
		for (uint32_t word = 0; word < CFR_IMAGE_RECORD / 4; word++)
			cfr__store32(records + (size_t)i * CFR_IMAGE_RECORD + (size_t)word * 4, i * 4 + word);
	}
	for (uint32_t i = 0; i < n; i++)
		memcpy(wanted + (size_t)i * CFR_IMAGE_RECORD, records + (size_t)order[i] * CFR_IMAGE_RECORD,
		       CFR_IMAGE_RECORD);
	memcpy(ranks, order, (size_t)n * sizeof(*ranks));
	cfr__permute(records, ranks, n);
	assert_memory_equal(records, wanted, (size_t)n * CFR_IMAGE_RECORD);
	assert_memory_equal(ranks, order, (size_t)n * sizeof(*ranks));
	free(records);
	free(wanted);
	free(ranks);
}

static void shuffle(uint32_t *order, uint32_t from, uint32_t to)
{
	for (uint32_t i = to - from; i > 1; i--) {
		uint32_t other = from + lot(i), kept = order[from + i - 1];

		order[from + i - 1] = order[other];
		order[other] = kept;
	}
}

/* Nothing moves, one circle of all, many circles of two, by lot, by lot only here and there. */
static void each_kind(uint32_t n)
{
	uint32_t *order = malloc((size_t)n * sizeof(*order));

	assert_non_null(order);
	for (uint32_t i = 0; i < n; i++)
		order[i] = i;
	check(order, n);
	for (uint32_t by = 1; by < n; by = by * 3 + 1) {
		for (uint32_t i = 0; i < n; i++)
			order[i] = (i + by) % n;
		check(order, n);
		for (uint32_t i = 0; i < n; i++)
			order[(i + by) % n] = i;
		check(order, n);
	}
	for (uint32_t i = 0; i < n; i++)
		order[i] = n - 1 - i;
	check(order, n);
	shuffle(order, 0, n);
	check(order, n);
	for (uint32_t i = 0; i < n; i++)
		order[i] = i;
	for (uint32_t from = lot(50), to; from < n; from = to + 1 + lot(50)) {
		to = from + lot(50);
		shuffle(order, from, to < n ? to : n);
	}
	check(order, n);
	free(order);
}

static void test_small(void **state)
{
	(void)state;
	for (uint32_t n = 1; n < 200; n++) {
		for (int i = 0; i < 5; i++)
			each_kind(n);
	}
}

static void test_large(void **state)
{
	(void)state;
	for (int i = 0; i < 20; i++)
		each_kind(1000 + lot(20000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_small),
		cmocka_unit_test(test_large),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
