/* tests/fuzz/fuzz_query.c -- any text as a query, run over a small document.
 *
 * What is refused has a code, a column inside the text and a message. What compiles runs to its end or to a ceiling,
 * tells the same nodes twice, and each node's normalized path is itself a query that selects that node alone. From where
 * its plain beginning leads, the rest of it tells the same nodes.
 */
#include "engine/base/str.h"
#include "engine/base/utf8.h"
#include "engine/pointer.h"
#include "engine/query.h"
#include "engine/text.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define REQUIRE(what) do { if (!(what)) { fprintf(stderr, "broken: %s\n", #what); abort(); } } while (0)

static const char text[] =
	"a: [1, 2.5, -3, null, true, 'x', \"\\u00e9\\U0001F600\", {b: {c: d, e: []}}, [[1, 2], [3]]]\n"
	"b: {a: 1, 'it''s': {x: y}, '': 0, \"\\n\": z}\n"
	"p: ['a.*', '[', 'x|y', '']\n"
	"n: [9007199254740993, 18446744073709551616, .inf, .nan, 1.0, -0.0]\n"
	"t: !secret q\n";

/* Read once for all inputs, and never given back: libFuzzer ends the process. */
static const cfr_document *document(void)
{
	static cfr_document *doc;
	cfr_source *source;
	cfr_documents docs;

	if (!doc) {
		REQUIRE(cfr_source_new(&source, CFR_STR("fuzz"), cfr_str_of(text), NULL, NULL) == 0);
		REQUIRE(cfr_text_read(&docs, source, CFR_YAML, NULL, NULL) == 0);
		doc = cfr_document_ref(docs.items[0]);
		cfr_documents_release(&docs);
		cfr_source_unref(source);
	}
	return doc;
}

typedef struct seen {
	cfr_node first[64];
	uint64_t count, at;
} seen;

static int keep(void *arg, cfr_node node, cfr_err *err)
{
	seen *s = arg;

	(void)err;
	if (s->count < 64)
		s->first[s->count] = node;
	s->count++;
	return 0;
}

static int compare(void *arg, cfr_node node, cfr_err *err)
{
	seen *s = arg;

	(void)err;
	if (s->at < 64)
		REQUIRE(cfr_node_same(s->first[s->at], node));
	s->at++;
	return 0;
}

static int only(void *arg, cfr_node node, cfr_err *err)
{
	(void)err;
	REQUIRE(cfr_node_same(*(cfr_node *)arg, node));
	return 1;
}

static void check_path(cfr_node root, cfr_node node)
{
	cfr_buf path = CFR_BUF_INIT;
	cfr_query *query;

	cfr_query_path(&path, node);
	REQUIRE(cfr_buf_check(&path, NULL) == 0);
	REQUIRE(cfr_query_new(&query, cfr_buf_str(&path), NULL, NULL) == 0);
	REQUIRE(cfr_query_each(query, root, root, only, &node, NULL) == 1);
	cfr_query_free(query);
	cfr_buf_release(&path);
}

static void check_plain(const cfr_query *query, cfr_node root, seen *s, int result)
{
	cfr_buf pointer = CFR_BUF_INIT, path = CFR_BUF_INIT, own = CFR_BUF_INIT;
	uint32_t plain = cfr_query_plain(&pointer, &path, query);
	cfr_node from;

	REQUIRE(cfr_buf_check(&pointer, NULL) == 0 && cfr_buf_check(&path, NULL) == 0);
	if (cfr_pointer_get(&from, root, cfr_buf_str(&pointer), NULL) == 0) {
		cfr_query_path(&own, from);
		if (cfr_str_eq(cfr_buf_str(&own), cfr_buf_str(&path))) {
			s->at = 0;
			REQUIRE(cfr_query_each_below(query, plain, from, compare, s, NULL) == result && s->at == s->count);
		} else {
			REQUIRE(s->count == 0);
		}
	} else {
		REQUIRE(s->count == 0);
	}
	cfr_buf_release(&pointer);
	cfr_buf_release(&path);
	cfr_buf_release(&own);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cfr_str input = { (const char *)data, size };
	cfr_node root = cfr_tree_root(cfr_document_tree(document()));
	cfr_query *query;
	cfr_limits limits;
	cfr_err err = CFR_ERR_INIT;
	seen s = { .count = 0 };
	bool any;
	int r;

	cfr_limits_default(&limits);
	limits.of[CFR_LIMIT_QUERY_STEPS] = 20000;
	limits.of[CFR_LIMIT_PATTERN_STEPS] = 2000;
	r = cfr_query_new(&query, input, &limits, &err);
	if (r < 0) {
		REQUIRE(r == CFR_E_SYNTAX || r == CFR_E_LIMIT);
		REQUIRE(err.code == r && err.message[0] != '\0');
		REQUIRE(r == CFR_E_LIMIT || (err.column >= 1 && err.column <= size + 1));
		REQUIRE(cfr_utf8_valid(err.message, strlen(err.message)) == strlen(err.message));
		REQUIRE(cfr_utf8_valid(err.hint, strlen(err.hint)) == strlen(err.hint));
		return 0;
	}
	REQUIRE(cfr_utf8_valid(input.ptr, input.len) == input.len);
	r = cfr_query_each(query, root, root, keep, &s, &err);
	REQUIRE(r == 0 || r == CFR_E_LIMIT);
	REQUIRE(cfr_query_each(query, root, root, compare, &s, NULL) == r && s.at == s.count);
	if (cfr_query_any(&any, query, root, root, NULL) == 0)
		REQUIRE(any == (s.count > 0));
	check_plain(query, root, &s, r);
	for (uint64_t i = 0; i < s.count && i < 8; i++)
		check_path(root, s.first[i]);
	cfr_query_free(query);
	return 0;
}
