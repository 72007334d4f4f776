/* tests/unit/fmt/test_fmt.c -- a text, and the same text in order.
 *
 * Where the right-hand side is NULL the text is in order already. Each case is formatted twice, and what every
 * formatting must keep is looked at (tests/support/formatting.h).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/support/formatting.h"

struct fmt_case {
	const char *title, *before, *after;
};

static const struct fmt_case yaml_columns[] = {
	{ "in order", "a:\n  b:\n    - c\n    - d: 1\n      e: 2\n  f: |\n    text\n", NULL },
	{ "the odd level out", "a:\n  b: 1\nc:\n  d:\n    e: 1\nf:\n     g: 1\n", "a:\n  b: 1\nc:\n  d:\n    e: 1\nf:\n  g: 1\n" },
	{ "four columns throughout", "a:\n    b:\n        c: 1\n", NULL },
	{ "all of it shifted", "  a: 1\n  b:\n    c: 2\n", "a: 1\nb:\n  c: 2\n" },
	{ "lists as they are", "a:\n- 1\nb:\n  - 2\nc:\n   - d: 1\n     e: 2\nf:\n  g: 1\n", "a:\n- 1\nb:\n  - 2\nc:\n  - d: 1\n    e: 2\nf:\n  g: 1\n" },
	{ "behind a dash", "-   a: 1\n    b: 2\n-  - 1\n   - 2\n", "- a: 1\n  b: 2\n- - 1\n  - 2\n" },
	{ "below a dash", "-\n    a: 1\n    b: 2\n-\n- x\n", "-\n  a: 1\n  b: 2\n-\n- x\n" },
	{ "explicit keys of words", "?   a\n:    b\n? c\n: - d\n  -   e\n", "? a\n: b\n? c\n: - d\n  - e\n" },
	{ "a value on the line below", "a:\n      \"x\"\nb:\n c: 1\n", "a:\n \"x\"\nb:\n c: 1\n" },
	{ "properties", "a:   &x   !!map\n  b:   !!str   1\nc: &y\n- *x\n", "a: &x !!map\n  b: !!str 1\nc: &y\n- *x\n" },
	{ "several documents", "---   # one\n  a: 1\n...\n\n\n\n---\n  - b\n", "---   # one\na: 1\n...\n\n\n---\n- b\n" },
	{ "directives", "%YAML 1.2  \n---  x\n", "%YAML 1.2\n--- x\n" },
	{ "a mark of byte order", "\xEF\xBB\xBF  a: 1\n  b: 2", "\xEF\xBB\xBF" "a: 1\nb: 2\n" },
	{ "nothing", "", NULL },
	{ "white space alone", "  \n\n \n", "" },
	{ "comments alone", "\n  # a  \n\n\n\n  # b", "  # a\n\n\n  # b\n" },
};

static const struct fmt_case yaml_blanks[] = {
	{ "ends of lines", "a: 1  \nb:\t\n  - x \t\n# note  \n", "a: 1\nb:\n  - x\n# note\n" },
	{ "before colons", "a :   1\n\"b\"  :  2\n", "a: 1\n\"b\": 2\n" },
	{ "columns of values", "a:    1\nlong: 2\nb:    3 # x\nc:   4\nd:   5\ne:  {}\nf:  g\n", "a:    1\nlong: 2\nb:    3 # x\nc:   4\nd:   5\ne: {}\nf: g\n" },
	{ "tabs between", "a:\t1\nb: [1,\t2]\n", "a: 1\nb: [1, 2]\n" },
	{ "brackets", "a: [ 1,2 ,3 ]\nb: {x:   1 ,y: [ ]}\nc: {  x: 1}\nd: { }\n", "a: [ 1, 2, 3 ]\nb: {x: 1, y: []}\nc: { x: 1 }\nd: {}\n" },
	{ "pairs in brackets", "[a: 1,  {c: , d}, ? e : f,\"g\":1]\n", "[a: 1, {c: , d}, ? e: f, \"g\": 1]\n" },
	{ "a comma behind the last", "a: [1, 2 , ]\nb: {x: 1,}\n", "a: [1, 2,]\nb: {x: 1,}\n" },
	{ "aliases and tags in brackets", "a: &a 1\nb: [*a , !t , &x , *x ]\n", "a: &a 1\nb: [*a , !t , &x , *x ]\n" },
	{ "comments keep their distance", "a: 1 # x\nb: 2      # y\n", NULL },
	{ "empty lines", "\n\na: 1\n\n\n\n\nb:\n\n  c: 2\n\n\n", "a: 1\n\n\nb:\n\n  c: 2\n" },
	{ "no line end", "a: 1", "a: 1\n" },
	{ "line ends of the other system", "a: 1\r\nb: 2 \r\nc: 3\nd: |\r\n  x\r\n  y\n", "a: 1\r\nb: 2\r\nc: 3\r\nd: |\r\n  x\r\n  y\r\n" },
};

static const struct fmt_case yaml_comments[] = {
	{ "with what they describe", "a:\n    # of b\n    b: 1\n    # at the end\n# of c\nc:\n  # of d\n  d:\n    e: 1\n  f:\n    g: 1\n",
	  "a:\n  # of b\n  b: 1\n  # at the end\n# of c\nc:\n  # of d\n  d:\n    e: 1\n  f:\n    g: 1\n" },
	{ "in the first column", "a:\n    b: 1\n#    c: 2\n    d: 3\ne:\n  f: 1\ng:\n  h: 1\n", "a:\n  b: 1\n#    c: 2\n  d: 3\ne:\n  f: 1\ng:\n  h: 1\n" },
	{ "values left out", "resources: {}\n  # limits:\n  #   cpu: 1\nb: 1\n", NULL },
	{ "above what begins", "a:\n      # of the list\n  - x\n", "a:\n  # of the list\n  - x\n" },
	{ "below a block scalar", "a:\n  b: |\n       text\n    # note\n  c: 1\n", "a:\n  b: |\n    text\n  # note\n  c: 1\n" },
	{ "inside brackets", "a: [\n  # one\n  1,   # uno\n  2\n  ]\n", "a: [\n  # one\n  1,   # uno\n  2\n  ]\n" },
	{ "their words are theirs", "a: 1 #  two   blanks\t here\n#\t\n", "a: 1 #  two   blanks\t here\n#\n" },
};

static const struct fmt_case yaml_scalars[] = {
	{ "block scalar, content in", "a: |\n      one\n        two\n\n      three\nb: 1\n", "a: |\n  one\n    two\n\n  three\nb: 1\n" },
	{ "block scalar, blanks", "a: |  \n  one  \n   \n  two\n     \n  \nb: 1\n", "a: |\n  one  \n   \n  two\n     \n\nb: 1\n" },
	{ "block scalar with a digit", "a:\n    b: |2\n        one\n      two\nc:\n  d: 1\ne:\n  f: 1\n", "a:\n  b: |2\n      one\n    two\nc:\n  d: 1\ne:\n  f: 1\n" },
	{ "block scalar that keeps", "a: |+\n    x\n\n\n\n\nb: 1\n", "a: |+\n  x\n\n\n\n\nb: 1\n" },
	{ "block scalar at the end", "a: |\n  x", NULL },
	{ "block scalar at the end, stripped", "a: |-\n  x", "a: |-\n  x\n" },
	{ "block scalar at the end, empty lines", "a: |\n  x\n\n\n", "a: |\n  x\n" },
	{ "block scalars in lists", "- |\n    x\n-   >\n    y\n", "- |\n  x\n- >\n  y\n" },
	{ "empty block scalar", "a: |\n\nb: >-\nc:  1\n", "a: |\n\nb: >-\nc: 1\n" },
	{ "plain over lines", "a:   one\n      two\n\n   three\nb:\n    one\n    two\n", "a: one\n      two\n\n   three\nb:\n  one\n  two\n" },
	{ "quoted over lines", "a:\n    b: \"one  \n      two \\\n      three\n\n      four\"\nc:\n  d: 1\ne:\n  f: 1\n",
	  "a:\n  b: \"one  \n    two \\\n    three\n\n    four\"\nc:\n  d: 1\ne:\n  f: 1\n" },
	{ "tabs before folded lines", "a: \"one\n  \t two\"\n", "a: \"one\n  two\"\n" },
	{ "line separators are text", "a:   x\xE2\x80\xA8y\nb:  \xC2\x85z\n", "a: x\xE2\x80\xA8y\nb: \xC2\x85z\n" },
};

static const struct fmt_case json[] = {
	{ "in order", "{\n  \"a\": 1,\n  \"b\": [1, 2],\n  \"c\": {}\n}\n", NULL },
	{ "all on one line", "{\"a\":1,\"b\":[1,2],\"c\":{\"d\":[{\"e\":[]}]}}",
	  "{\n  \"a\": 1,\n  \"b\": [1, 2],\n  \"c\": {\n    \"d\": [\n      {\n        \"e\": []\n      }\n    ]\n  }\n}\n" },
	{ "what was on a line stays", "{\n\"a\":{\"b\":1,\"c\":[ ]},\n  \"d\": [ {\"e\": 1}, 2 ] }\n",
	  "{\n  \"a\": {\"b\": 1, \"c\": []},\n  \"d\": [ {\"e\": 1}, 2 ]\n}\n" },
	{ "as wide as its author has it", "{\n\t\"a\": [\n  1,\n\t\t2\n\t],\n\t\"b\": {\n\t\t\"c\": 1 }\n}\n", "{\n\t\"a\": [\n\t\t1,\n\t\t2\n\t],\n\t\"b\": {\n\t\t\"c\": 1\n\t}\n}\n" },
	{ "four columns", "{\n    \"a\": {\n        \"b\": 1},\n    \"c\": 2}", "{\n    \"a\": {\n        \"b\": 1\n    },\n    \"c\": 2\n}\n" },
	{ "empty lines", "{\n\n  \"a\": 1,\n\n\n\n\n  \"b\": 2\n\n}\n\n\n", "{\n  \"a\": 1,\n\n\n  \"b\": 2\n}\n" },
	{ "strings are strings", "[\"a , b : [ \\\" {\",  \"\\\\\"]", "[\"a , b : [ \\\" {\", \"\\\\\"]\n" },
	{ "scalars", "  1 ", "1\n" },
	{ "line ends", "{\r\n\"a\":1}\r\n", "{\r\n  \"a\": 1\r\n}\r\n" },
	{ "too long for a line",
	  "{\n  \"a\": [\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\", \"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\", \"ccc\"]\n}\n",
	  "{\n  \"a\": [\n    \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\",\n    \"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\",\n    \"ccc\"\n  ]\n}\n" },
};

static const struct fmt_case jsonc[] = {
	{ "comments", "// head  \n{ // of all\n\"a\":1,   // one\n  /* of b */ \"b\": [1, /* two */ 2,],\n// end\n}\n// tail",
	  "// head\n{ // of all\n  \"a\": 1,   // one\n  /* of b */ \"b\": [1, /* two */ 2,],\n  // end\n}\n// tail\n" },
	{ "a comment that parts", "[1, // one\n2\n/* three */, 3]", "[\n  1, // one\n  2\n  /* three */,\n  3\n]\n" },
	{ "a comment over lines", "{\n    /* a\n     * b */\n    \"c\": 1\n}\n", NULL },
};

static const struct fmt_case jsonl[] = {
	{ "lines", "{\"a\":1}  \n\n[ 2 ]\t\n\n \n", "{\"a\":1}\n\n[ 2 ]\n" },
	{ "no line end", "1\n2", "1\n2\n" },
	{ "line ends", "\n1\r\n\r\n", "\r\n1\r\n" },
};

static const struct fmt_case toml[] = {
	{ "in order", "# head\na = 1\n\n# of t\n[t]\nb = [1, 2]\nc = { d = 1 }\n", NULL },
	{ "equals signs", "a=1\nb   =   2\n\"c d\"= 3 # x\ne.f =4#y\n", "a = 1\nb = 2\n\"c d\" = 3 # x\ne.f = 4 #y\n" },
	{ "columns of equals signs", "name    = 1\nversion = 2\nx  = 3\n", "name    = 1\nversion = 2\nx = 3\n" },
	{ "tables", "a = 1\n[t]\n[t.u]  # x\nb = 1\n# of v\n[[v]]\n\n\n\n\n[[v]]\n", "a = 1\n\n[t]\n[t.u]  # x\nb = 1\n\n# of v\n[[v]]\n\n\n[[v]]\n" },
	{ "indented once", "[t]\n  a = 1\nb = 2\nc = 3\nd = 4\n", "[t]\na = 1\nb = 2\nc = 3\nd = 4\n" },
	{ "indented throughout", "[t]\n  a = 1\n  b = 2\n\n  [t.u]\n    c = 3\n", NULL },
	{ "arrays", "a = [ 1,2 , 3 ]\nb = [\n1,\n      [2,\n 3], # x\n  # y\n]\nc = [ ]\nd = {  }\n",
	  "a = [ 1, 2, 3 ]\nb = [\n  1,\n  [2,\n    3], # x\n  # y\n]\nc = []\nd = {}\n" },
	{ "arrays as wide as they are", "a = [\n    1,\n]\nb = [\n2,\n    3\n    ]\n", "a = [\n    1,\n]\nb = [\n    2,\n    3\n]\n" },
	{ "arrays by tabs", "a = [\n\t1,\n\t\t2,\n]\nb = [\n\t3\n]\n", "a = [\n\t1,\n\t2,\n]\nb = [\n\t3\n]\n" },
	{ "strings are strings", "a = \"\"\"\n  x = [ 1 ,2 ]  \n\\\"\"\"\"\"\"\nb = '''y ' '' '''\nc='#'\nd=\"\\\"#\"\n",
	  "a = \"\"\"\n  x = [ 1 ,2 ]  \n\\\"\"\"\"\"\"\nb = '''y ' '' '''\nc = '#'\nd = \"\\\"#\"\n" },
	{ "dates", "a =  1979-05-27 07:32:00\n", "a = 1979-05-27 07:32:00\n" },
	{ "ends of lines", "a = 1  \n# x \t\n\n\n\n\nb = 2", "a = 1\n# x\n\n\nb = 2\n" },
	{ "quoted keys", "\"a = b\"   .  'c = d'=1\n[ \"x#y\" . z ]  \n", "\"a = b\"   .  'c = d' = 1\n\n[ \"x#y\" . z ]\n" },
};

static void check(const struct fmt_case *c, cfr_format format, const cfr_fmt_style *style)
{
	cfr_buf out = CFR_BUF_INIT;
	cfr_err err = CFR_ERR_INIT;
	const char *after = c->after ? c->after : c->before;
	int r = formatting(&out, cfr_str_of(c->before), format, style, &err);

	if (r)
		fail_msg("%s: %u:%u: %s", c->title, err.line, err.column, err.message);
	if (!cfr_str_eq(cfr_buf_str(&out), cfr_str_of(after)))
		fail_msg("%s: got\n%s\nwanted\n%s", c->title, out.ptr ? out.ptr : "", after);
	cfr_buf_release(&out);
}

#define CHECK_ALL(cases, format)                                                  \
	for (size_t i = 0; i < sizeof(cases) / sizeof(*(cases)); i++)             \
		check(&(cases)[i], format, NULL)

static void test_yaml(void **state)
{
	(void)state;
	CHECK_ALL(yaml_columns, CFR_YAML);
	CHECK_ALL(yaml_blanks, CFR_YAML);
	CHECK_ALL(yaml_comments, CFR_YAML);
	CHECK_ALL(yaml_scalars, CFR_YAML);
}

static void test_json(void **state)
{
	(void)state;
	CHECK_ALL(json, CFR_JSON);
	CHECK_ALL(jsonc, CFR_JSONC);
	CHECK_ALL(jsonl, CFR_JSONL);
}

static void test_toml(void **state)
{
	(void)state;
	CHECK_ALL(toml, CFR_TOML);
}

static void test_styles(void **state)
{
	static const char yaml[] = "a:\n- b:\n  - 1\nc:\n  - d: |\n      x\n\n\n  # e\n  - e\nf:\n  - g\n";
	static const struct fmt_case indent = { "indent", yaml,
		"a:\n    - b:\n          - 1\nc:\n    - d: |\n          x\n\n\n    # e\n    - e\nf:\n    - g\n" };
	static const struct fmt_case flush = { "flush", yaml, "a:\n- b:\n  - 1\nc:\n- d: |\n    x\n\n# e\n- e\nf:\n- g\n" };
	static const struct fmt_case most = { "majority", yaml, "a:\n  - b:\n      - 1\nc:\n  - d: |\n      x\n  # e\n  - e\nf:\n  - g\n" };
	static const struct fmt_case ends = { "ends", "a: 1\nb: |\n  x\n  y\n", "a: 1\r\nb: |\r\n  x\r\n  y\r\n" };
	static const struct fmt_case left = { "left", "a: 1  \nb: 2 # x \n\n\nc:  3\n\n", "a: 1  \nb: 2 # x \n\n\nc: 3\n\n" };
	static const struct fmt_case tabs = { "tabs", "{\n  \"a\": [\n    1\n  ]\n}\n", "{\n\t\"a\": [\n\t\t1\n\t]\n}\n" };
	static const struct fmt_case narrow = { "narrow", "{\n \"a\": [1, 2, 3, 4, 5, 6]\n}\n",
		"{\n \"a\": [\n  1,\n  2,\n  3,\n  4,\n  5,\n  6\n ]\n}\n" };

	(void)state;
	check(&indent, CFR_YAML, &(cfr_fmt_style){ .indent = 4, .sequences = CFR_FMT_SEQUENCES_INDENT, .blank_lines = 2 });
	check(&flush, CFR_YAML, &(cfr_fmt_style){ .sequences = CFR_FMT_SEQUENCES_FLUSH, .blank_lines = 1 });
	check(&most, CFR_YAML, &(cfr_fmt_style){ .sequences = CFR_FMT_SEQUENCES_MAJORITY });
	check(&ends, CFR_YAML, &(cfr_fmt_style){ .ends = CFR_FMT_ENDS_CRLF });
	check(&left, CFR_YAML, &(cfr_fmt_style){ .blank_lines = 2, .keep_trailing = true, .keep_final = true });
	check(&tabs, CFR_JSON, &(cfr_fmt_style){ .tabs = true });
	check(&narrow, CFR_JSON, &(cfr_fmt_style){ .width = 20 });
}

static void test_refused(void **state)
{
	cfr_buf out = CFR_BUF_INIT;
	cfr_err err = CFR_ERR_INIT;

	(void)state;
	assert_int_equal(formatting(&out, CFR_STR("A=1\n"), CFR_DOTENV, NULL, &err), CFR_E_UNSUPPORTED);
	assert_non_null(strstr(err.message, "dotenv"));
	assert_int_equal(formatting(&out, CFR_STR("a: [1\n"), CFR_YAML, NULL, &err), CFR_E_SYNTAX);
	assert_int_equal(formatting(&out, CFR_STR("a: 1\na: 2\n"), CFR_YAML, NULL, &err), CFR_E_DUPLICATE);
	assert_null(out.ptr);
}

static void test_unwanted(void **state)
{
	static const char *const yes[] = { "# cfgrun: no-fmt\na:   1\n", "\xEF\xBB\xBF# x\n\n  # see: cfgrun: no-fmt because\na: 1\n",
		"---\n# cfgrun: no-fmt\n", "// cfgrun: no-fmt\n{}", "/* a\n cfgrun: no-fmt */ {}", "%YAML 1.2\r\n---\r\n# cfgrun: no-fmt" };
	static const char *const no[] = { "", "a: 1 # cfgrun: no-fmt\n", "a: 1\n# cfgrun: no-fmt\n", "\"cfgrun: no-fmt\"",
		"# cfgrun: no fmt\n", "/* x */\n{}\n// cfgrun: no-fmt" };

	(void)state;
	for (size_t i = 0; i < sizeof(yes) / sizeof(*yes); i++)
		assert_true(cfr_fmt_unwanted(cfr_str_of(yes[i])));
	for (size_t i = 0; i < sizeof(no) / sizeof(*no); i++)
		assert_false(cfr_fmt_unwanted(cfr_str_of(no[i])));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_yaml),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_toml),
		cmocka_unit_test(test_styles),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_unwanted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
