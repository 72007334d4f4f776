/* engine/analyze/layers.c -- files and documents that mostly repeat another one, as environments and manifests do.
 *
 * The first file is the base. Of each other file with one document, what has the same value at the same place would come
 * from the base if the two were layers of a composition. A layer can add and replace; so a file that lacks a key of the
 * base is none, for the key would appear.
 *
 * Documents of one stream are no layers, but that a hundred manifests are mostly the same is worth knowing: those with the
 * same keys at the top and the same `kind` are compared with the first of them. Nothing is taken away for that.
 */
#include "engine/analyze/parts.h"

#include <stdlib.h>

enum {
	MOSTLY = 3,		/* a third of the file at least */
	LEAST_DOCUMENTS = 3
};

typedef struct overlay {
	cfr__analyzer *a;
	cfr__part *part;	/* the file above */
	uint64_t saved, memory;
	uint32_t comments;
	uint8_t mark;		/* the second walk: what is the same is marked */
	bool strict;		/* all keys of the one below must be there */
} overlay;

static void same_here(overlay *o, cfr_node node)
{
	uint32_t rank = cfr_document_rank(o->part->doc, node);

	if (o->mark) {
		o->comments += cfr__analyze_comments(o->part, rank);
		cfr__analyze_mark(o->part, rank, o->mark);
	} else {
		o->saved += cfr__analyze_line(o->part, rank);
		o->memory += cfr__analyze_memory(o->part, rank);
	}
}

/* 1 when the mapping above lacks a key. */
static int walk(overlay *o, cfr_node below, cfr_node above, cfr_err *err)
{
	cfr_node x, y;
	int r;

	for (uint32_t i = 0; i < cfr_node_size(below); i++) {
		bool same = false;

		if ((r = cfr_node_at(&x, below, i, err)) < 0)
			return r;
		r = cfr_node_find(&y, above, cfr_node_key(x), err);
		if (r == CFR_E_NOTFOUND && !o->strict)
			continue;
		if (r < 0)
			return r == CFR_E_NOTFOUND ? 1 : r;
		if ((r = cfr__analyze_equal(&same, x, y, err)) < 0)
			return r;
		if (same && !cfr__analyze_needed(o->part, cfr_document_rank(o->part->doc, y)))
			same_here(o, y);
		else if (!same && cfr_node_kind(x) == CFR_MAPPING && cfr_node_kind(y) == CFR_MAPPING &&
		         (r = walk(o, x, y, err)) != 0)
			return r;
	}
	return 0;
}

static int compare(cfr__analyzer *a, const cfr__part *base, cfr__part *part, cfr_err *err)
{
	overlay o = { .a = a, .part = part, .strict = true };
	cfr_node below = cfr_document_node(base->doc, 0), above = cfr_document_node(part->doc, 0);
	cfr_repeat repeat = { .how = CFR_SHARE_LAYER, .spot_count = 2, .count = 2, .groups = 1 };
	int r = walk(&o, below, above, err);

	if (r != 0)
		return r < 0 ? r : 0;
	if (!cfr__analyze_worth(a, part, CFR_SHARE_LAYER, o.saved) || o.saved < part->text.len / MOSTLY)
		return 0;
	o.mark = CFR__GONE;
	if ((r = walk(&o, below, above, err)) < 0)
		return r;
	if (!(repeat.spots = cfr_arena_alloc(a->memory, 2 * sizeof(*repeat.spots))))
		return cfr_err_nomem(err);
	repeat.spots[0] = cfr__spot(a, base, 0);
	repeat.spots[1] = cfr__spot(a, part, 0);
	repeat.bytes = base->bytes[0];
	repeat.saved = o.saved;
	repeat.memory = o.memory;
	repeat.comments = o.comments;
	return cfr__analyze_add_repeat(a, &repeat, err);
}

/* A mapping in a file of its own. */
static bool fits(const cfr__analyzer *a, const cfr__part *part)
{
	return a->result->files[part->file].documents == 1 &&
	       cfr_node_kind(cfr_document_node(part->doc, 0)) == CFR_MAPPING && part->count > 1;
}

static int compare_files(cfr__analyzer *a, cfr_err *err)
{
	int r = 0;

	if (a->part_count < 2 || !fits(a, &a->parts[0]))
		return 0;
	for (uint32_t i = 1; r == 0 && i < a->part_count; i++) {
		if (fits(a, &a->parts[i]))
			r = compare(a, &a->parts[0], &a->parts[i], err);
	}
	return r;
}

/* ---- documents of one stream ---- */

typedef struct manifest {
	uint64_t shape;		/* a hash of the keys at the top and of the kind */
	uint32_t part;
} manifest;

static int by_shape(const void *left, const void *right)
{
	const manifest *a = left, *b = right;

	return a->shape != b->shape ? (a->shape > b->shape ? 1 : -1) : (a->part > b->part) - (a->part < b->part);
}

static uint64_t mix(uint64_t hash, cfr_str text)
{
	for (size_t i = 0; i < text.len; i++)
		hash = (hash ^ (unsigned char)text.ptr[i]) * UINT64_C(0x100000001B3);
	return (hash ^ text.len) * UINT64_C(0x9E3779B97F4A7C15);
}

/* Two that are taken for alike and are not cost a comparison, no more. */
static uint64_t shape_of(cfr_node root)
{
	uint64_t hash = cfr_node_size(root);
	cfr_node child;

	for (uint32_t i = 0; i < cfr_node_size(root) && cfr_node_at(&child, root, i, NULL) == 0; i++) {
		hash = mix(hash, cfr_node_key(child));
		if (cfr_str_eq(cfr_node_key(child), CFR_STR("kind")) && cfr_node_kind(child) == CFR_STRING)
			hash = mix(hash, cfr_node_string(child));
	}
	return hash;
}

/* Adds a document to those that repeat the first when more than half of it is the same. */
static int gather_one(cfr_repeat *repeat, cfr__analyzer *a, const cfr__part *base, cfr__part *part, cfr_err *err)
{
	overlay o = { .a = a, .part = part };
	cfr_node below = cfr_document_node(base->doc, 0), above = cfr_document_node(part->doc, 0);
	int r = walk(&o, below, above, err);

	if (r < 0 || o.saved < part->bytes[0] / 2)
		return r;
	o.mark = CFR__TOLD;
	if ((r = walk(&o, below, above, err)) < 0)
		return r;
	if (repeat->spot_count < a->how.places)
		repeat->spots[repeat->spot_count++] = cfr__spot(a, part, 0);
	repeat->count++;
	repeat->saved += o.saved;
	repeat->memory += o.memory;
	repeat->comments += o.comments;
	return 0;
}

static int gather(cfr__analyzer *a, const manifest *alike, uint32_t count, cfr_err *err)
{
	const cfr__part *base = &a->parts[alike->part];
	cfr_repeat repeat = { .how = CFR_SHARE_NONE, .spot_count = 1, .count = 1, .groups = 1, .bytes = base->bytes[0] };
	int r = 0;

	if (!(repeat.spots = cfr_arena_alloc(a->memory, a->how.places * sizeof(*repeat.spots))))
		return cfr_err_nomem(err);
	repeat.spots[0] = cfr__spot(a, base, 0);
	for (uint32_t i = 1; r == 0 && i < count; i++)
		r = gather_one(&repeat, a, base, &a->parts[alike[i].part], err);
	return r < 0 || repeat.count < LEAST_DOCUMENTS ? r : cfr__analyze_add_repeat(a, &repeat, err);
}

static int compare_documents(cfr__analyzer *a, const cfr_analyzed_file *file, cfr_err *err)
{
	manifest *list = cfr_arena_alloc(&a->scratch, file->documents * sizeof(*list));
	uint32_t count = 0;
	int r = 0;

	if (!list)
		return cfr_err_nomem(err);
	for (uint32_t i = file->document; i < file->document + file->documents; i++) {
		cfr_node root = cfr_document_node(a->parts[i].doc, 0);
		if (cfr_node_kind(root) == CFR_MAPPING && cfr_node_size(root) > 0)
			list[count++] = (manifest){ shape_of(root), i };
	}
	if (count > 1)
		qsort(list, count, sizeof(*list), by_shape);
	for (uint32_t i = 0, k; r == 0 && i < count; i = k) {
		for (k = i + 1; k < count && list[k].shape == list[i].shape; k++)
			continue;
		if (k - i >= LEAST_DOCUMENTS)
			r = gather(a, list + i, k - i, err);
	}
	return r;
}

int cfr__analyze_layers(cfr__analyzer *a, cfr_err *err)
{
	int r = compare_files(a, err);

	for (uint32_t i = 0; r == 0 && i < a->result->file_count; i++) {
		if (a->result->files[i].documents >= LEAST_DOCUMENTS)
			r = compare_documents(a, &a->result->files[i], err);
	}
	return r;
}
