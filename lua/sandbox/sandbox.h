/* lua/sandbox/sandbox.h -- a Lua state that strangers' mistakes cannot leave.
 *
 * The world of a script is an *allow list*: one table (sandbox.c) with a reason for each entry. Text chunks only. A
 * script sees a read-only environment of its own for each chunk; shared tables and metatables cannot be changed; `pairs`
 * has a fixed order; nothing tells an address, the time, or a random number.
 *
 * Ceilings (limits.h): "memory" by the allocator, "time" by the thread's processor clock (a timer signal arms a hook only
 * when the time is gone, so that running costs nothing), "instructions" by a count hook when asked for. The library
 * functions that loop in C (patterns, plain find, rep, format, sort, move, insert, remove, concat, unpack) are our own
 * and count their steps, which look at the same clock. A ceiling is *sticky*: once reached, it is raised again at every
 * hook and through every pcall until the C boundary, where it becomes CFR_E_LIMIT.
 *
 * One state belongs to one thread at a time. This holds back authors who may be wrong; hostile ones get a process of
 * their own, later, behind the same port.
 */
#ifndef CFR_LUA_SANDBOX_H
#define CFR_LUA_SANDBOX_H

#include "engine/limits.h"
#include <lua.h>

typedef struct cfr_sandbox cfr_sandbox;

/* CFR_E_NOMEM, CFR_E_LIMIT (a "memory" too small for the library itself) or CFR_E_BUG. */
int cfr_sandbox_new(cfr_sandbox **out, const cfr_limits *limits, cfr_err *err);
void cfr_sandbox_free(cfr_sandbox *sandbox);
lua_State *cfr_sandbox_lua(cfr_sandbox *sandbox);
/* The sandbox a state (or a function called by it) belongs to. */
cfr_sandbox *cfr_sandbox_of(lua_State *L);
const cfr_limits *cfr_sandbox_limits(const cfr_sandbox *sandbox);

/* --- for the host's own modules (tree, text, re, rule): add a name to the allow list, before the first chunk. Pops the
 * value: a table is made read-only, whole. --- */
void cfr_sandbox_provide(cfr_sandbox *sandbox, const char *name);

/* Where print goes: one line, without its end. Without a receiver print says nothing. Must not raise. */
typedef void cfr_sandbox_print(void *arg, cfr_str line);
void cfr_sandbox_on_print(cfr_sandbox *sandbox, cfr_sandbox_print *print, void *arg);
/* Bytes of memory in use, and the most since the last outermost budget began. */
size_t cfr_sandbox_memory(const cfr_sandbox *sandbox, size_t *peak);

/* --- running --- */

/* Compile a text chunk with a fresh environment over the allow list and push the function. `extra` (a stack index, or
 * 0) is a table of names only this chunk sees (`rule`, `import`, describe…). CFR_E_SCRIPT with file and line; CFR_E_LIMIT
 * ("script"). `name` is shown in messages. */
int cfr_sandbox_load(cfr_sandbox *sandbox, cfr_str name, cfr_str chunk, int extra, cfr_err *err);

/* Call what is on the stack, like lua_pcall, with fresh budgets. On failure one error: CFR_E_SCRIPT (file, line, message of the
 * script; the error value itself is gone) or CFR_E_LIMIT. The stack is then as before the function was pushed. */
int cfr_sandbox_call(cfr_sandbox *sandbox, int args, int results, cfr_err *err);

/* Begin and end one budget for several calls (a rule over all its places): cfr_sandbox_call inside shares it. */
void cfr_sandbox_begin(cfr_sandbox *sandbox);
void cfr_sandbox_end(cfr_sandbox *sandbox);

/* Make everything that the chunk's functions can reach through upvalues constant: tables become read-only in place,
 * assigned upvalues are restored or refused. Called once, after a rule file has run (docs/rules.md: "constant while
 * rules run"). `roots`: stack index of a table whose values are the functions and tables to begin with. */
int cfr_sandbox_freeze(cfr_sandbox *sandbox, int roots, cfr_err *err);
/* After a job: did a frozen chunk's upvalue change? Restores it and gives CFR_E_SCRIPT that names the variable. */
int cfr_sandbox_unchanged(cfr_sandbox *sandbox, cfr_err *err);

/* Make the value at an index constant, with every table it reaches: a result that several calls share. */
void cfr_sandbox_constant(lua_State *L, int index);	/* LJMP */

/* --- for C functions called by scripts --- */

/* Count `steps` of work done in C; raises the time ceiling when it is reached. Call with batches (a few hundred at least
 * between two looks at the clock happen inside). */
void cfr_sandbox_steps(lua_State *L, size_t steps);	/* LJMP */
/* Raise what is in err as a Lua error: limits stay sticky. Does not return. */
int cfr_sandbox_raise(lua_State *L, const cfr_err *err);	/* LJMP */

/* Results are data: text of any value without addresses, bounded. Pushes a string. */
const char *cfr_sandbox_tostring(lua_State *L, int index, size_t *len);	/* LJMP */

#endif
