/* lua/rules/options.c -- ctx.options and ctx.env: constant tables.
 *
 * A constant table is an empty one whose metatable reads from a hidden one, with the same shape as those the sandbox
 * makes, so that pairs, ipairs and # work. The tables of options are made once for each tree of options; lists have a
 * method, has. The environment knows the names the rule has declared and refuses others, since a rule that reads what it
 * did not declare would not be a function of its inputs.
 */
#include "lua/rules/inside.h"

const char cfr__pairs_key[] = "pairs";
static const char options_key[] = "options";	/* registry: metatable of what lies behind a list */

static int refuse(lua_State *L) { return luaL_error(L, "this table is constant"); }

static int constant_len(lua_State *L)
{
	lua_pushinteger(L, (lua_Integer)lua_rawlen(L, lua_upvalueindex(1)));
	return 1;
}

/* pairs(constant): the sandbox's pairs over the hidden table. */
static int constant_pairs(lua_State *L)
{
	lua_pushvalue(L, lua_upvalueindex(2));
	lua_pushvalue(L, lua_upvalueindex(1));
	lua_call(L, 1, 3);
	return 3;
}

void cfr__constant(lua_State *L)
{
	int hidden = lua_gettop(L);

	luaL_checkstack(L, 6, NULL);
	lua_newtable(L);
	lua_createtable(L, 0, 6);
	lua_pushvalue(L, hidden);
	lua_setfield(L, -2, "__index");
	lua_pushcfunction(L, refuse);
	lua_setfield(L, -2, "__newindex");
	lua_pushvalue(L, hidden);
	lua_pushcclosure(L, constant_len, 1);
	lua_setfield(L, -2, "__len");
	lua_pushvalue(L, hidden);
	lua_rawgetp(L, LUA_REGISTRYINDEX, cfr__pairs_key);
	lua_pushcclosure(L, constant_pairs, 2);
	lua_setfield(L, -2, "__pairs");
	lua_pushboolean(L, 0);
	lua_setfield(L, -2, "__metatable");
	lua_setmetatable(L, -2);
	lua_remove(L, hidden);
}

/* --- options --- */

static int list_has(lua_State *L)
{
	lua_Integer n;

	if (lua_gettop(L) < 2)
		return luaL_error(L, "has: call it with a colon, list:has(value)");
	lua_settop(L, 2);
	n = luaL_len(L, 1);
	for (lua_Integer i = 1; i <= n; i++) {
		lua_geti(L, 1, i);
		if (lua_rawequal(L, 2, 3)) {
			lua_pushboolean(L, 1);
			return 1;
		}
		lua_pop(L, 1);
	}
	cfr_sandbox_steps(L, (size_t)n + 1);
	lua_pushboolean(L, 0);
	return 1;
}

/* Push the constant list of a sequence. */
static void push_list(lua_State *L, cfr__held *held, uint32_t at)
{
	uint32_t first = cfr__image_first(&held->image, at), count = cfr__image_count(&held->image, at);

	lua_createtable(L, (int)count, 0);
	for (uint32_t i = 0; i < count; i++) {
		cfr__push_node(L, 0, held, first + i);
		lua_rawseti(L, -2, (lua_Integer)i + 1);
	}
	lua_rawgetp(L, LUA_REGISTRYINDEX, options_key);
	lua_setmetatable(L, -2);		/* the hidden table falls back on the method */
	cfr__constant(L);
}

static int no_option(lua_State *L)
{
	if (lua_type(L, 2) == LUA_TSTRING)
		return cfr__fail(L, "declare it with its default under options = { … }",
				 "this rule declares no option '%.60s'", lua_tostring(L, 2));
	return luaL_error(L, "options are read by name");
}

static void push_options(lua_State *L, cfr_script *script, const cfr_tree *tree)
{
	cfr__held *held;
	int views, top;

	cfr__hold(L, script, tree, NULL);
	views = lua_gettop(L);
	held = cfr__held_of(L, views);
	lua_newtable(L);
	top = lua_gettop(L);
	for (uint32_t i = 0; i < cfr__image_count(&held->image, 0); i++) {
		uint32_t child = cfr__image_first(&held->image, 0) + i;

		cfr__push_str(L, cfr__image_key_text(&held->image, cfr__image_key(&held->image, child)));
		if (cfr__image_kind(&held->image, child) == CFR_SEQUENCE)
			push_list(L, held, child);
		else
			cfr__push_node(L, views, held, child);
		lua_rawset(L, top);
	}
	lua_createtable(L, 0, 1);
	lua_pushcfunction(L, no_option);
	lua_setfield(L, -2, "__index");
	lua_setmetatable(L, top);
	cfr__constant(L);
	lua_remove(L, views);
}

/* The table is kept beside the views of its tree, which keep the tree: its address stays its own meanwhile. */
void cfr__push_options(lua_State *L, cfr_script *script)
{
	const cfr_tree *tree = script->job->options;

	luaL_checkstack(L, 12, NULL);
	if (!tree) {
		lua_newtable(L);
		lua_createtable(L, 0, 1);
		lua_pushcfunction(L, no_option);
		lua_setfield(L, -2, "__index");
		lua_setmetatable(L, -2);
		cfr__constant(L);
		return;
	}
	cfr__hold(L, script, tree, NULL);
	if (lua_getfield(L, -1, "options") == LUA_TNIL) {
		lua_pop(L, 1);
		push_options(L, script, tree);
		lua_pushvalue(L, -1);
		lua_setfield(L, -3, "options");
	}
	lua_remove(L, -2);
}

void cfr__options_open(lua_State *L)
{
	lua_newtable(L);
	lua_newtable(L);
	lua_pushcfunction(L, list_has);
	lua_setfield(L, -2, "has");
	lua_setfield(L, -2, "__index");
	lua_rawsetp(L, LUA_REGISTRYINDEX, options_key);
}

/* --- environment --- */

/* Upvalue: the script. Names the rule declared and nobody set are nil; others are an error. */
static int no_variable(lua_State *L)
{
	cfr_script *script = cfr__script(L);
	cfr_str name;

	if (lua_type(L, 2) != LUA_TSTRING)
		return luaL_error(L, "variables are read by name");
	name.ptr = lua_tolstring(L, 2, &name.len);
	for (uint32_t i = 0; script->job && i < script->job->rule->env.count; i++) {
		if (cfr_str_eq(script->job->rule->env.items[i], name)) {
			lua_pushnil(L);
			return 1;
		}
	}
	return cfr__fail(L, "declare it: env = { \"NAME\" }", "the rule reads the variable '%.60s' and does not declare it",
			 name.ptr);
}

void cfr__push_env(lua_State *L, cfr_script *script)
{
	const cfr_job *job = script->job;

	luaL_checkstack(L, 8, NULL);
	lua_newtable(L);
	for (uint32_t i = 0; i < job->rule->env.count; i++) {
		if (!job->env || !job->env[i])
			continue;
		cfr__push_str(L, job->rule->env.items[i]);
		lua_pushstring(L, job->env[i]);
		lua_rawset(L, -3);
	}
	lua_createtable(L, 0, 1);
	lua_pushlightuserdata(L, script);
	lua_pushcclosure(L, no_variable, 1);
	lua_setfield(L, -2, "__index");
	lua_setmetatable(L, -2);
	cfr__constant(L);
}
