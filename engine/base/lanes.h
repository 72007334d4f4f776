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

/* Four of them, one behind the other. */
typedef struct cfr_sixty_four {
	cfr_lanes a, b, c, d;
} cfr_sixty_four;

static inline cfr_sixty_four cfr_sixty_four_load(const char *ptr)
{
	return (cfr_sixty_four){ cfr_lanes_load(ptr), cfr_lanes_load(ptr + 16), cfr_lanes_load(ptr + 32),
	                         cfr_lanes_load(ptr + 48) };
}

static inline uint64_t cfr_sixty_four_bits(cfr_lanes a, cfr_lanes b, cfr_lanes c, cfr_lanes d)
{
	return cfr_lanes_bits(a) | (uint64_t)cfr_lanes_bits(b) << 16 | (uint64_t)cfr_lanes_bits(c) << 32 |
	       (uint64_t)cfr_lanes_bits(d) << 48;
}

static inline uint64_t cfr_sixty_four_equal(const cfr_sixty_four *v, char c)
{
	uint8_t byte = (uint8_t)c;

	return cfr_sixty_four_bits((cfr_lanes)(v->a == byte), (cfr_lanes)(v->b == byte), (cfr_lanes)(v->c == byte),
	                           (cfr_lanes)(v->d == byte));
}

#endif
