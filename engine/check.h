/* engine/check.h -- sources and rules in, findings out.
 *
 * A check is set up (packs, rules, settings, waivers, sources), run once, and read. Running reads every source,
 * recognises documents, and lets each rule look at each document it matches, on several threads; then inline
 * allowances and waivers are applied and the findings sorted. One worker and eight give the same findings in the same
 * order. A source that does not parse is a finding of rule "syntax"; the others are still checked. A rule that fails is
 * a *failure* beside the findings, never a finding: the run goes on and the program's exit status tells.
 *
 * One thread sets up, runs and reads; the run itself uses several.
 */
#ifndef CFR_CHECK_H
#define CFR_CHECK_H

#include "engine/load.h"
#include "engine/port/script.h"

CFR_BEGIN_DECLS

typedef struct cfr_check cfr_check;

typedef struct cfr_check_options {
	const cfr_limits *limits;	/* NULL: defaults */
	cfr_scripts scripts;		/* ops NULL: C rules only */
	unsigned workers;		/* 0: one for each processor */
	int64_t now;			/* seconds since 1970, UTC */
	const char *(*env)(void *arg, const char *name); /* NULL: nothing is set */
	void *env_arg;
	void (*trace)(void *arg, const struct cfr_job *job, cfr_str line);	/* NULL: off; may be called on any thread */
	void *trace_arg;
	const cfr_profile *profile;	/* NULL: nobody is told what took how long. Borrowed */
	const volatile bool *interrupted; /* polled between jobs; NULL: never */
	cfr_loader *loader;		/* borrowed; NULL: sources are read and parsed */
} cfr_check_options;

CFR_API int cfr_check_new(cfr_check **out, const cfr_check_options *options, cfr_err *err);
CFR_API void cfr_check_free(cfr_check *check);

/* --- set up --- */

/* Takes the pack (made by engine/pack.h), also on failure. */
CFR_API int cfr_check_add_pack(cfr_check *check, cfr_pack *pack, cfr_err *err);
CFR_API int cfr_check_add_rule(cfr_check *check, const cfr_rule *rule, cfr_err *err);
CFR_API const cfr_rules *cfr_check_rules(const cfr_check *check);

/* A setting for the rules that `which` names: "NAME", "tag:TAG", "pack:PACK", "*"; for files matching `files` (a glob;
 * empty: all). Later settings win. `severity` < 0 leaves it; `options` may be NULL (borrowed until freed). CFR_E_USAGE
 * (hint: the nearest name) when nothing is named so, or an option is unknown or of another type than its default. */
CFR_API int cfr_check_set(cfr_check *check, cfr_str which, cfr_str files, int severity, const cfr_tree *options,
                          cfr_err *err);
/* Only these rules / not these; same words as above. */
CFR_API int cfr_check_only(cfr_check *check, cfr_str which, cfr_err *err);
CFR_API int cfr_check_skip(cfr_check *check, cfr_str which, cfr_err *err);

/* An accepted finding. `rule` may be "*"; `path` a JSON Pointer whose subtree is meant, `file` a glob (empty: any);
 * `expires` "YYYY-MM-DD" (00:00 UTC of that date) or empty. place: where the waiver is written, for reports. */
typedef struct cfr_waiver {
	cfr_str rule, file, path, reason, owner, expires;
	cfr_str from_file;
	cfr_span from;
} cfr_waiver;
CFR_API int cfr_check_waive(cfr_check *check, const cfr_waiver *waiver, cfr_err *err);
/* Does an expiry date lie at or before `now`? The one function that decides it. CFR_E_USAGE for no date. */
CFR_API int cfr_waiver_expired(bool *out, cfr_str expires, int64_t now, cfr_err *err);
/* Without it, "# cfgrun: allow" comments count for nothing. Default: they do. */
CFR_API void cfr_check_inline_allow(cfr_check *check, bool yes);

/* Documents of files matching the glob are of this kind, whatever the recognisers say. */
CFR_API int cfr_check_bind_kind(cfr_check *check, cfr_str kind, cfr_str files, cfr_err *err);

/* `name` is the file relative to the project, for globs. The source is read when the check runs. */
CFR_API int cfr_check_add_file(cfr_check *check, cfr_str file, cfr_str name, cfr_err *err);
CFR_API int cfr_check_add_source(cfr_check *check, const cfr_source *source, cfr_str name, cfr_format format, cfr_err *err);

/* Forget everything but packs and rules in C: sources, settings, waivers, kinds, the last outcome. Another time and
 * environment. For running many small checks (examples, specs) with one loading of packs. */
CFR_API void cfr_check_reset(cfr_check *check, int64_t now, const char *(*env)(void *arg, const char *name),
                             void *env_arg);

/* --- run --- */

/* Negative only when the run as a whole could not be done. */
CFR_API int cfr_check_run(cfr_check *check, cfr_err *err);

/* Settle what can be settled. For each source the fixes of its open findings are planned together, applied to its text
 * and the source checked again; a fix that does not settle its finding, conflicts, or brings another finding is left
 * out and says so in `unfixed`. Changed sources are given to `write` (which may be NULL: nothing is written), then
 * stand in place of the old ones, and the findings are those that remain, the settled ones with CFR_FIXED. */
typedef enum cfr_fix_class { CFR_FIX_SAFE = 1, CFR_FIX_GUARDED = 3 } cfr_fix_class;
CFR_API int cfr_check_fix(cfr_check *check, cfr_fix_class which,
                          int (*write)(void *arg, cfr_str file, cfr_str before, cfr_str after, cfr_err *err), void *arg,
                          cfr_err *err);

/* --- read --- */

/* A source of the run. */
typedef struct cfr_checked {
	cfr_str file, name;
	cfr_format format;
	uint32_t documents;		/* 0 when it did not parse */
	uint32_t first_document;
	uint32_t rules;			/* rules that matched one of its documents */
	const char *template_language;	/* recognised as a template and left alone, or NULL */
	const cfr_source *source;	/* NULL when it could not be read */
	bool changed;			/* by a fix */
} cfr_checked;

/* A rule that could not do its work, or a file that could not be read. */
typedef struct cfr_failure {
	cfr_str rule, file;
	cfr_err err;
} cfr_failure;

typedef struct cfr_check_counts {
	uint64_t files, documents, rules, jobs, places, skipped;
	uint64_t open[4];		/* by severity */
	uint64_t allowed, waived, fixed;
	uint64_t tries;			/* texts that fixes made, read and checked again */
	uint64_t parse_ns, check_ns;
} cfr_check_counts;

typedef struct cfr_outcome {
	const cfr_finding *findings;
	uint32_t finding_count;
	const cfr_failure *failures;
	uint32_t failure_count;
	const cfr_checked *sources;
	uint32_t source_count;
	const cfr_subject *subjects;
	uint32_t subject_count;
	cfr_check_counts counts;
} cfr_outcome;

/* Valid until the next run, fix, or free. */
CFR_API const cfr_outcome *cfr_check_outcome(const cfr_check *check);

/* Which rules look at a file: for `cfgrun rules --for FILE` and the warning when none does. */
CFR_API const cfr_subject *cfr_check_subject(const cfr_check *check, uint32_t document);

CFR_END_DECLS
#endif
