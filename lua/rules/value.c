/* lua/rules/value.c -- between trees and plain Lua values.
 *
 * To Lua: a whole copy (tree.totable). From Lua: a table becomes a tree through the builder that readers use, so its
 * ceilings and its canonical image are the same. A table whose keys are 1..n is a sequence, one whose keys are strings is
 * a mapping; the empty one could be either, so its maker has to say (tree.map, tree.list). What no document can hold (a
 * function, NaN, a table inside itself, text that is not UTF-8) is refused with its name.
 */
#include "lua/rules/inside.h"

#include "engine/base/utf8.h"
#include <stdio.h>

/* --- to Lua --- */

static void push_copy(lua_State *L, cfr__held *held, uint32_t at)
{
	const cfr_image *image = &held->image;
	cfr_kind kind = cfr__image_kind(image, at);
	uint32_t first, count;

	if (!cfr__is_container(kind)) {
		cfr__push_node(L, 0, held, at);
		return;
	}
	luaL_checkstack(L, 6, "a document this deep");
	first = cfr__image_first(image, at);
	count = cfr__image_count(image, at);
	cfr_sandbox_steps(L, count + 1);
	if (kind == CFR_SEQUENCE)
		lua_createtable(L, (int)count, 0);
	else
		lua_createtable(L, 0, (int)count);
	for (uint32_t i = 0; i < count; i++) {
		if (kind == CFR_MAPPING)
			cfr__push_str(L, cfr__image_key_text(image, cfr__image_key(image, first + i)));
		else
			lua_pushinteger(L, (lua_Integer)i + 1);
		push_copy(L, held, first + i);		/* depth has a ceiling */
		lua_rawset(L, -3);
	}
}

void cfr__push_table(lua_State *L, const cfr__view *view) { push_copy(L, view->held, view->at); }

/* --- from Lua --- */

enum { LEVELS = 150 };		/* of tables in tables; a document's own nodes may go deeper */

static const cfr_mark nowhere;

struct walk {
	lua_State *L;
	cfr_script *script;
	int how;
	const char *what;
	const void *above[LEVELS];
	int depth;
	char key[48];			/* the last key seen, for messages */
};

static void check(struct walk *w, int r, const cfr_err *err)
{
	if (r < 0)
		cfr__raise(w->L, err);
}

static int refuse(struct walk *w, const char *hint, const char *why)
{
	if (w->key[0])
		return cfr__fail(w->L, hint, "%s: %s (at '%s')", w->what, why, w->key);
	return cfr__fail(w->L, hint, "%s: %s", w->what, why);
}

static cfr_str text_at(struct walk *w, int index)
{
	cfr_str s;

	s.ptr = lua_tolstring(w->L, index, &s.len);
	if (cfr_utf8_valid(s.ptr, s.len) != s.len)
		refuse(w, NULL, "this text is not UTF-8");
	return s;
}

static void note_key(struct walk *w, int index)
{
	if (lua_type(w->L, index) == LUA_TSTRING)
		snprintf(w->key, sizeof(w->key), "%.40s", lua_tostring(w->L, index));
	else if (lua_isinteger(w->L, index))
		snprintf(w->key, sizeof(w->key), "%lld", (long long)lua_tointeger(w->L, index));
}

/* What kind of collection is the table at `t`? */
static cfr_kind shape(struct walk *w, int t)
{
	lua_State *L = w->L;
	size_t strings = 0, integers = 0, length = lua_rawlen(L, t);

	for (lua_pushnil(L); lua_next(L, t); lua_pop(L, 1)) {
		cfr_sandbox_steps(L, 1);
		if (lua_type(L, -2) == LUA_TSTRING)
			strings++;
		else if (lua_isinteger(L, -2) && lua_tointeger(L, -2) >= 1 &&
			 (lua_Unsigned)lua_tointeger(L, -2) <= length)
			integers++;
		else
			refuse(w, NULL, "keys are strings, or 1, 2, 3 … without a gap");
	}
	if (strings && integers) {
		if (w->how != CFR__AS_EXAMPLES)
			refuse(w, "a table is a mapping or a list", "a table has both names and numbers as keys");
		return CFR_MAPPING;
	}
	if (strings == 0 && integers == 0) {
		if (w->depth == 1 && (w->how == CFR__AS_MAP || w->how == CFR__AS_OPTIONS || w->how == CFR__AS_EXAMPLES))
			return CFR_MAPPING;
		if (w->how == CFR__AS_VALUE || (w->depth > 1 && (w->how == CFR__AS_MAP || w->how == CFR__AS_LIST)))
			refuse(w, "say tree.map{} or tree.list{}", "an empty table may be a mapping or a list");
		return CFR_SEQUENCE;
	}
	return integers ? CFR_SEQUENCE : CFR_MAPPING;
}

static void walk_value(struct walk *w, int index);

static void walk_items(struct walk *w, int t)
{
	lua_State *L = w->L;
	lua_Integer n = (lua_Integer)lua_rawlen(L, t);

	for (lua_Integer i = 1; i <= n; i++) {
		lua_rawgeti(L, t, i);
		walk_value(w, lua_gettop(L));
		lua_pop(L, 1);
	}
}

static void walk_entries(struct walk *w, int t)
{
	lua_State *L = w->L;
	cfr_err err = CFR_ERR_INIT;

	lua_pushnil(L);
	while (lua_next(L, t)) {
		int value = lua_gettop(L);

		note_key(w, value - 1);
		lua_pushvalue(L, value - 1);
		lua_tostring(L, -1);		/* the copy becomes text, the key stays what it is */
		check(w, cfr_build_key(w->script->build, text_at(w, value + 1), &nowhere, &err), &err);
		lua_pop(L, 1);
		walk_value(w, value);
		lua_pop(L, 1);
	}
}

static void walk_table(struct walk *w, int t)
{
	lua_State *L = w->L;
	const void *self;
	cfr_err err = CFR_ERR_INIT;
	cfr_kind kind;

	luaL_checkstack(L, 12, NULL);
	/* A constant table is a window on a hidden one (lua/sandbox/freeze.c). */
	if (luaL_getmetafield(L, t, "__index") == LUA_TTABLE)
		t = lua_gettop(L);
	self = lua_topointer(L, t);
	for (int i = 0; i < w->depth; i++) {
		if (w->above[i] == self)
			refuse(w, NULL, "a table contains itself");
	}
	if (w->depth == LEVELS)
		refuse(w, NULL, "tables in tables go too deep");
	w->above[w->depth++] = self;
	kind = shape(w, t);
	check(w, cfr_build_begin(w->script->build, kind, &nowhere, &err), &err);
	if (kind == CFR_SEQUENCE)
		walk_items(w, t);
	else
		walk_entries(w, t);
	check(w, cfr_build_end(w->script->build, 0, &err), &err);
	w->depth--;
}

static void walk_value(struct walk *w, int index)
{
	lua_State *L = w->L;
	cfr_build *build = w->script->build;
	cfr_err err = CFR_ERR_INIT;
	cfr__view *view;
	int top = lua_gettop(L);
	double real;

	cfr_sandbox_steps(L, 1);
	switch (lua_type(L, index)) {
	case LUA_TBOOLEAN:
		check(w, cfr_build_bool(build, lua_toboolean(L, index), &nowhere, &err), &err);
		break;
	case LUA_TNUMBER:
		if (lua_isinteger(L, index)) {
			check(w, cfr_build_int(build, lua_tointeger(L, index), &nowhere, &err), &err);
			break;
		}
		real = lua_tonumber(L, index);
		if (real != real)
			refuse(w, NULL, "NaN is no value of a document");
		check(w, cfr_build_float(build, real, &nowhere, &err), &err);
		break;
	case LUA_TSTRING:
		check(w, cfr_build_string(build, text_at(w, index), &nowhere, &err), &err);
		break;
	case LUA_TTABLE:
		walk_table(w, index);
		break;
	case LUA_TUSERDATA:
		if ((view = cfr__is_node(L, index)) != NULL) {
			check(w, cfr_build_node(build, cfr__node_of(view), &nowhere, &err), &err);
			break;
		}
		/* fallthrough */
	default:
		refuse(w, NULL, lua_pushfstring(L, "%s is no value of a document", cfr__named(L, index)));
	}
	lua_settop(L, top);
}

static void begin(lua_State *L, cfr_script *script, int index, int how, const char *what, cfr_tree **out)
{
	struct walk w = { .L = L, .script = script, .how = how, .what = what };
	cfr_err err = CFR_ERR_INIT;
	cfr__view *view = cfr__is_node(L, index);
	cfr_kind kind = view ? cfr_node_kind(cfr__node_of(view)) : CFR_NULL;

	if (how > CFR__AS_COPY && !(lua_istable(L, index) || (how == CFR__AS_MAP && kind == CFR_MAPPING) ||
				      (how == CFR__AS_LIST && kind == CFR_SEQUENCE)))
		cfr__fail(L, NULL, "%s: a table expected, got %s", what, cfr__named(L, index));
	if (lua_isnil(L, index))
		cfr__fail(L, "null is tree.null; to take something away use ctx:remove", "%s: there is no value", what);
	if (!script->build)
		check(&w, cfr_build_new(&script->build, NULL, CFR_FORMAT_NONE, &script->limits, &err), &err);
	cfr_build_reset(script->build);
	walk_value(&w, index);
	check(&w, cfr_build_finish_tree(out, script->build, &err), &err);
	cfr_build_reset(script->build);
}

cfr__held *cfr__to_tree(lua_State *L, cfr_script *script, int index, int how, const char *what)
{
	cfr__held *held;
	cfr_tree *tree;
	cfr_kind kind;

	index = lua_absindex(L, index);
	held = cfr__hold_own(L, script);
	begin(L, script, index, how, what, &tree);
	cfr__own(L, held, tree);
	kind = cfr_node_kind(cfr_tree_root(held->tree));
	if ((how == CFR__AS_MAP && kind != CFR_MAPPING) || (how == CFR__AS_LIST && kind != CFR_SEQUENCE))
		cfr__fail(L, NULL, "%s: the table is a %s", what, cfr_kind_name(kind));
	return held;
}

void cfr__to_owned_tree(lua_State *L, cfr_script *script, cfr_tree **out, int index, int how, const char *what)
{
	cfr_tree *tree;

	begin(L, script, lua_absindex(L, index), how, what, &tree);
	cfr_tree_unref(*out);
	*out = tree;
}

void cfr__null_tree(lua_State *L, cfr__held *held)
{
	cfr_script *script = held->script;
	cfr_err err = CFR_ERR_INIT;
	cfr_tree *tree = NULL;

	if (!script->build && cfr_build_new(&script->build, NULL, CFR_FORMAT_NONE, &script->limits, &err) < 0)
		cfr__raise(L, &err);
	cfr_build_reset(script->build);
	if (cfr_build_null(script->build, &nowhere, &err) < 0 || cfr_build_finish_tree(&tree, script->build, &err) < 0)
		cfr__raise(L, &err);
	cfr__own(L, held, tree);
}
