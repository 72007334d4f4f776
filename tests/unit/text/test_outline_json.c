/* tests/unit/text/test_outline_json.c -- small collections of JSON are passed in blocks of 64 bytes: here strings, escapes and
 * brackets lie across the ends of blocks in all ways. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "engine/text.h"
#include "engine/text/outline.h"

enum { LEAST = 512, ITEMS = 16 };

static cfr_source *source_of(cfr_str text)
{
	cfr_source *source = NULL;

	assert_int_equal(cfr_source_new(&source, CFR_STR("x"), text, NULL, NULL), 0);
	return source;
}

static void repeat(cfr_buf *out, char c, int n)
{
	for (int i = 0; i < n; i++)
		cfr_buf_addc(out, c);
}

/* An item of five values, with `slashes` backslashes, each escaped: what follows them shows whether the quote was seen. */
static void add_plain_item(cfr_buf *out, int plain, int slashes)
{
	cfr_buf_addz(out, "{\"");
	repeat(out, 'x', plain);
	repeat(out, '\\', 2 * slashes);
	cfr_buf_addz(out, "\": \"]\", \"b\": [2, {}]}");
}

/* An item of seven values on three levels, whose strings hold brackets, quotes and backslashes, all escaped. */
static void add_item(cfr_buf *out, int plain, int slashes)
{
	cfr_buf_addz(out, "{\"}\\\"]");
	repeat(out, 'x', plain);
	cfr_buf_addz(out, "\": [\"");
	repeat(out, '\\', 2 * slashes);
	cfr_buf_addz(out, "\", {\"\\\\\": \"[{,\\\"\"}, 1], \"b\": {}}");
}

/* A list of such items, each told apart where it stands. */
static void expect_items(int shift, int plain, int slashes)
{
	uint32_t starts[ITEMS], ends[ITEMS];
	cfr_buf text = CFR_BUF_INIT;
	cfr__lists lists = { .least = LEAST };
	cfr_documents docs;
	cfr_source *source;

	repeat(&text, ' ', shift);
	cfr_buf_addz(&text, "[");
	for (int i = 0; i < ITEMS; i++) {
		cfr_buf_addz(&text, i ? ", " : "");
		starts[i] = (uint32_t)text.len;
		(i % 2 ? add_plain_item : add_item)(&text, plain, slashes);
		ends[i] = (uint32_t)text.len;
	}
	cfr_buf_addz(&text, "]");
	source = source_of(cfr_buf_str(&text));
	assert_int_equal(cfr_text_read(&docs, source, CFR_JSON, NULL, NULL), 0);
	cfr_documents_release(&docs);
	assert_int_equal(cfr__lists_of(&lists, source, CFR_JSON), 0);
	assert_int_equal(lists.count, 1);
	assert_int_equal(lists.of[0].count, ITEMS);
	assert_int_equal(lists.depth, 4);
	assert_in_range(lists.nodes, 1 + ITEMS / 2 * 12, 1 + ITEMS / 2 * 15);
	for (int i = 0; i < ITEMS; i++) {
		assert_int_equal(lists.items[i].window.start, starts[i]);
		assert_int_equal(lists.items[i].window.end, ends[i]);
		assert_int_equal(lists.items[i].shape, CFR__ENTRIES);
	}
	cfr__lists_release(&lists);
	cfr_source_unref(source);
	cfr_buf_release(&text);
}

static void test_across_blocks(void **state)
{
	(void)state;
	for (int shift = 0; shift < 64; shift++)
		expect_items(shift, 20, 3);
	for (int plain = 0; plain < 140; plain++) {
		expect_items(0, plain, 0);
		expect_items(0, plain, 1);
	}
	for (int slashes = 0; slashes < 70; slashes++) {
		expect_items(0, 0, slashes);
		expect_items(0, 1, slashes);
	}
}

/* What is no text is not given, wherever it stands; line breaks of both kinds and tabs are. */
static bool fits(const char *with, int at)
{
	cfr_buf text = CFR_BUF_INIT;
	cfr_source *source;
	bool fit;

	repeat(&text, ' ', at);
	cfr_buf_addz(&text, with);
	repeat(&text, ' ', 150 - at);
	source = source_of(cfr_buf_str(&text));
	fit = cfr__outline_fit(source, CFR_JSON);
	cfr_source_unref(source);
	cfr_buf_release(&text);
	return fit;
}

static void test_what_is_no_text(void **state)
{
	(void)state;
	for (int at = 0; at <= 150; at++) {
		for (char c = 1; c < 0x20; c++)
			assert_int_equal(fits((char[]){ c, 0 }, at), c == '\t' || c == '\n');
		assert_true(fits("\r\n", at));
		assert_false(fits("\n\r", at));
		assert_true(fits("\xC3\xA9", at));
		assert_false(fits("\xC3", at));
		assert_false(fits("\xED\xA0\x80", at));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_across_blocks),
		cmocka_unit_test(test_what_is_no_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
