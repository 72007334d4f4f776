/* engine/text/write_toml.c -- TOML as people write it.
 *
 *	name = "x"			first what stands on a line of its own: scalars, arrays
 *	ports = [80, 443]
 *
 *	[server.tls]			then each mapping under its header,
 *	on = true
 *
 *	[[user]]			and each mapping of a sequence that holds nothing else
 *	name = "y"
 *
 * So of the author's order is kept what TOML can keep: a key that follows a header belongs to that header. A table of
 * tables alone needs no header. An array that is too long for a line gets a line for each element. What is nested very
 * deep is written inside of its line, so that names of headers do not grow without end.
 *
 * TOML has no null, no tags, and no integers beyond 64 bits: see cfr_write.lose.
 */
#include <math.h>

#include "engine/base/num.h"
#include "engine/base/utf8.h"
#include "engine/limits.h"
#include "engine/text/emit.h"
#include "engine/text/toml_lex.h"

enum {
	HEADER_PARTS = 24,	/* components of a header's name, */
	HEADER_BYTES = 512	/* and their bytes, above which tables are written inline */
};

typedef struct writer {
	cfr__emit *emit;
	cfr_buf path;		/* name of the header: `a.b.` */
	unsigned parts;
	size_t begun;		/* length of the text when the writer began: no empty line there */
} writer;

/* ---- strings ---- */

static void add_escape(cfr_buf *out, uint32_t c)
{
	switch (c) {
	case '\b': cfr_buf_addz(out, "\\b"); break;
	case '\t': cfr_buf_addz(out, "\\t"); break;
	case '\n': cfr_buf_addz(out, "\\n"); break;
	case '\f': cfr_buf_addz(out, "\\f"); break;
	case '\r': cfr_buf_addz(out, "\\r"); break;
	case '"': cfr_buf_addz(out, "\\\""); break;
	case '\\': cfr_buf_addz(out, "\\\\"); break;
	default:
		if (c < 0x10000)
			cfr_buf_addf(out, "\\u%04X", (unsigned)c);
		else
			cfr_buf_addf(out, "\\U%08X", (unsigned)c);
	}
}

/* The inside of a basic string. In a text of lines, tabs, line ends and quotes stand as they are, but for the third
 * quote in a row and one at the end. */
static void add_basic(cfr_buf *out, cfr_str text, bool lines)
{
	size_t done = 0, i = 0;
	unsigned quotes = 0;

	while (i < text.len) {
		uint32_t point;
		size_t n = cfr_utf8_decode(&point, text.ptr + i, text.len - i);
		bool raw = point != '\\' && point != '"' && cfr__printable(cfr_str_sub(text, i, i + n));

		if (lines && (point == '\n' || point == '\t'))
			raw = true;
		if (lines && point == '"')
			raw = quotes < 2 && i + 1 < text.len;
		quotes = point == '"' && raw ? quotes + 1 : 0;
		if (!raw) {
			cfr_buf_adds(out, cfr_str_sub(text, done, i));
			add_escape(out, point);
			done = i + n;
		}
		i += n;
	}
	cfr_buf_adds(out, cfr_str_sub(text, done, text.len));
}

static bool has(cfr_str text, char c)
{
	return text.len && memchr(text.ptr, c, text.len);
}

/* Blanks at the end of a line cannot be seen, and editors strip them. */
static bool good_lines(cfr_str text)
{
	for (size_t i = 1; i < text.len; i++) {
		if (text.ptr[i] == '\n' && (text.ptr[i - 1] == ' ' || text.ptr[i - 1] == '\t'))
			return false;
	}
	return text.len > 1 && text.ptr[text.len - 1] != ' ' && text.ptr[text.len - 1] != '\t';
}

/* Can it stand between ''' and ''', and does that save escapes? */
static bool good_literal(cfr_str text)
{
	if (!has(text, '\\') || text.ptr[text.len - 1] == '\'' || !cfr__literal_exact(text))
		return false;
	for (size_t i = 0; i + 2 < text.len; i++) {
		if (text.ptr[i] == '\'' && text.ptr[i + 1] == '\'' && text.ptr[i + 2] == '\'')
			return false;
	}
	return true;
}

void cfr__toml_write_string(cfr_buf *out, cfr_str text, cfr_style style)
{
	bool lines = (style == CFR_LITERAL || style == CFR_FOLDED) && has(text, '\n') && good_lines(text);

	if (lines && (style == CFR_LITERAL || !has(text, '"') || has(text, '\\')) && good_literal(text)) {
		cfr_buf_addz(out, "'''\n");
		cfr_buf_adds(out, text);
		cfr_buf_addz(out, "'''");
	} else if (lines) {
		cfr_buf_addz(out, "\"\"\"\n");
		add_basic(out, text, true);
		cfr_buf_addz(out, "\"\"\"");
	} else if (style != CFR_DOUBLE && (style == CFR_SINGLE || has(text, '\\') || has(text, '"')) && !has(text, '\'') &&
	           cfr__printable(text)) {
		cfr_buf_addc(out, '\'');
		cfr_buf_adds(out, text);
		cfr_buf_addc(out, '\'');
	} else {
		cfr_buf_addc(out, '"');
		add_basic(out, text, false);
		cfr_buf_addc(out, '"');
	}
}

void cfr__toml_write_key(cfr_buf *out, cfr_str key)
{
	if (cfr__toml_bare(key))
		cfr_buf_adds(out, key);
	else
		cfr__toml_write_string(out, key, CFR_PLAIN);
}

void cfr__toml_key_text(cfr_buf *out, cfr_str key, char quote)
{
	if (quote == '"' || quote == '\'')
		cfr__toml_write_string(out, key, quote == '"' ? CFR_DOUBLE : CFR_SINGLE);
	else
		cfr__toml_write_key(out, key);
}

/* ---- scalars ---- */

static void add_float(cfr__emit *emit, cfr_node node)
{
	cfr_buf *out = emit->out;
	double value = cfr_node_float(node);

	if (isnan(value))
		cfr_buf_addz(out, "nan");
	else if (isinf(value))
		cfr_buf_addz(out, value < 0 ? "-inf" : "inf");
	else
		cfr__emit_float(emit, node);
}

static void add_other(cfr__emit *emit, cfr_node node)
{
	cfr_str tag = cfr_node_tag(node), text = cfr_node_string(node);
	bool time;

	if (cfr__toml_date_text(text, &time) &&
	    cfr_str_eq(tag, time ? CFR_STR(CFR__TAG_TIME) : CFR_STR(CFR__TAG_TIMESTAMP))) {
		cfr_buf_adds(emit->out, text);
	} else if (cfr_str_eq(tag, CFR_STR(CFR__TAG_INT))) {
		if (cfr__emit_lose(emit, node, "TOML has no integers beyond 64 bits", "its digits are written as a string",
		                   "write it as a string, or use YAML or JSON"))
			cfr__toml_write_string(emit->out, text, CFR_PLAIN);
	} else if (cfr__emit_lose(emit, node, "TOML cannot hold a tagged value", "its text is written as a string",
	                          "write its text as a string, or use YAML")) {
		cfr__toml_write_string(emit->out, text, CFR_PLAIN);
	}
}

static void add_scalar(cfr__emit *emit, cfr_node node, cfr_style style)
{
	char number[CFR_NUM_MAX];

	switch (cfr_node_kind(node)) {
	case CFR_BOOL:
		cfr_buf_addz(emit->out, cfr_node_bool(node) ? "true" : "false");
		break;
	case CFR_INT:
		cfr_buf_add(emit->out, number, cfr_num_write_int(number, cfr_node_int(node)));
		break;
	case CFR_FLOAT:
		add_float(emit, node);
		break;
	case CFR_OTHER:
		add_other(emit, node);
		break;
	default:
		cfr__toml_write_string(emit->out, cfr_node_string(node), style);
	}
}

/* A null has no text: true when it is to be passed over. */
static bool skipped(cfr__emit *emit, cfr_node node)
{
	if (cfr_node_kind(node) != CFR_NULL)
		return false;
	cfr__emit_lose(emit, node, "TOML has no null", "it is left out", "leave it out, or write \"\" or another value");
	return true;
}

/* ---- comments ---- */

static void add_comments(cfr__emit *emit, cfr_node node, cfr__where where)
{
	size_t from = emit->out->len;

	cfr__emit_comments(emit, node, where, 0);
	cfr__emit_lines(emit, from);
}

/* Has anything in a collection a comment, or its end? */
static bool speaks(const cfr__emit *emit, cfr_node node)
{
	uint32_t rank, low = 0, high;

	if (!emit->comments || cfr_node_size(node) == 0 || node.tree != cfr_document_tree(emit->order))
		return false;
	rank = cfr_document_rank(emit->order, node);
	for (high = emit->comments->count; low < high;) {
		uint32_t mid = low + (high - low) / 2;
		const cfr__comment *at = &emit->comments->items[mid];

		if (at->rank < rank || (at->rank == rank && at->where < CFR__BELOW))
			low = mid + 1;
		else
			high = mid;
	}
	return low < emit->comments->count &&
	       emit->comments->items[low].rank < cfr_document_ranked(emit->order, rank).next;
}

/* Has a node itself one, above or beside? Blank lines say nothing. */
static bool spoken_of(const cfr__emit *emit, cfr_node node)
{
	bool any = false;

	if (!emit->comments || node.tree != cfr_document_tree(emit->order))
		return false;
	for (int where = CFR__ABOVE; where <= CFR__BESIDE; where++) {
		uint32_t count, rank = cfr_document_rank(emit->order, node);
		const cfr__comment *item = cfr__comments_at(emit->comments, rank, (cfr__where)where, &count);

		for (; count > 0; item++, count--)
			any = any || item->text.ptr;
	}
	return any;
}

/* What is said inside a value that has to stay on one line goes above it. */
static void add_inner_comments(cfr__emit *emit, cfr_node node, int column)
{
	cfr_node child;

	if (!speaks(emit, node))
		return;
	for (uint32_t i = 0; cfr__emit_child(&child, emit, node, i); i++) {
		cfr__emit_above(emit, child, column);
		cfr__emit_comments(emit, child, CFR__BESIDE, column);
		add_inner_comments(emit, child, column);
	}
	cfr__emit_comments(emit, node, CFR__BELOW, column);
}

/* ---- arrays and inline tables ---- */

/* Takes what a value needs on one line from `room`, about; stops when there is none left, so it costs little. */
static bool fits(cfr__emit *emit, cfr_node node, long *room)
{
	cfr_kind kind = cfr_node_kind(node);
	cfr_node child;

	*room -= 2 + (long)cfr_node_key(node).len;
	if (kind == CFR_STRING || kind == CFR_OTHER)
		*room -= (long)cfr_node_string(node).len + 2;
	else if (kind != CFR_MAPPING && kind != CFR_SEQUENCE)
		*room -= 3;
	else if (++emit->depth < cfr_limit_max(CFR_LIMIT_DEPTH)) {
		for (uint32_t i = 0; *room >= 0 && cfr__emit_child(&child, emit, node, i); i++)
			fits(emit, child, room);
		emit->depth--;
	} else {
		emit->depth--;
	}
	return *room >= 0;
}

static void add_value(cfr__emit *emit, cfr_node node, unsigned column, cfr_style style, bool inside);

static void add_array(cfr__emit *emit, cfr_node node, unsigned column, bool inside)
{
	long room = (long)emit->fold - (long)column;
	/* Nested so deep that lines have no room left, they help nobody. */
	bool lines = !inside && (speaks(emit, node) || (column <= emit->fold / 2 && !fits(emit, node, &room)));
	bool any = false;
	size_t begun;
	cfr_node child;

	cfr_buf_addc(emit->out, '[');
	begun = emit->out->len;
	for (uint32_t i = 0; cfr__emit_child(&child, emit, node, i); i++) {
		if (skipped(emit, child))
			continue;
		if (lines) {
			cfr__emit_above(emit, child, (int)(column + emit->step));
			if (cfr_node_kind(child) == CFR_MAPPING)
				add_inner_comments(emit, child, (int)(column + emit->step));
			cfr__emit_line(emit, column + emit->step);
		} else if (any) {
			cfr_buf_addz(emit->out, ", ");
		}
		add_value(emit, child, column + emit->step, CFR_PLAIN, inside);
		if (lines) {
			cfr_buf_addc(emit->out, ',');
			cfr__emit_comments(emit, child, CFR__BESIDE, -1);
		}
		any = true;
	}
	if (lines)
		cfr__emit_comments(emit, node, CFR__BELOW, (int)(column + emit->step));
	if (lines && emit->out->len > begun)
		cfr__emit_line(emit, column);
	cfr_buf_addc(emit->out, ']');
}

static void add_inline(cfr__emit *emit, cfr_node node)
{
	bool any = false;
	cfr_node child;

	cfr_buf_addc(emit->out, '{');
	for (uint32_t i = 0; cfr__emit_child(&child, emit, node, i); i++) {
		if (skipped(emit, child))
			continue;
		cfr_buf_addz(emit->out, any ? ", " : " ");
		cfr__toml_write_key(emit->out, cfr_node_key(child));
		cfr_buf_addz(emit->out, " = ");
		add_value(emit, child, 0, CFR_PLAIN, true);
		any = true;
	}
	cfr_buf_addz(emit->out, any ? " }" : "}");
}

/* `inside`: of an inline table, where no line may end. */
static void add_value(cfr__emit *emit, cfr_node node, unsigned column, cfr_style style, bool inside)
{
	cfr_kind kind = cfr_node_kind(node);

	if (kind != CFR_MAPPING && kind != CFR_SEQUENCE) {
		add_scalar(emit, node, style);
		return;
	}
	if (++emit->depth > cfr_limit_max(CFR_LIMIT_DEPTH))
		cfr__emit_fail(emit, node, "too many levels to be written", "a reader would refuse the text; flatten the value");
	else if (kind == CFR_MAPPING)
		add_inline(emit, node);
	else
		add_array(emit, node, column, inside);
	emit->depth--;
}

void cfr__toml_value(cfr__emit *emit, cfr_node node, unsigned column, cfr_style style, bool inside)
{
	if (cfr_node_kind(node) == CFR_NULL)
		cfr__emit_fail(emit, node, "TOML has no null", "remove the key, or write \"\" or another value");
	else
		add_value(emit, node, column, style, inside);
}

/* ---- tables ---- */

typedef enum shape { LINE, TABLE, TABLES } shape;

static shape shape_of(writer *w, cfr_node node)
{
	cfr_kind kind = cfr_node_kind(node);
	cfr_node child;

	if (w->parts >= HEADER_PARTS || w->path.len >= HEADER_BYTES)
		return LINE;
	if (kind == CFR_MAPPING)
		return TABLE;
	if (kind != CFR_SEQUENCE || cfr_node_size(node) == 0)
		return LINE;
	for (uint32_t i = 0; cfr__emit_child(&child, w->emit, node, i); i++) {
		if (cfr_node_kind(child) != CFR_MAPPING || cfr_node_size(child) == 0)
			return LINE;
	}
	return TABLES;
}

static void add_lines(writer *w, cfr_node table)
{
	cfr__emit *emit = w->emit;
	size_t from;
	cfr_node child;

	for (uint32_t i = 0; cfr__emit_child(&child, emit, table, i); i++) {
		if (shape_of(w, child) != LINE || skipped(emit, child))
			continue;
		from = emit->out->len;
		cfr__emit_above(emit, child, 0);
		if (cfr_node_kind(child) == CFR_MAPPING)
			add_inner_comments(emit, child, 0);
		cfr__emit_lines(emit, from);
		cfr__toml_write_key(emit->out, cfr_node_key(child));
		cfr_buf_addz(emit->out, " = ");
		add_value(emit, child, 0, CFR_FOLDED, false);
		cfr__emit_comments(emit, child, CFR__BESIDE, -1);
		cfr_buf_addc(emit->out, '\n');
	}
}

/* Does it need a header of its own, or do those of its tables say that it is there? */
static bool needs_header(writer *w, cfr_node table)
{
	cfr_node child;

	for (uint32_t i = 0; cfr__emit_child(&child, w->emit, table, i); i++) {
		if (shape_of(w, child) == LINE)
			return true;
	}
	return cfr_node_size(table) == 0 || spoken_of(w->emit, table);
}

/* `list`: of an element, when it is the first of its array. */
static void add_header(writer *w, cfr_node table, bool element, const cfr_node *list)
{
	cfr_buf *out = w->emit->out;
	size_t from;

	if (out->len > w->begun)
		cfr_buf_addc(out, '\n');
	from = out->len;
	if (list) {
		cfr__emit_comments(w->emit, *list, CFR__ABOVE, 0);
		cfr__emit_comments(w->emit, *list, CFR__BESIDE, 0);
	}
	cfr__emit_comments(w->emit, table, CFR__ABOVE, 0);
	cfr__emit_head(w->emit, from);
	cfr_buf_addz(out, element ? "[[" : "[");
	cfr_buf_add(out, w->path.ptr, w->path.len - 1);
	cfr_buf_addz(out, element ? "]]" : "]");
	cfr__emit_comments(w->emit, table, CFR__BESIDE, -1);
	cfr_buf_addc(out, '\n');
}

static void add_tables(writer *w, cfr_node table);

static void add_table(writer *w, cfr_node table, bool element, const cfr_node *list)
{
	if (w->emit->rc || w->path.failed)
		return;
	if (element || needs_header(w, table))
		add_header(w, table, element, list);
	add_lines(w, table);
	add_comments(w->emit, table, CFR__BELOW);
	add_tables(w, table);
}

static void add_tables(writer *w, cfr_node table)
{
	size_t len = w->path.len;
	cfr_node child, element;

	for (uint32_t i = 0; cfr__emit_child(&child, w->emit, table, i); i++) {
		shape s = shape_of(w, child);

		if (s == LINE)
			continue;
		cfr__toml_write_key(&w->path, cfr_node_key(child));
		cfr_buf_addc(&w->path, '.');
		w->parts++;
		w->emit->depth += s == TABLES ? 2 : 1;
		if (s == TABLE)
			add_table(w, child, false, NULL);
		for (uint32_t j = 0; s == TABLES && cfr__emit_child(&element, w->emit, child, j); j++)
			add_table(w, element, true, j == 0 ? &child : NULL);
		if (s == TABLES)
			add_comments(w->emit, child, CFR__BELOW);
		w->emit->depth -= s == TABLES ? 2 : 1;
		w->parts--;
		if (!w->path.failed)
			w->path.len = len;
	}
}

void cfr__toml_write(cfr__emit *emit, cfr_node root)
{
	writer w = { .emit = emit, .begun = emit->out->len };

	if (cfr_node_kind(root) != CFR_MAPPING) {
		cfr__emit_fail(emit, root, "the top of a TOML file is a mapping", "put the value under a key, or use YAML or JSON");
		return;
	}
	emit->depth++;
	add_lines(&w, root);
	add_tables(&w, root);
	add_comments(emit, root, CFR__BELOW);
	emit->depth--;
	if (w.path.failed && !emit->rc)
		emit->rc = cfr_buf_check(&w.path, emit->err);
	cfr_buf_release(&w.path);
}

void cfr__toml_write_table(cfr__emit *emit, cfr_node table, cfr_str name, bool element)
{
	writer w = { .emit = emit, .begun = emit->out->len, .parts = 1 };

	cfr_buf_adds(&w.path, name);
	cfr_buf_addc(&w.path, '.');
	emit->depth++;
	add_table(&w, table, element, NULL);
	emit->depth--;
	if (w.path.failed && !emit->rc)
		emit->rc = cfr_buf_check(&w.path, emit->err);
	cfr_buf_release(&w.path);
}
