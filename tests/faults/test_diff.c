/* tests/faults/test_diff.c -- comparing, patching and merging without memory. */
#include "faults/failing.h"

#include "support/diffs.h"
#include "support/edits.h"

struct work {
	cfr_documents docs, others, third, patch;
};

static const char base[] = "a: {x: 1, y: [1, 2, 3, 4]}\nlist: [{name: p, v: 1}, {name: q, v: [1]}, {name: r}]\n"
                           "gone: {deep: {er: 1}}\nold: [a, b, c]\nn: 1\nto: {}\n";
static const char ours[] = "a: {x: 2, y: [4, 1, 9, 2, 3]}\nlist: [{name: r}, {name: p, v: 2}, {name: s}]\n"
                           "to: {deep: {er: 1}}\ngone: {}\nfresh: [a, b, c]\nn: x\n";
static const char theirs[] = "a: {x: 3, y: [1, 2]}\nlist: [{name: p, v: 1}, {name: q, v: [2]}, {name: r}, {name: t}]\n"
                             "gone: {deep: {er: 2}}\nold: [a, c]\nn: [1]\nto: {}\n";
static const char patch[] = "[{op: add, path: /n, value: {z: 1}}, {op: move, from: /old, path: /to/old},\n"
                            " {op: copy, from: /a, path: /b}, {op: test, path: /b/x, value: 1}, {op: remove, path: /list/0},\n"
                            " {op: add, path: /b/y/-, value: 5}, {op: copy, from: /b, path: /c}]";

static void begin(struct work *w)
{
	memset(w, 0, sizeof(*w));
	assert_int_equal(edits_read(&w->docs, "base", cfr_str_of(base), CFR_YAML, NULL), 0);
	assert_int_equal(edits_read(&w->others, "ours", cfr_str_of(ours), CFR_YAML, NULL), 0);
	assert_int_equal(edits_read(&w->third, "theirs", cfr_str_of(theirs), CFR_YAML, NULL), 0);
	assert_int_equal(edits_read(&w->patch, "patch", cfr_str_of(patch), CFR_YAML, NULL), 0);
}

static void end(struct work *w)
{
	cfr_documents_release(&w->docs);
	cfr_documents_release(&w->others);
	cfr_documents_release(&w->third);
	cfr_documents_release(&w->patch);
}

static cfr_node top(const cfr_documents *docs) { return cfr_tree_root(cfr_document_tree(docs->items[0])); }

static int patch_once(void *arg)
{
	struct work *w = arg;
	cfr_diff *diff = NULL;
	cfr_tree *tree = NULL, *merge = NULL;
	cfr_err err = CFR_ERR_INIT;
	int r = cfr_diff_new(&diff, top(&w->docs), top(&w->others), NULL, &err);

	if (r == 0)
		r = cfr_diff_json_patch(&tree, diff, NULL, &err);
	if (r == 0)
		r = cfr_diff_merge_patch(&merge, top(&w->docs), top(&w->others), NULL, &err);
	assert_int_equal(err.code, r);
	cfr_tree_unref(tree);
	cfr_tree_unref(merge);
	cfr_diff_free(diff);
	return r;
}

static int plan_once(void *arg)
{
	struct work *w = arg;
	cfr_diff *diff = NULL;
	cfr_splices splices;
	cfr_err err = CFR_ERR_INIT;
	int r = cfr_diff_new(&diff, top(&w->docs), top(&w->others), NULL, &err);

	if (r == 0)
		r = cfr_diff_plan(&splices, NULL, w->docs.items[0], diff, w->third.items[0], false, NULL, &err);
	if (r == 0)
		cfr_splices_release(&splices);
	assert_int_equal(err.code, r);
	cfr_diff_free(diff);
	return r;
}

static int apply_once(void *arg)
{
	struct work *w = arg;
	cfr_tree *tree = NULL;
	cfr_err err = CFR_ERR_INIT;
	int r = cfr_patch_apply(&tree, top(&w->docs), top(&w->patch), CFR_PATCH_DETECT, NULL, NULL, &err);

	assert_int_equal(err.code, r);
	cfr_tree_unref(tree);
	return r;
}

static int merge_once(void *arg)
{
	static const cfr_diff_key keys[] = { { { "/**/y", 5 }, { "", 0 } } };
	const cfr_diff_how how = { keys, 1 };
	struct work *w = arg;
	cfr_merged *merged = NULL;
	cfr_err err = CFR_ERR_INIT;
	int r = cfr_merge_new(&merged, top(&w->docs), top(&w->others), top(&w->third), CFR_FAVOR_OURS, &how, NULL, &err);

	assert_int_equal(err.code, r);
	cfr_merge_free(merged);
	return r;
}

static void test_all(void **state)
{
	struct work w;

	(void)state;
	begin(&w);
	assert_true(cfr_fail_each(patch_once, &w) > 20);
	assert_true(cfr_fail_each(plan_once, &w) > 20);
	assert_true(cfr_fail_each(apply_once, &w) > 10);
	assert_true(cfr_fail_each(merge_once, &w) > 5);
	end(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_all) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
