/* lua/commands/bind_compose.c -- core: compositions for commands.
 *
 *   core.compose{ name=, root=, layers={…}, merge={…}, merge_key=, include=, dialect=, env=, limits= }
 *   core.compose_at({ … }, pointer)     one value of it alone: a node, what it needs read and no more, and a snapshot that
 *       knows its origin; a problem whose field `nowhere` is true says that there is no such place
 *       layer: { name=, file= or text=, at=, delete={…}, optional=, interpolate=, declared=, deleted_at={…} }, the last two
 *       places in the project file, { file, line, column }; merge: { path=, how=, key= }
 *       env: names to values beside those of the process, which they hide
 *   snap:document() snap:origin(node) snap:files()
 *
 * An origin is { layer, file, line, column, …, text, node, document, shadowed = {…}, references = {…} }.
 */
#include "engine/lazy.h"
#include "lua/commands/bind.h"

#include <stdlib.h>

#define SNAPSHOT_CLASS "cfgrun.snapshot"

extern char **environ;

/* One of the two owns `is`. */
typedef struct snapshot_ud {
	const cfr_snapshot *is;
	cfr_snapshot *made;
	cfr_lazy *lazy;
} snapshot_ud;

/* What a call keeps until it is done; all of it is memory of the Lua state. */
struct composing {
	lua_State *L;
	int env;			/* index of the table, or 0 */
	char *name;			/* the last one given to a suggestion */
	size_t cap;
};

/* --- environment --- */

static const char *read_env(void *arg, const char *name)
{
	struct composing *how = arg;
	const char *value = NULL;

	/* Raw, and of strings only: nothing here can raise. The table keeps the value. */
	if (how->env && lua_checkstack(how->L, 2)) {
		lua_pushnil(how->L);
		while (!value && lua_next(how->L, how->env)) {
			if (lua_type(how->L, -2) == LUA_TSTRING && strcmp(lua_tostring(how->L, -2), name) == 0) {
				value = lua_type(how->L, -1) == LUA_TSTRING ? lua_tostring(how->L, -1) : "";
				lua_pop(how->L, 1);
			}
			lua_pop(how->L, 1);
		}
	}
	return value ? value : getenv(name);
}

/* The names of the process's variables; "NAME=VALUE" without its value. */
static const char *name_env(void *arg, uint32_t index)
{
	struct composing *how = arg;
	const char *at = NULL;
	size_t len;

	for (uint32_t i = 0; environ && environ[i] && i <= index; i++)
		at = i == index ? environ[i] : NULL;
	if (!at)
		return NULL;
	len = strcspn(at, "=");
	if (len >= how->cap)
		return "";
	memcpy(how->name, at, len);
	how->name[len] = '\0';
	return how->name;
}

/* --- the description --- */

/* Field of the table on top as text that the table keeps. */
static cfr_str text_field(lua_State *L, const char *field)
{
	return cfr__cmd_field_str(L, lua_gettop(L), field);
}

static bool flag(lua_State *L, const char *field)
{
	lua_getfield(L, -1, field);
	bool yes = lua_toboolean(L, -1);
	lua_pop(L, 1);
	return yes;
}

static void *scratch(lua_State *L, size_t count, size_t size)
{
	void *made = lua_newuserdatauv(L, (count + 1) * size, 0);

	memset(made, 0, (count + 1) * size);
	return made;
}

static int source_gc(lua_State *L)
{
	cfr_source **ud = lua_touserdata(L, 1);

	*ud = cfr_source_unref(*ud);
	return 0;
}

/* Text at hand as a source that the state frees; pushed. */
static int push_source(lua_State *L, cfr_source **out, cfr_str name, cfr_str text, const cfr_limits *limits, cfr_err *err)
{
	cfr_source **ud = lua_newuserdatauv(L, sizeof(cfr_source *), 0);

	*ud = NULL;
	if (luaL_newmetatable(L, "cfgrun.source")) {
		lua_pushcfunction(L, source_gc);
		lua_setfield(L, -2, "__gc");
	}
	lua_setmetatable(L, -2);
	if (cfr_source_new(ud, name, text, limits, err) < 0)
		return -1;
	*out = *ud;
	return 0;
}

/* A place in the project file; pops it. The table it is in keeps its text. */
static cfr_declared pop_declared(lua_State *L)
{
	cfr_declared at = { .line = 0 };

	if (lua_istable(L, -1)) {
		at.file = text_field(L, "file");
		lua_getfield(L, -1, "line");
		lua_getfield(L, -2, "column");
		at.line = (uint32_t)lua_tointeger(L, -2);
		at.column = (uint32_t)lua_tointeger(L, -1);
		lua_pop(L, 2);
	}
	lua_pop(L, 1);
	return at;
}

/* Of the table on top, whose layer has places to delete. */
static const cfr_declared *read_deleted_at(lua_State *L, uint32_t count)
{
	cfr_declared *at = NULL;
	int list = lua_gettop(L) + 1;

	if (lua_getfield(L, -1, "deleted_at") != LUA_TTABLE)
		return NULL;
	at = scratch(L, count, sizeof(*at));
	for (uint32_t i = 0; i < count; i++) {
		lua_rawgeti(L, list, (lua_Integer)i + 1);
		at[i] = pop_declared(L);
	}
	return at;
}

/* What the lists of a layer need stays on the stack: it is the caller's, and ends with the call. */
static int read_layer(lua_State *L, cfr_layer *layer, int table, const cfr_limits *limits, cfr_err *err)
{
	int r = 0;

	lua_pushvalue(L, table);
	layer->name = text_field(L, "name");
	layer->file = text_field(L, "file");
	layer->at = text_field(L, "at");
	layer->optional = flag(L, "optional");
	layer->interpolate = flag(L, "interpolate");
	cfr_str text = { NULL, 0 };
	if (lua_getfield(L, -1, "text") == LUA_TSTRING)
		text = cfr__cmd_check_str(L, -1);
	lua_pop(L, 1);
	lua_getfield(L, -1, "declared");
	layer->declared = pop_declared(L);
	lua_getfield(L, -1, "delete");
	if (lua_istable(L, -1)) {
		int list = lua_gettop(L);
		layer->remove_count = (uint32_t)lua_rawlen(L, list);
		cfr_str *remove = scratch(L, layer->remove_count, sizeof(*remove));
		for (uint32_t i = 0; i < layer->remove_count; i++) {
			lua_rawgeti(L, list, (lua_Integer)i + 1);
			remove[i] = cfr__cmd_check_str(L, -1);
			lua_pop(L, 1);
		}
		layer->remove = remove;
		lua_pushvalue(L, table);
		layer->remove_at = read_deleted_at(L, layer->remove_count);
	}
	if (text.ptr) {
		cfr_source *source = NULL;
		layer->format = CFR_YAML;
		r = push_source(L, &source, layer->name, text, limits, err);
		layer->source = source;
	}
	return r;
}

static int read_layers(lua_State *L, cfr_composition *what, const cfr_limits *limits, cfr_err *err)
{
	lua_getfield(L, 1, "layers");
	luaL_checktype(L, -1, LUA_TTABLE);
	int list = lua_gettop(L);
	what->layer_count = (uint32_t)lua_rawlen(L, list);
	cfr_layer *layers = scratch(L, what->layer_count, sizeof(*layers));
	what->layers = layers;
	for (uint32_t i = 0; i < what->layer_count; i++) {
		luaL_checkstack(L, 16, NULL);
		lua_rawgeti(L, list, (lua_Integer)i + 1);
		luaL_checktype(L, -1, LUA_TTABLE);
		if (read_layer(L, &layers[i], lua_gettop(L), limits, err) < 0)
			return -1;
	}
	return 0;
}

static void read_strategies(lua_State *L, cfr_composition *what)
{
	if (lua_getfield(L, 1, "merge") != LUA_TTABLE)
		return;
	int list = lua_gettop(L);
	what->strategy_count = (uint32_t)lua_rawlen(L, list);
	cfr_strategy_at *strategies = scratch(L, what->strategy_count, sizeof(*strategies));
	for (uint32_t i = 0; i < what->strategy_count; i++) {
		lua_rawgeti(L, list, (lua_Integer)i + 1);
		cfr_str word = text_field(L, "how");
		strategies[i].path = text_field(L, "path");
		strategies[i].key = text_field(L, "key");
		int how = 0;
		while (how < CFR_STRATEGY_COUNT && !cfr_str_eq(word, cfr_str_of(cfr_strategy_name((cfr_strategy)how))))
			how++;
		if (how == CFR_STRATEGY_COUNT)
			luaL_error(L, "no strategy is called '%s'", word.ptr);
		strategies[i].how = (cfr_strategy)how;
		lua_pop(L, 1);
	}
	what->strategies = strategies;
}

static int snapshot_gc(lua_State *L)
{
	snapshot_ud *ud = luaL_checkudata(L, 1, SNAPSHOT_CLASS);

	cfr_snapshot_free(ud->made);
	cfr_lazy_unref(ud->lazy);
	*ud = (snapshot_ud){ .is = NULL };
	return 0;
}

/* An empty one, which the state frees, whatever is raised. */
static snapshot_ud *push_snapshot(lua_State *L)
{
	snapshot_ud *ud = lua_newuserdatauv(L, sizeof(*ud), 0);

	*ud = (snapshot_ud){ .is = NULL };
	luaL_setmetatable(L, SNAPSHOT_CLASS);
	return ud;
}

/* The description on the stack's first place; what it needs stays on the stack. */
static int read_composition(lua_State *L, cfr_composition *what, struct composing *how, cfr_limits *limits, cfr_err *err)
{
	cfr__cmd_read_limits(L, 1, limits);
	what->limits = limits;
	what->loader = cfr__cmd_loader(L);
	what->profile = cfr__cmd_profile(L);
	lua_pushvalue(L, 1);
	if (text_field(L, "name").len)
		what->name = text_field(L, "name");
	what->root = text_field(L, "root");
	what->include = text_field(L, "include");
	what->merge_key = text_field(L, "merge_key");
	if (cfr_str_eq(text_field(L, "dialect"), CFR_STR("langswarm")))
		what->dialect = CFR_DIALECT_LANGSWARM;
	if (lua_getfield(L, 1, "env") == LUA_TTABLE)
		how->env = lua_gettop(L);
	how->name = scratch(L, how->cap, 1);
	what->env = read_env;
	what->env_name = name_env;
	what->env_arg = how;
	read_strategies(L, what);
	return read_layers(L, what, limits, err);
}

static int core_compose(lua_State *L)
{
	cfr_composition what = { .name = { "composition", 11 } };
	struct composing how = { .L = L, .cap = 256 };
	cfr_limits limits;
	cfr_err err = CFR_ERR_INIT;

	luaL_checktype(L, 1, LUA_TTABLE);
	lua_settop(L, 1);
	snapshot_ud *ud = push_snapshot(L);
	if (read_composition(L, &what, &how, &limits, &err) < 0 || cfr_compose(&ud->made, &what, &err) < 0)
		return cfr__cmd_push_err(L, &err);
	ud->is = ud->made;
	lua_pushvalue(L, 2);
	return 1;
}

static int core_compose_at(lua_State *L)
{
	cfr_composition what = { .name = { "composition", 11 } };
	struct composing how = { .L = L, .cap = 256 };
	cfr_str pointer = cfr__cmd_check_str(L, 2);
	cfr_limits limits;
	cfr_err err = CFR_ERR_INIT;
	cfr_node node;
	int r;

	luaL_checktype(L, 1, LUA_TTABLE);
	lua_settop(L, 2);
	snapshot_ud *ud = push_snapshot(L);
	if (read_composition(L, &what, &how, &limits, &err) < 0 || cfr_lazy_open(&ud->lazy, &what, &err) < 0)
		return cfr__cmd_push_err(L, &err);
	r = cfr_lazy_get(&ud->is, &node, ud->lazy, pointer, &err);
	if (r == 0) {
		cfr__cmd_push_node(L, cfr_snapshot_document(ud->is), node);
		lua_pushvalue(L, 3);
		return 2;
	}
	cfr__cmd_push_err(L, &err);
	if (r == CFR_E_NOTFOUND && !err.file[0])
		cfr__cmd_set_bool(L, "nowhere", true);
	return 2;
}

/* --- the snapshot --- */

static const cfr_snapshot *check_snapshot(lua_State *L)
{
	return ((snapshot_ud *)luaL_checkudata(L, 1, SNAPSHOT_CLASS))->is;
}

static int snapshot_document(lua_State *L)
{
	cfr__cmd_push_document(L, cfr_snapshot_document(check_snapshot(L)));
	return 1;
}

static void push_origin(lua_State *L, const cfr_origin *origin)
{
	const cfr_source *source = cfr_document_source(origin->doc);
	cfr_span span = cfr_document_span(origin->doc, origin->node);

	lua_createtable(L, 0, 14);
	cfr__cmd_set_str(L, "layer", origin->layer);
	cfr__cmd_set_str(L, "file", cfr_source_name(source));
	cfr__cmd_set_span(L, &span);
	cfr__cmd_push_node(L, origin->doc, origin->node);
	lua_setfield(L, -2, "node");
	cfr__cmd_push_document(L, origin->doc);
	lua_setfield(L, -2, "document");
}

static int snapshot_origin(lua_State *L)
{
	const cfr_snapshot *snap = check_snapshot(L);
	cfr_node node = cfr__cmd_check_node(L, 2, NULL);

	if (node.tree != cfr_document_tree(cfr_snapshot_document(snap)))
		return luaL_argerror(L, 2, "a node of the snapshot's document is needed");
	cfr_origin origin = cfr_snapshot_origin(snap, node);
	uint32_t count = cfr_snapshot_shadowed(snap, node, NULL, 0);
	push_origin(L, &origin);
	cfr_origin *below = scratch(L, count, sizeof(*below));
	cfr_snapshot_shadowed(snap, node, below, count);
	lua_createtable(L, (int)count, 0);
	for (uint32_t i = 0; i < count; i++) {
		push_origin(L, &below[i]);
		lua_rawseti(L, -2, (lua_Integer)i + 1);
	}
	lua_setfield(L, -3, "shadowed");
	lua_pop(L, 1);
	lua_newtable(L);
	lua_Integer n = 0;
	for (const cfr_reference *ref = cfr_snapshot_references(snap, node); ref; ref = ref->next) {
		lua_createtable(L, 0, 4);
		cfr__cmd_set_str(L, "text", ref->text);
		cfr__cmd_set_str(L, "source", ref->source);
		cfr__cmd_set_str(L, "name", ref->name);
		cfr__cmd_set_bool(L, "fallback", ref->fallback);
		lua_rawseti(L, -2, ++n);
	}
	lua_setfield(L, -2, "references");
	return 1;
}

/* Names of what was read, each once, in order. */
static int snapshot_files(lua_State *L)
{
	const cfr_snapshot *snap = check_snapshot(L);
	const cfr_document *doc;
	lua_Integer n = 0;

	lua_newtable(L);
	lua_newtable(L);
	for (uint32_t i = 0; (doc = cfr_snapshot_source(snap, i)); i++) {
		cfr__cmd_push_str(L, cfr_source_name(cfr_document_source(doc)));
		lua_pushvalue(L, -1);
		if (lua_rawget(L, -3) == LUA_TNIL) {
			lua_pushvalue(L, -2);
			lua_rawseti(L, -5, ++n);
			lua_pushvalue(L, -2);
			lua_pushboolean(L, 1);
			lua_rawset(L, -5);
		}
		lua_pop(L, 2);
	}
	lua_pop(L, 1);
	return 1;
}

/* core.strategies(): { {name, text}, … } */
static int core_strategies(lua_State *L)
{
	static const char *const texts[] = {
#define X(up, low, text) text,
		CFR_STRATEGY_MAP(X)
#undef X
	};

	lua_newtable(L);
	for (int i = 0; i < CFR_STRATEGY_COUNT; i++) {
		lua_createtable(L, 0, 2);
		cfr__cmd_set_str(L, "name", cfr_str_of(cfr_strategy_name((cfr_strategy)i)));
		cfr__cmd_set_str(L, "text", cfr_str_of(texts[i]));
		lua_rawseti(L, -2, (lua_Integer)i + 1);
	}
	return 1;
}

void cfr__cmd_bind_compose(lua_State *L)
{
	static const luaL_Reg methods[] = { { "document", snapshot_document }, { "origin", snapshot_origin },
		{ "files", snapshot_files }, { NULL, NULL } };
	static const luaL_Reg functions[] = { { "compose", core_compose }, { "compose_at", core_compose_at },
		{ "strategies", core_strategies }, { NULL, NULL } };

	luaL_newmetatable(L, SNAPSHOT_CLASS);
	lua_pushcfunction(L, snapshot_gc);
	lua_setfield(L, -2, "__gc");
	luaL_newlib(L, methods);
	lua_setfield(L, -2, "__index");
	lua_pop(L, 1);
	luaL_setfuncs(L, functions, 0);
}
