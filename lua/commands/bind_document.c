/* lua/commands/bind_document.c -- core: documents and nodes for commands.
 *
 *   core.read(name, {text=, format=, limits=})  documents of a file, or of text
 *   doc:root() doc:file() doc:format() doc:get(pointer)
 *   node:kind() node:value() node:get(pointer) node:path() node:normalized() node:span() node:key()
 *   node:entries() node:size() node:same(other) node:select(query) node:text{…} node:totable() node:has(key)
 *
 * A node keeps its document (or its bare tree) alive. One of a section, that is of a part of a large file which was read
 * alone (bind_section.c), is like any other: its user values hold where the section stands, so that paths are the file's.
 */
#include "engine/base/part.h"
#include "engine/load.h"
#include "engine/pointer.h"
#include "engine/query.h"
#include "engine/text.h"
#include "lua/commands/bind.h"

#define DOCUMENT_CLASS "cfgrun.document"
#define NODE_CLASS "cfgrun.node"
#define DOCUMENTS_CLASS "cfgrun.documents"
#define QUERY_CLASS "cfgrun.query"

typedef struct node_ud {
	const cfr_document *doc;	/* refs one of the two */
	const cfr_tree *tree;
	cfr_node node;
} node_ud;

/* --- documents --- */

void cfr__cmd_push_document(lua_State *L, const cfr_document *doc)
{
	const cfr_document **ud = lua_newuserdatauv(L, sizeof(*ud), 0);

	*ud = cfr_document_ref(doc);
	luaL_setmetatable(L, DOCUMENT_CLASS);
}

const cfr_document *cfr__cmd_check_document(lua_State *L, int index)
{
	return *(const cfr_document **)luaL_checkudata(L, index, DOCUMENT_CLASS);
}

static const cfr_document *check_document(lua_State *L)
{
	return cfr__cmd_check_document(L, 1);
}

static int document_gc(lua_State *L)
{
	const cfr_document **ud = luaL_checkudata(L, 1, DOCUMENT_CLASS);

	*ud = cfr_document_unref(*ud);
	return 0;
}

static int document_root(lua_State *L)
{
	const cfr_document *doc = check_document(L);

	cfr__cmd_push_node(L, doc, cfr_tree_root(cfr_document_tree(doc)));
	return 1;
}

static int document_file(lua_State *L)
{
	cfr__cmd_push_str(L, cfr_source_name(cfr_document_source(check_document(L))));
	return 1;
}

static int document_format(lua_State *L)
{
	lua_pushstring(L, cfr_format_name(cfr_document_format(check_document(L))));
	return 1;
}

/* A part of a file has its lines, but for those that it begins or ends in: of JSON often the only one. */
static bool has_line(const cfr_source *source, cfr_str line)
{
	uint32_t pieces;
	char next = line.ptr ? line.ptr[line.len] : '\0';

	return !cfr__source_pieces(source, &pieces) || next == '\r' || next == '\n';
}

static int document_line(lua_State *L)
{
	const cfr_source *source = cfr_document_source(check_document(L));
	lua_Integer number = luaL_checkinteger(L, 2);
	uint32_t which = number > 0 && number <= UINT32_MAX ? (uint32_t)number : 0;
	cfr_str line = cfr_source_line(source, which);
	cfr_source *file;

	if (!has_line(source, line) &&
	    cfr_loader_source(&file, cfr__cmd_loader(L), cfr_source_name(source).ptr, NULL, NULL) == 0) {
		cfr__cmd_push_str(L, cfr_source_line(file, which));
		cfr_source_unref(file);
	} else {
		cfr__cmd_push_str(L, line);
	}
	return 1;
}

/* --- reading --- */

static int documents_gc(lua_State *L)
{
	cfr_documents_release(luaL_checkudata(L, 1, DOCUMENTS_CLASS));
	return 0;
}

cfr_format cfr__cmd_check_format(lua_State *L, cfr_str word)
{
	cfr_format format = cfr_format_of_word(word);

	if (format == CFR_FORMAT_NONE && word.len)
		luaL_error(L, "no format is called '%s'", word.ptr);
	return format;
}

/* Documents and the source they came from, or nil, error, template language. */
static int core_read(lua_State *L)
{
	cfr_str name = cfr__cmd_check_str(L, 1), text = { NULL, 0 };
	cfr_limits limits;
	cfr_format format = CFR_FORMAT_NONE;
	cfr_source *source = NULL;
	cfr_err err = CFR_ERR_INIT;
	int r;

	lua_settop(L, 2);
	cfr__cmd_read_limits(L, 2, &limits);
	if (lua_istable(L, 2)) {
		format = cfr__cmd_check_format(L, cfr__cmd_field_str(L, 2, "format"));
		if (lua_getfield(L, 2, "text") == LUA_TSTRING)
			text = cfr__cmd_check_str(L, -1);
	}
	cfr_documents *docs = lua_newuserdatauv(L, sizeof(*docs), 0);
	*docs = (cfr_documents){ 0 };
	luaL_setmetatable(L, DOCUMENTS_CLASS);

	if (!text.ptr)
		r = cfr_loader_open(docs, &source, cfr__cmd_loader(L), name.ptr, format, &limits, &err);
	else if ((r = cfr_source_new(&source, name, text, &limits, &err)) == 0)
		r = cfr_loader_read(docs, cfr__cmd_loader(L), source, format, &limits, &err);
	bool broken = r == CFR_E_SYNTAX || r == CFR_E_KIND || r == CFR_E_DUPLICATE;
	const char *language = broken && source ? cfr_text_template(cfr_source_bytes(source)) : NULL;
	cfr_source_unref(source);
	if (r < 0) {
		cfr__cmd_push_err(L, &err);
		lua_pushstring(L, language);
		return 3;
	}
	lua_createtable(L, (int)docs->count, 0);
	for (uint32_t i = 0; i < docs->count; i++) {
		cfr__cmd_push_document(L, docs->items[i]);
		lua_rawseti(L, -2, (lua_Integer)i + 1);
	}
	return 1;
}

/* --- nodes --- */

/* User values of a node in a section: what stands in place of the first step of its path there. */
enum { POINTER = 1, NORMALIZED = 2 };

static void push_node(lua_State *L, const cfr_document *doc, cfr_node node, int values)
{
	node_ud *ud = lua_newuserdatauv(L, sizeof(*ud), values);

	*ud = (node_ud){ .node = node };
	if (doc)
		ud->doc = cfr_document_ref(doc);
	else
		ud->tree = cfr_tree_ref(node.tree);
	luaL_setmetatable(L, NODE_CLASS);
}

void cfr__cmd_push_node(lua_State *L, const cfr_document *doc, cfr_node node)
{
	push_node(L, doc, node, 0);
}

void cfr__cmd_push_part(lua_State *L, const cfr_document *doc, cfr_node node, cfr_str pointer, cfr_str normalized)
{
	push_node(L, doc, node, 2);
	cfr__cmd_push_str(L, pointer);
	lua_setiuservalue(L, -2, POINTER);
	cfr__cmd_push_str(L, normalized);
	lua_setiuservalue(L, -2, NORMALIZED);
}

/* Another node of the document that the one at `index` is of. */
static void push_beside(lua_State *L, int index, const cfr_document *doc, cfr_node node)
{
	if (lua_getiuservalue(L, index, POINTER) != LUA_TSTRING) {
		lua_pop(L, 1);
		push_node(L, doc, node, 0);
		return;
	}
	push_node(L, doc, node, 2);
	lua_insert(L, -2);
	lua_setiuservalue(L, -2, POINTER);
	lua_getiuservalue(L, index, NORMALIZED);
	lua_setiuservalue(L, -2, NORMALIZED);
}

bool cfr__cmd_is_node(lua_State *L, int index)
{
	return luaL_testudata(L, index, NODE_CLASS) != NULL;
}

cfr_node cfr__cmd_check_node(lua_State *L, int index, const cfr_document **doc)
{
	node_ud *ud = luaL_checkudata(L, index, NODE_CLASS);

	if (doc)
		*doc = ud->doc;
	return ud->node;
}

static int node_gc(lua_State *L)
{
	node_ud *ud = luaL_checkudata(L, 1, NODE_CLASS);

	ud->doc = cfr_document_unref(ud->doc);
	ud->tree = cfr_tree_unref(ud->tree);
	return 0;
}

static int node_kind(lua_State *L)
{
	lua_pushstring(L, cfr_kind_name(cfr_node_kind(cfr__cmd_check_node(L, 1, NULL))));
	return 1;
}

static void push_scalar(lua_State *L, cfr_node node)
{
	switch (cfr_node_kind(node)) {
	case CFR_BOOL: lua_pushboolean(L, cfr_node_bool(node)); break;
	case CFR_INT: lua_pushinteger(L, cfr_node_int(node)); break;
	case CFR_FLOAT: lua_pushnumber(L, cfr_node_float(node)); break;
	case CFR_STRING:
	case CFR_OTHER: cfr__cmd_push_str(L, cfr_node_string(node)); break;
	default: lua_pushnil(L);
	}
}

static int node_value(lua_State *L)
{
	push_scalar(L, cfr__cmd_check_node(L, 1, NULL));
	return 1;
}

static int node_size(lua_State *L)
{
	lua_pushinteger(L, cfr_node_size(cfr__cmd_check_node(L, 1, NULL)));
	return 1;
}

/* node:same(other): the same place of the same tree. */
static int node_same(lua_State *L)
{
	lua_pushboolean(L, cfr_node_same(cfr__cmd_check_node(L, 1, NULL), cfr__cmd_check_node(L, 2, NULL)));
	return 1;
}

static int node_key(lua_State *L)
{
	cfr_str key = cfr_node_key(cfr__cmd_check_node(L, 1, NULL));

	if (key.ptr)
		cfr__cmd_push_str(L, key);
	else
		lua_pushnil(L);
	return 1;
}

static int node_get(lua_State *L)
{
	const cfr_document *doc;
	cfr_node from = cfr__cmd_check_node(L, 1, &doc), found;
	cfr_err err = CFR_ERR_INIT;

	if (cfr_pointer_get(&found, from, cfr__cmd_check_str(L, 2), &err) < 0)
		return cfr__cmd_push_err(L, &err);
	push_beside(L, 1, doc, found);
	return 1;
}

static int node_find(lua_State *L)
{
	const cfr_document *doc;
	cfr_node from = cfr__cmd_check_node(L, 1, &doc), found;

	if (cfr_node_find(&found, from, cfr__cmd_check_str(L, 2), NULL) < 0)
		lua_pushnil(L);
	else
		push_beside(L, 1, doc, found);
	return 1;
}

static int push_buffer(lua_State *L, cfr_buf *buf)
{
	cfr_err err = CFR_ERR_INIT;

	if (cfr_buf_check(buf, &err) < 0)
		return cfr__cmd_push_err(L, &err);
	lua_pushlstring(L, buf->ptr ? buf->ptr : "", buf->len);
	return 1;
}

/* The child of the root that a node is or is in; false of the root. */
static bool top_of(cfr_node *out, cfr_node node)
{
	cfr_node parent, above;

	if (!cfr_node_parent(&parent, node))
		return false;
	for (; cfr_node_parent(&above, parent); parent = above)
		node = parent;
	*out = node;
	return true;
}

void cfr__cmd_place(cfr_buf *out, cfr_node node, cfr_str top, void (*write)(cfr_buf *out, cfr_node node))
{
	cfr_buf path = CFR_BUF_INIT;
	size_t first = 0;
	cfr_node child;

	if (top_of(&child, node)) {
		write(&path, child);
		first = path.len;
		cfr_buf_clear(&path);
	}
	write(&path, node);
	cfr_buf_adds(out, top);
	if (path.failed)
		out->failed = path.failed;
	else
		cfr_buf_adds(out, cfr_str_sub(cfr_buf_str(&path), first, path.len));
	cfr_buf_release(&path);
}

static int push_place(lua_State *L, void (*write)(cfr_buf *out, cfr_node node), int value)
{
	cfr_node node = cfr__cmd_check_node(L, 1, NULL);
	cfr_buf *path = cfr__cmd_push_buf(L);

	if (lua_getiuservalue(L, 1, value) == LUA_TSTRING)
		cfr__cmd_place(path, node, cfr__cmd_check_str(L, -1), write);
	else
		write(path, node);
	return push_buffer(L, path);
}

static int node_path(lua_State *L) { return push_place(L, cfr_pointer_write, POINTER); }
static int node_normalized(lua_State *L) { return push_place(L, cfr_query_path, NORMALIZED); }

/* node:span(), or node:span "key" */
static int node_span(lua_State *L)
{
	const cfr_document *doc;
	cfr_node node = cfr__cmd_check_node(L, 1, &doc);
	bool key = cfr_str_eq(cfr__cmd_opt_str(L, 2), CFR_STR("key"));

	if (!doc)
		return 0;
	cfr_span span = key ? cfr_document_key_span(doc, node) : cfr_document_span(doc, node);
	lua_createtable(L, 0, 8);
	cfr__cmd_set_span(L, &span);
	cfr__cmd_set_str(L, "file", cfr_source_name(cfr_document_source(doc)));
	return 1;
}

/* Children as a list, in the author's order where it is known. */
static int node_children(lua_State *L)
{
	const cfr_document *doc;
	cfr_node node = cfr__cmd_check_node(L, 1, &doc), child;
	uint32_t size = cfr_node_size(node);

	lua_createtable(L, (int)size, 0);
	if (doc && size) {
		uint32_t rank = cfr_document_rank(doc, node), at = rank + 1;
		uint32_t end = cfr_document_ranked(doc, rank).next;
		for (lua_Integer i = 1; at < end; i++) {
			push_beside(L, 1, doc, cfr_document_node(doc, at));
			lua_rawseti(L, -2, i);
			at = cfr_document_ranked(doc, at).next;
		}
		return 1;
	}
	for (uint32_t i = 0; i < size && cfr_node_at(&child, node, i, NULL) == 0; i++) {
		push_beside(L, 1, doc, child);
		lua_rawseti(L, -2, (lua_Integer)i + 1);
	}
	return 1;
}

/* Plain tables; null is core.null; keys as they are. */
static void push_plain(lua_State *L, cfr_node node, int null)
{
	cfr_node child;

	luaL_checkstack(L, 4, "too deep");
	switch (cfr_node_kind(node)) {
	case CFR_NULL:
		lua_pushvalue(L, null);
		break;
	case CFR_MAPPING:
		lua_createtable(L, 0, (int)cfr_node_size(node));
		for (uint32_t i = 0; cfr_node_at(&child, node, i, NULL) == 0; i++) {
			cfr__cmd_push_str(L, cfr_node_key(child));
			push_plain(L, child, null);
			lua_rawset(L, -3);
		}
		break;
	case CFR_SEQUENCE:
		lua_createtable(L, (int)cfr_node_size(node), 0);
		for (uint32_t i = 0; cfr_node_at(&child, node, i, NULL) == 0; i++) {
			push_plain(L, child, null);
			lua_rawseti(L, -2, (lua_Integer)i + 1);
		}
		break;
	default:
		push_scalar(L, node);
	}
}

static int node_totable(lua_State *L)
{
	cfr_node node = cfr__cmd_check_node(L, 1, NULL);

	lua_settop(L, 1);
	lua_pushlightuserdata(L, NULL);	/* core.null */
	push_plain(L, node, 2);
	return 1;
}

/* --- queries --- */

struct collect {
	lua_State *L;
	const cfr_document *doc;
	lua_Integer count;
};

static int query_gc(lua_State *L)
{
	cfr_query **ud = luaL_checkudata(L, 1, QUERY_CLASS);

	cfr_query_free(*ud);
	*ud = NULL;
	return 0;
}

/* May raise for want of memory, and the query's own scratch is lost then: the program is at its end anyway. */
static int collect_node(void *arg, cfr_node node, cfr_err *err)
{
	struct collect *to = arg;

	(void)err;
	push_beside(to->L, 1, to->doc, node);
	lua_rawseti(to->L, -2, ++to->count);
	return 0;
}

int cfr__cmd_push_query(cfr_query **out, lua_State *L, cfr_str text, const cfr_limits *limits, cfr_err *err)
{
	cfr_query **query = lua_newuserdatauv(L, sizeof(cfr_query *), 0);
	int r;

	*query = NULL;
	luaL_setmetatable(L, QUERY_CLASS);
	r = cfr_query_new(query, text, limits, err);
	*out = *query;
	return r;
}

static int node_select(lua_State *L)
{
	const cfr_document *doc;
	cfr_node node = cfr__cmd_check_node(L, 1, &doc);
	struct collect to = { L, doc, 0 };
	cfr_limits limits;
	cfr_err err = CFR_ERR_INIT;
	cfr_query *query;
	int r;

	lua_settop(L, 3);
	cfr__cmd_read_limits(L, 3, &limits);
	if (cfr__cmd_push_query(&query, L, cfr__cmd_check_str(L, 2), &limits, &err) < 0)
		return cfr__cmd_push_err(L, &err);
	lua_newtable(L);
	r = cfr_query_each(query, cfr_tree_root(node.tree), node, collect_node, &to, &err);
	return r < 0 ? cfr__cmd_push_err(L, &err) : 1;
}

/* --- writing --- */

/* A value that a format could not hold, while text is being written. */
typedef struct loss {
	cfr_node node;
	const char *what, *instead;
} loss;

static void note_loss(void *arg, cfr_node node, const char *what, const char *instead)
{
	const loss lost = { node, what, instead };

	cfr_buf_add(arg, (const char *)&lost, sizeof(lost));
}

static void push_losses(lua_State *L, const cfr_document *doc, const cfr_buf *losses)
{
	size_t count = losses->len / sizeof(loss);

	lua_createtable(L, (int)count, 0);
	for (size_t i = 0; i < count; i++) {
		loss lost;

		memcpy(&lost, losses->ptr + i * sizeof(lost), sizeof(lost));
		lua_createtable(L, 0, 3);
		cfr__cmd_set_str(L, "what", cfr_str_of(lost.what));
		cfr__cmd_set_str(L, "instead", cfr_str_of(lost.instead));
		cfr__cmd_push_node(L, doc, lost.node);
		lua_setfield(L, -2, "node");
		lua_rawseti(L, -2, (lua_Integer)i + 1);
	}
}

static void read_how(lua_State *L, cfr_write *how, int table)
{
	cfr_str format = cfr__cmd_field_str(L, table, "format");

	if (cfr_str_eq(format, CFR_STR("canonical"))) {
		how->format = CFR_JSON;
		how->canonical = true;
	} else if (format.len) {
		how->format = cfr__cmd_check_format(L, format);
	}
	lua_getfield(L, table, "compact");
	how->compact = lua_toboolean(L, -1);
	lua_getfield(L, table, "comments");
	how->comments = lua_toboolean(L, -1);
	lua_getfield(L, table, "indent");
	how->indent = (unsigned)luaL_optinteger(L, -1, 0);
	if (lua_getfield(L, table, "flatten") == LUA_TSTRING)
		how->flatten = lua_tostring(L, -1);	/* held by the table */
	lua_pop(L, 4);
}

/* node:text{format=, compact=, comments=, indent=, flatten=, losses=}: text; with `losses`, the nearest text and a list of
 * {node, what, instead}. */
static int node_text(lua_State *L)
{
	const cfr_document *doc;
	cfr_node node = cfr__cmd_check_node(L, 1, &doc);
	cfr_write how = { .format = CFR_YAML, .order = doc };
	cfr_err err = CFR_ERR_INIT;
	cfr_buf *text, *losses;

	lua_settop(L, 2);
	losses = cfr__cmd_push_buf(L);
	if (lua_istable(L, 2)) {
		read_how(L, &how, 2);
		if (lua_getfield(L, 2, "losses") != LUA_TNIL && lua_toboolean(L, -1)) {
			how.lose = note_loss;
			how.arg = losses;
		}
		lua_pop(L, 1);
	}
	text = cfr__cmd_push_buf(L);
	if (cfr_text_write(text, node, &how, &err) < 0 || cfr_buf_check(losses, &err) < 0)
		return cfr__cmd_push_err(L, &err);
	push_buffer(L, text);
	if (!how.lose)
		return 1;
	push_losses(L, doc, losses);
	return 2;
}

void cfr__cmd_bind_documents(lua_State *L)
{
	static const luaL_Reg document[] = { { "root", document_root }, { "file", document_file },
		{ "format", document_format }, { "line", document_line }, { NULL, NULL } };
	static const luaL_Reg node[] = { { "kind", node_kind }, { "value", node_value }, { "size", node_size },
		{ "same", node_same }, { "key", node_key }, { "get", node_get }, { "find", node_find }, { "path", node_path },
		{ "normalized", node_normalized }, { "span", node_span }, { "children", node_children },
		{ "totable", node_totable }, { "select", node_select }, { "text", node_text }, { NULL, NULL } };
	static const struct { const char *name; const luaL_Reg *methods; lua_CFunction gc; } classes[] = {
		{ DOCUMENT_CLASS, document, document_gc }, { NODE_CLASS, node, node_gc },
		{ DOCUMENTS_CLASS, NULL, documents_gc }, { QUERY_CLASS, NULL, query_gc } };

	for (size_t i = 0; i < sizeof(classes) / sizeof(*classes); i++) {
		luaL_newmetatable(L, classes[i].name);
		lua_pushcfunction(L, classes[i].gc);
		lua_setfield(L, -2, "__gc");
		if (classes[i].methods) {
			lua_newtable(L);
			luaL_setfuncs(L, classes[i].methods, 0);
			lua_setfield(L, -2, "__index");
		}
		lua_pop(L, 1);
	}
	lua_pushcfunction(L, core_read);
	lua_setfield(L, -2, "read");
	lua_pushlightuserdata(L, NULL);
	lua_setfield(L, -2, "null");
}
