/* Sections: lazy is eager, over every text at hand.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/support/lazy.h"
#include <dirent.h>
#include <sys/stat.h>

static struct random rnd = { 20 };

static void check(struct lazy *n, cfr_str text, cfr_format format, unsigned edits)
{
	lazy_check(n, CFR_STR("x"), text, format);
	while (edits--) {
		cfr_buf other = CFR_BUF_INIT;

		lazy_edit(&other, &rnd, text);
		lazy_again(n, text, cfr_buf_str(&other), format);
		cfr_buf_release(&other);
	}
}

static void tell(const struct lazy *n)
{
	print_message("%u texts, %u opened, %u of %u places given, %u listed; %u edits, %u sections shared\n", n->texts, n->opened,
	              n->given, n->asked, n->listed, n->edits, n->shared);
}

static void test_texts(void **state)
{
	static const char *const yaml[] = {
		"a: 1\nb:\n  c: [1, 2]\n  d:\n    - x\n    - y: 1\n      z: {p: q}\ne: 3\n",
		"# top\na:\n  # above b\n  b: 1 # beside b\n\n  # above c\n  c:\n    - 1\n    - 2\n     # below 2\n  # above d\n  d: 2\n    # below d\n",
		"- a: 1\n  b:\n  - 1\n  - 2\n- # beside\n  c: 1\n  d: {x: [1]}\n-\n  - - 1\n    - 2\n  - 3\n",
		"a: &x [1, 2]\nb: *x\nc:\n  - *x\n  - 1\n  - {y: 1}\n",
		"a: {x: 1}\n<<: {b: 1, c: 2}\nd: [1, 2, 3]\n",
		"'a b': [1]\n\"c\\td\": [2, 3]\n1: {a: 2}\ntrue: [x]\n",
		"a:\n  b: |\n    text\n    # no comment\n\n  # above c\n  c: >+\n    kept\n\n  # above d\n  d: [1,\n   2]\n  e: {x: y}\n",
		"\xEF\xBB\xBF" "a:\r\n  - b: 1\r\n    c: [x]\r\n  # above\r\n  - d: \xC3\xA9\r\n    e: {f: \xE2\x82\xAC}\r\n",
		"---\na:\n- 1\n-\n- ~\n- {}\n- []\n- b:\nc:\nd: !t\ne: !!map\n  x: [1]\n",
	};
	static const char *const json[] = {
		"{\"a\": 1, \"b\": {\"c\": [1, 2], \"d\": [{\"x\": 1}, null, []]}, \"e\": {}}",
		"[\n  {\"a\": \"\xC3\xA9\"}, [1,\n 2], \"x\", {\"k\\u00e9\": [1, 2, {\"z\": \"\xE2\x82\xAC\"}]}\n]\n",
		"\xEF\xBB\xBF[[1,2,3],[4,5,[6,7]],{\"a\":{\"b\":[]}}]",
	};
	struct lazy n = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(yaml) / sizeof(*yaml); i++)
		check(&n, cfr_str_of(yaml[i]), CFR_YAML, 400);
	for (size_t i = 0; i < sizeof(json) / sizeof(*json); i++)
		check(&n, cfr_str_of(json[i]), CFR_JSON, 400);
	tell(&n);
	assert_true(n.opened >= 9 && n.given * 10 > n.asked * 8 && n.listed > 20);
}

static void each_file(struct lazy *n, const char *folder)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		char path[1024];
		struct stat st;
		cfr_source *source;
		cfr_format format = cfr_format_of_name(cfr_str_of(entry->d_name));

		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
			each_file(n, path);
		} else if ((format == CFR_YAML || format == CFR_JSON) && st.st_size < 200000 &&
		           cfr_source_open(&source, path, NULL, NULL) == 0) {
			check(n, cfr_source_bytes(source), format, st.st_size < 4000 ? 2 : 0);
			cfr_source_unref(source);
		}
	}
	if (dir)
		closedir(dir);
}

static void test_folders(void **state)
{
	const char *shared = getenv("CFGRUN_SHARED");
	static const char *const folders[] = { "domain", "conformance" };
	struct lazy n = { 0 };
	char path[1024];

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "%s/%s", shared ? shared : "../shared", folders[i]);
		each_file(&n, path);
	}
	each_file(&n, "tests");
	each_file(&n, "examples");
	tell(&n);
	assert_true(n.opened > 0 && n.given > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_folders),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
