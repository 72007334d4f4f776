/* tests/faults/test_load.c -- loading while memory runs out, at each place in turn: with nothing in the cache, and with a
 * record in it. Without memory for the cache's part, the text is parsed; what is given is the same. */
#include "failing.h"

#include "tests/support/loading.h"

#include <stdio.h>
#include <unistd.h>

static char file[] = P_tmpdir "/cfgrun-load-XXXXXX";
static cfr_documents expected;

static int load(struct double_cache *d)
{
	cfr_loader_options options = { .cache_open = double_open, .cache_close = double_close, .cache_arg = d };
	cfr_loader *loader;
	cfr_documents docs = { NULL, 0 };
	cfr_source *source = NULL;
	cfr_err err = CFR_ERR_INIT;
	unsigned ended = d->ended;
	int r = cfr_loader_new(&loader, &options, &err);

	assert_int_equal(d->ended, ended);	/* what was not made is not closed */
	if (r == 0) {
		r = cfr_loader_open(&docs, &source, loader, file, CFR_YAML, NULL, &err);
		cfr_loader_free(loader);
		assert_int_equal(d->ended, ended + 1);
		assert_int_equal(d->opened, d->closed);
	}
	assert_int_equal(err.code, r);
	if (r == 0)
		assert_true(same_documents(&docs, &expected));
	cfr_documents_release(&docs);
	cfr_source_unref(source);
	return r;
}

static int load_cold(void *arg)
{
	struct double_cache *d = double_new();
	int r = CFR_E_NOMEM;

	(void)arg;
	if (d) {
		r = load(d);
		double_free(d);
	}
	return r;
}

static int load_warm(void *arg)
{
	return load(arg);
}

static void test_load(void **state)
{
	struct double_cache *d = double_new();
	cfr_source *source;
	FILE *out;
	int fd = mkstemp(file);

	(void)state;
	assert_true(fd >= 0 && (out = fdopen(fd, "w")));
	for (int i = 0; i < 1000; i++)
		fputs("# so long that it is worth a record, and its digest\n", out);
	fputs("a: &x [1, 'b', {c: d}]\ne: *x\n---\n- f\n", out);
	assert_int_equal(fclose(out), 0);
	assert_int_equal(cfr_source_open(&source, file, NULL, NULL), 0);
	assert_int_equal(cfr_text_read(&expected, source, CFR_YAML, NULL, NULL), 0);
	assert_true(cfr_fail_each(load_cold, NULL) > 20);
	assert_int_equal(load(d), 0);
	assert_int_equal(d->count, 1);
	assert_true(cfr_fail_each(load_warm, d) > 10);
	double_free(d);
	cfr_documents_release(&expected);
	cfr_source_unref(source);
	unlink(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_load) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
