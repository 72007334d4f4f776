/* tests/faults/test_tree.c -- image, builder, document, ids and drafts with each allocation failing once.
 *
 * The values are made before anything fails; an operation makes, uses and frees what it needs. That `out` is written
 * only on success shows in the pointers, that nothing leaks in the sanitizer.
 */
#include "faults/failing.h"

#include "engine/draft.h"
#include "support/random_tree.h"

struct subject {
	struct random_value *value;
	cfr_source *source;
	cfr_tree *tree, *other;
};

static const cfr_mark mark = { 0, 0, 3, CFR_PLAIN, 0 };

/* {key: VALUE, alias: *VALUE, wide: &wide {…}, merged: {"1": null, <<: *wide}} */
static int emit(cfr_build *build, const struct subject *subject, cfr_err *err)
{
	uint32_t wide;
	int r;

	if ((r = cfr_build_begin(build, CFR_MAPPING, &mark, err)) < 0 ||
	    (r = cfr_build_key(build, cfr_str_sub(cfr_source_bytes(subject->source), 0, 3), &mark, err)) < 0 ||
	    (r = random_emit(build, subject->value, NULL, err)) < 0 ||
	    (r = cfr_build_key(build, CFR_STR("alias"), &mark, err)) < 0 ||
	    (r = cfr_build_alias(build, 1, &mark, err)) < 0 ||
	    (r = cfr_build_key(build, CFR_STR("wide"), &mark, err)) < 0)
		return r;
	wide = cfr_build_rank(build);
	if ((r = cfr_build_begin(build, CFR_MAPPING, &mark, err)) < 0)
		return r;
	for (unsigned i = 0; i < 3000; i++) {	/* enough for the document to take over the builder's arrays */
		char key[16];
		int len = snprintf(key, sizeof(key), "%u", i * 37 % 3000);

		if ((r = cfr_build_key(build, (cfr_str){ key, (size_t)len }, &mark, err)) < 0 ||
		    (r = cfr_build_string(build, (cfr_str){ key, (size_t)len }, &mark, err)) < 0)
			return r;
	}
	if ((r = cfr_build_end(build, 3, err)) < 0 ||
	    (r = cfr_build_key(build, CFR_STR("merged"), &mark, err)) < 0 ||
	    (r = cfr_build_begin(build, CFR_MAPPING, &mark, err)) < 0 ||
	    (r = cfr_build_key(build, CFR_STR("1"), &mark, err)) < 0 ||
	    (r = cfr_build_null(build, &mark, err)) < 0 ||
	    (r = cfr_build_merge(build, wide, &mark, err)) < 0 ||
	    (r = cfr_build_end(build, 3, err)) < 0)
		return r;
	return cfr_build_end(build, 3, err);
}

/* Twice, since a builder that is used again has other memory in hand. */
static int document(void *arg)
{
	const struct subject *subject = arg;
	cfr_document *doc = NULL;
	cfr_build *build = NULL;
	cfr_err err = CFR_ERR_INIT;
	int r;

	if ((r = cfr_build_new(&build, subject->source, CFR_YAML, NULL, &err)) < 0)
		goto done;
	for (int i = 0; i < 2; i++) {
		cfr_build_reset(build);
		if ((r = emit(build, subject, &err)) < 0 ||
		    (r = cfr_build_finish(&doc, build, 0, 0, 3, &err)) < 0) {
			assert_null(doc);
			goto done;
		}
		assert_true(cfr_tree_size(cfr_document_tree(doc)) > 6000);
		doc = cfr_document_unref(doc);
	}
done:
	assert_int_equal(err.code, r);
	cfr_build_free(build);
	return r;
}

/* The way out of a duplicate key works on too little memory; only its path may be missing. */
static int duplicate(void *arg)
{
	const struct subject *subject = arg;
	cfr_build *build = NULL;
	cfr_tree *tree = NULL;
	cfr_err err = CFR_ERR_INIT;
	int r;

	if ((r = cfr_build_new(&build, subject->source, CFR_YAML, NULL, &err)) < 0)
		return r;
	if ((r = cfr_build_begin(build, CFR_MAPPING, &mark, &err)) == 0) {
		for (int i = 0; i < 2 && r == 0; i++) {
			if ((r = cfr_build_key(build, CFR_STR("k"), &mark, &err)) == 0)
				r = cfr_build_null(build, &mark, &err);
		}
	}
	if (r == 0 && (r = cfr_build_end(build, 0, &err)) == 0)
		r = cfr_build_finish_tree(&tree, build, &err);
	cfr_build_free(build);
	assert_null(tree);
	assert_int_equal(err.code, r);
	return r == CFR_E_DUPLICATE ? 0 : r;
}

static int wrap(void *arg)
{
	const struct subject *subject = arg;
	cfr_tree *tree = NULL;
	int r = cfr_tree_wrap(&tree, cfr_tree_image(subject->tree), NULL, NULL, NULL);

	assert_int_equal(tree != NULL, r == 0);
	cfr_tree_unref(tree);
	return r;
}

static int identify(void *arg)
{
	const struct subject *subject = arg;
	cfr_tree *tree = NULL;
	cfr_err err = CFR_ERR_INIT;
	cfr_id id = { 0 };
	int r;

	if ((r = cfr_tree_wrap(&tree, cfr_tree_image(subject->tree), NULL, NULL, &err)) == 0)
		r = cfr_node_id(&id, cfr_tree_root(tree), &err);
	assert_int_equal(id.algorithm, r == 0);
	if (r < 0)		/* libcrypto's own want of memory has no other name */
		assert_true(err.code == r && err.message[0]);
	cfr_tree_unref(tree);
	return r;
}

static int draft(void *arg)
{
	const struct subject *subject = arg;
	cfr_node value = cfr_tree_root(subject->other);
	cfr_draft *changes = NULL;
	cfr_tree *tree = NULL;
	int r;

	if ((r = cfr_draft_new(&changes, subject->tree, NULL, NULL)) < 0 ||
	    (r = cfr_draft_replace(changes, CFR_STR(""), value, NULL)) < 0)
		goto done;
	for (unsigned i = 0; i < 40; i++) {
		char key[16];
		int len = snprintf(key, sizeof(key), "%u", i);

		if ((r = cfr_draft_set(changes, CFR_STR(""), (cfr_str){ key, (size_t)len },
		                       cfr_tree_root(i % 2 ? subject->tree : subject->other), NULL)) < 0)
			goto done;
	}
	if ((r = cfr_draft_rename(changes, CFR_STR("/1"), CFR_STR("one"), NULL)) < 0 ||
	    (r = cfr_draft_remove(changes, CFR_STR("/2"), NULL)) < 0 ||
	    (r = cfr_draft_move(changes, CFR_STR("/one"), CFR_STR("/0"), CFR_STR("in"), NULL)) < 0)
		goto done;
	r = cfr_draft_freeze(&tree, changes, NULL);
done:
	assert_int_equal(tree != NULL, r == 0);
	cfr_tree_unref(tree);
	cfr_draft_free(changes);
	return r;
}

static int none(void *arg)
{
	cfr_draft *changes = NULL;
	int r = cfr_draft_new(&changes, NULL, NULL, NULL);

	(void)arg;
	assert_int_equal(changes != NULL, r == 0);
	cfr_draft_free(changes);
	return r;
}

static int setup(void **state)
{
	static struct subject subject;
	struct random rnd = { 4 };
	struct random_value *mapping;
	cfr_limits limits;

	cfr_limits_default(&limits);
	subject.value = random_value(&rnd, 4, 6);
	subject.tree = random_tree(subject.value, &rnd);
	mapping = random_value(&rnd, 0, 0);
	free(mapping->text);
	free(mapping->tag);
	mapping->text = mapping->tag = NULL;
	mapping->kind = CFR_MAPPING;
	subject.other = random_tree(mapping, NULL);
	random_free(mapping);
	*state = &subject;
	if (!subject.tree || !subject.other)
		return -1;
	return cfr_source_new(&subject.source, CFR_STR("t.yaml"), CFR_STR("key: value\n"), &limits, NULL);
}

static int teardown(void **state)
{
	struct subject *subject = *state;

	cfr_tree_unref(subject->tree);
	cfr_tree_unref(subject->other);
	cfr_source_unref(subject->source);
	random_free(subject->value);
	return 0;
}

/* The maps that are made when somebody asks: without memory for them the answers are the same. */
static void test_maps(void **state)
{
	const struct subject *subject = *state;
	cfr_document *doc;
	cfr_build *build;
	uint32_t n, *nodes, *parents;

	assert_int_equal(cfr_build_new(&build, subject->source, CFR_YAML, NULL, NULL), 0);
	assert_int_equal(emit(build, subject, NULL), 0);
	assert_int_equal(cfr_build_finish(&doc, build, 0, 0, 3, NULL), 0);
	cfr_build_free(build);
	n = cfr_tree_size(cfr_document_tree(doc));
	nodes = calloc(n, sizeof(*nodes));
	parents = calloc(n, sizeof(*parents));
	assert_true(nodes && parents);
	for (int made = 0; made < 2; made++) {
		if (!made)
			cfr_fail_from(1);
		for (uint32_t rank = 0; rank < n; rank += 7) {
			cfr_node node = cfr_document_node(doc, rank), parent = node;
			uint32_t up = cfr_node_parent(&parent, node) ? parent.at + 1 : 0;

			if (made) {
				assert_int_equal(nodes[rank], node.at);
				assert_int_equal(parents[rank], up);
			}
			nodes[rank] = node.at;
			parents[rank] = up;
		}
		assert_true(made || cfr_fail_hit() > 0);
		cfr_fail_at(0);
	}
	free(nodes);
	free(parents);
	cfr_document_unref(doc);
}

static void test_document(void **state) { assert_true(cfr_fail_each(document, *state) > 20); }
static void test_duplicate(void **state) { assert_true(cfr_fail_each(duplicate, *state) > 5); }
static void test_wrap(void **state) { assert_true(cfr_fail_each(wrap, *state) >= 4); }
static void test_id(void **state) { assert_true(cfr_fail_each(identify, *state) > 6); }
static void test_draft(void **state) { assert_true(cfr_fail_each(draft, *state) > 10); }
static void test_none(void **state) { assert_true(cfr_fail_each(none, *state) > 2); }

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_document), cmocka_unit_test(test_duplicate), cmocka_unit_test(test_wrap),
		cmocka_unit_test(test_id), cmocka_unit_test(test_draft), cmocka_unit_test(test_none),
		cmocka_unit_test(test_maps),
	};
	return cmocka_run_group_tests_name("faults/tree", tests, setup, teardown);
}
