/* engine/base/large.h -- large arrays that will be filled.
 *
 * Reading ten megabytes fills forty, and the kernel hands fresh memory out page by page: ten thousand traps, a third of
 * the time of reading JSON. So whoever allocates what may be large says so here. An array whose size is known gets its
 * pages in one go; one that has been given room to grow gets pages of two megabytes, but only when it is so long that
 * the end of the last one, which nobody fills, is little beside it. It is advice: where it is not taken, everything
 * works as before. Small arrays pay one comparison.
 */
#ifndef CFR_BASE_LARGE_H
#define CFR_BASE_LARGE_H

#include "engine/common.h"

enum {
	CFR_LARGE = 256 << 10,
	CFR_LARGE_ROOM = 4 << 20
};

void cfr_large_advise(void *ptr, size_t size, bool whole);
void cfr_large_populate(void *ptr, size_t size);

/* Both return `ptr`, which malloc or realloc just gave for `size` bytes; NULL is fine. */
static inline void *cfr_large(void *ptr, size_t size)
{
	if (CFR_UNLIKELY(size >= CFR_LARGE && ptr))
		cfr_large_advise(ptr, size, true);
	return ptr;
}

/* Room, of which some may never be used. */
static inline void *cfr_large_room(void *ptr, size_t size)
{
	if (CFR_UNLIKELY(size >= CFR_LARGE_ROOM && ptr))
		cfr_large_advise(ptr, size, false);
	return ptr;
}

#endif
