/* engine/load/text.c -- the text behind sections: read when it is needed, all of it or some.
 *
 * An outline that came from a cache says where everything stands, so the file may never be read; what of it is read must be of
 * the file that was outlined. Its line breaks are counted once, before each block, so that a place is told without counting from
 * the beginning.
 */
#include "engine/load/parts.h"

#include "engine/base/lanes.h"
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

cfr_str cfr_sections_name(const cfr_sections *s)
{
	return s->file ? cfr_str_of(s->file) : cfr_source_name(s->source);
}

uint64_t cfr_sections_size(cfr_sections *s)
{
	const cfr_source *source = s->source;
	uint64_t size;

	if (source)
		return cfr_source_bytes(source).len;
	pthread_mutex_lock(&s->lock);
	size = s->stamp.size;
	pthread_mutex_unlock(&s->lock);
	return size;
}

/* ---- reading ---- */

int cfr__sections_read_text(cfr_source **out, cfr_sections *s, int fd, cfr_file_stamp *now)
{
	const cfr_profile *profile = cfr__load_profile(s->loader);
	uint64_t begin = cfr_profile_now(profile);
	cfr_buf bytes = { .pool = cfr__load_pool(s->loader) };
	cfr_file_stamp after;
	int r = cfr_file_read_open(&bytes, fd, cfr_str_of(s->file), &s->limits, NULL);

	cfr_file_look(&after, fd);
	if (!cfr_file_same(now, &after))
		now->seen = 0;
	if (r == 0)
		r = cfr_source_take(out, cfr_str_of(s->file), &bytes, &s->limits, NULL);
	cfr_buf_release(&bytes);
	if (r)
		return r == CFR_E_NOMEM ? r : CFR_READ_WHOLE;
	cfr_profile_span(profile, "read", cfr_str_of(s->file), begin, cfr_source_bytes(*out).len, "bytes");
	return 0;
}

/* What was taken from a cache is of the file as its stamp was. Nobody sees a text before that is known of it. */
static int read_again(cfr_sections *s)
{
	cfr_source *source = NULL;
	cfr_file_stamp now;
	int fd, r;

	if (cfr_file_open(&fd, s->file, NULL) < 0)
		return CFR_READ_WHOLE;
	cfr_file_look(&now, fd);
	r = cfr_file_same(&now, &s->stamp) ? cfr__sections_read_text(&source, s, fd, &now) : CFR_READ_WHOLE;
	close(fd);
	if (r == 0 && now.seen)
		atomic_store_explicit(&s->source, source, memory_order_release);
	else
		cfr_source_unref(source);
	return r == 0 && !now.seen ? CFR_READ_WHOLE : r;
}

int cfr__sections_read_some(cfr_buf *out, cfr_sections *s, uint32_t from, uint32_t to)
{
	cfr_file_stamp then, now;
	int fd, r = CFR_READ_WHOLE;
	char *at;

	pthread_mutex_lock(&s->lock);
	then = s->stamp;
	pthread_mutex_unlock(&s->lock);
	if (cfr_file_open(&fd, s->file, NULL) < 0)
		return CFR_READ_WHOLE;
	cfr_file_look(&now, fd);
	if (!now.seen || !cfr_file_same(&now, &then))
		goto done;
	r = CFR_E_NOMEM;
	if (!(at = cfr_buf_room(out, to - from)))
		goto done;
	while (out->len < to - from) {
		ssize_t n = pread(fd, at + out->len, to - from - out->len, (off_t)((uint64_t)from + out->len));

		if (n == 0 || (n < 0 && errno != EINTR))
			break;
		out->len += n > 0 ? (size_t)n : 0;
	}
	cfr_file_look(&now, fd);
	r = out->len == to - from && now.seen && cfr_file_same(&now, &then) ? 0 : CFR_READ_WHOLE;
done:
	close(fd);
	return r;
}

int cfr__sections_need(cfr_sections *s)
{
	int r = 0;

	if (atomic_load_explicit(&s->source, memory_order_acquire))
		return 0;
	pthread_mutex_lock(&s->reading);
	if (!atomic_load_explicit(&s->source, memory_order_relaxed))
		r = read_again(s);
	pthread_mutex_unlock(&s->reading);
	return r;
}

/* ---- lines ---- */

uint32_t cfr__count_breaks(const char *ptr, size_t len)
{
	uint32_t count = 0;
	size_t at = 0;

	while (len - at >= sizeof(cfr_sixty_four)) {
		size_t rounds = (len - at) / sizeof(cfr_sixty_four);
		cfr_lanes sums = { 0 };

		/* Equal bytes are -1. A lane has room for 255. */
		for (size_t i = 0; i < rounds && i < 63; i++, at += sizeof(cfr_sixty_four)) {
			cfr_sixty_four v = cfr_sixty_four_load(ptr + at);

			sums -= (cfr_lanes)((v.a == '\n') + (v.b == '\n') + (v.c == '\n') + (v.d == '\n'));
		}
		for (size_t i = 0; i < sizeof(sums); i++)
			count += sums[i];
	}
	for (; at < len; at++)
		count += ptr[at] == '\n';
	return count;
}

const uint32_t *cfr__sections_lines(uint32_t *count, cfr_sections *s)
{
	uint32_t *lines = atomic_load_explicit(&s->lines, memory_order_acquire), *other = NULL;
	cfr_str text = cfr_source_bytes(s->source);
	size_t blocks = text.len / CFR__LINES + 1;

	*count = (uint32_t)blocks;
	if (lines || !(lines = malloc(blocks * sizeof(*lines))))
		return lines;
	lines[0] = 0;
	for (size_t i = 1; i < blocks; i++)
		lines[i] = lines[i - 1] + cfr__count_breaks(text.ptr + (i - 1) * CFR__LINES, CFR__LINES);
	if (!atomic_compare_exchange_strong_explicit(&s->lines, &other, lines, memory_order_acq_rel,
	                                             memory_order_acquire)) {
		free(lines);
		lines = other;
	}
	return lines;
}
