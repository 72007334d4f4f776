/* engine/tree/permute.c -- records from the author's order into the image's, where they are.
 *
 * Records push each other away in circles, and one could walk along each. But a step of such a walk needs memory that only
 * the step before could name: it waits for it each time, and with ten megabytes of YAML or JSON that was half of the time
 * of reading. So many walks go in turn, and each asks for what its next step needs. They begin at neighbouring places,
 * whose records mostly come from neighbouring places, too, and share lines of the cache.
 *
 * Walks may meet. A walk saves the record it begins with; a walk that comes to a place where one began, takes what was
 * saved there and is at its end. Each place is come to once, so there are always as many records saved as walks. In
 * `ranks` is marked where walks began, and where they came by: what lay there is saved or on its way, and a walk is there
 * to fill it.
 */
#include "engine/tree/permute.h"

#include "engine/image/format.h"

enum {
	WALKS = 32,
	BEGUN = 1 << 29,
	PASSED = 1 << 30,
	PLACE = BEGUN - 1
};

struct walks {
	unsigned char *records;
	uint32_t *ranks;
	uint32_t count, fresh;		/* before `fresh`, no place is left to begin at */
	uint32_t at[WALKS];		/* the places to be filled */
	uint32_t from[WALKS];		/* where what is saved lay */
	unsigned char saved[WALKS][CFR_IMAGE_RECORD];
};

static inline unsigned char *record(const struct walks *w, uint32_t place)
{
	return w->records + (size_t)place * CFR_IMAGE_RECORD;
}

/* False when there is nothing more to begin. */
static bool begin(struct walks *w, uint32_t walk, uint32_t room)
{
	uint32_t place = w->fresh;

	while (place < w->count && (w->ranks[place] == place || w->ranks[place] & (BEGUN | PASSED)))
		place++;
	w->fresh = place;
	if (place == w->count)
		return false;
	memcpy(w->saved[room], record(w, place), CFR_IMAGE_RECORD);
	w->from[room] = w->at[walk] = place;
	w->ranks[place] |= BEGUN;
	return true;
}

/* Fills a place. True when that was the last of its walk; there is then room for another record to be saved. */
static CFR_INLINE bool step(struct walks *w, uint32_t walk, uint32_t *room)
{
	uint32_t to = w->at[walk], from = w->ranks[to] & PLACE, next = w->ranks[from];

	if (CFR_UNLIKELY(next & BEGUN)) {
		for (*room = 0; w->from[*room] != from;)
			++*room;
		memcpy(record(w, to), w->saved[*room], CFR_IMAGE_RECORD);
		return true;
	}
	memcpy(record(w, to), record(w, from), CFR_IMAGE_RECORD);
	w->ranks[from] = next | PASSED;
	w->at[walk] = from;
	CFR_PREFETCH(record(w, next));
	CFR_PREFETCH(&w->ranks[next]);
	return false;
}

void cfr__permute(unsigned char *records, uint32_t *ranks, uint32_t count)
{
	struct walks w = { .records = records, .ranks = ranks, .count = count };
	uint32_t live = 0, room;

	while (live < WALKS && begin(&w, live, live))
		live++;
	while (live > 0) {
		for (uint32_t i = 0; i < live; i++) {
			if (CFR_UNLIKELY(step(&w, i, &room)) && !begin(&w, i, room))
				w.at[i] = w.at[--live];
		}
	}
	for (uint32_t i = 0; i < count; i++)
		ranks[i] &= PLACE;
}
