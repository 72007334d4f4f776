/* engine/edit/flat.c -- edits of dotenv and Java properties, where an entry is a line (or a few).
 *
 * A value is replaced in the quotes it has where they can hold it, a key by itself. A new entry goes behind the last one,
 * written as that is: with `export`, with blanks around its `=` or `:`. A removed entry takes its line with it, the
 * comment behind it, and the comment lines directly above. Values are strings, since nothing else would come back. A
 * move inside the one mapping there is has become a renaming before it comes here.
 */
#include "engine/edit/parts.h"
#include "engine/text/read.h"

static bool is_dotenv(const cfr__plan *plan)
{
	return cfr_document_format(plan->doc) == CFR_DOTENV;
}

static int check_value(const cfr__plan *plan, const cfr__change *change, cfr_node at)
{
	cfr_str text = cfr_node_string(change->value);

	if (cfr_node_kind(change->value) != CFR_STRING)
		return cfr__refuse(plan, at, is_dotenv(plan) ? "dotenv holds only text" : "properties hold only text",
		                   "give the value as a string: \"80\" rather than 80");
	if (is_dotenv(plan) && text.len && memchr(text.ptr, 0, text.len))
		return cfr__refuse(plan, at, "dotenv cannot hold a NUL character", "no environment can; encode the value");
	return 0;
}

static int check_key(const cfr__plan *plan, cfr_str key, cfr_node at)
{
	bool fits = !is_dotenv(plan) || key.len;

	for (size_t i = 0; is_dotenv(plan) && i < key.len; i++)
		fits = fits && cfr__dotenv_key_char(key.ptr[i], i == 0);
	return fits ? 0 : cfr__refuse(plan, at, "dotenv has no such key",
	                              "keys are letters, digits, `_`, `.` and `-`, and begin with a letter or `_`");
}

/* ---- values and keys ---- */

/* The quotes of before, where they can hold the text; cfr__dotenv_text chooses others. */
static void add_text(const cfr__plan *plan, cfr_buf *out, cfr_str text, cfr_style style)
{
	bool plain = true;

	if (!is_dotenv(plan)) {
		cfr__properties_text(out, text, false);
		return;
	}
	for (size_t i = 0; i < text.len; i++)
		plain = plain && (unsigned char)text.ptr[i] >= ' ' && text.ptr[i] != '\'' && text.ptr[i] != '\\' &&
		        text.ptr[i] != '$' && text.ptr[i] != '"';
	if (plain && (style == CFR_SINGLE || style == CFR_DOUBLE)) {
		cfr_buf_addc(out, style == CFR_SINGLE ? '\'' : '"');
		cfr_buf_adds(out, text);
		cfr_buf_addc(out, style == CFR_SINGLE ? '\'' : '"');
	} else {
		cfr__dotenv_text(out, text);
	}
}

static int splice(cfr__plan *plan, uint32_t start, uint32_t end, cfr_buf *text)
{
	int r = cfr_buf_check(text, plan->err);

	if (r == 0)
		r = cfr__splice(plan, start, end, cfr_buf_str(text));
	cfr_buf_release(text);
	return r;
}

static int replace(cfr__plan *plan, const cfr__change *change)
{
	cfr_entry entry = cfr_document_entry(plan->doc, change->at);
	uint32_t end = entry.end;
	cfr_buf text = CFR_BUF_INIT;

	if (entry.start == end) {
		/* An empty value may have no separator before it, and blanks behind. */
		if (!is_dotenv(plan))
			end = cfr__skip_blanks(plan, end);
		if (entry.start == entry.key_start + entry.key_len)
			cfr_buf_addc(&text, '=');
	}
	add_text(plan, &text, cfr_node_string(change->value), (cfr_style)entry.style);
	return splice(plan, entry.start, end, &text);
}

static int rename_key(cfr__plan *plan, const cfr__change *change)
{
	cfr_entry entry = cfr_document_entry(plan->doc, change->at);
	cfr_buf text = CFR_BUF_INIT;

	if (is_dotenv(plan))
		cfr_buf_adds(&text, change->key);
	else
		cfr__properties_text(&text, change->key, true);
	return splice(plan, entry.key_start, entry.key_start + entry.key_len, &text);
}

/* ---- lines ---- */

static int remove_entry(cfr__plan *plan, const cfr__change *change)
{
	cfr_entry entry = cfr_document_entry(plan->doc, change->at);
	uint32_t line = cfr__line_start(plan, entry.key_start), end = cfr__next_line(plan, entry.end);
	uint32_t column = cfr__skip_blanks(plan, line) - line;
	uint32_t from = cfr__comments_above(plan, line, column, plan->base), above = cfr__blanks_above(plan, from, plan->base);

	/* Blank lines that have nothing to part any more. */
	if (cfr__blanks_below(plan, end) == plan->text.len)
		from = above;
	else if (above < from || from == plan->base)
		end = cfr__blanks_below(plan, end);
	return cfr__cut(plan, from, end);
}

/* What stands between key and value of an entry, and before its key: for one like it. */
static cfr_str separator_of(const cfr__plan *plan, cfr_entry entry)
{
	cfr_str text = cfr_str_sub(plan->text, entry.key_start + entry.key_len, entry.start);
	bool sign = false;

	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] != '=' && text.ptr[i] != ':' && text.ptr[i] != ' ')
			return CFR_STR("=");
		sign = sign || text.ptr[i] != ' ';
	}
	return sign ? text : CFR_STR("=");
}

static cfr_str before_key(const cfr__plan *plan, cfr_entry entry)
{
	uint32_t line = cfr__line_start(plan, entry.key_start);

	return cfr_str_sub(plan->text, line, entry.key_start);
}

/* The last entry in the author's order, if there is one. */
static bool last_entry(cfr_entry *out, const cfr__plan *plan)
{
	uint32_t count = cfr_document_ranked(plan->doc, 0).next;

	if (count > 1)
		*out = cfr_document_ranked(plan->doc, count - 1);
	return count > 1;
}

/* What comes along with a new entry, on lines above it: behind a value of properties nothing can stand. */
static void add_comments(cfr__plan *plan, cfr__emit *emit, const cfr__change *change, bool broken)
{
	size_t from = emit->out->len;

	cfr__emit_carried(emit, plan, change);
	cfr__emit_comments(emit, change->value, CFR__ABOVE, 0);
	if (!is_dotenv(plan))
		cfr__emit_comments(emit, change->value, CFR__BESIDE, 0);
	if (broken)
		cfr__emit_lines(emit, from);
}

static void add_new_value(const cfr__plan *plan, cfr_buf *text, const cfr__change *change, cfr_style style)
{
	cfr_str written;

	if (is_dotenv(plan) && change->carried && cfr__dotenv_expanded(&written, change->written, change->value))
		cfr_buf_adds(text, written);
	else
		add_text(plan, text, cfr_node_string(change->value), style);
}

/* All new entries, behind the last one. */
static int add_entries(cfr__plan *plan, const cfr__change *changes, uint32_t count)
{
	cfr_entry last;
	bool any = last_entry(&last, plan);
	uint32_t at = any ? cfr__next_line(plan, last.end) : (uint32_t)plan->text.len;
	bool broken = at == plan->base || cfr__line_break(plan->text.ptr[at - 1]);
	cfr_buf text = CFR_BUF_INIT;
	cfr__emit emit = plan->style;

	emit.out = &text;
	emit.err = plan->err;
	for (uint32_t i = 0; i < count; i++) {
		const cfr__change *change = &changes[i];

		if (change->op != CFR__ADD)
			continue;
		add_comments(plan, &emit, change, broken);
		if (!broken)
			cfr_buf_addz(&text, plan->style.newline);
		if (any)
			cfr_buf_adds(&text, before_key(plan, last));
		if (is_dotenv(plan))
			cfr_buf_adds(&text, change->key);
		else
			cfr__properties_text(&text, change->key, true);
		cfr_buf_adds(&text, any ? separator_of(plan, last) : CFR_STR("="));
		add_new_value(plan, &text, change, any ? (cfr_style)last.style : CFR_PLAIN);
		if (is_dotenv(plan))
			cfr__emit_comments(&emit, change->value, CFR__BESIDE, -1);
		if (broken)
			cfr_buf_addz(&text, plan->style.newline);
	}
	if (emit.rc || (text.len == 0 && !text.failed)) {
		cfr_buf_release(&text);
		return emit.rc;
	}
	return splice(plan, at, at, &text);
}

static int check_change(const cfr__plan *plan, const cfr__change *change)
{
	cfr_node at = change->rooted || change->op == CFR__REPLACE || change->op == CFR__REMOVE ||
	              change->op == CFR__RENAME ? change->at : change->in;
	int r = 0;

	if (change->rooted)
		return cfr__refuse(plan, at, "the whole of such a file is not replaced by an edit", "set its entries one by one");
	if (change->op == CFR__REPLACE || change->op == CFR__ADD)
		r = check_value(plan, change, at);
	if (r == 0 && (change->op == CFR__RENAME || change->op == CFR__ADD))
		r = check_key(plan, change->key, at);
	return r;
}

int cfr__edit_flat(cfr__plan *plan, const cfr__change *changes, uint32_t count)
{
	int r = 0;

	for (uint32_t i = 0; r == 0 && i < count; i++)
		r = check_change(plan, &changes[i]);
	for (uint32_t i = 0; r == 0 && i < count; i++) {
		if (changes[i].op == CFR__REPLACE)
			r = replace(plan, &changes[i]);
		else if (changes[i].op == CFR__RENAME)
			r = rename_key(plan, &changes[i]);
		else if (changes[i].op == CFR__REMOVE)
			r = remove_entry(plan, &changes[i]);
	}
	return r ? r : add_entries(plan, changes, count);
}
