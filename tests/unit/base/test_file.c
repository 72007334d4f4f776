/* tests/unit/base/test_file.c -- real files in a folder of their own. */
#include "engine/base/file.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = P_tmpdir "/cfgrun-file-XXXXXX";
static char name[128], other[128];

static int set_up(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	snprintf(name, sizeof(name), "%s/file", folder);
	snprintf(other, sizeof(other), "%s/other", folder);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	return rmdir(folder);	/* each test leaves it empty */
}

static void put(const char *file, const char *text, mode_t mode)
{
	FILE *f = fopen(file, "wb");

	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(file, mode), 0);
}

static void expect(const char *file, const char *text)
{
	cfr_buf buf = CFR_BUF_INIT;
	cfr_err err = CFR_ERR_INIT;

	if (cfr_file_read(&buf, file, NULL, &err) < 0)
		fail_msg("%s", err.message);
	assert_string_equal(buf.ptr, text);
	cfr_buf_release(&buf);
}

static int entries(void)
{
	DIR *dir = opendir(folder);
	int n = -2;

	assert_non_null(dir);
	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

static void test_read(void **state)
{
	cfr_buf buf = CFR_BUF_INIT;
	cfr_err err = CFR_ERR_INIT;
	cfr_limits limits;

	(void)state;
	put(name, "", 0644);
	expect(name, "");
	put(name, "text", 0644);
	cfr_buf_addz(&buf, "before ");
	assert_int_equal(cfr_file_read(&buf, name, NULL, &err), 0);
	assert_string_equal(buf.ptr, "before text");
	cfr_limits_default(&limits);
	limits.of[CFR_LIMIT_FILE] = 4;
	assert_int_equal(cfr_file_read(&buf, name, &limits, &err), 0);
	limits.of[CFR_LIMIT_FILE] = 3;
	assert_int_equal(cfr_file_read(&buf, name, &limits, &err), CFR_E_LIMIT);
	assert_string_equal(err.limit, "file");
	assert_string_equal(err.file, name);
	assert_string_equal(buf.ptr, "before texttext");	/* as it was */
	assert_int_equal(cfr_file_read(&buf, other, NULL, &err), CFR_E_IO);
	assert_string_equal(err.file, other);
	assert_non_null(strstr(err.message, "no such file"));
	assert_int_equal(cfr_file_read(&buf, folder, NULL, &err), CFR_E_IO);
	assert_non_null(strstr(err.message, "folder"));
	assert_int_equal(cfr_file_read(&buf, "", NULL, &err), CFR_E_IO);
	assert_string_equal(err.message, "cannot open '': no such file or folder");
	cfr_buf_release(&buf);
	unlink(name);
}

static void test_pipe(void **state)
{
	cfr_buf buf = CFR_BUF_INIT;
	cfr_limits limits;
	int ends[2];

	(void)state;
	cfr_limits_default(&limits);
	for (int round = 0; round < 2; round++) {
		assert_int_equal(pipe(ends), 0);
		for (int i = 0; i < 500; i++)
			assert_int_equal(write(ends[1], "0123456789", 10), 10);
		close(ends[1]);
		limits.of[CFR_LIMIT_FILE] = round ? 4999 : 5000;
		assert_int_equal(cfr_fd_read(&buf, ends[0], CFR_STR("<stdin>"), &limits, NULL), round ? CFR_E_LIMIT : 0);
		assert_int_equal(buf.len, 5000);
		assert_int_equal(buf.ptr[5000], '\0');
		close(ends[0]);
	}
	cfr_buf_release(&buf);
}

static void *write_late(void *arg)
{
	int fd;

	usleep(20000);		/* whoever reads waits by then */
	fd = open(arg, O_WRONLY);
	usleep(20000);
	assert_int_equal(write(fd, "from a pipe", 11), 11);
	close(fd);
	return NULL;
}

/* A pipe that has a name is read until its writers are gone, and no device for ever. */
static void test_named_pipe(void **state)
{
	cfr_buf buf = CFR_BUF_INIT;
	cfr_err err = CFR_ERR_INIT;
	cfr_limits limits;
	pthread_t thread;

	(void)state;
	assert_int_equal(mkfifo(other, 0600), 0);
	assert_int_equal(pthread_create(&thread, NULL, write_late, other), 0);
	assert_int_equal(cfr_file_read(&buf, other, NULL, &err), 0);
	pthread_join(thread, NULL);
	assert_string_equal(buf.ptr, "from a pipe");
	assert_int_equal(cfr_file_replace(other, CFR_STR("x"), &err), CFR_E_IO);
	unlink(other);
	assert_int_equal(cfr_file_read(&buf, "/dev/null", NULL, &err), 0);
	assert_string_equal(buf.ptr, "from a pipe");
	cfr_limits_default(&limits);
	limits.of[CFR_LIMIT_FILE] = 100000;
	assert_int_equal(cfr_file_read(&buf, "/dev/zero", &limits, &err), CFR_E_LIMIT);
	assert_string_equal(err.limit, "file");
	assert_string_equal(buf.ptr, "from a pipe");
	cfr_buf_release(&buf);
}

static void test_replace(void **state)
{
	struct stat st;
	mode_t mask = umask(027);

	(void)state;
	assert_int_equal(cfr_file_replace(name, CFR_STR("first"), NULL), 0);
	expect(name, "first");
	assert_int_equal(stat(name, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	umask(077);
	assert_int_equal(chmod(name, 0754), 0);
	assert_int_equal(cfr_file_replace(name, CFR_STR("second"), NULL), 0);
	expect(name, "second");
	assert_int_equal(stat(name, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0754);
	assert_int_equal(cfr_file_replace(name, CFR_STR(""), NULL), 0);
	expect(name, "");
	/* In more pieces than one call takes, some of them empty. */
	cfr_str pieces[40];
	for (int i = 0; i < 40; i++)
		pieces[i] = i % 5 == 0 ? (cfr_str){ NULL, 0 } : cfr_str_sub(CFR_STR("abcd"), (size_t)i % 4, 4);
	assert_int_equal(cfr_file_replace_pieces(name, pieces, 40, NULL), 0);
	expect(name, "bcdcddabcdcddabcdbcddabcdbcdcdabcdbcdcddbcdcddabcdcddabcdbcddabcdbcdcdabcdbcdcdd");
	umask(mask);
	assert_int_equal(entries(), 1);
	unlink(name);
}

static void test_owner(void **state)
{
	struct stat st;

	(void)state;
	if (geteuid() != 0)
		skip();
	put(name, "old", 0600);
	assert_int_equal(chown(name, 12345, 54321), 0);
	assert_int_equal(cfr_file_replace(name, CFR_STR("new"), NULL), 0);
	assert_int_equal(stat(name, &st), 0);
	assert_int_equal(st.st_uid, 12345);
	assert_int_equal(st.st_gid, 54321);
	unlink(name);
}

static void test_link(void **state)
{
	struct stat st;
	cfr_err err = CFR_ERR_INIT;

	(void)state;
	put(name, "old", 0644);
	assert_int_equal(symlink("file", other), 0);
	assert_int_equal(cfr_file_replace(other, CFR_STR("new"), NULL), 0);
	expect(name, "new");
	assert_int_equal(lstat(other, &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	unlink(name);
	assert_int_equal(cfr_file_replace(other, CFR_STR("new"), &err), CFR_E_IO);	/* leads nowhere now */
	assert_int_equal(entries(), 1);
	unlink(other);
	assert_int_equal(cfr_file_replace(folder, CFR_STR("new"), &err), CFR_E_IO);
	snprintf(other, sizeof(other), "%s/none/file", folder);
	assert_int_equal(cfr_file_replace(other, CFR_STR("new"), &err), CFR_E_IO);
	assert_int_equal(entries(), 0);
	snprintf(other, sizeof(other), "%s/other", folder);
}

static void test_relative(void **state)
{
	char here[512];

	(void)state;
	assert_non_null(getcwd(here, sizeof(here)));
	assert_int_equal(chdir(folder), 0);
	assert_int_equal(cfr_file_replace("plain", CFR_STR("a"), NULL), 0);
	assert_int_equal(cfr_file_replace("plain", CFR_STR("b"), NULL), 0);
	expect("plain", "b");
	assert_int_equal(entries(), 1);
	assert_int_equal(unlink("plain"), 0);
	assert_int_equal(chdir(here), 0);
}

/* A write that fails half way: the old file stays, nothing else does. */
static void test_full(void **state)
{
	struct rlimit old, small;
	cfr_err err = CFR_ERR_INIT;
	char *big = calloc(1, 100001);
	int r;

	(void)state;
	assert_non_null(big);
	memset(big, 'x', 100000);
	put(name, "old", 0644);
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	small = old;
	small.rlim_cur = 5000;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	r = cfr_file_replace(name, (cfr_str){ big, 100000 }, &err);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_int_equal(r, CFR_E_IO);
	assert_non_null(strstr(err.message, "too large"));
	expect(name, "old");
	assert_int_equal(entries(), 1);
	unlink(name);
	free(big);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read), cmocka_unit_test(test_pipe), cmocka_unit_test(test_named_pipe), cmocka_unit_test(test_replace),
		cmocka_unit_test(test_owner), cmocka_unit_test(test_link), cmocka_unit_test(test_relative),
		cmocka_unit_test(test_full),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
