/* engine/check/fix_judge.c -- did a text settle what it should, and what of it did harm.
 *
 * A file may have thousands of findings, so nothing here compares all with all: findings are looked up in two orders, by
 * fingerprint and by what they say. A new finding is blamed on the fix whose own finding stands nearest to it. The blame
 * may be wrong: it only decides what is tried next, never what is taken.
 */
#include "engine/check/fix.h"

#include <stdlib.h>

static int compare_prints(const void *a, const void *b)
{
	return strcmp((*(cfr_finding *const *)a)->fingerprint, (*(cfr_finding *const *)b)->fingerprint);
}

static int compare_sayings(const void *a, const void *b)
{
	const cfr_finding *x = *(cfr_finding *const *)a, *y = *(cfr_finding *const *)b;
	int r = cfr_str_cmp(x->rule, y->rule);

	return r ? r : cfr_str_cmp(x->message, y->message);
}

static int compare_places(const void *a, const void *b)
{
	const cfr_finding *x = *(cfr_finding *const *)a, *y = *(cfr_finding *const *)b;

	if (x->document != y->document)
		return x->document < y->document ? -1 : 1;
	return cfr_str_cmp(x->path, y->path);
}

/* A copy of a list, sorted. NULL without memory. */
static cfr_finding **sorted(cfr_finding *const *items, uint32_t count, int (*compare)(const void *, const void *))
{
	cfr_finding **copy = malloc(((size_t)count + 1) * sizeof(cfr_finding *));

	if (copy && count) {
		memcpy(copy, items, count * sizeof(cfr_finding *));
		qsort(copy, count, sizeof(cfr_finding *), compare);
	}
	return copy;
}

int cfr__lookup_new(cfr__lookup *out, const cfr_findings *findings, cfr_err *err)
{
	cfr__lookup made = { .count = findings->count };

	made.by_print = malloc(((size_t)made.count + 1) * sizeof(cfr_finding *));
	if (!made.by_print)
		return cfr_err_nomem(err);
	for (uint32_t i = 0; i < made.count; i++)
		made.by_print[i] = &findings->items[i];
	if (made.count)
		qsort(made.by_print, made.count, sizeof(cfr_finding *), compare_prints);
	made.by_saying = sorted(made.by_print, made.count, compare_sayings);
	if (!made.by_saying) {
		free(made.by_print);
		return cfr_err_nomem(err);
	}
	*out = made;
	return 0;
}

void cfr__lookup_release(cfr__lookup *lookup)
{
	free(lookup->by_print);
	free(lookup->by_saying);
	*lookup = (cfr__lookup){ 0 };
}

cfr_finding *cfr__lookup_print(const cfr__lookup *lookup, const char *fingerprint)
{
	uint32_t low = 0, high = lookup->count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		int order = strcmp(lookup->by_print[middle]->fingerprint, fingerprint);

		if (order == 0)
			return lookup->by_print[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/* How many of a sorted list are before `like`; with `or_equal`, or equal to it. */
static uint32_t count_before(cfr_finding *const *list, uint32_t count, const cfr_finding *like, bool or_equal,
                             int (*compare)(const void *, const void *))
{
	uint32_t low = 0, high = count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		int order = compare(&list[middle], &like);

		if (order < 0 || (or_equal && order == 0))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static int64_t count_saying(cfr_finding *const *list, uint32_t count, const cfr_finding *like)
{
	return (int64_t)count_before(list, count, like, true, compare_sayings) -
	       (int64_t)count_before(list, count, like, false, compare_sayings);
}

/* Has a finding without a like before merely moved? A fix may add a key in which another finding now stands, or rename what
 * leads to it. Then there are no more that say the same than before, less those that were to be settled. */
static bool has_moved(const cfr_finding *finding, const cfr__attempt *before, const cfr__attempt *after,
                      cfr_finding *const *set, uint32_t count)
{
	return count_saying(before->known.by_saying, before->known.count, finding) - count_saying(set, count, finding) >=
	       count_saying(after->known.by_saying, after->known.count, finding);
}

static size_t common(cfr_str a, cfr_str b)
{
	size_t n = 0;

	while (n < a.len && n < b.len && a.ptr[n] == b.ptr[n])
		n++;
	return n;
}

/* Marks the nearest of those that are sorted by place: it is one of the two that `finding` would stand between. */
static void blame(bool *marks, cfr_finding *const *set, uint32_t count, const cfr_finding *finding)
{
	uint32_t above = count_before(set, count, finding, true, compare_places);
	const cfr_finding *low = above > 0 ? set[above - 1] : NULL, *high = above < count ? set[above] : NULL;
	bool low_near = low && low->document == finding->document;
	bool high_near = high && high->document == finding->document;
	size_t low_common = low_near ? common(low->path, finding->path) : 0;
	size_t high_common = high_near ? common(high->path, finding->path) : 0;

	if (low_near && (!high_near || low_common >= high_common))
		marks[above - 1] = true;
	if (high_near && (!low_near || high_common >= low_common))
		marks[above] = true;
}

static int judge_new(bool *marks, const cfr__attempt *before, const cfr__attempt *after, cfr_finding *const *by_saying,
                     cfr_finding *const *by_place, uint32_t count, cfr_severity least, cfr_err *err)
{
	int r = 0;

	for (uint32_t i = 0; i < after->findings.count; i++) {
		const cfr_finding *finding = &after->findings.items[i];
		if (finding->severity < least || cfr__lookup_print(&before->known, finding->fingerprint) ||
		    has_moved(finding, before, after, by_saying, count))
			continue;
		if (r == 0)
			r = cfr_err_set(err, CFR_E_UNSUPPORTED, "the fix would cause a finding of '%.*s': %.*s",
			                (int)finding->rule.len, finding->rule.ptr,
			                (int)(finding->message.len < 120 ? finding->message.len : 120),
			                finding->message.ptr);
		blame(marks, by_place, count, finding);
	}
	return r;
}

/* A lesser new finding is progress: a renamed section is looked at by more rules than an unknown one. */
int cfr__judge(uint32_t *harmless, const cfr__attempt *before, const cfr__attempt *after, cfr__set *set, cfr_err *err)
{
	cfr_finding **by_saying = sorted(set->items, set->count, compare_sayings);
	cfr_finding **by_place = sorted(set->items, set->count, compare_places);
	bool *marks = calloc((size_t)set->count + 1, sizeof(*marks));
	cfr_severity least = CFR_ERROR;
	uint32_t front = 0, back = set->count;
	int r = 0;

	if (!by_saying || !by_place || !marks) {
		r = cfr_err_nomem(err);
		goto done;
	}
	if (after->failures > before->failures)
		r = cfr_err_set(err, CFR_E_SCRIPT, "a rule fails on the fixed text");
	for (uint32_t i = 0; i < set->count; i++) {
		if (by_place[i]->severity < least)
			least = by_place[i]->severity;
		if (!cfr__lookup_print(&after->known, by_place[i]->fingerprint))
			continue;
		marks[i] = true;
		if (r == 0)
			r = cfr_err_set(err, CFR_E_UNSUPPORTED, "the finding is still there after the fix");
	}
	int brought = judge_new(marks, before, after, by_saying, by_place, set->count, least, r ? NULL : err);
	r = r ? r : brought;
	for (uint32_t i = 0; r && i < set->count; i++) {
		if (!marks[i])
			set->items[front++] = by_place[i];
	}
	for (uint32_t i = set->count; r && i-- > 0; ) {
		if (marks[i])
			set->items[--back] = by_place[i];
	}
	*harmless = front;
done:
	free(by_saying);
	free(by_place);
	free(marks);
	return r;
}
