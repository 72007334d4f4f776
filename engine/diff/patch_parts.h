/* engine/diff/patch_parts.h -- the two kinds of patches, for the files that make and apply them. */
#ifndef CFR_DIFF_PATCH_PARTS_H
#define CFR_DIFF_PATCH_PARTS_H

#include "engine/base/str.h"
#include "engine/diff.h"
#include "engine/patch.h"
#include "engine/pointer.h"
#include "engine/tree/build.h"

int cfr__merge_patch_apply(cfr_tree **out, cfr_node target, cfr_node patch, const cfr_limits *limits, cfr_err *err);
int cfr__json_patch_apply(cfr_tree **out, cfr_node target, cfr_node patch, const cfr_limits *limits, uint32_t *failed,
                          cfr_err *err);

#endif
