/* engine/base/hold.c -- a file that is read, worked on and written again, without losing what others write.
 *
 * Writing renames another file over the one that is locked. Who waited for the lock then has that of a file without a
 * name, and begins again with the one that took its place.
 */
#include "engine/base/hold.h"

#include "engine/base/file.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

static bool same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

static bool same_time(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

/* An open file of that name, or -1. Nothing but a regular file is opened: that alone changes a pipe. */
static int open_regular(const char *name)
{
	struct stat st;
	int fd;

	if (stat(name, &st) < 0 || !S_ISREG(st.st_mode))
		return -1;
	do
		fd = open(name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	while (fd < 0 && errno == EINTR);
	return fd;
}

int cfr_file_hold(cfr_hold *out, const char *name, cfr_err *err)
{
	for (;;) {
		struct stat named;
		int fd = open_regular(name);

		/* Not every file system has locks, nor for files that are open to be read: then nobody waits. */
		if (fd >= 0 && flock(fd, LOCK_EX) < 0 && errno == EINTR) {
			close(fd);
			cfr_err_set(err, CFR_E_INTERRUPTED, "interrupted");
			cfr_err_at(err, cfr_str_of(name), 0, 0);
			return CFR_E_INTERRUPTED;
		}
		*out = (cfr_hold){ .name = name, .fd = fd };
		if (fd < 0)
			return 0;
		if (fstat(fd, &out->was) == 0 && stat(name, &named) == 0 && same_file(&out->was, &named))
			return 0;
		cfr_hold_release(out);
	}
}

static bool is_changed(const cfr_hold *hold)
{
	struct stat st;

	return stat(hold->name, &st) < 0 || !same_file(&st, &hold->was) || st.st_size != hold->was.st_size ||
	       !same_time(&st.st_mtim, &hold->was.st_mtim) || !same_time(&st.st_ctim, &hold->was.st_ctim);
}

int cfr_hold_replace(const cfr_hold *hold, const cfr_str *pieces, uint32_t count, cfr_err *err)
{
	if (hold->fd >= 0 && is_changed(hold)) {
		cfr_err_set(err, CFR_E_IO, "it was changed by somebody else meanwhile");
		cfr_err_hint(err, "nothing was written; do it again");
		cfr_err_at(err, cfr_str_of(hold->name), 0, 0);
		return CFR_E_IO;
	}
	return cfr_file_replace_pieces(hold->name, pieces, count, err);
}

void cfr_hold_release(cfr_hold *hold)
{
	if (hold->fd >= 0)
		close(hold->fd);
	hold->fd = -1;
}
