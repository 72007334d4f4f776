/* engine/diff/plan.c -- a script as edits of the first tree's text.
 *
 * Edits all speak of the document as it was, so the order of steps is of no matter. An element that moves within a list
 * goes as its author wrote it; when something inside it changed as well, it is removed and written anew where it goes. An
 * entry that moves to another mapping is moved as its author wrote it, if both mappings are there before and after. What
 * is new, and stands in the document to go by as well, comes with the comments it has there.
 */
#include <stdlib.h>

#include "engine/diff/plan_parts.h"
#include "engine/pointer.h"
#include "engine/text.h"

typedef struct planner {
	const cfr_diff *diff;
	const cfr_limits *limits;
	cfr_edit *edits;
	uint32_t count;
	cfr_document **values;
	uint32_t value_count;
	cfr_arena arena;
	cfr__orderer orderer;
	cfr_err *err;
	bool plain;			/* no moves, no renamings: all that goes and comes is written anew */
	cfr_node *gone;			/* what is written anew elsewhere */
	uint32_t gone_count;
	cfr_node *new;			/* of the document to go by: its comments are lost */
	uint32_t new_count;
	bool bare;			/* without the comments of what is new */
	bool *whole;			/* if plain: nodes of the first tree that are written anew under another key */
} planner;

static int pointer_of(cfr_str *out, planner *p, cfr_node node)
{
	cfr_buf path = CFR_BUF_INIT;
	int r;

	cfr_pointer_write(&path, node);
	r = cfr_buf_check(&path, p->err);
	if (r == 0) {
		*out = cfr_arena_str(&p->arena, path.len ? cfr_buf_str(&path) : CFR_STR(""));
		if (!out->ptr)
			r = cfr_err_nomem(p->err);
	}
	cfr_buf_release(&path);
	return r;
}

static int add_edit(planner *p, cfr_edit_op op, cfr_node at, cfr_str key)
{
	cfr_edit *edit = &p->edits[p->count];
	int r;

	*edit = (cfr_edit){ .op = op, .key = key };
	r = pointer_of(&edit->at, p, at);
	if (r == 0)
		p->count++;
	return r;
}

/* The same value at the same place of the document to go by; of an element, anywhere in the list there. */
static int find_like(cfr_node *out, planner *p, const cfr__step *step)
{
	const cfr_document *like = p->orderer.like;
	cfr_buf path = CFR_BUF_INIT;
	cfr_node in;
	bool same = false;
	int r;

	*out = cfr__no_node();
	if (!like || !step->in_b.tree)
		return 0;
	cfr_pointer_write(&path, step->in_b);
	r = cfr_buf_check(&path, p->err);
	if (r == 0 && cfr_pointer_get(&in, cfr_tree_root(cfr_document_tree(like)), cfr_buf_str(&path), NULL) == 0 &&
	    cfr_node_kind(in) == cfr_node_kind(step->in_b)) {
		cfr_node child = cfr__no_node();

		if (cfr_node_kind(in) == CFR_MAPPING) {
			if (cfr_node_find(&child, in, cfr_node_key(step->b), NULL) == 0)
				r = cfr_node_equal(&same, child, step->b, p->err);
		} else {
			for (uint32_t i = 0; r == 0 && !same && cfr_node_at(&child, in, i, NULL) == 0; i++)
				r = cfr_node_equal(&same, child, step->b, p->err);
		}
		if (r == 0 && same)
			*out = child;
	}
	cfr_buf_release(&path);
	return r;
}

/* Are there lines between the entries here, so that comments can stand in them? Elsewhere they are left out. */
static bool has_lines(const planner *p, cfr_node in)
{
	switch (cfr_document_format(p->orderer.doc)) {
	case CFR_YAML:
		return cfr_document_entry(p->orderer.doc, in).style == CFR_BLOCK;
	case CFR_DOTENV:
	case CFR_PROPERTIES:
		return true;
	default:
		return false;
	}
}

/* An edit that writes what a step brings. */
static int add_written(planner *p, cfr_edit_op op, cfr_node at, const cfr__step *step)
{
	cfr_document **value = &p->values[p->value_count];
	cfr_edit *edit = &p->edits[p->count];
	cfr_node like = cfr__no_node();
	int r = add_edit(p, op, at, cfr_node_key(step->b));

	if (r == 0 && step->op == CFR__STEP_ADD && step->partner == CFR__NONE)
		r = find_like(&like, p, step);
	if (r == 0 && like.tree && !p->bare && has_lines(p, step->in_a)) {
		edit->written = p->orderer.like;
		edit->node = like;
		return 0;
	}
	if (like.tree)
		p->new[p->new_count++] = like;
	if (r == 0)
		r = cfr__ordered(value, &p->orderer, step);
	if (r)
		return r;
	p->value_count++;
	edit->written = *value;
	edit->value = cfr_document_tree(*value);
	return 0;
}

static int add_remove(planner *p, cfr_node at)
{
	return add_edit(p, CFR_EDIT_REMOVE, at, (cfr_str){ NULL, 0 });
}

/* Removed here, to be written anew elsewhere. */
static int add_gone(planner *p, cfr_node at)
{
	p->gone[p->gone_count++] = at;
	return add_remove(p, at);
}

static int add_set(planner *p, const cfr__step *step)
{
	return add_written(p, CFR_EDIT_SET, step->in_a, step);
}

static bool moves(const planner *p, const cfr__step *step)
{
	return !p->plain && step->partner != CFR__NONE && !p->diff->steps[step->partner].moving;
}

static int plan_entry(planner *p, const cfr__step *step)
{
	int r;

	switch (step->op) {
	case CFR__STEP_REMOVE:
		if (moves(p, step))
			return 0;
		return step->partner == CFR__NONE ? add_remove(p, step->a) : add_gone(p, step->a);
	case CFR__STEP_RENAME:
		if (!p->plain)
			return add_edit(p, CFR_EDIT_RENAME, step->a, cfr_node_key(step->b));
		r = add_gone(p, step->a);
		return r ? r : add_set(p, step);
	case CFR__STEP_ADD:
		if (!moves(p, step))
			return add_set(p, step);
		r = add_edit(p, CFR_EDIT_MOVE, p->diff->steps[step->partner].a, cfr_node_key(step->b));
		return r ? r : pointer_of(&p->edits[p->count - 1].to, p, step->in_a);
	default:
		return add_written(p, CFR_EDIT_REPLACE, step->a, step);
	}
}

/* Where the edit of a move goes. */
static int move_to(planner *p, uint32_t number, cfr_node in, uint32_t index)
{
	p->edits[number].index = index;
	return pointer_of(&p->edits[number].to, p, in);
}

/* For each index of the second list, the index of the first before which a new element there goes. */
static int insertion_points(uint32_t **out, planner *p, const cfr__step *steps, uint32_t count)
{
	uint32_t n = cfr_node_size(steps->in_a), m = cfr_node_size(steps->in_b), i = n;
	bool *goes = cfr_arena_zalloc(&p->arena, (size_t)n + 1, sizeof(*goes));
	bool *comes = cfr_arena_zalloc(&p->arena, (size_t)m + 1, sizeof(*comes));
	uint32_t *before = cfr_arena_alloc(&p->arena, ((size_t)m + 1) * sizeof(*before));

	if (!goes || !comes || !before)
		return cfr_err_nomem(p->err);
	for (uint32_t k = 0; k < count; k++) {
		if (steps[k].op == CFR__STEP_REMOVE || steps[k].op == CFR__STEP_MOVE)
			goes[cfr_node_index(steps[k].a)] = true;
		if (steps[k].op == CFR__STEP_ADD || steps[k].op == CFR__STEP_MOVE)
			comes[cfr_node_index(steps[k].b)] = true;
	}
	for (uint32_t j = m; j-- > 0;) {
		if (!comes[j]) {
			while (i > 0 && goes[i - 1])
				i--;
			i -= i > 0;
		}
		before[j] = i;
	}
	*out = before;
	return 0;
}

/* An element at its new place, before the index `at` of the first list. */
static int add_element(planner *p, const cfr__step *step, uint32_t at)
{
	const cfr_document *doc = p->orderer.doc;
	cfr_format format = cfr_document_format(doc);
	uint32_t number = p->count;
	bool same = false;
	int r = 0;

	if (step->op == CFR__STEP_MOVE && !p->plain)
		r = cfr_node_equal(&same, step->a, step->b, p->err);
	if (r == 0 && same) {
		if ((format == CFR_YAML || format == CFR_TOML) && cfr_document_entry(doc, step->in_a).style == CFR_FLOW)
			p->gone[p->gone_count++] = step->a;	/* between brackets comments cannot go along */
		r = add_edit(p, CFR_EDIT_MOVE, step->a, (cfr_str){ NULL, 0 });
		return r ? r : move_to(p, number, step->in_a, at);
	}
	if (r == 0 && step->op == CFR__STEP_MOVE)
		r = add_gone(p, step->a);
	number = p->count;
	if (r == 0)
		r = add_written(p, CFR_EDIT_INSERT, step->in_a, step);
	if (r == 0)
		p->edits[number].index = at;
	return r;
}

static int plan_list(planner *p, const cfr__step *steps, uint32_t count)
{
	uint32_t *before = NULL, n = cfr_node_size(steps->in_a);
	int r = insertion_points(&before, p, steps, count);

	for (uint32_t k = 0; r == 0 && k < count; k++) {
		const cfr__step *step = &steps[k];

		if (step->op == CFR__STEP_REMOVE) {
			r = add_remove(p, step->a);
		} else if (step->op == CFR__STEP_ADD || step->op == CFR__STEP_MOVE) {
			uint32_t at = before[cfr_node_index(step->b)];
			r = add_element(p, step, at == n ? UINT32_MAX : at);
		} else if (step->op == CFR__STEP_REPLACE && !step->moving) {
			r = plan_entry(p, step);
		}
	}
	return r;
}

/* Without renaming, a renamed entry is written whole, changes inside included. */
static int find_whole(planner *p)
{
	const cfr_diff *diff = p->diff;

	p->whole = cfr_arena_zalloc(&p->arena, (size_t)cfr_tree_size(diff->before.tree) + 1, sizeof(*p->whole));
	if (!p->whole)
		return cfr_err_nomem(p->err);
	for (uint32_t i = 0; i < diff->step_count; i++) {
		if (diff->steps[i].op == CFR__STEP_RENAME)
			p->whole[diff->steps[i].a.at] = true;
	}
	return 0;
}

/* Is what a step does in what is written for an element that moves, or for an entry that has another key now? */
static bool is_written(const planner *p, const cfr__step *step)
{
	cfr_node up = step->in_a;

	if (step->moving || !p->whole || !up.tree)
		return step->moving;
	do {
		if (p->whole[up.at])
			return true;
	} while (cfr_node_parent(&up, up));
	return false;
}

static int plan_steps(planner *p)
{
	const cfr_diff *diff = p->diff;
	int r = p->plain ? find_whole(p) : 0;

	for (uint32_t k = 0, end; r == 0 && k < diff->step_count; k = end) {
		const cfr__step *step = &diff->steps[k];

		end = k + 1;
		if (!step->in_a.tree || cfr_node_kind(step->in_a) == CFR_MAPPING) {
			if (!is_written(p, step))
				r = plan_entry(p, step);
			continue;
		}
		while (end < diff->step_count && diff->steps[end].in_a.tree &&
		       cfr_node_same(diff->steps[end].in_a, step->in_a))
			end++;
		if (!is_written(p, step))
			r = plan_list(p, step, end - k);
	}
	return r;
}

/* Comment lines of both documents that are not in the result. */
static int count_lost(uint32_t *out, const planner *p)
{
	uint32_t gone = 0, new = 0;
	int r = cfr_text_comments_of(&gone, p->orderer.doc, p->gone, p->gone_count, p->err);

	if (r == 0 && p->new_count)
		r = cfr_text_comments_of(&new, p->orderer.like, p->new, p->new_count, p->err);
	if (r == 0)
		*out = gone + new;
	return r;
}

typedef enum attempt { CARRY, BARE, PLAIN } attempt;

static int plan_once(cfr_splices *out, uint32_t *lost, const cfr_document *doc, const cfr_diff *diff,
                     const cfr_document *like, bool through, const cfr_limits *limits, attempt how, cfr_err *err)
{
	planner p = { .diff = diff, .limits = limits, .err = err, .plain = how == PLAIN, .bare = how != CARRY };
	size_t most = (size_t)diff->step_count * 2 + 1;
	cfr_source *nowhere = NULL;
	int r = cfr_source_new(&nowhere, CFR_STR("value"), CFR_STR(""), limits, err);

	cfr_arena_init(&p.arena, NULL);
	p.orderer = (cfr__orderer){ .doc = doc, .like = like, .source = nowhere, .limits = limits, .arena = &p.arena,
	                            .err = err };
	p.edits = cfr_arena_alloc(&p.arena, most * sizeof(*p.edits));
	p.values = cfr_arena_alloc(&p.arena, most * sizeof(*p.values));
	p.gone = cfr_arena_alloc(&p.arena, most * sizeof(*p.gone));
	p.new = cfr_arena_alloc(&p.arena, most * sizeof(*p.new));
	if (r == 0)
		r = p.edits && p.values && p.gone && p.new ? plan_steps(&p) : cfr_err_nomem(err);
	if (r == 0 && lost)
		r = count_lost(lost, &p);
	if (r == 0)
		r = (through ? cfr_edit_plan_through : cfr_edit_plan)(out, doc, p.edits, p.count, limits, err);
	for (uint32_t i = 0; i < p.value_count; i++)
		cfr_document_unref(p.values[i]);
	cfr_arena_release(&p.arena);
	cfr_source_unref(nowhere);
	return r;
}

int cfr_diff_plan(cfr_splices *out, uint32_t *lost, const cfr_document *doc, const cfr_diff *diff,
                  const cfr_document *like, bool through, const cfr_limits *limits, cfr_err *err)
{
	cfr_err why = CFR_ERR_INIT;
	bool plain = true;
	int r = plan_once(out, lost, doc, diff, like, through, limits, CARRY, &why);

	if (r < 0 && r != CFR_E_NOMEM && r != CFR_E_LIMIT && like)
		r = plan_once(out, lost, doc, diff, like, through, limits, BARE, &why);
	for (uint32_t i = 0; i < diff->step_count; i++)
		plain = plain && diff->steps[i].op != CFR__STEP_RENAME && diff->steps[i].op != CFR__STEP_MOVE &&
		        diff->steps[i].partner == CFR__NONE;
	if (r < 0 && r != CFR_E_NOMEM && r != CFR_E_LIMIT && !plain)
		r = plan_once(out, lost, doc, diff, like, through, limits, PLAIN, &why);
	if (r == CFR_E_CONFLICT) {	/* what was asked for is one value: that its edits meet is a matter of the text */
		r = why.code = CFR_E_UNSUPPORTED;
		cfr_err_hint(&why, "edit the file by hand");
	}
	if (r < 0 && err)
		*err = why;
	return r;
}
