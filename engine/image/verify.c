/* engine/image/verify.c -- does this block of bytes hold exactly one value in its one form? IMAGE_LAYOUT
 *
 * The bytes may come from anybody. Nothing is read before its range is known to lie inside, and after this pass no
 * reader checks again. Because the form is canonical, most of the work is to foretell what must stand next: the next
 * block begins where the last one ended, the next string where the last one ended, the next key of a mapping is
 * greater. Blocks are laid out depth first, so one walk with a stack of bounded depth meets all records in the order
 * in which they lie.
 *
 * UTF-8 is proved for each pool as a whole; a text is then valid exactly if it does not begin (nor its successor)
 * inside a character.
 */
#include "engine/image/verify.h"

#include "engine/base/slab.h"
#include "engine/base/utf8.h"
#include <stdlib.h>

struct walk {
	const cfr_image *image;
	uint32_t *parents;
	unsigned char *used;		/* a bit for each key */
	uint32_t next;			/* where the next block must begin */
	uint32_t text;			/* where the next string must begin */
	struct level {
		uint32_t at, end;	/* records of the block that are still to be entered */
	} stack[CFR_IMAGE_DEPTH];
};

static int corrupt(cfr_err *err, size_t offset, const char *why)
{
	int r = cfr_err_set(err, CFR_E_CORRUPT, "not a tree image: %s at byte %zu", why, offset);

	cfr_err_hint(err, "the bytes were damaged or not written by cfgrun; make them anew from their source");
	return r;
}

static int check_header(cfr_image *image, cfr_str bytes, cfr_err *err)
{
	if (bytes.len < CFR_IMAGE_HEADER)
		return corrupt(err, bytes.len, "shorter than a header");
	if (memcmp(bytes.ptr, CFR_IMAGE_MAGIC, 7) != 0)
		return corrupt(err, 0, "no magic");
	if (bytes.ptr[7] != CFR_IMAGE_MAGIC[7])
		return corrupt(err, 7, "unknown version");
	if (cfr__load64(bytes.ptr + 8) != bytes.len)
		return corrupt(err, 8, "wrong size");
	if (cfr__image_size(cfr__load32(bytes.ptr + 16), cfr__load32(bytes.ptr + 20), cfr__load32(bytes.ptr + 24),
	                    cfr__load32(bytes.ptr + 28)) != bytes.len)
		return corrupt(err, 16, "counts that do not add up");
	if (cfr__load32(bytes.ptr + 16) == 0)
		return corrupt(err, 16, "no root");
	cfr__image_map(image, bytes);
	return 0;
}

static size_t offset_of(const cfr_image *image, const void *at)
{
	return (size_t)((const char *)at - image->bytes.ptr);
}

/* Is there a character boundary before this byte of valid text? */
static bool boundary(const char *text, uint32_t len, uint32_t at)
{
	return at == len || ((unsigned char)text[at] & 0xC0) != 0x80;
}

static int check_keys(const cfr_image *image, cfr_err *err)
{
	uint32_t next = 0, last_len = 0;
	const char *last = NULL;
	size_t bad = cfr_utf8_valid(image->key_text, image->key_text_len);

	if (bad != image->key_text_len)
		return corrupt(err, offset_of(image, image->key_text) + bad, "a key that is not UTF-8");
	for (uint32_t i = 0; i < image->key_count; i++) {
		const unsigned char *entry = image->keys + (size_t)i * CFR_IMAGE_KEY;
		uint32_t len = cfr__load32(entry + 4);
		const char *text = image->key_text + next;

		if (cfr__load32(entry) != next || len > image->key_text_len - next)
			return corrupt(err, offset_of(image, entry), "a key out of place");
		if (!boundary(image->key_text, image->key_text_len, next))
			return corrupt(err, offset_of(image, text), "a key that is not UTF-8");
		if (i > 0) {
			uint32_t n = len < last_len ? len : last_len;
			int order = n ? memcmp(last, text, n) : 0;
			if (order > 0 || (order == 0 && last_len >= len))
				return corrupt(err, offset_of(image, entry), "keys that are not sorted");
		}
		last = text;
		last_len = len;
		next += len;
	}
	if (next != image->key_text_len)
		return corrupt(err, offset_of(image, image->key_text) + next, "text of no key");
	return 0;
}

static const char *check_text(struct walk *walk, uint64_t payload, uint32_t tag_len)
{
	const cfr_image *image = walk->image;
	uint32_t offset = (uint32_t)payload, len = (uint32_t)(payload >> 32);

	if (offset != walk->text || len > image->strings_len - offset)
		return "a string out of place";
	if (tag_len > len)
		return "a tag longer than its text";
	if (!boundary(image->strings, image->strings_len, offset) ||
	    !boundary(image->strings, image->strings_len, offset + tag_len))
		return "a string that is not UTF-8";
	walk->text += len;
	return NULL;
}

/* One record, but for its key. Returns what is wrong with it. */
static const char *check_value(struct walk *walk, uint32_t at)
{
	const unsigned char *record = cfr__image_record(walk->image, at);
	uint32_t word = cfr__load32(record + 4);
	uint64_t payload = cfr__load64(record + 8);

	if ((word & 0xFF) != CFR_OTHER && word >> 8 != 0)
		return "a tag where none can be";
	switch (word & 0xFF) {
	case CFR_NULL:
		return payload ? "a null with a value" : NULL;
	case CFR_BOOL:
		return payload > 1 ? "a boolean that is neither" : NULL;
	case CFR_INT:
		return NULL;
	case CFR_FLOAT:
		if ((payload & INT64_MAX) > UINT64_C(0x7FF0000000000000) && payload != CFR_IMAGE_FLOAT_NAN)
			return "a second form of NaN";
		return NULL;
	case CFR_STRING:
	case CFR_OTHER:
		return check_text(walk, payload, word >> 8);
	case CFR_SEQUENCE:
	case CFR_MAPPING:
		return NULL;			/* when it is entered */
	}
	return "an unknown kind";
}

/* All records of one block: their keys against each other, and their values. */
static int check_block(struct walk *walk, uint32_t parent, uint32_t first, uint32_t end, cfr_err *err)
{
	const cfr_image *image = walk->image;
	bool keyed = parent != CFR_IMAGE_NONE && cfr__image_kind(image, parent) == CFR_MAPPING;
	uint32_t least = 0;

	for (uint32_t at = first; at < end; at++) {
		uint32_t key = cfr__image_key(image, at);
		const char *why;

		if (keyed) {
			if (key >= image->key_count)
				return corrupt(err, offset_of(image, cfr__image_record(image, at)), "no such key");
			if (key < least)
				return corrupt(err, offset_of(image, cfr__image_record(image, at)),
				               "keys of a mapping that are not sorted");
			least = key + 1;
			walk->used[key / 8] |= (unsigned char)(1u << key % 8);
		} else if (key != CFR_IMAGE_KEY_NONE) {
			return corrupt(err, offset_of(image, cfr__image_record(image, at)), "a key outside a mapping");
		}
		if ((why = check_value(walk, at)))
			return corrupt(err, offset_of(image, cfr__image_record(image, at)), why);
		if (walk->parents)
			walk->parents[at] = parent;
	}
	return 0;
}

/* The containers in turn, depth first. */
static int check_structure(struct walk *walk, cfr_err *err)
{
	const cfr_image *image = walk->image;
	uint32_t depth = 1;
	int r;

	walk->next = 1;
	walk->stack[0] = (struct level){ 0, 1 };
	if ((r = check_block(walk, CFR_IMAGE_NONE, 0, 1, err)) < 0)
		return r;
	while (depth > 0) {
		struct level *level = &walk->stack[depth - 1];
		uint32_t at = level->at, first, count;

		if (at == level->end) {
			depth--;
			continue;
		}
		level->at++;
		if (!cfr__is_container(cfr__image_kind(image, at)))
			continue;
		first = cfr__image_first(image, at);
		count = cfr__image_count(image, at);
		if (first != (count ? walk->next : 0) || count > image->node_count - walk->next)
			return corrupt(err, offset_of(image, cfr__image_record(image, at)), "children out of place");
		if (count == 0)
			continue;
		if (depth == CFR_IMAGE_DEPTH)
			return corrupt(err, offset_of(image, cfr__image_record(image, at)), "nested too deep");
		walk->next = first + count;
		walk->stack[depth++] = (struct level){ first, first + count };
		if ((r = check_block(walk, at, first, first + count, err)) < 0)
			return r;
	}
	if (walk->next != image->node_count)
		return corrupt(err, offset_of(image, cfr__image_record(image, walk->next)), "a node without a parent");
	if (walk->text != image->strings_len)
		return corrupt(err, offset_of(image, image->strings) + walk->text, "text of no string");
	return 0;
}

static int check_used(const struct walk *walk, cfr_err *err)
{
	for (uint32_t key = 0; key < walk->image->key_count; key++) {
		if (!(walk->used[key / 8] >> key % 8 & 1))
			return corrupt(err, offset_of(walk->image, walk->image->keys + (size_t)key * CFR_IMAGE_KEY),
			               "a key that no node uses");
	}
	return 0;
}

int cfr__image_verify(cfr_image *out, uint32_t **parents, cfr_str bytes, cfr_err *err)
{
	cfr_image image;
	struct walk *walk = NULL;
	uint32_t *found = NULL;
	size_t bad;
	int r;

	if ((r = check_header(&image, bytes, err)) < 0)
		goto done;
	r = CFR_E_NOMEM;
	if (!(walk = malloc(sizeof(*walk))))
		goto done;
	walk->image = &image;
	walk->parents = NULL;
	walk->next = walk->text = 0;
	if (!(walk->used = calloc((size_t)image.key_count / 8 + 1, 1)))
		goto done;
	if (parents && !(found = walk->parents = cfr_slab_new(NULL, (size_t)image.node_count * sizeof(*found))))
		goto done;
	if ((r = check_keys(&image, err)) < 0)
		goto done;
	if ((bad = cfr_utf8_valid(image.strings, image.strings_len)) != image.strings_len) {
		r = corrupt(err, offset_of(&image, image.strings) + bad, "a string that is not UTF-8");
		goto done;
	}
	if ((r = check_structure(walk, err)) < 0 || (r = check_used(walk, err)) < 0)
		goto done;
	*out = image;
	if (parents) {
		*parents = found;
		found = NULL;
	}
done:
	if (r == CFR_E_NOMEM)
		cfr_err_nomem(err);
	cfr_slab_free(found);
	if (walk)
		free(walk->used);
	free(walk);
	return r;
}

void cfr__image_parents(const cfr_image *image, uint32_t *parents)
{
	parents[0] = CFR_IMAGE_NONE;
	for (uint32_t at = 0; at < image->node_count; at++) {
		uint32_t first, end;

		if (!cfr__is_container(cfr__image_kind(image, at)))
			continue;
		first = cfr__image_first(image, at);
		end = first + cfr__image_count(image, at);
		for (uint32_t child = first; child < end; child++)
			parents[child] = at;
	}
}
