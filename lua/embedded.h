/* lua/embedded.h -- the Lua files that travel inside the program: stdlib, commands, shipped packs. */
#ifndef CFR_EMBEDDED_H
#define CFR_EMBEDDED_H

#include <stddef.h>

struct cfr_embedded {
	const char *name;	/* relative to the project: "policies/yaml/pack.lua" */
	const char *bytes;	/* NUL behind the length */
	size_t len;
};

/* Sorted by name; ends with a NULL name. Made by tools/embed.lua. */
extern const struct cfr_embedded cfr_embedded_files[];

#endif
