/* engine/edit/splice.c -- splices: gathered, put in order, applied.
 *
 * Splices are made collection by collection, the deepest first, and come in any order. At one offset what was made
 * first stands first: an entry added at the end of an inner collection precedes one added to the outer.
 */
#include <stdlib.h>

#include "engine/base/vec.h"
#include "engine/edit/parts.h"

int cfr__splice(cfr__plan *plan, uint32_t start, uint32_t end, cfr_str text)
{
	int r = cfr_vec_room(&plan->splices, &plan->cap, (uint64_t)plan->count + 1, sizeof(*plan->splices), plan->err);

	if (r < 0)
		return r;
	if (text.len) {
		text = cfr_arena_str(plan->arena, text);
		if (!text.ptr)
			return cfr_err_nomem(plan->err);
	}
	plan->splices[plan->count++] = (cfr_splice){ start, end, text };
	return 0;
}

static int compare(const cfr_splice *a, const cfr_splice *b)
{
	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	/* An insertion goes before what is replaced at the same place. */
	return (a->end > a->start) - (b->end > b->start);
}

/* qsort is not stable, and the order in which splices were made counts. */
static int sort(cfr__plan *plan)
{
	cfr_splice *from = plan->splices, *to = plan->count ? malloc(plan->count * sizeof(*to)) : NULL;
	cfr_splice *spare = to;

	if (plan->count && !to)
		return cfr_err_nomem(plan->err);
	for (uint32_t width = 1; width < plan->count; width *= 2) {
		for (uint32_t low = 0; low < plan->count; low += 2 * width) {
			uint32_t middle = low + width < plan->count ? low + width : plan->count;
			uint32_t high = middle + width < plan->count ? middle + width : plan->count;
			uint32_t a = low, b = middle, n = low;

			while (a < middle || b < high)
				to[n++] = b == high || (a < middle && compare(&from[a], &from[b]) <= 0) ? from[a++] : from[b++];
		}
		spare = from;
		from = to;
		to = spare;
	}
	if (plan->count) {
		plan->splices = from;
		plan->cap = plan->count;
	}
	free(to);
	return 0;
}

static int overlap(cfr__plan *plan)
{
	cfr_err_set(plan->err, CFR_E_CONFLICT, "two of the edits touch the same text");
	cfr_err_hint(plan->err, "apply one, then ask again for the other");
	return CFR_E_CONFLICT;
}

/* Lines that two removals both take are taken once. */
int cfr__splices_sort(cfr__plan *plan)
{
	uint32_t kept = 0;
	int r = sort(plan);

	if (r)
		return r;
	for (uint32_t i = 0; i < plan->count; i++) {
		cfr_splice *splice = &plan->splices[i], *last = kept ? &plan->splices[kept - 1] : NULL;

		if (splice->text.len == splice->end - splice->start &&
		    cfr_str_eq(splice->text, cfr_str_sub(plan->text, splice->start, splice->end)))
			continue;
		if (last && splice->start < last->end) {
			if (last->text.len || splice->text.len)
				return overlap(plan);
			if (splice->end > last->end)
				last->end = splice->end;
			continue;
		}
		plan->splices[kept++] = *splice;
	}
	plan->count = kept;
	return 0;
}

int cfr__splices_copy(cfr_splices *out, const cfr__plan *plan, cfr_err *err)
{
	size_t size = plan->count * sizeof(cfr_splice);
	cfr_splice *items;
	char *text;

	for (uint32_t i = 0; i < plan->count; i++)
		size += plan->splices[i].text.len;
	items = malloc(size ? size : 1);
	if (!items)
		return cfr_err_nomem(err);
	text = (char *)(items + plan->count);
	for (uint32_t i = 0; i < plan->count; i++) {
		items[i] = plan->splices[i];
		if (items[i].text.len == 0)
			continue;
		memcpy(text, items[i].text.ptr, items[i].text.len);
		items[i].text.ptr = text;
		text += items[i].text.len;
	}
	*out = (cfr_splices){ .items = items, .count = plan->count, .memory = items };
	return 0;
}

void cfr_splices_release(cfr_splices *splices)
{
	free(splices->memory);
	*splices = (cfr_splices){ .count = 0 };
}

int cfr_splices_apply(cfr_buf *out, cfr_str source, const cfr_splice *items, uint32_t count, cfr_err *err)
{
	uint32_t at = 0;

	for (uint32_t i = 0; i < count; i++) {
		if (items[i].start < at || items[i].end < items[i].start || items[i].end > source.len)
			return cfr_err_set(err, CFR_E_USAGE, "splices out of order, or beyond the end of the source");
		at = items[i].end;
	}
	at = 0;
	for (uint32_t i = 0; i < count; i++) {
		cfr_buf_adds(out, cfr_str_sub(source, at, items[i].start));
		cfr_buf_adds(out, items[i].text);
		at = items[i].end;
	}
	if (source.len > at)
		cfr_buf_adds(out, cfr_str_sub(source, at, source.len));
	return cfr_buf_check(out, err);
}
