/* engine/analyze/measure.c -- how much each value is: bytes as written, memory, place in the tree.
 *
 * One pass over the entries of a document fills the tables. A value takes the bytes from its key (or its anchor or tag) to
 * its end. What came through an alias takes what is written for it, `*name` with its key, and what is below it nothing; an
 * entry that came through a merge key takes nothing, for the `<<` belongs to the mapping. In TOML the parts of a table may
 * stand apart: there a second pass, from the last entry to the first, sums what is in a table.
 */
#include "engine/analyze/parts.h"

#include "engine/tree/impl.h"

/* What a node takes in memory beside its text: its record and its parent in the tree; its entry, and the maps from node to
 * entry and back. */
enum { IN_TREE = CFR_IMAGE_RECORD + sizeof(uint32_t), IN_SIDECAR = sizeof(struct cfr_packed) + 2 * sizeof(uint32_t) };

uint64_t cfr__analyze_memory(const cfr__part *part, uint32_t rank)
{
	uint32_t end = cfr__ranked(part, rank).next;

	return (uint64_t)(end - rank) * (IN_TREE + IN_SIDECAR) + (part->strings[end] - part->strings[rank]);
}

/* Behind the name of an alias that begins at an offset. */
static uint32_t alias_end(cfr_str text, uint32_t at)
{
	while (at < text.len && !strchr(" \t\r\n,[]{}", text.ptr[at]))
		at++;
	return at;
}

static uint32_t first_byte(cfr_entry entry)
{
	uint32_t first = entry.before < entry.start ? entry.before : entry.start;

	return entry.key_start < first ? entry.key_start : first;
}

/* The top of what came through an alias or a merge. */
static uint32_t written_via(const cfr__part *part, uint32_t rank, cfr_entry entry)
{
	uint32_t use, from;

	if (!(entry.flags & CFR_VIA_ALIAS) || entry.flags & CFR_VIA_MERGE)
		return 0;
	use = cfr_document_use(part->doc, cfr_document_node(part->doc, rank));
	from = entry.key_len > 0 && entry.key_start < use ? entry.key_start : use;
	return alias_end(part->text, use) - from;
}

/* The header of a table; tables above it that have none begin there, too, and so does the list of `[[x]]`. */
static uint32_t header_bytes(const cfr__part *part, uint32_t rank)
{
	uint32_t at = cfr__ranked(part, rank).start, from = at;

	if (at >= part->text.len || part->text.ptr[at] != '[' ||
	    cfr_node_kind(cfr_document_node(part->doc, rank)) != CFR_MAPPING ||
	    (cfr__ranked(part, rank).next > rank + 1 && cfr__ranked(part, rank + 1).start == at))
		return 0;
	while (at < part->text.len && part->text.ptr[at] != '\n')
		at++;
	return at - from;
}

static bool is_list_of_tables(const cfr__part *part, uint32_t rank)
{
	return cfr__ranked(part, rank).style == CFR_BLOCK && cfr_node_kind(cfr_document_node(part->doc, rank)) == CFR_SEQUENCE;
}

/* In TOML: a table that stands on lines of its own is its header and what is in it, with the line ends. */
static void gather_tables(cfr__part *part)
{
	for (uint32_t rank = part->count; rank-- > 1;) {
		uint32_t parent = part->up[rank];

		if (cfr__ranked(part, rank).style == CFR_BLOCK)
			part->bytes[rank] += header_bytes(part, rank);
		if (part->bytes[rank] > 0 && is_list_of_tables(part, rank))
			part->bytes[rank]--;		/* no header, so no line end more than entries */
		if (parent > 0 && cfr__ranked(part, parent).style == CFR_BLOCK)
			part->bytes[parent] += part->bytes[rank] + 1;
	}
}

static int make_tables(cfr__analyzer *a, cfr__part *part, cfr_err *err)
{
	size_t n = part->count = cfr_tree_size(cfr_document_tree(part->doc));

	part->bytes = cfr_arena_alloc(&a->scratch, n * sizeof(*part->bytes));
	part->up = cfr_arena_alloc(&a->scratch, n * sizeof(*part->up));
	part->strings = cfr_arena_alloc(&a->scratch, (n + 1) * sizeof(*part->strings));
	part->marks = cfr_arena_zalloc(&a->scratch, n, sizeof(*part->marks));
	return part->bytes && part->up && part->strings && part->marks ? 0 : cfr_err_nomem(err);
}

/* Values before each rank that have an alias elsewhere. */
static int count_anchored(cfr__analyzer *a, cfr__part *part, cfr_err *err)
{
	part->anchored = cfr_arena_alloc(&a->scratch, ((size_t)part->count + 1) * sizeof(*part->anchored));
	if (!part->anchored)
		return cfr_err_nomem(err);
	part->anchored[0] = 0;
	for (uint32_t rank = 0; rank < part->count; rank++)
		part->anchored[rank + 1] = part->anchored[rank] + ((cfr__ranked(part, rank).flags & CFR_ANCHORED) != 0);
	return 0;
}

/* Where the pass is: the ranks at which the open collections end. Deeper than CFR_LIMIT_DEPTH's bound no tree is. */
struct way {
	uint32_t rank[1024], depth;
};

static void visit(cfr__analyzer *a, cfr__part *part, uint32_t rank, struct way *way, uint32_t *via_end, bool *anchored)
{
	cfr_analysis *result = a->result;
	const cfr_entry entry = cfr__ranked(part, rank);
	cfr_node node = cfr_document_node(part->doc, rank);
	cfr_kind kind = cfr_node_kind(node);
	uint32_t size = cfr_node_size(node);

	while (way->depth > 0 && rank >= cfr__ranked(part, way->rank[way->depth - 1]).next)
		way->depth--;
	part->up[rank] = way->depth > 0 ? way->rank[way->depth - 1] : 0;
	part->bytes[rank] = part->format == CFR_TOML && entry.style == CFR_BLOCK ? 0 : entry.end - first_byte(entry);
	part->strings[rank + 1] = part->strings[rank];
	if (kind == CFR_STRING || kind == CFR_OTHER)
		part->strings[rank + 1] += (uint32_t)(cfr_node_string(node).len + cfr_node_tag(node).len);
	if (rank < *via_end) {
		part->marks[rank] = CFR__VIA;
		part->bytes[rank] = 0;
	} else if (entry.flags & (CFR_VIA_ALIAS | CFR_VIA_MERGE)) {
		part->marks[rank] = CFR__VIA | CFR__VIA_TOP;
		part->bytes[rank] = written_via(part, rank, entry);
		*via_end = entry.next;
	} else if (entry.flags & CFR_ANCHORED) {
		*anchored = true;
	}
	result->files[part->file].kinds[kind]++;
	if (way->depth + (size > 0) > result->depth || !result->deepest.node.tree) {
		result->depth = way->depth + (size > 0);
		result->deepest = cfr__spot(a, part, rank);
	}
	if (!result->widest.node.tree || size > cfr_node_size(result->widest.node))
		result->widest = cfr__spot(a, part, rank);
	if (size > 0 && way->depth < sizeof(way->rank) / sizeof(*way->rank))
		way->rank[way->depth++] = rank;
}

static int measure(cfr__analyzer *a, cfr__part *part, struct way *way, cfr_err *err)
{
	cfr_analyzed_file *file = &a->result->files[part->file];
	uint32_t via_end = 0, start, end;
	bool anchored = false;
	int r = make_tables(a, part, err);

	if (r < 0)
		return r;
	part->strings[0] = 0;
	way->depth = 0;
	for (uint32_t rank = 0; rank < part->count; rank++)
		visit(a, part, rank, way, &via_end, &anchored);
	if (part->format == CFR_TOML)
		gather_tables(part);
	cfr_document_range(part->doc, &start, &end);
	part->bytes[0] = end - start;
	file->nodes += part->count;
	file->tree += cfr_tree_image(cfr_document_tree(part->doc)).len + part->count * sizeof(uint32_t);
	file->sidecar += (uint64_t)part->count * IN_SIDECAR + part->doc->wide_count * sizeof(struct cfr_wide) +
	                 part->doc->copy_count * sizeof(struct cfr_copy);
	return anchored ? count_anchored(a, part, err) : 0;
}

int cfr__analyze_measure(cfr__analyzer *a, cfr_err *err)
{
	struct way *way = cfr_arena_alloc(&a->scratch, sizeof(*way));
	int r = 0;

	if (!way)
		return cfr_err_nomem(err);
	for (uint32_t i = 0; r == 0 && i < a->part_count; i++)
		r = measure(a, &a->parts[i], way, err);
	return r;
}
