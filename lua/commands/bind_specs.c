/* lua/commands/bind_specs.c -- core.specs: the *_spec.lua files of a policy, run.
 *
 *   core.specs(policy, { check = function(text, how), fix = function(text, how) })
 *
 * gives a list of { name, why, file, line }, why being nil for what holds. Specs run in a sandbox of their own
 * (lua/spec.h); what they ask for is done by the two functions, in this state. Values cross as trees.
 */
#include "engine/pack.h"
#include "engine/tree/build.h"
#include "lua/commands/bind.h"
#include "lua/shipped.h"
#include "lua/spec.h"

#define PACK_CLASS "cfgrun.pack"

struct run {
	lua_State *L;
	int calls, results;		/* stack indices */
	const cfr_limits *limits;
};

static int pack_gc(lua_State *L)
{
	cfr_pack **ud = lua_touserdata(L, 1);

	cfr_pack_free(*ud);
	*ud = NULL;
	return 0;
}

/* --- what a spec says, as arguments --- */

static void push_value(lua_State *L, cfr_node node);

static void push_entries(lua_State *L, cfr_node node)
{
	cfr_node child;

	luaL_checkstack(L, 4, NULL);
	lua_newtable(L);
	for (uint32_t i = 0; i < cfr_node_size(node) && cfr_node_at(&child, node, i, NULL) == 0; i++) {
		if (cfr_node_kind(node) == CFR_MAPPING)
			cfr__cmd_push_str(L, cfr_node_key(child));
		else
			lua_pushinteger(L, (lua_Integer)i + 1);
		push_value(L, child);		/* depth has a ceiling */
		lua_rawset(L, -3);
	}
}

static void push_value(lua_State *L, cfr_node node)
{
	switch (cfr_node_kind(node)) {
	case CFR_NULL: lua_pushnil(L); break;
	case CFR_BOOL: lua_pushboolean(L, cfr_node_bool(node)); break;
	case CFR_INT: lua_pushinteger(L, cfr_node_int(node)); break;
	case CFR_FLOAT: lua_pushnumber(L, cfr_node_float(node)); break;
	case CFR_SEQUENCE:
	case CFR_MAPPING: push_entries(L, node); break;
	default: cfr__cmd_push_str(L, cfr_node_string(node)); break;
	}
}

/* Plain tables, but for options, which stay a node: their kinds matter. */
static void push_how(lua_State *L, const cfr_tree *how)
{
	cfr_node root, child;

	lua_newtable(L);
	if (!how)
		return;
	root = cfr_tree_root(how);
	for (uint32_t i = 0; i < cfr_node_size(root) && cfr_node_at(&child, root, i, NULL) == 0; i++) {
		cfr__cmd_push_str(L, cfr_node_key(child));
		if (cfr_str_eq(cfr_node_key(child), CFR_STR("options")))
			cfr__cmd_push_node(L, NULL, child);
		else
			push_value(L, child);
		lua_rawset(L, -3);
	}
}

/* --- what comes back --- */

static const cfr_mark nowhere;

/* The value on the top: a scalar. */
static int build_scalar(lua_State *L, cfr_build *build, cfr_err *err)
{
	cfr_str s;

	switch (lua_type(L, -1)) {
	case LUA_TBOOLEAN:
		return cfr_build_bool(build, lua_toboolean(L, -1), &nowhere, err);
	case LUA_TNUMBER:
		return lua_isinteger(L, -1) ? cfr_build_int(build, lua_tointeger(L, -1), &nowhere, err)
					    : cfr_build_float(build, lua_tonumber(L, -1), &nowhere, err);
	case LUA_TSTRING:
		s.ptr = lua_tolstring(L, -1, &s.len);
		return cfr_build_string(build, s, &nowhere, err);
	default:
		return cfr_build_null(build, &nowhere, err);
	}
}

/* The table on the top: fields of a finding, scalars. */
static int build_finding(lua_State *L, cfr_build *build, cfr_err *err)
{
	int r = cfr_build_begin(build, CFR_MAPPING, &nowhere, err), t = lua_gettop(L);
	cfr_str key;

	for (lua_pushnil(L); r == 0 && lua_next(L, t); lua_pop(L, 1)) {
		if (lua_type(L, -2) != LUA_TSTRING)
			continue;
		key.ptr = lua_tolstring(L, -2, &key.len);
		if ((r = cfr_build_key(build, key, &nowhere, err)) == 0)
			r = build_scalar(L, build, err);
	}
	lua_settop(L, t);
	return r < 0 ? r : cfr_build_end(build, 0, err);
}

static int build_findings(cfr_tree **out, lua_State *L, const cfr_limits *limits, cfr_err *err)
{
	cfr_build *build = NULL;
	int r = cfr_build_new(&build, NULL, CFR_FORMAT_NONE, limits, err);

	if (r == 0)
		r = cfr_build_begin(build, CFR_SEQUENCE, &nowhere, err);
	for (lua_Integer i = 1; r == 0 && lua_istable(L, -1) && i <= (lua_Integer)lua_rawlen(L, -1); i++) {
		lua_rawgeti(L, -1, i);
		r = lua_istable(L, -1) ? build_finding(L, build, err) : build_scalar(L, build, err);
		lua_pop(L, 1);
	}
	if (r == 0 && (r = cfr_build_end(build, 0, err)) == 0)
		r = cfr_build_finish_tree(out, build, err);
	cfr_build_free(build);
	return r;
}

/* --- the calls --- */

struct call {
	const char *name;
	cfr_str text;
	const cfr_tree *how;
};

/* Arguments: the calls, a struct call. Gives what the function gives. Protected. */
static int call_it(lua_State *L)
{
	const struct call *call = lua_touserdata(L, 2);

	lua_getfield(L, 1, call->name);
	cfr__cmd_push_str(L, call->text);
	push_how(L, call->how);
	lua_call(L, 2, 1);
	return 1;
}

static int do_call(struct run *run, const char *name, cfr_str text, const cfr_tree *how, cfr_err *err)
{
	lua_State *L = run->L;
	struct call call = { name, text, how };

	lua_pushcfunction(L, call_it);
	lua_pushvalue(L, run->calls);
	lua_pushlightuserdata(L, &call);
	if (lua_pcall(L, 2, 1, 0) == LUA_OK)
		return 0;
	if (lua_istable(L, -1) && lua_getfield(L, -1, "message") == LUA_TSTRING)
		cfr_err_set(err, CFR_E_SCRIPT, "%s", lua_tostring(L, -1));
	else
		cfr_err_set(err, CFR_E_SCRIPT, "%s", lua_tostring(L, -1) ? lua_tostring(L, -1) : "the check failed");
	return CFR_E_SCRIPT;
}

static int spec_check(void *arg, cfr_str text, const cfr_tree *how, cfr_tree **findings, cfr_err *err)
{
	struct run *run = arg;
	int top = lua_gettop(run->L), r = do_call(run, "check", text, how, err);

	if (r == 0)
		r = build_findings(findings, run->L, run->limits, err);
	lua_settop(run->L, top);
	return r;
}

static int spec_fix(void *arg, cfr_str text, const cfr_tree *how, cfr_buf *fixed, cfr_err *err)
{
	struct run *run = arg;
	int top = lua_gettop(run->L), r = do_call(run, "fix", text, how, err);
	size_t len = 0;
	const char *bytes = r == 0 && lua_type(run->L, -1) == LUA_TSTRING ? lua_tolstring(run->L, -1, &len) : NULL;

	if (r == 0 && !bytes)
		r = cfr_err_set(err, CFR_E_BUG, "fix gave no text");
	cfr_buf_add(fixed, bytes, len);
	lua_settop(run->L, top);
	return r;
}

/* Arguments: the list, a result. Protected. */
static int add_result(lua_State *L)
{
	const cfr_spec_result *result = lua_touserdata(L, 2);

	lua_newtable(L);
	cfr__cmd_set_str(L, "name", result->name);
	if (result->why.len)
		cfr__cmd_set_str(L, "why", result->why);
	cfr__cmd_set_str(L, "file", result->file);
	cfr__cmd_set_int(L, "line", result->line);
	lua_rawseti(L, 1, (lua_Integer)lua_rawlen(L, 1) + 1);
	return 0;
}

static void spec_result(void *arg, const cfr_spec_result *result)
{
	struct run *run = arg;

	lua_pushcfunction(run->L, add_result);
	lua_pushvalue(run->L, run->results);
	lua_pushlightuserdata(run->L, (void *)(uintptr_t)result);
	if (lua_pcall(run->L, 2, 0, 0) != LUA_OK)
		lua_pop(run->L, 1);
}

static int core_specs(lua_State *L)
{
	enum { POLICY = 1, CALLS, PACK, RESULTS };
	cfr_limits limits;
	struct run run = { .L = L, .calls = CALLS, .results = RESULTS, .limits = &limits };
	cfr_spec_calls calls = { spec_check, spec_fix, spec_result, &run };
	cfr_err err = CFR_ERR_INIT;
	cfr_pack **pack;
	int r;

	luaL_checktype(L, CALLS, LUA_TTABLE);
	lua_settop(L, CALLS);
	cfr__cmd_read_limits(L, CALLS, &limits);
	pack = lua_newuserdatauv(L, sizeof(*pack), 0);
	*pack = NULL;
	luaL_setmetatable(L, PACK_CLASS);
	lua_newtable(L);
	luaL_checkstack(L, 40, NULL);
	r = cfr_policy_open(pack, luaL_checkstring(L, POLICY), &limits, &err);
	for (uint32_t i = 0; r == 0 && i < (*pack)->count; i++) {
		if (cfr_str_ends((*pack)->files[i].name, CFR_STR("_spec.lua")))
			r = cfr_spec_run(*pack, &(*pack)->files[i], &limits, &calls, &err);
	}
	if (r < 0)
		return cfr__cmd_push_err(L, &err);
	lua_settop(L, RESULTS);
	return 1;
}

void cfr__cmd_bind_specs(lua_State *L)
{
	luaL_newmetatable(L, PACK_CLASS);
	lua_pushcfunction(L, pack_gc);
	lua_setfield(L, -2, "__gc");
	lua_pop(L, 1);
	lua_pushcfunction(L, core_specs);
	lua_setfield(L, -2, "specs");
}
