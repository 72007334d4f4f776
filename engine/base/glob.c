/* engine/base/glob.c -- file name patterns, matched without backtracking.
 *
 * A pattern becomes a list of tokens. Matching walks the text once and keeps the set of tokens that could come next
 * (Thompson's way, 1968): for each character every token is looked at once, so time is at most pattern times text.
 * What a token reaches without eating a character lies always behind it, so one pass from left to right completes the
 * set.
 *
 * Two dialects share this. In a .gitignore braces are plain and `**` is special only as a whole component; in our own
 * globs `**` crosses folders wherever it stands. A pattern that is not well formed (an open set, a lone `\` at the
 * end) or that is longer than TOKENS matches nothing.
 */
#include "engine/base/glob.h"

#include "engine/base/str.h"
#include "engine/base/utf8.h"

enum { TOKENS = 1024 };

typedef enum kind {
	ONE,		/* the character `c` */
	ANY,		/* `?` */
	SET,		/* `[…]`, from `c` in the pattern */
	STAR,		/* `*` */
	DEEP,		/* `**` */
	FOLDERS,	/* `**` and its slash: any number of whole folders, none too */
	OPEN,		/* `{`: `next` is the first comma or the end */
	COMMA,		/* end of an alternative; `next` as above, `close` the end */
	CLOSE
} kind;

typedef struct token {
	uint32_t c;
	uint16_t next, close;
	uint8_t kind;
} token;

typedef struct glob {
	cfr_str pattern;
	unsigned count;
	token tokens[TOKENS];
} glob;

typedef struct bits {
	uint64_t words[TOKENS / 64 + 1];
} bits;

static void mark(bits *set, unsigned i) { set->words[i / 64] |= UINT64_C(1) << (i % 64); }
static bool marked(const bits *set, unsigned i) { return set->words[i / 64] >> (i % 64) & 1; }

/* One character. File names may be any bytes; one that is not UTF-8 counts for itself and equals only itself. */
static size_t character(uint32_t *out, const char *p, size_t len)
{
	unsigned char lead = (unsigned char)*p;
	size_t n = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;

	if (n > 1 && n <= len && cfr_utf8_valid(p, n) == n)
		return cfr_utf8_decode(out, p, n);
	*out = n == 1 ? lead : 0x110000u + lead;
	return 1;
}

/* One member of a set at `*i`, escapes undone. */
static uint32_t member(cfr_str p, size_t *i)
{
	uint32_t c;

	if (p.ptr[*i] == '\\' && *i + 1 < p.len)
		++*i;
	*i += character(&c, p.ptr + *i, p.len - *i);
	return c;
}

/* "[:alpha:]" at i: its length, or 0. */
static size_t class_at(cfr_str p, size_t i)
{
	if (i + 3 >= p.len || p.ptr[i] != '[' || p.ptr[i + 1] != ':')
		return 0;
	for (size_t k = i + 2; k + 1 < p.len && p.ptr[k] != ']' && p.ptr[k] != '['; k++) {
		if (p.ptr[k] == ':' && p.ptr[k + 1] == ']')
			return k + 2 - i;
	}
	return 0;
}

static bool in_class(cfr_str name, uint32_t c)
{
	bool lower = c >= 'a' && c <= 'z', upper = c >= 'A' && c <= 'Z', number = c >= '0' && c <= '9';
	bool print = c > 0x20 && c < 0x7F;

	if (cfr_str_eq(name, CFR_STR("alpha")))
		return lower || upper;
	if (cfr_str_eq(name, CFR_STR("alnum")))
		return lower || upper || number;
	if (cfr_str_eq(name, CFR_STR("digit")))
		return number;
	if (cfr_str_eq(name, CFR_STR("lower")))
		return lower;
	if (cfr_str_eq(name, CFR_STR("upper")))
		return upper;
	if (cfr_str_eq(name, CFR_STR("xdigit")))
		return number || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
	if (cfr_str_eq(name, CFR_STR("space")))
		return c == ' ' || (c >= '\t' && c <= '\r');
	if (cfr_str_eq(name, CFR_STR("blank")))
		return c == ' ' || c == '\t';
	if (cfr_str_eq(name, CFR_STR("cntrl")))
		return c < 0x20 || c == 0x7F;
	if (cfr_str_eq(name, CFR_STR("graph")))
		return print;
	if (cfr_str_eq(name, CFR_STR("print")))
		return print || c == ' ';
	if (cfr_str_eq(name, CFR_STR("punct")))
		return print && !lower && !upper && !number;
	return false;
}

/* Walks the set that opens before *i; moves *i behind its `]`. With `c` it also says whether c is a member. */
static bool walk_set(cfr_str p, size_t *i, uint32_t c, bool *well_formed)
{
	bool inverted = false, found = false, first = true;

	*well_formed = false;
	if (*i < p.len && (p.ptr[*i] == '!' || p.ptr[*i] == '^')) {
		inverted = true;
		++*i;
	}
	for (; *i < p.len && (first || p.ptr[*i] != ']'); first = false) {
		size_t n = class_at(p, *i);
		uint32_t low, high;

		if (n) {
			found = found || in_class(cfr_str_sub(p, *i + 2, *i + n - 2), c);
			*i += n;
			continue;
		}
		low = high = member(p, i);
		if (*i + 1 < p.len && p.ptr[*i] == '-' && p.ptr[*i + 1] != ']') {
			++*i;
			high = member(p, i);
		}
		found = found || (c >= low && c <= high);
	}
	if (*i >= p.len)
		return false;
	++*i;
	*well_formed = true;
	return found != inverted;
}

/* Is a `{` at i closed? */
static bool brace_closes(cfr_str p, size_t i)
{
	int depth = 0;

	for (; i < p.len; i++) {
		if (p.ptr[i] == '\\')
			i++;
		else if (p.ptr[i] == '{')
			depth++;
		else if (p.ptr[i] == '}' && --depth == 0)
			return true;
	}
	return false;
}

static bool begins_component(const glob *g)
{
	const token *last = g->count ? &g->tokens[g->count - 1] : NULL;

	return !last || (last->kind == ONE && last->c == '/') || last->kind == OPEN || last->kind == COMMA ||
	       last->kind == FOLDERS;
}

static token star_token(const glob *g, cfr_str p, size_t *i, bool git)
{
	size_t stars = 0;

	for (; *i < p.len && p.ptr[*i] == '*'; stars++)
		++*i;
	if (stars == 1)
		return (token){ .kind = STAR };
	if (begins_component(g)) {
		if (*i < p.len && p.ptr[*i] == '/') {
			++*i;
			return (token){ .kind = FOLDERS };
		}
		if (*i == p.len)
			return (token){ .kind = DEEP };
	}
	return (token){ .kind = git ? STAR : DEEP };
}

static bool parse(glob *g, cfr_str p, bool git)
{
	uint16_t open[TOKENS / 2];	/* last OPEN or COMMA of each open brace */
	unsigned depth = 0;
	bool ok;

	g->pattern = p;
	g->count = 0;
	for (size_t i = 0; i < p.len; g->count++) {
		token *t = &g->tokens[g->count];
		char c = p.ptr[i];

		if (g->count == TOKENS)
			return false;
		if (c == '*') {
			*t = star_token(g, p, &i, git);
		} else if (c == '?') {
			*t = (token){ .kind = ANY };
			i++;
		} else if (c == '[') {
			*t = (token){ .kind = SET, .c = (uint32_t)++i };
			walk_set(p, &i, 0, &ok);
			if (!ok)
				return false;
		} else if (!git && c == '{' && depth < TOKENS / 2 && brace_closes(p, i)) {
			*t = (token){ .kind = OPEN };
			open[depth++] = (uint16_t)g->count;
			i++;
		} else if (depth && (c == ',' || c == '}')) {
			*t = (token){ .kind = c == ',' ? COMMA : CLOSE };
			g->tokens[open[depth - 1]].next = (uint16_t)g->count;
			open[depth - 1] = (uint16_t)g->count;
			depth -= c == '}';
			i++;
		} else {
			*t = (token){ .kind = ONE };
			if (c == '\\' && ++i == p.len)
				return false;
			i += character(&t->c, p.ptr + i, p.len - i);
		}
	}
	for (unsigned i = g->count; i-- > 0;) {	/* where each alternative's end leads */
		token *t = &g->tokens[i];

		if (t->kind == COMMA)
			t->close = g->tokens[t->next].kind == CLOSE ? t->next : g->tokens[t->next].close;
	}
	return true;
}

/* Adds what is reached without a character. */
static void complete(const glob *g, bits *set, bool begins_folder)
{
	for (unsigned i = 0; i < g->count; i++) {
		const token *t = &g->tokens[i];

		if (!marked(set, i))
			continue;
		switch (t->kind) {
		case STAR:
		case DEEP:
		case CLOSE:
			mark(set, i + 1);
			break;
		case FOLDERS:
			if (begins_folder)
				mark(set, i + 1);
			break;
		case OPEN:
			mark(set, i + 1);
			for (unsigned k = t->next; g->tokens[k].kind == COMMA; k = g->tokens[k].next)
				mark(set, k + 1);
			break;
		case COMMA:
			mark(set, t->close + 1u);
			break;
		default:
			break;
		}
	}
}

static void step(const glob *g, const bits *from, bits *to, uint32_t c)
{
	for (unsigned i = 0; i < g->count; i++) {
		const token *t = &g->tokens[i];
		bool ok;
		size_t at;

		if (!marked(from, i))
			continue;
		switch (t->kind) {
		case ONE:
			if (c == t->c)
				mark(to, i + 1);
			break;
		case ANY:
			if (c != '/')
				mark(to, i + 1);
			break;
		case SET:
			at = t->c;
			if (c != '/' && walk_set(g->pattern, &at, c, &ok))
				mark(to, i + 1);
			break;
		case STAR:
			if (c != '/')
				mark(to, i);
			break;
		case DEEP:
		case FOLDERS:
			mark(to, i);
			break;
		default:
			break;
		}
	}
}

static bool matches(const glob *g, cfr_str text)
{
	bits sets[2] = { 0 }, *now = &sets[0], *then = &sets[1];
	bool begins_folder = true;

	mark(now, 0);
	for (size_t i = 0; i < text.len;) {
		bits *spare = now;
		uint32_t c;

		complete(g, now, begins_folder);
		i += character(&c, text.ptr + i, text.len - i);
		*then = (bits){ 0 };
		step(g, now, then, c);
		begins_folder = c == '/';
		now = then;
		then = spare;
	}
	complete(g, now, begins_folder);
	return marked(now, g->count);
}

bool cfr_glob_match(cfr_str pattern, cfr_str text)
{
	glob g;

	return parse(&g, pattern, false) && matches(&g, text);
}

/* Trailing blanks go, unless the first of them is escaped; a CR belongs to the line end. */
static cfr_str trim_line(cfr_str line)
{
	size_t end = 0;

	if (line.len && line.ptr[line.len - 1] == '\r')
		line.len--;
	for (size_t i = 0; i < line.len; i++) {
		if (line.ptr[i] == '\\' && i + 1 < line.len)
			end = ++i + 1;
		else if (line.ptr[i] != ' ')
			end = i + 1;
	}
	return cfr_str_sub(line, 0, end);
}

int cfr_glob_ignore(cfr_str line, cfr_str name, bool is_folder)
{
	cfr_str p = trim_line(line);
	bool back = false, anchored;
	glob g;

	if (p.len == 0 || p.ptr[0] == '#')
		return 0;
	if (p.ptr[0] == '!') {
		back = true;
		p = cfr_str_sub(p, 1, p.len);
	}
	if (p.len && p.ptr[p.len - 1] == '/') {
		if (!is_folder)
			return 0;
		p.len--;
	}
	if (p.len == 0)
		return 0;
	anchored = memchr(p.ptr, '/', p.len) != NULL;
	if (p.ptr[0] == '/')
		p = cfr_str_sub(p, 1, p.len);
	if (!anchored) {	/* the last component alone, in any folder */
		for (size_t i = name.len; i-- > 0;) {
			if (name.ptr[i] == '/') {
				name = cfr_str_sub(name, i + 1, name.len);
				break;
			}
		}
	}
	if (!parse(&g, p, true) || !matches(&g, name))
		return 0;
	return back ? -1 : 1;
}
