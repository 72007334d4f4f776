/* tests/unit/cache/test_processes.c -- many processes, some of which are stopped or killed in the midst of it; and folders
 * that are not to be trusted.
 */
#include "caching.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void pause_us(long us)
{
	nanosleep(&(struct timespec){ us / 1000000, us % 1000000 * 1000 }, NULL);
}

static size_t size_of(unsigned number)
{
	return 10 + number * 977 % 9000 + (number % 10 == 3 ? 150000 : 0);
}

/* Writes for ever, each record over and over. */
static void write_on(const char *folder, unsigned from, bool pauses)
{
	cfr_cache_options options = { .folder = folder, .size = 8 << 20 };
	cfr_cache cache;

	for (;;) {
		cfr_cache_open(&cache, &options);
		for (unsigned i = 0; i < 60; i++) {
			unsigned number = (from + i * 13) % 60;
			caching_put(cache, number, size_of(number));
			caching_put(cache, 100 + number, size_of(number) / 2);
			if (pauses)
				pause_us(200);
		}
		cfr_cache_close(cache);
	}
}

static void expect_right(const char *folder, const cfr_cache_options *options, unsigned fresh)
{
	cfr_cache cache;

	(void)folder;
	cfr_cache_open(&cache, options);
	assert_non_null(cache.ops);
	for (unsigned i = 0; i < 60; i++)
		assert_int_not_equal(caching_get(cache, i, size_of(i)), CACHING_WRONG);
	caching_put(cache, fresh, 3000);
	assert_int_equal(caching_get(cache, fresh, 3000), CACHING_HIT);
	cfr_cache_close(cache);
}

/* kill -9 at any moment: the others find what was put, or nothing, and can write at once. */
static void test_killed(void **state)
{
	unsigned count = getenv("CFR_KILLS") ? (unsigned)atoi(getenv("CFR_KILLS")) : 300, random = 99;
	cfr_cache_options options = caching_options(*state);
	cfr_cache_verdict verdict;

	options.size = 8 << 20;
	for (unsigned i = 0; i < count; i++) {
		pid_t child = fork();
		if (child == 0)
			write_on(*state, i, false);
		random = random * 1664525u + 1013904223u;
		pause_us((long)(random >> 8) % (i % 4 ? 6000 : 1500));
		kill(child, SIGKILL);
		assert_int_equal(waitpid(child, NULL, 0), child);
		expect_right(*state, &options, 1000 + i);
	}
	assert_int_equal(cfr_cache_verify(&verdict, &options, NULL), 0);
	assert_int_equal(verdict.removed, 0);
	assert_false(verdict.moved);
	assert_string_equal(caching_notes(), "");
}

/* A writer that is stopped keeps nobody waiting. */
static void test_stopped(void **state)
{
	cfr_cache_options options = caching_options(*state);
	unsigned skipped = 0;
	cfr_cache cache;
	pid_t child;

	cfr_cache_open(&cache, &options);
	for (unsigned i = 0; i < 60; i++)
		caching_put(cache, i, size_of(i));
	cfr_cache_close(cache);
	child = fork();
	if (child == 0)
		write_on(*state, 0, false);
	for (unsigned i = 0; i < 40; i++) {
		double start;
		pause_us(3000 + i * 100);
		kill(child, SIGSTOP);
		start = now();
		cfr_cache_open(&cache, &options);
		for (unsigned n = 0; n < 20; n++) {
			assert_int_equal(caching_get(cache, n, size_of(n)), CACHING_HIT);
			caching_put(cache, 2000 + i * 20 + n, 100);
		}
		skipped += caching_get(cache, 2000 + i * 20, 100) == CACHING_MISS;
		cfr_cache_close(cache);
		assert_true(now() - start < 10);
		kill(child, SIGCONT);
	}
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	assert_true(skipped > 0);	/* it was stopped while it wrote */
	assert_non_null(strstr(caching_notes(), "another process is writing to the cache"));
}

/* The same with certainty: one holds the lock and does not come back. */
static void test_lock_is_held(void **state)
{
	cfr_cache_options options = caching_options(*state);
	cfr_cache_stats stats;
	char name[600];
	cfr_cache cache;
	double start;
	pid_t child;

	cfr_cache_open(&cache, &options);
	caching_put(cache, 1, 1000);
	cfr_cache_close(cache);
	snprintf(name, sizeof(name), "%s/v1.state", (char *)*state);
	child = fork();
	if (child == 0) {
		flock(open(name, O_RDWR), LOCK_EX);
		raise(SIGSTOP);
		_exit(0);
	}
	waitpid(child, NULL, WUNTRACED);
	start = now();
	cfr_cache_open(&cache, &options);
	for (unsigned i = 1; i < 1000; i++) {
		assert_int_equal(caching_get(cache, i, 1000), i == 1 ? CACHING_HIT : CACHING_MISS);
		caching_put(cache, i, 1000);
	}
	cfr_cache_close(cache);
	assert_true(now() - start < 10);
	assert_int_equal(cfr_cache_read_stats(&stats, &options, NULL), 0);
	assert_int_equal(stats.records, 1);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	cfr_cache_open(&cache, &options);
	caching_put(cache, 2, 1000);
	assert_int_equal(caching_get(cache, 2, 1000), CACHING_HIT);
	cfr_cache_close(cache);
}

static void test_two_hundred(void **state)
{
	cfr_cache_options options = caching_options(*state);
	cfr_cache_verdict verdict;
	cfr_cache_stats stats;
	unsigned wrong = 0;
	double start = now();

	for (unsigned i = 0; i < 200; i++) {
		pid_t child = fork();
		assert_true(child >= 0);
		if (child == 0) {
			cfr_cache cache;
			int status = 0;
			cfr_cache_open(&cache, &(cfr_cache_options){ .folder = *state });
			for (unsigned n = 0; n < 20; n++) {
				caching_outcome outcome = caching_get(cache, n, size_of(n));
				status |= outcome == CACHING_WRONG;
				if (outcome == CACHING_MISS)
					caching_put(cache, n, size_of(n));
			}
			cfr_cache_count(cache, 20, 1);
			cfr_cache_close(cache);
			_exit(status);
		}
	}
	for (unsigned i = 0; i < 200; i++) {
		int status;
		assert_true(wait(&status) > 0);
		wrong += status != 0;
	}
	assert_int_equal(wrong, 0);
	assert_true(now() - start < 60);
	assert_int_equal(cfr_cache_verify(&verdict, &options, NULL), 0);
	assert_int_equal(verdict.records, 20);
	assert_int_equal(verdict.removed, 0);
	assert_false(verdict.moved);
	assert_int_equal(cfr_cache_read_stats(&stats, &options, NULL), 0);
	assert_in_range(stats.hits, 20, 4000);
	assert_int_equal(stats.hits, 20 * stats.misses);
}

/* Who is forked reads; writing is left to the one who opened it, with whom the lock would be shared. */
static void test_forked(void **state)
{
	cfr_cache_options options = caching_options(*state);
	cfr_cache cache;
	int status;
	pid_t child;

	cfr_cache_open(&cache, &options);
	caching_put(cache, 1, 1000);
	child = fork();
	if (child == 0) {
		status = caching_get(cache, 1, 1000) == CACHING_HIT ? 0 : 1;
		caching_put(cache, 2, 1000);
		_exit(status | (caching_get(cache, 2, 1000) == CACHING_MISS ? 0 : 2));
	}
	waitpid(child, &status, 0);
	assert_int_equal(status, 0);
	caching_put(cache, 2, 1000);
	assert_int_equal(caching_get(cache, 2, 1000), CACHING_HIT);
	cfr_cache_close(cache);
}

/* --- places --- */

static void expect_refused(void **state, const char *why)
{
	cfr_cache_options options = caching_options(*state);
	cfr_err err = CFR_ERR_INIT;
	cfr_cache_stats stats;
	cfr_cache cache;

	caching_text[0] = '\0';
	cfr_cache_open(&cache, &options);
	assert_null(cache.ops);
	cfr_cache_close(cache);
	assert_non_null(strstr(caching_notes(), why));
	assert_ptr_equal(strchr(caching_notes(), '\n'), caching_notes() + strlen(caching_notes()) - 1);
	assert_int_equal(cfr_cache_read_stats(&stats, &options, &err), CFR_E_IO);
	assert_non_null(strstr(err.message, why));
}

static void test_not_trusted(void **state)
{
	cfr_cache_options options = caching_options(*state);
	struct stat st;
	cfr_cache cache;

	cfr_cache_open(&cache, &options);
	caching_put(cache, 1, 1000);
	assert_int_equal(caching_get(cache, 1, 1000), CACHING_HIT);
	cfr_cache_close(cache);
	assert_int_equal(stat(*state, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	assert_int_equal(chmod(*state, 0770), 0);
	expect_refused(state, "others can write to the folder of the cache");
	assert_int_equal(chmod(*state, 0702), 0);
	expect_refused(state, "others can write to the folder of the cache");
	assert_int_equal(chmod(*state, 0755), 0);
	if (geteuid() == 0) {
		assert_int_equal(chown(*state, 12345, (gid_t)-1), 0);
		expect_refused(state, "the folder of the cache belongs to another user");
		assert_int_equal(chown(*state, 0, (gid_t)-1), 0);
	}
	cfr_cache_open(&cache, &options);
	assert_int_equal(caching_get(cache, 1, 1000), CACHING_HIT);
	cfr_cache_close(cache);
}

static void test_network(void **state)
{
	static const int64_t kinds[] = { 0x6969, 0x517b, 0xff534d42, 0x5346414f, 0x01021997, 0x65735546, 0x00c36400,
					 0x0bd00bd0 };
	cfr_cache_options options = caching_options(*state);
	cfr_cache cache;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		caching_text[0] = '\0';
		options.file_system = kinds[i];
		cfr_cache_open(&cache, &options);	/* not there yet: told when it is to be made */
		if (cache.ops) {
			caching_put(cache, 1, 10);
			caching_put(cache, 2, 10);
			assert_int_equal(caching_get(cache, 1, 10), CACHING_MISS);
			cfr_cache_close(cache);
		}
		assert_non_null(strstr(caching_notes(), "the folder of the cache lies on a file system of a network ("));
		assert_ptr_equal(strchr(caching_notes(), '\n'), caching_notes() + strlen(caching_notes()) - 1);
	}
}

/* As a user who may read, and nothing else. */
static int read_only_child(const char *folder)
{
	cfr_cache_options options = { .folder = folder, .note = caching_note };
	cfr_cache cache;
	int status = 0;

	cfr_cache_open(&cache, &options);
	if (!cache.ops || caching_get(cache, 1, 1000) != CACHING_HIT)
		status |= 1;
	if (cache.ops) {
		caching_put(cache, 2, 1000);
		caching_put(cache, 3, 1000);
		status |= caching_get(cache, 2, 1000) == CACHING_MISS ? 0 : 2;
		cfr_cache_close(cache);
	}
	status |= strstr(caching_notes(), "nothing can be written to the folder of the cache") ? 0 : 4;
	return status | (strchr(caching_notes(), '\n') == caching_notes() + strlen(caching_notes()) - 1 ? 0 : 8);
}

static void test_read_only(void **state)
{
	cfr_cache_options options = caching_options(*state);
	char name[600], *slash;
	cfr_cache cache;
	int status;
	pid_t child;

	cfr_cache_open(&cache, &options);
	caching_put(cache, 1, 1000);
	cfr_cache_close(cache);
	if (geteuid() == 0) {
		static const char *const files[] = { "/v1.mdb", "/v1.state", "" };
		for (int i = 0; i < 3; i++) {
			snprintf(name, sizeof(name), "%s%s", (char *)*state, files[i]);
			assert_int_equal(chown(name, 54321, 54321), 0);
		}
		snprintf(name, sizeof(name), "%s", (char *)*state);
		slash = strrchr(name, '/');
		*slash = '\0';
		assert_int_equal(chmod(name, 0755), 0);
	}
	snprintf(name, sizeof(name), "%s/v1.state", (char *)*state);
	assert_int_equal(chmod(name, 0400), 0);
	snprintf(name, sizeof(name), "%s/v1.mdb", (char *)*state);
	assert_int_equal(chmod(name, 0400), 0);
	assert_int_equal(chmod(*state, 0500), 0);
	child = fork();
	if (child == 0) {
		if (geteuid() == 0 && (setgid(54321) < 0 || setuid(54321) < 0))
			_exit(99);
		_exit(read_only_child(*state));
	}
	waitpid(child, &status, 0);
	assert_int_equal(chmod(*state, 0700), 0);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

/* Another format has other files, and they do not meet. */
static void test_other_version(void **state)
{
	cfr_cache_options options = caching_options(*state);
	char name[600];
	cfr_cache cache;
	int fd;

	assert_int_equal(mkdir(*state, 0700), 0);
	snprintf(name, sizeof(name), "%s/v2.mdb", (char *)*state);
	fd = open(name, O_CREAT | O_WRONLY, 0600);
	assert_int_equal(write(fd, "what will be", 12), 12);
	close(fd);
	cfr_cache_open(&cache, &options);
	caching_put(cache, 1, 1000);
	assert_int_equal(caching_get(cache, 1, 1000), CACHING_HIT);
	cfr_cache_close(cache);
	assert_int_equal(access(name, F_OK), 0);
	assert_string_equal(caching_notes(), "");
}

/* A disk that is full, where one can be mounted. */
static void test_full_disk(void **state)
{
	cfr_cache_options options = caching_options(*state);
	unsigned hits = 0;
	cfr_cache cache;
	int status;
	pid_t child = fork();

	if (child == 0) {
		_exit(unshare(CLONE_NEWNS) < 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
		      mkdir(*state, 0700) < 0 || mount("none", *state, "tmpfs", 0, "size=1m,mode=0700") < 0 ? 77 : 0);
	}
	waitpid(child, &status, 0);
	if (WEXITSTATUS(status) != 0)
		skip();
	child = fork();
	if (child == 0) {
		if (unshare(CLONE_NEWNS) < 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
		    mount("none", *state, "tmpfs", 0, "size=1m,mode=0700") < 0)
			_exit(77);
		cfr_cache_open(&cache, &options);
		for (unsigned i = 0; i < 100; i++)
			caching_put(cache, i, 30000);
		for (unsigned i = 0; i < 100; i++) {
			caching_outcome outcome = caching_get(cache, i, 30000);
			if (outcome == CACHING_WRONG)
				_exit(1);
			hits += outcome == CACHING_HIT;
		}
		cfr_cache_close(cache);
		if (hits < 20 || hits > 34 || (!strstr(caching_notes(), ": no space left on the device\n") &&
						 !strstr(caching_notes(), ": not all of it could be written; is the disk full?\n")))
			_exit(2);
		cfr_cache_open(&cache, &options);	/* what is there, is */
		for (unsigned i = 0; i < 100; i++)
			hits -= caching_get(cache, i, 30000) == CACHING_HIT;
		cfr_cache_close(cache);
		_exit(hits == 0 ? 0 : 3);
	}
	waitpid(child, &status, 0);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		caching_test(test_killed), caching_test(test_stopped), caching_test(test_lock_is_held),
		caching_test(test_two_hundred), caching_test(test_forked), caching_test(test_not_trusted), caching_test(test_network),
		caching_test(test_read_only), caching_test(test_other_version), caching_test(test_full_disk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
