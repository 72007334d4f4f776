/* tests/faults/test_query.c -- compiling and running queries without memory. */
#include "faults/failing.h"

#include "engine/pointer.h"
#include "engine/query.h"
#include "support/from_text.h"

static const char *const texts[] = {
	"$.a[*].b", "$..[?@.b == 'x' || !match(@.c, 'a[bc]+') && length(@.c) > 1]['a', 0, 1:2]", "$.a[?search(@.b, @.p)]",
};

typedef struct job {
	const char *text;
	cfr_node root;
} job;

static int add(void *arg, cfr_node node, cfr_err *err)
{
	cfr_query_path(arg, node);
	return cfr_buf_check(arg, err);
}

static int compile_and_run(void *arg)
{
	const job *j = arg;
	cfr_buf paths = CFR_BUF_INIT;
	cfr_query *query;
	cfr_err err = CFR_ERR_INIT;
	bool any;
	int r = cfr_query_new(&query, cfr_str_of(j->text), NULL, &err);

	assert_int_equal(err.code, r);
	if (r < 0)
		return r;
	r = cfr_query_each(query, j->root, j->root, add, &paths, &err);
	if (r == 0)
		r = cfr_query_any(&any, query, j->root, j->root, &err);
	assert_int_equal(err.code, r);
	cfr_query_free(query);
	cfr_buf_release(&paths);
	return r;
}

static void test_query(void **state)
{
	cfr_document *doc = from_text("{\"a\": [{\"b\": \"x\", \"c\": \"abc\", \"p\": \"x|y\"}, {\"b\": \"z\", \"p\": \"[\"}, {\"b\": \"zz\", \"p\": \"z+\"}]}", CFR_JSON);

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		job j = { texts[i], root_of(doc) };
		assert_true(cfr_fail_each(compile_and_run, &j) >= 3);
	}
	cfr_document_unref(doc);
}

/* A refused query takes nothing with it. */
static int refused(void *arg)
{
	cfr_query *query;
	cfr_err err = CFR_ERR_INIT;
	int r = cfr_query_new(&query, CFR_STR("$[?match(@, 'a') && match(@, '[')]"), NULL, &err);

	(void)arg;
	return r == CFR_E_SYNTAX ? 0 : r;
}

static void test_refused(void **state) { (void)state; assert_true(cfr_fail_each(refused, NULL) > 5); }

static int follow(void *arg)
{
	cfr_buf buf = CFR_BUF_INIT;
	cfr_node node;
	cfr_err err = CFR_ERR_INIT;
	int r = cfr_pointer_get(&node, *(cfr_node *)arg, CFR_STR("/a~1b/0"), &err);

	assert_int_equal(err.code, r);
	if (r == 0) {
		cfr_pointer_write(&buf, node);
		r = cfr_buf_check(&buf, &err);
	}
	/* A miss is told even without memory for its details. */
	assert_int_equal(cfr_pointer_get(&node, *(cfr_node *)arg, CFR_STR("/x"), &err), CFR_E_NOTFOUND);
	cfr_buf_release(&buf);
	return r;
}

static void test_pointer(void **state)
{
	cfr_document *doc = from_text("{\"a/b\": [1]}", CFR_JSON);
	cfr_node root = root_of(doc);

	(void)state;
	assert_true(cfr_fail_each(follow, &root) >= 2);
	cfr_document_unref(doc);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_query), cmocka_unit_test(test_refused), cmocka_unit_test(test_pointer),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
