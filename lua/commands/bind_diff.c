/* lua/commands/bind_diff.c -- core: comparing, patching and merging for commands.
 *
 *   core.read_pair(a, b, {format=, limits=})	documents of two files, read at the same time; or nil, error, template
 *						language
 *   core.read_changed(a, b, {format=, limits=})	of two large files with one change: two documents, whose roots hold the one
 *						entry it lies in, and its pointer; nothing: read both
 *   core.compare(a, b, {keys=, limits=})	what two nodes do not have in common, a diff:
 *	diff:changes()				a list of {op, before, after, inside}: nodes, where there are any
 *	diff:json_patch{limits=}		as a node
 *	diff:text(document, {like=, through_alias=, rewrite=, limits=})	the first document's text, edited into the
 *						second value, or written anew, and how many comments go that speak of
 *						what stays; or nil, error; `like` is a document whose order of keys may
 *						be taken
 *   core.merge_patch(a, b, {limits=})		as a node
 *   core.patch(node, patch, {kind=, limits=})	the patched value as a node; or nil, error, number of the operation
 *   core.merge(base, ours, theirs, {favor=, keys=, limits=})	the merged value, a list of {kind, text, base, ours,
 *						theirs}; a base that is nil has nothing in it
 *
 * `keys` is a list of {at, key} (engine/diff.h). A diff keeps the nodes it was made from alive.
 */
#include "engine/base/work.h"
#include "engine/merge.h"
#include "engine/patch.h"
#include "engine/text.h"
#include "lua/commands/bind.h"

#define DIFF_CLASS "cfgrun.diff"
#define MERGED_CLASS "cfgrun.merged"
#define PAIR_CLASS "cfgrun.pair"

/* User values 1 and 2 are the two nodes. */
typedef struct diff_ud {
	cfr_diff *diff;
	const cfr_document *before, *after;	/* kept by the nodes; NULL for bare trees */
} diff_ud;

/* The field `keys` of a table, borrowed while the table lives; memory of the state, pushed. */
static cfr_diff_how read_how(lua_State *L, int table)
{
	cfr_diff_how how = { .key_count = 0 };
	cfr_diff_key *keys;

	if (!lua_istable(L, table) || lua_getfield(L, table, "keys") != LUA_TTABLE) {
		lua_settop(L, table);
		lua_pushnil(L);
		return how;
	}
	int list = lua_gettop(L);
	uint32_t count = (uint32_t)lua_rawlen(L, list);
	keys = lua_newuserdatauv(L, (count + 1) * sizeof(*keys), 0);
	for (uint32_t i = 0; i < count; i++) {
		lua_rawgeti(L, list, (lua_Integer)i + 1);
		luaL_checktype(L, -1, LUA_TTABLE);
		keys[i].at = cfr__cmd_field_str(L, lua_gettop(L), "at");
		keys[i].key = cfr__cmd_field_str(L, lua_gettop(L), "key");
		lua_pop(L, 1);
	}
	lua_remove(L, list);
	how.keys = keys;
	how.key_count = count;
	return how;
}

static int push_tree(lua_State *L, cfr_tree *tree)
{
	cfr__cmd_push_node(L, NULL, cfr_tree_root(tree));
	cfr_tree_unref(tree);
	return 1;
}

static void set_node(lua_State *L, const char *field, const cfr_document *doc, cfr_node node)
{
	if (!node.tree)
		return;
	cfr__cmd_push_node(L, doc, node);
	lua_setfield(L, -2, field);
}

/* ---- comparing ---- */

static int diff_gc(lua_State *L)
{
	diff_ud *ud = luaL_checkudata(L, 1, DIFF_CLASS);

	cfr_diff_free(ud->diff);
	ud->diff = NULL;
	return 0;
}

static int core_compare(lua_State *L)
{
	const cfr_document *before, *after;
	cfr_node a = cfr__cmd_check_node(L, 1, &before), b = cfr__cmd_check_node(L, 2, &after);
	cfr_err err = CFR_ERR_INIT;
	cfr_diff_how how;
	diff_ud *ud;

	lua_settop(L, 3);
	how = read_how(L, 3);
	ud = lua_newuserdatauv(L, sizeof(*ud), 2);
	*ud = (diff_ud){ .before = before, .after = after };
	luaL_setmetatable(L, DIFF_CLASS);
	for (int i = 1; i <= 2; i++) {
		lua_pushvalue(L, i);
		lua_setiuservalue(L, -2, i);
	}
	return cfr_diff_new(&ud->diff, a, b, &how, &err) < 0 ? cfr__cmd_push_err(L, &err) : 1;
}

static int diff_changes(lua_State *L)
{
	const diff_ud *ud = luaL_checkudata(L, 1, DIFF_CLASS);
	uint32_t count = cfr_diff_count(ud->diff);

	lua_createtable(L, (int)count, 0);
	for (uint32_t i = 0; i < count; i++) {
		const cfr_change *change = cfr_diff_change(ud->diff, i);

		lua_createtable(L, 0, 4);
		cfr__cmd_set_str(L, "op", cfr_str_of(cfr_change_name(change->op)));
		set_node(L, "before", ud->before, change->before);
		set_node(L, "after", ud->after, change->after);
		set_node(L, "inside", ud->before, change->inside);
		lua_rawseti(L, -2, (lua_Integer)i + 1);
	}
	return 1;
}

static int diff_json_patch(lua_State *L)
{
	const diff_ud *ud = luaL_checkudata(L, 1, DIFF_CLASS);
	cfr_err err = CFR_ERR_INIT;
	cfr_limits limits;
	cfr_tree *tree;

	lua_settop(L, 2);
	cfr__cmd_read_limits(L, 2, &limits);
	return cfr_diff_json_patch(&tree, ud->diff, &limits, &err) < 0 ? cfr__cmd_push_err(L, &err) : push_tree(L, tree);
}

static bool read_flag(lua_State *L, int table, const char *field)
{
	bool yes = lua_istable(L, table) && (lua_getfield(L, table, field), lua_toboolean(L, -1));

	lua_settop(L, table);
	return yes;
}

static int diff_text(lua_State *L)
{
	const diff_ud *ud = luaL_checkudata(L, 1, DIFF_CLASS);
	const cfr_document *doc = cfr__cmd_check_document(L, 2);
	cfr_err err = CFR_ERR_INIT;
	const cfr_document *like = NULL;
	cfr_limits limits;
	cfr_splices splices;
	uint32_t lost = 0;
	int r;

	lua_settop(L, 3);
	cfr__cmd_read_limits(L, 3, &limits);
	if (lua_istable(L, 3) && lua_getfield(L, 3, "like") != LUA_TNIL)	/* held by the table */
		like = cfr__cmd_check_document(L, -1);
	lua_settop(L, 3);
	bool through = read_flag(L, 3, "through_alias"), rewrite = read_flag(L, 3, "rewrite");
	cfr_buf *buf = cfr__cmd_push_buf(L);
	if (rewrite) {
		r = cfr_diff_rewrite(buf, doc, ud->diff, like, &limits, &err);
	} else if ((r = cfr_diff_plan(&splices, &lost, doc, ud->diff, like, through, &limits, &err)) == 0) {
		r = cfr_splices_apply(buf, cfr_source_bytes(cfr_document_source(doc)), splices.items, splices.count, &err);
		cfr_splices_release(&splices);
	}
	if (r < 0)
		return cfr__cmd_push_err(L, &err);
	cfr__cmd_push_str(L, cfr_buf_str(buf));
	lua_pushinteger(L, lost);
	return 2;
}

static int core_merge_patch(lua_State *L)
{
	cfr_node a = cfr__cmd_check_node(L, 1, NULL), b = cfr__cmd_check_node(L, 2, NULL);
	cfr_err err = CFR_ERR_INIT;
	cfr_limits limits;
	cfr_tree *tree;

	lua_settop(L, 3);
	cfr__cmd_read_limits(L, 3, &limits);
	return cfr_diff_merge_patch(&tree, a, b, &limits, &err) < 0 ? cfr__cmd_push_err(L, &err) : push_tree(L, tree);
}

/* ---- patching ---- */

static int core_patch(lua_State *L)
{
	cfr_node node = cfr__cmd_check_node(L, 1, NULL), patch = cfr__cmd_check_node(L, 2, NULL);
	cfr_patch_kind kind = CFR_PATCH_DETECT;
	cfr_err err = CFR_ERR_INIT;
	cfr_limits limits;
	cfr_tree *tree;
	uint32_t failed;

	lua_settop(L, 3);
	cfr__cmd_read_limits(L, 3, &limits);
	if (lua_istable(L, 3)) {
		cfr_str word = cfr__cmd_field_str(L, 3, "kind");
		if (cfr_str_eq(word, CFR_STR("json-patch")))
			kind = CFR_PATCH_JSON;
		else if (cfr_str_eq(word, CFR_STR("merge-patch")))
			kind = CFR_PATCH_MERGE;
	}
	if (cfr_patch_apply(&tree, node, patch, kind, &limits, &failed, &err) == 0)
		return push_tree(L, tree);
	cfr__cmd_push_err(L, &err);
	if (failed == UINT32_MAX)
		return 2;
	lua_pushinteger(L, (lua_Integer)failed + 1);
	return 3;
}

/* ---- merging ---- */

static int merged_gc(lua_State *L)
{
	cfr_merged **ud = luaL_checkudata(L, 1, MERGED_CLASS);

	cfr_merge_free(*ud);
	*ud = NULL;
	return 0;
}

static int core_merge(lua_State *L)
{
	const cfr_document *docs[3];
	cfr_node sides[3];
	cfr_favor favor = CFR_FAVOR_OURS;
	cfr_err err = CFR_ERR_INIT;
	cfr_limits limits;
	cfr_diff_how how;
	cfr_merged **ud;

	docs[0] = NULL;
	sides[0] = (cfr_node){ .tree = NULL };
	for (int i = lua_isnil(L, 1); i < 3; i++)
		sides[i] = cfr__cmd_check_node(L, i + 1, &docs[i]);
	lua_settop(L, 4);
	cfr__cmd_read_limits(L, 4, &limits);
	if (lua_istable(L, 4) && cfr_str_eq(cfr__cmd_field_str(L, 4, "favor"), CFR_STR("theirs")))
		favor = CFR_FAVOR_THEIRS;
	how = read_how(L, 4);
	ud = lua_newuserdatauv(L, sizeof(*ud), 0);
	*ud = NULL;
	luaL_setmetatable(L, MERGED_CLASS);
	if (cfr_merge_new(ud, sides[0], sides[1], sides[2], favor, &how, &limits, &err) < 0)
		return cfr__cmd_push_err(L, &err);
	cfr__cmd_push_node(L, NULL, cfr_tree_root(cfr_merge_tree(*ud)));
	lua_createtable(L, (int)cfr_merge_count(*ud), 0);
	for (uint32_t i = 0; i < cfr_merge_count(*ud); i++) {
		const cfr_conflict *conflict = cfr_merge_conflict(*ud, i);

		lua_createtable(L, 0, 5);
		cfr__cmd_set_str(L, "kind", cfr_str_of(cfr_conflict_name(conflict->kind)));
		cfr__cmd_set_str(L, "text", cfr_str_of(cfr_conflict_text(conflict->kind)));
		set_node(L, "base", docs[0], conflict->base);
		set_node(L, "ours", docs[1], conflict->ours);
		set_node(L, "theirs", docs[2], conflict->theirs);
		lua_rawseti(L, -2, (lua_Integer)i + 1);
	}
	return 2;
}

/* ---- two files at once ---- */

typedef struct two {
	cfr_str name[2];
	cfr_format format;
	cfr_limits limits;
	cfr_documents docs[2];
	const char *language[2];
	cfr_loader *loader;
} two;

static int two_gc(lua_State *L)
{
	two *t = luaL_checkudata(L, 1, PAIR_CLASS);

	for (int i = 0; i < 2; i++)
		cfr_documents_release(&t->docs[i]);
	return 0;
}

static int read_one(void *arg, unsigned worker, size_t index, cfr_err *err)
{
	two *t = arg;
	cfr_source *source = NULL;
	int r = cfr_loader_open(&t->docs[index], &source, t->loader, t->name[index].ptr, t->format, &t->limits, err);

	(void)worker;
	if (r == CFR_E_SYNTAX || r == CFR_E_KIND || r == CFR_E_DUPLICATE)
		t->language[index] = cfr_text_template(cfr_source_bytes(source));
	cfr_source_unref(source);
	return r;
}

static int core_read_pair(lua_State *L)
{
	cfr_str a = cfr__cmd_check_str(L, 1), b = cfr__cmd_check_str(L, 2);
	cfr_err err = CFR_ERR_INIT;
	two *t;

	lua_settop(L, 3);
	t = lua_newuserdatauv(L, sizeof(*t), 0);
	*t = (two){ .name = { a, b }, .loader = cfr__cmd_loader(L) };
	luaL_setmetatable(L, PAIR_CLASS);
	cfr__cmd_read_limits(L, 3, &t->limits);
	if (lua_istable(L, 3))
		t->format = cfr_format_of_word(cfr__cmd_field_str(L, 3, "format"));
	if (cfr_work_run(2, 2, read_one, t, &err) < 0) {
		cfr__cmd_push_err(L, &err);
		lua_pushstring(L, t->language[0] ? t->language[0] : t->language[1]);
		return 3;
	}
	for (int i = 0; i < 2; i++) {
		lua_createtable(L, (int)t->docs[i].count, 0);
		for (uint32_t k = 0; k < t->docs[i].count; k++) {
			cfr__cmd_push_document(L, t->docs[i].items[k]);
			lua_rawseti(L, -2, (lua_Integer)k + 1);
		}
	}
	return 2;
}

/* Below this two files are read whole sooner than looked through. */
enum { LARGE = 64 << 10 };

/* Of two large files with one change the two entries it lies in; what holds them may be lost with the process when Lua
 * has no memory. */
static int core_read_changed(lua_State *L)
{
	cfr_str a = cfr__cmd_check_str(L, 1), b = cfr__cmd_check_str(L, 2);
	cfr_source *before = NULL, *after = NULL;
	cfr_changed changed;
	cfr_limits limits;
	cfr_node x, y;
	int count = 0;

	lua_settop(L, 3);
	cfr__cmd_read_limits(L, 3, &limits);
	luaL_checktype(L, 3, LUA_TTABLE);
	cfr_format format = cfr_format_of_word(cfr__cmd_field_str(L, 3, "format"));
	if (cfr_loader_source(&before, cfr__cmd_loader(L), a.ptr, &limits, NULL) == 0 &&
	    cfr_loader_source(&after, cfr__cmd_loader(L), b.ptr, &limits, NULL) == 0 &&
	    cfr_source_bytes(before).len >= LARGE &&
	    cfr_text_read_changed(&changed, before, after, format, &limits, NULL) == 0) {
		if (cfr_node_at(&x, cfr_tree_root(cfr_document_tree(changed.before)), 0, NULL) == 0 &&
		    cfr_node_at(&y, cfr_tree_root(cfr_document_tree(changed.after)), 0, NULL) == 0 &&
		    (!changed.element || cfr_diff_pairs(x, y))) {
			cfr__cmd_push_document(L, changed.before);
			cfr__cmd_push_document(L, changed.after);
			cfr__cmd_push_str(L, changed.at);
			count = 3;
		}
		cfr_changed_release(&changed);
	}
	cfr_source_unref(before);
	cfr_source_unref(after);
	return count;
}

void cfr__cmd_bind_diff(lua_State *L)
{
	static const luaL_Reg methods[] = { { "changes", diff_changes }, { "json_patch", diff_json_patch },
		{ "text", diff_text }, { NULL, NULL } };
	static const luaL_Reg functions[] = { { "compare", core_compare }, { "merge_patch", core_merge_patch },
		{ "patch", core_patch }, { "merge", core_merge }, { "read_pair", core_read_pair },
		{ "read_changed", core_read_changed }, { NULL, NULL } };
	static const struct { const char *name; lua_CFunction gc; } classes[] = { { MERGED_CLASS, merged_gc },
		{ PAIR_CLASS, two_gc }, { DIFF_CLASS, diff_gc } };

	for (size_t i = 0; i < sizeof(classes) / sizeof(*classes); i++) {
		luaL_newmetatable(L, classes[i].name);
		lua_pushcfunction(L, classes[i].gc);
		lua_setfield(L, -2, "__gc");
		if (i == 2) {
			luaL_newlib(L, methods);
			lua_setfield(L, -2, "__index");
		}
		lua_pop(L, 1);
	}
	luaL_setfuncs(L, functions, 0);
}
