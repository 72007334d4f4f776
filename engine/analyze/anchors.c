/* engine/analyze/anchors.c -- anchors that nobody uses, and what those that are used become in memory.
 *
 * The sidecar knows which values other places use, and where a value's properties begin; the name is read from there. What
 * an alias brought is a run of entries of its own, which knows where it came from; the runs are put together by that place.
 * A merge brings single entries, whose origins stand in the mapping that was merged.
 */
#include "engine/analyze/parts.h"

#include "engine/base/vec.h"
#include <stdlib.h>

/* An expansion of less is not worth a line. */
enum { MUCH = 64 << 10 };

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

cfr_str cfr__analyze_anchor(const cfr__part *part, uint32_t rank)
{
	const cfr_entry entry = cfr__ranked(part, rank);
	const char *text = part->text.ptr;
	uint32_t at = entry.before, end = entry.start, from;

	if (part->format != CFR_YAML || part->marks[rank] & CFR__VIA)
		return (cfr_str){ NULL, 0 };
	while (at < end) {
		if (is_blank(text[at])) {
			at++;
			continue;
		}
		from = at;
		while (at < end && (text[from] == '#' ? text[at] != '\n' : !is_blank(text[at])))
			at++;
		if (text[from] == '&')
			return cfr_str_sub(part->text, from + 1, at);
	}
	return (cfr_str){ NULL, 0 };
}

/* Before a block collection in a sequence it has a line of its own: `- &name`, then what stood behind the dash. */
uint64_t cfr__analyze_anchor_bytes(const cfr__part *part, uint32_t rank, size_t name)
{
	cfr_entry entry = cfr__ranked(part, rank);
	uint32_t from = entry.start;

	if (cfr__analyze_anchor(part, rank).ptr)
		return 0;
	if (entry.style != CFR_BLOCK || cfr_node_key(cfr_document_node(part->doc, rank)).ptr)
		return name + 2;
	while (from > 0 && part->text.ptr[from - 1] != '\n' && part->text.ptr[from - 1] != '\r')
		from--;
	return name + 2 + (entry.start - from);
}

static int find_unused(cfr_unused **out, uint32_t *cap, cfr__analyzer *a, const cfr__part *part, cfr_err *err)
{
	uint32_t *count = &a->result->unused_count;
	int r;

	for (uint32_t rank = 0; rank < part->count; rank++) {
		const cfr_entry entry = cfr__ranked(part, rank);
		cfr_str name;

		if (entry.before >= entry.start || entry.flags & CFR_ANCHORED || part->marks[rank] & CFR__VIA)
			continue;
		name = cfr__analyze_anchor(part, rank);
		if (!name.ptr)
			continue;
		if ((r = cfr_vec_room(out, cap, (uint64_t)*count + 1, sizeof(**out), err)) < 0)
			return r;
		(*out)[(*count)++] = (cfr_unused){ cfr__spot(a, part, rank), name,
			(uint32_t)(name.ptr - 1 - part->text.ptr) };
	}
	return 0;
}

/* One run of entries that came through an alias, or one entry through a merge. */
typedef struct run {
	uint32_t part, origin, inside;
	uint64_t written, memory;
} run;

static int by_origin(const void *left, const void *right)
{
	const run *a = left, *b = right;

	if (a->part != b->part)
		return a->part > b->part ? 1 : -1;
	if (a->origin != b->origin)
		return a->origin > b->origin ? 1 : -1;
	return (a->inside > b->inside) - (a->inside < b->inside);
}

static int by_memory(const void *left, const void *right)
{
	const cfr_expansion *a = left, *b = right;

	return a->memory != b->memory ? (a->memory < b->memory ? 1 : -1) : (a->uses > b->uses) - (a->uses < b->uses);
}

static int find_runs(run **runs, uint32_t *count, uint32_t *cap, cfr__analyzer *a, const cfr__part *part, cfr_err *err)
{
	int r;

	for (uint32_t rank = 0; rank < part->count; rank++) {
		cfr_node node;
		uint32_t origin;
		bool merged;

		if (!(part->marks[rank] & CFR__VIA_TOP))
			continue;
		merged = part->bytes[rank] == 0;
		node = cfr_document_node(part->doc, rank);
		origin = cfr_document_rank(part->doc, cfr_document_origin(part->doc, node));
		if ((r = cfr_vec_room(runs, cap, (uint64_t)*count + 1, sizeof(**runs), err)) < 0)
			return r;
		(*runs)[(*count)++] = (run){ (uint32_t)(part - a->parts), merged ? part->up[origin] : origin,
			merged ? part->up[rank] : rank, part->bytes[rank], cfr__analyze_memory(part, rank) };
	}
	return 0;
}

/* Sums the runs of one origin; keeps the expensive ones. */
static int sum_runs(cfr__analyzer *a, const run *runs, uint32_t count, cfr_err *err)
{
	cfr_expansion *sums = cfr_arena_alloc(&a->scratch, ((size_t)count + 1) * sizeof(*sums));
	uint32_t n = 0;

	if (!sums)
		return cfr_err_nomem(err);
	for (uint32_t i = 0; i < count;) {
		const cfr__part *part = &a->parts[runs[i].part];
		cfr_expansion sum = { .spot = cfr__spot(a, part, runs[i].origin) };
		uint32_t k = i;

		for (; k < count && runs[k].part == runs[i].part && runs[k].origin == runs[i].origin; k++) {
			sum.uses += k == i || runs[k].inside != runs[k - 1].inside;
			sum.written += runs[k].written;
			sum.memory += runs[k].memory;
		}
		i = k;
		if (sum.memory >= MUCH)
			sums[n++] = sum;
	}
	if (n > 1)
		qsort(sums, n, sizeof(*sums), by_memory);
	n = n < a->how.top ? n : a->how.top;
	if (!(a->result->expansions = cfr_arena_alloc(a->memory, ((size_t)n + 1) * sizeof(*sums))))
		return cfr_err_nomem(err);
	if (n > 0)
		memcpy(a->result->expansions, sums, n * sizeof(*sums));
	a->result->expansion_count = n;
	return 0;
}

int cfr__analyze_anchors(cfr__analyzer *a, cfr_err *err)
{
	cfr_unused *unused = NULL;
	run *runs = NULL;
	uint32_t unused_cap = 0, run_cap = 0, run_count = 0;
	int r = 0;

	for (uint32_t i = 0; r == 0 && i < a->part_count; i++) {
		if (a->parts[i].format != CFR_YAML)
			continue;
		r = find_unused(&unused, &unused_cap, a, &a->parts[i], err);
		if (r == 0)
			r = find_runs(&runs, &run_count, &run_cap, a, &a->parts[i], err);
	}
	if (r == 0 && run_count > 1)
		qsort(runs, run_count, sizeof(*runs), by_origin);
	if (r == 0)
		r = sum_runs(a, runs, run_count, err);
	if (r == 0 && !(a->result->unused = cfr_arena_alloc(a->memory, ((size_t)a->result->unused_count + 1) *
	                                                    sizeof(*unused))))
		r = cfr_err_nomem(err);
	if (r == 0 && unused)
		memcpy(a->result->unused, unused, a->result->unused_count * sizeof(*unused));
	free(unused);
	free(runs);
	return r;
}
