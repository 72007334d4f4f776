/* tests/fuzz/fuzz_yaml.c -- any bytes as YAML: no crash, errors with a place, spans that hold, and a scalar's or a flow
 * collection's slice reads as the same value again.
 */
#include "readings.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Not for what its surroundings have a say in: an alias, a tag, an explicit indentation. */
static void check_slice(const cfr_document *doc, cfr_node node)
{
	cfr_entry entry = cfr_document_entry(doc, node);
	cfr_str bytes = cfr_source_bytes(cfr_document_source(doc));
	cfr_str text = cfr_str_sub(bytes, entry.start, entry.end);
	cfr_documents docs = { NULL, 0 };
	cfr_buf moved = CFR_BUF_INIT;
	cfr_source *source;
	cfr_err err = CFR_ERR_INIT;
	bool same = false;

	if (entry.flags & (CFR_VIA_ALIAS | CFR_VIA_MERGE | CFR_TAGGED) || entry.style > CFR_FOLDED || text.len == 0)
		return;
	if (entry.style == CFR_PLAIN && text.ptr[0] == '*')
		return;
	if (entry.style >= CFR_LITERAL && text.len > 1) {
		/* |2 counts from the collection around it; at the very end of a text a line break may be missing. */
		if (memchr("0123456789+-", text.ptr[1], 12) || (text.len > 2 && memchr("0123456789", text.ptr[2], 10)))
			return;
		if (entry.end == bytes.len && bytes.ptr[bytes.len - 1] != '\n')
			return;
	}
	if (entry.style == CFR_PLAIN || entry.style == CFR_SINGLE || entry.style == CFR_DOUBLE) {
		/* In brackets lines may begin with what means something in the first column. */
		if (memchr(text.ptr, '\n', text.len) || memchr(text.ptr, '\r', text.len))
			return;
	}
	/* Not in the first column, where `...` or `%` are no scalars. */
	cfr_buf_addc(&moved, ' ');
	cfr_buf_adds(&moved, text);
	HOLDS(cfr_buf_check(&moved, NULL) == 0);
	if (fuzz_read(&docs, &source, cfr_buf_str(&moved), CFR_YAML, &err) == 0) {
		HOLDS(docs.count == 1);
		HOLDS(cfr_node_equal(&same, node, fuzz_root(&docs), NULL) == 0 && same);
	} else {
		HOLDS(entry.style >= CFR_LITERAL);
	}
	cfr_documents_release(&docs);
	cfr_source_unref(source);
	cfr_buf_release(&moved);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cfr_str text = { (const char *)data, size };
	cfr_documents docs = { NULL, 0 };
	cfr_source *source;
	cfr_err err = CFR_ERR_INIT;

	if (fuzz_read(&docs, &source, text, CFR_YAML, &err) == 0) {
		fuzz_documents(&docs);
		for (uint32_t i = 0; i < docs.count; i++) {
			uint32_t n = cfr_tree_size(cfr_document_tree(docs.items[i]));

			for (uint32_t rank = 0; rank < n && rank < 40; rank++)
				check_slice(docs.items[i], cfr_document_node(docs.items[i], rank));
		}
	}
	cfr_documents_release(&docs);
	cfr_source_unref(source);
	(void)cfr_text_template(text);
	return 0;
}
