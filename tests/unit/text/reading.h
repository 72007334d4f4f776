/* tests/unit/text/reading.h -- read a text, walk to a place, look at how it is written. */
#ifndef CFR_TESTS_READING_H
#define CFR_TESTS_READING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/base/str.h"
#include "engine/pointer.h"
#include "engine/text.h"

/* From bytes of any kind; the source's copy is all that stays. */
static inline int read_bytes(cfr_documents *out, cfr_str text, cfr_format format, cfr_err *err)
{
	cfr_source *source;
	int rc = cfr_source_new(&source, CFR_STR("text"), text, NULL, err);

	if (rc)
		return rc;
	rc = cfr_text_read(out, source, format, NULL, err);
	cfr_source_unref(source);
	return rc;
}

static inline cfr_documents read_text(const char *text, cfr_format format)
{
	cfr_documents docs = { NULL, 0 };
	cfr_err err = CFR_ERR_INIT;

	if (read_bytes(&docs, cfr_str_of(text), format, &err))
		fail_msg("%s\n%u:%u: %s", text, (unsigned)err.line, (unsigned)err.column, err.message);
	return docs;
}

static inline cfr_node root_of(const cfr_documents *docs)
{
	return cfr_tree_root(cfr_document_tree(docs->items[0]));
}

/* The node at a JSON Pointer of the n-th document. */
static inline cfr_node node_of(const cfr_documents *docs, uint32_t n, const char *pointer)
{
	cfr_node node;

	assert_true(n < docs->count);
	if (cfr_pointer_get(&node, cfr_tree_root(cfr_document_tree(docs->items[n])), cfr_str_of(pointer), NULL))
		fail_msg("nothing at %s", pointer);
	return node;
}

static inline void assert_str(cfr_str got, const char *want)
{
	if (!cfr_str_eq(got, cfr_str_of(want)))
		fail_msg("'%.*s' is not '%s'", (int)got.len, got.ptr ? got.ptr : "", want);
}

/* What the author wrote for a node: the slice from start to end. */
static inline cfr_str written(const cfr_document *doc, cfr_node node)
{
	cfr_entry entry = cfr_document_entry(doc, node);

	return cfr_str_sub(cfr_source_bytes(cfr_document_source(doc)), entry.start, entry.end);
}

static inline cfr_str written_key(const cfr_document *doc, cfr_node node)
{
	cfr_entry entry = cfr_document_entry(doc, node);

	return cfr_str_sub(cfr_source_bytes(cfr_document_source(doc)), entry.key_start, entry.key_start + entry.key_len);
}

typedef struct bad_text {
	const char *text;
	int code;
	uint32_t line, column;
	const char *message;	/* a part of it */
	const char *hint;	/* a part of it */
} bad_text;

static inline void assert_bad(const bad_text *bad, cfr_format format)
{
	cfr_documents docs = { NULL, 0 };
	cfr_err err = CFR_ERR_INIT;
	int rc = read_bytes(&docs, cfr_str_of(bad->text), format, &err);

	if (rc != bad->code || err.line != bad->line || err.column != bad->column || !strstr(err.message, bad->message) ||
	    !strstr(err.hint, bad->hint) || strcmp(err.file, "text") != 0)
		fail_msg("%s\n-> %s, %s:%u:%u: %s (%s)", bad->text, rc ? cfr_code_name(rc) : "read", err.file,
		         (unsigned)err.line, (unsigned)err.column, err.message, err.hint);
	assert_int_equal(docs.count, 0);
}

#endif
