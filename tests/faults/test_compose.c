/* tests/faults/test_compose.c -- composing without memory: layers, includes, references. */
#include "faults/failing.h"

#include "support/composing.h"
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/cfgrun-faults-XXXXXX";
static const char *const variables[] = { "PORT=8080", "LIST=[1]", NULL };

static void put(const char *name, const char *text)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	assert_non_null(file = fopen(path, "w"));
	fputs(text, file);
	fclose(file);
}

static int compose_once(void *arg)
{
	static const cfr_strategy_at strategies[] = { { CFR_STR("/by"), CFR_STR("id"), CFR_STRATEGY_BY },
		{ CFR_STR("/union"), CFR_STR(""), CFR_STRATEGY_UNION }, { CFR_STR("/append"), CFR_STR(""), CFR_STRATEGY_APPEND } };
	static const cfr_str gone[] = { { "/gone/x", 7 } };
	char base[128], high[128];
	cfr_err err = CFR_ERR_INIT;
	cfr_snapshot *snap;
	cfr_source *value = NULL;
	int r;

	(void)arg;
	snprintf(base, sizeof(base), "%s/base.yaml", folder);
	snprintf(high, sizeof(high), "%s/high.yaml", folder);
	if ((r = cfr_source_new(&value, CFR_STR("set"), CFR_STR("[x]"), NULL, &err)) < 0)
		return r;
	cfr_layer layers[] = { { .name = CFR_STR("base"), .file = cfr_str_of(base), .interpolate = true },
		{ .name = CFR_STR("high"), .file = cfr_str_of(high), .interpolate = true, .remove = gone, .remove_count = 1 },
		{ .name = CFR_STR("set"), .source = value, .at = CFR_STR("/set/deep"), .format = CFR_YAML } };
	cfr_composition what = { .name = CFR_STR("faults"), .root = cfr_str_of(folder), .layers = layers, .layer_count = 3,
		.strategies = strategies, .strategy_count = 3, .include = CFR_STR("include"), .merge_key = CFR_STR("$merge"), .env = composing_env,
		.env_arg = (void *)(uintptr_t)variables };
	r = cfr_compose(&snap, &what, &err);
	assert_int_equal(err.code, r);
	if (r == 0) {
		cfr_node node;
		assert_int_equal(cfr_pointer_get(&node, composing_root(snap), CFR_STR("/copy/1/v"), NULL), 0);
		assert_int_equal(cfr_node_int(node), 2);
		cfr_snapshot_free(snap);
	}
	cfr_source_unref(value);
	return r;
}

static void test_compose(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(folder));
	put("base.yaml", "include: [part.yaml, 'more*.yaml']\nby: [{id: a, v: 1}, {id: 7}]\nunion: [1, {a: 1}]\nappend: [1]\ngone: {x: 1, y: 2}\n"
			 "a: 1\nb: 1\nc: 1\nd: 1\ne: 1\nf: 1\n");
	put("part.yaml", "$merge: {/z: append, /y: {by: id}}\np: '${PORT}'\nby: [{id: b}]\n");
	put("more1.yaml", "q: {include: part.yaml}\n");
	put("text.txt", "some text\n");
	put("high.yaml", "by: [{id: a, v: 2}, {id: 7, w: 1}, {id: c}]\nunion: [1, 2, 3, 4, 5, 6, 7, 8, 9, {a: 1}]\nappend: [2]\ncopy: '${ref:/by}'\na: '${ref:/p}-${file:text.txt}'\n"
			 "l: '${json:LIST}'\nm: '${NO:-${PORT}}'\n");
	/* Without memory for a table keys are searched one by one, and the result is the same. */
	assert_true(cfr_fail_each(compose_once, NULL) > 50);
	static const char *const names[] = { "base.yaml", "part.yaml", "more1.yaml", "text.txt", "high.yaml" };
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		char path[128];
		snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		unlink(path);
	}
	rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_compose) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
