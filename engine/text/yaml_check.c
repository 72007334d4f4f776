/* engine/text/yaml_check.c -- what libyaml lets pass and YAML 1.2 does not.
 *
 * libyaml comes from YAML 1.1 and is lenient in places where leniency reads something else than is written:
 * `[?x]` becomes a key x, `&an:chor` an anchor `an` before a text `:chor`, `"a"#b` a comment. Each check looks at a few
 * bytes around a node that libyaml has found. What stays different is listed in tests/conformance/yaml_known.txt.
 */
#include "engine/text/yaml_parts.h"

static int refuse(cfr_err *err, const cfr_source *source, size_t at, const char *message, const char *hint)
{
	cfr_err_set(err, CFR_E_SYNTAX, "%s", message);
	cfr_err_hint(err, "%s", hint);
	return cfr__fail_at(err, source, at, CFR_E_SYNTAX);
}

/* ---- characters ---- */

#define ONES  UINT64_C(0x0101010101010101)
#define HIGHS UINT64_C(0x8080808080808080)

/* Is a byte of valid UTF-8 the start of a character that YAML does not have? */
static bool forbidden(const char *p)
{
	unsigned char c = (unsigned char)p[0];

	if (c < 0x80)
		return c < 0x20 ? c != '\t' && c != '\n' && c != '\r' : c == 0x7F;
	if (c == 0xC2)
		return (unsigned char)p[1] < 0xA0 && (unsigned char)p[1] != 0x85;
	return c == 0xEF && (unsigned char)p[1] == 0xBF && (unsigned char)p[2] >= 0xBE;
}

/* Eight bytes: is one of them below 0x20 and no line feed; or 0x7F; or not ASCII? */
static inline uint64_t unusual(const char *p)
{
	uint64_t word, low, control;

	memcpy(&word, p, 8);
	low = word & ~HIGHS;
	control = ~(low + ONES * 0x60) & ((low ^ ONES * '\n') + ONES * 0x7F);
	return (control | (low + ONES) | word) & HIGHS;
}

int cfr__check_characters(bool *ascii, cfr_err *err, const cfr_source *source, cfr_str text)
{
	char shown[CFR__SHOWN_MAX];
	size_t at = 0;
	bool high = false;

	while (at < text.len) {
		size_t stop;

		while (text.len - at >= 32 && !unusual(text.ptr + at) && !unusual(text.ptr + at + 8) &&
		       !unusual(text.ptr + at + 16) && !unusual(text.ptr + at + 24))
			at += 32;
		while (text.len - at >= 8 && !unusual(text.ptr + at))
			at += 8;
		stop = text.len - at < 8 ? text.len : at + 8;
		for (; at < stop; at++) {
			high |= (unsigned char)text.ptr[at] >= 0x80;
			if (CFR_UNLIKELY(forbidden(text.ptr + at))) {
				cfr_err_set(err, CFR_E_ENCODING, "the control character %s", cfr__show(shown, text, at));
				cfr_err_hint(err, "remove it, or write it as an escape in double quotes, like \"\\x07\"");
				return cfr__fail_at(err, source, at, CFR_E_ENCODING);
			}
		}
	}
	*ascii = !high;
	return 0;
}

/* ---- around nodes ---- */

static bool blank_or_break(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

int cfr__check_gap(cfr_err *err, const cfr_source *source, cfr_str text, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++) {
		if (text.ptr[i] != '#')
			continue;
		if (i > 0 && !blank_or_break(text.ptr[i - 1]))
			return refuse(err, source, i, "a comment must be set off by a space", "write a space before the `#`");
		while (i < to && text.ptr[i] != '\n' && text.ptr[i] != '\r')
			i++;
	}
	return 0;
}

int cfr__check_end(cfr_err *err, const cfr_source *source, cfr_str text, size_t end)
{
	return end < text.len && text.ptr[end] == '#' ? cfr__check_gap(err, source, text, end, end + 1) : 0;
}

int cfr__check_flow_scalar(cfr_err *err, const cfr_source *source, cfr_str text, const cfr_mark *mark, bool key)
{
	if (key && mark->before > 0 && text.ptr[mark->before - 1] == '?')
		return refuse(err, source, mark->before - 1, "text that begins with `?` inside brackets", "quote it");
	if (mark->style == CFR_PLAIN && mark->end - mark->start == 1 && text.ptr[mark->start] == '-')
		return refuse(err, source, mark->start, "a lone `-` inside brackets", "quote it if it is text");
	return 0;
}

int cfr__check_anchor(cfr_err *err, const cfr_source *source, cfr_str text, size_t at, size_t name_len)
{
	size_t end;

	/* A tag may stand first; libyaml has accepted both. */
	if (at < text.len && text.ptr[at] == '!')
		at = cfr__skip_properties(text, at, text.len, 1);
	end = at + 1 + name_len;
	if (end >= text.len || blank_or_break(text.ptr[end]) || strchr(",]}", text.ptr[end]))
		return 0;
	return refuse(err, source, at, "the name of this anchor must be followed by a space",
	              "names consist of letters, digits, `-` and `_`");
}

int cfr__check_block_scalar(cfr_err *err, const cfr_source *source, cfr_str text, const cfr_mark *mark)
{
	size_t at = mark->start + 1, deepest = 0, where = 0;

	for (; at < text.len && !blank_or_break(text.ptr[at]); at++) {
		if (text.ptr[at] == '#')
			return cfr__check_gap(err, source, text, at, at + 1);
		if (text.ptr[at] >= '1' && text.ptr[at] <= '9')
			return 0;
	}
	while (at < text.len && text.ptr[at] != '\n')
		at++;
	for (at++; at < text.len;) {
		size_t line = at;

		while (at < text.len && text.ptr[at] == ' ')
			at++;
		if (at == text.len)
			return 0;
		if (!blank_or_break(text.ptr[at])) {
			if (at - line < deepest)
				return refuse(err, source, where, "a blank line with more spaces than the first line of the text",
				              "remove the spaces at the end of the line");
			return 0;
		}
		if (text.ptr[at] == '\t')
			return 0;
		if (at - line > deepest) {
			deepest = at - line;
			where = line;
		}
		while (at < text.len && text.ptr[at] != '\n')
			at++;
		at++;
	}
	return 0;
}
