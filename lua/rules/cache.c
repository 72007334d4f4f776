/* lua/rules/cache.c -- queries and patterns, compiled once.
 *
 * Scripts give them as text, the same few again and again. What was compiled is kept by its text, as a userdata in a Lua
 * table; when there are many, all are forgotten (those in use are kept by the stack). A run of a query collects its nodes
 * first and makes Lua values afterwards: the engine must not be left by an error in the middle.
 */
#include "lua/rules/inside.h"

#include "engine/base/utf8.h"
#include <stdlib.h>

enum { KEEP = 128, LONGEST_PATTERN = 32768 };

struct compiled {
	uint32_t class;
	void *made;
};

static const char query_meta[] = "query", query_table[] = "queries", pattern_meta[] = "pattern", pattern_table[] = "patterns";

static int compiled_gc(lua_State *L)
{
	struct compiled *c = lua_touserdata(L, 1);

	if (c->class == CFR__QUERY)
		cfr_query_free(c->made);
	else
		cfr_re_free(c->made);
	c->made = NULL;
	return 0;
}

void cfr__cache_open(lua_State *L)
{
	static const char *const metas[] = { query_meta, pattern_meta }, *const tables[] = { query_table, pattern_table };

	for (int i = 0; i < 2; i++) {
		lua_newtable(L);
		lua_pushcfunction(L, compiled_gc);
		lua_setfield(L, -2, "__gc");
		lua_rawsetp(L, LUA_REGISTRYINDEX, metas[i]);
		lua_newtable(L);
		lua_rawsetp(L, LUA_REGISTRYINDEX, tables[i]);
	}
}

/* Push the userdata for the text at `arg`, compiled or not yet. */
static struct compiled *lookup(lua_State *L, int arg, uint32_t class)
{
	const char *meta = class == CFR__QUERY ? query_meta : pattern_meta;
	const char *kept = class == CFR__QUERY ? query_table : pattern_table;
	struct compiled *c;
	int table;

	arg = lua_absindex(L, arg);
	luaL_checkstack(L, 6, NULL);
	lua_rawgetp(L, LUA_REGISTRYINDEX, kept);
	table = lua_gettop(L);
	lua_pushvalue(L, arg);
	if (lua_rawget(L, table) == LUA_TUSERDATA) {
		lua_remove(L, table);
		return lua_touserdata(L, -1);
	}
	lua_pop(L, 1);
	if (lua_rawgeti(L, table, 0) == LUA_TNIL) {
		lua_pop(L, 1);
		lua_pushinteger(L, 0);
	}
	lua_Integer count = lua_tointeger(L, -1);

	lua_pop(L, 1);
	if (count >= KEEP) {
		lua_newtable(L);
		lua_replace(L, table);
		lua_pushvalue(L, table);
		lua_rawsetp(L, LUA_REGISTRYINDEX, kept);
		count = 0;
	}
	c = lua_newuserdatauv(L, sizeof(*c), 0);
	*c = (struct compiled){ .class = class };
	lua_rawgetp(L, LUA_REGISTRYINDEX, meta);
	lua_setmetatable(L, -2);
	lua_pushvalue(L, arg);
	lua_pushvalue(L, -2);
	lua_rawset(L, table);
	lua_pushinteger(L, count + 1);
	lua_rawseti(L, table, 0);
	lua_remove(L, table);
	return c;
}

const cfr_query *cfr__query(lua_State *L, cfr_script *script, int arg)
{
	cfr_str text = cfr__arg_str(L, arg);
	struct compiled *c = lookup(L, arg, CFR__QUERY);
	cfr_err err = CFR_ERR_INIT;
	cfr_query *query;

	if (!c->made) {
		if (cfr_query_new(&query, text, &script->limits, &err) < 0) {
			cfr_str shown = { text.ptr, text.len < 80 ? text.len : 80 };

			err.line = 0;		/* the column is in the query, not in the script */
			cfr__fail(L, err.hint[0] ? err.hint : NULL, "query '%.*s': %.120s (character %u)", (int)shown.len,
				  shown.ptr, err.message, err.column);
		}
		c->made = query;
	}
	return c->made;
}

const cfr_re *cfr__pattern(lua_State *L, cfr_script *script, int arg)
{
	cfr_str text = cfr__arg_str(L, arg);
	struct compiled *c = lookup(L, arg, CFR__PATTERN);
	cfr_err err = CFR_ERR_INIT;
	cfr_re *re;

	if (!script->re && cfr_re_scratch_new(&script->re, &script->limits, &err) < 0)
		cfr__raise(L, &err);
	if (!c->made) {
		if (text.len > LONGEST_PATTERN)
			cfr__fail(L, NULL, "this pattern has %d characters; the most is %d", (int)text.len, LONGEST_PATTERN);
		if (cfr_utf8_valid(text.ptr, text.len) != text.len)
			cfr__fail(L, NULL, "this pattern is not UTF-8");
		if (cfr_re_new(&re, text, &err) < 0) {
			if (err.code != CFR_E_SYNTAX)
				cfr__raise(L, &err);
			cfr__fail(L, "patterns are those of PCRE2; re.escape() makes plain text of one",
				  "pattern '%.*s': %.100s (character %u)", (int)(text.len < 80 ? text.len : 80), text.ptr,
				  err.message, err.column);
		}
		c->made = re;
	}
	return c->made;
}

/* --- running a query --- */

static int collect(void *arg, cfr_node node, cfr_err *err)
{
	cfr_script *script = arg;

	if (script->nodes.count == script->nodes.capacity) {
		uint32_t more = script->nodes.capacity ? script->nodes.capacity * 2 : 64;
		cfr_node *grown;

		if (more > script->limits.of[CFR_LIMIT_MEMORY] / sizeof(*grown))
			return cfr_err_limit(err, &script->limits, CFR_LIMIT_MEMORY);
		grown = realloc(script->nodes.items, more * sizeof(*grown));
		if (!grown)
			return cfr_err_nomem(err);
		script->nodes.items = grown;
		script->nodes.capacity = more;
	}
	script->nodes.items[script->nodes.count++] = node;
	return 0;
}

void cfr__select(lua_State *L, cfr_script *script, const cfr_query *query, cfr_node root, cfr_node from)
{
	cfr_err err = CFR_ERR_INIT;

	script->nodes.count = 0;
	if (cfr_query_each(query, root, from, collect, script, &err) < 0)
		cfr__raise(L, &err);
	cfr_sandbox_steps(L, script->nodes.count + 16);
}

void cfr__push_selected(lua_State *L, cfr_script *script, int views, cfr__held *held, bool places)
{
	uint32_t count = script->nodes.count;

	luaL_checkstack(L, 6, NULL);
	lua_createtable(L, (int)count, 0);
	for (uint32_t i = 0, n = 0; i < count; i++) {
		if (i % 256 == 255)
			cfr_sandbox_steps(L, 256);
		if (places)
			cfr__push_place(L, views, held, script->nodes.items[i].at);
		else
			cfr__push_node(L, views, held, script->nodes.items[i].at);
		if (lua_isnil(L, -1))		/* a null has no value; tree.places shows it */
			lua_pop(L, 1);
		else
			lua_rawseti(L, -2, (lua_Integer)++n);
	}
}
