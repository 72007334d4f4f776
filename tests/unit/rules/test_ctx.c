/* tests/unit/rules/test_ctx.c -- ctx: its fields, findings, edits, messages; and what a runner keeps between jobs. */
#include "tests/unit/rules/rules.h"

#include <malloc.h>

static size_t bytes_in_use(void) { return mallinfo2().uordblks; }

static const char DOC[] = "name: web\nport: 80\nlist: [a, b]\nmemory: {backend: x, none: null}\n";

static void fields_tell_where(void **state)
{
	static const char rule[] =
		"rule 'r' { " HEAD "select = '$.memory.*', options = { n = 3, l = {'a', 2} }, env = { 'HOME_TOWN', 'OTHER' },\n"
		"check = function(v, ctx) local o = ctx.options\n"
		"ctx:report('{a}', { a = table.concat({ tostring(v), ctx.path, ctx.key, tree.kind(ctx.place), o.n, tostring(o.l:has 'a'),\n"
		"tostring(o.l:has '2'), #o.l, o.l[2], tostring(ctx.env.HOME_TOWN), tostring(ctx.env.OTHER), ctx.now, ctx.root.name,\n"
		"ctx.doc.file, ctx.doc.format, ctx.doc.index, #ctx.doc.kinds, #ctx.doc.text, #ctx.others,\n"
		"tostring(ctx:parent() == ctx.root.memory), tostring(ctx.data) }, ' ') }) end }";

	assert_string_equal(found(*state, rule, DOC),
			    "/memory/backend: x /memory/backend backend string 3 true false 2 2 Ulm nil 1767225600 web test.yaml yaml 1 0 65 0 true nil\n"
			    "/memory/none: nil /memory/none none null 3 true false 2 2 Ulm nil 1767225600 web test.yaml yaml 1 0 65 0 true nil\n");
	assert_string_equal(found(*state, "rule 'r' { " HEAD "select = '$.list[1]', check = function(v, ctx) ctx:report('{k} {v}', { k = ctx.key, v = v }) end }",
				  DOC), "/list/1: 2 b\n");
}

static void other_documents(void **state)
{
	world *w = *state;
	static const char rule[] =
		"rule 'r' { " HEAD "check = function(v, ctx) for i, d in ipairs(ctx.others) do\n"
		"ctx:report('{f} {i} {n} {s}', { f = d.file, i = d.index, n = tree.get(d.root, 'n'), s = #ctx:select('$.n', d.root),\n"
		"related = { { tree.place(d.root, 'n'), 'there' } } }) end end }";

	assert_int_equal(world_load(w, (const char *const[]){ "r.lua", rule, NULL }), 0);
	world_add(w, "a.yaml", "n: 1\n---\nn: 2\n");
	world_add(w, "b.yaml", "n: 3\n");
	for (int i = 0; i < 3; i++)		/* every run has documents of its own */
		assert_string_equal(world_run(w), ": a.yaml 2 2 1\n: b.yaml 1 3 1\n: a.yaml 1 1 1\n: b.yaml 1 3 1\n"
				    ": a.yaml 1 1 1\n: a.yaml 2 2 1\n");
	assert_true(cfr_str_eq(cfr_check_outcome(w->check)->findings[0].related[0].path, CFR_STR("/n")));
}

static void messages_are_filled(void **state)
{
	world *w = *state;

#define MESSAGE(text, values, expected) \
	assert_string_equal(body(w, "ctx:report(" text ", " values ")", DOC), ": " expected "\n")
	MESSAGE("'{a}{b} {{x}} {c} {d}'", "{ a = 1, b = 2.0, c = true, d = 'x' }", "12.0 {x} true x");
	MESSAGE("'{a}'", "{ a = 'two\\nlines\\27[31m\\xff' }", "two\\nlines\\x1B[31m\\xFF");
	MESSAGE("'{a} {b}'", "{ a = value.memory, b = value.list }", "{backend: x, none: null} [a, b]");
	MESSAGE("'{a} {b}'", "{ a = {'x', 'y'}, b = tree.place(value, 'port') }", "x, y 80");
	MESSAGE("'{a}'", "{ a = ('x'):rep(3) }", "xxx");
	assert_fails(w, "ctx:report('{a}')", DOC, "the message names {a}, and there is no value of that name");
	assert_fails(w, "ctx:report('{a', { a = 1 })", DOC, "'{' without a name");
	assert_fails(w, "ctx:report('a}', { a = 1 })", DOC, "'}' that closes nothing");
	assert_fails(w, "ctx:report('{at}', { at = '' })", DOC, "cannot show {at}");
	assert_fails(w, "ctx:report('{a}', { a = print })", DOC, "{a} is a function");
	assert_fails(w, "ctx:report('{a}', { a = { b = 1 } })", DOC, "{a} is a table with names");
	assert_fails(w, "ctx:report(3)", DOC, "string expected");
	assert_fails(w, "ctx:report('a', 'b')", DOC, "the values are a string");
	assert_fails(w, "ctx.report('a')", DOC, "not ctx");
	assert_fails(w, "local _ = ctx.pth", DOC, "ctx has no field 'pth'");
	assert_fails(w, "local _ = ctx.env.HOME", DOC, "does not declare it");
	assert_fails(w, "local _ = ctx.options.x", DOC, "declares no option 'x'");
	assert_fails(w, "ctx.x = 1", DOC, "ctx is read-only");
	assert_fails(w, "ctx.doc.x = 1", DOC, "a document is read-only");
}

static void findings_have_places(void **state)
{
	world *w = *state;

	assert_string_equal(body(w, "ctx:report('a', { at = value.memory }) ctx:report('b', { at = '/list/1' }) "
				 "ctx:report('c', { at = tree.place(value, 'port') }) ctx:report('d', { at = false })", DOC),
			    ": d\n/port: c\n/list/1: b\n/memory: a\n");
	assert_int_equal(cfr_check_outcome(w->check)->findings[1].span.line, 2);
	assert_fails(w, "ctx:report('a', { at = '/nope' })", DOC, "no place '/nope'");
	assert_fails(w, "ctx:report('a', { at = 3 })", DOC, "a node, a place or a JSON Pointer");
	assert_fails(w, "ctx:report('a', { at = tree.map {} })", DOC, "not in the document that is checked");
	assert_fails(w, "ctx:report('a', { safety = 'maybe' })", DOC, "safety is");
	assert_fails(w, "ctx:report('a', { related = { 'x' } })", DOC, "related is a list of { place, text }");
	assert_fails(w, "ctx:report('a', { related = { { nil, 'x' } } })", DOC, "related has no place");
	assert_fails(w, "ctx:report('a', { fix = 'x' })", DOC, "fix is an edit");
}

static void edits_say_what_changes(void **state)
{
	world *w = *state;
	const cfr_finding *f;
	static const cfr_edit_op ops[] = { CFR_EDIT_REPLACE, CFR_EDIT_SET, CFR_EDIT_INSERT, CFR_EDIT_INSERT, CFR_EDIT_REMOVE,
		CFR_EDIT_RENAME, CFR_EDIT_MOVE };
	static const char *const at[] = { "/port", "/memory", "/list", "/list", "/memory/none", "/name", "/port" };

	assert_string_equal(body(w, "ctx:report('x', { safety = 'guarded', fix = { ctx:replace(81, '/port'), ctx:set(value.memory, 'k', { 1 }),\n"
		"ctx:insert(value.list, 1, 'z'), ctx:insert(value.list, nil, value.memory), ctx:remove(tree.place(value, 'memory', 'none')),\n"
		"ctx:rename('title', '/name'), ctx:move('/port', value.memory, 'p') } })", DOC), ": x\n");
	f = cfr_check_outcome(w->check)->findings;
	assert_true(f->guarded && f->edit_count == 7);
	for (uint32_t i = 0; i < 7; i++) {
		assert_int_equal(f->edits[i].op, ops[i]);
		assert_true(cfr_str_eq(f->edits[i].at, cfr_str_of(at[i])));
	}
	assert_int_equal(cfr_node_int(cfr_tree_root(f->edits[0].value)), 81);
	assert_int_equal(cfr_node_kind(cfr_tree_root(f->edits[1].value)), CFR_SEQUENCE);
	assert_int_equal(f->edits[2].index, 0);
	assert_true(f->edits[3].index == UINT32_MAX && cfr_node_size(cfr_tree_root(f->edits[3].value)) == 2);
	assert_true(cfr_str_eq(f->edits[5].key, CFR_STR("title")) && cfr_str_eq(f->edits[6].to, CFR_STR("/memory")));

	assert_fails(w, "ctx:replace()", DOC, "there is no value");
	assert_fails(w, "ctx:replace {}", DOC, "may be a mapping or a list");
	assert_fails(w, "ctx:set(value.list, 'a', 1)", DOC, "a mapping expected, got a sequence");
	assert_fails(w, "ctx:set(nil, 'a', 1)", DOC, "a mapping expected, got nil");
	assert_fails(w, "ctx:set(value, 1, 1)", DOC, "a key is a string");
	assert_fails(w, "ctx:insert(value.list, 4, 1)", DOC, "index 4 of a sequence of 2");
	assert_fails(w, "ctx:remove()", DOC, "the whole document cannot be removed");
	assert_fails(w, "ctx:rename('x', '/list/0')", DOC, "the place has no key");
	assert_fails(w, "local e = ctx:remove('/port') local _ = e.op", DOC, "an edit has no fields");
}

static void tracing_goes_to_the_host(void **state)
{
	world *w = *state;

	body(w, "print('p', 1, value) ctx:trace('{a}!', { a = 'x\\n' })", DOC);
	assert_string_equal(w->trace.ptr, "p\t1\tmapping at \"\"\nx\\n!\n");
	assert_fails(w, "for _ = 1, 100 do ctx:trace(('x'):rep(20000)) end", DOC, "limit output");
	/* what was found before stays */
	assert_non_null(strstr(body(w, "for _ = 1, 100 do pcall(ctx.report, ctx, ('x'):rep(20000)) end", DOC), "\n! limit output"));
}

static void failures_tell_the_place(void **state)
{
	world *w = *state;
	const cfr_err *err;

	assert_string_equal(found(w, "rule 'r' { " HEAD "select = '$.list[*]', check = function(v) if v == 'b' then\nerror 'oh' end end }", DOC),
			    "! oh\n");
	err = &cfr_check_outcome(w->check)->failures[0].err;
	assert_int_equal(err->code, CFR_E_SCRIPT);
	assert_string_equal(err->path, "/list/1");
	assert_true(err->line == 2 && strcmp(err->file, "test.lua") == 0);
	assert_non_null(strstr(err->hint, "test.yaml"));
	assert_string_equal(found(w, "local n = 0 rule 'r' { " HEAD "check = function() n = n + 1 end }", DOC),
			    "! the rule changed 'n', which belongs to the file, not to one run of the check\n");
	w->limits.of[CFR_LIMIT_TIME] = 50;
	assert_fails(w, "pcall(function() while true do end end)", DOC, "limit time");
	assert_fails(w, "local s = ('a'):rep(40) while true do re.test(s, '(a+)+$') end", DOC, "limit time");
	w->limits.of[CFR_LIMIT_TIME] = 10000;
	assert_fails(w, "local t = {} for i = 1, 1e9 do t[i] = ('x'):rep(1000) .. i end", DOC, "limit memory");
	assert_fails(w, "local s = ('x'):rep(1000000) for i = 1, 1e6 do ctx:replace(s) end", DOC, "");
}

/* Ten thousand jobs: the Lua memory of the worker ends where it was. */
static void jobs_leave_nothing(void **state)
{
	world *w = *state;
	size_t first = 0;

	assert_int_equal(world_load(w, (const char *const[]){ "r.lua",
		"rule 'r' { " HEAD "check = function(v, ctx) for k, x in pairs(v) do if k == 'z' then ctx:report('{x}', { x = x }) end end\n"
		"ctx:replace(v) local _ = ctx.doc.text, ctx.others, ctx.options, tree.select(v, '$..*'), re.match('ab', 'a') end }", NULL }), 0);
	for (int i = 0; i < 1000; i++) {
		const cfr_outcome *o;

		cfr_check_reset(w->check, 0, NULL, NULL);
		for (int k = 0; k < 10; k++)
			world_add(w, "a.yaml", DOC);
		assert_string_equal(world_run(w), "");
		o = cfr_check_outcome(w->check);
		assert_int_equal(o->counts.jobs, 10);
		if (i == 100)
			first = bytes_in_use();
	}
	/* the sanitizers' allocator does not tell */
	if (first)
		assert_true(bytes_in_use() < first + (8 << 20));
}

/* What an error message remembers of a read must not be a tree that is gone. */
static void misses_outlive_nothing(void **state)
{
	world *w = *state;

	assert_fails(w, "do local m = tree.map{ a = { b = 1 } } local _ = m.zz end\n"
		     "for i = 1, 300 do local t = {} for j = 1, 1000 do t[j] = { j } end end\n"
		     "local q = {} return q.zz.x", DOC, "'zz'");
}

/* Buffers of Lua's own library call a full memory an ordinary error: no handler may give it another name. */
static void memory_is_not_renamed(void **state)
{
	world *w = *state;

	w->limits.of[CFR_LIMIT_MEMORY] = 16 << 20;
	w->limits.of[CFR_LIMIT_TIME] = 20000;
	assert_fails(w, "local s = ('x'):rep(1000000)\n"
		     "xpcall(function() return #re.gsub(s, '(?s)^.+$', ('%0'):rep(30)) end, function() return 'mine' end)",
		     DOC, "limit memory");
	assert_fails(w, "local s = ('+'):rep(6000000)\n"
		     "xpcall(function() return #re.escape(s) end, function() return 'mine' end)", DOC, "limit memory");
	assert_fails(w, "local s = ('+'):rep(6000000) pcall(function() return #re.escape(s) end)", DOC, "limit memory");
}

/* The result of `across` is the same for each document, whatever order they come in. */
static void across_has_no_memory(void **state)
{
	world *w = *state;
	const char *said = found(w, "rule 'r' { " HEAD "across = function() local n = 0 return function() n = n + 1 return n end end,\n"
				 "check = function(v, ctx) ctx:report('{n}', { n = ctx.across() }) end }", DOC);

	assert_non_null(strstr(said, "assigns 'n'"));
	said = found(w, "rule 'r' { " HEAD "across = function(docs) local t = { #docs } return function() return t[1] end end,\n"
		     "check = function(v, ctx) ctx:report('{n}', { n = ctx.across() }) end }", DOC);
	assert_string_equal(said, ": 1\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(fields_tell_where), TEST(other_documents), TEST(messages_are_filled), TEST(findings_have_places),
		TEST(edits_say_what_changes), TEST(tracing_goes_to_the_host), TEST(failures_tell_the_place), TEST(jobs_leave_nothing),
		TEST(misses_outlive_nothing), TEST(memory_is_not_renamed), TEST(across_has_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
