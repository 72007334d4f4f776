/* engine/text/outline.c -- the collections that are open while a text is scanned, and what is asked of them.
 *
 * The scanners (outline_yaml.c, outline_json.c) tell where entries begin and collections end; here is a stack of the
 * collections that are open, with the latest entry of each. The chain is taken from it: entry by entry as a pointer is
 * matched, or at once when the scan passes the first byte of a range. Its entries get their ends as they are closed.
 *
 * The keys of the collections on the way are kept in one hash table, so that a key that stands twice there is seen.
 */
#include "engine/text/outline.h"

#include "engine/base/arena.h"
#include "engine/base/utf8.h"
#include "engine/base/vec.h"
#include "engine/pointer.h"
#include "engine/text/yaml_parts.h"
#include <stdlib.h>

/* ---- keys on the way ---- */

static uint32_t *key_slot(const cfr__tracker *t, const cfr__known_key *key)
{
	uint32_t mask = t->slot_count - 1, at = key->hash & mask;

	for (; t->slots[at]; at = (at + 1) & mask) {
		const cfr__known_key *have = &t->keys[t->slots[at] - 1];

		if (have->hash == key->hash && have->level == key->level && have->len == key->len &&
		    memcmp(t->text.ptr + have->start, t->text.ptr + key->start, key->len) == 0)
			break;
	}
	return &t->slots[at];
}

static int more_slots(cfr__tracker *t)
{
	uint32_t count = t->slot_count ? t->slot_count * 2 : 64, *slots = calloc(count, sizeof(*slots));

	if (!slots)
		return CFR_E_NOMEM;
	free(t->slots);
	t->slots = slots;
	t->slot_count = count;
	for (uint32_t i = 0; i < t->key_count; i++)
		*key_slot(t, &t->keys[i]) = i + 1;
	return 0;
}

/* CFR__UNSAFE for a key that is there already. */
static int know_key(cfr__tracker *t, const cfr__window *entry)
{
	cfr__known_key key = { .level = t->depth, .start = entry->key, .len = entry->key_end - entry->key };
	uint32_t *slot;

	key.hash = (uint32_t)cfr_hash(&t->secret, t->text.ptr + key.start, key.len) + key.level;
	if (t->key_count >= t->slot_count / 2 && more_slots(t) < 0)
		return CFR_E_NOMEM;
	slot = key_slot(t, &key);
	if (*slot)
		return CFR__UNSAFE;
	if (cfr_vec_room(&t->keys, &t->key_cap, (uint64_t)t->key_count + 1, sizeof(*t->keys), NULL) < 0)
		return CFR_E_NOMEM;
	t->keys[t->key_count++] = key;
	*slot = t->key_count;
	return 0;
}

/* ---- tracking ---- */

static bool is_index(cfr_str token, uint32_t index)
{
	uint64_t value = 0;

	if (token.len == 0 || token.len > 9 || (token.ptr[0] == '0' && token.len > 1))
		return false;
	for (size_t i = 0; i < token.len; i++) {
		if (token.ptr[i] < '0' || token.ptr[i] > '9')
			return false;
		value = value * 10 + (uint64_t)(token.ptr[i] - '0');
	}
	return value == index;
}

void cfr__track_take(cfr__tracker *t)
{
	for (uint32_t i = 0; i < t->depth; i++)
		t->out->chain[i] = t->levels[i].entry;
	t->out->count = t->live = t->depth;
	t->taken = true;
}

int cfr__track_open(cfr__tracker *t, bool sequence, uint32_t indent)
{
	cfr__level *level;

	if (t->depth == CFR__OUTLINE_DEPTH || (t->depth == 0 && t->rooted))
		return CFR__UNSAFE;
	level = &t->levels[t->depth];
	*level = (cfr__level){ .indent = indent, .sequence = sequence };
	level->path = !t->range && !t->listing && (t->depth == 0 || level[-1].matched);
	t->depth++;
	t->rooted = true;
	return t->listing ? cfr__list_open(t, 0) : 0;
}

int cfr__track_entry(cfr__tracker *t, const cfr__window *entry)
{
	cfr__level *level = &t->levels[t->depth - 1];
	cfr_str token;
	int r;

	level->entry = *entry;
	level->entry.index = level->count++;
	level->entry.sequence = level->sequence;
	level->entry.indent = level->indent;
	t->out->nodes++;
	if (!level->path)
		return t->listing ? cfr__list_entry(t, &level->entry) : 0;
	level->matched = false;
	if (!level->sequence) {
		r = entry->raw ? CFR__UNSAFE : know_key(t, entry);
		if (r)
			return r;
	}
	if (t->depth > t->token_count)
		return 0;
	token = t->tokens[t->depth - 1];
	if (level->sequence ? !is_index(token, level->entry.index)
	                    : !cfr_str_eq(token, cfr_str_sub(t->text, entry->key, entry->key_end)))
		return 0;
	level->matched = true;
	t->out->chain[t->depth - 1] = level->entry;
	t->out->count = t->live = t->depth;
	return 0;
}

void cfr__track_entry_end(cfr__tracker *t, uint32_t end)
{
	cfr__level *level = &t->levels[t->depth - 1];

	level->matched = false;
	while (t->live >= t->depth && t->live > 0)
		t->out->chain[--t->live].end = end;
	if (t->listing)
		cfr__list_entry_end(t, end, t->rest);
}

int cfr__track_close(cfr__tracker *t, uint32_t end)
{
	int r = 0;

	if (t->levels[t->depth - 1].count)
		cfr__track_entry_end(t, end);
	if (t->listing)
		r = cfr__list_close(t, end);
	t->depth--;
	return r;
}

void cfr__track_property(cfr__tracker *t, bool anchor)
{
	if (t->depth == 0)
		return;
	t->levels[t->depth - 1].entry.property = true;
	if (t->live == t->depth)
		t->out->chain[t->live - 1].property = true;
	for (uint32_t i = 0; anchor && i < t->depth; i++)
		t->levels[i].entry.anchors = true;
	for (uint32_t i = 0; anchor && i < t->live; i++)
		t->out->chain[i].anchors = true;
	if (t->listing)
		cfr__list_property(t, anchor);
}

int cfr__track_block(cfr__tracker *t, const cfr__window *entry, bool awaited)
{
	uint32_t column = entry->indent;
	cfr__level *top;
	int r = 0;

	if (cfr__track_due(t, entry->start))
		cfr__track_take(t);
	/* A dash in the column of a mapping belongs to the value of its latest key. */
	while (t->depth) {
		top = &t->levels[t->depth - 1];
		if (top->indent < column || (top->indent == column && (!top->sequence || entry->sequence)))
			break;
		r = cfr__track_close(t, entry->start);
		if (r)
			return r;
	}
	top = t->depth ? &t->levels[t->depth - 1] : NULL;
	if (top && top->indent == column && top->sequence == entry->sequence) {
		cfr__track_entry_end(t, entry->start);
		if (entry->alone && entry->start < CFR__SAMPLE)
			t->out->sample = entry->start;
	} else {
		r = awaited ? cfr__track_open(t, entry->sequence, column) : CFR__UNSAFE;
	}
	return r ? r : cfr__track_entry(t, entry);
}

/* ---- asking ---- */

static void outline_init(cfr__outline *o)
{
	o->count = o->nodes = o->singles = o->doubles = o->sample = 0;
	o->aliases = false;
}

/* What no reader would accept is told by the reader. A carriage return alone is a line for who tells places, and none for
 * who counts line feeds. */
static bool fit(const cfr_source *source, cfr_str text, cfr_format format)
{
	bool ascii;

	if (format == CFR_JSON)
		return cfr__outline_json_fit(text);
	if (cfr_utf8_valid(text.ptr, text.len) != text.len)
		return false;
	if (format == CFR_YAML && cfr__check_characters(&ascii, NULL, source, text) != 0)
		return false;
	for (const char *at = text.ptr; (at = memchr(at, '\r', (size_t)(text.ptr + text.len - at))); at++) {
		if (at[1] != '\n')
			return false;
	}
	return true;
}

bool cfr__outline_fit(const cfr_source *source, cfr_format format)
{
	return fit(source, cfr_source_bytes(source), format);
}

static int scan(cfr__tracker *t, const cfr_source *source, cfr_format format)
{
	uint32_t start = 0, end = (uint32_t)t->text.len;
	int r;

	if ((format != CFR_YAML && format != CFR_JSON) || !cfr__outline_fit(source, format))
		return CFR__UNSAFE;
	if (cfr_str_starts(t->text, CFR_STR("\xEF\xBB\xBF")))
		start = CFR__BOM;
	cfr_hash_seed(&t->secret);
	r = format == CFR_YAML ? cfr__outline_yaml(t, start, end) : cfr__outline_json(t, start, end, NULL);
	if (r == 0 && t->range && !t->taken)
		cfr__track_take(t);
	while (r == 0 && t->depth)
		r = cfr__track_close(t, end);
	free(t->keys);
	free(t->slots);
	return r;
}

int cfr__outline_pointer(cfr__outline *out, const cfr_source *source, cfr_format format, cfr_str pointer)
{
	cfr__tracker *t = calloc(1, sizeof(*t));
	cfr_buf token = CFR_BUF_INIT;
	cfr_arena arena;
	cfr_str *tokens;
	int r = CFR_E_NOMEM;

	cfr_arena_init(&arena, NULL);
	tokens = cfr_arena_alloc(&arena, CFR__OUTLINE_DEPTH * sizeof(*tokens));
	if (!t || !tokens)
		goto done;
	outline_init(out);
	t->out = out;
	t->text = cfr_source_bytes(source);
	t->tokens = tokens;
	while (t->token_count < CFR__OUTLINE_DEPTH && cfr_pointer_next(&token, &pointer)) {
		tokens[t->token_count] = cfr_arena_str(&arena, cfr_buf_str(&token));
		if (token.failed || !tokens[t->token_count].ptr)
			goto done;
		t->token_count++;
		cfr_buf_clear(&token);
	}
	r = pointer.len ? CFR__UNSAFE : scan(t, source, format);
done:
	cfr_buf_release(&token);
	cfr_arena_release(&arena);
	free(t);
	return r;
}

int cfr__outline_range(cfr__outline *out, const cfr_source *source, cfr_format format, uint32_t from, uint32_t to)
{
	cfr__tracker *t = calloc(1, sizeof(*t));
	int r;

	if (!t)
		return CFR_E_NOMEM;
	outline_init(out);
	t->out = out;
	t->text = cfr_source_bytes(source);
	t->range = true;
	t->from = from;
	t->to = to;
	r = scan(t, source, format);
	while (r == 0 && out->count && out->chain[out->count - 1].end < to)
		out->count--;
	free(t);
	return r;
}

int cfr__outline_entry(cfr__window *out, cfr__tracker *t, const cfr_source *source, cfr_format format, uint32_t start,
                       uint32_t end, cfr_str other, const cfr__window *like)
{
	cfr_str text = cfr_source_bytes(source), key = cfr_str_sub(other, like->key, like->key_end);
	cfr__window *found = &t->levels[0].entry;
	int r;

	outline_init(t->out);
	t->text = text;
	t->range = true;
	t->from = t->to = start;
	if (end > text.len || start > end || !fit(source, cfr_str_sub(text, start, end), format))
		return CFR__UNSAFE;
	if (format == CFR_YAML && end < text.len && (end == start || text.ptr[end - 1] != '\n'))
		return CFR__UNSAFE;
	r = format == CFR_YAML ? cfr__outline_yaml(t, start, end) : cfr__outline_json(t, start, end, like);
	if (r)
		return r;
	/* One level is at the bottom, and it has one entry. */
	if (!t->rooted || t->levels[0].count != 1 || t->out->aliases || found->sequence != like->sequence ||
	    found->indent != like->indent || found->raw || found->anchors || like->anchors ||
	    !cfr_str_eq(cfr_str_sub(text, found->key, found->key_end), key))
		return CFR__UNSAFE;
	*out = *found;
	out->index = like->index;
	out->start = start;
	out->end = end;
	return 0;
}

int cfr__outline_same(cfr__window *out, const cfr_source *source, cfr_format format, uint32_t start, uint32_t end,
                      const cfr_source *other, const cfr__window *like)
{
	cfr__outline *outline = malloc(sizeof(*outline));
	cfr__tracker *t = calloc(1, sizeof(*t));
	int r = CFR_E_NOMEM;

	if (outline && t) {
		t->out = outline;
		r = cfr__outline_fit(source, format)
		    ? cfr__outline_entry(out, t, source, format, start, end, cfr_source_bytes(other), like) : CFR__UNSAFE;
	}
	free(t);
	free(outline);
	return r;
}

int cfr__window_read(cfr_document **out, const cfr_source *source, cfr_format format, const cfr__window *window,
                     uint32_t depth, const cfr_limits *limits, cfr_err *err)
{
	cfr_documents docs = { NULL, 0 };
	cfr_limits less;
	int r;

	cfr_limits_default(&less);
	if (limits)
		less = *limits;
	less.of[CFR_LIMIT_DEPTH] -= depth < less.of[CFR_LIMIT_DEPTH] ? depth : less.of[CFR_LIMIT_DEPTH];
	r = format == CFR_YAML ? cfr__yaml_read_part(&docs, source, window->start, window->end, &less, err)
	                       : cfr__json_read_part(&docs, source, window->start, window->end, window->sequence, &less, err);
	if (r == 0 && (docs.count != 1 ||
	               cfr_node_kind(cfr_tree_root(cfr_document_tree(docs.items[0]))) !=
	               (window->sequence ? CFR_SEQUENCE : CFR_MAPPING) ||
	               cfr_node_size(cfr_tree_root(cfr_document_tree(docs.items[0]))) != 1))
		r = cfr_err_set(err, CFR_E_UNSUPPORTED, "a part of the text is not what it seemed to be");
	if (r == 0)
		*out = cfr_document_ref(docs.items[0]);
	cfr_documents_release(&docs);
	return r;
}
