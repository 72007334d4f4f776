/* engine/edit/flow.c -- entries between brackets: JSON, and YAML's [a, b] and {a: 1}.
 *
 * An entry that has its line to itself is added and removed as a line, with its comma; others with the comma and blanks
 * beside them. Where the last entry had no comma, the new last one has none. An entry that moves within JSON is carried
 * over as it is written, with the comments above and behind it.
 */
#include "engine/edit/parts.h"

typedef struct flow {
	cfr__plan *plan;
	cfr_node in;
	cfr__work work;
	cfr__emit emit;
	uint32_t open, close;		/* the brackets */
} flow;

void cfr__flow_entry(cfr__emit *emit, const cfr__change *change, unsigned column, cfr_style style)
{
	const cfr_document *order = emit->order;

	cfr__emit_order(emit, change);
	if (emit->toml) {
		if (change->op == CFR__ADD) {
			cfr__toml_key_text(emit->out, change->key,
			                   emit->key_style == CFR_DOUBLE ? '"' : emit->key_style == CFR_SINGLE ? '\'' : 0);
			cfr_buf_addz(emit->out, " = ");
		}
		cfr__toml_value(emit, change->value, column, style, emit->inside);
	} else {
		if (change->op == CFR__ADD)
			cfr__flow_key(emit, change->key);
		cfr__flow_value(emit, change->value, column, style);
	}
	emit->order = order;
}

void cfr__flow_filled(cfr__emit *emit, bool mapping, const cfr__change *const *list, uint32_t count, unsigned column,
                      cfr_style style)
{
	cfr_buf_addc(emit->out, mapping ? '{' : '[');
	if (!emit->pretty)
		cfr_buf_adds(emit->out, emit->pad);
	for (uint32_t i = 0; i < count; i++) {
		if (i)
			cfr_buf_adds(emit->out, emit->pretty ? CFR_STR(",") : emit->comma);
		if (emit->pretty)
			cfr__emit_line(emit, column + emit->step);
		cfr__flow_entry(emit, list[i], column + emit->step, style);
	}
	if (emit->pretty)
		cfr__emit_line(emit, column);
	else
		cfr_buf_adds(emit->out, emit->pad);
	cfr_buf_addc(emit->out, mapping ? '}' : ']');
}

/* The comma behind an item; 0 without one. */
static uint32_t comma_behind(const flow *f, const cfr__item *item)
{
	uint32_t at = cfr__skip_space(f->plan, item->end);

	return at < f->plan->text.len && f->plan->text.ptr[at] == ',' ? at : 0;
}

/* Has an item its line, or lines, to itself? */
static bool alone(const flow *f, const cfr__item *item)
{
	uint32_t comma, end = item->end;

	if (!item->own_line)		/* most of all where the whole text is one line: nothing below is free */
		return false;
	comma = comma_behind(f, item);
	if (comma && !cfr__breaks_between(f->plan, end, comma))
		end = comma + 1;
	return cfr__rest_blank(f->plan, end) && cfr__line_end(f->plan, end) < f->close;
}

static uint32_t lines_start(const flow *f, const cfr__item *item, const cfr__item *above)
{
	uint32_t line = cfr__line_start(f->plan, item->head), least = above ? above->end : f->open;

	return cfr__comments_above(f->plan, line, item->head - line, cfr__next_line(f->plan, least));
}

/* ---- new entries ---- */

/* What begins the line of an item that begins it: blanks or tabs, as they are. */
static cfr_str margin(const flow *f, const cfr__item *item)
{
	if (!item->own_line)
		return CFR_STR("");
	return cfr_str_sub(f->plan->text, cfr__line_start(f->plan, item->head), item->head);
}

static void add_break(flow *f, cfr_str indent)
{
	cfr_buf_addz(f->emit.out, f->emit.newline);
	cfr_buf_adds(f->emit.out, indent);
}

typedef enum layout {
	BEFORE,			/* an item */
	IN_PLACE,		/* of an item */
	BEHIND,			/* the last item */
	BEHIND_NOTE,		/* the last item, whose comma is put elsewhere */
	BEHIND_COMMA		/* the last item's comma; each new one has a comma too */
} layout;

/* A moved entry as it is written: its comment lines, what stands behind its key (of an element: all of it), the comment
 * behind its comma. */
typedef struct carried {
	uint32_t from, head;		/* comment lines above, up to its key */
	uint32_t body, end;
	cfr_str note;
	cfr_str margin;			/* of its line */
} carried;

static bool has_comment(const cfr__plan *plan, uint32_t at, uint32_t end)
{
	const char *text = plan->text.ptr;

	for (; plan->slashes && at + 1 < end; at++) {
		if (text[at] == '/' && (text[at + 1] == '/' || text[at + 1] == '*'))
			return true;
		if (text[at] != '"')
			continue;
		for (at++; at < end && text[at] != '"'; at++)
			at += text[at] == '\\';
	}
	return false;
}

/* Behind the margin of a line, as far as that is there. */
static uint32_t behind_margin(const cfr__plan *plan, uint32_t line, cfr_str margin)
{
	bool there = cfr_str_starts(cfr_str_sub(plan->text, line, plan->text.len), margin);

	return line + (there ? (uint32_t)margin.len : 0);
}

/* False when it has to be written anew. */
static bool carry(carried *out, const cfr__plan *plan, const cfr__change *change)
{
	uint32_t line, least, close, comma, behind;
	bool element = change->op == CFR__INSERT;
	cfr_node parent;
	cfr__item item;

	if (!change->moved || !plan->json || !cfr_node_parent(&parent, change->value) ||
	    cfr_node_kind(parent) != (element ? CFR_SEQUENCE : CFR_MAPPING))
		return false;
	cfr__item_of(&item, plan, change->value);
	line = cfr__line_start(plan, item.head);
	*out = (carried){ .from = item.head, .head = item.head, .body = item.key_end, .end = item.end };
	out->margin = cfr_str_sub(plan->text, line, cfr__skip_blanks(plan, line));
	comma = behind = cfr__skip_space(plan, item.end);
	if (plan->text.ptr[comma] == ',' && !cfr__breaks_between(plan, item.end, comma))
		behind = comma + 1;
	else
		comma = behind = item.end;
	close = cfr_document_entry(plan->doc, parent).end - 1;
	if (!item.own_line || !cfr__rest_blank(plan, behind) || cfr__line_end(plan, behind) >= close)
		return true;
	least = cfr__next_line(plan, cfr_document_entry(plan->doc, parent).start);
	out->from = behind_margin(plan, cfr__comments_above(plan, line, item.head - line, least), out->margin);
	if (has_comment(plan, item.end, comma))
		out->end = comma;
	out->note = cfr_str_sub(plan->text, behind, cfr__line_end(plan, behind));
	while (out->note.len && cfr__blank(out->note.ptr[out->note.len - 1]))
		out->note.len--;
	return true;
}

/* From the middle of a line on, further lines moved from their margin to another. */
static void add_lines(flow *f, uint32_t from, uint32_t to, cfr_str margin, cfr_str indent)
{
	const cfr__plan *plan = f->plan;

	for (uint32_t end; (end = cfr__line_end(plan, from)) < to;) {
		cfr_buf_adds(f->emit.out, cfr_str_sub(plan->text, from, end));
		from = behind_margin(plan, cfr__next_line(plan, end), margin);
		add_break(f, cfr__line_break(plan->text.ptr[from]) ? CFR_STR("") : indent);
	}
	cfr_buf_adds(f->emit.out, cfr_str_sub(plan->text, from, to));
}

/* *raw: the entry is carried over. Comments that cannot be are no reason to lose them. */
static int choose(bool *raw, carried *c, const flow *f, const cfr__change *change, bool lines)
{
	*raw = carry(c, f->plan, change);
	if (!*raw || (lines && !f->plan->no_raw))
		return 0;
	*raw = false;
	if (c->note.len || has_comment(f->plan, c->from, c->end))
		return cfr__refuse(f->plan, change->value, "the comments of this entry have no place where it goes",
		                   "write the mapping there over several lines first");
	return 0;
}

static void add_entry(flow *f, const cfr__change *change, carried *c, cfr_str indent, bool last_in_place)
{
	if (!c) {
		cfr__flow_entry(&f->emit, change, (unsigned)indent.len, f->work.style);
		return;
	}
	f->plan->used_raw = true;
	if (last_in_place && c->note.len) {	/* a comma follows: the comment goes above */
		size_t blanks = 0;

		while (cfr__blank(c->note.ptr[blanks]))
			blanks++;
		cfr_buf_adds(f->emit.out, cfr_str_sub(c->note, blanks, c->note.len));
		add_break(f, indent);
		c->note.len = 0;
	}
	add_lines(f, c->from, c->head, c->margin, indent);
	if (change->key.ptr)
		cfr__json_string(f->emit.out, change->key);
	add_lines(f, c->body, c->end, c->margin, indent);
}

/* Entries in order, with a break before each but the first that stands at the place, and commas between. */
static int add_entries(flow *f, const cfr__change *const *list, uint32_t count, bool lines, cfr_str indent, layout how)
{
	for (uint32_t i = 0; i < count; i++) {
		carried c = { .from = 0 };
		bool raw;
		int r = choose(&raw, &c, f, list[i], lines);

		if (r)
			return r;
		if (how == BEHIND_COMMA && !lines)
			cfr_buf_addc(f->emit.out, ' ');
		else if ((how == BEHIND && i == 0) || (i && !lines))
			cfr_buf_adds(f->emit.out, lines ? CFR_STR(",") : f->emit.comma);
		if (lines && (i || how >= BEHIND))
			add_break(f, indent);
		add_entry(f, list[i], raw ? &c : NULL, indent, how == IN_PLACE && i + 1 == count);
		if (how == BEHIND_COMMA || (lines && (i + 1 < count || how == BEFORE)))
			cfr_buf_addc(f->emit.out, ',');
		if (raw)
			cfr_buf_adds(f->emit.out, c.note);
	}
	return 0;
}

/* `like` is the item beside them: on lines of their own if it is. */
static int put_entries(flow *f, uint32_t from, uint32_t to, uint32_t first, uint32_t count, const cfr__item *like,
                       layout how)
{
	cfr_str indent = margin(f, like);
	cfr_buf text = CFR_BUF_INIT;
	bool lines = like->own_line;
	int r;

	f->emit.out = &text;
	f->emit.pretty = lines && f->plan->json;
	r = add_entries(f, f->work.list + first, count, lines, indent, how);
	if (how == BEFORE) {
		if (!lines)
			cfr_buf_adds(&text, f->emit.comma);
		else
			add_break(f, indent);
	}
	if (r == 0)
		r = cfr__emit_check(&f->emit);
	if (r == 0)
		r = cfr__splice(f->plan, from, to, cfr_buf_str(&text));
	cfr_buf_release(&text);
	return r;
}

static int insert_before(flow *f, uint32_t i)
{
	const cfr__item *item = &f->work.items[i];
	uint32_t at = item->head;

	if (item->own_line)		/* above the comments that belong to it, at the same column */
		at = lines_start(f, item, i ? item - 1 : NULL) + (item->head - cfr__line_start(f->plan, item->head));
	return put_entries(f, at, at, item->new_first, item->new_count, item, BEFORE);
}

/* Behind the last item. Where it has its line to itself, the entries go below, behind its comment, and a comma
 * that it needs goes right behind it. */
static int append(flow *f)
{
	const cfr__item *last = &f->work.items[f->work.count - 1];
	uint32_t comma = comma_behind(f, last), at = comma ? comma + 1 : last->end;
	layout how = comma ? BEHIND_COMMA : BEHIND;

	if (alone(f, last)) {
		uint32_t line = cfr__line_end(f->plan, at);

		if (!comma && cfr__skip_blanks(f->plan, at) < line) {
			int r = cfr__splice(f->plan, at, at, CFR_STR(","));
			if (r)
				return r;
			how = BEHIND_NOTE;
		}
		if (cfr__skip_blanks(f->plan, at) < line)
			at = line;
	}
	return put_entries(f, at, at, f->work.tail_first, f->work.tail_count, last, how);
}

/* Entries of JSON between new brackets, each on its line. */
static int fill_lines(flow *f, bool mapping, unsigned column)
{
	cfr_buf *text = f->emit.out, indent = CFR_BUF_INIT;
	int r;

	f->emit.out = &indent;
	cfr__emit_indent(&f->emit, column + f->emit.step);
	f->emit.out = text;
	cfr_buf_addc(text, mapping ? '{' : '[');
	r = add_entries(f, f->work.list, f->work.tail_count, true, cfr_buf_str(&indent), BEHIND_NOTE);
	cfr__emit_line(&f->emit, column);
	cfr_buf_addc(text, mapping ? '}' : ']');
	if (indent.failed)
		text->failed = indent.failed;
	cfr_buf_release(&indent);
	return r;
}

/* Into empty brackets that stand between others, or in JSON. */
static int fill(flow *f)
{
	cfr_buf text = CFR_BUF_INIT;
	bool mapping = f->work.list[0]->op == CFR__ADD;
	unsigned column;
	cfr__item item;
	cfr_node parent;
	int r;

	cfr__item_of(&item, f->plan, f->in);
	f->emit.out = &text;
	if (cfr_node_parent(&parent, f->in))
		f->emit.pretty = f->plan->json && f->plan->spread && item.own_line;
	else
		f->emit.pretty = f->plan->json && !f->plan->one_line && cfr__final_break(f->plan);
	column = f->emit.pretty ? cfr__line_indent(f->plan, f->open) : 0;
	r = f->emit.pretty ? fill_lines(f, mapping, column) : 0;
	if (!f->emit.pretty)
		cfr__flow_filled(&f->emit, mapping, f->work.list, f->work.tail_count, column, f->work.style);
	if (r == 0)
		r = cfr__emit_check(&f->emit);
	if (r == 0 && cfr_node_kind(f->in) == CFR_NULL && item.start == item.end)
		r = cfr__refuse(f->plan, f->in, "there is no value here that could get entries", "replace it instead");
	if (r == 0)
		r = cfr__splice(f->plan, item.start, item.end, cfr_buf_str(&text));
	cfr_buf_release(&text);
	return r;
}

/* ---- removing ---- */

/* One item with the comma behind it. */
static int cut_with_comma(flow *f, uint32_t i)
{
	const cfr__item *item = &f->work.items[i];
	uint32_t comma = comma_behind(f, item), end = comma ? comma + 1 : item->end;

	if (alone(f, item)) {
		uint32_t from = lines_start(f, item, i ? item - 1 : NULL), to = cfr__next_line(f->plan, end);
		uint32_t least = cfr__next_line(f->plan, i ? item[-1].end : f->open), above = cfr__blanks_above(f->plan, from, least);

		/* Blank lines that have nothing to part any more. */
		if (above < from || from == cfr__next_line(f->plan, f->open))
			to = cfr__blanks_below(f->plan, to);
		if (cfr__line_start(f->plan, f->close) == to)
			from = above;
		return cfr__cut(f->plan, from, to);
	}
	if (i + 1 < f->work.count && !cfr__breaks_between(f->plan, end, item[1].head))
		return cfr__cut(f->plan, item->head, cfr__skip_blanks(f->plan, end));
	/* The last on its line: the blanks before it go. */
	uint32_t from = item->head;
	while (!item->own_line && from > f->open + 1 && cfr__blank(f->plan->text.ptr[from - 1]))
		from--;
	return cfr__cut(f->plan, from, end);
}

/* Items first..last at the end, none behind them; `first` > 0. */
static int cut_tail(flow *f, uint32_t first, uint32_t last)
{
	const cfr__item *items = f->work.items;
	uint32_t comma = comma_behind(f, &items[first - 1]);
	bool lines = comma != 0;
	int r;

	for (uint32_t i = first; i <= last; i++)
		lines &= alone(f, &items[i]);
	if (!lines) {
		uint32_t from = comma ? comma + 1 : items[first - 1].end;

		/* The comment behind what stays, stays. */
		if (comma && !cfr__breaks_between(f->plan, items[first - 1].end, from) && cfr__breaks_between(f->plan, from, items[first].head) &&
		    cfr__skip_blanks(f->plan, from) < cfr__line_end(f->plan, from)) {
			r = cfr__cut(f->plan, comma, from);
			return r ? r : cfr__cut(f->plan, items[first].head, items[last].end);
		}
		return cfr__cut(f->plan, items[first - 1].end, items[last].end);
	}
	r = cfr__cut(f->plan, comma, comma + 1);
	for (uint32_t i = first; r == 0 && i <= last; i++)
		r = cut_with_comma(f, i);
	return r;
}

static int cut_removed(flow *f)
{
	const cfr__item *items = f->work.items;
	uint32_t count = f->work.count, end = count;
	int r = 0;

	if (count && !f->work.any_left)
		return cfr__cut(f->plan, f->open + 1, f->close);
	/* Those at the end, unless the last has a comma as well. */
	while (end > 0 && items[end - 1].removed && !items[end - 1].taken)
		end--;
	if (end < count && comma_behind(f, &items[count - 1]))
		end = count;
	for (uint32_t i = 0; r == 0 && i < end; i++) {
		if (items[i].removed && !items[i].taken)
			r = cut_with_comma(f, i);
	}
	return r || end == count ? r : cut_tail(f, end, count - 1);
}

int cfr__edit_flow(cfr__plan *plan, cfr_node in, const cfr__change *changes, uint32_t count)
{
	cfr_entry outer = cfr_document_entry(plan->doc, in);
	flow f = { .plan = plan, .in = in, .open = outer.start, .close = outer.end - 1 };
	int r = cfr__mark_items(&f.work, plan, in, changes, count);

	if (r)
		return r;
	f.emit = plan->style;
	f.emit.err = plan->err;
	f.emit.key_style = f.work.key_style;
	if (f.work.count == 0)
		return fill(&f);
	for (uint32_t i = 0; r == 0 && i < f.work.count; i++) {
		const cfr__item *item = &f.work.items[i];

		if (item->rename)
			r = cfr__put_key(plan, item, true);
		if (r == 0 && item->taken)
			r = put_entries(&f, item->head, item->end, item->new_first, item->new_count, item, IN_PLACE);
		else if (r == 0 && item->new_count)
			r = insert_before(&f, i);
	}
	if (r == 0 && !strchr("{[", plan->text.ptr[f.open]) && (f.work.tail_count || !f.work.any_left))
		return cfr__refuse(plan, in, "this mapping has no brackets of its own", "write braces around it");
	if (r == 0 && f.work.tail_count)
		r = append(&f);
	return r ? r : cut_removed(&f);
}
