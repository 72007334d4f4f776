/* tests/unit/text/test_json.c -- what the JSON reader makes of values, and where it says they stand. */
#include "reading.h"

#include <math.h>

static void test_values(void **state)
{
	cfr_documents docs = read_text("{\"a\": [1, -2, 0, 2.5e1, true, false, null, \"x\\ty\"], \"\": {}, \"b\\u0000c\": []}",
	                               CFR_JSON);
	cfr_node node;

	(void)state;
	assert_int_equal(docs.count, 1);
	assert_int_equal(cfr_document_format(docs.items[0]), CFR_JSON);
	assert_int_equal(cfr_node_int(node_of(&docs, 0, "/a/0")), 1);
	assert_int_equal(cfr_node_int(node_of(&docs, 0, "/a/1")), -2);
	assert_int_equal(cfr_node_kind(node_of(&docs, 0, "/a/2")), CFR_INT);
	assert_true(fabs(cfr_node_float(node_of(&docs, 0, "/a/3")) - 25) < 1e-9);
	assert_true(cfr_node_bool(node_of(&docs, 0, "/a/4")));
	assert_int_equal(cfr_node_kind(node_of(&docs, 0, "/a/5")), CFR_BOOL);
	assert_false(cfr_node_bool(node_of(&docs, 0, "/a/5")));
	assert_int_equal(cfr_node_kind(node_of(&docs, 0, "/a/6")), CFR_NULL);
	assert_str(cfr_node_string(node_of(&docs, 0, "/a/7")), "x\ty");
	assert_int_equal(cfr_node_kind(node_of(&docs, 0, "/")), CFR_MAPPING);
	assert_int_equal(cfr_node_find(&node, cfr_tree_root(cfr_document_tree(docs.items[0])),
	                               (cfr_str){ "b\0c", 3 }, NULL), 0);
	cfr_documents_release(&docs);
}

static void test_numbers(void **state)
{
	static const char text[] = "[9223372036854775807, -9223372036854775808, 9223372036854775808, "
	                           "-9223372036854775809, 999999999999999999, 1000000000000000000, -0, -0.0, 0.1, "
	                           "1e2, 1E-2, 5e-324, 1.7976931348623157e308]";
	cfr_documents docs = read_text(text, CFR_JSON);
	cfr_node node;

	(void)state;
	assert_true(cfr_node_int(node_of(&docs, 0, "/0")) == INT64_MAX);
	assert_true(cfr_node_int(node_of(&docs, 0, "/1")) == INT64_MIN);
	node = node_of(&docs, 0, "/2");
	assert_int_equal(cfr_node_kind(node), CFR_OTHER);
	assert_str(cfr_node_string(node), "9223372036854775808");
	assert_str(cfr_node_tag(node), "tag:yaml.org,2002:int");
	assert_int_equal(cfr_node_kind(node_of(&docs, 0, "/3")), CFR_OTHER);
	assert_true(cfr_node_int(node_of(&docs, 0, "/4")) == INT64_C(999999999999999999));
	assert_true(cfr_node_int(node_of(&docs, 0, "/5")) == INT64_C(1000000000000000000));
	assert_int_equal(cfr_node_kind(node_of(&docs, 0, "/6")), CFR_INT);
	assert_int_equal(cfr_node_kind(node_of(&docs, 0, "/7")), CFR_FLOAT);
	assert_true(signbit(cfr_node_float(node_of(&docs, 0, "/7"))));
	assert_true(fabs(cfr_node_float(node_of(&docs, 0, "/9")) - 100) < 1e-9);
	assert_true(cfr_node_float(node_of(&docs, 0, "/11")) > 0);
	cfr_documents_release(&docs);
}

static void test_strings(void **state)
{
	cfr_documents docs = read_text("[\"\", \"12345678\", \"1234567\\\"\", \"\\ud83d\\ude00\", "
	                               "\"\\u00e9\\u20ac\\/\\b\\f\\n\\r\", "
	                               "\"a long plain text behind \\\\ an escape\", \"\xC3\xA9\"]", CFR_JSON);

	(void)state;
	assert_str(cfr_node_string(node_of(&docs, 0, "/0")), "");
	assert_str(cfr_node_string(node_of(&docs, 0, "/1")), "12345678");
	assert_str(cfr_node_string(node_of(&docs, 0, "/2")), "1234567\"");
	assert_str(cfr_node_string(node_of(&docs, 0, "/3")), "\xF0\x9F\x98\x80");
	assert_str(cfr_node_string(node_of(&docs, 0, "/4")), "\xC3\xA9\xE2\x82\xAC/\b\f\n\r");
	assert_str(cfr_node_string(node_of(&docs, 0, "/5")), "a long plain text behind \\ an escape");
	assert_str(cfr_node_string(node_of(&docs, 0, "/6")), "\xC3\xA9");
	cfr_documents_release(&docs);
}

/* A quote, an escape and a control character at each distance from the start and from the end of the text. */
static void test_string_ends(void **state)
{
	char text[128];

	(void)state;
	for (size_t n = 0; n < 40; n++) {
		cfr_documents docs;
		size_t len = n + 2;

		memset(text, 'x', sizeof(text));
		text[0] = text[n + 1] = '"';
		assert_int_equal(read_bytes(&docs, (cfr_str){ text, len }, CFR_JSON, NULL), 0);
		assert_int_equal(cfr_node_string(node_of(&docs, 0, "")).len, n);
		cfr_documents_release(&docs);
		if (n == 0)
			continue;
		text[n] = '\x1F';
		assert_int_equal(read_bytes(&docs, (cfr_str){ text, len }, CFR_JSON, NULL), CFR_E_SYNTAX);
		text[n] = '\\';
		assert_int_equal(read_bytes(&docs, (cfr_str){ text, len }, CFR_JSON, NULL), CFR_E_SYNTAX);
		text[n] = 'x';
		assert_int_equal(read_bytes(&docs, (cfr_str){ text, len - 1 }, CFR_JSON, NULL), CFR_E_SYNTAX);
	}
}

static void test_places(void **state)
{
	static const char text[] = "\xEF\xBB\xBF{\n  \"k\" : [ 10, \"\xC3\xA9\" ],\n  \"l\": {}\n}\n";
	cfr_documents docs = read_text(text, CFR_JSON);
	const cfr_document *doc = docs.items[0];
	cfr_entry entry;
	cfr_span span;
	uint32_t start, end;

	(void)state;
	assert_str(written(doc, node_of(&docs, 0, "/k")), "[ 10, \"\xC3\xA9\" ]");
	assert_str(written_key(doc, node_of(&docs, 0, "/k")), "\"k\"");
	assert_str(written(doc, node_of(&docs, 0, "/k/0")), "10");
	assert_str(written(doc, node_of(&docs, 0, "/k/1")), "\"\xC3\xA9\"");
	assert_str(written(doc, node_of(&docs, 0, "/l")), "{}");
	span = cfr_document_span(doc, node_of(&docs, 0, "/k/1"));
	assert_int_equal(span.line, 2);
	assert_int_equal(span.column, 15);
	assert_int_equal(span.end_column, 18);
	span = cfr_document_span(doc, node_of(&docs, 0, ""));
	assert_int_equal(span.line, 1);
	assert_int_equal(span.column, 1);
	assert_int_equal(span.end_line, 4);
	entry = cfr_document_entry(doc, node_of(&docs, 0, "/k/1"));
	assert_int_equal(entry.style, CFR_DOUBLE);
	assert_int_equal(cfr_document_entry(doc, node_of(&docs, 0, "/k")).style, CFR_FLOW);
	assert_int_equal(cfr_document_entry(doc, node_of(&docs, 0, "/k")).flags & CFR_KEY_PLAIN, 0);
	cfr_document_range(doc, &start, &end);
	assert_int_equal(start, 0);
	assert_int_equal(end, sizeof(text) - 1);
	cfr_documents_release(&docs);
}

static void test_errors(void **state)
{
	static const bad_text bad[] = {
		{ "", CFR_E_SYNTAX, 1, 1, "the text ends", "too early" },
		{ "  \n", CFR_E_SYNTAX, 2, 1, "the text ends", "too early" },
		{ "[1,\n 2,\n]", CFR_E_SYNTAX, 3, 1, "a value was expected", "remove the comma" },
		{ "{\"a\": 1,}", CFR_E_SYNTAX, 1, 9, "a key in double quotes", "remove the comma" },
		{ "{'a': 1}", CFR_E_SYNTAX, 1, 2, "a key in double quotes", "use double quotes" },
		{ "{a: 1}", CFR_E_SYNTAX, 1, 2, "a key in double quotes", "put the key in double quotes" },
		{ "{\"a\": 'x'}", CFR_E_SYNTAX, 1, 7, "a value was expected", "use double quotes" },
		{ "// x\n{}", CFR_E_SYNTAX, 1, 1, "a value was expected", "no comments" },
		{ "{\"a\": 1 /* x */}", CFR_E_SYNTAX, 1, 9, "a `,` or `}`", "no comments" },
		{ "[1 # x\n]", CFR_E_SYNTAX, 1, 4, "a `,` or `]`", "no comments" },
		{ "[NaN]", CFR_E_SYNTAX, 1, 2, "a value was expected", "no NaN" },
		{ "[-Infinity]", CFR_E_SYNTAX, 1, 2, "not a JSON number", "no NaN" },
		{ "[True]", CFR_E_SYNTAX, 1, 2, "a value was expected", "lower case" },
		{ "[None]", CFR_E_SYNTAX, 1, 2, "a value was expected", "write null" },
		{ "[hello]", CFR_E_SYNTAX, 1, 2, "a value was expected", "double quotes" },
		{ "[01]", CFR_E_SYNTAX, 1, 2, "not a JSON number", "leading zero" },
		{ "[1.]", CFR_E_SYNTAX, 1, 2, "not a JSON number", "digits before and after" },
		{ "[+1]", CFR_E_SYNTAX, 1, 2, "a value was expected", "begins with a digit" },
		{ "[1 2]", CFR_E_SYNTAX, 1, 4, "a `,` or `]`", "comma missing" },
		{ "{\"a\" 1}", CFR_E_SYNTAX, 1, 6, "a `:` was expected", "`:`" },
		{ "{\"a\": 1 \"b\": 2}", CFR_E_SYNTAX, 1, 9, "a `,` or `}`", "comma missing" },
		{ "[1}", CFR_E_SYNTAX, 1, 3, "a `,` or `]`", "bracket wrong" },
		{ "{} {}", CFR_E_SYNTAX, 1, 4, "more text", "holds one value" },
		{ "[\"abc", CFR_E_SYNTAX, 1, 2, "never closed", "double quote" },
		{ "[\"a\nb\"]", CFR_E_SYNTAX, 1, 4, "control character", "\\n" },
		{ "[\"a\\qb\"]", CFR_E_SYNTAX, 1, 4, "escape", "allowed are" },
		{ "[\"\\u12\"]", CFR_E_SYNTAX, 1, 3, "escape", "four hexadecimal" },
		{ "[\"\\udc00\"]", CFR_E_SYNTAX, 1, 3, "half of a surrogate pair", "both halves" },
		{ "[1e400]", CFR_E_UNSUPPORTED, 1, 2, "beyond what a float can hold", "if it is text" },
		{ "[1e-400]", CFR_E_UNSUPPORTED, 1, 2, "beyond what a float can hold", "if it is text" },
		{ "{\"a\": 1,\n \"a\": 2}", CFR_E_DUPLICATE, 2, 2, "'a' stands twice", "line 1, column 2" },
		{ "[\"\xC3\xA9\xC3\xA9\", x]", CFR_E_SYNTAX, 1, 8, "a value was expected", "double quotes" },
		{ "[\"\xC3(\"]", CFR_E_ENCODING, 1, 3, "0xC3", "UTF-8" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_bad(&bad[i], CFR_JSON);
}

static void test_long_integer(void **state)
{
	char digits[1200];
	cfr_documents docs;

	(void)state;
	memset(digits, '7', sizeof(digits));
	assert_int_equal(read_bytes(&docs, (cfr_str){ digits, 1000 }, CFR_JSON, NULL), 0);
	assert_int_equal(cfr_node_kind(node_of(&docs, 0, "")), CFR_OTHER);
	cfr_documents_release(&docs);
	assert_int_equal(read_bytes(&docs, (cfr_str){ digits, 1001 }, CFR_JSON, NULL), CFR_E_UNSUPPORTED);
}

/* Comments wherever space may stand, and commas before closing brackets. */
static void test_jsonc(void **state)
{
	static const char *const same[] = {
		"// c\n{\"a\": [1, 2], \"b\": {}}",
		"/* c */ {/**/\"a\"/* c */:/* c */[/* c */1/* c */,/* c */2/* c */]/* c */,/* c */\"b\":{/* c */}/* c */}/* c */",
		"{\"a\": [1, 2,], \"b\": {},}",
		"{\"a\": [1, 2, // c\n// d\n], // c\r\"b\": {// c\n}, /* } */ } // c",
		"{\"a\": [\n1, /* c\n * ]\n */ 2, /**/], \"b\": {} /***/ , }\n//",
		"\xEF\xBB\xBF// \xC3\xA9\n{\"b\": {}, \"a\": [ // [\n1, 2]}",
	};
	static const bad_text bad[] = {
		{ "{\"a\": 1} /* x", CFR_E_SYNTAX, 1, 10, "never closed", "*/" },
		{ "[1, /*/ 2]", CFR_E_SYNTAX, 1, 5, "never closed", "*/" },
		{ "[,]", CFR_E_SYNTAX, 1, 2, "a value was expected", "remove the comma" },
		{ "[1,,]", CFR_E_SYNTAX, 1, 4, "a value was expected", "remove the comma" },
		{ "{,}", CFR_E_SYNTAX, 1, 2, "a key in double quotes", "keys are" },
		{ "{\"a\":}", CFR_E_SYNTAX, 1, 6, "a value was expected", "" },
		{ "{\"a\":]", CFR_E_SYNTAX, 1, 6, "a value was expected", "" },
		{ "[1,}", CFR_E_SYNTAX, 1, 4, "a value was expected", "" },
		{ "{\"a\": 1,]", CFR_E_SYNTAX, 1, 9, "a key in double quotes", "" },
		{ "]", CFR_E_SYNTAX, 1, 1, "a value was expected", "" },
		{ "1,", CFR_E_SYNTAX, 1, 2, "more text after", "" },
		{ "// c\n", CFR_E_SYNTAX, 2, 1, "the text ends", "" },
		{ "[1 / 2]", CFR_E_SYNTAX, 1, 4, "a `,` or `]`", "" },
		{ "{\"a\" // c\n1}", CFR_E_SYNTAX, 2, 1, "a `:`", "" },
		{ "[1 # c\n]", CFR_E_SYNTAX, 1, 4, "a `,` or `]`", "// or /* */" },
		{ "[1 // c\n2]", CFR_E_SYNTAX, 2, 1, "a `,` or `]`", "comma missing" },
	};
	cfr_documents plain = read_text("{\"a\": [1, 2], \"b\": {}}", CFR_JSON);

	(void)state;
	for (size_t i = 0; i < sizeof(same) / sizeof(*same); i++) {
		cfr_documents docs = read_text(same[i], CFR_JSONC);
		bool equal = false;

		assert_int_equal(cfr_document_format(docs.items[0]), CFR_JSONC);
		assert_int_equal(cfr_node_equal(&equal, root_of(&docs), root_of(&plain), NULL), 0);
		if (!equal)
			fail_msg("%s", same[i]);
		assert_str(written(docs.items[0], node_of(&docs, 0, "/a/1")), "2");
		cfr_documents_release(&docs);
	}
	cfr_documents_release(&plain);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_bad(&bad[i], CFR_JSONC);
}

/* JSON refuses what JSONC has, and says so. */
static void test_dialect_hints(void **state)
{
	static const bad_text bad[] = {
		{ "// x\n{}", CFR_E_SYNTAX, 1, 1, "a value was expected", "--from jsonc" },
		{ "{\"a\": 1 /* x */}", CFR_E_SYNTAX, 1, 9, "a `,` or `}`", "--from jsonc" },
		{ "{} // x", CFR_E_SYNTAX, 1, 4, "more text after", "--from jsonc" },
		{ "[1,\n 2,\n]", CFR_E_SYNTAX, 3, 1, "a value was expected", "--from jsonc" },
		{ "{\"a\": 1,}", CFR_E_SYNTAX, 1, 9, "a key in double quotes", "--from jsonc" },
		{ "{}\n{}\n", CFR_E_SYNTAX, 2, 1, "more text after", "--from jsonl" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_bad(&bad[i], CFR_JSON);
}

static void test_jsonl(void **state)
{
	static const bad_text bad[] = {
		{ "1\n\n{\"a\": x}\n", CFR_E_SYNTAX, 3, 7, "a value was expected", "double quotes" },
		{ "1 2\n", CFR_E_SYNTAX, 1, 3, "more text after", "line of its own" },
		{ "{}\n{\n}\n", CFR_E_SYNTAX, 2, 2, "a key in double quotes", "--from json" },
		{ "[1,\r\n2]", CFR_E_SYNTAX, 1, 5, "a value was expected", "--from json" },
		{ "\"a\n", CFR_E_SYNTAX, 1, 1, "never closed", "double quote" },
		{ "1\n// c\n", CFR_E_SYNTAX, 2, 1, "a value was expected", "no comments" },
		{ "1\n{\"a\": 1, \"a\": 2}\n", CFR_E_DUPLICATE, 2, 10, "a", "" },
	};
	cfr_documents docs = read_text("\xEF\xBB\xBF{\"a\": 1}\n\n  \t\n[2]\r\n\"x\"", CFR_JSONL);
	uint32_t start, end;

	(void)state;
	assert_int_equal(docs.count, 3);
	assert_int_equal(cfr_node_int(node_of(&docs, 0, "/a")), 1);
	assert_int_equal(cfr_node_int(node_of(&docs, 1, "/0")), 2);
	assert_str(cfr_node_string(node_of(&docs, 2, "")), "x");
	for (uint32_t i = 0, at = 0; i < 3; i++, at = end) {
		assert_int_equal(cfr_document_format(docs.items[i]), CFR_JSONL);
		assert_int_equal(cfr_document_index(docs.items[i]), i);
		cfr_document_range(docs.items[i], &start, &end);
		assert_int_equal(start, at);
	}
	assert_int_equal(end, 25);
	assert_int_equal(cfr_document_span(docs.items[1], node_of(&docs, 1, "/0")).line, 4);
	cfr_documents_release(&docs);
	docs = read_text("\n \n", CFR_JSONL);
	assert_int_equal(docs.count, 0);
	cfr_documents_release(&docs);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_bad(&bad[i], CFR_JSONL);
}

static void test_jsonl_limit(void **state)
{
	cfr_documents docs = { NULL, 0 };
	cfr_buf text = CFR_BUF_INIT;
	cfr_err err = CFR_ERR_INIT;

	(void)state;
	for (int i = 0; i <= 100000; i++)
		cfr_buf_addz(&text, "1\n");
	assert_int_equal(read_bytes(&docs, cfr_buf_str(&text), CFR_JSONL, &err), CFR_E_LIMIT);
	assert_string_equal(err.limit, "documents");
	assert_int_equal(err.line, 100001);
	cfr_buf_release(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values), cmocka_unit_test(test_numbers), cmocka_unit_test(test_strings),
		cmocka_unit_test(test_string_ends), cmocka_unit_test(test_places), cmocka_unit_test(test_errors),
		cmocka_unit_test(test_long_integer),
		cmocka_unit_test(test_jsonc), cmocka_unit_test(test_dialect_hints), cmocka_unit_test(test_jsonl),
		cmocka_unit_test(test_jsonl_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
