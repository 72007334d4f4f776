/* tests/unit/tree/test_draft.c -- drafts against a model that is changed in the same way. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "engine/draft.h"
#include "engine/pointer.h"
#include "support/random_tree.h"

struct place {
	struct random_value *value, *parent;
	uint32_t index;
	cfr_buf pointer;
};

/* Some place of the model, by going down for a while. */
static void pick(struct place *out, struct random *rnd, struct random_value *root)
{
	*out = (struct place){ .value = root, .pointer = CFR_BUF_INIT };
	while (out->value->count && random_below(rnd, 4)) {
		char number[16];

		out->parent = out->value;
		out->index = random_below(rnd, out->parent->count);
		out->value = out->parent->items[out->index];
		snprintf(number, sizeof(number), "%u", (unsigned)out->index);
		cfr_pointer_add(&out->pointer, cfr_str_of(out->value->key ? out->value->key : number));
	}
}

static struct random_value *take(struct random_value *parent, uint32_t index)
{
	struct random_value *value = parent->items[index];

	parent->count--;
	memmove(parent->items + index, parent->items + index + 1, (parent->count - index) * sizeof(*parent->items));
	return value;
}

static void put(struct random_value *parent, uint32_t index, struct random_value *value)
{
	parent->items = realloc(parent->items, (parent->count + 1) * sizeof(*parent->items));
	assert_non_null(parent->items);
	memmove(parent->items + index + 1, parent->items + index, (parent->count - index) * sizeof(*parent->items));
	parent->items[index] = value;
	parent->count++;
}

static void set_key(struct random_value *value, const char *key)
{
	char *copy = key ? strcpy(random_alloc(strlen(key) + 1), key) : NULL;

	free(value->key);
	value->key = copy;
}

static uint32_t find_key(const struct random_value *mapping, const char *key)
{
	uint32_t i;

	for (i = 0; i < mapping->count && strcmp(mapping->items[i]->key, key) != 0;)
		i++;
	return i;
}

static bool is_within(const struct random_value *outer, const struct random_value *inner)
{
	if (outer == inner)
		return true;
	for (uint32_t i = 0; i < outer->count; i++) {
		if (is_within(outer->items[i], inner))
			return true;
	}
	return false;
}

enum op { REPLACE, SET, INSERT, REMOVE, RENAME, MOVE, OPS };

/* What a change must answer, by the model alone; 0 for one that is to be done. */
static int verdict(enum op op, const struct place *at, const struct place *to, const char *key, uint32_t index)
{
	switch (op) {
	case SET:
		return at->value->kind == CFR_MAPPING ? 0 : CFR_E_KIND;
	case INSERT:
		return at->value->kind != CFR_SEQUENCE ? CFR_E_KIND : index > at->value->count ? CFR_E_NOTFOUND : 0;
	case REMOVE:
		return at->parent ? 0 : CFR_E_KIND;
	case RENAME:
		if (!at->parent || at->parent->kind != CFR_MAPPING)
			return CFR_E_KIND;
		index = find_key(at->parent, key);
		return index < at->parent->count && index != at->index ? CFR_E_DUPLICATE : 0;
	case MOVE:
		if (to->value->kind != CFR_MAPPING || !at->parent)
			return CFR_E_KIND;
		if (is_within(at->value, to->value))
			return CFR_E_CYCLE;
		index = find_key(to->value, key);
		return index < to->value->count && to->value->items[index] != at->value ? CFR_E_DUPLICATE : 0;
	default:
		return 0;
	}
}

static void change_model(enum op op, struct place *at, struct place *to, const char *key, uint32_t index,
                         struct random_value *value, struct random_value **root)
{
	struct random_value *taken;
	uint32_t there;

	switch (op) {
	case REPLACE:
		set_key(value, at->value->key);
		if (at->parent)
			at->parent->items[at->index] = value;
		else
			*root = value;
		random_free(at->value);
		break;
	case SET:
		set_key(value, key);
		there = find_key(at->value, key);
		if (there < at->value->count) {
			random_free(at->value->items[there]);
			at->value->items[there] = value;
		} else {
			put(at->value, there, value);
		}
		break;
	case INSERT:
		put(at->value, index, value);
		break;
	case REMOVE:
		random_free(take(at->parent, at->index));
		break;
	case RENAME:
		set_key(at->value, key);
		break;
	default:
		taken = take(at->parent, at->index);
		set_key(taken, key);
		put(to->value, to->value->count, taken);
	}
}

static int change_draft(enum op op, cfr_draft *draft, cfr_str at, cfr_str to, cfr_str key, uint32_t index,
                        const cfr_tree *value)
{
	cfr_err err = CFR_ERR_INIT;
	int r;

	switch (op) {
	case REPLACE:
		r = cfr_draft_replace(draft, at, cfr_tree_root(value), &err);
		break;
	case SET:
		r = cfr_draft_set(draft, at, key, cfr_tree_root(value), &err);
		break;
	case INSERT:
		r = cfr_draft_insert(draft, at, index, cfr_tree_root(value), &err);
		break;
	case REMOVE:
		r = cfr_draft_remove(draft, at, &err);
		break;
	case RENAME:
		r = cfr_draft_rename(draft, at, key, &err);
		break;
	default:
		r = cfr_draft_move(draft, at, to, key, &err);
	}
	assert_int_equal(r, err.code);
	assert_true(r == 0 || err.message[0]);
	return r;
}

/* One random change of both; did they agree? */
static int step(cfr_draft *draft, struct random *rnd, struct random_value **root)
{
	enum op op = (enum op)random_below(rnd, OPS);
	struct random_value *value = random_value(rnd, 1, 3);
	cfr_tree *tree = random_tree(value, rnd);
	struct place at, to, near;
	char key[64] = "new";
	uint32_t index;
	int expected;

	pick(&at, rnd, *root);
	pick(&to, rnd, *root);
	pick(&near, rnd, *root);
	if (near.value->key && random_below(rnd, 2))
		snprintf(key, sizeof(key), "%s", near.value->key);
	else
		snprintf(key, sizeof(key), "new%u", (unsigned)random_below(rnd, 20));
	index = random_below(rnd, at.value->count + 2);
	expected = verdict(op, &at, &to, key, index);
	assert_int_equal(change_draft(op, draft, cfr_buf_str(&at.pointer), cfr_buf_str(&to.pointer), cfr_str_of(key),
	                              index, tree), expected);
	if (expected == 0)
		change_model(op, &at, &to, key, index, value, root);
	if (expected != 0 || (op != REPLACE && op != SET && op != INSERT))
		random_free(value);
	cfr_tree_unref(tree);			/* the draft keeps what it needs */
	cfr_buf_release(&at.pointer);
	cfr_buf_release(&to.pointer);
	cfr_buf_release(&near.pointer);
	return expected;
}

static void test_model(void **state)
{
	unsigned done = 0, refused = 0;

	(void)state;
	for (uint64_t seed = 1; seed < 150; seed++) {
		struct random rnd = { seed };
		struct random_value *value = random_value(&rnd, 4, 5), *copy;
		cfr_tree *tree = random_tree(value, &rnd), *frozen;
		cfr_draft *draft;
		struct random again = { seed };

		assert_int_equal(cfr_draft_new(&draft, tree, NULL, NULL), 0);
		for (int i = 0; i < 40; i++) {
			if (step(draft, &rnd, &value) == 0)
				done++;
			else
				refused++;
			assert_int_equal(cfr_draft_freeze(&frozen, draft, NULL), 0);
			if (!random_matches(value, cfr_tree_root(frozen)))
				fail_msg("seed %d, change %d", (int)seed, i);
			cfr_tree_unref(frozen);
		}
		cfr_draft_free(draft);
		/* and the base is what it was */
		copy = random_value(&again, 4, 5);
		assert_true(random_matches(copy, cfr_tree_root(tree)));
		random_free(copy);
		cfr_tree_unref(tree);
		random_free(value);
	}
	assert_true(done > 1000 && refused > 500);
}

static void test_pointers(void **state)
{
	static const struct {
		const char *pointer;
		int code;
	} cases[] = {
		{ "x", CFR_E_SYNTAX }, { "/~", CFR_E_SYNTAX }, { "/a~2", CFR_E_SYNTAX }, { "/nope", CFR_E_NOTFOUND },
		{ "/list/2", CFR_E_NOTFOUND }, { "/list/-", CFR_E_NOTFOUND }, { "/list/01", CFR_E_NOTFOUND },
		{ "/list/99999999999", CFR_E_NOTFOUND }, { "/list/0/x", CFR_E_NOTFOUND }, { "/", CFR_E_NOTFOUND },
		{ "/list/0", 0 }, { "", 0 },
	};
	cfr_tree *null, *tree;
	cfr_draft *draft;
	cfr_node root;

	(void)state;
	assert_int_equal(cfr_draft_new(&draft, NULL, NULL, NULL), 0);
	assert_int_equal(cfr_draft_freeze(&null, draft, NULL), 0);
	root = cfr_tree_root(null);
	assert_int_equal(cfr_node_kind(root), CFR_NULL);
	cfr_draft_free(draft);

	/* {"list": [null, null]} */
	cfr_build *build;
	assert_int_equal(cfr_build_new(&build, NULL, CFR_FORMAT_NONE, NULL, NULL), 0);
	cfr_build_begin(build, CFR_MAPPING, NULL, NULL);
	cfr_build_key(build, CFR_STR("list"), NULL, NULL);
	cfr_build_begin(build, CFR_SEQUENCE, NULL, NULL);
	cfr_build_null(build, NULL, NULL);
	cfr_build_null(build, NULL, NULL);
	cfr_build_end(build, 0, NULL);
	cfr_build_end(build, 0, NULL);
	assert_int_equal(cfr_build_finish_tree(&tree, build, NULL), 0);
	cfr_build_free(build);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_int_equal(cfr_draft_new(&draft, tree, NULL, NULL), 0);
		assert_int_equal(cfr_draft_replace(draft, cfr_str_of(cases[i].pointer), root, NULL), cases[i].code);
		cfr_draft_free(draft);
	}
	cfr_tree_unref(tree);
	cfr_tree_unref(null);
}

/* Deeper and deeper: the limit is met at the freeze, not the end of the stack. */
static void test_depth(void **state)
{
	cfr_build *build;
	cfr_tree *one, *tree;
	cfr_draft *draft;
	cfr_buf at = CFR_BUF_INIT;
	cfr_err err = CFR_ERR_INIT;

	(void)state;
	assert_int_equal(cfr_build_new(&build, NULL, CFR_FORMAT_NONE, NULL, NULL), 0);
	cfr_build_begin(build, CFR_SEQUENCE, NULL, NULL);
	cfr_build_null(build, NULL, NULL);
	cfr_build_end(build, 0, NULL);
	assert_int_equal(cfr_build_finish_tree(&one, build, NULL), 0);
	cfr_build_free(build);
	assert_int_equal(cfr_draft_new(&draft, one, NULL, NULL), 0);
	for (int depth = 1; depth < 300; depth++) {
		int r;

		r = cfr_draft_freeze(&tree, draft, &err);
		assert_int_equal(r, depth <= 128 ? 0 : CFR_E_LIMIT);
		if (r == 0)
			cfr_tree_unref(tree);
		cfr_buf_addz(&at, "/0");
		assert_int_equal(cfr_draft_replace(draft, cfr_buf_str(&at), cfr_tree_root(one), NULL), 0);
	}
	assert_string_equal(err.limit, "depth");
	cfr_draft_free(draft);
	cfr_buf_release(&at);
	cfr_tree_unref(one);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_model), cmocka_unit_test(test_pointers), cmocka_unit_test(test_depth),
	};
	return cmocka_run_group_tests_name("tree/draft", tests, NULL, NULL);
}
