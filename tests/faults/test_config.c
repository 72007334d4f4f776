/* tests/faults/test_config.c -- lazy compositions and configurations without memory. */
#include "faults/failing.h"

#include "engine/lazy.h"
#include "host/cfgrun.h"
#include "support/composing.h"
#include <unistd.h>

static char folder[] = "/tmp/cfgrun-faults-XXXXXX";
static const char *const variables[] = { "PORT=8080", NULL };

static const char *path_of(const char *name)
{
	static char paths[4][128];
	static int next;
	char *path = paths[next++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
	return path;
}

/* Long enough to be read in parts. */
static void put_base(int port)
{
	FILE *file = fopen(path_of("base.yaml"), "w");

	assert_non_null(file);
	fprintf(file, "server: {port: %d, host: a}\ninclude: part.yaml\nagents:\n", port);
	for (int i = 0; i < 60; i++) {
		fprintf(file, "  - id: a%03d\n    text: ", i);
		for (int k = 0; k < 200; k++)
			fputs("words ", file);
		fputc('\n', file);
	}
	fclose(file);
}

static void put(const char *name, const char *text)
{
	FILE *file = fopen(path_of(name), "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static int ask(cfr_lazy *lazy, const char *pointer, int64_t wanted, cfr_err *err)
{
	const cfr_snapshot *snapshot;
	cfr_node node;
	int r = cfr_lazy_get(&snapshot, &node, lazy, cfr_str_of(pointer), err);

	if (r == 0)
		assert_int_equal(cfr_node_int(node), wanted);
	return r;
}

static int lazy_once(void *arg)
{
	static const cfr_strategy_at by[] = { { CFR_STR("/agents"), CFR_STR("id"), CFR_STRATEGY_BY } };
	cfr_layer layers[] = { { .name = CFR_STR("base"), .file = cfr_str_of(path_of("base.yaml")), .interpolate = true },
			       { .name = CFR_STR("over"), .file = cfr_str_of(path_of("over.yaml")), .interpolate = true },
			       { .name = CFR_STR("none"), .file = cfr_str_of(path_of("none.yaml")), .optional = true } };
	cfr_composition what = { .name = CFR_STR("faults"), .root = cfr_str_of(folder), .layers = layers, .layer_count = 3,
				 .strategies = by, .strategy_count = 1, .include = CFR_STR("include"), .env = composing_env,
				 .env_arg = (void *)(uintptr_t)variables };
	cfr_lazy *lazy, *now = NULL;
	cfr_preload ahead;
	cfr_str pointers[] = { CFR_STR("/agents/5/id") };
	cfr_err err = CFR_ERR_INIT;
	int r = cfr_lazy_open(&lazy, &what, &err);

	(void)arg;
	if (r < 0) {
		assert_int_equal(err.code, r);
		return r;
	}
	if ((r = ask(lazy, "/agents/7/size", 8080, &err)) == 0 && (r = ask(lazy, "/copy/0", 1, &err)) == 0 &&
	    (r = ask(lazy, "/server/port", 80, &err)) == 0 && (r = cfr_lazy_again(&now, lazy, &err)) == 0) {
		assert_ptr_equal(now, lazy);
		cfr_lazy_unref(now);
		r = cfr_lazy_preload(&ahead, lazy, pointers, 1, 1, &err);
		if (r == 0 && ahead.failed) {
			err = ahead.first;
			r = err.code;
		}
	}
	if (r == 0) {
		put_base(90);
		r = cfr_lazy_again(&now, lazy, &err);
		put_base(80);
		if (r == 0) {
			r = ask(now, "/server/port", 90, &err);
			cfr_lazy_unref(now);
		}
	}
	if (r < 0)
		assert_int_equal(err.code, r);
	cfr_lazy_unref(lazy);
	return r;
}

static int config_once(void *arg)
{
	cfr_config_options options = { .workers = 1 };
	cfr_config *config = NULL;
	cfr_plan *plan = NULL, *learned = NULL;
	cfr_err err = CFR_ERR_INIT;
	int64_t port = 0;
	int r = cfr_plan_read(&plan, path_of("plan.yaml"), &err);

	(void)arg;
	options.plan = plan;
	if (r == 0)
		r = cfr_config_open(&config, path_of("base.yaml"), &options, &err);
	if (r == 0 && (r = cfr_config_get_int(&port, config, "/server/port", &err)) == 0)
		assert_int_equal(port, 80);
	if (r == 0)
		r = cfr_config_plan(&learned, config, plan, &err);
	if (r == 0)
		r = cfr_plan_write(learned, path_of("learned.json"), &err);
	if (r < 0)
		assert_int_equal(err.code, r);
	cfr_plan_free(plan);
	cfr_plan_free(learned);
	cfr_config_unref(config);
	return r;
}

static void test_lazy(void **state)
{
	(void)state;
	assert_true(cfr_fail_each(lazy_once, NULL) > 100);
}

static void test_config(void **state)
{
	(void)state;
	put("plan.yaml", "version: 1\nsections:\n  server: {runs: 1, used: 1, bytes: 1, nanoseconds: 1}\n");
	assert_true(cfr_fail_each(config_once, NULL) > 50);
}

static int begin(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	put_base(80);
	put("part.yaml", "list: [1, 2]\n");
	put("over.yaml", "agents: [{id: a007, size: '${int:PORT}'}]\ncopy: '${ref:/list}'\n");
	return 0;
}

static int end(void **state)
{
	static const char *const names[] = { "base.yaml", "part.yaml", "over.yaml", "plan.yaml", "learned.json" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		unlink(path_of(names[i]));
	return rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_lazy), cmocka_unit_test(test_config) };

	return cmocka_run_group_tests(tests, begin, end);
}
