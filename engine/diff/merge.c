/* engine/diff/merge.c -- three trees into one.
 *
 * Two equal sides of a place decide (merge_sides.c); else two mappings are gone into entry by entry, two lists as they are
 * put together by merge_list.c, and what remains is a conflict.
 */
#include <stdlib.h>

#include "engine/diff/merge_parts.h"

const char *cfr_conflict_name(cfr_conflict_kind kind)
{
	static const char *const names[] = {
#define X(up, low, text) #low,
		CFR_CONFLICT_MAP(X)
#undef X
	};
	return names[kind];
}

const char *cfr_conflict_text(cfr_conflict_kind kind)
{
	static const char *const texts[] = {
#define X(up, low, text) text,
		CFR_CONFLICT_MAP(X)
#undef X
	};
	return texts[kind];
}

/* Write the value of a place that ours and theirs have. */
static int merge_place(cfr_merged *m, cfr_build *build, const cfr__sides *at);

/* ---- mappings ---- */

static int child_at(cfr_node *out, cfr_merged *m, cfr_node in, uint32_t index)
{
	*out = cfr__no_node();
	if (!in.tree || index >= cfr_node_size(in))
		return 0;
	return cfr_node_at(out, in, index, m->compare.err);
}

/* The least key of three heads; the sides that have it. */
static cfr__sides least_key(const cfr__sides *heads)
{
	const cfr_node *all[3] = { &heads->base, &heads->ours, &heads->theirs };
	cfr__sides out = { cfr__no_node(), cfr__no_node(), cfr__no_node() };
	cfr_node *to[3] = { &out.base, &out.ours, &out.theirs };
	const cfr_node *least = NULL;

	for (int i = 0; i < 3; i++) {
		if (all[i]->tree && (!least || cfr_str_cmp(cfr_node_key(*all[i]), cfr_node_key(*least)) < 0))
			least = all[i];
	}
	for (int i = 0; least && i < 3; i++) {
		if (all[i]->tree && cfr_str_eq(cfr_node_key(*all[i]), cfr_node_key(*least)))
			*to[i] = *all[i];
	}
	return out;
}

static int merge_entry(cfr_merged *m, cfr_build *build, const cfr__sides *entry)
{
	cfr_node taken, any = entry->ours.tree ? entry->ours : entry->theirs;
	bool decided;
	int r = cfr__merge_present(&taken, &decided, m, entry);

	if (r || (decided && !taken.tree))
		return r;
	r = cfr_build_key(build, cfr_node_key(any), NULL, m->compare.err);
	if (r)
		return r;
	return decided ? cfr_build_node(build, taken, NULL, m->compare.err) : merge_place(m, build, entry);
}

static int merge_mappings(cfr_merged *m, cfr_build *build, const cfr__sides *at)
{
	uint32_t b = 0, o = 0, t = 0;
	int r = cfr_build_begin(build, CFR_MAPPING, NULL, m->compare.err);

	while (r == 0) {
		cfr__sides heads, entry;

		r = child_at(&heads.base, m, at->base, b);
		if (r == 0)
			r = child_at(&heads.ours, m, at->ours, o);
		if (r == 0)
			r = child_at(&heads.theirs, m, at->theirs, t);
		if (r)
			return r;
		entry = least_key(&heads);
		if (!entry.base.tree && !entry.ours.tree && !entry.theirs.tree)
			break;
		b += entry.base.tree != NULL;
		o += entry.ours.tree != NULL;
		t += entry.theirs.tree != NULL;
		r = merge_entry(m, build, &entry);
	}
	return r ? r : cfr_build_end(build, 0, m->compare.err);
}

/* ---- lists, and any place that ours and theirs have ---- */

static int merge_favored(cfr_merged *m, cfr_build *build, cfr_conflict_kind kind, const cfr__sides *at)
{
	int r = cfr__merge_conflict(m, kind, at);

	return r ? r : cfr_build_node(build, m->favor == CFR_FAVOR_OURS ? at->ours : at->theirs, NULL, m->compare.err);
}

static int merge_lists(cfr_merged *m, cfr_build *build, const cfr__sides *at)
{
	cfr__merged_list list;
	int r = cfr__merge_list(&list, m, at);

	if (r == 0 && list.clash)
		return merge_favored(m, build, list.kind, at);
	if (r == 0)
		r = cfr_build_begin(build, CFR_SEQUENCE, NULL, m->compare.err);
	for (uint32_t i = 0; r == 0 && i < list.count; i++) {
		const cfr__merged_element *e = &list.items[i];

		r = e->taken.tree ? cfr_build_node(build, e->taken, NULL, m->compare.err) : merge_place(m, build, &e->at);
	}
	return r ? r : cfr_build_end(build, 0, m->compare.err);
}

static int merge_place(cfr_merged *m, cfr_build *build, const cfr__sides *at)
{
	cfr_kind kind = cfr_node_kind(at->ours);
	cfr__sides inner = *at;
	bool same;
	int r = cfr__same_content(&same, m, at->ours, at->theirs);

	if (r)
		return r;
	if (same)
		return cfr_build_node(build, at->ours, NULL, m->compare.err);
	r = cfr__same_content(&same, m, at->base, at->theirs);
	if (r)
		return r;
	if (same)
		return cfr_build_node(build, at->ours, NULL, m->compare.err);
	r = cfr__same_content(&same, m, at->base, at->ours);
	if (r)
		return r;
	if (same)
		return cfr_build_node(build, at->theirs, NULL, m->compare.err);
	if (kind != cfr_node_kind(at->theirs))
		return merge_favored(m, build, CFR_CONFLICT_KIND, at);
	if (inner.base.tree && cfr_node_kind(inner.base) != kind)
		inner.base = cfr__no_node();		/* both made a collection of what was none */
	if (kind == CFR_MAPPING)
		return merge_mappings(m, build, &inner);
	if (kind == CFR_SEQUENCE)
		return merge_lists(m, build, &inner);
	return merge_favored(m, build, at->base.tree ? CFR_CONFLICT_CHANGED : CFR_CONFLICT_ADDED, at);
}

int cfr_merge_new(cfr_merged **out, cfr_node base, cfr_node ours, cfr_node theirs, cfr_favor favor,
                  const cfr_diff_how *how, const cfr_limits *limits, cfr_err *err)
{
	cfr_merged *m = calloc(1, sizeof(*m));
	cfr_build *build = NULL;
	int r;

	if (!m)
		return cfr_err_nomem(err);
	cfr__compare_init(&m->compare, how, err);
	m->favor = favor;
	r = cfr_build_new(&build, NULL, CFR_FORMAT_NONE, limits, err);
	if (r == 0)
		r = merge_place(m, build, &(cfr__sides){ base, ours, theirs });
	if (r == 0)
		r = cfr_build_finish_tree(&m->tree, build, err);
	cfr_build_free(build);
	m->compare.err = NULL;
	m->compare.how = NULL;
	if (r)
		cfr_merge_free(m);
	else
		*out = m;
	return r;
}

void cfr_merge_free(cfr_merged *m)
{
	if (!m)
		return;
	cfr_tree_unref(m->tree);
	free(m->conflicts);
	cfr__compare_release(&m->compare);
	free(m);
}

const cfr_tree *cfr_merge_tree(const cfr_merged *merged) { return merged->tree; }
uint32_t cfr_merge_count(const cfr_merged *merged) { return merged->count; }
const cfr_conflict *cfr_merge_conflict(const cfr_merged *merged, uint32_t index) { return &merged->conflicts[index]; }
