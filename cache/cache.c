/* cache/cache.c -- a cache is opened and closed. What it does in between: read.c, write.c. */
#include "cache/inside.h"

#include <stdlib.h>

static const cfr_cache_ops OPS = { .get = cfr__store_get, .put = cfr__store_put };

void cfr_cache_open(cfr_cache *out, const cfr_cache_options *options)
{
	cfr__store *store = malloc(sizeof(*store));
	cfr_err err = CFR_ERR_INIT;
	int r;

	*out = (cfr_cache){ NULL, NULL };
	if (!store || !cfr__page_is_ours()) {
		free(store);
		return;
	}
	r = cfr__store_init(store, options, &err);
	if (r == 0)
		r = cfr__folder_open(&store->folder, false, &err);
	if (r < 0 && (r != CFR_E_NOTFOUND || store->read_only)) {
		if (r == CFR_E_IO)
			cfr__store_note(store, CFR__NOTE_FOLDER, "%s: %s", options->folder, err.message);
		cfr__store_release(store);
		free(store);
		return;
	}
	cfr__store_reopen(store);
	*out = (cfr_cache){ &OPS, store };
}

void cfr_cache_count(cfr_cache cache, uint64_t hits, uint64_t misses)
{
	cfr__store *store = cache.arg;

	if (!cache.ops)
		return;
	atomic_fetch_add(&store->hits, hits);
	atomic_fetch_add(&store->misses, misses);
}

void cfr_cache_close(cfr_cache cache)
{
	cfr__store *store = cache.arg;

	if (!cache.ops)
		return;
	cfr__store_flush(store);
	cfr__store_release(store);
	free(store);
}
