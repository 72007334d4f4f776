/* engine/tree/equal.c -- the same content, without asking for ids.
 *
 * All that is below a node is one run of records, laid out by the content alone (I2). So two equal subtrees are two
 * runs of one length whose records agree one by one, but for what is relative: first children, offsets of text, and
 * key numbers when the images differ. No recursion and no search.
 */
#include "engine/base/str.h"
#include "engine/tree/impl.h"

static bool same_key(const cfr_image *a, uint32_t key_a, const cfr_image *b, uint32_t key_b)
{
	if (a == b || key_a == CFR_IMAGE_KEY_NONE || key_b == CFR_IMAGE_KEY_NONE)
		return key_a == key_b;
	return cfr_str_eq(cfr__image_key_text(a, key_a), cfr__image_key_text(b, key_b));
}

/* Two records by themselves: kind, value, and number of children. */
static bool same_value(const cfr_image *a, uint32_t at_a, const cfr_image *b, uint32_t at_b)
{
	cfr_kind kind = cfr__image_kind(a, at_a);

	if (cfr__load32(cfr__image_record(a, at_a) + 4) != cfr__load32(cfr__image_record(b, at_b) + 4))
		return false;			/* kind and length of the tag */
	if (cfr__is_container(kind))
		return cfr__image_count(a, at_a) == cfr__image_count(b, at_b);
	if (cfr__is_text(kind))
		return cfr_str_eq(cfr__image_text(a, at_a), cfr__image_text(b, at_b));
	return cfr__image_payload(a, at_a) == cfr__image_payload(b, at_b);
}

static bool equal(const cfr_image *a, uint32_t at_a, const cfr_image *b, uint32_t at_b)
{
	uint32_t i, j, left;

	if (!same_value(a, at_a, b, at_b))
		return false;
	if (!cfr__is_container(cfr__image_kind(a, at_a)))
		return true;
	i = cfr__image_first(a, at_a);
	j = cfr__image_first(b, at_b);
	for (left = cfr__image_count(a, at_a); left > 0; left--, i++, j++) {
		if (!same_value(a, i, b, j) || !same_key(a, cfr__image_key(a, i), b, cfr__image_key(b, j)))
			return false;
		if (cfr__is_container(cfr__image_kind(a, i)))
			left += cfr__image_count(a, i);
	}
	return true;
}

int cfr_node_equal(bool *out, cfr_node a, cfr_node b, cfr_err *err)
{
	const cfr_image *image_a = &a.tree->image, *image_b = &b.tree->image;

	(void)err;				/* a chunk that could not be read, one day */
	if (cfr_node_same(a, b))
		*out = true;
	else if (a.at == 0 && b.at == 0)	/* one image for each value */
		*out = cfr_str_eq(image_a->bytes, image_b->bytes);
	else
		*out = equal(image_a, a.at, image_b, b.at);
	return 0;
}
