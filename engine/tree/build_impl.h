/* engine/tree/build_impl.h -- what the builder keeps; for build.c, keys.c, alias.c and finish.c.
 *
 * Values stand in the author's order (preorder), in three arrays by rank: the sidecar entry, a payload, and a word of
 * kind and key. A container's payload is its number of children; its `next` is CFR_ENTRY_OPEN until it ends. Nothing points at
 * anything: growing is realloc, copying a subtree (an alias) is memcpy and a shift.
 */
#ifndef CFR_TREE_BUILD_IMPL_H
#define CFR_TREE_BUILD_IMPL_H

#include "engine/base/hash.h"
#include "engine/base/str.h"
#include "engine/base/vec.h"
#include "engine/tree/build.h"
#include "engine/tree/impl.h"

#define CFR_BUILD_KEYLESS UINT32_C(0x1FFFFFFF)	/* key number of a value that has none */

/* The word of a value: kind in the high 3 bits, number of the key in the low 29. */
static inline uint32_t cfr__word(cfr_kind kind, uint32_t key) { return (uint32_t)kind << 29 | key; }
static inline cfr_kind cfr__word_kind(uint32_t word) { return (cfr_kind)(word >> 29); }
static inline uint32_t cfr__word_key(uint32_t word) { return word & CFR_BUILD_KEYLESS; }

/* Text: offset in the low 32 bits, length in the next 31; the top bit says that it lies in the pool, not in the
 * source. */
#define CFR_SLICE_POOL (UINT64_C(1) << 63)
static inline uint32_t cfr__slice_len(uint64_t slice) { return (uint32_t)(slice >> 32) & INT32_MAX; }

/* The text of an `other` lies in the pool as the length of its tag (u32), tag, text. Only tag and text count. */
static inline uint32_t cfr__text_len(cfr_kind kind, uint64_t slice)
{
	return cfr__slice_len(slice) - (kind == CFR_OTHER ? 4 : 0);
}

/* Each different key once. */
struct cfr_keys {
	struct cfr_key {
		uint64_t slice;
		uint32_t hash;
		uint32_t follower;	/* the key that came after it last time: usually the next one again */
	} *items;
	uint32_t count, cap;
	uint32_t *slots;		/* open addressing; number + 1, 0 is free */
	uint32_t slot_count;		/* a power of two */
	uint32_t last;			/* the key before */
	uint64_t text;			/* bytes of all of them */
	cfr_hash_key secret;
};

struct cfr_build {
	cfr_source *source;
	cfr_str text;			/* of the source */
	cfr_format format;
	cfr_limits limits;

	struct cfr_sidecar side;
	uint32_t wide_count, wide_cap;
	uint64_t *values;
	uint32_t *words;
	uint32_t count, cap;

	struct cfr_frame {		/* the containers that are open */
		uint32_t rank, size;
		cfr_kind kind;
	} *frames;
	uint32_t depth, frame_cap;

	uint32_t key;			/* of the value that comes next, or KEYLESS */
	cfr_mark key_mark;

	struct cfr_keys keys;
	cfr_buf pool;			/* text that is not in the source */
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

static inline const char *cfr__slice_ptr(const cfr_build *build, uint64_t slice)
{
	return (slice & CFR_SLICE_POOL ? build->pool.ptr : build->text.ptr) + (uint32_t)slice;
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
int cfr__build_misplaced(cfr_err *err);

/* Add place and path to an error and return its code. */
int cfr__build_fail(const cfr_build *build, int code, uint32_t offset, uint32_t rank, cfr_err *err);

int cfr__keys_intern(uint32_t *out, cfr_build *build, cfr_str text, cfr_err *err);
/* entry.c. One entry, of which style and flags may have been in the word before. */
int cfr__entry_put(cfr_build *build, uint32_t rank, const cfr_entry *entry, bool collection, cfr_err *err);
/* A collection ends: all that was pushed since is below it. */
int cfr__entry_close(cfr_build *build, uint32_t rank, uint32_t end, cfr_err *err);
/* Entries that were copied as bytes: `shift` further on, with a flag. */
int cfr__entry_copied(cfr_build *build, uint32_t from, uint32_t n, uint32_t shift, uint8_t flag, cfr_err *err);

void cfr__keys_reset(struct cfr_keys *keys);
void cfr__keys_release(struct cfr_keys *keys);
/* The place of each key in the order of bytes: an array from malloc. */
int cfr__keys_rank(uint32_t **out, const cfr_build *build, cfr_err *err);

/* At the end of a mapping: the entries that its `<<` bring. */
int cfr__build_merge_all(cfr_build *build, cfr_err *err);

#endif
