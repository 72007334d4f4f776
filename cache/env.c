/* cache/env.c -- LMDB, and the rules under which it is used here; see env.h.
 *
 * LMDB checks some of what it assumes by assertions that end the process. A cache must not: the handler jumps out, back to
 * guarded(), and the environment is given up as it is. It has to be leaked, since LMDB was in the middle of something; this
 * happens once at most, on a file that was damaged in a way that the look at it (inspect.h) did not find.
 *
 * Pages that a commit freed can be used by the second commit after it. So when the map is full, making room takes two
 * commits before the third finds any. And dropping a record takes pages before it gives any, since what it changes is
 * written anew; so records are dropped in batches that the free part of the map can bear, and never so many at a time that
 * others wait for long.
 */
#include "cache/env.h"

#include "engine/base/file.h"

#include <errno.h>
#include <lmdb.h>
#include <setjmp.h>
#include <stdlib.h>
#include <unistd.h>

enum {
	FULL = 80, ROOMY = 60, EMPTY = 25,	/* percent in use: above FULL room is made, down to ROOMY, or EMPTY */
	BATCH = 1024,				/* records dropped by one transaction */
	BATCHES = 8				/* for one record that is put */
};

struct cfr__env {
	MDB_env *mdb;
	MDB_txn *txn;
	MDB_dbi dbi;
	uint64_t size;
	bool dead;
	jmp_buf escape;
};

static int fail(cfr_err *err, int code)
{
	char room[CFR_REASON];

	switch (code) {
	case 0: return 0;
	case ENOMEM: return cfr_err_nomem(err);
	case EIO:	/* what LMDB says when a part was written */
		return cfr_err_set(err, CFR_E_IO, "not all of it could be written; is the disk full?");
	case MDB_MAP_FULL:
	case MDB_TXN_FULL: return cfr_err_set(err, CFR_E_LIMIT, "the cache is full");
	case MDB_CORRUPTED:
	case MDB_PAGE_NOTFOUND:
	case MDB_INVALID:
	case MDB_VERSION_MISMATCH:
	case MDB_PANIC:
	case MDB_BAD_TXN: return cfr_err_set(err, CFR_E_CORRUPT, "%s", mdb_strerror(code));
	default: return cfr_err_set(err, CFR_E_IO, "%s", code < 0 ? mdb_strerror(code) : cfr_io_reason(room, code));
	}
}

/* --- guarding --- */

static void on_assert(MDB_env *mdb, const char *text)
{
	cfr__env *env = mdb_env_get_userctx(mdb);

	(void)text;
	longjmp(env->escape, 1);
}

typedef int job(cfr__env *env, void *arg);

/* Runs a job that gives an LMDB code; what it left open is aborted. */
static int guarded(cfr__env *env, job *work, void *arg, cfr_err *err)
{
	int r;

	if (env->dead)
		return fail(err, MDB_PANIC);
	if (setjmp(env->escape)) {
		env->dead = true;
		return fail(err, MDB_CORRUPTED);
	}
	r = work(env, arg);
	if (env->txn)
		mdb_txn_abort(env->txn);
	env->txn = NULL;
	return fail(err, r);
}

static int begin(cfr__env *env)
{
	return mdb_txn_begin(env->mdb, NULL, 0, &env->txn);
}

static int commit(cfr__env *env)
{
	MDB_txn *txn = env->txn;

	env->txn = NULL;
	return mdb_txn_commit(txn);
}

/* --- opening --- */

static int open_trees(cfr__env *env, void *arg)
{
	const char *file = arg;
	int r = mdb_env_open(env->mdb, file, MDB_NOSUBDIR | MDB_NOLOCK | MDB_NOSYNC | MDB_NORDAHEAD, 0600);

	if (r == 0)
		r = begin(env);
	if (r == 0)
		r = mdb_dbi_open(env->txn, NULL, 0, &env->dbi);
	return r ? r : commit(env);
}

int cfr__env_open(cfr__env **out, const char *file, uint64_t size, cfr_err *err)
{
	cfr__env *env = calloc(1, sizeof(*env));
	int r;

	if (!env)
		return cfr_err_nomem(err);
	env->size = size;
	r = mdb_env_create(&env->mdb);
	if (r == 0)
		r = mdb_env_set_mapsize(env->mdb, size);
	if (r == 0)
		r = mdb_env_set_userctx(env->mdb, env);
	if (r == 0)
		r = mdb_env_set_assert(env->mdb, on_assert);
	r = r ? fail(err, r) : guarded(env, open_trees, (void *)(uintptr_t)file, err);
	if (r < 0) {
		cfr__env_close(env);
		return r;
	}
	*out = env;
	return 0;
}

void cfr__env_close(cfr__env *env)
{
	if (!env)
		return;
	if (env->mdb && !env->dead)
		mdb_env_close(env->mdb);
	free(env);
}

int cfr__env_fd(const cfr__env *env)
{
	int fd = -1;

	return env->dead || mdb_env_get_fd(env->mdb, &fd) ? -1 : fd;
}

/* --- making room --- */

void cfr__env_key(uint8_t out[CFR__KEY], int kind, const uint8_t key[32])
{
	out[0] = (uint8_t)kind;
	memcpy(out + 1, key, 32);
}

static int used(cfr__env *env, uint64_t *bytes)
{
	MDB_stat stat;
	int r = mdb_stat(env->txn, env->dbi, &stat);

	if (r == 0)
		*bytes = (stat.ms_branch_pages + stat.ms_leaf_pages + stat.ms_overflow_pages) * (uint64_t)stat.ms_psize;
	return r;
}

typedef struct entry {
	int64_t time;
	uint8_t key[32];
} entry;

/* The oldest records so far, as a heap with the youngest of them in front. */
typedef struct oldest {
	entry items[BATCH];
	uint32_t count, most;
} oldest;

static void sift_down(oldest *heap)
{
	entry moved = heap->items[0];
	uint32_t at = 0;

	for (uint32_t child; (child = 2 * at + 1) < heap->count; at = child) {
		if (child + 1 < heap->count && heap->items[child + 1].time > heap->items[child].time)
			child++;
		if (heap->items[child].time <= moved.time)
			break;
		heap->items[at] = heap->items[child];
	}
	heap->items[at] = moved;
}

static void add_oldest(oldest *heap, int64_t time, const uint8_t key[32])
{
	uint32_t at;

	if (heap->count == heap->most) {
		if (time >= heap->items[0].time)
			return;
		heap->items[0].time = time;
		memcpy(heap->items[0].key, key, 32);
		sift_down(heap);
		return;
	}
	for (at = heap->count++; at && heap->items[(at - 1) / 2].time < time; at = (at - 1) / 2)
		heap->items[at] = heap->items[(at - 1) / 2];
	heap->items[at].time = time;
	memcpy(heap->items[at].key, key, 32);
}

static int by_time(const void *a, const void *b)
{
	const entry *x = a, *y = b;

	return (x->time > y->time) - (x->time < y->time);
}

/* A time that is still to come is no merit: clocks are set back. */
static int find_oldest(cfr__env *env, oldest *heap, int64_t now)
{
	uint8_t first[CFR__KEY] = { CFR__USE };
	MDB_val key = { sizeof(first), first }, value;
	MDB_cursor *cursor;
	int r = mdb_cursor_open(env->txn, env->dbi, &cursor);

	if (r)
		return r;
	for (r = mdb_cursor_get(cursor, &key, &value, MDB_SET_RANGE); r == 0;
	     r = mdb_cursor_get(cursor, &key, &value, MDB_NEXT)) {
		cfr__use use = { 0, 0 };
		if (key.mv_size != CFR__KEY || *(const uint8_t *)key.mv_data != CFR__USE)
			break;
		if (value.mv_size == sizeof(use))
			memcpy(&use, value.mv_data, sizeof(use));
		add_oldest(heap, use.time > now ? 0 : use.time, (const uint8_t *)key.mv_data + 1);
	}
	mdb_cursor_close(cursor);
	if (r && r != MDB_NOTFOUND)
		return r;
	qsort(heap->items, heap->count, sizeof(*heap->items), by_time);
	return 0;
}

/* Of the record and of its use; false in `*there` when there is no such record. */
static int drop(cfr__env *env, const uint8_t key[32], bool *there)
{
	static const char kinds[] = { CFR__RECORD, CFR__USE };
	uint8_t full[CFR__KEY];

	for (size_t i = 0; i < sizeof(kinds); i++) {
		MDB_val k = { sizeof(full), full };
		cfr__env_key(full, kinds[i], key);
		int r = mdb_del(env->txn, env->dbi, &k, NULL);
		if (i == 0)
			*there = r == 0;
		if (r && r != MDB_NOTFOUND)
			return r;
	}
	return 0;
}

/* One batch, if more than `most` bytes are in use; what is then is in `bytes`. */
static int shrink(cfr__env *env, uint64_t most, int64_t now, uint64_t *dropped, uint64_t *bytes)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE), spare;
	oldest *heap = NULL;
	int r = begin(env);

	if (r == 0)
		r = used(env, bytes);
	if (r == 0 && *bytes > most) {
		heap = malloc(sizeof(*heap));
		if (!heap)
			return ENOMEM;
		/* Each changes two leaves at least; three commits have their own pages at a time. */
		spare = *bytes < env->size ? (env->size - *bytes) / page / 12 : 0;
		heap->count = 0;
		heap->most = spare < 4 ? 4 : spare < BATCH ? (uint32_t)spare : BATCH;
		r = find_oldest(env, heap, now);
		for (uint32_t i = 0; r == 0 && i < heap->count && *bytes > most; i++) {
			bool there;
			r = drop(env, heap->items[i].key, &there);
			*dropped += there;
			if (r == 0)
				r = used(env, bytes);
		}
	}
	free(heap);
	return r ? r : commit(env);
}

/* A commit that changes next to nothing, so that what the one before freed can be used. */
static int tick(cfr__env *env, int64_t now)
{
	uint8_t full[CFR__KEY] = { CFR__TICK };
	MDB_val key = { sizeof(full), full }, value = { sizeof(now), &now };
	int r = begin(env);

	if (r == 0)
		r = mdb_put(env->txn, env->dbi, &key, &value, 0);
	return r ? r : commit(env);
}

/* --- putting --- */

typedef struct putting {
	const uint8_t *key;
	const cfr_str *pieces;
	uint32_t count;
	cfr__head head;
	uint64_t *dropped;
} putting;

static int put_use(cfr__env *env, const uint8_t key[32], int64_t time, uint64_t len)
{
	cfr__use use = { time, len };
	uint8_t full[CFR__KEY];
	MDB_val k = { sizeof(full), full }, value = { sizeof(use), &use };

	cfr__env_key(full, CFR__USE, key);
	return mdb_put(env->txn, env->dbi, &k, &value, 0);
}

static int put_once(cfr__env *env, const putting *p)
{
	uint8_t full[CFR__KEY];
	MDB_val key = { sizeof(full), full }, value = { sizeof(p->head) + p->head.len, NULL };
	int r = begin(env);

	cfr__env_key(full, CFR__RECORD, p->key);
	if (r == 0)
		r = put_use(env, p->key, p->head.time, value.mv_size);
	if (r == 0)
		r = mdb_put(env->txn, env->dbi, &key, &value, MDB_RESERVE);
	if (r == 0) {
		char *at = value.mv_data;
		memcpy(at, &p->head, sizeof(p->head));
		at += sizeof(p->head);
		for (uint32_t i = 0; i < p->count; i++) {
			if (p->pieces[i].len)
				memcpy(at, p->pieces[i].ptr, p->pieces[i].len);
			at += p->pieces[i].len;
		}
		return commit(env);
	}
	if (env->txn)
		mdb_txn_abort(env->txn);
	env->txn = NULL;
	return r;
}

/* Down to `must` in a few batches, and one more towards `most`. */
static int make_room(cfr__env *env, const putting *p, uint64_t must, uint64_t most)
{
	uint64_t bytes = UINT64_MAX;
	int r = 0;

	for (int i = 0; r == 0 && i < BATCHES && bytes > must; i++)
		r = shrink(env, most, p->head.time, p->dropped, &bytes);
	if (r && env->txn) {
		mdb_txn_abort(env->txn);
		env->txn = NULL;
	}
	return r;
}

static int put(cfr__env *env, void *arg)
{
	putting *p = arg;
	uint64_t bytes = 0, need = p->head.len + sizeof(p->head) + 4 * 4096, percent = env->size / 100;
	int r = begin(env);

	if (r == 0)
		r = used(env, &bytes);
	if (env->txn)
		mdb_txn_abort(env->txn);
	env->txn = NULL;
	if (r == 0 && bytes + need > percent * FULL)
		r = make_room(env, p, percent * FULL - need, percent * ROOMY - need);
	if (r == 0)
		r = put_once(env, p);
	if (r != MDB_MAP_FULL)
		return r;
	r = make_room(env, p, percent * EMPTY, percent * EMPTY);
	for (int i = 0; r == 0 && i < 2; i++)
		r = tick(env, p->head.time + i);
	return r ? r : put_once(env, p);
}

int cfr__env_put(cfr__env *env, const uint8_t key[32], const cfr_str *pieces, uint32_t count, const cfr__head *head,
                 uint64_t *dropped, cfr_err *err)
{
	putting p = { key, pieces, count, *head, dropped };

	return guarded(env, put, &p, err);
}

/* --- entries of records that are there --- */

typedef struct keys {
	const cfr_cache_key *items;
	uint32_t count;
	int64_t time;
} keys;

static int touch(cfr__env *env, void *arg)
{
	keys *k = arg;
	int r = begin(env);

	for (uint32_t i = 0; r == 0 && i < k->count; i++) {
		uint8_t full[CFR__KEY];
		MDB_val key = { sizeof(full), full }, value;
		cfr__use use;
		cfr__env_key(full, CFR__USE, k->items[i].bytes);
		r = mdb_get(env->txn, env->dbi, &key, &value);
		if (r == 0 && value.mv_size == sizeof(use)) {
			memcpy(&use, value.mv_data, sizeof(use));
			r = put_use(env, k->items[i].bytes, k->time, use.len);
		}
		if (r == MDB_NOTFOUND)
			r = 0;
	}
	return r ? r : commit(env);
}

static int remove_all(cfr__env *env, void *arg)
{
	keys *k = arg;
	int r = begin(env);

	for (uint32_t i = 0; r == 0 && i < k->count; i++) {
		bool there;
		r = drop(env, k->items[i].bytes, &there);
	}
	return r ? r : commit(env);
}

int cfr__env_touch(cfr__env *env, const cfr_cache_key *items, uint32_t count, int64_t time, cfr_err *err)
{
	keys k = { items, count, time };

	return guarded(env, touch, &k, err);
}

int cfr__env_remove(cfr__env *env, const cfr_cache_key *items, uint32_t count, cfr_err *err)
{
	keys k = { items, count, 0 };

	return guarded(env, remove_all, &k, err);
}
