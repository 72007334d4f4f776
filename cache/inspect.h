/* cache/inspect.h -- is a file of records in order, so that LMDB may be let loose on it?
 *
 * Each page that the last commit can reach is looked at once: that it is what it says, that entries lie within it and in
 * order, that no page has two uses, that the list of free pages names none that is in use, and that the counts are right.
 * That is everything LMDB takes for granted. Bytes of values are not read; they have checksums of their own.
 */
#ifndef CFR_CACHE_INSPECT_H
#define CFR_CACHE_INSPECT_H

#include "cache/page.h"
#include "engine/error.h"

/* Called with each entry of the main tree, in order; may be NULL. Negative stops. */
typedef int cfr__visit(void *arg, const cfr__snapshot *snap, cfr_str key, const cfr__value *value);

/* 0, CFR_E_CORRUPT (the message says what), CFR_E_NOMEM, or what `visit` gave. Nobody may be writing, or what is found may
 * be due to that. */
int cfr__inspect(const cfr__snapshot *snap, cfr__visit *visit, void *arg, cfr_err *err);

#endif
