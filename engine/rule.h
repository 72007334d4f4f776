/* engine/rule.h -- what a rule is, to the engine.
 *
 * A rule is a description (this struct) and something that can be called for each selected place: a script behind
 * engine/port/script.h, or a C function. Descriptions are made once, when packs are loaded, and are constant while
 * rules run; every worker thread reads the same ones.
 */
#ifndef CFR_RULE_H
#define CFR_RULE_H

#include "engine/document.h"
#include "engine/query.h"

CFR_BEGIN_DECLS

/* SEVERITY_ORDER: ascending, so that ">= --fail-on" is a comparison. OFF: the rule does not run. */
typedef enum cfr_severity { CFR_OFF, CFR_INFO, CFR_WARNING, CFR_ERROR } cfr_severity;

CFR_API const char *cfr_severity_name(cfr_severity severity);
/* "off", "info", "warning", "error"; CFR_E_USAGE for another word. */
CFR_API int cfr_severity_of(cfr_severity *out, cfr_str word, cfr_err *err);

typedef struct cfr_strs {
	const cfr_str *items;
	uint32_t count;
} cfr_strs;

struct cfr_report;
struct cfr_job;

/* A rule written in C: called for each selected place; reports through cfr_report_add (engine/finding.h). A negative
 * result is a failure of the rule. Called on any worker thread; `arg` is the caller's. */
typedef int (*cfr_rule_fn)(void *arg, const struct cfr_job *job, cfr_node selected, struct cfr_report *report,
                           cfr_err *err);

typedef struct cfr_rule {
	cfr_str name, pack, title, why;
	cfr_severity severity;
	bool enabled;			/* false: only when asked for */
	bool fixable;			/* some example shows a fix */
	cfr_strs kinds, files, tags, controls, env;
	uint32_t formats;		/* bit 1 << cfr_format; 0: any */
	uint32_t expect;		/* bit 1 << cfr_kind; 0: any */
	const cfr_query *select;	/* NULL: the document's root */
	const cfr_tree *options;	/* defaults, a mapping; or NULL */
	const cfr_tree *examples;	/* as the author wrote them, a mapping; or NULL */
	const cfr_tree *data;		/* data files of its pack, set by the check that loads it; borrowed, or NULL */
	cfr_str file;			/* where it is declared */
	uint32_t line;
	uint32_t number;		/* among the scripted rules, in the order of loading */
	cfr_rule_fn fn;			/* NULL: scripted */
	void *arg;
} cfr_rule;

/* How documents of a kind are recognised: each query selects something. */
typedef struct cfr_recogniser {
	cfr_str kind;
	const cfr_query *const *queries;
	uint32_t count;
} cfr_recogniser;

/* A pack as bytes, before any of it has run. */
typedef struct cfr_pack_file {
	cfr_str name;			/* within the pack: "rules/ports.lua"; of a lone file its own name */
	cfr_str shown;			/* in messages: "policies/ports.lua" or "pack:yaml/rules/ports.lua" */
	cfr_str bytes;
} cfr_pack_file;

typedef struct cfr_pack {
	cfr_str name;			/* folder's or file's name until pack.lua says otherwise */
	cfr_str shown;
	const cfr_pack_file *files;	/* sorted by name */
	uint32_t count;
	const cfr_tree *data;		/* mapping from data file to its value, or NULL */
} cfr_pack;

/* Everything that loading made. Owned by the set; frees its queries and trees. */
typedef struct cfr_rules {
	cfr_rule *items;
	uint32_t count, capacity;
	cfr_recogniser *recognisers;
	uint32_t recogniser_count, recogniser_capacity;
	uint32_t scripted;		/* rules with fn NULL */
	void *memory;			/* arena of all of it */
} cfr_rules;

CFR_API int cfr_rules_init(cfr_rules *rules, cfr_err *err);
CFR_API void cfr_rules_release(cfr_rules *rules);
/* Copies everything but the query and the trees, which it takes. CFR_E_DUPLICATE names both files. On failure query
 * and trees stay the caller's. */
CFR_API int cfr_rules_add(cfr_rules *rules, const cfr_rule *rule, cfr_err *err);
/* Copies the name, takes the queries. A kind that is known with the same queries is no error. */
CFR_API int cfr_rules_recognise(cfr_rules *rules, cfr_str kind, cfr_query *const *queries, uint32_t count, cfr_err *err);

CFR_END_DECLS
#endif
