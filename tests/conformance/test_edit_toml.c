/* tests/conformance/test_edit_toml.c -- edits of all of toml-test's valid files, at every node, of every kind.
 *
 * An edit is made exactly, or refused with a reason: the new text reads as the edited tree, and what no splice names is
 * the same. Refusals are counted, and few may be. CFGRUN_VERBOSE=1 shows them.
 */
#include "conformance/suite.h"

#include <sys/stat.h>

#include "engine/pointer.h"
#include "tests/support/edits.h"

struct tally {
	unsigned files, tried, refused;
};

static cfr_limits limits;

/* Made by hand, for cfr_splices_apply made it within the plan. */
static void check_bytes(const cfr_document *doc, const cfr_edit *edit, const cfr_splices *splices)
{
	cfr_str source = cfr_source_bytes(cfr_document_source(doc));
	cfr_buf text = CFR_BUF_INIT;
	cfr_documents after;
	cfr_tree *wanted;
	uint32_t at = 0;
	bool same = false;

	for (uint32_t i = 0; i < splices->count; i++) {
		assert_true(at <= splices->items[i].start && splices->items[i].end <= source.len);
		cfr_buf_adds(&text, cfr_str_sub(source, at, splices->items[i].start));
		cfr_buf_adds(&text, splices->items[i].text);
		at = splices->items[i].end;
	}
	cfr_buf_adds(&text, cfr_str_sub(source, at, source.len));
	assert_int_equal(edits_read(&after, "x", cfr_buf_str(&text), CFR_TOML, NULL), 0);
	assert_int_equal(cfr_edit_tree(&wanted, cfr_document_tree(doc), edit, 1, &limits, NULL), 0);
	assert_int_equal(cfr_node_equal(&same, cfr_tree_root(wanted),
	                                cfr_tree_root(cfr_document_tree(after.items[0])), NULL), 0);
	assert_true(same);
	cfr_tree_unref(wanted);
	cfr_documents_release(&after);
	cfr_buf_release(&text);
}

static void try_edit(struct tally *t, const cfr_document *doc, const cfr_edit *edit, const char *what)
{
	cfr_splices splices;
	cfr_err err = CFR_ERR_INIT;
	int r = cfr_edit_plan(&splices, doc, edit, 1, &limits, &err);

	t->tried++;
	if (r == 0) {
		check_bytes(doc, edit, &splices);
		cfr_splices_release(&splices);
		return;
	}
	assert_true(err.message[0]);
	t->refused++;
	if (getenv("CFGRUN_VERBOSE"))
		print_message("%.*s: %s %.*s: %s\n", (int)cfr_source_name(cfr_document_source(doc)).len,
		              cfr_source_name(cfr_document_source(doc)).ptr, what, (int)edit->at.len, edit->at.ptr,
		              err.message);
}

static bool fresh(cfr_node mapping, const char *key)
{
	cfr_node there;

	return cfr_node_find(&there, mapping, cfr_str_of(key), NULL) != 0;
}

static void try_node(struct tally *t, const cfr_document *doc, cfr_node node)
{
	cfr_tree *number = edits_value("271828"), *table = edits_value("{p: 1, q: [x, {r: 2}]}");
	cfr_tree *list = edits_value("[{p: 1}, {p: 2, s: {t: u}}]");
	cfr_kind kind = cfr_node_kind(node);
	cfr_node parent;
	bool root = !cfr_node_parent(&parent, node);
	bool element = !root && cfr_node_kind(parent) == CFR_SEQUENCE &&
	               cfr_document_entry(doc, parent).style == CFR_BLOCK;
	cfr_buf at = CFR_BUF_INIT;

	cfr_pointer_write(&at, node);
	cfr_str place = at.len ? cfr_buf_str(&at) : CFR_STR("");
	if (!root && !element)
		try_edit(t, doc, &(cfr_edit){ .op = CFR_EDIT_REPLACE, .at = place, .value = number }, "number at");
	try_edit(t, doc, &(cfr_edit){ .op = CFR_EDIT_REPLACE, .at = place, .value = table }, "table at");
	if (!root && !element)
		try_edit(t, doc, &(cfr_edit){ .op = CFR_EDIT_REPLACE, .at = place, .value = list }, "list at");
	if (!root)
		try_edit(t, doc, &(cfr_edit){ .op = CFR_EDIT_REMOVE, .at = place }, "remove");
	if (!root && cfr_node_kind(parent) == CFR_MAPPING && fresh(parent, "re named"))
		try_edit(t, doc, &(cfr_edit){ .op = CFR_EDIT_RENAME, .at = place, .key = CFR_STR("re named") }, "rename");
	if (!root && cfr_node_parent(&parent, parent) && fresh(cfr_tree_root(cfr_document_tree(doc)), "moved"))
		try_edit(t, doc, &(cfr_edit){ .op = CFR_EDIT_MOVE, .at = place, .key = CFR_STR("moved"),
		                              .to = CFR_STR("") }, "move");
	if (kind == CFR_MAPPING && fresh(node, "zz")) {
		try_edit(t, doc, &(cfr_edit){ .op = CFR_EDIT_SET, .at = place, .key = CFR_STR("zz"), .value = number }, "key in");
		try_edit(t, doc, &(cfr_edit){ .op = CFR_EDIT_SET, .at = place, .key = CFR_STR("zz"), .value = table }, "table in");
		try_edit(t, doc, &(cfr_edit){ .op = CFR_EDIT_SET, .at = place, .key = CFR_STR("zz"), .value = list }, "list in");
	}
	if (kind == CFR_SEQUENCE) {
		try_edit(t, doc, &(cfr_edit){ .op = CFR_EDIT_INSERT, .at = place, .value = table }, "first in");
		try_edit(t, doc, &(cfr_edit){ .op = CFR_EDIT_INSERT, .at = place, .value = table, .index = UINT32_MAX }, "last in");
	}
	cfr_buf_release(&at);
	cfr_tree_unref(list);
	cfr_tree_unref(table);
	cfr_tree_unref(number);
}

static void try_file(struct tally *t, const char *path)
{
	cfr_str text = suite_file(path);
	cfr_documents docs;

	if (edits_read(&docs, path, text, CFR_TOML, NULL) == 0) {
		uint32_t size = cfr_tree_size(cfr_document_tree(docs.items[0])), step = 1 + size / 150;

		t->files++;
		for (uint32_t rank = 0; rank < size; rank += step)
			try_node(t, docs.items[0], cfr_document_node(docs.items[0], rank));
	}
	cfr_documents_release(&docs);
	free((char *)(uintptr_t)text.ptr);
}

static void walk(struct tally *t, const char *folder)
{
	size_t count;
	char **names = suite_list(folder, &count);

	for (size_t i = 0; i < count; i++) {
		char path[4096];
		struct stat st;

		snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		assert_int_equal(stat(path, &st), 0);
		if (S_ISDIR(st.st_mode))
			walk(t, path);
		else if (st.st_size < 100000 && cfr_str_ends(cfr_str_of(path), CFR_STR(".toml")))
			try_file(t, path);
	}
	suite_list_free(names, count);
}

static void test_all(void **state)
{
	static const char *const folders[] = { "conformance/toml-test/valid", "domain" };
	struct tally t = { 0 };
	char path[4096];

	(void)state;
	cfr_limits_default(&limits);
	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++) {
		if (suite_path(path, folders[i]))
			walk(&t, path);
	}
	if (t.files == 0)
		skip();
	print_message("%u files, %u edits, %u refused\n", t.files, t.tried, t.refused);
	assert_true(t.refused * 100 < t.tried);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
