/* engine/text/plain.c -- what may be written without quotes.
 *
 * A plain scalar means what its reader thinks it means, and readers differ: to YAML 1.1 (PyYAML, Ruby, older Go and
 * Java libraries) `no` is false, `1_000` and `22:22` are integers, 2024-01-01 is a date. So a string is plain here only
 * when nobody takes it for anything else. The tests below are wider than any one schema where schemas differ in
 * detail, and exact where being wide would put quotes on what people write every day: 1.2.3, 8080:80, v1, a-b.
 */
#include "engine/base/num.h"
#include "engine/base/utf8.h"
#include "engine/text/emit.h"

static bool digit(char c) { return c >= '0' && c <= '9'; }
static bool sign(char c) { return c == '+' || c == '-'; }
static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c; }

bool cfr__printable(cfr_str text)
{
	size_t i = 0;

	while (i < text.len) {
		unsigned char c = (unsigned char)text.ptr[i];
		uint32_t point;

		if (c < 0x80) {
			if (c < 0x20 || c == 0x7F)
				return false;
			i++;
			continue;
		}
		i += cfr_utf8_decode(&point, text.ptr + i, text.len - i);
		/* C1 controls (NEL among them), line and paragraph separators, the byte order mark, noncharacters:
		 * some reader takes each of them for a line end, for nothing, or for an error. */
		if (point < 0xA0 || point == 0x2028 || point == 0x2029 || point == 0xFEFF || (point & 0xFFFE) == 0xFFFE)
			return false;
	}
	return true;
}

/* The words that some reader takes for null, a boolean, a merge or a default, in any case. */
static bool special_word(cfr_str text)
{
	static const char *const words[] = { "~", "null", "true", "false", "yes", "no", "on", "off", "y", "n",
		                             "<<", "=", ".nan", ".inf", "+.inf", "-.inf" };

	if (text.len > 5)
		return false;
	for (size_t w = 0; w < sizeof(words) / sizeof(*words); w++) {
		size_t i = 0;

		if (strlen(words[w]) != text.len)
			continue;
		while (i < text.len && lower(text.ptr[i]) == words[w][i])
			i++;
		if (i == text.len)
			return true;
	}
	return false;
}

/* 0x1F, 0o17, 0b1, with underscores; a lone prefix is text. */
static bool based(const char *p, const char *end)
{
	const char *first;
	char base;

	if (end - p < 3 || p[0] != '0')
		return false;
	base = lower(p[1]);
	if (base != 'x' && base != 'o' && base != 'b')
		return false;
	for (first = p += 2; p < end; p++) {
		char c = lower(*p);

		if (!digit(c) && c != '_' && !(base == 'x' && c >= 'a' && c <= 'f'))
			return false;
	}
	return p > first;
}

/* 1, 1_000, 1,000 (Ruby), 1.5, .5, 1., 1e3, 1.5e-3: digits and their separators, at most one point, an exponent. */
static bool decimal(const char *p, const char *end)
{
	bool any = false;

	for (; p < end && (digit(*p) || *p == '_' || *p == ','); p++)
		any |= digit(*p);
	if (p < end && *p == '.') {
		for (p++; p < end && (digit(*p) || *p == '_'); p++)
			any |= digit(*p);
	}
	if (!any)
		return false;
	if (p < end && lower(*p) == 'e') {
		p++;
		if (p < end && sign(*p))
			p++;
		if (p == end)
			return false;
		while (p < end && digit(*p))
			p++;
	}
	return p == end;
}

/* 22:22, 1:30:00.5: base 60. A group behind a colon is at most 59. */
static bool sexagesimal(const char *p, const char *end)
{
	const char *first = p;
	unsigned groups = 0;

	while (p < end && (digit(*p) || *p == '_'))
		p++;
	if (p == first)
		return false;
	for (; p < end && *p == ':'; groups++) {
		unsigned value = 0, width = 0;

		for (p++; p < end && digit(*p) && width < 3; p++, width++)
			value = value * 10 + (unsigned)(*p - '0');
		if (width == 0 || width > 2 || value > 59)
			return false;
	}
	if (groups && p < end && *p == '.') {
		for (p++; p < end && (digit(*p) || *p == '_'); p++)
			;
	}
	return groups && p == end;
}

/* 2024-01-01, 2024-1-1T…: a date, perhaps with something behind it that looks like a time. */
static bool timestamp(const char *p, const char *end)
{
	int month = 0, day = 0;

	for (int i = 0; i < 4; i++, p++) {
		if (p == end || !digit(*p))
			return false;
	}
	if (p == end || *p++ != '-')
		return false;
	for (; p < end && digit(*p) && month < 3; p++)
		month++;
	if (month < 1 || month > 2 || p == end || *p++ != '-')
		return false;
	for (; p < end && digit(*p) && day < 3; p++)
		day++;
	return day >= 1 && day <= 2 && (p == end || lower(*p) == 't' || *p == ' ');
}

/* Would some reader take it for something other than a string? */
static bool resolves(cfr_str text)
{
	const char *p = text.ptr, *end = p + text.len;

	if (special_word(text))
		return true;
	if (!digit(*p) && !sign(*p) && *p != '.')
		return false;
	if (timestamp(p, end))
		return true;
	if (sign(*p))
		p++;
	return based(p, end) || decimal(p, end) || sexagesimal(p, end);
}

static bool flow_mark(char c)
{
	return c == ',' || c == '[' || c == ']' || c == '{' || c == '}';
}

/* May a plain scalar begin so? A dash may when something follows it that is no blank (and `---` is a marker). */
static bool good_start(cfr_str text, bool flow)
{
	char c = text.ptr[0];

	if (c == '-')
		return text.len > 1 && text.ptr[1] != ' ' && text.ptr[1] != '-' && !(flow && flow_mark(text.ptr[1]));
	if (c == '.')
		return !(text.len >= 3 && memcmp(text.ptr, "...", 3) == 0 && (text.len == 3 || text.ptr[3] == ' '));
	return strchr("?:,[]{}#&*!|>'\"%@` ", c) == NULL;
}

bool cfr__plain_safe(cfr_str text, bool flow)
{
	if (text.len == 0 || !cfr__printable(text) || text.ptr[text.len - 1] == ' ')
		return false;
	if (!good_start(text, flow)) {
		/* `--help` is a word all the same; only three dashes and a blank end a document. */
		bool option = text.len > 2 && text.ptr[0] == '-' && text.ptr[1] == '-' && text.ptr[2] != '-' &&
		              text.ptr[2] != ' ' && !(flow && flow_mark(text.ptr[2]));
		if (!option)
			return false;
	}
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i], next = i + 1 < text.len ? text.ptr[i + 1] : ' ';

		if (c == ':' && (next == ' ' || (flow && flow_mark(next))))
			return false;
		if (c == '#' && i > 0 && text.ptr[i - 1] == ' ')
			return false;
		if (flow && (flow_mark(c) || c == '?'))
			return false;
	}
	return !resolves(text);
}
