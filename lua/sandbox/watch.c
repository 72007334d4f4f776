/* lua/sandbox/watch.c -- stopping a script when its time is gone, without slowing it down while it is not.
 *
 * A hook makes Lua take its slow path for each instruction, at any count: two thirds more time, measured. So no hook is
 * set. Each thread that runs scripts has one POSIX timer on its own processor clock, which delivers a real-time signal to
 * that thread every few milliseconds of work. The handler looks at the clock; when the budget is gone it sets `expired`,
 * which every loop in C reads, and a count hook of 1, which Lua meets at its next instruction (lua_sethook is made for
 * signal handlers). The error of the hook is sticky (errors.c), and the handler sets the hook again, at growing distances,
 * until the budget ends.
 *
 * Beginning and ending a budget are a few stores: the clock of the thread is a system call, so the first *tick* inside a
 * budget notes the time, not its beginning. A budget may so run over by two ticks, never short. The timer is not set
 * again by a tick that finds no script running, so a thread that has finished with scripts is not disturbed.
 *
 * Exceptions to "no global state", because signals are the process's: the number of the signal, the handler, one timer
 * for each thread, and a count of forks (timers do not survive one). A signal that somebody uses already is passed over.
 *
 * Where there is no such timer (and under ThreadSanitizer, which holds signals back), a count hook looks at the clock: a
 * slower script, the same ceilings. A ceiling on instructions is a count hook by nature.
 */
#include "lua/sandbox/inside.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#if defined(__SANITIZE_THREAD__)
#define SIGNALS 0
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define SIGNALS 0
#endif
#endif
#ifndef SIGNALS
#define SIGNALS 1
#endif
#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

enum {
	TICK = 5000000,			/* ns of the thread's work between two looks */
	POLL_INSTRUCTIONS = 10000,
	POLL_STEPS = 1 << 16,
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t at_thread_exit;
static int signal_number;		/* 0: none to be had */
static volatile unsigned forks;

static _Thread_local struct {
	cfr_sandbox *volatile current;
	timer_t timer;
	bool created;
	volatile sig_atomic_t ticking;
	unsigned forks;			/* when the timer was made */
} thread;

/* Async-signal-safe, like timer_settime. */
static int64_t processor_time(void)
{
	struct timespec t;

	if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t) != 0)
		return 0;
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* --- hooks: these run as ordinary code of the script's thread and may raise --- */

static void on_count(lua_State *L, lua_Debug *ar);

static void count_hook(cfr_sandbox *sandbox)
{
	cfr__watch *w = &sandbox->watch;
	uint64_t n = w->polled ? POLL_INSTRUCTIONS : 1 << 30;

	if (w->counted && w->instructions < n)
		n = w->instructions;
	w->stride = (int)n;
	lua_sethook(sandbox->L, on_count, LUA_MASKCOUNT, w->stride);
}

static void look_at_clock(lua_State *L, cfr_sandbox *sandbox)
{
	cfr__watch *w = &sandbox->watch;
	int64_t now = processor_time();

	w->steps = 0;
	if (now - w->start >= w->budget) {
		w->expired = 1;
		cfr__stick(L, CFR_LIMIT_TIME);
	}
}

static void on_count(lua_State *L, lua_Debug *ar)
{
	cfr_sandbox *sandbox = cfr__sandbox(L);
	cfr__watch *w = &sandbox->watch;

	(void)ar;
	if (sandbox->stuck.code)
		cfr__raise_stuck(L);
	if (w->expired)
		cfr__stick(L, CFR_LIMIT_TIME);
	if (w->counted) {
		w->instructions -= (uint64_t)w->stride;
		if (w->instructions == 0) {
			lua_sethook(L, on_count, LUA_MASKCOUNT, 1);
			cfr__stick(L, CFR_LIMIT_INSTRUCTIONS);
		}
	}
	if (w->polled)
		look_at_clock(L, sandbox);
	count_hook(sandbox);
}

/* The slow half of cfr_sandbox_steps. */
static void poll_clock(lua_State *L, cfr_sandbox *sandbox, size_t steps)
{
	cfr__watch *w = &sandbox->watch;

	if (sandbox->stuck.code)
		cfr__raise_stuck(L);
	if (w->expired)
		cfr__stick(L, CFR_LIMIT_TIME);
	w->steps += steps;
	if (w->steps >= POLL_STEPS)
		look_at_clock(L, sandbox);
}

void cfr_sandbox_steps(lua_State *L, size_t steps)
{
	cfr_sandbox *sandbox = cfr__sandbox(L);

	if (CFR_UNLIKELY(sandbox->watch.expired || sandbox->watch.polled || sandbox->stuck.code))
		poll_clock(L, sandbox, steps);
}

/* --- the timer --- */

/* Once, after so much work of the thread. The handler sets it again when it is done: were it periodic, a handler that
 * takes longer than the period would leave the script no time to meet its hook. */
static void set_timer(long nanoseconds)
{
	struct itimerspec spec = { .it_value = { nanoseconds / 1000000000, nanoseconds % 1000000000 } };

	timer_settime(thread.timer, 0, &spec, NULL);
}

static void on_tick(int number, siginfo_t *info, void *context)
{
	int saved = errno;
	cfr_sandbox *sandbox = thread.current;
	cfr__watch *w;

	(void)number;
	(void)context;
	if (info->si_code != SI_TIMER || !thread.created)
		return;
	if (!sandbox) {
		thread.ticking = 0;
		return;
	}
	w = &sandbox->watch;
	if (w->start == 0)
		w->start = processor_time();
	else if (!w->expired && processor_time() - w->start >= w->budget)
		w->expired = 1;
	if (w->expired) {
		/* Lua marks each call on its stack, which takes milliseconds when that is deep: more and more seldom */
		lua_sethook(sandbox->L, on_count, LUA_MASKCOUNT, 1);
		w->pause = w->pause < TICK * 64 ? w->pause * 2 : w->pause;
	}
	set_timer(w->pause);
	errno = saved;
}

static void delete_timer(void *unused)
{
	(void)unused;
	if (thread.created && thread.forks == forks)
		timer_delete(thread.timer);
	thread.created = false;
	thread.ticking = 0;
}

static void after_fork(void) { forks++; }

/* A signal that nobody has a handler for. From the top down, since people count from the bottom up. */
static void choose_signal(void)
{
	struct sigaction old, act = { .sa_flags = SA_RESTART | SA_SIGINFO };

	act.sa_sigaction = on_tick;
	sigemptyset(&act.sa_mask);
	if (!SIGNALS || pthread_key_create(&at_thread_exit, delete_timer) != 0 ||
	    pthread_atfork(NULL, NULL, after_fork) != 0)
		return;
	for (int n = SIGRTMAX - 2; n > SIGRTMIN; n--) {
		if (sigaction(n, NULL, &old) != 0 || old.sa_handler != SIG_DFL || (old.sa_flags & SA_SIGINFO))
			continue;
		if (sigaction(n, &act, NULL) == 0)
			signal_number = n;
		return;
	}
}

static bool create_timer(void)
{
	struct sigevent event = { .sigev_notify = SIGEV_THREAD_ID };

	pthread_once(&once, choose_signal);
	if (signal_number == 0)
		return false;
	event.sigev_signo = signal_number;
	event.sigev_notify_thread_id = (pid_t)syscall(SYS_gettid);
	if (timer_create(CLOCK_THREAD_CPUTIME_ID, &event, &thread.timer) != 0)
		return false;
	thread.created = true;
	thread.forks = forks;
	/* Any value but NULL, so that the key's destructor runs in this thread. */
	pthread_setspecific(at_thread_exit, &thread);
	return true;
}

/* The slow way to a ticking timer: at a thread's first budget, after a pause, after a fork. */
static bool start_timer(void)
{
	sigset_t set;

	if (thread.created && thread.forks != forks)
		thread.created = false;
	if (!thread.created && !create_timer())
		return false;
	/* Programs block signals in their worker threads; this one is ours alone. */
	sigemptyset(&set);
	sigaddset(&set, signal_number);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
	set_timer(TICK);
	thread.ticking = 1;
	return true;
}

/* --- budgets --- */

void cfr__watch_begin(cfr_sandbox *sandbox)
{
	cfr__watch *w = &sandbox->watch;

	w->expired = 0;
	w->start = 0;
	w->pause = TICK;
	w->steps = 0;
	w->budget = (int64_t)sandbox->limits.of[CFR_LIMIT_TIME] * 1000000;
	w->instructions = sandbox->limits.of[CFR_LIMIT_INSTRUCTIONS];
	w->counted = w->instructions > 0;
	w->outer = thread.current;
	atomic_signal_fence(memory_order_seq_cst);
	thread.current = sandbox;
	w->polled = !(thread.ticking && thread.forks == forks) && !start_timer();
	if (CFR_UNLIKELY(w->polled))
		w->start = processor_time();
	if (CFR_UNLIKELY(w->polled || w->counted))
		count_hook(sandbox);
}

void cfr__watch_end(cfr_sandbox *sandbox)
{
	thread.current = sandbox->watch.outer;
	atomic_signal_fence(memory_order_seq_cst);
	if (sandbox->watch.pause > TICK)
		thread.ticking = 0;	/* the tick that is set is too far away for the next budget: it sets its own */
	if (lua_gethookmask(sandbox->L))
		lua_sethook(sandbox->L, NULL, 0, 0);
}
