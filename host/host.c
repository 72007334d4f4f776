/* host/host.c -- the composition root: engine and Lua put together for an embedder. See cfgrun.h. */
#include "host/cfgrun.h"

#include "engine/base/str.h"
#include "lua/script.h"

#include <stdlib.h>
#include <time.h>

const char *cfr_version(void)
{
	return CFR_VERSION;
}

/* --- reading --- */

/* The one document of a source; takes the source. */
static int only_document(cfr_document **out, cfr_source *source, const cfr_limits *limits, cfr_err *err)
{
	cfr_documents docs = { 0 };
	int r = cfr_text_read(&docs, source, CFR_FORMAT_NONE, limits, err);

	if (r == 0 && docs.count != 1) {
		r = cfr_err_set(err, CFR_E_UNSUPPORTED, "there are %u documents where one was expected", docs.count);
		cfr_err_at(err, cfr_source_name(source), 0, 0);
		cfr_err_hint(err, "cfr_text_read (engine/text.h) reads streams");
	}
	if (r == 0)
		*out = cfr_document_ref(docs.items[0]);
	cfr_documents_release(&docs);
	cfr_source_unref(source);
	return r;
}

int cfr_load(cfr_document **out, const char *file, cfr_err *err)
{
	cfr_limits limits;
	cfr_source *source;
	int r;

	cfr_limits_default(&limits);
	r = cfr_source_open(&source, file, &limits, err);
	return r < 0 ? r : only_document(out, source, &limits, err);
}

int cfr_load_text(cfr_document **out, const char *name, const char *bytes, size_t len, cfr_err *err)
{
	cfr_limits limits;
	cfr_source *source;
	int r;

	cfr_limits_default(&limits);
	r = cfr_source_new(&source, cfr_str_of(name), (cfr_str){ bytes, len }, &limits, err);
	return r < 0 ? r : only_document(out, source, &limits, err);
}

/* --- values --- */

int cfr_at(cfr_node *out, const cfr_document *doc, const char *pointer, cfr_err *err)
{
	int r = cfr_pointer_get(out, cfr_tree_root(cfr_document_tree(doc)), cfr_str_of(pointer), err);

	if (r < 0)
		cfr_err_at(err, cfr_source_name(cfr_document_source(doc)), 0, 0);
	return r;
}

static int wrong_kind(const cfr_document *doc, const char *pointer, cfr_node node, const char *wanted, cfr_err *err)
{
	cfr_span span = cfr_document_span(doc, node);

	cfr_err_set(err, CFR_E_KIND, "this must be %s, not a %s", wanted, cfr_kind_name(cfr_node_kind(node)));
	cfr_err_at(err, cfr_source_name(cfr_document_source(doc)), span.line, span.column);
	cfr_err_path(err, cfr_str_of(pointer));
	return CFR_E_KIND;
}

int cfr_get_bool(bool *out, const cfr_document *doc, const char *pointer, cfr_err *err)
{
	cfr_node node;
	int r = cfr_at(&node, doc, pointer, err);

	if (r < 0)
		return r;
	if (cfr_node_kind(node) != CFR_BOOL)
		return wrong_kind(doc, pointer, node, "true or false", err);
	*out = cfr_node_bool(node);
	return 0;
}

int cfr_get_int(int64_t *out, const cfr_document *doc, const char *pointer, cfr_err *err)
{
	cfr_node node;
	int r = cfr_at(&node, doc, pointer, err);

	if (r < 0)
		return r;
	if (cfr_node_kind(node) != CFR_INT)
		return wrong_kind(doc, pointer, node, "a whole number", err);
	*out = cfr_node_int(node);
	return 0;
}

int cfr_get_number(double *out, const cfr_document *doc, const char *pointer, cfr_err *err)
{
	cfr_node node;
	int r = cfr_at(&node, doc, pointer, err);

	if (r < 0)
		return r;
	if (cfr_node_kind(node) != CFR_FLOAT && cfr_node_kind(node) != CFR_INT)
		return wrong_kind(doc, pointer, node, "a number", err);
	*out = cfr_node_kind(node) == CFR_INT ? (double)cfr_node_int(node) : cfr_node_float(node);
	return 0;
}

int cfr_get_string(cfr_str *out, const cfr_document *doc, const char *pointer, cfr_err *err)
{
	cfr_node node;
	int r = cfr_at(&node, doc, pointer, err);

	if (r < 0)
		return r;
	if (cfr_node_kind(node) != CFR_STRING)
		return wrong_kind(doc, pointer, node, "a string", err);
	*out = cfr_node_string(node);
	return 0;
}

bool cfr_bool(const cfr_document *doc, const char *pointer, bool fallback)
{
	cfr_get_bool(&fallback, doc, pointer, NULL);
	return fallback;
}

int64_t cfr_int(const cfr_document *doc, const char *pointer, int64_t fallback)
{
	cfr_get_int(&fallback, doc, pointer, NULL);
	return fallback;
}

double cfr_number(const cfr_document *doc, const char *pointer, double fallback)
{
	cfr_get_number(&fallback, doc, pointer, NULL);
	return fallback;
}

cfr_str cfr_string(const cfr_document *doc, const char *pointer, cfr_str fallback)
{
	cfr_get_string(&fallback, doc, pointer, NULL);
	return fallback;
}

/* --- checks --- */

static const char *process_env(void *arg, const char *name)
{
	(void)arg;
	return getenv(name);
}

int cfr_checker_new(cfr_check **out, const cfr_check_options *options, cfr_err *err)
{
	cfr_check_options filled = { 0 };

	if (options)
		filled = *options;
	filled.scripts = cfr_lua_scripts();
	if (!filled.env)
		filled.env = process_env;
	if (!filled.now)
		filled.now = (int64_t)time(NULL);
	return cfr_check_new(out, &filled, err);
}

int cfr_checker_add_policy(cfr_check *check, const char *policy, cfr_err *err)
{
	cfr_pack *pack;
	cfr_limits limits;
	int r;

	cfr_limits_default(&limits);
	r = cfr_policy_open(&pack, policy, &limits, err);
	return r < 0 ? r : cfr_check_add_pack(check, pack, err);
}
