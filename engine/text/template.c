/* engine/text/template.c -- is this the text of a template?
 *
 * Files of Helm charts, Ansible roles and Rails projects are called .yaml and are not: they are programs that print
 * YAML. To answer each with a syntax error would drown what matters, so who met such an error asks here. Only marks
 * outside quotes count, since "{{ name }}" in quotes is ordinary text that somebody else replaces later, and so is
 * ${{ name }} of CI services.
 */
#include "engine/text/read.h"

static const char *find(const char *at, const char *end, const char *mark)
{
	return at < end ? memmem(at, (size_t)(end - at), mark, strlen(mark)) : NULL;
}

/* Is the place inside quotes that opened and close on its line? An apostrophe inside a word opens nothing. */
static bool quoted(cfr_str text, const char *at)
{
	const char *line = at, *end = text.ptr + text.len;
	char quote = 0;

	while (line > text.ptr && line[-1] != '\n')
		line--;
	for (const char *p = line; p < at; p++) {
		bool edge = p == line || strchr(" \t[{,:-(", p[-1]) != NULL;

		if (quote && *p == '\\' && quote == '"')
			p++;
		else if (quote ? *p == quote : edge && (*p == '"' || *p == '\''))
			quote = quote ? 0 : *p;
	}
	if (!quote)
		return false;
	for (const char *p = at; p < end && *p != '\n'; p++) {
		if (*p == quote)
			return true;
	}
	return false;
}

/* A mark that opens and closes, outside quotes. */
static const char *span(cfr_str text, const char *from, const char *open, const char *close)
{
	const char *end = text.ptr + text.len;

	while ((from = find(from, end, open)) != NULL) {
		const char *stop = find(from + 2, end, close);

		if (!stop)
			return NULL;
		if (!(from > text.ptr && from[-1] == '$') && !quoted(text, from))
			return from;
		from = stop;
	}
	return NULL;
}

/* Inside {{ }}: what Go templates write and Jinja does not. */
static bool is_go(cfr_str text, const char *at)
{
	static const char *const words[] = {
		"if ", "else", "end", "range ", "with ", "include ", "define ", "template ", "block ", "toYaml ", "printf ",
		"tpl ", "required ", "/*", "$", ".", "-if", "-end",
	};
	const char *end = text.ptr + text.len;

	at += 2;
	if (at < end && *at == '-')
		at++;
	while (at < end && (*at == ' ' || *at == '\t' || *at == '\n' || *at == '('))
		at++;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (cfr_str_starts((cfr_str){ at, (size_t)(end - at) }, cfr_str_of(words[i])))
			return true;
	}
	return false;
}

const char *cfr_text_template(cfr_str bytes)
{
	const char *at = bytes.ptr;

	if (!at)
		return NULL;
	if (span(bytes, at, "<%", "%>"))
		return "ERB";
	if (span(bytes, at, "{%", "%}"))
		return "Jinja";
	/* One look at the first hundred is enough. */
	for (int i = 0; i < 100 && (at = span(bytes, at, "{{", "}}")) != NULL; i++) {
		if (is_go(bytes, at))
			return "Helm";
		at += 2;
	}
	return span(bytes, bytes.ptr, "{{", "}}") ? "Jinja" : NULL;
}
