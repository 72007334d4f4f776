/* engine/compose/refer.c -- references in strings, resolved when all layers have been merged.
 *
 *	${NAME}  ${env:NAME}			a variable
 *	${NAME:-text}  ${NAME-text}		text when it is unset (with a colon: or empty)
 *	${NAME:?message}  ${NAME?message}	an error then
 *	${int:NAME} float bool json		typed; alone in their value; with a default as above
 *	${ref:/path}				what the composed configuration holds there
 *	${file:path}				the text of a file below the root, without a final line end
 *	$${					the text ${
 *
 * `${{`, `$NAME` and `$(…)` are text. A default is scanned for references too; what a reference brought never is. Each
 * byte is looked at once. What references make is counted against the ceiling "file", so that no tower of them grows.
 */
#include "engine/compose/parts.h"

#include "engine/base/num.h"
#include "engine/base/utf8.h"
#include "engine/pointer.h"
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { DEEPEST = 16, COST = 16, LONGEST_NAME = 255 };

typedef struct scan {
	cfr__composer *c;
	const cfr__cell *cell;
	const cfr__asking *asking;
	cfr_str text;
	size_t at;
	cfr_buf out;
	cfr__value *value;
	unsigned depth;
} scan;

/* A reference as far as it has been read. */
typedef struct asked {
	size_t start;			/* of its `$` */
	cfr_str source, name;
	bool live;			/* else only passed over: its default is not wanted */
	bool fallback;			/* the default is taken */
} asked;

/* --- who asks --- */

static void write_chain(cfr_buf *out, const cfr__asking *first, const cfr__asking *last)
{
	if (last != first) {
		write_chain(out, first, last->up);
		cfr_buf_addz(out, " -> ");
	}
	if (last->way)
		cfr__way_write(out, last->way);
	else
		cfr_buf_addz(out, "\"\"");	/* the whole */
}

static int circle(const cfr__asking *first, const cfr__asking *last, cfr_err *err)
{
	cfr_buf chain = CFR_BUF_INIT;
	int r;

	write_chain(&chain, first, last);
	if ((r = cfr_buf_check(&chain, err)) == 0)
		r = cfr_err_set(err, CFR_E_CYCLE, "a circle of references: %.*s%s",
				(int)(chain.len < 220 ? chain.len : 220), chain.ptr, chain.len < 220 ? "" : "...");
	cfr_buf_release(&chain);
	return r;
}

/* What is to be mended is told by the place where the chain begins. */
static int too_long(const cfr__composer *c, const cfr__asking *last, cfr_err *err)
{
	cfr_err told = CFR_ERR_INIT;
	const cfr__asking *first = last;

	while (first->up)
		first = first->up;
	cfr_err_limit(&told, &c->limits, CFR_LIMIT_DEPTH);
	if (!err)
		return CFR_E_LIMIT;
	*err = told;
	snprintf(err->message, sizeof(err->message),
		 "limit %s reached: a chain of more than %llu references begins here", told.limit,
		 (unsigned long long)c->limits.of[CFR_LIMIT_DEPTH]);
	cfr__cell_place(c, &first->cell->from, err);
	return CFR_E_LIMIT;
}

int cfr__ask(cfr__asking *out, const cfr__composer *c, const cfr__asking *up, const cfr__cell *cell,
             const cfr__way *way, cfr_err *err)
{
	*out = (cfr__asking){ up, cell, way, up ? up->depth + 1 : 0 };
	for (const cfr__asking *a = up; a; a = a->up) {
		if (a->cell == cell)
			return circle(a, out, err);
	}
	return out->depth > c->limits.of[CFR_LIMIT_DEPTH] ? too_long(c, out, err) : 0;
}

/* --- errors --- */

/* The place of the reference in its line, where the value is written as it is read; else that of the value. */
static int fail_at(const scan *s, size_t at, int code, cfr_err *err)
{
	const cfr_document *doc = cfr__part_at(s->c->ground, s->cell->from.part)->doc;
	const cfr_source *source = cfr_document_source(doc);
	cfr_entry entry = cfr_document_entry(doc, s->cell->from.node);
	cfr_str bytes = cfr_source_bytes(source);

	for (uint32_t quote = 0; quote < 2; quote++) {
		size_t from = (size_t)entry.start + quote;
		if (from + s->text.len <= entry.end &&
		    cfr_str_eq(cfr_str_sub(bytes, from, from + s->text.len), s->text)) {
			cfr_place place = cfr_source_place(source, (uint32_t)(from + at));
			cfr_err_at(err, cfr_source_name(source), place.line, place.column);
			return code;
		}
	}
	cfr__cell_place(s->c, &s->cell->from, err);
	return code;
}

static int bad_syntax(const scan *s, size_t at, const char *what, cfr_err *err)
{
	cfr_err_set(err, CFR_E_SYNTAX, "%s", what);
	cfr_err_hint(err, "references are ${NAME}, ${NAME:-default}, ${NAME:?message}, ${int:NAME}, ${ref:/path}, ${file:path}; "
			  "write $${ for the text ${");
	return fail_at(s, at, CFR_E_SYNTAX, err);
}

static int unset(const scan *s, const asked *a, cfr_err *err)
{
	const cfr_composition *what = s->c->what;
	const char *near = NULL, *name;
	unsigned best = (unsigned)(a->name.len / 3) + 1;

	cfr_err_set(err, CFR_E_NOTFOUND, "the variable '%.*s' is not set", (int)a->name.len, a->name.ptr);
	for (uint32_t i = 0; what->env_name && (name = what->env_name(what->env_arg, i)); i++) {
		unsigned d = cfr_str_distance(a->name, cfr_str_of(name), best);
		if (d < best) {
			best = d;
			near = name;
		}
	}
	if (near)
		cfr_err_hint(err, "did you mean '%s'? ${%.*s:-text} gives a default", near,
			     (int)(a->name.len < 60 ? a->name.len : 60), a->name.ptr);
	else
		cfr_err_hint(err, "set it, give --env %.*s=VALUE, or write a default: ${%.*s:-text}",
			     (int)(a->name.len < 60 ? a->name.len : 60), a->name.ptr,
			     (int)(a->name.len < 60 ? a->name.len : 60), a->name.ptr);
	return fail_at(s, a->start, CFR_E_NOTFOUND, err);
}

/* --- what references come to --- */

static int count_made(scan *s, size_t bytes, cfr_err *err)
{
	s->c->made += bytes + COST;
	if (s->c->made <= s->c->limits.of[CFR_LIMIT_FILE])
		return 0;
	return fail_at(s, 0, cfr_err_limit(err, &s->c->limits, CFR_LIMIT_FILE), err);
}

static int add_text(scan *s, cfr_str text, cfr_err *err)
{
	if (s->out.len + text.len > s->c->limits.of[CFR_LIMIT_SCALAR])
		return fail_at(s, 0, cfr_err_limit(err, &s->c->limits, CFR_LIMIT_SCALAR), err);
	cfr_buf_adds(&s->out, text);
	return cfr_buf_check(&s->out, err);
}

/* Does the reference make up the whole value? */
static bool is_whole(const scan *s, const asked *a)
{
	return a->start == 0 && s->depth == 1 && s->at == s->text.len;
}

static int remember(scan *s, const asked *a, bool fallback, cfr_err *err)
{
	cfr_reference *made;

	if (!s->c->references)
		return 0;
	if (!(made = cfr_arena_alloc(&s->c->ground->arena, sizeof(*made))))
		return cfr_err_nomem(err);
	/* Slices of the tree's own text, which lives as long as the snapshot. */
	*made = (cfr_reference){ cfr_str_sub(s->text, a->start, s->at), a->source, a->name, fallback, NULL };
	*s->c->references = made;
	s->c->references = &made->next;
	return 0;
}

/* A scalar as a document of its own. */
static int read_value(cfr_document **out, scan *s, cfr_str text, cfr_format format, cfr_err *err)
{
	cfr_source *source;
	cfr_documents docs;
	int r = cfr_source_new(&source, CFR_STR("value"), text, &s->c->limits, err);

	if (r < 0)
		return r;
	if ((r = cfr_text_read(&docs, source, format, &s->c->limits, err)) == 0) {
		if (docs.count == 1)
			*out = cfr_document_ref(docs.items[0]);
		cfr_documents_release(&docs);
	}
	cfr_source_unref(source);
	return r;
}

/* All of a document is the value. Takes it. */
static void give_document(scan *s, cfr_document *doc)
{
	s->value->doc = doc;
	s->value->node = cfr_tree_root(cfr_document_tree(doc));
}

static bool bool_word(bool *out, cfr_str text)
{
	static const char *const words[] = { "false", "true", "no", "yes", "off", "on", "0", "1" };

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (text.len == strlen(words[i]) && strncasecmp(text.ptr, words[i], text.len) == 0) {
			*out = i % 2 == 1;
			return true;
		}
	}
	return false;
}

/* The text of a variable as the type that was asked for. Its value is not repeated: it may be a secret. */
static int typed(scan *s, const asked *a, cfr_str text, cfr_err *err)
{
	char number[CFR_NUM_MAX];
	int64_t integer = 0;
	double real = 0;
	bool truth = false, good = false;
	cfr_document *doc = NULL;
	cfr_num kind = cfr_num_parse(text, &integer, &real);
	int r;

	if (cfr_str_eq(a->source, CFR_STR("int"))) {
		good = kind == CFR_NUM_INT;
	} else if (cfr_str_eq(a->source, CFR_STR("float"))) {
		good = kind == CFR_NUM_INT || (kind == CFR_NUM_FLOAT && isfinite(real));
		text = (cfr_str){ number, 0 };
		if (good)
			text.len = cfr_num_write_float(number, kind == CFR_NUM_INT ? (double)integer : real);
	} else if (cfr_str_eq(a->source, CFR_STR("bool"))) {
		good = bool_word(&truth, text);
		text = truth ? CFR_STR("true") : CFR_STR("false");
	} else {
		good = true;
	}
	if (good && (r = read_value(&doc, s, text, CFR_JSON, err)) == 0) {
		give_document(s, doc);
		return count_made(s, text.len, err);
	}
	if (good && r == CFR_E_NOMEM)
		return r;
	cfr_err_set(err, CFR_E_KIND, "the %s of '%.*s' is no %.*s", a->fallback ? "default" : "value", (int)a->name.len,
		    a->name.ptr,
		    cfr_str_eq(a->source, CFR_STR("json")) ? 9 : (int)a->source.len,
		    cfr_str_eq(a->source, CFR_STR("json")) ? "JSON text" : a->source.ptr);
	if (cfr_str_eq(a->source, CFR_STR("bool")))
		cfr_err_hint(err, "true, yes, on, 1 and false, no, off, 0 are, in any case of letters");
	else if (cfr_str_eq(a->source, CFR_STR("int")))
		cfr_err_hint(err, "decimal digits, perhaps a minus, from -9223372036854775808 to 9223372036854775807%s",
			     a->fallback ? "; a negative default begins with two: ${int:NAME:--5}" : "");
	return fail_at(s, a->start, CFR_E_KIND, err);
}

/* A variable's text where it stands. LangSwarm types what a value holds alone. */
static int give_text(scan *s, const asked *a, cfr_str text, cfr_err *err)
{
	cfr_document *doc = NULL;
	int r;

	if (!cfr_str_eq(a->source, CFR_STR("env")))
		return typed(s, a, text, err);
	if (s->c->what->dialect == CFR_DIALECT_LANGSWARM && is_whole(s, a) && text.len) {
		r = read_value(&doc, s, text, CFR_YAML, NULL);
		cfr_node root = doc ? cfr_tree_root(cfr_document_tree(doc)) : (cfr_node){ .tree = NULL };
		cfr_kind kind = doc ? cfr_node_kind(root) : CFR_STRING;
		/* A null is written: text that says nothing remains text. */
		if (kind == CFR_BOOL || kind == CFR_INT || kind == CFR_FLOAT ||
		    (kind == CFR_NULL && cfr_document_entry(doc, root).end > cfr_document_entry(doc, root).start)) {
			give_document(s, doc);
			return 0;
		}
		cfr_document_unref(doc);
		if (r == CFR_E_NOMEM)
			return cfr_err_nomem(err);
	}
	if (cfr_utf8_valid(text.ptr, text.len) != text.len)
		return fail_at(s, a->start, cfr_err_set(err, CFR_E_ENCODING, "the value of '%.*s' is not valid UTF-8",
							(int)a->name.len, a->name.ptr), err);
	return add_text(s, text, err);
}

static int give_scalar(scan *s, const asked *a, cfr_node node, cfr_err *err)
{
	char number[CFR_NUM_MAX];

	switch (cfr_node_kind(node)) {
	case CFR_BOOL:
		return add_text(s, cfr_node_bool(node) ? CFR_STR("true") : CFR_STR("false"), err);
	case CFR_INT:
		return add_text(s, (cfr_str){ number, cfr_num_write_int(number, cfr_node_int(node)) }, err);
	case CFR_FLOAT:
		return add_text(s, (cfr_str){ number, cfr_num_write_float(number, cfr_node_float(node)) }, err);
	case CFR_STRING:
	case CFR_OTHER:
		return add_text(s, cfr_node_string(node), err);
	default:
		cfr_err_set(err, CFR_E_KIND, "'%.*s' is a %s; among text a reference must be to a scalar",
			    (int)(a->name.len < 100 ? a->name.len : 100), a->name.ptr,
			    cfr_kind_name(cfr_node_kind(node)));
		return fail_at(s, a->start, CFR_E_KIND, err);
	}
}

/* The tokens of a pointer, behind those of `up`. */
static int way_of(const cfr__way **out, cfr__composer *c, const cfr__way *up, cfr_str pointer, cfr_err *err)
{
	cfr_buf token = CFR_BUF_INIT;
	int r = 0;

	while (r == 0 && cfr_pointer_next(&token, &pointer)) {
		cfr__way *down = cfr_arena_alloc(&c->ground->arena, sizeof(*down));

		if ((r = cfr_buf_check(&token, err)) < 0)
			break;
		if (down)
			*down = (cfr__way){ up, cfr_arena_str(&c->ground->arena, cfr_buf_str(&token)) };
		if (!down || !down->token.ptr)
			r = cfr_err_nomem(err);
		up = down;
	}
	cfr_buf_release(&token);
	*out = up;
	return r;
}

static int follow(cfr__value *out, scan *s, const asked *a, const cfr__value *from, cfr_str rest, const cfr__asking *up,
		  cfr_err *err);

/* The same, of what a string with references comes to. */
static int follow_string(cfr__value *out, scan *s, const asked *a, cfr__cell *string, cfr_str rest,
			 const cfr__asking *asking, cfr_err *err)
{
	cfr_reference **kept = s->c->references;
	cfr__value inner = { .cell = NULL };
	int r;

	s->c->references = NULL;	/* those are told at that place */
	r = cfr__refer(&inner, s->c, string, asking, err);
	s->c->references = kept;
	if (r < 0)
		return r;
	if (inner.cell)
		return follow(out, s, a, &inner, rest, asking, err);
	if (!inner.doc && rest.len) {
		cfr_err_set(err, CFR_E_NOTFOUND, "there is no '%.*s': what '%.*s' refers to is a string",
			    (int)(a->name.len < 100 ? a->name.len : 100), a->name.ptr,
			    (int)(a->name.len - rest.len < 100 ? a->name.len - rest.len : 100), a->name.ptr);
		return fail_at(s, a->start, CFR_E_NOTFOUND, err);
	}
	if (inner.doc && (r = cfr_pointer_get(&inner.node, inner.node, rest, err)) < 0) {
		cfr_document_unref(inner.doc);
		return fail_at(s, a->start, r, err);
	}
	*out = inner;
	return 0;
}

/* What stands at `rest` below a cell. Where that leads through a reference, what it refers to is gone into. */
static int follow(cfr__value *out, scan *s, const asked *a, const cfr__value *from, cfr_str rest, const cfr__asking *up,
		  cfr_err *err)
{
	cfr__value found = { .cell = NULL };
	cfr__asking asking;
	cfr_str left;
	int r = cfr__cell_reach(&found.cell, &left, s->c, from->cell, rest, a->name, err);

	if (r < 0 || (r = way_of(&found.way, s->c, from->way, cfr_str_sub(rest, 0, rest.len - left.len), err)) < 0 ||
	    (r = cfr__ask(&asking, s->c, up, found.cell, found.way, err)) < 0)
		return fail_at(s, a->start, r, err);
	if (cfr__is_reference(s->c, found.cell))
		return follow_string(out, s, a, found.cell, left, &asking, err);
	*out = found;
	return 0;
}

/* What is at another place: its text, or, alone in its value, all of it. */
static int give_ref(scan *s, const asked *a, cfr_err *err)
{
	cfr__value found, top = { .cell = s->c->top };
	int r = follow(&found, s, a, &top, a->name, s->asking, err);

	if (r < 0)
		return r;
	if (!found.cell && !found.doc)
		return add_text(s, found.text, err);
	if (is_whole(s, a)) {
		*s->value = found;
		return 0;
	}
	if (found.doc)
		r = give_scalar(s, a, found.node, err);
	else if (found.cell->state == CELL_CLOSED)
		r = give_scalar(s, a, found.cell->from.node, err);
	else
		r = fail_at(s, a->start,
			    cfr_err_set(err, CFR_E_KIND,
					"'%.*s' is a %s; among text a reference must be to a scalar",
					(int)(a->name.len < 100 ? a->name.len : 100), a->name.ptr,
					cfr_kind_name(cfr__cell_kind(found.cell))),
			    err);
	cfr_document_unref(found.doc);
	return r;
}

static int give_file(scan *s, const asked *a, cfr_err *err)
{
	cfr_buf text = CFR_BUF_INIT;
	cfr__found found;
	size_t len;
	int r;

	if ((r = cfr__place_find(&found, s->c, s->cell->from.part, a->name, err)) < 0 ||
	    (r = cfr__place_read(&text, s->c, &found, err)) < 0) {
		cfr_buf_release(&text);
		return fail_at(s, a->start, r, err);
	}
	len = text.len;
	if (len && text.ptr[len - 1] == '\n')
		len--;
	if (len && len < text.len && text.ptr[len - 1] == '\r')
		len--;
	if (cfr_utf8_valid(text.ptr, len) != len)
		r = fail_at(s, a->start, cfr_err_set(err, CFR_E_ENCODING, "the file is not valid UTF-8"), err);
	else
		r = add_text(s, (cfr_str){ text.ptr, len }, err);
	cfr_buf_release(&text);
	return r;
}

/* --- reading --- */

static bool is_word(char ch, bool first)
{
	return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || ch == '_' || (!first && ch >= '0' && ch <= '9');
}

static cfr_str take_word(scan *s)
{
	size_t from = s->at;

	while (s->at < s->text.len && is_word(s->text.ptr[s->at], s->at == from))
		s->at++;
	return cfr_str_sub(s->text, from, s->at);
}

static bool looking_at(const scan *s, const char *what)
{
	size_t n = strlen(what);

	return s->text.len - s->at >= n && memcmp(s->text.ptr + s->at, what, n) == 0;
}

static int scan_text(scan *s, bool nested, bool live, cfr_err *err);

/* Up to and with the closing brace; s->at is behind the name. */
static int take_variable(scan *s, asked *a, cfr_err *err)
{
	bool langswarm = s->c->what->dialect == CFR_DIALECT_LANGSWARM;
	bool colon = looking_at(s, ":-") || looking_at(s, ":?"), empties = colon;
	bool plain = langswarm && !colon && looking_at(s, ":");	/* ${NAME:default} */
	const char *found = NULL;
	char op = 0;
	size_t message;
	int r = 0;

	if (a->name.len == 0 || a->name.len > LONGEST_NAME)
		return bad_syntax(s, a->start, "this reference has no name of a variable", err);
	s->at += colon || plain ? 1 : 0;
	if (plain)
		op = '-';
	else if (s->at < s->text.len && (s->text.ptr[s->at] == '-' || s->text.ptr[s->at] == '?'))
		op = s->text.ptr[s->at++];
	if (a->live) {
		char name[LONGEST_NAME + 1];
		memcpy(name, a->name.ptr, a->name.len);
		name[a->name.len] = '\0';
		if ((r = cfr__depend_variable(&found, s->c, name, err)) < 0)
			return r;
		if (found && empties && !*found)
			found = NULL;
	}
	/* The default goes where the value would; of a typed one it is the value, so it is taken out again. */
	bool fallback = a->fallback = a->live && op == '-' && !found;
	message = s->at;
	size_t mark = s->out.len;
	if (op && (r = scan_text(s, true, fallback, err)) < 0)
		return r;
	if (s->at >= s->text.len || s->text.ptr[s->at] != '}')
		return bad_syntax(s, a->start,
				  s->at >= s->text.len ? "this reference is not closed" : "this is no reference", err);
	cfr_str said = cfr_str_sub(s->text, message, s->at);
	s->at++;
	if (!a->live)
		return 0;
	if (!found && !fallback) {
		if (op != '?' || said.len == 0)
			return unset(s, a, err);
		cfr_err_set(err, CFR_E_NOTFOUND, "the variable '%.*s' is not set: %.*s",
			    (int)(a->name.len < 80 ? a->name.len : 80), a->name.ptr,
			    (int)(said.len < 120 ? said.len : 120), said.ptr);
		return fail_at(s, a->start, CFR_E_NOTFOUND, err);
	}
	if ((r = remember(s, a, fallback, err)) < 0)
		return r;
	if (!fallback)
		return (r = count_made(s, strlen(found), err)) < 0 ? r : give_text(s, a, cfr_str_of(found), err);
	cfr_str text = cfr_arena_str(&s->c->ground->arena,
				     cfr_str_sub(cfr_buf_str(&s->out), s->out.ptr ? mark : 0, s->out.len));
	if (!text.ptr)
		return cfr_err_nomem(err);
	s->out.len = mark;
	return give_text(s, a, text, err);
}

/* ${ref:…} and ${file:…}: all up to the brace is the name. */
static int take_other(scan *s, asked *a, cfr_err *err)
{
	const char *end = memchr(s->text.ptr + s->at, '}', s->text.len - s->at);
	int r;

	if (!end)
		return bad_syntax(s, a->start, "this reference is not closed", err);
	a->name = cfr_str_sub(s->text, s->at, (size_t)(end - s->text.ptr));
	s->at = (size_t)(end - s->text.ptr) + 1;
	if (!a->live)
		return 0;
	if ((r = remember(s, a, false, err)) < 0 || (r = count_made(s, 0, err)) < 0)
		return r;
	size_t before = s->out.len;
	r = cfr_str_eq(a->source, CFR_STR("ref")) ? give_ref(s, a, err) : give_file(s, a, err);
	return r < 0 ? r : count_made(s, s->out.len - before, err);
}

static bool among(cfr_str word, const char *const *words)
{
	for (; *words; words++) {
		if (cfr_str_eq(word, cfr_str_of(*words)))
			return true;
	}
	return false;
}

/* LangSwarm has references of its own among steps: only names in capitals are variables. */
static bool is_foreign(const scan *s, cfr_str word)
{
	static const char *const sources[] = { "env", "ref", "file", "int", "float", "bool", "json", NULL };

	if (s->c->what->dialect != CFR_DIALECT_LANGSWARM || (looking_at(s, ":") && among(word, sources)))
		return false;
	for (size_t i = 0; i < word.len; i++) {
		if (!((word.ptr[i] >= 'A' && word.ptr[i] <= 'Z') ||
		      (i > 0 && ((word.ptr[i] >= '0' && word.ptr[i] <= '9') || word.ptr[i] == '_'))))
			return true;
	}
	return word.len == 0;
}

static int take_reference(scan *s, bool live, cfr_err *err)
{
	static const char *const types[] = { "env", "int", "float", "bool", "json", NULL };
	static const char *const others[] = { "ref", "file", NULL };
	asked a = { .start = s->at, .source = CFR_STR("env"), .live = live };
	int r;

	s->at += 2;
	a.name = take_word(s);
	if (is_foreign(s, a.name)) {
		s->at = a.start + 2;
		return live ? add_text(s, CFR_STR("${"), err) : 0;
	}
	if (++s->depth > DEEPEST)
		return bad_syntax(s, a.start, "references stand more than 16 deep in one another", err);
	bool sourced = looking_at(s, ":") && !looking_at(s, ":-") && !looking_at(s, ":?");
	if (sourced && among(a.name, others)) {
		a.source = a.name;
		s->at++;
		r = take_other(s, &a, err);
	} else if (sourced && among(a.name, types)) {
		a.source = a.name;
		s->at++;
		a.name = take_word(s);
		r = take_variable(s, &a, err);
		if (r == 0 && live && !cfr_str_eq(a.source, CFR_STR("env")) && !is_whole(s, &a))
			r = bad_syntax(s, a.start, "a typed reference must be the whole value", err);
	} else if (sourced && s->c->what->dialect == CFR_DIALECT_NONE) {
		cfr_err_set(err, CFR_E_USAGE, "references have no source '%.*s'",
			    (int)(a.name.len < 60 ? a.name.len : 60), a.name.ptr);
		cfr_err_hint(err, "sources are env, int, float, bool, json, ref and file; a default is written ${NAME:-text}, the text "
				  "${ as $${");
		r = fail_at(s, a.start, CFR_E_USAGE, err);
	} else {
		r = take_variable(s, &a, err);
	}
	s->depth--;
	return r;
}

/* Text and references up to the end, or up to the brace that closes the reference they are a default in. */
static int scan_text(scan *s, bool nested, bool live, cfr_err *err)
{
	int r = 0;

	while (r == 0 && s->at < s->text.len && !(nested && s->text.ptr[s->at] == '}')) {
		size_t from = s->at;
		if (looking_at(s, "$${")) {
			s->at += 3;
			r = live ? add_text(s, CFR_STR("${"), err) : 0;
			continue;
		}
		if (looking_at(s, "${") && !looking_at(s, "${{")) {
			r = take_reference(s, live, err);
			continue;
		}
		s->at += looking_at(s, "${{") ? 3 : 1;
		while (s->at < s->text.len && s->text.ptr[s->at] != '$' && !(nested && s->text.ptr[s->at] == '}'))
			s->at++;
		r = live ? add_text(s, cfr_str_sub(s->text, from, s->at), err) : 0;
	}
	return r;
}

int cfr__refer(cfr__value *out, cfr__composer *c, const cfr__cell *cell, const cfr__asking *asking, cfr_err *err)
{
	scan s = { .c = c, .cell = cell, .asking = asking, .text = cfr_node_string(cell->from.node), .value = out };
	int r = scan_text(&s, false, true, err);

	if (r == 0 && !out->doc && !out->cell) {
		out->text = cfr_arena_str(&c->ground->arena, s.out.ptr ? cfr_buf_str(&s.out) : CFR_STR(""));
		if (!out->text.ptr)
			r = cfr_err_nomem(err);
	}
	if (r < 0) {
		cfr_document_unref(out->doc);
		out->doc = NULL;
	}
	cfr_buf_release(&s.out);
	return r;
}
