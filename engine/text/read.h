/* engine/text/read.h -- what the readers of this room share.
 *
 * Each reader gets text that is known to be UTF-8 and free of a byte order mark's doubts (detect.c has looked), and
 * tells a builder what it meets. Errors are set with the offset they are about; lines and columns are worked out here,
 * once, for all of them.
 */
#ifndef CFR_TEXT_READ_H
#define CFR_TEXT_READ_H

#include "engine/base/str.h"
#include "engine/text.h"
#include "engine/tree/build.h"

/* The tag of an integer that int64 does not hold, in either format. */
#define CFR__TAG_INT "tag:yaml.org,2002:int"

enum {
	CFR__BOM = 3,			/* bytes of U+FEFF at the start of a file */
	CFR__INT_DIGITS = 1000		/* longer integers are a mistake, not a value */
};

/* Of the library beneath. */
const char *cfr__yaml_version(void);
/* Appends the documents of the source. On failure `docs` keeps what it had; the caller releases it. */
int cfr__yaml_read(cfr_documents *docs, const cfr_source *source, const cfr_limits *limits, cfr_err *err);
/* JSON, JSONC or JSONL. */
int cfr__json_read(cfr_documents *docs, const cfr_source *source, cfr_format format, const cfr_limits *limits,
                   cfr_err *err);
/* Bytes start..end alone (outline.h): of YAML, a document; of JSON, one member of an object or one item of an array. */
int cfr__yaml_read_part(cfr_documents *docs, const cfr_source *source, uint32_t start, uint32_t end,
                        const cfr_limits *limits, cfr_err *err);
int cfr__json_read_part(cfr_documents *docs, const cfr_source *source, uint32_t start, uint32_t end, bool item,
                        const cfr_limits *limits, cfr_err *err);
int cfr__toml_read(cfr_documents *docs, const cfr_source *source, const cfr_limits *limits, cfr_err *err);
int cfr__dotenv_read(cfr_documents *docs, const cfr_source *source, const cfr_limits *limits, cfr_err *err);
int cfr__properties_read(cfr_documents *docs, const cfr_source *source, const cfr_limits *limits, cfr_err *err);
/* May this character stand in a dotenv key, as its first? */
bool cfr__dotenv_key_char(char c, bool first);

/* Takes `doc` over, also on failure. */
int cfr__documents_add(cfr_documents *docs, cfr_document *doc, cfr_err *err);

/* Completes an error that was just set with the place of an offset; returns `code`, so that
 * `return cfr__fail_at(err, source, at, cfr_err_set(err, CFR_E_SYNTAX, …))` reads in one line. */
int cfr__fail_at(cfr_err *err, const cfr_source *source, size_t at, int code);
/* How a message shows the character at an offset: quoted, or by its number when it cannot be seen. */
enum { CFR__SHOWN_MAX = 24 };
const char *cfr__show(char out[CFR__SHOWN_MAX], cfr_str text, size_t at);

/* The number that so many hexadecimal digits write; -1 when there are others, or too few before the end. */
int cfr__hex(const char *p, const char *end, int digits, uint32_t *out);

/* What a plain scalar means under the core schema. A number out of range keeps its kind (INT or FLOAT). */
typedef struct cfr__scalar {
	cfr_kind kind;			/* OTHER: an integer beyond int64 */
	bool truth;
	bool out_of_range;
	int64_t integer;
	double real;
} cfr__scalar;
void cfr__resolve(cfr__scalar *out, cfr_str text);
/* Text that can only be a string, by its first character; most are. */
static inline bool cfr__is_word(cfr_str text)
{
	/* ~ n N t T f F + - . and digits begin everything else. */
	static const uint64_t special[2] = { UINT64_C(0x03FF680000000000), UINT64_C(0x4010404000104040) };
	unsigned char c = text.len ? (unsigned char)text.ptr[0] : '~';

	return c >= 0x80 || !(special[c >> 6] >> (c & 63) & 1);
}
/* Is this float's text more than a float can hold: infinite, or not zero and yet read as zero? */
bool cfr__float_lost(cfr_str text, double real);

#endif
