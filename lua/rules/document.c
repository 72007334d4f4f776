/* lua/rules/document.c -- ctx.doc and ctx.others: the documents of a run.
 *
 * One object for each document, made when somebody asks and kept by its number in the run: its fields are made at the
 * first reading (lazy.c). It counts its document, so that the same number in a later run is known to be another one;
 * the rest is read from the job at hand.
 */
#include "lua/rules/inside.h"

static const char documents_key[] = "documents", results_key[] = "results of across";

void cfr__push_root(lua_State *L, cfr_script *script, const cfr_subject *subject)
{
	int views;

	luaL_checkstack(L, 6, NULL);
	cfr__hold(L, script, cfr_document_tree(subject->doc), subject->doc);
	views = lua_gettop(L);
	cfr__push_node(L, views, cfr__held_of(L, views), 0);
	lua_remove(L, views);
}

static void push_kinds(lua_State *L, cfr_strs kinds)
{
	lua_createtable(L, (int)kinds.count, 0);
	for (uint32_t i = 0; i < kinds.count; i++) {
		cfr__push_str(L, kinds.items[i]);
		lua_rawseti(L, -2, (lua_Integer)i + 1);
	}
	cfr__constant(L);
}

static const char *const fields[] = { "file", "name", "format", "kinds", "index", "text", "root", NULL };

static int document_make(lua_State *L)
{
	cfr__document *ud = lua_touserdata(L, 1);
	const cfr_job *job = ud->script->job;
	const cfr_subject *subject;
	const char *key = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "?";
	cfr_str word = cfr_str_of(key);

	if (!job || ud->index >= job->all_count || job->all[ud->index].doc != ud->doc)
		return luaL_error(L, "this document belongs to another run");
	subject = &job->all[ud->index];
	if (strcmp(key, "file") == 0) {
		cfr__push_str(L, subject->file);
	} else if (strcmp(key, "name") == 0) {
		cfr__push_str(L, subject->name);
	} else if (strcmp(key, "format") == 0) {
		lua_pushstring(L, cfr_format_name(cfr_document_format(subject->doc)));
	} else if (strcmp(key, "kinds") == 0) {
		push_kinds(L, subject->kinds);
	} else if (strcmp(key, "index") == 0) {
		lua_pushinteger(L, (lua_Integer)cfr_document_index(subject->doc) + 1);
	} else if (strcmp(key, "text") == 0) {
		cfr__push_str(L, cfr_source_bytes(cfr_document_source(subject->doc)));
	} else if (strcmp(key, "root") == 0) {
		cfr__push_root(L, ud->script, subject);
	} else {
		const char *near = cfr__nearest_word(word, fields);

		return cfr__fail(L, near ? lua_pushfstring(L, "did you mean '%s'?", near) : NULL,
				 "a document has no field '%.60s'", key);
	}
	return 1;
}

static int document_gc(lua_State *L)
{
	cfr__document *ud = lua_touserdata(L, 1);

	ud->doc = cfr_document_unref(ud->doc);
	return 0;
}

static int document_newindex(lua_State *L) { return luaL_error(L, "a document is read-only"); }

void cfr__push_document(lua_State *L, cfr_script *script, uint32_t index)
{
	static const luaL_Reg more[] = { { "__gc", document_gc }, { NULL, NULL } };
	const cfr_document *doc = script->job->all[index].doc;
	cfr__document *ud;

	luaL_checkstack(L, 8, NULL);
	if (lua_rawgetp(L, LUA_REGISTRYINDEX, documents_key) != LUA_TTABLE) {
		lua_pop(L, 1);
		lua_newtable(L);
		lua_pushvalue(L, -1);
		lua_rawsetp(L, LUA_REGISTRYINDEX, documents_key);
	}
	lua_rawgeti(L, -1, (lua_Integer)index + 1);
	ud = lua_touserdata(L, -1);
	if (!ud || ud->doc != doc) {
		lua_pop(L, 1);
		ud = lua_newuserdatauv(L, sizeof(*ud), 0);
		*ud = (cfr__document){ CFR__DOCUMENT, index, NULL, script };
		cfr__lazy(L, document_make, document_newindex, more, "document", 0, 4);
		ud->doc = cfr_document_ref(doc);
		lua_pop(L, 1);
		lua_pushvalue(L, -1);
		lua_rawseti(L, -3, (lua_Integer)index + 1);
	}
	lua_remove(L, -2);
}

/* A constant list of the run's documents but one (UINT32_MAX: all). */
static void push_documents(lua_State *L, cfr_script *script, uint32_t but)
{
	const cfr_job *job = script->job;
	lua_Integer n = 0;

	luaL_checkstack(L, 6, NULL);
	lua_createtable(L, (int)job->all_count, 0);
	for (uint32_t i = 0; i < job->all_count; i++) {
		if (i == but)
			continue;
		cfr__push_document(L, script, i);
		lua_rawseti(L, -2, ++n);
		cfr_sandbox_steps(L, 2);
	}
	cfr__constant(L);
}

void cfr__push_others(lua_State *L, cfr_script *script)
{
	push_documents(L, script, (uint32_t)(script->job->subject - script->job->all));
}

/* Results are kept by function, so that rules of a pack share what they import, as { value }: it may be nil. */
void cfr__push_across(lua_State *L, cfr_script *script)
{
	int fn, results;

	luaL_checkstack(L, 8, NULL);
	lua_rawgetp(L, LUA_REGISTRYINDEX, cfr__across_key);
	if (lua_rawgeti(L, -1, (lua_Integer)script->job->rule->number + 1) == LUA_TNIL)
		return;
	fn = lua_gettop(L);
	if (lua_rawgetp(L, LUA_REGISTRYINDEX, results_key) != LUA_TTABLE) {
		lua_newtable(L);
		lua_pushvalue(L, -1);
		lua_rawsetp(L, LUA_REGISTRYINDEX, results_key);
	}
	results = lua_gettop(L);
	lua_pushvalue(L, fn);
	if (lua_rawget(L, results) != LUA_TTABLE) {
		lua_pushvalue(L, fn);
		lua_createtable(L, 1, 0);
		lua_pushvalue(L, fn);
		push_documents(L, script, UINT32_MAX);
		lua_call(L, 1, 1);
		cfr_sandbox_constant(L, -1);
		lua_rawseti(L, -2, 1);
		lua_rawset(L, results);
		lua_pushvalue(L, fn);
		lua_rawget(L, results);
	}
	lua_rawgeti(L, -1, 1);
}

void cfr__forget_documents(lua_State *L)
{
	lua_pushnil(L);
	lua_rawsetp(L, LUA_REGISTRYINDEX, documents_key);
	lua_pushnil(L);
	lua_rawsetp(L, LUA_REGISTRYINDEX, results_key);
}
