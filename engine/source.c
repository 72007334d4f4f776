/* engine/source.c -- a source's bytes and its line index.
 *
 * The index is two tables: where each line begins, and how many code points lie before each kibibyte. A column is then
 * a difference of two counts, each finished by a scan of at most a kibibyte, so that a JSON file of one line of ten
 * megabytes answers as fast as any other. Both are made at the first question and published by one compare-and-swap;
 * of two threads that ask at once, one throws its copy away.
 */
#include "engine/source.h"

#include "engine/base/file.h"
#include "engine/base/large.h"
#include "engine/base/str.h"
#include "engine/base/utf8.h"
#include <stdatomic.h>
#include <stdlib.h>

enum { STRIDE = 1024 };

typedef struct line_index {
	uint32_t count;		/* of lines; the first begins behind the byte order mark */
	uint32_t *starts;
	uint32_t *before;	/* code points before byte i * STRIDE */
} line_index;

struct cfr_source {
	atomic_uint refs;
	_Atomic(line_index *) index;
	cfr_str name, bytes;
	char *taken;		/* the bytes, when they are no part of this allocation */
	uint32_t mark;		/* length of the byte order mark: 0 or 3 */
};

/* Without its bytes, of which so many are to lie in its own allocation, in front of the name. */
static int make(cfr_source **out, cfr_str name, cfr_str bytes, size_t own, const cfr_limits *limits, cfr_err *err)
{
	uint64_t max = limits ? limits->of[CFR_LIMIT_FILE] : cfr_limit_default(CFR_LIMIT_FILE);
	cfr_source *source;
	char *text;

	if (bytes.len > max || bytes.len >= UINT32_MAX) {
		cfr_err_limit(err, limits, CFR_LIMIT_FILE);
		cfr_err_at(err, name, 0, 0);
		return CFR_E_LIMIT;
	}
	/* One allocation: struct, bytes, name. */
	source = name.len < SIZE_MAX / 4 ? malloc(sizeof(*source) + own + name.len + 1) : NULL;
	if (!source)
		return cfr_err_nomem(err);
	cfr_large(source, own);
	text = (char *)(source + 1) + own;
	if (name.len)
		memcpy(text, name.ptr, name.len);
	text[name.len] = '\0';
	source->name = (cfr_str){ text, name.len };
	source->bytes = bytes;
	source->taken = NULL;
	source->mark = cfr_str_starts(bytes, CFR_STR("\xEF\xBB\xBF")) ? 3 : 0;
	atomic_init(&source->refs, 1);
	atomic_init(&source->index, NULL);
	*out = source;
	return 0;
}

int cfr_source_new(cfr_source **out, cfr_str name, cfr_str bytes, const cfr_limits *limits, cfr_err *err)
{
	cfr_source *source;
	char *text;
	int r = make(&source, name, bytes, bytes.len + 1, limits, err);

	if (r < 0)
		return r;
	text = (char *)(source + 1);
	if (bytes.len)
		memcpy(text, bytes.ptr, bytes.len);
	text[bytes.len] = '\0';
	source->bytes.ptr = text;
	*out = source;
	return 0;
}

int cfr_source_take(cfr_source **out, cfr_str name, cfr_buf *bytes, const cfr_limits *limits, cfr_err *err)
{
	cfr_source *source;
	int r;

	if (!bytes->ptr)
		return cfr_source_new(out, name, cfr_buf_str(bytes), limits, err);
	if ((r = make(&source, name, cfr_buf_str(bytes), 0, limits, err)) < 0)
		return r;
	source->taken = bytes->ptr;
	*bytes = (cfr_buf)CFR_BUF_INIT;
	*out = source;
	return 0;
}

int cfr_source_open(cfr_source **out, const char *name, const cfr_limits *limits, cfr_err *err)
{
	cfr_buf buf = CFR_BUF_INIT;
	int r = cfr_file_read(&buf, name, limits, err);

	if (r == 0)
		r = cfr_source_take(out, cfr_str_of(name), &buf, limits, err);
	cfr_buf_release(&buf);
	return r;
}

cfr_source *cfr_source_ref(const cfr_source *source)
{
	cfr_source *s = (cfr_source *)source;

	if (s)
		atomic_fetch_add_explicit(&s->refs, 1, memory_order_relaxed);
	return s;
}

cfr_source *cfr_source_unref(const cfr_source *source)
{
	cfr_source *s = (cfr_source *)source;

	if (s && atomic_fetch_sub_explicit(&s->refs, 1, memory_order_acq_rel) == 1) {
		free(atomic_load_explicit(&s->index, memory_order_relaxed));
		free(s->taken);
		free(s);
	}
	return NULL;
}

cfr_str cfr_source_name(const cfr_source *source) { return source->name; }
cfr_str cfr_source_bytes(const cfr_source *source) { return source->bytes; }

/* The first byte behind the end of the line that `from` lies in; the length when no line ends there any more. */
static uint32_t next_line(cfr_str text, uint32_t from)
{
	for (size_t i = from; i < text.len; i++) {
		char c = text.ptr[i];

		if (c == '\n')
			return (uint32_t)i + 1;
		if (c == '\r') {
			/* LF at the end of CRLF is found by the next step. */
			if (i + 1 == text.len || text.ptr[i + 1] != '\n')
				return (uint32_t)i + 1;
		}
	}
	return (uint32_t)text.len;
}

static bool ended(cfr_str text, uint32_t next)
{
	return next > 0 && (text.ptr[next - 1] == '\n' || text.ptr[next - 1] == '\r');
}

/* Lines as starts: one more than there are line ends. */
static uint32_t count_starts(cfr_str text, uint32_t mark)
{
	uint32_t count = 1;

	for (uint32_t at = mark; at < text.len; count++) {
		at = next_line(text, at);
		if (at == text.len && !ended(text, at))
			break;
	}
	return count;
}

static line_index *index_new(const cfr_source *source)
{
	cfr_str text = source->bytes;
	uint32_t count = count_starts(text, source->mark), at = source->mark, points = 0;
	uint32_t strides = (uint32_t)(text.len / STRIDE) + 1;
	line_index *index = malloc(sizeof(*index) + ((size_t)count + strides) * sizeof(uint32_t));

	if (!index)
		return NULL;
	index->count = count;
	index->starts = (uint32_t *)(index + 1);
	index->before = index->starts + count;
	for (uint32_t i = 0; i < count; i++) {
		index->starts[i] = at;
		at = next_line(text, at);
	}
	for (uint32_t i = 0; i < strides; i++) {
		size_t from = (size_t)i * STRIDE, rest = text.len - from;

		index->before[i] = points;
		points += (uint32_t)cfr_utf8_count(text.ptr + from, rest < STRIDE ? rest : STRIDE);
	}
	return index;
}

/* NULL without memory. */
static const line_index *index_of(const cfr_source *source)
{
	cfr_source *s = (cfr_source *)source;
	line_index *index = atomic_load_explicit(&s->index, memory_order_acquire), *other = NULL;

	if (index)
		return index;
	index = index_new(source);
	if (index && !atomic_compare_exchange_strong_explicit(&s->index, &other, index, memory_order_acq_rel,
	                                                      memory_order_acquire)) {
		free(index);
		index = other;
	}
	return index;
}

static uint32_t points_before(const cfr_source *source, const line_index *index, uint32_t offset)
{
	uint32_t stride = offset / STRIDE;

	return index->before[stride] +
	       (uint32_t)cfr_utf8_count(source->bytes.ptr + (size_t)stride * STRIDE, offset % STRIDE);
}

cfr_place cfr_source_place(const cfr_source *source, uint32_t offset)
{
	const line_index *index = index_of(source);
	cfr_str text = source->bytes;
	cfr_place place = { 1, 1 };

	if (offset > text.len)
		offset = (uint32_t)text.len;
	if (offset < source->mark)
		offset = source->mark;
	if (!index) {
		uint32_t start = source->mark;

		for (;;) {
			uint32_t next = next_line(text, start);
			if (next > offset || !ended(text, next) || next == start)
				break;
			start = next;
			place.line++;
		}
		place.column += (uint32_t)cfr_utf8_count(text.ptr + start, offset - start);
		return place;
	}
	uint32_t low = 0, high = index->count;
	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;

		if (index->starts[middle] <= offset)
			low = middle;
		else
			high = middle;
	}
	place.line = low + 1;
	place.column += points_before(source, index, offset) - points_before(source, index, index->starts[low]);
	return place;
}

cfr_str cfr_source_line(const cfr_source *source, uint32_t line)
{
	const line_index *index = index_of(source);
	cfr_str text = source->bytes;
	uint32_t start = source->mark, end;

	if (line == 0 || (index && line > index->count))
		return (cfr_str){ NULL, 0 };
	if (index) {
		start = index->starts[line - 1];
	} else {
		for (uint32_t i = 1; i < line; i++) {
			start = next_line(text, start);
			if (!ended(text, start))
				return (cfr_str){ NULL, 0 };
		}
	}
	end = index && line < index->count ? index->starts[line] : index ? (uint32_t)text.len : next_line(text, start);
	if (end > start && text.ptr[end - 1] == '\n')
		end--;
	if (end > start && text.ptr[end - 1] == '\r')
		end--;
	return cfr_str_sub(text, start, end);
}

uint32_t cfr_source_lines(const cfr_source *source)
{
	const line_index *index = index_of(source);
	uint32_t starts = index ? index->count : count_starts(source->bytes, source->mark);
	uint32_t len = (uint32_t)source->bytes.len;

	/* What ends in a line end has no further line behind it. */
	return len == source->mark || ended(source->bytes, len) ? starts - 1 : starts;
}
