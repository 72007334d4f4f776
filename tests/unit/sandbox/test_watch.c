/* Ceilings on time and instructions: reached everywhere, never early, never caught, gone afterwards. */
#include "both.h"

#include <pthread.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double processor_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* The chunk runs into the ceiling on time, not before it and at most 50 ms of work behind it. */
static void takes(cfr_sandbox *sb, const char *text, double limit)
{
	cfr_err err = CFR_ERR_INIT;
	double begin = processor_ms(), ms;
	int code = run_text(sb, text, &err);

	ms = processor_ms() - begin;
	if (code != CFR_E_LIMIT || strcmp(err.limit, "time") != 0)
		fail_msg("%s\n  gives %d %s", text, code, err.message);
	if (ms < limit - 1 || ms > limit + 50)
		fail_msg("%s\n  took %.1f ms of %.0f", text, ms, limit);
	holds(sb, "return 1 + 1 == 2");
}

static void everywhere(void **state)
{
	cfr_sandbox *sb = new_sandbox(0, 60);
	static const char *const texts[] = {
		"while true do end",
		"::a:: goto a",
		"for i = 1, math.maxinteger do end",
		"repeat until false",
		"while true do pcall(function() while true do end end) end",
		"while true do xpcall(function() while true do end end, function() while true do end end) end",
		"local function f() return f() end f()",
		"pcall(function() pcall(function() pcall(function() while true do end end) end) end) return 'went on'",
		"return (('a'):rep(30)):find(('a?'):rep(30) .. ('a'):rep(30) .. 'b')",
		"return (('a'):rep(100000)):find('.-.-.-b')",
		"return (('a'):rep(1000000)):gsub('.-b', '')",
		"for _ in (('a'):rep(1000000)):gmatch('.-b') do end",
		"return (('('):rep(1000000)):find('%b()b')",
		"return (('a'):rep(100000)):find('(a*)%1%1b')",
		"local s = ('a'):rep(127) return (('a'):rep(20000000)):find(s .. 'b' .. s, 1, true), (function() while true do end end)()",
		"table.move({}, 1, math.maxinteger - 1, 2)",
		"local t = {} for i = 1, 1e9 do table.insert(t, 1, i) end",
		"local t = {} for i = 1, 1e5 do t[i] = i end while true do table.remove(t, 1) table.insert(t, 1) end",
		"local t = {} for i = 1, 1e5 do t[i] = -i end while true do table.sort(t) table.sort(t, function(a, b) return a > b end) end",
		"while true do (('x'):rep(1 << 20)):upper():lower():reverse() end",
		"local s = ('x'):rep(1 << 20) while true do utf8.len(s) utf8.offset(s, -1) end",
		"local t = {} for i = 1, 1e4 do t['k' .. i] = i end while true do for k in pairs(t) do end end",
		"local t = {} for i = 1, 1000 do t[i] = ('x'):rep(1000) end while true do table.concat(t) end",
		"while true do ('%99.99f'):format(1e308) end",
		"while true do tonumber(('9'):rep(4000), 10) end",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		takes(sb, texts[i], 60);
	cfr_sandbox_free(sb);
}

/* Time runs out on top of a deep stack. Setting a hook visits each call on it, inside the signal handler; a periodic
 * signal once left the script no time between two visits. */
static void on_a_deep_stack(void **state)
{
	cfr_sandbox *sb = new_sandbox(CFR_MIB(200), 60);

	(void)state;
	for (int i = 0; i < 5; i++) {
		cfr_err err = CFR_ERR_INIT;
		int code = run_text(sb, "local function f(n) if n == 0 then while true do end end return 1 + f(n - 1) end f(150000)", &err);

		assert_int_equal(code, CFR_E_LIMIT);
		assert_string_equal(err.limit, "time");
	}
	cfr_sandbox_free(sb);
}

/* After the ceiling no line of the script runs, neither behind a pcall nor in a handler. */
static int lines;

static void receive(void *arg, cfr_str line)
{
	(void)arg;
	(void)line;
	lines++;
}

static void never_caught(void **state)
{
	cfr_sandbox *sb = new_sandbox(CFR_MIB(4), 60);
	cfr_err err = CFR_ERR_INIT;

	(void)state;
	cfr_sandbox_on_print(sb, receive, NULL);
	takes(sb, "pcall(function() while true do end end) print 'after'", 60);
	takes(sb, "xpcall(function() while true do end end, function(e) print 'handler' return e end) print 'after'", 60);
	takes(sb, "xpcall(xpcall, print, function() while true do end end, print) print 'after'", 60);
	takes(sb, "table.sort({3,2,1}, function() pcall(function() while true do end end) print 'after' end)", 60);
	takes(sb, "(('x'):rep(9)):gsub('x', function() pcall(function() while true do end end) print 'after' end)", 60);
	assert_int_equal(run_text(sb, "pcall(function() local t = {} while true do t[#t + 1] = {} end end) print 'after'", &err), CFR_E_LIMIT);
	assert_string_equal(err.limit, "memory");
	assert_int_equal(run_text(sb, "xpcall(function() return ('x'):rep(1 << 30) end, print) print 'after'", &err), CFR_E_LIMIT);
	assert_string_equal(err.limit, "memory");
	assert_int_equal(lines, 0);
	cfr_sandbox_free(sb);
}

static void instructions(void **state)
{
	cfr_limits limits;
	cfr_sandbox *sb;
	cfr_err err = CFR_ERR_INIT;

	(void)state;
	cfr_limits_default(&limits);
	limits.of[CFR_LIMIT_INSTRUCTIONS] = 10000;
	assert_int_equal(cfr_sandbox_new(&sb, &limits, &err), 0);
	lines = 0;
	cfr_sandbox_on_print(sb, receive, NULL);
	for (int i = 0; i < 3; i++) {
		int before = lines;

		assert_int_equal(run_text(sb, "while true do pcall(print, 'x') end", &err), CFR_E_LIMIT);
		assert_string_equal(err.limit, "instructions");
		/* the same number of turns each time */
		if (i > 0)
			assert_int_equal(lines - before, lines / (i + 1));
	}
	assert_int_equal(run_text(sb, "pcall(function() while true do end end) print 'after'", &err), CFR_E_LIMIT);
	holds(sb, "for i = 1, 2000 do end return true");
	cfr_sandbox_free(sb);
}

/* One budget over several calls, as a rule over its places. */
static void shared_budget(void **state)
{
	cfr_sandbox *sb = new_sandbox(0, 60);
	lua_State *L = cfr_sandbox_lua(sb);
	cfr_err err = CFR_ERR_INIT;
	double begin = processor_ms();
	int calls = 0, code;

	(void)state;
	assert_int_equal(run_text(sb, "return function() for i = 1, 1e5 do end end", &err), 0);
	cfr_sandbox_begin(sb);
	do {
		lua_pushvalue(L, 1);
		code = cfr_sandbox_call(sb, 0, 0, &err);
		calls++;
	} while (code == 0 && calls < 1000000);
	assert_int_equal(code, CFR_E_LIMIT);
	lua_pushvalue(L, 1);
	assert_int_equal(cfr_sandbox_call(sb, 0, 0, &err), CFR_E_LIMIT);
	cfr_sandbox_end(sb);
	assert_true(processor_ms() - begin < 110);
	assert_true(calls > 2);
	/* with budgets of their own as many calls pass */
	for (int i = 0; i < calls * 2; i++) {
		lua_pushvalue(L, 1);
		assert_int_equal(cfr_sandbox_call(sb, 0, 0, &err), 0);
	}
	cfr_sandbox_free(sb);
}

/* --- threads and processes --- */

static void *in_thread(void *arg)
{
	cfr_sandbox *sb = arg;
	cfr_err err = CFR_ERR_INIT;
	double begin = processor_ms();
	sigset_t all;
	int code;

	/* as a careful program does in its workers */
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, NULL);
	code = run_text(sb, "while true do end", &err);
	if (code != CFR_E_LIMIT || processor_ms() - begin > 110)
		return (void *)"not stopped in time";
	return NULL;
}

static void threads(void **state)
{
	cfr_sandbox *sb[4];
	pthread_t id[4];

	(void)state;
	/* made here, run there, three rounds of new threads */
	for (int i = 0; i < 4; i++)
		sb[i] = new_sandbox(0, 60);
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 4; i++)
			pthread_create(&id[i], NULL, in_thread, sb[i]);
		for (int i = 0; i < 4; i++) {
			void *wrong;

			pthread_join(id[i], &wrong);
			if (wrong)
				fail_msg("%s", (const char *)wrong);
		}
	}
	for (int i = 0; i < 4; i++)
		cfr_sandbox_free(sb[i]);
}

static void forks(void **state)
{
	cfr_sandbox *sb = new_sandbox(0, 60);
	int status;

	(void)state;
	takes(sb, "while true do end", 60);
	pid_t pid = fork();
	if (pid == 0) {
		cfr_err err = CFR_ERR_INIT;

		_exit(run_text(sb, "while true do end", &err) == CFR_E_LIMIT && !strcmp(err.limit, "time") ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	takes(sb, "while true do end", 60);
	cfr_sandbox_free(sb);
}

/* A thread that has finished with scripts is left in peace: sleeping is not interrupted. */
static void quiet_afterwards(void **state)
{
	cfr_sandbox *sb = new_sandbox(0, 60);
	struct timespec nap = { 0, 30000000 };

	(void)state;
	takes(sb, "while true do end", 60);
	double begin = processor_ms();
	while (processor_ms() - begin < 20)
		;
	assert_int_equal(nanosleep(&nap, NULL), 0);
	cfr_sandbox_free(sb);
	begin = processor_ms();
	while (processor_ms() - begin < 20)
		;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everywhere), cmocka_unit_test(on_a_deep_stack), cmocka_unit_test(never_caught), cmocka_unit_test(instructions),
		cmocka_unit_test(shared_budget), cmocka_unit_test(threads), cmocka_unit_test(forks),
		cmocka_unit_test(quiet_afterwards),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
