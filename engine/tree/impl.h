/* engine/tree/impl.h -- what a tree and a document are made of; for engine/tree alone.
 */
#ifndef CFR_TREE_IMPL_H
#define CFR_TREE_IMPL_H

#include "engine/base/slab.h"
#include "engine/base/str.h"
#include "engine/document.h"
#include "engine/image/read.h"
#include "engine/tree/entry.h"

#include <stdatomic.h>

/* The ids of all containers of a tree, made whole at the first question (id.c) and then kept. */
struct cfr_ids {
	uint32_t count;
	uint32_t *at;			/* node numbers, ascending */
	uint8_t (*digest)[32];
};

/* Trees and documents, and all that they own, are slabs. Maps that are wanted by some only are made when somebody asks and
 * published by one compare-and-swap; without memory for one, the question takes longer. */
struct cfr_tree {
	atomic_size_t refs;
	cfr_image image;
	_Atomic(uint32_t *) parents;	/* made at the first question; CFR_IMAGE_NONE for the root */
	void (*done)(void *arg);	/* gives the image back */
	void *arg;
	_Atomic(struct cfr_ids *) ids;
};

/* Where a run of entries was copied from: entries `rank` up to its `next` repeat those from `origin` on. The use is
 * where the author wrote `*name`. Sorted by rank; runs do not overlap, so an alias inside a copied run is found by
 * going to the origin first. */
struct cfr_copy {
	uint32_t rank, origin, use;
};

/* Memory that restored documents lie in, all those of one source together (store.c). */
struct cfr_block {
	atomic_size_t refs;
	cfr_buf bytes;
};

struct cfr_document {
	atomic_size_t refs;
	cfr_source *source;
	cfr_tree *tree;
	cfr_format format;
	uint32_t index, start, end;
	struct cfr_sidecar side;
	uint32_t wide_count;
	uint32_t *ranks;		/* by node */
	_Atomic(uint32_t *) nodes;	/* by rank; made at the first question */
	struct cfr_copy *copies;
	uint32_t copy_count;
	struct cfr_block *block;	/* not NULL: entries (with the wide), ranks and copies lie in it */
	bool took_over;			/* entries and the wide are slabs; else, with ranks and copies, behind this struct */
};

void cfr__block_unref(struct cfr_block *block);

/* A tree over an image that is known to be good. `parents` (a slab, or NULL) and the bytes are the tree's. The first is for
 * one that lies in a slab with its image: `done` is NULL. */
void cfr__tree_init(cfr_tree *tree, const cfr_image *image, uint32_t *parents, void (*done)(void *arg), void *arg);
int cfr__tree_new(cfr_tree **out, cfr_pool *pool, const cfr_image *image, uint32_t *parents, void (*done)(void *arg), void *arg,
                  cfr_err *err);
/* A node's parent, or CFR_IMAGE_NONE. */
uint32_t cfr__parent(const cfr_tree *tree, uint32_t at);
void cfr__ids_free(struct cfr_ids *ids);

static inline cfr_node cfr__node(const cfr_tree *tree, uint32_t at) { return (cfr_node){ tree, 0, at }; }

#endif
