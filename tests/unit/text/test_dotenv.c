/* tests/unit/text/test_dotenv.c -- .env files: what each line means, where it stands, what is refused. */
#include "reading.h"

#include "engine/limits.h"

static void test_values(void **state)
{
	static const struct {
		const char *text, *key, *value, *written;
		cfr_style style;
	} cases[] = {
		{ "A=b", "A", "b", "b", CFR_PLAIN },
		{ "A=", "A", "", "", CFR_PLAIN },
		{ "A=   \n", "A", "", "", CFR_PLAIN },
		{ "A = b c \t\n", "A", "b c", "b c", CFR_PLAIN },
		{ "  export A=b\n", "A", "b", "b", CFR_PLAIN },
		{ "export\tA=b", "A", "b", "b", CFR_PLAIN },
		{ "export=b", "export", "b", "b", CFR_PLAIN },
		{ "export = b", "export", "b", "b", CFR_PLAIN },
		{ "A=b # c", "A", "b", "b", CFR_PLAIN },
		{ "A=b#c", "A", "b#c", "b#c", CFR_PLAIN },
		{ "A=#ff0000", "A", "#ff0000", "#ff0000", CFR_PLAIN },
		{ "A= # c", "A", "", "", CFR_PLAIN },
		{ "A=b=c", "A", "b=c", "b=c", CFR_PLAIN },
		{ "A=it's \"so\"", "A", "it's \"so\"", "it's \"so\"", CFR_PLAIN },
		{ "A=C:\\new", "A", "C:\\new", "C:\\new", CFR_PLAIN },
		{ "A=${B}$C", "A", "${B}$C", "${B}$C", CFR_PLAIN },
		{ "A=b\r\n", "A", "b", "b", CFR_PLAIN },
		{ "a.b-c_1=2", "a.b-c_1", "2", "2", CFR_PLAIN },
		{ "_A=\xC3\xA9", "_A", "\xC3\xA9", "\xC3\xA9", CFR_PLAIN },
		{ "\xEF\xBB\xBF" "A=b", "A", "b", "b", CFR_PLAIN },
		{ "A=''", "A", "", "''", CFR_SINGLE },
		{ "A='b # \\n \"c\" ' # d", "A", "b # \\n \"c\" ", "'b # \\n \"c\" '", CFR_SINGLE },
		{ "A='b\nc'", "A", "b\nc", "'b\nc'", CFR_SINGLE },
		{ "A='b\r\nc'", "A", "b\nc", "'b\r\nc'", CFR_SINGLE },
		{ "A=\"\"", "A", "", "\"\"", CFR_DOUBLE },
		{ "A=\"b\\n\\r\\t\\\"\\\\\\$\"", "A", "b\n\r\t\"\\$", "\"b\\n\\r\\t\\\"\\\\\\$\"", CFR_DOUBLE },
		{ "A=\"^\\d+\\.x$\"#c", "A", "^\\d+\\.x$", "\"^\\d+\\.x$\"", CFR_DOUBLE },
		{ "A=\"b\n# no comment\n\"\n", "A", "b\n# no comment\n", "\"b\n# no comment\n\"", CFR_DOUBLE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		cfr_documents docs = read_text(cases[i].text, CFR_DOTENV);
		const cfr_document *doc = docs.items[0];
		cfr_node node;

		assert_int_equal(docs.count, 1);
		assert_int_equal(cfr_document_format(doc), CFR_DOTENV);
		if (cfr_node_find(&node, cfr_tree_root(cfr_document_tree(doc)), cfr_str_of(cases[i].key), NULL))
			fail_msg("%s: no key %s", cases[i].text, cases[i].key);
		assert_int_equal(cfr_node_kind(node), CFR_STRING);
		assert_str(cfr_node_string(node), cases[i].value);
		assert_str(written(doc, node), cases[i].written);
		assert_str(written_key(doc, node), cases[i].key);
		assert_int_equal(cfr_document_entry(doc, node).style, cases[i].style);
		cfr_documents_release(&docs);
	}
}

static void test_file(void **state)
{
	cfr_documents docs = read_text("# who\nHOST=a\n\n  # why\nexport PORT=\"80\" # c\nLAST='x\ny'\n# end\n", CFR_DOTENV);
	const cfr_document *doc = docs.items[0];
	cfr_node root = cfr_tree_root(cfr_document_tree(doc));
	cfr_span span;

	(void)state;
	assert_int_equal(cfr_node_size(root), 3);
	assert_str(written(doc, root), "HOST=a\n\n  # why\nexport PORT=\"80\" # c\nLAST='x\ny'");
	span = cfr_document_span(doc, node_of(&docs, 0, "/PORT"));
	assert_int_equal(span.line, 5);
	assert_int_equal(span.column, 13);
	/* In the author's order. */
	assert_str(cfr_node_key(cfr_document_node(doc, 1)), "HOST");
	assert_str(cfr_node_key(cfr_document_node(doc, 2)), "PORT");
	assert_str(cfr_node_key(cfr_document_node(doc, 3)), "LAST");
	cfr_documents_release(&docs);
	docs = read_text("", CFR_DOTENV);
	assert_int_equal(docs.count, 1);
	assert_int_equal(cfr_node_kind(root_of(&docs)), CFR_MAPPING);
	cfr_documents_release(&docs);
	docs = read_text("\n # nothing\r\n", CFR_DOTENV);
	assert_int_equal(cfr_node_size(root_of(&docs)), 0);
	cfr_documents_release(&docs);
}

static void test_errors(void **state)
{
	static const bad_text bad[] = {
		{ "A=1\nB\n", CFR_E_SYNTAX, 2, 1, "a key without a value", "KEY=" },
		{ "B # c", CFR_E_SYNTAX, 1, 1, "a key without a value", "environment" },
		{ "export B", CFR_E_SYNTAX, 1, 8, "a key without a value", "KEY=" },
		{ "A: b", CFR_E_SYNTAX, 1, 2, "there is `:`", "KEY=value" },
		{ "A B=c", CFR_E_SYNTAX, 1, 3, "`=` was expected", "one word" },
		{ "A[0]=c", CFR_E_SYNTAX, 1, 2, "`=` was expected", "letters, digits" },
		{ "1A=b", CFR_E_SYNTAX, 1, 1, "cannot begin with `1`", "KEY=value" },
		{ "=b", CFR_E_SYNTAX, 1, 1, "cannot begin with `=`", "KEY=value" },
		{ "\xC3\xA9=b", CFR_E_SYNTAX, 1, 1, "cannot begin with U+00E9", "letter" },
		{ "A=1\nB=\"x\nC=2\n", CFR_E_SYNTAX, 2, 3, "never closed", "\\\"" },
		{ "A='x", CFR_E_SYNTAX, 1, 3, "never closed", "close it" },
		{ "A=\"x\\\"", CFR_E_SYNTAX, 1, 3, "never closed", "\\\"" },
		{ "A=\"x\" y", CFR_E_SYNTAX, 1, 7, "more text after", "whole value" },
		{ "A='x'y", CFR_E_SYNTAX, 1, 6, "more text after", "whole value" },
		{ "A='it\\'s'", CFR_E_SYNTAX, 1, 6, "only some readers", "double quotes" },
		{ "A=`x`", CFR_E_SYNTAX, 1, 3, "backquote", "single quotes" },
		{ "A=1\nB=2\nA=3\n", CFR_E_DUPLICATE, 3, 1, "A", "" },
	};
	cfr_documents docs = { NULL, 0 };
	cfr_err err = CFR_ERR_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_bad(&bad[i], CFR_DOTENV);
	assert_int_equal(read_bytes(&docs, (cfr_str){ "A=x\0y", 5 }, CFR_DOTENV, &err), CFR_E_ENCODING);
	assert_int_equal(err.column, 4);
	assert_int_equal(read_bytes(&docs, (cfr_str){ "A=\xFF", 3 }, CFR_DOTENV, &err), CFR_E_ENCODING);
}

/* Ceilings are named, and reached in time. */
static void test_large(void **state)
{
	cfr_documents docs = { NULL, 0 };
	cfr_err err = CFR_ERR_INIT;
	cfr_buf text = CFR_BUF_INIT;

	(void)state;
	for (int i = 0; i < 2000; i++)
		cfr_buf_addz(&text, "k");
	cfr_buf_addz(&text, "=1\n");
	assert_int_equal(read_bytes(&docs, cfr_buf_str(&text), CFR_DOTENV, &err), CFR_E_LIMIT);
	assert_string_equal(err.limit, "key");
	cfr_buf_clear(&text);
	cfr_buf_addz(&text, "A='");
	for (int i = 0; i < 5 << 17; i++)
		cfr_buf_addz(&text, "12345678");
	cfr_buf_addz(&text, "'\n");
	assert_int_equal(read_bytes(&docs, cfr_buf_str(&text), CFR_DOTENV, &err), CFR_E_LIMIT);
	assert_string_equal(err.limit, "scalar");
	cfr_buf_clear(&text);
	for (int i = 0; i < 200000; i++)
		cfr_buf_addf(&text, "K%d=\"v\\n\"\n", i);
	assert_int_equal(read_bytes(&docs, cfr_buf_str(&text), CFR_DOTENV, &err), 0);
	assert_int_equal(cfr_node_size(root_of(&docs)), 200000);
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
