/* engine/diff/moves.c -- what left one place and came up at another.
 *
 * An entry that went and one that came are one entry under another key when they stand in one mapping and have the same
 * content, or are collections that share most of it. Between mappings only the same content counts, and only what
 * cannot be chance: a collection with something in it, or a scalar under its old key; and each of a content only when one
 * went and one came, so that no choice is made.
 */
#include <stdlib.h>

#include "engine/diff/parts.h"

enum { MOST_PAIRS = 1024 };		/* compared for likeness in one mapping */

typedef struct candidate {
	uint64_t number;
	cfr_node node;
	uint32_t index;
	bool came;
} candidate;

static int compare_candidates(const void *left, const void *right)
{
	const candidate *a = left, *b = right;

	if (a->number != b->number)
		return a->number < b->number ? -1 : 1;
	if (a->came != b->came)
		return a->came - b->came;
	return (a->index > b->index) - (a->index < b->index);
}

/* Sorted, those of one content that are exactly one and one are given to `pair`. */
static int pair_singles(candidate *all, uint32_t count, cfr__compare *c,
                        void (*pair)(void *arg, const candidate *went, const candidate *came), void *arg)
{
	int r = 0;

	if (count)
		qsort(all, count, sizeof(*all), compare_candidates);
	for (uint32_t i = 0, end; r == 0 && i < count; i = end) {
		bool same = false;

		for (end = i + 1; end < count && all[end].number == all[i].number; end++)
			;
		if (end - i != 2 || all[i].came || !all[i + 1].came)
			continue;
		r = cfr_node_equal(&same, all[i].node, all[i + 1].node, c->err);
		if (r == 0 && same)
			pair(arg, &all[i], &all[i + 1]);
	}
	return r;
}

/* ---- in one mapping ---- */

/* Too common to tell anything. */
static bool says_little(cfr_node node)
{
	cfr_kind kind = cfr_node_kind(node);

	return kind == CFR_NULL || kind == CFR_BOOL || (cfr__collection(node) && cfr_node_size(node) == 0);
}

static void pair_renamed(void *arg, const candidate *went, const candidate *came)
{
	uint32_t *match = arg;

	match[went->index] = came->index;
}

/* More than half of the larger one's children are in the other. */
static int share_most(bool *out, cfr__compare *c, cfr_node a, cfr_node b)
{
	uint32_t n = cfr_node_size(a), m = cfr_node_size(b), shared = 0, most = n > m ? n : m;
	bool mapping = cfr_node_kind(a) == CFR_MAPPING;
	int r = 0;

	*out = false;
	if (cfr_node_kind(a) != cfr_node_kind(b) || !cfr__collection(a) || n < 2 || m < 2)
		return 0;
	for (uint32_t i = 0, j = 0; r == 0 && i < n && j < m;) {
		cfr_node x, y;
		bool same = false;
		int order = 0;

		r = cfr_node_at(&x, a, i, c->err);
		if (r == 0)
			r = cfr_node_at(&y, b, j, c->err);
		if (r == 0 && mapping)
			order = cfr_str_cmp(cfr_node_key(x), cfr_node_key(y));
		if (r == 0 && order == 0)
			r = cfr_node_equal(&same, x, y, c->err);
		shared += same;
		i += order <= 0;
		j += order >= 0;
	}
	*out = r == 0 && shared * 2 > most;
	return r;
}

static int match_like(uint32_t *match, cfr__compare *c, const cfr_node *removed, uint32_t removed_count,
                      const cfr_node *added, uint32_t added_count)
{
	bool *taken = cfr_arena_zalloc(&c->arena, (size_t)added_count + 1, 1);

	if (!taken)
		return cfr_err_nomem(c->err);
	for (uint32_t i = 0; i < removed_count; i++) {
		if (match[i] != CFR__NONE)
			taken[match[i]] = true;
	}
	for (uint32_t i = 0; i < removed_count; i++) {
		for (uint32_t j = 0; match[i] == CFR__NONE && j < added_count; j++) {
			bool like = false;
			int r = taken[j] ? 0 : share_most(&like, c, removed[i], added[j]);
			if (r)
				return r;
			if (like) {
				match[i] = j;
				taken[j] = true;
			}
		}
	}
	return 0;
}

int cfr__match_renamed(uint32_t *match, cfr__compare *c, const cfr_node *removed, uint32_t removed_count,
                       const cfr_node *added, uint32_t added_count)
{
	candidate *all;
	uint32_t n = 0;
	int r = 0;

	for (uint32_t i = 0; i < removed_count; i++)
		match[i] = CFR__NONE;
	if (!removed_count || !added_count)
		return 0;
	all = malloc(((size_t)removed_count + added_count) * sizeof(*all));
	if (!all)
		return cfr_err_nomem(c->err);
	for (uint32_t i = 0; r == 0 && i < removed_count + added_count; i++) {
		bool came = i >= removed_count;
		cfr_node node = came ? added[i - removed_count] : removed[i];

		if (says_little(node))
			continue;
		all[n] = (candidate){ .node = node, .index = came ? i - removed_count : i, .came = came };
		r = cfr__content(&all[n++].number, c, node);
	}
	if (r == 0)
		r = pair_singles(all, n, c, pair_renamed, match);
	if (r == 0 && (uint64_t)removed_count * added_count <= MOST_PAIRS)
		r = match_like(match, c, removed, removed_count, added, added_count);
	free(all);
	return r;
}

/* ---- between mappings ---- */

static void pair_moved(void *arg, const candidate *went, const candidate *came)
{
	cfr_diff *diff = arg;
	bool same_key = cfr_str_eq(cfr_node_key(went->node), cfr_node_key(came->node));

	if (!same_key && !cfr__collection(went->node))
		return;
	diff->steps[went->index].partner = came->index;
	diff->steps[came->index].partner = went->index;
}

static bool may_move(const cfr__step *step)
{
	cfr_node node = step->op == CFR__STEP_ADD ? step->b : step->a;

	return (step->op == CFR__STEP_ADD || step->op == CFR__STEP_REMOVE) && !says_little(node) &&
	       cfr_node_kind(step->in_a) == CFR_MAPPING;
}

int cfr__match_moved(cfr_diff *diff)
{
	uint32_t n = 0, went = 0;
	candidate *all;
	int r = 0;

	for (uint32_t i = 0; i < diff->step_count; i++) {
		n += may_move(&diff->steps[i]);
		went += may_move(&diff->steps[i]) && diff->steps[i].op == CFR__STEP_REMOVE;
	}
	if (!went || went == n)
		return 0;
	all = malloc((size_t)n * sizeof(*all));
	if (!all)
		return cfr_err_nomem(diff->compare.err);
	n = 0;
	for (uint32_t i = 0; r == 0 && i < diff->step_count; i++) {
		const cfr__step *step = &diff->steps[i];

		if (!may_move(step))
			continue;
		all[n] = (candidate){ .index = i, .came = step->op == CFR__STEP_ADD };
		all[n].node = all[n].came ? step->b : step->a;
		r = cfr__content(&all[n].number, &diff->compare, all[n].node);
		n++;
	}
	if (r == 0)
		r = pair_singles(all, n, &diff->compare, pair_moved, diff);
	free(all);
	return r;
}
