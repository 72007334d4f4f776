/* engine/edit/block.c -- entries of block collections: added, removed, renamed.
 *
 * An entry owns its lines: from the comment lines directly above its key or dash to the end of its value's last line.
 * Removing takes those lines; adding puts lines behind those of the last entry, or before those of the entry at the
 * index. The first entry of a collection that stands behind a dash (`- a: 1`) shares its line, so it is cut out up to
 * the next one. Where the author parted all entries by blank lines, a new one is parted too, and one that goes takes
 * its blank lines along.
 */
#include <stdlib.h>

#include "engine/edit/parts.h"

/* ---- marking, for both styles of collection ---- */

static int compare_item(const void *key, const void *item)
{
	uint32_t wanted = *(const uint32_t *)key, have = ((const cfr__item *)item)->rank;

	return (wanted > have) - (wanted < have);
}

static int mark_one(cfr__work *work, cfr__plan *plan, const cfr__change *change)
{
	uint32_t rank = cfr_document_rank(plan->doc, change->at);
	cfr__item *item = bsearch(&rank, work->items, work->count, sizeof(*item), compare_item);

	if (!item)
		return cfr__refuse_shared(plan, change->at);
	if (change->op == CFR__REMOVE)
		item->removed = true;
	else
		item->rename = change;
	return 0;
}

int cfr__mark_items(cfr__work *work, cfr__plan *plan, cfr_node in, const cfr__change *changes, uint32_t count)
{
	uint32_t n = 0;
	int r;

	*work = (cfr__work){ .count = 0 };
	r = cfr__items(&work->items, &work->count, plan, in);
	if (r)
		return r;
	work->list = cfr_arena_alloc(plan->arena, (size_t)count * sizeof(*work->list));
	if (!work->list)
		return cfr_err_nomem(plan->err);
	for (uint32_t i = 0; i < count; i++) {
		const cfr__change *change = &changes[i];

		if (change->op == CFR__REMOVE || change->op == CFR__RENAME) {
			r = mark_one(work, plan, change);
			if (r)
				return r;
		} else if (change->op == CFR__INSERT && change->index < work->count) {
			cfr__item *item = &work->items[change->index];

			if (item->new_count++ == 0)
				item->new_first = n;
			work->list[n++] = change;
		} else if (change->op != CFR__REPLACE) {
			if (work->tail_count++ == 0)
				work->tail_first = n;
			work->list[n++] = change;
		}
	}
	/* What comes behind a last item that goes takes its place. */
	if (work->tail_count && work->count && work->items[work->count - 1].removed) {
		cfr__item *last = &work->items[work->count - 1];

		if (last->new_count == 0)
			last->new_first = work->tail_first;
		last->new_count += work->tail_count;
		work->tail_count = 0;
	}
	work->any_left = work->tail_count > 0;
	for (uint32_t i = 0; i < work->count; i++) {
		work->items[i].taken = work->items[i].removed && work->items[i].new_count;
		work->any_left |= !work->items[i].removed || work->items[i].taken;
	}
	work->style = cfr__style_beside(plan, work->items, work->count);
	if (cfr_node_kind(in) == CFR_MAPPING)
		work->key_style = cfr__key_style_beside(plan, work->items, work->count);
	return 0;
}

int cfr__put_key(cfr__plan *plan, const cfr__item *item, bool flow)
{
	char quote = item->key < item->key_end ? plan->text.ptr[item->key] : 0;
	cfr__emit emit = plan->style;
	cfr_buf text = CFR_BUF_INIT;
	int r;

	if (cfr__same_key(item->rename) &&
	    (plan->json || plan->style.toml || quote == '"' || quote == '\'' || cfr__plain_safe(item->rename->key, flow)))
		return 0;
	emit.out = &text;
	emit.err = plan->err;
	emit.key_style = quote == '"' ? CFR_DOUBLE : quote == '\'' ? CFR_SINGLE : CFR_PLAIN;
	if (plan->json)
		cfr__json_string(&text, item->rename->key);
	else if (emit.toml)
		cfr__toml_key_text(&text, item->rename->key, quote);
	else
		cfr__yaml_key(&emit, item->rename->key, flow);
	r = cfr__emit_check(&emit);
	if (r == 0)
		r = cfr__splice(plan, item->key, item->key_end, cfr_buf_str(&text));
	cfr_buf_release(&text);
	return r;
}

/* Where the last line of an entry ends: comment lines directly below it that are further in belong to it as well. */
static uint32_t last_line_end(const cfr__plan *plan, const cfr__item *item)
{
	uint32_t column = cfr__column(plan, item->head), end = cfr__line_end(plan, item->end);

	for (;;) {
		uint32_t line = cfr__next_line(plan, end), text = cfr__skip_blanks(plan, line);

		if (line == end || text == plan->text.len || plan->text.ptr[text] != '#' || text - line <= column)
			return end;
		end = cfr__line_end(plan, text);
	}
}

/* ---- new entries ---- */

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
	uint32_t end = last_line_end(plan, item);
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

typedef struct block {
	cfr__plan *plan;
	cfr_node in;
	cfr__work work;
	cfr__emit emit;
	unsigned column;
	uint32_t least;		/* where the document begins */
	bool spaced;		/* blank lines between all entries */
} block;

typedef enum layout {
	BEFORE,			/* each entry has its indentation and its line end, for an item that follows */
	AFTER,			/* the same, behind the last item */
	INLINE,			/* the first stands at the place, each other begins a line */
	AT_END			/* each begins a line: behind a text without a final line break */
} layout;

static int put_entries(block *b, uint32_t from, uint32_t to, uint32_t first, uint32_t count, layout how)
{
	cfr_buf text = CFR_BUF_INIT;
	int r;

	b->emit.out = &text;
	for (uint32_t i = 0; i < count; i++) {
		if (b->spaced && (how == AT_END || how == AFTER || (how == INLINE && i)))
			cfr__emit_line(&b->emit, 0);
		if (how <= AFTER)
			cfr__emit_indent(&b->emit, b->column);
		else if (how == AT_END || i)
			cfr__emit_line(&b->emit, b->column);
		cfr__block_entry(b->plan, &b->emit, b->work.list[first + i], b->column, b->work.style);
		if (how <= AFTER)
			cfr__emit_line(&b->emit, 0);
		if (b->spaced && how == BEFORE)
			cfr__emit_line(&b->emit, 0);
	}
	r = cfr__emit_check(&b->emit);
	if (r == 0)
		r = cfr__splice(b->plan, from, to, cfr_buf_str(&text));
	b->plan->used_block |= b->emit.used_block;
	cfr_buf_release(&text);
	return r;
}

/* Where an item's own lines begin. */
static uint32_t lines_start(const block *b, uint32_t i)
{
	const cfr__item *item = &b->work.items[i];
	uint32_t least = i ? cfr__next_line(b->plan, item[-1].end) : b->least;

	return cfr__comments_above(b->plan, cfr__line_start(b->plan, item->head), b->column, least);
}

static bool is_spaced(const block *b)
{
	for (uint32_t i = 1; i < b->work.count; i++) {
		uint32_t line = lines_start(b, i);

		if (cfr__blanks_above(b->plan, line, cfr__next_line(b->plan, b->work.items[i - 1].end)) == line)
			return false;
	}
	return b->work.count > 1;
}

static int insert_before(block *b, uint32_t i)
{
	const cfr__item *item = &b->work.items[i];
	cfr_buf text = CFR_BUF_INIT;
	uint32_t at;
	int r;

	if (item->own_line) {
		at = lines_start(b, i);
		return put_entries(b, at, at, item->new_first, item->new_count, BEFORE);
	}
	r = put_entries(b, item->head, item->head, item->new_first, item->new_count, INLINE);
	if (r)
		return r;
	b->emit.out = &text;
	if (b->spaced)
		cfr__emit_line(&b->emit, 0);
	cfr__emit_line(&b->emit, b->column);
	r = cfr__emit_check(&b->emit);
	if (r == 0)
		r = cfr__splice(b->plan, item->head, item->head, cfr_buf_str(&text));
	cfr_buf_release(&text);
	return r;
}

static int take_place(block *b, uint32_t i)
{
	const cfr__item *item = &b->work.items[i];
	int r = 0;

	if (item->own_line)
		r = cfr__cut(b->plan, lines_start(b, i), cfr__line_start(b->plan, item->head));
	return r ? r : put_entries(b, item->head, cfr__line_end(b->plan, item->end), item->new_first, item->new_count,
	                           INLINE);
}

static int append(block *b)
{
	cfr_entry outer = cfr_document_entry(b->plan->doc, b->in);
	uint32_t end = b->work.count ? last_line_end(b->plan, &b->work.items[b->work.count - 1]) : outer.end;
	uint32_t line = cfr__line_end(b->plan, end), at = cfr__next_line(b->plan, end);

	return put_entries(b, at, at, b->work.tail_first, b->work.tail_count, at == line ? AT_END : AFTER);
}

/* ---- removing ---- */

/* Whole lines; at the end of a text without a final line break, the break before them instead. */
static int cut_lines(block *b, uint32_t from, uint32_t to)
{
	if (to == b->plan->text.len && !cfr__final_break(b->plan) && from > b->plan->base)
		from = cfr__break_before(b->plan, from);
	return cfr__cut(b->plan, from, to);
}

/* The first items, which begin behind a dash: up to where the first that stays begins. Returns its index, or the
 * number of items; negative on error. */
static int64_t cut_first(block *b)
{
	uint32_t i = 0, to;
	int r;

	while (i < b->work.count && b->work.items[i].removed && !b->work.items[i].taken)
		i++;
	if (i < b->work.count && b->work.items[i].taken) {
		to = b->work.items[i].head;
	} else {
		to = cfr__skip_blanks(b->plan, cfr__blanks_below(b->plan, cfr__next_line(b->plan, b->work.items[i - 1].end)));
	}
	r = cfr__cut(b->plan, b->work.items[0].head, to);
	return r ? r : (int64_t)i;
}

/* Nothing is left: the collection is written as an empty one. Returns how many items are dealt with. */
static int64_t cut_all(block *b)
{
	const cfr__item *first = &b->work.items[0];
	cfr_node parent;
	int r;

	if (first->own_line && cfr_node_parent(&parent, b->in)) {
		r = cfr__put_empty(b->plan, b->in);
		return r ? r : 0;
	}
	r = cfr__splice(b->plan, first->head, cfr__line_end(b->plan, first->end),
	                cfr_node_kind(b->in) == CFR_MAPPING ? CFR_STR("{}") : CFR_STR("[]"));
	if (r == 0 && first->own_line)
		r = cfr__cut(b->plan, lines_start(b, 0), cfr__line_start(b->plan, first->head));
	return r ? r : 1;
}

/* Does nothing stand directly above the lines of an item, so that blank lines below them would be too many? A head of
 * comments above the first item needs its blank line. */
static bool open_above(const block *b, uint32_t line, uint32_t i)
{
	uint32_t above = cfr__line_start(b->plan, cfr__break_before(b->plan, line)), text;

	if (line <= b->plan->base || cfr__blank_line(b->plan, above))
		return true;
	text = cfr__skip_blanks(b->plan, above);
	return i == 0 && b->plan->text.ptr[text] != '#';
}

/* Lines of items that go, with blank lines that have nothing to part any more. */
typedef struct run {
	uint32_t from, to, least;	/* blank lines may be cut above, down to `least` */
	bool open;			/* see open_above */
} run;

static int cut_run(block *b, run lines)
{
	if (lines.from < lines.to && cfr__blanks_below(b->plan, lines.to) == b->plan->text.len)
		lines.from = cfr__blanks_above(b->plan, lines.from, lines.least);
	return cut_lines(b, lines.from, lines.to);
}

static int cut_removed(block *b)
{
	const cfr__item *items = b->work.items;
	bool merges = cfr_node_size(b->in) > b->work.count;
	uint32_t last = b->work.count;
	run lines = { .to = 0 };
	int64_t done = 0;

	if (b->work.count == 0)
		return 0;
	if (!b->work.any_left && !merges)
		done = cut_all(b);
	else if (items[0].removed && !items[0].taken && !items[0].own_line)
		done = cut_first(b);
	if (done < 0)
		return (int)done;
	while (last > 0 && items[last - 1].removed && !items[last - 1].taken)
		last--;			/* behind it nothing stays */
	for (uint32_t i = (uint32_t)done; i < b->work.count; i++) {
		if (!items[i].removed || items[i].taken)
			continue;
		uint32_t start = lines_start(b, i), least = i ? cfr__next_line(b->plan, items[i - 1].end) : start;
		bool open = open_above(b, start, i);
		if (b->spaced && b->work.any_left && i >= last && i)
			start = cfr__blanks_above(b->plan, start, least);
		if (start != lines.to || !lines.to) {
			int r = cut_run(b, lines);
			if (r)
				return r;
			lines.from = start;
			lines.least = least < start ? least : start;
			lines.open = open;
		}
		lines.to = cfr__next_line(b->plan, last_line_end(b->plan, &items[i]));
		if (b->work.any_left && lines.open && (i < last || !b->spaced))
			lines.to = cfr__blanks_below(b->plan, lines.to);
	}
	return cut_run(b, lines);
}

int cfr__edit_block(cfr__plan *plan, cfr_node in, const cfr__change *changes, uint32_t count)
{
	block b = { .plan = plan, .in = in };
	uint32_t end;
	int r = cfr__mark_items(&b.work, plan, in, changes, count);

	if (r)
		return r;
	b.column = cfr__column(plan, cfr_document_entry(plan->doc, in).start);
	cfr_document_range(plan->doc, &b.least, &end);
	b.emit = plan->style;
	b.emit.err = plan->err;
	b.emit.key_style = b.work.key_style;
	b.spaced = is_spaced(&b);
	for (uint32_t i = 0; r == 0 && i < b.work.count; i++) {
		const cfr__item *item = &b.work.items[i];

		if (item->rename)
			r = cfr__put_key(plan, item, false);
		if (r == 0 && item->taken)
			r = take_place(&b, i);
		else if (r == 0 && item->new_count)
			r = insert_before(&b, i);
	}
	if (r == 0 && b.work.tail_count)
		r = append(&b);
	return r ? r : cut_removed(&b);
}
