/* engine/tree/store.h -- a document as bytes of this machine, and back.
 *
 * The bytes are those that the document is made of: its image, and its sidecar as it lies in memory. They mean nothing to
 * another machine, build, or source: who keeps them sees to that. Restoring trusts nothing else.
 */
#ifndef CFR_TREE_STORE_H
#define CFR_TREE_STORE_H

#include "engine/base/str.h"
#include "engine/document.h"

/* In front of each document. Everything begins at a multiple of 8. */
typedef struct cfr__stored {
	uint64_t image;			/* bytes */
	uint32_t nodes, wide, copies;
	uint32_t format, index, start, end;
	uint32_t none;			/* 0: no bytes between that nobody has written */
} cfr__stored;

enum { CFR__STORE_PIECES = 12 };

/* The pieces that, one behind the other, are a document; they lie in `head` and in the document. Returns how many. */
uint32_t cfr__document_pieces(cfr_str pieces[CFR__STORE_PIECES], cfr__stored *head, const cfr_document *doc);

typedef struct cfr_block cfr_block;
/* Memory that documents are to share; released with the last of them. Takes the bytes on success. */
int cfr__block_new(cfr_block **out, cfr_buf *bytes, cfr_err *err);
void cfr__block_unref(cfr_block *block);

/* The document that lies at the beginning of `bytes`, which are the block's, and how many it took. The source is valid
 * UTF-8. CFR_E_CORRUPT when it is none, or none of this source; what is given cannot harm who reads it. */
int cfr__document_restore(cfr_document **out, size_t *used, const cfr_source *source, cfr_block *block, cfr_str bytes,
                          cfr_err *err);
/* Did it come from there? Then what its places mean is not known (engine/edit/again.c). */
bool cfr__document_restored(const cfr_document *doc);

#endif
