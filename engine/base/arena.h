/* engine/base/arena.h -- memory with one owner and one end.
 *
 * A job (a load, a check run, a request) takes its memory from an arena and gives it back whole. Blocks come from a
 * pool (slab.h) that keeps some of them for the next job, so that a process which loads again and again stops asking the
 * system. A pool may be shared by threads; an arena belongs to one thread at a time.
 *
 * With -DCFR_DEBUG_ARENA=ON each allocation is a malloc of its own, so that the sanitizers see every byte.
 */
#ifndef CFR_BASE_ARENA_H
#define CFR_BASE_ARENA_H

#include "engine/base/slab.h"
#include "engine/base/str.h"

struct cfr_arena_block;
typedef struct cfr_arena {
	cfr_pool *pool;		/* may be NULL: blocks from malloc */
	struct cfr_arena_block *blocks;
	char *at, *end;
	size_t used;		/* bytes handed out since the last reset */
} cfr_arena;

void cfr_arena_init(cfr_arena *arena, cfr_pool *pool);
void cfr_arena_release(cfr_arena *arena);	/* gives everything back; the arena may be used again */

/* NULL when out of memory. Aligned for any type; not cleared. */
void *cfr_arena_alloc(cfr_arena *arena, size_t size);
void *cfr_arena_zalloc(cfr_arena *arena, size_t count, size_t size);
/* Copies, NUL-terminated behind the length. ptr NULL when out of memory. */
cfr_str cfr_arena_str(cfr_arena *arena, cfr_str s);
char *cfr_arena_printf(cfr_arena *arena, const char *format, ...) CFR_PRINTF(2, 3);

#endif
