/* host/plan.c -- loading plans: what runs of a program used, and what the next one should read at once.
 *
 * The rule is simple on purpose. A section that every run used is read ahead, since it will be needed; any other waits:
 * reading it in vain costs as much as reading it late. What is saved is the text of sections that were left alone, at the
 * pace at which others were read here, or a sample.
 *
 *	{ "version": 1, "sections": { "server": { "runs": 3, "used": 3, "bytes": 120, "nanoseconds": 5000 } } }
 */
#include "host/config_parts.h"

#include "engine/base/file.h"
#include "engine/base/str.h"
#include "engine/pointer.h"
#include "engine/text.h"

#include <stdlib.h>

enum { SAMPLED = 200, ENOUGH = 64 << 10 };

struct cfr_plan {
	cfr_planned *items;
	uint32_t count, cap;
};

void cfr_plan_free(cfr_plan *plan)
{
	if (!plan)
		return;
	for (uint32_t i = 0; i < plan->count; i++)
		free((char *)(uintptr_t)plan->items[i].section.ptr);
	free(plan->items);
	free(plan);
}

static int add(cfr_plan *plan, cfr_planned item, cfr_err *err)
{
	char *copy;

	if (plan->count == plan->cap) {
		uint32_t cap = plan->cap ? plan->cap * 2 : 16;
		cfr_planned *grown = realloc(plan->items, cap * sizeof(*grown));
		if (!grown)
			return cfr_err_nomem(err);
		plan->items = grown;
		plan->cap = cap;
	}
	if (!(copy = malloc(item.section.len + 1)))
		return cfr_err_nomem(err);
	if (item.section.len)
		memcpy(copy, item.section.ptr, item.section.len);
	item.section.ptr = copy;
	item.ahead = item.runs > 0 && item.used == item.runs;
	plan->items[plan->count++] = item;
	return 0;
}

/* --- usage --- */

/* A look at the counts as they are, under their lock. */
struct looking {
	cfr__shared *shared;
	cfr_usage *out;
	uint32_t count, max;
	cfr_plan *plan;
	const cfr_plan *before;
	uint32_t hint;			/* of where the next section is in it */
	cfr_saving saved;
	double pace;			/* nanoseconds a byte */
};

/* Text as configurations have it, in the format at hand. */
static void write_sample(cfr_buf *out, bool json)
{
	cfr_buf_addz(out, json ? "[" : "");
	for (int i = 0; i < SAMPLED; i++)
		cfr_buf_addf(out, json ? "%s\n  {\"name\": \"item_%d\", \"size\": 12.5, \"tags\": [\"one\", \"two\"], \"text\": \"some words\"}"
				       : "%s\n- name: item_%d\n  size: 12.5\n  tags:\n    - one\n    - \"two\"\n  text: some words",
			     json && i ? "," : "", i);
	cfr_buf_addz(out, json ? "]\n" : "\n");
}

/* Nanoseconds a byte for reading such text here: the best of three. 0 without memory. */
static double measure(cfr_format format)
{
	bool json = format == CFR_JSON || format == CFR_JSONC;
	cfr_buf text = CFR_BUF_INIT;
	cfr_source *source = NULL;
	double best = 0;

	write_sample(&text, json);
	if (!text.failed && cfr_source_new(&source, CFR_STR("sample"), cfr_buf_str(&text), NULL, NULL) == 0) {
		for (int i = 0; i < 3; i++) {
			cfr_documents docs;
			uint64_t begin = cfr__config_clock();
			if (cfr_text_read(&docs, source, json ? CFR_JSON : CFR_YAML, NULL, NULL) < 0)
				break;
			double pace = (double)(cfr__config_clock() - begin) / (double)text.len;
			cfr_documents_release(&docs);
			if (i == 0 || pace < best)
				best = pace;
		}
	}
	cfr_source_unref(source);
	cfr_buf_release(&text);
	return best;
}

/* How long reading takes. What the program itself had read tells, if that was enough to be more than the cost
 * of asking; else a sample is read. Under the lock. */
static double pace_of(cfr__shared *s)
{
	if (s->read_bytes >= ENOUGH)
		return (double)s->read_nanoseconds / (double)s->read_bytes;
	if (s->pace <= 0)
		s->pace = measure(s->format);
	return s->pace;
}

static int look(cfr_config *config, struct looking *at, int (*each)(void *, cfr_str, uint64_t, cfr_err *), cfr_err *err)
{
	int r;

	at->shared = config->shared;
	pthread_mutex_lock(&config->shared->lock);
	at->pace = pace_of(config->shared);
	r = cfr_lazy_sections(config->lazy, each, at, err);
	pthread_mutex_unlock(&config->shared->lock);
	return r;
}

static int tell_usage(void *arg, cfr_str key, uint64_t bytes, cfr_err *err)
{
	struct looking *at = arg;
	const cfr__counted *c = cfr__config_counted(at->shared, key);

	(void)err;
	if (at->count < at->max)
		at->out[at->count] = (cfr_usage){ key, c ? c->asked : 0, bytes, c ? c->nanoseconds : 0 };
	at->count++;
	return 0;
}

uint32_t cfr_config_usage(cfr_config *config, cfr_usage *out, uint32_t max)
{
	struct looking at = { .out = out, .max = max };

	return look(config, &at, tell_usage, NULL) < 0 ? 0 : at.count;
}

static int sum_saved(void *arg, cfr_str key, uint64_t bytes, cfr_err *err)
{
	struct looking *at = arg;
	const cfr__counted *c = cfr__config_counted(at->shared, key);

	(void)err;
	if (!c || (!c->asked && !c->ahead)) {
		at->saved.bytes += bytes;
		at->saved.nanoseconds += (uint64_t)((double)bytes * at->pace);
	}
	return 0;
}

void cfr_config_saved(cfr_saving *out, cfr_config *config)
{
	struct looking at = { .max = 0 };

	if (look(config, &at, sum_saved, NULL) < 0)
		at.saved = (cfr_saving){ 0, 0 };
	*out = at.saved;
}

/* --- plans --- */

/* Sections are asked for in their order, which mostly is that of the plan: `hint` is where the next one is likely. */
static const cfr_planned *planned(const cfr_plan *plan, uint32_t *hint, cfr_str key)
{
	for (uint32_t i = 0; plan && i < plan->count; i++) {
		uint32_t at = (*hint + i) % plan->count;
		if (cfr_str_eq(plan->items[at].section, key)) {
			*hint = at + 1;
			return &plan->items[at];
		}
	}
	return NULL;
}

static int learn(void *arg, cfr_str key, uint64_t bytes, cfr_err *err)
{
	struct looking *at = arg;
	const cfr__counted *c = cfr__config_counted(at->shared, key);
	const cfr_planned *old = planned(at->before, &at->hint, key);
	cfr_planned item = { .section = key, .runs = 1, .used = c && c->asked ? 1 : 0, .bytes = bytes };

	item.nanoseconds = (uint64_t)((double)bytes * at->pace);
	/* What was read ahead answers at once: how long it took is not in its first question. */
	if (c && c->nanoseconds && !c->ahead)
		item.nanoseconds = c->nanoseconds;
	else if (old && old->bytes && !(item.nanoseconds > 0))
		item.nanoseconds = (uint64_t)((double)old->nanoseconds / (double)old->bytes * (double)bytes);
	if (old) {
		item.runs += old->runs;
		item.used += old->used;
	}
	return add(at->plan, item, err);
}

int cfr_config_plan(cfr_plan **out, cfr_config *config, const cfr_plan *before, cfr_err *err)
{
	struct looking at = { .before = before, .plan = calloc(1, sizeof(cfr_plan)) };
	int r = at.plan ? look(config, &at, learn, err) : cfr_err_nomem(err);

	if (r < 0)
		cfr_plan_free(at.plan);
	else
		*out = at.plan;
	return r;
}

uint32_t cfr_plan_sections(const cfr_planned **out, cfr_saving *expected, const cfr_plan *plan)
{
	cfr_saving sum = { 0, 0 };

	/* A section that some runs used is saved in the others. */
	for (uint32_t i = 0; i < plan->count; i++) {
		const cfr_planned *p = &plan->items[i];
		double share = p->runs ? (double)(p->runs - p->used) / (double)p->runs : 0;
		sum.bytes += (uint64_t)((double)p->bytes * share);
		sum.nanoseconds += (uint64_t)((double)p->nanoseconds * share);
	}
	if (out)
		*out = plan->items;
	if (expected)
		*expected = sum;
	return plan->count;
}

int cfr__plan_apply(cfr_config *config, const cfr_plan *plan, cfr_err *err)
{
	const char **pointers = calloc((size_t)plan->count + 1, sizeof(*pointers));
	cfr_buf text = CFR_BUF_INIT;
	uint32_t count = 0;
	int r = pointers ? 0 : cfr_err_nomem(err);

	for (uint32_t i = 0; r == 0 && i < plan->count; i++) {
		cfr__counted *c;
		if (!plan->items[i].ahead)
			continue;
		cfr_buf_clear(&text);
		cfr_pointer_add(&text, plan->items[i].section);
		pthread_mutex_lock(&config->shared->lock);
		if ((c = cfr__config_count_of(config->shared, plan->items[i].section)))
			c->ahead = true;
		pthread_mutex_unlock(&config->shared->lock);
		if ((r = cfr_buf_check(&text, err)) == 0 && !(c && (pointers[count] = strdup(text.ptr))))
			r = cfr_err_nomem(err);
		count += r == 0;
	}
	if (r == 0 && count)
		r = cfr_config_preload(config, pointers, count, err);
	for (uint32_t i = 0; i < count; i++)
		free((char *)(uintptr_t)pointers[i]);
	free(pointers);
	cfr_buf_release(&text);
	return r;
}

/* --- files --- */

static void write_string(cfr_buf *out, cfr_str text)
{
	cfr_buf_addc(out, '"');
	for (size_t i = 0; i < text.len; i++) {
		unsigned char ch = (unsigned char)text.ptr[i];
		if (ch < 0x20 || ch == 0x7f)
			cfr_buf_addf(out, "\\u%04x", ch);
		else
			cfr_buf_addf(out, ch == '"' || ch == '\\' ? "\\%c" : "%c", ch);
	}
	cfr_buf_addc(out, '"');
}

int cfr_plan_write(const cfr_plan *plan, const char *file, cfr_err *err)
{
	cfr_buf text = CFR_BUF_INIT;
	int r;

	cfr_buf_addz(&text, "{\n  \"version\": 1,\n  \"sections\": {");
	for (uint32_t i = 0; i < plan->count; i++) {
		const cfr_planned *p = &plan->items[i];
		cfr_buf_addz(&text, i ? ",\n    " : "\n    ");
		write_string(&text, p->section);
		cfr_buf_addf(&text, ": { \"runs\": %u, \"used\": %u, \"bytes\": %llu, \"nanoseconds\": %llu }", p->runs, p->used,
			     (unsigned long long)p->bytes, (unsigned long long)p->nanoseconds);
	}
	cfr_buf_addz(&text, "\n  }\n}\n");
	if ((r = cfr_buf_check(&text, err)) == 0)
		r = cfr_file_replace(file, cfr_buf_str(&text), err);
	cfr_buf_release(&text);
	return r;
}

/* A count that is not below zero. */
static int count_at(uint64_t *out, const cfr_document *doc, cfr_node section, cfr_str key, uint64_t most, cfr_err *err)
{
	cfr_node node = section;
	cfr_span span;
	int r = cfr_node_kind(section) == CFR_MAPPING ? cfr_node_find(&node, section, key, err) : CFR_E_NOTFOUND;

	if (r == 0 && cfr_node_kind(node) == CFR_INT && cfr_node_int(node) >= 0 &&
	    (uint64_t)cfr_node_int(node) <= most) {
		*out = (uint64_t)cfr_node_int(node);
		return 0;
	}
	span = cfr_document_span(doc, node);
	r = cfr_err_set(err, CFR_E_KIND,
			"'%.*s' of a section in a loading plan must be a whole number from 0", (int)key.len,
			key.ptr);
	cfr_err_at(err, cfr_source_name(cfr_document_source(doc)), span.line, span.column);
	return r;
}

static int read_sections(cfr_plan *plan, const cfr_document *doc, cfr_err *err)
{
	cfr_node root = cfr_tree_root(cfr_document_tree(doc)), all, version;
	uint64_t runs = 0, used = 0;
	uint32_t at;
	int r = 0;

	if (cfr_node_kind(root) != CFR_MAPPING || cfr_node_find(&version, root, CFR_STR("version"), NULL) < 0 ||
	    cfr_node_int(version) != 1 || cfr_node_find(&all, root, CFR_STR("sections"), NULL) < 0 ||
	    cfr_node_kind(all) != CFR_MAPPING) {
		cfr_err_set(err, CFR_E_KIND, "this is no loading plan of version 1");
		cfr_err_hint(err, "cfr_plan_write makes them; without one, everything is read when it is asked for");
		cfr_err_at(err, cfr_source_name(cfr_document_source(doc)), 1, 1);
		return CFR_E_KIND;
	}
	at = cfr_document_rank(doc, all) + 1;
	for (uint32_t i = 0; r == 0 && i < cfr_node_size(all); i++, at = cfr_document_ranked(doc, at).next) {
		cfr_node node = cfr_document_node(doc, at);
		cfr_planned item = { .section = cfr_node_key(node) };

		if ((r = count_at(&runs, doc, node, CFR_STR("runs"), UINT32_MAX / 2, err)) < 0 ||
		    (r = count_at(&used, doc, node, CFR_STR("used"), runs, err)) < 0 ||
		    (r = count_at(&item.bytes, doc, node, CFR_STR("bytes"), INT64_MAX, err)) < 0 ||
		    (r = count_at(&item.nanoseconds, doc, node, CFR_STR("nanoseconds"), INT64_MAX, err)) < 0)
			break;
		item.runs = (uint32_t)runs;
		item.used = (uint32_t)used;
		r = add(plan, item, err);
	}
	return r;
}

int cfr_plan_read(cfr_plan **out, const char *file, cfr_err *err)
{
	cfr_documents docs = { NULL, 0 };
	cfr_source *source = NULL;
	cfr_plan *plan = calloc(1, sizeof(*plan));
	int r = plan ? cfr_source_open(&source, file, NULL, err) : cfr_err_nomem(err);

	if (r == 0 && (r = cfr_text_read(&docs, source, CFR_FORMAT_NONE, NULL, err)) == 0) {
		if (docs.count == 1) {
			r = read_sections(plan, docs.items[0], err);
		} else {
			r = cfr_err_set(err, CFR_E_KIND, "a loading plan is one document; there are %u", docs.count);
			cfr_err_at(err, cfr_str_of(file), 1, 1);
		}
	}
	cfr_documents_release(&docs);
	cfr_source_unref(source);
	if (r < 0)
		cfr_plan_free(plan);
	else
		*out = plan;
	return r;
}
