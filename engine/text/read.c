/* engine/text/read.c -- what readers share: places for errors, names for characters, hexadecimal digits, a list of documents.
 */
#include "engine/text/read.h"

#include "engine/base/utf8.h"
#include <stdio.h>
#include <stdlib.h>

int cfr__fail_at(cfr_err *err, const cfr_source *source, size_t at, int code)
{
	cfr_place place;

	if (!err || err->line)
		return code;
	place = cfr_source_place(source, (uint32_t)at);
	cfr_err_at(err, cfr_source_name(source), place.line, place.column);
	return code;
}

const char *cfr__show(char out[CFR__SHOWN_MAX], cfr_str text, size_t at)
{
	uint32_t c = 0;

	if (at >= text.len)
		return "the end of the text";
	if ((unsigned char)text.ptr[at] > ' ' && (unsigned char)text.ptr[at] < 0x7F) {
		snprintf(out, CFR__SHOWN_MAX, "`%c`", text.ptr[at]);
	} else if (text.ptr[at] == '\n' || text.ptr[at] == '\r') {
		return "a line break";
	} else if (text.ptr[at] == '\t') {
		return "a tab";
	} else {
		cfr_utf8_decode(&c, text.ptr + at, text.len - at);
		snprintf(out, CFR__SHOWN_MAX, "U+%04X", (unsigned)c);
	}
	return out;
}

int cfr__documents_add(cfr_documents *docs, cfr_document *doc, cfr_err *err)
{
	/* Room doubles whenever the count is a power of two. */
	if ((docs->count & (docs->count - 1)) == 0) {
		size_t room = docs->count ? (size_t)docs->count * 2 : 1;
		cfr_document **items = realloc(docs->items, room * sizeof(*items));

		if (!items) {
			cfr_document_unref(doc);
			return cfr_err_nomem(err);
		}
		docs->items = items;
	}
	docs->items[docs->count++] = doc;
	return 0;
}

void cfr_documents_release(cfr_documents *docs)
{
	for (uint32_t i = 0; i < docs->count; i++)
		cfr_document_unref(docs->items[i]);
	free(docs->items);
	docs->items = NULL;
	docs->count = 0;
}

int cfr__hex(const char *p, const char *end, int digits, uint32_t *out)
{
	uint32_t value = 0;

	if (end - p < digits)
		return -1;
	for (int i = 0; i < digits; i++) {
		char c = p[i], low = (char)(c | 0x20);

		if (c >= '0' && c <= '9')
			value = value << 4 | (uint32_t)(c - '0');
		else if (low >= 'a' && low <= 'f')
			value = value << 4 | (uint32_t)(low - 'a' + 10);
		else
			return -1;
	}
	*out = value;
	return 0;
}
