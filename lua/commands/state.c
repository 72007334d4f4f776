/* lua/commands/state.c -- the trusted Lua state of the program, and its way in and out.
 *
 * A stock state: commands are cfgrun's own files, so they have the standard library and the module `core`. `require`
 * looks only among the files that were built in ("stdlib/NAME.lua", "cli/commands/NAME.lua"), never on a path of the
 * machine. Control goes to stdlib/main.lua, which returns the exit status.
 */
#include "lua/commands.h"

#include "engine/base/file.h"
#include "lua/commands/bind.h"
#include "lua/embedded.h"

#include <errno.h>
#include <fcntl.h>
#include <lualib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CORE = 128 };	/* fields of `core`, about: a table that has room need not grow */

/* --- require --- */

static const struct cfr_embedded *find_file(const char *folder, const char *name)
{
	size_t before = strlen(folder), len = strlen(name);

	for (const struct cfr_embedded *e = cfr_embedded_commands; e->name; e++) {
		const char *at = e->name;

		if (strncmp(at, folder, before) == 0 && at[before] == '/' && strncmp(at + before + 1, name, len) == 0 &&
		    strcmp(at + before + 1 + len, ".lua") == 0)
			return e;
	}
	return NULL;
}

/* Is this the very Lua that compiled the file? The library is shared, and may be another one than at building; what one
 * release compiles, another may not run. The release stands in its `lua_ident`. */
static bool can_run(const struct cfr_embedded *file)
{
	const char *at = file->code ? strstr(lua_ident, file->release) : NULL;

	return at && at[strlen(file->release)] == ' ';
}

static int load_file(lua_State *L, const struct cfr_embedded *file)
{
	char chunk[256];

	if (can_run(file))
		return luaL_loadbufferx(L, file->code, file->code_len, file->name, "b");
	snprintf(chunk, sizeof(chunk), "=%s", file->name);
	return luaL_loadbufferx(L, file->bytes, file->len, chunk, "t");
}

/* A module's chunk, and how long it takes with all that it requires. */
static int run_measured(lua_State *L)
{
	uint64_t begin = (uint64_t)lua_tointeger(L, lua_upvalueindex(2));
	const char *name = lua_tostring(L, 2);

	lua_pushvalue(L, lua_upvalueindex(1));
	lua_insert(L, 1);
	lua_call(L, 2, 1);
	cfr_profile_span(cfr__cmd_profile(L), "code", cfr_str_of(name ? name : ""), begin, 0, NULL);
	return 1;
}

static int search(lua_State *L)
{
	static const char *const folders[] = { "stdlib", "cli" };
	const char *name = luaL_checkstring(L, 1);

	for (size_t i = 0; i < 2; i++) {
		const struct cfr_embedded *file = find_file(folders[i], name);
		if (!file)
			continue;
		const cfr_profile *profile = cfr__cmd_profile(L);
		uint64_t begin = cfr_profile_now(profile);
		if (load_file(L, file) != LUA_OK)
			return lua_error(L);
		if (profile) {
			lua_pushinteger(L, (lua_Integer)begin);
			lua_pushcclosure(L, run_measured, 2);
		}
		lua_pushstring(L, file->name);
		return 2;
	}
	lua_pushfstring(L, "no built-in file '%s.lua'", name);
	return 1;
}

static int open_core(lua_State *L)
{
	lua_createtable(L, 0, CORE);
	cfr__cmd_bind_system(L);
	cfr__cmd_bind_loading(L);
	cfr__cmd_bind_files(L);
	cfr__cmd_bind_fmt(L);
	cfr__cmd_bind_edit(L);
	cfr__cmd_bind_diff(L);
	cfr__cmd_bind_analyze(L);
	cfr__cmd_bind_documents(L);
	cfr__cmd_bind_sections(L);
	cfr__cmd_bind_checks(L);
	cfr__cmd_bind_cache(L);
	cfr__cmd_bind_compose(L);
	cfr__cmd_bind_specs(L);
	cfr__cmd_bind_editor(L);
	cfr__cmd_bind_profile(L);	/* last: it watches the others */
	return 1;
}

/* io.stdout:write: the system's reason is known here and nowhere later: with nothing left to write, closing succeeds. */
static int write_file(lua_State *L)
{
	int *unwritten = lua_touserdata(L, lua_upvalueindex(2));
	const luaL_Stream *stream = luaL_testudata(L, 1, LUA_FILEHANDLE);
	bool is_output = stream && stream->f == stdout;

	lua_pushvalue(L, lua_upvalueindex(1));
	lua_insert(L, 1);
	lua_call(L, lua_gettop(L) - 1, LUA_MULTRET);
	if (is_output && lua_isnil(L, 1) && *unwritten == 0)
		*unwritten = (int)lua_tointeger(L, 3);
	return lua_gettop(L);
}

static void open_libraries(lua_State *L, int *unwritten)
{
	luaL_openlibs(L);
	luaL_getmetatable(L, LUA_FILEHANDLE);
	lua_getfield(L, -1, "__index");
	lua_getfield(L, -1, "write");
	lua_pushlightuserdata(L, unwritten);
	lua_pushcclosure(L, write_file, 2);
	lua_setfield(L, -2, "write");
	lua_pop(L, 2);
	luaL_requiref(L, "core", open_core, 0);
	lua_pop(L, 1);
	lua_getglobal(L, "package");
	lua_createtable(L, 2, 0);
	lua_getfield(L, -2, "searchers");
	lua_rawgeti(L, -1, 1);		/* package.preload */
	lua_rawseti(L, -3, 1);
	lua_pop(L, 1);
	lua_pushcfunction(L, search);
	lua_rawseti(L, -2, 2);
	lua_setfield(L, -2, "searchers");
	lua_pop(L, 1);
}

/* --- the way through --- */

static int add_traceback(lua_State *L)
{
	if (lua_type(L, 1) == LUA_TSTRING)
		luaL_traceback(L, L, lua_tostring(L, 1), 1);
	return 1;
}

struct command_line {
	int argc;
	char **argv;
	cfr_trace *trace;		/* until the state has it; NULL: nothing is recorded */
	cfr__lua_memory memory;		/* counted while something is recorded */
	uint64_t begin;
	int unwritten;			/* errno of the first write to the output that failed */
};

static int run_main(lua_State *L)
{
	struct command_line *line = lua_touserdata(L, 1);
	const struct cfr_embedded *file = find_file("stdlib", "main");

	cfr__cmd_take_trace(L, &line->trace, &line->memory);
	open_libraries(L, &line->unwritten);
	cfr_profile_span(cfr__cmd_profile(L), "start", CFR_STR("Lua and its libraries"), line->begin, 0, NULL);
	if (!file)
		return luaL_error(L, "the program was built without its library");
	if (load_file(L, file) != LUA_OK)
		return lua_error(L);
	lua_createtable(L, line->argc, 0);
	for (int i = 1; i < line->argc; i++) {
		lua_pushstring(L, line->argv[i]);
		lua_rawseti(L, -2, i);
	}
	lua_call(L, 1, 1);
	return 1;
}

/* A descriptor that the caller closed would be given to the next file opened, and messages be written into it. What
 * stands in its place can be neither read nor written where that was meant: the failure is told as any other. */
static void keep_descriptors(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd == STDOUT_FILENO ? O_RDONLY : O_WRONLY) < 0)
			_exit(2);
	}
}

/* What could not be written is an error, whatever the command says: 2 beats 1. */
static int close_output(int status, int reason)
{
	char room[CFR_REASON];

	errno = 0;
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	if (!reason)
		reason = errno;
	if (reason)
		fprintf(stderr, "cfgrun: the output could not be written: %s\n", cfr_io_reason(room, reason));
	else
		fputs("cfgrun: the output could not be written\n", stderr);
	return status < 2 ? 2 : status;
}

/* Before anything else, so that the start is recorded, too. Without memory for it nothing is. */
static void start_recording(struct command_line *line)
{
	if (cfr__cmd_wants_profile(line->argc, line->argv) && cfr_trace_new(&line->trace, 0, NULL) == 0)
		line->begin = cfr_profile_now(cfr_trace_profile(line->trace));
}

int cfr_commands_run(int argc, char **argv)
{
	struct command_line line = { .argc = argc, .argv = argv };
	cfr__lua_room room = { 0 };
	lua_State *L;
	int status;

	start_recording(&line);
	L = luaL_newstate();
	keep_descriptors();
	if (!L) {
		cfr_trace_free(line.trace);
		fputs("cfgrun: out of memory\n", stderr);
		return 2;
	}
	cfr__cmd_signals_open(L);
	lua_gc(L, LUA_GCSTOP);		/* what starting makes stays; stdlib/main.lua lets it go on before a command runs */
	if (line.trace) {
		line.memory.held = (size_t)lua_gc(L, LUA_GCCOUNT) * 1024 + (size_t)lua_gc(L, LUA_GCCOUNTB);
		lua_setallocf(L, cfr__cmd_counting_alloc, &line.memory);
	} else {
		cfr__cmd_room_open(&room);
		lua_setallocf(L, cfr__cmd_room_alloc, &room);
	}
	lua_pushcfunction(L, add_traceback);
	lua_pushcfunction(L, run_main);
	lua_pushlightuserdata(L, &line);
	if (lua_pcall(L, 1, 1, 1) == LUA_OK) {
		status = (int)lua_tointeger(L, -1);
	} else {
		const char *message = luaL_tolstring(L, -1, NULL);
		status = *cfr__cmd_interrupted() ? 130 : 2;
		if (*cfr__cmd_interrupted())
			fputs("cfgrun: interrupted\n", stderr);
		else
			fprintf(stderr, "cfgrun: internal error: %s\n", message);
	}
	cfr__cmd_signals_close();
	lua_close(L);
	cfr__cmd_room_close(&room);
	cfr_trace_free(line.trace);
	return close_output(status, line.unwritten);
}
