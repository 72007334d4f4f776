/* cache/inspect.c -- see inspect.h. The walk goes down by recursion, which the depth of a snapshot bounds. */
#include "cache/inspect.h"

#include "engine/base/str.h"

#include <stdlib.h>

typedef struct walk {
	const cfr__snapshot *snap;
	const cfr__db *db;
	size_t key_len;
	uint8_t *seen;			/* one bit for each page */
	uint8_t *pages;			/* one for each depth */
	uint8_t last[CFR__KEY];		/* the key before */
	bool any, may_equal;		/* is there one; may the next be the same (it came from a branch) */
	uint64_t branches, leaves, overflows, entries;
	int (*leaf)(struct walk *w, cfr_str key, const cfr__value *value);
	cfr__visit *visit;
	void *arg;
	cfr_err *err;
} walk;

static int damaged(walk *w, const char *why)
{
	return cfr_err_set(w->err, CFR_E_CORRUPT, "%s", why);
}

static int mark(walk *w, uint64_t page, uint64_t run)
{
	for (uint64_t end = page + run; page < end; page++) {
		uint8_t bit = (uint8_t)(1u << (page % 8));
		if (page < 2 || page > w->snap->last)
			return damaged(w, "a page is not there");
		if (w->seen[page / 8] & bit)
			return damaged(w, "a page has two uses");
		w->seen[page / 8] |= bit;
	}
	return 0;
}

/* The tree of free pages has numbers for keys, in the order of the machine. */
static int compare(const walk *w, const void *a, const void *b)
{
	uint64_t x, y;

	if (w->key_len != CFR__FREE_KEY)
		return memcmp(a, b, w->key_len);
	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return (x > y) - (x < y);
}

/* Keys ascend, and a branch's lies between what stands before and behind. */
static int follow(walk *w, cfr_str key, bool of_branch)
{
	int order = w->any ? compare(w, w->last, key.ptr) : -1;

	if (order > 0 || (order == 0 && (of_branch || !w->may_equal)))
		return damaged(w, "entries are out of order");
	memcpy(w->last, key.ptr, w->key_len);
	w->any = true;
	w->may_equal = of_branch;
	return 0;
}

static int walk_leaf(walk *w, const uint8_t *page)
{
	unsigned count = cfr__page_count(page);
	int r = 0;

	w->leaves++;
	for (unsigned i = 0; r == 0 && i < count; i++) {
		cfr_str key = cfr__page_key(page, i);
		cfr__value value;
		const char *why = cfr__page_value(&value, w->snap, page, i);
		if (why)
			return damaged(w, why);
		r = follow(w, key, false);
		if (r == 0 && !value.inner) {
			w->overflows += value.run;
			r = mark(w, value.page, value.run);
		}
		if (r == 0)
			r = w->leaf(w, key, &value);
	}
	w->entries += count;
	return r;
}

static int walk_down(walk *w, uint64_t number, unsigned depth)
{
	bool is_leaf = depth == w->db->depth;
	uint8_t *page = w->pages + (size_t)(depth - 1) * w->snap->page;
	const char *why = cfr__page_read(page, w->snap, number, is_leaf ? CFR__LEAF : CFR__BRANCH, w->key_len);
	unsigned count;
	int r;

	if (why)
		return damaged(w, why);
	r = mark(w, number, 1);
	if (r < 0 || is_leaf)
		return r < 0 ? r : walk_leaf(w, page);
	count = cfr__page_count(page);
	if (count < 2 && w->key_len == CFR__KEY)
		return damaged(w, "a branch has too few entries");
	w->branches++;
	for (unsigned i = 0; r == 0 && i < count; i++) {
		if (i)
			r = follow(w, cfr__page_key(page, i), true);
		if (r == 0)
			r = walk_down(w, cfr__page_child(page, i), depth + 1);
	}
	return r;
}

static int walk_tree(walk *w, const cfr__db *db, size_t key_len)
{
	int r = 0;

	w->db = db;
	w->key_len = key_len;
	w->any = false;
	w->branches = w->leaves = w->overflows = w->entries = 0;
	if (db->root != CFR__NO_PAGE)
		r = walk_down(w, db->root, 1);
	if (r == 0 && (w->branches != db->branches || w->leaves != db->leaves || w->overflows != db->overflows ||
		       w->entries != db->entries))
		r = damaged(w, "the counts are wrong");
	return r;
}

/* One entry of the tree of free pages: those that a transaction freed, highest first. */
static int free_entry(walk *w, cfr_str key, const cfr__value *value)
{
	uint64_t txn, count, before = UINT64_MAX, *list;
	int r = 0;

	memcpy(&txn, key.ptr, sizeof(txn));
	if (txn == 0 || txn > w->snap->txn || value->len % 8 || value->len < 8 || value->len / 8 > w->snap->last + 1024)
		return damaged(w, "the list of free pages is damaged");
	list = malloc(value->len);
	if (!list)
		return cfr_err_nomem(w->err);
	if (value->inner)
		memcpy(list, value->inner, value->len);
	else if (!cfr__pread(w->snap->fd, list, value->len, value->offset))
		list[0] = UINT64_MAX;
	count = list[0];
	if (count > value->len / 8 - 1)
		r = damaged(w, "the list of free pages is damaged");
	for (uint64_t i = 1; r == 0 && i <= count; i++) {
		r = list[i] < before ? mark(w, list[i], 1) : damaged(w, "the list of free pages is out of order");
		before = list[i];
	}
	free(list);
	return r;
}

static int main_entry(walk *w, cfr_str key, const cfr__value *value)
{
	return w->visit ? w->visit(w->arg, w->snap, key, value) : 0;
}

int cfr__inspect(const cfr__snapshot *snap, cfr__visit *visit, void *arg, cfr_err *err)
{
	walk w = { .snap = snap, .visit = visit, .arg = arg, .err = err };
	int r;

	w.seen = calloc(snap->last / 8 + 1, 1);
	w.pages = malloc((size_t)CFR__TREE_DEPTH * snap->page);
	if (!w.seen || !w.pages) {
		r = cfr_err_nomem(err);
		goto done;
	}
	w.leaf = free_entry;
	r = walk_tree(&w, &snap->free, CFR__FREE_KEY);
	if (r == 0) {
		w.leaf = main_entry;
		r = walk_tree(&w, &snap->main, CFR__KEY);
	}
done:
	free(w.pages);
	free(w.seen);
	return r;
}
