/* engine/base/checksum.h -- has a run of bytes changed by accident? XXH3 with 128 bits, at the speed of memory.
 *
 * It finds damage; whoever wants to deceive can make bytes that fit. Identity and trust use engine/base/digest.h.
 */
#ifndef CFR_BASE_CHECKSUM_H
#define CFR_BASE_CHECKSUM_H

#include "engine/common.h"

typedef struct cfr_checksum {
	uint64_t low, high;
} cfr_checksum;

/* Of the pieces one behind the other. */
cfr_checksum cfr_checksum_of(const cfr_str *pieces, uint32_t count);

static inline bool cfr_checksum_eq(cfr_checksum a, cfr_checksum b)
{
	return a.low == b.low && a.high == b.high;
}

#endif
