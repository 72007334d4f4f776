/* engine/load/open.c -- from a file to its outline: out of a cache, without a look at the text, or by reading and scanning.
 *
 * Whatever goes wrong is answered by CFR_READ_WHOLE.
 */
#include "engine/load/parts.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

void cfr__sections_free(cfr_sections *s)
{
	for (uint32_t i = 0; i < s->slot_cap; i++)
		cfr__section_unref(s->slots[i].section);
	free(s->slots);
	free(atomic_load_explicit(&s->lines, memory_order_relaxed));
	cfr__lists_release(&s->lists);
	cfr_source_unref(s->source);
	free(s->file);
	pthread_cond_destroy(&s->made);
	pthread_mutex_destroy(&s->lock);
	pthread_mutex_destroy(&s->reading);
	free(s);
}

int cfr__sections_new(cfr_sections **out, cfr_loader *loader, const char *file, cfr_format format,
                      const cfr_limits *limits, cfr__least least)
{
	cfr_sections *s = calloc(1, sizeof(*s));

	if (!s || (file && !(s->file = strdup(file)))) {
		free(s);
		return CFR_E_NOMEM;
	}
	pthread_mutex_init(&s->reading, NULL);
	pthread_mutex_init(&s->lock, NULL);
	atomic_init(&s->source, NULL);
	pthread_cond_init(&s->made, NULL);
	atomic_init(&s->refs, 1);
	atomic_init(&s->lines, NULL);
	atomic_init(&s->some, 0);
	s->loader = loader;
	s->asked = s->format = format;
	s->least = least;
	cfr_limits_default(&s->limits);
	if (limits)
		s->limits = *limits;
	*out = s;
	return 0;
}

int cfr__sections_read(cfr_sections *s, bool cached)
{
	cfr_file_stamp before;
	cfr_source *source;
	struct stat st;
	int fd, r = 0;

	/* A pipe can be read but once. */
	if (stat(s->file, &st) < 0 || !S_ISREG(st.st_mode) || (uint64_t)st.st_size < s->least.file ||
	    (uint64_t)st.st_size > s->limits.of[CFR_LIMIT_FILE] || cfr_file_open(&fd, s->file, NULL) < 0)
		return CFR_READ_WHOLE;
	cfr_file_look(&s->stamp, fd);
	cached = cached && cfr__load_worth(s->loader, (uint64_t)st.st_size);
	if (cached && s->stamp.seen && cfr__stamp_find(&s->digest, s->loader, &s->stamp)) {
		s->digested = true;
		if (cfr__take_outline(s, s->stamp.size))
			goto done;
	}
	before = s->stamp;
	r = cfr__sections_read_text(&source, s, fd, &s->stamp);
	if (r == 0)
		atomic_store_explicit(&s->source, source, memory_order_release);
	if (r == 0 && cached && (!s->digested || !s->stamp.seen)) {
		cfr_str text = cfr_source_bytes(source);

		s->digested = cfr__load_digest(&s->digest, s->loader, cfr_str_of(s->file), text, NULL) == 0;
		if (s->digested && s->stamp.seen)
			cfr__stamp_keep(s->loader, &before, &s->stamp, &s->digest);
		if (s->digested)
			cfr__take_outline(s, text.len);
	}
done:
	close(fd);
	return r;
}

/* Finds the lists. */
static int scan(cfr_sections *s)
{
	const cfr_profile *profile = cfr__load_profile(s->loader);
	cfr_str name = cfr_source_name(s->source), text = cfr_source_bytes(s->source);
	uint64_t begin = cfr_profile_now(profile);
	int r;

	if (text.len < s->least.file || text.len > s->limits.of[CFR_LIMIT_FILE])
		return CFR_READ_WHOLE;
	if (s->format == CFR_FORMAT_NONE)
		s->format = cfr_text_format(name, text);
	s->lists.least = s->least.list;
	r = cfr__lists_of(&s->lists, s->source, s->format);
	cfr__load_count(s->loader, CFR__SCANNED, text.len);
	cfr_profile_span(profile, "scan", name, begin, text.len, "bytes");
	if (r == 0 && s->digested)
		cfr__keep_outline(s);
	return r;
}

int cfr__sections_outline(cfr_sections *s)
{
	int r = s->lists.count ? 0 : scan(s);

	if (r == 0 && (s->lists.nodes > s->limits.of[CFR_LIMIT_NODES] || s->lists.depth > s->limits.of[CFR_LIMIT_DEPTH]))
		r = CFR_READ_WHOLE;
	if (r == 0)
		r = cfr__section_at(&s->root, s, true, s->lists.root);
	if (r == 0) {
		cfr__load_count(s->loader, CFR__SOURCES, 1);
		cfr__load_count(s->loader, CFR__BYTES, s->source ? cfr_source_bytes(s->source).len : s->stamp.size);
	}
	return r;
}

int cfr__sections_of(cfr_sections **out, cfr_loader *loader, const cfr_source *source, cfr_format format,
                     const cfr_limits *limits, cfr__least least, cfr_err *err)
{
	cfr_sections *s;
	int r = cfr__sections_new(&s, loader, NULL, format, limits, least);

	if (r < 0)
		return cfr_err_nomem(err);
	s->source = cfr_source_ref(source);
	r = cfr__sections_outline(s);
	if (r == 0)
		*out = s;
	else
		cfr__sections_free(s);
	return r == CFR_E_NOMEM ? cfr_err_nomem(err) : r;
}

static const cfr__least usual = { CFR__LEAST_FILE, CFR__LEAST_LIST };

int cfr_sections_of(cfr_sections **out, cfr_loader *loader, const cfr_source *source, cfr_format format,
                    const cfr_limits *limits, cfr_err *err)
{
	return cfr__sections_of(out, loader, source, format, limits, usual, err);
}

int cfr_sections_open(cfr_sections **out, cfr_loader *loader, const char *file, cfr_format format,
                      const cfr_limits *limits, cfr_err *err)
{
	cfr_sections *s;
	int r = cfr__sections_new(&s, loader, file, format, limits, usual);

	if (r < 0)
		return cfr_err_nomem(err);
	r = cfr__sections_read(s, true);
	if (r == 0)
		r = cfr__sections_outline(s);
	if (r == 0)
		*out = s;
	else
		cfr__sections_free(s);
	return r == CFR_E_NOMEM ? cfr_err_nomem(err) : r;
}

cfr_sections *cfr_sections_ref(const cfr_sections *sections)
{
	cfr_sections *s = (cfr_sections *)(uintptr_t)sections;

	if (s)
		atomic_fetch_add_explicit(&s->refs, 1, memory_order_relaxed);
	return s;
}

cfr_sections *cfr_sections_unref(const cfr_sections *sections)
{
	cfr_sections *s = (cfr_sections *)(uintptr_t)sections;

	if (s && atomic_fetch_sub_explicit(&s->refs, 1, memory_order_acq_rel) == 1)
		cfr__sections_free(s);
	return NULL;
}
