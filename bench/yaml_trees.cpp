/* bench/yaml_trees.cpp -- YAML to a document (tree, sidecar, duplicate keys checked) against the trees of others.
 *
 *	bench_yaml_trees FILE...
 *	bench_yaml_trees --peak WHOSE FILE     once: ours, libfyaml, yaml-cpp; peak memory
 *
 * libfyaml checks for duplicate keys, too, by comparing all keys of a mapping with each other; yaml-cpp keeps the last.
 */
#include "engine/text.h"

#include "measure.h"

#ifdef HAVE_FYAML
#include <libfyaml.h>
#endif
#ifdef HAVE_YAMLCPP
#include <yaml-cpp/yaml.h>
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
	    cfr_text_read(&docs, source, CFR_YAML, &limits, &err) < 0) {
		fprintf(stderr, "%s:%u: %s\n", err.file, err.line, err.message);
		exit(2);
	}
	cfr_documents_release(&docs);
	cfr_source_unref(source);
}

#ifdef HAVE_FYAML
static void fyaml(void *arg)
{
	auto *in = static_cast<input *>(arg);
	struct fy_parse_cfg how = {};
	struct fy_parser *parser = fy_parser_create(&how);
	struct fy_document *doc;

	if (!parser || fy_parser_set_string(parser, in->bytes, in->len) != 0)
		exit(2);
	while ((doc = fy_parse_load_document(parser)) != NULL)
		fy_parse_document_destroy(parser, doc);
	fy_parser_destroy(parser);
}
#endif

#ifdef HAVE_YAMLCPP
static void yamlcpp(void *arg)
{
	auto *in = static_cast<input *>(arg);
	std::vector<YAML::Node> docs = YAML::LoadAll(std::string(in->bytes, in->len));

	if (docs.empty())
		exit(2);
}
#endif

static const struct peer {
	const char *name;
	void (*run)(void *arg);
} peers[] = {
	{ "ours", ours },
#ifdef HAVE_FYAML
	{ "libfyaml", fyaml },
#endif
#ifdef HAVE_YAMLCPP
	{ "yaml-cpp", yamlcpp },
#endif
};

int main(int argc, char **argv)
{
	input in;

	if (argc == 4 && strcmp(argv[1], "--peak") == 0) {
		in.name = argv[3];
		in.bytes = bench_read(argv[3], &in.len);
		for (const peer &p : peers) {
			if (strcmp(p.name, argv[2]) == 0) {
				p.run(&in);
				printf("%s %s: peak %ld KiB, %.2f bytes a source byte\n", p.name, in.name, bench_peak_kib(),
				       (double)bench_peak_kib() * 1024 / (double)in.len);
			}
		}
		return 0;
	}
	for (const peer &p : peers) {
		if (p.run == ours)
			continue;
		printf("| %-34s |         ours | %-12s | ratio | quartiles   | ours |\n", "YAML to a tree", p.name);
		for (int i = 1; i < argc; i++) {
			in.name = argv[i];
			in.bytes = bench_read(argv[i], &in.len);
			const char *slash = strrchr(argv[i], '/');
			bench_pair(slash ? slash + 1 : argv[i], in.len, in.len > 5000000 ? 1 : in.len > 500000 ? 5 : 21, ours, p.run, &in);
		}
	}
	return 0;
}
