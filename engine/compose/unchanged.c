/* engine/compose/unchanged.c -- is what a lazy composition was made from as it was? Then it is taken, not read.
 *
 * A file is unchanged when its path leads where it led and its stamp is the same, if both times lay well
 * before the moment it was taken (engine/load.h tells why); else its bytes decide, and the stamp is taken
 * anew. So neither an edit within one tick nor an mtime set back is missed, and a file that merely was
 * touched is not read as another one. Where a path leads is two things: the file, and the folder that it is
 * found in, from which the file's own includes are looked for. What is not there, and what a glob means, is
 * looked up each time; a variable is asked for.
 *
 * Looking takes its time, so it is done on a copy of the list, while others go on asking the composition.
 */
#include "engine/compose/parts.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define TICK INT64_C(2000000000)	/* so coarse are clocks of file systems at worst */

static bool settled(const cfr_file_stamp *stamp)
{
	return stamp->seen > TICK && stamp->mtime < stamp->seen - TICK && stamp->ctime < stamp->seen - TICK;
}

static bool is_real(const char *path, cfr_str wanted)
{
	char *real = realpath(path, NULL);
	bool same = real && cfr_str_eq(cfr_str_of(real), wanted);

	free(real);
	return same;
}

/* The folder, then what is called so in it: only a link has to be followed. */
static bool leads_there(const cfr__depend *d)
{
	cfr_str base = d->name, folder = cfr__folder_of(d->name);
	char *path = strndup(folder.ptr, folder.len);
	bool same = path && is_real(path, d->folder);
	size_t above = d->real.len;
	struct stat st;

	free(path);
	if (!same || lstat(d->name.ptr, &st) < 0)
		return false;
	while (base.len > 0 && base.ptr[base.len - 1] != '/')
		base.len--;
	base = cfr_str_sub(d->name, base.len, d->name.len);
	while (above > 0 && d->real.ptr[above - 1] != '/')
		above--;
	if (S_ISLNK(st.st_mode) || base.len == 0 || base.ptr[0] == '.')
		return is_real(d->name.ptr, d->real);
	/* "/folder" and "name" of "/folder/name". */
	return cfr_str_eq(cfr_str_sub(d->real, above, d->real.len), base) &&
	       cfr_str_eq(cfr_str_sub(d->real, 0, above > 1 ? above - 1 : above), d->folder);
}

static int same_bytes(bool *out, cfr__depend *d, const cfr_limits *limits, int fd,
		      const cfr_file_stamp *before, cfr_err *err)
{
	cfr_buf text = CFR_BUF_INIT;
	cfr_file_stamp after;
	int r = cfr_file_read_open(&text, fd, d->name, limits, err);

	cfr_file_look(&after, fd);
	if (r == 0 && (*out = cfr_str_eq(cfr_buf_str(&text), cfr_source_bytes(d->source)))) {
		d->stamp = *before;
		if (!cfr_file_same(before, &after))
			d->stamp.seen = 0;
	}
	cfr_buf_release(&text);
	return r;
}

static int same_file(bool *out, cfr__depend *d, const cfr_limits *limits, cfr_err *err)
{
	cfr_file_stamp now;
	int fd, r = 0;

	*out = true;
	if (d->once)
		return 0;
	*out = false;
	if (!leads_there(d))
		return 0;
	if (d->sections) {
		r = cfr_sections_again(&d->fresh, d->sections, err);
		*out = r == 0 && d->fresh == d->sections;
		/* What cannot be read now is told by whoever reads it for the next one. */
		return r == CFR_E_NOMEM ? r : 0;
	}
	if (cfr_file_open(&fd, d->name.ptr, NULL) < 0)
		return 0;
	cfr_file_look(&now, fd);
	if (cfr_file_same(&now, &d->stamp) && settled(&d->stamp) && d->stamp.seen <= now.seen)
		*out = true;
	else if (now.size == cfr_source_bytes(d->source).len && now.inode)
		r = same_bytes(out, d, limits, fd, &now, err);
	close(fd);
	return r == CFR_E_NOMEM ? r : 0;
}

/* The names of a glob are looked up as when it was read, on a ground of one part. */
static int same_names(bool *out, const cfr__depend *d, cfr__composer *probe, cfr_err *err)
{
	cfr__found found = { .real = d->real, .folder = d->folder };
	cfr_str *names = NULL;
	uint32_t part, count = 0;
	int r = cfr__ground_new(&probe->ground, probe->what, err);

	*out = false;
	if (r < 0)
		return r;
	if ((r = cfr__part_add(&part, probe, NULL, 0, &found, err)) == 0 &&
	    (r = cfr__place_glob(&names, &count, probe, part, d->name, err)) == 0) {
		*out = count == d->count;
		for (uint32_t i = 0; i < count && *out; i++)
			*out = cfr_str_eq(names[i], d->names[i]);
	}
	free(names);
	cfr__ground_free(probe->ground);
	probe->ground = NULL;
	return r == CFR_E_NOMEM ? r : 0;
}

bool cfr__variables_same(const cfr__depends *depends, const cfr_composition *what)
{
	for (uint32_t i = 0; i < depends->count; i++) {
		const cfr__depend *d = &depends->items[i];
		const char *value;

		if (d->what != CFR__VARIABLE)
			continue;
		value = what->env ? what->env(what->env_arg, d->name.ptr) : NULL;
		if (value ? !d->value.ptr || !cfr_str_eq(cfr_str_of(value), d->value) : d->value.ptr != NULL)
			return false;
	}
	return true;
}

/* The folder that includes do not leave is where it was. */
static bool same_root(const cfr__composer *probe)
{
	cfr_str root = probe->what->root;
	char *name = strndup(root.len ? root.ptr : ".", root.len ? root.len : 1);
	bool same = name && is_real(name, *probe->root ? cfr_str_of(probe->root) : CFR_STR("/"));

	free(name);
	return same;
}

int cfr__depends_same(bool *out, cfr__depends *depends, cfr__composer *probe, cfr_err *err)
{
	struct stat st;
	bool same = same_root(probe);
	int r = 0;

	for (uint32_t i = 0; r == 0 && same && i < depends->count; i++) {
		cfr__depend *d = &depends->items[i];

		if (d->what == CFR__FILE)
			r = same_file(&same, d, &probe->limits, err);
		else if (d->what == CFR__GLOB)
			r = same_names(&same, d, probe, err);
		else if (d->what == CFR__PATH)
			same = leads_there(d);
		else if (d->what == CFR__ABSENT)
			same = stat(d->name.ptr, &st) < 0 && (errno == ENOENT || errno == ENOTDIR);
	}
	if (r == 0)
		*out = same;
	return r;
}

/* --- read, or taken --- */

static cfr__depend *donated(const cfr__composer *c, const cfr__found *found)
{
	for (uint32_t i = 0; c->donor && i < c->donor->count; i++) {
		cfr__depend *d = &c->donor->items[i];
		if (d->what == CFR__FILE && cfr_str_eq(d->name, found->path) && (d->doc || d->sections))
			return d;
	}
	return NULL;
}

int cfr__depend_shared(cfr_sections **out, cfr__composer *c, const cfr__found *found, cfr_err *err)
{
	cfr__depend *d = donated(c, found);
	int r;

	if (!d || !d->sections)
		return CFR_READ_WHOLE;
	/* Whoever found that something has changed may have them already. */
	if (d->fresh) {
		*out = d->fresh;
		d->fresh = NULL;
		return 0;
	}
	if (!leads_there(d))
		return CFR_READ_WHOLE;
	r = cfr_sections_again(out, d->sections, err);
	return r == CFR_E_NOMEM || r == 0 ? r : CFR_READ_WHOLE;
}

int cfr__depend_read(cfr_document **out, cfr__composer *c, const cfr__found *found, int fd, cfr_str name,
		     cfr_format format, cfr_err *err)
{
	cfr__depend *old = donated(c, found), *made;
	cfr_file_stamp before, after;
	cfr_source *source = NULL;
	cfr_documents docs;
	bool same = false;
	int r = 0;

	*out = NULL;
	/* The same file under another name in messages, or in another format, is another document. */
	if (old && old->doc && old->format == format && cfr_str_eq(cfr_source_name(old->source), name) &&
	    (r = same_file(&same, old, &c->limits, err)) < 0)
		return r;
	cfr_file_look(&before, fd);
	if (same) {
		source = cfr_source_ref(old->source);
		*out = cfr_document_ref(old->doc);
		before = old->stamp;
		after = before;
	} else {
		r = cfr_loader_open_fd(&docs, &source, c->what->loader, fd, name, format, &c->limits, err);
		if (r == 0)
			r = cfr__one_document(out, docs, err);
		cfr_file_look(&after, fd);
	}
	if (r == 0 && c->depends && !cfr__depend_known(c->depends, CFR__FILE, found->path) &&
	    (r = cfr__depend_file(&made, c, found, err)) == 0) {
		made->source = source;
		made->format = format;
		made->doc = *out ? cfr_document_ref(*out) : NULL;
		made->once = same ? old->once : before.inode == 0;
		made->stamp = before;
		if (!cfr_file_same(&before, &after))
			made->stamp.seen = 0;
		source = NULL;
	}
	if (r < 0)
		*out = cfr_document_unref(*out);
	cfr_source_unref(source);
	return r;
}
