/* engine/load/keep.c -- what of sections a cache keeps: the outline of a text, and each section that was made of it.
 *
 * With them a value of an unchanged file is found without reading it: its stamp gives the digest of its text, that gives the
 * outline, and this the section, whose text lies in its record. Of one that nobody asked for yet, its place in the file is
 * read.
 *
 * Nothing that comes out of a record is trusted: an outline is proved to stay within the text and to lead nowhere in
 * circles, a document is proved by engine/tree/store.h.
 */
#include "engine/load/parts.h"

#include "engine/base/utf8.h"
#include "engine/tree/store.h"
#include <stdlib.h>

static const char outline_magic[8] = "cfroutl\x03", section_magic[8] = "cfrsect\x01";

/* ---- the outline ---- */

struct outline_head {
	char magic[8];
	uint32_t format, text, items, lists, root, nodes, depth, blocks;
};

/* An item without the holes that a struct may have. */
struct kept_item {
	uint32_t start, end, key, key_end, value, index, indent, rest, list, flags;
};
enum { SEQUENCE = 1, ALONE = 2, RAW = 4, PROPERTY = 8, ANCHORS = 16, SHAPE = 8 };

struct kept_list {
	uint32_t first, count, owner, start, end, indent, depth, sequence;
};

/* Where nobody said in which format a text is, its name has a say. */
static int outline_key(cfr_cache_key *out, const cfr_sections *s)
{
	cfr_format named = s->asked == CFR_FORMAT_NONE ? cfr_format_of_name(cfr_sections_name(s)) : CFR_FORMAT_NONE;
	const uint32_t which[3] = { s->least.file, s->least.list, (uint32_t)named };

	return cfr__load_key(out, "outline", &s->digest, s->asked, &s->limits,
	                     (cfr_str){ (const char *)which, sizeof(which) }, NULL);
}

static struct kept_item pack_item(const cfr__listed *it)
{
	const cfr__window *w = &it->window;

	return (struct kept_item){ w->start, w->end, w->key, w->key_end, w->value, w->index, w->indent, it->rest, it->list,
	                           (uint32_t)(w->sequence * SEQUENCE | w->alone * ALONE | w->raw * RAW |
	                                      w->property * PROPERTY | w->anchors * ANCHORS) | (uint32_t)it->shape << SHAPE };
}

static cfr__listed unpack_item(const struct kept_item *k)
{
	return (cfr__listed){ .window = { .start = k->start, .end = k->end, .key = k->key, .key_end = k->key_end,
	                                  .value = k->value, .index = k->index, .indent = k->indent,
	                                  .sequence = k->flags & SEQUENCE, .alone = k->flags & ALONE, .raw = k->flags & RAW,
	                                  .property = k->flags & PROPERTY, .anchors = k->flags & ANCHORS },
	                      .rest = k->rest, .list = k->list, .shape = (uint8_t)(k->flags >> SHAPE) };
}

void cfr__keep_outline(cfr_sections *s)
{
	const cfr__lists *l = &s->lists;
	struct outline_head head = { .format = s->format, .text = (uint32_t)cfr_source_bytes(s->source).len,
	                             .items = l->item_count, .lists = l->count, .root = l->root, .nodes = l->nodes,
	                             .depth = l->depth };
	struct kept_item *items = malloc(((size_t)l->item_count + 1) * sizeof(*items));
	struct kept_list *lists = malloc(((size_t)l->count + 1) * sizeof(*lists));
	const uint32_t *lines = cfr__sections_lines(&head.blocks, s);
	cfr_cache_key key;

	memcpy(head.magic, outline_magic, sizeof(head.magic));
	for (uint32_t i = 0; items && i < l->item_count; i++)
		items[i] = pack_item(&l->items[i]);
	for (uint32_t i = 0; lists && i < l->count; i++) {
		const cfr__list *it = &l->of[i];

		lists[i] = (struct kept_list){ it->first, it->count, it->owner, it->start, it->end, it->indent, it->depth,
		                               it->sequence };
	}
	if (items && lists && lines && outline_key(&key, s) == 0) {
		cfr_str pieces[4] = { { (const char *)&head, sizeof(head) },
		                      { (const char *)items, l->item_count * sizeof(*items) },
		                      { (const char *)lists, l->count * sizeof(*lists) },
		                      { (const char *)lines, head.blocks * sizeof(*lines) } };

		cfr__load_put(s->loader, &key, pieces, 4);
	}
	free(items);
	free(lists);
}

/* Do all offsets of a list's items lie where they may, one behind the other? */
static bool proved_items(const cfr__lists *l, const cfr__list *list, uint32_t number)
{
	uint32_t last = list->start;

	for (uint32_t i = list->first; i < list->first + list->count; i++) {
		const cfr__listed *it = &l->items[i];
		const cfr__window *w = &it->window;

		if (w->start < last || w->end < w->start || w->end > list->end || w->value < w->start || w->value > w->end ||
		    it->rest < w->value || it->rest > w->end || w->indent > w->value - w->start ||
		    w->indent != list->indent || w->sequence != list->sequence || w->index != i - list->first || it->shape > CFR__ENTRIES ||
		    (!w->sequence && (w->key < w->start || w->key_end < w->key || w->key_end > w->value)))
			return false;
		/* Lists are kept as they close: the inner ones first. */
		if (it->list != CFR__NO_LIST) {
			const cfr__list *below = it->list < number ? &l->of[it->list] : NULL;

			if (!below || below->owner != i || it->shape != CFR__ENTRIES || below->depth != list->depth + 1 ||
			    below->start < (w->sequence ? w->start : w->value) || below->end > w->end)
				return false;
		}
		last = w->end;
	}
	return true;
}

static bool proved(const cfr__lists *l, uint32_t text)
{
	uint32_t first = 0;

	for (uint32_t i = 0; i < l->count; i++) {
		const cfr__list *list = &l->of[i];

		if (list->first != first || list->count == 0 || list->count > l->item_count - first ||
		    list->start > list->end || list->end > text || list->depth >= CFR__OUTLINE_DEPTH || !proved_items(l, list, i))
			return false;
		first += list->count;
	}
	return first == l->item_count && l->root < l->count && l->of[l->root].owner == CFR__NO_LIST &&
	       l->of[l->root].depth == 0;
}

static bool unpack(cfr_sections *s, cfr_str bytes, uint64_t size)
{
	struct outline_head head;
	cfr__lists *l = &s->lists;
	const char *at = bytes.ptr + sizeof(head);
	uint32_t *lines;

	if (bytes.len < sizeof(head))
		return false;
	memcpy(&head, bytes.ptr, sizeof(head));
	if (memcmp(head.magic, outline_magic, sizeof(head.magic)) != 0 || head.text != size ||
	    (head.format != CFR_YAML && head.format != CFR_JSON) || head.blocks != head.text / CFR__LINES + 1 ||
	    bytes.len != sizeof(head) + (uint64_t)head.blocks * sizeof(*lines) + (uint64_t)head.items * sizeof(struct kept_item) +
	                 (uint64_t)head.lists * sizeof(struct kept_list))
		return false;
	*l = (cfr__lists){ .item_count = head.items, .item_cap = head.items, .count = head.lists, .cap = head.lists,
	                   .root = head.root, .nodes = head.nodes, .depth = head.depth, .least = s->least.list };
	l->items = malloc(((size_t)head.items + 1) * sizeof(*l->items));
	l->of = malloc(((size_t)head.lists + 1) * sizeof(*l->of));
	if (!l->items || !l->of)
		return false;
	for (uint32_t i = 0; i < head.items; i++, at += sizeof(struct kept_item)) {
		struct kept_item item;

		memcpy(&item, at, sizeof(item));
		l->items[i] = unpack_item(&item);
	}
	for (uint32_t i = 0; i < head.lists; i++, at += sizeof(struct kept_list)) {
		struct kept_list list;

		memcpy(&list, at, sizeof(list));
		l->of[i] = (cfr__list){ list.first, list.count, list.owner, list.start, list.end, list.indent, list.depth,
		                        list.sequence != 0 };
	}
	s->format = (cfr_format)head.format;
	if (!proved(l, head.text) || !(lines = malloc(head.blocks * sizeof(*lines))))
		return false;
	memcpy(lines, at, head.blocks * sizeof(*lines));
	free(atomic_exchange(&s->lines, lines));
	return true;
}

bool cfr__take_outline(cfr_sections *s, uint64_t size)
{
	cfr_buf record = CFR_BUF_INIT;
	cfr_cache_key key;
	bool found = outline_key(&key, s) == 0 && cfr__load_get(s->loader, &key, &record);

	if (found && !unpack(s, cfr_buf_str(&record), size)) {
		cfr__lists_release(&s->lists);
		s->lists = (cfr__lists){ .least = s->least.list };
		s->format = s->asked;
		found = false;
	}
	cfr__load_count(s->loader, found ? CFR__HITS : CFR__MISSES, 1);
	cfr_buf_release(&record);
	return found;
}

/* ---- a section ---- */

struct section_head {
	char magic[8];
	uint32_t listed, number, pieces, text, entry, lead, next, later, first, none;
};

static int section_key(cfr_cache_key *out, const cfr_sections *s, bool listed, uint32_t number)
{
	const uint32_t which[4] = { s->least.file, s->least.list, listed, number };

	return cfr__load_key(out, "section", &s->digest, s->format, &s->limits,
	                     (cfr_str){ (const char *)which, sizeof(which) }, NULL);
}

static size_t padded(size_t n) { return (n + 7) & ~(size_t)7; }

void cfr__keep_section(cfr_sections *s, const cfr_section *section)
{
	static const char zeros[8];
	const cfr_source *source = cfr_document_source(section->doc);
	cfr_str text = cfr_source_bytes(source), parts[CFR__STORE_PIECES + 5];
	cfr__around around = cfr__source_around(source);
	struct section_head head = { .listed = section->listed, .number = section->number, .text = (uint32_t)text.len,
	                             .entry = around.entry, .lead = around.lead, .next = around.next,
	                             .later = around.later, .first = around.first };
	const cfr__piece *pieces = cfr__source_pieces(source, &head.pieces);
	size_t len = head.pieces * sizeof(*pieces);
	cfr__stored stored;
	cfr_cache_key key;
	uint32_t count = 5;

	if (!s->digested || section_key(&key, s, section->listed, section->number) < 0)
		return;
	memcpy(head.magic, section_magic, sizeof(head.magic));
	parts[0] = (cfr_str){ (const char *)&head, sizeof(head) };
	parts[1] = (cfr_str){ (const char *)pieces, len };
	parts[2] = (cfr_str){ zeros, padded(len) - len };
	parts[3] = text;
	parts[4] = (cfr_str){ zeros, padded(text.len) - text.len };
	count += cfr__document_pieces(parts + count, &stored, section->doc);
	cfr__load_put(s->loader, &key, parts, count);
}

/* The part that a section was read from; *used bytes of the record. */
static int restore_source(cfr_source **out, size_t *used, const cfr_sections *s, const struct section_head *head,
                          cfr_str bytes)
{
	uint64_t pieces_len = padded((uint64_t)head->pieces * sizeof(cfr__piece));
	cfr__around around = { .entry = head->entry != 0, .lead = head->lead, .next = head->next,
	                       .later = head->later != 0, .first = head->first != 0 };
	cfr_buf text = CFR_BUF_INIT;
	cfr__piece *pieces;
	int r = CFR_READ_WHOLE;

	*used = sizeof(*head) + pieces_len + padded(head->text);
	if (bytes.len < *used || head->pieces == 0 || head->lead > head->text)
		return CFR_READ_WHOLE;
	bytes = cfr_str_sub(bytes, sizeof(*head), bytes.len);
	pieces = malloc(head->pieces * sizeof(*pieces));
	if (!pieces)
		return CFR_E_NOMEM;
	memcpy(pieces, bytes.ptr, head->pieces * sizeof(*pieces));
	cfr_buf_add(&text, bytes.ptr + pieces_len, head->text);
	if (text.failed || pieces[0].at != 0 || cfr_utf8_valid(text.ptr, text.len) != text.len)
		goto done;
	for (uint32_t i = 0; i < head->pieces; i++) {
		if (pieces[i].at > head->text || (i && pieces[i].at < pieces[i - 1].at))
			goto done;
	}
	r = cfr__source_part(out, cfr_sections_name(s), &text, pieces, head->pieces, around, NULL);
done:
	cfr_buf_release(&text);
	free(pieces);
	return r;
}

int cfr__take_section(cfr_document **out, cfr_sections *s, bool listed, uint32_t number)
{
	cfr_buf record = CFR_BUF_INIT;
	cfr_str bytes;
	struct section_head head;
	cfr_source *source = NULL;
	cfr_block *block = NULL;
	cfr_cache_key key;
	size_t used, rest;
	int r = CFR_READ_WHOLE;

	if (!s->digested || section_key(&key, s, listed, number) < 0 || !cfr__load_get(s->loader, &key, &record))
		goto done;
	bytes = cfr_buf_str(&record);
	if (bytes.len < sizeof(head))
		goto done;
	memcpy(&head, bytes.ptr, sizeof(head));
	if (memcmp(head.magic, section_magic, sizeof(head.magic)) != 0 || head.listed != listed || head.number != number)
		goto done;
	r = restore_source(&source, &used, s, &head, bytes);
	if (r == 0)
		r = cfr__block_new(&block, &record, NULL);
	if (r == 0)
		r = cfr__document_restore(out, &rest, source, block, cfr_str_sub(bytes, used, bytes.len), NULL);
done:
	if (s->digested)
		cfr__load_count(s->loader, r == 0 ? CFR__HITS : CFR__MISSES, 1);
	cfr__block_unref(block);
	cfr_source_unref(source);
	cfr_buf_release(&record);
	return r;
}
