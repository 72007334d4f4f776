/* engine/edit/again.c -- documents that came out of a record are read anew before they are edited.
 *
 * An edit goes by the places of the sidecar into the author's bytes, and takes for granted that a bracket is where one must
 * be. The sidecar of a restored document was proved to lead nobody out of its source, and no more than that. Its text is
 * read once more after the edit in any case; here it is read before, too.
 */
#include "engine/edit/parts.h"
#include "engine/tree/store.h"

int cfr__edit_again(cfr_documents *held, const cfr_document **doc, const cfr_limits *limits, cfr_err *err)
{
	int r;

	*held = (cfr_documents){ NULL, 0 };
	if (!cfr__document_restored(*doc))
		return 0;
	r = cfr_text_read(held, cfr_document_source(*doc), cfr_document_format(*doc), limits, err);
	for (uint32_t i = 0; r == 0 && i < held->count; i++) {
		if (cfr_document_index(held->items[i]) == cfr_document_index(*doc)) {
			*doc = held->items[i];
			return 0;
		}
	}
	return r < 0 ? r : cfr_err_set(err, CFR_E_CORRUPT, "a document that its source does not have");
}

int cfr__edit_again_all(cfr_documents *held, const cfr_documents **docs, const cfr_limits *limits, cfr_err *err)
{
	const cfr_document *first = (*docs)->count ? (*docs)->items[0] : NULL;
	int r;

	*held = (cfr_documents){ NULL, 0 };
	if (!first || !cfr__document_restored(first))
		return 0;
	if ((r = cfr_text_read(held, cfr_document_source(first), cfr_document_format(first), limits, err)) < 0)
		return r;
	if (held->count != (*docs)->count)
		return cfr_err_set(err, CFR_E_CORRUPT, "documents that their source does not have");
	*docs = held;
	return 0;
}
