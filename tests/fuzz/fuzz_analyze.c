/* tests/fuzz/fuzz_analyze.c -- what must hold for the analysis of any text.
 *
 * The first byte chooses the format. Every byte of the text is counted once; no advice, and not all advice together, saves
 * more than there is; what is told twice is the same value; the second time the same is found.
 */
#include "engine/analyze.h"
#include "tests/support/edits.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_file(const cfr_analyzed_file *file)
{
	const cfr_makeup *m = &file->makeup;

	EDITS_REQUIRE(m->keys + m->values + m->comments + m->blanks + m->marks == file->bytes);
	EDITS_REQUIRE(m->trailing <= m->blanks);
}

static void check_repeat(const cfr_repeat *repeat)
{
	EDITS_REQUIRE(repeat->spot_count >= 1 && repeat->spot_count <= repeat->count);
	for (uint32_t i = 1; i < repeat->spot_count && repeat->groups == 1 && repeat->nodes > 0; i++) {
		bool same;
		EDITS_REQUIRE(cfr_node_equal(&same, repeat->spots[0].node, repeat->spots[i].node, NULL) == 0 && same);
	}
}

static void check(const cfr_document *const *docs, uint32_t count, size_t size)
{
	static const cfr_analyze_how wide = { .top = 50, .depth = 40, .places = 3 };
	cfr_analysis *a, *b;
	uint64_t saved = 0, top = 0;

	EDITS_REQUIRE(cfr_analyze(&a, docs, count, NULL, NULL) == 0);
	EDITS_REQUIRE(cfr_analyze(&b, docs, count, &wide, NULL) == 0);
	for (uint32_t i = 0; i < a->file_count; i++)
		check_file(&a->files[i]);
	for (uint32_t i = 0; i < a->repeat_count; i++)
		check_repeat(&a->repeats[i]);
	for (uint32_t i = 0; i < a->advice_count; i++)
		saved += a->advice[i].saved;
	for (uint32_t i = 0; i < a->share_count; i++)
		top += a->shares[i].level == 0 ? a->shares[i].bytes : 0;
	EDITS_REQUIRE(saved <= size && top <= size);
	EDITS_REQUIRE(a->repeat_groups == b->repeat_groups && a->repeat_saved == b->repeat_saved);
	EDITS_REQUIRE(a->repeat_saved <= size);
	EDITS_REQUIRE(a->advice_count == b->advice_count && a->unused_count == b->unused_count);
	cfr_analysis_free(a);
	cfr_analysis_free(b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const cfr_format formats[] = { CFR_YAML, CFR_YAML, CFR_YAML, CFR_JSON, CFR_JSONC, CFR_TOML, CFR_DOTENV,
		CFR_PROPERTIES };
	const cfr_document *list[64];
	cfr_documents docs = { NULL, 0 };
	cfr_buf text = CFR_BUF_INIT;

	if (size == 0)
		return 0;
	/* More of it, so that things repeat: as a stream. */
	cfr_buf_add(&text, (const char *)data + 1, size - 1);
	for (int i = 0; i < (data[0] >> 3 & 3); i++) {
		cfr_buf_addz(&text, "\n---\n");
		cfr_buf_add(&text, (const char *)data + 1, size - 1);
	}
	if (!cfr_buf_check(&text, NULL) && edits_read(&docs, "x", cfr_buf_str(&text), formats[data[0] & 7], NULL) == 0 &&
	    docs.count <= sizeof(list) / sizeof(*list)) {
		for (uint32_t i = 0; i < docs.count; i++)
			list[i] = docs.items[i];
		check(list, docs.count, text.len);
	}
	cfr_documents_release(&docs);
	cfr_buf_release(&text);
	return 0;
}
