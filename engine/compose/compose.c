/* engine/compose/compose.c -- the way through a composition, and what its snapshot can be asked.
 */
#include "engine/compose/parts.h"

#include <stdlib.h>

void cfr_snapshot_free(cfr_snapshot *snapshot)
{
	cfr__ground *ground = snapshot && snapshot->whole ? snapshot->ground : NULL;

	cfr__snapshot_drop(snapshot);
	cfr__ground_free(ground);
}

static int check_strategies(const cfr_composition *what, cfr_err *err)
{
	for (uint32_t i = 0; i < what->strategy_count; i++) {
		const cfr_strategy_at *s = &what->strategies[i];
		if (s->path.len && s->path.ptr[0] != '/') {
			cfr_err_set(err, CFR_E_USAGE, "the path '%.*s' of a strategy does not begin with a slash",
				    (int)(s->path.len < 80 ? s->path.len : 80), s->path.ptr);
			cfr_err_hint(err, "write a JSON Pointer; `*` stands for any one token: /services/*/ports");
			return CFR_E_USAGE;
		}
		if (s->how == CFR_STRATEGY_BY && s->key.len == 0)
			return cfr_err_set(err, CFR_E_USAGE, "the strategy `by` needs the key that names an element");
	}
	return 0;
}

int cfr__composer_start(cfr__composer *c, cfr_err *err)
{
	int r;

	if (c->what->limits)
		c->limits = *c->what->limits;
	else
		cfr_limits_default(&c->limits);
	cfr_hash_seed(&c->hash);
	if ((r = check_strategies(c->what, err)) < 0 || (r = cfr__ground_new(&c->ground, c->what, err)) < 0 ||
	    (r = cfr__place_root(c, err)) < 0)
		return r;
	return cfr__load_layers(c, err);
}

/* The ceiling as it was given, in the message of one that was lowered. */
static void true_depth(const cfr__composer *c, const cfr_limits *lowered, cfr_err *err)
{
	cfr_err low = CFR_ERR_INIT, told = CFR_ERR_INIT;

	cfr_err_limit(&low, lowered, CFR_LIMIT_DEPTH);
	cfr_err_limit(&told, &c->limits, CFR_LIMIT_DEPTH);
	if (strcmp(err->message, low.message) != 0)
		return;
	memcpy(err->message, told.message, sizeof(err->message));
	memcpy(err->hint, told.hint, sizeof(err->hint));
}

int cfr__write(cfr_snapshot **out, cfr__composer *c, cfr__cell *cell, const cfr__way *way, cfr_err *err)
{
	cfr_limits limits = c->limits;
	cfr_source *source = NULL;
	int r;

	/* So deep it stands already. */
	for (const cfr__way *w = way; w && limits.of[CFR_LIMIT_DEPTH] > 0; w = w->up)
		limits.of[CFR_LIMIT_DEPTH]--;
	c->made = c->text = 0;
	c->references = NULL;
	if (!(c->snap = calloc(1, sizeof(*c->snap))))
		return cfr_err_nomem(err);
	c->snap->ground = c->ground;
	c->snap->as_is = CFR__NO_PART;
	if ((r = cfr_source_new(&source, c->what->name, CFR_STR(""), &c->limits, err)) == 0 &&
	    (r = cfr_build_new(&c->build, source, CFR_YAML, &limits, err)) == 0 &&
	    (r = cfr__emit(c, cell, way, err)) == 0)
		r = cfr_build_finish(&c->snap->doc, c->build, 0, 0, 0, err);
	if (r == CFR_E_LIMIT && way && err)
		true_depth(c, &limits, err);
	cfr_build_free(c->build);
	c->build = NULL;
	cfr_source_unref(source);
	if (r < 0)
		cfr_snapshot_free(c->snap);
	else
		*out = c->snap;
	c->snap = NULL;
	return r;
}

int cfr_compose(cfr_snapshot **out, const cfr_composition *what, cfr_err *err)
{
	cfr__composer c = { .what = what };
	uint64_t begin = cfr_profile_now(what->profile), merged;
	int r = cfr__composer_start(&c, err);

	if (r == 0) {
		merged = cfr_profile_now(what->profile);
		if ((r = cfr__write(out, &c, c.top, NULL, err)) == 0)
			cfr_profile_span(what->profile, "resolve", what->name, merged, 0, NULL);
	}
	cfr_profile_span(what->profile, "compose", what->name, begin, c.ground ? c.ground->part_count : 0, "documents");
	free(c.own);
	if (r < 0)
		cfr__ground_free(c.ground);
	else
		(*out)->whole = true;
	return r;
}

const cfr_document *cfr_snapshot_document(const cfr_snapshot *snapshot)
{
	return snapshot->doc;
}

static cfr_origin origin_of(const cfr_snapshot *snapshot, uint32_t part, cfr_node node)
{
	const cfr__part *from = cfr__part_at(snapshot->ground, part);

	return (cfr_origin){ snapshot->ground->layers[from->layer], from->doc, node };
}

static cfr__leaf leaf_of(const cfr_snapshot *snapshot, cfr_node node)
{
	if (snapshot->leaves)
		return snapshot->leaves[cfr_document_rank(snapshot->doc, node)];
	return (cfr__leaf){ snapshot->as_is, 0, node };
}

cfr_origin cfr_snapshot_origin(const cfr_snapshot *snapshot, cfr_node node)
{
	cfr__leaf leaf = leaf_of(snapshot, node);

	/* With no document read there is only the empty mapping, from nowhere but itself. */
	if (leaf.part == CFR__NO_PART)
		return (cfr_origin){ CFR_STR(""), snapshot->doc, node };
	return origin_of(snapshot, leaf.part, leaf.node);
}

uint32_t cfr_snapshot_shadowed(const cfr_snapshot *snapshot, cfr_node node, cfr_origin *out, uint32_t max)
{
	uint32_t note = leaf_of(snapshot, node).note, n = 0;

	if (!note)
		return 0;
	for (const cfr__origin *o = snapshot->notes[note - 1].shadowed; o; o = o->next, n++) {
		if (n < max)
			out[n] = origin_of(snapshot, o->part, o->node);
	}
	return n;
}

const cfr_reference *cfr_snapshot_references(const cfr_snapshot *snapshot, cfr_node node)
{
	uint32_t note = leaf_of(snapshot, node).note;

	return note ? snapshot->notes[note - 1].references : NULL;
}

const cfr_document *cfr_snapshot_source(const cfr_snapshot *snapshot, uint32_t index)
{
	return snapshot->whole && index < snapshot->ground->part_count
		       ? cfr__part_at(snapshot->ground, index)->doc
		       : NULL;
}
