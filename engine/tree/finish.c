/* engine/tree/finish.c -- from the values in the author's order to the one image. IMAGE_LAYOUT
 *
 * The size of the image is known before its first byte is written: the builder has counted. Then one walk, depth
 * first through the containers as they come to lie, places each one's children: gathered by their `next`, sorted by
 * the rank of their keys, written side by side. A container's record gets the number of its first child when its own
 * turn comes. Equal keys meet as neighbours of the sort.
 *
 * Memory is at its peak here, so nothing is kept twice. A value's word is done with when the value has been placed, and
 * its four bytes then hold the number of its node: one of the two maps of the document. A container's record holds its
 * rank until it knows its first child. The other map, and the parents, are made when the payloads are gone.
 */
#include "engine/base/large.h"
#include "engine/base/utf8.h"
#include "engine/image/verify.h"
#include "engine/pointer.h"
#include "engine/tree/build_impl.h"
#include <stdlib.h>

/* Above this many bytes of entries a document takes over the builder's arrays instead of copying them. */
static bool takes_over(const cfr_build *build) { return build->count * sizeof(struct cfr_packed) > 32 * 1024; }

struct layout {
	cfr_build *build;
	char *bytes;			/* the image */
	uint32_t *key_ranks;
	uint64_t *gathered, *spare;	/* children of a mapping: rank of the key, rank of the value */
	unsigned char *records;
	char *strings;
	uint32_t next, text;		/* nodes and bytes of strings placed so far */
	uint32_t twin, twin_of;		/* the earliest duplicate, its first place; 0: none */
};

static void place(struct layout *layout, uint32_t at, uint32_t rank)
{
	cfr_build *build = layout->build;
	unsigned char *record = layout->records + (size_t)at * CFR_IMAGE_RECORD;
	uint32_t word = build->words[rank], key = cfr__word_key(word), kind = cfr__word_kind(word);
	uint64_t value = build->values[rank];

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
	} else if (cfr__is_container((cfr_kind)kind)) {
		value = value << 32 | rank;
	}
	cfr__store32(record, key == CFR_BUILD_KEYLESS ? CFR_IMAGE_KEY_NONE : layout->key_ranks[key]);
	cfr__store32(record + 4, kind);
	cfr__store64(record + 8, value);
	build->words[rank] = at;
}

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
		uint64_t item = (uint64_t)layout->key_ranks[cfr__word_key(build->words[child])] << 32 | child;

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
		place(layout, layout->next + i, child);
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
	place(layout, 0, 0);
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
		record = layout->records + (size_t)level->at++ * CFR_IMAGE_RECORD;
		kind = cfr__load32(record + 4) & 0xFF;
		if (!cfr__is_container((cfr_kind)kind))
			continue;
		rank = cfr__load32(record + 8);
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
				place(layout, layout->next + i, child);
		}
		stack[depth++] = (struct level){ layout->next, layout->next + count };
		layout->next += count;
	}
	return 0;
}

static void write_keys(struct layout *layout)
{
	cfr_build *build = layout->build;
	unsigned char *table = layout->records + (size_t)build->count * CFR_IMAGE_RECORD;
	char *text = (char *)table + (size_t)build->keys.count * CFR_IMAGE_KEY;
	uint32_t offset = 0;

	/* Lengths to their places first; then offsets are a running sum, and each text knows where to go. */
	for (uint32_t i = 0; i < build->keys.count; i++)
		cfr__store32(table + (size_t)layout->key_ranks[i] * CFR_IMAGE_KEY + 4,
		             cfr__slice_len(build->keys.items[i].slice));
	for (uint32_t i = 0; i < build->keys.count; i++) {
		cfr__store32(table + (size_t)i * CFR_IMAGE_KEY, offset);
		offset += cfr__load32(table + (size_t)i * CFR_IMAGE_KEY + 4);
	}
	for (uint32_t i = 0; i < build->keys.count; i++) {
		cfr_str key = cfr__slice_str(build, build->keys.items[i].slice);
		if (key.len)
			memcpy(text + cfr__load32(table + (size_t)layout->key_ranks[i] * CFR_IMAGE_KEY), key.ptr, key.len);
	}
}

/* The path of a node, in a tree made for the question alone. */
static void add_path(const cfr_image *image, uint32_t at, cfr_err *err)
{
	uint32_t *parents = malloc((size_t)image->node_count * sizeof(*parents));
	cfr_buf path = CFR_BUF_INIT;
	cfr_tree *tree = NULL;

	if (!err || !parents || cfr__tree_new(&tree, image, parents, NULL, NULL, NULL) < 0) {
		free(parents);
		return;
	}
	cfr__image_parents(image, parents);
	cfr_pointer_write(&path, cfr__node(tree, at));
	if (!path.failed)
		cfr_err_path(err, cfr_buf_str(&path));
	cfr_buf_release(&path);
	cfr_tree_unref(tree);
}

static int duplicate(struct layout *layout, const cfr_image *image, cfr_err *err)
{
	cfr_build *build = layout->build;
	cfr_entry twin = cfr__entry(&build->side, layout->twin), first = cfr__entry(&build->side, layout->twin_of);
	uint32_t at = build->words[layout->twin];
	cfr_str key = cfr__image_key_text(image, cfr__image_key(image, at));
	int shown = (int)(key.len > 80 ? 80 : key.len), r;

	while (shown < (int)key.len && ((unsigned char)key.ptr[shown] & 0xC0) == 0x80)
		shown--;
	r = cfr_err_set(err, CFR_E_DUPLICATE, "the key '%.*s' stands twice in one mapping", shown, key.ptr);
	add_path(image, at, err);
	if (err && build->source) {
		cfr_place place = cfr_source_place(build->source, twin.key_start);
		cfr_place other = cfr_source_place(build->source, first.key_start);

		cfr_err_at(err, cfr_source_name(build->source), place.line, place.column);
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
	uint64_t size = cfr__image_size(build->count, build->keys.count, (uint32_t)build->keys.text, 0) + build->strings;
	int r;

	if (build->strings > UINT32_MAX || build->keys.text > UINT32_MAX)
		return cfr_err_set(err, CFR_E_UNSUPPORTED, "a document with more than 4 GiB of text");
	if ((r = cfr__keys_rank(&layout->key_ranks, build, err)) < 0)
		return r;
	layout->bytes = cfr_large(malloc((size_t)size), (size_t)size);
	layout->gathered = malloc(((size_t)build->widest * 2 + 1) * sizeof(*layout->gathered));
	if (!layout->bytes || !layout->gathered)
		return cfr_err_nomem(err);
	layout->spare = layout->gathered + build->widest;
	memcpy(layout->bytes, CFR_IMAGE_MAGIC, 8);
	cfr__store64(layout->bytes + 8, size);
	cfr__store32(layout->bytes + 16, build->count);
	cfr__store32(layout->bytes + 20, build->keys.count);
	cfr__store32(layout->bytes + 24, (uint32_t)build->keys.text);
	cfr__store32(layout->bytes + 28, (uint32_t)build->strings);
	layout->records = (unsigned char *)layout->bytes + CFR_IMAGE_HEADER;
	layout->strings = layout->bytes + (size - build->strings);
	return 0;
}

/* Afterwards the words are numbers of nodes, and the values are used up. */
static int make_tree(cfr_tree **out, cfr_build *build, cfr_err *err)
{
	struct layout layout = { .build = build };
	cfr_image image;
	uint32_t *parents = NULL;
	int r;

	if (build->count == 0 || build->depth > 0) {
		r = cfr_err_set(err, CFR_E_BUG, "a reader finished in the middle of a value");
		goto done;
	}
	if ((r = allocate(&layout, err)) < 0 || (r = lay_out(&layout, err)) < 0)
		goto done;
	write_keys(&layout);
	cfr__image_map(&image, (cfr_str){ layout.bytes, (size_t)cfr__load64(layout.bytes + 8) });
	if (layout.twin) {
		r = duplicate(&layout, &image, err);
		goto done;
	}
	if ((r = check_text(&image, err)) < 0)
		goto done;
	if (takes_over(build)) {
		free(build->values);
		build->values = NULL;
		build->cap = 0;
	}
	r = CFR_E_NOMEM;
	if (!(parents = cfr_large(malloc(image.node_count * sizeof(*parents)), image.node_count * sizeof(*parents))))
		goto done;
	cfr__image_parents(&image, parents);
	if ((r = cfr__tree_new(out, &image, parents, free, layout.bytes, err)) < 0)
		goto done;
	build->count = 0;		/* a second finish would read words that are no words */
	layout.bytes = NULL;
	parents = NULL;
done:
	if (r == CFR_E_NOMEM)
		cfr_err_nomem(err);
	free(parents);
	free(layout.gathered);
	free(layout.bytes);
	free(layout.key_ranks);
	return r;
}

/* Take an array of the builder, cut to size, or copy it. NULL when out of memory. */
static void *take(void *array, size_t size, bool over)
{
	void *mine = over ? realloc(array, size) : malloc(size);

	if (mine && !over)
		memcpy(mine, array, size);
	return mine ? mine : over ? array : NULL;	/* cutting may fail; then it stays long */
}

int cfr_build_finish(cfr_document **out, cfr_build *build, uint32_t index, uint32_t range_start, uint32_t range_end,
                     cfr_err *err)
{
	cfr_document *doc = build->source ? calloc(1, sizeof(*doc)) : NULL;
	size_t n = build->count;
	bool over = takes_over(build);
	int r;

	if (!build->source)
		return cfr_err_set(err, CFR_E_BUG, "a document without a source");
	if (!doc)
		return cfr_err_nomem(err);
	atomic_init(&doc->refs, 1);
	doc->source = cfr_source_ref(build->source);
	doc->format = build->format;
	doc->index = index;
	doc->start = range_start;
	doc->end = range_end;
	if ((r = make_tree(&doc->tree, build, err)) < 0)
		goto done;
	r = CFR_E_NOMEM;
	if (!(doc->ranks = cfr_large(malloc(n * sizeof(*doc->ranks)), n * sizeof(*doc->ranks))))
		goto done;
	for (uint32_t rank = 0; rank < n; rank++)
		doc->ranks[build->words[rank]] = rank;
	if (!(doc->side.items = take(build->side.items, n * sizeof(*doc->side.items), over)))
		goto done;
	if (over)
		build->side.items = NULL;
	if (build->wide_count) {
		if (!(doc->side.wide = take(build->side.wide, build->wide_count * sizeof(*doc->side.wide), false)))
			goto done;
		doc->wide_count = build->wide_count;
	}
	if (!(doc->nodes = take(build->words, n * sizeof(*doc->nodes), over)))
		goto done;
	if (over)
		build->words = NULL;
	if (build->copy_count) {
		if (!(doc->copies = take(build->copies, build->copy_count * sizeof(*doc->copies), false)))
			goto done;
		doc->copy_count = build->copy_count;
	}
	*out = doc;
	doc = NULL;
	r = 0;
done:
	if (r == CFR_E_NOMEM)
		cfr_err_nomem(err);
	cfr_document_unref(doc);
	return r;
}

int cfr_build_finish_tree(cfr_tree **out, cfr_build *build, cfr_err *err)
{
	return make_tree(out, build, err);
}
