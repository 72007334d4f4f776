/* engine/edit/toml_add.c -- what a table of a TOML text gains: keys, tables, elements of arrays of tables.
 *
 * A key goes below the last line under the table's header, a table below the last line of the table it belongs to. A
 * table without a header of its own gets one, above its first; one that is written by dotted keys gets another dotted
 * key. A mapping becomes a table with a header unless its neighbours are all inline tables. What moves is carried over
 * as its author wrote it, headers with their names exchanged.
 */
#include "engine/edit/toml.h"

typedef struct gain {
	cfr__toml_edit *t;
	cfr_node in;
	cfr_buf keys, tables;		/* new lines of either kind */
	cfr_buf path;			/* of the table, as in its header */
	cfr__emit emit;
	cfr_str indent;			/* of new keys */
	cfr_str margin, key_margin;	/* before the headers of new tables, and before their keys */
	cfr_style style;
	char quote;			/* of keys; 0: none */
	uint32_t home;			/* the header of the table; NO_LINE without one */
	bool dotted;			/* it is written by dotted keys, */
	cfr_str prefix;			/* that begin so */
	bool inline_tables;
} gain;

/* The line of a table's own header. */
static uint32_t header_of(const cfr__toml_edit *t, cfr_node node)
{
	uint32_t line = t->line_of[cfr__toml_rank(t, node)];

	return line != CFR__NO_LINE && t->lines[line].header ? line : CFR__NO_LINE;
}

/* "a.b" for a header: as it is written somewhere, else of keys. */
static void write_path(cfr_buf *out, const cfr__toml_edit *t, cfr_node node)
{
	cfr_node up;
	const cfr__toml_name *name = NULL;
	uint32_t line = cfr__toml_first(t, node);

	if (!cfr_node_parent(&up, node))
		return;
	if (!cfr_node_key(node).ptr) {
		write_path(out, t, up);
		return;
	}
	if (line != CFR__NO_LINE && t->lines[line].header)
		name = cfr__toml_name_of(t, &t->lines[line], cfr__toml_rank(t, node));
	if (name) {
		cfr_buf_adds(out, cfr_str_sub(t->plan->text, t->names[t->lines[line].first].start, name->end));
		return;
	}
	write_path(out, t, up);
	if (out->len)
		cfr_buf_addc(out, '.');
	cfr__toml_write_key(out, cfr_node_key(node));
}

/* ---- what is added ---- */

static bool is_table(cfr_node value)
{
	return cfr_node_kind(value) == CFR_MAPPING && cfr_node_size(value) > 0;
}

static bool is_tables(cfr_node value)
{
	cfr_node child;

	if (cfr_node_kind(value) != CFR_SEQUENCE || cfr_node_size(value) == 0)
		return false;
	for (uint32_t i = 0; cfr_node_at(&child, value, i, NULL) == 0; i++) {
		if (!is_table(child))
			return false;
	}
	return true;
}

/* "key = " */
static void add_key(gain *g, cfr_str key)
{
	cfr_buf_adds(&g->keys, g->indent);
	if (g->dotted) {
		cfr_buf_adds(&g->keys, g->prefix);
		cfr_buf_addc(&g->keys, '.');
	}
	cfr__toml_key_text(&g->keys, key, g->quote);
}

static void add_value(gain *g, const cfr__change *change)
{
	cfr_style style = g->style;

	if (change->moved) {
		cfr_entry entry = cfr_document_entry(g->t->plan->doc, change->value);
		style = entry.style < CFR_BLOCK ? (cfr_style)entry.style : CFR_PLAIN;
	} else if (style == CFR_PLAIN) {
		style = CFR_FOLDED;
	}
	add_key(g, change->key);
	cfr_buf_addz(&g->keys, " = ");
	g->emit.out = &g->keys;
	g->emit.order = change->written ? change->written : g->t->plan->doc;
	cfr__toml_value(&g->emit, change->value, (unsigned)g->indent.len, style, false);
	cfr_buf_addz(&g->keys, g->emit.newline);
}

/* A moved line with its comments, under its new key. */
static bool add_raw_line(gain *g, const cfr__change *change)
{
	const cfr__toml_edit *t = g->t;
	cfr__plan *plan = t->plan;
	uint32_t index = change->moved && !plan->no_raw ? t->line_of[cfr__toml_rank(t, change->value)] : CFR__NO_LINE;
	const cfr__toml_line *line;

	if (index == CFR__NO_LINE || t->lines[index].header)
		return false;
	line = &t->lines[index];
	plan->used_raw = true;
	for (uint32_t at = cfr__toml_above(t, index); at < cfr__line_start(plan, line->start); at = cfr__next_line(plan, at)) {
		cfr_buf_adds(&g->keys, g->indent);
		cfr_buf_adds(&g->keys, cfr_str_sub(plan->text, cfr__skip_blanks(plan, at), cfr__line_end(plan, at)));
		cfr_buf_addz(&g->keys, g->emit.newline);
	}
	add_key(g, change->key);
	cfr_buf_adds(&g->keys, cfr_str_sub(plan->text, t->names[line->first + line->count - 1].end,
	                                   cfr__line_end(plan, line->end)));
	cfr_buf_addz(&g->keys, g->emit.newline);
	return true;
}

static void begin_table(gain *g)
{
	if (g->tables.len)
		cfr_buf_addz(&g->tables, g->emit.newline);
}

/* Name of the header of a new table. */
static void child_path(cfr_buf *out, const gain *g, cfr_str key)
{
	cfr_buf_adds(out, cfr_buf_str(&g->path));
	if (out->len)
		cfr_buf_addc(out, '.');
	cfr__toml_write_key(out, key);
}

/* A moved header from `from` on, of an element as that of a table. Returns where its text goes on as it is. */
static uint32_t add_raw_header(gain *g, const cfr__toml_line *line, uint32_t from, bool element, cfr_str path,
                               const cfr__toml_name *name)
{
	const cfr__toml_edit *t = g->t;
	uint32_t open = t->names[line->first].start;

	cfr_buf_adds(&g->tables, cfr_str_sub(t->plan->text, from, element ? line->start + 1 : open));
	cfr_buf_adds(&g->tables, path);
	if (!element)
		return name ? name->end : from;
	cfr_buf_addc(&g->tables, ']');
	return line->end;
}

/* Moved tables line by line: false when dotted keys are among what names them. */
static bool add_raw_table(gain *g, const cfr__change *change)
{
	const cfr__toml_edit *t = g->t;
	cfr__plan *plan = t->plan;
	cfr__ranks ranks;
	cfr_buf path = CFR_BUF_INIT;
	uint32_t rank, last = CFR__NO_LINE;
	cfr_node up;
	bool element;

	if (!change->moved || plan->no_raw || !cfr__toml_spread(plan, change->value))
		return false;
	ranks = cfr__toml_ranks(t, change->value);
	rank = ranks.first;
	element = cfr_node_parent(&up, change->value) && cfr_node_kind(up) == CFR_SEQUENCE;
	if (element)
		rank = cfr__toml_rank(t, up);
	for (uint32_t i = 0; i < t->count; i++) {
		if (!t->lines[i].header && cfr__toml_name_of(t, &t->lines[i], rank))
			return false;
	}
	child_path(&path, g, change->key);
	begin_table(g);
	plan->used_raw = true;
	for (uint32_t i = 0; i < t->count; i++) {
		const cfr__toml_line *line = &t->lines[i];
		uint32_t from = cfr__toml_above(t, i);

		if (!cfr__toml_in(ranks, line))
			continue;
		if (last != CFR__NO_LINE && last + 1 == i)
			from = cfr__toml_below(t, last);
		else if (last != CFR__NO_LINE)
			cfr_buf_addz(&g->tables, g->emit.newline);
		last = i;
		if (line->header)
			from = add_raw_header(g, line, from, element && line->rank == ranks.first, cfr_buf_str(&path),
			                      cfr__toml_name_of(t, line, rank));
		cfr_buf_adds(&g->tables, cfr_str_sub(plan->text, from, cfr__line_end(plan, line->end)));
		cfr_buf_addz(&g->tables, g->emit.newline);
	}
	if (path.failed)
		g->tables.failed = path.failed;
	cfr_buf_release(&path);
	return true;
}

/* Lines of new tables, in the author's margins. Text over several lines stays as it is. */
static void add_lines(gain *g, cfr_str lines)
{
	bool several = false;

	for (size_t i = 2; i < lines.len; i++)
		several |= strchr("\"'", lines.ptr[i]) && lines.ptr[i - 1] == lines.ptr[i] && lines.ptr[i - 2] == lines.ptr[i];
	for (size_t at = 0, end; at < lines.len; at = end + 1) {
		for (end = at; lines.ptr[end] != '\n'; end++)
			;
		if (end > at && !several)
			cfr_buf_adds(&g->tables, lines.ptr[at] == '[' ? g->margin : g->key_margin);
		cfr_buf_adds(&g->tables, cfr_str_sub(lines, at, end));
		if (several)
			cfr_buf_addc(&g->tables, '\n');
		else
			cfr_buf_addz(&g->tables, g->emit.newline);
	}
}

static void add_table(gain *g, const cfr__change *change, cfr_str path, cfr_node value)
{
	bool list = cfr_node_kind(value) != CFR_MAPPING;
	cfr_buf lines = CFR_BUF_INIT;
	cfr_node table = value;

	g->emit.out = &lines;
	g->emit.order = change->written ? change->written : g->t->plan->doc;
	for (uint32_t i = 0; list ? cfr__emit_child(&table, &g->emit, value, i) : i == 0; i++) {
		begin_table(g);
		cfr_buf_clear(&lines);
		cfr__toml_write_table(&g->emit, table, path, list || change->op == CFR__INSERT);
		add_lines(g, cfr_buf_str(&lines));
	}
	if (lines.failed)
		g->tables.failed = lines.failed;
	cfr_buf_release(&lines);
}

/* Are there comments in the lines of a moved value? */
static bool has_comments(const cfr__toml_edit *t, cfr_node value)
{
	cfr__ranks ranks = cfr__toml_ranks(t, value);

	for (uint32_t i = 0; i < t->count; i++) {
		const cfr__toml_line *line = &t->lines[i];
		uint32_t behind = cfr__skip_blanks(t->plan, line->end);

		if (cfr__toml_in(ranks, line) &&
		    (cfr__toml_above(t, i) < cfr__line_start(t->plan, line->start) || behind < cfr__line_end(t->plan, behind)))
			return true;
	}
	return false;
}

static void add_change(gain *g, const cfr__change *change)
{
	bool table = (is_table(change->value) && !g->inline_tables) || is_tables(change->value);
	cfr_buf path = CFR_BUF_INIT;

	table |= change->moved && cfr__toml_spread(g->t->plan, change->value);
	if (add_raw_line(g, change) || (table && !g->dotted && add_raw_table(g, change)))
		return;
	if (change->moved && has_comments(g->t, change->value)) {
		g->emit.rc = cfr__refuse(g->t->plan, change->value, "these lines cannot be moved together with their comments",
		                         "move their entries one by one, or edit the file by hand");
		return;
	}
	if (!table || g->dotted) {
		add_value(g, change);
		return;
	}
	child_path(&path, g, change->key);
	add_table(g, change, cfr_buf_str(&path), change->value);
	if (path.failed)
		g->tables.failed = path.failed;
	cfr_buf_release(&path);
}

/* ---- where it goes ---- */

/* Text in place: a line break before it where the file ends without one. */
static int put(gain *g, uint32_t at, cfr_str text, bool before_blank, bool behind_blank)
{
	cfr__plan *plan = g->t->plan;
	cfr_buf all = CFR_BUF_INIT;
	int r;

	if (at == plan->text.len && at > plan->base && !cfr__final_break(plan)) {
		cfr_buf_addz(&all, g->emit.newline);
		while (text.len && cfr__line_break(text.ptr[text.len - 1]))
			text.len--;
	}
	if (before_blank)
		cfr_buf_addz(&all, g->emit.newline);
	cfr_buf_adds(&all, text);
	if (behind_blank)
		cfr_buf_addz(&all, g->emit.newline);
	r = cfr_buf_check(&all, plan->err);
	if (r == 0)
		r = cfr__splice(plan, at, at, cfr_buf_str(&all));
	cfr_buf_release(&all);
	return r;
}

/* The last line that stays and stands directly under the table's header (or goes through its dotted name). */
static uint32_t last_key(const gain *g)
{
	const cfr__toml_edit *t = g->t;
	uint32_t rank = cfr__toml_rank(t, g->in), last = CFR__NO_LINE;

	if (rank > 0 && g->home == CFR__NO_LINE && !g->dotted)
		return last;
	for (uint32_t i = 0; i < t->count; i++) {
		const cfr__toml_line *line = &t->lines[i];

		if (line->header || line->gone)
			continue;
		if (g->dotted ? cfr__toml_name_of(t, line, rank) != NULL : line->table == g->home)
			last = i;
	}
	return last;
}

static bool is_blank(const cfr__plan *plan, uint32_t at)
{
	return at == plan->text.len || cfr__line_break(plan->text.ptr[cfr__skip_blanks(plan, at)]);
}

static int put_keys(gain *g)
{
	cfr__toml_edit *t = g->t;
	const cfr__plan *plan = t->plan;
	uint32_t last = last_key(g), first = cfr__toml_first(t, g->in), at;
	cfr_str keys = cfr_buf_str(&g->keys);
	cfr_buf text = CFR_BUF_INIT;
	bool root = cfr__toml_rank(t, g->in) == 0;
	int r;

	if (keys.len == 0)
		return 0;
	if (last != CFR__NO_LINE)
		return put(g, cfr__toml_below(t, last), keys, false, false);
	if (g->home != CFR__NO_LINE)
		return put(g, cfr__toml_below(t, g->home), keys, false, false);
	if (g->dotted)
		return put(g, cfr__line_start(plan, t->lines[first].start), keys, false, false);
	if (root) {
		at = t->count ? cfr__toml_above(t, 0) : (uint32_t)plan->text.len;
		if (t->count)
			t->lines[0].keep_blank = true;
		return put(g, at, keys, false, t->count > 0 && t->lines[0].header);
	}
	/* Only gone through so far: it gets a header. */
	t->lines[first].keep_blank = true;
	cfr_buf_addf(&text, "[%.*s]%s", (int)g->path.len, g->path.ptr, g->emit.newline);
	cfr_buf_adds(&text, keys);
	r = cfr_buf_check(&text, plan->err);
	if (r == 0)
		r = put(g, cfr__toml_above(t, first), cfr_buf_str(&text), false, true);
	cfr_buf_release(&text);
	return r;
}

/* Below the last line of a node that stays, and the comments that stand there. */
static uint32_t behind(cfr__toml_edit *t, cfr_node node)
{
	const cfr__plan *plan = t->plan;
	cfr__ranks ranks = cfr__toml_ranks(t, node);
	uint32_t last = CFR__NO_LINE, at, limit;

	for (uint32_t i = 0; i < t->count; i++) {
		if (cfr__toml_in(ranks, &t->lines[i]) && !t->lines[i].gone)
			last = i;
	}
	if (last == CFR__NO_LINE && ranks.first > 0) {
		last = cfr__toml_first(t, node);
		if (last == CFR__NO_LINE)
			return (uint32_t)plan->text.len;
		t->lines[last].keep_blank = true;
		return cfr__toml_above(t, last);
	}
	if (last == CFR__NO_LINE || ranks.first == 0)
		return (uint32_t)plan->text.len;
	at = cfr__toml_below(t, last);
	limit = last + 1 < t->count ? cfr__toml_above(t, last + 1) : (uint32_t)plan->text.len;
	while (at < limit && plan->text.ptr[cfr__skip_blanks(plan, at)] == '#')
		at = cfr__next_line(plan, at);
	return at;
}

static int put_tables(gain *g, uint32_t at)
{
	const cfr__plan *plan = g->t->plan;
	bool top = at == plan->base || is_blank(plan, cfr__line_start(plan, cfr__break_before(plan, at)));

	if (at == plan->text.len && at > plan->base && !cfr__final_break(plan))
		top = false;
	return g->tables.len ? put(g, at, cfr_buf_str(&g->tables), !top, !is_blank(plan, at)) : 0;
}

/* ---- the table, as it is ---- */

static cfr_str margin_of(const cfr__toml_edit *t, uint32_t line)
{
	uint32_t start = t->lines[line].start;

	return cfr_str_sub(t->plan->text, cfr__line_start(t->plan, start), start);
}

/* Margins as those of the last table beside a new one, or of the table around it. */
static void learn_margins(gain *g)
{
	const cfr__toml_edit *t = g->t;
	cfr__ranks ranks = cfr__toml_ranks(t, g->in);
	uint32_t model = g->home, names = cfr_node_kind(g->in) == CFR_MAPPING;
	cfr_node up = g->in;

	do
		names += cfr_node_key(up).ptr != NULL;
	while (cfr_node_parent(&up, up));
	for (uint32_t i = 0; i < t->count; i++) {
		if (t->lines[i].header && t->lines[i].count == names && cfr__toml_in(ranks, &t->lines[i]) && i != g->home)
			model = i;
	}
	if (model == CFR__NO_LINE)
		return;
	g->margin = g->key_margin = margin_of(t, model);
	if (model + 1 < t->count && !t->lines[model + 1].header)
		g->key_margin = margin_of(t, model + 1);
}

static int learn(gain *g, cfr__toml_edit *t, cfr_node in)
{
	cfr__plan *plan = t->plan;
	uint32_t first = cfr__toml_first(t, in), tables = 0, inlines = 0, last, count = 0;
	cfr__item *items;
	cfr_style quotes;
	cfr_node child;

	*g = (gain){ .t = t, .in = in, .keys = CFR_BUF_INIT, .tables = CFR_BUF_INIT, .path = CFR_BUF_INIT };
	g->emit = plan->style;
	g->emit.err = plan->err;
	g->home = header_of(t, in);
	write_path(&g->path, t, in);
	if (cfr__toml_rank(t, in) > 0 && g->home == CFR__NO_LINE && first != CFR__NO_LINE && !t->lines[first].header) {
		const cfr__toml_name *name = cfr__toml_name_of(t, &t->lines[first], cfr__toml_rank(t, in));

		g->dotted = name != NULL;
		if (name)
			g->prefix = cfr_str_sub(plan->text, t->names[t->lines[first].first].start, name->end);
	}
	items = cfr_arena_alloc(plan->arena, ((size_t)cfr_node_size(in) + 1) * sizeof(*items));
	if (!items)
		return cfr_err_nomem(plan->err);
	for (uint32_t i = 0; cfr_node_at(&child, in, i, NULL) == 0; i++) {
		cfr_entry entry = cfr_document_entry(plan->doc, child);

		items[count++] = (cfr__item){ .node = child, .rank = cfr_document_rank(plan->doc, child), .entry = entry, .key = entry.key_start };
		tables += cfr_node_kind(child) == CFR_MAPPING && entry.style == CFR_BLOCK;
		inlines += cfr_node_kind(child) == CFR_MAPPING && entry.style == CFR_FLOW;
	}
	g->inline_tables = inlines > 0 && tables == 0;
	g->style = cfr__style_beside(plan, items, count);
	quotes = cfr__key_style_beside(plan, items, count);
	g->quote = quotes == CFR_DOUBLE ? '"' : quotes == CFR_SINGLE ? '\'' : 0;
	last = last_key(g);
	if (last == CFR__NO_LINE)
		last = g->home;
	if (last == CFR__NO_LINE && g->dotted)
		last = first;
	if (last != CFR__NO_LINE)
		g->indent = margin_of(t, last);
	learn_margins(g);
	return 0;
}

static int finish(gain *g, int r)
{
	if (r == 0)
		r = g->emit.rc;
	if (r == 0)
		r = cfr_buf_check(&g->keys, g->emit.err);
	if (r == 0)
		r = cfr_buf_check(&g->tables, g->emit.err);
	if (r == 0)
		r = cfr_buf_check(&g->path, g->emit.err);
	return r;
}

static void gain_release(gain *g)
{
	cfr_buf_release(&g->path);
	cfr_buf_release(&g->tables);
	cfr_buf_release(&g->keys);
}

/* ---- elements ---- */

/* New elements at one index of an array of tables. */
static int put_elements(gain *g, const cfr__change *changes, uint32_t count)
{
	cfr__toml_edit *t = g->t;
	uint32_t index = changes->index, line;
	cfr_node element;
	int r;

	g->tables.len = 0;
	for (uint32_t i = 0; i < count; i++) {
		if (cfr_node_kind(changes[i].value) != CFR_MAPPING)
			return cfr__refuse(t->plan, g->in, "an array of tables holds nothing but tables",
			                   "give a mapping, or replace the array as a whole");
		add_table(g, &changes[i], cfr_buf_str(&g->path), changes[i].value);
	}
	r = finish(g, 0);
	if (r)
		return r;
	if (index >= cfr_node_size(g->in))
		return put_tables(g, behind(t, g->in));
	r = cfr_node_at(&element, g->in, index, t->plan->err);
	line = r == 0 ? header_of(t, element) : CFR__NO_LINE;
	if (line == CFR__NO_LINE)
		return cfr__refuse(t->plan, g->in, "there is no place for an element here", "edit the file by hand");
	return put(g, cfr__toml_above(t, line), cfr_buf_str(&g->tables), false, true);
}

static int gain_elements(gain *g, const cfr__change *changes, uint32_t count)
{
	int r = 0;

	for (uint32_t i = 0, end; r == 0 && i < count; i = end) {
		for (end = i + 1; end < count && changes[end].index == changes[i].index; end++)
			;
		r = put_elements(g, changes + i, end - i);
	}
	return r;
}

int cfr__toml_gain(cfr__toml_edit *t, cfr_node in, const cfr__change *changes, uint32_t count)
{
	gain g;
	int r = learn(&g, t, in);

	if (r == 0 && changes->op == CFR__INSERT) {
		r = gain_elements(&g, changes, count);
	} else if (r == 0) {
		for (uint32_t i = 0; i < count; i++)
			add_change(&g, &changes[i]);
		r = finish(&g, 0);
		if (r == 0)
			r = put_keys(&g);
		if (r == 0)
			r = put_tables(&g, behind(t, in));
	}
	gain_release(&g);
	return r;
}

/* ---- in place of what goes ---- */

int cfr__toml_replace(cfr__toml_edit *t, const cfr__change *change)
{
	cfr__change again = *change;
	uint32_t line = cfr__toml_first(t, change->at);
	gain g, own;
	int r;

	again.op = CFR__ADD;
	again.key = cfr_node_key(change->at);
	if (!again.key.ptr) {		/* an element */
		if (cfr_node_kind(change->value) != CFR_MAPPING)
			return cfr__refuse(t->plan, change->at, "an array of tables holds nothing but tables",
			                   "give a mapping, or replace the array as a whole");
		again.op = CFR__INSERT;
	}
	r = learn(&g, t, change->in);
	if (r)
		return r;
	r = learn(&own, t, change->at);
	if (r == 0 && line != CFR__NO_LINE && !own.dotted && !g.dotted &&
	    (cfr_node_kind(change->value) == CFR_MAPPING || is_tables(change->value))) {
		t->lines[line].keep_above = true;
		add_table(&g, &again, cfr_buf_str(&own.path), change->value);
		r = finish(&g, 0);
		if (r == 0)
			r = put(&g, cfr__line_start(t->plan, t->lines[line].start), cfr_buf_str(&g.tables), false, false);
	} else if (r == 0) {
		g.inline_tables = own.dotted;
		add_change(&g, &again);
		r = finish(&g, 0);
		if (r == 0)
			r = put_keys(&g);
		if (r == 0)
			r = put_tables(&g, behind(t, change->in));
	}
	gain_release(&own);
	gain_release(&g);
	return r;
}

int cfr__toml_emptied(cfr__toml_edit *t, cfr_node in)
{
	uint32_t first = cfr__toml_first(t, in);
	bool mapping = cfr_node_kind(in) == CFR_MAPPING;
	cfr_node up;
	gain g;
	int r;

	if (!cfr_node_parent(&up, in) || first == CFR__NO_LINE)
		return 0;
	if (mapping && t->lines[first].header) {
		cfr_buf text = CFR_BUF_INIT;
		uint32_t last = first;

		while (last + 1 < t->count && t->lines[last + 1].gone)
			last++;
		r = learn(&g, t, in);
		t->lines[first].keep_blank = true;
		cfr_buf_addf(&text, "[%.*s]%s", (int)g.path.len, g.path.ptr, g.emit.newline);
		if (r == 0)
			r = finish(&g, cfr_buf_check(&text, t->plan->err));
		if (r == 0)
			r = put(&g, cfr__toml_above(t, first), cfr_buf_str(&text), false, last + 1 < t->count);
		cfr_buf_release(&text);
		gain_release(&g);
		return r;
	}
	/* key = {} or key = [] in the table around it. */
	r = learn(&g, t, up);
	if (r == 0) {
		add_key(&g, cfr_node_key(in));
		cfr_buf_addf(&g.keys, " = %s%s", mapping ? "{}" : "[]", g.emit.newline);
		r = finish(&g, 0);
	}
	if (r == 0 && !t->lines[first].header) {	/* it was one by dotted keys: where they stood */
		r = put(&g, cfr__toml_above(t, first), cfr_buf_str(&g.keys), false, false);
		t->lines[first].keep_blank = true;
	} else if (r == 0) {
		r = put_keys(&g);
	}
	gain_release(&g);
	return r;
}
