/* cache/cache.h -- records on disk, for all processes of one user: engine/port/cache.h on LMDB.
 *
 *	cfr_cache cache;
 *	cfr_cache_open(&cache, &(cfr_cache_options){ .folder = "/home/me/.cache/cfgrun" });
 *	if (cache.ops) …
 *	cfr_cache_close(cache);
 *
 * The folder holds three files: the records, counts with the lock of writers beside them, and what was found damaged. It is
 * made when the first record is kept. A folder that cannot be trusted (another owner, writable by others, on a file system
 * of a network) is as if it were not there, and `note` tells so in one line; a folder that cannot be written serves what it
 * has. A file that was truncated, overwritten or is of another kind is moved away and begun anew, at the next writing.
 *
 * Reading waits for nobody and holds nothing that others wait for. Writing waits a few milliseconds at most, and does
 * without when somebody else is at it.
 */
#ifndef CFR_CACHE_CACHE_H
#define CFR_CACHE_CACHE_H

#include "engine/port/cache.h"

CFR_BEGIN_DECLS

#define CFR_CACHE_SIZE ((uint64_t)256 << 20)	/* bytes, unless somebody says otherwise */

typedef struct cfr_cache_options {
	const char *folder;	/* not NULL */
	uint64_t size;		/* bytes on disk at most, at least 1 MiB, a record a quarter of it; 0: CFR_CACHE_SIZE */
	bool read_only;		/* nothing is written, not even counts */
	/* Each reason once, why there is no cache, or why something is not kept: one line, no full stop. NULL: nobody
	 * is told. */
	void (*note)(void *arg, const char *line);
	void *note_arg;
	int64_t file_system;	/* as if the folder lay on one of this kind (statfs(2)); 0: the system is asked */
} cfr_cache_options;

/* Folder by convention: `own` is the value of CFGRUN_CACHE, `xdg` of XDG_CACHE_HOME, `home` of HOME; each may be NULL.
 * False when there is none: `own` is "off", or nothing is set. Appends to `out`, which the caller checks. */
CFR_API bool cfr_cache_where(cfr_buf *out, const char *own, const char *xdg, const char *home);

/* "64 MiB", "1G", "500000": bytes. False for anything else. */
CFR_API bool cfr_cache_read_size(uint64_t *out, cfr_str text);

/* `out->ops` is NULL when there can be no cache here. What is borrowed: `note_arg`. */
CFR_API void cfr_cache_open(cfr_cache *out, const cfr_cache_options *options);
/* What became of questions, in whatever unit the asker has (a source, a section): for the rate that people see. */
CFR_API void cfr_cache_count(cfr_cache cache, uint64_t hits, uint64_t misses);
/* Adds these counts to those of the cache, if nobody is writing. None is fine. */
CFR_API void cfr_cache_close(cfr_cache cache);

enum { CFR_CACHE_HOURS = 24, CFR_CACHE_KINDS = 8 };

/* Records that begin with the same seven letters, which say what they are of (engine/port/cache.h). */
typedef struct cfr_cache_kind {
	char name[8];
	uint64_t records, bytes;
} cfr_cache_kind;

typedef struct cfr_cache_stats {
	bool there;			/* is there a file of records */
	uint64_t records, bytes;	/* bytes: of the records alone */
	cfr_cache_kind kinds[CFR_CACHE_KINDS];	/* the last, "", is all others; unused ones have no records */
	uint64_t file, used, bound;	/* bytes: of the file, of that in use, most of the file */
	int64_t oldest, newest;		/* of the uses of all records, of each the last; seconds since 1970 */
	int64_t since;			/* when counting began; 0: never */
	uint64_t hits, misses;		/* since then */
	uint64_t day_hits, day_misses;	/* during the last 24 hours */
	uint64_t kept, dropped;		/* records that were written; that had to make room, or were damaged */
} cfr_cache_stats;

/* CFR_E_IO when the folder cannot be trusted or the file is damaged. */
CFR_API int cfr_cache_read_stats(cfr_cache_stats *out, const cfr_cache_options *options, cfr_err *err);

typedef struct cfr_cache_verdict {
	uint64_t records, bytes;	/* that are as they were put */
	uint64_t removed;		/* damaged ones */
	bool moved;			/* the file itself was damaged: it was moved away with all it had */
	char why[160];			/* of `moved` */
} cfr_cache_verdict;

/* Looks at every byte. CFR_E_IO when the folder cannot be trusted, or others have been writing for two seconds. */
CFR_API int cfr_cache_verify(cfr_cache_verdict *out, const cfr_cache_options *options, cfr_err *err);
/* Removes the files. `bytes`: what they had on disk. */
CFR_API int cfr_cache_clear(uint64_t *bytes, const cfr_cache_options *options, cfr_err *err);

CFR_END_DECLS
#endif
