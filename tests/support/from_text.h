/* tests/support/from_text.h -- a document from a text in a test. Include <cmocka.h> and what it needs before. */
#ifndef CFR_TESTS_FROM_TEXT_H
#define CFR_TESTS_FROM_TEXT_H

#include "engine/base/str.h"
#include "engine/text.h"

/* The first document of a text that must be good; unref it. */
static inline cfr_document *from_text(const char *text, cfr_format format)
{
	cfr_source *source = NULL;
	cfr_documents docs;
	cfr_document *doc;
	cfr_err err = CFR_ERR_INIT;

	if (cfr_source_new(&source, CFR_STR("test"), cfr_str_of(text), NULL, &err) < 0 ||
	    cfr_text_read(&docs, source, format, NULL, &err) < 0)
		fail_msg("%s: %u:%u: %s", text, err.line, err.column, err.message);
	doc = cfr_document_ref(docs.items[0]);
	cfr_documents_release(&docs);
	cfr_source_unref(source);
	return doc;
}

static inline cfr_node root_of(const cfr_document *doc) { return cfr_tree_root(cfr_document_tree(doc)); }

#endif
