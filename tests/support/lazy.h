/* tests/support/lazy.h -- lazy is eager: what must hold for every text that can be read, and every place in it
 * (engine/sections.h).
 *
 * 1. What a section gives for a pointer has the value, the key order, the comments and the places that the whole document
 *    has there; so has all of a listed one.
 * 2. After an edit, sections that were opened before it and asked again are those that are opened afresh.
 */
#ifndef CFR_TESTS_LAZY_H
#define CFR_TESTS_LAZY_H

#include "engine/load/parts.h"
#include "engine/pointer.h"
#include "engine/text.h"
#include "tests/support/random_tree.h"
#include <stdio.h>
#include <stdlib.h>

struct lazy {
	unsigned texts, opened, asked, given, listed, edits, shared;
};

#define LAZY_REQUIRE(x) do { if (!(x)) { fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #x); abort(); } } while (0)

static const cfr__least lazy_least = { 8, 12 };

/* All that is told of a node and of what is below it. */
static inline void lazy_tell(cfr_buf *out, const cfr_document *doc, cfr_node node, bool places)
{
	const cfr_write json = { .format = CFR_JSON, .canonical = true };
	const cfr_write yaml = { .format = CFR_YAML, .comments = true, .order = doc };
	uint32_t from = cfr_document_rank(doc, node), to = cfr_document_ranked(doc, from).next;

	if (cfr_text_write(out, node, &json, NULL) != 0)
		cfr_buf_addz(out, "(none)");
	cfr_buf_addz(out, "\n");
	if (cfr_text_write(out, node, &yaml, NULL) != 0)
		cfr_buf_addz(out, "(none)");
	for (uint32_t rank = from; places && rank < to; rank++) {
		cfr_node at = cfr_document_node(doc, rank);
		cfr_entry entry = cfr_document_ranked(doc, rank);
		cfr_span span = cfr_document_span(doc, at), key = cfr_document_key_span(doc, at);

		/* An anchor in a section may be used outside. */
		cfr_buf_addf(out, "%u:%u-%u:%u %u key %u:%u-%u:%u %u style %u flags %u next %u\n", span.line, span.column,
		             span.end_line, span.end_column, span.end - span.start, key.line, key.column, key.end_line,
		             key.end_column, key.end - key.start, entry.style, entry.flags & ~(unsigned)CFR_ANCHORED,
		             entry.next - from);
	}
}

static inline void lazy_differ(const cfr_buf *eager, const cfr_buf *lazy, cfr_str pointer, cfr_str text)
{
	if (cfr_str_eq(cfr_buf_str(eager), cfr_buf_str(lazy)))
		return;
	fprintf(stderr, "at %.*s of\n%.*s\n---- eager\n%s\n---- lazy\n%s\n", (int)pointer.len, pointer.ptr, (int)text.len,
	        text.ptr, eager->ptr, lazy->ptr);
	abort();
}

static inline void lazy_compare(struct lazy *n, cfr_sections *s, const cfr_document *doc, cfr_node node)
{
	cfr_buf pointer = CFR_BUF_INIT, eager = CFR_BUF_INIT, lazy = CFR_BUF_INIT;
	const cfr_section *section;
	cfr_document *whole = NULL;
	cfr_node there;
	int r;

	cfr_pointer_write(&pointer, node);
	n->asked++;
	r = cfr_sections_get(&section, &there, s, cfr_buf_str(&pointer), NULL);
	LAZY_REQUIRE(r == 0 || r == 1);
	if (r == 0) {
		const cfr_document *at = cfr_section_document(section);

		n->given++;
		if (cfr_section_listed(section) && cfr_node_same(there, cfr_section_node(section))) {
			LAZY_REQUIRE(cfr_node_size(there) == cfr_node_size(node) && cfr_node_kind(there) == cfr_node_kind(node));
			for (uint32_t i = 0; i < cfr_node_size(node); i++) {
				cfr_node a = cfr_document_node(at, 1 + i), b, by_key;
				const cfr_section *below;
				int what;

				if (cfr_node_kind(node) == CFR_MAPPING) {
					LAZY_REQUIRE(cfr_node_find(&b, node, cfr_node_key(a), NULL) == 0);
					LAZY_REQUIRE(cfr_node_find(&by_key, there, cfr_node_key(b), NULL) == 0);
				} else {
					LAZY_REQUIRE(cfr_node_at(&b, node, i, NULL) == 0);
				}
				what = cfr_section_below(&below, s, section, a, NULL);
				LAZY_REQUIRE(what == 0 || what == 1 || (what == 2 && cfr_node_size(b) == 0));
				LAZY_REQUIRE(what == 2 || cfr_node_kind(a) == CFR_NULL);
			}
			n->listed++;
			r = cfr_section_whole(&whole, &there, s, section, NULL);
			at = whole;
		}
		if (r == 0) {
			lazy_tell(&eager, doc, node, true);
			lazy_tell(&lazy, at, there, true);
			lazy_differ(&eager, &lazy, cfr_buf_str(&pointer), cfr_source_bytes(cfr_document_source(doc)));
		}
		cfr_document_unref(whole);
	}
	cfr_buf_release(&pointer);
	cfr_buf_release(&eager);
	cfr_buf_release(&lazy);
}

static inline void lazy_check(struct lazy *n, cfr_str name, cfr_str text, cfr_format format)
{
	cfr_documents docs = { NULL, 0 };
	cfr_source *source;
	cfr_sections *s;

	LAZY_REQUIRE(cfr_source_new(&source, name, text, NULL, NULL) == 0);
	n->texts++;
	if (cfr_text_read(&docs, source, format, NULL, NULL) == 0 && docs.count == 1 &&
	    cfr__sections_of(&s, NULL, source, format, NULL, lazy_least, NULL) == 0) {
		uint32_t count = cfr_document_ranked(docs.items[0], 0).next, step = 1 + count / 2000;

		n->opened++;
		for (uint32_t rank = 0; rank < count; rank += step)
			lazy_compare(n, s, docs.items[0], cfr_document_node(docs.items[0], rank));
		cfr_sections_unref(s);
	}
	cfr_documents_release(&docs);
	cfr_source_unref(source);
}

/* How many sections both have. */
static inline unsigned lazy_shared(const cfr_sections *a, const cfr_sections *b)
{
	unsigned count = 0;

	for (uint32_t i = 0; i < a->slot_cap; i++) {
		for (uint32_t k = 0; a->slots[i].section && k < b->slot_cap; k++)
			count += a->slots[i].section == b->slots[k].section;
	}
	return count;
}

/* The text with a few changes in one place; often such that it can still be read. */
static inline void lazy_edit(cfr_buf *out, struct random *rnd, cfr_str text)
{
	static const char *const pieces[] = { "\n", "  ", "- ", "a: ", "\"", "'", "# c\n", " # c", "[1]", "{}", "x", "0", "1", "null", "9",
		"\n\n", "  # d\n", "    # e\n", ": ", ",", "b: 1\n", "\xC3\xA9", "|\n", "[", "}", "&a ", "*a" };
	uint32_t at = random_below(rnd, (uint32_t)text.len + 1), cut = 0;

	if (random_below(rnd, 3) == 0)
		cut = random_below(rnd, 4);
	if (cut > text.len - at)
		cut = (uint32_t)text.len - at;
	cfr_buf_adds(out, cfr_str_sub(text, 0, at));
	if (random_below(rnd, 4)) {
		cfr_buf_addz(out, pieces[random_below(rnd, sizeof(pieces) / sizeof(*pieces))]);
	} else if (text.len > 8) {
		uint32_t from = random_below(rnd, (uint32_t)text.len - 8);

		cfr_buf_adds(out, cfr_str_sub(text, from, from + random_below(rnd, 8)));
	}
	cfr_buf_adds(out, cfr_str_sub(text, at + cut, text.len));
}

/* Opened for `text`, all asked for, and taken over for `other`: is it that of `other`? */
static inline void lazy_again(struct lazy *n, cfr_str text, cfr_str other, cfr_format format)
{
	cfr_documents docs = { NULL, 0 }, before = { NULL, 0 };
	cfr_source *source, *edited;
	cfr_sections *old, *now;

	LAZY_REQUIRE(cfr_source_new(&source, CFR_STR("x"), text, NULL, NULL) == 0);
	LAZY_REQUIRE(cfr_source_new(&edited, CFR_STR("x"), other, NULL, NULL) == 0);
	if (cfr_text_read(&before, source, format, NULL, NULL) == 0 && before.count == 1 &&
	    cfr_text_read(&docs, edited, format, NULL, NULL) == 0 && docs.count == 1 &&
	    cfr__sections_of(&old, NULL, source, format, NULL, lazy_least, NULL) == 0) {
		uint32_t count = cfr_document_ranked(before.items[0], 0).next, step = 1 + count / 500;
		int r;

		n->edits++;
		for (uint32_t rank = 0; rank < count; rank += step) {
			cfr_buf pointer = CFR_BUF_INIT;
			const cfr_section *section;
			cfr_node node;

			cfr_pointer_write(&pointer, cfr_document_node(before.items[0], rank));
			cfr_sections_get(&section, &node, old, cfr_buf_str(&pointer), NULL);
			cfr_buf_release(&pointer);
		}
		LAZY_REQUIRE(cfr__sections_new(&now, NULL, NULL, format, NULL, lazy_least) == 0);
		now->source = cfr_source_ref(edited);
		r = cfr__sections_take_over(now, old);
		LAZY_REQUIRE(r == 0 || r == 1);
		n->shared += r == 0 ? lazy_shared(now, old) : 0;
		count = cfr_document_ranked(docs.items[0], 0).next;
		step = 1 + count / 500;
		for (uint32_t rank = 0; r == 0 && rank < count; rank += step)
			lazy_compare(n, now, docs.items[0], cfr_document_node(docs.items[0], rank));
		cfr_sections_unref(old);
		cfr_sections_unref(now);
	}
	cfr_documents_release(&docs);
	cfr_documents_release(&before);
	cfr_source_unref(source);
	cfr_source_unref(edited);
}

#endif
