/* engine/analyze/names.c -- what a repeated value would be called: its anchor, or a word made of its key.
 *
 * A name that the document has already, or that was given to another repeat, gets a number.
 */
#include "engine/analyze/parts.h"

#include <stdio.h>

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

void cfr__analyze_name(char out[32], const cfr__part *part, uint32_t rank)
{
	enum { LONGEST = 24 };
	cfr_str word = cfr__analyze_anchor(part, rank);
	size_t n = 0;

	if (word.ptr && word.len < 32) {
		memcpy(out, word.ptr, word.len);
		out[word.len] = '\0';
		return;
	}
	for (cfr_node node = cfr_document_node(part->doc, rank);; ) {
		word = cfr_node_key(node);
		if (word.ptr || !cfr_node_parent(&node, node))
			break;
	}
	for (size_t i = 0; i < word.len && n < LONGEST; i++) {
		char c = is_word(word.ptr[i]) ? word.ptr[i] : '-';
		if (c != '-' || (n > 0 && out[n - 1] != '-'))
			out[n++] = c;
	}
	while (n > 0 && out[n - 1] == '-')
		n--;
	memcpy(out + n, n ? "" : "shared", n ? 1 : sizeof("shared"));
}

static bool name_taken(const cfr__analyzer *a, const cfr__part *part, const cfr_repeat *repeat)
{
	char mark[sizeof(repeat->name) + 1] = "&";
	size_t n = strlen(repeat->name);
	const char *at = part->text.ptr, *end = at + part->text.len;

	for (uint32_t i = 0; i < a->result->repeat_count; i++) {
		const cfr_repeat *other = &a->result->repeats[i];
		if (&a->parts[other->spots[0].document] == part && strcmp(other->name, repeat->name) == 0)
			return true;
	}
	memcpy(mark + 1, repeat->name, n + 1);
	while (at && (at = memmem(at, (size_t)(end - at), mark, n + 1)) != NULL) {
		at += n + 1;
		if (at == end || !is_word(*at))
			return true;
	}
	return false;
}

size_t cfr__analyze_number(const cfr__analyzer *a, cfr_repeat *repeat, const cfr__part *part)
{
	size_t n = strlen(repeat->name);

	for (unsigned number = 2; name_taken(a, part, repeat) && number < 10000; number++)
		snprintf(repeat->name + n, sizeof(repeat->name) - n, "-%u", number);
	return strlen(repeat->name);
}
