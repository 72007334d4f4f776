/* engine/compose/emit.c -- from merged cells to the snapshot's document.
 *
 * One walk in order, the builder beside the table of origins: each value that goes to the builder has the
 * same rank as its leaf in the table. What no layer touched is taken from its document without ever becoming
 * cells, unless its strings may hold references.
 */
#include "engine/compose/parts.h"

#include "engine/base/vec.h"
#include <string.h>

/* Where the value that comes next is from. */
static int note_leaf(cfr__composer *c, const cfr__origin *from, cfr_reference *references, cfr_err *err)
{
	cfr_snapshot *snap = c->snap;
	uint32_t rank = cfr_build_rank(c->build), note = 0;
	int r;

	if ((r = cfr_vec_room(&snap->leaves, &snap->leaf_cap, (uint64_t)rank + 1, sizeof(*snap->leaves), err)) < 0)
		return r;
	if (from->next || references) {
		for (cfr__origin *o = from->next; o; o = o->next) {
			if ((r = cfr__settle(c, o, err)) < 0)
				return r;
		}
		if ((r = cfr_vec_room(&snap->notes, &snap->note_cap, (uint64_t)snap->note_count + 1,
				      sizeof(*snap->notes), err)) < 0)
			return r;
		snap->notes[snap->note_count++] = (cfr__note){ from->next, references };
		note = snap->note_count;
	}
	snap->leaves[rank] = (cfr__leaf){ from->part, note, from->node };
	return 0;
}

/* The snapshot is held to the ceiling of one source, however often a file or a value comes in. */
static int build_string(cfr__composer *c, cfr_str text, cfr_err *err)
{
	c->text += text.len;
	if (c->text > c->limits.of[CFR_LIMIT_FILE])
		return cfr_err_limit(err, &c->limits, CFR_LIMIT_FILE);
	return cfr_build_string(c->build, text, NULL, err);
}

static int build_scalar(cfr__composer *c, cfr_node node, cfr_err *err)
{
	cfr_build *build = c->build;

	switch (cfr_node_kind(node)) {
	case CFR_BOOL:
		return cfr_build_bool(build, cfr_node_bool(node), NULL, err);
	case CFR_INT:
		return cfr_build_int(build, cfr_node_int(node), NULL, err);
	case CFR_FLOAT:
		return cfr_build_float(build, cfr_node_float(node), NULL, err);
	case CFR_STRING:
		return build_string(c, cfr_node_string(node), err);
	case CFR_OTHER:
		return cfr_build_other(build, cfr_node_tag(node), cfr_node_string(node), NULL, err);
	default:
		return cfr_build_null(build, NULL, err);
	}
}

/* What one document says, in its author's order. `top` has the chain of origins of the first node. */
static int emit_document(cfr__composer *c, const cfr__origin *top, cfr_err *err)
{
	const cfr_document *doc = cfr__part_at(c->ground, top->part)->doc;
	cfr_kind kind = cfr_node_kind(top->node);
	uint32_t rank, at, end;
	int r;

	if ((r = note_leaf(c, top, NULL, err)) < 0)
		return r;
	if (kind != CFR_MAPPING && kind != CFR_SEQUENCE)
		return build_scalar(c, top->node, err);
	if ((r = cfr_build_begin(c->build, kind, NULL, err)) < 0)
		return r;
	rank = cfr_document_rank(doc, top->node);
	end = cfr_document_ranked(doc, rank).next;
	for (at = rank + 1; at < end; at = cfr_document_ranked(doc, at).next) {
		cfr__origin child = { top->part, cfr_document_node(doc, at), NULL };
		if ((kind == CFR_MAPPING && (r = cfr_build_key(c->build, cfr_node_key(child.node), NULL, err)) < 0) ||
		    (r = emit_document(c, &child, err)) < 0)
			return r;
	}
	return cfr_build_end(c->build, 0, err);
}

/* The value of a typed reference: all of it comes from where the reference stands. */
static int emit_value(cfr__composer *c, const cfr__origin *from, cfr_node node, cfr_reference *references, cfr_err *err)
{
	cfr_kind kind = cfr_node_kind(node);
	cfr__origin below = { from->part, from->node, NULL };
	cfr_node child;
	int r = note_leaf(c, from, references, err);

	if (r < 0)
		return r;
	if (kind != CFR_MAPPING && kind != CFR_SEQUENCE)
		return build_scalar(c, node, err);
	if ((r = cfr_build_begin(c->build, kind, NULL, err)) < 0)
		return r;
	for (uint32_t i = 0; i < cfr_node_size(node); i++) {
		if ((r = cfr_node_at(&child, node, i, err)) < 0 ||
		    (kind == CFR_MAPPING && (r = cfr_build_key(c->build, cfr_node_key(child), NULL, err)) < 0) ||
		    (r = emit_value(c, &below, child, NULL, err)) < 0)
			return r;
	}
	return cfr_build_end(c->build, 0, err);
}

static int emit_cell(cfr__composer *c, cfr__cell *cell, const cfr__origin *from, cfr_reference *references,
                     const cfr__way *way, const cfr__asking *asking, cfr_err *err);

/* A string with references. `from` is where the value is told to be from: the cell, or what referred to it. */
static int emit_reference(cfr__composer *c, cfr__cell *cell, const cfr__origin *from, cfr_reference *references,
                          const cfr__way *way, const cfr__asking *up, cfr_err *err)
{
	cfr_reference *own = NULL, **kept = c->references;
	cfr__value value = { .cell = NULL };
	cfr__asking asking;
	int r = cfr__ask(&asking, c, up, cell, way, err);

	if (r < 0) {
		cfr__cell_place(c, &cell->from, err);
		return r;
	}
	c->references = references ? NULL : &own;
	r = cfr__refer(&value, c, cell, &asking, err);
	c->references = kept;
	if (!references)
		references = own;
	if (r == 0 && value.cell) {
		/* What is below it is called by its own place: that is in a file. */
		cfr__asking below = { &asking, value.cell, value.way, asking.depth };
		r = emit_cell(c, value.cell, from, references, value.way, &below, err);
	} else if (r == 0 && value.doc) {
		r = emit_value(c, from, value.node, references, err);
	} else if (r == 0 && (r = note_leaf(c, from, references, err)) == 0) {
		r = build_string(c, value.text, err);
	}
	cfr_document_unref(value.doc);
	return r;
}

static int emit_children(cfr__composer *c, cfr__cell *cell, const cfr__way *way, const cfr__asking *asking,
			 cfr_err *err)
{
	int r = 0;

	for (uint32_t i = 0; r == 0 && i < cell->count; i++) {
		cfr__cell *child = cell->items[i];
		char number[16];
		cfr__way down = { way, child->key };

		if (cell->state == CELL_SEQUENCE) {
			size_t n = 0;
			uint32_t k = i;
			char digits[12];
			do
				digits[n++] = (char)('0' + k % 10);
			while ((k /= 10) > 0);
			for (size_t d = 0; d < n; d++)
				number[d] = digits[n - 1 - d];
			down.token = (cfr_str){ number, n };
		} else if ((r = cfr_build_key(c->build, child->key, NULL, err)) < 0) {
			return r;
		}
		r = emit_cell(c, child, &child->from, NULL, &down, asking, err);
	}
	return r;
}

static int emit_cell(cfr__composer *c, cfr__cell *cell, const cfr__origin *from, cfr_reference *references,
                     const cfr__way *way, const cfr__asking *asking, cfr_err *err)
{
	bool refers;
	int r = cfr__cell_settle(c, cell, err);

	if (r < 0)
		return r;
	refers = cfr__refers(c, cell->from.part);
	if (refers && cfr__is_reference(c, cell))
		return emit_reference(c, cell, from, references, way, asking, err);
	if (cell->state == CELL_CLOSED && !refers && from == &cell->from)
		return (r = cfr__complete(c, &cell->from, err)) < 0 ? r : emit_document(c, from, err);
	if ((r = cfr__cell_open(c, cell, err)) < 0 || (r = note_leaf(c, from, references, err)) < 0)
		return r;
	if (cell->state == CELL_CLOSED)
		return build_scalar(c, cell->from.node, err);
	if ((r = cfr_build_begin(c->build, cell->state == CELL_MAPPING ? CFR_MAPPING : CFR_SEQUENCE, NULL, err)) < 0 ||
	    (r = emit_children(c, cell, way, asking, err)) < 0)
		return r;
	return cfr_build_end(c->build, 0, err);
}

int cfr__emit(cfr__composer *c, cfr__cell *cell, const cfr__way *way, cfr_err *err)
{
	if (cell)
		return emit_cell(c, cell, &cell->from, NULL, way, NULL, err);
	/* Nothing at all is an empty mapping. */
	int r = cfr_build_begin(c->build, CFR_MAPPING, NULL, err);
	return r < 0 ? r : cfr_build_end(c->build, 0, err);
}
