/* engine/compose/load.c -- layers and what they include, read and merged from the lowest to the highest.
 *
 * A file that is included lies under the mapping that includes it: what that says itself wins, of several
 * files the later one. The same file may come in by several ways and is read once; only a file that is on the
 * way to itself is a circle.
 */
#include "engine/compose/parts.h"

#include "engine/base/vec.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int include_cell(cfr__cell **out, cfr__composer *c, uint32_t part, const cfr__trail *up, const cfr__way *way,
                        cfr_err *err);

/* --- includes --- */

static int circle(const cfr__trail *trail, const cfr__part *again, cfr_str shown, cfr_err *err)
{
	char chain[220] = "";
	size_t at = sizeof(chain) - 1;

	/* From the end: the file that closes the circle, and those before it up to itself. */
	for (const cfr__trail *t = trail; t; t = t->up) {
		cfr_str name = cfr_source_name(cfr_document_source(t->part->doc));
		if (name.len + 4 > at)
			break;
		at -= 4;
		memcpy(chain + at, " -> ", 4);
		at -= name.len;
		memcpy(chain + at, name.ptr, name.len);
		if (t->part == again)
			break;
	}
	return cfr_err_set(err, CFR_E_CYCLE, "a circle of includes: %s%.*s", chain + at,
			   (int)(shown.len < 100 ? shown.len : 100), shown.ptr);
}

/* The document of a file as a part: read, or known from another place. 1 when there is nothing in it. */
static int read_file(uint32_t *out, cfr__composer *c, const cfr__found *found, uint32_t layer, cfr_err *err)
{
	const cfr__part *known = NULL;
	cfr_document *doc = NULL;
	cfr_node root;
	int r = 0, fd;

	for (uint32_t i = 0; i < c->ground->part_count && !known; i++) {
		const cfr__part *part = cfr__part_at(c->ground, i);
		if (!part->below && cfr_str_eq(part->real, found->real))
			known = part;
	}
	if (known && !known->listed) {
		doc = cfr_document_ref(known->doc);
		r = cfr__depend_path(c, found, err);
	} else if (known) {
		/* A layer that is read in parts: all of it is needed. */
		r = cfr_section_whole(&doc, &root, known->sections, known->listed, err);
		r = r == 0 ? cfr__depend_path(c, found, err) : r == CFR_E_NOMEM ? r : CFR__WHOLE;
	} else {
		if ((r = cfr__place_open(&fd, found, err)) < 0)
			return r;
		r = cfr__depend_read(&doc, c, found, fd, found->shown, CFR_FORMAT_NONE, err);
		close(fd);
	}
	if (r < 0) {
		cfr_document_unref(doc);
		return r;
	}
	if (!doc)
		return 1;
	return cfr__part_add(out, c, doc, layer, found, err);
}

/* One file into *low, which may be NULL. `spec` is where it is named. */
static int include_file(cfr__cell **low, cfr__composer *c, const cfr__origin *spec, cfr_str path,
			const cfr__trail *trail, const cfr__way *way, cfr_err *err)
{
	uint32_t layer = cfr__part_at(c->ground, spec->part)->layer, part;
	cfr__found found;
	cfr__cell *made;
	cfr_err why = CFR_ERR_INIT;
	int r;

	if (++c->included > c->limits.of[CFR_LIMIT_INCLUDES])
		r = cfr_err_limit(&why, &c->limits, CFR_LIMIT_INCLUDES);
	else if (trail->depth >= c->limits.of[CFR_LIMIT_INCLUDE_DEPTH])
		r = cfr_err_limit(&why, &c->limits, CFR_LIMIT_INCLUDE_DEPTH);
	else
		r = cfr__place_find(&found, c, spec->part, path, &why);
	for (const cfr__trail *t = trail; r == 0 && t; t = t->up) {
		if (cfr_str_eq(t->part->real, found.real))
			r = circle(trail, t->part, found.shown, &why);
	}
	if (r == 0)
		r = read_file(&part, c, &found, layer, &why);
	if (r == CFR__WHOLE)
		return r;
	if (r < 0) {
		cfr__cell_place(c, spec, &why);
		if (err)
			*err = why;
		return r;
	}
	if (r == 1)
		return 0;
	if ((r = include_cell(&made, c, part, trail, way, err)) < 0)
		return r;
	if (!*low)
		*low = made;
	else
		r = cfr__merge(low, c, *low, made, way, err);
	return r;
}

static int include_path(cfr__cell **low, cfr__composer *c, const cfr__origin *spec, const cfr__trail *trail,
                        const cfr__way *way, cfr_err *err)
{
	cfr_str path = cfr_node_string(spec->node), *items;
	uint32_t count;
	int r;

	if (cfr_node_kind(spec->node) != CFR_STRING) {
		const char *kind = cfr_kind_name(cfr_node_kind(spec->node));
		r = cfr_err_set(err, CFR_E_KIND, "an include is a path, a glob, or a list of them, not %s %s",
				strchr("io", kind[0]) ? "an" : "a", kind);
		cfr__cell_place(c, spec, err);
		return r;
	}
	bool is_glob = false;
	for (size_t i = 0; i < path.len && !is_glob; i++)
		is_glob = path.ptr[i] == '*' || path.ptr[i] == '?' || path.ptr[i] == '[' || path.ptr[i] == '{';
	if (!is_glob)
		return include_file(low, c, spec, path, trail, way, err);
	if ((r = cfr__place_glob(&items, &count, c, spec->part, path, err)) < 0) {
		cfr__cell_place(c, spec, err);
		return r;
	}
	for (uint32_t i = 0; r == 0 && i < count; i++)
		r = include_file(low, c, spec, items[i], trail, way, err);
	free(items);
	return r;
}

/* The files that a mapping includes, merged, below what it says itself. */
static int include_under(cfr__cell **at, cfr__composer *c, cfr__cell *spec, const cfr__trail *trail,
			 const cfr__way *way, cfr_err *err)
{
	cfr__cell *low = NULL, *own = *at;
	cfr_str key = own->key;
	cfr_node child;
	int r = 0;

	if (cfr_node_kind(spec->from.node) != CFR_SEQUENCE)
		r = include_path(&low, c, &spec->from, trail, way, err);
	for (uint32_t i = 0;
	     r == 0 && cfr_node_kind(spec->from.node) == CFR_SEQUENCE && i < cfr_node_size(spec->from.node);
	     i++) {
		if ((r = cfr_node_at(&child, spec->from.node, i, err)) == 0)
			r = include_path(&low, c, &(cfr__origin){ spec->from.part, child, NULL }, trail, way, err);
	}
	if (r < 0 || !low)
		return r;
	low->key = key;
	return cfr__merge(at, c, low, own, way, err);
}

/* Looks for the key that includes, below and at a cell. */
static int expand(cfr__cell **at, cfr__composer *c, const cfr__trail *trail, const cfr__way *way, cfr_err *err)
{
	cfr__cell *cell = *at, **found, *spec;
	bool deep = c->what->dialect == CFR_DIALECT_NONE;
	char number[16];
	int r = cfr__cell_open(c, cell, err);

	for (uint32_t i = 0; r == 0 && deep && i < cell->count; i++) {
		cfr__way down = { way, cell->items[i]->key };
		cfr_kind kind;
		if (!cfr__may_hold_key(c, cell->items[i], c->what->include))
			continue;
		if ((r = cfr__cell_settle(c, cell->items[i], err)) < 0)
			break;
		kind = cfr__cell_kind(cell->items[i]);
		if (kind != CFR_MAPPING && kind != CFR_SEQUENCE)
			continue;
		if (cell->state == CELL_SEQUENCE) {
			snprintf(number, sizeof(number), "%u", i);
			down.token = (cfr_str){ number, strlen(number) };
		} else if (cfr_str_eq(cell->items[i]->key, c->what->include)) {
			continue;	/* the list of files itself */
		}
		r = expand(&cell->items[i], c, trail, &down, err);
	}
	if (r < 0 || cell->state != CELL_MAPPING || !(found = cfr__cell_find(c, cell, c->what->include)))
		return r;
	spec = *found;
	cfr__cell_drop(cell, (uint32_t)(found - cell->items));
	if ((r = cfr__complete(c, &spec->from, err)) < 0)
		return r;
	return include_under(at, c, spec, trail, way, err);
}

/* --- strategies beside the data --- */

static int no_strategy(const cfr__composer *c, const cfr__cell *cell, const char *what, cfr_err *err)
{
	int r = cfr_err_set(err, CFR_E_KIND, "%s", what);

	cfr_err_hint(err, "write { /path: append }, or { /path: { by: KEY } }; known are merge, replace, append, prepend, union");
	cfr__cell_place(c, &cell->from, err);
	return r;
}

/* "append", or { by: KEY }. */
static int read_strategy(cfr_strategy_at *out, const cfr__composer *c, const cfr__cell *cell, cfr_err *err)
{
	cfr_node value = cell->from.node, key;
	int how = 0;

	if (cfr_node_kind(value) == CFR_MAPPING && cfr_node_size(value) == 1 &&
	    cfr_node_find(&key, value, CFR_STR("by"), NULL) == 0 && cfr_node_kind(key) == CFR_STRING) {
		out->how = CFR_STRATEGY_BY;
		out->key = cfr_node_string(key);
		return 0;
	}
	while (cfr_node_kind(value) == CFR_STRING && how < CFR_STRATEGY_BY) {
		if (cfr_str_eq(cfr_node_string(value), cfr_str_of(cfr_strategy_name((cfr_strategy)how)))) {
			out->how = (cfr_strategy)how;
			return 0;
		}
		how++;
	}
	return no_strategy(c, cell, "this is no way to merge", err);
}

static int add_strategy(cfr__composer *c, const cfr__cell *cell, const cfr__way *way, cfr_err *err)
{
	cfr_strategy_at made = { .how = CFR_STRATEGY_MERGE };
	cfr_buf path = CFR_BUF_INIT;
	int r;

	if (cell->key.len && cell->key.ptr[0] != '/')
		return no_strategy(c, cell, "the path of a strategy begins with a slash", err);
	cfr__way_write(&path, way);
	cfr_buf_adds(&path, cell->key);
	if ((r = cfr_buf_check(&path, err)) == 0) {
		made.path = cfr_arena_str(&c->ground->arena, path.ptr ? cfr_buf_str(&path) : CFR_STR(""));
		r = made.path.ptr ? read_strategy(&made, c, cell, err) : cfr_err_nomem(err);
	}
	cfr_buf_release(&path);
	if (r < 0 || (r = cfr_vec_room(&c->own, &c->own_cap, (uint64_t)c->own_count + 1, sizeof(*c->own), err)) < 0)
		return r;
	c->own[c->own_count++] = made;
	return 0;
}

/* What a document says of its merging, out of its cell and into the composer. */
static int take_strategies(cfr__composer *c, cfr__cell *cell, const cfr__way *way, cfr_err *err)
{
	cfr__cell **found, *spec;
	int r;

	if (cfr__cell_kind(cell) != CFR_MAPPING)
		return 0;
	if ((r = cfr__cell_open(c, cell, err)) < 0 || !(found = cfr__cell_find(c, cell, c->what->merge_key)))
		return r;
	spec = *found;
	cfr__cell_drop(cell, (uint32_t)(found - cell->items));
	if ((r = cfr__complete(c, &spec->from, err)) < 0)
		return r;
	if (cfr__cell_kind(spec) != CFR_MAPPING)
		return no_strategy(c, spec, "strategies are a mapping of paths", err);
	r = cfr__cell_open(c, spec, err);
	for (uint32_t i = 0; r == 0 && i < spec->count; i++)
		r = add_strategy(c, spec->items[i], way, err);
	return r;
}

/* A document's root with all that it includes. */
static int include_cell(cfr__cell **out, cfr__composer *c, uint32_t part, const cfr__trail *up, const cfr__way *way,
                        cfr_err *err)
{
	const cfr_tree *tree = cfr_document_tree(cfr__part_at(c->ground, part)->doc);
	cfr__trail trail = { up, cfr__part_at(c->ground, part), up ? up->depth + 1 : 0 };
	uint32_t number;
	int r;

	*out = cfr__cell_new(c, part, cfr_tree_root(tree));
	if (!*out)
		return cfr_err_nomem(err);
	if (c->what->merge_key.len && (r = take_strategies(c, *out, way, err)) < 0)
		return r;
	if (c->what->include.len == 0 ||
	    (!cfr__part_at(c->ground, part)->listed && !cfr_tree_key(&number, tree, c->what->include)))
		return 0;
	return expand(out, c, &trail, way, err);
}

/* --- layers --- */

static void at_declared(const cfr_declared *at, cfr_err *err)
{
	if (at->file.len)
		cfr_err_at(err, at->file, at->line, at->column);
}

/* A layer whose file is not there. */
static void told_missing(const cfr__composer *c, const cfr_layer *layer, cfr_err *err)
{
	char hint[sizeof(err->hint)], message[sizeof(err->message)];

	if (!layer->declared.file.len)
		return;
	memcpy(hint, err->hint, sizeof(hint));
	memcpy(message, err->message, sizeof(message));
	cfr_err_set(err, CFR_E_NOTFOUND, "a layer of '%.*s' is missing: %.180s",
		    (int)(c->what->name.len < 40 ? c->what->name.len : 40), c->what->name.ptr, message);
	cfr_err_hint(err, "%.150s%s`optional: true` lets a layer be absent", hint, hint[0] ? " " : "");
	at_declared(&layer->declared, err);
}

static int remove_places(cfr__composer *c, const cfr_layer *layer, cfr_err *err)
{
	cfr__cell *at, *parent;
	uint32_t index;

	for (uint32_t i = 0; i < layer->remove_count; i++) {
		cfr_str path = layer->remove[i];
		cfr_err why = CFR_ERR_INIT;
		int r = CFR_E_NOTFOUND;

		if (c->top)
			r = cfr__cell_get(&at, &parent, &index, c, path, &why);
		if (r == 0 && parent) {
			cfr__cell_drop(parent, index);
			continue;
		}
		if (r == CFR_E_NOMEM)
			return cfr_err_nomem(err);
		if (r == CFR__WHOLE)
			return r;
		cfr_err_set(err, r == 0 ? CFR_E_KIND : r, "layer '%.*s' cannot delete '%.*s': %s",
			    (int)(layer->name.len < 60 ? layer->name.len : 60), layer->name.ptr,
			    (int)(path.len < 80 ? path.len : 80), path.ptr ? path.ptr : "",
			    r == 0 ? "that is everything" : "the layers below it have no such place");
		if (why.hint[0])
			cfr_err_hint(err, "%s", why.hint);
		if (layer->remove_at)
			at_declared(&layer->remove_at[i], err);
		return r == 0 ? CFR_E_KIND : r;
	}
	return 0;
}

/* The sections of a layer, when the composition is lazy and the file can be read in parts; else CFR_READ_WHOLE. */
static int open_sections(cfr_sections **out, cfr__composer *c, const cfr_layer *layer, const char *name,
                         const cfr__found *found, cfr_err *err)
{
	int r;

	if (!c->depends || c->whole)
		return CFR_READ_WHOLE;
	if (layer->source) {
		r = cfr_sections_of(out, c->what->loader, layer->source, layer->format, &c->limits, err);
	} else {
		if ((r = cfr__depend_shared(out, c, found, err)) == CFR_READ_WHOLE)
			r = cfr_sections_open(out, c->what->loader, name, layer->format, &c->limits, err);
		if (r == 0 && (r = cfr__depend_sections(c, found, *out, err)) < 0)
			cfr_sections_unref(*out);
	}
	/* Whatever else is wrong is told by who reads it whole. */
	return r == 0 || r == CFR_E_NOMEM ? r : CFR_READ_WHOLE;
}

/* Its one document, NULL when there is nothing in it. */
static int read_layer(cfr_document **out, cfr__composer *c, const cfr_layer *layer, const char *name,
		      const cfr__found *found, cfr_err *err)
{
	cfr_documents docs;
	int fd, r;

	if (layer->source) {
		r = cfr_loader_read(&docs, c->what->loader, layer->source, layer->format, &c->limits, err);
		return r < 0 ? r : cfr__one_document(out, docs, err);
	}
	if ((r = cfr_file_open(&fd, name, err)) < 0)
		return r;
	r = cfr__depend_read(out, c, found, fd, cfr_str_of(name), layer->format, err);
	close(fd);
	return r;
}

/* A layer as a part; 1 when there is nothing in it, 2 when it is not there. */
static int open_layer(uint32_t *out, cfr__composer *c, uint32_t index, cfr_err *err)
{
	const cfr_layer *layer = &c->what->layers[index];
	cfr_sections *sections = NULL;
	cfr_document *doc = NULL;
	cfr_str name = { NULL, 0 };
	cfr__found place, *found = layer->source ? NULL : &place;
	cfr_err why = CFR_ERR_INIT;
	int r = 0;

	if (found && (r = cfr__place_layer(found, c, layer->file, &why)) < 0) {
		if (r == CFR_E_NOTFOUND && layer->optional)
			return (r = cfr__depend_absent(c, layer->file, err)) < 0 ? r : 2;
		if (r == CFR_E_NOTFOUND)
			told_missing(c, layer, &why);
		else
			at_declared(&layer->declared, &why);
		if (err)
			*err = why;
		return r;
	}
	if (found)
		name = found->shown;
	if ((r = open_sections(&sections, c, layer, name.ptr, found, err)) <= 0)
		return r < 0 ? r : cfr__part_add_sections(out, c, sections, index, found, err);
	if ((r = read_layer(&doc, c, layer, name.ptr, found, err)) < 0)
		return r;
	return doc ? cfr__part_add(out, c, doc, index, found, err) : 1;
}

static int load_layer(cfr__composer *c, uint32_t index, cfr_err *err)
{
	const cfr_layer *layer = &c->what->layers[index];
	cfr__cell *made;
	uint32_t part;
	int r = open_layer(&part, c, index, err);

	if (r < 0 || r == 2)
		return r < 0 ? r : 0;
	if (r == 0 && layer->at.len) {
		made = cfr__cell_new(c, part, cfr_tree_root(cfr_document_tree(cfr__part_at(c->ground, part)->doc)));
		return made ? cfr__set_at(c, layer->at, made, err) : cfr_err_nomem(err);
	}
	if (r == 0) {
		cfr__part_at(c->ground, part)->top = true;
		r = include_cell(&made, c, part, NULL, NULL, err);
	}
	if (r < 0)
		return r;
	if (layer->remove_count) {
		int removed = remove_places(c, layer, err);
		if (removed < 0)
			return removed;
	}
	if (r == 1)
		return 0;
	if (c->top)
		return cfr__merge(&c->top, c, c->top, made, NULL, err);
	c->top = made;
	return 0;
}

int cfr__load_layers(cfr__composer *c, cfr_err *err)
{
	int r = 0;

	for (uint32_t i = 0; r == 0 && i < c->what->layer_count; i++)
		r = load_layer(c, i, err);
	return r;
}
