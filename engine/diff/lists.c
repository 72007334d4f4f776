/* engine/diff/lists.c -- which element of a list is which element of the other.
 *
 * Named elements are found by name. Other lists lose their equal head and tail first, which mostly leaves little. Of the
 * rest each content gets a number, and the longest common subsequence of these numbers is found by Myers' algorithm (An
 * O(ND) Difference Algorithm, 1986), whose trace takes the square of the number of differences. Beyond a bound the k-th
 * element of a content is simply the k-th one of the other list, and of these pairs the most that ascend are kept:
 * n log n, and never far off unless much repeats. What is left over is matched by content wherever it stands (moved), then
 * in order within one gap when it is alike (changed).
 */
#include <stdlib.h>

#include "engine/diff/parts.h"

enum { MOST_DIFFERENCES = 512 };

/* ---- contents as numbers ---- */

typedef struct content {
	uint64_t number;
	cfr_node node;
	uint32_t index;		/* of a, or a_count + of b */
} content;

static int compare_contents(const void *left, const void *right)
{
	const content *a = left, *b = right;

	if (a->number != b->number)
		return a->number < b->number ? -1 : 1;
	return (a->index > b->index) - (a->index < b->index);
}

/* class[i]: equal for equal elements, of a[from..a_end) and b[from..b_end) */
static int classify(uint32_t *class_a, uint32_t *class_b, cfr__compare *c, const cfr_node *a, uint32_t n,
                    const cfr_node *b, uint32_t m)
{
	content *all = malloc(((size_t)n + m + 1) * sizeof(*all));
	uint32_t next = 0, first = 0;
	int r = 0;

	if (!all)
		return cfr_err_nomem(c->err);
	for (uint32_t i = 0; r == 0 && i < n + m; i++) {
		all[i].node = i < n ? a[i] : b[i - n];
		all[i].index = i;
		r = cfr__content(&all[i].number, c, all[i].node);
	}
	if (r == 0)
		qsort(all, (size_t)n + m, sizeof(*all), compare_contents);
	for (uint32_t i = 0; r == 0 && i < n + m; i++) {
		bool same = i > 0 && all[i].number == all[first].number;

		if (same)	/* a number decides nothing alone */
			r = cfr_node_equal(&same, all[i].node, all[first].node, c->err);
		if (!same) {
			first = i;
			next++;
		}
		if (all[i].index < n)
			class_a[all[i].index] = next - 1;
		else
			class_b[all[i].index - n] = next - 1;
	}
	free(all);
	return r;
}

/* ---- the longest common subsequence ---- */

/* Walks the trace back; to_b[] gets the pairs. trace[d] points at diagonal 0 of step d. */
static void trace_back(uint32_t *to_b, int32_t *const *trace, int32_t depth, int32_t x, int32_t y, uint32_t from)
{
	for (int32_t d = depth; d >= 0; d--) {
		int32_t px = 0, py = 0;

		if (d) {
			const int32_t *v = trace[d - 1];
			int32_t k = x - y;
			bool down = k == -d || (k != d && v[k - 1] < v[k + 1]);

			px = down ? v[k + 1] : v[k - 1];
			py = px - (down ? k + 1 : k - 1);
		}
		while (x > px && y > py) {
			x--;
			y--;
			to_b[from + (uint32_t)x] = from + (uint32_t)y;
		}
		x = px;
		y = py;
	}
}

/* *done false: they differ too much. */
static int subsequence(bool *done, uint32_t *to_b, cfr__compare *c, const uint32_t *a, uint32_t n, const uint32_t *b,
                       uint32_t m, uint32_t from)
{
	int32_t *trace[MOST_DIFFERENCES + 1], end_a = (int32_t)n, end_b = (int32_t)m;

	*done = false;
	for (int32_t d = 0; d <= MOST_DIFFERENCES; d++) {
		const int32_t *last = d ? trace[d - 1] : NULL;
		int32_t *v = cfr_arena_zalloc(&c->arena, (size_t)(2 * d + 1), sizeof(*v));

		if (!v)
			return cfr_err_nomem(c->err);
		trace[d] = v += d;
		for (int32_t k = -d; k <= d; k += 2) {
			int32_t x = 0, y;

			if (last && (k == -d || (k != d && last[k - 1] < last[k + 1])))
				x = last[k + 1];
			else if (last)
				x = last[k - 1] + 1;
			for (y = x - k; x < end_a && y < end_b && a[x] == b[y]; x++, y++)
				;
			v[k] = x;	/* beyond an end it leads nowhere, and harms nothing */
			if (x == end_a && y == end_b) {
				trace_back(to_b, trace, d, end_a, end_b, from);
				*done = true;
				return 0;
			}
		}
	}
	return 0;
}

int cfr__ascending(bool *keep, cfr__compare *c, const uint32_t *items, uint32_t count)
{
	uint32_t *tops = cfr_arena_alloc(&c->arena, ((size_t)count + 1) * sizeof(*tops));
	uint32_t *below = cfr_arena_alloc(&c->arena, ((size_t)count + 1) * sizeof(*below));
	uint32_t piles = 0, at;

	if (!tops || !below)
		return cfr_err_nomem(c->err);
	for (uint32_t i = 0; i < count; i++) {
		uint32_t low = 0, high = piles;

		keep[i] = false;
		if (items[i] == CFR__NONE)
			continue;
		while (low < high) {
			uint32_t middle = low + (high - low) / 2;
			if (items[tops[middle]] < items[i])
				low = middle + 1;
			else
				high = middle;
		}
		below[i] = low ? tops[low - 1] : CFR__NONE;
		tops[low] = i;
		piles += low == piles;
	}
	for (at = piles ? tops[piles - 1] : CFR__NONE; at != CFR__NONE; at = below[at])
		keep[at] = true;
	return 0;
}

/* For each class, its elements of b in order: heads by class, then links. */
typedef struct queues {
	uint32_t *head, *next;
} queues;

static int queue_up(queues *q, cfr__compare *c, const uint32_t *classes, uint32_t m, uint32_t class_count,
                    const bool *taken)
{
	q->head = cfr_arena_alloc(&c->arena, ((size_t)class_count + 1) * sizeof(*q->head));
	q->next = cfr_arena_alloc(&c->arena, ((size_t)m + 1) * sizeof(*q->next));
	if (!q->head || !q->next)
		return cfr_err_nomem(c->err);
	for (uint32_t i = 0; i < class_count; i++)
		q->head[i] = CFR__NONE;
	for (uint32_t j = m; j-- > 0;) {
		if (taken && taken[j])
			continue;
		q->next[j] = q->head[classes[j]];
		q->head[classes[j]] = j;
	}
	return 0;
}

static uint32_t dequeue(queues *q, uint32_t which)
{
	uint32_t j = q->head[which];

	if (j != CFR__NONE)
		q->head[which] = q->next[j];
	return j;
}

/* The fair guess for lists that differ much. */
static int by_occurrence(uint32_t *to_b, cfr__compare *c, const uint32_t *a, uint32_t n, const uint32_t *b, uint32_t m,
                         uint32_t from)
{
	uint32_t *pairs = cfr_arena_alloc(&c->arena, ((size_t)n + 1) * sizeof(*pairs));
	bool *keep = cfr_arena_alloc(&c->arena, (size_t)n + 1);
	queues q;
	int r;

	if (!pairs || !keep)
		return cfr_err_nomem(c->err);
	r = queue_up(&q, c, b, m, n + m, NULL);
	for (uint32_t i = 0; r == 0 && i < n; i++)
		pairs[i] = dequeue(&q, a[i]);
	if (r == 0)
		r = cfr__ascending(keep, c, pairs, n);
	for (uint32_t i = 0; r == 0 && i < n; i++) {
		if (keep[i])
			to_b[from + i] = from + pairs[i];
	}
	return r;
}

/* ---- whole lists ---- */

static int lists_init(cfr__lists *l, cfr__compare *c, cfr_node a, cfr_node b)
{
	int r;

	*l = (cfr__lists){ .a_count = cfr_node_size(a), .b_count = cfr_node_size(b) };
	r = cfr__children(&l->a, c, a);
	if (r == 0)
		r = cfr__children(&l->b, c, b);
	if (r)
		return r;
	l->to_b = cfr_arena_alloc(&c->arena, ((size_t)l->a_count + 1) * sizeof(*l->to_b));
	l->to_a = cfr_arena_alloc(&c->arena, ((size_t)l->b_count + 1) * sizeof(*l->to_a));
	if (!l->to_b || !l->to_a)
		return cfr_err_nomem(c->err);
	for (uint32_t i = 0; i < l->a_count; i++)
		l->to_b[i] = CFR__NONE;
	for (uint32_t j = 0; j < l->b_count; j++)
		l->to_a[j] = CFR__NONE;
	return 0;
}

static void invert(cfr__lists *l)
{
	for (uint32_t i = 0; i < l->a_count; i++) {
		if (l->to_b[i] != CFR__NONE)
			l->to_a[l->to_b[i]] = i;
	}
}

/* Equal head and tail; *from is where the rest begins, *n and *m its lengths. */
static int trim(cfr__lists *l, cfr__compare *c, uint32_t *from, uint32_t *n, uint32_t *m)
{
	uint32_t least = l->a_count < l->b_count ? l->a_count : l->b_count, head = 0, tail = 0;
	bool same = true;
	int r = 0;

	while (head < least) {
		if ((r = cfr_node_equal(&same, l->a[head], l->b[head], c->err)) != 0)
			return r;
		if (!same)
			break;
		l->to_b[head] = head;
		head++;
	}
	while (tail < least - head) {
		uint32_t i = l->a_count - 1 - tail, j = l->b_count - 1 - tail;
		if ((r = cfr_node_equal(&same, l->a[i], l->b[j], c->err)) != 0)
			return r;
		if (!same)
			break;
		l->to_b[i] = j;
		tail++;
	}
	*from = head;
	*n = l->a_count - head - tail;
	*m = l->b_count - head - tail;
	return r;
}

/* The equal ones in order; classes of the middle stay for who goes on. */
typedef struct middle {
	uint32_t from, n, m, *a, *b;
} middle;

static int match_middle(middle *mid, cfr__lists *l, cfr__compare *c)
{
	bool done;
	int r = trim(l, c, &mid->from, &mid->n, &mid->m);

	if (r || !mid->n || !mid->m)
		return r;
	mid->a = cfr_arena_alloc(&c->arena, (size_t)mid->n * sizeof(*mid->a));
	mid->b = cfr_arena_alloc(&c->arena, (size_t)mid->m * sizeof(*mid->b));
	if (!mid->a || !mid->b)
		return cfr_err_nomem(c->err);
	r = classify(mid->a, mid->b, c, l->a + mid->from, mid->n, l->b + mid->from, mid->m);
	if (r == 0)
		r = subsequence(&done, l->to_b, c, mid->a, mid->n, mid->b, mid->m, mid->from);
	if (r == 0 && !done)
		r = by_occurrence(l->to_b, c, mid->a, mid->n, mid->b, mid->m, mid->from);
	return r;
}

int cfr__match_equal(cfr__lists *l, cfr__compare *c, cfr_node a, cfr_node b)
{
	middle mid = { 0 };
	int r = lists_init(l, c, a, b);

	if (r == 0)
		r = match_middle(&mid, l, c);
	if (r == 0)
		invert(l);
	return r;
}

/* Equal elements that stand elsewhere. */
static int match_elsewhere(cfr__lists *l, cfr__compare *c, const middle *mid)
{
	bool *taken = cfr_arena_alloc(&c->arena, (size_t)mid->m + 1);
	queues q;
	int r;

	if (!taken)
		return cfr_err_nomem(c->err);
	for (uint32_t j = 0; j < mid->m; j++)
		taken[j] = l->to_a[mid->from + j] != CFR__NONE;
	r = queue_up(&q, c, mid->b, mid->m, mid->n + mid->m, taken);
	for (uint32_t i = 0; r == 0 && i < mid->n; i++) {
		uint32_t j;
		if (l->to_b[mid->from + i] != CFR__NONE)
			continue;
		j = dequeue(&q, mid->a[i]);
		if (j != CFR__NONE) {
			l->to_b[mid->from + i] = mid->from + j;
			l->to_a[mid->from + j] = mid->from + i;
		}
	}
	return r;
}

/* Between two pairs that stay in order, what is left of both sides is taken one by one. */
static void match_gaps(cfr__lists *l, const bool *stays)
{
	uint32_t j = 0;

	for (uint32_t i = 0; i < l->a_count; i++) {
		uint32_t end;

		if (l->to_b[i] != CFR__NONE) {
			if (stays[i])
				j = l->to_b[i] + 1;
			continue;
		}
		for (end = j; end < l->b_count && (l->to_a[end] == CFR__NONE || !stays[l->to_a[end]]); end++) {
			if (l->to_a[end] == CFR__NONE)
				break;
		}
		if (end < l->b_count && l->to_a[end] == CFR__NONE && cfr__alike(l->a[i], l->b[end])) {
			l->to_b[i] = end;
			l->to_a[end] = i;
			j = end + 1;
		}
	}
}

static int match_by_content(cfr__lists *l, cfr__compare *c)
{
	middle mid = { 0 };
	bool *stays = cfr_arena_alloc(&c->arena, (size_t)l->a_count + 1);
	int r = stays ? match_middle(&mid, l, c) : cfr_err_nomem(c->err);

	if (r)
		return r;
	invert(l);
	if (mid.n && mid.m)
		r = match_elsewhere(l, c, &mid);
	if (r == 0)
		r = cfr__ascending(stays, c, l->to_b, l->a_count);
	if (r == 0)
		match_gaps(l, stays);
	return r;
}

int cfr__match_lists(cfr__lists *l, cfr__compare *c, cfr_node a, cfr_node b)
{
	cfr__name *names[2];
	cfr_node lists[2] = { a, b };
	bool named;
	int r = lists_init(l, c, a, b);

	if (r == 0)
		r = cfr__names(&named, names, c, lists, 2);
	if (r)
		return r;
	if (!named)
		return match_by_content(l, c);
	for (uint32_t i = 0; i < l->a_count; i++)
		l->to_b[names[0][i].index] = cfr__names_find(names[1], l->b_count, names[0][i].text);
	invert(l);
	return 0;
}
