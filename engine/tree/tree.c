/* engine/tree/tree.c -- the tree as its readers see it: a counted owner around an image, and a cursor into it.
 *
 * A node is a number; everything about it stands in the image (engine/image/read.h) but its parent, which the image
 * does not need to tell its value and a reader often wants: an array beside it.
 */
#include "engine/tree.h"

#include "engine/image/verify.h"
#include "engine/tree/impl.h"

const char *cfr_kind_name(cfr_kind kind)
{
	static const char *const names[] = {
#define X(up, low) #low,
		CFR_KIND_MAP(X)
#undef X
	};
	return (unsigned)kind < CFR_KIND_COUNT ? names[kind] : "?";
}

void cfr__tree_init(cfr_tree *tree, const cfr_image *image, uint32_t *parents, void (*done)(void *arg), void *arg)
{
	atomic_init(&tree->refs, 1);
	atomic_init(&tree->ids, NULL);
	tree->image = *image;
	atomic_init(&tree->parents, parents);
	tree->done = done;
	tree->arg = arg;
}

int cfr__tree_new(cfr_tree **out, cfr_pool *pool, const cfr_image *image, uint32_t *parents, void (*done)(void *arg), void *arg,
                  cfr_err *err)
{
	cfr_tree *tree = cfr_slab_new(pool, sizeof(*tree));

	if (!tree)
		return cfr_err_nomem(err);
	cfr__tree_init(tree, image, parents, done, arg);
	*out = tree;
	return 0;
}

int cfr_tree_wrap(cfr_tree **out, cfr_str bytes, void (*done)(void *arg), void *arg, cfr_err *err)
{
	cfr_image image;
	uint32_t *parents = NULL;
	int r;

	if ((r = cfr__image_verify(&image, &parents, bytes, err)) < 0)
		return r;
	if ((r = cfr__tree_new(out, NULL, &image, parents, done, arg, err)) < 0)
		cfr_slab_free(parents);
	return r;
}

/* Counting changes nothing a reader can see, so a const tree can be counted. */
cfr_tree *cfr_tree_ref(const cfr_tree *tree)
{
	cfr_tree *mine = (cfr_tree *)(uintptr_t)tree;

	if (mine)
		atomic_fetch_add_explicit(&mine->refs, 1, memory_order_relaxed);
	return mine;
}

cfr_tree *cfr_tree_unref(const cfr_tree *tree)
{
	cfr_tree *mine = (cfr_tree *)(uintptr_t)tree;

	if (mine && atomic_fetch_sub_explicit(&mine->refs, 1, memory_order_acq_rel) == 1) {
		if (mine->done)
			mine->done(mine->arg);
		cfr__ids_free(atomic_load_explicit(&mine->ids, memory_order_relaxed));
		cfr_slab_free(atomic_load_explicit(&mine->parents, memory_order_relaxed));
		cfr_slab_free(mine);
	}
	return NULL;
}

cfr_str cfr_tree_image(const cfr_tree *tree) { return tree->image.bytes; }
cfr_node cfr_tree_root(const cfr_tree *tree) { return cfr__node(tree, 0); }
uint32_t cfr_tree_size(const cfr_tree *tree) { return tree->image.node_count; }

cfr_kind cfr_node_kind(cfr_node node) { return cfr__image_kind(&node.tree->image, node.at); }
bool cfr_node_same(cfr_node a, cfr_node b) { return a.tree == b.tree && a.chunk == b.chunk && a.at == b.at; }

uint32_t cfr_node_size(cfr_node node)
{
	return cfr__is_container(cfr_node_kind(node)) ? cfr__image_count(&node.tree->image, node.at) : 0;
}

bool cfr_node_bool(cfr_node node)
{
	return cfr_node_kind(node) == CFR_BOOL && cfr__image_payload(&node.tree->image, node.at) != 0;
}

int64_t cfr_node_int(cfr_node node)
{
	return cfr_node_kind(node) == CFR_INT ? (int64_t)cfr__image_payload(&node.tree->image, node.at) : 0;
}

double cfr_node_float(cfr_node node)
{
	uint64_t bits = cfr__image_payload(&node.tree->image, node.at);
	double value;

	if (cfr_node_kind(node) != CFR_FLOAT)
		return 0;
	memcpy(&value, &bits, sizeof(value));
	return value;
}

cfr_str cfr_node_string(cfr_node node)
{
	cfr_str text;
	uint32_t tag;

	if (!cfr__is_text(cfr_node_kind(node)))
		return (cfr_str){ NULL, 0 };
	text = cfr__image_text(&node.tree->image, node.at);
	tag = cfr__image_tag_len(&node.tree->image, node.at);
	return (cfr_str){ text.ptr + tag, text.len - tag };
}

cfr_str cfr_node_tag(cfr_node node)
{
	if (cfr_node_kind(node) != CFR_OTHER)
		return (cfr_str){ NULL, 0 };
	return (cfr_str){ cfr__image_text(&node.tree->image, node.at).ptr,
		          cfr__image_tag_len(&node.tree->image, node.at) };
}

cfr_str cfr_node_key(cfr_node node)
{
	uint32_t key = cfr__image_key(&node.tree->image, node.at);

	return key == CFR_IMAGE_KEY_NONE ? (cfr_str){ NULL, 0 } : cfr__image_key_text(&node.tree->image, key);
}

static const uint32_t *make_parents(const cfr_tree *tree)
{
	cfr_tree *mine = (cfr_tree *)(uintptr_t)tree;
	uint32_t *made = cfr_slab_new(cfr_slab_pool(tree), tree->image.node_count * sizeof(*made)), *other = NULL;

	if (!made)
		return NULL;
	cfr__image_parents(&tree->image, made);
	if (!atomic_compare_exchange_strong_explicit(&mine->parents, &other, made, memory_order_acq_rel,
	                                             memory_order_acquire)) {
		cfr_slab_free(made);
		made = other;
	}
	return made;
}

uint32_t cfr__parent(const cfr_tree *tree, uint32_t at)
{
	const uint32_t *parents = atomic_load_explicit(&((cfr_tree *)(uintptr_t)tree)->parents, memory_order_acquire);

	if (CFR_LIKELY(parents) || (parents = make_parents(tree)))
		return parents[at];
	for (uint32_t up = at; up-- > 0;) {	/* before its children (I1) */
		if (cfr__is_container(cfr__image_kind(&tree->image, up)) && cfr__image_first(&tree->image, up) <= at &&
		    at - cfr__image_first(&tree->image, up) < cfr__image_count(&tree->image, up))
			return up;
	}
	return CFR_IMAGE_NONE;
}

uint32_t cfr_node_index(cfr_node node)
{
	uint32_t parent = cfr__parent(node.tree, node.at);

	return parent == CFR_IMAGE_NONE ? 0 : node.at - cfr__image_first(&node.tree->image, parent);
}

bool cfr_node_parent(cfr_node *out, cfr_node node)
{
	uint32_t parent = cfr__parent(node.tree, node.at);

	if (parent == CFR_IMAGE_NONE)
		return false;
	*out = cfr__node(node.tree, parent);
	return true;
}

int cfr_node_find(cfr_node *out, cfr_node mapping, cfr_str key, cfr_err *err)
{
	uint32_t at;

	(void)err;			/* a chunk that could not be read, one day */
	if (cfr_node_kind(mapping) != CFR_MAPPING)
		return CFR_E_NOTFOUND;
	at = cfr__image_child_named(&mapping.tree->image, mapping.at, key);
	if (at == CFR_IMAGE_NONE)
		return CFR_E_NOTFOUND;
	*out = cfr__node(mapping.tree, at);
	return 0;
}

bool cfr_tree_key(uint32_t *out, const cfr_tree *tree, cfr_str key)
{
	uint32_t number = cfr__image_find_key(&tree->image, key);

	if (number == CFR_IMAGE_NONE)
		return false;
	*out = number;
	return true;
}

uint32_t cfr_node_key_number(cfr_node node) { return cfr__image_key(&node.tree->image, node.at); }

int cfr_node_child(cfr_node *out, cfr_node mapping, uint32_t key, cfr_err *err)
{
	uint32_t at;

	(void)err;
	if (cfr_node_kind(mapping) != CFR_MAPPING)
		return CFR_E_NOTFOUND;
	at = cfr__image_child(&mapping.tree->image, mapping.at, key);
	if (at == CFR_IMAGE_NONE)
		return CFR_E_NOTFOUND;
	*out = cfr__node(mapping.tree, at);
	return 0;
}

int cfr_node_at(cfr_node *out, cfr_node container, uint32_t index, cfr_err *err)
{
	(void)err;
	if (index >= cfr_node_size(container))
		return CFR_E_NOTFOUND;
	*out = cfr__node(container.tree, cfr__image_first(&container.tree->image, container.at) + index);
	return 0;
}
