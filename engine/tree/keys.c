/* engine/tree/keys.c -- each key a number, and the numbers' order.
 *
 * Configurations repeat their keys, and repeat them in the same order. So before the hash table is asked, the key
 * that followed the previous key last time is tried: one comparison, and mostly right. Numbers are given in the order
 * of appearance; finish.c asks once for their places in the order of bytes, and from then on sorting is of integers.
 *
 * The documents of a stream repeat the keys of each other. So keys stay, with their order, and each document marks those
 * that it uses. They are forgotten when they have become many more than one document uses, and when one does not repeat
 * them.
 */
#include "engine/base/utf8.h"
#include "engine/tree/build_impl.h"
#include <stdlib.h>

static inline bool is_key(const cfr_build *build, uint32_t number, cfr_str text)
{
	uint64_t slice = build->keys.items[number].slice;

	return cfr__slice_len(slice) == text.len &&
	       (text.len == 0 || memcmp(cfr__slice_ptr(build, slice), text.ptr, text.len) == 0);
}

/* More slots, and each number into its new one. */
static int rehash(struct cfr_keys *keys, cfr_pool *pool, cfr_err *err)
{
	uint32_t count = keys->slot_count ? keys->slot_count * 2 : 64;
	uint32_t *slots;

	if (count == 0 || !(slots = cfr_slab_new(pool, count * sizeof(*slots))))
		return cfr_err_nomem(err);
	memset(slots, 0, count * sizeof(*slots));
	for (uint32_t i = 0; i < keys->count; i++) {
		uint32_t at = keys->items[i].hash & (count - 1);
		while (slots[at])
			at = (at + 1) & (count - 1);
		slots[at] = i + 1;
	}
	cfr_slab_free(keys->slots);
	keys->slots = slots;
	keys->slot_count = count;
	return 0;
}

static int add(cfr_build *build, cfr_str text, uint32_t hash, cfr_err *err)
{
	struct cfr_keys *keys = &build->keys;
	uint64_t slice;
	uint32_t at;
	int r;

	if (cfr_utf8_valid(text.ptr, text.len) != text.len)
		return cfr__build_fail(build, cfr_err_set(err, CFR_E_ENCODING, "a key that is not UTF-8"),
		                       build->key_mark.start, cfr__open_rank(build), err);
	if ((keys->count + 1) > keys->slot_count / 2 && (r = rehash(keys, build->mem, err)) < 0)
		return r;
	if ((r = cfr_slab_vec(&keys->items, build->mem, &keys->cap, (uint64_t)keys->count + 1, sizeof(*keys->items), err)) < 0 ||
	    (r = cfr__slice(&slice, build, text, err)) < 0)
		return r;
	keys->pooled |= (slice & CFR_SLICE_POOL) != 0;
	for (at = hash & (keys->slot_count - 1); keys->slots[at];)
		at = (at + 1) & (keys->slot_count - 1);
	keys->items[keys->count] = (struct cfr_key){ .slice = slice, .hash = hash };
	keys->slots[at] = keys->count + 1;
	keys->count++;
	return 0;
}

/* The number of a key that has one, else the number that it would get. */
static uint32_t look_up(const cfr_build *build, cfr_str text, uint32_t hash)
{
	const struct cfr_keys *keys = &build->keys;
	uint32_t mask = keys->slot_count - 1;

	if (keys->slot_count == 0)
		return keys->count;
	for (uint32_t at = hash & mask; keys->slots[at]; at = (at + 1) & mask) {
		uint32_t number = keys->slots[at] - 1;
		if (keys->items[number].hash == hash && is_key(build, number, text))
			return number;
	}
	return keys->count;
}

int cfr__keys_intern(uint32_t *out, cfr_build *build, cfr_str text, cfr_err *err)
{
	struct cfr_keys *keys = &build->keys;
	uint32_t number = keys->count ? keys->items[keys->last].follower : 0, hash;
	int r;

	if (CFR_UNLIKELY(keys->count == 0 || !is_key(build, number, text))) {
		hash = (uint32_t)cfr_hash(&keys->secret, text.ptr, text.len);
		number = look_up(build, text, hash);
		if (number == keys->count && (r = add(build, text, hash, err)) < 0)
			return r;
		keys->items[keys->last].follower = number & INT32_MAX;
	}
	if (!keys->items[number].used) {
		keys->items[number].used = 1;
		keys->used++;
		keys->text += text.len;
	}
	keys->last = number;
	*out = number;
	return 0;
}

static void forget(struct cfr_keys *keys)
{
	/* After a document with many keys, a stream of small ones must not pay for clearing a large table each time. */
	if (keys->slot_count / 64 > keys->count) {
		cfr_slab_free(keys->slots);
		keys->slots = NULL;
		keys->slot_count = 0;
	} else if (keys->count) {
		memset(keys->slots, 0, (size_t)keys->slot_count * sizeof(*keys->slots));
	}
	keys->count = keys->last = keys->ordered = 0;
	keys->pooled = false;
}

void cfr__keys_reset(struct cfr_keys *keys)
{
	enum { FEW = 16, MORE = 4 };
	/* The next document will look through all of them. */
	bool many = keys->count / MORE > keys->used + FEW;
	bool strange = keys->known > 0 && keys->count - keys->known > keys->used / 4 * 3;

	if (keys->pooled || many || strange)
		forget(keys);
	keys->known = keys->count;
	for (uint32_t i = 0; i < keys->count; i++)
		keys->items[i].used = 0;
	keys->used = 0;
	keys->text = 0;
}

void cfr__keys_release(struct cfr_keys *keys)
{
	cfr_slab_free(keys->items);
	cfr_slab_free(keys->slots);
	cfr_slab_free(keys->order);
}

/* For sorting: the first eight bytes as a number decide most comparisons without looking at the text. */
struct ranked {
	uint64_t head;
	uint32_t number;
};

static uint64_t head_of(cfr_str text)
{
	uint64_t head = 0;
	size_t n = text.len < 8 ? text.len : 8;

	for (size_t i = 0; i < n; i++)
		head |= (uint64_t)(unsigned char)text.ptr[i] << (56 - 8 * i);
	return head;
}

static bool before(const cfr_build *build, const struct ranked *a, const struct ranked *b)
{
	if (a->head != b->head)
		return a->head < b->head;
	return cfr_str_cmp(cfr__slice_str(build, build->keys.items[a->number].slice),
	                   cfr__slice_str(build, build->keys.items[b->number].slice)) < 0;
}

/* Merge sort, bottom up: the same time for any order, however the keys were chosen. */
static struct ranked *sort(const cfr_build *build, struct ranked *items, struct ranked *other, size_t n)
{
	for (size_t width = 1; width < n; width *= 2) {
		struct ranked *swap;

		for (size_t low = 0; low < n; low += 2 * width) {
			size_t middle = low + width < n ? low + width : n;
			size_t high = middle + width < n ? middle + width : n;
			size_t a = low, b = middle, to = low;

			if (middle == high || before(build, &items[middle - 1], &items[middle])) {
				memcpy(other + low, items + low, (high - low) * sizeof(*items));
				continue;
			}
			while (a < middle && b < high)
				other[to++] = before(build, &items[b], &items[a]) ? items[b++] : items[a++];
			while (a < middle)
				other[to++] = items[a++];
			while (b < high)
				other[to++] = items[b++];
		}
		swap = items;
		items = other;
		other = swap;
	}
	return items;
}

/* Room in `order` and `ranks` for all keys. What was in them is lost. */
static int order_room(struct cfr_keys *keys, cfr_pool *pool, cfr_err *err)
{
	if (keys->count <= keys->order_cap)
		return 0;
	cfr_slab_free(keys->order);
	keys->ordered = keys->order_cap = 0;
	keys->order = cfr_slab_new(pool, (size_t)keys->count * 2 * sizeof(*keys->order));
	if (!keys->order)
		return cfr_err_nomem(err);
	keys->order_cap = keys->count;
	keys->ranks = keys->order + keys->order_cap;
	return 0;
}

/* Those that have an order come first, in that order; so the sort has little to do for them. */
static int put_in_order(cfr_build *build, cfr_err *err)
{
	struct cfr_keys *keys = &build->keys;
	struct ranked *items = cfr_slab_new(build->mem, (size_t)keys->count * 2 * sizeof(*items)), *sorted;
	int r;

	if (!items)
		return cfr_err_nomem(err);
	for (uint32_t i = 0; i < keys->count; i++) {
		uint32_t number = i < keys->ordered ? keys->order[i] : i;

		items[i] = (struct ranked){ head_of(cfr__slice_str(build, keys->items[number].slice)), number };
	}
	r = order_room(keys, build->mem, err);
	if (r == 0) {
		sorted = sort(build, items, items + keys->count, keys->count);
		for (uint32_t i = 0; i < keys->count; i++)
			keys->order[i] = sorted[i].number;
		keys->ordered = keys->count;
	}
	cfr_slab_free(items);
	return r;
}

int cfr__keys_rank(cfr_build *build, cfr_err *err)
{
	struct cfr_keys *keys = &build->keys;
	uint32_t place = 0;
	int r;

	if (keys->ordered < keys->count && (r = put_in_order(build, err)) < 0)
		return r;
	for (uint32_t i = 0; i < keys->count; i++) {
		uint32_t number = keys->order[i];

		if (keys->items[number].used)
			keys->ranks[number] = place++;
	}
	return 0;
}
