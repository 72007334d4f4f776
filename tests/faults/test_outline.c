/* tests/faults/test_outline.c -- edits and comparisons of a part of a source, without memory. */
#include "faults/failing.h"

#include "support/edits.h"

static const char yaml[] = "a:\n  b:\n    - c: 1 # \"n\"\n      d: {e: 'f', g: \"h\"}\n    - i\nj: [1]\n";
static const char other[] = "a:\n  b:\n    - c: 2 # \"n\"\n      d: {e: 'f', g: \"h\"}\n    - i\nj: [1]\n";
static const char json[] = "{\"a\": {\"b\": [{\"c\": 1, \"d\": {\"e\": \"f\"}}, 2]}, \"j\": [1]}";

struct work {
	cfr_source *source, *after;
	cfr_format format;
	struct edits edits;
};

static int edit_once(void *arg)
{
	struct work *w = arg;
	cfr_splices splices;
	int r = cfr_edit_source(&splices, w->source, w->format, w->edits.items, w->edits.count, NULL, NULL);

	if (r == 0)
		cfr_splices_release(&splices);
	/* To read everything is a way to do without. */
	return r > 0 && cfr_fail_hit() ? 0 : r;
}

static int changed_once(void *arg)
{
	struct work *w = arg;
	cfr_changed changed;
	int r = cfr_text_read_changed(&changed, w->source, w->after, w->format, NULL, NULL);

	if (r == 0)
		cfr_changed_release(&changed);
	return r > 0 && cfr_fail_hit() ? 0 : r;
}

static void begin(struct work *w, const char *text, const char *edits, cfr_format format)
{
	memset(w, 0, sizeof(*w));
	w->format = format;
	assert_int_equal(cfr_source_new(&w->source, CFR_STR("x"), cfr_str_of(text), NULL, NULL), 0);
	assert_int_equal(cfr_source_new(&w->after, CFR_STR("y"), cfr_str_of(other), NULL, NULL), 0);
	edits_parse(&w->edits, edits);
}

static void end(struct work *w)
{
	edits_free(&w->edits);
	cfr_source_unref(w->source);
	cfr_source_unref(w->after);
}

static void test_edit(void **state)
{
	struct work w;

	(void)state;
	begin(&w, yaml, "set /a/b/0 d 5\nset /a/b/0 k l\nrename /a/b/0/c m", CFR_YAML);
	assert_true(cfr_fail_each(edit_once, &w) > 40);
	end(&w);
	begin(&w, json, "replace /a/b/0/d 5\nrename /a/b/0/c m", CFR_JSON);
	assert_true(cfr_fail_each(edit_once, &w) > 40);
	end(&w);
}

static void test_changed(void **state)
{
	struct work w;

	(void)state;
	begin(&w, yaml, "", CFR_YAML);
	assert_true(cfr_fail_each(changed_once, &w) > 20);
	end(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_edit),
		cmocka_unit_test(test_changed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
