/* engine/base/width.c -- how wide a text is on a terminal.
 *
 * A table of Unicode's says how many columns each character takes. Three rules of emoji go beyond single characters: what
 * follows a zero-width joiner is drawn into the emoji before it, a skin tone colours it, and a variation selector makes
 * a narrow sign a wide picture. Terminals that know none of this draw the parts one after the other; no width is right
 * for all, and this is that of those that do.
 */
#include "engine/base/width.h"

#include "engine/base/str.h"
#include "engine/base/utf8.h"

enum { JOINER = 0x200d, PICTURE = 0xfe0f, TONES = 0x1f3fb, TONES_END = 0x1f3ff };

static unsigned columns_of(uint32_t c)
{
	static const struct { uint32_t from, to; unsigned columns; } ranges[] = {
#include "engine/base/width_table.h"
	};
	size_t low = 0, high = sizeof(ranges) / sizeof(*ranges);

	while (low < high) {
		size_t mid = (low + high) / 2;
		if (c > ranges[mid].to)
			low = mid + 1;
		else if (c < ranges[mid].from)
			high = mid;
		else
			return ranges[mid].columns;
	}
	return 1;
}

/* One character of a text that may be broken; a byte that begins none is U+FFFD. Returns its length. */
static size_t next(uint32_t *out, cfr_str text)
{
	size_t len = text.len < 4 ? text.len : 4;

	*out = (unsigned char)text.ptr[0];
	if (*out < 0x80)
		return 1;
	if (cfr_utf8_valid(text.ptr, len) == 0) {
		*out = 0xfffd;
		return 1;
	}
	return cfr_utf8_decode(out, text.ptr, len);
}

size_t cfr_width(cfr_str text)
{
	size_t width = 0;
	unsigned last = 0;	/* columns of the character that what follows may join */
	bool joined = false;

	while (text.len) {
		uint32_t c;
		size_t n = next(&c, text);
		text = cfr_str_sub(text, n, text.len);
		if (c < 0x80) {
			width++;
			last = 0;
			joined = false;
		} else if (c == PICTURE && last == 1) {
			width++;
			last = 2;
		} else if (c == JOINER) {
			joined = last == 2;
		} else if ((joined || (c >= TONES && c <= TONES_END)) && last == 2) {
			joined = false;
		} else {
			unsigned columns = columns_of(c);
			width += columns;
			last = columns ? columns : last;
			joined = false;
		}
	}
	return width;
}
