/* engine/base/arena.c -- bump allocation in blocks.
 *
 * An allocation moves a pointer. The blocks of a pool have one size, so that any of them fits any arena; an arena without
 * a pool (a compiled query, a few hundred bytes) begins small and doubles up to that size. What is larger than a quarter
 * of a full block gets a block of its own, put behind the current one, whose rest stays in use.
 */
#include "engine/base/arena.h"

#include <stdarg.h>
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>

enum { FIRST = 512, BLOCK = (64 << 10) - 64, ALIGN = alignof(max_align_t) };

typedef struct cfr_arena_block {
	struct cfr_arena_block *next;
	size_t size;		/* bytes of `data` */
	alignas(max_align_t) char data[];
} block;

static block *block_take(cfr_pool *pool, size_t size)
{
	block *b = cfr_slab_room(pool, sizeof(*b) + size);

	if (b)
		b->size = size;
	return b;
}

static void blocks_give(block *list)
{
	while (list) {
		block *next = list->next;

		cfr_slab_free(list);
		list = next;
	}
}

void cfr_arena_init(cfr_arena *arena, cfr_pool *pool)
{
	*arena = (cfr_arena){ .pool = pool };
}

void cfr_arena_release(cfr_arena *arena)
{
	blocks_give(arena->blocks);
	cfr_arena_init(arena, arena->pool);
}

/* A block for this allocation alone. */
static void *alloc_large(cfr_arena *arena, size_t size)
{
	block *b = block_take(arena->pool, size);

	if (!b)
		return NULL;
	if (arena->blocks) {
		b->next = arena->blocks->next;
		arena->blocks->next = b;
	} else {
		b->next = NULL;
		arena->blocks = b;
	}
	arena->used += size;
	return b->data;
}

static size_t next_size(const cfr_arena *arena, size_t need)
{
	size_t size = FIRST;

	if (arena->pool)
		return BLOCK;
	while (size < BLOCK && (size < arena->used || size < need))
		size *= 2;
	return size;
}

void *cfr_arena_alloc(cfr_arena *arena, size_t size)
{
	size_t whole = (size + (ALIGN - 1)) & ~(size_t)(ALIGN - 1);
	block *b;
	void *at;

	if (CFR_UNLIKELY(size > SIZE_MAX / 2))
		return NULL;
#ifdef CFR_DEBUG_ARENA
	return alloc_large(arena, size);
#endif
	if (CFR_UNLIKELY(whole > (size_t)(arena->end - arena->at))) {
		if (whole > BLOCK / 4)
			return alloc_large(arena, whole);
		b = block_take(arena->pool, next_size(arena, whole));
		if (!b)
			return NULL;
		b->next = arena->blocks;
		arena->blocks = b;
		arena->at = b->data;
		arena->end = b->data + b->size;
	}
	at = arena->at;
	arena->at += whole;
	arena->used += whole;
	return at;
}

void *cfr_arena_zalloc(cfr_arena *arena, size_t count, size_t size)
{
	void *at;

	if (size && count > SIZE_MAX / 2 / size)
		return NULL;
	at = cfr_arena_alloc(arena, count * size);
	if (at)
		memset(at, 0, count * size);
	return at;
}

cfr_str cfr_arena_str(cfr_arena *arena, cfr_str s)
{
	char *copy = s.len < SIZE_MAX / 2 ? cfr_arena_alloc(arena, s.len + 1) : NULL;

	if (!copy)
		return (cfr_str){ NULL, 0 };
	if (s.len)
		memcpy(copy, s.ptr, s.len);
	copy[s.len] = '\0';
	return (cfr_str){ copy, s.len };
}

char *cfr_arena_printf(cfr_arena *arena, const char *format, ...)
{
	char *text = NULL;
	va_list args, again;
	int n;

	va_start(args, format);
	va_copy(again, args);
	n = vsnprintf(NULL, 0, format, args);
	if (n >= 0)
		text = cfr_arena_alloc(arena, (size_t)n + 1);
	if (text)
		vsnprintf(text, (size_t)n + 1, format, again);
	va_end(again);
	va_end(args);
	return text;
}
