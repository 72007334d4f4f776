/* lua/sandbox/freeze.c -- constant values: tables nobody can write, upvalues that come back.
 *
 * A constant table is a *window*: an empty table whose metatable reads from a hidden table, where the contents live.
 * The table that scripts already hold is made the window, in place, so every reference to it becomes constant at once.
 * What writes without asking metatables (rawset, next) is not in the world of scripts; the functions of our own library
 * that do ask see the refusal. `pairs` looks through the window (cfr__contents), everything else goes through __index.
 *
 * After a rule file has run, everything its functions reach is frozen: tables so, and of the upvalues those that some
 * reachable function could assign (assigns.c finds them, usually there are none). Their values are noted; after a job
 * they are compared, put back, and the rule is told which variable it changed.
 *
 * Two things cannot be put back, and are refused when they are met: an iterator (a closure in C that remembers where it
 * is), and, in a result that several jobs share, a function that assigns a variable nobody has noted.
 */
#include "lua/sandbox/inside.h"

/* Key in a metatable: its value is the hidden table. Only windows have it. */
static const char contents_key[] = "contents";
/* Registry: list of { function, index of the upvalue, value, name }, one after the other. */
static const char watched_key[] = "watched";

static int refuse_write(lua_State *L)
{
	if (lua_type(L, 2) == LUA_TSTRING && lua_rawlen(L, 2) < 100)
		return luaL_error(L, "this table is constant: '%s' cannot be set (make a table inside the function)",
		                  lua_tostring(L, 2));
	return luaL_error(L, "this table is constant (make a table inside the function)");
}

static int window_len(lua_State *L)
{
	if (!cfr__contents(L, 1))
		return luaL_argerror(L, 1, "table expected");
	lua_pushinteger(L, (lua_Integer)lua_rawlen(L, -1));
	return 1;
}

bool cfr__contents(lua_State *L, int index)
{
	if (!lua_istable(L, index) || !lua_getmetatable(L, index))
		return false;
	if (lua_rawgetp(L, -1, contents_key) == LUA_TTABLE) {
		lua_remove(L, -2);
		return true;
	}
	lua_pop(L, 2);
	return false;
}

void cfr__window(lua_State *L, lua_CFunction newindex)
{
	lua_createtable(L, 0, 5);
	lua_pushvalue(L, -2);
	lua_rawsetp(L, -2, contents_key);
	lua_pushvalue(L, -2);
	lua_setfield(L, -2, "__index");
	lua_pushcfunction(L, newindex);
	lua_setfield(L, -2, "__newindex");
	lua_pushcfunction(L, window_len);
	lua_setfield(L, -2, "__len");
	lua_pushboolean(L, 0);
	lua_setfield(L, -2, "__metatable");
	lua_remove(L, -2);
}

void cfr__readonly(lua_State *L, int index)
{
	int hash = 0;

	luaL_checkstack(L, 5, NULL);
	index = lua_absindex(L, index);
	if (lua_getmetatable(L, index)) {	/* the host's own, or constant already */
		lua_pop(L, 1);
		return;
	}
	for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1))
		hash++;
	hash -= (int)lua_rawlen(L, index);
	lua_createtable(L, (int)lua_rawlen(L, index), hash > 0 ? hash : 0);
	lua_pushnil(L);
	while (lua_next(L, index)) {
		cfr_sandbox_steps(L, 1);
		lua_pushvalue(L, -2);
		lua_insert(L, -2);
		lua_rawset(L, -4);
	}
	for (lua_pushnil(L); lua_next(L, -2); ) {
		lua_pop(L, 1);
		lua_pushvalue(L, -1);
		lua_pushnil(L);
		lua_rawset(L, index);
	}
	cfr__window(L, refuse_write);
	lua_setmetatable(L, index);
}

/* --- everything that can be reached --- */

/* Work to do and work done, as tables at these stack indices. */
struct walk {
	lua_State *L;
	int queue, seen;
	lua_Integer head, tail;
	int watched;			/* stack index of the list of upvalues noted */
	bool noting;			/* more may be noted; otherwise functions that assign are refused */
	const char *name;		/* of the variable last followed, for messages */
};

/* Iterators count in their upvalues; all that other functions in C have there are addresses of the host. */
static void refuse_iterator(struct walk *w)
{
	for (int n = 1; lua_getupvalue(w->L, -1, n) != NULL; n++) {
		if (lua_type(w->L, -1) != LUA_TLIGHTUSERDATA)
			luaL_error(w->L, "%s holds an iterator, which would go on where the last run left it (make it inside "
			           "the function)", w->name ? lua_pushfstring(w->L, "'%s'", w->name) : "a shared value");
		lua_pop(w->L, 1);
	}
}

/* Takes the value on the top. */
static void visit(struct walk *w)
{
	lua_State *L = w->L;
	int type = lua_type(L, -1);

	if (lua_iscfunction(L, -1))
		refuse_iterator(w);
	if (type != LUA_TTABLE && (type != LUA_TFUNCTION || lua_iscfunction(L, -1))) {
		lua_pop(L, 1);
		return;
	}
	lua_pushvalue(L, -1);
	if (lua_rawget(L, w->seen) != LUA_TNIL) {
		lua_pop(L, 2);
		return;
	}
	lua_pop(L, 1);
	lua_pushvalue(L, -1);
	lua_pushboolean(L, 1);
	lua_rawset(L, w->seen);
	lua_rawseti(L, w->queue, ++w->tail);
}

static void walk_table(struct walk *w)
{
	lua_State *L = w->L;
	int t = lua_gettop(L);

	if (lua_getmetatable(L, t)) {
		lua_pop(L, 1);
		return;
	}
	lua_pushnil(L);
	while (lua_next(L, t)) {
		cfr_sandbox_steps(L, 1);
		visit(w);
		lua_pushvalue(L, -1);
		visit(w);
	}
	cfr__readonly(L, t);
}

/* Note upvalue n (its value on the top, popped) of the function below it, once for all who share it. */
static void watch_upvalue(struct walk *w, int function, int n, const char *name)
{
	lua_State *L = w->L;
	void *id = lua_upvalueid(L, function, n);
	lua_Integer at = (lua_Integer)lua_rawlen(L, w->watched);

	if (lua_rawgetp(L, w->seen, id) != LUA_TNIL) {
		lua_pop(L, 2);
		return;
	}
	lua_pop(L, 1);
	if (!w->noting)
		luaL_error(L, "a function that assigns '%s' cannot be part of a shared result, which is constant", name);
	lua_pushboolean(L, 1);
	lua_rawsetp(L, w->seen, id);
	/* nil would make a hole: a missing value is written as the list itself */
	if (lua_isnil(L, -1)) {
		lua_pop(L, 1);
		lua_pushvalue(L, w->watched);
	}
	lua_rawseti(L, w->watched, at + 3);
	lua_pushvalue(L, function);
	lua_rawseti(L, w->watched, at + 1);
	lua_pushinteger(L, n);
	lua_rawseti(L, w->watched, at + 2);
	lua_pushstring(L, name && *name ? name : "?");
	lua_rawseti(L, w->watched, at + 4);
}

static void walk_function(struct walk *w)
{
	lua_State *L = w->L;
	int f = lua_gettop(L);
	bool assigns[256] = { false };	/* a function has at most 255 upvalues */
	const char *name;

	cfr__assigns(L, assigns, 256);
	for (int n = 1; n < 256 && (name = lua_getupvalue(L, f, n)) != NULL; n++) {
		cfr_sandbox_steps(L, 1);
		if (assigns[n - 1]) {
			lua_pushvalue(L, -1);
			watch_upvalue(w, f, n, name);
		}
		w->name = *name ? name : NULL;
		visit(w);
	}
}

static void walk_all(struct walk *w)
{
	lua_State *L = w->L;

	while (w->head < w->tail) {
		lua_rawgeti(L, w->queue, ++w->head);
		lua_pushnil(L);
		lua_rawseti(L, w->queue, w->head);
		w->name = NULL;
		if (lua_istable(L, -1))
			walk_table(w);
		else
			walk_function(w);
		lua_pop(L, 1);
	}
}

/* From the value at `root`; with `noting`, from the values of the table there, which stays the host's. */
static void walk_from(lua_State *L, int root, bool noting)
{
	struct walk w = { .L = L, .noting = noting };
	int top = lua_gettop(L);

	luaL_checkstack(L, 20, NULL);
	root = lua_absindex(L, root);
	if (lua_rawgetp(L, LUA_REGISTRYINDEX, watched_key) != LUA_TTABLE) {
		lua_pop(L, 1);
		lua_newtable(L);
		lua_pushvalue(L, -1);
		lua_rawsetp(L, LUA_REGISTRYINDEX, watched_key);
	}
	w.watched = lua_gettop(L);
	lua_newtable(L);
	w.queue = lua_gettop(L);
	lua_newtable(L);
	w.seen = lua_gettop(L);
	/* upvalues noted by an earlier freeze */
	for (lua_Integer i = 1; i <= (lua_Integer)lua_rawlen(L, w.watched); i += 4) {
		lua_rawgeti(L, w.watched, i);
		lua_rawgeti(L, w.watched, i + 1);
		int n = (int)lua_tointeger(L, -1);

		lua_pop(L, 1);
		lua_pushboolean(L, 1);
		lua_rawsetp(L, w.seen, lua_upvalueid(L, -2, n));
		lua_pop(L, 1);
	}
	if (noting && lua_istable(L, root)) {
		lua_pushnil(L);
		while (lua_next(L, root))
			visit(&w);
	} else {
		lua_pushvalue(L, root);
		visit(&w);
	}
	walk_all(&w);
	cfr__sandbox(L)->watched = (int)(lua_rawlen(L, w.watched) / 4);
	lua_settop(L, top);
}

void cfr_sandbox_constant(lua_State *L, int index) { walk_from(L, index, false); }

/* --- after a rule file --- */

static int freeze(lua_State *L)	/* roots */
{
	walk_from(L, 1, true);
	return 0;
}

int cfr_sandbox_freeze(cfr_sandbox *sandbox, int roots, cfr_err *err)
{
	lua_State *L = sandbox->L;

	roots = lua_absindex(L, roots);
	if (!lua_checkstack(L, 4))
		return cfr_err_nomem(err);
	lua_pushcfunction(L, freeze);
	lua_pushvalue(L, roots);
	return cfr_sandbox_call(sandbox, 1, 0, err);
}

/* --- after a job --- */

/* Are the two values on the top the same to the last bit? -0.0 == 0.0, and NaN is not itself. */
static bool same(lua_State *L)
{
	lua_Number a, b;

	if (lua_type(L, -1) != LUA_TNUMBER || lua_type(L, -2) != LUA_TNUMBER)
		return lua_rawequal(L, -1, -2);
	if (lua_isinteger(L, -1) || lua_isinteger(L, -2))
		return lua_isinteger(L, -1) == lua_isinteger(L, -2) && lua_rawequal(L, -1, -2);
	a = lua_tonumber(L, -1);
	b = lua_tonumber(L, -2);
	return memcmp(&a, &b, sizeof(a)) == 0;
}

/* Compares all, puts back what changed, returns the name of the first or nil. Allocates nothing. */
static int restore(lua_State *L)
{
	lua_Integer count;

	lua_rawgetp(L, LUA_REGISTRYINDEX, watched_key);	/* 1 */
	lua_pushnil(L);					/* 2: the answer */
	count = (lua_Integer)lua_rawlen(L, 1);
	for (lua_Integer i = 1; i <= count; i += 4) {
		lua_rawgeti(L, 1, i);
		lua_rawgeti(L, 1, i + 1);
		int n = (int)lua_tointeger(L, -1);

		lua_pop(L, 1);
		lua_rawgeti(L, 1, i + 2);
		if (lua_rawequal(L, -1, 1)) {
			lua_pop(L, 1);
			lua_pushnil(L);
		}
		if (lua_getupvalue(L, 3, n) && same(L)) {
			lua_settop(L, 2);
			continue;
		}
		lua_pop(L, 1);
		if (lua_isnil(L, 2)) {
			lua_rawgeti(L, 1, i + 3);
			lua_replace(L, 2);
		}
		lua_setupvalue(L, 3, n);
		lua_settop(L, 2);
	}
	return 1;
}

int cfr_sandbox_unchanged(cfr_sandbox *sandbox, cfr_err *err)
{
	lua_State *L = sandbox->L;
	int code = 0;

	if (sandbox->watched == 0)
		return 0;
	if (!lua_checkstack(L, 4))
		return cfr_err_nomem(err);
	lua_pushcfunction(L, restore);
	if (lua_pcall(L, 0, 1, 0) != LUA_OK) {
		code = cfr__error_out(sandbox, LUA_ERRMEM, err);
		sandbox->stuck.code = 0;
		return code;
	}
	if (!lua_isnil(L, -1)) {
		code = cfr_err_set(err, CFR_E_SCRIPT, "the rule changed '%s', which belongs to the file, not to one run of the check",
		                   lua_tostring(L, -1));
		cfr_err_hint(err, "declare it with 'local' inside the check function");
	}
	lua_pop(L, 1);
	return code;
}
