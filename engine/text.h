/* engine/text.h -- between text and trees: read and write.
 *
 * Readers never execute anything. YAML 1.2 core schema through libyaml (`yes`, `0777`, `22:22` are strings; `<<` merges);
 * JSON as RFC 8259 has it and TOML 1.0, each by a single pass of our own, JSONC with comments and trailing commas;
 * dotenv and Java properties as mappings of strings (docs/formats.md). A source is read whole: its ceilings are in
 * limits.h.
 */
#ifndef CFR_TEXT_H
#define CFR_TEXT_H

#include "engine/buffer.h"
#include "engine/document.h"

CFR_BEGIN_DECLS

/* The documents of one source. A JSON source has one; a YAML stream none or more. */
typedef struct cfr_documents {
	cfr_document **items;
	uint32_t count;
} cfr_documents;

/* The format of a text: by an editor's modeline in it, else by its name, else by how it begins; never NONE. Looks at the
 * beginning and the end only. docs/formats.md has the rules. */
CFR_API cfr_format cfr_text_format(cfr_str name, cfr_str bytes);

/* `format` NONE: what cfr_text_format says. Errors carry file, line, column; CFR_E_SYNTAX, CFR_E_ENCODING,
 * CFR_E_DUPLICATE, CFR_E_CYCLE, CFR_E_LIMIT, CFR_E_KIND (a collection as a key, a tag that does not fit),
 * CFR_E_UNSUPPORTED (a number out of range). `limits` NULL: the defaults. */
CFR_API int cfr_text_read(cfr_documents *out, const cfr_source *source, cfr_format format, const cfr_limits *limits,
                          cfr_err *err);
CFR_API void cfr_documents_release(cfr_documents *docs);

/* Two sources that differ inside of one entry, and only that of both read. */
typedef struct cfr_changed {
	cfr_document *before, *after;	/* collections of the one entry; its places are those of the sources */
	cfr_str at;			/* where the entry stands in the whole documents */
	bool element;			/* of a sequence */
	void *memory;
} cfr_changed;

/* 1 when that cannot be known: read both. An entry that stands less than three levels inside an element of a sequence is
 * given with the whole element, since elements are known by what stands there. Syntax errors and duplicate keys outside
 * the entry are not looked for. */
CFR_API int cfr_text_read_changed(cfr_changed *out, const cfr_source *before, const cfr_source *after,
                                  cfr_format format, const cfr_limits *limits, cfr_err *err);
CFR_API void cfr_changed_release(cfr_changed *changed);

/* Is this the text of a template (Helm, Jinja, ERB) rather than of the format its name promises? Gives the template
 * language's name, or NULL. Looks at what would not parse, so ask after a syntax error. */
CFR_API const char *cfr_text_template(cfr_str bytes);

/* How to write. */
typedef struct cfr_write {
	cfr_format format;
	unsigned indent;		/* 0: 2 for YAML and JSON */
	bool compact;			/* JSON on one line */
	bool canonical;			/* JSON as RFC 8785 has it (CFR_E_UNSUPPORTED for what it cannot hold) */
	bool comments;			/* carry the comments of `order`, where the format has comments */
	/* dotenv and properties: what joins the keys of nested mappings (indices: `a[0]` in properties, joined in dotenv).
	 * NULL: they cannot hold what is nested. */
	const char *flatten;
	const cfr_document *order;	/* keys in this document's order where node belongs to it; else sorted */
	/* What the format cannot hold. Without a callback the first such value is an error; with one, each is told and
	 * the nearest thing is written: `what` says what cannot be held, `instead` what was done (both literals). */
	void (*lose)(void *arg, cfr_node node, const char *what, const char *instead);
	void *arg;
} cfr_write;

/* Append a node as text, with a final newline (not when compact or canonical). What the format cannot hold
 * (a NaN in JSON, a null in TOML) is CFR_E_UNSUPPORTED with its path, or told to `lose`. YAML is written so that readers
 * of 1.1 and 1.2 agree: what one of them would misread is quoted. */
CFR_API int cfr_text_write(cfr_buf *out, cfr_node node, const cfr_write *how, cfr_err *err);

/* How many comment lines speak of some nodes of a document and of what is in them; no node may be in another. */
CFR_API int cfr_text_comments_of(uint32_t *out, const cfr_document *doc, const cfr_node *nodes, uint32_t count,
                                 cfr_err *err);

CFR_END_DECLS
#endif
