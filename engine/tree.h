/* engine/tree.h -- read a frozen configuration tree.
 *
 * A tree is a value. Once frozen it never changes, and equal content has an equal id, no matter who built it, in
 * which order and format, or where its bytes lie now: an arena, an LMDB page, a network buffer. To change one, see
 * engine/draft.h; how its author wrote it is told by engine/document.h.
 *
 * Handles. A cfr_node is 16 bytes, passed by value, and borrows its tree: it is valid until the tree is unref'd and
 * needs no release. Text is borrowed the same way and is not NUL-terminated. Look, do not touch.
 *
 * Chunks. Today a tree is one chunk. Large ones will be cut, and a step from a node to its child may then read a
 * chunk and fail; so the functions that take such a step return int from the start.
 *
 * Threads. Any number may read one tree; ref and unref are atomic.
 * Errors. Functions returning int give 0 or a negative CFR_E code, write `out` only on success and `err` (which may
 * be NULL) only on failure.
 */
#ifndef CFR_TREE_H
#define CFR_TREE_H

#include "engine/error.h"

CFR_BEGIN_DECLS

typedef struct cfr_tree cfr_tree;

typedef struct cfr_node {
	const cfr_tree *tree;
	uint32_t chunk, at;
} cfr_node;

/* Name of some content: algorithm (1 = SHA-256), then digest. Compare whole. */
typedef struct cfr_id {
	uint8_t algorithm, bytes[32];
} cfr_id;

/* KIND_ORDER: image/format.h, docs/format.md and the Lua side know these numbers. `other` is a tag and its text: what
 * no other kind holds exactly (a TOML date, a YAML tag such as !secret, an integer beyond int64). */
#define CFR_KIND_MAP(X)                                                                                   \
	X(NULL, null) X(BOOL, bool) X(INT, int) X(FLOAT, float) X(STRING, string) X(SEQUENCE, sequence)   \
	X(MAPPING, mapping) X(OTHER, other)
typedef enum cfr_kind {
#define X(up, low) CFR_##up,
	CFR_KIND_MAP(X)
#undef X
	CFR_KIND_COUNT
} cfr_kind;

CFR_API const char *cfr_kind_name(cfr_kind kind);

CFR_API cfr_tree *cfr_tree_ref(const cfr_tree *tree);
CFR_API cfr_tree *cfr_tree_unref(const cfr_tree *tree);	/* NULL is fine; returns NULL */

/* Any bytes may be wrapped: they are verified whole first, linear in their length, and every later read is safe.
 * Accepts exactly one image for each value (docs/format.md). CFR_E_CORRUPT tells the offset. The bytes are borrowed
 * until `done(arg)` is called at the last unref; `done` may be NULL. On failure they stay the caller's. */
CFR_API int cfr_tree_wrap(cfr_tree **out, cfr_str image, void (*done)(void *arg), void *arg, cfr_err *err);

/* These cannot fail. */
CFR_API cfr_str cfr_tree_image(const cfr_tree *tree);	/* the bytes, to store or send */
CFR_API cfr_node cfr_tree_root(const cfr_tree *tree);
CFR_API uint32_t cfr_tree_size(const cfr_tree *tree);	/* nodes */
CFR_API cfr_kind cfr_node_kind(cfr_node node);
CFR_API uint32_t cfr_node_size(cfr_node node);		/* children; 0 for scalars */
CFR_API bool cfr_node_same(cfr_node a, cfr_node b);	/* the same place of the same tree */

/* Scalars. Asking for the wrong kind is a caller's bug and gives false, 0 or empty text. */
CFR_API bool cfr_node_bool(cfr_node node);
CFR_API int64_t cfr_node_int(cfr_node node);
CFR_API double cfr_node_float(cfr_node node);
CFR_API cfr_str cfr_node_string(cfr_node node);		/* of a string; of an `other` its text */
CFR_API cfr_str cfr_node_tag(cfr_node node);		/* of an `other` */

/* A node's key in its mapping (ptr NULL when its parent is no mapping) and its place among its siblings: mapping
 * children are sorted by key, bytewise. */
CFR_API cfr_str cfr_node_key(cfr_node node);
CFR_API uint32_t cfr_node_index(cfr_node node);
/* False for the root. */
CFR_API bool cfr_node_parent(cfr_node *out, cfr_node node);

/* Children: may read a chunk. A key that is not there, an index past the end, or a scalar as parent is
 * CFR_E_NOTFOUND and leaves `err` alone. find is O(log n). */
CFR_API int cfr_node_find(cfr_node *out, cfr_node mapping, cfr_str key, cfr_err *err);
CFR_API int cfr_node_at(cfr_node *out, cfr_node container, uint32_t index, cfr_err *err);

/* For whoever asks for one key in many mappings: keys have numbers, of this tree alone, below its number of nodes.
 * False when no mapping of the tree has the key; then none need be asked. The number of a node's own key is UINT32_MAX
 * without one. */
CFR_API bool cfr_tree_key(uint32_t *out, const cfr_tree *tree, cfr_str key);
CFR_API uint32_t cfr_node_key_number(cfr_node node);
CFR_API int cfr_node_child(cfr_node *out, cfr_node mapping, uint32_t key, cfr_err *err);

/* Same content, any two trees; keys in any order. 1 and 1.0 differ. */
CFR_API int cfr_node_equal(bool *out, cfr_node a, cfr_node b, cfr_err *err);

/* The id of the content below a node: computed when asked for, never while parsing. docs/format.md tells what is
 * hashed. */
CFR_API int cfr_node_id(cfr_id *out, cfr_node node, cfr_err *err);

CFR_END_DECLS
#endif
