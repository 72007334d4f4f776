/* engine/text/changed.c -- two large texts with one change: what changed, without reading the rest.
 *
 * The texts are compared as bytes, from both ends. What is left lies inside some entry of a collection, found by an
 * outline of the first text (outline.h); the second has its own bytes in that entry's place, and when these are one such
 * entry too, all else is the same in both documents. From the innermost entry outward the first that will do is read.
 *
 * Elements of a sequence are known to whoever compares by a name in them, or by one two levels below (metadata, name). So
 * an entry that stands so near to its element is given with all of it.
 */
#include <stdlib.h>

#include "engine/pointer.h"
#include "engine/text/outline.h"

enum { BLOCK = 4096 };

size_t cfr__common_head(cfr_str a, cfr_str b)
{
	size_t n = a.len < b.len ? a.len : b.len, at = 0;

	while (n - at >= BLOCK && memcmp(a.ptr + at, b.ptr + at, BLOCK) == 0)
		at += BLOCK;
	while (at < n && a.ptr[at] == b.ptr[at])
		at++;
	return at;
}

size_t cfr__common_tail(cfr_str a, cfr_str b)
{
	size_t n = a.len < b.len ? a.len : b.len, at = 0;
	const char *end_a = a.ptr + a.len, *end_b = b.ptr + b.len;

	while (n - at >= BLOCK && memcmp(end_a - at - BLOCK, end_b - at - BLOCK, BLOCK) == 0)
		at += BLOCK;
	while (at < n && end_a[-1 - (ptrdiff_t)at] == end_b[-1 - (ptrdiff_t)at])
		at++;
	return at;
}

/* The entry to give when entry i is wanted: its element, if that is near. */
static uint32_t with_element(const cfr__outline *o, uint32_t i)
{
	for (uint32_t up = 1; up <= 2 && up <= i && !o->chain[i].sequence; up++) {
		if (o->chain[i - up].sequence)
			return i - up;
	}
	return i;
}

static bool fits(const cfr__outline *o, uint32_t i)
{
	for (uint32_t k = 0; k < i; k++) {
		if (o->chain[k].property)
			return false;
	}
	return o->chain[i].alone && !o->chain[i].anchors;
}

static int write_place(cfr_changed *out, cfr_str text, const cfr__outline *o, uint32_t i)
{
	cfr_buf at = CFR_BUF_INIT;

	for (uint32_t k = 0; k <= i; k++) {
		const cfr__window *w = &o->chain[k];

		if (w->raw)
			return CFR__UNSAFE;
		if (w->sequence)
			cfr_buf_addf(&at, "/%u", (unsigned)w->index);
		else
			cfr_pointer_add(&at, cfr_str_sub(text, w->key, w->key_end));
	}
	if (at.failed) {
		cfr_buf_release(&at);
		return CFR_E_NOMEM;
	}
	out->at = cfr_buf_str(&at);
	out->memory = at.ptr;
	out->element = o->chain[i].sequence;
	return 0;
}

/* All values of the second document stay under the ceiling, as those of the first do. */
static bool under_ceiling(const cfr__outline *o, const cfr_document *after, const cfr_limits *limits)
{
	uint64_t most = limits ? limits->of[CFR_LIMIT_NODES] : cfr_limit_default(CFR_LIMIT_NODES);

	return !o->aliases && o->nodes + (uint64_t)cfr_tree_size(cfr_document_tree(after)) <= most;
}

static int read_entry(cfr_changed *out, const cfr_source *before, const cfr_source *after, cfr_format format,
                      const cfr__outline *o, uint32_t i, const cfr_limits *limits)
{
	cfr_str a = cfr_source_bytes(before), b = cfr_source_bytes(after);
	cfr_changed found = { .memory = NULL };
	cfr__window other;
	int r = CFR__UNSAFE;

	if (fits(o, i) && a.len - o->chain[i].end + o->chain[i].start <= b.len)
		r = cfr__outline_same(&other, after, format, o->chain[i].start, (uint32_t)(b.len - (a.len - o->chain[i].end)),
		                      before, &o->chain[i]);
	if (r == 0)
		r = cfr__window_read(&found.before, before, format, &o->chain[i], i, limits, NULL);
	if (r == 0)
		r = cfr__window_read(&found.after, after, format, &other, i, limits, NULL);
	if (r == 0 && !under_ceiling(o, found.after, limits))
		r = CFR__UNSAFE;
	if (r == 0)
		r = write_place(&found, a, o, i);
	if (r == 0)
		*out = found;
	else
		cfr_changed_release(&found);
	return r;
}

int cfr_text_read_changed(cfr_changed *out, const cfr_source *before, const cfr_source *after, cfr_format format,
                          const cfr_limits *limits, cfr_err *err)
{
	cfr_str a = cfr_source_bytes(before), b = cfr_source_bytes(after), rest_a, rest_b;
	size_t head = cfr__common_head(a, b);
	cfr__outline *o;
	int r;

	rest_a = cfr_str_sub(a, head, a.len);
	rest_b = cfr_str_sub(b, head, b.len);
	/* A modeline says more than a name, and both texts may have one. */
	if (format == CFR_FORMAT_NONE &&
	    cfr_text_format(cfr_source_name(before), a) == cfr_text_format(cfr_source_name(after), b))
		format = cfr_text_format(cfr_source_name(before), a);
	if ((format != CFR_YAML && format != CFR_JSON) || (rest_a.len == 0 && rest_b.len == 0))
		return 1;
	o = malloc(sizeof(*o));
	if (!o)
		return cfr_err_nomem(err);
	r = cfr__outline_range(o, before, format, (uint32_t)head, (uint32_t)(a.len - cfr__common_tail(rest_a, rest_b)));
	for (uint32_t i = o->count; r == 0; i--) {
		if (i == 0) {
			r = CFR__UNSAFE;
			break;
		}
		i = with_element(o, i - 1) + 1;
		r = read_entry(out, before, after, format, o, i - 1, limits);
		if (r == 0 || r == CFR_E_NOMEM)
			break;
		r = 0;
	}
	free(o);
	return r == CFR_E_NOMEM ? cfr_err_nomem(err) : r ? 1 : 0;
}

void cfr_changed_release(cfr_changed *changed)
{
	cfr_document_unref(changed->before);
	cfr_document_unref(changed->after);
	free(changed->memory);
	*changed = (cfr_changed){ .memory = NULL };
}
