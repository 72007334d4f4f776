/* engine/edit/value.c -- one value in place of another.
 *
 * In block context a value has two parts: its *head*, on the line of the key or dash (a scalar, the `|` of a block
 * scalar), and its *body*, the lines below (text, entries). Heads replace heads and bodies bodies, so what stands
 * between them, the author's comment behind the key, stays where it is.
 *
 *     key: old   # note            key:   # note
 *                           ->       a: 1
 *
 * Between brackets a value is one run of characters.
 */
#include "engine/edit/parts.h"

typedef struct range {
	uint32_t from, to;
} range;

/* Where a value stands. */
typedef struct place {
	cfr__item item;
	cfr__slot slot;
	uint32_t parent;		/* column of its key or dash */
	uint32_t behind;		/* behind colon or dash, and the properties that stay */
	cfr_str anchor;			/* to be written again: it stands beside a tag that goes */
	bool properties;		/* an anchor or tag stays before the value */
	bool untag;			/* a tag goes with the value */
	range head, body;
	uint32_t indent;		/* of the text of a block scalar that is replaced by another; 0: no such */
} place;

/* ---- finding the old value ---- */

static cfr_str anchor_at(const cfr__plan *plan, uint32_t at, uint32_t end)
{
	uint32_t from;

	while (at < end && plan->text.ptr[at] != '&')
		at++;
	for (from = at; at < end && !cfr__blank(plan->text.ptr[at]) && !cfr__line_break(plan->text.ptr[at]); at++)
		;
	return cfr_str_sub(plan->text, from, at);
}

/* The indicator of a block scalar: `|`, `>-`, `|2+`. */
static uint32_t indicator_end(const cfr__plan *plan, uint32_t at)
{
	for (at++; at < plan->text.len && strchr("+-123456789", plan->text.ptr[at]) && plan->text.ptr[at]; at++)
		;
	return at;
}

static void find_parts(place *p, const cfr__plan *plan, bool bodied)
{
	cfr_entry entry = p->item.entry;
	uint32_t end = p->item.end, first = p->untag ? p->item.before : p->item.start;
	bool here = !cfr__breaks_between(plan, p->behind, first), block = entry.style == CFR_BLOCK && !p->item.alias;

	if (first < p->behind || end < first)
		first = end = p->behind;
	if (first == end && !p->item.alias) {
		p->head = (range){ p->behind, p->behind };
		end = p->behind;
	} else if (!here && (block || bodied)) {
		p->head = (range){ p->behind, p->behind };
		p->body = (range){ cfr__line_end(plan, p->behind), cfr__line_end(plan, end) };
		return;
	} else if (!p->item.alias && (entry.style == CFR_LITERAL || entry.style == CFR_FOLDED)) {
		p->head = (range){ first, indicator_end(plan, p->item.start) };
		p->body = (range){ cfr__line_end(plan, p->head.to), end };
		if (p->body.to < p->body.from)
			p->body.to = p->body.from;
		return;
	} else {
		if (block && cfr__breaks_between(plan, first, end))
			end = cfr__line_end(plan, end);
		p->head = (range){ first, end };
	}
	p->body.from = p->body.to = cfr__line_end(plan, end);
}

/* `keep_tag`: an empty collection that gets entries stays what it is. */
static int find_place(place *p, const cfr__plan *plan, cfr_node node, bool keep_tag)
{
	cfr_node parent;

	*p = (place){ .slot = CFR__ROOT };
	cfr__item_of(&p->item, plan, node);
	p->behind = p->item.head;
	if (cfr_node_parent(&parent, node)) {
		bool mapping = cfr_node_kind(parent) == CFR_MAPPING;

		p->slot = mapping ? CFR__KEY : CFR__DASH;
		p->parent = cfr__column(plan, p->item.head);
		p->behind = mapping ? cfr__behind_colon(plan, &p->item) : p->item.head + 1;
		if (!p->behind)
			return cfr__refuse(plan, node, "there is no colon behind this key", "write the entry as key: value");
	}
	if (p->item.alias || p->item.before == p->item.start)
		return 0;
	p->untag = p->item.entry.flags & CFR_TAGGED && !keep_tag;
	if (p->untag)
		p->anchor = anchor_at(plan, p->item.before, p->item.start);
	else
		p->behind = cfr__behind_properties(plan, p->item.before);
	p->properties = !p->untag || p->anchor.len;
	return 0;
}

/* ---- writing the new one ---- */

/* A line of a body: its line break first. Cuts it off; 0 at the end. */
static size_t first_line(cfr_str text)
{
	size_t i = text.len > 1 && text.ptr[0] == '\r' && text.ptr[1] == '\n' ? 2 : text.len > 0;

	while (i < text.len && !cfr__line_break(text.ptr[i]))
		i++;
	return i;
}

/* Before the last line's line break. */
static size_t last_line(cfr_str text)
{
	size_t i = text.len;

	while (i > 0 && !cfr__line_break(text.ptr[i - 1]))
		i--;
	if (i > 1 && text.ptr[i - 1] == '\n' && text.ptr[i - 2] == '\r')
		i--;
	return i ? i - 1 : 0;
}

/* In a block scalar a line of blanks that are no more than its indentation is as good as an empty one. */
static bool same_line(cfr_str a, cfr_str b, uint32_t indent)
{
	size_t blanks = 0;

	if (cfr_str_eq(a, b))
		return true;
	if (!indent || first_line(a) != a.len || first_line(b) != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++) {
		if (a.ptr[i] == ' ')
			blanks++;
		else if (!cfr__line_break(a.ptr[i]))
			return false;
	}
	return blanks <= indent && b.len && cfr__line_break(b.ptr[b.len - 1]);
}

/* Of lines in place of others, only those that differ. */
static int put_body(cfr__plan *plan, range body, cfr_str text, uint32_t indent)
{
	cfr_str old = cfr_str_sub(plan->text, body.from, body.to);

	while (old.len && text.len) {
		size_t a = first_line(old), b = first_line(text);

		if (!same_line(cfr_str_sub(old, 0, a), cfr_str_sub(text, 0, b), indent))
			break;
		old = cfr_str_sub(old, a, old.len);
		text = cfr_str_sub(text, b, text.len);
	}
	while (old.len && text.len) {
		size_t a = last_line(old), b = last_line(text);

		if (!same_line(cfr_str_sub(old, a, old.len), cfr_str_sub(text, b, text.len), indent))
			break;
		old.len = a;
		text.len = b;
	}
	body.from = (uint32_t)(old.ptr - plan->text.ptr);
	return cfr__splice(plan, body.from, body.from + (uint32_t)old.len, text);
}

/* Text that begins with blanks, as behind a colon, put in place: up to its first line break it is head. */
static int put_text(cfr__plan *plan, const place *p, cfr_str text)
{
	size_t cut = 0, lead = 0;
	range head = p->head, body = p->body;
	int r;

	while (cut < text.len && !cfr__line_break(text.ptr[cut]))
		cut++;
	while (lead < cut && text.ptr[lead] == ' ')
		lead++;
	cfr_str first = cfr_str_sub(text, 0, cut), rest = cfr_str_sub(text, cut, text.len);

	if (rest.len && !cfr__rest_blank(plan, head.to) && body.from > head.to)
		return cfr__refuse(plan, p->item.node, "there is no room for several lines here",
		                   "move what follows the value to a line of its own");
	if (lead == cut) {
		head.from = p->behind < head.from ? p->behind : head.from;
		r = cfr__cut(plan, head.from, head.to);
	} else if (head.to > head.from) {
		r = cfr__splice(plan, head.from, head.to, cfr_str_sub(first, lead, cut));
	} else {
		/* Blanks behind a lone `key:` go. */
		uint32_t blanks = cfr__skip_blanks(plan, head.to);

		if (blanks == plan->text.len || cfr__line_break(plan->text.ptr[blanks]))
			head.to = blanks;
		r = cfr__splice(plan, head.from, head.to, first);
	}
	if (r)
		return r;
	/* `|+` counts the blank lines below it, so they are its own. */
	if (rest.len && cfr__line_break(rest.ptr[rest.len - 1])) {
		while (body.to < plan->text.len) {
			uint32_t next = cfr__next_line(plan, body.to), blanks = cfr__skip_blanks(plan, next);

			if (next == plan->text.len || (blanks < plan->text.len && !cfr__line_break(plan->text.ptr[blanks])))
				break;
			body.to = blanks;
		}
	}
	return body.to > body.from || rest.len ? put_body(plan, body, rest, p->indent) : 0;
}

/* Columns of the old value, for the new one. */
static void keep_columns(cfr__emit *emit, const cfr__plan *plan, place *p)
{
	cfr_entry entry = p->item.entry;
	uint32_t column, body;

	if (p->slot == CFR__DASH && p->item.start > p->item.head + 1 && !p->properties &&
	    !cfr__breaks_between(plan, p->item.head, p->item.start) && p->item.end > p->item.start)
		emit->gap = p->item.start - p->item.head - 1;
	if (entry.style == CFR_BLOCK && p->slot == CFR__KEY && cfr__begins_line(plan, entry.start)) {
		column = cfr__column(plan, entry.start);
		if (cfr_node_kind(p->item.node) == CFR_SEQUENCE && column >= p->parent)
			emit->dash = column - p->parent;
		else if (column > p->parent)
			emit->step = column - p->parent;
	}
	if (entry.style != CFR_LITERAL && entry.style != CFR_FOLDED)
		return;
	emit->fold = 0;
	p->indent = p->parent + emit->step;
	body = cfr__next_line(plan, p->item.start);
	if (body < p->item.end)
		emit->like = cfr_str_sub(plan->text, body, p->item.end);
	for (uint32_t line = body, first = 0; line < p->item.end; line = cfr__next_line(plan, line)) {
		uint32_t text = cfr__skip_blanks(plan, line), end = cfr__line_end(plan, line);

		if (text == end)
			continue;
		if (!first && text - line > p->parent) {
			first = text - line;
			emit->step = first - p->parent;
			p->indent = first;
		}
		if (end - line > first && end - line - first > emit->fold)
			emit->fold = end - line - first;
	}
	if (emit->fold < 40)
		emit->fold = 80;
}

static int finish(cfr__plan *plan, cfr__emit *emit, cfr_buf *text, int (*put)(cfr__plan *, const place *, cfr_str),
                  const place *p)
{
	int r;

	emit->err = plan->err;
	r = cfr__emit_check(emit);
	if (r == 0)
		r = put(plan, p, cfr_buf_str(text));
	plan->used_block |= emit->used_block;
	cfr_buf_release(text);
	return r;
}

static int put_run(cfr__plan *plan, const place *p, cfr_str text)
{
	return cfr__splice(plan, p->head.from, p->head.to, text);
}

static bool is_collection(cfr_node node)
{
	cfr_kind kind = cfr_node_kind(node);

	return kind == CFR_MAPPING || kind == CFR_SEQUENCE;
}

static bool all_scalars(cfr_node node)
{
	cfr_node child;

	for (uint32_t i = 0; cfr_node_at(&child, node, i, NULL) == 0; i++) {
		if (is_collection(child))
			return false;
	}
	return true;
}

static cfr_style style_of(const cfr__plan *plan, const cfr__change *change, cfr_entry entry)
{
	if (change->moved)
		entry = cfr_document_entry(plan->doc, change->value);
	return entry.style >= CFR_BLOCK ? CFR_PLAIN : (cfr_style)entry.style;
}

/* Between brackets, and where a collection in brackets is replaced by another collection. */
static int put_flow(cfr__plan *plan, place *p, const cfr__change *change)
{
	cfr_entry entry = p->item.entry;
	bool tagged = entry.flags & CFR_TAGGED, empty = p->item.end == p->item.start && !p->item.alias;
	cfr__emit emit = plan->style;
	cfr_buf text = CFR_BUF_INIT;

	emit.out = &text;
	emit.err = plan->err;
	cfr__emit_order(&emit, change);
	p->head = (range){ tagged ? p->item.before : p->item.start, p->item.end };
	if (is_collection(p->item.node) && cfr_node_size(p->item.node)) {
		emit.pretty = cfr__breaks_between(plan, entry.start, entry.end);
		/* A list over several lines stays one. */
		if (cfr_node_kind(p->item.node) == CFR_SEQUENCE && all_scalars(change->value))
			emit.short_lists = false;
	} else {
		emit.pretty = plan->json && !plan->one_line && (p->slot == CFR__ROOT ? plan->spread || cfr__final_break(plan)
		                                                   : plan->spread && p->item.own_line);
	}
	if (empty && p->item.before == p->item.start && p->slot == CFR__KEY) {
		uint32_t behind = cfr__behind_colon(plan, &p->item);

		/* `{a}`: a key alone. */
		p->head = (range){ behind ? behind : p->item.key_end, behind ? behind : p->item.key_end };
		cfr_buf_addz(&text, behind ? " " : ": ");
	} else if (empty) {
		cfr_buf_addz(&text, " ");
	}
	if (tagged && p->anchor.len) {
		cfr_buf_adds(&text, p->anchor);
		cfr_buf_addz(&text, " ");
	}
	cfr__flow_value(&emit, change->value, emit.pretty ? cfr__line_indent(plan, p->head.from) : 0,
	                style_of(plan, change, entry));
	return finish(plan, &emit, &text, put_run, p);
}

static int put_block(cfr__plan *plan, place *p, const cfr__change *change)
{
	bool collection = is_collection(change->value) && cfr_node_size(change->value);
	cfr__emit emit = plan->style;
	cfr_buf text = CFR_BUF_INIT;

	emit.out = &text;
	cfr__emit_order(&emit, change);
	keep_columns(&emit, plan, p);
	if (p->anchor.len) {
		cfr_buf_addc(&text, ' ');
		cfr_buf_adds(&text, p->anchor);
	}
	if (collection && p->properties && p->slot != CFR__KEY) {
		/* An anchor stands where the first entry would begin. */
		cfr_buf_addc(&text, ' ');
		cfr__flow_value(&emit, change->value, p->parent, CFR_PLAIN);
		collection = false;
	} else {
		cfr__yaml_value(&emit, change->value, p->properties && p->slot == CFR__ROOT ? CFR__KEY : p->slot,
		                p->parent, style_of(plan, change, p->item.entry));
	}
	find_parts(p, plan, collection || emit.used_block);
	return finish(plan, &emit, &text, put_text, p);
}

int cfr__same_value(bool *out, const cfr__plan *plan, const cfr__change *change)
{
	int r = cfr_node_equal(out, change->at, change->value, plan->err);
	cfr_str old, new;

	if (r == 0 && *out && plan->style.spelled && cfr__spelled(&old, plan->doc, change->at) &&
	    cfr__spelled(&new, change->written, change->value))
		*out = cfr_str_eq(old, new) || cfr__via(cfr_document_entry(plan->doc, change->at));
	return r;
}

/* The same value again: only quotes that it should have are a change. */
static int nothing_to_do(bool *out, const cfr__plan *plan, const cfr__change *change, cfr_entry entry, bool block)
{
	int r = cfr__same_value(out, plan, change);

	if (r == 0 && *out && cfr_node_kind(change->at) == CFR_STRING && entry.style == CFR_PLAIN && !plan->json)
		*out = cfr__plain_safe(cfr_node_string(change->at), !block);
	return r;
}

int cfr__put_value(cfr__plan *plan, const cfr__change *change)
{
	cfr_entry entry = cfr_document_entry(plan->doc, change->at);
	bool block = cfr__block_context(plan, change->at), same;
	place p;
	int r = nothing_to_do(&same, plan, change, entry, block);

	if (r || same)
		return r;
	if (cfr__via(entry))
		return cfr__refuse_shared(plan, change->at);
	if (!block) {
		p = (place){ .slot = change->rooted ? CFR__ROOT : CFR__DASH };
		cfr__item_of(&p.item, plan, change->at);
		if (!change->rooted && cfr_node_kind(change->in) == CFR_MAPPING)
			p.slot = CFR__KEY;
		if (entry.flags & CFR_TAGGED)
			p.anchor = anchor_at(plan, p.item.before, p.item.start);
		return put_flow(plan, &p, change);
	}
	r = find_place(&p, plan, change->at, false);
	if (r)
		return r;
	if (entry.style == CFR_FLOW && is_collection(change->value) && is_collection(change->at) &&
	    cfr_node_size(change->at) && cfr_node_size(change->value))
		return put_flow(plan, &p, change);
	return put_block(plan, &p, change);
}

/* Into a document of nothing but comments: below them, before its `...`. */
static int put_last(cfr__plan *plan, const place *p, cfr_str text)
{
	uint32_t start, at, line;
	int r = 0;

	cfr_document_range(plan->doc, &start, &at);
	for (;;) {
		while (at > p->behind && (cfr__blank(plan->text.ptr[at - 1]) || cfr__line_break(plan->text.ptr[at - 1])))
			at--;
		line = cfr__line_start(plan, at);
		if (line <= p->behind || !cfr_str_starts(cfr_str_sub(plan->text, line, at), CFR_STR("...")))
			break;
		at = cfr__break_before(plan, line);
	}
	if (at > plan->base)
		r = cfr__splice(plan, at, at, cfr_str_of(plan->style.newline));
	return r ? r : cfr__splice(plan, at, at, text);
}

int cfr__put_filled(cfr__plan *plan, cfr_node at, bool mapping, const cfr__change *const *list, uint32_t count)
{
	cfr__emit emit = plan->style;
	cfr_buf text = CFR_BUF_INIT;
	unsigned column;
	place p;
	int r = find_place(&p, plan, at, true);

	if (r)
		return r;
	emit.out = &text;
	emit.err = plan->err;
	keep_columns(&emit, plan, &p);
	column = p.parent;
	if (p.slot == CFR__KEY)
		column += mapping ? emit.step : emit.dash;
	if (p.slot == CFR__DASH)
		column += 1 + emit.gap;
	if (p.properties && p.slot != CFR__KEY) {
		cfr_buf_addc(&text, ' ');
		cfr__flow_filled(&emit, mapping, list, count, p.parent, CFR_PLAIN);
	} else {
		if (p.slot == CFR__DASH)
			cfr__emit_indent(&emit, emit.gap);
		for (uint32_t i = 0; i < count; i++) {
			if (i || p.slot == CFR__KEY)
				cfr__emit_line(&emit, column);
			cfr__block_entry(plan, &emit, list[i], column, CFR_PLAIN);
		}
	}
	find_parts(&p, plan, true);
	if (p.slot == CFR__ROOT && p.item.start == p.item.end)
		return finish(plan, &emit, &text, put_last, &p);
	return finish(plan, &emit, &text, put_text, &p);
}

int cfr__put_empty(cfr__plan *plan, cfr_node at)
{
	bool mapping = cfr_node_kind(at) == CFR_MAPPING;
	place p;
	int r = find_place(&p, plan, at, true);

	return r ? r : cfr__splice(plan, p.behind, p.behind, mapping ? CFR_STR(" {}") : CFR_STR(" []"));
}
