/* tests/fuzz/fuzz_toml.c -- any bytes as TOML: no crash, errors with a place, places that hold, and what was read comes
 * back the same when it is written as TOML, in the author's order or sorted, and as YAML.
 */
#include "engine/limits.h"
#include "engine/text/toml_lex.h"
#include "readings.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Entries lie inside of the text; keys are where a key can be; what is written inside of a line lies inside of what
 * holds it. Tables may stand anywhere. */
static void check_entries(const cfr_document *doc)
{
	uint32_t size = cfr_tree_size(cfr_document_tree(doc));
	cfr_str text = cfr_source_bytes(cfr_document_source(doc));

	for (uint32_t rank = 0; rank < size; rank++) {
		cfr_entry e = cfr_document_ranked(doc, rank);
		cfr_node node = cfr_document_node(doc, rank);
		cfr_kind kind = cfr_node_kind(node);
		cfr_span span = cfr_document_span(doc, node);

		HOLDS(e.before == e.start && e.start <= e.end && e.end <= text.len);
		HOLDS(e.next > rank && e.next <= size);
		HOLDS(cfr_document_rank(doc, node) == rank);
		HOLDS(span.line > 0 && span.column > 0 && span.end_line >= span.line);
		if (cfr_node_key(node).ptr) {
			HOLDS(e.key_len > 0 && e.key_start + e.key_len <= text.len);
			/* A header begins before its key, a value after it. */
			HOLDS(e.style == CFR_BLOCK ? e.start <= e.key_start : e.key_start + e.key_len < e.start);
		}
		if (e.style != CFR_BLOCK) {
			char first = text.ptr[e.start];

			HOLDS(e.end > e.start);
			HOLDS((e.style == CFR_FLOW) == (kind == CFR_MAPPING || kind == CFR_SEQUENCE));
			HOLDS((first == '"') == (e.style == CFR_DOUBLE || e.style == CFR_FOLDED));
			HOLDS((first == '\'') == (e.style == CFR_SINGLE || e.style == CFR_LITERAL));
		}
		for (uint32_t child = rank + 1; e.style == CFR_FLOW && child < e.next; child++) {
			cfr_entry inner = cfr_document_ranked(doc, child);

			HOLDS(e.start < inner.start && inner.end < e.end);
		}
	}
}

/* Whoever skips a value ends where its reader did. */
static void check_skipping(const cfr_document *doc)
{
	uint32_t size = cfr_tree_size(cfr_document_tree(doc));
	cfr_str text = cfr_source_bytes(cfr_document_source(doc));

	for (uint32_t rank = 0; rank < size && rank < 100; rank++) {
		cfr_entry e = cfr_document_ranked(doc, rank);
		cfr__toml t = { .text = text.ptr, .p = text.ptr + e.start, .end = text.ptr + text.len };

		if (e.style == CFR_BLOCK)
			continue;
		cfr__toml_skip(&t);
		HOLDS(cfr__toml_at(&t, t.p) == e.end);
	}
}

static void comes_back(const cfr_document *doc, cfr_format format, bool ordered)
{
	cfr_node root = cfr_tree_root(cfr_document_tree(doc));
	cfr_write how = { .format = format, .order = ordered ? doc : NULL };
	cfr_buf text = CFR_BUF_INIT;
	cfr_documents docs = { .count = 0 };
	cfr_source *source;
	cfr_limits limits;
	bool same = false;

	for (int i = 0; i < CFR_LIMIT_COUNT; i++)
		limits.of[i] = cfr_limit_max((cfr_limit)i);
	HOLDS(cfr_text_write(&text, root, &how, NULL) == 0);
	HOLDS(cfr_source_new(&source, CFR_STR("x"), cfr_buf_str(&text), &limits, NULL) == 0);
	HOLDS(cfr_text_read(&docs, source, format, &limits, NULL) == 0 && docs.count == 1);
	HOLDS(cfr_node_equal(&same, root, fuzz_root(&docs), NULL) == 0 && same);
	cfr_documents_release(&docs);
	cfr_source_unref(source);
	cfr_buf_release(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cfr_documents docs = { NULL, 0 };
	cfr_source *source;
	cfr_err err = CFR_ERR_INIT;

	if (fuzz_read(&docs, &source, (cfr_str){ (const char *)data, size }, CFR_TOML, &err) == 0) {
		HOLDS(docs.count == 1);
		check_entries(docs.items[0]);
		check_skipping(docs.items[0]);
		comes_back(docs.items[0], CFR_TOML, true);
		comes_back(docs.items[0], CFR_TOML, false);
		comes_back(docs.items[0], CFR_YAML, true);
	} else {
		HOLDS(err.hint[0]);
	}
	cfr_documents_release(&docs);
	cfr_source_unref(source);
	return 0;
}
