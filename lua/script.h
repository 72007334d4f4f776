/* lua/script.h -- rules in Lua: the implementation of engine/port/script.h. */
#ifndef CFR_LUA_SCRIPT_H
#define CFR_LUA_SCRIPT_H

#include "engine/buffer.h"
#include "engine/port/script.h"

CFR_BEGIN_DECLS

/* Stateless; lives as long as the program. */
CFR_API cfr_scripts cfr_lua_scripts(void);

/* Append LuaLS annotations of everything rules see, made from the tables of bindings: docs/lua/cfgrun.d.lua. */
CFR_API void cfr_lua_annotations(cfr_buf *out);

CFR_END_DECLS
#endif
