/* engine/compose/cell.c -- places of documents, opened where something has to be merged.
 *
 * A closed cell stands for all that is below it in its document. Opening makes a cell of each child, in the author's
 * order; a mapping with more than a few keys gets a table of them when a key is first asked for.
 */
#include "engine/compose/parts.h"

#include "engine/pointer.h"
#include <stdio.h>

enum { FEW = 8 };

cfr__cell *cfr__cell_new(cfr__composer *c, uint32_t part, cfr_node node)
{
	cfr__cell *cell = cfr_arena_zalloc(&c->ground->arena, 1, sizeof(*cell));

	if (!cell)
		return NULL;
	cell->from.part = part;
	cell->from.node = node;
	cell->key = cfr_node_key(node);
	return cell;
}

cfr_kind cfr__cell_kind(const cfr__cell *cell)
{
	return cell->state == CELL_CLOSED    ? cfr_node_kind(cell->from.node)
	       : cell->state == CELL_MAPPING ? CFR_MAPPING
					     : CFR_SEQUENCE;
}

/* The array doubles inside the arena; what is left behind is at most as large as what is kept. */
static int make_room(cfr__composer *c, cfr__cell *cell, uint32_t need, cfr_err *err)
{
	cfr__cell **grown;
	uint32_t cap = cell->cap ? cell->cap : 4;

	if (need <= cell->cap)
		return 0;
	while (cap < need)
		cap *= 2;
	grown = cfr_arena_alloc(&c->ground->arena, cap * sizeof(*grown));
	if (!grown)
		return cfr_err_nomem(err);
	if (cell->count)
		memcpy(grown, cell->items, cell->count * sizeof(*grown));
	cell->items = grown;
	cell->cap = cap;
	return 0;
}

int cfr__cell_settle(cfr__composer *c, cfr__cell *cell, cfr_err *err)
{
	return cell->state == CELL_CLOSED ? cfr__settle(c, &cell->from, err) : 0;
}

int cfr__cell_open(cfr__composer *c, cfr__cell *cell, cfr_err *err)
{
	const cfr_document *doc;
	uint32_t size, rank, at, end;
	int r = cfr__cell_settle(c, cell, err);
	cfr_kind kind = cfr__cell_kind(cell);

	if (r < 0)
		return r;
	doc = cfr__part_at(c->ground, cell->from.part)->doc;
	if (cell->state != CELL_CLOSED || (kind != CFR_MAPPING && kind != CFR_SEQUENCE))
		return 0;
	size = cfr_node_size(cell->from.node);
	if ((r = make_room(c, cell, size, err)) < 0)
		return r;
	rank = cfr_document_rank(doc, cell->from.node);
	end = cfr_document_ranked(doc, rank).next;
	for (at = rank + 1; at < end; at = cfr_document_ranked(doc, at).next) {
		cfr__cell *child = cfr__cell_new(c, cell->from.part, cfr_document_node(doc, at));
		if (!child) {
			cell->count = 0;
			return cfr_err_nomem(err);
		}
		cell->items[cell->count++] = child;
	}
	cell->state = kind == CFR_MAPPING ? CELL_MAPPING : CELL_SEQUENCE;
	return 0;
}

static uint32_t slot_of(const cfr__composer *c, const cfr__cell *mapping, cfr_str key)
{
	uint32_t slot = (uint32_t)cfr_hash(&c->hash, key.ptr, key.len) & (mapping->table_size - 1);

	while (mapping->table[slot] && !cfr_str_eq(mapping->items[mapping->table[slot] - 1]->key, key))
		slot = (slot + 1) & (mapping->table_size - 1);
	return slot;
}

/* A table at most half full. Without memory for one there is none, and keys are searched. */
static void make_table(cfr__composer *c, cfr__cell *mapping)
{
	uint32_t size = 32;

	while (size < mapping->count * 4)
		size *= 2;
	mapping->table = cfr_arena_zalloc(&c->ground->arena, size, sizeof(*mapping->table));
	mapping->table_size = mapping->table ? size : 0;
	for (uint32_t i = 0; mapping->table && i < mapping->count; i++)
		mapping->table[slot_of(c, mapping, mapping->items[i]->key)] = i + 1;
}

cfr__cell **cfr__cell_find(cfr__composer *c, cfr__cell *mapping, cfr_str key)
{
	if (mapping->count > FEW && (!mapping->table || mapping->count * 2 > mapping->table_size))
		make_table(c, mapping);
	if (mapping->table) {
		uint32_t place = mapping->table[slot_of(c, mapping, key)];
		return place ? &mapping->items[place - 1] : NULL;
	}
	for (uint32_t i = 0; i < mapping->count; i++) {
		if (cfr_str_eq(mapping->items[i]->key, key))
			return &mapping->items[i];
	}
	return NULL;
}

int cfr__cell_add(cfr__composer *c, cfr__cell *into, cfr__cell *item, cfr_err *err)
{
	int r = make_room(c, into, into->count + 1, err);

	if (r < 0)
		return r;
	into->items[into->count++] = item;
	if (into->table && into->count * 2 <= into->table_size)
		into->table[slot_of(c, into, item->key)] = into->count;
	return 0;
}

void cfr__cell_drop(cfr__cell *from, uint32_t index)
{
	memmove(from->items + index, from->items + index + 1, (from->count - index - 1) * sizeof(*from->items));
	from->count--;
	from->table = NULL;
	from->table_size = 0;
}

bool cfr__cell_index(uint32_t *out, cfr_str token)
{
	uint64_t n = 0;

	if (token.len == 0 || token.len > 9 || (token.len > 1 && token.ptr[0] == '0'))
		return false;
	for (size_t i = 0; i < token.len; i++) {
		if (token.ptr[i] < '0' || token.ptr[i] > '9')
			return false;
		n = n * 10 + (uint64_t)(token.ptr[i] - '0');
	}
	*out = (uint32_t)n;
	return true;
}

static int no_child(cfr__cell *at, cfr_str token, cfr_str pointer, cfr_err *err)
{
	cfr_str near = { NULL, 0 };
	unsigned best = token.len < 9 ? (unsigned)(token.len / 3) + 1 : 4;

	cfr_err_set(err, CFR_E_NOTFOUND, "there is no '%.*s' in the composed configuration: '%.*s' is missing",
		    (int)(pointer.len < 80 ? pointer.len : 80), pointer.ptr, (int)(token.len < 60 ? token.len : 60),
		    token.ptr ? token.ptr : "");
	for (uint32_t i = 0; at->state == CELL_MAPPING && i < at->count; i++) {
		unsigned d = cfr_str_distance(token, at->items[i]->key, best);
		if (d < best) {
			best = d;
			near = at->items[i]->key;
		}
	}
	if (near.ptr)
		cfr_err_hint(err, "did you mean '%.*s'?", (int)(near.len < 80 ? near.len : 80), near.ptr);
	return CFR_E_NOTFOUND;
}

/* The last place that was reached, and what is left of a pointer there. */
typedef struct walk {
	cfr__cell *at, *above;
	cfr_str rest;
	uint32_t place;			/* of `at` in `above` */
	bool by_strings;		/* a string on the way is no error: it may refer to something */
} walk;

static int walk_down(walk *w, cfr__composer *c, cfr_str whole, cfr_err *err)
{
	cfr_str pointer = w->rest;
	cfr_buf token = CFR_BUF_INIT;
	int r = 0;

	if (pointer.len && pointer.ptr[0] != '/') {
		cfr_err_set(err, CFR_E_SYNTAX, "'%.*s' is no JSON Pointer",
			    (int)(pointer.len < 80 ? pointer.len : 80), pointer.ptr);
		cfr_err_hint(err, "a pointer begins with a slash: /server/port");
		return CFR_E_SYNTAX;
	}
	while (r == 0 && cfr_pointer_next(&token, &pointer)) {
		cfr_str name = cfr_buf_str(&token);
		cfr__cell **next = NULL;
		uint32_t place;

		if ((r = cfr_buf_check(&token, err)) < 0 || (r = cfr__cell_open(c, w->at, err)) < 0)
			break;
		if (w->by_strings && cfr__is_reference(c, w->at))
			break;
		if (w->at->state == CELL_MAPPING)
			next = cfr__cell_find(c, w->at, name);
		else if (w->at->state == CELL_SEQUENCE && cfr__cell_index(&place, name) && place < w->at->count)
			next = &w->at->items[place];
		if (!next) {
			r = no_child(w->at, name, whole, err);
			break;
		}
		w->above = w->at;
		w->place = (uint32_t)(next - w->at->items);
		w->at = *next;
		w->rest = pointer;
	}
	cfr_buf_release(&token);
	return r < 0 ? r : cfr__cell_settle(c, w->at, err);
}

int cfr__cell_get(cfr__cell **out, cfr__cell **parent, uint32_t *index, cfr__composer *c, cfr_str pointer, cfr_err *err)
{
	walk w = { .at = c->top, .rest = pointer };
	int r = walk_down(&w, c, pointer, err);

	if (r < 0)
		return r;
	*out = w.at;
	*parent = w.above;
	*index = w.place;
	return 0;
}

int cfr__cell_reach(cfr__cell **out, cfr_str *rest, cfr__composer *c, cfr__cell *from, cfr_str pointer, cfr_str whole,
		    cfr_err *err)
{
	walk w = { .at = from, .rest = pointer, .by_strings = true };
	int r = walk_down(&w, c, whole, err);

	if (r < 0)
		return r;
	*out = w.at;
	*rest = w.rest;
	return 0;
}

bool cfr__is_reference(const cfr__composer *c, const cfr__cell *cell)
{
	cfr_str text;

	if (cell->state != CELL_CLOSED || cfr_node_kind(cell->from.node) != CFR_STRING ||
	    !cfr__refers(c, cell->from.part))
		return false;
	text = cfr_node_string(cell->from.node);
	return text.len >= 2 && memmem(text.ptr, text.len, "${", 2) != NULL;
}

void cfr__way_write(cfr_buf *out, const cfr__way *way)
{
	if (way) {
		cfr__way_write(out, way->up);
		cfr_pointer_add(out, way->token);
	}
}

void cfr__cell_place(const cfr__composer *c, const cfr__origin *at, cfr_err *err)
{
	const cfr_document *doc = cfr__part_at(c->ground, at->part)->doc;
	cfr_span span;

	/* What names a file already is about that file. */
	if (!err || err->file[0])
		return;
	span = cfr_document_span(doc, at->node);
	cfr_err_at(err, cfr_source_name(cfr_document_source(doc)), span.line, span.column);
}

void cfr__cell_show(char out[200], const cfr__composer *c, const cfr__origin *at)
{
	const cfr_document *doc = cfr__part_at(c->ground, at->part)->doc;
	cfr_str name = cfr_source_name(cfr_document_source(doc));
	cfr_span span = cfr_document_span(doc, at->node);

	if (name.len > 150)
		name = cfr_str_sub(name, name.len - 150, name.len);
	snprintf(out, 200, "%.*s:%u:%u", (int)name.len, name.ptr, span.line, span.column);
}
