/* engine/check/internal.h -- what the files of this room share.
 *
 * rules.c    the set of rules           settings.c  which of them run, how strictly, with which options
 * pack.c     packs from disk            subject.c   sources to documents, their kinds
 * report.c   findings being made        accept.c    waivers and inline allowances
 * run.c      the run, on all threads    fix*.c      edits, applied and checked again
 */
#ifndef CFR_CHECK_INTERNAL_H
#define CFR_CHECK_INTERNAL_H

#include "engine/base/arena.h"
#include "engine/base/digest.h"
#include "engine/check.h"
#include "engine/text.h"

/* One more item in a growing array (items, count, capacity; from malloc): its place, cleared, or NULL. `items` is the
 * address of the pointer to them. */
void *cfr__append(void *items, uint32_t *count, uint32_t *capacity, size_t size);
#define CFR_APPEND(vec) cfr__append(&(vec)->items, &(vec)->count, &(vec)->capacity, sizeof(*(vec)->items))

typedef struct cfr_setting {
	cfr_str which, files;
	int severity;			/* < 0: unchanged */
	const cfr_tree *options;
} cfr_setting;

typedef struct cfr_words {
	cfr_str *items;
	uint32_t count, capacity;
} cfr_words;

typedef struct cfr_kind_binding {
	cfr_str kind, files;
} cfr_kind_binding;

/* A source to check, as it was added. */
typedef struct cfr_input {
	cfr_str file, name;
	cfr_format format;
	const cfr_source *source;	/* NULL: read `file` */
	bool owned;			/* the source was read here: a later run reads the file again */
	bool changed;			/* the source is what a fix made of it */
} cfr_input;

typedef struct cfr_findings {
	cfr_finding *items;
	uint32_t count, capacity;
} cfr_findings;

typedef struct cfr_failures {
	cfr_failure *items;
	uint32_t count, capacity;
} cfr_failures;

/* Findings made by one worker. Text and arrays lie in its arena; trees of edits are counted references. */
struct cfr_report {
	cfr_arena *arena;
	cfr_findings found;
	cfr_digest *digest;
	cfr_buf scratch;
	uint32_t of_job;		/* findings of the job at hand */
	uint64_t output;		/* bytes of messages of the job at hand */
	cfr_severity severity;		/* of the job at hand */
};

/* What belongs to one thread of a run. */
typedef struct cfr_worker {
	cfr_script *script;
	cfr_arena arena;
	cfr_report report;
	cfr_failures failures;
	struct {
		cfr_node *items;
		uint32_t count, capacity;
	} nodes;
	const char **env;		/* values for the rule at hand */
	uint64_t jobs, places, skipped;
} cfr_worker;

/* How one rule stands in a run. */
typedef struct cfr_plan {
	bool active;			/* --only, --skip, not off everywhere */
	const cfr_tree *options;	/* for files without settings of their own; NULL when the rule has none */
	const cfr_tree **per_subject;	/* when some setting with options is bound to files; else NULL */
} cfr_plan;

/* The state between a run and the next: everything cfr_outcome points into. */
typedef struct cfr_result {
	cfr_arena arena;
	cfr_subject *subjects;
	uint32_t subject_count;
	cfr_checked *sources;
	cfr_documents *documents;	/* by source */
	uint32_t source_count;
	cfr_findings findings;
	cfr_failures failures;
	cfr_plan *plans;		/* by rule */
	cfr_outcome outcome;
} cfr_result;

struct cfr_check {
	cfr_check_options options;
	cfr_limits limits;
	cfr_pool *pool;
	cfr_arena arena;		/* text of the set-up */
	cfr_rules rules;
	bool inline_allow;
	struct { cfr_pack **items; uint32_t count, capacity; } packs;
	struct { cfr_setting *items; uint32_t count, capacity; } settings;
	cfr_words only, skip;
	struct { cfr_waiver *items; uint32_t count, capacity; } waivers;
	struct { cfr_kind_binding *items; uint32_t count, capacity; } kinds;
	struct { cfr_input *items; uint32_t count, capacity; } inputs;
	cfr_worker *workers;
	unsigned worker_count;
	cfr_result *result;
	uint64_t runs;			/* sets of documents looked at so far */
};

/* rules.c */
bool cfr__rule_named(const cfr_rule *rule, cfr_str which);

/* settings.c */
int cfr__plan_rules(cfr_check *check, cfr_result *result, cfr_err *err);
void cfr__plan_release(cfr_check *check, cfr_result *result);
cfr_severity cfr__severity(const cfr_check *check, const cfr_rule *rule, cfr_str name);
bool cfr__rule_matches(const cfr_rule *rule, const cfr_subject *subject);

/* subject.c */
/* Reads and parses one input; findings ("syntax") and failures go to the worker. */
int cfr__read_input(cfr_check *check, cfr_result *result, cfr_worker *worker, uint32_t index, cfr_err *err);
/* The subjects of what was read, with their kinds. */
int cfr__make_subjects(cfr_check *check, cfr_result *result, cfr_err *err);
int cfr__subject_kinds(cfr_strs *out, cfr_check *check, cfr_arena *arena, const cfr_document *doc, cfr_str name,
                       cfr_err *err);

/* report.c */
void cfr__report_init(cfr_report *report, cfr_arena *arena);
void cfr__report_release(cfr_report *report);
/* A finding of the engine's own. */
int cfr__report_engine(cfr_report *report, const cfr_finding *finding, cfr_err *err);
void cfr__findings_release(cfr_findings *findings);
/* Copies the texts. */
int cfr__failure_add(cfr_failures *failures, cfr_arena *arena, cfr_str rule, cfr_str file, const cfr_err *failure,
                     cfr_err *err);
/* By file, place, rule, message; then numbers equal fingerprints apart. */
int cfr__findings_sort(cfr_findings *findings, cfr_err *err);

/* accept.c */
/* Sets the standing of findings and adds those of waivers and allowances themselves. */
int cfr__accept(cfr_check *check, cfr_result *result, cfr_findings *findings, cfr_report *report, cfr_err *err);

static inline const cfr_profile *cfr__profile(const cfr_check *check)
{
	return check->options.profile;
}

/* run.c */
bool cfr__interrupted(const cfr_check *check);
int cfr__worker_ready(cfr_check *check, cfr_worker *worker, cfr_err *err);
/* Rules first..last on one subject; `all` is the documents of the run with the subject among them. */
int cfr__run_rules(cfr_check *check, cfr_result *result, cfr_worker *worker, const cfr_subject *subject,
                   uint32_t subject_index, const cfr_subject *all, uint32_t first, uint32_t last, cfr_err *err);
void cfr__result_free(cfr_check *check, cfr_result *result);

#endif
