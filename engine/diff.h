/* engine/diff.h -- what two configurations do not have in common.
 *
 * Two trees are walked together and equal parts are passed over; what is left is a list of changes. A change speaks of
 * nodes of the two trees, so that places, lines and values are at hand. Formats and writing play no part: a YAML and a
 * JSON tree of one content have no changes.
 *
 * Lists. When every element of both lists is a mapping with one and the same unique scalar entry (name, id, key, …; or
 * kind, namespace and name of metadata together), elements are matched by it; `keys` decides otherwise. Other lists are
 * matched by content, and what then stands in one gap is matched in order. Order is content: an element that stands
 * elsewhere among its fellows is moved, and as few as possible are.
 *
 * Cost: linear in the two trees, times the depth of what changed at worst; lists that differ much cost n log n (the
 * search for the least difference stops at a bound and takes a fair one). Recursion is as deep as the trees.
 * Threads: a diff is made by one thread and constant afterwards. It borrows both trees: keep them.
 */
#ifndef CFR_DIFF_H
#define CFR_DIFF_H

#include "engine/edit.h"

CFR_BEGIN_DECLS

typedef enum cfr_change_op {
	CFR_CHANGE_ADDED,	/* after */
	CFR_CHANGE_REMOVED,	/* before */
	CFR_CHANGE_CHANGED,	/* another value, perhaps of another kind; never two mappings or two sequences */
	CFR_CHANGE_RENAMED,	/* another key in the same mapping; changes inside are told by themselves */
	CFR_CHANGE_MOVED	/* into another mapping, with its content; or to another place of its list */
} cfr_change_op;

CFR_API const char *cfr_change_name(cfr_change_op op);

typedef struct cfr_change {
	cfr_change_op op;
	cfr_node before, after;		/* tree NULL where there is none */
	cfr_node inside;		/* of an addition: the collection of the first tree that gains it */
} cfr_change;

/* Elements of the lists at a place are matched by their entry `key`; by content when it is empty. `at` is a JSON
 * Pointer of which a name `*` stands for any one name or index, and `**` for any number of them. */
typedef struct cfr_diff_key {
	cfr_str at, key;
} cfr_diff_key;

typedef struct cfr_diff_how {
	const cfr_diff_key *keys;	/* the first that fits a list */
	uint32_t key_count;
} cfr_diff_how;

typedef struct cfr_diff cfr_diff;

/* `how` may be NULL. */
CFR_API int cfr_diff_new(cfr_diff **out, cfr_node before, cfr_node after, const cfr_diff_how *how, cfr_err *err);
/* Would these be compared with each other when they are elements at the same place of two lists that are equal otherwise,
 * whatever else those lists hold? (Without `keys`.) They have the same names, if any, and are alike. */
CFR_API bool cfr_diff_pairs(cfr_node before, cfr_node after);
CFR_API void cfr_diff_free(cfr_diff *diff);

/* Changes of a collection stand together, before those of the collections inside it. */
CFR_API uint32_t cfr_diff_count(const cfr_diff *diff);
CFR_API const cfr_change *cfr_diff_change(const cfr_diff *diff, uint32_t index);

/* The way from the first tree to the second as a JSON Patch (RFC 6902): a list of operations. */
CFR_API int cfr_diff_json_patch(cfr_tree **out, const cfr_diff *diff, const cfr_limits *limits, cfr_err *err);

/* As a JSON Merge Patch (RFC 7396). It takes null for removal, so that a target with a null in a mapping is
 * CFR_E_UNSUPPORTED where that would have to be told; lists are given whole. */
CFR_API int cfr_diff_merge_patch(cfr_tree **out, cfr_node before, cfr_node after, const cfr_limits *limits,
                                 cfr_err *err);

/* As splices of the document the first tree belongs to, so that its text says what the second tree holds. Planned with
 * entries moved and renamed as their author wrote them; when that is refused, with them removed and written anew.
 * The diff must be of the roots. Keys of what is new are written in the order that what stands nearest has them in;
 * `like` may be another document to go by, or NULL. `through`: what came by an alias is edited at its anchor
 * (cfr_edit_plan_through). `lost`, which may be NULL, gets how many lines of comments go because what they speak of is
 * written anew elsewhere. Errors as of cfr_edit_plan. */
CFR_API int cfr_diff_plan(cfr_splices *out, uint32_t *lost, const cfr_document *doc, const cfr_diff *diff,
                          const cfr_document *like, bool through, const cfr_limits *limits, cfr_err *err);
/* The second tree written anew in the document's format, without comments; its keys in the order that they have there, or in
 * `like`. The diff must be of the roots. */
CFR_API int cfr_diff_rewrite(cfr_buf *out, const cfr_document *doc, const cfr_diff *diff, const cfr_document *like,
                             const cfr_limits *limits, cfr_err *err);

CFR_END_DECLS
#endif
