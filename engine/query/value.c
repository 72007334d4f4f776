/* engine/query/value.c -- comparing (RFC 9535, section 2.3.5.2.2).
 *
 * Numbers compare by their value, whether int or float, and exactly: an int64 is never rounded to a double for it.
 * Collections are equal when their parts are; the two are walked side by side, each node's place telling the next, so
 * that depth costs no stack. Order exists between two numbers and between two strings and nowhere else.
 */
#include "engine/query/plan.h"

#include "engine/base/num.h"
#include <math.h>

cfr__value cfr__value_of(cfr_node node)
{
	static const char tag_int[] = "tag:yaml.org,2002:int", tag_float[] = "tag:yaml.org,2002:float";
	cfr__value v = { .kind = CFR__NODE };
	int64_t integer;
	double real;

	switch (cfr_node_kind(node)) {
	case CFR_NULL:
		v.kind = CFR__NULL;
		return v;
	case CFR_BOOL:
		v.kind = cfr_node_bool(node) ? CFR__TRUE : CFR__FALSE;
		return v;
	case CFR_INT:
		v.kind = CFR__INT;
		v.of.integer = cfr_node_int(node);
		return v;
	case CFR_FLOAT:
		v.kind = CFR__FLOAT;
		v.of.real = cfr_node_float(node);
		return v;
	case CFR_STRING:
		v.kind = CFR__STRING;
		v.of.string = cfr_node_string(node);
		return v;
	case CFR_OTHER:	/* a number that the tree keeps as text, because int64 does not hold it */
		if ((cfr_str_eq(cfr_node_tag(node), CFR_STR(tag_int)) ||
		     cfr_str_eq(cfr_node_tag(node), CFR_STR(tag_float))) &&
		    cfr_num_parse(cfr_node_string(node), &integer, &real) == CFR_NUM_BIG) {
			v.kind = CFR__FLOAT;
			v.of.real = cfr_num_strtod(cfr_node_string(node));
			return v;
		}
		break;
	default:
		break;
	}
	v.of.node = node;
	return v;
}

int cfr__run_count(cfr__run *run, uint64_t steps)
{
	if (run->steps < steps) {
		run->steps = 0;
		return cfr_err_limit(run->err, &run->query->limits, CFR_LIMIT_QUERY_STEPS);
	}
	run->steps -= steps;
	return 0;
}

enum { UNORDERED = 2 };

static int order_ints(int64_t a, int64_t b) { return (a > b) - (a < b); }

static int order_mixed(int64_t a, double b)
{
	double whole;

	if (isnan(b))
		return UNORDERED;
	if (b >= 0x1p63)
		return -1;
	if (b < -0x1p63)
		return 1;
	whole = trunc(b);
	if (a != (int64_t)whole)
		return order_ints(a, (int64_t)whole);
	return (whole > b) - (whole < b);
}

/* Less than, equal to or greater than 0; UNORDERED where neither side is the lesser and they are not equal. */
static int order(const cfr__value *a, const cfr__value *b)
{
	int r;

	if (a->kind == CFR__STRING && b->kind == CFR__STRING) {
		r = cfr_str_cmp(a->of.string, b->of.string);
		return (r > 0) - (r < 0);
	}
	if (a->kind == CFR__INT && b->kind == CFR__INT)
		return order_ints(a->of.integer, b->of.integer);
	if (a->kind == CFR__INT && b->kind == CFR__FLOAT)
		return order_mixed(a->of.integer, b->of.real);
	if (a->kind == CFR__FLOAT && b->kind == CFR__INT) {
		r = order_mixed(b->of.integer, a->of.real);
		return r == UNORDERED ? r : -r;
	}
	if (a->kind == CFR__FLOAT && b->kind == CFR__FLOAT) {
		if (isnan(a->of.real) || isnan(b->of.real))
			return UNORDERED;
		return (a->of.real > b->of.real) - (a->of.real < b->of.real);
	}
	return UNORDERED;
}

static bool scalars_equal(const cfr__value *a, const cfr__value *b)
{
	switch (a->kind) {
	case CFR__INT:
	case CFR__FLOAT:
	case CFR__STRING:
		return order(a, b) == 0;
	default:
		return a->kind == b->kind;
	}
}

/* Two nodes without what lies below them, but with how much that is. */
static bool tops_equal(cfr_node a, cfr_node b)
{
	cfr_kind kind = cfr_node_kind(a);
	cfr__value x, y;

	if (kind == CFR_SEQUENCE || kind == CFR_MAPPING)
		return cfr_node_kind(b) == kind && cfr_node_size(a) == cfr_node_size(b);
	x = cfr__value_of(a);
	y = cfr__value_of(b);
	if (x.kind == CFR__NODE)
		return cfr_node_kind(b) == kind && cfr_str_eq(cfr_node_tag(a), cfr_node_tag(b)) &&
		       cfr_str_eq(cfr_node_string(a), cfr_node_string(b));
	return scalars_equal(&x, &y);
}

static int step_down(cfr_node *a, cfr_node *b, cfr_err *err)
{
	cfr_node x, y;
	int r = cfr_node_at(&x, *a, 0, err);

	if (r == 0)
		r = cfr_node_at(&y, *b, 0, err);
	if (r == 0) {
		*a = x;
		*b = y;
	}
	return r;
}

/* To the next sibling, of the nearest ancestor below `top` that has one. */
static int step_on(cfr_node *a, cfr_node *b, cfr_node top, cfr_err *err)
{
	cfr_node x = *a, y = *b, up, other;

	while (!cfr_node_same(x, top) && cfr_node_parent(&up, x) && cfr_node_parent(&other, y)) {
		uint32_t index = cfr_node_index(x) + 1;
		int r = cfr_node_at(a, up, index, err);

		if (r == 0)
			r = cfr_node_at(b, other, index, err);
		if (r != CFR_E_NOTFOUND)
			return r;
		x = up;
		y = other;
	}
	return CFR_E_NOTFOUND;
}

/* Mappings have their members sorted, so equal ones have equal keys at equal places. */
static int nodes_equal(cfr__run *run, cfr_node a, cfr_node b)
{
	cfr_node top = a;
	int r;

	for (;;) {
		r = cfr__run_count(run, 1);
		if (r < 0)
			return r;
		if (!tops_equal(a, b) ||
		    (!cfr_node_same(a, top) && !cfr_str_eq(cfr_node_key(a), cfr_node_key(b))))
			return 0;
		r = step_down(&a, &b, run->err);
		if (r == CFR_E_NOTFOUND)
			r = step_on(&a, &b, top, run->err);
		if (r < 0)
			return r == CFR_E_NOTFOUND ? 1 : r;
	}
}

static int equal(cfr__run *run, const cfr__value *a, const cfr__value *b)
{
	if (a->kind != CFR__NODE || b->kind != CFR__NODE)
		return scalars_equal(a, b);
	return nodes_equal(run, a->of.node, b->of.node);
}

int cfr__value_compare(cfr__run *run, cfr__compare compare, const cfr__value *a, const cfr__value *b)
{
	int r;

	if (a->kind == CFR__STRING && b->kind == CFR__STRING &&
	    cfr__run_count(run, (a->of.string.len < b->of.string.len ? a : b)->of.string.len / 256) < 0)
		return CFR_E_LIMIT;
	switch (compare) {
	case CFR__LT:
		return order(a, b) == -1;
	case CFR__GT:
		return order(a, b) == 1;
	case CFR__LE:
	case CFR__GE:
		r = order(a, b);
		if (r == (compare == CFR__LE ? -1 : 1))
			return 1;
		return equal(run, a, b);
	case CFR__NE:
		r = equal(run, a, b);
		return r < 0 ? r : !r;
	default:
		return equal(run, a, b);
	}
}
