/* tests/fuzz/fuzz_write.c -- what is written reads back as the same tree.
 *
 * The first byte chooses: the rest is text, read as YAML or JSON and written again in the author's order; or it is a
 * seed for a random tree. YAML must hold every tree; JSON and TOML those that they can.
 */
#include "engine/limits.h"
#include "tests/support/edits.h"
#include "tests/support/random_tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void round_trip(cfr_node node, cfr_write how)
{
	cfr_buf text = CFR_BUF_INIT;
	cfr_documents docs = { .count = 0 };
	cfr_source *source;
	cfr_limits limits;
	cfr_err err = CFR_ERR_INIT;
	bool same = false;
	int r = cfr_text_write(&text, node, &how, &err);

	if (how.format != CFR_YAML && r == CFR_E_UNSUPPORTED) {
		cfr_buf_release(&text);
		return;
	}
	EDITS_REQUIRE(r == 0);
	/* Keys and strings may grow by their escapes, and text by its indentation. */
	for (int i = 0; i < CFR_LIMIT_COUNT; i++)
		limits.of[i] = cfr_limit_max((cfr_limit)i);
	EDITS_REQUIRE(cfr_source_new(&source, CFR_STR("x"), cfr_buf_str(&text), &limits, &err) == 0);
	r = cfr_text_read(&docs, source, how.format, &limits, &err);
	if (r == 0 && docs.count == 1)
		cfr_node_equal(&same, node, cfr_tree_root(cfr_document_tree(docs.items[0])), NULL);
	if (!same && !how.canonical) {
		fprintf(stderr, "line %u: %s\n%s\n", err.line, err.message, text.ptr);
		abort();
	}
	EDITS_REQUIRE(r == 0);
	cfr_documents_release(&docs);
	cfr_source_unref(source);
	cfr_buf_release(&text);
}

static void all_ways(cfr_node node, const cfr_document *order, uint8_t choice)
{
	round_trip(node, (cfr_write){ .format = CFR_YAML, .order = order, .indent = choice % 5 });
	round_trip(node, (cfr_write){ .format = CFR_JSON, .order = order, .compact = choice % 2 });
	round_trip(node, (cfr_write){ .format = CFR_JSON, .canonical = true });
	round_trip(node, (cfr_write){ .format = CFR_TOML, .order = order, .indent = choice % 5 });
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cfr_documents docs;
	uint8_t choice;

	if (size == 0)
		return 0;
	choice = data[0];
	if (choice % 8 == 0) {
		struct random rnd = { 0 };
		struct random_value *value;
		cfr_tree *tree;

		memcpy(&rnd.state, data, size < 8 ? size : 8);
		value = random_value(&rnd, choice % 3 + 2, 5);
		tree = random_tree(value, &rnd);
		EDITS_REQUIRE(tree);
		all_ways(cfr_tree_root(tree), NULL, choice / 8);
		cfr_tree_unref(tree);
		random_free(value);
		return 0;
	}
	if (edits_read(&docs, "x", (cfr_str){ (const char *)data + 1, size - 1 }, choice % 4 ? CFR_YAML : CFR_JSON, NULL) == 0) {
		for (uint32_t i = 0; i < docs.count && i < 4; i++) {
			cfr_node root = cfr_tree_root(cfr_document_tree(docs.items[i]));

			all_ways(root, choice & 64 ? docs.items[i] : NULL, choice / 8);
		}
	}
	cfr_documents_release(&docs);
	return 0;
}
