/* bench/memory.c -- what a document costs, seen from outside and from inside.
 *
 *	bench_memory FILE             one cold read: the process's peak above what it had before, and where the bytes are
 *	bench_memory --loop N FILE    N loads through one loader: memory and slabs after the third and after the last
 */
#include "engine/load.h"
#include "engine/tree/impl.h"

#include "measure.h"

static long status_kib(const char *what)
{
	FILE *file = fopen("/proc/self/status", "r");
	char line[256];
	long kib = 0;

	while (file && fgets(line, sizeof(line), file)) {
		if (strncmp(line, what, strlen(what)) == 0)
			kib = strtol(line + strlen(what) + 1, NULL, 10);
	}
	if (file)
		fclose(file);
	return kib;
}

static void failed(const cfr_err *err)
{
	fprintf(stderr, "%s:%u: %s\n", err->file, err->line, err->message);
	exit(2);
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static void once(const char *name, const cfr_limits *limits)
{
	long before, peak, held;
	uint64_t nodes = 0, image = 0, strings = 0, wide = 0;
	cfr_err err = CFR_ERR_INIT;
	cfr_documents docs;
	cfr_source *source;
	double bytes, n;

	status_kib("VmHWM");	/* the pages that looking itself needs */
	before = status_kib("VmHWM");
	if (cfr_source_open(&source, name, limits, &err) < 0 ||
	    cfr_text_read(&docs, source, CFR_FORMAT_NONE, limits, &err) < 0)
		failed(&err);
	peak = status_kib("VmHWM") - before;
	held = status_kib("VmRSS") - before;
	for (uint32_t i = 0; i < docs.count; i++) {
		nodes += docs.items[i]->tree->image.node_count;
		image += docs.items[i]->tree->image.bytes.len;
		strings += docs.items[i]->tree->image.strings_len;
		wide += docs.items[i]->wide_count;
	}
	bytes = (double)cfr_source_bytes(source).len;
	n = (double)nodes;
	printf("| %-16s | %8.0f | %6.0f | %5.2f | %5.2f | %5.2f | %5.2f | %5.2f | %6.2f | %6.2f |\n", base_name(name), bytes, n,
	       (double)CFR_IMAGE_RECORD, ((double)(image - strings) - n * CFR_IMAGE_RECORD) / n, (double)strings / n,
	       (double)sizeof(struct cfr_packed) + (double)(wide * sizeof(struct cfr_wide)) / n, (double)sizeof(uint32_t),
	       (double)held * 1024 / bytes, (double)peak * 1024 / bytes);
	cfr_documents_release(&docs);
	cfr_source_unref(source);
}

static void loop(const char *name, unsigned times, const cfr_limits *limits)
{
	cfr_load_stats third = { 0 }, last;
	cfr_err err = CFR_ERR_INIT;
	cfr_loader *loader;
	long kib = 0;

	if (cfr_loader_new(&loader, NULL, &err) < 0)
		failed(&err);
	for (unsigned i = 1; i <= times; i++) {
		cfr_documents docs;
		cfr_source *source;

		if (cfr_loader_open(&docs, &source, loader, name, CFR_FORMAT_NONE, limits, &err) < 0)
			failed(&err);
		cfr_documents_release(&docs);
		cfr_source_unref(source);
		if (i == 3) {
			cfr_loader_stats(&third, loader);
			kib = status_kib("VmRSS");
		}
	}
	cfr_loader_stats(&last, loader);
	printf("| %-16s | %6u | %7ld | %7ld | %5llu | %5llu |\n", base_name(name), times, kib, status_kib("VmRSS"),
	       (unsigned long long)third.blocks, (unsigned long long)last.blocks);
	cfr_loader_free(loader);
}

int main(int argc, char **argv)
{
	cfr_limits limits;

	cfr_limits_default(&limits);
	limits.of[CFR_LIMIT_NODES] = 100000000;
	if (argc == 4 && strcmp(argv[1], "--loop") == 0) {
		loop(argv[3], (unsigned)strtoul(argv[2], NULL, 10), &limits);
	} else if (argc == 2) {
		once(argv[1], &limits);
	} else {
		fprintf(stderr, "bench_memory FILE, bench_memory --loop N FILE\n");
		return 2;
	}
	return 0;
}
