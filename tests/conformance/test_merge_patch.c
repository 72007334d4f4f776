/* tests/conformance/test_merge_patch.c -- the examples of RFC 7396, as the JSON merge patch tests have them.
 *
 * A group has a document (`given`) and cases of a patch and its result.
 */
#include "support/diffs.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

static cfr_node member(cfr_node mapping, const char *key)
{
	cfr_node node;

	if (cfr_node_find(&node, mapping, cfr_str_of(key), NULL) != 0)
		fail_msg("a case has no '%s'", key);
	return node;
}

static bool run_case(cfr_node given, cfr_node test)
{
	cfr_tree *result;
	bool same;

	assert_int_equal(cfr_patch_apply(&result, given, member(test, "patch"), CFR_PATCH_MERGE, NULL, NULL, NULL), 0);
	assert_int_equal(cfr_node_equal(&same, cfr_tree_root(result), member(test, "result"), NULL), 0);
	cfr_tree_unref(result);
	return same;
}

static void test_suite(void **state)
{
	const char *shared = getenv("CFGRUN_SHARED");
	uint32_t passed = 0, n = 0;
	char name[512];
	cfr_source *source;
	cfr_documents docs;
	cfr_node groups, group, cases, test;
	cfr_err err = CFR_ERR_INIT;
	FILE *there;

	(void)state;
	snprintf(name, sizeof(name), "%s/conformance/json-merge-patch/rfc7396-test-cases.json",
	         shared ? shared : "../shared");
	there = fopen(name, "rb");
	if (!there) {
		print_message("skipped: %s is not there\n", name);
		skip();
	}
	fclose(there);
	if (cfr_source_open(&source, name, NULL, &err) < 0 || cfr_text_read(&docs, source, CFR_JSON, NULL, &err) < 0)
		fail_msg("%s:%u: %s", name, err.line, err.message);
	groups = cfr_tree_root(cfr_document_tree(docs.items[0]));
	for (uint32_t i = 0; cfr_node_at(&group, groups, i, NULL) == 0; i++) {
		cases = member(group, "cases");
		for (uint32_t k = 0; cfr_node_at(&test, cases, k, NULL) == 0; k++, n++) {
			if (run_case(member(group, "given"), test))
				passed++;
			else
				print_message("FAILED: group %u, case %u\n", i, k);
		}
	}
	print_message("json-merge-patch: %u of %u\n", passed, n);
	cfr_documents_release(&docs);
	cfr_source_unref(source);
	assert_true(n >= 10);
	assert_int_equal(passed, n);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_suite) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
