/* tests/faults/test_text.c -- reading while memory runs out, at each place in turn.
 *
 * libyaml is a shared library and allocates past the counter; what this reaches is every allocation of our own between
 * its events: builder, anchors, stand-ins for line separators, documents.
 */
#include "failing.h"

#include "engine/base/str.h"
#include "engine/text.h"

typedef struct job {
	const cfr_source *source;
	cfr_format format;
	int expect;
} job;

static int read_it(void *arg)
{
	const job *j = arg;
	cfr_documents docs = { NULL, 0 };
	cfr_err err = CFR_ERR_INIT;
	int rc = cfr_text_read(&docs, j->source, j->format, NULL, &err);

	if (rc) {
		assert_int_equal(docs.count, 0);
		assert_int_equal(err.code, rc);
	}
	cfr_documents_release(&docs);
	return rc == j->expect ? 0 : rc;
}

static unsigned long each(const char *text, cfr_format format, int expect)
{
	cfr_source *source;
	unsigned long n;
	job j = { .format = format, .expect = expect };

	assert_int_equal(cfr_source_new(&source, CFR_STR("text"), cfr_str_of(text), NULL, NULL), 0);
	j.source = source;
	n = cfr_fail_each(read_it, &j);
	cfr_source_unref(source);
	return n;
}

static void test_yaml(void **state)
{
	(void)state;
	assert_true(each("&k a: &x [1, 2.5, 'b', \"c\\n\", !t d]\ne: *x\nf: {<<: &m {g: 1}}\n", CFR_YAML, CFR_E_UNSUPPORTED) > 5);
	assert_true(each("a: &x {b: 1}\nc:\n  <<: [*x]\n  d: |\n    text\n---\n- &\xC3\xA9\n", CFR_YAML, CFR_E_SYNTAX) > 5);
	assert_true(each("\xC3\xA9: \"a\xE2\x80\xA8 \\n\"\nb: &x [1]\nc: *x\n---\n2\n---\n3\n", CFR_YAML, 0) > 10);
	assert_true(each("a: 1\na: 2\n", CFR_YAML, CFR_E_DUPLICATE) > 5);
	assert_true(each("a: [1\n", CFR_YAML, CFR_E_SYNTAX) > 2);
}

static void test_json(void **state)
{
	(void)state;
	assert_true(each("{\"a\": [1, 2.5, \"b\\n\", 12345678901234567890, true, null], \"c\": {}}", CFR_JSON, 0) > 5);
	assert_true(each("{\"a\": 1, \"a\": 2}", CFR_JSON, CFR_E_DUPLICATE) > 5);
	assert_true(each("[1, 2", CFR_JSON, CFR_E_SYNTAX) > 2);
}

static void test_toml(void **state)
{
	const char *good = "a.b = [1, {c = 'x', \"\\u0041\" = \"\"\"\n\\ty\"\"\"}, 1_0.5]\n[[t]]\nd = 1979-05-27 07:32:00z\n[t.u]\n"
	                   "k0=0\nk1=1\nk2=2\nk3=3\nk4=4\nk5=5\nk6=6\nk7=7\nk8=8\nk9=9\n";

	(void)state;
	assert_true(each(good, CFR_TOML, 0) > 10);
	assert_true(each("a = 1\na = 2\n", CFR_TOML, CFR_E_DUPLICATE) > 1);
	assert_true(each("a = 'x", CFR_TOML, CFR_E_SYNTAX) > 1);
}

typedef struct writing {
	cfr_node node;
	cfr_write how;
} writing;

static int write_it(void *arg)
{
	const writing *w = arg;
	cfr_buf out = CFR_BUF_INIT;
	cfr_err err = CFR_ERR_INIT;
	int rc = cfr_text_write(&out, w->node, &w->how, &err);

	if (rc)
		assert_int_equal(err.code, rc);
	cfr_buf_release(&out);
	return rc;
}

static void test_write_toml(void **state)
{
	const char *text = "a: [1, \"long enough to be broken into several lines, as arrays are when\", \"they are too long\"]\n"
	                   "b: {c: {d: 1}, \"e f\": [{g: \"x\\ny\"}, {h: [[]]}]}\n";
	cfr_documents docs = { NULL, 0 };
	cfr_source *source;
	writing w = { .how = { .format = CFR_TOML } };

	(void)state;
	assert_int_equal(cfr_source_new(&source, CFR_STR("text"), cfr_str_of(text), NULL, NULL), 0);
	assert_int_equal(cfr_text_read(&docs, source, CFR_YAML, NULL, NULL), 0);
	w.node = cfr_tree_root(cfr_document_tree(docs.items[0]));
	assert_true(cfr_fail_each(write_it, &w) > 2);
	cfr_documents_release(&docs);
	cfr_source_unref(source);
}

static void test_json_kinds(void **state)
{
	(void)state;
	assert_true(each("// c\n{\"a\": [1, /* c */ 2.5, \"b\\n\",], \"c\": {},}", CFR_JSONC, 0) > 5);
	assert_true(each("/* c", CFR_JSONC, CFR_E_SYNTAX) > 0);
	assert_true(each("{\"a\": \"b\\n\"}\n\n[1]\n2\n3\n4\n", CFR_JSONL, 0) > 10);
	assert_true(each("1\n{\"a\": 1, \"a\": 2}\n", CFR_JSONL, CFR_E_DUPLICATE) > 5);
}

static void test_flat(void **state)
{
	(void)state;
	assert_true(each("# c\nexport A='b'\nB=\"c\\n$\" # d\nC=x y\r\nD='e\r\nf'\n", CFR_DOTENV, 0) > 5);
	assert_true(each("A=1\nA=2\n", CFR_DOTENV, CFR_E_DUPLICATE) > 5);
	assert_true(each("A=\"1\n", CFR_DOTENV, CFR_E_SYNTAX) > 2);
	assert_true(each("a=b\nc\\ d : d\\\n  e\nf \\u00e9\\ud83d\\ude00 # x\n! c\n", CFR_PROPERTIES, 0) > 5);
	assert_true(each("a=1\n\\u0061=2\n", CFR_PROPERTIES, CFR_E_DUPLICATE) > 5);
	assert_true(each("a=\\u12\n", CFR_PROPERTIES, CFR_E_SYNTAX) > 2);
}

static void nothing_said(void *arg, cfr_node node, const char *what, const char *instead)
{
	(void)arg;
	(void)node;
	(void)what;
	(void)instead;
}

static void test_write_flat(void **state)
{
	static const cfr_format formats[] = { CFR_DOTENV, CFR_PROPERTIES };
	cfr_documents docs = { NULL, 0 };
	cfr_source *source;
	writing w = { .how = { .lose = nothing_said, .comments = true } };

	(void)state;
	assert_int_equal(cfr_source_new(&source, CFR_STR("text"), CFR_STR("# c\na: {b: [x, 1, it's], c: {}}\nd: \"\\n\"  # e\na.c: 2\n"), NULL,
	                                NULL), 0);
	assert_int_equal(cfr_text_read(&docs, source, CFR_YAML, NULL, NULL), 0);
	w.node = cfr_tree_root(cfr_document_tree(docs.items[0]));
	w.how.order = docs.items[0];
	for (size_t i = 0; i < 4; i++) {
		w.how.format = formats[i / 2];
		w.how.flatten = i % 2 ? "." : NULL;
		assert_true(cfr_fail_each(write_it, &w) > 3);
	}
	cfr_documents_release(&docs);
	cfr_source_unref(source);
}

static void test_write_comments(void **state)
{
	static const cfr_format formats[] = { CFR_YAML, CFR_TOML, CFR_JSONC };
	cfr_documents docs = { NULL, 0 };
	cfr_source *source;
	writing w = { .how = { .lose = nothing_said, .comments = true } };

	(void)state;
	assert_int_equal(cfr_source_new(&source, CFR_STR("text"), CFR_STR("# head\n\na: # of a\n  - 1 # one\n  # two\n  - {b: ~, # b\n"
	                                "  c: []}\n# of d\nd: |  # text\n  x\ne: {}\n# foot\n"), NULL, NULL), 0);
	assert_int_equal(cfr_text_read(&docs, source, CFR_YAML, NULL, NULL), 0);
	w.node = cfr_tree_root(cfr_document_tree(docs.items[0]));
	w.how.order = docs.items[0];
	for (size_t i = 0; i < sizeof(formats) / sizeof(*formats); i++) {
		w.how.format = formats[i];
		assert_true(cfr_fail_each(write_it, &w) > 3);
	}
	cfr_documents_release(&docs);
	cfr_source_unref(source);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_yaml), cmocka_unit_test(test_json), cmocka_unit_test(test_toml),
	                                    cmocka_unit_test(test_write_toml),
		cmocka_unit_test(test_json_kinds), cmocka_unit_test(test_flat), cmocka_unit_test(test_write_flat),
		cmocka_unit_test(test_write_comments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
