/* engine/port/cache.h -- what was made once and need not be made again.
 *
 * A cache keeps records: bytes under a key that says all they depend on. It never decides a result. A record that is not
 * there, was damaged, or belongs to another version is a miss; one that could not be kept is as if it had not been
 * offered. So nothing here fails, and whoever asks goes on without. cache/ implements it on LMDB; tests have a double.
 *
 * Threads. Any number may ask and offer at the same time.
 */
#ifndef CFR_PORT_CACHE_H
#define CFR_PORT_CACHE_H

#include "engine/buffer.h"

CFR_BEGIN_DECLS

/* SHA-256 of what a record depends on. */
typedef struct cfr_cache_key {
	uint8_t bytes[32];
} cfr_cache_key;

typedef struct cfr_cache_ops {
	/* Copies a record behind what is in `out`; nothing of it stays borrowed. False for a miss. What is given is what was
	 * put, byte for byte. */
	bool (*get)(void *arg, const cfr_cache_key *key, cfr_buf *out);
	/* Keeps the pieces as one record, in place of an older one; waits for nobody longer than a moment. Its first seven
	 * bytes say what kind of record it is, for who counts them: "cfrdocs". */
	void (*put)(void *arg, const cfr_cache_key *key, const cfr_str *pieces, uint32_t count);
} cfr_cache_ops;

/* An implementation to hand around; `ops` NULL: none. */
typedef struct cfr_cache {
	const cfr_cache_ops *ops;
	void *arg;
} cfr_cache;

CFR_END_DECLS
#endif
