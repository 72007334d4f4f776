/* engine/edit/toml.h -- the lines of a TOML text, for toml_add.c and toml.c, which change them. */
#ifndef CFR_EDIT_TOML_H
#define CFR_EDIT_TOML_H

#include "engine/edit/parts.h"
#include "engine/text/toml_lex.h"

#define CFR__NO_LINE UINT32_MAX

/* A component of a key or header, and the rank of the node that it names: of an array of tables, the array. */
typedef struct cfr__toml_name {
	uint32_t start, end, rank;
} cfr__toml_name;

/* A header, or a key with its value. */
typedef struct cfr__toml_line {
	uint32_t start, end;		/* from bracket or key to behind bracket or value */
	uint32_t first, count;		/* its names */
	uint32_t rank;			/* of the value, the table, the element */
	uint32_t table;			/* the header it stands under, NO_LINE before the first; of a header itself */
	bool header;
	bool gone;			/* it will be cut */
	bool keep_above;		/* but not the comments above it, */
	bool keep_blank;		/* or not the blank lines above them */
} cfr__toml_line;

typedef struct cfr__toml_edit {
	cfr__plan *plan;
	cfr__toml_line *lines;
	uint32_t count, cap;
	cfr__toml_name *names;
	uint32_t name_count, name_cap;
	uint32_t *line_of;		/* by rank: the line of a value, of a table's own header; NO_LINE */
} cfr__toml_edit;

typedef struct cfr__ranks {
	uint32_t first, end;
} cfr__ranks;

/* ---- toml_lines.c ---- */

/* The lists of lines and names; release them, also on failure. */
int cfr__toml_read_lines(cfr__toml_edit *t);
void cfr__toml_lines_release(cfr__toml_edit *t);
static inline uint32_t cfr__toml_rank(const cfr__toml_edit *t, cfr_node node)
{
	return cfr_document_rank(t->plan->doc, node);
}
cfr__ranks cfr__toml_ranks(const cfr__toml_edit *t, cfr_node node);
static inline bool cfr__toml_in(cfr__ranks ranks, const cfr__toml_line *line)
{
	return line->rank >= ranks.first && line->rank < ranks.end;
}
/* The name of a node in a line; NULL when the line does not go through it. */
const cfr__toml_name *cfr__toml_name_of(const cfr__toml_edit *t, const cfr__toml_line *line, uint32_t rank);
/* The first line that goes through a node. */
uint32_t cfr__toml_first(const cfr__toml_edit *t, cfr_node node);
/* Where a line begins with the comments above it; where the next one does. */
uint32_t cfr__toml_above(const cfr__toml_edit *t, uint32_t line);
uint32_t cfr__toml_below(const cfr__toml_edit *t, uint32_t line);
/* Is it written in lines of its own (tables), and not within a line? */
bool cfr__toml_spread(const cfr__plan *plan, cfr_node node);

/* ---- toml_add.c ---- */

/* What a table or an array of tables gains. */
int cfr__toml_gain(cfr__toml_edit *t, cfr_node in, const cfr__change *changes, uint32_t count);
/* In place of a table, or tables, whose lines go. */
int cfr__toml_replace(cfr__toml_edit *t, const cfr__change *change);
/* A collection that has lost its last line. */
int cfr__toml_emptied(cfr__toml_edit *t, cfr_node in);

#endif
