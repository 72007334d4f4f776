/* engine/base/lanes.h -- sixteen bytes of text compared at once.
 *
 * With the vectors of GCC and Clang, which every processor has in some way: operators work on each byte, and a comparison gives
 * a byte of ones where it holds. What they lack is a number with a bit for each lane; x86-64 has an instruction for it, elsewhere
 * it is a multiplication.
 */
#ifndef CFR_BASE_LANES_H
#define CFR_BASE_LANES_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

typedef uint8_t cfr_lanes __attribute__((vector_size(16)));

static inline cfr_lanes cfr_lanes_load(const char *ptr)
{
	cfr_lanes v;

	memcpy(&v, ptr, sizeof(v));
	return v;
}

/* Bit i: is lane i of a comparison, or of several put together, true? */
static inline uint32_t cfr_lanes_bits(cfr_lanes yes)
{
#ifdef __SSE2__
	typedef char chars __attribute__((vector_size(16)));

	return (uint32_t)__builtin_ia32_pmovmskb128((chars)yes);
#else
	/* Each lane keeps a bit of its own; the sum of eight lanes is in the highest byte. */
	const cfr_lanes own = { 1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128 };
	uint64_t half[2];

	yes &= own;
	memcpy(half, &yes, sizeof(half));
	return (uint32_t)(half[0] * UINT64_C(0x0101010101010101) >> 56) |
	       (uint32_t)(half[1] * UINT64_C(0x0101010101010101) >> 56) << 8;
#endif
}

static inline bool cfr_lanes_any(cfr_lanes yes)
{
	uint64_t half[2];

	memcpy(half, &yes, sizeof(half));
	return (half[0] | half[1]) != 0;
}

#endif
