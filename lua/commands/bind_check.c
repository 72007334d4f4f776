/* lua/commands/bind_check.c -- core: checks for commands.
 *
 *   core.check{jobs=, now=, limits=, trace=}
 *   check:pack(spec) check:set{rule=, files=, level=, options=node} check:only(w) check:skip(w) check:waive{…}
 *   check:inline(bool) check:kind(kind, files) check:file(file, name) check:text(text, name, {format=, file=})
 *   check:run() check:fix(class, function(file, before, after)) check:outcome() check:rules()
 *
 * Everything that can fail returns true, or nil and an error. Outcomes and rules become tables in bind_outcome.c.
 */
#include "engine/check.h"
#include "engine/tree/build.h"
#include "lua/commands/bind.h"
#include "lua/embedded.h"
#include "lua/script.h"
#include "lua/shipped.h"

#include <stdio.h>
#include <stdlib.h>

#define CHECK_CLASS "cfgrun.check"
#define TREE_CLASS "cfgrun.tree"

typedef struct check_ud {
	cfr_check *check;
	cfr_limits limits;
	const char **names, **values;	/* environment given by a test; NULL: the process's own */
	int vars;
} check_ud;

static check_ud *check_ud_of(lua_State *L)
{
	check_ud *ud = luaL_checkudata(L, 1, CHECK_CLASS);

	if (!ud->check)
		luaL_error(L, "this check is closed");
	return ud;
}

static int done(lua_State *L, int r, const cfr_err *err)
{
	if (r < 0)
		return cfr__cmd_push_err(L, err);
	lua_pushboolean(L, 1);
	return 1;
}

static int check_gc(lua_State *L)
{
	check_ud *ud = luaL_checkudata(L, 1, CHECK_CLASS);

	cfr_check_free(ud->check);
	ud->check = NULL;
	return 0;
}

/* --- making one --- */

static const char *read_env(void *arg, const char *name)
{
	(void)arg;
	return getenv(name);
}

/* A test's environment: strings of a Lua table that the userdata holds in its user value. */
static const char *read_given_env(void *arg, const char *name)
{
	const check_ud *ud = arg;

	for (int i = 0; i < ud->vars; i++) {
		if (strcmp(ud->names[i], name) == 0)
			return ud->values[i];
	}
	return NULL;
}

/* The runner has made the line harmless for a terminal. One call, so that lines of threads do not mix. */
static void trace_line(void *arg, const cfr_job *job, cfr_str line)
{
	(void)arg;
	fprintf(stderr, "trace %.*s %.*s: %.*s\n", (int)job->rule->name.len, job->rule->name.ptr,
		(int)job->subject->file.len, job->subject->file.ptr, (int)line.len, line.ptr);
}

/* The table at `table` becomes the environment; it and its strings are kept alive by the user value. */
static void take_env(lua_State *L, check_ud *ud, int userdata, int table)
{
	int count = 0;

	lua_pushnil(L);
	while (lua_next(L, table)) {
		luaL_checkstring(L, -2);
		luaL_checkstring(L, -1);
		count++;
		lua_pop(L, 1);
	}
	ud->names = lua_newuserdatauv(L, sizeof(char *) * (size_t)(count + 1), 0);
	lua_setiuservalue(L, userdata, 2);
	ud->values = lua_newuserdatauv(L, sizeof(char *) * (size_t)(count + 1), 0);
	lua_setiuservalue(L, userdata, 3);
	lua_pushnil(L);
	while (lua_next(L, table)) {
		ud->names[ud->vars] = lua_tostring(L, -2);
		ud->values[ud->vars++] = lua_tostring(L, -1);
		lua_pop(L, 1);
	}
	lua_pushvalue(L, table);
	lua_setiuservalue(L, userdata, 1);
}

/* check:reset{now=, env=}: the packs stay, all else is forgotten; for running many examples. */
static int check_reset(lua_State *L)
{
	check_ud *ud = check_ud_of(L);
	cfr_check_options options = { .env = read_env };

	luaL_checktype(L, 2, LUA_TTABLE);
	lua_settop(L, 2);
	lua_getfield(L, 2, "now");
	options.now = luaL_optinteger(L, -1, 0);
	ud->vars = 0;
	if (lua_getfield(L, 2, "env") == LUA_TTABLE) {
		take_env(L, ud, 1, 4);
		options.env = read_given_env;
		options.env_arg = ud;
	}
	cfr_check_reset(ud->check, options.now, options.env, options.env_arg);
	return 0;
}

static int core_check(lua_State *L)
{
	cfr_check_options options = { .scripts = cfr_lua_scripts(), .env = read_env };
	cfr_err err = CFR_ERR_INIT;

	luaL_checktype(L, 1, LUA_TTABLE);
	lua_settop(L, 1);
	check_ud *ud = lua_newuserdatauv(L, sizeof(*ud), 3);
	*ud = (check_ud){ .check = NULL };
	luaL_setmetatable(L, CHECK_CLASS);
	cfr__cmd_read_limits(L, 1, &ud->limits);
	options.limits = &ud->limits;
	lua_getfield(L, 1, "jobs");
	options.workers = (unsigned)luaL_optinteger(L, -1, 0);
	lua_getfield(L, 1, "now");
	options.now = luaL_checkinteger(L, -1);
	lua_getfield(L, 1, "trace");
	if (lua_toboolean(L, -1))
		options.trace = trace_line;
	lua_settop(L, 2);
	if (lua_getfield(L, 1, "env") == LUA_TTABLE) {
		take_env(L, ud, 2, 3);
		options.env = read_given_env;
		options.env_arg = ud;
	}
	options.interrupted = cfr__cmd_interrupted();
	options.loader = cfr__cmd_loader(L);
	options.profile = cfr__cmd_profile(L);
	lua_settop(L, 2);
	return cfr_check_new(&ud->check, &options, &err) < 0 ? cfr__cmd_push_err(L, &err) : 1;
}

/* --- packs --- */

/* "pack:NAME", a folder, or a file. */
static int check_pack(lua_State *L)
{
	check_ud *ud = check_ud_of(L);
	cfr_pack *pack;
	cfr_err err = CFR_ERR_INIT;
	int r = cfr_policy_open(&pack, luaL_checkstring(L, 2), &ud->limits, &err);

	if (r == 0)
		r = cfr_check_add_pack(ud->check, pack, &err);
	return done(L, r, &err);
}

/* Learn the kinds that a shipped pack recognises, not its rules. */
static int check_learn(lua_State *L)
{
	check_ud *ud = check_ud_of(L);
	cfr_pack *pack;
	cfr_err err = CFR_ERR_INIT;
	int r = cfr_policy_open_kinds(&pack, cfr__cmd_check_str(L, 2), &ud->limits, &err);

	if (r == 0)
		r = cfr_check_add_pack(ud->check, pack, &err);
	return done(L, r, &err);
}

/* Kinds that documents are recognised as, as a set. */
static int check_kinds(lua_State *L)
{
	const cfr_rules *rules = cfr_check_rules(check_ud_of(L)->check);

	lua_newtable(L);
	for (uint32_t i = 0; i < rules->recogniser_count; i++) {
		cfr__cmd_push_str(L, rules->recognisers[i].kind);
		lua_pushboolean(L, 1);
		lua_rawset(L, -3);
	}
	return 1;
}

/* What editors need to know of the world of rules. */
static int core_annotations(lua_State *L)
{
	cfr_buf *buf = cfr__cmd_push_buf(L);
	cfr_err err = CFR_ERR_INIT;

	cfr_lua_annotations(buf);
	if (cfr_buf_check(buf, &err) < 0)
		return cfr__cmd_push_err(L, &err);
	cfr__cmd_push_str(L, cfr_buf_str(buf));
	return 1;
}

/* Names of shipped packs. */
static int core_packs(lua_State *L)
{
	lua_Integer count = 0;

	lua_newtable(L);
	for (const struct cfr_embedded *e = cfr_embedded_files; e->name; e++) {
		cfr_str name = cfr_str_of(e->name);
		if (!cfr_str_starts(name, CFR_STR("policies/")) || !cfr_str_ends(name, CFR_STR("/pack.lua")))
			continue;
		cfr__cmd_push_str(L, cfr_str_sub(name, 9, name.len - 9));
		lua_rawseti(L, -2, ++count);
	}
	return 1;
}

/* --- settings --- */

static int tree_gc(lua_State *L)
{
	cfr_tree **ud = luaL_checkudata(L, 1, TREE_CLASS);

	*ud = cfr_tree_unref(*ud);
	return 0;
}

/* A tree of its own with the node's content, held by the state. */
static int copy_tree(cfr_tree ***out, lua_State *L, cfr_node node, const cfr_limits *limits, cfr_err *err)
{
	static const cfr_mark nowhere = { 0 };
	cfr_build *build = NULL;
	int r;

	*out = lua_newuserdatauv(L, sizeof(cfr_tree *), 0);
	**out = NULL;
	luaL_setmetatable(L, TREE_CLASS);
	if ((r = cfr_build_new(&build, NULL, CFR_FORMAT_NONE, limits, err)) == 0 &&
	    (r = cfr_build_node(build, node, &nowhere, err)) == 0)
		r = cfr_build_finish_tree(*out, build, err);
	cfr_build_free(build);
	return r;
}

static int check_set(lua_State *L)
{
	check_ud *ud = check_ud_of(L);
	cfr_severity severity;
	cfr_tree **options = NULL;
	cfr_err err = CFR_ERR_INIT;
	int r = 0, level = -1;

	luaL_checktype(L, 2, LUA_TTABLE);
	lua_getfield(L, 2, "options");
	int at = lua_gettop(L);
	if (cfr__cmd_is_node(L, at))
		r = copy_tree(&options, L, cfr__cmd_check_node(L, at, NULL), &ud->limits, &err);
	cfr_str word = cfr__cmd_field_str(L, 2, "level");
	if (r == 0 && word.len && (r = cfr_severity_of(&severity, word, &err)) == 0)
		level = (int)severity;
	if (r == 0)
		r = cfr_check_set(ud->check, cfr__cmd_field_str(L, 2, "rule"), cfr__cmd_field_str(L, 2, "files"), level,
				  options ? *options : NULL, &err);
	return done(L, r, &err);
}

static int check_only(lua_State *L)
{
	cfr_err err = CFR_ERR_INIT;

	return done(L, cfr_check_only(check_ud_of(L)->check, cfr__cmd_check_str(L, 2), &err), &err);
}

static int check_skip(lua_State *L)
{
	cfr_err err = CFR_ERR_INIT;

	return done(L, cfr_check_skip(check_ud_of(L)->check, cfr__cmd_check_str(L, 2), &err), &err);
}

static uint32_t field_uint(lua_State *L, int table, const char *field)
{
	lua_getfield(L, table, field);
	lua_Integer n = luaL_optinteger(L, -1, 0);
	lua_pop(L, 1);
	return n > 0 && n < UINT32_MAX ? (uint32_t)n : 0;
}

static int check_waive(lua_State *L)
{
	check_ud *ud = check_ud_of(L);
	cfr_waiver w = { 0 };
	cfr_err err = CFR_ERR_INIT;

	luaL_checktype(L, 2, LUA_TTABLE);
	w.rule = cfr__cmd_field_str(L, 2, "rule");
	w.file = cfr__cmd_field_str(L, 2, "file");
	w.path = cfr__cmd_field_str(L, 2, "path");
	w.reason = cfr__cmd_field_str(L, 2, "reason");
	w.owner = cfr__cmd_field_str(L, 2, "owner");
	w.expires = cfr__cmd_field_str(L, 2, "expires");
	w.from_file = cfr__cmd_field_str(L, 2, "from_file");
	w.from.line = field_uint(L, 2, "line");
	w.from.column = field_uint(L, 2, "column");
	w.from.end_line = field_uint(L, 2, "end_line");
	w.from.end_column = field_uint(L, 2, "end_column");
	return done(L, cfr_check_waive(ud->check, &w, &err), &err);
}

static int check_inline(lua_State *L)
{
	cfr_check_inline_allow(check_ud_of(L)->check, lua_toboolean(L, 2));
	return 0;
}

static int check_kind(lua_State *L)
{
	cfr_err err = CFR_ERR_INIT;

	return done(L, cfr_check_bind_kind(check_ud_of(L)->check, cfr__cmd_check_str(L, 2), cfr__cmd_check_str(L, 3), &err), &err);
}

/* --- sources --- */

static int check_file(lua_State *L)
{
	cfr_err err = CFR_ERR_INIT;

	return done(L, cfr_check_add_file(check_ud_of(L)->check, cfr__cmd_check_str(L, 2), cfr__cmd_check_str(L, 3), &err), &err);
}

static int check_text(lua_State *L)
{
	check_ud *ud = check_ud_of(L);
	cfr_str text = cfr__cmd_check_str(L, 2), name = cfr__cmd_check_str(L, 3), word = { "", 0 };
	cfr_source *source;
	cfr_format format = CFR_FORMAT_NONE;
	cfr_err err = CFR_ERR_INIT;
	int r;

	cfr_str file = name;
	if (lua_istable(L, 4)) {
		word = cfr__cmd_field_str(L, 4, "format");
		file = cfr__cmd_field_str(L, 4, "file").len ? cfr__cmd_field_str(L, 4, "file") : name;
	}
	format = cfr_format_of_word(word);
	if ((r = cfr_source_new(&source, file, text, &ud->limits, &err)) == 0) {
		r = cfr_check_add_source(ud->check, source, name, format, &err);
		cfr_source_unref(source);
	}
	return done(L, r, &err);
}

/* --- running --- */

static int check_run(lua_State *L)
{
	cfr_err err = CFR_ERR_INIT;

	return done(L, cfr_check_run(check_ud_of(L)->check, &err), &err);
}

/* Calls the Lua function at index 3: it returns true, or nil and a message. Runs on the caller's thread. */
static int write_fixed(void *arg, cfr_str file, cfr_str before, cfr_str after, cfr_err *err)
{
	lua_State *L = arg;
	int r = 0;

	if (lua_isnoneornil(L, 3))
		return 0;
	lua_pushvalue(L, 3);
	cfr__cmd_push_str(L, file);
	cfr__cmd_push_str(L, before);
	cfr__cmd_push_str(L, after);
	if (lua_pcall(L, 3, 2, 0) != LUA_OK) {
		r = cfr_err_set(err, CFR_E_BUG, "%s", lua_tostring(L, -1) ? lua_tostring(L, -1) : "error");
		lua_pop(L, 1);
		return r;
	}
	if (!lua_toboolean(L, -2)) {
		const char *message = luaL_tolstring(L, -1, NULL);
		r = cfr_err_set(err, CFR_E_IO, "%s", message);
		lua_pop(L, 1);
	}
	lua_pop(L, 2);
	return r;
}

static int check_fix(lua_State *L)
{
	check_ud *ud = check_ud_of(L);
	const char *class = luaL_checkstring(L, 2);
	cfr_err err = CFR_ERR_INIT;

	lua_settop(L, 3);
	return done(L, cfr_check_fix(ud->check, strcmp(class, "guarded") == 0 ? CFR_FIX_GUARDED : CFR_FIX_SAFE,
				     write_fixed, L, &err), &err);
}

/* --- reading --- */

/* check:outcome{splices = true}: what the last run found. */
static int check_outcome(lua_State *L)
{
	check_ud *ud = check_ud_of(L);
	const cfr_outcome *outcome = cfr_check_outcome(ud->check);
	bool splices = false;

	if (!outcome)
		return luaL_error(L, "the check has not run");
	if (lua_istable(L, 2)) {
		lua_getfield(L, 2, "splices");
		splices = lua_toboolean(L, -1);
	}
	cfr__cmd_push_outcome(L, outcome, splices ? &ud->limits : NULL);
	return 1;
}

static int check_rules(lua_State *L)
{
	cfr__cmd_push_rules(L, cfr_check_rules(check_ud_of(L)->check));
	return 1;
}

/* Is the date over at `now`? For validating a project file. */
static int core_expired(lua_State *L)
{
	cfr_err err = CFR_ERR_INIT;
	bool expired;

	if (cfr_waiver_expired(&expired, cfr__cmd_check_str(L, 1), luaL_checkinteger(L, 2), &err) < 0)
		return cfr__cmd_push_err(L, &err);
	lua_pushboolean(L, expired);
	return 1;
}

void cfr__cmd_bind_checks(lua_State *L)
{
	static const luaL_Reg methods[] = { { "pack", check_pack }, { "learn", check_learn }, { "kinds", check_kinds }, { "set", check_set }, { "only", check_only },
		{ "skip", check_skip }, { "waive", check_waive }, { "inline", check_inline }, { "kind", check_kind },
		{ "file", check_file }, { "text", check_text }, { "reset", check_reset }, { "run", check_run }, { "fix", check_fix },
		{ "outcome", check_outcome }, { "rules", check_rules }, { "close", check_gc }, { NULL, NULL } };
	static const luaL_Reg functions[] = { { "check", core_check }, { "packs", core_packs }, { "annotations", core_annotations },
		{ "expired", core_expired }, { NULL, NULL } };

	luaL_newmetatable(L, CHECK_CLASS);
	lua_pushcfunction(L, check_gc);
	lua_setfield(L, -2, "__gc");
	lua_newtable(L);
	luaL_setfuncs(L, methods, 0);
	lua_setfield(L, -2, "__index");
	lua_pop(L, 1);
	luaL_newmetatable(L, TREE_CLASS);
	lua_pushcfunction(L, tree_gc);
	lua_setfield(L, -2, "__gc");
	lua_pop(L, 1);
	luaL_setfuncs(L, functions, 0);
}
