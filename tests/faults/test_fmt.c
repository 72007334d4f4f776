/* tests/faults/test_fmt.c -- formatting without memory. */
#include "faults/failing.h"

#include "support/formatting.h"

struct work {
	const char *text;
	cfr_format format;
	cfr_fmt_style style;
	cfr_limits limits;
};

static int format_once(void *arg)
{
	struct work *w = arg;
	cfr_buf out = CFR_BUF_INIT;
	cfr_err err = CFR_ERR_INIT;
	int r = formatting_once(&out, cfr_str_of(w->text), w->format, &w->style, &w->limits, &err);

	assert_int_equal(err.code, r);
	cfr_buf_release(&out);
	return r;
}

static void run(const char *text, cfr_format format)
{
	struct work w = { .text = text, .format = format, .style = { .blank_lines = 1, .indent = 4, .width = 20 } };

	cfr_limits_default(&w.limits);
	assert_true(cfr_fail_each(format_once, &w) > 10);
}

static void test_yaml(void **state)
{
	(void)state;
	run("# head\na:   {x: 1,y: [1 , 2]}  \nb:\n   - k: |\n        text\n\n        more\n   # note\n   - 'one\n      two'\n\n\n\n"
	    "c: plain\n text\n---\nz : 1", CFR_YAML);
	run("a: \xE2\x80\xA8x  \nb:   1\n", CFR_YAML);
}

static void test_others(void **state)
{
	(void)state;
	run("{\"a\":[1,2.5,\"x\"],\"b\":{\"c\":null}}", CFR_JSON);
	run("{// note\n\"a\":[1,2.5,/* why */\"x\"],\n\"b\":{\"c\":null}}", CFR_JSONC);
	run("a=1 # one\n[t]\nlist=[1,\n2,[3,4]]\n", CFR_TOML);
	run("{\"a\":1}  \n[2] \n\n", CFR_JSONL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_yaml),
		cmocka_unit_test(test_others),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
