/* bench/process.c -- two commands as whole processes, in turn (A B A B …).
 *
 *   bench_process NAME [-n PAIRS] [-p PREPARE] -- COMMAND… -- COMMAND…
 *
 * Wall time from fork to the end, and the peak of resident memory as the kernel tells it. One row: the medians of both,
 * the median of the pairwise ratios of time (A/B) with its quartiles, both peaks. PREPARE is a shell command that runs
 * before each A, outside of the time. Output goes to /dev/null. A command may end with any status but those of a signal or
 * of one that could not be run.
 */
#include "bench/measure.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST = 201 };

extern char **environ;

static double run(char **command, long *peak)
{
	posix_spawn_file_actions_t actions;
	struct timespec begin, end;
	struct rusage usage;
	pid_t pid;
	int status;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
	clock_gettime(CLOCK_MONOTONIC, &begin);
	if (posix_spawnp(&pid, command[0], &actions, NULL, command, environ) != 0 || wait4(pid, &status, 0, &usage) < 0 ||
	    !WIFEXITED(status) || WEXITSTATUS(status) > 125) {
		fprintf(stderr, "bench_process: %s did not run to its end\n", command[0]);
		exit(2);
	}
	clock_gettime(CLOCK_MONOTONIC, &end);
	posix_spawn_file_actions_destroy(&actions);
	if (usage.ru_maxrss > *peak)
		*peak = usage.ru_maxrss;
	return (double)(end.tv_sec - begin.tv_sec) + (double)(end.tv_nsec - begin.tv_nsec) * 1e-9;
}

static char **after_dashes(char **words)
{
	while (*words && strcmp(*words, "--") != 0)
		words++;
	if (!*words) {
		fprintf(stderr, "usage: bench_process NAME [-n PAIRS] [-p PREPARE] -- COMMAND... -- COMMAND...\n");
		exit(2);
	}
	*words = NULL;
	return words + 1;
}

int main(int argc, char **argv)
{
	double a[MOST], b[MOST], ratio[MOST];
	const char *prepare = NULL;
	long peak_a = 0, peak_b = 0;
	int pairs = 11;

	if (argc < 2)
		after_dashes(argv + argc);
	char **first = after_dashes(argv), **second = after_dashes(first);

	for (char **option = argv + 2; *option && option[1]; option += 2) {
		if (strcmp(*option, "-n") == 0)
			pairs = atoi(option[1]);
		else if (strcmp(*option, "-p") == 0)
			prepare = option[1];
	}
	pairs = pairs < 1 ? 1 : pairs > MOST ? MOST : pairs;
	run(second, &peak_b);
	for (int i = 0; i < pairs; i++) {
		if (prepare && system(prepare) != 0)
			exit(2);
		a[i] = run(first, &peak_a);
		b[i] = run(second, &peak_b);
		ratio[i] = a[i] / b[i];
	}
	double ma = bench_median(a, pairs), mb = bench_median(b, pairs), mr = bench_median(ratio, pairs);
	printf("| %-44s | %10.2f ms | %10.2f ms | %9.5f | %9.5f-%9.5f | %7.1f | %7.1f |\n", argv[1], ma * 1e3, mb * 1e3, mr,
	       ratio[pairs / 4], ratio[3 * pairs / 4], (double)peak_a / 1024, (double)peak_b / 1024);
	return 0;
}
