/* tests/unit/check/test_check.c -- checks with rules in C: levels, waivers, allowances, fixes, and the same result on
 * any number of threads. */
#include "engine/base/str.h"
#include "engine/check.h"
#include "engine/pointer.h"
#include "engine/tree/build.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define NOW ((int64_t)1767225600)	/* 2026-01-01 */

static cfr_tree *tree_of_int(int64_t value)
{
	static const cfr_mark nowhere = { 0 };
	cfr_limits limits;
	cfr_build *build;
	cfr_tree *tree;

	cfr_limits_default(&limits);
	assert_int_equal(cfr_build_new(&build, NULL, CFR_FORMAT_NONE, &limits, NULL), 0);
	assert_int_equal(cfr_build_int(build, value, &nowhere, NULL), 0);
	assert_int_equal(cfr_build_finish_tree(&tree, build, NULL), 0);
	cfr_build_free(build);
	return tree;
}

/* Ports below 1024 are a finding; its fix is what `arg` says: a good port, or a bad one. */
static int port_rule(void *arg, const cfr_job *job, cfr_node selected, cfr_report *report, cfr_err *err)
{
	const int64_t *replacement = arg;
	cfr_buf path = CFR_BUF_INIT;
	int r;

	if (cfr_node_int(selected) >= 1024)
		return 0;
	cfr_edit edit = { .op = CFR_EDIT_REPLACE };
	cfr_claim claim = { .at = selected, .message = CFR_STR("low port") };
	cfr_tree *value = NULL;
	if (replacement) {
		cfr_node parent;
		cfr_buf_addz(&path, "/");
		if (cfr_node_parent(&parent, selected) && cfr_node_key(parent).ptr) {
			cfr_buf_adds(&path, cfr_node_key(parent));
			cfr_buf_addz(&path, "/");
		}
		cfr_buf_adds(&path, cfr_node_key(selected));
		value = tree_of_int(*replacement);
		edit.at = cfr_buf_str(&path);
		edit.value = value;
		claim.edits = &edit;
		claim.edit_count = 1;
	}
	r = cfr_report_add(report, job, &claim, err);
	cfr_tree_unref(value);
	cfr_buf_release(&path);
	return r;
}

/* A value of 8080 is a finding, too: for fixes that bring another. */
static int busy_rule(void *arg, const cfr_job *job, cfr_node selected, cfr_report *report, cfr_err *err)
{
	cfr_claim claim = { .at = selected, .message = CFR_STR("8080 is taken") };

	(void)arg;
	return cfr_node_int(selected) == 8080 ? cfr_report_add(report, job, &claim, err) : 0;
}

/* Renames the mapping `x` that holds a port to `z`; with an argument, `z` back to `x` as well, so that it never settles. */
static int renaming_rule(void *arg, const cfr_job *job, cfr_node selected, cfr_report *report, cfr_err *err)
{
	cfr_node parent;

	if (!cfr_node_parent(&parent, selected))
		return 0;
	bool x = cfr_str_eq(cfr_node_key(parent), CFR_STR("x"));
	if (!x && !(arg && cfr_str_eq(cfr_node_key(parent), CFR_STR("z"))))
		return 0;
	cfr_edit edit = { .op = CFR_EDIT_RENAME, .at = x ? CFR_STR("/x") : CFR_STR("/z"), .key = x ? CFR_STR("z") : CFR_STR("x") };
	cfr_claim claim = { .at = parent, .message = CFR_STR("an old name"), .edits = &edit, .edit_count = 1 };
	return cfr_report_add(report, job, &claim, err);
}

static int failing_rule(void *arg, const cfr_job *job, cfr_node selected, cfr_report *report, cfr_err *err)
{
	(void)arg;
	(void)job;
	(void)selected;
	(void)report;
	return cfr_err_set(err, CFR_E_SCRIPT, "it cannot be done");
}

static void add_rule(cfr_check *check, const char *name, cfr_rule_fn fn, void *arg)
{
	cfr_limits limits;
	cfr_query *select;
	cfr_rule rule = { .name = cfr_str_of(name), .pack = CFR_STR("test"), .title = CFR_STR("t"), .why = CFR_STR("w"),
			  .severity = CFR_ERROR, .enabled = true, .expect = 1u << CFR_INT, .file = CFR_STR("test.c"),
			  .line = 1, .fn = fn, .arg = arg };

	cfr_limits_default(&limits);
	assert_int_equal(cfr_query_new(&select, CFR_STR("$..port"), &limits, NULL), 0);
	rule.select = select;
	assert_int_equal(cfr_check_add_rule(check, &rule, NULL), 0);
}

static cfr_check *new_check(unsigned workers)
{
	cfr_check_options options = { .workers = workers, .now = NOW };
	cfr_check *check;

	assert_int_equal(cfr_check_new(&check, &options, NULL), 0);
	return check;
}

static void add_text(cfr_check *check, const char *name, const char *text)
{
	cfr_limits limits;
	cfr_source *source;

	cfr_limits_default(&limits);
	assert_int_equal(cfr_source_new(&source, cfr_str_of(name), cfr_str_of(text), &limits, NULL), 0);
	assert_int_equal(cfr_check_add_source(check, source, cfr_str_of(name), CFR_FORMAT_NONE, NULL), 0);
	cfr_source_unref(source);
}

static const cfr_outcome *run(cfr_check *check)
{
	cfr_err err = CFR_ERR_INIT;
	int r = cfr_check_run(check, &err);

	if (r < 0)
		fail_msg("%s", err.message);
	return cfr_check_outcome(check);
}

static void test_finding(void **state)
{
	cfr_check *check = new_check(1);

	(void)state;
	add_rule(check, "low-port", port_rule, NULL);
	add_text(check, "a.yaml", "server:\n  port: 80\n---\nserver: {port: 8080}\n");
	const cfr_outcome *outcome = run(check);
	assert_int_equal(outcome->finding_count, 1);
	const cfr_finding *f = &outcome->findings[0];
	assert_int_equal(f->span.line, 2);
	assert_int_equal(f->span.column, 9);
	assert_memory_equal(f->path.ptr, "/server/port", f->path.len);
	assert_int_equal(f->severity, CFR_ERROR);
	assert_int_equal(f->standing, CFR_OPEN);
	assert_int_equal(outcome->counts.documents, 2);
	assert_int_equal(outcome->counts.places, 2);
	cfr_check_free(check);
}

static void test_syntax_is_a_finding(void **state)
{
	cfr_check *check = new_check(2);

	(void)state;
	add_rule(check, "low-port", port_rule, NULL);
	add_text(check, "bad.json", "{\"a\": [1,}\n");
	add_text(check, "good.yaml", "port: 80\n");
	add_text(check, "twice.yaml", "a: 1\nb: 2\na: 3\n");
	const cfr_outcome *outcome = run(check);
	assert_int_equal(outcome->finding_count, 3);
	assert_string_equal(outcome->findings[0].rule.ptr, "syntax");
	assert_int_equal(outcome->findings[0].span.line, 1);
	assert_string_equal(outcome->findings[1].rule.ptr, "low-port");
	assert_int_equal(outcome->findings[2].span.line, 3);
	assert_int_equal(outcome->findings[2].related_count, 1);
	assert_int_equal(outcome->findings[2].related[0].span.line, 1);
	assert_int_equal(outcome->failure_count, 0);
	cfr_check_free(check);
}

static void test_failures_are_apart(void **state)
{
	cfr_check *check = new_check(2);

	(void)state;
	add_rule(check, "broken", failing_rule, NULL);
	add_rule(check, "low-port", port_rule, NULL);
	add_text(check, "a.yaml", "port: 80\n");
	assert_int_equal(cfr_check_add_file(check, CFR_STR("does/not/exist.yaml"), CFR_STR("exist.yaml"), NULL), 0);
	const cfr_outcome *outcome = run(check);
	assert_int_equal(outcome->finding_count, 1);
	assert_int_equal(outcome->failure_count, 2);
	assert_int_equal(outcome->failures[0].err.code, CFR_E_IO);
	assert_string_equal(outcome->failures[1].rule.ptr, "broken");
	cfr_check_free(check);
}

static void test_levels(void **state)
{
	cfr_check *check = new_check(1);
	cfr_err err = CFR_ERR_INIT;

	(void)state;
	add_rule(check, "low-port", port_rule, NULL);
	assert_int_equal(cfr_check_set(check, CFR_STR("low-port"), CFR_STR("dev/**"), CFR_INFO, NULL, NULL), 0);
	assert_int_equal(cfr_check_set(check, CFR_STR("pack:test"), CFR_STR("off/*"), CFR_OFF, NULL, NULL), 0);
	assert_int_equal(cfr_check_set(check, CFR_STR("low-prt"), CFR_STR(""), CFR_OFF, NULL, &err), CFR_E_USAGE);
	assert_non_null(strstr(err.hint, "low-port"));
	add_text(check, "dev/a.yaml", "port: 80\n");
	add_text(check, "off/a.yaml", "port: 80\n");
	add_text(check, "prod/a.yaml", "port: 80\n");
	const cfr_outcome *outcome = run(check);
	assert_int_equal(outcome->finding_count, 2);
	assert_int_equal(outcome->findings[0].severity, CFR_INFO);
	assert_int_equal(outcome->findings[1].severity, CFR_ERROR);
	cfr_check_free(check);
}

static void test_waivers(void **state)
{
	cfr_check *check = new_check(1);
	cfr_waiver good = { .rule = CFR_STR("low-port"), .path = CFR_STR("/a"), .reason = CFR_STR("known"),
			    .expires = CFR_STR("2026-06-01"), .from_file = CFR_STR("cfgrun.yaml") };
	cfr_waiver expired = good, bad = good;

	(void)state;
	expired.path = CFR_STR("/b");
	expired.expires = CFR_STR("2026-01-01");	/* 00:00 UTC of that day is NOW */
	bad.expires = CFR_STR("2026-02-30");
	add_rule(check, "low-port", port_rule, NULL);
	assert_int_equal(cfr_check_waive(check, &good, NULL), 0);
	assert_int_equal(cfr_check_waive(check, &expired, NULL), 0);
	assert_int_equal(cfr_check_waive(check, &bad, NULL), CFR_E_USAGE);
	add_text(check, "a.yaml", "a: {port: 80}\nab: {port: 81}\nb: {port: 82}\n");
	const cfr_outcome *outcome = run(check);
	assert_int_equal(outcome->counts.waived, 1);
	assert_int_equal(outcome->counts.open[CFR_ERROR], 2);
	assert_int_equal(outcome->counts.open[CFR_WARNING], 1);	/* waiver-expired */
	cfr_check_free(check);
}

static void test_allowances(void **state)
{
	cfr_check *check = new_check(1);

	(void)state;
	add_rule(check, "low-port", port_rule, NULL);
	add_text(check, "a.yaml",
		 "a: {port: 80} # cfgrun: allow low-port -- tested\n"
		 "# cfgrun: allow low-port -- the line below\n"
		 "b: {port: 80}\n"
		 "c: {port: 80} # cfgrun: allow low-port\n"
		 "d: {port: 80} # cfgrun: allow other -- of another rule\n"
		 "e: ' # cfgrun: allow low-port -- inside a scalar'\n"
		 "f: {port: 8080} # cfgrun: allow low-port -- nothing here\n");
	const cfr_outcome *outcome = run(check);
	assert_int_equal(outcome->counts.allowed, 2);
	assert_int_equal(outcome->counts.open[CFR_ERROR], 2);
	assert_int_equal(outcome->counts.open[CFR_WARNING], 1);	/* allow-reason */
	assert_int_equal(outcome->counts.open[CFR_INFO], 1);	/* allow-unused */
	cfr_check_free(check);
}

struct written {
	int calls;
	char text[256];
};

static int note_written(void *arg, cfr_str file, cfr_str before, cfr_str after, cfr_err *err)
{
	struct written *w = arg;

	(void)file;
	(void)before;
	(void)err;
	w->calls++;
	snprintf(w->text, sizeof(w->text), "%.*s", (int)after.len, after.ptr);
	return 0;
}

static void test_fix(void **state)
{
	cfr_check *check = new_check(2);
	struct written w = { 0 };
	int64_t good = 9000;

	(void)state;
	add_rule(check, "low-port", port_rule, &good);
	add_text(check, "a.yaml", "a: {port: 80}  # one\nb:\n  port: 81 # two\r\nc: {port: 9001}");
	run(check);
	assert_int_equal(cfr_check_fix(check, CFR_FIX_SAFE, note_written, &w, NULL), 0);
	assert_int_equal(w.calls, 1);
	assert_string_equal(w.text, "a: {port: 9000}  # one\nb:\n  port: 9000 # two\r\nc: {port: 9001}");
	const cfr_outcome *outcome = cfr_check_outcome(check);
	assert_int_equal(outcome->counts.fixed, 2);
	assert_int_equal(outcome->counts.open[CFR_ERROR], 0);
	assert_int_equal(cfr_check_fix(check, CFR_FIX_SAFE, note_written, &w, NULL), 0);	/* nothing is left */
	assert_int_equal(w.calls, 1);
	cfr_check_free(check);
}

static void test_fix_that_does_not_settle(void **state)
{
	cfr_check *check = new_check(1);
	struct written w = { 0 };
	int64_t bad = 22;

	(void)state;
	add_rule(check, "low-port", port_rule, &bad);
	add_text(check, "a.yaml", "port: 80\n");
	run(check);
	assert_int_equal(cfr_check_fix(check, CFR_FIX_SAFE, note_written, &w, NULL), 0);
	assert_int_equal(w.calls, 0);
	const cfr_outcome *outcome = cfr_check_outcome(check);
	assert_int_equal(outcome->finding_count, 1);
	assert_true(outcome->findings[0].unfixed.len > 0);
	cfr_check_free(check);
}

static void test_fix_that_brings_another(void **state)
{
	cfr_check *check = new_check(1);
	struct written w = { 0 };
	int64_t busy = 8080;

	(void)state;
	add_rule(check, "low-port", port_rule, &busy);
	add_rule(check, "busy", busy_rule, NULL);
	add_text(check, "a.yaml", "port: 80\n");
	run(check);
	assert_int_equal(cfr_check_fix(check, CFR_FIX_SAFE, note_written, &w, NULL), 0);
	assert_int_equal(w.calls, 0);
	const cfr_outcome *outcome = cfr_check_outcome(check);
	assert_int_equal(outcome->finding_count, 1);
	assert_non_null(memmem(outcome->findings[0].unfixed.ptr, outcome->findings[0].unfixed.len, "busy", 4));
	cfr_check_free(check);
}

/* What another rule found stands elsewhere after the fix, and is nothing new. */
static void test_fix_that_moves_another(void **state)
{
	cfr_check *check = new_check(1);
	struct written w = { 0 };

	(void)state;
	add_rule(check, "low-port", port_rule, NULL);
	add_rule(check, "old-name", renaming_rule, NULL);
	add_text(check, "a.yaml", "x: {port: 80}\n");
	run(check);
	assert_int_equal(cfr_check_fix(check, CFR_FIX_SAFE, note_written, &w, NULL), 0);
	assert_string_equal(w.text, "z: {port: 80}\n");
	assert_int_equal(cfr_check_outcome(check)->counts.fixed, 1);
	assert_int_equal(cfr_check_outcome(check)->counts.open[CFR_ERROR], 1);
	cfr_check_free(check);
}

/* A finding that only moved is not settled. */
static void test_fix_that_moves_its_own(void **state)
{
	cfr_check *check = new_check(1);
	struct written w = { 0 };

	(void)state;
	add_rule(check, "old-name", renaming_rule, &w);
	add_text(check, "a.yaml", "x: {port: 80}\n");
	run(check);
	assert_int_equal(cfr_check_fix(check, CFR_FIX_SAFE, note_written, &w, NULL), 0);
	assert_int_equal(w.calls, 0);
	assert_true(cfr_check_outcome(check)->findings[0].unfixed.len > 0);
	cfr_check_free(check);
}

/* --- many fixes: how often a text is read and checked again --- */

/* What a port rule with many findings does to them: which ports it cannot settle. */
enum { ALL_GOOD, EVERY_TENTH_STAYS, EVERY_TENTH_BRINGS, NONE_SETTLES };

static int many_rule(void *arg, const cfr_job *job, cfr_node selected, cfr_report *report, cfr_err *err)
{
	const int *how = arg;
	int64_t port = cfr_node_int(selected), good = 9000 + port;
	cfr_buf path = CFR_BUF_INIT;

	if (port >= 9000)
		return 0;
	if (*how == NONE_SETTLES || (*how == EVERY_TENTH_STAYS && port % 10 == 0))
		good = 5000 + port % 1000;
	if (*how == EVERY_TENTH_BRINGS && port % 10 == 0)
		good = 100000;
	cfr_pointer_write(&path, selected);
	cfr_tree *value = tree_of_int(good);
	cfr_edit edit = { .op = CFR_EDIT_REPLACE, .at = cfr_buf_str(&path), .value = value };
	cfr_claim claim = { .at = selected, .message = CFR_STR("low port"), .edits = &edit, .edit_count = 1 };
	int r = cfr_report_add(report, job, &claim, err);
	cfr_tree_unref(value);
	cfr_buf_release(&path);
	return r;
}

static int too_high_rule(void *arg, const cfr_job *job, cfr_node selected, cfr_report *report, cfr_err *err)
{
	cfr_claim claim = { .at = selected, .message = CFR_STR("no port") };

	(void)arg;
	return cfr_node_int(selected) > 65535 ? cfr_report_add(report, job, &claim, err) : 0;
}

static const cfr_outcome *fix_many(cfr_check **out, int *how, uint32_t count, bool documents)
{
	cfr_check *check = new_check(1);
	cfr_buf text = CFR_BUF_INIT;

	for (uint32_t i = 0; i < count; i++) {
		if (documents)
			cfr_buf_addz(&text, "---\n");
		else
			cfr_buf_addf(&text, "s%u:\n  ", (unsigned)i);
		cfr_buf_addf(&text, "port: %u\n", (unsigned)i);
	}
	cfr_buf_addc(&text, '\0');
	add_rule(check, "low-port", many_rule, how);
	add_rule(check, "too-high", too_high_rule, NULL);
	add_text(check, "a.yaml", text.ptr);
	cfr_buf_release(&text);
	run(check);
	assert_int_equal(cfr_check_fix(check, CFR_FIX_SAFE, NULL, NULL, NULL), 0);
	*out = check;
	return cfr_check_outcome(check);
}

/* However many there are: fixes that do no harm are one try. */
static void test_many_fixes(void **state)
{
	int how = ALL_GOOD;

	(void)state;
	for (uint32_t count = 10; count <= 4000; count *= 20) {
		for (int documents = 0; documents < 2; documents++) {
			cfr_check *check;
			const cfr_outcome *outcome = fix_many(&check, &how, count, documents);
			assert_int_equal(outcome->counts.fixed, count);
			assert_int_equal(outcome->counts.tries, 1);
			cfr_check_free(check);
		}
	}
}

/* Those that fail are known at once, and the rest is taken; parting them has an end. */
static void test_many_fixes_that_fail(void **state)
{
	(void)state;
	for (int how = EVERY_TENTH_STAYS; how <= NONE_SETTLES; how++) {
		for (uint32_t count = 100; count <= 1500; count += 1400) {
			uint32_t good = how == NONE_SETTLES ? 0 : count - count / 10;
			cfr_check *check;
			const cfr_outcome *outcome = fix_many(&check, &how, count, false);
			assert_int_equal(outcome->counts.fixed, good);
			assert_true(outcome->counts.tries <= (count == 100 ? 200 : 500));
			assert_int_equal(outcome->counts.open[CFR_ERROR], count - good);
			for (uint32_t i = 0; i < outcome->finding_count; i++)
				assert_true(outcome->findings[i].standing == CFR_FIXED || outcome->findings[i].unfixed.len);
			cfr_check_free(check);
		}
	}
}

/* Three rules that each want to write the same key: one a round, and nothing is parted. */
static int key_rule(void *arg, const cfr_job *job, cfr_node selected, cfr_report *report, cfr_err *err)
{
	const int64_t *mine = arg;
	cfr_buf path = CFR_BUF_INIT;
	cfr_node parent, there;
	int r = 0;

	if (!cfr_node_parent(&parent, selected) || cfr_node_find(&there, parent, CFR_STR("mark"), NULL) == 0)
		return 0;
	cfr_pointer_write(&path, parent);
	cfr_tree *value = tree_of_int(*mine);
	cfr_edit edit = { .op = CFR_EDIT_SET, .at = cfr_buf_str(&path), .key = CFR_STR("mark"), .value = value };
	cfr_claim claim = { .at = parent, .message = CFR_STR("no mark"), .edits = &edit, .edit_count = 1 };
	r = cfr_report_add(report, job, &claim, err);
	cfr_tree_unref(value);
	cfr_buf_release(&path);
	return r;
}

static void test_fixes_of_one_place(void **state)
{
	int64_t marks[] = { 1, 2, 1 };

	(void)state;
	for (uint32_t count = 5; count <= 500; count *= 10) {
		cfr_check *check = new_check(1);
		cfr_buf text = CFR_BUF_INIT;
		for (uint32_t i = 0; i < count; i++)
			cfr_buf_addf(&text, "s%u:\n  port: 1\n", (unsigned)i);
		cfr_buf_addc(&text, '\0');
		add_rule(check, "mark-a", key_rule, &marks[0]);
		add_rule(check, "mark-b", key_rule, &marks[1]);
		add_rule(check, "mark-c", key_rule, &marks[2]);
		add_text(check, "a.yaml", text.ptr);
		cfr_buf_release(&text);
		run(check);
		assert_int_equal(cfr_check_fix(check, CFR_FIX_SAFE, NULL, NULL, NULL), 0);
		const cfr_outcome *outcome = cfr_check_outcome(check);
		assert_int_equal(outcome->counts.tries, 1);
		assert_int_equal(outcome->counts.fixed, 2 * count);	/* the same edit twice is one */
		assert_int_equal(outcome->counts.open[CFR_ERROR], 0);
		cfr_check_free(check);
	}
}

/* What a run gives, as text. */
static char *transcript(unsigned workers)
{
	cfr_check *check = new_check(workers);
	cfr_buf out = CFR_BUF_INIT;
	int64_t good = 9000;
	char name[32], text[64];

	add_rule(check, "low-port", port_rule, &good);
	add_rule(check, "busy", busy_rule, NULL);
	add_rule(check, "broken", failing_rule, NULL);
	for (int i = 0; i < 200; i++) {
		snprintf(name, sizeof(name), "f%03d.yaml", (i * 37) % 200);
		snprintf(text, sizeof(text), i % 7 ? "a: {port: %d}\n" : "a: {port: %d\n", i % 3 ? 80 : 8080);
		add_text(check, name, text);
	}
	const cfr_outcome *outcome = run(check);
	for (uint32_t i = 0; i < outcome->finding_count; i++) {
		const cfr_finding *f = &outcome->findings[i];
		cfr_buf_addf(&out, "%.*s:%u %.*s %s\n", (int)f->file.len, f->file.ptr, f->span.line, (int)f->rule.len,
			     f->rule.ptr, f->fingerprint);
	}
	for (uint32_t i = 0; i < outcome->failure_count; i++)
		cfr_buf_addf(&out, "%.*s %s\n", (int)outcome->failures[i].file.len, outcome->failures[i].file.ptr,
			     outcome->failures[i].err.message);
	cfr_check_free(check);
	return out.ptr;
}

static void test_any_number_of_threads(void **state)
{
	char *one = transcript(1), *two = transcript(2), *eight = transcript(8);

	(void)state;
	assert_string_equal(one, two);
	assert_string_equal(one, eight);
	free(one);
	free(two);
	free(eight);
}

static void test_fingerprints_survive_moving(void **state)
{
	char before[33];
	cfr_check *check = new_check(1);

	(void)state;
	add_rule(check, "low-port", port_rule, NULL);
	add_text(check, "a.yaml", "agents:\n- {id: x, port: 80}\n");
	memcpy(before, run(check)->findings[0].fingerprint, 33);
	cfr_check_reset(check, NOW, NULL, NULL);
	add_text(check, "a.yaml", "# moved\n\nagents:\n- {id: w, port: 9000}\n- {port: 80, id: x}\n");
	assert_string_equal(before, run(check)->findings[0].fingerprint);
	cfr_check_free(check);
}

static void test_expiry(void **state)
{
	bool expired;

	(void)state;
	assert_int_equal(cfr_waiver_expired(&expired, CFR_STR("1970-01-02"), 86399, NULL), 0);
	assert_false(expired);
	assert_int_equal(cfr_waiver_expired(&expired, CFR_STR("1970-01-02"), 86400, NULL), 0);
	assert_true(expired);
	assert_int_equal(cfr_waiver_expired(&expired, CFR_STR("2024-02-29"), 1709164800, NULL), 0);
	assert_true(expired);
	assert_int_equal(cfr_waiver_expired(&expired, CFR_STR("2023-02-29"), 0, NULL), CFR_E_USAGE);
	assert_int_equal(cfr_waiver_expired(&expired, CFR_STR("tomorrow"), 0, NULL), CFR_E_USAGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_finding),
		cmocka_unit_test(test_syntax_is_a_finding),
		cmocka_unit_test(test_failures_are_apart),
		cmocka_unit_test(test_levels),
		cmocka_unit_test(test_waivers),
		cmocka_unit_test(test_allowances),
		cmocka_unit_test(test_fix),
		cmocka_unit_test(test_fix_that_does_not_settle),
		cmocka_unit_test(test_fix_that_brings_another),
		cmocka_unit_test(test_fix_that_moves_another),
		cmocka_unit_test(test_fix_that_moves_its_own),
		cmocka_unit_test(test_many_fixes),
		cmocka_unit_test(test_many_fixes_that_fail),
		cmocka_unit_test(test_fixes_of_one_place),
		cmocka_unit_test(test_any_number_of_threads),
		cmocka_unit_test(test_fingerprints_survive_moving),
		cmocka_unit_test(test_expiry),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
