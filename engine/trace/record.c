/* engine/trace/record.c -- writing down spans on any thread.
 *
 * A thread finds its lane in a list that only grows at its head, by compare and swap: there are as many as there are threads
 * at one time, and a walk over them is short beside the reading of the clock. All else is the thread's own. A detail is
 * copied once while it is told of again and again: a small table by hash holds the latest, and forgets on a clash.
 */
#include "engine/trace/inside.h"

#include <stdlib.h>
#include <time.h>

enum { KEEP = 1 << 18 };

static uint64_t read_clock(void *arg)
{
	struct timespec t;

	(void)arg;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* --- lanes --- */

static cfr__lane *lane_find(cfr__lane *from)
{
	pthread_t self = pthread_self();

	while (from && !pthread_equal(from->owner, self))
		from = from->next;
	return from;
}

/* The calling thread's lane; NULL when there is no memory for one. */
static cfr__lane *lane_of(cfr_trace *trace)
{
	cfr__lane *head = atomic_load_explicit(&trace->lanes, memory_order_acquire), *lane = lane_find(head);

	if (CFR_LIKELY(lane != NULL))
		return lane;
	if (!(lane = calloc(1, sizeof(*lane))))
		return NULL;
	lane->owner = pthread_self();
	cfr_arena_init(&lane->arena, NULL);
	do {
		lane->next = head;
		lane->number = head ? head->number + 1 : 1;
	} while (!atomic_compare_exchange_weak_explicit(&trace->lanes, &head, lane, memory_order_acq_rel,
							memory_order_acquire));
	return lane;
}

cfr__lane **cfr__trace_lanes(const cfr_trace *trace, uint32_t *count)
{
	cfr__lane *head = atomic_load_explicit(&((cfr_trace *)(uintptr_t)trace)->lanes, memory_order_acquire);
	cfr__lane **lanes = calloc((size_t)(head ? head->number : 0) + 1, sizeof(cfr__lane *));

	*count = lanes && head ? head->number : 0;
	for (; lanes && head; head = head->next)
		lanes[head->number - 1] = head;
	return lanes;
}

/* --- events --- */

/* The text as the lane keeps it; ptr NULL when out of memory. */
static cfr_str keep_text(cfr__lane *lane, cfr_str text)
{
	uint32_t hash = 2166136261u;	/* FNV-1a: a clash costs a copy, nothing else */
	cfr_str *slot;

	if (text.len == 0)
		return CFR_STR("");
	for (size_t i = 0; i < text.len; i++)
		hash = (hash ^ (uint8_t)text.ptr[i]) * 16777619u;
	slot = &lane->recent[hash % CFR__RECENT];
	if (!cfr_str_eq(*slot, text)) {
		cfr_str copy = cfr_arena_str(&lane->arena, text);
		if (!copy.ptr)
			return copy;
		*slot = copy;
	}
	return *slot;
}

/* Room for one more; NULL when there is none. */
static cfr__event *lane_room(cfr__lane *lane, uint32_t keep)
{
	if (lane->events >= keep)
		return NULL;
	if (!lane->last || lane->last->count == CFR__BLOCK_EVENTS) {
		cfr__events *block = malloc(sizeof(*block));
		if (!block)
			return NULL;
		block->next = NULL;
		block->count = 0;
		if (lane->last)
			lane->last->next = block;
		else
			lane->first = block;
		lane->last = block;
	}
	return &lane->last->items[lane->last->count];
}

static void keep_event(cfr_trace *trace, cfr__event event)
{
	cfr__lane *lane = lane_of(trace);
	cfr__event *place = lane ? lane_room(lane, trace->keep) : NULL;

	if (!lane) {
		atomic_fetch_add_explicit(&trace->lost, 1, memory_order_relaxed);
		return;
	}
	if (place)
		event.detail = keep_text(lane, event.detail);
	if (!place || !event.detail.ptr) {
		lane->lost++;
		return;
	}
	event.told = lane->events++;
	*place = event;
	lane->last->count++;
	lane->spans += !event.counted;
}

static void keep_span(void *arg, const char *phase, cfr_str detail, uint64_t begin, uint64_t end, uint64_t amount,
                      const char *unit)
{
	keep_event(arg, (cfr__event){ .phase = phase, .unit = unit, .detail = detail, .begin = begin, .end = end,
				      .amount = amount });
}

static void keep_count(void *arg, const char *phase, cfr_str detail, uint64_t amount, const char *unit)
{
	uint64_t at = read_clock(NULL);

	keep_event(arg, (cfr__event){ .phase = phase, .unit = unit, .detail = detail, .begin = at, .end = at,
				      .amount = amount, .counted = true });
}

/* --- life --- */

int cfr_trace_new(cfr_trace **out, uint32_t keep, cfr_err *err)
{
	cfr_trace *trace = calloc(1, sizeof(*trace));

	if (!trace)
		return cfr_err_nomem(err);
	trace->profile = (cfr_profile){ .now = read_clock, .span = keep_span, .count = keep_count, .arg = trace };
	trace->keep = keep ? keep : KEEP;
	trace->begin = read_clock(NULL);
	atomic_init(&trace->lanes, NULL);
	atomic_init(&trace->lost, 0);
	if (!lane_of(trace)) {
		free(trace);
		return cfr_err_nomem(err);
	}
	*out = trace;
	return 0;
}

void cfr_trace_free(cfr_trace *trace)
{
	cfr__lane *lane = trace ? atomic_load_explicit(&trace->lanes, memory_order_acquire) : NULL, *earlier;

	for (; lane; lane = earlier) {
		earlier = lane->next;
		for (cfr__events *block = lane->first, *next; block; block = next) {
			next = block->next;
			free(block);
		}
		cfr_arena_release(&lane->arena);
		free(lane);
	}
	free(trace);
}

const cfr_profile *cfr_trace_profile(const cfr_trace *trace)
{
	return &trace->profile;
}

void cfr_trace_totals_of(cfr_trace_totals *out, const cfr_trace *trace)
{
	cfr_trace *mine = (cfr_trace *)(uintptr_t)trace;
	cfr__lane *lane = atomic_load_explicit(&mine->lanes, memory_order_acquire);

	*out = (cfr_trace_totals){ .begin = trace->begin, .lost = atomic_load_explicit(&mine->lost, memory_order_relaxed) };
	for (; lane; lane = lane->next) {
		out->threads++;
		out->spans += lane->spans;
		out->lost += lane->lost;
	}
}
