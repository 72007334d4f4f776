/* engine/diff/order.c -- in which order the keys of a value are written that comes into a text.
 *
 * A tree has no order of its own, and its keys sorted is what nobody would have written: `image` before `name`. So the
 * order is taken from what stands nearest: the value that it was, where it moves or gets another name; its new siblings'; a
 * document that has something at the same place (the patch, or the other side of a merge). Keys of which none of them
 * knows come behind, names first.
 */
#include "engine/diff/plan_parts.h"
#include "engine/pointer.h"
#include "engine/text.h"

static const char *const first_keys[] = { "apiVersion", "kind", "metadata", "name", "id", "key", "title", "description",
	"type", "version" };

typedef struct like {
	const cfr_document *doc;	/* NULL: nothing to go by */
	cfr_node node;
} like;

enum { LIKES = 2 };

static int put_value(cfr__orderer *o, cfr_node value, const like likes[LIKES]);

static int put_entry(cfr__orderer *o, cfr_node entry, const like likes[LIKES])
{
	like inner[LIKES];
	int r = cfr_build_key(o->build, cfr_node_key(entry), NULL, o->err);

	for (int i = 0; i < LIKES; i++) {
		inner[i] = likes[i];
		if (likes[i].doc && (cfr_node_kind(likes[i].node) != CFR_MAPPING ||
		                     cfr_node_find(&inner[i].node, likes[i].node, cfr_node_key(entry), NULL) != 0))
			inner[i].doc = NULL;
	}
	return r ? r : put_value(o, entry, inner);
}

static int put_named(cfr__orderer *o, cfr_node mapping, bool *done, cfr_str key, const like likes[LIKES])
{
	cfr_node entry;
	int r = cfr_node_find(&entry, mapping, key, o->err);

	if (r)
		return r == CFR_E_NOTFOUND ? 0 : r;
	if (done[cfr_node_index(entry)])
		return 0;
	done[cfr_node_index(entry)] = true;
	return put_entry(o, entry, likes);
}

static int put_mapping(cfr__orderer *o, cfr_node value, const like likes[LIKES])
{
	uint32_t count = cfr_node_size(value);
	bool *done = cfr_arena_zalloc(o->arena, (size_t)count + 1, sizeof(*done));
	int r = done ? 0 : cfr_err_nomem(o->err);

	for (int i = 0; r == 0 && i < LIKES; i++) {
		uint32_t rank, at, end;

		if (!likes[i].doc || cfr_node_kind(likes[i].node) != CFR_MAPPING)
			continue;
		rank = cfr_document_rank(likes[i].doc, likes[i].node);
		end = cfr_document_ranked(likes[i].doc, rank).next;
		for (at = rank + 1; r == 0 && at < end; at = cfr_document_ranked(likes[i].doc, at).next)
			r = put_named(o, value, done, cfr_node_key(cfr_document_node(likes[i].doc, at)), likes);
	}
	for (size_t i = 0; r == 0 && i < sizeof(first_keys) / sizeof(*first_keys); i++)
		r = put_named(o, value, done, cfr_str_of(first_keys[i]), likes);
	for (uint32_t i = 0; r == 0 && i < count; i++) {
		cfr_node entry;

		r = cfr_node_at(&entry, value, i, o->err);
		if (r == 0 && !done[i])
			r = put_entry(o, entry, likes);
	}
	return r;
}

/* Elements go by their namesakes' places; those beyond the end by the last. */
static int put_sequence(cfr__orderer *o, cfr_node value, const like likes[LIKES])
{
	int r = 0;

	for (uint32_t i = 0; r == 0 && i < cfr_node_size(value); i++) {
		like inner[LIKES];
		cfr_node element;

		for (int k = 0; k < LIKES; k++) {
			uint32_t size = likes[k].doc ? cfr_node_size(likes[k].node) : 0;

			inner[k] = likes[k];
			if (!size || cfr_node_kind(likes[k].node) != CFR_SEQUENCE ||
			    cfr_node_at(&inner[k].node, likes[k].node, i < size ? i : size - 1, NULL) != 0)
				inner[k].doc = NULL;
		}
		r = cfr_node_at(&element, value, i, o->err);
		if (r == 0)
			r = put_value(o, element, inner);
	}
	return r;
}

static int put_value(cfr__orderer *o, cfr_node value, const like likes[LIKES])
{
	cfr_kind kind = cfr_node_kind(value);
	int r;

	if (kind != CFR_MAPPING && kind != CFR_SEQUENCE)
		return cfr_build_node(o->build, value, NULL, o->err);
	r = cfr_build_begin(o->build, kind, NULL, o->err);
	if (r == 0)
		r = kind == CFR_MAPPING ? put_mapping(o, value, likes) : put_sequence(o, value, likes);
	return r ? r : cfr_build_end(o->build, 0, o->err);
}

/* A child of the collection that gains the value, which shows how people write there. */
static bool sibling(cfr_node *out, cfr_node in, cfr_kind kind)
{
	cfr_node child;

	for (uint32_t i = 0; i < cfr_node_size(in) && i < 8; i++) {
		if (cfr_node_at(&child, in, i, NULL) == 0 && cfr_node_kind(child) == kind && cfr_node_size(child)) {
			*out = child;
			return true;
		}
	}
	return false;
}

int cfr__ordered(cfr_document **out, cfr__orderer *o, const cfr__step *step)
{
	like likes[LIKES] = { { .doc = NULL }, { .doc = NULL } };
	cfr_buf path = CFR_BUF_INIT;
	int r;

	if (step->a.tree && cfr_node_kind(step->a) == cfr_node_kind(step->b))
		likes[0] = (like){ o->doc, step->a };
	else if (step->in_a.tree && sibling(&likes[0].node, step->in_a, cfr_node_kind(step->b)))
		likes[0].doc = o->doc;
	if (o->like) {
		cfr_pointer_write(&path, step->b);
		r = cfr_buf_check(&path, o->err);
		if (r == 0 && cfr_pointer_get(&likes[1].node, cfr_tree_root(cfr_document_tree(o->like)), cfr_buf_str(&path),
		                              NULL) == 0)
			likes[1].doc = o->like;
		cfr_buf_release(&path);
		if (r)
			return r;
	}
	r = cfr_build_new(&o->build, o->source, CFR_YAML, o->limits, o->err);
	if (r)
		return r;
	r = put_value(o, step->b, likes);
	if (r == 0)
		r = cfr_build_finish(out, o->build, 0, 0, 0, o->err);
	cfr_build_free(o->build);
	o->build = NULL;
	return r;
}

int cfr_diff_rewrite(cfr_buf *out, const cfr_document *doc, const cfr_diff *diff, const cfr_document *other,
                     const cfr_limits *limits, cfr_err *err)
{
	cfr__step whole = { .op = CFR__STEP_REPLACE, .a = diff->before, .b = diff->after };
	cfr__orderer o = { .doc = doc, .like = other, .limits = limits, .err = err };
	cfr_document *ordered = NULL;
	cfr_source *nowhere = NULL;
	cfr_arena arena;
	int r = cfr_source_new(&nowhere, CFR_STR("value"), CFR_STR(""), limits, err);

	cfr_arena_init(&arena, NULL);
	o.source = nowhere;
	o.arena = &arena;
	if (r == 0)
		r = cfr__ordered(&ordered, &o, &whole);
	if (r == 0) {
		cfr_write how = { .format = cfr_document_format(doc), .order = ordered };
		r = cfr_text_write(out, cfr_tree_root(cfr_document_tree(ordered)), &how, err);
	}
	cfr_document_unref(ordered);
	cfr_arena_release(&arena);
	cfr_source_unref(nowhere);
	return r;
}
