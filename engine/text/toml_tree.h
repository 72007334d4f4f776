/* engine/text/toml_tree.h -- the tables of a TOML text while it is read; for toml.c and toml_tree.c. */
#ifndef CFR_TEXT_TOML_TREE_H
#define CFR_TEXT_TOML_TREE_H

#include "engine/base/arena.h"
#include "engine/base/hash.h"
#include "engine/text/toml_lex.h"

/* How something came to be, which decides what may still be added to it. */
typedef enum cfr__toml_state {
	CFR__TOML_VALUE_ITEM,		/* a scalar, an array, an inline table: finished where it is written */
	CFR__TOML_IMPLICIT,		/* a table that a header went through: [it.table] */
	CFR__TOML_HEADER,		/* a table with a header of its own, an element of an array of tables, the root */
	CFR__TOML_DOTTED,		/* a table that a dotted key went through: it.key = 1 */
	CFR__TOML_TABLES		/* an array of tables */
} cfr__toml_state;

typedef struct cfr__toml_item {
	struct cfr__toml_item *next;	/* sibling, in the author's order */
	cfr_str key;			/* ptr NULL: an element */
	union {
		struct {
			struct cfr__toml_item *first, *last;
		};
		bool truth;
		int64_t integer;
		double real;
		cfr_str text;
	};
	uint32_t key_start, key_end, start, end;
	uint32_t count;			/* of children */
	uint8_t kind, style, state;
	bool time;			/* of an OTHER */
} cfr__toml_item;

typedef struct cfr__toml_tree {
	cfr__toml *lex;			/* for its text and its errors */
	const cfr_limits *limits;
	cfr_arena arena;
	uint32_t items;
	struct cfr__toml_slot {		/* keys of tables with many: open addressing */
		const cfr__toml_item *table;
		cfr__toml_item *item;
		uint64_t hash;
	} *slots;
	uint32_t slot_count, slot_used;	/* slot_count: 0 or a power of two */
	cfr_hash_key secret;
	cfr__toml_item root;
} cfr__toml_tree;

void cfr__toml_tree_init(cfr__toml_tree *tree, cfr__toml *lex, const cfr_limits *limits);
void cfr__toml_tree_release(cfr__toml_tree *tree);

/* Text that stays: what lies in the source as it is, what lies in scratch as a copy. */
int cfr__toml_keep(cfr_str *out, cfr__toml_tree *tree, cfr_str text);

/* The child with this key, or NULL. */
cfr__toml_item *cfr__toml_find(cfr__toml_tree *tree, const cfr__toml_item *table, cfr_str key);
/* A child at the end; `key` NULL in an array. The key must not be there. */
int cfr__toml_add(cfr__toml_item **out, cfr__toml_tree *tree, cfr__toml_item *parent, const cfr__toml_part *key);

/* One step of a path: the table that `part` names in `table`, made when it is not there. */
int cfr__toml_through_header(cfr__toml_item **out, cfr__toml_tree *tree, cfr__toml_item *table,
                             const cfr__toml_part *part, uint32_t header);
int cfr__toml_through_key(cfr__toml_item **out, cfr__toml_tree *tree, cfr__toml_item *table,
                          const cfr__toml_part *part);
/* The last step: what a header defines, a place for a value. */
int cfr__toml_define(cfr__toml_item **out, cfr__toml_tree *tree, cfr__toml_item *table, const cfr__toml_part *part,
                     uint32_t header, bool array);
int cfr__toml_place(cfr__toml_item **out, cfr__toml_tree *tree, cfr__toml_item *table, const cfr__toml_part *part);

/* Everything to a builder, in the author's order. */
int cfr__toml_replay(cfr__toml_tree *tree, cfr_build *build);

#endif
