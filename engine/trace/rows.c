/* engine/trace/rows.c -- spans summed up by phase, detail and unit.
 *
 * A span is told when it ends, so its thread's events are sorted by their beginning first; then one pass with the spans that
 * are open at each moment on a stack gives everybody's own time: what lies within is taken off.
 */
#include "engine/trace/inside.h"

#include "engine/base/hash.h"
#include "engine/base/vec.h"

#include <stdlib.h>

typedef struct open_span {
	const cfr__event *event;
	uint64_t within;		/* nanoseconds of the spans directly in it */
	bool same_detail, same_phase;	/* within one */
} open_span;

typedef struct summing {
	cfr_trace_row *rows;
	uint32_t count, cap;
	uint32_t *table;		/* index of the row + 1, by hash; 0: free */
	uint32_t slots;			/* a power of two */
	cfr_hash_key key;
	open_span *open;
	uint32_t depth, open_cap;
	const cfr__event **sorted;
	uint32_t sorted_cap;
} summing;

/* --- rows --- */

static bool same_unit(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

/* The row of an event, or the free slot for it. */
static uint32_t *slot_of(const summing *s, const char *phase, cfr_str detail, const char *unit)
{
	uint64_t hash = cfr_hash(&s->key, detail.ptr, detail.len) + (uint8_t)phase[0] * 31u + strlen(phase);
	uint32_t at = (uint32_t)hash & (s->slots - 1);

	for (; s->table[at]; at = (at + 1) & (s->slots - 1)) {
		const cfr_trace_row *row = &s->rows[s->table[at] - 1];
		if (strcmp(row->phase, phase) == 0 && cfr_str_eq(row->detail, detail) && same_unit(row->unit, unit))
			break;
	}
	return &s->table[at];
}

static int grow_table(summing *s, cfr_err *err)
{
	uint32_t *old = s->table, slots = s->slots ? s->slots * 2 : 64;

	if (!(s->table = calloc(slots, sizeof(*s->table)))) {
		s->table = old;
		return cfr_err_nomem(err);
	}
	s->slots = slots;
	for (uint32_t i = 0; i < s->count; i++)
		*slot_of(s, s->rows[i].phase, s->rows[i].detail, s->rows[i].unit) = i + 1;
	free(old);
	return 0;
}

static int row_of(cfr_trace_row **out, summing *s, const cfr__event *event, cfr_err *err)
{
	uint32_t *slot;
	int r;

	if ((s->count + 1) * 2 > s->slots && (r = grow_table(s, err)) < 0)
		return r;
	slot = slot_of(s, event->phase, event->detail, event->unit);
	if (!*slot) {
		if ((r = cfr_vec_room(&s->rows, &s->cap, (uint64_t)s->count + 1, sizeof(*s->rows), err)) < 0)
			return r;
		s->rows[s->count] = (cfr_trace_row){ .phase = event->phase, .unit = event->unit, .detail = event->detail };
		*slot = ++s->count;
	}
	*out = &s->rows[*slot - 1];
	return 0;
}

/* --- one thread --- */

/* The outer before the inner; of those that began and ended at the same tick, that is what was told later. */
static int compare(const void *x, const void *y)
{
	const cfr__event *a = *(const cfr__event *const *)x, *b = *(const cfr__event *const *)y;

	if (a->begin != b->begin)
		return a->begin < b->begin ? -1 : 1;
	if (a->end != b->end)
		return a->end < b->end ? 1 : -1;
	return a->told < b->told ? 1 : -1;
}

static int close_top(summing *s, cfr_err *err)
{
	open_span *top = &s->open[--s->depth];
	uint64_t time = top->event->end - top->event->begin;
	cfr_trace_row *row;
	int r = row_of(&row, s, top->event, err);

	if (r < 0)
		return r;
	row->total += time;
	row->self += time > top->within ? time - top->within : 0;
	row->outer += top->same_detail ? 0 : time;
	row->top += top->same_phase ? 0 : time;
	if (time > row->longest)
		row->longest = time;
	if (s->depth)
		s->open[s->depth - 1].within += time;
	return 0;
}

static int open_one(summing *s, const cfr__event *event, cfr_err *err)
{
	open_span opened = { .event = event };
	cfr_trace_row *row;
	int r = row_of(&row, s, event, err);

	if (r < 0)
		return r;
	row->amount += event->amount;
	if (event->counted)
		return 0;
	row->spans++;
	while (s->depth && s->open[s->depth - 1].event->end <= event->begin) {
		if ((r = close_top(s, err)) < 0)
			return r;
	}
	for (uint32_t i = 0; i < s->depth; i++) {
		opened.same_detail |= event->detail.len && cfr_str_eq(s->open[i].event->detail, event->detail);
		opened.same_phase |= strcmp(s->open[i].event->phase, event->phase) == 0;
	}
	if ((r = cfr_vec_room(&s->open, &s->open_cap, (uint64_t)s->depth + 1, sizeof(*s->open), err)) < 0)
		return r;
	s->open[s->depth++] = opened;
	return 0;
}

static int sum_lane(summing *s, const cfr__lane *lane, uint64_t since, cfr_err *err)
{
	uint32_t count = 0;
	int r = cfr_vec_room(&s->sorted, &s->sorted_cap, lane->events, sizeof(*s->sorted), err);

	for (const cfr__events *block = lane->first; r == 0 && block; block = block->next) {
		for (uint32_t i = 0; i < block->count; i++) {
			if (block->items[i].begin >= since)
				s->sorted[count++] = &block->items[i];
		}
	}
	if (r < 0 || count == 0)
		return r;
	qsort(s->sorted, count, sizeof(*s->sorted), compare);
	for (uint32_t i = 0; r == 0 && i < count; i++)
		r = open_one(s, s->sorted[i], err);
	while (r == 0 && s->depth)
		r = close_top(s, err);
	return r;
}

int cfr_trace_rows(cfr_trace_row **rows, uint32_t *count, const cfr_trace *trace, uint64_t since, cfr_err *err)
{
	summing s = { .rows = NULL };
	uint32_t lane_count;
	cfr__lane **lanes = cfr__trace_lanes(trace, &lane_count);
	int r = lanes ? 0 : cfr_err_nomem(err);

	cfr_hash_seed(&s.key);
	for (uint32_t i = 0; r == 0 && i < lane_count; i++)
		r = sum_lane(&s, lanes[i], since, err);
	free(lanes);
	free(s.table);
	free(s.open);
	free(s.sorted);
	if (r < 0) {
		free(s.rows);
		return r;
	}
	*rows = s.rows;
	*count = s.count;
	return 0;
}
