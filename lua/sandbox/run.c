/* lua/sandbox/run.c -- budgets, and the boundary between C and scripts.
 *
 * A budget is that of the outermost call, or of the several calls that cfr_sandbox_begin and cfr_sandbox_end enclose: a
 * ceiling that was reached in it stays reached until it ends (errors.c), and what was hoarded is collected then. Whatever a
 * script raises comes out of cfr_sandbox_call as a cfr_err, and the stack is as it was.
 */
#include "lua/sandbox/inside.h"

void cfr_sandbox_begin(cfr_sandbox *sandbox)
{
	if (sandbox->depth++ > 0)
		return;
	sandbox->stuck.code = 0;
	sandbox->printed = 0;
	cfr__heap_mark(sandbox->heap);
	cfr__watch_begin(sandbox);
}

void cfr_sandbox_end(cfr_sandbox *sandbox)
{
	if (--sandbox->depth > 0)
		return;
	cfr__watch_end(sandbox);
	/* What the script had hoarded must not weigh on the next one. */
	if (cfr__heap_refused(sandbox->heap))
		lua_gc(sandbox->L, LUA_GCCOLLECT);
	sandbox->stuck.code = 0;
	sandbox->raised.code = 0;
}

int cfr_sandbox_call(cfr_sandbox *sandbox, int args, int results, cfr_err *err)
{
	lua_State *L = sandbox->L;
	int function = lua_gettop(L) - args, status, code = 0;

	if (sandbox->broken || !lua_checkstack(L, 2)) {
		lua_settop(L, function - 1);
		return cfr_err_nomem(err);
	}
	cfr_sandbox_begin(sandbox);
	sandbox->where_line = 0;
	sandbox->where[0] = '\0';
	lua_pushcfunction(L, cfr__error_place);
	lua_insert(L, function);
	status = lua_pcall(L, args, results, function);
	lua_remove(L, function);
	if (status == LUA_OK && sandbox->stuck.code) {
		/* A ceiling was reached inside a function of the host that came back all the same. */
		lua_pushnil(L);
		status = LUA_ERRRUN;
	}
	if (status != LUA_OK) {
		code = cfr__error_out(sandbox, status, err);
		lua_settop(L, function - 1);
	}
	cfr_sandbox_end(sandbox);
	return code;
}
