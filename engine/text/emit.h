/* engine/text/emit.h -- from values to text, for the writers and for edits.
 *
 * A writer makes a whole file in the house style; an edit writes a value or two among the author's own lines, in the
 * author's style. Both call what is declared here, with a cfr__emit that says what the style is.
 *
 * Nothing here fails at once: the buffer remembers that memory ran out, and `rc` the first other failure, so that the
 * caller asks once, at the end (cfr__emit_check).
 */
#ifndef CFR_TEXT_EMIT_H
#define CFR_TEXT_EMIT_H

#include "engine/base/str.h"
#include "engine/text/comments.h"
#include "engine/text.h"

typedef struct cfr__emit {
	cfr_buf *out;
	cfr_err *err;
	int rc;
	const cfr_document *order;	/* may be NULL: keys sorted */
	const cfr__comments *comments;	/* of `order`; may be NULL: none are carried */
	const char *marker;		/* what begins a comment */
	const char *newline;
	unsigned step;			/* columns a nested collection is moved in by */
	unsigned dash;			/* the same for a sequence under its key: step, or 0 */
	unsigned gap;			/* spaces behind a dash */
	unsigned depth;
	unsigned fold;			/* columns of text in a folded scalar */
	cfr_str like;			/* lines of the folded scalar it replaces: broken where they were */
	char quote;			/* for strings that need some: '"', or '\'' where it can */
	cfr_style key_style;		/* PLAIN: plain where it is safe */
	bool tabs;			/* columns are tabs (JSON) */
	bool json;
	bool toml, inside;		/* TOML between brackets; of an inline table, where no line may end */
	bool spelled;			/* fractions keep the digits that `order` has for them: 1.10 */
	bool no_blocks;			/* no block scalars: everything multi-line in double quotes */
	bool used_block;		/* out: a block scalar was written */
	/* Collections in flow style. */
	bool pretty;			/* each entry on its own line */
	bool short_lists;		/* but sequences of scalars on one */
	cfr_str colon, comma, pad;	/* between key and value, between entries, inside braces */
	void (*lose)(void *arg, cfr_node node, const char *what, const char *instead);	/* as in cfr_write */
	void *arg;
} cfr__emit;

/* House style for a format: what the writers use, and what edits fall back to. */
void cfr__emit_init(cfr__emit *emit, cfr_buf *out, cfr_format format, cfr_err *err);
int cfr__emit_check(cfr__emit *emit);
/* Notes CFR_E_UNSUPPORTED at a node, if nothing failed before. */
void cfr__emit_fail(cfr__emit *emit, cfr_node node, const char *what, const char *hint);
/* The same when nothing may be lost; else tells `lose` and returns true: then write what `instead` says. */
bool cfr__emit_lose(cfr__emit *emit, cfr_node node, const char *what, const char *instead, const char *hint);
/* Children one by one in the order to be written: start with i = 0. False at the end. */
bool cfr__emit_child(cfr_node *child, cfr__emit *emit, cfr_node parent, uint32_t i);
void cfr__emit_indent(cfr__emit *emit, unsigned columns);	/* spaces */
void cfr__emit_line(cfr__emit *emit, unsigned columns);		/* line end, then spaces */

/* The comments of a node at one side, where they are carried: each on a line of its own at `columns`, begun by a line end;
 * or, with -1, behind a blank on the line that stands. Those beside a value of several lines go above it. */
void cfr__emit_comments(cfr__emit *emit, cfr_node node, cfr__where where, int columns);
/* Above it, and what is said inside of it when it is empty and has no lines of its own. */
void cfr__emit_above(cfr__emit *emit, cfr_node node, int columns);
/* Lines written since `from`, each begun by a line end, end in one instead. */
void cfr__emit_lines(cfr__emit *emit, size_t from);
/* Lines written since `from` begin the text: no line end and no blank line before them, one line end behind. */
void cfr__emit_head(cfr__emit *emit, size_t from);

/* ---- plain.c: what may be written without quotes ---- */

/* Would every reader, of YAML 1.1 or 1.2, take this plain text for this string? */
bool cfr__plain_safe(cfr_str text, bool flow);
/* Only characters that may stand in text raw, and no line break or tab. */
bool cfr__printable(cfr_str text);

/* ---- scalar.c: YAML scalars ---- */

/* A string in a style if that style can hold it there, else in the nearest that can. `column` is where the contents
 * of a block scalar would stand, `parent` the column of the key or dash it belongs to (0 at the root). */
void cfr__yaml_string(cfr__emit *emit, cfr_str text, cfr_style style, bool flow, unsigned column, unsigned parent);
void cfr__yaml_double(cfr_buf *out, cfr_str text);
/* A fraction as it is written in its document, if that is digits, a point and digits. */
bool cfr__spelled(cfr_str *out, const cfr_document *doc, cfr_node node);
void cfr__emit_float(cfr__emit *emit, cfr_node node);	/* finite */
/* Any scalar; `style` is for strings. */
void cfr__emit_scalar(cfr__emit *emit, cfr_node node, cfr_style style, bool flow, unsigned column, unsigned parent);
/* A key without its colon. Returns true when it is too long for a plain `key:` and needs `? `. */
bool cfr__yaml_key(cfr__emit *emit, cfr_str key, bool flow);
/* Can this string be a literal block that reads back exactly? */
bool cfr__literal_exact(cfr_str text);

/* ---- write_yaml.c: block collections ---- */

typedef enum cfr__slot { CFR__ROOT, CFR__KEY, CFR__DASH } cfr__slot;

/* The value as it follows "key:" or "-" (with the space before it), or alone at the root (no final line end).
 * `parent` is the column of the key or dash. */
void cfr__yaml_value(cfr__emit *emit, cfr_node node, cfr__slot slot, unsigned parent, cfr_style style);
/* The same with the comment beside it, where one is carried. */
void cfr__yaml_entry(cfr__emit *emit, cfr_node child, cfr__slot slot, unsigned column, cfr_style style);
/* The comments above an entry, each on a line of its own begun by a line end; and those beside it that have no room there. */
void cfr__yaml_above(cfr__emit *emit, cfr_node child, int column);

/* ---- write_json.c: flow collections, of JSON and YAML ---- */

/* `column` is the indentation of the line on which the value begins. */
void cfr__flow_value(cfr__emit *emit, cfr_node node, unsigned column, cfr_style style);
void cfr__flow_key(cfr__emit *emit, cfr_str key);		/* with what separates it from its value */
void cfr__json_string(cfr_buf *out, cfr_str text);

/* ---- write_toml.c ---- */

/* The text of a file, with its final line end. */
void cfr__toml_write(cfr__emit *emit, cfr_node root);
/* What stands behind `key = `, arrays over several lines when they are long and not `inside` of an inline table.
 * `column` is the indentation of the line on which the value begins. */
void cfr__toml_value(cfr__emit *emit, cfr_node node, unsigned column, cfr_style style, bool inside);
/* A table below a header of this name ("a.b"), as an element below [[a.b]]. */
void cfr__toml_write_table(cfr__emit *emit, cfr_node table, cfr_str name, bool element);
/* A key between these quotes, if it can; 0: without, if it can. */
void cfr__toml_key_text(cfr_buf *out, cfr_str key, char quote);
/* A string in a style if that style can hold it, else in the nearest that can. FOLDED: several lines if it has them;
 * PLAIN: one line, in single quotes where that saves escapes. */
void cfr__toml_write_string(cfr_buf *out, cfr_str text, cfr_style style);
/* Without quotes where it can. */
void cfr__toml_write_key(cfr_buf *out, cfr_str key);

/* ---- write_flat.c: dotenv, properties ---- */

void cfr__flat_write(cfr__emit *emit, cfr_node node, const cfr_write *how);
void cfr__dotenv_text(cfr_buf *out, cfr_str text);		/* a value, quoted where it must be */
/* The text of a value of dotenv that programs may take for more than it says: they expand `$X` outside of single quotes,
 * and other quotes or another backslash would change that. */
bool cfr__dotenv_expanded(cfr_str *out, const cfr_document *doc, cfr_node node);
void cfr__properties_text(cfr_buf *out, cfr_str text, bool key);

/* ---- write_canonical.c: RFC 8785 ---- */

int cfr__canonical(cfr_buf *out, cfr_node node, cfr_err *err);

#endif
