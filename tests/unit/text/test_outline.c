/* tests/unit/text/test_outline.c -- windows: which there are, where they end, and where none may be. That they are right
 * wherever they are given is the business of fuzz_outline and test_outline_corpus. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "engine/edit.h"
#include "tests/support/edits.h"
#include "engine/text/outline.h"

static cfr_source *source_of(const char *text)
{
	cfr_source *source = NULL;

	assert_int_equal(cfr_source_new(&source, CFR_STR("x"), cfr_str_of(text), NULL, NULL), 0);
	return source;
}

/* The window of the whole pointer is this text; NULL: there is none, or it does not reach so far. */
static void expect(const char *text, cfr_format format, const char *pointer, const char *wanted)
{
	cfr_source *source = source_of(text);
	cfr__outline *o = malloc(sizeof(*o));
	uint32_t tokens = 0;
	int r;

	assert_non_null(o);
	for (const char *p = pointer; *p; p++)
		tokens += *p == '/';
	r = cfr__outline_pointer(o, source, format, cfr_str_of(pointer));
	assert_true(r == 0 || r == CFR__UNSAFE);
	if (r || o->count < tokens || !o->chain[tokens - 1].alone) {
		if (wanted)
			fail_msg("no window for %s of\n%s", pointer, text);
	} else {
		cfr_str got = cfr_str_sub(cfr_source_bytes(source), o->chain[tokens - 1].start, o->chain[tokens - 1].end);

		if (!wanted || !cfr_str_eq(got, cfr_str_of(wanted)))
			fail_msg("%s of\n%s\nis\n%.*s", pointer, text, (int)got.len, got.ptr);
	}
	free(o);
	cfr_source_unref(source);
}

static void yaml(const char *text, const char *pointer, const char *wanted)
{
	expect(text, CFR_YAML, pointer, wanted);
}

static void test_yaml(void **state)
{
	(void)state;
	yaml("a: 1\nb:\n  c: 2\n  d: 3\ne: 4\n", "/b/c", "  c: 2\n");
	yaml("a: 1\nb:\n  c: 2\n  d: 3\ne: 4\n", "/b", "b:\n  c: 2\n  d: 3\n");
	yaml("---\nl:\n- a: 1\n  b: 2\n- c: 3\nm: 4\n", "/l/0", "- a: 1\n  b: 2\n");
	yaml("---\nl:\n- a: 1\n  b: 2\n- c: 3\nm: 4\n", "/l/1", "- c: 3\n");
	yaml("---\nl:\n- a: 1\n  b: 2\n- c: 3\nm: 4\n", "/l/0/b", "  b: 2\n");
	yaml("---\nl:\n- a: 1\n  b: 2\n- c: 3\nm: 4\n", "/l/0/a", NULL);	/* shares its line with the dash */
	yaml("a: 1\r\n\r\n# c\r\nb: 2\r\n", "/a", "a: 1\r\n\r\n# c\r\n");
	yaml("a:\n  b: 1", "/a/b", "  b: 1");
	yaml("'a b':\n  \"c\" : 1\n", "/a b/c", "  \"c\" : 1\n");
	/* What looks like structure and is none. */
	yaml("a: |\n  b: 1\n\n   c: \"\nb: 2\n", "/b", "b: 2\n");
	yaml("a: >2-\n    b:\n   c\nb: 2\n", "/b", "b: 2\n");
	yaml("a: \"x\nb: 1\n \\\" y\"\nb: 2\n", "/b", "b: 2\n");
	yaml("a: 'x\nb: ''1\n y' # '\nb: 2\n", "/b", "b: 2\n");
	yaml("a: [x, \"]\", 'b\n', {\nb: 1}, # ]\n c]\nb: 2\n", "/b", "b: 2\n");
	yaml("a: it's\n  \"b: 1\n  - |\nb: 2\n", "/b", "b: 2\n");
	yaml("# a: |\na: # |\n  # \"\n  b: 1\n# [\nb: 2\n", "/b", "b: 2\n");
	yaml("a: &x |\n  b\nc: !t\n  d: *x\nb: 2\n", "/b", "b: 2\n");
}

static void test_yaml_unsafe(void **state)
{
	(void)state;
	yaml("a: 1\n---\nb: 2\n", "/a", NULL);
	yaml("a: 1\n...\n", "/a", NULL);
	yaml("%YAML 1.2\n---\na: 1\n", "/a", NULL);
	yaml("? a\n: 1\nb: 2\n", "/b", NULL);
	yaml("&k a: 1\nb: 2\n", "/b", NULL);
	yaml("*k : 1\nb: 2\n", "/b", NULL);
	yaml("a: 1\nb: 2\na: 3\n", "/b", NULL);
	yaml("a: 1\n\"b\\x\": 2\nc: 3\n", "/c", NULL);
	yaml("a: 1\rb: 2\r", "/b", NULL);
	yaml("a:\n\tb: 2\n", "/a", NULL);
	yaml("a: 1\nb: \x01\n", "/a", NULL);
	yaml("a: 1\nb: \xFF\n", "/a", NULL);
	yaml("{a: 1, b: 2}\n", "/a", NULL);
	yaml("--- a: 1\n", "/a", NULL);
	yaml("{a: 1}: 2\nb: 1\n", "/b", NULL);
	yaml("a: [!<x]> y]\nb: 1\n", "/b", NULL);
	yaml("", "/a", NULL);
}

static void test_json(void **state)
{
	static const char text[] = "{\"a\": [1, {\"b\": \"}]\\\"\"}, [] ],\n \"c\" : {\"a\": -1.5e3}, \"d\\u0041\": 2}";

	(void)state;
	expect("{\"a\": [1, 2]}", CFR_JSON, "/a/1", "2");
	expect("{\"a\": [1, [2, 3]]}", CFR_JSON, "/a/1/0", "2");
	expect("{\"a\": {}, \"b\": {\"c\": 1}}", CFR_JSON, "/b", "\"b\": {\"c\": 1}");
	expect("{\"a\": [1, {\"b\": \"}]\\\"\"}]}", CFR_JSON, "/a/1/b", "\"b\": \"}]\\\"\"");
	expect(text, CFR_JSON, "/c", NULL);		/* a key with an escape beside it */
	expect("{\"a\": 1, \"b\": 2, \"a\": 3}", CFR_JSON, "/b", NULL);
	expect("{\"a\": 1, \"b\": 2", CFR_JSON, "/b", NULL);
	expect("{\"a\": 1} 2", CFR_JSON, "/a", NULL);
	expect("1", CFR_JSON, "/a", NULL);
}

/* Is `bytes` one entry that can stand in place of the window of `pointer`? */
static int fits(const char *text, const char *pointer, const char *bytes)
{
	cfr_source *source = source_of(text), *other;
	cfr__outline *o = malloc(sizeof(*o));
	cfr_buf now = CFR_BUF_INIT;
	cfr__window w, there;
	int r;

	assert_non_null(o);
	assert_int_equal(cfr__outline_pointer(o, source, CFR_YAML, cfr_str_of(pointer)), 0);
	w = o->chain[o->count - 1];
	cfr_buf_adds(&now, cfr_str_sub(cfr_str_of(text), 0, w.start));
	cfr_buf_addz(&now, bytes);
	cfr_buf_adds(&now, cfr_str_sub(cfr_str_of(text), w.end, strlen(text)));
	other = source_of(now.ptr);
	r = cfr__outline_same(&there, other, CFR_YAML, w.start, w.start + (uint32_t)strlen(bytes), source, &w);
	cfr_buf_release(&now);
	cfr_source_unref(source);
	cfr_source_unref(other);
	free(o);
	return r;
}

static void test_same(void **state)
{
	static const char text[] = "a:\n- b: 1\n- c: 2\n- d\ne: 3\n";

	(void)state;
	assert_int_equal(fits(text, "/a/1", "- c:\n    x: 5\n"), 0);
	assert_int_equal(fits(text, "/a/1", "- c\n- d\n"), CFR__UNSAFE);
	assert_int_equal(fits(text, "/a/1", " - c\n"), CFR__UNSAFE);
	assert_int_equal(fits(text, "/a/1", "- c"), CFR__UNSAFE);
	assert_int_equal(fits(text, "/a/1", "- &c c\n"), CFR__UNSAFE);
	assert_int_equal(fits(text, "/a/1", "- *c\n"), CFR__UNSAFE);
	assert_int_equal(fits(text, "/a/1", "- \"c\n"), CFR__UNSAFE);
	assert_int_equal(fits(text, "/e", "e: 4\n"), 0);
	assert_int_equal(fits(text, "/e", "f: 4\n"), CFR__UNSAFE);
	assert_int_equal(fits(text, "/e", "e: 4\ne: 5\n"), CFR__UNSAFE);
	/* A document of its own would begin here; in its place it is another document. */
	assert_int_equal(fits(text, "/a/1", "---\n- c\n"), CFR__UNSAFE);
	/* The next line is compared with the blank ones of a block scalar without text. */
	assert_int_equal(fits(text, "/a/1", "- |\n    \n"), CFR__UNSAFE);
	assert_int_equal(fits(text, "/a/1", "- |\n\n"), 0);
}

/* cfr_edit_source says the same as cfr_edit_plan, or nothing; of these it says something or not. */
static void edit(const char *text, cfr_edit change, const char *wanted)
{
	cfr_source *source = source_of(text);
	cfr_splices splices;
	cfr_buf now = CFR_BUF_INIT;
	int r = cfr_edit_source(&splices, source, CFR_YAML, &change, 1, NULL, NULL);

	assert_int_equal(r, wanted ? 0 : 1);
	if (wanted) {
		assert_int_equal(cfr_splices_apply(&now, cfr_str_of(text), splices.items, splices.count, NULL), 0);
		assert_string_equal(now.ptr, wanted);
		cfr_splices_release(&splices);
	}
	cfr_buf_release(&now);
	cfr_source_unref(source);
}

static void test_edit(void **state)
{
	static const char text[] = "a:\n  b:\n    c: 1 # n\n    d: 2\ne: [1]\n";

	(void)state;
	edit(text, (cfr_edit){ .op = CFR_EDIT_REMOVE, .at = CFR_STR("/a/b/c") }, "a:\n  b:\n    d: 2\ne: [1]\n");
	edit(text, (cfr_edit){ .op = CFR_EDIT_RENAME, .at = CFR_STR("/a/b/c"), .key = CFR_STR("x") },
	     "a:\n  b:\n    x: 1 # n\n    d: 2\ne: [1]\n");
	edit(text, (cfr_edit){ .op = CFR_EDIT_REMOVE, .at = CFR_STR("/e/0") }, "a:\n  b:\n    c: 1 # n\n    d: 2\ne: []\n");
	cfr_tree *value = edits_value("x");
	edit(text, (cfr_edit){ .op = CFR_EDIT_SET, .at = CFR_STR(""), .key = CFR_STR("e"), .value = value },
	     "a:\n  b:\n    c: 1 # n\n    d: 2\ne: x\n");
	edit(text, (cfr_edit){ .op = CFR_EDIT_SET, .at = CFR_STR(""), .key = CFR_STR("f"), .value = value }, NULL);
	cfr_tree_unref(value);
	edit(text, (cfr_edit){ .op = CFR_EDIT_REMOVE, .at = CFR_STR("/e") }, NULL);	/* needs all of the root */
	edit(text, (cfr_edit){ .op = CFR_EDIT_REMOVE, .at = CFR_STR("/a/x") }, NULL);
	edit("a: &x\n  b:\n    c: 1\n    d: 1\ne: *x\n", (cfr_edit){ .op = CFR_EDIT_REMOVE, .at = CFR_STR("/a/b/c") }, NULL);
	edit("a: &x\n  b:\n    c: 1\n    d: 1\ne: x\n", (cfr_edit){ .op = CFR_EDIT_REMOVE, .at = CFR_STR("/a/b/c") }, NULL);
}

/* Two texts are compared in the format that they are read in, which a modeline says before a name does. */
static void test_formats(void **state)
{
	static const struct { const char *a, *b, *name; int r; } pairs[] = {
		{ "a: 1\nb: 2\n", "a: 1\nb: 3\n", "x.yaml", 0 },
		{ "# vim: ft=jproperties\na: 1\nb: 2\n", "# vim: ft=jproperties\na: 1\nb: 3\n", "x.yaml", 1 },
		{ "# vim: ft=yaml\na: 1\nb: 2\n", "# vim: ft=yaml\na: 1\nb: 3\n", "x.properties", 0 },
		{ "a:\n  b: 1\n# vim: ft=xxxx\n  c: 2\n", "a:\n  b: 1\n# vim: ft=toml\n  c: 2\n", "x.yaml", 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		cfr_source *a, *b;
		cfr_changed changed;

		assert_int_equal(cfr_source_new(&a, cfr_str_of(pairs[i].name), cfr_str_of(pairs[i].a), NULL, NULL), 0);
		assert_int_equal(cfr_source_new(&b, cfr_str_of(pairs[i].name), cfr_str_of(pairs[i].b), NULL, NULL), 0);
		assert_int_equal(cfr_text_read_changed(&changed, a, b, CFR_FORMAT_NONE, NULL, NULL), pairs[i].r);
		if (pairs[i].r == 0)
			cfr_changed_release(&changed);
		cfr_source_unref(a);
		cfr_source_unref(b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_yaml),
		cmocka_unit_test(test_yaml_unsafe),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_same),
		cmocka_unit_test(test_edit),
		cmocka_unit_test(test_formats),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
