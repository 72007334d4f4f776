/* engine/base/str.h -- borrowed text and growing text (engine/buffer.h), from the inside.
 *
 * A low-level primitive: may include nothing of ours but common.h, error.h and buffer.h.
 */
#ifndef CFR_BASE_STR_H
#define CFR_BASE_STR_H

#include "engine/buffer.h"
#include <string.h>

static inline cfr_str cfr_str_of(const char *z) { return (cfr_str){ z, z ? strlen(z) : 0 }; }
static inline bool cfr_str_eq(cfr_str a, cfr_str b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}
/* Byte order, which for UTF-8 is code point order. */
static inline int cfr_str_cmp(cfr_str a, cfr_str b)
{
	size_t n = a.len < b.len ? a.len : b.len;
	int r = n ? memcmp(a.ptr, b.ptr, n) : 0;
	return r ? r : (a.len > b.len) - (a.len < b.len);
}
static inline bool cfr_str_starts(cfr_str s, cfr_str prefix)
{
	return s.len >= prefix.len && (prefix.len == 0 || memcmp(s.ptr, prefix.ptr, prefix.len) == 0);
}
static inline bool cfr_str_ends(cfr_str s, cfr_str suffix)
{
	return s.len >= suffix.len &&
	       (suffix.len == 0 || memcmp(s.ptr + s.len - suffix.len, suffix.ptr, suffix.len) == 0);
}
static inline cfr_str cfr_str_sub(cfr_str s, size_t from, size_t to)
{
	return (cfr_str){ s.ptr ? s.ptr + from : NULL, to - from };
}

/* Appending: what fails is remembered (cfr_buf_check). */
void cfr_buf_add(cfr_buf *buf, const char *ptr, size_t len);
void cfr_buf_adds(cfr_buf *buf, cfr_str s);
void cfr_buf_addz(cfr_buf *buf, const char *z);
void cfr_buf_addc(cfr_buf *buf, char c);
void cfr_buf_addf(cfr_buf *buf, const char *format, ...) CFR_PRINTF(2, 3);
/* Room for `len` more bytes, or NULL; follow with buf->len += what was used, and a NUL if it was less. */
char *cfr_buf_room(cfr_buf *buf, size_t len);
/* Turn round the bytes from an offset on: for text that is found from its end. */
void cfr_buf_reverse(cfr_buf *buf, size_t from);
int cfr_buf_check(const cfr_buf *buf, cfr_err *err);
void cfr_buf_clear(cfr_buf *buf);	/* keeps the memory */

/* Edits (insert, delete, replace, swap of neighbours) between two words, at most `max` + 1; for suggestions. */
unsigned cfr_str_distance(cfr_str a, cfr_str b, unsigned max);

#endif
