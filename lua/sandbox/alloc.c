/* lua/sandbox/alloc.c -- memory up to a ceiling, of which the process notices every byte.
 *
 * A ceiling on the bytes that Lua asks for would not bound the process: a script can keep one small block in each page
 * and free the rest, and the library's heap cannot use the holes. So the sandbox has a heap of its own, and what counts
 * against the ceiling is pages: a page counts from its first touch until it is given back. What a script cannot use
 * because of its own fragmentation it has spent.
 *
 * Blocks up to 16 KiB come from *slabs* of 64 KiB, each cut into blocks of one size class; Lua says the size of what it
 * frees, so blocks carry no header. A slab fills from its bottom, and pages above the highest block are not touched. All
 * slabs lie in one reservation of address space, so that the slab of a block is a shift. Larger blocks are mappings of
 * their own; growing one is a mremap, so that a doubling array never exists twice.
 *
 * A slab that is empty goes back: a few stay idle with their pages (IDLE, inside the one MiB that the promise leaves),
 * the rest give them back to the system. Closing drops the reservation whole, so freeing a million tables costs nothing.
 *
 * Under AddressSanitizer, and with CFR_DEBUG_ARENA, each block is a malloc instead, so that wrong uses are seen.
 */
#include "lua/sandbox/inside.h"

#include "engine/base/plain.h"
#include <stdlib.h>
#include <sys/mman.h>

enum {
	PAGE_SHIFT = 12,
	PAGE = 1 << PAGE_SHIFT,
	SLAB_SHIFT = 16,
	SLAB = 1 << SLAB_SHIFT,
	SMALL = 512,			/* classes of 16, 32 … 512 bytes, then four for each doubling */
	LARGEST = 16384,
	CLASSES = 32 + 5 * 4,
	IDLE = 8,			/* empty slabs that keep their pages */
	NONE = -1,
};

struct slab {
	void *free;			/* blocks that came back, linked through their first word */
	uint32_t fresh;			/* bytes from the bottom that were ever handed out … */
	uint32_t pages;			/* … and the pages that this touched, which count */
	uint32_t used;			/* blocks in use */
	int32_t class;
	int32_t next, prev;		/* in the list of its class's slabs with room, or of empty slabs */
	bool listed;
};

struct cfr__heap {
	uint64_t ceiling, used, peak;	/* bytes of pages */
	int refused;
	bool closing;
	char *base;			/* the reservation: `slabs` records, then the slabs */
	size_t reserved;
	struct slab *slabs;
	int32_t count, max;		/* slabs ever used; slabs there is room for */
	int32_t idle, idle_count;	/* empty with their pages */
	int32_t bare;			/* empty without */
	int32_t room[CLASSES];		/* the first slab with room of each class */
};

static uint32_t class_size(int class)
{
	if (class < 32)
		return (uint32_t)(class + 1) * 16;
	uint32_t step = (uint32_t)class - 32, doubling = (uint32_t)SMALL << (step / 4);

	return doubling + (doubling / 4) * (step % 4 + 1);
}

static int class_of(size_t size)
{
	if (size <= SMALL)
		return (int)((size + 15) / 16) - 1;
	int shift = 63 - __builtin_clzll((unsigned long long)(size - 1));	/* 2^shift < size <= 2^(shift+1) */
	size_t quarter = (size_t)1 << (shift - 2);

	return 32 + (shift - 9) * 4 + (int)((size - 1 - ((size_t)1 << shift)) / quarter);
}

static size_t whole_pages(size_t size) { return (size + PAGE - 1) & ~(size_t)(PAGE - 1); }

static void *refuse(cfr__heap *heap, int why)
{
	heap->refused = why;
	return NULL;
}

static bool charge(cfr__heap *heap, size_t bytes)
{
	if (bytes > heap->ceiling || heap->used > heap->ceiling - bytes) {
		refuse(heap, CFR_E_LIMIT);
		return false;
	}
	heap->used += bytes;
	if (heap->used > heap->peak)
		heap->peak = heap->used;
	return true;
}

/* --- lists of slabs --- */

static void unlink_slab(cfr__heap *heap, int32_t *head, int32_t i)
{
	struct slab *s = &heap->slabs[i];

	if (s->prev == NONE)
		*head = s->next;
	else
		heap->slabs[s->prev].next = s->next;
	if (s->next != NONE)
		heap->slabs[s->next].prev = s->prev;
	s->listed = false;
}

static void push_slab(cfr__heap *heap, int32_t *head, int32_t i)
{
	struct slab *s = &heap->slabs[i];

	s->prev = NONE;
	s->next = *head;
	if (*head != NONE)
		heap->slabs[*head].prev = i;
	*head = i;
	s->listed = true;
}

static char *slab_bytes(const cfr__heap *heap, int32_t i) { return heap->base + ((size_t)i << SLAB_SHIFT); }

/* An empty slab for a class, first of its list. */
static int32_t take_slab(cfr__heap *heap, int class)
{
	int32_t i;

	if (heap->idle != NONE) {
		i = heap->idle;
		unlink_slab(heap, &heap->idle, i);
		heap->idle_count--;
	} else if (heap->bare != NONE) {
		i = heap->bare;
		unlink_slab(heap, &heap->bare, i);
	} else if (heap->count < heap->max) {
		i = heap->count++;
	} else {
		refuse(heap, CFR_E_LIMIT);
		return NONE;
	}
	heap->slabs[i] = (struct slab){ .class = class, .next = NONE, .prev = NONE };
	push_slab(heap, &heap->room[class], i);
	return i;
}

static void drop_slab(cfr__heap *heap, int32_t i)
{
	struct slab *s = &heap->slabs[i];

	if (s->listed)
		unlink_slab(heap, &heap->room[s->class], i);
	heap->used -= (uint64_t)s->pages << PAGE_SHIFT;
	if (heap->idle_count < IDLE) {
		heap->idle_count++;
		push_slab(heap, &heap->idle, i);
	} else {
		madvise(slab_bytes(heap, i), SLAB, MADV_DONTNEED);
		push_slab(heap, &heap->bare, i);
	}
}

/* --- small blocks --- */

static void *fresh_block(cfr__heap *heap, struct slab *s, int32_t i, uint32_t size)
{
	uint32_t end = s->fresh + size;
	uint32_t pages = (end + PAGE - 1) >> PAGE_SHIFT;

	if (pages > s->pages) {
		if (!charge(heap, (size_t)(pages - s->pages) << PAGE_SHIFT))
			return NULL;
		s->pages = pages;
	}
	char *block = slab_bytes(heap, i) + s->fresh;
	s->fresh = end;
	return block;
}

static void *small_alloc(cfr__heap *heap, int class)
{
	uint32_t size = class_size(class);
	int32_t i = heap->room[class];
	struct slab *s;
	void *block;

	if (i == NONE && (i = take_slab(heap, class)) == NONE)
		return NULL;
	s = &heap->slabs[i];
	if (s->free) {
		block = s->free;
		memcpy(&s->free, block, sizeof(s->free));
	} else if (!(block = fresh_block(heap, s, i, size))) {
		if (s->used == 0)
			drop_slab(heap, i);
		return NULL;
	}
	s->used++;
	if (!s->free && s->fresh + size > SLAB)
		unlink_slab(heap, &heap->room[class], i);
	return block;
}

/* A slab that is the only one of its class with room stays, or a class that lives on one block would trade slabs. */
static void small_free(cfr__heap *heap, void *block)
{
	int32_t i = (int32_t)((size_t)((char *)block - heap->base) >> SLAB_SHIFT);
	struct slab *s = &heap->slabs[i];

	memcpy(block, &s->free, sizeof(s->free));
	s->free = block;
	s->used--;
	if (!s->listed)
		push_slab(heap, &heap->room[s->class], i);
	if (s->used == 0 && (s->prev != NONE || s->next != NONE))
		drop_slab(heap, i);
}

/* --- large blocks --- */

static void *large_alloc(cfr__heap *heap, size_t size)
{
	void *block;

	size = whole_pages(size);
	if (!charge(heap, size))
		return NULL;
	block = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (block == MAP_FAILED) {
		heap->used -= size;
		return refuse(heap, CFR_E_NOMEM);
	}
	return block;
}

static void large_free(cfr__heap *heap, void *block, size_t size)
{
	size = whole_pages(size);
	munmap(block, size);
	heap->used -= size;
}

static void *large_move(cfr__heap *heap, void *block, size_t osize, size_t nsize)
{
	void *moved;

	osize = whole_pages(osize);
	nsize = whole_pages(nsize);
	if (osize == nsize)
		return block;
	if (nsize > osize && !charge(heap, nsize - osize))
		return NULL;
	moved = mremap(block, osize, nsize, MREMAP_MAYMOVE);
	if (moved == MAP_FAILED) {
		if (nsize > osize)
			heap->used -= nsize - osize;
		return nsize < osize ? block : refuse(heap, CFR_E_NOMEM);
	}
	if (nsize < osize)
		heap->used -= osize - nsize;
	return moved;
}

/* --- all sizes --- */

static void release(cfr__heap *heap, void *block, size_t size)
{
	if (size > LARGEST)
		large_free(heap, block, size);	/* a mapping lives outside the reservation: always its own */
	else if (!heap->closing)
		small_free(heap, block);
}

static void *pooled(cfr__heap *heap, void *ptr, size_t osize, size_t nsize)
{
	void *block;

	if (!ptr)
		return nsize > LARGEST ? large_alloc(heap, nsize) : small_alloc(heap, class_of(nsize));
	if (osize > LARGEST && nsize > LARGEST)
		return large_move(heap, ptr, osize, nsize);
	if (osize <= LARGEST && nsize <= LARGEST && class_of(osize) == class_of(nsize))
		return ptr;
	block = nsize > LARGEST ? large_alloc(heap, nsize) : small_alloc(heap, class_of(nsize));
	if (!block) {
		/* Lua takes it for granted that a block can shrink. A larger block of the wrong class cannot be
		 * handed back under its new size, so shrinking dips into the reserve beyond the ceiling. */
		if (nsize >= osize)
			return NULL;
		uint64_t ceiling = heap->ceiling;

		heap->ceiling += SLAB;
		block = small_alloc(heap, class_of(nsize));
		heap->ceiling = ceiling;
		if (!block)
			return NULL;
		heap->refused = 0;
	}
	memcpy(block, ptr, osize < nsize ? osize : nsize);
	release(heap, ptr, osize);
	return block;
}

/* What the usual C library's block takes, header and rounding included: the same figure on every machine. */
static size_t plain_cost(size_t size) { return size ? (size + 8 + 15) & ~(size_t)15 : 0; }

static void *plain(cfr__heap *heap, void *ptr, size_t osize, size_t nsize)
{
	size_t old = ptr ? plain_cost(osize) : 0, new = plain_cost(nsize);
	void *block;

	if (new > old && !charge(heap, new - old))
		return NULL;
	block = realloc(ptr, nsize);
	if (!block) {
		if (new > old)
			heap->used -= new - old;
		return refuse(heap, CFR_E_NOMEM);
	}
	if (new < old)
		heap->used -= old - new;
	return block;
}

void *cfr__heap_alloc(void *ud, void *ptr, size_t osize, size_t nsize)
{
	cfr__heap *heap = ud;

	if (nsize == 0) {
		if (!ptr || osize == 0)
			return NULL;
		if (CFR__PLAIN) {
			heap->used -= plain_cost(osize);
			free(ptr);
		} else {
			release(heap, ptr, osize);
		}
		return NULL;
	}
	if (ptr && osize == 0)
		ptr = NULL;
	return CFR__PLAIN ? plain(heap, ptr, osize, nsize) : pooled(heap, ptr, osize, nsize);
}

cfr__heap *cfr__heap_new(uint64_t ceiling)
{
	cfr__heap *heap = calloc(1, sizeof(*heap));
	size_t records;

	if (!heap)
		return NULL;
	heap->ceiling = ceiling;
	heap->idle = heap->bare = NONE;
	for (int i = 0; i < CLASSES; i++)
		heap->room[i] = NONE;
	if (CFR__PLAIN)
		return heap;
	/* Each class may have one slab that is hardly used, beyond what pages count. */
	heap->max = (int32_t)(ceiling >> SLAB_SHIFT) * 2 + CLASSES + IDLE;
	records = (size_t)heap->max * sizeof(struct slab);
	heap->reserved = whole_pages(records) + ((size_t)heap->max << SLAB_SHIFT);
	heap->slabs = mmap(NULL, heap->reserved, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
	                   -1, 0);
	if (heap->slabs == MAP_FAILED) {
		free(heap);
		return NULL;
	}
	heap->base = (char *)heap->slabs + whole_pages(records);
	return heap;
}

void cfr__heap_free(cfr__heap *heap)
{
	if (!heap)
		return;
	if (!CFR__PLAIN)
		munmap(heap->slabs, heap->reserved);
	free(heap);
}

void cfr__heap_closing(cfr__heap *heap) { heap->closing = true; }
size_t cfr__heap_used(const cfr__heap *heap) { return heap->used; }
size_t cfr__heap_peak(const cfr__heap *heap) { return heap->peak; }
int cfr__heap_refused(const cfr__heap *heap) { return heap->refused; }

void cfr__heap_mark(cfr__heap *heap)
{
	heap->refused = 0;
	heap->peak = heap->used;
}
