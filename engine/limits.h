/* engine/limits.h -- every ceiling of the engine, in one table.
 *
 * A ceiling has a name (in errors, in `limits:` of the project file, in `--limit NAME=VALUE`), a default, an upper
 * bound that a project file cannot pass, and a unit. Reaching one is an ordinary error, CFR_E_LIMIT, that names it.
 */
#ifndef CFR_LIMITS_H
#define CFR_LIMITS_H

#include "engine/error.h"

CFR_BEGIN_DECLS

#define CFR_KIB(n) ((uint64_t)(n) << 10)
#define CFR_MIB(n) ((uint64_t)(n) << 20)

/* X(NAME, word, default, upper bound, unit, what it bounds) */
#define CFR_LIMIT_MAP(X)                                                                                       \
	X(DEPTH, "depth", 128, 1000, "levels", "collections inside collections")                               \
	X(FILE, "file", CFR_MIB(16), CFR_MIB(1024), "bytes", "size of one source")                             \
	X(SCALAR, "scalar", CFR_MIB(4), CFR_MIB(256), "bytes", "size of one scalar")                           \
	X(KEY, "key", CFR_KIB(1), CFR_KIB(64), "bytes", "size of one key")                                     \
	X(NODES, "nodes", 1000000, 100000000, "nodes", "values in one document, aliases expanded")             \
	X(ALIASES, "aliases", 10, 1000, "times the source", "bytes that aliases may add by expansion")         \
	X(DOCUMENTS, "documents", 100000, 10000000, "documents", "documents in one source")                    \
	X(QUERY, "query", CFR_KIB(64), CFR_MIB(1), "bytes", "text of one query")                               \
	X(QUERY_STEPS, "query-steps", 100000000, 10000000000, "steps", "nodes one query may visit")            \
	X(PATTERN_STEPS, "pattern-steps", 1000000, 1000000000, "steps", "backtracking of one regular expression") \
	X(SCRIPT, "script", CFR_KIB(256), CFR_MIB(4), "bytes", "size of one Lua source")                       \
	X(MEMORY, "memory", CFR_MIB(96), CFR_MIB(4096), "bytes", "Lua memory of one worker")                   \
	X(TIME, "time", 1000, 600000, "ms", "processor time of one rule on one document")                      \
	X(INSTRUCTIONS, "instructions", 0, 1000000000000, "instructions",                                      \
	  "Lua instructions of one rule on one document; 0: not counted")                                      \
	X(OUTPUT, "output", CFR_MIB(1), CFR_MIB(64), "bytes", "trace and messages of one rule on one document") \
	X(FINDINGS, "findings", 10000, 10000000, "findings", "findings of one rule on one document")           \
	X(FILES, "files", 100000, 10000000, "files", "files of one run")                                       \
	X(INCLUDES, "includes", 1000, 1000000, "files", "files that one composition includes, each time counted")  \
	X(INCLUDE_DEPTH, "include-depth", 64, 1000, "files", "files that include one another in a chain")

typedef enum cfr_limit {
#define X(NAME, word, def, max, unit, what) CFR_LIMIT_##NAME,
	CFR_LIMIT_MAP(X)
#undef X
	CFR_LIMIT_COUNT
} cfr_limit;

typedef struct cfr_limits {
	uint64_t of[CFR_LIMIT_COUNT];
} cfr_limits;

CFR_API void cfr_limits_default(cfr_limits *limits);
/* Set by word. CFR_E_USAGE for an unknown name (hint: the nearest) or a value above the upper bound. */
CFR_API int cfr_limits_set(cfr_limits *limits, cfr_str word, uint64_t value, cfr_err *err);
CFR_API const char *cfr_limit_word(cfr_limit which);
CFR_API const char *cfr_limit_unit(cfr_limit which);
CFR_API const char *cfr_limit_text(cfr_limit which);
CFR_API uint64_t cfr_limit_default(cfr_limit which);
CFR_API uint64_t cfr_limit_max(cfr_limit which);

/* The error of a reached ceiling: names it, its value, and how to raise it. Returns CFR_E_LIMIT. */
CFR_API int cfr_err_limit(cfr_err *err, const cfr_limits *limits, cfr_limit which);

CFR_END_DECLS
#endif
