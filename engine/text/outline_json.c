/* engine/text/outline_json.c -- the members of JSON's objects and the items of its arrays, bracket by bracket.
 *
 * Strings hide brackets, and nothing else does. So the scan knows strings, brackets, commas and colons, and takes
 * whatever stands between for a number or a word.
 *
 * For lists, a collection that is small is of no interest: it is passed by counting, without a look at its entries. One that
 * turns out to be large is gone back to; that costs as much text again as makes it large.
 */
#include "engine/text/outline.h"

#define ONES  UINT64_C(0x0101010101010101)
#define HIGHS UINT64_C(0x8080808080808080)

typedef struct scanner {
	const char *p, *end, *text;
	cfr__tracker *t;
} scanner;

static inline void skip_space(scanner *s)
{
	const char *p = s->p;

	while (p < s->end && (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t'))
		p++;
	s->p = p;
}

/* The first quote or backslash, or the end. */
static inline const char *string_stop(const char *p, const char *end)
{
	while (end - p >= 8) {
		uint64_t word, quote, slash;

		memcpy(&word, p, 8);
		quote = word ^ ONES * '"';
		slash = word ^ ONES * '\\';
		if ((((quote - ONES) & ~quote) | ((slash - ONES) & ~slash)) & HIGHS)
			break;
		p += 8;
	}
	while (p < end && *p != '"' && *p != '\\')
		p++;
	return p;
}

/* s->p at the opening quote, then behind the closing one. */
static bool string(scanner *s, bool *raw)
{
	const char *p = s->p + 1;

	*raw = false;
	for (;;) {
		p = string_stop(p, s->end);
		if (p == s->end)
			return false;
		if (*p == '"')
			break;
		*raw = true;
		p += 2;
		if (p > s->end)
			return false;
	}
	s->p = p + 1;
	return true;
}

static inline uint32_t at(const scanner *s) { return (uint32_t)(s->p - s->text); }

/* An entry begins at s->p; of an object, up to its value. */
static int begin(scanner *s, bool sequence)
{
	cfr__window entry = { .start = at(s), .alone = true };

	if (cfr__track_due(s->t, entry.start))
		cfr__track_take(s->t);
	if (!sequence) {
		if (s->p == s->end || *s->p != '"' || !string(s, &entry.raw))
			return CFR__UNSAFE;
		entry.key = entry.start + 1;
		entry.key_end = at(s) - 1;
		skip_space(s);
		if (s->p == s->end || *s->p != ':')
			return CFR__UNSAFE;
		s->p++;
		skip_space(s);
	}
	entry.value = at(s);
	return cfr__track_entry(s->t, &entry);
}

/* A string, number or word. */
static bool scalar(scanner *s)
{
	const char *from = s->p;
	bool raw;

	if (s->p < s->end && *s->p == '"')
		return string(s, &raw);
	while (s->p < s->end && *s->p > ' ' && !strchr(",:[]{}\"", *s->p))
		s->p++;
	return s->p > from;
}

/* Behind the collection that opens at s->p, if it ends within so many bytes; else NULL. */
static const char *small(const scanner *s, uint32_t most, uint32_t *nodes, uint32_t *levels)
{
	static const char stops[256] = { ['\0'] = 1, ['"'] = 1, ['{'] = 1, ['}'] = 1, ['['] = 1, [']'] = 1, [','] = 1 };
	const char *p = s->p, *last = s->end - p < (ptrdiff_t)most ? s->end : p + most;
	uint32_t depth = 0;

	for (;; p++) {
		while (p < last && !stops[(unsigned char)*p])
			p++;
		if (p >= last)
			return NULL;
		switch (*p) {
		case '"':
			for (p = string_stop(p + 1, last); p < last && *p == '\\'; p = string_stop(p + 2, last)) {
				if (last - p < 2)
					return NULL;
			}
			if (p >= last)
				return NULL;
			break;
		case '{': case '[':
			*nodes += 1;
			if (++depth > *levels)
				*levels = depth;
			break;
		case '}': case ']':
			if (--depth == 0)
				return p + 1;
			break;
		case ',':
			*nodes += 1;
			break;
		default:
			return NULL;
		}
	}
}

/* Passes a small collection, as a value. */
static bool pass(scanner *s)
{
	cfr__tracker *t = s->t;
	uint32_t nodes = 0, levels = 0, most = t->listing && t->depth ? cfr__list_least(t) : UINT32_MAX;
	const char *behind = most < UINT32_MAX ? small(s, most, &nodes, &levels) : NULL;

	if (!behind)
		return false;
	cfr__list_shape(t, CFR__ENTRIES);
	cfr__list_depth(t, levels);
	t->out->nodes += nodes;
	s->p = behind;
	return true;
}

static int open_collection(scanner *s)
{
	uint32_t start = at(s);
	int r;

	if (s->t->listing && s->t->depth)
		cfr__list_shape(s->t, CFR__ENTRIES);
	r = cfr__track_open(s->t, *s->p++ == '[', 0);
	return r == 0 && s->t->listing ? cfr__list_open(s->t, start) : r;
}

/* The value at s->p and all in it; `bottom` collections are open around it. */
static int value(scanner *s, uint32_t bottom)
{
	cfr__tracker *t = s->t;

	for (;;) {
		bool opened = s->p < s->end && (*s->p == '{' || *s->p == '[');
		int r = 0;

		if (opened && pass(s))
			opened = false;
		else if (opened)
			r = open_collection(s);
		else if (!scalar(s))
			r = CFR__UNSAFE;
		if (r)
			return r;
		/* Behind a value or an opening bracket: closing ones, then a comma. */
		for (;;) {
			bool sequence;

			if (t->depth == bottom)
				return 0;
			if (!opened) {
				if (t->range && !t->taken && at(s) >= t->from)
					cfr__track_take(t);
				t->rest = at(s);
				cfr__track_entry_end(t, t->rest);
			}
			sequence = t->levels[t->depth - 1].sequence;
			skip_space(s);
			if (s->p == s->end)
				return CFR__UNSAFE;
			if (*s->p == (sequence ? ']' : '}')) {
				s->p++;
				r = t->listing ? cfr__list_close(t, at(s)) : 0;
				if (r)
					return r;
				t->depth--;
				opened = false;
				continue;
			}
			if (!opened) {
				if (*s->p++ != ',')
					return CFR__UNSAFE;
				skip_space(s);
			}
			r = begin(s, sequence);
			if (r)
				return r;
			break;
		}
	}
}

int cfr__outline_json(cfr__tracker *t, uint32_t start, uint32_t end, const cfr__window *member)
{
	scanner s = { .p = t->text.ptr + start, .end = t->text.ptr + end, .text = t->text.ptr, .t = t };
	int r = 0;

	t->out->nodes++;
	if (!member)
		skip_space(&s);
	else
		r = cfr__track_open(t, member->sequence, 0);
	if (r == 0 && member)
		r = begin(&s, member->sequence);
	if (r == 0)
		r = value(&s, member != NULL);
	if (!member)
		skip_space(&s);
	return r == 0 && s.p != s.end ? CFR__UNSAFE : r;
}
