/* lua/rules/bind.c -- what all bindings use: arguments, errors, and tables of functions. */
#include "lua/rules/inside.h"

#include <stdarg.h>
#include <stdio.h>

void cfr__push_bindings(lua_State *L, cfr_script *script, const cfr__binding *bindings)
{
	lua_newtable(L);
	for (; bindings->name; bindings++) {
		if (!bindings->fn)
			continue;		/* a field, listed for its annotation */
		lua_pushlightuserdata(L, script);
		lua_pushcclosure(L, bindings->fn, 1);
		lua_setfield(L, -2, bindings->name);
	}
}

int cfr__raise(lua_State *L, const cfr_err *err) { return cfr_sandbox_raise(L, err); }

void *cfr__script_alloc(lua_State *L, cfr_script *script, size_t count, size_t size)
{
	void *ptr = cfr_arena_zalloc(&script->arena, count + 1, size);
	cfr_err err = CFR_ERR_INIT;

	if (!ptr) {
		cfr_err_nomem(&err);
		cfr__raise(L, &err);
	}
	return ptr;
}

int cfr__fail(lua_State *L, const char *hint, const char *format, ...)
{
	cfr_err err = CFR_ERR_INIT;
	char message[sizeof(err.message)];
	va_list args;

	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	cfr_err_set(&err, CFR_E_SCRIPT, "%s", message);
	if (hint)
		cfr_err_hint(&err, "%s", hint);
	return cfr_sandbox_raise(L, &err);
}

cfr_str cfr__arg_str(lua_State *L, int arg)
{
	cfr_str s;

	if (lua_type(L, arg) != LUA_TSTRING)
		luaL_argerror(L, arg, lua_pushfstring(L, "string expected, got %s", cfr__named(L, arg)));
	s.ptr = lua_tolstring(L, arg, &s.len);
	return s;
}

cfr_script *cfr__in_job(lua_State *L, const char *method)
{
	cfr_script *script = cfr__script(L);

	if (!cfr__is(L, 1, CFR__CTX))
		cfr__fail(L, lua_pushfstring(L, "write ctx:%s(…), with a colon", method), "ctx.%s: its first argument is %s, not ctx",
			  method, cfr__named(L, 1));
	if (!script->job)
		luaL_error(L, "ctx is of use only while a check runs");
	return script;
}

const char *cfr__named(lua_State *L, int index)
{
	if (lua_type(L, index) == LUA_TNONE)
		return "nothing";
	if (cfr__is(L, index, CFR__VIEW))
		return "a node";
	if (cfr__is(L, index, CFR__PLACE))
		return "a place";
	if (cfr__is(L, index, CFR__EDIT))
		return "an edit";
	if (cfr__is(L, index, CFR__CTX))
		return "ctx";
	if (cfr__is(L, index, CFR__DOCUMENT))
		return "a document";
	switch (lua_type(L, index)) {
	case LUA_TNIL: return "nil";
	case LUA_TBOOLEAN: return "a boolean";
	case LUA_TNUMBER: return "a number";
	case LUA_TSTRING: return "a string";
	case LUA_TTABLE: return "a table";
	case LUA_TFUNCTION: return "a function";
	default: return "an object";
	}
}

const char *cfr__nearest_word(cfr_str word, const char *const *words)
{
	const char *near = NULL;
	unsigned best = word.len <= 3 ? 2 : 3;

	for (; *words; words++) {
		unsigned d = cfr_str_distance(word, cfr_str_of(*words), best);

		if (d < best) {
			best = d;
			near = *words;
		}
	}
	return near;
}
