/* engine/load/loader.c -- what is shared by all that is loaded: memory, counts, and a cache.
 *
 * A cache is not free. To open one takes as long as to parse some ten kilobytes, so it is opened when the sources that might
 * be in it come to more than that together; and a small source is parsed in the time that asking and keeping take.
 */
#include "engine/load/inside.h"

#include <stdlib.h>

enum {
	KEEP = 64 << 20,		/* bytes of memory that wait for the next load: a few of ten megabytes each */
	WORTH_OPENING = 32 << 10	/* and below this, all of them */
};

int cfr_loader_new(cfr_loader **out, const cfr_loader_options *options, cfr_err *err)
{
	cfr_loader *loader = calloc(1, sizeof(*loader));

	if (!loader || pthread_mutex_init(&loader->opening, NULL) != 0) {
		free(loader);
		return cfr_err_nomem(err);
	}
	if (!(loader->pool = cfr_pool_new(options && options->keep ? options->keep : KEEP))) {
		cfr_loader_free(loader);
		return cfr_err_nomem(err);
	}
	if (options)
		loader->options = *options;	/* from here on its cache is closed with it */
	*out = loader;
	return 0;
}

void cfr_loader_free(cfr_loader *loader)
{
	if (!loader)
		return;
	if (loader->options.cache_close)
		loader->options.cache_close(loader->options.cache_arg, loader->cache);
	cfr_pool_free(loader->pool);
	pthread_mutex_destroy(&loader->opening);
	free(loader);
}

void cfr_loader_stats(cfr_load_stats *out, const cfr_loader *loader)
{
	cfr_pool_counts pool = cfr_pool_look(loader->pool);
	uint64_t n[CFR__COUNTS];

	for (int i = 0; i < CFR__COUNTS; i++)
		n[i] = atomic_load_explicit(&((cfr_loader *)(uintptr_t)loader)->counts[i], memory_order_relaxed);
	*out = (cfr_load_stats){
		.sources = n[CFR__SOURCES], .bytes = n[CFR__BYTES], .parsed = n[CFR__PARSED], .hashed = n[CFR__HASHED],
		.scanned = n[CFR__SCANNED], .hits = n[CFR__HITS], .misses = n[CFR__MISSES], .unchanged = n[CFR__UNCHANGED],
		.sections = n[CFR__SECTIONS], .listed = n[CFR__LISTED], .kept = n[CFR__KEPT], .blocks = pool.fresh,
		.reused = pool.reused };
}

/* --- the cache --- */

static const cfr_cache *cache_of(cfr_loader *loader)
{
	if (!atomic_load_explicit(&loader->opened, memory_order_acquire)) {
		pthread_mutex_lock(&loader->opening);
		if (!atomic_load_explicit(&loader->opened, memory_order_relaxed)) {
			uint64_t begin = cfr_profile_now(loader->options.profile);

			loader->cache = loader->options.cache_open(loader->options.cache_arg);
			cfr_profile_span(loader->options.profile, "cache", CFR_STR("open"), begin, 0, NULL);
			atomic_store_explicit(&loader->opened, true, memory_order_release);
		}
		pthread_mutex_unlock(&loader->opening);
	}
	return &loader->cache;
}

bool cfr__load_worth(cfr_loader *loader, uint64_t bytes)
{
	if (!loader || !loader->options.cache_open || bytes < CFR__WORTH)
		return false;
	if (!atomic_load_explicit(&loader->opened, memory_order_acquire))
		return atomic_fetch_add_explicit(&loader->asked, bytes, memory_order_relaxed) + bytes >= WORTH_OPENING;
	return loader->cache.ops != NULL;
}

bool cfr__load_get(cfr_loader *loader, const cfr_cache_key *key, cfr_buf *out)
{
	const cfr_cache *cache;
	uint64_t begin;
	size_t before = out->len;
	bool found;

	if (!loader || !loader->options.cache_open || !(cache = cache_of(loader))->ops)
		return false;
	begin = cfr_profile_now(loader->options.profile);
	found = cache->ops->get(cache->arg, key, out);
	cfr_profile_span(loader->options.profile, "cache", CFR_STR("get"), begin, found ? out->len - before : 0, "bytes");
	return found;
}

void cfr__load_put(cfr_loader *loader, const cfr_cache_key *key, const cfr_str *pieces, uint32_t count)
{
	const cfr_cache *cache;
	uint64_t begin, bytes = 0;

	if (!loader || !loader->options.cache_open || !(cache = cache_of(loader))->ops)
		return;
	for (uint32_t i = 0; i < count; i++)
		bytes += pieces[i].len;
	begin = cfr_profile_now(loader->options.profile);
	cache->ops->put(cache->arg, key, pieces, count);
	cfr__load_count(loader, CFR__KEPT, bytes);
	cfr_profile_span(loader->options.profile, "cache", CFR_STR("put"), begin, bytes, "bytes");
}
