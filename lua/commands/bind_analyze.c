/* lua/commands/bind_analyze.c -- core: what configurations are made of.
 *
 *   core.analyze(documents, {top=, depth=, places=})	all of engine/analyze.h as one table, made of lists and names as they
 *						are there; or nil, error
 *
 * A spot is {node, file, line, column, path, document}: the place of the value's key, or of the value where it has none.
 * A giant has the root of its document besides. `document` counts from 1 in its stream and is there when the stream has several. Numbers of items count from 1.
 */
#include "engine/analyze.h"
#include "engine/base/str.h"
#include "engine/pointer.h"
#include "lua/commands/bind.h"

#define ANALYSIS_CLASS "cfgrun.analysis"

typedef struct analysis_ud {
	cfr_analysis *analysis;
	const cfr_document **docs;
} analysis_ud;

static int analysis_gc(lua_State *L)
{
	analysis_ud *ud = luaL_checkudata(L, 1, ANALYSIS_CLASS);

	cfr_analysis_free(ud->analysis);
	ud->analysis = NULL;
	return 0;
}

static uint32_t read_number(lua_State *L, int table, const char *field)
{
	lua_Integer n = 0;

	if (lua_istable(L, table)) {
		lua_getfield(L, table, field);
		n = luaL_optinteger(L, -1, 0);
		lua_pop(L, 1);
	}
	return n > 0 && n < 1000000 ? (uint32_t)n : 0;
}

/* A table with the place of a spot, pushed. */
static void push_spot(lua_State *L, const analysis_ud *ud, cfr_spot spot)
{
	const cfr_document *doc = ud->docs[spot.document];
	cfr_span span = cfr_document_key_span(doc, spot.node);
	cfr_buf *path;

	lua_createtable(L, 0, 6);
	path = cfr__cmd_push_buf(L);
	cfr_pointer_write(path, spot.node);
	cfr__cmd_push_str(L, cfr_buf_str(path));
	lua_setfield(L, -3, "path");
	lua_pop(L, 1);
	cfr__cmd_push_node(L, doc, spot.node);
	lua_setfield(L, -2, "node");
	cfr__cmd_set_str(L, "file", cfr_source_name(cfr_document_source(doc)));
	cfr__cmd_set_int(L, "line", span.line);
	cfr__cmd_set_int(L, "column", span.column);
	for (uint32_t i = 0; i < ud->analysis->file_count; i++) {
		const cfr_analyzed_file *file = &ud->analysis->files[i];
		if (file->documents > 1 && spot.document >= file->document &&
		    spot.document - file->document < file->documents)
			cfr__cmd_set_int(L, "document", spot.document - file->document + 1);
	}
}

static void set_spot(lua_State *L, const analysis_ud *ud, const char *field, cfr_spot spot)
{
	push_spot(L, ud, spot);
	lua_setfield(L, -2, field);
}

static void push_file(lua_State *L, const analysis_ud *ud, uint32_t i)
{
	const cfr_analyzed_file *file = &ud->analysis->files[i];
	const struct { const char *name; uint64_t bytes; } makeup[] = { { "keys", file->makeup.keys },
		{ "values", file->makeup.values }, { "comments", file->makeup.comments }, { "blanks", file->makeup.blanks },
		{ "marks", file->makeup.marks }, { "trailing", file->makeup.trailing } };

	lua_createtable(L, 0, 10);
	cfr__cmd_set_str(L, "file", cfr_source_name(file->source));
	cfr__cmd_set_str(L, "format", cfr_str_of(cfr_format_name(file->format)));
	cfr__cmd_set_int(L, "documents", file->documents);
	cfr__cmd_set_int(L, "bytes", (lua_Integer)file->bytes);
	cfr__cmd_set_int(L, "lines", cfr_source_lines(file->source));
	cfr__cmd_set_int(L, "nodes", (lua_Integer)file->nodes);
	cfr__cmd_set_int(L, "tree", (lua_Integer)file->tree);
	cfr__cmd_set_int(L, "sidecar", (lua_Integer)file->sidecar);
	lua_createtable(L, 0, CFR_KIND_COUNT);
	for (int kind = 0; kind < CFR_KIND_COUNT; kind++)
		cfr__cmd_set_int(L, cfr_kind_name((cfr_kind)kind), (lua_Integer)file->kinds[kind]);
	lua_setfield(L, -2, "kinds");
	lua_createtable(L, 0, 6);
	for (size_t k = 0; k < sizeof(makeup) / sizeof(*makeup); k++)
		cfr__cmd_set_int(L, makeup[k].name, (lua_Integer)makeup[k].bytes);
	lua_setfield(L, -2, "makeup");
}

static void push_share(lua_State *L, const analysis_ud *ud, uint32_t i)
{
	const cfr_share *share = &ud->analysis->shares[i];

	push_spot(L, ud, share->spot);
	cfr__cmd_set_int(L, "level", share->level);
	if (share->rest)
		cfr__cmd_set_int(L, "rest", share->rest);
	cfr__cmd_set_int(L, "bytes", (lua_Integer)share->bytes);
	cfr__cmd_set_int(L, "nodes", (lua_Integer)share->nodes);
	cfr__cmd_set_int(L, "memory", (lua_Integer)share->memory);
}

static void push_key_of(lua_State *L, const analysis_ud *ud, const cfr_repeated_key *key)
{
	push_spot(L, ud, key->first);
	cfr__cmd_set_str(L, "key", key->key);
	cfr__cmd_set_int(L, "count", (lua_Integer)key->count);
	cfr__cmd_set_int(L, "bytes", (lua_Integer)key->bytes);
}

static void push_key(lua_State *L, const analysis_ud *ud, uint32_t i)
{
	push_key_of(L, ud, &ud->analysis->keys[i]);
}

static void push_long_key(lua_State *L, const analysis_ud *ud, uint32_t i)
{
	push_key_of(L, ud, &ud->analysis->long_keys[i]);
}

static const char *const sharings[] = { [CFR_SHARE_ANCHOR] = "anchor", [CFR_SHARE_REF] = "ref",
	[CFR_SHARE_INCLUDE] = "include", [CFR_SHARE_FILE] = "file", [CFR_SHARE_MERGE] = "merge",
	[CFR_SHARE_LAYER] = "layer", [CFR_SHARE_NONE] = "none" };

static void push_repeat(lua_State *L, const analysis_ud *ud, uint32_t i)
{
	const cfr_repeat *repeat = &ud->analysis->repeats[i];

	lua_createtable(L, 0, 10);
	cfr__cmd_set_str(L, "how", cfr_str_of(sharings[repeat->how]));
	cfr__cmd_set_str(L, "name", cfr_str_of(repeat->name));
	cfr__cmd_set_int(L, "count", repeat->count);
	cfr__cmd_set_int(L, "groups", repeat->groups);
	cfr__cmd_set_int(L, "nodes", repeat->nodes);
	cfr__cmd_set_int(L, "bytes", (lua_Integer)repeat->bytes);
	cfr__cmd_set_int(L, "saved", (lua_Integer)repeat->saved);
	cfr__cmd_set_int(L, "memory", (lua_Integer)repeat->memory);
	cfr__cmd_set_int(L, "comments", repeat->comments);
	lua_createtable(L, (int)repeat->spot_count, 0);
	for (uint32_t k = 0; k < repeat->spot_count; k++) {
		push_spot(L, ud, repeat->spots[k]);
		lua_rawseti(L, -2, (lua_Integer)k + 1);
	}
	lua_setfield(L, -2, "places");
}

static void push_unused(lua_State *L, const analysis_ud *ud, uint32_t i)
{
	const cfr_unused *unused = &ud->analysis->unused[i];
	cfr_place place = cfr_source_place(cfr_document_source(ud->docs[unused->spot.document]), unused->offset);

	push_spot(L, ud, unused->spot);
	cfr__cmd_set_str(L, "name", unused->name);
	cfr__cmd_set_int(L, "line", place.line);
	cfr__cmd_set_int(L, "column", place.column);
}

static void push_expansion(lua_State *L, const analysis_ud *ud, uint32_t i)
{
	const cfr_expansion *expansion = &ud->analysis->expansions[i];

	push_spot(L, ud, expansion->spot);
	cfr__cmd_set_int(L, "uses", expansion->uses);
	cfr__cmd_set_int(L, "written", (lua_Integer)expansion->written);
	cfr__cmd_set_int(L, "memory", (lua_Integer)expansion->memory);
}

static void push_giant(lua_State *L, const analysis_ud *ud, uint32_t i)
{
	const cfr_giant *giant = &ud->analysis->giants[i];

	push_spot(L, ud, giant->spot);
	cfr__cmd_push_node(L, ud->docs[giant->spot.document], cfr_tree_root(giant->spot.node.tree));
	lua_setfield(L, -2, "root");
	cfr__cmd_set_str(L, "looks", cfr_str_of(cfr_guess_name(giant->guess)));
	cfr__cmd_set_int(L, "bytes", (lua_Integer)giant->bytes);
	cfr__cmd_set_int(L, "saved", (lua_Integer)giant->saved);
}

static void push_advice(lua_State *L, const analysis_ud *ud, uint32_t i)
{
	static const char *const kinds[] = { [CFR_ADVISE_SHARE] = "share", [CFR_ADVISE_MOVE] = "move",
		[CFR_ADVISE_ANCHORS] = "anchors", [CFR_ADVISE_COMPACT] = "compact", [CFR_ADVISE_TRIM] = "trim" };
	const cfr_advice *advice = &ud->analysis->advice[i];

	lua_createtable(L, 0, 3);
	cfr__cmd_set_str(L, "kind", cfr_str_of(kinds[advice->kind]));
	cfr__cmd_set_int(L, "item", (lua_Integer)advice->item + 1);
	cfr__cmd_set_int(L, "saved", (lua_Integer)advice->saved);
}

static void set_list(lua_State *L, const analysis_ud *ud, const char *field, uint32_t count,
                     void (*push)(lua_State *L, const analysis_ud *ud, uint32_t i))
{
	lua_createtable(L, (int)count, 0);
	for (uint32_t i = 0; i < count; i++) {
		push(L, ud, i);
		lua_rawseti(L, -2, (lua_Integer)i + 1);
	}
	lua_setfield(L, -2, field);
}

static void push_analysis(lua_State *L, const analysis_ud *ud)
{
	const cfr_analysis *analysis = ud->analysis;

	lua_createtable(L, 0, 16);
	set_list(L, ud, "files", analysis->file_count, push_file);
	set_list(L, ud, "sections", analysis->share_count, push_share);
	set_list(L, ud, "keys", analysis->key_count, push_key);
	set_list(L, ud, "long_keys", analysis->long_key_count, push_long_key);
	set_list(L, ud, "repeats", analysis->repeat_count, push_repeat);
	set_list(L, ud, "unused", analysis->unused_count, push_unused);
	set_list(L, ud, "expansions", analysis->expansion_count, push_expansion);
	set_list(L, ud, "giants", analysis->giant_count, push_giant);
	set_list(L, ud, "advice", analysis->advice_count, push_advice);
	cfr__cmd_set_int(L, "distinct_keys", (lua_Integer)analysis->distinct_keys);
	cfr__cmd_set_int(L, "repeat_groups", (lua_Integer)analysis->repeat_groups);
	cfr__cmd_set_int(L, "repeat_saved", (lua_Integer)analysis->repeat_saved);
	cfr__cmd_set_int(L, "depth", analysis->depth);
	if (analysis->deepest.node.tree)
		set_spot(L, ud, "deepest", analysis->deepest);
	if (analysis->widest.node.tree) {
		set_spot(L, ud, "widest", analysis->widest);
		lua_getfield(L, -1, "widest");
		cfr__cmd_set_int(L, "size", cfr_node_size(analysis->widest.node));
		lua_pop(L, 1);
	}
}

/* core.analyze(documents, how) */
static int core_analyze(lua_State *L)
{
	cfr_err err = CFR_ERR_INIT;
	cfr_analyze_how how;
	analysis_ud *ud;
	uint32_t count;

	luaL_checktype(L, 1, LUA_TTABLE);
	lua_settop(L, 2);
	how = (cfr_analyze_how){ read_number(L, 2, "top"), read_number(L, 2, "depth"), read_number(L, 2, "places") };
	count = (uint32_t)lua_rawlen(L, 1);
	ud = lua_newuserdatauv(L, sizeof(*ud), 1);
	*ud = (analysis_ud){ .analysis = NULL };
	luaL_setmetatable(L, ANALYSIS_CLASS);
	ud->docs = lua_newuserdatauv(L, ((size_t)count + 1) * sizeof(*ud->docs), 0);
	lua_setiuservalue(L, -2, 1);
	for (uint32_t i = 0; i < count; i++) {
		lua_rawgeti(L, 1, (lua_Integer)i + 1);	/* held by the list */
		ud->docs[i] = cfr__cmd_check_document(L, -1);
		lua_pop(L, 1);
	}
	if (cfr_analyze(&ud->analysis, ud->docs, count, &how, &err) < 0)
		return cfr__cmd_push_err(L, &err);
	push_analysis(L, ud);
	return 1;
}

void cfr__cmd_bind_analyze(lua_State *L)
{
	luaL_newmetatable(L, ANALYSIS_CLASS);
	lua_pushcfunction(L, analysis_gc);
	lua_setfield(L, -2, "__gc");
	lua_pop(L, 1);
	lua_pushcfunction(L, core_analyze);
	lua_setfield(L, -2, "analyze");
}
