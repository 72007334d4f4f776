/* engine/compose/compose.c -- the way through a composition, and what its snapshot can be asked.
 */
#include "engine/compose/parts.h"

#include <stdlib.h>

const char *cfr_strategy_name(cfr_strategy strategy)
{
	static const char *const names[] = {
#define X(up, low, text) #low,
		CFR_STRATEGY_MAP(X)
#undef X
	};

	return strategy < CFR_STRATEGY_COUNT ? names[strategy] : "unknown";
}

void cfr_snapshot_free(cfr_snapshot *snapshot)
{
	if (!snapshot)
		return;
	cfr_document_unref(snapshot->doc);
	for (uint32_t i = 0; i < snapshot->part_count; i++)
		cfr_document_unref(snapshot->parts[i].doc);
	free(snapshot->parts);
	free(snapshot->leaves);
	free(snapshot->notes);
	cfr_arena_release(&snapshot->arena);
	free(snapshot);
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

/* The snapshot keeps the names of its layers, whoever gave them. */
static int keep_names(cfr_snapshot *snap, const cfr_composition *what, cfr_err *err)
{
	snap->layers = cfr_arena_zalloc(&snap->arena, what->layer_count + 1, sizeof(*snap->layers));
	for (uint32_t i = 0; snap->layers && i < what->layer_count; i++) {
		snap->layers[i] = cfr_arena_str(&snap->arena, what->layers[i].name);
		if (!snap->layers[i].ptr)
			return cfr_err_nomem(err);
	}
	return snap->layers ? 0 : cfr_err_nomem(err);
}

int cfr_compose(cfr_snapshot **out, const cfr_composition *what, cfr_err *err)
{
	cfr__composer c = { .what = what };
	cfr_source *source = NULL;
	uint64_t begin = cfr_profile_now(what->profile), merged = begin;
	int r;

	if (what->limits)
		c.limits = *what->limits;
	else
		cfr_limits_default(&c.limits);
	cfr_hash_seed(&c.hash);
	if ((r = check_strategies(what, err)) < 0)
		return r;
	if (!(c.snap = calloc(1, sizeof(*c.snap))))
		return cfr_err_nomem(err);
	cfr_arena_init(&c.snap->arena, NULL);
	if ((r = keep_names(c.snap, what, err)) == 0 && (r = cfr__place_root(&c, err)) == 0 &&
	    (r = cfr__load_layers(&c, err)) == 0)
		merged = cfr_profile_now(what->profile);
	if (r == 0 && (r = cfr_source_new(&source, what->name, CFR_STR(""), &c.limits, err)) == 0 &&
	    (r = cfr_build_new(&c.build, source, CFR_YAML, &c.limits, err)) == 0 && (r = cfr__emit(&c, err)) == 0)
		r = cfr_build_finish(&c.snap->doc, c.build, 0, 0, 0, err);
	if (r == 0)
		cfr_profile_span(what->profile, "resolve", what->name, merged, 0, NULL);
	cfr_profile_span(what->profile, "compose", what->name, begin, c.snap->part_count, "documents");
	cfr_build_free(c.build);
	free(c.own);
	cfr_source_unref(source);
	if (r < 0)
		cfr_snapshot_free(c.snap);
	else
		*out = c.snap;
	return r;
}

const cfr_document *cfr_snapshot_document(const cfr_snapshot *snapshot)
{
	return snapshot->doc;
}

static cfr_origin origin_of(const cfr_snapshot *snapshot, uint32_t part, cfr_node node)
{
	const cfr__part *from = &snapshot->parts[part];

	return (cfr_origin){ snapshot->layers[from->layer], from->doc, node };
}

static const cfr__leaf *leaf_of(const cfr_snapshot *snapshot, cfr_node node)
{
	return snapshot->part_count ? &snapshot->leaves[cfr_document_rank(snapshot->doc, node)] : NULL;
}

cfr_origin cfr_snapshot_origin(const cfr_snapshot *snapshot, cfr_node node)
{
	const cfr__leaf *leaf = leaf_of(snapshot, node);

	/* With no document read there is only the empty mapping, from nowhere but itself. */
	return leaf ? origin_of(snapshot, leaf->part, leaf->node) : (cfr_origin){ CFR_STR(""), snapshot->doc, node };
}

uint32_t cfr_snapshot_shadowed(const cfr_snapshot *snapshot, cfr_node node, cfr_origin *out, uint32_t max)
{
	const cfr__leaf *leaf = leaf_of(snapshot, node);
	uint32_t n = 0;

	if (!leaf || !leaf->note)
		return 0;
	for (const cfr__origin *o = snapshot->notes[leaf->note - 1].shadowed; o; o = o->next, n++) {
		if (n < max)
			out[n] = origin_of(snapshot, o->part, o->node);
	}
	return n;
}

const cfr_reference *cfr_snapshot_references(const cfr_snapshot *snapshot, cfr_node node)
{
	const cfr__leaf *leaf = leaf_of(snapshot, node);

	return leaf && leaf->note ? snapshot->notes[leaf->note - 1].references : NULL;
}

const cfr_document *cfr_snapshot_source(const cfr_snapshot *snapshot, uint32_t index)
{
	return index < snapshot->part_count ? snapshot->parts[index].doc : NULL;
}
