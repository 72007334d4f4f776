/* engine/error.h -- why something could not be done, and where.
 *
 * A failure is not a finding: it says that the work could not be done, never that a configuration breaks a rule.
 * A function that can fail returns 0 or one of the negative codes below and, when it fails, fills the cfr_err it
 * was given. The struct has a fixed size and owns nothing, so it may live on a stack that a longjmp drops, be
 * copied, or be ignored by passing NULL. There is no "last error" anywhere.
 *
 * A message is one line without a full stop and without what the caller knows (the file is in `file`). `hint` says
 * what to do. Lines and columns count from 1, columns in code points; 0 means unknown.
 */
#ifndef CFR_ERROR_H
#define CFR_ERROR_H

#include "engine/common.h"

CFR_BEGIN_DECLS

/* X(name, code, exit status of the program, what it means). Enum, words and the table in `cfgrun help exit-codes`
 * are made from this list. */
#define CFR_ERROR_MAP(X)                                                                            \
	X(USAGE, -1, 2, "wrong arguments")                                                          \
	X(IO, -2, 2, "a file could not be read or written")                                         \
	X(NOMEM, -3, 2, "out of memory")                                                            \
	X(SYNTAX, -4, 2, "the text is not of its format")                                           \
	X(ENCODING, -5, 2, "the bytes are not valid UTF-8")                                         \
	X(DUPLICATE, -6, 2, "a key stands twice in one mapping")                                    \
	X(CYCLE, -7, 2, "something contains itself")                                                \
	X(LIMIT, -8, 2, "a ceiling was reached")                                                    \
	X(KIND, -9, 2, "a value of another kind was needed")                                        \
	X(NOTFOUND, -10, 1, "there is nothing at that place")                                       \
	X(CORRUPT, -11, 2, "stored bytes are damaged")                                              \
	X(CONFLICT, -12, 2, "two edits touch the same place")                                       \
	X(SCRIPT, -13, 2, "a script failed")                                                        \
	X(UNSUPPORTED, -14, 2, "this cannot be expressed")                                          \
	X(INTERRUPTED, -15, 130, "interrupted")                                                     \
	X(BUG, -16, 2, "cfgrun contradicts itself; please report it")

typedef enum cfr_code {
#define X(name, code, status, text) CFR_E_##name = (code),
	CFR_ERROR_MAP(X)
#undef X
} cfr_code;

typedef struct cfr_err {
	int code;		/* a cfr_code; 0 while unset */
	uint32_t line, column;	/* where in `file` */
	uint32_t other_line, other_column; /* the second place, where there are two (duplicate keys, cycles) */
	char message[256];
	char hint[256];
	char file[256];		/* long names keep their end */
	char path[256];		/* JSON Pointer, when known */
	char limit[32];		/* name of the ceiling that was reached */
} cfr_err;

#ifdef __cplusplus
#define CFR_ERR_INIT {}
#else
#define CFR_ERR_INIT { .code = 0 }
#endif

/* Start an error: clears it, sets code and message, returns code. `err` may be NULL in all of these. */
CFR_API int cfr_err_set(cfr_err *err, int code, const char *format, ...) CFR_PRINTF(3, 4);
CFR_API void cfr_err_hint(cfr_err *err, const char *format, ...) CFR_PRINTF(2, 3);
/* Fill what is still unknown of the place; what a lower floor said stays. */
CFR_API void cfr_err_at(cfr_err *err, cfr_str file, uint32_t line, uint32_t column);
CFR_API void cfr_err_path(cfr_err *err, cfr_str path);

CFR_API int cfr_err_nomem(cfr_err *err);

/* "syntax", "limit", …: the lower-case word of a code; its meaning; the program's exit status for it. */
CFR_API const char *cfr_code_name(int code);
CFR_API const char *cfr_code_text(int code);
CFR_API int cfr_code_exit(int code);

CFR_END_DECLS
#endif
