/* engine/fmt/yaml_parts.h -- the parts of the YAML formatter.
 *
 * Only yaml*.c of this room include it.
 */
#ifndef CFR_FMT_YAML_PARTS_H
#define CFR_FMT_YAML_PARTS_H

#include "engine/fmt/parts.h"
#include "engine/text/yaml_parts.h"

/* A token of libyaml's scanner. Those that stand for structure only (a block collection begins or ends, a key that has
 * no `?`) have no width. Of a block scalar, `end` lies before the line break of its last line. */
typedef struct cfr__fmt_token {
	uint32_t start, end;
	uint8_t type;			/* yaml_token_type_t */
	uint8_t style;			/* yaml_scalar_style_t */
} cfr__fmt_token;

typedef enum cfr__fmt_kind { CFR__FMT_NONE, CFR__FMT_MAP, CFR__FMT_SEQ, CFR__FMT_FLUSH } cfr__fmt_kind;

/* An open block collection: its column as it was and as it will be. FLUSH is a sequence in the column of its key, which
 * to the scanner is none. */
typedef struct cfr__fmt_block {
	uint32_t old, now;
	uint8_t kind;
	bool explicit;			/* of a mapping: the value that comes has a `?` or belongs to one */
} cfr__fmt_block;

/* What the author does. */
typedef struct cfr__fmt_ways {
	uint32_t old_step, step;	/* columns of a level, as it was and as it will be */
	bool keep, indented;		/* sequences under keys: each as it is, else all of them */
} cfr__fmt_ways;

typedef struct cfr__fmt_walk {
	cfr__fmt *f;
	cfr__fmt_token *tokens;
	uint32_t count, cap;
	cfr__fmt_block *blocks;
	uint32_t depth, block_cap;
	uint32_t high;			/* blocks[depth..high) were open at the token before */
	cfr__fmt_ways ways;
	uint32_t flow, flow_cap;	/* open brackets and braces */
	uint8_t *pads;			/* of each: has it a blank inside? */
	cfr__fmt_block flow_base;	/* what lines inside the outermost of them are indented from */
	uint32_t asked, line;		/* the last offset whose column was asked for, and where its line begins */
	uint32_t column;		/* where the last token ends, in the result */
	uint32_t at;			/* where it ends in the text */
	uint8_t last;			/* its type */
	bool ended;			/* it was a block scalar, and comments below it must not become part of it */
	bool open_end;			/* no line break may be added behind it */
} cfr__fmt_walk;

/* Steps of the old width become steps of the new; what is no whole number of steps stays. */
static inline uint32_t cfr__fmt_scale(const cfr__fmt_ways *ways, uint32_t columns)
{
	return columns % ways->old_step ? columns : columns / ways->old_step * ways->step;
}
static inline const cfr__fmt_block *cfr__fmt_top(const cfr__fmt_walk *y)
{
	return y->depth ? &y->blocks[y->depth - 1] : NULL;
}
/* The column of an offset. Of tokens that come in order, each part of a line is walked over once. */
uint32_t cfr__fmt_column(const cfr__fmt *f, uint32_t at);
uint32_t cfr__fmt_next_column(cfr__fmt_walk *y, uint32_t at);

/* yaml_token.c */
int cfr__fmt_scan(cfr__fmt_walk *y);
int cfr__fmt_learn(cfr__fmt_walk *y);
/* Keeps `depth` right for a token: opens and closes. The column of what opens is that of the token. */
int cfr__fmt_open(cfr__fmt_walk *y, cfr__fmt_kind kind, uint32_t old, uint32_t now);
void cfr__fmt_close(cfr__fmt_walk *y);
/* A sequence in the column of its key ends at the next key. */
void cfr__fmt_close_flush(cfr__fmt_walk *y);

/* yaml_scalar.c: what is inside a scalar that goes over several lines. `old` and `now` are the columns of the
 * scalar, when it begins its line (`first`). */
int cfr__fmt_scalar(cfr__fmt_walk *y, const cfr__fmt_token *token, bool first, uint32_t old, uint32_t now);

#endif
