/* engine/text/toml_date.c -- dates and times, as RFC 3339 has them.
 *
 *	1979-05-27T07:32:00.5-07:00  1979-05-27T07:32:00  1979-05-27  07:32:00
 *
 * They are kept as text: T and Z in upper case, the digits as written. So they compare and travel exactly, and nobody's
 * calendar comes between. That the day exists is checked; a second of 60 is allowed everywhere, for which minutes have
 * one is decided year by year.
 */
#include "engine/text/toml_lex.h"

static bool digit(char c)
{
	return c >= '0' && c <= '9';
}

bool cfr__toml_is_date(const char *p, const char *end)
{
	return (end - p >= 3 && digit(p[0]) && digit(p[1]) && p[2] == ':') ||
	       (end - p >= 5 && digit(p[0]) && digit(p[1]) && digit(p[2]) && digit(p[3]) && p[4] == '-');
}

/* Takes `count` digits. */
static bool take(const char **p, const char *end, int count, unsigned *out)
{
	unsigned value = 0;

	for (int i = 0; i < count; i++, (*p)++) {
		if (*p == end || !digit(**p))
			return false;
		value = value * 10 + (unsigned)(**p - '0');
	}
	*out = value;
	return true;
}

static bool take_char(const char **p, const char *end, char c)
{
	if (*p == end || **p != c)
		return false;
	(*p)++;
	return true;
}

static unsigned days(unsigned year, unsigned month)
{
	if (month == 2)
		return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28;
	return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

/* These give DATE for what has not the form, NO_DATE for what does not exist, -1 when all is well. */
enum { GOOD = -1 };

static int date(const char **p, const char *end)
{
	unsigned year, month, day;

	if (!take(p, end, 4, &year) || !take_char(p, end, '-') || !take(p, end, 2, &month) || !take_char(p, end, '-') ||
	    !take(p, end, 2, &day))
		return CFR__TOML_DATE;
	return month < 1 || month > 12 || day < 1 || day > days(year, month) ? CFR__TOML_NO_DATE : GOOD;
}

static int time_of_day(const char **p, const char *end)
{
	unsigned hour, minute, second;

	if (!take(p, end, 2, &hour) || !take_char(p, end, ':') || !take(p, end, 2, &minute) || !take_char(p, end, ':') ||
	    !take(p, end, 2, &second))
		return CFR__TOML_DATE;
	if (take_char(p, end, '.')) {
		if (*p == end || !digit(**p))
			return CFR__TOML_DATE;
		while (*p < end && digit(**p))
			(*p)++;
	}
	return hour > 23 || minute > 59 || second > 60 ? CFR__TOML_NO_DATE : GOOD;
}

static int offset(const char **p, const char *end)
{
	unsigned hour, minute;

	if (take_char(p, end, 'Z') || take_char(p, end, 'z'))
		return GOOD;
	if (*p == end || (**p != '+' && **p != '-'))
		return GOOD;		/* a local time */
	(*p)++;
	if (!take(p, end, 2, &hour) || !take_char(p, end, ':') || !take(p, end, 2, &minute))
		return CFR__TOML_DATE;
	return hour > 23 || minute > 59 ? CFR__TOML_NO_DATE : GOOD;
}

static bool separator(const char *p, const char *end)
{
	return p < end && (*p == 'T' || *p == 't' || (*p == ' ' && p + 1 < end && digit(p[1])));
}

static int whole(const char **p, const char *end, bool *time)
{
	int bad;

	*time = end - *p > 2 && (*p)[2] == ':';
	if (*time)
		return time_of_day(p, end);
	bad = date(p, end);
	if (bad != GOOD || !separator(*p, end))
		return bad;
	(*p)++;
	bad = time_of_day(p, end);
	return bad == GOOD ? offset(p, end) : bad;
}

int cfr__toml_date(cfr__toml *t, cfr__toml_scalar *out)
{
	const char *start = t->p, *p = start;
	int bad = whole(&p, t->end, &out->time);

	/* Nothing of a word may follow. */
	if (bad == GOOD && p < t->end && (digit(*p) || (*p | 0x20) == 'z' || strchr("+-:._", *p) ||
	                                  ((*p | 0x20) >= 'a' && (*p | 0x20) <= 'z')))
		bad = CFR__TOML_DATE;
	if (bad != GOOD)
		return cfr__toml_fail(t, start, (enum cfr__toml_wanted)bad);
	t->p = p;
	out->kind = CFR_OTHER;
	out->text = (cfr_str){ start, (size_t)(p - start) };
	if (out->text.len > 10 && !out->time && (start[10] != 'T' || p[-1] == 'z')) {
		cfr_buf_clear(t->scratch);
		cfr_buf_adds(t->scratch, out->text);
		if (t->scratch->failed)
			return cfr_buf_check(t->scratch, t->err);
		t->scratch->ptr[10] = 'T';
		if (p[-1] == 'z')
			t->scratch->ptr[t->scratch->len - 1] = 'Z';
		out->text = cfr_buf_str(t->scratch);
	}
	return 0;
}

bool cfr__toml_date_text(cfr_str text, bool *time)
{
	const char *p = text.ptr;

	if (text.len == 0 || !cfr__toml_is_date(p, p + text.len) || whole(&p, text.ptr + text.len, time) != GOOD ||
	    p != text.ptr + text.len)
		return false;
	return *time || text.len == 10 || (text.ptr[10] == 'T' && p[-1] != 'z');
}
