/* tests/support/outlines.h -- what must hold for every text and every place of it (engine/text/outline.h).
 *
 * 1. A window that is given for a pointer, read alone, is the whole document's subtree at that place, with its entries.
 * 2. The same for the windows around a range, and they contain the range.
 * 3. Other bytes in a window's place that are again one such entry make a text whose document is the old one with
 *    that subtree replaced, whatever those bytes are.
 * 4. The changes between two texts are the same when only the entry that changed is read of both.
 * 5. Edits that are made without reading the whole source are those that reading it whole gives.
 */
#ifndef CFR_TESTS_OUTLINES_H
#define CFR_TESTS_OUTLINES_H

#include "engine/diff.h"
#include "engine/pointer.h"
#include "engine/text/outline.h"
#include "tests/support/edits.h"
#include "tests/support/random_tree.h"

struct outlines {
	unsigned asked, found, whole, read, swapped;	/* whole: all of the pointer was found */
	unsigned edits, edited, diffs;
};

static inline cfr_node outlines_root(const cfr_document *doc) { return cfr_tree_root(cfr_document_tree(doc)); }

/* What is told of a node and of all below it is the same in both documents. */
static inline bool outlines_same(const cfr_document *a, cfr_node in_a, const cfr_document *b, cfr_node in_b)
{
	uint32_t from = cfr_document_rank(a, in_a), to = cfr_document_ranked(a, from).next;
	uint32_t other = cfr_document_rank(b, in_b);
	bool same = false;

	if (cfr_node_equal(&same, in_a, in_b, NULL) != 0 || !same ||
	    cfr_document_ranked(b, other).next - other != to - from)
		return false;
	for (uint32_t rank = from; rank < to; rank++) {
		cfr_entry x = cfr_document_ranked(a, rank), y = cfr_document_ranked(b, rank - from + other);

		y.next += from - other;
		y.flags |= x.flags & CFR_ANCHORED;	/* the alias may stand outside */
		if (memcmp(&x, &y, sizeof(x)) != 0)
			return false;
	}
	return true;
}

/* The node that a chain's first `count` entries lead to; false when there is none, or a key is unknown. */
static inline bool outlines_node(cfr_node *out, const cfr_document *doc, const cfr__outline *o, uint32_t count)
{
	cfr_str text = cfr_source_bytes(cfr_document_source(doc));
	cfr_node node = outlines_root(doc);

	for (uint32_t i = 0; i < count; i++) {
		const cfr__window *w = &o->chain[i];
		int r;

		if (w->raw)
			return false;
		r = w->sequence ? cfr_node_at(&node, node, w->index, NULL)
		                : cfr_node_find(&node, node, cfr_str_sub(text, w->key, w->key_end), NULL);
		EDITS_REQUIRE(r == 0);
	}
	*out = node;
	return true;
}

static inline bool outlines_marked(cfr_str text)
{
	return memmem(text.ptr, text.len, "%TAG", 4) || memmem(text.ptr, text.len, "\xEF\xBB\xBF", 3) ||
	       memmem(text.ptr, text.len, "\xC2\x85", 2) || memmem(text.ptr, text.len, "\xE2\x80\xA8", 3) ||
	       memmem(text.ptr, text.len, "\xE2\x80\xA9", 3);
}

/* Window i of a chain, read alone. NULL where that need not succeed. */
static inline cfr_document *outlines_read(const cfr_document *doc, const cfr__outline *o, uint32_t i)
{
	const cfr__window *w = &o->chain[i];
	const cfr_source *source = cfr_document_source(doc);
	cfr_str text = cfr_str_sub(cfr_source_bytes(source), w->start, w->end);
	cfr_document *alone = NULL;
	cfr_limits limits;
	cfr_err err = CFR_ERR_INIT;
	int r;

	cfr_limits_default(&limits);
	EDITS_REQUIRE(w->start < w->end && w->end <= cfr_source_bytes(source).len);
	if (!w->alone)
		return NULL;
	r = cfr__window_read(&alone, source, cfr_document_format(doc), w, i, &limits, &err);
	if (r && !o->aliases && !outlines_marked(text)) {
		fprintf(stderr, "%s, line %u, in\n%.*s\n", err.message, err.line, (int)text.len, text.ptr);
		abort();
	}
	return alone;
}

static inline void outlines_check_chain(struct outlines *n, const cfr_document *doc, const cfr__outline *o)
{
	for (uint32_t i = 0; i < o->count; i++) {
		cfr_document *alone = outlines_read(doc, o, i);
		cfr_node node, there;

		EDITS_REQUIRE(i == 0 || (o->chain[i].start >= o->chain[i - 1].start && o->chain[i].end <= o->chain[i - 1].end));
		if (!alone)
			continue;
		if (outlines_node(&node, doc, o, i + 1)) {
			EDITS_REQUIRE(cfr_node_at(&there, outlines_root(alone), 0, NULL) == 0);
			if (!outlines_same(doc, node, alone, there)) {
				cfr_str text = cfr_source_bytes(cfr_document_source(doc));

				fprintf(stderr, "%u..%u of\n%.*s\n", o->chain[i].start, o->chain[i].end, (int)text.len, text.ptr);
				abort();
			}
			n->read++;
		}
		cfr_document_unref(alone);
	}
	EDITS_REQUIRE(cfr_tree_size(cfr_document_tree(doc)) <= o->nodes || o->aliases);
}

/* Bytes for a window's place: its own, with a few changes. */
static inline void outlines_mutate(cfr_buf *out, struct random *rnd, cfr_str text, const cfr__window *w)
{
	static const char *const pieces[] = { "\n", "  ", "- ", "a: ", "\"", "'", "#", " # c\n", "|\n", ">-\n", "[", "]", "{", "}",
		",", ": ", "x", "\n---\n", "\n...\n", "&a ", "*a", "!t ", "? ", "\t", "\n\n", "    y\n", "b", "0", "\\", "- - z\n",
		"%", "|2\n", "<<: ", "\r\n", "null", "true" };
	uint32_t changes = 1 + random_below(rnd, 4);
	cfr_str old = cfr_str_sub(text, w->start, w->end);

	cfr_buf_adds(out, old);
	while (changes--) {
		cfr_str now = cfr_buf_str(out), front, back;
		uint32_t at = random_below(rnd, (uint32_t)now.len + 1), cut = 0, from = 0, len = 0;
		cfr_buf next = CFR_BUF_INIT;

		switch (random_below(rnd, 4)) {
		case 0:
			cut = random_below(rnd, (uint32_t)now.len - at + 1);
			break;
		case 1:
			from = random_below(rnd, (uint32_t)text.len);
			len = random_below(rnd, (uint32_t)text.len - from + 1);
			break;
		case 2:
			cut = at < now.len;
			break;
		}
		front = cfr_str_sub(now, 0, at);
		back = cfr_str_sub(now, at + cut, now.len);
		cfr_buf_adds(&next, front);
		if (len)
			cfr_buf_adds(&next, cfr_str_sub(text, from, from + (len < 40 ? len : 40)));
		else if (!cut || random_below(rnd, 2))
			cfr_buf_addz(&next, pieces[random_below(rnd, sizeof(pieces) / sizeof(*pieces))]);
		cfr_buf_adds(&next, back);
		cfr_buf_release(out);
		*out = next;
	}
}

/* A node as a diff tells it: where, and what its text is. `at` goes before the path of a node that was read alone. */
static inline void outlines_tell(cfr_buf *out, const cfr_document *doc, cfr_node node, const cfr_str *at)
{
	cfr_buf path = CFR_BUF_INIT;
	size_t from = 0;

	if (!node.tree)
		return;
	cfr_pointer_write(&path, node);
	if (at) {
		cfr_buf_adds(out, *at);
		for (from = 1; from < path.len && path.ptr[from] != '/'; from++)
			;
	}
	cfr_buf_adds(out, cfr_str_sub(cfr_buf_str(&path), from, path.len));
	if (node.tree == cfr_document_tree(doc)) {
		cfr_span span = cfr_document_span(doc, node), key = cfr_document_key_span(doc, node);

		cfr_buf_addf(out, " %u-%u %u:%u-%u:%u key %u", span.start, span.end, span.line, span.column, span.end_line,
		             span.end_column, key.start);
	}
	cfr_buf_release(&path);
}

static inline void outlines_changes(cfr_buf *out, const cfr_document *a, cfr_node in_a, const cfr_document *b, cfr_node in_b,
                                    const cfr_str *at)
{
	cfr_diff *diff;

	EDITS_REQUIRE(cfr_diff_new(&diff, in_a, in_b, NULL, NULL) == 0);
	for (uint32_t i = 0; i < cfr_diff_count(diff); i++) {
		const cfr_change *change = cfr_diff_change(diff, i);

		cfr_buf_addf(out, "%s ", cfr_change_name(change->op));
		outlines_tell(out, a, change->before, at);
		cfr_buf_addz(out, " | ");
		outlines_tell(out, b, change->after, at);
		cfr_buf_addz(out, " | ");
		if (change->op == CFR_CHANGE_ADDED)
			outlines_tell(out, a, change->inside, at);
		cfr_buf_addz(out, "\n");
	}
	cfr_diff_free(diff);
}

static inline void outlines_diff(struct outlines *n, const cfr_document *a, const cfr_document *b)
{
	cfr_changed changed;
	cfr_node x, y;
	cfr_buf part = CFR_BUF_INIT, whole = CFR_BUF_INIT;

	if (cfr_text_read_changed(&changed, cfr_document_source(a), cfr_document_source(b), cfr_document_format(a), NULL,
	                          NULL) != 0)
		return;
	EDITS_REQUIRE(cfr_node_at(&x, outlines_root(changed.before), 0, NULL) == 0);
	EDITS_REQUIRE(cfr_node_at(&y, outlines_root(changed.after), 0, NULL) == 0);
	if (!changed.element || cfr_diff_pairs(x, y)) {
		n->diffs++;
		outlines_changes(&part, changed.before, x, changed.after, y, &changed.at);
		outlines_changes(&whole, a, outlines_root(a), b, outlines_root(b), NULL);
		if (!cfr_str_eq(cfr_buf_str(&part), cfr_buf_str(&whole))) {
			fprintf(stderr, "of\n%s\n---- to\n%s\n---- whole\n%s---- part %.*s\n%s",
			        cfr_source_bytes(cfr_document_source(a)).ptr, cfr_source_bytes(cfr_document_source(b)).ptr,
			        whole.len ? whole.ptr : "", (int)changed.at.len, changed.at.ptr, part.len ? part.ptr : "");
			abort();
		}
	}
	cfr_changed_release(&changed);
	cfr_buf_release(&part);
	cfr_buf_release(&whole);
}

static inline void outlines_swap(struct outlines *n, const cfr_document *doc, const cfr__outline *o, struct random *rnd)
{
	const cfr_source *source = cfr_document_source(doc);
	cfr_format format = cfr_document_format(doc);
	cfr_str text = cfr_source_bytes(source);
	uint32_t i = random_below(rnd, o->count);
	const cfr__window *w = &o->chain[i];
	cfr__window there;
	cfr_buf bytes = CFR_BUF_INIT, whole = CFR_BUF_INIT;
	cfr_source *other = NULL;
	cfr_document *alone = NULL, *before = NULL;
	cfr_documents after = { NULL, 0 };
	cfr_err err = CFR_ERR_INIT;
	cfr_node old, new;
	bool same;

	for (uint32_t k = 0; k < i; k++) {
		if (o->chain[k].property)
			return;
	}
	if (!w->alone || !outlines_node(&old, doc, o, i + 1))
		return;
	outlines_mutate(&bytes, rnd, text, w);
	cfr_buf_adds(&whole, cfr_str_sub(text, 0, w->start));
	cfr_buf_adds(&whole, cfr_buf_str(&bytes));
	cfr_buf_adds(&whole, cfr_str_sub(text, w->end, text.len));
	EDITS_REQUIRE(cfr_source_new(&other, CFR_STR("y"), cfr_buf_str(&whole), NULL, NULL) == 0);
	if (cfr__outline_same(&there, other, format, w->start, w->start + (uint32_t)bytes.len, source, w) != 0 ||
	    cfr__window_read(&before, source, format, w, i, NULL, NULL) != 0 ||
	    cfr__window_read(&alone, other, format, &there, i, NULL, NULL) != 0)
		goto done;
	n->swapped++;
	EDITS_REQUIRE(cfr_node_at(&new, outlines_root(alone), 0, NULL) == 0);
	if (edits_read(&after, "y", cfr_buf_str(&whole), format, &err) != 0 || after.count != 1) {
		fprintf(stderr, "%s, line %u: of\n%s\n---- became\n%s\n", err.message, err.line, text.ptr, whole.ptr);
		abort();
	}
	cfr_buf path = CFR_BUF_INIT;
	cfr_tree *value, *wanted;
	cfr_pointer_write(&path, old);
	EDITS_REQUIRE(rebuild(&value, new, NULL, NULL) == 0);
	cfr_edit edit = { .op = CFR_EDIT_REPLACE, .at = cfr_buf_str(&path), .value = value };
	EDITS_REQUIRE(cfr_edit_tree(&wanted, cfr_document_tree(doc), &edit, 1, NULL, NULL) == 0);
	EDITS_REQUIRE(cfr_node_equal(&same, cfr_tree_root(wanted), outlines_root(after.items[0]), NULL) == 0);
	if (!same) {
		fprintf(stderr, "of\n%s\n---- became\n%s\n", text.ptr, whole.ptr);
		abort();
	}
	outlines_diff(n, doc, after.items[0]);
	cfr_buf_release(&path);
	cfr_tree_unref(value);
	cfr_tree_unref(wanted);
done:
	cfr_documents_release(&after);
	cfr_document_unref(alone);
	cfr_document_unref(before);
	cfr_source_unref(other);
	cfr_buf_release(&whole);
	cfr_buf_release(&bytes);
}

static inline cfr_tree *outlines_value(struct random *rnd)
{
	struct random_value *value = random_value(rnd, random_below(rnd, 3) == 0 ? 2 : 0, 3);
	cfr_tree *tree = random_tree(value, rnd);

	EDITS_REQUIRE(tree);
	random_free(value);
	return tree;
}

/* One edit at a node, sometimes with another beside it. */
static inline void outlines_edit(struct outlines *n, const cfr_document *doc, cfr_node node, struct random *rnd)
{
	cfr_edit edits[2] = { { .op = (cfr_edit_op)random_below(rnd, 6) }, { .op = CFR_EDIT_SET } };
	cfr_buf at = CFR_BUF_INIT, to = CFR_BUF_INIT;
	char *keys[2] = { random_key(rnd, 3), random_key(rnd, 5) };
	cfr_tree *values[2] = { outlines_value(rnd), outlines_value(rnd) };
	cfr_splices part = { .count = 0 }, whole = { .count = 0 };
	cfr_node up = node, child;
	uint32_t count = 1 + (random_below(rnd, 5) == 0);
	int r, rw;

	if (edits[0].op == CFR_EDIT_MOVE) {
		for (uint32_t i = random_below(rnd, 3); i > 0 && cfr_node_parent(&up, up); i--)
			;
		cfr_pointer_write(&to, up);
	}
	cfr_pointer_write(&at, node);
	for (int i = 0; i < 2; i++) {
		edits[i].at = cfr_buf_str(&at);
		edits[i].to = cfr_buf_str(&to);
		edits[i].key = cfr_str_of(keys[i]);
		edits[i].value = values[i];
		edits[i].index = random_below(rnd, 2) ? UINT32_MAX : random_below(rnd, cfr_node_size(node) + 1);
		if (cfr_node_kind(node) == CFR_MAPPING && cfr_node_size(node) && random_below(rnd, 2)) {
			EDITS_REQUIRE(cfr_node_at(&child, node, random_below(rnd, cfr_node_size(node)), NULL) == 0);
			edits[i].key = cfr_node_key(child);
		}
	}
	n->edits++;
	r = cfr_edit_source(&part, cfr_document_source(doc), cfr_document_format(doc), edits, count, NULL, NULL);
	if (r == 0) {
		bool same;

		n->edited++;
		rw = cfr_edit_plan(&whole, doc, edits, count, NULL, NULL);
		same = rw == 0 && part.count == whole.count;
		for (uint32_t i = 0; same && i < part.count; i++)
			same = part.items[i].start == whole.items[i].start && part.items[i].end == whole.items[i].end &&
			       cfr_str_eq(part.items[i].text, whole.items[i].text);
		if (!same) {
			fprintf(stderr, "edit %d at %.*s key %s of\n%s\nwhole: %d, %u splices; part: %u\n", (int)edits[0].op,
			        (int)at.len, at.ptr, keys[0], cfr_source_bytes(cfr_document_source(doc)).ptr, rw, whole.count,
			        part.count);
			for (uint32_t i = 0; i < part.count; i++)
				fprintf(stderr, "part %u..%u `%.*s`\n", part.items[i].start, part.items[i].end,
				        (int)part.items[i].text.len, part.items[i].text.ptr);
			for (uint32_t i = 0; i < whole.count; i++)
				fprintf(stderr, "whole %u..%u `%.*s`\n", whole.items[i].start, whole.items[i].end,
				        (int)whole.items[i].text.len, whole.items[i].text.ptr);
			abort();
		}
		cfr_splices_release(&part);
		cfr_splices_release(&whole);
	}
	if (random_below(rnd, 2) && cfr_edit_plan(&whole, doc, edits, count, NULL, NULL) == 0) {
		cfr_buf text = CFR_BUF_INIT;
		cfr_documents after;

		EDITS_REQUIRE(cfr_splices_apply(&text, cfr_source_bytes(cfr_document_source(doc)), whole.items, whole.count,
		                                NULL) == 0);
		EDITS_REQUIRE(edits_read(&after, "y", cfr_buf_str(&text), cfr_document_format(doc), NULL) == 0);
		outlines_diff(n, doc, after.items[0]);
		cfr_documents_release(&after);
		cfr_splices_release(&whole);
		cfr_buf_release(&text);
	}
	for (int i = 0; i < 2; i++) {
		free(keys[i]);
		cfr_tree_unref(values[i]);
	}
	cfr_buf_release(&at);
	cfr_buf_release(&to);
}

/* All of it for one text: for every node, or for `most` of them. */
static inline void outlines_check(struct outlines *n, cfr_str bytes, cfr_format format, uint64_t seed, uint32_t most)
{
	struct random rnd = { seed };
	cfr_documents docs;
	cfr__outline *o = malloc(sizeof(*o));
	cfr_source *source = NULL;

	EDITS_REQUIRE(o);
	if (edits_read(&docs, "x", bytes, format, NULL) != 0 || docs.count != 1) {
		/* No promise but to end, and to stay inside. */
		if (cfr_source_new(&source, CFR_STR("x"), bytes, NULL, NULL) == 0) {
			int r = cfr__outline_pointer(o, source, format, CFR_STR("/a/0"));
			EDITS_REQUIRE(r != 0 || docs.count < 2);
			r = cfr__outline_range(o, source, format, (uint32_t)bytes.len / 2, (uint32_t)bytes.len / 2);
			EDITS_REQUIRE(r != 0 || docs.count < 2);
		}
		cfr_source_unref(source);
		cfr_documents_release(&docs);
		free(o);
		return;
	}
	cfr_document *doc = docs.items[0];
	uint32_t size = cfr_tree_size(cfr_document_tree(doc));
	for (uint32_t k = 0; k < size && k < most; k++) {
		uint32_t rank = size <= most ? k : random_below(&rnd, size);
		cfr_node node = cfr_document_node(doc, rank);
		cfr_entry entry = cfr_document_ranked(doc, rank);
		cfr_buf path = CFR_BUF_INIT;
		uint32_t tokens = 0;

		cfr_pointer_write(&path, node);
		for (size_t i = 0; i < path.len; i++)
			tokens += path.ptr[i] == '/';
		n->asked++;
		if (cfr__outline_pointer(o, cfr_document_source(doc), format, cfr_buf_str(&path)) == 0) {
			n->found++;
			EDITS_REQUIRE(o->count <= tokens);
			/* What stands in the text in block style, or in JSON, is found to its end. */
			n->whole += o->count == tokens;
			EDITS_REQUIRE(o->count < tokens || !(entry.flags & CFR_VIA_MERGE));
			outlines_check_chain(n, doc, o);
			for (int times = 0; o->count && times < 4; times++)
				outlines_swap(n, doc, o, &rnd);
		}
		for (int times = 0; times < 4; times++)
			outlines_edit(n, doc, node, &rnd);
		if (cfr__outline_range(o, cfr_document_source(doc), format, entry.start, entry.end) == 0) {
			for (uint32_t i = 0; i < o->count; i++)
				EDITS_REQUIRE(o->chain[i].start <= entry.start && o->chain[i].end >= entry.end);
			outlines_check_chain(n, doc, o);
		}
		cfr_buf_release(&path);
	}
	cfr_documents_release(&docs);
	free(o);
}

#endif
