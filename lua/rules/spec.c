/* lua/rules/spec.c -- running a *_spec.lua file. See lua/spec.h.
 *
 * The words of specs are Lua themselves (stdlib/spec.lua) and run in the same sandbox; here they are put together with
 * `check` and `fix`, which ask the caller. Each test is one call with a budget of its own, so a test that hangs fails and
 * the next one runs. As in load.c, the driver runs under a bare lua_pcall and keeps failures aside.
 */
#include "lua/spec.h"

#include "lua/embedded.h"
#include "lua/rules/inside.h"

#include <stdio.h>

struct spec {
	cfr_script *script;
	const cfr_pack_file *file;
	const cfr_spec_calls *calls;
	cfr_err *err;
	int r;
};

/* --- what specs call --- */

/* Arguments: text, how. Upvalues: script, spec. Pushes nothing; `how` is kept at 3. */
static const cfr_tree *arguments(lua_State *L, cfr_str *text)
{
	cfr_script *script = cfr__script(L);

	*text = cfr__arg_str(L, 1);
	lua_settop(L, 2);
	if (lua_isnil(L, 2))
		return NULL;
	return cfr__to_tree(L, script, 2, CFR__AS_EXAMPLES, "check")->tree;
}

static int spec_check(lua_State *L)
{
	struct spec *spec = lua_touserdata(L, lua_upvalueindex(2));
	cfr_script *script = cfr__script(L);
	cfr_str text;
	const cfr_tree *how = arguments(L, &text);
	cfr__held *held = cfr__hold_own(L, script);
	cfr_tree *findings = NULL;
	cfr_err err = CFR_ERR_INIT;

	if (spec->calls->check(spec->calls->arg, text, how, &findings, &err) < 0)
		return cfr__raise(L, &err);
	cfr__own(L, held, findings);
	cfr__push_table(L, &(cfr__view){ .held = held });
	return 1;
}

static int spec_fix(lua_State *L)
{
	struct spec *spec = lua_touserdata(L, lua_upvalueindex(2));
	cfr_script *script = cfr__script(L);
	cfr_str text;
	const cfr_tree *how = arguments(L, &text);
	cfr_err err = CFR_ERR_INIT;
	int r;

	cfr_buf_clear(&script->text);
	script->text.max = 0;
	r = spec->calls->fix(spec->calls->arg, text, how, &script->text, &err);
	if (r < 0 || cfr_buf_check(&script->text, &err) < 0)
		return cfr__raise(L, &err);
	cfr__push_str(L, cfr_buf_str(&script->text));
	return 1;
}

/* The line of the spec that called `it`: 0 is this function, 1 is `it`. */
static int line_of(lua_State *L)
{
	lua_Debug ar = { .currentline = 0 };

	if (lua_getstack(L, 2, &ar))
		lua_getinfo(L, "l", &ar);
	lua_pushinteger(L, ar.currentline > 0 ? ar.currentline : 1);
	return 1;
}

/* `assert` is a table with functions, and can be called. */
static int call_assert(lua_State *L)
{
	lua_remove(L, 1);
	luaL_checkany(L, 1);
	if (lua_toboolean(L, 1))
		return lua_gettop(L);
	if (lua_type(L, 2) == LUA_TSTRING)
		return luaL_error(L, "%s", lua_tostring(L, 2));
	return luaL_error(L, "assertion failed!");
}

/* --- the driver --- */

static int load_words(lua_State *L, struct spec *spec)
{
	const struct cfr_embedded *e = cfr_embedded_files;

	while (e->name && strcmp(e->name, "stdlib/spec.lua") != 0)
		e++;
	if (!e->name)
		return cfr_err_set(spec->err, CFR_E_BUG, "stdlib/spec.lua is not in the program");
	spec->r = cfr_sandbox_load(spec->script->sandbox, CFR_STR("stdlib/spec.lua"), (cfr_str){ e->bytes, e->len }, 0,
				   spec->err);
	if (spec->r < 0)
		return spec->r;
	lua_pushcfunction(L, line_of);
	return cfr_sandbox_call(spec->script->sandbox, 1, 2, spec->err);
}

static void add_word(lua_State *L, struct spec *spec, int words, const char *name, lua_CFunction fn)
{
	lua_pushlightuserdata(L, spec->script);
	lua_pushlightuserdata(L, spec);
	lua_pushcclosure(L, fn, 2);
	lua_setfield(L, words, name);
}

static void tell(struct spec *spec, cfr_str name, const cfr_err *err, uint32_t line)
{
	cfr_spec_result result = { .name = name, .file = spec->file->shown, .line = line };
	char why[640];

	if (err && err->code) {
		bool elsewhere = err->line && !cfr_str_eq(cfr_str_of(err->file), spec->file->shown);
		int n = elsewhere ? snprintf(why, sizeof(why), "%s:%u: %s", err->file, err->line, err->message)
				  : snprintf(why, sizeof(why), "%s", err->message);

		if (err->hint[0] && n > 0 && (size_t)n < sizeof(why))
			snprintf(why + n, sizeof(why) - (size_t)n, " (%s)", err->hint);
		result.why = cfr_str_of(why);
		if (err->line && !elsewhere)
			result.line = err->line;
	}
	spec->calls->result(spec->calls->arg, &result);
}

static void run_tests(lua_State *L, struct spec *spec, int tests)
{
	lua_Integer n = (lua_Integer)lua_rawlen(L, tests);
	int top = lua_gettop(L);

	for (lua_Integer i = 1; i <= n; i++) {
		cfr_err err = CFR_ERR_INIT;
		cfr_str name;

		lua_rawgeti(L, tests, i);
		lua_getfield(L, -1, "name");
		name.ptr = lua_tolstring(L, -1, &name.len);
		lua_getfield(L, -2, "line");
		uint32_t line = (uint32_t)lua_tointeger(L, -1);

		lua_getfield(L, -3, "run");
		if (cfr_sandbox_call(spec->script->sandbox, 0, 0, &err) < 0)
			tell(spec, name, &err, line);
		else
			tell(spec, name, NULL, line);
		lua_settop(L, top);
	}
}

static int drive(lua_State *L)
{
	struct spec *spec = lua_touserdata(L, 1);
	cfr_err err = CFR_ERR_INIT;

	luaL_checkstack(L, 20, NULL);
	if ((spec->r = load_words(L, spec)) < 0)	/* 2: words, 3: tests */
		return 0;
	add_word(L, spec, 2, "check", spec_check);
	add_word(L, spec, 2, "fix", spec_fix);
	cfr__push_extra(L, spec->script, false);
	lua_getfield(L, -1, "import");
	lua_setfield(L, 2, "import");
	lua_getfield(L, 2, "assert");
	lua_createtable(L, 0, 2);
	lua_pushcfunction(L, call_assert);
	lua_setfield(L, -2, "__call");
	lua_pushboolean(L, 0);
	lua_setfield(L, -2, "__metatable");
	lua_setmetatable(L, -2);
	lua_settop(L, 3);
	if (cfr_sandbox_load(spec->script->sandbox, spec->file->shown, spec->file->bytes, 2, &err) < 0 ||
	    cfr_sandbox_call(spec->script->sandbox, 0, 0, &err) < 0)
		tell(spec, spec->file->name, &err, 1);
	else
		run_tests(L, spec, 3);
	return 0;
}

int cfr_spec_run(const cfr_pack *pack, const cfr_pack_file *file, const cfr_limits *limits, const cfr_spec_calls *calls,
                 cfr_err *err)
{
	cfr_err ours = CFR_ERR_INIT;
	struct spec spec = { .file = file, .calls = calls, .err = &ours };
	int r = cfr__script_open(&spec.script, limits, err);

	if (r < 0)
		return r;
	spec.script->pack = pack;
	spec.script->file = file;
	spec.script->loading = true;		/* import may be called */
	lua_pushcfunction(spec.script->L, drive);
	lua_pushlightuserdata(spec.script->L, &spec);
	if (lua_pcall(spec.script->L, 1, 0, 0) != LUA_OK)
		spec.r = cfr_err_limit(&ours, limits, CFR_LIMIT_MEMORY);
	cfr__script_close(spec.script);
	if (spec.r < 0 && err)
		*err = ours;
	return spec.r;
}
