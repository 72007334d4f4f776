/* tests/conformance/suite.h -- the suites outside the project: finding them, walking them, reading their files.
 *
 * They stand in ../shared beside the repository, or where CFGRUN_SHARED says. A driver skips when its suite is not
 * there.
 */
#ifndef CFR_TESTS_SUITE_H
#define CFR_TESTS_SUITE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <dirent.h>
#include <unistd.h>

#include "engine/base/str.h"

/* "…/shared/WHAT", or NULL when it is not there. */
static inline const char *suite_path(char out[4096], const char *what)
{
	const char *shared = getenv("CFGRUN_SHARED");

	snprintf(out, 4096, "%s/%s", shared ? shared : "../shared", what);
	return access(out, R_OK) == 0 ? out : NULL;
}

/* The whole file, in memory of exactly its size (so that a sanitizer sees one byte too far); ptr NULL if there is
 * none. */
static inline cfr_str suite_file(const char *name)
{
	FILE *file = fopen(name, "rb");
	long len;
	char *bytes;

	if (!file)
		return (cfr_str){ NULL, 0 };
	assert_int_equal(fseek(file, 0, SEEK_END), 0);
	len = ftell(file);
	assert_true(len >= 0);
	rewind(file);
	bytes = malloc(len ? (size_t)len : 1);
	assert_non_null(bytes);
	assert_int_equal(fread(bytes, 1, (size_t)len, file), (size_t)len);
	fclose(file);
	return (cfr_str){ bytes, (size_t)len };
}

static inline int suite_by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The names in a folder, sorted, without those that begin with a dot. Free each, then the array. */
static inline char **suite_list(const char *folder, size_t *count)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	char **names = NULL;
	size_t n = 0;

	while (dir && (entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		names = realloc(names, (n + 1) * sizeof(*names));
		assert_non_null(names);
		names[n] = strdup(entry->d_name);
		assert_non_null(names[n++]);
	}
	if (dir)
		closedir(dir);
	if (n)
		qsort(names, n, sizeof(*names), suite_by_name);
	*count = n;
	return names;
}

static inline void suite_list_free(char **names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(names[i]);
	free(names);
}

#endif
