/* lua/rules/script.c -- a runner: one sandbox with every pack loaded, and the jobs it does.
 *
 * A job is one rule on one document. All its places are checked inside one protected call with one budget; the state
 * keeps nothing of it but caches (views of the trees met in this run, compiled queries), which are dropped when the run
 * changes or when they have grown. After a failure the same holds, so the next job finds a script as good as new.
 */
#include "lua/rules/inside.h"
#include "lua/script.h"

#include <stdlib.h>

/* --- jobs --- */

/* Argument: the script. */
static int run_places(lua_State *L)
{
	enum { SCRIPT = 1, CHECK, VIEWS, CTX };
	cfr_script *script = lua_touserdata(L, SCRIPT);
	const cfr_job *job = script->job;
	cfr__held *held;

	luaL_checkstack(L, 20, NULL);
	if (script->run != job->run) {
		cfr__drop_views(L, script);
		cfr__forget_documents(L);
		script->run = job->run;
	}
	cfr__ctx_reset(L, true);
	lua_rawgetp(L, LUA_REGISTRYINDEX, cfr__checks_key);
	lua_rawgeti(L, -1, (lua_Integer)job->rule->number + 1);
	lua_remove(L, -2);
	cfr__push_subject_views(L, script);
	held = cfr__held_of(L, VIEWS);
	held->document = (uint32_t)(job->subject - job->all);
	cfr__push_ctx(L);
	for (uint32_t i = 0; i < job->selected_count; i++) {
		script->current = i;
		if (script->place_read) {
			cfr__ctx_reset(L, false);
			script->place_read = false;
		}
		lua_pushvalue(L, CHECK);
		cfr__push_node(L, VIEWS, held, job->selected[i].at);
		lua_pushvalue(L, CTX);
		lua_call(L, 2, 0);
	}
	return 0;
}

/* Where a failing rule was looking. */
static void tell_place(cfr_script *script, cfr_err *err)
{
	const cfr_job *job = script->job;
	cfr_buf path = { .max = sizeof(err->path) - 1 };

	if (script->current < job->selected_count)
		cfr_pointer_write(&path, job->selected[script->current]);
	cfr_err_path(err, cfr_buf_str(&path));
	cfr__explain_miss(script, err);
	cfr__explain_absent(err);
	if (!err->hint[0])
		cfr_err_hint(err, "the rule was looking at %.120s, %.100s", job->subject->file.ptr,
			     path.len ? path.ptr : "the whole document");
	cfr_buf_release(&path);
}

/* Argument: the script. */
static int drop_caches(lua_State *L)
{
	cfr__drop_views(L, lua_touserdata(L, 1));
	cfr__forget_documents(L);
	cfr__ctx_reset(L, true);
	return 0;
}

/* What a rule left in caches must not weigh on the next for ever. */
static void tidy(cfr_script *script)
{
	size_t used = cfr_sandbox_memory(script->sandbox, NULL);

	if (used <= script->tidy_above && script->held < 4096)
		return;
	lua_pushcfunction(script->L, drop_caches);
	lua_pushlightuserdata(script->L, script);
	if (lua_pcall(script->L, 1, 0, 0) != LUA_OK)	/* naming a field takes memory; the next job tries again */
		lua_pop(script->L, 1);
	lua_gc(script->L, LUA_GCCOLLECT);
	used = cfr_sandbox_memory(script->sandbox, NULL);
	script->tidy_above = script->limits.of[CFR_LIMIT_MEMORY] / 4;
	if (script->tidy_above < 2 * used)
		script->tidy_above = 2 * used;
}

static int script_check(cfr_script *script, const cfr_job *job, cfr_report *report, cfr_err *err)
{
	lua_State *L = script->L;
	cfr_err ours = CFR_ERR_INIT;
	int r;

	if (job->rule->number >= script->scripted)
		return cfr_err_set(err, CFR_E_BUG, "rule '%.*s' is not loaded here", (int)job->rule->name.len,
				   job->rule->name.ptr);
	if (!lua_checkstack(L, 10))
		return cfr_err_nomem(err);
	script->job = job;
	script->report = report;
	script->current = 0;
	script->job_number++;
	script->traced = 0;
	script->miss.tree = NULL;
	cfr_sandbox_begin(script->sandbox);
	lua_pushcfunction(L, run_places);
	lua_pushlightuserdata(L, script);
	r = cfr_sandbox_call(script->sandbox, 1, 0, &ours);
	if (r < 0) {
		tell_place(script, &ours);
		cfr_sandbox_unchanged(script->sandbox, NULL);	/* puts back what the failed check left */
	} else if ((r = cfr_sandbox_unchanged(script->sandbox, &ours)) < 0) {
		script->current = 0;
		tell_place(script, &ours);
	}
	if (r < 0)
		cfr_err_at(&ours, job->rule->file, job->rule->line, 0);
	cfr_sandbox_end(script->sandbox);
	script->job = NULL;
	script->report = NULL;
	tidy(script);
	if (r < 0 && err)
		*err = ours;
	return r;
}

/* --- opening --- */

static void trace_print(void *arg, cfr_str line)
{
	cfr_script *script = arg;

	if (script->job && script->job->trace)
		script->job->trace(script->job->trace_arg, script->job, line);
}

/* Tables of the host, as values of the table at 2: tree, text, re. Argument 1: the script. */
static int open_modules(lua_State *L)
{
	cfr_script *script = lua_touserdata(L, 1);
	cfr__held *held;

	cfr__views_open(L);
	cfr__cache_open(L);
	cfr__edits_open(L);
	cfr__options_open(L);
	cfr__load_open(L);
	lua_settop(L, 1);
	cfr__push_bindings(L, script, cfr__tree_bindings);	/* 2 */
	held = cfr__hold_own(L, script);			/* 3 */
	cfr__null_tree(L, held);
	cfr__push_place(L, 3, held, 0);
	lua_setfield(L, 2, "null");
	lua_remove(L, 3);
	cfr__push_bindings(L, script, cfr__text_bindings);
	cfr__push_bindings(L, script, cfr__re_bindings);
	cfr__ctx_open(L, script);
	lua_settop(L, 4);
	return 3;
}

/* Argument: the sandbox's pairs. */
static int keep_pairs(lua_State *L)
{
	lua_settop(L, 1);
	lua_rawsetp(L, LUA_REGISTRYINDEX, cfr__pairs_key);
	return 0;
}

static int open_all(cfr_script *script, cfr_err *err)
{
	lua_State *L = script->L;
	int r;

	if (!lua_checkstack(L, 10))
		return cfr_err_nomem(err);
	lua_pushcfunction(L, open_modules);
	lua_pushlightuserdata(L, script);
	if ((r = cfr_sandbox_call(script->sandbox, 1, 3, err)) < 0)
		return r;
	cfr_sandbox_provide(script->sandbox, "re");
	cfr_sandbox_provide(script->sandbox, "text");
	cfr_sandbox_provide(script->sandbox, "tree");
	if ((r = cfr_sandbox_load(script->sandbox, CFR_STR("cfgrun"), CFR_STR("return pairs"), 0, err)) < 0 ||
	    (r = cfr_sandbox_call(script->sandbox, 0, 1, err)) < 0)
		return r;
	lua_pushcfunction(L, keep_pairs);
	lua_insert(L, -2);
	return cfr_sandbox_call(script->sandbox, 1, 0, err);
}

int cfr__script_open(cfr_script **out, const cfr_limits *limits, cfr_err *err)
{
	cfr_script *script = calloc(1, sizeof(*script));
	int r;

	if (!script)
		return cfr_err_nomem(err);
	script->limits = *limits;
	script->tidy_above = limits->of[CFR_LIMIT_MEMORY] / 4;
	cfr_arena_init(&script->arena, NULL);
	if ((r = cfr_sandbox_new(&script->sandbox, limits, err)) < 0) {
		free(script);
		return r;
	}
	script->L = cfr_sandbox_lua(script->sandbox);
	cfr_sandbox_on_print(script->sandbox, trace_print, script);
	if ((r = open_all(script, err)) < 0) {
		cfr__script_close(script);
		return r;
	}
	*out = script;
	return 0;
}

void cfr__script_close(cfr_script *script)
{
	if (!script)
		return;
	cfr__declaration_drop(script);
	cfr_sandbox_free(script->sandbox);
	cfr_build_free(script->build);
	cfr_re_scratch_free(script->re);
	cfr_buf_release(&script->text);
	cfr_buf_release(&script->more);
	cfr_arena_release(&script->arena);
	free(script->nodes.items);
	free(script);
}

static int script_open(cfr_script **out, void *arg, const cfr_limits *limits, cfr_err *err)
{
	(void)arg;
	return cfr__script_open(out, limits, err);
}

cfr_scripts cfr_lua_scripts(void)
{
	static const cfr_script_ops ops = { script_open, cfr__script_close, cfr__load_pack, script_check };

	return (cfr_scripts){ &ops, NULL };
}
