/* engine/edit/window.c -- edits of a large source, planned and proved in a part of it.
 *
 * The outline (outline.h) finds the smallest entry that contains every text the edits touch. It is read alone, the edits
 * are planned in it by the same code as in a whole document (its places are those of the source), and the new entry is
 * read again and compared with the edited tree. That the rest of the document then says what it said is what an
 * outline promises.
 *
 * One thing of the whole document cannot be seen from here: how its author writes (indentation, quotes, commas), which
 * new text follows where the neighbours do not tell. Of YAML the outline has counted the quotes, and the first entries of
 * the text are read, where most habits show; what they do not show is tried: the plan is made several times, each in a
 * different hand, and only when all are equal the hand did not matter. Any refusal, any doubt: the whole document is read instead.
 */
#include <stdlib.h>

#include "engine/pointer.h"
#include "engine/edit/parts.h"
#include "engine/text/outline.h"

enum { HANDS = 8 };

typedef struct narrow {
	const cfr_source *source;
	cfr_format format;
	const cfr_limits *limits;
	cfr_limits defaults;
	cfr_arena arena;
	cfr__outline *outline;
	cfr__window window;
	uint32_t depth;			/* entries around the window's */
	cfr_document *doc;		/* the window, read */
	cfr_edit *edits;		/* their places in it */
	uint32_t count;
} narrow;

/* ---- what the edits touch ---- */

static uint32_t tokens_of(cfr_str pointer)
{
	uint32_t n = 0;

	for (size_t i = 0; i < pointer.len; i++)
		n += pointer.ptr[i] == '/';
	return n;
}

/* The first n tokens; *rest is what follows them. */
static cfr_str first_tokens(cfr_str pointer, uint32_t n, cfr_str *rest)
{
	size_t at = 0;

	for (; at < pointer.len; at++) {
		if (pointer.ptr[at] == '/' && n-- == 0)
			break;
	}
	*rest = cfr_str_sub(pointer, at, pointer.len);
	return cfr_str_sub(pointer, 0, at);
}

static uint32_t common_tokens(cfr_str a, cfr_str b)
{
	uint32_t n = 0;

	for (size_t i = 1;; i++) {
		bool end_a = i >= a.len || a.ptr[i] == '/', end_b = i >= b.len || b.ptr[i] == '/';

		if (a.len == 0 || b.len == 0 || end_a != end_b)
			return n;
		n += end_a;
		if (!end_a && a.ptr[i] != b.ptr[i])
			return n;
		if (i >= a.len || i >= b.len)
			return n;
	}
}

/* The place that holds all of an edit's text: the value for a new value, else the collection. *least as many tokens
 * must be found. NULL without memory. */
static cfr_str target(narrow *n, const cfr_edit *edit, uint32_t *least)
{
	cfr_str at = edit->at, rest;
	cfr_buf path = CFR_BUF_INIT;

	*least = tokens_of(at);
	switch (edit->op) {
	case CFR_EDIT_SET:
		cfr_buf_adds(&path, at);
		cfr_pointer_add(&path, edit->key);
		at = path.failed ? (cfr_str){ NULL, 0 } : cfr_arena_str(&n->arena, cfr_buf_str(&path));
		cfr_buf_release(&path);
		return at;
	case CFR_EDIT_REMOVE:
	case CFR_EDIT_RENAME:
	case CFR_EDIT_MOVE:
		*least = *least ? *least - 1 : 0;
		at = first_tokens(at, *least, &rest);
		if (edit->op != CFR_EDIT_MOVE)
			return at;
		*least = common_tokens(at, edit->to);
		return first_tokens(at, *least, &rest);
	default:
		return at;
	}
}

/* ---- the window ---- */

static bool fits(const narrow *n, uint32_t i)
{
	const cfr__outline *o = n->outline;

	for (uint32_t k = 0; k < i; k++) {
		if (o->chain[k].property)
			return false;
	}
	return o->chain[i].alone && !o->chain[i].anchors;
}

/* A pointer of the source as one of the window. */
static int inner_pointer(cfr_str *out, narrow *n, cfr_str pointer)
{
	cfr_buf path = CFR_BUF_INIT;
	cfr_str rest;

	first_tokens(pointer, n->depth, &pointer);
	if (n->window.sequence) {
		first_tokens(pointer, 1, &rest);
		cfr_buf_addz(&path, "/0");
		cfr_buf_adds(&path, rest);
		pointer = cfr_buf_str(&path);
	}
	if (!path.failed)
		*out = cfr_arena_str(&n->arena, pointer);
	cfr_buf_release(&path);
	return path.failed || !out->ptr ? CFR_E_NOMEM : 0;
}

static int find_window(narrow *n, const cfr_edit *edits, uint32_t count)
{
	cfr_str place = { NULL, 0 }, rest;
	uint32_t least = UINT32_MAX, i;
	int r;

	for (uint32_t k = 0; k < count; k++) {
		uint32_t needed, common;
		cfr_str here = target(n, &edits[k], &needed);

		if (here.len && !here.ptr)
			return CFR_E_NOMEM;
		common = k ? common_tokens(place, here) : tokens_of(here);
		place = first_tokens(here, common, &rest);
		if (common < needed)
			needed = common;
		if (needed < least)
			least = needed;
	}
	if (place.len == 0)
		return CFR__UNSAFE;
	r = cfr__outline_pointer(n->outline, n->source, n->format, place);
	if (r)
		return r;
	if (n->outline->aliases || n->outline->count < (least ? least : 1))
		return CFR__UNSAFE;
	for (i = n->outline->count; i > 0 && !fits(n, i - 1); i--)
		;
	if (i == 0)
		return CFR__UNSAFE;
	n->depth = i - 1;
	n->window = n->outline->chain[i - 1];
	return 0;
}

static int translate(narrow *n, const cfr_edit *edits, uint32_t count)
{
	int r = 0;

	n->edits = cfr_arena_alloc(&n->arena, count * sizeof(*edits));
	if (!n->edits)
		return CFR_E_NOMEM;
	n->count = count;
	for (uint32_t i = 0; r == 0 && i < count; i++) {
		n->edits[i] = edits[i];
		r = inner_pointer(&n->edits[i].at, n, edits[i].at);
		if (r == 0 && edits[i].op == CFR_EDIT_MOVE)
			r = inner_pointer(&n->edits[i].to, n, edits[i].to);
	}
	return r;
}

/* Ceilings of the whole: nodes and bytes that are there, and at most so many more. */
static bool under_ceilings(const narrow *n, const cfr_splice *splices, uint32_t count)
{
	uint64_t nodes = n->outline->nodes, bytes = cfr_source_bytes(n->source).len;
	const cfr_limits *limits = n->limits ? n->limits : &n->defaults;

	for (uint32_t i = 0; i < n->count; i++)
		nodes += 1 + (n->edits[i].value ? cfr_tree_size(n->edits[i].value) : 0);
	for (uint32_t i = 0; i < count; i++)
		bytes += splices[i].text.len;
	return nodes <= limits->of[CFR_LIMIT_NODES] && bytes <= limits->of[CFR_LIMIT_FILE] && bytes < UINT32_MAX;
}

/* ---- planning and proving ---- */

/* Hands that differ in everything that is not known of the author's hand. */
static void write_in_hand(cfr__plan *plan, const cfr__plan *known, unsigned hand)
{
	static const unsigned step[4] = { 2, 5, 3, 7 }, dash[4] = { 0, 5, 2, 3 }, gap[4] = { 1, 3, 2, 4 };
	static const char *const colon[4] = { ": ", ":  ", ":   ", ":    " }, *const comma[4] = { ", ", ",  ", ",", ",   " };
	static const char *const pad[4] = { "", " ", "  ", "   " };
	unsigned h = hand % 4;

	plan->style.step = known->saw_step ? known->style.step : step[h];
	plan->style.dash = known->saw_dash ? known->style.dash : dash[h];
	plan->style.gap = known->saw_gap ? known->style.gap : gap[h];
	plan->style.colon = known->saw_colon ? known->style.colon : cfr_str_of(colon[h]);
	plan->style.comma = known->saw_comma ? known->style.comma : cfr_str_of(comma[h]);
	plan->style.pad = known->saw_pad ? known->style.pad : cfr_str_of(pad[h]);
	plan->style.tabs = plan->json && h == 2;
	plan->style.quote = hand & 4 ? '\'' : '"';
	if (!plan->json)
		plan->style.quote = known->style.quote;
	plan->style.short_lists = known->style.short_lists || hand & 1;
	plan->spread = known->spread || hand & 2;
}

/* What the first entries of a YAML text tell of its author's hand. What they do not show may yet come. */
static int learn_from_sample(cfr__plan *known, narrow *n)
{
	cfr_documents docs = { NULL, 0 };
	uint32_t from = cfr_str_starts(cfr_source_bytes(n->source), CFR_STR("\xEF\xBB\xBF")) ? CFR__BOM : 0;
	int r = 0;

	*known = (cfr__plan){ .style.quote = n->outline->singles > n->outline->doubles ? '\'' : '"' };
	if (n->format != CFR_YAML || n->outline->sample <= from)
		return 0;
	r = cfr__yaml_read_part(&docs, n->source, from, n->outline->sample, n->limits ? n->limits : &n->defaults, NULL);
	if (r == 0 && docs.count == 1) {
		cfr__plan_init(known, docs.items[0], &n->arena, NULL);
		known->style.quote = n->outline->singles > n->outline->doubles ? '\'' : '"';
	}
	cfr_documents_release(&docs);
	return r == CFR_E_NOMEM ? r : 0;
}

static bool equal_splices(const cfr__plan *a, const cfr__plan *b)
{
	bool same = a->count == b->count;

	for (uint32_t i = 0; same && i < a->count; i++)
		same = a->splices[i].start == b->splices[i].start && a->splices[i].end == b->splices[i].end &&
		       cfr_str_eq(a->splices[i].text, b->splices[i].text);
	return same;
}

/* The first way of writing that cfr_edit_plan tries, if it is the same in every hand. */
static int plan_in_all_hands(cfr__plan *out, narrow *n, const cfr__changes *changes)
{
	cfr__plan learnt, known;
	int r = learn_from_sample(&known, n);

	*out = (cfr__plan){ .count = 0 };
	cfr__plan_init(&learnt, n->doc, &n->arena, NULL);
	for (unsigned hand = 0; r == 0 && hand < HANDS; hand++) {
		cfr__plan plan = learnt;

		write_in_hand(&plan, &known, hand);
		r = cfr__plan_all(&plan, changes);
		if (r == 0 && hand && !equal_splices(&plan, out))
			r = CFR__UNSAFE;
		if (r == 0 && hand == 0)
			*out = plan;
		else
			free(plan.splices);
	}
	return r == CFR_E_NOMEM ? r : r ? CFR__UNSAFE : 0;
}

/* The window's text with the splices done, as a source of its own. */
static int new_window(cfr_source **out, narrow *n, const cfr__plan *plan)
{
	cfr_str text = cfr_str_sub(plan->text, n->window.start, n->window.end);
	uint32_t untouched = n->window.sequence ? n->window.start + (n->format == CFR_YAML ? n->window.indent + 1 : 0)
	                                        : n->window.key_end;
	cfr_splice *moved = cfr_arena_alloc(&n->arena, ((size_t)plan->count + 1) * sizeof(*moved));
	cfr_buf now = CFR_BUF_INIT;
	int r;

	if (!moved)
		return CFR_E_NOMEM;
	for (uint32_t i = 0; i < plan->count; i++) {
		moved[i] = plan->splices[i];
		if (moved[i].start < untouched || moved[i].end > n->window.end)
			return CFR__UNSAFE;
		moved[i].start -= n->window.start;
		moved[i].end -= n->window.start;
	}
	r = cfr_splices_apply(&now, text, moved, plan->count, NULL);
	if (r == 0 && n->format == CFR_YAML && n->window.end < plan->text.len && (now.len == 0 || now.ptr[now.len - 1] != '\n'))
		r = CFR__UNSAFE;
	if (r == 0)
		r = cfr_source_new(out, cfr_source_name(n->source), cfr_buf_str(&now), n->limits, NULL);
	cfr_buf_release(&now);
	return r;
}

/* Does the window with the splices say what it should, and nothing else? */
static int prove(narrow *n, const cfr__plan *plan, const cfr_tree *wanted)
{
	cfr_source *source = NULL;
	cfr_document *doc = NULL;
	cfr__window there;
	bool same = false;
	int r = new_window(&source, n, plan);

	if (r == 0)
		r = cfr__outline_same(&there, source, n->format, 0, (uint32_t)cfr_source_bytes(source).len, n->source,
		                      &n->window);
	if (r == 0)
		r = cfr__window_read(&doc, source, n->format, &there, n->depth, n->limits, NULL);
	if (r == 0)
		r = cfr_node_equal(&same, cfr_tree_root(cfr_document_tree(doc)), cfr_tree_root(wanted), NULL);
	cfr_document_unref(doc);
	cfr_source_unref(source);
	return r ? r : same ? 0 : CFR__UNSAFE;
}

static int edit_window(cfr_splices *out, narrow *n)
{
	cfr__plan plan = { .count = 0 };
	cfr__changes changes;
	cfr_tree *wanted = NULL;
	int r = cfr__changes_of(&changes, &n->arena, cfr_document_tree(n->doc), n->edits, n->count, NULL);

	if (r == 0 && changes.count == 0) {
		*out = (cfr_splices){ .count = 0 };
		return 0;
	}
	if (r == 0)
		r = plan_in_all_hands(&plan, n, &changes);
	if (r == 0 && !under_ceilings(n, plan.splices, plan.count))
		r = CFR__UNSAFE;
	if (r == 0)
		r = cfr__changes_tree(&wanted, cfr_document_tree(n->doc), &changes, n->limits, NULL);
	if (r == 0)
		r = prove(n, &plan, wanted);
	if (r == 0)
		r = cfr__splices_copy(out, &plan, NULL);
	cfr_tree_unref(wanted);
	free(plan.splices);
	return r;
}

int cfr_edit_source(cfr_splices *out, const cfr_source *source, cfr_format format, const cfr_edit *edits,
                    uint32_t count, const cfr_limits *limits, cfr_err *err)
{
	narrow n = { .source = source, .format = format, .limits = limits };
	int r;

	if (format == CFR_FORMAT_NONE)
		n.format = cfr_format_of_name(cfr_source_name(source));
	if ((n.format != CFR_YAML && n.format != CFR_JSON) || count == 0)
		return 1;
	cfr_arena_init(&n.arena, NULL);
	cfr_limits_default(&n.defaults);
	n.outline = cfr_arena_alloc(&n.arena, sizeof(*n.outline));
	r = n.outline ? find_window(&n, edits, count) : CFR_E_NOMEM;
	if (r == 0)
		r = cfr__window_read(&n.doc, source, n.format, &n.window, n.depth, limits, NULL);
	if (r == 0)
		r = translate(&n, edits, count);
	if (r == 0)
		r = edit_window(out, &n);
	cfr_document_unref(n.doc);
	cfr_arena_release(&n.arena);
	if (r == CFR_E_NOMEM)
		return cfr_err_nomem(err);
	return r ? 1 : 0;
}
