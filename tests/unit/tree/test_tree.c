/* tests/unit/tree/test_tree.c -- the cursor, equality, and one image for each value. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "engine/tree.h"
#include "support/random_tree.h"
#include <math.h>
#include <pthread.h>

/* The same value told in another order of keys has the same bytes and the same id. */
static void test_shuffle(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed < 400; seed++) {
		struct random rnd = { seed };
		struct random_value *value = random_value(&rnd, 5, 7);
		cfr_tree *tree = random_tree(value, NULL), *other = random_tree(value, &rnd), *again;
		cfr_id a, b;

		assert_true(random_matches(value, cfr_tree_root(tree)));
		assert_true(cfr_str_eq(cfr_tree_image(tree), cfr_tree_image(other)));
		assert_int_equal(rebuild(&again, cfr_tree_root(tree), NULL, NULL), 0);
		assert_true(cfr_str_eq(cfr_tree_image(tree), cfr_tree_image(again)));
		assert_int_equal(cfr_node_id(&a, cfr_tree_root(tree), NULL), 0);
		assert_int_equal(cfr_node_id(&b, cfr_tree_root(other), NULL), 0);
		assert_memory_equal(&a, &b, sizeof(a));
		cfr_tree_unref(again);
		cfr_tree_unref(other);
		cfr_tree_unref(tree);
		random_free(value);
	}
}

/* Every node by itself: copied into a tree of its own it is equal and has the same id; ids agree with equality for
 * each pair of nodes. */
static void test_subtrees(void **state)
{
	unsigned equals = 0, differs = 0;

	(void)state;
	for (uint64_t seed = 1; seed < 60; seed++) {
		struct random rnd = { seed * 31 };
		struct random_value *value = random_value(&rnd, 4, 6);
		cfr_tree *tree = random_tree(value, &rnd);
		uint32_t n = cfr_tree_size(tree), nodes = n > 40 ? 40 : n;

		for (uint32_t i = 0; i < nodes; i++) {
			cfr_node node = { tree, 0, i };
			cfr_build *build;
			cfr_tree *alone;
			cfr_id a, b;
			bool equal;

			assert_int_equal(cfr_build_new(&build, NULL, CFR_FORMAT_NONE, NULL, NULL), 0);
			assert_int_equal(cfr_build_node(build, node, NULL, NULL), 0);
			assert_int_equal(cfr_build_finish_tree(&alone, build, NULL), 0);
			cfr_build_free(build);
			assert_int_equal(cfr_node_equal(&equal, node, cfr_tree_root(alone), NULL), 0);
			assert_true(equal);
			assert_int_equal(cfr_node_id(&a, node, NULL), 0);
			assert_int_equal(cfr_node_id(&b, cfr_tree_root(alone), NULL), 0);
			assert_memory_equal(&a, &b, sizeof(a));
			for (uint32_t k = 0; k < n; k++) {
				cfr_node other = { tree, 0, k };

				assert_int_equal(cfr_node_equal(&equal, other, cfr_tree_root(alone), NULL), 0);
				assert_int_equal(cfr_node_id(&b, other, NULL), 0);
				assert_int_equal(equal, memcmp(&a, &b, sizeof(a)) == 0);
				equals += equal;
				differs += !equal;
			}
			cfr_tree_unref(alone);
		}
		cfr_tree_unref(tree);
		random_free(value);
	}
	assert_true(equals > 1000 && differs > 1000);
}

static cfr_tree *one(double value, bool real)
{
	cfr_build *build;
	cfr_tree *tree;

	assert_int_equal(cfr_build_new(&build, NULL, CFR_FORMAT_NONE, NULL, NULL), 0);
	assert_int_equal(real ? cfr_build_float(build, value, NULL, NULL) : cfr_build_int(build, (int64_t)value, NULL, NULL),
	                 0);
	assert_int_equal(cfr_build_finish_tree(&tree, build, NULL), 0);
	cfr_build_free(build);
	return tree;
}

static bool equal_roots(const cfr_tree *a, const cfr_tree *b)
{
	bool equal;

	assert_int_equal(cfr_node_equal(&equal, cfr_tree_root(a), cfr_tree_root(b), NULL), 0);
	return equal;
}

/* docs/decisions/003-floats.md */
static void test_numbers(void **state)
{
	uint64_t bits = UINT64_C(0xFFF0000000000123);	/* a NaN of another form */
	double odd;
	cfr_tree *one_int = one(1, false), *one_float = one(1, true), *zero = one(0.0, true), *minus = one(-0.0, true);
	cfr_tree *nan, *other;

	(void)state;
	memcpy(&odd, &bits, sizeof(odd));
	nan = one((double)NAN, true);
	other = one(odd, true);
	assert_false(equal_roots(one_int, one_float));
	assert_false(equal_roots(zero, minus));
	assert_true(equal_roots(nan, other));
	cfr_tree_unref(one_int);
	cfr_tree_unref(one_float);
	cfr_tree_unref(zero);
	cfr_tree_unref(minus);
	cfr_tree_unref(nan);
	cfr_tree_unref(other);
}

/* Widths around the places where finding and sorting change their ways; keys come ascending, descending and mixed. */
static void test_wide(void **state)
{
	static const uint32_t widths[] = { 1, 7, 8, 9, 15, 16, 17, 31, 33, 64, 1000, 100000 };

	(void)state;
	for (size_t w = 0; w < sizeof(widths) / sizeof(*widths) * 3; w++) {
		uint32_t n = widths[w / 3];
		cfr_build *build;
		cfr_tree *tree;
		cfr_node node, other;
		uint32_t number;

		assert_int_equal(cfr_build_new(&build, NULL, CFR_FORMAT_NONE, NULL, NULL), 0);
		assert_int_equal(cfr_build_begin(build, CFR_MAPPING, NULL, NULL), 0);
		for (uint32_t i = 0; i < n; i++) {
			number = w % 3 == 0 ? i : w % 3 == 1 ? n - 1 - i : (uint32_t)(i * UINT64_C(7919) % n);
			char key[32];
			int len = snprintf(key, sizeof(key), "some-key-%08u", (unsigned)number);

			assert_int_equal(cfr_build_key(build, (cfr_str){ key, (size_t)len }, NULL, NULL), 0);
			assert_int_equal(cfr_build_int(build, number, NULL, NULL), 0);
		}
		assert_int_equal(cfr_build_end(build, 0, NULL), 0);
		assert_int_equal(cfr_build_finish_tree(&tree, build, NULL), 0);
		cfr_build_free(build);
		assert_int_equal(cfr_node_key_number(cfr_tree_root(tree)), UINT32_MAX);
		assert_int_equal(cfr_node_child(&other, cfr_tree_root(tree), n, NULL), CFR_E_NOTFOUND);
		for (uint32_t i = 0; i < n; i++) {
			char key[32];
			int len = snprintf(key, sizeof(key), "some-key-%08u", (unsigned)i);

			assert_int_equal(cfr_node_find(&node, cfr_tree_root(tree), (cfr_str){ key, (size_t)len }, NULL), 0);
			assert_int_equal(cfr_node_int(node), i);
			assert_int_equal(cfr_node_index(node), i);
			assert_true(cfr_tree_key(&number, tree, (cfr_str){ key, (size_t)len }));
			assert_int_equal(cfr_node_key_number(node), number);
			assert_int_equal(cfr_node_child(&other, cfr_tree_root(tree), number, NULL), 0);
			assert_true(cfr_node_same(node, other));
			assert_int_equal(cfr_node_child(&other, node, number, NULL), CFR_E_NOTFOUND);
			assert_false(cfr_tree_key(&number, tree, (cfr_str){ key, (size_t)len - 1 }));
			assert_int_equal(cfr_node_find(&node, cfr_tree_root(tree), (cfr_str){ key, (size_t)len - 1 }, NULL),
			                 CFR_E_NOTFOUND);
		}
		cfr_tree_unref(tree);
	}
}

static void test_wrong_kind(void **state)
{
	cfr_tree *tree = one(7, false);
	cfr_node node, root = cfr_tree_root(tree);
	cfr_err err = CFR_ERR_INIT;

	(void)state;
	assert_int_equal(cfr_node_find(&node, root, CFR_STR("a"), &err), CFR_E_NOTFOUND);
	assert_int_equal(cfr_node_at(&node, root, 0, &err), CFR_E_NOTFOUND);
	assert_int_equal(err.code, 0);
	assert_false(cfr_node_bool(root));
	assert_true(cfr_node_float(root) == 0.0);
	assert_int_equal(cfr_node_string(root).len, 0);
	assert_int_equal(cfr_node_tag(root).len, 0);
	assert_null(cfr_node_key(root).ptr);
	assert_false(cfr_node_parent(&node, root));
	assert_string_equal(cfr_kind_name(cfr_node_kind(root)), "int");
	assert_null(cfr_tree_unref(tree));
	assert_null(cfr_tree_unref(NULL));
}

/* Threads that count, read and ask for ids at once. */
static void *reader(void *arg)
{
	const cfr_tree *tree = arg;
	static cfr_id none;
	cfr_id first = none, id;

	for (int i = 0; i < 300; i++) {
		cfr_tree *mine = cfr_tree_ref(tree);
		cfr_node node = { mine, 0, (uint32_t)i % cfr_tree_size(mine) };

		if (cfr_node_id(&id, cfr_tree_root(mine), NULL) < 0 || (i > 0 && memcmp(&id, &first, sizeof(id)) != 0))
			return arg;
		first = id;
		if (cfr_node_kind(node) >= CFR_KIND_COUNT)
			return arg;
		cfr_tree_unref(mine);
	}
	return NULL;
}

static void test_threads(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed < 10; seed++) {
		struct random rnd = { seed };
		struct random_value *value = random_value(&rnd, 5, 7);
		cfr_tree *tree = random_tree(value, &rnd);
		pthread_t threads[4];
		void *failed;

		for (int i = 0; i < 4; i++)
			assert_int_equal(pthread_create(&threads[i], NULL, reader, tree), 0);
		for (int i = 0; i < 4; i++) {
			assert_int_equal(pthread_join(threads[i], &failed), 0);
			assert_null(failed);
		}
		cfr_tree_unref(tree);
		random_free(value);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shuffle), cmocka_unit_test(test_subtrees), cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_wide), cmocka_unit_test(test_wrong_kind), cmocka_unit_test(test_threads),
	};
	return cmocka_run_group_tests_name("tree/tree", tests, NULL, NULL);
}
