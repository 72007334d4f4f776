/* engine/fmt/yaml_token.c -- YAML as a list of tokens, and what they tell of the author's ways.
 *
 * The tokens come from libyaml's scanner, the one whose parser has read the text before: what is a comment, a scalar, an
 * indentation is never judged twice. The scanner reports where block collections begin and end; only sequences in the
 * column of their key are found by looking at dashes.
 */
#include <stdlib.h>

#include "engine/base/vec.h"
#include "engine/fmt/yaml_parts.h"

uint32_t cfr__fmt_column(const cfr__fmt *f, uint32_t at)
{
	uint32_t line = at;

	while (line > f->base && !cfr__fmt_break(f->text.ptr[line - 1]))
		line--;
	return at - line;
}

uint32_t cfr__fmt_next_column(cfr__fmt_walk *y, uint32_t at)
{
	uint32_t line = at;

	while (line > y->f->base && line != y->asked && !cfr__fmt_break(y->f->text.ptr[line - 1]))
		line--;
	y->line = line > y->f->base && line == y->asked ? y->line : line;
	y->asked = at;
	return at - y->line;
}

/* ---- scanning ---- */

static bool wide(const yaml_token_t *token)
{
	switch (token->type) {
	case YAML_STREAM_START_TOKEN:
	case YAML_STREAM_END_TOKEN:
		return false;
	default:
		return true;
	}
}

static int scan_error(const cfr__fmt_walk *y, const yaml_parser_t *parser)
{
	if (parser->error == YAML_MEMORY_ERROR)
		return cfr_err_nomem(y->f->err);
	return cfr__fail_at(y->f->err, y->f->source, y->f->base + parser->problem_mark.index,
	                    cfr_err_set(y->f->err, CFR_E_BUG, "a text that was read cannot be read again: %s",
	                                parser->problem ? parser->problem : "no reason given"));
}

static int scan_all(cfr__fmt_walk *y, yaml_parser_t *parser, cfr__marks *marks)
{
	bool more = true;
	int r = 0;

	while (more && r == 0) {
		yaml_token_t token;

		if (!yaml_parser_scan(parser, &token))
			return scan_error(y, parser);
		more = token.type != YAML_STREAM_END_TOKEN;
		if (wide(&token)) {
			r = cfr_vec_room(&y->tokens, &y->cap, (uint64_t)y->count + 1, sizeof(*y->tokens), y->f->err);
			if (r == 0)
				y->tokens[y->count++] = (cfr__fmt_token){
					.start = (uint32_t)cfr__marks_offset(marks, token.start_mark.index),
					.end = (uint32_t)cfr__marks_offset(marks, token.end_mark.index),
					.type = (uint8_t)token.type,
					.style = token.type == YAML_SCALAR_TOKEN ? (uint8_t)token.data.scalar.style : 0,
				};
		}
		yaml_token_delete(&token);
	}
	return r;
}

static bool ascii(cfr_str text)
{
	for (size_t i = 0; i < text.len; i++) {
		if ((unsigned char)text.ptr[i] >= 0x80)
			return false;
	}
	return true;
}

int cfr__fmt_scan(cfr__fmt_walk *y)
{
	cfr__fmt *f = y->f;
	cfr__breaks breaks = { .copy = NULL };
	yaml_parser_t parser;
	cfr__marks marks;
	bool plain = ascii(f->text);
	int r = plain ? 0 : cfr__breaks_init(&breaks, f->source, f->text, f->err);

	if (r)
		return r;
	if (!yaml_parser_initialize(&parser)) {
		cfr__breaks_release(&breaks);
		return cfr_err_nomem(f->err);
	}
	cfr__marks_init(&marks, f->text, f->base, plain);
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&parser, (const unsigned char *)(breaks.copy ? breaks.copy : f->text.ptr) + f->base,
	                             f->text.len - f->base);
	r = scan_all(y, &parser, &marks);
	yaml_parser_delete(&parser);
	cfr__breaks_release(&breaks);
	return r;
}

/* ---- open collections ---- */

int cfr__fmt_open(cfr__fmt_walk *y, cfr__fmt_kind kind, uint32_t old, uint32_t now)
{
	int r = cfr_vec_room(&y->blocks, &y->block_cap, (uint64_t)y->depth + 1, sizeof(*y->blocks), y->f->err);

	if (r)
		return r;
	y->blocks[y->depth++] = (cfr__fmt_block){ .old = old, .now = now, .kind = (uint8_t)kind };
	return 0;
}

void cfr__fmt_close_flush(cfr__fmt_walk *y)
{
	if (y->depth && y->blocks[y->depth - 1].kind == CFR__FMT_FLUSH)
		y->depth--;
}

void cfr__fmt_close(cfr__fmt_walk *y)
{
	cfr__fmt_close_flush(y);
	if (y->depth)
		y->depth--;
}

/* ---- learning ---- */

typedef struct votes {
	uint32_t map_step[CFR__FMT_STEP_MAX + 1], seq_step[CFR__FMT_STEP_MAX + 1];
	uint32_t flush, indented;
} votes;

/* A collection begins a line under a key. */
static void vote_block(const cfr__fmt_walk *y, votes *v, cfr__fmt_kind kind, uint32_t column)
{
	const cfr__fmt_block *top = cfr__fmt_top(y);
	uint32_t step;

	if (!top || top->kind != CFR__FMT_MAP || column < top->old)
		return;
	step = column - top->old;
	if (kind == CFR__FMT_FLUSH || (kind == CFR__FMT_SEQ && !top->explicit)) {
		v->flush += kind == CFR__FMT_FLUSH && !top->explicit;
		v->indented += kind == CFR__FMT_SEQ;
	}
	if (step && step <= CFR__FMT_STEP_MAX)
		(kind == CFR__FMT_MAP ? v->map_step : v->seq_step)[step]++;
}

/* One walk over the tokens with their old columns alone. */
static int vote(cfr__fmt_walk *y, votes *v)
{
	const cfr__fmt *f = y->f;
	cfr__fmt_kind pending = CFR__FMT_NONE;
	uint32_t before = f->base;
	int r = 0;

	for (uint32_t i = 0; r == 0 && i < y->count; i++) {
		const cfr__fmt_token *t = &y->tokens[i];

		if (t->type == YAML_BLOCK_END_TOKEN) {
			cfr__fmt_close(y);
			continue;
		}
		if (t->type == YAML_BLOCK_SEQUENCE_START_TOKEN || t->type == YAML_BLOCK_MAPPING_START_TOKEN) {
			pending = t->type == YAML_BLOCK_MAPPING_START_TOKEN ? CFR__FMT_MAP : CFR__FMT_SEQ;
			continue;
		}
		y->flow += t->type == YAML_FLOW_MAPPING_START_TOKEN || t->type == YAML_FLOW_SEQUENCE_START_TOKEN;
		y->flow -= y->flow && (t->type == YAML_FLOW_MAPPING_END_TOKEN || t->type == YAML_FLOW_SEQUENCE_END_TOKEN);
		if (y->flow == 0 && pending == CFR__FMT_NONE) {
			if (t->type == YAML_KEY_TOKEN || (t->type == YAML_VALUE_TOKEN && y->depth))
				cfr__fmt_close_flush(y);
			if (t->type == YAML_BLOCK_ENTRY_TOKEN && y->depth && y->blocks[y->depth - 1].kind == CFR__FMT_MAP)
				pending = CFR__FMT_FLUSH;
		}
		if (pending != CFR__FMT_NONE) {
			uint32_t column = cfr__fmt_next_column(y, t->start);

			if (cfr__fmt_breaks(f, before, t->start))
				vote_block(y, v, pending, column);
			r = cfr__fmt_open(y, pending, column, column);
			pending = CFR__FMT_NONE;
		}
		if (y->depth && y->flow == 0 && t->type == YAML_KEY_TOKEN)
			y->blocks[y->depth - 1].explicit = t->end > t->start;
		before = t->end;
	}
	y->depth = y->flow = y->asked = 0;
	return r;
}

static uint32_t most(const uint32_t *a, const uint32_t *b)
{
	uint32_t best = 0, top = 0;

	for (uint32_t step = 1; step <= CFR__FMT_STEP_MAX; step++) {
		uint32_t n = a[step] + (b ? b[step] : 0);

		if (n > top) {
			best = step;
			top = n;
		}
	}
	return best;
}

int cfr__fmt_learn(cfr__fmt_walk *y)
{
	const cfr_fmt_style *style = &y->f->style;
	votes v = { .flush = 0 };
	int r = vote(y, &v);

	y->ways.keep = style->sequences == CFR_FMT_SEQUENCES_KEEP;
	y->ways.indented = style->sequences == CFR_FMT_SEQUENCES_MAJORITY ? v.indented >= v.flush
	                                                                  : style->sequences != CFR_FMT_SEQUENCES_FLUSH;
	/* Sequences that will be flush tell nothing of the step. */
	y->ways.old_step = most(v.map_step, y->ways.indented ? v.seq_step : NULL);
	y->ways.step = style->indent ? style->indent : y->ways.old_step;
	if (y->ways.step == 0)
		y->ways.step = CFR__FMT_STEP;
	if (y->ways.old_step == 0)
		y->ways.old_step = y->ways.step;
	return r;
}
