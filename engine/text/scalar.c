/* engine/text/scalar.c -- YAML scalars as people write them.
 *
 * A string is plain where every reader agrees on it (plain.c), a literal block where it has lines, and quoted where it
 * must be. An edit asks for the style of what it replaces; what that style cannot hold exactly goes to the nearest one
 * that can. Double quotes hold everything.
 */
#include "engine/base/num.h"
#include "engine/base/utf8.h"
#include "engine/text/emit.h"
#include "engine/text/toml_lex.h"

enum {
	SIMPLE_KEY = 800	/* YAML readers look at most 1,024 characters ahead for the colon of a `key:` */
};

static void add_escape(cfr_buf *out, uint32_t c)
{
	switch (c) {
	case 0: cfr_buf_addz(out, "\\0"); break;
	case 7: cfr_buf_addz(out, "\\a"); break;
	case 8: cfr_buf_addz(out, "\\b"); break;
	case 9: cfr_buf_addz(out, "\\t"); break;
	case 10: cfr_buf_addz(out, "\\n"); break;
	case 11: cfr_buf_addz(out, "\\v"); break;
	case 12: cfr_buf_addz(out, "\\f"); break;
	case 13: cfr_buf_addz(out, "\\r"); break;
	case 27: cfr_buf_addz(out, "\\e"); break;
	case '"': cfr_buf_addz(out, "\\\""); break;
	case '\\': cfr_buf_addz(out, "\\\\"); break;
	default:
		if (c < 0x100)
			cfr_buf_addf(out, "\\x%02X", (unsigned)c);
		else if (c < 0x10000)
			cfr_buf_addf(out, "\\u%04X", (unsigned)c);
		else
			cfr_buf_addf(out, "\\U%08X", (unsigned)c);
	}
}

void cfr__yaml_double(cfr_buf *out, cfr_str text)
{
	size_t done = 0, i = 0;

	cfr_buf_addc(out, '"');
	while (i < text.len) {
		uint32_t point;
		size_t n = cfr_utf8_decode(&point, text.ptr + i, text.len - i);

		if (point == '"' || point == '\\' || !cfr__printable(cfr_str_sub(text, i, i + n))) {
			cfr_buf_adds(out, cfr_str_sub(text, done, i));
			add_escape(out, point);
			done = i + n;
		}
		i += n;
	}
	cfr_buf_adds(out, cfr_str_sub(text, done, text.len));
	cfr_buf_addc(out, '"');
}

static void add_single(cfr_buf *out, cfr_str text)
{
	cfr_buf_addc(out, '\'');
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '\'')
			cfr_buf_addc(out, '\'');
		cfr_buf_addc(out, text.ptr[i]);
	}
	cfr_buf_addc(out, '\'');
}

/* Quotes where some are needed: the author's own kind, unless the other saves escapes. */
static void add_quoted(cfr__emit *emit, cfr_str text, cfr_style style)
{
	bool single = style == CFR_SINGLE || (style != CFR_DOUBLE && emit->quote == '\'');

	if (style != CFR_DOUBLE && !single && text.len)
		single = memchr(text.ptr, '\\', text.len) || memchr(text.ptr, '"', text.len);
	if (single && cfr__printable(text))
		add_single(emit->out, text);
	else
		cfr__yaml_double(emit->out, text);
}

/* ---- blocks ---- */

/* Cuts the next line off; false at the end. A text that ends with a line break has no empty last line. */
static bool next_line(cfr_str *line, cfr_str *rest)
{
	const char *end;

	if (rest->len == 0)
		return false;
	end = memchr(rest->ptr, '\n', rest->len);
	line->ptr = rest->ptr;
	line->len = end ? (size_t)(end - rest->ptr) : rest->len;
	*rest = cfr_str_sub(*rest, line->len + (end != NULL), rest->len);
	return true;
}

static bool blank_line(cfr_str line)
{
	for (size_t i = 0; i < line.len; i++) {
		if (line.ptr[i] != ' ' && line.ptr[i] != '\t')
			return false;
	}
	return true;
}

static bool printable_line(cfr_str line)
{
	for (;;) {
		const char *tab = line.len ? memchr(line.ptr, '\t', line.len) : NULL;

		if (!tab)
			return cfr__printable(line);
		if (!cfr__printable((cfr_str){ line.ptr, (size_t)(tab - line.ptr) }))
			return false;
		line = cfr_str_sub(line, (size_t)(tab - line.ptr) + 1, line.len);
	}
}

/* Lines of nothing but blanks are left to double quotes: editors strip them. */
bool cfr__literal_exact(cfr_str text)
{
	cfr_str line, rest = text;
	bool any = false;

	if (text.len == 0)
		return false;
	while (next_line(&line, &rest)) {
		if (!printable_line(line) || (line.len && blank_line(line)))
			return false;
		any |= line.len > 0;
	}
	return any;
}

static size_t final_breaks(cfr_str text)
{
	size_t n = 0;

	while (n < text.len && text.ptr[text.len - 1 - n] == '\n')
		n++;
	return n;
}

/* `|2-`: the indentation is told only when the first line begins with a blank and so hides it. */
static bool add_header(cfr__emit *emit, char kind, cfr_str text, unsigned column, unsigned parent)
{
	size_t breaks = final_breaks(text), i = 0;

	while (i < text.len && text.ptr[i] == '\n')
		i++;
	if (i < text.len && (text.ptr[i] == ' ' || text.ptr[i] == '\t')) {
		if (column <= parent || column - parent > 9)
			return false;
		cfr_buf_addc(emit->out, kind);
		cfr_buf_addc(emit->out, (char)('0' + (column - parent)));
	} else {
		cfr_buf_addc(emit->out, kind);
	}
	if (breaks == 0)
		cfr_buf_addc(emit->out, '-');
	else if (breaks > 1)
		cfr_buf_addc(emit->out, '+');
	return true;
}

/* Behind the header each line begins with a line end, so the last one has none: it belongs to the line the author
 * had. More than one at the end are written out for `+`. */
static bool add_literal(cfr__emit *emit, cfr_str text, unsigned column, unsigned parent)
{
	cfr_str line, rest = text;

	if (emit->no_blocks || !cfr__literal_exact(text) || !add_header(emit, '|', text, column, parent))
		return false;
	emit->used_block = true;
	while (next_line(&line, &rest)) {
		cfr__emit_line(emit, line.len ? column : 0);
		cfr_buf_adds(emit->out, line);
	}
	return true;
}

/* Can each line break be a blank line and each space a place to fold? */
static bool foldable(cfr_str text)
{
	cfr_str line, rest = text;

	if (!cfr__literal_exact(text) || final_breaks(text) > 1 || text.ptr[0] == '\n')
		return false;
	while (next_line(&line, &rest)) {
		if (line.len == 0)
			continue;
		if (line.ptr[0] == ' ' || line.ptr[0] == '\t' || line.ptr[line.len - 1] == ' ' ||
		    line.ptr[line.len - 1] == '\t')
			return false;
	}
	return true;
}

/* May a line be broken at this space? It has to be a single one between two words. */
static bool fold_point(cfr_str line, size_t i)
{
	return line.ptr[i] == ' ' && line.ptr[i - 1] != ' ' && line.ptr[i + 1] != ' ' && line.ptr[i - 1] != '\t' &&
	       line.ptr[i + 1] != '\t';
}

/* Does the text go on with one of the next old lines? Its length, and the old lines behind it in `rest`. */
static size_t old_line(cfr_str text, cfr_str *rest)
{
	enum { AHEAD = 8 };
	cfr_str line, look = *rest;

	for (unsigned i = 0; i < AHEAD && next_line(&line, &look);) {
		while (line.len && line.ptr[0] == ' ')
			line = cfr_str_sub(line, 1, line.len);
		while (line.len && (line.ptr[line.len - 1] == ' ' || line.ptr[line.len - 1] == '\r'))
			line.len--;
		if (line.len == 0)
			continue;
		i++;
		if (cfr_str_starts(text, line) &&
		    (text.len == line.len || (text.len > line.len + 1 && fold_point(text, line.len)))) {
			*rest = look;
			return line.len;
		}
	}
	return 0;
}

/* Where the line that begins at `start` ends: as the author had it, or where his next line begins, or filled. */
static size_t fold_line(cfr__emit *emit, cfr_str line, size_t start)
{
	size_t width = emit->fold, good = 0, old;
	cfr_str rest = cfr_str_sub(line, start, line.len), look;

	old = old_line(rest, &emit->like);
	if (old)
		return start + old;
	for (size_t i = 1; i + 1 < rest.len && i <= width + width / 4; i++) {
		look = emit->like;
		if (fold_point(rest, i) && old_line(cfr_str_sub(rest, i + 1, rest.len), &look))
			return start + i;
	}
	if (rest.len <= width)
		return line.len;
	for (size_t i = 1; i + 1 < rest.len && (i <= width || !good); i++) {
		if (fold_point(rest, i))
			good = i;
	}
	return good ? start + good : line.len;
}

static void fill(cfr__emit *emit, cfr_str line, unsigned column)
{
	size_t start = 0;

	while (start < line.len) {
		size_t stop = fold_line(emit, line, start);

		cfr__emit_line(emit, column);
		cfr_buf_adds(emit->out, cfr_str_sub(line, start, stop));
		start = stop + (stop < line.len);
	}
}

static bool add_folded(cfr__emit *emit, cfr_str text, unsigned column)
{
	cfr_str line, rest = text;
	bool first = true;

	if (emit->no_blocks || !foldable(text) || !add_header(emit, '>', text, column, 0))
		return false;
	emit->used_block = true;
	while (next_line(&line, &rest)) {
		if (!first)
			cfr__emit_line(emit, 0);
		first = false;
		if (line.len)
			fill(emit, line, column);
	}
	return true;
}

/* ---- any scalar ---- */

void cfr__yaml_string(cfr__emit *emit, cfr_str text, cfr_style style, bool flow, unsigned column, unsigned parent)
{
	bool lines = text.len && memchr(text.ptr, '\n', text.len);

	if (style == CFR_FOLDED && !flow && add_folded(emit, text, column))
		return;
	if (!flow && ((lines && style == CFR_PLAIN) || style == CFR_LITERAL || style == CFR_FOLDED) &&
	    add_literal(emit, text, column, parent))
		return;
	if (style != CFR_SINGLE && style != CFR_DOUBLE && cfr__plain_safe(text, flow))
		cfr_buf_adds(emit->out, text);
	else
		add_quoted(emit, text, style);
}

static bool tag_char(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c != 0 && strchr("-_.~/:;?@&=+$*'()", c));
}

static void add_tag(cfr_buf *out, cfr_str tag)
{
	cfr_str core = CFR_STR("tag:yaml.org,2002:"), rest = tag;
	bool verbatim = false;

	if (cfr_str_starts(tag, core) && tag.len > core.len) {
		rest = cfr_str_sub(tag, core.len, tag.len);
		cfr_buf_addz(out, "!!");
	} else if (tag.len > 1 && tag.ptr[0] == '!') {
		rest = cfr_str_sub(tag, 1, tag.len);
		cfr_buf_addc(out, '!');
	} else {
		cfr_buf_addz(out, "!<");
		verbatim = true;
	}
	for (size_t i = 0; i < rest.len; i++) {
		char c = rest.ptr[i];

		if (tag_char(c) || (verbatim && (c == '!' || c == ',' || c == '[' || c == ']')))
			cfr_buf_addc(out, c);
		else
			cfr_buf_addf(out, "%%%02X", (unsigned)(unsigned char)c);
	}
	if (verbatim)
		cfr_buf_addc(out, '>');
}

/* An integer beyond int64 needs no tag: its digits say it. */
static bool big_integer(cfr_node node)
{
	cfr__scalar scalar;

	if (!cfr_str_eq(cfr_node_tag(node), CFR_STR(CFR__TAG_INT)))
		return false;
	cfr__resolve(&scalar, cfr_node_string(node));
	return scalar.kind == CFR_OTHER && !scalar.out_of_range;
}

/* Does a reader keep this tag, whatever it stands before? Those of the core schema say what a plain scalar means. */
static bool kept_tag(cfr_str tag)
{
	static const char *const core[] = { "", "!", "tag:yaml.org,2002:str", "tag:yaml.org,2002:null",
		"tag:yaml.org,2002:bool", CFR__TAG_INT, "tag:yaml.org,2002:float", "tag:yaml.org,2002:map",
		"tag:yaml.org,2002:seq" };

	for (size_t i = 0; i < sizeof(core) / sizeof(*core); i++) {
		if (cfr_str_eq(tag, cfr_str_of(core[i])))
			return false;
	}
	return true;
}

/* A date or time, as TOML has them: behind its tag no reader takes it for anything else, so it needs no quotes. */
static bool plain_time(cfr_node node)
{
	cfr_str tag = cfr_node_tag(node);
	bool time;

	return (cfr_str_eq(tag, CFR_STR(CFR__TAG_TIMESTAMP)) || cfr_str_eq(tag, CFR_STR(CFR__TAG_TIME))) &&
	       cfr__toml_date_text(cfr_node_string(node), &time);
}

static void add_other(cfr__emit *emit, cfr_node node, cfr_style style, bool flow, unsigned column, unsigned parent)
{
	cfr_str text = cfr_node_string(node);

	if (big_integer(node)) {
		cfr_buf_adds(emit->out, text);
		return;
	}
	if (!kept_tag(cfr_node_tag(node))) {
		cfr__emit_fail(emit, node, "no text of YAML has a value with this tag", "use another tag, or a string");
		return;
	}
	add_tag(emit->out, cfr_node_tag(node));
	cfr_buf_addc(emit->out, ' ');
	if (style == CFR_PLAIN && plain_time(node))
		cfr_buf_adds(emit->out, text);
	else
		cfr__yaml_string(emit, text, style, flow, column, parent);
}

/* Digits, a point, digits: what every format and every reader takes for the same number. */
static bool common_fraction(cfr_str text)
{
	uint32_t i = text.len && text.ptr[0] == '-', whole = i, point;

	while (i < text.len && text.ptr[i] >= '0' && text.ptr[i] <= '9')
		i++;
	if (i == whole || (text.ptr[whole] == '0' && i > whole + 1) || i == text.len || text.ptr[i] != '.')
		return false;
	for (point = i++; i < text.len; i++) {
		if (text.ptr[i] < '0' || text.ptr[i] > '9')
			return false;
	}
	return i > point + 1;
}

bool cfr__spelled(cfr_str *out, const cfr_document *doc, cfr_node node)
{
	cfr_entry entry;

	if (!doc || node.tree != cfr_document_tree(doc) || cfr_node_kind(node) != CFR_FLOAT)
		return false;
	entry = cfr_document_entry(doc, node);
	*out = cfr_str_sub(cfr_source_bytes(cfr_document_source(doc)), entry.start, entry.end);
	return common_fraction(*out);
}

/* A fraction in the digits that its author gave: 1.10 is a version more often than a quantity. */
void cfr__emit_float(cfr__emit *emit, cfr_node node)
{
	char number[CFR_NUM_MAX];
	cfr_str text;

	if (emit->spelled && cfr__spelled(&text, emit->order, node)) {
		cfr_buf_adds(emit->out, text);
		return;
	}
	cfr_buf_add(emit->out, number, cfr_num_write_float(number, cfr_node_float(node)));
}

void cfr__emit_scalar(cfr__emit *emit, cfr_node node, cfr_style style, bool flow, unsigned column, unsigned parent)
{
	char number[CFR_NUM_MAX];

	switch (cfr_node_kind(node)) {
	case CFR_NULL:
		cfr_buf_addz(emit->out, "null");
		break;
	case CFR_BOOL:
		cfr_buf_addz(emit->out, cfr_node_bool(node) ? "true" : "false");
		break;
	case CFR_INT:
		cfr_buf_add(emit->out, number, cfr_num_write_int(number, cfr_node_int(node)));
		break;
	case CFR_FLOAT:
		cfr__emit_float(emit, node);
		break;
	case CFR_OTHER:
		add_other(emit, node, style, flow, column, parent);
		break;
	default:
		cfr__yaml_string(emit, cfr_node_string(node), style, flow, column, parent);
	}
}

bool cfr__yaml_key(cfr__emit *emit, cfr_str key, bool flow)
{
	size_t before = emit->out->len;

	if (emit->key_style == CFR_PLAIN && cfr__plain_safe(key, flow))
		cfr_buf_adds(emit->out, key);
	else
		add_quoted(emit, key, emit->key_style);
	return emit->out->len - before > SIMPLE_KEY;
}
