/* tests/unit/image/test_verify.c -- one image for each value, and nothing else is taken for one. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "engine/base/slab.h"
#include "engine/image/verify.h"
#include "support/random_tree.h"

/* The example of docs/format.md: {"b": [1, 2], "a": "x"}, byte for byte. */
static const unsigned char example[] = {
	/*   0 */ 'c', 'f', 'r', 't', 'r', 'e', 'e', 1,	131, 0, 0, 0, 0, 0, 0, 0,
	/*  16 */ 5, 0, 0, 0,	2, 0, 0, 0,	2, 0, 0, 0,	1, 0, 0, 0,
	/*  32 */ 255, 255, 255, 255,	6, 0, 0, 0,	1, 0, 0, 0,	2, 0, 0, 0,	/* mapping: first 1, count 2 */
	/*  48 */ 0, 0, 0, 0,		4, 0, 0, 0,	0, 0, 0, 0,	1, 0, 0, 0,	/* "a": string at 0, length 1 */
	/*  64 */ 1, 0, 0, 0,		5, 0, 0, 0,	3, 0, 0, 0,	2, 0, 0, 0,	/* "b": sequence: first 3, count 2 */
	/*  80 */ 255, 255, 255, 255,	2, 0, 0, 0,	1, 0, 0, 0,	0, 0, 0, 0,	/* 1 */
	/*  96 */ 255, 255, 255, 255,	2, 0, 0, 0,	2, 0, 0, 0,	0, 0, 0, 0,	/* 2 */
	/* 112 */ 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0,
	/* 128 */ 'a', 'b',
	/* 130 */ 'x',
};
enum { EXAMPLE = sizeof(example) };

static cfr_tree *build_example(void)
{
	cfr_build *build;
	cfr_tree *tree;

	assert_int_equal(cfr_build_new(&build, NULL, CFR_FORMAT_NONE, NULL, NULL), 0);
	assert_int_equal(cfr_build_begin(build, CFR_MAPPING, NULL, NULL), 0);
	assert_int_equal(cfr_build_key(build, CFR_STR("b"), NULL, NULL), 0);
	assert_int_equal(cfr_build_begin(build, CFR_SEQUENCE, NULL, NULL), 0);
	assert_int_equal(cfr_build_int(build, 1, NULL, NULL), 0);
	assert_int_equal(cfr_build_int(build, 2, NULL, NULL), 0);
	assert_int_equal(cfr_build_end(build, 0, NULL), 0);
	assert_int_equal(cfr_build_key(build, CFR_STR("a"), NULL, NULL), 0);
	assert_int_equal(cfr_build_string(build, CFR_STR("x"), NULL, NULL), 0);
	assert_int_equal(cfr_build_end(build, 0, NULL), 0);
	assert_int_equal(cfr_build_finish_tree(&tree, build, NULL), 0);
	cfr_build_free(build);
	return tree;
}

static void test_example(void **state)
{
	unsigned char bytes[EXAMPLE];
	cfr_tree *tree = build_example();
	cfr_str image = cfr_tree_image(tree);

	(void)state;
	memcpy(bytes, example, EXAMPLE);
	assert_int_equal(image.len, EXAMPLE);
	assert_memory_equal(image.ptr, bytes, EXAMPLE);
	cfr_tree_unref(tree);
}

/* One change to the example and what must be said about it. */
static void test_refused(void **state)
{
	static const struct {
		unsigned at;
		unsigned char byte;
		const char *why;
	} cases[] = {
		{ 0, 'C', "no magic" },
		{ 7, 2, "unknown version" },
		{ 8, 1, "wrong size" },
		{ 16, 4, "counts that do not add up" },
		{ 19, 255, "counts that do not add up" },
		{ 32, 0, "a key outside a mapping" },
		{ 36, 9, "an unknown kind" },
		{ 37, 1, "a tag where none can be" },
		{ 40, 2, "children out of place" },
		{ 40, 0, "children out of place" },	/* its own child */
		{ 44, 3, "no such key" },		/* takes in its grandchild, which has none */
		{ 44, 255, "children out of place" },
		{ 44, 0, "children out of place" },	/* empty, but first is not 0 */
		{ 48, 1, "keys of a mapping that are not sorted" },
		{ 64, 0, "keys of a mapping that are not sorted" },
		{ 64, 2, "no such key" },
		{ 56, 1, "a string out of place" },
		{ 60, 2, "a string out of place" },
		{ 60, 0, "text of no string" },
		{ 52, 7, NULL },			/* an `other` without a tag: another value, and a good one */
		{ 53, 1, "a tag where none can be" },
		{ 72, 1, "children out of place" },	/* a cycle */
		{ 76, 1, "a node without a parent" },
		{ 84, 0, "a null with a value" },
		{ 84, 1, NULL },			/* true */
		{ 100, 1, "a boolean that is neither" },
		{ 112, 1, "a key out of place" },
		{ 116, 2, "a key out of place" },
		{ 128, 'b', "keys that are not sorted" },
		{ 128, 'c', "keys that are not sorted" },
		{ 128, 0xC3, "a key that is not UTF-8" },
		{ 130, 0x80, "a string that is not UTF-8" },
		{ 130, 'y', NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		unsigned char bytes[EXAMPLE];
		cfr_tree *tree = NULL;
		cfr_err err = CFR_ERR_INIT;
		int r;

		memcpy(bytes, example, EXAMPLE);
		bytes[cases[i].at] = cases[i].byte;
		r = cfr_tree_wrap(&tree, (cfr_str){ (char *)bytes, EXAMPLE }, NULL, NULL, &err);
		if (!cases[i].why) {
			assert_int_equal(r, 0);
			cfr_tree_unref(tree);
			continue;
		}
		if (r != CFR_E_CORRUPT || !strstr(err.message, cases[i].why))
			fail_msg("case %zu (byte %u): %d %s", i, cases[i].at, r, err.message);
	}
}

/* A key that stands in the table and in no mapping; two strings that share a character. */
static void test_pools(void **state)
{
	unsigned char bytes[EXAMPLE];
	cfr_tree *tree = NULL;
	cfr_err err = CFR_ERR_INIT;
	const unsigned char two[] = {
		'c', 'f', 'r', 't', 'r', 'e', 'e', 1, 82, 0, 0, 0, 0, 0, 0, 0,
		3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0,
		255, 255, 255, 255, 5, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0,
		255, 255, 255, 255, 4, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0,
		255, 255, 255, 255, 4, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0,
		0xC3, 0xA9,
	};

	(void)state;
	memcpy(bytes, example, EXAMPLE);
	bytes[36] = 5;			/* the root a sequence, its children without keys */
	memset(bytes + 48, 255, 4);
	memset(bytes + 64, 255, 4);
	assert_int_equal(cfr_tree_wrap(&tree, (cfr_str){ (char *)bytes, EXAMPLE }, NULL, NULL, &err), CFR_E_CORRUPT);
	assert_non_null(strstr(err.message, "a key that no node uses"));
	assert_int_equal(cfr_tree_wrap(&tree, (cfr_str){ (const char *)two, sizeof(two) }, NULL, NULL, &err),
	                 CFR_E_CORRUPT);
	assert_non_null(strstr(err.message, "not UTF-8"));
}

static void count_done(void *arg) { ++*(int *)arg; }

static void test_wrap(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed < 300; seed++) {
		struct random rnd = { seed };
		struct random_value *value = random_value(&rnd, 5, 6);
		cfr_tree *tree = random_tree(value, &rnd), *again, *last;
		cfr_err err = CFR_ERR_INIT;
		int done = 0;
		bool equal = false;

		assert_non_null(tree);
		if (cfr_tree_wrap(&again, cfr_tree_image(tree), count_done, &done, &err) < 0)
			fail_msg("seed %d: %s", (int)seed, err.message);
		assert_true(random_matches(value, cfr_tree_root(again)));
		assert_int_equal(cfr_node_equal(&equal, cfr_tree_root(tree), cfr_tree_root(again), NULL), 0);
		assert_true(equal);
		last = cfr_tree_ref(again);
		cfr_tree_unref(again);
		assert_int_equal(done, 0);
		cfr_tree_unref(last);
		assert_int_equal(done, 1);
		cfr_tree_unref(tree);
		random_free(value);
	}
}

/* The parents that verify finds are those that the builder counts. */
static void test_parents(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed < 100; seed++) {
		struct random rnd = { seed };
		struct random_value *value = random_value(&rnd, 5, 6);
		cfr_tree *tree = random_tree(value, &rnd);
		uint32_t *found, *counted = random_alloc(cfr_tree_size(tree) * sizeof(*counted));
		cfr_image image;

		assert_int_equal(cfr__image_verify(&image, &found, cfr_tree_image(tree), NULL), 0);
		cfr__image_parents(&image, counted);
		assert_memory_equal(found, counted, cfr_tree_size(tree) * sizeof(*counted));
		cfr_slab_free(found);
		free(counted);
		cfr_tree_unref(tree);
		random_free(value);
	}
}

/* Every byte of an image changed in some ways: refused, or the one image of another value. */
static void test_flips(void **state)
{
	unsigned accepted = 0, refused = 0;

	(void)state;
	for (uint64_t seed = 1; seed < 60; seed++) {
		struct random rnd = { seed };
		struct random_value *value = random_value(&rnd, 3, 4);
		cfr_tree *tree = random_tree(value, &rnd), *other, *again;
		cfr_str image = cfr_tree_image(tree);
		char *bytes = random_alloc(image.len);

		memcpy(bytes, image.ptr, image.len);
		for (size_t i = 0; i < image.len * 3; i++) {
			size_t at = i / 3;
			static const unsigned char flips[] = { 1, 0x80, 0xFF };

			bytes[at] = (char)(bytes[at] ^ flips[i % 3]);
			if (cfr_tree_wrap(&other, (cfr_str){ bytes, image.len }, NULL, NULL, NULL) == 0) {
				accepted++;
				assert_int_equal(rebuild(&again, cfr_tree_root(other), NULL, NULL), 0);
				assert_true(cfr_str_eq(cfr_tree_image(again), cfr_tree_image(other)));
				cfr_tree_unref(again);
				cfr_tree_unref(other);
			} else {
				refused++;
			}
			bytes[at] = image.ptr[at];
		}
		free(bytes);
		cfr_tree_unref(tree);
		random_free(value);
	}
	assert_true(accepted > 100 && refused > 1000);
}

static void test_truncated(void **state)
{
	cfr_tree *tree = build_example(), *other;
	cfr_str image = cfr_tree_image(tree);

	(void)state;
	for (size_t len = 0; len < image.len; len++) {
		char *bytes = random_alloc(len);	/* its exact size, so that the sanitizer sees one byte too far */

		memcpy(bytes, image.ptr, len);
		assert_int_equal(cfr_tree_wrap(&other, (cfr_str){ bytes, len }, NULL, NULL, NULL), CFR_E_CORRUPT);
		if (len >= 16) {
			cfr__store64(bytes + 8, len);
			assert_int_equal(cfr_tree_wrap(&other, (cfr_str){ bytes, len }, NULL, NULL, NULL), CFR_E_CORRUPT);
		}
		free(bytes);
	}
	cfr_tree_unref(tree);
}

/* A chain of sequences, each in the one before. */
static void test_depth(void **state)
{
	(void)state;
	for (uint32_t depth = CFR_IMAGE_DEPTH - 2; depth < CFR_IMAGE_DEPTH + 2; depth++) {
		size_t len = CFR_IMAGE_HEADER + (size_t)(depth + 1) * CFR_IMAGE_RECORD;
		char *bytes = random_alloc(len);
		cfr_err err = CFR_ERR_INIT;
		cfr_image image;
		int r;

		memcpy(bytes, CFR_IMAGE_MAGIC, 8);
		cfr__store64(bytes + 8, len);
		cfr__store32(bytes + 16, depth + 1);
		for (uint32_t i = 0; i <= depth; i++) {
			char *record = bytes + CFR_IMAGE_HEADER + (size_t)i * CFR_IMAGE_RECORD;

			cfr__store32(record, CFR_IMAGE_KEY_NONE);
			cfr__store32(record + 4, i == depth ? CFR_NULL : CFR_SEQUENCE);
			cfr__store64(record + 8, i == depth ? 0 : UINT64_C(1) << 32 | (i + 1));
		}
		r = cfr__image_verify(&image, NULL, (cfr_str){ bytes, len }, &err);
		assert_int_equal(r, depth < CFR_IMAGE_DEPTH ? 0 : CFR_E_CORRUPT);
		if (r)
			assert_non_null(strstr(err.message, "nested too deep"));
		free(bytes);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_example), cmocka_unit_test(test_refused), cmocka_unit_test(test_pools),
		cmocka_unit_test(test_wrap), cmocka_unit_test(test_parents), cmocka_unit_test(test_flips),
		cmocka_unit_test(test_truncated), cmocka_unit_test(test_depth),
	};
	return cmocka_run_group_tests_name("image/verify", tests, NULL, NULL);
}
