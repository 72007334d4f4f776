/* host/loader.c -- a loader and the cache on disk, put together for an embedder. */
#include "host/cfgrun.h"

#include "cache/cache.h"
#include "engine/base/str.h"

#include <stdlib.h>

struct cached {
	cfr_loader *loader;
	cfr_buf folder;
	uint64_t size;
};

static cfr_cache open_cache(void *arg)
{
	const struct cached *mine = arg;
	cfr_cache cache = { NULL, NULL };

	cfr_cache_open(&cache, &(cfr_cache_options){ .folder = mine->folder.ptr, .size = mine->size });
	return cache;
}

static void close_cache(void *arg, cfr_cache cache)
{
	struct cached *mine = arg;
	cfr_load_stats stats;

	if (cache.ops) {
		cfr_loader_stats(&stats, mine->loader);
		cfr_cache_count(cache, stats.hits, stats.misses);
		cfr_cache_close(cache);
	}
	cfr_buf_release(&mine->folder);
	free(mine);
}

int cfr_cached_loader(cfr_loader **out, const char *folder, cfr_err *err)
{
	const char *own = folder ? folder : getenv("CFGRUN_CACHE"), *size = getenv("CFGRUN_CACHE_SIZE");
	struct cached *mine = calloc(1, sizeof(*mine));
	cfr_loader_options options = { .cache_open = open_cache, .cache_close = close_cache, .cache_arg = mine };
	int r;

	if (!mine)
		return cfr_err_nomem(err);
	if (!cfr_cache_where(&mine->folder, own, getenv("XDG_CACHE_HOME"), getenv("HOME")))
		options.cache_open = NULL;
	if (size && *size && !cfr_cache_read_size(&mine->size, cfr_str_of(size)))
		mine->size = 0;
	if ((r = cfr_buf_check(&mine->folder, err)) == 0)
		r = cfr_loader_new(&mine->loader, &options, err);
	if (r < 0) {
		cfr_buf_release(&mine->folder);
		free(mine);
		return r;
	}
	*out = mine->loader;
	return 0;
}
