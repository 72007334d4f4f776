/* engine/patch.h -- apply a patch to a tree: JSON Patch (RFC 6902) and JSON Merge Patch (RFC 7396).
 *
 * A patch is a tree, in whatever format it was written. All or nothing: an operation that fails leaves no result. To
 * bring a result into a hand-written text, compare the tree with it (engine/diff.h) and plan the difference.
 *
 * Cost: a JSON Patch pays for each operation the width of the lists on its way; a merge patch is linear.
 */
#ifndef CFR_PATCH_H
#define CFR_PATCH_H

#include "engine/limits.h"
#include "engine/tree.h"

CFR_BEGIN_DECLS

typedef enum cfr_patch_kind {
	CFR_PATCH_DETECT,	/* a sequence is a JSON Patch, anything else a merge patch */
	CFR_PATCH_JSON,
	CFR_PATCH_MERGE
} cfr_patch_kind;

/* Errors name the operation, from 1. CFR_E_SYNTAX: the patch is no patch, or a pointer no pointer; CFR_E_NOTFOUND: a
 * place is not there; CFR_E_KIND: a member of a scalar, the root removed; CFR_E_CYCLE: moved into itself; CFR_E_CONFLICT: a
 * `test` did not hold (expected and found in the message). `failed`, which may be NULL, gets the operation's index when
 * one is to blame, else UINT32_MAX. */
CFR_API int cfr_patch_apply(cfr_tree **out, cfr_node target, cfr_node patch, cfr_patch_kind kind,
                            const cfr_limits *limits, uint32_t *failed, cfr_err *err);

CFR_END_DECLS
#endif
