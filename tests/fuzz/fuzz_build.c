/* tests/fuzz/fuzz_build.c -- a reader that says anything.
 *
 * The bytes are events: containers, keys, scalars, ends, aliases and merges of any rank, nonsense included. The builder
 * answers with an error or with a document, and of a document all that the headers promise is checked: the image
 * verifies, ranks and nodes are each other's inverse, entries chain as the tree has its children, what came through an
 * alias or a merge equals its origin, and the key that the author wrote wins.
 */
#include "engine/base/str.h"
#include "engine/tree/build.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define REQUIRE(what) do { if (!(what)) { fprintf(stderr, "broken: %s\n", #what); abort(); } } while (0)

static const char text[] = "abcdefghijklmnopqrstuvwxyz 0123456789 and a little more text to be cut into slices";

static int event(cfr_build *build, const uint8_t **data, const uint8_t *end, cfr_err *err)
{
	uint8_t op = *(*data)++, arg = *data < end ? *(*data)++ : 0;
	uint32_t start = arg % (sizeof(text) - 10);
	cfr_mark mark = { start, start, start + 3, (uint8_t)(op >> 5), 0 };
	cfr_str other = { text + start, arg % 7 };	/* not of the source: goes to the pool */

	switch (op % 16) {
	case 0:
	case 1:
		return cfr_build_begin(build, CFR_MAPPING, &mark, err);
	case 2:
		return cfr_build_begin(build, CFR_SEQUENCE, &mark, err);
	case 3:
	case 4:
		return cfr_build_end(build, start, err);
	case 5:
	case 6:
	case 7:
		return cfr_build_key(build, other, &mark, err);
	case 8:
		return cfr_build_string(build, other, &mark, err);
	case 9:
		return cfr_build_int(build, arg, &mark, err);
	case 10:
		return cfr_build_float(build, (double)arg / 2, &mark, err);
	case 11:
		return cfr_build_other(build, CFR_STR("!t"), other, &mark, err);
	case 12:
		return cfr_build_null(build, &mark, err);
	case 13:
		return cfr_build_merge(build, arg, &mark, err);
	default:
		return cfr_build_alias(build, arg, &mark, err);
	}
}

static void check_node(const cfr_document *doc, cfr_node node, uint32_t rank)
{
	cfr_entry entry = cfr_document_ranked(doc, rank), same = cfr_document_entry(doc, node);
	cfr_node origin = cfr_document_origin(doc, node), child, parent;
	uint32_t count = 0, at;
	bool equal;

	REQUIRE(cfr_document_rank(doc, node) == rank);
	REQUIRE(cfr_node_same(cfr_document_node(doc, rank), node));
	REQUIRE(memcmp(&same, &entry, sizeof(entry)) == 0);
	REQUIRE(entry.next > rank && entry.next <= cfr_tree_size(cfr_document_tree(doc)));
	REQUIRE(cfr_node_equal(&equal, origin, node, NULL) == 0 && equal);
	REQUIRE(!(cfr_document_entry(doc, origin).flags & (CFR_VIA_ALIAS | CFR_VIA_MERGE)));
	REQUIRE(cfr_node_same(origin, node) == !(entry.flags & (CFR_VIA_ALIAS | CFR_VIA_MERGE)));
	REQUIRE(cfr_document_use(doc, node) < sizeof(text));
	REQUIRE(cfr_document_span(doc, node).line == 1 && cfr_document_key_span(doc, node).line == 1);
	if (cfr_node_size(node) == 0) {
		REQUIRE(entry.next == rank + 1);
		return;
	}
	for (at = rank + 1; at < entry.next; at = cfr_document_ranked(doc, at).next, count++) {
		child = cfr_document_node(doc, at);
		REQUIRE(cfr_node_parent(&parent, child) && cfr_node_same(parent, node));
		if (cfr_node_kind(node) == CFR_SEQUENCE)
			REQUIRE(cfr_node_index(child) == count);
		else
			REQUIRE(cfr_node_find(&parent, node, cfr_node_key(child), NULL) == 0 && cfr_node_same(parent, child));
	}
	REQUIRE(at == entry.next && count == cfr_node_size(node));
}

static void check_document(const cfr_document *doc)
{
	const cfr_tree *tree = cfr_document_tree(doc);
	cfr_tree *again;
	cfr_err err = CFR_ERR_INIT;

	if (cfr_tree_wrap(&again, cfr_tree_image(tree), NULL, NULL, &err) < 0) {
		fprintf(stderr, "%s\n", err.message);
		abort();
	}
	cfr_tree_unref(again);
	for (uint32_t rank = 0; rank < cfr_tree_size(tree); rank++)
		check_node(doc, cfr_document_node(doc, rank), rank);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = data + size;
	cfr_source *source;
	cfr_build *build;
	cfr_document *doc;
	cfr_limits limits;
	cfr_err err = CFR_ERR_INIT;

	cfr_limits_default(&limits);
	limits.of[CFR_LIMIT_NODES] = 3000;
	limits.of[CFR_LIMIT_DEPTH] = 20;
	REQUIRE(cfr_source_new(&source, CFR_STR("fuzz"), cfr_str_of(text), &limits, NULL) == 0);
	REQUIRE(cfr_build_new(&build, source, CFR_YAML, &limits, NULL) == 0);
	while (data < end) {
		int r = 0;

		cfr_build_reset(build);
		err = (cfr_err)CFR_ERR_INIT;
		for (int depth = 0; data < end && r == 0;) {
			uint8_t op = *data % 16;

			depth += op <= 2 ? 1 : op <= 4 ? -1 : 0;
			r = event(build, &data, end, &err);
			if (depth <= 0 && r == 0)
				break;
		}
		/* What is open at the end is ended, so that most inputs give a document. */
		while (r == 0 && data >= end && cfr_build_end(build, 0, NULL) == 0)
			continue;
		if (r == 0)
			r = cfr_build_finish(&doc, build, 0, 0, 0, &err);
		if (r == 0) {
			check_document(doc);
			cfr_document_unref(doc);
		} else {
			REQUIRE(err.code == r && err.message[0]);
		}
	}
	cfr_build_free(build);
	cfr_source_unref(source);
	return 0;
}
