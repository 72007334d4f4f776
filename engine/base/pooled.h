/* engine/base/pooled.h -- what is read from a source comes from where the source's bytes came.
 *
 * A loader's pool (slab.h) is named by the source; builders, documents and the index of lines take it from there, so that
 * no reader has to hand it on.
 */
#ifndef CFR_BASE_POOLED_H
#define CFR_BASE_POOLED_H

#include "engine/base/slab.h"
#include "engine/source.h"

/* NULL: none. */
cfr_pool *cfr__source_pool(const cfr_source *source);
/* From now on, unless it has one. The source keeps a reference. */
void cfr__source_use(const cfr_source *source, cfr_pool *pool);

#endif
