/* engine/compose/parts.h -- what the files of this room share.
 *
 * While layers are merged, the configuration is a tree of *cells*. A cell is a place in some document; it is
 * opened into cells of its children only where something must be merged, deleted or referred to, so what one
 * layer says alone costs nothing until the snapshot is written. Everything lies in one arena, which the
 * snapshot keeps.
 */
#ifndef CFR_COMPOSE_PARTS_H
#define CFR_COMPOSE_PARTS_H

#include "engine/base/arena.h"
#include "engine/base/file.h"
#include "engine/base/hash.h"
#include "engine/compose.h"
#include "engine/sections.h"
#include "engine/text.h"
#include "engine/tree/build.h"

/* A document that was read, in a layer. A file that two layers include is two of these, and read once. A
 * section of a file that is read in parts (part.c) is one, too. */
typedef struct cfr__part {
	cfr_document *doc;		/* owned by the ground */
	uint32_t layer;
	uint32_t level;			/* at which the document's root stands in its file; 0 but for sections */
	bool top;			/* a layer's own file, which stands at the top */
	bool below;			/* a section of another part's file */
	bool clear;			/* none of its strings can be a reference; asked once */
	bool looked;
	cfr_str real;			/* resolved path; empty for text at hand */
	cfr_str folder;			/* resolved folder that it stands in, before a link it may be is followed */
	cfr_sections *sections;		/* of what is read in parts; borrowed from the first part of its file */
	const cfr_section *listed;	/* nulls of this document may be collections that nobody has read; else NULL */
	struct cfr_snapshot *as_is;	/* the document as a snapshot of its own (lazy.c) */
} cfr__part;

/* What snapshots stand on: every document that was read, and the memory of cells. Parts stay where they are. */
enum { CFR__FIRST_PARTS = 8, CFR__SEGMENTS = 28 };
#define CFR__NO_PART UINT32_MAX
typedef struct cfr__ground {
	cfr_arena arena;
	cfr__part *segments[CFR__SEGMENTS];	/* each twice as long as the one before */
	uint32_t part_count;
	cfr_str *layers;		/* names */
} cfr__ground;

typedef struct cfr__origin {
	uint32_t part;
	cfr_node node;
	struct cfr__origin *next;	/* below */
} cfr__origin;

typedef enum { CELL_CLOSED, CELL_MAPPING, CELL_SEQUENCE } cell_state;

typedef struct cfr__cell {
	cfr__origin from;		/* from.next: what it shadows */
	cell_state state;
	cfr_str key;			/* in its mapping */
	struct cfr__cell **items;
	uint32_t count, cap;
	uint32_t *table, table_size;	/* of a mapping: places by hash, +1; made when it has many keys */
	struct cfr_snapshot *made;	/* its value, when a lazy composition was asked for it */
} cfr__cell;

/* What is known of a node of the snapshot. */
typedef struct cfr__note {
	const cfr__origin *shadowed;
	cfr_reference *references;
} cfr__note;

typedef struct cfr__leaf {
	uint32_t part, note;		/* note: 0 for none */
	cfr_node node;
} cfr__leaf;

struct cfr_snapshot {
	cfr__ground *ground;
	bool whole;			/* owns the ground; else it is one value of a lazy one's */
	struct cfr_snapshot *next;	/* values of one lazy composition */
	cfr_document *doc;
	uint32_t as_is;			/* without leaves: the part whose document this is; NO_PART: of none */
	cfr__leaf *leaves;		/* by rank */
	uint32_t leaf_cap;
	cfr__note *notes;
	uint32_t note_count, note_cap;
};

/* The files on the way to the one being read, for cycles. */
typedef struct cfr__trail {
	const struct cfr__trail *up;
	const cfr__part *part;
	uint32_t depth;
} cfr__trail;

/* The way to a place, for strategies. */
typedef struct cfr__way {
	const struct cfr__way *up;
	cfr_str token;
} cfr__way;

/* A value whose references are being resolved; those above asked for it. */
typedef struct cfr__asking {
	const struct cfr__asking *up;
	const cfr__cell *cell;
	const cfr__way *way;		/* to it */
	uint32_t depth;
} cfr__asking;

/* What a lazy composition was made from. See depend.c. */
typedef enum cfr__dependency {
	CFR__FILE,
	CFR__PATH,			/* another one to a file that was read already */
	CFR__ABSENT,
	CFR__GLOB,
	CFR__VARIABLE
} cfr__dependency;
typedef struct cfr__depend {
	cfr__dependency what;
	cfr_str name;			/* path as it was opened or looked for; of a glob, its text; of a variable */
	cfr_str real, folder;		/* of a file or path; of a glob, those of the file that it is written in */
	cfr_str value;			/* of a variable; ptr NULL: it is not set */
	cfr_str *names;			/* that a glob means */
	uint32_t count;
	bool once;			/* no regular file: it is read once */
	cfr_file_stamp stamp;
	cfr_source *source;		/* of a file: its bytes, and their document (NULL: empty, or none was read) */
	cfr_document *doc;
	cfr_format format;		/* as it was asked for */
	cfr_sections *sections;		/* or its sections */
	cfr_sections *fresh;		/* in a copy: these as they are now, when somebody has looked */
} cfr__depend;

typedef struct cfr__depends {
	cfr__depend *items;
	uint32_t count, cap;
} cfr__depends;

typedef struct cfr__composer {
	const cfr_composition *what;
	cfr_limits limits;
	cfr__ground *ground;
	cfr_snapshot *snap;		/* that is being written */
	cfr_hash_key hash;
	const char *root;		/* resolved, without a slash at its end ("" for "/") */
	cfr__cell *top;
	cfr_strategy_at *own;		/* strategies that documents declare */
	uint32_t own_count, own_cap;
	bool whole;			/* files are not read in parts: that could not be */
	uint64_t included;		/* files, counted each time */
	uint64_t made;			/* bytes that references made */
	uint64_t text;			/* bytes of strings in the snapshot */
	cfr_build *build;
	cfr__depends *depends;		/* kept for a lazy composition; else NULL */
	cfr__depends *donor;		/* a copy of an older one's, whose documents may be taken; may be NULL */
	cfr_reference **references;	/* where the next one of the value at hand is to hang; NULL: not kept */
} cfr__composer;

/* --- part.c --- */

/* A file that may be included, found and confined (place.c). In the arena. */
typedef struct cfr__found {
	cfr_str path;			/* that was resolved */
	cfr_str real, folder;		/* as in cfr__part */
	cfr_str shown;			/* as people call it */
} cfr__found;

int cfr__ground_new(cfr__ground **out, const cfr_composition *what, cfr_err *err);
void cfr__ground_free(cfr__ground *ground);
void cfr__snapshot_drop(cfr_snapshot *snapshot);	/* but not its ground; NULL is fine */
cfr__part *cfr__part_at(const cfr__ground *ground, uint32_t index);
/* The one document of a source; NULL when it is empty. Takes the documents. */
int cfr__one_document(cfr_document **out, cfr_documents docs, cfr_err *err);
/* A document as a part; takes it, also on failure. `found` NULL: of text at hand. */
int cfr__part_add(uint32_t *out, cfr__composer *c, cfr_document *doc, uint32_t layer, const cfr__found *found, cfr_err *err);
/* The root section of a file that is read in parts; takes the sections, also on failure. */
int cfr__part_add_sections(uint32_t *out, cfr__composer *c, cfr_sections *sections, uint32_t layer, const cfr__found *found,
                           cfr_err *err);
/* What a lazy composition gives up by: some file cannot be read in parts, and all is composed whole. `err` is
 * not set. */
enum { CFR__WHOLE = -1000 };
/* A place that stands for a section which nobody has read becomes that section's. */
int cfr__settle(cfr__composer *c, cfr__origin *at, cfr_err *err);
/* The same, and all below it is read, too. */
int cfr__complete(cfr__composer *c, cfr__origin *at, cfr_err *err);
bool cfr__is_unread(const cfr__composer *c, const cfr__cell *cell);	/* it is not known which */
uint32_t cfr__level(const cfr__composer *c, const cfr__origin *at);	/* collections around it in its file */
bool cfr__refers(const cfr__composer *c, uint32_t index);	/* may strings of that part hold references? */

/* --- depend.c --- */

/* What was read, or looked for and not found. The strings are in the arena. No-ops without `depends`. */
int cfr__depend_absent(cfr__composer *c, cfr_str path, cfr_err *err);
int cfr__depend_path(cfr__composer *c, const cfr__found *found, cfr_err *err);
int cfr__depend_glob(cfr__composer *c, uint32_t part, cfr_str glob, const cfr_str *names, uint32_t count, cfr_err *err);
/* A variable, as it was when it was first asked for. */
int cfr__depend_variable(const char **out, cfr__composer *c, const char *name, cfr_err *err);
int cfr__depend_bytes(cfr__composer *c, const cfr__found *found, const cfr_file_stamp *stamp, cfr_str bytes,
		      cfr_err *err);
int cfr__depend_sections(cfr__composer *c, const cfr__found *found, cfr_sections *sections, cfr_err *err);
int cfr__depends_copy(cfr__depends *out, const cfr__depends *from, cfr_err *err);
/* Stamps that were taken anew, from a copy. */
void cfr__depends_learn(cfr__depends *to, const cfr__depends *from);
void cfr__depends_cut(cfr__depends *depends, uint32_t count);
void cfr__depends_release(cfr__depends *depends);
/* For who reads a file: what is noted of it, or NULL; a note without its bytes. */
cfr__depend *cfr__depend_known(cfr__depends *all, cfr__dependency what, cfr_str name);
int cfr__depend_file(cfr__depend **out, cfr__composer *c, const cfr__found *found, cfr_err *err);

/* --- place.c --- */

int cfr__place_root(cfr__composer *c, cfr_err *err);
cfr_str cfr__folder_of(cfr_str path);	/* by its text */
/* Of a layer: not confined. CFR_E_NOTFOUND when it is not there. */
int cfr__place_layer(cfr__found *out, cfr__composer *c, cfr_str file, cfr_err *err);
/* What a path means that is written in a document. */
int cfr__place_find(cfr__found *out, cfr__composer *c, uint32_t part, cfr_str path, cfr_err *err);
/* For reading, if it is still the file that was found. */
int cfr__place_open(int *fd, const cfr__found *found, cfr_err *err);
int cfr__place_read(cfr_buf *out, cfr__composer *c, const cfr__found *found, cfr_err *err);
/* Paths that a glob means, sorted, without the file it is written in. The array is from malloc, its text in
 * the arena. */
int cfr__place_glob(cfr_str **out, uint32_t *count, cfr__composer *c, uint32_t part, cfr_str glob, cfr_err *err);

/* --- unchanged.c --- */

/* The one document of a file, NULL when it is empty: read from the descriptor, or as the donor has it. */
int cfr__depend_read(cfr_document **out, cfr__composer *c, const cfr__found *found, int fd, cfr_str name,
                     cfr_format format, cfr_err *err);
/* The donor's sections of a file, as they are now; the caller's. 1 without. */
int cfr__depend_shared(cfr_sections **out, cfr__composer *c, const cfr__found *found, cfr_err *err);
/* All but variables, which are asked for. On a copy. */
int cfr__depends_same(bool *out, cfr__depends *depends, cfr__composer *probe, cfr_err *err);
bool cfr__variables_same(const cfr__depends *depends, const cfr_composition *what);

/* --- cell.c --- */

cfr__cell *cfr__cell_new(cfr__composer *c, uint32_t part, cfr_node node);	/* NULL: no memory */
/* Read what it stands for; its kind is known then. */
int cfr__cell_settle(cfr__composer *c, cfr__cell *cell, cfr_err *err);
/* Open it, if it is a collection that is closed. */
int cfr__cell_open(cfr__composer *c, cfr__cell *cell, cfr_err *err);
cfr_kind cfr__cell_kind(const cfr__cell *cell);
int cfr__cell_add(cfr__composer *c, cfr__cell *into, cfr__cell *item, cfr_err *err);
/* Where a key's cell hangs in an open mapping; NULL without. Valid until something is added. */
cfr__cell **cfr__cell_find(cfr__composer *c, cfr__cell *mapping, cfr_str key);
bool cfr__cell_index(uint32_t *out, cfr_str token);	/* "0", "12": no sign, no leading zero */
void cfr__cell_drop(cfr__cell *from, uint32_t index);
/* Follow a pointer; CFR_E_NOTFOUND with the nearest key. */
int cfr__cell_get(cfr__cell **out, cfr__cell **parent, uint32_t *index, cfr__composer *c, cfr_str pointer,
		  cfr_err *err);
/* The same from some cell, up to a string that something is asked below of: then `rest` is what is left. `whole` is
 * for messages. */
int cfr__cell_reach(cfr__cell **out, cfr_str *rest, cfr__composer *c, cfr__cell *from, cfr_str pointer, cfr_str whole,
		    cfr_err *err);
/* Where it is written: fills `err`'s place; "file:line:column" into `out`. */
void cfr__cell_place(const cfr__composer *c, const cfr__origin *at, cfr_err *err);
void cfr__cell_show(char out[200], const cfr__composer *c, const cfr__origin *at);
bool cfr__is_reference(const cfr__composer *c, const cfr__cell *cell);	/* a string that holds references */
void cfr__way_write(cfr_buf *out, const cfr__way *way);	/* as a pointer */

/* --- search.c --- */

/* Can a word occur as a scalar, as a key that stands in what is unread? False only when it surely does not. Of what was
 * read, or of a scalar, true. */
bool cfr__may_hold(const cfr__composer *c, const cfr__cell *cell, cfr_str word);
bool cfr__may_hold_key(const cfr__composer *c, const cfr__cell *cell, cfr_str key);
/* What is unread, and begins with this key and a plain word under it: that word. What it is may be a number, too. */
bool cfr__first_word(cfr_str *out, const cfr__composer *c, const cfr__cell *cell, cfr_str key);
/* That will be asked soon: thousands of looks at text that is in no cache would each wait for the memory. */
void cfr__look_ahead(const cfr__composer *c, const cfr__cell *cell);

/* --- same.c --- */

int cfr__same(bool *out, cfr__composer *c, cfr__cell *a, cfr__cell *b, cfr_err *err);	/* the same content? */
/* The first elements of a list, to look up others among them; begins as { .list, .count }, these must not change. */
typedef struct cfr__contents {
	const cfr__cell *list;
	uint32_t count, asked;
	uint64_t *hashes;
	uint32_t *table, size;
} cfr__contents;
int cfr__contents_have(bool *out, cfr__contents *in, cfr__composer *c, cfr__cell *element, cfr_err *err);
void cfr__contents_release(cfr__contents *in);

/* --- merge.c --- */

int cfr__merge(cfr__cell **out, cfr__composer *c, cfr__cell *low, cfr__cell *high, const cfr__way *way, cfr_err *err);
int cfr__set_at(cfr__composer *c, cfr_str pointer, cfr__cell *value, cfr_err *err);

/* --- load.c --- */

int cfr__load_layers(cfr__composer *c, cfr_err *err);

/* --- refer.c --- */

/* What a string with references comes to: text, unless it is one reference to something else. */
typedef struct cfr__value {
	cfr_str text;			/* in the arena */
	cfr__cell *cell;		/* of ${ref:}: what is at that place, not text */
	const cfr__way *way;		/* to that place */
	cfr_document *doc;		/* of a typed one; the caller's */
	cfr_node node;			/* in doc */
} cfr__value;
int cfr__refer(cfr__value *out, cfr__composer *c, const cfr__cell *cell, const cfr__asking *asking, cfr_err *err);
/* Put a cell into the chain of those that are asked for: CFR_E_CYCLE when it is there. */
int cfr__ask(cfr__asking *out, const cfr__composer *c, const cfr__asking *up, const cfr__cell *cell,
             const cfr__way *way, cfr_err *err);

/* --- emit.c --- */

int cfr__emit(cfr__composer *c, cfr__cell *cell, const cfr__way *way, cfr_err *err);

/* --- compose.c --- */

int cfr__composer_start(cfr__composer *c, cfr_err *err);	/* a ground, and all layers merged */
/* A cell as a snapshot; NULL for nothing at all. `way` leads to it, so that it stands as deep as in the whole. */
int cfr__write(cfr_snapshot **out, cfr__composer *c, cfr__cell *cell, const cfr__way *way, cfr_err *err);

#endif
