/* engine/base/width.h -- columns that a terminal needs for a text. */
#ifndef CFR_BASE_WIDTH_H
#define CFR_BASE_WIDTH_H

#include "engine/common.h"

/* Wide characters take two, combining marks none, and what is joined to an emoji nothing more. A byte that is not UTF-8
 * takes one, as its replacement does. */
size_t cfr_width(cfr_str text);

#endif
