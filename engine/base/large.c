/* engine/base/large.c -- the one place that talks with the kernel about pages.
 *
 * Only pages that lie whole in the block are spoken of: its neighbours in the heap are somebody else's.
 */
#include "engine/base/large.h"

#include <errno.h>
#include <sys/mman.h>

#define PAGE ((uintptr_t)4096)	/* where pages are larger the call fails, and nothing is lost */
#define HUGE ((uintptr_t)2 << 20)

void cfr_large_advise(void *ptr, size_t size, bool whole)
{
	uintptr_t from = ((uintptr_t)ptr + PAGE - 1) & ~(PAGE - 1), to = ((uintptr_t)ptr + size) & ~(PAGE - 1);
	int saved = errno;

	if (from >= to)
		return;
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
