/* engine/diff/merge_parts.h -- what merging mappings and merging lists share. */
#ifndef CFR_DIFF_MERGE_PARTS_H
#define CFR_DIFF_MERGE_PARTS_H

#include "engine/diff/parts.h"
#include "engine/merge.h"
#include "engine/tree/build.h"

/* One place on three sides; tree NULL where it is not there. */
typedef struct cfr__sides {
	cfr_node base, ours, theirs;
} cfr__sides;

struct cfr_merged {
	cfr__compare compare;
	cfr_favor favor;
	cfr_tree *tree;
	cfr_conflict *conflicts;
	uint32_t count, cap;
	/* Writes the value of a place that ours and theirs have: of merge.c, for elements of lists, which may be anything. */
	int (*place)(cfr_merged *m, cfr_build *build, const cfr__sides *at);
};

/* --- merge_sides.c --- */

int cfr__merge_conflict(cfr_merged *m, cfr_conflict_kind kind, const cfr__sides *at);
/* Two absent ones are the same. */
int cfr__same_content(bool *out, cfr_merged *m, cfr_node a, cfr_node b);
/* A place that one side lacks: *decided, and what is taken (tree NULL: nothing). */
int cfr__merge_present(cfr_node *taken, bool *decided, cfr_merged *m, const cfr__sides *at);
/* Tells the conflict, and writes the side that is favored. */
int cfr__merge_favored(cfr_merged *m, cfr_build *build, cfr_conflict_kind kind, const cfr__sides *at);

/* --- merge_list.c --- */

/* Of two lists that differ; the base may be missing. */
int cfr__merge_lists(cfr_merged *m, cfr_build *build, const cfr__sides *at);

#endif
