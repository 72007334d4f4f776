/* tests/unit/trace/test_trace.c -- spans written down, summed up, and as JSON. */
#include "engine/trace.h"

#include "engine/base/str.h"
#include "engine/base/work.h"
#include "engine/document.h"
#include "engine/pointer.h"
#include "engine/text.h"

#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

static cfr_trace *make(uint32_t keep)
{
	cfr_trace *trace;

	assert_int_equal(cfr_trace_new(&trace, keep, NULL), 0);
	return trace;
}

/* A span as if its clock had been read then. */
static void span(const cfr_trace *trace, const char *phase, const char *detail, uint64_t begin, uint64_t end)
{
	const cfr_profile *p = cfr_trace_profile(trace);

	p->span(p->arg, phase, cfr_str_of(detail), begin, end, end - begin, "bytes");
}

static const cfr_trace_row *find(const cfr_trace_row *rows, uint32_t count, const char *phase, const char *detail)
{
	for (uint32_t i = 0; i < count; i++) {
		if (strcmp(rows[i].phase, phase) == 0 && cfr_str_eq(rows[i].detail, cfr_str_of(detail)))
			return &rows[i];
	}
	return NULL;
}

static void test_nesting(void **state)
{
	cfr_trace *trace = make(0);
	cfr_trace_row *rows;
	const cfr_trace_row *row;
	cfr_trace_totals totals;
	uint32_t count;

	(void)state;
	/* command 0..100 > load a 10..60 > parse a 20..50; parse b 70..90; two at one tick, the inner told first */
	span(trace, "parse", "a", 20, 50);
	span(trace, "load", "a", 10, 60);
	span(trace, "parse", "b", 70, 90);
	span(trace, "inner", "", 92, 95);
	span(trace, "outer", "", 92, 95);
	span(trace, "command", "", 0, 100);
	assert_int_equal(cfr_trace_rows(&rows, &count, trace, 0, NULL), 0);
	assert_int_equal(count, 6);
	row = find(rows, count, "command", "");
	assert_int_equal(row->total, 100);
	assert_int_equal(row->self, 100 - 50 - 20 - 3);
	row = find(rows, count, "load", "a");
	assert_int_equal(row->self, 20);
	assert_int_equal(row->outer, 50);
	row = find(rows, count, "parse", "a");
	assert_int_equal(row->total, 30);
	assert_int_equal(row->outer, 0);	/* within load a, which counts for a */
	assert_int_equal(row->top, 30);
	assert_int_equal(row->amount, 30);
	assert_int_equal(find(rows, count, "parse", "b")->outer, 20);
	assert_int_equal(find(rows, count, "outer", "")->self, 0);
	assert_int_equal(find(rows, count, "inner", "")->self, 3);
	free(rows);
	assert_int_equal(cfr_trace_rows(&rows, &count, trace, 70, NULL), 0);
	assert_int_equal(count, 3);
	assert_null(find(rows, count, "load", "a"));
	free(rows);
	cfr_trace_totals_of(&totals, trace);
	assert_int_equal(totals.spans, 6);
	assert_int_equal(totals.lost, 0);
	assert_int_equal(totals.threads, 1);
	cfr_trace_free(trace);
}

static void test_sums(void **state)
{
	cfr_trace *trace = make(0);
	const cfr_profile *p = cfr_trace_profile(trace);
	char name[16];
	cfr_trace_row *rows;
	uint32_t count;
	uint64_t amount = 0;

	(void)state;
	for (unsigned i = 0; i < 3000; i++) {	/* more details than the small table holds, each three times */
		snprintf(name, sizeof(name), "f%u", i % 1000);
		span(trace, "parse", name, 10 * i, 10 * i + 5);
		p->count(p->arg, "rule", cfr_str_of(name), i, "findings");
	}
	assert_int_equal(cfr_trace_rows(&rows, &count, trace, 0, NULL), 0);
	assert_int_equal(count, 2000);
	for (uint32_t i = 0; i < count; i++) {
		if (strcmp(rows[i].phase, "parse") == 0) {
			assert_int_equal(rows[i].spans, 3);
			assert_int_equal(rows[i].total, 15);
			assert_int_equal(rows[i].longest, 5);
		} else {
			assert_int_equal(rows[i].spans, 0);
			assert_string_equal(rows[i].unit, "findings");
			amount += rows[i].amount;
		}
	}
	assert_int_equal(amount, 2999 * 3000 / 2);
	free(rows);
	cfr_trace_free(trace);
}

static void test_bound(void **state)
{
	cfr_trace *trace = make(1000);
	cfr_trace_totals totals;
	cfr_trace_row *rows;
	uint32_t count;

	(void)state;
	for (unsigned i = 0; i < 1500; i++)
		span(trace, "parse", "a", i, i + 1);
	cfr_trace_totals_of(&totals, trace);
	assert_int_equal(totals.spans, 1000);
	assert_int_equal(totals.lost, 500);
	assert_int_equal(cfr_trace_rows(&rows, &count, trace, 0, NULL), 0);
	assert_int_equal(rows[0].spans, 1000);
	free(rows);
	cfr_trace_free(trace);
}

static int work(void *arg, unsigned worker, size_t index, cfr_err *err)
{
	const cfr_profile *p = arg;
	uint64_t begin = cfr_profile_now(p), inner = cfr_profile_now(p);

	(void)worker;
	(void)index;
	(void)err;
	cfr_profile_span(p, "inner", CFR_STR("x"), inner, 1, "places");
	cfr_profile_span(p, "outer", CFR_STR("y"), begin, 1, NULL);
	return 0;
}

/* Thread after thread on one trace: what ended hands its lane on. */
static void test_threads(void **state)
{
	cfr_trace *trace = make(0);
	cfr_profile profile = *cfr_trace_profile(trace);
	cfr_trace_totals totals;
	cfr_trace_row *rows;
	uint32_t count;

	(void)state;
	for (int i = 0; i < 5; i++)
		assert_int_equal(cfr_work_run(4, 500, work, &profile, NULL), 0);
	cfr_trace_totals_of(&totals, trace);
	assert_int_equal(totals.spans, 5000);
	assert_in_range(totals.threads, 1, 16);
	assert_int_equal(cfr_trace_rows(&rows, &count, trace, totals.begin, NULL), 0);
	assert_int_equal(count, 2);
	assert_int_equal(rows[0].spans, 2500);
	assert_true(find(rows, count, "outer", "y")->self <= find(rows, count, "outer", "y")->total);
	assert_int_equal(find(rows, count, "inner", "x")->amount, 2500);
	free(rows);
	cfr_trace_free(trace);
}

static cfr_str text_at(const cfr_document *doc, const char *pointer)
{
	cfr_node node;

	assert_int_equal(cfr_pointer_get(&node, cfr_tree_root(cfr_document_tree(doc)), cfr_str_of(pointer), NULL), 0);
	return cfr_node_string(node);
}

/* Our own strict reader must take it, whatever a file is called. */
static void test_json(void **state)
{
	static const char odd[] = "a\"b\\c\n\x01\x7f\xff\xc3(\xe2\x82\xac.yaml";
	static const cfr_trace_note notes[] = { { { "comm\"and", 8 }, { "check \xfe", 7 } } };
	cfr_trace *trace = make(0);
	cfr_trace_totals totals;
	cfr_buf out = CFR_BUF_INIT;
	cfr_source *source;
	cfr_documents docs;
	cfr_err err = CFR_ERR_INIT;
	cfr_node events, value;

	(void)state;
	cfr_trace_totals_of(&totals, trace);
	span(trace, "parse", odd, totals.begin + 1234567, totals.begin + 1234567 + 42);
	cfr_trace_profile(trace)->count(cfr_trace_profile(trace)->arg, "rule", CFR_STR("r"), 7, "findings");
	assert_int_equal(cfr_trace_json(&out, trace, notes, 1, NULL), 0);
	assert_int_equal(cfr_source_new(&source, CFR_STR("t.json"), cfr_buf_str(&out), NULL, &err), 0);
	if (cfr_text_read(&docs, source, CFR_JSON, NULL, &err) < 0)
		fail_msg("%u:%u %s", err.line, err.column, err.message);
	assert_int_equal(cfr_pointer_get(&events, cfr_tree_root(cfr_document_tree(docs.items[0])), CFR_STR("/traceEvents"), NULL), 0);
	assert_int_equal(cfr_node_size(events), 5);	/* three names, a span, a count */
	cfr_str text = text_at(docs.items[0], "/traceEvents/3/args/detail");
	assert_int_equal(text.len, strlen("a\"b\\c\n\x01\x7f\\xff\\xc3(\xe2\x82\xac.yaml"));
	assert_memory_equal(text.ptr, "a\"b\\c\n\x01\x7f\\xff\\xc3(\xe2\x82\xac.yaml", text.len);
	assert_int_equal(cfr_pointer_get(&value, events, CFR_STR("/3/ts"), NULL), 0);
	assert_true(cfr_node_float(value) == 1234.567);
	assert_int_equal(cfr_pointer_get(&value, events, CFR_STR("/3/dur"), NULL), 0);
	assert_true(cfr_node_float(value) == 0.042);
	assert_true(cfr_str_eq(text_at(docs.items[0], "/traceEvents/3/ph"), CFR_STR("X")));
	assert_true(cfr_str_eq(text_at(docs.items[0], "/traceEvents/4/ph"), CFR_STR("i")));
	assert_true(cfr_str_eq(text_at(docs.items[0], "/otherData/comm\"and"), CFR_STR("check \\xfe")));
	cfr_documents_release(&docs);
	cfr_source_unref(source);
	cfr_buf_release(&out);
	cfr_trace_free(trace);
}

static void test_none(void **state)
{
	(void)state;
	assert_int_equal(cfr_profile_now(NULL), 0);
	cfr_profile_span(NULL, "parse", CFR_STR("a"), 0, 0, NULL);
	cfr_profile_count(NULL, "rule", CFR_STR("a"), 1, "findings");
	cfr_trace_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_nesting), cmocka_unit_test(test_sums),
		cmocka_unit_test(test_bound), cmocka_unit_test(test_threads), cmocka_unit_test(test_json),
		cmocka_unit_test(test_none) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
