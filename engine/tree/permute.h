/* engine/tree/permute.h -- records from the author's order into the image's, where they are. */
#ifndef CFR_TREE_PERMUTE_H
#define CFR_TREE_PERMUTE_H

#include "engine/common.h"

/* It will be read soon. Where that cannot be said, everything works as before. */
#if defined(__GNUC__)
#define CFR_PREFETCH(at) __builtin_prefetch(at)
#else
#define CFR_PREFETCH(at) ((void)(at))
#endif

/* Place i gets the record of place ranks[i]; each place stands in `ranks` once. `count` is at most 2^29. While it goes,
 * two bits of each number are marks; afterwards `ranks` is as it was. */
void cfr__permute(unsigned char *records, uint32_t *ranks, uint32_t count);

#endif
