/* engine/text/outline.h -- where a part of a text stands, found without reading the rest.
 *
 * Reading ten megabytes to change one value is a waste. An outline is a lexical scan at a fraction of the cost of
 * reading: it finds the *window* of a place, the run of bytes that is one entry of a collection and can be read by the
 * ordinary reader alone (cfr__window_read), with the offsets it has in the whole text.
 *
 * A window of YAML is the whole lines of one entry of a block collection, from its key or dash to the next line that
 * belongs to something else; its document is a collection of this one entry, in the column where it stands. A window of
 * JSON is a member of an object, or an item of an array; its document is a collection of this one.
 *
 * What holds. For every source that the reader accepts, a window's document has at its only entry exactly the value
 * that the whole document has at that place, with the same entries of the sidecar (but that an anchor is used elsewhere
 * is not known), unless reading it fails for an alias that is anchored outside. And when the bytes of a window are
 * replaced by others that are again one such entry alone (same column, same key, no anchors), the rest of the document
 * says what it said before. Whatever the scan does not fully understand gives no window (CFR__UNSAFE), and the caller
 * reads everything:
 *
 *   several documents, directives, `...`; keys written with `? `, properties before a key, aliases as keys; an anchor
 *   or a tag on a collection that leads to the window; tabs before text; lone carriage returns; keys with escapes on
 *   the way; a key twice in a collection on the way; a root that is no block collection; verbatim tags and rarities
 *   between brackets; control characters and bytes that are not UTF-8, anywhere.
 *
 * A source that is broken elsewhere may still give windows: syntax errors and duplicate keys in parts that are not on
 * the way are not looked for. Bytes outside a window are never changed, so such a text is as broken afterwards as it was.
 */
#ifndef CFR_TEXT_OUTLINE_H
#define CFR_TEXT_OUTLINE_H

#include "engine/base/hash.h"
#include "engine/text/read.h"

enum {
	CFR__UNSAFE = 1,		/* read everything */
	CFR__OUTLINE_DEPTH = 128,
	CFR__SAMPLE = 16 << 10
};

/* An entry around the place that was asked for. */
typedef struct cfr__window {
	uint32_t start, end;
	uint32_t key, key_end;		/* the key without quotes; in a sequence both are 0 */
	uint32_t value;			/* YAML: behind colon or dash; JSON: where the value begins */
	uint32_t index;			/* in the text's order */
	uint32_t indent;		/* YAML: column of key or dash */
	bool sequence;			/* an item, not a member */
	bool alone;			/* nothing else stands on its lines: it can be read alone */
	bool raw;			/* its key has escapes: unknown here */
	bool property;			/* an anchor or a tag stands before its value */
	bool anchors;			/* anchors stand somewhere in it */
} cfr__window;

typedef struct cfr__outline {
	cfr__window chain[CFR__OUTLINE_DEPTH];	/* the entries around the place, the outermost first */
	uint32_t count;
	uint32_t nodes;			/* the document has at most so many values */
	bool aliases;			/* some value comes through an alias: `nodes` does not count those */
	/* Of YAML, how it is written: quoted keys and values; and a place not far from the start before which nothing is
	 * cut in two, so that the text up to there can be read alone (0: none). */
	uint32_t singles, doubles, sample;
} cfr__outline;

/* The entries that lead to a pointer, as far as they exist. 0, CFR__UNSAFE, or CFR_E_NOMEM. */
int cfr__outline_pointer(cfr__outline *out, const cfr_source *source, cfr_format format, cfr_str pointer);
/* The entries that hold all of the bytes from..to (of YAML: their lines). */
int cfr__outline_range(cfr__outline *out, const cfr_source *source, cfr_format format, uint32_t from, uint32_t to);
/* Are the bytes start..end of `source` one entry in the column and with the key of window `like` of `other`, without
 * anchors and aliases? Then they can stand in its place. Else CFR__UNSAFE. */
int cfr__outline_same(cfr__window *out, const cfr_source *source, cfr_format format, uint32_t start, uint32_t end,
                      const cfr_source *other, const cfr__window *like);

/* Reads a window alone: a document whose root is a collection of the one entry, its places those of the source. The
 * depth around it is taken off the ceiling. Fails as a reader does; then nothing is known about the source. */
int cfr__window_read(cfr_document **out, const cfr_source *source, cfr_format format, const cfr__window *window,
                     uint32_t depth, const cfr_limits *limits, cfr_err *err);

/* changed.c: how many bytes two texts have in common, from the beginning and from the end. */
size_t cfr__common_head(cfr_str a, cfr_str b);
size_t cfr__common_tail(cfr_str a, cfr_str b);

/* ---- the entries of the large collections (lists.c) ---- */

typedef enum cfr__shape {
	CFR__NOTHING,			/* an empty value, or (YAML) a property alone */
	CFR__SCALAR,
	CFR__UNKNOWN,			/* an alias */
	CFR__BRACKETS,			/* YAML: a flow collection */
	CFR__ENTRIES			/* a block collection; JSON: an object or array */
} cfr__shape;

typedef struct cfr__listed {
	cfr__window window;
	uint32_t rest;			/* behind its last line that is not blank and no comment; of JSON its end */
	uint32_t list;			/* the number of its own entries' list; CFR__NO_LIST */
	uint8_t shape;
} cfr__listed;

enum { CFR__NO_LIST = UINT32_MAX };

typedef struct cfr__list {
	uint32_t first, count;		/* among the items */
	uint32_t owner;			/* the item whose value it is; CFR__NO_LIST for the root */
	uint32_t start, end;		/* JSON: of the brackets; YAML: of the entries' windows */
	uint32_t indent, depth;		/* depth: entries around it */
	bool sequence;
} cfr__list;

/* The collections of a text that are large: the root, and in a listed one each that has as much text as `least` and the
 * most of it in collections. No anchor or tag is on one, and no merge key in it. */
typedef struct cfr__lists {
	cfr__listed *items;
	cfr__list *of;
	uint32_t item_count, item_cap, count, cap;
	uint32_t root;			/* its number */
	uint32_t nodes, depth;		/* the document has at most so many values and levels, but for aliases */
	uint32_t least;
} cfr__lists;

/* 0, CFR__UNSAFE also when the root is not large, or CFR_E_NOMEM. Give `out` zeroed but for `least`. Release always. */
int cfr__lists_of(cfr__lists *out, const cfr_source *source, cfr_format format);
void cfr__lists_release(cfr__lists *lists);
/* The list that an item is in. The items of a list lie together, and lists one behind the other. */
const cfr__list *cfr__list_around(const cfr__lists *lists, uint32_t item);
/* cfr__outline_same for an item whose bytes changed, in a text of which all others are known to be fit: the item as it is
 * now, and how many values and levels it has. */
int cfr__lists_same(cfr__listed *out, uint32_t *nodes, uint32_t *depth, const cfr_source *source, cfr_format format,
                    uint32_t start, uint32_t end, const cfr_source *other, const cfr__listed *like);

/* ---- inside a scan, from below ---- */

typedef struct cfr__level {
	cfr__window entry;		/* the latest */
	uint32_t indent, count;		/* entries begun */
	bool sequence, path, matched;	/* on the way; its latest entry leads on */
} cfr__level;

typedef struct cfr__known_key {
	uint32_t hash, level, start, len;
} cfr__known_key;

/* The open collections while a text is scanned. */
typedef struct cfr__tracker {
	cfr_str text;
	cfr__outline *out;
	const cfr_str *tokens;		/* of the pointer */
	uint32_t token_count;
	bool range, taken;		/* a range is sought; the chain was taken */
	uint32_t from, to;
	uint32_t depth, live;		/* live: entries of the chain that are still open */
	bool rooted;			/* the root has begun */
	cfr_hash_key secret;
	cfr__known_key *keys;		/* of the collections on the way, for duplicates */
	uint32_t *slots;
	uint32_t key_count, key_cap, slot_count;
	struct cfr__listing *listing;	/* NULL: no lists are wanted */
	uint32_t rest;			/* behind the last line of YAML that is not blank and no comment */
	cfr__level levels[CFR__OUTLINE_DEPTH];
} cfr__tracker;

/* ---- listing.c: the lists of a text, gathered ---- */

struct cfr__listing *cfr__listing_new(cfr__lists *out, cfr_format format);	/* NULL without memory */
void cfr__listing_free(struct cfr__listing *listing);
/* The first entry of the collection at the bottom; NULL when some item was silent. */
const cfr__listed *cfr__listing_first(const struct cfr__listing *listing);
/* The shape of the latest entry's value; so many brackets are open in it; its end; what ends with it. */
void cfr__list_shape(cfr__tracker *t, cfr__shape shape);
void cfr__list_property(cfr__tracker *t, bool anchor);
void cfr__list_depth(cfr__tracker *t, uint32_t brackets);
uint32_t cfr__list_least(const cfr__tracker *t);	/* what is smaller is not listed */
int cfr__list_open(cfr__tracker *t, uint32_t start);
int cfr__list_entry(cfr__tracker *t, const cfr__window *entry);
void cfr__list_entry_end(cfr__tracker *t, uint32_t end, uint32_t rest);
int cfr__list_close(cfr__tracker *t, uint32_t end);

/* ---- track.c: what is open ---- */

/* An entry of a block collection: what is deeper ends. `at` is where its line begins. */
int cfr__track_block(cfr__tracker *t, const cfr__window *entry, bool awaited);
int cfr__track_open(cfr__tracker *t, bool sequence, uint32_t indent);
int cfr__track_entry(cfr__tracker *t, const cfr__window *entry);
void cfr__track_entry_end(cfr__tracker *t, uint32_t end);
int cfr__track_close(cfr__tracker *t, uint32_t end);
void cfr__track_property(cfr__tracker *t, bool anchor);
/* Takes the chain when the range begins before `at`. */
static inline bool cfr__track_due(const cfr__tracker *t, uint32_t at)
{
	return t->range && !t->taken && at > t->from;
}
void cfr__track_take(cfr__tracker *t);

/* ---- the scanners ---- */

int cfr__outline_yaml(cfr__tracker *t, uint32_t start, uint32_t end);
/* `member`: what stands there is a member of an object or an item of an array alone. */
int cfr__outline_json(cfr__tracker *t, uint32_t start, uint32_t end, const cfr__window *member);
/* cfr__outline_fit for JSON: with a byte behind the text. */
bool cfr__outline_json_fit(cfr_str text);

/* ---- outline.c ---- */

/* What every scan asks for first: of UTF-8, with characters and line breaks that the scanners know. */
bool cfr__outline_fit(const cfr_source *source, cfr_format format);
/* cfr__outline_same in bytes that it asks no more of than that they are fit; the tracker is zeroed, but for `out` and
 * `listing`. */
int cfr__outline_entry(cfr__window *out, cfr__tracker *t, const cfr_source *source, cfr_format format, uint32_t start,
                       uint32_t end, cfr_str other, const cfr__window *like);

#endif
