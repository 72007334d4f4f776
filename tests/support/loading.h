/* tests/support/loading.h -- a cache in memory, and documents compared to the last field.
 */
#ifndef CFR_TESTS_LOADING_H
#define CFR_TESTS_LOADING_H

#include "engine/base/str.h"
#include "engine/load.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A cache that keeps everything; what it did is counted. Any number of threads. */
struct double_cache {
	pthread_mutex_t lock;
	struct double_record {
		cfr_cache_key key;
		char *bytes;
		size_t len;
	} *records;
	unsigned count, cap, gets, puts, opened, closed, ended;
	bool broken;			/* whoever asks gets records with a bit turned over */
	bool deaf;			/* keeps nothing */
};

static inline bool double_get(void *arg, const cfr_cache_key *key, cfr_buf *out)
{
	struct double_cache *d = arg;
	bool found = false;

	pthread_mutex_lock(&d->lock);
	d->gets++;
	for (unsigned i = 0; i < d->count && !found; i++) {
		if (memcmp(&d->records[i].key, key, sizeof(*key)) != 0)
			continue;
		cfr_buf_add(out, d->records[i].bytes, d->records[i].len);
		if (d->broken && d->records[i].len)
			out->ptr[out->len - d->records[i].len + d->gets * 7919 % d->records[i].len] ^= (char)(1 << d->gets % 8);
		found = !out->failed;
	}
	pthread_mutex_unlock(&d->lock);
	return found;
}

static inline void double_put(void *arg, const cfr_cache_key *key, const cfr_str *pieces, uint32_t count)
{
	struct double_cache *d = arg;
	struct double_record *at = NULL;
	cfr_buf all = CFR_BUF_INIT;

	pthread_mutex_lock(&d->lock);
	d->puts++;
	for (uint32_t i = 0; i < count; i++)
		cfr_buf_add(&all, pieces[i].ptr, pieces[i].len);
	for (unsigned i = 0; i < d->count && !at; i++) {
		if (memcmp(&d->records[i].key, key, sizeof(*key)) == 0)
			at = &d->records[i];
	}
	if (!at && !d->deaf && !all.failed) {
		if (d->count == d->cap) {
			unsigned cap = d->cap ? d->cap * 2 : 8;
			struct double_record *more = realloc(d->records, cap * sizeof(*more));
			if (more) {
				d->records = more;
				d->cap = cap;
			}
		}
		if (d->count < d->cap) {
			at = &d->records[d->count++];
			*at = (struct double_record){ .key = *key };
		}
	}
	if (at && !all.failed && !d->deaf) {
		free(at->bytes);
		at->bytes = all.ptr;
		at->len = all.len;
		all = (cfr_buf)CFR_BUF_INIT;
	}
	cfr_buf_release(&all);
	pthread_mutex_unlock(&d->lock);
}

static inline cfr_cache double_open(void *arg)
{
	static const cfr_cache_ops ops = { double_get, double_put };
	struct double_cache *d = arg;

	d->opened++;
	return (cfr_cache){ &ops, d };
}

static inline void double_close(void *arg, cfr_cache cache)
{
	((struct double_cache *)arg)->ended++;
	if (cache.ops)
		((struct double_cache *)arg)->closed++;
}

static inline struct double_cache *double_new(void)
{
	struct double_cache *d = calloc(1, sizeof(*d));

	if (d)
		pthread_mutex_init(&d->lock, NULL);
	return d;
}

static inline void double_free(struct double_cache *d)
{
	for (unsigned i = 0; i < d->count; i++)
		free(d->records[i].bytes);
	free(d->records);
	pthread_mutex_destroy(&d->lock);
	free(d);
}

static inline cfr_loader *double_loader(struct double_cache *d)
{
	cfr_loader_options options = { .cache_open = double_open, .cache_close = double_close, .cache_arg = d };
	cfr_loader *loader;

	return cfr_loader_new(&loader, &options, NULL) == 0 ? loader : NULL;
}

/* ---- documents ---- */

static inline bool same_entry(const cfr_document *a, const cfr_document *b, uint32_t rank)
{
	cfr_entry x = cfr_document_ranked(a, rank), y = cfr_document_ranked(b, rank);
	cfr_node m = cfr_document_node(a, rank), n = cfr_document_node(b, rank), p, q;
	bool in = cfr_node_parent(&p, m);

	return x.start == y.start && x.end == y.end && x.before == y.before && x.key_start == y.key_start &&
	       x.next == y.next && x.key_len == y.key_len && x.style == y.style && x.flags == y.flags &&
	       m.at == n.at && cfr_document_rank(a, m) == rank && cfr_document_rank(b, n) == rank &&
	       in == cfr_node_parent(&q, n) && (!in || p.at == q.at) &&
	       cfr_document_origin(a, m).at == cfr_document_origin(b, n).at && cfr_document_use(a, m) == cfr_document_use(b, n);
}

/* Everything that somebody can ask of two lists of documents. */
static inline bool same_documents(const cfr_documents *a, const cfr_documents *b)
{
	if (a->count != b->count)
		return false;
	for (uint32_t i = 0; i < a->count; i++) {
		const cfr_document *x = a->items[i], *y = b->items[i];
		uint32_t s[2], e[2];

		cfr_document_range(x, &s[0], &e[0]);
		cfr_document_range(y, &s[1], &e[1]);
		if (!cfr_str_eq(cfr_tree_image(cfr_document_tree(x)), cfr_tree_image(cfr_document_tree(y))) ||
		    cfr_document_format(x) != cfr_document_format(y) || cfr_document_index(x) != cfr_document_index(y) ||
		    s[0] != s[1] || e[0] != e[1] || cfr_tree_size(cfr_document_tree(x)) != cfr_tree_size(cfr_document_tree(y)) ||
		    !cfr_str_eq(cfr_source_bytes(cfr_document_source(x)), cfr_source_bytes(cfr_document_source(y))) ||
		    !cfr_str_eq(cfr_source_name(cfr_document_source(x)), cfr_source_name(cfr_document_source(y))))
			return false;
		for (uint32_t rank = 0; rank < cfr_tree_size(cfr_document_tree(x)); rank++) {
			if (!same_entry(x, y, rank))
				return false;
		}
	}
	return true;
}

#endif
