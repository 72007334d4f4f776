/* tests/unit/text/test_comments.c -- comments are found in every format that has them, and carried into every one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/text.h"

static void lose(void *arg, cfr_node node, const char *what, const char *instead)
{
	(void)arg, (void)node, (void)what, (void)instead;
}

/* The text in a format with its comments. */
static char *carried_into(cfr_format format, const char *name, const char *text)
{
	cfr_source *source;
	cfr_documents docs;
	cfr_buf out = CFR_BUF_INIT;
	cfr_write how = { .format = format, .comments = true, .lose = lose, .flatten = "_" };

	assert_int_equal(cfr_source_new(&source, (cfr_str){ name, strlen(name) }, (cfr_str){ text, strlen(text) }, NULL,
	                                NULL), 0);
	assert_int_equal(cfr_text_read(&docs, source, CFR_FORMAT_NONE, NULL, NULL), 0);
	how.order = docs.items[0];
	assert_int_equal(cfr_text_write(&out, cfr_tree_root(cfr_document_tree(docs.items[0])), &how, NULL), 0);
	cfr_documents_release(&docs);
	cfr_source_unref(source);
	return out.ptr;
}

static char *carried(const char *name, const char *text)
{
	return carried_into(CFR_YAML, name, text);
}

static void goes_into(cfr_format format, const char *name, const char *text, const char *wanted)
{
	char *out = carried_into(format, name, text);

	assert_string_equal(out, wanted);
	free(out);
}

static void becomes(const char *name, const char *text, const char *wanted)
{
	char *yaml = carried(name, text), *again;

	assert_string_equal(yaml, wanted);
	again = carried("again.yaml", yaml);
	assert_string_equal(again, wanted);
	free(again);
	free(yaml);
}

static void stays(const char *yaml)
{
	becomes("a.yaml", yaml, yaml);
}

static void test_yaml(void **state)
{
	(void)state;
	stays("# head\n\n# of a\na: 1 # beside\n\n# of b\nb:\n  # of c\n  c: 2\n# foot\n");
	stays("a: # beside a\n  b: {} # beside b\n");
	stays("list:\n  # first\n  - a # beside\n  - x: 1\n    # of z\n    z: 2\n  # - commented out\n\n# of d\nd: 1\n");
	stays("a:\n  b: 1\n\n  # below b\nc: 2\n");
	becomes("a.yaml", "a: |  # about the text\n  two\n  lines\n", "# about the text\na: |\n  two\n  lines\n");
	becomes("a.yaml", "-  # odd\n  a: 1\n", "# odd\n- a: 1\n");
	becomes("a.yaml", "a: [1, # one\n  2] # a\n", "a: # a\n  - 1 # one\n  - 2\n");
	becomes("a.yaml", "a: 'x # no' # yes\nb: x#no\n", "a: \"x # no\" # yes\nb: x#no\n");
	becomes("a.yaml", "a: &x 1 # one\nb: *x # again\n", "a: 1 # one\nb: 1 # again\n");
	becomes("a.yaml", "# only\n{}\n# after\n", "# only\n{}\n# after\n");
	becomes("a.yaml", "a: >\n  folded # no\n\n\nb: 1\n", "a: |\n  folded # no\n\nb: 1\n");
}

static void test_toml(void **state)
{
	(void)state;
	becomes("a.toml", "# head\n\n# title\ntitle = 'a # no' # beside\n\n# of t\n[t] # beside t\nx = [1, # one\n2]\n[[p]]\n"
	        "# of k\nk = 1\n# second\n[[p]]\n",
	        "# head\n\n# title\ntitle: \"a # no\" # beside\n\n# of t\nt: # beside t\n  x:\n    - 1 # one\n    - 2\np:\n"
	        "  # of k\n  - k: 1\n  # second\n  - {}\n");
	becomes("a.toml", "[\"a # b\"]\nk = 1 # c\n", "\"a # b\":\n  k: 1 # c\n");
}

static void test_others(void **state)
{
	(void)state;
	becomes("a.jsonc", "// head\n{\n  // of a\n  \"a\": 1, // beside\n  /* two\n   * lines */\n  \"b\": \"// no\"\n}\n",
	        "# head\n# of a\na: 1 # beside\n# two\n# lines\nb: // no\n");
	becomes("a.env", "# head\n\nexport PORT=80 # eighty\nB='x # no'\n", "# head\n\nPORT: \"80\" # eighty\nB: \"x # no\"\n");
	becomes("a.properties", "# head\n! bang\na=x # no\n\n#of b\nb=c\n", "# head\n# bang\na: \"x # no\"\n\n#of b\nb: c\n");
	becomes("b.jsonc", "{\n  // nothing yet\n}\n", "{}\n# nothing yet\n");
	becomes("a.json", "{\"a\": 1}", "a: 1\n");
}

/* A comment neither begins a value nor ends one. */
static void test_line_ends(void **state)
{
	static const char text[] = "/* x\ry=1 */ { \"a\": \"b\" // c\xe2\x80\xa8z: 1\n}";

	(void)state;
	goes_into(CFR_DOTENV, "a.jsonc", text, "# x\n#y=1\na=b # c?z: 1\n");
	goes_into(CFR_PROPERTIES, "a.jsonc", text, "# x\n#y=1\n# c?z: 1\na=b\n");
	goes_into(CFR_YAML, "a.jsonc", text, "# x\n#y=1\na: b # c?z: 1\n");
	goes_into(CFR_TOML, "a.jsonc", "{\"a\": [null // n\n // below\n]}", "a = [\n  # below\n]\n");
}

/* Also where the target has no such place. */
static void test_none_is_lost(void **state)
{
	(void)state;
	stays("# beside\nscalar\n");
	becomes("a.yaml", "--- # above\nscalar # beside\n", "# above\n# beside\nscalar\n");
	stays("- a: # of a\n    # of b\n    b: 1\n# of c\n- - c: 1\n");
	stays("# of the inner\n- - 1\n");
	becomes("a.jsonc", "{\"a\": [\n // in\n], \"b\": {\n // too\n}}", "# in\na: []\n# too\nb: {}\n");
	goes_into(CFR_JSONC, "a.jsonc", "{\"a\": [\n    // in\n  ]}", "{\n  \"a\": [\n    // in\n  ]\n}\n");
	goes_into(CFR_TOML, "a.jsonc", "{\"a\": [\n // in\n]}", "# in\na = []\n");
	goes_into(CFR_TOML, "a.yaml", "b: # b\n  - y\n  # below y\n", "b = [\n  \"y\",\n  # below y\n] # b\n");
	goes_into(CFR_DOTENV, "a.yaml", "a:\n  b: x\n  # below b\nc: y\n", "# below b\na_b=x\nc=y\n");
}

/* Many comments on one long line, and behind a long indentation: without quadratic time this takes no time. */
static void test_long_lines(void **state)
{
	enum { MANY = 400000 };
	char *text = malloc(MANY * 6 + 16), *at = text;
	char *out;

	(void)state;
	assert_non_null(text);
	at += sprintf(at, "[1,");
	for (int i = 0; i < MANY; i++)
		at += sprintf(at, "/*a*/ ");
	sprintf(at, "2]");
	out = carried("a.jsonc", text);
	assert_true(strlen(out) > MANY * 2);
	free(out);
	at = text;
	at += sprintf(at, "[1,\n");
	memset(at, ' ', MANY);
	at += MANY;
	at += sprintf(at, "/*");
	for (int i = 0; i < MANY; i++)
		at += sprintf(at, "a\n");
	sprintf(at, "*/2]");
	out = carried("a.jsonc", text);
	assert_true(strlen(out) > MANY * 2);
	free(out);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_yaml),
		cmocka_unit_test(test_toml),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_line_ends),
		cmocka_unit_test(test_none_is_lost),
		cmocka_unit_test(test_long_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
