/* lua/rules/template.c -- messages: "port {port} is used by {a} and {b}".
 *
 * A message is a template with named values, so that it can be told apart from what it speaks of. Values come out as
 * one line of text that is safe on a terminal: strings as they are with control characters escaped, numbers as Lua writes
 * them, nodes in short. A name without a value is an error of the rule, because a message with a gap helps nobody.
 */
#include "lua/rules/inside.h"

#include "engine/base/num.h"
#include "engine/base/utf8.h"

enum { LONGEST_STRING = 2000, LONGEST_NODE = 120 };

void cfr__escape(cfr_buf *out, cfr_str text)
{
	for (size_t i = 0; i < text.len; ) {
		unsigned char c = (unsigned char)text.ptr[i];
		size_t more = c < 0x80 ? 1 : c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : 2;

		if (c == '\n' || c == '\t' || c == '\r') {
			cfr_buf_addf(out, "\\%c", c == '\n' ? 'n' : c == '\t' ? 't' : 'r');
			i++;
		} else if (c < 0x20 || c == 0x7F || (c == 0xC2 && i + 1 < text.len && (unsigned char)text.ptr[i + 1] < 0xA0) ||
			   i + more > text.len || cfr_utf8_valid(text.ptr + i, more) != more) {
			cfr_buf_addf(out, "\\x%02X", c);
			i++;
		} else {
			cfr_buf_add(out, text.ptr + i, more);
			i += more;
		}
	}
}

/* At most `max` bytes, cut between characters. */
static void add_bounded(cfr_buf *out, cfr_str text, size_t max)
{
	size_t len = text.len;

	if (len > max) {
		for (len = max; len > 0 && ((unsigned char)text.ptr[len] & 0xC0) == 0x80; len--)
			;
	}
	cfr__escape(out, (cfr_str){ text.ptr, len });
	if (len < text.len)
		cfr_buf_addz(out, "…");
}

static void compact(cfr_buf *out, cfr_node node, size_t end)
{
	char number[CFR_NUM_MAX];
	cfr_kind kind = cfr_node_kind(node);
	cfr_node child;

	switch (kind) {
	case CFR_NULL:
		cfr_buf_addz(out, "null");
		return;
	case CFR_BOOL:
		cfr_buf_addz(out, cfr_node_bool(node) ? "true" : "false");
		return;
	case CFR_INT:
		cfr_buf_add(out, number, cfr_num_write_int(number, cfr_node_int(node)));
		return;
	case CFR_FLOAT:
		cfr_buf_add(out, number, cfr_num_write_float(number, cfr_node_float(node)));
		return;
	case CFR_SEQUENCE:
	case CFR_MAPPING:
		break;
	default:
		add_bounded(out, cfr_node_string(node), end);
		return;
	}
	cfr_buf_addc(out, kind == CFR_MAPPING ? '{' : '[');
	for (uint32_t i = 0; i < cfr_node_size(node) && cfr_node_at(&child, node, i, NULL) == 0; i++) {
		if (i)
			cfr_buf_addz(out, ", ");
		if (out->len > end || out->failed) {
			cfr_buf_addz(out, "…");
			break;
		}
		if (kind == CFR_MAPPING) {
			add_bounded(out, cfr_node_key(child), LONGEST_NODE);
			cfr_buf_addz(out, ": ");
		}
		if (cfr_node_kind(child) == CFR_STRING)
			add_bounded(out, cfr_node_string(child), LONGEST_NODE);
		else
			compact(out, child, end);	/* depth has a ceiling, and the length ends it sooner */
	}
	cfr_buf_addc(out, kind == CFR_MAPPING ? '}' : ']');
}

void cfr__compact(cfr_buf *out, cfr_node node, size_t max) { compact(out, node, out->len + max); }

/* A list of words, "a, b and more": what a rule found, counted out. */
static void add_list(lua_State *L, cfr_buf *out, int t, const char *name, cfr_script *script);

static void add_value(lua_State *L, cfr_buf *out, int index, const char *name, cfr_script *script, bool nested)
{
	cfr__view *view;
	cfr_str s;

	switch (lua_type(L, index)) {
	case LUA_TSTRING:
		s.ptr = lua_tolstring(L, index, &s.len);
		add_bounded(out, s, LONGEST_STRING);
		return;
	case LUA_TNUMBER:
		lua_pushvalue(L, index);
		s.ptr = lua_tolstring(L, -1, &s.len);
		cfr_buf_adds(out, s);
		lua_pop(L, 1);
		return;
	case LUA_TBOOLEAN:
		cfr_buf_addz(out, lua_toboolean(L, index) ? "true" : "false");
		return;
	case LUA_TUSERDATA:
		view = cfr__is_node(L, index);
		if (!view)
			break;
		if (cfr__is_container(cfr_node_kind(cfr__node_of(view))))
			cfr__compact(out, cfr__node_of(view), LONGEST_NODE);
		else
			compact(out, cfr__node_of(view), LONGEST_STRING);
		return;
	case LUA_TTABLE:
		if (!nested) {
			add_list(L, out, index, name, script);
			return;
		}
		break;
	default:
		break;
	}
	cfr__fail(L, NULL, "the message's {%s} is %s, which has no text", name, cfr__named(L, index));
}

static void add_list(lua_State *L, cfr_buf *out, int t, const char *name, cfr_script *script)
{
	lua_Integer n = luaL_len(L, t);

	luaL_checkstack(L, 4, NULL);
	for (lua_Integer i = 1; i <= n; i++) {
		if (i > 1)
			cfr_buf_addz(out, ", ");
		if (i > 20) {
			cfr_buf_addz(out, "…");
			break;
		}
		lua_geti(L, t, i);
		add_value(L, out, lua_gettop(L), name, script, true);
		lua_pop(L, 1);
	}
	if (n == 0 && lua_rawlen(L, t) == 0) {
		lua_pushnil(L);
		if (lua_next(L, t))
			cfr__fail(L, NULL, "the message's {%s} is a table with names, which has no text", name);
	}
}

static bool name_char(char c, bool first)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (!first && c >= '0' && c <= '9');
}

static const char *const reserved_names[] = { "at", "at_key", "related", "fix", "safety", NULL };

static bool reserved(const char *name)
{
	for (size_t i = 0; reserved_names[i]; i++) {
		if (strcmp(name, reserved_names[i]) == 0)
			return true;
	}
	return false;
}

static bool names(cfr_str template, cfr_str value)
{
	for (size_t i = 0; i + value.len + 2 <= template.len; i++) {
		if (template.ptr[i] == '{' && template.ptr[i + value.len + 1] == '}' &&
		    memcmp(template.ptr + i + 1, value.ptr, value.len) == 0)
			return true;
	}
	return false;
}

/* `sfety = "guarded"` would be a value that nothing shows, and its fix would pass as safe. Of several the first by name
 * is told, since the order of a table is not the same in every run. */
void cfr__refuse_misspelt(lua_State *L, cfr_str template, int values)
{
	cfr_str first = { NULL, 0 };

	luaL_checkstack(L, 4, NULL);
	lua_pushnil(L);
	while (lua_next(L, values)) {
		cfr_str key = { NULL, 0 };

		lua_pop(L, 1);
		if (lua_type(L, -1) != LUA_TSTRING)
			continue;
		key.ptr = lua_tolstring(L, -1, &key.len);
		if (key.len < 3 || reserved(key.ptr) || names(template, key) || !cfr__nearest_word(key, reserved_names))
			continue;
		if (!first.ptr || cfr_str_cmp(key, first) < 0)
			first = key;
	}
	if (first.ptr)
		cfr__fail(L, lua_pushfstring(L, "did you mean '%s'?", cfr__nearest_word(first, reserved_names)),
			  "ctx:report: '%.60s' is neither in the message nor one of at, at_key, related, fix and safety",
			  first.ptr);
}

/* s[0] is '{'; appends the value and returns the length of what was read. */
static size_t add_named(lua_State *L, cfr_script *script, const char *s, size_t len, int values)
{
	char name[64];
	size_t n = 1;

	while (n < len && n < sizeof(name) - 1 && name_char(s[n], n == 1))
		n++;
	if (n == 1 || n == len || s[n] != '}')
		cfr__fail(L, "a brace that is no value is written twice: {{ or }}", "the message has a '{' without a name and '}'");
	memcpy(name, s + 1, n - 1);
	name[n - 1] = '\0';
	if (reserved(name))
		cfr__fail(L, "at, at_key, related, fix and safety are not values: choose another name", "the message cannot show {%s}", name);
	if (!values || lua_getfield(L, values, name) == LUA_TNIL)
		cfr__fail(L, "give it in the table behind the message; a nil there counts as missing",
			  "the message names {%s}, and there is no value of that name", name);
	add_value(L, &script->text, lua_gettop(L), name, script, false);
	lua_pop(L, 1);
	return n + 1;
}

void cfr__fill(lua_State *L, cfr_script *script, cfr_str template, int values)
{
	cfr_buf *out = &script->text;
	cfr_err err = CFR_ERR_INIT;
	size_t i = 0;

	luaL_checkstack(L, 8, NULL);
	cfr_buf_clear(out);
	out->max = script->limits.of[CFR_LIMIT_OUTPUT];
	while (i < template.len) {
		const char *brace = template.ptr + i;

		while (brace < template.ptr + template.len && *brace != '{' && *brace != '}')
			brace++;
		cfr__escape(out, (cfr_str){ template.ptr + i, (size_t)(brace - template.ptr) - i });
		i = (size_t)(brace - template.ptr);
		if (i == template.len)
			break;
		if (i + 1 < template.len && brace[1] == *brace) {
			cfr_buf_addc(out, *brace);
			i += 2;
		} else if (*brace == '}') {
			cfr__fail(L, "write }} for a brace", "the message has a '}' that closes nothing");
		} else {
			i += add_named(L, script, brace, template.len - i, values);
		}
	}
	if (out->failed == CFR_E_LIMIT) {
		cfr_err_limit(&err, &script->limits, CFR_LIMIT_OUTPUT);
		cfr__raise(L, &err);
	}
	if (cfr_buf_check(out, &err) < 0)
		cfr__raise(L, &err);
}
