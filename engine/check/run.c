/* engine/check/run.c -- the run: read, recognise, check, accept, sort.
 *
 * Two passes over all threads, with a short single-threaded step between them: first every source is read and parsed,
 * then every piece of work (some rules on one document) is done. Findings are collected by worker and sorted at the
 * end; nothing that can be seen depends on which worker did what. A worker's script is opened when the worker first
 * needs it, and stays for the next run when it belongs to the caller's thread.
 */
#include "engine/base/work.h"
#include "engine/check/internal.h"
#include "engine/pack.h"

#include <stdlib.h>
#include <time.h>

/* --- life --- */

int cfr_check_new(cfr_check **out, const cfr_check_options *options, cfr_err *err)
{
	cfr_check *check = calloc(1, sizeof(*check));
	int r;

	if (!check)
		return cfr_err_nomem(err);
	check->options = *options;
	check->inline_allow = true;
	if (options->limits)
		check->limits = *options->limits;
	else
		cfr_limits_default(&check->limits);
	check->options.limits = &check->limits;
	check->worker_count = options->workers ? options->workers : cfr_work_cpus();
	check->pool = cfr_pool_new(CFR_MIB(8));
	check->workers = calloc(check->worker_count, sizeof(*check->workers));
	if (!check->pool || !check->workers) {
		cfr_check_free(check);
		return cfr_err_nomem(err);
	}
	cfr_arena_init(&check->arena, check->pool);
	for (unsigned i = 0; i < check->worker_count; i++)
		cfr_arena_init(&check->workers[i].arena, check->pool);
	if ((r = cfr_rules_init(&check->rules, err)) < 0) {
		cfr_check_free(check);
		return r;
	}
	*out = check;
	return 0;
}

static void worker_close(cfr_check *check, cfr_worker *worker)
{
	if (worker->script)
		check->options.scripts.ops->close(worker->script);
	worker->script = NULL;
}

static void worker_release(cfr_check *check, cfr_worker *worker)
{
	worker_close(check, worker);
	cfr__report_release(&worker->report);
	free(worker->failures.items);
	free(worker->nodes.items);
	free(worker->env);
	cfr_arena_release(&worker->arena);
}

void cfr__result_free(cfr_check *check, cfr_result *result)
{
	if (!result)
		return;
	cfr__plan_release(check, result);
	cfr__findings_release(&result->findings);
	free(result->failures.items);
	for (uint32_t i = 0; i < result->source_count; i++) {
		cfr_documents_release(&result->documents[i]);
		cfr_source_unref(result->sources[i].source);
	}
	cfr_arena_release(&result->arena);
	free(result);
}

/* What belongs to one run's set-up, not to the packs. */
static void forget(cfr_check *check)
{
	cfr__result_free(check, check->result);
	check->result = NULL;
	for (uint32_t i = 0; i < check->settings.count; i++)
		cfr_tree_unref(check->settings.items[i].options);
	for (uint32_t i = 0; i < check->inputs.count; i++)
		cfr_source_unref(check->inputs.items[i].source);
	check->settings.count = check->inputs.count = check->only.count = check->skip.count = 0;
	check->waivers.count = check->kinds.count = 0;
	cfr_arena_release(&check->arena);
}

void cfr_check_reset(cfr_check *check, int64_t now, const char *(*env)(void *arg, const char *name), void *env_arg)
{
	forget(check);
	check->options.now = now;
	check->options.env = env;
	check->options.env_arg = env_arg;
	check->inline_allow = true;
}

void cfr_check_free(cfr_check *check)
{
	if (!check)
		return;
	forget(check);
	for (unsigned i = 0; check->workers && i < check->worker_count; i++)
		worker_release(check, &check->workers[i]);
	free(check->workers);
	for (uint32_t i = 0; i < check->packs.count; i++)
		cfr_pack_free(check->packs.items[i]);
	free(check->packs.items);
	free(check->settings.items);
	free(check->only.items);
	free(check->skip.items);
	free(check->waivers.items);
	free(check->kinds.items);
	free(check->inputs.items);
	cfr_rules_release(&check->rules);
	cfr_pool_free(check->pool);
	free(check);
}

/* --- set up --- */

int cfr_check_add_pack(cfr_check *check, cfr_pack *pack, cfr_err *err)
{
	cfr_pack **place = CFR_APPEND(&check->packs);
	cfr_worker *first = &check->workers[0];
	const cfr_script_ops *ops = check->options.scripts.ops;
	uint32_t known = check->rules.count;
	uint64_t begin;
	int r;

	if (!place) {
		cfr_pack_free(pack);
		return cfr_err_nomem(err);
	}
	*place = pack;
	if (!ops)
		return cfr_err_set(err, CFR_E_UNSUPPORTED, "packs need a script runner, and this check has none");
	begin = cfr_profile_now(cfr__profile(check));
	if (!first->script && (r = ops->open(&first->script, check->options.scripts.arg, &check->limits, err)) < 0)
		return r;
	for (unsigned i = 1; i < check->worker_count; i++)
		worker_close(check, &check->workers[i]);	/* opened before this pack: they lack it */
	r = ops->load(first->script, pack, &check->rules, err);
	cfr_profile_span(cfr__profile(check), "script", pack->name, begin, check->rules.count - known, "rules");
	for (uint32_t i = known; i < check->rules.count; i++)
		check->rules.items[i].data = pack->data;
	return r;
}

int cfr_check_add_rule(cfr_check *check, const cfr_rule *rule, cfr_err *err)
{
	if (!rule->fn || rule->name.len == 0)
		return cfr_err_set(err, CFR_E_USAGE, "a rule in C needs a name and a function");
	return cfr_rules_add(&check->rules, rule, err);
}

const cfr_rules *cfr_check_rules(const cfr_check *check)
{
	return &check->rules;
}

void cfr_check_inline_allow(cfr_check *check, bool yes)
{
	check->inline_allow = yes;
}

int cfr_check_bind_kind(cfr_check *check, cfr_str kind, cfr_str files, cfr_err *err)
{
	cfr_kind_binding made = { cfr_arena_str(&check->arena, kind), cfr_arena_str(&check->arena, files) };
	cfr_kind_binding *place = made.kind.ptr && made.files.ptr ? CFR_APPEND(&check->kinds) : NULL;

	if (!place)
		return cfr_err_nomem(err);
	*place = made;
	return 0;
}

static int add_input(cfr_check *check, cfr_input input, cfr_err *err)
{
	input.file = cfr_arena_str(&check->arena, input.file);
	input.name = cfr_arena_str(&check->arena, input.name);
	if (check->inputs.count >= check->limits.of[CFR_LIMIT_FILES])
		return cfr_err_limit(err, &check->limits, CFR_LIMIT_FILES);
	cfr_input *place = input.file.ptr && input.name.ptr ? CFR_APPEND(&check->inputs) : NULL;
	if (!place)
		return cfr_err_nomem(err);
	*place = input;
	return 0;
}

int cfr_check_add_file(cfr_check *check, cfr_str file, cfr_str name, cfr_err *err)
{
	return add_input(check, (cfr_input){ .file = file, .name = name }, err);
}

int cfr_check_add_source(cfr_check *check, const cfr_source *source, cfr_str name, cfr_format format, cfr_err *err)
{
	cfr_input input = { .file = cfr_source_name(source), .name = name, .format = format, .source = source };
	int r = add_input(check, input, err);

	if (r == 0)
		cfr_source_ref(source);
	return r;
}

/* --- failures --- */

static int compare_failures(const void *a, const void *b)
{
	const cfr_failure *x = a, *y = b;
	int r = cfr_str_cmp(x->rule, y->rule);

	if (r || (r = cfr_str_cmp(x->file, y->file)))
		return r;
	return strcmp(x->err.message, y->err.message);
}

/* --- rules on documents --- */

int cfr__worker_ready(cfr_check *check, cfr_worker *worker, cfr_err *err)
{
	const cfr_script_ops *ops = check->options.scripts.ops;
	uint64_t begin;
	int r;

	if (!worker->report.arena)
		cfr__report_init(&worker->report, &worker->arena);
	if (worker->script || !ops || check->packs.count == 0)
		return 0;
	begin = cfr_profile_now(cfr__profile(check));
	if ((r = ops->open(&worker->script, check->options.scripts.arg, &check->limits, err)) < 0)
		return r;
	for (uint32_t i = 0; i < check->packs.count; i++) {
		if ((r = ops->load(worker->script, check->packs.items[i], NULL, err)) < 0)
			return r;
		cfr_profile_span(cfr__profile(check), "script", check->packs.items[i]->name, begin, 0, NULL);
		begin = cfr_profile_now(cfr__profile(check));
	}
	return 0;
}

struct collect {
	cfr_worker *worker;
	uint32_t expect;
};

static int collect_node(void *arg, cfr_node node, cfr_err *err)
{
	struct collect *to = arg;

	if (to->expect && !(to->expect & 1u << cfr_node_kind(node))) {
		to->worker->skipped++;
		return 0;
	}
	cfr_node *place = CFR_APPEND(&to->worker->nodes);
	if (!place)
		return cfr_err_nomem(err);
	*place = node;
	return 0;
}

/* The places a rule selects in a document, into worker->nodes. */
static int select_nodes(cfr_worker *worker, const cfr_rule *rule, cfr_node root, cfr_err *err)
{
	struct collect to = { worker, rule->expect };

	worker->nodes.count = 0;
	return rule->select ? cfr_query_each(rule->select, root, root, collect_node, &to, err)
			    : collect_node(&to, root, err);
}

static int read_env(cfr_check *check, cfr_worker *worker, const cfr_rule *rule, cfr_err *err)
{
	const char **grown = realloc(worker->env, (rule->env.count + 1) * sizeof(*grown));

	if (!grown)
		return cfr_err_nomem(err);
	worker->env = grown;
	for (uint32_t i = 0; i < rule->env.count; i++)
		grown[i] = check->options.env ? check->options.env(check->options.env_arg, rule->env.items[i].ptr) : NULL;
	return 0;
}

static int run_places(const cfr_job *job, cfr_worker *worker, const cfr_script_ops *ops, cfr_err *why)
{
	if (!job->rule->fn)
		return ops->check(worker->script, job, &worker->report, why);
	for (uint32_t i = 0; i < job->selected_count; i++) {
		int r = job->rule->fn(job->rule->arg, job, job->selected[i], &worker->report, why);
		if (r < 0)
			return r;
	}
	return 0;
}

/* One rule on one document. A failure of the rule is noted; only trouble of the run itself is returned. */
static int run_rule(cfr_check *check, cfr_result *result, cfr_worker *worker, const cfr_rule *rule, cfr_job *job,
                    uint32_t subject_index, cfr_err *err)
{
	const cfr_plan *plan = &result->plans[rule - check->rules.items];
	cfr_err why = CFR_ERR_INIT;
	cfr_severity severity = cfr__severity(check, rule, job->subject->name);
	const cfr_profile *profile = cfr__profile(check);
	uint64_t begin;
	int r;

	if (severity == CFR_OFF)
		return 0;
	begin = cfr_profile_now(profile);
	r = select_nodes(worker, rule, cfr_tree_root(cfr_document_tree(job->subject->doc)), &why);
	cfr_profile_span(profile, "select", rule->name, begin, worker->nodes.count, "places");
	if (r == 0 && worker->nodes.count == 0)
		return 0;
	if (r == 0 && (r = read_env(check, worker, rule, &why)) == 0) {
		job->rule = rule;
		job->selected = worker->nodes.items;
		job->selected_count = worker->nodes.count;
		job->options = plan->per_subject ? plan->per_subject[subject_index] : plan->options;
		job->data = rule->data;
		job->env = worker->env;
		worker->report.severity = severity;
		worker->report.of_job = 0;
		worker->report.output = 0;
		worker->jobs++;
		worker->places += job->selected_count;
		begin = cfr_profile_now(profile);
		r = run_places(job, worker, check->options.scripts.ops, &why);
		cfr_profile_span(profile, "rule", rule->name, begin, job->selected_count, "places");
		if (worker->report.of_job)
			cfr_profile_count(profile, "rule", rule->name, worker->report.of_job, "findings");
	}
	if (r == 0)
		return 0;
	if (r == CFR_E_NOMEM || r == CFR_E_INTERRUPTED) {
		if (err)
			*err = why;
		return r;
	}
	cfr_err_at(&why, rule->file, rule->line, 0);
	return cfr__failure_add(&worker->failures, &worker->arena, rule->name, job->subject->file, &why, err);
}

int cfr__run_rules(cfr_check *check, cfr_result *result, cfr_worker *worker, const cfr_subject *subject,
                   uint32_t subject_index, const cfr_subject *all, uint32_t first, uint32_t last, cfr_err *err)
{
	cfr_job job = { .subject = subject, .all = all, .all_count = result->subject_count, .run = check->runs,
			.now = check->options.now, .limits = &check->limits, .trace = check->options.trace,
			.trace_arg = check->options.trace_arg };
	uint64_t begin = cfr_profile_now(cfr__profile(check));
	int r = 0;

	for (uint32_t i = first; r == 0 && i < last; i++) {
		const cfr_rule *rule = &check->rules.items[i];
		if (result->plans[i].active && cfr__rule_matches(rule, subject))
			r = run_rule(check, result, worker, rule, &job, subject_index, err);
	}
	cfr_profile_span(cfr__profile(check), "check", subject->file, begin, 0, NULL);
	return r;
}

/* --- the two passes --- */

struct pass {
	cfr_check *check;
	cfr_result *result;
	uint32_t blocks;	/* pieces that the rules are cut into */
};

bool cfr__interrupted(const cfr_check *check)
{
	return check->options.interrupted && *check->options.interrupted;
}

static int read_one(void *arg, unsigned worker, size_t index, cfr_err *err)
{
	struct pass *pass = arg;
	cfr_worker *mine = &pass->check->workers[worker];

	if (cfr__interrupted(pass->check))
		return cfr_err_set(err, CFR_E_INTERRUPTED, "interrupted");
	if (!mine->report.arena)
		cfr__report_init(&mine->report, &mine->arena);
	return cfr__read_input(pass->check, pass->result, mine, (uint32_t)index, err);
}

static int check_one(void *arg, unsigned worker, size_t index, cfr_err *err)
{
	struct pass *pass = arg;
	cfr_check *check = pass->check;
	uint32_t subject = (uint32_t)(index / pass->blocks), block = (uint32_t)(index % pass->blocks);
	uint32_t rules = check->rules.count;
	int r;

	if (cfr__interrupted(check))
		return cfr_err_set(err, CFR_E_INTERRUPTED, "interrupted");
	if ((r = cfr__worker_ready(check, &check->workers[worker], err)) < 0)
		return r;
	return cfr__run_rules(check, pass->result, &check->workers[worker], &pass->result->subjects[subject], subject,
			      pass->result->subjects, (uint32_t)((uint64_t)rules * block / pass->blocks),
			      (uint32_t)((uint64_t)rules * (block + 1) / pass->blocks), err);
}

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* Moves what the workers found into the result. Their arenas stay until the next run. */
static int gather(cfr_check *check, cfr_result *result, cfr_err *err)
{
	for (unsigned w = 0; w < check->worker_count; w++) {
		cfr_worker *worker = &check->workers[w];
		for (uint32_t i = 0; i < worker->report.found.count; i++) {
			cfr_finding *place = CFR_APPEND(&result->findings);
			if (!place)
				return cfr_err_nomem(err);
			*place = worker->report.found.items[i];
			worker->report.found.items[i].edit_count = 0;	/* its references went along */
		}
		worker->report.found.count = 0;
		for (uint32_t i = 0; i < worker->failures.count; i++) {
			cfr_failure *place = CFR_APPEND(&result->failures);
			if (!place)
				return cfr_err_nomem(err);
			*place = worker->failures.items[i];
		}
		worker->failures.count = 0;
	}
	return 0;
}

static void count_all(const cfr_check *check, cfr_result *result)
{
	cfr_check_counts *counts = &result->outcome.counts;

	for (uint32_t i = 0; i < result->findings.count; i++) {
		const cfr_finding *finding = &result->findings.items[i];
		switch (finding->standing) {
		case CFR_OPEN: counts->open[finding->severity]++; break;
		case CFR_ALLOWED: counts->allowed++; break;
		case CFR_WAIVED: counts->waived++; break;
		case CFR_FIXED: counts->fixed++; break;
		}
	}
	counts->files = result->source_count;
	counts->documents = result->subject_count;
	for (unsigned w = 0; w < check->worker_count; w++) {
		counts->jobs += check->workers[w].jobs;
		counts->places += check->workers[w].places;
		counts->skipped += check->workers[w].skipped;
	}
	for (uint32_t i = 0; i < check->rules.count; i++) {
		if (!result->plans[i].active)
			continue;
		counts->rules++;
		for (uint32_t s = 0; s < result->source_count; s++) {
			cfr_checked *source = &result->sources[s];
			for (uint32_t d = 0; d < source->documents; d++) {
				const cfr_subject *subject = &result->subjects[source->first_document + d];
				if (cfr__rule_matches(&check->rules.items[i], subject) &&
				    cfr__severity(check, &check->rules.items[i], subject->name) != CFR_OFF) {
					source->rules++;
					break;
				}
			}
		}
	}
}

static void reset_workers(cfr_check *check)
{
	for (unsigned i = 0; i < check->worker_count; i++) {
		cfr_worker *worker = &check->workers[i];
		cfr__findings_release(&worker->report.found);
		worker->failures.count = 0;
		worker->jobs = worker->places = worker->skipped = 0;
		cfr_arena_release(&worker->arena);
	}
}

static int result_new(cfr_result **out, cfr_check *check, cfr_err *err)
{
	cfr_result *result = calloc(1, sizeof(*result));
	uint32_t count = check->inputs.count;

	if (!result)
		return cfr_err_nomem(err);
	cfr_arena_init(&result->arena, check->pool);
	result->sources = cfr_arena_zalloc(&result->arena, count + 1, sizeof(*result->sources));
	result->documents = cfr_arena_zalloc(&result->arena, count + 1, sizeof(*result->documents));
	if (!result->sources || !result->documents) {
		cfr__result_free(check, result);
		return cfr_err_nomem(err);
	}
	result->source_count = count;
	*out = result;
	return 0;
}

/* Sources that were read here are read anew by every run: the files may have changed. */
static void drop_read_sources(cfr_check *check)
{
	for (uint32_t i = 0; i < check->inputs.count; i++) {
		cfr_input *input = &check->inputs.items[i];
		if (!input->owned)
			continue;
		cfr_source_unref(input->source);
		input->source = NULL;
		input->owned = false;
	}
}

int cfr_check_run(cfr_check *check, cfr_err *err)
{
	cfr_result *result = NULL;
	struct pass pass = { .check = check, .blocks = 1 };
	const cfr_profile *profile = cfr__profile(check);
	uint64_t start = now_ns(), parsed, begin;
	int r;

	cfr__result_free(check, check->result);
	check->result = NULL;
	check->runs++;
	reset_workers(check);
	drop_read_sources(check);
	if ((r = result_new(&result, check, err)) < 0)
		return r;
	pass.result = result;
	begin = cfr_profile_now(profile);
	r = cfr_work_run(check->worker_count, result->source_count, read_one, &pass, err);
	cfr_profile_span(profile, "pass", CFR_STR("reading"), begin, result->source_count, "files");
	if (r < 0)
		goto failed;
	begin = cfr_profile_now(profile);
	if ((r = cfr__make_subjects(check, result, err)) < 0 || (r = cfr__plan_rules(check, result, err)) < 0)
		goto failed;
	cfr_profile_span(profile, "recognise", CFR_STR(""), begin, result->subject_count, "documents");
	parsed = now_ns();

	/* With few documents the rules are cut into pieces too, so that no thread idles. */
	if (check->worker_count > 1 && result->subject_count < 8 * check->worker_count)
		pass.blocks = check->rules.count < 16 ? 1 : 4 * check->worker_count;
	begin = cfr_profile_now(profile);
	r = cfr_work_run(check->worker_count, (size_t)result->subject_count * pass.blocks, check_one, &pass, err);
	cfr_profile_span(profile, "pass", CFR_STR("checking"), begin, result->subject_count, "documents");
	begin = cfr_profile_now(profile);
	for (unsigned i = 1; i < check->worker_count; i++)
		worker_close(check, &check->workers[i]);	/* their threads are gone */
	if (r < 0 || (r = gather(check, result, err)) < 0)
		goto failed;
	if (!check->workers[0].report.arena && (r = cfr__worker_ready(check, &check->workers[0], err)) < 0)
		goto failed;
	r = cfr__accept(check, result, &result->findings, &check->workers[0].report, err);
	if (r < 0 || (r = gather(check, result, err)) < 0)
		goto failed;
	if ((r = cfr__findings_sort(&result->findings, err)) < 0)
		goto failed;
	if (result->failures.count)
		qsort(result->failures.items, result->failures.count, sizeof(cfr_failure), compare_failures);
	count_all(check, result);
	cfr_profile_span(profile, "settle", CFR_STR(""), begin, result->findings.count, "findings");
	result->outcome.counts.parse_ns = parsed - start;
	result->outcome.counts.check_ns = now_ns() - parsed;
	check->result = result;
	return 0;
failed:
	cfr__result_free(check, result);
	return r;
}

const cfr_outcome *cfr_check_outcome(const cfr_check *check)
{
	cfr_result *result = check->result;

	if (!result)
		return NULL;
	result->outcome.findings = result->findings.items;
	result->outcome.finding_count = result->findings.count;
	result->outcome.failures = result->failures.items;
	result->outcome.failure_count = result->failures.count;
	result->outcome.sources = result->sources;
	result->outcome.source_count = result->source_count;
	result->outcome.subjects = result->subjects;
	result->outcome.subject_count = result->subject_count;
	return &result->outcome;
}

const cfr_subject *cfr_check_subject(const cfr_check *check, uint32_t document)
{
	return check->result && document < check->result->subject_count ? &check->result->subjects[document] : NULL;
}
