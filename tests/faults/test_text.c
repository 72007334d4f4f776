/* tests/faults/test_text.c -- reading while memory runs out, at each place in turn.
 *
 * libyaml is a shared library and allocates past the counter; what this reaches is every allocation of our own between
 * its events: builder, anchors, stand-ins for line separators, documents.
 */
#include "failing.h"

#include "engine/base/str.h"
#include "engine/text.h"

typedef struct job {
	const cfr_source *source;
	cfr_format format;
	int expect;
} job;

static int read_it(void *arg)
{
	const job *j = arg;
	cfr_documents docs = { NULL, 0 };
	cfr_err err = CFR_ERR_INIT;
	int rc = cfr_text_read(&docs, j->source, j->format, NULL, &err);

	if (rc) {
		assert_int_equal(docs.count, 0);
		assert_int_equal(err.code, rc);
	}
	cfr_documents_release(&docs);
	return rc == j->expect ? 0 : rc;
}

static unsigned long each(const char *text, cfr_format format, int expect)
{
	cfr_source *source;
	unsigned long n;
	job j = { .format = format, .expect = expect };

	assert_int_equal(cfr_source_new(&source, CFR_STR("text"), cfr_str_of(text), NULL, NULL), 0);
	j.source = source;
	n = cfr_fail_each(read_it, &j);
	cfr_source_unref(source);
	return n;
}

static void test_yaml(void **state)
{
	(void)state;
	assert_true(each("&k a: &x [1, 2.5, 'b', \"c\\n\", !t d]\ne: *x\nf: {<<: &m {g: 1}}\n", CFR_YAML, CFR_E_UNSUPPORTED) > 5);
	assert_true(each("a: &x {b: 1}\nc:\n  <<: [*x]\n  d: |\n    text\n---\n- &\xC3\xA9\n", CFR_YAML, CFR_E_SYNTAX) > 5);
	assert_true(each("\xC3\xA9: \"a\xE2\x80\xA8 \\n\"\nb: &x [1]\nc: *x\n---\n2\n---\n3\n", CFR_YAML, 0) > 10);
	assert_true(each("a: 1\na: 2\n", CFR_YAML, CFR_E_DUPLICATE) > 5);
	assert_true(each("a: [1\n", CFR_YAML, CFR_E_SYNTAX) > 2);
}

static void test_json(void **state)
{
	(void)state;
	assert_true(each("{\"a\": [1, 2.5, \"b\\n\", 12345678901234567890, true, null], \"c\": {}}", CFR_JSON, 0) > 5);
	assert_true(each("{\"a\": 1, \"a\": 2}", CFR_JSON, CFR_E_DUPLICATE) > 5);
	assert_true(each("[1, 2", CFR_JSON, CFR_E_SYNTAX) > 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_yaml), cmocka_unit_test(test_json) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
