/* engine/base/utf8.h -- UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing above U+10FFFF. */
#ifndef CFR_BASE_UTF8_H
#define CFR_BASE_UTF8_H

#include "engine/common.h"

/* Offset of the first byte that is not valid, or len. Fast over ASCII. */
size_t cfr_utf8_valid(const char *ptr, size_t len);
/* Code points in valid text. */
size_t cfr_utf8_count(const char *ptr, size_t len);
/* Decode one code point of valid text; returns its length. */
size_t cfr_utf8_decode(uint32_t *out, const char *ptr, size_t len);
/* Encode; returns the length, 1 to 4. */
size_t cfr_utf8_encode(char out[4], uint32_t code_point);

#endif
