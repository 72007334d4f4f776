/* engine/text/toml_lex.h -- the words of TOML: blanks, keys, strings, scalars.
 *
 * For the reader (toml.c), which makes values of them, and for edits, which look again at the lines around a value.
 * All of them move `p`. They return 0 or a negative code, and then `err` tells what is wrong where; whoever looks at
 * text that has been read already may leave `err` and `source` NULL.
 */
#ifndef CFR_TEXT_TOML_LEX_H
#define CFR_TEXT_TOML_LEX_H

#include "engine/text/read.h"

/* Tags of the values that only TOML has (offset date-time, local date-time, local date; local time). */
#define CFR__TAG_TIMESTAMP "tag:yaml.org,2002:timestamp"
#define CFR__TAG_TIME "!time"

typedef struct cfr__toml {
	const char *text, *p, *end;
	const cfr_source *source;
	cfr_buf *scratch;		/* decoded text, until the next word */
	cfr_err *err;
} cfr__toml;

static inline uint32_t cfr__toml_at(const cfr__toml *t, const char *p)
{
	return (uint32_t)(p - t->text);
}

/* ---- toml_lex.c: between the words, keys ---- */

/* Spaces and tabs. */
static inline void cfr__toml_blanks(cfr__toml *t)
{
	while (t->p < t->end && (*t->p == ' ' || *t->p == '\t'))
		t->p++;
}
/* Blanks, comments and line ends, as between lines and inside of arrays. */
int cfr__toml_gap(cfr__toml *t);
/* Blanks, perhaps a comment, and a line end or the end of the text. */
int cfr__toml_line_end(cfr__toml *t);

/* One component of a key. */
typedef struct cfr__toml_part {
	cfr_str text;			/* decoded: in the source, or in scratch */
	uint32_t start, end;		/* as written, quotes included */
	uint8_t style;			/* PLAIN (bare), SINGLE, DOUBLE */
} cfr__toml_part;
int cfr__toml_key(cfr__toml *t, cfr__toml_part *out);
/* Can the key stand without quotes? */
bool cfr__toml_bare(cfr_str key);

/* Steps over a value of any kind in text that is known to be TOML. */
void cfr__toml_skip(cfr__toml *t);

/* ---- toml_scalar.c ---- */

typedef struct cfr__toml_scalar {
	cfr_kind kind;			/* BOOL, INT, FLOAT, STRING, OTHER */
	uint8_t style;			/* PLAIN; SINGLE '…', DOUBLE "…", LITERAL '''…''', FOLDED """…""" */
	uint32_t start, end;
	bool truth, time;		/* `time`: an OTHER is tagged TIME, else TIMESTAMP */
	int64_t integer;
	double real;
	cfr_str text;			/* of STRING and OTHER: in the source, or in scratch */
} cfr__toml_scalar;
int cfr__toml_scalar_read(cfr__toml *t, cfr__toml_scalar *out);

/* ---- toml_string.c ---- */

/* p is at the opening quote, and then behind the closing one. */
int cfr__toml_string(cfr__toml *t, cfr_str *out, uint8_t *style);

/* ---- toml_date.c ---- */

/* Does a date or time begin here? */
bool cfr__toml_is_date(const char *p, const char *end);
int cfr__toml_date(cfr__toml *t, cfr__toml_scalar *out);
/* Is the text, whole and as trees keep it (T and Z upper case), a date or time that TOML writes bare? */
bool cfr__toml_date_text(cfr_str text, bool *time);

/* ---- toml_error.c ---- */

enum cfr__toml_wanted {
	CFR__TOML_VALUE,
	CFR__TOML_KEY,
	CFR__TOML_INLINE_KEY,		/* inside of { } */
	CFR__TOML_EQUALS,
	CFR__TOML_LINE_END,
	CFR__TOML_HEADER_END,		/* ] */
	CFR__TOML_ARRAY_HEADER_END,	/* ]] */
	CFR__TOML_BRACKET,		/* a comma or the closing bracket */
	CFR__TOML_BRACE,
	CFR__TOML_CLOSE_STRING,
	CFR__TOML_CLOSE_TEXT,		/* of three quotes */
	CFR__TOML_CONTROL,
	CFR__TOML_CARRIAGE_RETURN,
	CFR__TOML_ESCAPE,
	CFR__TOML_CODE_POINT,
	CFR__TOML_NUMBER,
	CFR__TOML_INT_RANGE,
	CFR__TOML_FLOAT_RANGE,
	CFR__TOML_DATE,
	CFR__TOML_NO_DATE
};

/* Sets the error for what stands at `at` where `wanted` should; returns its code. */
int cfr__toml_fail(cfr__toml *t, const char *at, enum cfr__toml_wanted wanted);

#endif
