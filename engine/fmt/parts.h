/* engine/fmt/parts.h -- the parts of formatting: a text is tokens, and between them gaps of white space.
 *
 * Only the files of this room include it.
 *
 *   fmt.c          the door: the order of the steps, the proof
 *   json.c         JSON, with comments or without; JSON Lines
 *   yaml.c         YAML: what stands in which column
 *   yaml_token.c   YAML as a list of tokens, and what can be learned from them of the author's ways
 *   yaml_scalar.c  YAML scalars over several lines
 *   toml.c         TOML
 *   gaps.c         what should stand in a gap, gathered as splices
 *
 * A formatter walks its tokens in order and says for each gap what should stand there. What stands there already makes
 * no splice. A gap may hold white space only; one that does not is a bug, and the plan fails with CFR_E_BUG.
 */
#ifndef CFR_FMT_PARTS_H
#define CFR_FMT_PARTS_H

#include "engine/base/str.h"
#include "engine/fmt.h"

enum { CFR__FMT_WIDTH = 100, CFR__FMT_STEP = 2, CFR__FMT_STEP_MAX = 8 };

/* A splice whose text lies in the plan's buffer, which moves as it grows. */
typedef struct cfr__fmt_splice {
	uint32_t start, end, from, len;
} cfr__fmt_splice;

typedef struct cfr__fmt {
	cfr_str text;
	uint32_t base;			/* behind the byte order mark */
	cfr_fmt_style style;
	bool crlf;			/* the line end to write */
	uint32_t pairs, feeds;		/* line ends of either kind that will be written anew */
	bool dark;			/* something else than white space was to be replaced */
	const cfr_source *source;
	cfr__fmt_splice *splices;
	uint32_t count, cap;
	cfr_buf texts;
	cfr_err *err;
} cfr__fmt;

static inline bool cfr__fmt_blank(char c) { return c == ' ' || c == '\t'; }
static inline bool cfr__fmt_break(char c) { return c == '\n' || c == '\r'; }

/* Behind the blanks at `at`; behind the line break at `at`, if there is one; the next line break. */
static inline uint32_t cfr__fmt_skip_blanks(const cfr__fmt *f, uint32_t at, uint32_t end)
{
	while (at < end && cfr__fmt_blank(f->text.ptr[at]))
		at++;
	return at;
}
static inline uint32_t cfr__fmt_skip_break(const cfr__fmt *f, uint32_t at, uint32_t end)
{
	if (at < end && f->text.ptr[at] == '\r')
		return at + (at + 1 < end && f->text.ptr[at + 1] == '\n' ? 2 : 1);
	return at + (at < end && f->text.ptr[at] == '\n');
}
static inline uint32_t cfr__fmt_line_end(const cfr__fmt *f, uint32_t at, uint32_t end)
{
	while (at < end && !cfr__fmt_break(f->text.ptr[at]))
		at++;
	return at;
}
/* Back from `at` over blanks, not before `least`. */
static inline uint32_t cfr__fmt_back(const cfr__fmt *f, uint32_t at, uint32_t least)
{
	while (at > least && cfr__fmt_blank(f->text.ptr[at - 1]))
		at--;
	return at;
}
/* --- gaps.c --- */

uint32_t cfr__fmt_breaks(const cfr__fmt *f, uint32_t from, uint32_t to);	/* how many */

/* Replace white space, in the order of the text. */
int cfr__fmt_put(cfr__fmt *f, uint32_t from, uint32_t to, cfr_str with);
int cfr__fmt_spaces(cfr__fmt *f, uint32_t from, uint32_t to, uint32_t spaces);
/* A gap with line breaks: as many blank lines as there were, within the style, at most `most` and at least `least`; then
 * the indentation, of spaces or tabs. A gap at the start of the text has no line break before it. */
int cfr__fmt_lines(cfr__fmt *f, uint32_t from, uint32_t to, uint32_t least, uint32_t most,
                   uint32_t indent, bool tabs);
/* The gap behind the last token or comment. */
int cfr__fmt_end(cfr__fmt *f, uint32_t from, bool may_add);
/* Line breaks inside a token, where they mean the same in either form: those of from..to to the style's kind. */
int cfr__fmt_break_inside(cfr__fmt *f, uint32_t from, uint32_t to);

/* The kind of line ends: after all gaps before a token were counted, `last` is where the last gap begins. */
void cfr__fmt_count_ends(cfr__fmt *f, uint32_t from, uint32_t to);
void cfr__fmt_choose_ends(cfr__fmt *f, uint32_t last);

/* --- yaml.c, json.c, toml.c --- */

int cfr__fmt_yaml(cfr__fmt *f);
int cfr__fmt_json(cfr__fmt *f, bool lines);
int cfr__fmt_toml(cfr__fmt *f);

#endif
