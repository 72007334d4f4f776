/* host/counts.c -- what outlives a reload: options, the loader, and how often each section was asked for.
 *
 * A configuration and those that cfr_config_again makes of it hold it together.
 */
#include "host/config_parts.h"

#include "engine/base/str.h"

#include <stdlib.h>
#include <time.h>

uint64_t cfr__config_clock(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

int cfr__shared_new(cfr__shared **out, const cfr_config_options *options, cfr_loader *loader, cfr_err *err)
{
	cfr__shared *s = calloc(1, sizeof(*s));
	int r = 0;

	if (!s)
		return cfr_err_nomem(err);
	s->refs = 1;
	s->workers = options && options->workers ? options->workers : 1;
	s->loader = loader ? loader : options ? options->loader : NULL;
	if (!s->loader && (r = cfr_loader_new(&s->own, NULL, err)) < 0) {
		free(s);
		return r;
	}
	if (s->own)
		s->loader = s->own;
	pthread_mutex_init(&s->lock, NULL);
	cfr_hash_seed(&s->hash);
	*out = s;
	return 0;
}

void cfr__shared_unref(cfr__shared *s)
{
	if (!s || __atomic_sub_fetch(&s->refs, 1, __ATOMIC_ACQ_REL) != 0)
		return;
	for (uint32_t i = 0; i < s->count; i++)
		free(s->counts[i].key);
	free(s->counts);
	free(s->table);
	cfr_loader_free(s->own);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

static uint32_t *slot_of(const cfr__shared *s, uint32_t *table, uint32_t size, cfr_str key)
{
	uint32_t at = (uint32_t)cfr_hash(&s->hash, key.ptr ? key.ptr : "", key.len) & (size - 1);

	while (table[at]) {
		const cfr__counted *c = &s->counts[table[at] - 1];
		if (cfr_str_eq((cfr_str){ c->key, c->len }, key))
			break;
		at = (at + 1) & (size - 1);
	}
	return &table[at];
}

cfr__counted *cfr__config_counted(const cfr__shared *s, cfr_str key)
{
	uint32_t place = s->table_size ? *slot_of(s, s->table, s->table_size, key) : 0;

	return place ? &s->counts[place - 1] : NULL;
}

/* One more: the table is at most half full. */
static bool make_room(cfr__shared *s)
{
	uint32_t cap = s->cap ? s->cap * 2 : 16;
	cfr__counted *grown;
	uint32_t *table;

	if (s->count < s->cap)
		return true;
	if (!(grown = realloc(s->counts, cap * sizeof(*grown))))
		return false;
	s->counts = grown;
	if (!(table = calloc((size_t)cap * 2, sizeof(*table))))
		return false;
	for (uint32_t i = 0; i < s->count; i++)
		*slot_of(s, table, cap * 2, (cfr_str){ s->counts[i].key, s->counts[i].len }) = i + 1;
	free(s->table);
	s->table = table;
	s->table_size = cap * 2;
	s->cap = cap;
	return true;
}

cfr__counted *cfr__config_count_of(cfr__shared *s, cfr_str key)
{
	cfr__counted *known = cfr__config_counted(s, key);
	char *copy;

	if (known || !make_room(s) || !(copy = malloc(key.len + 1)))
		return known;
	if (key.len)
		memcpy(copy, key.ptr, key.len);
	*slot_of(s, s->table, s->table_size, key) = s->count + 1;
	s->counts[s->count] = (cfr__counted){ .key = copy, .len = key.len };
	return &s->counts[s->count++];
}
