/* engine/port/script.h -- the seam between checking and the language rules are written in.
 *
 * engine/check consumes this; lua/ implements it; tests have a double. A *script* is one runner: a sandboxed
 * interpreter that belongs to one worker thread, with every pack loaded. All runners of a run load the same packs in the
 * same order, so a rule's number means the same in each.
 */
#ifndef CFR_PORT_SCRIPT_H
#define CFR_PORT_SCRIPT_H

#include "engine/finding.h"

CFR_BEGIN_DECLS

typedef struct cfr_script cfr_script;

typedef struct cfr_script_ops {
	/* A runner for the calling thread. `arg` is the implementation's own (cfr_scripts.arg). */
	int (*open)(cfr_script **out, void *arg, const cfr_limits *limits, cfr_err *err);
	void (*close)(cfr_script *script);
	/* Run pack.lua and the rule files. With `rules`, describe what they declare; a second runner passes NULL.
	 * CFR_E_SCRIPT (file and line of the pack), CFR_E_DUPLICATE, CFR_E_LIMIT. `pack` outlives the script. */
	int (*load)(cfr_script *script, const cfr_pack *pack, cfr_rules *rules, cfr_err *err);
	/* Call a rule for each selected place of the job. CFR_E_SCRIPT with the rule's file and line, CFR_E_LIMIT. After a
	 * failure the script is as good as new for the next job. Findings made before the failure stay in the report. */
	int (*check)(cfr_script *script, const cfr_job *job, cfr_report *report, cfr_err *err);
} cfr_script_ops;

/* An implementation to hand around. */
typedef struct cfr_scripts {
	const cfr_script_ops *ops;
	void *arg;
} cfr_scripts;

CFR_END_DECLS
#endif
