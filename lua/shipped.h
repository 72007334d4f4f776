/* lua/shipped.h -- the packs that ship inside the program, and policies by name. */
#ifndef CFR_LUA_SHIPPED_H
#define CFR_LUA_SHIPPED_H

#include "engine/pack.h"

CFR_BEGIN_DECLS

/* "pack:NAME", a folder, or a Lua file. CFR_E_USAGE for a name that no pack has. */
CFR_API int cfr_policy_open(cfr_pack **out, const char *policy, const cfr_limits *limits, cfr_err *err);

/* Of a shipped pack only what it says of itself: the kinds it recognises, no rules. For rules of others that speak of them. */
CFR_API int cfr_policy_open_kinds(cfr_pack **out, cfr_str name, const cfr_limits *limits, cfr_err *err);

CFR_END_DECLS
#endif
