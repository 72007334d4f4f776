/* bench/config.c -- a large configuration inside a program: opened lazily, unchanged, edited, against reading it whole.
 *
 *	bench_config FILE POINTER [OVERLAY]      the value at POINTER must be text
 *
 * FILE, which has `agents` with an `id` each, is copied to a scratch file, which is edited between the runs, outside of the time: the value at POINTER is replaced
 * in the text by another of equal length. With OVERLAY, both are layers of one composition, agents merged by id. In turn (A B A B …), wall time,
 * medians of pairs. A full load is cfr_compose of the same; "cold, lazy" begins with nothing; "unchanged" and "edited" ask
 * the configuration of before whether it is as it was, then for the value, and check that it is the one in the file.
 */
#include "bench/measure.h"
#include "host/cfgrun.h"

#include <unistd.h>

enum { PAIRS = 11 };

static const char *pointer;
static cfr_layer layers[2];
static cfr_composition what = { .name = { "bench", 5 }, .layers = layers };
static const cfr_strategy_at by_id = { .path = { "/agents", 7 }, .key = { "id", 2 }, .how = CFR_STRATEGY_BY };
static char scratch[] = "bench-config-XXXXXX.yaml";	/* or .json */
static char *bytes, *place;		/* the text, and the value in it */
static size_t size, length;

static void fail(const cfr_err *err)
{
	fprintf(stderr, "bench_config: %s:%u: %s\n", err->file, err->line, err->message);
	unlink(scratch);
	exit(2);
}

static cfr_str text(const char *s)
{
	return (cfr_str){ s, strlen(s) };
}

static double wall(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void check(cfr_str value)
{
	if (value.len != length || memcmp(value.ptr, place, length) != 0) {
		fprintf(stderr, "bench_config: '%.*s' is not what the file says\n", (int)value.len, value.ptr);
		unlink(scratch);
		exit(2);
	}
}

static void edit(int round)
{
	FILE *file;

	for (size_t i = 0; i < length; i++)
		place[i] = (char)('a' + (round * 7 + (int)i) % 26);
	file = fopen(scratch, "r+b");
	if (!file || fseek(file, place - bytes, SEEK_SET) < 0 || fwrite(place, 1, length, file) != length || fclose(file) < 0) {
		perror(scratch);
		exit(2);
	}
}

static double full(void)
{
	double begin = wall();
	cfr_snapshot *snapshot;
	cfr_err err = CFR_ERR_INIT;
	cfr_node node;

	if (cfr_compose(&snapshot, &what, &err) < 0 ||
	    cfr_pointer_get(&node, cfr_tree_root(cfr_document_tree(cfr_snapshot_document(snapshot))), text(pointer), &err) < 0)
		fail(&err);
	check(cfr_node_string(node));
	begin = wall() - begin;
	cfr_snapshot_free(snapshot);
	return begin;
}

static double cold(cfr_config **out)
{
	double begin = wall();
	cfr_err err = CFR_ERR_INIT;
	cfr_str value;

	if (cfr_config_compose(out, &what, NULL, &err) < 0 || cfr_config_get_string(&value, *out, pointer, &err) < 0)
		fail(&err);
	check(value);
	return wall() - begin;
}

static double again(cfr_config **config)
{
	double begin = wall();
	cfr_config *now;
	cfr_err err = CFR_ERR_INIT;
	cfr_str value;

	if (cfr_config_again(&now, *config, &err) < 0 || cfr_config_get_string(&value, now, pointer, &err) < 0)
		fail(&err);
	check(value);
	begin = wall() - begin;
	cfr_config_unref(*config);
	*config = now;
	return begin;
}

static void row(const char *name, double *a, double *b)
{
	double ratio[PAIRS];

	for (int i = 0; i < PAIRS; i++)
		ratio[i] = b[i] / a[i];
	double ma = bench_median(a, PAIRS), mb = bench_median(b, PAIRS), mr = bench_median(ratio, PAIRS);
	printf("| %-20s | %10.4f ms | full load %8.2f ms | %9.1f times sooner | %9.1f-%9.1f |\n", name, ma * 1e3, mb * 1e3, mr,
	       ratio[PAIRS / 4], ratio[3 * PAIRS / 4]);
}

int main(int argc, char **argv)
{
	double a[PAIRS], b[PAIRS];
	cfr_config *config = NULL;
	cfr_str value;
	cfr_err err = CFR_ERR_INIT;
	FILE *file;
	int fd;

	if (argc < 3) {
		fprintf(stderr, "usage: bench_config FILE POINTER [OVERLAY]\n");
		return 2;
	}
	pointer = argv[2];
	bytes = bench_read(argv[1], &size);
	if (strlen(argv[1]) > 5)
		memcpy(scratch + sizeof(scratch) - 6, argv[1] + strlen(argv[1]) - 5, 5);
	fd = mkstemps(scratch, 5);
	file = fd < 0 ? NULL : fdopen(fd, "wb");
	if (!file || fwrite(bytes, 1, size, file) != size || fclose(file) < 0) {
		perror(scratch);
		return 2;
	}
	layers[0] = (cfr_layer){ .name = { "base", 4 }, .file = text(scratch) };
	what.layer_count = 1;
	what.strategies = &by_id;
	what.strategy_count = 1;
	if (argc > 3)
		layers[what.layer_count++] = (cfr_layer){ .name = { "overlay", 7 }, .file = text(argv[3]) };

	/* Where the value is written. */
	cfr_document *doc;
	cfr_node node;
	if (cfr_load(&doc, scratch, &err) < 0 || cfr_at(&node, doc, pointer, &err) < 0)
		fail(&err);
	value = cfr_node_string(node);
	length = value.len;
	place = bytes + cfr_document_span(doc, node).start;
	place += *place == '"' || *place == '\'';
	if (length == 0 || memcmp(place, value.ptr, length) != 0) {
		fprintf(stderr, "bench_config: the value at %s is not written plainly\n", pointer);
		unlink(scratch);
		return 2;
	}
	cfr_document_unref(doc);

	full();
	for (int i = 0; i < PAIRS; i++) {
		cfr_config_unref(config);
		a[i] = cold(&config);
		b[i] = full();
	}
	row("cold, lazy", a, b);
	sleep(3);			/* until the file's times are beyond doubt */
	again(&config);
	for (int i = 0; i < PAIRS; i++) {
		a[i] = again(&config);
		b[i] = full();
	}
	row("unchanged", a, b);
	for (int i = 0; i < PAIRS; i++) {
		edit(i);
		a[i] = again(&config);
		b[i] = full();
	}
	row("one value edited", a, b);
	printf("peak %.1f MiB\n", (double)bench_peak_kib() / 1024);
	cfr_config_unref(config);
	unlink(scratch);
	free(bytes);
	return 0;
}
