/* lua/embedded.h -- the Lua files that travel inside the library (shipped packs) and the program (its commands). */
#ifndef CFR_EMBEDDED_H
#define CFR_EMBEDDED_H

#include <stddef.h>

struct cfr_embedded {
	const char *name;	/* relative to the project: "policies/yaml/pack.lua" */
	const char *bytes;	/* NUL behind the length */
	size_t len;
	const char *code;	/* compiled, or NULL */
	size_t code_len;
	const char *release;	/* "Lua 5.4.4": the only one that `code` is for */
};

/* Each is sorted by name and ends with a NULL name. Made by tools/embed.lua. */
extern const struct cfr_embedded cfr_embedded_files[];
extern const struct cfr_embedded cfr_embedded_commands[];	/* of the program alone */

#endif
