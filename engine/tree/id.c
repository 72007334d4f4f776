/* engine/tree/id.c -- the name of some content.
 *
 * An id is a hash over what a value is, written down in one fixed way that docs/format.md defines byte for byte. It
 * is built from below: a container, or a string of 64 bytes and more, is named by its own id where its parent is
 * hashed; smaller things are written out in the parent. So equal subtrees have equal ids, and a change costs the
 * containers above it. Where things lie in an image has no part in it.
 *
 * The ids of all containers are made at the first question. Children lie behind their parents (I1), so going from the
 * last record to the first needs no stack. Several threads may do this at once; one of them wins, all agree.
 */
#include "engine/base/digest.h"
#include "engine/base/str.h"
#include "engine/tree/impl.h"
#include <stdlib.h>

/* ID_LAYOUT: also docs/format.md. The first byte of a value that is written down. */
enum { ID_NULL, ID_FALSE, ID_TRUE, ID_INT, ID_FLOAT, ID_STRING, ID_SEQUENCE, ID_MAPPING, ID_OTHER, ID_NAMED };

enum { ALGORITHM_SHA256 = 1, OWN_ID = 64 };

struct hasher {
	const cfr_image *image;
	struct cfr_ids *ids;		/* of the containers behind the one at hand */
	cfr_digest *digest;
	cfr_buf text;
};

void cfr__ids_free(struct cfr_ids *ids)
{
	if (!ids)
		return;
	free(ids->at);
	free(ids->digest);
	free(ids);
}

static void add64(cfr_buf *out, uint64_t x)
{
	char bytes[8];

	cfr__store64(bytes, x);
	cfr_buf_add(out, bytes, sizeof(bytes));
}

static void add_text(cfr_buf *out, cfr_str text)
{
	add64(out, text.len);
	cfr_buf_adds(out, text);
}

static void add_scalar(cfr_buf *out, const cfr_image *image, uint32_t at)
{
	uint64_t payload = cfr__image_payload(image, at);
	cfr_str text;
	uint32_t tag;

	switch (cfr__image_kind(image, at)) {
	case CFR_BOOL:
		cfr_buf_addc(out, payload ? ID_TRUE : ID_FALSE);
		break;
	case CFR_INT:
		cfr_buf_addc(out, ID_INT);
		add64(out, payload);
		break;
	case CFR_FLOAT:
		cfr_buf_addc(out, ID_FLOAT);
		add64(out, payload);
		break;
	case CFR_STRING:
		cfr_buf_addc(out, ID_STRING);
		add_text(out, cfr__image_text(image, at));
		break;
	case CFR_OTHER:
		text = cfr__image_text(image, at);
		tag = cfr__image_tag_len(image, at);
		cfr_buf_addc(out, ID_OTHER);
		add_text(out, cfr_str_sub(text, 0, tag));
		add_text(out, cfr_str_sub(text, tag, text.len));
		break;
	default:
		cfr_buf_addc(out, ID_NULL);
	}
}

/* The number of the first container at or behind a record. */
static uint32_t container_from(const struct cfr_ids *ids, uint32_t at)
{
	uint32_t low = 0, high = ids->count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (ids->at[middle] < at)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void add_named(struct hasher *hasher, const uint8_t digest[32])
{
	cfr_buf_addc(&hasher->text, ID_NAMED);
	cfr_buf_addc(&hasher->text, ALGORITHM_SHA256);
	cfr_buf_add(&hasher->text, (const char *)digest, 32);
}

/* A scalar with much text, named; its text goes through the buffer behind what is there and is taken off again. */
static int add_long(struct hasher *hasher, uint32_t at, cfr_err *err)
{
	size_t len = hasher->text.len;
	uint8_t digest[32];
	int r;

	add_scalar(&hasher->text, hasher->image, at);
	if ((r = cfr_buf_check(&hasher->text, err)) < 0 ||
	    (r = cfr_digest_begin(hasher->digest, err)) < 0 ||
	    (r = cfr_digest_add(hasher->digest, hasher->text.ptr + len, hasher->text.len - len, err)) < 0 ||
	    (r = cfr_digest_end(hasher->digest, digest, err)) < 0)
		return r;
	hasher->text.len = len;
	add_named(hasher, digest);
	return 0;
}

static int add_children(struct hasher *hasher, uint32_t at, cfr_err *err)
{
	const cfr_image *image = hasher->image;
	uint32_t count = cfr__image_count(image, at), first = cfr__image_first(image, at);
	uint32_t container = container_from(hasher->ids, first);
	int r;

	for (uint32_t child = first; child < first + count; child++) {
		uint32_t key = cfr__image_key(image, child);
		cfr_kind kind = cfr__image_kind(image, child);

		if (key != CFR_IMAGE_KEY_NONE)
			add_text(&hasher->text, cfr__image_key_text(image, key));
		if (cfr__is_container(kind)) {
			add_named(hasher, hasher->ids->digest[container++]);
		} else if (cfr__is_text(kind) && cfr__image_text(image, child).len >= OWN_ID) {
			if ((r = add_long(hasher, child, err)) < 0)
				return r;
		} else {
			add_scalar(&hasher->text, image, child);
		}
	}
	return 0;
}

static int hash_value(uint8_t out[32], struct hasher *hasher, uint32_t at, cfr_err *err)
{
	cfr_kind kind = cfr__image_kind(hasher->image, at);
	int r;

	cfr_buf_clear(&hasher->text);
	if (cfr__is_container(kind)) {
		cfr_buf_addc(&hasher->text, kind == CFR_MAPPING ? ID_MAPPING : ID_SEQUENCE);
		add64(&hasher->text, cfr__image_count(hasher->image, at));
		if ((r = add_children(hasher, at, err)) < 0)
			return r;
	} else {
		add_scalar(&hasher->text, hasher->image, at);
	}
	if ((r = cfr_buf_check(&hasher->text, err)) < 0 || (r = cfr_digest_begin(hasher->digest, err)) < 0 ||
	    (r = cfr_digest_add(hasher->digest, hasher->text.ptr, hasher->text.len, err)) < 0)
		return r;
	return cfr_digest_end(hasher->digest, out, err);
}

static struct cfr_ids *new_ids(const cfr_image *image)
{
	struct cfr_ids *ids = calloc(1, sizeof(*ids));
	uint32_t count = 0;

	if (!ids)
		return NULL;
	for (uint32_t at = 0; at < image->node_count; at++)
		count += cfr__is_container(cfr__image_kind(image, at));
	ids->at = malloc(((size_t)count + 1) * sizeof(*ids->at));
	ids->digest = malloc(((size_t)count + 1) * sizeof(*ids->digest));
	if (!ids->at || !ids->digest) {
		cfr__ids_free(ids);
		return NULL;
	}
	for (uint32_t at = 0; at < image->node_count; at++) {
		if (cfr__is_container(cfr__image_kind(image, at)))
			ids->at[ids->count++] = at;
	}
	return ids;
}

/* All containers of the tree, the last first. */
static int hash_all(const struct cfr_ids **out, cfr_tree *tree, struct hasher *hasher, cfr_err *err)
{
	struct cfr_ids *ids = new_ids(&tree->image), *other = NULL;
	int r;

	if (!ids)
		return cfr_err_nomem(err);
	hasher->ids = ids;
	for (uint32_t i = ids->count; i-- > 0;) {
		if ((r = hash_value(ids->digest[i], hasher, ids->at[i], err)) < 0) {
			cfr__ids_free(ids);
			return r;
		}
	}
	if (!atomic_compare_exchange_strong(&tree->ids, &other, ids)) {
		cfr__ids_free(ids);		/* another thread was faster, with the same result */
		ids = other;
	}
	*out = ids;
	return 0;
}

int cfr_node_id(cfr_id *out, cfr_node node, cfr_err *err)
{
	cfr_tree *tree = (cfr_tree *)(uintptr_t)node.tree;	/* the ids are a memo: no reader sees them change */
	struct hasher hasher = { .image = &tree->image, .text = CFR_BUF_INIT };
	cfr_id id = { .algorithm = ALGORITHM_SHA256 };
	bool container = cfr__is_container(cfr__image_kind(&tree->image, node.at));
	const struct cfr_ids *ids = NULL;
	int r = 0;

	if (container)
		ids = atomic_load_explicit(&tree->ids, memory_order_acquire);
	if (!ids && (r = cfr_digest_new(&hasher.digest, err)) < 0)
		return r;
	if (!container)
		r = hash_value(id.bytes, &hasher, node.at, err);
	else if (ids || (r = hash_all(&ids, tree, &hasher, err)) == 0)
		memcpy(id.bytes, ids->digest[container_from(ids, node.at)], sizeof(id.bytes));
	if (r == 0)
		*out = id;
	cfr_buf_release(&hasher.text);
	cfr_digest_free(hasher.digest);
	return r;
}
