/* tests/faults/test_edit.c -- writing and editing without memory. */
#include "faults/failing.h"

#include "support/edits.h"

struct work {
	cfr_documents docs;
	struct edits edits;
	cfr_limits limits;
	cfr_write how;
};

static const char yaml[] = "# head\na: &a {x: 1, y: [1, 2]}\nb: *a\nc:\n  - k: |\n      text\n      more\n    l: 'v'\n  - 2 # two\n"
                           "d: >\n  folded\n  text\ne:\n  f: 1\n---\nz: 1\n";
static const char json[] = "{\n  \"a\": [1, 2.5, \"x\"],\n  \"b\": {\n    \"c\": null\n  }\n}\n";

static const char yaml_edits[] = "replace /c/0/k \"text\\nother\\n\"\nset /c/0 m {n: [1, 2], o: \"p\\nq\\n\"}\ninsert /c 1 new\nremove /c/1\n"
                                 "replace /d folded words\nrename /e g\nmove /e/f . h\nset . i 1\nset . i 1";
static const char json_edits[] = "set /b d {e: [1, {f: 2}]}\ninsert /a 0 0\nremove /a/2\nrename /b/c g\nset . h []";

static const char jsonc[] = "{\n  // a\n  \"a\": {\n    \"b\": [1, 2], // n\n    \"c\": 1\n  }, // m\n  \"d\": {}\n}\n";
static const char jsonc_edits[] = "move /a/b /d b\nmove /a/c . c\n";

static const char toml[] = "# t\ntitle = 'x'\nd.e = 1\n[a]\nk = [1, 2]\n[a.b]\n[[u]]\nn = { m = 1, p.q = 1 }\n[[u]]\n[gone]\ny = 1\n";
static const char toml_edits[] = "replace /title \"p\\nq\"\nset . z {a: 1}\nset /d f 2\ninsert /a/k 0 5\nrename /a aa\n"
	"insert /u end {q: 1}\nset /u/0/n o 2\nset /u/0/n/p r 2\nremove /gone/y\nmove /a/b . moved\nmove /u/1 . w\n";

static void begin(struct work *w, const char *text, const char *edits, cfr_format format)
{
	memset(w, 0, sizeof(*w));
	cfr_limits_default(&w->limits);
	assert_int_equal(edits_read(&w->docs, "x", cfr_str_of(text), format, NULL), 0);
	edits_parse(&w->edits, edits);
}

static void end(struct work *w)
{
	edits_free(&w->edits);
	cfr_documents_release(&w->docs);
}

static int write_once(void *arg)
{
	struct work *w = arg;
	cfr_buf text = CFR_BUF_INIT;
	cfr_err err = CFR_ERR_INIT;
	int r = cfr_text_write(&text, cfr_tree_root(cfr_document_tree(w->docs.items[0])), &w->how, &err);

	assert_int_equal(err.code, r);
	cfr_buf_release(&text);
	return r;
}

static int plan_once(void *arg)
{
	struct work *w = arg;
	cfr_splices splices;
	cfr_buf text = CFR_BUF_INIT;
	cfr_err err = CFR_ERR_INIT;
	int r = cfr_edit_plan(&splices, w->docs.items[0], w->edits.items, w->edits.count, &w->limits, &err);

	assert_int_equal(err.code, r);
	if (r == 0) {
		r = cfr_splices_apply(&text, cfr_source_bytes(cfr_document_source(w->docs.items[0])), splices.items,
		                      splices.count, &err);
		cfr_splices_release(&splices);
	}
	cfr_buf_release(&text);
	return r;
}

static int through_once(void *arg)
{
	struct work *w = arg;
	cfr_splices splices;
	cfr_err err = CFR_ERR_INIT;
	int r = cfr_edit_plan_through(&splices, w->docs.items[0], w->edits.items, w->edits.count, &w->limits, &err);

	assert_int_equal(err.code, r);
	if (r == 0)
		cfr_splices_release(&splices);
	return r;
}

static int tree_once(void *arg)
{
	struct work *w = arg;
	cfr_tree *tree;
	int r = cfr_edit_tree(&tree, cfr_document_tree(w->docs.items[0]), w->edits.items, w->edits.count, &w->limits, NULL);

	if (r == 0)
		cfr_tree_unref(tree);
	return r;
}

/* A refusal needs memory too, but never hides that there is none. */
static int refused_once(void *arg)
{
	int r = plan_once(arg);

	return r == CFR_E_UNSUPPORTED ? 0 : r;
}

static void test_write(void **state)
{
	struct work w;

	(void)state;
	begin(&w, yaml, "", CFR_YAML);
	w.how = (cfr_write){ .format = CFR_YAML, .order = w.docs.items[0] };
	assert_true(cfr_fail_each(write_once, &w) > 0);
	w.how = (cfr_write){ .format = CFR_JSON };
	assert_true(cfr_fail_each(write_once, &w) > 0);
	w.how = (cfr_write){ .format = CFR_JSON, .canonical = true };
	assert_true(cfr_fail_each(write_once, &w) > 2);
	end(&w);
}

static void test_plan(void **state)
{
	struct work w;

	(void)state;
	begin(&w, yaml, yaml_edits, CFR_YAML);
	assert_true(cfr_fail_each(plan_once, &w) > 50);
	assert_true(cfr_fail_each(tree_once, &w) > 20);
	end(&w);
	begin(&w, json, json_edits, CFR_JSON);
	assert_true(cfr_fail_each(plan_once, &w) > 30);
	end(&w);
	begin(&w, jsonc, jsonc_edits, CFR_JSONC);
	assert_true(cfr_fail_each(plan_once, &w) > 30);
	end(&w);
	begin(&w, toml, toml_edits, CFR_TOML);
	assert_true(cfr_fail_each(plan_once, &w) > 50);
	end(&w);
}

static void test_through(void **state)
{
	struct work w;

	(void)state;
	begin(&w, "a: &a {x: 1}\nb: *a\nc:\n  <<: *a\n", "replace /b/x 2\nset /b z 3", CFR_YAML);
	assert_true(cfr_fail_each(through_once, &w) > 30);
	end(&w);
}

static void test_refused(void **state)
{
	struct work w;

	(void)state;
	begin(&w, yaml, "replace /b/x 2", CFR_YAML);
	assert_true(cfr_fail_each(refused_once, &w) > 5);
	end(&w);
	begin(&w, yaml, "replace /a/x 2", CFR_YAML);
	assert_true(cfr_fail_each(refused_once, &w) > 5);
	end(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_write),
		cmocka_unit_test(test_plan), cmocka_unit_test(test_through),
		cmocka_unit_test(test_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
