/* engine/text/lists.c -- the large collections of a text, found in one scan.
 *
 * The scanner of the format goes over the text, tells a tracker what begins and ends, and the tracker tells a listing
 * (listing.c), which keeps what is large. Here the three are put together, and what is left open at the end is closed.
 * A single entry that changed is scanned in the same way, with a listing that keeps nothing: it counts.
 */
#include "engine/text/outline.h"

#include <stdlib.h>

int cfr__lists_of(cfr__lists *out, const cfr_source *source, cfr_format format)
{
	cfr__tracker *t = calloc(1, sizeof(*t));
	struct cfr__listing *listing = cfr__listing_new(out, format);
	cfr__outline *outline = calloc(1, sizeof(*outline));
	cfr_str text = cfr_source_bytes(source);
	uint32_t start = cfr_str_starts(text, CFR_STR("\xEF\xBB\xBF")) ? CFR__BOM : 0, end = (uint32_t)text.len;
	int r = CFR_E_NOMEM;

	if (!t || !listing || !outline)
		goto done;
	r = CFR__UNSAFE;
	if ((format != CFR_YAML && format != CFR_JSON) || !cfr__outline_fit(source, format))
		goto done;
	out->root = CFR__NO_LIST;
	t->out = outline;
	t->text = text;
	t->listing = listing;
	cfr_hash_seed(&t->secret);
	r = format == CFR_YAML ? cfr__outline_yaml(t, start, end) : cfr__outline_json(t, start, end, NULL);
	while (r == 0 && t->depth)
		r = cfr__track_close(t, end);
	out->nodes = outline->nodes;
	if (r == 0 && out->root == CFR__NO_LIST)
		r = CFR__UNSAFE;
done:
	cfr__listing_free(listing);
	free(outline);
	free(t);
	return r;
}

int cfr__lists_same(cfr__listed *out, uint32_t *nodes, uint32_t *depth, const cfr_source *source, cfr_format format,
                    uint32_t start, uint32_t end, const cfr_source *other, const cfr__listed *like)
{
	cfr__tracker *t = calloc(1, sizeof(*t));
	cfr__outline *outline = calloc(1, sizeof(*outline));
	cfr__lists none = { .least = UINT32_MAX };
	struct cfr__listing *listing = cfr__listing_new(&none, format);
	const cfr__listed *found = NULL;
	cfr__window window;
	int r = CFR_E_NOMEM;

	if (t && listing && outline) {
		t->out = outline;
		t->listing = listing;
		r = cfr__outline_entry(&window, t, source, format, start, end, cfr_source_bytes(other), &like->window);
		if (r == 0 && format == CFR_JSON)
			t->rest = end;
		while (r == 0 && t->depth)
			r = cfr__track_close(t, end);
	}
	/* A comment above it is none of its own; one beside what is silent may be another's. */
	if (r == 0 && (!(found = cfr__listing_first(listing)) || found->window.start != start))
		r = CFR__UNSAFE;
	if (r == 0) {
		*out = *found;
		out->window = window;
		*nodes = outline->nodes;
		*depth = none.depth;
	}
	cfr__listing_free(listing);
	free(outline);
	free(t);
	cfr__lists_release(&none);
	return r;
}

const cfr__list *cfr__list_around(const cfr__lists *lists, uint32_t item)
{
	uint32_t low = 0, high = lists->count;

	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;

		if (lists->of[middle].first <= item)
			low = middle;
		else
			high = middle;
	}
	return &lists->of[low];
}

void cfr__lists_release(cfr__lists *lists)
{
	free(lists->items);
	free(lists->of);
}
