/* lua/rules/edit.c -- findings and their fixes.
 *
 * An edit is a userdata that says what should change, made by ctx:replace and its sisters and given to ctx:report. It
 * keeps its places as views and its value as a tree; pointers are written when the finding is reported. Places are those
 * of the document at hand: a finding speaks of one document, and may only name places of others as related.
 */
#include "lua/rules/inside.h"

static const char edit_meta[] = "edit";
enum { AT = 1, TO, KEY, VALUE, USER_VALUES = VALUE };
enum { MOST_EDITS = 10000, MOST_RELATED = 1000 };

static int edit_index(lua_State *L) { return luaL_error(L, "an edit has no fields: give it to ctx:report as fix"); }

static int edit_tostring(lua_State *L)
{
	static const char *const ops[] = { "replace", "set", "insert", "remove", "rename", "move" };
	cfr__edit *edit = lua_touserdata(L, 1);

	lua_pushfstring(L, "edit (%s)", ops[edit->op]);
	return 1;
}

void cfr__edits_open(lua_State *L)
{
	lua_newtable(L);
	lua_pushcfunction(L, edit_index);
	lua_setfield(L, -2, "__index");
	lua_pushcfunction(L, edit_index);
	lua_setfield(L, -2, "__newindex");
	lua_pushcfunction(L, edit_tostring);
	lua_setfield(L, -2, "__tostring");
	lua_pushboolean(L, 0);
	lua_setfield(L, -2, "__metatable");
	lua_pushliteral(L, "edit");
	lua_setfield(L, -2, "__name");
	lua_rawsetp(L, LUA_REGISTRYINDEX, edit_meta);
}

/* --- places --- */

cfr__view *cfr__arg_at(lua_State *L, cfr_script *script, int arg, const char *what)
{
	const cfr_job *job = script->job;
	cfr__view *view;
	cfr_node found;
	cfr_err err = CFR_ERR_INIT;

	luaL_checkstack(L, 8, NULL);
	if (lua_type(L, arg) == LUA_TSTRING) {
		cfr_str pointer = cfr__arg_str(L, arg);

		if (cfr_pointer_get(&found, cfr_tree_root(cfr_document_tree(job->subject->doc)), pointer, &err) < 0)
			cfr__fail(L, err.hint[0] ? err.hint : "a JSON Pointer looks like /agents/0/model",
				  "%s: no place '%.80s': %.100s", what, pointer.ptr, err.message);
	} else if (lua_toboolean(L, arg)) {
		view = cfr__is_node(L, arg);
		if (!view)
			cfr__fail(L, "tree.place(node, key) is the place of a scalar", "%s: a node, a place or a JSON Pointer "
				  "expected, got %s", what, cfr__named(L, arg));
		if (view->held->doc != job->subject->doc)
			cfr__fail(L, "a finding is about one document; places of others go into related",
				  "%s: the place is not in the document that is checked", what);
		lua_pushvalue(L, arg);
		return view;
	} else {
		found = job->selected[script->current];
	}
	int views = cfr__push_subject_views(L, script);

	cfr__push_place(L, views, cfr__held_of(L, views), found.at);
	lua_remove(L, views);
	return lua_touserdata(L, -1);
}

/* The container at `arg` of this kind in the document at hand. Pushes it. */
static cfr__view *container(lua_State *L, cfr_script *script, int arg, cfr_kind kind, const char *what)
{
	cfr__view *view;

	if (!lua_toboolean(L, arg))
		cfr__fail(L, NULL, "%s: a %s expected, got %s", what, cfr_kind_name(kind), cfr__named(L, arg));
	view = cfr__arg_at(L, script, arg, what);
	if (cfr_node_kind(cfr__node_of(view)) != kind)
		cfr__fail(L, kind == CFR_MAPPING ? "ctx:insert adds to a sequence" : "ctx:set adds to a mapping",
			  "%s: a %s expected, got a %s", what, cfr_kind_name(kind),
			  cfr_kind_name(cfr_node_kind(cfr__node_of(view))));
	return view;
}

/* --- making edits; each leaves its parts on the stack and calls this with their indices (0: none) --- */

static cfr__edit *new_edit(lua_State *L, cfr_script *script, cfr_edit_op op, int at, int to, int key, int value)
{
	const int parts[] = { at, to, key, value };
	cfr__edit *edit;

	luaL_checkstack(L, 4, NULL);
	edit = lua_newuserdatauv(L, sizeof(*edit), USER_VALUES);
	*edit = (cfr__edit){ .class = CFR__EDIT, .op = op, .index = UINT32_MAX, .job_number = script->job_number };
	for (int i = 0; i < USER_VALUES; i++) {
		if (!parts[i])
			continue;
		lua_pushvalue(L, parts[i]);
		lua_setiuservalue(L, -2, i + 1);
	}
	if (at)
		edit->at = lua_touserdata(L, at);
	if (to)
		edit->to = lua_touserdata(L, to);
	if (key)
		edit->key.ptr = lua_tolstring(L, key, &edit->key.len);
	if (value)
		edit->value = cfr__held_of(L, value)->tree;
	lua_rawgetp(L, LUA_REGISTRYINDEX, edit_meta);
	lua_setmetatable(L, -2);
	return edit;
}

static void check_key(lua_State *L, int arg, const char *what)
{
	if (lua_type(L, arg) != LUA_TSTRING)
		cfr__fail(L, NULL, "%s: a key is a string, got %s", what, cfr__named(L, arg));
}

int cfr__ctx_replace(lua_State *L)
{
	cfr_script *script = cfr__in_job(L, "replace");

	lua_settop(L, 3);
	cfr__to_tree(L, script, 2, CFR__AS_VALUE, "ctx:replace");	/* 4 */
	cfr__arg_at(L, script, 3, "ctx:replace");			/* 5 */
	new_edit(L, script, CFR_EDIT_REPLACE, 5, 0, 0, 4);
	return 1;
}

int cfr__ctx_set(lua_State *L)
{
	cfr_script *script = cfr__in_job(L, "set");

	lua_settop(L, 4);
	check_key(L, 3, "ctx:set");
	cfr__to_tree(L, script, 4, CFR__AS_VALUE, "ctx:set");
	container(L, script, 2, CFR_MAPPING, "ctx:set");
	new_edit(L, script, CFR_EDIT_SET, 6, 0, 3, 5);
	return 1;
}

int cfr__ctx_insert(lua_State *L)
{
	cfr_script *script = cfr__in_job(L, "insert");
	cfr__view *view;
	cfr__edit *edit;
	lua_Integer index, count;

	lua_settop(L, 4);
	cfr__to_tree(L, script, 4, CFR__AS_VALUE, "ctx:insert");
	view = container(L, script, 2, CFR_SEQUENCE, "ctx:insert");
	count = (lua_Integer)cfr_node_size(cfr__node_of(view));
	index = luaL_optinteger(L, 3, count + 1);
	if (index < 1 || index > count + 1)
		return cfr__fail(L, "nil is the end", "ctx:insert: index %lld of a sequence of %lld", (long long)index,
				 (long long)count);
	edit = new_edit(L, script, CFR_EDIT_INSERT, 6, 0, 0, 5);
	edit->index = lua_isnil(L, 3) ? UINT32_MAX : (uint32_t)(index - 1);
	return 1;
}

int cfr__ctx_remove(lua_State *L)
{
	cfr_script *script = cfr__in_job(L, "remove");

	lua_settop(L, 2);
	if (cfr_node_same(cfr__node_of(cfr__arg_at(L, script, 2, "ctx:remove")),
			  cfr_tree_root(cfr_document_tree(script->job->subject->doc))))
		return cfr__fail(L, NULL, "ctx:remove: the whole document cannot be removed");
	new_edit(L, script, CFR_EDIT_REMOVE, 3, 0, 0, 0);
	return 1;
}

/* Only what stands under a key has one to change. */
static void check_in_mapping(lua_State *L, cfr__view *view, const char *what)
{
	if (!cfr_node_key(cfr__node_of(view)).ptr)
		cfr__fail(L, NULL, "%s: the place has no key", what);
}

int cfr__ctx_rename(lua_State *L)
{
	cfr_script *script = cfr__in_job(L, "rename");

	lua_settop(L, 3);
	check_key(L, 2, "ctx:rename");
	check_in_mapping(L, cfr__arg_at(L, script, 3, "ctx:rename"), "ctx:rename");
	new_edit(L, script, CFR_EDIT_RENAME, 4, 0, 2, 0);
	return 1;
}

int cfr__ctx_move(lua_State *L)
{
	cfr_script *script = cfr__in_job(L, "move");

	lua_settop(L, 4);
	check_key(L, 4, "ctx:move");
	cfr__arg_at(L, script, 2, "ctx:move");
	container(L, script, 3, CFR_MAPPING, "ctx:move");
	new_edit(L, script, CFR_EDIT_MOVE, 5, 6, 4, 0);
	return 1;
}

/* --- ctx:report --- */

/* Text of script->more, kept in the arena. */
static cfr_str kept(lua_State *L, cfr_script *script)
{
	cfr_str copy = { NULL, 0 };
	cfr_err err = CFR_ERR_INIT;

	if (!script->more.failed)
		copy = cfr_arena_str(&script->arena, cfr_buf_str(&script->more));
	if (!copy.ptr) {
		cfr_err_nomem(&err);
		cfr__raise(L, &err);
	}
	return copy;
}

static cfr_str pointer(lua_State *L, cfr_script *script, const cfr__view *view)
{
	cfr_buf_clear(&script->more);
	cfr_pointer_write(&script->more, cfr__node_of(view));
	return kept(L, script);
}

static void read_edit(lua_State *L, cfr_script *script, int index, cfr_edit *out)
{
	cfr__edit *edit = cfr__is(L, index, CFR__EDIT);

	if (!edit)
		cfr__fail(L, "ctx:replace, set, insert, remove, rename and move make edits",
			  "ctx:report: fix is an edit or a list of edits, got %s", cfr__named(L, index));
	if (edit->job_number != script->job_number)
		cfr__fail(L, NULL, "ctx:report: this edit was made for another document");
	*out = (cfr_edit){ .op = edit->op, .index = edit->index, .key = edit->key, .value = edit->value };
	out->at = pointer(L, script, edit->at);
	if (edit->to)
		out->to = pointer(L, script, edit->to);
}

static void read_fix(lua_State *L, cfr_script *script, int fix, cfr_claim *claim)
{
	lua_Integer n;
	cfr_edit *edits;

	if (!lua_toboolean(L, fix))
		return;
	if (!lua_istable(L, fix)) {
		claim->edits = edits = cfr__script_alloc(L, script, 1, sizeof(*edits));
		read_edit(L, script, fix, edits);
		claim->edit_count = 1;
		return;
	}
	n = luaL_len(L, fix);
	if (n > MOST_EDITS)
		cfr__fail(L, NULL, "ctx:report: a fix of %lld edits; the most is %d", (long long)n, MOST_EDITS);
	claim->edits = edits = cfr__script_alloc(L, script, (size_t)n, sizeof(*edits));
	for (lua_Integer i = 1; i <= n; i++) {
		lua_geti(L, fix, i);		/* the list keeps the edit */
		read_edit(L, script, lua_gettop(L), &edits[i - 1]);
		lua_pop(L, 1);
	}
	claim->edit_count = (uint32_t)n;
}

/* One of related: { place, "text" }; the place may be in another document of the run. */
static void read_one_related(lua_State *L, cfr_script *script, int pair, cfr_claim *claim, uint32_t i)
{
	cfr__view *view;
	cfr_str text;

	if (!lua_istable(L, pair))
		cfr__fail(L, "related = { { place, \"what it has to do with this\" } }",
			  "ctx:report: related is a list of { place, text }, and holds %s", cfr__named(L, pair));
	lua_geti(L, pair, 1);
	lua_geti(L, pair, 2);
	if (!lua_toboolean(L, -2))
		cfr__fail(L, "related = { { place, \"what it has to do with this\" } }", "ctx:report: related has no place");
	if (lua_type(L, -1) != LUA_TSTRING)
		cfr__fail(L, "related = { { place, \"what it has to do with this\" } }",
			  "ctx:report: the text of related is %s", cfr__named(L, lua_gettop(L)));
	text.ptr = lua_tolstring(L, -1, &text.len);
	view = cfr__is_node(L, lua_gettop(L) - 1);
	if (!view)
		view = cfr__arg_at(L, script, lua_gettop(L) - 1, "related");
	claim->related[i].document = cfr__subject_of(script, view->held);
	if (claim->related[i].document == UINT32_MAX)
		cfr__fail(L, NULL, "ctx:report: related is not in a document of this run");
	claim->related[i].at = cfr__node_of(view);
	cfr_buf_clear(&script->more);
	cfr__escape(&script->more, text);
	claim->related[i].message = kept(L, script);
}

static void read_related(lua_State *L, cfr_script *script, int related, cfr_claim *claim)
{
	lua_Integer n;

	if (!lua_toboolean(L, related))
		return;
	if (!lua_istable(L, related))
		cfr__fail(L, NULL, "ctx:report: related is a list of { place, text }, got %s", cfr__named(L, related));
	n = luaL_len(L, related);
	if (n > MOST_RELATED)
		n = MOST_RELATED;
	claim->related = cfr__script_alloc(L, script, (size_t)n, sizeof(*claim->related));
	for (lua_Integer i = 1; i <= n; i++) {
		int top = lua_gettop(L);

		lua_geti(L, related, i);
		read_one_related(L, script, top + 1, claim, (uint32_t)i - 1);
		lua_settop(L, top);
	}
	claim->related_count = (uint32_t)n;
}

static bool is_guarded(lua_State *L, int safety)
{
	const char *word = lua_type(L, safety) == LUA_TSTRING ? lua_tostring(L, safety) : NULL;

	if (lua_isnil(L, safety) || (word && strcmp(word, "safe") == 0))
		return false;
	if (!word || strcmp(word, "guarded") != 0)
		cfr__fail(L, NULL, "ctx:report: safety is \"safe\" or \"guarded\"");
	return true;
}

int cfr__ctx_report(lua_State *L)
{
	enum { CTX = 1, MESSAGE, VALUES, PLACE, SAFETY, RELATED, FIX, PLACE_KEPT };
	cfr_script *script = cfr__in_job(L, "report");
	cfr_claim claim = { .edit_count = 0 };
	cfr_err err = CFR_ERR_INIT;
	cfr_str message = cfr__arg_str(L, MESSAGE);

	lua_settop(L, VALUES);
	if (!lua_isnil(L, VALUES) && !lua_istable(L, VALUES))
		return cfr__fail(L, "ctx:report(\"{a} is wrong\", { a = value })", "ctx:report: the values are %s, not a table",
				 cfr__named(L, VALUES));
	if (lua_isnil(L, VALUES)) {
		lua_newtable(L);
		lua_replace(L, VALUES);
	}
	cfr__refuse_misspelt(L, message, VALUES);
	luaL_checkstack(L, 12, NULL);
	lua_getfield(L, VALUES, "at");
	lua_getfield(L, VALUES, "safety");
	lua_getfield(L, VALUES, "related");
	lua_getfield(L, VALUES, "fix");
	claim.guarded = is_guarded(L, SAFETY);
	claim.at = cfr__node_of(cfr__arg_at(L, script, PLACE, "ctx:report: at"));
	cfr_arena_release(&script->arena);
	read_related(L, script, RELATED, &claim);
	read_fix(L, script, FIX, &claim);
	cfr__fill(L, script, message, VALUES);
	claim.message = cfr_buf_str(&script->text);
	lua_getfield(L, VALUES, "at_key");
	claim.at_key = lua_toboolean(L, -1);
	if (cfr_report_add(script->report, script->job, &claim, &err) < 0)
		return cfr__raise(L, &err);
	return 0;
}
