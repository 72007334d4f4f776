/* engine/text/yaml_anchor.c -- the anchors of one document: a table by name.
 *
 * Open addressing over a list in order of appearance. The hash is keyed, since names come from the file: 200,000
 * anchors, or names made to collide, cost the same as any others. Most documents have none, so nothing is allocated
 * until the first.
 */
#include <stdlib.h>

#include "engine/text/yaml_parts.h"

void cfr__anchors_init(cfr__anchors *anchors)
{
	*anchors = (cfr__anchors){ .count = 0 };
	cfr_arena_init(&anchors->arena, NULL);
	cfr_hash_seed(&anchors->key);
}

void cfr__anchors_release(cfr__anchors *anchors)
{
	cfr_arena_release(&anchors->arena);
	free(anchors->list);
	free(anchors->slots);
	anchors->list = NULL;
	anchors->slots = NULL;
}

void cfr__anchors_reset(cfr__anchors *anchors)
{
	if (anchors->count == 0)
		return;
	cfr_arena_release(&anchors->arena);
	if (anchors->cap / 64 > anchors->count) {
		/* After a document with many, a stream of small ones must not pay for clearing a large table each time. */
		free(anchors->list);
		free(anchors->slots);
		anchors->list = NULL;
		anchors->slots = NULL;
		anchors->cap = anchors->slot_count = 0;
	} else {
		memset(anchors->slots, 0, anchors->slot_count * sizeof(*anchors->slots));
	}
	anchors->count = 0;
}

static uint32_t *slot_of(const cfr__anchors *anchors, cfr_str name)
{
	uint32_t mask = anchors->slot_count - 1;
	uint32_t at = (uint32_t)cfr_hash(&anchors->key, name.ptr, name.len) & mask;

	while (anchors->slots[at] && !cfr_str_eq(anchors->list[anchors->slots[at] - 1].name, name))
		at = (at + 1) & mask;
	return &anchors->slots[at];
}

static int grow(cfr__anchors *anchors, cfr_err *err)
{
	uint32_t cap = anchors->cap ? anchors->cap * 2 : 16;
	cfr__anchor *list = realloc(anchors->list, cap * sizeof(*list));
	uint32_t *slots;

	if (!list)
		return cfr_err_nomem(err);
	anchors->list = list;
	slots = calloc((size_t)cap * 2, sizeof(*slots));
	if (!slots)
		return cfr_err_nomem(err);
	free(anchors->slots);
	anchors->slots = slots;
	anchors->slot_count = cap * 2;
	anchors->cap = cap;
	for (uint32_t i = 0; i < anchors->count; i++)
		*slot_of(anchors, list[i].name) = i + 1;
	return 0;
}

int cfr__anchors_set(cfr__anchors *anchors, const cfr__anchor *anchor, cfr_err *err)
{
	cfr__anchor copy = *anchor;
	uint32_t *slot;

	if (anchors->count == anchors->cap) {
		int rc = grow(anchors, err);
		if (rc)
			return rc;
	}
	copy.name = cfr_arena_str(&anchors->arena, anchor->name);
	copy.text = cfr_arena_str(&anchors->arena, anchor->text);
	copy.tag = cfr_arena_str(&anchors->arena, anchor->tag);
	if (!copy.name.ptr || !copy.text.ptr || !copy.tag.ptr)
		return cfr_err_nomem(err);
	slot = slot_of(anchors, copy.name);
	if (!*slot)
		*slot = ++anchors->count;
	anchors->list[*slot - 1] = copy;
	return 0;
}

const cfr__anchor *cfr__anchors_find(const cfr__anchors *anchors, cfr_str name)
{
	uint32_t found = anchors->count ? *slot_of(anchors, name) : 0;

	return found ? &anchors->list[found - 1] : NULL;
}

cfr_str cfr__anchors_nearest(const cfr__anchors *anchors, cfr_str name)
{
	unsigned best = name.len < 4 ? 1 : 2;
	cfr_str found = { NULL, 0 };

	/* Only the latest: an error must not cost more than the reading. */
	for (uint32_t i = anchors->count; i > 0 && anchors->count - i < 1000; i--) {
		unsigned distance = cfr_str_distance(anchors->list[i - 1].name, name, best);

		if (distance <= best) {
			found = anchors->list[i - 1].name;
			if (distance == 0)
				break;
			best = distance - 1;
		}
		if (best == 0)
			break;
	}
	return found;
}
