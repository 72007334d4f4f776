/* lua/rules/bind_re.c -- `re`: regular expressions.
 *
 * PCRE2 through engine/base/re.h. Patterns are compiled once (cache.c); subjects must be UTF-8, which is looked at once
 * for a loop over one subject. A group that took no part is `false`, so that it ends no loop and leaves no hole.
 */
#include "lua/rules/inside.h"

#include "engine/base/utf8.h"

enum { PAIRS = 128 };		/* groups whose places are kept while a replacement function runs */

static cfr_str subject(lua_State *L, int arg)
{
	cfr_str s = cfr__arg_str(L, arg);
	size_t bad = cfr_utf8_valid(s.ptr, s.len);

	cfr_sandbox_steps(L, s.len / 64 + 16);
	if (bad != s.len)
		cfr__fail(L, NULL, "the text is not UTF-8 (byte %zu)", bad + 1);
	return s;
}

static int match(lua_State *L, const cfr_re *re, cfr_str s, size_t from, const size_t **at)
{
	cfr_script *script = cfr__script(L);
	cfr_err err = CFR_ERR_INIT;
	int count = cfr_re_match(re, script->re, s, from, at, &err);

	cfr_sandbox_steps(L, 64);
	if (count < 0)
		cfr__raise(L, &err);
	return count;
}

static void push_group(lua_State *L, cfr_str s, const size_t *at, int group)
{
	if (at[2 * group] == SIZE_MAX)
		lua_pushboolean(L, 0);
	else
		lua_pushlstring(L, s.ptr + at[2 * group], at[2 * group + 1] - at[2 * group]);
}

/* The groups, or the whole match when there are none. `at` is borrowed from the scratch: nothing matches in between. */
static int push_groups(lua_State *L, cfr_str s, const size_t *at, int count)
{
	if (count == 1) {
		push_group(L, s, at, 0);
		return 1;
	}
	luaL_checkstack(L, count, "too many groups");
	for (int i = 1; i < count; i++)
		push_group(L, s, at, i);
	return count - 1;
}

static int re_test(lua_State *L)
{
	cfr_str s = subject(L, 1);
	const size_t *at;
	const cfr_re *re = cfr__pattern(L, cfr__script(L), 2);

	lua_pushboolean(L, match(L, re, s, 0, &at) > 0);
	return 1;
}

static int re_match(lua_State *L)
{
	cfr_str s = subject(L, 1);
	const size_t *at;
	const cfr_re *re = cfr__pattern(L, cfr__script(L), 2);
	int count = match(L, re, s, 0, &at);

	if (count == 0) {
		lua_pushnil(L);
		return 1;
	}
	return push_groups(L, s, at, count);
}

static int re_find(lua_State *L)
{
	cfr_str s = subject(L, 1);
	lua_Integer init = luaL_optinteger(L, 3, 1);
	const size_t *at;
	const cfr_re *re = cfr__pattern(L, cfr__script(L), 2);
	int count;

	if (init < 0)
		init = init < -(lua_Integer)s.len ? 1 : (lua_Integer)s.len + init + 1;
	else if (init == 0)
		init = 1;
	if (init > (lua_Integer)s.len + 1) {
		lua_pushnil(L);
		return 1;
	}
	while (init <= (lua_Integer)s.len && ((unsigned char)s.ptr[init - 1] & 0xC0) == 0x80)
		init++;			/* not into the middle of a character */
	count = match(L, re, s, (size_t)init - 1, &at);
	if (count == 0) {
		lua_pushnil(L);
		return 1;
	}
	lua_pushinteger(L, (lua_Integer)at[0] + 1);
	lua_pushinteger(L, (lua_Integer)at[1]);
	return count == 1 ? 2 : 2 + push_groups(L, s, at, count);
}

/* Where to look next: behind the match, or one character on when it was empty. */
static size_t onward(cfr_str s, const size_t *at)
{
	size_t next = at[1];

	if (at[1] == at[0]) {
		next++;
		while (next < s.len && ((unsigned char)s.ptr[next] & 0xC0) == 0x80)
			next++;
	}
	return next;
}

/* Upvalues: script, subject, pattern, offset. */
static int each_next(lua_State *L)
{
	cfr_str s;
	const size_t *at;
	const cfr_re *re;
	size_t from = (size_t)lua_tointeger(L, lua_upvalueindex(4));
	int count;

	lua_settop(L, 0);
	s.ptr = lua_tolstring(L, lua_upvalueindex(2), &s.len);
	if (from > s.len)
		return 0;
	lua_pushvalue(L, lua_upvalueindex(3));
	re = cfr__pattern(L, cfr__script(L), 1);
	count = match(L, re, s, from, &at);
	lua_pushinteger(L, count ? (lua_Integer)onward(s, at) : (lua_Integer)s.len + 1);
	lua_replace(L, lua_upvalueindex(4));
	return count ? push_groups(L, s, at, count) : 0;
}

static int re_each(lua_State *L)
{
	subject(L, 1);
	cfr__arg_str(L, 2);
	lua_settop(L, 2);
	cfr__pattern(L, cfr__script(L), 2);
	lua_pushvalue(L, lua_upvalueindex(1));
	lua_pushvalue(L, 1);
	lua_pushvalue(L, 2);
	lua_pushinteger(L, 0);
	lua_pushcclosure(L, each_next, 4);
	return 1;
}

/* --- gsub --- */

/* "%0" … "%9" and "%%" in a replacement, as in string.gsub. */
static void add_template(lua_State *L, luaL_Buffer *b, cfr_str s, const size_t *at, int count)
{
	cfr_str r;

	r.ptr = lua_tolstring(L, 3, &r.len);
	for (size_t i = 0; i < r.len; i++) {
		int group;

		if (r.ptr[i] != '%') {
			luaL_addchar(b, r.ptr[i]);
			continue;
		}
		i++;
		if (i < r.len && r.ptr[i] == '%') {
			luaL_addchar(b, '%');
			continue;
		}
		if (i == r.len || r.ptr[i] < '0' || r.ptr[i] > '9')
			luaL_error(L, "'%%' in a replacement is followed by a digit or by '%%'");
		group = r.ptr[i] - '0';
		if (group == 1 && count == 1)
			group = 0;
		if (group >= count)
			luaL_error(L, "the replacement names group %%%d, which the pattern has not", group);
		if (at[2 * group] != SIZE_MAX)
			luaL_addlstring(b, s.ptr + at[2 * group], at[2 * group + 1] - at[2 * group]);
	}
}

/* The value of the replacement for one match, appended. `at` is our own copy. */
static void add_replacement(lua_State *L, luaL_Buffer *b, cfr_str s, const size_t *at, int count)
{
	switch (lua_type(L, 3)) {
	case LUA_TFUNCTION:
		lua_pushvalue(L, 3);
		lua_call(L, push_groups(L, s, at, count), 1);
		break;
	case LUA_TTABLE:
		push_group(L, s, at, count > 1);
		lua_gettable(L, 3);
		break;
	default:
		add_template(L, b, s, at, count);
		return;
	}
	if (!lua_toboolean(L, -1)) {
		lua_pop(L, 1);
		luaL_addlstring(b, s.ptr + at[0], at[1] - at[0]);
	} else if (lua_isstring(L, -1)) {
		luaL_addvalue(b);
	} else {
		luaL_error(L, "the replacement is %s; a string is needed", cfr__named(L, -1));
	}
}

static int re_gsub(lua_State *L)
{
	cfr_str s = subject(L, 1);
	size_t from = 0, copied = 0, pairs[2 * PAIRS];
	const size_t *at;
	const cfr_re *re;
	luaL_Buffer b;
	lua_Integer n = 0;
	int count, type = lua_type(L, 3);

	cfr__arg_str(L, 2);
	luaL_argcheck(L, type == LUA_TSTRING || type == LUA_TFUNCTION || type == LUA_TTABLE, 3,
		      "string, function or table expected");
	lua_settop(L, 3);
	re = cfr__pattern(L, cfr__script(L), 2);	/* kept at 4 */
	luaL_buffinit(L, &b);
	while (from <= s.len && (count = match(L, re, s, from, &at)) > 0) {
		size_t next = onward(s, at);

		if (count > PAIRS)
			return luaL_error(L, "re.gsub: a pattern of more than %d groups", PAIRS - 1);
		memcpy(pairs, at, 2 * (size_t)count * sizeof(*pairs));
		luaL_addlstring(&b, s.ptr + copied, pairs[0] - copied);
		add_replacement(L, &b, s, pairs, count);
		cfr_sandbox_steps(L, (pairs[0] - copied) / 16 + 16);
		copied = pairs[1];
		from = next;
		n++;
	}
	luaL_addlstring(&b, s.ptr + copied, s.len - copied);
	luaL_pushresult(&b);
	lua_pushinteger(L, n);
	return 2;
}

static int re_escape(lua_State *L)
{
	cfr_str s = cfr__arg_str(L, 1);
	luaL_Buffer b;

	cfr_sandbox_steps(L, s.len / 8 + 1);
	luaL_buffinit(L, &b);
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] && strchr("\\^$.|?*+()[]{}-#/&~ ", s.ptr[i]))
			luaL_addchar(&b, '\\');
		if (s.ptr[i])
			luaL_addchar(&b, s.ptr[i]);
		else
			luaL_addlstring(&b, "\\x00", 4);
	}
	luaL_pushresult(&b);
	return 1;
}

const cfr__binding cfr__re_bindings[] = {
	{ "test", re_test, "(s: string, pattern: string): boolean", "does the pattern match somewhere in s" },
	{ "match", re_match, "(s: string, pattern: string): string|false|nil, ...",
	  "the captures of the first match, or the whole match; false for a group that took no part" },
	{ "find", re_find, "(s: string, pattern: string, init?: integer): integer|nil, integer, ...",
	  "first and last byte of the first match from init on, then its captures" },
	{ "each", re_each, "(s: string, pattern: string): fun(): string|false, ...", "iterator over the captures of all matches" },
	{ "gsub", re_gsub, "(s: string, pattern: string, replacement: string|table|function): string, integer",
	  "s with all matches replaced (%0 … %9 are groups), and how many" },
	{ "escape", re_escape, "(s: string): string", "a pattern that matches s itself" },
	{ NULL, NULL, NULL, NULL },
};
