/* cache/env.h -- what is written, through LMDB. Only env.c knows it.
 *
 * An environment is used by who holds the folder's lock, on a file that was found in order. So LMDB's own locks are off,
 * and each call is one or a few transactions from begin to end. Nothing is synced: after a crash of the machine the file
 * is looked at before it is trusted.
 *
 * Keys have one byte before the record's own: RECORD has the bytes, USE when they were last used and how many they are,
 * so that making room reads small entries that lie side by side.
 */
#ifndef CFR_CACHE_ENV_H
#define CFR_CACHE_ENV_H

#include "cache/page.h"
#include "engine/port/cache.h"

enum { CFR__RECORD = 'r', CFR__USE = 'u', CFR__TICK = 't' };

/* In front of a record's bytes. */
typedef struct cfr__head {
	char magic[4];
	uint32_t version;
	uint64_t len;
	uint64_t sum[2];		/* of the key, of all above, of the sum of the bytes */
	int64_t time;			/* when it was put; all times are microseconds since 1970 */
} cfr__head;

typedef struct cfr__use {
	int64_t time;
	uint64_t len;			/* that the record takes in the file */
} cfr__use;

typedef struct cfr__env cfr__env;

/* 0, or negative: CFR_E_LIMIT when the file is full, CFR_E_CORRUPT when LMDB found it to be damaged (and the environment is
 * of no use any more), else CFR_E_IO, CFR_E_NOMEM. */
int cfr__env_open(cfr__env **out, const char *file, uint64_t size, cfr_err *err);
void cfr__env_close(cfr__env *env);		/* NULL is fine */
int cfr__env_fd(const cfr__env *env);

/* Makes room when there is little, by dropping what was not used for longest; adds to `dropped` how many went. */
int cfr__env_put(cfr__env *env, const uint8_t key[32], const cfr_str *pieces, uint32_t count, const cfr__head *head,
                 uint64_t *dropped, cfr_err *err);
/* They were used at `time`; of those that are still there. */
int cfr__env_touch(cfr__env *env, const cfr_cache_key *items, uint32_t count, int64_t time, cfr_err *err);
int cfr__env_remove(cfr__env *env, const cfr_cache_key *items, uint32_t count, cfr_err *err);

void cfr__env_key(uint8_t out[CFR__KEY], int kind, const uint8_t key[32]);

#endif
