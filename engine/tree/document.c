/* engine/tree/document.c -- a tree beside its sidecar.
 */
#include "engine/document.h"

#include "engine/tree/impl.h"
#include <stdlib.h>

const char *cfr_style_name(cfr_style style)
{
	static const char *const names[] = { "plain", "single", "double", "literal", "folded", "block", "flow" };

	return (unsigned)style < sizeof(names) / sizeof(*names) ? names[style] : "?";
}

void cfr__block_unref(struct cfr_block *block)
{
	if (block && atomic_fetch_sub_explicit(&block->refs, 1, memory_order_acq_rel) == 1) {
		cfr_buf_release(&block->bytes);
		free(block);
	}
}

cfr_document *cfr_document_ref(const cfr_document *doc)
{
	cfr_document *mine = (cfr_document *)(uintptr_t)doc;

	if (mine)
		atomic_fetch_add_explicit(&mine->refs, 1, memory_order_relaxed);
	return mine;
}

cfr_document *cfr_document_unref(const cfr_document *doc)
{
	cfr_document *mine = (cfr_document *)(uintptr_t)doc;

	if (mine && atomic_fetch_sub_explicit(&mine->refs, 1, memory_order_acq_rel) == 1) {
		cfr_tree_unref(mine->tree);
		cfr_source_unref(mine->source);
		cfr_slab_free(atomic_load_explicit(&mine->nodes, memory_order_relaxed));
		if (mine->block) {
			cfr__block_unref(mine->block);
		} else if (mine->took_over) {
			cfr_slab_free(mine->side.items);
			cfr_slab_free(mine->side.wide);
		}
		cfr_slab_free(mine);
	}
	return NULL;
}

const cfr_source *cfr_document_source(const cfr_document *doc) { return doc->source; }
const cfr_tree *cfr_document_tree(const cfr_document *doc) { return doc->tree; }
cfr_format cfr_document_format(const cfr_document *doc) { return doc->format; }
uint32_t cfr_document_index(const cfr_document *doc) { return doc->index; }

void cfr_document_range(const cfr_document *doc, uint32_t *start, uint32_t *end)
{
	*start = doc->start;
	*end = doc->end;
}

uint32_t cfr_document_rank(const cfr_document *doc, cfr_node node) { return doc->ranks[node.at]; }
cfr_entry cfr_document_ranked(const cfr_document *doc, uint32_t rank) { return cfr__entry(&doc->side, rank); }

cfr_entry cfr_document_entry(const cfr_document *doc, cfr_node node)
{
	return cfr__entry(&doc->side, doc->ranks[node.at]);
}

static const uint32_t *make_nodes(const cfr_document *doc)
{
	cfr_document *mine = (cfr_document *)(uintptr_t)doc;
	uint32_t n = doc->tree->image.node_count;
	uint32_t *made = cfr_slab_new(cfr_slab_pool(doc), n * sizeof(*made)), *other = NULL;

	if (!made)
		return NULL;
	for (uint32_t at = 0; at < n; at++)
		made[doc->ranks[at]] = at;
	if (!atomic_compare_exchange_strong_explicit(&mine->nodes, &other, made, memory_order_acq_rel,
	                                             memory_order_acquire)) {
		cfr_slab_free(made);
		made = other;
	}
	return made;
}

cfr_node cfr_document_node(const cfr_document *doc, uint32_t rank)
{
	const uint32_t *nodes = atomic_load_explicit(&((cfr_document *)(uintptr_t)doc)->nodes, memory_order_acquire);
	uint32_t at = 0;

	if (CFR_LIKELY(nodes) || (nodes = make_nodes(doc)))
		return cfr__node(doc->tree, nodes[rank]);
	while (doc->ranks[at] != rank)
		at++;
	return cfr__node(doc->tree, at);
}

/* The copied run an entry belongs to, or NULL. */
static const struct cfr_copy *find_copy(const cfr_document *doc, uint32_t rank)
{
	uint32_t low = 0, high = doc->copy_count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (doc->copies[middle].rank <= rank)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0 || rank >= cfr__entry_next(&doc->side, doc->copies[low - 1].rank))
		return NULL;
	return &doc->copies[low - 1];
}

/* Each step leads to a smaller rank, so it ends. */
cfr_node cfr_document_origin(const cfr_document *doc, cfr_node node)
{
	uint32_t rank = doc->ranks[node.at];
	const struct cfr_copy *copy;

	while ((copy = find_copy(doc, rank)))
		rank = copy->origin + (rank - copy->rank);
	return cfr_document_node(doc, rank);
}

uint32_t cfr_document_use(const cfr_document *doc, cfr_node node)
{
	uint32_t rank = doc->ranks[node.at];
	const struct cfr_copy *copy;

	while ((copy = find_copy(doc, rank))) {
		if (rank == copy->rank)
			return copy->use;
		rank = copy->origin + (rank - copy->rank);
	}
	return doc->side.items[rank].start;
}

static cfr_span span_of(const cfr_document *doc, uint32_t start, uint32_t end)
{
	cfr_place from = cfr_source_place(doc->source, start);
	cfr_place to = cfr_source_place(doc->source, end);

	return (cfr_span){ start, end, from.line, from.column, to.line, to.column };
}

cfr_span cfr_document_span(const cfr_document *doc, cfr_node node)
{
	cfr_entry entry = cfr_document_entry(doc, node);

	return span_of(doc, entry.start, entry.end);
}

cfr_span cfr_document_key_span(const cfr_document *doc, cfr_node node)
{
	cfr_entry entry = cfr_document_entry(doc, node);

	if (entry.key_len == 0)
		return cfr_document_span(doc, node);
	return span_of(doc, entry.key_start, entry.key_start + entry.key_len);
}
