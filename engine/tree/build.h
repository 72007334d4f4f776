/* engine/tree/build.h -- from a reader's events to a document.
 *
 * A reader (YAML, JSON, a draft) tells what it meets, in the author's order: begin, key, scalar, end, alias. The
 * builder keeps one sidecar entry and one small payload for each value, and no tree. `finish` then sorts the mappings,
 * finds duplicate keys, and writes the canonical image in one pass; the entries become the sidecar as they are.
 * So parsing costs no sorting, the payloads are the only thing thrown away, and every reader gets duplicate keys,
 * ceilings and positions right in the same way.
 *
 * Text is given by slices. A slice of the source is kept as offsets; other text (an unescaped string) is copied into
 * the builder's own pool.
 *
 * Every call returns 0 or a negative code with `err` filled (position included) and the builder then only releases.
 */
#ifndef CFR_TREE_BUILD_H
#define CFR_TREE_BUILD_H

#include "engine/base/arena.h"
#include "engine/document.h"

typedef struct cfr_build cfr_build;

/* `source` may be NULL (a tree made by a program): then there is no sidecar and finish_tree is used. */
int cfr_build_new(cfr_build **out, const cfr_source *source, cfr_format format, const cfr_limits *limits, cfr_err *err);
void cfr_build_free(cfr_build *build);
/* Ready for the next document of the stream; keeps the memory. */
void cfr_build_reset(cfr_build *build);

/* Where the next value or key stands. */
typedef struct cfr_mark {
	uint32_t before, start, end;	/* as in cfr_entry; `end` of a collection is given by cfr_build_end */
	uint8_t style, flags;
} cfr_mark;

int cfr_build_key(cfr_build *build, cfr_str key, const cfr_mark *mark, cfr_err *err);

int cfr_build_null(cfr_build *build, const cfr_mark *mark, cfr_err *err);
int cfr_build_bool(cfr_build *build, bool value, const cfr_mark *mark, cfr_err *err);
int cfr_build_int(cfr_build *build, int64_t value, const cfr_mark *mark, cfr_err *err);
int cfr_build_float(cfr_build *build, double value, const cfr_mark *mark, cfr_err *err);
int cfr_build_string(cfr_build *build, cfr_str text, const cfr_mark *mark, cfr_err *err);
int cfr_build_other(cfr_build *build, cfr_str tag, cfr_str text, const cfr_mark *mark, cfr_err *err);
int cfr_build_begin(cfr_build *build, cfr_kind kind, const cfr_mark *mark, cfr_err *err);
int cfr_build_end(cfr_build *build, uint32_t end, cfr_err *err);

/* The rank the next value will get; what an anchor remembers. */
uint32_t cfr_build_rank(const cfr_build *build);
/* The value at an earlier rank once more, here; `mark` is where the alias is written. CFR_E_CYCLE when that value is
 * not finished yet, CFR_E_LIMIT ("aliases", "nodes") for a bomb. */
int cfr_build_alias(cfr_build *build, uint32_t rank, const cfr_mark *mark, cfr_err *err);
/* The entries of the mapping at `rank` (or of each mapping of a sequence) into the mapping being built, where that
 * has no such key; `<<` of YAML 1.1. Call it in place of a value, after no key. Keys written by the author win,
 * whichever comes first; of several merges the earlier wins. It is done when the mapping ends, so merged entries come
 * last in the author's order. CFR_E_KIND for anything else at `rank`. */
int cfr_build_merge(cfr_build *build, uint32_t rank, const cfr_mark *mark, cfr_err *err);

/* A subtree of another tree, as it is (drafts). */
int cfr_build_node(cfr_build *build, cfr_node node, const cfr_mark *mark, cfr_err *err);

/* CFR_E_DUPLICATE carries both places: of the second key in line and column, of the first in other_line and
 * other_column. `range` is where the document lies in its source. Afterwards, reset or free. */
int cfr_build_finish(cfr_document **out, cfr_build *build, uint32_t index, uint32_t range_start, uint32_t range_end,
                     cfr_err *err);
int cfr_build_finish_tree(cfr_tree **out, cfr_build *build, cfr_err *err);

#endif
