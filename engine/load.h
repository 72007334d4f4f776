/* engine/load.h -- reading again what was read before, for next to nothing.
 *
 * A *loader* stands between whoever wants a file's documents and the readers of engine/text. What it gives is what
 * cfr_text_read gives, to the byte, and so are the errors; it is only sooner there:
 *
 *   memory   blocks of documents that nobody uses any more serve the next ones (the pool);
 *   cache    documents that were read once are taken from a cache as they lay in memory, verified, not parsed.
 *
 * When a file is *unchanged*. A stamp keeps size, mtime, ctime, inode and device of a file beside the digest of its bytes
 * and the moment of looking. A file whose stamp is the same is not hashed, if both times lie before that moment by more than
 * the clocks of file systems are coarse (two seconds); otherwise its bytes decide. So neither an edit within one tick nor
 * an mtime set back is missed. What depends on which files exist (a glob, an optional include) is looked up each time.
 *
 * What a record depends on is in its key: the digest of the bytes, format, all ceilings, the version of readers and image.
 * Small sources are parsed: that is quicker than asking.
 *
 * Threads. Any number may use one loader at the same time. Documents outlive it.
 */
#ifndef CFR_LOAD_H
#define CFR_LOAD_H

#include "engine/port/cache.h"
#include "engine/port/profile.h"
#include "engine/text.h"

CFR_BEGIN_DECLS

typedef struct cfr_loader cfr_loader;

typedef struct cfr_loader_options {
	/* Called at most once, when there is something worth asking a cache; so a program that reads little never opens one.
	 * NULL: no cache. What it gives lives as long as the loader; `cache_close` (may be NULL) ends it, and is called, with
	 * no `ops`, for one that was never opened, too. */
	cfr_cache (*cache_open)(void *arg);
	void (*cache_close)(void *arg, cfr_cache cache);
	void *cache_arg;
	size_t keep;			/* bytes of idle memory kept for the next load; 0: 64 MiB */
	const cfr_profile *profile;	/* NULL: nobody is told. Borrowed */
} cfr_loader_options;

/* `options` NULL: a pool, and no cache. */
CFR_API int cfr_loader_new(cfr_loader **out, const cfr_loader_options *options, cfr_err *err);
CFR_API void cfr_loader_free(cfr_loader *loader);	/* NULL is fine */

/* As cfr_text_read, cfr_source_open. A loader that is NULL only reads. */
CFR_API int cfr_loader_read(cfr_documents *out, cfr_loader *loader, const cfr_source *source, cfr_format format,
                            const cfr_limits *limits, cfr_err *err);
/* Both in one, so that a file which is unchanged need not be hashed. The source is the caller's to unref; it is given, too,
 * when the text could not be read as documents, else left alone. */
CFR_API int cfr_loader_open(cfr_documents *out, cfr_source **source, cfr_loader *loader, const char *file,
                            cfr_format format, const cfr_limits *limits, cfr_err *err);

/* The same of an open descriptor, which stays the caller's. */
CFR_API int cfr_loader_open_fd(cfr_documents *out, cfr_source **source, cfr_loader *loader, int fd, cfr_str name,
                               cfr_format format, const cfr_limits *limits, cfr_err *err);

/* The text alone, as cfr_source_open: to look for something in it before it is read, or instead. */
CFR_API int cfr_loader_source(cfr_source **out, cfr_loader *loader, const char *file, const cfr_limits *limits, cfr_err *err);

/* Counts since the loader was made. */
typedef struct cfr_load_stats {
	uint64_t sources, bytes;	/* that were asked for */
	uint64_t parsed;		/* bytes that went through a reader */
	uint64_t hashed, scanned;	/* bytes; scanned: by an outline, for sections */
	uint64_t hits, misses;		/* of records of documents and sections */
	uint64_t unchanged;		/* files whose stamp was enough */
	uint64_t sections, listed;	/* read and taken; listed: collections of which only the entries were found */
	uint64_t kept;			/* bytes offered to the cache */
	uint64_t blocks, reused;	/* large blocks of memory: from the system, from the pool */
} cfr_load_stats;
CFR_API void cfr_loader_stats(cfr_load_stats *out, const cfr_loader *loader);

CFR_END_DECLS
#endif
