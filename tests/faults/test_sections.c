/* tests/faults/test_sections.c -- sections without memory: what cannot be made is an error, and can be asked for again. */
#include "faults/failing.h"

#include "engine/load/parts.h"

static const cfr__least least = { 8, 12 };

static int ask(cfr_sections *s, const char *pointer)
{
	const cfr_section *section;
	cfr_document *whole;
	cfr_node node;
	cfr_err err = CFR_ERR_INIT;
	int r = cfr_sections_get(&section, &node, s, cfr_str_of(pointer), &err);

	assert_true(r == 0 || (r == CFR_E_NOMEM && err.code == r));
	if (r == 0 && cfr_section_listed(section)) {
		r = cfr_section_whole(&whole, &node, s, section, &err);
		if (r == 0)
			cfr_document_unref(whole);
	}
	return r;
}

static int sections(void *arg)
{
	static const char yaml[] = "a:\n  b: [1, 2]\n  c:\n    d: 1\n    e: {x: y}\nf:\n  - 1\n  - g: [h, i]\n";
	static const char edited[] = "a:\n  b: [1, 2]\n  c:\n    d: 1\n    e: {x: z}\nf:\n  - 1\n  - g: [h, i]\n";
	const cfr_str pointers[] = { CFR_STR("/f/1/g/0"), CFR_STR("/a") };
	cfr_source *before = NULL, *after = NULL;
	cfr_sections *old = NULL, *now = NULL;
	cfr_preload preload;
	int r = cfr_source_new(&before, CFR_STR("x"), cfr_str_of(yaml), NULL, NULL);

	(void)arg;
	if (r == 0)
		r = cfr_source_new(&after, CFR_STR("x"), cfr_str_of(edited), NULL, NULL);
	if (r == 0)
		r = cfr__sections_of(&old, NULL, before, CFR_YAML, NULL, least, NULL);
	if (r == 0)
		r = ask(old, "/a/c/e");
	if (r == 0)
		r = ask(old, "/a");
	if (r == 0)
		r = cfr_sections_preload(&preload, old, pointers, 2, 1, NULL);
	if (r == 0)
		r = cfr__sections_new(&now, NULL, NULL, CFR_YAML, NULL, least);
	if (r == 0) {
		now->source = cfr_source_ref(after);
		r = cfr__sections_take_over(now, old);
	}
	if (r == 0)
		r = ask(now, "/a/c/e/x");
	cfr_sections_unref(now);
	cfr_sections_unref(old);
	cfr_source_unref(before);
	cfr_source_unref(after);
	return r;
}

static void test_sections(void **state)
{
	(void)state;
	assert_true(cfr_fail_each(sections, NULL) > 40);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_sections) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
