/* engine/edit.h -- change a document's text and nothing else of it.
 *
 * A hand-written file is never re-emitted. An edit names a place in the tree; here it becomes a *splice*, a few bytes
 * replaced in the source. Every byte outside the splices stays: comments, order, quoting, CRLF, the byte order mark,
 * the missing newline at the end. Afterwards the new text is read again and its tree compared with the edited draft:
 * what does not match exactly is refused (CFR_E_UNSUPPORTED) rather than written.
 *
 * Values are written in the style of what they replace and of their neighbours (block or flow, indent, quotes).
 * Replacing a value by itself, or renaming a key to itself, changes one thing only: a plain `no` or `0777` that is a
 * string here gets the quotes that other readers need. A null counts as the empty collection that entries are put in.
 * A removed or moved entry takes its lines, its trailing comment and the comment lines directly above it with it, and
 * those directly below that are further in; blank lines that would have nothing to part go too. A comment block at the
 * top of a file that touches the first entry belongs to the file when it has several lines, or is one line that speaks
 * for the whole (a licence, a modeline): it stays. Comments of a moved entry that have no place where it goes are a reason
 * to refuse; only between brackets of YAML they are left out.
 * In TOML, tables are the lines under their headers wherever they stand, and a name is changed in every header and key
 * that goes through it.
 * A value that came by a merge key gets an entry of its own that wins over it. A place reached through an alias is
 * refused, naming the anchor, for the edit would change every use; cfr_edit_plan_through makes it there.
 */
#ifndef CFR_EDIT_H
#define CFR_EDIT_H

#include "engine/buffer.h"
#include "engine/document.h"
#include "engine/text.h"

CFR_BEGIN_DECLS

typedef enum cfr_edit_op {
	CFR_EDIT_REPLACE,	/* at: value */
	CFR_EDIT_SET,		/* at: mapping; key; value: added or replaced */
	CFR_EDIT_INSERT,	/* at: sequence; index (UINT32_MAX: at the end); value */
	CFR_EDIT_REMOVE,	/* at */
	CFR_EDIT_RENAME,	/* at; key */
	CFR_EDIT_MOVE		/* at; to: mapping; key. Or to: sequence; index; key.ptr NULL */
} cfr_edit_op;

/* Places are JSON Pointers in the document before any of the edits. */
typedef struct cfr_edit {
	cfr_edit_op op;
	uint32_t index;
	cfr_str at, to, key;
	const cfr_tree *value;	/* NULL where there is none */
	const cfr_document *written;	/* of the value: its keys are written in this document's order; NULL: sorted */
	/* SET, INSERT: instead of `value`, a node of `written`; what its author said about it goes along between the lines of
	 * YAML, dotenv and properties. */
	cfr_node node;
} cfr_edit;

/* Replace bytes start..end of the source by text. */
typedef struct cfr_splice {
	uint32_t start, end;
	cfr_str text;
} cfr_splice;

typedef struct cfr_splices {
	cfr_splice *items;	/* sorted, not overlapping */
	uint32_t count;
	void *memory;
} cfr_splices;

/* The splices of some edits of one document, all or none. CFR_E_CONFLICT when two edits touch one place. */
CFR_API int cfr_edit_plan(cfr_splices *out, const cfr_document *doc, const cfr_edit *edits, uint32_t count,
                          const cfr_limits *limits, cfr_err *err);
/* The same, but what came by an alias or a merge is edited where its text stands, at the anchor, and so at every use. */
CFR_API int cfr_edit_plan_through(cfr_splices *out, const cfr_document *doc, const cfr_edit *edits, uint32_t count,
                                  const cfr_limits *limits, cfr_err *err);
/* The splices of edits of all documents of a source; edits[i] are those of docs->items[i]. The result is read once, however
 * many documents are edited. */
typedef struct cfr_edit_list {
	const cfr_edit *items;
	uint32_t count;
} cfr_edit_list;

CFR_API int cfr_edit_plan_stream(cfr_splices *out, const cfr_documents *docs, const cfr_edit_list *edits,
                                 const cfr_limits *limits, cfr_err *err);
/* The splices of edits of a source's only document, without reading all of it: those that cfr_edit_plan would give.
 * 1 when that cannot be known, or the edits cannot be made: read the source then, and plan. Syntax errors and duplicate
 * keys in parts that the edits do not touch are not looked for. */
CFR_API int cfr_edit_source(cfr_splices *out, const cfr_source *source, cfr_format format, const cfr_edit *edits,
                            uint32_t count, const cfr_limits *limits, cfr_err *err);
CFR_API void cfr_splices_release(cfr_splices *splices);
/* Append the source with the splices done. */
CFR_API int cfr_splices_apply(cfr_buf *out, cfr_str source, const cfr_splice *items, uint32_t count, cfr_err *err);
/* The same edits on the tree alone. */
CFR_API int cfr_edit_tree(cfr_tree **out, const cfr_tree *base, const cfr_edit *edits, uint32_t count,
                          const cfr_limits *limits, cfr_err *err);

CFR_END_DECLS
#endif
