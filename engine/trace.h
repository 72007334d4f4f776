/* engine/trace.h -- what took how long, written down: the recorder behind engine/port/profile.h.
 *
 * A trace is made before the work, its profile is given to whatever is to be measured (a loader, a check, a composition),
 * and when all of that is done it is asked: for rows (how often, how long, how much, by phase and detail), or for the whole
 * as Chrome trace JSON, which ui.perfetto.dev and chrome://tracing show on a line of time.
 *
 * Each thread writes into room of its own, so threads do not wait for each other. The room is bounded: spans behind the
 * bound, and those for which there was no memory, are counted and lost; nothing ever fails because it is measured.
 *
 * Threads. Any may be measured at once. Asking is for one thread, while nothing is measured.
 */
#ifndef CFR_TRACE_H
#define CFR_TRACE_H

#include "engine/buffer.h"
#include "engine/port/profile.h"

CFR_BEGIN_DECLS

typedef struct cfr_trace cfr_trace;

/* `keep`: spans for each thread; 0: a quarter of a million (16 MiB). The calling thread becomes "main". */
CFR_API int cfr_trace_new(cfr_trace **out, uint32_t keep, cfr_err *err);
CFR_API void cfr_trace_free(cfr_trace *trace);	/* NULL is fine */
/* Borrowed from the trace, which must outlive what is measured. */
CFR_API const cfr_profile *cfr_trace_profile(const cfr_trace *trace);

typedef struct cfr_trace_totals {
	uint64_t begin;			/* when the trace was made, by its clock */
	uint64_t spans, lost;
	uint32_t threads;
} cfr_trace_totals;
CFR_API void cfr_trace_totals_of(cfr_trace_totals *out, const cfr_trace *trace);

/* All spans of one phase, detail and unit. Times are sums over all threads, in nanoseconds. */
typedef struct cfr_trace_row {
	const char *phase, *unit;	/* unit: NULL for none */
	cfr_str detail;			/* borrowed from the trace */
	uint64_t spans;			/* 0: what was only counted */
	uint64_t total;
	uint64_t self;			/* without the spans within */
	uint64_t outer;			/* of those spans that are within none of the same detail … */
	uint64_t top;			/* … of the same phase */
	uint64_t longest;		/* the longest span */
	uint64_t amount;
} cfr_trace_row;

/* Of the spans that began at `since` or later (0: all), in the order of beginning, thread by thread. *rows is to be freed. */
CFR_API int cfr_trace_rows(cfr_trace_row **rows, uint32_t *count, const cfr_trace *trace, uint64_t since, cfr_err *err);

/* What a trace is to say of itself beside its spans. */
typedef struct cfr_trace_note {
	cfr_str name, text;
} cfr_trace_note;

/* Appends the trace as one JSON object: traceEvents with complete events ("X"), instants ("i") for what was counted, names
 * of process and threads; in otherData the notes and sums by phase. Names that are no UTF-8 are written with their odd bytes as \xNN. */
CFR_API int cfr_trace_json(cfr_buf *out, const cfr_trace *trace, const cfr_trace_note *notes, uint32_t note_count,
                           cfr_err *err);

CFR_END_DECLS
#endif
