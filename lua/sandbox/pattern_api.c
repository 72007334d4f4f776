/* lua/sandbox/pattern_api.c -- string.find, match, gmatch, gsub.
 *
 * Written from the reference manual (5.4, 6.4). Empty matches: after a match that ended at a place, an empty match at that
 * same place does not count, so that every position is matched once.
 */
#include "lua/sandbox/pattern.h"

/* The start of a search: position `init` of a string, which may count from its end. False: behind the end. */
static bool start_of(lua_State *L, int arg, size_t len, size_t *out)
{
	lua_Integer init = luaL_optinteger(L, arg, 1);

	if (init < 0)
		init = (lua_Unsigned)0 - (lua_Unsigned)init > len ? 1 : (lua_Integer)len + init + 1;
	else if (init == 0)
		init = 1;
	*out = (size_t)init - 1;
	return *out <= len;
}

static bool is_plain_text(const char *t, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (t[i] != '\0' && strchr("^$*+?.([%-", t[i]))
			return false;
	}
	return true;
}

static int find_text(lua_State *L, const char *s, size_t len, size_t init, const char *what, size_t what_len)
{
	const char *found = cfr__find_plain(L, s + init, len - init, what, what_len);

	if (!found) {
		lua_pushnil(L);
		return 1;
	}
	lua_pushinteger(L, found - s + 1);
	lua_pushinteger(L, found - s + (lua_Integer)what_len);
	return 2;
}

static int search(lua_State *L, bool find)
{
	size_t len, pattern_len, init;
	const char *s = luaL_checklstring(L, 1, &len), *t = luaL_checklstring(L, 2, &pattern_len), *e;
	cfr__pattern p;

	if (!start_of(L, 3, len, &init)) {
		lua_pushnil(L);
		return 1;
	}
	if (find && (lua_toboolean(L, 4) || is_plain_text(t, pattern_len)))
		return find_text(L, s, len, init, t, pattern_len);
	cfr__pattern_recall(L, &p, t, pattern_len, true);
	cfr__pattern_subject(&p, s, len);
	t = s + init;
	e = cfr__pattern_from(&p, &t);
	if (!e) {
		lua_pushnil(L);
		return 1;
	}
	if (!find)
		return cfr__pattern_captures(&p, t, e);
	lua_pushinteger(L, t - s + 1);
	lua_pushinteger(L, e - s);
	return 2 + (p.captures ? cfr__pattern_captures(&p, t, e) : 0);
}

int cfr__string_find(lua_State *L) { return search(L, true); }
int cfr__string_match(lua_State *L) { return search(L, false); }

/* --- gmatch --- */

/* Between two calls: where to go on, and where the last match ended. */
struct walk {
	size_t next, last;		/* last: SIZE_MAX before the first */
};

static int gmatch_next(lua_State *L)
{
	struct walk *w = lua_touserdata(L, lua_upvalueindex(3));
	size_t len, pattern_len;
	const char *s = lua_tolstring(L, lua_upvalueindex(1), &len), *e, *t;
	cfr__pattern p;

	if (w->next > len)
		return 0;
	t = lua_tolstring(L, lua_upvalueindex(2), &pattern_len);
	cfr__pattern_recall(L, &p, t, pattern_len, false);
	cfr__pattern_subject(&p, s, len);
	for (t = s + w->next; ; t++) {
		e = cfr__pattern_from(&p, &t);
		if (!e) {
			w->next = len + 1;
			return 0;
		}
		if ((size_t)(e - s) != w->last)
			break;
		if (t == s + len) {
			w->next = len + 1;
			return 0;
		}
	}
	w->next = w->last = (size_t)(e - s);
	return cfr__pattern_captures(&p, t, e);
}

int cfr__string_gmatch(lua_State *L)
{
	struct walk *w;
	size_t len, pattern_len;

	luaL_checklstring(L, 1, &len);
	luaL_checklstring(L, 2, &pattern_len);
	size_t init;

	if (!start_of(L, 3, len, &init))
		init = len + 1;
	lua_settop(L, 2);
	w = lua_newuserdatauv(L, sizeof(*w), 0);
	w->next = init;
	w->last = SIZE_MAX;
	lua_pushcclosure(L, gmatch_next, 3);
	return 1;
}

/* --- gsub --- */

/* Append the replacement text with %0-%9 filled in. */
static void add_template(cfr__pattern *p, cfr__buffer *b, const char *s, const char *e)
{
	lua_State *L = p->L;
	size_t len, n;
	const char *t = lua_tolstring(L, 3, &len), *end = t + len, *percent;

	while ((percent = memchr(t, '%', (size_t)(end - t))) != NULL) {
		cfr__buffer_add(b, t, (size_t)(percent - t));
		t = percent + 2;
		char c = percent + 1 < end ? percent[1] : '\0';

		if (c == '%') {
			cfr__buffer_add(b, "%", 1);
		} else if (c == '0') {
			cfr__buffer_add(b, s, (size_t)(e - s));
		} else if (c >= '1' && c <= '9') {
			if (c - '1' >= p->captures && c != '1')
				luaL_error(L, "invalid capture index %%%d in replacement string", c - '0');
			cfr__pattern_capture(p, c - '1', s, e);
			const char *text = lua_tolstring(L, -1, &n);

			cfr__buffer_add(b, text, n);
			lua_pop(L, 1);
		} else {
			luaL_error(L, "invalid use of '%%' in replacement string");
		}
	}
	cfr__buffer_add(b, t, (size_t)(end - t));
}

/* Append what takes the place of the match s … e. */
static void add_replacement(cfr__pattern *p, cfr__buffer *b, const char *s, const char *e)
{
	lua_State *L = p->L;
	const char *text;
	size_t len;

	switch (lua_type(L, 3)) {
	case LUA_TFUNCTION:
		lua_pushvalue(L, 3);
		lua_call(L, cfr__pattern_captures(p, s, e), 1);
		break;
	case LUA_TTABLE:
	case LUA_TUSERDATA:
		cfr__pattern_capture(p, 0, s, e);
		lua_gettable(L, 3);
		break;
	default:
		add_template(p, b, s, e);
		return;
	}
	if (!lua_toboolean(L, -1)) {
		cfr__buffer_add(b, s, (size_t)(e - s));
	} else if (lua_type(L, -1) == LUA_TSTRING || lua_type(L, -1) == LUA_TNUMBER) {
		text = lua_tolstring(L, -1, &len);
		cfr__buffer_add(b, text, len);
	} else {
		luaL_error(L, "invalid replacement value (a %s)", luaL_typename(L, -1));
	}
	lua_pop(L, 1);
}

static void check_replacement(lua_State *L)
{
	int type = lua_type(L, 3);

	if (type == LUA_TUSERDATA && luaL_getmetafield(L, 3, "__index") != LUA_TNIL) {
		lua_pop(L, 1);
		return;
	}
	luaL_argexpected(L, type == LUA_TNUMBER || type == LUA_TSTRING || type == LUA_TFUNCTION || type == LUA_TTABLE, 3,
	                 "string/function/table");
	if (type == LUA_TNUMBER)
		lua_tostring(L, 3);
}

int cfr__string_gsub(lua_State *L)
{
	size_t len, pattern_len;
	const char *s = luaL_checklstring(L, 1, &len), *pattern = luaL_checklstring(L, 2, &pattern_len);
	const char *at = s, *copied = s, *end = s + len, *last = NULL;
	lua_Integer most, n = 0;
	cfr__pattern p;
	cfr__buffer b;

	check_replacement(L);
	most = luaL_optinteger(L, 4, (lua_Integer)len + 1);
	lua_settop(L, 3);
	cfr__pattern_compile(L, &p, pattern, pattern_len, true);
	cfr__pattern_subject(&p, s, len);
	cfr__buffer_init(L, &b);
	while (n < most) {
		const char *begin = at, *e = cfr__pattern_from(&p, &begin);

		if (e && e == last) {
			/* only an empty match can end where the last one ended: on by one */
			if (p.anchored || begin == end)
				break;
			at = begin + 1;
			continue;
		}
		if (!e)
			break;
		n++;
		cfr__buffer_add(&b, copied, (size_t)(begin - copied));
		add_replacement(&p, &b, begin, e);
		at = copied = last = e;
		if (p.anchored)
			break;
	}
	cfr__buffer_add(&b, copied, (size_t)(end - copied));
	cfr__buffer_push(&b);
	lua_pushinteger(L, n);
	return 2;
}
