/* engine/diff/merge_patch.c -- JSON Merge Patch (RFC 7396), made from two trees and applied to one.
 *
 * A merge patch is a mapping laid over another: what it names is replaced, mappings are gone into, and null removes. So
 * it cannot say that a value is null: in a mapping of the target that differs, a null is refused. Lists are given whole,
 * and in them nulls are values.
 */
#include "engine/diff/patch_parts.h"

typedef struct maker {
	cfr_build *build;
	cfr_err *err;
} maker;

static int refuse_null(maker *m, cfr_node node)
{
	cfr_buf path = CFR_BUF_INIT;
	int r = cfr_err_set(m->err, CFR_E_UNSUPPORTED, "a merge patch cannot say that a value is null: null removes there");

	cfr_err_hint(m->err, "use a JSON Patch");
	cfr_pointer_write(&path, node);
	cfr_err_path(m->err, cfr_buf_str(&path));
	cfr_buf_release(&path);
	return r;
}

/* A mapping that comes whole is merged into nothing, which would take its nulls away. */
static int check_whole(maker *m, cfr_node node)
{
	int r = 0;

	if (cfr_node_kind(node) != CFR_MAPPING)
		return 0;
	for (uint32_t i = 0; r == 0 && i < cfr_node_size(node); i++) {
		cfr_node child;

		r = cfr_node_at(&child, node, i, m->err);
		if (r == 0)
			r = cfr_node_kind(child) == CFR_NULL ? refuse_null(m, child) : check_whole(m, child);
	}
	return r;
}

static int make_difference(maker *m, cfr_node before, cfr_node after);

static int make_entry(maker *m, cfr_node before, cfr_node after)
{
	bool same;
	int r = cfr_node_equal(&same, before, after, m->err);

	if (r || same)
		return r;
	r = cfr_build_key(m->build, cfr_node_key(after), NULL, m->err);
	if (r)
		return r;
	if (cfr_node_kind(before) == CFR_MAPPING && cfr_node_kind(after) == CFR_MAPPING)
		return make_difference(m, before, after);
	if (cfr_node_kind(after) == CFR_NULL)
		return refuse_null(m, after);
	r = check_whole(m, after);
	return r ? r : cfr_build_node(m->build, after, NULL, m->err);
}

static int make_added(maker *m, cfr_node after)
{
	int r = cfr_node_kind(after) == CFR_NULL ? refuse_null(m, after) : check_whole(m, after);

	if (r == 0)
		r = cfr_build_key(m->build, cfr_node_key(after), NULL, m->err);
	return r ? r : cfr_build_node(m->build, after, NULL, m->err);
}

static int make_removed(maker *m, cfr_node before)
{
	int r = cfr_build_key(m->build, cfr_node_key(before), NULL, m->err);

	return r ? r : cfr_build_null(m->build, NULL, m->err);
}

static int make_difference(maker *m, cfr_node before, cfr_node after)
{
	uint32_t i = 0, j = 0, n = cfr_node_size(before), k = cfr_node_size(after);
	int r = cfr_build_begin(m->build, CFR_MAPPING, NULL, m->err);

	while (r == 0 && (i < n || j < k)) {
		cfr_node x = before, y = after;
		int order;

		if (i < n)
			r = cfr_node_at(&x, before, i, m->err);
		if (r == 0 && j < k)
			r = cfr_node_at(&y, after, j, m->err);
		if (r)
			break;
		order = i == n ? 1 : j == k ? -1 : cfr_str_cmp(cfr_node_key(x), cfr_node_key(y));
		r = order < 0 ? make_removed(m, x) : order > 0 ? make_added(m, y) : make_entry(m, x, y);
		i += order <= 0;
		j += order >= 0;
	}
	return r ? r : cfr_build_end(m->build, 0, m->err);
}

int cfr_diff_merge_patch(cfr_tree **out, cfr_node before, cfr_node after, const cfr_limits *limits, cfr_err *err)
{
	maker m = { .err = err };
	int r = cfr_build_new(&m.build, NULL, CFR_FORMAT_NONE, limits, err);

	if (r == 0 && cfr_node_kind(before) == CFR_MAPPING && cfr_node_kind(after) == CFR_MAPPING) {
		r = make_difference(&m, before, after);
	} else if (r == 0) {
		r = check_whole(&m, after);
		if (r == 0)
			r = cfr_build_node(m.build, after, NULL, err);
	}
	if (r == 0)
		r = cfr_build_finish_tree(out, m.build, err);
	cfr_build_free(m.build);
	return r;
}

/* ---- applying ---- */

/* `target` NULL: nothing is there. */
static int lay_over(cfr_build *build, const cfr_node *target, cfr_node patch, cfr_err *err)
{
	uint32_t i = 0, j = 0, n = 0, m = cfr_node_size(patch);
	int r;

	if (cfr_node_kind(patch) != CFR_MAPPING)
		return cfr_build_node(build, patch, NULL, err);
	if (target && cfr_node_kind(*target) == CFR_MAPPING)
		n = cfr_node_size(*target);
	r = cfr_build_begin(build, CFR_MAPPING, NULL, err);
	while (r == 0 && (i < n || j < m)) {
		cfr_node old = patch, laid = patch;
		int order;

		if (i < n)
			r = cfr_node_at(&old, *target, i, err);
		if (r == 0 && j < m)
			r = cfr_node_at(&laid, patch, j, err);
		if (r)
			break;
		order = i == n ? 1 : j == m ? -1 : cfr_str_cmp(cfr_node_key(old), cfr_node_key(laid));
		i += order <= 0;
		j += order >= 0;
		if (order >= 0 && cfr_node_kind(laid) == CFR_NULL)
			continue;
		r = cfr_build_key(build, cfr_node_key(order < 0 ? old : laid), NULL, err);
		if (r == 0 && order < 0)
			r = cfr_build_node(build, old, NULL, err);
		else if (r == 0)
			r = lay_over(build, order == 0 ? &old : NULL, laid, err);
	}
	return r ? r : cfr_build_end(build, 0, err);
}

int cfr__merge_patch_apply(cfr_tree **out, cfr_node target, cfr_node patch, const cfr_limits *limits, cfr_err *err)
{
	cfr_build *build;
	int r = cfr_build_new(&build, NULL, CFR_FORMAT_NONE, limits, err);

	if (r == 0)
		r = lay_over(build, &target, patch, err);
	if (r == 0)
		r = cfr_build_finish_tree(out, build, err);
	cfr_build_free(build);
	return r;
}
