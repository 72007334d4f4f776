/* engine/query/function.c -- the functions of RFC 9535, section 2.4: length, count, match, search, value. */
#include "engine/query/plan.h"

#include "engine/base/utf8.h"

const cfr__signature cfr__functions[CFR__VALUE + 1] = {
	[CFR__LENGTH] = { "length", CFR__TYPE_VALUE, 1, { CFR__TYPE_VALUE } },
	[CFR__COUNT] = { "count", CFR__TYPE_VALUE, 1, { CFR__TYPE_NODES } },
	[CFR__MATCH] = { "match", CFR__TYPE_LOGICAL, 2, { CFR__TYPE_VALUE, CFR__TYPE_VALUE } },
	[CFR__SEARCH] = { "search", CFR__TYPE_LOGICAL, 2, { CFR__TYPE_VALUE, CFR__TYPE_VALUE } },
	[CFR__VALUE] = { "value", CFR__TYPE_VALUE, 1, { CFR__TYPE_NODES } },
};

static int length(cfr__run *run, cfr__value *out, const cfr__operand *arg, cfr_node current)
{
	cfr__value v;
	int r = cfr__operand_value(run, &v, arg, current);

	if (r < 0)
		return r;
	*out = (cfr__value){ .kind = CFR__NOTHING };
	if (v.kind == CFR__STRING) {
		r = cfr__run_count(run, v.of.string.len / 256);
		out->kind = CFR__INT;
		out->of.integer = (int64_t)cfr_utf8_count(v.of.string.ptr, v.of.string.len);
	} else if (v.kind == CFR__NODE && cfr_node_kind(v.of.node) != CFR_OTHER) {
		out->kind = CFR__INT;
		out->of.integer = cfr_node_size(v.of.node);
	}
	return r;
}

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

int cfr__call_value(cfr__run *run, cfr__value *out, const cfr__call *call, cfr_node current)
{
	tally t = { .stop = call->function == CFR__VALUE ? 2 : 0 };
	int r;

	if (call->function == CFR__LENGTH)
		return length(run, out, &call->args[0], current);
	r = cfr__path_each(run, call->args[0].path, current, tally_one, &t);
	if (r < 0)
		return r;
	if (call->function == CFR__COUNT)
		*out = (cfr__value){ .kind = CFR__INT, .of.integer = t.count };
	else
		*out = t.count == 1 ? cfr__value_of(t.last) : (cfr__value){ .kind = CFR__NOTHING };
	return 0;
}

/* A pattern that comes from a document. The last one is kept: it is mostly the same for all nodes of a run. */
static int document_pattern(cfr__run *run, const cfr_re **out, cfr_str pattern, bool whole)
{
	cfr_buf text = CFR_BUF_INIT;
	cfr_err err = CFR_ERR_INIT;
	const char *why;
	size_t at;
	int r;

	if (run->re_known && run->re_whole == whole && cfr_str_eq(cfr_buf_str(&run->re_text), pattern)) {
		*out = run->re;
		return 0;
	}
	/* Making one costs as much as visiting hundreds of nodes, and a document may have another pattern in each. */
	r = cfr__run_count(run, 1000 + 64 * (uint64_t)pattern.len);
	if (r < 0)
		return r;
	run->re_known = false;
	cfr_re_free(run->re);
	run->re = NULL;
	cfr_buf_clear(&run->re_text);
	cfr_buf_adds(&run->re_text, pattern);
	r = cfr_buf_check(&run->re_text, run->err);
	if (r == 0 && cfr__iregexp(&text, pattern, whole, &at, &why)) {
		r = cfr_re_new(&run->re, cfr_buf_str(&text), &err);
		if (r == CFR_E_SYNTAX)		/* too large for PCRE2: no pattern either */
			r = 0;
		else if (r < 0)
			cfr_err_nomem(run->err);
	} else if (r == 0) {
		r = cfr_buf_check(&text, run->err);
	}
	cfr_buf_release(&text);
	if (r < 0)
		return r;
	run->re_known = true;
	run->re_whole = whole;
	*out = run->re;
	return 0;
}

int cfr__call_logical(cfr__run *run, const cfr__call *call, cfr_node current)
{
	const cfr_re *re = call->re;
	const size_t *at;
	cfr__value subject, pattern;
	int r = cfr__operand_value(run, &subject, &call->args[0], current);

	if (r < 0 || subject.kind != CFR__STRING)
		return r < 0 ? r : 0;
	if (!re) {
		r = cfr__operand_value(run, &pattern, &call->args[1], current);
		if (r < 0 || pattern.kind != CFR__STRING)
			return r < 0 ? r : 0;
		r = document_pattern(run, &re, pattern.of.string, call->function == CFR__MATCH);
		if (r < 0 || !re)
			return r < 0 ? r : 0;
	}
	r = cfr__run_count(run, 1 + subject.of.string.len / 64);
	if (r == 0 && !run->scratch)
		r = cfr_re_scratch_new(&run->scratch, &run->query->limits, run->err);
	if (r == 0)
		r = cfr_re_match(re, run->scratch, subject.of.string, 0, &at, run->err);
	return r < 0 ? r : r > 0;
}
