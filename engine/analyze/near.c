/* engine/analyze/near.c -- siblings that are nearly the same.
 *
 * Agents, services, jobs: a list of mappings with the same keys, most of them with the same values. In YAML one can bring the
 * others' usual values: `<<: *name`, and only what differs is written. Keys that the others lack would come along, so
 * only mappings with exactly the same keys are put together.
 *
 * The usual value of a key is the one that more than half of the mappings have, found by voting (Boyer and Moore, 1981): one
 * comparison for each. The mapping with the most usual values is the base for those behind it.
 */
#include "engine/analyze/parts.h"

#include <stdlib.h>

enum { LEAST_KEYS = 3, LEAST_MEMBERS = 3 };

typedef struct member {
	uint64_t keys;			/* a hash of them, of this run alone */
	uint32_t rank;
	uint32_t usual;			/* bytes of its usual values */
} member;

typedef struct family {
	cfr__analyzer *a;
	cfr__part *part;
	member *members;
	uint32_t count, keys;
} family;

static int by_keys(const void *left, const void *right)
{
	const member *a = left, *b = right;

	return a->keys != b->keys ? (a->keys > b->keys ? 1 : -1) : (a->rank > b->rank) - (a->rank < b->rank);
}

static cfr_node child_of(const cfr__part *part, uint32_t rank, uint32_t index)
{
	cfr_node child = cfr_document_node(part->doc, rank);

	cfr_node_at(&child, child, index, NULL);
	return child;
}

/* May it be a member: a mapping written here, of own entries? Hashes its keys. */
static bool is_member(member *out, const cfr__part *part, uint32_t rank)
{
	cfr_node node = cfr_document_node(part->doc, rank);
	uint32_t end = cfr__ranked(part, rank).next, size = cfr_node_size(node);
	uint64_t hash = size;

	if (cfr_node_kind(node) != CFR_MAPPING || size < LEAST_KEYS || part->marks[rank] & (CFR__VIA | CFR__GONE))
		return false;
	for (uint32_t at = rank + 1; at < end; at = cfr__ranked(part, at).next) {
		if (part->marks[at] & CFR__VIA && part->bytes[at] == 0)
			return false;
	}
	for (uint32_t i = 0; i < size; i++) {
		hash ^= cfr_node_key_number(child_of(part, rank, i));
		hash *= UINT64_C(0x9E3779B97F4A7C15);
		hash ^= hash >> 29;
	}
	*out = (member){ .keys = hash, .rank = rank };
	return true;
}

static bool same_keys(const cfr__part *part, uint32_t a, uint32_t b)
{
	uint32_t size = cfr_node_size(cfr_document_node(part->doc, a));

	if (size != cfr_node_size(cfr_document_node(part->doc, b)))
		return false;
	for (uint32_t i = 0; i < size; i++) {
		if (cfr_node_key_number(child_of(part, a, i)) != cfr_node_key_number(child_of(part, b, i)))
			return false;
	}
	return true;
}

/* Adds to each member the bytes of its value for one key if that is the usual one. */
static int vote(family *f, uint32_t index, cfr_err *err)
{
	uint32_t leader = 0, lead = 0;
	bool same = false;
	int r;

	for (uint32_t i = 0; i < f->count; i++) {
		if (lead == 0) {
			leader = i;
			lead = 1;
			continue;
		}
		if ((r = cfr__analyze_equal(&same, child_of(f->part, f->members[i].rank, index),
		                            child_of(f->part, f->members[leader].rank, index), err)) < 0)
			return r;
		lead = same ? lead + 1 : lead - 1;
	}
	for (uint32_t i = 0; lead > 0 && i < f->count; i++) {
		cfr_node child = child_of(f->part, f->members[i].rank, index);

		if ((r = cfr__analyze_equal(&same, child, child_of(f->part, f->members[leader].rank, index), err)) < 0)
			return r;
		if (same)
			f->members[i].usual += f->part->bytes[cfr_document_rank(f->part->doc, child)];
	}
	return 0;
}

/* What a member saves over the base; `remove` takes it away. */
static int spare(uint64_t *out, cfr_repeat *repeat, family *f, const member *base, const member *m, uint64_t cost,
                 bool remove, cfr_err *err)
{
	uint64_t bytes = 0;
	int r;

	for (uint32_t i = 0; i < f->keys; i++) {
		cfr_node child = child_of(f->part, m->rank, i);
		uint32_t rank = cfr_document_rank(f->part->doc, child);
		bool same;

		if ((r = cfr__analyze_equal(&same, child, child_of(f->part, base->rank, i), err)) < 0)
			return r;
		if (!same || cfr__analyze_needed(f->part, rank))
			continue;
		bytes += cfr__analyze_line(f->part, rank);
		if (remove) {
			repeat->memory += cfr__analyze_memory(f->part, rank);
			repeat->comments += cfr__analyze_comments(f->part, rank);
			cfr__analyze_mark(f->part, rank, CFR__GONE);
		}
	}
	*out = bytes > cost ? bytes - cost : 0;
	return 0;
}

/* Column, from 0, of the first key: what `<<` is moved in by. */
static uint32_t indent_of(const cfr__part *part, uint32_t rank)
{
	uint32_t at = cfr__ranked(part, rank + 1).key_start, from = at;

	while (from > 0 && part->text.ptr[from - 1] != '\n')
		from--;
	return cfr__ranked(part, rank).style == CFR_BLOCK ? at - from : 0;
}

/* What `<<: *name` takes on a line of its own, and what the anchor takes in the base. */
static uint64_t merge_bytes(const family *f, const cfr_repeat *repeat, const member *base)
{
	return strlen(repeat->name) + sizeof("<<: *\n") - 1 + indent_of(f->part, base->rank);
}

static uint64_t anchor_bytes(const family *f, const cfr_repeat *repeat, const member *base)
{
	return cfr__analyze_anchor_bytes(f->part, base->rank, strlen(repeat->name));
}

/* What all behind the base save; with `take` they become the repeat's, and what they save goes. */
static int gather(uint64_t *out, cfr_repeat *repeat, family *f, const member *base, bool take, cfr_err *err)
{
	uint64_t cost = merge_bytes(f, repeat, base), saved, total = 0;
	int r;

	for (const member *m = base + 1; m < f->members + f->count; m++) {
		if ((r = spare(&saved, repeat, f, base, m, cost, false, err)) < 0)
			return r;
		total += saved;
		if (!take || saved == 0)
			continue;
		if (repeat->spot_count < f->a->how.places)
			repeat->spots[repeat->spot_count++] = cfr__spot(f->a, f->part, m->rank);
		repeat->count++;
		if ((r = spare(&saved, repeat, f, base, m, cost, true, err)) < 0)
			return r;
	}
	*out = total;
	return 0;
}

/* Tells the family when that is worth it: the base first, then those behind it that gain. */
static int judge(family *f, const member *base, cfr_err *err)
{
	cfr_repeat repeat = { .how = CFR_SHARE_MERGE, .spot_count = 1, .count = 1, .groups = 1, .bytes = f->part->bytes[base->rank] };
	uint64_t total = 0, cost;
	int r;

	cfr__analyze_name(repeat.name, f->part, base->rank);
	if ((r = gather(&total, &repeat, f, base, false, err)) < 0)
		return r;
	cost = anchor_bytes(f, &repeat, base);
	if (total < cost || !cfr__analyze_worth(f->a, f->part, CFR_SHARE_MERGE, total - cost))
		return 0;
	if (!(repeat.spots = cfr_arena_alloc(f->a->memory, f->a->how.places * sizeof(*repeat.spots))))
		return cfr_err_nomem(err);
	repeat.spots[0] = cfr__spot(f->a, f->part, base->rank);
	if (!cfr__analyze_anchor(f->part, base->rank).ptr)
		cfr__analyze_number(f->a, &repeat, f->part);
	if ((r = gather(&total, &repeat, f, base, true, err)) < 0)
		return r;
	cost = anchor_bytes(f, &repeat, base);
	repeat.saved = total > cost ? total - cost : 0;
	f->a->result->repeat_groups++;
	f->a->result->repeat_saved += repeat.saved;
	return cfr__analyze_add_repeat(f->a, &repeat, err);
}

static int consider(family *f, cfr_err *err)
{
	const member *base;
	int r;

	f->keys = cfr_node_size(cfr_document_node(f->part->doc, f->members[0].rank));
	for (uint32_t i = 0; i < f->keys; i++) {
		if ((r = vote(f, i, err)) < 0)
			return r;
	}
	base = f->members;
	for (uint32_t i = 1; i < f->count; i++) {
		if (f->members[i].usual > base->usual)
			base = &f->members[i];
	}
	return judge(f, base, err);
}

/* The children of one collection. */
static int look_at(cfr__analyzer *a, cfr__part *part, uint32_t rank, member *members, cfr_err *err)
{
	uint32_t end = cfr__ranked(part, rank).next, count = 0;
	int r = 0;

	for (uint32_t at = rank + 1; at < end; at = cfr__ranked(part, at).next)
		count += is_member(&members[count], part, at);
	if (count < LEAST_MEMBERS)
		return 0;
	qsort(members, count, sizeof(*members), by_keys);
	for (uint32_t i = 0; r == 0 && i < count;) {
		family f = { .a = a, .part = part, .members = members + i };
		uint32_t k = i + 1;

		while (k < count && members[k].keys == members[i].keys && same_keys(part, members[i].rank, members[k].rank))
			k++;
		f.count = k - i;
		if (f.count >= LEAST_MEMBERS)
			r = consider(&f, err);
		i = k;
	}
	return r;
}

int cfr__analyze_near(cfr__analyzer *a, cfr_err *err)
{
	member *members;
	uint32_t widest;
	int r = 0;

	if (a->part_count == 0)
		return 0;
	widest = cfr_node_size(a->result->widest.node);
	if (!(members = cfr_arena_alloc(&a->scratch, ((size_t)widest + 1) * sizeof(*members))))
		return cfr_err_nomem(err);
	for (uint32_t i = 0; i < a->part_count; i++) {
		cfr__part *part = &a->parts[i];

		for (uint32_t rank = 0; part->format == CFR_YAML && r == 0 && rank < part->count; rank++) {
			cfr_node node = cfr_document_node(part->doc, rank);
			if (cfr_node_size(node) >= LEAST_MEMBERS && !(part->marks[rank] & (CFR__VIA | CFR__GONE)))
				r = look_at(a, part, rank, members, err);
		}
	}
	return r;
}
