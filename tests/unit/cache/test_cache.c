/* tests/unit/cache/test_cache.c -- what is put is got, byte for byte, by this process and by the next. */
#include "caching.h"

#include <pthread.h>
#include <sys/stat.h>

static void test_roundtrip(void **state)
{
	static const size_t sizes[] = { 0, 1, 100, 1900, 1990, 2038, 2100, 4000, 4080, 4096, 9000, 70000, 3000000 };
	cfr_cache_options options = caching_options(*state);
	cfr_cache cache;

	cfr_cache_open(&cache, &options);
	assert_non_null(cache.ops);
	for (unsigned i = 0; i < 13; i++) {
		assert_int_equal(caching_get(cache, i, sizes[i]), CACHING_MISS);
		caching_put(cache, i, sizes[i]);
		assert_int_equal(caching_get(cache, i, sizes[i]), CACHING_HIT);
	}
	cfr_cache_close(cache);
	cfr_cache_open(&cache, &options);
	for (unsigned i = 0; i < 13; i++)
		assert_int_equal(caching_get(cache, i, sizes[i]), CACHING_HIT);
	assert_int_equal(caching_get(cache, 99, 10), CACHING_MISS);
	cfr_cache_close(cache);
	assert_string_equal(caching_notes(), "");
}

/* What is got stands behind what was there; a miss leaves it alone. */
static void test_appends(void **state)
{
	cfr_cache_options options = caching_options(*state);
	cfr_buf out = CFR_BUF_INIT;
	cfr_cache cache;
	cfr_cache_key key = caching_key(1);

	cfr_cache_open(&cache, &options);
	cfr_buf_addz(&out, "before ");
	assert_false(cache.ops->get(cache.arg, &key, &out));
	cache.ops->put(cache.arg, &key, (cfr_str[]){ CFR_STR("one"), { NULL, 0 }, CFR_STR(", two") }, 3);
	assert_true(cache.ops->get(cache.arg, &key, &out));
	assert_string_equal(out.ptr, "before one, two");
	cfr_buf_release(&out);
	/* a record in place of an older one */
	cache.ops->put(cache.arg, &key, (cfr_str[]){ CFR_STR("three") }, 1);
	assert_true(cache.ops->get(cache.arg, &key, &out));
	assert_string_equal(out.ptr, "three");
	cfr_buf_release(&out);
	cfr_cache_close(cache);
}

static void test_stats(void **state)
{
	cfr_cache_options options = caching_options(*state);
	cfr_cache_verdict verdict;
	cfr_cache_stats stats;
	cfr_cache cache;
	uint64_t bytes;

	assert_int_equal(cfr_cache_read_stats(&stats, &options, NULL), 0);
	assert_false(stats.there);
	assert_int_equal(stats.bound, CFR_CACHE_SIZE);
	cfr_cache_open(&cache, &options);
	caching_get(cache, 1, 5000);
	caching_put(cache, 1, 5000);
	caching_put(cache, 2, 50);
	caching_put(cache, 2, 50);
	for (unsigned i = 0; i < 5; i++)
		caching_get(cache, i % 2 ? 2 : 1, i % 2 ? 50 : 5000);
	cfr_cache_count(cache, 3, 0);
	cfr_cache_close(cache);
	cfr_cache_open(&cache, &options);
	cfr_cache_count(cache, 2, 1);
	cfr_cache_close(cache);
	assert_int_equal(cfr_cache_read_stats(&stats, &options, NULL), 0);
	assert_true(stats.there);
	assert_int_equal(stats.records, 2);
	assert_int_equal(stats.kept, 2);	/* the third was there */
	assert_int_equal(stats.hits, 5);
	assert_int_equal(stats.misses, 1);
	assert_int_equal(stats.day_hits, 5);
	assert_int_equal(stats.day_misses, 1);
	assert_true(stats.oldest > 1600000000 && stats.oldest <= stats.newest);
	assert_true(stats.used <= stats.file && stats.file < 200000);
	assert_int_equal(cfr_cache_verify(&verdict, &options, NULL), 0);
	assert_int_equal(verdict.records, 2);
	assert_int_equal(verdict.bytes, 5050);
	assert_int_equal(verdict.removed, 0);
	assert_false(verdict.moved);
	assert_int_equal(cfr_cache_clear(&bytes, &options, NULL), 0);
	assert_true(bytes >= stats.file);
	assert_int_equal(cfr_cache_read_stats(&stats, &options, NULL), 0);
	assert_false(stats.there);
	assert_int_equal(stats.hits + stats.misses, 0);
}

/* Kinds by the letters in front; in pages of their own and among others. */
static void test_kinds(void **state)
{
	static const char *const texts[] = { "letters and more", "letters", "lettera", "x", "", "UPPERCA", "cfr\0abc", "letters\1..." };
	cfr_cache_options options = caching_options(*state);
	uint64_t records = 0, more = 0, bytes = 0;
	cfr_cache_stats stats;
	cfr_cache cache;

	cfr_cache_open(&cache, &options);
	for (unsigned i = 0; i < 16; i++) {
		cfr_cache_key key = caching_key(i);
		char *large = calloc(1, 20000);
		cfr_str pieces[2] = { { texts[i / 2], i / 2 == 6 ? 7 : strlen(texts[i / 2]) }, { large, i % 2 ? 20000 : 0 } };

		cache.ops->put(cache.arg, &key, pieces, 2);
		free(large);
	}
	assert_int_equal(cfr_cache_read_stats(&stats, &options, NULL), 0);
	for (int i = 0; i < CFR_CACHE_KINDS; i++) {
		const cfr_cache_kind *kind = &stats.kinds[i];
		bool others = i == CFR_CACHE_KINDS - 1;

		assert_int_equal(kind->records, strcmp(kind->name, "letters") == 0 ? 6 : strcmp(kind->name, "lettera") == 0 ? 2 :
		                 others ? 8 : 0);
		assert_true(kind->bytes >= kind->records / 2 * 20000 && kind->bytes < kind->records / 2 * 20200 + 1);
		records += kind->records;
	}
	assert_int_equal(records, 16);
	for (unsigned i = 0; i < 20; i++) {
		cfr_cache_key key = caching_key(100 + i);
		char name[16];

		snprintf(name, sizeof(name), "kind%cxx", 'a' + (int)i);
		cache.ops->put(cache.arg, &key, &(cfr_str){ name, 8 }, 1);
	}
	cfr_cache_close(cache);
	assert_int_equal(cfr_cache_read_stats(&stats, &options, NULL), 0);
	assert_int_equal(stats.records, 36);
	for (int i = 0; i < CFR_CACHE_KINDS; i++) {
		const cfr_cache_kind *kind = &stats.kinds[i];

		assert_true(kind->records > 0);
		assert_int_equal(kind->name[0] == '\0', i == CFR_CACHE_KINDS - 1);
		more += kind->records;
		bytes += kind->bytes;
	}
	assert_int_equal(more, stats.records);
	assert_int_equal(bytes, stats.bytes);
}

static void test_where(void **state)
{
	static const struct {
		const char *own, *xdg, *home, *want;
	} cases[] = {
		{ NULL, NULL, "/h", "/h/.cache/cfgrun" }, { NULL, "/x", "/h", "/x/cfgrun" }, { "/o", "/x", "/h", "/o" },
		{ NULL, "x", "/h", "/h/.cache/cfgrun" }, { "", "", "/h", "/h/.cache/cfgrun" }, { "off", "/x", "/h", NULL },
		{ NULL, NULL, NULL, NULL }, { NULL, NULL, "", NULL },
	};
	static const struct {
		const char *text;
		uint64_t want;
	} sizes[] = { { "1000", 1000 }, { "64 MiB", 64 << 20 }, { "64m", 64 << 20 }, { "2GB", 2ull << 30 }, { "1K", 1024 },
		      { "7B", 7 }, { "", 0 }, { "MiB", 0 }, { "-1", 0 }, { "1 X", 0 }, { "1 MiBs", 0 },
		      { "99999999999999999999", 0 }, { "99999999999T", 0 } };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		cfr_buf out = CFR_BUF_INIT;
		bool is = cfr_cache_where(&out, cases[i].own, cases[i].xdg, cases[i].home);
		assert_int_equal(is, cases[i].want != NULL);
		if (is)
			assert_string_equal(out.ptr, cases[i].want);
		cfr_buf_release(&out);
	}
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		uint64_t bytes = 0;
		assert_int_equal(cfr_cache_read_size(&bytes, cfr_str_of(sizes[i].text)), sizes[i].want != 0);
		assert_int_equal(bytes, sizes[i].want);
	}
}

/* A relative name is that of the folder one is in, which may be gone. */
static void test_gone(void **state)
{
	cfr_cache_options options = caching_options("here");
	char back[4096], gone[600];
	cfr_cache_stats stats;
	cfr_err err = CFR_ERR_INIT;
	cfr_cache cache;

	assert_non_null(getcwd(back, sizeof(back)));
	snprintf(gone, sizeof(gone), "%s.gone", (const char *)*state);
	assert_int_equal(mkdir(gone, 0700), 0);
	assert_int_equal(chdir(gone), 0);
	assert_int_equal(rmdir(gone), 0);
	cfr_cache_open(&cache, &options);
	assert_null(cache.ops);
	assert_int_equal(cfr_cache_read_stats(&stats, &options, &err), CFR_E_IO);
	assert_int_equal(chdir(back), 0);
	assert_string_equal(err.file, "here");
	assert_non_null(strstr(err.message, "which is gone"));
	assert_string_equal(caching_notes(), "here: the folder of the cache is named from the current one, which is gone: "
	                                     "no such file or folder\n");
}

/* Threads that get and put at the same time. */
static void *work(void *arg)
{
	cfr_cache cache = *(cfr_cache *)arg;

	for (unsigned i = 0; i < 200; i++) {
		unsigned n = i * 7 % 20;
		if (caching_get(cache, n, 100 + n * 700) == CACHING_MISS)
			caching_put(cache, n, 100 + n * 700);
	}
	return NULL;
}

static void test_threads(void **state)
{
	cfr_cache_options options = caching_options(*state);
	pthread_t threads[6];
	cfr_cache cache;

	cfr_cache_open(&cache, &options);
	for (int i = 0; i < 6; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, work, &cache), 0);
	for (int i = 0; i < 6; i++)
		pthread_join(threads[i], NULL);
	for (unsigned n = 0; n < 20; n++)
		assert_int_equal(caching_get(cache, n, 100 + n * 700), CACHING_HIT);
	cfr_cache_close(cache);
	assert_string_equal(caching_notes(), "");
}

/* Much more is put than fits: what was used last stays, the file keeps its bound. */
static void test_bounded(void **state)
{
	cfr_cache_options options = caching_options(*state);
	cfr_cache_verdict verdict;
	cfr_cache_stats stats;
	cfr_cache cache;
	unsigned there = 0;

	options.size = 4 << 20;
	cfr_cache_open(&cache, &options);
	for (unsigned i = 0; i < 1500; i++) {
		size_t size = i % 50 == 49 ? (4 << 20) / 4 - 1 : 200 + i * 37 % 30000;
		caching_put(cache, i, size);
		assert_int_equal(caching_get(cache, i, size), CACHING_HIT);
	}
	for (unsigned i = 0; i < 1500; i++)
		there += caching_get(cache, i, i % 50 == 49 ? (4 << 20) / 4 - 1 : 200 + i * 37 % 30000) == CACHING_HIT;
	cfr_cache_close(cache);
	assert_in_range(there, 20, 400);
	assert_int_equal(cfr_cache_read_stats(&stats, &options, NULL), 0);
	assert_int_equal(stats.records, there);
	assert_true(stats.file <= options.size);
	assert_int_equal(cfr_cache_verify(&verdict, &options, NULL), 0);
	assert_int_equal(verdict.records, there);
	/* too large a record is not kept */
	cfr_cache_open(&cache, &options);
	caching_put(cache, 5000, (4 << 20) / 4 + 1);
	assert_int_equal(caching_get(cache, 5000, (4 << 20) / 4 + 1), CACHING_MISS);
	cfr_cache_close(cache);
	/* under a lower bound it is begun anew */
	options.size = 2 << 20;
	cfr_cache_open(&cache, &options);
	caching_put(cache, 1, 100);
	cfr_cache_close(cache);
	assert_int_equal(cfr_cache_read_stats(&stats, &options, NULL), 0);
	assert_int_equal(stats.records, 1);
	assert_string_equal(caching_notes(), "a record of 1025 KiB is too large for the cache, which keeps none above 1024 KiB\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		caching_test(test_roundtrip), caching_test(test_appends), caching_test(test_stats), caching_test(test_kinds), caching_test(test_where),
		caching_test(test_gone),
		caching_test(test_threads), caching_test(test_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
