/* engine/base/large.c -- the one place that talks with the kernel about pages.
 *
 * Pages are filled beforehand only where they lie whole in the block: its neighbours in the heap are somebody else's.
 */
#include "engine/base/large.h"

#include <errno.h>
#include <sys/mman.h>

#define PAGE ((uintptr_t)4096)	/* where pages are larger the call fails, and nothing is lost */
#define HUGE ((uintptr_t)2 << 20)

void cfr_large_advise(void *ptr, size_t size, bool whole)
{
	/* All pages that it touches: of a mapping that malloc made for it alone, a page of another kind would make two, which
	 * realloc cannot grow without copying. To a neighbour in the heap the advice does nothing. */
	uintptr_t from = (uintptr_t)ptr & ~(PAGE - 1), to = ((uintptr_t)ptr + size + PAGE - 1) & ~(PAGE - 1);
	int saved = errno;

#ifdef MADV_HUGEPAGE
	if (to - from >= HUGE)
		(void)madvise((void *)from, to - from, MADV_HUGEPAGE);
#endif
	errno = saved;
	if (whole)
		cfr_large_populate(ptr, size);
}

void cfr_large_populate(void *ptr, size_t size)
{
#ifdef MADV_POPULATE_WRITE
	uintptr_t from = ((uintptr_t)ptr + PAGE - 1) & ~(PAGE - 1), to = ((uintptr_t)ptr + size) & ~(PAGE - 1);
	int saved = errno;

	if (from < to)
		(void)madvise((void *)from, to - from, MADV_POPULATE_WRITE);
	errno = saved;
#else
	(void)ptr;
	(void)size;
#endif
}
