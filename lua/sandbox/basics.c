/* lua/sandbox/basics.c -- pcall, xpcall, tostring, tonumber, print: the basic functions that stock Lua has otherwise.
 *
 * Written from the reference manual (5.4, 6.1). They differ from it in that a reached ceiling passes through pcall and
 * xpcall, nothing shows an address, and print is for the host.
 */
#include "lua/sandbox/inside.h"

int cfr__pcall(lua_State *L)
{
	int status;

	luaL_checkany(L, 1);
	lua_pushboolean(L, 1);
	lua_insert(L, 1);
	status = lua_pcall(L, lua_gettop(L) - 2, LUA_MULTRET, 0);
	if (status != LUA_OK) {
		cfr__caught(L, status);
		lua_pushboolean(L, 0);
		lua_replace(L, 1);
	}
	return lua_gettop(L);
}

/* Stands before a script's message handler: for what cannot be caught, the script's is not called. (A full memory never
 * comes here, even when a buffer of Lua's library says it: lua_error knows the words.) */
static int handle(lua_State *L)
{
	if (cfr__sandbox(L)->stuck.code)
		return 1;
	lua_settop(L, 1);
	lua_pushvalue(L, lua_upvalueindex(1));
	lua_insert(L, 1);
	lua_call(L, 1, 1);
	return 1;
}

int cfr__xpcall(lua_State *L)
{
	int args = lua_gettop(L) - 2, status;

	luaL_checktype(L, 2, LUA_TFUNCTION);
	lua_pushvalue(L, 2);
	lua_pushcclosure(L, handle, 1);
	lua_pushboolean(L, 1);
	lua_pushvalue(L, 1);
	/* f h a… H true f  ->  H true f a… */
	lua_rotate(L, 3, 3);
	lua_remove(L, 1);
	lua_remove(L, 1);
	status = lua_pcall(L, args, LUA_MULTRET, 1);
	if (status != LUA_OK) {
		cfr__caught(L, status);
		lua_pushboolean(L, 0);
		lua_replace(L, 2);
	}
	return lua_gettop(L) - 1;
}

const char *cfr_sandbox_tostring(lua_State *L, int index, size_t *len)
{
	index = lua_absindex(L, index);
	luaL_checkstack(L, 3, NULL);
	switch (lua_type(L, index)) {
	case LUA_TSTRING:
	case LUA_TNUMBER:
		lua_pushvalue(L, index);
		break;
	case LUA_TBOOLEAN:
		lua_pushstring(L, lua_toboolean(L, index) ? "true" : "false");
		break;
	case LUA_TUSERDATA:
		/* only the host makes userdata, so its metatable may be trusted */
		if (luaL_callmeta(L, index, "__tostring")) {
			if (!lua_isstring(L, -1))
				luaL_error(L, "'__tostring' must return a string");
		} else if (luaL_getmetafield(L, index, "__name") == LUA_TNIL) {
			lua_pushliteral(L, "userdata");
		}
		break;
	default:
		lua_pushstring(L, luaL_typename(L, index));
		break;
	}
	return lua_tolstring(L, -1, len);
}

int cfr__tostring(lua_State *L)
{
	luaL_checkany(L, 1);
	cfr_sandbox_tostring(L, 1, NULL);
	return 1;
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'Z')
		return c - 'A' + 10;
	return 99;
}

static bool space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

/* An integer numeral in a base, wrapping around as Lua's hexadecimal numerals do. */
static bool in_base(const char *s, size_t len, int base, lua_Integer *out)
{
	const char *end = s + len;
	lua_Unsigned n = 0;
	bool negative = false;

	while (s < end && space(*s))
		s++;
	while (end > s && space(end[-1]))
		end--;
	if (s < end && (*s == '-' || *s == '+'))
		negative = *s++ == '-';
	if (s == end)
		return false;
	for (; s < end; s++) {
		int d = digit(*s);

		if (d >= base)
			return false;
		n = n * (lua_Unsigned)base + (lua_Unsigned)d;
	}
	*out = (lua_Integer)(negative ? 0u - n : n);
	return true;
}

/* No number needs so many digits, and reading a numeral cannot be interrupted. */
enum { LONGEST_NUMERAL = 4096 };

int cfr__tonumber(lua_State *L)
{
	const char *s;
	size_t len;
	lua_Integer n;

	if (lua_isnoneornil(L, 2)) {
		luaL_checkany(L, 1);
		if (lua_type(L, 1) == LUA_TNUMBER) {
			lua_settop(L, 1);
			return 1;
		}
		if (lua_type(L, 1) == LUA_TSTRING) {
			s = lua_tolstring(L, 1, &len);
			if (len <= LONGEST_NUMERAL && lua_stringtonumber(L, s) == len + 1)
				return 1;
		}
		lua_pushnil(L);
		return 1;
	}
	n = luaL_checkinteger(L, 2);
	luaL_checktype(L, 1, LUA_TSTRING);
	luaL_argcheck(L, 2 <= n && n <= 36, 2, "base out of range");
	s = lua_tolstring(L, 1, &len);
	if (len <= LONGEST_NUMERAL && in_base(s, len, (int)n, &n))
		lua_pushinteger(L, n);
	else
		lua_pushnil(L);
	return 1;
}

int cfr__print(lua_State *L)
{
	cfr_sandbox *sandbox = cfr__sandbox(L);
	int n = lua_gettop(L);
	cfr__buffer b;
	cfr_str line;

	cfr__buffer_init(L, &b);
	for (int i = 1; i <= n; i++) {
		size_t len;
		const char *text = cfr_sandbox_tostring(L, i, &len);

		sandbox->printed += len + 1;
		if (sandbox->printed > sandbox->limits.of[CFR_LIMIT_OUTPUT])
			return cfr__stick(L, CFR_LIMIT_OUTPUT);
		if (i > 1)
			cfr__buffer_add(&b, "\t", 1);
		cfr__buffer_add(&b, text, len);
		lua_pop(L, 1);
	}
	cfr__buffer_push(&b);
	line.ptr = lua_tolstring(L, -1, &line.len);
	sandbox->printed += n == 0;
	if (sandbox->print)
		sandbox->print(sandbox->print_arg, line);
	return 0;
}
