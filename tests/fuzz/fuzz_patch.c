/* tests/fuzz/fuzz_patch.c -- any patch on any document.
 *
 * The first half of the bytes is a document, the second a patch, both as YAML. A patch is refused in words, or gives a
 * value that comparing finds again: the difference, applied, is the same value once more. A merge patch that comparing
 * makes of it is one, too.
 */
#include "tests/support/diffs.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The first document; NULL when it does not read. */
static cfr_tree *read_tree(const uint8_t *data, size_t size)
{
	cfr_documents docs = { .count = 0 };
	cfr_source *source = NULL;
	cfr_tree *tree = NULL;

	if (cfr_source_new(&source, CFR_STR("x"), (cfr_str){ (const char *)data, size }, NULL, NULL) == 0 &&
	    cfr_text_read(&docs, source, CFR_YAML, NULL, NULL) == 0 && docs.count)
		tree = cfr_tree_ref(cfr_document_tree(docs.items[0]));
	cfr_documents_release(&docs);
	cfr_source_unref(source);
	return tree;
}

/* Operations out of thin air, at places that are mostly there. */
static void random_place(cfr_buf *out, struct random *rnd, const cfr_tree *tree)
{
	cfr_node node = cfr_tree_root(tree), child;

	while (cfr_node_size(node) && random_below(rnd, 4) &&
	       cfr_node_at(&child, node, random_below(rnd, cfr_node_size(node)), NULL) == 0) {
		node = child;
		if (cfr_node_key(node).ptr)
			cfr_buf_addz(out, "/"), cfr_buf_adds(out, cfr_node_key(node));
		else
			cfr_buf_addf(out, "/%u", (unsigned)cfr_node_index(node));
	}
	if (random_below(rnd, 4) == 0)
		cfr_buf_addz(out, random_below(rnd, 2) ? "/-" : "/fresh");
}

static cfr_tree *random_patch(struct random *rnd, const cfr_tree *tree)
{
	static const char *const ops[] = { "add", "remove", "replace", "move", "copy", "test" };
	struct random_value *list = random_alloc(sizeof(*list));
	cfr_tree *patch;

	list->kind = CFR_SEQUENCE;
	list->count = 1 + random_below(rnd, 4);
	list->items = random_alloc(list->count * sizeof(*list->items));
	for (uint32_t i = 0; i < list->count; i++) {
		static const char *const keys[] = { "op", "path", "from", "value" };
		struct random_value *op = list->items[i] = random_alloc(sizeof(*op));

		op->kind = CFR_MAPPING;
		op->count = 4;
		op->items = random_alloc(4 * sizeof(*op->items));
		for (uint32_t k = 0; k < 4; k++) {
			struct random_value *value = k == 3 ? random_value(rnd, 2, 3) : random_alloc(sizeof(*value));

			if (k < 3) {
				cfr_buf path = CFR_BUF_INIT;

				value->kind = CFR_STRING;
				if (k > 0)
					random_place(&path, rnd, tree);
				value->text = strdup(k == 0 ? ops[random_below(rnd, 6)] : path.ptr ? path.ptr : "");
				value->text_len = strlen(value->text);
				cfr_buf_release(&path);
			}
			value->key = strdup(keys[k]);
			op->items[k] = value;
		}
	}
	patch = random_tree(list, rnd);
	DIFFS_REQUIRE(patch);
	random_free(list);
	return patch;
}

static void check(const cfr_tree *tree, const cfr_tree *patch)
{
	cfr_err err = CFR_ERR_INIT;
	cfr_tree *result;
	uint32_t failed;
	int r = cfr_patch_apply(&result, diffs_root(tree), diffs_root(patch), CFR_PATCH_DETECT, NULL, &failed, &err);

	if (r) {
		DIFFS_REQUIRE(r == err.code && err.message[0]);
		DIFFS_REQUIRE(failed == UINT32_MAX || failed < cfr_node_size(diffs_root(patch)));
		return;
	}
	diffs_check(tree, result);
	diffs_check(result, tree);
	cfr_tree_unref(result);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct random rnd = { size };
	cfr_tree *tree = read_tree(data, size / 2), *patch = read_tree(data + size / 2, size - size / 2);

	for (size_t i = 0; i < size; i++)
		rnd.state = rnd.state * 31 + data[i];
	if (!tree) {
		struct random_value *value = random_value(&rnd, 4, 5);
		tree = random_tree(value, &rnd);
		DIFFS_REQUIRE(tree);
		random_free(value);
	}
	if (patch)
		check(tree, patch);
	cfr_tree_unref(patch);
	patch = random_patch(&rnd, tree);
	check(tree, patch);
	cfr_tree_unref(patch);
	cfr_tree_unref(tree);
	return 0;
}
