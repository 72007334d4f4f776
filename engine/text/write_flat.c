/* engine/text/write_flat.c -- dotenv and Java properties: one mapping of text, a line for each entry.
 *
 * First the entries are gathered with the keys they will have, flattened where that is asked for, so that two that come
 * to one key are seen; then they are written, each so that every reader takes it alike. In dotenv what is not plainly a
 * word is quoted, with single quotes where possible, since nobody interpolates those; but what came from dotenv and may be
 * interpolated there (`"http://${H}/"`) stays as it is written. In properties what is not ASCII is written \uXXXX, since
 * older programs read Latin-1.
 *
 * Both formats know text alone: a number or a boolean would come back as a string, so it is told like anything else
 * that cannot be held.
 */
#include <math.h>
#include <stdlib.h>

#include "engine/base/arena.h"
#include "engine/base/num.h"
#include "engine/base/utf8.h"
#include "engine/text/emit.h"
#include "engine/text/read.h"

typedef struct row {
	cfr_str key;
	cfr_node node;
	uint32_t number;	/* its place among the rows */
	bool inner;		/* a collection: only its comments are written here */
	bool dropped;
} row;

typedef struct flat {
	cfr__emit *emit;
	cfr_arena *arena;
	const char *join;	/* NULL: nested values are none */
	bool dotenv;
	cfr_buf path;		/* the key of what is gathered */
	unsigned depth;
	size_t begun;		/* length of the text when the writer began: no empty line there */
	row *rows;
	uint32_t count, cap;
} flat;

/* ---- text of values ---- */

static bool is_word(cfr_str text)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];

		if (!cfr__dotenv_key_char(c, false) && (!c || !strchr("/:@%+,=", c)))
			return false;
	}
	return true;
}

/* May it stand in single quotes? A backslash before the closing one would be read in two ways. */
static bool single_quotes(cfr_str text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '\'' || text.ptr[i] == '\n' || text.ptr[i] == '\r')
			return false;
	}
	return text.len == 0 || text.ptr[text.len - 1] != '\\';
}

void cfr__dotenv_text(cfr_buf *out, cfr_str text)
{
	static const char special[] = "\n\r\t\"\\$", names[] = "nrt\"\\$";

	if (is_word(text)) {
		cfr_buf_adds(out, text);
		return;
	}
	if (single_quotes(text)) {
		cfr_buf_addc(out, '\'');
		cfr_buf_adds(out, text);
		cfr_buf_addc(out, '\'');
		return;
	}
	cfr_buf_addc(out, '"');
	for (size_t i = 0; i < text.len; i++) {
		const char *found = memchr(special, text.ptr[i], sizeof(special) - 1);

		if (found)
			cfr_buf_addc(out, '\\');
		cfr_buf_addc(out, found ? names[found - special] : text.ptr[i]);
	}
	cfr_buf_addc(out, '"');
}

static void unicode_escape(cfr_buf *out, uint32_t c)
{
	if (c >= 0x10000) {
		c -= 0x10000;
		cfr_buf_addf(out, "\\u%04x", (unsigned)(0xD800 + (c >> 10)));
		c = 0xDC00 + (c & 0x3FF);
	}
	cfr_buf_addf(out, "\\u%04x", (unsigned)c);
}

void cfr__properties_text(cfr_buf *out, cfr_str text, bool key)
{
	static const char special[] = "\t\n\r\f\\", names[] = "tnrf\\";

	for (size_t i = 0, n; i < text.len; i += n) {
		uint32_t c = (unsigned char)text.ptr[i];
		const char *found = memchr(special, (int)c, sizeof(special) - 1);

		n = c < 0x80 ? 1 : cfr_utf8_decode(&c, text.ptr + i, text.len - i);
		if (found) {
			cfr_buf_addc(out, '\\');
			cfr_buf_addc(out, names[found - special]);
		} else if (c < 0x20 || c > 0x7E || (c == ' ' && !key && i > 0 && i + 1 == text.len)) {
			unicode_escape(out, c);	/* a space at the end, too, that editors would take away */
		} else {
			if (c == ' ' ? key || i == 0 : key && strchr("=:#!", (int)c))
				cfr_buf_addc(out, '\\');
			cfr_buf_addc(out, (char)c);
		}
	}
}

/* ---- gathering ---- */

static void add_row(flat *f, cfr_str key, cfr_node node, bool inner)
{
	row *rows;

	if (f->count == f->cap) {
		uint32_t cap = f->cap ? f->cap * 2 : 64;

		rows = realloc(f->rows, cap * sizeof(*rows));
		if (!rows) {
			f->emit->rc = cfr_err_nomem(f->emit->err);
			return;
		}
		f->rows = rows;
		f->cap = cap;
	}
	f->rows[f->count] = (row){ .key = key, .node = node, .number = f->count, .inner = inner };
	f->count++;
}

/* What stands between a key and that of something in it: `a.b`; of a sequence `a[0]` in properties, as Spring reads
 * it, and `a.0` in dotenv, whose keys have no brackets. */
static void add_part(flat *f, cfr_node child, bool sequence)
{
	if (sequence && !f->dotenv) {
		cfr_buf_addf(&f->path, "[%u]", (unsigned)cfr_node_index(child));
		return;
	}
	if (f->depth > 1)
		cfr_buf_addz(&f->path, f->join);
	if (sequence)
		cfr_buf_addf(&f->path, "%u", (unsigned)cfr_node_index(child));
	else
		cfr_buf_adds(&f->path, cfr_node_key(child));
}

static bool key_fits(const flat *f, cfr_str key)
{
	for (size_t i = 0; f->dotenv && i < key.len; i++) {
		if (!cfr__dotenv_key_char(key.ptr[i], i == 0))
			return false;
	}
	return !f->dotenv || key.len > 0;
}

static void gather(flat *f, cfr_node parent);

static void gather_child(flat *f, cfr_node child)
{
	bool inner = f->join && (cfr_node_kind(child) == CFR_MAPPING || cfr_node_kind(child) == CFR_SEQUENCE);
	cfr_str key = cfr_arena_str(f->arena, cfr_buf_str(&f->path));

	if (!key.ptr || f->path.failed) {
		f->emit->rc = cfr_err_nomem(f->emit->err);
	} else if (inner) {
		add_row(f, key, child, true);
		if (cfr_node_size(child) == 0)
			cfr__emit_lose(f->emit, child, f->dotenv ? "dotenv cannot hold an empty collection"
			                                         : "properties cannot hold an empty collection",
			               "it is left out", "leave it out");
		gather(f, child);
	} else if (key_fits(f, key)) {
		add_row(f, key, child, false);
	} else {
		cfr__emit_lose(f->emit, child, "dotenv has no such key", "it is left out",
		               "keys are letters, digits, `_`, `.` and `-`, and begin with a letter or `_`");
	}
}

static void gather(flat *f, cfr_node parent)
{
	bool sequence = cfr_node_kind(parent) == CFR_SEQUENCE;
	size_t before = f->path.len;
	cfr_node child;

	f->depth++;
	for (uint32_t i = 0; cfr__emit_child(&child, f->emit, parent, i); i++) {
		add_part(f, child, sequence);
		gather_child(f, child);
		f->path.len = before;
	}
	f->depth--;
}

static int by_key(const void *a, const void *b)
{
	const row *x = *(row *const *)a, *y = *(row *const *)b;
	int order = cfr_str_cmp(x->key, y->key);

	return order ? order : (x->number > y->number) - (x->number < y->number);
}

/* Flattened keys may meet: {a.b: 1, a: {b: 2}}. The first stays. */
static void drop_doubles(flat *f)
{
	row **sorted = cfr_arena_alloc(f->arena, (f->count + 1) * sizeof(*sorted));
	uint32_t count = 0;

	if (!sorted) {
		f->emit->rc = cfr_err_nomem(f->emit->err);
		return;
	}
	for (uint32_t i = 0; i < f->count; i++) {
		if (!f->rows[i].inner)
			sorted[count++] = &f->rows[i];
	}
	qsort(sorted, count, sizeof(*sorted), by_key);
	for (uint32_t i = 1; i < count; i++) {
		if (!cfr_str_eq(sorted[i]->key, sorted[i - 1]->key))
			continue;
		sorted[i]->dropped = true;
		cfr__emit_lose(f->emit, sorted[i]->node, "another value comes to the same key when flattened",
		               "it is left out", "rename one of the two, or join keys with another text");
	}
}

/* ---- writing ---- */

static void add_text(flat *f, cfr_str text)
{
	if (f->dotenv)
		cfr__dotenv_text(f->emit->out, text);
	else
		cfr__properties_text(f->emit->out, text, false);
}

/* As JSON on one line: what programs that want more than text from a variable read. */
static void add_json(flat *f, cfr_node node)
{
	cfr_buf json = CFR_BUF_INIT;
	cfr__emit emit;

	cfr__emit_init(&emit, &json, CFR_JSON, f->emit->err);
	emit.order = f->emit->order;
	emit.lose = f->emit->lose;
	emit.arg = f->emit->arg;
	emit.colon = CFR_STR(":");
	emit.comma = CFR_STR(",");
	cfr__flow_value(&emit, node, 0, CFR_DOUBLE);
	if (!f->emit->rc)
		f->emit->rc = cfr__emit_check(&emit);
	add_text(f, cfr_buf_str(&json));
	cfr_buf_release(&json);
}

bool cfr__dotenv_expanded(cfr_str *out, const cfr_document *doc, cfr_node node)
{
	cfr_entry entry;

	if (!doc || cfr_document_format(doc) != CFR_DOTENV || node.tree != cfr_document_tree(doc))
		return false;
	entry = cfr_document_entry(doc, node);
	*out = cfr_str_sub(cfr_source_bytes(cfr_document_source(doc)), entry.start, entry.end);
	return entry.style != CFR_SINGLE && out->len && memchr(out->ptr, '$', out->len);
}

static cfr_str number_text(char number[CFR_NUM_MAX], cfr_node node)
{
	double real = cfr_node_float(node);

	if (cfr_node_kind(node) == CFR_INT)
		return (cfr_str){ number, cfr_num_write_int(number, cfr_node_int(node)) };
	if (isnan(real))
		return CFR_STR("NaN");
	if (isinf(real))
		return real < 0 ? CFR_STR("-Infinity") : CFR_STR("Infinity");
	return (cfr_str){ number, cfr_num_write_float(number, real) };
}

static void add_value(flat *f, cfr_node node)
{
	static const char *const hint = "write it as a string, or use a format that has more than text";
	cfr_str text = { "", 0 };
	char number[CFR_NUM_MAX];

	switch (cfr_node_kind(node)) {
	case CFR_STRING:
		if (f->dotenv && cfr__dotenv_expanded(&text, f->emit->order, node)) {
			cfr_buf_adds(f->emit->out, text);
			return;
		}
		text = cfr_node_string(node);
		if (f->dotenv && text.len && memchr(text.ptr, 0, text.len)) {
			cfr__emit_lose(f->emit, node, "dotenv cannot hold a NUL character", "an empty value is written",
			               "no environment can; encode the value, with base64 for one");
			return;
		}
		break;
	case CFR_NULL:
		cfr__emit_lose(f->emit, node, f->dotenv ? "dotenv has no null" : "properties have no null",
		               "an empty value is written", "leave it out, or write \"\"");
		return;
	case CFR_MAPPING:
	case CFR_SEQUENCE:
		if (cfr__emit_lose(f->emit, node, f->dotenv ? "dotenv holds one mapping of text, and this is nested"
		                                            : "properties hold one mapping of text, and this is nested",
		                   "it is written as JSON", "flatten it: its entries get keys of their own"))
			add_json(f, node);
		return;
	default:
		if (!cfr__emit_lose(f->emit, node, f->dotenv ? "dotenv holds only text, and this would come back as a string"
		                                             : "properties hold only text, and this would come back as a string",
		                    "its text is written", hint))
			return;
		if (cfr_node_kind(node) == CFR_OTHER)
			text = cfr_node_string(node);
		else if (cfr_node_kind(node) == CFR_BOOL)
			text = cfr_node_bool(node) ? CFR_STR("true") : CFR_STR("false");
		else
			text = number_text(number, node);
	}
	add_text(f, text);
}

/* On lines of their own. */
static void add_comments(flat *f, cfr_node node, cfr__where where)
{
	size_t from = f->emit->out->len;

	cfr__emit_comments(f->emit, node, where, 0);
	if (from == f->begun)
		cfr__emit_head(f->emit, from);
	else
		cfr__emit_lines(f->emit, from);
}

static void write_rows(flat *f)
{
	cfr_buf *out = f->emit->out;

	for (uint32_t i = 0; i < f->count && !f->emit->rc; i++) {
		const row *entry = &f->rows[i];

		add_comments(f, entry->node, CFR__ABOVE);
		if (entry->inner || entry->dropped || !f->dotenv)	/* behind a value of properties there are none */
			add_comments(f, entry->node, CFR__BESIDE);
		if (entry->inner)
			add_comments(f, entry->node, CFR__BELOW);
		if (entry->inner || entry->dropped)
			continue;
		if (f->dotenv)
			cfr_buf_adds(out, entry->key);
		else
			cfr__properties_text(out, entry->key, true);
		cfr_buf_addc(out, '=');
		add_value(f, entry->node);
		if (f->dotenv)
			cfr__emit_comments(f->emit, entry->node, CFR__BESIDE, -1);
		cfr_buf_addz(out, f->emit->newline);
	}
}

void cfr__flat_write(cfr__emit *emit, cfr_node node, const cfr_write *how)
{
	cfr_arena arena;
	flat f = { .emit = emit, .arena = &arena, .join = how->flatten, .dotenv = how->format == CFR_DOTENV,
	           .begun = emit->out->len };

	if (cfr_node_kind(node) != CFR_MAPPING) {
		cfr__emit_fail(emit, node, f.dotenv ? "dotenv holds one mapping, and this is none"
		                                    : "properties hold one mapping, and this is none",
		               "write a mapping, or use another format");
		return;
	}
	cfr_arena_init(&arena, NULL);
	gather(&f, node);
	if (!emit->rc)
		drop_doubles(&f);
	write_rows(&f);
	add_comments(&f, node, CFR__BELOW);
	free(f.rows);
	cfr_buf_release(&f.path);
	cfr_arena_release(&arena);
}
