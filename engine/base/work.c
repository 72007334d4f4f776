/* engine/base/work.c -- do n things on k threads.
 *
 * Indexes are handed out in order by one counter. So when index i fails, all below i have been handed out already and
 * will finish: the lowest failure among those seen is the lowest there is, and the result does not depend on who ran
 * when. If the system gives fewer threads than asked for, those there are do the work.
 */
#include "engine/base/work.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

enum { STACK = 8 << 20 };

typedef struct job {
	int (*fn)(void *arg, unsigned worker, size_t index, cfr_err *err);
	void *arg;
	size_t n;
	atomic_size_t next;
	atomic_bool stop;
	pthread_mutex_t lock;	/* of what follows: the lowest failure */
	size_t failed;
	int result;
	cfr_err *err;
} job;

typedef struct worker {
	job *job;
	unsigned number;
	pthread_t thread;
} worker;

static void note_failure(job *j, size_t index, int result, const cfr_err *err)
{
	pthread_mutex_lock(&j->lock);
	if (j->result == 0 || index < j->failed) {
		j->failed = index;
		j->result = result;
		if (j->err)
			*j->err = *err;
	}
	pthread_mutex_unlock(&j->lock);
	atomic_store_explicit(&j->stop, true, memory_order_relaxed);
}

static void *run(void *arg)
{
	worker *w = arg;
	job *j = w->job;

	while (!atomic_load_explicit(&j->stop, memory_order_relaxed)) {
		size_t index = atomic_fetch_add_explicit(&j->next, 1, memory_order_relaxed);
		cfr_err err = CFR_ERR_INIT;
		int r;

		if (index >= j->n)
			break;
		r = j->fn(j->arg, w->number, index, &err);
		if (r < 0)
			note_failure(j, index, r, &err);
	}
	return NULL;
}

/* Starts workers 1 to k - 1; returns how many threads run. Signals stay with the caller's thread. */
static unsigned start(worker *workers, unsigned k)
{
	pthread_attr_t attr;
	sigset_t all, old;
	unsigned started = 0;

	if (pthread_attr_init(&attr) != 0)
		return 0;
	pthread_attr_setstacksize(&attr, STACK);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	while (started + 1 < k &&
	       pthread_create(&workers[started + 1].thread, &attr, run, &workers[started + 1]) == 0)
		started++;
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	pthread_attr_destroy(&attr);
	return started;
}

int cfr_work_run(unsigned workers, size_t n, int (*fn)(void *arg, unsigned worker, size_t index, cfr_err *err),
                 void *arg, cfr_err *err)
{
	job j = { .fn = fn, .arg = arg, .n = n, .err = err };
	unsigned k = workers < 1 ? 1 : n < workers ? (n ? (unsigned)n : 1) : workers, started;
	worker only = { .job = &j }, *all = &only;

	if (k > 1 && !(all = calloc(k, sizeof(*all))))
		return cfr_err_nomem(err);
	if (pthread_mutex_init(&j.lock, NULL) != 0) {
		if (all != &only)
			free(all);
		return cfr_err_nomem(err);
	}
	for (unsigned i = 0; i < k; i++) {
		all[i].job = &j;
		all[i].number = i;
	}
	started = k > 1 ? start(all, k) : 0;
	run(&all[0]);
	for (unsigned i = 1; i <= started; i++)
		pthread_join(all[i].thread, NULL);
	pthread_mutex_destroy(&j.lock);
	if (all != &only)
		free(all);
	return j.result;
}

unsigned cfr_work_cpus(void)
{
	cpu_set_t set;
	long n;

	if (sched_getaffinity(0, sizeof(set), &set) == 0 && (n = CPU_COUNT(&set)) > 0)
		return (unsigned)n;
	n = sysconf(_SC_NPROCESSORS_ONLN);
	return n > 0 ? (unsigned)n : 1;
}
