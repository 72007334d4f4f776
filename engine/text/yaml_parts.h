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

/* ---- yaml_error.c: libyaml's complaint as a sentence ---- */

int cfr__yaml_error(cfr_err *err, const yaml_parser_t *parser, cfr__marks *marks, const cfr_source *source,
                    const cfr_limits *limits);

#endif
