/* bench/json.cpp -- JSON to a document (tree, sidecar, duplicate keys checked) against RapidJSON's DOM and simdjson's.
 *
 *	bench_json FILE...           pairs in turn
 *	bench_json --ours FILE       once, for callgrind; also --rapidjson
 *
 * What it measures. Both sides begin with bytes in memory and make and free everything each time; ours copies the bytes
 * first, as a source has to. Three states of memory, for they differ more than parsers do:
 *
 *   warm     read again and again by one process: malloc has learned to keep what is freed
 *   loader   the same through a loader, whose pool serves the next read: a server's reload
 *   first    a process of its own for each read, page faults and all: a command's
 */
#include "engine/load.h"

#include "measure.h"

#include <rapidjson/document.h>
#ifdef HAVE_SIMDJSON
#include <simdjson.h>
#endif

#include <sys/wait.h>
#include <unistd.h>

struct input {
	const char *name, *bytes;
	size_t len;
	cfr_loader *loader;
};

static void ours(void *arg)
{
	auto *in = static_cast<input *>(arg);
	cfr_limits limits;
	cfr_source *source;
	cfr_documents docs;
	cfr_err err = {};

	cfr_limits_default(&limits);
	limits.of[CFR_LIMIT_NODES] = 100000000;
	if (cfr_source_new(&source, cfr_str{ in->name, strlen(in->name) }, cfr_str{ in->bytes, in->len }, &limits, &err) < 0 ||
	    cfr_loader_read(&docs, in->loader, source, CFR_JSON, &limits, &err) < 0) {
		fprintf(stderr, "%s:%u: %s\n", err.file, err.line, err.message);
		exit(2);
	}
	cfr_documents_release(&docs);
	cfr_source_unref(source);
}

/* Ours refuses text that is not UTF-8 and numbers that are not exact; with these flags RapidJSON does, too. */
static void rapid_validating(void *arg)
{
	auto *in = static_cast<input *>(arg);
	rapidjson::Document doc;

	doc.Parse<rapidjson::kParseFullPrecisionFlag | rapidjson::kParseValidateEncodingFlag>(in->bytes, in->len);
	if (doc.HasParseError())
		exit(2);
}

static void rapid(void *arg)
{
	auto *in = static_cast<input *>(arg);
	rapidjson::Document doc;

	doc.Parse(in->bytes, in->len);
	if (doc.HasParseError())
		exit(2);
}

#ifdef HAVE_SIMDJSON
static void simd(void *arg)
{
	auto *in = static_cast<input *>(arg);
	simdjson::dom::parser parser;

	if (parser.parse(in->bytes, in->len).error())
		exit(2);
}
#endif

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static void row(const char *peer, void (*theirs)(void *), cfr_loader *loader, int argc, char **argv)
{
	printf("| JSON, %-28s |         ours | %-12s | ratio | quartiles   | ours |\n", loader ? "loader" : "warm", peer);
	for (int i = 1; i < argc; i++) {
		input in = { argv[i], nullptr, 0, loader };
		in.bytes = bench_read(argv[i], &in.len);
		bench_pair(base_name(argv[i]), in.len, 21, ours, theirs, &in);
		free(const_cast<char *>(in.bytes));
	}
}

/* Seconds of a process that reads once; the bytes it has from its parent. */
static double first(void (*read)(void *), input *in)
{
	double seconds = 0;
	int ends[2], status;
	pid_t child;

	if (pipe(ends) < 0 || (child = fork()) < 0) {
		perror("bench_json");
		exit(2);
	}
	if (child == 0) {
		double start = bench_now();

		read(in);
		seconds = bench_now() - start;
		_exit(write(ends[1], &seconds, sizeof(seconds)) == sizeof(seconds) ? 0 : 2);
	}
	close(ends[1]);
	if (::read(ends[0], &seconds, sizeof(seconds)) != sizeof(seconds) || waitpid(child, &status, 0) != child || status != 0) {
		fprintf(stderr, "bench_json: a process of its own failed\n");
		exit(2);
	}
	close(ends[0]);
	return seconds;
}

static void first_row(const char *peer, void (*theirs)(void *), int argc, char **argv)
{
	enum { PAIRS = 21 };

	printf("| JSON, first                        |         ours | %-12s | ratio |\n", peer);
	for (int i = 1; i < argc; i++) {
		input in = { argv[i], nullptr, 0, nullptr };
		double a[PAIRS], b[PAIRS], ratio[PAIRS];

		in.bytes = bench_read(argv[i], &in.len);
		for (int pair = 0; pair < PAIRS; pair++) {
			a[pair] = first(ours, &in);
			b[pair] = first(theirs, &in);
			ratio[pair] = a[pair] / b[pair];
		}
		printf("| %-34s | %9.3f ms | %9.3f ms | %5.2f |\n", base_name(argv[i]), bench_median(a, PAIRS) * 1e3,
		       bench_median(b, PAIRS) * 1e3, bench_median(ratio, PAIRS));
		/* The bytes are kept: malloc would learn from their size when they are freed, and children inherit that. */
	}
}

int main(int argc, char **argv)
{
	if (argc == 3 && argv[1][0] == '-') {
		input in = { argv[2], nullptr, 0, nullptr };
		in.bytes = bench_read(argv[2], &in.len);
		(strcmp(argv[1], "--ours") == 0 ? ours : rapid_validating)(&in);
		printf("%s %s: peak %ld KiB, %.2f bytes a source byte\n", argv[1], argv[2], bench_peak_kib(),
		       (double)bench_peak_kib() * 1024 / (double)in.len);
		return 0;
	}
	cfr_loader *loader;

	first_row("RapidJSON, validating", rapid_validating, argc, argv);	/* while the process is young */
	row("RapidJSON, validating", rapid_validating, nullptr, argc, argv);
	if (cfr_loader_new(&loader, nullptr, nullptr) < 0)
		return 2;
	row("RapidJSON, validating", rapid_validating, loader, argc, argv);
	cfr_loader_free(loader);
	row("RapidJSON, trusting", rapid, nullptr, argc, argv);
#ifdef HAVE_SIMDJSON
	row("simdjson", simd, nullptr, argc, argv);
#endif
	return 0;
}
