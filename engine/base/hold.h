/* engine/base/hold.h -- a file that is read, worked on and written again, without losing what others write.
 *
 * A hold is a lock (flock) that everybody takes who changes files through it, so that two changes come one after the
 * other. Others, an editor say, know nothing of it: the hold remembers which file it was and when it was last written,
 * and refuses to replace what is no longer that. Reading alone needs no hold: a replacement shows the old bytes or the
 * new ones.
 */
#ifndef CFR_BASE_HOLD_H
#define CFR_BASE_HOLD_H

#include "engine/base/str.h"
#include <sys/stat.h>

typedef struct cfr_hold {
	const char *name;	/* borrowed */
	int fd;			/* that has the lock; -1: nothing is held, and nothing compared */
	struct stat was;
} cfr_hold;

#define CFR_HOLD_NONE { .fd = -1 }

/* Before the file is read. Waits for others that hold it; CFR_E_INTERRUPTED when a signal comes meanwhile. What is no
 * regular file, or cannot be opened, is not held: reading it tells why. Where the file system has no locks, nobody waits,
 * and a change is still refused. */
int cfr_file_hold(cfr_hold *out, const char *name, cfr_err *err);
/* cfr_file_replace_pieces; CFR_E_IO when somebody changed the file since it is held. */
int cfr_hold_replace(const cfr_hold *hold, const cfr_str *pieces, uint32_t count, cfr_err *err);
void cfr_hold_release(cfr_hold *hold);

#endif
