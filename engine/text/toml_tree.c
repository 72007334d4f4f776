/* engine/text/toml_tree.c -- TOML's tables, which may be written in any order, put together.
 *
 * [a.b], [c], [a.d] is a fine TOML file: what belongs to `a` stands in two places. A builder wants each value whole, so
 * the reader first makes items: one for each value, in an arena, children linked in the author's order. Replaying them
 * is one walk.
 *
 * Keys are looked up on the way, for a header goes through tables and a key must not stand twice. A table of few keys
 * is searched from its first to its last; when it becomes larger its keys go into a hash table that all large tables of
 * the text share. So a text costs time in proportion to its length, however its keys are spread.
 *
 * What may be added to what is the hard part of TOML, and all of it is here: see cfr__toml_state. A table is defined
 * once, by its header or by dotted keys, never by both; a header may go through anything but a finished value; a dotted
 * key only through tables that dotted keys made.
 */
#include "engine/text/toml_tree.h"

#include <stdlib.h>

enum {
	FEW = 8,	/* keys that are searched one by one */
	DEPTH = 1024	/* not less than the builder allows at most */
};

void cfr__toml_tree_init(cfr__toml_tree *tree, cfr__toml *lex, const cfr_limits *limits)
{
	*tree = (cfr__toml_tree){ .lex = lex, .limits = limits };
	tree->root.kind = CFR_MAPPING;
	tree->root.style = CFR_BLOCK;
	tree->root.state = CFR__TOML_HEADER;
	cfr_arena_init(&tree->arena, NULL);
	cfr_hash_seed(&tree->secret);
}

void cfr__toml_tree_release(cfr__toml_tree *tree)
{
	cfr_arena_release(&tree->arena);
	free(tree->slots);
}

int cfr__toml_keep(cfr_str *out, cfr__toml_tree *tree, cfr_str text)
{
	uintptr_t at = (uintptr_t)text.ptr - (uintptr_t)tree->lex->text;

	if (text.len == 0)
		text = (cfr_str){ "", 0 };
	else if (at >= (size_t)(tree->lex->end - tree->lex->text))
		text = cfr_arena_str(&tree->arena, text);
	if (!text.ptr)
		return cfr_err_nomem(tree->lex->err);
	*out = text;
	return 0;
}

/* ---- keys ---- */

static uint64_t hash_of(const cfr__toml_tree *tree, const cfr__toml_item *table, cfr_str key)
{
	/* The address tells tables apart that have the same keys. */
	return cfr_hash(&tree->secret, key.ptr, key.len) + (uint64_t)(uintptr_t)table * UINT64_C(0x9E3779B97F4A7C15);
}

static uint64_t spread(uint64_t hash)
{
	return (hash ^ hash >> 32) * UINT64_C(0x9E3779B97F4A7C15) >> 32;
}

static void slot_put(cfr__toml_tree *tree, struct cfr__toml_slot slot)
{
	uint32_t mask = tree->slot_count - 1, i = (uint32_t)spread(slot.hash) & mask;

	while (tree->slots[i].item)
		i = (i + 1) & mask;
	tree->slots[i] = slot;
	tree->slot_used++;
}

static int slots_room(cfr__toml_tree *tree, uint32_t more)
{
	struct cfr__toml_slot *old = tree->slots;
	uint32_t old_count = tree->slot_count, count = old_count ? old_count : 64;

	while (count / 4 * 3 < tree->slot_used + more)
		count *= 2;
	if (count == old_count)
		return 0;
	tree->slots = calloc(count, sizeof(*tree->slots));
	if (!tree->slots) {
		tree->slots = old;
		return cfr_err_nomem(tree->lex->err);
	}
	tree->slot_count = count;
	tree->slot_used = 0;
	for (uint32_t i = 0; i < old_count; i++) {
		if (old[i].item)
			slot_put(tree, old[i]);
	}
	free(old);
	return 0;
}

cfr__toml_item *cfr__toml_find(cfr__toml_tree *tree, const cfr__toml_item *table, cfr_str key)
{
	uint64_t hash;
	uint32_t mask;

	if (table->count <= FEW) {
		for (cfr__toml_item *item = table->first; item; item = item->next) {
			if (item->key.len == key.len && memcmp(item->key.ptr, key.ptr, key.len) == 0)
				return item;
		}
		return NULL;
	}
	hash = hash_of(tree, table, key);
	mask = tree->slot_count - 1;
	for (uint32_t i = (uint32_t)spread(hash) & mask; tree->slots[i].item; i = (i + 1) & mask) {
		struct cfr__toml_slot *slot = &tree->slots[i];

		if (slot->hash == hash && slot->table == table && cfr_str_eq(slot->item->key, key))
			return slot->item;
	}
	return NULL;
}

/* The table has got one more key: when it stops being small, all of them go into the slots. */
static int index_key(cfr__toml_tree *tree, cfr__toml_item *table, cfr__toml_item *last)
{
	cfr__toml_item *item = last;
	int rc;

	if (table->count <= FEW)
		return 0;
	if (table->count == FEW + 1)
		item = table->first;
	rc = slots_room(tree, FEW + 1);
	if (rc)
		return rc;
	for (; item; item = item->next)
		slot_put(tree, (struct cfr__toml_slot){ table, item, hash_of(tree, table, item->key) });
	return 0;
}

int cfr__toml_add(cfr__toml_item **out, cfr__toml_tree *tree, cfr__toml_item *parent, const cfr__toml_part *key)
{
	cfr__toml *lex = tree->lex;
	cfr__toml_item *item;
	int rc;

	if (++tree->items > tree->limits->of[CFR_LIMIT_NODES])
		return cfr__fail_at(lex->err, lex->source, cfr__toml_at(lex, lex->p),
		                    cfr_err_limit(lex->err, tree->limits, CFR_LIMIT_NODES));
	item = cfr_arena_alloc(&tree->arena, sizeof(*item));
	if (!item)
		return cfr_err_nomem(lex->err);
	*item = (cfr__toml_item){ .kind = CFR_NULL };
	if (key) {
		rc = cfr__toml_keep(&item->key, tree, key->text);
		if (rc)
			return rc;
		item->key_start = item->start = key->start;
		item->key_end = item->end = key->end;
	}
	if (parent->last)
		parent->last->next = item;
	else
		parent->first = item;
	parent->last = item;
	parent->count++;
	*out = item;
	return key ? index_key(tree, parent, item) : 0;
}

/* ---- what may be added to what ---- */

/* `item` is in the way of `part`: both places. */
static int conflict(cfr__toml_tree *tree, const cfr__toml_part *part, const cfr__toml_item *item, const char *what,
                    const char *hint)
{
	cfr__toml *lex = tree->lex;
	int shown = (int)(part->text.len < 64 ? part->text.len : 64);
	cfr_place other;

	while (shown < (int)part->text.len && ((unsigned char)part->text.ptr[shown] & 0xC0) == 0x80)
		shown--;
	if (!lex->err)
		return CFR_E_DUPLICATE;
	other = cfr_source_place(lex->source, item->key_start);
	cfr_err_set(lex->err, CFR_E_DUPLICATE, what, shown, part->text.len ? part->text.ptr : "");
	cfr_err_hint(lex->err, "%s", hint);
	lex->err->other_line = other.line;
	lex->err->other_column = other.column;
	return cfr__fail_at(lex->err, lex->source, part->start, CFR_E_DUPLICATE);
}

/* A header or a dotted key meets a value. */
static int not_a_table(cfr__toml_tree *tree, const cfr__toml_part *part, const cfr__toml_item *item)
{
	if (item->kind == CFR_MAPPING)
		return conflict(tree, part, item, "nothing can be added to the inline table '%.*s'",
		                "write the key inside of its braces, or give it a [table]");
	if (item->kind == CFR_SEQUENCE)
		return conflict(tree, part, item, "nothing can be added to the array '%.*s'",
		                "write the value inside of its brackets, or each element as [[table]]");
	return conflict(tree, part, item, "the key '%.*s' has a value and cannot be a table too", "rename one of them");
}

static int table_new(cfr__toml_item **out, cfr__toml_tree *tree, cfr__toml_item *parent, const cfr__toml_part *part,
                     uint32_t start, cfr__toml_state state)
{
	cfr__toml_item *item;
	int rc = cfr__toml_add(&item, tree, parent, part);

	if (rc)
		return rc;
	item->kind = state == CFR__TOML_TABLES ? CFR_SEQUENCE : CFR_MAPPING;
	item->style = CFR_BLOCK;
	item->state = (uint8_t)state;
	item->start = start;
	*out = item;
	return 0;
}

int cfr__toml_through_header(cfr__toml_item **out, cfr__toml_tree *tree, cfr__toml_item *table,
                             const cfr__toml_part *part, uint32_t header)
{
	cfr__toml_item *item = cfr__toml_find(tree, table, part->text);

	if (!item)
		return table_new(out, tree, table, part, header, CFR__TOML_IMPLICIT);
	if (item->state == CFR__TOML_VALUE_ITEM)
		return not_a_table(tree, part, item);
	*out = item->state == CFR__TOML_TABLES ? item->last : item;
	return 0;
}

int cfr__toml_through_key(cfr__toml_item **out, cfr__toml_tree *tree, cfr__toml_item *table, const cfr__toml_part *part)
{
	cfr__toml_item *item = cfr__toml_find(tree, table, part->text);

	if (!item)
		return table_new(out, tree, table, part, part->start, CFR__TOML_DOTTED);
	if (item->state == CFR__TOML_VALUE_ITEM)
		return not_a_table(tree, part, item);
	if (item->state != CFR__TOML_DOTTED)
		return conflict(tree, part, item, "the table '%.*s' has a header; a dotted key cannot add to it",
		                "write the key below that header");
	*out = item;
	return 0;
}

static int define_table(cfr__toml_item **out, cfr__toml_tree *tree, cfr__toml_item *table, const cfr__toml_part *part,
                        uint32_t header)
{
	cfr__toml_item *item = cfr__toml_find(tree, table, part->text);

	if (!item)
		return table_new(out, tree, table, part, header, CFR__TOML_HEADER);
	switch ((cfr__toml_state)item->state) {
	case CFR__TOML_VALUE_ITEM:
		return not_a_table(tree, part, item);
	case CFR__TOML_HEADER:
		return conflict(tree, part, item, "the table '%.*s' is defined twice",
		                "put its keys under one header");
	case CFR__TOML_DOTTED:
		return conflict(tree, part, item, "the table '%.*s' is already defined by dotted keys",
		                "write all its keys with points, or all under a header");
	case CFR__TOML_TABLES:
		return conflict(tree, part, item, "'%.*s' is an array of tables", "write [[…]] for one more element");
	default:
		/* So far it was only gone through; from here on it stands where its header is. */
		item->state = CFR__TOML_HEADER;
		item->key_start = part->start;
		item->key_end = part->end;
		item->start = header;
		*out = item;
		return 0;
	}
}

static int define_element(cfr__toml_item **out, cfr__toml_tree *tree, cfr__toml_item *table, const cfr__toml_part *part,
                          uint32_t header)
{
	cfr__toml_item *array = cfr__toml_find(tree, table, part->text), *item;
	int rc = 0;

	if (!array)
		rc = table_new(&array, tree, table, part, header, CFR__TOML_TABLES);
	else if (array->state == CFR__TOML_VALUE_ITEM)
		return not_a_table(tree, part, array);
	else if (array->state != CFR__TOML_TABLES)
		return conflict(tree, part, array, "'%.*s' is a table, and no array of tables",
		                "write [[…]] for each, from the first on, or rename one");
	if (rc == 0)
		rc = table_new(&item, tree, array, NULL, header, CFR__TOML_HEADER);
	if (rc == 0)
		*out = item;
	return rc;
}

int cfr__toml_define(cfr__toml_item **out, cfr__toml_tree *tree, cfr__toml_item *table, const cfr__toml_part *part,
                     uint32_t header, bool array)
{
	return array ? define_element(out, tree, table, part, header) : define_table(out, tree, table, part, header);
}

int cfr__toml_place(cfr__toml_item **out, cfr__toml_tree *tree, cfr__toml_item *table, const cfr__toml_part *part)
{
	cfr__toml_item *item = cfr__toml_find(tree, table, part->text);

	if (!item)
		return cfr__toml_add(out, tree, table, part);
	if (item->state == CFR__TOML_VALUE_ITEM)
		return conflict(tree, part, item, "the key '%.*s' stands twice in one table",
		                "remove or rename one of them");
	return conflict(tree, part, item, "the key '%.*s' is a table already and cannot have a value",
	                "rename one of them");
}

/* ---- to the builder ---- */

static int scalar(cfr__toml_tree *tree, cfr_build *build, const cfr__toml_item *item, const cfr_mark *mark)
{
	cfr_err *err = tree->lex->err;

	switch ((cfr_kind)item->kind) {
	case CFR_BOOL:
		return cfr_build_bool(build, item->truth, mark, err);
	case CFR_INT:
		return cfr_build_int(build, item->integer, mark, err);
	case CFR_FLOAT:
		return cfr_build_float(build, item->real, mark, err);
	case CFR_STRING:
		return cfr_build_string(build, item->text, mark, err);
	default:
		return cfr_build_other(build, item->time ? CFR_STR(CFR__TAG_TIME) : CFR_STR(CFR__TAG_TIMESTAMP), item->text,
		                       mark, err);
	}
}

/* Key, and value or its beginning. */
static int item_begin(cfr__toml_tree *tree, cfr_build *build, const cfr__toml_item *item, bool container)
{
	cfr_mark mark = { .before = item->start, .start = item->start, .end = item->end, .style = item->style };
	cfr_err *err = tree->lex->err;
	int rc = 0;

	if (item->key.ptr) {
		char first = tree->lex->text[item->key_start];
		cfr_mark key = { .before = item->key_start, .start = item->key_start, .end = item->key_end };

		key.style = first == '"' ? CFR_DOUBLE : first == '\'' ? CFR_SINGLE : CFR_PLAIN;
		rc = cfr_build_key(build, item->key, &key, err);
	}
	if (rc == 0)
		rc = container ? cfr_build_begin(build, (cfr_kind)item->kind, &mark, err)
		               : scalar(tree, build, item, &mark);
	return rc ? cfr__fail_at(err, tree->lex->source, mark.start, rc) : 0;
}

/* A table's end is that of the last of its own keys: a header of its own begins another. An array of tables ends with
 * its last element. */
static bool own(const cfr__toml_item *parent, const cfr__toml_item *child)
{
	return parent->state == CFR__TOML_TABLES || child->state == CFR__TOML_VALUE_ITEM ||
	       child->state == CFR__TOML_DOTTED;
}

int cfr__toml_replay(cfr__toml_tree *tree, cfr_build *build)
{
	struct {
		const cfr__toml_item *item, *next;
		uint32_t end;
	} stack[DEPTH], *top = stack;
	int rc = item_begin(tree, build, &tree->root, true);

	top->item = &tree->root;
	top->next = tree->root.first;
	top->end = tree->root.end;
	while (rc == 0) {
		const cfr__toml_item *child = top->next;
		bool container;

		if (!child) {
			rc = cfr_build_end(build, top->end, tree->lex->err);
			if (top == stack || rc)
				break;
			top--;
			if (own(top->item, top[1].item) && top[1].end > top->end)
				top->end = top[1].end;
			continue;
		}
		top->next = child->next;
		container = child->kind == CFR_MAPPING || child->kind == CFR_SEQUENCE;
		rc = item_begin(tree, build, child, container);
		if (rc == 0 && container) {
			/* The builder has refused what is deeper than DEPTH. */
			top++;
			top->item = child;
			top->next = child->first;
			top->end = child->end;
		} else if (rc == 0) {
			top->end = child->end > top->end ? child->end : top->end;
		}
	}
	return rc;
}
