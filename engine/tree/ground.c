/* engine/tree/ground.c -- what all of the builder stands on: room for values and for text, and errors with their place.
 *
 * Values are pushed, and copied for aliases; text comes from values, keys and tags. All ask here for room, so that ceilings
 * and growth are decided in one place, and nothing here asks back. An error is given the path of its value, which is found by
 * going down from the root: that takes long, but happens once, and nobody keeps paths while all goes well.
 */
#include "engine/pointer.h"
#include "engine/tree/build_impl.h"
#include <stdio.h>

int cfr__text_room(cfr_build *build, uint64_t more, cfr_err *err)
{
	uint64_t need = build->pool_len + more;

	if (need > INT32_MAX)
		return cfr_err_nomem(err);
	if (build->pool_cap == 0 && need < build->text.len / 4)
		need = build->text.len / 4;	/* as in cfr__build_room */
	return cfr_slab_vec(&build->pool, build->mem, &build->pool_cap, need, 1, err);
}

void cfr__text_add(cfr_build *build, cfr_str text)
{
	if (text.len)
		memcpy(build->pool + build->pool_len, text.ptr, text.len);
	build->pool_len += (uint32_t)text.len;
}

int cfr__slice_copy(uint64_t *out, cfr_build *build, cfr_str text, cfr_err *err)
{
	int r = cfr__text_room(build, text.len, err);

	if (r < 0)
		return r;
	*out = CFR_SLICE_POOL | (uint64_t)text.len << 32 | build->pool_len;
	cfr__text_add(build, text);
	return 0;
}

/* The path of a value, by going down from the root. */
static void write_path(cfr_buf *out, const cfr_build *build, uint32_t rank)
{
	uint32_t at = 0;

	while (at != rank && at < build->count) {
		uint32_t child = at + 1, index = 0;
		char number[16];

		while (child < build->count && cfr__entry_next(&build->side, child) <= rank) {
			child = cfr__entry_next(&build->side, child);
			index++;
		}
		if (child >= build->count)
			break;
		if (cfr__kind_at(build, at) == CFR_MAPPING) {
			uint32_t key = cfr__key_at(build, child);
			cfr_pointer_add(out, cfr__slice_str(build, build->keys.items[key].slice));
		} else {
			int n = snprintf(number, sizeof(number), "%u", (unsigned)index);
			cfr_pointer_add(out, (cfr_str){ number, (size_t)n });
		}
		at = child;
	}
}

int cfr__build_fail(const cfr_build *build, int code, uint32_t offset, uint32_t rank, cfr_err *err)
{
	cfr_buf path = CFR_BUF_INIT;

	if (!err)
		return code;
	if (build->source) {
		cfr_place place = cfr_source_place(build->source, offset);
		cfr_err_at(err, cfr_source_name(build->source), place.line, place.column);
	}
	write_path(&path, build, rank);
	if (!path.failed)
		cfr_err_path(err, cfr_buf_str(&path));
	cfr_buf_release(&path);
	return code;
}

int cfr__build_limit(const cfr_build *build, cfr_limit which, uint32_t offset, cfr_err *err)
{
	return cfr__build_fail(build, cfr_err_limit(err, &build->limits, which), offset, cfr__open_rank(build), err);
}

int cfr__build_room(cfr_build *build, uint64_t n, uint32_t offset, cfr_err *err)
{
	uint64_t need = build->count + n;
	unsigned char *image;
	uint32_t cap;
	size_t size, behind = 0;
	int r;

	/* The root does not count, so that a mapping of a million keys passes a ceiling of a million. */
	if (CFR_UNLIKELY(need - 1 > build->limits.of[CFR_LIMIT_NODES] || need >= CFR_BUILD_MAX))
		return cfr__build_limit(build, CFR_LIMIT_NODES, offset, err);
	if (CFR_LIKELY(need <= build->cap))
		return 0;
	/* The first time, about as many as a source of this size has, and what an image has behind them: memory that is never
	 * touched costs nothing, and arrays that grow leave holes behind. */
	if (build->cap == 0) {
		size_t text = build->text.len - (offset < build->text.len ? offset : build->text.len);

		if (need < text / 16)
			need = text / 16;
		behind = text / 8 + (text < 1024 ? text : 1024);
	}
	cap = build->cap;
	if ((r = cfr_slab_vec(&build->side.items, build->mem, &cap, need, sizeof(*build->side.items), err)) < 0)
		return r;
	size = CFR_IMAGE_HEADER + (size_t)cap * CFR_IMAGE_RECORD + behind;
	image = build->image ? cfr_slab_grow(build->image, size) : cfr_slab_room(build->mem, size);
	if (!image)
		return cfr_err_nomem(err);
	build->image = image;
	/* Never above the ceiling, so that push has one thing to ask. */
	build->cap = cap <= build->limits.of[CFR_LIMIT_NODES] ? cap : (uint32_t)build->limits.of[CFR_LIMIT_NODES] + 1;
	return 0;
}

int cfr__build_misplaced(cfr_err *err)
{
	return cfr_err_set(err, CFR_E_BUG, "a reader put a value where none can stand");
}
