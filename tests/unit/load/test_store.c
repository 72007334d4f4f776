/* Records of documents: what comes back is what went in; what was damaged is refused, or harmless. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "engine/edit.h"
#include "engine/load/inside.h"
#include "tests/support/loading.h"

static const struct { cfr_format format; const char *text; } texts[] = {
	{ CFR_YAML, "a: 1\nb: [x, 'y', \"z\\n\", ~, 1.5, true]\nc:\n  d: |\n    text\n  e: {}\n  f: []\n" },
	{ CFR_YAML, "base: &b {x: 1, y: [1, 2]}\nuse: *b\nmerged:\n  <<: *b\n  z: 3\ndeep: [*b, {k: *b}]\n" },
	{ CFR_YAML, "one: 1\n---\n- two\n- !t three\n---\n\"four\"\n...\n" },
	{ CFR_YAML, "\xEF\xBB\xBF# \xC3\xA9\nk\xC3\xA9y: v\xC3\xA4lue\n" },
	{ CFR_YAML, "zz: 1\naa: 2\nmm:\n  c: 1\n  b: 2\n  a: &x [1]\n  9: *x\n" },
	{ CFR_JSON, "{\"b\": [1, 2.5e3, null, \"\\u00e9\"], \"a\": {\"c\": {}, \"\": 12345678901234567890}}" },
	{ CFR_JSONC, "{ // c\n \"b\": [1,], \"a\": true }" },
	{ CFR_JSONL, "{\"a\": 1}\n[2]\n\"x\"\n" },
	{ CFR_TOML, "t = 1979-05-27\n[b]\nx = 1\n[a.c]\ny = [1, { z = 2 }]\n[[l]]\nq = 1\n[[l]]\nq = 2\n[b.d]\nw = 'x'\n" },
	{ CFR_DOTENV, "A=1\nexport B=\"two\"\n" },
	{ CFR_PROPERTIES, "a.b=1\n# c\nc : d\\\n  e\n" },
	{ CFR_YAML, "null\n" },
};
enum { TEXTS = sizeof(texts) / sizeof(*texts) };

static cfr_source *source_of(const char *text)
{
	cfr_source *source;

	assert_int_equal(cfr_source_new(&source, CFR_STR("x"), cfr_str_of(text), NULL, NULL), 0);
	return source;
}

/* The record that documents make. */
static void record_of(cfr_buf *out, const cfr_documents *docs)
{
	struct double_cache *d = double_new();
	cfr_loader *loader = double_loader(d);
	cfr_cache_key key = { { 1 } };

	cfr__documents_put(loader, &key, docs);
	assert_int_equal(d->puts, 1);
	assert_true(double_get(d, &key, out));
	cfr_loader_free(loader);
	assert_int_equal(d->closed, 1);
	double_free(d);
}

static void test_back(void **state)
{
	(void)state;
	for (size_t i = 0; i < TEXTS; i++) {
		cfr_source *source = source_of(texts[i].text);
		cfr_documents docs, again;
		cfr_buf record = CFR_BUF_INIT;
		cfr_err err = CFR_ERR_INIT;

		assert_int_equal(cfr_text_read(&docs, source, texts[i].format, NULL, NULL), 0);
		record_of(&record, &docs);
		if (cfr__documents_restore(&again, source, &record, &err) < 0)
			fail_msg("text %zu: %s", i, err.message);
		assert_null(record.ptr);
		assert_true(same_documents(&docs, &again));
		cfr_documents_release(&docs);
		/* One document of several lives on. */
		cfr_document *last = cfr_document_ref(again.items[again.count - 1]);
		cfr_documents_release(&again);
		assert_true(cfr_tree_size(cfr_document_tree(last)) > 0);
		cfr_document_unref(last);
		cfr_source_unref(source);
	}
}

static uint64_t sum;

/* Whatever a reader may ask of a document. */
static void use(const cfr_document *doc)
{
	cfr_buf out = CFR_BUF_INIT;
	cfr_write how = { .format = CFR_YAML, .order = doc, .comments = true };

	for (uint32_t rank = 0; rank < cfr_tree_size(cfr_document_tree(doc)); rank++) {
		cfr_node node = cfr_document_node(doc, rank);
		cfr_span span = cfr_document_span(doc, node), key = cfr_document_key_span(doc, node);
		sum += span.line + key.line + cfr_document_origin(doc, node).at + cfr_document_use(doc, node);
	}
	cfr_text_write(&out, cfr_tree_root(cfr_document_tree(doc)), &how, NULL);
	sum += out.len;
	cfr_buf_release(&out);
}

static void try_record(const cfr_source *source, const cfr_buf *record, size_t len, size_t at, unsigned char change)
{
	cfr_documents docs;
	cfr_buf copy = CFR_BUF_INIT;
	cfr_err err = CFR_ERR_INIT;
	char *exact = malloc(len + 1);

	assert_non_null(exact);
	if (len)
		memcpy(exact, record->ptr, len);
	if (at < len)
		exact[at] = (char)(exact[at] ^ change);
	copy.ptr = exact;
	copy.len = len;
	copy.cap = len + 1;
	if (cfr__documents_restore(&docs, source, &copy, &err) == 0) {
		for (uint32_t i = 0; i < docs.count; i++)
			use(docs.items[i]);
		cfr_documents_release(&docs);
	} else {
		assert_int_equal(err.code, CFR_E_CORRUPT);
	}
}

static void test_damaged(void **state)
{
	(void)state;
	for (size_t i = 0; i < TEXTS; i++) {
		cfr_source *source = source_of(texts[i].text);
		cfr_documents docs;
		cfr_buf record = CFR_BUF_INIT;

		assert_int_equal(cfr_text_read(&docs, source, texts[i].format, NULL, NULL), 0);
		record_of(&record, &docs);
		for (size_t len = 0; len < record.len; len++)
			try_record(source, &record, len, SIZE_MAX, 0);
		for (size_t at = 0; at < record.len; at++) {
			for (int bit = 0; bit < 8; bit++)
				try_record(source, &record, record.len, at, (unsigned char)(1 << bit));
			try_record(source, &record, record.len, at, 0xFF);
		}
		cfr_buf_release(&record);
		cfr_documents_release(&docs);
		cfr_source_unref(source);
	}
}

/* A record of another text of the same length must not lead out of this one either. */
static void test_other_source(void **state)
{
	cfr_source *a = source_of("a: [1, 2, 3]\n"), *b = source_of("b: 1\n"), *c = source_of("#############");
	cfr_documents docs, again;
	cfr_buf record = CFR_BUF_INIT;

	(void)state;
	assert_int_equal(cfr_text_read(&docs, a, CFR_YAML, NULL, NULL), 0);
	record_of(&record, &docs);
	assert_int_equal(cfr__documents_restore(&again, b, &record, NULL), CFR_E_CORRUPT);
	assert_null(record.ptr);
	record_of(&record, &docs);
	if (cfr__documents_restore(&again, c, &record, NULL) == 0) {
		use(again.items[0]);
		cfr_documents_release(&again);
	}
	cfr_documents_release(&docs);
	cfr_source_unref(a);
	cfr_source_unref(b);
	cfr_source_unref(c);
}

/* An edit of a restored document is that of the document its reader gives. */
static void test_edited(void **state)
{
	cfr_source *source = source_of("a: &x\n  b: 1 # one\nc: *x\n---\n- d\n- {e: f}\n");
	cfr_documents docs, again;
	cfr_buf record = CFR_BUF_INIT;
	const cfr_edit edits[] = { { .op = CFR_EDIT_REMOVE, .at = CFR_STR("/1/e") }, { .op = CFR_EDIT_RENAME, .at = CFR_STR("/c"), .key = CFR_STR("z") },
				   { .op = CFR_EDIT_RENAME, .at = CFR_STR("/c/b"), .key = CFR_STR("z") } };
	const cfr_edit_list both[] = { { &edits[1], 1 }, { &edits[0], 1 } };
	cfr_splices x, y;

	(void)state;
	assert_int_equal(cfr_text_read(&docs, source, CFR_YAML, NULL, NULL), 0);
	record_of(&record, &docs);
	assert_int_equal(cfr__documents_restore(&again, source, &record, NULL), 0);
	for (int i = 0; i < 4; i++) {
		cfr_documents *from = &docs;
		int r[2];

		for (int k = 0; k < 2; k++, from = &again) {
			cfr_splices *to = k ? &y : &x;
			*to = (cfr_splices){ .count = 0 };
			if (i == 0)
				r[k] = cfr_edit_plan(to, from->items[1], &edits[0], 1, NULL, NULL);
			else if (i == 1)
				r[k] = cfr_edit_plan_through(to, from->items[0], &edits[2], 1, NULL, NULL);
			else if (i == 2)
				r[k] = cfr_edit_plan(to, from->items[0], &edits[2], 1, NULL, NULL);
			else
				r[k] = cfr_edit_plan_stream(to, from, both, NULL, NULL);
		}
		assert_int_equal(r[0], r[1]);
		assert_int_equal(r[0], i == 2 ? CFR_E_UNSUPPORTED : 0);
		assert_int_equal(x.count, y.count);
		for (uint32_t k = 0; k < x.count; k++) {
			assert_int_equal(x.items[k].start, y.items[k].start);
			assert_int_equal(x.items[k].end, y.items[k].end);
			assert_true(cfr_str_eq(x.items[k].text, y.items[k].text));
		}
		cfr_splices_release(&x);
		cfr_splices_release(&y);
	}
	cfr_documents_release(&docs);
	cfr_documents_release(&again);
	cfr_source_unref(source);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_back), cmocka_unit_test(test_damaged),
					    cmocka_unit_test(test_other_source), cmocka_unit_test(test_edited) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
