/* tests/fuzz/fuzz_comments.c -- what is written with its comments reads back as the same value, in every format.
 *
 * The first byte chooses the format of the rest and how to write. A comment must never swallow a value nor become one,
 * none may get lost where nothing else did, and a text that was written by us once settles.
 */
#include "engine/limits.h"
#include "engine/text/comments.h"
#include "tests/support/edits.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const cfr_format formats[] = { CFR_YAML, CFR_TOML, CFR_JSONC, CFR_DOTENV, CFR_PROPERTIES, CFR_JSON, CFR_JSONL };
enum { FROM = 5, FORMATS = sizeof(formats) / sizeof(*formats) };

static void count_loss(void *arg, cfr_node node, const char *what, const char *instead)
{
	(void)node;
	EDITS_REQUIRE(*what && *instead);
	++*(unsigned *)arg;
}

/* Letters and digits in comments: lines may be joined behind a value, with the marker of the format between. */
static unsigned said(const cfr_document *doc)
{
	cfr_arena arena;
	cfr__comments comments;
	unsigned count = 0;

	cfr_arena_init(&arena, NULL);
	EDITS_REQUIRE(cfr__comments_of(&comments, &arena, doc, NULL) == 0);
	for (uint32_t i = 0; i < comments.count; i++) {
		cfr_str line = comments.items[i].text;

		for (size_t k = 0; k < line.len; k++) {
			char c = line.ptr[k];
			count += (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
		}
	}
	cfr_arena_release(&arena);
	return count;
}

static void reject(const char *why, cfr_str before, cfr_str after, const cfr_err *err)
{
	fprintf(stderr, "%s: %u: %s\n---- from\n%.*s\n---- to\n%.*s\n", why, err->line, err->message, (int)before.len,
	        before.ptr, (int)after.len, after.ptr);
	abort();
}

/* Reads what was written; every ceiling at its height, since escapes and indentation make a text grow. */
static void read_back(cfr_documents *docs, cfr_str text, cfr_format format, cfr_str before)
{
	cfr_err err = CFR_ERR_INIT;
	cfr_source *source;
	cfr_limits limits;

	for (int i = 0; i < CFR_LIMIT_COUNT; i++)
		limits.of[i] = cfr_limit_max((cfr_limit)i);
	EDITS_REQUIRE(cfr_source_new(&source, CFR_STR("x"), text, &limits, &err) == 0);
	if (cfr_text_read(docs, source, format, &limits, &err) || docs->count != 1)
		reject("what was written is not read as one document", before, text, &err);
	cfr_source_unref(source);
}

static cfr_node root_of(const cfr_document *doc)
{
	return cfr_tree_root(cfr_document_tree(doc));
}

/* Written, read, written, read, written: the last two texts are the same. */
static void settles(const cfr_document *doc, cfr_write how, cfr_str first)
{
	cfr_buf second = CFR_BUF_INIT, third = CFR_BUF_INIT;
	cfr_documents docs;
	cfr_err err = CFR_ERR_INIT;
	bool same = false;

	how.order = doc;
	EDITS_REQUIRE(cfr_text_write(&second, root_of(doc), &how, &err) == 0);
	read_back(&docs, cfr_buf_str(&second), how.format, first);
	cfr_node_equal(&same, root_of(doc), root_of(docs.items[0]), NULL);
	if (!same)
		reject("written twice, the value is another", first, cfr_buf_str(&second), &err);
	how.order = docs.items[0];
	EDITS_REQUIRE(cfr_text_write(&third, root_of(docs.items[0]), &how, &err) == 0);
	if (!cfr_str_eq(cfr_buf_str(&second), cfr_buf_str(&third)))
		reject("does not settle", cfr_buf_str(&second), cfr_buf_str(&third), &err);
	cfr_documents_release(&docs);
	cfr_buf_release(&second);
	cfr_buf_release(&third);
}

static void convert(const cfr_document *doc, cfr_str text, cfr_format to, uint8_t choice)
{
	bool flat = to == CFR_DOTENV || to == CFR_PROPERTIES;
	unsigned lost = 0;
	cfr_write how = { .format = to, .order = doc, .comments = true, .indent = choice % 3 * 2, .lose = count_loss,
	                  .arg = &lost, .flatten = choice & 4 ? "_" : NULL };
	cfr_buf out = CFR_BUF_INIT;
	cfr_err err = CFR_ERR_INIT;
	cfr_documents docs;
	bool same = false;
	int r = cfr_text_write(&out, root_of(doc), &how, &err);

	if (r == CFR_E_UNSUPPORTED) {	/* a whole that is no mapping */
		EDITS_REQUIRE((flat || to == CFR_TOML) && cfr_node_kind(root_of(doc)) != CFR_MAPPING);
		cfr_buf_release(&out);
		return;
	}
	if (r)
		reject("cannot be written", text, cfr_buf_str(&out), &err);
	read_back(&docs, cfr_buf_str(&out), to, text);
	cfr_node_equal(&same, root_of(doc), root_of(docs.items[0]), NULL);
	if (!same && !lost && !(flat && how.flatten))
		reject("the value is another", text, cfr_buf_str(&out), &err);
	if (!lost && to != CFR_JSON && to != CFR_JSONL && said(docs.items[0]) != said(doc))
		reject("comments are lost or made", text, cfr_buf_str(&out), &err);
	settles(docs.items[0], how, cfr_buf_str(&out));
	cfr_documents_release(&docs);
	cfr_buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cfr_documents docs;
	cfr_str text;

	if (size == 0)
		return 0;
	text = (cfr_str){ (const char *)data + 1, size - 1 };
	if (edits_read(&docs, "x", text, formats[data[0] % FROM], NULL) == 0) {
		for (uint32_t i = 0; i < docs.count && i < 4; i++) {
			for (int to = 0; to < FORMATS; to++)
				convert(docs.items[i], text, formats[to], data[0] / FROM);
		}
	}
	cfr_documents_release(&docs);
	return 0;
}
