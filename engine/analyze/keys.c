/* engine/analyze/keys.c -- which keys are written how often.
 *
 * The keys of a tree have numbers, so counting is an array; the counts of several documents are put together by sorting them
 * by their text.
 */
#include "engine/analyze/parts.h"

#include <stdlib.h>

static int by_text(const void *left, const void *right)
{
	const cfr_repeated_key *a = left, *b = right;
	int order = cfr_str_cmp(a->key, b->key);

	return order ? order : (a->first.document > b->first.document) - (a->first.document < b->first.document);
}

static int by_bytes(const void *left, const void *right)
{
	const cfr_repeated_key *a = left, *b = right;

	return a->bytes != b->bytes ? (a->bytes < b->bytes ? 1 : -1) : cfr_str_cmp(a->key, b->key);
}

static int by_length(const void *left, const void *right)
{
	const cfr_repeated_key *a = left, *b = right;

	return a->key.len != b->key.len ? (a->key.len < b->key.len ? 1 : -1) : cfr_str_cmp(a->key, b->key);
}

/* Appends the keys of a document; `at` is where each number is in `keys`, from 1 on, and clean before and after. */
static void count_document(cfr__analyzer *a, const cfr__part *part, cfr_repeated_key *keys, uint32_t *count, uint32_t *at)
{
	uint32_t from = *count;

	for (uint32_t rank = 1; rank < part->count; rank++) {
		cfr_node node = cfr_document_node(part->doc, rank);
		uint32_t number = cfr_node_key_number(node);
		cfr_repeated_key *key;

		if (number == UINT32_MAX || (part->marks[rank] & CFR__VIA && part->bytes[rank] == 0))
			continue;
		if (at[number] == 0) {
			keys[(*count)++] = (cfr_repeated_key){ .key = cfr_node_key(node), .first = cfr__spot(a, part, rank) };
			at[number] = *count;
		}
		key = &keys[at[number] - 1];
		key->count++;
		key->bytes += cfr__ranked(part, rank).key_len;
	}
	for (uint32_t i = from; i < *count; i++)
		at[cfr_node_key_number(keys[i].first.node)] = 0;
}

/* The first `top` in an order, for the result. */
static int take(cfr_repeated_key **out, uint32_t *out_count, cfr__analyzer *a, cfr_repeated_key *keys, uint32_t count,
                int (*order)(const void *, const void *), cfr_err *err)
{
	uint32_t n = count < a->how.top ? count : a->how.top;

	if (count > 0)
		qsort(keys, count, sizeof(*keys), order);
	*out = cfr_arena_alloc(a->memory, (n + 1) * sizeof(**out));
	if (!*out)
		return cfr_err_nomem(err);
	if (n > 0)
		memcpy(*out, keys, n * sizeof(*keys));
	*out_count = n;
	return 0;
}

int cfr__analyze_keys(cfr__analyzer *a, cfr_err *err)
{
	cfr_repeated_key *keys;
	uint32_t *at, largest = 0, count = 0, kept = 0;
	uint64_t nodes = 0;
	int r;

	for (uint32_t i = 0; i < a->part_count; i++) {
		largest = a->parts[i].count > largest ? a->parts[i].count : largest;
		nodes += a->parts[i].count;
	}
	/* Distinct keys are few, but not known before: pages that nothing is written to cost nothing. */
	keys = cfr_arena_alloc(&a->scratch, (nodes + 1) * sizeof(*keys));
	at = cfr_arena_zalloc(&a->scratch, (size_t)largest + 1, sizeof(*at));
	if (!keys || !at)
		return cfr_err_nomem(err);
	for (uint32_t i = 0; i < a->part_count; i++)
		count_document(a, &a->parts[i], keys, &count, at);
	if (count > 0)
		qsort(keys, count, sizeof(*keys), by_text);
	for (uint32_t i = 0; i < count; i++) {
		if (kept > 0 && cfr_str_eq(keys[kept - 1].key, keys[i].key)) {
			keys[kept - 1].count += keys[i].count;
			keys[kept - 1].bytes += keys[i].bytes;
		} else {
			keys[kept++] = keys[i];
		}
	}
	a->result->distinct_keys = kept;
	if ((r = take(&a->result->long_keys, &a->result->long_key_count, a, keys, kept, by_length, err)) < 0)
		return r;
	return take(&a->result->keys, &a->result->key_count, a, keys, kept, by_bytes, err);
}
