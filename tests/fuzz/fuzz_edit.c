/* tests/fuzz/fuzz_edit.c -- random edits of random texts.
 *
 * The first eight bytes are a seed for the edits, the rest is text in each format that it can be read as. An edit is refused in words, or the new text reads
 * as the edited tree and its other documents as before; bytes that no splice names are the same.
 */
#include "engine/pointer.h"
#include "tests/support/edits.h"
#include "tests/support/random_tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct run {
	struct random rnd;
	cfr_edit edits[4];
	cfr_buf at[4], to[4];
	char *keys[4];
	cfr_tree *values[4];
	uint32_t count;
};

static cfr_node any_node(struct random *rnd, const cfr_document *doc)
{
	return cfr_document_node(doc, random_below(rnd, cfr_tree_size(cfr_document_tree(doc))));
}

/* A node of a kind, if chance finds one. */
static cfr_node node_of(struct random *rnd, const cfr_document *doc, cfr_kind kind)
{
	cfr_node node = any_node(rnd, doc);

	for (int i = 0; i < 10 && cfr_node_kind(node) != kind; i++)
		node = any_node(rnd, doc);
	return node;
}

static cfr_tree *any_value(struct random *rnd, const cfr_document *doc)
{
	struct random_value *value;
	cfr_tree *tree;

	if (random_below(rnd, 4) == 0) {	/* a value of the document itself: sometimes nothing changes */
		cfr_tree *copy;
		if (rebuild(&copy, any_node(rnd, doc), NULL, NULL) == 0)
			return copy;
	}
	value = random_value(rnd, random_below(rnd, 3), 3);
	tree = random_tree(value, rnd);
	EDITS_REQUIRE(tree);
	random_free(value);
	return tree;
}

static void make_edit(struct run *run, const cfr_document *doc)
{
	uint32_t i = run->count++, op = random_below(&run->rnd, 6);
	cfr_edit *edit = &run->edits[i];
	cfr_node at = any_node(&run->rnd, doc);

	edit->op = (cfr_edit_op)op;
	if (op == CFR_EDIT_SET)
		at = node_of(&run->rnd, doc, CFR_MAPPING);
	if (op == CFR_EDIT_INSERT)
		at = node_of(&run->rnd, doc, CFR_SEQUENCE);
	cfr_pointer_write(&run->at[i], at);
	cfr_pointer_write(&run->to[i], node_of(&run->rnd, doc, CFR_MAPPING));
	run->keys[i] = random_key(&run->rnd, i);
	run->values[i] = any_value(&run->rnd, doc);
	edit->at = cfr_buf_str(&run->at[i]);
	edit->to = cfr_buf_str(&run->to[i]);
	edit->key = cfr_str_of(run->keys[i]);
	edit->value = run->values[i];
	edit->index = random_below(&run->rnd, 3) ? random_below(&run->rnd, cfr_node_size(at) + 1) : UINT32_MAX;
	if (op == CFR_EDIT_RENAME && random_below(&run->rnd, 3) == 0)
		edit->key = cfr_node_key(at);
	if (op == CFR_EDIT_SET && cfr_node_size(at) && random_below(&run->rnd, 2)) {
		cfr_node child;

		EDITS_REQUIRE(cfr_node_at(&child, at, random_below(&run->rnd, cfr_node_size(at)), NULL) == 0);
		edit->key = cfr_node_key(child);
	}
}

/* By hand, so that cfr_splices_apply is tested too. */
static cfr_str spliced(cfr_buf *out, cfr_str source, const cfr_splices *splices)
{
	cfr_buf text = CFR_BUF_INIT;
	uint32_t at = 0;

	for (uint32_t i = 0; i < splices->count; i++) {
		const cfr_splice *s = &splices->items[i];

		EDITS_REQUIRE(at <= s->start && s->start <= s->end && s->end <= source.len);
		cfr_buf_adds(&text, cfr_str_sub(source, at, s->start));
		cfr_buf_adds(&text, s->text);
		at = s->end;
	}
	cfr_buf_adds(&text, cfr_str_sub(source, at, source.len));
	EDITS_REQUIRE(cfr_splices_apply(out, source, splices->items, splices->count, NULL) == 0);
	EDITS_REQUIRE(cfr_str_eq(cfr_buf_str(&text), cfr_buf_str(out)));
	cfr_buf_release(&text);
	return cfr_buf_str(out);
}

static void check(const cfr_documents *docs, const cfr_document *doc, const struct run *run, const cfr_splices *splices)
{
	const cfr_source *source = cfr_document_source(doc);
	cfr_documents after;
	cfr_limits limits;
	cfr_tree *wanted;
	cfr_buf text = CFR_BUF_INIT;
	bool same = true;

	cfr_limits_default(&limits);
	EDITS_REQUIRE(cfr_edit_tree(&wanted, cfr_document_tree(doc), run->edits, run->count, &limits, NULL) == 0);
	spliced(&text, cfr_source_bytes(source), splices);
	EDITS_REQUIRE(edits_read(&after, "x", cfr_buf_str(&text), cfr_document_format(doc), NULL) == 0);
	EDITS_REQUIRE(after.count == docs->count);
	for (uint32_t i = 0; i < docs->count && same; i++) {
		const cfr_tree *tree = docs->items[i] == doc ? wanted : cfr_document_tree(docs->items[i]);

		cfr_node_equal(&same, cfr_tree_root(tree), cfr_tree_root(cfr_document_tree(after.items[i])), NULL);
	}
	if (!same)
		fprintf(stderr, "%s\n", text.ptr);
	EDITS_REQUIRE(same);
	cfr_documents_release(&after);
	cfr_tree_unref(wanted);
	cfr_buf_release(&text);
}

static void edit_one(const cfr_documents *docs, const cfr_document *doc, uint64_t seed)
{
	struct run run = { .rnd = { seed } };
	cfr_splices splices;
	cfr_limits limits;
	cfr_err err = CFR_ERR_INIT;
	uint32_t count = 1 + random_below(&run.rnd, 4);
	int r;

	cfr_limits_default(&limits);
	while (run.count < count)
		make_edit(&run, doc);
	r = cfr_edit_plan_through(&splices, doc, run.edits, run.count, &limits, NULL);
	if (r == 0)
		cfr_splices_release(&splices);
	r = cfr_edit_plan(&splices, doc, run.edits, run.count, &limits, &err);
	if (r == 0) {
		check(docs, doc, &run, &splices);
		cfr_splices_release(&splices);
	} else {
		EDITS_REQUIRE(err.code == r && r != CFR_E_BUG && r != CFR_E_NOMEM && err.message[0]);
	}
	for (uint32_t i = 0; i < run.count; i++) {
		cfr_buf_release(&run.at[i]);
		cfr_buf_release(&run.to[i]);
		free(run.keys[i]);
		cfr_tree_unref(run.values[i]);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const cfr_format formats[] = { CFR_YAML, CFR_JSON, CFR_JSONC, CFR_TOML };
	cfr_documents docs;
	uint64_t seed;

	if (size <= sizeof(seed))
		return 0;
	memcpy(&seed, data, sizeof(seed));
	data += sizeof(seed);
	size -= sizeof(seed);
	for (size_t f = 0; f < sizeof(formats) / sizeof(*formats); f++) {
		if (edits_read(&docs, "x", (cfr_str){ (const char *)data, size }, formats[f], NULL) == 0) {
			for (uint32_t i = 0; i < docs.count && i < 3; i++)
				edit_one(&docs, docs.items[i], seed + i);
		}
		cfr_documents_release(&docs);
	}
	return 0;
}
