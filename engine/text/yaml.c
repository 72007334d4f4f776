/* engine/text/yaml.c -- YAML, from libyaml's events straight into a builder.
 *
 * libyaml does the grammar. Its neighbours here add the core schema and tags (yaml_scalar.c, yaml_value.c), exact
 * places in bytes (yaml_mark.c), what libyaml is too lenient about (yaml_check.c), and refusals in sentences
 * (yaml_error.c); this file, anchors and `<<`. No tree stands between events and builder: a stack of open collections,
 * as deep as the text is nested, is all the state there is.
 *
 * A scalar whose value stands in the source as it is (most do) is given to the builder as a slice of the source, so
 * its text is not kept twice.
 *
 * Bounds. Depth, nodes and aliases are the builder's to refuse, and it does so at the event that passes a ceiling;
 * libyaml looks at most 1,024 characters ahead of that. Its one quadratic corner, a search through all %TAG lines for
 * each of them, is closed here by refusing hundreds of them.
 */
#include <stdlib.h>

#include "engine/base/utf8.h"
#include "engine/base/vec.h"
#include "engine/text/yaml_parts.h"

enum { TAG_LINES = 200 };

#define BOM_TEXT   "\xEF\xBB\xBF"

typedef cfr__yaml_frame frame;
typedef cfr__yaml reader;

/* ---- frames ---- */

static frame *top(reader *r)
{
	return r->depth ? &r->frames[r->depth - 1] : NULL;
}

static int push(reader *r, uint8_t kind, uint32_t start, bool flow, bool brackets)
{
	int rc = cfr_vec_room(&r->frames, &r->cap, (uint64_t)r->depth + 1, sizeof(*r->frames), r->err);

	if (rc)
		return rc;
	r->frames[r->depth++] = (frame){ .start = start, .last = start + brackets, .kind = kind, .flow = flow,
	                                  .brackets = brackets };
	return 0;
}

/* A value has been read whole: what is around it goes on behind it. */
static void value_done(reader *r, uint32_t end)
{
	frame *f = top(r);

	if (f) {
		f->last = end;
		f->keyed = false;
	}
}

static bool wants_key(const frame *f)
{
	return f && f->kind == CFR_MAPPING && !f->keyed;
}

/* ---- places ---- */

static bool line_end(char c)
{
	return c == '\n' || c == '\r';
}

static uint32_t offset(reader *r, const yaml_mark_t *mark)
{
	return (uint32_t)cfr__marks_offset(&r->marks, mark->index);
}

/* The column of the innermost block collection, which a block scalar's explicit indentation adds to. */
static int block_column(reader *r)
{
	for (uint32_t i = r->depth; i > 0; i--) {
		const frame *f = &r->frames[i - 1];

		if (!f->brackets) {
			size_t at = f->start;

			while (at > r->marks.base && !line_end(r->text.ptr[at - 1]))
				at--;
			return (int)cfr_utf8_count(r->text.ptr + at, f->start - at);
		}
	}
	return -1;
}

/* Where a value would stand that is not there: behind its colon, dash or `---`. libyaml's mark may lie at whatever
 * follows instead. */
static uint32_t empty_place(reader *r, uint32_t mark)
{
	const frame *f = top(r);
	size_t at;

	if (!f)
		return r->doc_body;
	if (f->kind != CFR_MAPPING || !f->keyed)
		return mark;
	at = cfr__skip_blank(r->text, f->last, r->text.len);
	return at < mark && r->text.ptr[at] == ':' ? (uint32_t)at + 1 : f->last;
}

static void scalar_mark(cfr_mark *mark, reader *r, const yaml_event_t *event)
{
	bool properties = event->data.scalar.anchor || event->data.scalar.tag;
	uint32_t start = offset(r, &event->start_mark), end = offset(r, &event->end_mark);

	mark->before = mark->start = start;
	mark->end = end;
	mark->flags = event->data.scalar.tag ? CFR_TAGGED : 0;
	switch (event->data.scalar.style) {
	case YAML_SINGLE_QUOTED_SCALAR_STYLE:
		mark->style = CFR_SINGLE;
		break;
	case YAML_DOUBLE_QUOTED_SCALAR_STYLE:
		mark->style = CFR_DOUBLE;
		break;
	case YAML_LITERAL_SCALAR_STYLE:
		mark->style = CFR_LITERAL;
		break;
	case YAML_FOLDED_SCALAR_STYLE:
		mark->style = CFR_FOLDED;
		break;
	default:
		mark->style = CFR_PLAIN;
		if (event->data.scalar.length == 0) {
			if (!properties)
				mark->before = empty_place(r, start);
			mark->start = mark->end = properties ? end : mark->before;
			return;
		}
	}
	if (properties)
		mark->start = (uint32_t)cfr__skip_properties(r->text, start, end,
		              (unsigned)(event->data.scalar.anchor != NULL) + (event->data.scalar.tag != NULL));
	if (mark->style == CFR_LITERAL || mark->style == CFR_FOLDED)
		mark->end = (uint32_t)cfr__block_scalar_end(r->text, mark->start, end, block_column(r));
}

static void begin_mark(cfr_mark *mark, reader *r, const yaml_event_t *event, const yaml_char_t *anchor,
                       const yaml_char_t *tag, bool flow)
{
	mark->before = mark->start = offset(r, &event->start_mark);
	if (anchor || tag)
		mark->start = (uint32_t)cfr__skip_properties(r->text, mark->before, r->text.len,
		                                             (unsigned)(anchor != NULL) + (tag != NULL));
	mark->end = mark->start;
	mark->style = flow ? CFR_FLOW : CFR_BLOCK;
	mark->flags = tag ? CFR_TAGGED : 0;
}

static void alias_mark(cfr_mark *mark, reader *r, const yaml_event_t *event)
{
	*mark = (cfr_mark){ .style = CFR_PLAIN };
	mark->before = mark->start = offset(r, &event->start_mark);
	mark->end = offset(r, &event->end_mark);
}

/* ---- scalars ---- */

/* The value as a slice of the source where it stands there as it is. */
static cfr_str scalar_text(reader *r, yaml_event_t *event, const cfr_mark *mark)
{
	cfr_str value = { (const char *)event->data.scalar.value, event->data.scalar.length };
	size_t quotes = mark->style == CFR_SINGLE || mark->style == CFR_DOUBLE;
	const char *here = r->text.ptr + mark->start + quotes;

	if (CFR_UNLIKELY(r->breaks.copy != NULL))
		cfr__breaks_restore(&r->breaks, (char *)event->data.scalar.value, value.len);
	if (mark->style > CFR_DOUBLE || mark->end - mark->start != value.len + 2 * quotes)
		return value;
	/* A plain scalar on one line is what it looks like; elsewhere an escape or a fold may have kept the length. */
	if ((mark->style == CFR_PLAIN && event->start_mark.line == event->end_mark.line) ||
	    memcmp(here, value.ptr, value.len) == 0)
		value.ptr = here;
	return value;
}

/* ---- keys ---- */

static int null_key(reader *r, frame *f, uint32_t at)
{
	cfr_place first;

	if (!f->null_key) {
		f->null_key = at + 1;
		return 0;
	}
	/* Two spellings of null are two texts, but one key to every other reader. */
	first = cfr_source_place(r->source, f->null_key - 1);
	cfr_err_set(r->err, CFR_E_DUPLICATE, "a second key that means null; the first is on line %u", (unsigned)first.line);
	cfr_err_hint(r->err, "quote the keys if they are text");
	if (r->err) {
		r->err->other_line = first.line;
		r->err->other_column = first.column;
	}
	return cfr__fail_at(r->err, r->source, at, CFR_E_DUPLICATE);
}

static int put_key(reader *r, cfr_str text, bool plain, bool tagged, cfr_mark *mark)
{
	frame *f = top(r);

	if (plain) {
		mark->flags |= CFR_KEY_PLAIN;
		if (!tagged && !cfr__is_word(text)) {
			cfr__scalar s;

			cfr__resolve(&s, text);
			if (s.kind != CFR_STRING)
				mark->flags |= CFR_KEY_NOT_STRING;
			if (s.kind == CFR_NULL) {
				int rc = null_key(r, f, mark->start);
				if (rc)
					return rc;
			}
		}
	}
	f->keyed = true;
	f->last = mark->end;
	return cfr__yaml_built(r, cfr_build_key(r->build, text, mark, r->err), mark);
}

/* The `<<` before this value was an ordinary key after all. */
static int plain_merge_key(reader *r, frame *f)
{
	cfr_mark mark = f->merge_key;

	f->merge = CFR__MERGE_NONE;
	return cfr__yaml_built(r, cfr_build_key(r->build, CFR_STR("<<"), &mark, r->err), &mark);
}

static int key_kind_error(reader *r, uint32_t at)
{
	bool braces = at + 1 < r->text.len && r->text.ptr[at] == '{';

	return cfr__yaml_fail(r, at, CFR_E_KIND, "a collection as a key: only scalars can be keys",
	            braces ? "quote it if it is text, as `\"{{ name }}\"`" : "quote it if it is text");
}

static int merge_error(reader *r, uint32_t at)
{
	return cfr__yaml_fail(r, at, CFR_E_KIND, "`<<` merges mappings, and this is none",
	            "give it an alias of a mapping or a sequence of such; quote the key (\"<<\") if it is an ordinary one");
}

/* ---- events ---- */

static int inner_bom_error(reader *r, size_t at)
{
	return cfr__yaml_fail(r, at, CFR_E_ENCODING, "a byte order mark (U+FEFF) inside the text",
	            "remove it; it may stand at the start of the file and, as \\uFEFF, in double quotes");
}

static int on_alias(reader *r, const yaml_event_t *event)
{
	cfr_str name = cfr_str_of((const char *)event->data.alias.anchor);
	const cfr__anchor *anchor = cfr__anchors_find(&r->anchors, name);
	frame *f = top(r);
	cfr_mark mark;
	bool scalar;
	int rc = 0;

	alias_mark(&mark, r, event);
	if (!anchor) {
		cfr_str nearest = cfr__anchors_nearest(&r->anchors, name);

		cfr_err_set(r->err, CFR_E_SYNTAX, "no anchor `&%.*s` stands before this alias",
		            (int)(name.len < 100 ? name.len : 100), name.ptr);
		if (nearest.len && nearest.len < 100)
			cfr_err_hint(r->err, "did you mean `*%.*s`?", (int)nearest.len, nearest.ptr);
		else
			cfr_err_hint(r->err, "write the anchor before its first use, in the same document; quote the text if "
			             "the `*` belongs to it");
		return cfr__fail_at(r->err, r->source, mark.start, CFR_E_SYNTAX);
	}
	scalar = anchor->kind != CFR_MAPPING && anchor->kind != CFR_SEQUENCE;
	if (wants_key(f))
		return scalar ? put_key(r, anchor->text, anchor->plain, anchor->tag.len > 0, &mark)
		              : key_kind_error(r, mark.start);
	if (f && f->merge == CFR__MERGE_LIST) {
		f->last = mark.end;
		if (anchor->kind != CFR_MAPPING)
			return merge_error(r, mark.start);
		return cfr__yaml_built(r, cfr_build_merge(r->build, anchor->rank, &mark, r->err), &mark);
	}
	if (f && f->merge == CFR__MERGE_VALUE) {
		if (!scalar) {
			f->merge = CFR__MERGE_NONE;
			value_done(r, mark.end);
			return cfr__yaml_built(r, cfr_build_merge(r->build, anchor->rank, &mark, r->err), &mark);
		}
		rc = plain_merge_key(r, f);
	}
	if (rc == 0 && anchor->rank == UINT32_MAX)
		/* A key has no rank: its text once more, as if it were written here. */
		rc = cfr__yaml_scalar(r, anchor->text, anchor->tag.len ? anchor->tag : (cfr_str){ NULL, 0 },
		                      anchor->plain, &mark);
	else if (rc == 0)
		rc = cfr__yaml_built(r, cfr_build_alias(r->build, anchor->rank, &mark, r->err), &mark);
	value_done(r, mark.end);
	return rc;
}

static bool is_merge_key(const yaml_event_t *event)
{
	return event->data.scalar.length == 2 && event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
	       memcmp(event->data.scalar.value, "<<", 2) == 0 &&
	       (!event->data.scalar.tag || strcmp((const char *)event->data.scalar.tag, CFR__TAG_PREFIX "merge") == 0);
}

static int note_scalar(reader *r, const yaml_event_t *event, cfr_str text, const cfr_mark *mark, uint32_t rank)
{
	cfr__anchor anchor = { .rank = rank, .kind = CFR_STRING, .text = text, .start = mark->start,
	                       .plain = mark->style == CFR_PLAIN };

	anchor.name = cfr_str_of((const char *)event->data.scalar.anchor);
	anchor.tag = cfr_str_of((const char *)event->data.scalar.tag);
	return cfr__anchors_set(&r->anchors, &anchor, r->err);
}

/* The checks that libyaml leaves to us; most scalars, plain ones outside brackets, pass with two comparisons. */
static int check_scalar(reader *r, const yaml_event_t *event, const frame *f, const cfr_mark *mark, bool key)
{
	int rc = 0;

	if (f && f->flow) {
		rc = cfr__check_gap(r->err, r->source, r->text, f->last, mark->before);
		if (rc == 0)
			rc = cfr__check_flow_scalar(r->err, r->source, r->text, mark, key);
	}
	if (rc == 0 && mark->style != CFR_PLAIN)
		rc = mark->style <= CFR_DOUBLE ? cfr__check_end(r->err, r->source, r->text, mark->end)
		                               : cfr__check_block_scalar(r->err, r->source, r->text, mark);
	if (rc == 0 && CFR_UNLIKELY(event->data.scalar.anchor != NULL))
		rc = cfr__check_anchor(r->err, r->source, r->text, mark->before,
		                       strlen((const char *)event->data.scalar.anchor));
	return rc;
}

static int on_scalar(reader *r, yaml_event_t *event)
{
	frame *f = top(r);
	const bool key = wants_key(f);
	cfr_str text, tag = cfr_str_of((const char *)event->data.scalar.tag);
	uint32_t rank = UINT32_MAX;
	cfr_mark mark;
	int rc = 0;

	scalar_mark(&mark, r, event);
	text = scalar_text(r, event, &mark);
	rc = check_scalar(r, event, f, &mark, key);
	if (rc)
		return rc;
	if (CFR_UNLIKELY(r->inner_bom) && mark.style != CFR_SINGLE && mark.style != CFR_DOUBLE &&
	    memmem(text.ptr, text.len, BOM_TEXT, CFR__BOM))
		return inner_bom_error(r, mark.start);
	if (f && f->merge == CFR__MERGE_LIST)
		return merge_error(r, mark.start);
	if (key && is_merge_key(event)) {
		mark.flags |= CFR_KEY_PLAIN;
		f->merge = CFR__MERGE_VALUE;
		f->merge_key = mark;
		f->keyed = true;
		f->last = mark.end;
		return 0;
	}
	if (key) {
		rc = put_key(r, text, mark.style == CFR_PLAIN, tag.ptr != NULL, &mark);
	} else {
		if (f && f->merge == CFR__MERGE_VALUE)
			rc = plain_merge_key(r, f);
		rank = cfr_build_rank(r->build);
		if (rc == 0)
			rc = cfr__yaml_scalar(r, text, tag, mark.style == CFR_PLAIN, &mark);
		value_done(r, mark.end);
	}
	if (rc == 0 && CFR_UNLIKELY(event->data.scalar.anchor != NULL))
		rc = note_scalar(r, event, text, &mark, rank);
	return rc;
}

static int on_begin(reader *r, const yaml_event_t *event, cfr_kind kind)
{
	bool mapping = kind == CFR_MAPPING;
	const yaml_char_t *name = mapping ? event->data.mapping_start.anchor : event->data.sequence_start.anchor;
	const yaml_char_t *tag = mapping ? event->data.mapping_start.tag : event->data.sequence_start.tag;
	bool flow = mapping ? event->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE
	                    : event->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE;
	frame *f = top(r);
	bool brackets;
	cfr_mark mark;
	int rc;

	begin_mark(&mark, r, event, name, tag, flow);
	if (wants_key(f))
		return key_kind_error(r, mark.start);
	if (f && f->merge == CFR__MERGE_LIST)
		return merge_error(r, mark.start);
	/* A pair in a flow sequence, [a: b], is a flow mapping without braces of its own. */
	brackets = flow && mark.start < r->text.len && r->text.ptr[mark.start] == (mapping ? '{' : '[');
	if (f && f->merge == CFR__MERGE_VALUE && !mapping) {
		f->merge = CFR__MERGE_NONE;
		rc = push(r, CFR_SEQUENCE, mark.start, flow, brackets);
		if (rc == 0)
			top(r)->merge = CFR__MERGE_LIST;
		return rc;
	}
	if (f && f->merge == CFR__MERGE_VALUE)
		return cfr__yaml_fail(r, mark.start, CFR_E_UNSUPPORTED, "`<<` before a mapping that is written in place",
		            "write its entries where they belong, or give it an anchor elsewhere and merge an alias");
	rc = cfr__yaml_collection_tag(r, kind, tag, &mark);
	if (rc == 0 && f && f->flow)
		rc = cfr__check_gap(r->err, r->source, r->text, f->last, mark.before);
	if (rc == 0 && name)
		rc = cfr__check_anchor(r->err, r->source, r->text, mark.before, strlen((const char *)name));
	if (rc == 0 && name) {
		cfr__anchor anchor = { .rank = cfr_build_rank(r->build), .kind = kind, .start = mark.start };

		anchor.name = cfr_str_of((const char *)name);
		rc = cfr__anchors_set(&r->anchors, &anchor, r->err);
	}
	if (rc == 0)
		rc = cfr__yaml_built(r, cfr_build_begin(r->build, kind, &mark, r->err), &mark);
	if (rc == 0)
		rc = push(r, (uint8_t)kind, mark.start, flow, brackets);
	return rc;
}

static int on_end(reader *r, const yaml_event_t *event)
{
	frame *f = top(r);
	uint32_t end = f->brackets ? offset(r, &event->end_mark) : f->last;
	bool list = f->merge == CFR__MERGE_LIST;
	cfr_mark mark = { .start = f->start };
	int rc = f->brackets ? cfr__check_gap(r->err, r->source, r->text, f->last, end) : 0;

	if (rc == 0 && f->brackets)
		rc = cfr__check_end(r->err, r->source, r->text, end);
	if (rc)
		return rc;
	r->depth--;
	value_done(r, end);
	return list ? 0 : cfr__yaml_built(r, cfr_build_end(r->build, end, r->err), &mark);
}

static int on_document_start(reader *r, const yaml_event_t *event)
{
	uint32_t at;

	if (r->doc_count >= r->limits->of[CFR_LIMIT_DOCUMENTS])
		return cfr__fail_at(r->err, r->source, r->doc_start, cfr_err_limit(r->err, r->limits, CFR_LIMIT_DOCUMENTS));
	if (r->doc_count)
		cfr_build_reset(r->build);
	at = offset(r, &event->start_mark);
	if (r->doc_open && at < r->text.len && r->text.ptr[at] == '%')
		return cfr__yaml_fail(r, at, CFR_E_SYNTAX, "a directive inside the document before it",
		                      "end that one with a line `...`");
	cfr__anchors_reset(&r->anchors);
	r->depth = 0;
	r->doc_body = offset(r, &event->end_mark);
	return 0;
}

/* Ranges are gapless: what stands between two documents belongs to the second, a line `...` to the first. */
static int on_document_end(reader *r, const yaml_event_t *event)
{
	uint32_t end = offset(r, &event->end_mark);
	cfr_document *doc;
	int rc;

	if (!event->data.document_end.implicit) {
		while (end < r->text.len && !line_end(r->text.ptr[end]))
			end++;
		end += end < r->text.len && r->text.ptr[end] == '\r';
		end += end < r->text.len && r->text.ptr[end] == '\n';
	}
	rc = cfr_build_finish(&doc, r->build, r->doc_count, r->doc_start, end, r->err);
	if (rc)
		return rc;
	r->doc_count++;
	r->doc_open = event->data.document_end.implicit;
	r->doc_start = end;
	return cfr__documents_add(r->docs, doc, r->err);
}

static int on_event(reader *r, yaml_event_t *event)
{
	switch (event->type) {
	case YAML_SCALAR_EVENT:
		return on_scalar(r, event);
	case YAML_MAPPING_START_EVENT:
		return on_begin(r, event, CFR_MAPPING);
	case YAML_SEQUENCE_START_EVENT:
		return on_begin(r, event, CFR_SEQUENCE);
	case YAML_MAPPING_END_EVENT:
	case YAML_SEQUENCE_END_EVENT:
		return on_end(r, event);
	case YAML_ALIAS_EVENT:
		return on_alias(r, event);
	case YAML_DOCUMENT_START_EVENT:
		return on_document_start(r, event);
	case YAML_DOCUMENT_END_EVENT:
		return on_document_end(r, event);
	default:
		return 0;
	}
}

static int check_directives(reader *r)
{
	const char *at = r->text.ptr, *end = r->text.ptr + r->text.len;
	unsigned count = 0;

	while (at < end && (at = memchr(at, '%', (size_t)(end - at))) != NULL) {
		if ((at == r->text.ptr || line_end(at[-1])) && end - at >= 4 && memcmp(at, "%TAG", 4) == 0 &&
		    ++count > TAG_LINES)
			return cfr__yaml_fail(r, (size_t)(at - r->text.ptr), CFR_E_LIMIT, "more than 200 %TAG lines",
			            "write the tags in full, as !<tag>");
		at++;
	}
	return 0;
}

/* libyaml skips marks at the start of any line. Between files that were strung together that is harmless, elsewhere
 * it is not what is written; in quotes only it stays text. */
static int check_boms(reader *r)
{
	size_t at = r->marks.base, end = r->text.len;
	const char *found;

	while (at < end && (found = memmem(r->text.ptr + at, end - at, BOM_TEXT, CFR__BOM)) != NULL) {
		at = (size_t)(found - r->text.ptr);
		r->inner_bom = true;
		if (at == r->marks.base || line_end(r->text.ptr[at - 1]))
			return inner_bom_error(r, at);
		at += CFR__BOM;
	}
	return 0;
}

static int run(reader *r)
{
	yaml_event_t event;
	bool more = true;
	int rc = 0;

	while (more && rc == 0) {
		if (!yaml_parser_parse(&r->parser, &event))
			return cfr__yaml_error(r->err, &r->parser, &r->marks, r->source, r->limits);
		more = event.type != YAML_STREAM_END_EVENT;
		rc = on_event(r, &event);
		yaml_event_delete(&event);
	}
	return rc;
}

/* libyaml decodes its input, character by character, into a buffer of UTF-8 that ends with a NUL. The source is just
 * that already, and has been checked for what the decoder would refuse; so the buffer is made to be the source, with
 * more characters unread than there can be, and the decoder is never asked. This saves a sixth of its time. */
static void lend(yaml_parser_t *parser, const char *text, size_t len)
{
	yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(parser, (const unsigned char *)"", 0);
	parser->buffer.start = parser->buffer.pointer = (yaml_char_t *)(uintptr_t)text;
	parser->buffer.last = parser->buffer.end = parser->buffer.start + len + 1;
	parser->unread = SIZE_MAX / 2;
	parser->eof = 1;
}

/* `text` is what stands behind r->marks.base, with a NUL behind its end. */
static int parse(reader *r, const char *text)
{
	yaml_char_t *own;
	int rc;

	if (!yaml_parser_initialize(&r->parser))
		return cfr_err_nomem(r->err);
	own = r->parser.buffer.start;
	lend(&r->parser, text, r->text.len - r->marks.base);
	rc = run(r);
	r->parser.buffer.start = own;	/* which it frees */
	yaml_parser_delete(&r->parser);
	return rc;
}

const char *cfr__yaml_version(void) { return yaml_get_version_string(); }

int cfr__yaml_read(cfr_documents *docs, const cfr_source *source, const cfr_limits *limits, cfr_err *err)
{
	reader r = { .source = source, .limits = limits, .docs = docs, .err = err };
	bool ascii;
	int rc;

	r.text = cfr_source_bytes(source);
	if (r.text.len == 0)
		return 0;	/* a stream of no documents */
	rc = cfr__check_characters(&ascii, err, source, r.text);
	if (rc)
		return rc;
	cfr__marks_init(&r.marks, r.text, cfr_str_starts(r.text, CFR_STR(BOM_TEXT)) ? CFR__BOM : 0, ascii);
	rc = check_directives(&r);
	if (rc == 0 && !ascii)
		rc = check_boms(&r);
	if (rc == 0 && !ascii)
		rc = cfr__breaks_init(&r.breaks, source, r.text, err);
	if (rc)
		return rc;
	cfr__anchors_init(&r.anchors);
	rc = cfr_build_new(&r.build, source, CFR_YAML, limits, err);
	if (rc == 0) {
		rc = parse(&r, (r.breaks.copy ? r.breaks.copy : r.text.ptr) + r.marks.base);
		cfr_build_free(r.build);
	}
	free(r.frames);
	cfr__anchors_release(&r.anchors);
	cfr__breaks_release(&r.breaks);
	return rc;
}

/* A part is copied, for the NUL that libyaml wants behind it; all that is said of it speaks of the source. The marks
 * that the whole text is looked through for are not to be expected here, and refused. */
int cfr__yaml_read_part(cfr_documents *docs, const cfr_source *source, uint32_t start, uint32_t end,
                        const cfr_limits *limits, cfr_err *err)
{
	reader r = { .source = source, .limits = limits, .docs = docs, .err = err, .doc_start = start, .doc_body = start };
	cfr_str text = cfr_str_sub(cfr_source_bytes(source), start, end);
	bool ascii;
	char *copy;
	int rc = cfr__check_characters(&ascii, err, source, text);

	if (rc)
		return rc;
	copy = malloc(text.len + 1);
	if (!copy)
		return cfr_err_nomem(err);
	memcpy(copy, text.ptr, text.len);
	copy[text.len] = '\0';
	r.text = cfr_str_sub(cfr_source_bytes(source), 0, end);
	cfr__marks_init(&r.marks, r.text, start, ascii);
	if (memchr(text.ptr, '%', text.len) && memmem(text.ptr, text.len, "%TAG", 4))
		rc = cfr_err_set(err, CFR_E_UNSUPPORTED, "a directive in a part of a text");
	for (size_t i = 0; rc == 0 && !ascii && i < 4; i++) {
		static const char *const odd[4] = { BOM_TEXT, "\xC2\x85", "\xE2\x80\xA8", "\xE2\x80\xA9" };

		if (memmem(text.ptr, text.len, odd[i], strlen(odd[i])))
			rc = cfr_err_set(err, CFR_E_UNSUPPORTED, "an unusual mark in a part of a text");
	}
	cfr__anchors_init(&r.anchors);
	if (rc == 0)
		rc = cfr_build_new(&r.build, source, CFR_YAML, limits, err);
	if (rc == 0) {
		rc = parse(&r, copy);
		cfr_build_free(r.build);
	}
	free(r.frames);
	free(copy);
	cfr__anchors_release(&r.anchors);
	return rc;
}
