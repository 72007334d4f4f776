/* engine/load/slots.c -- the sections that were made of a file, each once.
 *
 * A slot stands for a section from the moment that somebody asks for it: it is being made, by whom came first, while the others
 * wait; or it is there; or it is known that it cannot be. What lacked memory is tried again by the next one who asks.
 */
#include "engine/load/parts.h"

#include <stdlib.h>

/* ---- sections, counted ---- */

void cfr__section_unref(cfr_section *section)
{
	if (section && atomic_fetch_sub_explicit(&section->refs, 1, memory_order_acq_rel) == 1) {
		cfr_document_unref(section->doc);
		free(section);
	}
}

/* Takes the document over, also on failure. */
static int section_new(cfr_section **out, cfr_document *doc, bool listed, uint32_t number)
{
	cfr_section *section = malloc(sizeof(*section));
	cfr_node root = cfr_tree_root(cfr_document_tree(doc));

	if (!section) {
		cfr_document_unref(doc);
		return CFR_E_NOMEM;
	}
	*section = (cfr_section){ .doc = doc, .node = root, .listed = listed, .number = number };
	atomic_init(&section->refs, 1);
	if (!listed)
		section->node = cfr_document_node(doc, 1);
	*out = section;
	return 0;
}

/* ---- making them ---- */

/* Is it what the list says? */
static bool fits_list(const cfr_document *doc, const cfr__list *list)
{
	cfr_node root = cfr_tree_root(cfr_document_tree(doc));

	return cfr_node_kind(root) == (list->sequence ? CFR_SEQUENCE : CFR_MAPPING) && cfr_node_size(root) == list->count &&
	       cfr_tree_size(root.tree) == list->count + 1;
}

static int read_list(cfr_document **out, cfr_sections *s, const cfr__list *list, uint32_t number)
{
	cfr_documents docs = { NULL, 0 };
	cfr_limits limits = s->limits;
	cfr_source *source = NULL;
	int r = cfr__cut_list(&source, s, number, NULL);

	limits.of[CFR_LIMIT_DEPTH] -= list->depth < limits.of[CFR_LIMIT_DEPTH] ? list->depth : limits.of[CFR_LIMIT_DEPTH];
	if (r == 0)
		r = cfr_text_read(&docs, source, s->format, &limits, NULL);
	if (r == 0 && (docs.count != 1 || !fits_list(docs.items[0], list)))
		r = CFR_READ_WHOLE;
	if (r == 0) {
		*out = cfr_document_ref(docs.items[0]);
		cfr__load_count(s->loader, CFR__PARSED, cfr_source_bytes(source).len);
	}
	cfr_documents_release(&docs);
	cfr_source_unref(source);
	return r;
}

static int make_listed(cfr_section **out, cfr_sections *s, uint32_t number)
{
	const cfr__list *list = &s->lists.of[number];
	cfr_document *doc;
	bool taken = cfr__take_section(&doc, s, true, number) == 0;
	int r;

	if (taken && !fits_list(doc, list)) {
		cfr_document_unref(doc);
		taken = false;
	}
	r = taken ? 0 : read_list(&doc, s, list, number);
	if (r == 0)
		r = section_new(out, doc, true, number);
	if (r == 0)
		cfr__load_count(s->loader, CFR__LISTED, 1);
	if (r == 0 && !taken)
		cfr__keep_section(s, *out);
	return r;
}

int cfr__section_read_item(cfr_document **out, cfr_sections *s, uint32_t item)
{
	cfr_source *source = NULL;
	cfr__window window;
	int r = cfr__cut_item(&source, &window, s, item, NULL);

	if (r == 0)
		r = cfr__window_read(out, source, s->format, &window, cfr__list_around(&s->lists, item)->depth,
		                     &s->limits, NULL);
	if (r == 0)
		cfr__load_count(s->loader, CFR__PARSED, cfr_source_bytes(source).len);
	cfr_source_unref(source);
	return r;
}

static int make_read(cfr_section **out, cfr_sections *s, uint32_t item)
{
	cfr_document *doc;
	bool taken = cfr__take_section(&doc, s, false, item) == 0;
	int r;

	if (taken && cfr_node_size(cfr_tree_root(cfr_document_tree(doc))) != 1) {
		cfr_document_unref(doc);
		taken = false;
	}
	r = taken ? 0 : cfr__section_read_item(&doc, s, item);
	if (r == 0)
		r = section_new(out, doc, false, item);
	if (r == 0)
		cfr__load_count(s->loader, CFR__SECTIONS, 1);
	if (r == 0 && !taken)
		cfr__keep_section(s, *out);
	return r;
}

/* ---- each once ---- */

static cfr__slot *slot_at(cfr__slot *slots, uint32_t cap, uint32_t key)
{
	uint32_t at = key * UINT32_C(2654435761) & (cap - 1);

	while (slots[at].key && slots[at].key != key)
		at = (at + 1) & (cap - 1);
	return &slots[at];
}

/* Under the lock. The slot of a key, there now if it was not; NULL without memory. Slots move when there are more. */
cfr__slot *cfr__sections_slot(cfr_sections *s, uint32_t key)
{
	cfr__slot *slot;

	if (s->slot_count >= s->slot_cap / 2) {
		uint32_t cap = s->slot_cap ? s->slot_cap * 2 : 16;
		cfr__slot *slots = calloc(cap, sizeof(*slots));

		if (!slots)
			return NULL;
		for (uint32_t i = 0; i < s->slot_cap; i++) {
			if (s->slots[i].key)
				*slot_at(slots, cap, s->slots[i].key) = s->slots[i];
		}
		free(s->slots);
		s->slots = slots;
		s->slot_cap = cap;
	}
	slot = slot_at(s->slots, s->slot_cap, key);
	if (!slot->key) {
		*slot = (cfr__slot){ .key = key };
		s->slot_count++;
	}
	return slot;
}

/* The section of a list or an item: the one that is there, the one that another thread is making, or made here. */
int cfr__section_at(cfr_section **out, cfr_sections *s, bool listed, uint32_t number)
{
	uint32_t key = cfr__section_key(listed, number);
	cfr_section *section = NULL;
	cfr__slot *slot;
	int r;

	pthread_mutex_lock(&s->lock);
	while ((slot = cfr__sections_slot(s, key)) && slot->busy)
		pthread_cond_wait(&s->made, &s->lock);
	if (!slot || slot->section || slot->result) {
		r = slot ? slot->result : CFR_E_NOMEM;
		*out = slot ? slot->section : NULL;
		pthread_mutex_unlock(&s->lock);
		return r;
	}
	slot->busy = true;
	pthread_mutex_unlock(&s->lock);

	r = listed ? make_listed(&section, s, number) : make_read(&section, s, number);
	if (r && r != CFR_E_NOMEM)
		r = CFR_READ_WHOLE;

	pthread_mutex_lock(&s->lock);
	slot = slot_at(s->slots, s->slot_cap, key);
	slot->busy = false;
	slot->section = section;
	slot->result = r == CFR_E_NOMEM ? 0 : r;	/* there may be memory later */
	pthread_cond_broadcast(&s->made);
	pthread_mutex_unlock(&s->lock);
	if (r == 0)
		*out = section;
	return r;
}

cfr_section *cfr__section_there(cfr_sections *s, uint32_t item)
{
	cfr_section *section;

	pthread_mutex_lock(&s->lock);
	section = s->slot_cap ? slot_at(s->slots, s->slot_cap, cfr__section_key(false, item))->section : NULL;
	pthread_mutex_unlock(&s->lock);
	return section;
}
