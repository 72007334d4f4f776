/* engine/text/guess.c -- which format a text is in, by what its author says, by its name, by how it begins.
 *
 * An editor's modeline is the author's own word, so it goes before the name; the content is asked last. Only the
 * beginning and the end are looked at, a few kibibytes however large the text is, and whoever is sure says so with a
 * format and never comes here.
 *
 * Content: {" and [" are JSON even if YAML could read on, for a slip in JSON must not become a value of YAML
 * (`{"a": tru}`). Plain words and numbers in brackets are the same in both, or YAML alone. TOML is what begins with
 * `key = value` where the value looks like one of TOML's, or with `[table]` and `key = ` below it. All else is YAML. Dotenv and
 * properties are never guessed: a line `a=b` may be either, and a string in YAML.
 */
#include "engine/text/read.h"

enum {
	MODELINE_WINDOW = 4096,		/* at either end */
	MODELINE_LINES = 5,		/* as vim has it */
	CONTENT_WINDOW = 65536
};

static bool is_blank(char c) { return c == ' ' || c == '\t'; }
static bool is_break(char c) { return c == '\n' || c == '\r'; }

static cfr_str trim(cfr_str s)
{
	while (s.len && (is_blank(s.ptr[0]) || is_break(s.ptr[0])))
		s = cfr_str_sub(s, 1, s.len);
	while (s.len && (is_blank(s.ptr[s.len - 1]) || is_break(s.ptr[s.len - 1])))
		s.len--;
	return s;
}

/* Cuts the first line off a text. */
static cfr_str next_line(cfr_str *text)
{
	const char *stop = text->len ? memchr(text->ptr, '\n', text->len) : NULL;
	size_t len = stop ? (size_t)(stop - text->ptr) + 1 : text->len;
	cfr_str line = cfr_str_sub(*text, 0, len);

	*text = cfr_str_sub(*text, len, text->len);
	return line;
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static bool same_word(cfr_str text, const char *word)
{
	size_t len = strlen(word);

	if (text.len != len)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (lower(text.ptr[i]) != word[i])
			return false;
	}
	return true;
}

/* ---- modelines ---- */

/* What editors call the formats; anything else (sh, conf) says nothing. */
static cfr_format format_of_mode(cfr_str mode)
{
	static const struct {
		const char *word;
		cfr_format format;
	} modes[] = {
		{ "yaml", CFR_YAML }, { "yml", CFR_YAML }, { "json", CFR_JSON }, { "js-json", CFR_JSON },
		{ "jsonc", CFR_JSONC }, { "jsonl", CFR_JSONL }, { "ndjson", CFR_JSONL }, { "toml", CFR_TOML },
		{ "conf-toml", CFR_TOML }, { "dotenv", CFR_DOTENV }, { "env", CFR_DOTENV },
		{ "properties", CFR_PROPERTIES }, { "jproperties", CFR_PROPERTIES }, { "conf-javaprop", CFR_PROPERTIES },
	};
	static const char *const tails[] = { "-mode", "-ts" };

	for (size_t i = 0; i < 2; i++) {
		size_t len = strlen(tails[i]);

		if (mode.len > len && same_word(cfr_str_sub(mode, mode.len - len, mode.len), tails[i]))
			mode.len -= len;
	}
	for (size_t i = 0; i < mode.len; i++) {
		if (mode.ptr[i] == '.')
			mode.len = i;		/* vim: yaml.ansible */
	}
	for (size_t i = 0; i < sizeof(modes) / sizeof(*modes); i++) {
		if (same_word(mode, modes[i].word))
			return modes[i].format;
	}
	return CFR_FORMAT_NONE;
}

/* `vim: set ft=yaml:`, `vi: ft=yaml sw=2`; the word in front has white space before it. */
static cfr_format vim_line(cfr_str line)
{
	static const char *const names[] = { "ft=", "filetype=", "syn=", "syntax=" };
	size_t at = 1;

	for (; at + 3 < line.len; at++) {
		cfr_str rest = cfr_str_sub(line, at, line.len);

		if (is_blank(line.ptr[at - 1]) && (cfr_str_starts(rest, CFR_STR("vim:")) || cfr_str_starts(rest, CFR_STR("vi:"))))
			break;
	}
	while (at < line.len) {
		size_t start = at;

		while (at < line.len && !is_blank(line.ptr[at]) && !is_break(line.ptr[at]) && line.ptr[at] != ':')
			at++;
		for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
			cfr_str word = cfr_str_sub(line, start, at);

			if (cfr_str_starts(word, cfr_str_of(names[i])))
				return format_of_mode(cfr_str_sub(word, strlen(names[i]), word.len));
		}
		at++;
	}
	return CFR_FORMAT_NONE;
}

/* `-*- yaml -*-`, `-*- mode: yaml; coding: utf-8 -*-`. */
static cfr_format emacs_line(cfr_str line)
{
	const char *start = memmem(line.ptr, line.len, "-*-", 3), *end, *stop;

	if (!start)
		return CFR_FORMAT_NONE;
	start += 3;
	end = memmem(start, (size_t)(line.ptr + line.len - start), "-*-", 3);
	if (!end)
		return CFR_FORMAT_NONE;
	if (!memchr(start, ':', (size_t)(end - start)))
		return format_of_mode(trim((cfr_str){ start, (size_t)(end - start) }));
	for (; start < end; start = stop + 1) {
		const char *colon;

		stop = memchr(start, ';', (size_t)(end - start));
		if (!stop)
			stop = end;
		colon = memchr(start, ':', (size_t)(stop - start));
		if (colon && same_word(trim((cfr_str){ start, (size_t)(colon - start) }), "mode"))
			return format_of_mode(trim((cfr_str){ colon + 1, (size_t)(stop - colon - 1) }));
	}
	return CFR_FORMAT_NONE;
}

/* Only a comment that begins its line: what is moved in may be the text of another file (a ConfigMap's). JSON that has
 * a comment is JSONC, whatever it calls itself. */
static cfr_format modeline(cfr_str line, bool emacs)
{
	bool slash = cfr_str_starts(line, CFR_STR("//")) || cfr_str_starts(line, CFR_STR("/*"));
	cfr_format format;

	if (!slash && !(line.len && (line.ptr[0] == '#' || line.ptr[0] == '!')))
		return CFR_FORMAT_NONE;
	format = emacs ? emacs_line(line) : CFR_FORMAT_NONE;
	if (format == CFR_FORMAT_NONE)
		format = vim_line(line);
	return format == CFR_JSON && slash ? CFR_JSONC : format;
}

static cfr_format format_of_modelines(cfr_str text)
{
	cfr_str head = cfr_str_sub(text, 0, text.len < MODELINE_WINDOW ? text.len : MODELINE_WINDOW);
	cfr_str tail = cfr_str_sub(text, text.len - head.len, text.len);
	cfr_format format = CFR_FORMAT_NONE;

	for (int i = 0; i < MODELINE_LINES && head.len && format == CFR_FORMAT_NONE; i++)
		format = modeline(next_line(&head), i < 2);
	for (int i = 0; i < MODELINE_LINES && tail.len && format == CFR_FORMAT_NONE; i++) {
		size_t at = tail.len - 1;

		while (at > 0 && tail.ptr[at - 1] != '\n')
			at--;
		if (at > 0 || tail.len == text.len)	/* what the window cut off is no line */
			format = modeline(cfr_str_sub(tail, at, tail.len), false);
		tail.len = at;
	}
	return format;
}

/* ---- content ---- */

static cfr_str skip_space(cfr_str text)
{
	while (text.len && (is_blank(text.ptr[0]) || is_break(text.ptr[0])))
		text = cfr_str_sub(text, 1, text.len);
	return text;
}

/* Comments of JSONC and space. */
static cfr_str skip_comments(cfr_str text)
{
	for (text = skip_space(text);; text = skip_space(text)) {
		const char *stop;

		if (cfr_str_starts(text, CFR_STR("//"))) {
			next_line(&text);
		} else if (cfr_str_starts(text, CFR_STR("/*"))) {
			stop = memmem(text.ptr + 2, text.len - 2, "*/", 2);
			text = cfr_str_sub(text, stop ? (size_t)(stop + 2 - text.ptr) : text.len, text.len);
		} else {
			return text;
		}
	}
}

/* Is the first line a whole collection, and does another begin behind it? Then it can be no JSON. */
static bool is_lines(cfr_str text)
{
	cfr_str line = trim(next_line(&text));
	char close = line.ptr[0] == '{' ? '}' : ']';

	text = skip_space(text);
	return line.len > 1 && line.ptr[line.len - 1] == close && text.len && text.ptr[0] == line.ptr[0];
}

/* At a bracket. */
static cfr_format in_brackets(cfr_str text)
{
	cfr_str inside = skip_space(cfr_str_sub(text, 1, text.len)), value = skip_comments(inside);
	bool map = text.ptr[0] == '{', comment = value.len < inside.len;
	char c = value.len ? value.ptr[0] : 0;

	if (!c || !strchr(map ? "\"}" : "\"[]{", c))
		return CFR_YAML;
	return comment ? CFR_JSONC : is_lines(text) ? CFR_JSONL : CFR_JSON;
}

/* Behind a TOML key: dotted, bare or quoted parts; empty without one. */
static cfr_str skip_key(cfr_str line)
{
	for (;;) {
		size_t n = 0;

		line = trim(line);
		if (line.len && (line.ptr[0] == '"' || line.ptr[0] == '\'')) {
			const char *stop = memchr(line.ptr + 1, line.ptr[0], line.len - 1);
			n = stop ? (size_t)(stop - line.ptr) + 1 : 0;
		} else {
			while (n < line.len && (line.ptr[n] == '_' || line.ptr[n] == '-' ||
			       (line.ptr[n] >= '0' && line.ptr[n] <= '9') || (lower(line.ptr[n]) >= 'a' && lower(line.ptr[n]) <= 'z')))
				n++;
		}
		if (n == 0)
			return (cfr_str){ line.ptr, 0 };
		line = trim(cfr_str_sub(line, n, line.len));
		if (line.len == 0 || line.ptr[0] != '.')
			return line;
		line = cfr_str_sub(line, 1, line.len);
	}
}

/* `key = value`; without a header before it, with a value that looks like TOML's. */
static bool is_pair(cfr_str line, bool header)
{
	static const char *const words[] = { "true", "false", "inf", "nan" };

	line = skip_key(line);
	if (line.len == 0 || line.ptr[0] != '=')
		return false;
	if (header)
		return true;
	line = trim(cfr_str_sub(line, 1, line.len));
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (cfr_str_starts(line, cfr_str_of(words[i])))
			return true;
	}
	return line.len && line.ptr[0] && strchr("\"'[{+-0123456789", line.ptr[0]);
}

/* `[a.b]` or `[[a.b]]`, with a comment behind it at most. */
static bool is_header(cfr_str line)
{
	bool twice = cfr_str_starts(line, CFR_STR("[["));

	line = skip_key(cfr_str_sub(line, twice ? 2 : 1, line.len));
	if (!cfr_str_starts(line, twice ? CFR_STR("]]") : CFR_STR("]")))
		return false;
	line = trim(cfr_str_sub(line, twice ? 2 : 1, line.len));
	return line.len == 0 || line.ptr[0] == '#';
}

/* By its first line that is neither blank nor a comment nor a header. */
static bool is_toml(cfr_str text)
{
	bool header = false;

	while (text.len) {
		cfr_str line = trim(next_line(&text));

		if (line.len == 0 || line.ptr[0] == '#')
			continue;
		if (line.ptr[0] != '[')
			return is_pair(line, header);
		if (!is_header(line))
			return false;
		header = true;
	}
	return false;
}

static cfr_format format_of_content(cfr_str text)
{
	cfr_str rest = skip_space(text);
	char first = rest.len ? rest.ptr[0] : 0;

	if (is_toml(rest))
		return CFR_TOML;
	if (first == '{' || first == '[')
		return in_brackets(rest);
	if (first == '/') {
		rest = skip_comments(rest);
		first = rest.len ? rest.ptr[0] : 0;
		return (first == '{' || first == '[') && in_brackets(rest) != CFR_YAML ? CFR_JSONC : CFR_YAML;
	}
	return CFR_YAML;
}

cfr_format cfr_text_format(cfr_str name, cfr_str bytes)
{
	cfr_format format;

	if (cfr_str_starts(bytes, CFR_STR("\xEF\xBB\xBF")))
		bytes = cfr_str_sub(bytes, CFR__BOM, bytes.len);
	format = bytes.len ? format_of_modelines(bytes) : CFR_FORMAT_NONE;
	if (format == CFR_FORMAT_NONE)
		format = cfr_format_of_name(name);
	if (format == CFR_FORMAT_NONE) {
		if (bytes.len > CONTENT_WINDOW)
			bytes.len = CONTENT_WINDOW;
		format = format_of_content(bytes);
	}
	return format;
}
