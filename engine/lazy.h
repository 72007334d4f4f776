/* engine/lazy.h -- a composition of which that is made which somebody asks for.
 *
 *	cfr_lazy *lazy;
 *	if (cfr_lazy_open(&lazy, &what, &err) == 0 && cfr_lazy_get(&snap, &node, lazy, CFR_STR("/server/port"), &err) == 0)
 *		...
 *
 * Opening merges the layers: large files are opened as sections (engine/sections.h), and read only where two layers say
 * something of one place, or an element must be known by its name. Asking for a value reads what it stands in, resolves
 * its references, and keeps the answer; the second time it is a look into a table.
 *
 * What holds. Whatever cfr_compose makes of the same description, the value at a pointer, the order of its keys, its origin,
 * what it shadowed and its references are the same here. Only an origin that is a collection of a large file need not have
 * been read whole: its place and its entries are right, and collections in it may stand as null. Errors in parts that
 * nobody asks for are not found: neither in sections that are not read nor in references that are not resolved. Ceilings
 * hold for each value by itself.
 *
 * A *dependency* is what the configuration was made from: each file that was read, each that was looked for and is not
 * there, the names that a glob found, each variable with its value. cfr_lazy_again looks at all of them.
 *
 * Threads. Any number may ask one lazy composition; there is one lock inside, which is held while something is read or
 * made, but not while cfr_lazy_again looks and reads. What is given is immutable, borrowed, and lives as long as the
 * composition; documents may be ref'd beyond.
 */
#ifndef CFR_LAZY_H
#define CFR_LAZY_H

#include "engine/compose.h"
#include "engine/sections.h"

CFR_BEGIN_DECLS

typedef struct cfr_lazy cfr_lazy;

/* The description is copied; its loader, profile and `env_arg` are borrowed as long as the composition lives, and its
 * callbacks are called by whichever thread asks, under the lock. */
CFR_API int cfr_lazy_open(cfr_lazy **out, const cfr_composition *what, cfr_err *err);
CFR_API cfr_lazy *cfr_lazy_ref(const cfr_lazy *lazy);
CFR_API cfr_lazy *cfr_lazy_unref(const cfr_lazy *lazy);

/* The value at a JSON Pointer, references resolved: a node of a snapshot's document, and that snapshot, which can be asked
 * where the node and all below it come from. The document may hold more than was asked for; it is that of a file where
 * nothing had to be changed. */
CFR_API int cfr_lazy_get(const cfr_snapshot **out, cfr_node *node, cfr_lazy *lazy, cfr_str pointer, cfr_err *err);

/* The configuration as it is now. The same, ref'd, when no dependency has changed. Else another one, which shares with the
 * old what was read of files that are as they were, and of changed ones the sections outside of the change. What is no
 * regular file is read once. */
CFR_API int cfr_lazy_again(cfr_lazy **out, cfr_lazy *old, cfr_err *err);

/* Sections read ahead by several threads, and the values at these pointers made. One that is not there is a failure in the
 * result, not of the call. */
CFR_API int cfr_lazy_preload(cfr_preload *out, cfr_lazy *lazy, const cfr_str *pointers, uint32_t count, unsigned workers,
                             cfr_err *err);

typedef struct cfr_lazy_stats {
	uint32_t documents;		/* that were read, each section one */
	uint32_t values;		/* that had to be made, not only found */
	uint32_t known;			/* pointers that have an answer */
	uint32_t dependencies;
	uint64_t bytes;			/* of all files and texts */
	uint64_t read;			/* of them, bytes of documents that were read or taken from a cache */
} cfr_lazy_stats;
CFR_API void cfr_lazy_get_stats(cfr_lazy_stats *out, cfr_lazy *lazy);

/* The keys at the top, in order, each with the bytes of text that stand under it at the top of the layers' files. Nothing
 * is read. A negative result of `each` ends it, and is returned; it must not ask the composition. */
CFR_API int cfr_lazy_sections(cfr_lazy *lazy, int (*each)(void *arg, cfr_str key, uint64_t bytes, cfr_err *err), void *arg,
                              cfr_err *err);

CFR_END_DECLS
#endif
