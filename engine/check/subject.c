/* engine/check/subject.c -- from added sources to documents of known kinds.
 *
 * A source that does not parse is a finding ("syntax") at the place of the error, or, when it is the template of some
 * other language, a note; a file that cannot be read is a failure. Neither keeps the others from being checked.
 */
#include "engine/base/glob.h"
#include "engine/check/internal.h"

/* What the reader said, as a finding. */
static int report_syntax(cfr_worker *worker, const cfr_input *input, const cfr_err *why, cfr_err *err)
{
	cfr_finding finding = { .rule = CFR_STR("syntax"), .severity = CFR_ERROR, .document = UINT32_MAX };

	finding.file = input->file;
	finding.message = cfr_str_of(why->message);
	finding.hint = cfr_str_of(why->hint);
	finding.path = cfr_str_of(why->path);
	finding.span.line = finding.span.end_line = why->line ? why->line : 1;
	finding.span.column = finding.span.end_column = why->column ? why->column : 1;
	cfr_related related = { .file = input->file, .path = CFR_STR(""), .message = CFR_STR("the other place") };
	if (why->other_line) {
		related.span.line = related.span.end_line = why->other_line;
		related.span.column = related.span.end_column = why->other_column;
		finding.related = &related;
		finding.related_count = 1;
	}
	return cfr__report_engine(&worker->report, &finding, err);
}

/* Codes that say something about the text rather than about this run. */
static bool is_about_text(int code)
{
	return code == CFR_E_SYNTAX || code == CFR_E_ENCODING || code == CFR_E_DUPLICATE || code == CFR_E_CYCLE ||
	       code == CFR_E_KIND || code == CFR_E_LIMIT || code == CFR_E_UNSUPPORTED;
}

/* The documents of a file, and its source when it could be read. Its format is told by the name it has in the project. */
static int open_input(cfr_documents *docs, cfr_source **source, cfr_check *check, const cfr_input *input, cfr_err *why)
{
	cfr_format format = input->format;
	int r;

	/* Text in an arena of the set-up is NUL-terminated. */
	if (format != CFR_FORMAT_NONE || cfr_format_of_name(input->name) == cfr_format_of_name(input->file))
		return cfr_loader_open(docs, source, check->options.loader, input->file.ptr, format, &check->limits, why);
	if ((r = cfr_source_open(source, input->file.ptr, &check->limits, why)) < 0)
		return r;
	format = cfr_text_format(input->name, cfr_source_bytes(*source));
	return cfr_loader_read(docs, check->options.loader, *source, format, &check->limits, why);
}

int cfr__read_input(cfr_check *check, cfr_result *result, cfr_worker *worker, uint32_t index, cfr_err *err)
{
	cfr_input *input = &check->inputs.items[index];
	cfr_checked *checked = &result->sources[index];
	cfr_err why = CFR_ERR_INIT;
	cfr_source *opened = NULL;
	int r = 0;

	*checked = (cfr_checked){ .file = input->file, .name = input->name, .format = input->format,
				  .changed = input->changed };
	if (!input->source) {
		r = open_input(&result->documents[index], &opened, check, input, &why);
		if (!opened) {
			return r == CFR_E_NOMEM ? cfr_err_nomem(err)
						: cfr__failure_add(&worker->failures, &worker->arena, CFR_STR(""),
								   input->file, &why, err);
		}
		input->source = opened;
		input->owned = true;
	}
	checked->source = cfr_source_ref(input->source);
	if (checked->format == CFR_FORMAT_NONE)
		checked->format = cfr_text_format(input->name, cfr_source_bytes(input->source));
	if (!opened)
		r = cfr_loader_read(&result->documents[index], check->options.loader, input->source, checked->format,
				    &check->limits, &why);
	if (r == 0) {
		checked->documents = result->documents[index].count;
		if (checked->documents)
			checked->format = cfr_document_format(result->documents[index].items[0]);
		return 0;
	}
	if (!is_about_text(r)) {
		if (err)
			*err = why;
		return r;
	}
	/* "{{ x }}" is a mapping as a key, and both branches of an `if` have the same keys. */
	if ((r == CFR_E_SYNTAX || r == CFR_E_KIND || r == CFR_E_DUPLICATE) &&
	    (checked->template_language = cfr_text_template(cfr_source_bytes(input->source))))
		return 0;
	return report_syntax(worker, input, &why, err);
}

int cfr__subject_kinds(cfr_strs *out, cfr_check *check, cfr_arena *arena, const cfr_document *doc, cfr_str name,
                       cfr_err *err)
{
	uint32_t most = check->kinds.count + check->rules.recogniser_count, count = 0;
	cfr_str *kinds = cfr_arena_zalloc(arena, most + 1, sizeof(*kinds));
	cfr_node root = cfr_tree_root(cfr_document_tree(doc));
	int r;

	if (!kinds)
		return cfr_err_nomem(err);
	for (uint32_t i = 0; i < check->kinds.count; i++) {
		const cfr_kind_binding *binding = &check->kinds.items[i];
		if (cfr_glob_match(binding->files, name))
			kinds[count++] = binding->kind;
	}
	bool bound = count > 0;		/* the project file has the last word */
	for (uint32_t i = 0; !bound && i < check->rules.recogniser_count; i++) {
		const cfr_recogniser *recogniser = &check->rules.recognisers[i];
		bool all = true;
		for (uint32_t k = 0; all && k < recogniser->count; k++) {
			if ((r = cfr_query_any(&all, recogniser->queries[k], root, root, err)) < 0)
				return r;
		}
		if (all)
			kinds[count++] = recogniser->kind;
	}
	*out = (cfr_strs){ kinds, count };
	return 0;
}

int cfr__make_subjects(cfr_check *check, cfr_result *result, cfr_err *err)
{
	uint32_t total = 0, at = 0;
	int r;

	for (uint32_t i = 0; i < result->source_count; i++)
		total += result->documents[i].count;
	result->subjects = cfr_arena_zalloc(&result->arena, total + 1, sizeof(*result->subjects));
	if (!result->subjects)
		return cfr_err_nomem(err);
	for (uint32_t i = 0; i < result->source_count; i++) {
		result->sources[i].first_document = at;
		for (uint32_t k = 0; k < result->documents[i].count; k++) {
			cfr_subject *subject = &result->subjects[at++];
			subject->doc = result->documents[i].items[k];
			subject->file = result->sources[i].file;
			subject->name = result->sources[i].name;
			r = cfr__subject_kinds(&subject->kinds, check, &result->arena, subject->doc, subject->name, err);
			if (r < 0)
				return r;
		}
	}
	result->subject_count = total;
	return 0;
}
