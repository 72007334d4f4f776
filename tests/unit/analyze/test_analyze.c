/* tests/unit/analyze/test_analyze.c -- what is counted, and that the counts are of the text. */
#include "support/edits.h"

#include "engine/analyze.h"
#include "engine/base/str.h"
#include "engine/pointer.h"
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

enum { MOST = 4 };

/* Documents of some texts, analyzed. */
struct analyzed {
	cfr_documents docs[MOST];
	const cfr_document *list[64];
	uint32_t count, texts;
	cfr_analysis *result;
};

static struct analyzed analyze(const char *const *texts, uint32_t count, cfr_format format)
{
	struct analyzed a = { .texts = count };
	cfr_err err = CFR_ERR_INIT;
	char name[] = "a.x";

	for (uint32_t i = 0; i < count; i++) {
		name[0] = (char)('a' + i);
		if (edits_read(&a.docs[i], name, cfr_str_of(texts[i]), format, &err) < 0)
			fail_msg("%s: %s", texts[i], err.message);
		for (uint32_t k = 0; k < a.docs[i].count; k++)
			a.list[a.count++] = a.docs[i].items[k];
	}
	assert_int_equal(cfr_analyze(&a.result, a.list, a.count, NULL, &err), 0);
	return a;
}

static struct analyzed one(const char *text, cfr_format format) { return analyze(&text, 1, format); }

static void done(struct analyzed *a)
{
	cfr_analysis_free(a->result);
	for (uint32_t i = 0; i < a->texts; i++)
		cfr_documents_release(&a->docs[i]);
}

static void expect_at(const struct analyzed *a, cfr_spot spot, const char *path)
{
	cfr_buf text = CFR_BUF_INIT;

	(void)a;
	cfr_pointer_write(&text, spot.node);
	assert_string_equal(text.ptr ? text.ptr : "", path);
	cfr_buf_release(&text);
}

static void test_nothing(void **state)
{
	struct analyzed a = one("", CFR_YAML);

	(void)state;
	assert_int_equal(a.result->advice_count, 0);
	done(&a);
	a = one("1\n", CFR_YAML);
	assert_int_equal(a.result->depth, 0);
	assert_int_equal(a.result->share_count, 0);
	assert_int_equal(a.result->files[0].kinds[CFR_INT], 1);
	done(&a);
	cfr_analysis_free(NULL);
}

static void test_makeup(void **state)
{
	static const struct { cfr_format format; const char *text; cfr_makeup is; } rows[] = {
		{ CFR_YAML, "# c\nkey: v  # d\n", { .keys = 3, .values = 1, .comments = 6, .blanks = 5, .marks = 1 } },
		{ CFR_YAML, "a: &x !t b \nc: *x\n", { .keys = 2, .values = 1, .blanks = 7, .marks = 8, .trailing = 1 } },
		{ CFR_YAML, "--- # s\n- 'x # y'\n...\n", { .values = 7, .comments = 3, .blanks = 5, .marks = 7 } },
		{ CFR_JSON, "{ \"a\": [1, 22]\t}\n", { .keys = 3, .values = 3, .blanks = 5, .marks = 6 } },
		{ CFR_JSONC, "// x\n{/* y\n */ \"a\": \"/\"}", { .keys = 3, .values = 3, .comments = 12, .blanks = 3, .marks = 3 } },
		{ CFR_TOML, "# t\n[b]\nx = 1\n[a]\ny = '#'\n[b.c]\n", { .keys = 5, .values = 4, .comments = 3, .blanks = 10, .marks = 9 } },
		{ CFR_PROPERTIES, "! c\na=b\n", { .keys = 1, .values = 1, .comments = 3, .blanks = 2, .marks = 1 } },
		{ CFR_DOTENV, "# c\nexport A=b\n", { .keys = 1, .values = 1, .comments = 3, .blanks = 3, .marks = 7 } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct analyzed a = one(rows[i].text, rows[i].format);
		const cfr_makeup *got = &a.result->files[0].makeup, *is = &rows[i].is;

		assert_int_equal(got->keys + got->values + got->comments + got->blanks + got->marks, strlen(rows[i].text));
		if (rows[i].format != CFR_TOML) {
			assert_int_equal(got->keys, is->keys);
			assert_int_equal(got->values, is->values);
		}
		assert_int_equal(got->comments, is->comments);
		assert_int_equal(got->blanks, is->blanks);
		assert_int_equal(got->trailing, is->trailing);
		done(&a);
	}
}

static void test_shape(void **state)
{
	struct analyzed a = one("a: {b: {c: [1, 2, 3, 4]}}\nlonger: x\nb: 2\n", CFR_YAML);
	const cfr_analysis *r = a.result;

	(void)state;
	assert_int_equal(r->depth, 4);
	expect_at(&a, r->deepest, "/a/b/c");
	expect_at(&a, r->widest, "/a/b/c");
	assert_int_equal(r->files[0].nodes, 10);
	assert_int_equal(r->files[0].kinds[CFR_MAPPING], 3);
	assert_int_equal(r->files[0].kinds[CFR_INT], 5);
	assert_int_equal(r->distinct_keys, 4);
	assert_true(cfr_str_eq(r->keys[0].key, CFR_STR("longer")));
	assert_true(cfr_str_eq(r->keys[1].key, CFR_STR("b")));
	assert_int_equal(r->keys[1].count, 2);
	assert_true(cfr_str_eq(r->long_keys[0].key, CFR_STR("longer")));
	/* The largest first, and opened. */
	expect_at(&a, r->shares[0].spot, "/a");
	assert_int_equal(r->shares[0].bytes, sizeof("a: {b: {c: [1, 2, 3, 4]}}") - 1);
	assert_int_equal(r->shares[0].nodes, 7);
	expect_at(&a, r->shares[1].spot, "/a/b");
	assert_int_equal(r->shares[1].level, 1);
	done(&a);
}

static void test_rest(void **state)
{
	cfr_buf text = CFR_BUF_INIT;
	struct analyzed a;
	uint64_t bytes = 0, nodes = 0;

	(void)state;
	for (int i = 0; i < 300; i++)
		cfr_buf_addf(&text, "- [%d]\n", 1000 + i);
	a = one(text.ptr, CFR_YAML);
	for (uint32_t i = 0; i < a.result->share_count; i++) {
		bytes += a.result->shares[i].bytes;
		nodes += a.result->shares[i].nodes;
	}
	assert_int_equal(a.result->share_count, 4);
	assert_int_equal(a.result->shares[3].rest, 297);
	assert_int_equal(bytes, 300 * 6);
	assert_int_equal(nodes, 600);
	done(&a);
	cfr_buf_release(&text);
}

/* A table of TOML is where its parts are. */
static void test_toml(void **state)
{
	struct analyzed a = one("[a]\nx = 1\n[b]\ny = 22\n[a.c]\nz = \"long enough to be first\"\n", CFR_TOML);

	(void)state;
	expect_at(&a, a.result->shares[0].spot, "/a");
	assert_int_equal(a.result->shares[0].bytes, sizeof("[a]\nx = 1\n[a.c]\nz = \"long enough to be first\"") - 1);
	done(&a);
}

/* What a person takes out who follows the advice is what it says: the key of a value stays, that of a table comes back. */
static void test_toml_saved(void **state)
{
#define TEXT "\"some long text that stands here for all of them to repeat, and some more of it\""
	static const struct {
		const char *text, *first, *copy, *reference;
	} rows[] = {
		{ "[a]\nn = 1\nx = " TEXT "\n[b]\nx = " TEXT "\n", "/a/x", TEXT, "\"${ref:/a/x}\"" },
		{ "[a]\nn = 1\nx = [" TEXT "]\n[b]\nx = [" TEXT "]\n", "/a/x", "[" TEXT "]", "\"${ref:/a/x}\"" },
		{ "[a]\nn = 1\n[a.xyz]\nt = " TEXT "\n[b]\nn = 2\n[b.xyz]\nt = " TEXT "\n", "/a/xyz",
		  "[b.xyz]\nt = " TEXT, "xyz = \"${ref:/a/xyz}\"" },
		{ "[a]\nn = 1\n[[a.x]]\nt = " TEXT "\n[[a.x]]\n[b]\nn = 2\n[[b.x]]\nt = " TEXT "\n[[b.x]]\n", "/a/x",
		  "[[b.x]]\nt = " TEXT "\n[[b.x]]", "x = \"${ref:/a/x}\"" },
		/* nothing else stands in the place of an element of a list of tables: what is in it is shared */
		{ "[[a]]\nn = 1\nt = " TEXT "\n[[a]]\nn = 1\nt = " TEXT "\n", "/a/0/t", TEXT, "\"${ref:/a/0/t}\"" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct analyzed a = one(rows[i].text, CFR_TOML);

		assert_int_equal(a.result->repeat_groups, 1);
		assert_int_equal(a.result->repeats[0].how, CFR_SHARE_REF);
		expect_at(&a, a.result->repeats[0].spots[0], rows[i].first);
		assert_int_equal(a.result->repeats[0].saved, strlen(rows[i].copy) - strlen(rows[i].reference));
		done(&a);
	}
#undef TEXT
}

#define BLOCK "image: registry.example.com/team/app:1.2.3\n    restart: always\n    command: run --forever --and-ever\n"

static void test_same(void **state)
{
	struct analyzed a = one("a:\n  x:\n    " BLOCK "  y:\n    " BLOCK "b:\n  x:\n    " BLOCK "  y:\n    " BLOCK "c:\n    " BLOCK,
	                        CFR_YAML);
	const cfr_analysis *r = a.result;

	(void)state;
	/* b is a once more; what is in it goes with it, so of the blocks a.x, a.y and c are left. */
	assert_int_equal(r->repeat_groups, 2);
	assert_int_equal(r->repeats[0].count, 2);
	expect_at(&a, r->repeats[0].spots[0], "/a");
	expect_at(&a, r->repeats[0].spots[1], "/b");
	assert_int_equal(r->repeats[1].count, 3);
	expect_at(&a, r->repeats[1].spots[0], "/a/x");
	expect_at(&a, r->repeats[1].spots[2], "/c");
	assert_int_equal(r->repeats[0].how, CFR_SHARE_ANCHOR);
	assert_int_equal(r->repeats[0].saved, 2 * (sizeof("  x:\n    " BLOCK) - 1) - sizeof(" *a") + 1 - sizeof(" &a") + 1);
	done(&a);
}

/* A copy with an anchor that is used stays; what came through an alias is no copy. */
static void test_needed(void **state)
{
	struct analyzed a = one("a:\n    " BLOCK "b:\n    image: &i registry.example.com/team/app:1.2.3\n    restart: always\n"
	                        "    command: run --forever --and-ever\nc: *i\n", CFR_YAML);

	(void)state;
	assert_int_equal(a.result->repeat_groups, 0);
	assert_int_equal(a.result->unused_count, 0);
	done(&a);
	a = one("a: &x\n    " BLOCK "b: *x\nc: *x\nd: {<<: *x}\n", CFR_YAML);
	assert_int_equal(a.result->repeat_groups, 0);
	assert_int_equal(a.result->shares[0].bytes, sizeof("a: &x\n    " BLOCK) - 2);
	for (uint32_t i = 0; i < a.result->share_count; i++) {
		if (a.result->shares[i].level == 0 && cfr_str_eq(cfr_node_key(a.result->shares[i].spot.node), CFR_STR("d")))
			assert_int_equal(a.result->shares[i].bytes, sizeof("d: {<<: *x}") - 1);
		if (a.result->shares[i].level == 0 && cfr_str_eq(cfr_node_key(a.result->shares[i].spot.node), CFR_STR("b")))
			assert_int_equal(a.result->shares[i].bytes, sizeof("b: *x") - 1);
	}
	done(&a);
}

static void test_unused(void **state)
{
	struct analyzed a = one("a: &one 1\nb: &two # &no\n  c: '&no'\nd: *two\ne: !!seq &three [ &four x, &five ]\n", CFR_YAML);

	(void)state;
	assert_int_equal(a.result->unused_count, 4);
	assert_true(cfr_str_eq(a.result->unused[0].name, CFR_STR("one")));
	assert_true(cfr_str_eq(a.result->unused[1].name, CFR_STR("three")));
	assert_true(cfr_str_eq(a.result->unused[2].name, CFR_STR("four")));
	assert_true(cfr_str_eq(a.result->unused[3].name, CFR_STR("five")));
	assert_int_equal(a.result->advice_count, 1);
	assert_int_equal(a.result->advice[0].kind, CFR_ADVISE_ANCHORS);
	assert_int_equal(a.result->advice[0].saved, sizeof("&one " "&three " "&four " "&five ") - 1);
	done(&a);
	a = one("&a", CFR_YAML);
	assert_int_equal(a.result->advice[0].saved, 2);
	done(&a);
	a = one("a: &b\n  c: 1\n", CFR_YAML);
	assert_int_equal(a.result->advice[0].saved, sizeof(" &b") - 1);
	done(&a);
}

static void test_files(void **state)
{
	const char *const two[] = { "a: 1\nb:\n    " BLOCK, "a: 2\nb:\n    " BLOCK };
	const char *const lacks[] = { "a: 1\nb:\n    " BLOCK, "b:\n    " BLOCK };
	struct analyzed a = analyze(two, 2, CFR_YAML);

	(void)state;
	assert_int_equal(a.result->file_count, 2);
	assert_int_equal(a.result->repeat_groups, 1);
	assert_int_equal(a.result->advice_count, 0);		/* of so little nobody needs to be told */
	done(&a);
	a = analyze(lacks, 2, CFR_YAML);
	assert_int_equal(a.result->repeats[0].how, CFR_SHARE_NONE);
	done(&a);
}

static void test_giant(void **state)
{
	static const struct { const char *begin; cfr_guess guess; } rows[] = {
		{ "-----BEGIN CERTIFICATE-----\n", CFR_LOOKS_CERTIFICATE }, { "-----BEGIN RSA PRIVATE KEY-----\n", CFR_LOOKS_KEY },
		{ "#!/bin/sh\n", CFR_LOOKS_SCRIPT }, { "", CFR_LOOKS_BASE64 }, { "Some words ", CFR_LOOKS_TEXT },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		cfr_buf text = CFR_BUF_INIT;
		struct analyzed a;

		cfr_buf_addz(&text, "key: \"");
		for (const char *c = rows[i].begin; *c; c++)
			cfr_buf_addf(&text, *c == '\n' ? "\\n" : "%c", *c);
		for (int k = 0; k < 5000; k++)
			cfr_buf_addc(&text, 'A');
		cfr_buf_addz(&text, "\"\n");
		a = one(text.ptr, CFR_YAML);
		assert_int_equal(a.result->giant_count, 1);
		assert_int_equal(a.result->giants[0].guess, rows[i].guess);
		assert_int_equal(a.result->giants[0].bytes, text.len - 6);
		assert_int_equal(a.result->advice[0].kind, CFR_ADVISE_MOVE);
		done(&a);
		cfr_buf_release(&text);
	}
	assert_string_equal(cfr_guess_name(CFR_LOOKS_KEY), "private key");
}

static void test_expansion(void **state)
{
	cfr_buf text = CFR_BUF_INIT;
	struct analyzed a;

	(void)state;
	cfr_buf_addz(&text, "a: &list [");
	for (int i = 0; i < 2000; i++)
		cfr_buf_addz(&text, "1,");
	cfr_buf_addz(&text, "]\nb: *list\nc: {d: *list}\n");
	a = one(text.ptr, CFR_YAML);
	assert_int_equal(a.result->expansion_count, 1);
	assert_int_equal(a.result->expansions[0].uses, 2);
	assert_int_equal(a.result->expansions[0].written, 2 * (sizeof("b: *list") - 1));
	assert_true(a.result->expansions[0].memory > 2 * 2001 * 16);
	expect_at(&a, a.result->expansions[0].spot, "/a");
	done(&a);
	cfr_buf_release(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing), cmocka_unit_test(test_makeup), cmocka_unit_test(test_shape),
		cmocka_unit_test(test_rest), cmocka_unit_test(test_toml), cmocka_unit_test(test_toml_saved), cmocka_unit_test(test_same),
		cmocka_unit_test(test_needed), cmocka_unit_test(test_unused), cmocka_unit_test(test_files),
		cmocka_unit_test(test_giant), cmocka_unit_test(test_expansion),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
