/* bench/rules.c -- rules over nodes against the same rules over plain Lua tables; a repeated field read.
 *
 *   bench_rules
 *
 * The same rule file is run in two ways in one process: by the runner (sandbox, read-only nodes, ctx, findings) on a
 * document, and by stock Lua on plain tables made from the same tree beforehand, with a ctx that collects messages in a
 * table. So the second pays nothing for positions; one row has it make its tables from the tree, as each run of
 * the first begins with a tree, the other finds them made. Wall time of pairs, medians.
 */
#include "bench/measure.h"

#include "engine/base/str.h"
#include "engine/check.h"
#include "engine/pack.h"
#include "engine/text.h"
#include "lua/script.h"

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>

enum { AGENTS = 100, RUNS = 20 };

/* Twenty governance rules: what people ask of a list of agents. */
static const char RULES[] =
	"local function each(name, body) rule(name) { title = 't', why = 'w', check = function(root, ctx)\n"
	"  for i, a in ipairs(root.agents) do body(a, ctx, i, root) end end } end\n"
	"local known = { openai = true, anthropic = true, google = true }\n"
	"each('r-a', function(a, ctx) if not a.model then ctx:report('no model') end end)\n"
	"each('r-b', function(a, ctx) if not a.model:find '%d%d%d%d' then ctx:report('{m} is not pinned', { m = a.model }) end end)\n"
	"each('r-c', function(a, ctx) if a.temperature > 0.95 then ctx:report('{t} is hot', { t = a.temperature }) end end)\n"
	"each('r-d', function(a, ctx) if a.max_tokens > 7990 then ctx:report('{t} is much', { t = a.max_tokens }) end end)\n"
	"each('r-e', function(a, ctx) if not known[a.provider] then ctx:report('{p}?', { p = a.provider }) end end)\n"
	"each('r-f', function(a, ctx) for _, t in ipairs(a.tools) do if t == 'shell' then ctx:report 'shell' end end end)\n"
	"each('r-g', function(a, ctx) if #a.system_prompt < 10 then ctx:report 'short' end end)\n"
	"each('r-h', function(a, ctx) if a.metadata.stage ~= 'prod' and a.metadata.stage ~= 'dev' then ctx:report 'stage' end end)\n"
	"each('r-i', function(a, ctx) if a.metadata.cost_center < 1 then ctx:report 'cost' end end)\n"
	"each('r-j', function(a, ctx) if a.retries == nil or a.retries.max > 5 then ctx:report 'retries' end end)\n"
	"each('r-k', function(a, ctx) if a.retries.backoff ~= 'exponential' then ctx:report 'backoff' end end)\n"
	"each('r-l', function(a, ctx) if #a.tools > 8 then ctx:report 'tools' end end)\n"
	"each('r-m', function(a, ctx, i) if a.id ~= ('agent_%05d'):format(i) then ctx:report 'id' end end)\n"
	"each('r-n', function(a, ctx) for k, v in pairs(a.metadata) do if v == 'TODO' then ctx:report('{k}', { k = k }) end end end)\n"
	"each('r-o', function(a, ctx) local seen = {} for _, t in ipairs(a.tools) do if seen[t] then ctx:report 'twice' end seen[t] = true end end)\n"
	"each('r-p', function(a, ctx) if a.memory.enabled and a.memory.size > 100000 then ctx:report 'memory' end end)\n"
	"each('r-q', function(a, ctx) if a.enabled and a.timeout * a.retries.max > 10000 then ctx:report 'slow' end end)\n"
	"each('r-r', function(a, ctx) if a.system_prompt:find('password', 1, true) then ctx:report 'secret' end end)\n"
	"each('r-s', function(a, ctx, _, root) for _, t in ipairs(a.tools) do if root.tools[t] == nil then ctx:report('{t}', { t = t }) end end end)\n"
	"each('r-t', function(a, ctx) if a.name == a.id or a.name == '' then ctx:report 'name' end end)\n";

/* The other side: `rule`, a ctx, and a way to run. */
static const char PLAIN[] =
	"local rules = {}\n"
	"function rule() return function(t) rules[#rules + 1] = t end end\n"
	"function run(root) local found = {}\n"
	"  local ctx = { root = root, report = function(_, m, v)\n"
	"    found[#found + 1] = { message = m:gsub('{(%w+)}', v or {}), path = '' } end }\n"
	"  for _, r in ipairs(rules) do r.check(root, ctx) end return #found end\n";

/* A loop of reads, in a function of its own: of a node or of a table. */
static const char READS[] =
	"return function(a) local n, s = 0, 0 for i = 1, 200000 do if a.model then n = n + 1 end s = s + a.max_tokens end return n + s end\n";
static const char READ_RULE[] =
	"rule 'read' { title = 't', why = 'w', check = function(root) local a = root.agents[1]\n"
	"local n, s = 0, 0 for i = 1, 200000 do if a.model then n = n + 1 end s = s + a.max_tokens end end }\n";

struct both {
	const cfr_script_ops *ops;
	cfr_script *script;
	cfr_rules rules;
	cfr_subject subject;
	cfr_limits limits;
	cfr_check *check;
	lua_State *L;
	uint64_t found;
};

static void die(const char *what, const cfr_err *err)
{
	fprintf(stderr, "%s: %s\n", what, err ? err->message : "");
	exit(2);
}

static void write_document(cfr_buf *out)
{
	cfr_buf_addz(out, "agents:\n");
	for (int i = 1; i <= AGENTS; i++)
		cfr_buf_addf(out, "  - {id: agent_%05d, name: Agent %d, provider: openai, model: gpt-4o-2024-08-06, temperature: 0.%d,\n"
			     "     max_tokens: %d, timeout: 30, enabled: true, tools: [t%d, t%d, t%d], system_prompt: Answer with a short plan.,\n"
			     "     memory: {enabled: true, size: 1000}, retries: {max: 3, backoff: exponential},\n"
			     "     metadata: {team: t%d, stage: prod, cost_center: %d, owner: o}}\n",
			     i, i, i % 9, 1000 + i * 70, i % 10, (i + 1) % 10, (i + 2) % 10, i % 7, i);
	cfr_buf_addz(out, "tools:\n");
	for (int i = 0; i < 10; i++)
		cfr_buf_addf(out, "  t%d: {id: t%d, type: builtin}\n", i, i);
}

/* The tree as plain Lua tables. */
static void push_plain(lua_State *L, cfr_node node)
{
	cfr_node child;
	cfr_str s;

	luaL_checkstack(L, 4, NULL);
	switch (cfr_node_kind(node)) {
	case CFR_BOOL: lua_pushboolean(L, cfr_node_bool(node)); return;
	case CFR_INT: lua_pushinteger(L, cfr_node_int(node)); return;
	case CFR_FLOAT: lua_pushnumber(L, cfr_node_float(node)); return;
	case CFR_NULL: lua_pushnil(L); return;
	case CFR_SEQUENCE:
	case CFR_MAPPING: break;
	default:
		s = cfr_node_string(node);
		lua_pushlstring(L, s.ptr, s.len);
		return;
	}
	lua_newtable(L);
	for (uint32_t i = 0; i < cfr_node_size(node) && cfr_node_at(&child, node, i, NULL) == 0; i++) {
		if (cfr_node_kind(node) == CFR_MAPPING)
			lua_pushlstring(L, cfr_node_key(child).ptr, cfr_node_key(child).len);
		else
			lua_pushinteger(L, (lua_Integer)i + 1);
		push_plain(L, child);
		lua_rawset(L, -3);
	}
}

static void ours(void *arg)
{
	struct both *b = arg;
	cfr_err err = CFR_ERR_INIT;

	for (int i = 0; i < RUNS; i++) {
		if (cfr_check_run(b->check, &err) < 0)
			die("run", &err);
		if (cfr_check_outcome(b->check)->failure_count)
			die("rule", &cfr_check_outcome(b->check)->failures[0].err);
		b->found = cfr_check_outcome(b->check)->finding_count;
	}
}

/* The run as a check reports it: without reading and parsing the source. */
static double check_seconds(struct both *b)
{
	ours(b);
	return (double)cfr_check_outcome(b->check)->counts.check_ns * 1e-9;
}

/* "run": the rules on tables that are there; "make": the tables made first; "read": the loop of reads. */
static double plain_seconds(struct both *b, const char *function)
{
	bool make = strcmp(function, "make") == 0;
	struct timespec from, to;

	if (make)
		function = "run";
	clock_gettime(CLOCK_MONOTONIC, &from);
	lua_getglobal(b->L, function);
	if (make)
		push_plain(b->L, cfr_tree_root(cfr_document_tree(cfr_check_outcome(b->check)->subjects[0].doc)));
	else
		lua_getglobal(b->L, strcmp(function, "run") == 0 ? "root" : "agent");
	if (lua_pcall(b->L, 1, 1, 0) != LUA_OK)
		die(lua_tostring(b->L, -1), NULL);
	if (strcmp(function, "run") == 0 && (uint64_t)lua_tointeger(b->L, -1) != b->found)
		die("the two sides find different things", NULL);
	lua_pop(b->L, 1);
	clock_gettime(CLOCK_MONOTONIC, &to);
	return (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) * 1e-9;
}

static void make_check(struct both *b, const char *rules, cfr_str text)
{
	cfr_pack_file file = { CFR_STR("bench.lua"), CFR_STR("bench.lua"), cfr_str_of(rules) };
	cfr_check_options options = { .limits = &b->limits, .scripts = cfr_lua_scripts(), .workers = 1 };
	cfr_source *source;
	cfr_pack *pack;
	cfr_err err = CFR_ERR_INIT;

	if (cfr_check_new(&b->check, &options, &err) < 0 ||
	    cfr_pack_of(&pack, CFR_STR("bench"), &file, 1, &b->limits, &err) < 0 ||
	    cfr_check_add_pack(b->check, pack, &err) < 0 ||
	    cfr_source_new(&source, CFR_STR("bench.yaml"), text, &b->limits, &err) < 0 ||
	    cfr_check_add_source(b->check, source, CFR_STR("bench.yaml"), CFR_YAML, &err) < 0)
		die("set-up", &err);
	cfr_source_unref(source);
}

static void make_plain(struct both *b)
{
	cfr_node root = cfr_tree_root(cfr_document_tree(cfr_check_outcome(b->check)->subjects[0].doc));

	b->L = luaL_newstate();
	luaL_openlibs(b->L);
	if (luaL_dostring(b->L, PLAIN) || luaL_dostring(b->L, RULES) || luaL_dostring(b->L, READS))
		die(lua_tostring(b->L, -1), NULL);
	lua_setglobal(b->L, "read");
	push_plain(b->L, root);
	lua_getfield(b->L, -1, "agents");
	lua_rawgeti(b->L, -1, 1);
	lua_setglobal(b->L, "agent");
	lua_pop(b->L, 1);
	lua_setglobal(b->L, "root");
}

static void compare(struct both *b, const char *what, const char *plain)
{
	enum { PAIRS = 31 };
	double a[PAIRS], c[PAIRS], ratio[PAIRS];

	check_seconds(b);
	plain_seconds(b, plain);
	for (int i = 0; i < PAIRS; i++) {
		a[i] = check_seconds(b);
		c[i] = plain_seconds(b, plain);
		ratio[i] = a[i] / c[i];
	}
	double ma = bench_median(a, PAIRS), mc = bench_median(c, PAIRS), mr = bench_median(ratio, PAIRS);

	printf("| %-38s | %9.3f ms | %9.3f ms | %5.2f | %5.2f-%5.2f |\n", what, ma * 1e3, mc * 1e3, mr, ratio[PAIRS / 4],
	       ratio[3 * PAIRS / 4]);
}

int main(void)
{
	struct both rules = { .found = 0 }, reads = { .found = 0 };
	cfr_buf text = CFR_BUF_INIT;

	write_document(&text);
	cfr_limits_default(&rules.limits);
	cfr_limits_default(&reads.limits);
	rules.limits.of[CFR_LIMIT_TIME] = reads.limits.of[CFR_LIMIT_TIME] = 60000;
	make_check(&rules, RULES, cfr_buf_str(&text));
	make_check(&reads, READ_RULE, cfr_buf_str(&text));
	ours(&rules);
	ours(&reads);
	make_plain(&rules);
	reads.L = rules.L;
	printf("| what                                   |     cfgrun   |  plain tables | ratio |  quartiles  |\n");
	compare(&rules, "20 rules over 100 agents, tables made", "make");
	compare(&rules, "20 rules over 100 agents, tables there", "run");
	compare(&reads, "400,000 reads of two fields", "read");
	lua_close(rules.L);
	cfr_check_free(rules.check);
	cfr_check_free(reads.check);
	cfr_buf_release(&text);
	return 0;
}
