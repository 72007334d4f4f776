/* tests/unit/engine/test_pointer.c */
#include "engine/pointer.h"
#include "engine/base/str.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include "support/from_text.h"

/* The document of RFC 6901, section 5, and the pointers it lists. */
static const char rfc[] = "{\"foo\": [\"bar\", \"baz\"], \"\": 0, \"a/b\": 1, \"c%d\": 2, \"e^f\": 3, \"g|h\": 4,"
                          " \"i\\\\j\": 5, \"k\\\"l\": 6, \" \": 7, \"m~n\": 8, \"o\": {\"p\": [{\"q\": null}]}}";

static void test_rfc(void **state)
{
	static const struct { const char *pointer; int64_t value; } cases[] = {
		{ "/", 0 }, { "/a~1b", 1 }, { "/c%d", 2 }, { "/e^f", 3 }, { "/g|h", 4 }, { "/i\\j", 5 }, { "/k\"l", 6 },
		{ "/ ", 7 }, { "/m~0n", 8 },
	};
	cfr_document *doc = from_text(rfc, CFR_JSON);
	cfr_buf buf = CFR_BUF_INIT;
	cfr_node root = root_of(doc), node;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_int_equal(cfr_pointer_get(&node, root, cfr_str_of(cases[i].pointer), NULL), 0);
		assert_int_equal(cfr_node_int(node), cases[i].value);
		cfr_buf_clear(&buf);
		cfr_pointer_write(&buf, node);
		assert_string_equal(buf.ptr, cases[i].pointer);
	}
	assert_int_equal(cfr_pointer_get(&node, root, CFR_STR(""), NULL), 0);
	assert_true(cfr_node_same(node, root));
	assert_int_equal(cfr_pointer_get(&node, root, CFR_STR("/foo/1"), NULL), 0);
	assert_true(cfr_str_eq(cfr_node_string(node), CFR_STR("baz")));
	assert_int_equal(cfr_pointer_get(&node, root, CFR_STR("/o/p/0/q"), NULL), 0);
	cfr_buf_clear(&buf);
	cfr_buf_addz(&buf, "at ");
	cfr_pointer_write(&buf, node);
	assert_string_equal(buf.ptr, "at /o/p/0/q");
	cfr_buf_clear(&buf);
	cfr_pointer_write(&buf, root);
	assert_int_equal(buf.len, 0);
	cfr_buf_release(&buf);
	cfr_document_unref(doc);
}

static void test_missing(void **state)
{
	static const struct { const char *pointer; int code; const char *message, *hint, *path; } cases[] = {
		{ "/o/pp", CFR_E_NOTFOUND, "there is no key 'pp'", "did you mean 'p'?", "/o" },
		{ "/fooo/x", CFR_E_NOTFOUND, "there is no key 'fooo'", "did you mean 'foo'?", "" },
		{ "/nothing~1like", CFR_E_NOTFOUND, "there is no key 'nothing/like'", "", "" },
		{ "/foo/2", CFR_E_NOTFOUND, "there is no item '2' in a sequence of 2", "items are numbered from 0 to 1", "/foo" },
		{ "/foo/-", CFR_E_NOTFOUND, "there is no item '-' in a sequence of 2", "items are numbered from 0 to 1", "/foo" },
		{ "/foo/01", CFR_E_NOTFOUND, "there is no item '01' in a sequence of 2", "items are numbered from 0 to 1", "/foo" },
		{ "/foo/", CFR_E_NOTFOUND, "there is no item '' in a sequence of 2", "items are numbered from 0 to 1", "/foo" },
		{ "/foo/4294967295", CFR_E_NOTFOUND, "there is no item '4294967295' in a sequence of 2", "items are numbered from 0 to 1", "/foo" },
		{ "/foo/99999999999999999999", CFR_E_NOTFOUND, "there is no item '99999999999999999999' in a sequence of 2", "items are numbered from 0 to 1", "/foo" },
		{ "/foo/0/x", CFR_E_NOTFOUND, "there is nothing below a scalar (string), so no 'x'", "", "/foo/0" },
		{ "foo", CFR_E_SYNTAX, "'foo' is no JSON Pointer", "a pointer is empty or begins with '/', as in /agents/0/model", "" },
		{ "/a~2", CFR_E_SYNTAX, "'~' without 0 or 1 in a JSON Pointer", "write ~0 for '~' and ~1 for '/'", "" },
		{ "/a~", CFR_E_SYNTAX, "'~' without 0 or 1 in a JSON Pointer", "write ~0 for '~' and ~1 for '/'", "" },
	};
	cfr_document *doc = from_text(rfc, CFR_JSON);
	cfr_node node = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		cfr_err err = CFR_ERR_INIT;

		assert_int_equal(cfr_pointer_get(&node, root_of(doc), cfr_str_of(cases[i].pointer), &err), cases[i].code);
		assert_string_equal(err.message, cases[i].message);
		assert_string_equal(err.hint, cases[i].hint);
		assert_string_equal(err.path, cases[i].path);
		assert_int_equal(cfr_pointer_get(&node, root_of(doc), cfr_str_of(cases[i].pointer), NULL), cases[i].code);
		assert_null(node.tree);
	}
	cfr_document_unref(doc);
}

static void test_reach(void **state)
{
	static const struct { const char *pointer, *rest; } cases[] = {
		{ "", "" }, { "/o/p", "" }, { "/o/x/y", "/x/y" }, { "/foo/7", "/7" }, { "/x", "/x" }, { "/foo/0/1/2", "/1/2" },
	};
	cfr_document *doc = from_text(rfc, CFR_JSON);
	cfr_node node, again;
	cfr_str rest;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		cfr_str whole = cfr_str_of(cases[i].pointer);

		assert_int_equal(cfr_pointer_reach(&node, &rest, root_of(doc), whole, NULL), 0);
		assert_true(cfr_str_eq(rest, cfr_str_of(cases[i].rest)));
		whole.len -= rest.len;
		assert_int_equal(cfr_pointer_get(&again, root_of(doc), whole, NULL), 0);
		assert_true(cfr_node_same(node, again));
	}
	assert_int_equal(cfr_pointer_reach(&node, &rest, root_of(doc), CFR_STR("x"), NULL), CFR_E_SYNTAX);
	cfr_document_unref(doc);
}

static void test_tokens(void **state)
{
	cfr_buf buf = CFR_BUF_INIT, token = CFR_BUF_INIT;
	cfr_str rest;

	(void)state;
	cfr_pointer_add(&buf, CFR_STR("a/b~c~1"));
	cfr_pointer_add(&buf, CFR_STR(""));
	cfr_pointer_add(&buf, (cfr_str){ NULL, 0 });
	cfr_pointer_add(&buf, CFR_STR("~"));
	assert_string_equal(buf.ptr, "/a~1b~0c~01///~0");
	rest = cfr_buf_str(&buf);
	assert_true(cfr_pointer_next(&token, &rest));
	assert_string_equal(token.ptr, "a/b~c~1");
	assert_true(cfr_pointer_next(&token, &rest));
	assert_int_equal(token.len, 0);
	assert_true(cfr_pointer_next(&token, &rest));
	assert_true(cfr_pointer_next(&token, &rest));
	assert_string_equal(token.ptr, "~");
	assert_false(cfr_pointer_next(&token, &rest));
	assert_int_equal(rest.len, 0);
	cfr_buf_release(&buf);
	cfr_buf_release(&token);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rfc), cmocka_unit_test(test_missing), cmocka_unit_test(test_reach),
		cmocka_unit_test(test_tokens),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
