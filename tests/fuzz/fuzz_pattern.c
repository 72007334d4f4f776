/* Lua patterns: ours against stock Lua's, on the same small input.
 *
 * Input: the pattern, a NUL byte, the subject. Where stock gives an answer, ours has to be the same one; a malformed
 * pattern may be refused by ours although stock did not come as far as to notice; and what stock finds too complex, or
 * takes too many instructions for, is not compared.
 */
#include "lua/sandbox/sandbox.h"

#include "engine/base/str.h"
#include <lauxlib.h>
#include <lualib.h>
#include <stdio.h>
#include <stdlib.h>

static const char program[] =
	"local s, p = ... local out = {}\n"
	"local function show(...) for i = 1, select('#', ...) do out[#out + 1] = tostring((select(i, ...))) end out[#out + 1] = ';' end\n"
	"show(pcall(string.find, s, p)) show(pcall(string.match, s, p, -3)) show(pcall(string.gsub, s, p, '<%0>'))\n"
	"show(pcall(string.gsub, s, p, '%1', 3))\n"
	"show(pcall(function() local n = 0 for a, b in s:gmatch(p) do n = n + 1 show(n, a, b) if n > 40 then break end end end))\n"
	"return table.concat(out, '|')";

static int run(lua_State *L, cfr_str pattern, cfr_str subject, cfr_sandbox *sandbox)
{
	cfr_err err;

	if (sandbox) {
		if (cfr_sandbox_load(sandbox, CFR_STR("fuzz"), CFR_STR(program), 0, &err) != 0)
			abort();
	} else if (luaL_loadbufferx(L, program, sizeof(program) - 1, "fuzz", "t") != LUA_OK) {
		abort();
	}
	lua_pushlstring(L, subject.ptr, subject.len);
	lua_pushlstring(L, pattern.ptr, pattern.len);
	return sandbox ? cfr_sandbox_call(sandbox, 2, 1, &err) : lua_pcall(L, 2, 1, 0);
}

/* Messages differ in their words; only that there was one is compared. */
static bool refused(const char *text) { return strstr(text, "false|") != NULL; }

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *nul = size ? memchr(data, 0, size) : NULL;
	cfr_str pattern = { (const char *)data, nul ? (size_t)(nul - data) : size / 2 }, subject;
	cfr_limits limits;
	cfr_sandbox *sandbox;
	lua_State *ours, *stock;
	int code;

	/* stock has no ceiling: with so few repetitions it needs none */
	if (size > 60)
		return 0;
	unsigned repeats = 0;
	for (size_t i = 0; i < pattern.len; i++)
		repeats += strchr("*+-?", pattern.ptr[i]) && pattern.ptr[i];
	if (repeats > 6)
		return 0;
	subject.ptr = pattern.ptr + pattern.len + (nul != NULL);
	subject.len = size - pattern.len - (nul != NULL);
	cfr_limits_default(&limits);
	if (cfr_sandbox_new(&sandbox, &limits, NULL) != 0)
		abort();
	ours = cfr_sandbox_lua(sandbox);
	stock = luaL_newstate();
	luaL_openlibs(stock);
	code = run(ours, pattern, subject, sandbox);
	if (run(stock, pattern, subject, NULL) == LUA_OK && code == 0) {
		size_t a_len, b_len;
		const char *a = lua_tolstring(ours, -1, &a_len), *b = lua_tolstring(stock, -1, &b_len);

		if (!refused(a) && !refused(b) && (a_len != b_len || memcmp(a, b, a_len) != 0)) {
			fprintf(stderr, "ours:  %s\nstock: %s\n", a, b);
			abort();
		}
		/* what stock refuses as malformed must not pass ours */
		if (!refused(a) && refused(b) && !strstr(b, "too complex") && !strstr(b, "invalid capture")) {
			fprintf(stderr, "stock refuses: %s\n", b);
			abort();
		}
	}
	lua_close(stock);
	cfr_sandbox_free(sandbox);
	return 0;
}
