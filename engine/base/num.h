/* engine/base/num.h -- numbers and their text, whatever the locale says.
 *
 * Reading: is this text an integer that fits int64, an integer that does not, a float, or no number of the JSON
 * grammar (RFC 8259, section 6)? Writing: the shortest text that reads back as the same float.
 */
#ifndef CFR_BASE_NUM_H
#define CFR_BASE_NUM_H

#include "engine/common.h"

typedef enum cfr_num { CFR_NUM_NONE, CFR_NUM_INT, CFR_NUM_BIG, CFR_NUM_FLOAT } cfr_num;

/* JSON's grammar exactly. BIG: an integer beyond int64 (nothing is stored). FLOAT may be infinite when out of range:
 * the caller decides. */
cfr_num cfr_num_parse(cfr_str text, int64_t *integer, double *real);
/* Correctly rounded, any decimal text of digits, point and exponent; the C locale. The text must be well formed. */
double cfr_num_strtod(cfr_str text);

enum { CFR_NUM_MAX = 32 };
/* Writes text without NUL and returns its length. Integers in decimal; floats shortest, always with a point (and,
 * beyond 1e16 and below 1e-5, an exponent with its sign: 1.0e+16), so that every reader of YAML or JSON sees a float;
 * infinities and NaN as .inf, -.inf, .nan. */
size_t cfr_num_write_int(char out[CFR_NUM_MAX], int64_t value);
size_t cfr_num_write_float(char out[CFR_NUM_MAX], double value);

#endif
