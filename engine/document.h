/* engine/document.h -- a tree together with how its author wrote it.
 *
 * The tree holds the value; the *sidecar* holds the rest: the order of keys, where each value and key stands, in which
 * style, and which values came through an alias or a merge key. It is no part of the id. There is one entry for each
 * node, in the author's order (preorder); two maps lead from node to entry and back.
 *
 * A document is immutable and counted; any number of threads may read it.
 */
#ifndef CFR_DOCUMENT_H
#define CFR_DOCUMENT_H

#include "engine/source.h"
#include "engine/tree.h"

CFR_BEGIN_DECLS

typedef enum cfr_style {
	CFR_PLAIN, CFR_SINGLE, CFR_DOUBLE, CFR_LITERAL, CFR_FOLDED,	/* scalars */
	CFR_BLOCK, CFR_FLOW						/* collections */
} cfr_style;

CFR_API const char *cfr_style_name(cfr_style style);

/* VIA_ALIAS and VIA_MERGE are set on everything below the alias or merged entry too. */
enum {
	CFR_VIA_ALIAS = 1,	/* the value stands elsewhere: `start` is where the anchor's value is written */
	CFR_VIA_MERGE = 2,	/* the entry came through a `<<` key; it comes after the author's own entries */
	CFR_ANCHORED = 4,	/* other places use this value through an alias */
	CFR_TAGGED = 8,		/* the author wrote a tag */
	CFR_KEY_PLAIN = 16,	/* style of the key, when it is not quoted */
	CFR_KEY_NOT_STRING = 32	/* a plain key that another reader takes for a number, boolean or null */
};

/* Offsets are bytes of the document's source. `start`..`end` is the value itself: of a block collection from its first
 * key or dash to the end of its last value; of a block scalar from its indicator to behind the line break of its
 * last line (with `+`, of the last blank line); of an empty value both are the place where it would stand. Properties
 * (anchor, tag) lie before `start`, at `before`.
 * A TOML table that stands on lines of its own (BLOCK) is from its header, in which its key is, to the end of the last of
 * its own keys; so its key lies behind `start`, and tables inside it anywhere (engine/text/toml.c). */
typedef struct cfr_entry {
	uint32_t start, end;
	uint32_t before;	/* where the node begins with its properties; == start without any */
	uint32_t key_start;	/* of the key, quotes included; in sequences and at the root == before, but of an alias the
				 * place of the `*` */
	uint32_t next;		/* entry of the next sibling, or of what follows the parent */
	uint16_t key_len;	/* bytes of the key as written */
	uint8_t style;		/* cfr_style */
	uint8_t flags;
} cfr_entry;

typedef struct cfr_document cfr_document;

CFR_API cfr_document *cfr_document_ref(const cfr_document *doc);
CFR_API cfr_document *cfr_document_unref(const cfr_document *doc);

CFR_API const cfr_source *cfr_document_source(const cfr_document *doc);
CFR_API const cfr_tree *cfr_document_tree(const cfr_document *doc);
CFR_API cfr_format cfr_document_format(const cfr_document *doc);
CFR_API uint32_t cfr_document_index(const cfr_document *doc);	/* in its stream, from 0 */
/* Where the document lies in its source, markers included. */
CFR_API void cfr_document_range(const cfr_document *doc, uint32_t *start, uint32_t *end);

/* The entry of a node of this document's tree. It is kept packed (engine/tree/entry.h), so it is given by value. */
CFR_API cfr_entry cfr_document_entry(const cfr_document *doc, cfr_node node);

/* Children in the author's order: entries from the first child's on, stepping by `next` until the parent's `next`.
 * rank of the root is 0; the first child of a collection has its rank + 1. */
CFR_API uint32_t cfr_document_rank(const cfr_document *doc, cfr_node node);
CFR_API cfr_entry cfr_document_ranked(const cfr_document *doc, uint32_t rank);
CFR_API cfr_node cfr_document_node(const cfr_document *doc, uint32_t rank);

/* For an entry VIA_ALIAS or VIA_MERGE: the node whose text it is. The node itself otherwise. */
CFR_API cfr_node cfr_document_origin(const cfr_document *doc, cfr_node node);
/* Where the alias is written (`*name`, also that of a `<<`) that brought this value, when it is the top of what came;
 * else its start. */
CFR_API uint32_t cfr_document_use(const cfr_document *doc, cfr_node node);

/* A node's value as people find it. `end` is behind the last character. */
typedef struct cfr_span {
	uint32_t start, end;		/* bytes */
	uint32_t line, column, end_line, end_column;
} cfr_span;
CFR_API cfr_span cfr_document_span(const cfr_document *doc, cfr_node node);
/* The same for its key; of a node without a key, its value. */
CFR_API cfr_span cfr_document_key_span(const cfr_document *doc, cfr_node node);

CFR_END_DECLS
#endif
