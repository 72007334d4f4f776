/* engine/check/fix.h -- what the files of fixing share.
 *
 * fix.c        rounds: what to try, what to do when it fails
 * fix_batch.c  which fixes can be tried at once
 * fix_judge.c  did a text settle what it should, and what of it did harm
 */
#ifndef CFR_CHECK_FIX_H
#define CFR_CHECK_FIX_H

#include "engine/check/internal.h"

/* Findings by what they are known by: their fingerprints, and what they say. */
typedef struct cfr__lookup {
	cfr_finding **by_print, **by_saying;
	uint32_t count;
} cfr__lookup;

int cfr__lookup_new(cfr__lookup *out, const cfr_findings *findings, cfr_err *err);
void cfr__lookup_release(cfr__lookup *lookup);
cfr_finding *cfr__lookup_print(const cfr__lookup *lookup, const char *fingerprint);

/* A source as some fixes make it. The texts of its findings lie in its arena. */
typedef struct cfr__attempt {
	cfr_arena arena;
	cfr_source *source;
	cfr_documents docs;
	cfr_findings findings;
	cfr__lookup known;
	uint32_t failures;		/* rules that could not do their work on it */
} cfr__attempt;

/* Findings of an attempt whose fixes are tried at once. */
typedef struct cfr__set {
	cfr_finding **items;
	uint32_t count, capacity;
} cfr__set;

/* Keeps those that touch no place that one before them touches, and their order. */
int cfr__batch_pick(cfr__set *set, cfr_pool *pool, cfr_err *err);

/* Is what was to be settled gone, and nothing new there that is as bad? If not, those that seem to do no harm are moved to
 * the front of `set`; *harmless says how many they are. */
int cfr__judge(uint32_t *harmless, const cfr__attempt *before, const cfr__attempt *after, cfr__set *set, cfr_err *err);

#endif
