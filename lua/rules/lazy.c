/* lua/rules/lazy.c -- objects whose fields are made when they are first read.
 *
 * The object is a userdata with a metatable of its own, whose __index is a plain table of the fields made so far: a
 * repeated read is a table get that Lua does by itself. What the table lacks, its own metatable asks a C function for.
 * Views that are read often, ctx and documents are such objects.
 */
#include "lua/rules/inside.h"

enum { MOST = 64 };		/* fields that room is made for at once */

static const char object_key[] = "object";	/* fields[it] is the object; no script can name it */

/* Called as (fields, key); upvalue: the maker. */
static int missing(lua_State *L)
{
	lua_CFunction make = lua_tocfunction(L, lua_upvalueindex(1));

	lua_settop(L, 2);
	lua_pushvalue(L, 1);			/* 3: fields */
	lua_rawgetp(L, 1, object_key);
	lua_replace(L, 1);			/* (object, key, fields) */
	make(L);
	if (!lua_isnil(L, -1)) {
		lua_pushvalue(L, 2);
		lua_pushvalue(L, -2);
		lua_rawset(L, 3);
	}
	return 1;
}

/* Push the metatable of the fields of all objects with this maker. */
static void push_fields_meta(lua_State *L, lua_CFunction make)
{
	const void *key = (const void *)(uintptr_t)make;

	if (lua_rawgetp(L, LUA_REGISTRYINDEX, key) == LUA_TTABLE)
		return;
	lua_pop(L, 1);
	lua_createtable(L, 0, 1);
	lua_pushcfunction(L, make);
	lua_pushcclosure(L, missing, 1);
	lua_setfield(L, -2, "__index");
	lua_pushvalue(L, -1);
	lua_rawsetp(L, LUA_REGISTRYINDEX, key);
}

void cfr__lazy(lua_State *L, lua_CFunction make, lua_CFunction newindex, const luaL_Reg *more, const char *name,
               uint32_t items, uint32_t names)
{
	int object = lua_gettop(L), fields;

	luaL_checkstack(L, 8, NULL);
	lua_createtable(L, items < MOST ? (int)items : MOST, (names < MOST ? (int)names : MOST) + 1);
	fields = lua_gettop(L);
	lua_pushvalue(L, object);
	lua_rawsetp(L, fields, object_key);
	push_fields_meta(L, make);
	lua_setmetatable(L, fields);
	lua_createtable(L, 0, 8);		/* of the object */
	lua_pushvalue(L, fields);
	lua_setfield(L, -2, "__index");
	lua_pushcfunction(L, newindex);
	lua_setfield(L, -2, "__newindex");
	for (; more && more->name; more++) {
		lua_pushcfunction(L, more->func);
		lua_setfield(L, -2, more->name);
	}
	lua_pushboolean(L, 0);
	lua_setfield(L, -2, "__metatable");
	lua_pushstring(L, name);
	lua_setfield(L, -2, "__name");
	lua_setmetatable(L, object);
}
