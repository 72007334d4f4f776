/* engine/load/loader.c -- from a name or a source to documents, by the cheapest way that is known.
 *
 * A file is opened, looked at, read, and looked at again, so that its stamp belongs to its bytes. The stamp gives their
 * digest, or they are hashed; the digest gives the record of the documents, or they are parsed and kept. Whatever goes wrong
 * on the way to a record, the text is parsed: no error comes from here but those of reading.
 *
 * A cache is not free. To open one takes as long as to parse some ten kilobytes, so it is opened when the sources that might
 * be in it come to more than that together; and a small source is parsed in the time that asking and keeping take. JSON is
 * parsed several times as fast as the other formats are, so of it there must be more.
 */
#include "engine/load/inside.h"

#include "engine/base/pooled.h"
#include <stdlib.h>
#include <unistd.h>

enum {
	KEEP = 64 << 20,		/* bytes of memory that wait for the next load: a few of ten megabytes each */
	WORTH = 4 << 10,		/* a source that is smaller is parsed */
	WORTH_OPENING = 32 << 10,	/* and below this, all of them */
	JSON = 4			/* times as much */
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
	if (!loader || !loader->options.cache_open || bytes < WORTH)
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

/* --- reading --- */

/* A file on its way. */
struct opened {
	cfr_file_stamp before, after;
};

static int parse(cfr_documents *out, cfr_loader *loader, const cfr_source *source, cfr_format format,
                 const cfr_limits *limits, cfr_err *err)
{
	uint64_t begin = cfr_profile_now(cfr__load_profile(loader)), bytes = cfr_source_bytes(source).len;
	int r = cfr_text_read(out, source, format, limits, err);

	cfr__load_count(loader, CFR__PARSED, bytes);
	cfr_profile_span(cfr__load_profile(loader), "parse", cfr_source_name(source), begin, bytes, "bytes");
	return r;
}

/* The documents that a record holds. */
static bool take(cfr_documents *out, cfr_loader *loader, const cfr_source *source, const cfr_cache_key *key)
{
	cfr_buf record = { .pool = cfr__load_pool(loader) };
	uint64_t begin;
	int r;

	if (!cfr__load_get(loader, key, &record)) {
		cfr_buf_release(&record);
		return false;
	}
	begin = cfr_profile_now(cfr__load_profile(loader));
	r = cfr__documents_restore(out, source, &record, NULL);
	cfr_profile_span(cfr__load_profile(loader), "verify", cfr_source_name(source), begin,
			 cfr_source_bytes(source).len, "bytes");
	return r == 0;
}

/* What a source counts, in bytes of YAML. */
static uint64_t weight(const cfr_source *source, cfr_format format)
{
	return cfr_source_bytes(source).len / (format == CFR_JSON || format == CFR_JSONC || format == CFR_JSONL ? JSON : 1);
}

/* `file` NULL: there is no stamp. `known` is the digest of the bytes, or NULL. */
static int read_source(cfr_documents *out, cfr_loader *loader, const cfr_source *source, const struct opened *file,
                       const cfr__digest *known, cfr_format format, const cfr_limits *limits, cfr_err *err)
{
	cfr_str bytes = cfr_source_bytes(source), name = cfr_source_name(source);
	cfr_limits defaults;
	cfr__digest digest;
	cfr_cache_key key;
	int r;

	cfr__load_count(loader, CFR__SOURCES, 1);
	cfr__load_count(loader, CFR__BYTES, bytes.len);
	if (bytes.len >= WORTH && format == CFR_FORMAT_NONE)
		format = cfr_text_format(name, bytes);
	if (!cfr__load_worth(loader, weight(source, format)))
		return parse(out, loader, source, format, limits, err);
	if (!limits) {
		cfr_limits_default(&defaults);
		limits = &defaults;
	}
	if (known) {
		digest = *known;
	} else if (!file || !cfr_file_same(&file->before, &file->after) ||
	           !cfr__stamp_find(&digest, loader, &file->before)) {
		if (cfr__load_digest(&digest, loader, name, bytes, NULL) < 0)
			return parse(out, loader, source, format, limits, err);
		if (file)
			cfr__stamp_keep(loader, &file->before, &file->after, &digest);
	}
	if (cfr__load_key(&key, "documents", &digest, format, limits, CFR_STR(""), NULL) < 0)
		return parse(out, loader, source, format, limits, err);
	if (take(out, loader, source, &key)) {
		cfr__load_count(loader, CFR__HITS, 1);
		return 0;
	}
	cfr__load_count(loader, CFR__MISSES, 1);
	if ((r = parse(out, loader, source, format, limits, err)) == 0)
		cfr__documents_put(loader, &key, out);
	return r;
}

int cfr_loader_read(cfr_documents *out, cfr_loader *loader, const cfr_source *source, cfr_format format,
                    const cfr_limits *limits, cfr_err *err)
{
	return cfr__load_documents(out, loader, source, NULL, format, limits, err);
}

int cfr__load_documents(cfr_documents *out, cfr_loader *loader, const cfr_source *source, const cfr__digest *known,
                        cfr_format format, const cfr_limits *limits, cfr_err *err)
{
	cfr__source_use(source, cfr__load_pool(loader));
	return read_source(out, loader, source, NULL, known, format, limits, err);
}

static int open_source(cfr_source **out, struct opened *file, cfr_loader *loader, int fd, cfr_str name,
                       const cfr_limits *limits, cfr_err *err)
{
	const cfr_profile *profile = cfr__load_profile(loader);
	uint64_t begin = cfr_profile_now(profile);
	cfr_buf text = { .pool = cfr__load_pool(loader) };
	int r;

	cfr_file_look(&file->before, fd);
	if ((r = cfr_file_read_open(&text, fd, name, limits, err)) == 0) {
		cfr_file_look(&file->after, fd);
		r = cfr_source_take(out, name, &text, limits, err);
	}
	cfr_buf_release(&text);
	if (r == 0)
		cfr_profile_span(profile, "read", name, begin, cfr_source_bytes(*out).len, "bytes");
	return r;
}

int cfr_loader_open_fd(cfr_documents *out, cfr_source **source, cfr_loader *loader, int fd, cfr_str name,
                       cfr_format format, const cfr_limits *limits, cfr_err *err)
{
	struct opened file;
	int r = open_source(source, &file, loader, fd, name, limits, err);

	return r < 0 ? r : read_source(out, loader, *source, &file, NULL, format, limits, err);
}

int cfr_loader_source(cfr_source **out, cfr_loader *loader, const char *file, const cfr_limits *limits, cfr_err *err)
{
	struct opened opened;
	int fd, r = cfr_file_open(&fd, file, err);

	if (r < 0)
		return r;
	if ((r = open_source(out, &opened, loader, fd, cfr_str_of(file), limits, err)) == 0) {
		cfr__load_count(loader, CFR__SOURCES, 1);
		cfr__load_count(loader, CFR__BYTES, cfr_source_bytes(*out).len);
	}
	close(fd);
	return r;
}

int cfr_loader_open(cfr_documents *out, cfr_source **source, cfr_loader *loader, const char *file, cfr_format format,
                    const cfr_limits *limits, cfr_err *err)
{
	int fd, r = cfr_file_open(&fd, file, err);

	if (r < 0)
		return r;
	r = cfr_loader_open_fd(out, source, loader, fd, cfr_str_of(file), format, limits, err);
	close(fd);
	return r;
}
