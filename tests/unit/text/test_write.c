/* tests/unit/text/test_write.c -- trees to text: how it looks, and that it reads back as the same tree. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "engine/text/emit.h"
#include "tests/support/edits.h"
#include "tests/support/random_tree.h"

static const char *const house_style[] = {
	/* What is written as it was read, in the author's order. */
	"a: 1\nb: two\n",
	"z: 1\na: 2\nm:\n  b: 1\n  a: 2\n",
	"a:\n  - 1\n  - b: 2\n    c:\n      - 3\n  - - 4\n    - 5\n",
	"a: {}\nb: []\nc:\n  - {}\n  - []\n",
	"a: null\nb: true\nc: -5\nd: 1.5\ne: .inf\nf: -.inf\ng: .nan\nh: 1.0e+20\n",
	"a: \"no\"\nb: \"3.10\"\nc: \"1_000\"\nd: \"22:22\"\ne: \"2024-01-01\"\nf: \"0777\"\ng: \"~\"\nh: \"\"\n",
	"a: 1.2.3\nb: 8080:80\nc: v1\nd: -c\ne: --help\nf: a b\ng: http://x/y\nh: gpt-4o-2024-08-06\ni: it's\n",
	"a: \"x: y\"\nb: \"x #y\"\nc: \"- x\"\nd: '\"x\"'\ne: 'a\\b: c'\nf: \" x\"\ng: \"x \"\nh: \"a\\tb\"\ni: \"%x\"\nj: \"@x\"\n",
	"a: |\n  one\n  two\nb: |-\n  one\n\n  two\nc: |+\n  one\n\nd: |2\n   one\n  two\n",
	"\"yes\": 1\n\"1\": 2\n\"<<\": 3\nx-y: 4\n\"a: b\": 5\n\"\": 6\n",
	"a: !secret x\nb: !!timestamp 2024-01-01\nc: !<x:y> z\nd: 12345678901234567890\n",
	"- |\n  x\n  y\n- plain\n",
	"|\n  x\n  y\n",
	"just text\n",
	"\"\"\n",
	"a: \"\\0\\a\\x7F\\x85\\u2028\\uFEFF\\U0001FFFF\"\n",
	"a: é日本😀\n",
};

static void write_as(cfr_buf *out, cfr_node node, const cfr_write *how)
{
	cfr_err err = CFR_ERR_INIT;
	int r = cfr_text_write(out, node, how, &err);

	if (r)
		print_error("%s: %s\n", err.path, err.message);
	assert_int_equal(r, 0);
}

static void test_house_style(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(house_style) / sizeof(*house_style); i++) {
		cfr_documents docs;
		cfr_err err = CFR_ERR_INIT;
		cfr_buf text = CFR_BUF_INIT;
		cfr_write how = { .format = CFR_YAML };

		if (edits_read(&docs, "x", cfr_str_of(house_style[i]), CFR_YAML, &err) != 0)
			fail_msg("%s\n%s", house_style[i], err.message);
		how.order = docs.items[0];
		write_as(&text, cfr_tree_root(cfr_document_tree(docs.items[0])), &how);
		assert_string_equal(text.ptr, house_style[i]);
		cfr_buf_release(&text);
		cfr_documents_release(&docs);
	}
}

static void check_write(const char *value, cfr_write how, const char *wanted)
{
	cfr_tree *tree = edits_value(value);
	cfr_buf text = CFR_BUF_INIT;

	write_as(&text, cfr_tree_root(tree), &how);
	assert_string_equal(text.ptr, wanted);
	cfr_buf_release(&text);
	cfr_tree_unref(tree);
}

static void test_json(void **state)
{
	const char *value = "{b: [1, {}, [], {c: x}], a: \"q\\\"\\\\\\n\\x01é\"}";

	(void)state;
	check_write(value, (cfr_write){ .format = CFR_JSON, .compact = true },
	            "{\"a\":\"q\\\"\\\\\\n\\u0001é\",\"b\":[1,{},[],{\"c\":\"x\"}]}");
	check_write(value, (cfr_write){ .format = CFR_JSON },
	            "{\n  \"a\": \"q\\\"\\\\\\n\\u0001é\",\n  \"b\": [\n    1,\n    {},\n    [],\n    {\n      \"c\": \"x\"\n    }\n"
	            "  ]\n}\n");
	check_write("[1.0, 1, 12345678901234567890, -0.0]", (cfr_write){ .format = CFR_JSON, .compact = true },
	            "[1.0,1,12345678901234567890,-0.0]");
	check_write("{a: {b: 1}}", (cfr_write){ .format = CFR_JSON, .indent = 4 },
	            "{\n    \"a\": {\n        \"b\": 1\n    }\n}\n");
	check_write("{a: {b: [1]}}", (cfr_write){ .format = CFR_YAML, .indent = 4 }, "a:\n    b:\n        - 1\n");
}

/* The numbers of RFC 8785, appendix B. */
static const struct number { uint64_t bits; const char *text; } numbers[] = {
	{ 0x0000000000000000, "0" }, { 0x8000000000000000, "0" }, { 0x0000000000000001, "5e-324" },
	{ 0x8000000000000001, "-5e-324" }, { 0x7fefffffffffffff, "1.7976931348623157e+308" },
	{ 0xffefffffffffffff, "-1.7976931348623157e+308" }, { 0x4340000000000000, "9007199254740992" },
	{ 0xc340000000000000, "-9007199254740992" }, { 0x4430000000000000, "295147905179352830000" },
	{ 0x44b52d02c7e14af5, "9.999999999999997e+22" }, { 0x44b52d02c7e14af6, "1e+23" },
	{ 0x44b52d02c7e14af7, "1.0000000000000001e+23" }, { 0x444b1ae4d6e2ef4e, "999999999999999700000" },
	{ 0x444b1ae4d6e2ef4f, "999999999999999900000" }, { 0x444b1ae4d6e2ef50, "1e+21" },
	{ 0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7" }, { 0x3eb0c6f7a0b5ed8d, "0.000001" },
	{ 0x41b3de4355555553, "333333333.3333332" }, { 0x41b3de4355555554, "333333333.33333325" },
	{ 0x41b3de4355555555, "333333333.3333333" }, { 0x41b3de4355555556, "333333333.3333334" },
	{ 0x41b3de4355555557, "333333333.33333343" }, { 0xbecbf647612f3696, "-0.0000033333333333333333" },
	{ 0x43143ff3c1cb0959, "1424953923781206.2" },
};

static void test_canonical(void **state)
{
	cfr_write how = { .format = CFR_JSON, .canonical = true };

	(void)state;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
		struct random_value value = { .kind = CFR_FLOAT, .bits = numbers[i].bits };
		cfr_tree *tree = random_tree(&value, NULL);
		cfr_buf text = CFR_BUF_INIT;

		assert_non_null(tree);
		write_as(&text, cfr_tree_root(tree), &how);
		assert_string_equal(text.ptr, numbers[i].text);
		cfr_buf_release(&text);
		cfr_tree_unref(tree);
	}
	/* Section 3.2.3: keys by UTF-16 code units; 3.2.2: literals and strings. */
	check_write("{\"\\u20ac\": Euro Sign, \"\\r\": Carriage Return, \"\\uFB33\": Hebrew, \"1\": One, "
	            "\"\\U0001F600\": Emoji, \"\\x80\": Control, \"\\u00f6\": Latin}", how,
	            "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\xC2\x80\":\"Control\",\"ö\":\"Latin\",\"€\":\"Euro Sign\","
	            "\"😀\":\"Emoji\",\"\xEF\xAC\xB3\":\"Hebrew\"}");
	check_write("{numbers: [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001], "
	            "string: \"\\u20ac$\\x0F\\nA'\\x42\\\"\\\\\\\\\\\"\\/\", literals: [null, true, false]}", how,
	            "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],"
	            "\"string\":\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}");
	check_write("[9007199254740992, -5, []]", how, "[9007199254740992,-5,[]]");
}

static void check_refused(const char *value, cfr_write how, const char *path)
{
	cfr_tree *tree = edits_value(value);
	cfr_buf text = CFR_BUF_INIT;
	cfr_err err = CFR_ERR_INIT;

	cfr_buf_addz(&text, "before");
	assert_int_equal(cfr_text_write(&text, cfr_tree_root(tree), &how, &err), CFR_E_UNSUPPORTED);
	assert_int_equal(err.code, CFR_E_UNSUPPORTED);
	assert_string_equal(err.path, path);
	assert_int_equal(text.len, strlen("before"));
	cfr_buf_release(&text);
	cfr_tree_unref(tree);
}

static void test_refused(void **state)
{
	(void)state;
	check_refused("{a: [1, .nan]}", (cfr_write){ .format = CFR_JSON }, "/a/1");
	check_refused("{a: [1, -.inf]}", (cfr_write){ .format = CFR_JSON, .canonical = true }, "/a/1");
	check_refused("{a/b: !x y}", (cfr_write){ .format = CFR_JSON }, "/a~1b");
	check_refused("[9007199254740993]", (cfr_write){ .format = CFR_JSON, .canonical = true }, "/0");
	check_refused("[12345678901234567890]", (cfr_write){ .format = CFR_JSON, .canonical = true }, "/0");
}

static void test_plain(void **state)
{
	static const char *const good[] = { "a", "a b", "1.2.3", "8080:80", "a:b", "-c", "--x", "a#b", "a-b", "x,y", "é", "...x",
		"0x", "1e", "2024-01", "nope", "1.2.3.4", "10.0.0.0/8", "500m", "1Gi", "a'b", "a\"b", "a\\b", "=x", "-.", "+" };
	static const char *const bad[] = { "", " a", "a ", "a: b", "a:", "a #b", "- a", "-", "?", ":", "[a", "{a", "#a", "&a",
		"*a", "!a", "|", ">", "'", "\"", "%a", "@a", "`a", "---", "--- a", "...", "no", "Yes", "ON", "n", "NULL", "~",
		"true", "1", "-1", "+1", "1_0", "0b1", "0o7", "0x1F", "010", "1.5", ".5", "1.", "1e3", "1.5E-3", "1:30", "22:22:22.5",
		".inf", "-.INF", ".NaN", "2024-01-01", "2024-1-1 10:00", "<<", "=", "a\tb", "a\nb", "\xC2\x85", "\xEF\xBB\xBF",
		"1,000" };
	static const char *const bad_in_flow[] = { "a,b", "a]", "a}", "a[b", "a?b", "-,", "a:[" };

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		if (!cfr__plain_safe(cfr_str_of(good[i]), false))
			fail_msg("%s may be plain", good[i]);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		if (cfr__plain_safe(cfr_str_of(bad[i]), false))
			fail_msg("%s may not be plain", bad[i]);
	}
	for (size_t i = 0; i < sizeof(bad_in_flow) / sizeof(*bad_in_flow); i++) {
		if (cfr__plain_safe(cfr_str_of(bad_in_flow[i]), true))
			fail_msg("%s may not be plain in flow", bad_in_flow[i]);
	}
}

/* Any tree is written and read back as the same, in YAML always, in JSON when it can hold it. */
static void round_trip(cfr_node node, cfr_write how)
{
	cfr_buf text = CFR_BUF_INIT;
	cfr_documents docs;
	cfr_err err = CFR_ERR_INIT;
	bool same = false;
	int r = cfr_text_write(&text, node, &how, &err);

	if (how.format == CFR_JSON && r == CFR_E_UNSUPPORTED) {
		cfr_buf_release(&text);
		return;
	}
	assert_int_equal(r, 0);
	r = edits_read(&docs, "x", cfr_buf_str(&text), how.format, &err);
	if (r == 0) {
		assert_int_equal(docs.count, 1);
		assert_int_equal(cfr_node_equal(&same, node, cfr_tree_root(cfr_document_tree(docs.items[0])), NULL), 0);
	}
	if (!same)
		fail_msg("line %u: %s\n%s", err.line, err.message, text.ptr);
	cfr_documents_release(&docs);
	cfr_buf_release(&text);
}

static void test_round_trip(void **state)
{
	struct random rnd = { 20240806 };

	(void)state;
	for (unsigned i = 0; i < 3000; i++) {
		struct random_value *value = random_value(&rnd, i % 5, 6);
		cfr_tree *tree = random_tree(value, &rnd);

		assert_non_null(tree);
		round_trip(cfr_tree_root(tree), (cfr_write){ .format = CFR_YAML, .indent = i % 4 });
		round_trip(cfr_tree_root(tree), (cfr_write){ .format = CFR_JSON, .compact = i % 2 });
		cfr_tree_unref(tree);
		random_free(value);
	}
}

static void test_long_keys(void **state)
{
	char key[1001];

	(void)state;
	for (size_t len = 780; len < sizeof(key); len += 20) {
		struct random_value item = { .kind = CFR_SEQUENCE, .key = key }, *items[] = { &item };
		struct random_value value = { .kind = CFR_MAPPING, .items = items, .count = 1 };
		struct random_value inner = { .kind = CFR_STRING, .text = key, .text_len = 1 }, *inners[] = { &inner };
		cfr_tree *tree;

		item.items = inners;
		item.count = 1;
		memset(key, len % 40 ? 'k' : '\x01', len);
		key[len] = 0;
		tree = random_tree(&value, NULL);
		assert_non_null(tree);
		round_trip(cfr_tree_root(tree), (cfr_write){ .format = CFR_YAML });
		cfr_tree_unref(tree);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_house_style),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_canonical),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_long_keys),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
