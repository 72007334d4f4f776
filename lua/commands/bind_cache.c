/* lua/commands/bind_cache.c -- core.cache: the cache as people see it (`cfgrun cache`).
 *
 *   cache.path()      the folder; nil and why there is none
 *   cache.stats()     table of cfr_cache_stats, kinds = { name = { records=, bytes= }, … }
 *   cache.verify()    of cfr_cache_verdict
 *   cache.clear()     bytes that were freed
 *
 * Where it is and how large it may be is said by the environment alone: CFGRUN_CACHE, CFGRUN_CACHE_SIZE, else by
 * XDG_CACHE_HOME and HOME.
 */
#include "cache/cache.h"
#include "lua/commands/bind.h"

#include <stdlib.h>

int cfr__cmd_cache_options(cfr_cache_options *out, cfr_buf *folder, cfr_err *err)
{
	const char *own = getenv("CFGRUN_CACHE"), *size = getenv("CFGRUN_CACHE_SIZE");
	cfr_cache_options options = { .size = 0 };

	if (size && *size && !cfr_cache_read_size(&options.size, cfr_str_of(size))) {
		cfr_err_set(err, CFR_E_USAGE, "CFGRUN_CACHE_SIZE cannot be '%s'", size);
		cfr_err_hint(err, "it is a number of bytes, like 500000000 or 512 MiB");
		return CFR_E_USAGE;
	}
	if (!cfr_cache_where(folder, own, getenv("XDG_CACHE_HOME"), getenv("HOME"))) {
		cfr_err_set(err, CFR_E_NOTFOUND, own && *own ? "the cache is off: CFGRUN_CACHE says so"
		                                              : "the cache has no folder: HOME is not set");
		return CFR_E_NOTFOUND;
	}
	if (folder->failed)
		return cfr_err_nomem(err);
	options.folder = folder->ptr;
	*out = options;
	return 0;
}

static int cache_path(lua_State *L)
{
	cfr_buf *folder = cfr__cmd_push_buf(L);
	cfr_cache_options options;
	cfr_err err = CFR_ERR_INIT;

	if (cfr__cmd_cache_options(&options, folder, &err) < 0)
		return cfr__cmd_push_err(L, &err);
	lua_pushstring(L, options.folder);
	return 1;
}

static int cache_stats(lua_State *L)
{
	cfr_buf *folder = cfr__cmd_push_buf(L);
	cfr_cache_options options;
	cfr_err err = CFR_ERR_INIT;
	cfr_cache_stats s;

	if (cfr__cmd_cache_options(&options, folder, &err) < 0 || cfr_cache_read_stats(&s, &options, &err) < 0)
		return cfr__cmd_push_err(L, &err);
	const struct { const char *name; int64_t value; } figures[] = {
		{ "records", (int64_t)s.records }, { "bytes", (int64_t)s.bytes }, { "file", (int64_t)s.file },
		{ "used", (int64_t)s.used }, { "bound", (int64_t)s.bound }, { "oldest", s.oldest }, { "newest", s.newest },
		{ "since", s.since }, { "hits", (int64_t)s.hits }, { "misses", (int64_t)s.misses },
		{ "day_hits", (int64_t)s.day_hits }, { "day_misses", (int64_t)s.day_misses }, { "kept", (int64_t)s.kept },
		{ "dropped", (int64_t)s.dropped } };

	lua_createtable(L, 0, 17);
	for (size_t i = 0; i < sizeof(figures) / sizeof(*figures); i++)
		cfr__cmd_set_int(L, figures[i].name, (lua_Integer)figures[i].value);
	lua_createtable(L, 0, 4);
	for (int i = 0; i < CFR_CACHE_KINDS; i++) {
		if (s.kinds[i].records == 0)
			continue;
		lua_createtable(L, 0, 2);
		cfr__cmd_set_int(L, "records", (lua_Integer)s.kinds[i].records);
		cfr__cmd_set_int(L, "bytes", (lua_Integer)s.kinds[i].bytes);
		lua_setfield(L, -2, s.kinds[i].name);
	}
	lua_setfield(L, -2, "kinds");
	cfr__cmd_set_bool(L, "there", s.there);
	cfr__cmd_set_str(L, "path", cfr_str_of(options.folder));
	return 1;
}

static int cache_verify(lua_State *L)
{
	cfr_buf *folder = cfr__cmd_push_buf(L);
	cfr_cache_options options;
	cfr_err err = CFR_ERR_INIT;
	cfr_cache_verdict v;

	if (cfr__cmd_cache_options(&options, folder, &err) < 0 || cfr_cache_verify(&v, &options, &err) < 0)
		return cfr__cmd_push_err(L, &err);
	lua_createtable(L, 0, 6);
	cfr__cmd_set_int(L, "records", (lua_Integer)v.records);
	cfr__cmd_set_int(L, "bytes", (lua_Integer)v.bytes);
	cfr__cmd_set_int(L, "removed", (lua_Integer)v.removed);
	cfr__cmd_set_bool(L, "moved", v.moved);
	cfr__cmd_set_str(L, "why", cfr_str_of(v.why));
	cfr__cmd_set_str(L, "path", cfr_str_of(options.folder));
	return 1;
}

static int cache_clear(lua_State *L)
{
	cfr_buf *folder = cfr__cmd_push_buf(L);
	cfr_cache_options options;
	cfr_err err = CFR_ERR_INIT;
	uint64_t bytes;

	if (cfr__cmd_cache_options(&options, folder, &err) < 0 || cfr_cache_clear(&bytes, &options, &err) < 0)
		return cfr__cmd_push_err(L, &err);
	lua_pushinteger(L, (lua_Integer)bytes);
	return 1;
}

void cfr__cmd_bind_cache(lua_State *L)
{
	static const luaL_Reg functions[] = { { "path", cache_path }, { "stats", cache_stats }, { "verify", cache_verify },
		{ "clear", cache_clear }, { NULL, NULL } };

	luaL_newlib(L, functions);
	lua_setfield(L, -2, "cache");
}
