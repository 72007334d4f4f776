/* engine/analyze/shares.c -- the table of sections: where the bytes are.
 *
 * The entries of a collection from the largest on, as many as are asked for, the others summed in one row. An entry that has
 * a fifth of all is opened: its own entries follow it, one level higher; of those, small ones are not worth a line.
 */
#include "engine/analyze/parts.h"

#include "engine/base/vec.h"
#include <stdlib.h>

enum { OPENED = 5, SMALL = 100, LEAST = 3 };	/* a fifth, a hundredth; so many are listed in any case */

typedef struct entry {
	uint32_t part, rank, bytes;
} entry;

struct table {
	cfr__analyzer *a;
	cfr_share *rows;
	uint64_t whole;		/* bytes of all files */
	uint32_t count, cap;
};

static int by_size(const void *left, const void *right)
{
	const entry *a = left, *b = right;

	if (a->bytes != b->bytes)
		return a->bytes < b->bytes ? 1 : -1;
	if (a->part != b->part)
		return a->part > b->part ? 1 : -1;
	return (a->rank > b->rank) - (a->rank < b->rank);
}

static cfr_share row_of(const cfr__analyzer *a, const entry *e, uint32_t level)
{
	const cfr__part *part = &a->parts[e->part];

	return (cfr_share){ .spot = cfr__spot(a, part, e->rank), .level = level, .bytes = e->bytes,
		.nodes = cfr__ranked(part, e->rank).next - e->rank, .memory = cfr__analyze_memory(part, e->rank) };
}

static int add_row(struct table *table, const cfr_share *row, cfr_err *err)
{
	int r = cfr_vec_room(&table->rows, &table->cap, (uint64_t)table->count + 1, sizeof(*table->rows), err);

	if (r == 0)
		table->rows[table->count++] = *row;
	return r;
}

static int add_children(struct table *table, uint32_t number, uint32_t rank, uint32_t level, cfr_err *err);

/* The rows of some entries, which are put in order; `inside` is the collection that they are in. */
static int add_items(struct table *table, entry *items, uint32_t count, cfr_spot inside, uint32_t level, cfr_err *err)
{
	cfr__analyzer *a = table->a;
	cfr_share rest = { .spot = inside, .level = level };
	uint32_t listed = a->how.top;
	bool many;
	int r;

	if (count > 1)
		qsort(items, count, sizeof(*items), by_size);
	/* Of many small entries a few are enough; but what stands at the top of a file is listed. */
	many = level > 0 || (count > 0 && items[0].bytes < table->whole / SMALL);
	for (uint32_t i = 0; i < count; i++) {
		cfr_share row = row_of(a, &items[i], level);

		if (rest.rest || (count > listed + 1 && (i >= listed || (many && i >= LEAST && i + 1 < count &&
		                                                      row.bytes < table->whole / SMALL)))) {
			rest.rest++;
			rest.bytes += row.bytes;
			rest.nodes += row.nodes;
			rest.memory += row.memory;
			continue;
		}
		if ((r = add_row(table, &row, err)) < 0)
			return r;
		if (level + 1 < a->how.depth && row.bytes >= table->whole / OPENED &&
		    (r = add_children(table, items[i].part, items[i].rank, level + 1, err)) < 0)
			return r;
	}
	return rest.rest ? add_row(table, &rest, err) : 0;
}

static int add_children(struct table *table, uint32_t number, uint32_t rank, uint32_t level, cfr_err *err)
{
	const cfr__part *part = &table->a->parts[number];
	cfr_node node = cfr_document_node(part->doc, rank);
	uint32_t size = cfr_node_size(node), n = 0, end = cfr__ranked(part, rank).next;
	entry *items;

	if (size == 0)
		return 0;
	if (!(items = cfr_arena_alloc(&table->a->scratch, size * sizeof(*items))))
		return cfr_err_nomem(err);
	for (uint32_t at = rank + 1; at < end; at = cfr__ranked(part, at).next)
		items[n++] = (entry){ number, at, part->bytes[at] };
	return add_items(table, items, n, cfr__spot(table->a, part, rank), level, err);
}

static int add_documents(struct table *table, cfr_err *err)
{
	cfr__analyzer *a = table->a;
	entry *items = cfr_arena_alloc(&a->scratch, a->part_count * sizeof(*items));

	if (!items)
		return cfr_err_nomem(err);
	for (uint32_t i = 0; i < a->part_count; i++)
		items[i] = (entry){ i, 0, a->parts[i].bytes[0] };
	return add_items(table, items, a->part_count, cfr__spot(a, &a->parts[0], 0), 0, err);
}

int cfr__analyze_shares(cfr__analyzer *a, cfr_err *err)
{
	struct table table = { .a = a };
	cfr_analysis *result = a->result;
	int r = 0;

	for (uint32_t i = 0; i < result->file_count; i++)
		table.whole += result->files[i].bytes;
	if (a->part_count > 1)
		r = add_documents(&table, err);
	else if (a->part_count == 1)
		r = add_children(&table, 0, 0, 0, err);
	if (r == 0 && !(result->shares = cfr_arena_alloc(a->memory, (table.count + 1) * sizeof(*result->shares))))
		r = cfr_err_nomem(err);
	if (r == 0 && table.count > 0) {
		memcpy(result->shares, table.rows, table.count * sizeof(*table.rows));
		result->share_count = table.count;
	}
	free(table.rows);
	return r;
}
