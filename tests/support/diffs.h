/* tests/support/diffs.h -- pairs of trees that have something in common, and what must hold for any pair.
 *
 * Everything is checked by DIFFS_REQUIRE, which aborts: for unit tests and fuzz targets alike.
 */
#ifndef CFR_TESTS_DIFFS_H
#define CFR_TESTS_DIFFS_H

#include "engine/diff.h"
#include "engine/merge.h"
#include "engine/patch.h"
#include "engine/text.h"
#include "tests/support/random_tree.h"

#define DIFFS_REQUIRE(x)                                                                    \
	do {                                                                                \
		if (!(x)) {                                                                 \
			fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #x); \
			abort();                                                            \
		}                                                                           \
	} while (0)

/* ---- models that differ a little ---- */

static inline struct random_value *diffs_copy(const struct random_value *value)
{
	struct random_value *copy = random_alloc(sizeof(*copy));

	*copy = *value;
	if (value->text) {
		copy->text = random_alloc(value->text_len + 1);
		memcpy(copy->text, value->text, value->text_len);
	}
	copy->tag = value->tag ? strdup(value->tag) : NULL;
	copy->key = value->key ? strdup(value->key) : NULL;
	copy->items = random_alloc((value->count + 1) * sizeof(*copy->items));
	for (uint32_t i = 0; i < value->count; i++)
		copy->items[i] = diffs_copy(value->items[i]);
	return copy;
}

/* A key that no other entry has. */
static inline char *diffs_key(struct random *rnd)
{
	char *key = random_alloc(32);

	snprintf(key, 32, "k/~%llx", (unsigned long long)random_next(rnd));
	return key;
}

static inline void diffs_insert(struct random_value *in, struct random *rnd, struct random_value *item)
{
	uint32_t at = random_below(rnd, in->count + 1);

	in->items = realloc(in->items, (in->count + 1) * sizeof(*in->items));
	DIFFS_REQUIRE(in->items);
	memmove(in->items + at + 1, in->items + at, (in->count - at) * sizeof(*in->items));
	in->items[at] = item;
	in->count++;
	free(item->key);
	item->key = in->kind == CFR_MAPPING ? diffs_key(rnd) : NULL;
}

static inline struct random_value *diffs_take(struct random_value *in, uint32_t at)
{
	struct random_value *item = in->items[at];

	in->count--;
	memmove(in->items + at, in->items + at + 1, (in->count - at) * sizeof(*in->items));
	return item;
}

/* Items come, go, change places and keys; below them with less and less chance. */
static inline void diffs_mutate(struct random_value *value, struct random *rnd)
{
	if (value->kind != CFR_SEQUENCE && value->kind != CFR_MAPPING)
		return;
	for (uint32_t times = random_below(rnd, 4); times > 0; times--) {
		uint32_t what = random_below(rnd, 5), at = value->count ? random_below(rnd, value->count) : 0;
		struct random_value *item;

		if (what == 0 || !value->count) {
			diffs_insert(value, rnd, random_value(rnd, 2, 3));
		} else if (what == 1) {
			random_free(diffs_take(value, at));
		} else if (what == 2) {
			diffs_insert(value, rnd, diffs_take(value, at));
		} else if (what == 3) {
			item = random_value(rnd, 2, 3);
			item->key = value->items[at]->key;
			value->items[at]->key = NULL;
			random_free(value->items[at]);
			value->items[at] = item;
		} else {
			diffs_insert(value, rnd, diffs_copy(value->items[at]));
		}
	}
	for (uint32_t i = 0; i < value->count; i++) {
		if (random_below(rnd, 2))
			diffs_mutate(value->items[i], rnd);
	}
}

/* Lists of named things, now and then. */
static inline void diffs_name(struct random_value *value, struct random *rnd)
{
	bool named = value->kind == CFR_SEQUENCE && random_below(rnd, 2) == 0;

	for (uint32_t i = 0; i < value->count; i++) {
		struct random_value *item = value->items[i];

		if (named && item->kind == CFR_MAPPING) {
			struct random_value *id = random_alloc(sizeof(*id));
			id->kind = CFR_INT;
			id->bits = random_next(rnd) >> 1;
			diffs_insert(item, rnd, id);
			free(id->key);
			id->key = strdup("uid");
		}
		diffs_name(item, rnd);
	}
	for (uint32_t i = 0; named && i < value->count;) {
		if (value->items[i]->kind == CFR_MAPPING)
			i++;
		else
			random_free(diffs_take(value, i));
	}
}

/* ---- what must hold ---- */

static inline cfr_node diffs_root(const cfr_tree *tree) { return cfr_tree_root(tree); }

static inline bool diffs_equal(const cfr_tree *a, const cfr_tree *b)
{
	bool same;

	DIFFS_REQUIRE(cfr_node_equal(&same, diffs_root(a), diffs_root(b), NULL) == 0);
	return same;
}

static inline void diffs_show(const char *name, const cfr_tree *tree)
{
	cfr_buf text = CFR_BUF_INIT;

	if (cfr_text_write(&text, diffs_root(tree), &(cfr_write){ .format = CFR_YAML }, NULL) == 0)
		fprintf(stderr, "--- %s\n%s", name, text.ptr);
	cfr_buf_release(&text);
}

static inline void diffs_patched(const cfr_tree *a, const cfr_tree *b, const cfr_tree *patch, cfr_patch_kind kind)
{
	cfr_err err = CFR_ERR_INIT;
	cfr_tree *result = NULL;
	int r = cfr_patch_apply(&result, diffs_root(a), diffs_root(patch), kind, NULL, NULL, &err);

	if (r || !diffs_equal(result, b)) {
		fprintf(stderr, "%s\n", err.message);
		diffs_show("a", a);
		diffs_show("b", b);
		diffs_show("patch", patch);
		if (result)
			diffs_show("result", result);
		abort();
	}
	cfr_tree_unref(result);
}

/* Diff, then patch, gives the second tree. */
static inline void diffs_check(const cfr_tree *a, const cfr_tree *b)
{
	cfr_diff *diff;
	cfr_tree *patch;
	int r;

	DIFFS_REQUIRE(cfr_diff_new(&diff, diffs_root(a), diffs_root(b), NULL, NULL) == 0);
	DIFFS_REQUIRE((cfr_diff_count(diff) == 0) == diffs_equal(a, b));
	DIFFS_REQUIRE(cfr_diff_json_patch(&patch, diff, NULL, NULL) == 0);
	diffs_patched(a, b, patch, CFR_PATCH_JSON);
	cfr_tree_unref(patch);
	cfr_diff_free(diff);
	r = cfr_diff_merge_patch(&patch, diffs_root(a), diffs_root(b), NULL, NULL);
	DIFFS_REQUIRE(r == 0 || r == CFR_E_UNSUPPORTED);
	if (r == 0) {
		diffs_patched(a, b, patch, CFR_PATCH_MERGE);
		cfr_tree_unref(patch);
	}
}

/* The second tree's content, written by edits of the first one's document. False when the edits are refused. */
static inline bool diffs_planned(const cfr_document *doc, const cfr_tree *b)
{
	cfr_source *source = NULL;
	cfr_documents after;
	cfr_splices splices;
	cfr_diff *diff;
	cfr_buf text = CFR_BUF_INIT;
	cfr_err err = CFR_ERR_INIT;
	int r;

	DIFFS_REQUIRE(cfr_diff_new(&diff, diffs_root(cfr_document_tree(doc)), diffs_root(b), NULL, NULL) == 0);
	r = cfr_diff_plan(&splices, NULL, doc, diff, NULL, false, NULL, &err);
	cfr_diff_free(diff);
	if (r) {
		if (r != CFR_E_UNSUPPORTED || getenv("CFGRUN_VERBOSE"))
			fprintf(stderr, "%d %s at %s\n", r, err.message, err.path);
		DIFFS_REQUIRE(r == CFR_E_UNSUPPORTED);
		return false;
	}
	DIFFS_REQUIRE(cfr_splices_apply(&text, cfr_source_bytes(cfr_document_source(doc)), splices.items, splices.count,
	                                NULL) == 0);
	cfr_splices_release(&splices);
	DIFFS_REQUIRE(cfr_source_new(&source, CFR_STR("after"), (cfr_str){ text.ptr, text.len }, NULL, NULL) == 0);
	DIFFS_REQUIRE(cfr_text_read(&after, source, cfr_document_format(doc), NULL, NULL) == 0);
	DIFFS_REQUIRE(after.count > cfr_document_index(doc));
	DIFFS_REQUIRE(diffs_equal(cfr_document_tree(after.items[cfr_document_index(doc)]), b));
	cfr_documents_release(&after);
	cfr_source_unref(source);
	cfr_buf_release(&text);
	return true;
}

static inline cfr_merged *diffs_merge(const cfr_tree *base, const cfr_tree *ours, const cfr_tree *theirs, cfr_favor favor)
{
	cfr_merged *merged;

	DIFFS_REQUIRE(cfr_merge_new(&merged, diffs_root(base), diffs_root(ours), diffs_root(theirs), favor, NULL, NULL,
	                            NULL) == 0);
	return merged;
}

static inline void diffs_merges_to(const cfr_tree *base, const cfr_tree *ours, const cfr_tree *theirs,
                                   const cfr_tree *wanted)
{
	cfr_merged *merged = diffs_merge(base, ours, theirs, CFR_FAVOR_OURS);

	DIFFS_REQUIRE(cfr_merge_count(merged) == 0);
	DIFFS_REQUIRE(diffs_equal(cfr_merge_tree(merged), wanted));
	cfr_merge_free(merged);
}

/* The laws of engine/merge.h. True when there was no conflict. */
static inline bool diffs_check_merge(const cfr_tree *base, const cfr_tree *ours, const cfr_tree *theirs)
{
	cfr_merged *one = diffs_merge(base, ours, theirs, CFR_FAVOR_OURS);
	cfr_merged *other = diffs_merge(base, theirs, ours, CFR_FAVOR_THEIRS);
	bool clean = cfr_merge_count(one) == 0;

	DIFFS_REQUIRE(cfr_merge_count(one) == cfr_merge_count(other));
	if (!diffs_equal(cfr_merge_tree(one), cfr_merge_tree(other))) {
		diffs_show("base", base);
		diffs_show("ours", ours);
		diffs_show("theirs", theirs);
		diffs_show("merged", cfr_merge_tree(one));
		diffs_show("merged, sides exchanged", cfr_merge_tree(other));
		abort();
	}
	diffs_merges_to(base, ours, base, ours);
	diffs_merges_to(base, base, theirs, theirs);
	diffs_merges_to(base, ours, ours, ours);
	cfr_merge_free(one);
	cfr_merge_free(other);
	return clean;
}

#endif
