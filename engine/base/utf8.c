/* engine/base/utf8.c -- is it UTF-8, and its code points.
 *
 * Configuration is ASCII but for a word here and there, so the check strides over ASCII 64 bytes at a time, looking at
 * their high bits together, and decodes by hand only where a high bit is set.
 */
#include "engine/base/utf8.h"

#include "engine/base/lanes.h"
#include <string.h>

#define HIGH UINT64_C(0x8080808080808080)

static uint64_t load(const char *p)
{
	uint64_t w;

	memcpy(&w, p, sizeof(w));
	return w;
}

static inline bool any_high(const char *p)
{
	cfr_sixty_four v = cfr_sixty_four_load(p);

	return cfr_lanes_any((v.a | v.b | v.c | v.d) & 0x80);
}

/* Length of the well-formed sequence at p (first byte not ASCII), 0 if it is none: the table of RFC 3629, section 4. */
static size_t sequence(const unsigned char *p, size_t room)
{
	unsigned char c = p[0], low = 0x80, high = 0xBF;
	size_t n;

	if (c >= 0xC2 && c <= 0xDF) {
		n = 2;
	} else if (c >= 0xE0 && c <= 0xEF) {
		n = 3;
		if (c == 0xE0)
			low = 0xA0;		/* overlong */
		else if (c == 0xED)
			high = 0x9F;		/* surrogates */
	} else if (c >= 0xF0 && c <= 0xF4) {
		n = 4;
		if (c == 0xF0)
			low = 0x90;
		else if (c == 0xF4)
			high = 0x8F;		/* above U+10FFFF */
	} else {
		return 0;
	}
	if (room < n || p[1] < low || p[1] > high)
		return 0;
	for (size_t i = 2; i < n; i++) {
		if ((p[i] & 0xC0) != 0x80)
			return 0;
	}
	return n;
}

size_t cfr_utf8_valid(const char *ptr, size_t len)
{
	size_t i = 0;

	while (i < len) {
		while (len - i >= sizeof(cfr_sixty_four) && !any_high(ptr + i))
			i += sizeof(cfr_sixty_four);
		while (len - i >= 8 && !(load(ptr + i) & HIGH))
			i += 8;
		while (i < len && (unsigned char)ptr[i] < 0x80)
			i++;
		/* Text in other scripts comes in runs. */
		while (i < len && (unsigned char)ptr[i] >= 0x80) {
			size_t n = sequence((const unsigned char *)ptr + i, len - i);

			if (n == 0)
				return i;
			i += n;
		}
	}
	return len;
}

/* Code points are the bytes that do not continue one: in each byte, bit 7 set and bit 6 clear marks a continuation. */
size_t cfr_utf8_count(const char *ptr, size_t len)
{
	size_t i = 0, more = 0;

	for (; len - i >= 8; i += 8) {
		uint64_t w = load(ptr + i);

		w = (w >> 7) & ~(w >> 6) & (HIGH >> 7);
		more += (w * (HIGH >> 7)) >> 56;
	}
	for (; i < len; i++)
		more += ((unsigned char)ptr[i] & 0xC0) == 0x80;
	return len - more;
}

size_t cfr_utf8_decode(uint32_t *out, const char *ptr, size_t len)
{
	const unsigned char *p = (const unsigned char *)ptr;

	if (len < 2 || p[0] < 0xC0) {
		*out = len ? p[0] : 0;
		return len > 0;
	}
	if (p[0] < 0xE0) {
		*out = (p[0] & 0x1Fu) << 6 | (p[1] & 0x3Fu);
		return 2;
	}
	if (len < 3)
		goto cut;
	if (p[0] < 0xF0) {
		*out = (p[0] & 0x0Fu) << 12 | (p[1] & 0x3Fu) << 6 | (p[2] & 0x3Fu);
		return 3;
	}
	if (len < 4)
		goto cut;
	*out = (p[0] & 0x07u) << 18 | (p[1] & 0x3Fu) << 12 | (p[2] & 0x3Fu) << 6 | (p[3] & 0x3Fu);
	return 4;
cut:	/* not valid text: one byte for itself, so that a loop ends */
	*out = p[0];
	return 1;
}

size_t cfr_utf8_encode(char out[4], uint32_t c)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xC0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3F));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xE0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3F));
		out[2] = (char)(0x80 | (c & 0x3F));
		return 3;
	}
	out[0] = (char)(0xF0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3F));
	out[2] = (char)(0x80 | (c >> 6 & 0x3F));
	out[3] = (char)(0x80 | (c & 0x3F));
	return 4;
}
