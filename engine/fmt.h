/* engine/fmt.h -- the white space of a text in order, and nothing else of it.
 *
 * A plan is a list of splices as for edits (engine/edit.h), and each of them replaces white space by white space. No
 * word, quote, comment or order of keys can change by it; that no *meaning* changes either is proved by reading the
 * result: each document's tree must be what it was, else the plan is refused (CFR_E_UNSUPPORTED). A formatted text is
 * a fixed point: its plan is empty.
 *
 * What is done to each format tells docs/formatting.md. What the author does throughout (the width of a level, spaces inside
 * braces, kind of line ends) is kept unless the style says otherwise, so that a tidy file hardly changes.
 */
#ifndef CFR_FMT_H
#define CFR_FMT_H

#include "engine/edit.h"
#include "engine/text.h"

CFR_BEGIN_DECLS

typedef enum cfr_fmt_sequences {
	CFR_FMT_SEQUENCES_KEEP,		/* each as it is: in the column of its key or further in */
	CFR_FMT_SEQUENCES_MAJORITY,	/* as most of them are in this text */
	CFR_FMT_SEQUENCES_INDENT,	/* one level in from their key */
	CFR_FMT_SEQUENCES_FLUSH		/* in the column of their key */
} cfr_fmt_sequences;

typedef enum cfr_fmt_ends {
	CFR_FMT_ENDS_KEEP,		/* as most of them are in this text */
	CFR_FMT_ENDS_LF,
	CFR_FMT_ENDS_CRLF
} cfr_fmt_ends;

/* Zeroed with `blank_lines` 2, it is the default. */
typedef struct cfr_fmt_style {
	unsigned indent;		/* columns of a level; 0: as in most of the text, else 2 */
	bool tabs;			/* JSON: a tab for each level instead */
	cfr_fmt_sequences sequences;	/* YAML: lists under keys */
	cfr_fmt_ends ends;
	unsigned blank_lines;		/* at most so many in a row */
	unsigned width;			/* JSON: of what stays on one line; 0: 100 */
	bool keep_trailing;		/* leave blanks at the ends of lines */
	bool keep_final;		/* leave the end of the text as it is */
} cfr_fmt_style;

/* The splices that put a source in order; none when it is. `style` NULL: the default; `format` NONE: as
 * cfr_text_read finds it. Errors are those of reading, CFR_E_UNSUPPORTED for a format without a formatter (dotenv,
 * properties) and for a text that cannot be formatted without a change of meaning. */
CFR_API int cfr_fmt_plan(cfr_splices *out, const cfr_source *source, cfr_format format, const cfr_fmt_style *style,
                         const cfr_limits *limits, cfr_err *err);

/* Does a comment `cfgrun: no-fmt` stand among the first comments of the text, before any content? */
CFR_API bool cfr_fmt_unwanted(cfr_str text);

CFR_END_DECLS
#endif
