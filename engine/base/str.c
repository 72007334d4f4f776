/* engine/base/str.c -- growing text, and how far two words are apart.
 *
 * A buffer doubles, so that n bytes cost O(n) however they come. A failed append is remembered in the buffer and not
 * reported at each call: writers of text are long chains of appends, and one check at the end keeps them readable.
 */
#include "engine/base/str.h"

#include "engine/base/large.h"
#include "engine/base/slab.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { EXACT = 4096 };

/* Makes room for `more` bytes and a NUL. */
static bool grow(cfr_buf *buf, size_t more)
{
	size_t need, cap;
	char *ptr;

	if (buf->failed)
		return false;
	if (more > SIZE_MAX / 4 - buf->len) {
		buf->failed = CFR_E_NOMEM;
		return false;
	}
	if (buf->max && buf->len + more > buf->max) {
		buf->failed = CFR_E_LIMIT;
		return false;
	}
	need = buf->len + more + 1;
	if (need <= buf->cap)
		return true;
	/* What is asked for as one large piece at first, is the length of a file, and mostly right. */
	cap = buf->cap ? buf->cap * 2 : need >= EXACT ? need : 64;
	while (cap < need)
		cap *= 2;
	if (buf->pool)
		ptr = buf->ptr ? cfr_slab_grow(buf->ptr, cap) : cfr_slab_new(buf->pool, cap);
	else
		ptr = cap == need ? cfr_large(realloc(buf->ptr, cap), cap) : realloc(buf->ptr, cap);
	if (!ptr) {
		buf->failed = CFR_E_NOMEM;
		return false;
	}
	if (!buf->ptr)
		ptr[0] = '\0';
	buf->ptr = ptr;
	buf->cap = cap;
	return true;
}

void cfr_buf_add(cfr_buf *buf, const char *ptr, size_t len)
{
	if (!grow(buf, len))
		return;
	if (len)
		memcpy(buf->ptr + buf->len, ptr, len);
	buf->len += len;
	buf->ptr[buf->len] = '\0';
}

void cfr_buf_adds(cfr_buf *buf, cfr_str s) { cfr_buf_add(buf, s.ptr, s.len); }
void cfr_buf_addz(cfr_buf *buf, const char *z) { cfr_buf_add(buf, z, strlen(z)); }

void cfr_buf_addc(cfr_buf *buf, char c)
{
	if (buf->len + 1 < buf->cap && !buf->failed && (!buf->max || buf->len < buf->max)) {
		buf->ptr[buf->len++] = c;
		buf->ptr[buf->len] = '\0';
		return;
	}
	cfr_buf_add(buf, &c, 1);
}

void cfr_buf_addf(cfr_buf *buf, const char *format, ...)
{
	char text[512];
	va_list args, again;
	int n;

	va_start(args, format);
	va_copy(again, args);
	n = vsnprintf(text, sizeof(text), format, args);
	if (n < 0) {
		buf->failed = buf->failed ? buf->failed : CFR_E_NOMEM;
	} else if ((size_t)n < sizeof(text)) {
		cfr_buf_add(buf, text, (size_t)n);
	} else if (grow(buf, (size_t)n)) {
		vsnprintf(buf->ptr + buf->len, (size_t)n + 1, format, again);
		buf->len += (size_t)n;
	}
	va_end(again);
	va_end(args);
}

/* The NUL is written behind the room, ahead of the caller's bytes. */
char *cfr_buf_room(cfr_buf *buf, size_t len)
{
	if (!grow(buf, len))
		return NULL;
	buf->ptr[buf->len + len] = '\0';
	return buf->ptr + buf->len;
}

void cfr_buf_reverse(cfr_buf *buf, size_t from)
{
	for (size_t to = buf->len; from + 1 < to; from++) {
		char c = buf->ptr[from];

		buf->ptr[from] = buf->ptr[--to];
		buf->ptr[to] = c;
	}
}

int cfr_buf_check(const cfr_buf *buf, cfr_err *err)
{
	if (buf->failed == CFR_E_NOMEM)
		return cfr_err_nomem(err);
	if (buf->failed) {
		cfr_err_set(err, buf->failed, "the text grows beyond %zu bytes", buf->max);
		return buf->failed;
	}
	return 0;
}

void cfr_buf_clear(cfr_buf *buf)
{
	buf->len = 0;
	buf->failed = 0;
	if (buf->ptr)
		buf->ptr[0] = '\0';
}

void cfr_buf_release(cfr_buf *buf)
{
	if (buf->pool)
		cfr_slab_free(buf->ptr);
	else
		free(buf->ptr);
	*buf = (cfr_buf){ .max = buf->max, .pool = buf->pool };
}

static unsigned min3(unsigned a, unsigned b, unsigned c)
{
	unsigned m = a < b ? a : b;
	return m < c ? m : c;
}

/* Damerau's distance (optimal string alignment), three rows of the table. Words above the row's size are no typing
 * errors of each other. */
unsigned cfr_str_distance(cfr_str a, cfr_str b, unsigned max)
{
	enum { WORD = 64 };
	unsigned rows[3][WORD + 1];
	unsigned *before = rows[0], *last = rows[1], *row = rows[2];
	size_t gap = a.len > b.len ? a.len - b.len : b.len - a.len;

	if (gap > max || a.len > WORD || b.len > WORD)
		return cfr_str_eq(a, b) ? 0 : max + 1;
	for (unsigned j = 0; j <= b.len; j++)
		last[j] = j;
	for (unsigned i = 1; i <= a.len; i++) {
		unsigned *old = before, least;

		least = row[0] = i;
		for (unsigned j = 1; j <= b.len; j++) {
			unsigned cost = a.ptr[i - 1] != b.ptr[j - 1];

			row[j] = min3(last[j] + 1, row[j - 1] + 1, last[j - 1] + cost);
			if (i > 1 && j > 1 && a.ptr[i - 1] == b.ptr[j - 2] && a.ptr[i - 2] == b.ptr[j - 1] &&
			    before[j - 2] + 1 < row[j])
				row[j] = before[j - 2] + 1;
			if (row[j] < least)
				least = row[j];
		}
		if (least > max)
			return max + 1;
		before = last;
		last = row;
		row = old;
	}
	return last[b.len] > max ? max + 1 : last[b.len];
}
