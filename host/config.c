/* host/config.c -- the embedder's configuration: a lazy composition (engine/lazy.h), opened, asked, and opened again. See
 * config.h.
 */
#include "host/config_parts.h"

#include "engine/base/str.h"
#include "engine/pointer.h"

#include <stdlib.h>

/* Takes both, also on failure. */
static int config_new(cfr_config **out, cfr__shared *shared, cfr_lazy *lazy, cfr_err *err)
{
	cfr_config *c = calloc(1, sizeof(*c));

	if (!c) {
		cfr_lazy_unref(lazy);
		cfr__shared_unref(shared);
		return cfr_err_nomem(err);
	}
	c->refs = 1;
	c->shared = shared;
	c->lazy = lazy;
	pthread_mutex_init(&c->lock, NULL);
	pthread_cond_init(&c->done, NULL);
	*out = c;
	return 0;
}

int cfr_config_compose(cfr_config **out, const cfr_composition *what, const cfr_config_options *options, cfr_err *err)
{
	cfr_composition filled = *what;
	cfr__shared *shared = NULL;
	cfr_config *made;
	cfr_lazy *lazy;
	int r = cfr__shared_new(&shared, options, what->loader, err);

	if (r < 0)
		return r;
	filled.loader = shared->loader;
	if (!filled.limits && options)
		filled.limits = options->limits;
	if ((r = cfr_lazy_open(&lazy, &filled, err)) < 0) {
		cfr__shared_unref(shared);
		return r;
	}
	if ((r = config_new(&made, shared, lazy, err)) < 0)
		return r;
	if (options && options->plan && (r = cfr__plan_apply(made, options->plan, err)) < 0) {
		cfr_config_unref(made);
		return r;
	}
	*out = made;
	return 0;
}

int cfr_config_open(cfr_config **out, const char *file, const cfr_config_options *options, cfr_err *err)
{
	cfr_layer layer = { .name = cfr_str_of(file), .file = cfr_str_of(file) };
	cfr_composition what = { .name = layer.name, .root = CFR_STR("/"), .layers = &layer, .layer_count = 1 };

	return cfr_config_compose(out, &what, options, err);
}

cfr_config *cfr_config_ref(const cfr_config *config)
{
	cfr_config *c = (cfr_config *)(uintptr_t)config;

	if (c)
		__atomic_add_fetch(&c->refs, 1, __ATOMIC_RELAXED);
	return c;
}

cfr_config *cfr_config_unref(const cfr_config *config)
{
	cfr_config *c = (cfr_config *)(uintptr_t)config;

	if (!c || __atomic_sub_fetch(&c->refs, 1, __ATOMIC_ACQ_REL) != 0)
		return NULL;
	if (c->started)
		pthread_join(c->thread, NULL);
	for (uint32_t i = 0; i < c->wanted_count; i++)
		free((char *)(uintptr_t)c->wanted[i].ptr);
	free(c->wanted);
	cfr_lazy_unref(c->lazy);
	cfr__shared_unref(c->shared);
	pthread_cond_destroy(&c->done);
	pthread_mutex_destroy(&c->lock);
	free(c);
	return NULL;
}

int cfr_config_again(cfr_config **out, cfr_config *config, cfr_err *err)
{
	cfr_lazy *now;
	int r = cfr_lazy_again(&now, config->lazy, err);

	if (r < 0)
		return r;
	if (now == config->lazy) {
		cfr_lazy_unref(now);
		*out = cfr_config_ref(config);
		return 0;
	}
	__atomic_add_fetch(&config->shared->refs, 1, __ATOMIC_RELAXED);
	return config_new(out, config->shared, now, err);
}

/* --- values --- */

/* The first token of a pointer counts. What nobody asked for before is timed. */
int cfr_config_at(cfr_node *out, const cfr_snapshot **snapshot, cfr_config *config, const char *pointer, cfr_err *err)
{
	cfr__shared *s = config->shared;
	cfr_str rest = cfr_str_of(pointer);
	cfr_buf key = CFR_BUF_INIT;
	const cfr_snapshot *found;
	cfr_node node;
	cfr__counted *count;
	cfr_lazy_stats before = { 0 }, after;
	uint64_t begin;
	bool first = false;
	int r;

	if (cfr_pointer_next(&key, &rest) && !key.failed) {
		pthread_mutex_lock(&s->lock);
		if ((count = cfr__config_count_of(s, cfr_buf_str(&key))))
			first = count->asked++ == 0;
		pthread_mutex_unlock(&s->lock);
	}
	if (first)
		cfr_lazy_get_stats(&before, config->lazy);
	begin = first ? cfr__config_clock() : 0;
	r = cfr_lazy_get(&found, &node, config->lazy, cfr_str_of(pointer), err);
	if (first) {
		uint64_t took = cfr__config_clock() - begin;
		cfr_lazy_get_stats(&after, config->lazy);
		pthread_mutex_lock(&s->lock);
		if ((count = cfr__config_count_of(s, cfr_buf_str(&key))))
			count->nanoseconds = took ? took : 1;
		s->read_bytes += after.read - before.read;
		s->read_nanoseconds += took;
		if (r == 0)
			s->format = cfr_document_format(cfr_snapshot_origin(found, node).doc);
		pthread_mutex_unlock(&s->lock);
	}
	cfr_buf_release(&key);
	if (r < 0)
		return r;
	if (snapshot)
		*snapshot = found;
	*out = node;
	return 0;
}

static int value_at(cfr_node *out, cfr_config *config, const char *pointer, unsigned kinds,
		    const char *wanted, cfr_err *err)
{
	const cfr_snapshot *snapshot;
	cfr_origin origin;
	cfr_span span;
	int r = cfr_config_at(out, &snapshot, config, pointer, err);

	if (r < 0 || (kinds >> cfr_node_kind(*out) & 1))
		return r;
	origin = cfr_snapshot_origin(snapshot, *out);
	span = cfr_document_span(origin.doc, origin.node);
	cfr_err_set(err, CFR_E_KIND, "this must be %s, not a %s", wanted, cfr_kind_name(cfr_node_kind(*out)));
	cfr_err_at(err, cfr_source_name(cfr_document_source(origin.doc)), span.line, span.column);
	cfr_err_path(err, cfr_str_of(pointer));
	return CFR_E_KIND;
}

int cfr_config_get_bool(bool *out, cfr_config *config, const char *pointer, cfr_err *err)
{
	cfr_node node;
	int r = value_at(&node, config, pointer, 1u << CFR_BOOL, "true or false", err);

	if (r == 0)
		*out = cfr_node_bool(node);
	return r;
}

int cfr_config_get_int(int64_t *out, cfr_config *config, const char *pointer, cfr_err *err)
{
	cfr_node node;
	int r = value_at(&node, config, pointer, 1u << CFR_INT, "a whole number", err);

	if (r == 0)
		*out = cfr_node_int(node);
	return r;
}

int cfr_config_get_number(double *out, cfr_config *config, const char *pointer, cfr_err *err)
{
	cfr_node node;
	int r = value_at(&node, config, pointer, 1u << CFR_INT | 1u << CFR_FLOAT, "a number", err);

	if (r == 0)
		*out = cfr_node_kind(node) == CFR_INT ? (double)cfr_node_int(node) : cfr_node_float(node);
	return r;
}

int cfr_config_get_string(cfr_str *out, cfr_config *config, const char *pointer, cfr_err *err)
{
	cfr_node node;
	int r = value_at(&node, config, pointer, 1u << CFR_STRING, "a string", err);

	if (r == 0)
		*out = cfr_node_string(node);
	return r;
}

bool cfr_config_bool(cfr_config *config, const char *pointer, bool fallback)
{
	cfr_config_get_bool(&fallback, config, pointer, NULL);
	return fallback;
}

int64_t cfr_config_int(cfr_config *config, const char *pointer, int64_t fallback)
{
	cfr_config_get_int(&fallback, config, pointer, NULL);
	return fallback;
}

double cfr_config_number(cfr_config *config, const char *pointer, double fallback)
{
	cfr_config_get_number(&fallback, config, pointer, NULL);
	return fallback;
}

cfr_str cfr_config_string(cfr_config *config, const char *pointer, cfr_str fallback)
{
	cfr_config_get_string(&fallback, config, pointer, NULL);
	return fallback;
}
