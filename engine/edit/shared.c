/* engine/edit/shared.c -- edits through aliases and merges: made where the text stands, meant for every use.
 *
 * Each edit is taken from the place it names to the place whose text that is. What the document must say afterwards is
 * worked out on the tree without help of the text: the same edit at the origin and at all places that show it, aliases
 * of aliases and mappings that merge included. The proof of edit.c compares the two, so that where this file misjudges
 * a use (two merges that bring one key), the edit is refused.
 */
#include <stdlib.h>

#include "engine/pointer.h"
#include "engine/base/vec.h"
#include "engine/edit/parts.h"

typedef struct use {
	uint32_t origin, rank;
} use;

typedef struct sharing {
	const cfr_document *doc;
	cfr_arena *arena;
	use *uses;			/* by origin */
	uint32_t use_count;
	cfr_edit *all;
	uint32_t count, cap;
	cfr_err *err;
} sharing;

static int compare_uses(const void *left, const void *right)
{
	const use *a = left, *b = right;

	if (a->origin != b->origin)
		return a->origin < b->origin ? -1 : 1;
	return (a->rank > b->rank) - (a->rank < b->rank);
}

static int find_uses(sharing *s)
{
	uint32_t size = cfr_document_ranked(s->doc, 0).next;

	for (uint32_t rank = 0; rank < size; rank++)
		s->use_count += cfr__via(cfr_document_ranked(s->doc, rank));
	s->uses = cfr_arena_alloc(s->arena, ((size_t)s->use_count + 1) * sizeof(*s->uses));
	if (!s->uses)
		return cfr_err_nomem(s->err);
	s->use_count = 0;
	for (uint32_t rank = 0; rank < size; rank++) {
		if (cfr__via(cfr_document_ranked(s->doc, rank))) {
			cfr_node origin = cfr_document_origin(s->doc, cfr_document_node(s->doc, rank));
			s->uses[s->use_count++] = (use){ cfr_document_rank(s->doc, origin), rank };
		}
	}
	qsort(s->uses, s->use_count, sizeof(*s->uses), compare_uses);
	return 0;
}

static uint32_t first_use(const sharing *s, cfr_node origin)
{
	uint32_t rank = cfr_document_rank(s->doc, origin), low = 0, high = s->use_count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (s->uses[middle].origin < rank)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The use at an index, when it is one of this origin. */
static bool use_at(cfr_node *out, const sharing *s, cfr_node origin, uint32_t i)
{
	if (i >= s->use_count || s->uses[i].origin != cfr_document_rank(s->doc, origin))
		return false;
	*out = cfr_document_node(s->doc, s->uses[i].rank);
	return true;
}

/* Did it come into its mapping by a merge there, and not with the whole mapping? */
static bool merged_here(const sharing *s, cfr_node node)
{
	cfr_node parent;

	return cfr_document_entry(s->doc, node).flags & CFR_VIA_MERGE && cfr_node_parent(&parent, node) &&
	       !(cfr_document_entry(s->doc, parent).flags & CFR_VIA_MERGE);
}

static int pointer_of(cfr_str *out, sharing *s, cfr_node node)
{
	cfr_buf text = CFR_BUF_INIT;
	int r;

	cfr_pointer_write(&text, node);
	r = cfr_buf_check(&text, s->err);
	if (r == 0) {
		*out = cfr_arena_str(s->arena, cfr_buf_str(&text));
		r = out->ptr ? 0 : cfr_err_nomem(s->err);
	}
	cfr_buf_release(&text);
	return r;
}

static int add(sharing *s, const cfr_edit *edit, cfr_edit_op op, cfr_node at)
{
	int r = cfr_vec_room(&s->all, &s->cap, (uint64_t)s->count + 1, sizeof(*s->all), s->err);

	if (r)
		return r;
	s->all[s->count] = *edit;
	s->all[s->count].op = op;
	r = pointer_of(&s->all[s->count].at, s, at);
	s->count += r == 0;
	return r;
}

static int add_uses(sharing *s, const cfr_edit *edit, cfr_node origin)
{
	cfr_node shown, parent, over;
	bool entry = edit->op == CFR_EDIT_REMOVE || edit->op == CFR_EDIT_RENAME;
	int r = add(s, edit, edit->op, origin);

	for (uint32_t i = first_use(s, origin); r == 0 && use_at(&shown, s, origin, i); i++) {
		/* An entry that goes is one of its mapping; an alias of its value is another entry. */
		if (entry && !merged_here(s, shown) && cfr_node_parent(&parent, origin) && cfr_node_parent(&over, shown) &&
		    !cfr_node_same(cfr_document_origin(s->doc, over), parent))
			continue;
		r = add(s, edit, edit->op, shown);
	}
	return r;
}

static int add_set(sharing *s, const cfr_edit *edit, cfr_node mapping);

/* Mappings that merge this one have its key too, unless they have their own. */
static int add_merging(sharing *s, const cfr_edit *edit, cfr_node mapping, cfr_node child)
{
	cfr_node origin = cfr_document_origin(s->doc, child), shown, into, there;
	int r = 0;

	for (uint32_t i = first_use(s, origin); r == 0 && use_at(&shown, s, origin, i); i++) {
		if (!merged_here(s, shown) || !cfr_str_eq(cfr_node_key(shown), cfr_node_key(child)) ||
		    !cfr_node_parent(&into, shown) || cfr__via(cfr_document_entry(s->doc, into)) ||
		    cfr_node_same(into, mapping))
			continue;
		if (cfr_node_find(&there, into, edit->key, NULL) == CFR_E_NOTFOUND)
			r = add_set(s, edit, into);
	}
	return r;
}

static int add_set(sharing *s, const cfr_edit *edit, cfr_node mapping)
{
	cfr_node child, shown;
	int r = add(s, edit, CFR_EDIT_SET, mapping);

	for (uint32_t i = first_use(s, mapping); r == 0 && use_at(&shown, s, mapping, i); i++)
		r = add(s, edit, CFR_EDIT_SET, shown);
	if (r == 0 && cfr_node_find(&child, mapping, edit->key, NULL) == 0) {
		child = cfr_document_origin(s->doc, child);
		for (uint32_t i = first_use(s, child); r == 0 && use_at(&shown, s, child, i); i++)
			r = add(s, edit, CFR_EDIT_REPLACE, shown);
		return r;
	}
	for (uint32_t i = 0; r == 0 && cfr_node_at(&child, mapping, i, NULL) == 0; i++)
		r = add_merging(s, edit, mapping, child);
	return r;
}

/* `here`: the edit where its text stands. */
static int take(sharing *s, cfr_edit *here, const cfr_edit *edit)
{
	cfr_node at, origin, parent, child;
	int r = cfr_pointer_get(&at, cfr_tree_root(cfr_document_tree(s->doc)), edit->at, s->err);

	if (r)
		return r;
	*here = *edit;
	if (edit->op == CFR_EDIT_MOVE) {
		/* Its two ends may be shown differently often: such a move is not one edit. */
		r = cfr_vec_room(&s->all, &s->cap, (uint64_t)s->count + 1, sizeof(*s->all), s->err);
		if (r == 0)
			s->all[s->count++] = *edit;
		return r;
	}
	origin = cfr_document_origin(s->doc, at);
	if (edit->op == CFR_EDIT_SET) {
		/* An own key, or a merged one: that is set where it is written. */
		if (cfr_node_kind(origin) == CFR_MAPPING && cfr_node_find(&child, origin, edit->key, NULL) == 0 &&
		    merged_here(s, child)) {
			here->op = CFR_EDIT_REPLACE;
			origin = cfr_document_origin(s->doc, child);
		}
	} else if (edit->op == CFR_EDIT_REMOVE || edit->op == CFR_EDIT_RENAME) {
		/* The entry `a: *b` is written here, whatever its value is. */
		if (cfr_node_parent(&parent, at) && !merged_here(s, at)) {
			cfr_node up = cfr_document_origin(s->doc, parent);

			r = cfr_node_kind(up) == CFR_MAPPING ? cfr_node_find(&origin, up, cfr_node_key(at), s->err)
			                                     : cfr_node_at(&origin, up, cfr_node_index(at), s->err);
			if (r)
				return r;
			if (merged_here(s, origin))
				origin = cfr_document_origin(s->doc, origin);
		}
	}
	r = pointer_of(&here->at, s, origin);
	if (r == 0)
		r = here->op == CFR_EDIT_SET ? add_set(s, here, origin) : add_uses(s, here, origin);
	return r;
}

static int plan_through(cfr_splices *out, const cfr_document *doc, const cfr_edit *edits, uint32_t count,
                        const cfr_limits *limits, cfr_err *err)
{
	cfr_arena arena;
	sharing s = { .doc = doc, .arena = &arena, .err = err };
	cfr_edit *here;
	int r;

	cfr_arena_init(&arena, NULL);
	here = cfr_arena_alloc(&arena, ((size_t)count + 1) * sizeof(*here));
	r = here ? find_uses(&s) : cfr_err_nomem(err);
	for (uint32_t i = 0; r == 0 && i < count; i++)
		r = take(&s, &here[i], &edits[i]);
	if (r == 0)
		r = cfr__edit_plan(out, doc, here, count, s.all, s.count, limits, err);
	free(s.all);
	cfr_arena_release(&arena);
	return r;
}

int cfr_edit_plan_through(cfr_splices *out, const cfr_document *doc, const cfr_edit *edits, uint32_t count,
                          const cfr_limits *limits, cfr_err *err)
{
	cfr_documents held;
	int r = cfr__edit_again(&held, &doc, limits, err);

	if (r == 0)
		r = plan_through(out, doc, edits, count, limits, err);
	cfr_documents_release(&held);
	return r;
}
