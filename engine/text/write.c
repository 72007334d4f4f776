/* engine/text/write.c -- from a tree to text: the door. What the writers share: emit.c.
 *
 * A written text is in the house style: two columns a level, sequences moved in under their key, plain scalars where
 * every reader agrees on them. Text that a person wrote is not written again but edited (edit.c).
 */
#include "engine/text/emit.h"

/* What begins a comment in a format; NULL where there are none. */
static const char *marker_of(cfr_format format)
{
	switch (format) {
	case CFR_JSON:
	case CFR_JSONL:
		return NULL;
	case CFR_JSONC:
		return "//";
	default:
		return "#";
	}
}

int cfr_text_write(cfr_buf *out, cfr_node node, const cfr_write *how, cfr_err *err)
{
	size_t before = out->len;
	cfr__comments comments;
	cfr_arena arena;
	cfr__emit emit;
	int r = 0;

	cfr_arena_init(&arena, NULL);
	cfr__emit_init(&emit, out, how->format, err);
	emit.order = how->order;
	emit.lose = how->lose;
	emit.arg = how->arg;
	if (how->indent)
		emit.step = emit.dash = how->indent;
	emit.marker = marker_of(how->format);
	if (how->comments && how->order && emit.marker && !how->compact) {
		r = cfr__comments_of(&comments, &arena, how->order, err);
		if (r)
			goto done;
		emit.comments = &comments;
		cfr__emit_comments(&emit, node, CFR__ABOVE, 0);
		if (!emit.json || cfr_node_size(node) == 0)	/* else it goes behind the bracket */
			cfr__emit_comments(&emit, node, CFR__BESIDE, 0);
		cfr__emit_head(&emit, before);
	}
	if (how->canonical) {
		r = cfr__canonical(out, node, err);
		goto done;
	}
	switch (how->format) {
	case CFR_YAML:
		cfr__yaml_value(&emit, node, CFR__ROOT, 0, CFR_PLAIN);
		if (cfr_node_size(node) == 0)
			cfr__emit_comments(&emit, node, CFR__BELOW, 0);
		cfr_buf_addc(out, '\n');
		break;
	case CFR_JSON:
	case CFR_JSONC:
	case CFR_JSONL:
		emit.pretty = !how->compact && how->format != CFR_JSONL;
		if (!emit.pretty) {
			emit.colon = CFR_STR(":");
			emit.comma = CFR_STR(",");
		}
		cfr__flow_value(&emit, node, 0, CFR_DOUBLE);
		if (cfr_node_kind(node) != CFR_MAPPING && cfr_node_kind(node) != CFR_SEQUENCE)
			cfr__emit_comments(&emit, node, CFR__BELOW, 0);
		if (!how->compact)
			cfr_buf_addc(out, '\n');
		break;
	case CFR_TOML:
		cfr__toml_write(&emit, node);
		break;
	case CFR_DOTENV:
	case CFR_PROPERTIES:
		cfr__flat_write(&emit, node, how);
		break;
	default:
		r = cfr_err_set(err, CFR_E_USAGE, "no format to write in was given");
		goto done;
	}
	r = cfr__emit_check(&emit);
done:
	cfr_arena_release(&arena);
	if (r && !out->failed)
		out->len = before;	/* nothing half written */
	return r;
}
