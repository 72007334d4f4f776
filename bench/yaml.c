/* bench/yaml.c -- YAML to a document (tree, sidecar, duplicate keys checked) against libyaml's bare events.
 *
 *	bench_yaml FILE...           pairs in turn
 *	bench_yaml --ours FILE       once, for callgrind and for peak memory
 *	bench_yaml --events FILE
 *
 * Each file twice: without a loader, where what was read is given back to malloc each time, and through one, whose pool
 * serves the next read (a server that loads anew). Both sides begin with bytes in memory, of which ours makes a copy.
 */
#include "engine/load.h"

#include "measure.h"

#include <yaml.h>

struct input {
	const char *name, *bytes;
	size_t len;
	cfr_loader *loader;		/* NULL: none */
};

static void ours(void *arg)
{
	struct input *in = arg;
	cfr_limits limits;
	cfr_source *source;
	cfr_documents docs;
	cfr_err err = CFR_ERR_INIT;

	cfr_limits_default(&limits);
	limits.of[CFR_LIMIT_NODES] = 100000000;
	int r = in->bytes ? cfr_source_new(&source, (cfr_str){ in->name, strlen(in->name) },
					   (cfr_str){ in->bytes, in->len }, &limits, &err)
			  : cfr_source_open(&source, in->name, &limits, &err);
	if (r < 0 || cfr_loader_read(&docs, in->loader, source, CFR_YAML, &limits, &err) < 0) {
		fprintf(stderr, "%s:%u: %s\n", err.file, err.line, err.message);
		exit(2);
	}
	cfr_documents_release(&docs);
	cfr_source_unref(source);
}

static void events(void *arg)
{
	struct input *in = arg;
	yaml_parser_t parser;
	yaml_event_t event;
	int end = 0;

	yaml_parser_initialize(&parser);
	yaml_parser_set_input_string(&parser, (const unsigned char *)in->bytes, in->len);
	while (!end) {
		if (!yaml_parser_parse(&parser, &event)) {
			fprintf(stderr, "%s: %s\n", in->name, parser.problem);
			exit(2);
		}
		end = event.type == YAML_STREAM_END_EVENT;
		yaml_event_delete(&event);
	}
	yaml_parser_delete(&parser);
}

int main(int argc, char **argv)
{
	struct input in = { .name = NULL };

	if (argc == 3 && argv[1][0] == '-') {
		in.name = argv[2];
		in.bytes = bench_read(argv[2], &in.len);
		if (strcmp(argv[1], "--ours") == 0) {	/* as a program reads a file: no copy but its own */
			free((char *)in.bytes);
			in.bytes = NULL;
		}
		(in.bytes ? events : ours)(&in);
		printf("%s %s: peak %ld KiB, %.2f bytes a source byte\n", argv[1], argv[2], bench_peak_kib(),
		       (double)bench_peak_kib() * 1024 / (double)in.len);
		return 0;
	}
	for (int pass = 0; pass < 2; pass++) {
		if (pass == 1 && cfr_loader_new(&in.loader, NULL, NULL) < 0)
			return 2;
		printf("| YAML, %-28s |         ours | libyaml events | ratio | quartiles   | ours |\n", pass ? "loader" : "warm");
		for (int i = 1; i < argc; i++) {
			in.name = argv[i];
			in.bytes = bench_read(argv[i], &in.len);
			const char *slash = strrchr(argv[i], '/');
			bench_pair(slash ? slash + 1 : argv[i], in.len, in.len > 5000000 ? 7 : 31, ours, events, &in);
			free((char *)in.bytes);
		}
	}
	cfr_loader_free(in.loader);
	return 0;
}
