/* tests/unit/cache/test_damage.c -- whatever happens to the file of records: no crash, no wrong value, and it works again.
 *
 * A small cache is made once. Then it is damaged in one way after the other; each time every record is asked for, which
 * must give what was put or nothing, others are put, and these must be there. CFR_FLIPS says how many random bits are
 * turned (2,000).
 */
#include "caching.h"

#include "cache/page.h"

#include <fcntl.h>
#include <sys/stat.h>

enum { RECORDS = 160, PAGE = 4096 };

typedef struct golden {
	char *bytes;
	size_t len;
	uint32_t random;
} golden;

static size_t size_of(unsigned number)
{
	return number % 8 == 7 ? 3000 + number * 31 : 30 + number * 11 % 700;
}

static char *file_name(const char *folder, const char *file)
{
	static char name[600];

	snprintf(name, sizeof(name), "%s/%s", folder, file);
	return name;
}

static uint32_t next(golden *g)
{
	g->random = g->random * 1664525u + 1013904223u;
	return g->random >> 8;
}

static void write_file(const char *folder, const char *bytes, size_t len)
{
	int fd = open(file_name(folder, "v1.mdb"), O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, len), len);
	close(fd);
}

/* Puts, replaces and removes, so that there are free pages and branches. */
static golden make(const char *folder)
{
	cfr_cache_options options = caching_options(folder);
	golden g = { NULL, 0, 4711 };
	cfr_cache cache;
	struct stat st;
	int fd;

	cfr_cache_open(&cache, &options);
	for (unsigned i = 0; i < RECORDS + 20; i++)
		caching_put(cache, i, size_of(i) + 300);
	for (unsigned i = 0; i < RECORDS; i++)
		caching_put(cache, i, size_of(i));
	for (unsigned i = 0; i < RECORDS; i++)
		assert_int_equal(caching_get(cache, i, size_of(i)), CACHING_HIT);
	cfr_cache_close(cache);
	fd = open(file_name(folder, "v1.mdb"), O_RDONLY);
	assert_int_equal(fstat(fd, &st), 0);
	g.len = (size_t)st.st_size;
	g.bytes = malloc(g.len);
	assert_true(cfr__pread(fd, g.bytes, g.len, 0));
	close(fd);
	assert_string_equal(caching_notes(), "");
	return g;
}

/* Returns how many records are left. */
static unsigned use(const char *folder)
{
	cfr_cache_options options = caching_options(folder);
	unsigned hits = 0;
	cfr_cache cache;

	cfr_cache_open(&cache, &options);
	assert_non_null(cache.ops);
	for (unsigned i = 0; i < RECORDS; i++) {
		caching_outcome outcome = caching_get(cache, i, size_of(i));
		if (outcome == CACHING_WRONG)	/* a damaged branch may lead to what was put before */
			outcome = caching_get(cache, i, size_of(i) + 300);
		assert_int_not_equal(outcome, CACHING_WRONG);
		hits += outcome == CACHING_HIT;
	}
	caching_put(cache, 1000, 20000);
	caching_put(cache, 3, size_of(3) + 1);
	caching_put(cache, 7, size_of(7) + 1);
	for (unsigned i = 1001; i < 1006; i++)
		caching_put(cache, i, 600);
	assert_int_equal(caching_get(cache, 1000, 20000), CACHING_HIT);
	assert_int_equal(caching_get(cache, 3, size_of(3) + 1), CACHING_HIT);
	assert_int_equal(caching_get(cache, 7, size_of(7) + 1), CACHING_HIT);
	cfr_cache_close(cache);
	return hits;
}

static void test_flips(void **state)
{
	unsigned count = getenv("CFR_FLIPS") ? (unsigned)atoi(getenv("CFR_FLIPS")) : 2000, intact = 0, anew = 0;
	golden g = make(*state);

	for (unsigned i = 0; i < count; i++) {
		size_t at = next(&g) % g.len;
		char bit = (char)(1 << next(&g) % 8);
		unsigned hits;
		if (i % 2) {	/* in what stands at the front of a page */
			at = at / PAGE * PAGE + at % 64;
		}
		g.bytes[at] ^= bit;
		write_file(*state, g.bytes, g.len);
		hits = use(*state);
		intact += hits >= RECORDS - 1;
		anew += hits == 0;
		g.bytes[at] ^= bit;
	}
	assert_true(intact > count / 2);
	assert_true(anew < count / 4);
	free(g.bytes);
}

static void test_first_pages(void **state)
{
	golden g = make(*state);

	for (size_t at = 0; at < 2 * PAGE; at = at == 159 ? PAGE : at + 1) {
		if (at % PAGE >= 160)
			break;
		for (int bit = 0; bit < 8; bit++) {
			g.bytes[at] = (char)(g.bytes[at] ^ 1 << bit);
			write_file(*state, g.bytes, g.len);
			use(*state);
			g.bytes[at] = (char)(g.bytes[at] ^ 1 << bit);
		}
	}
	free(g.bytes);
}

/* Numbers that are worse than one bit: zeros, ones, what stands elsewhere. */
static void test_words(void **state)
{
	golden g = make(*state);

	for (unsigned i = 0; i < 600; i++) {
		size_t width = (size_t)2 << next(&g) % 3, at = next(&g) % (g.len / width) * width;
		char was[8];
		if (i % 3)
			at = at / PAGE * PAGE + at % 128 / width * width;
		memcpy(was, g.bytes + at, width);
		switch (next(&g) % 4) {
		case 0: memset(g.bytes + at, 0, width); break;
		case 1: memset(g.bytes + at, 0xff, width); break;
		case 2: memcpy(g.bytes + at, g.bytes + next(&g) % (g.len - 8), width); break;
		default: g.bytes[at]++; break;
		}
		write_file(*state, g.bytes, g.len);
		use(*state);
		memcpy(g.bytes + at, was, width);
	}
	free(g.bytes);
}

/* Pages that are zero, garbage, or another one. */
static void test_pages(void **state)
{
	golden g = make(*state);
	char was[PAGE];

	for (size_t page = 0; page < g.len / PAGE; page++) {
		for (int how = 0; how < 3; how++) {
			memcpy(was, g.bytes + page * PAGE, PAGE);
			for (size_t i = 0; i < PAGE; i++)
				g.bytes[page * PAGE + i] = (char)(how == 0 ? 0 : how == 1 ? (int)next(&g) : g.bytes[(page + 1) * PAGE % g.len + i]);
			write_file(*state, g.bytes, g.len);
			use(*state);
			memcpy(g.bytes + page * PAGE, was, PAGE);
		}
	}
	free(g.bytes);
}

static void test_truncated(void **state)
{
	golden g = make(*state);

	for (size_t page = 0; page <= g.len / PAGE; page++) {
		for (int more = -1; more <= 1; more++) {
			size_t len = page * PAGE + (size_t)more;
			if ((page == 0 && more < 0) || len > g.len)
				continue;
			write_file(*state, g.bytes, len);
			use(*state);
		}
	}
	free(g.bytes);
}

/* Cut off, and put back, while it is open. */
static void test_truncated_in_use(void **state)
{
	cfr_cache_options options = caching_options(*state);
	golden g = make(*state);
	cfr_cache cache;

	cfr_cache_open(&cache, &options);
	for (unsigned round = 0; round < 30; round++) {
		if (round % 2)
			caching_put(cache, 2000 + round, 3000);
		assert_int_equal(truncate(file_name(*state, "v1.mdb"), (off_t)(round % 4 ? next(&g) % g.len : 0)), 0);
		for (unsigned i = 0; i < RECORDS; i++)
			assert_int_not_equal(caching_get(cache, i, size_of(i)), CACHING_WRONG);
		caching_put(cache, 1, size_of(1));
		assert_int_equal(caching_get(cache, 1, size_of(1)), CACHING_HIT);
		if (round % 3 == 0) {
			write_file(*state, g.bytes, g.len);
			caching_get(cache, 5, size_of(5));
		}
	}
	cfr_cache_close(cache);
	free(g.bytes);
}

static void test_foreign(void **state)
{
	static const char *const texts[] = { "", "x", "SQLite format 3", "#!/bin/sh\nexit 1\n" };
	golden g = make(*state);
	char *name = strdup(file_name(*state, "v1.mdb"));

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		write_file(*state, texts[i], strlen(texts[i]));
		assert_int_equal(use(*state), 0);
	}
	for (int how = 0; how < 4; how++) {
		assert_int_equal(unlink(name), 0);
		caching_text[0] = '\0';
		switch (how) {
		case 0: assert_int_equal(mkdir(name, 0700), 0); break;
		case 1: assert_int_equal(mkfifo(name, 0600), 0); break;
		case 2: assert_int_equal(symlink("/etc/passwd", name), 0); break;
		default: write_file(*state, g.bytes, g.len); assert_int_equal(chmod(name, 0666), 0); break;
		}
		assert_int_equal(use(*state), 0);
		assert_non_null(strstr(caching_notes(), "begun anew: its records are in no file of this user alone"));
	}
	/* the state, too, may be anything */
	for (size_t i = 0; i < 40; i++) {
		int fd = open(file_name(*state, "v1.state"), O_RDWR);
		char byte = (char)next(&g);
		assert_int_equal(pwrite(fd, &byte, 1, (off_t)(next(&g) % 700)), 1);
		if (i % 8 == 0)
			assert_int_equal(ftruncate(fd, (off_t)(next(&g) % 700)), 0);
		close(fd);
		write_file(*state, g.bytes, g.len);
		assert_int_equal(use(*state), RECORDS);
	}
	free(name);
	free(g.bytes);
}

/* What was left in order is not looked at again; a damaged record is found, told, and made again. */
static void test_verify(void **state)
{
	cfr_cache_options options = caching_options(*state);
	golden g = make(*state);
	cfr_cache_verdict verdict;
	char *key, *at;
	size_t len = 3000;

	assert_int_equal(cfr_cache_verify(&verdict, &options, NULL), 0);
	assert_int_equal(verdict.records, RECORDS + 20);
	assert_int_equal(verdict.removed, 0);
	key = caching_bytes(7, size_of(7));
	at = memmem(g.bytes, g.len, key, size_of(7) < len ? size_of(7) : len);
	assert_non_null(at);
	at[100] ^= 4;
	write_file(*state, g.bytes, g.len);
	assert_int_equal(cfr_cache_verify(&verdict, &options, NULL), 0);
	assert_int_equal(verdict.records, RECORDS + 19);
	assert_int_equal(verdict.removed, 1);
	assert_false(verdict.moved);
	assert_int_equal(cfr_cache_verify(&verdict, &options, NULL), 0);
	assert_int_equal(verdict.removed, 0);
	g.bytes[17] ^= 1;
	write_file(*state, g.bytes, g.len);
	assert_int_equal(cfr_cache_verify(&verdict, &options, NULL), 0);
	assert_true(verdict.moved);
	assert_string_equal(verdict.why, "it is no cache");
	assert_int_equal(access(file_name(*state, "v1.damaged"), F_OK), 0);
	free(key);
	free(g.bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		caching_test(test_flips), caching_test(test_first_pages), caching_test(test_words), caching_test(test_pages),
		caching_test(test_truncated), caching_test(test_truncated_in_use), caching_test(test_foreign),
		caching_test(test_verify),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
