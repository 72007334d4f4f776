/* cache/page.c -- see page.h. Each number taken from the file is compared here, before it is used for anything. */
#include "cache/page.h"

#include "engine/base/str.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	MAGIC = (int)0xBEEFC0DE,
	VERSION = 1,
	META_BYTES = 136,
	INTEGER_KEYS = 0x08,		/* flag of the tree of free pages */
	OWN_FLAGS = 0x4000		/* MDB_NOSUBDIR gets in among them */
};

static uint16_t u16(const uint8_t *at)
{
	uint16_t v;

	memcpy(&v, at, sizeof(v));
	return v;
}

static uint32_t u32(const uint8_t *at)
{
	uint32_t v;

	memcpy(&v, at, sizeof(v));
	return v;
}

static uint64_t u64(const uint8_t *at)
{
	uint64_t v;

	memcpy(&v, at, sizeof(v));
	return v;
}

bool cfr__pread(int fd, void *out, size_t len, uint64_t offset)
{
	char *at = out;

	while (len) {
		ssize_t n = pread(fd, at, len, (off_t)offset);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		at += n;
		len -= (size_t)n;
		offset += (uint64_t)n;
	}
	return true;
}

/* --- the two pages at the front --- */

static cfr__db read_db(const uint8_t *at)
{
	return (cfr__db){ u32(at), u16(at + 4), u16(at + 6), u64(at + 8), u64(at + 16), u64(at + 24), u64(at + 32),
		u64(at + 40) };
}

static bool db_is_sane(const cfr__db *db, const cfr__snapshot *snap)
{
	if (db->root == CFR__NO_PAGE)
		return db->depth == 0 && db->entries == 0 && db->branches + db->leaves + db->overflows == 0;
	return db->root >= 2 && db->root <= snap->last && db->depth >= 1 && db->depth <= CFR__TREE_DEPTH &&
	       db->entries > 0 && db->branches <= snap->last && db->leaves <= snap->last && db->overflows <= snap->last;
}

static const char *read_meta(cfr__snapshot *out, int fd, uint64_t number, uint32_t page, uint64_t size)
{
	uint8_t bytes[CFR__PAGE_HEAD + META_BYTES];
	const uint8_t *meta = bytes + CFR__PAGE_HEAD;

	if (!cfr__pread(fd, bytes, sizeof(bytes), number * page))
		return "it is cut off";
	if (u32(meta) != (uint32_t)MAGIC || u64(bytes) != number || u16(bytes + 10) != CFR__META)
		return "it is no cache";
	if (u32(meta + 4) != VERSION)
		return "it is of another version of LMDB";
	out->fd = fd;
	out->page = page;
	out->pages = size / page;
	out->free = read_db(meta + 24);
	out->main = read_db(meta + 72);
	out->last = u64(meta + 120);
	out->txn = u64(meta + 128);
	if (out->free.pad != page || u64(meta + 8) != 0)
		return "it was made on another machine";
	if (out->last < 1 || out->last >= out->pages)
		return "it is cut off";
	if ((out->free.flags & ~OWN_FLAGS) != INTEGER_KEYS || out->main.flags != 0 || out->main.pad != 0 ||
	    out->txn > UINT64_MAX / 4 || !db_is_sane(&out->free, out) || !db_is_sane(&out->main, out))
		return "its first pages are damaged";
	return NULL;
}

const char *cfr__snapshot_take(cfr__snapshot *out, int fd)
{
	uint32_t page = (uint32_t)sysconf(_SC_PAGESIZE);
	cfr__snapshot two[2];
	struct stat st;
	const char *why;

	if (page > CFR__PAGE_MOST)
		page = CFR__PAGE_MOST;
	if (fstat(fd, &st) < 0 || st.st_size < 2 * (off_t)page)
		return "it is cut off";
	for (unsigned i = 0; i < 2; i++) {
		if ((why = read_meta(&two[i], fd, i, page, (uint64_t)st.st_size)) != NULL)
			return why;
		if (two[i].txn && (two[i].txn & 1) != i)
			return "its first pages are damaged";
	}
	*out = two[two[0].txn < two[1].txn];
	if (two[0].txn + two[1].txn && two[0].txn + two[1].txn + 1 != 2 * out->txn)
		return "its first pages are damaged";	/* commits have the two in turn */
	out->named = st.st_nlink > 0;
	return NULL;
}

/* --- pages of trees --- */

static const uint8_t *node_at(const uint8_t *page, unsigned index)
{
	return page + u16(page + CFR__PAGE_HEAD + 2 * index);
}

static uint32_t value_len(const uint8_t *node) { return u16(node) | (uint32_t)u16(node + 2) << 16; }

/* Does node `index` lie within the page? Gives how many bytes it takes; 0: no. */
static size_t node_size(const uint8_t *page, size_t size, size_t upper, unsigned index, unsigned kind, size_t key)
{
	size_t at = u16(page + CFR__PAGE_HEAD + 2 * index), value = 0;
	const uint8_t *node;

	if (at < upper || at % 2 || at + CFR__NODE_HEAD > size)
		return 0;
	node = page + at;
	if (u16(node + 6) != key && !(kind == CFR__BRANCH && index == 0 && u16(node + 6) == 0))
		return 0;
	if (kind == CFR__LEAF) {
		if (u16(node + 4) & ~CFR__BIG)
			return 0;
		value = u16(node + 4) & CFR__BIG ? 8 : value_len(node);
	}
	value += CFR__NODE_HEAD + u16(node + 6);
	value += value % 2;
	return value <= size - at ? value : 0;
}

const char *cfr__page_read(uint8_t *page, const cfr__snapshot *snap, uint64_t number, unsigned kind, size_t key)
{
	size_t lower, upper, all = 0;

	if (number < 2 || number > snap->last)
		return "a page is not there";
	if (!cfr__pread(snap->fd, page, snap->page, number * snap->page))
		return "a page cannot be read";
	lower = u16(page + 12);
	upper = u16(page + 14);
	if (u64(page) != number || u16(page + 10) != kind || lower % 2 || lower < CFR__PAGE_HEAD + 2 || lower > upper ||
	    upper > snap->page)
		return "the head of a page is damaged";
	for (unsigned i = 0; i < cfr__page_count(page); i++) {
		size_t n = node_size(page, snap->page, upper, i, kind, key);
		if (n == 0)
			return "an entry of a page is damaged";
		all += n;
	}
	return all == snap->page - upper ? NULL : "the entries of a page are damaged";
}

cfr_str cfr__page_key(const uint8_t *page, unsigned index)
{
	const uint8_t *node = node_at(page, index);

	return (cfr_str){ (const char *)node + CFR__NODE_HEAD, u16(node + 6) };
}

uint64_t cfr__page_child(const uint8_t *page, unsigned index)
{
	const uint8_t *node = node_at(page, index);

	return value_len(node) | (uint64_t)u16(node + 4) << 32;
}

const char *cfr__page_value(cfr__value *out, const cfr__snapshot *snap, const uint8_t *page, unsigned index)
{
	const uint8_t *node = node_at(page, index), *value = node + CFR__NODE_HEAD + u16(node + 6);
	uint8_t head[CFR__PAGE_HEAD];
	uint64_t need;

	*out = (cfr__value){ .len = value_len(node) };
	if (!(u16(node + 4) & CFR__BIG)) {
		out->inner = value;
		return NULL;
	}
	out->page = u64(value);
	if (out->page < 2 || out->page > snap->last)
		return "a value is not there";
	if (!cfr__pread(snap->fd, head, sizeof(head), out->page * snap->page))
		return "a value cannot be read";
	out->run = u32(head + 12);
	need = ((uint64_t)out->len + CFR__PAGE_HEAD - 1) / snap->page + 1;
	if (u64(head) != out->page || u16(head + 10) != CFR__OVERFLOW || out->run < need ||
	    out->run > snap->last - out->page + 1)
		return "the head of a value is damaged";
	out->offset = out->page * snap->page + CFR__PAGE_HEAD;
	return NULL;
}

/* The first entry that is not before `key`. */
static unsigned lower_bound(const uint8_t *page, unsigned from, cfr_str key)
{
	unsigned to = cfr__page_count(page);

	while (from < to) {
		unsigned middle = (from + to) / 2;
		if (cfr_str_cmp(cfr__page_key(page, middle), key) < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

const char *cfr__page_find(cfr__value *out, bool *found, uint8_t *page, const cfr__snapshot *snap, cfr_str key)
{
	uint64_t number = snap->main.root;
	const char *why;
	unsigned at;

	*found = false;
	if (number == CFR__NO_PAGE)
		return NULL;
	for (unsigned depth = 1; depth < snap->main.depth; depth++) {
		if ((why = cfr__page_read(page, snap, number, CFR__BRANCH, CFR__KEY)) != NULL)
			return why;
		at = lower_bound(page, 1, key);
		if (at == cfr__page_count(page) || !cfr_str_eq(cfr__page_key(page, at), key))
			at--;
		number = cfr__page_child(page, at);
	}
	if ((why = cfr__page_read(page, snap, number, CFR__LEAF, CFR__KEY)) != NULL)
		return why;
	at = lower_bound(page, 0, key);
	if (at == cfr__page_count(page) || !cfr_str_eq(cfr__page_key(page, at), key))
		return NULL;
	*found = true;
	return cfr__page_value(out, snap, page, at);
}
