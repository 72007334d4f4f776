/* engine/edit/toml.c -- edits of TOML: lines removed, renamed, given other values.
 *
 * With the list of lines, and of the names in them (toml_lines.c),
 *  - a table goes when all lines that lie in it go, wherever they stand;
 *  - it is renamed when its name is replaced in each line that goes through it: [it], [it.sub], it.key = 1;
 *  - arrays and inline tables, which lie within one value, are edited like those of YAML (flow.c).
 * A line takes the comment lines directly above it and the comment behind it along.
 */
#include "engine/edit/toml.h"

/* ---- values, keys ---- */

/* Is it written between the braces of an inline table, where no line may end? */
static bool inside_braces(const cfr__plan *plan, cfr_node node)
{
	while (cfr_node_parent(&node, node)) {
		if (cfr_node_kind(node) == CFR_MAPPING && cfr_document_entry(plan->doc, node).style == CFR_FLOW)
			return true;
	}
	return false;
}

static int put_value(cfr__plan *plan, const cfr__change *change)
{
	cfr_entry entry = cfr_document_entry(plan->doc, change->at);
	bool braces = inside_braces(plan, change->at), same;
	uint32_t from = entry.start, to = entry.end;
	cfr__emit emit = plan->style;
	cfr_buf text = CFR_BUF_INIT;
	int r = cfr__same_value(&same, plan, change);

	if (r || same)
		return r;
	emit.out = &text;
	emit.err = plan->err;
	cfr__emit_order(&emit, change);
	if (entry.style == CFR_BLOCK) {	/* { it.key = 1 } */
		from = entry.key_start;
		to = cfr__tail(plan, change->at);
		cfr_buf_adds(&text, cfr_str_sub(plan->text, from, from + entry.key_len));
		cfr_buf_addz(&text, " = ");
	}
	cfr__toml_value(&emit, change->value, cfr__line_indent(plan, entry.start),
	                entry.style < CFR_BLOCK ? (cfr_style)entry.style : CFR_PLAIN, braces);
	r = cfr__emit_check(&emit);
	if (r == 0)
		r = cfr__splice(plan, from, to, cfr_buf_str(&text));
	cfr_buf_release(&text);
	return r;
}

static int put_name(cfr__plan *plan, const cfr__toml_name *name, cfr_str key)
{
	char quote = plan->text.ptr[name->start];
	cfr_buf text = CFR_BUF_INIT;
	int r;

	cfr__toml_key_text(&text, key, quote);
	r = cfr_buf_check(&text, plan->err);
	if (r == 0)
		r = cfr__splice(plan, name->start, name->end, cfr_buf_str(&text));
	cfr_buf_release(&text);
	return r;
}

static int rename_all(cfr__toml_edit *t, const cfr__change *change)
{
	uint32_t rank = cfr__toml_rank(t, change->at);
	int r = 0;

	for (uint32_t i = 0; r == 0 && !cfr__same_key(change) && i < t->count; i++) {
		const cfr__toml_name *name = t->lines[i].gone ? NULL : cfr__toml_name_of(t, &t->lines[i], rank);

		if (name)
			r = put_name(t->plan, name, change->key);
	}
	return r;
}

/* ---- removing ---- */

static void mark_gone(cfr__toml_edit *t, const cfr__change *change)
{
	cfr__ranks ranks = cfr__toml_ranks(t, change->at);

	for (uint32_t i = 0; i < t->count; i++) {
		if (cfr__toml_in(ranks, &t->lines[i]))
			t->lines[i].gone = true;
	}
}

/* Lines first..last, all gone. What stands between them goes too; with a header its blank lines do. */
static int cut_run(cfr__toml_edit *t, uint32_t first, uint32_t last)
{
	const cfr__plan *plan = t->plan;
	uint32_t from = t->lines[first].keep_above ? cfr__line_start(plan, t->lines[first].start) : cfr__toml_above(t, first);
	uint32_t to = cfr__toml_below(t, last), least = first ? cfr__toml_below(t, first - 1) : plan->base;
	bool end = last + 1 == t->count;

	if ((t->lines[first].header || (from == plan->base && !t->lines[first].keep_blank)) &&
	    !t->lines[first].keep_above && !end) {
		/* Where no blank line stands above, the one below parts what stays. */
		if (from == plan->base || cfr__blanks_above(plan, from, least) < from)
			to = cfr__blanks_below(plan, to);
	} else if (t->lines[first].header && !t->lines[first].keep_above && !t->lines[first].keep_blank &&
	           cfr__skip_space(plan, to) == plan->text.len && (to == plan->text.len || cfr__blank_line(plan, to))) {
		from = cfr__blanks_above(plan, from, least);
	}
	if (to == plan->text.len && !cfr__final_break(plan) && from > plan->base && !t->lines[first].keep_above)
		from = cfr__break_before(plan, from);
	return cfr__cut(t->plan, from, to);
}

static int cut_gone(cfr__toml_edit *t)
{
	int r = 0;

	for (uint32_t i = 0, end; r == 0 && i < t->count; i = end) {
		for (end = i + 1; end < t->count && t->lines[i].gone && t->lines[end].gone &&
		     !t->lines[end].keep_above && !t->lines[end].keep_blank; end++)
			;
		if (t->lines[i].gone)
			r = cut_run(t, i, end - 1);
	}
	return r;
}

/* ---- all changes ---- */

/* Brackets within a line, empty, get entries. */
static int fill(cfr__plan *plan, cfr_node in, const cfr__change *changes, uint32_t count)
{
	cfr_entry entry = cfr_document_entry(plan->doc, in);
	bool mapping = cfr_node_kind(in) == CFR_MAPPING, braces = mapping || inside_braces(plan, in);
	cfr__emit emit = plan->style;
	cfr_buf text = CFR_BUF_INIT;
	int r;

	emit.out = &text;
	emit.err = plan->err;
	cfr_buf_addz(&text, mapping ? "{ " : "[");
	for (uint32_t i = 0; i < count; i++) {
		if (i)
			cfr_buf_addz(&text, ", ");
		emit.inside = braces;
		cfr__flow_entry(&emit, &changes[i], 0, CFR_PLAIN);
	}
	cfr_buf_addz(&text, mapping ? " }" : "]");
	r = cfr__emit_check(&emit);
	if (r == 0)
		r = cfr__splice(plan, entry.start, entry.end, cfr_buf_str(&text));
	cfr_buf_release(&text);
	return r;
}

static int edit_flow(cfr__plan *plan, cfr_node in, const cfr__change *changes, uint32_t count)
{
	uint32_t replaced = 0;
	int r = 0;

	for (; r == 0 && replaced < count && changes[replaced].op == CFR__REPLACE; replaced++)
		r = put_value(plan, &changes[replaced]);
	if (r || replaced == count)
		return r;
	if (cfr_node_size(in) == 0)
		return fill(plan, in, changes, count);
	plan->style.inside = cfr_node_kind(in) == CFR_MAPPING || inside_braces(plan, in);
	return cfr__edit_flow(plan, in, changes, count);
}

/* The dotted name of a table within the braces around it, and a dot. */
static void add_prefix(cfr_buf *out, const cfr__plan *plan, cfr_node in)
{
	cfr_node up;

	if (cfr_document_entry(plan->doc, in).style == CFR_FLOW)
		return;
	if (cfr_node_parent(&up, in))
		add_prefix(out, plan, up);
	cfr__toml_write_key(out, cfr_node_key(in));
	cfr_buf_addc(out, '.');
}

/* Another dotted key behind the last of its table. */
static int add_dotted(cfr__plan *plan, const cfr__change *change)
{
	uint32_t end = 0;
	cfr__emit emit = plan->style;
	cfr_buf text = CFR_BUF_INIT;
	cfr_node child;
	int r;

	for (uint32_t i = 0; cfr_node_at(&child, change->in, i, NULL) == 0; i++)
		end = cfr__tail(plan, child) > end ? cfr__tail(plan, child) : end;
	emit.out = &text;
	emit.err = plan->err;
	emit.inside = true;
	cfr_buf_addz(&text, ", ");
	add_prefix(&text, plan, change->in);
	cfr__flow_entry(&emit, change, 0, CFR_PLAIN);
	r = cfr__emit_check(&emit);
	if (r == 0)
		r = cfr__splice(plan, end, end, cfr_buf_str(&text));
	cfr_buf_release(&text);
	return r;
}

/* A table of dotted keys inside of braces, { it.key = 1, it.other = 2 }: what can be done at one place. */
static int edit_dotted(cfr__plan *plan, const cfr__change *changes, uint32_t count)
{
	int r = 0;

	for (uint32_t i = 0; r == 0 && i < count; i++) {
		const cfr__change *change = &changes[i];
		cfr_entry entry = cfr_document_entry(plan->doc, change->at);
		cfr__toml_name name = { .start = entry.key_start, .end = entry.key_start + entry.key_len };

		if (change->op == CFR__REPLACE)
			r = put_value(plan, change);
		else if (change->op == CFR__RENAME)
			r = cfr__same_key(change) ? 0 : put_name(plan, &name, change->key);
		else if (change->op == CFR__ADD)
			r = add_dotted(plan, change);
		else
			r = cfr__refuse(plan, change->in, "this table is written by dotted keys inside of an inline table",
			                "replace the inline table as a whole");
	}
	return r;
}

/* Is a line left that says that the collection is there? */
static bool still_there(const cfr__toml_edit *t, cfr_node in)
{
	cfr__ranks ranks = cfr__toml_ranks(t, in);

	for (uint32_t i = 0; i < t->count; i++) {
		if (!t->lines[i].gone && cfr__toml_in(ranks, &t->lines[i]))
			return true;
	}
	return false;
}

static int edit_table(cfr__toml_edit *t, cfr_node in, const cfr__change *changes, uint32_t count)
{
	uint32_t news = 0;
	bool removed = false;
	int r = 0;

	for (uint32_t i = 0; r == 0 && i < count; i++) {
		const cfr__change *change = &changes[i];

		if (change->op == CFR__RENAME)
			r = rename_all(t, change);
		else if (change->op == CFR__REPLACE && cfr__toml_spread(t->plan, change->at))
			r = cfr__toml_replace(t, change);
		else if (change->op == CFR__REPLACE)
			r = put_value(t->plan, change);
		removed |= change->op == CFR__REMOVE;
		if (change->op < CFR__ADD)
			news = i + 1;
	}
	if (r == 0 && news < count)
		return cfr__toml_gain(t, in, changes + news, count - news);
	if (r == 0 && removed && !changes->rooted && cfr__toml_rank(t, in) > 0 && !still_there(t, in))
		r = cfr__toml_emptied(t, in);
	return r;
}

/* The whole text anew. */
static int put_root(cfr__toml_edit *t, const cfr__change *change)
{
	cfr__plan *plan = t->plan;
	cfr__emit emit = plan->style;
	cfr_buf text = CFR_BUF_INIT;
	uint32_t from = t->count ? cfr__line_start(plan, t->lines[0].start) : (uint32_t)plan->text.len;
	uint32_t to = t->count ? cfr__toml_below(t, t->count - 1) : from;
	bool same;
	int r = cfr_node_equal(&same, change->at, change->value, plan->err);

	if (r || same)
		return r;
	emit.out = &text;
	emit.err = plan->err;
	cfr__emit_order(&emit, change);
	if (from > plan->base && !t->count && !cfr__final_break(plan))
		cfr_buf_addz(&text, "\n");
	cfr__toml_write(&emit, change->value);
	r = cfr__emit_check(&emit);
	if (r == 0)
		r = cfr__splice(plan, from, to, cfr_buf_str(&text));
	cfr_buf_release(&text);
	return r;
}

static int edit_lines(cfr__toml_edit *t, const cfr__change *changes, uint32_t count)
{
	int r = 0;

	for (uint32_t i = 0; i < count; i++) {
		const cfr__change *change = &changes[i];

		if (!change->rooted && cfr__toml_spread(t->plan, change->in) &&
		    (change->op == CFR__REMOVE || (change->op == CFR__REPLACE && cfr__toml_spread(t->plan, change->at))))
			mark_gone(t, change);
	}
	for (uint32_t i = 0, end; r == 0 && i < count; i = end) {
		for (end = i + 1; end < count && cfr__same_place(&changes[i], &changes[end]); end++)
			;
		if (changes[i].rooted)
			r = put_root(t, &changes[i]);
		else if (cfr__toml_spread(t->plan, changes[i].in))
			r = edit_table(t, changes[i].in, changes + i, end - i);
		else if (cfr_document_entry(t->plan->doc, changes[i].in).style == CFR_BLOCK)
			r = edit_dotted(t->plan, changes + i, end - i);
		else
			r = edit_flow(t->plan, changes[i].in, changes + i, end - i);
	}
	return r ? r : cut_gone(t);
}

/* How far arrays over several lines are moved in. */
static void learn_step(cfr__plan *plan)
{
	uint32_t count = cfr_document_ranked(plan->doc, 0).next;

	for (uint32_t rank = 0; rank + 1 < count; rank++) {
		cfr_entry entry = cfr_document_ranked(plan->doc, rank), first = cfr_document_ranked(plan->doc, rank + 1);

		if (entry.style == CFR_FLOW && entry.next > rank + 1 && cfr__begins_line(plan, first.start)) {
			uint32_t outer = cfr__line_indent(plan, entry.start), inner = cfr__column(plan, first.start);

			if (inner > outer && inner - outer <= 8) {
				plan->style.step = inner - outer;
				plan->style.tabs = plan->text.ptr[first.start - 1] == '\t';
				return;
			}
		}
	}
}

int cfr__edit_toml(cfr__plan *plan, const cfr__change *changes, uint32_t count)
{
	cfr__toml_edit t = { .plan = plan };
	cfr__emit house;
	int r;

	cfr__emit_init(&house, NULL, CFR_TOML, plan->err);
	plan->style.step = house.step;
	plan->style.toml = true;
	learn_step(plan);
	r = cfr__toml_read_lines(&t);
	if (r == 0)
		r = edit_lines(&t, changes, count);
	cfr__toml_lines_release(&t);
	return r;
}
