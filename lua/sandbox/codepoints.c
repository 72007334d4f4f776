/* lua/sandbox/codepoints.c -- utf8.char, len, offset.
 *
 * Written from the reference manual (5.4, 6.5): code points up to 2^31 in the `lax` forms. Counting is work.
 */
#include "lua/sandbox/inside.h"

static bool continues(char c) { return ((unsigned char)c & 0xC0) == 0x80; }

/* Length of the character at s, or 0 when the bytes are not one. */
static size_t decode(const char *s, size_t len, bool strict)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000, 0x200000, 0x4000000 };
	unsigned char c = (unsigned char)s[0];
	uint32_t code;
	size_t n;

	if (c < 0x80)
		return 1;
	n = c < 0xC0 ? 0 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : c < 0xF8 ? 4 : c < 0xFC ? 5 : c < 0xFE ? 6 : 0;
	if (n == 0 || n > len)
		return 0;
	code = c & (0x7Fu >> n);
	for (size_t i = 1; i < n; i++) {
		if (!continues(s[i]))
			return 0;
		code = code << 6 | ((unsigned char)s[i] & 0x3F);
	}
	if (code < least[n] || (strict && (code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))))
		return 0;
	return n;
}

static size_t encode(char *out, uint32_t code)
{
	size_t n = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : code < 0x200000 ? 4 : code < 0x4000000 ? 5 : 6;

	if (n == 1) {
		out[0] = (char)code;
		return 1;
	}
	for (size_t i = n - 1; i > 0; i--) {
		out[i] = (char)(0x80 | (code & 0x3F));
		code >>= 6;
	}
	out[0] = (char)((0xFF00u >> n & 0xFF) | code);
	return n;
}

int cfr__utf8_char(lua_State *L)
{
	int n = lua_gettop(L);
	cfr__buffer b;

	cfr__buffer_init(L, &b);
	for (int i = 1; i <= n; i++) {
		lua_Unsigned code = (lua_Unsigned)luaL_checkinteger(L, i);
		char bytes[6];

		luaL_argcheck(L, code <= 0x7FFFFFFF, i, "value out of range");
		cfr__buffer_add(&b, bytes, encode(bytes, (uint32_t)code));
	}
	cfr__buffer_push(&b);
	return 1;
}

/* A position in a string of n bytes, from the end when negative. */
static lua_Integer position(lua_Integer i, size_t n)
{
	if (i >= 0)
		return i;
	return (lua_Unsigned)0 - (lua_Unsigned)i > n ? 0 : (lua_Integer)n + i + 1;
}

int cfr__utf8_len(lua_State *L)
{
	size_t len;
	const char *s = luaL_checklstring(L, 1, &len);
	lua_Integer i = position(luaL_optinteger(L, 2, 1), len), j = position(luaL_optinteger(L, 3, -1), len), n = 0;
	bool strict = !lua_toboolean(L, 4);

	luaL_argcheck(L, i >= 1 && i - 1 <= (lua_Integer)len, 2, "initial position out of bounds");
	luaL_argcheck(L, j <= (lua_Integer)len, 3, "final position out of bounds");
	for (i--; i < j; n++) {
		size_t step = decode(s + i, len - (size_t)i, strict);

		if (step == 0) {
			lua_pushnil(L);
			lua_pushinteger(L, i + 1);
			return 2;
		}
		i += (lua_Integer)step;
		if ((n & 1023) == 0)
			cfr_sandbox_steps(L, 1024);
	}
	lua_pushinteger(L, n);
	return 1;
}

int cfr__utf8_offset(lua_State *L)
{
	size_t len;
	const char *s = luaL_checklstring(L, 1, &len);
	lua_Integer n = luaL_checkinteger(L, 2), end = (lua_Integer)len;
	lua_Integer at = position(luaL_optinteger(L, 3, n >= 0 ? 1 : end + 1), len) - 1;

	luaL_argcheck(L, at >= 0 && at <= end, 3, "position out of bounds");
	/* the byte behind the string is no continuation: strings end with a NUL */
	if (n == 0) {
		while (at > 0 && continues(s[at]))
			at--;
		lua_pushinteger(L, at + 1);
		return 1;
	}
	if (continues(s[at]))
		return luaL_error(L, "initial position is a continuation byte");
	for (; n < 0 && at > 0; n++) {
		do {
			at--;
		} while (at > 0 && continues(s[at]));
		cfr_sandbox_steps(L, 1);
	}
	for (n -= n > 0; n > 0 && at < end; n--) {
		do {
			at++;
		} while (at < end && continues(s[at]));
		cfr_sandbox_steps(L, 1);
	}
	if (n == 0)
		lua_pushinteger(L, at + 1);
	else
		lua_pushnil(L);
	return 1;
}
