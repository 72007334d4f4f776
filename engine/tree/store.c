/* engine/tree/store.c -- a document as bytes, and the doubt with which they are taken back.
 *
 * Image, entries, ranks and copies are written as they lie and used where they come to lie; parents and the map from rank to
 * node are made by the proof that all fits together. The image is proved by its own verifier. Of the sidecar it is proved, in
 * one pass in the author's order, that the map from nodes to ranks is one to one, that the entries nest as the tree does, and
 * that every offset is one of the source: no reader goes astray, whatever the values mean.
 */
#include "engine/tree/store.h"

#include "engine/base/pooled.h"
#include "engine/image/verify.h"
#include "engine/tree/impl.h"
#include <stdlib.h>

static const char padding[8];

static size_t padded(size_t n) { return (n + 7) & ~(size_t)7; }

static void add(cfr_str *pieces, uint32_t *count, const void *ptr, size_t len)
{
	if (len)
		pieces[(*count)++] = (cfr_str){ ptr, len };
	if (len % 8)
		pieces[(*count)++] = (cfr_str){ padding, 8 - len % 8 };
}

uint32_t cfr__document_pieces(cfr_str pieces[CFR__STORE_PIECES], cfr__stored *head, const cfr_document *doc)
{
	uint32_t count = 0, n = doc->tree->image.node_count;

	*head = (cfr__stored){ .image = doc->tree->image.bytes.len, .nodes = n, .wide = doc->wide_count,
			       .copies = doc->copy_count, .format = (uint32_t)doc->format, .index = doc->index, .start = doc->start, .end = doc->end };
	add(pieces, &count, head, sizeof(*head));
	add(pieces, &count, doc->tree->image.bytes.ptr, doc->tree->image.bytes.len);
	add(pieces, &count, doc->side.items, n * sizeof(*doc->side.items));
	add(pieces, &count, doc->side.wide, doc->wide_count * sizeof(*doc->side.wide));
	add(pieces, &count, doc->ranks, n * sizeof(*doc->ranks));
	add(pieces, &count, doc->copies, doc->copy_count * sizeof(*doc->copies));
	return count;
}

/* --- memory --- */

int cfr__block_new(cfr_block **out, cfr_buf *bytes, cfr_err *err)
{
	cfr_block *block = malloc(sizeof(*block));

	if (!block)
		return cfr_err_nomem(err);
	atomic_init(&block->refs, 1);
	block->bytes = *bytes;
	*bytes = (cfr_buf)CFR_BUF_INIT;
	*out = block;
	return 0;
}

static cfr_block *block_ref(cfr_block *block)
{
	atomic_fetch_add_explicit(&block->refs, 1, memory_order_relaxed);
	return block;
}

static void tree_done(void *arg)
{
	cfr__block_unref(arg);
}

/* --- proof --- */

static int corrupt(cfr_err *err, const char *why)
{
	return cfr_err_set(err, CFR_E_CORRUPT, "not a stored document: %s", why);
}

struct open {
	uint32_t node, next;		/* the container, and the rank behind it */
	uint32_t child;			/* of a sequence: the node that must come next */
};

/* Does a character begin at this offset of the source, or does it end there? The source is valid UTF-8. */
static bool fits(cfr_str text, uint32_t at)
{
	return at <= text.len && ((unsigned char)text.ptr[at] & 0xC0) != 0x80;	/* a NUL is behind the last */
}

static bool entry_fits(const cfr_entry *e, cfr_kind kind, bool keyed, cfr_str text)
{
	bool collection = e->style == CFR_BLOCK || e->style == CFR_FLOW;

	return e->start <= e->end && fits(text, e->start) && fits(text, e->end) && fits(text, e->before) &&
	       fits(text, e->key_start) && e->key_len <= text.len - e->key_start &&
	       fits(text, e->key_start + e->key_len) && (keyed || e->key_len == 0) && e->style <= CFR_FLOW &&
	       collection == cfr__is_container(kind);
}

/* Each node has a rank, and no two have the same. */
static const char *check_ranks(cfr_document *doc, uint32_t n)
{
	uint32_t *nodes = atomic_load_explicit(&doc->nodes, memory_order_relaxed);

	memset(nodes, 0xFF, n * sizeof(*nodes));
	for (uint32_t at = 0; at < n; at++) {
		uint32_t rank = doc->ranks[at];

		if (rank >= n || nodes[rank] != CFR_IMAGE_NONE)
			return "ranks that are no order";
		nodes[rank] = at;
	}
	return nodes[0] == 0 ? NULL : "a root that is not the first";
}

/* What has to hold before an entry can be unpacked: it looks into the table of the wide, and at the last of its own. */
static const char *check_packed(const cfr_document *doc, uint32_t n)
{
	for (uint32_t rank = 0; rank < n; rank++) {
		const struct cfr_packed *p = &doc->side.items[rank];

		if (p->word & CFR__ENTRY_WIDE ? p->other >= doc->wide_count
		                              : p->word & CFR__ENTRY_COLLECTION && (p->other <= rank || p->other > n))
			return "an entry that leads out of the sidecar";
	}
	return NULL;
}

static const char *check_entries(const cfr_document *doc, uint32_t n)
{
	const cfr_str text = cfr_source_bytes(doc->source);
	const cfr_image *image = &doc->tree->image;
	const uint32_t *nodes = atomic_load_explicit(&((cfr_document *)(uintptr_t)doc)->nodes, memory_order_relaxed);
	struct open stack[CFR_IMAGE_DEPTH + 1];
	uint32_t depth = 0;

	for (uint32_t rank = 0; rank < n; rank++) {
		cfr_entry entry = cfr__entry(&doc->side, rank);
		uint32_t at = nodes[rank];
		cfr_kind kind = cfr__image_kind(image, at);
		struct open *in;

		while (depth && stack[depth - 1].next == rank)
			depth--;
		in = depth ? &stack[depth - 1] : NULL;
		if (rank ? !in || cfr__parent(doc->tree, at) != in->node || entry.next > in->next : entry.next != n)
			return "entries that do not nest as the tree does";
		if (in && in->child && at != in->child++)
			return "elements out of order";
		if (!entry_fits(&entry, kind, in && !in->child, text))
			return "an entry that leads out of its source";
		if (!cfr__is_container(kind) || entry.next == rank + 1) {
			if (entry.next != rank + 1)
				return "a scalar with something in it";
			continue;
		}
		if (entry.next <= rank || depth > CFR_IMAGE_DEPTH)
			return "entries that do not nest as the tree does";
		stack[depth++] = (struct open){ at, entry.next, kind == CFR_SEQUENCE ? cfr__image_first(image, at) : 0 };
	}
	return NULL;
}

static const char *check_copies(const cfr_document *doc, uint32_t n)
{
	const cfr_str text = cfr_source_bytes(doc->source);
	uint32_t free_from = 1;		/* the root is no copy */

	for (uint32_t i = 0; i < doc->copy_count; i++) {
		const struct cfr_copy *copy = &doc->copies[i];

		if (copy->rank < free_from || copy->rank >= n || copy->origin >= copy->rank || !fits(text, copy->use))
			return "copies out of order";
		free_from = cfr__entry_next(&doc->side, copy->rank);
	}
	return NULL;
}

/* --- back --- */

/* Where in `bytes` the parts lie, from a head that was looked at; what is behind them in `used`. */
static int lay_out(cfr_document *doc, cfr_str *image, size_t *used, const cfr__stored *head, cfr_str bytes, cfr_err *err)
{
	uint64_t at = sizeof(*head), entries, wide, ranks, copies, end;

	if (head->image > bytes.len)
		return corrupt(err, "an image longer than all");
	entries = at + padded(head->image);
	wide = entries + padded((uint64_t)head->nodes * sizeof(*doc->side.items));
	ranks = wide + padded((uint64_t)head->wide * sizeof(*doc->side.wide));
	copies = ranks + padded((uint64_t)head->nodes * sizeof(*doc->ranks));
	end = copies + padded((uint64_t)head->copies * sizeof(*doc->copies));
	if (end > bytes.len)
		return corrupt(err, "it ends too early");
	*image = (cfr_str){ bytes.ptr + at, (size_t)head->image };
	doc->side.items = (struct cfr_packed *)(uintptr_t)(bytes.ptr + entries);
	doc->side.wide = (struct cfr_wide *)(uintptr_t)(bytes.ptr + wide);
	doc->wide_count = head->wide;
	doc->ranks = (uint32_t *)(uintptr_t)(bytes.ptr + ranks);
	doc->copies = head->copies ? (struct cfr_copy *)(uintptr_t)(bytes.ptr + copies) : NULL;
	doc->copy_count = head->copies;
	*used = (size_t)end;
	return 0;
}

int cfr__document_restore(cfr_document **out, size_t *used, const cfr_source *source, cfr_block *block, cfr_str bytes,
                          cfr_err *err)
{
	const cfr_str text = cfr_source_bytes(source);
	size_t took = 0;
	cfr_document *doc = NULL;
	const char *why;
	cfr__stored head;
	cfr_str image;
	uint32_t n, *nodes;
	int r;

	if (bytes.len < sizeof(head))
		return corrupt(err, "shorter than a head");
	memcpy(&head, bytes.ptr, sizeof(head));
	if (head.format == CFR_FORMAT_NONE || head.format >= CFR_FORMAT_COUNT || head.start > head.end ||
	    !fits(text, head.start) || !fits(text, head.end))
		return corrupt(err, "no document of this source");
	if (!(doc = cfr_slab_new(cfr__source_pool(source), sizeof(*doc))))
		return cfr_err_nomem(err);
	memset(doc, 0, sizeof(*doc));
	atomic_init(&doc->refs, 1);
	doc->block = block_ref(block);
	doc->source = cfr_source_ref(source);
	doc->format = (cfr_format)head.format;
	doc->index = head.index;
	doc->start = head.start;
	doc->end = head.end;
	if ((r = lay_out(doc, &image, &took, &head, bytes, err)) < 0 ||
	    (r = cfr_tree_wrap(&doc->tree, image, tree_done, block, err)) < 0)
		goto done;
	block_ref(block);
	n = doc->tree->image.node_count;
	r = corrupt(err, "another number of nodes");
	if (n != head.nodes)
		goto done;
	if (!(nodes = cfr_slab_new(cfr__source_pool(source), n * sizeof(*nodes)))) {
		r = cfr_err_nomem(err);
		goto done;
	}
	atomic_init(&doc->nodes, nodes);
	if ((why = check_ranks(doc, n)) || (why = check_packed(doc, n)) || (why = check_entries(doc, n)) || (why = check_copies(doc, n))) {
		r = corrupt(err, why);
		goto done;
	}
	*out = doc;
	*used = took;
	return 0;
done:
	cfr_document_unref(doc);
	return r;
}

bool cfr__document_restored(const cfr_document *doc) { return doc->block != NULL; }
