/* lua/commands/bind_section.c -- core: of a large file, what is asked for (engine/sections.h).
 *
 *   core.section(file, pointer, {format=, limits=})       the node there
 *   core.select(file, query, {format=, limits=})          the nodes that a query selects, when it begins with plain names and
 *                                                         indexes: what they lead to is read, and the rest of it runs there
 *
 * What cannot be had alone, or is most of the file, is taken from all of it, which is read from the text that the scan
 * has. Both give nil when the file has to be read in the ordinary way: when it is not large or the scan does not understand
 * it, and when there is no such place, so that errors are those that everybody gives. Places and paths of the nodes are the
 * file's.
 */
#include "engine/pointer.h"
#include "engine/sections.h"
#include "lua/commands/bind.h"

/* What is more than one of so many parts of its file is not read alone: the file may be in a cache. */
enum { MOST = 2 };

struct part {
	cfr_document *doc;
	cfr_node node;
	cfr_buf *pointer, *path;	/* of the top of the section, as cfr__cmd_push_part has them */
	cfr_buf *token;			/* the last of them */
};

static struct part begin(lua_State *L)
{
	return (struct part){ .pointer = cfr__cmd_push_buf(L), .path = cfr__cmd_push_buf(L),
	                      .token = cfr__cmd_push_buf(L) };
}

/* Is the last token an index? It is looked for in what stands at the pointer, or, as the last but `below`, in the section's
 * root. 1, 0, or negative when nobody can tell. */
static int is_index(const struct part *part, cfr_sections *sections, bool top)
{
	cfr_str token = cfr_buf_str(part->token);
	const cfr_section *section;
	cfr_node node;

	for (size_t i = 0; i < token.len; i++) {
		if (token.ptr[i] < '0' || token.ptr[i] > '9')
			return 0;
	}
	if (token.len == 0)
		return 0;
	if (top)
		node = cfr_tree_root(part->node.tree);
	else if (cfr_sections_get(&section, &node, sections, cfr_buf_str(part->pointer), NULL) != 0)
		return -1;
	return cfr_node_kind(node) == CFR_SEQUENCE;
}

/* Pointer and normalized path of the top of the section, by the pointer that has led to its node. */
static int name_top(struct part *part, cfr_sections *sections, cfr_str pointer)
{
	unsigned below = 0, all = 0;
	cfr_node node = part->node;

	while (cfr_node_parent(&node, node))
		below++;
	for (size_t i = 0; i < pointer.len; i++)
		all += pointer.ptr[i] == '/';
	cfr_buf_addc(part->path, '$');
	for (unsigned i = 0; i + below <= all; i++) {
		cfr_str token;
		int index;

		cfr_buf_clear(part->token);
		cfr_pointer_next(part->token, &pointer);
		if (part->token->failed)
			return CFR_E_NOMEM;
		index = is_index(part, sections, i + below == all);
		if (index < 0)
			return 1;
		token = part->token->len ? cfr_buf_str(part->token) : CFR_STR("");
		cfr_pointer_add(part->pointer, token);
		if (index)
			cfr_buf_addf(part->path, "[%s]", token.ptr);
		else
			cfr_query_path_add(part->path, token, 0);
	}
	return part->pointer->failed || part->path->failed ? CFR_E_NOMEM : 0;
}

/* Asked before there is a section at the pointer; what is an element of a list is taken not to be: nothing is made of a
 * long list to find one by its number. */
static bool is_most(cfr_sections *sections, cfr_str pointer)
{
	const cfr_section *above;
	cfr_node node, entry;
	size_t at = pointer.len;

	while (at > 0 && pointer.ptr[at - 1] != '/')
		at--;
	if (at == 0 || (at < pointer.len && pointer.ptr[at] >= '0' && pointer.ptr[at] <= '9'))
		return false;
	return cfr_sections_get(&above, &node, sections, cfr_str_sub(pointer, 0, at - 1), NULL) == 0 &&
	       cfr_pointer_get(&entry, node, cfr_str_sub(pointer, at - 1, pointer.len), NULL) == 0 &&
	       cfr_section_size(sections, above, entry) > cfr_sections_size(sections) / MOST;
}

/* The node at a pointer, and the document it is in: 0, or everything has to be read. */
static int find(struct part *part, cfr_sections *sections, cfr_str pointer)
{
	const cfr_section *section;
	int r = cfr_sections_get(&section, &part->node, sections, pointer, NULL);

	if (r == 0 && cfr_section_listed(section) && cfr_node_same(part->node, cfr_section_node(section))) {
		r = cfr_section_whole(&part->doc, &part->node, sections, section, NULL);
	} else if (r == 0) {
		part->doc = cfr_document_ref(cfr_section_document(section));
	}
	return r == 0 && pointer.len ? name_top(part, sections, pointer) : r;
}

/* The whole document instead. */
static int take_whole(struct part *part, cfr_sections *sections)
{
	int r;

	cfr_buf_clear(part->pointer);
	cfr_buf_clear(part->path);
	part->doc = cfr_document_unref(part->doc);
	r = cfr_sections_document(&part->doc, sections, NULL);
	if (r == 0)
		part->node = cfr_tree_root(cfr_document_tree(part->doc));
	return r;
}

static void push(lua_State *L, const struct part *part, cfr_node node)
{
	if (part->pointer->len)
		cfr__cmd_push_part(L, part->doc, node, cfr_buf_str(part->pointer), cfr_buf_str(part->path));
	else
		cfr__cmd_push_node(L, part->doc, node);
}

static int open_file(cfr_sections **out, lua_State *L, const cfr_limits *limits)
{
	cfr_format format = CFR_FORMAT_NONE;

	if (lua_istable(L, 3))
		format = cfr__cmd_check_format(L, cfr__cmd_field_str(L, 3, "format"));
	return cfr_sections_open(out, cfr__cmd_loader(L), cfr__cmd_check_str(L, 1).ptr, format, limits, NULL);
}

static int core_section(lua_State *L)
{
	cfr_str pointer = cfr__cmd_check_str(L, 2);
	struct part part = begin(L);
	cfr_sections *sections;
	cfr_limits limits;

	cfr__cmd_read_limits(L, 3, &limits);
	if (open_file(&sections, L, &limits) != 0)
		return 0;
	if (find(&part, sections, pointer) == 0 || (take_whole(&part, sections) == 0 &&
	    cfr_pointer_get(&part.node, part.node, pointer, NULL) == 0))
		push(L, &part, part.node);
	else
		lua_pushnil(L);
	cfr_sections_unref(sections);
	cfr_document_unref(part.doc);
	return 1;
}

struct collect {
	lua_State *L;
	const struct part *part;
	lua_Integer count;
};

static int collect(void *arg, cfr_node node, cfr_err *err)
{
	struct collect *to = arg;

	(void)err;
	push(to->L, to->part, node);
	lua_rawseti(to->L, -2, ++to->count);
	return 0;
}

/* By its path it is where the query leads, too: there, "0" is a key or an index. */
static bool is_there(const struct part *part, cfr_str path)
{
	cfr_buf own = CFR_BUF_INIT;
	bool same;

	cfr__cmd_place(&own, part->node, cfr_buf_str(part->path), cfr_query_path);
	same = !own.failed && cfr_str_eq(cfr_buf_str(&own), path);
	cfr_buf_release(&own);
	return same;
}

static int core_select(lua_State *L)
{
	cfr_str text = cfr__cmd_check_str(L, 2);
	struct part part = begin(L);
	struct collect to = { L, &part, 0 };
	cfr_buf *pointer = cfr__cmd_push_buf(L), *path = cfr__cmd_push_buf(L);
	cfr_sections *sections;
	cfr_limits limits;
	cfr_query *query;
	uint32_t plain;
	int r;

	cfr__cmd_read_limits(L, 3, &limits);
	if (cfr__cmd_push_query(&query, L, text, &limits, NULL) < 0)
		return 0;
	plain = cfr_query_plain(pointer, path, query);
	if (plain == 0 || pointer->failed || path->failed || open_file(&sections, L, &limits) != 0)
		return 0;
	r = is_most(sections, cfr_buf_str(pointer)) ? CFR_READ_WHOLE : find(&part, sections, cfr_buf_str(pointer));
	if (r == 0 && !is_there(&part, cfr_buf_str(path)))
		r = CFR_READ_WHOLE;
	if (r > 0 && (r = take_whole(&part, sections)) == 0)
		plain = 0;
	if (r == 0) {
		lua_newtable(L);
		r = cfr_query_each_below(query, plain, part.node, collect, &to, NULL);
	}
	cfr_sections_unref(sections);
	cfr_document_unref(part.doc);
	return r == 0 ? 1 : 0;
}

void cfr__cmd_bind_sections(lua_State *L)
{
	static const luaL_Reg functions[] = { { "section", core_section }, { "select", core_select }, { NULL, NULL } };

	luaL_setfuncs(L, functions, 0);
}
