/* engine/edit/tree.c -- changes done on the tree: what a text with the same changes has to say.
 *
 * A draft's places are those of the draft as it stands, a change's those of the base. The order in which changes come
 * (deepest collections first) keeps the two alike; within a sequence they are done from its end.
 */
#include "engine/draft.h"
#include "engine/pointer.h"
#include "engine/edit/parts.h"
#include "engine/tree/build.h"

typedef struct tree_editor {
	cfr_draft *draft;
	cfr_buf at, child;
	const cfr_limits *limits;
	cfr_err *err;
} tree_editor;

/* A null that gains entries becomes a collection first. */
static int make_collection(tree_editor *e, cfr_kind kind)
{
	cfr_build *build = NULL;
	cfr_tree *tree = NULL;
	int r = cfr_build_new(&build, NULL, CFR_FORMAT_NONE, e->limits, e->err);

	if (r == 0)
		r = cfr_build_begin(build, kind, NULL, e->err);
	if (r == 0)
		r = cfr_build_end(build, 0, e->err);
	if (r == 0)
		r = cfr_build_finish_tree(&tree, build, e->err);
	if (r == 0)
		r = cfr_draft_replace(e->draft, cfr_buf_str(&e->at), cfr_tree_root(tree), e->err);
	cfr_tree_unref(tree);
	cfr_build_free(build);
	return r;
}

static int child_pointer(tree_editor *e, cfr_node at)
{
	cfr_buf_clear(&e->child);
	cfr_pointer_write(&e->child, at);
	return cfr_buf_check(&e->child, e->err);
}

static int change_one(tree_editor *e, const cfr__change *c)
{
	cfr_str at = cfr_buf_str(&e->at);
	int r = 0;

	if (cfr__same_key(c))
		return 0;
	if (c->op < CFR__ADD)
		r = child_pointer(e, c->at);
	if (r)
		return r;
	switch (c->op) {
	case CFR__REPLACE:
		return cfr_draft_replace(e->draft, cfr_buf_str(&e->child), c->value, e->err);
	case CFR__REMOVE:
		return cfr_draft_remove(e->draft, cfr_buf_str(&e->child), e->err);
	case CFR__RENAME:
		return cfr_draft_rename(e->draft, cfr_buf_str(&e->child), c->key, e->err);
	case CFR__ADD:
		return cfr_draft_set(e->draft, at, c->key, c->value, e->err);
	default:
		return cfr_draft_insert(e->draft, at, c->index, c->value, e->err);
	}
}

/* In a sequence the last index comes first, a removal before the insertions at its place, and of several insertions
 * at one place the last first, so that they end up as they were asked for. */
static int change_sequence(tree_editor *e, const cfr__change *first, const cfr__change *end)
{
	const cfr__change *removal = first, *insertion = end;
	int r = 0;

	while (removal < end && removal->op < CFR__INSERT)
		removal++;
	const cfr__change *inserts = removal;
	while (r == 0 && (removal > first || insertion > inserts)) {
		const cfr__change *rm = removal > first ? removal - 1 : NULL;
		const cfr__change *in = insertion > inserts ? insertion - 1 : NULL;

		if (rm && (!in || cfr_node_index(rm->at) >= in->index)) {
			r = change_one(e, rm);
			removal--;
		} else {
			r = change_one(e, in);
			insertion--;
		}
	}
	return r;
}

static int change_group(tree_editor *e, const cfr__change *first, const cfr__change *end)
{
	int r = 0;

	cfr_buf_clear(&e->at);
	if (!first->rooted)
		cfr_pointer_write(&e->at, first->in);
	r = cfr_buf_check(&e->at, e->err);
	if (r == 0 && !first->rooted && cfr_node_kind(first->in) == CFR_NULL)
		r = make_collection(e, first->op == CFR__ADD ? CFR_MAPPING : CFR_SEQUENCE);
	for (; r == 0 && first < end && first->op == CFR__REPLACE; first++)
		r = change_one(e, first);
	if (r || first == end)
		return r;
	if (first->op == CFR__INSERT || cfr_node_kind(first->in) == CFR_SEQUENCE)
		return change_sequence(e, first, end);
	for (; r == 0 && first < end; first++)
		r = change_one(e, first);
	return r;
}

int cfr__changes_tree(cfr_tree **out, const cfr_tree *base, const cfr__changes *changes, const cfr_limits *limits,
                      cfr_err *err)
{
	tree_editor e = { .at = CFR_BUF_INIT, .child = CFR_BUF_INIT, .limits = limits, .err = err };
	int r = cfr_draft_new(&e.draft, base, limits, err);

	if (r)
		return r;
	for (uint32_t i = 0, end; r == 0 && i < changes->count; i = end) {
		for (end = i + 1; end < changes->count && cfr__same_place(&changes->items[i], &changes->items[end]); end++)
			;
		r = change_group(&e, changes->items + i, changes->items + end);
	}
	if (r == 0)
		r = cfr_draft_freeze(out, e.draft, err);
	cfr_buf_release(&e.child);
	cfr_buf_release(&e.at);
	cfr_draft_free(e.draft);
	return r;
}

int cfr_edit_tree(cfr_tree **out, const cfr_tree *base, const cfr_edit *edits, uint32_t count,
                  const cfr_limits *limits, cfr_err *err)
{
	cfr__changes changes;
	cfr_arena arena;
	int r;

	cfr_arena_init(&arena, NULL);
	r = cfr__changes_of(&changes, &arena, base, edits, count, err);
	if (r == 0)
		r = cfr__changes_tree(out, base, &changes, limits, err);
	cfr_arena_release(&arena);
	return r;
}
