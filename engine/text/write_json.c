/* engine/text/write_json.c -- collections in flow style: JSON, and YAML's [a, b] and {a: 1}.
 *
 * The two share their shape and differ in scalars. Lines, separators and padding come from the cfr__emit, so that an
 * edit writes `{"a":1}` in a file that is written so and `{ "a": 1 }` in another.
 */
#include <math.h>

#include "engine/base/num.h"
#include "engine/limits.h"
#include "engine/text/emit.h"
#include "engine/text/read.h"

void cfr__json_string(cfr_buf *out, cfr_str text)
{
	size_t done = 0;

	cfr_buf_addc(out, '"');
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.ptr[i];

		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		cfr_buf_adds(out, cfr_str_sub(text, done, i));
		done = i + 1;
		switch (c) {
		case '"': cfr_buf_addz(out, "\\\""); break;
		case '\\': cfr_buf_addz(out, "\\\\"); break;
		case '\b': cfr_buf_addz(out, "\\b"); break;
		case '\f': cfr_buf_addz(out, "\\f"); break;
		case '\n': cfr_buf_addz(out, "\\n"); break;
		case '\r': cfr_buf_addz(out, "\\r"); break;
		case '\t': cfr_buf_addz(out, "\\t"); break;
		default: cfr_buf_addf(out, "\\u%04x", c);
		}
	}
	if (text.len)
		cfr_buf_adds(out, cfr_str_sub(text, done, text.len));
	cfr_buf_addc(out, '"');
}

/* JSON has decimal digits only; the author of a YAML file may have written an integer as 0x…. */
static bool json_integer(cfr_node node)
{
	int64_t integer;
	double real;

	return cfr_str_eq(cfr_node_tag(node), CFR_STR(CFR__TAG_INT)) &&
	       cfr_num_parse(cfr_node_string(node), &integer, &real) == CFR_NUM_BIG;
}

static void json_scalar(cfr__emit *emit, cfr_node node)
{
	switch (cfr_node_kind(node)) {
	case CFR_STRING:
		cfr__json_string(emit->out, cfr_node_string(node));
		break;
	case CFR_FLOAT:
		if (isfinite(cfr_node_float(node)))
			cfr__emit_scalar(emit, node, CFR_PLAIN, true, 0, 0);
		else if (cfr__emit_lose(emit, node, "JSON has no infinities and no NaN", "null is written",
		                        "write null or a string, or use YAML"))
			cfr_buf_addz(emit->out, "null");
		break;
	case CFR_OTHER:
		if (json_integer(node))
			cfr_buf_adds(emit->out, cfr_node_string(node));
		else if (cfr__emit_lose(emit, node, "JSON cannot hold a tagged value", "its text is written as a string",
		                        "write its text as a string, or use YAML"))
			cfr__json_string(emit->out, cfr_node_string(node));
		break;
	default:
		cfr__emit_scalar(emit, node, CFR_PLAIN, true, 0, 0);
	}
}

void cfr__flow_key(cfr__emit *emit, cfr_str key)
{
	size_t before = emit->out->len;

	if (emit->json) {
		cfr__json_string(emit->out, key);
	} else if (cfr__yaml_key(emit, key, true)) {
		emit->out->len = before;
		cfr_buf_addz(emit->out, "? ");
		cfr__yaml_key(emit, key, true);
	}
	cfr_buf_adds(emit->out, emit->colon);
}

/* A sequence of scalars that fits where its neighbours are written on one line too. */
static bool one_line(cfr__emit *emit, cfr_node node)
{
	cfr_node child;

	if (!emit->pretty)
		return true;
	if (!emit->short_lists || cfr_node_kind(node) != CFR_SEQUENCE)
		return false;
	for (uint32_t i = 0; cfr__emit_child(&child, emit, node, i); i++) {
		if (cfr_node_size(child))
			return false;
	}
	return true;
}

void cfr__flow_value(cfr__emit *emit, cfr_node node, unsigned column, cfr_style style)
{
	cfr_kind kind = cfr_node_kind(node);
	bool map = kind == CFR_MAPPING, inside;
	size_t begun;
	cfr_node child;

	if (!map && kind != CFR_SEQUENCE) {
		if (emit->json)
			json_scalar(emit, node);
		else
			cfr__emit_scalar(emit, node, style, true, 0, 0);
		return;
	}
	if (++emit->depth > cfr_limit_max(CFR_LIMIT_DEPTH)) {
		cfr__emit_fail(emit, node, "too many levels to be written",
		               "a reader would refuse the text; flatten the value");
		return;
	}
	inside = cfr_node_size(node) == 0 || one_line(emit, node);
	cfr_buf_addc(emit->out, map ? '{' : '[');
	begun = emit->out->len;
	if (cfr_node_size(node) == 0)
		cfr__emit_comments(emit, node, CFR__BELOW, (int)(column + emit->step));
	else if (inside)
		cfr_buf_adds(emit->out, emit->pad);
	else
		cfr__emit_comments(emit, node, CFR__BESIDE, -1);
	for (uint32_t i = 0; cfr__emit_child(&child, emit, node, i); i++) {
		if (!inside) {
			cfr__emit_comments(emit, child, CFR__ABOVE, (int)(column + emit->step));
			cfr__emit_line(emit, column + emit->step);
		}
		if (map)
			cfr__flow_key(emit, cfr_node_key(child));
		cfr__flow_value(emit, child, column + emit->step, style);
		if (i + 1 < cfr_node_size(node))
			cfr_buf_adds(emit->out, inside ? emit->comma : CFR_STR(","));
		if (cfr_node_size(child) == 0)
			cfr__emit_comments(emit, child, CFR__BESIDE, -1);
	}
	if (cfr_node_size(node) == 0) {
		if (emit->out->len > begun)
			cfr__emit_line(emit, column);
	} else if (inside) {
		cfr_buf_adds(emit->out, emit->pad);
	} else {
		cfr__emit_comments(emit, node, CFR__BELOW, (int)(column + emit->step));
		cfr__emit_line(emit, column);
	}
	cfr_buf_addc(emit->out, map ? '}' : ']');
	emit->depth--;
}
