/* lua/commands/push.c -- errors, text and places as Lua values. */
#include "lua/commands/bind.h"

#define ERROR_CLASS "cfgrun.error"
#define BUFFER_CLASS "cfgrun.buffer"

void cfr__cmd_push_str(lua_State *L, cfr_str s)
{
	lua_pushlstring(L, s.ptr ? s.ptr : "", s.ptr ? s.len : 0);
}

void cfr__cmd_set_str(lua_State *L, const char *field, cfr_str s)
{
	cfr__cmd_push_str(L, s);
	lua_setfield(L, -2, field);
}

void cfr__cmd_set_int(lua_State *L, const char *field, lua_Integer value)
{
	lua_pushinteger(L, value);
	lua_setfield(L, -2, field);
}

void cfr__cmd_set_bool(lua_State *L, const char *field, bool value)
{
	lua_pushboolean(L, value);
	lua_setfield(L, -2, field);
}

void cfr__cmd_set_span(lua_State *L, const cfr_span *span)
{
	cfr__cmd_set_int(L, "line", span->line);
	cfr__cmd_set_int(L, "column", span->column);
	cfr__cmd_set_int(L, "end_line", span->end_line);
	cfr__cmd_set_int(L, "end_column", span->end_column);
	cfr__cmd_set_int(L, "first", (lua_Integer)span->start + 1);
	cfr__cmd_set_int(L, "last", span->end);
}

static void set_text(lua_State *L, const char *field, const char *text)
{
	if (*text) {
		lua_pushstring(L, text);
		lua_setfield(L, -2, field);
	}
}

/* "file:line:column: message (hint)" */
static int error_tostring(lua_State *L)
{
	luaL_Buffer b;
	static const char *const place[] = { "file", "line", "column" };
	bool any = false;

	luaL_checktype(L, 1, LUA_TTABLE);
	lua_settop(L, 1);
	for (int i = 0; i < 3; i++)
		lua_getfield(L, 1, place[i]);
	lua_getfield(L, 1, "message");
	luaL_buffinit(L, &b);
	for (int i = 2; i <= 4 && !lua_isnil(L, i); i++) {
		luaL_addstring(&b, lua_tostring(L, i));
		luaL_addstring(&b, ":");
		any = true;
	}
	if (any)
		luaL_addstring(&b, " ");
	luaL_addstring(&b, lua_tostring(L, 5) ? lua_tostring(L, 5) : "error");
	luaL_pushresult(&b);
	return 1;
}

void cfr__cmd_push_err_table(lua_State *L, const cfr_err *err)
{
	lua_createtable(L, 0, 12);
	set_text(L, "code", cfr_code_name(err->code));
	set_text(L, "message", err->message);
	set_text(L, "hint", err->hint);
	set_text(L, "file", err->file);
	set_text(L, "path", err->path);
	set_text(L, "limit", err->limit);
	if (err->line)
		cfr__cmd_set_int(L, "line", err->line);
	if (err->column)
		cfr__cmd_set_int(L, "column", err->column);
	if (err->other_line) {
		cfr__cmd_set_int(L, "other_line", err->other_line);
		cfr__cmd_set_int(L, "other_column", err->other_column);
	}
	cfr__cmd_set_int(L, "exit", cfr_code_exit(err->code));
	if (luaL_newmetatable(L, ERROR_CLASS)) {
		lua_pushcfunction(L, error_tostring);
		lua_setfield(L, -2, "__tostring");
	}
	lua_setmetatable(L, -2);
}

int cfr__cmd_push_err(lua_State *L, const cfr_err *err)
{
	lua_pushnil(L);
	cfr__cmd_push_err_table(L, err);
	return 2;
}

cfr_str cfr__cmd_check_str(lua_State *L, int index)
{
	cfr_str s;

	s.ptr = luaL_checklstring(L, index, &s.len);
	return s;
}

cfr_str cfr__cmd_opt_str(lua_State *L, int index)
{
	return lua_isnoneornil(L, index) ? CFR_STR("") : cfr__cmd_check_str(L, index);
}

cfr_str cfr__cmd_field_str(lua_State *L, int table, const char *field)
{
	cfr_str s = { "", 0 };

	lua_getfield(L, table, field);
	if (lua_type(L, -1) == LUA_TSTRING)
		s.ptr = lua_tolstring(L, -1, &s.len);
	lua_pop(L, 1);
	return s;
}

static int buffer_gc(lua_State *L)
{
	cfr_buf_release(lua_touserdata(L, 1));
	return 0;
}

cfr_buf *cfr__cmd_push_buf(lua_State *L)
{
	cfr_buf *buf = lua_newuserdatauv(L, sizeof(*buf), 0);

	*buf = (cfr_buf)CFR_BUF_INIT;
	if (luaL_newmetatable(L, BUFFER_CLASS)) {
		lua_pushcfunction(L, buffer_gc);
		lua_setfield(L, -2, "__gc");
	}
	lua_setmetatable(L, -2);
	return buf;
}

void cfr__cmd_read_limits(lua_State *L, int table, cfr_limits *limits)
{
	cfr_err err = CFR_ERR_INIT;

	cfr_limits_default(limits);
	if (lua_type(L, table) != LUA_TTABLE)
		return;
	if (lua_getfield(L, table, "limits") == LUA_TTABLE) {
		lua_pushnil(L);
		while (lua_next(L, -2)) {
			lua_Integer value = luaL_checkinteger(L, -1);
			if (lua_type(L, -2) != LUA_TSTRING || value < 0)
				luaL_error(L, "limits map names to whole numbers");
			cfr_str word = cfr__cmd_check_str(L, -2);
			if (cfr_limits_set(limits, word, (uint64_t)value, &err) < 0) {
				cfr__cmd_push_err_table(L, &err);
				lua_error(L);
			}
			lua_pop(L, 1);
		}
	}
	lua_pop(L, 1);
}
