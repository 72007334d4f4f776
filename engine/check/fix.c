/* engine/check/fix.c -- settle findings by their edits, and prove it.
 *
 * Per source, in rounds: of the findings that may be fixed, those whose edits do not contradict each other (fix_batch.c)
 * are planned together, the splices applied to the text, and the new text checked with every rule. It is taken only if each
 * of these findings is gone and no other has come (fix_judge.c). Else they are parted: those that seem to do no harm are
 * tried without the others, or one half and then the other, down to a single one, which is given up with the reason. What
 * was taken is the ground for the next round, until nothing is left to try: so a second `--fix` finds nothing to do.
 * Findings are known again by their fingerprints.
 *
 * A text takes the longer to read and check the larger it is, and the larger it is the more fixes it may have: where many
 * of them fail, parting them down to single ones would take the square. So a source has a number of tries, ample for
 * small ones; when they are used up, what fails is given up together with what failed beside it.
 */
#include "engine/check/fix.h"
#include "engine/edit.h"

#include <stdlib.h>

/* Tries of a source before whole groups are given up: so many bytes read and checked, yet never fewer than the least. */
enum { TRIED_BYTES = 4 << 20, LEAST_TRIES = 32 };

typedef struct cfr_print {
	char text[33];
} cfr_print;

/* A fingerprint with a word to it. */
typedef struct cfr_noted {
	cfr_print print;
	cfr_str why;
} cfr_noted;

typedef struct cfr_fixing {
	cfr_check *check;
	cfr_result *result;
	cfr_worker *worker;
	cfr_fix_class which;
	cfr__lookup of_run;		/* what the run found */
	cfr_subject *all;		/* the run's documents, those of the source at hand replaced */
	struct { cfr_noted *items; uint32_t count, capacity; } given_up;
	cfr_findings settled;		/* copies; texts in the check's arena */
	uint64_t tries;			/* of all sources */
	uint64_t enough;		/* so many, and the source at hand has had its share */
} cfr_fixing;

static void attempt_release(cfr__attempt *attempt)
{
	cfr__lookup_release(&attempt->known);
	cfr__findings_release(&attempt->findings);
	cfr_documents_release(&attempt->docs);
	cfr_source_unref(attempt->source);
	cfr_arena_release(&attempt->arena);
	*attempt = (cfr__attempt){ 0 };
}

/* What was given up has its reason in `unfixed`. */
static bool may_fix(const cfr_fixing *fixing, const cfr_finding *finding)
{
	return finding->edit_count > 0 && finding->standing == CFR_OPEN && finding->unfixed.len == 0 &&
	       (!finding->guarded || fixing->which == CFR_FIX_GUARDED);
}

/* --- text --- */

/* The edits of a set, those of one document together: lists[d] are those of document d. */
static int gather_edits(cfr_edit_list *lists, cfr_edit **edits, const cfr__set *set, uint32_t first, uint32_t count,
                        cfr_err *err)
{
	uint32_t total = 0;

	for (uint32_t i = 0; i < set->count; i++)
		lists[set->items[i]->document - first].count += set->items[i]->edit_count;
	for (uint32_t d = 0; d < count; d++)
		total += lists[d].count;
	if (!(*edits = malloc(((size_t)total + 1) * sizeof(**edits))))
		return cfr_err_nomem(err);
	total = 0;
	for (uint32_t d = 0; d < count; d++) {
		lists[d].items = *edits + total;
		total += lists[d].count;
		lists[d].count = 0;
	}
	for (uint32_t i = 0; i < set->count; i++) {
		const cfr_finding *finding = set->items[i];
		cfr_edit_list *list = &lists[finding->document - first];
		cfr_edit *to = *edits + (list->items - *edits) + list->count;
		memcpy(to, finding->edits, finding->edit_count * sizeof(*to));
		list->count += finding->edit_count;
	}
	return 0;
}

/* The text after the edits of `set` (findings of `now`). */
static int edit_text(cfr_buf *out, cfr_fixing *fixing, const cfr_checked *checked, const cfr__attempt *now,
                     const cfr__set *set, cfr_err *err)
{
	cfr_edit_list *lists = calloc((size_t)now->docs.count + 1, sizeof(*lists));
	cfr_splices splices = { 0 };
	cfr_edit *edits = NULL;
	int r = lists ? gather_edits(lists, &edits, set, checked->first_document, now->docs.count, err)
	              : cfr_err_nomem(err);

	if (r == 0)
		r = cfr_edit_plan_stream(&splices, &now->docs, lists, &fixing->check->limits, err);
	if (r == 0)
		r = cfr_splices_apply(out, cfr_source_bytes(now->source), splices.items, splices.count, err);
	if (r == 0 && cfr_str_eq(cfr_buf_str(out), cfr_source_bytes(now->source)))
		r = cfr_err_set(err, CFR_E_UNSUPPORTED, "the fix changes nothing");
	cfr_splices_release(&splices);
	free(edits);
	free(lists);
	return r;
}

/* Standings (waivers, allowances) were decided by the run; the texts checked here know them by fingerprint only. */
static void carry_standing(const cfr_findings *to, const cfr__lookup *from)
{
	for (uint32_t i = 0; i < to->count; i++) {
		const cfr_finding *same = cfr__lookup_print(from, to->items[i].fingerprint);
		if (same) {
			to->items[i].standing = same->standing;
			to->items[i].unfixed = same->unfixed;
		}
	}
}

static int run_rules(cfr_fixing *fixing, const cfr__attempt *made, uint32_t first, cfr_err *err)
{
	cfr_check *check = fixing->check;
	int r = 0;

	for (uint32_t d = 0; r == 0 && d < made->docs.count; d++) {
		cfr_subject *subject = &fixing->all[first + d];
		subject->doc = made->docs.items[d];
		r = cfr__subject_kinds(&subject->kinds, check, fixing->worker->report.arena, subject->doc, subject->name,
		                       err);
	}
	check->runs++;
	for (uint32_t d = 0; r == 0 && d < made->docs.count; d++)
		r = cfr__run_rules(check, fixing->result, fixing->worker, &fixing->all[first + d], first + d,
		                   fixing->all, 0, check->rules.count, err);
	return r;
}

/* Reads and checks a new text of the source. */
static int check_text(cfr__attempt *out, cfr_fixing *fixing, const cfr_checked *checked, cfr_str text,
                      const cfr__lookup *standing, cfr_err *err)
{
	cfr_check *check = fixing->check;
	cfr_worker *worker = fixing->worker;
	cfr__attempt made = { 0 };
	uint32_t failures = worker->failures.count;
	uint64_t begin = cfr_profile_now(cfr__profile(check));
	int r;

	cfr_arena_init(&made.arena, check->pool);
	worker->report.arena = &made.arena;
	if ((r = cfr_source_new(&made.source, checked->file, text, &check->limits, err)) < 0 ||
	    (r = cfr_text_read(&made.docs, made.source, checked->format, &check->limits, err)) < 0)
		goto done;
	cfr_profile_span(cfr__profile(check), "parse", checked->file, begin, text.len, "bytes");
	if (made.docs.count != checked->documents) {
		r = cfr_err_set(err, CFR_E_UNSUPPORTED, "the fix changes the number of documents");
		goto done;
	}
	if ((r = run_rules(fixing, &made, checked->first_document, err)) < 0)
		goto done;
	made.failures = worker->failures.count - failures;	/* told by the run, not here */
	made.findings = worker->report.found;
	worker->report.found = (cfr_findings){ 0 };
	if ((r = cfr__findings_sort(&made.findings, err)) < 0 ||
	    (r = cfr__lookup_new(&made.known, &made.findings, err)) < 0)
		goto done;
	carry_standing(&made.findings, standing);
	*out = made;
	made = (cfr__attempt){ 0 };
done:
	worker->report.arena = &worker->arena;
	worker->failures.count = failures;
	cfr__findings_release(&worker->report.found);
	attempt_release(&made);
	return r;
}

/* --- taking and giving up --- */

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

/* Gives up those from `first` on, for one reason. */
static int give_up(cfr_fixing *fixing, const cfr__set *set, uint32_t first, const cfr_err *why, cfr_err *err)
{
	cfr_str text = cfr_arena_str(&fixing->check->arena, cfr_str_of(why->message));

	if (!text.ptr)
		return cfr_err_nomem(err);
	for (uint32_t i = first; i < set->count; i++) {
		cfr_noted *place = CFR_APPEND(&fixing->given_up);
		if (!place)
			return cfr_err_nomem(err);
		memcpy(place->print.text, set->items[i]->fingerprint, sizeof(place->print.text));
		place->why = set->items[i]->unfixed = text.len ? text : CFR_STR("it cannot be made");
	}
	return 0;
}

/* Tries some findings at once. 0: taken, `now` moved on. Positive: not taken, `why` tells, and so many of the set less one,
 * those at its front, seem to do no harm. Negative: trouble of the run. */
static int64_t try_set(cfr_fixing *fixing, const cfr_checked *checked, cfr__attempt *now, cfr__set *set, cfr_err *why)
{
	uint32_t harmless = 0;
	cfr_buf text = CFR_BUF_INIT;
	cfr__attempt after = { 0 };
	int r = edit_text(&text, fixing, checked, now, set, why);

	fixing->tries++;
	if (r == 0)
		r = check_text(&after, fixing, checked, cfr_buf_str(&text), &now->known, why);
	if (r == 0)
		r = cfr__judge(&harmless, now, &after, set, why);
	for (uint32_t i = 0; r == 0 && i < set->count; i++)
		r = note_settled(fixing, set->items[i], why);
	cfr_buf_release(&text);
	if (r == 0) {
		attempt_release(now);
		*now = after;
		return 0;
	}
	attempt_release(&after);
	return r == CFR_E_NOMEM || r == CFR_E_INTERRUPTED ? r : (int64_t)harmless + 1;
}

/* --- rounds --- */

/* Some of the fingerprints of a round, to be tried together. */
typedef struct cfr_part {
	uint32_t from, count;
} cfr_part;

typedef struct cfr_round {
	cfr_print *prints;
	struct { cfr_part *items; uint32_t count, capacity; } parts;	/* a stack */
	cfr__set set;			/* the part at hand, as findings of the text as it stands */
} cfr_round;

static void round_release(cfr_round *round)
{
	free(round->prints);
	free(round->parts.items);
	free(round->set.items);
}

static int push_part(cfr_round *round, uint32_t from, uint32_t count, cfr_err *err)
{
	cfr_part *place = count ? CFR_APPEND(&round->parts) : NULL;

	if (!place)
		return count ? cfr_err_nomem(err) : 0;
	*place = (cfr_part){ from, count };
	return 0;
}

/* What there is to try in the text as it stands. */
static int collect(cfr_round *round, const cfr_fixing *fixing, const cfr__attempt *now, cfr_err *err)
{
	int r;

	for (uint32_t i = 0; i < now->findings.count; i++) {
		if (!may_fix(fixing, &now->findings.items[i]))
			continue;
		cfr_finding **place = CFR_APPEND(&round->set);
		if (!place)
			return cfr_err_nomem(err);
		*place = &now->findings.items[i];
	}
	if ((r = cfr__batch_pick(&round->set, fixing->check->pool, err)) < 0)
		return r;
	round->prints = malloc(((size_t)round->set.count + 1) * sizeof(*round->prints));
	if (!round->prints)
		return cfr_err_nomem(err);
	for (uint32_t i = 0; i < round->set.count; i++)
		memcpy(round->prints[i].text, round->set.items[i]->fingerprint, sizeof(round->prints[i].text));
	return push_part(round, 0, round->set.count, err);
}

/* The findings of a part: those that the text as it stands still has. */
static void look_up(cfr_round *round, cfr_part part, const cfr_fixing *fixing, const cfr__attempt *now)
{
	round->set.count = 0;
	for (uint32_t i = part.from; i < part.from + part.count; i++) {
		cfr_finding *finding = cfr__lookup_print(&now->known, round->prints[i].text);
		if (finding && may_fix(fixing, finding))
			round->set.items[round->set.count++] = finding;
	}
}

/* A set failed: what is tried of it instead, the harmless ones first. */
static int part_set(cfr_round *round, cfr_part part, uint32_t harmless, cfr_fixing *fixing, const cfr_err *why,
                    cfr_err *err)
{
	const cfr__set *set = &round->set;
	bool tired = fixing->tries >= fixing->enough;
	int r = 0;

	for (uint32_t i = 0; i < set->count; i++)
		memcpy(round->prints[part.from + i].text, set->items[i]->fingerprint, sizeof(round->prints->text));
	if (harmless >= set->count)
		harmless = 0;
	if (tired || set->count == 1) {
		r = give_up(fixing, set, tired ? harmless : 0, why, err);
		return r < 0 ? r : push_part(round, part.from, tired ? harmless : 0, err);
	}
	if (harmless == 0)
		harmless = set->count / 2;
	if ((r = push_part(round, part.from + harmless, set->count - harmless, err)) < 0)
		return r;
	return push_part(round, part.from, harmless, err);
}

/* 1: there was something to try. */
static int fix_round(cfr_fixing *fixing, const cfr_checked *checked, cfr__attempt *now, cfr_err *err)
{
	cfr_round round = { 0 };
	int r = collect(&round, fixing, now, err);
	bool any = round.set.count > 0;

	while (r == 0 && round.parts.count) {
		cfr_part part = round.parts.items[--round.parts.count];
		cfr_err why = CFR_ERR_INIT;

		if (cfr__interrupted(fixing->check)) {
			r = cfr_err_set(err, CFR_E_INTERRUPTED, "interrupted");
			break;
		}
		look_up(&round, part, fixing, now);
		if (round.set.count == 0)
			continue;
		int64_t left = try_set(fixing, checked, now, &round.set, &why);
		if (left < 0) {
			r = (int)left;
			if (err)
				*err = why;
		} else if (left > 0) {
			r = part_set(&round, part, (uint32_t)(left - 1), fixing, &why, err);
		}
	}
	round_release(&round);
	return r < 0 ? r : any;
}

/* Fixes of one place wait for each other, each for a round of its own: there are no more rounds than tries, twice. */
static int fix_rounds(cfr_fixing *fixing, const cfr_checked *checked, cfr__attempt *now, cfr_err *err)
{
	uint64_t size = cfr_source_bytes(now->source).len + 1, share = TRIED_BYTES / size;
	int r;

	if (share < LEAST_TRIES)
		share = LEAST_TRIES;
	fixing->enough = fixing->tries + share;
	do {
		r = fix_round(fixing, checked, now, err);
	} while (r > 0 && fixing->tries < fixing->enough + share);
	return r < 0 ? r : 0;
}

/* One source: rounds until nothing is left, then its new text. */
static int fix_source(cfr_fixing *fixing, uint32_t index,
                      int (*write)(void *arg, cfr_str file, cfr_str before, cfr_str after, cfr_err *err), void *arg,
                      cfr_err *err)
{
	const cfr_checked *checked = &fixing->result->sources[index];
	cfr_input *input = &fixing->check->inputs.items[index];
	uint32_t settled = fixing->settled.count;
	cfr__attempt now = { 0 };
	cfr_err why = CFR_ERR_INIT;
	int r;

	if ((r = check_text(&now, fixing, checked, cfr_source_bytes(checked->source), &fixing->of_run, err)) < 0)
		return r;
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
	cfr__lookup known = { 0 };
	int r = cfr__lookup_new(&known, findings, err);

	if (r < 0)
		return r;
	for (uint32_t i = 0; i < fixing->given_up.count; i++) {
		cfr_finding *finding = cfr__lookup_print(&known, fixing->given_up.items[i].print.text);
		if (finding)
			finding->unfixed = fixing->given_up.items[i].why;
	}
	cfr__lookup_release(&known);
	for (uint32_t i = 0; i < fixing->settled.count; i++) {
		cfr_finding *place = CFR_APPEND(findings);
		if (!place)
			return cfr_err_nomem(err);
		*place = fixing->settled.items[i];
		counts->fixed++;
	}
	counts->tries = fixing->tries;
	return 0;
}

int cfr_check_fix(cfr_check *check, cfr_fix_class which,
                  int (*write)(void *arg, cfr_str file, cfr_str before, cfr_str after, cfr_err *err), void *arg,
                  cfr_err *err)
{
	cfr_fixing fixing = { .check = check, .result = check->result, .worker = &check->workers[0], .which = which };
	cfr_failures failures = { 0 };
	uint64_t begin = cfr_profile_now(cfr__profile(check));
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
	r = cfr__lookup_new(&fixing.of_run, &check->result->findings, err);
	for (uint32_t i = 0; r == 0 && i < check->result->source_count; i++) {
		if (cfr__interrupted(check))
			r = cfr_err_set(err, CFR_E_INTERRUPTED, "interrupted");
		else if (worth_trying(&fixing, &check->result->sources[i]))
			r = fix_source(&fixing, i, write, arg, err);
	}
	cfr__lookup_release(&fixing.of_run);
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
	cfr_profile_span(cfr__profile(check), "fix", CFR_STR(""), begin, fixing.settled.count, "findings");
	free(failures.items);
	free(fixing.all);
	free(fixing.given_up.items);
	free(fixing.settled.items);
	return r;
}
