/* lua/rules/bind_tree.c -- `tree`: what can be asked of nodes and places.
 *
 * A node has no methods, since any word can be a key; so everything stands here. Functions that only look accept any
 * value where a document may hold any: of a scalar or nil, `get` and `select` give nothing rather than an error.
 */
#include "lua/rules/inside.h"

#include "engine/base/num.h"

#include <stdlib.h>

/* The node at `arg`; NULL for nil and plain scalars, which have nothing below them. */
static cfr__view *node_or_scalar(lua_State *L, int arg)
{
	cfr__view *view = cfr__is_node(L, arg);

	luaL_checkany(L, arg);
	if (!view && (lua_type(L, arg) == LUA_TTABLE || lua_type(L, arg) == LUA_TUSERDATA ||
		      lua_type(L, arg) == LUA_TFUNCTION))
		cfr__arg_node(L, arg);
	return view;
}

static uint32_t check_child(lua_State *L, cfr__view *view, int key)
{
	if (lua_type(L, key) != LUA_TSTRING && lua_type(L, key) != LUA_TNUMBER)
		luaL_argerror(L, key, lua_pushfstring(L, "key or index expected, got %s", cfr__named(L, key)));
	return cfr__child(L, view, key);
}

/* --- get: a path --- */

/* One step of "a.b[0].c": its name, or its index. False at the end. */
struct step {
	cfr_str name;
	uint32_t index;
	bool by_index;
};

static bool next_step(lua_State *L, cfr_str *path, struct step *step)
{
	size_t n = 0;

	if (path->len == 0)
		return false;
	if (path->ptr[0] == '[') {
		uint64_t index = 0;

		for (n = 1; n < path->len && path->ptr[n] >= '0' && path->ptr[n] <= '9' && index < UINT32_MAX; n++)
			index = index * 10 + (uint64_t)(path->ptr[n] - '0');
		if (n == 1 || n == path->len || path->ptr[n] != ']')
			cfr__fail(L, "write a.b[0].c, or a JSON Pointer: /a/b/0/c", "the path has a '[' without a number and ']'");
		*step = (struct step){ .index = index < UINT32_MAX ? (uint32_t)index : UINT32_MAX - 1, .by_index = true };
		n++;
	} else {
		while (n < path->len && path->ptr[n] != '.' && path->ptr[n] != '[')
			n++;
		*step = (struct step){ .name = { path->ptr, n } };
	}
	if (n < path->len && path->ptr[n] == '.') {
		n++;
		if (n == path->len)
			cfr__fail(L, NULL, "the path ends with a '.'");
	}
	*path = cfr_str_sub(*path, n, path->len);
	return true;
}

static uint32_t take_step(const cfr_image *image, uint32_t at, const struct step *step)
{
	cfr_kind kind = cfr__image_kind(image, at);
	uint32_t index = step->index;
	int64_t number;
	double real;

	if (kind == CFR_MAPPING && !step->by_index)
		return cfr__image_child_named(image, at, step->name);
	if (kind != CFR_SEQUENCE)
		return CFR_IMAGE_NONE;
	if (!step->by_index) {		/* a.0.b */
		if (cfr_num_parse(step->name, &number, &real) != CFR_NUM_INT || number < 0 || number >= UINT32_MAX)
			return CFR_IMAGE_NONE;
		index = (uint32_t)number;
	}
	return index < cfr__image_count(image, at) ? cfr__image_first(image, at) + index : CFR_IMAGE_NONE;
}

static int tree_get(lua_State *L)
{
	cfr__view *view = node_or_scalar(L, 1);
	cfr_str path = cfr__arg_str(L, 2);
	struct step step;
	uint32_t at;

	if (!view) {
		if (path.len == 0)
			lua_settop(L, 1);
		else
			lua_pushnil(L);
		return 1;
	}
	at = view->at;
	if (path.len && path.ptr[0] == '/') {
		cfr_node found;
		cfr_err err = CFR_ERR_INIT;
		int r = cfr_pointer_get(&found, cfr__node_of(view), path, &err);

		if (r == CFR_E_SYNTAX || r == CFR_E_NOMEM)
			return cfr__raise(L, &err);
		at = r < 0 ? CFR_IMAGE_NONE : found.at;
	} else {
		while (next_step(L, &path, &step)) {	/* to its end: a wrong path is wrong in any document */
			if (at != CFR_IMAGE_NONE)
				at = take_step(&view->held->image, at, &step);
		}
	}
	if (at == CFR_IMAGE_NONE)
		lua_pushnil(L);
	else
		cfr__push_node(L, cfr__push_views(L, 1), view->held, at);
	return 1;
}

static int tree_has(lua_State *L)
{
	cfr__view *view = node_or_scalar(L, 1);

	luaL_checkany(L, 2);
	lua_pushboolean(L, view && cfr__child(L, view, 2) != CFR_IMAGE_NONE);
	return 1;
}

static const char *lua_kind(lua_State *L, int index)
{
	switch (lua_type(L, index)) {
	case LUA_TBOOLEAN: return "bool";
	case LUA_TNUMBER: return lua_isinteger(L, index) ? "int" : "float";
	case LUA_TSTRING: return "string";
	case LUA_TTABLE:
		if (luaL_getmetafield(L, index, "__index") == LUA_TTABLE)
			index = -1;
		return lua_rawlen(L, index) > 0 ? "sequence" : "mapping";
	default: return NULL;
	}
}

static int tree_kind(lua_State *L)
{
	cfr__view *view = cfr__is_node(L, 1);
	uint32_t at;

	luaL_checkany(L, 1);
	lua_settop(L, 2);
	if (!view) {
		lua_pushstring(L, lua_isnil(L, 2) ? lua_kind(L, 1) : NULL);
		return 1;
	}
	at = lua_isnil(L, 2) ? view->at : check_child(L, view, 2);
	lua_pushstring(L, at == CFR_IMAGE_NONE ? NULL : cfr_kind_name(cfr__image_kind(&view->held->image, at)));
	return 1;
}

/* --- queries --- */

static int selected(lua_State *L, bool places)
{
	cfr_script *script = cfr__script(L);
	cfr__view *view = node_or_scalar(L, 1);
	const cfr_query *query = cfr__query(L, script, 2);

	if (!view) {
		lua_newtable(L);
		return 1;
	}
	cfr__select(L, script, query, cfr__node_of(view), cfr__node_of(view));
	cfr__push_selected(L, script, cfr__push_views(L, 1), view->held, places);
	return 1;
}

static int tree_select(lua_State *L) { return selected(L, false); }
static int tree_places(lua_State *L) { return selected(L, true); }

/* --- places --- */

static int tree_place(lua_State *L)
{
	cfr__view *view = cfr__arg_node(L, 1);
	int n = lua_gettop(L);
	cfr__view here = *view;

	for (int i = 2; i <= n; i++) {
		uint32_t child = check_child(L, &here, i);

		if (child == CFR_IMAGE_NONE)
			break;
		here.at = child;
	}
	cfr__push_place(L, cfr__push_views(L, 1), view->held, here.at);
	return 1;
}

static int tree_value(lua_State *L)
{
	cfr__view *view = cfr__arg_node(L, 1);

	cfr__push_node(L, cfr__push_views(L, 1), view->held, view->at);
	return 1;
}

/* The node that (node), (place) or (node, key) means; at NONE when there is nothing. */
static cfr_node target(lua_State *L, cfr__view **view)
{
	*view = cfr__arg_node(L, 1);
	return (cfr_node){ (*view)->held->tree, 0,
			   lua_isnoneornil(L, 2) ? (*view)->at : check_child(L, *view, 2) };
}

static int tree_path(lua_State *L)
{
	cfr__view *view = cfr__arg_node(L, 1);
	cfr_buf *text = &view->held->script->text;
	cfr_err err = CFR_ERR_INIT;

	cfr_buf_clear(text);
	text->max = 0;
	cfr_pointer_write(text, cfr__node_of(view));
	if (cfr_buf_check(text, &err) < 0)
		return cfr__raise(L, &err);
	cfr__push_str(L, cfr_buf_str(text));
	return 1;
}

static void set_number(lua_State *L, const char *field, uint32_t n)
{
	lua_pushinteger(L, (lua_Integer)n);
	lua_setfield(L, -2, field);
}

static int tree_span(lua_State *L)
{
	cfr__view *view;
	cfr_node node = target(L, &view);
	cfr_script *script = cfr__script(L);
	uint32_t subject = cfr__subject_of(script, view->held);
	cfr_span span;

	if (!view->held->doc || node.at == CFR_IMAGE_NONE) {
		lua_pushnil(L);
		return 1;
	}
	span = cfr_document_span(view->held->doc, node);
	lua_createtable(L, 0, 5);
	cfr__push_str(L, subject != UINT32_MAX ? script->job->all[subject].file
					       : cfr_source_name(cfr_document_source(view->held->doc)));
	lua_setfield(L, -2, "file");
	set_number(L, "line", span.line);
	set_number(L, "column", span.column);
	set_number(L, "end_line", span.end_line);
	set_number(L, "end_column", span.end_column);
	return 1;
}

static int tree_raw(lua_State *L)
{
	cfr__view *view;
	cfr_node node = target(L, &view);
	cfr_entry entry;
	cfr_str bytes;

	if (!view->held->doc || node.at == CFR_IMAGE_NONE) {
		lua_pushnil(L);
		return 1;
	}
	entry = cfr_document_entry(view->held->doc, node);
	bytes = cfr_source_bytes(cfr_document_source(view->held->doc));
	cfr_sandbox_steps(L, (entry.end - entry.start) / 64 + 1);
	cfr__push_str(L, cfr_str_sub(bytes, entry.start, entry.end));
	return 1;
}

static int tree_style(lua_State *L)
{
	cfr__view *view;
	cfr_node node = target(L, &view);

	if (!view->held->doc || node.at == CFR_IMAGE_NONE)
		lua_pushnil(L);
	else
		lua_pushstring(L, cfr_style_name((cfr_style)cfr_document_entry(view->held->doc, node).style));
	return 1;
}

/* --- the author's order --- */

/* Push key (or index from 1) of a child. */
static void push_key(lua_State *L, const cfr__held *held, uint32_t parent, uint32_t child)
{
	uint32_t key = cfr__image_key(&held->image, child);

	if (key == CFR_IMAGE_KEY_NONE)
		lua_pushinteger(L, (lua_Integer)(child - cfr__image_first(&held->image, parent)) + 1);
	else
		cfr__push_str(L, cfr__image_key_text(&held->image, key));
}

/* Child i in the author's order; *rank is where it stands (0 before the first). Without a document: sorted. */
static uint32_t nth_child(const cfr__view *view, uint32_t i, uint32_t *rank)
{
	const cfr_document *doc = view->held->doc;

	if (!doc)
		return cfr__image_first(&view->held->image, view->at) + i;
	*rank = i == 0 ? cfr_document_rank(doc, cfr__node_of(view)) + 1 : cfr_document_ranked(doc, *rank).next;
	return cfr_document_node(doc, *rank).at;
}

static uint32_t count_of(const cfr__view *view)
{
	const cfr_image *image = &view->held->image;

	return cfr__is_container(cfr__image_kind(image, view->at)) ? cfr__image_count(image, view->at) : 0;
}

static int tree_keys(lua_State *L)
{
	cfr__view *view = cfr__arg_node(L, 1);
	uint32_t count = count_of(view), rank = 0;

	lua_createtable(L, (int)count, 0);
	for (uint32_t i = 0; i < count; i++) {
		push_key(L, view->held, view->at, nth_child(view, i, &rank));
		lua_rawseti(L, -2, (lua_Integer)i + 1);
	}
	cfr_sandbox_steps(L, count + 1);
	return 1;
}

/* Upvalues: the node, how many are done, the rank of the last. */
static int entries_next(lua_State *L)
{
	cfr__view *view = lua_touserdata(L, lua_upvalueindex(1));
	uint32_t i = (uint32_t)lua_tointeger(L, lua_upvalueindex(2));
	uint32_t rank = (uint32_t)lua_tointeger(L, lua_upvalueindex(3)), child;

	lua_settop(L, 0);
	if (i >= count_of(view)) {
		lua_pushnil(L);
		return 1;
	}
	child = nth_child(view, i, &rank);
	lua_pushinteger(L, (lua_Integer)i + 1);
	lua_replace(L, lua_upvalueindex(2));
	lua_pushinteger(L, (lua_Integer)rank);
	lua_replace(L, lua_upvalueindex(3));
	lua_getiuservalue(L, lua_upvalueindex(1), 1);
	push_key(L, view->held, view->at, child);
	cfr__push_node(L, 1, view->held, child);
	return 2;
}

static int tree_entries(lua_State *L)
{
	cfr__arg_node(L, 1);
	lua_pushvalue(L, 1);
	lua_pushinteger(L, 0);
	lua_pushinteger(L, 0);
	lua_pushcclosure(L, entries_next, 3);
	return 1;
}

/* --- content --- */

/* The node at an index, made for the occasion of a plain value. Pushes what keeps it. */
static cfr_node node_for(lua_State *L, cfr_script *script, int index)
{
	cfr__view *view = cfr__is_node(L, index);

	if (view)
		return cfr__node_of(view);
	return cfr_tree_root(cfr__to_tree(L, script, index, CFR__AS_COPY, "tree.equal")->tree);
}

static int tree_equal(lua_State *L)
{
	cfr_script *script = cfr__script(L);
	cfr_err err = CFR_ERR_INIT;
	bool same;

	luaL_checkany(L, 2);
	lua_settop(L, 2);
	for (int i = 1; i <= 2; i++) {		/* an absent value has the content of null */
		if (!lua_isnil(L, i))
			continue;
		cfr__view *other = cfr__is_node(L, 3 - i);

		lua_pushboolean(L, lua_isnil(L, 3 - i) || (other && cfr_node_kind(cfr__node_of(other)) == CFR_NULL));
		return 1;
	}
	cfr_node a = node_for(L, script, 1), b = node_for(L, script, 2);

	cfr_sandbox_steps(L, 16);
	if (cfr_node_equal(&same, a, b, &err) < 0)
		return cfr__raise(L, &err);
	lua_pushboolean(L, same);
	return 1;
}

static int tree_totable(lua_State *L)
{
	luaL_checkany(L, 1);
	if (node_or_scalar(L, 1))
		cfr__push_table(L, cfr__is_node(L, 1));
	else
		lua_settop(L, 1);
	return 1;
}

static int made(lua_State *L, int how, const char *what)
{
	cfr__held *held;

	luaL_checkany(L, 1);
	lua_settop(L, 1);
	held = cfr__to_tree(L, cfr__script(L), 1, how, what);
	cfr__push_node(L, 2, held, 0);
	return 1;
}

static int tree_map(lua_State *L) { return made(L, CFR__AS_MAP, "tree.map"); }
static int tree_list(lua_State *L) { return made(L, CFR__AS_LIST, "tree.list"); }

const cfr__binding cfr__tree_bindings[] = {
	{ "get", tree_get, "(node: any, path: string): any", "the value at \"a.b[0].c\" (indices from 0) or \"/a/b/0/c\", or nil" },
	{ "has", tree_has, "(node: any, key: string|integer): boolean", "is the key there, null included" },
	{ "kind", tree_kind, "(value: any, key?: string|integer): string|nil", "kind of a value, or of what stands under a key" },
	{ "select", tree_select, "(node: any, query: string): any[]", "the values that a JSONPath selects below node" },
	{ "places", tree_places, "(node: any, query: string): place[]", "the places that a JSONPath selects below node" },
	{ "place", tree_place, "(node: node|place, ...: string|integer): place",
	  "the place at a key and on down; stops at the last that exists" },
	{ "value", tree_value, "(place: node|place): any", "the value at a place" },
	{ "path", tree_path, "(place: node|place): string", "JSON Pointer" },
	{ "span", tree_span, "(place: node|place, key?: string|integer): span|nil", "where it is written" },
	{ "raw", tree_raw, "(place: node|place, key?: string|integer): string|nil", "the author's text of the value" },
	{ "style", tree_style, "(place: node|place, key?: string|integer): string|nil",
	  "plain, single, double, literal, folded, block or flow" },
	{ "keys", tree_keys, "(node: node|place): (string|integer)[]", "the keys, in the author's order" },
	{ "entries", tree_entries, "(node: node|place): fun(): string|integer, any", "iterator of key, value in the author's order" },
	{ "equal", tree_equal, "(a: any, b: any): boolean", "the same content" },
	{ "totable", tree_totable, "(node: any): any", "a plain Lua copy" },
	{ "map", tree_map, "(table: table): node", "a mapping, for edits" },
	{ "list", tree_list, "(table: table): node", "a sequence, for edits" },
	{ "null", NULL, "place", "null, for edits" },
	{ NULL, NULL, NULL, NULL },
};
