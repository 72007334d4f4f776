/* engine/trace/inside.h -- how a trace lies in memory.
 *
 * record.c  writing down    rows.c  sums by phase and detail    json.c  the Chrome format
 */
#ifndef CFR_TRACE_INSIDE_H
#define CFR_TRACE_INSIDE_H

#include "engine/base/arena.h"
#include "engine/trace.h"

#include <pthread.h>
#include <stdatomic.h>

enum { CFR__BLOCK_EVENTS = 512, CFR__RECENT = 256 };

typedef struct cfr__event {
	const char *phase, *unit;
	cfr_str detail;
	uint64_t begin, end, amount;
	uint32_t told;			/* its number on its lane: what is within was told before */
	bool counted;			/* no span: `begin` is when it was told */
} cfr__event;

typedef struct cfr__events {
	struct cfr__events *next;	/* written later */
	uint32_t count;
	cfr__event items[CFR__BLOCK_EVENTS];
} cfr__events;

/* What one thread wrote down. A thread is known by its handle, which the system gives to a later thread when this one has
 * ended: that one writes on here. */
typedef struct cfr__lane {
	struct cfr__lane *next;		/* an earlier one; constant */
	pthread_t owner;
	uint32_t number;		/* from 1, which is the main thread */
	uint32_t events;
	uint64_t spans, lost;
	cfr__events *first, *last;
	cfr_arena arena;		/* texts of details */
	cfr_str recent[CFR__RECENT];	/* by hash: a rule or a file is told of again and again */
} cfr__lane;

struct cfr_trace {
	cfr_profile profile;
	uint32_t keep;
	uint64_t begin;
	_Atomic(cfr__lane *) lanes;	/* the latest */
	_Atomic uint64_t lost;		/* on threads for which there is no lane */
};

/* The lanes from the first; NULL when out of memory. To be freed. */
cfr__lane **cfr__trace_lanes(const cfr_trace *trace, uint32_t *count);

#endif
