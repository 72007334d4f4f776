/* engine/analyze/layers.c -- a file that mostly repeats another one, as environments do.
 *
 * The first file is the base. Of each other file with one document, what has the same value at the same place would come
 * from the base if the two were layers of a composition. A layer can add and replace; so a file that lacks a key of the
 * base is none, for the key would appear.
 */
#include "engine/analyze/parts.h"

enum { MOSTLY = 3 };		/* a third of the file at least */

typedef struct overlay {
	cfr__analyzer *a;
	cfr__part *part;	/* the file above */
	uint64_t saved, memory;
	uint32_t comments;
	bool remove;		/* the second walk: what is the same goes */
} overlay;

static void same_here(overlay *o, cfr_node node)
{
	uint32_t rank = cfr_document_rank(o->part->doc, node);

	if (o->remove) {
		o->comments += cfr__analyze_comments(o->part, rank);
		cfr__analyze_mark(o->part, rank, CFR__GONE);
	} else if (!cfr__analyze_needed(o->part, rank)) {
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
		if ((r = cfr_node_find(&y, above, cfr_node_key(x), err)) < 0)
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
	overlay o = { .a = a, .part = part };
	cfr_node below = cfr_document_node(base->doc, 0), above = cfr_document_node(part->doc, 0);
	cfr_repeat repeat = { .how = CFR_SHARE_LAYER, .spot_count = 2, .count = 2, .groups = 1 };
	int r = walk(&o, below, above, err);

	if (r != 0)
		return r < 0 ? r : 0;
	if (!cfr__analyze_worth(a, part, CFR_SHARE_LAYER, o.saved) || o.saved < part->text.len / MOSTLY)
		return 0;
	o.remove = true;
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

int cfr__analyze_layers(cfr__analyzer *a, cfr_err *err)
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
