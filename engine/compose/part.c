/* engine/compose/part.c -- the documents that a configuration is made of.
 *
 * They are numbered in the order of reading. Their records lie in segments that never move, each twice as long as the one
 * before: a lazy snapshot goes on reading while others ask where something comes from.
 */
#include "engine/compose/parts.h"

#include <stdlib.h>

/* Names of layers are kept, whoever gave them. */
int cfr__ground_new(cfr__ground **out, const cfr_composition *what, cfr_err *err)
{
	cfr__ground *made = calloc(1, sizeof(*made));

	if (!made)
		return cfr_err_nomem(err);
	cfr_arena_init(&made->arena, NULL);
	made->layers = cfr_arena_zalloc(&made->arena, (size_t)what->layer_count + 1, sizeof(*made->layers));
	for (uint32_t i = 0; made->layers && i < what->layer_count; i++) {
		made->layers[i] = cfr_arena_str(&made->arena, what->layers[i].name);
		if (!made->layers[i].ptr)
			made->layers = NULL;
	}
	if (!made->layers) {
		cfr__ground_free(made);
		return cfr_err_nomem(err);
	}
	*out = made;
	return 0;
}

void cfr__ground_free(cfr__ground *ground)
{
	if (!ground)
		return;
	for (uint32_t i = 0; i < ground->part_count; i++) {
		cfr__part *part = cfr__part_at(ground, i);
		cfr_snapshot_free(part->as_is);
		cfr_document_unref(part->doc);
	}
	for (uint32_t i = 0; i < CFR__SEGMENTS; i++)
		free(ground->segments[i]);
	cfr_arena_release(&ground->arena);
	free(ground);
}

cfr__part *cfr__part_at(const cfr__ground *ground, uint32_t index)
{
	uint32_t nth = index / CFR__FIRST_PARTS + 1, segment = 31 - (uint32_t)__builtin_clz(nth);

	return &ground->segments[segment][index - CFR__FIRST_PARTS * ((1u << segment) - 1)];
}

int cfr__part_add(uint32_t *out, cfr__composer *c, cfr_document *doc, uint32_t layer, const cfr__found *found, cfr_err *err)
{
	cfr__ground *ground = c->ground;
	uint32_t nth = ground->part_count / CFR__FIRST_PARTS + 1, segment = 31 - (uint32_t)__builtin_clz(nth);
	cfr__part *part;

	if (segment < CFR__SEGMENTS && !ground->segments[segment])
		ground->segments[segment] = calloc((size_t)CFR__FIRST_PARTS << segment, sizeof(cfr__part));
	if (segment >= CFR__SEGMENTS || !ground->segments[segment]) {
		cfr_document_unref(doc);
		return cfr_err_nomem(err);
	}
	part = cfr__part_at(ground, ground->part_count);
	part->doc = doc;
	part->layer = layer;
	if (found) {
		part->real = found->real;
		part->folder = found->folder;
	}
	*out = ground->part_count++;
	return 0;
}
