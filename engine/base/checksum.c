/* engine/base/checksum.c -- XXH3 from libxxhash's header, compiled in here: nothing of it is linked. */
#include "engine/base/checksum.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

cfr_checksum cfr_checksum_of(const cfr_str *pieces, uint32_t count)
{
	XXH3_state_t state;
	XXH128_hash_t hash;

	if (count == 1) {
		hash = XXH3_128bits(pieces->ptr, pieces->len);
		return (cfr_checksum){ hash.low64, hash.high64 };
	}
	XXH3_INITSTATE(&state);
	XXH3_128bits_reset(&state);
	for (uint32_t i = 0; i < count; i++) {
		if (pieces[i].len)
			XXH3_128bits_update(&state, pieces[i].ptr, pieces[i].len);
	}
	hash = XXH3_128bits_digest(&state);
	return (cfr_checksum){ hash.low64, hash.high64 };
}
