/* tests/faults/failing.h -- let the n-th allocation fail.
 *
 * An executable under tests/faults is linked so that malloc, calloc, realloc and strdup come here first. Each one file
 * includes this header once. An operation is repeated with its first, second, … allocation failing, until it gets
 * through without meeting a failure: then each way out for want of memory has been taken. What it leaked on the way the
 * address sanitizer tells.
 *
 *	static int load(void *arg) { …; return r; }          0 or a negative code; frees what it made
 *	assert_true(cfr_fail_each(load, &arg) > 3);          how many allocations there were
 */
#ifndef CFR_TESTS_FAILING_H
#define CFR_TESTS_FAILING_H

#include "engine/error.h"
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *ptr, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *ptr, size_t size);
char *__wrap_strdup(const char *text);

static atomic_ulong cfr_fail_seen, cfr_fail_which, cfr_fail_hits;
static atomic_bool cfr_fail_stays;

/* From now on the n-th allocation fails (from 1; 0: none does). Starts the count anew. */
static inline void cfr_fail_at(unsigned long n)
{
	cfr_fail_seen = 0;
	cfr_fail_hits = 0;
	cfr_fail_which = n;
	cfr_fail_stays = false;
}

/* The n-th and every later one. */
static inline void cfr_fail_from(unsigned long n)
{
	cfr_fail_at(n);
	cfr_fail_stays = true;
}

/* Allocations since then, and how many of them failed. */
static inline unsigned long cfr_fail_count(void) { return cfr_fail_seen; }
static inline unsigned long cfr_fail_hit(void) { return cfr_fail_hits; }

static inline bool cfr_fail_now(void)
{
	unsigned long n = atomic_fetch_add(&cfr_fail_seen, 1) + 1, which = cfr_fail_which;

	if (which == 0 || (n != which && !(cfr_fail_stays && n > which)))
		return false;
	cfr_fail_hits++;
	return true;
}

void *__wrap_malloc(size_t size) { return cfr_fail_now() ? NULL : __real_malloc(size); }
void *__wrap_calloc(size_t count, size_t size) { return cfr_fail_now() ? NULL : __real_calloc(count, size); }
void *__wrap_realloc(void *ptr, size_t size) { return cfr_fail_now() ? NULL : __real_realloc(ptr, size); }

char *__wrap_strdup(const char *text)
{
	size_t n = strlen(text) + 1;
	char *copy = cfr_fail_now() ? NULL : __real_malloc(n);

	return copy ? memcpy(copy, text, n) : NULL;
}

/* Repeats `op` until it meets no failure, once with single failures and once with memory staying away. A run that met
 * one says CFR_E_NOMEM or does without; one that met none must succeed. Returns the number of allocations. */
static inline unsigned long cfr_fail_each(int (*op)(void *arg), void *arg)
{
	unsigned long count = 0;

	for (int stays = 0; stays < 2; stays++) {
		for (unsigned long n = 1;; n++) {
			unsigned long hits;
			int r;

			(stays ? cfr_fail_from : cfr_fail_at)(n);
			r = op(arg);
			hits = cfr_fail_hit();
			count = cfr_fail_count();
			cfr_fail_at(0);
			if (hits == 0) {
				assert_int_equal(r, 0);
				break;
			}
			if (r != 0)
				assert_int_equal(r, CFR_E_NOMEM);
		}
	}
	return count;
}

#endif
