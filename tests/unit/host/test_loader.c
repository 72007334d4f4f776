/* tests/unit/host/test_loader.c -- an embedder's loader: the second one finds on disk what the first has kept. */
#include "host/cfgrun.h"

#include "cache/cache.h"
#include "engine/base/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = P_tmpdir "/cfgrun-host-XXXXXX";
static char file[128], cache[128];

static cfr_load_stats read_once(const char *where)
{
	cfr_loader *loader;
	cfr_load_stats stats;
	cfr_check *check;
	cfr_err err = CFR_ERR_INIT;

	assert_int_equal(cfr_cached_loader(&loader, where, &err), 0);
	assert_int_equal(cfr_checker_new(&check, &(cfr_check_options){ .loader = loader, .workers = 1 }, &err), 0);
	assert_int_equal(cfr_checker_add_policy(check, "pack:yaml", &err), 0);
	assert_int_equal(cfr_check_add_file(check, cfr_str_of(file), CFR_STR("a.yaml"), &err), 0);
	assert_int_equal(cfr_check_run(check, &err), 0);
	assert_int_equal(cfr_check_outcome(check)->finding_count, 1);
	assert_int_equal(cfr_check_outcome(check)->findings[0].span.line, 1001);
	cfr_loader_stats(&stats, loader);
	/* Documents outlive the loader. */
	cfr_loader_free(loader);
	assert_int_equal(cfr_check_outcome(check)->source_count, 1);
	cfr_check_free(check);
	return stats;
}

static void test_cached(void **state)
{
	cfr_cache_stats counts;
	FILE *out;
	char command[160];

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(file, sizeof(file), "%s/a.yaml", folder);
	snprintf(cache, sizeof(cache), "%s/cache", folder);
	out = fopen(file, "w");
	assert_non_null(out);
	for (int i = 0; i < 1000; i++)
		fputs("# so long that it is worth a record, and its digest\n", out);
	fputs("country: no\n", out);
	assert_int_equal(fclose(out), 0);
	assert_int_equal(read_once(cache).misses, 1);
	assert_int_equal(read_once(cache).hits, 1);
	assert_int_equal(read_once(cache).parsed, 0);
	assert_int_equal(read_once("off").hits, 0);
	assert_int_equal(setenv("CFGRUN_CACHE", cache, 1), 0);
	assert_int_equal(read_once(NULL).hits, 1);
	assert_int_equal(setenv("CFGRUN_CACHE_SIZE", "nonsense", 1), 0);
	assert_int_equal(read_once(NULL).hits, 1);
	/* All of them count, as those of the program do. */
	assert_int_equal(cfr_cache_read_stats(&counts, &(cfr_cache_options){ .folder = cache }, NULL), 0);
	assert_int_equal(counts.misses, 1);
	assert_int_equal(counts.hits, 4);
	snprintf(command, sizeof(command), "rm -r '%s'", folder);
	assert_int_equal(system(command), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_cached) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
