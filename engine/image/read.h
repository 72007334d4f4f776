/* engine/image/read.h -- look into an image that is known to be good.
 *
 * A cfr_image is a view: base addresses and counts, made by cfr__image_verify from any bytes or by the builder from
 * its own. Nothing here can fail and nothing is checked again; that is what the invariants of format.h are for.
 * Nodes and keys are numbers. Whoever asks for one key in many mappings looks its number up once (find_key) and then
 * compares integers (child).
 */
#ifndef CFR_IMAGE_READ_H
#define CFR_IMAGE_READ_H

#include "engine/image/format.h"
#include "engine/tree.h"

#define CFR_IMAGE_NONE UINT32_MAX	/* no such node, no such key */

typedef struct cfr_image {
	const unsigned char *records, *keys;
	const char *key_text, *strings;
	uint32_t node_count, key_count, key_text_len, strings_len;
	cfr_str bytes;			/* all of it */
} cfr_image;

/* Set the addresses from a header whose counts fit the size. */
static inline void cfr__image_map(cfr_image *image, cfr_str bytes)
{
	const unsigned char *base = (const unsigned char *)bytes.ptr;

	image->bytes = bytes;
	image->node_count = cfr__load32(base + 16);
	image->key_count = cfr__load32(base + 20);
	image->key_text_len = cfr__load32(base + 24);
	image->strings_len = cfr__load32(base + 28);
	image->records = base + CFR_IMAGE_HEADER;
	image->keys = image->records + (size_t)image->node_count * CFR_IMAGE_RECORD;
	image->key_text = (const char *)image->keys + (size_t)image->key_count * CFR_IMAGE_KEY;
	image->strings = image->key_text + image->key_text_len;
}

static inline const unsigned char *cfr__image_record(const cfr_image *image, uint32_t at)
{
	return image->records + (size_t)at * CFR_IMAGE_RECORD;
}

/* The number of the node's key, or CFR_IMAGE_KEY_NONE. */
static inline uint32_t cfr__image_key(const cfr_image *image, uint32_t at)
{
	return cfr__load32(cfr__image_record(image, at));
}

static inline cfr_kind cfr__image_kind(const cfr_image *image, uint32_t at)
{
	return (cfr_kind)(cfr__load32(cfr__image_record(image, at) + 4) & 0xFF);
}

static inline uint32_t cfr__image_tag_len(const cfr_image *image, uint32_t at)
{
	return cfr__load32(cfr__image_record(image, at) + 4) >> 8;
}

static inline uint64_t cfr__image_payload(const cfr_image *image, uint32_t at)
{
	return cfr__load64(cfr__image_record(image, at) + 8);
}

static inline bool cfr__is_container(cfr_kind kind) { return kind == CFR_SEQUENCE || kind == CFR_MAPPING; }
static inline bool cfr__is_text(cfr_kind kind) { return kind == CFR_STRING || kind == CFR_OTHER; }

/* Of containers. */
static inline uint32_t cfr__image_first(const cfr_image *image, uint32_t at)
{
	return cfr__load32(cfr__image_record(image, at) + 8);
}

static inline uint32_t cfr__image_count(const cfr_image *image, uint32_t at)
{
	return cfr__load32(cfr__image_record(image, at) + 12);
}

/* Of strings and others: all the text; of an other its tag comes first. */
static inline cfr_str cfr__image_text(const cfr_image *image, uint32_t at)
{
	const unsigned char *record = cfr__image_record(image, at);
	return (cfr_str){ image->strings + cfr__load32(record + 8), cfr__load32(record + 12) };
}

static inline cfr_str cfr__image_key_text(const cfr_image *image, uint32_t key)
{
	const unsigned char *entry = image->keys + (size_t)key * CFR_IMAGE_KEY;
	return (cfr_str){ image->key_text + cfr__load32(entry), cfr__load32(entry + 4) };
}

/* The number of a key, or NONE when no mapping of the image has it. */
static inline uint32_t cfr__image_find_key(const cfr_image *image, cfr_str key)
{
	uint32_t low = 0, high = image->key_count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		cfr_str other = cfr__image_key_text(image, middle);
		size_t n = other.len < key.len ? other.len : key.len;
		int order = n ? memcmp(other.ptr, key.ptr, n) : 0;

		if (order == 0 && other.len == key.len)
			return middle;
		if (order < 0 || (order == 0 && other.len < key.len))
			low = middle + 1;
		else
			high = middle;
	}
	return CFR_IMAGE_NONE;
}

/* The child of a mapping under a key number, or NONE. */
static inline uint32_t cfr__image_child(const cfr_image *image, uint32_t mapping, uint32_t key)
{
	uint32_t low = cfr__image_first(image, mapping);
	uint32_t n = cfr__image_count(image, mapping);

	while (n > 8) {			/* halve without a branch to mispredict, then finish in a line */
		uint32_t half = n / 2;
		low += cfr__image_key(image, low + half) <= key ? half : 0;
		n -= half;
	}
	for (; n; n--, low++) {
		uint32_t k = cfr__image_key(image, low);
		if (k >= key)
			return k == key ? low : CFR_IMAGE_NONE;
	}
	return CFR_IMAGE_NONE;
}

/* The child of a mapping under a key, or NONE. A small mapping is looked through by itself, which is faster than
 * finding the number among all keys. */
static inline uint32_t cfr__image_child_named(const cfr_image *image, uint32_t mapping, cfr_str key)
{
	uint32_t first = cfr__image_first(image, mapping), n = cfr__image_count(image, mapping);

	if (n > 16) {
		uint32_t number = cfr__image_find_key(image, key);
		return number == CFR_IMAGE_NONE ? CFR_IMAGE_NONE : cfr__image_child(image, mapping, number);
	}
	for (uint32_t at = first; at < first + n; at++) {
		cfr_str other = cfr__image_key_text(image, cfr__image_key(image, at));
		if (other.len == key.len && (key.len == 0 || memcmp(other.ptr, key.ptr, key.len) == 0))
			return at;
	}
	return CFR_IMAGE_NONE;
}

/* One past the last record below a node, or at + 1 when it has none below (I2). Walks the records. */
static inline uint32_t cfr__image_below(const cfr_image *image, uint32_t at, uint32_t *first)
{
	uint32_t end;

	if (!cfr__is_container(cfr__image_kind(image, at)) || cfr__image_count(image, at) == 0) {
		*first = at + 1;
		return at + 1;
	}
	*first = cfr__image_first(image, at);
	end = *first + cfr__image_count(image, at);
	for (uint32_t i = *first; i < end; i++) {
		if (cfr__is_container(cfr__image_kind(image, i)))
			end += cfr__image_count(image, i);
	}
	return end;
}

#endif
