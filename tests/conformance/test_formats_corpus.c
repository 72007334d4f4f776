/* tests/conformance/test_formats_corpus.c -- documents that people wrote, through every format that can hold them, and back.
 *
 * Each document of ../shared/domain (and of toml-test) is written in each format, with its comments. What is written must
 * read back as an equal value; writing that once more must give the same bytes; and what a format cannot hold must be
 * refused, with the place. Comments: YAML keeps as many lines with one as the author wrote.
 */
#include "conformance/suite.h"

#include <sys/stat.h>

#include "engine/text.h"

struct tally {
	unsigned files, documents, held[CFR_FORMAT_COUNT], refused[CFR_FORMAT_COUNT];
};

static void read_text(cfr_documents *out, const char *name, cfr_str text, cfr_format format)
{
	cfr_source *source;
	cfr_err err = CFR_ERR_INIT;
	int r;

	assert_int_equal(cfr_source_new(&source, cfr_str_of(name), text, NULL, &err), 0);
	r = cfr_text_read(out, source, format, NULL, &err);
	if (r)
		print_message("%s as %s: %s\n%.*s\n", name, cfr_format_name(format), err.message, (int)text.len, text.ptr);
	assert_int_equal(r, 0);
	cfr_source_unref(source);
}

static int write_text(cfr_buf *out, const cfr_document *doc, cfr_format format, cfr_err *err)
{
	const cfr_write how = { .format = format, .order = doc, .comments = true,
	                        .flatten = NULL };

	return cfr_text_write(out, cfr_tree_root(cfr_document_tree(doc)), &how, err);
}

/* Text that was written, read: equal to the document, and as it would be written again. */
static void back(cfr_buf *again, const cfr_document *doc, const char *name, cfr_format format, cfr_str text)
{
	cfr_documents docs;
	bool equal = false;

	read_text(&docs, name, text, format);
	assert_int_equal(docs.count, 1);
	assert_int_equal(cfr_node_equal(&equal, cfr_tree_root(cfr_document_tree(doc)),
	                                cfr_tree_root(cfr_document_tree(docs.items[0])), NULL), 0);
	if (!equal)
		print_message("%s as %s is another value:\n%.*s\n", name, cfr_format_name(format), (int)text.len, text.ptr);
	assert_true(equal);
	assert_int_equal(write_text(again, docs.items[0], format, NULL), 0);
	cfr_documents_release(&docs);
}

static void through(const cfr_document *doc, const char *name, cfr_format format, struct tally *tally)
{
	cfr_buf text = CFR_BUF_INIT, again = CFR_BUF_INIT, third = CFR_BUF_INIT;
	/* Where two comments meet above one header, a blank line between them may go the first time. */
	cfr_buf *settled = format == CFR_TOML ? &again : &text, *after = format == CFR_TOML ? &third : &again;
	cfr_err err = CFR_ERR_INIT;
	int r = write_text(&text, doc, format, &err);

	if (r) {
		assert_int_equal(r, CFR_E_UNSUPPORTED);
		assert_true(err.message[0] && err.hint[0]);
		tally->refused[format]++;
		cfr_buf_release(&text);
		return;
	}
	tally->held[format]++;
	back(&again, doc, name, format, cfr_buf_str(&text));
	back(&third, doc, name, format, cfr_buf_str(&again));
	if (!cfr_str_eq(cfr_buf_str(settled), cfr_buf_str(after)))
		print_message("%s as %s, again:\n%.*s\n----\n%.*s\n", name, cfr_format_name(format), (int)settled->len,
		              settled->ptr, (int)after->len, after->ptr);
	assert_true(cfr_str_eq(cfr_buf_str(settled), cfr_buf_str(after)));
	cfr_buf_release(&text);
	cfr_buf_release(&again);
	cfr_buf_release(&third);
}

static void try_file(const char *path, struct tally *tally)
{
	cfr_str text = suite_file(path);
	cfr_source *source;
	cfr_documents docs;

	assert_non_null(text.ptr);
	assert_int_equal(cfr_source_new(&source, cfr_str_of(path), text, NULL, NULL), 0);
	if (cfr_format_of_name(cfr_str_of(path)) != CFR_FORMAT_NONE &&
	    cfr_text_read(&docs, source, CFR_FORMAT_NONE, NULL, NULL) == 0) {
		tally->files++;
		for (uint32_t i = 0; i < docs.count; i++) {
			tally->documents++;
			for (int f = CFR_YAML; f < CFR_FORMAT_COUNT; f++)
				through(docs.items[i], path, (cfr_format)f, tally);
		}
		cfr_documents_release(&docs);
	}
	cfr_source_unref(source);
	free((char *)(uintptr_t)text.ptr);
}

static void try_folder(const char *folder, struct tally *tally)
{
	size_t count;
	char **names = suite_list(folder, &count);

	for (size_t i = 0; i < count; i++) {
		char path[4352];
		struct stat about;

		snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		if (stat(path, &about) == 0 && S_ISDIR(about.st_mode))
			try_folder(path, tally);
		else
			try_file(path, tally);
		free(names[i]);
	}
	free(names);
}

static void run(const char *what)
{
	struct tally tally = { 0 };
	char folder[4096];

	if (!suite_path(folder, what))
		skip();
	try_folder(folder, &tally);
	print_message("%s: %u files, %u documents;", what, tally.files, tally.documents);
	for (int f = CFR_YAML; f < CFR_FORMAT_COUNT; f++)
		print_message(" %s %u (+%u refused)", cfr_format_name((cfr_format)f), tally.held[f], tally.refused[f]);
	print_message("\n");
	assert_true(tally.documents > 0);
	assert_int_equal(tally.refused[CFR_YAML], 0);
	assert_true(tally.held[CFR_TOML] > tally.documents / 2);
}

static void test_corpus(void **state)
{
	(void)state;
	run("domain/corpus");
}

static void test_configs(void **state)
{
	(void)state;
	run("domain/configs");
}

static void test_toml_suite(void **state)
{
	(void)state;
	run("conformance/toml-test/valid");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_corpus),
		cmocka_unit_test(test_configs),
		cmocka_unit_test(test_toml_suite),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
