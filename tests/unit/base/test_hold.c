/* tests/unit/base/test_hold.c -- two who change one file, and one who knows of no holds. */
#include "engine/base/hold.h"

#include "engine/base/file.h"
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char folder[] = P_tmpdir "/cfgrun-hold-XXXXXX";
static char name[128];

static int set_up(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	snprintf(name, sizeof(name), "%s/file", folder);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	unlink(name);
	return rmdir(folder);
}

static void put(const char *text)
{
	FILE *f = fopen(name, "wb");

	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

static void expect(const char *text)
{
	cfr_buf buf = CFR_BUF_INIT;

	assert_int_equal(cfr_file_read(&buf, name, NULL, NULL), 0);
	assert_string_equal(buf.ptr, text);
	cfr_buf_release(&buf);
}

static int replace(const cfr_hold *hold, const char *text, cfr_err *err)
{
	cfr_str piece = cfr_str_of(text);

	return cfr_hold_replace(hold, &piece, 1, err);
}

static void test_nobody_else(void **state)
{
	cfr_hold hold = CFR_HOLD_NONE;

	(void)state;
	put("a");
	assert_int_equal(cfr_file_hold(&hold, name, NULL), 0);
	assert_true(hold.fd >= 0);
	expect("a");
	assert_int_equal(replace(&hold, "b", NULL), 0);
	cfr_hold_release(&hold);
	cfr_hold_release(&hold);
	expect("b");
}

/* Written into, replaced, with its time set back, removed: each is a change. */
static void test_somebody_else(void **state)
{
	(void)state;
	for (int way = 0; way < 4; way++) {
		struct timespec times[2] = { { 0, UTIME_OMIT }, { 1000000000, 0 } };
		cfr_hold hold = CFR_HOLD_NONE;
		cfr_err err = CFR_ERR_INIT;

		put("mine");
		assert_int_equal(utimensat(AT_FDCWD, name, times, 0), 0);
		assert_int_equal(cfr_file_hold(&hold, name, NULL), 0);
		usleep(20000);		/* a clock that ticks */
		if (way == 0)
			put("theirs");
		else if (way == 1)
			assert_int_equal(cfr_file_replace(name, CFR_STR("them"), NULL), 0);
		else if (way == 2)
			put("them");
		else
			unlink(name);
		if (way == 2)
			assert_int_equal(utimensat(AT_FDCWD, name, times, 0), 0);
		assert_int_equal(replace(&hold, "new", &err), CFR_E_IO);
		assert_string_equal(err.message, "it was changed by somebody else meanwhile");
		assert_string_equal(err.file, name);
		if (way < 3)
			expect(way ? "them" : "theirs");
		else
			assert_int_equal(access(name, F_OK), -1);
		cfr_hold_release(&hold);
	}
}

/* What cannot be held is for reading to refuse. */
static void test_not_held(void **state)
{
	cfr_hold hold = { .fd = 1000 };

	(void)state;
	assert_int_equal(cfr_file_hold(&hold, folder, NULL), 0);
	assert_int_equal(hold.fd, -1);
	assert_int_equal(cfr_file_hold(&hold, "/dev/null", NULL), 0);
	assert_int_equal(hold.fd, -1);
	unlink(name);
	assert_int_equal(cfr_file_hold(&hold, name, NULL), 0);
	assert_int_equal(hold.fd, -1);
}

/* Adds an x to what is there, slowly. */
static void *add_one(void *arg)
{
	cfr_buf buf = CFR_BUF_INIT;
	cfr_hold hold = CFR_HOLD_NONE;

	(void)arg;
	if (cfr_file_hold(&hold, name, NULL) < 0 || cfr_file_read(&buf, name, NULL, NULL) < 0)
		abort();
	usleep(1000);
	cfr_buf_addc(&buf, 'x');
	if (replace(&hold, buf.ptr, NULL) < 0)
		abort();
	cfr_hold_release(&hold);
	cfr_buf_release(&buf);
	return NULL;
}

/* Each waits for the one before, and then finds the file that took the place of the one it waited for. */
static void test_many(void **state)
{
	pthread_t threads[16];

	(void)state;
	put("");
	for (int i = 0; i < 16; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, add_one, NULL), 0);
	for (int i = 0; i < 16; i++)
		pthread_join(threads[i], NULL);
	expect("xxxxxxxxxxxxxxxx");
}

static void on_signal(int number)
{
	(void)number;
}

static void *interrupt(void *arg)
{
	for (int i = 0; i < 100; i++) {	/* until one comes while it waits */
		usleep(10000);
		pthread_kill(*(pthread_t *)arg, SIGUSR1);
	}
	return NULL;
}

static void test_interrupt(void **state)
{
	struct sigaction action = { .sa_handler = on_signal };
	cfr_hold first = CFR_HOLD_NONE, second = CFR_HOLD_NONE;
	pthread_t self = pthread_self(), thread;
	cfr_err err = CFR_ERR_INIT;

	(void)state;
	put("a");
	assert_int_equal(sigaction(SIGUSR1, &action, NULL), 0);
	assert_int_equal(cfr_file_hold(&first, name, NULL), 0);
	assert_int_equal(pthread_create(&thread, NULL, interrupt, &self), 0);
	assert_int_equal(cfr_file_hold(&second, name, &err), CFR_E_INTERRUPTED);
	pthread_join(thread, NULL);
	assert_int_equal(second.fd, -1);
	cfr_hold_release(&first);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nobody_else), cmocka_unit_test(test_somebody_else), cmocka_unit_test(test_not_held),
		cmocka_unit_test(test_many), cmocka_unit_test(test_interrupt),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
