/* engine/diff/merge_sides.c -- one place on three sides, any of which may be without it.
 *
 * Whether a place is there at all is decided before it is gone into, since a key must be written before its value.
 */
#include "engine/diff/merge_parts.h"

int cfr__merge_conflict(cfr_merged *m, cfr_conflict_kind kind, const cfr__sides *at)
{
	int r = cfr_vec_room(&m->conflicts, &m->cap, (uint64_t)m->count + 1, sizeof(*m->conflicts), m->compare.err);

	if (r)
		return r;
	m->conflicts[m->count++] = (cfr_conflict){ kind, at->base, at->ours, at->theirs };
	return 0;
}

int cfr__same_content(bool *out, cfr_merged *m, cfr_node a, cfr_node b)
{
	*out = !a.tree && !b.tree;
	return a.tree && b.tree ? cfr_node_equal(out, a, b, m->compare.err) : 0;
}

int cfr__merge_present(cfr_node *taken, bool *decided, cfr_merged *m, const cfr__sides *at)
{
	cfr_node alone = at->ours.tree ? at->ours : at->theirs;
	bool is_ours = at->ours.tree != NULL, same;
	int r;

	*decided = !at->ours.tree || !at->theirs.tree;
	*taken = cfr__no_node();
	if (!*decided)
		return 0;
	if (!at->ours.tree && !at->theirs.tree)
		return 0;
	if (!at->base.tree) {
		*taken = alone;
		return 0;
	}
	r = cfr__same_content(&same, m, at->base, alone);
	if (r || same)
		return r;
	if (is_ours == (m->favor == CFR_FAVOR_OURS))
		*taken = alone;
	return cfr__merge_conflict(m, CFR_CONFLICT_REMOVED, at);
}
