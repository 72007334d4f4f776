/* engine/check/fix_batch.c -- which fixes can be tried at once.
 *
 * Two rules may want to write the same key, or one inside of what another replaces. Such edits contradict each other, and a
 * plan with both is refused whole. So fixes are picked one after the other, each only if its edits touch no place that one
 * picked before touches; the rest waits for the next round, in which it is seen whether it is still wanted. A place is the
 * JSON Pointer of what changes; a table knows for every pointer whether it is touched itself, sealed (replaced or removed
 * with all below it), or leads to a touched one, so that a fix is looked at in the time that its pointers are long.
 */
#include "engine/base/hash.h"
#include "engine/check/fix.h"
#include "engine/pointer.h"

#include <stdlib.h>

enum { TOUCHED = 1, SEALED = 2, LEADS = 4 };

typedef struct cfr_place_entry {
	cfr_str pointer;		/* ptr NULL: free */
	uint32_t document;
	unsigned flags;
	const cfr_edit *edit;		/* that touches it */
} cfr_place_entry;

typedef struct cfr_places {
	cfr_place_entry *items;
	uint32_t count, size;		/* a power of two, at most half full */
	cfr_hash_key key;
	cfr_arena arena;
	cfr_buf scratch;
} cfr_places;

static cfr_place_entry *find_place(const cfr_places *places, uint32_t document, cfr_str pointer)
{
	uint64_t hash = cfr_hash(&places->key, pointer.ptr, pointer.len) + document * UINT64_C(0x9E3779B97F4A7C15);
	uint32_t at = (uint32_t)(hash >> 7) & (places->size - 1);

	while (places->items[at].pointer.ptr && (places->items[at].document != document ||
	                                         !cfr_str_eq(places->items[at].pointer, pointer)))
		at = (at + 1) & (places->size - 1);
	return &places->items[at];
}

static int more_places(cfr_places *places, cfr_err *err)
{
	cfr_places larger = *places;

	larger.size = places->size ? places->size * 2 : 64;
	larger.items = larger.size ? calloc(larger.size, sizeof(*larger.items)) : NULL;
	if (!larger.items)
		return cfr_err_nomem(err);
	for (uint32_t i = 0; i < places->size; i++) {
		if (places->items[i].pointer.ptr)
			*find_place(&larger, places->items[i].document, places->items[i].pointer) = places->items[i];
	}
	free(places->items);
	*places = larger;
	return 0;
}

/* `pointer` lives as long as the table. */
static int mark_place(cfr_places *places, uint32_t document, cfr_str pointer, unsigned flags, const cfr_edit *edit,
                      cfr_err *err)
{
	int r = places->count >= places->size / 2 ? more_places(places, err) : 0;

	if (r < 0)
		return r;
	cfr_place_entry *entry = find_place(places, document, pointer);
	if (!entry->pointer.ptr) {
		places->count++;
		entry->pointer = pointer;
		entry->document = document;
	}
	entry->flags |= flags;
	if (edit)
		entry->edit = edit;
	return 0;
}

/* --- the places of an edit --- */

typedef struct cfr_touched {
	cfr_str pointers[2];
	unsigned count;
	bool sealed;
} cfr_touched;

static cfr_str member(cfr_places *places, cfr_str at, cfr_str key)
{
	cfr_buf_clear(&places->scratch);
	cfr_buf_adds(&places->scratch, at);
	cfr_pointer_add(&places->scratch, key);
	return places->scratch.failed ? (cfr_str){ NULL, 0 } : cfr_arena_str(&places->arena, cfr_buf_str(&places->scratch));
}

static cfr_str above(cfr_str pointer)
{
	while (pointer.len && pointer.ptr[pointer.len - 1] != '/')
		pointer.len--;
	return pointer.len ? cfr_str_sub(pointer, 0, pointer.len - 1) : pointer;
}

static int touched_by(cfr_touched *out, cfr_places *places, const cfr_edit *edit, cfr_err *err)
{
	cfr_touched t = { .count = 1, .sealed = true };

	switch (edit->op) {
	case CFR_EDIT_SET:
		t.pointers[0] = member(places, edit->at, edit->key);
		break;
	case CFR_EDIT_INSERT:		/* what is inserted at one place stands one after the other */
		t.pointers[0] = member(places, edit->at, CFR_STR("-"));
		t.sealed = false;
		break;
	case CFR_EDIT_RENAME:
	case CFR_EDIT_MOVE:
		t.pointers[1] = member(places, edit->op == CFR_EDIT_MOVE ? edit->to : above(edit->at), edit->key);
		t.count = 2;
		t.sealed = edit->op == CFR_EDIT_MOVE;
		/* fall through */
	default:
		t.pointers[0] = cfr_arena_str(&places->arena, edit->at);
	}
	for (unsigned i = 0; i < t.count; i++) {
		if (!t.pointers[i].ptr)
			return cfr_err_nomem(err);
	}
	*out = t;
	return 0;
}

/* --- picking --- */

/* Two edits that say the same are one. */
static int same_edit(bool *same, const cfr_edit *a, const cfr_edit *b, cfr_err *err)
{
	*same = a->op == b->op && cfr_str_eq(a->at, b->at) && cfr_str_eq(a->key, b->key) && cfr_str_eq(a->to, b->to);
	if (a->op == CFR_EDIT_INSERT)
		*same = b->op == CFR_EDIT_INSERT;
	else if (*same && a->value && b->value)
		return cfr_node_equal(same, cfr_tree_root(a->value), cfr_tree_root(b->value), err);
	return 0;
}

static int fits(bool *out, const cfr_places *places, uint32_t document, const cfr_touched *touched,
                const cfr_edit *edit, cfr_err *err)
{
	bool ok = true;
	int r = 0;

	for (unsigned i = 0; ok && r == 0 && places->size && i < touched->count; i++) {
		cfr_str pointer = touched->pointers[i];
		const cfr_place_entry *entry = find_place(places, document, pointer);
		if (entry->flags & TOUCHED)
			r = same_edit(&ok, entry->edit, edit, err);
		else
			ok = !(touched->sealed && (entry->flags & LEADS));
		while (ok && pointer.len) {
			pointer = above(pointer);
			ok = !(find_place(places, document, pointer)->flags & SEALED);
		}
	}
	*out = ok;
	return r;
}

static int touch(cfr_places *places, uint32_t document, const cfr_touched *touched, const cfr_edit *edit, cfr_err *err)
{
	int r = 0;

	for (unsigned i = 0; r == 0 && i < touched->count; i++) {
		cfr_str pointer = touched->pointers[i];
		r = mark_place(places, document, pointer, TOUCHED | (touched->sealed ? (unsigned)SEALED : 0u), edit, err);
		while (r == 0 && pointer.len) {
			pointer = above(pointer);
			r = mark_place(places, document, pointer, LEADS, NULL, err);
		}
	}
	return r;
}

/* The edits of one fix are not held against each other: they are one plan. */
static int pick(bool *out, cfr_places *places, const cfr_finding *finding, cfr_err *err)
{
	cfr_touched *touched = cfr_arena_zalloc(&places->arena, finding->edit_count + 1, sizeof(*touched));
	bool ok = true;
	int r = touched ? 0 : cfr_err_nomem(err);

	for (uint32_t i = 0; r == 0 && ok && i < finding->edit_count; i++) {
		r = touched_by(&touched[i], places, &finding->edits[i], err);
		if (r == 0)
			r = fits(&ok, places, finding->document, &touched[i], &finding->edits[i], err);
	}
	for (uint32_t i = 0; r == 0 && ok && i < finding->edit_count; i++)
		r = touch(places, finding->document, &touched[i], &finding->edits[i], err);
	*out = ok;
	return r;
}

int cfr__batch_pick(cfr__set *set, cfr_pool *pool, cfr_err *err)
{
	cfr_places places = { .scratch = CFR_BUF_INIT };
	uint32_t kept = 0;
	int r = 0;

	cfr_arena_init(&places.arena, pool);
	cfr_hash_seed(&places.key);
	for (uint32_t i = 0; r == 0 && i < set->count; i++) {
		bool ok;
		r = pick(&ok, &places, set->items[i], err);
		if (r == 0 && ok)
			set->items[kept++] = set->items[i];
	}
	if (r == 0)
		set->count = kept;
	cfr_buf_release(&places.scratch);
	cfr_arena_release(&places.arena);
	free(places.items);
	return r;
}
