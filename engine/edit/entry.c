/* engine/edit/entry.c -- one new entry of a block collection: "key: value" or "- value".
 *
 * A moved entry is carried over as its author wrote it, with the comment lines above it, moved in or out by columns. Any other
 * is written in the author's style; where its value comes from another document, so do its order and its comments.
 */
#include "engine/edit/parts.h"

/* May a moved entry be carried over as its author wrote it? */
static bool raw_item(cfr__item *out, cfr__plan *plan, const cfr__change *change)
{
	bool element = change->op == CFR__INSERT;
	cfr_node parent;

	if (!change->moved || plan->no_raw || !cfr__block_context(plan, change->value) ||
	    !cfr_node_parent(&parent, change->value) ||
	    cfr_node_kind(parent) != (element ? CFR_SEQUENCE : CFR_MAPPING))
		return false;
	cfr__item_of(out, plan, change->value);
	if (element)
		return plan->text.ptr[out->head] == '-' && out->head < out->start;
	return cfr__behind_colon(plan, out) != 0 && out->key == out->head;
}

/* Comment lines above, the new key, and what stood behind the old one; further lines are moved by as many columns. An
 * element has no key, and is carried over with its dash. */
static void add_raw(cfr__plan *plan, cfr__emit *emit, const cfr__item *item, cfr_str key, unsigned column)
{
	uint32_t old = cfr__column(plan, item->head), line = cfr__line_start(plan, item->head);
	uint32_t end = cfr__last_line_end(plan, item);
	uint32_t at = item->own_line ? cfr__comments_above(plan, line, old, plan->base) : line;

	plan->used_raw = true;
	for (; at < line; at = cfr__next_line(plan, at)) {
		uint32_t text = cfr__skip_blanks(plan, at);

		cfr_buf_adds(emit->out, cfr_str_sub(plan->text, text, cfr__line_end(plan, at)));
		cfr__emit_line(emit, column);
	}
	if (key.ptr)
		cfr__yaml_key(emit, key, false);
	at = key.ptr ? item->key_end : item->head;
	for (;;) {
		uint32_t stop = cfr__line_end(plan, at), next = cfr__next_line(plan, at), text;

		cfr_buf_adds(emit->out, cfr_str_sub(plan->text, at, stop < end ? stop : end));
		if (stop >= end || next == stop)
			break;
		text = cfr__skip_blanks(plan, next);
		at = next;
		if (text < plan->text.len && cfr__line_break(plan->text.ptr[text])) {
			cfr__emit_line(emit, 0);
			at = text;
		} else {
			uint32_t indent = text - next, less = indent < old ? indent : old;

			cfr__emit_line(emit, column);
			at = next + less;
		}
	}
}

void cfr__emit_carried(cfr__emit *emit, cfr__plan *plan, const cfr__change *change)
{
	emit->order = change->written ? change->written : plan->doc;
	emit->comments = NULL;
	if (!change->carried)
		return;
	if (plan->carried != change->written) {
		int r = cfr__comments_of(&plan->comments, plan->arena, change->written, plan->err);

		if (r && !emit->rc)
			emit->rc = r;
		if (r)
			return;
		plan->carried = change->written;
	}
	emit->comments = &plan->comments;
	emit->marker = "#";
}

/* What was said above an entry, where it is to begin. */
static void add_above(cfr__emit *emit, cfr_node value, unsigned column)
{
	size_t from = emit->out->len;
	const char *first;

	cfr__yaml_above(emit, value, (int)column);
	if (emit->out->failed || emit->out->len == from)
		return;
	first = memchr(emit->out->ptr + from, '#', emit->out->len - from);
	if (!first) {			/* blank lines alone */
		emit->out->len = from;
		return;
	}
	emit->out->len -= (size_t)(first - emit->out->ptr) - from;
	memmove(emit->out->ptr + from, first, emit->out->len - from);
	cfr__emit_line(emit, column);
}

void cfr__block_entry(cfr__plan *plan, cfr__emit *emit, const cfr__change *change, unsigned column, cfr_style style)
{
	cfr_style nested = emit->key_style;
	cfr__item item;
	size_t before;

	cfr__emit_carried(emit, plan, change);
	/* Lines are a block scalar, whatever quotes their neighbours have. */
	if (cfr_node_kind(change->value) == CFR_STRING && cfr_node_string(change->value).len &&
	    memchr(cfr_node_string(change->value).ptr, '\n', cfr_node_string(change->value).len))
		style = CFR_PLAIN;
	if (raw_item(&item, plan, change)) {
		add_raw(plan, emit, &item, change->key, column);
		return;
	}
	if (change->carried)
		add_above(emit, change->value, column);
	if (change->op == CFR__INSERT) {
		cfr_buf_addc(emit->out, '-');
		cfr__yaml_entry(emit, change->value, CFR__DASH, column, style);
		return;
	}
	if (change->moved) {
		cfr_entry entry = cfr_document_entry(plan->doc, change->value);
		style = entry.style < CFR_BLOCK ? (cfr_style)entry.style : CFR_PLAIN;
	}
	before = emit->out->len;
	if (cfr__yaml_key(emit, change->key, false)) {
		emit->out->len = before;
		cfr_buf_addz(emit->out, "? ");
		cfr__yaml_key(emit, change->key, false);
		cfr__emit_line(emit, column);
	}
	emit->key_style = CFR_PLAIN;
	cfr_buf_addc(emit->out, ':');
	cfr__yaml_entry(emit, change->value, CFR__KEY, column, style);
	emit->key_style = nested;
}
