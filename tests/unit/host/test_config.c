/* tests/unit/host/test_config.c -- the embedder's configuration: lazy, counted, planned, reloaded. */
#include <cfgrun.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/cfgrun-config-XXXXXX";

static const char *path_of(const char *name)
{
	static char paths[4][128];
	static int next;
	char *path = paths[next++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
	return path;
}

/* Two large sections and two small ones. */
static void put(const char *name, int port)
{
	FILE *file = fopen(path_of(name), "w");

	assert_non_null(file);
	fprintf(file, "server: {port: %d, host: localhost, ratio: 0.5, debug: true}\n", port);
	for (int k = 0; k < 2; k++) {
		fprintf(file, "%s:\n", k ? "agents" : "tools");
		for (int i = 0; i < 2000; i++)
			fprintf(file, "  %c%04d: {id: %d, tags: [a, b, c], text: some words of no meaning}\n", k ? 'a' : 't', i, i);
	}
	fprintf(file, "name: app\n");
	fclose(file);
}

static const cfr_usage *usage_of(const cfr_usage *all, uint32_t count, const char *key)
{
	for (uint32_t i = 0; i < count; i++) {
		if (all[i].section.len == strlen(key) && memcmp(all[i].section.ptr, key, all[i].section.len) == 0)
			return &all[i];
	}
	fail_msg("no section %s", key);
	return NULL;
}

static void test_values(void **state)
{
	cfr_config *config;
	cfr_err err = CFR_ERR_INIT;
	cfr_usage usage[8];
	cfr_saving saved;
	cfr_node node;
	const cfr_snapshot *snapshot;
	int64_t number;
	double real;
	bool truth;
	cfr_str text;

	(void)state;
	put("app.yaml", 8080);
	assert_int_equal(cfr_config_open(&config, path_of("none.yaml"), NULL, &err), CFR_E_NOTFOUND);
	assert_string_equal(err.hint, "");
	assert_int_equal(cfr_config_open(&config, path_of("app.yaml"), NULL, &err), 0);
	assert_int_equal(cfr_config_int(config, "/server/port", 1), 8080);
	assert_int_equal(cfr_config_int(config, "/server/prot", 1), 1);
	assert_true(cfr_config_bool(config, "/server/debug", false));
	assert_true(cfr_config_number(config, "/server/ratio", 0) > 0.4);
	assert_true(cfr_config_number(config, "/server/port", 0) > 8079);
	text = cfr_config_string(config, "/server/host", CFR_STR(""));
	assert_memory_equal(text.ptr, "localhost", text.len);
	assert_int_equal(cfr_config_get_int(&number, config, "/server/prot", &err), CFR_E_NOTFOUND);
	assert_string_equal(err.hint, "did you mean 'port'?");
	assert_int_equal(cfr_config_get_int(&number, config, "/server/host", &err), CFR_E_KIND);
	assert_int_equal(err.line, 1);
	assert_int_equal(err.column, 28);
	assert_string_equal(err.file, path_of("app.yaml"));
	assert_int_equal(cfr_config_get_bool(&truth, config, "/server/host", NULL), CFR_E_KIND);
	assert_int_equal(cfr_config_get_number(&real, config, "/server/host", NULL), CFR_E_KIND);
	assert_int_equal(cfr_config_get_string(&text, config, "/server/port", NULL), CFR_E_KIND);
	/* A section; where it is from. */
	assert_int_equal(cfr_config_at(&node, &snapshot, config, "/agents/a0007", &err), 0);
	assert_int_equal(cfr_node_size(node), 3);
	assert_int_equal(cfr_document_span(cfr_snapshot_origin(snapshot, node).doc, cfr_snapshot_origin(snapshot, node).node).line, 2011);

	assert_int_equal(cfr_config_usage(config, usage, 8), 4);
	assert_true(usage_of(usage, 4, "server")->asked > 8);
	assert_int_equal(usage_of(usage, 4, "agents")->asked, 1);
	assert_true(usage_of(usage, 4, "agents")->nanoseconds > 0);
	assert_int_equal(usage_of(usage, 4, "tools")->asked, 0);
	assert_true(usage_of(usage, 4, "tools")->bytes > 100000);
	cfr_config_saved(&saved, config);
	assert_true(saved.bytes >= usage_of(usage, 4, "tools")->bytes && saved.bytes < usage_of(usage, 4, "tools")->bytes + 100);
	assert_true(saved.nanoseconds > 0);
	cfr_config_unref(config);
}

static void test_plan(void **state)
{
	cfr_config *config;
	cfr_config_options options = { .workers = 2 };
	cfr_plan *plan = NULL, *more = NULL;
	const cfr_planned *sections;
	cfr_saving expected, saved;
	cfr_preload ahead;
	cfr_err err = CFR_ERR_INIT;

	(void)state;
	put("app.yaml", 8080);
	for (int run = 0; run < 3; run++) {
		assert_int_equal(cfr_config_open(&config, path_of("app.yaml"), &options, &err), 0);
		if (run) {
			assert_true(cfr_config_preloaded(&ahead, config, true));
			assert_int_equal(ahead.failed, 0);
			assert_true(ahead.sections > 0 && ahead.bytes > 0 && ahead.nanoseconds > 0);
		}
		assert_int_equal(cfr_config_int(config, "/server/port", 1), 8080);
		if (run == 1)
			assert_int_equal(cfr_config_int(config, "/agents/a0001/id", 0), 1);
		assert_int_equal(cfr_config_plan(&more, config, plan, &err), 0);
		cfr_plan_free(plan);
		assert_int_equal(cfr_plan_write(more, path_of("plan.json"), &err), 0);
		cfr_plan_free(more);
		assert_int_equal(cfr_plan_read(&plan, path_of("plan.json"), &err), 0);
		options.plan = plan;
		cfr_config_saved(&saved, config);
		cfr_config_unref(config);
	}
	assert_int_equal(cfr_plan_sections(&sections, &expected, plan), 4);
	assert_true(sections[0].ahead && sections[0].runs == 3 && sections[0].used == 3);
	assert_int_equal(sections[1].used, 0);
	assert_true(!sections[1].ahead && sections[2].used == 1 && !sections[2].ahead);
	/* All tools, and two thirds of the agents. */
	assert_true(expected.bytes > sections[1].bytes * 3 / 2 && expected.bytes < sections[1].bytes * 2);
	assert_true(expected.nanoseconds > 0);
	assert_true(saved.bytes > sections[1].bytes + sections[2].bytes - 1);
	cfr_plan_free(plan);

	static const char *const bad[] = { "[]", "version: 2\nsections: {}\n", "version: 1\nsections: {a: {runs: 1, used: 2, bytes: 1, nanoseconds: 1}}\n",
		"version: 1\nsections: {a: 1}\n", "", "{" };
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		FILE *file = fopen(path_of("plan.yaml"), "w");
		assert_non_null(file);
		fputs(bad[i], file);
		fclose(file);
		assert_true(cfr_plan_read(&plan, path_of("plan.yaml"), &err) < 0);
		assert_string_equal(err.file, path_of("plan.yaml"));
	}
}

/* Counts of many sections, and of names that are none. */
static void test_many(void **state)
{
	enum { MANY = 3000 };
	static cfr_usage usage[MANY];
	FILE *file = fopen(path_of("many.yaml"), "w");
	cfr_config *config;
	cfr_plan *plan, *more;
	const cfr_planned *sections;
	char pointer[32];

	(void)state;
	assert_non_null(file);
	for (int i = 0; i < MANY; i++)
		fprintf(file, "s%04d: {value: %d, text: some words of no meaning}\n", i, i);
	fclose(file);
	assert_int_equal(cfr_config_open(&config, path_of("many.yaml"), NULL, NULL), 0);
	for (int round = 0; round < 2; round++) {
		for (int i = MANY - 1; i >= 0; i -= round + 1) {
			snprintf(pointer, sizeof(pointer), "/s%04d/value", i);
			assert_int_equal(cfr_config_int(config, pointer, -1), i);
			snprintf(pointer, sizeof(pointer), "/none%04d", i);
			assert_int_equal(cfr_config_int(config, pointer, -1), -1);
		}
	}
	assert_int_equal(cfr_config_usage(config, usage, MANY), MANY);
	for (int i = 0; i < MANY; i++)
		assert_int_equal(usage[i].asked, 1 + i % 2);
	assert_int_equal(cfr_config_plan(&plan, config, NULL, NULL), 0);
	assert_int_equal(cfr_config_plan(&more, config, plan, NULL), 0);
	assert_int_equal(cfr_plan_sections(&sections, NULL, more), MANY);
	for (int i = 0; i < MANY; i++)
		assert_true(sections[i].runs == 2 && sections[i].used == 2);
	cfr_plan_free(plan);
	cfr_plan_free(more);
	cfr_config_unref(config);
}

static void test_again(void **state)
{
	static const char *const wanted[] = { "/agents", "/nowhere", "/tools/t0001" };
	cfr_config *config, *now;
	cfr_preload ahead;
	cfr_err err = CFR_ERR_INIT;

	(void)state;
	put("app.yaml", 8080);
	assert_int_equal(cfr_config_open(&config, path_of("app.yaml"), NULL, &err), 0);
	assert_true(cfr_config_preloaded(&ahead, config, false));
	assert_int_equal(ahead.sections, 0);
	assert_int_equal(cfr_config_preload(config, wanted, 3, &err), 0);
	assert_true(cfr_config_preloaded(&ahead, config, true));
	assert_int_equal(ahead.failed, 1);
	assert_int_equal(ahead.first.code, CFR_E_NOTFOUND);
	assert_int_equal(cfr_config_preload(config, wanted, 1, &err), 0);
	assert_int_equal(cfr_config_again(&now, config, &err), 0);
	assert_ptr_equal(now, config);
	cfr_config_unref(now);
	put("app.yaml", 9090);
	assert_int_equal(cfr_config_again(&now, config, &err), 0);
	assert_ptr_not_equal(now, config);
	assert_int_equal(cfr_config_int(now, "/server/port", 1), 9090);
	assert_int_equal(cfr_config_int(config, "/server/port", 1), 8080);
	cfr_config_unref(config);
	assert_int_equal(cfr_config_int(now, "/agents/a1999/id", 1), 1999);
	cfr_config_unref(now);
}

static void *ask(void *arg)
{
	char pointer[32];

	for (int i = 0; i < 500; i++) {
		snprintf(pointer, sizeof(pointer), "/agents/a%04d/id", i);
		assert_int_equal(cfr_config_int(arg, pointer, -1), i);
	}
	return NULL;
}

static void test_threads(void **state)
{
	static const char *const wanted[] = { "/agents/a0100", "/tools/t0001" };
	pthread_t threads[4];
	cfr_config *config;
	cfr_usage usage[8];

	(void)state;
	put("app.yaml", 8080);
	assert_int_equal(cfr_config_open(&config, path_of("app.yaml"), NULL, NULL), 0);
	assert_int_equal(cfr_config_preload(config, wanted, 2, NULL), 0);
	for (int i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, ask, config), 0);
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(cfr_config_usage(config, usage, 8), 4);
	assert_int_equal(usage_of(usage, 4, "agents")->asked, 2000);
	cfr_config_unref(config);
}

static int make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
	char command[160];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	return system(command);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_values), cmocka_unit_test(test_plan), cmocka_unit_test(test_many), cmocka_unit_test(test_again),
					    cmocka_unit_test(test_threads) };
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
