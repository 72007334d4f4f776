/* engine/diff/keys.c -- lists of named things: which entry is the name.
 *
 * People name the elements of their lists: containers by `name`, agents by `id`, scrape jobs by `job_name`. An entry is
 * taken for the name when every element of every list in question has it, as text or a whole number, and no two
 * elements of one list have the same. The names below are tried in order, so `name` wins over `port`.
 */
#include <stdlib.h>

#include "engine/diff/parts.h"
#include "engine/pointer.h"

/* Beside the usual three: Kubernetes (uid, containerPort, mountPath, devicePath, topologyKey, ip), Compose (target),
 * Prometheus (job_name, alert, record), OpenAPI (operationId), and what else lists are kept by. */
static const char *const usual[] = { "name", "id", "key", "uid", "uuid", "slug", "job_name", "alert", "record",
	"operationId", "mountPath", "devicePath", "containerPort", "topologyKey", "target", "hostname", "host", "ip",
	"path", "port" };

static int compare_names(const void *left, const void *right)
{
	const cfr__name *a = left, *b = right;

	return cfr_str_cmp(a->text, b->text);
}

/* A scalar as a name: its text, numbers told from text by a control character in front. ptr NULL: it cannot be one. */
static int name_of_scalar(cfr_str *out, cfr__compare *c, cfr_node node)
{
	char *text;

	*out = (cfr_str){ NULL, 0 };
	if (cfr_node_kind(node) == CFR_STRING) {
		*out = cfr_node_string(node);
		if (!out->ptr)
			*out = CFR_STR("");
		return 0;
	}
	if (cfr_node_kind(node) != CFR_INT)
		return 0;
	text = cfr_arena_printf(&c->arena, "%c%lld", 1, (long long)cfr_node_int(node));
	if (!text)
		return cfr_err_nomem(c->err);
	*out = cfr_str_of(text);
	return 0;
}

static int find_string(cfr_str *out, cfr_node mapping, const char *key)
{
	cfr_node node;

	*out = (cfr_str){ "", 0 };
	if (cfr_node_kind(mapping) != CFR_MAPPING || cfr_node_find(&node, mapping, cfr_str_of(key), NULL) != 0 ||
	    cfr_node_kind(node) != CFR_STRING)
		return -1;
	*out = cfr_node_string(node);
	return 0;
}

/* A Kubernetes object: kind, namespace and name. */
static int name_of_object(cfr_str *out, cfr__compare *c, cfr_node node)
{
	cfr_str kind, name, space;
	cfr_node metadata;
	char *text;

	*out = (cfr_str){ NULL, 0 };
	if (find_string(&kind, node, "kind") || cfr_node_find(&metadata, node, CFR_STR("metadata"), NULL) != 0 ||
	    find_string(&name, metadata, "name"))
		return 0;
	find_string(&space, metadata, "namespace");
	text = cfr_arena_printf(&c->arena, "%.*s/%.*s/%.*s", (int)kind.len, kind.ptr, (int)space.len, space.ptr,
	                        (int)name.len, name.ptr);
	if (!text)
		return cfr_err_nomem(c->err);
	*out = cfr_str_of(text);
	return 0;
}

/* The name of an element by one entry; by kind and metadata when `key` is NULL. */
static int name_of(cfr_str *out, cfr__compare *c, cfr_node element, const cfr_str *key)
{
	cfr_node value;
	int r;

	*out = (cfr_str){ NULL, 0 };
	if (cfr_node_kind(element) != CFR_MAPPING)
		return 0;
	if (!key)
		return name_of_object(out, c, element);
	r = cfr_node_find(&value, element, *key, c->err);
	if (r)
		return r == CFR_E_NOTFOUND ? 0 : r;
	return name_of_scalar(out, c, value);
}

static int names_by(bool *named, cfr__name *names, cfr__compare *c, cfr_node list, const cfr_str *key)
{
	uint32_t count = cfr_node_size(list);

	*named = true;
	for (uint32_t i = 0; *named && i < count; i++) {
		cfr_node element;
		int r = cfr_node_at(&element, list, i, c->err);

		if (r == 0)
			r = name_of(&names[i].text, c, element, key);
		if (r)
			return r;
		names[i].index = i;
		*named = names[i].text.ptr != NULL;
	}
	if (!*named)
		return 0;
	if (count)
		qsort(names, count, sizeof(*names), compare_names);
	for (uint32_t i = 1; *named && i < count; i++)
		*named = !cfr_str_eq(names[i - 1].text, names[i].text);
	return 0;
}

static int all_by(bool *named, cfr__name *out[], cfr__compare *c, const cfr_node lists[], uint32_t count,
                  const cfr_str *key)
{
	int r = 0;

	*named = true;
	for (uint32_t i = 0; r == 0 && *named && i < count; i++) {
		if (lists[i].tree)
			r = names_by(named, out[i], c, lists[i], key);
	}
	return r;
}

/* ---- what the caller decided ---- */

static bool is_token(cfr_str token, const char *text) { return cfr_str_eq(token, cfr_str_of(text)); }

static cfr_str next_token(cfr_str *pattern)
{
	cfr_str token = cfr_str_sub(*pattern, 1, pattern->len);
	size_t n = 0;

	while (n < token.len && token.ptr[n] != '/')
		n++;
	*pattern = cfr_str_sub(token, n, token.len);
	return cfr_str_sub(token, 0, n);
}

/* Both are pointers; tokens are compared as they are written. A `**` is tried at each place, the last one only: what
 * stood before an earlier one need not be tried again. */
static bool fits(cfr_str pattern, cfr_str path)
{
	cfr_str retry = { NULL, 0 }, retry_path = { NULL, 0 };

	for (;;) {
		cfr_str rest = pattern, token = { NULL, 0 };

		if (pattern.len == 0 && path.len == 0)
			return true;
		if (pattern.len)
			token = next_token(&rest);
		if (pattern.len && is_token(token, "**")) {
			pattern = retry = rest;
			retry_path = path;
			continue;
		}
		if (pattern.len && path.len) {
			cfr_str left = path, there = next_token(&left);
			if (is_token(token, "*") || cfr_str_eq(token, there)) {
				pattern = rest;
				path = left;
				continue;
			}
		}
		if (!retry_path.len)
			return false;
		next_token(&retry_path);
		pattern = retry;
		path = retry_path;
	}
}

static int decided(const cfr_diff_key **out, cfr__compare *c, const cfr_node lists[], uint32_t count)
{
	cfr_buf path = CFR_BUF_INIT;
	int r = 0;

	*out = NULL;
	if (!c->how || !c->how->key_count)
		return 0;
	for (uint32_t i = 0; i < count && !*out && r == 0; i++) {
		if (!lists[i].tree)
			continue;
		cfr_buf_clear(&path);
		cfr_pointer_write(&path, lists[i]);
		r = cfr_buf_check(&path, c->err);
		for (uint32_t k = 0; r == 0 && k < c->how->key_count && !*out; k++) {
			if (fits(c->how->keys[k].at, cfr_buf_str(&path)))
				*out = &c->how->keys[k];
		}
	}
	cfr_buf_release(&path);
	return r;
}

int cfr__names(bool *named, cfr__name *out[], cfr__compare *c, const cfr_node lists[], uint32_t count)
{
	const cfr_diff_key *key;
	uint32_t most = 0;
	int r = decided(&key, c, lists, count);

	*named = false;
	for (uint32_t i = 0; r == 0 && i < count; i++) {
		uint32_t size = lists[i].tree ? cfr_node_size(lists[i]) : 0;

		out[i] = cfr_arena_zalloc(&c->arena, (size_t)size + 1, sizeof(**out));
		if (!out[i])
			return cfr_err_nomem(c->err);
		most = size > most ? size : most;
	}
	if (r || most == 0)
		return r;
	if (key)
		return key->key.len ? all_by(named, out, c, lists, count, &key->key) : 0;
	r = all_by(named, out, c, lists, count, NULL);
	for (size_t i = 0; r == 0 && !*named && i < sizeof(usual) / sizeof(*usual); i++) {
		cfr_str entry = cfr_str_of(usual[i]);
		r = all_by(named, out, c, lists, count, &entry);
	}
	return r;
}

uint32_t cfr__names_find(const cfr__name *names, uint32_t count, cfr_str text)
{
	cfr__name wanted = { .text = text };
	const cfr__name *found = count ? bsearch(&wanted, names, count, sizeof(*names), compare_names) : NULL;

	return found ? found->index : CFR__NONE;
}

/* ---- names alone ---- */

static bool may_name(cfr_node node)
{
	return cfr_node_kind(node) == CFR_STRING || cfr_node_kind(node) == CFR_INT;
}

/* The same name by this key, or none in either. */
static bool same_entry(cfr_node a, cfr_node b, const char *key)
{
	cfr_node x, y;
	bool in_a = cfr_node_find(&x, a, cfr_str_of(key), NULL) == 0 && may_name(x);
	bool in_b = cfr_node_find(&y, b, cfr_str_of(key), NULL) == 0 && may_name(y), same = true;

	if (in_a && in_b && cfr_node_equal(&same, x, y, NULL) != 0)
		return false;
	return in_a == in_b && same;
}

bool cfr_diff_pairs(cfr_node a, cfr_node b)
{
	cfr_node x, y;
	bool in_a, in_b;

	if (!cfr__alike(a, b))
		return false;
	if (cfr_node_kind(a) != CFR_MAPPING)
		return true;
	for (size_t i = 0; i < sizeof(usual) / sizeof(*usual); i++) {
		if (!same_entry(a, b, usual[i]))
			return false;
	}
	if (!same_entry(a, b, "kind"))
		return false;
	in_a = cfr_node_find(&x, a, CFR_STR("metadata"), NULL) == 0 && cfr_node_kind(x) == CFR_MAPPING;
	in_b = cfr_node_find(&y, b, CFR_STR("metadata"), NULL) == 0 && cfr_node_kind(y) == CFR_MAPPING;
	return in_a == in_b && (!in_a || (same_entry(x, y, "name") && same_entry(x, y, "namespace")));
}
