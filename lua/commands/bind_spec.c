/* lua/commands/bind_spec.c -- core.specs: the *_spec.lua files of a policy, run in the sandbox of its rules.
 *
 *   core.specs(policy, { check = function(text, how) … end, fix = function(text, how) … end })
 *       list of { name, why?, file, line }
 *
 * What a spec asks of the engine is answered by the two functions, trusted Lua of the command: `check` returns a list
 * of findings as plain tables, `fix` the text; `how` is a node, or nil. They may raise: that is the spec's error.
 */
#include "engine/pack.h"
#include "engine/tree/build.h"
#include "lua/commands/bind.h"
#include "lua/shipped.h"
#include "lua/spec.h"

#define PACK_CLASS "cfgrun.pack"

/* Stack of core_specs. */
enum { POLICY = 1, CALLS, RESULTS };

struct specs {
	lua_State *L;
	const cfr_limits *limits;
	lua_Integer count;
};

/* Calls check or fix with (text, how): one result on the stack. Protected: errors of Lua must not cross the sandbox. */
static int call_command(struct specs *specs, const char *name, cfr_str text, const cfr_tree *how, cfr_err *err)
{
	lua_State *L = specs->L;

	lua_getfield(L, CALLS, name);
	cfr__cmd_push_str(L, text);
	if (how)
		cfr__cmd_push_node(L, NULL, cfr_tree_root(how));
	else
		lua_pushnil(L);
	if (lua_pcall(L, 2, 1, 0) == LUA_OK)
		return 0;
	int r = cfr_err_set(err, CFR_E_SCRIPT, "%s", luaL_tolstring(L, -1, NULL));
	lua_pop(L, 2);
	return r;
}

/* One field of the finding on top, as the command gives it: text, number or boolean. */
static int build_field(cfr_build *build, lua_State *L, const char *name, cfr_err *err)
{
	static const cfr_mark nowhere = { 0 };
	int r = cfr_build_key(build, cfr_str_of(name), &nowhere, err);
	cfr_str s;

	if (r < 0)
		return r;
	switch (lua_getfield(L, -1, name)) {
	case LUA_TSTRING:
		s.ptr = lua_tolstring(L, -1, &s.len);
		r = cfr_build_string(build, s, &nowhere, err);
		break;
	case LUA_TNUMBER:
		r = cfr_build_int(build, lua_tointeger(L, -1), &nowhere, err);
		break;
	default:
		r = cfr_build_bool(build, lua_toboolean(L, -1), &nowhere, err);
	}
	lua_pop(L, 1);
	return r;
}

static int build_findings(cfr_build *build, lua_State *L, cfr_err *err)
{
	static const char *const fields[] = { "rule", "message", "path", "line", "column", "severity", "fix" };
	static const cfr_mark nowhere = { 0 };
	lua_Integer n = luaL_len(L, -1);
	int r = cfr_build_begin(build, CFR_SEQUENCE, &nowhere, err);

	for (lua_Integer i = 1; r == 0 && i <= n; i++) {
		lua_rawgeti(L, -1, i);
		r = cfr_build_begin(build, CFR_MAPPING, &nowhere, err);
		for (size_t k = 0; r == 0 && k < sizeof(fields) / sizeof(*fields); k++)
			r = build_field(build, L, fields[k], err);
		if (r == 0)
			r = cfr_build_end(build, 0, err);
		lua_pop(L, 1);
	}
	return r < 0 ? r : cfr_build_end(build, 0, err);
}

static int answer_check(void *arg, cfr_str text, const cfr_tree *how, cfr_tree **findings, cfr_err *err)
{
	struct specs *specs = arg;
	cfr_build *build = NULL;
	int r;

	if ((r = call_command(specs, "check", text, how, err)) < 0)
		return r;
	if ((r = cfr_build_new(&build, NULL, CFR_FORMAT_NONE, specs->limits, err)) == 0 &&
	    (r = build_findings(build, specs->L, err)) == 0)
		r = cfr_build_finish_tree(findings, build, err);
	cfr_build_free(build);
	lua_pop(specs->L, 1);
	return r;
}

static int answer_fix(void *arg, cfr_str text, const cfr_tree *how, cfr_buf *fixed, cfr_err *err)
{
	struct specs *specs = arg;
	cfr_str result;
	int r = call_command(specs, "fix", text, how, err);

	if (r < 0)
		return r;
	result.ptr = lua_tolstring(specs->L, -1, &result.len);
	cfr_buf_adds(fixed, result);
	lua_pop(specs->L, 1);
	return cfr_buf_check(fixed, err);
}

static void take_result(void *arg, const cfr_spec_result *result)
{
	struct specs *specs = arg;
	lua_State *L = specs->L;

	lua_createtable(L, 0, 4);
	cfr__cmd_set_str(L, "name", result->name);
	if (result->why.len)
		cfr__cmd_set_str(L, "why", result->why);
	cfr__cmd_set_str(L, "file", result->file);
	cfr__cmd_set_int(L, "line", result->line);
	lua_rawseti(L, RESULTS, ++specs->count);
}

static int pack_gc(lua_State *L)
{
	cfr_pack **ud = luaL_checkudata(L, 1, PACK_CLASS);

	cfr_pack_free(*ud);
	*ud = NULL;
	return 0;
}

static int core_specs(lua_State *L)
{
	const char *policy = luaL_checkstring(L, POLICY);
	cfr_limits limits;
	struct specs specs = { .L = L, .limits = &limits };
	cfr_spec_calls calls = { answer_check, answer_fix, take_result, &specs };
	cfr_err err = CFR_ERR_INIT;

	luaL_checktype(L, CALLS, LUA_TTABLE);
	lua_settop(L, CALLS);
	cfr__cmd_read_limits(L, CALLS, &limits);
	lua_newtable(L);	/* RESULTS */
	cfr_pack **pack = lua_newuserdatauv(L, sizeof(cfr_pack *), 0);
	*pack = NULL;
	if (luaL_newmetatable(L, PACK_CLASS)) {
		lua_pushcfunction(L, pack_gc);
		lua_setfield(L, -2, "__gc");
	}
	lua_setmetatable(L, -2);
	if (cfr_policy_open(pack, policy, &limits, &err) < 0)
		return cfr__cmd_push_err(L, &err);
	for (uint32_t i = 0; i < (*pack)->count; i++) {
		const cfr_pack_file *file = &(*pack)->files[i];
		if (cfr_str_ends(file->name, CFR_STR("_spec.lua")) && cfr_spec_run(*pack, file, &limits, &calls, &err) < 0)
			return cfr__cmd_push_err(L, &err);
	}
	lua_pushvalue(L, RESULTS);
	return 1;
}

void cfr__cmd_bind_specs(lua_State *L)
{
	lua_pushcfunction(L, core_specs);
	lua_setfield(L, -2, "specs");
}
