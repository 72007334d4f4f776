/* lua/commands/bind_load.c -- core: the loader that all commands read through.
 *
 *   core.loading{cache=, verbose=, stats=}   before anything is read; again: with another loader from there on
 *   core.load_stats()                        counts of cfr_load_stats, and phases = { {name, count, ns, amount, unit}, … }
 *
 * One loader serves the whole run of the program; its cache is opened by the first read that is worth it. Phases are sums:
 * spans of several threads are added, so they may come to more than the clock on the wall shows.
 */
#include "cache/cache.h"
#include "lua/commands/bind.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define LOADING_CLASS "cfgrun.loading"

enum { PHASES = 24 };

struct phase {
	const char *name, *unit;
	uint64_t count, ns, amount;
};

struct loading {
	cfr_loader *loader;
	bool off, verbose, stats;
	pthread_mutex_t lock;		/* of the phases */
	struct phase phases[PHASES];
	int phase_count;
	cfr_profile profile;		/* adds to the phases, and tells `next`, which may be NULL */
	const cfr_profile *next;
};

static const char key;			/* its address: where the registry has it */

/* --- phases --- */

static uint64_t now(void *arg)
{
	struct timespec t;

	(void)arg;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static void add_span(void *arg, const char *phase, cfr_str detail, uint64_t begin, uint64_t end, uint64_t amount,
                     const char *unit)
{
	struct loading *l = arg;
	int i = 0;

	if (l->next)
		l->next->span(l->next->arg, phase, detail, begin, end, amount, unit);
	pthread_mutex_lock(&l->lock);
	while (i < l->phase_count && strcmp(l->phases[i].name, phase) != 0)
		i++;
	if (i == l->phase_count && i < PHASES)
		l->phases[l->phase_count++] = (struct phase){ .name = phase, .unit = unit };
	if (i < l->phase_count) {
		l->phases[i].count++;
		l->phases[i].ns += end - begin;
		l->phases[i].amount += amount;
		l->phases[i].unit = unit ? unit : l->phases[i].unit;
	}
	pthread_mutex_unlock(&l->lock);
}

/* --- the cache --- */

static void tell(void *arg, const char *line)
{
	const struct loading *l = arg;

	if (l->verbose)
		fprintf(stderr, "cfgrun: %s\n", line);
}

static cfr_cache open_cache(void *arg)
{
	cfr_cache_options options;
	cfr_cache cache = { NULL, NULL };
	cfr_buf folder = CFR_BUF_INIT;
	cfr_err err = CFR_ERR_INIT;

	if (cfr__cmd_cache_options(&options, &folder, &err) < 0) {
		tell(arg, err.message);
	} else {
		options.note = tell;
		options.note_arg = arg;
		cfr_cache_open(&cache, &options);
	}
	cfr_buf_release(&folder);
	return cache;
}

static void close_cache(void *arg, cfr_cache cache)
{
	const struct loading *l = arg;
	cfr_load_stats stats;

	cfr_loader_stats(&stats, l->loader);
	cfr_cache_count(cache, stats.hits, stats.misses);
	cfr_cache_close(cache);
}

/* --- the loader --- */

static struct loading *loading_of(lua_State *L)
{
	struct loading *l;

	lua_rawgetp(L, LUA_REGISTRYINDEX, &key);
	l = lua_touserdata(L, -1);
	lua_pop(L, 1);
	return l;
}

cfr_loader *cfr__cmd_loader(lua_State *L)
{
	struct loading *l = loading_of(L);
	cfr_loader_options options = { .cache_open = l->off ? NULL : open_cache, .cache_close = close_cache,
	                               .cache_arg = l };

	l->next = cfr__cmd_profile(L);
	options.profile = l->stats ? &l->profile : l->next;

	/* Without memory for a loader, reading works all the same. */
	if (!l->loader && cfr_loader_new(&l->loader, &options, NULL) < 0)
		l->loader = NULL;
	return l->loader;
}

static int loading_gc(lua_State *L)
{
	struct loading *l = luaL_checkudata(L, 1, LOADING_CLASS);

	cfr_loader_free(l->loader);
	l->loader = NULL;
	pthread_mutex_destroy(&l->lock);
	return 0;
}

static int core_loading(lua_State *L)
{
	struct loading *l = loading_of(L);

	luaL_checktype(L, 1, LUA_TTABLE);
	lua_settop(L, 1);
	cfr_loader_free(l->loader);
	l->loader = NULL;
	lua_getfield(L, 1, "cache");
	l->off = lua_isboolean(L, -1) && !lua_toboolean(L, -1);
	lua_getfield(L, 1, "verbose");
	l->verbose = lua_toboolean(L, -1);
	lua_getfield(L, 1, "stats");
	l->stats = lua_toboolean(L, -1);
	return 0;
}

static int core_load_stats(lua_State *L)
{
	struct loading *l = loading_of(L);
	cfr_load_stats s = { 0 };

	if (l->loader)
		cfr_loader_stats(&s, l->loader);
	const struct { const char *name; uint64_t value; } counts[] = {
		{ "sources", s.sources }, { "bytes", s.bytes }, { "parsed", s.parsed }, { "hashed", s.hashed },
		{ "scanned", s.scanned }, { "hits", s.hits }, { "misses", s.misses }, { "unchanged", s.unchanged },
		{ "sections", s.sections }, { "listed", s.listed }, { "kept", s.kept }, { "blocks", s.blocks },
		{ "reused", s.reused } };

	lua_createtable(L, 0, 14);
	for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++)
		cfr__cmd_set_int(L, counts[i].name, (lua_Integer)counts[i].value);
	lua_createtable(L, l->phase_count, 0);
	for (int i = 0; i < l->phase_count; i++) {
		const struct phase *phase = &l->phases[i];

		lua_createtable(L, 0, 5);
		cfr__cmd_set_str(L, "name", cfr_str_of(phase->name));
		cfr__cmd_set_int(L, "count", (lua_Integer)phase->count);
		cfr__cmd_set_int(L, "ns", (lua_Integer)phase->ns);
		cfr__cmd_set_int(L, "amount", (lua_Integer)phase->amount);
		if (phase->unit)
			cfr__cmd_set_str(L, "unit", cfr_str_of(phase->unit));
		lua_rawseti(L, -2, (lua_Integer)i + 1);
	}
	lua_setfield(L, -2, "phases");
	return 1;
}

void cfr__cmd_bind_loading(lua_State *L)
{
	static const luaL_Reg functions[] = { { "loading", core_loading }, { "load_stats", core_load_stats },
		{ NULL, NULL } };
	struct loading *l = lua_newuserdatauv(L, sizeof(*l), 0);

	memset(l, 0, sizeof(*l));
	pthread_mutex_init(&l->lock, NULL);
	l->profile = (cfr_profile){ .now = now, .span = add_span, .arg = l };
	luaL_newmetatable(L, LOADING_CLASS);
	lua_pushcfunction(L, loading_gc);
	lua_setfield(L, -2, "__gc");
	lua_setmetatable(L, -2);
	lua_rawsetp(L, LUA_REGISTRYINDEX, &key);
	luaL_setfuncs(L, functions, 0);
}
