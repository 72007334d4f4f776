/* engine/edit/edit.c -- from edits to splices, proved by reading the result.
 *
 * The tree is edited first; what it looks like then is what the text must say. The text is planned collection by
 * collection, applied to a copy, and the copy is read whole: this document must be the edited tree, and every other
 * one what it was. Planning may therefore rely on what is usual in texts: where it is wrong, the edit is refused.
 *
 * Some ways of writing are tried before others: a moved entry as its author wrote it, then written anew; lines as a
 * block scalar, then in double quotes.
 */
#include <stdio.h>
#include <stdlib.h>

#include "engine/edit/parts.h"

typedef struct proof {
	const cfr_document *doc;
	const cfr_limits *limits;
	const cfr_tree *wanted;
	cfr_documents before;		/* of the source; empty while it is known to have one document */
	bool many;
	cfr_tree **all;			/* wanted of each of `before`; NULL: only `doc` changes */
} proof;

/* ---- planning ---- */

/* Did it come by a merge into a mapping that stands here? An own key of the mapping wins over it. */
static bool merged_here(const cfr__plan *plan, const cfr__change *change)
{
	return !change->rooted && cfr_document_entry(plan->doc, change->at).flags & CFR_VIA_MERGE &&
	       !cfr__via(cfr_document_entry(plan->doc, change->in));
}

/* Replacements in place; what stays to be done is left in the list, merged values as keys to add. */
static int plan_values(cfr__change *left, uint32_t *left_count, cfr__plan *plan, const cfr__change *changes,
                       uint32_t count)
{
	int r = 0;

	for (uint32_t i = 0; r == 0 && i < count; i++) {
		bool same = false;

		if (changes[i].op == CFR__REPLACE && !merged_here(plan, &changes[i])) {
			r = cfr__put_value(plan, &changes[i]);
			continue;
		}
		if (changes[i].op == CFR__REPLACE)
			r = cfr_node_equal(&same, changes[i].at, changes[i].value, plan->err);
		if (r || same)
			continue;
		left[*left_count] = changes[i];
		if (changes[i].op == CFR__REPLACE) {
			left[*left_count].op = CFR__ADD;
			left[*left_count].key = cfr_node_key(changes[i].at);
		}
		++*left_count;
	}
	return r;
}

static int plan_group(cfr__plan *plan, const cfr__change *group, uint32_t size)
{
	cfr__change *changes = cfr_arena_alloc(plan->arena, (size_t)size * sizeof(*changes));
	cfr_entry entry;
	uint32_t count = 0;
	cfr_node in = group->in;
	int r = changes ? plan_values(changes, &count, plan, group, size) : cfr_err_nomem(plan->err);

	if (r || count == 0)
		return r;
	entry = cfr_document_entry(plan->doc, in);
	if (cfr__via(entry))
		return cfr__refuse_shared(plan, in);
	if (cfr_node_size(in) == 0 && cfr__block_context(plan, in)) {
		const cfr__change **list = cfr_arena_alloc(plan->arena, count * sizeof(*list));

		if (!list)
			return cfr_err_nomem(plan->err);
		for (uint32_t i = 0; i < count; i++)
			list[i] = &changes[i];
		return cfr__put_filled(plan, in, changes->op == CFR__ADD, list, count);
	}
	if (entry.style == CFR_BLOCK)
		return cfr__edit_block(plan, in, changes, count);
	return cfr__edit_flow(plan, in, changes, count);
}

int cfr__plan_all(cfr__plan *plan, const cfr__changes *changes)
{
	cfr_format format = cfr_document_format(plan->doc);
	bool flat = format == CFR_DOTENV || format == CFR_PROPERTIES, toml = format == CFR_TOML;
	int r = flat ? cfr__edit_flat(plan, changes->items, changes->count) : 0;

	if (toml)
		r = cfr__edit_toml(plan, changes->items, changes->count);
	for (uint32_t i = 0, end; !flat && !toml && r == 0 && i < changes->count; i = end) {
		for (end = i + 1; end < changes->count && cfr__same_place(&changes->items[i], &changes->items[end]); end++)
			;
		r = plan_group(plan, changes->items + i, end - i);
	}
	return r ? r : cfr__splices_sort(plan);
}

void cfr__plan_init(cfr__plan *plan, const cfr_document *doc, cfr_arena *arena, cfr_err *err)
{
	*plan = (cfr__plan){ .doc = doc, .source = cfr_document_source(doc), .arena = arena, .err = err };
	plan->text = cfr_source_bytes(plan->source);
	plan->base = cfr_str_starts(plan->text, CFR_STR("\xEF\xBB\xBF")) ? 3 : 0;
	plan->one_line = cfr_document_format(doc) == CFR_JSONL;
	plan->json = plan->one_line || cfr_document_format(doc) == CFR_JSON || cfr_document_format(doc) == CFR_JSONC;
	plan->slashes = cfr_document_format(doc) == CFR_JSONC;
	cfr__emit_init(&plan->style, NULL, cfr_document_format(doc), err);
	plan->style.order = doc;
	plan->style.spelled = true;
	cfr__learn_style(plan);
}

/* ---- proving ---- */

static int read_before(proof *p, cfr_err *err)
{
	const cfr_source *source = cfr_document_source(p->doc);
	uint32_t start, end;

	cfr_document_range(p->doc, &start, &end);
	p->many = start > 0 || end < cfr_source_bytes(source).len;
	return p->many ? cfr_text_read(&p->before, source, cfr_document_format(p->doc), p->limits, err) : 0;
}

static int same_documents(bool *same, const proof *p, const cfr_documents *after, cfr_err *err)
{
	uint32_t index = cfr_document_index(p->doc), count = p->many ? p->before.count : 1;
	int r = 0;

	*same = after->count == count && index < count;
	for (uint32_t i = 0; r == 0 && *same && i < count; i++) {
		const cfr_tree *wanted = p->all ? p->all[i] : i == index ? p->wanted : NULL;

		if (!wanted)
			wanted = cfr_document_tree(p->before.items[i]);
		r = cfr_node_equal(same, cfr_tree_root(cfr_document_tree(after->items[i])), cfr_tree_root(wanted), err);
	}
	return r;
}

/* *good: does the text with the splices say what it should? */
static int prove(bool *good, const proof *p, const cfr__plan *plan, cfr_err *err)
{
	cfr_documents after = { .count = 0 };
	cfr_source *source = NULL;
	cfr_buf text = CFR_BUF_INIT;
	cfr_err why = CFR_ERR_INIT;
	int r = cfr_splices_apply(&text, plan->text, plan->splices, plan->count, err);

	*good = false;
	if (r)
		goto done;
	r = cfr_source_new(&source, cfr_source_name(plan->source), cfr_buf_str(&text), p->limits, err);
	if (r)
		goto done;
	r = cfr_text_read(&after, source, cfr_document_format(p->doc), p->limits, &why);
	if (r == 0) {
		r = same_documents(good, p, &after, err);
	} else if (r == CFR_E_NOMEM || r == CFR_E_LIMIT) {
		if (err)
			*err = why;
	} else {
		r = 0;		/* it does not read: no good */
	}
done:
	cfr_documents_release(&after);
	cfr_source_unref(source);
	cfr_buf_release(&text);
	return r;
}

/* An anchor with uses elsewhere, on the way to a changed place or inside what goes. */
static bool shared_anchor(cfr_entry *out, const cfr_document *doc, const cfr__change *change)
{
	cfr_node node = change->op == CFR__ADD || change->op == CFR__INSERT ? change->in : change->at;
	uint32_t rank = cfr_document_rank(doc, node), end = cfr_document_ranked(doc, rank).next;

	for (; (change->op == CFR__REPLACE || change->op == CFR__REMOVE) && rank < end; rank++) {
		*out = cfr_document_ranked(doc, rank);
		if ((out->flags & CFR_ANCHORED) && !cfr__via(*out))
			return true;
	}
	do {
		*out = cfr_document_entry(doc, node);
		if (out->flags & CFR_ANCHORED)
			return true;
	} while (cfr_node_parent(&node, node));
	return false;
}

/* Such a scalar gains a line break when something is written behind it. */
static bool ends_in_block(const cfr__plan *plan)
{
	uint32_t count = cfr_document_ranked(plan->doc, 0).next;
	cfr_entry last = cfr_document_ranked(plan->doc, count - 1);

	return last.end == plan->text.len && (last.style == CFR_LITERAL || last.style == CFR_FOLDED);
}

static int refuse(const cfr__plan *plan, const cfr__changes *changes)
{
	const cfr__change *first = &changes->items[0];
	cfr_node at = first->op == CFR__ADD || first->op == CFR__INSERT ? first->in : first->at;

	for (uint32_t i = 0; i < changes->count; i++) {
		cfr_entry entry;
		char message[160];
		uint32_t name, end;

		if (!shared_anchor(&entry, plan->doc, &changes->items[i]))
			continue;
		for (name = entry.before; name < entry.start && plan->text.ptr[name] != '&'; name++)
			;
		for (end = name; end < entry.start && !cfr__blank(plan->text.ptr[end]) &&
		     !cfr__line_break(plan->text.ptr[end]); end++)
			;
		snprintf(message, sizeof(message), "other places use this value through the anchor %.*s",
		         (int)(end - name < 80 ? end - name : 80), plan->text.ptr + name);
		return cfr__refuse(plan, at, message, "write a value of its own where the alias stands, or edit by hand");
	}
	if (!cfr__final_break(plan) && ends_in_block(plan))
		return cfr__refuse(plan, at, "the file ends in a block scalar without a final line break",
		                   "end the file with a line break first");
	return cfr__refuse(plan, at, "this edit cannot be made without touching the rest of the document",
	                   "edit the file by hand");
}

/* One way of writing. *again: it did not do, but another may. */
static int attempt(cfr_splices *out, bool *again, cfr__plan *plan, const cfr__changes *changes, const proof *p,
                   cfr_err *err)
{
	bool good = false;
	int r = cfr__plan_all(plan, changes);

	*again = false;
	if (r == 0)
		r = prove(&good, p, plan, err);
	if (r)
		return r;
	if (good)
		return cfr__splices_copy(out, plan, err);
	*again = plan->used_raw || plan->used_block;
	return *again ? 0 : refuse(plan, changes);
}

static int try_all(cfr_splices *out, const cfr__changes *changes, const proof *p, cfr_arena *arena, cfr_err *err)
{
	bool again = true, no_raw = false, no_blocks = false;
	int r = 0;

	while (r == 0 && again) {
		cfr__plan plan;

		cfr__plan_init(&plan, p->doc, arena, err);
		plan.no_raw = no_raw;
		plan.style.no_blocks = no_blocks;
		r = attempt(out, &again, &plan, changes, p, err);
		no_blocks = !plan.used_raw;
		no_raw = true;
		free(plan.splices);
	}
	return r;
}

int cfr__edit_plan(cfr_splices *out, const cfr_document *doc, const cfr_edit *edits, uint32_t count,
                   const cfr_edit *meant, uint32_t meant_count, const cfr_limits *limits, cfr_err *err)
{
	proof p = { .doc = doc, .limits = limits };
	cfr__changes changes;
	cfr_tree *wanted = NULL;
	cfr_arena arena;
	int r;

	cfr_arena_init(&arena, NULL);
	r = cfr__changes_of(&changes, &arena, cfr_document_tree(doc), edits, count, err);
	if (r)
		goto done;
	if (changes.count == 0) {
		*out = (cfr_splices){ .count = 0 };
		goto done;
	}
	r = meant ? cfr_edit_tree(&wanted, cfr_document_tree(doc), meant, meant_count, limits, err)
	          : cfr__changes_tree(&wanted, cfr_document_tree(doc), &changes, limits, err);
	if (r)
		goto done;
	p.wanted = wanted;
	r = read_before(&p, err);
	if (r == 0)
		r = try_all(out, &changes, &p, &arena, err);
done:
	cfr_documents_release(&p.before);
	cfr_tree_unref(wanted);
	cfr_arena_release(&arena);
	return r;
}

int cfr_edit_plan(cfr_splices *out, const cfr_document *doc, const cfr_edit *edits, uint32_t count,
                  const cfr_limits *limits, cfr_err *err)
{
	cfr_documents held;
	int r = cfr__edit_again(&held, &doc, limits, err);

	if (r == 0)
		r = cfr__edit_plan(out, doc, edits, count, NULL, 0, limits, err);
	cfr_documents_release(&held);
	return r;
}

/* ---- all documents of a source ---- */

/* Plans the edits of one document and adds its splices to those of `all`. */
static int plan_one(cfr__plan *all, cfr_tree **wanted, bool *usual, const cfr_document *doc, cfr_edit_list edits,
                    const cfr_limits *limits, cfr_err *err)
{
	cfr__changes changes;
	cfr__plan plan;
	int r = cfr__changes_of(&changes, all->arena, cfr_document_tree(doc), edits.items, edits.count, err);

	if (r || changes.count == 0)
		return r;
	if ((r = cfr__changes_tree(wanted, cfr_document_tree(doc), &changes, limits, err)) < 0)
		return r;
	cfr__plan_init(&plan, doc, all->arena, err);
	r = cfr__plan_all(&plan, &changes);
	*usual = !plan.used_raw && !plan.used_block;
	for (uint32_t i = 0; r == 0 && i < plan.count; i++)
		r = cfr__splice(all, plan.splices[i].start, plan.splices[i].end, plan.splices[i].text);
	free(plan.splices);
	return r;
}

/* One after the other: each is proved alone, and may be written in another way. */
static int plan_apart(cfr__plan *all, const cfr_documents *docs, const cfr_edit_list *edits, const cfr_limits *limits,
                      cfr_err *err)
{
	int r = 0;

	all->count = 0;
	for (uint32_t d = 0; r == 0 && d < docs->count; d++) {
		cfr_splices one = { .count = 0 };

		if (edits[d].count)
			r = cfr_edit_plan(&one, docs->items[d], edits[d].items, edits[d].count, limits, err);
		for (uint32_t i = 0; r == 0 && i < one.count; i++)
			r = cfr__splice(all, one.items[i].start, one.items[i].end, one.items[i].text);
		cfr_splices_release(&one);
	}
	return r;
}

static int plan_stream(cfr_splices *out, const cfr_documents *docs, const cfr_edit_list *edits, const cfr_limits *limits,
                       cfr_err *err)
{
	proof p = { .limits = limits, .before = *docs, .many = true };
	bool good = false, usual = true;
	uint32_t edited = 0, last = 0;
	cfr_arena arena;
	cfr__plan all;
	int r = 0;

	for (uint32_t d = 0; d < docs->count; d++) {
		if (edits[d].count) {
			edited++;
			last = d;
		}
	}
	if (edited == 0) {
		*out = (cfr_splices){ .count = 0 };
		return 0;
	}
	if (edited == 1)
		return cfr_edit_plan(out, docs->items[last], edits[last].items, edits[last].count, limits, err);
	p.doc = docs->items[0];
	if (!(p.all = calloc(docs->count, sizeof(cfr_tree *))))
		return cfr_err_nomem(err);
	cfr_arena_init(&arena, NULL);
	all = (cfr__plan){ .doc = p.doc, .source = cfr_document_source(p.doc), .arena = &arena, .err = err };
	all.text = cfr_source_bytes(all.source);
	for (uint32_t d = 0; r == 0 && d < docs->count; d++) {
		bool is = true;

		if (edits[d].count)
			r = plan_one(&all, &p.all[d], &is, docs->items[d], edits[d], limits, err);
		usual = usual && is;
	}
	if (r == 0)
		r = cfr__splices_sort(&all);
	if (r == 0)
		r = prove(&good, &p, &all, err);
	if (r == 0 && !good)
		r = usual ? cfr_err_set(err, CFR_E_UNSUPPORTED, "these edits cannot be made together")
		          : plan_apart(&all, docs, edits, limits, err);
	if (r == 0)
		r = cfr__splices_copy(out, &all, err);
	for (uint32_t d = 0; d < docs->count; d++)
		cfr_tree_unref(p.all[d]);
	free(p.all);
	free(all.splices);
	cfr_arena_release(&arena);
	return r;
}

int cfr_edit_plan_stream(cfr_splices *out, const cfr_documents *docs, const cfr_edit_list *edits,
                         const cfr_limits *limits, cfr_err *err)
{
	cfr_documents held;
	int r = cfr__edit_again_all(&held, &docs, limits, err);

	if (r == 0)
		r = plan_stream(out, docs, edits, limits, err);
	cfr_documents_release(&held);
	return r;
}
