/* tests/unit/tree/test_build.c -- events in, tree and document out. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "engine/base/pooled.h"
#include "engine/base/str.h"
#include "engine/pointer.h"
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
	assert_int_equal(cfr_document_ranked(doc, 1).next, 4);
	span = cfr_document_span(doc, cfr_document_node(doc, 4));
	assert_int_equal(span.line, 2);
	assert_int_equal(span.column, 4);
	assert_int_equal(span.end_column, 8);
	span = cfr_document_key_span(doc, cfr_document_node(doc, 4));
	assert_int_equal(span.column, 1);
	cfr_document_unref(doc);
	cfr_source_unref(source);
}


/* YAML-like text in which a mark is found by its words; each test tells the builder what a reader would. */
static void int_at(cfr_build *build, const cfr_source *source, const char *text, int n, int64_t value)
{
	cfr_mark mark = at(source, text, n);
	assert_int_equal(cfr_build_int(build, value, &mark, NULL), 0);
}

static cfr_node get(const cfr_document *doc, const char *pointer)
{
	cfr_node node;

	assert_int_equal(cfr_pointer_get(&node, cfr_tree_root(cfr_document_tree(doc)), cfr_str_of(pointer), NULL), 0);
	return node;
}

static void test_duplicate(void **state)
{
	cfr_source *source = source_of("o:\n  twice: 1\n  b: 2\n  twice: 3\n  b: 4\n");
	cfr_build *build;
	cfr_document *doc = NULL;
	cfr_err err = CFR_ERR_INIT;

	(void)state;
	assert_int_equal(cfr_build_new(&build, source, CFR_YAML, NULL, &err), 0);
	begin(build, CFR_MAPPING, 0);
	key(build, source, "o", 1);
	begin(build, CFR_MAPPING, 5);
	key(build, source, "twice", 1);
	int_at(build, source, "1", 1, 1);
	key(build, source, "b", 1);
	int_at(build, source, "2", 1, 2);
	key(build, source, "twice", 2);
	int_at(build, source, "3", 1, 3);
	key(build, source, "b", 2);
	int_at(build, source, "4", 1, 4);
	assert_int_equal(cfr_build_end(build, 38, &err), 0);
	assert_int_equal(cfr_build_end(build, 38, &err), 0);
	assert_int_equal(cfr_build_finish(&doc, build, 0, 0, 38, &err), CFR_E_DUPLICATE);
	assert_null(doc);
	assert_non_null(strstr(err.message, "'twice'"));	/* the first one in the file, not in the alphabet */
	assert_string_equal(err.file, "t.yaml");
	assert_string_equal(err.path, "/o/twice");
	assert_int_equal(err.line, 4);
	assert_int_equal(err.column, 3);
	assert_int_equal(err.other_line, 2);
	assert_int_equal(err.other_column, 3);
	assert_non_null(strstr(err.hint, "line 2"));
	cfr_build_free(build);
	cfr_source_unref(source);
}

/* base: &b {x: 1, in: &i [2]} · use: *b · list: [*i, *b] */
static void test_alias(void **state)
{
	cfr_source *source = source_of("base: {x: 1, in: [2]}\nuse: *b\nlist: [*i, *bb]\n");
	cfr_build *build;
	cfr_document *doc;
	cfr_mark mark;
	cfr_node node;
	uint32_t base, in;
	bool equal;

	(void)state;
	assert_int_equal(cfr_build_new(&build, source, CFR_YAML, NULL, NULL), 0);
	begin(build, CFR_MAPPING, 0);
	key(build, source, "base", 1);
	base = cfr_build_rank(build);
	begin(build, CFR_MAPPING, 6);
	key(build, source, "x", 1);
	int_at(build, source, "1", 1, 1);
	key(build, source, "in", 1);
	in = cfr_build_rank(build);
	begin(build, CFR_SEQUENCE, 17);
	int_at(build, source, "2", 1, 2);
	cfr_build_end(build, 20, NULL);
	cfr_build_end(build, 21, NULL);
	key(build, source, "use", 1);
	mark = at(source, "*b", 1);
	assert_int_equal(cfr_build_alias(build, base, &mark, NULL), 0);
	key(build, source, "list", 1);
	begin(build, CFR_SEQUENCE, 36);
	mark = at(source, "*i", 1);
	assert_int_equal(cfr_build_alias(build, in, &mark, NULL), 0);
	mark = at(source, "*bb", 1);
	assert_int_equal(cfr_build_alias(build, base, &mark, NULL), 0);
	cfr_build_end(build, 45, NULL);
	cfr_build_end(build, 45, NULL);
	assert_int_equal(cfr_build_finish(&doc, build, 0, 0, 46, NULL), 0);
	cfr_build_free(build);

	assert_int_equal(cfr_tree_size(cfr_document_tree(doc)), 1 + 4 + 4 + 1 + 2 + 4);
	assert_int_equal(cfr_node_int(get(doc, "/use/in/0")), 2);
	assert_int_equal(cfr_node_int(get(doc, "/list/0/0")), 2);
	assert_int_equal(cfr_node_equal(&equal, get(doc, "/base"), get(doc, "/list/1"), NULL), 0);
	assert_true(equal);

	/* everything below an alias says that its text stands elsewhere, and where */
	node = get(doc, "/use/in/0");
	assert_true(cfr_document_entry(doc, node).flags & CFR_VIA_ALIAS);
	assert_true(cfr_node_same(cfr_document_origin(doc, node), get(doc, "/base/in/0")));
	assert_int_equal(cfr_document_entry(doc, node).start, at(source, "2", 1).start);
	assert_int_equal(cfr_document_use(doc, get(doc, "/use")), at(source, "*b", 1).start);
	assert_int_equal(cfr_document_use(doc, get(doc, "/list/0")), at(source, "*i", 1).start);
	assert_int_equal(cfr_document_use(doc, get(doc, "/list/1")), at(source, "*bb", 1).start);
	assert_true(cfr_node_same(cfr_document_origin(doc, get(doc, "/list/1/in")), get(doc, "/base/in")));
	assert_int_equal(cfr_document_use(doc, get(doc, "/base/x")), at(source, "1", 1).start);
	assert_int_equal(cfr_document_key_span(doc, get(doc, "/use")).line, 2);
	assert_int_equal(cfr_document_key_span(doc, get(doc, "/use/in")).line, 1);
	assert_true(cfr_document_entry(doc, get(doc, "/base")).flags & CFR_ANCHORED);
	assert_false(cfr_document_entry(doc, get(doc, "/use")).flags & CFR_ANCHORED);
	assert_false(cfr_document_entry(doc, get(doc, "/list")).flags & CFR_VIA_ALIAS);
	cfr_document_unref(doc);
	cfr_source_unref(source);
}

/* An alias in what another alias repeats: origin and use go through both. */
static void test_alias_of_alias(void **state)
{
	cfr_source *source = source_of("a: 7\nb: [*a]\nc: *b\n");
	cfr_build *build;
	cfr_document *doc;
	cfr_mark mark;

	(void)state;
	assert_int_equal(cfr_build_new(&build, source, CFR_YAML, NULL, NULL), 0);
	begin(build, CFR_MAPPING, 0);
	key(build, source, "a", 1);
	int_at(build, source, "7", 1, 7);
	key(build, source, "b", 1);
	begin(build, CFR_SEQUENCE, 8);
	mark = at(source, "*a", 1);
	assert_int_equal(cfr_build_alias(build, 1, &mark, NULL), 0);
	cfr_build_end(build, 12, NULL);
	key(build, source, "c", 1);
	mark = at(source, "*b", 1);
	assert_int_equal(cfr_build_alias(build, 2, &mark, NULL), 0);
	cfr_build_end(build, 18, NULL);
	assert_int_equal(cfr_build_finish(&doc, build, 0, 0, 19, NULL), 0);
	assert_int_equal(cfr_node_int(get(doc, "/c/0")), 7);
	assert_true(cfr_node_same(cfr_document_origin(doc, get(doc, "/c/0")), get(doc, "/a")));
	assert_int_equal(cfr_document_use(doc, get(doc, "/c/0")), at(source, "*a", 1).start);
	assert_true(cfr_node_same(cfr_document_origin(doc, get(doc, "/c")), get(doc, "/b")));
	cfr_document_unref(doc);
	cfr_build_free(build);
	cfr_source_unref(source);
}

static void test_cycle(void **state)
{
	cfr_source *source = source_of("a: [*a]\n");
	cfr_build *build;
	cfr_mark mark = at(source, "*a", 1);
	cfr_err err = CFR_ERR_INIT;

	(void)state;
	for (int merge = 0; merge < 2; merge++) {
		assert_int_equal(cfr_build_new(&build, source, CFR_YAML, NULL, NULL), 0);
		begin(build, CFR_MAPPING, 0);
		if (!merge) {
			key(build, source, "a", 1);
			begin(build, CFR_SEQUENCE, 3);
		}
		assert_int_equal((merge ? cfr_build_merge : cfr_build_alias)(build, merge ? 0 : 1, &mark, &err),
		                 CFR_E_CYCLE);
		assert_int_equal(err.column, 5);
		assert_int_equal(err.other_column, merge ? 1 : 4);
		cfr_build_free(build);
	}
	cfr_source_unref(source);
}

/* Keys of the author win, also those written after `<<`; of several mappings the earlier wins. */
static void test_merge(void **state)
{
	cfr_source *source = source_of("p: {k: 1, l: 2, s: [0]}\nq: {l: 3, m: 4}\nr:\n  x: 5\n  <<: [*p, *q]\n  k: 6\n");
	cfr_build *build;
	cfr_document *doc;
	cfr_mark mark;
	cfr_node r;

	(void)state;
	assert_int_equal(cfr_build_new(&build, source, CFR_YAML, NULL, NULL), 0);
	begin(build, CFR_MAPPING, 0);
	key(build, source, "p", 1);
	begin(build, CFR_MAPPING, 3);
	key(build, source, "k", 1);
	int_at(build, source, "1", 1, 1);
	key(build, source, "l", 1);
	int_at(build, source, "2", 1, 2);
	key(build, source, "s", 1);
	begin(build, CFR_SEQUENCE, 19);
	int_at(build, source, "0", 1, 0);
	cfr_build_end(build, 22, NULL);
	cfr_build_end(build, 23, NULL);
	key(build, source, "q", 1);
	begin(build, CFR_MAPPING, 27);
	key(build, source, "l", 2);
	int_at(build, source, "3", 1, 3);
	key(build, source, "m", 1);
	int_at(build, source, "4", 1, 4);
	cfr_build_end(build, 39, NULL);
	key(build, source, "r", 1);
	begin(build, CFR_MAPPING, 45);
	key(build, source, "x", 1);
	int_at(build, source, "5", 1, 5);
	mark = at(source, "*p", 1);
	assert_int_equal(cfr_build_merge(build, 1, &mark, NULL), 0);
	mark = at(source, "*q", 1);
	assert_int_equal(cfr_build_merge(build, 6, &mark, NULL), 0);
	key(build, source, "k", 2);
	int_at(build, source, "6", 1, 6);
	cfr_build_end(build, 73, NULL);
	cfr_build_end(build, 73, NULL);
	assert_int_equal(cfr_build_finish(&doc, build, 0, 0, 74, NULL), 0);
	cfr_build_free(build);

	r = get(doc, "/r");
	assert_int_equal(cfr_node_size(r), 5);
	assert_int_equal(cfr_node_int(get(doc, "/r/k")), 6);
	assert_int_equal(cfr_node_int(get(doc, "/r/l")), 2);
	assert_int_equal(cfr_node_int(get(doc, "/r/m")), 4);
	assert_int_equal(cfr_node_int(get(doc, "/r/x")), 5);
	assert_int_equal(cfr_node_int(get(doc, "/r/s/0")), 0);
	assert_int_equal(cfr_document_entry(doc, get(doc, "/r/k")).flags & CFR_VIA_MERGE, 0);
	assert_true(cfr_document_entry(doc, get(doc, "/r/s/0")).flags & CFR_VIA_MERGE);
	assert_true(cfr_node_same(cfr_document_origin(doc, get(doc, "/r/s/0")), get(doc, "/p/s/0")));
	assert_true(cfr_node_same(cfr_document_origin(doc, get(doc, "/r/m")), get(doc, "/q/m")));
	assert_int_equal(cfr_document_use(doc, get(doc, "/r/m")), at(source, "*q", 1).start);
	assert_int_equal(cfr_document_span(doc, get(doc, "/r/l")).line, 1);
	assert_int_equal(cfr_document_ranked(doc, cfr_document_rank(doc, r)).next, cfr_tree_size(cfr_document_tree(doc)));
	cfr_document_unref(doc);
	cfr_source_unref(source);
}

static void test_merge_kind(void **state)
{
	cfr_source *source = source_of("a: 1\nb:\n  <<: *a\n");
	cfr_build *build;
	cfr_mark mark = at(source, "*a", 1);
	cfr_err err = CFR_ERR_INIT;

	(void)state;
	assert_int_equal(cfr_build_new(&build, source, CFR_YAML, NULL, NULL), 0);
	begin(build, CFR_MAPPING, 0);
	key(build, source, "a", 1);
	int_at(build, source, "1", 1, 1);
	key(build, source, "b", 1);
	begin(build, CFR_MAPPING, 10);
	assert_int_equal(cfr_build_merge(build, 1, &mark, &err), CFR_E_KIND);
	assert_int_equal(err.line, 3);
	assert_string_equal(err.path, "/b");
	cfr_build_free(build);
	cfr_source_unref(source);
}

/* [x], then nine copies of the one before in each: 9^n values. Bounded in bytes, and in values. */
static int bomb(unsigned levels, const cfr_limits *limits, cfr_err *err)
{
	cfr_source *source = source_of("a bomb with some text in it, so that there is something to multiply");
	cfr_build *build;
	cfr_document *doc;
	cfr_mark mark = at(source, "bomb", 1);
	uint32_t last = 1;
	int r = 0;

	assert_int_equal(cfr_build_new(&build, source, CFR_YAML, limits, NULL), 0);
	begin(build, CFR_SEQUENCE, 0);
	string(build, source, "something to multiply", 1);
	for (unsigned i = 0; i < levels && r == 0; i++) {
		uint32_t rank = cfr_build_rank(build);

		begin(build, CFR_SEQUENCE, 0);
		for (int k = 0; k < 9 && r == 0; k++)
			r = cfr_build_alias(build, last, &mark, err);
		if (r == 0)
			r = cfr_build_end(build, 0, err);
		last = rank;
	}
	if (r == 0 && (r = cfr_build_end(build, 0, err)) == 0 &&
	    (r = cfr_build_finish(&doc, build, 0, 0, 60, err)) == 0)
		cfr_document_unref(doc);
	cfr_build_free(build);
	cfr_source_unref(source);
	return r;
}

static void test_bomb(void **state)
{
	cfr_limits limits;
	cfr_err err = CFR_ERR_INIT;

	(void)state;
	cfr_limits_default(&limits);
	assert_int_equal(bomb(3, &limits, &err), 0);
	assert_int_equal(bomb(9, &limits, &err), CFR_E_LIMIT);
	assert_string_equal(err.limit, "aliases");
	assert_int_equal(err.line, 1);
	assert_int_equal(err.column, 3);
	limits.of[CFR_LIMIT_ALIASES] = UINT32_MAX;
	assert_int_equal(bomb(9, &limits, &err), CFR_E_LIMIT);
	assert_string_equal(err.limit, "nodes");
}

/* No reader goes deep here; copies in copies do. */
static void test_deep_alias(void **state)
{
	cfr_source *source = source_of("a bomb");
	cfr_build *build;
	cfr_mark mark = at(source, "bomb", 1);
	cfr_document *doc;
	cfr_err err = CFR_ERR_INIT;
	uint32_t last = 1;

	(void)state;
	for (unsigned levels = 126; levels < 130; levels++) {
		int r;

		assert_int_equal(cfr_build_new(&build, source, CFR_YAML, NULL, NULL), 0);
		begin(build, CFR_SEQUENCE, 0);
		begin(build, CFR_SEQUENCE, 0);
		cfr_build_end(build, 0, NULL);
		last = 1;
		for (unsigned i = 2; i < levels; i++) {
			uint32_t rank = cfr_build_rank(build);

			begin(build, CFR_SEQUENCE, 0);
			assert_int_equal(cfr_build_alias(build, last, &mark, NULL), 0);
			cfr_build_end(build, 0, NULL);
			last = rank;
		}
		cfr_build_end(build, 0, NULL);
		r = cfr_build_finish(&doc, build, 0, 0, 6, &err);
		assert_int_equal(r, levels <= 128 ? 0 : CFR_E_LIMIT);
		if (r == 0)
			cfr_document_unref(doc);
		else
			assert_string_equal(err.limit, "depth");
		assert_int_equal(err.column, r ? 3 : 0);	/* where the alias is written */
		cfr_build_free(build);
	}
	cfr_source_unref(source);
}

static void test_limits(void **state)
{
	cfr_source *source = source_of("- some text");
	cfr_mark mark = at(source, "text", 1);
	cfr_build *build;
	cfr_limits limits;
	cfr_err err = CFR_ERR_INIT;
	int r = 0;

	(void)state;
	cfr_limits_default(&limits);
	limits.of[CFR_LIMIT_DEPTH] = 3;
	limits.of[CFR_LIMIT_KEY] = 4;
	limits.of[CFR_LIMIT_SCALAR] = 5;
	limits.of[CFR_LIMIT_NODES] = 10;
	assert_int_equal(cfr_build_new(&build, source, CFR_YAML, &limits, NULL), 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(cfr_build_begin(build, CFR_SEQUENCE, &mark, &err), 0);
	assert_int_equal(cfr_build_begin(build, CFR_SEQUENCE, &mark, &err), CFR_E_LIMIT);
	assert_string_equal(err.limit, "depth");
	assert_int_equal(err.column, 8);
	assert_string_equal(err.path, "/0/0");
	assert_int_equal(cfr_build_string(build, CFR_STR("12345"), &mark, &err), 0);
	assert_int_equal(cfr_build_string(build, CFR_STR("123456"), &mark, &err), CFR_E_LIMIT);
	assert_string_equal(err.limit, "scalar");
	cfr_build_reset(build);
	assert_int_equal(cfr_build_begin(build, CFR_MAPPING, &mark, &err), 0);
	assert_int_equal(cfr_build_key(build, CFR_STR("12345"), &mark, &err), CFR_E_LIMIT);
	assert_string_equal(err.limit, "key");
	cfr_build_reset(build);
	assert_int_equal(cfr_build_begin(build, CFR_SEQUENCE, &mark, &err), 0);
	for (int i = 0; i < 10; i++)
		assert_int_equal(cfr_build_null(build, &mark, &err), 0);
	r = cfr_build_null(build, &mark, &err);
	assert_int_equal(r, CFR_E_LIMIT);
	assert_string_equal(err.limit, "nodes");
	cfr_build_free(build);
	cfr_source_unref(source);
}

/* A list of merges that bring nothing new is work all the same, and is bounded like the rest. */
static void test_merge_bomb(void **state)
{
	cfr_source *source = source_of("some text");
	cfr_mark mark = at(source, "text", 1);
	cfr_build *build;
	cfr_err err = CFR_ERR_INIT;

	(void)state;
	assert_int_equal(cfr_build_new(&build, source, CFR_YAML, NULL, NULL), 0);
	begin(build, CFR_MAPPING, 0);
	key(build, source, "some", 1);
	begin(build, CFR_MAPPING, 0);
	for (uint32_t k = 0; k < 10000; k++) {
		char name[16];
		int len = snprintf(name, sizeof(name), "%u", (unsigned)k);

		assert_int_equal(cfr_build_key(build, (cfr_str){ name, (size_t)len }, &mark, NULL), 0);
		assert_int_equal(cfr_build_null(build, &mark, NULL), 0);
	}
	cfr_build_end(build, 0, NULL);
	for (int i = 0; i < 1000000; i++)
		assert_int_equal(cfr_build_merge(build, 1, &mark, NULL), 0);
	assert_int_equal(cfr_build_end(build, 0, &err), CFR_E_LIMIT);
	assert_string_equal(err.limit, "aliases");
	cfr_build_free(build);
	cfr_source_unref(source);
}

/* So is a sequence of empty mappings: it brings nothing at all, and is looked through again by every merge. */
static void test_merge_empty_bomb(void **state)
{
	cfr_source *source = source_of("some text");
	cfr_mark mark = at(source, "text", 1);
	cfr_build *build;
	cfr_err err = CFR_ERR_INIT;
	int rc = 0;

	(void)state;
	assert_int_equal(cfr_build_new(&build, source, CFR_YAML, NULL, NULL), 0);
	begin(build, CFR_MAPPING, 0);
	key(build, source, "some", 1);
	begin(build, CFR_SEQUENCE, 0);
	for (int i = 0; i < 1000; i++) {
		begin(build, CFR_MAPPING, 0);
		cfr_build_end(build, 0, NULL);
	}
	cfr_build_end(build, 0, NULL);
	for (int i = 0; i < 100000 && rc == 0; i++)
		rc = cfr_build_merge(build, 1, &mark, &err);
	assert_int_equal(rc, CFR_E_LIMIT);
	assert_string_equal(err.limit, "aliases");
	cfr_build_free(build);
	cfr_source_unref(source);
}

/* A reader that tells nonsense is told so, and nothing breaks. */
static void test_misuse(void **state)
{
	cfr_build *build;
	cfr_tree *tree;

	(void)state;
	assert_int_equal(cfr_build_new(&build, NULL, CFR_FORMAT_NONE, NULL, NULL), 0);
	assert_int_equal(cfr_build_finish_tree(&tree, build, NULL), CFR_E_BUG);
	assert_int_equal(cfr_build_end(build, 0, NULL), CFR_E_BUG);
	assert_int_equal(cfr_build_key(build, CFR_STR("k"), NULL, NULL), CFR_E_BUG);
	assert_int_equal(cfr_build_alias(build, 0, NULL, NULL), CFR_E_BUG);
	assert_int_equal(cfr_build_null(build, NULL, NULL), 0);
	assert_int_equal(cfr_build_null(build, NULL, NULL), CFR_E_BUG);
	cfr_build_reset(build);
	assert_int_equal(cfr_build_begin(build, CFR_MAPPING, NULL, NULL), 0);
	assert_int_equal(cfr_build_null(build, NULL, NULL), CFR_E_BUG);
	assert_int_equal(cfr_build_key(build, CFR_STR("k"), NULL, NULL), 0);
	assert_int_equal(cfr_build_key(build, CFR_STR("k"), NULL, NULL), CFR_E_BUG);
	assert_int_equal(cfr_build_end(build, 0, NULL), CFR_E_BUG);
	assert_int_equal(cfr_build_finish_tree(&tree, build, NULL), CFR_E_BUG);
	cfr_build_reset(build);
	assert_int_equal(cfr_build_null(build, NULL, NULL), 0);
	assert_int_equal(cfr_build_finish_tree(&tree, build, NULL), 0);
	cfr_tree_unref(tree);
	assert_int_equal(cfr_build_finish_tree(&tree, build, NULL), CFR_E_BUG);
	cfr_build_free(build);
}

static void test_encoding(void **state)
{
	static const char *const bad[] = { "\xFF", "a\xC3", "\xA9z", "\xED\xA0\x80" };
	cfr_build *build;
	cfr_tree *tree;

	(void)state;
	assert_int_equal(cfr_build_new(&build, NULL, CFR_FORMAT_NONE, NULL, NULL), 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		cfr_build_reset(build);
		assert_int_equal(cfr_build_string(build, cfr_str_of(bad[i]), NULL, NULL), 0);
		assert_int_equal(cfr_build_finish_tree(&tree, build, NULL), CFR_E_ENCODING);
		cfr_build_reset(build);
		assert_int_equal(cfr_build_other(build, cfr_str_of(bad[i]), CFR_STR("x"), NULL, NULL), 0);
		assert_int_equal(cfr_build_finish_tree(&tree, build, NULL), CFR_E_ENCODING);
		cfr_build_reset(build);
		assert_int_equal(cfr_build_begin(build, CFR_MAPPING, NULL, NULL), 0);
		assert_int_equal(cfr_build_key(build, cfr_str_of(bad[i]), NULL, NULL), CFR_E_ENCODING);
	}
	/* each half of a character in a string of its own */
	cfr_build_reset(build);
	assert_int_equal(cfr_build_begin(build, CFR_SEQUENCE, NULL, NULL), 0);
	assert_int_equal(cfr_build_string(build, CFR_STR("\xC3"), NULL, NULL), 0);
	assert_int_equal(cfr_build_string(build, CFR_STR("\xA9"), NULL, NULL), 0);
	assert_int_equal(cfr_build_end(build, 0, NULL), 0);
	assert_int_equal(cfr_build_finish_tree(&tree, build, NULL), CFR_E_ENCODING);
	cfr_build_free(build);
}

/* Documents of a stream, one after the other, small and large in turn: large ones take the builder's arrays with
 * them, unless they came from a pool and are much larger. */
static void read_stream(cfr_pool *pool)
{
	cfr_source *source = source_of("text text text");
	cfr_mark mark = at(source, "text", 2);
	cfr_build *build;
	cfr_document *docs[6];

	cfr__source_use(source, pool);
	assert_int_equal(cfr_build_new(&build, source, CFR_YAML, NULL, NULL), 0);
	for (uint32_t i = 0; i < 6; i++) {
		uint32_t n = i % 2 ? 10000 : 10;

		cfr_build_reset(build);
		begin(build, CFR_MAPPING, 0);
		for (uint32_t k = 0; k < n; k++) {
			char name[16];
			int len = snprintf(name, sizeof(name), "%u", (unsigned)(k * 7919 % n));

			assert_int_equal(cfr_build_key(build, (cfr_str){ name, (size_t)len }, &mark, NULL), 0);
			assert_int_equal(cfr_build_int(build, k, &mark, NULL), 0);
		}
		cfr_build_end(build, 1, NULL);
		assert_int_equal(cfr_build_finish(&docs[i], build, i, 0, 1, NULL), 0);
	}
	cfr_build_free(build);
	for (uint32_t i = 0; i < 6; i++) {
		uint32_t n = i % 2 ? 10000 : 10;

		assert_int_equal(cfr_document_index(docs[i]), i);
		assert_int_equal(cfr_tree_size(cfr_document_tree(docs[i])), n + 1);
		for (uint32_t k = 0; k < n; k += 1 + k / 10) {
			char name[16];
			cfr_node node;
			int len = snprintf(name, sizeof(name), "%u", (unsigned)(k * 7919 % n));

			assert_int_equal(cfr_node_find(&node, cfr_tree_root(cfr_document_tree(docs[i])),
			                               (cfr_str){ name, (size_t)len }, NULL), 0);
			assert_int_equal(cfr_node_int(node), k);
			assert_int_equal(cfr_document_rank(docs[i], node), k + 1);
		}
		cfr_document_unref(docs[i]);
	}
	cfr_source_unref(source);
}

static void test_stream(void **state)
{
	cfr_pool *pool = cfr_pool_new(1 << 20);

	(void)state;
	assert_non_null(pool);
	read_stream(NULL);
	read_stream(pool);
	read_stream(pool);
	cfr_pool_free(pool);
}

/* One document of a stream: keys out of sixteen letters, by bits, in an order of their own; some from elsewhere than the
 * source, which lie in the builder's pool; every third is merged into another mapping. */
static void stream_document(cfr_build *build, const cfr_source *source, uint32_t i)
{
	uint32_t bits = (i * 2654435761u) >> (i % 5 ? 28 : 16);
	char own[2] = "";

	cfr_build_reset(build);
	begin(build, CFR_SEQUENCE, 0);
	begin(build, CFR_MAPPING, 0);
	for (uint32_t k = 0; k < 16; k++) {
		uint32_t letter = (k * 5 + i) % 16;
		cfr_mark mark = { letter, letter, letter + 1, CFR_PLAIN, 0 };

		own[0] = (char)('a' + letter);
		if (bits >> letter & 1) {
			assert_int_equal(cfr_build_key(build, i % 7 ? slice(source, mark) : cfr_str_of(own), &mark, NULL), 0);
			assert_int_equal(cfr_build_int(build, i, &mark, NULL), 0);
		}
	}
	cfr_build_end(build, 1, NULL);
	begin(build, CFR_MAPPING, 0);
	key(build, source, "f", 1);
	assert_int_equal(cfr_build_null(build, NULL, NULL), 0);
	if (i % 3 == 0) {
		cfr_mark use = at(source, "a", 1);
		assert_int_equal(cfr_build_merge(build, 1, &use, NULL), 0);
	}
	cfr_build_end(build, 1, NULL);
	cfr_build_end(build, 1, NULL);
}

/* The keys of documents before leave no trace: each is what a builder of its own makes. */
static void test_stream_keys(void **state)
{
	cfr_source *source = source_of("abcdefghijklmnop");
	cfr_build *stream, *alone;
	cfr_document *doc;
	cfr_tree *tree;

	(void)state;
	assert_int_equal(cfr_build_new(&stream, source, CFR_YAML, NULL, NULL), 0);
	for (uint32_t i = 0; i < 500; i++) {
		stream_document(stream, source, i);
		assert_int_equal(cfr_build_finish(&doc, stream, i, 0, 1, NULL), 0);
		assert_int_equal(cfr_build_new(&alone, source, CFR_YAML, NULL, NULL), 0);
		stream_document(alone, source, i);
		assert_int_equal(cfr_build_finish_tree(&tree, alone, NULL), 0);
		assert_true(cfr_str_eq(cfr_tree_image(cfr_document_tree(doc)), cfr_tree_image(tree)));
		cfr_document_unref(doc);
		cfr_tree_unref(tree);
		cfr_build_free(alone);
	}
	cfr_build_free(stream);
	cfr_source_unref(source);
}

/* Of a builder whose arrays became a tree, the next values are taken down as if it were the first. */
static void test_tree_again(void **state)
{
	cfr_source *source = source_of("text");
	cfr_build *build;

	(void)state;
	assert_int_equal(cfr_build_new(&build, source, CFR_YAML, NULL, NULL), 0);
	for (uint32_t wide = 66; wide < 130; wide += 20) {
		cfr_tree *tree;

		cfr_build_reset(build);
		begin(build, CFR_SEQUENCE, 0);
		for (uint32_t i = 0; i < 1000; i++) {	/* far from what is before it: an entry that needs the second table */
			cfr_mark mark = { i < wide ? 0 : 300, 300, 301, CFR_PLAIN, 0 };
			assert_int_equal(cfr_build_int(build, i, &mark, NULL), 0);
		}
		assert_int_equal(cfr_build_end(build, 400, NULL), 0);
		assert_int_equal(cfr_build_finish_tree(&tree, build, NULL), 0);
		assert_int_equal(cfr_node_size(cfr_tree_root(tree)), 1000);
		cfr_tree_unref(tree);
	}
	cfr_build_free(build);
	cfr_source_unref(source);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_document), cmocka_unit_test(test_duplicate), cmocka_unit_test(test_alias),
		cmocka_unit_test(test_alias_of_alias), cmocka_unit_test(test_cycle), cmocka_unit_test(test_merge),
		cmocka_unit_test(test_merge_kind), cmocka_unit_test(test_bomb), cmocka_unit_test(test_deep_alias), cmocka_unit_test(test_merge_bomb),
		cmocka_unit_test(test_merge_empty_bomb),
		cmocka_unit_test(test_limits), cmocka_unit_test(test_misuse), cmocka_unit_test(test_encoding),
		cmocka_unit_test(test_stream), cmocka_unit_test(test_stream_keys), cmocka_unit_test(test_tree_again),
	};
	return cmocka_run_group_tests_name("tree/build", tests, NULL, NULL);
}
