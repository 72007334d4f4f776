/* engine/load/store.c -- the documents of one source as one record.
 *
 * A head, then the documents as they lie in memory (engine/tree/store.h). A record comes back as one block, which all its
 * documents share: taking it costs the copy out of the cache and the proof, but no allocation for each part.
 */
#include "engine/load/inside.h"

#include "engine/base/utf8.h"
#include "engine/tree/store.h"
#include <stdlib.h>

static const char magic[8] = "cfrdocs\x01";

struct head {
	char magic[8];
	uint64_t source;		/* its length */
	uint32_t count, none;
};

void cfr__documents_put(cfr_loader *loader, const cfr_cache_key *key, const cfr_documents *docs)
{
	size_t most = (size_t)docs->count * CFR__STORE_PIECES + 1;
	cfr_str *pieces = malloc(most * sizeof(*pieces));
	cfr__stored *heads = malloc(((size_t)docs->count + 1) * sizeof(*heads));
	struct head head = { .count = docs->count };
	uint32_t count = 1;

	/* A stream without documents is nothing to keep. */
	if (docs->count && pieces && heads) {
		memcpy(head.magic, magic, sizeof(magic));
		head.source = cfr_source_bytes(cfr_document_source(docs->items[0])).len;
		pieces[0] = (cfr_str){ (const char *)&head, sizeof(head) };
		for (uint32_t i = 0; i < docs->count; i++)
			count += cfr__document_pieces(pieces + count, &heads[i], docs->items[i]);
		cfr__load_put(loader, key, pieces, count);
	}
	free(pieces);
	free(heads);
}

static int corrupt(cfr_err *err, const char *why)
{
	return cfr_err_set(err, CFR_E_CORRUPT, "not a record of documents: %s", why);
}

static int restore_all(cfr_documents *docs, const cfr_source *source, cfr_block *block, uint32_t count, cfr_str bytes,
                       cfr_err *err)
{
	int r;

	for (uint32_t i = 0; i < count; i++) {
		size_t used;

		if ((r = cfr__document_restore(&docs->items[i], &used, source, block, bytes, err)) < 0)
			return r;
		docs->count++;
		bytes = cfr_str_sub(bytes, used, bytes.len);
	}
	return bytes.len ? corrupt(err, "something behind the last document") : 0;
}

int cfr__documents_restore(cfr_documents *out, const cfr_source *source, cfr_buf *record, cfr_err *err)
{
	cfr_str bytes = cfr_buf_str(record);
	cfr_documents docs = { NULL, 0 };
	cfr_block *block = NULL;
	struct head head;
	int r;

	if (bytes.len < sizeof(head)) {
		r = corrupt(err, "shorter than a head");
		goto done;
	}
	memcpy(&head, bytes.ptr, sizeof(head));
	bytes = cfr_str_sub(bytes, sizeof(head), bytes.len);
	if (memcmp(head.magic, magic, sizeof(magic)) != 0 || head.source != cfr_source_bytes(source).len ||
	    head.count == 0 || head.count > bytes.len / sizeof(cfr__stored)) {
		r = corrupt(err, "another head");
		goto done;
	}
	if (cfr_utf8_valid(cfr_source_bytes(source).ptr, cfr_source_bytes(source).len) != cfr_source_bytes(source).len) {
		r = corrupt(err, "its source is no text");
		goto done;
	}
	r = CFR_E_NOMEM;
	if (!(docs.items = malloc(head.count * sizeof(*docs.items))) || cfr__block_new(&block, record, NULL) < 0)
		goto done;
	if ((r = restore_all(&docs, source, block, head.count, bytes, err)) < 0)
		goto done;
	*out = docs;
	docs = (cfr_documents){ NULL, 0 };
done:
	if (r == CFR_E_NOMEM)
		cfr_err_nomem(err);
	cfr__block_unref(block);
	cfr_documents_release(&docs);
	cfr_buf_release(record);
	return r;
}
