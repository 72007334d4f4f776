/* cache/folder.c -- see folder.h.
 *
 * Writers exclude each other by flock on v1.state, not by a mutex within the file as LMDB has it: the kernel takes a lock
 * of that kind from whoever dies, and nobody needs to wait for one who was stopped. Readers take none.
 */
#include "cache/folder.h"

#include "engine/base/file.h"
#include "engine/base/str.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

enum { PATIENCE = 40 };		/* milliseconds that one cache spends on waiting, all in all, while it gets no lock */

void cfr__folder_init(cfr__folder *folder)
{
	*folder = (cfr__folder){ .fd = -1, .state = -1, .patience = PATIENCE };
}

void cfr__folder_close(cfr__folder *folder)
{
	if (folder->fd >= 0)
		close(folder->fd);
	if (folder->state >= 0)
		close(folder->state);
	free(folder->name);
	cfr__folder_init(folder);
}

int cfr__folder_name(cfr__folder *folder, const char *name, cfr_err *err)
{
	char here[PATH_MAX] = "", room[CFR_REASON];
	cfr_buf full = CFR_BUF_INIT;
	int r;

	if (*name != '/' && !getcwd(here, sizeof(here))) {
		r = cfr_err_set(err, CFR_E_IO,
		                "the folder of the cache is named from the current one, which is gone: %s",
		                cfr_io_reason(room, errno));
		cfr_err_hint(err, "begin its name with a slash");
		cfr_err_at(err, cfr_str_of(name), 0, 0);
		return r;
	}
	if (*name != '/')
		cfr_buf_addf(&full, "%s/", strcmp(here, "/") == 0 ? "" : here);
	cfr_buf_addz(&full, name);
	r = cfr_buf_check(&full, err);
	if (r == 0)
		folder->name = full.ptr;
	else
		cfr_buf_release(&full);
	return r;
}

/* --- can it be trusted? --- */

/* File systems whose pages other machines can change, or that promise little about locks and maps. */
static const char *far_away(int64_t kind)
{
	static const struct {
		uint32_t magic;
		const char *name;
	} known[] = {
		{ 0x6969, "NFS" }, { 0x517b, "SMB" }, { 0xfe534d42, "SMB" }, { 0xff534d42, "CIFS" },
		{ 0x5346414f, "AFS" }, { 0x6b414653, "AFS" }, { 0x01021997, "9P" }, { 0x65735546, "FUSE" },
		{ 0x00c36400, "Ceph" },
		{ 0x0bd00bd0, "Lustre" }, { 0x564c, "NCP" }, { 0x73757245, "Coda" }, { 0x01161970, "GFS2" },
		{ 0x7461636f, "OCFS2" }, { 0x47504653, "GPFS" }, { 0xaad7aaea, "PanFS" },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (known[i].magic == (uint32_t)kind)
			return known[i].name;
	}
	return NULL;
}

static int refuse(cfr_err *err, const cfr__folder *folder, const char *why)
{
	cfr_err_set(err, CFR_E_IO, "%s", why);
	cfr_err_hint(err, "CFGRUN_CACHE names another one");
	cfr_err_at(err, cfr_str_of(folder->name), 0, 0);
	return CFR_E_IO;
}

/* The same for what the system has refused. */
static int refuse_as(cfr_err *err, const cfr__folder *folder, const char *what, int number)
{
	char why[128], room[CFR_REASON];

	snprintf(why, sizeof(why), "%s: %s", what, cfr_io_reason(room, number));
	return refuse(err, folder, why);
}

static int judge(const cfr__folder *folder, int fd, cfr_err *err)
{
	struct statfs fs;
	struct stat st;
	const char *far;
	char why[96];

	if (fstat(fd, &st) < 0 || fstatfs(fd, &fs) < 0)
		return refuse(err, folder, "the folder of the cache cannot be looked at");
	if (st.st_uid != geteuid())
		return refuse(err, folder, "the folder of the cache belongs to another user");
	if (st.st_mode & (S_IWGRP | S_IWOTH))
		return refuse(err, folder, "others can write to the folder of the cache");
	far = far_away(folder->file_system ? folder->file_system : (int64_t)fs.f_type);
	if (far) {
		snprintf(why, sizeof(why), "the folder of the cache lies on a file system of a network (%s)", far);
		return refuse(err, folder, why);
	}
	return 0;
}

int cfr__folder_file(const cfr__folder *folder, const char *name, int flags)
{
	int fd = openat(folder->fd, name, flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0600);
	struct stat st;

	if (fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOMEM))
		return CFR_E_NOMEM;
	if (fd < 0)
		return errno == ENOENT ? -1 : CFR_E_IO;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_uid != geteuid() ||
	    (st.st_mode & (S_IWGRP | S_IWOTH))) {
		close(fd);
		return CFR_E_IO;
	}
	return fd;
}

/* --- opening --- */

/* The folder and those above it, for the user alone. */
static bool make_folders(char *name)
{
	for (char *at = name + 1;; at++) {
		char was = *at;
		if (was != '/' && was != '\0')
			continue;
		*at = '\0';
		int r = mkdir(name, 0700);
		*at = was;
		if (r < 0 && errno != EEXIST && errno != EISDIR && (was == '\0' || (errno != EACCES && errno != EROFS)))
			return false;
		if (was == '\0')
			return true;
	}
}

static int open_folder(cfr__folder *folder, bool make, cfr_err *err)
{
	static const char made[] = "the folder of the cache cannot be made";
	static const char opened[] = "the folder of the cache cannot be opened";
	int fd = -1, r;

	for (int round = 0; round < 2; round++) {
		fd = open(folder->name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fd >= 0 || errno != ENOENT || !make || round)
			break;
		if (!make_folders(folder->name))
			return refuse_as(err, folder, made, errno);
	}
	if (fd < 0 && errno == ENOENT && !make)
		return CFR_E_NOTFOUND;
	if (fd < 0)
		return refuse_as(err, folder, errno == ENOENT ? made : opened, errno);
	r = judge(folder, fd, err);
	if (r < 0) {
		close(fd);
		return r;
	}
	folder->fd = fd;
	return 0;
}

int cfr__folder_open(cfr__folder *folder, bool make, cfr_err *err)
{
	static const char what[] = "nothing can be written to the folder of the cache: " CFR__STATE;
	static const char foreign[] = "nothing can be written to the folder of the cache: " CFR__STATE
	                              " is not this user's alone";
	int fd, r = folder->fd >= 0 ? 0 : open_folder(folder, make, err);

	if (r < 0 || folder->state >= 0)
		return r;
	errno = 0;
	fd = cfr__folder_file(folder, CFR__STATE, make ? O_RDWR | O_CREAT : O_RDWR);
	if (fd >= 0 || !make) {
		folder->state = fd >= 0 ? fd : -1;
		return 0;
	}
	if (!errno)
		return refuse(err, folder, foreign);
	return refuse_as(err, folder, what, errno);
}

/* --- the lock --- */

static bool is_current(const cfr__folder *folder)
{
	struct stat own, named;

	return fstat(folder->state, &own) == 0 && fstatat(folder->fd, CFR__STATE, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
	       own.st_ino == named.st_ino && own.st_dev == named.st_dev;
}

bool cfr__folder_lock(cfr__folder *folder)
{
	for (long micros = 250;; micros = micros < 4000 ? micros * 2 : 4000) {
		if (flock(folder->state, LOCK_EX | LOCK_NB) == 0) {
			if (is_current(folder)) {
				folder->patience = folder->patience > PATIENCE ? folder->patience : PATIENCE;
				return true;
			}
			/* Somebody removed the file: what it excluded, another one does. */
			close(folder->state);
			folder->state = cfr__folder_file(folder, CFR__STATE, O_RDWR | O_CREAT);
			if (folder->state < 0) {
				folder->state = -1;
				return false;
			}
		} else if (errno != EWOULDBLOCK && errno != EINTR) {
			return false;
		}
		if (folder->patience <= 0)
			return false;
		nanosleep(&(struct timespec){ 0, micros * 1000 }, NULL);
		folder->patience -= micros < 1000 ? 1 : (int)(micros / 1000);
	}
}

void cfr__folder_unlock(cfr__folder *folder)
{
	if (folder->state >= 0)
		flock(folder->state, LOCK_UN);
}

/* --- the state --- */

static const char MAGIC[8] = { 'c', 'f', 'g', 'r', 'u', 'n', 'c', '1' };

static cfr_checksum sum_of(const cfr__state *state)
{
	cfr_str bytes = { (const char *)state, offsetof(cfr__state, sum) };

	return cfr_checksum_of(&bytes, 1);
}

void cfr__state_read(cfr__state *out, const cfr__folder *folder)
{
	ssize_t n = folder->state < 0 ? 0 : pread(folder->state, out, sizeof(*out), 0);

	if (n == (ssize_t)sizeof(*out) && memcmp(out->magic, MAGIC, sizeof(MAGIC)) == 0 &&
	    cfr_checksum_eq(out->sum, sum_of(out)))
		return;
	memset(out, 0, sizeof(*out));
	memcpy(out->magic, MAGIC, sizeof(MAGIC));
	out->since = (int64_t)time(NULL);
}

void cfr__state_write(const cfr__folder *folder, cfr__state *state)
{
	state->sum = sum_of(state);
	if (pwrite(folder->state, state, sizeof(*state), 0) != (ssize_t)sizeof(*state))
		return;		/* the next to read it finds a wrong checksum */
}

void cfr__state_count(cfr__state *state, uint64_t hits, uint64_t misses, int64_t now)
{
	int64_t hour = now > 0 ? now / 3600 : 0;
	cfr__hour *slot = &state->hours[hour % CFR_CACHE_HOURS];

	if (slot->hour != hour)
		*slot = (cfr__hour){ .hour = hour };
	slot->hits += hits;
	slot->misses += misses;
	state->hits += hits;
	state->misses += misses;
}

/* --- marks --- */

/* The kernel's name for this start of the machine: what was written before it may have been lost since. */
static void read_boot(uint8_t out[16])
{
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	char text[64];
	ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof(text));
	cfr_str bytes = { text, n > 0 ? (size_t)n : 0 };

	if (bytes.len) {
		cfr_checksum sum = cfr_checksum_of(&bytes, 1);
		memcpy(out, &sum, 16);
	}
	if (fd >= 0)
		close(fd);
}

cfr__mark cfr__mark_of(cfr__folder *folder, const struct stat *st)
{
	static const uint8_t unknown[16];
	cfr__mark mark;

	if (memcmp(folder->boot, unknown, 16) == 0)
		read_boot(folder->boot);

	memset(&mark, 0, sizeof(mark));
	mark.size = (uint64_t)st->st_size;
	mark.inode = (uint64_t)st->st_ino;
	mark.device = (uint64_t)st->st_dev;
	mark.mtime = (int64_t)st->st_mtim.tv_sec;
	mark.mtime_ns = (int64_t)st->st_mtim.tv_nsec;
	mark.ctime = (int64_t)st->st_ctim.tv_sec;
	mark.ctime_ns = (int64_t)st->st_ctim.tv_nsec;
	memcpy(mark.boot, folder->boot, 16);
	return mark;
}

bool cfr__mark_same(const cfr__mark *a, const cfr__mark *b)
{
	static const uint8_t unknown[16];

	return memcmp(a, b, sizeof(*a)) == 0 && memcmp(a->boot, unknown, 16) != 0;
}
