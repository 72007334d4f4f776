/* lua/rules/bind_ctx.c -- `ctx`: what a check is told besides the value.
 *
 * There is one ctx in a runner, an object whose fields are made at the first reading (lazy.c) and forgotten when the job
 * or the place changes. What a rule reads outside the selected subtree it reaches from here.
 */
#include "lua/rules/inside.h"

struct ctx {
	uint32_t class;
	cfr_script *script;
};

static const char ctx_key[] = "ctx", fields_key[] = "ctx fields";

/* --- fields --- */

static void push_root(lua_State *L, cfr_script *script) { cfr__push_root(L, script, script->job->subject); }

static void push_doc(lua_State *L, cfr_script *script)
{
	cfr__push_document(L, script, (uint32_t)(script->job->subject - script->job->all));
}

static void push_path(lua_State *L, cfr_script *script)
{
	cfr_err err = CFR_ERR_INIT;

	cfr_buf_clear(&script->more);
	cfr_pointer_write(&script->more, script->job->selected[script->current]);
	if (cfr_buf_check(&script->more, &err) < 0)
		cfr__raise(L, &err);
	cfr__push_str(L, cfr_buf_str(&script->more));
}

static void push_key(lua_State *L, cfr_script *script)
{
	cfr_node node = script->job->selected[script->current], parent;
	cfr_str key = cfr_node_key(node);

	if (key.ptr)
		cfr__push_str(L, key);
	else if (cfr_node_parent(&parent, node))
		lua_pushinteger(L, (lua_Integer)cfr_node_index(node) + 1);
	else
		lua_pushnil(L);
}

static void push_selected_place(lua_State *L, cfr_script *script)
{
	int views = cfr__push_subject_views(L, script);

	cfr__push_place(L, views, cfr__held_of(L, views), script->job->selected[script->current].at);
}

static void push_data(lua_State *L, cfr_script *script)
{
	int views;

	if (!script->job->data) {
		lua_pushnil(L);
		return;
	}
	cfr__hold(L, script, script->job->data, NULL);
	views = lua_gettop(L);
	cfr__push_node(L, views, cfr__held_of(L, views), 0);
}

static void push_now(lua_State *L, cfr_script *script) { lua_pushinteger(L, script->job->now); }

static const struct field {
	const char *name;
	void (*push)(lua_State *L, cfr_script *script);
	bool of_place;
} fields[] = {
	{ "root", push_root, false }, { "doc", push_doc, false }, { "others", cfr__push_others, false },
	{ "across", cfr__push_across, false },
	{ "path", push_path, true }, { "key", push_key, true }, { "place", push_selected_place, true },
	{ "options", cfr__push_options, false }, { "data", push_data, false }, { "env", cfr__push_env, false },
	{ "now", push_now, false },
};
enum { FIELDS = sizeof(fields) / sizeof(fields[0]) };

static const char *const words[] = { "root", "doc", "others", "across", "path", "key", "place", "options", "data", "env", "now",
	"parent", "select", "report", "trace", "replace", "set", "insert", "remove", "rename", "move", NULL };

/* (ctx, key, fields) */
static int ctx_make(lua_State *L)
{
	struct ctx *ctx = lua_touserdata(L, 1);
	const char *key = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "?", *near;

	if (!ctx->script->job)
		return luaL_error(L, "ctx is of use only while a check runs");
	for (int i = 0; i < FIELDS; i++) {
		if (strcmp(key, fields[i].name) != 0)
			continue;
		fields[i].push(L, ctx->script);
		if (fields[i].of_place)
			ctx->script->place_read = true;
		return 1;
	}
	near = cfr__nearest_word(cfr_str_of(key), words);
	return cfr__fail(L, near ? lua_pushfstring(L, "did you mean ctx.%s?", near) : NULL, "ctx has no field '%.60s'", key);
}

static int ctx_newindex(lua_State *L)
{
	return cfr__fail(L, "use a local variable", "ctx is read-only");
}

void cfr__ctx_reset(lua_State *L, bool job)
{
	lua_rawgetp(L, LUA_REGISTRYINDEX, fields_key);
	for (int i = 0; i < FIELDS; i++) {
		if (!job && !fields[i].of_place)
			continue;
		lua_pushnil(L);
		lua_setfield(L, -2, fields[i].name);
	}
	lua_pop(L, 1);
}

void cfr__push_ctx(lua_State *L) { lua_rawgetp(L, LUA_REGISTRYINDEX, ctx_key); }

/* --- methods --- */

static int ctx_parent(lua_State *L)
{
	cfr_script *script = cfr__in_job(L, "parent");
	cfr__view *view = NULL;
	cfr_node node, parent;

	lua_settop(L, 2);
	if (lua_isnil(L, 2)) {
		cfr__push_subject_views(L, script);
		node = script->job->selected[script->current];
	} else {
		view = cfr__arg_node(L, 2);
		cfr__push_views(L, 2);
		node = cfr__node_of(view);
	}
	if (cfr_node_parent(&parent, node))
		cfr__push_node(L, 3, cfr__held_of(L, 3), parent.at);
	else
		lua_pushnil(L);
	return 1;
}

static int ctx_select(lua_State *L)
{
	cfr_script *script = cfr__in_job(L, "select");
	const cfr_query *query;
	cfr_node from;

	lua_settop(L, 3);
	query = cfr__query(L, script, 2);		/* kept at 4 */
	if (lua_isnil(L, 3)) {
		from = script->job->selected[script->current];
		cfr__push_subject_views(L, script);
	} else if (cfr__is_node(L, 3)) {
		from = cfr__node_of(cfr__is_node(L, 3));
		cfr__push_views(L, 3);
	} else if (lua_type(L, 3) == LUA_TTABLE || lua_type(L, 3) == LUA_TUSERDATA || lua_type(L, 3) == LUA_TFUNCTION) {
		cfr__arg_node(L, 3);
		return 0;
	} else {
		lua_newtable(L);	/* nothing is below a scalar */
		return 1;
	}
	cfr__select(L, script, query, cfr_tree_root(from.tree), from);
	cfr__push_selected(L, script, 5, cfr__held_of(L, 5), false);
	return 1;
}

static int ctx_trace(lua_State *L)
{
	cfr_script *script = cfr__in_job(L, "trace");
	cfr_str message = cfr__arg_str(L, 2);
	cfr_err err = CFR_ERR_INIT;

	lua_settop(L, 3);
	if (!lua_isnil(L, 3))
		luaL_checktype(L, 3, LUA_TTABLE);
	cfr__fill(L, script, message, lua_isnil(L, 3) ? 0 : 3);
	script->traced += script->text.len + 1;
	if (script->traced > script->limits.of[CFR_LIMIT_OUTPUT]) {
		cfr_err_limit(&err, &script->limits, CFR_LIMIT_OUTPUT);
		return cfr__raise(L, &err);
	}
	if (script->job->trace)
		script->job->trace(script->job->trace_arg, script->job, cfr_buf_str(&script->text));
	return 0;
}

const cfr__binding cfr__ctx_bindings[] = {
	{ "root", NULL, "any", "the document's root value" },
	{ "doc", NULL, "document", "the document" },
	{ "others", NULL, "document[]", "the other documents of this run" },
	{ "across", NULL, "any", "what the rule's `across` makes of all documents of the run" },
	{ "path", NULL, "string", "JSON Pointer of the selected place" },
	{ "key", NULL, "string|integer|nil", "its key or index (from 1) in its parent" },
	{ "place", NULL, "place", "the selected place" },
	{ "options", NULL, "table<string, any>", "options of this rule; lists have :has(x)" },
	{ "data", NULL, "node", "the pack's data files by name" },
	{ "env", NULL, "table<string, string>", "declared variables" },
	{ "now", NULL, "integer", "the time of the run, seconds since 1970, UTC" },
	{ "parent", ctx_parent, "(self: ctx, place?: node|place): node|nil", "the node around the selected place, or another" },
	{ "select", ctx_select, "(self: ctx, query: string, node?: any): any[]",
	  "values selected from the selected place (@) or its document's root ($), or those of another node" },
	{ "report", cfr__ctx_report, "(self: ctx, message: string, values?: table)", "a finding" },
	{ "trace", ctx_trace, "(self: ctx, message: string, values?: table)", "shown by --trace" },
	{ "replace", cfr__ctx_replace, "(self: ctx, value: any, at?: node|place|string): edit", "another value at the place" },
	{ "set", cfr__ctx_set, "(self: ctx, node: node|place, key: string, value: any): edit", "add or replace a key of a mapping" },
	{ "insert", cfr__ctx_insert, "(self: ctx, node: node|place, index: integer|nil, value: any): edit",
	  "into a sequence before index (nil: at its end)" },
	{ "remove", cfr__ctx_remove, "(self: ctx, at?: node|place|string): edit", "the place, with its key" },
	{ "rename", cfr__ctx_rename, "(self: ctx, key: string, at?: node|place|string): edit", "another key for the place" },
	{ "move", cfr__ctx_move, "(self: ctx, at: node|place|string, node: node|place, key: string): edit",
	  "the value under another mapping, or at another key" },
	{ NULL, NULL, NULL, NULL },
};

void cfr__ctx_open(lua_State *L, cfr_script *script)
{
	struct ctx *ctx = lua_newuserdatauv(L, sizeof(*ctx), 0);

	*ctx = (struct ctx){ CFR__CTX, script };
	cfr__lazy(L, ctx_make, ctx_newindex, NULL, "ctx", 0, 20);
	for (const cfr__binding *b = cfr__ctx_bindings; b->name; b++) {
		if (!b->fn)
			continue;
		lua_pushlightuserdata(L, script);
		lua_pushcclosure(L, b->fn, 1);
		lua_setfield(L, -2, b->name);
	}
	lua_rawsetp(L, LUA_REGISTRYINDEX, fields_key);
	lua_rawsetp(L, LUA_REGISTRYINDEX, ctx_key);
}
