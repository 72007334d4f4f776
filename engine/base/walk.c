/* engine/base/walk.c -- see walk.h.
 *
 * The ignore lines in force are a stack: each folder adds those of its own .gitignore, leaving takes them off. A name is
 * held against the stack from the top; the first line that says anything decides, and within one file the last line.
 */
#include "engine/base/walk.h"

#include "engine/base/arena.h"
#include "engine/base/file.h"
#include "engine/base/glob.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_DEPTH = 256, MAX_IGNORE_FILE = 1 << 20 };

/* The lines of one ignore file. `above` is the number of bytes of a name that lie above the file's folder. */
typedef struct ignore_file {
	struct ignore_file *outer;
	char *text;
	size_t len;
	size_t above;		/* of a name relative to `base` */
} ignore_file;

typedef struct walker {
	const cfr_walk *how;
	cfr_buf path, name;	/* of the folder at hand; name relative to the start */
	char up[4096];		/* the start folder's name relative to the repository's root, with a slash; or "" */
} walker;

static bool read_ignore(ignore_file *out, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	bool good = false;

	*out = (ignore_file){ 0 };
	if (fd < 0)
		return false;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0 && st.st_size <= MAX_IGNORE_FILE &&
	    (out->text = malloc((size_t)st.st_size))) {
		ssize_t n = read(fd, out->text, (size_t)st.st_size);
		out->len = n > 0 ? (size_t)n : 0;
		good = out->len > 0;
	}
	close(fd);
	if (!good) {
		free(out->text);
		out->text = NULL;
	}
	return good;
}

/* What one file says of a name: 1 ignore, -1 take back, 0 nothing. The last line that says anything counts. */
static int ask_file(const ignore_file *file, cfr_str name, bool is_folder)
{
	cfr_str rest = { file->text, file->len };
	int verdict = 0;

	while (rest.len) {
		const char *end = memchr(rest.ptr, '\n', rest.len);
		size_t n = end ? (size_t)(end - rest.ptr) : rest.len;
		cfr_str line = { rest.ptr, n && rest.ptr[n - 1] == '\r' ? n - 1 : n };
		int said = line.len && line.ptr[0] != '#' ? cfr_glob_ignore(line, name, is_folder) : 0;
		if (said)
			verdict = said;
		rest = cfr_str_sub(rest, end ? n + 1 : n, rest.len);
	}
	return verdict;
}

static bool is_ignored(const walker *w, const ignore_file *stack, cfr_str name, bool is_folder)
{
	char full[8192];
	size_t up = strlen(w->up);

	if (up + name.len >= sizeof(full))
		return false;
	memcpy(full, w->up, up);
	memcpy(full + up, name.ptr, name.len);
	for (; stack; stack = stack->outer) {
		cfr_str below = { full + stack->above, up + name.len - stack->above };
		int verdict = ask_file(stack, below, is_folder);
		if (verdict)
			return verdict > 0;
	}
	return false;
}

/* --- names of one folder --- */

typedef struct names {
	char **items;
	size_t count, capacity;
} names;

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void names_release(names *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->items[i]);
	free(list->items);
}

static int names_add(names *list, const char *name, cfr_err *err)
{
	if (list->count == list->capacity) {
		size_t more = list->capacity ? list->capacity * 2 : 16;
		char **grown = realloc(list->items, more * sizeof(*grown));
		if (!grown)
			return cfr_err_nomem(err);
		list->items = grown;
		list->capacity = more;
	}
	if (!(list->items[list->count] = strdup(name)))
		return cfr_err_nomem(err);
	list->count++;
	return 0;
}

static int list_folder(names *out, const char *path, cfr_err *err)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	char room[CFR_REASON];
	int r = 0;

	if (!dir) {
		r = cfr_err_set(err, CFR_E_IO, "the folder cannot be read: %s", cfr_io_reason(room, errno));
		cfr_err_at(err, cfr_str_of(path), 0, 0);
		return r;
	}
	while (r == 0 && (entry = readdir(dir))) {
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
		    strcmp(entry->d_name, ".git") != 0)
			r = names_add(out, entry->d_name, err);
	}
	closedir(dir);
	if (r == 0 && out->count)
		qsort(out->items, out->count, sizeof(*out->items), by_bytes);
	return r;
}

/* --- the walk --- */

static int walk_folder(walker *w, const ignore_file *stack, unsigned depth, cfr_err *err);

/* Something wanted cannot be had: the path at hand, and why. */
static int tell(walker *w, cfr_err *why, cfr_err *err)
{
	cfr_str path = w->path.len ? cfr_buf_str(&w->path) : CFR_STR(".");

	cfr_err_at(why, path, 0, 0);
	return w->how->trouble ? w->how->trouble(w->how->arg, path, why, err) : 0;
}

static int walk_entry(walker *w, const ignore_file *stack, const char *leaf, unsigned depth, cfr_err *err)
{
	const cfr_walk *how = w->how;
	size_t path_len = w->path.len, name_len = w->name.len;
	struct stat link = { 0 }, st = { 0 };
	cfr_err why = CFR_ERR_INIT;
	int r = 0;

	if (leaf[0] == '.' && !how->hidden)
		return 0;
	if (path_len)
		cfr_buf_addc(&w->path, '/');
	cfr_buf_addz(&w->path, leaf);
	if (name_len)
		cfr_buf_addc(&w->name, '/');
	cfr_buf_addz(&w->name, leaf);
	if ((r = cfr_buf_check(&w->path, err)) < 0 || (r = cfr_buf_check(&w->name, err)) < 0)
		goto done;
	if (lstat(w->path.ptr, &link) < 0 && errno == ENOENT)
		goto done;	/* gone meanwhile */
	int trouble = stat(w->path.ptr, &st) < 0 ? errno : 0;
	bool is_folder = !trouble && S_ISDIR(st.st_mode);
	cfr_str name = cfr_buf_str(&w->name);
	if ((!trouble && !is_folder && !S_ISREG(st.st_mode)) || (is_folder && S_ISLNK(link.st_mode)) ||
	    (how->ignore && is_ignored(w, stack, name, is_folder)) || (how->want && !how->want(how->arg, name, is_folder)))
		goto done;
	if (trouble) {		/* a link that leads nowhere or in a circle, a name too long */
		char room[CFR_REASON];

		cfr_err_set(&why, CFR_E_IO, "it cannot be looked at: %s", cfr_io_reason(room, trouble));
		r = tell(w, &why, err);
		goto done;
	}
	r = is_folder ? walk_folder(w, stack, depth + 1, err) : how->file(how->arg, cfr_buf_str(&w->path), name, err);
done:
	if (w->path.ptr)
		w->path.ptr[w->path.len = path_len] = '\0';
	if (w->name.ptr)
		w->name.ptr[w->name.len = name_len] = '\0';
	return r;
}

static int walk_folder(walker *w, const ignore_file *stack, unsigned depth, cfr_err *err)
{
	ignore_file mine = { 0 };
	names list = { 0 };
	cfr_err why = CFR_ERR_INIT;
	char ignore[4096];
	const char *path = w->path.len ? w->path.ptr : ".";
	int r;

	if (depth > MAX_DEPTH) {
		cfr_err_set(&why, CFR_E_LIMIT, "folders lie more than %d deep", MAX_DEPTH);
		return tell(w, &why, err);
	}
	if ((r = list_folder(&list, path, &why)) < 0) {
		r = r == CFR_E_NOMEM ? cfr_err_nomem(err) : tell(w, &why, err);
		goto done;
	}
	int n = snprintf(ignore, sizeof(ignore), "%s/.gitignore", path);
	if (w->how->ignore && n > 0 && (size_t)n < sizeof(ignore) && read_ignore(&mine, ignore)) {
		mine.above = strlen(w->up) + (w->name.len ? w->name.len + 1 : 0);
		mine.outer = (ignore_file *)(uintptr_t)stack;
		stack = &mine;
	}
	for (size_t i = 0; r == 0 && i < list.count; i++)
		r = walk_entry(w, stack, list.items[i], depth, err);
done:
	names_release(&list);
	free(mine.text);
	return r;
}

/* Finds the repository around the start folder and reads the ignore files above it, outermost first. */
static size_t read_above(walker *w, ignore_file *files, size_t most, const char *start)
{
	char root[4096], probe[4200];
	size_t count = 0, len;

	w->up[0] = '\0';
	if (!realpath(start, root))
		return 0;
	len = strlen(root);
	size_t top = len;
	for (;;) {		/* up to the folder that holds .git */
		snprintf(probe, sizeof(probe), "%.*s/.git", (int)top, root);
		if (access(probe, F_OK) == 0)
			break;
		while (top > 0 && root[top - 1] != '/')
			top--;
		if (top <= 1)
			return 0;	/* no repository: only ignore files from the start down */
		top--;
	}
	if (top < len)
		snprintf(w->up, sizeof(w->up), "%s/", root + top + 1);
	snprintf(probe, sizeof(probe), "%.*s/.git/info/exclude", (int)top, root);
	if (count < most && read_ignore(&files[count], probe))
		count++;
	for (size_t at = top; at < len && count < most; ) {
		snprintf(probe, sizeof(probe), "%.*s/.gitignore", (int)at, root);
		if (read_ignore(&files[count], probe)) {
			files[count].above = at > top ? at - top : 0;
			count++;
		}
		at++;
		while (at < len && root[at] != '/')
			at++;
	}
	for (size_t i = 1; i < count; i++)
		files[i].outer = &files[i - 1];
	return count;
}

int cfr_walk_run(const cfr_walk *walk, const char *start, cfr_err *err)
{
	ignore_file above[32];
	walker w = { .how = walk };
	size_t count = walk->ignore ? read_above(&w, above, sizeof(above) / sizeof(*above), start) : 0;
	int r;

	size_t len = strlen(start);
	while (len > 1 && start[len - 1] == '/')
		len--;
	if (strcmp(start, ".") != 0 && strcmp(start, "./") != 0)
		cfr_buf_add(&w.path, start, len);
	r = cfr_buf_check(&w.path, err);
	if (r == 0)
		r = walk_folder(&w, count ? &above[count - 1] : NULL, 0, err);
	for (size_t i = 0; i < count; i++)
		free(above[i].text);
	cfr_buf_release(&w.path);
	cfr_buf_release(&w.name);
	return r;
}
