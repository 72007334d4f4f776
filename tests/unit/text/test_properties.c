/* tests/unit/text/test_properties.c -- Java properties: the cases of java.util.Properties.load, places, refusals. */
#include "reading.h"

#include "engine/limits.h"

static void test_values(void **state)
{
	static const struct {
		const char *text, *key, *value, *written;
	} cases[] = {
		{ "a=b", "a", "b", "b" },
		{ "a:b", "a", "b", "b" },
		{ "a b", "a", "b", "b" },
		{ "a\tb", "a", "b", "b" },
		{ "a = b", "a", "b", "b" },
		{ "a : b", "a", "b", "b" },
		{ "a  b = c", "a", "b = c", "b = c" },
		{ "a==b", "a", "=b", "=b" },
		{ "a= =b", "a", "=b", "=b" },
		{ "  \f\ta=b \t\n", "a", "b \t", "b \t" },
		{ "a", "a", "", "" },
		{ "a=", "a", "", "" },
		{ "a=  \r\n", "a", "", "" },
		{ "=b", "", "b", "b" },
		{ "server.port=80", "server.port", "80", "80" },
		{ "a\\=b\\:c\\ d=e", "a=b:c d", "e", "e" },
		{ "a=b#c!d", "a", "b#c!d", "b#c!d" },
		{ "\\#a=b", "#a", "b", "b" },
		{ "a=\\ b", "a", " b", "\\ b" },
		{ "a=\\t\\n\\r\\f\\\\\\z\\\"", "a", "\t\n\r\f\\z\"", "\\t\\n\\r\\f\\\\\\z\\\"" },
		{ "a=C:\\\\dir\\\\", "a", "C:\\dir\\", "C:\\\\dir\\\\" },
		{ "a=\\u00e9\\u0041", "a", "\xC3\xA9" "A", "\\u00e9\\u0041" },
		{ "\\u0061=b", "a", "b", "b" },
		{ "a=\\ud83d\\ude00", "a", "\xF0\x9F\x98\x80", "\\ud83d\\ude00" },
		{ "a=\xC3\xA9\\\xC3\xA9", "a", "\xC3\xA9\xC3\xA9", "\xC3\xA9\\\xC3\xA9" },
		{ "a=b,\\\n    c,\\\r\n\td", "a", "b,c,d", "b,\\\n    c,\\\r\n\td" },
		{ "a=b\\\\\nc=d", "a", "b\\", "b\\\\" },
		{ "a=b\\\\\\\nc", "a", "b\\c", "b\\\\\\\nc" },
		{ "a\\\n  bc = d", "abc", "d", "d" },
		{ "a \\\n = \\\n b", "a", "b", "b" },
		{ "a=b\\\n\nc=d", "a", "b", "b" },
		{ "a=b\\", "a", "b", "b" },
		{ "a=\\\n# no comment", "a", "# no comment", "# no comment" },
		{ "# c \\\na=b", "a", "b", "b" },
		{ "\\\n  a=b", "a", "b", "b" },
		{ "\\\n\n# c\n! d\na=b", "a", "b", "b" },
		{ "a=${b}", "a", "${b}", "${b}" },
		{ "a=b\rc=d", "a", "b", "b" },
		{ "\xEF\xBB\xBF" "a=b", "a", "b", "b" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		cfr_documents docs = read_text(cases[i].text, CFR_PROPERTIES);
		const cfr_document *doc = docs.items[0];
		cfr_node node;

		assert_int_equal(docs.count, 1);
		assert_int_equal(cfr_document_format(doc), CFR_PROPERTIES);
		if (cfr_node_find(&node, root_of(&docs), cfr_str_of(cases[i].key), NULL))
			fail_msg("%s: no key %s", cases[i].text, cases[i].key);
		assert_int_equal(cfr_node_kind(node), CFR_STRING);
		assert_str(cfr_node_string(node), cases[i].value);
		assert_str(written(doc, node), cases[i].written);
		cfr_documents_release(&docs);
	}
}

/* The example of the documentation of Properties.load. */
static void test_file(void **state)
{
	cfr_documents docs = read_text("Truth = Beauty\n Truth2:Beauty\nTruth3                    :Beauty\n"
	                               "fruits                           apple, banana, pear, \\\n"
	                               "                                 cantaloupe, watermelon, \\\n"
	                               "                                 kiwi, mango\ncheeses\n", CFR_PROPERTIES);
	const cfr_document *doc = docs.items[0];
	cfr_span span;

	(void)state;
	assert_int_equal(cfr_node_size(root_of(&docs)), 5);
	assert_str(cfr_node_string(node_of(&docs, 0, "/Truth")), "Beauty");
	assert_str(cfr_node_string(node_of(&docs, 0, "/Truth2")), "Beauty");
	assert_str(cfr_node_string(node_of(&docs, 0, "/Truth3")), "Beauty");
	assert_str(cfr_node_string(node_of(&docs, 0, "/fruits")), "apple, banana, pear, cantaloupe, watermelon, kiwi, mango");
	assert_str(cfr_node_string(node_of(&docs, 0, "/cheeses")), "");
	span = cfr_document_span(doc, node_of(&docs, 0, "/fruits"));
	assert_int_equal(span.line, 4);
	assert_int_equal(span.column, 34);
	assert_int_equal(span.end_line, 6);
	span = cfr_document_span(doc, node_of(&docs, 0, "/Truth2"));
	assert_int_equal(span.line, 2);
	assert_int_equal(span.column, 9);
	assert_str(written_key(doc, node_of(&docs, 0, "/cheeses")), "cheeses");
	cfr_documents_release(&docs);
	docs = read_text("", CFR_PROPERTIES);
	assert_int_equal(cfr_node_kind(root_of(&docs)), CFR_MAPPING);
	cfr_documents_release(&docs);
	docs = read_text("# nothing\n \t\n!", CFR_PROPERTIES);
	assert_int_equal(cfr_node_size(root_of(&docs)), 0);
	cfr_documents_release(&docs);
}

static void test_errors(void **state)
{
	static const bad_text bad[] = {
		{ "a=1\nb=\\u12g4\n", CFR_E_SYNTAX, 2, 3, "four hexadecimal", "\\\\" },
		{ "a=C:\\users", CFR_E_SYNTAX, 1, 5, "four hexadecimal", "a backslash itself" },
		{ "a=\\u12", CFR_E_SYNTAX, 1, 3, "four hexadecimal", "all four" },
		{ "a=\\ud83d", CFR_E_SYNTAX, 1, 3, "surrogate", "both halves" },
		{ "a=\\ud83d\\u0041", CFR_E_SYNTAX, 1, 3, "surrogate", "both halves" },
		{ "a=\\ude00", CFR_E_SYNTAX, 1, 3, "surrogate", "both halves" },
		{ "a=1\nb=2\n\\u0061=3\n", CFR_E_DUPLICATE, 3, 1, "a", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_bad(&bad[i], CFR_PROPERTIES);
}

static void test_large(void **state)
{
	cfr_documents docs = { NULL, 0 };
	cfr_err err = CFR_ERR_INIT;
	cfr_buf text = CFR_BUF_INIT;

	(void)state;
	for (int i = 0; i < 2000; i++)
		cfr_buf_addz(&text, "\\k");
	assert_int_equal(read_bytes(&docs, cfr_buf_str(&text), CFR_PROPERTIES, &err), CFR_E_LIMIT);
	assert_string_equal(err.limit, "key");
	/* A million joins, and a value beyond the ceiling in them. */
	cfr_buf_clear(&text);
	cfr_buf_addz(&text, "a=");
	for (int i = 0; i < 1000000; i++)
		cfr_buf_addz(&text, "12345\\\n ");
	assert_int_equal(read_bytes(&docs, cfr_buf_str(&text), CFR_PROPERTIES, &err), CFR_E_LIMIT);
	assert_string_equal(err.limit, "scalar");
	cfr_buf_clear(&text);
	for (int i = 0; i < 1000000; i++)
		cfr_buf_addz(&text, "\\\n\n");
	assert_int_equal(read_bytes(&docs, cfr_buf_str(&text), CFR_PROPERTIES, &err), 0);
	cfr_documents_release(&docs);
	cfr_buf_release(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values), cmocka_unit_test(test_file), cmocka_unit_test(test_errors),
		cmocka_unit_test(test_large),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
