/* lua/rules/view.c -- nodes and places: a tree as scripts see it.
 *
 * A container is a *view*: a read-only userdata that knows its tree and its number in the image. There is one for each
 * place, found again through a table of views for each tree, so that == on nodes is identity and costs nothing. A
 * *place* is the same for any node, scalars too; it stands in the same table under the negative number.
 *
 * Who keeps whom: a view keeps (user value 1) the table of views of its tree, the table keeps (at [0]) the held tree, a
 * userdata that counts the tree and its document. The registry keeps the tables of the trees in use, and lets go of them
 * between jobs when they have become many (script.c); a view that a script still has goes on working.
 *
 * Reading. The shared metatable's __index looks the key up in the image: one call from Lua to C. A view that is read
 * often is promoted: it gets a metatable of its own whose __index is a table of what was read already, so that a
 * repeated read never leaves the Lua machine (lazy.c). What was not there is asked for again each time.
 *
 * READ SEAM. Whatever a rule learns of a tree comes out of cfr__child (is there something?) and cfr__push_node,
 * cfr__push_place (what is it?), or of a query (cache.c). A recorder of reads belongs there; it would note a promoted
 * view's fields when the view is first met in a job.
 */
#include "lua/rules/inside.h"

enum { PROMOTE_AFTER = 6, FILL = 24 };

static const char view_meta[] = "view", place_meta[] = "place", held_meta[] = "held", held_key[] = "trees";

/* --- trees held --- */

static int held_gc(lua_State *L)
{
	cfr__held *held = lua_touserdata(L, 1);

	if (held->script) {
		held->script->weight -= held->weight;
		if (held->script->miss.tree == held->tree)
			held->script->miss.tree = NULL;
	}
	held->weight = 0;
	held->tree = cfr_tree_unref(held->tree);
	held->doc = cfr_document_unref(held->doc);
	return 0;
}

/* Push a table of views with a held tree that is not set yet. */
static cfr__held *new_held(lua_State *L, cfr_script *script)
{
	cfr__held *held;

	luaL_checkstack(L, 6, NULL);
	lua_newtable(L);
	held = lua_newuserdatauv(L, sizeof(*held), 0);
	*held = (cfr__held){ .class = CFR__HELD, .script = script };
	lua_rawgetp(L, LUA_REGISTRYINDEX, held_meta);
	lua_setmetatable(L, -2);
	lua_rawseti(L, -2, 0);
	return held;
}

static void set_tree(cfr__held *held, const cfr_tree *tree)
{
	held->tree = tree;
	cfr__image_map(&held->image, cfr_tree_image(tree));
}

void cfr__hold(lua_State *L, cfr_script *script, const cfr_tree *tree, const cfr_document *doc)
{
	cfr__held *held;

	luaL_checkstack(L, 6, NULL);
	lua_rawgetp(L, LUA_REGISTRYINDEX, held_key);
	if (lua_rawgetp(L, -1, tree) == LUA_TTABLE) {
		lua_remove(L, -2);
		return;
	}
	lua_pop(L, 1);
	held = new_held(L, script);
	set_tree(held, cfr_tree_ref(tree));
	held->doc = doc ? cfr_document_ref(doc) : NULL;
	lua_pushvalue(L, -1);
	lua_rawsetp(L, -3, tree);
	script->held++;
	lua_remove(L, -2);
}

int cfr__push_subject_views(lua_State *L, cfr_script *script)
{
	const cfr_document *doc = script->job->subject->doc;

	cfr__hold(L, script, cfr_document_tree(doc), doc);
	return lua_gettop(L);
}

cfr__held *cfr__hold_own(lua_State *L, cfr_script *script) { return new_held(L, script); }

/* The trees of scripts lie outside Lua's memory, whose collector does not feel their weight. */
void cfr__own(lua_State *L, cfr__held *held, cfr_tree *tree)
{
	cfr_script *script = held->script;

	set_tree(held, tree);
	held->weight = held->image.bytes.len + held->image.node_count * sizeof(uint32_t);
	script->weight += held->weight;
	if (script->weight <= script->limits.of[CFR_LIMIT_MEMORY] / 4)
		return;
	lua_gc(L, LUA_GCCOLLECT);
	if (script->weight > script->limits.of[CFR_LIMIT_MEMORY]) {
		cfr_err err = CFR_ERR_INIT;

		cfr_err_limit(&err, &script->limits, CFR_LIMIT_MEMORY);
		cfr_sandbox_raise(L, &err);
	}
}

cfr__held *cfr__held_of(lua_State *L, int views)
{
	cfr__held *held;

	lua_rawgeti(L, views, 0);
	held = lua_touserdata(L, -1);
	lua_pop(L, 1);
	return held;
}

void cfr__drop_views(lua_State *L, cfr_script *script)
{
	lua_rawgetp(L, LUA_REGISTRYINDEX, held_key);
	for (lua_pushnil(L); lua_next(L, -2); ) {
		lua_pop(L, 1);
		lua_pushvalue(L, -1);
		lua_pushnil(L);
		lua_rawset(L, -4);
	}
	lua_pop(L, 1);
	script->held = 0;
}

uint32_t cfr__subject_of(cfr_script *script, cfr__held *held)
{
	const cfr_job *job = script->job;

	if (!job || !held->doc)
		return UINT32_MAX;
	if (held->document < job->all_count && job->all[held->document].doc == held->doc)
		return held->document;
	for (uint32_t i = 0; i < job->all_count; i++) {
		if (job->all[i].doc == held->doc)
			return held->document = i;
	}
	return UINT32_MAX;
}

/* --- values --- */

static void new_view(lua_State *L, int views, cfr__held *held, uint32_t at, bool place)
{
	cfr__view *view;

	luaL_checkstack(L, 4, NULL);
	view = lua_newuserdatauv(L, sizeof(*view), 1);
	*view = (cfr__view){ .class = place ? CFR__PLACE : CFR__VIEW, .at = at, .held = held };
	lua_pushvalue(L, views);
	lua_setiuservalue(L, -2, 1);
	lua_rawgetp(L, LUA_REGISTRYINDEX, place ? place_meta : view_meta);
	lua_setmetatable(L, -2);
	lua_pushvalue(L, -1);
	lua_rawseti(L, views, place ? -(lua_Integer)at - 1 : (lua_Integer)at + 1);
}

void cfr__push_node(lua_State *L, int views, cfr__held *held, uint32_t at)
{
	const cfr_image *image = &held->image;
	uint64_t payload = cfr__image_payload(image, at);
	cfr_str text;
	uint32_t tag;
	double real;

	switch (cfr__image_kind(image, at)) {
	case CFR_BOOL:
		lua_pushboolean(L, payload != 0);
		break;
	case CFR_INT:
		lua_pushinteger(L, (lua_Integer)payload);
		break;
	case CFR_FLOAT:
		memcpy(&real, &payload, sizeof(real));
		lua_pushnumber(L, real);
		break;
	case CFR_STRING:
	case CFR_OTHER:
		text = cfr__image_text(image, at);
		tag = cfr__image_tag_len(image, at);
		lua_pushlstring(L, text.ptr + tag, text.len - tag);
		break;
	case CFR_SEQUENCE:
	case CFR_MAPPING:
		if (lua_rawgeti(L, views, (lua_Integer)at + 1) == LUA_TNIL) {
			lua_pop(L, 1);
			new_view(L, views, held, at, false);
		}
		break;
	default:
		lua_pushnil(L);
		break;
	}
}

void cfr__push_place(lua_State *L, int views, cfr__held *held, uint32_t at)
{
	if (lua_rawgeti(L, views, -(lua_Integer)at - 1) == LUA_TNIL) {
		lua_pop(L, 1);
		new_view(L, views, held, at, true);
	}
}

cfr__view *cfr__is_node(lua_State *L, int index)
{
	const uint32_t *ud = lua_type(L, index) == LUA_TUSERDATA ? lua_touserdata(L, index) : NULL;

	return ud && (*ud == CFR__VIEW || *ud == CFR__PLACE) ? lua_touserdata(L, index) : NULL;
}

cfr__view *cfr__arg_node(lua_State *L, int arg)
{
	cfr__view *view = cfr__is_node(L, arg);

	if (!view)
		luaL_argerror(L, arg, lua_pushfstring(L, "node or place expected, got %s", cfr__named(L, arg)));
	return view;
}

uint32_t cfr__child(lua_State *L, const cfr__view *view, int key)
{
	const cfr_image *image = &view->held->image;
	cfr_str name;
	int exact;
	lua_Integer i;

	switch (cfr__image_kind(image, view->at)) {
	case CFR_MAPPING:
		if (lua_type(L, key) != LUA_TSTRING)
			return CFR_IMAGE_NONE;
		name.ptr = lua_tolstring(L, key, &name.len);
		return cfr__image_child_named(image, view->at, name);
	case CFR_SEQUENCE:
		if (lua_type(L, key) != LUA_TNUMBER)
			return CFR_IMAGE_NONE;
		i = lua_tointegerx(L, key, &exact);
		if (!exact || i < 1 || i > (lua_Integer)cfr__image_count(image, view->at))
			return CFR_IMAGE_NONE;
		return cfr__image_first(image, view->at) + (uint32_t)(i - 1);
	default:
		return CFR_IMAGE_NONE;
	}
}

/* --- metamethods --- */

/* Push what the view at stack index `ud` has under the key at index 2. */
static void read_field(lua_State *L, int ud, cfr__view *view)
{
	uint32_t child = cfr__child(L, view, 2);

	if (child == CFR_IMAGE_NONE) {
		if (lua_type(L, 2) == LUA_TSTRING) {
			cfr_str key;

			key.ptr = lua_tolstring(L, 2, &key.len);
			cfr__note_miss(view->held->script, view->held, view->at, key);
		}
		lua_pushnil(L);
		return;
	}
	cfr__push_node(L, cfr__push_views(L, ud), view->held, child);
	if (lua_isnil(L, -1) && lua_type(L, 2) == LUA_TSTRING) {
		cfr_str key;

		key.ptr = lua_tolstring(L, 2, &key.len);
		cfr__note_miss(view->held->script, view->held, view->at, key);
	}
}

/* A promoted view's field that is asked for the first time: (view, key). */
static int view_make(lua_State *L)
{
	read_field(L, 1, lua_touserdata(L, 1));
	return 1;
}

static int view_len(lua_State *L)
{
	cfr__view *view = lua_touserdata(L, 1);

	lua_pushinteger(L, (lua_Integer)cfr__image_count(&view->held->image, view->at));
	return 1;
}

/* Upvalues: the view, how many are done. */
static int view_next(lua_State *L)
{
	cfr__view *view = lua_touserdata(L, lua_upvalueindex(1));
	uint32_t i = (uint32_t)lua_tointeger(L, lua_upvalueindex(2)), at;
	const cfr_image *image = &view->held->image;

	lua_settop(L, 0);
	if (i >= cfr__image_count(image, view->at)) {
		lua_pushnil(L);
		return 1;
	}
	lua_pushinteger(L, (lua_Integer)i + 1);
	lua_replace(L, lua_upvalueindex(2));
	lua_getiuservalue(L, lua_upvalueindex(1), 1);
	at = cfr__image_first(image, view->at) + i;
	if (cfr__image_kind(image, view->at) == CFR_MAPPING)
		cfr__push_str(L, cfr__image_key_text(image, cfr__image_key(image, at)));
	else
		lua_pushinteger(L, (lua_Integer)i + 1);
	cfr__push_node(L, 1, view->held, at);
	return 2;
}

static int view_pairs(lua_State *L)
{
	lua_pushvalue(L, 1);
	lua_pushinteger(L, 0);
	lua_pushcclosure(L, view_next, 2);
	lua_pushvalue(L, 1);
	lua_pushnil(L);
	return 3;
}

/* Not an address: what it is and where. */
static int view_tostring(lua_State *L)
{
	cfr__view *view = lua_touserdata(L, 1);
	cfr_buf *text = &view->held->script->text;
	cfr_node node = cfr__node_of(view);
	cfr_err err = CFR_ERR_INIT;

	cfr_buf_clear(text);
	cfr_buf_addf(text, "%s at \"", cfr_kind_name(cfr_node_kind(node)));
	cfr_pointer_write(text, node);
	cfr_buf_addc(text, '"');
	if (cfr_buf_check(text, &err) < 0)
		return cfr__raise(L, &err);
	cfr__push_str(L, cfr_buf_str(text));
	return 1;
}

static int view_newindex(lua_State *L)
{
	cfr__view *view = lua_touserdata(L, 1);
	cfr_buf *text = &view->held->script->text;

	cfr_buf_clear(text);
	cfr_pointer_write(text, cfr__node_of(view));
	if (lua_type(L, 2) == LUA_TSTRING || lua_type(L, 2) == LUA_TNUMBER) {
		cfr_str key;

		lua_pushvalue(L, 2);
		key.ptr = lua_tolstring(L, -1, &key.len);
		cfr_pointer_add(text, key.len > 80 ? CFR_STR("…") : key);
	}
	return cfr__fail(L, "report it with fix = ctx:set(node, key, value), or copy the node with tree.totable",
			 "%.180s is read-only: a rule reads, and says what to change by a fix",
			 text->len ? text->ptr : "the document");
}

static int place_index(lua_State *L)
{
	return cfr__fail(L, "tree.value(place) is what stands there", "a place has no fields: it only says where");
}

static int place_newindex(lua_State *L)
{
	return cfr__fail(L, "report it with fix = ctx:replace(value, place)", "a place is read-only");
}

static const luaL_Reg view_more[] = { { "__len", view_len }, { "__pairs", view_pairs },
	{ "__tostring", view_tostring }, { NULL, NULL } };

/* Give the view at 1 its own metatable. The scalars of a small mapping are filled in at once: one is asked for after
 * the other anyway. */
static void promote(lua_State *L, cfr__view *view)
{
	const cfr_image *image = &view->held->image;
	uint32_t first = cfr__image_first(image, view->at), count = cfr__image_count(image, view->at);
	bool mapping = cfr__image_kind(image, view->at) == CFR_MAPPING;
	int fields;

	lua_pushvalue(L, 1);
	cfr__lazy(L, view_make, view_newindex, view_more, "node", mapping ? 0 : count, mapping ? count : 0);
	fields = lua_gettop(L);
	for (uint32_t at = first; mapping && count <= FILL && at < first + count; at++) {
		cfr_kind kind = cfr__image_kind(image, at);

		if (cfr__is_container(kind) || kind == CFR_NULL || (cfr__is_text(kind) && cfr__image_text(image, at).len > 40))
			continue;
		cfr__push_str(L, cfr__image_key_text(image, cfr__image_key(image, at)));
		cfr__push_node(L, 0, view->held, at);
		lua_rawset(L, fields);
	}
	lua_settop(L, 2);
}

static int view_index(lua_State *L)
{
	cfr__view *view = lua_touserdata(L, 1);

	if (++view->reads == PROMOTE_AFTER)
		promote(L, view);
	read_field(L, 1, view);
	return 1;
}

static void make_meta(lua_State *L, const char *key, const char *name, const luaL_Reg *methods)
{
	lua_newtable(L);
	for (; methods->name; methods++) {
		lua_pushcfunction(L, methods->func);
		lua_setfield(L, -2, methods->name);
	}
	lua_pushboolean(L, 0);
	lua_setfield(L, -2, "__metatable");
	lua_pushstring(L, name);
	lua_setfield(L, -2, "__name");
	lua_rawsetp(L, LUA_REGISTRYINDEX, key);
}

void cfr__views_open(lua_State *L)
{
	static const luaL_Reg held[] = { { "__gc", held_gc }, { NULL, NULL } };
	static const luaL_Reg view[] = { { "__index", view_index }, { "__newindex", view_newindex },
		{ "__len", view_len }, { "__pairs", view_pairs }, { "__tostring", view_tostring }, { NULL, NULL } };
	static const luaL_Reg place[] = { { "__index", place_index }, { "__newindex", place_newindex },
		{ "__tostring", view_tostring }, { NULL, NULL } };

	make_meta(L, held_meta, "tree", held);
	make_meta(L, view_meta, "node", view);
	make_meta(L, place_meta, "place", place);
	lua_newtable(L);
	lua_rawsetp(L, LUA_REGISTRYINDEX, held_key);
}
