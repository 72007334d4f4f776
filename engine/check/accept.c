/* engine/check/accept.c -- findings that somebody has accepted: waivers and inline allowances.
 *
 * A waiver stands in the project file: rule, path, file, reason, owner, expiry. An allowance stands beside what it
 * allows: "# cfgrun: allow RULE -- reason", at the end of the finding's line or alone on the line above. Both need a
 * reason. An expired waiver accepts nothing and is a finding itself; one that accepted nothing is reported, so that
 * the list stays true. Whether a date has passed is decided by cfr_waiver_expired and nowhere else.
 */
#include "engine/base/glob.h"
#include "engine/check/internal.h"

#include <stdio.h>
#include <stdlib.h>

/* --- waivers --- */

/* Days from 1970-01-01 to a date of the Gregorian calendar (after Hinnant's days_from_civil). */
static int64_t days_of(int64_t year, int64_t month, int64_t day)
{
	year -= month <= 2;
	int64_t era = (year >= 0 ? year : year - 399) / 400, of_era = year - era * 400;
	int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static bool digits(cfr_str s, size_t from, size_t to, int64_t *out)
{
	*out = 0;
	for (size_t i = from; i < to; i++) {
		if (s.ptr[i] < '0' || s.ptr[i] > '9')
			return false;
		*out = *out * 10 + (s.ptr[i] - '0');
	}
	return true;
}

int cfr_waiver_expired(bool *out, cfr_str expires, int64_t now, cfr_err *err)
{
	static const int lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int64_t year, month, day;
	bool good = expires.len == 10 && expires.ptr[4] == '-' && expires.ptr[7] == '-' &&
		    digits(expires, 0, 4, &year) && digits(expires, 5, 7, &month) && digits(expires, 8, 10, &day) &&
		    month >= 1 && month <= 12 && day >= 1;

	if (expires.len == 0) {
		*out = false;
		return 0;
	}
	if (good) {
		bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
		good = day <= lengths[month - 1] + (month == 2 && leap);
	}
	if (!good) {
		cfr_err_set(err, CFR_E_USAGE, "'%.*s' is no date", (int)(expires.len < 40 ? expires.len : 40), expires.ptr);
		cfr_err_hint(err, "write it as YYYY-MM-DD; it ends at 00:00 UTC of that day");
		return CFR_E_USAGE;
	}
	*out = now >= days_of(year, month, day) * 86400;
	return 0;
}

int cfr_check_waive(cfr_check *check, const cfr_waiver *waiver, cfr_err *err)
{
	cfr_waiver made = *waiver;
	cfr_str *texts[] = { &made.rule, &made.file, &made.path, &made.reason, &made.owner, &made.expires,
			     &made.from_file };
	bool expired;
	int r;

	if ((r = cfr_waiver_expired(&expired, waiver->expires, 0, err)) < 0)
		return r;
	if (waiver->reason.len == 0) {
		cfr_err_set(err, CFR_E_USAGE, "a waiver needs a reason");
		cfr_err_hint(err, "add `reason:`, for whoever reads it in a year");
		return CFR_E_USAGE;
	}
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		*texts[i] = cfr_arena_str(&check->arena, *texts[i]);
		if (!texts[i]->ptr)
			return cfr_err_nomem(err);
	}
	cfr_waiver *place = CFR_APPEND(&check->waivers);
	if (!place)
		return cfr_err_nomem(err);
	*place = made;
	return 0;
}

/* The finding's file as the project calls it; a source that did not parse has no document to ask. */
static cfr_str name_of(const cfr_result *result, const cfr_finding *finding)
{
	if (finding->document != UINT32_MAX)
		return result->subjects[finding->document].name;
	for (uint32_t i = 0; i < result->source_count; i++) {
		if (cfr_str_eq(result->sources[i].file, finding->file))
			return result->sources[i].name;
	}
	return finding->file;
}

/* Does a waiver speak of this finding? Its path means the subtree. */
static bool speaks_of(const cfr_result *result, const cfr_waiver *waiver, const cfr_finding *finding)
{
	if (!cfr_str_eq(waiver->rule, CFR_STR("*")) && !cfr_str_eq(waiver->rule, finding->rule))
		return false;
	if (waiver->file.len && !cfr_glob_match(waiver->file, name_of(result, finding)))
		return false;
	return cfr_str_starts(finding->path, waiver->path) &&
	       (finding->path.len == waiver->path.len || finding->path.ptr[waiver->path.len] == '/' ||
		waiver->path.len == 0);
}

/* Could this waiver have accepted something in this run: did its rule look at its files? */
static bool was_tried(const cfr_check *check, const cfr_result *result, const cfr_waiver *waiver)
{
	for (uint32_t i = 0; i < check->rules.count; i++) {
		const cfr_rule *rule = &check->rules.items[i];
		if (!result->plans[i].active || !cfr_str_eq(rule->name, waiver->rule))
			continue;
		for (uint32_t k = 0; waiver->file.len && k < result->subject_count; k++) {
			if (cfr_glob_match(waiver->file, result->subjects[k].name))
				return true;
		}
	}
	return false;
}

static int report_waiver(cfr_report *report, const cfr_waiver *waiver, const char *rule, cfr_severity severity,
                         cfr_err *err)
{
	cfr_finding finding = { .rule = cfr_str_of(rule), .severity = severity, .document = UINT32_MAX };
	char text[320];

	finding.file = waiver->from_file;
	finding.span = waiver->from;
	if (severity == CFR_WARNING)
		snprintf(text, sizeof(text), "the waiver of '%.*s' expired on %.*s: %.*s",
			 (int)(waiver->rule.len < 80 ? waiver->rule.len : 80), waiver->rule.ptr, 10, waiver->expires.ptr,
			 (int)(waiver->reason.len < 120 ? waiver->reason.len : 120), waiver->reason.ptr);
	else
		snprintf(text, sizeof(text), "the waiver of '%.*s' accepts nothing any more",
			 (int)(waiver->rule.len < 80 ? waiver->rule.len : 80), waiver->rule.ptr);
	finding.message = cfr_str_of(text);
	finding.path = CFR_STR("");
	finding.hint = severity == CFR_WARNING ? CFR_STR("settle the finding, or agree on another date")
					       : CFR_STR("remove it");
	return cfr__report_engine(report, &finding, err);
}

static int apply_waivers(cfr_check *check, cfr_result *result, cfr_findings *findings, cfr_report *report, cfr_err *err)
{
	int r;

	for (uint32_t i = 0; i < check->waivers.count; i++) {
		const cfr_waiver *waiver = &check->waivers.items[i];
		bool expired, used = false;
		if ((r = cfr_waiver_expired(&expired, waiver->expires, check->options.now, err)) < 0)
			return r;
		for (uint32_t k = 0; k < findings->count; k++) {
			cfr_finding *finding = &findings->items[k];
			if (!speaks_of(result, waiver, finding))
				continue;
			used = true;
			if (expired || finding->standing != CFR_OPEN)
				continue;
			finding->standing = CFR_WAIVED;
			finding->reason = waiver->reason;
		}
		if (expired && used)
			r = report_waiver(report, waiver, "waiver-expired", CFR_WARNING, err);
		else if (!used && was_tried(check, result, waiver))
			r = report_waiver(report, waiver, "waiver-unused", CFR_INFO, err);
		if (r < 0)
			return r;
	}
	return 0;
}

/* --- inline allowances --- */

typedef struct cfr_allowance {
	uint32_t line;			/* the line it speaks of */
	uint32_t offset;		/* of its comment */
	cfr_str rules, reason;
	bool alone;			/* on its line: it speaks of the next one with content */
	bool used;
} cfr_allowance;

typedef struct cfr_allowances {
	cfr_allowance *items;
	uint32_t count, capacity;
} cfr_allowances;

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static cfr_str trim(cfr_str s)
{
	while (s.len && is_blank(s.ptr[0]))
		s = cfr_str_sub(s, 1, s.len);
	while (s.len && is_blank(s.ptr[s.len - 1]))
		s.len--;
	return s;
}

static cfr_str skip_word(cfr_str s, const char *word)
{
	cfr_str w = cfr_str_of(word);

	return cfr_str_starts(s, w) ? trim(cfr_str_sub(s, w.len, s.len)) : (cfr_str){ NULL, 0 };
}

/* What lies between these offsets is no comment: it takes the line of such an "allowance" away. */
static void void_between(cfr_allowances *list, uint32_t start, uint32_t end)
{
	uint32_t low = 0, high = list->count;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;
		if (list->items[mid].offset < start)
			low = mid + 1;
		else
			high = mid;
	}
	for (; low < list->count && list->items[low].offset < end; low++)
		list->items[low].line = 0;
}

/* Drops those whose comment lies inside a key or a scalar. They are in the order of their offsets. */
static void drop_inside_scalars(cfr_allowances *list, const cfr_documents *docs)
{
	uint32_t kept = 0;

	for (uint32_t d = 0; list->count && d < docs->count; d++) {
		uint32_t size = cfr_tree_size(cfr_document_tree(docs->items[d]));
		for (uint32_t i = 0; i < size; i++) {
			cfr_entry e = cfr_document_ranked(docs->items[d], i);
			void_between(list, e.key_start, e.key_start + e.key_len);
			if (e.style < CFR_BLOCK)
				void_between(list, e.start, e.end);
		}
	}
	for (uint32_t i = 0; i < list->count; i++) {
		if (list->items[i].line)
			list->items[kept++] = list->items[i];
	}
	list->count = kept;
}

static bool is_comment(cfr_str line, cfr_format format)
{
	return cfr_str_starts(line, format == CFR_JSONC ? CFR_STR("//") : CFR_STR("#")) ||
	       (format == CFR_PROPERTIES && line.ptr[0] == '!');
}

/* The first line below that is neither blank nor a comment alone. `before` is the allowance above, or NULL. */
static uint32_t next_content_line(const cfr_source *source, cfr_format format, uint32_t line, const cfr_allowance *before)
{
	uint32_t last = cfr_source_lines(source);

	if (before && before->alone && before->line > line)
		return before->line;	/* nothing but comments between the two */
	while (++line <= last) {
		cfr_str text = trim(cfr_source_line(source, line));
		if (text.len && !is_comment(text, format))
			break;
	}
	return line;
}

/* Parse "cfgrun: allow a, b -- reason" behind a comment's marker. A comment of another form is none of ours. */
static bool parse_allowance(cfr_allowance *out, cfr_str comment)
{
	cfr_str rest = skip_word(trim(comment), "cfgrun:");

	if (!rest.ptr || !(rest = skip_word(rest, "allow")).ptr)
		return false;
	out->rules = rest;
	out->reason = (cfr_str){ "", 0 };
	for (size_t i = 0; i + 2 <= rest.len; i++) {
		if (rest.ptr[i] == '-' && rest.ptr[i + 1] == '-' && (i == 0 || is_blank(rest.ptr[i - 1]))) {
			out->rules = trim(cfr_str_sub(rest, 0, i));
			out->reason = trim(cfr_str_sub(rest, i + 2, rest.len));
			break;
		}
	}
	return true;
}

/* The start of the comment whose text begins at `at`, or NULL: a `#` after white space, in JSONC a `//` anywhere. */
static const char *comment_start(const char *begin, const char *at, cfr_format format)
{
	while (at > begin && is_blank(at[-1]))
		at--;
	if (format == CFR_JSONC)
		return at - begin >= 2 && at[-1] == '/' && at[-2] == '/' ? at - 2 : NULL;
	if (at == begin || at[-1] != '#')
		return NULL;
	at--;
	return at == begin || is_blank(at[-1]) || at[-1] == '\n' ? at : NULL;
}

/* All of a source, in order. */
static int find_allowances(cfr_allowances *out, const cfr_source *source, const cfr_documents *docs, cfr_err *err)
{
	cfr_str bytes = cfr_source_bytes(source);
	const char *at = bytes.ptr, *end = bytes.ptr + bytes.len;
	cfr_format format = cfr_document_format(docs->items[0]);

	while (at && at < end && (at = memmem(at, (size_t)(end - at), "cfgrun:", 7))) {
		const char *start = comment_start(bytes.ptr, at, format);
		cfr_allowance found = { .line = 0 };

		const char *stop = memchr(at, '\n', (size_t)(end - at));
		cfr_str comment = { at, (size_t)((stop ? stop : end) - at) };
		at += 7;
		if (!start || !parse_allowance(&found, comment))
			continue;
		found.offset = (uint32_t)(start - bytes.ptr);
		cfr_place place = cfr_source_place(source, found.offset);
		cfr_str line = cfr_source_line(source, place.line);
		found.alone = trim((cfr_str){ line.ptr, (size_t)(start - line.ptr) }).len == 0;
		found.line = place.line;
		if (found.alone)
			found.line = next_content_line(source, format, place.line, out->count ? &out->items[out->count - 1] : NULL);
		cfr_allowance *more = CFR_APPEND(out);
		if (!more)
			return cfr_err_nomem(err);
		*more = found;
	}
	drop_inside_scalars(out, docs);
	return 0;
}

/* Is the rule in "a, b"? */
static bool names_rule(cfr_str rules, cfr_str rule)
{
	while (rules.len) {
		const char *comma = memchr(rules.ptr, ',', rules.len);
		size_t n = comma ? (size_t)(comma - rules.ptr) : rules.len;
		if (cfr_str_eq(trim(cfr_str_sub(rules, 0, n)), rule))
			return true;
		rules = cfr_str_sub(rules, comma ? n + 1 : n, rules.len);
	}
	return false;
}

static int report_allowance(cfr_report *report, const cfr_checked *checked, const cfr_allowance *a, const char *rule,
                            cfr_severity severity, cfr_err *err)
{
	cfr_finding finding = { .rule = cfr_str_of(rule), .severity = severity, .document = UINT32_MAX };
	cfr_place place = cfr_source_place(checked->source, a->offset);
	char text[200];

	snprintf(text, sizeof(text), severity == CFR_WARNING ? "the allowance of '%.*s' gives no reason"
							      : "the allowance of '%.*s' allows nothing",
		 (int)(a->rules.len < 120 ? a->rules.len : 120), a->rules.ptr);
	finding.file = checked->file;
	finding.message = cfr_str_of(text);
	finding.hint = severity == CFR_WARNING ? CFR_STR("write `# cfgrun: allow RULE -- reason`") : CFR_STR("remove it");
	finding.path = CFR_STR("");
	finding.span = (cfr_span){ .start = a->offset, .end = a->offset + 1, .line = place.line,
				   .column = place.column, .end_line = place.line, .end_column = place.column + 1 };
	return cfr__report_engine(report, &finding, err);
}

static bool rules_ran(const cfr_check *check, const cfr_result *result, cfr_str rules)
{
	for (uint32_t i = 0; i < check->rules.count; i++) {
		if (result->plans[i].active && names_rule(rules, check->rules.items[i].name))
			return true;
	}
	return false;
}

/* Lets the allowances of its line speak of a finding. Their lines ascend, as their places do. */
static int allow_finding(cfr_allowances *list, cfr_finding *finding, cfr_report *report, cfr_err *err)
{
	uint32_t low = 0, high = list->count;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;
		if (list->items[mid].line < finding->span.line)
			low = mid + 1;
		else
			high = mid;
	}
	for (; low < list->count && list->items[low].line == finding->span.line; low++) {
		cfr_allowance *a = &list->items[low];
		if (a->reason.len == 0 || !names_rule(a->rules, finding->rule))
			continue;
		a->used = true;
		if (finding->standing != CFR_OPEN)
			continue;
		finding->reason = cfr_arena_str(report->arena, a->reason);
		if (!finding->reason.ptr)
			return cfr_err_nomem(err);
		finding->standing = CFR_ALLOWED;
	}
	return 0;
}

static int allow_in_source(cfr_check *check, cfr_result *result, uint32_t index, cfr_findings *findings,
                           cfr_report *report, cfr_err *err)
{
	const cfr_checked *checked = &result->sources[index];
	cfr_allowances list = { 0 };
	int r = find_allowances(&list, checked->source, &result->documents[index], err);

	for (uint32_t i = 0; r == 0 && list.count && i < findings->count; i++) {
		cfr_finding *f = &findings->items[i];
		if (f->document >= checked->first_document && f->document - checked->first_document < checked->documents)
			r = allow_finding(&list, f, report, err);
	}
	for (uint32_t i = 0; r == 0 && i < list.count; i++) {
		const cfr_allowance *a = &list.items[i];
		if (a->reason.len == 0)
			r = report_allowance(report, checked, a, "allow-reason", CFR_WARNING, err);
		else if (!a->used && rules_ran(check, result, a->rules))
			r = report_allowance(report, checked, a, "allow-unused", CFR_INFO, err);
	}
	free(list.items);
	return r;
}

int cfr__accept(cfr_check *check, cfr_result *result, cfr_findings *findings, cfr_report *report, cfr_err *err)
{
	int r = 0;

	for (uint32_t i = 0; r == 0 && check->inline_allow && i < result->source_count; i++) {
		if (result->sources[i].source && result->sources[i].documents)
			r = allow_in_source(check, result, i, findings, report, err);
	}
	return r < 0 ? r : apply_waivers(check, result, findings, report, err);
}
