/* engine/base/walk.h -- the files below a folder, as git sees them.
 *
 * Follows .gitignore files (gitignore(5)) from the repository's root down, .git/info/exclude, and leaves out .git.
 * Symbolic links to files are given, links to folders are not entered: so there are no cycles. Names come sorted, so that
 * a run's order does not depend on the disk.
 */
#ifndef CFR_BASE_WALK_H
#define CFR_BASE_WALK_H

#include "engine/base/str.h"

typedef struct cfr_walk {
	bool ignore;		/* follow .gitignore */
	bool hidden;		/* enter names that begin with a dot */
	/* Asked for each folder and file before it is entered or given (name relative to the start): false leaves it out.
	 * May be NULL. */
	bool (*want)(void *arg, cfr_str name, bool is_folder);
	/* Given each file. A negative result stops the walk. */
	int (*file)(void *arg, cfr_str path, cfr_str name, cfr_err *err);
	/* Told of a folder that cannot be read. */
	int (*trouble)(void *arg, cfr_str path, const cfr_err *why, cfr_err *err);
	void *arg;
} cfr_walk;

/* `path` is "start/name" (or "name" when start is "."). */
int cfr_walk_run(const cfr_walk *walk, const char *start, cfr_err *err);

#endif
