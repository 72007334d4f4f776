/* tests/unit/tree/test_build.c -- events in, tree and document out. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "engine/base/str.h"
#include "engine/tree/build.h"
#include <stdio.h>

static cfr_source *source_of(const char *text)
{
	cfr_source *source;
	cfr_limits limits;

	cfr_limits_default(&limits);
	assert_int_equal(cfr_source_new(&source, CFR_STR("t.yaml"), cfr_str_of(text), &limits, NULL), 0);
	return source;
}

/* A mark at the n-th appearance of some text in the source. */
static cfr_mark at(const cfr_source *source, const char *text, int n)
{
	const char *base = cfr_source_bytes(source).ptr, *found = strstr(base, text);

	while (n-- > 1)
		found = strstr(found + 1, text);
	assert_non_null(found);
	return (cfr_mark){ .before = (uint32_t)(found - base), .start = (uint32_t)(found - base),
		           .end = (uint32_t)(found - base + (ptrdiff_t)strlen(text)), .style = CFR_PLAIN };
}

static cfr_str slice(const cfr_source *source, cfr_mark mark)
{
	return cfr_str_sub(cfr_source_bytes(source), mark.start, mark.end);
}

static void key(cfr_build *build, const cfr_source *source, const char *text, int n)
{
	cfr_mark mark = at(source, text, n);
	assert_int_equal(cfr_build_key(build, slice(source, mark), &mark, NULL), 0);
}

static void string(cfr_build *build, const cfr_source *source, const char *text, int n)
{
	cfr_mark mark = at(source, text, n);
	assert_int_equal(cfr_build_string(build, slice(source, mark), &mark, NULL), 0);
}

static void begin(cfr_build *build, cfr_kind kind, uint32_t start)
{
	cfr_mark mark = { start, start, 0, CFR_BLOCK, 0 };
	assert_int_equal(cfr_build_begin(build, kind, &mark, NULL), 0);
}

static void test_document(void **state)
{
	cfr_source *source = source_of("b: [one, two]\na: word\n");
	cfr_build *build;
	cfr_document *doc;
	cfr_node root, node, item;
	cfr_span span;
	cfr_err err = CFR_ERR_INIT;

	(void)state;
	assert_int_equal(cfr_build_new(&build, source, CFR_YAML, NULL, &err), 0);
	begin(build, CFR_MAPPING, 0);
	key(build, source, "b", 1);
	begin(build, CFR_SEQUENCE, 3);
	string(build, source, "one", 1);
	string(build, source, "two", 1);
	assert_int_equal(cfr_build_end(build, 13, &err), 0);
	key(build, source, "a", 1);
	string(build, source, "word", 1);
	assert_int_equal(cfr_build_end(build, 21, &err), 0);
	assert_int_equal(cfr_build_finish(&doc, build, 0, 0, 22, &err), 0);
	cfr_build_free(build);

	root = cfr_tree_root(cfr_document_tree(doc));
	assert_int_equal(cfr_node_kind(root), CFR_MAPPING);
	assert_int_equal(cfr_node_size(root), 2);
	assert_int_equal(cfr_tree_size(cfr_document_tree(doc)), 5);
	assert_int_equal(cfr_node_at(&node, root, 0, NULL), 0);
	assert_true(cfr_str_eq(cfr_node_key(node), CFR_STR("a")));
	assert_true(cfr_str_eq(cfr_node_string(node), CFR_STR("word")));
	assert_int_equal(cfr_node_find(&node, root, CFR_STR("b"), NULL), 0);
	assert_int_equal(cfr_node_index(node), 1);
	assert_int_equal(cfr_node_at(&item, node, 1, NULL), 0);
	assert_true(cfr_str_eq(cfr_node_string(item), CFR_STR("two")));
	assert_int_equal(cfr_node_at(&item, node, 2, NULL), CFR_E_NOTFOUND);
	assert_int_equal(cfr_node_find(&item, root, CFR_STR("c"), NULL), CFR_E_NOTFOUND);

	/* the author's order, and back */
	assert_int_equal(cfr_document_rank(doc, node), 1);
	assert_true(cfr_node_same(cfr_document_node(doc, 1), node));
	assert_int_equal(cfr_document_ranked(doc, 1)->next, 4);
	span = cfr_document_span(doc, cfr_document_node(doc, 4));
	assert_int_equal(span.line, 2);
	assert_int_equal(span.column, 4);
	assert_int_equal(span.end_column, 8);
	span = cfr_document_key_span(doc, cfr_document_node(doc, 4));
	assert_int_equal(span.column, 1);
	cfr_document_unref(doc);
	cfr_source_unref(source);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_document),
	};
	return cmocka_run_group_tests_name("tree/build", tests, NULL, NULL);
}
