/* engine/text/yaml_parts.h -- the parts of the YAML reader: positions, anchors, sentences for errors.
 *
 * Only the files yaml*.c of this room include it.
 */
#ifndef CFR_TEXT_YAML_PARTS_H
#define CFR_TEXT_YAML_PARTS_H

#include <yaml.h>

#include "engine/base/arena.h"
#include "engine/base/hash.h"
#include "engine/text/read.h"

/* ---- yaml_mark.c: from libyaml's character numbers to byte offsets ---- */

/* libyaml counts characters behind the byte order mark. `index` and `at` are the pair that was asked for last. */
typedef struct cfr__marks {
	const char *bytes;
	size_t len, base;
	size_t index, at;
	bool ascii;
} cfr__marks;

void cfr__marks_init(cfr__marks *marks, cfr_str bytes, size_t base, bool ascii);
size_t cfr__marks_walk(cfr__marks *marks, size_t index);

static inline size_t cfr__marks_offset(cfr__marks *marks, size_t index)
{
	if (CFR_LIKELY(marks->ascii))
		return marks->base + index < marks->len ? marks->base + index : marks->len;
	return cfr__marks_walk(marks, index);
}

/* The next byte that is neither blank, line break nor comment, at most `end`. */
size_t cfr__skip_blank(cfr_str text, size_t at, size_t end);
/* Behind `count` properties (anchor, tag) that begin at `at`, and behind what separates them from the node. */
size_t cfr__skip_properties(cfr_str text, size_t at, size_t end, unsigned count);
/* Where a block scalar ends: libyaml's `end` less the blank lines that chomping drops. `parent` is the column of the
 * block collection around it, -1 without any. */
size_t cfr__block_scalar_end(cfr_str text, size_t start, size_t end, int parent);

/* Characters that libyaml, as YAML 1.1 had it, takes for line breaks (NEL, LS, PS) are plain characters in YAML 1.2.
 * It is shown stand-ins of the same length that occur nowhere in the text, and scalars get the originals back. */
typedef struct cfr__breaks {
	char *copy;			/* what libyaml reads, with a NUL; NULL when there is nothing to stand in for */
	char stand[3][4];		/* for NEL, LS, PS; empty when unused */
} cfr__breaks;

int cfr__breaks_init(cfr__breaks *breaks, const cfr_source *source, cfr_str bytes, cfr_err *err);
void cfr__breaks_release(cfr__breaks *breaks);
void cfr__breaks_restore(const cfr__breaks *breaks, char *text, size_t len);

/* ---- yaml_anchor.c: names of earlier nodes ---- */

typedef struct cfr__anchor {
	cfr_str name;
	uint32_t rank;			/* of a value; UINT32_MAX for a key, which has none */
	cfr_kind kind;			/* SEQUENCE, MAPPING, else a scalar */
	cfr_str text, tag;		/* of a scalar */
	uint32_t start;
	bool plain;
} cfr__anchor;

typedef struct cfr__anchors {
	cfr_arena arena;		/* names and texts, until the document ends */
	cfr_hash_key key;
	cfr__anchor *list;
	uint32_t *slots;		/* index + 1; a power of two, at most half full */
	uint32_t count, cap, slot_count;
} cfr__anchors;

void cfr__anchors_init(cfr__anchors *anchors);
void cfr__anchors_release(cfr__anchors *anchors);
void cfr__anchors_reset(cfr__anchors *anchors);
/* Copies name, text and tag. The same name again replaces what it stood for. */
int cfr__anchors_set(cfr__anchors *anchors, const cfr__anchor *anchor, cfr_err *err);
const cfr__anchor *cfr__anchors_find(const cfr__anchors *anchors, cfr_str name);
/* The name most like it, or an empty one. */
cfr_str cfr__anchors_nearest(const cfr__anchors *anchors, cfr_str name);

/* ---- yaml_check.c: what libyaml lets pass and YAML 1.2 does not; 0 or CFR_E_SYNTAX ---- */

/* The characters that YAML does not have at all: CFR_E_ENCODING. Tells whether all are ASCII. */
int cfr__check_characters(bool *ascii, cfr_err *err, const cfr_source *source, cfr_str text);
/* Comments in what stands between two nodes, or right behind one. */
int cfr__check_gap(cfr_err *err, const cfr_source *source, cfr_str text, size_t from, size_t to);
int cfr__check_end(cfr_err *err, const cfr_source *source, cfr_str text, size_t end);
int cfr__check_flow_scalar(cfr_err *err, const cfr_source *source, cfr_str text, const cfr_mark *mark, bool key);
/* `at` is where the node's properties begin. */
int cfr__check_anchor(cfr_err *err, const cfr_source *source, cfr_str text, size_t at, size_t name_len);
int cfr__check_block_scalar(cfr_err *err, const cfr_source *source, cfr_str text, const cfr_mark *mark);

/* ---- yaml_value.c: the reader's state, and scalars into the builder ---- */

#define CFR__TAG_PREFIX "tag:yaml.org,2002:"

typedef enum cfr__merging {
	CFR__MERGE_NONE,
	CFR__MERGE_VALUE,	/* of a mapping: its key `<<` was read, the value comes */
	CFR__MERGE_LIST	/* the sequence behind a `<<`: it is no value, its items are merged */
} cfr__merging;

/* An open collection. */
typedef struct cfr__yaml_frame {
	uint32_t start, last;	/* where it begins; where its last key or value ends */
	uint32_t null_key;	/* offset + 1 of a key that means null */
	uint8_t kind;
	uint8_t merge;
	bool flow, brackets;	/* inside or with [] or {}; a pair `[a: b]` is without its own */
	bool keyed;		/* the key was read, its value comes */
	cfr_mark merge_key;	/* of the `<<`, in case it turns out an ordinary key */
} cfr__yaml_frame;

typedef struct cfr__yaml {
	yaml_parser_t parser;
	cfr_build *build;
	const cfr_source *source;
	const cfr_limits *limits;
	cfr_documents *docs;
	cfr_str text;
	cfr__marks marks;
	cfr__breaks breaks;
	cfr__anchors anchors;
	cfr__yaml_frame *frames;
	uint32_t depth, cap;
	uint32_t doc_start, doc_body, doc_count;	/* doc_body: behind its `---` */
	bool doc_open;		/* the last document ended without a line `...` */
	bool inner_bom;		/* U+FEFF stands somewhere behind the start */
	cfr_err *err;
} cfr__yaml;

/* Sets an error with its place; returns `code`. */
int cfr__yaml_fail(cfr__yaml *r, size_t at, int code, const char *message, const char *hint);
/* Completes an error of the builder, which knows the place only of what it was given. */
static inline int cfr__yaml_built(cfr__yaml *r, int rc, const cfr_mark *mark)
{
	return CFR_LIKELY(rc == 0) ? 0 : cfr__fail_at(r->err, r->source, mark->start, rc);
}
/* A scalar's value: by its tag (ptr NULL: none), else by the core schema when it is plain. */
int cfr__yaml_scalar(cfr__yaml *r, cfr_str text, cfr_str tag, bool plain, const cfr_mark *mark);
/* Does a collection's tag fit it? CFR_E_KIND when it is one of YAML's own for something else. */
int cfr__yaml_collection_tag(cfr__yaml *r, cfr_kind kind, const yaml_char_t *tag, const cfr_mark *mark);

/* ---- yaml_error.c: libyaml's complaint as a sentence ---- */

int cfr__yaml_error(cfr_err *err, const yaml_parser_t *parser, cfr__marks *marks, const cfr_source *source,
                    const cfr_limits *limits);

#endif
