/* engine/text/yaml_mark.c -- where things stand in YAML text, in bytes.
 *
 * libyaml's marks count characters. In ASCII text that is the offset; in other text a walker keeps the last pair of
 * character number and offset and steps to the next from there, forward or back: marks come nearly in order, so the
 * whole text is walked about once.
 *
 * Its marks also tell where a *token* ends or the next begins, which is not always where the author's value does: a
 * node's mark includes its properties, and a block scalar's end runs over the blank lines below it. The functions here
 * look at the text again; they rely on libyaml having accepted it.
 */
#include <stdlib.h>

#include "engine/base/utf8.h"
#include "engine/text/yaml_parts.h"

#define ONES UINT64_C(0x0101010101010101)

static bool continuation(char c)
{
	return ((unsigned char)c & 0xC0) == 0x80;
}

void cfr__marks_init(cfr__marks *marks, cfr_str bytes, size_t base, bool ascii)
{
	*marks = (cfr__marks){ .bytes = bytes.ptr, .len = bytes.len, .base = base, .at = base, .ascii = ascii };
}

size_t cfr__marks_walk(cfr__marks *marks, size_t index)
{
	size_t at = marks->at, here = marks->index;
	uint64_t word;

	/* `here` counts the characters that begin before `at`; eight bytes at a time while that does not go past. */
	while (here + sizeof(word) <= index && at + sizeof(word) <= marks->len) {
		memcpy(&word, marks->bytes + at, sizeof(word));
		word = (word & ~(word << 1)) >> 7 & ONES;	/* 1 for each continuation */
		at += sizeof(word);
		here += sizeof(word) - (size_t)(word * ONES >> 56);
	}
	while (here < index && at < marks->len)
		here += !continuation(marks->bytes[at++]);
	while (at < marks->len && continuation(marks->bytes[at]))
		at++;
	while (here > index && at > marks->base) {
		at--;
		while (at > marks->base && continuation(marks->bytes[at]))
			at--;
		here--;
	}
	marks->at = at;
	marks->index = here;
	return at;
}

static bool blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool line_end(char c)
{
	return c == '\n' || c == '\r';
}

size_t cfr__skip_blank(cfr_str text, size_t at, size_t end)
{
	while (at < end) {
		char c = text.ptr[at];

		if (c == '#') {
			while (at < end && !line_end(text.ptr[at]))
				at++;
		} else if (blank(c) || line_end(c)) {
			at++;
		} else {
			break;
		}
	}
	return at;
}

size_t cfr__skip_properties(cfr_str text, size_t at, size_t end, unsigned count)
{
	while (count-- && at < end) {
		bool verbatim = text.ptr[at] == '!' && at + 1 < end && text.ptr[at + 1] == '<';
		bool anchor = text.ptr[at] == '&';

		for (at++; at < end; at++) {
			char c = text.ptr[at];

			if (verbatim) {
				if (c == '>') {
					at++;
					break;
				}
			} else if (blank(c) || line_end(c) || c == ',' ||
			           (anchor && (c == ']' || c == '}' || c == ':' || c == '?'))) {
				break;
			}
		}
		at = cfr__skip_blank(text, at, end);
	}
	return at;
}

static size_t line_start(cfr_str text, size_t at, size_t least)
{
	while (at > least && !line_end(text.ptr[at - 1]))
		at--;
	return at;
}

/* Steps back over one line break that ends at `at`. */
static size_t break_start(cfr_str text, size_t at, size_t least)
{
	if (at > least && text.ptr[at - 1] == '\n')
		at--;
	if (at > least && text.ptr[at - 1] == '\r')
		at--;
	return at;
}

size_t cfr__block_scalar_end(cfr_str text, size_t start, size_t end, int parent)
{
	size_t body = start + 1, indent = 0, at;

	for (; body < end && !blank(text.ptr[body]) && !line_end(text.ptr[body]); body++) {
		if (text.ptr[body] == '+')
			return end;
		if (text.ptr[body] >= '1' && text.ptr[body] <= '9')
			indent = (size_t)((parent > 0 ? parent : 0) + (text.ptr[body] - '0'));
	}
	while (body < end && !line_end(text.ptr[body]))
		body++;
	if (body < end)
		body += text.ptr[body] == '\r' && body + 1 < end && text.ptr[body + 1] == '\n' ? 2 : 1;
	if (indent == 0) {
		/* The indentation of the first line that is more than spaces. */
		for (at = body; at < end; at++) {
			size_t line = at;

			while (at < end && text.ptr[at] == ' ')
				at++;
			if (at < end && !line_end(text.ptr[at])) {
				indent = at - line;
				break;
			}
		}
		if (indent == 0 && at >= end)
			return body;
	}
	while (end > body) {
		size_t stop = break_start(text, end, body), line = line_start(text, stop, body);

		at = line;
		while (at < stop && text.ptr[at] == ' ')
			at++;
		if (at < stop || at - line > indent)
			break;
		end = line;
	}
	return end;
}

/* ---- characters that are line breaks to libyaml alone ---- */

static const char *const breaks_text[3] = { "\xC2\x85", "\xE2\x80\xA8", "\xE2\x80\xA9" };

static const char *find(const char *text, size_t len, const char *what)
{
	return memmem(text, len, what, strlen(what));
}

/* A character of the same length that stands nowhere in the text. */
static bool choose(char out[4], cfr_str text, unsigned which, char taken[4])
{
	uint32_t from = which == 0 ? 0x07B2 : 0xE000, to = which == 0 ? 0x07FF : 0xE0FF;

	for (uint32_t c = from; c <= to; c++) {
		size_t n = cfr_utf8_encode(out, c);

		out[n] = 0;
		if (strcmp(out, taken) != 0 && !find(text.ptr, text.len, out))
			return true;
	}
	return false;
}

static void replace(char *text, size_t len, const char *from, const char *to)
{
	size_t width = strlen(from);
	char *end = text + len, *at;

	if (width == 0)
		return;
	while ((at = memmem(text, (size_t)(end - text), from, width)) != NULL) {
		memcpy(at, to, width);
		text = at + width;
	}
}

int cfr__breaks_init(cfr__breaks *breaks, const cfr_source *source, cfr_str bytes, cfr_err *err)
{
	char none[4] = "";

	*breaks = (cfr__breaks){ .copy = NULL };
	for (unsigned i = 0; i < 3; i++) {
		if (!find(bytes.ptr, bytes.len, breaks_text[i]))
			continue;
		if (!choose(breaks->stand[i], bytes, i, i == 2 ? breaks->stand[1] : none)) {
			size_t at = (size_t)(find(bytes.ptr, bytes.len, breaks_text[i]) - bytes.ptr);

			cfr__breaks_release(breaks);
			cfr_err_set(err, CFR_E_UNSUPPORTED, "a line separator (NEL, LS or PS) in a text with too many kinds "
			            "of characters");
			cfr_err_hint(err, "write it as an escape: \"\\N\", \"\\L\" or \"\\P\"");
			return cfr__fail_at(err, source, at, CFR_E_UNSUPPORTED);
		}
		if (!breaks->copy) {
			breaks->copy = malloc(bytes.len + 1);
			if (!breaks->copy)
				return cfr_err_nomem(err);
			memcpy(breaks->copy, bytes.ptr, bytes.len);
			breaks->copy[bytes.len] = 0;
		}
		replace(breaks->copy, bytes.len, breaks_text[i], breaks->stand[i]);
	}
	return 0;
}

void cfr__breaks_release(cfr__breaks *breaks)
{
	free(breaks->copy);
	breaks->copy = NULL;
}

void cfr__breaks_restore(const cfr__breaks *breaks, char *text, size_t len)
{
	for (unsigned i = 0; i < 3; i++)
		replace(text, len, breaks->stand[i], breaks_text[i]);
}
