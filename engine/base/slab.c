/* engine/base/slab.c -- slabs, and the pool in which they wait.
 *
 * In front of each slab stands a head: its pool and its size. One that waits is in two lists that lie in its own bytes: by
 * its class of size, where it is looked for, and by time, where the one that has waited longest is found.
 */
#include "engine/base/slab.h"

#include "engine/base/large.h"

#include <pthread.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum {
	PAGE = 4096,
	STEP = 64 << 10,	/* mapped slabs are whole multiples of it */
	LEAST = 6,		/* the smallest class is of 2^LEAST bytes */
	STEPS = 4,		/* classes to each power of two */
	CLASSES = (18 - LEAST + 1) * STEPS + 1,	/* up to CFR_LARGE, and one for all that are mapped */
	MAPPED = CLASSES - 1,
	NEAR = 4		/* a slab serves what needs a quarter of it */
};

typedef struct slab {
	cfr_pool *pool;
	size_t size;		/* of all, head included; the lowest bit: mapped */
} slab;

/* One that waits. */
typedef struct idle {
	slab head;
	struct idle *next, **back;		/* of its class */
	struct idle *newer, *older;
} idle;

struct cfr_pool {
	pthread_mutex_t lock;
	size_t refs;		/* its maker, who may ask it, slabs in use */
	size_t held, keep;
	uint64_t fresh, reused;
	idle *classes[CLASSES];
	idle *newest, *oldest;
};

_Static_assert(sizeof(slab) % alignof(max_align_t) == 0, "what follows a head is aligned");
_Static_assert(sizeof(idle) <= 1 << LEAST, "what waits holds its links");

static size_t with_head(size_t size) { return (size + sizeof(slab) + 15) & ~(size_t)15; }
static slab *head_of(const void *at) { return (slab *)(uintptr_t)at - 1; }
static size_t size_of(const slab *s) { return s->size & ~(size_t)1; }
static bool is_mapped(const slab *s) { return s->size & 1; }

/* --- from the system and back --- */

/* Without a pool, memory that a process has had and given up is best kept by malloc, which has learned from it. */
static bool maps(const cfr_pool *pool, size_t size) { return pool && size >= CFR_LARGE; }

static slab *fresh(cfr_pool *pool, size_t size)
{
	slab *s;

	if (maps(pool, size)) {
		s = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (s == MAP_FAILED)
			return NULL;
		s->size = size | 1;
	} else {
		if (!(s = malloc(size)))
			return NULL;
		s->size = size;
	}
	return s;
}

static void drop(slab *s)
{
	if (is_mapped(s))
		munmap(s, size_of(s));
	else
		free(s);
}

/* --- sizes --- */

/* The class of which every slab holds `size` bytes, and the size of its slabs. */
static uint32_t class_of(size_t *size)
{
	uint32_t power = LEAST, step;
	size_t base;

	if (*size >= CFR_LARGE) {
		*size = (*size + STEP - 1) & ~(size_t)(STEP - 1);
		return MAPPED;
	}
	while (power < 18 && *size > (size_t)2 << power)
		power++;
	base = (size_t)1 << power;
	if (*size <= base) {
		*size = base;
		return (power - LEAST) * STEPS;
	}
	step = (uint32_t)((*size - base - 1) / (base / STEPS)) + 1;
	*size = base + step * (base / STEPS);
	return *size >= CFR_LARGE ? MAPPED : (power - LEAST) * STEPS + step;
}

/* --- the lists; under the lock --- */

static void unlink_idle(cfr_pool *pool, idle *i)
{
	*i->back = i->next;
	if (i->next)
		i->next->back = i->back;
	*(i->newer ? &i->newer->older : &pool->newest) = i->older;
	*(i->older ? &i->older->newer : &pool->oldest) = i->newer;
	pool->held -= size_of(&i->head);
}

static void link_idle(cfr_pool *pool, idle *i)
{
	size_t size = size_of(&i->head);
	idle **list = &pool->classes[is_mapped(&i->head) ? MAPPED : class_of(&size)];

	i->next = *list;
	i->back = list;
	if (i->next)
		i->next->back = &i->next;
	*list = i;
	i->older = pool->newest;
	i->newer = NULL;
	*(i->older ? &i->older->newer : &pool->oldest) = i;
	pool->newest = i;
	pool->held += size_of(&i->head);
}

/* The smallest that holds `size`, but none that is far too large; else, if need be, the largest that is worth making
 * larger. */
static idle *find_mapped(const cfr_pool *pool, size_t size, bool fits)
{
	idle *best = NULL, *less = NULL;

	for (idle *i = pool->classes[MAPPED]; i; i = i->next) {
		size_t has = size_of(&i->head);

		if (has >= size) {
			if (has / NEAR <= size && (!best || has < size_of(&best->head)))
				best = i;
		} else if (has >= size / 2 && (!less || has > size_of(&less->head))) {
			less = i;
		}
	}
	return best || fits ? best : less;
}

static idle *find(const cfr_pool *pool, uint32_t class, size_t size, bool fits)
{
	if (class == MAPPED)
		return find_mapped(pool, size, fits);
	for (uint32_t c = class; c < class + STEPS && c < MAPPED; c++) {
		if (pool->classes[c])
			return pool->classes[c];
	}
	return NULL;
}

/* --- pools --- */

cfr_pool *cfr_pool_new(size_t keep)
{
	cfr_pool *pool = calloc(1, sizeof(*pool));

	if (!pool)
		return NULL;
	if (pthread_mutex_init(&pool->lock, NULL) != 0) {
		free(pool);
		return NULL;
	}
	pool->keep = keep;
	pool->refs = 1;
	return pool;
}

cfr_pool *cfr_pool_ref(cfr_pool *pool)
{
	if (pool) {
		pthread_mutex_lock(&pool->lock);
		pool->refs++;
		pthread_mutex_unlock(&pool->lock);
	}
	return pool;
}

static void pool_end(cfr_pool *pool)
{
	pthread_mutex_destroy(&pool->lock);
	free(pool);
}

/* Frees a chain made of `older`. */
static void drop_all(idle *i)
{
	while (i) {
		idle *older = i->older;

		drop(&i->head);
		i = older;
	}
}

void cfr_pool_free(cfr_pool *pool)
{
	idle *all = NULL;
	bool last;

	if (!pool)
		return;
	pthread_mutex_lock(&pool->lock);
	last = --pool->refs == 0;
	all = pool->newest;
	pool->newest = pool->oldest = NULL;
	memset(pool->classes, 0, sizeof(pool->classes));
	pool->held = pool->keep = 0;	/* what is freed from now on, does not wait */
	pthread_mutex_unlock(&pool->lock);
	drop_all(all);
	if (last)
		pool_end(pool);
}

void cfr_pool_unref(cfr_pool *pool)
{
	bool last;

	if (!pool)
		return;
	pthread_mutex_lock(&pool->lock);
	last = --pool->refs == 0;
	pthread_mutex_unlock(&pool->lock);
	if (last)
		pool_end(pool);
}

cfr_pool_counts cfr_pool_look(cfr_pool *pool)
{
	cfr_pool_counts counts = { 0, 0, 0 };

	if (pool) {
		pthread_mutex_lock(&pool->lock);
		counts = (cfr_pool_counts){ pool->fresh, pool->reused, pool->held };
		pthread_mutex_unlock(&pool->lock);
	}
	return counts;
}

/* --- slabs --- */

static slab *grow_mapped(slab *s, size_t size)
{
	slab *moved = mremap(s, size_of(s), size, MREMAP_MAYMOVE);

	if (moved == MAP_FAILED)
		return NULL;
	moved->size = size | 1;
	return moved;
}

/* One that waits, if there is one. The count of those in use goes up in any case, but for one that has to fit. */
static slab *take(cfr_pool *pool, uint32_t class, size_t size, bool fits)
{
	idle *found;
	slab *s;

	pthread_mutex_lock(&pool->lock);
	found = find(pool, class, size, fits);
	if (found)
		unlink_idle(pool, found);
	if (found || !fits)
		pool->refs++;
	if (found && size_of(&found->head) >= size)
		pool->reused++;
	else
		pool->fresh++;
	pthread_mutex_unlock(&pool->lock);
	if (!found)
		return NULL;
	s = &found->head;
	if (size_of(s) < size && !(s = grow_mapped(s, size)))
		drop(&found->head);
	return s;
}

/* Of what is mapped, all is given the same kind of pages: else it would be two mappings, which cannot grow together. */
static void advise(slab *s, size_t used, bool whole)
{
	size_t all = (size_of(s) + PAGE - 1) & ~(size_t)(PAGE - 1);

	if (!is_mapped(s)) {
		if (whole)
			cfr_large(s, used);
		else
			cfr_large_room(s, used);
		return;
	}
	if (all >= (whole ? CFR_LARGE : CFR_LARGE_ROOM))
		cfr_large_advise(s, all, false);
	if (whole)
		cfr_large_populate(s, used);
}

static void *make(cfr_pool *pool, size_t size, bool whole)
{
	size_t all = with_head(size);
	slab *s = NULL;

	if (size > SIZE_MAX / 4)
		return NULL;
	if (pool) {
		uint32_t class = class_of(&all);

		s = take(pool, class, all, false);
	}
	if (!s) {
		if (!(s = fresh(pool, all))) {
			if (pool) {
				pthread_mutex_lock(&pool->lock);
				pool->refs--;	/* somebody owns it, or this could not be asked for */
				pthread_mutex_unlock(&pool->lock);
			}
			return NULL;
		}
		advise(s, size + sizeof(slab), whole);
	}
	s->pool = pool;
	return s + 1;
}

void *cfr_slab_new(cfr_pool *pool, size_t size) { return make(pool, size, true); }
void *cfr_slab_room(cfr_pool *pool, size_t size) { return make(pool, size, false); }

void cfr_slab_free(void *at)
{
	slab *s = at ? head_of(at) : NULL;
	cfr_pool *pool = s ? s->pool : NULL;
	idle *out = NULL;
	bool last;

	if (!pool) {
		if (s)
			drop(s);
		return;
	}
	pthread_mutex_lock(&pool->lock);
	if (size_of(s) <= pool->keep) {
		while (pool->held + size_of(s) > pool->keep) {
			idle *oldest = pool->oldest;

			unlink_idle(pool, oldest);
			oldest->older = out;
			out = oldest;
		}
		link_idle(pool, (idle *)s);
		s = NULL;
	}
	last = --pool->refs == 0;
	pthread_mutex_unlock(&pool->lock);
	if (s)
		drop(s);
	drop_all(out);
	if (last)
		pool_end(pool);
}

size_t cfr_slab_size(const void *at) { return size_of(head_of(at)) - sizeof(slab); }
cfr_pool *cfr_slab_pool(const void *at) { return head_of(at)->pool; }

void *cfr_slab_grow(void *at, size_t size)
{
	slab *s = head_of(at);
	size_t all = with_head(size), had = cfr_slab_size(at);
	void *other;

	if (size <= had)
		return at;
	if (size > SIZE_MAX / 4)
		return NULL;
	if (is_mapped(s)) {
		slab *larger = NULL;

		/* An array that grew the last time, too, finds what it grew into; else the pool would fill with such. */
		if (s->pool) {
			uint32_t class = class_of(&all);

			larger = take(s->pool, class, all, true);
		}
		if (larger) {
			larger->pool = s->pool;
			memcpy(larger + 1, at, had);
			cfr_slab_free(at);
			return larger + 1;
		}
		if ((larger = grow_mapped(s, all)))
			return larger + 1;
	} else if (!s->pool) {
		if (!(s = realloc(s, all)))
			return NULL;
		s->size = all;
		return s + 1;
	}
	if (!(other = cfr_slab_room(s->pool, size)))
		return NULL;
	memcpy(other, at, had);
	cfr_slab_free(at);
	return other;
}

void *cfr_slab_trim(void *at, size_t size)
{
	slab *s = head_of(at), *less;
	size_t all = with_head(size), had = cfr_slab_size(at);

	/* In a pool, the rest waits with it. A small rest was never touched, but for that of a large page; and malloc, which
	 * learns from what is freed how much to keep for the next time, had better learn the size that is asked for. */
	if (s->pool || size >= had || (size >= had / 4 * 3 && had < CFR_LARGE_ROOM))
		return at;
	if (!(less = realloc(s, all)))
		return at;
	less->size = all;
	return less + 1;
}

int cfr_slab_vec(void *array, cfr_pool *pool, uint32_t *cap, uint64_t need, size_t size, cfr_err *err)
{
	uint64_t wanted = *cap < 16 ? 16 : (uint64_t)*cap * 2;
	void *items;

	if (CFR_LIKELY(need <= *cap))
		return 0;
	if (wanted < need)
		wanted = need;
	memcpy(&items, array, sizeof(items));
	if (wanted > UINT32_MAX || wanted > SIZE_MAX / 4 / size)
		return cfr_err_nomem(err);
	items = items ? cfr_slab_grow(items, (size_t)wanted * size) : cfr_slab_room(pool, (size_t)wanted * size);
	if (!items)
		return cfr_err_nomem(err);
	memcpy(array, &items, sizeof(items));
	*cap = (uint32_t)wanted;
	return 0;
}
