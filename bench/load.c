/* bench/load.c -- loading as an embedder has it, one thing a process so that peaks are its own.
 *
 *   bench_load read FILE             a source and its documents, ceilings raised
 *   bench_load base                  nothing: what the process costs anyway
 *
 * Prints milliseconds and the peak of resident memory in KiB.
 */
#include "bench/measure.h"
#include "host/cfgrun.h"

static double wall(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec * 1e-6;
}

int main(int argc, char **argv)
{
	cfr_documents docs = { NULL, 0 };
	cfr_source *source = NULL;
	cfr_limits limits;
	cfr_err err = CFR_ERR_INIT;
	double begin = wall();

	cfr_limits_default(&limits);
	limits.of[CFR_LIMIT_FILE] = 1 << 30;
	limits.of[CFR_LIMIT_NODES] = 100000000;
	if (argc == 3 && strcmp(argv[1], "read") == 0 &&
	    (cfr_source_open(&source, argv[2], &limits, &err) < 0 ||
	     cfr_text_read(&docs, source, CFR_FORMAT_NONE, &limits, &err) < 0)) {
		fprintf(stderr, "bench_load: %s\n", err.message);
		return 2;
	}
	printf("%.3f %ld\n", wall() - begin, bench_peak_kib());
	cfr_documents_release(&docs);
	cfr_source_unref(source);
	return 0;
}
