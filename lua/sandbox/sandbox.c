/* lua/sandbox/sandbox.c -- the world of a script: what it may use, and what its chunks see.
 *
 * The world is built from the table below and from nothing else; a name that is not in it does not exist for a script.
 * The stock library is opened once, in a state of no use to anybody yet, the functions that the table names are picked
 * out of it, and the rest is dropped before the first chunk is compiled.
 *
 * Names live in one hidden table. Each chunk gets an environment of its own: an empty table whose metatable reads from
 * the names (and those that only this chunk has) and refuses every write. Library tables are constant in the same way
 * (freeze.c). Scripts have no getmetatable, so no metatable is within their reach.
 *
 * Whatever may raise runs under lua_pcall: the panic function of a state is never reached.
 */
#include "lua/sandbox/inside.h"

#include <lualib.h>
#include <stdlib.h>

static const char names_key[] = "names";

/* --- the allow list --- */

struct allowed {
	const char *table;		/* NULL: a name of its own */
	const char *name;
	lua_CFunction own;		/* NULL: the stock function (or number) */
	const char *why;		/* it is safe, or why the stock one is not */
};

static const struct allowed allow_list[] = {
	{ NULL, "assert", NULL, "raises what it was given" },
	{ NULL, "error", NULL, "adds the script's own file and line at most" },
	{ NULL, "ipairs", cfr__ipairs, "stock stops at the first null of a node" },
	{ NULL, "pairs", cfr__pairs, "stock order depends on addresses" },
	{ NULL, "pcall", cfr__pcall, "stock catches ceilings" },
	{ NULL, "print", cfr__print, "stock writes to stdout" },
	{ NULL, "select", NULL, "bounded by its arguments" },
	{ NULL, "tonumber", cfr__tonumber, "stock reads numerals of any length in one go" },
	{ NULL, "tostring", cfr__tostring, "stock shows addresses" },
	{ NULL, "type", NULL, "pure" },
	{ NULL, "xpcall", cfr__xpcall, "stock catches ceilings and runs handlers for them" },

	{ "string", "byte", NULL, "bounded by the stack" },
	{ "string", "char", cfr__string_char, "stock buffers report memory as an ordinary error" },
	{ "string", "find", cfr__string_find, "stock backtracks without end, and looks for plain text in quadratic time" },
	{ "string", "format", cfr__string_format, "stock shows addresses" },
	{ "string", "gmatch", cfr__string_gmatch, "as find" },
	{ "string", "gsub", cfr__string_gsub, "as find" },
	{ "string", "len", NULL, "pure" },
	{ "string", "lower", cfr__string_lower, "stock does not look at the clock, and depends on the locale" },
	{ "string", "match", cfr__string_match, "as find" },
	{ "string", "rep", cfr__string_rep, "as lower" },
	{ "string", "reverse", cfr__string_reverse, "as lower" },
	{ "string", "sub", NULL, "one copy" },
	{ "string", "upper", cfr__string_upper, "as lower" },

	{ "table", "concat", cfr__table_concat, "stock does not look at the clock" },
	{ "table", "insert", cfr__table_insert, "as concat" },
	{ "table", "move", cfr__table_move, "as concat" },
	{ "table", "pack", NULL, "bounded by its arguments" },
	{ "table", "remove", cfr__table_remove, "as concat" },
	{ "table", "sort", cfr__table_sort, "as concat; and stock picks pivots by clock and address" },
	{ "table", "unpack", cfr__table_unpack, "as concat" },

	{ "utf8", "char", cfr__utf8_char, "as string.char" },
	{ "utf8", "charpattern", NULL, "a string" },
	{ "utf8", "codepoint", NULL, "bounded by the stack" },
	{ "utf8", "codes", NULL, "one step a call" },
	{ "utf8", "len", cfr__utf8_len, "stock does not look at the clock" },
	{ "utf8", "offset", cfr__utf8_offset, "as len" },

	{ "math", "abs", NULL, "pure" }, { "math", "acos", NULL, "pure" }, { "math", "asin", NULL, "pure" },
	{ "math", "atan", NULL, "pure" }, { "math", "ceil", NULL, "pure" }, { "math", "cos", NULL, "pure" },
	{ "math", "deg", NULL, "pure" }, { "math", "exp", NULL, "pure" }, { "math", "floor", NULL, "pure" },
	{ "math", "fmod", NULL, "pure" }, { "math", "huge", NULL, "a number" }, { "math", "log", NULL, "pure" },
	{ "math", "max", NULL, "pure" }, { "math", "maxinteger", NULL, "a number" }, { "math", "min", NULL, "pure" },
	{ "math", "mininteger", NULL, "a number" }, { "math", "modf", NULL, "pure" }, { "math", "pi", NULL, "a number" },
	{ "math", "rad", NULL, "pure" }, { "math", "sin", NULL, "pure" }, { "math", "sqrt", NULL, "pure" },
	{ "math", "tan", NULL, "pure" }, { "math", "tointeger", NULL, "pure" }, { "math", "type", NULL, "pure" },
	{ "math", "ult", NULL, "pure" },
};

/* Not here, and why: math.random (a result must be a function of what is read), next (order), load (bytecode, parser),
 * coroutine (a hook belongs to one), setmetatable (__gc, __close, endless chains), getmetatable, rawget, rawset, rawequal,
 * rawlen (reach behind constant tables), collectgarbage (a clock of sorts), string.dump, pack, unpack and packsize
 * (bytes of the machine), os, io, package, require, debug, dofile, loadfile, warn (the world). */

static const luaL_Reg stock[] = {
	{ LUA_GNAME, luaopen_base }, { LUA_STRLIBNAME, luaopen_string }, { LUA_TABLIBNAME, luaopen_table },
	{ LUA_UTF8LIBNAME, luaopen_utf8 }, { LUA_MATHLIBNAME, luaopen_math },
};

static int refuse_global(lua_State *L)
{
	if (lua_type(L, 2) == LUA_TSTRING && lua_rawlen(L, 2) < 100)
		return luaL_error(L, "global variables are not kept: use 'local %s'", lua_tostring(L, 2));
	return luaL_error(L, "global variables are not kept: use local");
}

/* The string metatable: methods from the constant string table's contents, arithmetic on numerals, nothing else. */
static void string_methods(lua_State *L, int methods)
{
	lua_pushliteral(L, "");
	lua_newtable(L);
	lua_pushvalue(L, methods);
	lua_setfield(L, -2, "__index");
	lua_pushboolean(L, 0);
	lua_setfield(L, -2, "__metatable");
	cfr__string_arithmetic(L);
	lua_setmetatable(L, -2);
	lua_pop(L, 1);
}

/* Fill the names (stack index) from the allow list; the opened libraries are the values of the table at `libraries`. */
static void fill_names(lua_State *L, int names, int libraries)
{
	for (size_t i = 0; i < sizeof(allow_list) / sizeof(allow_list[0]); i++) {
		const struct allowed *a = &allow_list[i];

		if (a->table)
			luaL_getsubtable(L, names, a->table);
		else
			lua_pushvalue(L, names);
		if (a->own) {
			lua_pushcfunction(L, a->own);
		} else {
			lua_getfield(L, libraries, a->table ? a->table : LUA_GNAME);
			lua_getfield(L, -1, a->name);
			lua_remove(L, -2);
		}
		if (lua_isnil(L, -1))
			luaL_error(L, "this Lua has no %s", a->name);
		lua_setfield(L, -2, a->name);
		lua_pop(L, 1);
	}
}

static int build(lua_State *L)
{
	lua_newtable(L);	/* 1: the stock libraries */
	for (size_t i = 0; i < sizeof(stock) / sizeof(stock[0]); i++) {
		lua_pushcfunction(L, stock[i].func);
		lua_pushstring(L, stock[i].name);
		lua_call(L, 1, 1);
		lua_setfield(L, 1, stock[i].name);
	}
	lua_newtable(L);	/* 2: the names */
	fill_names(L, 2, 1);
	lua_getfield(L, 2, "string");
	string_methods(L, 3);
	lua_settop(L, 2);
	for (size_t i = 1; i < sizeof(stock) / sizeof(stock[0]); i++) {
		lua_getfield(L, 2, stock[i].name);
		cfr__readonly(L, 3);
		lua_settop(L, 2);
	}
	lua_rawsetp(L, LUA_REGISTRYINDEX, names_key);
	cfr__errors_open(L);
	/* The state's own globals held the base library. */
	lua_newtable(L);
	lua_rawseti(L, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS);
	return 0;
}

int cfr_sandbox_new(cfr_sandbox **out, const cfr_limits *limits, cfr_err *err)
{
	cfr_sandbox *sandbox = calloc(1, sizeof(*sandbox));
	int status, code;

	if (!sandbox)
		return cfr_err_nomem(err);
	sandbox->limits = *limits;
	sandbox->heap = cfr__heap_new(limits->of[CFR_LIMIT_MEMORY]);
	sandbox->L = sandbox->heap ? lua_newstate(cfr__heap_alloc, sandbox->heap) : NULL;
	if (!sandbox->L) {
		code = sandbox->heap && cfr__heap_refused(sandbox->heap) == CFR_E_LIMIT
		       ? cfr_err_limit(err, limits, CFR_LIMIT_MEMORY) : cfr_err_nomem(err);
		cfr__heap_free(sandbox->heap);
		free(sandbox);
		return code;
	}
	*(cfr_sandbox **)lua_getextraspace(sandbox->L) = sandbox;
	lua_pushcfunction(sandbox->L, build);
	status = lua_pcall(sandbox->L, 0, 0, 0);
	if (status != LUA_OK) {
		code = cfr__error_out(sandbox, status, err);
		if (code == CFR_E_SCRIPT && err)
			err->code = CFR_E_BUG;
		cfr_sandbox_free(sandbox);
		return code == CFR_E_SCRIPT ? CFR_E_BUG : code;
	}
	*out = sandbox;
	return 0;
}

void cfr_sandbox_free(cfr_sandbox *sandbox)
{
	if (!sandbox)
		return;
	cfr__heap_closing(sandbox->heap);
	lua_close(sandbox->L);
	cfr__heap_free(sandbox->heap);
	free(sandbox->patterns);
	free(sandbox);
}

lua_State *cfr_sandbox_lua(cfr_sandbox *sandbox) { return sandbox->L; }
cfr_sandbox *cfr_sandbox_of(lua_State *L) { return cfr__sandbox(L); }
const cfr_limits *cfr_sandbox_limits(const cfr_sandbox *sandbox) { return &sandbox->limits; }

void cfr_sandbox_on_print(cfr_sandbox *sandbox, cfr_sandbox_print *print, void *arg)
{
	sandbox->print = print;
	sandbox->print_arg = arg;
}

size_t cfr_sandbox_memory(const cfr_sandbox *sandbox, size_t *peak)
{
	if (peak)
		*peak = cfr__heap_peak(sandbox->heap);
	return cfr__heap_used(sandbox->heap);
}

/* --- the host's names --- */

static int provide(lua_State *L)	/* value, name */
{
	if (lua_istable(L, 1))
		cfr_sandbox_constant(L, 1);
	lua_rawgetp(L, LUA_REGISTRYINDEX, names_key);
	lua_pushstring(L, lua_touserdata(L, 2));
	lua_pushvalue(L, 1);
	lua_rawset(L, -3);
	return 0;
}

void cfr_sandbox_provide(cfr_sandbox *sandbox, const char *name)
{
	lua_State *L = sandbox->L;
	cfr_err err = CFR_ERR_INIT;
	int status;

	if (!lua_checkstack(L, 4)) {
		lua_pop(L, 1);
		sandbox->broken = CFR_E_NOMEM;
		return;
	}
	lua_pushcfunction(L, provide);
	lua_insert(L, -2);
	lua_pushlightuserdata(L, (void *)(uintptr_t)name);
	status = lua_pcall(L, 2, 0, 0);
	if (status != LUA_OK)
		sandbox->broken = cfr__error_out(sandbox, status, &err);
}

/* --- chunks --- */

struct loading {
	cfr_str name, chunk;
};

/* Push an environment: a window on all names, and on those of `extra`. */
static void push_environment(lua_State *L, int extra)
{
	int sources = 1;

	lua_newtable(L);
	lua_createtable(L, 0, 32);
	lua_rawgetp(L, LUA_REGISTRYINDEX, names_key);
	if (extra) {
		if (!cfr__contents(L, extra))
			lua_pushvalue(L, extra);
		sources = 2;
	}
	for (int top = lua_gettop(L), i = top - sources + 1; i <= top; i++) {
		lua_pushnil(L);
		while (lua_next(L, i)) {
			lua_pushvalue(L, -2);
			lua_insert(L, -2);
			lua_rawset(L, top - sources);
		}
	}
	lua_pop(L, sources);
	cfr__window(L, refuse_global);
	lua_setmetatable(L, -2);
}

static int load(lua_State *L)	/* struct loading *, extra or nil */
{
	const struct loading *job = lua_touserdata(L, 1);
	const char *name;

	lua_pushliteral(L, "=");
	lua_pushlstring(L, job->name.ptr ? job->name.ptr : "", job->name.len);
	lua_concat(L, 2);
	name = lua_tostring(L, -1);
	cfr__remember_chunk(L, name + 1);
	if (luaL_loadbufferx(L, job->chunk.ptr ? job->chunk.ptr : "", job->chunk.len, name, "t") != LUA_OK)
		return lua_error(L);
	push_environment(L, lua_isnil(L, 2) ? 0 : 2);
	if (!lua_setupvalue(L, -2, 1))
		lua_pop(L, 1);
	return 1;
}

int cfr_sandbox_load(cfr_sandbox *sandbox, cfr_str name, cfr_str chunk, int extra, cfr_err *err)
{
	lua_State *L = sandbox->L;
	struct loading job = { .name = name, .chunk = chunk };
	int code;

	if (chunk.len > sandbox->limits.of[CFR_LIMIT_SCRIPT]) {
		code = cfr_err_limit(err, &sandbox->limits, CFR_LIMIT_SCRIPT);
		cfr_err_at(err, name, 0, 0);
		return code;
	}
	if (chunk.len && chunk.ptr[0] == LUA_SIGNATURE[0]) {
		cfr_err_set(err, CFR_E_SCRIPT, "this is compiled Lua, which cannot be checked");
		cfr_err_hint(err, "give the source text");
		cfr_err_at(err, name, 1, 1);
		return CFR_E_SCRIPT;
	}
	if (!lua_checkstack(L, 5))
		return cfr_err_nomem(err);
	if (extra)
		extra = lua_absindex(L, extra);
	lua_pushcfunction(L, load);
	lua_pushlightuserdata(L, &job);
	if (extra)
		lua_pushvalue(L, extra);
	else
		lua_pushnil(L);
	code = cfr_sandbox_call(sandbox, 2, 1, err);
	if (code)
		cfr_err_at(err, name, 0, 0);
	return code;
}
