/* engine/base/work.h -- do n things on k threads.
 *
 * Work is handed out one index at a time, so that uneven pieces even out. Each worker has a number from 0, by which
 * it finds what belongs to it alone (an arena, a script runner). The caller's thread is worker 0 and takes part;
 * with one worker no thread is made. Threads have a stack of 8 MiB.
 */
#ifndef CFR_BASE_WORK_H
#define CFR_BASE_WORK_H

#include "engine/error.h"

/* Calls fn(arg, worker, index) for each index below n, on `workers` threads. A negative result stops the handing out;
 * the failure of the lowest index is returned, with its error, so that the outcome does not depend on timing. */
int cfr_work_run(unsigned workers, size_t n, int (*fn)(void *arg, unsigned worker, size_t index, cfr_err *err),
                 void *arg, cfr_err *err);

/* Processors this process may use. */
unsigned cfr_work_cpus(void);

#endif
