/* engine/load/sections.c -- the sections of a file: which there are, and each made once.
 *
 * The outline says what is listed and where everything stands. A way to a value goes from list to list: by number in a
 * sequence, for which no document is needed; by key in a mapping, whose document is made, because keys are told apart as
 * the reader reads them. Whatever goes wrong is answered by 1: the caller reads the whole file, and says what is wrong with
 * it as everybody does.
 */
#include "engine/load/parts.h"

#include "engine/base/vec.h"
#include "engine/pointer.h"
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

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
		r = CFR__UNSAFE;
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

static uint32_t depth_of(const cfr_sections *s, uint32_t item)
{
	uint32_t i = 0;

	while (item - s->lists.of[i].first >= s->lists.of[i].count)
		i++;
	return s->lists.of[i].depth;
}

static int read_item(cfr_document **out, cfr_sections *s, uint32_t item)
{
	cfr_source *source = NULL;
	cfr__window window;
	int r = cfr__cut_item(&source, &window, s, item, NULL);

	if (r == 0)
		r = cfr__window_read(out, source, s->format, &window, depth_of(s, item), &s->limits, NULL);
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
	r = taken ? 0 : read_item(&doc, s, item);
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
		r = CFR__UNSAFE;

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

/* The section of an item, if it was read. */
static cfr_section *section_read(cfr_sections *s, uint32_t item)
{
	cfr_section *section;

	pthread_mutex_lock(&s->lock);
	section = s->slot_cap ? slot_at(s->slots, s->slot_cap, cfr__section_key(false, item))->section : NULL;
	pthread_mutex_unlock(&s->lock);
	return section;
}

/* ---- opening ---- */

void cfr__sections_free(cfr_sections *s)
{
	for (uint32_t i = 0; i < s->slot_cap; i++)
		cfr__section_unref(s->slots[i].section);
	free(s->slots);
	free(atomic_load_explicit(&s->lines, memory_order_relaxed));
	cfr__lists_release(&s->lists);
	cfr_source_unref(s->source);
	free(s->file);
	pthread_cond_destroy(&s->made);
	pthread_mutex_destroy(&s->lock);
	pthread_mutex_destroy(&s->reading);
	free(s);
}

int cfr__sections_new(cfr_sections **out, cfr_loader *loader, const char *file, cfr_format format,
                      const cfr_limits *limits, cfr__least least)
{
	cfr_sections *s = calloc(1, sizeof(*s));

	if (!s || (file && !(s->file = strdup(file)))) {
		free(s);
		return CFR_E_NOMEM;
	}
	pthread_mutex_init(&s->reading, NULL);
	pthread_mutex_init(&s->lock, NULL);
	atomic_init(&s->source, NULL);
	pthread_cond_init(&s->made, NULL);
	atomic_init(&s->refs, 1);
	atomic_init(&s->lines, NULL);
	s->loader = loader;
	s->asked = s->format = format;
	s->least = least;
	cfr_limits_default(&s->limits);
	if (limits)
		s->limits = *limits;
	*out = s;
	return 0;
}

/* The text behind an open file, and the stamp that is that text's; `now` is the file's from before. */
static int read_text(cfr_source **out, cfr_sections *s, int fd, cfr_file_stamp *now)
{
	const cfr_profile *profile = cfr__load_profile(s->loader);
	uint64_t begin = cfr_profile_now(profile);
	cfr_buf bytes = { .pool = cfr__load_pool(s->loader) };
	cfr_file_stamp after;
	int r = cfr_file_read_open(&bytes, fd, cfr_str_of(s->file), &s->limits, NULL);

	cfr_file_look(&after, fd);
	if (!cfr_file_same(now, &after))
		now->seen = 0;
	if (r == 0)
		r = cfr_source_take(out, cfr_str_of(s->file), &bytes, &s->limits, NULL);
	cfr_buf_release(&bytes);
	if (r)
		return r == CFR_E_NOMEM ? r : CFR__UNSAFE;
	cfr_profile_span(profile, "read", cfr_str_of(s->file), begin, cfr_source_bytes(*out).len, "bytes");
	return 0;
}

int cfr__sections_read(cfr_sections *s, bool cached)
{
	cfr_file_stamp before;
	cfr_source *source;
	struct stat st;
	int fd, r = 0;

	/* A pipe can be read but once. */
	if (stat(s->file, &st) < 0 || !S_ISREG(st.st_mode) || (uint64_t)st.st_size < s->least.file ||
	    (uint64_t)st.st_size > s->limits.of[CFR_LIMIT_FILE] || cfr_file_open(&fd, s->file, NULL) < 0)
		return CFR__UNSAFE;
	cfr_file_look(&s->stamp, fd);
	cached = cached && cfr__load_worth(s->loader, (uint64_t)st.st_size);
	if (cached && s->stamp.seen && cfr__stamp_find(&s->digest, s->loader, &s->stamp)) {
		s->digested = true;
		if (cfr__take_outline(s, s->stamp.size))
			goto done;
	}
	before = s->stamp;
	r = read_text(&source, s, fd, &s->stamp);
	if (r == 0)
		atomic_store_explicit(&s->source, source, memory_order_release);
	if (r == 0 && cached && (!s->digested || !s->stamp.seen)) {
		cfr_str text = cfr_source_bytes(source);

		s->digested = cfr__load_digest(&s->digest, s->loader, cfr_str_of(s->file), text, NULL) == 0;
		if (s->digested && s->stamp.seen)
			cfr__stamp_keep(s->loader, &before, &s->stamp, &s->digest);
		if (s->digested)
			cfr__take_outline(s, text.len);
	}
done:
	close(fd);
	return r;
}

/* What was taken from a cache is of the file as its stamp was. Nobody sees a text before that is known of it. */
static int read_again(cfr_sections *s)
{
	cfr_source *source = NULL;
	cfr_file_stamp now;
	int fd, r;

	if (cfr_file_open(&fd, s->file, NULL) < 0)
		return CFR__UNSAFE;
	cfr_file_look(&now, fd);
	r = cfr_file_same(&now, &s->stamp) ? read_text(&source, s, fd, &now) : CFR__UNSAFE;
	close(fd);
	if (r == 0 && now.seen)
		atomic_store_explicit(&s->source, source, memory_order_release);
	else
		cfr_source_unref(source);
	return r == 0 && !now.seen ? CFR__UNSAFE : r;
}

int cfr__sections_need(cfr_sections *s)
{
	int r = 0;

	if (atomic_load_explicit(&s->source, memory_order_acquire))
		return 0;
	pthread_mutex_lock(&s->reading);
	if (!atomic_load_explicit(&s->source, memory_order_relaxed))
		r = read_again(s);
	pthread_mutex_unlock(&s->reading);
	return r;
}

/* Finds the lists. */
static int scan(cfr_sections *s)
{
	const cfr_profile *profile = cfr__load_profile(s->loader);
	cfr_str name = cfr_source_name(s->source), text = cfr_source_bytes(s->source);
	uint64_t begin = cfr_profile_now(profile);
	int r;

	if (text.len < s->least.file || text.len > s->limits.of[CFR_LIMIT_FILE])
		return CFR__UNSAFE;
	if (s->format == CFR_FORMAT_NONE)
		s->format = cfr_text_format(name, text);
	s->lists.least = s->least.list;
	r = cfr__lists_of(&s->lists, s->source, s->format);
	cfr__load_count(s->loader, CFR__SCANNED, text.len);
	cfr_profile_span(profile, "scan", name, begin, text.len, "bytes");
	if (r == 0 && s->digested)
		cfr__keep_outline(s);
	return r;
}

int cfr__sections_outline(cfr_sections *s)
{
	int r = s->lists.count ? 0 : scan(s);

	if (r == 0 && (s->lists.nodes > s->limits.of[CFR_LIMIT_NODES] || s->lists.depth > s->limits.of[CFR_LIMIT_DEPTH]))
		r = CFR__UNSAFE;
	if (r == 0)
		r = cfr__section_at(&s->root, s, true, s->lists.root);
	if (r == 0) {
		cfr__load_count(s->loader, CFR__SOURCES, 1);
		cfr__load_count(s->loader, CFR__BYTES, s->source ? cfr_source_bytes(s->source).len : s->stamp.size);
	}
	return r;
}

int cfr__sections_of(cfr_sections **out, cfr_loader *loader, const cfr_source *source, cfr_format format,
                     const cfr_limits *limits, cfr__least least, cfr_err *err)
{
	cfr_sections *s;
	int r = cfr__sections_new(&s, loader, NULL, format, limits, least);

	if (r < 0)
		return cfr_err_nomem(err);
	s->source = cfr_source_ref(source);
	r = cfr__sections_outline(s);
	if (r == 0)
		*out = s;
	else
		cfr__sections_free(s);
	return r == CFR_E_NOMEM ? cfr_err_nomem(err) : r;
}

static const cfr__least usual = { CFR__LEAST_FILE, CFR__LEAST_LIST };

int cfr_sections_of(cfr_sections **out, cfr_loader *loader, const cfr_source *source, cfr_format format,
                    const cfr_limits *limits, cfr_err *err)
{
	return cfr__sections_of(out, loader, source, format, limits, usual, err);
}

int cfr_sections_open(cfr_sections **out, cfr_loader *loader, const char *file, cfr_format format,
                      const cfr_limits *limits, cfr_err *err)
{
	cfr_sections *s;
	int r = cfr__sections_new(&s, loader, file, format, limits, usual);

	if (r < 0)
		return cfr_err_nomem(err);
	r = cfr__sections_read(s, true);
	if (r == 0)
		r = cfr__sections_outline(s);
	if (r == 0)
		*out = s;
	else
		cfr__sections_free(s);
	return r == CFR_E_NOMEM ? cfr_err_nomem(err) : r;
}

cfr_sections *cfr_sections_ref(const cfr_sections *sections)
{
	cfr_sections *s = (cfr_sections *)(uintptr_t)sections;

	if (s)
		atomic_fetch_add_explicit(&s->refs, 1, memory_order_relaxed);
	return s;
}

cfr_sections *cfr_sections_unref(const cfr_sections *sections)
{
	cfr_sections *s = (cfr_sections *)(uintptr_t)sections;

	if (s && atomic_fetch_sub_explicit(&s->refs, 1, memory_order_acq_rel) == 1)
		cfr__sections_free(s);
	return NULL;
}

/* ---- asking ---- */

cfr_str cfr_sections_name(const cfr_sections *s)
{
	return s->file ? cfr_str_of(s->file) : cfr_source_name(s->source);
}

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
		return 2;
	item = cfr__section_item(s, listed, entry);
	if (is_scalar(&s->lists.items[item]))
		return 2;
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
	int r = size ? cfr__sections_need(s) : 2;

	if (r == 0)
		*out = (cfr_str){ cfr_source_bytes(s->source).ptr + s->lists.items[cfr__section_item(s, listed, entry)].window.start, size };
	return r == CFR_E_NOMEM ? cfr_err_nomem(err) : r;
}

uint64_t cfr_sections_size(cfr_sections *s)
{
	const cfr_source *source = s->source;
	uint64_t size;

	if (source)
		return cfr_source_bytes(source).len;
	pthread_mutex_lock(&s->lock);
	size = s->stamp.size;
	pthread_mutex_unlock(&s->lock);
	return size;
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
			return CFR__UNSAFE;
		*item = first + index;
		return 0;
	}
	r = cfr__section_at(&section, s, true, list);
	if (r)
		return r;
	if (cfr_node_find(&child, section->node, token, NULL) < 0)
		return CFR__UNSAFE;
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
		entry = r == 0 && (s->lists.items[item].list == CFR__NO_LIST || (pointer.len && section_read(s, item)));
		if (r == 0 && !entry)
			list = s->lists.items[item].list;
	}
	if (r == 0 && (!entry || is_scalar(&s->lists.items[item]))) {
		r = pointer.len ? CFR__UNSAFE : cfr__section_at(out, s, true, list);
		if (r == 0)
			*node = entry ? cfr_document_node((*out)->doc, 1 + item - s->lists.of[list].first) : (*out)->node;
		return r;
	}
	if (r == 0)
		r = cfr__section_at(out, s, false, item);
	if (r == 0 && (r = cfr_pointer_get(node, (*out)->node, pointer, NULL)) != 0 && r != CFR_E_NOMEM)
		r = CFR__UNSAFE;
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

int cfr_section_whole(cfr_document **out, cfr_node *node, cfr_sections *s, const cfr_section *section, cfr_err *err)
{
	cfr_documents docs;
	cfr_document *doc;
	int r;

	if (!section->listed) {
		*out = cfr_document_ref(section->doc);
		*node = section->node;
		return 0;
	}
	if (section->number != s->lists.root) {
		uint32_t item = s->lists.of[section->number].owner;
		const cfr_section *have = section_read(s, item);

		r = have ? 0 : read_item(&doc, s, item);
		if (r)
			return r == CFR_E_NOMEM ? cfr_err_nomem(err) : 1;
		*out = have ? cfr_document_ref(have->doc) : doc;
		*node = cfr_document_node(*out, 1);
		return 0;
	}
	r = cfr__sections_need(s);
	if (r == 0)
		r = cfr_loader_read(&docs, s->loader, s->source, s->format, &s->limits, NULL);
	if (r)
		return r == CFR_E_NOMEM ? cfr_err_nomem(err) : 1;
	doc = docs.count == 1 ? cfr_document_ref(docs.items[0]) : NULL;
	cfr_documents_release(&docs);
	if (!doc)
		return 1;
	*node = cfr_tree_root(cfr_document_tree(doc));
	*out = doc;
	return 0;
}
