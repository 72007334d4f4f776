/* engine/query/run.c -- run a query over a tree.
 *
 * Depth first: each node that a segment selects goes through all later segments before the next one is selected. The
 * nodes come out in the order of the RFC, which concatenates node lists, but no list is ever made, so a run needs no
 * memory for its nodes. Names and indexes, which select one node at most, are followed in a loop; the other segments
 * recurse, at most as deep as the parser has let through. Descendants are walked by their places: from the last child
 * on, parent and index tell where to go.
 */
#include "engine/query/plan.h"

#include "engine/base/utf8.h"
#include <stdlib.h>

/* Where the nodes of one path go. */
typedef struct output {
	int (*fn)(void *arg, cfr_node node, cfr_err *err);
	void *arg;
} output;

static int walk(cfr__run *run, const cfr__segment *segment, cfr_node node, const output *out);
static int test(cfr__run *run, const cfr__expr *e, cfr_node current);
static int operand_value(cfr__run *run, cfr__value *out, const cfr__operand *operand, cfr_node current);

static inline int count(cfr__run *run)
{
	if (CFR_UNLIKELY(run->steps == 0))
		return cfr__run_count(run, 1);
	run->steps--;
	return 0;
}

/* A selector that selects one node at most: 0, CFR_E_NOTFOUND or an error. */
static int one(cfr__run *run, cfr_node *out, const cfr__selector *s, cfr_node node)
{
	int r = count(run);

	if (r < 0)
		return r;
	if (s->kind == CFR__NAME)
		return cfr_node_find(out, node, s->name, run->err);
	if (cfr_node_kind(node) != CFR_SEQUENCE)
		return CFR_E_NOTFOUND;
	int64_t size = cfr_node_size(node), index = s->start < 0 ? s->start + size : s->start;
	return index < 0 || index >= size ? CFR_E_NOTFOUND : cfr_node_at(out, node, (uint32_t)index, run->err);
}

/* -- segments ------------------------------------------------------------------------------------------------- */

static int64_t clamp(int64_t n, int64_t low, int64_t high) { return n < low ? low : n > high ? high : n; }

/* RFC 9535, section 2.3.4.2.2. */
static int slice(cfr__run *run, const cfr__segment *segment, const cfr__selector *s, cfr_node node, const output *out)
{
	int64_t size = cfr_node_size(node), step = s->step;
	int64_t start = s->has_start ? s->start : step > 0 ? 0 : size - 1;
	int64_t end = s->has_end ? s->end : step > 0 ? size : -size - 1;

	if (cfr_node_kind(node) != CFR_SEQUENCE || step == 0)
		return 0;
	start = start < 0 ? start + size : start;
	end = end < 0 ? end + size : end;
	start = step > 0 ? clamp(start, 0, size) : clamp(start, -1, size - 1);
	end = step > 0 ? clamp(end, 0, size) : clamp(end, -1, size - 1);
	for (int64_t i = start; step > 0 ? i < end : i > end; i += step) {
		cfr_node child;
		int r = count(run);

		if (r == 0)
			r = cfr_node_at(&child, node, (uint32_t)i, run->err);
		if (r == 0)
			r = walk(run, segment->next, child, out);
		if (r != 0)
			return r;
	}
	return 0;
}

static int children(cfr__run *run, const cfr__segment *segment, const cfr__selector *s, cfr_node node,
                    const output *out)
{
	uint32_t size = cfr_node_size(node);

	for (uint32_t i = 0; i < size; i++) {
		cfr_node child;
		int r = count(run);

		if (r == 0)
			r = cfr_node_at(&child, node, i, run->err);
		if (r < 0)
			return r;
		if (s->kind == CFR__FILTER) {
			r = test(run, s->filter, child);
			if (r < 0)
				return r;
			if (r == 0)
				continue;
		}
		r = walk(run, segment->next, child, out);
		if (r != 0)
			return r;
	}
	return 0;
}

/* What the selectors of a segment select among the children of one node. */
static int select_below(cfr__run *run, const cfr__segment *segment, cfr_node node, const output *out)
{
	for (const cfr__selector *s = segment->selectors; s; s = s->next) {
		cfr_node child;
		int r;

		switch (s->kind) {
		case CFR__NAME:
		case CFR__INDEX:
			r = one(run, &child, s, node);
			r = r == CFR_E_NOTFOUND ? 0 : r < 0 ? r : walk(run, segment->next, child, out);
			break;
		case CFR__SLICE:
			r = slice(run, segment, s, node, out);
			break;
		default:
			r = children(run, segment, s, node, out);
		}
		if (r != 0)
			return r;
	}
	return 0;
}

static bool is_collection(cfr_node node)
{
	cfr_kind kind = cfr_node_kind(node);

	return kind == CFR_SEQUENCE || kind == CFR_MAPPING;
}

/* The segment at a node and at all collections below it, each before its children. Scalars have nothing to select. */
static int select_deep(cfr__run *run, const cfr__segment *segment, cfr_node top, const output *out)
{
	cfr_node at = top, child, parent;
	uint32_t index = 0;
	int r;

	if (!is_collection(top))
		return 0;
	r = select_below(run, segment, top, out);
	while (r == 0) {
		r = cfr_node_at(&child, at, index, run->err);
		if (r == CFR_E_NOTFOUND) {	/* no more children here */
			if (cfr_node_same(at, top) || !cfr_node_parent(&parent, at))
				return 0;
			index = cfr_node_index(at) + 1;
			at = parent;
			r = 0;
			continue;
		}
		if (r == 0)
			r = count(run);
		index++;
		if (r == 0 && is_collection(child)) {
			r = select_below(run, segment, child, out);
			at = child;
			index = 0;
		}
	}
	return r;
}

static int walk(cfr__run *run, const cfr__segment *segment, cfr_node node, const output *out)
{
	for (; segment && segment->single; segment = segment->next) {
		int r = one(run, &node, segment->selectors, node);

		if (r < 0)
			return r == CFR_E_NOTFOUND ? 0 : r;
	}
	if (!segment)
		return out->fn(out->arg, node, run->err);
	return segment->descendant ? select_deep(run, segment, node, out) : select_below(run, segment, node, out);
}

static int path_each(cfr__run *run, const cfr__path *path, cfr_node current,
                     int (*fn)(void *arg, cfr_node node, cfr_err *err), void *arg)
{
	const output out = { fn, arg };

	return walk(run, path->segments, path->from_root ? run->root : current, &out);
}

/* -- filters -------------------------------------------------------------------------------------------------- */

typedef struct tally {
	int64_t count, stop;	/* stop at so many; 0: never */
	cfr_node last;
} tally;

static int tally_one(void *arg, cfr_node node, cfr_err *err)
{
	tally *t = arg;

	(void)err;
	t->last = node;
	return ++t->count == t->stop;
}

/* length, count or value. */
static int call_value(cfr__run *run, cfr__value *out, const cfr__call *call, cfr_node current)
{
	tally t = { .stop = call->function == CFR__VALUE ? 2 : 0 };
	cfr__value v;
	int r;

	if (call->function == CFR__LENGTH) {
		r = operand_value(run, &v, &call->args[0], current);
		return r < 0 ? r : cfr__function_length(run, out, &v);
	}
	r = path_each(run, call->args[0].path, current, tally_one, &t);
	if (r < 0)
		return r;
	if (call->function == CFR__COUNT)
		*out = (cfr__value){ .kind = CFR__INT, .of.integer = t.count };
	else
		*out = t.count == 1 ? cfr__value_of(t.last) : (cfr__value){ .kind = CFR__NOTHING };
	return 0;
}

/* match or search: 1, 0 or an error. */
static int call_logical(cfr__run *run, const cfr__call *call, cfr_node current)
{
	cfr__value subject, pattern = { .kind = CFR__NOTHING };
	int r = operand_value(run, &subject, &call->args[0], current);

	if (r == 0 && !call->re && subject.kind == CFR__STRING)
		r = operand_value(run, &pattern, &call->args[1], current);
	return r < 0 ? r : cfr__function_match(run, call, &subject, &pattern);
}

static int operand_value(cfr__run *run, cfr__value *out, const cfr__operand *operand, cfr_node current)
{
	cfr_node node;

	switch (operand->kind) {
	case CFR__LITERAL:
		*out = operand->literal;
		return 0;
	case CFR__CALL:
		return call_value(run, out, operand->call, current);
	case CFR__PATH:
		break;
	}
	/* Only singular queries are values, so there is one way to go. */
	node = operand->path->from_root ? run->root : current;
	for (const cfr__segment *s = operand->path->segments; s; s = s->next) {
		int r = one(run, &node, s->selectors, node);

		if (r == CFR_E_NOTFOUND) {
			out->kind = CFR__NOTHING;
			return 0;
		}
		if (r < 0)
			return r;
	}
	*out = cfr__value_of(node);
	return 0;
}

static int stop(void *arg, cfr_node node, cfr_err *err)
{
	(void)arg;
	(void)node;
	(void)err;
	return 1;
}

static int compare(cfr__run *run, const cfr__expr *e, cfr_node current)
{
	cfr__value left, right;
	int r = operand_value(run, &left, &e->left, current);

	if (r == 0)
		r = operand_value(run, &right, &e->right, current);
	return r < 0 ? r : cfr__value_compare(run, e->compare, &left, &right);
}

/* Does an expression hold? 1, 0 or an error. */
static int test(cfr__run *run, const cfr__expr *e, cfr_node current)
{
	int r = 0;

	switch (e->kind) {
	case CFR__OR:
		for (const cfr__expr *part = e->first; part && r == 0; part = part->next)
			r = test(run, part, current);
		return r;
	case CFR__AND:
		r = 1;
		for (const cfr__expr *part = e->first; part && r == 1; part = part->next)
			r = test(run, part, current);
		return r;
	case CFR__NOT:
		r = test(run, e->first, current);
		return r < 0 ? r : !r;
	case CFR__COMPARE:
		return compare(run, e, current);
	case CFR__EXISTS:
		return path_each(run, e->left.path, current, stop, NULL);
	case CFR__TEST:
		return call_logical(run, e->left.call, current);
	}
	return r;
}

/* -- the public side ------------------------------------------------------------------------------------------ */

int cfr_query_new(cfr_query **out, cfr_str text, const cfr_limits *limits, cfr_err *err)
{
	cfr_query *query = calloc(1, sizeof(*query));
	cfr__lexer x;
	size_t valid;
	int r;

	if (!query)
		return cfr_err_nomem(err);
	cfr_arena_init(&query->arena, NULL);
	if (limits)
		query->limits = *limits;
	else
		cfr_limits_default(&query->limits);
	if (text.len > query->limits.of[CFR_LIMIT_QUERY]) {
		r = cfr_err_limit(err, &query->limits, CFR_LIMIT_QUERY);
		goto failed;
	}
	query->text = cfr_arena_str(&query->arena, text);
	if (!query->text.ptr) {
		r = cfr_err_nomem(err);
		goto failed;
	}
	x = (cfr__lexer){ .text = query->text, .arena = &query->arena, .query = query, .err = err };
	valid = cfr_utf8_valid(text.ptr, text.len);
	if (valid < text.len) {
		r = cfr__lex_fail(&x, valid, "the query is not valid UTF-8");
		goto failed;
	}
	r = cfr__query_parse(&x, &query->path);
	if (r < 0)
		goto failed;
	*out = query;
	return 0;
failed:
	cfr_query_free(query);
	return r;
}

void cfr_query_free(cfr_query *query)
{
	if (!query)
		return;
	for (cfr__call *call = query->patterns; call; call = call->next)
		cfr_re_free(call->re);
	cfr_arena_release(&query->arena);
	free(query);
}

cfr_str cfr_query_text(const cfr_query *query) { return query->text; }

static void finish(cfr__run *run)
{
	cfr_re_scratch_free(run->scratch);
	cfr_re_free(run->re);
	cfr_buf_release(&run->re_text);
}

int cfr_query_each(const cfr_query *query, cfr_node root, cfr_node from,
                   int (*fn)(void *arg, cfr_node node, cfr_err *err), void *arg, cfr_err *err)
{
	cfr__run run = {
		.query = query, .root = root, .steps = query->limits.of[CFR_LIMIT_QUERY_STEPS], .err = err,
	};
	int r = path_each(&run, query->path, from, fn, arg);

	finish(&run);
	return r;
}

int cfr_query_each_below(const cfr_query *query, uint32_t plain, cfr_node from,
                         int (*fn)(void *arg, cfr_node node, cfr_err *err), void *arg, cfr_err *err)
{
	cfr__run run = {
		.query = query, .root = from, .steps = query->limits.of[CFR_LIMIT_QUERY_STEPS], .err = err,
	};
	const cfr__segment *segment = query->path->segments;
	const output out = { fn, arg };
	int r = 0;

	/* The steps that led here count, as they do in a run from the root. */
	for (uint32_t i = 0; i < plain && r == 0; i++, segment = segment->next)
		r = count(&run);
	if (r == 0)
		r = walk(&run, segment, from, &out);
	finish(&run);
	return r;
}

int cfr_query_any(bool *out, const cfr_query *query, cfr_node root, cfr_node from, cfr_err *err)
{
	int r = cfr_query_each(query, root, from, stop, NULL, err);

	if (r < 0)
		return r;
	*out = r > 0;
	return 0;
}
