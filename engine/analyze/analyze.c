/* engine/analyze/analyze.c -- the steps of an analysis in their order.
 *
 * The result and its arena are one block of memory for the caller: the analysis stands at the head of a struct that owns the
 * arena everything else lies in. What only the steps need lies in a second arena that ends with them.
 */
#include "engine/analyze/parts.h"

#include <stdlib.h>

struct owner {
	cfr_analysis result;	/* first: its address is the owner's */
	cfr_arena memory;
};

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
