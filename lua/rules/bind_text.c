/* lua/rules/bind_text.c -- `text`: words and strings.
 *
 * Plain text, no patterns. Work that grows with its arguments is counted, so that the time ceiling holds inside.
 */
#include "lua/rules/inside.h"

#include "engine/base/glob.h"
#include "engine/base/utf8.h"

#include <math.h>

static bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

static int text_trim(lua_State *L)
{
	cfr_str s = cfr__arg_str(L, 1);

	while (s.len && is_space(s.ptr[0])) {
		s.ptr++;
		s.len--;
	}
	while (s.len && is_space(s.ptr[s.len - 1]))
		s.len--;
	cfr_sandbox_steps(L, s.len / 64 + 1);
	cfr__push_str(L, s);
	return 1;
}

/* The first occurrence in s at or behind `from`, or SIZE_MAX. Scripts cannot make this quadratic: steps are counted. */
static size_t find(lua_State *L, cfr_str s, cfr_str what, size_t from)
{
	const char *at = s.ptr + from, *end = s.ptr + s.len;

	if (what.len == 0)
		return from;
	while ((size_t)(end - at) >= what.len) {
		const char *hit = memchr(at, what.ptr[0], (size_t)(end - at) - what.len + 1);

		if (!hit)
			break;
		cfr_sandbox_steps(L, what.len / 16 + 1);
		if (memcmp(hit, what.ptr, what.len) == 0)
			return (size_t)(hit - s.ptr);
		at = hit + 1;
	}
	return SIZE_MAX;
}

static int text_split(lua_State *L)
{
	cfr_str s = cfr__arg_str(L, 1), separator = cfr__arg_str(L, 2);
	size_t from = 0, hit;
	lua_Integer n = 0;

	luaL_argcheck(L, separator.len > 0, 2, "the separator is empty");
	lua_newtable(L);
	while ((hit = find(L, s, separator, from)) != SIZE_MAX) {
		lua_pushlstring(L, s.ptr + from, hit - from);
		lua_rawseti(L, -2, ++n);
		from = hit + separator.len;
	}
	lua_pushlstring(L, s.ptr + from, s.len - from);
	lua_rawseti(L, -2, ++n);
	return 1;
}

static int text_lines(lua_State *L)
{
	cfr_str s = cfr__arg_str(L, 1);
	size_t from = 0;
	lua_Integer n = 0;

	lua_newtable(L);
	while (from < s.len) {
		const char *end = memchr(s.ptr + from, '\n', s.len - from);
		size_t stop = end ? (size_t)(end - s.ptr) : s.len, len = stop - from;

		if (len && end && s.ptr[stop - 1] == '\r')
			len--;
		lua_pushlstring(L, s.ptr + from, len);
		lua_rawseti(L, -2, ++n);
		cfr_sandbox_steps(L, len / 64 + 1);
		from = stop + 1;
	}
	return 1;
}

static int text_starts(lua_State *L)
{
	cfr_str s = cfr__arg_str(L, 1), p = cfr__arg_str(L, 2);

	lua_pushboolean(L, cfr_str_starts(s, p));
	return 1;
}

static int text_ends(lua_State *L)
{
	cfr_str s = cfr__arg_str(L, 1), p = cfr__arg_str(L, 2);

	lua_pushboolean(L, cfr_str_ends(s, p));
	return 1;
}

static int text_contains(lua_State *L)
{
	cfr_str s = cfr__arg_str(L, 1), p = cfr__arg_str(L, 2);

	lua_pushboolean(L, find(L, s, p, 0) != SIZE_MAX);
	return 1;
}

/* --- distances: optimal string alignment over bytes, three rows --- */

enum { LONGEST_WORD = 1000 };

static lua_Integer distance(lua_State *L, cfr_str a, cfr_str b)
{
	unsigned rows[3][LONGEST_WORD + 1];
	unsigned *before = rows[0], *last = rows[1], *row = rows[2], *old;

	for (unsigned j = 0; j <= b.len; j++)
		last[j] = j;
	for (unsigned i = 1; i <= a.len; i++) {
		row[0] = i;
		for (unsigned j = 1; j <= b.len; j++) {
			unsigned best = last[j - 1] + (a.ptr[i - 1] != b.ptr[j - 1]);

			if (last[j] + 1 < best)
				best = last[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			if (i > 1 && j > 1 && a.ptr[i - 1] == b.ptr[j - 2] && a.ptr[i - 2] == b.ptr[j - 1] &&
			    before[j - 2] + 1 < best)
				best = before[j - 2] + 1;
			row[j] = best;
		}
		cfr_sandbox_steps(L, b.len);
		old = before;
		before = last;
		last = row;
		row = old;
	}
	return (lua_Integer)last[b.len];
}

static int text_distance(lua_State *L)
{
	cfr_str a = cfr__arg_str(L, 1), b = cfr__arg_str(L, 2);

	if (a.len > LONGEST_WORD || b.len > LONGEST_WORD)
		return cfr__fail(L, NULL, "text.distance compares words of at most %d bytes", LONGEST_WORD);
	lua_pushinteger(L, distance(L, a, b));
	return 1;
}

static unsigned default_max(size_t len) { return len <= 2 ? 0 : len <= 4 ? 1 : 2; }

static int text_nearest(lua_State *L)
{
	cfr_str word = cfr__arg_str(L, 1);
	lua_Integer max = luaL_optinteger(L, 3, default_max(word.len)), n;
	unsigned best, d;
	bool alone = false;

	luaL_argcheck(L, max >= 0, 3, "must not be negative");
	if (max > 60)
		max = 60;
	if (lua_type(L, 2) != LUA_TTABLE && !cfr__is(L, 2, CFR__VIEW))
		luaL_argerror(L, 2, lua_pushfstring(L, "list expected, got %s", cfr__named(L, 2)));
	lua_settop(L, 2);
	n = luaL_len(L, 2);
	best = (unsigned)max + 1;
	lua_pushnil(L);			/* 3: the nearest */
	for (lua_Integer i = 1; i <= n; i++) {
		cfr_str entry;

		cfr_sandbox_steps(L, word.len * 8 + 1);
		if (lua_geti(L, 2, i) != LUA_TSTRING) {
			lua_pop(L, 1);
			continue;
		}
		entry.ptr = lua_tolstring(L, -1, &entry.len);
		d = cfr_str_distance(word, entry, best);
		if (d < best || (d == best && d <= (unsigned)max && !lua_rawequal(L, -1, 3))) {
			alone = d < best;
			best = d;
			lua_replace(L, 3);
		} else {
			lua_pop(L, 1);
		}
	}
	if (!alone) {
		lua_pushnil(L);
		return 1;
	}
	lua_settop(L, 3);
	return 1;
}

static int text_entropy(lua_State *L)
{
	cfr_str s = cfr__arg_str(L, 1);
	size_t counts[256] = { 0 };
	double bits = 0;

	for (size_t i = 0; i < s.len; i++)
		counts[(unsigned char)s.ptr[i]]++;
	cfr_sandbox_steps(L, s.len / 8 + 64);
	for (int i = 0; i < 256; i++) {
		double p = (double)counts[i] / (double)(s.len ? s.len : 1);

		if (counts[i])
			bits -= p * log2(p);
	}
	lua_pushnumber(L, bits > 0 ? bits : 0);
	return 1;
}

/* A quarter of it at most, four characters at most: enough to know it again. */
static int text_mask(lua_State *L)
{
	cfr_str s = cfr__arg_str(L, 1);
	bool valid = cfr_utf8_valid(s.ptr, s.len) == s.len;
	size_t count = valid ? cfr_utf8_count(s.ptr, s.len) : s.len, shown = valid ? count / 4 : 0, bytes = 0;

	cfr_sandbox_steps(L, s.len / 64 + 1);
	for (shown = shown > 4 ? 4 : shown; shown; shown--) {
		uint32_t c;

		bytes += cfr_utf8_decode(&c, s.ptr + bytes, s.len - bytes);
	}
	lua_pushlstring(L, s.ptr, bytes);
	lua_pushfstring(L, "…(%I character%s)", (LUAI_UACINT)count, count == 1 ? "" : "s");
	lua_concat(L, 2);
	return 1;
}

static int text_glob(lua_State *L)
{
	cfr_str pattern = cfr__arg_str(L, 1), s = cfr__arg_str(L, 2);

	/* cfr_glob_match takes at most pattern times text steps, and does not look at the clock. */
	if (pattern.len > 4096 || s.len > 4096)
		return cfr__fail(L, NULL, "text.glob matches names of at most 4096 bytes");
	cfr_sandbox_steps(L, pattern.len * s.len / 8 + 1);
	lua_pushboolean(L, cfr_glob_match(pattern, s));
	return 1;
}

const cfr__binding cfr__text_bindings[] = {
	{ "trim", text_trim, "(s: string): string", "without white space at both ends" },
	{ "split", text_split, "(s: string, sep: string): string[]", "the pieces between separators (plain text)" },
	{ "lines", text_lines, "(s: string): string[]", "the lines, without their ends" },
	{ "starts", text_starts, "(s: string, p: string): boolean", "does s begin with p" },
	{ "ends", text_ends, "(s: string, p: string): boolean", "does s end with p" },
	{ "contains", text_contains, "(s: string, p: string): boolean", "does p stand in s (plain text)" },
	{ "distance", text_distance, "(a: string, b: string): integer",
	  "edits between two words: insert, delete, replace, swap of neighbours" },
	{ "nearest", text_nearest, "(word: string, list: string[]|node, max?: integer): string|nil",
	  "the nearest entry, if it is the only one at that distance and within max" },
	{ "entropy", text_entropy, "(s: string): number", "bits a byte" },
	{ "mask", text_mask, "(s: string): string", "enough to recognise, useless to steal" },
	{ "glob", text_glob, "(pattern: string, s: string): boolean", "does the glob match the whole of s" },
	{ NULL, NULL, NULL, NULL },
};
