/* engine/text/listing.c -- the entries of the large collections of a text, gathered while it is scanned.
 *
 * Which collections are large is known when they end. So while a text is scanned each open collection gathers its entries;
 * when it closes they are kept, if it was large, or the room serves the next one at that level. What is kept is a small part
 * of all that was gathered, and the room is as warm as the stack.
 *
 * Comments of YAML belong to the keys and scalars around them (comments.c). Items that are aliases and merges, `<<`, are
 * neither: what is said about such a *silent* item is said about the next key or scalar behind it, in whatever entry that
 * stands. A collection with an entry that begins between the two is read as a whole.
 */
#include "engine/text/outline.h"

#include "engine/base/vec.h"
#include <stdlib.h>

typedef struct gathered {
	cfr__listed *items;
	uint32_t count, cap;
	uint32_t start;
	bool odd;			/* cannot be listed */
} gathered;

struct cfr__listing {
	cfr__lists *out;
	bool brackets;			/* JSON */
	/* Marks are keys and scalars. Since the latest of them: */
	bool left, dash, silent;	/* something stands behind it; a dash does; a silent item does */
	bool said;			/* there are comments or blank lines; before `from` is what was looked at */
	uint32_t from;
	bool passed;			/* there was a silent item, somewhere */
	uint32_t merge;			/* the level of a `<<` whose value this is; 0: none */
	gathered levels[CFR__OUTLINE_DEPTH];
};

static inline gathered *at_level(cfr__tracker *t)
{
	return &t->listing->levels[t->depth - 1];
}

static inline cfr__listed *latest(cfr__tracker *t)
{
	gathered *g = at_level(t);

	return &g->items[g->count - 1];
}

/* ---- what is silent ---- */

/* Something that is no mark stands behind one, on another line but for properties. */
static void leave_mark(cfr__tracker *t)
{
	struct cfr__listing *l = t->listing;

	if (!l->left) {
		l->left = true;
		l->said = false;
		l->from = t->rest;
	}
}

static void pass_silent(cfr__tracker *t)
{
	leave_mark(t);
	t->listing->silent = t->listing->passed = true;
}

static void pass_mark(struct cfr__listing *l)
{
	l->left = l->silent = l->dash = false;
}

/* Is there a comment or a blank line? */
static bool comments(cfr_str text, uint32_t from, uint32_t to)
{
	bool blank = true;

	for (; from < to; from++) {
		char c = text.ptr[from];

		if (c == '#' || (c == '\n' && blank))
			return true;
		blank = c == '\n' || (blank && (c == ' ' || c == '\t' || c == '\r'));
	}
	return false;
}

/* Among lines that are blank or comments, is there one that is deeper? */
static bool deeper(cfr_str text, uint32_t from, uint32_t to, uint32_t indent)
{
	while (from < to) {
		size_t blanks = strspn(text.ptr + from, " \t");
		const char *end = memchr(text.ptr + from, '\n', to - from);

		if (text.ptr[from + blanks] == '#' && blanks > indent)
			return true;
		from = end ? (uint32_t)(end + 1 - text.ptr) : to;
	}
	return false;
}

/* Something begins or ends at `at`: is something said about silent items before it? Above them and beside them, it is all
 * about what comes next; below them, when there is a dash, also what is deeper; at the end, about what came last. */
static bool muddled(cfr__tracker *t, uint32_t at, uint32_t indent)
{
	struct cfr__listing *l = t->listing;

	if (!l->silent)
		return false;
	l->said = l->said || comments(t->text, l->from, t->rest);
	l->from = t->rest;
	return l->said || (at == t->text.len && deeper(t->text, t->rest, at, 0)) ||
	       (l->dash && deeper(t->text, t->rest, at, indent));
}

static bool is_merge(const cfr__tracker *t, const cfr__window *entry)
{
	return !entry->sequence && entry->key_end - entry->key == 2 && memcmp(t->text.ptr + entry->key, "<<", 2) == 0;
}

static void pass_entry(cfr__tracker *t, const cfr__window *entry)
{
	struct cfr__listing *l = t->listing;

	if (l->merge && t->depth <= l->merge)
		l->merge = 0;
	if (is_merge(t, entry)) {
		l->merge = t->depth;
		pass_silent(t);
	} else if (entry->sequence) {
		leave_mark(t);
		l->dash = true;
	} else if (!l->merge) {
		pass_mark(l);
	}
}

/* ---- entries ---- */

void cfr__list_shape(cfr__tracker *t, cfr__shape shape)
{
	if (!t->listing || !t->depth)
		return;
	latest(t)->shape = (uint8_t)shape;
	if (shape == CFR__UNKNOWN && latest(t)->window.sequence)
		pass_silent(t);
	else if (shape != CFR__UNKNOWN && !t->listing->merge)
		pass_mark(t->listing);
}

void cfr__list_depth(cfr__tracker *t, uint32_t brackets)
{
	if (t->listing && t->depth + brackets > t->listing->out->depth)
		t->listing->out->depth = t->depth + brackets;
}

uint32_t cfr__list_least(const cfr__tracker *t) { return t->listing->out->least; }

void cfr__list_property(cfr__tracker *t, bool anchor)
{
	latest(t)->window.property = true;
	leave_mark(t);
	for (uint32_t i = 0; anchor && i < t->depth; i++) {
		gathered *g = &t->listing->levels[i];

		g->items[g->count - 1].window.anchors = true;
	}
}

int cfr__list_open(cfr__tracker *t, uint32_t start)
{
	gathered *g = at_level(t);

	g->count = 0;
	g->start = start;
	g->odd = false;
	if (t->depth > 1)
		g[-1].items[g[-1].count - 1].shape = CFR__ENTRIES;
	cfr__list_depth(t, 0);
	return 0;
}

int cfr__list_entry(cfr__tracker *t, const cfr__window *entry)
{
	gathered *g = at_level(t);

	if (g->count == g->cap && cfr_vec_room(&g->items, &g->cap, (uint64_t)g->count + 1, sizeof(*g->items), NULL) < 0)
		return CFR_E_NOMEM;
	g->items[g->count++] = (cfr__listed){ .window = *entry, .list = CFR__NO_LIST, .shape = CFR__SCALAR };
	if (t->listing->brackets)
		return 0;
	if (is_merge(t, entry) || muddled(t, entry->start, entry->indent))
		g->odd = true;
	pass_entry(t, entry);
	return 0;
}

void cfr__list_entry_end(cfr__tracker *t, uint32_t end, uint32_t rest)
{
	cfr__listed *item = latest(t);

	item->window.end = end;
	item->rest = rest;
}

/* Is it worth it to list this one? */
static bool large(const gathered *g, uint32_t least, uint32_t bytes)
{
	uint64_t inside = 0;

	if (g->count == 0 || g->odd || bytes < least)
		return false;
	for (uint32_t i = 0; i < g->count; i++) {
		if (g->items[i].shape >= CFR__BRACKETS)
			inside += g->items[i].window.end - g->items[i].window.start;
	}
	return inside >= bytes / 2;
}

/* The collection at the top ends. Lists of its entries' values have been kept before it, and learn who owns them. */
int cfr__list_close(cfr__tracker *t, uint32_t end)
{
	gathered *g = at_level(t);
	cfr__lists *out = t->listing->out;
	cfr__level *level = &t->levels[t->depth - 1];
	uint32_t first = g->count ? g->items[0].window.start : end;
	uint32_t last = g->count ? g->items[g->count - 1].window.end : end;
	bool owned = t->depth == 1 || !g[-1].items[g[-1].count - 1].window.property;

	if (muddled(t, end, level->indent) || !owned || !large(g, out->least, last - first))
		return 0;
	if (cfr_vec_room(&out->items, &out->item_cap, (uint64_t)out->item_count + g->count, sizeof(*out->items),
	                 NULL) < 0 ||
	    cfr_vec_room(&out->of, &out->cap, (uint64_t)out->count + 1, sizeof(*out->of), NULL) < 0)
		return CFR_E_NOMEM;
	memcpy(out->items + out->item_count, g->items, g->count * sizeof(*g->items));
	for (uint32_t i = 0; i < g->count; i++) {
		if (g->items[i].list != CFR__NO_LIST)
			out->of[g->items[i].list].owner = out->item_count + i;
	}
	if (t->depth > 1)
		g[-1].items[g[-1].count - 1].list = out->count;
	else
		out->root = out->count;
	out->of[out->count++] = (cfr__list){
		.first = out->item_count, .count = g->count, .owner = CFR__NO_LIST, .depth = t->depth - 1,
		.start = t->listing->brackets ? g->start : first, .end = t->listing->brackets ? end : last,
		.indent = level->indent, .sequence = level->sequence };
	out->item_count += g->count;
	return 0;
}

struct cfr__listing *cfr__listing_new(cfr__lists *out, cfr_format format)
{
	struct cfr__listing *l = calloc(1, sizeof(*l));

	if (l) {
		l->out = out;
		l->brackets = format == CFR_JSON;
	}
	return l;
}

void cfr__listing_free(struct cfr__listing *l)
{
	for (uint32_t i = 0; l && i < CFR__OUTLINE_DEPTH; i++)
		free(l->levels[i].items);
	free(l);
}

const cfr__listed *cfr__listing_first(const struct cfr__listing *l)
{
	return l->passed ? NULL : &l->levels[0].items[0];
}
