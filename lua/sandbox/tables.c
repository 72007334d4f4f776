/* lua/sandbox/tables.c -- concat, insert, remove, move, sort, unpack.
 *
 * Written from the reference manual (5.4, 6.6). Like the stock functions they honour metamethods, so they read nodes and
 * constant tables, and are refused where they would write into one. Unlike the stock functions they count their work.
 *
 * sort merges: it is stable, calls the comparison a bounded number of times whatever that answers, and moves nothing in
 * the table before it has finished, so that an error in a comparison leaves the table as it was.
 */
#include "lua/sandbox/inside.h"

#include <limits.h>

enum { READS = 1, WRITES = 2, LENGTH = 4 };

static bool has(lua_State *L, int index, const char *event)
{
	if (luaL_getmetafield(L, index, event) == LUA_TNIL)
		return false;
	lua_pop(L, 1);
	return true;
}

static void check_table(lua_State *L, int index, int what)
{
	if (lua_istable(L, index))
		return;
	if ((!(what & READS) || has(L, index, "__index")) && (!(what & WRITES) || has(L, index, "__newindex")) &&
	    (!(what & LENGTH) || has(L, index, "__len")))
		return;
	luaL_checktype(L, index, LUA_TTABLE);
}

static lua_Integer length(lua_State *L, int index, int what)
{
	check_table(L, index, what | LENGTH);
	return luaL_len(L, index);
}

/* A table of scripts has no metatable and is read without asking for one. */
static bool is_plain(lua_State *L, int index)
{
	if (!lua_istable(L, index))
		return false;
	if (lua_getmetatable(L, index)) {
		lua_pop(L, 1);
		return false;
	}
	return true;
}

static void get(lua_State *L, int index, lua_Integer i, bool plain)
{
	if (plain)
		lua_rawgeti(L, index, i);
	else
		lua_geti(L, index, i);
}

static void set(lua_State *L, int index, lua_Integer i, bool plain)
{
	if (plain)
		lua_rawseti(L, index, i);
	else
		lua_seti(L, index, i);
}

/* Every 256 turns of a loop. */
static void count(lua_State *L, lua_Integer i)
{
	if ((i & 255) == 0)
		cfr_sandbox_steps(L, 256);
}

static void concat_one(lua_State *L, cfr__buffer *b, lua_Integer i, bool plain)
{
	size_t len;
	const char *s;
	int type;

	get(L, 1, i, plain);
	type = lua_type(L, -1);
	if (type != LUA_TSTRING && type != LUA_TNUMBER)
		luaL_error(L, "invalid value (at index %I) in table for 'concat': a %s", (LUAI_UACINT)i,
		           luaL_typename(L, -1));
	s = lua_tolstring(L, -1, &len);
	cfr__buffer_add(b, s, len);
	lua_pop(L, 1);
}

int cfr__table_concat(lua_State *L)
{
	lua_Integer last = length(L, 1, READS), i;
	size_t sep_len;
	const char *sep = luaL_optlstring(L, 2, "", &sep_len);
	bool plain = is_plain(L, 1);
	cfr__buffer b;

	i = luaL_optinteger(L, 3, 1);
	last = luaL_optinteger(L, 4, last);
	cfr__buffer_init(L, &b);
	if (i <= last) {
		for (; i < last; i++) {
			concat_one(L, &b, i, plain);
			cfr__buffer_add(&b, sep, sep_len);
		}
		concat_one(L, &b, last, plain);
	}
	cfr__buffer_push(&b);
	return 1;
}

int cfr__table_insert(lua_State *L)
{
	lua_Integer end = (lua_Integer)((lua_Unsigned)length(L, 1, READS | WRITES) + 1), at = end;
	bool plain = is_plain(L, 1);

	switch (lua_gettop(L)) {
	case 2:
		break;
	case 3:
		at = luaL_checkinteger(L, 2);
		luaL_argcheck(L, (lua_Unsigned)at - 1 < (lua_Unsigned)end, 2, "position out of bounds");
		for (lua_Integer i = end; i > at; i--) {
			count(L, i);
			get(L, 1, i - 1, plain);
			set(L, 1, i, plain);
		}
		break;
	default:
		return luaL_error(L, "wrong number of arguments to 'insert'");
	}
	set(L, 1, at, plain);
	return 0;
}

int cfr__table_remove(lua_State *L)
{
	lua_Integer n = length(L, 1, READS | WRITES), at = luaL_optinteger(L, 2, n);
	bool plain = is_plain(L, 1);

	if (lua_gettop(L) > 1 && at != n)
		luaL_argcheck(L, (lua_Unsigned)at - 1 <= (lua_Unsigned)n, 2, "position out of bounds");
	get(L, 1, at, plain);
	for (; at < n; at++) {
		count(L, at);
		get(L, 1, at + 1, plain);
		set(L, 1, at, plain);
	}
	lua_pushnil(L);
	set(L, 1, at, plain);
	return 1;
}

int cfr__table_move(lua_State *L)
{
	lua_Integer from = luaL_checkinteger(L, 2), end = luaL_checkinteger(L, 3), to = luaL_checkinteger(L, 4), n;
	int dest = lua_isnoneornil(L, 5) ? 1 : 5;
	bool plain, dest_plain;

	check_table(L, 1, READS);
	check_table(L, dest, WRITES);
	lua_settop(L, 5);
	if (end >= from) {
		luaL_argcheck(L, from > 0 || end < LUA_MAXINTEGER + from, 3, "too many elements to move");
		n = end - from + 1;
		luaL_argcheck(L, to <= LUA_MAXINTEGER - n + 1, 4, "destination wrap around");
		plain = is_plain(L, 1);
		dest_plain = is_plain(L, dest);
		/* upwards unless that would overwrite what is still to be read */
		bool upwards = to > end || to <= from || (dest == 5 && !lua_rawequal(L, 1, 5));

		for (lua_Integer k = 0; k < n; k++) {
			lua_Integer i = upwards ? k : n - 1 - k;

			count(L, k);
			get(L, 1, from + i, plain);
			set(L, dest, to + i, dest_plain);
		}
	}
	lua_pushvalue(L, dest);
	return 1;
}

int cfr__table_unpack(lua_State *L)
{
	lua_Integer i = luaL_optinteger(L, 2, 1), end;
	lua_Unsigned n;
	bool plain = is_plain(L, 1);

	end = lua_isnoneornil(L, 3) ? luaL_len(L, 1) : luaL_checkinteger(L, 3);
	if (i > end)
		return 0;
	n = (lua_Unsigned)end - (lua_Unsigned)i;
	if (n >= INT_MAX || !lua_checkstack(L, (int)++n))
		return luaL_error(L, "too many results to unpack");
	for (lua_Unsigned k = 0; k < n; k++) {
		count(L, (lua_Integer)k);
		get(L, 1, (lua_Integer)((lua_Unsigned)i + k), plain);
	}
	return (int)n;
}

/* --- sort --- */

/* Is the value at stack index a to stand before the one at b? */
static bool before(lua_State *L, int a, int b, bool compare)
{
	bool answer;

	if (!compare)
		return lua_compare(L, a, b, LUA_OPLT);
	lua_pushvalue(L, 2);
	lua_pushvalue(L, a < 0 ? a - 1 : a);
	lua_pushvalue(L, b < 0 ? b - 2 : b);
	lua_call(L, 2, 1);
	answer = lua_toboolean(L, -1);
	lua_pop(L, 1);
	return answer;
}

/* Merge from[lo, mid) and from[mid, hi) into `to`. The next value of each run waits on the stack. */
static void merge(lua_State *L, int from, int to, lua_Integer lo, lua_Integer mid, lua_Integer hi, bool compare)
{
	lua_Integer a = lo, b = mid;

	if (mid < hi) {
		lua_rawgeti(L, from, a);
		lua_rawgeti(L, from, b);
		int left = lua_gettop(L) - 1, right = left + 1;

		for (;;) {
			bool second = before(L, right, left, compare);

			if ((lo & 15) == 0)
				cfr_sandbox_steps(L, 64);
			lua_pushvalue(L, second ? right : left);
			lua_rawseti(L, to, lo++);
			if (second ? ++b == hi : ++a == mid)
				break;
			lua_rawgeti(L, from, second ? b : a);
			lua_replace(L, second ? right : left);
		}
		lua_pop(L, 2);
	}
	for (; a < mid; a++) {
		lua_rawgeti(L, from, a);
		lua_rawseti(L, to, lo++);
	}
	for (; b < hi; b++) {
		lua_rawgeti(L, from, b);
		lua_rawseti(L, to, lo++);
	}
	cfr_sandbox_steps(L, 1);
}

int cfr__table_sort(lua_State *L)
{
	lua_Integer n = length(L, 1, READS | WRITES);
	bool compare = !lua_isnoneornil(L, 2), plain = is_plain(L, 1);
	int from = 3, to = 4;

	if (n < 2)
		return 0;
	luaL_argcheck(L, n < INT_MAX, 1, "array too big");
	if (compare)
		luaL_checktype(L, 2, LUA_TFUNCTION);
	if (cfr__contents(L, 1))
		return luaL_argerror(L, 1, "this table is constant (sort a copy)");
	lua_settop(L, 2);
	lua_createtable(L, (int)n, 0);
	lua_createtable(L, (int)n, 0);
	for (lua_Integer i = 1; i <= n; i++) {
		count(L, i);
		get(L, 1, i, plain);
		lua_rawseti(L, from, i);
	}
	for (lua_Integer width = 1; width < n; width *= 2) {
		for (lua_Integer lo = 1; lo <= n; lo += 2 * width) {
			lua_Integer mid = lo + width <= n ? lo + width : n + 1;
			lua_Integer hi = mid + width <= n ? mid + width : n + 1;

			merge(L, from, to, lo, mid, hi, compare);
		}
		int swap = from;

		from = to;
		to = swap;
	}
	for (lua_Integer i = 1; i <= n; i++) {
		count(L, i);
		lua_rawgeti(L, from, i);
		set(L, 1, i, plain);
	}
	return 0;
}
