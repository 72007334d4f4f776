/* engine/load/ahead.c -- sections read before somebody asks, on several threads.
 *
 * Each pointer is asked for as usual, and what is found stays with the sections. A listed collection is read whole: whoever
 * names it wants what is in it, and one large text is read faster than a thousand small ones. A place that fails leaves the
 * others alone.
 */
#include "engine/load/parts.h"

#include "engine/base/work.h"
#include <stdlib.h>
#include <time.h>

typedef struct ahead {
	cfr_sections *sections;
	const cfr_str *pointers;
	uint8_t *failed;		/* by pointer */
	uint64_t *bytes;
} ahead;

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * UINT64_C(1000000000) + (uint64_t)t.tv_nsec;
}

static int read_one(void *arg, unsigned worker, size_t index, cfr_err *err)
{
	ahead *a = arg;
	const cfr_section *section;
	cfr_node node;
	int r = cfr_sections_get(&section, &node, a->sections, a->pointers[index], err);

	(void)worker;
	if (r == 0 && section->listed && cfr_node_same(node, section->node))
		r = cfr__section_whole(&section, a->sections, section);
	if (r == CFR_E_NOMEM)
		return cfr_err_nomem(err);
	a->failed[index] = r != 0;
	a->bytes[index] = r == 0 ? cfr_source_bytes(cfr_document_source(section->doc)).len : 0;
	return 0;
}

int cfr_sections_preload(cfr_preload *out, cfr_sections *sections, const cfr_str *pointers, uint32_t count,
                         unsigned workers, cfr_err *err)
{
	ahead a = { .sections = sections, .pointers = pointers };
	cfr_preload done = { .first = CFR_ERR_INIT };
	uint64_t begin = now();
	int r;

	a.failed = calloc((size_t)count + 1, sizeof(*a.failed));
	a.bytes = calloc((size_t)count + 1, sizeof(*a.bytes));
	r = a.failed && a.bytes ? cfr_work_run(workers, count, read_one, &a, err) : cfr_err_nomem(err);
	for (uint32_t i = 0; r == 0 && i < count; i++) {
		done.sections += !a.failed[i];
		done.bytes += a.bytes[i];
		if (a.failed[i] && done.failed++ == 0) {
			cfr_err_set(&done.first, CFR_E_NOTFOUND, "nothing was read ahead there");
			cfr_err_path(&done.first, pointers[i]);
			cfr_err_hint(&done.first, "reading the whole file tells why");
		}
	}
	done.nanoseconds = now() - begin;
	if (r == 0)
		*out = done;
	free(a.failed);
	free(a.bytes);
	return r;
}
