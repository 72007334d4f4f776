/* tests/unit/load/test_memory.c -- a loader that loads again and again stops asking the system for memory.
 *
 * Seen from outside: what the process holds (VmRSS), and how large the C library's heap and its mapped blocks are. Under a
 * sanitizer those are its own; then the pool's counts alone are looked at.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "engine/base/str.h"
#include "engine/load.h"
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { WATCHED = 0, LOADS = 2000 };
#else
enum { WATCHED = 1, LOADS = 10000 };
#endif

static long resident(void)
{
	FILE *file = fopen("/proc/self/status", "r");
	char line[256];
	long kib = 0;

	if (!file)
		return 0;
	while (fgets(line, sizeof(line), file)) {
		if (strncmp(line, "VmRSS:", 6) == 0)
			kib = strtol(line + 6, NULL, 10);
	}
	fclose(file);
	return kib;
}

static const char *write_text(char name[64], const cfr_buf *text, const char *ending)
{
	FILE *file;
	int fd;

	snprintf(name, 64, "/tmp/cfgrun-memory-XXXXXX%s", ending);
	fd = mkstemps(name, (int)strlen(ending));
	assert_true(fd >= 0);
	file = fdopen(fd, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(text->ptr, 1, text->len, file), text->len);
	assert_int_equal(fclose(file), 0);
	return name;
}

/* So many things, some of them in quotes with escapes, of other text each time. */
static void make_text(cfr_buf *out, cfr_format format, unsigned things, unsigned number)
{
	cfr_buf_clear(out);
	cfr_buf_addz(out, format == CFR_JSON ? "{\"things\": [\n" : "things:\n");
	for (unsigned i = 0; i < things; i++) {
		if (format == CFR_JSON)
			cfr_buf_addf(out, "%s  {\"id\": \"thing-%u\", \"text\": \"a \\\"%u\\\" \\n\", \"n\": %u}", i ? ",\n" : "",
			             i, i * number, number);
		else
			cfr_buf_addf(out, "  - id: thing-%u\n    text: \"a \\\"%u\\\" \\n\"\n    n: %u\n", i, i * number, number);
	}
	cfr_buf_addz(out, format == CFR_JSON ? "]}\n" : "");
	assert_false(out->failed);
}

static void load(cfr_loader *loader, const char *name, cfr_format format)
{
	cfr_documents docs;
	cfr_source *source;
	cfr_node node;
	cfr_err err = CFR_ERR_INIT;

	if (cfr_loader_open(&docs, &source, loader, name, format, NULL, &err) < 0)
		fail_msg("%s", err.message);
	/* The maps that are made when somebody asks are memory, too. */
	assert_int_equal(cfr_node_find(&node, cfr_tree_root(cfr_document_tree(docs.items[0])), CFR_STR("things"), NULL), 0);
	assert_true(cfr_node_parent(&node, node));
	assert_int_equal(cfr_document_span(docs.items[0], cfr_document_node(docs.items[0], 0)).line, 1);
	cfr_source_unref(source);
	cfr_documents_release(&docs);
}

struct state {
	long rss;
	size_t heap, mapped;
	cfr_load_stats stats;
};

static struct state look(const cfr_loader *loader)
{
	struct mallinfo2 info = mallinfo2();
	struct state state = { resident(), info.arena, info.hblkhd, { 0 } };

	cfr_loader_stats(&state.stats, loader);
	return state;
}

static void flat(const struct state *before, const struct state *after, long slack_kib)
{
	assert_int_equal(after->stats.blocks, before->stats.blocks);
	assert_true(after->stats.reused > before->stats.reused);
	if (!WATCHED)
		return;
	assert_true(after->rss - before->rss <= slack_kib);
	assert_int_equal(after->heap, before->heap);
	assert_int_equal(after->mapped, before->mapped);
}

static void test_same(void **state)
{
	static const struct {
		cfr_format format;
		const char *ending;
		unsigned things, loads;
	} cases[] = {
		{ CFR_YAML, ".yaml", 20, LOADS }, { CFR_JSON, ".json", 20, LOADS },
		{ CFR_YAML, ".yaml", 3000, LOADS / 200 }, { CFR_JSON, ".json", 30000, LOADS / 200 },
	};

	(void)state;
	for (size_t c = 0; c < sizeof(cases) / sizeof(*cases); c++) {
		cfr_buf text = CFR_BUF_INIT;
		cfr_loader *loader;
		struct state third, last;
		char name[64];

		make_text(&text, cases[c].format, cases[c].things, 7);
		write_text(name, &text, cases[c].ending);
		assert_int_equal(cfr_loader_new(&loader, NULL, NULL), 0);
		for (unsigned i = 0; i < 3; i++)
			load(loader, name, cases[c].format);
		third = look(loader);
		for (unsigned i = 3; i < cases[c].loads; i++)
			load(loader, name, cases[c].format);
		last = look(loader);
		if (cases[c].loads > 3)
			flat(&third, &last, 512);
		cfr_loader_free(loader);
		unlink(name);
		cfr_buf_release(&text);
	}
}

/* Another text each time, of another length; both formats in turn. The first ones are the longest. */
static void test_changing(void **state)
{
	cfr_buf text = CFR_BUF_INIT;
	cfr_loader *loader;
	struct state warm, last;

	(void)state;
	assert_int_equal(cfr_loader_new(&loader, NULL, NULL), 0);
	for (unsigned i = 0; i < LOADS / 20; i++) {
		cfr_format format = i % 2 ? CFR_JSON : CFR_YAML;
		char name[64];

		make_text(&text, format, i < 12 ? 2000 : 100 + i * 7919 % 1900, i);
		write_text(name, &text, i % 2 ? ".json" : ".yaml");
		load(loader, name, format);
		unlink(name);
		if (i == LOADS / 40)
			warm = look(loader);
	}
	last = look(loader);
	/* A slab here or there may still have to be made for a size that has not been met. */
	assert_in_range(last.stats.blocks, warm.stats.blocks, warm.stats.blocks + 8);
	if (WATCHED)
		assert_true(last.rss - warm.rss <= 1024);
	cfr_loader_free(loader);
	cfr_buf_release(&text);
}

/* Documents live on when their loader is gone, and what waits is bounded. */
static void test_outlived(void **state)
{
	cfr_loader_options options = { .keep = 100000 };
	cfr_buf text = CFR_BUF_INIT;
	cfr_documents docs;
	cfr_source *source;
	cfr_loader *loader;
	cfr_node node;
	char name[64];

	(void)state;
	make_text(&text, CFR_YAML, 2000, 3);
	write_text(name, &text, ".yaml");
	assert_int_equal(cfr_loader_new(&loader, &options, NULL), 0);
	load(loader, name, CFR_YAML);
	assert_int_equal(cfr_loader_open(&docs, &source, loader, name, CFR_YAML, NULL, NULL), 0);
	cfr_source_unref(source);
	cfr_loader_free(loader);
	assert_int_equal(cfr_node_find(&node, cfr_tree_root(cfr_document_tree(docs.items[0])), CFR_STR("things"), NULL), 0);
	assert_int_equal(cfr_node_size(node), 2000);
	assert_true(cfr_node_parent(&node, node));
	assert_int_equal(cfr_document_span(docs.items[0], cfr_document_node(docs.items[0], 2)).line, 2);
	cfr_documents_release(&docs);
	unlink(name);
	cfr_buf_release(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same),
		cmocka_unit_test(test_changing),
		cmocka_unit_test(test_outlived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
