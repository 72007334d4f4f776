/* bench/toml.cpp -- TOML to a document (tree, sidecar, canonical image) against toml++, toml11 and cpptoml.
 *
 *	bench_toml [FILE...]         pairs in turn; FILE is TOML, or YAML or JSON that is first written as TOML
 *	bench_toml --ours [FILE]     once, for callgrind; also --theirs
 *
 * Without FILE, and before the others, a lock file of packages is made: what the largest TOML files of the world are.
 */
#include "engine/text.h"

#include "measure.h"

#include <string>

#ifdef HAVE_TOMLPP
#include <toml++/toml.h>
#endif
#ifdef HAVE_TOML11
/* Both call their namespace `toml`. */
#define toml toml11
#include <toml.hpp>
#undef toml
#endif
#ifdef HAVE_CPPTOML
#include <limits>
#include <cpptoml.h>
#endif
#include <sstream>

static void ours(void *arg)
{
	auto *in = static_cast<std::string *>(arg);
	cfr_limits limits;
	cfr_source *source;
	cfr_documents docs;
	cfr_err err = {};

	cfr_limits_default(&limits);
	limits.of[CFR_LIMIT_NODES] = 100000000;
	if (cfr_source_new(&source, cfr_str{ "x", 1 }, cfr_str{ in->data(), in->size() }, &limits, &err) < 0 ||
	    cfr_text_read(&docs, source, CFR_TOML, &limits, &err) < 0) {
		fprintf(stderr, "%u:%u: %s\n", err.line, err.column, err.message);
		exit(2);
	}
	cfr_documents_release(&docs);
	cfr_source_unref(source);
}

#ifdef HAVE_TOMLPP
static void tomlpp(void *arg)
{
	auto table = toml::parse(std::string_view(*static_cast<std::string *>(arg)));

	if (table.empty())
		exit(2);
}
#endif

#ifdef HAVE_TOML11
static void with_toml11(void *arg)
{
	std::istringstream in(*static_cast<std::string *>(arg));

	if (!toml11::parse(in, "x").is_table())
		exit(2);
}
#endif

#ifdef HAVE_CPPTOML
static void with_cpptoml(void *arg)
{
	std::istringstream in(*static_cast<std::string *>(arg));
	cpptoml::parser parser(in);

	if (parser.parse()->empty())
		exit(2);
}
#endif

static void lost(void *, cfr_node, const char *, const char *)
{
}

/* The file as TOML. */
static std::string input(const char *name)
{
	size_t len;
	const char *bytes = bench_read(name, &len);
	std::string out(bytes, len);
	cfr_format format = cfr_format_of_name(cfr_str{ name, strlen(name) });
	cfr_write how = {};
	cfr_buf text = {};
	cfr_limits limits;
	cfr_source *source;
	cfr_documents docs;
	cfr_err err = {};

	if (format == CFR_TOML)
		return out;
	cfr_limits_default(&limits);
	limits.of[CFR_LIMIT_NODES] = 100000000;
	how.format = CFR_TOML;
	how.lose = lost;
	if (cfr_source_new(&source, cfr_str{ name, strlen(name) }, cfr_str{ bytes, len }, &limits, &err) < 0 ||
	    cfr_text_read(&docs, source, format, &limits, &err) < 0) {
		fprintf(stderr, "%s:%u: %s\n", err.file, err.line, err.message);
		exit(2);
	}
	how.order = docs.items[0];
	if (cfr_text_write(&text, cfr_tree_root(cfr_document_tree(docs.items[0])), &how, &err) < 0) {
		fprintf(stderr, "%s: %s\n", name, err.message);
		exit(2);
	}
	out.assign(text.ptr, text.len);
	cfr_buf_release(&text);
	cfr_documents_release(&docs);
	cfr_source_unref(source);
	return out;
}

static std::string packages(unsigned count)
{
	std::string out = "# This file is generated\nversion = 3\n";
	unsigned seed = 1;

	for (unsigned i = 0; i < count; i++) {
		char hex[65];

		for (unsigned j = 0; j < 64; j++) {
			seed = seed * 1103515245 + 12345;
			hex[j] = "0123456789abcdef"[seed >> 16 & 15];
		}
		hex[64] = 0;
		out += "\n[[package]]\nname = \"package-" + std::to_string(i) + "\"\nversion = \"" + std::to_string(i % 7) + "." +
		       std::to_string(i % 31) + ".0\"\nsource = \"registry+https://example.org/index\"\nchecksum = \"" + hex +
		       "\"\nsize = " + std::to_string(seed >> 12) + "\nratio = " + std::to_string(i % 100) + ".25\nadded = " +
		       "2024-01-0" + std::to_string(i % 9 + 1) + "T07:32:00Z\ndependencies = [\n \"package-" +
		       std::to_string(i / 2) + "\",\n \"package-" + std::to_string(i / 3) + "\",\n]\n";
		if (i % 4 == 0)
			out += "[package.features]\ndefault = true\nfull = { optional = false, since = \"1.0\" }\n";
	}
	return out;
}

static void row(const char *what, std::string *text)
{
	(void)what, (void)text;
#ifdef HAVE_TOMLPP
	bench_pair((std::string(what) + ", toml++").c_str(), text->size(), 11, ours, tomlpp, text);
#endif
#ifdef HAVE_TOML11
	bench_pair((std::string(what) + ", toml11").c_str(), text->size(), 3, ours, with_toml11, text);
#endif
#ifdef HAVE_CPPTOML
	bench_pair((std::string(what) + ", cpptoml").c_str(), text->size(), 3, ours, with_cpptoml, text);
#endif
}

int main(int argc, char **argv)
{
	std::string lock = packages(12000);

	if (argc > 1 && argv[1][0] == '-') {
		std::string text = argc > 2 ? input(argv[2]) : lock;
		void (*run)(void *) = ours;

#ifdef HAVE_TOMLPP
		if (strcmp(argv[1], "--theirs") == 0)
			run = tomlpp;
#endif
		run(&text);
		printf("%s: %zu bytes, peak %ld KiB\n", argv[1], text.size(), bench_peak_kib());
		return 0;
	}
	printf("| TOML                               |         ours | theirs       | ratio | quartiles   | ours |\n");
	row("packages", &lock);
	for (int i = 1; i < argc; i++) {
		std::string text = input(argv[i]);
		const char *slash = strrchr(argv[i], '/');

		row(slash ? slash + 1 : argv[i], &text);
	}
	return 0;
}
