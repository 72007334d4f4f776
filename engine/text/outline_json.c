/* engine/text/outline_json.c -- the members of JSON's objects and the items of its arrays, bracket by bracket.
 *
 * Strings hide brackets, and nothing else does. So the scan knows strings, brackets, commas and colons, and takes
 * whatever stands between for a number or a word.
 *
 * For lists, a collection that is small is of no interest: it is passed by counting, without a look at its entries. One that
 * turns out to be large is gone back to; that costs as much text again as makes it large. Most of a text is passed like this, so it
 * is looked at in blocks of 64 bytes, as numbers with a bit for each: where quotes are, which of them are escaped, hence what
 * stands between quotes, and the brackets and commas that do not.
 */
#include "engine/text/outline.h"

#include "engine/base/lanes.h"
#include "engine/base/utf8.h"

#define ONES  UINT64_C(0x0101010101010101)
#define HIGHS UINT64_C(0x8080808080808080)

enum { BLOCK = 64 };

/* What is not between quotes in 64 bytes of text. */
typedef struct block {
	uint64_t brackets, commas;
	uint64_t slashes;		/* backslashes: they are nothing there, and behind them nothing is known */
} block;

/* What a block has to know of the one before. */
typedef struct carry {
	uint64_t quoted;		/* all ones: it ended between quotes */
	uint64_t escaped;		/* 1: with a backslash that escapes what comes next */
} carry;

typedef struct scanner {
	const char *p, *end, *text;
	cfr__tracker *t;
	const char *from;		/* of the latest block; NULL: there was none */
	block block;
	carry carry;			/* for the next one */
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

/* The characters that backslashes escape. */
static inline uint64_t escaped_by(uint64_t slashes, uint64_t *carried)
{
	uint64_t escaped = *carried;

	*carried = 0;
	for (slashes &= ~escaped; slashes;) {
		uint64_t slash = slashes & (0 - slashes);

		escaped |= slash << 1;
		*carried = slash >> (BLOCK - 1);
		slashes &= ~(slash | slash << 1);
	}
	return escaped;
}

/* Bit i: is the number of bits up to it odd? From an opening quote to before the closing one. */
static inline uint64_t odd_so_far(uint64_t bits)
{
	bits ^= bits << 1;
	bits ^= bits << 2;
	bits ^= bits << 4;
	bits ^= bits << 8;
	bits ^= bits << 16;
	return bits ^ bits << 32;
}

static inline cfr_lanes bracket(cfr_lanes v)
{
	v |= 0x20;			/* [ becomes {, and ] } */
	return (cfr_lanes)((v == '{') | (v == '}'));
}

static inline uint64_t brackets(const cfr_sixty_four *v)
{
	return cfr_sixty_four_bits(bracket(v->a), bracket(v->b), bracket(v->c), bracket(v->d));
}

/* The block at `from`, of which no more than s->end is looked at. */
static inline void next_block(scanner *s, const char *from)
{
	uint64_t quotes, slashes, inside;
	char last[BLOCK];
	cfr_sixty_four v;

	s->from = from;
	if (CFR_UNLIKELY(s->end - from < BLOCK)) {
		memset(last, ' ', sizeof(last));
		memcpy(last, from, (size_t)(s->end - from));
		from = last;
	}
	v = cfr_sixty_four_load(from);
	quotes = cfr_sixty_four_equal(&v, '"');
	slashes = cfr_sixty_four_equal(&v, '\\');
	if (slashes | s->carry.escaped)
		quotes &= ~escaped_by(slashes, &s->carry.escaped);
	inside = odd_so_far(quotes) ^ s->carry.quoted;
	s->carry.quoted = 0 - (inside >> (BLOCK - 1));
	s->block = (block){ brackets(&v) & ~inside, cfr_sixty_four_equal(&v, ',') & ~inside, slashes & ~inside };
}

/* Bits below bit `n` of 0 to 64. */
static inline uint64_t below(size_t n) { return n < BLOCK ? (UINT64_C(1) << n) - 1 : ~UINT64_C(0); }

static inline uint32_t ones(uint64_t bits)
{
	bits -= bits >> 1 & ONES * 0x55;
	bits = (bits & ONES * 0x33) + (bits >> 2 & ONES * 0x33);
	return (uint32_t)(((bits + (bits >> 4)) & ONES * 0x0F) * ONES >> 56);
}

/* Behind the collection that opens at s->p, if it ends within so many bytes; else NULL. */
static const char *small(scanner *s, uint32_t most, uint32_t *nodes, uint32_t *levels)
{
	const char *p = s->p, *last = s->end - p < (ptrdiff_t)most ? s->end : p + most;
	uint32_t depth = 0;

	/* It may open in a block that is known, because the one before it ended there. */
	if (!s->from || p < s->from || p - s->from >= BLOCK || s->block.slashes) {
		s->carry = (carry){ 0, 0 };
		next_block(s, p);
	}
	for (;; next_block(s, p)) {
		uint64_t seen = ~below((size_t)(p - s->from)) & below((size_t)(last - s->from)), left, inner;

		if (CFR_UNLIKELY(s->block.slashes & seen))
			return NULL;
		for (left = s->block.brackets & seen; left; left &= left - 1) {
			int at = __builtin_ctzll(left);

			if (s->from[at] & 2) {		/* of the four, those that open */
				*nodes += 1;
				if (++depth > *levels)
					*levels = depth;
			} else if (--depth == 0) {
				inner = s->block.commas & seen & below((size_t)at);
				*nodes += ones(inner);
				return s->from + at + 1;
			}
		}
		*nodes += ones(s->block.commas & seen);
		p = s->from + BLOCK;
		if (p >= last)
			return NULL;
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

/* Control characters but tabs, line feeds, and carriage returns before one: in so many bytes behind which one more may be read. */
static bool controls(const char *p, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if ((unsigned char)p[i] < 0x20 && p[i] != '\n' && p[i] != '\t' && (p[i] != '\r' || p[i + 1] != '\n'))
			return true;
	}
	return false;
}

static inline cfr_lanes control(const char *p)
{
	cfr_lanes v = cfr_lanes_load(p), next = cfr_lanes_load(p + 1);

	return (cfr_lanes)(v < 0x20) & (cfr_lanes)(v != '\n') & (cfr_lanes)(v != '\t') &
	       ~((cfr_lanes)(v == '\r') & (cfr_lanes)(next == '\n'));
}

/* A line feed becomes 255, any other control character 0 to 30. */
static inline cfr_lanes unusual(cfr_lanes v) { return (cfr_lanes)((v ^ '\n') - 1 < 0x1F); }

bool cfr__outline_json_fit(cfr_str text)
{
	cfr_lanes high = { 0 };
	size_t at = 0;

	for (; text.len - at >= BLOCK; at += BLOCK) {
		const char *p = text.ptr + at;
		cfr_sixty_four v = cfr_sixty_four_load(p);

		high |= v.a | v.b | v.c | v.d;
		if (cfr_lanes_any(unusual(v.a) | unusual(v.b) | unusual(v.c) | unusual(v.d)) &&
		    cfr_lanes_any(control(p) | control(p + 16) | control(p + 32) | control(p + 48)))
			return false;
	}
	if (controls(text.ptr + at, text.len - at))
		return false;
	if (cfr_lanes_any(high & 0x80))
		at = 0;
	return cfr_utf8_valid(text.ptr + at, text.len - at) == text.len - at;
}
