/* tests/fuzz/readings.h -- what must hold for every document that a reader gave, whatever the text was. */
#ifndef CFR_FUZZ_READINGS_H
#define CFR_FUZZ_READINGS_H

#include <stdlib.h>
#include <string.h>

#include "engine/base/str.h"
#include "engine/text.h"

/* Aborts, so that the fuzzer keeps the input. */
#define HOLDS(condition) ((condition) ? (void)0 : abort())

/* Small ceilings: inputs are small, and the paths of reaching them are worth running. */
static inline cfr_limits fuzz_limits(void)
{
	cfr_limits limits;

	cfr_limits_default(&limits);
	limits.of[CFR_LIMIT_DEPTH] = 40;
	limits.of[CFR_LIMIT_NODES] = 20000;
	limits.of[CFR_LIMIT_DOCUMENTS] = 50;
	return limits;
}

static inline int fuzz_read(cfr_documents *docs, cfr_source **source, cfr_str text, cfr_format format, cfr_err *err)
{
	cfr_limits limits = fuzz_limits();
	int rc = cfr_source_new(source, CFR_STR("fuzz"), text, &limits, err);

	HOLDS(rc == 0);
	rc = cfr_text_read(docs, *source, format, &limits, err);
	if (rc) {
		HOLDS(docs->count == 0 && docs->items == NULL);
		HOLDS(err->code == rc && err->message[0] && err->line > 0 && err->column > 0);
		HOLDS(rc != CFR_E_BUG);
		HOLDS(err->line <= cfr_source_lines(*source) + 1);
	}
	return rc;
}

/* Entries lie inside the document, children inside their parents and one behind the other, but for what came through
 * an alias or a merge: that stands elsewhere. */
static inline void fuzz_entries(const cfr_document *doc, uint32_t rank, uint32_t least, uint32_t most)
{
	cfr_entry entry = cfr_document_ranked(doc, rank);
	uint32_t at = entry.start;

	HOLDS(least <= entry.key_start && entry.key_start <= entry.before);
	HOLDS(entry.before <= entry.start && entry.start <= entry.end && entry.end <= most);
	for (uint32_t child = rank + 1; child < entry.next;) {
		cfr_entry e = cfr_document_ranked(doc, child);

		HOLDS(e.next > child && e.next <= entry.next);
		if (!(e.flags & (CFR_VIA_ALIAS | CFR_VIA_MERGE))) {
			fuzz_entries(doc, child, at, entry.end);
			at = e.end;
		}
		child = e.next;
	}
}

static inline void fuzz_documents(const cfr_documents *docs)
{
	uint32_t at = 0;

	for (uint32_t i = 0; i < docs->count; i++) {
		const cfr_document *doc = docs->items[i];
		uint32_t start, end, size = cfr_tree_size(cfr_document_tree(doc));

		cfr_document_range(doc, &start, &end);
		HOLDS(start == at && end >= start && end <= cfr_source_bytes(cfr_document_source(doc)).len);
		at = end;
		HOLDS(cfr_document_ranked(doc, 0).next == size);
		fuzz_entries(doc, 0, start, end);
		for (uint32_t rank = 0; rank < size; rank++) {
			cfr_node node = cfr_document_node(doc, rank);
			cfr_span span = cfr_document_span(doc, node);

			HOLDS(cfr_document_rank(doc, node) == rank);
			HOLDS(span.line > 0 && span.column > 0 && span.end_line >= span.line);
		}
	}
}

static inline cfr_node fuzz_root(const cfr_documents *docs)
{
	return cfr_tree_root(cfr_document_tree(docs->items[0]));
}

#endif
