/* tests/unit/rules/test_nodes.c -- nodes and places as rules see them, and `tree`. */
#include "tests/unit/rules/rules.h"

static const char DOC[] =
	"name: web\n"
	"port: 80\n"
	"ratio: 0.5\n"
	"on: true\n"
	"none: null\n"
	"when: !date 2024-01-01\n"
	"big: 123456789012345678901234567890\n"
	"list: [a, null, {k: v}]\n"
	"memory: {backend: x}\n";

static void scalars_are_lua_values(void **state)
{
	assert_says(*state, "say(value.name, math.type(value.port), math.type(value.ratio), value.on, value.none, value.absent)",
		    DOC, "web integer float true nil nil");
	assert_says(*state, "say(value.when, type(value.big), value.big)", DOC,
		    "2024-01-01 string 123456789012345678901234567890");
	assert_says(*state, "say(value['name'], value.list[1], value.list[2], value.list[3].k, value.list[4], value.list[0], value.list[-1])",
		    DOC, "web a nil v nil nil nil");
	assert_says(*state, "say(value[1], value[true], value.list.k, value.list[1.5], value.list[1.0])", DOC,
		    "nil nil nil nil a");
}

static void lengths_and_loops(void **state)
{
	assert_says(*state, "say(#value.list, #value)", DOC, "3 9");
	assert_says(*state, "local o = {} for k in pairs(value) do o[#o + 1] = k end say(table.concat(o, ' '))", DOC,
		    "big list memory name none on port ratio when");
	assert_says(*state, "local o = {} for i, v in ipairs(value.list) do o[i] = tostring(v == nil) end say(table.concat(o, ' '))",
		    DOC, "false true false");
	assert_says(*state, "local o = {} for i, v in pairs(value.list) do o[#o + 1] = i end say(table.concat(o, ' '))", DOC, "1 2 3");
	assert_says(*state, "local o = {} for k, v in tree.entries(value) do o[#o + 1] = k end say(table.concat(o, ' '))", DOC,
		    "name port ratio on none when big list memory");
	assert_says(*state, "say(table.concat(tree.keys(value), ' '), table.concat(tree.keys(value.list), ' '))", DOC,
		    "name port ratio on none when big list memory 1 2 3");
}

static void the_same_place_is_equal(void **state)
{
	assert_says(*state, "say(value.list == value.list, value.list[3] == value.memory, ctx.root == value, ctx.place == ctx.place)",
		    DOC, "true false true true");
	/* also after a view was read often enough to become fast */
	assert_says(*state, "local l = value.list for _ = 1, 50 do if value.list ~= l or value.port ~= 80 or value.none ~= nil then say 'no' end end"
		    " say(value.list == l, #value, rawequal)", DOC, "true 9 nil");
	assert_says(*state, "say(tree.equal(value.memory, {backend = 'x'}), tree.equal(value.list[3], value.memory), tree.equal(1, 1.0), tree.equal(nil, nil), tree.equal(value.list, {'a'}))",
		    DOC, "true false false true false");
}

static void promoted_views_behave_alike(void **state)
{
	assert_says(*state,
		    "for _ = 1, 20 do local _ = value.name, value.absent end\n"
		    "local o = {} for k in pairs(value) do o[#o + 1] = k end\n"
		    "say(#value, #o, value.absent, value.port, tostring(value), tree.kind(value), pcall(function() value.x = 1 end))",
		    DOC, "9 9 nil 80 mapping at \"\" mapping false test.lua:6: /x is read-only: a rule reads, and says what to change by a fix");
}

static void nodes_cannot_be_changed(void **state)
{
	assert_fails(*state, "value.memory.backend = 1", DOC, "/memory/backend is read-only");
	assert_fails(*state, "value.list[1] = 1", DOC, "/list/1 is read-only");
	assert_fails(*state, "table.insert(value.list, 1)", DOC, "");
	assert_fails(*state, "table.sort(value.list)", DOC, "");
	assert_fails(*state, "ctx.place.x = 1", DOC, "a place is read-only");
	assert_fails(*state, "local _ = ctx.place.x", DOC, "a place has no fields");
}

static void indexing_nothing_names_the_path(void **state)
{
	world *w = *state;
	const cfr_err *err;

	assert_fails(w, "local _ = value.memroy.backend", DOC, "attempt to index /memroy, which is not there");
	err = &cfr_check_outcome(w->check)->failures[0].err;
	assert_non_null(strstr(err->hint, "there is 'memory'"));
	assert_string_equal(err->file, "test.lua");
	assert_int_equal(err->line, 4);
	assert_fails(w, "local _ = value.none.x", DOC, "attempt to index /none, which is null");
	assert_fails(w, "for _ = 1, 20 do local _ = value.name end local _ = value.nam.x", DOC, "attempt to index /nam, which");
	/* an error about a Lua table is left alone */
	assert_fails(w, "local t = {} local _ = value.zzz local _ = t.a.b", DOC, "attempt to index a nil value (field 'a')");
}

static void tree_reads(void **state)
{
	assert_says(*state, "say(tree.get(value, 'memory.backend'), tree.get(value, 'list[2].k'), tree.get(value, '/list/2/k'), tree.get(value, 'name.x.y'), tree.get(value, 'list.0'), tree.get(nil, 'a'), tree.get(3, 'a'))",
		    DOC, "x v v nil a nil nil");
	assert_says(*state, "say(tree.has(value, 'none'), tree.has(value, 'no'), tree.has(value.list, 2), tree.has(value.list, 4), tree.has(1, 'x'))",
		    DOC, "true false true false false");
	assert_says(*state, "say(tree.kind(value), tree.kind(value, 'list'), tree.kind(value, 'none'), tree.kind(value, 'x'), tree.kind(1), tree.kind('s'), tree.kind(value, 'when'), tree.kind(nil), tree.kind {})",
		    DOC, "mapping sequence null nil int string other nil mapping");
	assert_says(*state, "say(#tree.select(value, '$..*'), #tree.places(value, '$..*'), tree.select(value, '$.list[0]')[1], tree.path(tree.places(value, '$.none')[1]))",
		    DOC, "12 14 a /none");
	assert_says(*state, "local p = tree.place(value, 'list', 3, 'k') say(tree.value(p), tree.path(p), tree.path(tree.place(value, 'list', 9)), tree.path(value.list), p == tree.place(value.list[3], 'k'))",
		    DOC, "v /list/2/k /list /list true");
	assert_says(*state, "local s = tree.span(value, 'port') say(s.file, s.line, s.column, s.end_line, s.end_column, tree.span(value, 'x'))",
		    DOC, "test.yaml 2 7 2 9 nil");
	assert_says(*state, "say(tree.raw(value, 'ratio'), tree.style(value, 'name'), tree.style(value.list), tree.style(value), tree.raw(value, 'x'))",
		    DOC, "0.5 plain flow block nil");
	assert_says(*state, "local t = tree.totable(value) t.name = 'y' say(t.name, value.name, t.list[3].k, #t.list, tree.totable(5))", DOC,
		    "y web v 3 5");
}

static void misuse_is_told(void **state)
{
	assert_fails(*state, "tree.get({}, 'a')", DOC, "node or place expected, got a table");
	assert_fails(*state, "tree.get(value, 'a[')", DOC, "the path has a '['");
	assert_fails(*state, "tree.select(value, '$.[')", DOC, "query '$.['");
	assert_fails(*state, "tree.keys('x')", DOC, "node or place expected, got a string");
	assert_fails(*state, "tree.place(value, {})", DOC, "key or index expected, got a table");
	assert_fails(*state, "tree.map { 1, 2 }", DOC, "tree.map: the table is a sequence");
	assert_fails(*state, "tree.list { a = 1 }", DOC, "tree.list: the table is a mapping");
	assert_fails(*state, "tree.map { a = {} }", DOC, "an empty table may be a mapping or a list (at 'a')");
	assert_fails(*state, "tree.map { a = print }", DOC, "a function is no value of a document (at 'a')");
	assert_fails(*state, "tree.map { a = 0/0 }", DOC, "NaN");
	assert_fails(*state, "tree.map { a = '\\xff' }", DOC, "not UTF-8");
	assert_fails(*state, "local t = {} t.t = t tree.map(t)", DOC, "contains itself");
	assert_fails(*state, "local t = {x = 1} for _ = 1, 300 do t = {t} end tree.list(t)", DOC, "limit depth");
	assert_fails(*state, "tree.map { 1, a = 2 }", DOC, "both names and numbers");
}

static void made_values_are_nodes(void **state)
{
	assert_says(*state, "local m = tree.map { b = tree.list {}, a = tree.map {}, c = tree.null, d = value.memory } "
		    "say(tree.kind(m, 'b'), tree.kind(m, 'a'), tree.kind(m, 'c'), m.d.backend, #m)", DOC, "sequence mapping null x 4");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(scalars_are_lua_values), TEST(lengths_and_loops), TEST(the_same_place_is_equal),
		TEST(promoted_views_behave_alike), TEST(nodes_cannot_be_changed), TEST(indexing_nothing_names_the_path),
		TEST(tree_reads), TEST(misuse_is_told), TEST(made_values_are_nodes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
