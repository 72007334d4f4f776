/* engine/load/sections.c -- what is asked of the sections of a file (engine/sections.h).
 *
 * The outline says what is listed and where everything stands. A way to a value goes from list to list: by number in a
 * sequence, for which no document is needed; by key in a mapping, whose document is made, because keys are told apart as
 * the reader reads them.
 */
#include "engine/load/parts.h"

#include "engine/pointer.h"

cfr_format cfr_sections_format(const cfr_sections *s) { return s->format; }
const cfr_section *cfr_sections_root(const cfr_sections *s) { return s->root; }
bool cfr_section_listed(const cfr_section *section) { return section->listed; }
const cfr_document *cfr_section_document(const cfr_section *section) { return section->doc; }
cfr_node cfr_section_node(const cfr_section *section) { return section->node; }

int cfr_sections_source(const cfr_source **out, cfr_sections *s, cfr_err *err)
{
	int r = cfr__sections_need(s);

	if (r == CFR_E_NOMEM)
		return cfr_err_nomem(err);
	if (r) {
		r = cfr_err_set(err, CFR_E_IO, "the file is not what it was, or cannot be read");
		cfr_err_at(err, cfr_sections_name(s), 0, 0);
		return r;
	}
	*out = s->source;
	return 0;
}

uint32_t cfr__section_item(const cfr_sections *s, const cfr_section *listed, cfr_node entry)
{
	return s->lists.of[listed->number].first + cfr_document_rank(listed->doc, entry) - 1;
}

static bool is_scalar(const cfr__listed *item)
{
	return item->shape < CFR__UNKNOWN;
}

/* The section of an item that is no scalar. */
static int below(cfr_section **out, cfr_sections *s, uint32_t item)
{
	uint32_t list = s->lists.items[item].list;

	return list != CFR__NO_LIST ? cfr__section_at(out, s, true, list) : cfr__section_at(out, s, false, item);
}

int cfr_section_below(const cfr_section **out, cfr_sections *s, const cfr_section *listed, cfr_node entry, cfr_err *err)
{
	cfr_section *found;
	uint32_t item;
	int r;

	if (!listed->listed)
		return CFR_READ_ALREADY;
	item = cfr__section_item(s, listed, entry);
	if (is_scalar(&s->lists.items[item]))
		return CFR_READ_ALREADY;
	r = below(&found, s, item);
	if (r == 0)
		*out = found;
	return r == CFR_E_NOMEM ? cfr_err_nomem(err) : r;
}

uint32_t cfr_section_size(const cfr_sections *s, const cfr_section *listed, cfr_node entry)
{
	const cfr__listed *item;

	if (!listed->listed || is_scalar(item = &s->lists.items[cfr__section_item(s, listed, entry)]))
		return 0;
	return item->window.end - item->window.start;
}

int cfr_section_text(cfr_str *out, cfr_sections *s, const cfr_section *listed, cfr_node entry, cfr_err *err)
{
	uint32_t size = cfr_section_size(s, listed, entry);
	int r = size ? cfr__sections_need(s) : CFR_READ_ALREADY;

	if (r == 0) {
		const cfr__listed *item = &s->lists.items[cfr__section_item(s, listed, entry)];

		*out = (cfr_str){ cfr_source_bytes(s->source).ptr + item->window.start, size };
	}
	return r == CFR_E_NOMEM ? cfr_err_nomem(err) : r;
}

/* The number of an item of a sequence, as pointers have it. */
static bool index_of(uint32_t *out, cfr_str token, uint32_t count)
{
	uint64_t value = 0;

	if (token.len == 0 || token.len > 9 || (token.ptr[0] == '0' && token.len > 1))
		return false;
	for (size_t i = 0; i < token.len; i++) {
		if (token.ptr[i] < '0' || token.ptr[i] > '9')
			return false;
		value = value * 10 + (uint64_t)(token.ptr[i] - '0');
	}
	*out = (uint32_t)value;
	return value < count;
}

/* The item that a token names in a list. */
static int step(uint32_t *item, cfr_sections *s, uint32_t list, cfr_str token)
{
	uint32_t first = s->lists.of[list].first, index;
	cfr_section *section;
	cfr_node child;
	int r;

	if (s->lists.of[list].sequence) {
		if (!index_of(&index, token, s->lists.of[list].count))
			return CFR_READ_WHOLE;
		*item = first + index;
		return 0;
	}
	r = cfr__section_at(&section, s, true, list);
	if (r)
		return r;
	if (cfr_node_find(&child, section->node, token, NULL) < 0)
		return CFR_READ_WHOLE;
	*item = cfr__section_item(s, section, child);
	return 0;
}

static int find(cfr_section **out, cfr_node *node, cfr_sections *s, cfr_str pointer, cfr_buf *token)
{
	uint32_t list = s->lists.root, item = 0;
	bool entry = false;		/* of the list was found; else it is the list itself */
	int r = 0;

	while (r == 0 && !entry && cfr_pointer_next(token, &pointer)) {
		if (token->failed)
			return CFR_E_NOMEM;
		r = step(&item, s, list, cfr_buf_str(token));
		cfr_buf_clear(token);
		entry = r == 0 && (s->lists.items[item].list == CFR__NO_LIST || (pointer.len && cfr__section_there(s, item)));
		if (r == 0 && !entry)
			list = s->lists.items[item].list;
	}
	if (r == 0 && (!entry || is_scalar(&s->lists.items[item]))) {
		r = pointer.len ? CFR_READ_WHOLE : cfr__section_at(out, s, true, list);
		if (r == 0)
			*node = entry ? cfr_document_node((*out)->doc, 1 + item - s->lists.of[list].first) : (*out)->node;
		return r;
	}
	if (r == 0)
		r = cfr__section_at(out, s, false, item);
	if (r == 0 && (r = cfr_pointer_get(node, (*out)->node, pointer, NULL)) != 0 && r != CFR_E_NOMEM)
		r = CFR_READ_WHOLE;
	return r;
}

int cfr_sections_get(const cfr_section **out, cfr_node *node, cfr_sections *s, cfr_str pointer, cfr_err *err)
{
	cfr_buf token = CFR_BUF_INIT;
	cfr_section *found;
	cfr_node at;
	int r;

	r = find(&found, &at, s, pointer, &token);
	cfr_buf_release(&token);
	if (r == 0) {
		*out = found;
		*node = at;
	}
	return r == CFR_E_NOMEM ? cfr_err_nomem(err) : r;
}

int cfr__section_whole(const cfr_section **out, cfr_sections *s, const cfr_section *listed)
{
	cfr_section *section = NULL;
	int r = 0;

	*out = listed;
	if (listed->number != s->lists.root)
		r = cfr__section_at(&section, s, false, s->lists.of[listed->number].owner);
	if (r == 0 && section)
		*out = section;
	return r;
}

int cfr_sections_document(cfr_document **out, cfr_sections *s, cfr_err *err)
{
	const cfr_source *source = atomic_load_explicit(&s->source, memory_order_acquire);
	cfr_documents docs;
	int r;

	if (!source)
		return CFR_READ_WHOLE;
	r = cfr__load_documents(&docs, s->loader, source, s->digested ? &s->digest : NULL, s->format, &s->limits, NULL);
	if (r)
		return r == CFR_E_NOMEM ? cfr_err_nomem(err) : CFR_READ_WHOLE;
	if (docs.count == 1)
		*out = cfr_document_ref(docs.items[0]);
	else
		r = CFR_READ_WHOLE;
	cfr_documents_release(&docs);
	return r;
}

int cfr_section_whole(cfr_document **out, cfr_node *node, cfr_sections *s, const cfr_section *section, cfr_err *err)
{
	cfr_document *doc;
	int r;

	if (!section->listed) {
		*out = cfr_document_ref(section->doc);
		*node = section->node;
		return 0;
	}
	if (section->number != s->lists.root) {
		uint32_t item = s->lists.of[section->number].owner;
		const cfr_section *have = cfr__section_there(s, item);

		r = have ? 0 : cfr__section_read_item(&doc, s, item);
		if (r)
			return r == CFR_E_NOMEM ? cfr_err_nomem(err) : CFR_READ_WHOLE;
		*out = have ? cfr_document_ref(have->doc) : doc;
		*node = cfr_document_node(*out, 1);
		return 0;
	}
	r = cfr__sections_need(s);
	if (r == 0)
		r = cfr_sections_document(&doc, s, NULL);
	if (r)
		return r == CFR_E_NOMEM ? cfr_err_nomem(err) : CFR_READ_WHOLE;
	*node = cfr_tree_root(cfr_document_tree(doc));
	*out = doc;
	return 0;
}
