/* engine/text/json_error.c -- what is wrong with JSON that people write by hand.
 *
 * The reader knows what it wanted and where. Nearly always the cause is one of a handful: a comma before a closing
 * bracket, single quotes, a comment, a key without quotes, a word of another language, an end too early. Each is told
 * from the character found there, and has a hint of its own.
 */
#include "engine/text/json_error.h"

typedef struct sentence {
	int code;
	const char *message;
} sentence;

static const sentence sentences[] = {
	[CFR__JSON_VALUE] = { CFR_E_SYNTAX, "a value was expected here" },
	[CFR__JSON_KEY] = { CFR_E_SYNTAX, "a key in double quotes was expected here" },
	[CFR__JSON_COLON] = { CFR_E_SYNTAX, "a `:` was expected after the key" },
	[CFR__JSON_BRACE] = { CFR_E_SYNTAX, "a `,` or `}` was expected here" },
	[CFR__JSON_BRACKET] = { CFR_E_SYNTAX, "a `,` or `]` was expected here" },
	[CFR__JSON_END] = { CFR_E_SYNTAX, "there is more text after the end of the value" },
	[CFR__JSON_CLOSE_STRING] = { CFR_E_SYNTAX, "the string that begins here is never closed" },
	[CFR__JSON_CLOSE_COMMENT] = { CFR_E_SYNTAX, "the comment that begins here is never closed" },
	[CFR__JSON_CONTROL] = { CFR_E_SYNTAX, "a control character inside a string" },
	[CFR__JSON_ESCAPE] = { CFR_E_SYNTAX, "an escape that JSON does not know" },
	[CFR__JSON_SURROGATE] = { CFR_E_SYNTAX, "half of a surrogate pair" },
	[CFR__JSON_NUMBER] = { CFR_E_SYNTAX, "this is not a JSON number" },
	[CFR__JSON_FLOAT_RANGE] = { CFR_E_UNSUPPORTED, "a number beyond what a float can hold" },
	[CFR__JSON_INT_RANGE] = { CFR_E_UNSUPPORTED, "an integer of more than 1000 digits" },
};

static bool letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$';
}

static bool begins(cfr_str rest, const char *word)
{
	return cfr_str_starts(rest, cfr_str_of(word));
}

/* Words of other languages where a value should be. */
static const char *word_hint(cfr_str rest)
{
	if (begins(rest, "NaN") || begins(rest, "nan") || begins(rest, "Infinity") || begins(rest, "inf") ||
	    begins(rest, "-Infinity") || begins(rest, "-inf"))
		return "JSON has no NaN and no infinity; use null or a string";
	if (begins(rest, "True") || begins(rest, "False") || begins(rest, "TRUE") || begins(rest, "FALSE"))
		return "write true and false in lower case";
	if (begins(rest, "None") || begins(rest, "nil") || begins(rest, "undefined") || begins(rest, "NULL"))
		return "write null";
	return "put text in double quotes";
}

static const char *number_hint(cfr_str rest)
{
	size_t digits = rest.len && rest.ptr[0] == '-' ? 1 : 0;

	if (rest.len > digits + 1 && rest.ptr[digits] == '0' && rest.ptr[digits + 1] >= '0' && rest.ptr[digits + 1] <= '9')
		return "remove the leading zero, or put it in double quotes if it is no quantity";
	if (digits && rest.len > 1 && letter(rest.ptr[1]))
		return word_hint(rest);
	return "write digits before and after the point and in the exponent";
}

/* Comments and trailing commas: what one format has and another has not. NULL when it is about neither. */
static const char *dialect_hint(cfr_str rest, char last, cfr_format format)
{
	char c = rest.len ? rest.ptr[0] : 0;

	if (c == '#')
		return format == CFR_JSONC ? "comments are written // or /* */ here"
		                           : "JSON has no comments; name the file .jsonc and write //, or .yaml";
	if (format == CFR_JSONC)
		return NULL;
	if (begins(rest, "//") || begins(rest, "/*"))
		return "JSON has no comments; read it with --from jsonc, or name the file .jsonc";
	if (last == ',' && (c == '}' || c == ']'))
		return "remove the comma before it, or read it with --from jsonc";
	return NULL;
}

/* In JSON Lines: is this value written over several lines? */
static const char *line_hint(cfr_str rest, enum cfr__json_wanted wanted)
{
	if (rest.len && rest.ptr[0] != '\n' && rest.ptr[0] != '\r')
		return wanted == CFR__JSON_END ? "each line holds one value; put this one on a line of its own" : NULL;
	return "each line holds a whole value; for one value over several lines use --from json";
}

/* `last` is the character before, blanks skipped. */
static const char *hint_for(cfr_str rest, char last, enum cfr__json_wanted wanted, cfr_format format)
{
	char c = rest.len ? rest.ptr[0] : 0;
	const char *hint = NULL;

	switch (wanted) {
	case CFR__JSON_CLOSE_COMMENT:
		return "close it with */";
	case CFR__JSON_CLOSE_STRING:
		return "close it with a double quote; one inside is written \\\"";
	case CFR__JSON_CONTROL:
		return c == '\n' || c == '\r' ? "write a line break as \\n, or close the string before it"
		     : c == '\t' ? "write a tab as \\t" : "write it as \\u and four hexadecimal digits";
	case CFR__JSON_ESCAPE:
		return "allowed are \\\" \\\\ \\/ \\b \\f \\n \\r \\t and \\u with four hexadecimal digits";
	case CFR__JSON_SURROGATE:
		return "characters above U+FFFF need both halves, \\ud800 to \\udbff and then \\udc00 to \\udfff";
	case CFR__JSON_NUMBER:
		return number_hint(rest);
	case CFR__JSON_FLOAT_RANGE:
	case CFR__JSON_INT_RANGE:
		return "put it in double quotes if it is text";
	default:
		break;
	}
	if (format == CFR_JSONL)
		hint = line_hint(rest, wanted);
	if (!hint)
		hint = dialect_hint(rest, last, format);
	if (hint)
		return hint;
	if (rest.len == 0)
		return "the text ends too early; is the file cut off?";
	if (c == '\'')
		return "use double quotes";
	if (begins(rest, "\xEF\xBB\xBF"))
		return "remove the byte order mark; it may only stand at the start of the file";
	if (wanted == CFR__JSON_KEY)
		return letter(c) ? "put the key in double quotes" : "keys are strings in double quotes";
	if (wanted == CFR__JSON_BRACE || wanted == CFR__JSON_BRACKET)
		return c == '"' || c == '{' || c == '[' || c == '-' || letter(c) || (c >= '0' && c <= '9')
		     ? "is a comma missing before it?" : c == ':' ? "a `:` can only follow a key of a mapping"
		                                                  : "is a bracket wrong?";
	if (wanted == CFR__JSON_COLON)
		return c == '=' ? "write `:` in place of `=`" : "write the value behind a `:`";
	if (wanted == CFR__JSON_END)
		return c == '{' || c == '[' ? "a JSON file holds one value; for one on each line use --from jsonl"
		                            : "remove it; is a bracket closed too early?";
	if (c == '+' || c == '.')
		return "a number begins with a digit or `-`";
	if (c == ',')
		return "remove the comma, or put a value before it";
	return word_hint(rest);
}

int cfr__json_error(cfr_err *err, const cfr_source *source, size_t at, enum cfr__json_wanted wanted,
                    cfr_format format)
{
	cfr_str text = cfr_source_bytes(source), rest = cfr_str_sub(text, at, text.len);
	const sentence *s = &sentences[wanted];
	char shown[CFR__SHOWN_MAX], last = 0;
	int code = s->code;

	for (size_t i = at; i > 0 && !last; i--) {
		if ((unsigned char)text.ptr[i - 1] > ' ')
			last = text.ptr[i - 1];
	}
	if (wanted == CFR__JSON_CONTROL && rest.len && rest.ptr[0] == 0)
		code = CFR_E_ENCODING;	/* NUL is no text in any format */
	if (rest.len == 0)
		cfr_err_set(err, code, "%s, but the text ends", s->message);
	else if (wanted <= CFR__JSON_BRACKET || wanted == CFR__JSON_CONTROL)
		cfr_err_set(err, code, "%s, and there is %s", s->message, cfr__show(shown, text, at));
	else
		cfr_err_set(err, code, "%s", s->message);
	cfr_err_hint(err, "%s", hint_for(rest, last, wanted, format));
	return cfr__fail_at(err, source, at, code);
}
