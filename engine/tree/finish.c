/* engine/tree/finish.c -- from the values in the author's order to the one image. IMAGE_LAYOUT
 *
 * The size of the image is known before its first byte is written: the builder has counted. Three walks make it. The first
 * goes depth first through the containers as they will lie, and notes for each place which value comes there: children
 * gathered by their `next`, sorted by the rank of their keys. That list is one of the maps of the document. Equal keys
 * meet as neighbours of the sort. The second brings the records to their places (permute.c). The third, now straight on,
 * writes the strings behind them and says in each record what it means from here on.
 *
 * Memory is at its peak here, so nothing is kept twice. The records of a document change places where they are, and
 * their array becomes the image; the entries are the sidecar's already. Of many small documents in one stream each gets
 * a copy, one slab for the tree and one for the rest, and the builder's arrays serve the next.
 */
#include "engine/base/utf8.h"
#include "engine/image/verify.h"
#include "engine/pointer.h"
#include "engine/tree/build_impl.h"
#include "engine/tree/permute.h"
#include <stdlib.h>

/* A document takes over the builder's arrays when it fills a good part of them. Without a pool, what it does not fill is
 * given back: then also when there is much that would be copied. */
static bool takes_over(const cfr_build *build)
{
	size_t fills = build->count * sizeof(*build->side.items);

	return fills > 0 && (fills >= cfr_slab_size(build->side.items) / 4 || (!build->mem && fills > 32 * 1024));
}

enum { FEW = 64 };			/* children of a mapping that are sorted on the stack */

struct layout {
	cfr_build *build;
	cfr_tree *tree;			/* in one slab with its image; NULL: that becomes of the builder's records */
	char *bytes;			/* the image */
	uint32_t *ranks;		/* by node: the value that comes there */
	const uint32_t *key_ranks;
	uint64_t *gathered, *spare;	/* children of a mapping: rank of the key, rank of the value */
	uint64_t *wide;			/* a slab for them, when they may be many */
	unsigned char *records;
	char *strings;
	size_t size;
	uint32_t next, text;		/* nodes and bytes of strings placed so far */
	uint32_t twin, twin_of;		/* the earliest duplicate, its first place; 0: none */
};

/* Merge sort for the wide; insertion for the rest, where it is nearly free when the keys come sorted. */
static uint64_t *sort(uint64_t *items, uint64_t *other, size_t n)
{
	enum { RUN = 16 };

	for (size_t low = 0; low < n; low += RUN) {
		size_t high = low + RUN < n ? low + RUN : n;

		for (size_t i = low + 1; i < high; i++) {
			uint64_t item = items[i];
			size_t to = i;

			for (; to > low && items[to - 1] > item; to--)
				items[to] = items[to - 1];
			items[to] = item;
		}
	}
	for (size_t width = RUN; width < n; width *= 2) {
		uint64_t *swap = items;

		for (size_t low = 0; low < n; low += 2 * width) {
			size_t middle = low + width < n ? low + width : n;
			size_t high = middle + width < n ? middle + width : n;
			size_t a = low, b = middle, to = low;

			while (a < middle && b < high)
				other[to++] = items[b] < items[a] ? items[b++] : items[a++];
			while (a < middle)
				other[to++] = items[a++];
			while (b < high)
				other[to++] = items[b++];
		}
		items = other;
		other = swap;
	}
	return items;
}

static void place_mapping(struct layout *layout, uint32_t rank, uint32_t count)
{
	cfr_build *build = layout->build;
	uint64_t *items = layout->gathered, last = 0;
	bool sorted = true;

	for (uint32_t i = 0, child = rank + 1; i < count; i++, child = cfr__entry_next(&build->side, child)) {
		uint64_t item = (uint64_t)layout->key_ranks[cfr__key_at(build, child)] << 32 | child;

		sorted &= item >= last;
		items[i] = last = item;
	}
	if (!sorted)
		items = sort(items, layout->spare, count);
	for (uint32_t i = 0; i < count; i++) {
		uint32_t child = (uint32_t)items[i];

		if (CFR_UNLIKELY(i > 0 && items[i] >> 32 == items[i - 1] >> 32) &&
		    (layout->twin == 0 || child < layout->twin)) {
			layout->twin = child;
			layout->twin_of = (uint32_t)items[i - 1];
		}
		layout->ranks[layout->next + i] = child;
	}
}

/* Readers are stopped where they begin a collection, so this one came through an alias: that is the place to name. */
static int too_deep(struct layout *layout, uint32_t rank, cfr_err *err)
{
	cfr_build *build = layout->build;
	uint32_t offset = build->side.items[rank].start;
	int r = cfr_err_limit(err, &build->limits, CFR_LIMIT_DEPTH);

	for (uint32_t i = build->copy_count; i-- > 0;) {
		if (build->copies[i].rank <= rank && rank < cfr__entry_next(&build->side, build->copies[i].rank))
			offset = build->copies[i].use;
	}
	if (err && build->source) {
		cfr_place at = cfr_source_place(build->source, offset);
		cfr_err_at(err, cfr_source_name(build->source), at.line, at.column);
	}
	return r;
}

static int lay_out(struct layout *layout, cfr_err *err)
{
	cfr_build *build = layout->build;
	struct level {
		uint32_t at, end;
	} stack[CFR_IMAGE_DEPTH];
	uint32_t depth = 1, deepest = CFR_IMAGE_DEPTH - 1;

	if (build->limits.of[CFR_LIMIT_DEPTH] < deepest)
		deepest = (uint32_t)build->limits.of[CFR_LIMIT_DEPTH];
	layout->ranks[0] = 0;
	layout->next = 1;
	stack[0] = (struct level){ 0, 1 };
	while (depth > 0) {
		struct level *level = &stack[depth - 1];
		unsigned char *record;
		uint32_t kind, count, rank;

		if (level->at == level->end) {
			depth--;
			continue;
		}
		rank = layout->ranks[level->at++];
		record = cfr__record(build, rank);
		kind = cfr__load32(record + 4);
		if (!cfr__is_container((cfr_kind)kind))
			continue;
		if (CFR_UNLIKELY(depth > deepest))
			return too_deep(layout, rank, err);
		count = cfr__load32(record + 12);
		cfr__store32(record + 8, count ? layout->next : 0);
		if (count == 0)
			continue;
		if (kind == CFR_MAPPING) {
			place_mapping(layout, rank, count);
		} else {
			for (uint32_t i = 0, child = rank + 1; i < count; i++, child = cfr__entry_next(&build->side, child))
				layout->ranks[layout->next + i] = child;
		}
		stack[depth++] = (struct level){ layout->next, layout->next + count };
		layout->next += count;
	}
	return 0;
}

/* What the builder kept in a record, as the image has it. */
static inline void translate(struct layout *layout, unsigned char *record, const unsigned char *kept)
{
	cfr_build *build = layout->build;
	uint32_t key = cfr__load32(kept), kind = cfr__load32(kept + 4);
	uint64_t value = cfr__load64(kept + 8);

	if (cfr__is_text((cfr_kind)kind)) {
		const char *text = cfr__slice_ptr(build, value);
		uint32_t len = cfr__slice_len(value);

		if (kind == CFR_OTHER) {
			kind |= cfr__load32(text) << 8;
			text += 4;
			len -= 4;
		}
		if (len)
			memcpy(layout->strings + layout->text, text, len);
		value = layout->text | (uint64_t)len << 32;
		layout->text += len;
	}
	cfr__store32(record, key == CFR_BUILD_KEYLESS ? CFR_IMAGE_KEY_NONE : layout->key_ranks[key]);
	cfr__store32(record + 4, kind);
	cfr__store64(record + 8, value);
}

/* Strings come from all over the source. */
static inline void ask_for(const cfr_build *build, const unsigned char *kept)
{
	if (cfr__is_text((cfr_kind)cfr__load32(kept + 4)))
		CFR_PREFETCH(cfr__slice_ptr(build, cfr__load64(kept + 8)));
}

static void write_records(struct layout *layout, bool over)
{
	enum { AHEAD = 24 };
	cfr_build *build = layout->build;
	uint32_t count = build->count;

	if (over)
		cfr__permute(layout->records, layout->ranks, count);
	for (uint32_t at = 0; at < count; at++) {
		unsigned char *record = layout->records + (size_t)at * CFR_IMAGE_RECORD;

		if (over && at + AHEAD < count)
			ask_for(build, record + (size_t)AHEAD * CFR_IMAGE_RECORD);
		translate(layout, record, over ? record : cfr__record(build, layout->ranks[at]));
	}
}

static void write_keys(struct layout *layout)
{
	cfr_build *build = layout->build;
	unsigned char *table = layout->records + (size_t)build->count * CFR_IMAGE_RECORD;
	char *text = (char *)table + (size_t)build->keys.used * CFR_IMAGE_KEY;
	uint32_t offset = 0;

	for (uint32_t i = 0; i < build->keys.count; i++) {
		const struct cfr_key *key = &build->keys.items[build->keys.order[i]];
		uint32_t len = cfr__slice_len(key->slice);

		if (!key->used)
			continue;
		cfr__store32(table, offset);
		cfr__store32(table + 4, len);
		if (len)
			memcpy(text + offset, cfr__slice_ptr(build, key->slice), len);
		table += CFR_IMAGE_KEY;
		offset += len;
	}
}

/* The path of a node, in a tree made for the question alone. */
static void add_path(const cfr_image *image, uint32_t at, cfr_err *err)
{
	cfr_buf path = CFR_BUF_INIT;
	cfr_tree *tree = NULL;

	if (!err || cfr__tree_new(&tree, NULL, image, NULL, NULL, NULL, NULL) < 0)
		return;
	cfr_pointer_write(&path, cfr__node(tree, at));
	if (!path.failed)
		cfr_err_path(err, cfr_buf_str(&path));
	cfr_buf_release(&path);
	cfr_tree_unref(tree);
}

static int duplicate(struct layout *layout, cfr_err *err)
{
	cfr_build *build = layout->build;
	uint32_t at = cfr__entry(&build->side, layout->twin).key_start;
	cfr_str key = cfr__slice_str(build, build->keys.items[cfr__key_at(build, layout->twin)].slice);
	int shown = (int)(key.len > 80 ? 80 : key.len), r;

	while (shown < (int)key.len && ((unsigned char)key.ptr[shown] & 0xC0) == 0x80)
		shown--;
	r = cfr_err_set(err, CFR_E_DUPLICATE, "the key '%.*s' stands twice in one mapping", shown, key.ptr);
	cfr__build_fail(build, r, at, layout->twin, err);
	if (err && build->source) {
		cfr_place other = cfr_source_place(build->source, cfr__entry(&build->side, layout->twin_of).key_start);

		err->other_line = other.line;
		err->other_column = other.column;
		cfr_err_hint(err, "it was first written on line %u, column %u; remove or rename one of them",
		             (unsigned)other.line, (unsigned)other.column);
	} else {
		cfr_err_hint(err, "remove or rename one of them");
	}
	return r;
}

/* Text of readers is valid already; a program may have given anything. */
static int check_text(const cfr_image *image, cfr_err *err)
{
	bool all = cfr_utf8_valid(image->strings, image->strings_len) == image->strings_len;

	for (uint32_t i = 0; i < image->node_count; i++) {
		uint32_t tag = cfr__image_tag_len(image, i);
		cfr_str text;

		if (!cfr__is_text(cfr__image_kind(image, i)))
			continue;
		text = cfr__image_text(image, i);
		/* Of valid text, it is enough that none begins inside a character. */
		if (all && (text.len == 0 || ((unsigned char)text.ptr[0] & 0xC0) != 0x80) &&
		    (tag == text.len || ((unsigned char)text.ptr[tag] & 0xC0) != 0x80))
			continue;
		if (cfr_utf8_valid(text.ptr, tag) != tag ||
		    cfr_utf8_valid(text.ptr + tag, text.len - tag) != text.len - tag) {
			int r = cfr_err_set(err, CFR_E_ENCODING, "a string that is not UTF-8");
			add_path(image, i, err);
			return r;
		}
	}
	return 0;
}

static int allocate(struct layout *layout, cfr_err *err)
{
	cfr_build *build = layout->build;
	int r;

	layout->size = (size_t)(cfr__image_size(build->count, build->keys.used, (uint32_t)build->keys.text, 0) +
	                        build->strings);
	if (build->strings > UINT32_MAX || build->keys.text > UINT32_MAX)
		return cfr_err_set(err, CFR_E_UNSUPPORTED, "a document with more than 4 GiB of text");
	if ((r = cfr__keys_rank(build, err)) < 0)
		return r;
	layout->key_ranks = build->keys.ranks;
	if (build->widest > FEW) {
		layout->wide = cfr_slab_room(build->mem, (size_t)build->widest * 2 * sizeof(*layout->wide));
		if (!layout->wide)
			return cfr_err_nomem(err);
		layout->gathered = layout->wide;
	}
	layout->spare = layout->gathered + build->widest;
	return 0;
}

/* The image, with nothing but its head filled. One that is taken over stays the builder's until all is done. */
static int begin_image(struct layout *layout, bool over, cfr_err *err)
{
	cfr_build *build = layout->build;

	cfr_slab_free(layout->wide);
	layout->wide = NULL;
	if (over) {
		build->side.items = cfr_slab_trim(build->side.items, build->count * sizeof(*build->side.items));
		build->cap = build->count;
		if (build->wide_count) {
			build->side.wide = cfr_slab_trim(build->side.wide, build->wide_count * sizeof(*build->side.wide));
			build->wide_cap = build->wide_count;
		}
		layout->bytes = cfr_slab_grow(build->image, layout->size);
		if (layout->bytes)
			build->image = (unsigned char *)layout->bytes;
	} else {
		layout->tree = cfr_slab_new(build->mem, sizeof(*layout->tree) + layout->size);
		layout->bytes = (char *)(layout->tree ? layout->tree + 1 : NULL);
	}
	if (!layout->bytes)
		return cfr_err_nomem(err);
	memcpy(layout->bytes, CFR_IMAGE_MAGIC, 8);
	cfr__store64(layout->bytes + 8, layout->size);
	cfr__store32(layout->bytes + 16, build->count);
	cfr__store32(layout->bytes + 20, build->keys.used);
	cfr__store32(layout->bytes + 24, (uint32_t)build->keys.text);
	cfr__store32(layout->bytes + 28, (uint32_t)build->strings);
	layout->records = (unsigned char *)layout->bytes + CFR_IMAGE_HEADER;
	layout->strings = layout->bytes + (layout->size - build->strings);
	return 0;
}

/* The tree of an image that was the builder's until now. */
static int tree_over(cfr_tree **out, struct layout *layout, cfr_err *err)
{
	cfr_build *build = layout->build;
	cfr_image image;
	int r;

	layout->bytes = cfr_slab_trim(layout->bytes, layout->size);
	build->image = (unsigned char *)layout->bytes;
	cfr__image_map(&image, (cfr_str){ layout->bytes, layout->size });
	if ((r = cfr__tree_new(out, build->mem, &image, NULL, cfr_slab_free, layout->bytes, err)) < 0)
		return r;
	build->image = NULL;
	build->cap = 0;
	return 0;
}

/* `ranks`, room for one of each value, gets the map from nodes to them. Afterwards the builder's records are used up, and
 * what is left of it is the sidecar. */
static int make_tree(cfr_tree **out, uint32_t *ranks, cfr_build *build, bool over, cfr_err *err)
{
	uint64_t few[2 * FEW];
	struct layout layout = { .build = build, .ranks = ranks, .gathered = few };
	cfr_image image;
	int r;

	if (build->count == 0 || build->depth > 0)
		return cfr_err_set(err, CFR_E_BUG, "a reader finished in the middle of a value");
	if ((r = allocate(&layout, err)) < 0 || (r = lay_out(&layout, err)) < 0)
		goto done;
	if (layout.twin) {
		r = duplicate(&layout, err);
		goto done;
	}
	if ((r = begin_image(&layout, over, err)) < 0)
		goto done;
	write_records(&layout, over);
	write_keys(&layout);
	cfr__image_map(&image, (cfr_str){ layout.bytes, layout.size });
	if ((r = check_text(&image, err)) < 0 || (over && (r = tree_over(out, &layout, err)) < 0))
		goto done;
	if (!over) {
		cfr__tree_init(layout.tree, &image, NULL, NULL, NULL);
		*out = layout.tree;
		layout.tree = NULL;
	}
	build->count = 0;		/* a second finish would read records that are none */
done:
	cfr_slab_free(layout.wide);
	cfr_slab_free(layout.tree);
	return r;
}

/* A document with room for what is counted by now, behind it. */
static cfr_document *document_new(cfr_build *build, bool over)
{
	size_t n = build->count, wide = over ? 0 : build->wide_count;
	cfr_document *doc = cfr_slab_new(build->mem, sizeof(*doc) + n * sizeof(*doc->ranks) +
	                                 build->copy_count * sizeof(*doc->copies) +
	                                 (over ? 0 : n) * sizeof(*doc->side.items) + wide * sizeof(*doc->side.wide));

	if (!doc)
		return NULL;
	memset(doc, 0, sizeof(*doc));
	atomic_init(&doc->refs, 1);
	atomic_init(&doc->nodes, NULL);
	doc->source = cfr_source_ref(build->source);
	doc->format = build->format;
	doc->ranks = (uint32_t *)(doc + 1);
	doc->copies = (struct cfr_copy *)(doc->ranks + n);
	if (!over) {
		doc->side.items = (struct cfr_packed *)(doc->copies + build->copy_count);
		doc->side.wide = (struct cfr_wide *)(doc->side.items + n);
	}
	return doc;
}

/* The sidecar: the builder's, or a copy. */
static void take_sidecar(cfr_document *doc, cfr_build *build, size_t n, bool over)
{
	doc->wide_count = build->wide_count;
	doc->copy_count = build->copy_count;
	if (doc->copy_count)
		memcpy(doc->copies, build->copies, doc->copy_count * sizeof(*doc->copies));
	if (!over) {
		memcpy(doc->side.items, build->side.items, n * sizeof(*doc->side.items));
		if (doc->wide_count)
			memcpy(doc->side.wide, build->side.wide, doc->wide_count * sizeof(*doc->side.wide));
		return;
	}
	doc->took_over = true;
	doc->side.items = build->side.items;
	build->side.items = NULL;
	if (doc->wide_count) {
		doc->side.wide = build->side.wide;
		build->side.wide = NULL;
		build->wide_cap = 0;
	}
}

int cfr_build_finish(cfr_document **out, cfr_build *build, uint32_t index, uint32_t range_start, uint32_t range_end,
                     cfr_err *err)
{
	bool over = takes_over(build);
	size_t n = build->count;
	cfr_document *doc;
	int r;

	if (!build->source)
		return cfr_err_set(err, CFR_E_BUG, "a document without a source");
	if (!(doc = document_new(build, over)))
		return cfr_err_nomem(err);
	doc->index = index;
	doc->start = range_start;
	doc->end = range_end;
	if ((r = make_tree(&doc->tree, doc->ranks, build, over, err)) < 0) {
		cfr_document_unref(doc);
		return r;
	}
	take_sidecar(doc, build, n, over);
	*out = doc;
	return 0;
}

int cfr_build_finish_tree(cfr_tree **out, cfr_build *build, cfr_err *err)
{
	uint32_t *ranks = cfr_slab_new(build->mem, ((size_t)build->count + 1) * sizeof(*ranks));
	int r;

	if (!ranks)
		return cfr_err_nomem(err);
	r = make_tree(out, ranks, build, takes_over(build), err);
	cfr_slab_free(ranks);
	return r;
}
