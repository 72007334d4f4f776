/* lua/commands/bind_profile.c -- core.profile: what the program did, and how long that took.
 *
 *   profile.on()                    is this run recorded?
 *   profile.now()                   nanoseconds; 0 when nothing is recorded
 *   profile.span(phase, detail, begin, amount, unit)     work of Lua, which began at `begin` and ends now
 *   profile.rows(since)             { {phase, detail, unit, spans, total, self, outer, top, longest, amount}, … }, and totals
 *   profile.write(file, notes)      the trace, as Chrome has it
 *   profile.usage()                 time, memory and page faults of the process up to here
 *   profile.child{word, …}          the program run once more, in a process of its own: what that took
 *
 * The recorder is made before the Lua state is, so that the start is in it. What commands call in `core` is measured at its
 * doors: those of the table below are replaced by closures that tell when they are done. A run that is not recorded has the
 * functions themselves, and pays nothing.
 */
#include "engine/base/file.h"
#include "engine/trace.h"
#include "lua/commands/bind.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

#define PROFILING_CLASS "cfgrun.profiling"

enum { MOST_NOTES = 64 };

struct profiling {
	cfr_trace *trace;		/* NULL: nothing is recorded */
	const cfr__lua_memory *memory;
};

static const char key;			/* its address: where the registry has it */

static struct profiling *profiling_of(lua_State *L)
{
	struct profiling *p;

	lua_rawgetp(L, LUA_REGISTRYINDEX, &key);
	p = lua_touserdata(L, -1);
	lua_pop(L, 1);
	return p;
}

const cfr_profile *cfr__cmd_profile(lua_State *L)
{
	struct profiling *p = profiling_of(L);

	return p && p->trace ? cfr_trace_profile(p->trace) : NULL;
}

bool cfr__cmd_wants_profile(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "profile") == 0)
		return true;
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
		if (strncmp(argv[i], "--profile", 9) == 0 && (argv[i][9] == '\0' || argv[i][9] == '='))
			return true;
	}
	return false;
}

void *cfr__cmd_counting_alloc(void *arg, void *ptr, size_t old, size_t size)
{
	cfr__lua_memory *memory = arg;

	if (size == 0) {
		memory->held -= ptr ? old : 0;
		free(ptr);
		return NULL;
	}
	void *made = realloc(ptr, size);
	if (!made)
		return NULL;
	memory->held += size - (ptr ? old : 0);
	memory->peak = memory->held > memory->peak ? memory->held : memory->peak;
	memory->count++;
	memory->bytes += size > (ptr ? old : 0) ? size - (ptr ? old : 0) : 0;
	return made;
}

/* --- spans of Lua --- */

/* The state's own copy of a word: it lives as long as the trace. */
static const char *keep_word(lua_State *L, int index)
{
	const char *word;

	if (lua_isnoneornil(L, index))
		return NULL;
	word = luaL_checkstring(L, index);
	lua_rawgetp(L, LUA_REGISTRYINDEX, &key);
	lua_getiuservalue(L, -1, 1);
	lua_pushvalue(L, index);
	lua_pushvalue(L, index);
	lua_rawset(L, -3);
	lua_pop(L, 2);
	return word;
}

static int profile_on(lua_State *L)
{
	lua_pushboolean(L, cfr__cmd_profile(L) != NULL);
	return 1;
}

static int profile_now(lua_State *L)
{
	lua_pushinteger(L, (lua_Integer)cfr_profile_now(cfr__cmd_profile(L)));
	return 1;
}

static int profile_span(lua_State *L)
{
	const cfr_profile *profile = cfr__cmd_profile(L);

	if (profile)
		cfr_profile_span(profile, keep_word(L, 1), cfr__cmd_check_str(L, 2), (uint64_t)luaL_checkinteger(L, 3),
				 (uint64_t)luaL_optinteger(L, 4, 0), keep_word(L, 5));
	return 0;
}

/* --- the doors of core --- */

typedef struct door {
	const char *where;		/* a metatable, or a table of core; NULL: core itself */
	const char *name, *phase;
	int detail;			/* which argument; 0: none */
	int amount;			/* the length of which argument in bytes; -1: of the result; 0: none */
} door;

static const door doors[] = {
	{ NULL, "fmt", "format", 1, 2 }, { NULL, "compare", "diff", 0, 0 }, { NULL, "merge", "merge", 0, 0 },
	{ NULL, "patch", "patch", 0, 0 }, { NULL, "merge_patch", "diff", 0, 0 }, { NULL, "edit", "edit", 0, 0 },
	{ NULL, "edit_file", "edit", 1, 0 },
	{ "files", "walk", "walk", 1, 0 }, { "files", "read", "read", 1, -1 }, { "files", "read_input", "read", 0, -1 },
	{ "files", "replace", "write", 1, 2 },
	{ "cfgrun.check", "pack", "pack", 2, 0 }, { "cfgrun.check", "outcome", "outcome", 0, 0 },
	{ "cfgrun.node", "text", "emit", 0, -1 }, { "cfgrun.diff", "text", "emit", 0, -1 },
	{ "cfgrun.diff", "json_patch", "diff", 0, 0 },
};

static int through(lua_State *L)
{
	const door *d = lua_touserdata(L, lua_upvalueindex(2));
	const cfr_profile *profile = cfr__cmd_profile(L);
	int given = lua_gettop(L);
	size_t amount = 0;
	cfr_str detail = CFR_STR("");

	/* What the detail is borrowed from stays below the call. */
	luaL_checkstack(L, given + 4, NULL);
	lua_pushvalue(L, lua_upvalueindex(1));
	for (int i = 1; i <= given; i++)
		lua_pushvalue(L, i);
	if (d->detail && lua_type(L, d->detail) == LUA_TSTRING)
		detail = cfr__cmd_check_str(L, d->detail);
	if (d->amount > 0 && lua_type(L, d->amount) == LUA_TSTRING)
		amount = lua_rawlen(L, d->amount);
	uint64_t begin = cfr_profile_now(profile);
	lua_call(L, given, LUA_MULTRET);
	if (d->amount < 0 && lua_type(L, given + 1) == LUA_TSTRING)
		amount = lua_rawlen(L, given + 1);
	cfr_profile_span(profile, d->phase, detail, begin, amount, d->amount ? "bytes" : NULL);
	return lua_gettop(L) - given;
}

/* The function at a door of the table on top becomes a closure around it. */
static void watch(lua_State *L, const door *d)
{
	if (lua_getfield(L, -1, d->name) == LUA_TNIL) {
		lua_pop(L, 1);
		return;
	}
	lua_pushlightuserdata(L, (void *)(uintptr_t)d);
	lua_pushcclosure(L, through, 2);
	lua_setfield(L, -2, d->name);
}

static void watch_doors(lua_State *L)
{
	int core = lua_gettop(L);

	for (size_t i = 0; i < sizeof(doors) / sizeof(*doors); i++) {
		if (!doors[i].where)
			lua_pushvalue(L, core);
		else if (lua_getfield(L, core, doors[i].where) != LUA_TTABLE && luaL_getmetatable(L, doors[i].where) == LUA_TTABLE)
			lua_getfield(L, -1, "__index");
		if (lua_istable(L, -1))
			watch(L, &doors[i]);
		lua_settop(L, core);
	}
}

/* --- asking --- */

static void push_row(lua_State *L, const cfr_trace_row *row)
{
	lua_createtable(L, 0, 9);
	cfr__cmd_set_str(L, "phase", cfr_str_of(row->phase));
	cfr__cmd_set_str(L, "detail", row->detail);
	if (row->unit)
		cfr__cmd_set_str(L, "unit", cfr_str_of(row->unit));
	cfr__cmd_set_int(L, "spans", (lua_Integer)row->spans);
	cfr__cmd_set_int(L, "total", (lua_Integer)row->total);
	cfr__cmd_set_int(L, "self", (lua_Integer)row->self);
	cfr__cmd_set_int(L, "outer", (lua_Integer)row->outer);
	cfr__cmd_set_int(L, "top", (lua_Integer)row->top);
	cfr__cmd_set_int(L, "longest", (lua_Integer)row->longest);
	cfr__cmd_set_int(L, "amount", (lua_Integer)row->amount);
}

/* Rows are copied into a userdata first: pushing may raise. */
static int profile_rows(lua_State *L)
{
	struct profiling *p = profiling_of(L);
	uint64_t since = (uint64_t)luaL_optinteger(L, 1, 0);
	cfr_trace_row *rows, *kept;
	cfr_trace_totals totals;
	cfr_err err = CFR_ERR_INIT;
	uint32_t count;

	if (!p->trace)
		return luaL_error(L, "nothing is recorded");
	if (cfr_trace_rows(&rows, &count, p->trace, since, &err) < 0)
		return cfr__cmd_push_err(L, &err);
	cfr_buf *buf = cfr__cmd_push_buf(L);
	*buf = (cfr_buf){ .ptr = (char *)rows, .len = count * sizeof(*rows), .cap = count * sizeof(*rows) };
	kept = rows;
	lua_createtable(L, (int)count, 0);
	for (uint32_t i = 0; i < count; i++) {
		push_row(L, &kept[i]);
		lua_rawseti(L, -2, (lua_Integer)i + 1);
	}
	cfr_trace_totals_of(&totals, p->trace);
	lua_createtable(L, 0, 4);
	cfr__cmd_set_int(L, "begin", (lua_Integer)totals.begin);
	cfr__cmd_set_int(L, "spans", (lua_Integer)totals.spans);
	cfr__cmd_set_int(L, "lost", (lua_Integer)totals.lost);
	cfr__cmd_set_int(L, "threads", totals.threads);
	return 2;
}

/* Into what is no file: a pipe of the shell, a device. */
static int write_through(const char *file, cfr_str text, cfr_err *err)
{
	int fd = open(file, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	size_t done = 0;

	while (fd >= 0 && done < text.len) {
		ssize_t wrote = write(fd, text.ptr + done, text.len - done);
		if (wrote < 0 && errno != EINTR)
			break;
		done += wrote > 0 ? (size_t)wrote : 0;
	}
	int number = errno;
	if (fd < 0 || (close(fd) < 0 && done == text.len) || done < text.len) {
		cfr_err_set(err, CFR_E_IO, "cannot write: %s", strerror(number));
		cfr_err_at(err, cfr_str_of(file), 0, 0);
		return CFR_E_IO;
	}
	return 0;
}

static int profile_write(lua_State *L)
{
	struct profiling *p = profiling_of(L);
	const char *file = luaL_checkstring(L, 1);
	cfr_trace_note notes[MOST_NOTES];
	uint32_t count = 0;
	cfr_err err = CFR_ERR_INIT;
	struct stat st;
	int r;

	if (!p->trace)
		return luaL_error(L, "nothing is recorded");
	luaL_checktype(L, 2, LUA_TTABLE);
	lua_settop(L, 2);
	cfr_buf *out = cfr__cmd_push_buf(L);
	for (lua_pushnil(L); count < MOST_NOTES && lua_next(L, 2); lua_pop(L, 1))
		notes[count++] = (cfr_trace_note){ cfr__cmd_check_str(L, -2), cfr__cmd_check_str(L, -1) };
	cfr__cmd_writing(true);
	if ((r = cfr_trace_json(out, p->trace, notes, count, &err)) == 0) {
		bool through_it = stat(file, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode);
		r = through_it ? write_through(file, cfr_buf_str(out), &err) : cfr_file_replace(file, cfr_buf_str(out), &err);
	}
	cfr__cmd_writing(false);
	if (r < 0)
		return cfr__cmd_push_err(L, &err);
	lua_pushboolean(L, 1);
	return 1;
}

/* --- the process --- */

static uint64_t clock_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static lua_Integer nanoseconds(struct timeval t)
{
	return (lua_Integer)t.tv_sec * 1000000000 + (lua_Integer)t.tv_usec * 1000;
}

/* Fields of a table on top, of this process or one that has ended. */
static void set_usage(lua_State *L, const struct rusage *usage)
{
	cfr__cmd_set_int(L, "user", nanoseconds(usage->ru_utime));
	cfr__cmd_set_int(L, "system", nanoseconds(usage->ru_stime));
	cfr__cmd_set_int(L, "peak", (lua_Integer)usage->ru_maxrss * 1024);
	cfr__cmd_set_int(L, "faults", (lua_Integer)usage->ru_minflt);
	cfr__cmd_set_int(L, "major_faults", (lua_Integer)usage->ru_majflt);
}

/* Pages that are in memory. */
static lua_Integer resident(void)
{
	FILE *file = fopen("/proc/self/statm", "re");
	long pages = 0;

	if (file && fscanf(file, "%*s %ld", &pages) != 1)
		pages = 0;
	if (file)
		fclose(file);
	return (lua_Integer)pages * sysconf(_SC_PAGESIZE);
}

static int profile_usage(lua_State *L)
{
	const struct profiling *p = profiling_of(L);
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	lua_createtable(L, 0, 12);
	set_usage(L, &usage);
	cfr__cmd_set_int(L, "resident", resident());
#if defined(__GLIBC__) && (__GLIBC__ > 2 || __GLIBC_MINOR__ >= 33)
	struct mallinfo2 heap = mallinfo2();
	cfr__cmd_set_int(L, "heap", (lua_Integer)(heap.uordblks + heap.hblkhd));
	cfr__cmd_set_int(L, "heap_system", (lua_Integer)(heap.arena + heap.hblkhd));
#endif
	if (p->memory) {
		cfr__cmd_set_int(L, "lua_allocations", (lua_Integer)p->memory->count);
		cfr__cmd_set_int(L, "lua_bytes", (lua_Integer)p->memory->bytes);
		cfr__cmd_set_int(L, "lua_peak", (lua_Integer)p->memory->peak);
	}
	return 1;
}

/* The argument list of a program, in memory of the state; pushed. */
static char **push_argv(lua_State *L, int table)
{
	lua_Integer count = (lua_Integer)lua_rawlen(L, table);
	char **argv = lua_newuserdatauv(L, sizeof(char *) * ((size_t)count + 2), 0);

	argv[0] = (char *)(uintptr_t)"cfgrun";
	for (lua_Integer i = 1; i <= count; i++) {
		lua_rawgeti(L, table, i);
		argv[i] = (char *)(uintptr_t)luaL_checkstring(L, -1);	/* the table keeps it */
		lua_pop(L, 1);
	}
	argv[count + 1] = NULL;
	return argv;
}

/* child{word, …}: this program in a process of its own, silent and without input: its exit status (128 and more: a signal)
 * and what it took; or nil, why. */
static int profile_child(lua_State *L)
{
	posix_spawn_file_actions_t files;
	struct rusage usage;
	uint64_t begin;
	pid_t pid;
	int r, how = 0;

	luaL_checktype(L, 1, LUA_TTABLE);
	lua_settop(L, 1);
	char **argv = push_argv(L, 1);
	if ((r = posix_spawn_file_actions_init(&files)) == 0) {
		for (int fd = STDIN_FILENO; r == 0 && fd <= STDERR_FILENO; fd++)
			r = posix_spawn_file_actions_addopen(&files, fd, "/dev/null", fd ? O_WRONLY : O_RDONLY, 0);
		begin = clock_now();
		r = r ? r : posix_spawn(&pid, "/proc/self/exe", &files, NULL, argv, environ);
		posix_spawn_file_actions_destroy(&files);
	}
	if (r) {
		lua_pushnil(L);
		lua_pushfstring(L, "the program cannot be started: %s", strerror(r));
		return 2;
	}
	while (wait4(pid, &how, 0, &usage) < 0) {
		if (errno != EINTR)
			return luaL_error(L, "the program started is lost: %s", strerror(errno));
	}
	uint64_t wall = clock_now() - begin;
	lua_createtable(L, 0, 8);
	set_usage(L, &usage);
	cfr__cmd_set_int(L, "wall", (lua_Integer)wall);
	cfr__cmd_set_int(L, "status", WIFEXITED(how) ? WEXITSTATUS(how) : 128 + WTERMSIG(how));
	return 1;
}

/* --- life --- */

static int profiling_gc(lua_State *L)
{
	struct profiling *p = luaL_checkudata(L, 1, PROFILING_CLASS);

	cfr_trace_free(p->trace);
	p->trace = NULL;
	return 0;
}

void cfr__cmd_take_trace(lua_State *L, cfr_trace **trace, const cfr__lua_memory *memory)
{
	struct profiling *p = lua_newuserdatauv(L, sizeof(*p), 1);

	*p = (struct profiling){ .trace = NULL };
	lua_newtable(L);		/* words of phases and units */
	lua_setiuservalue(L, -2, 1);
	luaL_newmetatable(L, PROFILING_CLASS);
	lua_pushcfunction(L, profiling_gc);
	lua_setfield(L, -2, "__gc");
	lua_setmetatable(L, -2);
	p->trace = *trace;
	p->memory = *trace ? memory : NULL;
	*trace = NULL;
	lua_rawsetp(L, LUA_REGISTRYINDEX, &key);
}

void cfr__cmd_bind_profile(lua_State *L)
{
	static const luaL_Reg functions[] = { { "on", profile_on }, { "now", profile_now }, { "span", profile_span },
		{ "rows", profile_rows }, { "write", profile_write }, { "usage", profile_usage },
		{ "child", profile_child }, { NULL, NULL } };

	if (cfr__cmd_profile(L))
		watch_doors(L);
	luaL_newlib(L, functions);
	lua_setfield(L, -2, "profile");
}
