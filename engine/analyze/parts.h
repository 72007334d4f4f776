/* engine/analyze/parts.h -- what the steps of an analysis share.
 *
 * The steps run in the order of their functions below. The first makes, for each document, tables by rank (the author's
 * order); the others read them, and those that give advice mark as gone what their advice would take away, so that a later
 * one does not count it again.
 */
#ifndef CFR_ANALYZE_PARTS_H
#define CFR_ANALYZE_PARTS_H

#include "engine/analyze.h"
#include "engine/base/arena.h"

enum {
	CFR__GONE = 1,		/* an earlier piece of advice takes it away */
	CFR__VIA = 2,		/* not written here: through an alias or a merge */
	CFR__VIA_TOP = 4,	/* where that begins */
	CFR__TOLD = 8		/* a copy of something told, which nothing takes away */
};

/* One document, its tables by rank. */
typedef struct cfr__part {
	const cfr_document *doc;
	cfr_str text;
	uint32_t count, file;
	cfr_format format;
	uint32_t *bytes;	/* as written, key included */
	uint32_t *up;		/* rank of the parent */
	uint32_t *strings;	/* bytes of string text before this rank; one more than count */
	uint32_t *anchored;	/* values with used anchors before this rank; NULL: there are none */
	uint8_t *marks;
} cfr__part;

typedef struct cfr__analyzer {
	cfr_analysis *result;
	cfr_arena *memory;	/* of the result */
	cfr_arena scratch;	/* of the steps */
	cfr__part *parts;
	uint32_t part_count;
	uint32_t repeat_cap;	/* of the result */
	cfr_analyze_how how;
} cfr__analyzer;

/* The entry of a rank. */
static inline cfr_entry cfr__ranked(const cfr__part *part, uint32_t rank)
{
	return cfr_document_ranked(part->doc, rank);
}

static inline cfr_spot cfr__spot(const cfr__analyzer *a, const cfr__part *part, uint32_t rank)
{
	return (cfr_spot){ (uint32_t)(part - a->parts), cfr_document_node(part->doc, rank) };
}

/* --- saved.c --- */

/* Bytes of an entry that no advice has taken away. */
uint64_t cfr__analyze_left(const cfr__part *part, uint32_t rank);
/* The same with the blanks before it and its line end, which go with an entry of a mapping that goes. */
uint64_t cfr__analyze_line(const cfr__part *part, uint32_t rank);
void cfr__analyze_mark(cfr__part *part, uint32_t rank, uint8_t mark);
/* Is a value in it, or it itself, the anchor of an alias? */
bool cfr__analyze_needed(const cfr__part *part, uint32_t rank);
/* Same value? Containers by their ids, which are made once for a whole tree. */
int cfr__analyze_equal(bool *out, cfr_node a, cfr_node b, cfr_err *err);
/* Is it worth saying? */
bool cfr__analyze_worth(const cfr__analyzer *a, const cfr__part *part, cfr_sharing how, uint64_t saved);
/* Remembers a repeated value. */
int cfr__analyze_add_repeat(cfr__analyzer *a, const cfr_repeat *repeat, cfr_err *err);

/* --- names.c --- */

/* A word for the value at a rank, of letters, digits, `-` and `_`: its anchor, or made from its key. */
void cfr__analyze_name(char out[32], const cfr__part *part, uint32_t rank);
/* A number behind the name of an anchor that the document, or a repeat that was told, has already; its length. */
size_t cfr__analyze_number(const cfr__analyzer *a, cfr_repeat *repeat, const cfr__part *part);

/* --- measure.c, makeup.c, anchors.c: also asked by later steps --- */

/* Memory of all below a rank, itself included. */
uint64_t cfr__analyze_memory(const cfr__part *part, uint32_t rank);
/* Lines with a comment in a value. */
uint32_t cfr__analyze_comments(const cfr__part *part, uint32_t rank);
/* The name behind the `&` of a value; ptr NULL without. */
cfr_str cfr__analyze_anchor(const cfr__part *part, uint32_t rank);
/* What writing an anchor there takes; nothing when there is one. */
uint64_t cfr__analyze_anchor_bytes(const cfr__part *part, uint32_t rank, size_t name);

/* --- the steps, each in a file of its name --- */

int cfr__analyze_measure(cfr__analyzer *a, cfr_err *err);	/* tables, counts, shape, memory */
int cfr__analyze_keys(cfr__analyzer *a, cfr_err *err);
int cfr__analyze_makeup(cfr__analyzer *a, cfr_err *err);
int cfr__analyze_shares(cfr__analyzer *a, cfr_err *err);
int cfr__analyze_anchors(cfr__analyzer *a, cfr_err *err);
int cfr__analyze_layers(cfr__analyzer *a, cfr_err *err);
int cfr__analyze_same(cfr__analyzer *a, cfr_err *err);
int cfr__analyze_near(cfr__analyzer *a, cfr_err *err);
int cfr__analyze_giants(cfr__analyzer *a, cfr_err *err);
int cfr__analyze_advise(cfr__analyzer *a, cfr_err *err);

#endif
