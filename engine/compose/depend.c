/* engine/compose/depend.c -- what a lazy composition was made from, as a list.
 *
 * A variable has one value in one composition: that of the first question.
 */
#include "engine/compose/parts.h"

#include "engine/base/vec.h"
#include <stdlib.h>

static int add(cfr__depend **out, cfr__composer *c, cfr__dependency what, cfr_str name, cfr_err *err)
{
	cfr__depends *all = c->depends;
	int r = cfr_vec_room(&all->items, &all->cap, (uint64_t)all->count + 1, sizeof(*all->items), err);

	if (r < 0)
		return r;
	*out = &all->items[all->count++];
	**out = (cfr__depend){ .what = what, .name = name };
	return 0;
}

cfr__depend *cfr__depend_known(cfr__depends *all, cfr__dependency what, cfr_str name)
{
	for (uint32_t i = 0; all && i < all->count; i++) {
		if (all->items[i].what == what && cfr_str_eq(all->items[i].name, name))
			return &all->items[i];
	}
	return NULL;
}

/* --- what is noted --- */

int cfr__depend_absent(cfr__composer *c, cfr_str path, cfr_err *err)
{
	cfr__depend *made;

	if (!c->depends || cfr__depend_known(c->depends, CFR__ABSENT, path))
		return 0;
	cfr_str name = cfr_arena_str(&c->ground->arena, path);
	return name.ptr ? add(&made, c, CFR__ABSENT, name, err) : cfr_err_nomem(err);
}

int cfr__depend_glob(cfr__composer *c, uint32_t part, cfr_str glob, const cfr_str *names, uint32_t count, cfr_err *err)
{
	const cfr__part *from = cfr__part_at(c->ground, part);
	cfr_str *copy;
	cfr__depend *made;
	int r;

	if (!c->depends)
		return 0;
	/* The names are in the arena, their list is not. */
	if (!(copy = cfr_arena_zalloc(&c->ground->arena, (size_t)count + 1, sizeof(*copy))))
		return cfr_err_nomem(err);
	for (uint32_t i = 0; i < count; i++)
		copy[i] = names[i];
	if ((r = add(&made, c, CFR__GLOB, glob, err)) < 0)
		return r;
	made->real = from->real;
	made->folder = from->folder;
	made->names = copy;
	made->count = count;
	return 0;
}

int cfr__depend_variable(const char **out, cfr__composer *c, const char *name, cfr_err *err)
{
	cfr__depend *made = cfr__depend_known(c->depends, CFR__VARIABLE, cfr_str_of(name));
	const char *value;
	cfr_str kept, text = { NULL, 0 };
	int r;

	if (made) {
		*out = made->value.ptr;
		return 0;
	}
	value = c->what->env ? c->what->env(c->what->env_arg, name) : NULL;
	if (c->depends) {
		kept = cfr_arena_str(&c->ground->arena, cfr_str_of(name));
		if (value)
			text = cfr_arena_str(&c->ground->arena, cfr_str_of(value));
		if (!kept.ptr || (value && !text.ptr))
			return cfr_err_nomem(err);
		if ((r = add(&made, c, CFR__VARIABLE, kept, err)) < 0)
			return r;
		made->value = text;
		value = text.ptr;
	}
	*out = value;
	return 0;
}

int cfr__depend_file(cfr__depend **out, cfr__composer *c, const cfr__found *found, cfr_err *err)
{
	int r = add(out, c, CFR__FILE, found->path, err);

	if (r < 0)
		return r;
	(*out)->real = found->real;
	(*out)->folder = found->folder;
	return 0;
}

int cfr__depend_path(cfr__composer *c, const cfr__found *found, cfr_err *err)
{
	cfr__depend *made;
	int r;

	if (!c->depends || cfr__depend_known(c->depends, CFR__FILE, found->path) || cfr__depend_known(c->depends, CFR__PATH, found->path))
		return 0;
	if ((r = add(&made, c, CFR__PATH, found->path, err)) == 0) {
		made->real = found->real;
		made->folder = found->folder;
	}
	return r;
}

int cfr__depend_sections(cfr__composer *c, const cfr__found *found, cfr_sections *sections, cfr_err *err)
{
	cfr__depend *made;
	int r = cfr__depend_file(&made, c, found, err);

	if (r == 0)
		made->sections = cfr_sections_ref(sections);
	return r;
}

int cfr__depend_bytes(cfr__composer *c, const cfr__found *found, const cfr_file_stamp *stamp, cfr_str bytes,
		      cfr_err *err)
{
	cfr_source *source;
	cfr__depend *made;
	int r;

	if (!c->depends || cfr__depend_known(c->depends, CFR__FILE, found->path))
		return 0;
	if ((r = cfr_source_new(&source, found->shown, bytes, &c->limits, err)) < 0)
		return r;
	if ((r = cfr__depend_file(&made, c, found, err)) < 0) {
		cfr_source_unref(source);
		return r;
	}
	made->source = source;
	made->stamp = *stamp;
	return 0;
}

/* --- lists --- */

int cfr__depends_copy(cfr__depends *out, const cfr__depends *from, cfr_err *err)
{
	cfr__depends copy = { .items = calloc((size_t)from->count + 1, sizeof(*copy.items)), .count = from->count };

	if (!copy.items)
		return cfr_err_nomem(err);
	for (uint32_t i = 0; i < from->count; i++) {
		cfr__depend *d = &copy.items[i];

		*d = from->items[i];
		d->doc = d->doc ? cfr_document_ref(d->doc) : NULL;
		d->source = d->source ? cfr_source_ref(d->source) : NULL;
		d->sections = cfr_sections_ref(d->sections);
	}
	*out = copy;
	return 0;
}

void cfr__depends_learn(cfr__depends *to, const cfr__depends *from)
{
	for (uint32_t i = 0; i < to->count && i < from->count; i++) {
		if (to->items[i].source && to->items[i].source == from->items[i].source)
			to->items[i].stamp = from->items[i].stamp;
	}
}

void cfr__depends_cut(cfr__depends *depends, uint32_t count)
{
	while (depends->count > count) {
		cfr__depend *d = &depends->items[--depends->count];

		cfr_document_unref(d->doc);
		cfr_source_unref(d->source);
		cfr_sections_unref(d->sections);
		cfr_sections_unref(d->fresh);
	}
}

void cfr__depends_release(cfr__depends *depends)
{
	cfr__depends_cut(depends, 0);
	free(depends->items);
	*depends = (cfr__depends){ 0 };
}
