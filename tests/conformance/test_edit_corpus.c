/* tests/conformance/test_edit_corpus.c -- edits of files that people wrote.
 *
 * Each edit is made and unmade, and the file must be what it was, byte for byte: a scalar replaced by another value of
 * its kind and back, a key set and removed, an item inserted and removed. Besides, an edit changes no line but its own:
 * of a replaced scalar on one line, all other lines are the same.
 *
 * Where a scalar comes back in other words (a string that has to be quoted now, 0x10 as 16, a folded text filled anew)
 * it is counted, and few may be. CFGRUN_VERBOSE=1 shows them, and what is refused.
 */
#include "conformance/suite.h"

#include <sys/stat.h>

#include "engine/pointer.h"
#include "engine/tree/build.h"
#include "tests/support/edits.h"

struct tally {
	unsigned files, documents, tried, same, spelling, refused, lost;
};

struct edited {
	cfr_buf text;
	cfr_documents docs;
};

static cfr_limits limits;

static void edited_free(struct edited *e)
{
	cfr_documents_release(&e->docs);
	cfr_buf_release(&e->text);
}

/* One edit of one document: the new text, read. The code of the plan when it is refused. */
static int edit(struct edited *out, const cfr_document *doc, const cfr_edit *change)
{
	const cfr_source *source = cfr_document_source(doc);
	cfr_splices splices;
	cfr_err err = CFR_ERR_INIT;
	int r = cfr_edit_plan(&splices, doc, change, 1, &limits, &err);

	*out = (struct edited){ .text = CFR_BUF_INIT };
	if (r) {
		assert_int_equal(r, CFR_E_UNSUPPORTED);
		if (getenv("CFGRUN_VERBOSE"))
			print_message("%s:%u: %s: %s\n", err.file, err.line, err.path, err.message);
		return r;
	}
	assert_int_equal(cfr_splices_apply(&out->text, cfr_source_bytes(source), splices.items, splices.count, NULL), 0);
	cfr_splices_release(&splices);
	assert_int_equal(edits_read(&out->docs, "x", cfr_buf_str(&out->text), cfr_document_format(doc), NULL), 0);
	return 0;
}

static void show_differ(cfr_str file, const cfr_edit *change, cfr_str before, cfr_str after)
{
	size_t at = 0;

	while (at < before.len && at < after.len && before.ptr[at] == after.ptr[at])
		at++;
	at = at > 60 ? at - 60 : 0;
	print_message("%.*s %.*s\n  was: %.*s\n  is:  %.*s\n", (int)file.len, file.ptr, (int)change->at.len, change->at.ptr,
	              (int)(before.len - at < 160 ? before.len - at : 160), before.ptr + at,
	              (int)(after.len - at < 160 ? after.len - at : 160), after.ptr + at);
}

/* Are all lines the same but at most one? */
static bool one_line_differs(cfr_str a, cfr_str b)
{
	size_t front = 0, back = 0;

	while (front < a.len && front < b.len && a.ptr[front] == b.ptr[front])
		front++;
	while (back < a.len - front && back < b.len - front && a.ptr[a.len - 1 - back] == b.ptr[b.len - 1 - back])
		back++;
	return a.len == front + back || !memchr(a.ptr + front, '\n', a.len - front - back);
}

/* A change and what takes it back. */
static void there_and_back(struct tally *t, const cfr_document *doc, const cfr_edit *change, const cfr_edit *back,
                           bool may_respell)
{
	cfr_str before = cfr_source_bytes(cfr_document_source(doc)), after;
	struct edited one, two;

	t->tried++;
	if (edit(&one, doc, change) != 0) {
		t->refused++;
		return;
	}
	if (edit(&two, one.docs.items[cfr_document_index(doc)], back) != 0) {
		t->refused++;
		edited_free(&one);
		return;
	}
	after = cfr_buf_str(&two.text);
	if (cfr_str_eq(before, after)) {
		t->same++;
	} else if (may_respell) {
		t->spelling++;
		if (getenv("CFGRUN_VERBOSE"))
			show_differ(cfr_source_name(cfr_document_source(doc)), change, before, after);
	} else {
		t->lost++;
		show_differ(cfr_source_name(cfr_document_source(doc)), change, before, after);
	}
	edited_free(&one);
	edited_free(&two);
}

/* The text with one word more, somewhere in the middle. */
static cfr_tree *with_a_word(cfr_str text)
{
	size_t at = text.len / 2;
	cfr_build *build;
	cfr_buf longer = CFR_BUF_INIT;
	cfr_tree *tree = NULL;

	while (at < text.len && text.ptr[at] != ' ')
		at++;
	cfr_buf_adds(&longer, cfr_str_sub(text, 0, at));
	cfr_buf_addz(&longer, at < text.len ? " word" : "word");
	cfr_buf_adds(&longer, cfr_str_sub(text, at, text.len));
	assert_int_equal(cfr_build_new(&build, NULL, CFR_FORMAT_NONE, NULL, NULL), 0);
	assert_int_equal(cfr_build_string(build, cfr_buf_str(&longer), NULL, NULL), 0);
	assert_int_equal(cfr_build_finish_tree(&tree, build, NULL), 0);
	cfr_build_free(build);
	cfr_buf_release(&longer);
	return tree;
}

static void try_scalar(struct tally *t, const cfr_document *doc, cfr_node node)
{
	cfr_entry entry = cfr_document_entry(doc, node);
	cfr_str text = cfr_source_bytes(cfr_document_source(doc));
	bool string = cfr_node_kind(node) == CFR_STRING;
	cfr_buf at = CFR_BUF_INIT;
	cfr_tree *other, *same;
	cfr_write how = { .format = CFR_YAML };
	cfr_buf written = CFR_BUF_INIT;
	cfr_edit change = { .op = CFR_EDIT_REPLACE }, back = change;

	if (entry.flags & (CFR_VIA_ALIAS | CFR_VIA_MERGE))
		return;
	cfr_pointer_write(&at, node);
	/* Of a text over several lines a word, else the whole. */
	other = string && entry.style >= CFR_LITERAL ? with_a_word(cfr_node_string(node))
	                                             : edits_value(cfr_node_kind(node) == CFR_INT ? "271828" : "another");
	change.at = back.at = cfr_buf_str(&at);
	change.value = other;
	/* The same value in a tree of its own. */
	assert_int_equal(cfr_text_write(&written, node, &how, NULL), 0);
	back.value = same = edits_value(written.ptr);
	cfr_buf_release(&written);
	there_and_back(t, doc, &change, &back, true);
	if (entry.style <= CFR_DOUBLE) {
		struct edited one;

		if (edit(&one, doc, &change) == 0) {
			cfr_str old = cfr_str_sub(text, entry.start, entry.end);

			if (!old.len || !memchr(old.ptr, '\n', old.len))
				assert_true(one_line_differs(text, cfr_buf_str(&one.text)));
		}
		edited_free(&one);
	}
	cfr_tree_unref(other);
	cfr_tree_unref(same);
	cfr_buf_release(&at);
}

static void try_collection(struct tally *t, const cfr_document *doc, cfr_node node)
{
	cfr_entry entry = cfr_document_entry(doc, node);
	bool mapping = cfr_node_kind(node) == CFR_MAPPING;
	cfr_tree *value = edits_value("{a: 1, list: [x, {z: 1}]}");
	cfr_edit change = { .op = mapping ? CFR_EDIT_SET : CFR_EDIT_INSERT, .key = CFR_STR("cfgrun-test"), .value = value };
	cfr_edit back = { .op = CFR_EDIT_REMOVE };
	cfr_buf at = CFR_BUF_INIT, there = CFR_BUF_INIT;

	if (!(entry.flags & (CFR_VIA_ALIAS | CFR_VIA_MERGE)) && cfr_node_size(node)) {
		cfr_pointer_write(&at, node);
		change.at = cfr_buf_str(&at);
		for (uint32_t where = 0; where < (mapping ? 1u : 2u); where++) {
			change.index = where ? 0 : cfr_node_size(node);
			cfr_buf_clear(&there);
			cfr_buf_adds(&there, cfr_buf_str(&at));
			if (mapping)
				cfr_buf_addz(&there, "/cfgrun-test");
			else
				cfr_buf_addf(&there, "/%u", change.index);
			back.at = cfr_buf_str(&there);
			there_and_back(t, doc, &change, &back, false);
		}
	}
	cfr_tree_unref(value);
	cfr_buf_release(&at);
	cfr_buf_release(&there);
}

static void try_file(struct tally *scalars, struct tally *collections, const char *path, const char *name)
{
	cfr_str text = suite_file(path);
	cfr_documents docs;

	if (edits_read(&docs, name, text, CFR_FORMAT_NONE, NULL) == 0) {
		scalars->files++;
		for (uint32_t i = 0; i < docs.count; i++) {
			uint32_t size = cfr_tree_size(cfr_document_tree(docs.items[i]));
			/* Of a long file a sample; all of the short ones. */
			uint32_t step = 1 + size * docs.count / 400;

			scalars->documents++;
			for (uint32_t rank = i % step; rank < size; rank += step) {
				cfr_node node = cfr_document_node(docs.items[i], rank);
				cfr_kind kind = cfr_node_kind(node);

				if (kind == CFR_MAPPING || kind == CFR_SEQUENCE)
					try_collection(collections, docs.items[i], node);
				else
					try_scalar(scalars, docs.items[i], node);
			}
		}
	}
	cfr_documents_release(&docs);
	free((char *)(uintptr_t)text.ptr);
}

static void walk(struct tally *scalars, struct tally *collections, const char *folder)
{
	size_t count;
	char **names = suite_list(folder, &count);

	for (size_t i = 0; i < count; i++) {
		char path[4096];
		struct stat st;

		snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		assert_int_equal(stat(path, &st), 0);
		if (S_ISDIR(st.st_mode))
			walk(scalars, collections, path);
		else if (st.st_size < 200000 && cfr_format_of_name(cfr_str_of(path)) != CFR_FORMAT_NONE)
			try_file(scalars, collections, path, names[i]);
	}
	suite_list_free(names, count);
}

static void report(const char *what, const struct tally *t)
{
	print_message("%s: %u tried, %u back to the same bytes, %u in another spelling, %u refused\n", what, t->tried, t->same,
	              t->spelling, t->refused);
}

static void test_corpus(void **state)
{
	static const char *const folders[] = { "domain/corpus", "domain/configs", "domain/base" };
	struct tally scalars = { 0 }, collections = { 0 };
	char path[4096];

	(void)state;
	cfr_limits_default(&limits);
	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++) {
		if (suite_path(path, folders[i]))
			walk(&scalars, &collections, path);
	}
	if (scalars.files == 0)
		skip();
	print_message("%u files, %u documents\n", scalars.files, scalars.documents);
	report("scalars replaced", &scalars);
	report("entries added", &collections);
	assert_int_equal(collections.lost, 0);
	assert_true(scalars.refused * 50 < scalars.tried);
	assert_true(collections.refused * 50 < collections.tried);
	assert_true(scalars.spelling * 20 < scalars.tried);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_corpus),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
