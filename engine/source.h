/* engine/source.h -- the bytes somebody wrote, and where lines begin in them.
 *
 * A source is immutable and counted. Positions everywhere are byte offsets into it; lines and columns are worked out
 * when somebody asks, through an index of line starts made at the first question. Lines end at LF (CRLF counts as one
 * end; a lone CR ends a line too).
 */
#ifndef CFR_SOURCE_H
#define CFR_SOURCE_H

#include "engine/buffer.h"
#include "engine/limits.h"

CFR_BEGIN_DECLS

/* X(name, word). JSONC is JSON with comments and trailing commas, JSONL a JSON text on each line; DOTENV and PROPERTIES
 * hold one mapping of text. */
#define CFR_FORMAT_MAP(X)                                                                                 \
	X(YAML, yaml) X(JSON, json) X(JSONC, jsonc) X(JSONL, jsonl) X(TOML, toml) X(DOTENV, dotenv)       \
	X(PROPERTIES, properties)
typedef enum cfr_format {
	CFR_FORMAT_NONE,
#define X(up, low) CFR_##up,
	CFR_FORMAT_MAP(X)
#undef X
	CFR_FORMAT_COUNT
} cfr_format;

CFR_API const char *cfr_format_name(cfr_format format);	/* "none" for no format */
CFR_API cfr_format cfr_format_of_word(cfr_str word);	/* "yaml"; NONE when no format is called so */
/* By a file's name (docs/formats.md has the table); NONE when it tells nothing. */
CFR_API cfr_format cfr_format_of_name(cfr_str name);

typedef struct cfr_source cfr_source;

/* Copies name and bytes. CFR_E_LIMIT above "file". */
CFR_API int cfr_source_new(cfr_source **out, cfr_str name, cfr_str bytes, const cfr_limits *limits, cfr_err *err);
/* The same without copying: the buffer's bytes become the source's, and the buffer is empty. Untouched on failure. */
CFR_API int cfr_source_take(cfr_source **out, cfr_str name, cfr_buf *bytes, const cfr_limits *limits, cfr_err *err);
/* Reads a file. */
CFR_API int cfr_source_open(cfr_source **out, const char *name, const cfr_limits *limits, cfr_err *err);
CFR_API cfr_source *cfr_source_ref(const cfr_source *source);
CFR_API cfr_source *cfr_source_unref(const cfr_source *source);

CFR_API cfr_str cfr_source_name(const cfr_source *source);
CFR_API cfr_str cfr_source_bytes(const cfr_source *source);	/* with a NUL behind the last, not counted */

/* A place as people count: from 1, columns in code points, the byte order mark not counted. */
typedef struct cfr_place {
	uint32_t line, column;
} cfr_place;

/* Any offset up to and including the length. Safe from several threads. Without memory for the index it counts from
 * the start each time. */
CFR_API cfr_place cfr_source_place(const cfr_source *source, uint32_t offset);
/* A line without its end and, the first, without the byte order mark; empty past the last. */
CFR_API cfr_str cfr_source_line(const cfr_source *source, uint32_t line);
/* How many; behind a final line end there is no further one. */
CFR_API uint32_t cfr_source_lines(const cfr_source *source);

CFR_END_DECLS
#endif
