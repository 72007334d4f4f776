/* engine/analyze.h -- what a configuration is made of, what of it is waste, and what to do about it.
 *
 * An analysis looks at documents that have been read, and counts: where the bytes are, which values stand more than once,
 * what nobody uses. From the counts it makes advice, each with the bytes that following it would take off the files. No
 * byte is counted for two pieces of advice, so their sum is what following all of them saves; and nothing is advised that
 * would change a value.
 *
 * How repeated values are found. Equal values have equal ids (cfr_node_id). The largest repeated values are taken first;
 * what lies inside a copy of them is gone with it and is not told again. What is left of a smaller value is counted then,
 * so a value inside the first of two copies and once more elsewhere still stands twice.
 *
 * Cost: one pass over the entries, hashing of all content once, and sorting of the collections. About 80 bytes a node
 * while it runs.
 *
 * Ownership. The analysis is one block of memory and borrows the documents: they must live as long. Its fields are for
 * reading. Nothing is shared, so any number of threads may analyze the same documents at the same time.
 * Errors: CFR_E_NOMEM.
 */
#ifndef CFR_ANALYZE_H
#define CFR_ANALYZE_H

#include "engine/document.h"

CFR_BEGIN_DECLS

/* What is looked for; 0: the default. */
typedef struct cfr_analyze_how {
	uint32_t top;		/* entries of one collection, keys, repeated values that are told: 8 */
	uint32_t depth;		/* levels of sections: 3 */
	uint32_t places;	/* of one repeated value: 16 */
} cfr_analyze_how;

/* A node of one of the documents, by its number in the list that was given. */
typedef struct cfr_spot {
	uint32_t document;
	cfr_node node;
} cfr_spot;

/* Every byte of a text is one of these. */
typedef struct cfr_makeup {
	uint64_t keys, values, comments, blanks, marks;	/* marks: colons, dashes, brackets, anchors, aliases */
	uint64_t trailing;				/* of the blanks: those before a line's end */
} cfr_makeup;

typedef struct cfr_analyzed_file {
	const cfr_source *source;
	cfr_format format;
	uint32_t document, documents;	/* its first, and how many */
	uint64_t bytes, nodes;
	uint64_t kinds[CFR_KIND_COUNT];
	cfr_makeup makeup;
	uint64_t tree, sidecar;		/* bytes of memory; the text itself takes `bytes` more */
} cfr_analyzed_file;

/* A row of the table of sections: an entry with all in it, the largest first, what is in it behind it at a higher level. Of
 * several documents the rows at level 0 are documents. */
typedef struct cfr_share {
	cfr_spot spot;			/* with `rest`: the collection that they are in */
	uint32_t level;
	uint32_t rest;			/* this row sums so many smaller entries (or documents) */
	uint64_t bytes, nodes, memory;	/* bytes: as written; what comes through an alias has none */
} cfr_share;

typedef struct cfr_repeated_key {
	cfr_str key;
	uint64_t count, bytes;
	cfr_spot first;
} cfr_repeated_key;

/* How a value that stands more than once can be written once. */
typedef enum cfr_sharing {
	CFR_SHARE_ANCHOR,	/* YAML, in one document: `&name` and `*name` */
	CFR_SHARE_REF,		/* other formats, in one document: `${ref:}`, resolved by a composition */
	CFR_SHARE_INCLUDE,	/* mappings in several files: an included file */
	CFR_SHARE_FILE,		/* text in several files: `${file:}` */
	CFR_SHARE_MERGE,	/* YAML: siblings with the same keys and mostly the same values: `<<: *name` */
	CFR_SHARE_LAYER,	/* a file that repeats what stands at the same place in another one */
	CFR_SHARE_NONE		/* in several documents of one stream, or in a format without sharing */
} cfr_sharing;

typedef struct cfr_repeat {
	cfr_sharing how;
	cfr_spot *spots;	/* the one to keep, then the copies; at most `places` */
	uint32_t spot_count;
	uint32_t count;		/* how many there are, the one to keep included */
	uint32_t groups;	/* different values under one key, each of which saves too little to be told alone: then `count` is
				 * all of them, and the spots are the first of each. 1: it is one value */
	uint32_t nodes;		/* in the first; 0: they are not equal, only mostly the same (MERGE, LAYER, documents) */
	uint64_t bytes;		/* of the first, as written */
	uint64_t saved;		/* bytes of text, what is written instead taken off */
	uint64_t memory;	/* of the copies, in a tree that has them as values of their own */
	uint32_t comments;	/* lines of comment in the copies, which would go with them */
	char name[32];		/* for an anchor, or of an included file */
} cfr_repeat;

/* An anchor that no alias names. */
typedef struct cfr_unused {
	cfr_spot spot;
	cfr_str name;
	uint32_t offset;	/* of its `&` */
} cfr_unused;

/* What the aliases of one anchor make in memory. */
typedef struct cfr_expansion {
	cfr_spot spot;		/* of the anchor */
	uint32_t uses;
	uint64_t written, memory;	/* `*name` each time; the values that it became */
} cfr_expansion;

typedef enum cfr_guess {
	CFR_LOOKS_TEXT, CFR_LOOKS_CERTIFICATE, CFR_LOOKS_KEY, CFR_LOOKS_SCRIPT, CFR_LOOKS_BASE64, CFR_LOOKS_JSON,
	CFR_LOOKS_MARKUP, CFR_LOOKS_GUESSES
} cfr_guess;
CFR_API const char *cfr_guess_name(cfr_guess guess);	/* "text", "certificate", "private key", … */

/* A scalar of more than 4 KiB and 1 % of its file. */
typedef struct cfr_giant {
	cfr_spot spot;
	cfr_guess guess;
	uint64_t bytes, saved;
} cfr_giant;

typedef enum cfr_advice_kind {
	CFR_ADVISE_SHARE,	/* `item`: of repeats */
	CFR_ADVISE_MOVE,	/* of giants */
	CFR_ADVISE_ANCHORS,	/* of files: remove its unused anchors */
	CFR_ADVISE_COMPACT,	/* of files: JSON without white space */
	CFR_ADVISE_TRIM		/* of files: blanks before line ends */
} cfr_advice_kind;

typedef struct cfr_advice {
	cfr_advice_kind kind;
	uint32_t item;
	uint64_t saved;
} cfr_advice;

typedef struct cfr_analysis {
	cfr_analyzed_file *files;
	cfr_share *shares;
	cfr_repeated_key *keys;		/* the most bytes first */
	cfr_repeated_key *long_keys;	/* the longest first */
	cfr_repeat *repeats;		/* the most saved first */
	cfr_unused *unused;
	cfr_expansion *expansions;	/* the most memory first */
	cfr_giant *giants;		/* the largest first */
	cfr_advice *advice;		/* the most saved first */
	uint32_t file_count, share_count, key_count, long_key_count, repeat_count, unused_count, expansion_count,
		 giant_count, advice_count;
	uint64_t distinct_keys;
	uint64_t repeat_groups, repeat_saved;	/* of all repeated values, told or not */
	uint32_t depth;			/* collections inside one another, the root counted */
	cfr_spot deepest, widest;	/* a value of that depth; the collection with the most children */
} cfr_analysis;

/* `docs` in order; documents of one stream follow each other. `how` may be NULL. */
CFR_API int cfr_analyze(cfr_analysis **out, const cfr_document *const *docs, uint32_t count, const cfr_analyze_how *how,
                        cfr_err *err);
CFR_API void cfr_analysis_free(cfr_analysis *analysis);	/* NULL is fine */

CFR_END_DECLS
#endif
