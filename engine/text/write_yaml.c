/* engine/text/write_yaml.c -- collections in YAML's block style.
 *
 * What belongs on the line of a key or dash is written right behind it, the rest on lines of its own, each begun by a
 * line end: so a value never ends with one, and an edit can put a value's first line and its other lines at different
 * places (the author's comment stays between them).
 */
#include "engine/limits.h"
#include "engine/text/emit.h"

static void mapping(cfr__emit *emit, cfr_node node, cfr__slot slot, unsigned column)
{
	cfr_node child;

	for (uint32_t i = 0; cfr__emit_child(&child, emit, node, i); i++) {
		size_t key;

		if (i > 0 || slot == CFR__KEY)
			cfr__emit_line(emit, column);
		key = emit->out->len;
		if (cfr__yaml_key(emit, cfr_node_key(child), false)) {
			/* Too long for `key:`; the explicit form has no bound. */
			emit->out->len = key;
			cfr_buf_addz(emit->out, "? ");
			cfr__yaml_key(emit, cfr_node_key(child), false);
			cfr__emit_line(emit, column);
		}
		cfr_buf_addc(emit->out, ':');
		cfr__yaml_value(emit, child, CFR__KEY, column, CFR_PLAIN);
	}
}

static void sequence(cfr__emit *emit, cfr_node node, cfr__slot slot, unsigned column)
{
	cfr_node child;

	for (uint32_t i = 0; cfr__emit_child(&child, emit, node, i); i++) {
		if (i > 0 || slot == CFR__KEY)
			cfr__emit_line(emit, column);
		cfr_buf_addc(emit->out, '-');
		cfr__yaml_value(emit, child, CFR__DASH, column, CFR_PLAIN);
	}
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
