/* tests/unit/tree/test_id.c -- ids against digests that another program computed from docs/format.md. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "engine/base/str.h"
#include "engine/tree/build.h"
#include <math.h>
#include <stdio.h>

static cfr_tree *finish(cfr_build *build)
{
	cfr_tree *tree;

	assert_int_equal(cfr_build_finish_tree(&tree, build, NULL), 0);
	cfr_build_free(build);
	return tree;
}

static cfr_build *start(void)
{
	cfr_build *build;

	assert_int_equal(cfr_build_new(&build, NULL, CFR_FORMAT_NONE, NULL, NULL), 0);
	return build;
}

static void expect(cfr_node node, const char *hex)
{
	char found[65];
	cfr_id id;

	assert_int_equal(cfr_node_id(&id, node, NULL), 0);
	assert_int_equal(id.algorithm, 1);
	for (int i = 0; i < 32; i++)
		snprintf(found + 2 * i, 3, "%02x", id.bytes[i]);
	assert_string_equal(found, hex);
}

static void expect_all(cfr_build *build, const char *hex)
{
	cfr_tree *tree = finish(build);

	expect(cfr_tree_root(tree), hex);
	expect(cfr_tree_root(tree), hex);	/* again, from what is kept */
	cfr_tree_unref(tree);
}

static void test_example(void **state)
{
	cfr_build *build = start();
	cfr_tree *tree;
	cfr_node node;

	(void)state;
	cfr_build_begin(build, CFR_MAPPING, NULL, NULL);
	cfr_build_key(build, CFR_STR("b"), NULL, NULL);
	cfr_build_begin(build, CFR_SEQUENCE, NULL, NULL);
	cfr_build_int(build, 1, NULL, NULL);
	cfr_build_int(build, 2, NULL, NULL);
	cfr_build_end(build, 0, NULL);
	cfr_build_key(build, CFR_STR("a"), NULL, NULL);
	cfr_build_string(build, CFR_STR("x"), NULL, NULL);
	cfr_build_end(build, 0, NULL);
	tree = finish(build);
	expect(cfr_tree_root(tree), "2a55609fcb2094a5e6cd1f8b43bd2f3fa55e5d0596863d0dad9bc6e282a48725");
	assert_int_equal(cfr_node_find(&node, cfr_tree_root(tree), CFR_STR("b"), NULL), 0);
	expect(node, "f25a55f452fbdf0fc8060e25b742536dd696da24790ba6dcc734b847bfb15369");
	cfr_tree_unref(tree);
}

static void test_scalars(void **state)
{
	static const struct {
		double value;
		const char *hex;
	} floats[] = {
		{ 1.0, "504db1da3eb9adacae535011f0bc1e0827e0dd13db498950984eaece64258bc5" },
		{ -0.0, "a78e85468abe2fefc1c36a8278057b11574835a6940a2fcc5972f93e558dd838" },
		{ NAN, "6997e9a471855f0157b7143cc36171cffd68133af87bd4262e01c3ba1948c80b" },
	};
	cfr_build *build = start();

	(void)state;
	cfr_build_null(build, NULL, NULL);
	expect_all(build, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
	cfr_build_bool(build = start(), true, NULL, NULL);
	expect_all(build, "dbc1b4c900ffe48d575b5da5c638040125f65db0fe3e24494b76ea986457d986");
	cfr_build_int(build = start(), -1, NULL, NULL);
	expect_all(build, "339eed010a5e07b4314cb00f1234d636dc30df8fce73917165c299c6b4811804");
	for (size_t i = 0; i < sizeof(floats) / sizeof(*floats); i++) {
		cfr_build_float(build = start(), floats[i].value, NULL, NULL);
		expect_all(build, floats[i].hex);
	}
	cfr_build_string(build = start(), CFR_STR(""), NULL, NULL);
	expect_all(build, "6c449f91c1adbf3945ad078f5f875c0c1f133f246c4588668faffbe23a3c195f");
	cfr_build_string(build = start(), CFR_STR("é"), NULL, NULL);
	expect_all(build, "a5656eb14d9cef41a287fd2804d1e0063f8a0a2dcd851476b3313a9e075062c5");
	cfr_build_other(build = start(), CFR_STR("!ref/x"), CFR_STR("a.b"), NULL, NULL);
	expect_all(build, "0c71171e72996446e8376dc948088e0487e22833e7d82233ac1c4a4be2acd1a6");
	cfr_build_begin(build = start(), CFR_SEQUENCE, NULL, NULL);
	cfr_build_end(build, 0, NULL);
	expect_all(build, "69c29c051218dbea38795b1cdfd816855c312a9cbc0b1daaa79bb9a0b895361a");
	cfr_build_begin(build = start(), CFR_MAPPING, NULL, NULL);
	cfr_build_end(build, 0, NULL);
	expect_all(build, "7e2e8b49f93a4f1fcd3d8c53db08bcd2fb714f1d91d4db7ed0b8786c572f9164");
}

/* 64 bytes of text own an id, 63 do not. */
static void test_long(void **state)
{
	char x[64], y[62];
	cfr_build *build;

	(void)state;
	memset(x, 'x', sizeof(x));
	memset(y, 'y', sizeof(y));
	cfr_build_string(build = start(), (cfr_str){ x, 64 }, NULL, NULL);
	expect_all(build, "53f1bcf0d7301fda40cee47f150c081296135295d68a1f66a2fb285498202cd4");
	cfr_build_begin(build = start(), CFR_SEQUENCE, NULL, NULL);
	cfr_build_string(build, (cfr_str){ x, 64 }, NULL, NULL);
	cfr_build_end(build, 0, NULL);
	expect_all(build, "603a0a58e1289f4d9a8ea1dab07722e8edcd68f9a9302739d317b6537823e1f0");
	cfr_build_begin(build = start(), CFR_SEQUENCE, NULL, NULL);
	cfr_build_string(build, (cfr_str){ x, 63 }, NULL, NULL);
	cfr_build_end(build, 0, NULL);
	expect_all(build, "400c623d16d4182e1611e6c004f858d55124bf84f1abec2d5df60e69b252a8e4");
	cfr_build_begin(build = start(), CFR_SEQUENCE, NULL, NULL);
	cfr_build_other(build, CFR_STR("!t"), (cfr_str){ y, 62 }, NULL, NULL);
	cfr_build_end(build, 0, NULL);
	expect_all(build, "097f88261b9aa71ea41d7ff85d18802d0d4a8a2adcf29abd87cc5a8c6ae19979");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_example), cmocka_unit_test(test_scalars), cmocka_unit_test(test_long),
	};
	return cmocka_run_group_tests_name("tree/id", tests, NULL, NULL);
}
