/* engine/edit/changes.c -- edits, as somebody asked for them, into changes that can be done together.
 *
 * All edits of one plan speak of the document as it is before any of them. So each is taken to a node first, then
 * contradictions are looked for (two values for one place, a change inside what goes away), then the changes are put
 * in an order in which none moves what another one means: deeper collections first, and in a sequence from the end.
 * The tree and the text are changed from this one list.
 */
#include <stdlib.h>

#include "engine/pointer.h"
#include "engine/edit/parts.h"

typedef struct resolver {
	const cfr_tree *base;
	cfr_arena *arena;
	cfr__changes *changes;
	cfr_err *err;
} resolver;

static int fail_at(cfr_err *err, int code, cfr_node at)
{
	cfr_buf path = CFR_BUF_INIT;

	cfr_pointer_write(&path, at);
	cfr_err_path(err, cfr_buf_str(&path));
	cfr_buf_release(&path);
	return code;
}

static int conflict(cfr_err *err, const cfr__change *a, const cfr__change *b)
{
	int r = cfr_err_set(err, CFR_E_CONFLICT, "edit %u and edit %u touch the same place", (unsigned)a->number + 1,
	                    (unsigned)b->number + 1);

	cfr_err_hint(err, "apply one, then ask again for the other");
	return fail_at(err, r, b->op == CFR__ADD || b->op == CFR__INSERT ? b->in : b->at);
}

static uint32_t depth_of(cfr_node node)
{
	uint32_t depth = 0;

	while (cfr_node_parent(&node, node))
		depth++;
	return depth;
}

static void add(resolver *r, cfr__change change)
{
	if (change.op == CFR__ADD || change.op == CFR__INSERT)
		change.at = change.in;
	else
		change.rooted = !cfr_node_parent(&change.in, change.at);
	change.depth = change.rooted ? 0 : depth_of(change.in) + 1;
	r->changes->items[r->changes->count++] = change;
}

/* ---- resolving ---- */

static int gains(resolver *r, cfr_node in, cfr_kind wanted)
{
	cfr_kind kind = cfr_node_kind(in);

	if (kind == wanted || kind == CFR_NULL)
		return 0;
	cfr_err_set(r->err, CFR_E_KIND, "a %s was expected here, and this is %s %s", cfr_kind_name(wanted),
	            kind == CFR_INT ? "an" : "a", cfr_kind_name(kind));
	cfr_err_hint(r->err, "replace the value instead");
	return fail_at(r->err, CFR_E_KIND, in);
}

static cfr_node value_of(const cfr_edit *edit)
{
	return edit->node.tree ? edit->node : cfr_tree_root(edit->value);
}

static int add_set(resolver *r, cfr_node in, const cfr_edit *edit, uint32_t number)
{
	cfr__change change = { .op = CFR__ADD, .in = in, .key = edit->key, .number = number,
	                       .value = value_of(edit), .written = edit->written,
	                       .carried = edit->node.tree != NULL };
	int rc = gains(r, in, CFR_MAPPING);

	if (rc)
		return rc;
	rc = cfr_node_find(&change.at, in, edit->key, r->err);
	if (rc == 0)
		change.op = CFR__REPLACE;
	else if (rc != CFR_E_NOTFOUND)
		return rc;
	add(r, change);
	return 0;
}

/* What goes into a sequence: is its index one of it? */
static int add_at_index(resolver *r, cfr__change change)
{
	uint32_t size = cfr_node_size(change.in), wanted = change.index;

	if (wanted == UINT32_MAX)
		change.index = size;
	if (change.index > size) {
		cfr_err_set(r->err, CFR_E_NOTFOUND, "there is no index %u in a sequence of %u", (unsigned)wanted,
		            (unsigned)size);
		cfr_err_hint(r->err, "the greatest index to insert before is %u, the end", (unsigned)size);
		return fail_at(r->err, CFR_E_NOTFOUND, change.in);
	}
	add(r, change);
	return 0;
}

static int add_insert(resolver *r, cfr_node in, const cfr_edit *edit, uint32_t number)
{
	int rc = gains(r, in, CFR_SEQUENCE);

	return rc ? rc : add_at_index(r, (cfr__change){ .op = CFR__INSERT, .in = in, .index = edit->index,
	                                                .number = number, .value = value_of(edit),
	                                                .written = edit->written,
	                                                .carried = edit->node.tree != NULL });
}

static int add_rename(resolver *r, cfr_node at, cfr_str key, uint32_t number)
{
	cfr__change change = { .op = CFR__RENAME, .at = at, .key = key, .number = number };
	cfr_node parent;

	if (!cfr_node_parent(&parent, at) || cfr_node_kind(parent) != CFR_MAPPING) {
		cfr_err_set(r->err, CFR_E_KIND, "only an entry of a mapping has a key to rename");
		return fail_at(r->err, CFR_E_KIND, at);
	}
	add(r, change);
	return 0;
}

static int add_remove(resolver *r, cfr_node at, uint32_t number)
{
	cfr__change change = { .op = CFR__REMOVE, .at = at, .number = number };
	cfr_node parent;

	if (!cfr_node_parent(&parent, at)) {
		cfr_err_set(r->err, CFR_E_UNSUPPORTED, "the root of a document cannot be removed");
		cfr_err_hint(r->err, "replace it, or delete the file");
		return CFR_E_UNSUPPORTED;
	}
	add(r, change);
	return 0;
}

static int add_move(resolver *r, cfr_node at, const cfr_edit *edit, uint32_t number)
{
	cfr__change change = { .op = CFR__ADD, .key = edit->key, .number = number, .value = at, .moved = true };
	bool listed = !edit->key.ptr;
	cfr_node parent;
	int rc = cfr_pointer_get(&change.in, cfr_tree_root(r->base), edit->to, r->err);

	if (rc == 0)
		rc = gains(r, change.in, listed ? CFR_SEQUENCE : CFR_MAPPING);
	if (rc)
		return rc;
	if (!listed && cfr_node_parent(&parent, at) && cfr_node_same(parent, change.in))
		return add_rename(r, at, edit->key, number);
	for (cfr_node up = change.in;;) {
		if (cfr_node_same(up, at)) {
			cfr_err_set(r->err, CFR_E_CYCLE, "a value cannot be moved into itself");
			return fail_at(r->err, CFR_E_CYCLE, at);
		}
		if (!cfr_node_parent(&up, up))
			break;
	}
	rc = add_remove(r, at, number);
	if (rc == 0 && listed) {
		change.op = CFR__INSERT;
		change.index = edit->index;
		return add_at_index(r, change);
	}
	if (rc == 0)
		add(r, change);
	return rc;
}

static int resolve(resolver *r, const cfr_edit *edit, uint32_t number)
{
	cfr_node at;
	int rc = cfr_pointer_get(&at, cfr_tree_root(r->base), edit->at, r->err);

	if (rc)
		return rc;
	if ((edit->op == CFR_EDIT_REPLACE || edit->op == CFR_EDIT_SET || edit->op == CFR_EDIT_INSERT) &&
	    !edit->value && !edit->node.tree)
		return cfr_err_set(r->err, CFR_E_USAGE, "edit %u has no value", (unsigned)number + 1);
	switch (edit->op) {
	case CFR_EDIT_REPLACE:
		add(r, (cfr__change){ .op = CFR__REPLACE, .at = at, .number = number,
		                      .value = value_of(edit), .written = edit->written });
		return 0;
	case CFR_EDIT_SET:
		return add_set(r, at, edit, number);
	case CFR_EDIT_INSERT:
		return add_insert(r, at, edit, number);
	case CFR_EDIT_REMOVE:
		return add_remove(r, at, number);
	case CFR_EDIT_RENAME:
		return add_rename(r, at, edit->key, number);
	case CFR_EDIT_MOVE:
		return add_move(r, at, edit, number);
	}
	return cfr_err_set(r->err, CFR_E_USAGE, "edit %u is of no known kind", (unsigned)number + 1);
}

/* ---- order ---- */

static int compare_nodes(cfr_node a, cfr_node b)
{
	if (a.chunk != b.chunk)
		return a.chunk < b.chunk ? -1 : 1;
	return (a.at > b.at) - (a.at < b.at);
}

/* Deepest collection first; in one collection replacements, removals, renamings, then what is new, as it was asked. */
static int compare_changes(const void *left, const void *right)
{
	const cfr__change *a = left, *b = right;
	int r;

	if (a->depth != b->depth)
		return a->depth > b->depth ? -1 : 1;
	if (!a->rooted && (r = compare_nodes(a->in, b->in)) != 0)
		return r;
	if (a->op != b->op)
		return a->op < b->op ? -1 : 1;
	if (a->op < CFR__ADD && (r = compare_nodes(a->at, b->at)) != 0)
		return r;
	if (a->op == CFR__INSERT && a->index != b->index)
		return a->index < b->index ? -1 : 1;
	return (a->number > b->number) - (a->number < b->number);
}

/* ---- contradictions ---- */

/* The same change twice is one; two different ones of a place are a conflict. Both are of one kind and place. */
static int same_change(bool *same, const cfr__change *a, const cfr__change *b, cfr_err *err)
{
	int r;

	*same = true;
	if (a->op == CFR__RENAME)
		*same = cfr_str_eq(a->key, b->key);
	if (a->op == CFR__REPLACE || a->op == CFR__ADD) {
		r = cfr_node_equal(same, a->value, b->value, err);
		if (r)
			return r;
		*same = *same && !a->moved && !b->moved;
	}
	return *same ? 0 : conflict(err, a, b);
}

static int drop_doubles(cfr__changes *changes, cfr_err *err)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < changes->count; i++) {
		const cfr__change *change = &changes->items[i], *last = kept ? &changes->items[kept - 1] : NULL;
		bool same = false;

		if (last && change->op < CFR__ADD && last->op == change->op && cfr__same_place(last, change) &&
		    cfr_node_same(last->at, change->at)) {
			int r = same_change(&same, last, change, err);
			if (r)
				return r;
		}
		if (!same)
			changes->items[kept++] = *change;
	}
	changes->count = kept;
	return 0;
}

/* Is this key one that leaves the mapping by the changes first..end? */
static bool key_leaves(const cfr__change *first, const cfr__change *end, cfr_node in, cfr_str key)
{
	cfr_node there;

	if (cfr_node_find(&there, in, key, NULL) != 0)
		return true;
	for (; first < end; first++) {
		if (first->op == CFR__REMOVE && cfr_node_same(first->at, there))
			return true;
	}
	return false;
}

static int taken_key(cfr_err *err, const cfr__change *change)
{
	int r = cfr_err_set(err, CFR_E_DUPLICATE, "the mapping has a key \"%.*s\" already",
	                    (int)(change->key.len < 100 ? change->key.len : 100), change->key.ptr);

	cfr_err_hint(err, "choose another key, or remove the entry that is there");
	return fail_at(err, r, change->in);
}

static int compare_new_keys(const void *left, const void *right)
{
	const cfr__change *a = *(const cfr__change *const *)left, *b = *(const cfr__change *const *)right;
	int r = cfr_str_cmp(a->key, b->key);

	return r ? r : (a->number > b->number) - (a->number < b->number);
}

/* New keys of one mapping: each once, none that stays there. Marks the later of two equal additions (depth 0). */
static int check_keys(cfr_arena *arena, cfr__change *first, cfr__change *end, cfr_err *err)
{
	cfr__change **news = cfr_arena_alloc(arena, (size_t)(end - first) * sizeof(*news));
	uint32_t n = 0;

	if (!news)
		return cfr_err_nomem(err);
	for (cfr__change *c = first; c < end; c++) {
		if ((c->op != CFR__ADD && c->op != CFR__RENAME) || cfr__same_key(c))
			continue;
		if (cfr_node_kind(c->in) == CFR_MAPPING && !key_leaves(first, end, c->in, c->key))
			return taken_key(err, c);
		news[n++] = c;
	}
	qsort(news, n, sizeof(*news), compare_new_keys);
	for (uint32_t i = 1; i < n; i++) {
		cfr__change *a = news[i - 1], *b = news[i];
		bool same;

		if (!cfr_str_eq(a->key, b->key))
			continue;
		if (a->op != b->op || a->op == CFR__RENAME)
			return conflict(err, a, b);
		int r = same_change(&same, a, b, err);
		if (r)
			return r;
		b->depth = 0;
		news[i] = a;
	}
	return 0;
}

/* Of one collection: nothing both removed and changed, no key twice, no entries for a null that also gets items. */
static int check_group(cfr_arena *arena, cfr__change *first, cfr__change *end, cfr_err *err)
{
	cfr__change *adds = NULL, *inserts = NULL, *replaced = first, *renamed = first;

	for (cfr__change *c = first; c < end; c++) {
		if (c->op == CFR__ADD)
			adds = c;
		if (c->op == CFR__INSERT)
			inserts = c;
		if (c->op != CFR__REMOVE)
			continue;
		/* Each run is sorted by node, so all three advance together. */
		while (replaced < end && replaced->op == CFR__REPLACE && compare_nodes(replaced->at, c->at) < 0)
			replaced++;
		if (replaced < end && replaced->op == CFR__REPLACE && cfr_node_same(replaced->at, c->at))
			return conflict(err, replaced, c);
		while (renamed < end && (renamed->op < CFR__RENAME ||
		                         (renamed->op == CFR__RENAME && compare_nodes(renamed->at, c->at) < 0)))
			renamed++;
		if (renamed < end && renamed->op == CFR__RENAME && cfr_node_same(renamed->at, c->at))
			return conflict(err, c, renamed);
	}
	if (adds && inserts)
		return conflict(err, adds, inserts);
	return first->rooted ? 0 : check_keys(arena, first, end, err);
}

static int compare_sealed(const void *left, const void *right)
{
	const cfr__change *a = *(const cfr__change *const *)left, *b = *(const cfr__change *const *)right;

	return compare_nodes(a->at, b->at);
}

/* Nothing may change inside what is replaced or removed. */
static int check_nesting(cfr_arena *arena, const cfr__changes *changes, cfr_err *err)
{
	const cfr__change **sealed = cfr_arena_alloc(arena, (changes->count + 1) * sizeof(*sealed));
	uint32_t n = 0;

	if (!sealed)
		return cfr_err_nomem(err);
	for (uint32_t i = 0; i < changes->count; i++) {
		if (changes->items[i].op == CFR__REPLACE || changes->items[i].op == CFR__REMOVE)
			sealed[n++] = &changes->items[i];
	}
	qsort(sealed, n, sizeof(*sealed), compare_sealed);
	for (uint32_t i = 0; n && i < changes->count; i++) {
		const cfr__change *change = &changes->items[i];
		cfr__change up = { .at = change->in };
		const cfr__change *probe = &up;

		if (change->rooted)
			continue;
		do {
			const cfr__change **found = bsearch(&probe, sealed, n, sizeof(*sealed), compare_sealed);
			if (found)
				return conflict(err, *found, change);
		} while (cfr_node_parent(&up.at, up.at));
	}
	return 0;
}

int cfr__changes_of(cfr__changes *out, cfr_arena *arena, const cfr_tree *base, const cfr_edit *edits, uint32_t count,
                    cfr_err *err)
{
	cfr__changes changes = { .count = 0 };
	resolver r = { base, arena, &changes, err };
	uint32_t kept = 0;
	int rc;

	/* A move is two. */
	changes.items = cfr_arena_alloc(arena, ((size_t)count * 2 + 1) * sizeof(*changes.items));
	if (!changes.items)
		return cfr_err_nomem(err);
	for (uint32_t i = 0; i < count; i++) {
		rc = resolve(&r, &edits[i], i);
		if (rc)
			return rc;
	}
	qsort(changes.items, changes.count, sizeof(*changes.items), compare_changes);
	rc = drop_doubles(&changes, err);
	if (rc)
		return rc;
	for (uint32_t i = 0, end; i < changes.count; i = end) {
		for (end = i + 1; end < changes.count && cfr__same_place(&changes.items[i], &changes.items[end]); end++)
			;
		rc = check_group(arena, changes.items + i, changes.items + end, err);
		if (rc)
			return rc;
	}
	for (uint32_t i = 0; i < changes.count; i++) {
		if (changes.items[i].depth > 0 || changes.items[i].rooted)
			changes.items[kept++] = changes.items[i];
	}
	changes.count = kept;
	rc = check_nesting(arena, &changes, err);
	if (rc == 0)
		*out = changes;
	return rc;
}
