/* engine/diff/diff.c -- the walk over two trees.
 *
 * Two collections of one kind are compared child by child: equal children are passed over (one run over their records,
 * without recursion), the others become steps or are walked into. So only what lies above a change is looked at more than
 * once. Steps of one pair of collections are written together, then those of the pairs inside: whoever turns steps into
 * a patch finds a collection's parents in their final shape.
 */
#include <stdlib.h>

#include "engine/diff/parts.h"

typedef struct pair {
	cfr_node a, b;
	bool moving;
} pair;

static int compare_pair(cfr_diff *diff, const pair *at);

static int add_step(cfr_diff *diff, const cfr__step *step)
{
	int r = cfr_vec_room(&diff->steps, &diff->step_cap, (uint64_t)diff->step_count + 1, sizeof(*diff->steps),
	                     diff->compare.err);

	if (r)
		return r;
	diff->steps[diff->step_count] = *step;
	diff->steps[diff->step_count++].partner = CFR__NONE;
	return 0;
}

/* Two values that belong together: nothing, a replacement, or a pair to walk into later (*inner). */
static int compare_values(cfr_diff *diff, const pair *in, cfr_node a, cfr_node b, bool moving, pair *inner,
                          uint32_t *inner_count)
{
	bool same;
	int r = cfr_node_equal(&same, a, b, diff->compare.err);

	if (r || same)
		return r;
	if (cfr_node_kind(a) == cfr_node_kind(b) && cfr__collection(a)) {
		inner[(*inner_count)++] = (pair){ a, b, in->moving || moving };
		return 0;
	}
	return add_step(diff, &(cfr__step){ .op = CFR__STEP_REPLACE, .a = a, .b = b, .in_a = in->a, .in_b = in->b,
	                                    .moving = in->moving || moving });
}

static int walk_inner(cfr_diff *diff, const pair *inner, uint32_t count)
{
	int r = 0;

	for (uint32_t i = 0; r == 0 && i < count; i++)
		r = compare_pair(diff, &inner[i]);
	return r;
}

/* ---- mappings ---- */

typedef struct entries {
	cfr_node *a, *b, *removed, *added;
	uint32_t a_count, b_count, removed_count, added_count, *renamed;
	bool *found;			/* of those added: is the other end of a renaming */
	pair *inner;
	uint32_t inner_count;
} entries;

static int entries_init(entries *e, cfr__compare *c, const pair *at)
{
	size_t n = cfr_node_size(at->a), m = cfr_node_size(at->b);
	int r;

	*e = (entries){ .a_count = (uint32_t)n, .b_count = (uint32_t)m };
	r = cfr__children(&e->a, c, at->a);
	if (r == 0)
		r = cfr__children(&e->b, c, at->b);
	if (r)
		return r;
	e->removed = cfr_arena_alloc(&c->arena, (n + 1) * sizeof(*e->removed));
	e->added = cfr_arena_alloc(&c->arena, (m + 1) * sizeof(*e->added));
	e->renamed = cfr_arena_alloc(&c->arena, (n + 1) * sizeof(*e->renamed));
	e->found = cfr_arena_zalloc(&c->arena, m + 1, sizeof(*e->found));
	e->inner = cfr_arena_alloc(&c->arena, (n + 1) * sizeof(*e->inner));
	return e->removed && e->added && e->renamed && e->found && e->inner ? 0 : cfr_err_nomem(c->err);
}

static int add_entry_steps(cfr_diff *diff, entries *e, const pair *at)
{
	cfr__step step = { .in_a = at->a, .in_b = at->b, .moving = at->moving };
	int r = 0;

	for (uint32_t i = 0; r == 0 && i < e->removed_count; i++) {
		step.op = CFR__STEP_REMOVE;
		step.a = e->removed[i];
		if (e->renamed[i] == CFR__NONE)
			r = add_step(diff, &step);
	}
	for (uint32_t i = 0; r == 0 && i < e->removed_count; i++) {
		if (e->renamed[i] == CFR__NONE)
			continue;
		e->found[e->renamed[i]] = true;
		step.op = CFR__STEP_RENAME;
		step.a = e->removed[i];
		step.b = e->added[e->renamed[i]];
		r = add_step(diff, &step);
	}
	for (uint32_t j = 0; r == 0 && j < e->added_count; j++) {
		step.op = CFR__STEP_ADD;
		step.a = cfr__no_node();
		step.b = e->added[j];
		if (!e->found[j])
			r = add_step(diff, &step);
	}
	return r;
}

static int compare_mappings(cfr_diff *diff, const pair *at)
{
	cfr__compare *c = &diff->compare;
	uint32_t i = 0, j = 0;
	entries e;
	int r = entries_init(&e, c, at);

	while (r == 0 && (i < e.a_count || j < e.b_count)) {
		int order = i == e.a_count ? 1 : j == e.b_count ? -1 :
		            cfr_str_cmp(cfr_node_key(e.a[i]), cfr_node_key(e.b[j]));

		if (order < 0)
			e.removed[e.removed_count++] = e.a[i];
		else if (order > 0)
			e.added[e.added_count++] = e.b[j];
		else
			r = compare_values(diff, at, e.a[i], e.b[j], false, e.inner, &e.inner_count);
		i += order <= 0;
		j += order >= 0;
	}
	if (r == 0)
		r = cfr__match_renamed(e.renamed, c, e.removed, e.removed_count, e.added, e.added_count);
	if (r == 0)
		r = add_entry_steps(diff, &e, at);
	for (i = 0; r == 0 && i < e.removed_count; i++) {
		if (e.renamed[i] != CFR__NONE)
			r = compare_values(diff, at, e.removed[i], e.added[e.renamed[i]], false, e.inner,
			                   &e.inner_count);
	}
	return r ? r : walk_inner(diff, e.inner, e.inner_count);
}

/* ---- lists ---- */

static int add_element_steps(cfr_diff *diff, const cfr__lists *l, const bool *stays, const pair *at)
{
	cfr__step step = { .in_a = at->a, .in_b = at->b, .moving = at->moving };
	int r = 0;

	for (uint32_t i = 0; r == 0 && i < l->a_count; i++) {
		step.op = CFR__STEP_REMOVE;
		step.a = l->a[i];
		if (l->to_b[i] == CFR__NONE)
			r = add_step(diff, &step);
	}
	for (uint32_t j = 0; r == 0 && j < l->b_count; j++) {
		uint32_t i = l->to_a[j];

		if (i != CFR__NONE && stays[i])
			continue;
		step.op = i == CFR__NONE ? CFR__STEP_ADD : CFR__STEP_MOVE;
		step.a = i == CFR__NONE ? cfr__no_node() : l->a[i];
		step.b = l->b[j];
		r = add_step(diff, &step);
	}
	return r;
}

static int compare_lists(cfr_diff *diff, const pair *at)
{
	cfr__compare *c = &diff->compare;
	uint32_t inner_count = 0;
	cfr__lists l;
	pair *inner;
	bool *stays;
	int r = cfr__match_lists(&l, c, at->a, at->b);

	if (r)
		return r;
	stays = cfr_arena_alloc(&c->arena, (size_t)l.a_count + 1);
	inner = cfr_arena_alloc(&c->arena, ((size_t)l.a_count + 1) * sizeof(*inner));
	if (!stays || !inner)
		return cfr_err_nomem(c->err);
	r = cfr__ascending(stays, c, l.to_b, l.a_count);
	if (r == 0)
		r = add_element_steps(diff, &l, stays, at);
	for (uint32_t i = 0; r == 0 && i < l.a_count; i++) {
		if (l.to_b[i] != CFR__NONE)
			r = compare_values(diff, at, l.a[i], l.b[l.to_b[i]], !stays[i], inner, &inner_count);
	}
	return r ? r : walk_inner(diff, inner, inner_count);
}

static int compare_pair(cfr_diff *diff, const pair *at)
{
	return cfr_node_kind(at->a) == CFR_MAPPING ? compare_mappings(diff, at) : compare_lists(diff, at);
}

/* ---- what people see ---- */

static int make_changes(cfr_diff *diff)
{
	static const cfr_change_op ops[] = { [CFR__STEP_REMOVE] = CFR_CHANGE_REMOVED,
		[CFR__STEP_RENAME] = CFR_CHANGE_RENAMED, [CFR__STEP_MOVE] = CFR_CHANGE_MOVED,
		[CFR__STEP_ADD] = CFR_CHANGE_ADDED, [CFR__STEP_REPLACE] = CFR_CHANGE_CHANGED };

	diff->changes = cfr_arena_alloc(&diff->compare.arena, ((size_t)diff->step_count + 1) * sizeof(*diff->changes));
	if (!diff->changes)
		return cfr_err_nomem(diff->compare.err);
	for (uint32_t i = 0; i < diff->step_count; i++) {
		const cfr__step *step = &diff->steps[i];
		cfr_change *change = &diff->changes[diff->change_count];

		if (step->op == CFR__STEP_REMOVE && step->partner != CFR__NONE)
			continue;	/* told where it came up */
		*change = (cfr_change){ .op = ops[step->op], .before = step->a, .after = step->b, .inside = step->in_a };
		if (step->op == CFR__STEP_ADD && step->partner != CFR__NONE) {
			change->op = CFR_CHANGE_MOVED;
			change->before = diff->steps[step->partner].a;
		}
		diff->change_count++;
	}
	return 0;
}

const char *cfr_change_name(cfr_change_op op)
{
	static const char *const names[] = { "added", "removed", "changed", "renamed", "moved" };

	return names[op];
}

int cfr_diff_new(cfr_diff **out, cfr_node before, cfr_node after, const cfr_diff_how *how, cfr_err *err)
{
	cfr_diff *diff = calloc(1, sizeof(*diff));
	pair top = { before, after, false };
	uint32_t inner = 0;
	int r;

	if (!diff)
		return cfr_err_nomem(err);
	cfr__compare_init(&diff->compare, how, err);
	diff->before = before;
	diff->after = after;
	r = compare_values(diff, &(pair){ .a = cfr__no_node(), .b = cfr__no_node() }, before, after, false, &top, &inner);
	if (r == 0)
		r = walk_inner(diff, &top, inner);
	if (r == 0)
		r = cfr__match_moved(diff);
	if (r == 0)
		r = make_changes(diff);
	diff->compare.err = NULL;	/* both are the caller's, and do not outlive this call */
	diff->compare.how = NULL;
	if (r)
		cfr_diff_free(diff);
	else
		*out = diff;
	return r;
}

void cfr_diff_free(cfr_diff *diff)
{
	if (!diff)
		return;
	free(diff->steps);
	cfr__compare_release(&diff->compare);
	free(diff);
}

uint32_t cfr_diff_count(const cfr_diff *diff) { return diff->change_count; }
const cfr_change *cfr_diff_change(const cfr_diff *diff, uint32_t index) { return &diff->changes[index]; }
