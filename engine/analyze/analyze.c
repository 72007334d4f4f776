/* engine/analyze/analyze.c -- the steps of an analysis in their order, and what they have in common.
 *
 * The result and its arena are one block of memory for the caller: the analysis stands at the head of a struct that owns the
 * arena everything else lies in. What only the steps need lies in a second arena that ends with them.
 */
#include "engine/analyze/parts.h"

#include "engine/base/vec.h"
#include <stdio.h>
#include <stdlib.h>

struct owner {
	cfr_analysis result;	/* first: its address is the owner's */
	cfr_arena memory;
	uint32_t repeat_cap;
};

/* Below this nobody would thank for being told. What makes a composition of files that were none must bring more. */
enum { LEAST = 256, ENOUGH = 64 << 10, PERCENT = 100, COMPOSED = 4 };

bool cfr__analyze_worth(const cfr__analyzer *a, const cfr__part *part, cfr_sharing how, uint64_t saved)
{
	bool composed = how == CFR_SHARE_REF || how == CFR_SHARE_INCLUDE || how == CFR_SHARE_FILE;
	uint64_t times = composed ? COMPOSED : 1, bytes = a->result->files[part->file].bytes;

	return saved >= ENOUGH || (saved >= times * LEAST && saved >= times * bytes / PERCENT);
}

uint64_t cfr__analyze_left(const cfr__part *part, uint32_t rank)
{
	uint32_t end = cfr__ranked(part, rank).next;
	uint64_t left = part->bytes[rank];

	if (part->marks[rank] & CFR__GONE)
		return 0;
	for (uint32_t at = rank + 1; at < end;) {
		if (part->marks[at] & CFR__GONE) {
			left -= part->bytes[at] < left ? part->bytes[at] : left;
			at = cfr__ranked(part, at).next;
		} else {
			at++;
		}
	}
	return left;
}

uint64_t cfr__analyze_line(const cfr__part *part, uint32_t rank)
{
	uint32_t at = cfr__ranked(part, rank).key_start, from = at;

	while (from > 0 && (part->text.ptr[from - 1] == ' ' || part->text.ptr[from - 1] == '\t'))
		from--;
	if (from > 0 && part->text.ptr[from - 1] != '\n' && part->text.ptr[from - 1] != '\r')
		return cfr__analyze_left(part, rank) + 2;	/* a comma and a blank, or a dash before it */
	return cfr__analyze_left(part, rank) + (at - from) + 1;
}

void cfr__analyze_mark(cfr__part *part, uint32_t rank, uint8_t mark)
{
	uint32_t end = cfr__ranked(part, rank).next;

	for (; rank < end; rank++)
		part->marks[rank] |= mark;
}

bool cfr__analyze_needed(const cfr__part *part, uint32_t rank)
{
	return part->anchored && part->anchored[cfr__ranked(part, rank).next] > part->anchored[rank];
}

int cfr__analyze_equal(bool *out, cfr_node a, cfr_node b, cfr_err *err)
{
	cfr_kind kind = cfr_node_kind(a);
	cfr_id x, y;
	int r;

	if (kind != cfr_node_kind(b) || cfr_node_size(a) != cfr_node_size(b)) {
		*out = false;
		return 0;
	}
	if (cfr_node_size(a) == 0)
		return cfr_node_equal(out, a, b, err);
	if ((r = cfr_node_id(&x, a, err)) < 0 || (r = cfr_node_id(&y, b, err)) < 0)
		return r;
	*out = memcmp(x.bytes, y.bytes, sizeof(x.bytes)) == 0;
	return 0;
}

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

int cfr__analyze_add_repeat(cfr__analyzer *a, const cfr_repeat *repeat, cfr_err *err)
{
	struct owner *owner = (struct owner *)a->result;
	cfr_analysis *result = a->result;
	int r = cfr_vec_room(&result->repeats, &owner->repeat_cap, (uint64_t)result->repeat_count + 1,
	                     sizeof(*result->repeats), err);

	if (r == 0)
		result->repeats[result->repeat_count++] = *repeat;
	return r;
}

/* Files are runs of documents with one source. */
static int find_files(cfr__analyzer *a, const cfr_document *const *docs, cfr_err *err)
{
	cfr_analysis *result = a->result;
	const cfr_source *source = NULL;

	result->files = cfr_arena_zalloc(a->memory, (size_t)a->part_count + 1, sizeof(*result->files));
	a->parts = cfr_arena_zalloc(&a->scratch, (size_t)a->part_count + 1, sizeof(*a->parts));
	if (!result->files || !a->parts)
		return cfr_err_nomem(err);
	for (uint32_t i = 0; i < a->part_count; i++) {
		if (cfr_document_source(docs[i]) != source) {
			source = cfr_document_source(docs[i]);
			result->files[result->file_count++] = (cfr_analyzed_file){ .source = source, .document = i,
				.format = cfr_document_format(docs[i]), .bytes = cfr_source_bytes(source).len };
		}
		result->files[result->file_count - 1].documents++;
		a->parts[i] = (cfr__part){ .doc = docs[i], .text = cfr_source_bytes(source),
			.file = result->file_count - 1, .format = cfr_document_format(docs[i]) };
	}
	return 0;
}

int cfr_analyze(cfr_analysis **out, const cfr_document *const *docs, uint32_t count, const cfr_analyze_how *how, cfr_err *err)
{
	static int (*const steps[])(cfr__analyzer *a, cfr_err *err) = { cfr__analyze_measure, cfr__analyze_keys,
		cfr__analyze_makeup, cfr__analyze_shares, cfr__analyze_anchors, cfr__analyze_layers, cfr__analyze_same,
		cfr__analyze_near, cfr__analyze_giants, cfr__analyze_advise };
	struct owner *owner = calloc(1, sizeof(*owner));
	cfr__analyzer a = { .part_count = count };
	int r;

	if (!owner)
		return cfr_err_nomem(err);
	cfr_arena_init(&owner->memory, NULL);
	cfr_arena_init(&a.scratch, NULL);
	a.result = &owner->result;
	a.memory = &owner->memory;
	if (how)
		a.how = *how;
	a.how.top = a.how.top ? a.how.top : 8;
	a.how.depth = a.how.depth ? a.how.depth : 3;
	a.how.places = a.how.places ? a.how.places : 16;
	r = find_files(&a, docs, err);
	for (size_t i = 0; r == 0 && i < sizeof(steps) / sizeof(*steps); i++)
		r = steps[i](&a, err);
	cfr_arena_release(&a.scratch);
	if (r < 0)
		cfr_analysis_free(&owner->result);
	else
		*out = &owner->result;
	return r;
}

void cfr_analysis_free(cfr_analysis *analysis)
{
	struct owner *owner = (struct owner *)analysis;

	if (!owner)
		return;
	free(analysis->repeats);
	cfr_arena_release(&owner->memory);
	free(owner);
}
