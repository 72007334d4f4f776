/* The world of a script: what is there, what is not, what it cannot change, and how its errors come out. */
#include "both.h"

static cfr_sandbox *fresh(void) { return new_sandbox(0, 0); }

static void names(void **state)
{
	cfr_sandbox *sb = fresh();

	(void)state;
	holds(sb, "for _, n in ipairs{'assert','error','ipairs','pairs','pcall','xpcall','select','tonumber','tostring','type','print'} do "
	          "if type(_ENV[n]) ~= 'function' then return n end end return true");
	holds(sb, "return _G == nil and next == nil and load == nil and setmetatable == nil and rawget == nil and coroutine == nil "
	          "and os == nil and io == nil and debug == nil and require == nil and collectgarbage == nil and _VERSION == nil");
	holds(sb, "return math.random == nil and math.randomseed == nil and string.dump == nil and string.pack == nil "
	          "and string.unpack == nil and ('').dump == nil and ('').pack == nil");
	holds(sb, "local n = 0 for k, v in pairs(string) do n = n + 1 end return n == 13");
	holds(sb, "return math.maxinteger + 1 == math.mininteger and utf8.charpattern ~= nil and math.huge > math.pi");
	cfr_sandbox_free(sb);
}

static void globals(void **state)
{
	cfr_sandbox *sb = fresh();

	(void)state;
	fails(sb, "x = 1", CFR_E_SCRIPT, "global variables are not kept: use 'local x'");
	fails(sb, "local a\nprint = nil", CFR_E_SCRIPT, "use 'local print'");
	fails(sb, "string.format = nil", CFR_E_SCRIPT, "constant");
	fails(sb, "table.insert(math, 1)", CFR_E_SCRIPT, "constant");
	fails(sb, "table.sort(string) local t = {} table.move({1}, 1, 1, 1, utf8)", CFR_E_SCRIPT, "constant");
	holds(sb, "return undefined_name == nil");
	holds(sb, "local _ENV = { y = 2 } y = y + 1 return y == 3");
	holds(sb, "return not pcall(function() local s = 'x' s.y = 1 end)");
	cfr_sandbox_free(sb);
}

static void order(void **state)
{
	cfr_sandbox *sb = fresh();

	(void)state;
	holds(sb, "local out = {} for k in pairs{ b=1, a=1, [3]=1, [1]=1, [2.5]=1, [true]=1, [false]=1, [-7]=1, B=1, ['']=1, [-0.5]=1 } do "
	          "out[#out+1] = tostring(k) end return table.concat(out, ' ') == '-7 1 3 -0.5 2.5  B a b false true'");
	holds(sb, "local t, out = {}, {} for i = 1, 300 do t['k' .. (i * 7919) % 1000] = i end for k in pairs(t) do out[#out+1] = k end "
	          "for i = 2, #out do if out[i-1] >= out[i] then return false end end return #out == 300");
	holds(sb, "local t = { 1, 2, 3, 4 } local n = 0 for k, v in pairs(t) do t[k] = nil n = n + v end return n == 10 and #t == 0");
	holds(sb, "local t = { a=1, b=2, c=3 } local seen = '' for k in pairs(t) do t.b = nil t.z = 1 seen = seen .. k end return seen == 'ac'");
	holds(sb, "local n = 0 for k, v in pairs({}) do n = 1 end return n == 0");
	holds(sb, "local out = '' for i, v in ipairs{ 'a', 'b', nil, 'd' } do out = out .. i .. v end return out == '1a2b'");
	fails(sb, "for k in pairs{ [{}] = 1, x = 2 } do end", CFR_E_SCRIPT, "a key is a table");
	fails(sb, "for k in pairs(nil) do end", CFR_E_SCRIPT, "table expected");
	fails(sb, "for k in pairs('x') do end", CFR_E_SCRIPT, "table expected");
	cfr_sandbox_free(sb);
}

/* A sort of ours: stable, and a foolish comparison neither loops nor loses values. */
static void sorting(void **state)
{
	cfr_sandbox *sb = fresh();

	(void)state;
	holds(sb, "local t = {} for i = 1, 200 do t[i] = { k = i % 7, i = i } end table.sort(t, function(a, b) return a.k < b.k end) "
	          "for i = 2, 200 do local a, b = t[i-1], t[i] if a.k > b.k or (a.k == b.k and a.i >= b.i) then return false end end return true");
	holds(sb, "local t, sum = {}, 0 for i = 1, 99 do t[i] = i end table.sort(t, function() return true end) "
	          "for i = 1, 99 do sum = sum + t[i] end return sum == 4950");
	holds(sb, "local t = { 3, 1, 2 } local n = 0 return not pcall(table.sort, t, function(a, b) n = n + 1 if n == 3 then error 'x' end "
	          "return a < b end) and t[1] == 3 and t[2] == 1 and t[3] == 2");
	cfr_sandbox_free(sb);
}

static void addresses(void **state)
{
	cfr_sandbox *sb = fresh();

	(void)state;
	holds(sb, "return tostring({}) == 'table' and tostring(print) == 'function' and ('%s'):format({}) == 'table'");
	fails(sb, "return ('%p'):format({})", CFR_E_SCRIPT, "invalid conversion '%p'");
	fails(sb, "return ('%10p'):format('x')", CFR_E_SCRIPT, "invalid conversion");
	cfr_sandbox_free(sb);
}

static void errors(void **state)
{
	cfr_sandbox *sb = fresh();
	cfr_err err = CFR_ERR_INIT;

	(void)state;
	assert_int_equal(run_text(sb, "local x\n\nx.y = 1", &err), CFR_E_SCRIPT);
	assert_string_equal(err.file, "test");
	assert_int_equal(err.line, 3);
	assert_string_equal(err.message, "attempt to index a nil value (local 'x')");

	assert_int_equal(run_text(sb, "return 1 +\n+", &err), CFR_E_SCRIPT);
	assert_string_equal(err.file, "test");
	assert_int_equal(err.line, 2);

	assert_int_equal(run_text(sb, "\n\nlocal function f() error({}) end\nf()", &err), CFR_E_SCRIPT);
	assert_int_equal(err.line, 3);
	assert_string_equal(err.message, "the script raised a table instead of a message");

	assert_int_equal(run_text(sb, "\nerror('no place', 0)", &err), CFR_E_SCRIPT);
	assert_string_equal(err.message, "no place");
	assert_int_equal(err.line, 2);

	assert_int_equal(run_text(sb, "error('other:7: a\\27[31m\\nb\\0c\\xff\\xC2\\x9Bd', 0)", &err), CFR_E_SCRIPT);
	assert_string_equal(err.message, "other:7: a\\x1B[31m\\nb\\x00c\\xFF\\xC2\\x9Bd");

	assert_int_equal(run_text(sb, "error(('ä'):rep(5000))", &err), CFR_E_SCRIPT);
	assert_true(strlen(err.message) > 200);
	assert_int_equal(run_text(sb, "error()", &err), CFR_E_SCRIPT);
	assert_string_equal(err.message, "the script raised nil");
	assert_int_equal(run_text(sb, "error(42)", &err), CFR_E_SCRIPT);

	/* a name that Lua cuts in its messages is whole in ours */
	const char *name = "policies/a-rather-long-name-of-a-folder/and-another-one/rules/agents.lua";
	assert_int_equal(cfr_sandbox_load(sb, cfr_str_of(name), CFR_STR("\n\nerror 'here'"), 0, &err), 0);
	assert_int_equal(cfr_sandbox_call(sb, 0, 0, &err), CFR_E_SCRIPT);
	assert_string_equal(err.file, name);
	assert_int_equal(err.line, 3);
	assert_string_equal(err.message, "here");
	cfr_sandbox_free(sb);
}

static void chunks(void **state)
{
	cfr_sandbox *sb = fresh();
	cfr_err err = CFR_ERR_INIT;
	size_t size = (size_t)CFR_KIB(256) + 1;
	char *big = malloc(size);

	(void)state;
	memset(big, ' ', size);
	assert_int_equal(cfr_sandbox_load(sb, CFR_STR("big"), (cfr_str){ big, size }, 0, &err), CFR_E_LIMIT);
	assert_string_equal(err.limit, "script");
	assert_int_equal(cfr_sandbox_load(sb, CFR_STR("big"), (cfr_str){ big, size - 1 }, 0, &err), 0);
	lua_settop(cfr_sandbox_lua(sb), 0);
	free(big);
	fails(sb, "\x1bLua", CFR_E_SCRIPT, "compiled Lua");
	fails(sb, "\xEF\xBB\xBFreturn 1", CFR_E_SCRIPT, "unexpected symbol");
	fails(sb, "#!/bin/sh\nreturn 1", CFR_E_SCRIPT, "unexpected symbol");
	assert_int_equal(cfr_sandbox_load(sb, CFR_STR(""), (cfr_str){ NULL, 0 }, 0, &err), 0);
	assert_int_equal(cfr_sandbox_call(sb, 0, 0, &err), 0);
	assert_int_equal(lua_gettop(cfr_sandbox_lua(sb)), 0);
	cfr_sandbox_free(sb);
}

static void extra_names(void **state)
{
	cfr_sandbox *sb = fresh();
	lua_State *L = cfr_sandbox_lua(sb);
	cfr_err err = CFR_ERR_INIT;

	(void)state;
	lua_newtable(L);
	lua_pushinteger(L, 7);
	lua_setfield(L, -2, "seven");
	cfr_sandbox_provide(sb, "host");
	lua_newtable(L);
	lua_pushinteger(L, 9);
	lua_setfield(L, -2, "nine");
	assert_int_equal(cfr_sandbox_load(sb, CFR_STR("a"), CFR_STR("return nine == 9 and host.seven == 7"), -1, &err), 0);
	assert_int_equal(cfr_sandbox_call(sb, 0, 1, &err), 0);
	assert_true(lua_toboolean(L, -1));
	lua_settop(L, 0);
	holds(sb, "return nine == nil and host.seven == 7 and not pcall(function() host.seven = 8 end) and #host == 0");
	cfr_sandbox_free(sb);
}

/* --- print --- */

static void receive(void *arg, cfr_str line) { cfr_buf_adds(arg, line); }

static void printing(void **state)
{
	cfr_sandbox *sb = fresh();
	cfr_buf buf = CFR_BUF_INIT;
	cfr_err err = CFR_ERR_INIT;

	(void)state;
	holds(sb, "print('nobody listens') return true");
	cfr_sandbox_on_print(sb, receive, &buf);
	holds(sb, "print('a', 1, nil, {}, 2.0) return true");
	assert_string_equal(buf.ptr, "a\t1\tnil\ttable\t2.0");
	cfr_buf_release(&buf);
	cfr_sandbox_on_print(sb, NULL, NULL);
	assert_int_equal(run_text(sb, "while true do pcall(print, ('x'):rep(1000)) end", &err), CFR_E_LIMIT);
	assert_string_equal(err.limit, "output");
	holds(sb, "print('again') return true");
	cfr_sandbox_free(sb);
}

/* --- errors of the host --- */

static int host_fails(lua_State *L)
{
	cfr_err err = CFR_ERR_INIT;

	cfr_err_set(&err, CFR_E_KIND, "a mapping was needed");
	cfr_err_hint(&err, "give one");
	cfr_err_path(&err, CFR_STR("/a/b"));
	return cfr_sandbox_raise(L, &err);
}

static int host_limit(lua_State *L)
{
	cfr_err err = CFR_ERR_INIT;

	cfr_err_limit(&err, NULL, CFR_LIMIT_PATTERN_STEPS);
	return cfr_sandbox_raise(L, &err);
}

static void raising(void **state)
{
	cfr_sandbox *sb = fresh();
	lua_State *L = cfr_sandbox_lua(sb);
	cfr_err err = CFR_ERR_INIT;

	(void)state;
	lua_pushcfunction(L, host_fails);
	cfr_sandbox_provide(sb, "host_fails");
	lua_pushcfunction(L, host_limit);
	cfr_sandbox_provide(sb, "host_limit");
	assert_int_equal(run_text(sb, "\nhost_fails()", &err), CFR_E_SCRIPT);
	assert_string_equal(err.message, "a mapping was needed");
	assert_string_equal(err.hint, "give one");
	assert_string_equal(err.path, "/a/b");
	assert_int_equal(err.line, 2);
	holds(sb, "local ok, e = pcall(host_fails) return not ok and type(e) == 'string' and e:find('mapping', 1, true)");
	assert_int_equal(run_text(sb, "pcall(host_limit) return 'went on'", &err), CFR_E_LIMIT);
	assert_string_equal(err.limit, "pattern-steps");
	holds(sb, "return true");
	cfr_sandbox_free(sb);
}

/* A function of the host that loads and calls: `import`. */
static int host_import(lua_State *L)
{
	cfr_sandbox *sb = cfr_sandbox_of(L);
	cfr_err err = CFR_ERR_INIT;

	if (cfr_sandbox_load(sb, CFR_STR("lib.lua"), cfr_str_of(luaL_checkstring(L, 1)), 0, &err) ||
	    cfr_sandbox_call(sb, 0, 1, &err))
		return cfr_sandbox_raise(L, &err);
	return 1;
}

static void nesting(void **state)
{
	cfr_sandbox *sb = new_sandbox(0, 100);
	lua_State *L = cfr_sandbox_lua(sb);
	cfr_err err = CFR_ERR_INIT;

	(void)state;
	lua_pushcfunction(L, host_import);
	cfr_sandbox_provide(sb, "import");
	holds(sb, "return import 'return 42' == 42");
	assert_int_equal(run_text(sb, "\nimport '\\n\\n\\nerror(\"deep\")'", &err), CFR_E_SCRIPT);
	assert_string_equal(err.file, "lib.lua");
	assert_int_equal(err.line, 4);
	assert_string_equal(err.message, "deep");
	assert_int_equal(run_text(sb, "pcall(import, 'while true do end') return 'went on'", &err), CFR_E_LIMIT);
	assert_string_equal(err.limit, "time");
	fails(sb, "local s = 'return 1' local function f() return import(s) end for i = 1, 1000 do f() end error 'fine'", CFR_E_SCRIPT, "fine");
	cfr_sandbox_free(sb);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names), cmocka_unit_test(globals), cmocka_unit_test(order), cmocka_unit_test(sorting),
		cmocka_unit_test(addresses), cmocka_unit_test(errors), cmocka_unit_test(chunks), cmocka_unit_test(extra_names),
		cmocka_unit_test(printing), cmocka_unit_test(raising), cmocka_unit_test(nesting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
