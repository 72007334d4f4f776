/* bench/measure.h -- time two things in turn and compare them pair by pair. */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

static inline double bench_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static inline int bench_compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static inline double bench_median(double *values, int n)
{
	qsort(values, (size_t)n, sizeof(*values), bench_compare);
	return n % 2 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

/* Runs ours and theirs `pairs` times in turn after one warm-up; prints a row with medians and the median ratio. */
static inline void bench_pair(const char *what, size_t bytes, int pairs, void (*ours)(void *), void (*theirs)(void *),
                              void *arg)
{
	double a[64], b[64], ratio[64];

	pairs = pairs > 64 ? 64 : pairs;
	ours(arg);
	theirs(arg);
	for (int i = 0; i < pairs; i++) {
		double start = bench_now();
		ours(arg);
		a[i] = bench_now() - start;
		start = bench_now();
		theirs(arg);
		b[i] = bench_now() - start;
		ratio[i] = a[i] / b[i];
	}
	double ma = bench_median(a, pairs), mb = bench_median(b, pairs), mr = bench_median(ratio, pairs);
	printf("| %-34s | %9.3f ms | %9.3f ms | %5.2f | %5.2f-%5.2f |", what, ma * 1e3, mb * 1e3, mr, ratio[pairs / 4],
	       ratio[3 * pairs / 4]);
	if (bytes)
		printf(" %6.1f MB/s |", (double)bytes / ma / 1e6);
	printf("\n");
}

static inline char *bench_read(const char *name, size_t *len)
{
	FILE *file = fopen(name, "rb");
	char *bytes;
	long size;

	if (!file || fseek(file, 0, SEEK_END) < 0 || (size = ftell(file)) < 0 || fseek(file, 0, SEEK_SET) < 0 ||
	    !(bytes = (char *)malloc((size_t)size + 1)) || fread(bytes, 1, (size_t)size, file) != (size_t)size) {
		perror(name);
		exit(2);
	}
	fclose(file);
	bytes[size] = '\0';
	*len = (size_t)size;
	return bytes;
}

static inline long bench_peak_kib(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_maxrss;
}

#endif
