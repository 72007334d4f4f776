/* lua/sandbox/pattern.c -- matching Lua patterns, with an end in sight.
 *
 * Written from the reference manual (5.4, 6.4.1). A pattern is compiled to a list of items: a single character or a class
 * with its repetition, or one of ( ) %n %b %f $. Sets become bitmaps, so that a set of a million members costs no more
 * for each character than a short one.
 *
 * A pattern has no alternatives and no nested repetition, so it is a straight line, and each repetition has at most one
 * choice open at a time. The open choices are therefore kept in the items themselves, linked from the last to the first:
 * matching needs no recursion and no stack, however long the subject or the pattern. Captures are set anew on every way
 * forward, so going back undoes nothing.
 *
 * What is left is time: backtracking is exponential in the number of repetitions. Each step is counted, and the count
 * looks at the clock.
 */
#include "lua/sandbox/pattern.h"

#include <stdlib.h>

enum op { CHAR, ANY, CLASS, SET, OPEN, CLOSE, PLACE, BACK, BALANCE, FRONTIER, END, MATCH };
enum repeat { ONCE, MAYBE, MANY, SOME, FEW };	/* x  x?  x*  x+  x- */

/* Classes of ASCII, whatever the locale of the process. */
enum {
	ALPHA = 0x001, DIGIT = 0x002, LOWER = 0x004, SPACE = 0x008, UPPER = 0x010, ALNUM = 0x020, XDIGIT = 0x040,
	PUNCT = 0x080, CNTRL = 0x100, GRAPH = 0x200, ZERO = 0x400,
};

static const uint16_t classes[128] = {
	0x500, 0x100, 0x100, 0x100, 0x100, 0x100, 0x100, 0x100, 0x100, 0x108, 0x108, 0x108, 0x108, 0x108, 0x100, 0x100,
	0x100, 0x100, 0x100, 0x100, 0x100, 0x100, 0x100, 0x100, 0x100, 0x100, 0x100, 0x100, 0x100, 0x100, 0x100, 0x100,
	0x008, 0x280, 0x280, 0x280, 0x280, 0x280, 0x280, 0x280, 0x280, 0x280, 0x280, 0x280, 0x280, 0x280, 0x280, 0x280,
	0x262, 0x262, 0x262, 0x262, 0x262, 0x262, 0x262, 0x262, 0x262, 0x262, 0x280, 0x280, 0x280, 0x280, 0x280, 0x280,
	0x280, 0x271, 0x271, 0x271, 0x271, 0x271, 0x271, 0x231, 0x231, 0x231, 0x231, 0x231, 0x231, 0x231, 0x231, 0x231,
	0x231, 0x231, 0x231, 0x231, 0x231, 0x231, 0x231, 0x231, 0x231, 0x231, 0x231, 0x280, 0x280, 0x280, 0x280, 0x280,
	0x280, 0x265, 0x265, 0x265, 0x265, 0x265, 0x265, 0x225, 0x225, 0x225, 0x225, 0x225, 0x225, 0x225, 0x225, 0x225,
	0x225, 0x225, 0x225, 0x225, 0x225, 0x225, 0x225, 0x225, 0x225, 0x225, 0x225, 0x280, 0x280, 0x280, 0x280, 0x100,
};

static bool in_class(unsigned char c, uint16_t mask) { return c < 128 && (classes[c] & mask); }

/* The class of a letter behind '%', or 0: then the letter stands for itself. */
static uint16_t class_mask(char c)
{
	switch (c | 0x20) {
	case 'a': return ALPHA;
	case 'c': return CNTRL;
	case 'd': return DIGIT;
	case 'g': return GRAPH;
	case 'l': return LOWER;
	case 'p': return PUNCT;
	case 's': return SPACE;
	case 'u': return UPPER;
	case 'w': return ALNUM;
	case 'x': return XDIGIT;
	case 'z': return ZERO;	/* the zero byte: old, no longer in the manual, still written */
	default: return 0;
	}
}

static bool is_letter(char c) { return in_class((unsigned char)c, ALPHA); }

/* --- compiling --- */

/* Room for one more; from the C stack first, then in userdata that double. */
static void *grow(cfr__pattern *p, void *old, uint32_t count, uint32_t *room, size_t size, int slot)
{
	void *new;

	if (count < *room)
		return old;
	new = lua_newuserdatauv(p->L, (size_t)*room * 2 * size, 0);
	memcpy(new, old, count * size);
	*room *= 2;
	lua_replace(p->L, slot);
	return new;
}

static cfr__item *add_item(cfr__pattern *p, enum op op)
{
	cfr__item *item;

	p->items = grow(p, p->items, p->count, &p->room, sizeof(cfr__item), p->slot);
	item = &p->items[p->count++];
	memset(item, 0, sizeof(*item));
	item->op = (uint8_t)op;
	if ((p->count & 255) == 0)
		cfr_sandbox_steps(p->L, 256);
	return item;
}

static void set_bit(cfr__set *set, unsigned c) { set->bits[c >> 6] |= (uint64_t)1 << (c & 63); }

static void set_class(cfr__set *set, char letter)
{
	uint16_t mask = class_mask(letter);
	bool negated = letter < 'a';

	for (unsigned c = 0; c < 256; c++) {
		if (in_class((unsigned char)c, mask) != negated)
			set_bit(set, c);
	}
}

static const char *set_end(lua_State *L, const char *t, const char *end)
{
	/* the first character is a member, even a ']' */
	for (bool first = true; ; first = false) {
		if (t == end)
			luaL_error(L, "malformed pattern (missing ']')");
		if (*t == ']' && !first)
			return t;
		if (*t++ == '%') {
			if (t == end)
				luaL_error(L, "malformed pattern (missing ']')");
			t++;
		}
	}
}

/* Behind '[': fills a set, returns where ']' stands. */
static const char *compile_set(cfr__pattern *p, const char *t, const char *end, uint32_t *index)
{
	bool negated = t < end && *t == '^';
	uint64_t seen = 0;	/* classes, which cost 256 turns each */
	cfr__set *set;

	t += negated;
	end = set_end(p->L, t, end);
	p->sets = grow(p, p->sets, p->set_count, &p->set_room, sizeof(cfr__set), p->slot + 1);
	*index = p->set_count++;
	set = &p->sets[*index];
	memset(set, 0, sizeof(*set));
	for (size_t n = 0; t < end; n++) {
		if ((n & 1023) == 0)
			cfr_sandbox_steps(p->L, 1024);
		if (*t == '%') {
			char c = t[1];

			t += 2;
			if (!is_letter(c) || !class_mask(c))
				set_bit(set, (unsigned char)c);
			else if (!(seen & (uint64_t)1 << (c & 63)))
				set_class(set, c);
			if (is_letter(c))
				seen |= (uint64_t)1 << (c & 63);
		} else if (end - t > 2 && t[1] == '-') {
			for (unsigned c = (unsigned char)t[0]; c <= (unsigned char)t[2]; c++)
				set_bit(set, c);
			t += 3;
		} else {
			set_bit(set, (unsigned char)*t++);
		}
	}
	for (int i = 0; negated && i < 4; i++)
		set->bits[i] = ~set->bits[i];
	return end;
}

/* Which captures are still open, in the order of their opening. */
struct open {
	int stack[CFR__CAPTURES], n;
	bool closed[CFR__CAPTURES];
};

/* %b %f %0-9: items without repetition. Returns behind them, or NULL if t is at none. */
static const char *compile_special(cfr__pattern *p, const char *t, const char *end, const struct open *open)
{
	cfr__item *item;
	uint32_t set;

	if (end - t < 2)
		luaL_error(p->L, "malformed pattern (ends with '%%')");
	switch (t[1]) {
	case 'b':
		if (end - t < 4)
			luaL_error(p->L, "malformed pattern (missing arguments to '%%b')");
		item = add_item(p, BALANCE);
		item->a = (unsigned char)t[2];
		item->b = (unsigned char)t[3];
		return t + 4;
	case 'f':
		if (end - t < 3 || t[2] != '[')
			luaL_error(p->L, "missing '[' after '%%f' in pattern");
		t = compile_set(p, t + 3, end, &set);
		item = add_item(p, FRONTIER);
		item->set = set;
		return t + 1;
	case '0': case '1': case '2': case '3': case '4': case '5': case '6': case '7': case '8': case '9': {
		int n = t[1] - '1';

		if (n < 0 || n >= p->captures || !open->closed[n])
			luaL_error(p->L, "invalid capture index %%%d in pattern", n + 1);
		item = add_item(p, BACK);
		item->a = (unsigned char)n;
		return t + 2;
	}
	default:
		return NULL;
	}
}

/* One character or class and what follows it. */
static const char *compile_single(cfr__pattern *p, const char *t, const char *end)
{
	cfr__item *item;
	uint32_t set;

	if (*t == '%') {
		uint16_t mask = is_letter(t[1]) ? class_mask(t[1]) : 0;

		item = add_item(p, mask ? CLASS : CHAR);
		item->a = (unsigned char)t[1];
		item->mask = mask;
		item->negated = mask && t[1] < 'a';
		t += 2;
	} else if (*t == '[') {
		t = compile_set(p, t + 1, end, &set) + 1;
		item = add_item(p, SET);
		item->set = set;
	} else {
		item = add_item(p, *t == '.' ? ANY : CHAR);
		item->a = (unsigned char)*t++;
	}
	if (t < end) {
		item->repeat = *t == '?' ? MAYBE : *t == '*' ? MANY : *t == '+' ? SOME : *t == '-' ? FEW : ONCE;
		t += item->repeat != ONCE;
	}
	return t;
}

static const char *compile_open(cfr__pattern *p, const char *t, const char *end, struct open *open)
{
	bool place = end - t > 1 && t[1] == ')';
	int n = p->captures++;

	if (n == CFR__CAPTURES)
		luaL_error(p->L, "too many captures");
	add_item(p, place ? PLACE : OPEN)->a = (unsigned char)n;
	p->position[n] = place;
	open->closed[n] = place;
	if (!place)
		open->stack[open->n++] = n;
	return t + 1 + place;
}

void cfr__pattern_compile(lua_State *L, cfr__pattern *p, const char *text, size_t len, bool anchor)
{
	const char *t = text, *end = text + len, *next;
	struct open open = { .n = 0 };

	p->L = L;
	p->items = p->few_items;
	p->sets = p->few_sets;
	p->count = p->set_count = 0;
	p->room = CFR__FEW_ITEMS;
	p->set_room = CFR__FEW_SETS;
	p->captures = 0;
	p->steps = 0;
	luaL_checkstack(L, 4, NULL);
	lua_pushnil(L);
	p->slot = lua_gettop(L);
	lua_pushnil(L);
	p->anchored = anchor && len > 0 && *t == '^';
	t += p->anchored;
	while (t < end) {
		if (*t == '(') {
			t = compile_open(p, t, end, &open);
		} else if (*t == ')') {
			if (open.n == 0)
				luaL_error(L, "invalid pattern capture");
			add_item(p, CLOSE)->a = (unsigned char)open.stack[--open.n];
			open.closed[open.stack[open.n]] = true;
			t++;
		} else if (*t == '$' && t + 1 == end) {
			add_item(p, END);
			t++;
		} else if (*t == '%' && (next = compile_special(p, t, end, &open)) != NULL) {
			t = next;
		} else {
			t = compile_single(p, t, end);
		}
	}
	if (open.n > 0)
		luaL_error(L, "unfinished capture");
	add_item(p, MATCH);
}

/* --- patterns seen before --- */

static void remember(struct cfr__recalled *r, const cfr__pattern *p, const char *text, size_t len, bool anchor)
{
	if (p->items != p->few_items || p->sets != p->few_sets)
		return;
	memcpy(r->text, text, len);
	r->len = (uint8_t)len;
	r->anchor = anchor;
	r->anchored = p->anchored;
	r->captures = (uint8_t)p->captures;
	r->count = (uint8_t)p->count;
	r->set_count = (uint8_t)p->set_count;
	memcpy(r->position, p->position, sizeof(r->position));
	memcpy(r->items, p->items, p->count * sizeof(*p->items));
	memcpy(r->sets, p->sets, p->set_count * sizeof(*p->sets));
}

void cfr__pattern_recall(lua_State *L, cfr__pattern *p, const char *text, size_t len, bool anchor)
{
	cfr_sandbox *sandbox = cfr__sandbox(L);
	struct cfr__recalled *r;

	if (len == 0 || len > sizeof(r->text) ||
	    (!sandbox->patterns && !(sandbox->patterns = calloc(CFR__RECALLED, sizeof(*r))))) {
		cfr__pattern_compile(L, p, text, len, anchor);
		return;
	}
	/* Where a short string lies is a good place to look; what is found there is compared. */
	r = &sandbox->patterns[((uintptr_t)text >> 4 ^ (uintptr_t)text >> 9) % CFR__RECALLED];
	if (r->len != len || r->anchor != anchor || memcmp(r->text, text, len) != 0) {
		cfr__pattern_compile(L, p, text, len, anchor);
		remember(r, p, text, len, anchor);
		return;
	}
	p->L = L;
	p->items = r->items;
	p->sets = r->sets;
	p->anchored = r->anchored;
	p->captures = r->captures;
	p->steps = 0;
	memcpy(p->position, r->position, sizeof(p->position));
}

/* --- matching --- */

void cfr__pattern_subject(cfr__pattern *p, const char *s, size_t len)
{
	p->subject = s;
	p->subject_end = s + len;
}

static inline bool in_set(const cfr__set *set, unsigned char c) { return set->bits[c >> 6] >> (c & 63) & 1; }

static inline bool matches(const cfr__pattern *p, const cfr__item *item, unsigned char c)
{
	switch (item->op) {
	case CHAR:
		return c == item->a;
	case ANY:
		return true;
	case CLASS:
		return in_class(c, item->mask) != item->negated;
	default:
		return in_set(&p->sets[item->set], c);
	}
}

static void count(cfr__pattern *p, size_t steps)
{
	p->steps += steps;
	if (p->steps >= 512) {
		cfr_sandbox_steps(p->L, p->steps);
		p->steps = 0;
	}
}

/* As far as the item matches, in portions so that the clock is seen. */
static const char *run(cfr__pattern *p, const cfr__item *item, const char *s)
{
	while (s < p->subject_end) {
		const char *begin = s;
		const char *stop = p->subject_end - s > (ptrdiff_t)CFR__COPY_STEP ? s + CFR__COPY_STEP : p->subject_end;

		while (s < stop && matches(p, item, (unsigned char)*s))
			s++;
		count(p, (size_t)(s - begin) + 1);
		if (s < stop)
			break;
	}
	return s;
}

/* %bxy: from an x to the y that balances it, or NULL. */
static const char *balance(cfr__pattern *p, const cfr__item *item, const char *s)
{
	size_t depth = 0;

	if (s == p->subject_end || (unsigned char)*s != item->a)
		return NULL;
	for (; s < p->subject_end; s++) {
		unsigned char c = (unsigned char)*s;

		if (c == item->b && depth > 0) {
			if (--depth == 0)
				return s + 1;
		} else if (c == item->a) {
			depth++;
		}
		count(p, 1);
	}
	return NULL;
}

static const char *back_reference(cfr__pattern *p, const cfr__item *item, const char *s)
{
	size_t len;

	if (p->position[item->a])
		return NULL;
	len = (size_t)(p->end[item->a] - p->start[item->a]);
	count(p, len / 8 + 1);
	if ((size_t)(p->subject_end - s) < len || memcmp(s, p->start[item->a], len) != 0)
		return NULL;
	return s + len;
}

static bool frontier(const cfr__pattern *p, const cfr__item *item, const char *s)
{
	const cfr__set *set = &p->sets[item->set];
	unsigned char before = s == p->subject ? 0 : (unsigned char)s[-1];
	unsigned char here = s == p->subject_end ? 0 : (unsigned char)*s;

	return !in_set(set, before) && in_set(set, here);
}

/* Items that are no repetition: on to the next position, or NULL. */
static const char *step(cfr__pattern *p, const cfr__item *item, const char *s)
{
	switch (item->op) {
	case OPEN:
		p->start[item->a] = s;
		return s;
	case CLOSE:
		p->end[item->a] = s;
		return s;
	case PLACE:
		p->start[item->a] = p->end[item->a] = s;
		return s;
	case END:
		return s == p->subject_end ? s : NULL;
	case FRONTIER:
		return frontier(p, item, s) ? s : NULL;
	case BALANCE:
		return balance(p, item, s);
	case BACK:
		return back_reference(p, item, s);
	default:
		return s < p->subject_end && matches(p, item, (unsigned char)*s) ? s + 1 : NULL;
	}
}

/* Begin a repetition. Leaves a choice (item->at, item->least) when there is one. */
static const char *repeat(cfr__pattern *p, cfr__item *item, const char *s)
{
	const char *most;

	switch (item->repeat) {
	case FEW:
		item->at = item->least = s;
		return s;
	case MAYBE:
		most = s < p->subject_end && matches(p, item, (unsigned char)*s) ? s + 1 : s;
		break;
	default:
		most = run(p, item, s);
		if (item->repeat == SOME) {
			if (most == s)
				return NULL;
			s++;
		}
	}
	item->at = most;
	item->least = s;
	return most;
}

/* Take the next way of the last open choice; NULL when it has no more. */
static const char *retry(cfr__pattern *p, cfr__item *item)
{
	const char *s = item->at;

	if (item->repeat == FEW) {
		if (s == p->subject_end || !matches(p, item, (unsigned char)*s))
			return NULL;
		return item->at = s + 1;
	}
	if (s == item->least)
		return NULL;
	return item->at = s - 1;
}

const char *cfr__pattern_at(cfr__pattern *p, const char *s)
{
	cfr__item *items = p->items;
	int32_t choice = -1;
	uint32_t i = 0;

	for (;;) {
		cfr__item *item = &items[i];

		if (item->op == MATCH)
			return s;
		count(p, 1);
		if (item->repeat == ONCE) {
			s = step(p, item, s);
		} else if ((s = repeat(p, item, s)) != NULL && (item->repeat == FEW || item->at != item->least)) {
			item->below = choice;
			choice = (int32_t)i;
		}
		i++;
		while (!s) {
			if (choice < 0)
				return NULL;
			item = &items[choice];
			i = (uint32_t)choice + 1;
			count(p, 1);
			s = retry(p, item);
			if (!s)
				choice = item->below;
		}
	}
}

const char *cfr__pattern_from(cfr__pattern *p, const char **from)
{
	const cfr__item *first = &p->items[0];
	const char *s = *from, *e;

	for (;;) {
		if (first->op == CHAR && first->repeat == ONCE && !p->anchored) {
			s = memchr(s, first->a, (size_t)(p->subject_end - s));
			if (!s)
				return NULL;
		}
		e = cfr__pattern_at(p, s);
		if (e) {
			*from = s;
			return e;
		}
		if (p->anchored || s == p->subject_end)
			return NULL;
		s++;
	}
}

void cfr__pattern_capture(cfr__pattern *p, int i, const char *s, const char *e)
{
	if (i >= p->captures) {
		if (i != 0)
			luaL_error(p->L, "invalid capture index %%%d", i + 1);
		lua_pushlstring(p->L, s, (size_t)(e - s));
	} else if (p->position[i]) {
		lua_pushinteger(p->L, p->start[i] - p->subject + 1);
	} else {
		lua_pushlstring(p->L, p->start[i], (size_t)(p->end[i] - p->start[i]));
	}
}

int cfr__pattern_captures(cfr__pattern *p, const char *s, const char *e)
{
	int n = p->captures ? p->captures : 1;

	luaL_checkstack(p->L, n, "too many captures");
	for (int i = 0; i < n; i++)
		cfr__pattern_capture(p, i, s, e);
	return n;
}

/* --- plain text --- */

const char *cfr__find_plain(lua_State *L, const char *s, size_t len, const char *what, size_t what_len)
{
	/* The library's search takes time |s| * |what| at worst for short words: portions keep it interruptible. */
	size_t portion = what_len > 256 ? what_len * 4 + CFR__COPY_STEP : CFR__COPY_STEP / 4;

	if (what_len == 0)
		return s;
	while (len >= what_len) {
		size_t n = len - what_len > portion ? portion + what_len : len;
		const char *found = memmem(s, n, what, what_len);

		if (found)
			return found;
		if (n == len)
			return NULL;
		s += n - what_len + 1;
		len -= n - what_len + 1;
		cfr_sandbox_steps(L, n / 8);
	}
	return NULL;
}
