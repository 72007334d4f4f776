/* engine/edit/block.c -- entries of block collections: added, removed, renamed.
 *
 * An entry owns its lines: from the comment lines directly above its key or dash to the end of its value's last line.
 * Removing takes those lines; adding puts lines behind those of the last entry, or before those of the entry at the
 * index. The first entry of a collection that stands behind a dash (`- a: 1`) shares its line, so it is cut out up to
 * the next one. Where the author parted all entries by blank lines, a new one is parted too, and one that goes takes
 * its blank lines along.
 */
#include "engine/edit/parts.h"

typedef struct block {
	cfr__plan *plan;
	cfr_node in;
	cfr__work work;
	cfr__emit emit;
	unsigned column;
	uint32_t least;		/* where the document begins */
	bool spaced;		/* blank lines between all entries */
} block;

/* ---- new entries ---- */

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
	uint32_t end = b->work.count ? cfr__last_line_end(b->plan, &b->work.items[b->work.count - 1]) : outer.end;
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
		lines.to = cfr__next_line(b->plan, cfr__last_line_end(b->plan, &items[i]));
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
