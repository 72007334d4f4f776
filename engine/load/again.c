/* engine/load/again.c -- a file that changed in one place, opened again for the price of the change.
 *
 * The two texts are compared as bytes, from both ends. When what is left lies in one item of a list, and the new bytes are
 * again one such entry (engine/text/outline.h), then the lists are the old ones with everything behind it moved, and the
 * sections are the old ones: but for that item; for its neighbours, whose comments lie between them and it; and
 * for those behind it that are on other lines now, which are cut anew when somebody asks for them.
 */
#include "engine/load/parts.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct change {
	cfr_sections *old, *now;
	uint32_t from, to;		/* what changed, in the old text */
	uint32_t path[CFR__OUTLINE_DEPTH];	/* the items around it, the outermost first */
	uint32_t depth;
	uint32_t end;			/* of the last one, in the old text */
	int64_t grown;			/* bytes */
	bool lines;			/* there are more or fewer than before */
	bool placed;			/* its key and comments are what they were */
} change;

/* The item of a list that holds all that changed; a change between two belongs to the first. */
static bool item_around(uint32_t *out, const change *c, const cfr__list *list)
{
	const cfr__listed *items = c->old->lists.items;
	uint32_t low = list->first, high = list->first + list->count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (items[middle].window.end < c->to)
			low = middle + 1;
		else
			high = middle;
	}
	*out = low;
	return low < list->first + list->count && items[low].window.start <= c->from && c->to <= items[low].window.end;
}

/* Does what comes behind an entry of YAML begin with an alias or a merge? What is said above that is said about what comes
 * next (engine/text/listing.c). */
static bool silent(cfr_str text, uint32_t at)
{
	const char *p = text.ptr + at, *end = text.ptr + text.len;

	while (p < end && strchr("# \t\r\n-", *p))
		p = *p != '#' ? p + 1 : (p = memchr(p, '\n', (size_t)(end - p))) ? p : end;
	return p < end && (*p == '*' || *p == '<');
}

static bool find_path(change *c)
{
	const cfr__lists *lists = &c->old->lists;
	uint32_t list = lists->root, item;

	do {
		if (!item_around(&item, c, &lists->of[list]))
			return false;
		c->path[c->depth++] = item;
		list = lists->items[item].list;
	} while (list != CFR__NO_LIST);
	return lists->items[item].window.alone && !lists->items[item].window.property &&
	       (c->old->format != CFR_YAML || !silent(cfr_source_bytes(c->old->source), lists->items[item].window.end));
}

/* What moves. All that changed lies in the entry Y:
 *
 *      ... X | Y: ... ###### ... | Z ...         old text
 *            |        |     |    |
 *          start    from    to  end
 *
 *      ... X | Y: ... ########## ... | Z ...     new text
 *                                    |
 *                                end + grown
 *
 * The path are the entries around it, from the root's to Y, which is no list itself. Y is scanned again. An offset before
 * `end` stays; one there or behind it moves by `grown`: so all that is around Y begins where it did and ends later. The
 * sections of what stays and of what moves are shared, but for
 *
 *   those on the path, which hold the change;
 *   X and Z at each step of it: comments between two entries belong to either, by what both look like;
 *   what stands on other lines than before, because places are told by lines; in JSON also what follows on Y's last line.
 */
static uint32_t moved(const change *c, uint32_t offset)
{
	return offset >= c->end ? (uint32_t)(offset + c->grown) : offset;
}

/* The lists of the new text. */
static int move_lists(change *c)
{
	const cfr__lists *from = &c->old->lists;
	uint32_t item = c->path[c->depth - 1], nodes, depth;
	cfr__lists *to = &c->now->lists;
	const cfr__list *around = cfr__list_around(from, item);
	cfr__listed new;
	int r;

	c->end = from->items[item].window.end;
	r = cfr__lists_same(&new, &nodes, &depth, c->now->source, c->now->format, from->items[item].window.start,
	                    moved(c, c->end), c->old->source, &from->items[item]);
	if (r)
		return r;
	*to = *from;
	to->cap = to->count;
	to->item_cap = to->item_count;
	to->of = malloc(to->count * sizeof(*to->of));
	to->items = malloc(to->item_count * sizeof(*to->items));
	if (!to->of || !to->items)
		return CFR_E_NOMEM;
	to->nodes = from->nodes + nodes < from->nodes ? UINT32_MAX : from->nodes + nodes;
	to->depth = around->depth + depth > from->depth ? around->depth + depth : from->depth;
	for (uint32_t i = 0; i < to->item_count; i++) {
		cfr__listed it = from->items[i];

		it.window.start = moved(c, it.window.start);
		it.window.end = moved(c, it.window.end);
		it.window.key = moved(c, it.window.key);
		it.window.key_end = moved(c, it.window.key_end);
		it.window.value = moved(c, it.window.value);
		it.rest = moved(c, it.rest);
		to->items[i] = it;
	}
	for (uint32_t i = 0; i < to->count; i++) {
		to->of[i] = from->of[i];
		to->of[i].start = moved(c, to->of[i].start);
		to->of[i].end = moved(c, to->of[i].end);
	}
	to->items[item] = new;
	/* What ends with it. */
	for (uint32_t i = c->depth - 1; i > 0 && from->items[c->path[i - 1]].rest == from->items[item].rest; i--)
		to->items[c->path[i - 1]].rest = new.rest;
	c->placed = from->items[item].window.value <= c->from && c->to <= from->items[item].rest &&
	            new.rest == from->items[item].rest + c->grown &&
	            from->items[item].shape >= CFR__UNKNOWN && new.shape >= CFR__UNKNOWN;
	return to->nodes > c->now->limits.of[CFR_LIMIT_NODES] || to->depth > c->now->limits.of[CFR_LIMIT_DEPTH]
	       ? CFR_READ_WHOLE : 0;
}

/* Does what began at `start` still stand where it stood? */
static bool stays(const change *c, uint32_t start)
{
	cfr_str text = cfr_source_bytes(c->old->source);

	if (start < c->end)
		return true;
	return !c->lines && (c->old->format == CFR_YAML || memchr(text.ptr + c->end, '\n', start - c->end));
}

/* JSON: an item is read with its line, so that it can be shown. Does that reach from before the change into it? */
static bool shows(const change *c, uint32_t end)
{
	const char *text = cfr_source_bytes(c->old->source).ptr;

	return c->old->format == CFR_JSON && end <= c->from && c->from - end <= CFR__MARGIN &&
	       !memchr(text + end, '\n', c->from - end);
}

/* Is a section of the old text one of the new? */
static bool keeps(const change *c, const cfr_section *section)
{
	const cfr__lists *lists = &c->old->lists;
	const cfr__list *list;
	uint32_t last;

	if (!section->listed) {
		for (uint32_t i = 0; i < c->depth; i++) {
			if (section->number == c->path[i] || section->number == c->path[i] + 1 ||
			    lists->items[section->number].window.end == lists->items[c->path[i]].window.start)
				return false;
		}
		return stays(c, lists->items[section->number].window.start) &&
		       !shows(c, lists->items[section->number].window.end);
	}
	list = &lists->of[section->number];
	for (uint32_t i = 0; i < c->depth; i++) {
		if (c->path[i] - list->first >= list->count)
			continue;
		/* What is listed behind the change must not have moved, nor anything in it have changed. */
		last = list->first + list->count - 1;
		return c->placed && (c->path[i] == last || stays(c, lists->items[c->path[i] + 1].window.start)) &&
		       (c->old->format == CFR_YAML || stays(c, list->end));
	}
	return stays(c, list->start);
}

static int share(change *c)
{
	int r = 0;

	pthread_mutex_lock(&c->old->lock);
	for (uint32_t i = 0; i < c->old->slot_cap && r == 0; i++) {
		cfr__slot *from = &c->old->slots[i], *to;

		if (!from->key || from->busy || !from->section || !keeps(c, from->section))
			continue;
		to = cfr__sections_slot(c->now, from->key);
		if (!to) {
			r = CFR_E_NOMEM;
			break;
		}
		to->section = from->section;
		atomic_fetch_add_explicit(&from->section->refs, 1, memory_order_relaxed);
	}
	pthread_mutex_unlock(&c->old->lock);
	return r;
}

/* Line breaks before an offset of the old text, counted from the nearest block. */
static uint32_t breaks_before(const uint32_t *lines, uint32_t count, cfr_str text, uint32_t offset)
{
	uint32_t block = offset / CFR__LINES + (offset % CFR__LINES > CFR__LINES / 2), start;

	block = block < count ? block : count - 1;
	start = block * CFR__LINES;
	return start <= offset ? lines[block] + cfr__count_breaks(text.ptr + start, offset - start)
	                       : lines[block] - cfr__count_breaks(text.ptr + offset, start - offset);
}

/* The line breaks before each block, if the old ones have been counted: only what changed is counted, and by how little
 * blocks begin elsewhere in what follows. */
static int move_lines(const change *c)
{
	const uint32_t *from = atomic_load_explicit(&c->old->lines, memory_order_acquire);
	cfr_str a = cfr_source_bytes(c->old->source), b = cfr_source_bytes(c->now->source);
	uint32_t old_count = (uint32_t)(a.len / CFR__LINES + 1), count = (uint32_t)(b.len / CFR__LINES + 1);
	uint32_t to = (uint32_t)(c->to + c->grown), more, *lines;

	if (!from)
		return 0;
	if (!(lines = malloc(count * sizeof(*lines))))
		return CFR_E_NOMEM;
	more = cfr__count_breaks(b.ptr + c->from, to - c->from) - cfr__count_breaks(a.ptr + c->from, c->to - c->from);
	for (uint32_t i = 0; i < count; i++) {
		uint32_t at = i * CFR__LINES;

		if (at <= c->from)
			lines[i] = from[i];
		else if (at < to)
			lines[i] = lines[i - 1] + cfr__count_breaks(b.ptr + at - CFR__LINES, CFR__LINES);
		else
			lines[i] = more + breaks_before(from, old_count, a, (uint32_t)(at - c->grown));
	}
	atomic_store_explicit(&c->now->lines, lines, memory_order_release);
	return 0;
}

/* From the old ones, if all but one item is what it was; so many bytes are the same at the beginning. */
static int take_over(cfr_sections *now, cfr_sections *old, size_t head)
{
	cfr_str a = cfr_source_bytes(old->source), b = cfr_source_bytes(now->source);
	size_t tail = cfr__common_tail(cfr_str_sub(a, head, a.len), cfr_str_sub(b, head, b.len));
	change c = { .old = old, .now = now, .from = (uint32_t)head, .to = (uint32_t)(a.len - tail) };
	int r;

	/* How a text begins and ends may say in which format it is. */
	if (old->asked == CFR_FORMAT_NONE && cfr_text_format(cfr_source_name(now->source), b) != old->format)
		return CFR_READ_WHOLE;
	now->format = old->format;
	c.grown = (int64_t)b.len - (int64_t)a.len;
	c.lines = cfr__count_breaks(a.ptr + head, a.len - tail - head) !=
	          cfr__count_breaks(b.ptr + head, b.len - tail - head);
	if (!find_path(&c))
		return CFR_READ_WHOLE;
	r = move_lists(&c);
	if (r == 0)
		r = move_lines(&c);
	if (r == 0)
		r = share(&c);
	if (r == 0)
		r = cfr__section_at(&now->root, now, true, now->lists.root);
	if (r == 0) {
		uint32_t item = c.path[c.depth - 1];

		cfr__load_count(now->loader, CFR__SOURCES, 1);
		cfr__load_count(now->loader, CFR__BYTES, b.len);
		cfr__load_count(now->loader, CFR__SCANNED,
		                now->lists.items[item].window.end - now->lists.items[item].window.start);
	}
	return r;
}

/* Is the file what it was when the old ones were opened? */
static bool unchanged(cfr_sections *old)
{
	cfr_file_stamp now, then;
	int fd;

	pthread_mutex_lock(&old->lock);
	then = old->stamp;
	pthread_mutex_unlock(&old->lock);
	if (!then.seen || !cfr__stamp_settled(&then) || cfr_file_open(&fd, old->file, NULL) < 0)
		return false;
	cfr_file_look(&now, fd);
	close(fd);
	return now.seen && cfr_file_same(&then, &now);
}

static void forget(cfr_sections *s)
{
	cfr__lists_release(&s->lists);
	s->lists = (cfr__lists){ .least = s->least.list };
	for (uint32_t i = 0; i < s->slot_cap; i++)
		cfr__section_unref(s->slots[i].section);
	free(s->slots);
	s->slots = NULL;
	s->slot_count = s->slot_cap = 0;
	s->format = s->asked;
}

/* With `head`, what is the same at the beginning, for whoever has an old text. */
static int take_over_or_scan(cfr_sections *now, cfr_sections *old, const size_t *head)
{
	int r = head ? take_over(now, old, *head) : CFR_READ_WHOLE;

	if (r != CFR_READ_WHOLE)
		return r;
	forget(now);
	return cfr__sections_outline(now);
}

/* `now` has its text. */
int cfr__sections_take_over(cfr_sections *now, cfr_sections *old)
{
	size_t head = old->source ? cfr__common_head(cfr_source_bytes(old->source), cfr_source_bytes(now->source)) : 0;

	return take_over_or_scan(now, old, old->source ? &head : NULL);
}

int cfr_sections_again(cfr_sections **out, cfr_sections *old, cfr_err *err)
{
	cfr_source *source;		/* the old text, if it was read */
	cfr_sections *now;
	size_t head = 0;
	int r;

	if (!old->file || unchanged(old)) {
		cfr__load_count(old->loader, CFR__UNCHANGED, old->file != NULL);
		*out = cfr_sections_ref(old);
		return 0;
	}
	if (cfr__sections_new(&now, old->loader, old->file, old->asked, &old->limits, old->least) < 0)
		return cfr_err_nomem(err);
	r = cfr__sections_read(now, false);
	source = atomic_load_explicit(&old->source, memory_order_acquire);
	if (r == 0 && source)
		head = cfr__common_head(cfr_source_bytes(source), cfr_source_bytes(now->source));
	if (r == 0 && source && head == cfr_source_bytes(source).len && head == cfr_source_bytes(now->source).len) {
		pthread_mutex_lock(&old->lock);
		old->stamp = now->stamp;
		pthread_mutex_unlock(&old->lock);
		cfr__sections_free(now);
		*out = cfr_sections_ref(old);
		return 0;
	}
	if (r == 0)
		r = take_over_or_scan(now, old, source ? &head : NULL);
	if (r == 0)
		*out = now;
	else
		cfr__sections_free(now);
	return r == CFR_E_NOMEM ? cfr_err_nomem(err) : r;
}
