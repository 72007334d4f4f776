/* engine/tree/build_impl.h -- what the builder keeps; for ground.c, keys.c, alias.c, build.c and finish.c.
 *
 * Values stand in the author's order (preorder), in two arrays by rank: the sidecar entry, and what will be the record of
 * the image. A record holds its kind, the number of its key in the order of appearance, and its payload: text as a slice,
 * of a container how many children it has, where the image has it. Its `next` is CFR_ENTRY_OPEN until it ends. Nothing
 * points at anything: growing moves bytes, copying a subtree (an alias) is memcpy and a shift.
 */
#ifndef CFR_TREE_BUILD_IMPL_H
#define CFR_TREE_BUILD_IMPL_H

#include "engine/base/hash.h"
#include "engine/base/pooled.h"
#include "engine/base/str.h"
#include "engine/base/vec.h"
#include "engine/tree/build.h"
#include "engine/tree/impl.h"

#define CFR_BUILD_KEYLESS CFR_IMAGE_KEY_NONE	/* key number of a value that has none */
#define CFR_BUILD_MAX     UINT32_C(0x1FFFFFFF)	/* values */

/* Text: offset in the low 32 bits, length in the next 31; the top bit says that it lies in the pool, not in the
 * source. */
#define CFR_SLICE_POOL (UINT64_C(1) << 63)
static inline uint32_t cfr__slice_len(uint64_t slice) { return (uint32_t)(slice >> 32) & INT32_MAX; }

/* The text of an `other` lies in the pool as the length of its tag (u32), tag, text. Only tag and text count. */
static inline uint32_t cfr__text_len(cfr_kind kind, uint64_t slice)
{
	return cfr__slice_len(slice) - (kind == CFR_OTHER ? 4 : 0);
}

/* Each different key once; of a stream, also those of documents before. */
struct cfr_keys {
	struct cfr_key {
		uint64_t slice;
		uint32_t hash;
		uint32_t follower : 31;	/* the key that came after it last time: usually the next one again */
		uint32_t used : 1;	/* in this document */
	} *items;
	uint32_t count, cap;
	uint32_t *slots;		/* open addressing; number + 1, 0 is free */
	uint32_t slot_count;		/* a power of two */
	uint32_t last;			/* the key before */
	uint32_t known, used;		/* how many there were before this document; how many it has */
	uint64_t text;			/* bytes of those */
	bool pooled;			/* the text of one lies in the pool, which ends with the document */
	uint32_t *order;		/* a slab: the numbers of the first `ordered` keys, sorted by bytes */
	uint32_t *ranks;		/* behind them: by number, the place among those used; cfr__keys_rank */
	uint32_t ordered, order_cap;
	cfr_hash_key secret;
};

struct cfr_build {
	cfr_source *source;
	cfr_str text;			/* of the source */
	cfr_format format;
	cfr_limits limits;

	struct cfr_sidecar side;
	uint32_t wide_count, wide_cap;
	unsigned char *image;		/* a slab: the head of an image, and records */
	uint32_t count, cap;
	cfr_pool *mem;			/* of everything that may be large; may be NULL */

	struct cfr_frame {		/* the containers that are open */
		uint32_t rank, size;
		cfr_kind kind;
	} *frames;
	uint32_t depth, frame_cap;

	uint32_t key;			/* of the value that comes next, or KEYLESS */
	cfr_mark key_mark;

	struct cfr_keys keys;
	char *pool;			/* text that is not in the source */
	uint32_t pool_len, pool_cap;
	uint64_t strings;		/* bytes of all strings */
	uint32_t widest;		/* children of the largest mapping */

	struct cfr_copy *copies;
	uint32_t copy_count, copy_cap;
	struct cfr_merge {		/* `<<` of open mappings, done when they end */
		uint32_t depth, rank, use;
	} *merges;
	uint32_t merge_count, merge_cap;
	uint32_t *stamps;		/* by key: the merge that met it last */
	uint32_t stamp_cap, stamp;
	uint64_t expanded;		/* bytes of source that copies stand for */
};

static inline unsigned char *cfr__record(const cfr_build *build, uint32_t rank)
{
	return build->image + CFR_IMAGE_HEADER + (size_t)rank * CFR_IMAGE_RECORD;
}

static inline uint32_t cfr__key_at(const cfr_build *build, uint32_t rank) { return cfr__load32(cfr__record(build, rank)); }
static inline cfr_kind cfr__kind_at(const cfr_build *build, uint32_t rank)
{
	return (cfr_kind)cfr__load32(cfr__record(build, rank) + 4);
}
static inline uint64_t cfr__value_at(const cfr_build *build, uint32_t rank)
{
	return cfr__load64(cfr__record(build, rank) + 8);
}

static inline const char *cfr__slice_ptr(const cfr_build *build, uint64_t slice)
{
	return (slice & CFR_SLICE_POOL ? build->pool : build->text.ptr) + (uint32_t)slice;
}

static inline cfr_str cfr__slice_str(const cfr_build *build, uint64_t slice)
{
	return (cfr_str){ cfr__slice_ptr(build, slice), cfr__slice_len(slice) };
}

/* The container that is open; its path is where an error about a value to come belongs. */
static inline uint32_t cfr__open_rank(const cfr_build *build)
{
	return build->depth ? build->frames[build->depth - 1].rank : 0;
}

/* --- ground.c --- */

/* Room for so many more bytes of text in the pool; adds them, where there is. */
int cfr__text_room(cfr_build *build, uint64_t more, cfr_err *err);
void cfr__text_add(cfr_build *build, cfr_str text);
/* Text as a slice: offsets when it lies in the source, else a copy in the pool. */
int cfr__slice_copy(uint64_t *out, cfr_build *build, cfr_str text, cfr_err *err);
static inline int cfr__slice(uint64_t *out, cfr_build *build, cfr_str text, cfr_err *err)
{
	uintptr_t at = (uintptr_t)text.ptr - (uintptr_t)build->text.ptr;	/* huge when it lies before the source */

	if (CFR_UNLIKELY(text.len == 0)) {
		*out = 0;
		return 0;
	}
	if (CFR_UNLIKELY(at >= build->text.len || text.len > build->text.len - at))
		return cfr__slice_copy(out, build, text, err);
	*out = (uint64_t)text.len << 32 | at;
	return 0;
}
/* Room for `n` more values. */
int cfr__build_room(cfr_build *build, uint64_t n, uint32_t offset, cfr_err *err);
/* Add place and path to an error and return its code; the second makes it, of a ceiling that is passed. */
int cfr__build_fail(const cfr_build *build, int code, uint32_t offset, uint32_t rank, cfr_err *err);
int cfr__build_limit(const cfr_build *build, cfr_limit which, uint32_t offset, cfr_err *err);
int cfr__build_misplaced(cfr_err *err);
/* May a value stand here? Takes its key. */
static inline bool cfr__build_place(uint32_t *key, cfr_build *build)
{
	struct cfr_frame *frame = build->depth ? &build->frames[build->depth - 1] : NULL;

	*key = build->key;
	if (CFR_UNLIKELY(frame ? (frame->kind == CFR_MAPPING) != (*key != CFR_BUILD_KEYLESS) : build->count > 0))
		return false;
	if (frame)
		frame->size++;
	build->key = CFR_BUILD_KEYLESS;
	return true;
}

/* --- entry.c --- */

/* The entry of a value that is pushed, whole. */
int cfr__entry_wide(cfr_build *build, uint32_t rank, const cfr_mark *mark, const cfr_mark *key, bool collection,
                    cfr_err *err);
static inline uint8_t cfr__entry_of_key(const cfr_mark *key)
{
	return (uint8_t)(key->flags | (key->style == CFR_PLAIN ? CFR_KEY_PLAIN : 0));
}
/* The same where everything is small, as it is for nearly all; `key` NULL: it has none. */
static CFR_INLINE int cfr__entry_push(cfr_build *build, uint32_t rank, const cfr_mark *mark, const cfr_mark *key,
                                  bool collection, cfr_err *err)
{
	uint32_t lead = mark->start - mark->before, length = collection ? CFR_ENTRY_OPEN : mark->end - mark->start;
	uint32_t word = (mark->style & 7u) | (mark->flags & 63u) << CFR__ENTRY_FLAGS | lead << CFR__ENTRY_LAST, small = lead;

	if (key) {
		uint32_t len = key->end - key->start, gap = mark->before - key->end;

		small |= len | gap;
		word |= (cfr__entry_of_key(key) & 63u) << CFR__ENTRY_FLAGS | len << CFR__ENTRY_KEY | gap << CFR__ENTRY_GAP;
	}
	if (CFR_UNLIKELY(small >= CFR__ENTRY_SMALL || (collection ? lead : mark->end < mark->start)))
		return cfr__entry_wide(build, rank, mark, key, collection, err);
	if (collection)
		word |= CFR__ENTRY_COLLECTION;
	build->side.items[rank] = (struct cfr_packed){ mark->start, length, word };
	return 0;
}
/* One entry, of which style and flags may have been in the word before. */
int cfr__entry_put(cfr_build *build, uint32_t rank, const cfr_entry *entry, bool collection, cfr_err *err);
/* A collection ends: all that was pushed since is below it. */
int cfr__entry_close(cfr_build *build, uint32_t rank, uint32_t end, cfr_err *err);
/* Entries that were copied as bytes: `shift` further on, with a flag. */
int cfr__entry_copied(cfr_build *build, uint32_t from, uint32_t n, uint32_t shift, uint8_t flag, cfr_err *err);

/* --- keys.c --- */

void cfr__keys_reset(struct cfr_keys *keys);
void cfr__keys_release(struct cfr_keys *keys);
/* The number of a key, which is used from now on. */
int cfr__keys_intern(uint32_t *out, cfr_build *build, cfr_str text, cfr_err *err);
/* Brings all into the order of bytes, and gives each that is used its place there. */
int cfr__keys_rank(cfr_build *build, cfr_err *err);

/* --- alias.c --- */

/* At the end of a mapping: the entries that its `<<` bring. */
int cfr__build_merge_all(cfr_build *build, cfr_err *err);

#endif
