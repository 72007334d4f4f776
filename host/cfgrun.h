/* cfgrun.h -- the one header an embedder includes.
 *
 *	cfr_document *config;
 *	cfr_err err = CFR_ERR_INIT;
 *	if (cfr_load(&config, "app.yaml", &err) < 0)
 *		die(err.message);
 *	int64_t port = cfr_int(config, "/server/port", 8080);
 *
 * A document is immutable and counted: any number of threads may read it. Text from it is borrowed: valid until the
 * document is unref'd, not NUL-terminated. Functions that can fail return 0 or a negative CFR_E code; `out` is written
 * only on success, `err` (which may be NULL) only on failure. The library never prints and never exits.
 *
 * Below the conveniences here stand the doors of the engine, which this header includes: trees, text, queries, checks,
 * edits, comparisons.
 */
#ifndef CFGRUN_H
#define CFGRUN_H

#include "engine/buffer.h"
#include "engine/check.h"
#include "engine/compose.h"
#include "engine/diff.h"
#include "engine/document.h"
#include "engine/draft.h"
#include "engine/edit.h"
#include "engine/error.h"
#include "engine/finding.h"
#include "engine/fmt.h"
#include "engine/lazy.h"
#include "engine/limits.h"
#include "engine/load.h"
#include "engine/merge.h"
#include "engine/pack.h"
#include "engine/patch.h"
#include "engine/pointer.h"
#include "engine/query.h"
#include "engine/rule.h"
#include "engine/sections.h"
#include "engine/source.h"
#include "engine/text.h"
#include "engine/tree.h"
#include "host/config.h"
#include "lua/shipped.h"

CFR_BEGIN_DECLS

CFR_API const char *cfr_version(void);

/* Read the one document of a file, with the default ceilings. The format is told by the name, else by the content. */
CFR_API int cfr_load(cfr_document **out, const char *file, cfr_err *err);
/* The same from memory; `name` is for messages and tells the format. */
CFR_API int cfr_load_text(cfr_document **out, const char *name, const char *bytes, size_t len, cfr_err *err);

/* A loader (engine/load.h) with the cache on disk that the program uses, in a folder; NULL: where CFGRUN_CACHE says, else
 * cfgrun in $XDG_CACHE_HOME or ~/.cache. Where there can be none, it loads without. Give it to checks, compositions
 * and configurations. How often the cache has helped them counts in `cfgrun cache stats` when the loader is freed. */
CFR_API int cfr_cached_loader(cfr_loader **out, const char *folder, cfr_err *err);

/* The node at a JSON Pointer. CFR_E_NOTFOUND with the nearest key as hint. */
CFR_API int cfr_at(cfr_node *out, const cfr_document *doc, const char *pointer, cfr_err *err);

/* The value at a pointer, or the fallback when there is none or it is of another kind. cfr_number takes integers, too. */
CFR_API bool cfr_bool(const cfr_document *doc, const char *pointer, bool fallback);
CFR_API int64_t cfr_int(const cfr_document *doc, const char *pointer, int64_t fallback);
CFR_API double cfr_number(const cfr_document *doc, const char *pointer, double fallback);
CFR_API cfr_str cfr_string(const cfr_document *doc, const char *pointer, cfr_str fallback);

/* A value that must be there and of its kind: CFR_E_NOTFOUND, or CFR_E_KIND with file, line and column. */
CFR_API int cfr_get_bool(bool *out, const cfr_document *doc, const char *pointer, cfr_err *err);
CFR_API int cfr_get_int(int64_t *out, const cfr_document *doc, const char *pointer, cfr_err *err);
CFR_API int cfr_get_number(double *out, const cfr_document *doc, const char *pointer, cfr_err *err);
CFR_API int cfr_get_string(cfr_str *out, const cfr_document *doc, const char *pointer, cfr_err *err);

/* A check with rules in Lua and the process's environment: see engine/check.h. `options` may be NULL; its `scripts` and,
 * when NULL, its `env` are filled in, and `now` when 0 is the time of the call. */
CFR_API int cfr_checker_new(cfr_check **out, const cfr_check_options *options, cfr_err *err);
/* Load a policy: "pack:kubernetes", a folder, or a Lua file. */
CFR_API int cfr_checker_add_policy(cfr_check *check, const char *policy, cfr_err *err);

CFR_END_DECLS
#endif
