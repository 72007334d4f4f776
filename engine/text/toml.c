/* engine/text/toml.c -- TOML 1.0, in one pass over the bytes.
 *
 * The text is a list of lines: a header, which says to which table the next lines belong, or a key with its value.
 * Words are read by toml_lex.h, tables are put together by toml_tree.h, and what is left for here is the order of
 * things. Nested arrays and inline tables are a loop with a stack of what is open, never a recursion.
 *
 * In the sidecar, a [table] and each [[element]] begin at their header and end with the last of their own keys; a table
 * that is only gone through, by [it.table] or it.key = 1, begins at that header or at its component of that key. They
 * have the style BLOCK; arrays and tables inside of a line have FLOW. A key is the last component of what is written.
 * Strings: SINGLE 'a', DOUBLE "a", LITERAL '''a''', FOLDED """a""".
 */
#include "engine/text/toml_tree.h"

enum { DEPTH = 1024 };	/* not less than the builder allows at most */

typedef struct reader {
	cfr__toml lex;
	cfr__toml_tree tree;
	cfr__toml_item *table;		/* that the lines belong to */
	cfr__toml_item *stack[DEPTH];	/* open arrays and inline tables */
} reader;

static inline uint32_t offset(const reader *r)
{
	return cfr__toml_at(&r->lex, r->lex.p);
}

static inline bool at(const reader *r, char c)
{
	return r->lex.p < r->lex.end && *r->lex.p == c;
}

static int fail(reader *r, enum cfr__toml_wanted wanted)
{
	return cfr__toml_fail(&r->lex, r->lex.p, wanted);
}

/* A key, perhaps dotted, and its `=`: gives the place for the value. */
static int key(cfr__toml_item **out, reader *r, cfr__toml_item *table)
{
	cfr__toml_part part;
	int rc;

	for (;;) {
		rc = cfr__toml_key(&r->lex, &part);
		if (rc)
			return rc;
		cfr__toml_blanks(&r->lex);
		if (!at(r, '.'))
			break;
		rc = cfr__toml_through_key(&table, &r->tree, table, &part);
		if (rc)
			return rc;
		r->lex.p++;
		cfr__toml_blanks(&r->lex);
	}
	if (!at(r, '='))
		return fail(r, CFR__TOML_EQUALS);
	rc = cfr__toml_place(out, &r->tree, table, &part);
	if (rc)
		return rc;
	r->lex.p++;
	cfr__toml_blanks(&r->lex);
	return 0;
}

static int scalar(reader *r, cfr__toml_item *item)
{
	cfr__toml_scalar value;
	int rc = cfr__toml_scalar_read(&r->lex, &value);

	if (rc)
		return rc;
	item->kind = (uint8_t)value.kind;
	item->style = value.style;
	item->start = value.start;
	item->end = value.end;
	switch (value.kind) {
	case CFR_BOOL:
		item->truth = value.truth;
		return 0;
	case CFR_INT:
		item->integer = value.integer;
		return 0;
	case CFR_FLOAT:
		item->real = value.real;
		return 0;
	default:
		item->time = value.kind == CFR_OTHER && value.time;
		return cfr__toml_keep(&item->text, &r->tree, value.text);
	}
}

/* [ or {, at p. */
static int opens(reader *r, cfr__toml_item *item, unsigned *depth)
{
	if (*depth >= r->tree.limits->of[CFR_LIMIT_DEPTH] || *depth == DEPTH)
		return cfr__fail_at(r->lex.err, r->lex.source, offset(r),
		                    cfr_err_limit(r->lex.err, r->tree.limits, CFR_LIMIT_DEPTH));
	item->kind = at(r, '[') ? CFR_SEQUENCE : CFR_MAPPING;
	item->style = CFR_FLOW;
	item->start = offset(r);
	r->stack[(*depth)++] = item;
	r->lex.p++;
	return 0;
}

/* In an array behind its bracket or an element: to the next element, which is NULL when the array ends. */
static int element(cfr__toml_item **out, reader *r, cfr__toml_item *array)
{
	int rc = cfr__toml_gap(&r->lex);

	if (rc == 0 && array->count && !at(r, ']')) {
		if (!at(r, ','))
			return fail(r, CFR__TOML_BRACKET);
		r->lex.p++;
		rc = cfr__toml_gap(&r->lex);
	}
	if (rc)
		return rc;
	*out = NULL;
	if (at(r, ']'))
		return 0;
	if (r->lex.p == r->lex.end)
		return fail(r, CFR__TOML_BRACKET);
	return cfr__toml_add(out, &r->tree, array, NULL);
}

/* The same in an inline table. */
static int entry(cfr__toml_item **out, reader *r, cfr__toml_item *table)
{
	cfr__toml_blanks(&r->lex);
	if (at(r, '}')) {
		*out = NULL;
		return 0;
	}
	if (table->count) {
		if (!at(r, ','))
			return fail(r, CFR__TOML_BRACE);
		r->lex.p++;
		cfr__toml_blanks(&r->lex);
	}
	if (r->lex.p == r->lex.end || strchr("}\r\n#", *r->lex.p))
		return fail(r, CFR__TOML_INLINE_KEY);
	return key(out, r, table);
}

/* The value at p and all in it, into `item`. */
static int value(reader *r, cfr__toml_item *item)
{
	unsigned depth = 0;

	for (;;) {
		int rc = at(r, '[') || at(r, '{') ? opens(r, item, &depth) : scalar(r, item);

		/* What ended, ends; then the next place for a value. */
		for (item = NULL; rc == 0 && !item;) {
			cfr__toml_item *open;

			if (depth == 0)
				return 0;
			open = r->stack[depth - 1];
			rc = open->kind == CFR_SEQUENCE ? element(&item, r, open) : entry(&item, r, open);
			if (rc == 0 && !item) {
				r->lex.p++;
				open->end = offset(r);
				depth--;
			}
		}
		if (rc)
			return rc;
	}
}

/* Those that were made by going through them end where the header does. */
static void end_header(cfr__toml_item *made, cfr__toml_item *last, uint32_t end)
{
	for (; made && made != last; made = made->last)
		made->end = end;
	last->end = end;
}

/* [table] or [[array of tables]]. */
static int header(reader *r)
{
	uint32_t start = offset(r);
	cfr__toml_item *table = &r->tree.root, *made = NULL, *defined;
	cfr__toml_part part;
	bool array;
	int rc;

	r->lex.p++;
	array = at(r, '[');
	r->lex.p += array;
	for (;;) {
		uint32_t items = r->tree.items;

		cfr__toml_blanks(&r->lex);
		rc = cfr__toml_key(&r->lex, &part);
		if (rc)
			return rc;
		cfr__toml_blanks(&r->lex);
		if (!at(r, '.'))
			break;
		rc = cfr__toml_through_header(&table, &r->tree, table, &part, start);
		if (rc)
			return rc;
		if (!made && r->tree.items > items)
			made = table;
		r->lex.p++;
	}
	if (!at(r, ']'))
		return fail(r, array ? CFR__TOML_ARRAY_HEADER_END : CFR__TOML_HEADER_END);
	if (array && (r->lex.end - r->lex.p < 2 || r->lex.p[1] != ']')) {
		r->lex.p++;
		return fail(r, CFR__TOML_ARRAY_HEADER_END);
	}
	rc = cfr__toml_define(&defined, &r->tree, table, &part, start, array);
	if (rc)
		return rc;
	r->lex.p += array ? 2 : 1;
	end_header(made, defined, offset(r));
	r->table = defined;
	return 0;
}

static int lines(reader *r)
{
	for (;;) {
		cfr__toml_item *item;
		int rc = cfr__toml_gap(&r->lex);

		if (rc || r->lex.p == r->lex.end)
			return rc;
		if (*r->lex.p == '[') {
			rc = header(r);
		} else {
			rc = key(&item, r, r->table);
			if (rc == 0)
				rc = value(r, item);
		}
		if (rc == 0) {
			r->tree.root.end = offset(r);
			rc = cfr__toml_line_end(&r->lex);
		}
		if (rc)
			return rc;
	}
}

int cfr__toml_read(cfr_documents *docs, const cfr_source *source, const cfr_limits *limits, cfr_err *err)
{
	cfr_str bytes = cfr_source_bytes(source);
	cfr_buf scratch = CFR_BUF_INIT;
	cfr_build *build;
	cfr_document *doc;
	reader r;
	int rc = cfr_build_new(&build, source, CFR_TOML, limits, err);

	if (rc)
		return rc;
	r.lex = (cfr__toml){ bytes.ptr, bytes.ptr, bytes.ptr + bytes.len, source, &scratch, err };
	cfr__toml_tree_init(&r.tree, &r.lex, limits);
	r.table = &r.tree.root;
	if (cfr_str_starts(bytes, CFR_STR("\xEF\xBB\xBF")))
		r.lex.p += CFR__BOM;
	r.tree.root.start = r.tree.root.end = offset(&r);
	rc = lines(&r);
	if (rc == 0)
		rc = cfr__toml_replay(&r.tree, build);
	if (rc == 0)
		rc = cfr_build_finish(&doc, build, 0, 0, (uint32_t)bytes.len, err);
	if (rc == 0)
		rc = cfr__documents_add(docs, doc, err);
	cfr__toml_tree_release(&r.tree);
	cfr_buf_release(&scratch);
	cfr_build_free(build);
	return rc;
}
