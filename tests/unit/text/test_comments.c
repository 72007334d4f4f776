/* tests/unit/text/test_comments.c -- comments are found in every format that has them, and carried into YAML. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/text.h"

/* The text as YAML with its comments. */
static char *carried(const char *name, const char *text)
{
	cfr_source *source;
	cfr_documents docs;
	cfr_buf out = CFR_BUF_INIT;
	cfr_write how = { .format = CFR_YAML, .comments = true };

	assert_int_equal(cfr_source_new(&source, (cfr_str){ name, strlen(name) }, (cfr_str){ text, strlen(text) }, NULL,
	                                NULL), 0);
	assert_int_equal(cfr_text_read(&docs, source, CFR_FORMAT_NONE, NULL, NULL), 0);
	how.order = docs.items[0];
	assert_int_equal(cfr_text_write(&out, cfr_tree_root(cfr_document_tree(docs.items[0])), &how, NULL), 0);
	cfr_documents_release(&docs);
	cfr_source_unref(source);
	return out.ptr;
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_yaml),
		cmocka_unit_test(test_toml),
		cmocka_unit_test(test_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
