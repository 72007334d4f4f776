/* engine/compose.h -- several files into one configuration, and where each value of it came from.
 *
 * A composition is a list of layers, the lowest first. Each is a file (or text at hand) that holds one document. Mappings
 * are merged key by key; what else two layers say of one place the higher decides, unless a strategy is declared for
 * its path. A file may include others; strings of layers that declare it may hold references (`${NAME}`), resolved
 * when everything has been merged. The result is a *snapshot*: a document as any other, whose nodes know their origin.
 *
 * What a mapping says of a list or of a scalar, or the other way round, is CFR_E_KIND with both places, unless the
 * strategy there is to replace. A null fits everything: it replaces, and is replaced.
 *
 * Reading files. Layers are read where the caller says. What they include, or take by `${file:}`, must lie below `root`
 * when all symbolic links have been followed, and be a regular file: nothing else is opened.
 *
 * Environment. The engine reads none: variables come by a callback, and may be anything.
 *
 * Errors name the file, line and column to look at. CFR_E_CYCLE for includes or references in a circle, with the chain;
 * CFR_E_NOTFOUND for a reference or variable that is not there, with the nearest name; CFR_E_LIMIT ("includes",
 * "include-depth", "nodes", "file", "scalar", "depth").
 *
 * Cost: parsing apart, the size of what two layers both say; then one pass over the result. A layer that nothing touches
 * below some place is not looked at there before that pass.
 *
 * Threads. A composition is read by one thread; the snapshot is immutable, and any number may read it.
 */
#ifndef CFR_COMPOSE_H
#define CFR_COMPOSE_H

#include "engine/load.h"

CFR_BEGIN_DECLS

/* X(NAME, word, what it does where two layers say something of one place) */
#define CFR_STRATEGY_MAP(X)                                                                             \
	X(MERGE, merge, "mappings key by key; all else the higher layer says")                           \
	X(REPLACE, replace, "the higher layer alone, whatever the kinds")                                \
	X(APPEND, append, "lists: the higher layer's elements behind the lower's")                       \
	X(PREPEND, prepend, "lists: the higher layer's elements before the lower's")                     \
	X(UNION, union, "lists: append, but for elements that are there already")                        \
	X(BY, by, "lists of named things: elements with the same name are merged, others appended")
typedef enum cfr_strategy {
#define X(up, low, text) CFR_STRATEGY_##up,
	CFR_STRATEGY_MAP(X)
#undef X
	CFR_STRATEGY_COUNT
} cfr_strategy;

CFR_API const char *cfr_strategy_name(cfr_strategy strategy);

/* A strategy for the places that `path` means: a JSON Pointer in which `*` stands for any one token. Later ones win. Where
 * documents may hold strategies themselves ({ PATH: WORD } or { PATH: { by: KEY } } under merge_key), these hold from that
 * document on, from the place it is included at, and what the composition says wins. */
typedef struct cfr_strategy_at {
	cfr_str path, key;		/* key: of BY */
	cfr_strategy how;
} cfr_strategy_at;

/* Where something is declared, for messages. file empty: nobody knows. */
typedef struct cfr_declared {
	cfr_str file;
	uint32_t line, column;
} cfr_declared;

typedef struct cfr_layer {
	cfr_str name;			/* as people call it: "base", "production" */
	cfr_str file;			/* read when `source` is NULL */
	const cfr_source *source;	/* text at hand */
	cfr_format format;		/* NONE: told by name and text */
	cfr_str at;			/* not empty: the document is the value of this one place, in place of what is there */
	const cfr_str *remove;		/* places of the layers below that go before this one is merged */
	uint32_t remove_count;
	const cfr_declared *remove_at;	/* of each of them; may be NULL */
	cfr_declared declared;
	bool optional;			/* a file that is not there is no error */
	bool interpolate;		/* strings may hold references */
} cfr_layer;

typedef enum cfr_dialect {
	CFR_DIALECT_NONE,
	/* `includes` at the top; `${NAME:default}` with names in capitals, and what a value holds alone is typed; lists are
	 * united. docs/composition.md */
	CFR_DIALECT_LANGSWARM
} cfr_dialect;

typedef struct cfr_composition {
	cfr_str name;			/* of the snapshot, in messages */
	cfr_str root;			/* folder that includes do not leave; empty: the working folder */
	const cfr_layer *layers;
	uint32_t layer_count;
	const cfr_strategy_at *strategies;
	uint32_t strategy_count;
	cfr_str merge_key;		/* the key at the top of a document that holds strategies (below); empty: none does */
	cfr_str include;		/* the key that includes files; empty: none does */
	cfr_dialect dialect;
	const char *(*env)(void *arg, const char *name);	/* NULL: nothing is set */
	const char *(*env_name)(void *arg, uint32_t index);	/* names, for suggestions; NULL behind the last. May be NULL */
	void *env_arg;
	const cfr_limits *limits;	/* NULL: defaults */
	cfr_loader *loader;		/* borrowed; NULL: files are read and parsed */
	const cfr_profile *profile;	/* NULL: nobody is told what took how long. Borrowed */
} cfr_composition;

typedef struct cfr_snapshot cfr_snapshot;

CFR_API int cfr_compose(cfr_snapshot **out, const cfr_composition *what, cfr_err *err);
CFR_API void cfr_snapshot_free(cfr_snapshot *snapshot);

/* The composed value, keys in the order of the lowest layer that has them. Its places are those of no text: ask for the
 * origin. May be ref'd beyond the snapshot. */
CFR_API const cfr_document *cfr_snapshot_document(const cfr_snapshot *snapshot);

/* Where something is written. Borrowed from the snapshot. */
typedef struct cfr_origin {
	cfr_str layer;			/* its name */
	const cfr_document *doc;
	cfr_node node;			/* in that document */
} cfr_origin;

/* Of a node of the snapshot's document. Of a mapping that several layers share, the highest that has a part in it; of an
 * element made of a reference's value, the reference. */
CFR_API cfr_origin cfr_snapshot_origin(const cfr_snapshot *snapshot, cfr_node node);
/* What it was merged over or took the place of, the highest first. Returns how many; fills at most `max`. */
CFR_API uint32_t cfr_snapshot_shadowed(const cfr_snapshot *snapshot, cfr_node node, cfr_origin *out, uint32_t max);

/* A reference in a value. */
typedef struct cfr_reference {
	cfr_str text;			/* as written: "${PORT:-80}" */
	cfr_str source, name;		/* "env", "PORT"; "ref", "/server/port"; "file", "cert.pem" */
	bool fallback;			/* the default was taken */
	struct cfr_reference *next;
} cfr_reference;
CFR_API const cfr_reference *cfr_snapshot_references(const cfr_snapshot *snapshot, cfr_node node);

/* Each document that was read, in the order of reading; NULL behind the last. Of a value of a lazy composition: none. */
CFR_API const cfr_document *cfr_snapshot_source(const cfr_snapshot *snapshot, uint32_t index);

CFR_END_DECLS
#endif
