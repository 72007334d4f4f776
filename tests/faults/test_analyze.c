/* tests/faults/test_analyze.c -- analyzing without memory. */
#include "faults/failing.h"

#include "support/edits.h"

#include "engine/analyze.h"

struct work {
	cfr_documents docs[2];
	const cfr_document *list[2];
	uint32_t count;
};

static int analyze_once(void *arg)
{
	struct work *w = arg;
	cfr_analysis *analysis = NULL;
	cfr_err err = CFR_ERR_INIT;
	int r = cfr_analyze(&analysis, w->list, w->count, NULL, &err);

	assert_int_equal(err.code, r);
	if (r == 0) {
		assert_int_equal(analysis->unused_count, w->count);
		assert_true(analysis->advice_count >= 3);
	}
	cfr_analysis_free(analysis);
	return r;
}

/* Something for every step: a long list used twice, an anchor nobody uses, siblings, what stands twice, a giant. */
static void make(cfr_buf *text, int port, char letter)
{
	cfr_buf_addf(text, "port: %d\nnothing: &nothing 1\nbase: &base [", port);
	for (int i = 0; i < 2000; i++)
		cfr_buf_addz(text, "1,");
	cfr_buf_addz(text, "]\nagain: [*base, *base]\nm: &m {a: 1}\nmerged: {<<: *m}\nservices:\n");
	for (int i = 0; i < 12; i++)
		cfr_buf_addf(text, "- kind: a-kind-of-service\n  host: host.example.com\n  number: %d\n"
		             "  list: [a list, of text, that stands everywhere, in the file]\n", i);
	cfr_buf_addz(text, "giant: ");
	for (int i = 0; i < 5000; i++)
		cfr_buf_addc(text, letter);
	cfr_buf_addc(text, '\n');
}

static void test_all(void **state)
{
	struct work w = { .count = 1 };

	(void)state;
	for (int n = 0; n < 2; n++) {
		cfr_buf text = CFR_BUF_INIT;

		make(&text, n, (char)('a' + n));
		assert_int_equal(edits_read(&w.docs[n], n ? "b" : "a", cfr_buf_str(&text), CFR_YAML, NULL), 0);
		w.list[n] = w.docs[n].items[0];
		cfr_buf_release(&text);
	}
	assert_true(cfr_fail_each(analyze_once, &w) > 15);
	w.count = 2;
	assert_true(cfr_fail_each(analyze_once, &w) > 20);
	for (int n = 0; n < 2; n++)
		cfr_documents_release(&w.docs[n]);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_all) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
