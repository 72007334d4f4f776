/* engine/text/comments.c -- see comments.h.
 *
 * Keys, scalars and opening brackets are the *marks* of a text; sorted by place they leave gaps, and in a gap there is
 * nothing but punctuation, properties, blanks and comments. What came through an alias or a merge stands elsewhere and
 * is no mark here.
 */
#include "engine/text/comments.h"

#include "engine/base/part.h"
#include "engine/text.h"

#include <stdlib.h>

typedef struct mark {
	uint32_t start, end, rank;
	bool key;
} mark;

typedef struct walk {
	const cfr_document *doc;
	cfr_str text;
	cfr_format format;
	cfr_arena *arena;
	mark *marks;
	uint32_t mark_count;
	uint32_t *parents;		/* by rank */
	cfr__comment *items;
	uint32_t count, cap;
	uint32_t before_gap;		/* so many were found before this gap */
	uint32_t last;			/* mark before the gap; UINT32_MAX: none */
	uint32_t at, line;		/* the comment that is placed, and where its line begins */
	bool own;			/* which holds nothing before it */
	bool dash;			/* of the next entry, came before it in this gap */
	bool failed;
	cfr__around around;		/* of a text of one entry */
} walk;

/* ---- marks: keys, scalars, opening brackets ---- */

static int by_place(const void *a, const void *b)
{
	const mark *x = a, *y = b;

	return (x->start > y->start) - (x->start < y->start);
}

static void add_mark(walk *w, uint32_t start, uint32_t end, uint32_t rank, bool key)
{
	w->marks[w->mark_count++] = (mark){ start, end, rank, key };
}

/* Of a block scalar the first line may end in a comment, which lies inside its span; the mark ends before it. */
static uint32_t header_end(const walk *w, cfr_entry entry)
{
	uint32_t at = entry.start;

	while (at < entry.end && !strchr(" \t\r\n", w->text.ptr[at]))
		at++;
	return at;
}

/* A mark for what lies behind the header line of a block scalar: its body. */
static void add_scalar(walk *w, cfr_entry entry, uint32_t rank)
{
	bool block = w->format == CFR_YAML && (entry.style == CFR_LITERAL || entry.style == CFR_FOLDED);
	uint32_t end = block ? header_end(w, entry) : entry.end, body = end;
	add_mark(w, entry.start, end, rank, false);
	if (!block)
		return;
	while (body < entry.end && w->text.ptr[body] != '\n' && w->text.ptr[body] != '\r')
		body++;
	if (body < entry.end)
		add_mark(w, body, entry.end, rank, false);
}

static bool gather_marks(walk *w)
{
	uint32_t nodes = cfr_document_ranked(w->doc, 0).next;
	bool sorted = true;

	w->marks = cfr_arena_alloc(w->arena, (size_t)nodes * 3 * sizeof(*w->marks));
	w->parents = cfr_arena_zalloc(w->arena, nodes, sizeof(*w->parents));
	if (!w->marks || !w->parents)
		return false;
	for (uint32_t rank = 0; rank < nodes; rank++) {
		cfr_entry entry = cfr_document_ranked(w->doc, rank);
		cfr_node node = cfr_document_node(w->doc, rank), parent;
		bool via = entry.flags & (CFR_VIA_ALIAS | CFR_VIA_MERGE);

		for (uint32_t at = rank + 1; cfr_node_size(node) && at < entry.next;
		     at = cfr_document_ranked(w->doc, at).next)
			w->parents[at] = rank;
		if (entry.flags & CFR_VIA_MERGE)
			continue;
		if (via && (!cfr_node_parent(&parent, node) ||
		            (cfr_document_entry(w->doc, parent).flags & CFR_VIA_ALIAS)))
			continue;
		if (entry.key_len && cfr_node_key(node).ptr)
			add_mark(w, entry.key_start, entry.key_start + entry.key_len, rank, true);
		if (via || (entry.end == entry.start && rank == 0))
			continue;
		if (entry.style == CFR_FLOW)
			add_mark(w, entry.start, entry.start + 1, rank, false);	/* a bracket: inside, more may be said */
		else if (cfr_node_size(node) == 0)
			add_scalar(w, entry, rank);
	}
	for (uint32_t i = 1; i < w->mark_count; i++)
		sorted = sorted && w->marks[i - 1].start <= w->marks[i].start;
	if (!sorted)
		qsort(w->marks, w->mark_count, sizeof(*w->marks), by_place);
	return true;
}

/* ---- where a comment belongs ---- */

static uint32_t column_of(const walk *w, uint32_t at)
{
	return cfr_source_place(cfr_document_source(w->doc), at).column;
}

/* Looks at the line of a comment; a text of one long line is looked at once, not for each comment in it. */
static void look(walk *w, uint32_t at)
{
	uint32_t line = at, blank;

	if (at == w->at)
		return;
	while (line > w->at && w->text.ptr[line - 1] != '\n' && w->text.ptr[line - 1] != '\r')
		line--;
	if (line == w->at && line > 0)
		line = w->line;
	blank = line > w->at ? line : w->at;
	w->own = blank == line || w->own;
	while (blank < at && (w->text.ptr[blank] == ' ' || w->text.ptr[blank] == '\t'))
		blank++;
	w->own = w->own && blank == at;
	w->line = line;
	w->at = at;
}

/* What the comment at `at` stands beside, when it does: the last mark, or the outermost bracket closed since. */
static bool beside(const walk *w, uint32_t at, uint32_t *rank)
{
	uint32_t end;

	if (w->last == UINT32_MAX)
		return false;
	*rank = w->marks[w->last].rank;
	end = w->marks[w->last].end;
	for (uint32_t up = *rank;;) {
		cfr_entry entry = cfr_document_ranked(w->doc, up);

		if (entry.style == CFR_FLOW && entry.end > end) {
			if (entry.end > at)
				break;
			*rank = up;
			end = entry.end;
		}
		if (up == 0)
			break;
		up = w->parents[up];
	}
	/* A block scalar ends behind the break of its last line. */
	return w->line <= end && (w->line < end || end == 0 || w->text.ptr[end - 1] != '\n');
}

/* Where an entry begins on paper: its key, or itself. */
static uint32_t head_of(const walk *w, uint32_t rank)
{
	cfr_entry entry = cfr_document_ranked(w->doc, rank);

	return entry.key_len ? entry.key_start : entry.before;
}

/* The outermost entry that begins with the mark and behind `at`: a list item begins with its first key, and the root,
 * unless brackets show where, with whatever comes first. */
static uint32_t outermost(const walk *w, uint32_t rank, uint32_t at)
{
	uint32_t least = w->around.entry && !w->around.first;

	while (rank > least && w->parents[rank] == rank - 1 &&
	       (head_of(w, rank - 1) >= at || (rank == 1 && w->format != CFR_JSONC)))
		rank--;
	return rank;
}

/* The collection whose entries line up with a comment: an ancestor of what came last. A list item stands where the dashes
 * do, at the start of the list. */
static uint32_t lined_up(const walk *w, uint32_t rank, uint32_t column)
{
	while (rank > 0) {
		cfr_entry parent = cfr_document_ranked(w->doc, w->parents[rank]);
		bool item = !cfr_document_ranked(w->doc, rank).key_len;

		if (column_of(w, item ? parent.start : head_of(w, rank)) <= column)
			break;
		rank = w->parents[rank];
	}
	return w->parents[rank];
}

/* The collection in brackets that is still open at `at`, when nothing of it comes any more. */
static bool closing(const walk *w, uint32_t at, uint32_t next, uint32_t *rank)
{
	for (uint32_t up = w->last == UINT32_MAX ? 0 : w->marks[w->last].rank; w->last != UINT32_MAX; up = w->parents[up]) {
		cfr_entry entry = cfr_document_ranked(w->doc, up);

		if (entry.style == CFR_FLOW && entry.start < at && at < entry.end) {
			*rank = up;
			return next == w->mark_count || w->marks[next].start >= entry.end;
		}
		if (up == 0)
			break;
	}
	return false;
}

static void add(walk *w, cfr_str text, uint32_t rank, cfr__where where)
{
	if (w->count == w->cap) {
		uint32_t cap = w->cap ? w->cap * 2 : 16;
		cfr__comment *items = cfr_arena_alloc(w->arena, cap * sizeof(*items));

		if (!items) {
			w->failed = true;
			return;
		}
		if (w->count)
			memcpy(items, w->items, w->count * sizeof(*items));
		w->items = items;
		w->cap = cap;
	}
	w->items[w->count++] = (cfr__comment){ text, rank, (uint8_t)where };
}

/* With the blank line before it, which was thought to belong to the next entry. */
static void add_below(walk *w, cfr_str text, uint32_t rank)
{
	cfr__comment *before = w->count > w->before_gap ? &w->items[w->count - 1] : NULL;

	if (before && !before->text.ptr && before->where == CFR__ABOVE)
		*before = (cfr__comment){ before->text, rank, CFR__BELOW };
	add(w, text, rank, CFR__BELOW);
}

/* One line of comment (or a blank one, without text) at `at`; `next` is the mark behind the gap. */
static void place(walk *w, uint32_t at, cfr_str text, uint32_t next)
{
	uint32_t rank;

	look(w, at);
	if (text.ptr && !w->own && beside(w, at, &rank)) {
		add(w, text, rank, CFR__BESIDE);
		return;
	}
	if (next == w->mark_count && w->last == UINT32_MAX) {
		add(w, text, 0, CFR__ABOVE);	/* a text of comments alone */
		return;
	}
	if (closing(w, at, next, &rank)) {
		add(w, text, rank, CFR__BELOW);
		return;
	}
	if (next == w->mark_count && w->around.next) {
		if (text.ptr && w->own && column_of(w, at) > w->around.next)
			add_below(w, text, lined_up(w, w->marks[w->last].rank, column_of(w, at)));
		else
			add(w, text, 0, CFR__ABOVE);	/* of what comes next */
		return;
	}
	if (next == w->mark_count) {
		rank = w->format != CFR_YAML || !text.ptr || column_of(w, at) == 1
		       ? 0 : lined_up(w, w->marks[w->last].rank, column_of(w, at));
		add(w, text, rank, CFR__BELOW);
		return;
	}
	rank = outermost(w, w->marks[next].rank, at);
	if (w->last == UINT32_MAX && w->around.later && w->own && text.ptr && !w->dash &&
	    column_of(w, at) > column_of(w, w->marks[next].start))
		add_below(w, text, 0);		/* of the entry before */
	else if (w->format == CFR_YAML && w->own && text.ptr && w->last != UINT32_MAX && !w->dash &&
	    column_of(w, at) > column_of(w, w->marks[next].start) &&
	    cfr_document_ranked(w->doc, w->marks[w->last].rank).next <= rank)
		add_below(w, text, lined_up(w, w->marks[w->last].rank, column_of(w, at)));
	else
		add(w, text, rank, CFR__ABOVE);
}

/* ---- a gap ---- */

static cfr_str trimmed(cfr_str s)
{
	while (s.len && strchr(" \t\r\n", s.ptr[s.len - 1]))
		s.len--;
	return s;
}

/* The rest of a line as a comment; returns its end. */
static uint32_t line_comment(walk *w, uint32_t at, uint32_t marker, uint32_t limit, uint32_t next)
{
	uint32_t end = at + marker < limit ? at + marker : limit;

	while (end < limit && w->text.ptr[end] != '\n' && w->text.ptr[end] != '\r')
		end++;
	place(w, at, at + marker < end ? trimmed(cfr_str_sub(w->text, at + marker, end)) : CFR_STR(""), next);
	return end;
}

/* A block comment, line by line, without the stars that such lines often begin with. */
static uint32_t block_comment(walk *w, uint32_t at, uint32_t limit, uint32_t next)
{
	uint32_t i = at + 2, end = i;

	while (end + 1 < limit && !(w->text.ptr[end] == '*' && w->text.ptr[end + 1] == '/'))
		end++;
	while (i < end) {
		uint32_t from = i, stop;

		while (i < end && w->text.ptr[i] != '\n' && w->text.ptr[i] != '\r')
			i++;
		stop = i++;
		while (from > at + 2 && from < stop && strchr(" \t", w->text.ptr[from]))
			from++;
		if (from > at + 2 && from < stop && w->text.ptr[from] == '*')
			from++;
		cfr_str text = trimmed(cfr_str_sub(w->text, from, stop));
		if (text.len)
			place(w, at, text, next);
	}
	return end + 2 < limit ? end + 2 : limit;
}

static bool begins_comment(const walk *w, uint32_t at, uint32_t from)
{
	char c = w->text.ptr[at], before = at > 0 ? w->text.ptr[at - 1] : '\n';

	switch (w->format) {
	case CFR_JSONC:
		return c == '/' && at + 1 < w->text.len && (w->text.ptr[at + 1] == '/' || w->text.ptr[at + 1] == '*');
	case CFR_TOML:
		return c == '#';
	case CFR_PROPERTIES:
		return (c == '#' || c == '!') && (at == from || strchr(" \t\f\r\n", before));
	default:
		return c == '#' && (at == from || strchr(" \t\r\n", before));
	}
}

/* Is this line, from the line break before it, blank? Gives its end. */
static bool blank_line(const walk *w, uint32_t at, uint32_t limit, uint32_t *end)
{
	uint32_t i = at + 1;

	while (i < limit && (w->text.ptr[i] == ' ' || w->text.ptr[i] == '\t' || w->text.ptr[i] == '\r'))
		i++;
	*end = i;
	return i < limit && w->text.ptr[i] == '\n';
}

static void gap(walk *w, uint32_t from, uint32_t to, uint32_t next)
{
	bool blank = false;

	w->before_gap = w->count;
	w->dash = false;
	/* The body of a block scalar has its last line break inside. */
	if (from > 0 && w->text.ptr[from - 1] == '\n')
		from--;
	for (uint32_t at = from; at < to;) {
		char c = w->text.ptr[at];
		uint32_t end;

		if (begins_comment(w, at, from)) {
			bool block = w->format == CFR_JSONC && w->text.ptr[at + 1] == '*';

			at = block ? block_comment(w, at, to, next)
			           : line_comment(w, at, w->format == CFR_JSONC ? 2 : 1, to, next);
			blank = false;
		} else if (w->format == CFR_TOML && (c == '"' || c == '\'')) {
			for (at++; at < to && w->text.ptr[at] != c && w->text.ptr[at] != '\n'; at++)
				at += c == '"' && w->text.ptr[at] == '\\';
			at++;
		} else if (c == '\n' && blank_line(w, at, to, &end)) {
			if (!blank)
				place(w, at + 1, (cfr_str){ NULL, 0 }, next);
			blank = true;
			at = end;
		} else {
			w->dash |= c == '-' && w->format == CFR_YAML;
			at++;
		}
	}
}

/* ---- all ---- */

static int by_rank(const cfr__comment *x, const cfr__comment *y)
{
	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	return (int)x->where - (int)y->where;
}

/* A merge sort, because lines of one place must keep their order. */
static bool sort(walk *w)
{
	cfr__comment *from = w->items, *to = cfr_arena_alloc(w->arena, (size_t)(w->count + 1) * sizeof(*to));

	if (!to)
		return false;
	for (uint32_t width = 1; width < w->count; width *= 2) {
		for (uint32_t at = 0; at < w->count; at += 2 * width) {
			uint32_t i = at, mid = at + width < w->count ? at + width : w->count, j = mid;
			uint32_t end = mid + width < w->count ? mid + width : w->count;

			for (uint32_t k = at; k < end; k++) {
				bool left = i < mid && (j == end || by_rank(&from[i], &from[j]) <= 0);
				to[k] = left ? from[i++] : from[j++];
			}
		}
		cfr__comment *swap = from;
		from = to;
		to = swap;
	}
	w->items = from;
	return true;
}

int cfr__comments_of(cfr__comments *out, cfr_arena *arena, const cfr_document *doc, cfr_err *err)
{
	walk w = { .doc = doc, .format = cfr_document_format(doc), .arena = arena, .last = UINT32_MAX };
	uint32_t from, to;

	*out = (cfr__comments){ NULL, 0 };
	if (w.format == CFR_JSON || w.format == CFR_JSONL)
		return 0;
	w.text = cfr_source_bytes(cfr_document_source(doc));
	if (!gather_marks(&w))
		return cfr_err_nomem(err);
	cfr_document_range(doc, &from, &to);
	w.around = cfr__source_around(cfr_document_source(doc));
	if (w.around.entry)
		from -= w.around.lead;
	for (uint32_t i = 0; i < w.mark_count && !w.failed; i++) {
		if (from < w.marks[i].start)
			gap(&w, from, w.marks[i].start, i);
		w.last = i;
		from = w.marks[i].end > from ? w.marks[i].end : from;
	}
	if (from < to && !w.failed)
		gap(&w, from, to, w.mark_count);
	if (w.failed || !sort(&w))
		return cfr_err_nomem(err);
	*out = (cfr__comments){ w.items, w.count };
	return 0;
}

const cfr__comment *cfr__comments_at(const cfr__comments *comments, uint32_t rank, cfr__where where, uint32_t *count)
{
	const cfr__comment wanted = { .rank = rank, .where = (uint8_t)where };
	uint32_t low = 0, high = comments->count, end;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;
		const cfr__comment *at = &comments->items[mid];

		if (at->rank < wanted.rank || (at->rank == wanted.rank && at->where < wanted.where))
			low = mid + 1;
		else
			high = mid;
	}
	for (end = low; end < comments->count && comments->items[end].rank == rank && comments->items[end].where == where;)
		end++;
	*count = end - low;
	return *count ? comments->items + low : NULL;
}

/* The first comment of an entry of a rank, or behind it. */
static uint32_t first_from(const cfr__comments *comments, uint32_t rank)
{
	uint32_t low = 0, high = comments->count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (comments->items[middle].rank < rank)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

int cfr_text_comments_of(uint32_t *out, const cfr_document *doc, const cfr_node *nodes, uint32_t count, cfr_err *err)
{
	cfr__comments comments = { .count = 0 };
	uint32_t lines = 0;
	cfr_arena arena;
	int r;

	cfr_arena_init(&arena, NULL);
	r = count ? cfr__comments_of(&comments, &arena, doc, err) : 0;
	for (uint32_t i = 0; r == 0 && i < count; i++) {
		uint32_t rank = cfr_document_rank(doc, nodes[i]), end = cfr_document_ranked(doc, rank).next;

		for (uint32_t k = first_from(&comments, rank); k < comments.count && comments.items[k].rank < end; k++)
			lines += comments.items[k].text.ptr != NULL;
	}
	cfr_arena_release(&arena);
	if (r == 0)
		*out = lines;
	return r;
}
