/* engine/fmt/fmt.c -- formatting: read, plan, apply to a copy, read again, compare.
 *
 * The formatters know what is usual in texts and may be wrong about what is not. They cannot do harm: they can replace
 * white space only, and a result that does not read as what the text said is refused. Nothing here may be clever about
 * a refused text, by trying a milder way, say: then formatting twice would not be formatting once.
 */
#include <stdlib.h>

#include "engine/fmt/parts.h"
#include "engine/text/read.h"

static int take_splices(cfr_splices *out, const cfr__fmt *f)
{
	cfr_splice *items = malloc(f->count * sizeof(*items) + f->texts.len + 1);
	char *text;

	if (!items)
		return cfr_err_nomem(f->err);
	text = (char *)(items + f->count);
	if (f->texts.len)
		memcpy(text, f->texts.ptr, f->texts.len);
	for (uint32_t i = 0; i < f->count; i++) {
		const cfr__fmt_splice *s = &f->splices[i];

		items[i] = (cfr_splice){ s->start, s->end, { text + s->from, s->len } };
	}
	*out = (cfr_splices){ .items = items, .count = f->count, .memory = items };
	return 0;
}

/* ---- proving ---- */

/* What a text that cannot be formatted is told by: its first line of which that is so. */
static int refuse(const cfr__fmt *f, const cfr_err *why)
{
	cfr_err_set(f->err, CFR_E_UNSUPPORTED, "formatting would change what this file means%s%s",
	            why->message[0] ? ": " : "", why->message);
	cfr_err_hint(f->err, "put the line in order by hand, or leave the file out with a comment `cfgrun: no-fmt` at its top");
	return cfr__fail_at(f->err, f->source, f->count ? f->splices[0].start : 0, CFR_E_UNSUPPORTED);
}

static int same_documents(bool *same, const cfr_documents *a, const cfr_documents *b, cfr_err *err)
{
	int r = 0;

	*same = a->count == b->count;
	for (uint32_t i = 0; r == 0 && *same && i < a->count; i++)
		r = cfr_node_equal(same, cfr_tree_root(cfr_document_tree(a->items[i])),
		                   cfr_tree_root(cfr_document_tree(b->items[i])), err);
	return r;
}

static int prove(const cfr__fmt *f, const cfr_splices *splices, const cfr_documents *before, cfr_format format,
                 const cfr_limits *limits)
{
	cfr_documents after = { .count = 0 };
	cfr_source *source = NULL;
	cfr_buf text = CFR_BUF_INIT;
	cfr_err why = CFR_ERR_INIT;
	bool same = false;
	int r = cfr_splices_apply(&text, f->text, splices->items, splices->count, f->err);

	if (r == 0)
		r = cfr_source_new(&source, cfr_source_name(f->source), cfr_buf_str(&text), limits, f->err);
	if (r)
		goto done;
	r = cfr_text_read(&after, source, format, limits, &why);
	if (r == CFR_E_NOMEM || r == CFR_E_LIMIT) {
		if (f->err)
			*f->err = why;
		goto done;
	}
	r = r ? 0 : same_documents(&same, before, &after, f->err);
	if (r == 0 && !same)
		r = refuse(f, &why);
done:
	cfr_documents_release(&after);
	cfr_source_unref(source);
	cfr_buf_release(&text);
	return r;
}

/* ---- the door ---- */

static void fmt_init(cfr__fmt *f, const cfr_source *source, const cfr_fmt_style *style, cfr_err *err)
{
	*f = (cfr__fmt){ .source = source, .text = cfr_source_bytes(source), .err = err };
	f->style = style ? *style : (cfr_fmt_style){ .blank_lines = 2 };
	if (f->style.width == 0)
		f->style.width = CFR__FMT_WIDTH;
	f->base = cfr_str_starts(f->text, CFR_STR("\xEF\xBB\xBF")) ? CFR__BOM : 0;
}

static int plan(cfr__fmt *f, cfr_format format)
{
	switch (format) {
	case CFR_YAML:
		return cfr__fmt_yaml(f);
	case CFR_JSON:
	case CFR_JSONC:
	case CFR_JSONL:
		return cfr__fmt_json(f, format == CFR_JSONL);
	case CFR_TOML:
		return cfr__fmt_toml(f);
	default:
		cfr_err_set(f->err, CFR_E_UNSUPPORTED, "files of the format %s are not formatted", cfr_format_name(format));
		cfr_err_hint(f->err, "YAML, JSON and TOML are");
		cfr_err_at(f->err, cfr_source_name(f->source), 0, 0);
		return CFR_E_UNSUPPORTED;
	}
}

int cfr_fmt_plan(cfr_splices *out, const cfr_source *source, cfr_format format, const cfr_fmt_style *style,
                 const cfr_limits *limits, cfr_err *err)
{
	cfr_documents before = { .count = 0 };
	cfr_splices splices = { .count = 0 };
	cfr__fmt f;
	int r;

	fmt_init(&f, source, style, err);
	r = cfr_text_read(&before, source, format, limits, err);
	if (r)
		return r;
	if (before.count)
		format = cfr_document_format(before.items[0]);
	else if (format == CFR_FORMAT_NONE)
		format = cfr_format_of_name(cfr_source_name(source));
	r = plan(&f, format == CFR_FORMAT_NONE ? CFR_YAML : format);
	if (r == 0 && f.dark)
		r = cfr__fail_at(err, source, 0, cfr_err_set(err, CFR_E_BUG, "formatting was to change more than white space"));
	if (r == 0 && f.count)
		r = take_splices(&splices, &f);
	if (r == 0 && f.count)
		r = prove(&f, &splices, &before, format, limits);
	if (r == 0)
		*out = splices;
	else
		cfr_splices_release(&splices);
	cfr_documents_release(&before);
	cfr_buf_release(&f.texts);
	free(f.splices);
	return r;
}

/* A line of a comment: `#…`, `//…`, or one of a comment between slash and asterisk. */
static bool comment_line(cfr_str line, bool *inside)
{
	if (*inside || cfr_str_starts(line, CFR_STR("/*"))) {
		*inside = !memmem(line.ptr, line.len, "*/", 2);
		return true;
	}
	return line.len && (line.ptr[0] == '#' || cfr_str_starts(line, CFR_STR("//")) ||
	                    cfr_str_starts(line, CFR_STR("---")) || line.ptr[0] == '%');
}

bool cfr_fmt_unwanted(cfr_str text)
{
	static const char mark[] = "cfgrun: no-fmt";
	size_t at = cfr_str_starts(text, CFR_STR("\xEF\xBB\xBF")) ? CFR__BOM : 0;
	bool inside = false;

	while (at < text.len) {
		const char *feed = memchr(text.ptr + at, '\n', text.len - at);
		size_t end = feed ? (size_t)(feed - text.ptr) : text.len;
		cfr_str line;

		while (at < end && (cfr__fmt_blank(text.ptr[at]) || text.ptr[at] == '\r'))
			at++;
		line = cfr_str_sub(text, at, end);
		if (line.len && !comment_line(line, &inside))
			return false;
		if (line.len && memmem(line.ptr, line.len, mark, sizeof(mark) - 1))
			return true;
		at = end + 1;
	}
	return false;
}
