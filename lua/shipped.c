/* lua/shipped.c -- see shipped.h. Shipped packs are the embedded files below "policies/NAME/", and those of
 * "policies/common/lib/", which are of every pack that has no file of that name itself. */
#include "lua/shipped.h"

#include "engine/base/arena.h"
#include "lua/embedded.h"

#include <stdio.h>

static const char common[] = "policies/common/lib/";

/* "policies/yaml/" */
static bool folder_of(char out[128], cfr_str name)
{
	int n = snprintf(out, 128, "policies/%.*s/", (int)name.len, name.ptr);

	return n > 0 && n < 128;
}

static bool is_embedded(const char *folder, const char *leaf)
{
	size_t n = strlen(folder);

	for (const struct cfr_embedded *e = cfr_embedded_files; e->name; e++) {
		if (strncmp(e->name, folder, n) == 0 && strcmp(e->name + n, leaf) == 0)
			return true;
	}
	return false;
}

/* An embedded file's name in the pack of a folder, or NULL. */
static const char *name_in(const char *folder, const char *file)
{
	if (strncmp(file, folder, strlen(folder)) == 0)
		return file + strlen(folder);
	if (strncmp(file, common, sizeof(common) - 1) != 0)
		return NULL;
	file += sizeof(common) - 1 - strlen("lib/");
	return is_embedded(folder, file) ? NULL : file;
}

/* The embedded files of a pack (those called `leaf`, or all), as pack files whose text lies in the arena. Counts them when
 * `out` is NULL. */
static uint32_t list_files(cfr_pack_file *out, cfr_arena *arena, const char *folder, const char *leaf, bool *ok)
{
	uint32_t count = 0;

	for (const struct cfr_embedded *e = cfr_embedded_files; e->name; e++) {
		const char *name = name_in(folder, e->name);

		if (!name || (leaf && strcmp(name, leaf) != 0))
			continue;
		if (out) {
			char *shown = cfr_arena_printf(arena, "pack:%s", e->name + strlen("policies/"));
			if (!shown)
				*ok = false;
			out[count] = (cfr_pack_file){ cfr_str_of(name), cfr_str_of(shown), { e->bytes, e->len } };
		}
		count++;
	}
	return count;
}

static int open_shipped(cfr_pack **out, cfr_str name, const char *leaf, const cfr_limits *limits, cfr_err *err)
{
	bool ok = true;
	char folder[128];
	cfr_pack_file *files;
	cfr_arena arena;
	uint32_t count;
	int r;

	if (!folder_of(folder, name) || !is_embedded(folder, "pack.lua")) {
		cfr_err_set(err, CFR_E_USAGE, "no pack is called '%.*s'", (int)(name.len < 60 ? name.len : 60), name.ptr);
		cfr_err_hint(err, "`cfgrun rules --packs` lists the packs that ship with cfgrun");
		return CFR_E_USAGE;
	}
	cfr_arena_init(&arena, NULL);
	count = list_files(NULL, NULL, folder, leaf, &ok);
	files = cfr_arena_zalloc(&arena, count, sizeof(*files));
	if (files)
		list_files(files, &arena, folder, leaf, &ok);
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
