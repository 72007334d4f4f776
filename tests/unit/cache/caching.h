/* tests/unit/cache/caching.h -- a folder for each test, and records whose bytes follow from their number. */
#ifndef CFR_TESTS_CACHING_H
#define CFR_TESTS_CACHING_H

#include "cache/cache.h"
#include "engine/base/str.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

typedef enum { CACHING_MISS, CACHING_HIT, CACHING_WRONG } caching_outcome;

static char caching_text[4096];		/* what was noted, line by line */

static inline const char *caching_notes(void) { return caching_text; }

static inline void caching_note(void *arg, const char *line)
{
	size_t n = strlen(caching_text);

	(void)arg;
	snprintf(caching_text + n, sizeof(caching_text) - n, "%s\n", line);
}

static inline cfr_cache_options caching_options(const char *folder)
{
	return (cfr_cache_options){ .folder = folder, .note = caching_note };
}

static inline cfr_cache_key caching_key(unsigned number)
{
	cfr_cache_key key;

	for (size_t i = 0; i < sizeof(key.bytes); i++)
		key.bytes[i] = (uint8_t)((number * 2654435761u + (unsigned)i * 40503u) >> (i % 4 * 8));
	memcpy(key.bytes + 16, &number, sizeof(number));
	return key;
}

static inline char *caching_bytes(unsigned number, size_t size)
{
	char *bytes = malloc(size + 1);
	uint32_t x = number * 2654435761u + 12345;

	for (size_t i = 0; i < size; i++) {
		x = x * 1664525u + 1013904223u;
		bytes[i] = (char)(x >> 24);
	}
	return bytes;
}

static inline void caching_put(cfr_cache cache, unsigned number, size_t size)
{
	cfr_cache_key key = caching_key(number);
	char *bytes = caching_bytes(number, size);
	size_t cut = size / 3;
	cfr_str pieces[2] = { { bytes, cut }, { bytes + cut, size - cut } };

	cache.ops->put(cache.arg, &key, pieces, 2);
	free(bytes);
}

static inline caching_outcome caching_get(cfr_cache cache, unsigned number, size_t size)
{
	cfr_cache_key key = caching_key(number);
	cfr_buf out = CFR_BUF_INIT;
	caching_outcome outcome = CACHING_MISS;
	char *bytes;

	if (cache.ops->get(cache.arg, &key, &out)) {
		bytes = caching_bytes(number, size);
		outcome = out.len == size && memcmp(out.ptr, bytes, size) == 0 ? CACHING_HIT : CACHING_WRONG;
		free(bytes);
	}
	cfr_buf_release(&out);
	return outcome;
}

/* A folder that is not there yet, in one that is: "…/cache". */
static inline int caching_setup(void **state)
{
	const char *base = getenv("TMPDIR");
	char *name = malloc(256);

	snprintf(name, 240, "%s/cfgrun-cache-XXXXXX", base && *base ? base : "/tmp");
	if (!mkdtemp(name))
		return -1;
	strcat(name, "/cache");
	caching_text[0] = '\0';
	*state = name;
	return 0;
}

static inline void caching_remove(const char *folder)
{
	DIR *dir = opendir(folder);
	char name[600];

	for (struct dirent *e = dir ? readdir(dir) : NULL; e; e = readdir(dir)) {
		if (e->d_name[0] == '.' || snprintf(name, sizeof(name), "%s/%s", folder, e->d_name) >= (int)sizeof(name))
			continue;
		if (unlink(name) < 0)
			caching_remove(name);
	}
	if (dir)
		closedir(dir);
	rmdir(folder);
}

static inline int caching_teardown(void **state)
{
	char *name = *state;

	name[strlen(name) - strlen("/cache")] = '\0';
	caching_remove(name);
	free(name);
	return 0;
}

#define caching_test(f) cmocka_unit_test_setup_teardown(f, caching_setup, caching_teardown)

#endif
