/* lua/commands/bind_editor.c -- core: lines that somebody types, with libedit.
 *
 *   editor = core.editor{history = FILE, complete = function(before) -> list, start}; nil where libedit is not installed
 *   editor:read(prompt)    the line without its end; false when it was given up (^C), nil at the end of input (^D)
 *   editor:remember(text)  into the history, and its file
 *   core.calm()            before each answer: an interrupt stops the answer, not the program
 *
 * `complete` is given the text before the cursor and returns what may stand there, each whole, with the place (from 1)
 * at which these words begin. What they have in common is typed; several are shown below the line.
 *
 * libedit is opened when the first editor is made. Only a person at a terminal needs it, and with the three libraries that it
 * brings along it would be a tenth of the time of every short run.
 * EXCEPTION: the table of its functions is process-wide, as the library is; its callbacks are given no other way to it.
 */
#include "lua/commands/bind.h"

#include <dlfcn.h>
#include <histedit.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#define EDITOR_CLASS "cfgrun.editor"

enum { REMEMBERED = 2000 };	/* lines of history */

#define LIBEDIT(X) X(el_init) X(el_end) X(el_get) X(el_gets) X(el_set) X(el_wset) X(el_line) X(el_insertstr) X(el_reset) \
	X(el_source) X(history_init) X(history_end) X(history)

/* Filled once, before there is an editor. */
static struct {
#define MEMBER(name) __typeof__(name) *name;
	LIBEDIT(MEMBER)
#undef MEMBER
} libedit;

typedef struct editor {
	EditLine *line;
	History *history;
	lua_State *L;
	const char *prompt, *file;	/* held by the user value */
} editor;

static bool find(void *library, const char *name, void *function)
{
	void *at = dlsym(library, name);

	memcpy(function, &at, sizeof(at));	/* POSIX promises that it fits; ISO C has no cast for it */
	return at != NULL;
}

/* False when the library, or a function that it should have, is not there. It stays open as long as the process lives. */
static bool open_libedit(void)
{
	void *library = dlopen(CFR_LIBEDIT, RTLD_NOW);

#define FIND(name) && find(library, #name, &libedit.name)
	return library LIBEDIT(FIND);
#undef FIND
}

static editor *check_editor(lua_State *L)
{
	return luaL_checkudata(L, 1, EDITOR_CLASS);
}

static char *prompt_of(EditLine *line)
{
	editor *ed;

	/* libedit's type has no const; it does not write. */
	libedit.el_get(line, EL_CLIENTDATA, &ed);
	return (char *)(uintptr_t)ed->prompt;
}

/* The candidates share this many bytes. */
static size_t common_length(lua_State *L, int list, lua_Integer count)
{
	cfr_str first;
	size_t common;

	lua_rawgeti(L, list, 1);
	first = cfr__cmd_check_str(L, -1);
	common = first.len;
	for (lua_Integer i = 2; i <= count; i++) {
		cfr_str word;
		size_t n = 0;

		lua_rawgeti(L, list, i);
		word = cfr__cmd_check_str(L, -1);
		while (n < common && n < word.len && word.ptr[n] == first.ptr[n])
			n++;
		while (n > 0 && n < first.len && ((unsigned char)first.ptr[n] & 0xC0) == 0x80)
			n--;	/* no half characters */
		common = n;
		lua_pop(L, 1);
	}
	lua_pop(L, 1);
	return common;
}

static void show_candidates(lua_State *L, int list, lua_Integer count)
{
	enum { SHOWN = 60 };

	putchar('\n');
	for (lua_Integer i = 1; i <= count && i <= SHOWN; i++) {
		lua_rawgeti(L, list, i);
		printf("%s  ", lua_tostring(L, -1));
		lua_pop(L, 1);
	}
	if (count > SHOWN)
		printf("and %d more", (int)(count - SHOWN));
	putchar('\n');
}

/* In protected mode: the editor's user value 1 is the function. Returns what libedit is to do. */
static int complete(lua_State *L)
{
	editor *ed = lua_touserdata(L, 1);
	const LineInfo *info = libedit.el_line(ed->line);
	size_t before = (size_t)(info->cursor - info->buffer), typed, common;
	lua_Integer count, start;

	lua_getiuservalue(L, 1, 1);
	lua_pushlstring(L, info->buffer, before);
	lua_call(L, 1, 2);
	start = luaL_optinteger(L, -1, (lua_Integer)before + 1);
	lua_pop(L, 1);
	count = lua_istable(L, 2) ? (lua_Integer)lua_rawlen(L, 2) : 0;
	if (count == 0 || start < 1 || (size_t)start > before + 1) {
		lua_pushinteger(L, CC_REFRESH_BEEP);
		return 1;
	}
	typed = before + 1 - (size_t)start;
	common = common_length(L, 2, count);
	if (common > typed) {
		lua_rawgeti(L, 2, 1);
		lua_pushlstring(L, lua_tostring(L, -1) + typed, common - typed);
		libedit.el_insertstr(ed->line, lua_tostring(L, -1));
		lua_pushinteger(L, CC_REFRESH);
	} else if (count > 1) {
		show_candidates(L, 2, count);
		lua_pushinteger(L, CC_REDISPLAY);
	} else {
		lua_pushinteger(L, CC_REFRESH);
	}
	return 1;
}

static unsigned char on_tab(EditLine *line, int ch)
{
	int todo = CC_REFRESH_BEEP;
	lua_State *L;
	editor *ed;

	(void)ch;
	libedit.el_get(line, EL_CLIENTDATA, &ed);
	L = ed->L;
	lua_pushcfunction(L, complete);
	lua_rawgetp(L, LUA_REGISTRYINDEX, ed);
	if (lua_pcall(L, 1, 1, 0) == LUA_OK)
		todo = (int)lua_tointeger(L, -1);
	lua_pop(L, 1);
	return (unsigned char)todo;
}

static int editor_gc(lua_State *L)
{
	editor *ed = check_editor(L);

	if (ed->history)
		libedit.history_end(ed->history);
	if (ed->line)
		libedit.el_end(ed->line);
	ed->line = NULL;
	ed->history = NULL;
	return 0;
}

static int core_editor(lua_State *L)
{
	editor *ed;
	HistEvent event;

	luaL_checktype(L, 1, LUA_TTABLE);
	lua_settop(L, 1);
	if (!open_libedit())
		return 0;
	setlocale(LC_CTYPE, "");	/* libedit has to know how wide characters are */
	ed = lua_newuserdatauv(L, sizeof(*ed), 3);
	*ed = (editor){ .prompt = "", .L = L };
	luaL_setmetatable(L, EDITOR_CLASS);
	lua_pushvalue(L, -1);
	lua_rawsetp(L, LUA_REGISTRYINDEX, ed);	/* on_tab finds it; the program has one, as long as it lives */
	lua_getfield(L, 1, "complete");
	lua_setiuservalue(L, 2, 1);
	if (lua_getfield(L, 1, "history") == LUA_TSTRING)
		ed->file = lua_tostring(L, -1);
	lua_setiuservalue(L, 2, 2);

	ed->line = libedit.el_init("cfgrun", stdin, stdout, stderr);
	ed->history = libedit.history_init();
	if (!ed->line || !ed->history)
		return luaL_error(L, "no line editor: out of memory");
	libedit.el_set(ed->line, EL_CLIENTDATA, ed);
	libedit.el_set(ed->line, EL_PROMPT, prompt_of);
	libedit.el_set(ed->line, EL_EDITOR, "emacs");
	libedit.el_set(ed->line, EL_HIST, libedit.history, ed->history);
	libedit.el_wset(ed->line, EL_ADDFN, L"cfgrun-complete", L"complete the word", on_tab);	/* el_set would leak copies */
	libedit.el_set(ed->line, EL_BIND, "^I", "cfgrun-complete", NULL);
	libedit.el_set(ed->line, EL_BIND, "^R", "em-inc-search-prev", NULL);
	libedit.el_source(ed->line, NULL);	/* ~/.editrc: vi users */
	libedit.history(ed->history, &event, H_SETSIZE, REMEMBERED);
	libedit.history(ed->history, &event, H_SETUNIQUE, 1);
	if (ed->file)
		libedit.history(ed->history, &event, H_LOAD, ed->file);
	return 1;
}

static int editor_read(lua_State *L)
{
	editor *ed = check_editor(L);
	const char *text;
	int count = 0;

	lua_settop(L, 2);
	ed->prompt = luaL_checkstring(L, 2);
	lua_pushvalue(L, 2);
	lua_setiuservalue(L, 1, 3);
	ed->L = L;
	cfr__cmd_converse(L);
	text = cfr__cmd_terminated() ? NULL : libedit.el_gets(ed->line, &count);
	if (cfr__cmd_terminated())
		return luaL_error(L, "interrupted");	/* the terminal is as it was before */
	if (*cfr__cmd_interrupted()) {
		cfr__cmd_converse(L);
		libedit.el_reset(ed->line);
		putchar('\n');
		lua_pushboolean(L, 0);
	} else if (!text || count <= 0) {
		lua_pushnil(L);
	} else {
		lua_pushlstring(L, text, (size_t)count - (text[count - 1] == '\n'));
	}
	return 1;
}

/* A file that cannot be written is no reason to stop somebody who types. */
static int editor_remember(lua_State *L)
{
	editor *ed = check_editor(L);
	HistEvent event;

	libedit.history(ed->history, &event, H_ENTER, luaL_checkstring(L, 2));
	if (ed->file)
		libedit.history(ed->history, &event, H_SAVE, ed->file);
	return 0;
}

static int core_calm(lua_State *L)
{
	cfr__cmd_converse(L);
	return 0;
}

void cfr__cmd_bind_editor(lua_State *L)
{
	static const luaL_Reg methods[] = { { "read", editor_read }, { "remember", editor_remember }, { NULL, NULL } };
	static const luaL_Reg functions[] = { { "editor", core_editor }, { "calm", core_calm }, { NULL, NULL } };

	luaL_newmetatable(L, EDITOR_CLASS);
	lua_pushcfunction(L, editor_gc);
	lua_setfield(L, -2, "__gc");
	lua_newtable(L);
	luaL_setfuncs(L, methods, 0);
	lua_setfield(L, -2, "__index");
	lua_pop(L, 1);
	luaL_setfuncs(L, functions, 0);
}
