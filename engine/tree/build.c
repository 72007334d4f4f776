/* engine/tree/build.c -- taking down a reader's events.
 *
 * Here is only what happens for each value: ceilings, the entry, the payload. Keys become numbers (keys.c), aliases
 * and merges become copies (alias.c), and everything else waits for finish.c. Below all of them is ground.c.
 */
#include "engine/tree/build.h"

#include "engine/tree/build_impl.h"
#include <stdlib.h>

int cfr_build_new(cfr_build **out, const cfr_source *source, cfr_format format, const cfr_limits *limits, cfr_err *err)
{
	cfr_build *build = calloc(1, sizeof(*build));

	if (!build)
		return cfr_err_nomem(err);
	build->source = cfr_source_ref(source);
	build->text = source ? cfr_source_bytes(source) : CFR_STR("");
	build->format = format;
	if (limits)
		build->limits = *limits;
	else
		cfr_limits_default(&build->limits);
	build->mem = cfr_pool_ref(source ? cfr__source_pool(source) : NULL);
	cfr_hash_seed(&build->keys.secret);
	cfr_build_reset(build);
	*out = build;
	return 0;
}

void cfr_build_reset(cfr_build *build)
{
	build->count = build->depth = 0;
	build->key = CFR_BUILD_KEYLESS;
	build->strings = build->expanded = 0;
	build->widest = build->copy_count = build->merge_count = build->wide_count = 0;
	cfr__keys_reset(&build->keys);
	build->pool_len = 0;
}

void cfr_build_free(cfr_build *build)
{
	if (!build)
		return;
	cfr_slab_free(build->side.items);
	cfr_slab_free(build->side.wide);
	cfr_slab_free(build->image);
	free(build->frames);
	cfr_slab_free(build->copies);
	cfr_slab_free(build->merges);
	cfr_slab_free(build->stamps);
	cfr__keys_release(&build->keys);
	cfr_slab_free(build->pool);
	cfr_pool_unref(build->mem);
	cfr_source_unref(build->source);
	free(build);
}

int cfr_build_key(cfr_build *build, cfr_str key, const cfr_mark *mark, cfr_err *err)
{
	static const cfr_mark nowhere = { 0 };

	build->key_mark = mark ? *mark : nowhere;
	if (CFR_UNLIKELY(build->depth == 0 || build->frames[build->depth - 1].kind != CFR_MAPPING ||
	                 build->key != CFR_BUILD_KEYLESS))
		return cfr_err_set(err, CFR_E_BUG, "a reader put a key where none can stand");
	if (CFR_UNLIKELY(key.len > build->limits.of[CFR_LIMIT_KEY]))
		return cfr__build_limit(build, CFR_LIMIT_KEY, build->key_mark.start, err);
	return cfr__keys_intern(&build->key, build, key, err);
}

/* One value: everything but what its kind needs. */
static CFR_INLINE int push_as(cfr_build *build, cfr_kind kind, uint64_t value, const cfr_mark *mark, cfr_err *err)
{
	static const cfr_mark nowhere = { 0 };
	unsigned char *record;
	uint32_t rank = build->count, key;
	int r;

	if (!mark)
		mark = &nowhere;
	if (CFR_UNLIKELY(rank == build->cap) && (r = cfr__build_room(build, 1, mark->start, err)) < 0)
		return r;
	if (CFR_UNLIKELY(!cfr__build_place(&key, build)))
		return cfr__build_misplaced(err);
	if ((r = cfr__entry_push(build, rank, mark, key == CFR_BUILD_KEYLESS ? NULL : &build->key_mark,
	                         cfr__is_container(kind), err)) < 0)
		return r;
	record = cfr__record(build, rank);
	cfr__store32(record, key);
	cfr__store32(record + 4, kind);
	cfr__store64(record + 8, value);
	build->count = rank + 1;
	return 0;
}

static int push(cfr_build *build, cfr_kind kind, uint64_t value, const cfr_mark *mark, cfr_err *err)
{
	return push_as(build, kind, value, mark, err);
}

int cfr_build_null(cfr_build *build, const cfr_mark *mark, cfr_err *err)
{
	return push(build, CFR_NULL, 0, mark, err);
}

int cfr_build_bool(cfr_build *build, bool value, const cfr_mark *mark, cfr_err *err)
{
	return push(build, CFR_BOOL, value, mark, err);
}

int cfr_build_int(cfr_build *build, int64_t value, const cfr_mark *mark, cfr_err *err)
{
	return push(build, CFR_INT, (uint64_t)value, mark, err);
}

int cfr_build_float(cfr_build *build, double value, const cfr_mark *mark, cfr_err *err)
{
	return push(build, CFR_FLOAT, cfr__float_bits(value), mark, err);
}

int cfr_build_string(cfr_build *build, cfr_str text, const cfr_mark *mark, cfr_err *err)
{
	uint64_t slice;
	int r;

	if (CFR_UNLIKELY(text.len > build->limits.of[CFR_LIMIT_SCALAR] || text.len > INT32_MAX))
		return cfr__build_limit(build, CFR_LIMIT_SCALAR, mark ? mark->start : 0, err);
	if ((r = cfr__slice(&slice, build, text, err)) < 0 || (r = push_as(build, CFR_STRING, slice, mark, err)) < 0)
		return r;
	build->strings += text.len;
	return 0;
}

int cfr_build_other(cfr_build *build, cfr_str tag, cfr_str text, const cfr_mark *mark, cfr_err *err)
{
	uint64_t slice = CFR_SLICE_POOL | build->pool_len;
	unsigned char len[4];
	int r;

	if (text.len > build->limits.of[CFR_LIMIT_SCALAR] || text.len + tag.len > INT32_MAX)
		return cfr__build_limit(build, CFR_LIMIT_SCALAR, mark ? mark->start : 0, err);
	if (tag.len > build->limits.of[CFR_LIMIT_KEY] || tag.len > CFR_IMAGE_TAG_MAX)
		return cfr__build_limit(build, CFR_LIMIT_KEY, mark ? mark->before : 0, err);
	if ((r = cfr__text_room(build, sizeof(len) + tag.len + text.len, err)) < 0)
		return r;
	cfr__store32(len, (uint32_t)tag.len);
	cfr__text_add(build, (cfr_str){ (const char *)len, sizeof(len) });
	cfr__text_add(build, tag);
	cfr__text_add(build, text);
	slice |= (uint64_t)(sizeof(len) + tag.len + text.len) << 32;
	if ((r = push(build, CFR_OTHER, slice, mark, err)) < 0)
		return r;
	build->strings += tag.len + text.len;
	return 0;
}

int cfr_build_begin(cfr_build *build, cfr_kind kind, const cfr_mark *mark, cfr_err *err)
{
	int r;

	if (CFR_UNLIKELY(build->depth >= build->limits.of[CFR_LIMIT_DEPTH] || build->depth >= CFR_IMAGE_DEPTH - 1))
		return cfr__build_limit(build, CFR_LIMIT_DEPTH, mark ? mark->start : 0, err);
	if ((r = cfr_vec_room(&build->frames, &build->frame_cap, build->depth + 1, sizeof(*build->frames), err)) < 0 ||
	    (r = push_as(build, kind, 0, mark, err)) < 0)
		return r;
	build->frames[build->depth++] = (struct cfr_frame){ build->count - 1, 0, kind };
	return 0;
}

int cfr_build_end(cfr_build *build, uint32_t end, cfr_err *err)
{
	struct cfr_frame *frame;
	int r;

	if (CFR_UNLIKELY(build->depth == 0 || build->key != CFR_BUILD_KEYLESS))
		return cfr_err_set(err, CFR_E_BUG, "a reader ended what it had not begun");
	if (CFR_UNLIKELY(build->merge_count && build->merges[build->merge_count - 1].depth == build->depth) &&
	    (r = cfr__build_merge_all(build, err)) < 0)
		return r;
	frame = &build->frames[--build->depth];
	if (frame->kind == CFR_MAPPING && frame->size > build->widest)
		build->widest = frame->size;
	cfr__store32(cfr__record(build, frame->rank) + 12, frame->size);
	return cfr__entry_close(build, frame->rank, end, err);
}

uint32_t cfr_build_rank(const cfr_build *build) { return build->count; }

static int scalar_of(cfr_build *build, cfr_node node, const cfr_mark *mark, cfr_err *err)
{
	switch (cfr_node_kind(node)) {
	case CFR_BOOL:
		return cfr_build_bool(build, cfr_node_bool(node), mark, err);
	case CFR_INT:
		return cfr_build_int(build, cfr_node_int(node), mark, err);
	case CFR_FLOAT:
		return cfr_build_float(build, cfr_node_float(node), mark, err);
	case CFR_STRING:
		return cfr_build_string(build, cfr_node_string(node), mark, err);
	case CFR_OTHER:
		return cfr_build_other(build, cfr_node_tag(node), cfr_node_string(node), mark, err);
	default:
		return cfr_build_null(build, mark, err);
	}
}

/* Walks the image with nothing but the parents for a way back. */
int cfr_build_node(cfr_build *build, cfr_node node, const cfr_mark *mark, cfr_err *err)
{
	const cfr_image *image = &node.tree->image;
	uint32_t at = node.at;
	int r;

	for (;;) {
		cfr_kind kind = cfr__image_kind(image, at);

		if (at != node.at) {
			uint32_t key = cfr__image_key(image, at);
			if (key != CFR_IMAGE_KEY_NONE &&
			    (r = cfr_build_key(build, cfr__image_key_text(image, key), mark, err)) < 0)
				return r;
		}
		if (cfr__is_container(kind)) {
			if ((r = cfr_build_begin(build, kind, mark, err)) < 0)
				return r;
			if (cfr__image_count(image, at) > 0) {
				at = cfr__image_first(image, at);
				continue;
			}
			if ((r = cfr_build_end(build, mark ? mark->end : 0, err)) < 0)
				return r;
		} else if ((r = scalar_of(build, cfr__node(node.tree, at), mark, err)) < 0) {
			return r;
		}
		for (;;) {			/* to the next sibling, or the next of the nearest parent that has one */
			uint32_t parent;

			if (at == node.at)
				return 0;
			parent = cfr__parent(node.tree, at);
			if (++at < cfr__image_first(image, parent) + cfr__image_count(image, parent))
				break;
			if ((r = cfr_build_end(build, mark ? mark->end : 0, err)) < 0)
				return r;
			at = parent;
		}
	}
}
