/* engine/compose/same.c -- cells of one content.
 *
 * Two cells are compared as trees: closed ones as nodes, open ones child by child. To look one up among many,
 * the contents of these are hashed, once more than a few are looked up: what two lists of a hundred thousand
 * elements have in common is not found by comparing each with each. A hash does not depend on whether a cell
 * is open, nor on the order of keys.
 */
#include "engine/compose/parts.h"

#include <stdlib.h>

enum { FEW = 8 };

static bool is_complete(const cfr__composer *c, const cfr__cell *cell)
{
	return cell->state == CELL_CLOSED &&
	       !(cfr__part_at(c->ground, cell->from.part)->listed && cfr_node_size(cell->from.node));
}

int cfr__same(bool *out, cfr__composer *c, cfr__cell *a, cfr__cell *b, cfr_err *err)
{
	int r;

	*out = false;
	if ((r = cfr__cell_settle(c, a, err)) < 0 || (r = cfr__cell_settle(c, b, err)) < 0)
		return r;
	if (is_complete(c, a) && is_complete(c, b))
		return cfr_node_equal(out, a->from.node, b->from.node, err);
	if (cfr__cell_kind(a) != cfr__cell_kind(b))
		return 0;
	if ((r = cfr__cell_open(c, a, err)) < 0 || (r = cfr__cell_open(c, b, err)) < 0 || a->count != b->count)
		return r;
	for (uint32_t i = 0; i < a->count; i++) {
		cfr__cell **other = a->state == CELL_MAPPING ? cfr__cell_find(c, b, a->items[i]->key) : &b->items[i];
		bool same = false;
		if (!other || (r = cfr__same(&same, c, a->items[i], *other, err)) < 0 || !same)
			return r;
	}
	*out = true;
	return 0;
}

/* --- hashes --- */

static uint64_t mix(uint64_t a, uint64_t b)
{
	uint64_t x = (a ^ (b + UINT64_C(0x9E3779B97F4A7C15))) * UINT64_C(0xBF58476D1CE4E5B9);

	return x ^ x >> 29;
}

static uint64_t hash_text(const cfr__composer *c, cfr_str text)
{
	return cfr_hash(&c->hash, text.ptr ? text.ptr : "", text.len);
}

/* A collection's, child by child: a mapping's do not depend on their order. */
static void add_child(uint64_t *sum, const cfr__composer *c, cfr_kind kind, cfr_str key, uint64_t child)
{
	*sum = kind == CFR_MAPPING ? *sum + mix(hash_text(c, key), child) : mix(*sum, child);
}

static uint64_t hash_scalar(const cfr__composer *c, cfr_node node)
{
	cfr_kind kind = cfr_node_kind(node);
	uint64_t bits = 0;
	double real;

	switch (kind) {
	case CFR_BOOL:
		bits = cfr_node_bool(node);
		break;
	case CFR_INT:
		bits = (uint64_t)cfr_node_int(node);
		break;
	case CFR_FLOAT:
		real = cfr_node_float(node);
		if (real < 0 || real > 0)	/* of zeros and of what is no number there is one */
			memcpy(&bits, &real, sizeof(bits));
		break;
	case CFR_OTHER:
		bits = hash_text(c, cfr_node_tag(node));
		break;
	default:
		break;
	}
	return mix(mix((uint64_t)kind, bits), hash_text(c, cfr_node_string(node)));
}

static int hash_node(uint64_t *out, const cfr__composer *c, cfr_node node, cfr_err *err)
{
	cfr_kind kind = cfr_node_kind(node);
	uint64_t sum = (uint64_t)kind, below;
	cfr_node child;
	int r;

	if (kind != CFR_MAPPING && kind != CFR_SEQUENCE) {
		*out = hash_scalar(c, node);
		return 0;
	}
	for (uint32_t i = 0; i < cfr_node_size(node); i++) {
		if ((r = cfr_node_at(&child, node, i, err)) < 0 || (r = hash_node(&below, c, child, err)) < 0)
			return r;
		add_child(&sum, c, kind, cfr_node_key(child), below);
	}
	*out = mix(sum, cfr_node_size(node));
	return 0;
}

static int hash_cell(uint64_t *out, cfr__composer *c, cfr__cell *cell, cfr_err *err)
{
	uint64_t sum, below;
	int r = cfr__cell_settle(c, cell, err);

	if (r < 0)
		return r;
	if (is_complete(c, cell))
		return hash_node(out, c, cell->from.node, err);
	if ((r = cfr__cell_open(c, cell, err)) < 0)
		return r;
	sum = (uint64_t)cfr__cell_kind(cell);
	for (uint32_t i = 0; i < cell->count; i++) {
		if ((r = hash_cell(&below, c, cell->items[i], err)) < 0)
			return r;
		add_child(&sum, c, cfr__cell_kind(cell), cell->items[i]->key, below);
	}
	*out = mix(sum, cell->count);
	return 0;
}

/* --- one among many --- */

/* Where an element of this hash stands, or would; the table has free slots. */
static int find_slot(uint32_t *out, const cfr__contents *in, cfr__composer *c, cfr__cell *element,
		     uint64_t hash, cfr_err *err)
{
	uint32_t slot = (uint32_t)hash & (in->size - 1);

	for (; in->table[slot]; slot = (slot + 1) & (in->size - 1)) {
		uint32_t at = in->table[slot] - 1;
		bool same = false;
		int r = in->hashes[at] == hash ? cfr__same(&same, c, in->list->items[at], element, err) : 0;

		if (r < 0)
			return r;
		if (same)
			break;
	}
	*out = slot;
	return 0;
}

static int make_table(cfr__contents *in, cfr__composer *c, cfr_err *err)
{
	uint32_t slot;
	int r = 0;

	for (in->size = 16; in->size < in->count * 2; )
		in->size *= 2;
	in->hashes = calloc((size_t)in->count + 1, sizeof(*in->hashes));
	in->table = calloc(in->size, sizeof(*in->table));
	if (!in->hashes || !in->table)
		return cfr_err_nomem(err);
	for (uint32_t i = 0; r == 0 && i < in->count; i++) {
		if ((r = hash_cell(&in->hashes[i], c, in->list->items[i], err)) == 0 &&
		    (r = find_slot(&slot, in, c, in->list->items[i], in->hashes[i], err)) == 0)
			in->table[slot] = i + 1;
	}
	return r;
}

int cfr__contents_have(bool *out, cfr__contents *in, cfr__composer *c, cfr__cell *element, cfr_err *err)
{
	uint64_t hash;
	uint32_t slot;
	int r = 0;

	if (in->asked++ < FEW) {
		*out = false;
		for (uint32_t i = 0; r == 0 && !*out && i < in->count; i++)
			r = cfr__same(out, c, in->list->items[i], element, err);
		return r;
	}
	if ((!in->table && (r = make_table(in, c, err)) < 0) || (r = hash_cell(&hash, c, element, err)) < 0 ||
	    (r = find_slot(&slot, in, c, element, hash, err)) < 0)
		return r;
	*out = in->table[slot] != 0;
	return 0;
}

void cfr__contents_release(cfr__contents *in)
{
	free(in->hashes);
	free(in->table);
}
