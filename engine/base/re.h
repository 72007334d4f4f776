/* engine/base/re.h -- regular expressions, through PCRE2. The only door to it.
 *
 * A compiled pattern is immutable and may be matched by many threads, each with a scratch of its own. Backtracking
 * has a step limit (limits.h, "pattern-steps"): a pattern cannot hang a run.
 */
#ifndef CFR_BASE_RE_H
#define CFR_BASE_RE_H

#include "engine/limits.h"

typedef struct cfr_re cfr_re;
typedef struct cfr_re_scratch cfr_re_scratch;

/* CFR_E_SYNTAX when the pattern does not compile, with the character as `column` (from 1). Subject and pattern are
 * UTF-8. */
int cfr_re_new(cfr_re **out, cfr_str pattern, cfr_err *err);
void cfr_re_free(cfr_re *re);

int cfr_re_scratch_new(cfr_re_scratch **out, const cfr_limits *limits, cfr_err *err);
void cfr_re_scratch_free(cfr_re_scratch *scratch);

/* Match from byte `from` of valid UTF-8. Returns the number of groups + 1 and sets *at to that many pairs of byte
 * offsets (start, end; SIZE_MAX for a group that did not take part), borrowed from the scratch until its next use; 0
 * when nothing matched; negative on error (CFR_E_LIMIT). */
int cfr_re_match(const cfr_re *re, cfr_re_scratch *scratch, cfr_str subject, size_t from, const size_t **at,
                 cfr_err *err);

#endif
