/* tests/unit/edit/test_edit_flat.c -- edits of dotenv, properties, JSONC and JSON Lines: all else stays as it was.
 *
 * The edits are those of tests/support/edits.h, of the first document; the last column is the new text, or the name of
 * the error and a part of its message.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/support/edits.h"

struct edit_case {
	const char *before, *edits, *after;
};

static const struct edit_case dotenv[] = {
	{ "A=1\n\n# b\nB=2\n\nC=3\n", "remove /B", "A=1\n\nC=3\n" },
	{ "A=1\n\n# b\nB=2\n", "remove /B", "A=1\n" },
	{ "A=1\nB=2 # n\nC=3\n", "replace /B xy", "A=1\nB=xy # n\nC=3\n" },
	{ "A=1\nB='2'  # n\n", "replace /B \"x y\"", "A=1\nB='x y'  # n\n" },
	{ "A=\"b\"\n", "replace /A c", "A=\"c\"\n" },
	{ "A=\"b\"\n", "replace /A \"$c\"", "A='$c'\n" },
	{ "A=b\n", "replace /A \"it's\\n\"", "A=\"it's\\n\"\n" },
	{ "A=\n", "replace /A b", "A=b\n" },
	{ "A= # n\n", "replace /A b", "A=b # n\n" },
	{ "A=b", "replace /A \"\"", "A=" },
	{ "A='b\nc'\nB=1\n", "replace /A x", "A='x'\nB=1\n" },
	{ "# h\nA=1\n", "set . B x", "# h\nA=1\nB=x\n" },
	{ "export A = '1'\r\n# end\r\n", "set . B x\nset . C \"y z\"", "export A = '1'\r\nexport B = 'x'\r\nexport C = 'y z'\r\n# end\r\n" },
	{ "A=1", "set . B x", "A=1\nB=x" },
	{ "", "set . B x", "B=x\n" },
	{ "# only this", "set . B x", "# only this\nB=x" },
	{ "A=1\n", "set . A x", "A=x\n" },
	{ "# h\n\n# why\nA=1 # n\nB=2\n", "remove /A", "# h\n\nB=2\n" },
	{ "A='1\n2'\nB=2\n", "remove /A", "B=2\n" },
	{ "A=1\nB=2", "remove /B", "A=1\n" },
	{ "A=1\n", "remove /A", "" },
	{ "A=1\nB=2\n", "remove /B\nset . C x\nreplace /A y", "A=y\nC=x\n" },
	{ "export A=1 # n\n", "rename /A AB", "export AB=1 # n\n" },
	{ "A=1\n", "replace /A 2", "!unsupported only text" },
	{ "A=1\n", "set . B {c: d}", "!unsupported only text" },
	{ "A=1\n", "set . B \"\\0\"", "!unsupported NUL" },
	{ "A=1\n", "set . 1B x", "!unsupported no such key" },
	{ "A=1\n", "rename /A b[0]", "!unsupported no such key" },
	{ "A=1\n", "move /A . B", "B=1\n" },
	{ "A=1\nB=2\n", "move /A . B", "!duplicate " },
	{ "A=1\n", "insert . 0 x", "!kind " },
	{ "A=1\n", "replace . {B: x}", "!unsupported one by one" },
	{ "A=1\n", "remove /B", "!notfound " },
};

static const struct edit_case properties[] = {
	{ "a.b=1\nc : 2\n", "replace /a.b xy\nreplace /c \" z\"", "a.b=xy\nc : \\ z\n" },
	{ "a=b,\\\n  c\nd=1\n", "replace /a x", "a=x\nd=1\n" },
	{ "a\nb=1\n", "replace /a x", "a=x\nb=1\n" },
	{ "a   \nb=1\n", "replace /a x", "a=x\nb=1\n" },
	{ "a=  \nb=1\n", "replace /a x", "a=x\nb=1\n" },
	{ "a b\n", "replace /a \"\xC3\xA9\"", "a \\u00e9\n" },
	{ "a.b = 1\n\n! end\n", "set . a.c x", "a.b = 1\na.c = x\n\n! end\n" },
	{ "a:1", "set . b=c x", "a:1\nb\\=c:x" },
	{ "a\n", "set . b x", "a\nb=x\n" },
	{ "", "set . b x", "b=x\n" },
	{ "# why\na=1\nb=2\n", "remove /a", "b=2\n" },
	{ "a=1,\\\n  2\nb=2\n", "remove /a", "b=2\n" },
	{ "x=1\n\n! of y\ny=2\nz=3\n", "remove /y", "x=1\n\nz=3\n" },
	{ "a = 1\n", "rename /a b=c", "b\\=c = 1\n" },
	{ "a=1\n", "replace /a true", "!unsupported only text" },
};

static const struct edit_case jsonl[] = {
	{ "{\"a\": 1}\n{\"a\": 2}\n", "replace /a {b: [1, {c: 2}]}", "{\"a\": {\"b\": [1, {\"c\": 2}]}}\n{\"a\": 2}\n" },
	{ "{\"a\":1}\n{\"a\":2}\n", "set . b {c: [1, 2]}", "{\"a\":1,\"b\":{\"c\":[1,2]}}\n{\"a\":2}\n" },
	{ "[]\n{}\n", "insert . end {a: 1}", "[{\"a\": 1}]\n{}\n" },
	{ "1\n2\n", "replace . {a: {b: 1}}", "{\"a\": {\"b\": 1}}\n2\n" },
	{ "{\"a\": 1, \"b\": 2}\n2\n", "remove /a\nrename /b c", "{\"c\": 2}\n2\n" },
};

static const struct edit_case jsonc[] = {
	{ "// h\n{\n  // why\n  \"a\": 1, // n\n  \"b\": [1, 2,],\n}\n", "replace /a 2\nreplace /b/0 x",
	  "// h\n{\n  // why\n  \"a\": 2, // n\n  \"b\": [\"x\", 2,],\n}\n" },
	{ "{\n  \"a\": 1 // n\n}\n", "rename /a b", "{\n  \"b\": 1 // n\n}\n" },
	{ "{\n  /* c */ \"a\": /* d */ 1\n}\n", "replace /a {x: y}", "{\n  /* c */ \"a\": /* d */ {\"x\": \"y\"}\n}\n" },
};

static int show(const struct edit_case *c, const char *got)
{
	fprintf(stderr, "%s\n%s\n-> %s\nnot %s\n", c->before, c->edits, got, c->after);
	return 1;
}

static int run_case(const struct edit_case *c, cfr_format format)
{
	cfr_documents docs;
	cfr_splices splices;
	cfr_err err = CFR_ERR_INIT;
	cfr_limits limits;
	struct edits edits;
	cfr_buf text = CFR_BUF_INIT;
	char got[600];
	int r, bad = 0;

	cfr_limits_default(&limits);
	r = edits_read(&docs, "x", cfr_str_of(c->before), format, &err);
	if (r)
		return show(c, err.message);
	edits_parse(&edits, c->edits);
	r = cfr_edit_plan(&splices, docs.items[0], edits.items, edits.count, &limits, &err);
	if (r) {
		const char *part = strchr(c->after, ' ');
		size_t word = strlen(cfr_code_name(r));

		snprintf(got, sizeof(got), "!%s %s (%s)", cfr_code_name(r), err.message, err.hint);
		if (strncmp(got, c->after, word + 1) != 0 || (part && !strstr(got, part + 1)))
			bad = show(c, got);
	} else {
		assert_int_equal(cfr_splices_apply(&text, cfr_str_of(c->before), splices.items, splices.count, &err), 0);
		if (!cfr_str_eq(cfr_buf_str(&text), cfr_str_of(c->after)))
			bad = show(c, text.ptr ? text.ptr : "");
		cfr_splices_release(&splices);
	}
	cfr_buf_release(&text);
	edits_free(&edits);
	cfr_documents_release(&docs);
	return bad;
}

static void run_table(const struct edit_case *table, size_t count, cfr_format format)
{
	int bad = 0;

	for (size_t i = 0; i < count; i++)
		bad += run_case(&table[i], format);
	assert_int_equal(bad, 0);
}

#define TABLE(name, format)                                                                                           \
	static void test_##name(void **state)                                                                         \
	{                                                                                                             \
		(void)state;                                                                                          \
		run_table(name, sizeof(name) / sizeof(*name), format);                                                \
	}
TABLE(dotenv, CFR_DOTENV)
TABLE(properties, CFR_PROPERTIES)
TABLE(jsonl, CFR_JSONL)
TABLE(jsonc, CFR_JSONC)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dotenv), cmocka_unit_test(test_properties), cmocka_unit_test(test_jsonl),
		cmocka_unit_test(test_jsonc),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
