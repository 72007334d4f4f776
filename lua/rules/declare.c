/* lua/rules/declare.c -- `rule "name" { … }`: from a table to a cfr_rule.
 *
 * Every field is checked here, when the file is loaded, so that a rule that loads can run: unknown fields get a
 * suggestion, queries are compiled, options and examples become trees. What is made on the way is owned by the script's
 * declaration until the set of rules takes it. A second runner (rules NULL) wants the check function alone.
 */
#include "lua/rules/inside.h"

#include "engine/source.h"

static const char *const fields[] = { "title", "why", "severity", "check", "across", "match", "select", "expect", "options", "env",
	"tags", "controls", "enabled", "examples", NULL };
static const char *const match_fields[] = { "kind", "files", "formats", NULL };
static const char *const example_fields[] = { "pass", "skip", "fail", "at", "fixed", "message", "options", "env", "data",
	"file", "others", "title", NULL };

const char cfr__checks_key[] = "checks", cfr__across_key[] = "across";

enum { DESCRIPTION = 1 };	/* stack index of the rule's table */

void cfr__declaration_drop(cfr_script *script)
{
	cfr__declaration *d = &script->declaration;

	cfr_query_free(d->select);
	cfr_tree_unref(d->options);
	cfr_tree_unref(d->examples);
	for (uint32_t i = 0; i < d->query_count; i++)
		cfr_query_free(d->queries[i]);
	*d = (cfr__declaration){ .select = NULL };
	cfr_arena_release(&script->arena);
}

static const char *name_of(cfr_script *script) { return script->declaration.rule.name.ptr; }

static int wrong(lua_State *L, cfr_script *script, const char *hint, const char *text)
{
	return cfr__fail(L, hint, "rule '%s': %s", name_of(script), text);
}

static bool listed(const char *const *words, const char *word)
{
	for (; *words; words++) {
		if (strcmp(*words, word) == 0)
			return true;
	}
	return false;
}

/* Are the keys of the table at `t` among the words? `what` is "a rule", "match". */
static void check_fields(lua_State *L, cfr_script *script, int t, const char *const *words, const char *what)
{
	for (lua_pushnil(L); lua_next(L, t); lua_pop(L, 1)) {
		const char *key = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : NULL, *near;

		if (key && listed(words, key))
			continue;
		if (!key)
			wrong(L, script, NULL, lua_pushfstring(L, "%s has values without a name", what));
		near = cfr__nearest_word(cfr_str_of(key), words);
		wrong(L, script, near ? lua_pushfstring(L, "did you mean '%s'?", near) : "the fields are listed in docs/rules.md",
		      lua_pushfstring(L, "%s has no field '%s'", what, key));
	}
}

/* Push a field; is it there? */
static bool field(lua_State *L, int t, const char *name) { return lua_getfield(L, t, name) != LUA_TNIL; }

/* A string field, kept by the table. */
static cfr_str string_field(lua_State *L, cfr_script *script, const char *name, bool needed)
{
	cfr_str s = { NULL, 0 };

	if (!field(L, DESCRIPTION, name)) {
		if (needed)
			wrong(L, script, NULL, lua_pushfstring(L, "'%s' is missing", name));
	} else if (lua_type(L, -1) != LUA_TSTRING) {
		wrong(L, script, NULL, lua_pushfstring(L, "'%s' is a string, got %s", name, cfr__named(L, -1)));
	} else {
		s.ptr = lua_tolstring(L, -1, &s.len);
		if (s.len == 0 && needed)
			wrong(L, script, NULL, lua_pushfstring(L, "'%s' is empty", name));
	}
	lua_pop(L, 1);
	return s;
}

/* A string or a list of strings, kept by the table. */
static cfr_strs strings_field(lua_State *L, cfr_script *script, int t, const char *name)
{
	cfr_strs out = { NULL, 0 };
	cfr_str *items;

	if (field(L, t, name)) {
		bool single = lua_type(L, -1) == LUA_TSTRING;
		lua_Integer n = single ? 1 : 0;
		int list = lua_gettop(L);

		if (!single && !lua_istable(L, list))
			wrong(L, script, NULL, lua_pushfstring(L, "'%s' is a string or a list of strings, got %s", name,
							       cfr__named(L, list)));
		if (!single)
			n = luaL_len(L, list);
		items = cfr__script_alloc(L, script, (size_t)n, sizeof(*items));
		for (lua_Integer i = 0; i < n; i++) {
			if (single)
				lua_pushvalue(L, list);
			else
				lua_geti(L, list, i + 1);
			if (lua_type(L, -1) != LUA_TSTRING)
				wrong(L, script, NULL, lua_pushfstring(L, "'%s' holds %s; it is a list of strings", name,
								       cfr__named(L, -1)));
			items[i].ptr = lua_tolstring(L, -1, &items[i].len);
			lua_pop(L, 1);
		}
		if (n == 0 && lua_rawlen(L, list) == 0) {
			lua_pushnil(L);
			if (!single && lua_next(L, list))
				wrong(L, script, NULL, lua_pushfstring(L, "'%s' is a list, not a table with names", name));
		}
		out = (cfr_strs){ items, (uint32_t)n };
		lua_settop(L, list);
	}
	lua_pop(L, 1);
	return out;
}

/* --- fields of their own --- */

static void read_severity(lua_State *L, cfr_script *script)
{
	cfr_str word = string_field(L, script, "severity", false);

	script->declaration.rule.severity = CFR_WARNING;
	if (word.ptr && (cfr_severity_of(&script->declaration.rule.severity, word, NULL) < 0 ||
			 script->declaration.rule.severity == CFR_OFF))
		wrong(L, script, "a rule that runs only when asked for has enabled = false",
		      lua_pushfstring(L, "'severity' is error, warning or info, got '%s'", word.ptr));
}

static void read_enabled(lua_State *L, cfr_script *script)
{
	script->declaration.rule.enabled = true;
	if (field(L, DESCRIPTION, "enabled")) {
		if (!lua_isboolean(L, -1))
			wrong(L, script, NULL, lua_pushfstring(L, "'enabled' is true or false, got %s", cfr__named(L, -1)));
		script->declaration.rule.enabled = lua_toboolean(L, -1);
	}
	lua_pop(L, 1);
}

static void read_match(lua_State *L, cfr_script *script)
{
	cfr_rule *rule = &script->declaration.rule;
	cfr_strs formats;
	int match;

	if (!field(L, DESCRIPTION, "match")) {
		lua_pop(L, 1);
		if (script->pack_kind.len) {
			cfr_str *kind = cfr__script_alloc(L, script, 1, sizeof(*kind));

			*kind = script->pack_kind;
			rule->kinds = (cfr_strs){ kind, 1 };
		}
		return;
	}
	match = lua_gettop(L);
	if (!lua_istable(L, match))
		wrong(L, script, "match = { kind = \"…\" }", lua_pushfstring(L, "'match' is a table, got %s", cfr__named(L, match)));
	check_fields(L, script, match, match_fields, "match");
	rule->kinds = strings_field(L, script, match, "kind");
	rule->files = strings_field(L, script, match, "files");
	formats = strings_field(L, script, match, "formats");
	for (uint32_t i = 0; i < formats.count; i++) {
		cfr_format f = cfr_format_of_word(formats.items[i]);

		if (f == CFR_FORMAT_NONE)
			wrong(L, script, "formats are yaml, json, jsonc, jsonl, toml, dotenv and properties",
			      lua_pushfstring(L, "there is no format '%s'", formats.items[i].ptr));
		rule->formats |= 1u << f;
	}
	lua_pop(L, 1);
}

static void read_select(lua_State *L, cfr_script *script)
{
	cfr_str text = string_field(L, script, "select", false);
	cfr_err err = CFR_ERR_INIT;

	if (!text.ptr)
		return;
	if (cfr_query_new(&script->declaration.select, text, &script->limits, &err) < 0)
		cfr__fail(L, err.hint[0] ? err.hint : NULL, "rule '%s': select: %.120s (character %u)", name_of(script),
			  err.message, err.column);
}

static void read_expect(lua_State *L, cfr_script *script)
{
	cfr_strs words = strings_field(L, script, DESCRIPTION, "expect");

	for (uint32_t i = 0; i < words.count; i++) {
		uint32_t bits = 0;

		for (int k = 0; k < CFR_KIND_COUNT; k++) {
			if (cfr_str_eq(words.items[i], cfr_str_of(cfr_kind_name((cfr_kind)k))))
				bits = 1u << k;
		}
		if (cfr_str_eq(words.items[i], CFR_STR("number")))
			bits = 1u << CFR_INT | 1u << CFR_FLOAT;
		else if (cfr_str_eq(words.items[i], CFR_STR("scalar")))
			bits = ((1u << CFR_KIND_COUNT) - 1) & ~(1u << CFR_SEQUENCE | 1u << CFR_MAPPING);
		if (!bits)
			wrong(L, script, "kinds are null bool int float string sequence mapping other, number, scalar",
			      lua_pushfstring(L, "'expect': there is no kind '%s'", words.items[i].ptr));
		script->declaration.rule.expect |= bits;
	}
}

static void read_env(lua_State *L, cfr_script *script)
{
	cfr_strs names = strings_field(L, script, DESCRIPTION, "env");

	for (uint32_t i = 0; i < names.count; i++) {
		cfr_str name = names.items[i];
		bool good = name.len > 0 && !(name.ptr[0] >= '0' && name.ptr[0] <= '9');

		for (size_t k = 0; k < name.len; k++) {
			char c = name.ptr[k];
			good = good && ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_');
		}
		if (!good)
			wrong(L, script, NULL, lua_pushfstring(L, "'env': '%s' is no name of a variable", name.ptr));
	}
	script->declaration.rule.env = names;
}

/* Settings: scalars and lists of scalars, by name. */
static void read_options(lua_State *L, cfr_script *script)
{
	cfr_node root, child, item;

	if (!field(L, DESCRIPTION, "options")) {
		lua_pop(L, 1);
		return;
	}
	cfr__to_owned_tree(L, script, &script->declaration.options, -1, CFR__AS_OPTIONS, "options");
	lua_pop(L, 1);
	root = cfr_tree_root(script->declaration.options);
	if (cfr_node_kind(root) != CFR_MAPPING)
		wrong(L, script, "options = { name = default }", "'options' is a table of names and defaults");
	for (uint32_t i = 0; i < cfr_node_size(root) && cfr_node_at(&child, root, i, NULL) == 0; i++) {
		bool good = cfr_node_kind(child) != CFR_MAPPING && cfr_node_kind(child) != CFR_NULL;

		for (uint32_t k = 0; k < cfr_node_size(child) && cfr_node_at(&item, child, k, NULL) == 0; k++)
			good = good && !cfr__is_container(cfr_node_kind(item)) && cfr_node_kind(item) != CFR_NULL;
		if (!good)
			cfr__fail(L, "an option is a string, number, boolean or a list of these",
				  "rule '%s': option '%.*s' cannot have this default", name_of(script),
				  (int)cfr_node_key(child).len, cfr_node_key(child).ptr);
	}
	if (cfr_node_size(root) == 0)
		script->declaration.options = cfr_tree_unref(script->declaration.options);
}

/* --- examples --- */

static void wrong_example(lua_State *L, cfr_script *script, const char *text)
{
	wrong(L, script, "examples = { pass = \"text\", { fail = \"text\", at = \"/pointer\" } }", text);
}

static bool is_texts(cfr_node node)
{
	cfr_node item;

	if (cfr_node_kind(node) == CFR_STRING)
		return true;
	if (cfr_node_kind(node) != CFR_SEQUENCE)
		return false;
	for (uint32_t i = 0; i < cfr_node_size(node) && cfr_node_at(&item, node, i, NULL) == 0; i++) {
		if (cfr_node_kind(item) != CFR_STRING)
			return false;
	}
	return true;
}

/* One table among the examples. */
static void check_example(lua_State *L, cfr_script *script, cfr_node node)
{
	cfr_node child;
	bool any = false;

	if (cfr_node_kind(node) == CFR_STRING)
		return;
	if (cfr_node_kind(node) != CFR_MAPPING)
		wrong_example(L, script, "an example is a text or a table with pass, skip or fail");
	for (uint32_t i = 0; i < cfr_node_size(node) && cfr_node_at(&child, node, i, NULL) == 0; i++) {
		const char *key = lua_pushlstring(L, cfr_node_key(child).ptr, cfr_node_key(child).len), *near;

		if (!listed(example_fields, key)) {
			near = cfr__nearest_word(cfr_str_of(key), example_fields);
			wrong(L, script, near ? lua_pushfstring(L, "did you mean '%s'?", near) : NULL,
			      lua_pushfstring(L, "an example has no field '%s'", key));
		}
		if (strcmp(key, "pass") == 0 || strcmp(key, "skip") == 0 || strcmp(key, "fail") == 0) {
			any = true;
			if (!is_texts(child))
				wrong_example(L, script, "the document of an example is a text");
		}
		lua_pop(L, 1);
	}
	if (!any)
		wrong_example(L, script, "an example has neither pass, skip nor fail");
}

static void check_examples(lua_State *L, cfr_script *script, cfr_node root)
{
	cfr_node child, item;

	for (uint32_t i = 0; i < cfr_node_size(root) && cfr_node_at(&child, root, i, NULL) == 0; i++) {
		cfr_str key = cfr_node_key(child);
		bool numbered = !key.ptr || (key.len > 0 && key.ptr[0] >= '0' && key.ptr[0] <= '9');

		if (numbered) {
			if (cfr_node_kind(child) != CFR_MAPPING)
				wrong_example(L, script, "a text among the examples says neither pass, skip nor fail");
			check_example(L, script, child);
			continue;
		}
		if (!cfr_str_eq(key, CFR_STR("pass")) && !cfr_str_eq(key, CFR_STR("skip")) && !cfr_str_eq(key, CFR_STR("fail")))
			cfr__fail(L, "examples are pass, skip, fail, and tables with these",
				  "rule '%s': examples have no field '%.*s'", name_of(script), (int)key.len, key.ptr);
		if (cfr_node_kind(child) != CFR_SEQUENCE) {
			check_example(L, script, child);
			continue;
		}
		for (uint32_t k = 0; k < cfr_node_size(child) && cfr_node_at(&item, child, k, NULL) == 0; k++)
			check_example(L, script, item);
	}
}

static void read_examples(lua_State *L, cfr_script *script)
{
	cfr__declaration *d = &script->declaration;
	cfr_image image;

	if (!field(L, DESCRIPTION, "examples")) {
		lua_pop(L, 1);
		return;
	}
	cfr__to_owned_tree(L, script, &d->examples, -1, CFR__AS_EXAMPLES, "examples");
	lua_pop(L, 1);
	check_examples(L, script, cfr_tree_root(d->examples));
	cfr__image_map(&image, cfr_tree_image(d->examples));
	d->rule.fixable = cfr__image_find_key(&image, CFR_STR("fixed")) != CFR_IMAGE_NONE;
}

/* --- the whole --- */

static void read_all(lua_State *L, cfr_script *script)
{
	cfr_rule *rule = &script->declaration.rule;

	rule->title = string_field(L, script, "title", true);
	rule->why = string_field(L, script, "why", true);
	read_severity(L, script);
	read_enabled(L, script);
	read_match(L, script);
	read_select(L, script);
	read_expect(L, script);
	rule->tags = strings_field(L, script, DESCRIPTION, "tags");
	rule->controls = strings_field(L, script, DESCRIPTION, "controls");
	read_env(L, script);
	read_options(L, script);
	read_examples(L, script);
}

static void add(lua_State *L, cfr_script *script)
{
	cfr__declaration *d = &script->declaration;
	cfr_err err = CFR_ERR_INIT;

	d->rule.pack = script->pack_name;
	d->rule.select = d->select;
	d->rule.options = d->options;
	d->rule.examples = d->examples;
	if (cfr_rules_add(script->rules, &d->rule, &err) < 0) {
		script->refused = err;		/* its code would be lost in a Lua error */
		cfr__raise(L, &err);
	}
	d->select = NULL;
	d->options = d->examples = NULL;
}

/* Upvalues: script, name, line. Argument: the description. */
static int describe(lua_State *L)
{
	cfr_script *script = cfr__script(L);
	cfr_rule *rule = &script->declaration.rule;

	cfr__declaration_drop(script);
	rule->name.ptr = lua_tolstring(L, lua_upvalueindex(2), &rule->name.len);
	rule->line = (uint32_t)lua_tointeger(L, lua_upvalueindex(3));
	if (!script->loading)
		return luaL_error(L, "rules are declared while the file is loaded");
	rule->file = script->file->shown;
	script->pending = false;
	if (!lua_istable(L, DESCRIPTION))
		return wrong(L, script, "rule \"name\" { title = … }", "its description is a table");
	lua_settop(L, 1);
	luaL_checkstack(L, 20, NULL);
	if (script->rules) {
		check_fields(L, script, DESCRIPTION, fields, "a rule");
		read_all(L, script);
	}
	if (lua_getfield(L, DESCRIPTION, "check") != LUA_TFUNCTION)
		return wrong(L, script, "check = function(value, ctx) … end",
			     lua_isnil(L, -1) ? "'check' is missing"
					      : lua_pushfstring(L, "'check' is a function, got %s", cfr__named(L, -1)));
	lua_rawgetp(L, LUA_REGISTRYINDEX, cfr__checks_key);
	lua_insert(L, -2);
	lua_rawseti(L, -2, (lua_Integer)script->scripted + 1);
	if (lua_getfield(L, DESCRIPTION, "across") != LUA_TNIL && !lua_isfunction(L, -1))
		return wrong(L, script, "across = function(documents) … end",
			     lua_pushfstring(L, "'across' is a function, got %s", cfr__named(L, -1)));
	lua_rawgetp(L, LUA_REGISTRYINDEX, cfr__across_key);
	lua_insert(L, -2);
	lua_rawseti(L, -2, (lua_Integer)script->scripted + 1);
	if (script->rules)
		add(L, script);
	script->scripted++;
	cfr__declaration_drop(script);
	return 0;
}

/* Lower-case words joined by '-'. */
static bool is_rule_name(cfr_str name)
{
	for (size_t i = 0; i < name.len; i++) {
		char c = name.ptr[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');

		if (!letter && !(c == '-' && i > 0 && i + 1 < name.len && name.ptr[i - 1] != '-'))
			return false;
	}
	return name.len > 0 && name.len <= 80 && name.ptr[0] >= 'a';
}

int cfr__rule(lua_State *L)
{
	cfr_script *script = cfr__script(L);
	lua_Debug ar = { .currentline = 0 };
	cfr_str name = cfr__arg_str(L, 1);

	if (!script->loading)
		return luaL_error(L, "rules are declared while the file is loaded");
	if (!is_rule_name(name))
		return cfr__fail(L, "for example \"agent-model-pinned\"",
				 "'%.80s' is no name of a rule: lower-case words joined by '-'", name.ptr);
	if (lua_gettop(L) > 1)
		return cfr__fail(L, "rule \"name\" { … }, without a comma", "rule takes a name, then its table");
	if (lua_getstack(L, 1, &ar))
		lua_getinfo(L, "l", &ar);
	script->pending = true;
	lua_settop(L, 1);
	lua_pushlightuserdata(L, script);
	lua_insert(L, 1);
	lua_pushinteger(L, ar.currentline > 0 ? ar.currentline : 1);
	lua_pushcclosure(L, describe, 3);
	return 1;
}
