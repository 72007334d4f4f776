/* cache/inside.h -- a cache that is open, and how its parts share it.
 *
 * Any number of threads read at the same time. One writes: it holds `writing`, then the lock of the folder, then takes
 * `files` for the moment in which a descriptor is put in place of another. A reader takes `files` alone, and shares it.
 */
#ifndef CFR_CACHE_INSIDE_H
#define CFR_CACHE_INSIDE_H

#include "cache/env.h"
#include "cache/folder.h"

#include <pthread.h>
#include <stdatomic.h>

enum {
	CFR__TOUCHES = 256,		/* records whose use is noted until the next writing; more have to wait */
	CFR__LINE = 512			/* bytes of a note */
};
#define CFR__DAY ((int64_t)24 * 3600 * 1000000)

typedef struct cfr__store {
	cfr__folder folder;
	uint64_t size;			/* most bytes of the file */
	bool read_only;
	int process;			/* that opened it: those it forks would share its lock, so they only read */
	void (*note)(void *arg, const char *line);
	void *note_arg;

	pthread_rwlock_t files;
	int data;			/* v1.mdb, to be read; -1 */

	pthread_mutex_t writing;
	cfr__env *env;			/* NULL until something is written */
	cfr__state state;		/* of the folder, while it is locked */
	bool in_order;			/* since it was locked, the file of records was found to be */
	bool given_up;			/* writing failed for good */

	pthread_mutex_t small;		/* what follows */
	unsigned noted;			/* CFR__NOTE_ bits */
	cfr_cache_key touched[CFR__TOUCHES];
	uint32_t touched_count;

	atomic_ulong hits, misses;	/* not yet added to the state */
	atomic_bool suspect;		/* a reader met damage */
} cfr__store;

enum {
	CFR__NOTE_FOLDER = 1, CFR__NOTE_DAMAGE = 2, CFR__NOTE_WRITING = 4, CFR__NOTE_BUSY = 8, CFR__NOTE_LARGE = 16
};

/* store.c */
int cfr__store_init(cfr__store *store, const cfr_cache_options *options, cfr_err *err);
void cfr__store_release(cfr__store *store);
void cfr__store_note(cfr__store *store, unsigned bit, const char *format, ...) CFR_PRINTF(3, 4);
int64_t cfr__store_now(void);		/* microseconds */

/* read.c: what came of looking for a record. */
typedef enum cfr__found { CFR__HIT, CFR__MISS, CFR__DAMAGE } cfr__found;
/* Appends the bytes to `out`; NULL: only looks. `head` (may be NULL) is filled for a hit, `why` for damage. */
cfr__found cfr__record_read(cfr_buf *out, cfr__head *head, const cfr__snapshot *snap, const cfr_cache_key *key,
                            uint8_t *page, const char **why);
cfr_checksum cfr__record_sum(const cfr_cache_key *key, const cfr__head *head, const cfr_str *pieces, uint32_t count);
bool cfr__store_get(void *arg, const cfr_cache_key *key, cfr_buf *out);
/* Opens the file of records again, if another one has its name. With `files` held by the writer. */
void cfr__store_reopen(cfr__store *store);

/* write.c */
void cfr__store_put(void *arg, const cfr_cache_key *key, const cfr_str *pieces, uint32_t count);
/* To be the one who writes, with the state read: 0, CFR_E_NOTFOUND (`make` false, and nothing there), CFR_E_IO. */
int cfr__write_lock(cfr__store *store, bool make, cfr_err *err);
/* Is the file in order? One that is not is moved away, which is no failure, and `damage` (unset before) tells; `look`:
 * even one that was left in order is looked at. */
int cfr__write_settle(cfr__store *store, bool look, cfr_err *damage, cfr_err *err);
int cfr__write_open(cfr__store *store, cfr_err *err);	/* then this: the environment */
void cfr__write_done(cfr__store *store);	/* the state is written, with all counts, and the lock given back */
void cfr__store_flush(cfr__store *store);	/* at closing */

#endif
