/* engine/diff/merge_parts.h -- what merging mappings and merging lists share. */
#ifndef CFR_DIFF_MERGE_PARTS_H
#define CFR_DIFF_MERGE_PARTS_H

#include "engine/diff/parts.h"
#include "engine/merge.h"
#include "engine/tree/build.h"

struct cfr_merged {
	cfr__compare compare;
	cfr_favor favor;
	cfr_tree *tree;
	cfr_conflict *conflicts;
	uint32_t count, cap;
};

/* One place on three sides; tree NULL where it is not there. */
typedef struct cfr__sides {
	cfr_node base, ours, theirs;
} cfr__sides;

/* ---- merge_sides.c ---- */

int cfr__merge_conflict(cfr_merged *m, cfr_conflict_kind kind, const cfr__sides *at);
/* Two absent ones are the same. */
int cfr__same_content(bool *out, cfr_merged *m, cfr_node a, cfr_node b);
/* A place that one side lacks: *decided, and what is taken (tree NULL: nothing). */
int cfr__merge_present(cfr_node *taken, bool *decided, cfr_merged *m, const cfr__sides *at);

/* ---- merge_list.c ---- */

/* An element of a merged list: `taken` as it is, or with tree NULL what the sides have there, to be merged. */
typedef struct cfr__merged_element {
	cfr_node taken;
	cfr__sides at;
} cfr__merged_element;

typedef struct cfr__merged_list {
	cfr__merged_element *items;	/* of the arena */
	uint32_t count;
	bool clash;			/* no such list: the whole is in conflict */
	cfr_conflict_kind kind;
} cfr__merged_list;

/* Of two lists that differ; the base may be missing. */
int cfr__merge_list(cfr__merged_list *out, cfr_merged *m, const cfr__sides *at);

#endif
