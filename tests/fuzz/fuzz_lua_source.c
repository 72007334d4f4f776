/* Any text as a script: loaded and called under small ceilings, the library and a frozen result included. Nothing may
 * crash, the state has to be usable after it, and what it returned must not pass for an error or the other way round.
 */
#include "lua/sandbox/sandbox.h"

#include "engine/base/str.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cfr_limits limits;
	cfr_sandbox *sandbox;
	lua_State *L;
	cfr_err err = CFR_ERR_INIT;

	cfr_limits_default(&limits);
	limits.of[CFR_LIMIT_MEMORY] = CFR_MIB(2);
	limits.of[CFR_LIMIT_TIME] = 50;
	limits.of[CFR_LIMIT_INSTRUCTIONS] = 200000;
	if (cfr_sandbox_new(&sandbox, &limits, &err) != 0)
		abort();
	L = cfr_sandbox_lua(sandbox);
	if (cfr_sandbox_load(sandbox, CFR_STR("fuzz.lua"), (cfr_str){ (const char *)data, size }, 0, &err) == 0 &&
	    cfr_sandbox_call(sandbox, 0, 1, &err) == 0 && lua_istable(L, -1)) {
		cfr_sandbox_freeze(sandbox, -1, &err);
		cfr_sandbox_unchanged(sandbox, &err);
	}
	if (err.code && (err.code != CFR_E_SCRIPT && err.code != CFR_E_LIMIT))
		abort();
	lua_settop(L, 0);
	if (cfr_sandbox_load(sandbox, CFR_STR("after"), CFR_STR("return ('x'):rep(3) == 'xxx' and 1 + 1 == 2"), 0, &err) != 0 ||
	    cfr_sandbox_call(sandbox, 0, 1, &err) != 0 || !lua_toboolean(L, -1))
		abort();
	cfr_sandbox_free(sandbox);
	return 0;
}
