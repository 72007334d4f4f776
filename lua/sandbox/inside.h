/* lua/sandbox/inside.h -- what the files of this room share; nobody outside includes it.
 *
 * From the ground up: alloc.c hands out memory up to a ceiling, errors.c turns what a script raised into a cfr_err,
 * watch.c knows when the time is gone, run.c calls scripts, freeze.c makes values constant. basics.c, pairs.c,
 * strings.c, format.c, pattern.c, codepoints.c and tables.c are the library functions that scripts see. sandbox.c, above
 * them all, holds the allow list, builds the world from it and loads chunks.
 */
#ifndef CFR_SANDBOX_INSIDE_H
#define CFR_SANDBOX_INSIDE_H

#include "engine/base/str.h"
#include "lua/sandbox/sandbox.h"

#include <lauxlib.h>
#include <signal.h>

/* --- alloc.c --- */

typedef struct cfr__heap cfr__heap;

/* NULL when the system has no memory. */
cfr__heap *cfr__heap_new(uint64_t ceiling);
void cfr__heap_free(cfr__heap *heap);
/* The lua_Alloc function; `heap` is its ud. */
void *cfr__heap_alloc(void *heap, void *ptr, size_t osize, size_t nsize);
/* From here on freeing does nothing: the whole heap goes at once. */
void cfr__heap_closing(cfr__heap *heap);
size_t cfr__heap_used(const cfr__heap *heap);
size_t cfr__heap_peak(const cfr__heap *heap);
void cfr__heap_mark(cfr__heap *heap);	/* forget refusals; peak starts again at what is used */
/* Was an allocation refused since the mark: 0, CFR_E_LIMIT (the ceiling) or CFR_E_NOMEM (the system)? */
int cfr__heap_refused(const cfr__heap *heap);

/* --- watch.c --- */

typedef struct cfr__watch {
	volatile sig_atomic_t expired;	/* written by the signal handler, read by every loop in C */
	volatile int64_t start;		/* thread's processor time when this budget was first seen; 0: not yet */
	int64_t budget;			/* nanoseconds */
	volatile long pause;		/* nanoseconds of work until the next tick */
	bool polled;			/* no timer: hooks and steps look at the clock */
	uint64_t instructions;		/* left; meaningful when `counted` */
	bool counted;
	int stride;			/* instructions until the next hook */
	size_t steps;			/* work in C since the last look at the clock, when polled */
	struct cfr_sandbox *outer;	/* whose budget this thread was running before */
} cfr__watch;

void cfr__watch_begin(cfr_sandbox *sandbox);
void cfr__watch_end(cfr_sandbox *sandbox);

/* --- the sandbox --- */

struct cfr_sandbox {
	lua_State *L;
	cfr__heap *heap;
	cfr_limits limits;
	cfr__watch watch;
	int depth;			/* of cfr_sandbox_begin */
	cfr_err stuck;			/* code != 0: this is raised, again and again, until the outermost end */
	cfr_err raised;			/* the last error of the host that was raised as a string … */
	uint64_t raised_hash;		/* … and which string that was */
	char where[256];		/* the script's place when an error without one was raised */
	uint32_t where_line;
	uint64_t printed;		/* bytes, against the ceiling "output" */
	cfr_sandbox_print *print;
	void *print_arg;
	int broken;			/* provide() failed: nothing may run */
	struct cfr__recalled *patterns;	/* pattern.c: CFR__RECALLED of them, NULL until the first */
	int watched;			/* upvalues that frozen functions could assign */
};

/* cfr_sandbox_of for the files of this room: everything asks it. */
static inline cfr_sandbox *cfr__sandbox(lua_State *L) { return *(cfr_sandbox **)lua_getextraspace(L); }

/* --- errors.c --- */

void cfr__errors_open(lua_State *L);	/* LJMP */
/* From here on errors that begin with this name and a line say where they are. */
void cfr__remember_chunk(lua_State *L, const char *name);	/* LJMP */
/* Remember a reached ceiling and raise it. */
int cfr__stick(lua_State *L, cfr_limit which);	/* LJMP */
/* Raise what is stuck. */
int cfr__raise_stuck(lua_State *L);	/* LJMP */
/* A protected call gave `status`: come back only if a script may see the error (on the top of the stack). */
void cfr__caught(lua_State *L, int status);	/* LJMP */
/* The error on the top of the stack (popped) as a cfr_err; runs no code of scripts. Returns its code. */
int cfr__error_out(cfr_sandbox *sandbox, int status, cfr_err *err);
/* Message handler of the boundary: notes where the error came from. */
int cfr__error_place(lua_State *L);

/* --- freeze.c --- */

/* Make the table at `index` constant, in place: its contents move to a hidden table. */
void cfr__readonly(lua_State *L, int index);	/* LJMP */
/* Push the hidden contents of a constant table, or push nothing and say false. */
bool cfr__contents(lua_State *L, int index);
/* A metatable that makes an empty table a window on the table on the top of the stack, which it replaces. */
void cfr__window(lua_State *L, lua_CFunction newindex);	/* LJMP */

/* --- assigns.c --- */

/* Which upvalues can the Lua function on the top of the stack, or a function made inside it, assign? `assigns` has a
 * place for each of its `count` upvalues. When that cannot be told, all are said to be. */
void cfr__assigns(lua_State *L, bool *assigns, int count);	/* LJMP */

/* --- buffers that grow inside the sandbox's memory (buffer.c) --- */

enum { CFR__BUFFER = 512 };

typedef struct cfr__buffer {
	lua_State *L;
	char *ptr;
	size_t len, cap;
	int slot;			/* the stack index kept for the userdata that holds the bytes */
	char first[CFR__BUFFER];
} cfr__buffer;

/* Takes one stack slot, on the top; until `push` that slot has to stay where it is. */
void cfr__buffer_init(lua_State *L, cfr__buffer *b);
char *cfr__buffer_room(cfr__buffer *b, size_t len);	/* LJMP */
void cfr__buffer_add(cfr__buffer *b, const char *ptr, size_t len);	/* LJMP */
void cfr__buffer_push(cfr__buffer *b);	/* LJMP: puts the string into the slot, which must be the top again */

/* --- the library --- */

void cfr__string_arithmetic(lua_State *L);	/* LJMP: adds arithmetic on numerals to the metatable on the top */

int cfr__pcall(lua_State *L);
int cfr__xpcall(lua_State *L);
int cfr__tostring(lua_State *L);
int cfr__tonumber(lua_State *L);
int cfr__print(lua_State *L);
int cfr__pairs(lua_State *L);
int cfr__ipairs(lua_State *L);
int cfr__string_char(lua_State *L);
int cfr__string_lower(lua_State *L);
int cfr__string_upper(lua_State *L);
int cfr__string_reverse(lua_State *L);
int cfr__string_rep(lua_State *L);
int cfr__string_format(lua_State *L);
int cfr__string_find(lua_State *L);
int cfr__string_match(lua_State *L);
int cfr__string_gmatch(lua_State *L);
int cfr__string_gsub(lua_State *L);
int cfr__table_concat(lua_State *L);
int cfr__table_insert(lua_State *L);
int cfr__table_move(lua_State *L);
int cfr__table_remove(lua_State *L);
int cfr__table_sort(lua_State *L);
int cfr__table_unpack(lua_State *L);
int cfr__utf8_char(lua_State *L);
int cfr__utf8_len(lua_State *L);
int cfr__utf8_offset(lua_State *L);

enum { CFR__RECALLED = 32 };

/* Copy or fill `len` bytes in C, looking at the clock on the way. */
#define CFR__COPY_STEP ((size_t)1 << 16)

#endif
