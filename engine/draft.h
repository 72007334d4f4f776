/* engine/draft.h -- edit a tree: a base and a set of changes, frozen into another tree.
 *
 * A draft is another type than a tree: what can be changed has no id, what has an id cannot be changed. Changes are
 * kept beside the base (an overlay of the touched spine); nothing is copied until freeze.
 * One thread at a time.
 */
#ifndef CFR_DRAFT_H
#define CFR_DRAFT_H

#include "engine/limits.h"
#include "engine/tree.h"

CFR_BEGIN_DECLS

typedef struct cfr_draft cfr_draft;

/* `base` may be NULL: null. Refs it. */
CFR_API int cfr_draft_new(cfr_draft **out, const cfr_tree *base, const cfr_limits *limits, cfr_err *err);
CFR_API void cfr_draft_free(cfr_draft *draft);

/* Places are JSON Pointers in the draft as it stands now. `value` may be of any tree and is kept alive by the draft.
 * Errors: CFR_E_NOTFOUND, CFR_E_KIND (no collection there; the root for remove, rename, move), CFR_E_DUPLICATE (rename,
 * move onto an existing key), CFR_E_CYCLE (move into itself),
 * CFR_E_SYNTAX (no pointer). A failed change changes nothing. */
CFR_API int cfr_draft_replace(cfr_draft *draft, cfr_str at, cfr_node value, cfr_err *err);
CFR_API int cfr_draft_set(cfr_draft *draft, cfr_str mapping, cfr_str key, cfr_node value, cfr_err *err);
/* Before `index`; at the end when it equals the length, CFR_E_NOTFOUND above. */
CFR_API int cfr_draft_insert(cfr_draft *draft, cfr_str sequence, uint32_t index, cfr_node value, cfr_err *err);
CFR_API int cfr_draft_remove(cfr_draft *draft, cfr_str at, cfr_err *err);
CFR_API int cfr_draft_rename(cfr_draft *draft, cfr_str at, cfr_str key, cfr_err *err);
CFR_API int cfr_draft_move(cfr_draft *draft, cfr_str from, cfr_str mapping, cfr_str key, cfr_err *err);

/* What the draft holds at a place. Untouched, it is a node of the base or of a value, borrowed while the draft lives and
 * the place is not changed; else it is frozen into a tree of its own, which `made` then keeps (NULL else). */
CFR_API int cfr_draft_get(cfr_node *out, cfr_tree **made, cfr_draft *draft, cfr_str at, cfr_err *err);
/* Its kind and number of children alone, at no cost. */
CFR_API int cfr_draft_kind(cfr_kind *out, uint32_t *size, cfr_draft *draft, cfr_str at, cfr_err *err);

CFR_API int cfr_draft_freeze(cfr_tree **out, const cfr_draft *draft, cfr_err *err);

CFR_END_DECLS
#endif
