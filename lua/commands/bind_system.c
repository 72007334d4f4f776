/* lua/commands/bind_system.c -- core: the terminal, the clock, and the tables that the engine is described by.
 *
 *   core.version core.limits() core.errors() core.is_terminal(fd) core.width() core.now() core.monotonic()
 *   core.parse_time(text) core.distance(a, b) core.display_width(text)
 */
#include "engine/base/utf8.h"
#include "engine/limits.h"
#include "lua/commands/bind.h"

#include <sys/ioctl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static int core_is_terminal(lua_State *L)
{
	lua_pushboolean(L, isatty((int)luaL_checkinteger(L, 1)));
	return 1;
}

/* Columns of the terminal on standard error or output; nil when there is none. */
static int core_width(lua_State *L)
{
	struct winsize size;

	for (int fd = STDOUT_FILENO; fd <= STDERR_FILENO; fd++) {
		if (isatty(fd) && ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
			lua_pushinteger(L, size.ws_col);
			return 1;
		}
	}
	return 0;
}

static int core_now(lua_State *L)
{
	lua_pushinteger(L, (lua_Integer)time(NULL));
	return 1;
}

static int core_monotonic(lua_State *L)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	lua_pushinteger(L, (lua_Integer)t.tv_sec * 1000000000 + t.tv_nsec);
	return 1;
}

/* "2026-11-22", "2026-11-22T18:30:00Z" or seconds since 1970; nil for anything else. UTC. */
static int core_parse_time(lua_State *L)
{
	const char *text = luaL_checkstring(L, 1), *end;
	struct tm tm = { .tm_mday = 1 };
	static const char *const forms[] = { "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d", "%s" };

	for (size_t i = 0; i < 3; i++) {
		tm = (struct tm){ .tm_mday = 1 };
		if (!(end = strptime(text, forms[i], &tm)) || *end)
			continue;
		lua_pushinteger(L, i == 2 ? (lua_Integer)strtoll(text, NULL, 10) : (lua_Integer)timegm(&tm));
		return 1;
	}
	return 0;
}

static int core_limits(lua_State *L)
{
	lua_createtable(L, CFR_LIMIT_COUNT, 0);
	for (int i = 0; i < CFR_LIMIT_COUNT; i++) {
		lua_createtable(L, 0, 5);
		cfr__cmd_set_str(L, "name", cfr_str_of(cfr_limit_word((cfr_limit)i)));
		cfr__cmd_set_str(L, "unit", cfr_str_of(cfr_limit_unit((cfr_limit)i)));
		cfr__cmd_set_str(L, "text", cfr_str_of(cfr_limit_text((cfr_limit)i)));
		cfr__cmd_set_int(L, "default", (lua_Integer)cfr_limit_default((cfr_limit)i));
		cfr__cmd_set_int(L, "max", (lua_Integer)cfr_limit_max((cfr_limit)i));
		lua_rawseti(L, -2, i + 1);
	}
	return 1;
}

static int core_distance(lua_State *L)
{
	lua_pushinteger(L, cfr_str_distance(cfr__cmd_check_str(L, 1), cfr__cmd_check_str(L, 2), 16));
	return 1;
}

/* Does a code point take two columns, or none? The ranges of Unicode's East Asian Width W and F, and of combining
 * marks, as far as terminals agree on them. */
static int columns_of(uint32_t c)
{
	static const struct { uint32_t from, to; int columns; } ranges[] = {
		{ 0x0300, 0x036f, 0 }, { 0x0483, 0x0489, 0 }, { 0x0591, 0x05bd, 0 }, { 0x0610, 0x061a, 0 },
		{ 0x064b, 0x065f, 0 }, { 0x093c, 0x093c, 0 }, { 0x094d, 0x094d, 0 }, { 0x1100, 0x115f, 2 },
		{ 0x1ab0, 0x1aff, 0 }, { 0x1dc0, 0x1dff, 0 }, { 0x200b, 0x200f, 0 }, { 0x202a, 0x202e, 0 },
		{ 0x2060, 0x2064, 0 }, { 0x20d0, 0x20ff, 0 }, { 0x231a, 0x231b, 2 }, { 0x23e9, 0x23ec, 2 },
		{ 0x2614, 0x2615, 2 }, { 0x2648, 0x2653, 2 }, { 0x26a1, 0x26a1, 2 }, { 0x2705, 0x2705, 2 },
		{ 0x270a, 0x270b, 2 }, { 0x2728, 0x2728, 2 }, { 0x274c, 0x274c, 2 }, { 0x2753, 0x2755, 2 },
		{ 0x2795, 0x2797, 2 }, { 0x2b50, 0x2b50, 2 }, { 0x2e80, 0x303e, 2 }, { 0x3041, 0x33ff, 2 },
		{ 0x3400, 0x4dbf, 2 }, { 0x4e00, 0x9fff, 2 }, { 0xa000, 0xa4cf, 2 }, { 0xac00, 0xd7a3, 2 },
		{ 0xf900, 0xfaff, 2 }, { 0xfe00, 0xfe0f, 0 }, { 0xfe20, 0xfe2f, 0 }, { 0xfe30, 0xfe6f, 2 },
		{ 0xfeff, 0xfeff, 0 }, { 0xff00, 0xff60, 2 }, { 0xffe0, 0xffe6, 2 }, { 0x1f300, 0x1f64f, 2 },
		{ 0x1f680, 0x1f6ff, 2 }, { 0x1f900, 0x1f9ff, 2 }, { 0x20000, 0x3fffd, 2 }, { 0xe0100, 0xe01ef, 0 } };
	size_t low = 0, high = sizeof(ranges) / sizeof(*ranges);

	while (low < high) {
		size_t mid = (low + high) / 2;
		if (c > ranges[mid].to)
			low = mid + 1;
		else if (c < ranges[mid].from)
			high = mid;
		else
			return ranges[mid].columns;
	}
	return 1;
}

/* Columns a terminal needs for a text. */
static int core_display_width(lua_State *L)
{
	cfr_str s = cfr__cmd_check_str(L, 1);
	lua_Integer width = 0;

	while (s.len) {
		uint32_t c = (unsigned char)s.ptr[0];
		size_t n = 1;
		if (c >= 0x80 && cfr_utf8_valid(s.ptr, s.len) > 0)
			n = cfr_utf8_decode(&c, s.ptr, s.len);
		width += c < 0x80 ? 1 : columns_of(c);
		s = cfr_str_sub(s, n, s.len);
	}
	lua_pushinteger(L, width);
	return 1;
}

static int core_errors(lua_State *L)
{
	lua_newtable(L);
	lua_Integer count = 0;
#define X(name, code, status, what)                                                  \
	lua_createtable(L, 0, 3);                                                    \
	cfr__cmd_set_str(L, "name", cfr_str_of(cfr_code_name(code)));                    \
	cfr__cmd_set_str(L, "text", cfr_str_of(what));                                   \
	cfr__cmd_set_int(L, "exit", status);                                             \
	lua_rawseti(L, -2, ++count);
	CFR_ERROR_MAP(X)
#undef X
	return 1;
}

void cfr__cmd_bind_system(lua_State *L)
{
	static const luaL_Reg functions[] = { { "is_terminal", core_is_terminal }, { "width", core_width },
		{ "now", core_now }, { "monotonic", core_monotonic }, { "parse_time", core_parse_time },
		{ "limits", core_limits }, { "errors", core_errors },
		{ "distance", core_distance }, { "display_width", core_display_width },
		{ NULL, NULL } };

	luaL_setfuncs(L, functions, 0);
	lua_pushstring(L, CFR_VERSION);
	lua_setfield(L, -2, "version");
}
