/* lua/commands/bind_system.c -- core: the terminal, the clock, and the tables that the engine is described by.
 *
 *   core.version core.limits() core.errors() core.formats() core.format_of_name(name)
 *   core.is_terminal(fd) core.width() core.now() core.monotonic()
 *   core.parse_time(text) core.distance(a, b) core.display_width(text) core.fingerprint(text)
 */
#include "engine/base/digest.h"
#include "engine/base/width.h"
#include "engine/limits.h"
#include "engine/source.h"
#include "lua/commands/bind.h"

#include <sys/ioctl.h>
#include <stdio.h>
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

/* Their words, in the order of the table. */
static int core_formats(lua_State *L)
{
	lua_createtable(L, CFR_FORMAT_COUNT, 0);
	for (int f = CFR_FORMAT_NONE + 1; f < CFR_FORMAT_COUNT; f++) {
		lua_pushstring(L, cfr_format_name((cfr_format)f));
		lua_rawseti(L, -2, f);
	}
	return 1;
}

/* nil for a name that tells nothing. */
static int core_format_of_name(lua_State *L)
{
	cfr_format format = cfr_format_of_name(cfr__cmd_check_str(L, 1));

	if (format == CFR_FORMAT_NONE)
		return 0;
	lua_pushstring(L, cfr_format_name(format));
	return 1;
}

static int core_distance(lua_State *L)
{
	lua_pushinteger(L, cfr_str_distance(cfr__cmd_check_str(L, 1), cfr__cmd_check_str(L, 2), 16));
	return 1;
}

/* Columns a terminal needs for a text. */
static int core_display_width(lua_State *L)
{
	lua_pushinteger(L, (lua_Integer)cfr_width(cfr__cmd_check_str(L, 1)));
	return 1;
}

/* A name for a text: 128 bits of its digest in hex, as findings have it. */
static int core_fingerprint(lua_State *L)
{
	cfr_str text = cfr__cmd_check_str(L, 1);
	cfr_err err = CFR_ERR_INIT;
	uint8_t bytes[32];
	char hex[33];

	if (cfr_sha256(bytes, text.ptr, text.len, &err) < 0)
		return cfr__cmd_push_err(L, &err);
	for (int i = 0; i < 16; i++)
		snprintf(hex + 2 * i, 3, "%02x", bytes[i]);
	lua_pushstring(L, hex);
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
		{ "limits", core_limits }, { "formats", core_formats }, { "format_of_name", core_format_of_name }, { "errors", core_errors },
		{ "distance", core_distance }, { "display_width", core_display_width },
		{ "fingerprint", core_fingerprint },
		{ NULL, NULL } };

	luaL_setfuncs(L, functions, 0);
	lua_pushstring(L, CFR_VERSION);
	lua_setfield(L, -2, "version");
}
