/* cache/report.c -- what people ask of a cache: how it does, whether it is sound, and that it begin anew.
 *
 * Here a folder that cannot be used is an error with a reason; and there is time to wait for others.
 */
#include "cache/inspect.h"
#include "cache/inside.h"

#include "engine/base/file.h"
#include "engine/base/str.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { PATIENCE = 2000 };	/* milliseconds */

/* CFR_E_NOTFOUND: there is nothing. */
static int open_store(cfr__store *store, const cfr_cache_options *options, cfr_err *err)
{
	int r = cfr__store_init(store, options, err);

	if (r == 0)
		r = cfr__folder_open(&store->folder, false, err);
	store->folder.patience = PATIENCE;
	if (r == 0)
		cfr__store_reopen(store);
	return r;
}

/* --- stats --- */

/* The last kind is of what has no name, and of what there is no room for. */
static void add_kind(cfr_cache_stats *stats, const cfr__snapshot *snap, const cfr__value *value)
{
	cfr_cache_kind *kind = stats->kinds, *last = kind + CFR_CACHE_KINDS - 1;
	char name[sizeof(kind->name)] = "";
	bool named = value->len >= sizeof(cfr__head) + sizeof(name) - 1;

	if (named && value->inner)
		memcpy(name, value->inner + sizeof(cfr__head), sizeof(name) - 1);
	else if (named)
		named = cfr__pread(snap->fd, name, sizeof(name) - 1, value->offset + sizeof(cfr__head));
	for (size_t i = 0; i < sizeof(name) - 1; i++)
		named = named && name[i] >= 'a' && name[i] <= 'z';
	while (kind < last && (!named || (kind->records && strcmp(kind->name, name) != 0)))
		kind++;
	if (kind < last)
		memcpy(kind->name, name, sizeof(name));
	kind->records++;
	kind->bytes += value->len;
}

static int add_entry(void *arg, const cfr__snapshot *snap, cfr_str key, const cfr__value *value)
{
	cfr_cache_stats *stats = arg;
	cfr__use use;
	int64_t seconds;

	if (*key.ptr == CFR__RECORD)
		add_kind(stats, snap, value);
	if (*key.ptr != CFR__USE || value->len != sizeof(use) || !value->inner)
		return 0;
	memcpy(&use, value->inner, sizeof(use));
	seconds = use.time / 1000000;
	stats->oldest = stats->records == 0 || seconds < stats->oldest ? seconds : stats->oldest;
	stats->newest = stats->records == 0 || seconds > stats->newest ? seconds : stats->newest;
	stats->records++;
	stats->bytes += use.len;
	return 0;
}

static uint64_t pages_of(const cfr__db *db) { return db->branches + db->leaves + db->overflows; }

static void add_counts(cfr_cache_stats *stats, const cfr__state *state)
{
	int64_t hour = cfr__store_now() / 1000000 / 3600;

	stats->since = state->since;
	stats->hits = state->hits;
	stats->misses = state->misses;
	stats->kept = state->kept;
	stats->dropped = state->dropped;
	for (int i = 0; i < CFR_CACHE_HOURS; i++) {
		if (state->hours[i].hour > hour - CFR_CACHE_HOURS && state->hours[i].hour <= hour) {
			stats->day_hits += state->hours[i].hits;
			stats->day_misses += state->hours[i].misses;
		}
	}
}

int cfr_cache_read_stats(cfr_cache_stats *out, const cfr_cache_options *options, cfr_err *err)
{
	cfr_cache_stats stats = { 0 };
	cfr__snapshot snap;
	cfr__store store;
	const char *why;
	bool locked;
	int r = open_store(&store, options, err);

	stats.bound = store.size;
	if (r < 0)
		goto done;
	locked = store.folder.state >= 0 && cfr__folder_lock(&store.folder);
	if (store.folder.state >= 0) {
		cfr__state_read(&store.state, &store.folder);
		add_counts(&stats, &store.state);
	}
	if (store.data >= 0) {
		why = cfr__snapshot_take(&snap, store.data);
		r = why ? cfr_err_set(err, CFR_E_CORRUPT, "%s", why) : cfr__inspect(&snap, add_entry, &stats, err);
		if (r == CFR_E_CORRUPT)
			cfr_err_hint(err, "it is begun anew when something is kept; "
			             "`cfgrun cache verify` does so at once");
		cfr_err_at(err, cfr_str_of(store.folder.name), 0, 0);
		if (r == 0) {
			stats.there = true;
			stats.file = snap.pages * snap.page;
			stats.used = (2 + pages_of(&snap.main) + pages_of(&snap.free)) * snap.page;
		}
	}
	if (locked)
		cfr__folder_unlock(&store.folder);
done:
	cfr__store_release(&store);
	if (r < 0 && r != CFR_E_NOTFOUND)
		return r;
	*out = stats;
	return 0;
}

/* --- verify --- */

typedef struct keys {
	cfr_cache_key *items;
	size_t count, cap;
} keys;

static int add_key(void *arg, const cfr__snapshot *snap, cfr_str key, const cfr__value *value)
{
	keys *k = arg;

	(void)snap;
	(void)value;
	if (*key.ptr != CFR__RECORD)
		return 0;
	if (k->count == k->cap) {
		size_t cap = k->cap ? k->cap * 2 : 256;
		cfr_cache_key *more = realloc(k->items, cap * sizeof(*more));
		if (!more)
			return CFR_E_NOMEM;
		k->items = more;
		k->cap = cap;
	}
	memcpy(k->items[k->count++].bytes, key.ptr + 1, 32);
	return 0;
}

/* Reads every record; what is damaged stays in `k`. */
static int read_all(cfr_cache_verdict *verdict, keys *k, const cfr__snapshot *snap, cfr_err *err)
{
	uint8_t page[CFR__PAGE_MOST];
	cfr_buf bytes = CFR_BUF_INIT;
	const char *why;
	size_t bad = 0;
	int r = 0;

	for (size_t i = 0; r == 0 && i < k->count; i++) {
		cfr_buf_clear(&bytes);
		switch (cfr__record_read(&bytes, NULL, snap, &k->items[i], page, &why)) {
		case CFR__HIT:
			verdict->records++;
			verdict->bytes += bytes.len;
			break;
		case CFR__DAMAGE:
			k->items[bad++] = k->items[i];
			break;
		default:	/* it was seen to be there */
			r = cfr_err_nomem(err);
		}
	}
	cfr_buf_release(&bytes);
	k->count = bad;
	return r;
}

static int verify(cfr_cache_verdict *verdict, cfr__store *store, cfr_err *err)
{
	cfr__snapshot snap;
	cfr_err damage = CFR_ERR_INIT;
	keys k = { NULL, 0, 0 };
	int r = cfr__write_settle(store, true, &damage, err);

	verdict->moved = damage.code != 0;
	snprintf(verdict->why, sizeof(verdict->why), "%.*s", (int)sizeof(verdict->why) - 1, damage.message);
	if (r < 0 || verdict->moved || faccessat(store->folder.fd, CFR__DATA, F_OK, 0) < 0)
		return r;
	r = cfr__write_open(store, err);
	if (r == 0 && cfr__snapshot_take(&snap, cfr__env_fd(store->env)) == NULL) {
		r = cfr__inspect(&snap, add_key, &k, err);
		if (r == CFR_E_NOMEM)
			cfr_err_nomem(err);
		if (r == 0)
			r = read_all(verdict, &k, &snap, err);
		if (r == 0 && k.count) {
			verdict->removed = k.count;
			store->state.dropped += k.count;
			r = cfr__env_remove(store->env, k.items, (uint32_t)k.count, err);
		}
	}
	free(k.items);
	return r;
}

int cfr_cache_verify(cfr_cache_verdict *out, const cfr_cache_options *options, cfr_err *err)
{
	cfr_cache_verdict verdict = { 0 };
	cfr__store store;
	int r = open_store(&store, options, err);

	/* What is there cannot be vouched for where nothing can be written: others could. */
	if (r == 0)
		r = cfr__write_lock(&store, store.data >= 0, err);
	if (r == 0) {
		r = verify(&verdict, &store, err);
		cfr__write_done(&store);
	}
	cfr__store_release(&store);
	if (r < 0 && r != CFR_E_NOTFOUND)
		return r;
	*out = verdict;
	return 0;
}

/* --- clear --- */

int cfr_cache_clear(uint64_t *bytes, const cfr_cache_options *options, cfr_err *err)
{
	static const char *const names[] = { CFR__DATA, CFR__DAMAGED, CFR__STATE };
	char room[CFR_REASON];
	cfr__store store;
	struct stat st;
	bool locked;
	int r = open_store(&store, options, err);

	*bytes = 0;
	if (r < 0)
		goto done;
	/* One who writes and does not come to an end keeps files that have no names any more. */
	locked = store.folder.state >= 0 && cfr__folder_lock(&store.folder);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (fstatat(store.folder.fd, names[i], &st, AT_SYMLINK_NOFOLLOW) < 0)
			continue;
		*bytes += (uint64_t)st.st_blocks * 512;
		if (unlinkat(store.folder.fd, names[i], 0) < 0) {
			r = cfr_err_set(err, CFR_E_IO, "the cache cannot be removed: %s", cfr_io_reason(room, errno));
			cfr_err_at(err, cfr_str_of(store.folder.name), 0, 0);
			break;
		}
	}
	if (locked)
		cfr__folder_unlock(&store.folder);
done:
	cfr__store_release(&store);
	return r == CFR_E_NOTFOUND ? 0 : r;
}
