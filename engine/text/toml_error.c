/* engine/text/toml_error.c -- what is wrong with TOML that people write by hand.
 *
 * As in json_error.c: the reader knows what it wanted and where; the cause is told from the character found there and
 * gets a hint of its own. People come to TOML from YAML, JSON and INI files, and bring their habits.
 */
#include "engine/text/toml_lex.h"

typedef struct sentence {
	int code;
	bool shown;		/* is the character that stands there worth naming? */
	const char *message;
} sentence;

static const sentence sentences[] = {
	[CFR__TOML_VALUE] = { CFR_E_SYNTAX, true, "a value was expected here" },
	[CFR__TOML_KEY] = { CFR_E_SYNTAX, true, "a key was expected here" },
	[CFR__TOML_INLINE_KEY] = { CFR_E_SYNTAX, true, "a key was expected in the inline table" },
	[CFR__TOML_EQUALS] = { CFR_E_SYNTAX, true, "a `=` was expected after the key" },
	[CFR__TOML_LINE_END] = { CFR_E_SYNTAX, true, "the end of the line was expected" },
	[CFR__TOML_HEADER_END] = { CFR_E_SYNTAX, true, "a `]` was expected at the end of the table's name" },
	[CFR__TOML_ARRAY_HEADER_END] = { CFR_E_SYNTAX, true, "a `]]` was expected at the end of the name" },
	[CFR__TOML_BRACKET] = { CFR_E_SYNTAX, true, "a `,` or `]` was expected here" },
	[CFR__TOML_BRACE] = { CFR_E_SYNTAX, true, "a `,` or `}` was expected here" },
	[CFR__TOML_CLOSE_STRING] = { CFR_E_SYNTAX, false, "the string that begins here is not closed on its line" },
	[CFR__TOML_CLOSE_TEXT] = { CFR_E_SYNTAX, false, "the text that begins here is never closed" },
	[CFR__TOML_CONTROL] = { CFR_E_SYNTAX, true, "a control character" },
	[CFR__TOML_CARRIAGE_RETURN] = { CFR_E_SYNTAX, false, "a carriage return without a line feed" },
	[CFR__TOML_ESCAPE] = { CFR_E_SYNTAX, false, "an escape that TOML does not know" },
	[CFR__TOML_CODE_POINT] = { CFR_E_SYNTAX, false, "an escape for what is no character" },
	[CFR__TOML_NUMBER] = { CFR_E_SYNTAX, false, "this is no number of TOML" },
	[CFR__TOML_INT_RANGE] = { CFR_E_UNSUPPORTED, false, "an integer beyond 64 bits, which TOML does not have" },
	[CFR__TOML_FLOAT_RANGE] = { CFR_E_UNSUPPORTED, false, "a number beyond what a float can hold" },
	[CFR__TOML_DATE] = { CFR_E_SYNTAX, false, "this is not the form of a date or time" },
	[CFR__TOML_NO_DATE] = { CFR_E_SYNTAX, false, "there is no such date or time" },
};

static bool begins(cfr_str rest, const char *word)
{
	return cfr_str_starts(rest, cfr_str_of(word));
}

static bool digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool breaks(char c)
{
	return c == '\n' || c == '\r';
}

/* Words of other languages where a value should be. */
static const char *value_hint(cfr_str rest, char last)
{
	char c = rest.len ? rest.ptr[0] : '\n';

	if (rest.len && ((unsigned char)c < ' ' || c == 0x7F) && !breaks(c))
		return "remove it: blanks are spaces and tabs";
	if (breaks(c) || c == '#')
		return last == '=' ? "write the value on the line of its key; empty text is \"\"" : "write a value here";
	if (begins(rest, "True") || begins(rest, "False") || begins(rest, "TRUE") || begins(rest, "FALSE"))
		return "write true and false in lower case";
	if (begins(rest, "null") || begins(rest, "None") || begins(rest, "nil") || begins(rest, "NULL") || c == '~')
		return "TOML has no null; leave the key out";
	if (begins(rest, "NaN") || begins(rest, "Inf") || begins(rest, "INF") || begins(rest, "NAN"))
		return "write nan and inf in lower case";
	if (c == ',')
		return "remove the comma, or put a value before it";
	if (c == '.')
		return "write a digit before the point";
	if (c == '-')
		return "write a list as [1, 2, 3]";
	if (c == '=')
		return "one `=` stands between key and value";
	if (c == ']' || c == '}')
		return "is a bracket wrong?";
	return "put text in double quotes";
}

static const char *number_hint(cfr_str rest)
{
	size_t i = rest.len && (rest.ptr[0] == '-' || rest.ptr[0] == '+') ? 1 : 0, end = i, points = 0;
	bool alpha = false, doubt = false;

	for (; end < rest.len && (digit(rest.ptr[end]) || letter(rest.ptr[end]) || rest.ptr[end] == '.'); end++) {
		points += rest.ptr[end] == '.';
		alpha |= letter(rest.ptr[end]) && rest.ptr[end] != '_';
		doubt |= rest.ptr[end] == '_' && (end == i || end + 1 == rest.len || !digit(rest.ptr[end - 1]) ||
		                                  !digit(rest.ptr[end + 1]));
	}
	if (end - i > 1 && rest.ptr[i] == '0' && strchr("xob", rest.ptr[i + 1]))
		return i ? "write 0x, 0o and 0b without a sign"
		         : "digits of the base follow, with single underscores between them";
	if (end - i > 1 && rest.ptr[i] == '0' && strchr("XOB", rest.ptr[i + 1]))
		return "write 0x, 0o and 0b in lower case";
	if (end - i > 1 && rest.ptr[i] == '0' && (digit(rest.ptr[i + 1]) || rest.ptr[i + 1] == '_'))
		return "remove the leading zero, or put it in double quotes if it is no quantity";
	if (points > 1)
		return "put it in double quotes: it is no quantity";
	if (doubt)
		return "an underscore stands between two digits";
	if (end == i || alpha)
		return "put text in double quotes";
	return "write digits before and after the point and in the exponent";
}

static const char *date_hint(cfr_str rest)
{
	if (rest.len >= 5 && rest.ptr[2] == ':' && (rest.len == 5 || rest.ptr[5] != ':'))
		return "write hours, minutes and seconds: 07:32:00; or put text in double quotes";
	return "write 1979-05-27, 07:32:00 or both with a T between, and Z or +01:00 behind it for an offset; "
	       "or put text in double quotes";
}

static const char *equals_hint(cfr_str rest)
{
	char c = rest.len ? rest.ptr[0] : '\n';

	if (c == ':')
		return "write `=` in place of `:`";
	if (breaks(c) || c == '#')
		return "a line is KEY = VALUE, or a table's name in brackets: [name]";
	if (letter(c) || digit(c))
		return "put a key with spaces in it into double quotes";
	return "put a key with characters other than A-Z a-z 0-9 _ - into double quotes";
}

static const char *key_hint(cfr_str rest, char last)
{
	char c = rest.len ? rest.ptr[0] : '\n';

	if (last == ',' && c == '}')
		return "remove the comma before it: an inline table has none at its end";
	if (begins(rest, "\"\"\"") || begins(rest, "'''"))
		return "quote a key with one quote on each side";
	if (c == '=')
		return "write a key before it; one without a name is \"\"";
	if (c == '.' || last == '.')
		return "between the points of a dotted key stand keys; put a key with a point into double quotes";
	if (c == ']')
		return "write the table's name between the brackets";
	if (c == '[')
		return "an array of tables is written [[name]], without a space between the brackets";
	if (c == '{' || c == '}')
		return "the top of a TOML file has no braces; write KEY = VALUE on each line";
	if (c == '/' || c == ';')
		return "a comment begins with #";
	if (begins(rest, "\xEF\xBB\xBF"))
		return "remove the byte order mark; it may only stand at the start of the file";
	return "put a key with characters other than A-Z a-z 0-9 _ - into double quotes";
}

static const char *line_end_hint(cfr_str rest, char last)
{
	char c = rest.ptr[0];

	if ((unsigned char)c < ' ' || c == 0x7F)
		return "remove it: blanks are spaces and tabs";
	if (c == ',')
		return "remove the comma; each key stands on a line of its own";
	if (c == '/' || c == ';')
		return "a comment begins with #";
	if (c == ']' && last == ']')
		return "are there as many opening brackets?";
	if (c == '"' || c == '\'')
		return "a double quote inside of a string is written \\\"";
	return "write each key with its value on a line of its own; text stands in double quotes";
}

/* `last` is the character before, blanks skipped. */
static const char *hint_for(cfr_str rest, char last, enum cfr__toml_wanted wanted)
{
	char c = rest.len ? rest.ptr[0] : 0;

	switch (wanted) {
	case CFR__TOML_VALUE:
		return value_hint(rest, last);
	case CFR__TOML_INLINE_KEY:
	case CFR__TOML_BRACE:
		if (breaks(c) || c == '#')
			return "an inline table stands on one line; to have several, write it as [table]";
		if (wanted == CFR__TOML_BRACE)
			return "is a comma missing before it, or a quote?";
		return key_hint(rest, last);
	case CFR__TOML_KEY:
		return key_hint(rest, last);
	case CFR__TOML_EQUALS:
		return equals_hint(rest);
	case CFR__TOML_LINE_END:
		return line_end_hint(rest, last);
	case CFR__TOML_HEADER_END:
	case CFR__TOML_ARRAY_HEADER_END:
		return letter(c) || digit(c) ? "put a name with spaces in it into double quotes"
		                             : "a table's name stands on one line: [name], or [[name]] for an array of tables";
	case CFR__TOML_BRACKET:
		return rest.len == 0 ? "the text ends too early; is the file cut off?"
		     : c == '=' ? "is the array above never closed?" : "is a comma missing before it?";
	case CFR__TOML_CLOSE_STRING:
		return c == '\'' ? "close it with a single quote; text with one inside stands in double quotes"
		                 : "close it with a double quote; text of several lines stands between \"\"\" and \"\"\"";
	case CFR__TOML_CLOSE_TEXT:
		return c == '\'' ? "close it with ''', with at most two single quotes before it"
		                 : "close it with \"\"\"";
	case CFR__TOML_CONTROL:
		return "write it in a string of double quotes as \\u and four hexadecimal digits";
	case CFR__TOML_CARRIAGE_RETURN:
		return "end lines with LF or CR LF; in a string write it as \\r";
	case CFR__TOML_ESCAPE:
		return "allowed are \\\" \\\\ \\b \\t \\n \\f \\r \\uXXXX \\UXXXXXXXX; text with backslashes stands in single quotes";
	case CFR__TOML_CODE_POINT:
		return "code points go to 10FFFF without D800 to DFFF";
	case CFR__TOML_NUMBER:
		return number_hint(rest);
	case CFR__TOML_DATE:
		return date_hint(rest);
	case CFR__TOML_NO_DATE:
		return "months have 28 to 31 days, hours go to 23, minutes to 59; put text in double quotes";
	default:
		return "put it in double quotes if it is text";
	}
}

int cfr__toml_fail(cfr__toml *t, const char *at, enum cfr__toml_wanted wanted)
{
	cfr_str text = { t->text, (size_t)(t->end - t->text) }, rest = { at, (size_t)(t->end - at) };
	const sentence *s = &sentences[wanted];
	char shown[CFR__SHOWN_MAX], last = 0;
	int code = s->code;

	if (!t->err)
		return code;
	for (const char *p = at; p > t->text && !last; p--) {
		if ((unsigned char)p[-1] > ' ')
			last = p[-1];
	}
	if (wanted == CFR__TOML_CONTROL && rest.len && rest.ptr[0] == 0)
		code = CFR_E_ENCODING;	/* NUL is no text in any format */
	if (s->shown && rest.len == 0)
		cfr_err_set(t->err, code, "%s, but the text ends", s->message);
	else if (wanted == CFR__TOML_CONTROL)
		cfr_err_set(t->err, code, "%s: %s", s->message, cfr__show(shown, text, (size_t)(at - t->text)));
	else if (s->shown)
		cfr_err_set(t->err, code, "%s, and there is %s", s->message,
		            cfr__show(shown, text, (size_t)(at - t->text)));
	else
		cfr_err_set(t->err, code, "%s", s->message);
	cfr_err_hint(t->err, "%s", hint_for(rest, last, wanted));
	return cfr__fail_at(t->err, t->source, (size_t)(at - t->text), code);
}
