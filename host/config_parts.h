/* host/config_parts.h -- what counts.c, preload.c, plan.c and config.c share; each stands on those before it.
 */
#ifndef CFR_HOST_CONFIG_PARTS_H
#define CFR_HOST_CONFIG_PARTS_H

#include "engine/base/hash.h"
#include "host/config.h"

#include <pthread.h>
#include <string.h>

typedef struct cfr__counted {
	char *key;			/* of a section */
	size_t len;
	uint64_t asked, nanoseconds;
	bool ahead;			/* the plan has it read */
} cfr__counted;

typedef struct cfr__shared {
	uint32_t refs;			/* atomic */
	unsigned workers;
	cfr_loader *loader, *own;	/* own: to be freed, or NULL */
	pthread_mutex_t lock;		/* of what follows */
	cfr__counted *counts;
	uint32_t count, cap;
	uint32_t *table, table_size;	/* their places by hash, +1 */
	cfr_hash_key hash;
	uint64_t read_bytes, read_nanoseconds;	/* by first questions and ahead */
	cfr_format format;		/* of some file */
	double pace;			/* nanoseconds a byte, of a sample; 0: not measured */
} cfr__shared;

struct cfr_config {
	uint32_t refs;			/* atomic */
	cfr__shared *shared;
	cfr_lazy *lazy;
	pthread_mutex_t lock;		/* of what follows */
	pthread_cond_t done;
	pthread_t thread;
	bool started, running;		/* started: the thread is to be joined */
	cfr_str *wanted;
	uint32_t wanted_count;
	cfr_preload result;
};

/* --- counts.c --- */

uint64_t cfr__config_clock(void);
/* `loader` NULL: that of the options, or one of its own. */
int cfr__shared_new(cfr__shared **out, const cfr_config_options *options, cfr_loader *loader, cfr_err *err);
void cfr__shared_unref(cfr__shared *shared);
/* Under the lock. The counts of a section: NULL without, or, when they are made, without memory. */
cfr__counted *cfr__config_counted(const cfr__shared *shared, cfr_str key);
cfr__counted *cfr__config_count_of(cfr__shared *shared, cfr_str key);

/* --- plan.c --- */

int cfr__plan_apply(cfr_config *config, const cfr_plan *plan, cfr_err *err);

#endif
