/* engine/compose/place.c -- files that documents name: found, confined to the root, read.
 *
 * A path is judged three times. By its text: what leads out of the root by `..` is refused before anything is
 * looked at, so that nobody learns what exists outside. Resolved: where the symbolic links lead must be in
 * the root too. Opened: without following a link, without blocking, and only a regular file is read; the
 * descriptor must be of the file that was judged, so that nothing can be exchanged in between.
 */
#include "engine/base/file.h"
#include "engine/base/glob.h"
#include "engine/base/vec.h"
#include "engine/base/walk.h"
#include "engine/compose/parts.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

cfr_str cfr__folder_of(cfr_str path)
{
	size_t slash = path.len;

	while (slash > 0 && path.ptr[slash - 1] != '/')
		slash--;
	return slash == 0 ? CFR_STR(".") : cfr_str_sub(path, 0, slash > 1 ? slash - 1 : 1);
}

static int no_file(cfr_err *err, cfr_str shown, int number)
{
	char room[CFR_REASON];

	return cfr_err_set(err, number == ENOENT || number == ENOTDIR ? CFR_E_NOTFOUND : CFR_E_IO,
			   "'%.*s' cannot be read: %s", (int)(shown.len < 120 ? shown.len : 120),
			   shown.ptr ? shown.ptr : "", cfr_io_reason(room, number));
}

/* Do two paths lead to the same file? */
static bool is_same(const char *a, const char *b)
{
	struct stat x, y;

	return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

int cfr__place_root(cfr__composer *c, cfr_err *err)
{
	cfr_str named = c->what->root.len ? c->what->root : CFR_STR(".");
	cfr_str name = cfr_arena_str(&c->ground->arena, named);
	char *real;
	int r = 0;

	if (!name.ptr)
		return cfr_err_nomem(err);
	if (!(real = realpath(name.ptr, NULL)))
		return no_file(err, named, errno);
	c->root = cfr_arena_printf(&c->ground->arena, "%s", strcmp(real, "/") == 0 ? "" : real);
	if (!c->root)
		r = cfr_err_nomem(err);
	free(real);
	return r;
}

/* "a/./b/../c" to "a/c", by the text alone. Did `..` take a name away? Where that is a link, another file is meant. */
static bool normalize(char *path)
{
	char *start = path + (*path == '/'), *to = start, *kept = start, *at = path;
	bool taken = false;

	while (*at) {
		size_t n;
		bool up;
		while (*at == '/')
			at++;
		n = strcspn(at, "/");
		up = n == 2 && at[0] == '.' && at[1] == '.';
		if (up && (to > kept || start > path)) {
			while (to > kept && *--to != '/')
				;
			taken = true;
		} else if (n > 0 && !(n == 1 && at[0] == '.')) {
			if (to > start)
				*to++ = '/';
			memmove(to, at, n);
			to += n;
			if (up)
				kept = to;	/* there is nothing before it to take away */
		}
		at += n;
	}
	if (to == path && at > path)
		*to++ = '.';
	*to = '\0';
	return taken;
}

static bool is_inside(const cfr__composer *c, cfr_str path)
{
	size_t n = strlen(c->root);

	return path.len > n && memcmp(path.ptr, c->root, n) == 0 && path.ptr[n] == '/';
}

/* One file has one name, whoever names it: `..` goes where that leads to the same file; else what it resolves to below
 * the root is its name. */
static int tidy(cfr__found *found, cfr__composer *c, cfr_err *err)
{
	char *name = cfr_arena_printf(&c->ground->arena, "%.*s", (int)found->shown.len, found->shown.ptr);
	cfr_str root = c->what->root.len ? c->what->root : CFR_STR(".");
	size_t n = strlen(c->root);

	if (!name)
		return cfr_err_nomem(err);
	if (normalize(name) && !is_same(name, found->real.ptr)) {
		name = (char *)(uintptr_t)found->real.ptr;
		if (is_inside(c, found->real) && cfr_str_eq(root, CFR_STR(".")))
			name += n + 1;
		else if (is_inside(c, found->real))
			name = cfr_arena_printf(&c->ground->arena, "%.*s%s", (int)root.len, root.ptr, name + n);
		if (!name)
			return cfr_err_nomem(err);
	}
	found->shown = cfr_str_of(name);
	return 0;
}

/* Resolved path and resolved folder of a path that is absolute or relative to the working folder, and in the arena.
 * With `pipes`, what was inherited and leads nowhere (/dev/fd/63) is taken as it is called. */
static int resolve(cfr__found *out, cfr__composer *c, const char *path, cfr_str shown, bool pipes, cfr_err *err)
{
	cfr_str folder = cfr__folder_of(cfr_str_of(path));
	char *dir_name = cfr_arena_printf(&c->ground->arena, "%.*s", (int)folder.len, folder.ptr);
	char *real = NULL, *dir = NULL;
	int r = 0;

	if (!dir_name)
		return cfr_err_nomem(err);
	if (!(real = realpath(path, NULL)) && pipes && errno == ENOENT && is_same(path, path))
		real = strdup(path);
	if (!real || !(dir = realpath(dir_name, NULL))) {
		r = errno == ENOMEM ? cfr_err_nomem(err) : no_file(err, shown, errno);
	} else {
		out->path = cfr_str_of(path);
		out->real = cfr_arena_str(&c->ground->arena, cfr_str_of(real));
		out->folder = cfr_arena_str(&c->ground->arena, cfr_str_of(dir));
		out->shown = cfr_arena_str(&c->ground->arena, shown);
		r = out->real.ptr && out->folder.ptr && out->shown.ptr ? tidy(out, c, err) : cfr_err_nomem(err);
	}
	free(real);
	free(dir);
	return r;
}

/* --- confined --- */

static int leads_out(const cfr__composer *c, cfr_str path, cfr_err *err)
{
	cfr_str root = c->what->root.len ? c->what->root : CFR_STR(".");

	cfr_err_set(err, CFR_E_USAGE, "'%.*s' leads out of the root folder '%.*s'",
		    (int)(path.len < 80 ? path.len : 80), path.ptr, (int)(root.len < 80 ? root.len : 80),
		    root.ptr);
	cfr_err_hint(err, "what a file names must lie below the root, symbolic links followed; `root:` of the composition says "
			  "which folder that is");
	return CFR_E_USAGE;
}

/* The nearest name in a folder, as the hint; not that of the file which names it. */
static void suggest(const char *path, const char *self, cfr_err *err)
{
	const char *slash = strrchr(path, '/');
	cfr_str folder = cfr__folder_of(cfr_str_of(path)), base = cfr_str_of(slash ? slash + 1 : path);
	char name[PATH_MAX], other[PATH_MAX + NAME_MAX + 2], near[NAME_MAX + 1] = "";
	unsigned most = base.len < 12 ? (unsigned)(base.len / 3) + 1 : 5, best = most;
	DIR *dir;

	snprintf(name, sizeof(name), "%.*s", (int)folder.len, folder.ptr);
	if (!err)
		return;
	if (!(dir = opendir(name))) {
		cfr_err_hint(err, "there is no folder '%.*s'", (int)(folder.len < 200 ? folder.len : 200), folder.ptr);
		return;
	}
	for (struct dirent *e; (e = readdir(dir));) {
		unsigned d = e->d_name[0] == '.' ? best : cfr_str_distance(base, cfr_str_of(e->d_name), best);
		/* The order of a folder is the disk's: of equally near names the first by name. */
		if (d < best || (d == best && d < most && e->d_name[0] != '.' && strcmp(e->d_name, near) < 0)) {
			snprintf(other, sizeof(other), "%s/%s", name, e->d_name);
			if (self && is_same(other, self))
				continue;
			best = d;
			snprintf(near, sizeof(near), "%s", e->d_name);
		}
	}
	closedir(dir);
	if (near[0])
		cfr_err_hint(err, "did you mean '%s'?", near);
}

static int is_folder(cfr_str path, cfr_err *err)
{
	return cfr_err_set(err, CFR_E_USAGE, "'%.*s' is a folder, not a file", (int)(path.len < 160 ? path.len : 160),
			   path.ptr);
}

/* The absolute path that is meant, by its text. `path` was written as `said`. */
static int join(char **out, cfr__composer *c, uint32_t part, cfr_str path, cfr_str said, cfr_err *err)
{
	cfr_str folder = cfr__part_at(c->ground, part)->folder;

	if (path.len == 0 || memchr(path.ptr, '\0', path.len))
		return cfr_err_set(err, CFR_E_USAGE,
				   path.len ? "a path cannot hold a NUL" : "an empty path names no file");
	if (path.ptr[0] == '/')
		folder = CFR_STR("");
	else if (folder.len == 0)
		folder = cfr_str_of(c->root);
	*out = cfr_arena_printf(&c->ground->arena, "%.*s/%.*s", (int)folder.len, folder.ptr, (int)path.len, path.ptr);
	if (!*out)
		return cfr_err_nomem(err);
	normalize(*out);
	if (is_inside(c, cfr_str_of(*out)))
		return 0;
	return strcmp(*out, *c->root ? c->root : "/") == 0 ? is_folder(said, err) : leads_out(c, said, err);
}

/* How people call it: beside the file that names it, by that one's name. */
static cfr_str shown_of(cfr__composer *c, uint32_t part, cfr_str path)
{
	cfr_str file = cfr__part_at(c->ground, part)->real.len
			       ? cfr_source_name(cfr_document_source(cfr__part_at(c->ground, part)->doc))
			       : CFR_STR("");
	cfr_str folder = cfr__folder_of(file);
	char *made;

	while (cfr_str_starts(path, CFR_STR("./")))
		path = cfr_str_sub(path, 2, path.len);
	if (path.ptr[0] == '/' || cfr_str_eq(folder, CFR_STR(".")))
		return cfr_arena_str(&c->ground->arena, path);
	made = cfr_arena_printf(&c->ground->arena, "%.*s%s%.*s", (int)folder.len, folder.ptr,
				cfr_str_ends(folder, CFR_STR("/")) ? "" : "/", (int)path.len, path.ptr);
	return cfr_str_of(made);
}

static int is_missing(const char *path, cfr_str shown, const char *self, cfr_err *err)
{
	cfr_err_set(err, CFR_E_NOTFOUND, "there is no file '%.*s'", (int)(shown.len < 160 ? shown.len : 160), shown.ptr);
	suggest(path, self, err);
	return CFR_E_NOTFOUND;
}

int cfr__place_layer(cfr__found *out, cfr__composer *c, cfr_str file, cfr_err *err)
{
	cfr_str name = cfr_arena_str(&c->ground->arena, file);
	int r = name.ptr ? resolve(out, c, name.ptr, file, true, err) : cfr_err_nomem(err);

	return r == CFR_E_NOTFOUND ? is_missing(name.ptr, file, NULL, err) : r;
}

int cfr__place_find(cfr__found *out, cfr__composer *c, uint32_t part, cfr_str path, cfr_err *err)
{
	char *full;
	cfr_str shown;
	int r = join(&full, c, part, path, path, err);

	if (r < 0)
		return r;
	shown = shown_of(c, part, path);
	if (!shown.ptr)
		return cfr_err_nomem(err);
	if ((r = resolve(out, c, full, shown, false, err)) == CFR_E_NOTFOUND) {
		is_missing(full, shown, cfr__part_at(c->ground, part)->real.ptr, err);
		if (cfr__depend_absent(c, cfr_str_of(full), err) < 0)
			return CFR_E_NOMEM;
	}
	if (r < 0)
		return r;
	return is_inside(c, out->real) ? 0 : leads_out(c, path, err);
}

int cfr__place_open(int *out, const cfr__found *found, cfr_err *err)
{
	char link[32], now[PATH_MAX];
	struct stat st;
	ssize_t n;
	int fd = open(found->real.ptr, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW), r = 0;

	if (fd < 0)
		return no_file(err, found->shown, errno);
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, now, sizeof(now));	/* without /proc there is the check by name alone */
	if (fstat(fd, &st) < 0)
		r = no_file(err, found->shown, errno);
	else if (!S_ISREG(st.st_mode))
		r = cfr_err_set(err, CFR_E_IO, "'%.*s' is not a regular file",
				(int)(found->shown.len < 160 ? found->shown.len : 160), found->shown.ptr);
	else if (n > 0 && !cfr_str_eq((cfr_str){ now, (size_t)n }, found->real))
		r = cfr_err_set(err, CFR_E_IO, "'%.*s' was exchanged while it was opened",
				(int)(found->shown.len < 160 ? found->shown.len : 160), found->shown.ptr);
	if (r < 0)
		close(fd);
	else
		*out = fd;
	return r;
}

int cfr__place_read(cfr_buf *out, cfr__composer *c, const cfr__found *found, cfr_err *err)
{
	cfr_file_stamp before, after;
	size_t from = out->len;
	int fd, r = cfr__place_open(&fd, found, err);

	if (r < 0)
		return r;
	cfr_file_look(&before, fd);
	r = cfr_fd_read(out, fd, found->shown, &c->limits, err);
	cfr_file_look(&after, fd);
	close(fd);
	if (!cfr_file_same(&before, &after))
		before.seen = 0;
	return r < 0 ? r : cfr__depend_bytes(c, found, &before, cfr_str_sub(cfr_buf_str(out), from, out->len), err);
}

/* --- globs --- */

struct matching {
	cfr__composer *c;
	cfr_str glob, prefix, self;	/* prefix: of the glob, its fixed folder; self: the resolved path not to take */
	cfr_str *items;
	uint32_t count, cap;
};

static int take_match(void *arg, cfr_str path, cfr_str name, cfr_err *err)
{
	struct matching *m = arg;
	char *made;
	int r;

	if (!cfr_glob_match(m->glob, name) || cfr_str_eq(path, m->self))
		return 0;
	made = cfr_arena_printf(&m->c->ground->arena, "%.*s%.*s", (int)m->prefix.len, m->prefix.ptr,
				(int)name.len, name.ptr);
	if (!made)
		return cfr_err_nomem(err);
	if (m->count >= m->c->limits.of[CFR_LIMIT_INCLUDES])
		return cfr_err_limit(err, &m->c->limits, CFR_LIMIT_INCLUDES);
	if ((r = cfr_vec_room(&m->items, &m->cap, (uint64_t)m->count + 1, sizeof(*m->items), err)) < 0)
		return r;
	m->items[m->count++] = cfr_str_of(made);
	return 0;
}

static int take_trouble(void *arg, cfr_str path, const cfr_err *why, cfr_err *err)
{
	(void)arg;
	(void)path;
	if (err)
		*err = *why;
	return why->code;
}

int cfr__place_glob(cfr_str **out, uint32_t *count, cfr__composer *c, uint32_t part, cfr_str glob, cfr_err *err)
{
	struct matching m = { .c = c, .self = cfr__part_at(c->ground, part)->real };
	cfr_walk walk = { .file = take_match, .trouble = take_trouble, .arg = &m };
	size_t fixed = 0;
	char *folder, *real;
	int r;

	while (cfr_str_starts(glob, CFR_STR("./")))
		glob = cfr_str_sub(glob, 2, glob.len);
	for (size_t i = 0; i < glob.len && !strchr("*?[{", glob.ptr[i]); i++) {
		if (glob.ptr[i] == '/')
			fixed = i + 1;
	}
	m.prefix = cfr_str_sub(glob, 0, fixed);
	m.glob = cfr_str_sub(glob, fixed, glob.len);
	/* A name that cannot be, so that the folder itself is judged as what is in it. */
	char *probe = cfr_arena_printf(&c->ground->arena, "%.*sx", (int)fixed, glob.ptr);
	if (!probe)
		return cfr_err_nomem(err);
	if ((r = join(&folder, c, part, cfr_str_of(probe), glob, err)) < 0)
		return r;
	*strrchr(folder, '/') = '\0';
	*out = NULL;
	*count = 0;
	if (!(real = realpath(*folder ? folder : "/", NULL)))
		return errno == ENOENT ? cfr__depend_glob(c, part, glob, NULL, 0, err)
				       : no_file(err, glob, errno); /* no folder, no file */
	if (!is_inside(c, cfr_str_of(real)) && strcmp(real, *c->root ? c->root : "/") != 0)
		r = leads_out(c, glob, err);
	else
		r = cfr_walk_run(&walk, real, err);
	if (r == 0)
		r = cfr__depend_glob(c, part, glob, m.items, m.count, err);
	free(real);
	if (r < 0) {
		free(m.items);
		return r;
	}
	*out = m.items;
	*count = m.count;
	return 0;
}
