/* lua/commands/bind_edit.c -- core: editing for commands.
 *
 *   core.edit(document, edits, {through_alias=, limits=})	the text of the document's source with the edits made; or nil,
 *								error
 *
 *   core.edit_file(path, edits, {format=, limits=})	true: the edits are made in a large file, of which only the part
 *								they touch was read; nothing: read it; or nil, error
 *
 * An edit is a table {op, at, key, to, index, value}: op is "replace", "set", "insert", "remove", "rename" or "move" (see
 * engine/edit.h), value a document whose root is written, its keys in its order. Without an index, insert appends.
 */
#include "engine/base/hold.h"
#include "engine/edit.h"
#include "lua/commands/bind.h"

#define EDITS_CLASS "cfgrun.edits"

/* What must be given back when Lua raises in the middle. */
typedef struct editing {
	cfr_edit *items;
	uint32_t count;
	cfr_splices splices;
	cfr_source *source;
	cfr_hold hold;
} editing;

static int editing_gc(lua_State *L)
{
	editing *e = luaL_checkudata(L, 1, EDITS_CLASS);

	cfr_splices_release(&e->splices);
	e->source = cfr_source_unref(e->source);
	cfr_hold_release(&e->hold);
	return 0;
}

static cfr_edit_op check_op(lua_State *L, cfr_str word)
{
	static const char *const words[] = { "replace", "set", "insert", "remove", "rename", "move" };

	for (unsigned i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (cfr_str_eq(word, cfr_str_of(words[i])))
			return (cfr_edit_op)i;
	}
	return (cfr_edit_op)luaL_error(L, "no edit is called '%s'", word.ptr ? word.ptr : "");
}

/* The edit in the table on top; its text is borrowed from the table, which the list of edits holds. */
static void read_edit(lua_State *L, cfr_edit *edit)
{
	int table = lua_gettop(L);

	*edit = (cfr_edit){ .op = check_op(L, cfr__cmd_field_str(L, table, "op")), .index = UINT32_MAX };
	edit->at = cfr__cmd_field_str(L, table, "at");
	edit->to = cfr__cmd_field_str(L, table, "to");
	edit->key = cfr__cmd_field_str(L, table, "key");
	if (lua_getfield(L, table, "index") != LUA_TNIL) {
		lua_Integer index = luaL_checkinteger(L, -1);

		if (index < 0 || index >= UINT32_MAX)
			luaL_error(L, "index out of range");
		edit->index = (uint32_t)index;
	}
	if (lua_getfield(L, table, "value") != LUA_TNIL) {
		edit->written = cfr__cmd_check_document(L, -1);
		edit->value = cfr_document_tree(edit->written);
	}
	lua_settop(L, table);
}

/* The edits of the list at an index; they borrow from it. Pushes what holds them. */
static editing *push_edits(lua_State *L, int list)
{
	lua_Unsigned count = lua_rawlen(L, list);
	editing *e = lua_newuserdatauv(L, sizeof(*e), 1);

	*e = (editing){ .count = (uint32_t)count, .hold = CFR_HOLD_NONE };
	luaL_setmetatable(L, EDITS_CLASS);
	e->items = lua_newuserdatauv(L, (count + 1) * sizeof(cfr_edit), 0);
	lua_setiuservalue(L, -2, 1);
	for (uint32_t i = 0; i < e->count; i++) {
		lua_rawgeti(L, list, (lua_Integer)i + 1);
		luaL_checktype(L, -1, LUA_TTABLE);
		read_edit(L, &e->items[i]);
		lua_pop(L, 1);
	}
	return e;
}

static int core_edit(lua_State *L)
{
	const cfr_document *doc = cfr__cmd_check_document(L, 1);
	cfr_str source = cfr_source_bytes(cfr_document_source(doc));
	cfr_limits limits;
	cfr_err err = CFR_ERR_INIT;
	bool through = false;
	editing *e;
	int r;

	luaL_checktype(L, 2, LUA_TTABLE);
	lua_settop(L, 3);
	cfr__cmd_read_limits(L, 3, &limits);
	if (lua_istable(L, 3)) {
		lua_getfield(L, 3, "through_alias");
		through = lua_toboolean(L, -1);
		lua_settop(L, 3);
	}
	e = push_edits(L, 2);
	cfr_buf *buf = cfr__cmd_push_buf(L);

	r = through ? cfr_edit_plan_through(&e->splices, doc, e->items, e->count, &limits, &err)
		    : cfr_edit_plan(&e->splices, doc, e->items, e->count, &limits, &err);
	if (r == 0)
		r = cfr_splices_apply(buf, source, e->splices.items, e->splices.count, &err);
	if (r < 0)
		return cfr__cmd_push_err(L, &err);
	cfr__cmd_push_str(L, cfr_buf_str(buf));
	return 1;
}

/* Below this a file is read whole sooner than looked through. */
enum { LARGE = 64 << 10 };

/* The source's bytes between the splices and the splices' texts, in order. */
static int write_spliced(lua_State *L, const editing *e, cfr_err *err)
{
	cfr_str text = cfr_source_bytes(e->source);
	cfr_str *pieces = lua_newuserdatauv(L, (2 * (size_t)e->splices.count + 1) * sizeof(*pieces), 0);
	uint32_t n = 0, at = 0;
	int r;

	for (uint32_t i = 0; i < e->splices.count; i++) {
		pieces[n++] = cfr_str_sub(text, at, e->splices.items[i].start);
		pieces[n++] = e->splices.items[i].text;
		at = e->splices.items[i].end;
	}
	pieces[n++] = cfr_str_sub(text, at, text.len);
	cfr__cmd_writing(true);
	r = cfr_hold_replace(&e->hold, pieces, n, err);
	cfr__cmd_writing(false);
	return r;
}

/* 1: the file must be read. */
static int edit_held(lua_State *L, editing *e, cfr_format format, const cfr_limits *limits, cfr_err *err)
{
	int r;

	if (cfr_source_open(&e->source, e->hold.name, limits, NULL) != 0 || cfr_source_bytes(e->source).len < LARGE)
		return 1;
	r = cfr_edit_source(&e->splices, e->source, format, e->items, e->count, limits, err);
	if (r == 0 && e->splices.count)
		r = write_spliced(L, e, err);
	return r;
}

static int core_edit_file(lua_State *L)
{
	const char *name = luaL_checkstring(L, 1);
	cfr_limits limits;
	cfr_err err = CFR_ERR_INIT;
	editing *e;
	int r;

	luaL_checktype(L, 2, LUA_TTABLE);
	luaL_checktype(L, 3, LUA_TTABLE);
	lua_settop(L, 3);
	cfr__cmd_read_limits(L, 3, &limits);
	cfr_format format = cfr_format_of_word(cfr__cmd_field_str(L, 3, "format"));
	e = push_edits(L, 2);
	r = cfr_file_hold(&e->hold, name, &err);
	if (r == 0)
		r = edit_held(L, e, format, &limits, &err);
	cfr_hold_release(&e->hold);	/* who reads the file then will hold it */
	if (r > 0)
		return 0;
	if (r < 0)
		return cfr__cmd_push_err(L, &err);
	lua_pushboolean(L, 1);
	return 1;
}

void cfr__cmd_bind_edit(lua_State *L)
{
	if (luaL_newmetatable(L, EDITS_CLASS)) {
		lua_pushcfunction(L, editing_gc);
		lua_setfield(L, -2, "__gc");
	}
	lua_pop(L, 1);
	lua_pushcfunction(L, core_edit);
	lua_setfield(L, -2, "edit");
	lua_pushcfunction(L, core_edit_file);
	lua_setfield(L, -2, "edit_file");
}
