/* lua/sandbox/strings.c -- string.char, lower, upper, reverse, rep, and arithmetic on numerals.
 *
 * Written from the reference manual (5.4, 6.4). Letters are those of ASCII, whatever the process's locale. Long strings
 * are worked on in portions, so that one call on many megabytes does not outlast the time it was given.
 */
#include "lua/sandbox/inside.h"

int cfr__string_char(lua_State *L)
{
	int n = lua_gettop(L);
	cfr__buffer b;

	cfr__buffer_init(L, &b);
	for (int i = 1; i <= n; i++) {
		lua_Integer c = luaL_checkinteger(L, i);
		char byte;

		luaL_argcheck(L, c >= 0 && c <= 255, i, "value out of range");
		byte = (char)(unsigned char)c;
		cfr__buffer_add(&b, &byte, 1);
	}
	cfr__buffer_push(&b);
	return 1;
}

static void lower(char *out, const char *s, size_t len, size_t total)
{
	(void)total;
	for (size_t i = 0; i < len; i++)
		out[i] = (char)(s[i] >= 'A' && s[i] <= 'Z' ? s[i] + ('a' - 'A') : s[i]);
}

static void upper(char *out, const char *s, size_t len, size_t total)
{
	(void)total;
	for (size_t i = 0; i < len; i++)
		out[i] = (char)(s[i] >= 'a' && s[i] <= 'z' ? s[i] - ('a' - 'A') : s[i]);
}

typedef void convert_fn(char *out, const char *s, size_t len, size_t total);

/* A string of the same length, made in portions. */
static int convert(lua_State *L, convert_fn *fn)
{
	size_t len;
	const char *s = luaL_checklstring(L, 1, &len);
	cfr__buffer b;
	char *out;

	cfr__buffer_init(L, &b);
	out = cfr__buffer_room(&b, len);
	for (size_t i = 0; i < len; i += CFR__COPY_STEP) {
		fn(out + i, s + i, len - i < CFR__COPY_STEP ? len - i : CFR__COPY_STEP, len);
		cfr_sandbox_steps(L, CFR__COPY_STEP / 8);
	}
	b.len = len;
	cfr__buffer_push(&b);
	return 1;
}

int cfr__string_lower(lua_State *L) { return convert(L, lower); }
int cfr__string_upper(lua_State *L) { return convert(L, upper); }

int cfr__string_reverse(lua_State *L)
{
	size_t len;
	const char *s = luaL_checklstring(L, 1, &len);
	cfr__buffer b;
	char *out;

	cfr__buffer_init(L, &b);
	out = cfr__buffer_room(&b, len);
	for (size_t i = 0; i < len; i++) {
		out[i] = s[len - 1 - i];
		if (i % CFR__COPY_STEP == 0)
			cfr_sandbox_steps(L, CFR__COPY_STEP / 8);
	}
	b.len = len;
	cfr__buffer_push(&b);
	return 1;
}

/* Repeat the first `unit` bytes until there are `total`, doubling what is there. */
static void fill(lua_State *L, char *out, size_t unit, size_t total)
{
	size_t have = unit;

	while (have < total) {
		size_t n = have < CFR__COPY_STEP ? have : have - have % unit;

		/* portions are whole units while they are long, so that they may start anywhere */
		if (n > CFR__COPY_STEP * 4)
			n = unit > CFR__COPY_STEP * 4 ? unit : CFR__COPY_STEP * 4 - CFR__COPY_STEP * 4 % unit;
		if (n > total - have)
			n = total - have;
		memcpy(out + have, out, n);
		have += n;
		cfr_sandbox_steps(L, n / 8 + 1);
	}
}

int cfr__string_rep(lua_State *L)
{
	size_t len, sep_len, unit, total;
	const char *s = luaL_checklstring(L, 1, &len);
	lua_Integer n = luaL_checkinteger(L, 2);
	const char *sep = luaL_optlstring(L, 3, "", &sep_len);
	cfr__buffer b;
	char *out;

	if (n <= 0 || len + sep_len == 0) {
		lua_pushliteral(L, "");
		return 1;
	}
	unit = len + sep_len;
	if (unit > (size_t)LUA_MAXINTEGER / (size_t)n)
		return luaL_error(L, "resulting string too large");
	total = unit * (size_t)n - sep_len;
	cfr__buffer_init(L, &b);
	out = cfr__buffer_room(&b, total);
	memcpy(out, s, len);
	if (n > 1) {
		memcpy(out + len, sep, sep_len);
		fill(L, out, unit, total);
	}
	b.len = total;
	cfr__buffer_push(&b);
	return 1;
}

/* --- arithmetic: "10" + 1 --- */

static bool numeral(lua_State *L, int index)
{
	size_t len;
	const char *s;

	if (lua_type(L, index) == LUA_TNUMBER) {
		lua_pushvalue(L, index);
		return true;
	}
	if (lua_type(L, index) != LUA_TSTRING)
		return false;
	s = lua_tolstring(L, index, &len);
	return len < 400 && lua_stringtonumber(L, s) == len + 1;
}

static int arithmetic(lua_State *L)
{
	int op = (int)lua_tointeger(L, lua_upvalueindex(1));
	int bad;

	lua_settop(L, 2);
	if (numeral(L, 1) && (op == LUA_OPUNM || numeral(L, 2))) {
		lua_arith(L, op);
		return 1;
	}
	bad = lua_gettop(L) > 2 ? 2 : 1;
	return luaL_error(L, "attempt to perform arithmetic on a %s value", luaL_typename(L, bad));
}

void cfr__string_arithmetic(lua_State *L)
{
	static const struct {
		const char *event;
		int op;
	} events[] = {
		{ "__add", LUA_OPADD }, { "__sub", LUA_OPSUB }, { "__mul", LUA_OPMUL }, { "__div", LUA_OPDIV },
		{ "__mod", LUA_OPMOD }, { "__pow", LUA_OPPOW }, { "__idiv", LUA_OPIDIV }, { "__unm", LUA_OPUNM },
	};

	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
		lua_pushinteger(L, events[i].op);
		lua_pushcclosure(L, arithmetic, 1);
		lua_setfield(L, -2, events[i].event);
	}
}
