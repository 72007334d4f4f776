/* engine/diff/merge_list.c -- lists of three sides.
 *
 * Named elements. Each name is a place of its own: merged, kept, dropped or in conflict like an entry of a mapping. Those
 * that both sides have stand in the order that one side chose, if the other left it as it was; if both chose, and
 * differently, that is a conflict of order. What only one side has comes behind the element it follows there; when both
 * have some at one spot, the run whose first name is less comes first, so that exchanging the sides changes nothing.
 *
 * Other lists (diff3; Khanna, Kunal and Pierce 2007). Elements of the base that both sides kept cut the lists into
 * stretches. A stretch that one side left alone is taken from the other; where both changed it, stretches of one length
 * are merged element by element, and others are a conflict of the whole list: with a part of each side an element that one
 * of them moved would be there twice, or not at all.
 *
 * What is made here says which elements the merged list has, in order. Those that both sides changed are merged by merge.c.
 */
#include "engine/diff/merge_parts.h"

/* ---- named elements ---- */

typedef struct element {
	cfr_str name;
	cfr__sides at;
	uint32_t place[3];		/* index in base, ours, theirs, or NONE */
	bool there;			/* in the result */
	bool decided;
	cfr_node taken;
} element;

typedef struct named {
	element *items;
	uint32_t count;
	uint32_t *of[3];		/* element of each index of a side */
	uint32_t size[3];
	uint32_t *order, order_count;	/* elements of both sides, as they come */
} named;

static cfr_node side_of(const cfr__sides *at, int side)
{
	return side == 0 ? at->base : side == 1 ? at->ours : at->theirs;
}

static void put_side(cfr__sides *at, int side, cfr_node node)
{
	*(side == 0 ? &at->base : side == 1 ? &at->ours : &at->theirs) = node;
}

/* Three sorted lists of names into one list of elements. */
static int join(named *n, cfr_merged *m, cfr__name *const names[3], const cfr__sides *lists)
{
	cfr__compare *c = &m->compare;
	uint32_t at[3] = { 0, 0, 0 };
	cfr_node *nodes[3];
	size_t most = 1;

	for (int s = 0; s < 3; s++) {
		cfr_node list = side_of(lists, s);
		int r;

		n->size[s] = list.tree ? cfr_node_size(list) : 0;
		most += n->size[s];
		n->of[s] = cfr_arena_alloc(&c->arena, ((size_t)n->size[s] + 1) * sizeof(uint32_t));
		if (!n->of[s])
			return cfr_err_nomem(c->err);
		nodes[s] = NULL;
		r = n->size[s] ? cfr__children(&nodes[s], c, list) : 0;
		if (r)
			return r;
	}
	n->items = cfr_arena_zalloc(&c->arena, most, sizeof(*n->items));
	n->order = cfr_arena_alloc(&c->arena, most * sizeof(*n->order));
	if (!n->items || !n->order)
		return cfr_err_nomem(c->err);
	for (;;) {
		const cfr_str *least = NULL;
		element *e = &n->items[n->count];

		for (int s = 0; s < 3; s++) {
			if (at[s] < n->size[s] && (!least || cfr_str_cmp(names[s][at[s]].text, *least) < 0))
				least = &names[s][at[s]].text;
		}
		if (!least)
			return 0;
		e->name = *least;
		for (int s = 0; s < 3; s++) {
			e->place[s] = CFR__NONE;
			if (at[s] == n->size[s] || !cfr_str_eq(names[s][at[s]].text, e->name))
				continue;
			e->place[s] = names[s][at[s]++].index;
			put_side(&e->at, s, nodes[s][e->place[s]]);
			n->of[s][e->place[s]] = n->count;
		}
		n->count++;
	}
}

static int decide(named *n, cfr_merged *m)
{
	int r = 0;

	for (uint32_t i = 0; r == 0 && i < n->count; i++) {
		element *e = &n->items[i];

		r = cfr__merge_present(&e->taken, &e->decided, m, &e->at);
		e->there = !e->decided || e->taken.tree;
	}
	return r;
}

static bool common(const element *e) { return e->there && !e->decided; }

/* Do two sides have the common elements that `also` has too in one order? */
static bool same_order(const named *n, int a, int b, int also)
{
	uint32_t i = 0, j = 0;

	for (;; i++, j++) {
		while (i < n->size[a] && (!common(&n->items[n->of[a][i]]) ||
		                          n->items[n->of[a][i]].place[also] == CFR__NONE))
			i++;
		while (j < n->size[b] && (!common(&n->items[n->of[b][j]]) ||
		                          n->items[n->of[b][j]].place[also] == CFR__NONE))
			j++;
		if (i == n->size[a] || j == n->size[b])
			return i == n->size[a] && j == n->size[b];
		if (n->of[a][i] != n->of[b][j])
			return false;
	}
}

/* Which side's order counts: 1 or 2; 0 for a conflict. */
static int leading_side(const named *n)
{
	bool ours, theirs;

	if (same_order(n, 1, 2, 1))
		return 1;
	ours = same_order(n, 0, 1, 0);
	theirs = same_order(n, 0, 2, 0);
	if (ours == theirs)
		return 0;
	return ours ? 2 : 1;
}

/* What one side alone has behind element `after` (NONE: in front) up to the next common one. */
static uint32_t run_from(const named *n, int side, uint32_t after, uint32_t *out)
{
	uint32_t i = after == CFR__NONE ? 0 : n->items[after].place[side] + 1, count = 0;

	for (; i < n->size[side] && !common(&n->items[n->of[side][i]]); i++) {
		if (n->items[n->of[side][i]].there)
			out[count++] = n->of[side][i];
	}
	return count;
}

static void put_runs(named *n, uint32_t after, uint32_t *scratch)
{
	uint32_t *ours = scratch, *theirs, o, t;
	bool ours_first;

	o = run_from(n, 1, after, ours);
	theirs = scratch + o;
	t = run_from(n, 2, after, theirs);
	ours_first = !t || (o && cfr_str_cmp(n->items[ours[0]].name, n->items[theirs[0]].name) < 0);
	for (uint32_t i = 0; ours_first && i < o; i++)
		n->order[n->order_count++] = ours[i];
	for (uint32_t i = 0; i < t; i++)
		n->order[n->order_count++] = theirs[i];
	for (uint32_t i = 0; !ours_first && i < o; i++)
		n->order[n->order_count++] = ours[i];
}

static int list_named(cfr__merged_list *out, named *n, cfr_merged *m, int side)
{
	uint32_t *scratch = cfr_arena_alloc(&m->compare.arena, ((size_t)n->count + 1) * sizeof(*scratch));

	if (!scratch)
		return cfr_err_nomem(m->compare.err);
	put_runs(n, CFR__NONE, scratch);
	for (uint32_t i = 0; i < n->size[side]; i++) {
		uint32_t which = n->of[side][i];

		if (!common(&n->items[which]))
			continue;
		n->order[n->order_count++] = which;
		put_runs(n, which, scratch);
	}
	out->items = cfr_arena_alloc(&m->compare.arena, ((size_t)n->order_count + 1) * sizeof(*out->items));
	if (!out->items)
		return cfr_err_nomem(m->compare.err);
	for (; out->count < n->order_count; out->count++) {
		const element *e = &n->items[n->order[out->count]];

		out->items[out->count] = (cfr__merged_element){ e->taken, e->at };
	}
	return 0;
}

static int merge_named(cfr__merged_list *out, cfr_merged *m, const cfr__sides *at, cfr__name *const names[3])
{
	named n = { .count = 0 };
	int r = join(&n, m, names, at), side;

	if (r == 0)
		r = decide(&n, m);
	if (r)
		return r;
	side = leading_side(&n);
	if (!side) {
		r = cfr__merge_conflict(m, CFR_CONFLICT_ORDER, at);
		side = m->favor == CFR_FAVOR_OURS ? 1 : 2;
	}
	return r ? r : list_named(out, &n, m, side);
}

/* ---- other lists ---- */

typedef struct stretch {
	uint32_t from[3], to[3];
} stretch;

typedef struct three {
	cfr_merged *m;
	cfr_node *items[3];
	cfr__merged_list *out;
} three;

static int same_stretch(bool *out, const three *w, const stretch *s, int a, int b)
{
	uint32_t n = s->to[a] - s->from[a];
	int r = 0;

	*out = n == s->to[b] - s->from[b];
	for (uint32_t i = 0; r == 0 && *out && i < n; i++)
		r = cfr_node_equal(out, w->items[a][s->from[a] + i], w->items[b][s->from[b] + i], w->m->compare.err);
	return r;
}

typedef enum outcome { TAKE_OURS, TAKE_THEIRS, EACH /* element by element */, CLASH } outcome;

static int judge(outcome *out, const three *w, const stretch *s)
{
	uint32_t n = s->to[1] - s->from[1];
	bool same;
	int r = same_stretch(&same, w, s, 0, 1);

	*out = TAKE_THEIRS;
	if (r || same)
		return r;
	r = same_stretch(&same, w, s, 0, 2);
	if (r == 0 && !same)
		r = same_stretch(&same, w, s, 1, 2);
	*out = same ? TAKE_OURS : n == s->to[2] - s->from[2] && n == s->to[0] - s->from[0] ? EACH : CLASH;
	return r;
}

static void put(const three *w, cfr__merged_element e)
{
	w->out->items[w->out->count++] = e;
}

static void add_stretch(const three *w, const stretch *s, outcome how)
{
	int side = how == TAKE_THEIRS ? 2 : 1;

	for (uint32_t i = 0; i < s->to[side] - s->from[side]; i++) {
		if (how == EACH)
			put(w, (cfr__merged_element){ .at = { w->items[0][s->from[0] + i], w->items[1][s->from[1] + i],
			                                      w->items[2][s->from[2] + i] } });
		else
			put(w, (cfr__merged_element){ .taken = w->items[side][s->from[side] + i] });
	}
}

/* Over all stretches, until one clashes. */
static int go_over(const three *w, const cfr__lists *ours, const cfr__lists *theirs)
{
	stretch s = { { 0, 0, 0 }, { 0, 0, 0 } };
	int r = 0;

	for (uint32_t i = 0; r == 0 && !w->out->clash && i <= ours->a_count; i++) {
		bool end = i == ours->a_count;
		outcome how;

		if (!end && (ours->to_b[i] == CFR__NONE || theirs->to_b[i] == CFR__NONE))
			continue;
		s.to[0] = i;
		s.to[1] = end ? ours->b_count : ours->to_b[i];
		s.to[2] = end ? theirs->b_count : theirs->to_b[i];
		r = judge(&how, w, &s);
		if (r)
			return r;
		w->out->clash = how == CLASH;
		if (how != CLASH)
			add_stretch(w, &s, how);
		if (how != CLASH && !end)
			put(w, (cfr__merged_element){ .taken = w->items[0][i] });
		for (int side = 0; side < 3; side++)
			s.from[side] = s.to[side] + 1;
	}
	return r;
}

static int merge_unnamed(cfr__merged_list *out, cfr_merged *m, const cfr__sides *at)
{
	three w = { .m = m, .out = out };
	cfr__lists ours, theirs;
	int r;

	out->clash = !at->base.tree;
	out->kind = at->base.tree ? CFR_CONFLICT_CHANGED : CFR_CONFLICT_ADDED;
	if (out->clash)
		return 0;
	r = cfr__match_equal(&ours, &m->compare, at->base, at->ours);
	if (r == 0)
		r = cfr__match_equal(&theirs, &m->compare, at->base, at->theirs);
	if (r)
		return r;
	/* Whatever is in it is an element of one of them, or stands for one of each. */
	out->items = cfr_arena_alloc(&m->compare.arena, ((size_t)ours.b_count + theirs.b_count + 1) * sizeof(*out->items));
	if (!out->items)
		return cfr_err_nomem(m->compare.err);
	w.items[0] = ours.a;
	w.items[1] = ours.b;
	w.items[2] = theirs.b;
	return go_over(&w, &ours, &theirs);
}

int cfr__merge_list(cfr__merged_list *out, cfr_merged *m, const cfr__sides *at)
{
	cfr_node lists[3] = { at->base, at->ours, at->theirs };
	cfr__merged_list list = { .count = 0 };
	cfr__name *names[3];
	bool is_named;
	int r = cfr__names(&is_named, names, &m->compare, lists, 3);

	if (r == 0)
		r = is_named ? merge_named(&list, m, at, names) : merge_unnamed(&list, m, at);
	if (r == 0)
		*out = list;
	return r;
}
