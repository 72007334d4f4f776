/* bench/sandbox_overhead.c -- what does the sandbox cost a script that keeps its budget?
 *
 * The same Lua chunk, a policy-like one (records, field tests, string methods, short patterns, ipairs, closures), runs in
 * the sandbox and in a plain lua_State with the stock library. Instructions tell more than time on a shared machine:
 *
 *   valgrind --tool=callgrind --toggle-collect=measured bench_sandbox_overhead plain      (and: sandbox)
 *
 * counts just the runs. Without an argument it prints a table of times: medians of alternating runs, and the cost of an
 * empty budget (begin, call of an empty function, end) beside a bare lua_pcall.
 */
#include "lua/sandbox/sandbox.h"

#include "engine/base/str.h"
#include <lauxlib.h>
#include <lualib.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static const char chunk[] =
	"local agents = {}\n"
	"for i = 1, 100 do\n"
	"  agents[i] = { id = 'agent-' .. i, model = i % 3 == 0 and 'gpt-4o' or 'gpt-4o-2024-08-06', stage = i % 2 == 0 and 'prod' or 'dev',\n"
	"    temperature = i % 10 / 10, max_tokens = i * 100, tools = { 'search', 'shell', 'browser' }, memory = { backend = 'redis', ttl = i },\n"
	"    limits = { cost = i * 1.5, rate = i } }\n"
	"end\n"
	"local allowed = { search = true, browser = true }\n"
	"local function check(agent, report)\n"
	"  if agent.stage == 'prod' and not agent.model:find('%d%d%d%d') then report('not pinned', agent.model) end\n"
	"  if agent.temperature > 0.8 then report('too warm', agent.temperature) end\n"
	"  if agent.max_tokens > 4000 and agent.limits.cost > 100 then report('too dear', agent.limits.cost) end\n"
	"  for i, tool in ipairs(agent.tools) do\n"
	"    if not allowed[tool] then report('tool', tool) end\n"
	"  end\n"
	"  if agent.memory and agent.memory.backend == 'redis' and agent.memory.ttl < 5 then report('ttl', agent.memory.ttl) end\n"
	"  local prefix, number = agent.id:match('^(%a+)-(%d+)$')\n"
	"  if prefix ~= 'agent' or tonumber(number) < 1 then report('id', agent.id) end\n"
	"  if #agent.id > 60 or agent.id:lower() ~= agent.id then report('id', agent.id) end\n"
	"  local sum = 0\n"
	"  for k = 1, 20 do sum = sum + k * agent.limits.rate % 7 end\n"
	"  return sum\n"
	"end\n"
	"return function()\n"
	"  local found, n = {}, 0\n"
	"  for i = 1, #agents do\n"
	"    check(agents[i], function(message, value) n = n + 1 found[n] = message .. ': ' .. tostring(value) end)\n"
	"  end\n"
	"  table.sort(found)\n"
	"  return n, table.concat(found, '\\n')\n"
	"end\n";

/* Never inlined: callgrind switches its counting at this name. */
__attribute__((noinline)) void measured(cfr_sandbox *sandbox, lua_State *L, int times);

void measured(cfr_sandbox *sandbox, lua_State *L, int times)
{
	for (int i = 0; i < times; i++) {
		lua_pushvalue(L, 1);
		if (sandbox ? cfr_sandbox_call(sandbox, 0, 2, NULL) : lua_pcall(L, 0, 2, 0))
			abort();
		lua_pop(L, 2);
	}
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

enum { RUNS = 21, TIMES = 50, EMPTY = 200000 };

static double median(double *ns)
{
	qsort(ns, RUNS, sizeof(*ns), compare);
	return ns[RUNS / 2];
}

static void table(cfr_sandbox *sandbox, lua_State *ours, lua_State *plain)
{
	double a[RUNS], b[RUNS], begin, bare, budget;

	for (int i = 0; i < RUNS; i++) {
		begin = now();
		measured(NULL, plain, TIMES);
		a[i] = (now() - begin) / TIMES;
		begin = now();
		measured(sandbox, ours, TIMES);
		b[i] = (now() - begin) / TIMES;
	}
	luaL_loadstring(plain, "return");
	luaL_loadstring(ours, "return");
	begin = now();
	for (int i = 0; i < EMPTY; i++) {
		lua_pushvalue(plain, -1);
		lua_pcall(plain, 0, 0, 0);
	}
	bare = (now() - begin) / EMPTY;
	begin = now();
	for (int i = 0; i < EMPTY; i++) {
		lua_pushvalue(ours, -1);
		cfr_sandbox_call(sandbox, 0, 0, NULL);
	}
	budget = (now() - begin) / EMPTY;
	printf("%-44s %12s %12s %8s\n", "", "plain", "sandbox", "ratio");
	printf("%-44s %9.1f us %9.1f us %8.3f\n", "100 agents, 8 checks each (median of 21)", median(a) / 1e3, median(b) / 1e3,
	       median(b) / median(a));
	printf("%-44s %9.0f ns %9.0f ns %8.2f\n", "an empty call with a budget of its own", bare, budget, budget / bare);
}

int main(int argc, char **argv)
{
	lua_State *plain = luaL_newstate(), *ours;
	cfr_sandbox *sandbox;
	cfr_limits limits;
	cfr_err err;

	cfr_limits_default(&limits);
	if (!plain || cfr_sandbox_new(&sandbox, &limits, &err) != 0)
		return 2;
	luaL_openlibs(plain);
	ours = cfr_sandbox_lua(sandbox);
	if (cfr_sandbox_load(sandbox, CFR_STR("bench"), CFR_STR(chunk), 0, &err) != 0 ||
	    cfr_sandbox_call(sandbox, 0, 1, &err) != 0 || luaL_dostring(plain, chunk) != LUA_OK) {
		fprintf(stderr, "%s\n", err.message);
		return 2;
	}
	lua_settop(plain, 1);
	if (argc > 1 && strcmp(argv[1], "plain") == 0)
		measured(NULL, plain, TIMES);
	else if (argc > 1 && strcmp(argv[1], "sandbox") == 0)
		measured(sandbox, ours, TIMES);
	else
		table(sandbox, ours, plain);
	cfr_sandbox_free(sandbox);
	lua_close(plain);
	return 0;
}
