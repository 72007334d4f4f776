/* engine/text/outline.c -- what is asked of an outline: the way to a place, whether a text is one entry, a window's document.
 *
 * Before a scan the text is looked at as a whole: what no reader would accept, and line breaks that not everybody counts,
 * have no outline.
 */
#include "engine/text/outline.h"

#include "engine/base/arena.h"
#include "engine/base/utf8.h"
#include "engine/pointer.h"
#include "engine/text/yaml_parts.h"
#include <stdlib.h>

static void outline_init(cfr__outline *o)
{
	o->count = o->nodes = o->singles = o->doubles = o->sample = 0;
	o->aliases = false;
}

/* What no reader would accept is told by the reader. A carriage return alone is a line for who tells places, and none for
 * who counts line feeds. */
static bool fit(const cfr_source *source, cfr_str text, cfr_format format)
{
	bool ascii;

	if (format == CFR_JSON)
		return cfr__outline_json_fit(text);
	if (cfr_utf8_valid(text.ptr, text.len) != text.len)
		return false;
	if (format == CFR_YAML && cfr__check_characters(&ascii, NULL, source, text) != 0)
		return false;
	for (const char *at = text.ptr; (at = memchr(at, '\r', (size_t)(text.ptr + text.len - at))); at++) {
		if (at[1] != '\n')
			return false;
	}
	return true;
}

bool cfr__outline_fit(const cfr_source *source, cfr_format format)
{
	return fit(source, cfr_source_bytes(source), format);
}

static int scan(cfr__tracker *t, const cfr_source *source, cfr_format format)
{
	uint32_t start = 0, end = (uint32_t)t->text.len;
	int r;

	if ((format != CFR_YAML && format != CFR_JSON) || !cfr__outline_fit(source, format))
		return CFR__UNSAFE;
	if (cfr_str_starts(t->text, CFR_STR("\xEF\xBB\xBF")))
		start = CFR__BOM;
	cfr_hash_seed(&t->secret);
	r = format == CFR_YAML ? cfr__outline_yaml(t, start, end) : cfr__outline_json(t, start, end, NULL);
	if (r == 0 && t->range && !t->taken)
		cfr__track_take(t);
	while (r == 0 && t->depth)
		r = cfr__track_close(t, end);
	free(t->keys);
	free(t->slots);
	return r;
}

int cfr__outline_pointer(cfr__outline *out, const cfr_source *source, cfr_format format, cfr_str pointer)
{
	cfr__tracker *t = calloc(1, sizeof(*t));
	cfr_buf token = CFR_BUF_INIT;
	cfr_arena arena;
	cfr_str *tokens;
	int r = CFR_E_NOMEM;

	cfr_arena_init(&arena, NULL);
	tokens = cfr_arena_alloc(&arena, CFR__OUTLINE_DEPTH * sizeof(*tokens));
	if (!t || !tokens)
		goto done;
	outline_init(out);
	t->out = out;
	t->text = cfr_source_bytes(source);
	t->tokens = tokens;
	while (t->token_count < CFR__OUTLINE_DEPTH && cfr_pointer_next(&token, &pointer)) {
		tokens[t->token_count] = cfr_arena_str(&arena, cfr_buf_str(&token));
		if (token.failed || !tokens[t->token_count].ptr)
			goto done;
		t->token_count++;
		cfr_buf_clear(&token);
	}
	r = pointer.len ? CFR__UNSAFE : scan(t, source, format);
done:
	cfr_buf_release(&token);
	cfr_arena_release(&arena);
	free(t);
	return r;
}

int cfr__outline_range(cfr__outline *out, const cfr_source *source, cfr_format format, uint32_t from, uint32_t to)
{
	cfr__tracker *t = calloc(1, sizeof(*t));
	int r;

	if (!t)
		return CFR_E_NOMEM;
	outline_init(out);
	t->out = out;
	t->text = cfr_source_bytes(source);
	t->range = true;
	t->from = from;
	t->to = to;
	r = scan(t, source, format);
	while (r == 0 && out->count && out->chain[out->count - 1].end < to)
		out->count--;
	free(t);
	return r;
}

int cfr__outline_entry(cfr__window *out, cfr__tracker *t, const cfr_source *source, cfr_format format, uint32_t start,
                       uint32_t end, cfr_str other, const cfr__window *like)
{
	cfr_str text = cfr_source_bytes(source), key = cfr_str_sub(other, like->key, like->key_end);
	cfr__window *found = &t->levels[0].entry;
	int r;

	outline_init(t->out);
	t->text = text;
	t->range = true;
	t->from = t->to = start;
	if (end > text.len || start > end || !fit(source, cfr_str_sub(text, start, end), format))
		return CFR__UNSAFE;
	if (format == CFR_YAML && end < text.len && (end == start || text.ptr[end - 1] != '\n'))
		return CFR__UNSAFE;
	r = format == CFR_YAML ? cfr__outline_yaml(t, start, end) : cfr__outline_json(t, start, end, like);
	if (r)
		return r;
	/* One level is at the bottom, and it has one entry. */
	if (!t->rooted || t->levels[0].count != 1 || t->out->aliases || found->sequence != like->sequence ||
	    found->indent != like->indent || found->raw || found->anchors || like->anchors ||
	    !cfr_str_eq(cfr_str_sub(text, found->key, found->key_end), key))
		return CFR__UNSAFE;
	*out = *found;
	out->index = like->index;
	out->start = start;
	out->end = end;
	return 0;
}

int cfr__outline_same(cfr__window *out, const cfr_source *source, cfr_format format, uint32_t start, uint32_t end,
                      const cfr_source *other, const cfr__window *like)
{
	cfr__outline *outline = malloc(sizeof(*outline));
	cfr__tracker *t = calloc(1, sizeof(*t));
	int r = CFR_E_NOMEM;

	if (outline && t) {
		t->out = outline;
		r = cfr__outline_fit(source, format)
		    ? cfr__outline_entry(out, t, source, format, start, end, cfr_source_bytes(other), like) : CFR__UNSAFE;
	}
	free(t);
	free(outline);
	return r;
}

int cfr__window_read(cfr_document **out, const cfr_source *source, cfr_format format, const cfr__window *window,
                     uint32_t depth, const cfr_limits *limits, cfr_err *err)
{
	cfr_documents docs = { NULL, 0 };
	cfr_limits less;
	int r;

	cfr_limits_default(&less);
	if (limits)
		less = *limits;
	less.of[CFR_LIMIT_DEPTH] -= depth < less.of[CFR_LIMIT_DEPTH] ? depth : less.of[CFR_LIMIT_DEPTH];
	r = format == CFR_YAML ? cfr__yaml_read_part(&docs, source, window->start, window->end, &less, err)
	                       : cfr__json_read_part(&docs, source, window->start, window->end, window->sequence, &less, err);
	if (r == 0 && (docs.count != 1 ||
	               cfr_node_kind(cfr_tree_root(cfr_document_tree(docs.items[0]))) !=
	               (window->sequence ? CFR_SEQUENCE : CFR_MAPPING) ||
	               cfr_node_size(cfr_tree_root(cfr_document_tree(docs.items[0]))) != 1))
		r = cfr_err_set(err, CFR_E_UNSUPPORTED, "a part of the text is not what it seemed to be");
	if (r == 0)
		*out = cfr_document_ref(docs.items[0]);
	cfr_documents_release(&docs);
	return r;
}
