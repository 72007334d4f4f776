/* engine/pointer.c -- JSON Pointer (RFC 6901).
 *
 * A token is compared where it stands in the pointer's text; only one with an escape is copied. A node's own pointer
 * is found from the leaf up, so it is written backwards and turned round at the end, which needs no list of parents.
 */
#include "engine/pointer.h"

#include "engine/base/str.h"

enum { NEAREST_LOOKS = 2000 };	/* keys looked at for a hint */

void cfr_pointer_add(cfr_buf *out, cfr_str token)
{
	size_t done = 0;

	cfr_buf_addc(out, '/');
	for (size_t i = 0; i < token.len; i++) {
		if (token.ptr[i] != '~' && token.ptr[i] != '/')
			continue;
		cfr_buf_add(out, token.ptr + done, i - done);
		cfr_buf_add(out, token.ptr[i] == '~' ? "~0" : "~1", 2);
		done = i + 1;
	}
	if (done < token.len)
		cfr_buf_add(out, token.ptr + done, token.len - done);
}

/* The first token, still escaped; `pointer` moves behind it. */
static bool raw_next(cfr_str *token, cfr_str *pointer)
{
	const char *slash;
	size_t end;

	if (pointer->len == 0 || pointer->ptr[0] != '/')
		return false;
	slash = memchr(pointer->ptr + 1, '/', pointer->len - 1);
	end = slash ? (size_t)(slash - pointer->ptr) : pointer->len;
	*token = cfr_str_sub(*pointer, 1, end);
	*pointer = cfr_str_sub(*pointer, end, pointer->len);
	return true;
}

static void unescape(cfr_buf *out, cfr_str raw)
{
	for (size_t i = 0; i < raw.len; i++) {
		char c = raw.ptr[i];

		if (c == '~' && i + 1 < raw.len && (raw.ptr[i + 1] == '0' || raw.ptr[i + 1] == '1'))
			c = raw.ptr[++i] == '0' ? '~' : '/';
		cfr_buf_addc(out, c);
	}
}

bool cfr_pointer_next(cfr_buf *out, cfr_str *pointer)
{
	cfr_str raw;

	cfr_buf_clear(out);
	if (!raw_next(&raw, pointer))
		return false;
	unescape(out, raw);
	return true;
}

void cfr_pointer_write(cfr_buf *out, cfr_node node)
{
	size_t start = out->len;
	cfr_node parent;

	for (; cfr_node_parent(&parent, node); node = parent) {
		cfr_str key = cfr_node_key(node);
		size_t from = out->len;

		if (key.ptr)
			cfr_pointer_add(out, key);
		else
			cfr_buf_addf(out, "/%u", cfr_node_index(node));
		cfr_buf_reverse(out, from);
	}
	cfr_buf_reverse(out, start);
}

static int check(cfr_str pointer, cfr_err *err)
{
	if (pointer.len && pointer.ptr[0] != '/') {
		cfr_err_set(err, CFR_E_SYNTAX, "'%.*s' is no JSON Pointer",
		            (int)(pointer.len < 120 ? pointer.len : 120), pointer.ptr);
		cfr_err_hint(err, "a pointer is empty or begins with '/', as in /agents/0/model");
		return CFR_E_SYNTAX;
	}
	for (size_t i = 0; i < pointer.len; i++) {
		if (pointer.ptr[i] != '~')
			continue;
		if (i + 1 == pointer.len || (pointer.ptr[i + 1] != '0' && pointer.ptr[i + 1] != '1')) {
			cfr_err_set(err, CFR_E_SYNTAX, "'~' without 0 or 1 in a JSON Pointer");
			cfr_err_hint(err, "write ~0 for '~' and ~1 for '/'");
			if (err)
				err->column = (uint32_t)i + 1;
			return CFR_E_SYNTAX;
		}
	}
	return 0;
}

/* "0" or digits without a leading zero. */
static bool to_index(uint32_t *out, cfr_str token)
{
	uint64_t n = 0;

	if (token.len == 0 || token.len > 10 || (token.len > 1 && token.ptr[0] == '0'))
		return false;
	for (size_t i = 0; i < token.len; i++) {
		if (token.ptr[i] < '0' || token.ptr[i] > '9')
			return false;
		n = n * 10 + (uint64_t)(token.ptr[i] - '0');
	}
	if (n >= UINT32_MAX)
		return false;
	*out = (uint32_t)n;
	return true;
}

/* One step. CFR_E_NOTFOUND leaves err alone. */
static int follow(cfr_node *out, cfr_node from, cfr_str raw, cfr_buf *scratch, cfr_err *err)
{
	uint32_t index;
	int r;

	switch (cfr_node_kind(from)) {
	case CFR_SEQUENCE:
		return to_index(&index, raw) ? cfr_node_at(out, from, index, err) : CFR_E_NOTFOUND;
	case CFR_MAPPING:
		if (raw.len == 0 || !memchr(raw.ptr, '~', raw.len))
			return cfr_node_find(out, from, raw, err);
		cfr_buf_clear(scratch);
		unescape(scratch, raw);
		r = cfr_buf_check(scratch, err);
		return r < 0 ? r : cfr_node_find(out, from, cfr_buf_str(scratch), err);
	default:
		return CFR_E_NOTFOUND;
	}
}

int cfr_pointer_reach(cfr_node *out, cfr_str *rest, cfr_node from, cfr_str pointer, cfr_err *err)
{
	cfr_buf scratch = CFR_BUF_INIT;
	cfr_str ahead = pointer, raw;
	int r = check(pointer, err);

	if (r < 0)
		return r;
	while (raw_next(&raw, &ahead)) {
		r = follow(&from, from, raw, &scratch, err);
		if (r < 0)
			break;
		pointer = ahead;
	}
	cfr_buf_release(&scratch);
	if (r < 0 && r != CFR_E_NOTFOUND)
		return r;
	*out = from;
	*rest = pointer;
	return 0;
}

static void hint_nearest(cfr_err *err, cfr_node mapping, cfr_str word)
{
	unsigned best = word.len < 4 ? 1 : word.len < 8 ? 2 : 3;
	uint32_t size = cfr_node_size(mapping);
	cfr_str near = { NULL, 0 };

	for (uint32_t i = 0; i < size && i < NEAREST_LOOKS; i++) {
		cfr_node child;
		cfr_str key;
		unsigned d;

		if (cfr_node_at(&child, mapping, i, NULL) < 0)
			return;
		key = cfr_node_key(child);
		d = cfr_str_distance(key, word, best);
		if (d <= best && (d < best || !near.ptr)) {
			best = d;
			near = key;
		}
	}
	if (near.ptr)
		cfr_err_hint(err, "did you mean '%.*s'?", (int)near.len, near.ptr);
}

/* Says what is missing below `at`, the first token of `rest`. */
static int missing(cfr_err *err, cfr_node at, cfr_str rest)
{
	cfr_buf text = CFR_BUF_INIT;
	cfr_str raw, ahead = rest;
	int n;

	if (!err || !raw_next(&raw, &ahead))
		return CFR_E_NOTFOUND;
	unescape(&text, raw);
	n = text.len < 100 ? (int)text.len : 100;
	switch (cfr_node_kind(at)) {
	case CFR_MAPPING:
		cfr_err_set(err, CFR_E_NOTFOUND, "there is no key '%.*s'", n, text.ptr ? text.ptr : "");
		hint_nearest(err, at, cfr_buf_str(&text));
		break;
	case CFR_SEQUENCE:
		cfr_err_set(err, CFR_E_NOTFOUND, "there is no item '%.*s' in a sequence of %u", n,
		            text.ptr ? text.ptr : "", cfr_node_size(at));
		if (cfr_node_size(at))
			cfr_err_hint(err, "items are numbered from 0 to %u", cfr_node_size(at) - 1);
		break;
	default:
		cfr_err_set(err, CFR_E_NOTFOUND, "there is nothing below a scalar (%s), so no '%.*s'",
		            cfr_kind_name(cfr_node_kind(at)), n, text.ptr ? text.ptr : "");
	}
	cfr_buf_clear(&text);
	cfr_pointer_write(&text, at);
	cfr_err_path(err, cfr_buf_str(&text));
	cfr_buf_release(&text);
	return CFR_E_NOTFOUND;
}

int cfr_pointer_get(cfr_node *out, cfr_node from, cfr_str pointer, cfr_err *err)
{
	cfr_node at;
	cfr_str rest;
	int r = cfr_pointer_reach(&at, &rest, from, pointer, err);

	if (r < 0)
		return r;
	if (rest.len)
		return missing(err, at, rest);
	*out = at;
	return 0;
}
