/* engine/check/fix.c -- settle findings by their edits, and prove it.
 *
 * Per source: the edits of all findings that may be fixed are planned together, the splices applied to the text, and the
 * new text checked with every rule. It is taken only if each of these findings is gone and no other has come; else those
 * that were gone are tried without the others, or half of them, down to a single one, which is given up with the reason. What was taken is the ground for the next round,
 * until nothing is left to try: so a second `--fix` finds nothing to do. Findings are known again by their
 * fingerprints.
 */
#include "engine/check/internal.h"

#include <stdlib.h>

/* A list of fingerprints with a word to each. */
typedef struct cfr_noted {
	char fingerprint[33];
	cfr_str why;
} cfr_noted;

typedef struct cfr_fixing {
	cfr_check *check;
	cfr_result *result;
	cfr_worker *worker;
	cfr_fix_class which;
	cfr_subject *all;		/* the run's documents, those of the source at hand replaced */
	struct { cfr_noted *items; uint32_t count, capacity; } given_up;
	cfr_findings settled;		/* copies; texts in the check's arena */
} cfr_fixing;

/* The source at hand as it stands after what was taken so far. */
typedef struct cfr_attempt {
	cfr_source *source;
	cfr_documents docs;
	cfr_findings findings;
	uint32_t failures;		/* rules that could not do their work on it */
} cfr_attempt;

static void attempt_release(cfr_attempt *attempt)
{
	cfr__findings_release(&attempt->findings);
	cfr_documents_release(&attempt->docs);
	cfr_source_unref(attempt->source);
	*attempt = (cfr_attempt){ 0 };
}

static const cfr_finding *find_same(const cfr_findings *findings, const cfr_finding *like)
{
	for (uint32_t i = 0; i < findings->count; i++) {
		if (strcmp(findings->items[i].fingerprint, like->fingerprint) == 0)
			return &findings->items[i];
	}
	return NULL;
}

static bool may_fix(const cfr_fixing *fixing, const cfr_finding *finding)
{
	if (finding->edit_count == 0 || finding->standing != CFR_OPEN ||
	    (finding->guarded && fixing->which != CFR_FIX_GUARDED))
		return false;
	for (uint32_t i = 0; i < fixing->given_up.count; i++) {
		if (strcmp(fixing->given_up.items[i].fingerprint, finding->fingerprint) == 0)
			return false;
	}
	return true;
}

/* --- text --- */

static int by_start(const void *a, const void *b)
{
	const cfr_splice *x = a, *y = b;

	return (x->start > y->start) - (x->start < y->start);
}

/* The text after the edits of `set` (findings of `now`). Documents of one source are planned apart: their splices lie
 * apart. */
static int edit_text(cfr_buf *out, cfr_fixing *fixing, const cfr_checked *checked, const cfr_attempt *now,
                     const cfr_finding *const *set, uint32_t count, cfr_err *err)
{
	cfr_splices plans[1] = { 0 };
	struct { cfr_edit *items; uint32_t count, capacity; } edits = { 0 };
	struct { cfr_splice *items; uint32_t count, capacity; } splices = { 0 };
	cfr_arena texts;
	int r = 0;

	cfr_arena_init(&texts, fixing->check->pool);
	for (uint32_t d = 0; r == 0 && d < now->docs.count; d++) {
		edits.count = 0;
		for (uint32_t i = 0; r == 0 && i < count; i++) {
			for (uint32_t k = 0; k < set[i]->edit_count; k++) {
				if (set[i]->document != checked->first_document + d)
					break;
				cfr_edit *place = CFR_APPEND(&edits);
				if (!place) {
					r = cfr_err_nomem(err);
					break;
				}
				*place = set[i]->edits[k];
			}
		}
		if (r < 0 || edits.count == 0)
			continue;
		r = cfr_edit_plan(plans, now->docs.items[d], edits.items, edits.count, &fixing->check->limits, err);
		for (uint32_t k = 0; r == 0 && k < plans->count; k++) {
			cfr_splice *place = CFR_APPEND(&splices);
			cfr_str text = cfr_arena_str(&texts, plans->items[k].text);
			if (!place || !text.ptr)
				r = cfr_err_nomem(err);
			else
				*place = (cfr_splice){ plans->items[k].start, plans->items[k].end, text };
		}
		cfr_splices_release(plans);
	}
	if (r == 0) {
		if (splices.count)
			qsort(splices.items, splices.count, sizeof(*splices.items), by_start);
		r = cfr_splices_apply(out, cfr_source_bytes(now->source), splices.items, splices.count, err);
	}
	free(edits.items);
	free(splices.items);
	cfr_arena_release(&texts);
	return r;
}

/* Reads and checks a new text of the source. */
static int check_text(cfr_attempt *out, cfr_fixing *fixing, const cfr_checked *checked, cfr_str text, cfr_err *err)
{
	cfr_check *check = fixing->check;
	cfr_worker *worker = fixing->worker;
	cfr_attempt made = { 0 };
	uint32_t failures = worker->failures.count, first = checked->first_document;
	int r;

	if ((r = cfr_source_new(&made.source, checked->file, text, &check->limits, err)) < 0 ||
	    (r = cfr_text_read(&made.docs, made.source, checked->format, &check->limits, err)) < 0)
		goto done;
	if (made.docs.count != checked->documents) {
		r = cfr_err_set(err, CFR_E_UNSUPPORTED, "the fix changes the number of documents");
		goto done;
	}
	for (uint32_t d = 0; d < made.docs.count; d++) {
		cfr_subject *subject = &fixing->all[first + d];
		subject->doc = made.docs.items[d];
		r = cfr__subject_kinds(&subject->kinds, check, &worker->arena, subject->doc, subject->name, err);
		if (r < 0)
			goto done;
	}
	check->runs++;
	for (uint32_t d = 0; d < made.docs.count; d++) {
		r = cfr__run_rules(check, fixing->result, worker, &fixing->all[first + d], first + d, fixing->all, 0,
				   check->rules.count, err);
		if (r < 0)
			goto done;
	}
	made.failures = worker->failures.count - failures;	/* told by the run, not here */
	made.findings = worker->report.found;
	worker->report.found = (cfr_findings){ 0 };
	if ((r = cfr__findings_sort(&made.findings, err)) == 0) {
		worker->failures.count = failures;
		*out = made;
		return 0;
	}
done:
	worker->failures.count = failures;
	cfr__findings_release(&worker->report.found);
	attempt_release(&made);
	return r;
}

/* --- taking and giving up --- */

static bool says_same(const cfr_finding *a, const cfr_finding *b)
{
	return cfr_str_eq(a->rule, b->rule) && cfr_str_eq(a->message, b->message);
}

/* Has a finding without a like before merely moved? A fix may add a key in which another finding now stands, or rename what
 * leads to it. Then there are no more that say the same than before, less those that were to be settled. */
static bool has_moved(const cfr_finding *finding, const cfr_attempt *before, const cfr_attempt *after,
                      const cfr_finding *const *set, uint32_t count)
{
	int64_t room = 0;

	for (uint32_t i = 0; i < before->findings.count; i++)
		room += says_same(finding, &before->findings.items[i]);
	for (uint32_t i = 0; i < count; i++)
		room -= says_same(finding, set[i]);
	for (uint32_t i = 0; i < after->findings.count && room >= 0; i++)
		room -= says_same(finding, &after->findings.items[i]);
	return room >= 0;
}

/* Is what was to be settled gone, and nothing new there that is as bad? A lesser finding is progress: a renamed section is
 * looked at by more rules than an unknown one. */
static int judge(const cfr_attempt *before, const cfr_attempt *after, const cfr_finding *const *set, uint32_t count,
                 cfr_err *err)
{
	cfr_severity least = CFR_ERROR;

	if (after->failures > before->failures)
		return cfr_err_set(err, CFR_E_SCRIPT, "a rule fails on the fixed text");
	for (uint32_t i = 0; i < count; i++) {
		if (set[i]->severity < least)
			least = set[i]->severity;
		if (find_same(&after->findings, set[i]))
			return cfr_err_set(err, CFR_E_UNSUPPORTED, "the finding is still there after the fix");
	}
	for (uint32_t i = 0; i < after->findings.count; i++) {
		const cfr_finding *finding = &after->findings.items[i];
		if (finding->severity >= least && !find_same(&before->findings, finding) &&
		    !has_moved(finding, before, after, set, count))
			return cfr_err_set(err, CFR_E_UNSUPPORTED, "the fix would cause a finding of '%.*s': %.*s",
					   (int)finding->rule.len, finding->rule.ptr,
					   (int)(finding->message.len < 120 ? finding->message.len : 120),
					   finding->message.ptr);
	}
	return 0;
}

static cfr_str keep(cfr_check *check, cfr_str s)
{
	cfr_str copy = cfr_arena_str(&check->arena, s);

	return copy.ptr ? copy : CFR_STR("");
}

static int note_settled(cfr_fixing *fixing, const cfr_finding *finding, cfr_err *err)
{
	cfr_finding *place = CFR_APPEND(&fixing->settled);

	if (!place)
		return cfr_err_nomem(err);
	*place = *finding;
	place->standing = CFR_FIXED;
	place->message = keep(fixing->check, finding->message);
	place->hint = keep(fixing->check, finding->hint);
	place->path = keep(fixing->check, finding->path);
	place->reason = CFR_STR("");
	place->related_count = place->edit_count = 0;
	return 0;
}

static int give_up(cfr_fixing *fixing, const cfr_finding *finding, const cfr_err *why, cfr_err *err)
{
	cfr_noted *place = CFR_APPEND(&fixing->given_up);

	if (!place)
		return cfr_err_nomem(err);
	memcpy(place->fingerprint, finding->fingerprint, sizeof(place->fingerprint));
	place->why = keep(fixing->check, cfr_str_of(why->message));
	return 0;
}

/* Standings (waivers, allowances) were decided by the run; the texts checked here know them by fingerprint only. */
static void carry_standing(cfr_findings *to, const cfr_findings *from)
{
	for (uint32_t i = 0; i < to->count; i++) {
		const cfr_finding *same = find_same(from, &to->items[i]);
		if (same)
			to->items[i].standing = same->standing;
	}
}

/* Moves those that an attempt settled to the front; returns how many they are. */
static uint32_t settled_first(const cfr_attempt *after, const cfr_finding **set, uint32_t count)
{
	uint32_t settled = 0;

	for (uint32_t i = 0; i < count; i++) {
		const cfr_finding *finding = set[i];
		if (find_same(&after->findings, finding))
			continue;
		set[i] = set[settled];
		set[settled++] = finding;
	}
	return settled;
}

/* Tries some findings at once. 0: taken, `now` moved on. Positive: not taken, `why` tells, and so many of them, now at the
 * front, are worth another try. Negative: trouble of the run. */
static int64_t try_set(cfr_fixing *fixing, const cfr_checked *checked, cfr_attempt *now, const cfr_finding **set,
                       uint32_t count, cfr_err *why)
{
	uint32_t next = (count + 1) / 2;
	cfr_buf text = CFR_BUF_INIT;
	cfr_attempt after = { 0 };
	int r = edit_text(&text, fixing, checked, now, set, count, why);

	if (r == 0 && cfr_str_eq(cfr_buf_str(&text), cfr_source_bytes(now->source)))
		r = cfr_err_set(why, CFR_E_UNSUPPORTED, "the fix changes nothing");
	if (r == 0)
		r = check_text(&after, fixing, checked, cfr_buf_str(&text), why);
	if (r == 0 && (r = judge(now, &after, set, count, why)) < 0) {
		uint32_t settled = settled_first(&after, set, count);
		if (settled < count)
			next = settled ? settled : 1;
	}
	for (uint32_t i = 0; r == 0 && i < count; i++)
		r = note_settled(fixing, set[i], why);
	cfr_buf_release(&text);
	if (r == 0) {
		carry_standing(&after.findings, &now->findings);
		attempt_release(now);
		*now = after;
		return 0;
	}
	attempt_release(&after);
	return r == CFR_E_NOMEM || r == CFR_E_INTERRUPTED ? r : (int64_t)next;
}

/* The findings to try, of the text as it stands. */
typedef struct cfr_set {
	const cfr_finding **items;
	uint32_t count, capacity;
} cfr_set;

static int collect_set(cfr_set *set, const cfr_fixing *fixing, const cfr_attempt *now, cfr_err *err)
{
	set->count = 0;
	for (uint32_t i = 0; i < now->findings.count; i++) {
		if (!may_fix(fixing, &now->findings.items[i]))
			continue;
		const cfr_finding **place = CFR_APPEND(set);
		if (!place)
			return cfr_err_nomem(err);
		*place = &now->findings.items[i];
	}
	return 0;
}

/* Takes the most of the set that can be taken at once, or gives its first up. */
static int fix_some(cfr_fixing *fixing, const cfr_checked *checked, cfr_attempt *now, const cfr_set *set, cfr_err *err)
{
	for (uint32_t count = set->count; ; ) {
		cfr_err why = CFR_ERR_INIT;
		int64_t next = try_set(fixing, checked, now, set->items, count, &why);
		if (next > 0 && count == 1)
			return give_up(fixing, set->items[0], &why, err);
		if (next < 0 && err)
			*err = why;
		if (next <= 0)
			return (int)next;
		count = (uint32_t)next;
	}
}

static int fix_rounds(cfr_fixing *fixing, const cfr_checked *checked, cfr_attempt *now, cfr_err *err)
{
	cfr_set set = { 0 };
	int r;

	do {
		r = cfr__interrupted(fixing->check) ? cfr_err_set(err, CFR_E_INTERRUPTED, "interrupted")
						    : collect_set(&set, fixing, now, err);
		if (r == 0 && set.count)
			r = fix_some(fixing, checked, now, &set, err);
	} while (r == 0 && set.count);
	free(set.items);
	return r;
}

/* One source: rounds until nothing is left, then its new text. */
static int fix_source(cfr_fixing *fixing, uint32_t index,
                      int (*write)(void *arg, cfr_str file, cfr_str before, cfr_str after, cfr_err *err), void *arg,
                      cfr_err *err)
{
	const cfr_checked *checked = &fixing->result->sources[index];
	cfr_input *input = &fixing->check->inputs.items[index];
	uint32_t settled = fixing->settled.count;
	cfr_attempt now = { 0 };
	cfr_err why = CFR_ERR_INIT;
	int r;

	if ((r = check_text(&now, fixing, checked, cfr_source_bytes(checked->source), err)) < 0)
		return r;
	carry_standing(&now.findings, &fixing->result->findings);
	if ((r = fix_rounds(fixing, checked, &now, err)) < 0)
		goto done;
	if (fixing->settled.count == settled)
		goto done;
	r = write ? write(arg, checked->file, cfr_source_bytes(checked->source), cfr_source_bytes(now.source), &why) : 0;
	if (r < 0) {
		fixing->settled.count = settled;	/* nothing was settled after all */
		r = cfr__failure_add(&fixing->worker->failures, &fixing->check->arena, CFR_STR(""), checked->file, &why,
				     err);
		goto done;
	}
	cfr_source_unref(input->source);
	input->source = cfr_source_ref(now.source);
	input->owned = false;
	input->changed = true;
done:
	attempt_release(&now);
	for (uint32_t d = 0; d < checked->documents; d++)	/* others see the source as it was read */
		fixing->all[checked->first_document + d] = fixing->result->subjects[checked->first_document + d];
	return r;
}

static bool worth_trying(const cfr_fixing *fixing, const cfr_checked *checked)
{
	const cfr_findings *findings = &fixing->result->findings;

	for (uint32_t i = 0; i < findings->count; i++) {
		const cfr_finding *f = &findings->items[i];
		if (f->document >= checked->first_document && f->document - checked->first_document < checked->documents &&
		    may_fix(fixing, f))
			return true;
	}
	return false;
}

/* After the last run: settled findings join the rest, and those given up say why. */
static int tell(cfr_fixing *fixing, cfr_err *err)
{
	cfr_findings *findings = &fixing->check->result->findings;
	cfr_check_counts *counts = &fixing->check->result->outcome.counts;

	for (uint32_t i = 0; i < findings->count; i++) {
		for (uint32_t k = 0; k < fixing->given_up.count; k++) {
			if (strcmp(findings->items[i].fingerprint, fixing->given_up.items[k].fingerprint) == 0)
				findings->items[i].unfixed = fixing->given_up.items[k].why;
		}
	}
	for (uint32_t i = 0; i < fixing->settled.count; i++) {
		cfr_finding *place = CFR_APPEND(findings);
		if (!place)
			return cfr_err_nomem(err);
		*place = fixing->settled.items[i];
		counts->fixed++;
	}
	return 0;
}

int cfr_check_fix(cfr_check *check, cfr_fix_class which,
                  int (*write)(void *arg, cfr_str file, cfr_str before, cfr_str after, cfr_err *err), void *arg,
                  cfr_err *err)
{
	cfr_fixing fixing = { .check = check, .result = check->result, .worker = &check->workers[0], .which = which };
	cfr_failures failures = { 0 };
	int r = 0;

	if (!check->result)
		return cfr_err_set(err, CFR_E_USAGE, "nothing has been checked yet");
	if ((r = cfr__worker_ready(check, fixing.worker, err)) < 0)
		return r;
	fixing.all = calloc(check->result->subject_count + 1, sizeof(*fixing.all));
	if (!fixing.all)
		return cfr_err_nomem(err);
	for (uint32_t i = 0; i < check->result->subject_count; i++)
		fixing.all[i] = check->result->subjects[i];
	for (uint32_t i = 0; r == 0 && i < check->result->source_count; i++) {
		if (cfr__interrupted(check))
			r = cfr_err_set(err, CFR_E_INTERRUPTED, "interrupted");
		else if (worth_trying(&fixing, &check->result->sources[i]))
			r = fix_source(&fixing, i, write, arg, err);
	}
	failures = fixing.worker->failures;	/* of writing: the next run starts without */
	fixing.worker->failures = (cfr_failures){ 0 };
	if (r == 0 && fixing.settled.count)
		r = cfr_check_run(check, err);
	for (uint32_t i = 0; r == 0 && i < failures.count; i++) {
		cfr_failure *place = CFR_APPEND(&check->result->failures);
		if (place)
			*place = failures.items[i];
		else
			r = cfr_err_nomem(err);
	}
	if (r == 0)
		r = tell(&fixing, err);
	free(failures.items);
	free(fixing.all);
	free(fixing.given_up.items);
	free(fixing.settled.items);
	return r;
}
