/* tests/unit/text/test_write_toml.c -- trees as TOML: how it looks, that it reads back as the same tree, and what is
 * told when TOML cannot hold a value.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "engine/text/emit.h"
#include "tests/support/edits.h"
#include "tests/support/random_tree.h"

static cfr_node root_of(const cfr_documents *docs)
{
	return cfr_tree_root(cfr_document_tree(docs->items[0]));
}

static void read_or_fail(cfr_documents *docs, cfr_str text, cfr_format format)
{
	cfr_err err = CFR_ERR_INIT;

	if (edits_read(docs, "x", text, format, &err) != 0)
		fail_msg("%.*s\n%u:%u: %s", (int)text.len, text.ptr, (unsigned)err.line, (unsigned)err.column, err.message);
}

/* As TOML, which is read again and must be equal. */
static void write_toml(cfr_buf *out, cfr_node node, const cfr_document *order)
{
	cfr_write how = { .format = CFR_TOML, .order = order };
	cfr_err err = CFR_ERR_INIT;
	cfr_documents docs;
	bool same = false;

	if (cfr_text_write(out, node, &how, &err) != 0)
		fail_msg("%s: %s", err.path, err.message);
	read_or_fail(&docs, cfr_buf_str(out), CFR_TOML);
	assert_int_equal(cfr_node_equal(&same, node, root_of(&docs), NULL), 0);
	if (!same)
		fail_msg("reads back as something else:\n%s", out->ptr);
	cfr_documents_release(&docs);
}

static void check_write(const char *text, cfr_format format, const char *wanted)
{
	cfr_documents docs;
	cfr_buf out = CFR_BUF_INIT;

	read_or_fail(&docs, cfr_str_of(text), format);
	write_toml(&out, root_of(&docs), docs.items[0]);
	assert_string_equal(out.ptr ? out.ptr : "", wanted);
	cfr_buf_release(&out);
	cfr_documents_release(&docs);
}

/* What is written as it was read, in the author's order. */
static const char *const house_style[] = {
	"",
	"b = 1\na = \"x\"\n",
	"a = true\nb = -5\nc = 1.5\nd = inf\ne = -inf\nf = nan\ng = 1.0e+20\n",
	"a = 1\n\n[t]\nb = 2\n\n[t.u]\nc = 3\n\n[s]\nd = 4\n",
	"[t.u.v]\na = 1\n",				/* no header for what holds tables alone */
	"[t]\n\n[t2]\n\n[[e]]\na = 1\n\n[[e]]\nb = 2\n\n[e.f]\nc = 3\n\n[[e.g]]\nd = 4\n",
	"a = []\nb = [{}, 1]\nc = [[], [1, 2]]\nd = [{ a = 1, b = {} }, \"x\"]\n",
	"a = 1979-05-27T07:32:00Z\nb = 1979-05-27\nc = 07:32:00.5\nd = [1979-05-27T07:32:00.999-07:00]\n",
	"\"a b\" = 1\n\"\" = 2\n\"x.y\" = 3\n1 = 4\n'a\"b' = 5\n\n[\"t.t\".\"\".u]\nv = 1\n",
	"a = 'C:\\temp'\nb = 'say \"hi\"'\nc = \"it's\"\nd = \"it's \\\\ and \\\"\"\ne = \"tab\\t, \\u0000, \\u007F\"\n",
	"a = \"\"\"\none\ntwo\n\"\"\"\nb = '''\n\\d+\n\"x\"'''\nc = \"\"\"\nsay \"\"\\\"x\"\"\\\"\ny\\\"\"\"\"\n",
	"a = \"one \\ntwo\"\nb = \"\\n\"\n",		/* blanks at the end of a line are not left to be stripped */
	"a = \"é日本😀\"\n",
	"a = [\n  \"a string of some length, to fill the line\",\n  \"and another one, so that it is too long\",\n]\n",
	"a = [\n  [1, 2, 3],\n  [\n    \"a string of some length, to fill the line\",\n"
	"    \"and another one, so that it is too long\",\n  ],\n]\n",
};

static void test_house_style(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(house_style) / sizeof(*house_style); i++)
		check_write(house_style[i], CFR_TOML, house_style[i]);
}

static void test_shape(void **state)
{
	(void)state;
	/* Keys go before tables, whatever the order was. */
	check_write("t: {a: 1}\nb: 2\nu: [{c: 3}]\nd: [4]\n", CFR_YAML, "b = 2\nd = [4]\n\n[t]\na = 1\n\n[[u]]\nc = 3\n");
	/* One empty or other element, and the array stands on a line. */
	check_write("u: [{c: 3}, {}]\nv: [{c: 3}, 4]\n", CFR_YAML, "u = [{ c = 3 }, {}]\nv = [{ c = 3 }, 4]\n");
	check_write("{}", CFR_YAML, "");
	check_write("a: {}\nb: {c: {}}\nd: [{}]\ne: [[{}]]\n", CFR_YAML, "d = [{}]\ne = [[{}]]\n\n[a]\n\n[b.c]\n");
	/* YAML's dates, where they are those of TOML. */
	check_write("a: !!timestamp 2001-12-14\nb: !time 07:32:00\n", CFR_YAML, "a = 2001-12-14\nb = 07:32:00\n");
}

static void test_yaml_carries_dates(void **state)
{
	const char *toml = "a = 2001-12-14\nb = 07:32:00\nc = [1979-05-27T07:32:00Z]\n";
	const char *yaml = "a: !!timestamp 2001-12-14\nb: !time 07:32:00\nc:\n  - !!timestamp 1979-05-27T07:32:00Z\n";
	cfr_documents docs;
	cfr_buf out = CFR_BUF_INIT;
	cfr_write how = { .format = CFR_YAML };

	(void)state;
	read_or_fail(&docs, cfr_str_of(toml), CFR_TOML);
	assert_int_equal(cfr_text_write(&out, root_of(&docs), &how, NULL), 0);
	assert_string_equal(out.ptr, yaml);
	cfr_documents_release(&docs);
	check_write(out.ptr, CFR_YAML, toml);
	cfr_buf_release(&out);
}

/* ---- what TOML cannot hold ---- */

static void test_unsupported(void **state)
{
	static const struct {
		const char *yaml, *path, *message, *hint;
	} bad[] = {
		{ "a: {b: null}", "/a/b", "no null", "leave it out" },
		{ "a: [1, ~]", "/a/1", "no null", "leave it out" },
		{ "a: {b: [{c: null}]}", "/a/b/0/c", "no null", "leave it out" },
		{ "a: 12345678901234567890", "/a", "64 bits", "string" },
		{ "a: !x y", "/a", "tagged", "string" },
		{ "a: !!timestamp 2001-1-1", "/a", "tagged", "string" },
		{ "a: !time 2001-01-01", "/a", "tagged", "string" },
		{ "[1]", "", "a mapping", "under a key" },
		{ "1", "", "a mapping", "under a key" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		cfr_tree *tree = edits_value(bad[i].yaml);
		cfr_write how = { .format = CFR_TOML };
		cfr_buf out = CFR_BUF_INIT;
		cfr_err err = CFR_ERR_INIT;

		assert_int_equal(cfr_text_write(&out, cfr_tree_root(tree), &how, &err), CFR_E_UNSUPPORTED);
		assert_string_equal(err.path, bad[i].path);
		assert_non_null(strstr(err.message, bad[i].message));
		assert_non_null(strstr(err.hint, bad[i].hint));
		assert_int_equal(out.len, 0);
		cfr_buf_release(&out);
		cfr_tree_unref(tree);
	}
}

static void note(void *arg, cfr_node node, const char *what, const char *instead)
{
	cfr_str key = cfr_node_key(node);

	cfr_buf_addf(arg, "%.*s: %s, %s\n", (int)key.len, key.len ? key.ptr : "", what, instead);
}

static void check_lossy(const char *yaml, cfr_format format, const char *wanted, const char *told)
{
	cfr_buf notes = CFR_BUF_INIT, out = CFR_BUF_INIT;
	cfr_write how = { .format = format, .lose = note, .arg = &notes, .compact = true };
	cfr_tree *tree = edits_value(yaml);

	assert_int_equal(cfr_text_write(&out, cfr_tree_root(tree), &how, NULL), 0);
	assert_string_equal(out.ptr, wanted);
	assert_string_equal(notes.ptr, told);
	cfr_buf_release(&out);
	cfr_buf_release(&notes);
	cfr_tree_unref(tree);
}

static void test_lossy(void **state)
{
	cfr_buf notes = CFR_BUF_INIT, out = CFR_BUF_INIT;
	cfr_write how = { .format = CFR_TOML, .lose = note, .arg = &notes };
	cfr_tree *tree = edits_value("[1]");

	(void)state;
	check_lossy("{a: null, b: [1, null, 2], c: !x y, d: 12345678901234567890, e: {f: null}}", CFR_TOML,
	            "b = [1, 2]\nc = \"y\"\nd = \"12345678901234567890\"\n\n[e]\n",
	            "a: TOML has no null, it is left out\n: TOML has no null, it is left out\n"
	            "c: TOML cannot hold a tagged value, its text is written as a string\n"
	            "d: TOML has no integers beyond 64 bits, its digits are written as a string\n"
	            "f: TOML has no null, it is left out\n");
	check_lossy("{a: .nan, b: [!!timestamp 2001-12-14], c: 12345678901234567890}", CFR_JSON,
	            "{\"a\":null,\"b\":[\"2001-12-14\"],\"c\":12345678901234567890}",
	            "a: JSON has no infinities and no NaN, null is written\n"
	            ": JSON cannot hold a tagged value, its text is written as a string\n");
	/* What is no mapping is no TOML file, whatever may be lost. */
	assert_int_equal(cfr_text_write(&out, cfr_tree_root(tree), &how, NULL), CFR_E_UNSUPPORTED);
	cfr_tree_unref(tree);
	cfr_buf_release(&out);
	cfr_buf_release(&notes);
}

/* ---- there and back ---- */

static void test_deep(void **state)
{
	static const char *const levels[] = { "{\"a\": ", "[", "[{\"long key, quoted\": ", "{\"b\": 1, \"a\": " };

	(void)state;
	for (size_t i = 0; i < sizeof(levels) / sizeof(*levels); i++) {
		cfr_buf json = CFR_BUF_INIT, out = CFR_BUF_INIT;
		cfr_documents docs;

		cfr_buf_addz(&json, "{\"r\": ");
		for (int n = 0; n < 60; n++)
			cfr_buf_addz(&json, levels[i]);
		cfr_buf_addz(&json, "1");
		for (int n = 0; n < 60; n++)
			cfr_buf_addz(&json, levels[i][0] == '{' ? "}" : levels[i][1] ? "}]" : "]");
		cfr_buf_addz(&json, "}");
		read_or_fail(&docs, cfr_buf_str(&json), CFR_JSON);
		write_toml(&out, root_of(&docs), NULL);
		assert_true(out.len < 20 * json.len);
		cfr_buf_release(&json);
		cfr_buf_release(&out);
		cfr_documents_release(&docs);
	}
}

static void test_strings(void **state)
{
	static const char alphabet[] = "a\"\"'' \n\n\t\\\r\x01\x7F#=";
	struct random rnd = { 7 };

	(void)state;
	for (int n = 0; n < 20000; n++) {
		char text[12];
		cfr_buf toml = CFR_BUF_INIT;
		cfr_documents docs;
		cfr_node node;
		size_t len = random_below(&rnd, sizeof(text));

		for (size_t i = 0; i < len; i++)
			text[i] = alphabet[random_below(&rnd, sizeof(alphabet) - 1)];
		cfr_buf_addz(&toml, "a = ");
		cfr__toml_write_string(&toml, (cfr_str){ text, len }, (cfr_style)(n % (CFR_FOLDED + 1)));
		cfr_buf_addz(&toml, "\n");
		read_or_fail(&docs, cfr_buf_str(&toml), CFR_TOML);
		assert_int_equal(cfr_node_find(&node, root_of(&docs), CFR_STR("a"), NULL), 0);
		if (!cfr_str_eq(cfr_node_string(node), (cfr_str){ text, len }))
			fail_msg("%s", toml.ptr);
		cfr_buf_release(&toml);
		cfr_documents_release(&docs);
	}
}

/* Any tree at all: what cannot be held is said so, all else comes back. */
static void test_random(void **state)
{
	unsigned written = 0;

	(void)state;
	for (uint64_t seed = 0; seed < 3000; seed++) {
		struct random rnd = { seed };
		struct random_value *value = random_value(&rnd, 4, 6);
		cfr_tree *tree = random_tree(value, &rnd);
		cfr_write how = { .format = CFR_TOML };
		cfr_buf out = CFR_BUF_INIT;
		int rc = cfr_text_write(&out, cfr_tree_root(tree), &how, NULL);

		assert_true(rc == 0 || rc == CFR_E_UNSUPPORTED);
		cfr_buf_release(&out);
		if (rc == 0) {
			write_toml(&out, cfr_tree_root(tree), NULL);
			written++;
		}
		cfr_buf_release(&out);
		cfr_tree_unref(tree);
		random_free(value);
	}
	assert_true(written > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_house_style),
		cmocka_unit_test(test_shape),
		cmocka_unit_test(test_yaml_carries_dates),
		cmocka_unit_test(test_unsupported),
		cmocka_unit_test(test_lossy),
		cmocka_unit_test(test_deep),
		cmocka_unit_test(test_strings),
		cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
