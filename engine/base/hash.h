/* engine/base/hash.h -- a keyed hash for tables (SipHash-1-3; Aumasson and Bernstein, 2012).
 *
 * Keys of a configuration may come from somebody hostile, so each table draws a key of its own: colliding keys
 * cannot be prepared. It decides nothing but the place in a table; identity and trust use engine/base/digest.h.
 */
#ifndef CFR_BASE_HASH_H
#define CFR_BASE_HASH_H

#include "engine/common.h"

typedef struct cfr_hash_key {
	uint64_t k0, k1;
} cfr_hash_key;

void cfr_hash_seed(cfr_hash_key *key);	/* from the system's entropy; never fails */
uint64_t cfr_hash(const cfr_hash_key *key, const void *ptr, size_t len);

#endif
