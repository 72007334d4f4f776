/* engine/compose/lazy.c -- one value of a composition at a time.
 *
 * Opening merges the layers into cells, as for a snapshot, with files in parts (part.c). A question follows
 * the pointer down the cells. Where it comes into a document that no layer touched and that holds no
 * reference, the value is that document's, and nothing is made; else the cell is written into a small
 * snapshot of its own, and kept with it. Either way the answer is kept by the pointer's text, so that the
 * second time it costs a look into a table.
 *
 * When a file turns out not to be readable in parts, everything is composed once more from whole files; what
 * was given before stays valid. That is a *stage*; there are at most two.
 */
#include "engine/compose/parts.h"

#include "engine/lazy.h"
#include "engine/pointer.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

/* The description, copied; shared by all that come from one another by cfr_lazy_again. */
typedef struct recipe {
	atomic_uint refs;
	cfr_arena arena;
	cfr_composition what;
	cfr_limits limits;
} recipe;

typedef struct answer {
	cfr_str pointer;		/* ptr NULL: free */
	const cfr_snapshot *snapshot;
	cfr_node node;
} answer;

struct cfr_lazy {
	atomic_uint refs;
	recipe *recipe;
	cfr_hash_key hash;
	pthread_mutex_t lock;		/* of all that follows */
	cfr__composer composer;
	const char *root;		/* as the composer's, also while there is none */
	cfr__depends depends;
	cfr__ground *before;		/* of the first stage, when there is a second */
	cfr_snapshot *made;
	cfr_snapshot *nothing;		/* of layers that say nothing */
	answer *answers;
	uint32_t count, cap, values;
};

/* --- the description --- */

static void recipe_unref(recipe *r)
{
	if (!r || atomic_fetch_sub_explicit(&r->refs, 1, memory_order_acq_rel) != 1)
		return;
	for (uint32_t i = 0; r->what.layers && i < r->what.layer_count; i++)
		cfr_source_unref(r->what.layers[i].source);
	cfr_arena_release(&r->arena);
	free(r);
}

static bool keep(cfr_arena *arena, cfr_str *text)
{
	if (!text->ptr)
		return true;
	*text = cfr_arena_str(arena, *text);
	return text->ptr != NULL;
}

static const cfr_declared *keep_declared(recipe *r, const cfr_declared *from, uint32_t count)
{
	cfr_declared *to = cfr_arena_zalloc(&r->arena, (size_t)count + 1, sizeof(*to));

	for (uint32_t i = 0; to && i < count; i++) {
		to[i] = from[i];
		if (!keep(&r->arena, &to[i].file))
			return NULL;
	}
	return to;
}

static bool keep_layers(recipe *r, const cfr_composition *from)
{
	cfr_layer *layers = cfr_arena_zalloc(&r->arena, (size_t)from->layer_count + 1, sizeof(*layers));

	r->what.layer_count = 0;
	r->what.layers = layers;
	for (uint32_t i = 0; layers && i < from->layer_count; i++) {
		cfr_layer *to = &layers[i];
		cfr_str *remove = cfr_arena_zalloc(&r->arena, (size_t)from->layers[i].remove_count + 1,
						   sizeof(*remove));

		*to = from->layers[i];
		if (to->source)
			to->source = cfr_source_ref(to->source);
		r->what.layer_count = i + 1;
		to->remove = remove;
		if (!remove || !keep(&r->arena, &to->name) || !keep(&r->arena, &to->file) || !keep(&r->arena, &to->at) ||
		    !keep(&r->arena, &to->declared.file) ||
		    (to->remove_at && !(to->remove_at = keep_declared(r, to->remove_at, to->remove_count))))
			return false;
		for (uint32_t k = 0; k < to->remove_count; k++) {
			remove[k] = from->layers[i].remove[k];
			if (!keep(&r->arena, &remove[k]))
				return false;
		}
	}
	return layers != NULL;
}

static bool keep_strategies(recipe *r, const cfr_composition *from)
{
	cfr_strategy_at *copy = cfr_arena_zalloc(&r->arena, (size_t)from->strategy_count + 1, sizeof(*copy));

	r->what.strategies = copy;
	for (uint32_t i = 0; copy && i < from->strategy_count; i++) {
		copy[i] = from->strategies[i];
		if (!keep(&r->arena, &copy[i].path) || !keep(&r->arena, &copy[i].key))
			return false;
	}
	return copy != NULL;
}

static int recipe_new(recipe **out, const cfr_composition *from, cfr_err *err)
{
	recipe *r = calloc(1, sizeof(*r));

	if (!r)
		return cfr_err_nomem(err);
	atomic_init(&r->refs, 1);
	cfr_arena_init(&r->arena, NULL);
	r->what = *from;
	if (from->limits)
		r->limits = *from->limits;
	else
		cfr_limits_default(&r->limits);
	r->what.limits = &r->limits;
	if (!keep_layers(r, from) || !keep_strategies(r, from) || !keep(&r->arena, &r->what.name) ||
	    !keep(&r->arena, &r->what.root) || !keep(&r->arena, &r->what.merge_key) ||
	    !keep(&r->arena, &r->what.include)) {
		recipe_unref(r);
		return cfr_err_nomem(err);
	}
	*out = r;
	return 0;
}

/* --- opening --- */

static void end_stage(cfr_lazy *lazy)
{
	free(lazy->composer.own);
	lazy->composer = (cfr__composer){ .what = &lazy->recipe->what };
}

static void free_lazy(cfr_lazy *lazy)
{
	cfr__ground *ground = lazy->composer.ground;

	while (lazy->made) {
		cfr_snapshot *next = lazy->made->next;
		cfr_snapshot_free(lazy->made);
		lazy->made = next;
	}
	cfr_snapshot_free(lazy->nothing);
	end_stage(lazy);
	cfr__ground_free(ground);
	cfr__ground_free(lazy->before);
	cfr__depends_release(&lazy->depends);
	free(lazy->answers);
	recipe_unref(lazy->recipe);
	pthread_mutex_destroy(&lazy->lock);
	free(lazy);
}

/* A second stage: all files are read whole. Dependencies of the first remain, which are the same. When that
 * fails there is no ground, none of its dependencies are kept, whose names lie in it, and whoever asks next
 * tries again. */
static int start_whole(cfr_lazy *lazy, cfr_err *err)
{
	uint32_t count = lazy->depends.count;
	int r;

	if (lazy->composer.ground)
		lazy->before = lazy->composer.ground;
	end_stage(lazy);
	lazy->composer.whole = true;
	lazy->composer.depends = &lazy->depends;
	if ((r = cfr__composer_start(&lazy->composer, err)) < 0) {
		cfr__depends_cut(&lazy->depends, count);
		cfr__ground_free(lazy->composer.ground);
		end_stage(lazy);
	} else {
		lazy->root = lazy->composer.root;
	}
	return r;
}

/* Takes the recipe, also on failure. */
static int open_with(cfr_lazy **out, recipe *from, cfr__depends *donor, cfr_err *err)
{
	cfr_lazy *lazy = calloc(1, sizeof(*lazy));
	uint64_t begin = cfr_profile_now(from->what.profile);
	int r;

	if (!lazy) {
		recipe_unref(from);
		return cfr_err_nomem(err);
	}
	atomic_init(&lazy->refs, 1);
	pthread_mutex_init(&lazy->lock, NULL);
	lazy->recipe = from;
	cfr_hash_seed(&lazy->hash);
	lazy->composer = (cfr__composer){ .what = &from->what, .depends = &lazy->depends, .donor = donor };
	r = cfr__composer_start(&lazy->composer, err);
	lazy->composer.donor = NULL;
	lazy->root = lazy->composer.root;
	if (r == CFR__WHOLE)
		r = start_whole(lazy, err);
	cfr_profile_span(from->what.profile, "compose", from->what.name, begin,
			 lazy->composer.ground ? lazy->composer.ground->part_count : 0, "documents");
	if (r < 0)
		free_lazy(lazy);
	else
		*out = lazy;
	return r;
}

int cfr_lazy_open(cfr_lazy **out, const cfr_composition *what, cfr_err *err)
{
	recipe *made = NULL;
	int r = recipe_new(&made, what, err);

	return r < 0 ? r : open_with(out, made, NULL, err);
}

cfr_lazy *cfr_lazy_ref(const cfr_lazy *lazy)
{
	cfr_lazy *l = (cfr_lazy *)(uintptr_t)lazy;

	if (l)
		atomic_fetch_add_explicit(&l->refs, 1, memory_order_relaxed);
	return l;
}

cfr_lazy *cfr_lazy_unref(const cfr_lazy *lazy)
{
	cfr_lazy *l = (cfr_lazy *)(uintptr_t)lazy;

	if (l && atomic_fetch_sub_explicit(&l->refs, 1, memory_order_acq_rel) == 1)
		free_lazy(l);
	return NULL;
}

/* Variables are asked for under the lock, as ever; files are looked at and read without it. */
int cfr_lazy_again(cfr_lazy **out, cfr_lazy *old, cfr_err *err)
{
	cfr__composer probe = { .what = &old->recipe->what, .limits = old->recipe->limits };
	cfr__depends seen = { NULL, 0, 0 };
	bool same = false;
	int r;

	pthread_mutex_lock(&old->lock);
	probe.root = old->root;
	r = cfr__depends_copy(&seen, &old->depends, err);
	if (r == 0)
		same = cfr__variables_same(&seen, probe.what);
	pthread_mutex_unlock(&old->lock);

	if (r == 0 && same)
		r = cfr__depends_same(&same, &seen, &probe, err);
	if (r == 0 && same) {
		pthread_mutex_lock(&old->lock);
		cfr__depends_learn(&old->depends, &seen);
		pthread_mutex_unlock(&old->lock);
		*out = cfr_lazy_ref(old);
	} else if (r == 0) {
		atomic_fetch_add_explicit(&old->recipe->refs, 1, memory_order_relaxed);
		r = open_with(out, old->recipe, &seen, err);
	}
	cfr__depends_release(&seen);
	return r;
}

/* --- answers --- */

static answer *slot_of(const cfr_lazy *lazy, answer *answers, uint32_t cap, cfr_str pointer)
{
	uint32_t at = (uint32_t)cfr_hash(&lazy->hash, pointer.ptr, pointer.len) & (cap - 1);

	while (answers[at].pointer.ptr && !cfr_str_eq(answers[at].pointer, pointer))
		at = (at + 1) & (cap - 1);
	return &answers[at];
}

/* What cannot be kept for lack of memory is found once more. */
static void keep_answer(cfr_lazy *lazy, cfr_str pointer, const answer *found)
{
	answer *slot;

	if (lazy->count >= lazy->cap / 2) {
		uint32_t cap = lazy->cap ? lazy->cap * 2 : 32;
		answer *grown = calloc(cap, sizeof(*grown));

		if (!grown)
			return;
		for (uint32_t i = 0; i < lazy->cap; i++) {
			if (lazy->answers[i].pointer.ptr)
				*slot_of(lazy, grown, cap, lazy->answers[i].pointer) = lazy->answers[i];
		}
		free(lazy->answers);
		lazy->answers = grown;
		lazy->cap = cap;
	}
	slot = slot_of(lazy, lazy->answers, lazy->cap, pointer);
	pointer = cfr_arena_str(&lazy->composer.ground->arena, pointer);
	if (!pointer.ptr)
		return;
	*slot = *found;
	slot->pointer = pointer;
	lazy->count++;
}

/* --- questions --- */

/* `rest` in a document: the answer, or the error that the whole snapshot would give. `asked` is all of the pointer. */
static int in_document(answer *out, const cfr_snapshot *snapshot, cfr_node node, cfr_str rest, cfr_str asked,
		       cfr_err *err)
{
	cfr_node found;
	cfr_str left;
	int r = cfr_pointer_reach(&found, &left, node, rest, err);

	if (r < 0)
		return r;
	if (left.len) {
		/* The path is that in the document; what was asked tells that in the whole. */
		if ((r = cfr_pointer_get(&found, found, left, err)) < 0 && err) {
			err->path[0] = '\0';
			cfr_err_path(err, cfr_str_sub(asked, 0, asked.len - left.len));
		}
		return r;
	}
	out->snapshot = snapshot;
	out->node = found;
	return 0;
}

/* A document as it is. */
static int as_is(const cfr_snapshot **out, cfr_lazy *lazy, uint32_t index, cfr_err *err)
{
	cfr__part *part = cfr__part_at(lazy->composer.ground, index);

	if (!part->as_is) {
		if (!(part->as_is = calloc(1, sizeof(*part->as_is))))
			return cfr_err_nomem(err);
		part->as_is->ground = lazy->composer.ground;
		part->as_is->doc = cfr_document_ref(part->doc);
		part->as_is->as_is = index;
	}
	*out = part->as_is;
	return 0;
}

static int made_of(const cfr_snapshot **out, cfr_lazy *lazy, cfr__cell *cell, const cfr__way *way, cfr_err *err)
{
	int r = 0;

	if (!cell->made) {
		if ((r = cfr__write(&cell->made, &lazy->composer, cell, way, err)) < 0)
			return r;
		cell->made->next = lazy->made;
		lazy->made = cell->made;
		lazy->values++;
	}
	*out = cell->made;
	return r;
}

static cfr_node root_of(const cfr_snapshot *snapshot)
{
	return cfr_tree_root(cfr_document_tree(snapshot->doc));
}

/* There is nothing called so in an open cell. A document of its keys says so as that of all would. */
static int not_there(cfr_lazy *lazy, const cfr__cell *cell, cfr_str rest, cfr_str asked, cfr_err *err)
{
	cfr__composer *c = &lazy->composer;
	cfr_build *build = NULL;
	cfr_tree *tree = NULL;
	answer none;
	int r;

	if (!err)
		return CFR_E_NOTFOUND;
	if ((r = cfr_build_new(&build, NULL, CFR_YAML, &c->limits, err)) == 0)
		r = cfr_build_begin(build, cell->state == CELL_MAPPING ? CFR_MAPPING : CFR_SEQUENCE, NULL, err);
	for (uint32_t i = 0; r == 0 && i < cell->count; i++) {
		if (cell->state == CELL_MAPPING)
			r = cfr_build_key(build, cell->items[i]->key, NULL, err);
		if (r == 0)
			r = cfr_build_null(build, NULL, err);
	}
	if (r == 0 && (r = cfr_build_end(build, 0, err)) == 0 && (r = cfr_build_finish_tree(&tree, build, err)) == 0)
		r = in_document(&none, NULL, cfr_tree_root(tree), rest, asked, err);
	cfr_tree_unref(tree);
	cfr_build_free(build);
	return r;
}

/* Is what a cell holds at `rest` what its document holds there? It is closed, no reference is in it, and it
 * stands no deeper than in its file, where that was held to the ceiling. The value itself must not shadow
 * another, and further down all must have been read. */
static bool is_untouched(const cfr__composer *c, const cfr__cell *cell, uint32_t level, cfr_str rest)
{
	if (cell->state != CELL_CLOSED || cell->made || cfr__refers(c, cell->from.part) ||
	    cfr__level(c, &cell->from) < level)
		return false;
	return rest.len ? !cfr__part_at(c->ground, cell->from.part)->listed : !cell->from.next;
}

/* The child that the first token of `rest` names, or NULL. */
static cfr__cell *child_of(cfr__composer *c, cfr__cell *cell, cfr_str name)
{
	cfr__cell **found = NULL;
	uint32_t place;

	if (cell->state == CELL_MAPPING)
		found = cfr__cell_find(c, cell, name);
	else if (cell->state == CELL_SEQUENCE && cfr__cell_index(&place, name) && place < cell->count)
		found = &cell->items[place];
	return found ? *found : NULL;
}

/* Down the cells, from one at `way`, which is `level` deep. `rest` is what is left of the pointer that was asked. */
static int ask(answer *out, cfr_lazy *lazy, cfr__cell *cell, const cfr__way *way, uint32_t level, cfr_str rest,
               cfr_str asked, cfr_err *err)
{
	cfr__composer *c = &lazy->composer;
	cfr_buf token = CFR_BUF_INIT;
	cfr_str behind = rest;
	cfr__way down = { way, { NULL, 0 } };
	cfr__cell *child;
	cfr_kind kind;
	int r = cfr__cell_settle(c, cell, err);

	if (r < 0)
		return r;
	kind = cfr__cell_kind(cell);
	if (is_untouched(c, cell, level, rest)) {
		if ((r = cfr__complete(c, &cell->from, err)) < 0 ||
		    (r = as_is(&out->snapshot, lazy, cell->from.part, err)) < 0)
			return r;
		return in_document(out, out->snapshot, cell->from.node, rest, asked, err);
	}
	if (rest.len == 0 || cell->made || (kind != CFR_MAPPING && kind != CFR_SEQUENCE)) {
		if ((r = made_of(&out->snapshot, lazy, cell, way, err)) < 0)
			return r;
		return in_document(out, out->snapshot, root_of(out->snapshot), rest, asked, err);
	}
	if ((r = cfr__cell_open(c, cell, err)) < 0)
		return r;
	if (cfr_pointer_next(&token, &behind) && (r = cfr_buf_check(&token, err)) == 0) {
		down.token = cfr_buf_str(&token);
		child = child_of(c, cell, down.token);
		r = child ? ask(out, lazy, child, &down, level + 1, behind, asked, err)
			  : not_there(lazy, cell, rest, asked, err);
	}
	cfr_buf_release(&token);
	return r;
}

static int get(answer *out, cfr_lazy *lazy, cfr_str pointer, cfr_err *err)
{
	cfr__composer *c = &lazy->composer;
	cfr_node root;
	cfr_str rest;
	int r;

	if (c->top) {
		/* Text that is no pointer is refused before anything is done. */
		root = cfr_tree_root(cfr_document_tree(cfr__part_at(c->ground, 0)->doc));
		if ((pointer.len && pointer.ptr[0] != '/') || (pointer.len && memchr(pointer.ptr, '~', pointer.len))) {
			if ((r = cfr_pointer_reach(&root, &rest, root, pointer, err)) < 0)
				return r;
		}
		return ask(out, lazy, c->top, NULL, 0, pointer, pointer, err);
	}
	if (!lazy->nothing && (r = cfr__write(&lazy->nothing, c, NULL, NULL, err)) < 0)
		return r;
	return in_document(out, lazy->nothing, root_of(lazy->nothing), pointer, pointer, err);
}

int cfr_lazy_get(const cfr_snapshot **out, cfr_node *node, cfr_lazy *lazy, cfr_str pointer, cfr_err *err)
{
	answer found = { .snapshot = NULL }, *kept = NULL;
	int r = 0;

	pthread_mutex_lock(&lazy->lock);
	if (lazy->cap)
		kept = slot_of(lazy, lazy->answers, lazy->cap, pointer);
	if (kept && kept->pointer.ptr) {
		found = *kept;
	} else {
		r = lazy->composer.ground ? get(&found, lazy, pointer, err) : CFR__WHOLE;
		if (r == CFR__WHOLE && (r = start_whole(lazy, err)) == 0)
			r = get(&found, lazy, pointer, err);
		if (r == 0)
			keep_answer(lazy, pointer, &found);
	}
	pthread_mutex_unlock(&lazy->lock);
	if (r == 0) {
		*out = found.snapshot;
		*node = found.node;
	}
	return r;
}

/* --- ahead of time --- */

/* The sections that files are read in, ref'd; the array is from malloc. */
static int sections_of(cfr_sections ***out, uint32_t *count, cfr_lazy *lazy, cfr_err *err)
{
	const cfr__ground *ground = lazy->composer.ground;
	uint32_t n = 0, parts = ground ? ground->part_count : 0;
	cfr_sections **all = calloc((size_t)parts + 1, sizeof(*all));

	for (uint32_t i = 0; all && i < parts; i++) {
		const cfr__part *part = cfr__part_at(ground, i);
		if (part->sections && !part->below)
			all[n++] = cfr_sections_ref(part->sections);
	}
	*out = all;
	*count = n;
	return all ? 0 : cfr_err_nomem(err);
}

static uint64_t clock_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

int cfr_lazy_preload(cfr_preload *out, cfr_lazy *lazy, const cfr_str *pointers, uint32_t count, unsigned workers,
                     cfr_err *err)
{
	cfr_preload sum = { .first = CFR_ERR_INIT }, one;
	uint64_t begin = clock_now();
	cfr_sections **all;
	uint32_t n;
	int r;

	pthread_mutex_lock(&lazy->lock);
	r = sections_of(&all, &n, lazy, err);
	pthread_mutex_unlock(&lazy->lock);
	if (r < 0)
		return r;
	/* A place that one layer does not have is no failure: another may. */
	for (uint32_t i = 0; i < n; i++) {
		if (r == 0 && (r = cfr_sections_preload(&one, all[i], pointers, count, workers, err)) == 0) {
			sum.sections += one.sections;
			sum.bytes += one.bytes;
		}
		cfr_sections_unref(all[i]);
	}
	free(all);
	for (uint32_t i = 0; r == 0 && i < count; i++) {
		const cfr_snapshot *snapshot;
		cfr_err why = CFR_ERR_INIT;
		cfr_node node;
		if (cfr_lazy_get(&snapshot, &node, lazy, pointers[i], &why) < 0 && sum.failed++ == 0)
			sum.first = why;
	}
	sum.nanoseconds = clock_now() - begin;
	if (r == 0)
		*out = sum;
	return r;
}

static void add_read(cfr_lazy_stats *to, const cfr__ground *ground)
{
	for (uint32_t i = 0; ground && i < ground->part_count; i++) {
		const cfr__part *part = cfr__part_at(ground, i);
		to->documents++;
		to->read += cfr_source_bytes(cfr_document_source(part->doc)).len;
		if (!part->real.len && !part->sections)
			to->bytes += cfr_source_bytes(cfr_document_source(part->doc)).len;
	}
}

void cfr_lazy_get_stats(cfr_lazy_stats *out, cfr_lazy *lazy)
{
	cfr_lazy_stats sum = { 0 };

	pthread_mutex_lock(&lazy->lock);
	add_read(&sum, lazy->before);
	add_read(&sum, lazy->composer.ground);
	for (uint32_t i = 0; i < lazy->depends.count; i++) {
		const cfr__depend *d = &lazy->depends.items[i];
		if (d->sections)
			sum.bytes += cfr_sections_size(d->sections);
		else if (d->source)
			sum.bytes += cfr_source_bytes(d->source).len;
	}
	sum.values = lazy->values;
	sum.known = lazy->count;
	sum.dependencies = lazy->depends.count;
	pthread_mutex_unlock(&lazy->lock);
	*out = sum;
}

/* The bytes of a key's value at the top of a layer's document. */
static uint64_t bytes_under(const cfr__part *part, cfr_str key)
{
	cfr_node root = cfr_tree_root(cfr_document_tree(part->doc)), node;
	cfr_entry entry;
	uint32_t size;

	if (part->below || !part->top || cfr_node_kind(root) != CFR_MAPPING ||
	    cfr_node_find(&node, root, key, NULL) < 0)
		return 0;
	if (part->listed && (size = cfr_section_size(part->sections, part->listed, node)) > 0)
		return size;
	entry = cfr_document_entry(part->doc, node);
	return entry.end - entry.start;
}

int cfr_lazy_sections(cfr_lazy *lazy, int (*each)(void *arg, cfr_str key, uint64_t bytes, cfr_err *err), void *arg,
                      cfr_err *err)
{
	cfr__composer *c = &lazy->composer;
	int r = 0;

	pthread_mutex_lock(&lazy->lock);
	if (c->ground && c->top)
		r = cfr__cell_open(c, c->top, err);
	for (uint32_t i = 0; r == 0 && c->ground && c->top && c->top->state == CELL_MAPPING && i < c->top->count; i++) {
		cfr_str key = c->top->items[i]->key;
		uint64_t bytes = 0;
		for (uint32_t k = 0; k < c->ground->part_count; k++)
			bytes += bytes_under(cfr__part_at(c->ground, k), key);
		r = each(arg, key, bytes, err);
	}
	pthread_mutex_unlock(&lazy->lock);
	return r;
}
