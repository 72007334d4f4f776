/* engine/tree/draft.c -- a base tree under an overlay.
 *
 * A slot is a place of the draft: either a node of some frozen tree, taken as it is with all below it, or an *open*
 * collection, whose slots are listed here and may change. A collection is opened when a change goes through it, so
 * what is open is the spine above the changes, and nothing below a slot is looked at until then. Freezing walks the
 * open part and hands every other slot to the builder as a subtree.
 *
 * Slots of a mapping are kept sorted by key: finding is a binary search, and the builder then has nothing to sort.
 */
#include "engine/draft.h"

#include "engine/base/arena.h"
#include "engine/base/vec.h"
#include "engine/pointer.h"
#include "engine/tree/build.h"
#include "engine/tree/impl.h"
#include <stdlib.h>

struct open;

struct slot {
	cfr_str key;			/* in mappings */
	struct open *open;		/* NULL: `node` as it is */
	cfr_node node;
};

struct open {
	cfr_kind kind;
	uint32_t count, cap;
	struct slot *slots;
	struct open *above;		/* the collection that lists this one; NULL at the root */
};

struct cfr_draft {
	cfr_limits limits;
	cfr_arena arena;
	cfr_tree **trees;		/* kept alive */
	uint32_t tree_count, tree_cap;
	struct slot root;
};

/* The image of a lone null. */
static const unsigned char null_image[CFR_IMAGE_HEADER + CFR_IMAGE_RECORD] = {
	'c', 'f', 'r', 't', 'r', 'e', 'e', 1, CFR_IMAGE_HEADER + CFR_IMAGE_RECORD, 0, 0, 0, 0, 0, 0, 0,
	1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF,
};

/* A tree may be listed more than once: looking through all of them would make many changes quadratic, and values that
 * come from one tree mostly come one after the other. */
static int keep(cfr_draft *draft, const cfr_tree *tree, cfr_err *err)
{
	int r;

	if (draft->tree_count && draft->trees[draft->tree_count - 1] == tree)
		return 0;
	if ((r = cfr_vec_room(&draft->trees, &draft->tree_cap, (uint64_t)draft->tree_count + 1, sizeof(*draft->trees),
	                      err)) < 0)
		return r;
	draft->trees[draft->tree_count++] = cfr_tree_ref(tree);
	return 0;
}

int cfr_draft_new(cfr_draft **out, const cfr_tree *base, const cfr_limits *limits, cfr_err *err)
{
	cfr_draft *draft = calloc(1, sizeof(*draft));
	cfr_tree *null = NULL;
	int r;

	if (!draft)
		return cfr_err_nomem(err);
	cfr_arena_init(&draft->arena, NULL);
	if (limits)
		draft->limits = *limits;
	else
		cfr_limits_default(&draft->limits);
	if (!base && (r = cfr_tree_wrap(&null, (cfr_str){ (const char *)null_image, sizeof(null_image) }, NULL, NULL,
	                                err)) < 0)
		goto done;
	if ((r = keep(draft, base ? base : null, err)) < 0)
		goto done;
	draft->root.node = cfr_tree_root(base ? base : null);
	*out = draft;
	draft = NULL;
done:
	cfr_tree_unref(null);
	cfr_draft_free(draft);
	return r;
}

void cfr_draft_free(cfr_draft *draft)
{
	if (!draft)
		return;
	for (uint32_t i = 0; i < draft->tree_count; i++)
		cfr_tree_unref(draft->trees[i]);
	free(draft->trees);
	cfr_arena_release(&draft->arena);
	free(draft);
}

static cfr_kind kind_of(const struct slot *slot) { return slot->open ? slot->open->kind : cfr_node_kind(slot->node); }

/* Make room for one more slot. */
static int grow(cfr_draft *draft, struct open *open, cfr_err *err)
{
	uint32_t cap = open->cap < 8 ? 8 : open->cap * 2;
	struct slot *slots;

	if (open->count < open->cap)
		return 0;
	if (cap <= open->cap || !(slots = cfr_arena_alloc(&draft->arena, (size_t)cap * sizeof(*slots))))
		return cfr_err_nomem(err);
	if (open->count)
		memcpy(slots, open->slots, (size_t)open->count * sizeof(*slots));
	open->slots = slots;
	open->cap = cap;
	return 0;
}

/* Opening changes nothing that anybody can see. The slot is a collection. */
static int expose(cfr_draft *draft, struct slot *slot, struct open *above, cfr_err *err)
{
	struct open *open;
	uint32_t count;
	int r;

	if (slot->open)
		return 0;
	count = cfr_node_size(slot->node);
	if (!(open = cfr_arena_zalloc(&draft->arena, 1, sizeof(*open))) ||
	    !(open->slots = cfr_arena_zalloc(&draft->arena, (size_t)count + 1, sizeof(*open->slots))))
		return cfr_err_nomem(err);
	open->kind = cfr_node_kind(slot->node);
	open->count = count;
	open->cap = count + 1;
	open->above = above;
	for (uint32_t i = 0; i < count; i++) {
		if ((r = cfr_node_at(&open->slots[i].node, slot->node, i, err)) < 0)
			return r;
		open->slots[i].key = cfr_node_key(open->slots[i].node);
	}
	slot->open = open;
	return 0;
}

/* Where a key is in a mapping, or where it would be. */
static bool search(uint32_t *at, const struct open *open, cfr_str key)
{
	uint32_t low = 0, high = open->count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		int order = cfr_str_cmp(open->slots[middle].key, key);

		if (order == 0) {
			*at = middle;
			return true;
		}
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	*at = low;
	return false;
}

static bool to_index(uint32_t *out, cfr_str token)
{
	uint64_t index = 0;

	if (token.len == 0 || token.len > 9 || (token.len > 1 && token.ptr[0] == '0'))
		return false;
	for (size_t i = 0; i < token.len; i++) {
		if (token.ptr[i] < '0' || token.ptr[i] > '9')
			return false;
		index = index * 10 + (uint64_t)(token.ptr[i] - '0');
	}
	*out = (uint32_t)index;
	return true;
}

static int fail(cfr_err *err, int code, cfr_str path, const char *what, cfr_str name)
{
	cfr_err_set(err, code, what, (int)(name.len > 80 ? 80 : name.len), name.ptr ? name.ptr : "");
	cfr_err_path(err, path);
	return code;
}

static bool is_pointer(cfr_str text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '~' && (i + 1 == text.len || (text.ptr[i + 1] != '0' && text.ptr[i + 1] != '1')))
			return false;
	}
	return text.len == 0 || text.ptr[0] == '/';
}

/* A slot by pointer, every collection on the way opened. `parent` and `index` tell where it is listed (parent NULL:
 * the root). */
static int find(struct slot **out, struct open **parent, uint32_t *index, cfr_draft *draft, cfr_str pointer,
                cfr_err *err)
{
	cfr_str rest = pointer, from = pointer;
	cfr_buf token = CFR_BUF_INIT;
	struct slot *slot = &draft->root;
	struct open *above = NULL;
	uint32_t at = 0;
	int r = 0;

	if (!is_pointer(pointer)) {
		r = fail(err, CFR_E_SYNTAX, (cfr_str){ NULL, 0 }, "'%.*s' is no JSON Pointer", pointer);
		cfr_err_hint(err, "a pointer is empty or begins with '/'; in its names, ~ is written ~0 and / is ~1");
		return r;
	}
	for (; cfr_pointer_next(&token, &rest); from = rest) {
		cfr_str there = cfr_str_sub(pointer, 0, pointer.len - from.len);
		bool is_there = false;

		if ((r = cfr_buf_check(&token, err)) < 0)
			goto done;
		if (!cfr__is_container(kind_of(slot))) {
			r = fail(err, CFR_E_NOTFOUND, there, "there is no '%.*s' in a scalar", cfr_buf_str(&token));
			goto done;
		}
		if ((r = expose(draft, slot, above, err)) < 0)
			goto done;
		above = slot->open;
		if (above->kind == CFR_MAPPING)
			is_there = search(&at, above, cfr_buf_str(&token));
		else if (to_index(&at, cfr_buf_str(&token)))
			is_there = at < above->count;
		if (!is_there) {
			r = fail(err, CFR_E_NOTFOUND, there, "there is no '%.*s' at this place", cfr_buf_str(&token));
			goto done;
		}
		slot = &above->slots[at];
	}
	if ((r = cfr_buf_check(&token, err)) < 0)
		goto done;
	*out = slot;
	*parent = above;
	*index = at;
done:
	cfr_buf_release(&token);
	return r;
}

/* A collection of one kind by pointer, opened. */
static int find_open(struct open **out, cfr_draft *draft, cfr_str pointer, cfr_kind kind, cfr_err *err)
{
	struct slot *slot;
	struct open *parent;
	uint32_t index;
	int r;

	if ((r = find(&slot, &parent, &index, draft, pointer, err)) < 0)
		return r;
	if (kind_of(slot) != kind) {
		r = cfr_err_set(err, CFR_E_KIND, "a %s is needed here, and this is a %s", cfr_kind_name(kind),
		                cfr_kind_name(kind_of(slot)));
		cfr_err_path(err, pointer);
		return r;
	}
	if ((r = expose(draft, slot, parent, err)) < 0)
		return r;
	*out = slot->open;
	return 0;
}

static void put(struct open *open, uint32_t at, struct slot slot)
{
	memmove(open->slots + at + 1, open->slots + at, (size_t)(open->count - at) * sizeof(*open->slots));
	open->slots[at] = slot;
	open->count++;
}

static struct slot take(struct open *open, uint32_t at)
{
	struct slot slot = open->slots[at];

	open->count--;
	memmove(open->slots + at, open->slots + at + 1, (size_t)(open->count - at) * sizeof(*open->slots));
	return slot;
}

/* The key copied, room made: then putting it there cannot fail. */
static int prepare(cfr_str *mine, cfr_draft *draft, struct open *open, cfr_str key, cfr_err *err)
{
	cfr_str copy = cfr_arena_str(&draft->arena, key);

	if (!copy.ptr)
		return cfr_err_nomem(err);
	*mine = copy;
	return grow(draft, open, err);
}

int cfr_draft_replace(cfr_draft *draft, cfr_str at, cfr_node value, cfr_err *err)
{
	struct slot *slot;
	struct open *parent;
	uint32_t index;
	int r;

	if ((r = find(&slot, &parent, &index, draft, at, err)) < 0 || (r = keep(draft, value.tree, err)) < 0)
		return r;
	slot->open = NULL;
	slot->node = value;
	return 0;
}

int cfr_draft_set(cfr_draft *draft, cfr_str mapping, cfr_str key, cfr_node value, cfr_err *err)
{
	struct slot slot = { .node = value };
	struct open *open;
	uint32_t at;
	int r;

	if ((r = find_open(&open, draft, mapping, CFR_MAPPING, err)) < 0 || (r = keep(draft, value.tree, err)) < 0 ||
	    (r = prepare(&slot.key, draft, open, key, err)) < 0)
		return r;
	if (search(&at, open, key))
		open->slots[at] = slot;
	else
		put(open, at, slot);
	return 0;
}

int cfr_draft_insert(cfr_draft *draft, cfr_str sequence, uint32_t index, cfr_node value, cfr_err *err)
{
	struct open *open;
	int r;

	if ((r = find_open(&open, draft, sequence, CFR_SEQUENCE, err)) < 0)
		return r;
	if (index > open->count) {
		r = cfr_err_set(err, CFR_E_NOTFOUND, "a sequence of %u has no place %u", (unsigned)open->count,
		                (unsigned)index);
		cfr_err_path(err, sequence);
		return r;
	}
	if ((r = keep(draft, value.tree, err)) < 0 || (r = grow(draft, open, err)) < 0)
		return r;
	put(open, index, (struct slot){ .node = value });
	return 0;
}

static int not_the_root(cfr_err *err)
{
	int r = cfr_err_set(err, CFR_E_KIND, "the root is in no collection");

	cfr_err_hint(err, "replace it instead");
	return r;
}

int cfr_draft_remove(cfr_draft *draft, cfr_str at, cfr_err *err)
{
	struct slot *slot;
	struct open *parent;
	uint32_t index;
	int r;

	if ((r = find(&slot, &parent, &index, draft, at, err)) < 0)
		return r;
	if (!parent)
		return not_the_root(err);
	take(parent, index);
	return 0;
}

/* Is `inner` the collection of a slot, or somewhere below it? */
static bool holds(const struct slot *slot, const struct open *inner)
{
	while (inner && inner != slot->open)
		inner = inner->above;
	return inner != NULL;
}

static int move(cfr_draft *draft, cfr_str from, struct open *to, cfr_str key, cfr_err *err)
{
	struct slot *slot, moved;
	struct open *parent;
	uint32_t index, at;
	cfr_str mine;
	int r;

	if ((r = find(&slot, &parent, &index, draft, from, err)) < 0)
		return r;
	if (!parent)
		return not_the_root(err);
	if (!to) {
		if (parent->kind != CFR_MAPPING)
			return fail(err, CFR_E_KIND, from, "an item of a sequence has no key to rename to '%.*s'", key);
		to = parent;
	}
	if (holds(slot, to))
		return fail(err, CFR_E_CYCLE, from, "a value cannot move into itself ('%.*s')", key);
	if (search(&at, to, key)) {
		if (&to->slots[at] == slot)
			return 0;
		return fail(err, CFR_E_DUPLICATE, from, "the mapping has a key '%.*s' already", key);
	}
	if ((r = prepare(&mine, draft, to, key, err)) < 0)
		return r;
	moved = take(parent, index);		/* `slot` may point to old slots by now; the index does not */
	moved.key = mine;
	if (moved.open)
		moved.open->above = to;
	search(&at, to, key);
	put(to, at, moved);
	return 0;
}

int cfr_draft_rename(cfr_draft *draft, cfr_str at, cfr_str key, cfr_err *err)
{
	return move(draft, at, NULL, key, err);
}

int cfr_draft_move(cfr_draft *draft, cfr_str from, cfr_str mapping, cfr_str key, cfr_err *err)
{
	struct open *to;
	int r;

	if ((r = find_open(&to, draft, mapping, CFR_MAPPING, err)) < 0)
		return r;
	return move(draft, from, to, key, err);
}

/* Recursion ends where the builder refuses the depth. */
static int build(cfr_build *into, const struct slot *slot, cfr_err *err)
{
	int r;

	if (!slot->open)
		return cfr_build_node(into, slot->node, NULL, err);
	if ((r = cfr_build_begin(into, slot->open->kind, NULL, err)) < 0)
		return r;
	for (uint32_t i = 0; i < slot->open->count; i++) {
		const struct slot *child = &slot->open->slots[i];

		if (slot->open->kind == CFR_MAPPING && (r = cfr_build_key(into, child->key, NULL, err)) < 0)
			return r;
		if ((r = build(into, child, err)) < 0)
			return r;
	}
	return cfr_build_end(into, 0, err);
}

static int freeze(cfr_tree **out, const cfr_draft *draft, const struct slot *slot, cfr_err *err)
{
	cfr_build *into;
	int r;

	if ((r = cfr_build_new(&into, NULL, CFR_FORMAT_NONE, &draft->limits, err)) < 0)
		return r;
	if ((r = build(into, slot, err)) == 0)
		r = cfr_build_finish_tree(out, into, err);
	cfr_build_free(into);
	return r;
}

int cfr_draft_freeze(cfr_tree **out, const cfr_draft *draft, cfr_err *err)
{
	return freeze(out, draft, &draft->root, err);
}

int cfr_draft_get(cfr_node *out, cfr_tree **made, cfr_draft *draft, cfr_str at, cfr_err *err)
{
	cfr_tree *tree = NULL;
	struct slot *slot;
	struct open *parent;
	uint32_t index;
	int r;

	if ((r = find(&slot, &parent, &index, draft, at, err)) < 0)
		return r;
	if (slot->open && (r = freeze(&tree, draft, slot, err)) < 0)
		return r;
	*out = tree ? cfr_tree_root(tree) : slot->node;
	*made = tree;
	return 0;
}

int cfr_draft_kind(cfr_kind *out, uint32_t *size, cfr_draft *draft, cfr_str at, cfr_err *err)
{
	struct slot *slot;
	struct open *parent;
	uint32_t index;
	int r;

	if ((r = find(&slot, &parent, &index, draft, at, err)) < 0)
		return r;
	*out = kind_of(slot);
	*size = slot->open ? slot->open->count : cfr_node_size(slot->node);
	return 0;
}
