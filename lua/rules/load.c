/* lua/rules/load.c -- packs: pack.lua, the rule files, what they import.
 *
 * Files run in the order of their names, each with a budget of its own and in an environment with `rule` and `import`.
 * After each file everything that its check functions can reach is made constant, and so is what an import returned as
 * soon as it has run: what one file imported, another cannot change.
 *
 * The loader itself runs under a bare lua_pcall and keeps its failure aside as a cfr_err; only lack of memory comes out as
 * a Lua error.
 */
#include "lua/rules/inside.h"

#include "engine/pack.h"

#include <stdio.h>

static const char imports_key[] = "imports", pack_key[] = "pack";

static const char *const pack_fields[] = { "name", "version", "title", "cfgrun", "kinds", "kind", "description", "license",
	"author", "homepage", NULL };

/* --- import --- */

/* Push the table of what this pack has imported. */
static void push_imports(lua_State *L, const cfr_pack *pack)
{
	lua_rawgetp(L, LUA_REGISTRYINDEX, imports_key);
	if (lua_rawgetp(L, -1, pack) == LUA_TNIL) {
		lua_pop(L, 1);
		lua_newtable(L);
		lua_pushvalue(L, -1);
		lua_rawsetp(L, -3, pack);
	}
	lua_remove(L, -2);
}

static const cfr_pack_file *find_lib(const cfr_pack *pack, cfr_str name)
{
	for (uint32_t i = 0; i < pack->count; i++) {
		cfr_str file = pack->files[i].name;

		if (file.len == name.len + 8 && cfr_str_starts(file, CFR_STR("lib/")) &&
		    cfr_str_ends(file, CFR_STR(".lua")) && memcmp(file.ptr + 4, name.ptr, name.len) == 0)
			return &pack->files[i];
	}
	return NULL;
}

static int no_lib(lua_State *L, const cfr_pack *pack, cfr_str name)
{
	cfr_str near = { NULL, 0 };
	char hint[128];
	unsigned best = 4;

	for (uint32_t i = 0; i < pack->count; i++) {
		cfr_str file = pack->files[i].name;

		if (!cfr_str_starts(file, CFR_STR("lib/")) || !cfr_str_ends(file, CFR_STR(".lua")))
			continue;
		file = cfr_str_sub(file, 4, file.len - 4);
		unsigned d = cfr_str_distance(name, file, best);

		if (d < best) {
			best = d;
			near = file;
		}
	}
	if (near.len)
		snprintf(hint, sizeof(hint), "did you mean \"%.*s\"?", (int)(near.len < 60 ? near.len : 60), near.ptr);
	else
		snprintf(hint, sizeof(hint), "import \"name\" runs lib/name.lua of the pack, or name.lua beside a single file");
	return cfr__fail(L, hint, "there is nothing to import by the name '%.80s'", name.ptr);
}

static int no_rules_here(lua_State *L)
{
	return cfr__fail(L, "rules stand in rule files, which import it", "an imported file declares no rules");
}

int cfr__import(lua_State *L)
{
	cfr_script *script = cfr__script(L);
	const cfr_pack *pack = lua_touserdata(L, lua_upvalueindex(2));
	cfr_str name = cfr__arg_str(L, 1);
	const cfr_pack_file *file;
	cfr_err err = CFR_ERR_INIT;

	lua_settop(L, 1);
	luaL_checkstack(L, 12, NULL);
	push_imports(L, pack);				/* 2 */
	lua_pushvalue(L, 1);
	switch (lua_rawget(L, 2)) {
	case LUA_TNIL:
		break;
	case LUA_TLIGHTUSERDATA:			/* the mark of what is being run */
		return cfr__fail(L, "move what both need into a third file", "'%.80s' imports itself, through others or at once",
				 name.ptr);
	default:
		lua_rawgeti(L, -1, 1);
		return 1;
	}
	if (!script->loading)
		return cfr__fail(L, "local x = import \"x\" at the top of the file", "import is for the loading of a file");
	file = find_lib(pack, name);
	if (!file)
		return no_lib(L, pack, name);
	lua_pushvalue(L, 1);
	lua_pushlightuserdata(L, script);
	lua_rawset(L, 2);
	lua_settop(L, 2);
	cfr__push_extra(L, script, false);		/* 3 */
	if (cfr_sandbox_load(script->sandbox, file->shown, file->bytes, 3, &err) < 0 ||
	    cfr_sandbox_call(script->sandbox, 0, 1, &err) < 0)
		return cfr__raise(L, &err);		/* 4: its value */
	if (lua_isnil(L, 4))
		return cfr__fail(L, "end it with return", "%.100s returns nothing", file->shown.ptr);
	lua_createtable(L, 1, 0);			/* 5: a box, also what freeze begins with */
	lua_pushvalue(L, 4);
	lua_rawseti(L, 5, 1);
	if (cfr_sandbox_freeze(script->sandbox, 5, &err) < 0)
		return cfr__raise(L, &err);
	lua_pushvalue(L, 1);
	lua_pushvalue(L, 5);
	lua_rawset(L, 2);
	lua_settop(L, 4);
	return 1;
}

void cfr__push_extra(lua_State *L, cfr_script *script, bool rules)
{
	luaL_checkstack(L, 4, NULL);
	lua_createtable(L, 0, 2);
	lua_pushlightuserdata(L, script);
	lua_pushcclosure(L, rules ? cfr__rule : no_rules_here, 1);
	lua_setfield(L, -2, "rule");
	lua_pushlightuserdata(L, script);
	lua_pushlightuserdata(L, (void *)(uintptr_t)script->pack);
	lua_pushcclosure(L, cfr__import, 2);
	lua_setfield(L, -2, "import");
}

/* --- pack.lua --- */

static int pack_wrong(lua_State *L, const char *hint, const char *text) { return cfr__fail(L, hint, "pack.lua: %s", text); }

/* A string field of the table at 1; pushes it (so that it lives as long as the stack). */
static cfr_str pack_string(lua_State *L, const char *name)
{
	cfr_str s = { NULL, 0 };

	if (lua_getfield(L, 1, name) == LUA_TNIL)
		return s;
	if (lua_type(L, -1) != LUA_TSTRING)
		pack_wrong(L, NULL, lua_pushfstring(L, "'%s' is a string, got %s", name, cfr__named(L, -1)));
	s.ptr = lua_tolstring(L, -1, &s.len);
	return s;
}

static bool parse_version(const char **at, unsigned out[3])
{
	out[0] = out[1] = out[2] = 0;
	for (int i = 0; i < 3; i++) {
		if (**at < '0' || **at > '9')
			return false;
		while (**at >= '0' && **at <= '9' && out[i] < 1000000)
			out[i] = out[i] * 10 + (unsigned)(*(*at)++ - '0');
		if (**at != '.')
			return true;
		(*at)++;
	}
	return true;
}

/* ">= 0.1", "0.1", ">= 0.1, < 2": 1 when our version meets it, 0 when not, -1 when it is no requirement. */
static int version_meets(const char *need)
{
	const char *at = CFR_VERSION;
	unsigned ours[3], theirs[3];

	parse_version(&at, ours);
	for (;;) {
		bool less = false, greater = false, equal = false, marked = false;
		int order = 0;

		while (*need == ' ')
			need++;
		for (; *need == '<' || *need == '>' || *need == '='; need++) {
			less |= *need == '<';
			greater |= *need == '>';
			equal |= *need == '=';
			marked = true;
		}
		while (*need == ' ')
			need++;
		if (!parse_version(&need, theirs) || (less && greater))
			return -1;
		for (int i = 0; i < 3 && order == 0; i++)
			order = (ours[i] > theirs[i]) - (ours[i] < theirs[i]);
		if (!marked)
			equal = greater = true;
		if (!((order == 0 && equal) || (order < 0 && less) || (order > 0 && greater)))
			return 0;
		while (*need == ' ')
			need++;
		if (*need == '\0')
			return 1;
		if (*need++ != ',')
			return -1;
	}
}

/* One kind: its name at -2, its queries (a string or a list) at -1. */
static void recognise(lua_State *L, cfr_script *script)
{
	cfr__declaration *d = &script->declaration;
	int value = lua_gettop(L);
	lua_Integer n = 1;
	cfr_str kind;
	cfr_err err = CFR_ERR_INIT;

	if (lua_type(L, value - 1) != LUA_TSTRING)
		pack_wrong(L, "kinds = { name = { \"$.query\" } }", "'kinds' is a table of names and queries");
	kind.ptr = lua_tolstring(L, value - 1, &kind.len);
	if (lua_istable(L, value))
		n = luaL_len(L, value);
	else if (lua_type(L, value) != LUA_TSTRING)
		n = 0;
	if (n == 0)
		pack_wrong(L, "kinds = { name = { \"$.query\" } }", lua_pushfstring(L, "kind '%s' has no query", kind.ptr));
	cfr__declaration_drop(script);
	d->queries = cfr_arena_zalloc(&script->arena, (size_t)n, sizeof(*d->queries));
	if (!d->queries) {
		cfr_err_nomem(&err);
		cfr__raise(L, &err);
	}
	for (lua_Integer i = 1; i <= n; i++) {
		cfr_str text;

		if (lua_istable(L, value))
			lua_geti(L, value, i);
		else
			lua_pushvalue(L, value);
		if (lua_type(L, -1) != LUA_TSTRING)
			pack_wrong(L, NULL, lua_pushfstring(L, "kind '%s': a query is a string, got %s", kind.ptr, cfr__named(L, -1)));
		text.ptr = lua_tolstring(L, -1, &text.len);
		if (cfr_query_new(&d->queries[i - 1], text, &script->limits, &err) < 0)
			cfr__fail(L, err.hint[0] ? err.hint : NULL, "pack.lua: kind '%.60s': %.120s (character %u)", kind.ptr,
				  err.message, err.column);
		d->query_count = (uint32_t)i;
		lua_pop(L, 1);
	}
	if (cfr_rules_recognise(script->rules, kind, d->queries, (uint32_t)n, &err) < 0) {
		script->refused = err;
		cfr__raise(L, &err);
	}
	d->query_count = 0;			/* taken */
}

/* Argument: the table that pack.lua returned. What it says is kept in the script; its text by the registry. */
static int take_pack(lua_State *L)
{
	cfr_script *script = cfr__script(L);
	cfr_str need, name;

	luaL_checkstack(L, 20, NULL);
	if (!lua_istable(L, 1))
		return pack_wrong(L, "return { name = \"…\", version = \"…\" }",
				  lua_pushfstring(L, "it returns a table, got %s", cfr__named(L, 1)));
	for (lua_pushnil(L); lua_next(L, 1); lua_pop(L, 1)) {
		const char *key = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "?", *near = NULL;
		bool known = false;

		for (int i = 0; pack_fields[i]; i++)
			known = known || strcmp(key, pack_fields[i]) == 0;
		if (known)
			continue;
		near = cfr__nearest_word(cfr_str_of(key), pack_fields);
		return pack_wrong(L, near ? lua_pushfstring(L, "did you mean '%s'?", near) : NULL,
				  lua_pushfstring(L, "there is no field '%s'", key));
	}
	name = pack_string(L, "name");
	pack_string(L, "version");
	pack_string(L, "title");
	need = pack_string(L, "cfgrun");
	if (need.ptr && version_meets(need.ptr) < 0)
		return pack_wrong(L, "cfgrun = \">= 0.1\"", lua_pushfstring(L, "'%s' is no version", need.ptr));
	if (need.ptr && version_meets(need.ptr) == 0)
		return pack_wrong(L, NULL, lua_pushfstring(L, "the pack needs cfgrun %s, and this is " CFR_VERSION, need.ptr));
	if (name.len)
		script->pack_name = name;
	script->pack_kind = pack_string(L, "kind");
	lua_pushvalue(L, 1);
	lua_rawsetp(L, LUA_REGISTRYINDEX, pack_key);	/* keeps the strings */
	lua_settop(L, 1);
	if (lua_getfield(L, 1, "kinds") == LUA_TNIL || !script->rules)
		return 0;
	if (!lua_istable(L, 2))
		return pack_wrong(L, "kinds = { name = { \"$.query\" } }", "'kinds' is a table of names and queries");
	/* by name, since the order of the table is nobody's */
	lua_rawgetp(L, LUA_REGISTRYINDEX, cfr__pairs_key);
	lua_pushvalue(L, 2);
	lua_call(L, 1, 3);				/* 3, 4, 5 */
	for (;;) {
		lua_settop(L, 5);
		lua_pushvalue(L, 3);
		lua_pushvalue(L, 4);
		lua_pushvalue(L, 5);
		lua_call(L, 2, 2);
		if (lua_isnil(L, 6))
			break;
		lua_pushvalue(L, 6);
		lua_replace(L, 5);
		recognise(L, script);
	}
	return 0;
}

/* --- files --- */

static int run_file(lua_State *L, cfr_script *script, const cfr_pack_file *file, int results, cfr_err *err)
{
	int r;

	script->file = file;
	script->pending = false;
	cfr__push_extra(L, script, results == 0);
	r = cfr_sandbox_load(script->sandbox, file->shown, file->bytes, -1, err);
	if (r < 0) {
		lua_pop(L, 1);
		return r;
	}
	lua_remove(L, -2);
	return cfr_sandbox_call(script->sandbox, 0, results, err);
}

/* Make constant what the functions declared from number `first` on reach. */
static int freeze_checks(lua_State *L, cfr_script *script, uint32_t first, cfr_err *err)
{
	int r;

	lua_newtable(L);
	lua_rawgetp(L, LUA_REGISTRYINDEX, cfr__checks_key);
	for (uint32_t i = first; i < script->scripted; i++) {
		lua_rawgeti(L, -1, (lua_Integer)i + 1);
		lua_rawseti(L, -3, 2 * (lua_Integer)(i - first) + 1);
	}
	lua_pop(L, 1);
	lua_rawgetp(L, LUA_REGISTRYINDEX, cfr__across_key);
	for (uint32_t i = first; i < script->scripted; i++) {
		lua_rawgeti(L, -1, (lua_Integer)i + 1);
		lua_rawseti(L, -3, 2 * (lua_Integer)(i - first) + 2);
	}
	lua_pop(L, 1);
	r = cfr_sandbox_freeze(script->sandbox, -1, err);
	lua_pop(L, 1);
	return r;
}

static int load_rules(lua_State *L, cfr_script *script, const cfr_pack_file *file, cfr_err *err)
{
	uint32_t first = script->scripted;
	int r = run_file(L, script, file, 0, err);

	if (r == 0 && script->pending) {
		r = cfr_err_set(err, CFR_E_SCRIPT, "a rule was named and not described");
		cfr_err_hint(err, "rule \"name\" { title = … }");
		cfr_err_at(err, file->shown, 1, 0);
	}
	if (r == 0 && (r = freeze_checks(L, script, first, err)) < 0 && !err->file[0])
		cfr_err_at(err, file->shown, 1, 0);
	return r;
}

static int load_pack_lua(lua_State *L, cfr_script *script, const cfr_pack_file *file, cfr_err *err)
{
	int r = run_file(L, script, file, 1, err);

	if (r < 0)
		return r;
	lua_pushlightuserdata(L, script);
	lua_pushcclosure(L, take_pack, 1);
	lua_insert(L, -2);
	r = cfr_sandbox_call(script->sandbox, 1, 0, err);
	if (r < 0)
		cfr_err_at(err, file->shown, 1, 0);
	return r;
}

static bool is_rule_file(cfr_str name, bool in_pack)
{
	if (!cfr_str_ends(name, CFR_STR(".lua")) || cfr_str_ends(name, CFR_STR("_spec.lua")))
		return false;
	return cfr_str_starts(name, CFR_STR("rules/")) || (!in_pack && !memchr(name.ptr, '/', name.len));
}

struct loading {
	cfr_script *script;
	cfr_err *err;
	int r;
};

static int load_all(lua_State *L)
{
	struct loading *job = lua_touserdata(L, 1);
	cfr_script *script = job->script;
	const cfr_pack *pack = script->pack;
	const cfr_pack_file *head = cfr_pack_find(pack, CFR_STR("pack.lua"));

	luaL_checkstack(L, 20, NULL);
	if (head && (job->r = load_pack_lua(L, script, head, job->err)) < 0)
		return 0;
	for (uint32_t i = 0; i < pack->count && job->r == 0; i++) {
		if (is_rule_file(pack->files[i].name, head != NULL))
			job->r = load_rules(L, script, &pack->files[i], job->err);
	}
	return 0;
}

int cfr__load_pack(cfr_script *script, const cfr_pack *pack, cfr_rules *rules, cfr_err *err)
{
	lua_State *L = script->L;
	cfr_err ours = CFR_ERR_INIT;
	struct loading job = { .script = script, .err = &ours };

	if (!lua_checkstack(L, 10))
		return cfr_err_nomem(err);
	script->pack = pack;
	script->rules = rules;
	script->pack_name = pack->name;
	script->pack_kind = (cfr_str){ NULL, 0 };
	script->loading = true;
	script->refused.code = 0;
	lua_pushcfunction(L, load_all);
	lua_pushlightuserdata(L, &job);
	if (lua_pcall(L, 1, 0, 0) != LUA_OK) {
		lua_pop(L, 1);
		job.r = cfr_err_limit(&ours, &script->limits, CFR_LIMIT_MEMORY);
		cfr_err_at(&ours, pack->shown, 0, 0);
	}
	if (job.r < 0 && script->refused.code && strcmp(script->refused.message, ours.message) == 0)
		job.r = ours.code = script->refused.code;
	script->loading = false;
	cfr__declaration_drop(script);
	script->rules = NULL;
	script->file = NULL;
	cfr__explain_absent(&ours);
	if (job.r < 0 && err)
		*err = ours;
	return job.r;
}

void cfr__load_open(lua_State *L)
{
	lua_newtable(L);
	lua_rawsetp(L, LUA_REGISTRYINDEX, imports_key);
	lua_newtable(L);
	lua_rawsetp(L, LUA_REGISTRYINDEX, cfr__checks_key);
	lua_newtable(L);
	lua_rawsetp(L, LUA_REGISTRYINDEX, cfr__across_key);
}
