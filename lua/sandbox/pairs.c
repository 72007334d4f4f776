/* lua/sandbox/pairs.c -- pairs in a fixed order, ipairs over all of a node.
 *
 * Stock `next` follows the layout of the table, which follows addresses and history. Here pairs goes by key: integers
 * upwards, other numbers upwards, strings by bytes, false, true. Keys without an order of their own (tables, functions,
 * nodes) are an error that says so, since any order given to them would not be the same tomorrow.
 *
 * pairs looks at all keys once. When they are 1..n and come in that order, which the array of a table guarantees, the
 * iterator counts. Otherwise the keys are copied and sorted. Either way the loop sees the keys that were there when it
 * began, less those whose value has become nil; it may change the table as it likes. The iterator keeps its place itself
 * and ignores the key that it is called with.
 */
#include "lua/sandbox/inside.h"

/* --- sorting keys --- */

enum rank { INTEGER, FLOAT, STRING, BOOLEAN };

struct key {
	union {
		lua_Integer i;
		lua_Number d;
		const char *s;
	};
	uint32_t len;
	uint32_t at : 30;		/* where the key stands in the list of keys */
	uint32_t rank : 2;
};

static bool before(const struct key *a, const struct key *b)
{
	if (a->rank != b->rank)
		return a->rank < b->rank;
	switch (a->rank) {
	case INTEGER:
	case BOOLEAN:
		return a->i < b->i;
	case FLOAT:
		return a->d < b->d;
	default:
		return cfr_str_cmp((cfr_str){ a->s, a->len }, (cfr_str){ b->s, b->len }) < 0;
	}
}

static void insertion_sort(struct key *keys, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		struct key k = keys[i];
		size_t j;

		for (j = i; j > 0 && before(&k, &keys[j - 1]); j--)
			keys[j] = keys[j - 1];
		keys[j] = k;
	}
}

static void merge(struct key *out, const struct key *a, size_t na, const struct key *b, size_t nb)
{
	while (na > 0 && nb > 0) {
		if (before(b, a)) {
			*out++ = *b++;
			nb--;
		} else {
			*out++ = *a++;
			na--;
		}
	}
	memcpy(out, a, na * sizeof(*a));
	memcpy(out + na, b, nb * sizeof(*b));
}

/* Runs of RUN keys by insertion, then merged in pairs, to and fro between two arrays. Returns the sorted one. */
static struct key *sort_keys(lua_State *L, struct key *keys, size_t n)
{
	enum { RUN = 12 };
	struct key *from = keys, *to;

	for (size_t i = 0; i < n; i += RUN) {
		insertion_sort(keys + i, n - i < RUN ? n - i : RUN);
		cfr_sandbox_steps(L, RUN * 4);
	}
	if (n <= RUN)
		return keys;
	to = lua_newuserdatauv(L, n * sizeof(*to), 0);
	for (size_t width = RUN; width < n; width *= 2) {
		for (size_t i = 0; i < n; i += 2 * width) {
			size_t na = n - i < width ? n - i : width, nb = n - i - na < width ? n - i - na : width;

			/* long runs in portions would be finer; strings with a long common beginning are what is slow */
			merge(to + i, from + i, na, from + i + na, nb);
			cfr_sandbox_steps(L, na + nb);
		}
		struct key *swap = from;

		from = to;
		to = swap;
	}
	return from;
}

static void read_key(lua_State *L, struct key *k)
{
	size_t len;

	switch (lua_type(L, -1)) {
	case LUA_TNUMBER:
		if (lua_isinteger(L, -1)) {
			k->rank = INTEGER;
			k->i = lua_tointeger(L, -1);
		} else {
			k->rank = FLOAT;
			k->d = lua_tonumber(L, -1);
		}
		break;
	case LUA_TSTRING:
		k->rank = STRING;
		k->s = lua_tolstring(L, -1, &len);
		k->len = (uint32_t)len;
		break;
	case LUA_TBOOLEAN:
		k->rank = BOOLEAN;
		k->i = lua_toboolean(L, -1);
		break;
	default:
		luaL_error(L, "pairs: a key is a %s, and those have no order (keep a list of them)", luaL_typename(L, -1));
	}
}

/* Put the list on the top of the stack into the order of `keys`, following its cycles. */
static void permute(lua_State *L, struct key *keys, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		size_t j = i;

		if (keys[i].at == i)
			continue;
		lua_rawgeti(L, -1, (lua_Integer)i + 1);
		while (keys[j].at != i) {
			size_t from = keys[j].at;

			lua_rawgeti(L, -2, (lua_Integer)from + 1);
			lua_rawseti(L, -3, (lua_Integer)j + 1);
			keys[j].at = (uint32_t)j & 0x3FFFFFFF;
			j = from;
			cfr_sandbox_steps(L, 4);
		}
		lua_rawseti(L, -2, (lua_Integer)j + 1);
		keys[j].at = (uint32_t)j & 0x3FFFFFFF;
	}
}

/* Push the sorted list of the keys of the table at `t`, of which there are n. */
static void push_keys(lua_State *L, int t, size_t n)
{
	struct key few[32], *keys = few, *sorted;
	size_t i = 0;
	int top;

	if (n >= (size_t)1 << 30)
		luaL_error(L, "too many keys");
	lua_createtable(L, (int)n, 0);
	top = lua_gettop(L);
	if (n > sizeof(few) / sizeof(few[0]))
		keys = lua_newuserdatauv(L, n * sizeof(*keys), 0);
	lua_pushnil(L);
	while (lua_next(L, t)) {
		lua_pop(L, 1);
		read_key(L, &keys[i]);
		keys[i].at = (uint32_t)i & 0x3FFFFFFF;
		lua_pushvalue(L, -1);
		lua_rawseti(L, top, (lua_Integer)++i);
		cfr_sandbox_steps(L, 4);
	}
	sorted = sort_keys(L, keys, n);
	lua_pushvalue(L, top);
	permute(L, sorted, n);
	lua_settop(L, top);
}

/* --- the iterators --- */

enum { UP_TABLE = 1, UP_KEYS, UP_PLACE, UP_COUNT };

/* Upvalues: the contents, the keys (nil: 1..n), how many are done, how many there are. */
static int next_pair(lua_State *L)
{
	lua_Integer i = lua_tointeger(L, lua_upvalueindex(UP_PLACE));
	lua_Integer n = lua_tointeger(L, lua_upvalueindex(UP_COUNT));
	bool listed = lua_type(L, lua_upvalueindex(UP_KEYS)) == LUA_TTABLE;

	lua_settop(L, 0);
	while (i < n) {
		i++;
		if (listed) {
			lua_rawgeti(L, lua_upvalueindex(UP_KEYS), i);
			lua_pushvalue(L, 1);
			lua_rawget(L, lua_upvalueindex(UP_TABLE));
		} else {
			lua_pushinteger(L, i);
			lua_rawgeti(L, lua_upvalueindex(UP_TABLE), i);
		}
		if (!lua_isnil(L, 2)) {
			lua_pushinteger(L, i);
			lua_replace(L, lua_upvalueindex(UP_PLACE));
			return 2;
		}
		cfr_sandbox_steps(L, 1);
		lua_settop(L, 0);
	}
	lua_pushinteger(L, n);
	lua_replace(L, lua_upvalueindex(UP_PLACE));
	lua_pushnil(L);
	return 1;
}

int cfr__pairs(lua_State *L)
{
	size_t n = 0;
	bool sequence = true;

	luaL_checkany(L, 1);
	lua_settop(L, 1);
	if (!cfr__contents(L, 1)) {
		if (luaL_getmetafield(L, 1, "__pairs") != LUA_TNIL) {
			lua_insert(L, 1);
			lua_call(L, 1, 3);
			return 3;
		}
		luaL_checktype(L, 1, LUA_TTABLE);
		lua_pushvalue(L, 1);
	}
	for (lua_pushnil(L); lua_next(L, 2); ) {
		lua_pop(L, 1);
		n++;
		sequence = sequence && lua_isinteger(L, -1) && (size_t)lua_tointeger(L, -1) == n;
		cfr_sandbox_steps(L, 1);
	}
	if (sequence)
		lua_pushnil(L);
	else
		push_keys(L, 2, n);
	lua_pushinteger(L, 0);
	lua_pushinteger(L, (lua_Integer)n);
	lua_pushcclosure(L, next_pair, 4);
	lua_pushvalue(L, 1);
	lua_pushnil(L);
	return 3;
}

static int next_item(lua_State *L)
{
	lua_Integer i = (lua_Integer)((lua_Unsigned)luaL_checkinteger(L, 2) + 1);

	lua_pushinteger(L, i);
	return lua_geti(L, 1, i) == LUA_TNIL ? 1 : 2;
}

/* A node's nulls read as nil and are no end: its length is. */
static int next_of_node(lua_State *L)
{
	lua_Integer i = luaL_checkinteger(L, 2);

	if (i >= lua_tointeger(L, lua_upvalueindex(1)))
		return 0;
	lua_pushinteger(L, i + 1);
	lua_geti(L, 1, i + 1);
	return 2;
}

int cfr__ipairs(lua_State *L)
{
	luaL_checkany(L, 1);
	if (lua_type(L, 1) == LUA_TUSERDATA && luaL_getmetafield(L, 1, "__len") != LUA_TNIL) {
		lua_pop(L, 1);
		lua_pushinteger(L, luaL_len(L, 1));
		lua_pushcclosure(L, next_of_node, 1);
	} else {
		lua_pushcfunction(L, next_item);
	}
	lua_pushvalue(L, 1);
	lua_pushinteger(L, 0);
	return 3;
}
