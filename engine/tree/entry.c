/* engine/tree/entry.c -- putting sidecar entries where the builder keeps them.
 */
#include "engine/tree/entry.h"

#include "engine/tree/build_impl.h"

/* The whole of it into the table of the wide; the place there that the entry has already, or another. */
static int put_wide(cfr_build *build, uint32_t rank, const cfr_entry *entry, cfr_err *err)
{
	struct cfr_packed *p = &build->side.items[rank];
	int r;

	if (!(p->word & CFR__ENTRY_WIDE)) {
		if ((r = cfr_slab_vec(&build->side.wide, build->mem, &build->wide_cap, (uint64_t)build->wide_count + 1,
		                      sizeof(*build->side.wide), err)) < 0)
			return r;
		p->other = build->wide_count++;
		p->word |= CFR__ENTRY_WIDE;
	}
	build->side.wide[p->other] = (struct cfr_wide){ entry->end, entry->before, entry->key_start, entry->next,
		                                        entry->key_len };
	return 0;
}

int cfr__entry_put(cfr_build *build, uint32_t rank, const cfr_entry *entry, bool collection, cfr_err *err)
{
	struct cfr_packed *p = &build->side.items[rank];
	uint32_t gap = entry->before - entry->key_start - entry->key_len, lead = entry->start - entry->before;
	uint32_t small = entry->key_len | gap, last = lead;

	p->start = entry->start;
	p->word = (entry->style & 7u) | (entry->flags & 63u) << CFR__ENTRY_FLAGS | (p->word & CFR__ENTRY_WIDE);
	if (collection) {
		p->word |= CFR__ENTRY_COLLECTION;
		small |= lead ? CFR__ENTRY_SMALL : 0;	/* it has no room for properties */
		last = entry->next == CFR_ENTRY_OPEN
		               ? 0
		               : entry->end - cfr__entry_inner_end(&build->side, rank, entry->next);
	} else if (entry->end < entry->start) {
		small = CFR__ENTRY_SMALL;
	}
	if (CFR_UNLIKELY((small | last) >= CFR__ENTRY_SMALL || p->word & CFR__ENTRY_WIDE))
		return put_wide(build, rank, entry, err);
	p->other = collection ? entry->next : entry->end - entry->start;
	p->word |= (uint32_t)entry->key_len << CFR__ENTRY_KEY | gap << CFR__ENTRY_GAP | last << CFR__ENTRY_LAST;
	return 0;
}

int cfr__entry_close(cfr_build *build, uint32_t rank, uint32_t end, cfr_err *err)
{
	struct cfr_packed *p = &build->side.items[rank];
	cfr_entry entry;
	uint32_t last;

	if (CFR_LIKELY(!(p->word & CFR__ENTRY_WIDE))) {
		last = end - cfr__entry_inner_end(&build->side, rank, build->count);
		if (CFR_LIKELY(last < CFR__ENTRY_SMALL)) {
			p->other = build->count;
			p->word |= last << CFR__ENTRY_LAST;
			return 0;
		}
	}
	entry = cfr__entry(&build->side, rank);
	entry.end = end;
	entry.next = build->count;
	return put_wide(build, rank, &entry, err);
}

int cfr__entry_copied(cfr_build *build, uint32_t from, uint32_t n, uint32_t shift, uint8_t flag, cfr_err *err)
{
	for (uint32_t i = from; i < from + n; i++) {
		struct cfr_packed *p = &build->side.items[i];
		int r;

		cfr__entry_flag(p, flag);
		if (p->word & CFR__ENTRY_WIDE) {
			cfr_entry entry = cfr__entry(&build->side, i);

			entry.next += shift;
			p->word &= ~(uint32_t)CFR__ENTRY_WIDE;	/* a place of its own */
			if ((r = put_wide(build, i, &entry, err)) < 0)
				return r;
		} else if (p->word & CFR__ENTRY_COLLECTION) {
			p->other += shift;
		}
	}
	return 0;
}

int cfr__entry_wide(cfr_build *build, uint32_t rank, const cfr_mark *mark, const cfr_mark *key, bool collection,
                    cfr_err *err)
{
	cfr_entry entry = { .start = mark->start, .end = mark->end, .before = mark->before, .key_start = mark->before,
		            .next = collection ? CFR_ENTRY_OPEN : rank + 1, .style = mark->style, .flags = mark->flags };

	if (key) {
		uint32_t len = key->end - key->start;

		entry.key_start = key->start;
		entry.key_len = (uint16_t)(len > UINT16_MAX ? UINT16_MAX : len);
		entry.flags |= cfr__entry_of_key(key);
	}
	build->side.items[rank].word = 0;
	return cfr__entry_put(build, rank, &entry, collection, err);
}
