/* engine/query.h -- JSONPath (RFC 9535), compiled once and run many times.
 *
 * A query is immutable after compilation and may be run by many threads. Results are in the order of the RFC, where it
 * leaves the order open (mapping members) in the tree's: sorted by key. Descendants are walked without recursion;
 * the nodes visited are counted against "query-steps".
 *
 * Two things beyond the RFC: a query may begin with "@", and a pattern written in the query that is no I-Regexp (RFC
 * 9485) is a syntax error. By the RFC it would match nothing, and a rule with a typing error would hold for ever. A
 * pattern that comes from the document does match nothing then.
 * Numbers compare by value (1 == 1.0); a NaN equals nothing; an `other` equals one of the same tag and text.
 */
#ifndef CFR_QUERY_H
#define CFR_QUERY_H

#include "engine/buffer.h"
#include "engine/limits.h"
#include "engine/tree.h"

CFR_BEGIN_DECLS

typedef struct cfr_query cfr_query;

/* CFR_E_SYNTAX: `column` is where in the query (from 1), the message says what was expected, the hint how to write it. */
CFR_API int cfr_query_new(cfr_query **out, cfr_str text, const cfr_limits *limits, cfr_err *err);
CFR_API void cfr_query_free(cfr_query *query);
CFR_API cfr_str cfr_query_text(const cfr_query *query);

/* Calls fn for each selected node, in order, duplicates included. A result other than 0 from fn stops and is returned.
 * `root` is `$`; the run begins at `from`, which is `root` for a query that begins with `$` ("$" always means `root`;
 * a query may begin with "@" to start at `from`). */
CFR_API int cfr_query_each(const cfr_query *query, cfr_node root, cfr_node from,
                           int (*fn)(void *arg, cfr_node node, cfr_err *err), void *arg, cfr_err *err);
/* Does it select anything? */
CFR_API int cfr_query_any(bool *out, const cfr_query *query, cfr_node root, cfr_node from, cfr_err *err);

/* How a query begins: with how many names and indexes from the start, each of which selects one node at most. Appends the
 * place that they lead to, as a JSON Pointer and as a normalized path: where a document is large, only what stands there is
 * needed (a JSON Pointer does not tell a key "0" from an index, the path does). 0 when the query looks at `$` in a filter,
 * too: then it needs everything. */
CFR_API uint32_t cfr_query_plain(cfr_buf *pointer, cfr_buf *path, const cfr_query *query);
/* The run goes on at `from`, to which the first `plain` of them have led. */
CFR_API int cfr_query_each_below(const cfr_query *query, uint32_t plain, cfr_node from,
                                 int (*fn)(void *arg, cfr_node node, cfr_err *err), void *arg, cfr_err *err);

/* A node's normalized path (RFC 9535, section 2.7), "$['a'][0]". */
CFR_API void cfr_query_path(cfr_buf *out, cfr_node node);
/* One step of it behind another path: of a key, or with `key.ptr` NULL of an index. */
CFR_API void cfr_query_path_add(cfr_buf *out, cfr_str key, uint64_t index);

CFR_END_DECLS
#endif
