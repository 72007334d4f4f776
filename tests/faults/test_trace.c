/* tests/faults/test_trace.c -- measuring without memory: spans are lost and counted, and nothing else happens. */
#include "tests/faults/failing.h"

#include "engine/trace.h"

#include <stdio.h>

enum { SPANS = 1200 };

/* Half of the details are known, half are new. */
static int measure(void *arg)
{
	cfr_trace *trace;
	cfr_trace_totals totals;
	cfr_trace_row *rows = NULL;
	cfr_buf json = CFR_BUF_INIT;
	uint32_t count;
	char name[64];
	int r = cfr_trace_new(&trace, 0, NULL);

	(void)arg;
	if (r < 0)
		return r;
	for (int i = 0; i < SPANS; i++) {
		const cfr_profile *p = cfr_trace_profile(trace);
		int len = snprintf(name, sizeof(name), "a rather long name of a file, number %d", i % 2 ? i : 0);
		cfr_profile_span(p, "parse", (cfr_str){ name, (size_t)len }, cfr_profile_now(p), 1, "bytes");
	}
	cfr_trace_totals_of(&totals, trace);
	assert_int_equal(totals.spans + totals.lost, SPANS);
	if (cfr_fail_hit() == 0)
		assert_int_equal(totals.lost, 0);
	r = cfr_trace_rows(&rows, &count, trace, 0, NULL);
	if (r == 0)
		r = cfr_trace_json(&json, trace, NULL, 0, NULL);
	free(rows);
	cfr_buf_release(&json);
	cfr_trace_free(trace);
	return r;
}

static void test_measure(void **state)
{
	(void)state;
	assert_true(cfr_fail_each(measure, NULL) > 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_measure) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
