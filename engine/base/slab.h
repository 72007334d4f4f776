/* engine/base/slab.h -- memory that outlives the job it was made in: sources, trees, sidecars.
 *
 * Where a loader reads again and again, its documents come and go, and each time the C library would hand their megabytes
 * back to the system and ask for them anew. So they come from a *pool*: a slab that is freed waits there for the next
 * request of about its size. Whoever frees needs not know the pool, and the pool lives until its last slab is freed.
 *
 *   - A pool's slab of CFR_LARGE bytes or more is mapped by itself. It grows by moving pages, not bytes, and no heap is torn up by
 *     it; the C library's own threshold for that moves with what is freed, and cannot be relied upon.
 *   - A smaller one is from malloc, in sizes of four steps to each power of two.
 *   - At most `keep` bytes wait. What is freed above that drives out what has waited longest, so that the pool follows
 *     what is loaded now.
 *
 * A pool that is NULL is none: slabs come from malloc and go there. Slabs may be made, grown and freed by any thread.
 */
#ifndef CFR_BASE_SLAB_H
#define CFR_BASE_SLAB_H

#include "engine/error.h"

typedef struct cfr_pool cfr_pool;

cfr_pool *cfr_pool_new(size_t keep);	/* NULL without memory */
/* By who made it, once: what waits is freed, and from now on nothing waits. The pool itself goes with its last slab. */
void cfr_pool_free(cfr_pool *pool);
/* For who will ask it later. NULL is fine. */
cfr_pool *cfr_pool_ref(cfr_pool *pool);
void cfr_pool_unref(cfr_pool *pool);

typedef struct cfr_pool_counts {
	uint64_t fresh, reused;		/* slabs that came from the system, from the pool; growing counts as fresh */
	uint64_t held;			/* bytes that wait */
} cfr_pool_counts;
cfr_pool_counts cfr_pool_look(cfr_pool *pool);

/* NULL without memory. Aligned for any type, not cleared. The first is for what will be filled to its end, the second
 * for what has room to grow. */
void *cfr_slab_new(cfr_pool *pool, size_t size);
void *cfr_slab_room(cfr_pool *pool, size_t size);
/* As realloc: another place perhaps, the old one still good where it fails. */
void *cfr_slab_grow(void *slab, size_t size);
/* It needs no more than that. */
void *cfr_slab_trim(void *slab, size_t size);
void cfr_slab_free(void *slab);			/* NULL is fine */
size_t cfr_slab_size(const void *slab);		/* bytes that may be used; at least what was asked for */
cfr_pool *cfr_slab_pool(const void *slab);

/* cfr_vec_room (base/vec.h) for an array in a slab. */
int cfr_slab_vec(void *array, cfr_pool *pool, uint32_t *cap, uint64_t need, size_t size, cfr_err *err);

#endif
