/* tests/conformance/test_jsonpath.c -- the JSONPath compliance test suite (jsonpath-standard, RFC 9535).
 *
 * Each case: a selector that must be refused, or a document, the values it selects and their normalized paths. RFC
 * 9535 leaves the order of a mapping's members open; the suite then lists each order that is right under `results`, and
 * ours (members sorted by key) must be one of them. Order is compared everywhere; no case is left out.
 */
#include "engine/base/file.h"
#include "engine/query.h"
#include "engine/text.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool member(cfr_node *out, cfr_node mapping, const char *key)
{
	return cfr_node_find(out, mapping, cfr_str_of(key), NULL) == 0;
}

typedef struct selected {
	cfr_node nodes[1000];
	uint32_t count;
} selected;

static int keep(void *arg, cfr_node node, cfr_err *err)
{
	selected *s = arg;

	(void)err;
	assert_true(s->count < sizeof(s->nodes) / sizeof(*s->nodes));
	s->nodes[s->count++] = node;
	return 0;
}

static bool same_values(const selected *s, cfr_node expected)
{
	if (cfr_node_size(expected) != s->count)
		return false;
	for (uint32_t i = 0; i < s->count; i++) {
		cfr_node value;
		bool equal;

		assert_int_equal(cfr_node_at(&value, expected, i, NULL), 0);
		assert_int_equal(cfr_node_equal(&equal, value, s->nodes[i], NULL), 0);
		if (!equal)
			return false;
	}
	return true;
}

/* The document stands inside the suite, so its nodes' paths begin with the document's own. */
static bool same_paths(const selected *s, cfr_node document, cfr_node expected)
{
	cfr_buf prefix = CFR_BUF_INIT, path = CFR_BUF_INIT;
	bool same = cfr_node_size(expected) == s->count;

	cfr_query_path(&prefix, document);
	for (uint32_t i = 0; same && i < s->count; i++) {
		cfr_node value;
		cfr_str tail;

		assert_int_equal(cfr_node_at(&value, expected, i, NULL), 0);
		cfr_buf_clear(&path);
		cfr_query_path(&path, s->nodes[i]);
		assert_true(cfr_str_starts(cfr_buf_str(&path), cfr_buf_str(&prefix)));
		tail = cfr_str_sub(cfr_buf_str(&path), prefix.len, path.len);
		same = cfr_node_string(value).len == tail.len + 1 && cfr_node_string(value).ptr[0] == '$' &&
		       cfr_str_ends(cfr_node_string(value), tail);
	}
	cfr_buf_release(&prefix);
	cfr_buf_release(&path);
	return same;
}

static bool run_case(cfr_node test, cfr_str selector)
{
	cfr_query *query = NULL;
	cfr_node document, expected, paths;
	cfr_err err = CFR_ERR_INIT;
	selected *s;
	bool ok = false;
	int r = cfr_query_new(&query, selector, NULL, &err);

	if (member(&expected, test, "invalid_selector")) {
		cfr_query_free(query);
		return r == CFR_E_SYNTAX && err.column > 0 && err.column <= selector.len + 1;
	}
	if (r < 0) {
		print_message("  %s (column %u)\n", err.message, err.column);
		return false;
	}
	s = calloc(1, sizeof(*s));
	assert_non_null(s);
	assert_true(member(&document, test, "document"));
	r = cfr_query_each(query, document, document, keep, s, &err);
	cfr_query_free(query);
	if (r < 0) {
		print_message("  %s\n", err.message);
	} else if (member(&expected, test, "result")) {
		ok = same_values(s, expected) && member(&paths, test, "result_paths") && same_paths(s, document, paths);
	} else {
		cfr_node all, all_paths;

		assert_true(member(&all, test, "results"));
		assert_true(member(&all_paths, test, "results_paths"));
		for (uint32_t i = 0; !ok && i < cfr_node_size(all); i++) {
			assert_int_equal(cfr_node_at(&expected, all, i, NULL), 0);
			assert_int_equal(cfr_node_at(&paths, all_paths, i, NULL), 0);
			ok = same_values(s, expected) && same_paths(s, document, paths);
		}
	}
	free(s);
	return ok;
}

static void test_suite(void **state)
{
	const char *shared = getenv("CFGRUN_SHARED");
	char name[512];
	cfr_source *source;
	cfr_documents docs;
	cfr_node tests;
	cfr_err err = CFR_ERR_INIT;
	uint32_t passed = 0, n;
	FILE *file;

	(void)state;
	snprintf(name, sizeof(name), "%s/conformance/jsonpath/cts.json", shared ? shared : "../shared");
	file = fopen(name, "rb");
	if (!file) {
		print_message("skipped: %s is not there\n", name);
		skip();
	}
	fclose(file);
	if (cfr_source_open(&source, name, NULL, &err) < 0 || cfr_text_read(&docs, source, CFR_JSON, NULL, &err) < 0)
		fail_msg("%s:%u: %s", name, err.line, err.message);
	assert_int_equal(docs.count, 1);
	assert_true(member(&tests, cfr_tree_root(cfr_document_tree(docs.items[0])), "tests"));
	n = cfr_node_size(tests);
	assert_true(n > 500);
	for (uint32_t i = 0; i < n; i++) {
		cfr_node test, title, selector;

		assert_int_equal(cfr_node_at(&test, tests, i, NULL), 0);
		assert_true(member(&title, test, "name"));
		assert_true(member(&selector, test, "selector"));
		if (run_case(test, cfr_node_string(selector)))
			passed++;
		else
			print_message("FAILED: %.*s: %.*s\n", (int)cfr_node_string(title).len,
			              cfr_node_string(title).ptr, (int)cfr_node_string(selector).len,
			              cfr_node_string(selector).ptr);
	}
	print_message("jsonpath-compliance-test-suite: %u of %u\n", passed, n);
	cfr_documents_release(&docs);
	cfr_source_unref(source);
	assert_int_equal(passed, n);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_suite) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
