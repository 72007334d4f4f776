/* engine/edit/parts.h -- the parts of editing: from edits to changes, from changes to splices.
 *
 * Only the files of this room include it.
 *
 *   changes.c     edits as somebody asked for them -> changes, each at a node, sorted, without contradictions
 *   tree.c        the changes done on the tree
 *   layout.c      what stands where in the text, and how its author writes
 *   refuse.c      what cannot be done, and why
 *   marks.c       what is to happen to each item of a collection
 *   entry.c       one new entry of a block collection
 *   value.c       a value replaced by another
 *   block.c       entries of block collections: added, removed, renamed
 *   flow.c        the same between brackets, JSON included
 *   flat.c        the same of dotenv and Java properties
 *   toml_lines.c  the lines of a TOML text: which belong to what
 *   toml_add.c    what its tables gain
 *   toml.c        its lines removed, renamed, given other values
 *   shared.c      edits through aliases
 *   splice.c      gathering splices, putting them in order, applying them
 *   edit.c        all of it in turn, and the proof by reading the result again
 *   window.c      the same for a part of a large source, where that is as good
 */
#ifndef CFR_EDIT_PARTS_H
#define CFR_EDIT_PARTS_H

#include "engine/base/arena.h"
#include "engine/edit.h"
#include "engine/text/emit.h"

/* ---- changes.c ---- */

typedef enum cfr__change_op { CFR__REPLACE, CFR__REMOVE, CFR__RENAME, CFR__ADD, CFR__INSERT } cfr__change_op;

/* One change of one place. A move is a removal and an addition; setting a key that is there is a replacement. */
typedef struct cfr__change {
	cfr__change_op op;
	bool rooted;			/* of the root itself: `in` is not set */
	bool moved;			/* `value` is a node of the document */
	cfr_node at;			/* what is replaced, removed, renamed */
	cfr_node in;			/* the collection whose text changes; ADD, INSERT: the one that gains */
	cfr_node value;
	const cfr_document *written;	/* of the value, or NULL */
	bool carried;			/* `value` is a node of it, and its comments come along */
	cfr_str key;
	uint32_t index;			/* of a sequence; UINT32_MAX: at the end */
	uint32_t depth;			/* of `in` */
	uint32_t number;		/* of the edit */
} cfr__change;

typedef struct cfr__changes {
	cfr__change *items;		/* deepest collections first; those of one collection together */
	uint32_t count;
} cfr__changes;

int cfr__changes_of(cfr__changes *out, cfr_arena *arena, const cfr_tree *base, const cfr_edit *edits, uint32_t count,
                    cfr_err *err);
/* tree.c */
int cfr__changes_tree(cfr_tree **out, const cfr_tree *base, const cfr__changes *changes, const cfr_limits *limits,
                      cfr_err *err);
static inline bool cfr__same_place(const cfr__change *a, const cfr__change *b)
{
	return a->rooted == b->rooted && (a->rooted || cfr_node_same(a->in, b->in));
}
/* A renaming to the key that is there: it may get quotes. */
static inline bool cfr__same_key(const cfr__change *change)
{
	return change->op == CFR__RENAME && cfr_str_eq(cfr_node_key(change->at), change->key);
}

/* A value in the order of its own document. */
static inline void cfr__emit_order(cfr__emit *emit, const cfr__change *change)
{
	if (change->written)
		emit->order = change->written;
}

/* ---- a plan: one attempt at splices ---- */

typedef struct cfr__plan {
	const cfr_document *doc;
	const cfr_source *source;
	cfr_str text;
	uint32_t base;			/* behind the byte order mark */
	cfr_arena *arena;
	cfr_err *err;
	cfr__emit style;		/* how this author writes; copied for each value */
	const cfr_document *carried;	/* whose comments these are */
	cfr__comments comments;
	bool json;
	bool one_line;			/* JSON Lines */
	bool slashes;			/* comments are those of JSONC */
	bool spread;			/* JSON over several lines */
	bool saw_step, saw_dash, saw_gap, saw_colon, saw_comma, saw_pad;	/* the text showed it; else it is a guess */
	bool no_raw;			/* a moved value is written anew */
	bool used_raw, used_block;
	cfr_splice *splices;
	uint32_t count, cap;
} cfr__plan;

/* ---- refuse.c ---- */

/* CFR_E_UNSUPPORTED with the place of a node. */
int cfr__refuse(const cfr__plan *plan, cfr_node at, const char *message, const char *hint);
/* The same for a place that came by an alias or a merge, naming the anchor. */
int cfr__refuse_shared(const cfr__plan *plan, cfr_node at);

/* ---- layout.c ---- */

/* A child of a collection as it is written there. An alias is `*name`, not what it stands for. */
typedef struct cfr__item {
	cfr_node node;
	uint32_t rank;
	cfr_entry entry;
	uint32_t head;			/* where it begins: key or `?`, dash, or value */
	uint32_t key, key_end;		/* the key, quotes included; both == head without one */
	uint32_t before, start, end;	/* the value with its properties; `end` behind its last character */
	bool alias;
	bool own_line;			/* only blanks before it on its line */
	/* What is to be done to it. */
	bool removed, taken;		/* taken: something new is written in its place */
	const cfr__change *rename;
	uint32_t new_first, new_count;	/* entries that go before it (or take its place), in the list of new ones */
} cfr__item;

uint32_t cfr__line_start(const cfr__plan *plan, uint32_t at);
uint32_t cfr__line_end(const cfr__plan *plan, uint32_t at);	/* at the line break, or the end */
uint32_t cfr__next_line(const cfr__plan *plan, uint32_t at);	/* behind the line break */
uint32_t cfr__break_before(const cfr__plan *plan, uint32_t at);	/* before the line break that ends at `at` */
uint32_t cfr__column(const cfr__plan *plan, uint32_t at);
uint32_t cfr__line_indent(const cfr__plan *plan, uint32_t at);	/* blanks at the start of its line */
bool cfr__blank(char c);
bool cfr__line_break(char c);
uint32_t cfr__skip_blanks(const cfr__plan *plan, uint32_t at);	/* on the line */
uint32_t cfr__skip_space(const cfr__plan *plan, uint32_t at);	/* line breaks and comments too */
bool cfr__rest_blank(const cfr__plan *plan, uint32_t at);	/* nothing but blanks and a comment to the line's end */
bool cfr__breaks_between(const cfr__plan *plan, uint32_t from, uint32_t to);
bool cfr__begins_line(const cfr__plan *plan, uint32_t at);
bool cfr__final_break(const cfr__plan *plan);
bool cfr__blank_line(const cfr__plan *plan, uint32_t line);	/* it has a line break; is there no more? */
/* From the start of a line over the blank lines above it, not before `least`; below. */
uint32_t cfr__blanks_above(const cfr__plan *plan, uint32_t line, uint32_t least);
uint32_t cfr__blanks_below(const cfr__plan *plan, uint32_t line);
/* The start of the comment lines directly above a line that begins at `line`, at the same column; not before `least`. */
uint32_t cfr__comments_above(const cfr__plan *plan, uint32_t line, uint32_t column, uint32_t least);
/* Where the last line of an entry ends: comment lines directly below it that are further in belong to it as well. */
uint32_t cfr__last_line_end(const cfr__plan *plan, const cfr__item *item);

bool cfr__via(cfr_entry entry);
bool cfr__block_context(const cfr__plan *plan, cfr_node node);
bool cfr__is_alias(const cfr__plan *plan, cfr_node node);
uint32_t cfr__alias_end(const cfr__plan *plan, uint32_t at);	/* behind the `*name` that begins at `at` */
/* Where a value ends as it is written in its place; of a block scalar, before its last line break. */
uint32_t cfr__tail(const cfr__plan *plan, cfr_node node);
/* The children that stand in the text, in its order; those that came by a merge do not. */
int cfr__items(cfr__item **out, uint32_t *count, cfr__plan *plan, cfr_node in);
void cfr__item_of(cfr__item *out, const cfr__plan *plan, cfr_node node);
/* Behind the colon of a mapping's item; 0 when it has none. */
uint32_t cfr__behind_colon(const cfr__plan *plan, const cfr__item *item);
/* Behind the properties that begin at `at`, on its line. */
uint32_t cfr__behind_properties(const cfr__plan *plan, uint32_t at);
void cfr__learn_style(cfr__plan *plan);
/* The style of strings, of keys, beside a new one. */
cfr_style cfr__style_beside(const cfr__plan *plan, const cfr__item *items, uint32_t count);
cfr_style cfr__key_style_beside(const cfr__plan *plan, const cfr__item *items, uint32_t count);

/* ---- marks.c ---- */

/* The items of a collection with what is to happen to them, and the new entries that come behind the last. */
typedef struct cfr__work {
	cfr__item *items;
	uint32_t count;
	const cfr__change **list;	/* new entries, in order */
	uint32_t tail_first, tail_count;
	bool any_left;			/* something stands there afterwards */
	cfr_style style, key_style;	/* of new strings and keys */
} cfr__work;
int cfr__mark_items(cfr__work *work, cfr__plan *plan, cfr_node in, const cfr__change *changes, uint32_t count);
/* The key of a renamed item, in its old quotes where they can hold it. */
int cfr__put_key(cfr__plan *plan, const cfr__item *item, bool flow);

/* ---- entry.c ---- */

/* The document of a new value as the order to write it in, and its comments where they come along. */
void cfr__emit_carried(cfr__emit *emit, cfr__plan *plan, const cfr__change *change);
/* One new entry: "key: value" or "- value"; its further lines are indented for `column`. */
void cfr__block_entry(cfr__plan *plan, cfr__emit *emit, const cfr__change *change, unsigned column, cfr_style style);

/* ---- value.c ---- */

int cfr__put_value(cfr__plan *plan, const cfr__change *change);
/* Is what replaces a value the same? 1.10 is not 1.1 to who gave it. */
int cfr__same_value(bool *out, const cfr__plan *plan, const cfr__change *change);
/* In place of a null or an empty collection in block context: a collection of these. */
int cfr__put_filled(cfr__plan *plan, cfr_node at, bool mapping, const cfr__change *const *list, uint32_t count);
/* "{}" or "[]" behind the key or dash of a block collection that loses its items. */
int cfr__put_empty(cfr__plan *plan, cfr_node at);

/* ---- block.c, flow.c ---- */

/* Changes of one collection. Replacements of its children are done by cfr__put_value before. */
int cfr__edit_block(cfr__plan *plan, cfr_node in, const cfr__change *changes, uint32_t count);
int cfr__edit_flow(cfr__plan *plan, cfr_node in, const cfr__change *changes, uint32_t count);

/* One new entry between brackets. */
void cfr__flow_entry(cfr__emit *emit, const cfr__change *change, unsigned column, cfr_style style);
/* A whole collection of new entries between brackets. */
void cfr__flow_filled(cfr__emit *emit, bool mapping, const cfr__change *const *list, uint32_t count, unsigned column,
                      cfr_style style);

/* ---- flat.c ---- */

/* All changes of a document in dotenv or properties. */
int cfr__edit_flat(cfr__plan *plan, const cfr__change *changes, uint32_t count);

/* ---- toml.c ---- */

/* All changes of a document in TOML. */
int cfr__edit_toml(cfr__plan *plan, const cfr__change *changes, uint32_t count);

/* ---- splice.c ---- */

int cfr__splice(cfr__plan *plan, uint32_t start, uint32_t end, cfr_str text);
static inline int cfr__cut(cfr__plan *plan, uint32_t start, uint32_t end)
{
	return start < end ? cfr__splice(plan, start, end, CFR_STR("")) : 0;
}
/* In order, without those that change nothing; CFR_E_CONFLICT when two overlap. */
int cfr__splices_sort(cfr__plan *plan);
int cfr__splices_copy(cfr_splices *out, const cfr__plan *plan, cfr_err *err);

/* ---- again.c ---- */

/* In place of a restored document the same one as its reader gives it, which `held` owns; release that, also on failure. */
int cfr__edit_again(cfr_documents *held, const cfr_document **doc, const cfr_limits *limits, cfr_err *err);
int cfr__edit_again_all(cfr_documents *held, const cfr_documents **docs, const cfr_limits *limits, cfr_err *err);

/* ---- edit.c ---- */

/* A plan of nothing, in the style of the document. */
void cfr__plan_init(cfr__plan *plan, const cfr_document *doc, cfr_arena *arena, cfr_err *err);
/* As cfr_edit_plan; the proof is by the edits `meant`, when they are not NULL. */
int cfr__edit_plan(cfr_splices *out, const cfr_document *doc, const cfr_edit *edits, uint32_t count,
                   const cfr_edit *meant, uint32_t meant_count, const cfr_limits *limits, cfr_err *err);
/* The splices for the changes, in order. */
int cfr__plan_all(cfr__plan *plan, const cfr__changes *changes);

#endif
