/* engine/pointer.h -- a place in a tree as text: JSON Pointer (RFC 6901). */
#ifndef CFR_POINTER_H
#define CFR_POINTER_H

#include "engine/buffer.h"
#include "engine/tree.h"

CFR_BEGIN_DECLS

/* Follow "/agents/0/model" from a node. CFR_E_NOTFOUND (with the part that is missing, the nearest key as hint, and
 * the path up to it) or CFR_E_SYNTAX for text that is no pointer. "" is the node itself. */
CFR_API int cfr_pointer_get(cfr_node *out, cfr_node from, cfr_str pointer, cfr_err *err);

/* The deepest node on the way that exists; `rest` is what could not be followed ("" when all could). */
CFR_API int cfr_pointer_reach(cfr_node *out, cfr_str *rest, cfr_node from, cfr_str pointer, cfr_err *err);

/* Append a node's pointer, from the root of its tree. */
CFR_API void cfr_pointer_write(cfr_buf *out, cfr_node node);
/* Append one escaped reference token, with its slash. */
CFR_API void cfr_pointer_add(cfr_buf *out, cfr_str token);
/* Take the first token off a pointer ("/a/b" gives "a", leaves "/b"), unescaped into `out`. False at the end. */
CFR_API bool cfr_pointer_next(cfr_buf *out, cfr_str *pointer);

CFR_END_DECLS
#endif
