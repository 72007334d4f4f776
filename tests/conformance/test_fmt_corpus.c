/* tests/conformance/test_fmt_corpus.c -- files that people wrote, and the suites of the formats, put in order.
 *
 * Each file that reads is formatted in several styles, and what every formatting must keep is required of each
 * (tests/support/formatting.h). Few may be refused. Besides, white space is disturbed at random, and where the meaning
 * stayed the same, formatting must succeed there too.
 */
#include "conformance/suite.h"

#include <sys/stat.h>

#include "tests/support/formatting.h"
#include "tests/support/random_tree.h"

struct tally {
	unsigned files, unread, formatted, changed, refused, disturbed, disturbed_refused;
};

static const cfr_fmt_style styles[] = {
	{ .blank_lines = 2 },
	{ .blank_lines = 1, .indent = 2, .sequences = CFR_FMT_SEQUENCES_INDENT },
	{ .blank_lines = 0, .indent = 4, .sequences = CFR_FMT_SEQUENCES_FLUSH, .ends = CFR_FMT_ENDS_CRLF },
	{ .blank_lines = 2, .indent = 3, .sequences = CFR_FMT_SEQUENCES_MAJORITY, .width = 30, .tabs = true },
};

/* Some blanks more or fewer, here and there. */
static void disturb(cfr_buf *out, struct random *rnd, cfr_str text)
{
	uint32_t rare = text.len > 1000 ? (uint32_t)text.len / 25 : 40;	/* of more, nothing would be read any longer */

	for (size_t i = 0; i < text.len; i++) {
		bool blank = text.ptr[i] == ' ', feed = text.ptr[i] == '\n';

		if (blank && random_below(rnd, rare) == 0)
			continue;
		cfr_buf_addc(out, text.ptr[i]);
		if ((blank || feed) && random_below(rnd, rare) == 0)
			cfr_buf_addc(out, feed && random_below(rnd, 2) ? '\n' : ' ');
	}
}

static void try_disturbed(struct tally *t, cfr_str text, cfr_format format, unsigned seed)
{
	struct random rnd = { seed };

	for (int i = 0; i < 4; i++) {
		cfr_buf other = CFR_BUF_INIT, out = CFR_BUF_INIT;
		cfr_documents docs;
		cfr_err err = CFR_ERR_INIT;

		disturb(&other, &rnd, text);
		if (edits_read(&docs, "x", cfr_buf_str(&other), format, NULL) == 0) {
			cfr_documents_release(&docs);
			t->disturbed++;
			if (formatting(&out, cfr_buf_str(&other), format, &styles[i], &err)) {
				assert_int_equal(err.code, CFR_E_UNSUPPORTED);
				t->disturbed_refused++;
				if (getenv("CFGRUN_VERBOSE"))
					print_message("%u: %s\n%s\n", err.line, err.message, other.ptr);
			}
		}
		cfr_buf_release(&other);
		cfr_buf_release(&out);
	}
}

static void try_file(struct tally *t, const char *path, cfr_format format)
{
	cfr_str text = suite_file(path);
	cfr_documents docs;

	t->files++;
	if (edits_read(&docs, "x", text, format, NULL)) {
		t->unread++;
		free((void *)(uintptr_t)text.ptr);
		return;
	}
	cfr_documents_release(&docs);
	for (size_t i = 0; i < sizeof(styles) / sizeof(*styles); i++) {
		cfr_buf out = CFR_BUF_INIT;
		cfr_err err = CFR_ERR_INIT;
		int r = formatting(&out, text, format, &styles[i], &err);

		t->formatted += r == 0;
		t->changed += r == 0 && i == 0 && !cfr_str_eq(text, cfr_buf_str(&out));
		if (r) {
			assert_int_equal(r, CFR_E_UNSUPPORTED);
			t->refused++;
			print_message("%s:%u: %s\n", path, err.line, err.message);
		}
		cfr_buf_release(&out);
	}
	try_disturbed(t, text, format, t->files);
	free((void *)(uintptr_t)text.ptr);
}

static void walk(struct tally *t, const char *folder, const char *must)
{
	size_t count;
	char **names = suite_list(folder, &count);

	for (size_t i = 0; i < count; i++) {
		cfr_format format;
		struct stat st;
		char path[4096];

		snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		assert_int_equal(stat(path, &st), 0);
		format = cfr_format_of_name(cfr_str_of(path));
		if (S_ISDIR(st.st_mode))
			walk(t, path, must);
		else if (st.st_size < 200000 && strncmp(names[i], must, strlen(must)) == 0 &&
		         (format == CFR_YAML || format == CFR_JSON || format == CFR_JSONC || format == CFR_TOML))
			try_file(t, path, format);
	}
	suite_list_free(names, count);
}

static void run(const char *const *folders, const char *must, unsigned known)
{
	struct tally t = { 0 };
	char path[4096];

	for (; *folders; folders++) {
		if (suite_path(path, *folders))
			walk(&t, path, must);
	}
	if (t.files == 0)
		skip();
	print_message("%u files, %u not read, %u changed; %u formatted, %u refused; disturbed: %u, %u refused\n", t.files,
	              t.unread, t.changed, t.formatted, t.refused, t.disturbed, t.disturbed_refused);
	assert_true(t.refused <= known);
	assert_true(t.disturbed_refused * 200 <= t.disturbed);
}

static void test_corpus(void **state)
{
	static const char *const folders[] = { "domain/corpus", "domain/configs", "domain/base", NULL };

	(void)state;
	run(folders, "", 0);
}

static void test_yaml_suite(void **state)
{
	static const char *const folders[] = { "conformance/yaml-test-suite", NULL };

	(void)state;
	run(folders, "", 0);
}

static void test_json_suite(void **state)
{
	static const char *const folders[] = { "conformance/json-test-suite", NULL };

	(void)state;
	run(folders, "y_", 0);
}

static void test_toml_suite(void **state)
{
	static const char *const folders[] = { "conformance/toml-test/valid", NULL };

	(void)state;
	run(folders, "", 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_corpus),
		cmocka_unit_test(test_yaml_suite),
		cmocka_unit_test(test_json_suite),
		cmocka_unit_test(test_toml_suite),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
