/* engine/check/pack.c -- packs: their files found and read, none of them run.
 *
 * The order of files is the order of their names, so that rules are numbered the same everywhere. Data files are parsed
 * here, once, into one tree; every worker reads that.
 */
#include "engine/base/file.h"
#include "engine/check/internal.h"
#include "engine/pack.h"
#include "engine/tree/build.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

/* What a cfr_pack is made of here. */
typedef struct cfr_pack_own {
	cfr_pack pack;			/* first: the door hands out its address */
	cfr_arena arena;
	struct { cfr_pack_file *items; uint32_t count, capacity; } files;
	cfr_tree *data;
	const cfr_limits *limits;
} cfr_pack_own;

static cfr_pack_own *own_new(const cfr_limits *limits)
{
	cfr_pack_own *own = calloc(1, sizeof(*own));

	if (own) {
		cfr_arena_init(&own->arena, NULL);
		own->limits = limits;
	}
	return own;
}

void cfr_pack_free(cfr_pack *pack)
{
	cfr_pack_own *own = (cfr_pack_own *)pack;

	if (!own)
		return;
	cfr_tree_unref(own->data);
	free(own->files.items);
	cfr_arena_release(&own->arena);
	free(own);
}

static int add_file(cfr_pack_own *own, cfr_str name, cfr_str shown, cfr_str bytes, cfr_err *err)
{
	cfr_pack_file made = { cfr_arena_str(&own->arena, name), cfr_arena_str(&own->arena, shown), bytes };
	cfr_pack_file *place = made.name.ptr && made.shown.ptr ? CFR_APPEND(&own->files) : NULL;

	if (!place)
		return cfr_err_nomem(err);
	*place = made;
	return 0;
}

/* --- data --- */

/* "data/pinned.yaml" is ctx.data.pinned. */
static cfr_str data_name(cfr_str name)
{
	const char *slash = memrchr(name.ptr, '/', name.len);
	cfr_str base = slash ? cfr_str_sub(name, (size_t)(slash + 1 - name.ptr), name.len) : name;
	const char *dot = memrchr(base.ptr, '.', base.len);

	return dot ? cfr_str_sub(base, 0, (size_t)(dot - base.ptr)) : base;
}

static bool is_data(const cfr_pack_file *file)
{
	return cfr_str_starts(file->name, CFR_STR("data/")) && cfr_format_of_name(file->name) != CFR_FORMAT_NONE;
}

static int read_data_file(cfr_build *build, const cfr_pack_file *file, const cfr_limits *limits, cfr_err *err)
{
	static const cfr_mark nowhere = { 0 };
	cfr_source *source = NULL;
	cfr_documents docs = { 0 };
	int r;

	if ((r = cfr_source_new(&source, file->shown, file->bytes, limits, err)) < 0 ||
	    (r = cfr_text_read(&docs, source, CFR_FORMAT_NONE, limits, err)) < 0)
		goto done;
	if (docs.count != 1) {
		r = cfr_err_set(err, CFR_E_UNSUPPORTED, "a data file holds one document, this one %u", docs.count);
		cfr_err_at(err, file->shown, 0, 0);
		goto done;
	}
	if ((r = cfr_build_key(build, data_name(file->name), &nowhere, err)) < 0)
		goto done;
	r = cfr_build_node(build, cfr_tree_root(cfr_document_tree(docs.items[0])), &nowhere, err);
done:
	cfr_documents_release(&docs);
	cfr_source_unref(source);
	return r;
}

static int read_data(cfr_pack_own *own, cfr_err *err)
{
	static const cfr_mark nowhere = { 0 };
	cfr_build *build = NULL;
	bool any = false;
	int r = 0;

	for (uint32_t i = 0; i < own->files.count; i++)
		any = any || is_data(&own->files.items[i]);
	if (!any)
		return 0;
	if ((r = cfr_build_new(&build, NULL, CFR_FORMAT_NONE, own->limits, err)) < 0 ||
	    (r = cfr_build_begin(build, CFR_MAPPING, &nowhere, err)) < 0)
		goto done;
	for (uint32_t i = 0; i < own->files.count; i++) {
		if (is_data(&own->files.items[i]) &&
		    (r = read_data_file(build, &own->files.items[i], own->limits, err)) < 0)
			goto done;
	}
	if ((r = cfr_build_end(build, 0, err)) == 0)
		r = cfr_build_finish_tree(&own->data, build, err);
done:
	cfr_build_free(build);
	return r;
}

/* --- finishing --- */

static int by_name(const void *a, const void *b)
{
	return cfr_str_cmp(((const cfr_pack_file *)a)->name, ((const cfr_pack_file *)b)->name);
}

/* Sorted, data read, handed out; or freed. */
static int finish(cfr_pack **out, cfr_pack_own *own, cfr_str name, cfr_str shown, cfr_err *err)
{
	int r;

	if (own->files.count)
		qsort(own->files.items, own->files.count, sizeof(*own->files.items), by_name);
	for (uint32_t i = 0; i < own->files.count; i++) {
		if (cfr_str_ends(own->files.items[i].name, CFR_STR(".lua")) &&
		    own->files.items[i].bytes.len > own->limits->of[CFR_LIMIT_SCRIPT]) {
			r = cfr_err_limit(err, own->limits, CFR_LIMIT_SCRIPT);
			cfr_err_at(err, own->files.items[i].shown, 0, 0);
			goto failed;
		}
	}
	if ((r = read_data(own, err)) < 0)
		goto failed;
	own->pack = (cfr_pack){ cfr_arena_str(&own->arena, name), cfr_arena_str(&own->arena, shown), own->files.items,
				own->files.count, own->data };
	if (!own->pack.name.ptr || !own->pack.shown.ptr) {
		r = cfr_err_nomem(err);
		goto failed;
	}
	own->limits = NULL;
	*out = &own->pack;
	return 0;
failed:
	cfr_pack_free(&own->pack);
	return r;
}

int cfr_pack_of(cfr_pack **out, cfr_str name, const cfr_pack_file *files, uint32_t count, const cfr_limits *limits,
                cfr_err *err)
{
	cfr_pack_own *own = own_new(limits);
	int r = own ? 0 : cfr_err_nomem(err);

	for (uint32_t i = 0; r == 0 && i < count; i++)
		r = add_file(own, files[i].name, files[i].shown, files[i].bytes, err);
	if (r < 0) {
		cfr_pack_free((cfr_pack *)own);
		return r;
	}
	return finish(out, own, name, files && count ? files[0].shown : name, err);
}

/* --- from disk --- */

static bool is_wanted(const char *name)
{
	cfr_str s = cfr_str_of(name);

	return name[0] != '.' &&
	       (cfr_str_ends(s, CFR_STR(".lua")) || cfr_format_of_name(s) != CFR_FORMAT_NONE);
}

static int read_file(cfr_pack_own *own, const char *path, cfr_str name, cfr_err *err)
{
	cfr_buf buf = CFR_BUF_INIT;
	int r = cfr_file_read(&buf, path, own->limits, err);
	cfr_str bytes = { "", 0 };

	if (r == 0) {
		bytes = cfr_arena_str(&own->arena, cfr_buf_str(&buf));
		r = bytes.ptr ? add_file(own, name, cfr_str_of(path), bytes, err) : cfr_err_nomem(err);
	}
	cfr_buf_release(&buf);
	return r;
}

enum { MUST_EXIST = 1, LENIENT = 2 };

/* The files of one folder, whose names in the pack begin with `prefix`. LENIENT: one that cannot be read, or is too
 * large, is as if it were not there. */
static int read_folder(cfr_pack_own *own, const char *path, const char *prefix, unsigned how, cfr_err *err)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	char room[CFR_REASON];
	int r = 0;

	if (!dir) {
		if (!(how & MUST_EXIST) && (errno == ENOENT || (how & LENIENT)))
			return 0;
		r = cfr_err_set(err, CFR_E_IO, "the folder cannot be read: %s", cfr_io_reason(room, errno));
		cfr_err_at(err, cfr_str_of(path), 0, 0);
		return r;
	}
	while (r == 0 && (entry = readdir(dir))) {
		struct stat st;
		char *full, *name;

		if (!is_wanted(entry->d_name))
			continue;
		full = cfr_arena_printf(&own->arena, "%s/%s", path, entry->d_name);
		name = cfr_arena_printf(&own->arena, "%s%s", prefix, entry->d_name);
		if (!full || !name)
			r = cfr_err_nomem(err);
		else if (stat(full, &st) == 0 && S_ISREG(st.st_mode) &&
			 (!(how & LENIENT) || (uint64_t)st.st_size <= own->limits->of[CFR_LIMIT_SCRIPT]))
			r = read_file(own, full, cfr_str_of(name), how & LENIENT ? NULL : err);
		if ((how & LENIENT) && r < 0 && r != CFR_E_NOMEM)
			r = 0;
	}
	closedir(dir);
	return r;
}

/* Without slashes at its end, so that "policies/" and "policies" show the same names. NULL: no memory. */
static const char *folder_name(cfr_pack_own *own, const char *path)
{
	cfr_str s = cfr_str_of(path);

	while (s.len > 1 && s.ptr[s.len - 1] == '/')
		s.len--;
	return cfr_arena_str(&own->arena, s).ptr;
}

/* What the packs of one folder share, from common/lib/ beside this one; its own files go before them. Whatever else lies
 * there is as if it did not. */
static int read_common(cfr_pack_own *own, const char *path, cfr_err *err)
{
	const char *slash = strrchr(path, '/'), *leaf = slash ? slash + 1 : path;
	uint32_t kept = own->files.count;
	char *folder;
	int r;

	if (!*leaf || strcmp(leaf, ".") == 0 || strcmp(leaf, "..") == 0)
		folder = cfr_arena_printf(&own->arena, "%s/../common/lib", path);
	else
		folder = cfr_arena_printf(&own->arena, "%.*scommon/lib", (int)(leaf - path), path);
	r = folder ? read_folder(own, folder, "lib/", LENIENT, err) : cfr_err_nomem(err);
	for (uint32_t i = kept, own_count = kept; r == 0 && i < own->files.count; i++) {
		cfr_pack_file file = own->files.items[i];
		bool taken = !cfr_str_ends(file.name, CFR_STR(".lua"));

		for (uint32_t k = 0; k < own_count && !taken; k++)
			taken = cfr_str_eq(own->files.items[k].name, file.name);
		if (!taken)
			own->files.items[kept++] = file;
	}
	own->files.count = kept;
	return r;
}

static bool has_file(const cfr_pack_own *own, cfr_str name)
{
	for (uint32_t i = 0; i < own->files.count; i++) {
		if (cfr_str_eq(own->files.items[i].name, name))
			return true;
	}
	return false;
}

static int read_pack_folder(cfr_pack_own *own, const char *path, cfr_err *err)
{
	static const char *const rooms[] = { "rules", "lib", "data", "spec" };
	int r = path ? read_folder(own, path, "", MUST_EXIST, err) : cfr_err_nomem(err);

	for (size_t i = 0; r == 0 && i < sizeof(rooms) / sizeof(*rooms); i++) {
		char *room = cfr_arena_printf(&own->arena, "%s/%s", path, rooms[i]);
		char *prefix = cfr_arena_printf(&own->arena, "%s/", rooms[i]);
		r = room && prefix ? read_folder(own, room, prefix, 0, err) : cfr_err_nomem(err);
	}
	return r == 0 && has_file(own, CFR_STR("pack.lua")) ? read_common(own, path, err) : r;
}

/* "policies/ports.lua" is the pack "ports", "policies/" the pack "policies". */
static cfr_str pack_name(cfr_str path)
{
	while (path.len > 1 && path.ptr[path.len - 1] == '/')
		path.len--;
	const char *slash = memrchr(path.ptr, '/', path.len);
	cfr_str base = slash ? cfr_str_sub(path, (size_t)(slash + 1 - path.ptr), path.len) : path;

	return cfr_str_ends(base, CFR_STR(".lua")) ? cfr_str_sub(base, 0, base.len - 4) : base;
}

/* The other Lua files beside a rule file given alone: what it may import. */
static int read_neighbours(cfr_pack_own *own, const char *path, cfr_err *err)
{
	cfr_str name = cfr_str_of(path);
	const char *slash = memrchr(path, '/', name.len);
	char *folder = slash ? cfr_arena_printf(&own->arena, "%.*s", (int)(slash - path), path) : NULL;
	cfr_str base = slash ? cfr_str_of(slash + 1) : name;
	uint32_t kept = 0;
	int r = read_folder(own, folder ? (*folder ? folder : "/") : ".", "lib/", MUST_EXIST | LENIENT, err);

	for (uint32_t i = 0; i < own->files.count; i++) {
		cfr_pack_file file = own->files.items[i];
		cfr_str leaf = cfr_str_sub(file.name, 4, file.name.len);
		if (cfr_str_ends(leaf, CFR_STR(".lua")) && !cfr_str_ends(leaf, CFR_STR("_spec.lua")) && !cfr_str_eq(leaf, base))
			own->files.items[kept++] = file;
	}
	own->files.count = kept;
	return r;
}

int cfr_pack_open(cfr_pack **out, const char *path, const cfr_limits *limits, cfr_err *err)
{
	cfr_pack_own *own = own_new(limits);
	char room[CFR_REASON];
	struct stat st;
	int r;

	if (!own)
		return cfr_err_nomem(err);
	if (stat(path, &st) < 0) {
		r = cfr_err_set(err, CFR_E_IO, "there is no such policy: %s", cfr_io_reason(room, errno));
		cfr_err_at(err, cfr_str_of(path), 0, 0);
		cfr_err_hint(err, "give a .lua file, a folder, or pack:NAME");
	} else if (S_ISDIR(st.st_mode)) {
		r = read_pack_folder(own, folder_name(own, path), err);
	} else if (!cfr_str_ends(cfr_str_of(path), CFR_STR(".lua"))) {
		r = cfr_err_set(err, CFR_E_USAGE, "this is no policy");
		cfr_err_at(err, cfr_str_of(path), 0, 0);
		cfr_err_hint(err, "give a .lua file, a folder, or pack:NAME");
	} else {
		cfr_str leaf = cfr_str_of(strrchr(path, '/') ? strrchr(path, '/') + 1 : path);
		r = read_neighbours(own, path, err);
		if (r == 0)
			r = read_file(own, path, leaf, err);
	}
	if (r < 0) {
		cfr_pack_free(&own->pack);
		return r;
	}
	return finish(out, own, pack_name(cfr_str_of(path)), cfr_str_of(path), err);
}

const cfr_pack_file *cfr_pack_find(const cfr_pack *pack, cfr_str name)
{
	for (uint32_t i = 0; i < pack->count; i++) {
		if (cfr_str_eq(pack->files[i].name, name))
			return &pack->files[i];
	}
	return NULL;
}
