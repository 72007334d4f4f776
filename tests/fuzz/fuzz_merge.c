/* tests/fuzz/fuzz_merge.c -- the laws of merging, for any three values.
 *
 * The bytes are a seed: a base, and two values that mostly come from it by some changes. For all of them the laws of
 * engine/merge.h hold, and each is reached from each other by the patch that comparing makes.
 */
#include "tests/support/diffs.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct random rnd = { size };
	struct random_value *base, *sides[2];
	cfr_tree *trees[3];

	for (size_t i = 0; i < size; i++)
		rnd.state = (rnd.state ^ data[i]) * UINT64_C(0x100000001B3);
	base = random_value(&rnd, 1 + random_below(&rnd, 5), 7);
	diffs_name(base, &rnd);
	trees[0] = random_tree(base, &rnd);
	for (int i = 0; i < 2; i++) {
		sides[i] = random_below(&rnd, 10) ? diffs_copy(base) : random_value(&rnd, 3, 4);
		diffs_mutate(sides[i], &rnd);
		trees[i + 1] = random_tree(sides[i], &rnd);
		random_free(sides[i]);
	}
	random_free(base);
	DIFFS_REQUIRE(trees[0] && trees[1] && trees[2]);
	diffs_check_merge(trees[0], trees[1], trees[2]);
	for (int i = 0; i < 3; i++)
		diffs_check(trees[i], trees[(i + 1) % 3]);
	for (int i = 0; i < 3; i++)
		cfr_tree_unref(trees[i]);
	return 0;
}
