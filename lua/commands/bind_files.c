/* lua/commands/bind_files.c -- core.files: what commands do with the file system.
 *
 *   files.walk(start, {ignore=, hidden=, want=function(name, folder)})  list of {path, name}, troubles
 *   files.read(path) files.read_input() files.replace(path, bytes) files.kind(path) files.real(path)
 *   files.hold(path)  before it is read: hold:replace(bytes) hold:release()
 *   files.cwd() files.exists(path) files.owner(path) files.glob(pattern, name) files.make_folder(path)
 */
#include "engine/base/file.h"
#include "engine/base/glob.h"
#include "engine/base/hold.h"
#include "engine/base/walk.h"
#include "lua/commands/bind.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define HOLD_CLASS "cfgrun.hold"

struct walking {
	lua_State *L;
	lua_Integer files, troubles;
	int want;		/* stack index of the function, or 0 */
};

static bool ask_want(void *arg, cfr_str name, bool is_folder)
{
	struct walking *w = arg;

	if (!w->want)
		return true;
	lua_pushvalue(w->L, w->want);
	cfr__cmd_push_str(w->L, name);
	lua_pushboolean(w->L, is_folder);
	/* An error here is a bug of a command: the walk's few blocks are lost with the process. */
	lua_call(w->L, 2, 1);
	bool yes = lua_toboolean(w->L, -1);
	lua_pop(w->L, 1);
	return yes;
}

static int take_file(void *arg, cfr_str path, cfr_str name, cfr_err *err)
{
	struct walking *w = arg;

	if (*cfr__cmd_interrupted())
		return cfr_err_set(err, CFR_E_INTERRUPTED, "interrupted");
	lua_createtable(w->L, 0, 2);
	cfr__cmd_set_str(w->L, "path", path);
	cfr__cmd_set_str(w->L, "name", name);
	lua_rawseti(w->L, 3, ++w->files);
	return 0;
}

static int take_trouble(void *arg, cfr_str path, const cfr_err *why, cfr_err *err)
{
	struct walking *w = arg;

	(void)path;
	(void)err;
	cfr__cmd_push_err_table(w->L, why);
	lua_rawseti(w->L, 4, ++w->troubles);
	return 0;
}

static int files_walk(lua_State *L)
{
	struct walking w = { .L = L };
	cfr_walk how = { .want = ask_want, .file = take_file, .trouble = take_trouble, .arg = &w };
	cfr_err err = CFR_ERR_INIT;

	luaL_checkstring(L, 1);
	luaL_checktype(L, 2, LUA_TTABLE);
	lua_settop(L, 2);
	lua_newtable(L);	/* 3: files */
	lua_newtable(L);	/* 4: troubles */
	lua_getfield(L, 2, "ignore");
	how.ignore = lua_toboolean(L, -1);
	lua_getfield(L, 2, "hidden");
	how.hidden = lua_toboolean(L, -1);
	if (lua_getfield(L, 2, "want") == LUA_TFUNCTION)
		w.want = lua_gettop(L);
	if (cfr_walk_run(&how, lua_tostring(L, 1), &err) < 0)
		return cfr__cmd_push_err(L, &err);
	lua_pushvalue(L, 3);
	lua_pushvalue(L, 4);
	return 2;
}

static int push_read(lua_State *L, cfr_buf *buf, int r, const cfr_err *err)
{
	if (r < 0)
		return cfr__cmd_push_err(L, err);
	cfr__cmd_push_str(L, cfr_buf_str(buf));
	return 1;
}

static int files_read(lua_State *L)
{
	const char *path = luaL_checkstring(L, 1);
	cfr_limits limits;
	cfr_err err = CFR_ERR_INIT;

	lua_settop(L, 2);
	cfr__cmd_read_limits(L, 2, &limits);
	cfr_buf *buf = cfr__cmd_push_buf(L);
	return push_read(L, buf, cfr_file_read(buf, path, &limits, &err), &err);
}

static int files_read_input(lua_State *L)
{
	cfr_limits limits;
	cfr_err err = CFR_ERR_INIT;

	lua_settop(L, 1);
	cfr__cmd_read_limits(L, 1, &limits);
	cfr_buf *buf = cfr__cmd_push_buf(L);
	return push_read(L, buf, cfr_fd_read(buf, STDIN_FILENO, CFR_STR("standard input"), &limits, &err), &err);
}

static int files_replace(lua_State *L)
{
	const char *path = luaL_checkstring(L, 1);
	cfr_str bytes = cfr__cmd_check_str(L, 2);
	cfr_err err = CFR_ERR_INIT;

	cfr__cmd_writing(true);
	int r = cfr_file_replace(path, bytes, &err);
	cfr__cmd_writing(false);
	if (r < 0)
		return cfr__cmd_push_err(L, &err);
	lua_pushboolean(L, 1);
	return 1;
}

static cfr_hold *check_hold(lua_State *L)
{
	return luaL_checkudata(L, 1, HOLD_CLASS);
}

static int hold_release(lua_State *L)
{
	cfr_hold_release(check_hold(L));
	return 0;
}

/* Once: the hold was of the file that is replaced. */
static int hold_replace(lua_State *L)
{
	cfr_hold *hold = check_hold(L);
	cfr_str bytes = cfr__cmd_check_str(L, 2);
	cfr_err err = CFR_ERR_INIT;

	uint64_t begin = cfr_profile_now(cfr__cmd_profile(L));
	cfr__cmd_writing(true);
	int r = cfr_hold_replace(hold, &bytes, 1, &err);
	cfr__cmd_writing(false);
	cfr_profile_span(cfr__cmd_profile(L), "write", CFR_STR(""), begin, bytes.len, "bytes");
	cfr_hold_release(hold);
	if (r < 0)
		return cfr__cmd_push_err(L, &err);
	lua_pushboolean(L, 1);
	return 1;
}

static int files_hold(lua_State *L)
{
	static const luaL_Reg methods[] = { { "replace", hold_replace }, { "release", hold_release },
		{ "__gc", hold_release }, { "__close", hold_release }, { NULL, NULL } };
	const char *name = luaL_checkstring(L, 1);
	cfr_hold *hold = lua_newuserdatauv(L, sizeof(*hold), 1);
	cfr_err err = CFR_ERR_INIT;

	*hold = (cfr_hold)CFR_HOLD_NONE;
	lua_pushvalue(L, 1);
	lua_setiuservalue(L, -2, 1);
	if (luaL_newmetatable(L, HOLD_CLASS)) {
		luaL_setfuncs(L, methods, 0);
		lua_pushvalue(L, -1);
		lua_setfield(L, -2, "__index");
	}
	lua_setmetatable(L, -2);
	if (cfr_file_hold(hold, name, &err) < 0)
		return cfr__cmd_push_err(L, &err);
	return 1;
}

/* "file", "folder", "other"; nil and why for what is not there. */
static int files_kind(lua_State *L)
{
	char room[CFR_REASON];
	struct stat st;

	if (stat(luaL_checkstring(L, 1), &st) < 0) {
		lua_pushnil(L);
		lua_pushstring(L, cfr_io_reason(room, errno));
		return 2;
	}
	lua_pushstring(L, S_ISREG(st.st_mode) ? "file" : S_ISDIR(st.st_mode) ? "folder" : "other");
	return 1;
}

/* The owner's number, to refuse a project file of somebody else. */
static int files_owner(lua_State *L)
{
	struct stat st;

	if (stat(luaL_checkstring(L, 1), &st) < 0)
		return 0;
	lua_pushinteger(L, (lua_Integer)st.st_uid);
	lua_pushinteger(L, (lua_Integer)geteuid());
	return 2;
}

static int files_real(lua_State *L)
{
	char path[PATH_MAX];

	lua_pushstring(L, realpath(luaL_checkstring(L, 1), path) ? path : NULL);
	return 1;
}

static int files_cwd(lua_State *L)
{
	char path[PATH_MAX];

	lua_pushstring(L, getcwd(path, sizeof(path)) ? path : ".");
	return 1;
}

static int files_glob(lua_State *L)
{
	lua_pushboolean(L, cfr_glob_match(cfr__cmd_check_str(L, 1), cfr__cmd_check_str(L, 2)));
	return 1;
}

static int files_make_folder(lua_State *L)
{
	if (mkdir(luaL_checkstring(L, 1), 0777) < 0 && errno != EEXIST) {
		char room[CFR_REASON];
		const char *why = cfr_io_reason(room, errno);
		lua_pushnil(L);
		lua_pushfstring(L, "the folder '%s' cannot be made: %s", lua_tostring(L, 1), why);
		return 2;
	}
	lua_pushboolean(L, 1);
	return 1;
}

void cfr__cmd_bind_files(lua_State *L)
{
	static const luaL_Reg functions[] = { { "walk", files_walk }, { "read", files_read },
		{ "read_input", files_read_input }, { "replace", files_replace }, { "hold", files_hold }, { "kind", files_kind },
		{ "owner", files_owner }, { "real", files_real }, { "cwd", files_cwd }, { "glob", files_glob },
		{ "make_folder", files_make_folder }, { NULL, NULL } };

	lua_newtable(L);
	luaL_setfuncs(L, functions, 0);
	lua_setfield(L, -2, "files");
}
