/* tests/unit/rules/rules.h -- rules from a text, run on documents from a text: what the tests of this room share.
 *
 * A world is a check with one pack in memory. `found` runs it on one document and gives the messages of what was found,
 * one a line, with the path; a failure of the rule comes out as "! message".
 */
#ifndef CFR_TESTS_RULES_H
#define CFR_TESTS_RULES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "engine/base/str.h"
#include "engine/check.h"
#include "engine/pack.h"
#include "engine/text.h"
#include "lua/script.h"

#define HEAD "title = 't', why = 'w', "

typedef struct world {
	cfr_check *check;
	cfr_limits limits;
	cfr_buf out, trace;
	cfr_err err;
} world;

static inline void world_trace(void *arg, const cfr_job *job, cfr_str line)
{
	world *w = arg;

	(void)job;
	cfr_buf_adds(&w->trace, line);
	cfr_buf_addc(&w->trace, '\n');
}

static inline const char *world_env(void *arg, const char *name)
{
	(void)arg;
	return strcmp(name, "HOME_TOWN") == 0 ? "Ulm" : NULL;
}

/* Load a pack of these files (name, text, …, NULL); 0 or the error in w->err. */
static inline int world_load(world *w, const char *const *files)
{
	cfr_pack_file list[16];
	uint32_t count = 0;
	cfr_pack *pack;
	cfr_check_options options = { .limits = &w->limits, .scripts = cfr_lua_scripts(), .workers = 1,
		.now = 1767225600, .env = world_env, .trace = world_trace, .trace_arg = w };

	for (; files[2 * count]; count++)
		list[count] = (cfr_pack_file){ cfr_str_of(files[2 * count]), cfr_str_of(files[2 * count]),
			cfr_str_of(files[2 * count + 1]) };
	w->err = (cfr_err)CFR_ERR_INIT;
	cfr_check_free(w->check);
	assert_int_equal(cfr_check_new(&w->check, &options, &w->err), 0);
	if (cfr_pack_of(&pack, CFR_STR("test"), list, count, &w->limits, &w->err) < 0)
		return w->err.code;
	return cfr_check_add_pack(w->check, pack, &w->err);
}

static inline void world_begin(world *w)
{
	memset(w, 0, sizeof(*w));
	cfr_limits_default(&w->limits);
}

static inline void world_end(world *w)
{
	cfr_check_free(w->check);
	cfr_buf_release(&w->out);
	cfr_buf_release(&w->trace);
	w->check = NULL;
}

static inline void world_add(world *w, const char *name, const char *text)
{
	cfr_source *source;

	assert_int_equal(cfr_source_new(&source, cfr_str_of(name), cfr_str_of(text), &w->limits, &w->err), 0);
	assert_int_equal(cfr_check_add_source(w->check, source, cfr_str_of(name), CFR_FORMAT_NONE, &w->err), 0);
	cfr_source_unref(source);
}

/* Run, and write down what came of it. */
static inline const char *world_run(world *w)
{
	const cfr_outcome *o;

	if (cfr_check_run(w->check, &w->err) < 0)
		fail_msg("run: %s", w->err.message);
	o = cfr_check_outcome(w->check);
	cfr_buf_clear(&w->out);
	for (uint32_t i = 0; i < o->finding_count; i++) {
		cfr_buf_adds(&w->out, o->findings[i].path);
		cfr_buf_addz(&w->out, ": ");
		cfr_buf_adds(&w->out, o->findings[i].message);
		cfr_buf_addc(&w->out, '\n');
	}
	for (uint32_t i = 0; i < o->failure_count; i++)
		cfr_buf_addf(&w->out, "! %s\n", o->failures[i].err.message);
	return w->out.ptr ? w->out.ptr : "";
}

/* One rule file, one document. */
static inline const char *found(world *w, const char *rules, const char *text)
{
	const char *const files[] = { "test.lua", rules, NULL };

	world_end(w);
	if (world_load(w, files) < 0) {
		cfr_buf_clear(&w->out);
		cfr_buf_addf(&w->out, "load: %s", w->err.message);
		return w->out.ptr;
	}
	world_add(w, "test.yaml", text);
	return world_run(w);
}

/* The body of a check (value, ctx) on a document's root; what it says with `say(text)` is found. */
static inline const char *body(world *w, const char *code, const char *text)
{
	cfr_buf rule = CFR_BUF_INIT;
	const char *result;

	cfr_buf_addf(&rule, "rule 'r' { " HEAD "check = function(value, ctx)\n"
		     "local function say(...) local t = table.pack(...) for i = 1, t.n do t[i] = tostring(t[i]) end\n"
		     "ctx:report('{t}', { t = table.concat(t, ' ') }) end\n%s\nend }", code);
	result = found(w, rule.ptr, text);
	cfr_buf_release(&rule);
	return result;
}

/* What the single finding of a body says. */
#define assert_says(w, code, text, expected) do { \
	const char *said_ = body(w, code, text); \
	assert_string_equal(said_, ": " expected "\n"); \
} while (0)

/* A body fails; its message contains the words. */
#define assert_fails(w, code, text, words) do { \
	const char *said_ = body(w, code, text); \
	if (strncmp(said_, "! ", 2) != 0 || !strstr(said_, words)) \
		fail_msg("%s\n gave %s\n not %s", code, said_, words); \
} while (0)

static inline int setup(void **state)
{
	static world w;

	world_begin(&w);
	*state = &w;
	return 0;
}

static inline int teardown(void **state)
{
	world_end(*state);
	return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

#endif
