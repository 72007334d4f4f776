/* engine/diff/patch.c -- apply a JSON Patch (RFC 6902).
 *
 * The operations are done one after the other on a draft of the target; nothing is visible until all are. Every failure
 * says which operation it was, what it wanted to do and where.
 */
#include "engine/diff/parts.h"
#include "engine/diff/patch_parts.h"
#include "engine/draft.h"

#include <stdio.h>

typedef struct operation {
	uint32_t number;		/* from 1 */
	cfr_str op, path, from;
	cfr_node value;			/* tree NULL without */
} operation;

typedef struct applier {
	cfr_draft *draft;
	cfr_buf token;			/* the last name of a path, unescaped */
	cfr_err *err;
} applier;

/* ---- reading an operation ---- */

static int no_operation(applier *a, uint32_t number, const char *what)
{
	int r = cfr_err_set(a->err, CFR_E_SYNTAX, "operation %u of the patch %s", (unsigned)number, what);

	cfr_err_hint(a->err, "an operation is {op, path} and what op needs: value for add, replace, test; from for move, "
	                     "copy");
	return r;
}

static int read_member(bool *found, cfr_node *out, applier *a, cfr_node mapping, const char *key)
{
	int r = cfr_node_find(out, mapping, cfr_str_of(key), a->err);

	*found = r == 0;
	return r == CFR_E_NOTFOUND ? 0 : r;
}

static int read_text(cfr_str *out, applier *a, cfr_node mapping, const char *key, uint32_t number)
{
	char what[64];
	cfr_node node;
	bool found;
	int r = read_member(&found, &node, a, mapping, key);

	if (r)
		return r;
	if (found && cfr_node_kind(node) == CFR_STRING) {
		*out = cfr_node_string(node);
		return 0;
	}
	snprintf(what, sizeof(what), found ? "has a '%s' that is no text" : "has no '%s'", key);
	return no_operation(a, number, what);
}

static bool is_op(const operation *o, const char *word) { return cfr_str_eq(o->op, cfr_str_of(word)); }

static int read_operation(operation *o, applier *a, cfr_node node, uint32_t number)
{
	bool found;
	int r;

	*o = (operation){ .number = number };
	if (cfr_node_kind(node) != CFR_MAPPING)
		return no_operation(a, number, "is no mapping");
	r = read_text(&o->op, a, node, "op", number);
	if (r == 0)
		r = read_text(&o->path, a, node, "path", number);
	if (r)
		return r;
	if (is_op(o, "move") || is_op(o, "copy"))
		return read_text(&o->from, a, node, "from", number);
	if (is_op(o, "remove"))
		return 0;
	if (!is_op(o, "add") && !is_op(o, "replace") && !is_op(o, "test")) {
		cfr_err_set(a->err, CFR_E_SYNTAX, "operation %u of the patch has an unknown op '%.*s'", (unsigned)number,
		            (int)(o->op.len < 40 ? o->op.len : 40), o->op.ptr);
		cfr_err_hint(a->err, "op is one of add, remove, replace, move, copy, test");
		return CFR_E_SYNTAX;
	}
	r = read_member(&found, &o->value, a, node, "value");
	return r ? r : found ? 0 : no_operation(a, number, "has no 'value'");
}

/* ---- doing it ---- */

/* A pointer into the collection and the name in it. The root has none: false. */
static bool split(cfr_str *parent, cfr_buf *token, cfr_str pointer)
{
	size_t at = pointer.len;
	cfr_str last;

	while (at > 0 && pointer.ptr[at - 1] != '/')
		at--;
	if (at == 0)
		return false;
	*parent = cfr_str_sub(pointer, 0, at - 1);
	last = cfr_str_sub(pointer, at - 1, pointer.len);
	cfr_buf_clear(token);
	cfr_pointer_next(token, &last);
	return true;
}

static int to_index(uint32_t *out, cfr_str token)
{
	uint32_t index = 0;

	if (token.len == 0 || token.len > 9 || (token.len > 1 && token.ptr[0] == '0'))
		return -1;
	for (size_t i = 0; i < token.len; i++) {
		if (token.ptr[i] < '0' || token.ptr[i] > '9')
			return -1;
		index = index * 10 + (uint32_t)(token.ptr[i] - '0');
	}
	*out = index;
	return 0;
}

static int add_value(applier *a, cfr_str path, cfr_node value)
{
	cfr_str parent, token;
	cfr_kind kind;
	uint32_t size, index;
	int r;

	if (path.len == 0)
		return cfr_draft_replace(a->draft, path, value, a->err);
	if (path.ptr[0] != '/' || !split(&parent, &a->token, path)) {
		r = cfr_draft_kind(&kind, &size, a->draft, path, a->err);	/* says what is wrong with it */
		return r ? r : cfr_err_set(a->err, CFR_E_BUG, "a pointer without a name");
	}
	r = cfr_buf_check(&a->token, a->err);
	if (r == 0)
		r = cfr_draft_kind(&kind, &size, a->draft, parent, a->err);
	if (r)
		return r;
	token = a->token.ptr ? cfr_buf_str(&a->token) : CFR_STR("");
	for (size_t i = 0; i < path.len; i++) {		/* the last name has not been looked at by anyone */
		if (path.ptr[i] == '~' && (i + 1 == path.len || (path.ptr[i + 1] != '0' && path.ptr[i + 1] != '1')))
			return cfr_draft_kind(&kind, &size, a->draft, path, a->err);
	}
	if (kind == CFR_MAPPING)
		return cfr_draft_set(a->draft, parent, token, value, a->err);
	if (kind != CFR_SEQUENCE)
		return cfr_err_set(a->err, CFR_E_KIND, "nothing can be added to a %s", cfr_kind_name(kind));
	if (cfr_str_eq(token, CFR_STR("-")))
		return cfr_draft_insert(a->draft, parent, size, value, a->err);
	if (to_index(&index, token))
		return cfr_err_set(a->err, CFR_E_NOTFOUND, "'%.*s' is no index of a sequence", (int)(token.len < 40 ?
		                   token.len : 40), token.ptr);
	return cfr_draft_insert(a->draft, parent, index, value, a->err);
}

static bool inside(cfr_str path, cfr_str of)
{
	return path.len > of.len && cfr_str_starts(path, of) && path.ptr[of.len] == '/';
}

static int transfer(applier *a, const operation *o, bool move)
{
	cfr_tree *made = NULL;
	cfr_node value;
	int r = cfr_draft_get(&value, &made, a->draft, o->from, a->err);

	if (r)
		return r;
	if (move && cfr_str_eq(o->from, o->path))
		goto done;
	if (move && inside(o->path, o->from)) {
		r = cfr_err_set(a->err, CFR_E_CYCLE, "a value cannot be moved into itself");
		goto done;
	}
	if (move)
		r = cfr_draft_remove(a->draft, o->from, a->err);
	if (r == 0)
		r = add_value(a, o->path, value);
done:
	cfr_tree_unref(made);
	return r;
}

/* A value short enough for a message. */
static void show(char *out, size_t size, cfr_node node)
{
	cfr_str text = cfr_node_string(node);
	int most = (int)(text.len < 40 ? text.len : 40);

	switch (cfr_node_kind(node)) {
	case CFR_NULL: snprintf(out, size, "null"); break;
	case CFR_BOOL: snprintf(out, size, "%s", cfr_node_bool(node) ? "true" : "false"); break;
	case CFR_INT: snprintf(out, size, "%lld", (long long)cfr_node_int(node)); break;
	case CFR_FLOAT: snprintf(out, size, "%.17g", cfr_node_float(node)); break;
	case CFR_STRING: snprintf(out, size, "\"%.*s\"%s", most, text.ptr ? text.ptr : "", text.len > 40 ? "…" : ""); break;
	case CFR_OTHER: snprintf(out, size, "%.*s", most, text.ptr ? text.ptr : ""); break;
	default:
		snprintf(out, size, "a %s of %u", cfr_kind_name(cfr_node_kind(node)), (unsigned)cfr_node_size(node));
	}
}

static bool is_number(cfr_node node) { return cfr_node_kind(node) == CFR_INT || cfr_node_kind(node) == CFR_FLOAT; }

/* 1 and 1.0 are one number; 2^53 + 1 is none that a float could be. */
static bool same_number(cfr_node a, cfr_node b)
{
	bool first = cfr_node_kind(a) == CFR_INT;
	int64_t whole = cfr_node_int(first ? a : b);
	double real = cfr_node_float(first ? b : a);

	return real >= -0x1p63 && real < 0x1p63 && (double)whole == real && (int64_t)real == whole;
}

/* Equality as a JSON Patch has it (RFC 6902, 4.6): numbers are compared as numbers, wherever they stand. */
static int equal_json(bool *out, cfr_node a, cfr_node b, cfr_err *err)
{
	uint32_t count = cfr_node_size(a);
	int r = cfr_node_equal(out, a, b, err);

	if (r || *out)
		return r;
	if (is_number(a) && is_number(b) && cfr_node_kind(a) != cfr_node_kind(b))
		*out = same_number(a, b);
	if (!cfr__collection(a) || cfr_node_kind(a) != cfr_node_kind(b) || count != cfr_node_size(b))
		return 0;
	*out = true;
	for (uint32_t i = 0; r == 0 && *out && i < count; i++) {
		cfr_node x, y;

		r = cfr_node_at(&x, a, i, err);
		if (r == 0)
			r = cfr_node_at(&y, b, i, err);
		if (r == 0 && cfr_node_kind(a) == CFR_MAPPING && !cfr_str_eq(cfr_node_key(x), cfr_node_key(y)))
			*out = false;
		else if (r == 0)
			r = equal_json(out, x, y, err);
	}
	return r;
}

static int test(applier *a, const operation *o)
{
	char expected[96], found[96];
	cfr_tree *made = NULL;
	cfr_node there;
	bool same;
	int r = cfr_draft_get(&there, &made, a->draft, o->path, a->err);

	if (r)
		return r;
	r = equal_json(&same, there, o->value, a->err);
	if (r == 0 && !same) {
		show(expected, sizeof(expected), o->value);
		show(found, sizeof(found), there);
		r = cfr_err_set(a->err, CFR_E_CONFLICT, "%s was expected, and there is %s", expected, found);
	}
	cfr_tree_unref(made);
	return r;
}

static int apply(applier *a, const operation *o)
{
	if (is_op(o, "add"))
		return add_value(a, o->path, o->value);
	if (is_op(o, "remove"))
		return cfr_draft_remove(a->draft, o->path, a->err);
	if (is_op(o, "replace"))
		return cfr_draft_replace(a->draft, o->path, o->value, a->err);
	if (is_op(o, "test"))
		return test(a, o);
	return transfer(a, o, is_op(o, "move"));
}

/* "operation 3, replace /a/b: there is no …" */
static int blame(const operation *o, int code, const cfr_err *why, cfr_err *err)
{
	if (!err)
		return code;
	*err = *why;
	snprintf(err->message, sizeof(err->message), "operation %u, %.*s %.*s: %.140s", (unsigned)o->number,
	         (int)(o->op.len < 10 ? o->op.len : 10), o->op.ptr, (int)(o->path.len < 80 ? o->path.len : 80),
	         o->path.ptr ? o->path.ptr : "", why->message);
	err->path[0] = 0;
	cfr_err_path(err, o->path);
	return code;
}

int cfr__json_patch_apply(cfr_tree **out, cfr_node target, cfr_node patch, const cfr_limits *limits, uint32_t *failed,
                          cfr_err *err)
{
	cfr_err why = CFR_ERR_INIT;
	applier a = { .token = CFR_BUF_INIT, .err = err };
	operation o;
	int r = cfr_draft_new(&a.draft, NULL, limits, err);

	if (r)
		return r;
	r = cfr_draft_replace(a.draft, CFR_STR(""), target, err);
	for (uint32_t i = 0; r == 0 && i < cfr_node_size(patch); i++) {
		cfr_node node;

		*failed = i;
		a.err = err;
		r = cfr_node_at(&node, patch, i, err);
		if (r == 0)
			r = read_operation(&o, &a, node, i + 1);
		if (r)
			goto done;
		a.err = &why;
		r = apply(&a, &o);
		if (r) {
			r = blame(&o, r, &why, err);
			goto done;
		}
	}
	*failed = UINT32_MAX;
	if (r == 0)
		r = cfr_draft_freeze(out, a.draft, err);
done:
	cfr_buf_release(&a.token);
	cfr_draft_free(a.draft);
	return r;
}

int cfr_patch_apply(cfr_tree **out, cfr_node target, cfr_node patch, cfr_patch_kind kind, const cfr_limits *limits,
                    uint32_t *failed, cfr_err *err)
{
	uint32_t unused = UINT32_MAX;

	if (!failed)
		failed = &unused;
	*failed = UINT32_MAX;
	if (kind == CFR_PATCH_MERGE || (kind == CFR_PATCH_DETECT && cfr_node_kind(patch) != CFR_SEQUENCE))
		return cfr__merge_patch_apply(out, target, patch, limits, err);
	if (cfr_node_kind(patch) != CFR_SEQUENCE) {
		cfr_err_set(err, CFR_E_SYNTAX, "a JSON Patch is a sequence of operations, and this is a %s",
		            cfr_kind_name(cfr_node_kind(patch)));
		cfr_err_hint(err, "a mapping may be a merge patch");
		return CFR_E_SYNTAX;
	}
	return cfr__json_patch_apply(out, target, patch, limits, failed, err);
}
