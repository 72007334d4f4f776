/* tests/support/composing.h -- compositions of texts, and what must hold for any snapshot.
 */
#ifndef CFR_TESTS_COMPOSING_H
#define CFR_TESTS_COMPOSING_H

#include "engine/base/str.h"
#include "engine/compose.h"
#include "engine/pointer.h"
#include "engine/text.h"
#include <stdio.h>
#include <stdlib.h>

#define COMPOSING_REQUIRE(x)                                                                \
	do {                                                                                \
		if (!(x)) {                                                                 \
			fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #x); \
			abort();                                                            \
		}                                                                           \
	} while (0)

enum { COMPOSING_MOST = 8 };

/* Variables as "NAME=VALUE", NULL behind the last. */
static inline const char *composing_env(void *arg, const char *name)
{
	size_t n = strlen(name);

	for (const char *const *v = arg; v && *v; v++) {
		if (strncmp(*v, name, n) == 0 && (*v)[n] == '=')
			return *v + n + 1;
	}
	return NULL;
}

/* Layers called "0", "1", …, each a text of one document; as `what` has it otherwise. `then` is called with it. */
static inline int composing_layers(int (*then)(void *arg, const cfr_composition *what, cfr_err *err), void *arg,
                                   const cfr_str *texts, uint32_t count, bool interpolate, const cfr_composition *what,
                                   cfr_err *err)
{
	static const char *const names[COMPOSING_MOST] = { "0", "1", "2", "3", "4", "5", "6", "7" };
	cfr_layer layers[COMPOSING_MOST] = { { .name = { NULL, 0 } } };
	cfr_source *sources[COMPOSING_MOST] = { NULL };
	cfr_composition made = { .name = { NULL, 0 } };
	int r = 0;

	COMPOSING_REQUIRE(count <= COMPOSING_MOST);
	if (what)
		made = *what;
	made.name = CFR_STR("test");
	for (uint32_t i = 0; r == 0 && i < count; i++) {
		layers[i] = (cfr_layer){ .name = cfr_str_of(names[i]), .format = CFR_YAML, .interpolate = interpolate };
		if ((r = cfr_source_new(&sources[i], layers[i].name, texts[i], made.limits, err)) == 0)
			layers[i].source = sources[i];
	}
	made.layers = layers;
	made.layer_count = count;
	if (r == 0)
		r = then(arg, &made, err);
	for (uint32_t i = 0; i < count; i++)
		cfr_source_unref(sources[i]);
	return r;
}

static inline int composing_whole(void *arg, const cfr_composition *what, cfr_err *err)
{
	return cfr_compose(arg, what, err);
}

static inline int composing_texts(cfr_snapshot **out, const cfr_str *texts, uint32_t count, bool interpolate,
                                  const cfr_composition *what, cfr_err *err)
{
	return composing_layers(composing_whole, out, texts, count, interpolate, what, err);
}

/* Every value without a reference in it is that of its origin; what it shadows is told in full. */
static inline void composing_check_node(const cfr_snapshot *snap, cfr_node node, bool below_reference)
{
	cfr_origin origin = cfr_snapshot_origin(snap, node), shadowed[COMPOSING_MOST * 8];
	cfr_kind kind = cfr_node_kind(node);
	uint32_t count = cfr_snapshot_shadowed(snap, node, shadowed, COMPOSING_MOST * 8);
	bool refers = below_reference || cfr_snapshot_references(snap, node) != NULL, same = false;
	cfr_node child;

	COMPOSING_REQUIRE(origin.doc != NULL && origin.layer.ptr != NULL);
	COMPOSING_REQUIRE(cfr_document_tree(origin.doc) == origin.node.tree);
	for (uint32_t i = 0; i < count && i < COMPOSING_MOST * 8; i++)
		COMPOSING_REQUIRE(cfr_document_tree(shadowed[i].doc) == shadowed[i].node.tree);
	if (kind != CFR_MAPPING && kind != CFR_SEQUENCE && !refers && cfr_snapshot_source(snap, 0)) {
		COMPOSING_REQUIRE(cfr_node_equal(&same, node, origin.node, NULL) == 0);
		/* What was escaped differs from what is written, and nothing else. */
		COMPOSING_REQUIRE(same || (kind == CFR_STRING && memmem(cfr_node_string(origin.node).ptr,
			cfr_node_string(origin.node).len, "$${", 3)));
	}
	for (uint32_t i = 0; i < cfr_node_size(node); i++) {
		COMPOSING_REQUIRE(cfr_node_at(&child, node, i, NULL) == 0);
		composing_check_node(snap, child, refers);
	}
}

static inline cfr_node composing_root(const cfr_snapshot *snap)
{
	return cfr_tree_root(cfr_document_tree(cfr_snapshot_document(snap)));
}

static inline void composing_check(const cfr_snapshot *snap)
{
	composing_check_node(snap, composing_root(snap), false);
}

/* The snapshot as text, to be a layer again. */
static inline void composing_write(cfr_buf *out, const cfr_snapshot *snap, cfr_format format, bool compact)
{
	cfr_write how = { .format = format, .compact = compact, .order = cfr_snapshot_document(snap) };

	COMPOSING_REQUIRE(cfr_text_write(out, composing_root(snap), &how, NULL) == 0);
}

#endif
