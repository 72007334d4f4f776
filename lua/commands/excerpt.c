/* lua/commands/excerpt.c -- the source line that a report shows beside a finding, without the secrets on it.
 *
 * A rule with the tag "secret" finds what must not get into a log, and reports of a check are logs. What such a finding
 * covers is shown as asterisks, one for each character, so that carets stay in place: in its own excerpt and in that of
 * any other finding on the same line. A finding that was waived hides its value like one that was not.
 */
#include "engine/check.h"
#include "lua/commands/bind.h"

#include <string.h>

static bool about_secret(const cfr_finding *finding)
{
	if (!finding->of)
		return false;
	for (uint32_t i = 0; i < finding->of->tags.count; i++) {
		if (cfr_str_eq(finding->of->tags.items[i], cfr_str_of("secret")))
			return true;
	}
	return false;
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

void cfr__cmd_set_excerpt(lua_State *L, const cfr_outcome *outcome, const cfr_finding *finding, const cfr_source *source)
{
	cfr_str line = cfr_source_line(source, finding->span.line);
	const cfr_finding *first = finding, *last = finding, *end = outcome->findings + outcome->finding_count;
	char *marked = NULL;

	/* Findings are sorted by file. */
	while (first > outcome->findings && cfr_str_eq(first[-1].file, finding->file))
		first--;
	while (last + 1 < end && cfr_str_eq(last[1].file, finding->file))
		last++;
	for (const cfr_finding *other = first; line.len && other <= last; other++) {
		if (!about_secret(other) || other->span.line > finding->span.line ||
		    other->span.end_line < finding->span.line)
			continue;
		if (!marked) {
			marked = lua_newuserdatauv(L, line.len, 0);
			memcpy(marked, line.ptr, line.len);
		}
		hide(marked, line.len, (size_t)(line.ptr - cfr_source_bytes(source).ptr), other);
	}
	if (!marked) {
		cfr__cmd_set_str(L, "excerpt", line);
		return;
	}
	push_hidden(L, line, marked);
	lua_setfield(L, -3, "excerpt");
	lua_pop(L, 1);
}
