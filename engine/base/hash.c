/* engine/base/hash.c -- SipHash with one round for each word and three at the end.
 *
 * The variant that Rust and Python use for their tables: strong enough that nobody finds collisions without the key,
 * and about as fast as a plain hash for keys of a few words. Words are loaded little-endian, so that a key hashes the
 * same on each machine (the tests use the published vectors' construction).
 */
#include "engine/base/hash.h"

#include <string.h>
#include <sys/random.h>
#include <time.h>

static inline uint64_t rotl(uint64_t x, int b) { return x << b | x >> (64 - b); }

static inline uint64_t load(const unsigned char *p)
{
	uint64_t w;

	memcpy(&w, p, sizeof(w));
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	w = __builtin_bswap64(w);
#endif
	return w;
}

typedef struct state {
	uint64_t a, b, c, d;
} state;

static inline void sipround(state *v)
{
	v->a += v->b;
	v->b = rotl(v->b, 13) ^ v->a;
	v->a = rotl(v->a, 32);
	v->c += v->d;
	v->d = rotl(v->d, 16) ^ v->c;
	v->a += v->d;
	v->d = rotl(v->d, 21) ^ v->a;
	v->c += v->b;
	v->b = rotl(v->b, 17) ^ v->c;
	v->c = rotl(v->c, 32);
}

uint64_t cfr_hash(const cfr_hash_key *key, const void *ptr, size_t len)
{
	const unsigned char *p = ptr;
	size_t left = len;
	uint64_t last = (uint64_t)len << 56, w;
	state v = {
		key->k0 ^ UINT64_C(0x736f6d6570736575), key->k1 ^ UINT64_C(0x646f72616e646f6d),
		key->k0 ^ UINT64_C(0x6c7967656e657261), key->k1 ^ UINT64_C(0x7465646279746573),
	};

	for (; left >= 8; left -= 8, p += 8) {
		w = load(p);
		v.d ^= w;
		sipround(&v);
		v.a ^= w;
	}
	for (size_t i = 0; i < left; i++)
		last |= (uint64_t)p[i] << (8 * i);
	v.d ^= last;
	sipround(&v);
	v.a ^= last;
	v.c ^= 0xFF;
	sipround(&v);
	sipround(&v);
	sipround(&v);
	return v.a ^ v.b ^ v.c ^ v.d;
}

/* Without entropy (a sandbox that forbids the call) time and an address must do: tables still work. */
void cfr_hash_seed(cfr_hash_key *key)
{
	struct timespec now = { 0 };

	if (getrandom(key, sizeof(*key), GRND_NONBLOCK) == (ssize_t)sizeof(*key))
		return;
	clock_gettime(CLOCK_MONOTONIC, &now);
	key->k0 = (uint64_t)now.tv_nsec * UINT64_C(0x9E3779B97F4A7C15) ^ (uint64_t)now.tv_sec;
	key->k1 = (uint64_t)(uintptr_t)&now * UINT64_C(0xD1B54A32D192ED03) ^ (uint64_t)(uintptr_t)key;
}
