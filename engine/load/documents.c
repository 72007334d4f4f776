/* engine/load/documents.c -- from a name or a source to documents, by the cheapest way that is known.
 *
 * A file is opened, looked at, read, and looked at again, so that its stamp belongs to its bytes. The stamp gives their
 * digest, or they are hashed; the digest gives the record of the documents, or they are parsed and kept. Whatever goes wrong
 * on the way to a record, the text is parsed: no error comes from here but those of reading.
 *
 * JSON is parsed several times as fast as the other formats are, so of it there must be more for a cache to be worth asking.
 */
#include "engine/load/inside.h"

#include "engine/base/pooled.h"
#include <unistd.h>

enum { JSON = 4 };			/* times as much */

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
	if (bytes.len >= CFR__WORTH && format == CFR_FORMAT_NONE)
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
