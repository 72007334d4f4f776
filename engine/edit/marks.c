/* engine/edit/marks.c -- which items of a collection go, get another key, or get new ones before them.
 *
 * Block collections and those between brackets differ in how lines and commas are put in order, not in what is to be done:
 * the changes of a collection are marked on its items here, and a key is exchanged here, for block.c and flow.c.
 */
#include <stdlib.h>

#include "engine/edit/parts.h"

static int compare_item(const void *key, const void *item)
{
	uint32_t wanted = *(const uint32_t *)key, have = ((const cfr__item *)item)->rank;

	return (wanted > have) - (wanted < have);
}

static int mark_one(cfr__work *work, cfr__plan *plan, const cfr__change *change)
{
	uint32_t rank = cfr_document_rank(plan->doc, change->at);
	cfr__item *item = bsearch(&rank, work->items, work->count, sizeof(*item), compare_item);

	if (!item)
		return cfr__refuse_shared(plan, change->at);
	if (change->op == CFR__REMOVE)
		item->removed = true;
	else
		item->rename = change;
	return 0;
}

int cfr__mark_items(cfr__work *work, cfr__plan *plan, cfr_node in, const cfr__change *changes, uint32_t count)
{
	uint32_t n = 0;
	int r;

	*work = (cfr__work){ .count = 0 };
	r = cfr__items(&work->items, &work->count, plan, in);
	if (r)
		return r;
	work->list = cfr_arena_alloc(plan->arena, (size_t)count * sizeof(*work->list));
	if (!work->list)
		return cfr_err_nomem(plan->err);
	for (uint32_t i = 0; i < count; i++) {
		const cfr__change *change = &changes[i];

		if (change->op == CFR__REMOVE || change->op == CFR__RENAME) {
			r = mark_one(work, plan, change);
			if (r)
				return r;
		} else if (change->op == CFR__INSERT && change->index < work->count) {
			cfr__item *item = &work->items[change->index];

			if (item->new_count++ == 0)
				item->new_first = n;
			work->list[n++] = change;
		} else if (change->op != CFR__REPLACE) {
			if (work->tail_count++ == 0)
				work->tail_first = n;
			work->list[n++] = change;
		}
	}
	/* What comes behind a last item that goes takes its place. */
	if (work->tail_count && work->count && work->items[work->count - 1].removed) {
		cfr__item *last = &work->items[work->count - 1];

		if (last->new_count == 0)
			last->new_first = work->tail_first;
		last->new_count += work->tail_count;
		work->tail_count = 0;
	}
	work->any_left = work->tail_count > 0;
	for (uint32_t i = 0; i < work->count; i++) {
		work->items[i].taken = work->items[i].removed && work->items[i].new_count;
		work->any_left |= !work->items[i].removed || work->items[i].taken;
	}
	work->style = cfr__style_beside(plan, work->items, work->count);
	if (cfr_node_kind(in) == CFR_MAPPING)
		work->key_style = cfr__key_style_beside(plan, work->items, work->count);
	return 0;
}

int cfr__put_key(cfr__plan *plan, const cfr__item *item, bool flow)
{
	char quote = item->key < item->key_end ? plan->text.ptr[item->key] : 0;
	cfr__emit emit = plan->style;
	cfr_buf text = CFR_BUF_INIT;
	int r;

	if (cfr__same_key(item->rename) &&
	    (plan->json || plan->style.toml || quote == '"' || quote == '\'' || cfr__plain_safe(item->rename->key, flow)))
		return 0;
	emit.out = &text;
	emit.err = plan->err;
	emit.key_style = quote == '"' ? CFR_DOUBLE : quote == '\'' ? CFR_SINGLE : CFR_PLAIN;
	if (plan->json)
		cfr__json_string(&text, item->rename->key);
	else if (emit.toml)
		cfr__toml_key_text(&text, item->rename->key, quote);
	else
		cfr__yaml_key(&emit, item->rename->key, flow);
	r = cfr__emit_check(&emit);
	if (r == 0)
		r = cfr__splice(plan, item->key, item->key_end, cfr_buf_str(&text));
	cfr_buf_release(&text);
	return r;
}
