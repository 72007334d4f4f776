/* tests/fuzz/fuzz_properties.c -- any bytes as Java properties, dotenv, JSONC or JSON Lines: no crash, errors with a
 * place, spans that hold; and what reads, written again, reads as the same.
 *
 * The first byte chooses the format, and whether an edit is tried on what reads: a value replaced, an entry added.
 */
#include "engine/edit.h"
#include "readings.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_written(const cfr_document *doc, const cfr_document *order)
{
	cfr_node root = cfr_tree_root(cfr_document_tree(doc));
	cfr_write how = { .format = cfr_document_format(doc), .order = order };
	cfr_documents again = { NULL, 0 };
	cfr_buf text = CFR_BUF_INIT;
	cfr_err err = CFR_ERR_INIT;
	cfr_source *source;
	cfr_limits limits;
	bool same = false;

	for (int i = 0; i < CFR_LIMIT_COUNT; i++)
		limits.of[i] = cfr_limit_max((cfr_limit)i);	/* escapes may be longer than what they stand for */
	HOLDS(cfr_text_write(&text, root, &how, &err) == 0);
	HOLDS(cfr_source_new(&source, CFR_STR("again"), cfr_buf_str(&text), &limits, NULL) == 0);
	HOLDS(cfr_text_read(&again, source, how.format, &limits, &err) == 0);
	HOLDS(again.count == 1 && cfr_node_equal(&same, root, fuzz_root(&again), NULL) == 0 && same);
	cfr_documents_release(&again);
	cfr_source_unref(source);
	cfr_buf_release(&text);
}

/* What an edit gives reads as the edited tree; cfr_edit_plan proves that itself, so here it must only not fail for
 * another reason than a refusal. */
static void check_edit(const cfr_document *doc, const cfr_tree *value)
{
	cfr_edit edit = { .op = CFR_EDIT_SET, .key = CFR_STR("ADDED"), .value = value };
	cfr_limits limits = fuzz_limits();
	cfr_buf text = CFR_BUF_INIT;
	cfr_err err = CFR_ERR_INIT;
	cfr_splices splices;
	int r;

	if (cfr_node_kind(cfr_tree_root(cfr_document_tree(doc))) != CFR_MAPPING)
		return;
	r = cfr_edit_plan(&splices, doc, &edit, 1, &limits, &err);
	if (r) {
		HOLDS(r != CFR_E_BUG && r != CFR_E_NOMEM && err.message[0]);
		return;
	}
	HOLDS(cfr_splices_apply(&text, cfr_source_bytes(cfr_document_source(doc)), splices.items, splices.count, NULL) == 0);
	cfr_buf_release(&text);
	cfr_splices_release(&splices);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const cfr_format formats[] = { CFR_PROPERTIES, CFR_DOTENV, CFR_JSONC, CFR_JSONL };
	cfr_documents docs = { NULL, 0 };
	cfr_source *source;
	cfr_err err = CFR_ERR_INIT;
	cfr_str text;

	if (size == 0)
		return 0;
	text = (cfr_str){ (const char *)data + 1, size - 1 };
	(void)cfr_text_format(CFR_STR("fuzz"), text);
	if (fuzz_read(&docs, &source, text, formats[data[0] % 4], &err) == 0) {
		fuzz_documents(&docs);
		for (uint32_t i = 0; i < docs.count && i < 4; i++) {
			check_written(docs.items[i], data[0] & 4 ? docs.items[i] : NULL);
			if (data[0] & 8 && cfr_tree_size(cfr_document_tree(docs.items[i])) > 1) {
				cfr_documents value = { NULL, 0 };
				cfr_source *other;

				HOLDS(fuzz_read(&value, &other, CFR_STR("\"it's \\\\ # $x\""), CFR_JSON, &err) == 0);
				check_edit(docs.items[i], cfr_document_tree(value.items[0]));
				cfr_documents_release(&value);
				cfr_source_unref(other);
			}
		}
	}
	cfr_documents_release(&docs);
	cfr_source_unref(source);
	return 0;
}
