/* tests/conformance/test_outline_corpus.c -- windows of files that people wrote, and of the YAML test suite's.
 *
 * What must hold of each is told in tests/support/outlines.h. Besides, most places of people's files must have a
 * window, and most edits be possible in one: always asking for the whole document would be right, too.
 */
#include "conformance/suite.h"

#include <sys/stat.h>

#include "tests/support/outlines.h"

static struct outlines people, suite;

static void try_file(struct outlines *n, const char *path, uint32_t most)
{
	cfr_str text = suite_file(path);

	if (!text.ptr)
		return;
	outlines_check(n, text, cfr_format_of_name(cfr_str_of(path)), text.len, most);
	free((void *)(uintptr_t)text.ptr);
}

static void walk(struct outlines *n, const char *folder, bool all, uint32_t most)
{
	size_t count;
	char **names = suite_list(folder, &count);

	for (size_t i = 0; i < count; i++) {
		char path[4096];
		struct stat st;

		snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		assert_int_equal(stat(path, &st), 0);
		if (S_ISDIR(st.st_mode)) {
			walk(n, path, all, most);
		} else if (st.st_size < 60000) {
			cfr_format format = cfr_format_of_name(cfr_str_of(path));

			if (format == CFR_YAML || format == CFR_JSON || (all && strstr(names[i], ".yaml")))
				try_file(n, path, most);
		}
	}
	suite_list_free(names, count);
}

static void show(const char *what, const struct outlines *n)
{
	print_message("%s: %u places, %u with windows, %u to the end; %u windows read, %u swapped; %u of %u edits; %u diffs\n", what,
	              n->asked, n->found, n->whole, n->read, n->swapped, n->edited, n->edits, n->diffs);
}

static void test_people(void **state)
{
	char at[4096];

	(void)state;
	if (!suite_path(at, "domain/corpus"))
		skip();
	walk(&people, at, false, 12);
	show("people's files", &people);
	assert_true(people.found > people.asked / 2);
	assert_true(people.whole > people.asked / 3);
	assert_true(people.edited > people.edits / 8);
}

static void test_suite(void **state)
{
	char at[4096];

	(void)state;
	if (!suite_path(at, "conformance/yaml-test-suite"))
		skip();
	walk(&suite, at, true, 40);
	show("the test suite", &suite);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_people),
		cmocka_unit_test(test_suite),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
