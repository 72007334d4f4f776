/* bench/json.cpp -- JSON to a document (tree, sidecar, duplicate keys checked) against RapidJSON's DOM and simdjson's.
 *
 *	bench_json FILE...           pairs in turn
 *	bench_json --ours FILE       once, for callgrind; also --rapidjson
 */
#include "engine/text.h"

#include "measure.h"

#include <rapidjson/document.h>
#ifdef HAVE_SIMDJSON
#include <simdjson.h>
#endif

struct input {
	const char *name, *bytes;
	size_t len;
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
	    cfr_text_read(&docs, source, CFR_JSON, &limits, &err) < 0) {
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

static void row(const char *peer, void (*theirs)(void *), int argc, char **argv)
{
	printf("| JSON                               |         ours | %-12s | ratio | quartiles   | ours |\n", peer);
	for (int i = 1; i < argc; i++) {
		input in = { argv[i], nullptr, 0 };
		in.bytes = bench_read(argv[i], &in.len);
		const char *slash = strrchr(argv[i], '/');
		bench_pair(slash ? slash + 1 : argv[i], in.len, 21, ours, theirs, &in);
	}
}

int main(int argc, char **argv)
{
	if (argc == 3 && argv[1][0] == '-') {
		input in = { argv[2], nullptr, 0 };
		in.bytes = bench_read(argv[2], &in.len);
		(strcmp(argv[1], "--ours") == 0 ? ours : rapid_validating)(&in);
		printf("%s %s: peak %ld KiB, %.2f bytes a source byte\n", argv[1], argv[2], bench_peak_kib(),
		       (double)bench_peak_kib() * 1024 / (double)in.len);
		return 0;
	}
	row("RapidJSON, validating", rapid_validating, argc, argv);
	row("RapidJSON, trusting", rapid, argc, argv);
#ifdef HAVE_SIMDJSON
	row("simdjson", simd, argc, argv);
#endif
	return 0;
}
