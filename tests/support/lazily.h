/* tests/support/lazily.h -- what must hold for a lazy composition: each question is answered as the whole snapshot would.
 */
#ifndef CFR_TESTS_LAZILY_H
#define CFR_TESTS_LAZILY_H

#include "engine/lazy.h"
#include "tests/support/composing.h"

static inline void lazily_same_origin(cfr_origin a, cfr_origin b)
{
	cfr_span x = cfr_document_span(a.doc, a.node), y = cfr_document_span(b.doc, b.node);
	cfr_str one = cfr_source_name(cfr_document_source(a.doc)), two = cfr_source_name(cfr_document_source(b.doc));
	cfr_kind kind = cfr_node_kind(a.node);
	bool same = true;

	COMPOSING_REQUIRE(cfr_str_eq(a.layer, b.layer) && cfr_str_eq(one, two));
	COMPOSING_REQUIRE(kind == cfr_node_kind(b.node) && cfr_node_size(a.node) == cfr_node_size(b.node));
	COMPOSING_REQUIRE(x.line == y.line && x.column == y.column);
	if (kind != CFR_MAPPING && kind != CFR_SEQUENCE)
		COMPOSING_REQUIRE(cfr_node_equal(&same, a.node, b.node, NULL) == 0 && same);
}

static inline void lazily_same_node(const cfr_snapshot *whole, cfr_node node, const cfr_snapshot *part, cfr_node other)
{
	cfr_origin a[64], b[64];
	uint32_t n = cfr_snapshot_shadowed(whole, node, a, 64);
	const cfr_reference *x = cfr_snapshot_references(whole, node), *y = cfr_snapshot_references(part, other);

	lazily_same_origin(cfr_snapshot_origin(whole, node), cfr_snapshot_origin(part, other));
	COMPOSING_REQUIRE(cfr_snapshot_shadowed(part, other, b, 64) == n);
	for (uint32_t i = 0; i < n && i < 64; i++)
		lazily_same_origin(a[i], b[i]);
	for (; x && y; x = x->next, y = y->next)
		COMPOSING_REQUIRE(cfr_str_eq(x->text, y->text) && cfr_str_eq(x->source, y->source) && cfr_str_eq(x->name, y->name) &&
				  x->fallback == y->fallback);
	COMPOSING_REQUIRE(!x && !y);
}

/* Content, order and origins of all below. */
static inline void lazily_same_tree(const cfr_snapshot *whole, cfr_node node, const cfr_snapshot *part, cfr_node other)
{
	const cfr_document *a = cfr_snapshot_document(whole), *b = cfr_snapshot_document(part);
	cfr_kind kind = cfr_node_kind(node);
	bool same;

	lazily_same_node(whole, node, part, other);
	COMPOSING_REQUIRE(kind == cfr_node_kind(other) && cfr_node_size(node) == cfr_node_size(other));
	if (kind != CFR_MAPPING && kind != CFR_SEQUENCE) {
		COMPOSING_REQUIRE(cfr_node_equal(&same, node, other, NULL) == 0 && same);
		return;
	}
	uint32_t at = cfr_document_rank(a, node) + 1, to = cfr_document_rank(b, other) + 1;
	for (uint32_t i = 0; i < cfr_node_size(node); i++) {
		cfr_node x = cfr_document_node(a, at), y = cfr_document_node(b, to);
		COMPOSING_REQUIRE(cfr_str_eq(cfr_node_key(x), cfr_node_key(y)));
		lazily_same_tree(whole, x, part, y);
		at = cfr_document_ranked(a, at).next;
		to = cfr_document_ranked(b, to).next;
	}
}

/* Every pointer of the snapshot, the deepest first or the other way round, and one that is not there. */
static inline void lazily_ask_all(const cfr_snapshot *whole, cfr_lazy *lazy, cfr_node node, bool deep_first, uint32_t *left)
{
	cfr_buf pointer = CFR_BUF_INIT;
	cfr_err a = CFR_ERR_INIT, b = CFR_ERR_INIT;
	const cfr_snapshot *part;
	cfr_node found, child;

	if (*left == 0)
		return;
	--*left;
	for (uint32_t i = 0; deep_first && i < cfr_node_size(node); i++) {
		COMPOSING_REQUIRE(cfr_node_at(&child, node, i, NULL) == 0);
		lazily_ask_all(whole, lazy, child, deep_first, left);
	}
	cfr_pointer_write(&pointer, node);
	COMPOSING_REQUIRE(cfr_lazy_get(&part, &found, lazy, cfr_buf_str(&pointer), &a) == 0);
	lazily_same_tree(whole, node, part, found);
	cfr_buf_addz(&pointer, "/k0x");
	if (cfr_pointer_get(&child, composing_root(whole), cfr_buf_str(&pointer), &b) < 0) {
		COMPOSING_REQUIRE(cfr_lazy_get(&part, &found, lazy, cfr_buf_str(&pointer), &a) == CFR_E_NOTFOUND);
		COMPOSING_REQUIRE(strcmp(a.message, b.message) == 0 && strcmp(a.hint, b.hint) == 0 && strcmp(a.path, b.path) == 0);
	}
	cfr_buf_release(&pointer);
	for (uint32_t i = 0; !deep_first && i < cfr_node_size(node); i++) {
		COMPOSING_REQUIRE(cfr_node_at(&child, node, i, NULL) == 0);
		lazily_ask_all(whole, lazy, child, deep_first, left);
	}
}

/* What both make of one description, asked in both directions. When the whole is an error, so is opening, or the root. */
static inline void lazily_check(const cfr_composition *what, uint32_t most)
{
	cfr_err a = CFR_ERR_INIT, b = CFR_ERR_INIT;
	cfr_snapshot *whole = NULL;
	const cfr_snapshot *part;
	cfr_node node;
	int r = cfr_compose(&whole, what, &a);

	for (int direction = 0; direction < 2; direction++) {
		uint32_t left = most;
		cfr_lazy *lazy = NULL;
		int q = cfr_lazy_open(&lazy, what, &b);

		if (r < 0) {
			if (q == 0)
				q = cfr_lazy_get(&part, &node, lazy, CFR_STR(""), &b);
			/* The whole snapshot is held to ceilings that parts of it, read as they are, need not meet. */
			COMPOSING_REQUIRE(q == r || r == CFR_E_LIMIT);
			COMPOSING_REQUIRE(q == 0 || (strcmp(a.message, b.message) == 0 && strcmp(a.hint, b.hint) == 0 &&
						     strcmp(a.file, b.file) == 0 && a.line == b.line && a.column == b.column));
		} else {
			if (q < 0)
				fprintf(stderr, "lazy: %s\n", b.message);
			COMPOSING_REQUIRE(q == 0);
			lazily_ask_all(whole, lazy, composing_root(whole), direction, &left);
		}
		cfr_lazy_unref(lazy);
	}
	cfr_snapshot_free(whole);
}

#endif
