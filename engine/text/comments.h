/* engine/text/comments.h -- the comments of a document, each with the value it speaks about.
 *
 * A sidecar has the places of keys and scalars; comments lie between them, and are found when somebody asks: by a walk
 * through the gaps. So reading costs nothing for them, and every format has them in the same form: a line without its
 * marker (`#`, `//`, the stars of a block), which a writer puts behind the marker of its own format.
 *
 * Where it belongs. Behind something on its line: beside that. On a line of its own: above the next entry, or, when it is
 * moved in deeper than that (YAML), below the last entry of the collection it lines up with. What stands above the first
 * entry of a document is above the root; what stands behind everything, below it. Blank lines count as comment lines
 * without text, one at a time.
 */
#ifndef CFR_TEXT_COMMENTS_H
#define CFR_TEXT_COMMENTS_H

#include "engine/base/arena.h"
#include "engine/document.h"

typedef enum cfr__where { CFR__ABOVE, CFR__BESIDE, CFR__BELOW } cfr__where;

typedef struct cfr__comment {
	cfr_str text;		/* behind the marker, without trailing blanks; ptr NULL: a blank line */
	uint32_t rank;		/* of the entry it belongs to */
	uint8_t where;		/* cfr__where */
} cfr__comment;

typedef struct cfr__comments {
	const cfr__comment *items;	/* by rank and where; in the author's order within */
	uint32_t count;
} cfr__comments;

/* All of them; borrows the source, lives in the arena. A format without comments has none. O(length of the text). */
int cfr__comments_of(cfr__comments *out, cfr_arena *arena, const cfr_document *doc, cfr_err *err);
/* Those of one entry at one side: the first, and how many. */
const cfr__comment *cfr__comments_at(const cfr__comments *comments, uint32_t rank, cfr__where where, uint32_t *count);

#endif
