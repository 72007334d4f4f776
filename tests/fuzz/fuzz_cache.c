/* tests/fuzz/fuzz_cache.c -- a file of records with some bytes changed: found to be damaged, or LMDB can work on it.
 *
 * The input is a list of changes: where (three bytes), how (one), what (one). A small file of records that is in order gets
 * them; then it is searched, looked at page by page, and, if that finds nothing, written to by LMDB.
 */
#include "cache/env.h"
#include "cache/inspect.h"
#include "engine/base/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { RECORDS = 90, BOUND = 4 << 20 };

static uint8_t *golden;
static size_t golden_len;
static char zeros[20000];

static void key_of(uint8_t out[32], unsigned number)
{
	memset(out, (int)(number * 37), 32);
	memcpy(out + 4, &number, sizeof(number));
}

static void put(cfr__env *env, unsigned number, size_t size)
{
	cfr__head head = { .magic = { 'c', 'f', 'g', 'r' }, .version = 1, .len = size, .time = number };
	uint64_t dropped = 0;
	uint8_t key[32];

	key_of(key, number);
	cfr__env_put(env, key, &(cfr_str){ zeros, size }, 1, &head, &dropped, NULL);
}

static cfr__env *open_env(int fd)
{
	cfr__env *env = NULL;
	char name[64];

	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	return cfr__env_open(&env, name, BOUND, NULL) == 0 ? env : NULL;
}

static void make_golden(void)
{
	int fd = memfd_create("golden", 0);
	cfr__env *env = open_env(fd);
	struct stat st;

	if (!env)
		abort();
	for (unsigned round = 0; round < 2; round++) {
		for (unsigned i = 0; i < RECORDS; i++)
			put(env, i, i % 9 ? 40 + i * 11 + round : 3000 + i * 70);
	}
	cfr__env_close(env);
	if (fstat(fd, &st) < 0 || !(golden = malloc((size_t)st.st_size)))
		abort();
	golden_len = (size_t)st.st_size;
	if (!cfr__pread(fd, golden, golden_len, 0))
		abort();
	close(fd);
}

static void change(uint8_t *file, const uint8_t *input)
{
	size_t at = (input[0] | (size_t)input[1] << 8 | (size_t)input[2] << 16) % golden_len;

	if (input[3] & 1)	/* where it matters: the first bytes of a page, and of its entries */
		at = at / 4096 * 4096 + at % 64;
	switch (input[3] >> 1 & 3) {
	case 0: file[at] = (uint8_t)(file[at] ^ 1 << input[4] % 8); break;
	case 1: file[at] = input[4]; break;
	case 2: memcpy(file + at, golden + (at + (size_t)input[4] * 4096) % (golden_len - 8), at + 8 <= golden_len ? 8 : 1); break;
	default: file[at] = (uint8_t)(file[at] + input[4]); break;
	}
}

static void use(int fd)
{
	uint8_t page[CFR__PAGE_MOST], key[32], full[CFR__KEY];
	cfr__snapshot snap;
	cfr__value value;
	cfr__env *env;
	bool found;

	if (cfr__snapshot_take(&snap, fd) != NULL)
		return;
	for (unsigned i = 0; i < RECORDS; i++) {
		key_of(key, i);
		cfr__env_key(full, CFR__RECORD, key);
		cfr__page_find(&value, &found, page, &snap, (cfr_str){ (const char *)full, sizeof(full) });
	}
	if (cfr__inspect(&snap, NULL, NULL, NULL) < 0 || !(env = open_env(fd)))
		return;
	for (unsigned i = 0; i < 12; i++)
		put(env, i * 5 + 3, i % 4 ? 90 : 9000);
	cfr__env_close(env);
	if (cfr__snapshot_take(&snap, fd) != NULL || cfr__inspect(&snap, NULL, NULL, NULL) < 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *file;
	int fd;

	if (!golden)
		make_golden();
	file = malloc(golden_len);
	fd = memfd_create("cache", 0);
	if (!file || fd < 0)
		abort();
	memcpy(file, golden, golden_len);
	for (size_t i = 0; i + 5 <= size && i < 40; i += 5)
		change(file, data + i);
	if (write(fd, file, golden_len) != (ssize_t)golden_len)
		abort();
	use(fd);
	close(fd);
	free(file);
	return 0;
}
