/* tests/fuzz/fuzz_store.c -- bytes that claim to be the documents of a source.
 *
 * What is taken back from a record may mean nonsense, but it cannot harm who reads it: places, origins, writing with
 * comments in every format, edits. And a record that nobody touched gives the documents it was made of.
 *
 * The first byte chooses a text. Of what follows, the first bit says whether it is the record itself, or damage to the text's
 * own record: three bytes each, where (16 bits) and what to add there. The second way gets deep at once.
 */
#include "engine/load/inside.h"
#include "engine/edit.h"
#include "engine/pointer.h"
#include "engine/tree/store.h"
#include "tests/support/loading.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define REQUIRE(what) do { if (!(what)) { fprintf(stderr, "broken: %s\n", #what); abort(); } } while (0)

static const struct { cfr_format format; const char *text; } texts[] = {
	{ CFR_YAML, "# top\na: 1 # one\nb: [x, 'y', \"z\\n\", ~, 1.5, true]\nc:\n  d: |\n    text\n  # in\n  e: {}\n  f: []\n# end\n" },
	{ CFR_YAML, "base: &b {x: 1, y: [1, 2]}\nuse: *b\nmerged:\n  <<: *b\n  z: 3\ndeep: [*b, {k: *b}]\n" },
	{ CFR_YAML, "one: 1\n---\n- two\n- !t three\n---\n\"four\"\n...\n" },
	{ CFR_YAML, "\xEF\xBB\xBF# \xC3\xA9\nk\xC3\xA9y: v\xC3\xA4lue\n? long\n: >-\n  \xC3\xA9\xC3\xA9\n  b\n" },
	{ CFR_JSON, "{\"b\": [1, 2.5e3, null, \"\\u00e9\"], \"a\": {\"c\": {}, \"\": 12345678901234567890}}" },
	{ CFR_JSONC, "{ // c\n \"b\": [1,], /* d */ \"a\": true }" },
	{ CFR_JSONL, "{\"a\": 1}\n[2]\n\"x\"\n" },
	{ CFR_TOML, "t = 1979-05-27\n[b] # c\nx = 1\n[a.c]\ny = [1, { z = 2 }]\n[[l]]\nq = 1\n[[l]]\nq = 2\n[b.d]\nw = 'x'\n" },
	{ CFR_DOTENV, "A=1 # a\nexport B=\"two\"\n" },
	{ CFR_PROPERTIES, "a.b=1\n# c\nc : d\\\n  e\n" },
};
enum { TEXTS = sizeof(texts) / sizeof(*texts) };

static uint64_t sum;			/* so that no read is optimized away */

static void edit(const cfr_document *doc, cfr_node node)
{
	cfr_buf path = CFR_BUF_INIT;
	cfr_edit edits[] = { { .op = CFR_EDIT_REPLACE, .value = cfr_document_tree(doc) }, { .op = CFR_EDIT_REMOVE },
			     { .op = CFR_EDIT_RENAME, .key = CFR_STR("renamed") },
			     { .op = CFR_EDIT_SET, .key = CFR_STR("set"), .value = cfr_document_tree(doc) },
			     { .op = CFR_EDIT_INSERT, .index = UINT32_MAX, .value = cfr_document_tree(doc) } };
	cfr_splices splices;
	cfr_limits limits;

	cfr_limits_default(&limits);
	cfr_pointer_write(&path, node);
	for (size_t i = 0; !path.failed && i < sizeof(edits) / sizeof(*edits); i++) {
		edits[i].at = path.ptr ? cfr_buf_str(&path) : CFR_STR("");
		if (cfr_edit_plan_through(&splices, doc, &edits[i], 1, &limits, NULL) == 0)
			cfr_splices_release(&splices);
		if (cfr_edit_plan(&splices, doc, &edits[i], 1, &limits, NULL) == 0) {
			sum += splices.count;
			cfr_splices_release(&splices);
		}
	}
	cfr_buf_release(&path);
}

static void use(const cfr_document *doc, uint8_t pick)
{
	uint32_t n = cfr_tree_size(cfr_document_tree(doc)), start, end;

	cfr_document_range(doc, &start, &end);
	sum += end - start;
	for (uint32_t rank = 0; rank < n; rank++) {
		cfr_node node = cfr_document_node(doc, rank), child;
		cfr_span span = cfr_document_span(doc, node), key = cfr_document_key_span(doc, node);
		uint32_t count = 0;

		sum += span.line + span.end_column + key.line + key.end_line + cfr_document_origin(doc, node).at +
		       cfr_document_use(doc, node) + cfr_node_index(node);
		for (uint32_t at = rank + 1; at < cfr_document_ranked(doc, rank).next; count++)
			at = cfr_document_ranked(doc, at).next;
		REQUIRE(count == cfr_node_size(node));
		REQUIRE(count == 0 || cfr_node_at(&child, node, count - 1, NULL) == 0);
	}
	for (int format = CFR_YAML; format < CFR_FORMAT_COUNT; format++) {
		cfr_write how = { .format = (cfr_format)format, .order = doc, .comments = true, .flatten = "." };
		cfr_buf out = CFR_BUF_INIT;

		cfr_text_write(&out, cfr_tree_root(cfr_document_tree(doc)), &how, NULL);
		sum += out.len;
		cfr_buf_release(&out);
	}
	edit(doc, cfr_document_node(doc, pick % n));
}

static void restore(const cfr_source *source, const char *bytes, size_t len, uint8_t pick)
{
	cfr_documents docs;
	cfr_buf record = CFR_BUF_INIT;
	cfr_err err = CFR_ERR_INIT;
	char *exact = malloc(len + 1);

	if (!exact)
		return;
	if (len)
		memcpy(exact, bytes, len);
	record.ptr = exact;
	record.len = len;
	record.cap = len + 1;
	if (cfr__documents_restore(&docs, source, &record, &err) < 0) {
		REQUIRE(err.code == CFR_E_CORRUPT && err.message[0]);
		return;
	}
	for (uint32_t i = 0; i < docs.count; i++)
		use(docs.items[i], pick);
	cfr_documents_release(&docs);
}

static void record_of(cfr_buf *out, const cfr_documents *docs)
{
	static const cfr_cache_key key;
	struct double_cache *d = double_new();
	cfr_loader *loader = double_loader(d);

	cfr__documents_put(loader, &key, docs);
	REQUIRE(double_get(d, &key, out));
	cfr_loader_free(loader);
	double_free(d);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cfr_documents docs, again;
	cfr_buf record = CFR_BUF_INIT;
	cfr_source *source;
	size_t text;

	if (size < 2)
		return 0;
	text = data[0] / 2 % TEXTS;
	REQUIRE(cfr_source_new(&source, CFR_STR("x"), cfr_str_of(texts[text].text), NULL, NULL) == 0);
	if (data[0] % 2) {
		restore(source, (const char *)data + 1, size - 1, data[1]);
	} else {
		REQUIRE(cfr_text_read(&docs, source, texts[text].format, NULL, NULL) == 0);
		record_of(&record, &docs);
		if (size == 2) {
			REQUIRE(cfr__documents_restore(&again, source, &record, NULL) == 0);
			REQUIRE(same_documents(&docs, &again));
			cfr_documents_release(&again);
		} else {
			for (size_t i = 2; i + 2 < size; i += 3) {
				char *at = record.ptr + (size_t)(data[i] | data[i + 1] << 8) % record.len;
				*at = (char)(*at + data[i + 2]);
			}
			restore(source, record.ptr, record.len, data[1]);
		}
		cfr_documents_release(&docs);
		cfr_buf_release(&record);
	}
	cfr_source_unref(source);
	return 0;
}
