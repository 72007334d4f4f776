/* tests/unit/query/test_parse.c -- what is refused, where, and with which advice. What is accepted and what it then
 * selects the compliance suite tells (tests/conformance/test_jsonpath.c). */
#include "engine/query.h"
#include "engine/base/str.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>

static void test_errors(void **state)
{
	static const struct { const char *text; uint32_t column; const char *message, *hint; } cases[] = {
		{ "", 1, "expected '$' at the beginning of a query, but the query ends", "a query begins with '$', as in $.agents[*].model" },
		{ "agents[0]", 1, "expected '$' at the beginning of a query, found 'a'", "did you mean '$.agents[0]'?" },
		{ ".services.db", 1, "expected '$' at the beginning of a query, found '.'", "did you mean '$.services.db'?" },
		{ "[?@.a]", 1, "expected '$' at the beginning of a query, found '['", "did you mean '$[?@.a]'?" },
		{ ".", 1, "expected '$' at the beginning of a query, found '.'", "a query begins with '$', as in $.agents[*].model" },
		{ ".a b", 1, "expected '$' at the beginning of a query, found '.'", "a query begins with '$', as in $.agents[*].model" },
		{ "/a/b", 1, "expected '$' at the beginning of a query, found '/'", "this looks like a JSON Pointer; a query is written $.agents[*].model" },
		{ " $", 1, "expected '$' at the beginning of a query, found a blank", NULL },
		{ "$ ", 2, "expected '.', '[' or the end of the query, found a blank", "no blanks may stand at the end" },
		{ "$.a-b", 4, "expected '.', '[' or the end of the query, found '-'", "a name with '-' is quoted, in brackets: ['my-key']" },
		{ "$.\xC3\xA9.\xC3\xA9\xC3\xA9+", 7, "expected '.', '[' or the end of the query, found '+'", NULL },
		{ "$.", 3, "expected a name or '*' after '.', but the query ends", NULL },
		{ "$.'a'", 3, "expected a name or '*' after '.', found '''", "a quoted name stands in brackets: ['name']" },
		{ "$.0", 3, "expected a name or '*' after '.', found '0'", "an index stands in brackets: [0]" },
		{ "$..", 4, "expected a name, '*' or '[' after '..', but the query ends", NULL },
		{ "$[abc]", 3, "expected a selector, found 'a'", "names in brackets are quoted: ['abc']" },
		{ "$[(@.length-1)]", 3, "expected a selector, found '('", "there are no script expressions; a filter is written ?@.key == 1" },
		{ "$[]", 3, "expected a selector, found ']'", "a selector is 'name', an index, start:end:step, * or ?filter" },
		{ "$[0", 4, "expected ',' or ']' after a selector, but the query ends", NULL },
		{ "$[01]", 3, "an integer has no leading zeros", NULL },
		{ "$[-0]", 3, "an integer is not -0", NULL },
		{ "$[9007199254740992]", 3, "9007199254740992 is out of range", "integers of a query lie between -(2^53 - 1) and 2^53 - 1" },
		{ "$['a", 3, "a string without its closing '", NULL },
		{ "$['\\x']", 5, "expected an escape: one of \\b \\f \\n \\r \\t \\/ \\\\ \\u or the quote, found 'x'", NULL },
		{ "$['\\ud800']", 4, "the first half of a surrogate pair without the second", NULL },
		{ "$['\\udc00']", 4, "the second half of a surrogate pair without the first", NULL },
		{ "$['\\u12g4']", 8, "expected four hexadecimal digits after \\u, found 'g'", NULL },
		{ "$['a\nb']", 5, "expected a string without control characters, found a control character (U+000A)", NULL },
		{ "$[?@.a = 1]", 8, "expected ',' or ']' after a selector, found '='", "did you mean '=='? For a pattern there is match(@.key, 'a.*')" },
		{ "$[?@.a & @.b]", 8, "expected ',' or ']' after a selector, found '&'", "'and' is written &&, 'or' is written ||" },
		{ "$[?not @.a]", 4, "'not' is neither a value nor a call", "'not' is written !" },
		{ "$[?@.a == prod]", 11, "'prod' is neither a value nor a call", "text is quoted: 'prod'; a key of the current node is @.prod" },
		{ "$[?@.a == True]", 11, "expected a value, a query or a call, found 'T'", NULL },
		{ "$[?1]", 4, "a value alone is no test", "compare it, as in @.key == 'text'" },
		{ "$[?@.* == 1]", 4, "a query that may select several nodes has no one value", "use names and indexes only, or value(…), or count(…)" },
		{ "$[?1 == @..a]", 9, "a query that may select several nodes has no one value", NULL },
		{ "$[?!@.a == 1]", 5, "'!' before a comparison", "put the comparison in parentheses: !(a == b)" },
		{ "$[?(@.a]", 8, "expected ')', found ']'", NULL },
		{ "$[?lenght(@) > 1]", 4, "there is no function 'lenght'", "did you mean 'length'?" },
		{ "$[?frobnicate(@) > 1]", 4, "there is no function 'frobnicate'", "there are length, count, match, search and value" },
		{ "$[?length(@.a)]", 4, "length() gives a value, which is no test", "compare it, as in length(…) > 0" },
		{ "$[?match(@.a, 'b') == true]", 4, "match() is true or false by itself and gives no value to compare or pass on", "write it alone, or !match(…)" },
		{ "$[?length(@.*) > 1]", 11, "a query that may select several nodes has no one value", NULL },
		{ "$[?count(1) > 1]", 10, "count() takes a query here", "a query begins with '$' or '@'" },
		{ "$[?count() > 1]", 4, "count() takes 1 argument", NULL },
		{ "$[?count(@.a, @.b) > 1]", 15, "count() takes 1 argument", NULL },
		{ "$[?match(@.a)]", 4, "match() takes 2 arguments", NULL },
		{ "$[?length(@.a == 1) > 1]", 11, "length() takes no condition as an argument", NULL },
		{ "$[?count((@.a)) > 1]", 10, "count() takes no condition as an argument", NULL },
		{ "$[?match(@.a, '\\\\d+')]", 15, "the pattern is no I-Regexp (RFC 9485): an escape that is not in the standard at its character 1", NULL },
		{ "$[?match(@.a, 'a**')]", 15, "the pattern is no I-Regexp (RFC 9485): a quantifier with nothing before it at its character 3", NULL },
		{ "$[?@.a == 1.]", 13, "expected a digit after the point, found ']'", NULL },
		{ "$[?@.a == 1e]", 13, "expected a digit of the exponent, found ']'", NULL },
		{ "$.a\xFF", 4, "the query is not valid UTF-8", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		cfr_query *query = NULL;
		cfr_err err = CFR_ERR_INIT;

		assert_int_equal(cfr_query_new(&query, cfr_str_of(cases[i].text), NULL, &err), CFR_E_SYNTAX);
		assert_null(query);
		if (err.column != cases[i].column || strcmp(err.message, cases[i].message) != 0 ||
		    (cases[i].hint && strcmp(err.hint, cases[i].hint) != 0))
			fail_msg("%s: column %u: %s (%s)", cases[i].text, err.column, err.message, err.hint);
		assert_int_equal(cfr_query_new(&query, cfr_str_of(cases[i].text), NULL, NULL), CFR_E_SYNTAX);
	}
}

/* before, n times middle, after; must not crash, and gives this code. */
static void repeat(const char *before, const char *middle, size_t n, const char *after, int code)
{
	cfr_buf buf = CFR_BUF_INIT;
	cfr_query *query = NULL;
	cfr_limits limits;
	cfr_err err = CFR_ERR_INIT;
	int r;

	cfr_limits_default(&limits);
	limits.of[CFR_LIMIT_QUERY] = cfr_limit_max(CFR_LIMIT_QUERY);
	cfr_buf_addz(&buf, before);
	for (size_t i = 0; i < n; i++)
		cfr_buf_addz(&buf, middle);
	cfr_buf_addz(&buf, after);
	r = cfr_query_new(&query, cfr_buf_str(&buf), &limits, &err);
	if (r != code)
		fail_msg("%s%s… %zu times: %d %s", before, middle, n, r, err.message);
	cfr_query_free(query);
	cfr_buf_release(&buf);
}

static void test_ceilings(void **state)
{
	cfr_limits limits;
	cfr_query *query;
	cfr_err err = CFR_ERR_INIT;

	(void)state;
	repeat("$", ".a", 100000, "", 0);
	repeat("$", "[*]", 500, "", 0);
	repeat("$", "[*]", 600, "", CFR_E_SYNTAX);
	repeat("$", "..a", 300000, "", CFR_E_SYNTAX);
	repeat("$[?", "(", 60, "@", CFR_E_SYNTAX);
	repeat("$[?", "(", 1000000, "", CFR_E_SYNTAX);
	repeat("$[?", "!(", 400000, "", CFR_E_SYNTAX);
	repeat("$", "[?@", 60, "", CFR_E_SYNTAX);
	repeat("$", "[?@", 300000, "", CFR_E_SYNTAX);
	repeat("$[?", "length(", 100000, "", CFR_E_SYNTAX);
	repeat("$[?@.a", "||@.a", 100000, "]", 0);
	repeat("$[?@.a", "&&@.a", 100000, "]", 0);
	repeat("$[0", ",0", 100000, "]", 0);
	repeat("$['a'", ",'a'", 100000, "]", 0);
	repeat("$['", "x", 1000000, "']", 0);
	cfr_limits_default(&limits);
	limits.of[CFR_LIMIT_QUERY] = 3;
	assert_int_equal(cfr_query_new(&query, CFR_STR("$.a"), &limits, &err), 0);
	assert_true(cfr_str_eq(cfr_query_text(query), CFR_STR("$.a")));
	cfr_query_free(query);
	assert_int_equal(cfr_query_new(&query, CFR_STR("$.ab"), &limits, &err), CFR_E_LIMIT);
	assert_string_equal(err.limit, "query");
	cfr_query_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_errors), cmocka_unit_test(test_ceilings) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
