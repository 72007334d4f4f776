/* cache/page.h -- LMDB's pages, read without LMDB.
 *
 * LMDB trusts its file: it has no checksums, follows what it finds in the map, and a page that was cut off ends the
 * process. So cfgrun reads the file itself. All of it comes through pread, page by page into memory of the reader, and
 * nothing is believed before it was compared with what there can be; whatever the bytes are, the worst is that nothing is
 * found. That needs no lock and no slot in a table of readers either: writers never change a page that the last two
 * commits can reach, and who meets a page that was reused all the same finds a wrong checksum and looks again. What is
 * found was put under that very key; after damage between the records it may be what was put there before.
 *
 * The layout is that of LMDB 0.9 on machines with 64 bits, lowest byte first (lmdb's mdb.c: MDB_page, MDB_node, MDB_meta, MDB_db).
 */
#ifndef CFR_CACHE_PAGE_H
#define CFR_CACHE_PAGE_H

#include "engine/common.h"

enum {
	CFR__PAGE_HEAD = 16,
	CFR__NODE_HEAD = 8,
	CFR__PAGE_MOST = 32768,		/* bytes of the largest page that LMDB makes */
	CFR__TREE_DEPTH = 16,		/* LMDB allows 32; ours need five */

	CFR__BRANCH = 0x01,		/* flags of pages */
	CFR__LEAF = 0x02,
	CFR__OVERFLOW = 0x04,
	CFR__META = 0x08,
	CFR__BIG = 0x01,		/* flag of a node: its value lies in pages of its own */

	CFR__KEY = 33,			/* bytes of a key: what it is of, then the record's key */
	CFR__FREE_KEY = 8		/* of the tree of free pages: the number of a transaction */
};
#define CFR__NO_PAGE UINT64_MAX

/* Elsewhere LMDB has other pages, and there is no cache. */
static inline bool cfr__page_is_ours(void)
{
	return sizeof(void *) == 8 && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__;
}

/* One of the two trees of a file: MDB_db. */
typedef struct cfr__db {
	uint32_t pad;			/* of the first: bytes of a page */
	uint16_t flags, depth;
	uint64_t branches, leaves, overflows, entries, root;
} cfr__db;

/* What the file was after one commit. */
typedef struct cfr__snapshot {
	int fd;
	uint32_t page;			/* bytes of a page */
	uint64_t pages;			/* in the file */
	bool named;			/* has the file a name, or was it removed */
	uint64_t last, txn;		/* last page in use; number of the commit */
	cfr__db free, main;
} cfr__snapshot;

typedef struct cfr__value {
	const uint8_t *inner;		/* in the page, or NULL: it begins at `offset` of the file */
	uint64_t offset;
	uint64_t page, run;		/* of its own pages: the first, how many */
	uint32_t len;
} cfr__value;

/* All return NULL, or why not: a few words for people. */
const char *cfr__snapshot_take(cfr__snapshot *out, int fd);
/* Reads page `number`, of one kind and for keys of that length, and checks it all. `page` has room for a whole one. */
const char *cfr__page_read(uint8_t *page, const cfr__snapshot *snap, uint64_t number, unsigned kind, size_t key);

static inline unsigned cfr__page_count(const uint8_t *page)
{
	uint16_t lower;
	__builtin_memcpy(&lower, page + 12, 2);
	return (unsigned)(lower - CFR__PAGE_HEAD) / 2;
}
/* Of a page that was checked. The first key of a branch is empty: it stands for whatever is smallest. */
cfr_str cfr__page_key(const uint8_t *page, unsigned index);
uint64_t cfr__page_child(const uint8_t *page, unsigned index);
/* Looks at the head of the value's own pages, too. */
const char *cfr__page_value(cfr__value *out, const cfr__snapshot *snap, const uint8_t *page, unsigned index);

/* Searches the main tree. NULL with `found` false: no such key. `page` keeps what `out` may point to. */
const char *cfr__page_find(cfr__value *out, bool *found, uint8_t *page, const cfr__snapshot *snap, cfr_str key);

/* All bytes, or false. */
bool cfr__pread(int fd, void *out, size_t len, uint64_t offset);

#endif
