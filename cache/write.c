/* cache/write.c -- a record is kept.
 *
 * Whoever writes has the folder's lock; who does not get it in a moment goes without. Then, before LMDB may touch the
 * file:
 *
 *   - it looks as it was left (size, times, inode, and the machine was not started anew since): it is in order;
 *   - else somebody died while writing, or another program wrote to it, or a crash lost some of it: it is looked at page by
 *     page, and moved away unless all is well. Records have their checksums, so this is about the pages between them.
 *
 * When all is done the file's new looks and the counts are written beside it, and the lock is given back.
 */
#include "cache/inspect.h"
#include "cache/inside.h"

#include "engine/base/str.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

int cfr__write_lock(cfr__store *store, bool make, cfr_err *err)
{
	int r = 0;

	if (store->folder.fd < 0 || store->folder.state < 0) {
		pthread_rwlock_wrlock(&store->files);
		r = cfr__folder_open(&store->folder, make, err);
		pthread_rwlock_unlock(&store->files);
	}
	if (r < 0)
		return r;
	if (store->folder.state < 0)
		return CFR_E_NOTFOUND;
	if (!cfr__folder_lock(&store->folder)) {
		cfr_err_set(err, CFR_E_IO, "another process is writing to the cache");
		cfr_err_at(err, cfr_str_of(store->folder.name), 0, 0);
		return CFR_E_IO;
	}
	store->in_order = false;
	cfr__state_read(&store->state, &store->folder);
	return 0;
}

static void move_away(cfr__store *store)
{
	cfr__env_close(store->env);
	store->env = NULL;
	if (renameat(store->folder.fd, CFR__DATA, store->folder.fd, CFR__DAMAGED) == 0)
		return;
	/* One of the two is a folder, or there is no room for another name. */
	unlinkat(store->folder.fd, CFR__DAMAGED, 0);
	unlinkat(store->folder.fd, CFR__DAMAGED, AT_REMOVEDIR);
	if (renameat(store->folder.fd, CFR__DATA, store->folder.fd, CFR__DAMAGED) < 0)
		unlinkat(store->folder.fd, CFR__DATA, 0);
}

static int inspect(int fd, cfr_err *damage, cfr_err *err)
{
	cfr_err own = CFR_ERR_INIT;
	cfr__snapshot snap;
	const char *bad = cfr__snapshot_take(&snap, fd);
	int r = bad ? cfr_err_set(&own, CFR_E_CORRUPT, "%s", bad) : cfr__inspect(&snap, NULL, NULL, &own);

	if (r == CFR_E_CORRUPT) {
		*damage = own;
		return 0;
	}
	if (r < 0 && err)
		*err = own;
	return r;
}

int cfr__write_settle(cfr__store *store, bool look, cfr_err *damage, cfr_err *err)
{
	int fd = cfr__folder_file(&store->folder, CFR__DATA, O_RDONLY), r = 0;
	struct stat st, own;
	cfr__mark mark;

	if (fd == CFR_E_NOMEM)
		return cfr_err_set(err, CFR_E_IO, "too few files can be open, or too little memory is left");
	if (fd == CFR_E_IO)
		cfr_err_set(damage, CFR_E_CORRUPT, "its records are in no file of this user alone");
	if (fd >= 0 && fstat(fd, &st) == 0 && st.st_size > 0) {
		mark = cfr__mark_of(&store->folder, &st);
		if (look || !cfr__mark_same(&mark, &store->state.mark))
			r = inspect(fd, damage, err);
		if (r == 0 && !damage->code && (uint64_t)st.st_size > store->size)
			unlinkat(store->folder.fd, CFR__DATA, 0);	/* made under a higher bound */
	}
	if (damage->code)
		move_away(store);
	/* An empty one is begun by whoever opens it. */
	if (store->env && (fd < 0 || fstat(fd, &st) < 0 || st.st_size == 0 ||
	                   fstat(cfr__env_fd(store->env), &own) < 0 || own.st_nlink == 0 ||
	                   own.st_ino != st.st_ino || own.st_dev != st.st_dev)) {
		cfr__env_close(store->env);
		store->env = NULL;
	}
	if (fd >= 0)
		close(fd);
	return r;
}

/* The file is opened by name: it must be the one that was looked at. */
static int check_name(const cfr__store *store, cfr_err *err)
{
	struct stat own, named;

	if (fstat(cfr__env_fd(store->env), &own) == 0 &&
	    fstatat(store->folder.fd, CFR__DATA, &named, AT_SYMLINK_NOFOLLOW) == 0 && own.st_ino == named.st_ino &&
	    own.st_dev == named.st_dev)
		return 0;
	return cfr_err_set(err, CFR_E_IO, "the folder was moved");
}

int cfr__write_open(cfr__store *store, cfr_err *err)
{
	cfr_buf file = CFR_BUF_INIT;
	struct stat own, st;
	int r = 0;

	if (!store->env) {
		cfr_buf_addf(&file, "%s/%s", store->folder.name, CFR__DATA);
		r = cfr_buf_check(&file, err);
		if (r == 0)
			r = cfr__env_open(&store->env, file.ptr, store->size, err);
		if (r == 0)
			r = check_name(store, err);
		cfr_buf_release(&file);
	}
	if (r == 0) {
		pthread_rwlock_wrlock(&store->files);
		if (store->data < 0 || fstat(store->data, &st) < 0 || fstat(cfr__env_fd(store->env), &own) < 0 ||
		    own.st_ino != st.st_ino || own.st_dev != st.st_dev)
			cfr__store_reopen(store);
		pthread_rwlock_unlock(&store->files);
	}
	store->in_order = r == 0;
	return r;
}

/* Clocks of file systems tick, every four milliseconds for one; a change within the tick of ours would leave the times as they
 * are. So the file gets a time between ticks: whoever changes it leaves another. */
static void stamp(int fd, struct stat *st)
{
	struct timespec times[2] = { { .tv_nsec = UTIME_OMIT } };

	clock_gettime(CLOCK_REALTIME, &times[1]);
	(void)futimens(fd, times);
	if (fstat(fd, st) < 0)
		memset(st, 0, sizeof(*st));
}

void cfr__write_done(cfr__store *store)
{
	uint64_t hits = atomic_exchange(&store->hits, 0), misses = atomic_exchange(&store->misses, 0);
	struct stat st;

	if (store->env && store->in_order) {
		stamp(cfr__env_fd(store->env), &st);
		store->state.mark = cfr__mark_of(&store->folder, &st);
	}
	cfr__state_count(&store->state, hits, misses, cfr__store_now() / 1000000);
	cfr__state_write(&store->folder, &store->state);
	cfr__folder_unlock(&store->folder);
}

/* --- putting --- */

/* Uses that were noted by readers. */
static int put_touches(cfr__store *store, cfr_err *err)
{
	cfr_cache_key keys[CFR__TOUCHES];
	uint32_t count;

	pthread_mutex_lock(&store->small);
	count = store->touched_count;
	memcpy(keys, store->touched, count * sizeof(*keys));
	store->touched_count = 0;
	pthread_mutex_unlock(&store->small);
	return count ? cfr__env_touch(store->env, keys, count, cfr__store_now(), err) : 0;
}

/* Is this very record there already? Of processes that start at the same time, all but one find it so. */
static bool is_kept(const cfr__store *store, const cfr_cache_key *key, const cfr__head *head)
{
	uint8_t page[CFR__PAGE_MOST];
	cfr_buf bytes = CFR_BUF_INIT;
	cfr__snapshot snap;
	const char *why;
	cfr__head there;
	bool same = cfr__snapshot_take(&snap, cfr__env_fd(store->env)) == NULL &&
	            cfr__record_read(NULL, &there, &snap, key, page, &why) == CFR__HIT && there.len == head->len &&
	            memcmp(there.sum, head->sum, sizeof(there.sum)) == 0 &&
	            cfr__record_read(&bytes, NULL, &snap, key, page, &why) == CFR__HIT;

	cfr_buf_release(&bytes);
	return same;
}

static void note_damage(cfr__store *store, const cfr_err *damage)
{
	cfr__store_note(store, CFR__NOTE_DAMAGE, "the cache in %s is begun anew: %s", store->folder.name,
	                damage->message);
}

static int begin(cfr__store *store, cfr_err *err)
{
	cfr_err damage = CFR_ERR_INIT;
	bool look = atomic_exchange(&store->suspect, false);
	int r = cfr__write_settle(store, look, &damage, err);

	if (damage.code)
		note_damage(store, &damage);
	if (r == 0)
		r = cfr__write_open(store, err);
	return r;
}

static int put(cfr__store *store, const cfr_cache_key *key, const cfr_str *pieces, uint32_t count,
               const cfr__head *head, cfr_err *err)
{
	int r = begin(store, err);

	if (r == 0)
		r = put_touches(store, err);
	if (r < 0 || is_kept(store, key, head))
		return r;
	r = cfr__env_put(store->env, key->bytes, pieces, count, head, &store->state.dropped, err);
	if (r == CFR_E_LIMIT) {
		/* What is left is so scattered that nothing fits between it. */
		cfr__env_close(store->env);
		store->env = NULL;
		unlinkat(store->folder.fd, CFR__DATA, 0);
		r = cfr__write_open(store, err);
		if (r == 0)
			r = cfr__env_put(store->env, key->bytes, pieces, count, head, &store->state.dropped, err);
	}
	if (r == 0)
		store->state.kept++;
	return r;
}

/* What a failure means for this process. */
static void judge(cfr__store *store, int r, const cfr_err *err)
{
	if (r == 0)
		return;
	if (r == CFR_E_CORRUPT) {
		move_away(store);
		note_damage(store, err);
		return;
	}
	cfr__env_close(store->env);
	store->env = NULL;
	store->given_up = r != CFR_E_NOMEM;
	cfr__store_note(store, CFR__NOTE_WRITING, "nothing more is kept in the cache %s: %s", store->folder.name,
	                err->message);
}

void cfr__store_put(void *arg, const cfr_cache_key *key, const cfr_str *pieces, uint32_t count)
{
	cfr__store *store = arg;
	cfr_err err = CFR_ERR_INIT;
	cfr__head head = { .magic = { 'c', 'f', 'g', 'r' }, .version = 1, .time = cfr__store_now() };
	cfr_checksum sum;
	int r;

	for (uint32_t i = 0; i < count; i++)
		head.len += pieces[i].len;
	if (store->read_only || store->process != (int)getpid())
		return;
	if (head.len > store->size / 4) {
		cfr__store_note(store, CFR__NOTE_LARGE,
		                "a record of %llu KiB is too large for the cache, which keeps none above %llu KiB",
		                (unsigned long long)(head.len + 1023) / 1024,
		                (unsigned long long)store->size / 4 / 1024);
		return;
	}
	sum = cfr__record_sum(key, &head, pieces, count);
	head.sum[0] = sum.low;
	head.sum[1] = sum.high;
	pthread_mutex_lock(&store->writing);
	if (!store->given_up) {
		r = cfr__write_lock(store, true, &err);
		if (r < 0) {
			store->given_up = store->folder.state < 0;
			cfr__store_note(store, store->given_up ? CFR__NOTE_FOLDER : CFR__NOTE_BUSY, "%s: %s",
			                store->folder.name, err.message);
		} else {
			r = put(store, key, pieces, count, &head, &err);
			judge(store, r, &err);
			cfr__write_done(store);
		}
	}
	pthread_mutex_unlock(&store->writing);
}

/* Counts, and uses that nobody wrote down meanwhile; only if that takes no time. */
void cfr__store_flush(cfr__store *store)
{
	if (store->read_only || store->given_up || store->folder.state < 0 || store->process != (int)getpid() ||
	    (store->touched_count == 0 && atomic_load(&store->hits) == 0 && atomic_load(&store->misses) == 0))
		return;
	store->folder.patience = 1;	/* somebody who only read does not wait for one who writes */
	if (cfr__write_lock(store, false, NULL) < 0)
		return;
	if (store->touched_count && begin(store, NULL) == 0)
		put_touches(store, NULL);
	cfr__write_done(store);
}
