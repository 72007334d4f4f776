/* engine/source.c -- a source's bytes and its line index.
 *
 * The index is two tables: where each line begins, and how many code points lie before each kibibyte. A column is then
 * a difference of two counts, each finished by a scan of at most a kibibyte, so that a JSON file of one line of ten
 * megabytes answers as fast as any other. Both are made at the first question and published by one compare-and-swap;
 * of two threads that ask at once, one throws its copy away.
 *
 * A source of pieces (base/part.h) has *rows* for lines: one begins where a line does and where a piece does, and each knows
 * its line, and the column that it begins in.
 */
#include "engine/source.h"

#include "engine/base/file.h"
#include "engine/base/part.h"
#include "engine/base/pooled.h"
#include "engine/base/str.h"
#include "engine/base/utf8.h"
#include <stdatomic.h>

enum { STRIDE = 1024 };

typedef struct line_index {
	uint32_t count;		/* of lines; the first begins behind the byte order mark */
	uint32_t *starts;
	uint32_t *before;	/* code points before byte i * STRIDE */
	cfr__piece *rows;	/* of pieces: where each start stands; else NULL */
} line_index;

struct cfr_source {
	atomic_uint refs;
	_Atomic(line_index *) index;
	cfr_str name, bytes;
	cfr_buf taken;		/* the bytes, when they are no part of this allocation */
	_Atomic(cfr_pool *) pool;	/* of all that is read from it; set once */
	uint32_t mark;		/* length of the byte order mark: 0 or 3 */
	uint32_t piece_count;	/* 0: the whole text of a file */
	cfr__piece *pieces;
	cfr__around around;
};

/* Without its bytes, of which so many are to lie in its own allocation, in front of the name. */
static int make(cfr_source **out, cfr_str name, cfr_str bytes, size_t own, cfr_pool *pool,
                const cfr_limits *limits, cfr_err *err)
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
	source = name.len < SIZE_MAX / 4 ? cfr_slab_new(pool, sizeof(*source) + own + name.len + 1) : NULL;
	if (!source)
		return cfr_err_nomem(err);
	text = (char *)(source + 1) + own;
	if (name.len)
		memcpy(text, name.ptr, name.len);
	text[name.len] = '\0';
	source->name = (cfr_str){ text, name.len };
	source->bytes = bytes;
	source->taken = (cfr_buf)CFR_BUF_INIT;
	source->pieces = NULL;
	source->piece_count = 0;
	source->around = (cfr__around){ .lead = 0 };
	atomic_init(&source->pool, cfr_pool_ref(pool));
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
	int r = make(&source, name, bytes, bytes.len + 1, NULL, limits, err);

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
	if ((r = make(&source, name, cfr_buf_str(bytes), 0, bytes->pool, limits, err)) < 0)
		return r;
	source->taken = *bytes;
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
		cfr_slab_free(atomic_load_explicit(&s->index, memory_order_relaxed));
		cfr_buf_release(&s->taken);
		cfr_slab_free(s->pieces);
		cfr_pool_unref(atomic_load_explicit(&s->pool, memory_order_relaxed));
		cfr_slab_free(s);
	}
	return NULL;
}

int cfr__source_part(cfr_source **out, cfr_str name, cfr_buf *text, const cfr__piece *pieces, uint32_t count,
                     cfr__around around, cfr_err *err)
{
	cfr__piece *copy = cfr_slab_new(text->pool, (count ? count : 1) * sizeof(*copy));
	cfr_limits limits;
	int r;

	if (!copy)
		return cfr_err_nomem(err);
	/* The file was not too large; what is put between its pieces is a few bytes. */
	cfr_limits_default(&limits);
	limits.of[CFR_LIMIT_FILE] = UINT32_MAX;
	r = cfr_source_take(out, name, text, &limits, err);
	if (r < 0) {
		cfr_slab_free(copy);
		return r;
	}
	copy[0] = (cfr__piece){ 0, 1, 1 };
	if (count)
		memcpy(copy, pieces, count * sizeof(*copy));
	(*out)->mark = 0;
	(*out)->pieces = copy;
	(*out)->piece_count = count ? count : 1;
	(*out)->around = around;
	return 0;
}

const cfr__piece *cfr__source_pieces(const cfr_source *source, uint32_t *count)
{
	*count = source->piece_count;
	return source->pieces;
}

cfr__around cfr__source_around(const cfr_source *source) { return source->around; }

cfr_pool *cfr__source_pool(const cfr_source *source)
{
	return atomic_load_explicit(&((cfr_source *)(uintptr_t)source)->pool, memory_order_acquire);
}

void cfr__source_use(const cfr_source *source, cfr_pool *pool)
{
	cfr_source *s = (cfr_source *)(uintptr_t)source;
	cfr_pool *none = NULL;

	if (pool && !atomic_load_explicit(&s->pool, memory_order_acquire) &&
	    !atomic_compare_exchange_strong_explicit(&s->pool, &none, cfr_pool_ref(pool), memory_order_acq_rel,
	                                             memory_order_acquire))
		cfr_pool_unref(pool);
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

/* The rows of pieces, written to `rows` and `starts` if not NULL; how many. */
static uint32_t make_rows(const cfr_source *source, cfr__piece *rows, uint32_t *starts)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < source->piece_count; i++) {
		bool last = i + 1 == source->piece_count;
		cfr_str text = cfr_str_sub(source->bytes, 0, last ? source->bytes.len : source->pieces[i + 1].at);
		cfr__piece row = source->pieces[i];

		for (;;) {
			if (rows) {
				rows[count] = row;
				starts[count] = row.at;
			}
			count++;
			if (row.at == text.len)
				break;
			row.at = next_line(text, row.at);
			if (!ended(text, row.at) || (row.at == text.len && !last))
				break;
			row.line++;
			row.column = 1;
		}
	}
	return count;
}

static line_index *index_new(const cfr_source *source)
{
	cfr_str text = source->bytes;
	bool parts = source->pieces != NULL;
	uint32_t count = parts ? make_rows(source, NULL, NULL) : count_starts(text, source->mark);
	uint32_t strides = (uint32_t)(text.len / STRIDE) + 1, at = source->mark, points = 0;
	size_t rows = parts ? count * sizeof(cfr__piece) : 0;
	line_index *index = cfr_slab_new(cfr__source_pool(source),
	                                 sizeof(*index) + rows + ((size_t)count + strides) * sizeof(uint32_t));

	if (!index)
		return NULL;
	index->count = count;
	index->rows = parts ? (cfr__piece *)(index + 1) : NULL;
	index->starts = (uint32_t *)((char *)(index + 1) + rows);
	index->before = index->starts + count;
	if (parts)
		make_rows(source, index->rows, index->starts);
	for (uint32_t i = 0; i < count && !parts; i++) {
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
		cfr_slab_free(index);
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

/* Without an index. */
static cfr_place slow_place(const cfr_source *source, uint32_t offset)
{
	cfr_str text = source->bytes;
	uint32_t start = source->mark, i = 0;
	cfr_place place = { 1, 1 };

	if (source->pieces) {
		while (i + 1 < source->piece_count && source->pieces[i + 1].at <= offset)
			i++;
		start = source->pieces[i].at;
		place = (cfr_place){ source->pieces[i].line, source->pieces[i].column };
	}
	for (;;) {
		uint32_t next = next_line(text, start);
		if (next > offset || !ended(text, next) || next == start)
			break;
		start = next;
		place.line++;
		place.column = 1;
	}
	place.column += (uint32_t)cfr_utf8_count(text.ptr + start, offset - start);
	return place;
}

cfr_place cfr_source_place(const cfr_source *source, uint32_t offset)
{
	const line_index *index = index_of(source);
	uint32_t low = 0, high;
	cfr_place place;

	if (offset > source->bytes.len)
		offset = (uint32_t)source->bytes.len;
	if (offset < source->mark)
		offset = source->mark;
	if (!index)
		return slow_place(source, offset);
	high = index->count;
	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;

		if (index->starts[middle] <= offset)
			low = middle;
		else
			high = middle;
	}
	place = index->rows ? (cfr_place){ index->rows[low].line, index->rows[low].column } : (cfr_place){ low + 1, 1 };
	place.column += points_before(source, index, offset) - points_before(source, index, index->starts[low]);
	return place;
}

static cfr_str without_end(cfr_str line)
{
	if (line.len && line.ptr[line.len - 1] == '\n')
		line.len--;
	if (line.len && line.ptr[line.len - 1] == '\r')
		line.len--;
	return line;
}

/* Of pieces, a line that one of them has from its beginning on. */
static cfr_str piece_line(const cfr_source *source, uint32_t line)
{
	for (uint32_t i = 0; i < source->piece_count; i++) {
		cfr__piece row = source->pieces[i];
		size_t end = i + 1 < source->piece_count ? source->pieces[i + 1].at : source->bytes.len;
		cfr_str text = cfr_str_sub(source->bytes, 0, end);

		while (row.line < line && row.at < text.len) {
			row.at = next_line(text, row.at);
			if (!ended(text, row.at))
				break;
			row.line++;
			row.column = 1;
		}
		if (row.line == line && row.column == 1)
			return without_end(cfr_str_sub(text, row.at, next_line(text, row.at)));
	}
	return (cfr_str){ NULL, 0 };
}

cfr_str cfr_source_line(const cfr_source *source, uint32_t line)
{
	const line_index *index = source->pieces ? NULL : index_of(source);
	cfr_str text = source->bytes;
	uint32_t start = source->mark, end;

	if (line == 0 || (index && line > index->count))
		return (cfr_str){ NULL, 0 };
	if (source->pieces)
		return piece_line(source, line);
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
	return without_end(cfr_str_sub(text, start, end));
}

uint32_t cfr_source_lines(const cfr_source *source)
{
	const line_index *index = index_of(source);
	uint32_t starts = index ? index->count : count_starts(source->bytes, source->mark);
	uint32_t len = (uint32_t)source->bytes.len;

	if (source->pieces) {
		cfr_place last = cfr_source_place(source, len);

		return last.column == 1 && last.line > 1 ? last.line - 1 : last.line;
	}
	/* What ends in a line end has no further line behind it. */
	return len == source->mark || ended(source->bytes, len) ? starts - 1 : starts;
}
