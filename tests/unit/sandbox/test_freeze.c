/* What a rule file leaves behind is constant: tables in place, upvalues by comparison. */
#include "both.h"

/* Runs a chunk that returns a table of functions, and freezes it; the table stays at index 1. */
static cfr_sandbox *frozen(const char *text)
{
	cfr_sandbox *sb = new_sandbox(0, 0);
	cfr_err err = CFR_ERR_INIT;

	if (run_text(sb, text, &err) != 0 || cfr_sandbox_freeze(sb, 1, &err) != 0)
		fail_msg("%s: %s", text, err.message);
	assert_int_equal(lua_gettop(cfr_sandbox_lua(sb)), 1);
	return sb;
}

/* Calls a function of the table; its result, as a truth. */
static int call(cfr_sandbox *sb, const char *name, bool *out, cfr_err *err)
{
	lua_State *L = cfr_sandbox_lua(sb);
	int code;

	lua_getfield(L, 1, name);
	code = cfr_sandbox_call(sb, 0, 1, err);
	if (code == 0) {
		*out = lua_toboolean(L, -1);
		lua_pop(L, 1);
	}
	assert_int_equal(lua_gettop(L), 1);
	return code;
}

static void yes(cfr_sandbox *sb, const char *name)
{
	cfr_err err = CFR_ERR_INIT;
	bool answer = false;

	if (call(sb, name, &answer, &err) != 0)
		fail_msg("%s: %u: %s", name, err.line, err.message);
	assert_true(answer);
}

static void tables(void **state)
{
	cfr_sandbox *sb = frozen(
		"local list = { 'a', 'b', 'c' } local deep = { x = { y = { z = 1 } }, list = list } deep.self = deep\n"
		"local F = {}\n"
		"function F.read() return deep.x.y.z == 1 and deep.list[2] == 'b' and #list == 3 and deep.self == deep and deep.nothing == nil end\n"
		"function F.loop() local s = '' for i, v in ipairs(list) do s = s .. i .. v end for k, v in pairs(list) do s = s .. k .. v end "
		"for k in pairs(deep) do s = s .. k end return s == '1a2b3c1a2b3clistselfx' end\n"
		"function F.lib() return table.concat(list, ',') == 'a,b,c' and select('#', table.unpack(list)) == 3 and "
		"#table.move(list, 1, 3, 1, {}) == 3 end\n"
		"function F.write() return not pcall(function() list[1] = 'x' end) and not pcall(function() list[4] = 'x' end) "
		"and not pcall(table.insert, list, 'x') and not pcall(table.remove, list) and not pcall(table.sort, list) "
		"and not pcall(function() deep.x.y.z = 2 end) and not pcall(function() deep.new = 2 end) and #list == 3 end\n"
		"function F.leak() local f, s = ipairs(list) local g, t = pairs(list) return s == list and t == list end\n"
		"function F.copy() local c = table.move(list, 1, #list, 1, {}) c[1] = 'z' return c[1] == 'z' and list[1] == 'a' end\n"
		"return F");

	(void)state;
	yes(sb, "read");
	yes(sb, "loop");
	yes(sb, "lib");
	yes(sb, "write");
	yes(sb, "leak");
	yes(sb, "copy");
	cfr_sandbox_free(sb);
}

static void reached(void **state)
{
	cfr_sandbox *sb = frozen(
		"local a, b, c = { 1 }, { 1 }, { 1 }\n"
		"local function inner() return b end\n"
		"local t = { [c] = { inner } }\n"
		"local F = {}\n"
		"function F.check() local x = a local f for k, v in ipairs({ t }) do f = t[c][1] end "
		"return not pcall(function() a[1] = 2 end) and not pcall(function() f()[1] = 2 end) and not pcall(function() c[1] = 2 end) end\n"
		"return F");

	(void)state;
	yes(sb, "check");
	cfr_sandbox_free(sb);
}

static void upvalues(void **state)
{
	cfr_sandbox *sb = frozen(
		"local count, name, never, flag = 0, 'n', 5, nil\n"
		"local F = {}\n"
		"function F.clean() return count == 0 and name == 'n' and never == 5 and flag == nil end\n"
		"function F.count() count = count + 1 return true end\n"
		"function F.float() count = 0.0 return true end\n"
		"function F.inner() local function g() return function() flag = { 1 } end end g()() return flag[1] == 1 end\n"
		"function F.fail() name = 'changed' error('x') end\n"
		"function F.own() local mine = 1 local function g() mine = mine + 1 end g() return mine == 2 end\n"
		"function F.same() count = count return true end\n"
		"return F");
	cfr_err err = CFR_ERR_INIT;
	bool answer;

	(void)state;
	yes(sb, "clean");
	assert_int_equal(cfr_sandbox_unchanged(sb, &err), 0);
	yes(sb, "count");
	assert_int_equal(cfr_sandbox_unchanged(sb, &err), CFR_E_SCRIPT);
	assert_non_null(strstr(err.message, "'count'"));
	assert_non_null(strstr(err.hint, "inside the check function"));
	assert_int_equal(cfr_sandbox_unchanged(sb, &err), 0);
	yes(sb, "clean");
	yes(sb, "float");
	assert_int_equal(cfr_sandbox_unchanged(sb, &err), CFR_E_SCRIPT);
	yes(sb, "inner");
	assert_int_equal(cfr_sandbox_unchanged(sb, &err), CFR_E_SCRIPT);
	assert_non_null(strstr(err.message, "'flag'"));
	assert_int_equal(call(sb, "fail", &answer, &err), CFR_E_SCRIPT);
	assert_int_equal(cfr_sandbox_unchanged(sb, &err), CFR_E_SCRIPT);
	assert_non_null(strstr(err.message, "'name'"));
	yes(sb, "clean");
	yes(sb, "own");
	yes(sb, "same");
	assert_int_equal(cfr_sandbox_unchanged(sb, &err), 0);
	cfr_sandbox_free(sb);
}

/* A second pack frozen later; what the first one declared stays watched. */
static void twice(void **state)
{
	cfr_sandbox *sb = frozen("local n = 0 return { f = function() n = n + 1 return true end }");
	lua_State *L = cfr_sandbox_lua(sb);
	cfr_err err = CFR_ERR_INIT;

	(void)state;
	assert_int_equal(run_text(sb, "local m = 'm' return { f = function() m = m .. 'x' return m end }", &err), 0);
	assert_int_equal(cfr_sandbox_freeze(sb, -1, &err), 0);
	assert_int_equal(cfr_sandbox_freeze(sb, -1, &err), 0);
	lua_getfield(L, 2, "f");
	assert_int_equal(cfr_sandbox_call(sb, 0, 0, &err), 0);
	lua_settop(L, 1);
	assert_int_equal(cfr_sandbox_unchanged(sb, &err), CFR_E_SCRIPT);
	assert_non_null(strstr(err.message, "'m'"));
	yes(sb, "f");
	assert_int_equal(cfr_sandbox_unchanged(sb, &err), CFR_E_SCRIPT);
	assert_non_null(strstr(err.message, "'n'"));
	assert_int_equal(cfr_sandbox_unchanged(sb, &err), 0);
	cfr_sandbox_free(sb);
}

/* An assignment sixty functions deep is found. */
static void deep_nesting(void **state)
{
	cfr_buf text = CFR_BUF_INIT;
	cfr_sandbox *sb;

	(void)state;
	cfr_buf_addz(&text, "local v = 1 local F = {} function F.f() ");
	for (int i = 0; i < 60; i++)
		cfr_buf_addf(&text, "local c%d = '%d' local function f%d(a, ...) ", i, i, i);
	cfr_buf_addz(&text, " v = v + 1 ");
	for (int i = 59; i >= 0; i--)
		cfr_buf_addf(&text, " return 1.5, c%d end f%d() ", i, i);
	cfr_buf_addz(&text, " return v > 1 end return F");
	sb = frozen(text.ptr);
	yes(sb, "f");
	assert_int_equal(cfr_sandbox_unchanged(sb, NULL), CFR_E_SCRIPT);
	cfr_sandbox_free(sb);
	cfr_buf_release(&text);
}

static void refused(const char *text, const char *words)
{
	cfr_sandbox *sb = new_sandbox(0, 0);
	cfr_err err = CFR_ERR_INIT;

	assert_int_equal(run_text(sb, text, &err), 0);
	if (cfr_sandbox_freeze(sb, 1, &err) != CFR_E_SCRIPT || !strstr(err.message, words))
		fail_msg("%s: '%s', not '%s'", text, err.message, words);
	cfr_sandbox_free(sb);
}

/* An iterator goes on where it was left, wherever it is kept. */
static void iterators(void **state)
{
	(void)state;
	refused("local it = ('a b'):gmatch('%a') return { function() return it() end }", "'it' holds an iterator");
	refused("local it = pairs({ a = 1 }) return { function() return it() end }", "'it' holds an iterator");
	refused("local t = { deep = { (('a'):gmatch('a')) } } return { t }", "holds an iterator");
	refused("return { (('a'):gmatch('a')) }", "holds an iterator");
	cfr_sandbox_free(frozen("local find, each = string.find, ipairs({}) return { function() return find, each end }"));
}

/* Zeros that are equal and not the same; a NaN that stays one. */
static void floats(void **state)
{
	cfr_sandbox *sb = frozen("local z, n = 0.0, 0.0 / 0.0 return { set = function() z = -0.0 return true end, "
		"plus = function() return 1 / z > 0 end, nan = function(v) n = v or n return n ~= n end }");
	cfr_err err = CFR_ERR_INIT;

	(void)state;
	yes(sb, "nan");
	assert_int_equal(cfr_sandbox_unchanged(sb, &err), 0);
	yes(sb, "set");
	assert_int_equal(cfr_sandbox_unchanged(sb, &err), CFR_E_SCRIPT);
	yes(sb, "plus");
	cfr_sandbox_free(sb);
}

/* The function on the stack's top gives a value that is then shared. */
static int share(lua_State *L)
{
	lua_call(L, 0, 1);
	cfr_sandbox_constant(L, -1);
	return 1;
}

static int shared(const char *text, cfr_err *err)
{
	cfr_sandbox *sb = new_sandbox(0, 0);
	int r;

	assert_int_equal(run_text(sb, text, err), 0);
	assert_int_equal(cfr_sandbox_freeze(sb, 1, err), 0);
	lua_pushcfunction(cfr_sandbox_lua(sb), share);
	lua_getfield(cfr_sandbox_lua(sb), 1, "f");
	r = cfr_sandbox_call(sb, 1, 0, err);
	cfr_sandbox_free(sb);
	return r;
}

/* What several jobs share may hold functions, but none that remembers. */
static void shared_results(void **state)
{
	cfr_err err = CFR_ERR_INIT;

	(void)state;
	assert_int_equal(shared("return { f = function() local n = 0 return function() n = n + 1 return n end end }", &err),
			 CFR_E_SCRIPT);
	assert_non_null(strstr(err.message, "assigns 'n'"));
	assert_int_equal(shared("return { f = function() return { ('a'):gmatch('a') } end }", &err), CFR_E_SCRIPT);
	assert_non_null(strstr(err.message, "iterator"));
	assert_int_equal(shared("return { f = function() local t = { 1 } return function(i) return t[i] end end }", &err), 0);
	/* a variable of the file is watched anyway */
	assert_int_equal(shared("local n = 0 local function up() n = n + 1 end return { f = function() return up end }", &err), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tables), cmocka_unit_test(reached), cmocka_unit_test(upvalues), cmocka_unit_test(twice),
		cmocka_unit_test(deep_nesting), cmocka_unit_test(iterators), cmocka_unit_test(floats),
		cmocka_unit_test(shared_results),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
