/* cache/read.c -- a record is looked for.
 *
 * Without a lock: a snapshot is taken, searched, and its bytes copied out; then they are compared with their checksum. What
 * does not fit was either written over meanwhile, and then there is a later snapshot to be searched, or it is damaged, and
 * whoever writes next has a look at the file.
 */
#include "cache/inside.h"

#include "engine/base/str.h"

#include <fcntl.h>
#include <unistd.h>

enum { TRIES = 5 };

cfr_checksum cfr__record_sum(const cfr_cache_key *key, const cfr__head *head, const cfr_str *pieces, uint32_t count)
{
	cfr_checksum bytes = cfr_checksum_of(pieces, count);
	const cfr_str all[3] = { { (const char *)key->bytes, sizeof(key->bytes) },
				 { (const char *)head, offsetof(cfr__head, sum) },
				 { (const char *)&bytes, sizeof(bytes) } };

	return cfr_checksum_of(all, 3);
}

static bool read_value(void *out, const cfr__snapshot *snap, const cfr__value *value, size_t from, size_t len)
{
	if (!value->inner)
		return cfr__pread(snap->fd, out, len, value->offset + from);
	memcpy(out, value->inner + from, len);
	return true;
}

/* A buffer that cannot have it stays as it was. */
static char *room_for(cfr_buf *out, uint64_t len)
{
	int failed = out->failed;
	char *room;

	room = cfr_buf_room(out, len);
	if (!room)
		out->failed = failed;
	return room;
}

cfr__found cfr__record_read(cfr_buf *out, cfr__head *head, const cfr__snapshot *snap, const cfr_cache_key *key,
                            uint8_t *page, const char **why)
{
	uint8_t full[CFR__KEY];
	cfr__value value;
	cfr__head own;
	cfr_str bytes;
	char *room;
	bool found;

	cfr__env_key(full, CFR__RECORD, key->bytes);
	*why = cfr__page_find(&value, &found, page, snap, (cfr_str){ (const char *)full, sizeof(full) });
	if (*why)
		return CFR__DAMAGE;
	if (!found)
		return CFR__MISS;
	*why = "a record is damaged";
	if (value.len < sizeof(own) || !read_value(&own, snap, &value, 0, sizeof(own)) ||
	    memcmp(own.magic, "cfgr", 4) != 0 || own.version != 1 || own.len != value.len - sizeof(own))
		return CFR__DAMAGE;
	if (!out) {
		*head = own;
		return CFR__HIT;
	}
	room = room_for(out, own.len);
	if (!room)
		return CFR__MISS;
	bytes = (cfr_str){ room, own.len };
	if (!read_value(room, snap, &value, sizeof(own), own.len) ||
	    !cfr_checksum_eq(cfr__record_sum(key, &own, &bytes, 1), (cfr_checksum){ own.sum[0], own.sum[1] })) {
		out->ptr[out->len] = '\0';
		return CFR__DAMAGE;
	}
	out->len += own.len;
	if (head)
		*head = own;
	return CFR__HIT;
}

/* More than a day ago, or still to come: clocks are set back. */
static bool is_stale(int64_t time, int64_t now) { return time > now || time < now - CFR__DAY; }

/* A record of days ago was used today: to be written down when something else is. */
static void touch(cfr__store *store, const cfr__snapshot *snap, const cfr_cache_key *key, uint8_t *page, int64_t now)
{
	uint8_t full[CFR__KEY];
	cfr__value value;
	cfr__use use;
	bool found;

	cfr__env_key(full, CFR__USE, key->bytes);
	if (cfr__page_find(&value, &found, page, snap, (cfr_str){ (const char *)full, sizeof(full) }) || !found ||
	    value.len != sizeof(use) || !read_value(&use, snap, &value, 0, sizeof(use)) ||
	    !is_stale(use.time, now))
		return;
	pthread_mutex_lock(&store->small);
	if (store->touched_count < CFR__TOUCHES)
		store->touched[store->touched_count++] = *key;
	pthread_mutex_unlock(&store->small);
}

void cfr__store_reopen(cfr__store *store)
{
	int fd = store->folder.fd < 0 ? -1 : cfr__folder_file(&store->folder, CFR__DATA, O_RDONLY);

	if (store->data >= 0)
		close(store->data);
	store->data = fd < 0 ? -1 : fd;
}

static cfr__found look(cfr__store *store, const cfr_cache_key *key, cfr_buf *out, uint8_t *page, bool *named,
                       const char **why)
{
	cfr__found found = CFR__DAMAGE;
	cfr__snapshot snap, later;
	cfr__head head;
	struct stat st;

	if (fstat(store->data, &st) == 0 && st.st_size == 0)
		return CFR__MISS;	/* whoever makes it is not that far yet */
	for (int i = 0; i < TRIES; i++) {
		*why = cfr__snapshot_take(&snap, store->data);
		if (*why)
			continue;	/* its first pages may be changing at this moment */
		*named = snap.named;
		found = cfr__record_read(out, &head, &snap, key, page, why);
		if (found != CFR__DAMAGE)
			break;
		if (cfr__snapshot_take(&later, store->data) == NULL && later.txn == snap.txn)
			break;
	}
	if (found == CFR__HIT) {
		int64_t now = cfr__store_now();
		if (is_stale(head.time, now))
			touch(store, &snap, key, page, now);
	}
	return found;
}

bool cfr__store_get(void *arg, const cfr_cache_key *key, cfr_buf *out)
{
	cfr__store *store = arg;
	cfr__found found = CFR__MISS;
	const char *why = NULL;
	bool named = false;
	uint8_t page[CFR__PAGE_MOST];

	for (int i = 0; i < 2 && !named; i++) {
		if (i) {
			pthread_rwlock_wrlock(&store->files);
			cfr__store_reopen(store);
			pthread_rwlock_unlock(&store->files);
		}
		pthread_rwlock_rdlock(&store->files);
		if (store->data >= 0) {
			named = true;	/* so is what cannot be read: it was seen to have one */
			found = look(store, key, out, page, &named, &why);
		}
		pthread_rwlock_unlock(&store->files);
		if (found == CFR__HIT)
			break;
	}
	if (found == CFR__DAMAGE) {
		atomic_store(&store->suspect, true);
		cfr__store_note(store, CFR__NOTE_DAMAGE, "the cache in %s is damaged: %s", store->folder.name, why);
	}
	return found == CFR__HIT;
}
