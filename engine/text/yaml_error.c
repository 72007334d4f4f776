/* engine/text/yaml_error.c -- libyaml's complaint as a sentence a person can act on.
 *
 * libyaml tells a problem ("did not find expected key"), often a context ("while parsing a block mapping"), and a mark
 * for each. The problem says what the parser missed, which is seldom what the author did wrong; so each problem has a
 * sentence of ours here, and where the text around the mark gives the cause away (a tab, an @, a template), the hint
 * names that cause. A problem that is not in the table is passed on in libyaml's words.
 */
#include "engine/text/yaml_parts.h"

typedef struct complaint {
	const char *problem, *message, *hint;
} complaint;

/* "%u" in a message: the line of the context, where what was begun began. */
static const complaint complaints[] = {
	{ "did not find expected key", "a key of the mapping that begins on line %u was expected here",
	  "indent this line like the other keys of its mapping; quote a value that holds `: ` or goes on after a quote" },
	{ "did not find expected '-' indicator", "an item of the sequence that begins on line %u was expected here",
	  "begin the item with `- `, in the same column as the other dashes" },
	{ "did not find expected ',' or ']'", "a `,` or `]` is missing in the sequence that begins on line %u",
	  "close the bracket, or put a comma between the items" },
	{ "did not find expected ',' or '}'", "a `,` or `}` is missing in the mapping that begins on line %u",
	  "close the brace, or put a comma between the entries; quote text that holds `{{`" },
	{ "could not find expected ':'", "the key on line %u has no `:`",
	  "write `key: value`, with a space behind the colon; indent text that continues a value" },
	{ "mapping values are not allowed in this context", "a `:` cannot stand here",
	  "quote a value that holds `: `; indent a nested mapping on lines of its own" },
	{ "mapping keys are not allowed in this context", "a `?` key cannot stand here",
	  "begin it on a line of its own, or quote the text" },
	{ "block sequence entries are not allowed in this context", "a `- ` item cannot stand here",
	  "begin the sequence on a line of its own, or quote the text" },
	{ "did not find expected <document start>", "there is more text after the end of the document",
	  "indent this line like the first, or begin another document with a line `---`" },
	{ "did not find expected node content", "a value was expected here", "remove the extra comma or indicator" },
	{ "found unexpected document indicator", "a line `---` or `...` inside the quoted text that begins on line %u",
	  "close the quote before it" },
	{ "found unknown escape character", "an escape that YAML does not know, in double quotes",
	  "write `\\\\` for a backslash, or use single quotes, where backslashes are plain" },
	{ "did not find expected hexdecimal number", "an escape with too few hexadecimal digits",
	  "`\\x` takes 2, `\\u` 4, `\\U` 8; or use single quotes, where backslashes are plain" },
	{ "found invalid Unicode character escape code", "an escape for something that is no character",
	  "surrogates (\\ud800 to \\udfff) and numbers above \\U0010ffff are not allowed; write the character itself" },
	{ "found undefined tag handle", "a tag with a handle that no %%TAG line declares",
	  "quote the text if the `!` belongs to it" },
	{ "found a tab character where an indentation space is expected", "a tab in the indentation",
	  "indent with spaces" },
	{ "found a tab character that violates indentation", "a tab in the indentation", "indent with spaces" },
	{ "did not find expected comment or line break", "text behind the end of a directive or a block scalar's header",
	  "put the text on the next line, indented" },
	{ "found an indentation indicator equal to 0", "an indentation of 0 for a block scalar", "use 1 to 9" },
	{ "did not find expected whitespace or line break", "a tag must be followed by a space",
	  "quote the text if the `!` belongs to it" },
	{ "did not find expected tag URI", "a tag without a name", "quote the text if the `!` belongs to it" },
	{ "found incompatible YAML document", "a %%YAML directive for a version that is not 1.1 or 1.2",
	  "remove the directive" },
	{ "found duplicate %YAML directive", "a second %%YAML directive", "remove one of them" },
	{ "found duplicate %TAG directive", "a second %%TAG directive for the same handle", "remove one of them" },
	{ "found unknown directive name", "a directive that YAML does not have", "quote text that begins with `%`" },
	{ "could not find expected directive name", "a `%%` at the start of a line begins a directive",
	  "indent or quote the text" },
};

static const char *hint_of_start(char out[128], cfr_str text, size_t at)
{
	char c = at < text.len ? text.ptr[at] : 0;

	if (c == '\t')
		return "indent with spaces; a tab may not stand here";
	if (c == '@' || c == '`' || c == '%') {
		bool template = c == '%' && at > 0 && text.ptr[at - 1] == '{';

		snprintf(out, 128, template ? "this looks like a template; check what it renders to"
		                            : "no plain text begins with `%c`: quote it", c);
		return out;
	}
	return "quote it if it is text";
}

static int start_error(cfr_err *err, cfr_str text, size_t at)
{
	char shown[CFR__SHOWN_MAX], hint[128];

	if (at < text.len && text.ptr[at] == '\t')
		cfr_err_set(err, CFR_E_SYNTAX, "a tab where a value or its indentation should be");
	else
		cfr_err_set(err, CFR_E_SYNTAX, "%s cannot begin a value", cfr__show(shown, text, at));
	cfr_err_hint(err, "%s", hint_of_start(hint, text, at));
	return CFR_E_SYNTAX;
}

static bool indented_by_tab(cfr_str text, size_t at)
{
	while (at > 0 && (text.ptr[at - 1] == ' ' || text.ptr[at - 1] == '\t')) {
		if (text.ptr[--at] == '\t')
			return true;
	}
	return false;
}

static int end_error(cfr_err *err, const cfr_source *source, cfr_str text, size_t context)
{
	char quote = context < text.len ? text.ptr[context] : 0;

	cfr_err_set(err, CFR_E_SYNTAX, "the quoted text that begins here is never closed");
	if (quote == '"' || quote == '\'')
		cfr_err_hint(err, "close it with %c; %s", quote, quote == '"' ? "a quote inside is written \\\""
		             : "a quote inside is written twice");
	return cfr__fail_at(err, source, context, CFR_E_SYNTAX);
}

static int anchor_error(cfr_err *err, const cfr_source *source, cfr_str text, size_t context)
{
	char c = context < text.len ? text.ptr[context] : '*';

	cfr_err_set(err, CFR_E_SYNTAX, c == '&' ? "`&` begins the name of an anchor, and there is none"
	                                        : "`*` begins the name of an anchor, and there is none");
	cfr_err_hint(err, "quote text that begins with `%c`; names consist of letters, digits, `-` and `_`", c);
	return cfr__fail_at(err, source, context, CFR_E_SYNTAX);
}

/* ---- causes that the text gives away ---- */

static size_t line_start(cfr_str text, size_t at)
{
	while (at > 0 && text.ptr[at - 1] != '\n')
		at--;
	return at;
}

static size_t indent_of(cfr_str text, size_t line)
{
	size_t at = line;

	while (at < text.len && text.ptr[at] == ' ')
		at++;
	return at - line;
}

/* `key:value` on this line, with nothing that would make it a key and a value? */
static bool glued_colon(cfr_str text, size_t line)
{
	size_t at = line + indent_of(text, line);
	bool glued = false;

	for (; at < text.len && text.ptr[at] != '\n' && text.ptr[at] != '#'; at++) {
		char next = at + 1 < text.len ? text.ptr[at + 1] : '\n';

		if (text.ptr[at] != ':')
			continue;
		if (next == ' ' || next == '\n' || next == '\r')
			return false;
		glued = glued || (next != '/' && next != ':');
	}
	return glued;
}

/* The start of the line before that is not blank, or `line` itself. */
static size_t line_before(cfr_str text, size_t line)
{
	size_t at = line;

	while (at > 0) {
		at = line_start(text, at - 1);
		if (text.ptr[at + indent_of(text, at)] != '\n' && text.ptr[at + indent_of(text, at)] != '\r')
			return at;
	}
	return line;
}

/* Sets the error when the text tells more than libyaml did. */
static bool known_cause(cfr_err *err, const cfr_source *source, cfr_str text, const char *problem, size_t at,
                        size_t context)
{
	bool values = strcmp(problem, "mapping values are not allowed in this context") == 0;
	bool colon = strcmp(problem, "could not find expected ':'") == 0;
	bool sibling = strcmp(problem, "did not find expected key") == 0 ||
	               strcmp(problem, "did not find expected '-' indicator") == 0;
	size_t line = line_start(text, at), before = line_before(text, line);
	bool glued = colon ? glued_colon(text, line_start(text, context))
	                   : values && before != line && glued_colon(text, before);

	if (glued) {
		if (values)
			context = before + indent_of(text, before);
		cfr_err_set(err, CFR_E_SYNTAX, "a space is missing behind the `:`");
		cfr_err_hint(err, "write `key: value`; quote it if it is text");
		cfr__fail_at(err, source, context, CFR_E_SYNTAX);
		return true;
	}
	if (values && before != line && indent_of(text, line) > indent_of(text, before) &&
	    !memchr(text.ptr + line, ':', at - line)) {
		cfr_err_set(err, CFR_E_SYNTAX, "a key that is indented more than the one above it, which has a value already");
		cfr_err_hint(err, "indent it like its neighbours; quote the text if it continues the value");
		cfr__fail_at(err, source, line + indent_of(text, line), CFR_E_SYNTAX);
		return true;
	}
	if (sibling && at < text.len && (text.ptr[at] == ']' || text.ptr[at] == '}')) {
		cfr_err_set(err, CFR_E_SYNTAX, "a `%c` that closes nothing", text.ptr[at]);
		cfr_err_hint(err, "remove it, or quote the text");
		return true;
	}
	if (sibling && line + indent_of(text, line) < at) {
		cfr_err_set(err, CFR_E_SYNTAX, "there is more text on the line after the value has ended");
		cfr_err_hint(err, "quote the whole value, with the other kind of quotes if it holds some");
		return true;
	}
	return false;
}

int cfr__yaml_error(cfr_err *err, const yaml_parser_t *parser, cfr__marks *marks, const cfr_source *source,
                    const cfr_limits *limits)
{
	cfr_str text = cfr_source_bytes(source);
	const char *problem = parser->problem;
	const complaint *found = NULL;
	size_t at, context;
	uint32_t line;

	/* At one or two of its allocations libyaml gives up without a word. */
	if (parser->error == YAML_MEMORY_ERROR || !problem)
		return cfr_err_nomem(err);
	at = cfr__marks_offset(marks, parser->problem_mark.index);
	context = parser->context ? cfr__marks_offset(marks, parser->context_mark.index) : at;
	if (strcmp(problem, "found character that cannot start any token") == 0)
		return cfr__fail_at(err, source, at, start_error(err, text, at));
	if (strcmp(problem, "found unexpected end of stream") == 0)
		return end_error(err, source, text, context);
	if (strcmp(problem, "did not find expected alphabetic or numeric character") == 0)
		return anchor_error(err, source, text, context);
	if (strcmp(problem, "could not find expected ':'") == 0 && parser->problem_mark.index > 1024 &&
	    parser->context_mark.index < parser->problem_mark.index - 1024 &&
	    !memchr(text.ptr + context, '\n', at - context < 1024 ? at - context : 1024)) {
		cfr_err_limit(err, limits, CFR_LIMIT_KEY);
		cfr_err_hint(err, "YAML allows 1,024 characters for a key on one line");
		return cfr__fail_at(err, source, context, CFR_E_LIMIT);
	}
	if (!indented_by_tab(text, at) && known_cause(err, source, text, problem, at, context))
		return cfr__fail_at(err, source, at, CFR_E_SYNTAX);
	for (size_t i = 0; i < sizeof(complaints) / sizeof(*complaints) && !found; i++) {
		if (strcmp(complaints[i].problem, problem) == 0)
			found = &complaints[i];
	}
	line = cfr_source_place(source, (uint32_t)context).line;
	if (!found) {
		cfr_err_set(err, CFR_E_SYNTAX, "%s%s%s", parser->context ? parser->context : "",
		            parser->context ? ": " : "", problem);
	} else {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-extra-args"
		cfr_err_set(err, CFR_E_SYNTAX, found->message, (unsigned)line);
#pragma GCC diagnostic pop
		cfr_err_hint(err, "%s", indented_by_tab(text, at) ? "indent with spaces: this line has a tab" : found->hint);
	}
	return cfr__fail_at(err, source, at, CFR_E_SYNTAX);
}
