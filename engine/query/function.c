/* engine/query/function.c -- the functions of RFC 9535, section 2.4: length, count, match, search, value.
 *
 * They are given values. count and value, which take nodes, are no more than a walk over those (run.c).
 */
#include "engine/query/plan.h"

#include "engine/base/utf8.h"

const cfr__signature cfr__functions[CFR__VALUE + 1] = {
	[CFR__LENGTH] = { "length", CFR__TYPE_VALUE, 1, { CFR__TYPE_VALUE } },
	[CFR__COUNT] = { "count", CFR__TYPE_VALUE, 1, { CFR__TYPE_NODES } },
	[CFR__MATCH] = { "match", CFR__TYPE_LOGICAL, 2, { CFR__TYPE_VALUE, CFR__TYPE_VALUE } },
	[CFR__SEARCH] = { "search", CFR__TYPE_LOGICAL, 2, { CFR__TYPE_VALUE, CFR__TYPE_VALUE } },
	[CFR__VALUE] = { "value", CFR__TYPE_VALUE, 1, { CFR__TYPE_NODES } },
};

int cfr__function_length(cfr__run *run, cfr__value *out, const cfr__value *of)
{
	int r = 0;

	*out = (cfr__value){ .kind = CFR__NOTHING };
	if (of->kind == CFR__STRING) {
		r = cfr__run_count(run, of->of.string.len / 256);
		out->kind = CFR__INT;
		out->of.integer = (int64_t)cfr_utf8_count(of->of.string.ptr, of->of.string.len);
	} else if (of->kind == CFR__NODE && cfr_node_kind(of->of.node) != CFR_OTHER) {
		out->kind = CFR__INT;
		out->of.integer = cfr_node_size(of->of.node);
	}
	return r;
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

int cfr__function_match(cfr__run *run, const cfr__call *call, const cfr__value *subject, const cfr__value *pattern)
{
	const cfr_re *re = call->re;
	const size_t *at;
	int r = 0;

	if (subject->kind != CFR__STRING)
		return 0;
	if (!re) {
		if (pattern->kind != CFR__STRING)
			return 0;
		r = document_pattern(run, &re, pattern->of.string, call->function == CFR__MATCH);
		if (r < 0 || !re)
			return r;
	}
	r = cfr__run_count(run, 1 + subject->of.string.len / 64);
	if (r == 0 && !run->scratch)
		r = cfr_re_scratch_new(&run->scratch, &run->query->limits, run->err);
	if (r == 0)
		r = cfr_re_match(re, run->scratch, subject->of.string, 0, &at, run->err);
	return r < 0 ? r : r > 0;
}
