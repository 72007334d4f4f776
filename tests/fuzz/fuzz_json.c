/* tests/fuzz/fuzz_json.c -- any bytes as JSON: no crash, errors with a place, spans that hold, each value's slice reads
 * as that value; and JSON that YAML accepts too means the same there.
 */
#include "readings.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_slices(const cfr_document *doc)
{
	uint32_t n = cfr_tree_size(cfr_document_tree(doc));

	for (uint32_t rank = 0; rank < n && rank < 30; rank++) {
		cfr_entry entry = cfr_document_ranked(doc, rank);
		cfr_documents docs = { NULL, 0 };
		cfr_source *source;
		cfr_err err = CFR_ERR_INIT;
		bool same = false;

		HOLDS(fuzz_read(&docs, &source, cfr_str_sub(cfr_source_bytes(cfr_document_source(doc)), entry.start, entry.end),
		                CFR_JSON, &err) == 0);
		HOLDS(cfr_node_equal(&same, cfr_document_node(doc, rank), fuzz_root(&docs), NULL) == 0 && same);
		cfr_documents_release(&docs);
		cfr_source_unref(source);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cfr_str text = { (const char *)data, size };
	cfr_documents docs = { NULL, 0 }, yaml = { NULL, 0 };
	cfr_source *source, *again;
	cfr_err err = CFR_ERR_INIT;
	bool same = false;

	if (fuzz_read(&docs, &source, text, CFR_JSON, &err)) {
		cfr_source_unref(source);
		return 0;
	}
	HOLDS(docs.count == 1);
	fuzz_documents(&docs);
	check_slices(docs.items[0]);
	err = (cfr_err)CFR_ERR_INIT;
	if (fuzz_read(&yaml, &again, text, CFR_YAML, &err) == 0) {
		HOLDS(yaml.count == 1);
		HOLDS(cfr_node_equal(&same, fuzz_root(&docs), fuzz_root(&yaml), NULL) == 0 && same);
	}
	cfr_documents_release(&yaml);
	cfr_source_unref(again);
	cfr_documents_release(&docs);
	cfr_source_unref(source);
	return 0;
}
