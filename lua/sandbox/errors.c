/* lua/sandbox/errors.c -- what a script raised, as one line that is safe to show; and errors that cannot be caught.
 *
 * A reached ceiling is kept in `stuck` and raised as a value that no script ever sees: the pcall of scripts raises it
 * again, message handlers are not called for it, and each hook raises it anew. It ends at the C boundary.
 *
 * Everything else is what the script gave to `error`. Here it becomes text without running any code of the script: no
 * metamethod, no __tostring. Its beginning "file:line: " is taken apart; a value without one gets the place where it was
 * raised, which a message handler noted while the stack still stood. Control characters and bytes that are not UTF-8 are
 * written as escapes, since the message will stand in terminals and logs.
 */
#include "lua/sandbox/inside.h"

#include "engine/base/hash.h"
#include "engine/base/utf8.h"
#include <stdio.h>

static uint64_t text_hash(const char *text, size_t len)
{
	static const cfr_hash_key key = { 0, 0 };

	return cfr_hash(&key, text, len);
}

int cfr__raise_stuck(lua_State *L)
{
	lua_pushlightuserdata(L, &cfr__sandbox(L)->stuck);
	return lua_error(L);
}

int cfr__stick(lua_State *L, cfr_limit which)
{
	cfr_sandbox *sandbox = cfr__sandbox(L);

	if (!sandbox->stuck.code)
		cfr_err_limit(&sandbox->stuck, &sandbox->limits, which);
	return cfr__raise_stuck(L);
}

/* Memory ran out: of the ceiling, or of the machine? */
static void stick_memory(cfr_sandbox *sandbox)
{
	if (sandbox->stuck.code)
		return;
	if (cfr__heap_refused(sandbox->heap) == CFR_E_NOMEM)
		cfr_err_nomem(&sandbox->stuck);
	else
		cfr_err_limit(&sandbox->stuck, &sandbox->limits, CFR_LIMIT_MEMORY);
}

/* The auxiliary library says "not enough memory" as an ordinary error when one of its buffers cannot grow. */
static bool is_memory(cfr_sandbox *sandbox, int status)
{
	lua_State *L = sandbox->L;

	if (status == LUA_ERRMEM)
		return true;
	return cfr__heap_refused(sandbox->heap) && lua_type(L, -1) == LUA_TSTRING &&
	       strcmp(lua_tostring(L, -1), "not enough memory") == 0;
}

void cfr__caught(lua_State *L, int status)
{
	cfr_sandbox *sandbox = cfr__sandbox(L);

	if (is_memory(sandbox, status))
		stick_memory(sandbox);
	if (sandbox->stuck.code)
		cfr__raise_stuck(L);
}

int cfr__error_place(lua_State *L)
{
	cfr_sandbox *sandbox = cfr__sandbox(L);
	lua_Debug ar;

	sandbox->where_line = 0;
	for (int level = 0; level < 50 && lua_getstack(L, level, &ar); level++) {
		if (!lua_getinfo(L, "Sl", &ar) || ar.currentline <= 0 || ar.source[0] != '=')
			continue;
		snprintf(sandbox->where, sizeof(sandbox->where), "%s", ar.source + 1);
		sandbox->where_line = (uint32_t)ar.currentline;
		break;
	}
	return 1;
}

/* --- the names of all chunks: a list, and a set in the same table --- */

static const char chunks_key[] = "chunks";

void cfr__errors_open(lua_State *L)
{
	lua_newtable(L);
	lua_rawsetp(L, LUA_REGISTRYINDEX, chunks_key);
}

void cfr__remember_chunk(lua_State *L, const char *name)
{
	lua_rawgetp(L, LUA_REGISTRYINDEX, chunks_key);
	if (lua_getfield(L, -1, name) == LUA_TNIL) {
		lua_pushstring(L, name);
		lua_rawseti(L, -3, (lua_Integer)lua_rawlen(L, -3) + 1);
		lua_pushboolean(L, 1);
		lua_setfield(L, -3, name);
	}
	lua_pop(L, 2);
}

/* --- text --- */

/* Copy with everything that could act on a terminal or break a line written as an escape. */
static void neutral(char *out, size_t size, const char *text, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len && n + 8 < size; ) {
		unsigned char c = (unsigned char)text[i];
		size_t more = c < 0x80 ? 1 : c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : 2;

		if (c == '\n' || c == '\t' || c == '\r') {
			n += (size_t)snprintf(out + n, size - n, "\\%c", c == '\n' ? 'n' : c == '\t' ? 't' : 'r');
			i++;
		} else if (c < 0x20 || c == 0x7F || (c == 0xC2 && i + 1 < len && (unsigned char)text[i + 1] < 0xA0) ||
		           i + more > len || cfr_utf8_valid(text + i, more) != more) {
			n += (size_t)snprintf(out + n, size - n, "\\x%02X", c);
			i++;
		} else {
			memcpy(out + n, text + i, more);
			n += more;
			i += more;
		}
	}
	out[n] = '\0';
}

/* "name:12: text": the length of the prefix, or 0. `name` may have been cut by Lua to LUA_IDSIZE. */
static size_t prefix(const char *text, size_t len, cfr_str name, uint32_t *line)
{
	size_t i = name.len < LUA_IDSIZE - 1 ? name.len : LUA_IDSIZE - 1;
	uint64_t n = 0;

	if (len <= i + 2 || (i && memcmp(text, name.ptr, i) != 0) || text[i] != ':')
		return 0;
	for (i++; i < len && text[i] >= '0' && text[i] <= '9' && n < 100000000; i++)
		n = n * 10 + (uint64_t)(text[i] - '0');
	if (i + 1 >= len || text[i] != ':' || text[i + 1] != ' ' || n == 0)
		return 0;
	*line = (uint32_t)n;
	return i + 2;
}

/* Names of all chunks are known, so a prefix is recognised, not guessed. */
static bool known_prefix(cfr_sandbox *sandbox, const char *text, size_t len, cfr_err *err)
{
	lua_State *L = sandbox->L;
	char clean[256];

	if (lua_rawgetp(L, LUA_REGISTRYINDEX, chunks_key) != LUA_TTABLE) {
		lua_pop(L, 1);
		return false;
	}
	for (lua_Integer i = (lua_Integer)lua_rawlen(L, -1); i >= 1; i--) {
		cfr_str name;
		uint32_t line;
		size_t cut;

		lua_rawgeti(L, -1, i);
		name.ptr = lua_tolstring(L, -1, &name.len);
		cut = name.ptr ? prefix(text, len, name, &line) : 0;
		if (cut) {
			neutral(clean, sizeof(clean), text + cut, len - cut);
			cfr_err_set(err, CFR_E_SCRIPT, "%s", clean);
			cfr_err_at(err, name, line, 0);
			lua_pop(L, 2);
			return true;
		}
		lua_pop(L, 1);
	}
	lua_pop(L, 1);
	return false;
}

static void string_out(cfr_sandbox *sandbox, cfr_err *err)
{
	char clean[256];
	size_t len;
	const char *text = lua_tolstring(sandbox->L, -1, &len);

	if (sandbox->raised.code && sandbox->raised_hash == text_hash(text, len)) {
		*err = sandbox->raised;
		return;
	}
	if (known_prefix(sandbox, text, len, err))
		return;
	neutral(clean, sizeof(clean), text, len);
	cfr_err_set(err, CFR_E_SCRIPT, "%s", clean);
	cfr_err_at(err, cfr_str_of(sandbox->where), sandbox->where_line, 0);
}

static void value_out(cfr_sandbox *sandbox, cfr_err *err)
{
	lua_State *L = sandbox->L;

	switch (lua_type(L, -1)) {
	case LUA_TNUMBER:
		if (lua_isinteger(L, -1))
			cfr_err_set(err, CFR_E_SCRIPT, "the script raised the number " LUA_INTEGER_FMT,
			            lua_tointeger(L, -1));
		else
			cfr_err_set(err, CFR_E_SCRIPT, "the script raised the number " LUA_NUMBER_FMT, lua_tonumber(L, -1));
		break;
	case LUA_TNIL:
		cfr_err_set(err, CFR_E_SCRIPT, "the script raised nil");
		break;
	default:
		cfr_err_set(err, CFR_E_SCRIPT, "the script raised a %s instead of a message", luaL_typename(L, -1));
		break;
	}
	cfr_err_hint(err, "error() wants a string");
	cfr_err_at(err, cfr_str_of(sandbox->where), sandbox->where_line, 0);
}

int cfr__error_out(cfr_sandbox *sandbox, int status, cfr_err *err)
{
	lua_State *L = sandbox->L;
	cfr_err ours;

	if (!err)
		err = &ours;
	if (is_memory(sandbox, status))
		stick_memory(sandbox);
	if (sandbox->stuck.code) {
		*err = sandbox->stuck;
		if (sandbox->where_line)
			cfr_err_at(err, cfr_str_of(sandbox->where), sandbox->where_line, 0);
	} else if (lua_type(L, -1) == LUA_TSTRING) {
		string_out(sandbox, err);
	} else {
		value_out(sandbox, err);
	}
	lua_pop(L, 1);
	return err->code;
}

int cfr_sandbox_raise(lua_State *L, const cfr_err *err)
{
	cfr_sandbox *sandbox = cfr__sandbox(L);
	const char *text;
	size_t len;

	if (err->code == CFR_E_LIMIT || err->code == CFR_E_NOMEM || err->code == CFR_E_INTERRUPTED) {
		if (!sandbox->stuck.code)
			sandbox->stuck = *err;
		return cfr__raise_stuck(L);
	}
	sandbox->raised = *err;
	sandbox->raised.code = CFR_E_SCRIPT;
	if (err->file[0] && err->line) {
		lua_pushfstring(L, "%s:%d: %s", err->file, (int)err->line, err->message);
	} else {
		lua_Debug ar;

		if (lua_getstack(L, 1, &ar) && lua_getinfo(L, "Sl", &ar) && ar.currentline > 0 && ar.source[0] == '=')
			cfr_err_at(&sandbox->raised, cfr_str_of(ar.source + 1), (uint32_t)ar.currentline, 0);
		luaL_where(L, 1);
		lua_pushstring(L, err->message);
		lua_concat(L, 2);
	}
	text = lua_tolstring(L, -1, &len);
	sandbox->raised_hash = text_hash(text, len);
	return lua_error(L);
}
