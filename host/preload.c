/* host/preload.c -- sections that a configuration has read ahead, on a thread of its own.
 */
#include "host/config_parts.h"

#include "engine/base/str.h"

#include <stdlib.h>

static void *read_ahead(void *arg)
{
	cfr_config *c = arg;
	cfr_preload result = { .sections = 0 };
	int r = cfr_lazy_preload(&result, c->lazy, c->wanted, c->wanted_count, c->shared->workers, &result.first);

	if (r < 0)
		result.failed = c->wanted_count;
	pthread_mutex_lock(&c->shared->lock);
	c->shared->read_bytes += result.bytes;
	c->shared->read_nanoseconds += result.nanoseconds;
	pthread_mutex_unlock(&c->shared->lock);
	pthread_mutex_lock(&c->lock);
	c->result = result;
	c->running = false;
	pthread_cond_broadcast(&c->done);
	pthread_mutex_unlock(&c->lock);
	return NULL;
}

static int keep_wanted(cfr_config *c, const char *const *pointers, uint32_t count, cfr_err *err)
{
	cfr_str *wanted = calloc((size_t)count + 1, sizeof(*wanted));
	uint32_t n = 0;

	while (wanted && n < count) {
		char *copy = strdup(pointers[n]);
		if (!copy)
			break;
		wanted[n++] = cfr_str_of(copy);
	}
	if (!wanted || n < count) {
		while (n > 0)
			free((char *)(uintptr_t)wanted[--n].ptr);
		free(wanted);
		return cfr_err_nomem(err);
	}
	for (uint32_t i = 0; i < c->wanted_count; i++)
		free((char *)(uintptr_t)c->wanted[i].ptr);
	free(c->wanted);
	c->wanted = wanted;
	c->wanted_count = count;
	return 0;
}

int cfr_config_preload(cfr_config *config, const char *const *pointers, uint32_t count, cfr_err *err)
{
	int r = 0;

	pthread_mutex_lock(&config->lock);
	if (config->running)
		r = cfr_err_set(err, CFR_E_CONFLICT, "sections are being read ahead already");
	if (r == 0 && config->started) {
		pthread_join(config->thread, NULL);	/* it has nothing left to do */
		config->started = false;
	}
	if (r == 0 && (r = keep_wanted(config, pointers, count, err)) == 0) {
		config->running = true;
		if (pthread_create(&config->thread, NULL, read_ahead, config) == 0) {
			config->started = true;
		} else {
			config->running = false;
			r = cfr_err_set(err, CFR_E_NOMEM, "there is no thread to be had that reads ahead");
		}
	}
	pthread_mutex_unlock(&config->lock);
	return r;
}

bool cfr_config_preloaded(cfr_preload *out, cfr_config *config, bool wait)
{
	bool done;

	pthread_mutex_lock(&config->lock);
	while (wait && config->running)
		pthread_cond_wait(&config->done, &config->lock);
	done = !config->running;
	if (done)
		*out = config->result;
	pthread_mutex_unlock(&config->lock);
	return done;
}
