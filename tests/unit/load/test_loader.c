/* A loader gives what the readers give, sooner: from memory of earlier reading, never from what is not so any more. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "engine/load/inside.h"
#include "tests/support/loading.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SIZE = 40000 };			/* worth a cache */

static char folder[64];

static void name_of(char out[128], const char *name)
{
	snprintf(out, 128, "%s/%s", folder, name);
}

/* A file of SIZE bytes with one value that tells which. */
static void write_file(const char *name, int value)
{
	char path[128], text[SIZE + 1];
	int n = snprintf(text, sizeof(text), "value: 1%06d\nlist: [1, &a {b: c}, *a]\n", value);
	FILE *file;

	memset(text + n, '#', SIZE - (size_t)n);
	text[SIZE - 1] = '\n';
	name_of(path, name);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, SIZE, file), SIZE);
	assert_int_equal(fclose(file), 0);
}

/* The value that a loader finds in it. */
static int read_file(cfr_loader *loader, const char *name)
{
	cfr_documents docs, plain;
	cfr_source *source = NULL;
	cfr_node node;
	char path[128];
	int value;

	name_of(path, name);
	assert_int_equal(cfr_loader_open(&docs, &source, loader, path, CFR_YAML, NULL, NULL), 0);
	assert_int_equal(cfr_text_read(&plain, source, CFR_YAML, NULL, NULL), 0);
	assert_true(same_documents(&docs, &plain));
	assert_int_equal(cfr_node_find(&node, cfr_tree_root(cfr_document_tree(docs.items[0])), CFR_STR("value"), NULL), 0);
	value = (int)cfr_node_int(node) - 1000000;
	cfr_documents_release(&docs);
	cfr_documents_release(&plain);
	cfr_source_unref(source);
	return value;
}

static cfr_load_stats stats_of(const cfr_loader *loader)
{
	cfr_load_stats stats;

	cfr_loader_stats(&stats, loader);
	return stats;
}

/* Files that are old enough to be known by their stamps. */
static int make_files(void **state)
{
	(void)state;
	strcpy(folder, P_tmpdir "/cfgrun-load-XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	for (int i = 0; i < 8; i++) {
		char name[8] = { 'o', 'l', 'd', (char)('0' + i) };
		write_file(name, i + 1);
	}
	usleep(2200000);
	return 0;
}

static int remove_files(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -r '%s'", folder);
	return system(command);
}

static void test_unchanged(void **state)
{
	struct double_cache *d = double_new();
	cfr_loader *loader = double_loader(d);
	cfr_load_stats s;

	(void)state;
	assert_int_equal(read_file(loader, "old0"), 1);
	s = stats_of(loader);
	assert_int_equal(s.misses, 1);
	assert_int_equal(s.hashed, SIZE);
	assert_int_equal(s.parsed, SIZE);
	assert_int_equal(d->puts, 2);
	for (int i = 0; i < 3; i++)
		assert_int_equal(read_file(loader, "old0"), 1);
	s = stats_of(loader);
	assert_int_equal(s.hits, 3);
	assert_int_equal(s.unchanged, 3);
	assert_int_equal(s.hashed, SIZE);
	assert_int_equal(s.parsed, SIZE);
	assert_int_equal(s.sources, 4);
	assert_int_equal(s.bytes, 4 * SIZE);
	cfr_loader_free(loader);
	/* Another process. */
	loader = double_loader(d);
	assert_int_equal(read_file(loader, "old0"), 1);
	s = stats_of(loader);
	assert_int_equal(s.parsed + s.hashed, 0);
	cfr_loader_free(loader);
	assert_int_equal(d->opened, 2);
	assert_int_equal(d->closed, 2);
	double_free(d);
}

static void set_times(const char *path, const struct stat *from)
{
	struct timespec times[2] = { from->st_atim, from->st_mtim };

	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

/* Written over, replaced, its times set back: each time the size is the same. */
static void test_changed(void **state)
{
	struct double_cache *d = double_new();
	cfr_loader *loader = double_loader(d);
	char path[128], other[128], link_name[128];
	struct stat st;

	(void)state;
	name_of(path, "old1");
	assert_int_equal(read_file(loader, "old1"), 2);
	assert_int_equal(stat(path, &st), 0);
	for (int i = 0; i < 20; i++) {	/* within one tick, too */
		write_file("old1", 100 + i);
		if (i % 2)
			set_times(path, &st);
		assert_int_equal(read_file(loader, "old1"), 100 + i);
	}
	/* Replaced by a file of the same age and size. */
	assert_int_equal(read_file(loader, "old2"), 3);
	name_of(path, "old2");
	name_of(other, "old3");
	assert_int_equal(stat(path, &st), 0);
	set_times(other, &st);
	assert_int_equal(rename(other, path), 0);
	assert_int_equal(read_file(loader, "old2"), 4);
	/* A link that leads elsewhere. */
	name_of(link_name, "link");
	name_of(other, "old4");
	assert_int_equal(symlink("old4", link_name), 0);
	assert_int_equal(read_file(loader, "link"), 5);
	assert_int_equal(read_file(loader, "link"), 5);
	assert_int_equal(unlink(link_name), 0);
	assert_int_equal(symlink("old5", link_name), 0);
	assert_int_equal(read_file(loader, "link"), 6);
	cfr_loader_free(loader);
	double_free(d);
}

/* What was written a moment ago is hashed each time, and its documents are found by that. */
static void test_young(void **state)
{
	struct double_cache *d = double_new();
	cfr_loader *loader = double_loader(d);

	(void)state;
	write_file("young", 7);
	for (int i = 0; i < 3; i++)
		assert_int_equal(read_file(loader, "young"), 7);
	assert_int_equal(stats_of(loader).hits, 2);
	assert_int_equal(stats_of(loader).unchanged, 0);
	assert_int_equal(stats_of(loader).hashed, 3 * SIZE);
	assert_int_equal(d->count, 1);
	cfr_loader_free(loader);
	double_free(d);
}

/* The rule itself, with times as they may come. */
static void test_rule(void **state)
{
	const int64_t s = 1000000000, t = 2000000000 * s;
	const cfr_file_stamp file = { .device = 1, .inode = 2, .size = 3, .mtime = t, .ctime = t, .seen = t + 3 * s };
	const struct { cfr_file_stamp keep, ask; bool found; } cases[] = {
		{ file, file, true },
		{ { 1, 2, 3, t, t, t + s }, file, false },			/* kept too early */
		{ { 1, 2, 3, t, t + 2 * s, t + 3 * s }, { 1, 2, 3, t, t + 2 * s, t + 9 * s }, false },
		{ { 1, 2, 3, t + 2 * s, t, t + 3 * s }, { 1, 2, 3, t + 2 * s, t, t + 9 * s }, false },
		{ file, { 1, 2, 3, t, t, t + 9 * s }, true },
		{ file, { 1, 2, 3, t, t + 1, t + 9 * s }, false },
		{ file, { 1, 2, 3, t + 1, t, t + 9 * s }, false },
		{ file, { 1, 2, 4, t, t, t + 9 * s }, false },
		{ file, { 1, 3, 3, t, t, t + 9 * s }, false },
		{ file, { 2, 2, 3, t, t, t + 9 * s }, false },
		{ file, { 1, 2, 3, t, t, 0 }, false },				/* another machine's clock */
		{ { 1, 2, 3, t, t, 0 }, file, false },
		{ { 1, 2, 3, t, t, t + 9 * s }, file, false },			/* our clock was set back */
		{ { 1, 2, 3, INT64_MIN, t, t + 3 * s }, { 1, 2, 3, INT64_MIN, t, t + 3 * s }, true },
		{ { 1, 2, 3, INT64_MAX, t, t + 3 * s }, { 1, 2, 3, INT64_MAX, t, t + 3 * s }, false },
		{ { 1, 2, 3, t, t, INT64_MIN }, file, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct double_cache *d = double_new();
		cfr_loader *loader = double_loader(d);
		cfr__digest in = { { 42 } }, out = { { 0 } };

		cfr__stamp_keep(loader, &cases[i].keep, &cases[i].keep, &in);
		if (cfr__stamp_find(&out, loader, &cases[i].ask) != cases[i].found)
			fail_msg("case %zu", i);
		assert_int_equal(out.bytes[0], cases[i].found ? 42 : 0);
		cfr_loader_free(loader);
		double_free(d);
	}
	/* Changed while it was read: nothing is kept. */
	struct double_cache *d = double_new();
	cfr_loader *loader = double_loader(d);
	cfr__digest in = { { 42 } };
	cfr_file_stamp after = file;
	after.size++;
	cfr__stamp_keep(loader, &file, &after, &in);
	assert_int_equal(d->puts, 0);
	cfr_loader_free(loader);
	double_free(d);
}

static uint64_t parsed_by(struct double_cache *d, const char *name, cfr_format format, const cfr_limits *limits, int expect)
{
	cfr_loader *loader = double_loader(d);
	cfr_documents docs = { NULL, 0 };
	cfr_source *source = NULL;
	cfr_err err = CFR_ERR_INIT;
	uint64_t parsed;
	char path[128];

	name_of(path, name);
	assert_int_equal(cfr_loader_open(&docs, &source, loader, path, format, limits, &err), expect);
	assert_int_equal(err.code, expect);
	assert_non_null(source);
	parsed = stats_of(loader).parsed;
	cfr_documents_release(&docs);
	cfr_source_unref(source);
	cfr_loader_free(loader);
	return parsed;
}

/* Another format, other ceilings, another version: not the same record. */
static void test_depends(void **state)
{
	struct double_cache *d = double_new();
	cfr_limits limits;

	(void)state;
	cfr_limits_default(&limits);
	assert_int_equal(parsed_by(d, "old6", CFR_YAML, NULL, 0), SIZE);
	assert_int_equal(parsed_by(d, "old6", CFR_YAML, NULL, 0), 0);
	assert_int_equal(parsed_by(d, "old6", CFR_YAML, &limits, 0), 0);
	assert_int_equal(parsed_by(d, "old6", CFR_JSON, NULL, CFR_E_SYNTAX), SIZE);
	assert_int_equal(parsed_by(d, "old6", CFR_PROPERTIES, NULL, 0), SIZE);
	limits.of[CFR_LIMIT_NODES] = 3;
	for (int i = 0; i < 2; i++)	/* an error is made anew each time */
		assert_int_equal(parsed_by(d, "old6", CFR_YAML, &limits, CFR_E_LIMIT), SIZE);
	limits.of[CFR_LIMIT_NODES] = 300;
	assert_int_equal(parsed_by(d, "old6", CFR_YAML, &limits, 0), SIZE);
	assert_int_equal(parsed_by(d, "old6", CFR_YAML, &limits, 0), 0);
	double_free(d);
}

/* Records that were damaged, or cannot be kept. */
static void test_broken(void **state)
{
	struct double_cache *d = double_new();

	(void)state;
	d->deaf = true;
	for (int i = 0; i < 2; i++)
		assert_int_equal(parsed_by(d, "old7", CFR_YAML, NULL, 0), SIZE);
	d->deaf = false;
	assert_int_equal(parsed_by(d, "old7", CFR_YAML, NULL, 0), SIZE);
	assert_int_equal(parsed_by(d, "old7", CFR_YAML, NULL, 0), 0);
	/* A stamp whose digest was turned over leads to no record, one whose fields were to the same bytes. */
	for (unsigned i = 0; i < d->count; i++) {
		for (size_t at = 0; d->records[i].len < 200 && at < d->records[i].len; at++) {
			d->records[i].bytes[at] ^= 1;
			parsed_by(d, "old7", CFR_YAML, NULL, 0);
			d->records[i].bytes[at] ^= 1;
		}
	}
	double_free(d);
}

/* Little is parsed without a look at the cache; text at hand goes by its bytes. */
static void test_worth(void **state)
{
	struct double_cache *d = double_new();
	cfr_loader *loader = double_loader(d);
	cfr_documents docs;
	cfr_source *source;
	char *text = malloc(SIZE);

	(void)state;
	assert_non_null(text);
	memset(text, '#', SIZE);
	memcpy(text, "a: 1\n", 5);
	for (size_t len = 5; len <= 100; len += 95) {
		assert_int_equal(cfr_source_new(&source, CFR_STR("x"), (cfr_str){ text, len }, NULL, NULL), 0);
		for (int i = 0; i < 100; i++) {
			assert_int_equal(cfr_loader_read(&docs, loader, source, CFR_YAML, NULL, NULL), 0);
			cfr_documents_release(&docs);
		}
		cfr_source_unref(source);
	}
	assert_int_equal(d->opened, 0);
	assert_int_equal(cfr_source_new(&source, CFR_STR("x"), (cfr_str){ text, SIZE }, NULL, NULL), 0);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(cfr_loader_read(&docs, loader, source, CFR_YAML, NULL, NULL), 0);
		assert_int_equal(docs.count, 1);
		assert_ptr_equal(cfr_document_source(docs.items[0]), source);
		cfr_documents_release(&docs);
	}
	assert_int_equal(d->opened, 1);
	assert_int_equal(stats_of(loader).hits, 1);
	assert_int_equal(stats_of(loader).sources, 202);
	cfr_source_unref(source);
	cfr_loader_free(loader);
	double_free(d);
	free(text);
}

static void *read_often(void *arg)
{
	for (int i = 0; i < 30; i++) {
		if (read_file(arg, i % 2 ? "old0" : "old6") != (i % 2 ? 1 : 7))
			return arg;
	}
	return NULL;
}

static void test_threads(void **state)
{
	struct double_cache *d = double_new();
	cfr_loader *loader = double_loader(d);
	pthread_t threads[4];
	void *bad;

	(void)state;
	for (int i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, read_often, loader), 0);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(pthread_join(threads[i], &bad), 0);
		assert_null(bad);
	}
	assert_int_equal(d->opened, 1);
	assert_int_equal(stats_of(loader).hits + stats_of(loader).misses, 120);
	cfr_loader_free(loader);
	double_free(d);
}

/* Errors are those of reading, to the byte; without a loader, too. */
static void test_errors(void **state)
{
	struct double_cache *d = double_new();
	cfr_loader *loader = double_loader(d);
	cfr_documents docs;
	cfr_source *source = NULL, *plain = NULL;
	char path[128];
	FILE *file;

	(void)state;
	name_of(path, "bad.yaml");
	file = fopen(path, "w");
	assert_non_null(file);
	for (int i = 0; i < 5000; i++)
		fputs("# comment\n", file);
	fputs("a: [1\nb: }\n", file);
	fclose(file);
	for (int i = 0; i < 3; i++) {
		cfr_err a = CFR_ERR_INIT, b = CFR_ERR_INIT;

		assert_int_equal(cfr_loader_open(&docs, &source, i == 2 ? NULL : loader, path, CFR_FORMAT_NONE, NULL, &a), CFR_E_SYNTAX);
		assert_int_equal(cfr_source_open(&plain, path, NULL, NULL), 0);
		assert_int_equal(cfr_text_read(&docs, plain, CFR_FORMAT_NONE, NULL, &b), CFR_E_SYNTAX);
		assert_string_equal(a.message, b.message);
		assert_int_equal(a.line, b.line);
		assert_int_equal(a.column, b.column);
		cfr_source_unref(source);
		cfr_source_unref(plain);
	}
	source = NULL;
	name_of(path, "nowhere");
	assert_int_equal(cfr_loader_open(&docs, &source, loader, path, CFR_FORMAT_NONE, NULL, NULL), CFR_E_IO);
	assert_null(source);
	assert_int_equal(cfr_loader_open(&docs, &source, loader, folder, CFR_FORMAT_NONE, NULL, NULL), CFR_E_IO);
	assert_null(source);
	assert_int_equal(d->count, 0);
	cfr_loader_free(loader);
	cfr_loader_free(NULL);
	double_free(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unchanged), cmocka_unit_test(test_changed), cmocka_unit_test(test_young),
		cmocka_unit_test(test_rule), cmocka_unit_test(test_depends), cmocka_unit_test(test_broken),
		cmocka_unit_test(test_worth), cmocka_unit_test(test_threads), cmocka_unit_test(test_errors),
	};
	return cmocka_run_group_tests(tests, make_files, remove_files);
}
