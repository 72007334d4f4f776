/* cli/main.c -- the program `cfgrun`. Everything it does is a command: cli/commands/NAME.lua, one file each. */
#include "lua/commands.h"

int main(int argc, char **argv)
{
	return cfr_commands_run(argc, argv);
}
