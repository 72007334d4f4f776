/* tests/unit/rules/test_declare.c -- what `rule`, `import` and pack.lua refuse, and what they make. */
#include "tests/unit/rules/rules.h"

#define CHECK "check = function() end"

static void wrong_declarations_are_told(void **state)
{
	static const struct { const char *rules, *words; } cases[] = {
		{ "rule 'A' {}", "'A' is no name of a rule" },
		{ "rule 'a--b' {}", "is no name of a rule" },
		{ "rule 'a-' {}", "is no name of a rule" },
		{ "rule('a', {})", "rule takes a name, then its table" },
		{ "rule(1)", "string expected, got a number" },
		{ "rule 'a' (3)", "its description is a table" },
		{ "rule 'a' { why = 'w', " CHECK " }", "rule 'a': 'title' is missing" },
		{ "rule 'a' { title = 't', " CHECK " }", "'why' is missing" },
		{ "rule 'a' { title = '', why = 'w', " CHECK " }", "'title' is empty" },
		{ "rule 'a' { " HEAD " }", "'check' is missing" },
		{ "rule 'a' { " HEAD " check = 1 }", "'check' is a function, got a number" },
		{ "rule 'a' { " HEAD CHECK ", severty = 'error' }", "a rule has no field 'severty'" },
		{ "rule 'a' { " HEAD CHECK ", 5 }", "a rule has values without a name" },
		{ "rule 'a' { " HEAD CHECK ", severity = 'critical' }", "'severity' is error, warning or info" },
		{ "rule 'a' { " HEAD CHECK ", severity = 'off' }", "'severity' is error, warning or info" },
		{ "rule 'a' { " HEAD CHECK ", enabled = 'no' }", "'enabled' is true or false" },
		{ "rule 'a' { " HEAD CHECK ", select = '$.[' }", "rule 'a': select: " },
		{ "rule 'a' { " HEAD CHECK ", expect = 'text' }", "there is no kind 'text'" },
		{ "rule 'a' { " HEAD CHECK ", match = 'x' }", "'match' is a table" },
		{ "rule 'a' { " HEAD CHECK ", match = { kinds = 'x' } }", "match has no field 'kinds'" },
		{ "rule 'a' { " HEAD CHECK ", match = { formats = 'ini' } }", "there is no format 'ini'" },
		{ "rule 'a' { " HEAD CHECK ", tags = { 1 } }", "'tags' holds a number" },
		{ "rule 'a' { " HEAD CHECK ", tags = { a = 'b' } }", "'tags' is a list" },
		{ "rule 'a' { " HEAD CHECK ", env = { 'A-B' } }", "'A-B' is no name of a variable" },
		{ "rule 'a' { " HEAD CHECK ", options = { a = { b = 1 } } }", "option 'a' cannot have this default" },
		{ "rule 'a' { " HEAD CHECK ", options = { 1 } }", "'options' is a table of names" },
		{ "rule 'a' { " HEAD CHECK ", options = { f = print } }", "a function is no value" },
		{ "rule 'a' { " HEAD CHECK ", examples = { pas = 'x' } }", "examples have no field 'pas'" },
		{ "rule 'a' { " HEAD CHECK ", examples = { { fail = 'x', fixd = 'y' } } }", "an example has no field 'fixd'" },
		{ "rule 'a' { " HEAD CHECK ", examples = { { at = '/x' } } }", "neither pass, skip nor fail" },
		{ "rule 'a' { " HEAD CHECK ", examples = { pass = 3 } }", "an example is a text" },
		{ "rule 'a'", "named and not described" },
		{ "rule 'a' { " HEAD CHECK " } rule 'a' { " HEAD CHECK " }", "rule 'a' is declared twice" },
		{ "import 'x'", "nothing to import by the name 'x'" },
		{ "local x = = 1", "unexpected symbol" },
		{ "y = 1", "global variables are not kept" },
		{ "error 'no'", "no" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *said = found(*state, cases[i].rules, "a: 1");
		world *w = *state;

		if (strncmp(said, "load: ", 6) != 0 || !strstr(said, cases[i].words))
			fail_msg("%s\n gave %s\n not %s", cases[i].rules, said, cases[i].words);
		assert_string_equal(w->err.file, "test.lua");
		assert_int_equal(w->err.line, 1);
	}
	assert_int_equal(world_load(*state, (const char *const[]){ "a.lua", "rule 'a' { " HEAD CHECK " }", "b.lua",
		"rule 'a' { " HEAD CHECK " }", NULL }), CFR_E_DUPLICATE);
}

static void a_declaration_becomes_a_rule(void **state)
{
	static const char text[] =
		"\nrule 'a-b2' { title = 'T', why = 'W', severity = 'info', enabled = false,\n"
		"match = { kind = {'k', 'l'}, files = '*.yaml', formats = {'json'} }, select = '$.x', expect = {'number', 'null'},\n"
		"options = { n = 1, s = 'x', l = {}, b = false }, env = {'A_B'}, tags = {'t'}, controls = {'c:1'},\n"
		"check = function() end, examples = { pass = 'x', { fail = 'y', fixed = 'z', env = {} } } }";
	world *w = *state;
	const cfr_rule *rule;
	cfr_node node;

	assert_int_equal(world_load(w, (const char *const[]){ "r.lua", text, NULL }), 0);
	assert_int_equal(cfr_check_rules(w->check)->count, 1);
	rule = cfr_check_rules(w->check)->items;
	assert_true(cfr_str_eq(rule->name, CFR_STR("a-b2")) && cfr_str_eq(rule->title, CFR_STR("T")));
	assert_true(cfr_str_eq(rule->file, CFR_STR("r.lua")) && rule->line == 2);
	assert_true(rule->severity == CFR_INFO && !rule->enabled && rule->fixable);
	assert_true(rule->kinds.count == 2 && cfr_str_eq(rule->kinds.items[1], CFR_STR("l")));
	assert_true(rule->files.count == 1 && rule->tags.count == 1 && rule->controls.count == 1 && rule->env.count == 1);
	assert_int_equal(rule->formats, 1u << CFR_JSON);
	assert_int_equal(rule->expect, 1u << CFR_INT | 1u << CFR_FLOAT | 1u << CFR_NULL);
	assert_true(cfr_str_eq(cfr_query_text(rule->select), CFR_STR("$.x")));
	assert_int_equal(cfr_node_find(&node, cfr_tree_root(rule->options), CFR_STR("l"), NULL), 0);
	assert_int_equal(cfr_node_kind(node), CFR_SEQUENCE);
	assert_int_equal(cfr_node_kind(cfr_tree_root(rule->examples)), CFR_MAPPING);
	assert_int_equal(cfr_node_find(&node, cfr_tree_root(rule->examples), CFR_STR("1"), NULL), 0);
}

#define RULE(name, body) "rule '" name "' { " HEAD "check = function(value, ctx) " body " end }"

static void packs_import(void **state)
{
	world *w = *state;
	const char *const files[] = {
		"lib/a.lua", "local b = import 'b' return { word = 'a' .. b.word, f = function() return b.word end }",
		"lib/b.lua", "return { word = 'b' }",
		"lib/c.lua", "import 'd'", "lib/d.lua", "import 'c'", "lib/e.lua", "local x = 1", "lib/f.lua", "rule 'x'",
		"pack.lua", "return { name = 'p', kind = 'k', kinds = { k = '$.x' } }",
		"rules/r.lua", "local a = import 'a'\n" RULE("r", "ctx:report(a.word .. a.f() .. tostring(pcall(import, 'b')))")
			"\n" RULE("s", "a.word = 1"), NULL };

	assert_int_equal(world_load(w, files), 0);
	world_add(w, "t.yaml", "x: 1\n---\ny: 1");
	assert_string_equal(world_run(w), ": abbtrue\n! this table is constant: 'word' cannot be set (make a table inside the function)\n");
	world_end(w);
#define LOADS(name) world_load(w, (const char *const[]){ "lib/c.lua", files[5], "lib/d.lua", files[7], "lib/e.lua", files[9], \
		"lib/f.lua", files[11], "z.lua", "import '" name "'", NULL })
	assert_int_equal(LOADS("c"), CFR_E_SCRIPT);
	assert_non_null(strstr(w->err.message, "imports itself"));
	world_end(w);
	assert_int_equal(LOADS("e"), CFR_E_SCRIPT);
	assert_non_null(strstr(w->err.message, "lib/e.lua returns nothing"));
	world_end(w);
	assert_int_equal(LOADS("f"), CFR_E_SCRIPT);
	assert_non_null(strstr(w->err.message, "declares no rules"));
	assert_string_equal(w->err.file, "lib/f.lua");
	world_end(w);
	assert_int_equal(LOADS("../e"), CFR_E_SCRIPT);
}

static void wrong_packs_are_told(void **state)
{
	static const struct { const char *text, *words; } cases[] = {
		{ "return 3", "it returns a table" }, { "", "it returns a table" },
		{ "return { nam = 'x' }", "there is no field 'nam'" },
		{ "return { name = 3 }", "'name' is a string" },
		{ "return { cfgrun = '>= 99' }", "the pack needs cfgrun >= 99" },
		{ "return { cfgrun = 'new' }", "'new' is no version" },
		{ "return { kinds = { k = {} } }", "kind 'k' has no query" },
		{ "return { kinds = { k = '$[' } }", "kind 'k': " },
		{ "return { kinds = { k = { 1 } } }", "a query is a string" },
		{ "return { kinds = 'x' }", "'kinds' is a table" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		world *w = *state;
		int r = world_load(w, (const char *const[]){ "pack.lua", cases[i].text, NULL });

		if (r != CFR_E_SCRIPT || !strstr(w->err.message, cases[i].words))
			fail_msg("%s gave %d %s", cases[i].text, r, w->err.message);
		assert_string_equal(w->err.file, "pack.lua");
		world_end(w);
	}
	assert_int_equal(world_load(*state, (const char *const[]){ "pack.lua", "return { cfgrun = '>= 0.1, < 9' }", NULL }), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(wrong_declarations_are_told), TEST(a_declaration_becomes_a_rule), TEST(packs_import), TEST(wrong_packs_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
