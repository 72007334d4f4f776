/* engine/diff/json_patch.c -- a script as a JSON Patch (RFC 6902).
 *
 * Operations of a patch are done one after the other, so each path must be right at its turn. Collections come with their
 * parents first: when the turn comes to one, all above it is as in the second tree, and so its path is that of the second
 * tree, while what is in it is still as in the first. In a mapping that is all. In a list, what goes is removed from the
 * end; then elements come and move in ascending order of their new places, and where an element is at that moment is
 * counted: those that are in place already, and those before it that still wait to be moved (a Fenwick tree).
 */
#include "engine/diff/parts.h"
#include "engine/pointer.h"
#include "engine/tree/build.h"

typedef struct writer {
	cfr_build *build;
	cfr_arena arena;
	cfr_buf path, from;
	cfr_err *err;
} writer;

static int put_text(writer *w, const char *key, cfr_str text)
{
	int r = cfr_build_key(w->build, cfr_str_of(key), NULL, w->err);

	return r ? r : cfr_build_string(w->build, text.ptr ? text : CFR_STR(""), NULL, w->err);
}

/* {op, path, from?, value?} of the buffers. */
static int put_op(writer *w, const char *op, bool from, cfr_node value)
{
	int r = cfr_buf_check(&w->path, w->err);

	if (r == 0)
		r = cfr_buf_check(&w->from, w->err);
	if (r == 0)
		r = cfr_build_begin(w->build, CFR_MAPPING, NULL, w->err);
	if (r == 0)
		r = put_text(w, "op", cfr_str_of(op));
	if (r == 0)
		r = put_text(w, "path", cfr_buf_str(&w->path));
	if (r == 0 && from)
		r = put_text(w, "from", cfr_buf_str(&w->from));
	if (r == 0 && value.tree) {
		r = cfr_build_key(w->build, CFR_STR("value"), NULL, w->err);
		if (r == 0)
			r = cfr_build_node(w->build, value, NULL, w->err);
	}
	return r ? r : cfr_build_end(w->build, 0, w->err);
}

static void in_path(cfr_buf *out, cfr_node in)
{
	cfr_buf_clear(out);
	cfr_pointer_write(out, in);
}

static void at_key(cfr_buf *out, cfr_node in, cfr_str key)
{
	in_path(out, in);
	cfr_pointer_add(out, key);
}

static void at_index(cfr_buf *out, cfr_node in, uint32_t index)
{
	in_path(out, in);
	cfr_buf_addf(out, "/%u", (unsigned)index);
}

static int put_replace(writer *w, const cfr__step *step)
{
	in_path(&w->path, step->b);
	return put_op(w, "replace", false, step->b);
}

/* ---- mappings ---- */

/* From its old key to its new one, in collections that are both where the second tree has them. */
static int put_move(writer *w, const cfr__step *went, const cfr__step *came)
{
	at_key(&w->from, went->in_b, cfr_node_key(went->a));
	in_path(&w->path, came->b);
	return put_op(w, "move", true, cfr__no_node());
}

static int write_mapping(writer *w, const cfr_diff *diff, uint32_t number)
{
	const cfr__step *step = &diff->steps[number], *partner;

	/* The two mappings of a move have two turns: at the later one both are in place. */
	if (step->partner != CFR__NONE) {
		partner = &diff->steps[step->partner];
		if (step->partner > number)
			return 0;
		return step->op == CFR__STEP_ADD ? put_move(w, partner, step) : put_move(w, step, partner);
	}
	switch (step->op) {
	case CFR__STEP_REMOVE:
		at_key(&w->path, step->in_b, cfr_node_key(step->a));
		return put_op(w, "remove", false, cfr__no_node());
	case CFR__STEP_RENAME:
		return put_move(w, step, step);
	case CFR__STEP_ADD:
		in_path(&w->path, step->b);
		return put_op(w, "add", false, step->b);
	default:
		return put_replace(w, step);
	}
}

/* ---- lists ---- */

/* A list on its way: which elements stay in order, and how many movers still wait. */
typedef struct list_state {
	uint32_t n, m;
	bool *a_moves, *b_comes;		/* not among those that stay */
	uint32_t *stays_before_a, *stays_before_b;
	uint32_t *stay_a, *stay_b, stay_count;	/* the k-th that stays: its two indices */
	uint32_t *waiting;			/* Fenwick tree over indices of the first list */
} list_state;

static void wait(list_state *s, uint32_t index, bool more)
{
	for (uint32_t i = index + 1; i <= s->n; i += i & (~i + 1))
		s->waiting[i] += more ? 1u : UINT32_MAX;
}

/* Waiting ones before an index. */
static uint32_t waiting_before(const list_state *s, uint32_t index)
{
	uint32_t sum = 0;

	for (uint32_t i = index; i > 0; i -= i & (~i + 1))
		sum += s->waiting[i];
	return sum;
}

static int list_begin(list_state *s, writer *w, const cfr__step *steps, uint32_t count)
{
	uint32_t n = cfr_node_size(steps->in_a), m = cfr_node_size(steps->in_b), i = 0, j = 0;

	*s = (list_state){ .n = n, .m = m };
	s->a_moves = cfr_arena_zalloc(&w->arena, (size_t)n + 1, sizeof(bool));
	s->b_comes = cfr_arena_zalloc(&w->arena, (size_t)m + 1, sizeof(bool));
	s->stays_before_a = cfr_arena_zalloc(&w->arena, (size_t)n + 1, sizeof(uint32_t));
	s->stays_before_b = cfr_arena_zalloc(&w->arena, (size_t)m + 1, sizeof(uint32_t));
	s->stay_a = cfr_arena_zalloc(&w->arena, (size_t)n + 1, sizeof(uint32_t));
	s->stay_b = cfr_arena_zalloc(&w->arena, (size_t)n + 1, sizeof(uint32_t));
	s->waiting = cfr_arena_zalloc(&w->arena, (size_t)n + 1, sizeof(uint32_t));
	if (!s->a_moves || !s->b_comes || !s->stays_before_a || !s->stays_before_b || !s->stay_a || !s->stay_b ||
	    !s->waiting)
		return cfr_err_nomem(w->err);
	for (uint32_t k = 0; k < count; k++) {
		if (steps[k].op == CFR__STEP_REMOVE || steps[k].op == CFR__STEP_MOVE)
			s->a_moves[cfr_node_index(steps[k].a)] = true;
		if (steps[k].op == CFR__STEP_ADD || steps[k].op == CFR__STEP_MOVE)
			s->b_comes[cfr_node_index(steps[k].b)] = true;
		if (steps[k].op == CFR__STEP_MOVE)
			wait(s, cfr_node_index(steps[k].a), true);
	}
	while (i < n || j < m) {
		if (i < n && s->a_moves[i]) {
			s->stays_before_a[i++] = s->stay_count;
		} else if (j < m && s->b_comes[j]) {
			s->stays_before_b[j++] = s->stay_count;
		} else {
			s->stays_before_a[i] = s->stays_before_b[j] = s->stay_count;
			s->stay_a[s->stay_count] = i++;
			s->stay_b[s->stay_count++] = j++;
		}
	}
	return 0;
}

/* Where element `i` of the first list, which waits, is when the second list is complete up to `j`. */
static uint32_t place_of(const list_state *s, uint32_t i, uint32_t j)
{
	uint32_t stays = s->stays_before_a[i], next = stays < s->stay_count ? s->stay_b[stays] : UINT32_MAX;
	uint32_t in_place = next <= j ? next : stays + j - s->stays_before_b[j];

	return in_place + waiting_before(s, i);
}

/* Where the next of the second list goes. */
static uint32_t place_for(const list_state *s, uint32_t j)
{
	uint32_t stays = s->stays_before_b[j];

	return j + (stays ? waiting_before(s, s->stay_a[stays - 1]) : 0);
}

static int write_list(writer *w, const cfr__step *steps, uint32_t count)
{
	list_state s;
	int r = list_begin(&s, w, steps, count);

	for (uint32_t k = count; r == 0 && k-- > 0;) {
		if (steps[k].op != CFR__STEP_REMOVE)
			continue;
		at_index(&w->path, steps->in_b, cfr_node_index(steps[k].a));
		r = put_op(w, "remove", false, cfr__no_node());
	}
	for (uint32_t k = 0; r == 0 && k < count; k++) {
		const cfr__step *step = &steps[k];
		uint32_t i, j = step->op == CFR__STEP_REMOVE ? 0 : cfr_node_index(step->b);

		if (step->op == CFR__STEP_ADD) {
			at_index(&w->path, step->in_b, place_for(&s, j));
			r = put_op(w, "add", false, step->b);
		} else if (step->op == CFR__STEP_REPLACE) {
			r = put_replace(w, step);
		} else if (step->op == CFR__STEP_MOVE) {
			i = cfr_node_index(step->a);
			at_index(&w->from, step->in_b, place_of(&s, i, j));
			wait(&s, i, false);
			at_index(&w->path, step->in_b, place_for(&s, j));
			r = put_op(w, "move", true, cfr__no_node());
		}
	}
	return r;
}

/* ---- all ---- */

static int write_steps(writer *w, const cfr_diff *diff)
{
	int r = 0;

	for (uint32_t k = 0, end; r == 0 && k < diff->step_count; k = end) {
		const cfr__step *step = &diff->steps[k];

		end = k + 1;
		if (!step->in_a.tree) {
			r = put_replace(w, step);
		} else if (cfr_node_kind(step->in_a) == CFR_MAPPING) {
			r = write_mapping(w, diff, k);
		} else {
			while (end < diff->step_count && diff->steps[end].in_a.tree &&
			       cfr_node_same(diff->steps[end].in_a, step->in_a))
				end++;
			r = write_list(w, step, end - k);
		}
	}
	return r;
}

int cfr_diff_json_patch(cfr_tree **out, const cfr_diff *diff, const cfr_limits *limits, cfr_err *err)
{
	writer w = { .path = CFR_BUF_INIT, .from = CFR_BUF_INIT, .err = err };
	int r;

	cfr_arena_init(&w.arena, NULL);
	r = cfr_build_new(&w.build, NULL, CFR_FORMAT_NONE, limits, err);
	if (r == 0)
		r = cfr_build_begin(w.build, CFR_SEQUENCE, NULL, err);
	if (r == 0)
		r = write_steps(&w, diff);
	if (r == 0)
		r = cfr_build_end(w.build, 0, err);
	if (r == 0)
		r = cfr_build_finish_tree(out, w.build, err);
	cfr_build_free(w.build);
	cfr_buf_release(&w.path);
	cfr_buf_release(&w.from);
	cfr_arena_release(&w.arena);
	return r;
}
