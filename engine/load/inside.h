/* engine/load/inside.h -- what the files of this room share: the loader itself, keys, stamps, records.
 *
 * A loader that is NULL is none: counting does nothing, and no record is ever found or kept.
 */
#ifndef CFR_LOAD_INSIDE_H
#define CFR_LOAD_INSIDE_H

#include "engine/base/arena.h"
#include "engine/base/file.h"
#include "engine/load.h"

#include <pthread.h>
#include <stdatomic.h>

/* In the order of cfr_load_stats. */
typedef enum cfr__count {
	CFR__SOURCES, CFR__BYTES, CFR__PARSED, CFR__HASHED, CFR__SCANNED, CFR__HITS, CFR__MISSES, CFR__UNCHANGED,
	CFR__SECTIONS, CFR__LISTED, CFR__KEPT, CFR__COUNTS
} cfr__count;

struct cfr_loader {
	cfr_loader_options options;
	cfr_pool *pool;
	_Atomic uint64_t counts[CFR__COUNTS];
	_Atomic uint64_t asked;		/* bytes of sources that a cache was worth asking for */
	pthread_mutex_t opening;
	atomic_bool opened;
	cfr_cache cache;		/* written once, before `opened` */
};

static inline void cfr__load_count(cfr_loader *loader, cfr__count which, uint64_t n)
{
	if (loader)
		atomic_fetch_add_explicit(&loader->counts[which], n, memory_order_relaxed);
}

static inline cfr_pool *cfr__load_pool(const cfr_loader *loader) { return loader ? loader->pool : NULL; }

static inline const cfr_profile *cfr__load_profile(const cfr_loader *loader)
{
	return loader ? loader->options.profile : NULL;
}

/* --- loader.c --- */

enum { CFR__WORTH = 4 << 10 };		/* a source that is smaller is parsed */
/* Is a cache worth asking for a source of so many bytes? It is opened when all that were asked for are worth it. */
bool cfr__load_worth(cfr_loader *loader, uint64_t bytes);
/* A record behind what is in `out`; false for a miss. Opens the cache. Counts nothing but time. */
bool cfr__load_get(cfr_loader *loader, const cfr_cache_key *key, cfr_buf *out);
void cfr__load_put(cfr_loader *loader, const cfr_cache_key *key, const cfr_str *pieces, uint32_t count);

/* --- key.c --- */

typedef struct cfr__digest {
	uint8_t bytes[32];
} cfr__digest;

/* SHA-256 of bytes; counted. */
int cfr__load_digest(cfr__digest *out, cfr_loader *loader, cfr_str name, cfr_str bytes, cfr_err *err);
/* The key of a record of some kind ("documents", "section") about bytes: with format, ceilings and the version of what
 * reads them. `more` is what else it depends on. */
int cfr__load_key(cfr_cache_key *out, const char *kind, const cfr__digest *bytes, cfr_format format,
                  const cfr_limits *limits, cfr_str more, cfr_err *err);

/* --- stamp.c --- */

/* Was the file old enough when somebody looked, so that any later change shows? */
bool cfr__stamp_settled(const cfr_file_stamp *stamp);

/* The digest of a file that is as it was when somebody hashed it. Opens the cache. */
bool cfr__stamp_find(cfr__digest *out, cfr_loader *loader, const cfr_file_stamp *now);
/* Remembers the digest of the bytes that were read behind `before`, when nothing changed meanwhile (`after`). */
void cfr__stamp_keep(cfr_loader *loader, const cfr_file_stamp *before, const cfr_file_stamp *after,
                     const cfr__digest *digest);

/* --- store.c --- */

/* The documents of one source as a record, and back. Restoring refuses what is no record of documents of this source
 * (CFR_E_CORRUPT), whatever the bytes: the documents that it gives cannot harm who reads them. The record's memory
 * becomes that of the documents, also on failure. */
void cfr__documents_put(cfr_loader *loader, const cfr_cache_key *key, const cfr_documents *docs);
int cfr__documents_restore(cfr_documents *out, const cfr_source *source, cfr_buf *record, cfr_err *err);

/* --- documents.c --- */

/* As cfr_loader_read, when somebody may have hashed the bytes already; `known` may be NULL. */
int cfr__load_documents(cfr_documents *out, cfr_loader *loader, const cfr_source *source, const cfr__digest *known,
                        cfr_format format, const cfr_limits *limits, cfr_err *err);

#endif
