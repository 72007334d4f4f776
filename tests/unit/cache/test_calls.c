/* tests/unit/cache/test_calls.c -- each system call on the files of a cache fails once, in each way that it can.
 *
 * The functions below stand in front of those of the C library, for cfgrun's code and for LMDB's. A round of work is
 * repeated with its first, second, … call failing until it meets no failure; then everything that was put must be right or
 * absent, and the cache must be of use again.
 */
#include "caching.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>

static long seen, which, met;
static int reason;		/* an errno; 0: a part is done, and no error told */

static bool fails(void)
{
	if (which == 0 || ++seen != which)
		return false;
	met++;
	errno = reason;
	return true;
}

ssize_t pread(int fd, void *to, size_t len, off_t at)
{
	if (fails()) {
		if (reason)
			return -1;
		len /= 2;
	}
	return syscall(SYS_pread64, fd, to, len, at);
}

ssize_t pwrite(int fd, const void *from, size_t len, off_t at)
{
	if (fails()) {
		if (reason)
			return -1;
		len /= 2;
	}
	return syscall(SYS_pwrite64, fd, from, len, at);
}

ssize_t writev(int fd, const struct iovec *parts, int count)
{
	if (fails()) {
		if (reason)
			return -1;
		count = 1;
	}
	return syscall(SYS_writev, fd, parts, count);
}

ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t at)
{
	if (fails()) {
		if (reason)
			return -1;
		count = 1;
	}
	return syscall(SYS_pwritev, fd, parts, count, at, 0);
}

int openat(int folder, const char *name, int flags, ...)
{
	va_list args;
	mode_t mode;

	va_start(args, flags);
	mode = flags & O_CREAT ? (mode_t)va_arg(args, int) : 0;
	va_end(args);
	return fails() && reason ? -1 : (int)syscall(SYS_openat, folder, name, flags, mode);
}

int open(const char *name, int flags, ...)
{
	va_list args;
	mode_t mode;

	va_start(args, flags);
	mode = flags & O_CREAT ? (mode_t)va_arg(args, int) : 0;
	va_end(args);
	return fails() && reason ? -1 : (int)syscall(SYS_openat, AT_FDCWD, name, flags, mode);
}

off_t lseek(int fd, off_t at, int whence) { return fails() && reason ? -1 : syscall(SYS_lseek, fd, at, whence); }

int flock(int fd, int how) { return fails() && reason ? -1 : (int)syscall(SYS_flock, fd, how); }

int renameat(int from, const char *a, int to, const char *b)
{
	return fails() && reason ? -1 : (int)syscall(SYS_renameat, from, a, to, b);
}

int mkdir(const char *name, mode_t mode) { return fails() && reason ? -1 : (int)syscall(SYS_mkdir, name, mode); }

/* --- the work --- */

static void work(cfr_cache_options *options)
{
	cfr_cache_verdict verdict;
	cfr_cache_stats stats;
	cfr_cache cache;

	cfr_cache_open(&cache, options);
	if (cache.ops) {
		for (unsigned i = 0; i < 6; i++) {
			size_t size = i == 4 ? 60000 : 100 + i * 1000;
			assert_int_not_equal(caching_get(cache, i, size), CACHING_WRONG);
			caching_put(cache, i, size);
			assert_int_not_equal(caching_get(cache, i, size), CACHING_WRONG);
		}
		cfr_cache_count(cache, 1, 1);
	}
	cfr_cache_close(cache);
	cfr_cache_read_stats(&stats, options, NULL);
	cfr_cache_verify(&verdict, options, NULL);
}

static void expect_use(cfr_cache_options *options)
{
	cfr_cache cache;

	cfr_cache_open(&cache, options);
	assert_non_null(cache.ops);
	for (unsigned i = 0; i < 6; i++)
		assert_int_not_equal(caching_get(cache, i, i == 4 ? 60000 : 100 + i * 1000), CACHING_WRONG);
	caching_put(cache, 77, 3000);
	assert_int_equal(caching_get(cache, 77, 3000), CACHING_HIT);
	cfr_cache_close(cache);
}

static void fail_each(const char *folder, bool fresh)
{
	static const int reasons[] = { ENOSPC, EIO, EINTR, EMFILE, EACCES, 0 };
	cfr_cache_options options = caching_options(folder);
	uint64_t bytes;

	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		for (long n = 1;; n++) {
			assert_true(n < 2000);
			if (fresh)
				cfr_cache_clear(&bytes, &options, NULL);
			caching_text[0] = '\0';
			reason = reasons[i];
			seen = met = 0;
			which = n;
			work(&options);
			which = 0;
			expect_use(&options);
			if (met == 0) {
				assert_true(n > 20);
				break;
			}
		}
	}
}

static void test_fresh(void **state) { fail_each(*state, true); }

static void test_in_use(void **state) { fail_each(*state, false); }

/* A disk that has no room at all for a while. */
static void test_no_space(void **state)
{
	cfr_cache_options options = caching_options(*state);
	cfr_cache cache;

	expect_use(&options);
	for (long n = 1; n < 60; n++) {
		caching_text[0] = '\0';
		cfr_cache_open(&cache, &options);
		reason = ENOSPC;
		for (unsigned i = 0; i < 10; i++) {
			seen = 0;
			which = n;
			caching_put(cache, 1000 + (unsigned)n * 10 + i, 20000);
			which = 0;
			assert_int_not_equal(caching_get(cache, 1000 + (unsigned)n * 10 + i, 20000), CACHING_WRONG);
		}
		cfr_cache_close(cache);
		assert_true(strchr(caching_notes(), '\n') == strrchr(caching_notes(), '\n'));	/* one line at most */
		assert_null(strstr(caching_notes(), "damaged"));
		expect_use(&options);
	}
}

/* Without descriptors there is no cache, and what is there stays there. */
static void test_no_descriptors(void **state)
{
	cfr_cache_options options = caching_options(*state);
	struct rlimit all, few;
	cfr_cache cache;

	expect_use(&options);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &all), 0);
	for (rlim_t most = 3; most < 16; most++) {
		few = (struct rlimit){ most, all.rlim_max };
		caching_text[0] = '\0';
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
		cfr_cache_open(&cache, &options);
		if (cache.ops)
			caching_put(cache, 2000 + (unsigned)most, 3000);
		cfr_cache_close(cache);
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &all), 0);
		assert_null(strstr(caching_notes(), "anew"));
		cfr_cache_open(&cache, &options);
		assert_int_equal(caching_get(cache, 77, 3000), CACHING_HIT);
		cfr_cache_close(cache);
	}
}

static long calls_of_a_put(const char *folder, unsigned number)
{
	cfr_cache_options options = caching_options(folder);
	cfr_cache cache;

	cfr_cache_open(&cache, &options);
	seen = 0;
	which = 1000000;
	caching_put(cache, number, 3000);
	which = 0;
	assert_int_equal(caching_get(cache, number, 3000), CACHING_HIT);
	cfr_cache_close(cache);
	return seen;
}

/* A file that looks as it was left is not looked at page by page; one that was touched is, once. */
static void test_left_in_order(void **state)
{
	cfr_cache_options options = caching_options(*state);
	char name[600];
	cfr_cache cache;

	cfr_cache_open(&cache, &options);
	for (unsigned i = 0; i < 300; i++)
		caching_put(cache, i, 3000);
	cfr_cache_close(cache);
	snprintf(name, sizeof(name), "%s/v1.mdb", (char *)*state);
	assert_in_range(calls_of_a_put(*state, 1000), 5, 40);
	assert_in_range(calls_of_a_put(*state, 1001), 5, 40);
	assert_int_equal(utimensat(AT_FDCWD, name, NULL, 0), 0);
	assert_in_range(calls_of_a_put(*state, 1002), 300, 1000);
	assert_in_range(calls_of_a_put(*state, 1003), 5, 40);
	assert_string_equal(caching_notes(), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		caching_test(test_fresh), caching_test(test_in_use), caching_test(test_no_space), caching_test(test_no_descriptors),
		caching_test(test_left_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
