/* engine/diff/parts.h -- what the files of this room share.
 *
 * A *script* is what a walk over two trees leaves behind: steps, those of one pair of collections together, parents
 * before children. The changes people see, the JSON Patch and the edits are all made from it.
 */
#ifndef CFR_DIFF_PARTS_H
#define CFR_DIFF_PARTS_H

#include "engine/base/arena.h"
#include "engine/base/hash.h"
#include "engine/base/str.h"
#include "engine/base/vec.h"
#include "engine/diff.h"

enum { CFR__NONE = UINT32_MAX };

/* What comparing needs at hand. */
typedef struct cfr__compare {
	cfr_arena arena;
	const cfr_diff_how *how;
	cfr_hash_key seed;
	cfr_err *err;
} cfr__compare;

typedef enum cfr__step_op {
	CFR__STEP_REMOVE, CFR__STEP_RENAME, CFR__STEP_MOVE /* within a list */, CFR__STEP_ADD, CFR__STEP_REPLACE
} cfr__step_op;

typedef struct cfr__step {
	cfr__step_op op;
	bool moving;			/* inside an element that moves within its list */
	cfr_node a, b;			/* the value before and after */
	cfr_node in_a, in_b;		/* the two collections; tree NULL when the root is replaced */
	uint32_t partner;		/* REMOVE, ADD: the other half of a move between mappings, or NONE */
} cfr__step;

struct cfr_diff {
	cfr__compare compare;		/* its arena holds whatever steps need */
	cfr__step *steps;
	uint32_t step_count, step_cap;
	cfr_change *changes;
	uint32_t change_count;
	cfr_node before, after;
};

static inline cfr_node cfr__no_node(void) { return (cfr_node){ .tree = NULL }; }
static inline bool cfr__collection(cfr_node node)
{
	cfr_kind kind = cfr_node_kind(node);
	return kind == CFR_SEQUENCE || kind == CFR_MAPPING;
}

void cfr__compare_init(cfr__compare *c, const cfr_diff_how *how, cfr_err *err);
void cfr__compare_release(cfr__compare *c);

/* The children of a collection as an array of the arena, so that a step which may fail is taken once. */
int cfr__children(cfr_node **out, cfr__compare *c, cfr_node node);
/* One number for a content: equal content, equal number; the rest is unlikely, and is looked at before it counts. */
int cfr__content(uint64_t *out, cfr__compare *c, cfr_node node);
/* Would people say that one became the other? */
bool cfr__alike(cfr_node a, cfr_node b);

/* ---- keys.c: elements by name ---- */

/* What names an element. */
typedef struct cfr__name {
	cfr_str text;
	uint32_t index;			/* of the element */
} cfr__name;

/* Names of the elements of `count` lists (absent ones have tree NULL), each sorted by text; *named false when they have
 * none in common. */
int cfr__names(bool *named, cfr__name *out[], cfr__compare *c, const cfr_node lists[], uint32_t count);
/* The index of an element by name, or NONE. */
uint32_t cfr__names_find(const cfr__name *names, uint32_t count, cfr_str text);

/* ---- lists.c: which element is which ---- */

typedef struct cfr__lists {
	cfr_node *a, *b;
	uint32_t a_count, b_count;
	uint32_t *to_b, *to_a;		/* index on the other side, or NONE */
} cfr__lists;

/* Elements that are equal and in the same order on both sides. */
int cfr__match_equal(cfr__lists *l, cfr__compare *c, cfr_node a, cfr_node b);
/* By name; or equal ones, then equal ones elsewhere, then those alike in one gap. */
int cfr__match_lists(cfr__lists *l, cfr__compare *c, cfr_node a, cfr_node b);
/* Of some indices (NONE: left out) the most that ascend: keep[i] tells. */
int cfr__ascending(bool *keep, cfr__compare *c, const uint32_t *items, uint32_t count);

/* ---- moves.c ---- */

/* Removed and added entries that belong together, in one mapping. match[i] is the index in `added` of removed[i]. */
int cfr__match_renamed(uint32_t *match, cfr__compare *c, const cfr_node *removed, uint32_t removed_count,
                       const cfr_node *added, uint32_t added_count);
/* Sets the partners of steps that are moves between mappings. */
int cfr__match_moved(cfr_diff *diff);

#endif
