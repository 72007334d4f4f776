/* lua/shipped.c -- see shipped.h. Shipped packs are the embedded files below "policies/NAME/". */
#include "lua/shipped.h"

#include "engine/base/arena.h"
#include "lua/embedded.h"

#include <stdio.h>

/* The embedded files of a pack (those called `leaf`, or all), as pack files whose text lies in the arena. Counts them when
 * `out` is NULL. */
static uint32_t list_files(cfr_pack_file *out, cfr_arena *arena, cfr_str name, const char *leaf, bool *ok)
{
	char prefix[128];
	int n = snprintf(prefix, sizeof(prefix), "policies/%.*s/", (int)name.len, name.ptr);
	uint32_t count = 0;

	if (n < 0 || (size_t)n >= sizeof(prefix))
		return 0;
	for (const struct cfr_embedded *e = cfr_embedded_files; e->name; e++) {
		if (strncmp(e->name, prefix, (size_t)n) != 0 || (leaf && strcmp(e->name + n, leaf) != 0))
			continue;
		if (out) {
			char *shown = cfr_arena_printf(arena, "pack:%.*s/%s", (int)name.len, name.ptr, e->name + n);
			if (!shown)
				*ok = false;
			out[count] = (cfr_pack_file){ cfr_str_of(e->name + n), cfr_str_of(shown), { e->bytes, e->len } };
		}
		count++;
	}
	return count;
}

static int open_shipped(cfr_pack **out, cfr_str name, const char *leaf, const cfr_limits *limits, cfr_err *err)
{
	bool ok = true;
	uint32_t count = list_files(NULL, NULL, name, leaf, &ok);
	cfr_pack_file *files;
	cfr_arena arena;
	int r;

	if (count == 0) {
		cfr_err_set(err, CFR_E_USAGE, "no pack is called '%.*s'", (int)(name.len < 60 ? name.len : 60), name.ptr);
		cfr_err_hint(err, "`cfgrun rules --packs` lists the packs that ship with cfgrun");
		return CFR_E_USAGE;
	}
	cfr_arena_init(&arena, NULL);
	files = cfr_arena_zalloc(&arena, count, sizeof(*files));
	if (files)
		list_files(files, &arena, name, leaf, &ok);
	r = files && ok ? cfr_pack_of(out, name, files, count, limits, err) : cfr_err_nomem(err);
	cfr_arena_release(&arena);
	return r;
}

int cfr_policy_open(cfr_pack **out, const char *policy, const cfr_limits *limits, cfr_err *err)
{
	cfr_str spec = cfr_str_of(policy);

	return cfr_str_starts(spec, CFR_STR("pack:")) ? open_shipped(out, cfr_str_sub(spec, 5, spec.len), NULL, limits, err)
						      : cfr_pack_open(out, policy, limits, err);
}

int cfr_policy_open_kinds(cfr_pack **out, cfr_str name, const cfr_limits *limits, cfr_err *err)
{
	return open_shipped(out, name, "pack.lua", limits, err);
}
