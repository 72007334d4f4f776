/* tests/unit/edit/test_edit_toml.c -- edits of TOML and JSONC, and edits through aliases: a text, some edits, and the text
 * that a careful person would have made of it. The last column is the whole new text, or the name of the error.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/support/edits.h"

struct edit_case {
	const char *title, *before, *edits, *after;
};

#define REFUSED "!unsupported"

static const struct edit_case toml_values[] = {
	{ "scalar", "a = 1 # n\nb='x'\n", "replace /a 2\nreplace /b y", "a = 2 # n\nb='y'\n" },
	{ "kinds", "a = \"80\"\nb = 1\nc = 'x'\n", "replace /a 80\nreplace /b \"1\"\nreplace /c true",
	  "a = 80\nb = \"1\"\nc = true\n" },
	{ "quotes beside", "a = 'x'\nb = 'y'\n", "set . c z", "a = 'x'\nb = 'y'\nc = 'z'\n" },
	{ "lines", "a = \"\"\"\none\n\"\"\"\nb = 1\n", "replace /a \"one\\ntwo\\n\"", "a = \"\"\"\none\ntwo\n\"\"\"\nb = 1\n" },
	{ "in brackets", "a = [1, 2]\nb = { x = 1 }\n", "replace /a/0 3\nreplace /b/x [4]", "a = [3, 2]\nb = { x = [4] }\n" },
	{ "a table for a scalar", "a = 1\nb = 2\n", "replace /a {x: 1}", "a = { x = 1 }\nb = 2\n" },
	{ "a scalar for a table", "b = 1\n\n# t\n[a]\nx = 1\n\n[c]\n", "replace /a 2", "b = 1\na = 2\n\n[c]\n" },
	{ "a table for a table", "# t\n[a] # n\nx = 1\n\n[c]\n", "replace /a {y: 1, z: {w: 2}}",
	  "# t\n[a]\ny = 1\n\n[a.z]\nw = 2\n\n[c]\n" },
	{ "no null", "a = 1\n", "replace /a null", REFUSED },
	{ "the same", "a = 0x10\n", "replace /a 16", "a = 0x10\n" },
	{ "crlf", "a = 1\r\n", "set . b 2", "a = 1\r\nb = 2\r\n" },
	{ "no line end", "a = 1", "set . b 2", "a = 1\nb = 2" },
	{ "the whole", "# top\n\na = 1\n[b]\n", "replace . {c: 1}", "# top\n\nc = 1\n" },
};

static const struct edit_case toml_keys[] = {
	{ "behind the last", "a = 1\n\n[t]\nx = 1\n", "set . b 2\nset /t y 3", "a = 1\nb = 2\n\n[t]\nx = 1\ny = 3\n" },
	{ "indented", "[t]\n  x = 1\n", "set /t y 2", "[t]\n  x = 1\n  y = 2\n" },
	{ "before the first table", "# t\n[t]\nx = 1\n", "set . a 1", "a = 1\n\n# t\n[t]\nx = 1\n" },
	{ "into nothing", "", "set . a 1", "a = 1\n" },
	{ "into an empty table", "[t] # n\n\n[u]\n", "set /t x 1", "[t] # n\nx = 1\n\n[u]\n" },
	{ "gone through", "[a.b]\nx = 1\n", "set /a k 1", "[a]\nk = 1\n\n[a.b]\nx = 1\n" },
	{ "dotted in braces", "x = { a.'b!'.d = 1, e = 2 }\n", "set /x/a/b! n 5\nset /x/a m {k: v}",
	  "x = { a.'b!'.d = 1, a.\"b!\".n = 5, a.m = { k = \"v\" }, e = 2 }\n" },
	{ "dotted", "a.b = 1\nc = 2\n", "set /a d {e: 3}", "a.b = 1\na.d = { e = 3 }\nc = 2\n" },
	{ "inline", "a = { b = 1 }\ne = {}\n", "set /a c 2\nset /e f 3", "a = { b = 1, c = 2 }\ne = { f = 3 }\n" },
	{ "odd keys", "a = 1\n", "set . p.q 2", "a = 1\n\"p.q\" = 2\n" },
	{ "a table", "a = 1\n\n[t]\nx = 1\n\n[u]\n", "set /t s {y: 2}", "a = 1\n\n[t]\nx = 1\n\n[t.s]\ny = 2\n\n[u]\n" },
	{ "behind tables of it", "[t]\n[t.a]\nk = 1\n[u]\n", "set /t b {y: 2}",
	  "[t]\n[t.a]\nk = 1\n\n[t.b]\ny = 2\n\n[u]\n" },
	{ "inline as its neighbours", "[dep]\na = { v = 1 }\n", "set /dep b {v: 2}", "[dep]\na = { v = 1 }\nb = { v = 2 }\n" },
	{ "tables", "a = 1\n", "set . t [{x: 1}, {x: 2}]", "a = 1\n\n[[t]]\nx = 1\n\n[[t]]\nx = 2\n" },
	{ "of an element", "[[u]]\nn = 1\n\n[[u]]\nn = 2\n", "set /u/0 s {k: 1}\nset /u/1 m 3",
	  "[[u]]\nn = 1\n\n[u.s]\nk = 1\n\n[[u]]\nn = 2\nm = 3\n" },
};

static const struct edit_case toml_lists[] = {
	{ "insert", "a = [1, 2]\n", "insert /a 0 0\ninsert /a end 3", "a = [0, 1, 2, 3]\n" },
	{ "lines", "a = [\n  1, # one\n  2,\n]\n", "insert /a 1 5\ninsert /a end 3", "a = [\n  1, # one\n  5,\n  2,\n  3,\n]\n" },
	{ "lines without a last comma", "a = [\n  1,\n  2 # two\n]\n", "insert /a end 3", "a = [\n  1,\n  2, # two\n  3\n]\n" },
	{ "remove", "a = [\n  # about one\n  1, # one\n  2,\n]\n", "remove /a/0", "a = [\n  2,\n]\n" },
	{ "remove all", "a = [1]\n", "remove /a/0", "a = []\n" },
	{ "fill", "a = []\n", "insert /a 0 {x: 1}", "a = [{ x = 1 }]\n" },
	{ "element first", "k = 1\n\n# u\n[[u]]\nn = 1\n", "insert /u 0 {n: 0}", "k = 1\n\n[[u]]\nn = 0\n\n# u\n[[u]]\nn = 1\n" },
	{ "element last", "[[u]]\nn = 1\n[u.s]\nk = 1\n\n[t]\n", "insert /u end {n: 2}",
	  "[[u]]\nn = 1\n[u.s]\nk = 1\n\n[[u]]\nn = 2\n\n[t]\n" },
	{ "element as its neighbours", "[[u]]\r\n  n = 1\r\n", "insert /u end {n: 2}\ninsert /u 0 {n: 0}",
	  "[[u]]\r\n  n = 0\r\n\r\n[[u]]\r\n  n = 1\r\n\r\n[[u]]\r\n  n = 2\r\n" },
	{ "text over several lines stays", "[[u]]\n  n = 1\n", "insert /u end {n: \"a\\n\"}", "[[u]]\n  n = 1\n\n[[u]]\nn = \"\"\"\na\n\"\"\"\n" },
	{ "no table", "[[u]]\nn = 1\n", "insert /u 0 5", REFUSED },
	{ "element goes", "[[u]]\nn = 1\n\n[u.s]\nk = 1\n\n[[u]]\nn = 2\n", "remove /u/0", "[[u]]\nn = 2\n" },
	{ "all elements go", "a = 1\n\n[[u]]\nn = 1\n", "remove /u/0", "a = 1\nu = []\n" },
};

static const struct edit_case toml_entries[] = {
	{ "remove", "# about a\na = 1 # n\nb = 2\n", "remove /a", "b = 2\n" },
	{ "remove a table", "a = 1\n\n# t\n[t] # n\nx = 1\n\n[t.s]\n\n# u\n[u]\n", "remove /t", "a = 1\n\n# u\n[u]\n" },
	{ "remove a table below another's keys", "[[u]]\nn = 1\n  [u.s]\n  k = 1\n\n[t]\n", "remove /u/0/s", "[[u]]\nn = 1\n\n[t]\n" },
	{ "remove the last table", "a = 1\n\n# t\n[t]\nx = 1\n", "remove /t", "a = 1\n" },
	{ "a table in two places", "[t]\nx = 1\n\n[u]\n\n[t.s]\ny = 1\n", "remove /t", "[u]\n" },
	{ "a parent stays", "[a.b]\nx = 1\n\n[c]\n", "remove /a/b", "[a]\n\n[c]\n" },
	{ "a dotted parent stays", "a.b = 1\nc = 2\n", "remove /a/b", "a = {}\nc = 2\n" },
	{ "the head stays", "# Copyright\n# somebody\na = 1\nb = 2\n", "remove /a", "# Copyright\n# somebody\nb = 2\n" },
	{ "rename", "a = 1 # n\n[t.a]\n", "rename /a b", "b = 1 # n\n[t.a]\n" },
	{ "rename a table", "[t]\n[t.s]\n[[t.l]]\n[ t . 'x' ]\n[u.t]\n", "rename /t w", "[w]\n[w.s]\n[[w.l]]\n[ w . 'x' ]\n[u.t]\n" },
	{ "rename dotted", "a.b.c = 1\na.b.d = 2\n", "rename /a/b \"x", "a.'\"x'.c = 1\na.'\"x'.d = 2\n" },
	{ "rename in braces", "a = { 'b' = 1 }\n", "rename /a/b c", "a = { 'c' = 1 }\n" },
	{ "move a key", "# a\na = 1 # n\n\n[t]\nx = 1\n", "move /a /t b", "[t]\nx = 1\n# a\nb = 1 # n\n" },
	{ "move a table", "[t]\nx = 1\n\n# s\n[t.s] # n\n# k\nk = 1\n\n[t.s.d]\n\n[u]\n", "move /t/s . s",
	  "[t]\nx = 1\n\n[u]\n\n# s\n[s] # n\n# k\nk = 1\n\n[s.d]\n" },
	{ "move tables", "[a]\n\n[[u]]\nn = 1\n\n[[u]]\nn = 2\n", "move /u /a u", "[a]\n\n[[a.u]]\nn = 1\n\n[[a.u]]\nn = 2\n" },
};

static const struct edit_case toml_moves[] = {
	{ "an element", "# one\n[[u]] # n\n  n = 1 # m\n  # s\n  [u.s]\n\n[[u]]\nn = 2\n\n[t]\n", "move /u/0 /t a",
	  "[[u]]\nn = 2\n\n[t]\n\n# one\n[t.a] # n\n  n = 1 # m\n  # s\n  [t.a.s]\n" },
	{ "an element with elements", "[[u]]\n[[u.v]]\nn = 1 # n\n\n[[u]]\n", "move /u/0 . t", "[[u]]\n\n[t]\n[[t.v]]\nn = 1 # n\n" },
	{ "dotted keys", "a.b = 1\n[t]\n", "move /a /t a", "[t]\n\n[t.a]\nb = 1\n" },
	{ "dotted keys with a comment", "a.b = 1 # n\n[t]\n", "move /a /t a", REFUSED },
	{ "dotted keys below a comment", "# c\na.b = 1\n[t]\n", "move /a /t a", REFUSED },
};

static const struct edit_case jsonc[] = {
	{ "value", "// top\n{\n  // a\n  \"a\": 1, // n\n  \"b\": 2,\n}\n", "replace /a 3",
	  "// top\n{\n  // a\n  \"a\": 3, // n\n  \"b\": 2,\n}\n" },
	{ "set", "{\n  \"a\": 1, // n\n}\n", "set . b 2", "{\n  \"a\": 1, // n\n  \"b\": 2,\n}\n" },
	{ "set without a comma", "{\n  \"a\": 1 // n\n}\n", "set . b 2", "{\n  \"a\": 1, // n\n  \"b\": 2\n}\n" },
	{ "remove", "{\n  \"a\": 1,\n  /* about\n     b */\n  \"b\": 2, /* n */\n  \"c\": 3\n}\n", "remove /b",
	  "{\n  \"a\": 1,\n  \"c\": 3\n}\n" },
	{ "remove the last", "{\n  \"a\": 1, // a\n  // b\n  \"b\": 2 // c\n}\n", "remove /b", "{\n  \"a\": 1 // a\n}\n" },
	{ "insert", "[\n  // one\n  1,\n  2,\n]\n", "insert . 0 0\ninsert . end 3", "[\n  0,\n  // one\n  1,\n  2,\n  3,\n]\n" },
	{ "a comma in a comment", "[1 /* , */, 2]\n", "remove /0", "[2]\n" },
	{ "the next one's comment", "{\"a\": 1, /* b */ \"b\": 2}\n", "remove /a", "{/* b */ \"b\": 2}\n" },
	{ "blank lines", "{\n  \"a\": 1,\n\n  \"b\": 2,\n\n  \"c\": 3\n}\n", "remove /b", "{\n  \"a\": 1,\n\n  \"c\": 3\n}\n" },
	{ "the last behind a blank line", "{\n  \"a\": 1,\n\n  \"b\": 2\n}\n", "remove /b", "{\n  \"a\": 1\n}\n" },
	{ "move with comments", "{\n  /* of\n   * a */\n  \"a\": {\n    \"x\": [1,  2] // y\n  }, // n\n  \"b\": {}\n}\n", "move /a /b c",
	  "{\n  \"b\": {\n    /* of\n     * a */\n    \"c\": {\n      \"x\": [1,  2] // y\n    } // n\n  }\n}\n" },
	{ "move behind a comment", "{\n\t\"a\": {\n\t\t// b\n\t\t\"b\": 1 // n\n\t},\n\t\"c\": 2 // c\n}\n", "move /a/b . b",
	  "{\n\t\"a\": {},\n\t\"c\": 2, // c\n\t// b\n\t\"b\": 1 // n\n}\n" },
	{ "move before a comma", "{\n  \"a\": {\n    \"b\": 1, // n\n    \"c\": 2\n  },\n  \"d\": 3, // d\n}\n",
	  "remove /d\nmove /a/b . d", "{\n  \"a\": {\n    \"c\": 2\n  },\n  // n\n  \"d\": 1, // d\n}\n" },
	{ "no room for comments", "{\n  // a\n  \"a\": 1,\n  \"b\": {\"x\": 1}\n}\n", "move /a /b a", REFUSED },
};

static const struct edit_case through[] = {
	{ "value", "a: &a {x: 1}\nb: *a\n", "replace /b/x 2", "a: &a {x: 2}\nb: *a\n" },
	{ "at the anchor", "a: &a 1\nb: *a\n", "replace /a 2", "a: &a 2\nb: *a\n" },
	{ "the alias", "a: &a 1\nb: *a\n", "replace /b 2", "a: &a 2\nb: *a\n" },
	{ "set", "a: &a\n  x: 1\nb: *a\n", "set /b q 2", "a: &a\n  x: 1\n  q: 2\nb: *a\n" },
	{ "set, merged", "a: &a\n  x: 1\nb:\n  <<: *a\n", "set /a q 2", "a: &a\n  x: 1\n  q: 2\nb:\n  <<: *a\n" },
	{ "merged value", "a: &a\n  x: 1\nb:\n  <<: *a\nc: *a\n", "replace /b/x 2", "a: &a\n  x: 2\nb:\n  <<: *a\nc: *a\n" },
	{ "remove, merged", "a: &a\n  x: 1\n  y: 2\nb:\n  <<: *a\n", "remove /b/x", "a: &a\n  y: 2\nb:\n  <<: *a\n" },
	{ "rename", "a: &a\n  x: 1\nb: *a\n", "rename /b/x z", "a: &a\n  z: 1\nb: *a\n" },
	{ "insert", "a: &a [1]\nb: *a\n", "insert /b end 2", "a: &a [1, 2]\nb: *a\n" },
	{ "an alias entry goes", "a: &a 1\nb: *a\nc: 1\n", "remove /b", "a: &a 1\nc: 1\n" },
	{ "an alias of an alias", "a: &a {x: 1}\nb: &b {c: *a}\nd: *b\n", "replace /d/c/x 2",
	  "a: &a {x: 2}\nb: &b {c: *a}\nd: *b\n" },
	{ "an anchor in use stays", "a: &a 1\nb: *a\n", "remove /a", REFUSED },
};

static const struct edit_case heads[] = {
	{ "one line goes", "# a\na: 1\nb: 2\n", "remove /a", "b: 2\n" },
	{ "several lines stay", "# one\n# two\na: 1\nb: 2\n", "remove /a", "# one\n# two\nb: 2\n" },
	{ "a modeline stays", "# yaml-language-server: $schema=x\na: 1\nb: 2\n", "remove /a",
	  "# yaml-language-server: $schema=x\nb: 2\n" },
	{ "only what is near goes", "# one\n# two\n\n# a\na: 1\nb: 2\n", "remove /a", "# one\n# two\n\nb: 2\n" },
	{ "comments further in go along", "a:\n  b: 1\n  # c: 2\n# d\nd: 1\n", "remove /a", "# d\nd: 1\n" },
	{ "comments further in move", "a:\n  b: 1\n  # c: 2\nd:\n  e: 1\n", "move /a /d a", "d:\n  e: 1\n  a:\n    b: 1\n    # c: 2\n" },
	{ "moved without the head", "# one\n# two\na: 1\nb:\n  c: 1\n", "move /a /b d", "# one\n# two\nb:\n  c: 1\n  d: 1\n" },
};

static const char *code_word(int code)
{
	static char word[32];

	snprintf(word, sizeof(word), "!%s", cfr_code_name(code));
	return word;
}

static int run_case(const struct edit_case *c, cfr_format format, bool shared)
{
	cfr_documents docs;
	cfr_splices splices = { .count = 0 };
	cfr_err err = CFR_ERR_INIT;
	cfr_limits limits;
	struct edits edits;
	cfr_buf text = CFR_BUF_INIT;
	const char *got;
	int r, bad;

	cfr_limits_default(&limits);
	assert_int_equal(edits_read(&docs, c->title, cfr_str_of(c->before), format, &err), 0);
	edits_parse(&edits, c->edits);
	r = shared ? cfr_edit_plan_through(&splices, docs.items[0], edits.items, edits.count, &limits, &err)
	           : cfr_edit_plan(&splices, docs.items[0], edits.items, edits.count, &limits, &err);
	if (r == 0)
		assert_int_equal(cfr_splices_apply(&text, cfr_str_of(c->before), splices.items, splices.count, NULL), 0);
	got = r ? code_word(r) : text.ptr ? text.ptr : "";
	bad = strcmp(got, c->after) != 0;
	if (bad)
		fprintf(stderr, "--- %s\n%s--- %s\n--- wanted\n%s\n--- got\n%s\n--- %s\n", c->title, c->before, c->edits,
		        c->after, got, err.message);
	cfr_splices_release(&splices);
	cfr_buf_release(&text);
	edits_free(&edits);
	cfr_documents_release(&docs);
	return bad;
}

#define RUN(name, table, format, shared)                                                                   \
	static void name(void **state)                                                                     \
	{                                                                                                  \
		int bad = 0;                                                                               \
                                                                                                           \
		(void)state;                                                                               \
		for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)                                \
			bad += run_case(&table[i], format, shared);                                        \
		assert_int_equal(bad, 0);                                                                  \
	}
RUN(test_values, toml_values, CFR_TOML, false)
RUN(test_keys, toml_keys, CFR_TOML, false)
RUN(test_lists, toml_lists, CFR_TOML, false)
RUN(test_entries, toml_entries, CFR_TOML, false)
RUN(test_moves, toml_moves, CFR_TOML, false)
RUN(test_jsonc, jsonc, CFR_JSONC, false)
RUN(test_through, through, CFR_YAML, true)
RUN(test_heads, heads, CFR_YAML, false)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values), cmocka_unit_test(test_keys), cmocka_unit_test(test_lists),
		cmocka_unit_test(test_entries),
		cmocka_unit_test(test_moves), cmocka_unit_test(test_jsonc), cmocka_unit_test(test_through),
		cmocka_unit_test(test_heads),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
