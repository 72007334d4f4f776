/* tests/conformance/test_load_corpus.c -- every text of the suites and of people's files that can be read comes back from a
 * record as it was read: what the proof of a record refuses, no reader may give.
 */
#include "conformance/suite.h"

#include "engine/load/inside.h"
#include "tests/support/loading.h"

#include <sys/stat.h>

struct tally {
	unsigned files, read, documents;
};

static struct double_cache *cache;
static cfr_loader *loader;

static void try_text(struct tally *n, const char *path, cfr_str text, cfr_format format)
{
	cfr_documents docs, again;
	cfr_source *source;
	cfr_buf record = CFR_BUF_INIT;
	cfr_cache_key key = { { 7 } };
	cfr_err err = CFR_ERR_INIT;

	n->files++;
	assert_int_equal(cfr_source_new(&source, cfr_str_of(path), text, NULL, NULL), 0);
	if (cfr_text_read(&docs, source, format, NULL, NULL) == 0) {
		n->read++;
		n->documents += docs.count;
		if (docs.count) {
			cfr__documents_put(loader, &key, &docs);
			assert_true(double_get(cache, &key, &record));
			if (cfr__documents_restore(&again, source, &record, &err) < 0)
				fail_msg("%s: %s", path, err.message);
			if (!same_documents(&docs, &again))
				fail_msg("%s: other documents", path);
			cfr_documents_release(&again);
		}
		cfr_documents_release(&docs);
	}
	cfr_source_unref(source);
}

static void walk(struct tally *n, const char *folder)
{
	size_t count;
	char **names = suite_list(folder, &count);

	for (size_t i = 0; i < count; i++) {
		char path[4096];
		struct stat st;
		cfr_str text;

		snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		assert_int_equal(stat(path, &st), 0);
		if (S_ISDIR(st.st_mode)) {
			walk(n, path);
		} else if (st.st_size < 1000000 && (text = suite_file(path)).ptr) {
			try_text(n, path, text, CFR_FORMAT_NONE);
			free((void *)(uintptr_t)text.ptr);
		}
	}
	suite_list_free(names, count);
}

static void test_folder(void **state)
{
	struct tally n = { 0 };
	char at[4096];

	if (!suite_path(at, *state))
		skip();
	cache = double_new();
	loader = double_loader(cache);
	walk(&n, at);
	cfr_loader_free(loader);
	double_free(cache);
	print_message("%s: %u files, %u read, %u documents\n", (const char *)*state, n.files, n.read, n.documents);
	assert_true(n.read > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_prestate(test_folder, (void *)(uintptr_t)"domain/corpus"),
		cmocka_unit_test_prestate(test_folder, (void *)(uintptr_t)"conformance"),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
