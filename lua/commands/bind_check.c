/* lua/commands/bind_check.c -- core: checks for commands.
 *
 *   core.check{jobs=, now=, limits=, trace=}
 *   check:pack(spec) check:set{rule=, files=, level=, options=node} check:only(w) check:skip(w) check:waive{…}
 *   check:inline(bool) check:kind(kind, files) check:file(file, name) check:text(text, name, {format=})
 *   check:run() check:fix(class, function(file, before, after)) check:outcome() check:rules()
 *
 * Everything that can fail returns true, or nil and an error. An outcome is plain tables: a report needs no more.
 */
#include "engine/check.h"
#include "engine/pointer.h"
#include "engine/text.h"
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

	if (lua_istable(L, 4))
		word = cfr__cmd_field_str(L, 4, "format");
	for (int f = CFR_YAML; f <= CFR_JSON && word.len; f++) {
		if (cfr_str_eq(word, cfr_str_of(cfr_format_name((cfr_format)f))))
			format = (cfr_format)f;
	}
	if ((r = cfr_source_new(&source, name, text, &ud->limits, &err)) == 0) {
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

/* --- outcome --- */

static void push_strs(lua_State *L, cfr_strs list)
{
	lua_createtable(L, (int)list.count, 0);
	for (uint32_t i = 0; i < list.count; i++) {
		cfr__cmd_push_str(L, list.items[i]);
		lua_rawseti(L, -2, (lua_Integer)i + 1);
	}
}

static void set_strs(lua_State *L, const char *field, cfr_strs list)
{
	push_strs(L, list);
	lua_setfield(L, -2, field);
}

static void push_edit(lua_State *L, const cfr_edit *edit)
{
	static const char *const ops[] = { "replace", "set", "insert", "remove", "rename", "move" };

	lua_createtable(L, 0, 6);
	lua_pushstring(L, ops[edit->op]);
	lua_setfield(L, -2, "op");
	cfr__cmd_set_str(L, "at", edit->at);
	if (edit->op == CFR_EDIT_MOVE)
		cfr__cmd_set_str(L, "to", edit->to);
	if (edit->op == CFR_EDIT_SET || edit->op == CFR_EDIT_RENAME || edit->op == CFR_EDIT_MOVE)
		cfr__cmd_set_str(L, "key", edit->key);
	if (edit->op == CFR_EDIT_INSERT && edit->index != UINT32_MAX)
		cfr__cmd_set_int(L, "index", edit->index);
	if (edit->value) {
		cfr__cmd_push_node(L, NULL, cfr_tree_root(edit->value));
		lua_setfield(L, -2, "value");
	}
}

/* Planning splices takes time by the size of the document, for each finding anew. So the first findings of a run get
 * theirs, until as many bytes have been gone through; equal runs stop at the same one. */
typedef struct planning {
	const cfr_limits *limits;	/* NULL: no splices are wanted */
	uint64_t bytes;
} planning;

static bool may_plan(planning *plan, const cfr_source *source)
{
	uint64_t size = cfr_source_bytes(source).len;

	if (!plan->limits || plan->bytes < size)
		return false;
	plan->bytes -= size;
	return true;
}

/* The edits of a finding and, for machines, the splices they come to. */
static void set_fix(lua_State *L, const cfr_outcome *outcome, const cfr_finding *finding, planning *plan)
{
	cfr_splices splices = { 0 };

	lua_createtable(L, 0, 3);
	cfr__cmd_set_bool(L, "guarded", finding->guarded);
	lua_createtable(L, (int)finding->edit_count, 0);
	for (uint32_t i = 0; i < finding->edit_count; i++) {
		push_edit(L, &finding->edits[i]);
		lua_rawseti(L, -2, (lua_Integer)i + 1);
	}
	lua_setfield(L, -2, "edits");
	if (finding->document < outcome->subject_count) {
		const cfr_document *doc = outcome->subjects[finding->document].doc;
		const cfr_source *source = cfr_document_source(doc);
		if (may_plan(plan, source) &&
		    cfr_edit_plan(&splices, doc, finding->edits, finding->edit_count, plan->limits, NULL) == 0) {
			lua_createtable(L, (int)splices.count, 0);
			for (uint32_t i = 0; i < splices.count; i++) {
				cfr_place from = cfr_source_place(source, splices.items[i].start);
				cfr_place to = cfr_source_place(source, splices.items[i].end);
				cfr_span span = { splices.items[i].start, splices.items[i].end, from.line, from.column,
						  to.line, to.column };
				lua_createtable(L, 0, 8);
				cfr__cmd_set_span(L, &span);
				cfr__cmd_set_str(L, "text", splices.items[i].text);
				lua_rawseti(L, -2, (lua_Integer)i + 1);
			}
			lua_setfield(L, -2, "splices");
			cfr_splices_release(&splices);
		}
	}
	lua_setfield(L, -2, "fix");
}

static const cfr_source *source_of(const cfr_outcome *outcome, const cfr_finding *finding)
{
	if (finding->document < outcome->subject_count)
		return cfr_document_source(outcome->subjects[finding->document].doc);
	for (uint32_t i = 0; i < outcome->source_count; i++) {
		if (cfr_str_eq(outcome->sources[i].file, finding->file))
			return outcome->sources[i].source;
	}
	return NULL;
}

static void set_related(lua_State *L, const cfr_finding *finding)
{
	lua_createtable(L, (int)finding->related_count, 0);
	for (uint32_t i = 0; i < finding->related_count; i++) {
		const cfr_related *related = &finding->related[i];
		lua_createtable(L, 0, 9);
		cfr__cmd_set_str(L, "file", related->file);
		cfr__cmd_set_str(L, "path", related->path);
		cfr__cmd_set_str(L, "message", related->message);
		cfr__cmd_set_span(L, &related->span);
		lua_rawseti(L, -2, (lua_Integer)i + 1);
	}
	lua_setfield(L, -2, "related");
}

/* What a finding of a rule tagged `secret` is about, as written and as read: reports mask it wherever it shows. */
static void set_secret(lua_State *L, const cfr_outcome *outcome, const cfr_finding *finding)
{
	const cfr_document *doc = outcome->subjects[finding->document].doc;
	cfr_str bytes = cfr_source_bytes(cfr_document_source(doc));
	cfr_node node;

	lua_createtable(L, 2, 0);
	cfr__cmd_push_str(L, cfr_str_sub(bytes, finding->span.start, finding->span.end));
	lua_rawseti(L, -2, 1);
	if (cfr_pointer_get(&node, cfr_tree_root(cfr_document_tree(doc)), finding->path, NULL) == 0 &&
	    cfr_node_kind(node) == CFR_STRING) {
		cfr__cmd_push_str(L, cfr_node_string(node));
		lua_rawseti(L, -2, 2);
	}
	lua_setfield(L, -2, "secret");
}

static void push_finding(lua_State *L, const cfr_outcome *outcome, const cfr_finding *finding,
                         const cfr__secrets *secrets, planning *plan)
{
	static const char *const standings[] = { "open", "allowed", "waived", "fixed" };
	const cfr_source *source = finding->standing == CFR_FIXED ? NULL : source_of(outcome, finding);

	lua_createtable(L, 0, 24);
	cfr__cmd_set_str(L, "rule", finding->rule);
	lua_pushstring(L, cfr_severity_name(finding->severity));
	lua_setfield(L, -2, "severity");
	lua_pushstring(L, standings[finding->standing]);
	lua_setfield(L, -2, "standing");
	cfr__cmd_set_str(L, "message", finding->message);
	cfr__cmd_set_str(L, "file", finding->file);
	cfr__cmd_set_str(L, "path", finding->path);
	cfr__cmd_set_span(L, &finding->span);
	lua_pushstring(L, finding->fingerprint);
	lua_setfield(L, -2, "fingerprint");
	if (finding->hint.len)
		cfr__cmd_set_str(L, "hint", finding->hint);
	if (finding->reason.len)
		cfr__cmd_set_str(L, "reason", finding->reason);
	if (finding->unfixed.len)
		cfr__cmd_set_str(L, "unfixed", finding->unfixed);
	if (finding->document < outcome->subject_count)
		cfr__cmd_set_int(L, "document", (lua_Integer)finding->document + 1);
	if (source)
		cfr__cmd_set_excerpt(L, secrets, finding, source);
	if (finding->of) {
		set_strs(L, "controls", finding->of->controls);
		cfr__cmd_set_str(L, "pack", finding->of->pack);
	}
	set_related(L, finding);
	if (cfr__cmd_is_secret(finding->of) && finding->document < outcome->subject_count && source)
		set_secret(L, outcome, finding);
	if (finding->edit_count)
		set_fix(L, outcome, finding, plan);
}

static void push_sources(lua_State *L, const cfr_outcome *outcome)
{
	lua_createtable(L, (int)outcome->source_count, 0);
	for (uint32_t i = 0; i < outcome->source_count; i++) {
		const cfr_checked *s = &outcome->sources[i];
		lua_createtable(L, 0, 8);
		cfr__cmd_set_str(L, "file", s->file);
		cfr__cmd_set_str(L, "name", s->name);
		lua_pushstring(L, s->format == CFR_FORMAT_NONE ? "unknown" : cfr_format_name(s->format));
		lua_setfield(L, -2, "format");
		cfr__cmd_set_int(L, "documents", s->documents);
		cfr__cmd_set_int(L, "rules", s->rules);
		cfr__cmd_set_bool(L, "changed", s->changed);
		if (s->template_language)
			cfr__cmd_set_str(L, "template", cfr_str_of(s->template_language));
		if (s->changed && s->source)
			cfr__cmd_set_str(L, "text", cfr_source_bytes(s->source));
		lua_newtable(L);
		for (uint32_t d = 0; d < s->documents; d++) {
			push_strs(L, outcome->subjects[s->first_document + d].kinds);
			lua_rawseti(L, -2, (lua_Integer)d + 1);
		}
		lua_setfield(L, -2, "kinds");
		lua_rawseti(L, -2, (lua_Integer)i + 1);
	}
}

static void push_counts(lua_State *L, const cfr_check_counts *c)
{
	lua_createtable(L, 0, 16);
	cfr__cmd_set_int(L, "files", (lua_Integer)c->files);
	cfr__cmd_set_int(L, "documents", (lua_Integer)c->documents);
	cfr__cmd_set_int(L, "rules", (lua_Integer)c->rules);
	cfr__cmd_set_int(L, "jobs", (lua_Integer)c->jobs);
	cfr__cmd_set_int(L, "places", (lua_Integer)c->places);
	cfr__cmd_set_int(L, "skipped", (lua_Integer)c->skipped);
	cfr__cmd_set_int(L, "error", (lua_Integer)c->open[CFR_ERROR]);
	cfr__cmd_set_int(L, "warning", (lua_Integer)c->open[CFR_WARNING]);
	cfr__cmd_set_int(L, "info", (lua_Integer)c->open[CFR_INFO]);
	cfr__cmd_set_int(L, "allowed", (lua_Integer)c->allowed);
	cfr__cmd_set_int(L, "waived", (lua_Integer)c->waived);
	cfr__cmd_set_int(L, "fixed", (lua_Integer)c->fixed);
	cfr__cmd_set_int(L, "parse_ns", (lua_Integer)c->parse_ns);
	cfr__cmd_set_int(L, "check_ns", (lua_Integer)c->check_ns);
}

/* check:outcome{splices = true}: what the last run found. */
static int check_outcome(lua_State *L)
{
	check_ud *ud = check_ud_of(L);
	const cfr_outcome *outcome = cfr_check_outcome(ud->check);
	planning plan = { .bytes = CFR_MIB(32) };

	if (!outcome)
		return luaL_error(L, "the check has not run");
	if (lua_istable(L, 2)) {
		lua_getfield(L, 2, "splices");
		plan.limits = lua_toboolean(L, -1) ? &ud->limits : NULL;
	}
	cfr__secrets secrets = cfr__cmd_push_secrets(L, outcome);
	lua_createtable(L, 0, 5);
	lua_createtable(L, (int)outcome->finding_count, 0);
	for (uint32_t i = 0; i < outcome->finding_count; i++) {
		push_finding(L, outcome, &outcome->findings[i], &secrets, &plan);
		lua_rawseti(L, -2, (lua_Integer)i + 1);
	}
	lua_setfield(L, -2, "findings");
	lua_createtable(L, (int)outcome->failure_count, 0);
	for (uint32_t i = 0; i < outcome->failure_count; i++) {
		cfr__cmd_push_err_table(L, &outcome->failures[i].err);
		cfr__cmd_set_str(L, "rule", outcome->failures[i].rule);
		cfr__cmd_set_str(L, "subject", outcome->failures[i].file);
		lua_rawseti(L, -2, (lua_Integer)i + 1);
	}
	lua_setfield(L, -2, "failures");
	push_sources(L, outcome);
	lua_setfield(L, -2, "sources");
	push_counts(L, &outcome->counts);
	lua_setfield(L, -2, "counts");
	return 1;
}

/* --- rules --- */

static void push_rule(lua_State *L, const cfr_rule *rule)
{
	lua_createtable(L, 0, 20);
	cfr__cmd_set_str(L, "name", rule->name);
	cfr__cmd_set_str(L, "pack", rule->pack);
	cfr__cmd_set_str(L, "title", rule->title);
	cfr__cmd_set_str(L, "why", rule->why);
	lua_pushstring(L, cfr_severity_name(rule->severity));
	lua_setfield(L, -2, "severity");
	cfr__cmd_set_bool(L, "enabled", rule->enabled);
	cfr__cmd_set_bool(L, "fixable", rule->fixable);
	set_strs(L, "kinds", rule->kinds);
	set_strs(L, "files", rule->files);
	set_strs(L, "tags", rule->tags);
	set_strs(L, "controls", rule->controls);
	set_strs(L, "env", rule->env);
	if (rule->select)
		cfr__cmd_set_str(L, "select", cfr_query_text(rule->select));
	lua_newtable(L);
	lua_Integer count = 0;
	for (int k = 0; k < CFR_KIND_COUNT; k++) {
		if (rule->expect & 1u << k) {
			lua_pushstring(L, cfr_kind_name((cfr_kind)k));
			lua_rawseti(L, -2, ++count);
		}
	}
	lua_setfield(L, -2, "expect");
	if (rule->options) {
		cfr__cmd_push_node(L, NULL, cfr_tree_root(rule->options));
		lua_setfield(L, -2, "options");
	}
	if (rule->examples) {
		cfr__cmd_push_node(L, NULL, cfr_tree_root(rule->examples));
		lua_setfield(L, -2, "examples");
	}
	cfr__cmd_set_str(L, "file", rule->file);
	cfr__cmd_set_int(L, "line", rule->line);
}

static int check_rules(lua_State *L)
{
	const cfr_rules *rules = cfr_check_rules(check_ud_of(L)->check);

	lua_createtable(L, (int)rules->count, 0);
	for (uint32_t i = 0; i < rules->count; i++) {
		push_rule(L, &rules->items[i]);
		lua_rawseti(L, -2, (lua_Integer)i + 1);
	}
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
	static const luaL_Reg functions[] = { { "check", core_check }, { "packs", core_packs },
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
