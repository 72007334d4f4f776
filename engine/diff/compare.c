/* engine/diff/compare.c -- memory, children, and a number for a content. */
#include "engine/diff/parts.h"

void cfr__compare_init(cfr__compare *c, const cfr_diff_how *how, cfr_err *err)
{
	*c = (cfr__compare){ .how = how, .err = err };
	cfr_arena_init(&c->arena, NULL);
	cfr_hash_seed(&c->seed);
}

void cfr__compare_release(cfr__compare *c) { cfr_arena_release(&c->arena); }

int cfr__children(cfr_node **out, cfr__compare *c, cfr_node node)
{
	uint32_t count = cfr_node_size(node);
	cfr_node *list = cfr_arena_alloc(&c->arena, ((size_t)count + 1) * sizeof(*list));

	if (!list)
		return cfr_err_nomem(c->err);
	for (uint32_t i = 0; i < count; i++) {
		int r = cfr_node_at(&list[i], node, i, c->err);
		if (r)
			return r;
	}
	*out = list;
	return 0;
}

/* A scalar as bytes that tell it from every other one; text comes by itself. */
static uint64_t scalar_content(const cfr__compare *c, cfr_node node, cfr_kind kind)
{
	uint64_t words[4] = { (uint64_t)kind, 0, 0, 0 };
	cfr_str text;
	double real;

	switch (kind) {
	case CFR_BOOL:
		words[1] = cfr_node_bool(node);
		break;
	case CFR_INT:
		words[1] = (uint64_t)cfr_node_int(node);
		break;
	case CFR_FLOAT:
		real = cfr_node_float(node);
		memcpy(&words[1], &real, sizeof(real));
		break;
	case CFR_STRING:
	case CFR_OTHER:
		text = cfr_node_string(node);
		words[1] = cfr_hash(&c->seed, text.ptr, text.len);
		text = cfr_node_tag(node);
		words[2] = cfr_hash(&c->seed, text.ptr, text.len);
		break;
	default:
		break;
	}
	return cfr_hash(&c->seed, words, sizeof(words));
}

int cfr__content(uint64_t *out, cfr__compare *c, cfr_node node)
{
	cfr_kind kind = cfr_node_kind(node);
	uint64_t words[3] = { (uint64_t)kind, cfr_node_size(node), 0 };
	uint32_t count = cfr_node_size(node);

	if (!cfr__collection(node)) {
		*out = scalar_content(c, node, kind);
		return 0;
	}
	for (uint32_t i = 0; i < count; i++) {
		cfr_node child;
		cfr_str key;
		int r = cfr_node_at(&child, node, i, c->err);

		if (r == 0)
			r = cfr__content(&words[1], c, child);
		if (r)
			return r;
		key = cfr_node_key(child);
		words[2] = key.ptr ? cfr_hash(&c->seed, key.ptr, key.len) : 0;
		words[0] = cfr_hash(&c->seed, words, sizeof(words));
	}
	*out = cfr_hash(&c->seed, words, sizeof(words));
	return 0;
}

/* Two scalars, two sequences, or two mappings with a key in common. */
bool cfr__alike(cfr_node a, cfr_node b)
{
	uint32_t n = cfr_node_size(a), m = cfr_node_size(b);

	if (!cfr__collection(a) && !cfr__collection(b))
		return true;
	if (cfr_node_kind(a) != cfr_node_kind(b))
		return false;
	if (cfr_node_kind(a) == CFR_SEQUENCE || !n || !m)
		return true;
	for (uint32_t i = 0, j = 0; i < n && j < m;) {
		cfr_node x, y;
		int order;

		if (cfr_node_at(&x, a, i, NULL) || cfr_node_at(&y, b, j, NULL))
			return false;
		order = cfr_str_cmp(cfr_node_key(x), cfr_node_key(y));
		if (order == 0)
			return true;
		i += order < 0;
		j += order > 0;
	}
	return false;
}
