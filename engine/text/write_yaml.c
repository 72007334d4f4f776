/* engine/text/write_yaml.c -- collections in YAML's block style.
 *
 * What belongs on the line of a key or dash is written right behind it, the rest on lines of its own, each begun by a
 * line end: so a value never ends with one, and an edit can put a value's first line and its other lines at different
 * places (the author's comment stays between them).
 */
#include "engine/limits.h"
#include "engine/text/emit.h"

/* Is it written on one line, so that a comment can stand beside it? A collection with entries has the line of its key. */
static bool one_line(cfr_node node, cfr__slot slot)
{
	cfr_str text = cfr_node_string(node);

	return cfr_node_size(node) ? slot == CFR__KEY : !text.len || !memchr(text.ptr, '\n', text.len);
}

/* What stands above an entry, and beside one that has no room for it there. */
static void comments_above(cfr__emit *emit, cfr_node child, int column)
{
	cfr__emit_above(emit, child, column);
	if (!one_line(child, cfr_node_key(child).ptr ? CFR__KEY : CFR__DASH))
		cfr__emit_comments(emit, child, CFR__BESIDE, column);
}

/* Behind a dash the first entry has no line of its own: what stands above that one goes above the dash. */
void cfr__yaml_above(cfr__emit *emit, cfr_node child, int column)
{
	comments_above(emit, child, column);
	while (!cfr_node_key(child).ptr && cfr__emit_child(&child, emit, child, 0))
		comments_above(emit, child, column);
}

/* The line of an entry, and what its author wrote above it. */
static void begin_entry(cfr__emit *emit, cfr_node child, bool line, cfr__slot in, unsigned column)
{
	size_t before = emit->out->len;

	if (!line) {
		if (in == CFR__ROOT) {
			cfr__yaml_above(emit, child, 0);
			cfr__emit_head(emit, before);
		}
		return;
	}
	cfr__yaml_above(emit, child, (int)column);
	cfr__emit_line(emit, column);
}

void cfr__yaml_entry(cfr__emit *emit, cfr_node child, cfr__slot slot, unsigned column, cfr_style style)
{
	if (cfr_node_size(child)) {
		if (slot == CFR__KEY)
			cfr__emit_comments(emit, child, CFR__BESIDE, -1);
		cfr__yaml_value(emit, child, slot, column, style);
	} else {
		cfr__yaml_value(emit, child, slot, column, style);
		if (one_line(child, slot))
			cfr__emit_comments(emit, child, CFR__BESIDE, -1);
	}
}

static void mapping(cfr__emit *emit, cfr_node node, cfr__slot slot, unsigned column)
{
	cfr_node child;

	for (uint32_t i = 0; cfr__emit_child(&child, emit, node, i); i++) {
		size_t key;

		begin_entry(emit, child, i > 0 || slot == CFR__KEY, slot, column);
		key = emit->out->len;
		if (cfr__yaml_key(emit, cfr_node_key(child), false)) {
			/* Too long for `key:`; the explicit form has no bound. */
			emit->out->len = key;
			cfr_buf_addz(emit->out, "? ");
			cfr__yaml_key(emit, cfr_node_key(child), false);
			cfr__emit_line(emit, column);
		}
		cfr_buf_addc(emit->out, ':');
		cfr__yaml_entry(emit, child, CFR__KEY, column, CFR_PLAIN);
	}
	cfr__emit_comments(emit, node, CFR__BELOW, (int)column);
}

static void sequence(cfr__emit *emit, cfr_node node, cfr__slot slot, unsigned column)
{
	cfr_node child;

	for (uint32_t i = 0; cfr__emit_child(&child, emit, node, i); i++) {
		begin_entry(emit, child, i > 0 || slot == CFR__KEY, slot, column);
		cfr_buf_addc(emit->out, '-');
		cfr__yaml_entry(emit, child, CFR__DASH, column, CFR_PLAIN);
	}
	cfr__emit_comments(emit, node, CFR__BELOW, (int)column);
}

void cfr__yaml_value(cfr__emit *emit, cfr_node node, cfr__slot slot, unsigned parent, cfr_style style)
{
	cfr_kind kind = cfr_node_kind(node);
	bool collection = kind == CFR_MAPPING || kind == CFR_SEQUENCE;
	unsigned column = parent;

	if (!collection || cfr_node_size(node) == 0) {
		if (slot != CFR__ROOT)
			cfr__emit_indent(emit, slot == CFR__DASH ? emit->gap : 1);
		if (collection)
			cfr_buf_addz(emit->out, kind == CFR_MAPPING ? "{}" : "[]");
		else
			cfr__emit_scalar(emit, node, style, false, parent + emit->step, parent);
		return;
	}
	if (++emit->depth > cfr_limit_max(CFR_LIMIT_DEPTH)) {
		cfr__emit_fail(emit, node, "too many levels to be written",
		               "a reader would refuse the text; flatten the value");
		return;
	}
	if (slot == CFR__KEY)
		column += kind == CFR_SEQUENCE ? emit->dash : emit->step;
	if (slot == CFR__DASH) {
		cfr__emit_indent(emit, emit->gap);
		column += 1 + emit->gap;
	}
	if (kind == CFR_MAPPING)
		mapping(emit, node, slot, column);
	else
		sequence(emit, node, slot, column);
	emit->depth--;
}
