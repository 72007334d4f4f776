/* lua/spec.h -- run a *_spec.lua file of a pack.
 *
 * A spec runs in the sandbox of rules, with describe, it, before_each, check, fix and assert besides. What `check` and
 * `fix` do is the caller's: it has the packs and the engine's checks. Results come one for each `it`, in order.
 */
#ifndef CFR_LUA_SPEC_H
#define CFR_LUA_SPEC_H

#include "engine/buffer.h"
#include "engine/rule.h"

CFR_BEGIN_DECLS

typedef struct cfr_spec_result {
	cfr_str name;		/* "pinning: accepts a date anywhere" */
	cfr_str why;		/* empty: it holds */
	cfr_str file;
	uint32_t line;
} cfr_spec_result;

typedef struct cfr_spec_calls {
	/* The findings of a text as a sequence of mappings. `how` is the second argument as a mapping, or NULL. */
	int (*check)(void *arg, cfr_str text, const cfr_tree *how, cfr_tree **findings, cfr_err *err);
	/* Append the text after the fixes. */
	int (*fix)(void *arg, cfr_str text, const cfr_tree *how, cfr_buf *fixed, cfr_err *err);
	void (*result)(void *arg, const cfr_spec_result *result);
	void *arg;
} cfr_spec_calls;

/* A spec that does not load is one failed result. Negative only when there is no memory or the sandbox does not open. */
CFR_API int cfr_spec_run(const cfr_pack *pack, const cfr_pack_file *file, const cfr_limits *limits,
                         const cfr_spec_calls *calls, cfr_err *err);

CFR_END_DECLS
#endif
