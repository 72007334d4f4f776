/* engine/compose/merge.c -- a higher layer over a lower one.
 *
 * The lower cells are changed in place: they belong to the composition, documents never change. Whatever gives way
 * stays in the chain of origins of what took its place, so the snapshot can tell it.
 *
 * Which strategy holds at a place is asked only where both layers say something: the way there is held against each
 * declared path.
 */
#include "engine/compose/parts.h"

#include "engine/pointer.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

/* --- strategies --- */

const char *cfr_strategy_name(cfr_strategy strategy)
{
	static const char *const names[] = {
#define X(up, low, text) #low,
		CFR_STRATEGY_MAP(X)
#undef X
	};

	return strategy < CFR_STRATEGY_COUNT ? names[strategy] : "unknown";
}

/* Takes the last token off a pattern; compares it with a token of the way, `~0` and `~1` decoded as it goes. */
static bool last_matches(cfr_str *pattern, cfr_str token)
{
	size_t slash = pattern->len, i, k = 0;

	while (slash > 0 && pattern->ptr[slash - 1] != '/')
		slash--;
	if (slash == 0)
		return false;
	cfr_str last = cfr_str_sub(*pattern, slash, pattern->len);
	*pattern = cfr_str_sub(*pattern, 0, slash - 1);
	if (cfr_str_eq(last, CFR_STR("*")))
		return true;
	for (i = 0; i < last.len; i++, k++) {
		char ch = last.ptr[i];
		if (ch == '~' && i + 1 < last.len)
			ch = last.ptr[++i] == '1' ? '/' : '~';
		if (k >= token.len || token.ptr[k] != ch)
			return false;
	}
	return k == token.len;
}

static bool way_matches(cfr_str pattern, const cfr__way *way)
{
	for (; way; way = way->up) {
		if (!last_matches(&pattern, way->token))
			return false;
	}
	return pattern.len == 0;
}

static cfr_strategy_at strategy_of(const cfr__composer *c, const cfr__way *way)
{
	for (uint32_t i = c->what->strategy_count; i-- > 0;) {
		if (way_matches(c->what->strategies[i].path, way))
			return c->what->strategies[i];
	}
	for (uint32_t i = c->own_count; i-- > 0;) {
		if (way_matches(c->own[i].path, way))
			return c->own[i];
	}
	if (c->what->dialect == CFR_DIALECT_LANGSWARM) {
		static const cfr_str named[] = { { "/agents", 7 }, { "/workflows", 10 }, { "/tools", 6 } };
		for (size_t i = 0; i < sizeof(named) / sizeof(*named); i++) {
			if (way_matches(named[i], way))
				return (cfr_strategy_at){ .key = CFR_STR("id"), .how = CFR_STRATEGY_BY };
		}
		return (cfr_strategy_at){ .how = CFR_STRATEGY_UNION };
	}
	return (cfr_strategy_at){ .how = CFR_STRATEGY_MERGE };
}

/* --- what gives way --- */

/* `high` stands in place of `low`: the chain of low, behind that of high. */
static int shadow(cfr__composer *c, cfr__cell *high, const cfr__cell *low, cfr_err *err)
{
	cfr__origin *link = cfr_arena_alloc(&c->ground->arena, sizeof(*link)), *last = &high->from;

	if (!link)
		return cfr_err_nomem(err);
	*link = low->from;
	while (last->next)
		last = last->next;
	last->next = link;
	return 0;
}

static const char *shape(cfr_kind kind)
{
	return kind == CFR_MAPPING ? "a mapping" : kind == CFR_SEQUENCE ? "a list" : "a scalar";
}

/* A path as a key of YAML between braces, to be pasted. */
static void write_key(cfr_buf *out, cfr_str path)
{
	const char *quote = path.len ? "" : "\"";

	for (size_t i = 0; i < path.len && !*quote; i++)
		quote = isalnum((unsigned char)path.ptr[i]) || (path.ptr[i] && strchr("/_-.~*", path.ptr[i]))
				? ""
				: "\"";
	cfr_buf_addz(out, quote);
	for (size_t i = 0; i < path.len; i++) {
		unsigned char c = (unsigned char)path.ptr[i];

		if (c < ' ')
			cfr_buf_addf(out, "\\u%04x", (unsigned)c);
		else
			cfr_buf_addf(out, c == '"' || c == '\\' ? "\\%c" : "%c", c);
	}
	cfr_buf_addz(out, quote);
}

static int wrong_kinds(cfr__composer *c, const cfr__cell *low, const cfr__cell *high, const cfr__way *way, cfr_err *err)
{
	char other[200];
	cfr_buf path = CFR_BUF_INIT, key = CFR_BUF_INIT;

	cfr__cell_show(other, c, &low->from);
	cfr__way_write(&path, way);
	cfr_err_set(err, CFR_E_KIND, "%s cannot be merged over %s, which is at %s", shape(cfr__cell_kind(high)),
		    shape(cfr__cell_kind(low)), other);
	write_key(&key, cfr_buf_str(&path));
	if (!path.failed && !key.failed) {
		cfr_err_hint(err, "make them the same kind, or declare `merge: { %s: replace }` for the composition",
			     key.len < 150 ? key.ptr : "PATH");
		cfr_err_path(err, cfr_buf_str(&path));
	}
	cfr_buf_release(&path);
	cfr_buf_release(&key);
	cfr__cell_place(c, &high->from, err);
	return CFR_E_KIND;
}

/* --- lists --- */

/* The name of an element as text: what stands under `key`, a string or a number. False without one. */
static bool name_of(cfr_str *out, cfr__composer *c, cfr__cell *element, cfr_str key, cfr_err *err, int *r)
{
	cfr__cell **found, *name;
	char number[24];

	if ((*r = cfr__cell_settle(c, element, err)) < 0 || cfr__cell_kind(element) != CFR_MAPPING ||
	    (*r = cfr__cell_open(c, element, err)) < 0)
		return false;
	found = cfr__cell_find(c, element, key);
	if (!found || (*found)->state != CELL_CLOSED)
		return false;
	name = *found;
	if (cfr_node_kind(name->from.node) == CFR_STRING) {
		*out = cfr_node_string(name->from.node);
		return true;
	}
	if (cfr_node_kind(name->from.node) != CFR_INT)
		return false;
	/* A number is another name than its digits in quotes. */
	snprintf(number, sizeof(number), "\001%lld", (long long)cfr_node_int(name->from.node));
	*out = cfr_arena_str(&c->ground->arena, cfr_str_of(number));
	if (!out->ptr)
		*r = cfr_err_nomem(err);
	return out->ptr != NULL;
}

/* A name that was a number. */
static bool is_number(cfr_str name)
{
	return name.len && name.ptr[0] == '\001';
}

/* The names of a list's elements, ptr NULL without, and a table of them: places by hash, +1, the first of
 * equal ones. */
struct names {
	cfr_str *names;
	uint32_t count, *table, size;
	bool numbers;			/* some were */
};

static int names_new(struct names *out, uint32_t count, cfr_err *err)
{
	struct names made = { .count = count, .size = 16 };

	while (made.size < count * 2)
		made.size *= 2;
	made.names = calloc((size_t)count + 1, sizeof(*made.names));
	made.table = calloc(made.size, sizeof(*made.table));
	*out = made;
	return made.names && made.table ? 0 : cfr_err_nomem(err);
}

static void names_release(struct names *names)
{
	free(names->names);
	free(names->table);
}

static uint32_t *name_slot(const cfr__composer *c, const struct names *in, cfr_str name)
{
	uint32_t slot = (uint32_t)cfr_hash(&c->hash, name.ptr, name.len) & (in->size - 1);

	while (in->table[slot] && !cfr_str_eq(in->names[in->table[slot] - 1], name))
		slot = (slot + 1) & (in->size - 1);
	return &in->table[slot];
}

enum { SEARCHED = 16, AHEAD = 8 };

/* Can an element that nobody has read have one of these names? Its text tells it; few names are searched for
 * in all of it. */
static bool may_have_name(const cfr__composer *c, const cfr__cell *element, cfr_str key, const struct names *wanted)
{
	cfr_str word;

	if (!cfr__is_unread(c, element))
		return true;
	if (cfr__first_word(&word, c, element, key))
		return *name_slot(c, wanted, word) || (wanted->numbers && !isalpha((unsigned char)word.ptr[0]));
	if (wanted->count > SEARCHED)
		return true;
	for (uint32_t i = 0; i < wanted->count; i++) {
		if (wanted->names[i].ptr &&
		    (is_number(wanted->names[i]) || cfr__may_hold(c, element, wanted->names[i])))
			return true;
	}
	return false;
}

/* The names of a list's elements; with `wanted`, of those that may be among these. To be released, also on failure. */
static int learn_names(struct names *out, cfr__composer *c, cfr__cell *list, cfr_str key, const struct names *wanted,
                       cfr_err *err)
{
	int r = names_new(out, list->count, err);

	for (uint32_t i = 0; r == 0 && i < list->count; i++) {
		cfr_str name;
		uint32_t *slot;

		if (wanted && list->count - i > AHEAD)
			cfr__look_ahead(c, list->items[i + AHEAD]);
		if ((wanted && !may_have_name(c, list->items[i], key, wanted)) ||
		    !name_of(&name, c, list->items[i], key, err, &r))
			continue;
		out->names[i] = name;
		out->numbers = out->numbers || is_number(name);
		slot = name_slot(c, out, name);
		if (!*slot)
			*slot = i + 1;
	}
	return r;
}

/* Unless one of those that were there before is equal. */
static int add_missing(cfr__composer *c, cfr__cell *low, cfr__contents *before, cfr__cell *element, cfr_err *err)
{
	bool there = false;
	int r = cfr__contents_have(&there, before, c, element, err);

	return r < 0 || there ? r : cfr__cell_add(c, low, element, err);
}

static int unite(cfr__composer *c, cfr__cell *low, cfr__cell *high, cfr_err *err)
{
	cfr__contents before = { .list = low, .count = low->count };
	int r = 0;

	for (uint32_t i = 0; r == 0 && i < high->count; i++)
		r = add_missing(c, low, &before, high->items[i], err);
	cfr__contents_release(&before);
	return r;
}

/* Elements without a name are united: those of `low`, too, stay what they are meanwhile. */
static int merge_by(cfr__composer *c, cfr__cell *low, cfr__cell *high, cfr_str key, const cfr__way *way, cfr_err *err)
{
	cfr__contents before = { .list = low, .count = low->count };
	struct names wanted, names = { .names = NULL };
	int r = learn_names(&wanted, c, high, key, NULL, err);

	if (r == 0)
		r = learn_names(&names, c, low, key, &wanted, err);
	for (uint32_t i = 0; r == 0 && i < high->count; i++) {
		cfr_str name = wanted.names[i];
		uint32_t place;
		if (!name.ptr) {
			r = add_missing(c, low, &before, high->items[i], err);
			continue;
		}
		place = *name_slot(c, &names, name);
		if (place) {
			cfr__way down = { way, is_number(name) ? cfr_str_sub(name, 1, name.len) : name };
			r = cfr__merge(&low->items[place - 1], c, low->items[place - 1], high->items[i], &down, err);
		} else {
			r = cfr__cell_add(c, low, high->items[i], err);
		}
	}
	cfr__contents_release(&before);
	names_release(&wanted);
	names_release(&names);
	return r;
}

static int merge_lists(cfr__cell **out, cfr__composer *c, cfr__cell *low, cfr__cell *high, cfr_strategy_at how,
                       const cfr__way *way, cfr_err *err)
{
	cfr__cell *into = how.how == CFR_STRATEGY_PREPEND ? high : low, *from = into == high ? low : high;
	int r;

	if ((r = cfr__cell_open(c, low, err)) < 0 || (r = cfr__cell_open(c, high, err)) < 0)
		return r;
	if (how.how == CFR_STRATEGY_BY)
		r = merge_by(c, low, high, how.key, way, err);
	else if (how.how == CFR_STRATEGY_UNION)
		r = unite(c, low, high, err);
	else
		for (uint32_t i = 0; r == 0 && i < from->count; i++)
			r = cfr__cell_add(c, into, from->items[i], err);
	if (r < 0)
		return r;
	/* Both have a part in it; the higher is named first. */
	if ((r = shadow(c, high, low, err)) < 0)
		return r;
	into->from = high->from;
	into->key = low->key;
	*out = into;
	return 0;
}

/* --- mappings --- */

static int merge_mappings(cfr__cell **out, cfr__composer *c, cfr__cell *low, cfr__cell *high, const cfr__way *way,
                          cfr_err *err)
{
	int r;

	if ((r = cfr__cell_open(c, low, err)) < 0 || (r = cfr__cell_open(c, high, err)) < 0)
		return r;
	for (uint32_t i = 0; i < high->count; i++) {
		cfr__cell *over = high->items[i], **under = cfr__cell_find(c, low, over->key);
		cfr__way down = { way, over->key };

		if (!under) {
			if ((r = cfr__cell_add(c, low, over, err)) < 0)
				return r;
			continue;
		}
		if ((r = cfr__merge(under, c, *under, over, &down, err)) < 0)
			return r;
	}
	if ((r = shadow(c, high, low, err)) < 0)
		return r;
	low->from = high->from;
	*out = low;
	return 0;
}

int cfr__merge(cfr__cell **out, cfr__composer *c, cfr__cell *low, cfr__cell *high, const cfr__way *way, cfr_err *err)
{
	cfr_strategy_at how = strategy_of(c, way);
	cfr_kind a, b;
	bool merges;
	int r = 0;

	/* What is replaced needs no reading. */
	if (how.how != CFR_STRATEGY_REPLACE &&
	    ((r = cfr__cell_settle(c, low, err)) < 0 || (r = cfr__cell_settle(c, high, err)) < 0))
		return r;
	a = cfr__cell_kind(low);
	b = cfr__cell_kind(high);
	merges = (a == CFR_MAPPING || a == CFR_SEQUENCE) && a == b;

	if (how.how != CFR_STRATEGY_REPLACE && merges && a == CFR_MAPPING)
		return merge_mappings(out, c, low, high, way, err);
	if (how.how != CFR_STRATEGY_REPLACE && how.how != CFR_STRATEGY_MERGE && merges)
		return merge_lists(out, c, low, high, how, way, err);
	if (how.how != CFR_STRATEGY_REPLACE && !merges && a != CFR_NULL && b != CFR_NULL &&
	    (a == CFR_MAPPING || a == CFR_SEQUENCE || b == CFR_MAPPING || b == CFR_SEQUENCE))
		return wrong_kinds(c, low, high, way, err);
	if ((r = shadow(c, high, low, err)) < 0)
		return r;
	high->key = low->key;
	*out = high;
	return 0;
}

/* --- one value at a place --- */

/* A mapping that stands only on the way to the value. */
static cfr__cell *new_mapping(cfr__composer *c, const cfr__cell *value, cfr_str key)
{
	cfr__cell *made = cfr__cell_new(c, value->from.part, value->from.node);

	if (made) {
		made->state = CELL_MAPPING;
		made->key = key;
	}
	return made;
}

static int hang(cfr__composer *c, cfr__cell *under, cfr_str name, cfr__cell *value, bool last,
		cfr__cell **next, cfr_err *err)
{
	cfr_str key = cfr_arena_str(&c->ground->arena, name);
	cfr__cell *child = !key.ptr ? NULL : last ? value : new_mapping(c, value, key);

	if (!child)
		return cfr_err_nomem(err);
	child->key = key;
	*next = child;
	return cfr__cell_add(c, under, child, err);
}

static int no_element(const cfr__cell *list, cfr_str name, cfr_err *err)
{
	return cfr_err_set(err, CFR_E_NOTFOUND, "this list has %u elements; '%.*s' is none of them, nor the next",
			   list->count, (int)(name.len < 60 ? name.len : 60), name.ptr ? name.ptr : "");
}

/* Goes one step down, making what is not there. *slot is where the child hangs; it is filled at the last step. */
static int step(cfr__composer *c, cfr__cell *at, cfr_str name, cfr__cell *value, bool last, cfr__cell **next,
		cfr_err *err)
{
	cfr__cell *child = NULL;
	uint32_t place = 0;
	int r = cfr__cell_open(c, at, err);

	if (r < 0)
		return r;
	if (at->state == CELL_CLOSED) {
		/* A scalar on the way gives way to a mapping, and is remembered as what that shadows. */
		cfr__cell *made = new_mapping(c, value, at->key);
		if (!made)
			return cfr_err_nomem(err);
		if (cfr_node_kind(at->from.node) != CFR_NULL) {
			r = cfr_err_set(err, CFR_E_KIND, "a scalar has nothing below it to set '%.*s' in",
					(int)(name.len < 60 ? name.len : 60), name.ptr);
			cfr__cell_place(c, &at->from, err);
			return r;
		}
		if ((r = shadow(c, made, at, err)) < 0)
			return r;
		*at = *made;
	}
	if (at->state == CELL_MAPPING) {
		cfr__cell **found = cfr__cell_find(c, at, name);
		child = found ? *found : NULL;
		place = found ? (uint32_t)(found - at->items) : 0;
	} else {
		if (cfr_str_eq(name, CFR_STR("-")))
			place = at->count;
		else if (!cfr__cell_index(&place, name) || place > at->count) {
			r = no_element(at, name, err);
			cfr__cell_place(c, &at->from, err);
			return r;
		}
		child = place < at->count ? at->items[place] : NULL;
	}
	if (!child)
		return hang(c, at, name, value, last, next, err);
	if (last) {
		if ((r = shadow(c, value, child, err)) < 0)
			return r;
		value->key = child->key;
		at->items[place] = value;
		child = value;
	}
	*next = child;
	return 0;
}

int cfr__set_at(cfr__composer *c, cfr_str pointer, cfr__cell *value, cfr_err *err)
{
	cfr_buf token = CFR_BUF_INIT;
	cfr__cell *at = c->top;
	int r = 0;

	if (pointer.len == 0 || pointer.ptr[0] != '/')
		return cfr_err_set(err, CFR_E_SYNTAX, "'%.*s' is no JSON Pointer",
				   (int)(pointer.len < 80 ? pointer.len : 80), pointer.ptr ? pointer.ptr : "");
	if (!at && !(at = c->top = new_mapping(c, value, CFR_STR(""))))
		return cfr_err_nomem(err);
	while (r == 0 && cfr_pointer_next(&token, &pointer)) {
		if ((r = cfr_buf_check(&token, err)) == 0)
			r = step(c, at, cfr_buf_str(&token), value, pointer.len == 0, &at, err);
	}
	cfr_buf_release(&token);
	return r;
}
