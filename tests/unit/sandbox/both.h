/* tests/unit/sandbox/both.h -- the same Lua program in the sandbox and in stock Lua, side by side.
 *
 * A program (a .lua file beside this one) gets a seed and returns a list of lines, each what one call gave. The lists
 * have to be equal. Programs draw their random numbers themselves: the sandbox has none.
 */
#ifndef TEST_SANDBOX_BOTH_H
#define TEST_SANDBOX_BOTH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lua/sandbox/sandbox.h"

#include "engine/base/str.h"
#include <lauxlib.h>
#include <lualib.h>
#include <stdio.h>
#include <stdlib.h>

static inline char *slurp(const char *path, size_t *len)
{
	FILE *f = fopen(path, "rb");
	char *text;

	if (!f)
		return NULL;
	fseek(f, 0, SEEK_END);
	*len = (size_t)ftell(f);
	rewind(f);
	text = malloc(*len + 1);
	if (fread(text, 1, *len, f) != *len)
		*len = 0;
	text[*len] = '\0';
	fclose(f);
	return text;
}

static inline cfr_sandbox *new_sandbox(uint64_t memory, uint64_t time)
{
	cfr_limits limits;
	cfr_sandbox *sandbox;
	cfr_err err;

	cfr_limits_default(&limits);
	if (memory)
		limits.of[CFR_LIMIT_MEMORY] = memory;
	if (time)
		limits.of[CFR_LIMIT_TIME] = time;
	if (cfr_sandbox_new(&sandbox, &limits, &err) != 0)
		fail_msg("no sandbox: %s", err.message);
	return sandbox;
}

/* Runs a chunk; what it returns as a string is left on the stack. */
static inline int run_text(cfr_sandbox *sandbox, const char *text, cfr_err *err)
{
	int code = cfr_sandbox_load(sandbox, CFR_STR("test"), cfr_str_of(text), 0, err);

	return code ? code : cfr_sandbox_call(sandbox, 0, 1, err);
}

/* The chunk returns true. */
static inline void holds(cfr_sandbox *sandbox, const char *text)
{
	cfr_err err = CFR_ERR_INIT;

	if (run_text(sandbox, text, &err) != 0)
		fail_msg("%s\n  gives: %s:%u: %s", text, err.file, err.line, err.message);
	if (!lua_toboolean(cfr_sandbox_lua(sandbox), -1))
		fail_msg("%s\n  is not true", text);
	lua_pop(cfr_sandbox_lua(sandbox), 1);
}

/* The chunk fails, with this code and this in its message. */
static inline void fails(cfr_sandbox *sandbox, const char *text, int code, const char *message)
{
	cfr_err err = CFR_ERR_INIT;
	int top = lua_gettop(cfr_sandbox_lua(sandbox)), got = run_text(sandbox, text, &err);

	if (got != code || !strstr(err.message, message))
		fail_msg("%s\n  gives %d '%s' instead of %d '%s'", text, got, err.message, code, message);
	assert_int_equal(lua_gettop(cfr_sandbox_lua(sandbox)), top);
}

static inline void compare_lists(lua_State *ours, lua_State *stock, const char *path)
{
	lua_Integer n = luaL_len(stock, -1);

	for (lua_Integer i = 1; i <= n; i++) {
		size_t a_len, b_len;

		lua_rawgeti(ours, -1, i);
		lua_rawgeti(stock, -1, i);
		const char *a = lua_tolstring(ours, -1, &a_len), *b = lua_tolstring(stock, -1, &b_len);
		if (!a || !b || a_len != b_len || memcmp(a, b, a_len) != 0)
			fail_msg("%s, line %d:\n  ours  %s\n  stock %s", path, (int)i, a, b);
		lua_pop(ours, 1);
		lua_pop(stock, 1);
	}
	assert_int_equal(luaL_len(ours, -1), n);
	assert_true(n > 0);
}

static inline void run_both(const char *path, int seeds)
{
	size_t len = 0;
	char *text = slurp(path, &len);
	cfr_sandbox *sandbox = new_sandbox(0, 60000);
	lua_State *ours = cfr_sandbox_lua(sandbox), *stock = luaL_newstate();
	cfr_err err = CFR_ERR_INIT;

	if (!text)
		fail_msg("%s is not there: run from the project's root", path);
	luaL_openlibs(stock);
	for (int seed = 1; seed <= seeds; seed++) {
		if (cfr_sandbox_load(sandbox, cfr_str_of(path), (cfr_str){ text, len }, 0, &err))
			fail_msg("%s:%u: %s", path, err.line, err.message);
		lua_pushinteger(ours, seed);
		if (cfr_sandbox_call(sandbox, 1, 1, &err))
			fail_msg("%s:%u: %s", path, err.line, err.message);
		if (luaL_loadbufferx(stock, text, len, path, "t") || (lua_pushinteger(stock, seed), lua_pcall(stock, 1, 1, 0)))
			fail_msg("stock: %s", lua_tostring(stock, -1));
		compare_lists(ours, stock, path);
		lua_pop(ours, 1);
		lua_pop(stock, 1);
	}
	lua_close(stock);
	cfr_sandbox_free(sandbox);
	free(text);
}

#endif
