/* engine/tree/alias.c -- the same value once more: `*name` and `<<`.
 *
 * A tree has no sharing, so an alias is expanded: the entries of the anchor's value are copied, their positions still
 * those of the anchor's text, and a small table keeps where each copied run came from and where the alias is written.
 * Text is not copied; both places name the same slice. What expansion may add is bounded by two ceilings, bytes
 * ("aliases") and values ("nodes"), and by "depth", which finish.c minds.
 *
 * A merge cannot be done where it is written: keys that the author writes later win over it. So it is remembered, and
 * done when its mapping ends; its entries come last in the author's order.
 */
#include "engine/tree/build_impl.h"

/* Below this much expansion nobody needs protection, however small the source is. */
#define FREE_EXPANSION CFR_MIB(1)

/* Add to what has been expanded; is it still within bounds? */
static int spend(cfr_build *build, uint64_t cost, uint32_t use, cfr_err *err)
{
	build->expanded += cost;
	if (CFR_LIKELY(build->expanded <= FREE_EXPANSION ||
	               build->expanded / (build->text.len + 1) < build->limits.of[CFR_LIMIT_ALIASES]))
		return 0;
	return cfr__build_fail(build, cfr_err_limit(err, &build->limits, CFR_LIMIT_ALIASES), use, cfr__open_rank(build),
	                       err);
}

/* Bytes of source that the values from rank to end stand for; strings of a program count as their text. */
static uint64_t cost_of(const cfr_build *build, uint32_t rank, uint32_t end)
{
	uint64_t cost = 0;

	for (; rank < end; rank++) {
		cfr_entry entry = cfr__entry(&build->side, rank);
		cfr_kind kind = cfr__kind_at(build, rank);

		cost += 2u + entry.key_len;
		if (cfr__is_text(kind))
			cost += cfr__slice_len(cfr__value_at(build, rank));
		else if (!cfr__is_container(kind))
			cost += entry.end - entry.start;
	}
	return cost;
}

/* Copy the value at `rank`, with all below it, to the end. Its first word is the caller's to mend. */
static int copy_run(cfr_build *build, uint32_t rank, uint32_t use, uint8_t flag, cfr_err *err)
{
	uint32_t end = cfr__entry_next(&build->side, rank), n = end - rank, top = build->count, shift = top - rank;
	int r;

	if ((r = cfr__build_room(build, n, use, err)) < 0 ||
	    (r = cfr_slab_vec(&build->copies, build->mem, &build->copy_cap, (uint64_t)build->copy_count + 1, sizeof(*build->copies),
	                   err)) < 0 ||
	    (r = spend(build, cost_of(build, rank, end), use, err)) < 0)
		return r;
	memcpy(build->side.items + top, build->side.items + rank, (size_t)n * sizeof(*build->side.items));
	memcpy(cfr__record(build, top), cfr__record(build, rank), (size_t)n * CFR_IMAGE_RECORD);
	if ((r = cfr__entry_copied(build, top, n, shift, flag, err)) < 0)
		return r;
	for (uint32_t i = top; i < top + n; i++) {
		cfr_kind kind = cfr__kind_at(build, i);

		if (cfr__is_text(kind))
			build->strings += cfr__text_len(kind, cfr__value_at(build, i));
	}
	build->copies[build->copy_count++] = (struct cfr_copy){ top, rank, use };
	build->count = top + n;
	return 0;
}

static int contains_itself(cfr_build *build, uint32_t rank, uint32_t use, cfr_err *err)
{
	int r = cfr_err_set(err, CFR_E_CYCLE, "an alias stands inside the value that it names");

	cfr_err_hint(err, "an alias can only repeat a value that has ended before it");
	if (err && build->source) {
		cfr_place place = cfr_source_place(build->source, cfr__entry(&build->side, rank).before);
		err->other_line = place.line;
		err->other_column = place.column;
	}
	return cfr__build_fail(build, r, use, rank, err);
}

int cfr_build_alias(cfr_build *build, uint32_t rank, const cfr_mark *mark, cfr_err *err)
{
	uint32_t top = build->count, use = mark ? mark->start : 0, key;
	const uint8_t of_key = CFR_KEY_PLAIN | CFR_KEY_NOT_STRING;
	cfr_entry entry;
	int r;

	if (rank >= build->count)
		return cfr_err_set(err, CFR_E_BUG, "a reader named a value that is not there");
	if (cfr__entry_next(&build->side, rank) == CFR_ENTRY_OPEN)
		return contains_itself(build, rank, use, err);
	if (!cfr__build_place(&key, build))
		return cfr__build_misplaced(err);
	if ((r = copy_run(build, rank, use, CFR_VIA_ALIAS, err)) < 0)
		return r;
	cfr__entry_flag(&build->side.items[rank], CFR_ANCHORED);
	/* The copy stands under the key of this place. */
	entry = cfr__entry(&build->side, top);
	entry.flags = (uint8_t)(entry.flags & ~(of_key | CFR_ANCHORED));
	entry.key_start = use;
	entry.key_len = 0;
	if (key != CFR_BUILD_KEYLESS) {
		const cfr_mark *at = &build->key_mark;
		uint32_t len = at->end - at->start;

		entry.key_start = at->start;
		entry.key_len = (uint16_t)(len > UINT16_MAX ? UINT16_MAX : len);
		entry.flags |= (uint8_t)((at->flags & of_key) | (at->style == CFR_PLAIN ? CFR_KEY_PLAIN : 0));
	}
	cfr__store32(cfr__record(build, top), key);
	return cfr__entry_put(build, top, &entry, cfr__is_container(cfr__kind_at(build, top)), err);
}

static int no_mapping(cfr_build *build, uint32_t use, cfr_err *err)
{
	int r = cfr_err_set(err, CFR_E_KIND, "a merge key (<<) takes a mapping or a sequence of mappings");

	cfr_err_hint(err, "to have a key that is called <<, write it in quotes");
	return cfr__build_fail(build, r, use, cfr__open_rank(build), err);
}

int cfr_build_merge(cfr_build *build, uint32_t rank, const cfr_mark *mark, cfr_err *err)
{
	uint32_t use = mark ? mark->start : 0;
	cfr_kind kind;
	int r;

	if (rank >= build->count || build->depth == 0 || build->frames[build->depth - 1].kind != CFR_MAPPING ||
	    build->key != CFR_BUILD_KEYLESS)
		return cfr_err_set(err, CFR_E_BUG, "a reader merged where it cannot be");
	if (cfr__entry_next(&build->side, rank) == CFR_ENTRY_OPEN)
		return contains_itself(build, rank, use, err);
	kind = cfr__kind_at(build, rank);
	if (kind == CFR_SEQUENCE) {
		for (uint32_t at = rank + 1; at < cfr__entry_next(&build->side, rank); at = cfr__entry_next(&build->side, at)) {
			if (cfr__kind_at(build, at) != CFR_MAPPING)
				return no_mapping(build, use, err);
			/* Looking is work, too: a long sequence of empty mappings, merged by every line that follows. */
			if ((r = spend(build, 1, use, err)) < 0)
				return r;
		}
	} else if (kind != CFR_MAPPING) {
		return no_mapping(build, use, err);
	}
	if ((r = cfr_slab_vec(&build->merges, build->mem, &build->merge_cap, (uint64_t)build->merge_count + 1, sizeof(*build->merges),
	                   err)) < 0)
		return r;
	cfr__entry_flag(&build->side.items[rank], CFR_ANCHORED);
	build->merges[build->merge_count++] = (struct cfr_merge){ build->depth, rank, use };
	return 0;
}

/* The entries of one mapping whose keys have not been met. */
static int merge_one(cfr_build *build, uint32_t rank, uint32_t use, cfr_err *err)
{
	uint32_t end = cfr__entry_next(&build->side, rank);
	int r;

	for (uint32_t at = rank + 1; at < end; at = cfr__entry_next(&build->side, at)) {
		uint32_t key = cfr__key_at(build, at);

		if ((r = spend(build, 1, use, err)) < 0)
			return r;		/* looking is work too: a thousand merges that bring nothing new */
		if (build->stamps[key] == build->stamp)
			continue;
		build->stamps[key] = build->stamp;
		if ((r = copy_run(build, at, use, CFR_VIA_MERGE, err)) < 0)
			return r;
		build->frames[build->depth - 1].size++;
	}
	return 0;
}

/* Stamps tell in one step whether the mapping has a key, without a set to clear: each merge has a stamp of its own. */
static int begin_stamps(cfr_build *build, cfr_err *err)
{
	uint32_t had = build->stamp_cap;
	int r;

	if ((r = cfr_slab_vec(&build->stamps, build->mem, &build->stamp_cap, build->keys.count, sizeof(*build->stamps), err)) < 0)
		return r;
	if (build->stamp_cap > had)
		memset(build->stamps + had, 0, (size_t)(build->stamp_cap - had) * sizeof(*build->stamps));
	if (++build->stamp == 0) {
		memset(build->stamps, 0, (size_t)build->stamp_cap * sizeof(*build->stamps));
		build->stamp = 1;
	}
	return 0;
}

int cfr__build_merge_all(cfr_build *build, cfr_err *err)
{
	uint32_t mapping = build->frames[build->depth - 1].rank, own = build->count, first = build->merge_count;
	int r;

	if ((r = begin_stamps(build, err)) < 0)
		return r;
	for (uint32_t at = mapping + 1; at < own; at = cfr__entry_next(&build->side, at))
		build->stamps[cfr__key_at(build, at)] = build->stamp;
	while (first > 0 && build->merges[first - 1].depth == build->depth)
		first--;
	for (uint32_t i = first; i < build->merge_count; i++) {
		struct cfr_merge merge = build->merges[i];
		uint32_t end = cfr__entry_next(&build->side, merge.rank);

		if (cfr__kind_at(build, merge.rank) == CFR_MAPPING) {
			if ((r = merge_one(build, merge.rank, merge.use, err)) < 0)
				return r;
			continue;
		}
		for (uint32_t at = merge.rank + 1; at < end; at = cfr__entry_next(&build->side, at)) {
			if ((r = merge_one(build, at, merge.use, err)) < 0)
				return r;
		}
	}
	build->merge_count = first;
	return 0;
}
