/* engine/base/part.h -- a source that holds only pieces of a file's text, and knows where they stand in it.
 *
 * Places, lines and columns that it tells are the file's; offsets are its own. Between two pieces there is text that
 * nobody needed. A line of the file of which it holds no beginning is told as empty.
 */
#ifndef CFR_BASE_PART_H
#define CFR_BASE_PART_H

#include "engine/buffer.h"
#include "engine/source.h"

/* The text from `at` on, up to the next piece, stands there in the file. */
typedef struct cfr__piece {
	uint32_t at, line, column;
} cfr__piece;

/* What stands around the text of an entry, or of all those of a collection: for who looks for comments. */
typedef struct cfr__around {
	bool entry;			/* it is such a text: above its first entry there is more */
	uint32_t lead;			/* so many bytes are in front of it: comments above it */
	uint32_t next;			/* the column of what comes behind it; 0: nothing does */
	bool later, first;		/* it comes behind another entry; it is the first of the document */
} cfr__around;

/* Takes the text over on success. The first piece is at 0. */
int cfr__source_part(cfr_source **out, cfr_str name, cfr_buf *text, const cfr__piece *pieces, uint32_t count,
                     cfr__around around, cfr_err *err);
/* The pieces; NULL for the source of a whole file. */
const cfr__piece *cfr__source_pieces(const cfr_source *source, uint32_t *count);
cfr__around cfr__source_around(const cfr_source *source);

#endif
