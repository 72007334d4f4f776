/* lua/commands/memory.c -- the first memory of the trusted state.
 *
 * Most runs are short: what they make at starting (functions, strings, tables of commands) stays until the process ends. So the
 * first blocks are laid one behind the other into one *room*, without headers, and are not taken back one by one: making
 * one is an addition, and closing the state frees the room at once. A block that shrinks stays, one that is the last grows in
 * place. What no longer fits comes from malloc, as everything does in a stock state; so a long run wastes a room at most.
 *
 * Under AddressSanitizer there is no room: each block is a malloc, and wrong uses are seen.
 */
#include "lua/commands/bind.h"

#include "engine/base/plain.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { ROOM = 512 << 10, ALIGN = 16 };

static size_t rounded(size_t size) { return (size + ALIGN - 1) & ~(size_t)(ALIGN - 1); }

static bool inside(const cfr__lua_room *room, const void *ptr)
{
	return room->base && (uintptr_t)ptr - (uintptr_t)room->base < ROOM;	/* pointers of two objects are not compared */
}

void cfr__cmd_room_open(cfr__lua_room *room)
{
	room->used = 0;
	room->base = CFR__PLAIN ? NULL : malloc(ROOM);	/* pages that nothing touches cost nothing */
}

void cfr__cmd_room_close(cfr__lua_room *room)
{
	free(room->base);
	room->base = NULL;
}

/* NULL when it does not fit. */
static void *lay(cfr__lua_room *room, size_t size)
{
	char *at = room->base + room->used;

	if (!room->base || size > ROOM - room->used)
		return NULL;
	room->used += rounded(size);	/* ROOM is a multiple of ALIGN */
	return at;
}

static void *change(cfr__lua_room *room, char *ptr, size_t old, size_t size)
{
	size_t begin = (size_t)(ptr - room->base);
	void *made;

	if (size <= old)
		return ptr;
	if (begin + rounded(old) == room->used && size <= ROOM - begin) {
		room->used = begin + rounded(size);
		return ptr;
	}
	made = lay(room, size);
	if (!made && !(made = malloc(size)))
		return NULL;
	return memcpy(made, ptr, old);
}

void *cfr__cmd_room_alloc(void *arg, void *ptr, size_t old, size_t size)
{
	cfr__lua_room *room = arg;
	void *made;

	if (ptr && inside(room, ptr))
		return size ? change(room, ptr, old, size) : NULL;
	if (size == 0) {
		free(ptr);
		return NULL;
	}
	if (!ptr && (made = lay(room, size)))
		return made;
	return realloc(ptr, size);
}
