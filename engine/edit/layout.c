/* engine/edit/layout.c -- what stands where in the text, and how its author writes.
 *
 * The sidecar knows where values and keys stand. Dashes, colons, commas and comments are found here by looking at the
 * text around them, which a reader has accepted. Whatever is judged wrongly here makes an edit that is refused when
 * the result is read again (edit.c), never one that is wrong.
 */
#include <stdlib.h>
#include <strings.h>

#include "engine/edit/parts.h"

/* ---- lines ---- */

bool cfr__blank(char c) { return c == ' ' || c == '\t'; }
bool cfr__line_break(char c) { return c == '\n' || c == '\r'; }

uint32_t cfr__line_start(const cfr__plan *plan, uint32_t at)
{
	while (at > plan->base && !cfr__line_break(plan->text.ptr[at - 1]))
		at--;
	return at;
}

uint32_t cfr__line_end(const cfr__plan *plan, uint32_t at)
{
	while (at < plan->text.len && !cfr__line_break(plan->text.ptr[at]))
		at++;
	return at;
}

uint32_t cfr__next_line(const cfr__plan *plan, uint32_t at)
{
	at = cfr__line_end(plan, at);
	if (at < plan->text.len) {
		bool pair = plan->text.ptr[at] == '\r' && at + 1 < plan->text.len && plan->text.ptr[at + 1] == '\n';
		at += 1 + pair;
	}
	return at;
}

uint32_t cfr__break_before(const cfr__plan *plan, uint32_t at)
{
	bool feed = at > plan->base && plan->text.ptr[at - 1] == '\n';

	at -= feed;
	return at - (at > plan->base && plan->text.ptr[at - 1] == '\r');
}

uint32_t cfr__column(const cfr__plan *plan, uint32_t at)
{
	return at - cfr__line_start(plan, at);
}

uint32_t cfr__skip_blanks(const cfr__plan *plan, uint32_t at)
{
	while (at < plan->text.len && cfr__blank(plan->text.ptr[at]))
		at++;
	return at;
}

uint32_t cfr__line_indent(const cfr__plan *plan, uint32_t at)
{
	uint32_t line = cfr__line_start(plan, at);

	return cfr__skip_blanks(plan, line) - line;
}

static bool is_slash(const cfr__plan *plan, uint32_t at, char next)
{
	return at + 1 < plan->text.len && plan->text.ptr[at] == '/' && plan->text.ptr[at + 1] == next;
}

static bool comment_at(const cfr__plan *plan, uint32_t at)
{
	if (plan->slashes)
		return is_slash(plan, at, '/') || is_slash(plan, at, '*');
	return !plan->json && at < plan->text.len && plan->text.ptr[at] == '#';
}

/* The same where only blanks stand before it: Java properties have a second marker there. */
static bool comment_line_at(const cfr__plan *plan, uint32_t at)
{
	return comment_at(plan, at) || (cfr_document_format(plan->doc) == CFR_PROPERTIES && at < plan->text.len &&
	                                plan->text.ptr[at] == '!');
}

/* Behind the block comment that begins at `at`. */
static uint32_t behind_block(const cfr__plan *plan, uint32_t at)
{
	for (at += 3; at < plan->text.len; at++) {
		if (plan->text.ptr[at] == '/' && plan->text.ptr[at - 1] == '*')
			return at + 1;
	}
	return at;
}

uint32_t cfr__skip_space(const cfr__plan *plan, uint32_t at)
{
	while (at < plan->text.len) {
		char c = plan->text.ptr[at];

		if ((c == '#' && !plan->json) || (plan->slashes && is_slash(plan, at, '/')))
			at = cfr__line_end(plan, at);
		else if (plan->slashes && is_slash(plan, at, '*'))
			at = behind_block(plan, at);
		else if (cfr__blank(c) || cfr__line_break(c))
			at++;
		else
			break;
	}
	return at;
}

bool cfr__rest_blank(const cfr__plan *plan, uint32_t at)
{
	at = cfr__skip_blanks(plan, at);
	while (plan->slashes && is_slash(plan, at, '*')) {
		uint32_t end = behind_block(plan, at);

		if (cfr__breaks_between(plan, at, end))
			return false;
		at = cfr__skip_blanks(plan, end);
	}
	return at == plan->text.len || cfr__line_break(plan->text.ptr[at]) || comment_at(plan, at);
}

bool cfr__breaks_between(const cfr__plan *plan, uint32_t from, uint32_t to)
{
	for (; from < to; from++) {
		if (cfr__line_break(plan->text.ptr[from]))
			return true;
	}
	return false;
}

bool cfr__begins_line(const cfr__plan *plan, uint32_t at)
{
	while (at > plan->base && cfr__blank(plan->text.ptr[at - 1]))
		at--;
	return at == plan->base || cfr__line_break(plan->text.ptr[at - 1]);
}

bool cfr__final_break(const cfr__plan *plan)
{
	return plan->text.len > plan->base && cfr__line_break(plan->text.ptr[plan->text.len - 1]);
}

bool cfr__blank_line(const cfr__plan *plan, uint32_t line)
{
	uint32_t end = cfr__skip_blanks(plan, line);

	return end < plan->text.len && cfr__line_break(plan->text.ptr[end]);
}

uint32_t cfr__blanks_above(const cfr__plan *plan, uint32_t line, uint32_t least)
{
	while (line > least) {
		uint32_t above = cfr__line_start(plan, cfr__break_before(plan, line));

		if (above < least || !cfr__blank_line(plan, above))
			break;
		line = above;
	}
	return line;
}

uint32_t cfr__blanks_below(const cfr__plan *plan, uint32_t line)
{
	while (cfr__blank_line(plan, line))
		line = cfr__next_line(plan, line);
	return line;
}

/* Does a line of comment, the first of a file, speak to a program, or for the whole file? */
static bool is_notice(cfr_str line)
{
	static const char *const words[] = { "#!", "-*-", "vim:", "ex:", "yaml-language-server", "$schema", "copyright",
		"license", "licence", "spdx-", "cfgrun:", "generated", "do not edit", "default values" };

	for (unsigned w = 0; w < sizeof(words) / sizeof(*words); w++) {
		size_t len = strlen(words[w]);

		for (size_t i = 0; i + len <= line.len; i++) {
			if (strncasecmp(line.ptr + i, words[w], len) == 0)
				return true;
		}
	}
	return false;
}

/* Of a comment block that begins the file, `line` being its first and `end` behind it: what belongs to the file. */
static uint32_t behind_head(const cfr__plan *plan, uint32_t line, uint32_t end)
{
	bool one = cfr__next_line(plan, line) == end;

	if (line > plan->base || line == end)
		return line;
	return !one || is_notice(cfr_str_sub(plan->text, line, cfr__line_end(plan, line))) ? end : line;
}

/* The line at which the block comment begins that ends at the end of the line at `above`; NO when there is none. */
static bool block_comment(uint32_t *out, const cfr__plan *plan, uint32_t above, uint32_t least)
{
	uint32_t end = cfr__line_end(plan, above);

	while (end > above && cfr__blank(plan->text.ptr[end - 1]))
		end--;
	if (end < above + 2 || plan->text.ptr[end - 1] != '/' || plan->text.ptr[end - 2] != '*')
		return false;
	for (uint32_t at = end - 2; at > least && at > plan->base + 1; at--) {
		if (is_slash(plan, at - 2, '*')) {
			*out = cfr__line_start(plan, at - 2);
			return *out >= least && cfr__skip_blanks(plan, *out) == at - 2;
		}
	}
	return false;
}

uint32_t cfr__comments_above(const cfr__plan *plan, uint32_t line, uint32_t column, uint32_t least)
{
	uint32_t end = line;

	while (line > least && line > plan->base) {
		uint32_t above = cfr__line_start(plan, cfr__break_before(plan, line));
		uint32_t first = cfr__skip_blanks(plan, above);

		if (above < least || first >= line)
			break;
		if (plan->slashes && !is_slash(plan, first, '/') && !block_comment(&above, plan, above, least))
			break;
		first = cfr__skip_blanks(plan, above);
		if (!comment_line_at(plan, first) || first - above != column)
			break;
		line = above;
	}
	return behind_head(plan, line, end);
}

uint32_t cfr__last_line_end(const cfr__plan *plan, const cfr__item *item)
{
	uint32_t column = cfr__column(plan, item->head), end = cfr__line_end(plan, item->end);

	for (;;) {
		uint32_t line = cfr__next_line(plan, end), text = cfr__skip_blanks(plan, line);

		if (line == end || text == plan->text.len || plan->text.ptr[text] != '#' || text - line <= column)
			return end;
		end = cfr__line_end(plan, text);
	}
}

/* ---- values and entries ---- */

bool cfr__via(cfr_entry entry) { return entry.flags & (CFR_VIA_ALIAS | CFR_VIA_MERGE); }

bool cfr__block_context(const cfr__plan *plan, cfr_node node)
{
	cfr_node parent;

	if (plan->json)
		return false;
	return !cfr_node_parent(&parent, node) || cfr_document_entry(plan->doc, parent).style == CFR_BLOCK;
}

bool cfr__is_alias(const cfr__plan *plan, cfr_node node)
{
	uint32_t use;
	cfr_node parent;

	if (!(cfr_document_entry(plan->doc, node).flags & CFR_VIA_ALIAS))
		return false;
	if (cfr_node_parent(&parent, node) && cfr__via(cfr_document_entry(plan->doc, parent)))
		return false;
	use = cfr_document_use(plan->doc, node);
	return use < plan->text.len && plan->text.ptr[use] == '*';
}

uint32_t cfr__alias_end(const cfr__plan *plan, uint32_t at)
{
	while (at < plan->text.len && !cfr__blank(plan->text.ptr[at]) && !cfr__line_break(plan->text.ptr[at]) &&
	       !strchr(",[]{}", plan->text.ptr[at]))
		at++;
	return at;
}

/* The last child that is written here; false without any. */
static bool last_child(cfr_node *out, const cfr__plan *plan, cfr_node in)
{
	uint32_t rank = cfr_document_rank(plan->doc, in), end = cfr_document_ranked(plan->doc, rank).next;
	bool found = false;

	for (rank++; rank < end; rank = cfr_document_ranked(plan->doc, rank).next) {
		if (cfr_document_ranked(plan->doc, rank).flags & CFR_VIA_MERGE)
			break;
		*out = cfr_document_node(plan->doc, rank);
		found = true;
	}
	return found;
}

uint32_t cfr__tail(const cfr__plan *plan, cfr_node node)
{
	for (;;) {
		cfr_entry entry = cfr_document_entry(plan->doc, node);
		cfr_node last;

		if (cfr__is_alias(plan, node))
			return cfr__alias_end(plan, cfr_document_use(plan->doc, node));
		if (entry.style == CFR_LITERAL || entry.style == CFR_FOLDED)
			return cfr__break_before(plan, entry.end);
		if (entry.style != CFR_BLOCK || !last_child(&last, plan, node))
			return entry.end;
		/* A `<<` behind it is the end. */
		if (!cfr__is_alias(plan, last) && cfr_document_entry(plan->doc, last).end < entry.end)
			return entry.end;
		node = last;
	}
}

/* From a key to where its entry begins: a `?`, an anchor or a tag may stand before it. */
static uint32_t block_head(const cfr__plan *plan, uint32_t key, uint32_t column)
{
	uint32_t line = cfr__line_start(plan, key), first = cfr__skip_blanks(plan, line);

	return first - line == column && first < key ? first : key;
}

/* The dash at a column, on the line of the item or above it; `least` is where the sequence begins. */
static uint32_t dash_of(const cfr__plan *plan, uint32_t item, uint32_t column, uint32_t least)
{
	uint32_t line = cfr__line_start(plan, item);

	for (;;) {
		uint32_t at = line + column;

		if (at < item && plan->text.ptr[at] == '-')
			return at;
		if (line <= least)
			return least;
		line = cfr__line_start(plan, cfr__break_before(plan, line));
	}
}

/* A `<<` is no item, but may stand before the first. */
static bool begins_with_merge(const cfr__plan *plan, uint32_t start, uint32_t key)
{
	return start < key && cfr_str_starts(cfr_str_sub(plan->text, start, key), CFR_STR("<<"));
}

/* `above` is where the item before this one ends, 0 for the first. */
static void fill_item(cfr__item *item, const cfr__plan *plan, cfr_node in, cfr_node node, uint32_t above)
{
	cfr_entry outer = cfr_document_entry(plan->doc, in), entry = cfr_document_entry(plan->doc, node);
	bool mapping = cfr_node_kind(in) == CFR_MAPPING;

	*item = (cfr__item){ .node = node, .rank = cfr_document_rank(plan->doc, node), .entry = entry,
		             .alias = cfr__is_alias(plan, node) };
	item->before = entry.before;
	item->start = entry.start;
	if (item->alias)
		item->before = item->start = cfr_document_use(plan->doc, node);
	item->end = cfr__tail(plan, node);
	item->key = entry.key_start;
	item->key_end = entry.key_start + entry.key_len;
	if (item->end < item->key_end)
		item->end = item->key_end;
	if (outer.style == CFR_BLOCK) {
		uint32_t column = cfr__column(plan, outer.start);

		if (mapping && (above || begins_with_merge(plan, outer.start, item->key)))
			item->head = block_head(plan, item->key, column);
		else if (!above)
			item->head = outer.start;
		else
			item->head = dash_of(plan, item->before, column, outer.start);
	} else if (above) {
		item->head = cfr__skip_space(plan, cfr__skip_space(plan, above) + 1);
	} else {
		bool brackets = outer.start < plan->text.len && strchr("[{", plan->text.ptr[outer.start]);

		item->head = cfr__skip_space(plan, outer.start + brackets);
	}
	if (!mapping)
		item->key = item->key_end = item->head;
	item->own_line = cfr__begins_line(plan, item->head);
}

int cfr__items(cfr__item **out, uint32_t *count, cfr__plan *plan, cfr_node in)
{
	uint32_t n = 0, cap = cfr_node_size(in), rank = cfr_document_rank(plan->doc, in);
	uint32_t end = cfr_document_ranked(plan->doc, rank).next;
	cfr__item *items = cfr_arena_alloc(plan->arena, ((size_t)cap + 1) * sizeof(*items));

	if (!items)
		return cfr_err_nomem(plan->err);
	for (rank++; rank < end && n < cap; rank = cfr_document_ranked(plan->doc, rank).next) {
		if (cfr_document_ranked(plan->doc, rank).flags & CFR_VIA_MERGE)
			break;
		fill_item(&items[n], plan, in, cfr_document_node(plan->doc, rank), n ? items[n - 1].end : 0);
		n++;
	}
	*out = items;
	*count = n;
	return 0;
}

/* Without a look at its siblings: between brackets `head` is only its key or value. */
void cfr__item_of(cfr__item *out, const cfr__plan *plan, cfr_node node)
{
	cfr_entry entry = cfr_document_entry(plan->doc, node);
	uint32_t rank = cfr_document_rank(plan->doc, node);
	cfr_node parent;

	if (!cfr_node_parent(&parent, node)) {
		*out = (cfr__item){ .node = node, .rank = rank, .entry = entry, .head = entry.before, .key = entry.before,
		                    .key_end = entry.before, .before = entry.before, .start = entry.start };
		out->end = cfr__tail(plan, node);
	} else {
		bool first = rank == cfr_document_rank(plan->doc, parent) + 1;

		fill_item(out, plan, parent, node, first ? 0 : entry.key_start);
		if (cfr_document_entry(plan->doc, parent).style != CFR_BLOCK)
			out->head = cfr_node_kind(parent) == CFR_MAPPING ? out->key : out->before;
		if (cfr_node_kind(parent) != CFR_MAPPING)
			out->key = out->key_end = out->head;
	}
	out->own_line = cfr__begins_line(plan, out->head);
}

uint32_t cfr__behind_colon(const cfr__plan *plan, const cfr__item *item)
{
	uint32_t at = cfr__skip_space(plan, item->key_end);

	return at < plan->text.len && plan->text.ptr[at] == ':' ? at + 1 : 0;
}

uint32_t cfr__behind_properties(const cfr__plan *plan, uint32_t at)
{
	uint32_t end = at;

	while (at < plan->text.len && (plan->text.ptr[at] == '&' || plan->text.ptr[at] == '!')) {
		while (at < plan->text.len && !cfr__blank(plan->text.ptr[at]) && !cfr__line_break(plan->text.ptr[at]) &&
		       !strchr(",]}", plan->text.ptr[at]))
			at++;
		end = at;
		at = cfr__skip_blanks(plan, at);
	}
	return end;
}

/* ---- how the author writes ---- */

static void learn_block(cfr__plan *plan, cfr_entry entry, bool *step, bool *dash)
{
	uint32_t key, value;

	if (entry.style != CFR_BLOCK || entry.key_len == 0 || (*step && *dash))
		return;
	if (!cfr__begins_line(plan, entry.start))
		return;
	key = cfr__column(plan, entry.key_start);
	value = cfr__column(plan, entry.start);
	if (plan->text.ptr[entry.start] == '-' && entry.start + 1 < plan->text.len &&
	    (cfr__blank(plan->text.ptr[entry.start + 1]) || cfr__line_break(plan->text.ptr[entry.start + 1]))) {
		if (!*dash && value >= key && value - key <= 8) {
			plan->style.dash = value - key;
			*dash = true;
		}
	} else if (!*step && value > key && value - key <= 8) {
		plan->style.step = value - key;
		*step = true;
	}
}

static cfr_str between(const cfr__plan *plan, uint32_t from, uint32_t to, char must)
{
	cfr_str text = cfr_str_sub(plan->text, from, to < from ? from : to);
	unsigned marks = 0;

	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == must)
			marks++;
		else if (text.ptr[i] != ' ')
			return (cfr_str){ NULL, 0 };
	}
	return marks == (must != ' ') ? text : (cfr_str){ NULL, 0 };
}

/* Separators of the first collection between brackets that shows them. */
static void learn_flow(cfr__plan *plan, uint32_t rank, bool *colon, bool *comma, bool *pad)
{
	cfr_entry entry = cfr_document_ranked(plan->doc, rank), first, second;
	char open = plan->text.ptr[entry.start];
	uint32_t first_end;

	if (entry.next == rank + 1 || (open != '{' && open != '['))
		return;
	first = cfr_document_ranked(plan->doc, rank + 1);
	if (cfr__via(first))
		return;
	if (!*pad && open == '{') {
		uint32_t at = cfr__skip_blanks(plan, entry.start + 1);

		if (at == first.key_start) {
			plan->style.pad = cfr_str_sub(plan->text, entry.start + 1, at);
			*pad = true;
		}
	}
	if (!*colon && open == '{' && first.end > first.start) {
		cfr_str text = between(plan, first.key_start + first.key_len, first.before, ':');

		if (text.len && (plan->json || text.len > 1)) {
			plan->style.colon = text;
			*colon = true;
		}
	}
	if (*comma || first.next >= entry.next)
		return;
	second = cfr_document_ranked(plan->doc, first.next);
	first_end = first.end;
	if (!cfr__via(second)) {
		cfr_str text = between(plan, first_end, second.key_start, ',');

		if (text.len) {
			plan->style.comma = text;
			*comma = true;
		}
	}
}

/* Over how many lines collections between brackets go, and how far in. */
static void learn_spread(cfr__plan *plan, uint32_t rank, bool *step)
{
	cfr_entry entry = cfr_document_ranked(plan->doc, rank);
	cfr_entry first = cfr_document_ranked(plan->doc, rank + 1);
	bool scalars = plan->text.ptr[entry.start] == '[';

	if (cfr__via(first))
		return;
	if (cfr__begins_line(plan, first.key_start)) {
		uint32_t outer = cfr__line_indent(plan, entry.start), inner = cfr__column(plan, first.key_start);

		plan->spread = true;
		if (!*step && plan->json && inner > outer && inner - outer <= 8) {
			plan->style.step = inner - outer;
			plan->style.tabs = plan->text.ptr[first.key_start - 1] == '\t';
			*step = true;
		}
		return;
	}
	for (uint32_t at = rank + 1; scalars && at < entry.next; at++)
		scalars = cfr_document_ranked(plan->doc, at).style < CFR_BLOCK;
	plan->style.short_lists |= scalars;
}

void cfr__learn_style(cfr__plan *plan)
{
	uint32_t count = cfr_document_ranked(plan->doc, 0).next, singles = 0, doubles = 0, at;
	bool step = false, dash = false, gap = false, colon = false, comma = false, pad = false, spread = false;

	at = cfr__line_end(plan, plan->base);
	if (at < plan->text.len && plan->text.ptr[at] == '\r')
		plan->style.newline = at + 1 < plan->text.len && plan->text.ptr[at + 1] == '\n' ? "\r\n" : "\r";
	for (uint32_t rank = 0; rank < count; rank++) {
		cfr_entry entry = cfr_document_ranked(plan->doc, rank);

		if (cfr__via(entry) || entry.start >= plan->text.len)
			continue;
		singles += entry.style == CFR_SINGLE;
		doubles += entry.style == CFR_DOUBLE;
		if (entry.key_len && !(entry.flags & CFR_KEY_PLAIN)) {
			singles += plan->text.ptr[entry.key_start] == '\'';
			doubles += plan->text.ptr[entry.key_start] == '"';
		}
		learn_block(plan, entry, &step, &dash);
		if (entry.style == CFR_FLOW) {
			learn_flow(plan, rank, &colon, &comma, &pad);
			if (entry.next > rank + 1)
				learn_spread(plan, rank, &spread);
		}
		if (!gap && rank && entry.key_len == 0 && entry.before >= 2 && entry.end > entry.start &&
		    !cfr__begins_line(plan, entry.before)) {
			uint32_t back = entry.before;

			while (back > plan->base && plan->text.ptr[back - 1] == ' ')
				back--;
			if (back > plan->base && plan->text.ptr[back - 1] == '-' && back < entry.before) {
				plan->style.gap = entry.before - back;
				gap = true;
			}
		}
	}
	plan->saw_step = step;
	plan->saw_dash = dash;
	plan->saw_gap = gap;
	plan->saw_colon = colon;
	plan->saw_comma = comma;
	plan->saw_pad = pad;
	if (step && !dash)
		plan->style.dash = plan->style.step;
	if (dash && !step && plan->style.dash)
		plan->style.step = plan->style.dash;
	if (colon && !comma && plan->style.colon.len == 1)
		plan->style.comma = CFR_STR(",");
	if (singles > doubles)
		plan->style.quote = '\'';
}

/* Quotes that every one of some strings has, when one of them has them by choice. */
typedef struct habit {
	cfr_style style;
	bool any, mixed, by_choice;
} habit;

static void note_style(habit *h, cfr_style style, cfr_str text)
{
	if (style != CFR_SINGLE && style != CFR_DOUBLE)
		h->mixed = true;
	if (h->any && style != h->style)
		h->mixed = true;
	h->any = true;
	h->style = style;
	h->by_choice |= cfr__plain_safe(text, false);
}

cfr_style cfr__key_style_beside(const cfr__plan *plan, const cfr__item *items, uint32_t count)
{
	habit h = { .style = CFR_PLAIN };

	for (uint32_t i = 0; i < count && !h.mixed; i++) {
		char c = items[i].key < plan->text.len ? plan->text.ptr[items[i].key] : 0;

		note_style(&h, c == '"' ? CFR_DOUBLE : c == '\'' ? CFR_SINGLE : CFR_PLAIN, cfr_node_key(items[i].node));
	}
	return h.by_choice && !h.mixed ? h.style : CFR_PLAIN;
}

cfr_style cfr__style_beside(const cfr__plan *plan, const cfr__item *items, uint32_t count)
{
	habit h = { .style = CFR_PLAIN };

	if (plan->json)
		return CFR_DOUBLE;
	for (uint32_t i = 0; i < count && !h.mixed; i++) {
		if (!items[i].alias && cfr_node_kind(items[i].node) == CFR_STRING)
			note_style(&h, items[i].entry.style, cfr_node_string(items[i].node));
	}
	return h.by_choice && !h.mixed ? h.style : CFR_PLAIN;
}
