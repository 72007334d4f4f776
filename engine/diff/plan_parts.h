/* engine/diff/plan_parts.h -- planning edits, and the order of keys in what they write. */
#ifndef CFR_DIFF_PLAN_PARTS_H
#define CFR_DIFF_PLAN_PARTS_H

#include "engine/diff/parts.h"
#include "engine/tree/build.h"

typedef struct cfr__orderer {
	const cfr_document *doc;	/* of the first tree */
	const cfr_document *like;	/* to go by, or NULL */
	const cfr_source *source;	/* empty: what has no place */
	const cfr_limits *limits;
	cfr_arena *arena;
	cfr_build *build;
	cfr_err *err;
} cfr__orderer;

/* The value that a step brings, as a document whose keys stand as they are to be written. */
int cfr__ordered(cfr_document **out, cfr__orderer *o, const cfr__step *step);

#endif
