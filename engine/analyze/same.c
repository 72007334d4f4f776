/* engine/analyze/same.c -- values that stand more than once.
 *
 * Every collection and every long text has an id; sorted by it, equal ones are neighbours. They are sorted by how much is in
 * them first, so a value comes before all that can be inside it, and what lies in a copy that goes is gone when its own
 * turn comes. Each entry is marked once: after the sorting, all is linear.
 *
 * Within one document a copy becomes an alias (YAML) or a reference. What then stands once in each of several documents
 * can be shared by files only, if at all; such copies are marked as told, so that their parts are not told again, but their
 * parts may still be shared within their document.
 */
#include "engine/analyze/parts.h"

#include "engine/base/digest.h"
#include "engine/base/vec.h"
#include "engine/pointer.h"
#include <stdlib.h>

enum {
	LEAST_COLLECTION = 32,	/* bytes: what is smaller is clearer written out */
	LEAST_TEXT = 64,
	MOST_TOLD = 100
};

typedef struct occurrence {
	uint64_t id[2];
	uint32_t nodes, part, rank;
} occurrence;

/* Equal values that can be written once: `count` items from `from` on in `chosen`. */
typedef struct group {
	uint32_t from, count;
	cfr_sharing how;
	uint32_t key, part;		/* number of the key that the first stands under, and its document */
	uint64_t saved;
	bool told;
} group;

typedef struct search {
	cfr__analyzer *a;
	cfr_digest *digest;
	occurrence *items;
	uint32_t count, cap;
	uint32_t *chosen, chosen_count;	/* numbers of items; each may be chosen in its document and once more across */
	group *groups;
	uint32_t group_count, group_cap;
} search;

static int by_value(const void *left, const void *right)
{
	const occurrence *a = left, *b = right;

	if (a->nodes != b->nodes)
		return a->nodes < b->nodes ? 1 : -1;
	for (int i = 0; i < 2; i++) {
		if (a->id[i] != b->id[i])
			return a->id[i] > b->id[i] ? 1 : -1;
	}
	if (a->part != b->part)
		return a->part > b->part ? 1 : -1;
	return (a->rank > b->rank) - (a->rank < b->rank);
}

static int by_key(const void *left, const void *right)
{
	const group *a = *(const group *const *)left, *b = *(const group *const *)right;

	if (a->part != b->part)
		return a->part > b->part ? 1 : -1;
	if (a->key != b->key)
		return a->key > b->key ? 1 : -1;
	if (a->how != b->how)
		return a->how > b->how ? 1 : -1;
	return (a > b) - (a < b);	/* as they are: the most saved first */
}

static int by_saved(const void *left, const void *right)
{
	const group *a = left, *b = right;

	return a->saved != b->saved ? (a->saved < b->saved ? 1 : -1) : (a->from > b->from) - (a->from < b->from);
}

/* ---- candidates ---- */

static int id_of(uint8_t out[32], search *s, cfr_node node, cfr_err *err)
{
	cfr_str text;
	cfr_id id;
	int r;

	if (cfr_node_kind(node) != CFR_STRING) {
		if ((r = cfr_node_id(&id, node, err)) == 0)
			memcpy(out, id.bytes, sizeof(id.bytes));
		return r;
	}
	text = cfr_node_string(node);
	if ((r = cfr_digest_begin(s->digest, err)) < 0 || (r = cfr_digest_add(s->digest, text.ptr, text.len, err)) < 0)
		return r;
	return cfr_digest_end(s->digest, out, err);
}

/* `[[name]]` of TOML: nothing else can stand in the place of one. */
static bool is_table_of_list(const cfr__part *part, uint32_t rank, cfr_node node)
{
	return cfr__ranked(part, rank).style == CFR_BLOCK && cfr_node_key_number(node) == UINT32_MAX;
}

static bool is_candidate(const cfr__part *part, uint32_t rank, cfr_node node)
{
	cfr_kind kind = cfr_node_kind(node);

	if (part->marks[rank] & CFR__VIA)
		return false;
	if (part->format == CFR_TOML && is_table_of_list(part, rank, node))
		return false;
	if (kind == CFR_STRING)
		return part->bytes[rank] >= LEAST_TEXT && cfr_node_string(node).len >= LEAST_TEXT;
	return cfr_node_size(node) > 0 && part->bytes[rank] >= LEAST_COLLECTION;
}

static int collect(search *s, uint32_t number, cfr_err *err)
{
	const cfr__part *part = &s->a->parts[number];
	int r;

	for (uint32_t rank = s->a->part_count == 1; rank < part->count; rank++) {
		cfr_node node = cfr_document_node(part->doc, rank);
		uint8_t digest[32];
		occurrence *item;

		if (!is_candidate(part, rank, node))
			continue;
		if ((r = cfr_vec_room(&s->items, &s->cap, (uint64_t)s->count + 1, sizeof(*s->items), err)) < 0 ||
		    (r = id_of(digest, s, node, err)) < 0)
			return r;
		item = &s->items[s->count++];
		memcpy(item->id, digest, sizeof(item->id));
		item->nodes = cfr__ranked(part, rank).next - rank;
		item->part = number;
		item->rank = rank;
	}
	return 0;
}

/* ---- what sharing saves ---- */

/* In TOML a table goes with its header, and a line has to name its key then: `key = `. */
static uint64_t line_bytes(cfr_entry entry) { return entry.key_len + sizeof(" = ") - 1; }

/* Bytes that a value takes where an alias or a reference could stand, in its place. */
static uint64_t value_bytes(const cfr__part *part, uint32_t rank)
{
	const cfr_entry entry = cfr__ranked(part, rank);
	uint32_t from = entry.before < entry.start ? entry.before : entry.start;
	uint64_t gone = part->bytes[rank] - cfr__analyze_left(part, rank), bytes;

	if (part->format == CFR_TOML && entry.style == CFR_BLOCK)
		bytes = part->bytes[rank] - line_bytes(entry);
	else if (entry.style == CFR_BLOCK && entry.key_len > 0 && entry.key_start + (uint32_t)entry.key_len + 2 < from)
		bytes = entry.end - (entry.key_start + entry.key_len + 2);	/* a colon and a blank stay */
	else
		bytes = entry.end - from;
	if (entry.style == CFR_LITERAL || entry.style == CFR_FOLDED)
		bytes--;		/* its line end stays */
	return bytes > gone ? bytes - gone : 0;
}

static int reference_bytes(uint64_t *out, const cfr__part *part, uint32_t rank, cfr_err *err)
{
	cfr_buf pointer = CFR_BUF_INIT;
	int r;

	cfr_pointer_write(&pointer, cfr_document_node(part->doc, rank));
	if ((r = cfr_buf_check(&pointer, err)) == 0)
		*out = pointer.len + sizeof("\"${ref:}\"") - 1;
	cfr_buf_release(&pointer);
	return r;
}

/* What the copies behind the first take, less what stands for them. A negative saving is none. */
static int saved_inside(uint64_t *out, search *s, const group *g, cfr_err *err)
{
	const occurrence *first = &s->items[s->chosen[g->from]];
	const cfr__part *part = &s->a->parts[first->part];
	uint64_t bytes = 0, cost, each = 0;
	char name[32];
	int r;

	if (g->how == CFR_SHARE_REF) {
		if ((r = reference_bytes(&each, part, first->rank, err)) < 0)
			return r;
		cost = each * (g->count - 1);
	} else {
		cfr__analyze_name(name, part, first->rank);
		each = strlen(name) + 1;
		cost = each * (g->count - 1) + cfr__analyze_anchor_bytes(part, first->rank, each - 1);
	}
	for (uint32_t i = 1; i < g->count; i++)
		bytes += value_bytes(part, s->items[s->chosen[g->from + i]].rank);
	*out = bytes > cost ? bytes - cost : 0;
	return 0;
}

/* Each place names the file then, the first, too. */
static uint64_t saved_across(const search *s, const group *g)
{
	uint64_t bytes = 0, cost;
	char name[32] = "";

	for (uint32_t i = 0; i < g->count; i++) {
		const occurrence *item = &s->items[s->chosen[g->from + i]];
		bytes += i > 0 ? value_bytes(&s->a->parts[item->part], item->rank) : 0;
		if (i == 0)
			cfr__analyze_name(name, &s->a->parts[item->part], item->rank);
	}
	cost = g->how == CFR_SHARE_NONE ? 0 : g->count * (strlen(name) + sizeof("include: .yaml\n      ") - 1);
	return bytes > cost ? bytes - cost : 0;
}

/* ---- groups ---- */

static int add_group(search *s, const group *g, cfr_err *err)
{
	const occurrence *first = &s->items[s->chosen[g->from]];
	cfr_node node = cfr_document_node(s->a->parts[first->part].doc, first->rank);
	int r = cfr_vec_room(&s->groups, &s->group_cap, (uint64_t)s->group_count + 1, sizeof(*s->groups), err);
	group *made;

	if (r < 0)
		return r;
	made = &s->groups[s->group_count++];
	*made = *g;
	made->part = first->part;
	while ((made->key = cfr_node_key_number(node)) == UINT32_MAX && cfr_node_parent(&node, node))
		continue;
	return 0;
}

/* The chosen from the second on. */
static void mark_copies(search *s, const group *g, uint8_t mark)
{
	for (uint32_t i = 1; i < g->count; i++) {
		const occurrence *item = &s->items[s->chosen[g->from + i]];
		cfr__analyze_mark(&s->a->parts[item->part], item->rank, mark);
	}
}

static cfr_sharing sharing_inside(cfr_format format)
{
	if (format == CFR_YAML)
		return CFR_SHARE_ANCHOR;
	return format == CFR_JSON || format == CFR_JSONC || format == CFR_TOML ? CFR_SHARE_REF : CFR_SHARE_NONE;
}

/* Items of one document, from..to. The first of them that stands. */
static int share_inside(uint32_t *first, search *s, uint32_t from, uint32_t to, cfr_err *err)
{
	cfr__part *part = &s->a->parts[s->items[from].part];
	group g = { .from = s->chosen_count, .how = sharing_inside(part->format) };
	int r;

	*first = UINT32_MAX;
	for (uint32_t i = from; i < to; i++) {
		if (part->marks[s->items[i].rank] & CFR__GONE)
			continue;
		if (g.count > 0 && cfr__analyze_needed(part, s->items[i].rank))
			continue;		/* an alias elsewhere needs what is in it */
		*first = g.count == 0 ? i : *first;
		s->chosen[g.from + g.count++] = i;
	}
	if (g.count < 2)
		return 0;
	if (g.how == CFR_SHARE_NONE)
		g.saved = saved_across(s, &g);
	else if ((r = saved_inside(&g.saved, s, &g, err)) < 0)
		return r;
	if (g.saved == 0)
		return 0;
	s->chosen_count += g.count;
	mark_copies(s, &g, g.how == CFR_SHARE_NONE ? CFR__GONE | CFR__TOLD : CFR__GONE);
	return add_group(s, &g, err);
}

static cfr_sharing sharing_across(const search *s, const group *g)
{
	const occurrence *first = &s->items[s->chosen[g->from]];
	cfr_kind kind = cfr_node_kind(cfr_document_node(s->a->parts[first->part].doc, first->rank));

	for (uint32_t i = 0; i < g->count; i++) {
		const cfr__part *part = &s->a->parts[s->items[s->chosen[g->from + i]].part];
		if (s->a->result->files[part->file].documents != 1 || sharing_inside(part->format) == CFR_SHARE_NONE)
			return CFR_SHARE_NONE;
	}
	return kind == CFR_MAPPING ? CFR_SHARE_INCLUDE : kind == CFR_STRING ? CFR_SHARE_FILE : CFR_SHARE_NONE;
}

/* What stands in several documents: the chosen from g->from on. */
static int share_across(search *s, group *g, cfr_err *err)
{
	const cfr__part *part;

	if (g->count < 2)
		return 0;
	part = &s->a->parts[s->items[s->chosen[g->from]].part];
	g->how = sharing_across(s, g);
	g->saved = saved_across(s, g);
	if (g->how != CFR_SHARE_NONE && !cfr__analyze_worth(s->a, part, g->how, g->saved)) {
		g->how = CFR_SHARE_NONE;
		g->saved = saved_across(s, g);
	}
	if (g->saved == 0)
		return 0;
	s->chosen_count += g->count;
	mark_copies(s, g, g->how == CFR_SHARE_NONE ? CFR__TOLD : CFR__GONE);
	return add_group(s, g, err);
}

/* Items with one value, from..to, in several documents perhaps. */
static int share(search *s, uint32_t from, uint32_t to, uint32_t *firsts, cfr_err *err)
{
	group across = { .count = 0 };
	uint32_t n = 0;
	int r;

	for (uint32_t i = from; i < to;) {
		uint32_t k = i + 1, first;

		while (k < to && s->items[k].part == s->items[i].part)
			k++;
		if ((r = share_inside(&first, s, i, k, err)) < 0)
			return r;
		if (first != UINT32_MAX &&
		    !(s->a->parts[s->items[first].part].marks[s->items[first].rank] & CFR__TOLD))
			firsts[n++] = first;
		i = k;
	}
	across.from = s->chosen_count;
	across.count = n;
	if (n > 1)
		memcpy(s->chosen + s->chosen_count, firsts, n * sizeof(*firsts));
	return share_across(s, &across, err);
}

/* ---- telling ---- */

/* Adds the occurrences of a group to what is told: the first always, the others only of a group alone. */
static void add_places(cfr_repeat *repeat, const search *s, const group *g, bool alone)
{
	for (uint32_t i = 0; i < g->count; i++) {
		const occurrence *item = &s->items[s->chosen[g->from + i]];
		const cfr__part *part = &s->a->parts[item->part];

		if (repeat->spot_count < s->a->how.places && (alone || i == 0))
			repeat->spots[repeat->spot_count++] = cfr__spot(s->a, part, item->rank);
		if (i > 0) {
			repeat->memory += cfr__analyze_memory(part, item->rank);
			repeat->comments += cfr__analyze_comments(part, item->rank);
		}
	}
	repeat->count += g->count;
	repeat->saved += g->saved;
}

static void lose(uint64_t *saved, uint64_t bytes)
{
	*saved -= bytes < *saved ? bytes : *saved;
}

/* One group, or several under one key. */
static int tell(search *s, group **groups, uint32_t count, cfr_err *err)
{
	cfr__analyzer *a = s->a;
	const occurrence *first = &s->items[s->chosen[groups[0]->from]];
	const cfr__part *part = &a->parts[first->part];
	cfr_repeat repeat = { .how = groups[0]->how, .groups = count, .nodes = first->nodes,
		.bytes = part->bytes[first->rank] };
	size_t before, digits = 2;

	if (!(repeat.spots = cfr_arena_alloc(a->memory, a->how.places * sizeof(*repeat.spots))))
		return cfr_err_nomem(err);
	for (uint32_t i = 0; i < count; i++) {
		add_places(&repeat, s, groups[i], count == 1);
		groups[i]->told = true;
	}
	cfr__analyze_name(repeat.name, part, first->rank);
	before = strlen(repeat.name);
	for (uint32_t n = count; n >= 10; n /= 10)
		digits++;
	if (repeat.how == CFR_SHARE_ANCHOR && count > 1)	/* name-1, name-2, ... */
		lose(&repeat.saved, digits * repeat.count);
	else if (repeat.how == CFR_SHARE_ANCHOR && !cfr__analyze_anchor(part, first->rank).ptr)
		lose(&repeat.saved, (cfr__analyze_number(a, &repeat, part) - before) * repeat.count);
	return cfr__analyze_add_repeat(a, &repeat, err);
}

static bool worth_alone(const search *s, const group *g)
{
	return cfr__analyze_worth(s->a, &s->a->parts[g->part], g->how, g->saved);
}

/* Many small groups under one key: each agent's limits, of which there are ten kinds. Together they may be worth it. */
static int tell_families(search *s, cfr_err *err)
{
	group **small = cfr_arena_alloc(&s->a->scratch, ((size_t)s->group_count + 1) * sizeof(group *));
	uint32_t n = 0;
	int r = 0;

	if (!small)
		return cfr_err_nomem(err);
	for (uint32_t i = 0; i < s->group_count; i++) {
		group *g = &s->groups[i];
		if ((g->how == CFR_SHARE_ANCHOR || g->how == CFR_SHARE_REF) && !worth_alone(s, g))
			small[n++] = g;
	}
	if (n > 1)
		qsort(small, n, sizeof(group *), by_key);
	for (uint32_t i = 0, k; r == 0 && i < n; i = k) {
		uint64_t saved = 0;

		for (k = i; k < n && small[k]->part == small[i]->part && small[k]->key == small[i]->key &&
		            small[k]->how == small[i]->how; k++)
			saved += small[k]->saved;
		if (k - i > 1 && cfr__analyze_worth(s->a, &s->a->parts[small[i]->part], small[i]->how, saved))
			r = tell(s, small + i, k - i, err);
	}
	return r;
}

/* The largest, and all that are worth advice. */
static int tell_all(search *s, cfr_err *err)
{
	uint32_t told = 0;
	int r;

	if (s->group_count > 1)
		qsort(s->groups, s->group_count, sizeof(*s->groups), by_saved);
	r = tell_families(s, err);
	for (uint32_t i = 0; r == 0 && i < s->group_count; i++) {
		group *g = &s->groups[i];

		s->a->result->repeat_groups++;
		s->a->result->repeat_saved += g->saved;
		if (!g->told && told < MOST_TOLD && (told < s->a->how.top || worth_alone(s, g))) {
			r = tell(s, &g, 1, err);
			told++;
		}
	}
	return r;
}

static int search_all(search *s, cfr_err *err)
{
	uint32_t *firsts;
	int r = 0;

	for (uint32_t i = 0; r == 0 && i < s->a->part_count; i++)
		r = collect(s, i, err);
	if (r < 0 || s->count < 2)
		return r;
	qsort(s->items, s->count, sizeof(*s->items), by_value);
	s->chosen = cfr_arena_alloc(&s->a->scratch, 2 * (size_t)s->count * sizeof(*s->chosen));
	firsts = cfr_arena_alloc(&s->a->scratch, s->a->part_count * sizeof(*firsts));
	if (!s->chosen || !firsts)
		return cfr_err_nomem(err);
	for (uint32_t i = 0; r == 0 && i < s->count;) {
		uint32_t k = i + 1;

		while (k < s->count && s->items[k].nodes == s->items[i].nodes &&
		       memcmp(s->items[k].id, s->items[i].id, sizeof(s->items[i].id)) == 0)
			k++;
		if (k - i > 1)
			r = share(s, i, k, firsts, err);
		i = k;
	}
	return r < 0 ? r : tell_all(s, err);
}

int cfr__analyze_same(cfr__analyzer *a, cfr_err *err)
{
	search s = { .a = a };
	int r = cfr_digest_new(&s.digest, err);

	if (r < 0)
		return r;
	r = search_all(&s, err);
	free(s.items);
	free(s.groups);
	cfr_digest_free(s.digest);
	return r;
}
