/* engine/query/parse.c -- from the text of a query to its plan: the grammar of RFC 9535.
 *
 * Recursive descent over the bytes, one function for one rule of the grammar. Well-typedness (section 2.4.3) is checked
 * where a call is read, since only there is known what it stands for: a test, a side of a comparison, an argument.
 * Two ceilings keep hostile text from exhausting a stack: how deep the text nests, and how deep a run would (each
 * segment that may select several nodes costs one level, a filter those of its queries).
 */
#include "engine/query/plan.h"

enum { NEST_END = 64, BELOW_END = 512 };

static int parse_or(cfr__lexer *x, cfr__expr **out);
static int parse_path(cfr__lexer *x, cfr__path **out);
static int parse_call(cfr__lexer *x, cfr_str name, size_t start, cfr__call **out);

static void *make(cfr__lexer *x, size_t size)
{
	void *at = cfr_arena_zalloc(x->arena, 1, size);

	if (!at)
		cfr_err_nomem(x->err);
	return at;
}

/* How much of a name a message shows. */
static int shown(cfr_str name) { return name.len < 60 ? (int)name.len : 60; }

static int nest(cfr__lexer *x)
{
	if (++x->nest > NEST_END) {
		cfr__lex_fail(x, x->at, "filters, parentheses and calls nest deeper than %d levels", NEST_END);
		return CFR_E_SYNTAX;
	}
	return 0;
}

/* -- selectors ------------------------------------------------------------------------------------------------ */

static int parse_slice(cfr__lexer *x, cfr__selector *s)
{
	int r, c = cfr__lex_peek(x);

	s->kind = CFR__SLICE;
	s->step = 1;
	s->has_start = c != ':';
	if (c != ':') {
		r = cfr__lex_int(x, &s->start);
		if (r < 0)
			return r;
		size_t behind = x->at;
		cfr__lex_blanks(x);
		if (cfr__lex_peek(x) != ':') {
			x->at = behind;
			s->kind = CFR__INDEX;
			return 0;
		}
	}
	x->at++;
	cfr__lex_blanks(x);
	c = cfr__lex_peek(x);
	if (c == '-' || (c >= '0' && c <= '9')) {
		r = cfr__lex_int(x, &s->end);
		if (r < 0)
			return r;
		s->has_end = true;
	}
	size_t behind = x->at;
	cfr__lex_blanks(x);
	if (!cfr__lex_take(x, ":")) {
		x->at = behind;
		return 0;
	}
	behind = x->at;
	cfr__lex_blanks(x);
	c = cfr__lex_peek(x);
	if (c == '-' || (c >= '0' && c <= '9'))
		return cfr__lex_int(x, &s->step);
	x->at = behind;
	return 0;
}

static int no_selector(cfr__lexer *x)
{
	size_t start = x->at;
	cfr_str name;

	cfr__lex_expected(x, "a selector");
	if (cfr__lex_name(x, &name))
		cfr_err_hint(x->err, "names in brackets are quoted: ['%.*s']", shown(name), name.ptr);
	else if (cfr__lex_peek(x) == '(')
		cfr_err_hint(x->err, "there are no script expressions; a filter is written ?@.key == 1");
	else
		cfr_err_hint(x->err, "a selector is 'name', an index, start:end:step, * or ?filter");
	x->at = start;
	return CFR_E_SYNTAX;
}

static int parse_selector(cfr__lexer *x, cfr__selector **out)
{
	cfr__selector *s = make(x, sizeof(*s));
	int c = cfr__lex_peek(x), r;

	if (!s)
		return CFR_E_NOMEM;
	if (c == '\'' || c == '"') {
		s->kind = CFR__NAME;
		r = cfr__lex_string(x, &s->name);
	} else if (c == '*') {
		s->kind = CFR__ALL;
		x->at++;
		r = 0;
	} else if (c == '?') {
		s->kind = CFR__FILTER;
		x->at++;
		cfr__lex_blanks(x);
		r = nest(x);
		if (r == 0)
			r = parse_or(x, &s->filter);
		x->nest--;
	} else if (c == ':' || c == '-' || (c >= '0' && c <= '9')) {
		r = parse_slice(x, s);
	} else {
		r = no_selector(x);
	}
	if (r == 0)
		*out = s;
	return r;
}

/* Behind the "[". */
static int parse_brackets(cfr__lexer *x, cfr__segment *segment)
{
	cfr__selector **last = &segment->selectors;

	for (;;) {
		int r;

		cfr__lex_blanks(x);
		r = parse_selector(x, last);
		if (r < 0)
			return r;
		cfr__lex_blanks(x);
		if (cfr__lex_take(x, "]"))
			return 0;
		if (!cfr__lex_take(x, ",")) {
			r = cfr__lex_expected(x, "',' or ']' after a selector");
			if (cfr__lex_peek(x) == '=')
				cfr_err_hint(x->err, "did you mean '=='? For a pattern there is match(@.key, 'a.*')");
			else if (cfr__lex_peek(x) == '&' || cfr__lex_peek(x) == '|')
				cfr_err_hint(x->err, "'and' is written &&, 'or' is written ||");
			return r;
		}
		last = &(*last)->next;
	}
}

/* A name or `*` behind a dot or two. */
static int parse_shorthand(cfr__lexer *x, cfr__segment *segment)
{
	cfr__selector *s = make(x, sizeof(*s));

	if (!s)
		return CFR_E_NOMEM;
	if (cfr__lex_take(x, "*")) {
		s->kind = CFR__ALL;
	} else if (cfr__lex_name(x, &s->name)) {
		s->kind = CFR__NAME;
	} else {
		cfr__lex_expected(x, segment->descendant ? "a name, '*' or '[' after '..'" : "a name or '*' after '.'");
		if (cfr__lex_peek(x) == '\'' || cfr__lex_peek(x) == '"')
			cfr_err_hint(x->err, "a quoted name stands in brackets: ['name']");
		else if (cfr__lex_peek(x) >= '0' && cfr__lex_peek(x) <= '9')
			cfr_err_hint(x->err, "an index stands in brackets: [0]");
		return CFR_E_SYNTAX;
	}
	segment->selectors = s;
	return 0;
}

/* Reads one segment if one comes; *out stays NULL otherwise, with the lexer before the blanks. */
static int parse_segment(cfr__lexer *x, cfr__segment **out)
{
	size_t start = x->at;
	cfr__segment *segment;
	const cfr__selector *only;
	int c, r;

	cfr__lex_blanks(x);
	c = cfr__lex_peek(x);
	if (c != '.' && c != '[') {
		x->at = start;
		return 0;
	}
	segment = make(x, sizeof(*segment));
	if (!segment)
		return CFR_E_NOMEM;
	segment->descendant = cfr__lex_take(x, "..");
	if (cfr__lex_take(x, "[")) {
		r = parse_brackets(x, segment);
	} else {
		if (!segment->descendant)
			x->at++;
		r = parse_shorthand(x, segment);
	}
	if (r < 0)
		return r;
	only = segment->selectors;
	segment->single = !segment->descendant && !only->next && (only->kind == CFR__NAME || only->kind == CFR__INDEX);
	*out = segment;
	return 0;
}

/* From its `$` or `@` on. */
static int parse_path(cfr__lexer *x, cfr__path **out)
{
	cfr__path *path = make(x, sizeof(*path));
	unsigned beside = x->below, mine = 1;
	cfr__segment **last;

	if (!path)
		return CFR_E_NOMEM;
	path->from_root = cfr__lex_peek(x) == '$';
	path->singular = true;
	x->at++;
	x->below = 0;
	for (last = &path->segments;; last = &(*last)->next) {
		int r = parse_segment(x, last);

		if (r < 0)
			return r;
		if (!*last)
			break;
		if (!(*last)->single) {
			path->singular = false;
			mine++;
		}
		if (mine + x->below > BELOW_END)
			return cfr__lex_fail(x, x->at, "the query selects through more than %d levels", BELOW_END);
	}
	mine += x->below;
	x->below = mine > beside ? mine : beside;
	*out = path;
	return 0;
}

/* -- filters -------------------------------------------------------------------------------------------------- */

static bool lower(int c) { return c >= 'a' && c <= 'z'; }

/* A word of a filter: a literal, or the name of a function, whose "(" follows at once. */
static int parse_word(cfr__lexer *x, cfr__operand *out)
{
	size_t start = x->at;
	cfr_str word;
	int c;

	for (c = cfr__lex_peek(x); lower(c) || c == '_' || (c >= '0' && c <= '9'); c = cfr__lex_peek(x))
		x->at++;
	word = cfr_str_sub(x->text, start, x->at);
	if (c == '(') {
		out->kind = CFR__CALL;
		return parse_call(x, word, start, &out->call);
	}
	out->kind = CFR__LITERAL;
	if (cfr_str_eq(word, CFR_STR("true")))
		out->literal.kind = CFR__TRUE;
	else if (cfr_str_eq(word, CFR_STR("false")))
		out->literal.kind = CFR__FALSE;
	else if (cfr_str_eq(word, CFR_STR("null")))
		out->literal.kind = CFR__NULL;
	else {
		int n = shown(word);

		x->at = start;
		cfr__lex_fail(x, start, "'%.*s' is neither a value nor a call", n, word.ptr);
		if (cfr_str_eq(word, CFR_STR("not")))
			cfr_err_hint(x->err, "'not' is written !");
		else
			cfr_err_hint(x->err, "text is quoted: '%.*s'; a key of the current node is @.%.*s",
			             n, word.ptr, n, word.ptr);
		return CFR_E_SYNTAX;
	}
	return 0;
}

/* A literal, a query or a call: what a comparison, a test and an argument begin with. */
static int parse_operand(cfr__lexer *x, cfr__operand *out)
{
	int c = cfr__lex_peek(x);

	*out = (cfr__operand){ .kind = CFR__LITERAL };
	if (c == '$' || c == '@') {
		out->kind = CFR__PATH;
		x->query->looks_up |= c == '$';
		return parse_path(x, &out->path);
	}
	if (c == '\'' || c == '"') {
		out->literal.kind = CFR__STRING;
		return cfr__lex_string(x, &out->literal.of.string);
	}
	if (c == '-' || (c >= '0' && c <= '9'))
		return cfr__lex_number(x, &out->literal);
	if (lower(c))
		return parse_word(x, out);
	cfr__lex_expected(x, "a value, a query or a call");
	if ((c >= 'A' && c <= 'Z') || c == '_')
		cfr_err_hint(x->err, "text is quoted, a key of the current node is written @.key, and literals are "
		             "true, false and null");
	return CFR_E_SYNTAX;
}

static bool parse_operator(cfr__lexer *x, cfr__compare *out)
{
	static const char *const words[] = { "==", "!=", "<=", "<", ">=", ">" };
	static const cfr__compare meanings[] = { CFR__EQ, CFR__NE, CFR__LE, CFR__LT, CFR__GE, CFR__GT };

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (cfr__lex_take(x, words[i])) {
			*out = meanings[i];
			return true;
		}
	}
	return false;
}

/* May an operand stand where one value is wanted? */
static int check_value(cfr__lexer *x, const cfr__operand *o, size_t start)
{
	if (o->kind == CFR__PATH && !o->path->singular) {
		cfr__lex_fail(x, start, "a query that may select several nodes has no one value");
		cfr_err_hint(x->err, "use names and indexes only, or value(…), or count(…)");
		return CFR_E_SYNTAX;
	}
	if (o->kind == CFR__CALL && cfr__functions[o->call->function].result != CFR__TYPE_VALUE) {
		cfr__lex_fail(x, start, "%s() is true or false by itself and gives no value to compare or pass on",
		              cfr__functions[o->call->function].name);
		cfr_err_hint(x->err, "write it alone, or !%s(…)", cfr__functions[o->call->function].name);
		return CFR_E_SYNTAX;
	}
	return 0;
}

/* May an operand stand alone as a test? Makes it one. */
static int check_test(cfr__lexer *x, cfr__expr *e, size_t start)
{
	const cfr__operand *o = &e->left;

	if (o->kind == CFR__LITERAL) {
		cfr__lex_fail(x, start, "a value alone is no test");
		cfr_err_hint(x->err, "compare it, as in @.key == 'text'");
		return CFR_E_SYNTAX;
	}
	if (o->kind == CFR__CALL && cfr__functions[o->call->function].result == CFR__TYPE_VALUE) {
		cfr__lex_fail(x, start, "%s() gives a value, which is no test",
		              cfr__functions[o->call->function].name);
		cfr_err_hint(x->err, "compare it, as in %s(…) > 0", cfr__functions[o->call->function].name);
		return CFR_E_SYNTAX;
	}
	e->kind = o->kind == CFR__PATH ? CFR__EXISTS : CFR__TEST;
	return 0;
}

static int parse_comparison(cfr__lexer *x, cfr__expr *e, size_t left)
{
	size_t right;
	int r;

	e->kind = CFR__COMPARE;
	r = check_value(x, &e->left, left);
	if (r < 0)
		return r;
	cfr__lex_blanks(x);
	right = x->at;
	r = parse_operand(x, &e->right);
	return r < 0 ? r : check_value(x, &e->right, right);
}

static int parse_parens(cfr__lexer *x, cfr__expr **out)
{
	int r = nest(x);

	x->at++;
	cfr__lex_blanks(x);
	if (r == 0)
		r = parse_or(x, out);
	if (r < 0)
		return r;
	cfr__lex_blanks(x);
	if (!cfr__lex_take(x, ")"))
		return cfr__lex_expected(x, "')'");
	x->nest--;
	return 0;
}

/* Parentheses, a comparison or a test; `!` may stand before the first and the last. */
static int parse_basic(cfr__lexer *x, cfr__expr **out)
{
	cfr__expr *e = make(x, sizeof(*e));
	bool negated = cfr__lex_take(x, "!");
	cfr__expr *inner = e;
	size_t start, behind;
	int r;

	if (!e)
		return CFR_E_NOMEM;
	if (negated) {
		cfr__lex_blanks(x);
		e->kind = CFR__NOT;
		if (cfr__lex_peek(x) != '(') {
			e->first = inner = make(x, sizeof(*inner));
			if (!inner)
				return CFR_E_NOMEM;
		}
	}
	*out = e;
	if (cfr__lex_peek(x) == '(')
		return parse_parens(x, negated ? &e->first : out);
	start = x->at;
	r = parse_operand(x, &inner->left);
	if (r < 0)
		return r;
	behind = x->at;
	cfr__lex_blanks(x);
	if (!parse_operator(x, &inner->compare)) {
		x->at = behind;
		return check_test(x, inner, start);
	}
	if (negated) {
		cfr__lex_fail(x, start, "'!' before a comparison");
		cfr_err_hint(x->err, "put the comparison in parentheses: !(a == b)");
		return CFR_E_SYNTAX;
	}
	return parse_comparison(x, inner, start);
}

/* Parts joined by one operator. A single part stands for itself. */
static int parse_joined(cfr__lexer *x, cfr__expr **out, cfr__expr_kind kind, const char *word,
                        int (*part)(cfr__lexer *x, cfr__expr **out))
{
	cfr__expr *joined = NULL, **last = out;

	for (;;) {
		size_t behind;
		int r = part(x, last);

		if (r < 0)
			return r;
		behind = x->at;
		cfr__lex_blanks(x);
		if (!cfr__lex_take(x, word)) {
			x->at = behind;
			break;
		}
		cfr__lex_blanks(x);
		if (!joined) {
			joined = make(x, sizeof(*joined));
			if (!joined)
				return CFR_E_NOMEM;
			joined->kind = kind;
			joined->first = *out;
			*out = joined;
			last = &joined->first;
		}
		last = &(*last)->next;
	}
	return 0;
}

static int parse_and(cfr__lexer *x, cfr__expr **out) { return parse_joined(x, out, CFR__AND, "&&", parse_basic); }
static int parse_or(cfr__lexer *x, cfr__expr **out) { return parse_joined(x, out, CFR__OR, "||", parse_and); }

/* -- calls ---------------------------------------------------------------------------------------------------- */

static int find_function(cfr__lexer *x, cfr_str name, size_t start, cfr__function *out)
{
	const char *near = NULL;
	unsigned best = 3;

	for (int i = 0; i <= CFR__VALUE; i++) {
		unsigned d = cfr_str_distance(name, cfr_str_of(cfr__functions[i].name), best);

		if (d == 0) {
			*out = (cfr__function)i;
			return 0;
		}
		if (d < best) {
			best = d;
			near = cfr__functions[i].name;
		}
	}
	cfr__lex_fail(x, start, "there is no function '%.*s'", shown(name), name.ptr);
	if (near)
		cfr_err_hint(x->err, "did you mean '%s'?", near);
	else
		cfr_err_hint(x->err, "there are length, count, match, search and value");
	return CFR_E_SYNTAX;
}

/* A literal pattern that is none would select nothing, silently and for ever; so it is refused here. One that comes
 * from a document simply does not match, as the RFC has it. */
static int compile_pattern(cfr__lexer *x, cfr__call *call, size_t start)
{
	const cfr__operand *o = &call->args[1];
	cfr_buf text = CFR_BUF_INIT;
	const char *why = NULL;
	cfr_err err = CFR_ERR_INIT;
	size_t at;
	int r = 0;

	if (o->kind != CFR__LITERAL || o->literal.kind != CFR__STRING)
		return 0;
	if (!cfr__iregexp(&text, o->literal.of.string, call->function == CFR__MATCH, &at, &why)) {
		r = cfr_buf_check(&text, x->err);
		if (r == 0) {
			r = cfr__lex_fail(x, start, "the pattern is no I-Regexp (RFC 9485): %s at its character %zu",
			                  why, at + 1);
			cfr_err_hint(x->err, "use [0-9] for \\d, [A-Za-z0-9_] for \\w, [ \\t\\n\\r] for \\s, "
			             "[$] for \\$");
		}
		goto done;
	}
	r = cfr_buf_check(&text, x->err);
	if (r < 0)
		goto done;
	r = cfr_re_new(&call->re, cfr_buf_str(&text), &err);
	if (r == CFR_E_NOMEM) {
		cfr_err_nomem(x->err);
	} else if (r < 0) {
		cfr__lex_fail(x, start, "%s", err.message);
	} else {
		call->next = x->query->patterns;
		x->query->patterns = call;
	}
done:
	cfr_buf_release(&text);
	return r;
}

static int parse_argument(cfr__lexer *x, cfr__operand *out, const cfr__signature *signature, unsigned i)
{
	size_t start = x->at, behind;
	cfr__compare unused;
	int c = cfr__lex_peek(x), r = 0;

	if (c != '(' && c != '!') {
		r = parse_operand(x, out);
		if (r < 0)
			return r;
		behind = x->at;
		cfr__lex_blanks(x);
		if (!parse_operator(x, &unused) && !cfr__lex_take(x, "&&") && !cfr__lex_take(x, "||")) {
			x->at = behind;
			if (signature->args[i] == CFR__TYPE_VALUE)
				return check_value(x, out, start);
			if (out->kind == CFR__PATH)
				return 0;
			cfr__lex_fail(x, start, "%s() takes a query here", signature->name);
			cfr_err_hint(x->err, "a query begins with '$' or '@'");
			return CFR_E_SYNTAX;
		}
	}
	cfr__lex_fail(x, start, "%s() takes no condition as an argument", signature->name);
	cfr_err_hint(x->err, "put the condition beside the call: %s(…) && …", signature->name);
	return CFR_E_SYNTAX;
}

/* From the "(" on. */
static int parse_call(cfr__lexer *x, cfr_str name, size_t start, cfr__call **out)
{
	cfr__call *call = make(x, sizeof(*call));
	const cfr__signature *signature;
	size_t argument = 0;
	unsigned n = 0;
	int r;

	if (!call)
		return CFR_E_NOMEM;
	r = find_function(x, name, start, &call->function);
	if (r == 0)
		r = nest(x);
	if (r < 0)
		return r;
	signature = &cfr__functions[call->function];
	x->at++;
	cfr__lex_blanks(x);
	while (!cfr__lex_take(x, ")")) {
		if (n > 0 && !cfr__lex_take(x, ","))
			return cfr__lex_expected(x, "',' or ')' after an argument");
		cfr__lex_blanks(x);
		argument = x->at;
		if (n == signature->count) {
			n++;
			break;
		}
		r = parse_argument(x, &call->args[n], signature, n);
		if (r < 0)
			return r;
		n++;
		cfr__lex_blanks(x);
	}
	if (n != signature->count)
		return cfr__lex_fail(x, n > signature->count ? argument : start, "%s() takes %u argument%s",
		                     signature->name, signature->count, signature->count == 1 ? "" : "s");
	x->nest--;
	*out = call;
	return call->function == CFR__MATCH || call->function == CFR__SEARCH ? compile_pattern(x, call, argument) : 0;
}

/* -- the whole ------------------------------------------------------------------------------------------------ */

/* The text with its `$`, if that makes it a query; NULL otherwise. */
static const char *with_root(const cfr__lexer *x)
{
	cfr__lexer y = *x;
	cfr__path *path;
	cfr_str name;
	char *whole;

	y.err = NULL;
	y.at = 0;
	whole = cfr_arena_printf(x->arena, "%s%.*s", cfr__lex_name(&y, &name) ? "$." : "$", shown(x->text), x->text.ptr);
	if (!whole)
		return NULL;
	y.text = cfr_str_of(whole);
	y.at = 0;
	if (y.text.len <= x->text.len || parse_path(&y, &path) < 0)
		return NULL;
	return y.at == y.text.len ? whole : NULL;
}

static int no_query(cfr__lexer *x)
{
	const char *whole;

	cfr__lex_expected(x, "'$' at the beginning of a query");
	if (cfr__lex_peek(x) == '/')
		cfr_err_hint(x->err, "this looks like a JSON Pointer; a query is written $.agents[*].model");
	else if (x->text.len && (whole = with_root(x)))
		cfr_err_hint(x->err, "did you mean '%s'?", whole);
	else
		cfr_err_hint(x->err, "a query begins with '$', as in $.agents[*].model");
	return CFR_E_SYNTAX;
}

int cfr__query_parse(cfr__lexer *x, cfr__path **out)
{
	int c = cfr__lex_peek(x), r;

	if (c != '$' && c != '@')
		return no_query(x);
	r = parse_path(x, out);
	if (r < 0 || x->at == x->text.len)
		return r;
	cfr__lex_expected(x, "'.', '[' or the end of the query");
	if (cfr__lex_peek(x) == '-')
		cfr_err_hint(x->err, "a name with '-' is quoted, in brackets: ['my-key']");
	else if (cfr__lex_peek(x) == ' ' || cfr__lex_peek(x) == '\n')
		cfr_err_hint(x->err, "no blanks may stand at the end");
	return CFR_E_SYNTAX;
}
