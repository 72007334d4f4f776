/* tests/unit/diff/test_random.c -- what must hold for comparing, patching and merging, on random trees. */
#include "support/diffs.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

enum { TIMES = 4000 };

struct family {
	cfr_tree *base, *ours, *theirs, *stranger;
};

static struct family make_family(uint64_t seed)
{
	struct random rnd = { seed };
	struct random_value *base = random_value(&rnd, 4, 6), *ours, *theirs, *stranger = random_value(&rnd, 3, 5);
	struct family f;

	diffs_name(base, &rnd);
	ours = diffs_copy(base);
	theirs = diffs_copy(base);
	diffs_mutate(ours, &rnd);
	diffs_mutate(theirs, &rnd);
	f = (struct family){ random_tree(base, &rnd), random_tree(ours, &rnd), random_tree(theirs, &rnd),
	                     random_tree(stranger, &rnd) };
	random_free(base);
	random_free(ours);
	random_free(theirs);
	random_free(stranger);
	DIFFS_REQUIRE(f.base && f.ours && f.theirs && f.stranger);
	return f;
}

static void free_family(struct family *f)
{
	cfr_tree_unref(f->base);
	cfr_tree_unref(f->ours);
	cfr_tree_unref(f->theirs);
	cfr_tree_unref(f->stranger);
}

static void test_patches(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < TIMES; seed++) {
		struct family f = make_family(seed);

		diffs_check(f.base, f.base);
		diffs_check(f.base, f.ours);
		diffs_check(f.ours, f.base);
		diffs_check(f.ours, f.theirs);
		diffs_check(f.base, f.stranger);
		free_family(&f);
	}
}

static void test_merges(void **state)
{
	uint32_t clean = 0;

	(void)state;
	for (uint64_t seed = 0; seed < TIMES; seed++) {
		struct family f = make_family(seed);

		clean += diffs_check_merge(f.base, f.ours, f.theirs);
		diffs_check_merge(f.base, f.ours, f.stranger);
		diffs_check_merge(f.stranger, f.ours, f.theirs);
		free_family(&f);
	}
	print_message("%u of %u merged without a conflict\n", clean, (unsigned)TIMES);
	assert_in_range(clean, TIMES / 10, TIMES - TIMES / 10);
}

/* A tree as text, and that text brought to another tree by edits. */
static void test_texts(void **state)
{
	uint32_t tried = 0, done = 0;

	(void)state;
	for (uint64_t seed = 0; seed < TIMES / 4; seed++) {
		struct family f = make_family(seed);
		cfr_write how = { .format = seed % 2 ? CFR_YAML : CFR_JSON };
		cfr_buf text = CFR_BUF_INIT;
		cfr_source *source = NULL;
		cfr_documents docs = { .count = 0 };

		if (cfr_text_write(&text, diffs_root(f.base), &how, NULL) == 0 &&
		    cfr_source_new(&source, CFR_STR("x"), cfr_buf_str(&text), NULL, NULL) == 0 &&
		    cfr_text_read(&docs, source, how.format, NULL, NULL) == 0 && docs.count == 1 &&
		    cfr_text_write(&text, diffs_root(f.ours), &how, NULL) == 0) {
			tried++;
			done += diffs_planned(docs.items[0], f.ours);
		}
		cfr_documents_release(&docs);
		cfr_source_unref(source);
		cfr_buf_release(&text);
		free_family(&f);
	}
	print_message("%u of %u texts edited\n", done, tried);
	assert_true(tried > TIMES / 16);
	assert_true(done * 10 > tried * 9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_patches),
		cmocka_unit_test(test_merges),
		cmocka_unit_test(test_texts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
