/* tests/conformance/test_diff_corpus.c -- comparing, patching and merging on files that people wrote.
 *
 * Each document is compared with the one before it, which is of another kind mostly, and with two versions of itself in
 * which things were changed, added, removed and moved at random. Patches lead to the target exactly; the text is
 * brought to the second version by edits, which may be refused (aliases, say), but seldom; the laws of merging hold.
 */
#include "conformance/suite.h"

#include <sys/stat.h>

#include "support/diffs.h"
#include "support/edits.h"

struct tally {
	unsigned documents, tried, done, merged, clean;
	cfr_tree *last;
	struct random rnd;
};

/* A node as a model that can be changed. */
static struct random_value *model_of(cfr_node node)
{
	struct random_value *value = random_alloc(sizeof(*value));
	cfr_str text = cfr_node_string(node), tag = cfr_node_tag(node), key = cfr_node_key(node);
	double real = cfr_node_float(node);

	value->kind = cfr_node_kind(node);
	if (value->kind == CFR_BOOL)
		value->bits = cfr_node_bool(node);
	if (value->kind == CFR_INT)
		value->bits = (uint64_t)cfr_node_int(node);
	if (value->kind == CFR_FLOAT)
		memcpy(&value->bits, &real, sizeof(real));
	if (value->kind == CFR_STRING || value->kind == CFR_OTHER) {
		value->text = random_alloc(text.len + 1);
		memcpy(value->text, text.ptr ? text.ptr : "", text.len);
		value->text_len = text.len;
	}
	value->tag = value->kind == CFR_OTHER ? strndup(tag.ptr, tag.len) : NULL;
	value->key = key.ptr ? strndup(key.ptr, key.len) : NULL;
	value->count = cfr_node_size(node);
	value->items = random_alloc((value->count + 1) * sizeof(*value->items));
	for (uint32_t i = 0; i < value->count; i++) {
		cfr_node child;

		assert_int_equal(cfr_node_at(&child, node, i, NULL), 0);
		value->items[i] = model_of(child);
	}
	return value;
}

static cfr_tree *version_of(struct tally *t, const cfr_tree *tree)
{
	struct random_value *model = model_of(cfr_tree_root(tree));
	cfr_tree *out;

	diffs_mutate(model, &t->rnd);
	out = random_tree(model, NULL);
	assert_non_null(out);
	random_free(model);
	return out;
}

static void try_document(struct tally *t, const cfr_document *doc)
{
	const cfr_tree *tree = cfr_document_tree(doc);
	cfr_tree *one, *two;

	t->documents++;
	if (t->last)
		diffs_check(t->last, tree);
	for (int i = 0; i < 5; i++) {
		one = version_of(t, tree);
		two = version_of(t, tree);
		diffs_check(tree, one);
		diffs_check(one, two);
		t->tried++;
		t->done += diffs_planned(doc, one);
		t->merged++;
		t->clean += diffs_check_merge(tree, one, two);
		cfr_tree_unref(one);
		cfr_tree_unref(two);
	}
	cfr_tree_unref(t->last);
	t->last = cfr_tree_ref(tree);
}

static void walk(struct tally *t, const char *folder)
{
	size_t count;
	char **names = suite_list(folder, &count);

	for (size_t i = 0; i < count; i++) {
		cfr_documents docs;
		char path[4096];
		struct stat st;
		cfr_str text;

		snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		assert_int_equal(stat(path, &st), 0);
		if (S_ISDIR(st.st_mode)) {
			walk(t, path);
			continue;
		}
		if (st.st_size > 40000 || cfr_format_of_name(cfr_str_of(path)) == CFR_FORMAT_NONE)
			continue;
		text = suite_file(path);
		if (edits_read(&docs, names[i], text, CFR_FORMAT_NONE, NULL) == 0) {
			for (uint32_t k = 0; k < docs.count && k < 4; k++)
				try_document(t, docs.items[k]);
		}
		cfr_documents_release(&docs);
		free((char *)(uintptr_t)text.ptr);
	}
	suite_list_free(names, count);
}

static void test_corpus(void **state)
{
	static const char *const folders[] = { "domain/corpus", "domain/configs" };
	struct tally t = { .rnd = { 1 } };
	char path[4096];

	(void)state;
	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++) {
		if (suite_path(path, folders[i]))
			walk(&t, path);
	}
	if (t.documents == 0)
		skip();
	cfr_tree_unref(t.last);
	print_message("%u documents; %u of %u texts edited; %u of %u merges without a conflict\n", t.documents, t.done, t.tried,
	              t.clean, t.merged);
	assert_true(t.done * 20 > t.tried * 19);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_corpus) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
