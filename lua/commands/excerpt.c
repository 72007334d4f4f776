/* lua/commands/excerpt.c -- the source line that a report shows beside a finding, without the secrets on it.
 *
 * A rule with the tag "secret" finds what must not get into a log, and reports of a check are logs. What such a finding
 * covers is shown as asterisks, one for each character, so that carets stay in place: in its own excerpt and in that of
 * any other finding on the same line. A finding that was waived hides its value like one that was not.
 */
#include "engine/check.h"
#include "lua/commands/bind.h"

#include <string.h>

bool cfr__cmd_is_secret(const cfr_rule *rule)
{
	for (uint32_t i = 0; rule && i < rule->tags.count; i++) {
		if (cfr_str_eq(rule->tags.items[i], CFR_STR("secret")))
			return true;
	}
	return false;
}

cfr__secrets cfr__cmd_push_secrets(lua_State *L, const cfr_outcome *outcome)
{
	cfr__secrets secrets = { 0 };
	uint32_t count = 0;

	for (uint32_t i = 0; i < outcome->finding_count; i++)
		count += cfr__cmd_is_secret(outcome->findings[i].of);
	secrets.items = lua_newuserdatauv(L, (count + 1) * sizeof(*secrets.items), 0);
	for (uint32_t i = 0; i < outcome->finding_count; i++) {
		if (cfr__cmd_is_secret(outcome->findings[i].of))
			secrets.items[secrets.count++] = &outcome->findings[i];
	}
	return secrets;
}

/* Marks the bytes of a line that lies at `at` of its source. */
static void hide(char *line, size_t len, size_t at, const cfr_finding *secret)
{
	size_t start = secret->span.start > at ? secret->span.start - at : 0;
	size_t end = secret->span.end > at ? secret->span.end - at : 0;

	for (size_t i = start; i < end && i < len; i++)
		line[i] = '\0';
}

/* Pushes the line; an asterisk for each hidden character. */
static void push_hidden(lua_State *L, cfr_str line, const char *marked)
{
	luaL_Buffer out;

	luaL_buffinit(L, &out);
	for (size_t i = 0; i < line.len; i++) {
		if (marked[i])
			luaL_addchar(&out, marked[i]);
		else if (((unsigned char)line.ptr[i] & 0xC0) != 0x80)
			luaL_addchar(&out, '*');
	}
	luaL_pushresult(&out);
}

/* Does a secret lie on the line that a finding is shown with? The text of a fixed one is there no more. */
static bool on_line(const cfr_finding *secret, const cfr_finding *finding)
{
	return secret->standing != CFR_FIXED && secret->span.line <= finding->span.line &&
	       secret->span.end_line >= finding->span.line && cfr_str_eq(secret->file, finding->file);
}

/* Push a line, as the same string as the last time when it is the same line: a document without line breaks may have
 * thousands of findings, and each would have a copy of the whole. */
static void push_shared(lua_State *L, cfr_str line)
{
	static const char last_line[] = "line of an excerpt";
	cfr_str last;

	lua_rawgetp(L, LUA_REGISTRYINDEX, last_line);
	last.ptr = lua_tolstring(L, -1, &last.len);
	if (last.ptr && cfr_str_eq(last, line))
		return;
	lua_pop(L, 1);
	lua_pushlstring(L, line.ptr, line.len);
	lua_pushvalue(L, -1);
	lua_rawsetp(L, LUA_REGISTRYINDEX, last_line);
}

void cfr__cmd_set_excerpt(lua_State *L, const cfr__secrets *secrets, const cfr_finding *finding, const cfr_source *source)
{
	cfr_str line = cfr_source_line(source, finding->span.line);
	char *marked = NULL;

	for (uint32_t i = 0; line.len && i < secrets->count; i++) {
		if (!on_line(secrets->items[i], finding))
			continue;
		if (!marked) {
			marked = lua_newuserdatauv(L, line.len, 0);
			memcpy(marked, line.ptr, line.len);
		}
		hide(marked, line.len, (size_t)(line.ptr - cfr_source_bytes(source).ptr), secrets->items[i]);
	}
	if (!marked && line.len) {
		push_shared(L, line);
		lua_setfield(L, -2, "excerpt");
		return;
	}
	if (!marked) {
		cfr__cmd_set_str(L, "excerpt", line);
		return;
	}
	push_hidden(L, line, marked);
	lua_setfield(L, -3, "excerpt");
	lua_pop(L, 1);
}
