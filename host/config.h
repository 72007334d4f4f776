/* host/config.h -- a configuration inside a program: opened lazily, asked by path, loaded ahead by a plan, reloaded.
 *
 *	cfr_config *config;
 *	if (cfr_config_open(&config, "app.yaml", NULL, &err) < 0)
 *		die(err.message);
 *	int64_t port = cfr_config_int(config, "/server/port", 8080);
 *
 * Opening finds where everything stands; a *section*, the value of a key at the top, is read when something in it is first
 * asked for. Many files, variables and references are as easily one configuration: cfr_config_compose.
 *
 * Usage. How often each section was asked for is counted while the program runs. A *loading plan* is learned from that over
 * several runs: what every run used is read ahead at opening, by a thread of its own; the rest waits until it is wanted. It
 * tells what it expects to save against reading everything, in bytes and in time as it was measured here, and a
 * configuration tells what it has saved.
 *
 * A configuration is counted, and stays as it is. cfr_config_again gives the one that the files hold now: the same when
 * nothing changed, for the price of looking at some time stamps; else one in which only what changed is read.
 *
 * Threads. Any number may use one configuration. Nodes and text are borrowed from it.
 */
#ifndef CFR_HOST_CONFIG_H
#define CFR_HOST_CONFIG_H

#include "engine/lazy.h"

CFR_BEGIN_DECLS

typedef struct cfr_config cfr_config;
typedef struct cfr_plan cfr_plan;

typedef struct cfr_config_options {
	cfr_loader *loader;		/* borrowed; NULL: one of its own, without a cache */
	const cfr_limits *limits;	/* NULL: defaults */
	const cfr_plan *plan;		/* applied: what it always saw in use is read ahead. NULL: nothing is */
	unsigned workers;		/* threads that read ahead; 0: one */
} cfr_config_options;

/* One file of one document. `options` may be NULL. */
CFR_API int cfr_config_open(cfr_config **out, const char *file, const cfr_config_options *options, cfr_err *err);
/* Several (engine/compose.h). Loader and limits are the composition's own, where it has them. */
CFR_API int cfr_config_compose(cfr_config **out, const cfr_composition *what, const cfr_config_options *options,
                               cfr_err *err);
CFR_API cfr_config *cfr_config_ref(const cfr_config *config);
CFR_API cfr_config *cfr_config_unref(const cfr_config *config);

/* The configuration as it is now; the same, ref'd, when nothing that it depends on has changed. Usage goes on being
 * counted for both. When it cannot be read now, the old one is as good as before. */
CFR_API int cfr_config_again(cfr_config **out, cfr_config *config, cfr_err *err);

/* The node at a JSON Pointer, a whole section or a value in it. CFR_E_NOTFOUND with the nearest key as hint. `snapshot`
 * (may be NULL) tells order and origins of the node and all below it. */
CFR_API int cfr_config_at(cfr_node *out, const cfr_snapshot **snapshot, cfr_config *config,
			  const char *pointer, cfr_err *err);

/* The value at a pointer, or the fallback when there is none or it is of another kind. cfr_config_number
 * takes integers, too. */
CFR_API bool cfr_config_bool(cfr_config *config, const char *pointer, bool fallback);
CFR_API int64_t cfr_config_int(cfr_config *config, const char *pointer, int64_t fallback);
CFR_API double cfr_config_number(cfr_config *config, const char *pointer, double fallback);
CFR_API cfr_str cfr_config_string(cfr_config *config, const char *pointer, cfr_str fallback);

/* A value that must be there and of its kind: CFR_E_NOTFOUND, or CFR_E_KIND with file, line and column. */
CFR_API int cfr_config_get_bool(bool *out, cfr_config *config, const char *pointer, cfr_err *err);
CFR_API int cfr_config_get_int(int64_t *out, cfr_config *config, const char *pointer, cfr_err *err);
CFR_API int cfr_config_get_number(double *out, cfr_config *config, const char *pointer, cfr_err *err);
CFR_API int cfr_config_get_string(cfr_str *out, cfr_config *config, const char *pointer, cfr_err *err);

/* --- ahead of time --- */

/* Begins to read sections, by their pointers, on a thread of its own. CFR_E_CONFLICT while it is still at others. */
CFR_API int cfr_config_preload(cfr_config *config, const char *const *pointers, uint32_t count, cfr_err *err);
/* What came of the last one, or of the plan: true when it is done (`wait`: then it is), or when there was
 * none, which is all zero. What could not be read is in `failed` and `first`. */
CFR_API bool cfr_config_preloaded(cfr_preload *out, cfr_config *config, bool wait);

/* --- usage and plans --- */

typedef struct cfr_usage {
	cfr_str section;		/* its key */
	uint64_t asked;			/* times that something in it was asked for */
	uint64_t bytes;			/* of text that stand under it in the files */
	uint64_t nanoseconds;		/* that the first question took; 0: there was none */
} cfr_usage;
/* In the order of the configuration. Returns how many sections there are; fills at most `max`. */
CFR_API uint32_t cfr_config_usage(cfr_config *config, cfr_usage *out, uint32_t max);

/* Text that was, or will be, left alone, and the time its reading would take at the pace that was measured. */
typedef struct cfr_saving {
	uint64_t bytes, nanoseconds;
} cfr_saving;
/* What this configuration has saved so far against reading all sections. */
CFR_API void cfr_config_saved(cfr_saving *out, cfr_config *config);

/* What a plan knows of a section. */
typedef struct cfr_planned {
	cfr_str section;
	uint32_t runs, used;		/* that were watched; in which something in it was asked for */
	bool ahead;			/* every run used it: it is read at opening */
	uint64_t bytes, nanoseconds;	/* of text; that reading it took, or would at the pace of the others */
} cfr_planned;

/* A plan from the usage of this run and of those that an earlier plan saw (`before`; NULL: none). To be freed. */
CFR_API int cfr_config_plan(cfr_plan **out, cfr_config *config, const cfr_plan *before, cfr_err *err);
CFR_API void cfr_plan_free(cfr_plan *plan);
/* A small JSON file. Reading takes any format that holds the same. */
CFR_API int cfr_plan_write(const cfr_plan *plan, const char *file, cfr_err *err);
CFR_API int cfr_plan_read(cfr_plan **out, const char *file, cfr_err *err);
/* Its sections; returns how many, and what it expects to save in a run like those that it saw. */
CFR_API uint32_t cfr_plan_sections(const cfr_planned **out, cfr_saving *expected, const cfr_plan *plan);

CFR_END_DECLS
#endif
