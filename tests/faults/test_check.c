/* tests/faults/test_check.c -- a check without memory: set up, run, fixed, set up anew and run again.
 *
 * Everything that a check of C rules does is in one operation: files and texts, a source that does not parse, a rule that
 * fails, levels and options by file, kinds, waivers, allowances, a fix that settles and one that must be given up.
 */
#include "engine/check.h"
#include "engine/tree/build.h"
#include "faults/failing.h"

#include <unistd.h>

#define NOW ((int64_t)1767225600)	/* 2026-01-01 */

/* What lives longer than one operation: made while no allocation fails. */
struct fixture {
	cfr_tree *good, *defaults, *options;
	unsigned workers, rounds;
	char file[64];
	uint32_t written;
};

static cfr_tree *tree_of(const char *key, int64_t value)
{
	static const cfr_mark nowhere = { 0 };
	cfr_limits limits;
	cfr_build *build;
	cfr_tree *tree;

	cfr_limits_default(&limits);
	assert_int_equal(cfr_build_new(&build, NULL, CFR_FORMAT_NONE, &limits, NULL), 0);
	if (key) {
		assert_int_equal(cfr_build_begin(build, CFR_MAPPING, &nowhere, NULL), 0);
		assert_int_equal(cfr_build_key(build, cfr_str_of(key), &nowhere, NULL), 0);
	}
	assert_int_equal(cfr_build_int(build, value, &nowhere, NULL), 0);
	if (key)
		assert_int_equal(cfr_build_end(build, 0, NULL), 0);
	assert_int_equal(cfr_build_finish_tree(&tree, build, NULL), 0);
	cfr_build_free(build);
	return tree;
}

/* Replaces low ports at /port; those at /stubborn/port by themselves, which settles nothing. */
static int port_rule(void *arg, const cfr_job *job, cfr_node selected, cfr_report *report, cfr_err *err)
{
	const struct fixture *fixture = arg;
	cfr_node parent, lowest;
	int r = cfr_node_find(&lowest, cfr_tree_root(job->options), CFR_STR("lowest"), err);

	if (r < 0 || cfr_node_int(selected) >= cfr_node_int(lowest) || !cfr_node_parent(&parent, selected))
		return r;
	bool stubborn = cfr_node_key(parent).ptr != NULL;
	cfr_edit edit = { .op = stubborn ? CFR_EDIT_REMOVE : CFR_EDIT_REPLACE,
			  .at = stubborn ? CFR_STR("/other") : CFR_STR("/port"), .value = stubborn ? NULL : fixture->good };
	cfr_claim claim = { .at = selected, .message = CFR_STR("low port"), .edits = &edit, .edit_count = 1 };
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

static int note_written(void *arg, cfr_str file, cfr_str before, cfr_str after, cfr_err *err)
{
	struct fixture *fixture = arg;

	(void)file;
	(void)before;
	(void)after;
	(void)err;
	fixture->written++;
	return 0;
}

static int add_rule(cfr_check *check, const char *name, const char *query, cfr_rule_fn fn, struct fixture *fixture,
                    cfr_err *err)
{
	static const cfr_str kinds[] = { { "server", 6 } };
	cfr_limits limits;
	cfr_query *select;
	cfr_rule rule = { .name = cfr_str_of(name), .pack = CFR_STR("test"), .title = CFR_STR("t"), .why = CFR_STR("w"),
			  .severity = CFR_ERROR, .enabled = true, .expect = 1u << CFR_INT, .kinds = { kinds, 1 },
			  .file = CFR_STR("test.c"), .line = 1, .fn = fn, .arg = fixture };
	int r;

	cfr_limits_default(&limits);
	if ((r = cfr_query_new(&select, cfr_str_of(query), &limits, err)) < 0)
		return r;
	rule.select = select;
	rule.options = cfr_tree_ref(fixture->defaults);
	if ((r = cfr_check_add_rule(check, &rule, err)) < 0) {
		cfr_query_free(select);
		cfr_tree_unref(rule.options);
	}
	return r;
}

static int add_text(cfr_check *check, const char *name, const char *text, cfr_err *err)
{
	cfr_limits limits;
	cfr_source *source;
	int r;

	cfr_limits_default(&limits);
	if ((r = cfr_source_new(&source, cfr_str_of(name), cfr_str_of(text), &limits, err)) < 0)
		return r;
	r = cfr_check_add_source(check, source, cfr_str_of(name), CFR_FORMAT_NONE, err);
	cfr_source_unref(source);
	return r;
}

/* Settings, waivers, sources. */
static int set_up(cfr_check *check, struct fixture *fixture, cfr_err *err)
{
	static const cfr_waiver waiver = { .rule = { "low-port", 8 }, .file = { "w.yaml", 6 }, .path = { "/port", 5 },
					   .reason = { "known", 5 }, .owner = { "me", 2 }, .expires = { "2027-01-01", 10 },
					   .from_file = { "cfgrun.yaml", 11 } };
	cfr_waiver expired = waiver;
	int r;

	expired.expires = CFR_STR("2025-01-01");
	expired.file = CFR_STR("");
	if ((r = cfr_check_set(check, CFR_STR("low-port"), CFR_STR(""), CFR_WARNING, fixture->options, err)) < 0 ||
	    (r = cfr_check_set(check, CFR_STR("*"), CFR_STR("*.json"), CFR_INFO, fixture->options, err)) < 0 ||
	    (r = cfr_check_skip(check, CFR_STR("skipped"), err)) < 0 ||
	    (r = cfr_check_waive(check, &waiver, err)) < 0 || (r = cfr_check_waive(check, &expired, err)) < 0 ||
	    (r = cfr_check_bind_kind(check, CFR_STR("server"), CFR_STR("*"), err)) < 0 ||
	    (r = cfr_check_add_file(check, cfr_str_of(fixture->file), CFR_STR("f.yaml"), err)) < 0 ||
	    (r = cfr_check_add_file(check, CFR_STR("no such file"), CFR_STR("no"), err)) < 0 ||
	    (r = add_text(check, "a.yaml", "port: 80  # one\nother: 1\nstubborn: {port: 81}\n---\nport: 82\n", err)) < 0 ||
	    (r = add_text(check, "b.json", "{\"port\": 80, \"list\": [{\"id\": \"x\", \"port\": 9000}]}", err)) < 0 ||
	    (r = add_text(check, "c.yaml", "# cfgrun: allow low-port -- tested\nport: 80\nx: 1 # cfgrun: allow low-port\n", err)) < 0 ||
	    (r = add_text(check, "w.yaml", "port: 80\n", err)) < 0 ||
	    (r = add_text(check, "bad.yaml", "a: [1\n", err)) < 0)
		return r;
	return add_text(check, "twice.yaml", "a: 1\na: 2\n", err);
}

static int work(void *arg)
{
	struct fixture *fixture = arg;
	cfr_check_options options = { .workers = fixture->workers, .now = NOW };
	cfr_check *check;
	cfr_err err = CFR_ERR_INIT;
	int r = cfr_check_new(&check, &options, &err);

	if (r < 0)
		return r;
	if ((r = add_rule(check, "low-port", "$..port", port_rule, fixture, &err)) < 0 ||
	    (r = add_rule(check, "fails", "$.list[*].port", failing_rule, fixture, &err)) < 0 ||
	    (r = add_rule(check, "skipped", "$.port", failing_rule, fixture, &err)) < 0)
		goto done;
	for (unsigned round = 0; round < fixture->rounds; round++) {
		fixture->written = 0;
		if ((r = set_up(check, fixture, &err)) < 0 || (r = cfr_check_run(check, &err)) < 0 ||
		    (r = cfr_check_fix(check, CFR_FIX_SAFE, note_written, fixture, &err)) < 0)
			goto done;
		const cfr_outcome *outcome = cfr_check_outcome(check);
		if (cfr_fail_hit() == 0) {	/* the whole truth, when nothing was in its way */
			assert_int_equal(fixture->written, 3);
			assert_int_equal(outcome->counts.fixed, 4);
			assert_int_equal(outcome->counts.waived, 1);
			assert_int_equal(outcome->counts.allowed, 1);
			assert_int_equal(outcome->failure_count, 2);
		}
		cfr_check_reset(check, NOW, NULL, NULL);
	}
done:
	assert_int_equal(r, err.code);
	cfr_check_free(check);
	return r;
}

static void run_with(unsigned workers, unsigned rounds)
{
	struct fixture fixture = { .workers = workers, .rounds = rounds, .file = "/tmp/cfgrun-faults-XXXXXX" };
	int fd = mkstemp(fixture.file);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, "port: 83\n", 9), 9);
	close(fd);
	fixture.good = tree_of(NULL, 8080);
	fixture.defaults = tree_of("lowest", 10);
	fixture.options = tree_of("lowest", 1024);
	assert_true(cfr_fail_each(work, &fixture) > 100);
	cfr_tree_unref(fixture.good);
	cfr_tree_unref(fixture.defaults);
	cfr_tree_unref(fixture.options);
	unlink(fixture.file);
}

static void test_one_worker(void **state)
{
	(void)state;
	run_with(1, 2);
}

static void test_three_workers(void **state)
{
	(void)state;
	run_with(3, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_worker),
		cmocka_unit_test(test_three_workers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
