/* lua/rules/lazy.c -- objects whose fields are made when they are first read.
 *
 * The object is a userdata with a metatable of its own, whose __index is a plain table of the fields made so far: a
 * repeated read is a table get that Lua does by itself. What the table lacks, its own metatable asks a C function for.
 * Views that are read often, ctx and documents are such objects.
 */
#include "lua/rules/inside.h"

enum { MOST = 64 };		/* fields that room is made for at once */

/* Called as (fields, key); upvalues: the object, the maker. */
static int missing(lua_State *L)
{
	lua_CFunction make = lua_tocfunction(L, lua_upvalueindex(2));

	lua_settop(L, 2);
	lua_pushvalue(L, 1);			/* 3: fields */
	lua_pushvalue(L, lua_upvalueindex(1));
	lua_replace(L, 1);			/* (object, key, fields) */
	make(L);
	if (!lua_isnil(L, -1)) {
		lua_pushvalue(L, 2);
		lua_pushvalue(L, -2);
		lua_rawset(L, 3);
	}
	return 1;
}

void cfr__lazy(lua_State *L, lua_CFunction make, lua_CFunction newindex, const luaL_Reg *more, const char *name,
               uint32_t items, uint32_t names)
{
	int object = lua_gettop(L), fields;

	luaL_checkstack(L, 8, NULL);
	lua_createtable(L, items < MOST ? (int)items : MOST, names < MOST ? (int)names : MOST);
	fields = lua_gettop(L);
	lua_createtable(L, 0, 1);		/* of the fields */
	lua_pushvalue(L, object);
	lua_pushcfunction(L, make);
	lua_pushcclosure(L, missing, 2);
	lua_setfield(L, -2, "__index");
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
