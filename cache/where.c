/* cache/where.c -- what people write to say where a cache is and how large it may be. */
#include "cache/cache.h"

#include "engine/base/str.h"

bool cfr_cache_where(cfr_buf *out, const char *own, const char *xdg, const char *home)
{
	if (own && *own) {
		if (strcmp(own, "off") == 0)
			return false;
		cfr_buf_addz(out, own);
	} else if (xdg && *xdg == '/') {	/* a relative one is to be ignored, says its specification */
		cfr_buf_addf(out, "%s/cfgrun", xdg);
	} else if (home && *home) {
		cfr_buf_addf(out, "%s/.cache/cfgrun", home);
	} else {
		return false;
	}
	return true;
}

bool cfr_cache_read_size(uint64_t *out, cfr_str text)
{
	static const char units[] = "kmgt";
	uint64_t bytes = 0;
	size_t at = 0;

	for (; at < text.len && text.ptr[at] >= '0' && text.ptr[at] <= '9'; at++) {
		if (bytes > UINT64_MAX / 10 - 1)
			return false;
		bytes = bytes * 10 + (uint64_t)(text.ptr[at] - '0');
	}
	if (at == 0)
		return false;
	while (at < text.len && text.ptr[at] == ' ')
		at++;
	if (at < text.len) {
		const char *unit = strchr(units, text.ptr[at] | 0x20);
		if (unit && *unit) {
			unsigned shift = 10 * (unsigned)(unit - units + 1);
			if (bytes > UINT64_MAX >> shift)
				return false;
			bytes <<= shift;
			at++;
			if (at < text.len && text.ptr[at] == 'i')
				at++;
		}
		if (at < text.len && (text.ptr[at] | 0x20) == 'b')
			at++;
	}
	if (at < text.len)
		return false;
	*out = bytes;
	return true;
}
