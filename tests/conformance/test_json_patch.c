/* tests/conformance/test_json_patch.c -- json-patch-tests (RFC 6902).
 *
 * A case has a document, a patch, and what comes out (`expected`) or that nothing does (`error`). Cases that the suite
 * itself marks `disabled` are left out; cases with neither only have to be applied. What was applied must also be found
 * again by comparing.
 */
#include "engine/base/file.h"
#include "support/diffs.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

static bool member(cfr_node *out, cfr_node mapping, const char *key)
{
	return cfr_node_find(out, mapping, cfr_str_of(key), NULL) == 0;
}

static bool run_case(cfr_node test)
{
	cfr_node doc, patch, wanted;
	cfr_tree *result = NULL, *before, *expected;
	cfr_err err = CFR_ERR_INIT;
	bool fails = member(&wanted, test, "error"), same = true;
	int r;

	assert_true(member(&doc, test, "doc"));
	assert_true(member(&patch, test, "patch"));
	r = cfr_patch_apply(&result, doc, patch, CFR_PATCH_JSON, NULL, NULL, &err);
	if (r) {
		print_message("  %s\n", err.message);
		return fails && err.message[0];
	}
	if (!fails && member(&wanted, test, "expected")) {
		assert_int_equal(cfr_node_equal(&same, cfr_tree_root(result), wanted, NULL), 0);
		assert_int_equal(rebuild(&before, doc, NULL, NULL), 0);
		assert_int_equal(rebuild(&expected, wanted, NULL, NULL), 0);
		diffs_check(before, expected);
		cfr_tree_unref(before);
		cfr_tree_unref(expected);
	}
	cfr_tree_unref(result);
	return same && !fails;
}

/* One disabled case has a key twice, which no reader of ours takes: its second `op` gets another name. */
static void read_cases(cfr_documents *docs, const char *name)
{
	static const char twice[] = "\"op\": \"move\", \"from\":\"/foo\" }";
	cfr_buf text = CFR_BUF_INIT;
	cfr_source *source;
	cfr_err err = CFR_ERR_INIT;
	char *at;

	assert_int_equal(cfr_file_read(&text, name, NULL, &err), 0);
	at = strstr(text.ptr, twice);
	if (at)
		memcpy(at, "\"o2\"", 4);
	if (cfr_source_new(&source, CFR_STR("cases"), cfr_buf_str(&text), NULL, &err) < 0 ||
	    cfr_text_read(docs, source, CFR_JSON, NULL, &err) < 0)
		fail_msg("%s:%u: %s", name, err.line, err.message);
	cfr_source_unref(source);
	cfr_buf_release(&text);
}

static void run_file(const char *file, uint32_t least)
{
	const char *shared = getenv("CFGRUN_SHARED");
	uint32_t passed = 0, disabled = 0, n;
	char name[512];
	cfr_documents docs;
	cfr_node tests;
	FILE *there;

	snprintf(name, sizeof(name), "%s/conformance/json-patch/%s", shared ? shared : "../shared", file);
	there = fopen(name, "rb");
	if (!there) {
		print_message("skipped: %s is not there\n", name);
		skip();
	}
	fclose(there);
	read_cases(&docs, name);
	tests = cfr_tree_root(cfr_document_tree(docs.items[0]));
	n = cfr_node_size(tests);
	assert_true(n >= least);
	for (uint32_t i = 0; i < n; i++) {
		cfr_node test, flag, title;
		cfr_str comment = CFR_STR("");

		assert_int_equal(cfr_node_at(&test, tests, i, NULL), 0);
		if (member(&flag, test, "disabled") && cfr_node_bool(flag)) {
			disabled++;
			continue;
		}
		if (member(&title, test, "comment"))
			comment = cfr_node_string(title);
		if (run_case(test))
			passed++;
		else
			print_message("FAILED %u: %.*s\n", i, (int)comment.len, comment.ptr);
	}
	print_message("%s: %u of %u, %u disabled by the suite\n", file, passed, n - disabled, disabled);
	cfr_documents_release(&docs);
	assert_int_equal(passed, n - disabled);
}

static void test_spec(void **state)
{
	(void)state;
	run_file("spec_tests.json", 10);
}

static void test_more(void **state)
{
	(void)state;
	run_file("tests.json", 60);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_spec), cmocka_unit_test(test_more) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
