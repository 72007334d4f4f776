/* engine/trace/json.c -- a trace in the Chrome format: the "JSON Object Format" of the Trace Event Format.
 *
 * One line for each event, so that the file can be looked into with ordinary tools. Times are microseconds since the trace was
 * made, with the nanoseconds behind the point, as integers are printed: no rounding makes a span stick out of the one around it.
 */
#include "engine/trace/inside.h"

#include "engine/base/utf8.h"

#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

static bool is_plain(unsigned char c)
{
	return c >= 0x20 && c != '"' && c != '\\' && c != 0x7f;
}

/* Runs of plain bytes are copied at once. */
static void add_string_body(cfr_buf *out, cfr_str text)
{
	for (size_t at = 0; at < text.len;) {
		size_t end = at + cfr_utf8_valid(text.ptr + at, text.len - at);
		while (at < end) {
			size_t from = at;
			while (at < end && is_plain((unsigned char)text.ptr[at]))
				at++;
			cfr_buf_add(out, text.ptr + from, at - from);
			if (at == end)
				break;
			unsigned char c = (unsigned char)text.ptr[at++];
			if (c == '"' || c == '\\')
				cfr_buf_addf(out, "\\%c", c);
			else
				cfr_buf_addf(out, "\\u%04x", c);
		}
		if (at < text.len)
			cfr_buf_addf(out, "\\\\x%02x", (unsigned char)text.ptr[at++]);
	}
}

static void add_string(cfr_buf *out, cfr_str text)
{
	cfr_buf_addc(out, '"');
	add_string_body(out, text);
	cfr_buf_addc(out, '"');
}

static void add_time(cfr_buf *out, const char *name, uint64_t ns)
{
	cfr_buf_addf(out, "\"%s\":%" PRIu64 ".%03u,", name, ns / 1000, (unsigned)(ns % 1000));
}

/* The name that is seen: of rules, files and the like the phase goes before. */
static void add_event(cfr_buf *out, const cfr_trace *trace, const cfr__lane *lane, const cfr__event *event, long pid)
{
	cfr_buf_addz(out, ",\n{\"name\":\"");
	add_string_body(out, cfr_str_of(event->phase));
	if (event->detail.len) {
		cfr_buf_addc(out, ' ');
		add_string_body(out, event->detail);
	}
	cfr_buf_addz(out, "\",\"cat\":");
	add_string(out, cfr_str_of(event->phase));
	cfr_buf_addz(out, event->counted ? ",\"ph\":\"i\",\"s\":\"t\"," : ",\"ph\":\"X\",");
	add_time(out, "ts", event->begin > trace->begin ? event->begin - trace->begin : 0);
	if (!event->counted)
		add_time(out, "dur", event->end > event->begin ? event->end - event->begin : 0);
	cfr_buf_addf(out, "\"pid\":%ld,\"tid\":%u,\"args\":{\"detail\":", pid, lane->number);
	add_string(out, event->detail);
	if (event->unit) {
		cfr_buf_addf(out, ",\"amount\":%" PRIu64 ",\"unit\":", event->amount);
		add_string(out, cfr_str_of(event->unit));
	}
	cfr_buf_addz(out, "}}");
}

/* Names of the process and its threads, which otherwise would be numbers. */
static void add_names(cfr_buf *out, cfr__lane *const *lanes, uint32_t count, long pid)
{
	cfr_buf_addf(out, "{\"name\":\"process_name\",\"ph\":\"M\",\"pid\":%ld,\"tid\":1,\"args\":{\"name\":\"cfgrun\"}}", pid);
	for (uint32_t i = 0; i < count; i++) {
		cfr_buf_addf(out, ",\n{\"name\":\"thread_name\",\"ph\":\"M\",\"pid\":%ld,\"tid\":%u,\"args\":{\"name\":\"", pid,
			     lanes[i]->number);
		if (i == 0)
			cfr_buf_addz(out, "main");
		else
			cfr_buf_addf(out, "worker %u", i);
		cfr_buf_addz(out, "\"}}");
		cfr_buf_addf(out, ",\n{\"name\":\"thread_sort_index\",\"ph\":\"M\",\"pid\":%ld,\"tid\":%u,\"args\":{\"sort_index\":%u}}",
			     pid, lanes[i]->number, i);
	}
}

/* One phase of the rows from `first` on; its rows are marked as done. */
static void add_phase(cfr_buf *out, cfr_trace_row *rows, uint32_t first, uint32_t count)
{
	const char *phase = rows[first].phase;
	uint64_t spans = 0, total = 0, self = 0;

	for (uint32_t i = first; i < count; i++) {
		if (!rows[i].phase || strcmp(rows[i].phase, phase) != 0)
			continue;
		spans += rows[i].spans;
		total += rows[i].top;
		self += rows[i].self;
		rows[i].phase = NULL;
	}
	add_string(out, cfr_str_of(phase));
	cfr_buf_addf(out, ":{\"spans\":%" PRIu64 ",\"total_ns\":%" PRIu64 ",\"self_ns\":%" PRIu64 "}", spans, total, self);
}

/* The sums by phase, for who wants no more. */
static int add_phases(cfr_buf *out, const cfr_trace *trace, cfr_err *err)
{
	cfr_trace_row *rows;
	uint32_t count;
	int r = cfr_trace_rows(&rows, &count, trace, 0, err);
	const char *before = "";

	if (r < 0)
		return r;
	cfr_buf_addz(out, ",\"phases\":{");
	for (uint32_t i = 0; i < count; i++) {
		if (!rows[i].phase)
			continue;
		cfr_buf_addz(out, before);
		add_phase(out, rows, i, count);
		before = ",";
	}
	cfr_buf_addc(out, '}');
	free(rows);
	return 0;
}

static int add_notes(cfr_buf *out, const cfr_trace *trace, const cfr_trace_note *notes, uint32_t count, cfr_err *err)
{
	cfr_trace_totals totals;
	int r;

	cfr_trace_totals_of(&totals, trace);
	cfr_buf_addf(out, "\"otherData\":{\"program\":\"cfgrun %s\",\"spans\":%" PRIu64 ",\"lost\":%" PRIu64, CFR_VERSION,
		     totals.spans, totals.lost);
	for (uint32_t i = 0; i < count; i++) {
		cfr_buf_addc(out, ',');
		add_string(out, notes[i].name);
		cfr_buf_addc(out, ':');
		add_string(out, notes[i].text);
	}
	r = add_phases(out, trace, err);
	cfr_buf_addc(out, '}');
	return r;
}

int cfr_trace_json(cfr_buf *out, const cfr_trace *trace, const cfr_trace_note *notes, uint32_t note_count, cfr_err *err)
{
	uint32_t count;
	cfr__lane **lanes = cfr__trace_lanes(trace, &count);
	long pid = (long)getpid();
	int r;

	if (!lanes)
		return cfr_err_nomem(err);
	cfr_buf_addz(out, "{\"displayTimeUnit\":\"ms\",");
	if ((r = add_notes(out, trace, notes, note_count, err)) < 0) {
		free(lanes);
		return r;
	}
	cfr_buf_addz(out, ",\n\"traceEvents\":[\n");
	add_names(out, lanes, count, pid);
	for (uint32_t i = 0; i < count; i++) {
		for (const cfr__events *block = lanes[i]->first; block; block = block->next) {
			for (uint32_t k = 0; k < block->count; k++)
				add_event(out, trace, lanes[i], &block->items[k], pid);
		}
	}
	cfr_buf_addz(out, "\n]}\n");
	free(lanes);
	return cfr_buf_check(out, err);
}
