/* lua/commands.h -- the commands of `cfgrun`: trusted Lua over primitives in C. */
#ifndef CFR_LUA_COMMANDS_H
#define CFR_LUA_COMMANDS_H

#include "engine/common.h"

CFR_BEGIN_DECLS

/* Runs a command line (argv[0] is the program) and returns the exit status. Writes results to standard output, talk to
 * standard error. Installs a handler for SIGINT and SIGTERM, so it is for a program's main. */
CFR_API int cfr_commands_run(int argc, char **argv);

CFR_END_DECLS
#endif
