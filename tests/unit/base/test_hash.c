/* tests/unit/base/test_hash.c */
#include "engine/base/hash.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

/* An independent rendering of SipHash-1-3 over bytes, as slow and literal as the paper. */
static uint64_t reference(const uint8_t *p, size_t len, uint64_t k0, uint64_t k1)
{
	uint64_t v[4] = { k0 ^ UINT64_C(0x736f6d6570736575), k1 ^ UINT64_C(0x646f72616e646f6d),
		          k0 ^ UINT64_C(0x6c7967656e657261), k1 ^ UINT64_C(0x7465646279746573) };
#define R(x, b) ((x) << (b) | (x) >> (64 - (b)))
#define ROUND                                                                                              \
	(v[0] += v[1], v[2] += v[3], v[1] = R(v[1], 13), v[3] = R(v[3], 16), v[1] ^= v[0], v[3] ^= v[2],  \
	 v[0] = R(v[0], 32), v[2] += v[1], v[0] += v[3], v[1] = R(v[1], 17), v[3] = R(v[3], 21),          \
	 v[1] ^= v[2], v[3] ^= v[0], v[2] = R(v[2], 32))
	for (size_t i = 0; i <= len / 8; i++) {
		uint64_t m = i == len / 8 ? (uint64_t)len << 56 : 0;

		for (size_t k = 0; k < 8 && i * 8 + k < len; k++)
			m |= (uint64_t)p[i * 8 + k] << (8 * k);
		v[3] ^= m;
		ROUND;
		v[0] ^= m;
	}
	v[2] ^= 0xFF;
	ROUND;
	ROUND;
	ROUND;
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

static void test_reference(void **state)
{
	const cfr_hash_key key = { UINT64_C(0x0706050403020100), UINT64_C(0x0f0e0d0c0b0a0908) };
	uint8_t bytes[65];

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)i;
	for (size_t n = 0; n < sizeof(bytes); n++)
		assert_int_equal(cfr_hash(&key, bytes, n), reference(bytes, n, key.k0, key.k1));
	/* The first of the published vectors of SipHash-1-3, of the empty text. */
	assert_int_equal(cfr_hash(&key, bytes, 0), UINT64_C(0xabac0158050fc4dc));
}

static void test_seed(void **state)
{
	cfr_hash_key a, b;

	(void)state;
	cfr_hash_seed(&a);
	cfr_hash_seed(&b);
	assert_true(a.k0 != b.k0 || a.k1 != b.k1);
	assert_int_not_equal(cfr_hash(&a, "key", 3), cfr_hash(&b, "key", 3));
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_reference), cmocka_unit_test(test_seed) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
