/* engine/compose/search.c -- words in text that nobody has read.
 *
 * Which element of ten thousand has some id? Where does a key stand that includes files? The text tells,
 * without being read: what a scalar or key says stands in it as it is, but for escapes, aliases and folded
 * lines. So a word is searched for that consists of letters, digits and a few signs; where it is not found,
 * and no escape could hide one of its letters, and nothing comes from elsewhere by an alias, it is not there.
 * A word that stands in prose costs the reading of a section, and nothing else.
 *
 * Most lists of named things begin each of them with its name. Then a look at the first line is enough.
 */
#include "engine/compose/parts.h"

#include <ctype.h>

static bool is_plain(cfr_str word)
{
	for (size_t i = 0; i < word.len; i++) {
		if (!isalnum((unsigned char)word.ptr[i]) && !memchr("_-.:@$+", word.ptr[i], 7))
			return false;
	}
	return word.len > 0;
}

static int hex(char ch)
{
	if (ch >= '0' && ch <= '9')
		return ch - '0';
	ch |= 32;
	return ch >= 'a' && ch <= 'f' ? ch - 'a' + 10 : -1;
}

/* `at` is behind a backslash. */
static bool hides(const char *at, const char *end, cfr_str word)
{
	unsigned digits = *at == 'x' ? 2 : *at == 'u' ? 4 : *at == 'U' ? 8 : 0;
	uint64_t value = 0;

	if (*at == '\n' || *at == '\r')
		return true;		/* a line that goes on: the word may be in two pieces */
	if (digits == 0)
		return false;		/* the others are signs that no word has */
	for (unsigned i = 1; i <= digits; i++) {
		int digit = at + i < end ? hex(at[i]) : -1;
		if (digit < 0)
			return true;
		value = value * 16 + (uint64_t)digit;
	}
	return value < 128 && memchr(word.ptr, (int)value, word.len);
}

static bool may_be_escaped(cfr_str text, cfr_str word)
{
	const char *at = text.ptr, *end = text.ptr + text.len;

	while ((at = memchr(at, '\\', (size_t)(end - at))) && end - at > 1) {
		if (hides(at + 1, end, word))
			return true;
		at += 2;
	}
	return at != NULL;
}

/* `*name` at the beginning of a value. */
static bool may_have_alias(cfr_str text)
{
	const char *at = text.ptr, *end = text.ptr + text.len;

	for (; at < end && (at = memchr(at, '*', (size_t)(end - at))); at++) {
		if (at + 1 < end && isspace((unsigned char)at[1]))
			continue;
		if (at == text.ptr || isspace((unsigned char)at[-1]) || memchr("[{,:-?\"'", at[-1], 8))
			return true;
	}
	return false;
}

/* Does an entry of a flow collection begin at `from`? Behind a bracket, a comma, a tag or anchor, or another line. */
static bool begins_entry(cfr_str text, size_t from)
{
	size_t end = from, at;

	while (end > 0 && memchr(" \t\"'", text.ptr[end - 1], 4))
		end--;
	if (end == 0 || memchr("{,?[\r\n", text.ptr[end - 1], 6))
		return true;
	for (at = end; at > 0 && !memchr(" \t\r\n{,[", text.ptr[at - 1], 7); )
		at--;
	return text.ptr[at] == '!' || text.ptr[at] == '&';
}

/* What stands before and behind a word when it is a key: no letter, and, quote and blanks passed, a colon or
 * what may be between it and a colon; or the end of a flow entry whose value is left out. */
static bool is_key_at(cfr_str text, size_t from, size_t to)
{
	if (from > 0 && (isalnum((unsigned char)text.ptr[from - 1]) || text.ptr[from - 1] == '_'))
		return false;
	if (to < text.len && (text.ptr[to] == '"' || text.ptr[to] == '\''))
		to++;
	while (to < text.len && (text.ptr[to] == ' ' || text.ptr[to] == '\t'))
		to++;
	if (to == text.len || memchr(":#/\r\n", text.ptr[to], 5))
		return true;
	return memchr(",}]", text.ptr[to], 3) && begins_entry(text, from);
}

/* The text of what is unread; false for a scalar, and when it cannot be had: who reads will tell. */
static bool text_of(cfr_str *out, const cfr__composer *c, const cfr__cell *cell)
{
	const cfr__part *part = cfr__part_at(c->ground, cell->from.part);

	return cfr_section_text(out, part->sections, part->listed, cell->from.node, NULL) == 0;
}

/* --- the first entry --- */

static bool is_word_sign(char ch)
{
	return (unsigned)((ch | 32) - 'a') < 26 || (unsigned)(ch - '0') < 10 || ch == '_' || ch == '-' || ch == '.';
}

/* A word, in quotes or without; `quoted` tells which. */
static bool take_word(cfr_str *out, const char **at, const char *end, bool *quoted)
{
	const char *p = *at, *from;
	char quote = p < end && (*p == '"' || *p == '\'') ? *p++ : '\0';

	for (from = p; p < end && is_word_sign(*p); )
		p++;
	*out = (cfr_str){ from, (size_t)(p - from) };
	*quoted = quote != '\0';
	if (p == from || p == end || (!quote && !isalnum((unsigned char)*from) && *from != '_') ||
	    (quote && *p++ != quote))
		return false;
	*at = p;
	return true;
}

/* Past blanks; with `lines`, past their ends. */
static const char *skip(const char *at, const char *end, bool lines)
{
	while (at < end && (*at == ' ' || (lines && (*at == '\n' || *at == '\r'))))
		at++;
	return at;
}

/* Does a value end with its line? Not when the next one is further to the right than its key, or tells nothing. */
static bool ends_here(const char *at, const char *end, size_t column)
{
	const char *line;

	at = skip(at, end, false);
	if (at < end && *at == '\r')
		at++;
	if (at == end || *at++ != '\n')
		return false;
	line = at;
	at = skip(at, end, false);
	return at < end && (size_t)(at - line) <= column && !memchr("\t\r\n#", *at, 4);
}

bool cfr__first_word(cfr_str *out, const cfr__composer *c, const cfr__cell *cell, cfr_str key)
{
	const char *at, *end, *from;
	bool flow, quoted;
	cfr_str text, word;

	if (!cfr__is_unread(c, cell) || !text_of(&text, c, cell))
		return false;
	end = text.ptr + text.len;
	at = skip(text.ptr, end, false);
	if (end - at > 1 && at[0] == '-' && at[1] == ' ')
		at = skip(at + 1, end, false);
	flow = at < end && *at == '{';
	if (flow)
		at = skip(at + 1, end, true);
	from = at;
	if (!take_word(&word, &at, end, &quoted) || !cfr_str_eq(word, key) || at == end || *at++ != ':')
		return false;
	if (at < end && *at != ' ' && !(flow && quoted))
		return false;
	at = skip(at, end, false);
	if (!take_word(out, &at, end, &quoted))
		return false;
	if (!flow)
		return ends_here(at, end, (size_t)(from - text.ptr));
	at = skip(at, end, false);
	return at < end && (*at == ',' || *at == '}');
}

void cfr__look_ahead(const cfr__composer *c, const cfr__cell *cell)
{
	cfr_str text;

	if (cfr__is_unread(c, cell) && text_of(&text, c, cell))
		__builtin_prefetch(text.ptr);
}

/* --- anywhere --- */

bool cfr__may_hold(const cfr__composer *c, const cfr__cell *cell, cfr_str word)
{
	cfr_str text;

	if (!cfr__is_unread(c, cell) || !is_plain(word) || !text_of(&text, c, cell))
		return true;
	return memmem(text.ptr, text.len, word.ptr, word.len) || may_be_escaped(text, word) || may_have_alias(text);
}

bool cfr__may_hold_key(const cfr__composer *c, const cfr__cell *cell, cfr_str key)
{
	const char *at, *end;
	cfr_str text;

	if (!cfr__is_unread(c, cell) || !is_plain(key) || !text_of(&text, c, cell))
		return true;
	end = text.ptr + text.len;
	for (at = text.ptr; (at = memmem(at, (size_t)(end - at), key.ptr, key.len)); at++) {
		if (is_key_at(text, (size_t)(at - text.ptr), (size_t)(at - text.ptr) + key.len))
			return true;
	}
	return may_be_escaped(text, key) || may_have_alias(text);
}
