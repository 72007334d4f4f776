/* engine/finding.h -- what rules report, as data.
 *
 * A finding says which rule, how bad, what (a message from a template), where (file, span, path), what else has to do
 * with it, and perhaps how to mend it (edits on the tree). It is made on a worker thread inside that thread's report and
 * copied there: nothing in it belongs to a script. Findings of a run are sorted by place and rule, so that the order
 * of the work never shows.
 */
#ifndef CFR_FINDING_H
#define CFR_FINDING_H

#include "engine/edit.h"
#include "engine/rule.h"

CFR_BEGIN_DECLS

typedef struct cfr_related {
	cfr_str file, path, message;
	cfr_span span;
} cfr_related;

/* Why a finding does not count. */
typedef enum cfr_standing { CFR_OPEN, CFR_ALLOWED, CFR_WAIVED, CFR_FIXED } cfr_standing;

typedef struct cfr_finding {
	cfr_str rule;			/* its name; "syntax" for text that does not parse */
	const cfr_rule *of;		/* NULL for the engine's own ("syntax", "waiver-expired", …) */
	cfr_severity severity;
	cfr_standing standing;
	cfr_str reason;			/* of an allowed or waived one */
	cfr_str message;
	cfr_str hint;
	cfr_str file, path;
	uint32_t document;		/* among the run's documents; UINT32_MAX when the file has none */
	cfr_span span;
	const cfr_related *related;
	uint32_t related_count;
	const cfr_edit *edits;
	uint32_t edit_count;
	bool guarded;			/* the fix may change behaviour */
	cfr_str unfixed;		/* why its fix was not applied, when one was tried */
	char fingerprint[33];		/* hex; the same when lines move */
} cfr_finding;

/* A document in a run. */
typedef struct cfr_subject {
	const cfr_document *doc;
	cfr_str file;			/* as shown in findings */
	cfr_str name;			/* relative to the project, for globs */
	cfr_strs kinds;
} cfr_subject;

/* What a rule is run on: one document, the places selected in it, and what else it may read. */
typedef struct cfr_job {
	const cfr_rule *rule;
	const cfr_subject *subject;
	const cfr_subject *all;		/* every document of the run, in order; subject is one of them */
	uint32_t all_count;
	uint64_t run;			/* another number for each set of documents: what a script remembers of them ends with it */
	const cfr_node *selected;
	uint32_t selected_count;
	const cfr_tree *options;	/* defaults with the project's values laid over; NULL when the rule has none */
	const cfr_tree *data;		/* of the rule's pack; NULL when it has none */
	int64_t now;			/* seconds since 1970, UTC */
	const char *const *env;		/* values of rule->env, in its order; NULL for what is not set */
	const cfr_limits *limits;
	void (*trace)(void *arg, const struct cfr_job *job, cfr_str line);	/* NULL: tracing is off */
	void *trace_arg;
} cfr_job;

typedef struct cfr_report cfr_report;

/* A finding as a rule gives it; borrowed for the call. `at` defaults to what the rule fills in: the selected place. */
typedef struct cfr_claim {
	cfr_node at;
	bool at_key;			/* the key, not the value, is meant */
	cfr_str message;		/* template already filled */
	struct {
		uint32_t document;	/* index into job->all */
		cfr_node at;
		cfr_str message;
	} *related;
	uint32_t related_count;
	const cfr_edit *edits;
	uint32_t edit_count;
	bool guarded;
} cfr_claim;

/* Copies the claim into the report. CFR_E_LIMIT ("findings", "output") or CFR_E_NOMEM. */
CFR_API int cfr_report_add(cfr_report *report, const cfr_job *job, const cfr_claim *claim, cfr_err *err);

CFR_END_DECLS
#endif
