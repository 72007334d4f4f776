/* engine/text/track.c -- the collections that are open while a text is scanned.
 *
 * The scanners (outline_yaml.c, outline_json.c) tell where entries begin and collections end; here is a stack of the
 * collections that are open, with the latest entry of each. The chain is taken from it: entry by entry as a pointer is
 * matched, or at once when the scan passes the first byte of a range. Its entries get their ends as they are closed.
 *
 * The keys of the collections on the way are kept in one hash table, so that a key that stands twice there is seen.
 */
#include "engine/text/outline.h"

#include "engine/base/vec.h"
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
