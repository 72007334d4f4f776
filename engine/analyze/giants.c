/* engine/analyze/giants.c -- scalars that are files.
 *
 * A certificate, a script, a page of text: more than 4 KiB and more than a hundredth of its file. What it seems to be is told
 * by how it begins, or by the characters it is of.
 */
#include "engine/analyze/parts.h"

#include "engine/base/vec.h"
#include <stdlib.h>

enum { LARGE = 4096, PERCENT = 100 };

static const char *const names[CFR_LOOKS_GUESSES] = {
	[CFR_LOOKS_TEXT] = "text", [CFR_LOOKS_CERTIFICATE] = "certificate", [CFR_LOOKS_KEY] = "private key",
	[CFR_LOOKS_SCRIPT] = "script", [CFR_LOOKS_BASE64] = "base64", [CFR_LOOKS_JSON] = "JSON",
	[CFR_LOOKS_MARKUP] = "markup",
};

const char *cfr_guess_name(cfr_guess guess)
{
	return (unsigned)guess < CFR_LOOKS_GUESSES ? names[guess] : "text";
}

static bool is_base64(cfr_str text)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];
		if (!(c >= 'A' && c <= 'Z') && !(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') &&
		    !memchr("+/-_=\r\n", c, 7))
			return false;
	}
	return true;
}

static cfr_guess guess(cfr_str text)
{
	char last;

	while (text.len > 0 && memchr(" \t\r\n", text.ptr[0], 4))
		text = cfr_str_sub(text, 1, text.len);
	while (text.len > 0 && memchr(" \t\r\n", text.ptr[text.len - 1], 4))
		text.len--;
	if (text.len == 0)
		return CFR_LOOKS_TEXT;
	last = text.ptr[text.len - 1];
	if (cfr_str_starts(text, CFR_STR("-----BEGIN "))) {
		size_t line = 0;
		while (line < text.len && text.ptr[line] != '\n')
			line++;
		return memmem(text.ptr, line, "PRIVATE KEY", 11) ? CFR_LOOKS_KEY : CFR_LOOKS_CERTIFICATE;
	}
	if (cfr_str_starts(text, CFR_STR("#!")))
		return CFR_LOOKS_SCRIPT;
	if ((text.ptr[0] == '{' && last == '}') || (text.ptr[0] == '[' && last == ']'))
		return CFR_LOOKS_JSON;
	if (text.ptr[0] == '<' && last == '>')
		return CFR_LOOKS_MARKUP;
	return is_base64(text) ? CFR_LOOKS_BASE64 : CFR_LOOKS_TEXT;
}

static int by_bytes(const void *left, const void *right)
{
	const cfr_giant *a = left, *b = right;

	if (a->bytes != b->bytes)
		return a->bytes < b->bytes ? 1 : -1;
	return (a->spot.document > b->spot.document) - (a->spot.document < b->spot.document);
}

int cfr__analyze_giants(cfr__analyzer *a, cfr_err *err)
{
	cfr_giant *giants = NULL;
	uint32_t cap = 0, count = 0;
	int r = 0;

	for (uint32_t i = 0; r == 0 && i < a->part_count; i++) {
		const cfr__part *part = &a->parts[i];
		uint64_t whole = a->result->files[part->file].bytes;

		for (uint32_t rank = 0; r == 0 && rank < part->count; rank++) {
			const cfr_entry entry = cfr__ranked(part, rank);
			uint32_t bytes = entry.end - entry.start;
			cfr_node node;
			char name[32];

			if (bytes <= LARGE || bytes <= whole / PERCENT || part->marks[rank] & (CFR__VIA | CFR__GONE))
				continue;
			node = cfr_document_node(part->doc, rank);
			if (cfr_node_kind(node) != CFR_STRING ||
			    (r = cfr_vec_room(&giants, &cap, (uint64_t)count + 1, sizeof(*giants), err)) < 0)
				continue;
			cfr__analyze_name(name, part, rank);
			giants[count++] = (cfr_giant){ cfr__spot(a, part, rank), guess(cfr_node_string(node)), bytes,
				bytes - (strlen(name) + sizeof("\"${file:.txt}\"\n") - 1) };
		}
	}
	if (r == 0 && !(a->result->giants = cfr_arena_alloc(a->memory, ((size_t)count + 1) * sizeof(*giants))))
		r = cfr_err_nomem(err);
	if (r == 0 && count > 0) {
		qsort(giants, count, sizeof(*giants), by_bytes);
		memcpy(a->result->giants, giants, count * sizeof(*giants));
		a->result->giant_count = count;
	}
	free(giants);
	return r;
}
