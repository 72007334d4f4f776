/* tests/fuzz/fuzz_image.c -- bytes that claim to be an image.
 *
 * Two properties. What verify accepts can be walked whole, through every accessor. And it is the one image of its
 * value: a builder that is told what was walked writes the same bytes.
 *
 * The first byte chooses: the rest is the image as it stands, or it is a seed (8 bytes) for a random tree, whose image
 * is then damaged as the remaining bytes say, four at a time (where, how). The second way gets deep at once.
 */
#include "engine/tree.h"
#include "tests/support/random_tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define REQUIRE(what) do { if (!(what)) { fprintf(stderr, "broken: %s\n", #what); abort(); } } while (0)

static uint64_t sum;			/* so that no read is optimized away */

static void walk(cfr_node node, unsigned depth)
{
	cfr_str texts[] = { cfr_node_string(node), cfr_node_tag(node), cfr_node_key(node) };
	cfr_node child, again;

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		for (size_t k = 0; k < texts[i].len; k++)
			sum += (unsigned char)texts[i].ptr[k];
	}
	sum += (uint64_t)cfr_node_int(node) + cfr_node_bool(node) + (cfr_node_float(node) > 0) + cfr_node_index(node);
	REQUIRE(depth <= 1024);
	for (uint32_t i = 0; i < cfr_node_size(node); i++) {
		REQUIRE(cfr_node_at(&child, node, i, NULL) == 0);
		REQUIRE(cfr_node_parent(&again, child) && cfr_node_same(again, node));
		REQUIRE(cfr_node_index(child) == i);
		if (cfr_node_kind(node) == CFR_MAPPING) {
			REQUIRE(cfr_node_find(&again, node, cfr_node_key(child), NULL) == 0);
			REQUIRE(cfr_node_same(again, child));
		}
		walk(child, depth + 1);
	}
}

static void try_image(const uint8_t *data, size_t size)
{
	cfr_tree *tree, *again;
	cfr_limits limits;
	cfr_err err = CFR_ERR_INIT;
	cfr_id a, b;

	if (cfr_tree_wrap(&tree, (cfr_str){ (const char *)data, size }, NULL, NULL, &err) < 0) {
		REQUIRE(err.code == CFR_E_CORRUPT && err.message[0]);
		return;
	}
	walk(cfr_tree_root(tree), 1);
	for (int i = 0; i < CFR_LIMIT_COUNT; i++)
		limits.of[i] = UINT32_MAX;
	REQUIRE(rebuild(&again, cfr_tree_root(tree), &limits, &err) == 0);
	REQUIRE(cfr_str_eq(cfr_tree_image(tree), cfr_tree_image(again)));
	REQUIRE(cfr_node_id(&a, cfr_tree_root(tree), NULL) == 0 && cfr_node_id(&b, cfr_tree_root(again), NULL) == 0);
	REQUIRE(memcmp(&a, &b, sizeof(a)) == 0);
	cfr_tree_unref(again);
	cfr_tree_unref(tree);
}

static void try_damaged(const uint8_t *data, size_t size)
{
	struct random rnd = { 0 };
	struct random_value *value;
	cfr_tree *tree;
	size_t len;
	uint8_t *bytes;

	memcpy(&rnd.state, data, size < 8 ? size : 8);
	data += size < 8 ? size : 8;
	size -= size < 8 ? size : 8;
	value = random_value(&rnd, 4, 5);
	tree = random_tree(value, &rnd);
	REQUIRE(tree);
	len = cfr_tree_image(tree).len;
	bytes = malloc(len);
	REQUIRE(bytes);
	memcpy(bytes, cfr_tree_image(tree).ptr, len);
	try_image(bytes, len);
	for (; size >= 4; data += 4, size -= 4) {
		size_t at = (data[0] | (size_t)data[1] << 8) % len;
		switch (data[2] % 4) {
		case 0: bytes[at] ^= (uint8_t)(1u << data[3] % 8); break;
		case 1: bytes[at] = data[3]; break;
		case 2: bytes[at] = (uint8_t)(bytes[at] + (data[3] % 2 ? 1 : -1)); break;
		default: memmove(bytes + at, bytes + data[3] % len, len - (at > data[3] % len ? at : data[3] % len));
		}
	}
	try_image(bytes, len);
	free(bytes);
	cfr_tree_unref(tree);
	random_free(value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	if (data[0] % 2)
		try_damaged(data + 1, size - 1);
	else
		try_image(data + 1, size - 1);
	return 0;
}
