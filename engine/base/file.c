/* engine/base/file.c -- whole files in, whole files out.
 *
 * A replacement is written beside the file and renamed over it, so that a reader sees the old bytes or the new ones
 * and a crash at any moment leaves one of them. It is synced before the rename (a rename may reach the disk before
 * the data it names) and the folder afterwards. Mode and owner are the old file's, or nothing is replaced; other hard
 * links to the old file keep the old bytes.
 */
#include "engine/base/file.h"

#include "engine/base/hash.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

const char *cfr_io_reason(char room[CFR_REASON], int number)
{
	switch (number) {
	case ENOENT: return "no such file or folder";
	case EACCES: return "permission denied";
	case EPERM: return "not permitted";
	case EISDIR: return "it is a folder";
	case ENOTDIR: return "a part of its name is no folder";
	case ELOOP: return "too many symbolic links";
	case ENAMETOOLONG: return "its name is too long";
	case ENOSPC: return "no space left on the device";
	case EDQUOT: return "the disk quota is used up";
	case EROFS: return "the file system is read-only";
	case EFBIG: return "it would become too large";
	case EMFILE:
	case ENFILE: return "too many open files";
	case EIO: return "the device failed";
	case EXDEV: return "it lies on another file system";
	case EBUSY:
	case ETXTBSY: return "it is in use";
	case EBADF: return "it is closed";
	case EEXIST: return "it is there already";
	case ENOMEM: return "out of memory";
	default:
		snprintf(room, CFR_REASON, "system error %d", number);
		return room;
	}
}

static int io_error(cfr_err *err, const char *what, cfr_str name, int number)
{
	char room[CFR_REASON];

	if (number == ENOMEM)
		return cfr_err_nomem(err);
	cfr_err_set(err, CFR_E_IO, "%s%s: %s", what, name.len ? "" : " ''", cfr_io_reason(room, number));
	cfr_err_at(err, name, 0, 0);
	return CFR_E_IO;
}

static int too_large(cfr_err *err, cfr_str name, const cfr_limits *limits)
{
	cfr_err_limit(err, limits, CFR_LIMIT_FILE);
	cfr_err_at(err, name, 0, 0);
	return CFR_E_LIMIT;
}

/* Reads to the end, which a size known beforehand only guesses: files grow. `guess` bytes are tried first. */
static int read_all(cfr_buf *out, int fd, size_t guess, cfr_str name, const cfr_limits *limits, cfr_err *err)
{
	uint64_t max = limits ? limits->of[CFR_LIMIT_FILE] : cfr_limit_default(CFR_LIMIT_FILE);
	size_t start = out->len, room = guess + 1;
	int r;

	for (;;) {
		char *at = cfr_buf_room(out, room);
		ssize_t n;

		if (!at) {
			r = cfr_buf_check(out, err);
			break;
		}
		do
			n = read(fd, at, room);
		while (n < 0 && errno == EINTR);
		if (n < 0) {
			r = io_error(err, "cannot read", name, errno);
			break;
		}
		if (n == 0) {
			at[0] = '\0';
			return 0;
		}
		out->len += (size_t)n;
		if (out->len - start > max) {
			r = too_large(err, name, limits);
			break;
		}
		room = (size_t)n < room ? room - (size_t)n : 64 << 10;
	}
	out->len = start;
	if (out->ptr)
		out->ptr[start] = '\0';
	return r;
}

int cfr_fd_read(cfr_buf *out, int fd, cfr_str name, const cfr_limits *limits, cfr_err *err)
{
	return read_all(out, fd, 64 << 10, name, limits, err);
}

/* Until a pipe has bytes or all its writers are gone; from here on reading may wait. */
static int await(int fd)
{
	struct pollfd one = { .fd = fd, .events = POLLIN };
	int flags = fcntl(fd, F_GETFL), n;

	do
		n = poll(&one, 1, -1);
	while (n < 0 && errno == EINTR);
	return n < 0 || flags < 0 ? -1 : fcntl(fd, F_SETFL, flags & ~O_NONBLOCK);
}

int cfr_file_open(int *out, const char *name, cfr_err *err)
{
	int fd;

	do	/* NONBLOCK: opening would wait for what is no file, too */
		fd = open(name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	while (fd < 0 && errno == EINTR);
	if (fd < 0)
		return io_error(err, "cannot open", cfr_str_of(name), errno);
	*out = fd;
	return 0;
}

int cfr_file_read_open(cfr_buf *out, int fd, cfr_str name, const cfr_limits *limits, cfr_err *err)
{
	uint64_t max = limits ? limits->of[CFR_LIMIT_FILE] : cfr_limit_default(CFR_LIMIT_FILE);
	struct stat st;
	int r;

	if (fstat(fd, &st) < 0)
		return io_error(err, "cannot read", name, errno);
	if (S_ISDIR(st.st_mode))
		return io_error(err, "cannot read", name, EISDIR);
	if (S_ISFIFO(st.st_mode) || S_ISCHR(st.st_mode))
		return await(fd) < 0 ? io_error(err, "cannot read", name, errno) : cfr_fd_read(out, fd, name, limits, err);
	if (!S_ISREG(st.st_mode)) {
		r = cfr_err_set(err, CFR_E_IO, "cannot read: neither a file nor a pipe");
		cfr_err_at(err, name, 0, 0);
		return r;
	}
	if ((uint64_t)st.st_size > max)
		return too_large(err, name, limits);
	return read_all(out, fd, (size_t)st.st_size, name, limits, err);
}

int cfr_file_read(cfr_buf *out, const char *name, const cfr_limits *limits, cfr_err *err)
{
	int fd, r = cfr_file_open(&fd, name, err);

	if (r < 0)
		return r;
	r = cfr_file_read_open(out, fd, cfr_str_of(name), limits, err);
	close(fd);
	return r;
}

/* --- stamps --- */

/* Does another machine set the times of this file system, or a process as it likes? Then they say nothing beside our clock. */
static bool foreign_clock(int fd)
{
	static const uint32_t kinds[] = {
		0x6969, 0x517B, 0xFF534D42, 0xFE534D42, 0x65735546,	/* NFS, SMB, CIFS, SMB2, FUSE */
		0x01021997, 0x00C36400, 0x5346414F, 0x6B414653, 0x73757245,	/* 9p, Ceph, AFS, AFS, Coda */
		0x0BD00BD0, 0x786F4256, 0x01161970, 0x47504653, 0x19830326 };	/* Lustre, vboxsf, GFS2, GPFS, BeeGFS */
	struct statfs fs;

	if (fstatfs(fd, &fs) < 0)
		return true;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		if ((uint32_t)fs.f_type == kinds[i])
			return true;
	}
	return false;
}

/* Wraps for years that no clock shows. */
static int64_t nanoseconds(struct timespec t)
{
	return (int64_t)((uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec);
}

void cfr_file_look(cfr_file_stamp *out, int fd)
{
	struct timespec now;
	struct stat st;

	*out = (cfr_file_stamp){ 0 };
	/* The clock first: a change while we look comes after it. */
	if (clock_gettime(CLOCK_REALTIME, &now) < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return;
	*out = (cfr_file_stamp){ .device = (uint64_t)st.st_dev, .inode = (uint64_t)st.st_ino, .size = (uint64_t)st.st_size,
				 .mtime = nanoseconds(st.st_mtim), .ctime = nanoseconds(st.st_ctim),
				 .seen = foreign_clock(fd) ? 0 : nanoseconds(now) };
}

bool cfr_file_same(const cfr_file_stamp *a, const cfr_file_stamp *b)
{
	return a->device == b->device && a->inode == b->inode && a->size == b->size && a->mtime == b->mtime &&
	       a->ctime == b->ctime;
}

/* The pieces one behind the other, a few with each call. */
static int write_all(int fd, const cfr_str *pieces, uint32_t count)
{
	size_t done = 0;		/* of the first piece that is left */

	while (count) {
		struct iovec some[16];
		int n = 0;
		ssize_t wrote;

		for (uint32_t i = 0; i < count && n < 16; i++) {
			cfr_str piece = cfr_str_sub(pieces[i], i ? 0 : done, pieces[i].len);
			some[n++] = (struct iovec){ (void *)(uintptr_t)piece.ptr, piece.len };
		}
		wrote = writev(fd, some, n);
		if (wrote < 0) {
			if (errno == EINTR)
				continue;
			return -1;
		}
		for (done += (size_t)wrote; count && done >= pieces->len; pieces++, count--)
			done -= pieces->len;
	}
	return 0;
}

/* A new file beside `target`; its name goes to `temp`. */
static int open_beside(cfr_buf *temp, cfr_str target, mode_t mode)
{
	size_t folder = target.len;
	int fd = -1;

	while (folder > 0 && target.ptr[folder - 1] != '/')
		folder--;
	for (int tries = 0; tries < 16; tries++) {
		cfr_hash_key random;

		cfr_hash_seed(&random);
		cfr_buf_clear(temp);
		cfr_buf_add(temp, target.ptr, folder);
		cfr_buf_addf(temp, ".cfgrun-%016" PRIx64, random.k0 ^ random.k1);
		if (temp->failed) {
			errno = ENOMEM;
			return -1;
		}
		fd = open(temp->ptr, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
		if (fd >= 0 || (errno != EEXIST && errno != EINTR))
			break;
	}
	return fd;
}

/* So that the rename itself survives a crash. Some file systems refuse; the replacement has happened all the same, so
 * there is nothing to report. */
static void sync_folder(char *temp)
{
	char *slash = strrchr(temp, '/');
	int fd;

	if (slash)
		slash[slash == temp] = '\0';
	fd = open(slash ? temp : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0) {
		(void)fsync(fd);
		close(fd);
	}
}

/* Everything about the new file that is done before it takes its place. Sets `what` for the message. */
static int fill(int fd, const cfr_str *pieces, uint32_t count, const struct stat *old, const char **what)
{
	struct stat st;

	*what = "cannot write";
	if (write_all(fd, pieces, count) < 0)
		return -1;
	if (old) {
		*what = "cannot keep the file's owner and mode";
		if (fstat(fd, &st) < 0)
			return -1;
		if ((st.st_uid != old->st_uid || st.st_gid != old->st_gid) &&
		    fchown(fd, old->st_uid, old->st_gid) < 0)
			return -1;
		if (fchmod(fd, old->st_mode & 07777) < 0)
			return -1;
	}
	*what = "cannot write";
	return fsync(fd);
}

int cfr_file_replace(const char *name, cfr_str bytes, cfr_err *err)
{
	return cfr_file_replace_pieces(name, &bytes, 1, err);
}

int cfr_file_replace_pieces(const char *name, const cfr_str *pieces, uint32_t count, cfr_err *err)
{
	cfr_buf temp = CFR_BUF_INIT;
	cfr_str z = cfr_str_of(name);
	const char *target = name, *what = "cannot write";
	char *real = NULL;
	struct stat st;
	bool is_old = stat(name, &st) == 0, made = false;
	int r = 0, fd = -1;

	if (is_old) {
		if (!S_ISREG(st.st_mode)) {
			r = cfr_err_set(err, CFR_E_IO, "cannot replace: not a regular file");
			cfr_err_at(err, z, 0, 0);
			return r;
		}
		target = real = realpath(name, NULL);
	} else if (errno != ENOENT || lstat(name, &st) == 0) {
		/* A link that leads nowhere: replacing the link would surprise, and so would making its target. */
		return io_error(err, "cannot write", z, errno ? errno : ENOENT);
	}
	if (!target)
		goto failed;
	fd = open_beside(&temp, cfr_str_of(target), is_old ? 0600 : 0666);
	if (fd < 0)
		goto failed;
	made = true;
	if (fill(fd, pieces, count, is_old ? &st : NULL, &what) < 0)
		goto failed;
	r = close(fd);
	fd = -1;
	if (r < 0 || rename(temp.ptr, target) < 0)
		goto failed;
	made = false;
	sync_folder(temp.ptr);
	r = 0;
	goto done;
failed:
	r = io_error(err, what, z, errno);
done:
	if (fd >= 0)
		close(fd);
	if (made)
		unlink(temp.ptr);
	cfr_buf_release(&temp);
	free(real);
	return r;
}
