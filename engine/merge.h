/* engine/merge.h -- bring together what two people made of one configuration.
 *
 * Three trees: the base both began with, ours and theirs. What one of them changed is taken; what both changed alike is
 * taken once; what both changed differently is a conflict, told with its three nodes. Mappings are merged entry by
 * entry, lists of named things (engine/diff.h says which) element by element, other lists by the stretches between
 * elements that all three have.
 *
 * Laws, where there is no conflict: merge(b, o, b) = o; merge(b, b, t) = t; merge(b, x, x) = x; and
 * merge(b, o, t) = merge(b, t, o).
 */
#ifndef CFR_MERGE_H
#define CFR_MERGE_H

#include "engine/diff.h"

CFR_BEGIN_DECLS

/* X(NAME, word, what it means) */
#define CFR_CONFLICT_MAP(X)                                                                          \
	X(CHANGED, changed, "both changed it, differently")                                         \
	X(REMOVED, removed, "one removed it, the other changed it")                                 \
	X(ADDED, added, "both added it, differently")                                               \
	X(KIND, kind, "both changed it, into values of different kinds")                            \
	X(ORDER, order, "both changed the order of the elements")
typedef enum cfr_conflict_kind {
#define X(up, low, text) CFR_CONFLICT_##up,
	CFR_CONFLICT_MAP(X)
#undef X
	CFR_CONFLICT_COUNT
} cfr_conflict_kind;

CFR_API const char *cfr_conflict_name(cfr_conflict_kind kind);
CFR_API const char *cfr_conflict_text(cfr_conflict_kind kind);

typedef struct cfr_conflict {
	cfr_conflict_kind kind;
	cfr_node base, ours, theirs;	/* tree NULL where it is not there */
} cfr_conflict;

typedef enum cfr_favor { CFR_FAVOR_OURS, CFR_FAVOR_THEIRS } cfr_favor;

typedef struct cfr_merged cfr_merged;

/* Conflicts are no failure: the result has the favored side there. Borrows the three trees; a base without a tree is
 * nothing at all. `how` may be NULL. */
CFR_API int cfr_merge_new(cfr_merged **out, cfr_node base, cfr_node ours, cfr_node theirs, cfr_favor favor,
                          const cfr_diff_how *how, const cfr_limits *limits, cfr_err *err);
CFR_API void cfr_merge_free(cfr_merged *merged);
CFR_API const cfr_tree *cfr_merge_tree(const cfr_merged *merged);
CFR_API uint32_t cfr_merge_count(const cfr_merged *merged);
CFR_API const cfr_conflict *cfr_merge_conflict(const cfr_merged *merged, uint32_t index);

CFR_END_DECLS
#endif
