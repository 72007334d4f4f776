/* engine/tree/entry.h -- a sidecar entry in twelve bytes.
 *
 * Written plainly an entry is 24 bytes, more than the record of its value, and most of them repeat each other: a key
 * lies a colon and a space before its value, a scalar is followed by the next entry, a mapping ends where its last
 * scalar does. So an entry is its start, one number, and a word of what is small:
 *
 *   start   u32
 *   other   u32   scalar: length · collection: entry of the next sibling · wide: number in the table of the wide
 *   word    0     style (3)    3  flags (6)    9  wide    10  collection
 *           11    length of the key (7)
 *           18    bytes from the key's end to where the node begins (7)
 *           25    scalar: bytes of its properties; collection: bytes from the end of what it holds to its own (7)
 *
 * What does not fit (a key of two hundred bytes, a comment before the value, an alias) stands whole in a second table,
 * and `other` is its place there. Style and flags are always in the word.
 *
 * The last entry below a collection is that of a scalar or of an empty collection, which know their ends by themselves;
 * so an end is found in one step.
 */
#ifndef CFR_TREE_ENTRY_H
#define CFR_TREE_ENTRY_H

#include "engine/document.h"

#define CFR_ENTRY_OPEN UINT32_MAX	/* `next` of a collection that has not ended */

enum {
	CFR__ENTRY_FLAGS = 3,
	CFR__ENTRY_WIDE = 1 << 9,
	CFR__ENTRY_COLLECTION = 1 << 10,
	CFR__ENTRY_KEY = 11,
	CFR__ENTRY_GAP = 18,
	CFR__ENTRY_LAST = 25,
	CFR__ENTRY_SMALL = 128		/* these three are below it */
};

struct cfr_packed {
	uint32_t start, other, word;
};

struct cfr_wide {
	uint32_t end, before, key_start, next, key_len;
};

struct cfr_sidecar {
	struct cfr_packed *items;	/* by rank */
	struct cfr_wide *wide;
};

static inline uint32_t cfr__entry_small(uint32_t word, int shift) { return word >> shift & (CFR__ENTRY_SMALL - 1); }
static inline uint8_t cfr__entry_flags(const struct cfr_packed *p) { return p->word >> CFR__ENTRY_FLAGS & 63; }
static inline void cfr__entry_flag(struct cfr_packed *p, uint8_t flag) { p->word |= (uint32_t)flag << CFR__ENTRY_FLAGS; }

static inline uint32_t cfr__entry_next(const struct cfr_sidecar *side, uint32_t rank)
{
	const struct cfr_packed *p = &side->items[rank];

	if (CFR_UNLIKELY(p->word & CFR__ENTRY_WIDE))
		return side->wide[p->other].next;
	return p->word & CFR__ENTRY_COLLECTION ? p->other : rank + 1;
}

/* Where the last thing in a collection ends; of an empty one, its start. */
static inline uint32_t cfr__entry_inner_end(const struct cfr_sidecar *side, uint32_t rank, uint32_t next)
{
	const struct cfr_packed *last = &side->items[next - 1];

	if (next - 1 == rank)
		return last->start;
	if (CFR_UNLIKELY(last->word & CFR__ENTRY_WIDE))
		return side->wide[last->other].end;
	return last->start + (last->word & CFR__ENTRY_COLLECTION ? cfr__entry_small(last->word, CFR__ENTRY_LAST)
	                                                        : last->other);
}

static inline cfr_entry cfr__entry(const struct cfr_sidecar *side, uint32_t rank)
{
	const struct cfr_packed *p = &side->items[rank];
	cfr_entry entry = { .start = p->start, .style = p->word & 7, .flags = cfr__entry_flags(p) };
	uint32_t last = cfr__entry_small(p->word, CFR__ENTRY_LAST);

	if (CFR_UNLIKELY(p->word & CFR__ENTRY_WIDE)) {
		const struct cfr_wide *wide = &side->wide[p->other];

		entry.end = wide->end;
		entry.before = wide->before;
		entry.key_start = wide->key_start;
		entry.next = wide->next;
		entry.key_len = (uint16_t)wide->key_len;
		return entry;
	}
	if (p->word & CFR__ENTRY_COLLECTION) {
		entry.before = p->start;
		entry.next = p->other;
		entry.end = p->other == CFR_ENTRY_OPEN ? p->start
		                                       : cfr__entry_inner_end(side, rank, p->other) + last;
	} else {
		entry.before = p->start - last;
		entry.next = rank + 1;
		entry.end = p->start + p->other;
	}
	entry.key_len = (uint16_t)cfr__entry_small(p->word, CFR__ENTRY_KEY);
	entry.key_start = entry.before - cfr__entry_small(p->word, CFR__ENTRY_GAP) - entry.key_len;
	return entry;
}

#endif
