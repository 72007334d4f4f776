/* tests/support/random_tree.h -- random values from a seed, and what tests do with them.
 *
 * A random_value is a plain mutable model of a configuration value, made without any code under test, so that it can
 * say what a tree should hold. random_emit tells it to a builder, with the keys in another order each time.
 *
 *	struct random rnd = { seed };
 *	struct random_value *value = random_value(&rnd, 3, 20);		depth, at most that many children
 *	cfr_tree *tree = random_tree(value, &rnd);
 *	assert_true(random_matches(value, cfr_tree_root(tree)));
 *	random_free(value);
 */
#ifndef CFR_TESTS_RANDOM_TREE_H
#define CFR_TESTS_RANDOM_TREE_H

#include "engine/base/str.h"
#include "engine/tree/build.h"
#include <stdio.h>
#include <stdlib.h>

struct random {
	uint64_t state;
};

static inline uint64_t random_next(struct random *rnd)
{
	uint64_t x = rnd->state += UINT64_C(0x9E3779B97F4A7C15);	/* splitmix64 */

	x = (x ^ (x >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94D049BB133111EB);
	return x ^ (x >> 31);
}

static inline uint32_t random_below(struct random *rnd, uint32_t n) { return (uint32_t)(random_next(rnd) >> 32) % n; }

struct random_value {
	cfr_kind kind;
	uint64_t bits;			/* bool, int; float as its bits */
	char *text, *tag;
	size_t text_len;
	char *key;			/* in its mapping */
	struct random_value **items;
	uint32_t count;
};

static inline void *random_alloc(size_t size)
{
	void *ptr = calloc(1, size ? size : 1);

	if (!ptr)
		abort();
	return ptr;
}

static inline void random_free(struct random_value *value)
{
	if (!value)
		return;
	for (uint32_t i = 0; i < value->count; i++)
		random_free(value->items[i]);
	free(value->items);
	free(value->text);
	free(value->tag);
	free(value->key);
	free(value);
}

/* Text with everything that may go wrong: empty, quotes, line ends, NUL, several bytes a character, long. */
static inline char *random_text(struct random *rnd, size_t *len)
{
	static const char *const pieces[] = { "a", "b", "key", " ", "\n", "'", "\"", ":", "#", "\t", "é", "日本", "😀",
		"0", "-", "true", "null", "{", "]", "&", "*", "~", "%", "1.5", "\\", "/", "<<", "\xC2\x85", "\r\n", "x" };
	uint32_t n = random_below(rnd, 10) == 0 ? random_below(rnd, 60) : random_below(rnd, 5);
	char *text = random_alloc(n * 8 + 1);

	*len = 0;
	for (uint32_t i = 0; i < n; i++) {
		const char *piece = pieces[random_below(rnd, sizeof(pieces) / sizeof(*pieces))];
		size_t size = strlen(piece);

		if (random_below(rnd, 100) == 0) {
			text[(*len)++] = '\0';
			continue;
		}
		memcpy(text + *len, piece, size);
		*len += size;
	}
	return text;
}

static inline char *random_key(struct random *rnd, uint32_t index)
{
	static const char *const words[] = { "name", "id", "model", "agents", "tools", "memory", "kind", "spec", "a", "" };
	uint32_t pick = random_below(rnd, 4);
	char *key = random_alloc(64);

	if (pick == 0 && index < 10)		/* the same few again and again, as in real files */
		snprintf(key, 64, "%s", words[index]);
	else if (pick == 1)
		snprintf(key, 64, "k%02u é", index);
	else
		snprintf(key, 64, "%s/%u~", words[random_below(rnd, 9)], index);
	return key;
}

static inline struct random_value *random_value(struct random *rnd, unsigned depth, uint32_t width);

static inline void random_items(struct random_value *value, struct random *rnd, unsigned depth, uint32_t width)
{
	value->count = random_below(rnd, 6) == 0 ? 0 : random_below(rnd, width + 1);
	value->items = random_alloc(value->count * sizeof(*value->items));
	for (uint32_t i = 0; i < value->count; i++) {
		value->items[i] = random_value(rnd, depth - 1, width);
		if (value->kind == CFR_MAPPING)
			value->items[i]->key = random_key(rnd, i);
	}
}

static inline struct random_value *random_value(struct random *rnd, unsigned depth, uint32_t width)
{
	static const double floats[] = { 0.0, -0.0, 1.0, 0.1, -1e300, 5e-324, 1e15 };
	struct random_value *value = random_alloc(sizeof(*value));
	uint32_t pick = depth > 2 ? 8 + random_below(rnd, 6) : random_below(rnd, depth ? 14 : 8);	/* first, some depth */
	double real;

	switch (pick) {
	case 0:
		value->kind = CFR_NULL;
		break;
	case 1:
		value->kind = CFR_BOOL;
		value->bits = random_below(rnd, 2);
		break;
	case 2:
		value->kind = CFR_INT;
		value->bits = random_below(rnd, 3) ? random_below(rnd, 100) : random_next(rnd);
		break;
	case 3:
		value->kind = CFR_FLOAT;
		real = floats[random_below(rnd, sizeof(floats) / sizeof(*floats))];
		memcpy(&value->bits, &real, sizeof(real));
		break;
	case 4:
		value->kind = CFR_OTHER;
		value->tag = random_alloc(16);
		snprintf(value->tag, 16, "!t%u", random_below(rnd, 100));
		value->text = random_text(rnd, &value->text_len);
		break;
	case 5:
	case 6:
	case 7:
		value->kind = CFR_STRING;
		value->text = random_text(rnd, &value->text_len);
		break;
	default:
		value->kind = pick < 11 ? CFR_SEQUENCE : CFR_MAPPING;
		random_items(value, rnd, depth, width);
	}
	return value;
}

/* A value to a builder; with `shuffle`, the entries of mappings in a random order. The keys are unique because each
 * has its index in it, or is the one word of its index. */
static inline int random_emit(cfr_build *build, const struct random_value *value, struct random *shuffle, cfr_err *err)
{
	uint32_t *order = NULL;
	double real;
	int r;

	switch (value->kind) {
	case CFR_BOOL:
		return cfr_build_bool(build, value->bits != 0, NULL, err);
	case CFR_INT:
		return cfr_build_int(build, (int64_t)value->bits, NULL, err);
	case CFR_FLOAT:
		memcpy(&real, &value->bits, sizeof(real));
		return cfr_build_float(build, real, NULL, err);
	case CFR_STRING:
		return cfr_build_string(build, (cfr_str){ value->text, value->text_len }, NULL, err);
	case CFR_OTHER:
		return cfr_build_other(build, cfr_str_of(value->tag), (cfr_str){ value->text, value->text_len }, NULL,
		                       err);
	case CFR_SEQUENCE:
	case CFR_MAPPING:
		break;
	default:
		return cfr_build_null(build, NULL, err);
	}
	if ((r = cfr_build_begin(build, value->kind, NULL, err)) < 0)
		return r;
	if (shuffle && value->kind == CFR_MAPPING)	/* without, nothing is allocated here: tests of faults */
		order = random_alloc((value->count + 1) * sizeof(*order));
	for (uint32_t i = 0; order && i < value->count; i++) {
		uint32_t j = random_below(shuffle, i + 1);

		order[i] = order[j];
		order[j] = i;
	}
	for (uint32_t i = 0; i < value->count && r == 0; i++) {
		const struct random_value *item = value->items[order ? order[i] : i];

		if (value->kind == CFR_MAPPING)
			r = cfr_build_key(build, cfr_str_of(item->key), NULL, err);
		if (r == 0)
			r = random_emit(build, item, shuffle, err);
	}
	free(order);
	return r < 0 ? r : cfr_build_end(build, 0, err);
}

static inline int random_tree_try(cfr_tree **out, const struct random_value *value, struct random *shuffle, cfr_err *err)
{
	cfr_build *build;
	int r;

	if ((r = cfr_build_new(&build, NULL, CFR_FORMAT_NONE, NULL, err)) < 0)
		return r;
	if ((r = random_emit(build, value, shuffle, err)) == 0)
		r = cfr_build_finish_tree(out, build, err);
	cfr_build_free(build);
	return r;
}

/* NULL when it cannot be built. */
static inline cfr_tree *random_tree(const struct random_value *value, struct random *shuffle)
{
	cfr_tree *tree = NULL;

	return random_tree_try(&tree, value, shuffle, NULL) == 0 ? tree : NULL;
}

/* Does a node hold what the model holds? */
static inline bool random_matches(const struct random_value *value, cfr_node node)
{
	cfr_str text = cfr_node_string(node);
	cfr_node child, parent;
	double real;

	if (cfr_node_kind(node) != value->kind || cfr_node_size(node) != value->count)
		return false;
	switch (value->kind) {
	case CFR_BOOL:
		return cfr_node_bool(node) == (value->bits != 0);
	case CFR_INT:
		return cfr_node_int(node) == (int64_t)value->bits;
	case CFR_FLOAT:
		real = cfr_node_float(node);
		return memcmp(&real, &value->bits, sizeof(real)) == 0;
	case CFR_OTHER:
		if (!cfr_str_eq(cfr_node_tag(node), cfr_str_of(value->tag)))
			return false;
		return cfr_str_eq(text, (cfr_str){ value->text, value->text_len });
	case CFR_STRING:
		return cfr_str_eq(text, (cfr_str){ value->text, value->text_len });
	default:
		break;
	}
	for (uint32_t i = 0; i < value->count; i++) {
		const struct random_value *item = value->items[i];

		if (value->kind == CFR_MAPPING) {
			if (cfr_node_find(&child, node, cfr_str_of(item->key), NULL) < 0 ||
			    !cfr_str_eq(cfr_node_key(child), cfr_str_of(item->key)))
				return false;
		} else if (cfr_node_at(&child, node, i, NULL) < 0 || cfr_node_key(child).ptr ||
		           cfr_node_index(child) != i) {
			return false;
		}
		if (!cfr_node_parent(&parent, child) || !cfr_node_same(parent, node) || !random_matches(item, child))
			return false;
	}
	return true;
}

/* A tree told to a builder through the cursor alone, node by node. */
static inline int rebuild_emit(cfr_build *build, cfr_node node, cfr_err *err)
{
	cfr_node child;
	int r;

	switch (cfr_node_kind(node)) {
	case CFR_BOOL:
		return cfr_build_bool(build, cfr_node_bool(node), NULL, err);
	case CFR_INT:
		return cfr_build_int(build, cfr_node_int(node), NULL, err);
	case CFR_FLOAT:
		return cfr_build_float(build, cfr_node_float(node), NULL, err);
	case CFR_STRING:
		return cfr_build_string(build, cfr_node_string(node), NULL, err);
	case CFR_OTHER:
		return cfr_build_other(build, cfr_node_tag(node), cfr_node_string(node), NULL, err);
	case CFR_SEQUENCE:
	case CFR_MAPPING:
		break;
	default:
		return cfr_build_null(build, NULL, err);
	}
	if ((r = cfr_build_begin(build, cfr_node_kind(node), NULL, err)) < 0)
		return r;
	for (uint32_t i = cfr_node_size(node); i-- > 0;) {	/* backwards: mappings do not care */
		uint32_t index = cfr_node_kind(node) == CFR_MAPPING ? i : cfr_node_size(node) - 1 - i;

		if ((r = cfr_node_at(&child, node, index, err)) < 0)
			return r;
		if (cfr_node_kind(node) == CFR_MAPPING &&
		    (r = cfr_build_key(build, cfr_node_key(child), NULL, err)) < 0)
			return r;
		if ((r = rebuild_emit(build, child, err)) < 0)
			return r;
	}
	return cfr_build_end(build, 0, err);
}

static inline int rebuild(cfr_tree **out, cfr_node node, const cfr_limits *limits, cfr_err *err)
{
	cfr_build *build;
	int r;

	if ((r = cfr_build_new(&build, NULL, CFR_FORMAT_NONE, limits, err)) < 0)
		return r;
	if ((r = rebuild_emit(build, node, err)) == 0)
		r = cfr_build_finish_tree(out, build, err);
	cfr_build_free(build);
	return r;
}

#endif
