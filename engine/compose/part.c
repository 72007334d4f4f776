/* engine/compose/part.c -- the documents that a configuration is made of.
 *
 * They are numbered in the order of reading. Their records lie in segments that never move, each twice as
 * long as the one before: a lazy composition goes on reading while others ask where something comes from.
 *
 * A file that is read in parts (engine/sections.h) begins as one part, its root section; each further section
 * that is read becomes another. A place in a listed section whose value is null may be a collection: who
 * wants to know settles it. When a section cannot be had, everything is given up (CFR__WHOLE), and lazy.c
 * begins again with whole files: then the errors are those that everybody gets.
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

void cfr__snapshot_drop(cfr_snapshot *snapshot)
{
	if (!snapshot)
		return;
	cfr_document_unref(snapshot->doc);
	free(snapshot->leaves);
	free(snapshot->notes);
	free(snapshot);
}

void cfr__ground_free(cfr__ground *ground)
{
	if (!ground)
		return;
	for (uint32_t i = 0; i < ground->part_count; i++) {
		cfr__part *part = cfr__part_at(ground, i);
		cfr__snapshot_drop(part->as_is);
		cfr_document_unref(part->doc);
		if (!part->below)
			cfr_sections_unref(part->sections);
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

int cfr__part_add(uint32_t *out, cfr__composer *c, cfr_document *doc, uint32_t layer, const cfr__found *found,
		  cfr_err *err)
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

int cfr__one_document(cfr_document **out, cfr_documents docs, cfr_err *err)
{
	int r = 0;

	if (docs.count > 1) {
		const cfr_source *source = cfr_document_source(docs.items[1]);
		cfr_place place;
		uint32_t start, end;
		cfr_document_range(docs.items[1], &start, &end);
		place = cfr_source_place(source, start);
		r = cfr_err_set(err, CFR_E_UNSUPPORTED,
				"a file of a composition holds one document; this one has %u", docs.count);
		cfr_err_at(err, cfr_source_name(source), place.line, place.column);
	} else {
		*out = docs.count ? cfr_document_ref(docs.items[0]) : NULL;
	}
	cfr_documents_release(&docs);
	return r;
}

bool cfr__refers(const cfr__composer *c, uint32_t index)
{
	cfr__part *part = cfr__part_at(c->ground, index);

	if (!c->what->layers[part->layer].interpolate)
		return false;
	/* Strings lie in the image as they are, so one look tells whether any of them can be a reference. Of
	 * what is not read nothing is known. */
	if (!part->looked) {
		cfr_str image = cfr_tree_image(cfr_document_tree(part->doc));
		part->clear = !part->listed && !memmem(image.ptr, image.len, "${", 2);
		part->looked = true;
	}
	return !part->clear;
}

/* --- sections --- */

int cfr__part_add_sections(uint32_t *out, cfr__composer *c, cfr_sections *sections, uint32_t layer,
                           const cfr__found *found, cfr_err *err)
{
	const cfr_section *root = cfr_sections_root(sections);
	int r = cfr__part_add(out, c, cfr_document_ref(cfr_section_document(root)), layer, found, err);
	cfr__part *part;

	if (r < 0) {
		cfr_sections_unref(sections);
		return r;
	}
	part = cfr__part_at(c->ground, *out);
	part->sections = sections;
	part->listed = cfr_section_listed(root) ? root : NULL;
	return 0;
}

uint32_t cfr__level(const cfr__composer *c, const cfr__origin *at)
{
	uint32_t level = cfr__part_at(c->ground, at->part)->level;
	cfr_node up, node = at->node;

	for (; cfr_node_parent(&up, node); node = up)
		level++;
	return level;
}

/* The place in a document of the same file takes over. Takes the document. */
static int move_to(cfr__composer *c, cfr__origin *at, cfr_document *doc, cfr_node node,
		   const cfr_section *listed, cfr_err *err)
{
	uint32_t level = cfr__level(c, at), index;
	cfr__origin moved = { .node = node };
	const cfr__part *from = cfr__part_at(c->ground, at->part);
	cfr__part *part;
	int r = cfr__part_add(&index, c, doc, from->layer, NULL, err);

	if (r < 0)
		return r;
	part = cfr__part_at(c->ground, index);
	part->real = from->real;
	part->folder = from->folder;
	part->sections = from->sections;
	part->below = true;
	part->listed = listed;
	moved.part = index;
	part->level = level - cfr__level(c, &moved);
	at->part = index;
	at->node = node;
	return 0;
}

int cfr__settle(cfr__composer *c, cfr__origin *at, cfr_err *err)
{
	const cfr__part *part = cfr__part_at(c->ground, at->part);
	const cfr_section *section;
	int r;

	if (!part->listed || cfr_node_kind(at->node) != CFR_NULL)
		return 0;
	r = cfr_section_below(&section, part->sections, part->listed, at->node, err);
	if (r == CFR_READ_ALREADY || r == CFR_E_NOMEM)
		return r == CFR_READ_ALREADY ? 0 : r;
	if (r != 0)
		return CFR__WHOLE;
	return move_to(c, at, cfr_document_ref(cfr_section_document(section)), cfr_section_node(section),
		       cfr_section_listed(section) ? section : NULL, err);
}

int cfr__complete(cfr__composer *c, cfr__origin *at, cfr_err *err)
{
	const cfr__part *part;
	cfr_document *doc;
	cfr_node node;
	int r = cfr__settle(c, at, err);

	part = cfr__part_at(c->ground, at->part);
	if (r < 0 || !part->listed || !cfr_node_size(at->node))
		return r;
	r = cfr_section_whole(&doc, &node, part->sections, part->listed, err);
	if (r != 0)
		return r == CFR_E_NOMEM ? r : CFR__WHOLE;
	return move_to(c, at, doc, node, NULL, err);
}

bool cfr__is_unread(const cfr__composer *c, const cfr__cell *cell)
{
	return cell->state == CELL_CLOSED && cfr__part_at(c->ground, cell->from.part)->listed &&
	       cfr_node_kind(cell->from.node) == CFR_NULL;
}
