/* engine/check/report.c -- findings being made.
 *
 * A claim of a rule becomes a finding: text is copied into the worker's arena, nodes become pointers and spans, edits
 * keep a reference to their value's tree. The fingerprint names what was found so that the same finding is known again
 * after lines, items or documents have moved: rule, file, and a path in which items of lists and documents of streams
 * are told by their id or name where they have one.
 */
#include "engine/check/internal.h"
#include "engine/pointer.h"

#include <stdio.h>
#include <stdlib.h>

void cfr__report_init(cfr_report *report, cfr_arena *arena) { *report = (cfr_report){ .arena = arena }; }

void cfr__findings_release(cfr_findings *findings)
{
	for (uint32_t i = 0; i < findings->count; i++) {
		for (uint32_t k = 0; k < findings->items[i].edit_count; k++)
			cfr_tree_unref(findings->items[i].edits[k].value);
	}
	free(findings->items);
	*findings = (cfr_findings){ 0 };
}

void cfr__report_release(cfr_report *report)
{
	cfr__findings_release(&report->found);
	cfr_digest_free(report->digest);
	cfr_buf_release(&report->scratch);
	*report = (cfr_report){ 0 };
}

/* --- fingerprints --- */

/* The text by which people know an item of a list. */
static bool known_by(cfr_str *out, cfr_node item)
{
	static const cfr_str keys[] = { { "id", 2 }, { "name", 4 }, { "key", 3 } };
	cfr_node value;

	for (size_t i = 0; cfr_node_kind(item) == CFR_MAPPING && i < sizeof(keys) / sizeof(*keys); i++) {
		if (cfr_node_find(&value, item, keys[i], NULL) == 0 && cfr_node_kind(value) == CFR_STRING) {
			*out = cfr_node_string(value);
			return true;
		}
	}
	return false;
}

/* From the root down: "/agents/id=support/model". */
static void write_stable_path(cfr_buf *out, cfr_node node)
{
	cfr_node parent;
	cfr_str word;
	char number[16];

	if (!cfr_node_parent(&parent, node))
		return;
	write_stable_path(out, parent);		/* depth has a ceiling */
	if (cfr_node_kind(parent) == CFR_MAPPING) {
		cfr_pointer_add(out, cfr_node_key(node));
	} else if (known_by(&word, node)) {
		cfr_buf_addz(out, "/=");
		cfr_buf_adds(out, word);
	} else {
		int n = snprintf(number, sizeof(number), "/%u", cfr_node_index(node));
		cfr_buf_add(out, number, (size_t)n);
	}
}

/* A document of a stream by what it is called, as Kubernetes does it, else by its number. */
static void write_document(cfr_buf *out, const cfr_document *doc)
{
	static const char *const pointers[] = { "/kind", "/metadata/namespace", "/metadata/name" };
	cfr_node node;
	bool named = false;

	for (size_t i = 0; i < sizeof(pointers) / sizeof(*pointers); i++) {
		cfr_node root = cfr_tree_root(cfr_document_tree(doc));
		cfr_buf_addc(out, '\1');
		if (cfr_pointer_get(&node, root, cfr_str_of(pointers[i]), NULL) == 0 &&
		    cfr_node_kind(node) == CFR_STRING) {
			cfr_buf_adds(out, cfr_node_string(node));
			named = true;
		}
	}
	if (!named)
		cfr_buf_addf(out, "#%u", cfr_document_index(doc));
}

static int make_fingerprint(char out[33], cfr_report *report, cfr_err *err)
{
	uint8_t bytes[32];
	int r;

	/* Made for the first finding: to wake OpenSSL takes longer than all the rest of checking a small file. */
	if (!report->digest && (r = cfr_digest_new(&report->digest, err)) < 0)
		return r;
	if ((r = cfr_buf_check(&report->scratch, err)) < 0 || (r = cfr_digest_begin(report->digest, err)) < 0 ||
	    (r = cfr_digest_add(report->digest, report->scratch.ptr, report->scratch.len, err)) < 0 ||
	    (r = cfr_digest_end(report->digest, bytes, err)) < 0)
		return r;
	for (int i = 0; i < 16; i++)
		snprintf(out + 2 * i, 3, "%02x", bytes[i]);
	return 0;
}

/* --- claims --- */

static cfr_str copy(cfr_report *report, cfr_str s, bool *ok)
{
	cfr_str c = cfr_arena_str(report->arena, s);

	if (!c.ptr)
		*ok = false;
	return c;
}

static cfr_str copy_pointer(cfr_report *report, cfr_node node, bool *ok)
{
	cfr_buf_clear(&report->scratch);
	cfr_pointer_write(&report->scratch, node);
	if (report->scratch.failed)
		*ok = false;
	return copy(report, cfr_buf_str(&report->scratch), ok);
}

static const cfr_related *copy_related(cfr_report *report, const cfr_job *job, const cfr_claim *claim, bool *ok)
{
	cfr_related *list = cfr_arena_zalloc(report->arena, claim->related_count + 1, sizeof(*list));

	for (uint32_t i = 0; list && i < claim->related_count; i++) {
		const cfr_subject *subject = &job->all[claim->related[i].document];
		list[i].file = subject->file;
		list[i].path = copy_pointer(report, claim->related[i].at, ok);
		list[i].message = copy(report, claim->related[i].message, ok);
		list[i].span = cfr_document_span(subject->doc, claim->related[i].at);
	}
	if (!list)
		*ok = false;
	return list;
}

/* Edits own a reference to their values only once the finding is in the report. */
static const cfr_edit *copy_edits(cfr_report *report, const cfr_claim *claim, bool *ok)
{
	cfr_edit *list = cfr_arena_zalloc(report->arena, claim->edit_count + 1, sizeof(*list));

	for (uint32_t i = 0; list && i < claim->edit_count; i++) {
		list[i] = claim->edits[i];
		list[i].at = copy(report, claim->edits[i].at, ok);
		list[i].to = copy(report, claim->edits[i].to, ok);
		list[i].key = copy(report, claim->edits[i].key, ok);
	}
	if (!list)
		*ok = false;
	return list;
}

int cfr_report_add(cfr_report *report, const cfr_job *job, const cfr_claim *claim, cfr_err *err)
{
	cfr_finding made = { .of = job->rule, .rule = job->rule->name, .severity = report->severity };
	bool ok = true;
	int r;

	for (uint32_t i = 0; i < claim->related_count; i++) {
		if (claim->related[i].document >= job->all_count)
			return cfr_err_set(err, CFR_E_USAGE, "a related place lies in no document of the run");
	}
	if (++report->of_job > job->limits->of[CFR_LIMIT_FINDINGS])
		return cfr_err_limit(err, job->limits, CFR_LIMIT_FINDINGS);
	report->output += claim->message.len;
	if (report->output > job->limits->of[CFR_LIMIT_OUTPUT])
		return cfr_err_limit(err, job->limits, CFR_LIMIT_OUTPUT);

	made.document = (uint32_t)(job->subject - job->all);
	made.file = job->subject->file;
	made.message = copy(report, claim->message, &ok);
	made.path = copy_pointer(report, claim->at, &ok);
	made.span = claim->at_key ? cfr_document_key_span(job->subject->doc, claim->at)
				  : cfr_document_span(job->subject->doc, claim->at);
	made.related = copy_related(report, job, claim, &ok);
	made.related_count = claim->related_count;
	made.edits = copy_edits(report, claim, &ok);
	made.edit_count = claim->edit_count;
	made.guarded = claim->guarded;

	cfr_buf_clear(&report->scratch);
	cfr_buf_adds(&report->scratch, job->rule->name);
	cfr_buf_addc(&report->scratch, '\0');
	cfr_buf_adds(&report->scratch, job->subject->name);
	write_document(&report->scratch, job->subject->doc);
	cfr_buf_addc(&report->scratch, '\0');
	write_stable_path(&report->scratch, claim->at);
	if (!ok)
		return cfr_err_nomem(err);
	if ((r = make_fingerprint(made.fingerprint, report, err)) < 0)
		return r;

	cfr_finding *place = CFR_APPEND(&report->found);
	if (!place)
		return cfr_err_nomem(err);
	for (uint32_t i = 0; i < made.edit_count; i++)
		cfr_tree_ref(made.edits[i].value);
	*place = made;
	return 0;
}

int cfr__report_engine(cfr_report *report, const cfr_finding *finding, cfr_err *err)
{
	cfr_finding made = *finding;
	cfr_related *related = cfr_arena_zalloc(report->arena, finding->related_count + 1, sizeof(*related));
	bool ok = related != NULL;
	int r;

	made.message = copy(report, finding->message, &ok);
	made.hint = copy(report, finding->hint, &ok);
	made.path = copy(report, finding->path, &ok);
	made.file = copy(report, finding->file, &ok);
	for (uint32_t i = 0; ok && i < finding->related_count; i++) {
		related[i] = finding->related[i];
		related[i].message = copy(report, related[i].message, &ok);
		related[i].path = copy(report, related[i].path, &ok);
	}
	made.related = related;
	cfr_buf_clear(&report->scratch);
	cfr_buf_adds(&report->scratch, finding->rule);
	cfr_buf_addc(&report->scratch, '\0');
	cfr_buf_adds(&report->scratch, finding->file);
	cfr_buf_addc(&report->scratch, '\0');
	cfr_buf_adds(&report->scratch, finding->path.len ? finding->path : finding->message);
	if (!ok)
		return cfr_err_nomem(err);
	if ((r = make_fingerprint(made.fingerprint, report, err)) < 0)
		return r;
	cfr_finding *place = CFR_APPEND(&report->found);
	if (!place)
		return cfr_err_nomem(err);
	*place = made;
	return 0;
}

/* --- failures: beside the findings --- */

int cfr__failure_add(cfr_failures *failures, cfr_arena *arena, cfr_str rule, cfr_str file, const cfr_err *failure,
                     cfr_err *err)
{
	cfr_failure made = { cfr_arena_str(arena, rule), cfr_arena_str(arena, file), *failure };
	cfr_failure *place = made.rule.ptr && made.file.ptr ? CFR_APPEND(failures) : NULL;

	if (!place)
		return cfr_err_nomem(err);
	*place = made;
	return 0;
}

/* --- order --- */

static int compare(const void *a, const void *b)
{
	const cfr_finding *x = a, *y = b;
	int r;

	if ((r = cfr_str_cmp(x->file, y->file)))
		return r;
	if (x->span.line != y->span.line)
		return x->span.line < y->span.line ? -1 : 1;
	if (x->span.column != y->span.column)
		return x->span.column < y->span.column ? -1 : 1;
	if ((r = cfr_str_cmp(x->rule, y->rule)) || (r = cfr_str_cmp(x->path, y->path)))
		return r;
	return cfr_str_cmp(x->message, y->message);
}

static int by_fingerprint(const void *a, const void *b)
{
	const cfr_finding *x = *(cfr_finding *const *)a, *y = *(cfr_finding *const *)b;
	int r = strcmp(x->fingerprint, y->fingerprint);

	return r ? r : (x > y) - (x < y);
}

/* A rule may find several things at one place: the second and later get a number in their fingerprint. */
static int number_equal(cfr_findings *findings, cfr_err *err)
{
	cfr_finding **order = malloc((findings->count + 1) * sizeof(*order));
	uint32_t run = 0;

	if (!order)
		return cfr_err_nomem(err);
	for (uint32_t i = 0; i < findings->count; i++)
		order[i] = &findings->items[i];
	qsort(order, findings->count, sizeof(*order), by_fingerprint);
	for (uint32_t i = 1; i < findings->count; i++) {
		run = strncmp(order[i]->fingerprint, order[i - 1 - run]->fingerprint, 32) == 0 ? run + 1 : 0;
		if (run) {
			char tail[8];
			snprintf(tail, sizeof(tail), "%04x", run & 0xffff);
			memcpy(order[i]->fingerprint + 28, tail, 4);
		}
	}
	free(order);
	return 0;
}

int cfr__findings_sort(cfr_findings *findings, cfr_err *err)
{
	if (findings->count)
		qsort(findings->items, findings->count, sizeof(*findings->items), compare);
	return number_equal(findings, err);
}
