/* engine/text/emit.c -- what all that writes text stands on: lines, children in the author's order, comments, failures.
 *
 * Nothing here knows a format. The writers and the edits ask for the next child, the next line, or the comments of a node,
 * and tell what the format cannot hold; a cfr__emit says what the lines look like.
 *
 * Comments are written with the line end before them, since most follow something. Where they begin a text, or go above a
 * line that is not ended yet, that line end is moved behind them afterwards (cfr__emit_head, cfr__emit_lines): so there is
 * one way to write them.
 */
#include "engine/text/emit.h"

#include "engine/base/utf8.h"
#include "engine/pointer.h"

void cfr__emit_init(cfr__emit *emit, cfr_buf *out, cfr_format format, cfr_err *err)
{
	*emit = (cfr__emit){
		.out = out,
		.err = err,
		.newline = "\n",
		.step = 2,
		.dash = 2,
		.gap = 1,
		.fold = 80,
		.quote = '"',
		.key_style = CFR_PLAIN,
		.json = format == CFR_JSON || format == CFR_JSONC || format == CFR_JSONL,
		.colon = CFR_STR(": "),
		.comma = CFR_STR(", "),
	};
}

int cfr__emit_check(cfr__emit *emit)
{
	return emit->rc ? emit->rc : cfr_buf_check(emit->out, emit->err);
}

void cfr__emit_fail(cfr__emit *emit, cfr_node node, const char *what, const char *hint)
{
	cfr_buf path = CFR_BUF_INIT;

	if (emit->rc)
		return;
	emit->rc = cfr_err_set(emit->err, CFR_E_UNSUPPORTED, "%s", what);
	cfr_err_hint(emit->err, "%s", hint);
	cfr_pointer_write(&path, node);
	cfr_err_path(emit->err, cfr_buf_str(&path));
	cfr_buf_release(&path);
}

bool cfr__emit_lose(cfr__emit *emit, cfr_node node, const char *what, const char *instead, const char *hint)
{
	if (!emit->lose) {
		cfr__emit_fail(emit, node, what, hint);
		return false;
	}
	emit->lose(emit->arg, node, what, instead);
	return true;
}

bool cfr__emit_child(cfr_node *child, cfr__emit *emit, cfr_node parent, uint32_t i)
{
	const cfr_document *doc = emit->order;
	int r;

	if (emit->rc || emit->out->failed || i >= cfr_node_size(parent))
		return false;
	if (doc && parent.tree == cfr_document_tree(doc)) {
		uint32_t rank = i ? cfr_document_ranked(doc, cfr_document_rank(doc, *child)).next
		                  : cfr_document_rank(doc, parent) + 1;
		*child = cfr_document_node(doc, rank);
		return true;
	}
	r = cfr_node_at(child, parent, i, emit->err);
	if (r)
		emit->rc = r;
	return r == 0;
}

void cfr__emit_indent(cfr__emit *emit, unsigned columns)
{
	char *room = columns ? cfr_buf_room(emit->out, columns) : NULL;

	if (room) {
		memset(room, emit->tabs ? '\t' : ' ', columns);
		emit->out->len += columns;
	}
}

void cfr__emit_line(cfr__emit *emit, unsigned columns)
{
	cfr_buf_addz(emit->out, emit->newline);
	cfr__emit_indent(emit, columns);
}

/* Characters that some format has no place for, or takes for a line's end, are shown as a question mark. */
static void add_comment(cfr_buf *out, cfr_str text)
{
	uint32_t c;

	if (cfr__printable(text)) {
		cfr_buf_adds(out, text);
		return;
	}
	for (size_t at = 0, len; at < text.len; at += len) {
		cfr_str one;

		len = cfr_utf8_decode(&c, text.ptr + at, text.len - at);
		one = cfr_str_sub(text, at, at + len);
		if (c == '\t' || cfr__printable(one))
			cfr_buf_adds(out, one);
		else
			cfr_buf_addc(out, '?');
	}
}

void cfr__emit_comments(cfr__emit *emit, cfr_node node, cfr__where where, int columns)
{
	const cfr__comment *item;
	uint32_t count;

	if (!emit->comments || node.tree != cfr_document_tree(emit->order))
		return;
	item = cfr__comments_at(emit->comments, cfr_document_rank(emit->order, node), where, &count);
	for (; count > 0; item++, count--) {
		if (!item->text.ptr) {
			if (columns >= 0)
				cfr_buf_addz(emit->out, emit->newline);
			continue;
		}
		if (columns < 0)
			cfr_buf_addc(emit->out, ' ');
		else
			cfr__emit_line(emit, (unsigned)columns);
		cfr_buf_addz(emit->out, emit->marker);
		add_comment(emit->out, item->text);
	}
}

void cfr__emit_above(cfr__emit *emit, cfr_node node, int columns)
{
	cfr__emit_comments(emit, node, CFR__ABOVE, columns);
	if (cfr_node_size(node) == 0)
		cfr__emit_comments(emit, node, CFR__BELOW, columns);
}

void cfr__emit_lines(cfr__emit *emit, size_t from)
{
	size_t skip = strlen(emit->newline);
	cfr_buf *out = emit->out;

	if (out->failed || out->len < from + skip)
		return;
	memmove(out->ptr + from, out->ptr + from + skip, out->len - from - skip);
	memcpy(out->ptr + out->len - skip, emit->newline, skip);
}

void cfr__emit_head(cfr__emit *emit, size_t from)
{
	size_t skip = strlen(emit->newline), at = from;

	if (emit->out->failed)
		return;
	while (at + skip <= emit->out->len && memcmp(emit->out->ptr + at, emit->newline, skip) == 0)
		at += skip;
	if (at == from)
		return;
	memmove(emit->out->ptr + from, emit->out->ptr + at, emit->out->len - at);
	emit->out->len -= at - from;
	if (emit->out->len > from)
		cfr_buf_addz(emit->out, emit->newline);
}
