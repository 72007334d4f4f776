/* tests/unit/query/test_run.c -- what the compliance suite does not ask: values that only YAML has, runs below a root,
 * ceilings, threads. */
#include "engine/base/work.h"
#include "engine/pointer.h"
#include "engine/query.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include "support/from_text.h"

static int add_path(void *arg, cfr_node node, cfr_err *err)
{
	cfr_buf *out = arg;

	(void)err;
	if (out->len)
		cfr_buf_addc(out, ' ');
	cfr_query_path(out, node);
	return 0;
}

static cfr_query *compile(const char *text)
{
	cfr_query *query;
	cfr_err err = CFR_ERR_INIT;

	if (cfr_query_new(&query, cfr_str_of(text), NULL, &err) < 0)
		fail_msg("%s: column %u: %s", text, err.column, err.message);
	return query;
}

static void expect_at(cfr_node root, cfr_node from, const char *text, const char *paths)
{
	cfr_query *query = compile(text);
	cfr_buf buf = CFR_BUF_INIT;
	cfr_err err = CFR_ERR_INIT;
	bool any;

	if (cfr_query_each(query, root, from, add_path, &buf, &err) != 0)
		fail_msg("%s: %s", text, err.message);
	if (strcmp(buf.ptr ? buf.ptr : "", paths) != 0)
		fail_msg("%s selects %s, not %s", text, buf.ptr ? buf.ptr : "", paths);
	assert_int_equal(cfr_query_any(&any, query, root, from, &err), 0);
	assert_int_equal(any, paths[0] != '\0');
	cfr_buf_release(&buf);
	cfr_query_free(query);
}

static void expect(const cfr_document *doc, const char *text, const char *paths)
{
	expect_at(root_of(doc), root_of(doc), text, paths);
}

static void test_numbers(void **state)
{
	cfr_document *doc = from_text("[1, 1.0, 9007199254740993, 9007199254740992.0, 9223372036854775807, 9223372036854775808,"
	                              " 1e308, .nan, .inf, -.inf, -0.0, 18446744073709551616, 1.5, -1.5, '1']", CFR_YAML);

	(void)state;
	expect(doc, "$[?@ == 1]", "$[0] $[1]");
	expect(doc, "$[?@ == 1.0]", "$[0] $[1]");
	expect(doc, "$[?@ == 0]", "$[10]");
	expect(doc, "$[?@ == $[2]]", "$[2]");			/* an int64 is not rounded to compare it */
	expect(doc, "$[?@ == $[3]]", "$[3]");
	expect(doc, "$[?@ > $[3] && @ < 1e18]", "$[2]");
	expect(doc, "$[?@ == $[7]]", "");			/* not a number: equal to nothing, itself included */
	expect(doc, "$[?@ != @]", "$[7]");
	expect(doc, "$[?@ <= @ && @ >= @]", "$[0] $[1] $[2] $[3] $[4] $[5] $[6] $[8] $[9] $[10] $[11] $[12] $[13] $[14]");
	expect(doc, "$[?@ > 9223372036854775807]", "$[5] $[6] $[8] $[11]");
	expect(doc, "$[?@ == 9223372036854775808]", "$[5]");	/* kept as text, still a number */
	expect(doc, "$[?@ < -1]", "$[9] $[13]");
	expect(doc, "$[?@ > 1 && @ < 2]", "$[12]");
	expect(doc, "$[?@ > -2 && @ < -1]", "$[13]");
	expect(doc, "$[?@ == '1']", "$[14]");
	cfr_document_unref(doc);
}

static void test_equality(void **state)
{
	cfr_document *doc = from_text("{\"a\": [{\"x\": [1, {\"y\": 2}]}, {\"x\": [1.0, {\"y\": 2.0}]}, {\"x\": [1, {\"z\": 2}]},"
	                              " {\"x\": [1, {\"y\": 3}]}, {\"x\": [1]}, [], {}, null, \"\", [[]], [{}]],"
	                              " \"b\": {\"x\": [1, {\"y\": 2}]}}", CFR_JSON);

	(void)state;
	expect(doc, "$.a[?@ == $.b]", "$['a'][0] $['a'][1]");
	expect(doc, "$.a[?@.x == $.b.x]", "$['a'][0] $['a'][1]");
	expect(doc, "$.a[?@ == $.a[5]]", "$['a'][5]");
	expect(doc, "$.a[?@ == $.a[6]]", "$['a'][6]");
	expect(doc, "$.a[?@ == $.a[9]]", "$['a'][9]");
	expect(doc, "$.a[?@ == null]", "$['a'][7]");
	expect(doc, "$.a[?@.none == $.none]", "$['a'][0] $['a'][1] $['a'][2] $['a'][3] $['a'][4] $['a'][5] $['a'][6] $['a'][7]"
	            " $['a'][8] $['a'][9] $['a'][10]");
	expect(doc, "$.a[?@ <= $.a[6] || @ >= $.a[5]]", "$['a'][5] $['a'][6]");
	cfr_document_unref(doc);
	doc = from_text("[!secret a, !secret b, !other a, a, !secret a]", CFR_YAML);
	expect(doc, "$[?@ == $[0]]", "$[0] $[4]");
	expect(doc, "$[?@ == 'a']", "$[3]");
	expect(doc, "$[?length(@) == 1]", "$[3]");
	expect(doc, "$[?@ < 'b']", "$[3]");
	cfr_document_unref(doc);
}

static void test_from(void **state)
{
	cfr_document *doc = from_text("{\"a\": {\"b\": {\"k\": 1}, \"c\": [2, 3]}, \"k\": 4, \"m\": [{\"k\": 1}]}", CFR_JSON);
	cfr_node root = root_of(doc), a, c;

	(void)state;
	assert_int_equal(cfr_node_find(&a, root, CFR_STR("a"), NULL), 0);
	assert_int_equal(cfr_node_find(&c, a, CFR_STR("c"), NULL), 0);
	expect_at(root, a, "@.b", "$['a']['b']");
	expect_at(root, a, "@", "$['a']");
	expect_at(root, a, "@..*", "$['a']['b'] $['a']['c'] $['a']['b']['k'] $['a']['c'][0] $['a']['c'][1]");
	expect_at(root, c, "@[?@ < $.k]", "$['a']['c'][0] $['a']['c'][1]");
	expect_at(root, a, "$.k", "$['k']");		/* "$" is the root wherever the run begins */
	expect_at(a, a, "$.b.k", "$['a']['b']['k']");	/* a root below another */
	expect_at(a, a, "$..k", "$['a']['b']['k']");
	expect(doc, "$..k", "$['k'] $['a']['b']['k'] $['m'][0]['k']");
	expect(doc, "$..[?@.k == 1].k", "$['a']['b']['k'] $['m'][0]['k']");
	expect(doc, "$.a.c[1, 0, -1, 1:, ::-1]", "$['a']['c'][1] $['a']['c'][0] $['a']['c'][1] $['a']['c'][1] $['a']['c'][1] $['a']['c'][0]");
	expect(doc, "$.a.c[9007199254740991:-9007199254740991:-9007199254740991]", "$['a']['c'][1]");
	expect(doc, "$.a.c[::0]", "");
	expect(doc, "$.k[0]", "");
	expect(doc, "$.k..*", "");
	cfr_document_unref(doc);
}

static void test_functions(void **state)
{
	cfr_document *doc = from_text("{\"v\": [\"abc\", \"\\u00e9\\u00e9\", \"a\\nb\", [1, 2], {\"a\": 1}, 7, null],"
	                              " \"p\": [\"a.*\", \"[\", \"\\\\d\", 5, \"\"]}", CFR_JSON);

	(void)state;
	expect(doc, "$.v[?length(@) == 2]", "$['v'][1] $['v'][3]");
	expect(doc, "$.v[?length(@) == length(@.none)]", "$['v'][5] $['v'][6]");
	expect(doc, "$.v[?count(@.*) >= 1]", "$['v'][3] $['v'][4]");
	expect(doc, "$.v[?value(@.*) == 1]", "$['v'][4]");
	expect(doc, "$.v[?match(@, 'a.*')]", "$['v'][0]");
	expect(doc, "$.v[?search(@, 'b$')]", "$['v'][2]");
	expect(doc, "$.v[?search(@, '^b')]", "");
	expect(doc, "$.v[?match(@, 5)]", "");
	expect(doc, "$.v[?match(@, $.p[0])]", "$['v'][0]");
	expect(doc, "$.v[?match(@, $.p[1])]", "");	/* no pattern: no match, no failure */
	expect(doc, "$.v[?match(@, $.p[2])]", "");
	expect(doc, "$.v[?match(@, $.p[3])]", "");
	expect(doc, "$.v[?match(@, $.p[4])]", "");
	expect(doc, "$.v[?search(@, $.p[4])]", "$['v'][0] $['v'][1] $['v'][2]");
	expect(doc, "$.p[?search('abc', @) && !match('abc', @)]", "$['p'][4]");
	expect(doc, "$.p[?match('abc', @) || search('abc', @)]", "$['p'][0] $['p'][4]");
	cfr_document_unref(doc);
}

static void test_paths(void **state)
{
	cfr_document *doc = from_text("{\"it's\": {\"\\\\\\b\\f\\n\\r\\t\\u0001\\u001f\\u007f\": [[0]], \"\": {\"\\u00e9\\\"\": 1}}}", CFR_JSON);
	cfr_buf buf = CFR_BUF_INIT;

	(void)state;
	expect(doc, "$..[0]", "$['it\\'s']['\\\\\\b\\f\\n\\r\\t\\u0001\\u001f\x7F'][0] $['it\\'s']['\\\\\\b\\f\\n\\r\\t\\u0001\\u001f\x7F'][0][0]");
	expect(doc, "$.*[''].*", "$['it\\'s']['']['\xC3\xA9\"']");
	/* A normalized path selects its node. */
	expect(doc, "$['it\\'s']['\\\\\\b\\f\\n\\r\\t\\u0001\\u001f\x7F'][0][0]", "$['it\\'s']['\\\\\\b\\f\\n\\r\\t\\u0001\\u001f\x7F'][0][0]");
	cfr_query_path(&buf, root_of(doc));
	assert_string_equal(buf.ptr, "$");
	cfr_buf_release(&buf);
	cfr_document_unref(doc);
}

static int count_to(void *arg, cfr_node node, cfr_err *err)
{
	int *left = arg;

	(void)node;
	(void)err;
	return --*left == 0 ? 17 : 0;
}

static int refuse(void *arg, cfr_node node, cfr_err *err)
{
	(void)arg;
	(void)node;
	return cfr_err_set(err, CFR_E_CONFLICT, "enough");
}

static void test_callback(void **state)
{
	cfr_document *doc = from_text("[[1, 2], [3, 4], [5, 6]]", CFR_JSON);
	static const char *const texts[] = { "$[*][*]", "$..[0, 1]", "$[0:3][?@ > 0]", "$[0, 1, 2][:]" };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		cfr_query *query = compile(texts[i]);
		cfr_err err = CFR_ERR_INIT;

		for (int stop = 1; stop <= 6; stop++) {
			int left = stop;

			assert_int_equal(cfr_query_each(query, root_of(doc), root_of(doc), count_to, &left, &err), 17);
			assert_int_equal(left, 0);
		}
		assert_int_equal(cfr_query_each(query, root_of(doc), root_of(doc), refuse, NULL, &err), CFR_E_CONFLICT);
		assert_string_equal(err.message, "enough");
		cfr_query_free(query);
	}
	cfr_document_unref(doc);
}

static char *nested(size_t n, const char *open, const char *close)
{
	char *text = malloc(n * (strlen(open) + strlen(close)) + 2), *p = text;

	assert_non_null(text);
	for (size_t i = 0; i < n; i++)
		p += sprintf(p, "%s", open);
	p += sprintf(p, "1");
	for (size_t i = 0; i < n; i++)
		p += sprintf(p, "%s", close);
	return text;
}

/* Work that grows with a power of the document stops at the ceiling. */
static void test_steps(void **state)
{
	char *text = nested(100, "[0,0,0,0,", "]");
	cfr_document *doc = from_text(text, CFR_JSON);
	static const char *const texts[] = {
		"$..[?@..[?@..[?@..x]]]", "$..*..*..*..*", "$..[?count($..*) == count($..[?@ == $])]", "$..[?@ != $ && @ != $[4]]..*",
		"$[0:4, 0:4, 0:4, ::-1]..*..*", "$..[?search('aaa', 'b') || search('aaa', 'a')]..*",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		cfr_limits limits;
		cfr_query *query;
		cfr_err err = CFR_ERR_INIT;
		bool any;
		int left = -1;

		cfr_limits_default(&limits);
		limits.of[CFR_LIMIT_QUERY_STEPS] = 5000;
		assert_int_equal(cfr_query_new(&query, cfr_str_of(texts[i]), &limits, &err), 0);
		if (cfr_query_each(query, root_of(doc), root_of(doc), count_to, &left, &err) != CFR_E_LIMIT)
			fail_msg("%s ends", texts[i]);
		assert_string_equal(err.limit, "query-steps");
		assert_int_equal(cfr_query_each(query, root_of(doc), root_of(doc), count_to, &left, NULL), CFR_E_LIMIT);
		(void)cfr_query_any(&any, query, root_of(doc), root_of(doc), NULL);
		cfr_query_free(query);
	}
	cfr_document_unref(doc);
	free(text);
}

/* A pattern in each node, and never the one before: making them is most of the work, and is counted as such. */
static void test_patterns_of_a_document(void **state)
{
	const char *const one = "[{\"s\":\"a\",\"p\":\"a\"},{\"s\":\"a\",\"p\":\"b\"}";
	cfr_buf text = CFR_BUF_INIT;
	cfr_document *doc;
	cfr_limits limits;
	cfr_query *query;
	cfr_err err = CFR_ERR_INIT;
	int left = -1;

	(void)state;
	cfr_buf_addz(&text, one);
	for (int i = 0; i < 200; i++) {
		cfr_buf_addc(&text, ',');
		cfr_buf_addz(&text, one + 1);
	}
	cfr_buf_addc(&text, ']');
	doc = from_text(text.ptr, CFR_JSON);
	cfr_limits_default(&limits);
	assert_int_equal(cfr_query_new(&query, CFR_STR("$[?match(@.s, @.p)]"), &limits, &err), 0);
	assert_int_equal(cfr_query_each(query, root_of(doc), root_of(doc), count_to, &left, &err), 0);
	cfr_query_free(query);
	limits.of[CFR_LIMIT_QUERY_STEPS] = 100000;
	assert_int_equal(cfr_query_new(&query, CFR_STR("$[?match(@.s, @.p)]"), &limits, &err), 0);
	assert_int_equal(cfr_query_each(query, root_of(doc), root_of(doc), count_to, &left, &err), CFR_E_LIMIT);
	assert_string_equal(err.limit, "query-steps");
	cfr_query_free(query);
	cfr_document_unref(doc);
	cfr_buf_release(&text);
}

static void test_pattern_limit(void **state)
{
	cfr_document *doc = from_text("[\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\"]", CFR_JSON);
	cfr_query *query = compile("$[?match(@, '(a*)*c')]");
	cfr_err err = CFR_ERR_INIT;
	int left = -1, r;

	(void)state;
	r = cfr_query_each(query, root_of(doc), root_of(doc), count_to, &left, &err);
	assert_true(r == 0 || r == CFR_E_LIMIT);	/* PCRE2 may see that there is no c */
	cfr_query_free(query);
	query = compile("$[?match(@, '(a*)*(a|b)*(b|a)*[ab]*c|d')]");
	r = cfr_query_each(query, root_of(doc), root_of(doc), count_to, &left, &err);
	assert_int_equal(r, CFR_E_LIMIT);
	assert_string_equal(err.limit, "pattern-steps");
	cfr_query_free(query);
	cfr_document_unref(doc);
}

/* What a query begins with, and that the rest of it, run there, selects the same. */
static void expect_plain(const cfr_document *doc, const char *text, uint32_t plain, const char *pointer, const char *path)
{
	cfr_query *query = compile(text);
	cfr_buf at = CFR_BUF_INIT, normalized = CFR_BUF_INIT, one = CFR_BUF_INIT, other = CFR_BUF_INIT;
	cfr_node from;

	assert_int_equal(cfr_query_plain(&at, &normalized, query), plain);
	assert_string_equal(at.ptr ? at.ptr : "", pointer);
	assert_string_equal(normalized.ptr, path);
	if (cfr_pointer_get(&from, root_of(doc), cfr_buf_str(&at), NULL) == 0) {
		cfr_query_path(&one, from);
		assert_string_equal(one.ptr, path);
		cfr_buf_clear(&one);
		assert_int_equal(cfr_query_each(query, root_of(doc), root_of(doc), add_path, &one, NULL), 0);
		assert_int_equal(cfr_query_each_below(query, plain, from, add_path, &other, NULL), 0);
		assert_string_equal(one.ptr ? one.ptr : "", other.ptr ? other.ptr : "");
		assert_true(one.len > 0);
	}
	cfr_buf_release(&at);
	cfr_buf_release(&normalized);
	cfr_buf_release(&one);
	cfr_buf_release(&other);
	cfr_query_free(query);
}

static void test_plain(void **state)
{
	cfr_document *doc = from_text("{\"a\": [{\"b\": 1, \"\": [2]}, {\"b\": {\"x/~y\": [3, {\"k\": 4}]}}], \"c\": 1}", CFR_JSON);

	(void)state;
	expect_plain(doc, "$", 0, "", "$");
	expect_plain(doc, "$.a", 1, "/a", "$['a']");
	expect_plain(doc, "@.a[1].b", 3, "/a/1/b", "$['a'][1]['b']");
	expect_plain(doc, "$.a[1].b['x/~y']..*", 4, "/a/1/b/x~1~0y", "$['a'][1]['b']['x/~y']");
	expect_plain(doc, "$.a[0][''][*]", 3, "/a/0/", "$['a'][0]['']");
	expect_plain(doc, "$.a[-1].b", 1, "/a", "$['a']");
	expect_plain(doc, "$.a[0, 1].b", 1, "/a", "$['a']");
	expect_plain(doc, "$.a[0:1].b", 1, "/a", "$['a']");
	expect_plain(doc, "$.a[?@.b == 1]", 1, "/a", "$['a']");
	expect_plain(doc, "$.a[?@.b == $.c]", 0, "", "$");	/* what stands at `$` must be there */
	expect_plain(doc, "$.a[?@[?count($.a) == 1]]", 0, "", "$");
	expect_plain(doc, "$..a[0]", 0, "", "$");
	expect_plain(doc, "$.a[9007199254740991].b", 3, "/a/9007199254740991/b", "$['a'][9007199254740991]['b']");
	cfr_document_unref(doc);
}

/* The steps that were taken for it count. */
static void test_plain_steps(void **state)
{
	cfr_document *doc = from_text("{\"a\": {\"b\": [1, 2, 3]}}", CFR_JSON);
	cfr_node from;
	cfr_limits limits;

	(void)state;
	cfr_limits_default(&limits);
	assert_int_equal(cfr_pointer_get(&from, root_of(doc), CFR_STR("/a/b"), NULL), 0);
	for (uint64_t steps = 0; steps < 8; steps++) {
		cfr_query *query;
		cfr_err one = CFR_ERR_INIT, other = CFR_ERR_INIT;
		int left = -1, rest = -1;

		limits.of[CFR_LIMIT_QUERY_STEPS] = steps;
		assert_int_equal(cfr_query_new(&query, CFR_STR("$.a.b[*]"), &limits, NULL), 0);
		assert_int_equal(cfr_query_each(query, root_of(doc), root_of(doc), count_to, &left, &one),
		                 cfr_query_each_below(query, 2, from, count_to, &rest, &other));
		assert_int_equal(one.code, steps < 5 ? CFR_E_LIMIT : 0);
		assert_int_equal(left, rest);
		assert_string_equal(one.message, other.message);
		cfr_query_free(query);
	}
	cfr_document_unref(doc);
}

typedef struct shared {
	const cfr_query *query;
	cfr_node root;
} shared;

static int run_shared(void *arg, unsigned worker, size_t index, cfr_err *err)
{
	const shared *s = arg;
	int left = -1, r = cfr_query_each(s->query, s->root, s->root, count_to, &left, err);

	(void)worker;
	(void)index;
	return r < 0 ? r : left == -1 - 2 ? 0 : cfr_err_set(err, CFR_E_BUG, "%d", left);
}

static void test_threads(void **state)
{
	cfr_document *doc = from_text("{\"a\": [{\"n\": \"xa\", \"p\": \"x.\"}, {\"n\": \"b\", \"p\": \"y\"}, {\"n\": \"xc\", \"p\": \"x.\"}]}", CFR_JSON);
	cfr_query *query = compile("$.a[?match(@.n, 'x.*') && match(@.n, @.p)].n");
	shared s = { query, root_of(doc) };
	cfr_err err = CFR_ERR_INIT;

	(void)state;
	if (cfr_work_run(8, 2000, run_shared, &s, &err) < 0)
		fail_msg("%s", err.message);
	cfr_query_free(query);
	cfr_document_unref(doc);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers), cmocka_unit_test(test_equality), cmocka_unit_test(test_from),
		cmocka_unit_test(test_functions), cmocka_unit_test(test_paths), cmocka_unit_test(test_callback),
		cmocka_unit_test(test_steps), cmocka_unit_test(test_patterns_of_a_document),
		cmocka_unit_test(test_pattern_limit), cmocka_unit_test(test_plain), cmocka_unit_test(test_plain_steps),
		cmocka_unit_test(test_threads),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
