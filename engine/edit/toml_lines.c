/* engine/edit/toml_lines.c -- the lines of a TOML text: which belong to what.
 *
 * A TOML text is a list of lines, each a header or a key with its value, and a table may be written in many of them. So
 * the text is read once more into a list of lines, and each name in them is told which node it names. Which lines a node is
 * written in is then a range of ranks, and where its name stands is asked line by line.
 */
#include <stdlib.h>

#include "engine/base/vec.h"
#include "engine/edit/toml.h"

cfr__ranks cfr__toml_ranks(const cfr__toml_edit *t, cfr_node node)
{
	uint32_t rank = cfr__toml_rank(t, node);

	return (cfr__ranks){ rank, cfr_document_ranked(t->plan->doc, rank).next };
}

bool cfr__toml_spread(const cfr__plan *plan, cfr_node node)
{
	do {
		if (cfr_document_entry(plan->doc, node).style != CFR_BLOCK)
			return false;
	} while (cfr_node_parent(&node, node));
	return true;
}

const cfr__toml_name *cfr__toml_name_of(const cfr__toml_edit *t, const cfr__toml_line *line, uint32_t rank)
{
	for (uint32_t i = 0; i < line->count; i++) {
		if (t->names[line->first + i].rank == rank)
			return &t->names[line->first + i];
	}
	return NULL;
}

uint32_t cfr__toml_first(const cfr__toml_edit *t, cfr_node node)
{
	cfr__ranks ranks = cfr__toml_ranks(t, node);

	for (uint32_t i = 0; i < t->count; i++) {
		if (cfr__toml_in(ranks, &t->lines[i]))
			return i;
	}
	return CFR__NO_LINE;
}

uint32_t cfr__toml_above(const cfr__toml_edit *t, uint32_t line)
{
	uint32_t at = cfr__line_start(t->plan, t->lines[line].start);
	uint32_t least = line ? cfr__toml_below(t, line - 1) : t->plan->base;

	return cfr__comments_above(t->plan, at, t->lines[line].start - at, least);
}

uint32_t cfr__toml_below(const cfr__toml_edit *t, uint32_t line)
{
	return cfr__next_line(t->plan, t->lines[line].end);
}

/* One more name of the line at the end of the list: the node that it names in `in`. */
static int add_name(cfr__toml_edit *t, cfr__toml *lex, cfr__toml_line *line, cfr_node *in)
{
	cfr__toml_part part;
	int r = cfr__toml_key(lex, &part);

	if (r == 0)
		r = cfr_vec_room(&t->names, &t->name_cap, (uint64_t)t->name_count + 1, sizeof(*t->names), t->plan->err);
	if (r == 0)
		r = cfr_node_find(in, *in, part.text, t->plan->err);
	if (r == 0) {
		t->names[t->name_count++] = (cfr__toml_name){ part.start, part.end, cfr__toml_rank(t, *in) };
		line->count++;
		cfr__toml_blanks(lex);
	}
	return r;
}

/* `seen`: by rank of an array of tables, how many of its elements have begun. */
static int read_header(cfr__toml_edit *t, cfr__toml *lex, cfr__toml_line *line, uint32_t *seen, cfr_node *table)
{
	bool array = lex->p[1] == '[';
	cfr_node at = cfr_tree_root(cfr_document_tree(t->plan->doc));
	int r;

	line->header = true;
	lex->p += array ? 2 : 1;
	cfr__toml_blanks(lex);
	for (;;) {
		bool last;

		r = add_name(t, lex, line, &at);
		if (r)
			return r;
		last = lex->p == lex->end || *lex->p != '.';
		if (cfr_node_kind(at) == CFR_SEQUENCE) {
			uint32_t *begun = &seen[cfr__toml_rank(t, at)];

			if (last)
				++*begun;
			r = cfr_node_at(&at, at, *begun - 1, t->plan->err);
			if (r)
				return r;
		}
		if (last)
			break;
		lex->p++;
		cfr__toml_blanks(lex);
	}
	lex->p += array ? 2 : 1;
	line->rank = cfr__toml_rank(t, at);
	*table = at;
	return 0;
}

static int read_key(cfr__toml_edit *t, cfr__toml *lex, cfr__toml_line *line, cfr_node table)
{
	for (;;) {
		int r = add_name(t, lex, line, &table);

		if (r)
			return r;
		if (*lex->p != '.')
			break;
		lex->p++;
		cfr__toml_blanks(lex);
	}
	lex->p++;
	cfr__toml_blanks(lex);
	cfr__toml_skip(lex);
	line->rank = cfr__toml_rank(t, table);
	return 0;
}

static int read_lines(cfr__toml_edit *t, cfr_buf *scratch)
{
	cfr__plan *plan = t->plan;
	const char *text = plan->text.ptr;
	uint32_t size = cfr_document_ranked(plan->doc, 0).next, header = CFR__NO_LINE, *seen;
	cfr__toml lex = { text, text + plan->base, text + plan->text.len, plan->source, scratch, plan->err };
	cfr_node table = cfr_tree_root(cfr_document_tree(plan->doc));
	int r = 0;

	seen = cfr_arena_alloc(plan->arena, size * sizeof(*seen));
	t->line_of = cfr_arena_alloc(plan->arena, size * sizeof(*t->line_of));
	if (!seen || !t->line_of)
		return cfr_err_nomem(plan->err);
	for (uint32_t i = 0; i < size; i++) {
		seen[i] = 0;
		t->line_of[i] = CFR__NO_LINE;
	}
	for (;;) {
		cfr__toml_line line = { .first = t->name_count };

		r = cfr__toml_gap(&lex);
		if (r || lex.p == lex.end)
			break;
		line.start = cfr__toml_at(&lex, lex.p);
		r = *lex.p == '[' ? read_header(t, &lex, &line, seen, &table) : read_key(t, &lex, &line, table);
		if (r == 0)
			r = cfr_vec_room(&t->lines, &t->cap, (uint64_t)t->count + 1, sizeof(*t->lines), plan->err);
		if (r)
			break;
		line.end = cfr__toml_at(&lex, lex.p);
		line.table = header;
		if (line.header)
			line.table = header = t->count;
		t->line_of[line.rank] = t->count;
		t->lines[t->count++] = line;
		r = cfr__toml_line_end(&lex);
		if (r)
			break;
	}
	return r;
}

int cfr__toml_read_lines(cfr__toml_edit *t)
{
	cfr_buf scratch = CFR_BUF_INIT;
	int r = read_lines(t, &scratch);

	cfr_buf_release(&scratch);
	return r;
}

void cfr__toml_lines_release(cfr__toml_edit *t)
{
	free(t->lines);
	free(t->names);
}
