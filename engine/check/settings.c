/* engine/check/settings.c -- which rules run, how strictly, and with which options.
 *
 * Settings are kept in the order given and applied in that order, so the last word wins: pack, project file, command
 * line. Before a run they are worked out into one plan for each rule; only options that are bound to files need a look at
 * each document.
 */
#include "engine/base/glob.h"
#include "engine/check/internal.h"
#include "engine/draft.h"

/* --- words that name rules --- */

/* The nearest rule name, for a hint. */
static cfr_str nearest_rule(const cfr_check *check, cfr_str word)
{
	cfr_str best = { NULL, 0 };
	unsigned least = word.len > 6 ? 4 : 3;

	for (uint32_t i = 0; i < check->rules.count; i++) {
		unsigned d = cfr_str_distance(word, check->rules.items[i].name, least);
		if (d < least) {
			least = d;
			best = check->rules.items[i].name;
		}
	}
	return best;
}

static int require_named(const cfr_check *check, cfr_str which, cfr_err *err)
{
	for (uint32_t i = 0; i < check->rules.count; i++) {
		if (cfr__rule_named(&check->rules.items[i], which))
			return 0;
	}
	if (cfr_str_eq(which, CFR_STR("*")))
		return 0;
	cfr_str near = nearest_rule(check, which);
	cfr_err_set(err, CFR_E_USAGE, "no rule is named '%.*s'", (int)(which.len < 80 ? which.len : 80), which.ptr);
	if (near.ptr)
		cfr_err_hint(err, "did you mean '%.*s'?", (int)near.len, near.ptr);
	else
		cfr_err_hint(err, "`cfgrun rules` lists them; tag:TAG, pack:PACK and * name several");
	return CFR_E_USAGE;
}

static int add_word(cfr_check *check, cfr_words *words, cfr_str which, cfr_err *err)
{
	cfr_str word = cfr_arena_str(&check->arena, which);
	cfr_str *place = word.ptr ? CFR_APPEND(words) : NULL;

	if (!place)
		return cfr_err_nomem(err);
	*place = word;
	return 0;
}

int cfr_check_only(cfr_check *check, cfr_str which, cfr_err *err)
{
	int r = require_named(check, which, err);

	return r < 0 ? r : add_word(check, &check->only, which, err);
}

int cfr_check_skip(cfr_check *check, cfr_str which, cfr_err *err)
{
	int r = require_named(check, which, err);

	return r < 0 ? r : add_word(check, &check->skip, which, err);
}

/* --- options --- */

static bool same_kind(cfr_kind wanted, cfr_kind given)
{
	return wanted == given || (wanted == CFR_FLOAT && given == CFR_INT);
}

/* Each option must exist in the rule's defaults and be of its type; items of a list like the default's items. */
static int check_options(const cfr_rule *rule, cfr_node options, cfr_err *err)
{
	for (uint32_t i = 0; i < cfr_node_size(options); i++) {
		cfr_node value, wanted;
		int r = cfr_node_at(&value, options, i, err);
		if (r < 0)
			return r;
		cfr_str key = cfr_node_key(value);
		int found = rule->options ? cfr_node_find(&wanted, cfr_tree_root(rule->options), key, NULL)
					  : CFR_E_NOTFOUND;
		if (found < 0) {
			cfr_err_set(err, CFR_E_USAGE, "rule '%.*s' has no option '%.*s'", (int)rule->name.len,
				    rule->name.ptr, (int)(key.len < 60 ? key.len : 60), key.ptr);
			cfr_err_hint(err, "`cfgrun rules %.*s` shows its options", (int)rule->name.len, rule->name.ptr);
			return CFR_E_USAGE;
		}
		bool fits = same_kind(cfr_node_kind(wanted), cfr_node_kind(value));
		cfr_node first, item;
		if (fits && cfr_node_kind(wanted) == CFR_SEQUENCE && cfr_node_at(&first, wanted, 0, NULL) == 0) {
			for (uint32_t k = 0; fits && cfr_node_at(&item, value, k, NULL) == 0; k++)
				fits = same_kind(cfr_node_kind(first), cfr_node_kind(item));
		}
		if (!fits) {
			cfr_err_set(err, CFR_E_USAGE, "option '%.*s' of rule '%.*s' must be %s %s%s", (int)key.len,
				    key.ptr, (int)rule->name.len, rule->name.ptr,
				    cfr_node_kind(wanted) == CFR_INT || cfr_node_kind(wanted) == CFR_OTHER ? "an" : "a",
				    cfr_kind_name(cfr_node_kind(wanted)),
				    cfr_node_kind(wanted) == CFR_SEQUENCE ? " like its default" : "");
			return CFR_E_USAGE;
		}
	}
	return 0;
}

int cfr_check_set(cfr_check *check, cfr_str which, cfr_str files, int severity, const cfr_tree *options, cfr_err *err)
{
	int r = require_named(check, which, err);
	cfr_setting setting = { .severity = severity, .options = options };

	if (r < 0)
		return r;
	if (options && cfr_node_kind(cfr_tree_root(options)) != CFR_MAPPING)
		return cfr_err_set(err, CFR_E_USAGE, "the options of a rule are a mapping");
	for (uint32_t i = 0; options && i < check->rules.count; i++) {
		if (cfr__rule_named(&check->rules.items[i], which) &&
		    (r = check_options(&check->rules.items[i], cfr_tree_root(options), err)) < 0)
			return r;
	}
	setting.which = cfr_arena_str(&check->arena, which);
	setting.files = cfr_arena_str(&check->arena, files);
	cfr_setting *place = setting.which.ptr && setting.files.ptr ? CFR_APPEND(&check->settings) : NULL;
	if (!place)
		return cfr_err_nomem(err);
	*place = setting;
	cfr_tree_ref(options);
	return 0;
}

/* --- working them out --- */

static bool setting_applies(const cfr_setting *setting, const cfr_rule *rule, cfr_str name)
{
	return cfr__rule_named(rule, setting->which) &&
	       (setting->files.len == 0 || cfr_glob_match(setting->files, name));
}

static bool any_named(const cfr_rule *rule, const cfr_words *words)
{
	for (uint32_t i = 0; i < words->count; i++) {
		if (cfr__rule_named(rule, words->items[i]))
			return true;
	}
	return false;
}

cfr_severity cfr__severity(const cfr_check *check, const cfr_rule *rule, cfr_str name)
{
	bool asked = check->only.count > 0;	/* --only switches a disabled rule on */
	cfr_severity severity = rule->enabled || asked ? rule->severity : CFR_OFF;

	for (uint32_t i = 0; i < check->settings.count; i++) {
		const cfr_setting *s = &check->settings.items[i];
		if (s->severity >= 0 && setting_applies(s, rule, name))
			severity = (cfr_severity)s->severity;
	}
	if (severity == CFR_OFF && asked && check->only.count == 1 && cfr_str_eq(check->only.items[0], rule->name))
		severity = rule->severity;	/* asked for by its own name */
	return severity;
}

/* The rule's options for one file: defaults with the settings laid over, as a new reference. */
static int lay_options(const cfr_tree **out, const cfr_check *check, const cfr_rule *rule, cfr_str name, bool with_files,
                       cfr_err *err)
{
	cfr_draft *draft = NULL;
	cfr_tree *made = NULL;
	int r = 0;

	for (uint32_t i = 0; i < check->settings.count; i++) {
		const cfr_setting *s = &check->settings.items[i];
		if (!s->options || (s->files.len && !with_files) || !setting_applies(s, rule, name))
			continue;
		if (!draft && (r = cfr_draft_new(&draft, rule->options, &check->limits, err)) < 0)
			goto done;
		cfr_node options = cfr_tree_root(s->options), value;
		for (uint32_t k = 0; k < cfr_node_size(options); k++) {
			if ((r = cfr_node_at(&value, options, k, err)) < 0 ||
			    (r = cfr_draft_set(draft, CFR_STR(""), cfr_node_key(value), value, err)) < 0)
				goto done;
		}
	}
	if (draft) {
		if ((r = cfr_draft_freeze(&made, draft, err)) < 0)
			goto done;
		*out = made;
	} else {
		*out = rule->options ? cfr_tree_ref(rule->options) : NULL;
	}
done:
	cfr_draft_free(draft);
	return r;
}

static bool has_options_by_file(const cfr_check *check, const cfr_rule *rule)
{
	for (uint32_t i = 0; i < check->settings.count; i++) {
		const cfr_setting *s = &check->settings.items[i];
		if (s->options && s->files.len && cfr__rule_named(rule, s->which))
			return true;
	}
	return false;
}

int cfr__plan_rules(cfr_check *check, cfr_result *result, cfr_err *err)
{
	int r;

	result->plans = cfr_arena_zalloc(&result->arena, check->rules.count + 1, sizeof(*result->plans));
	if (!result->plans)
		return cfr_err_nomem(err);
	for (uint32_t i = 0; i < check->rules.count; i++) {
		const cfr_rule *rule = &check->rules.items[i];
		cfr_plan *plan = &result->plans[i];

		plan->active = (check->only.count == 0 || any_named(rule, &check->only)) &&
			       !any_named(rule, &check->skip);
		if (!plan->active)
			continue;
		if ((r = lay_options(&plan->options, check, rule, CFR_STR(""), false, err)) < 0)
			return r;
		if (!has_options_by_file(check, rule))
			continue;
		plan->per_subject = cfr_arena_zalloc(&result->arena, result->subject_count + 1, sizeof(cfr_tree *));
		if (!plan->per_subject)
			return cfr_err_nomem(err);
		for (uint32_t k = 0; k < result->subject_count; k++) {
			r = lay_options(&plan->per_subject[k], check, rule, result->subjects[k].name, true, err);
			if (r < 0)
				return r;
		}
	}
	return 0;
}

void cfr__plan_release(cfr_check *check, cfr_result *result)
{
	for (uint32_t i = 0; result->plans && i < check->rules.count; i++) {
		cfr_plan *plan = &result->plans[i];
		cfr_tree_unref(plan->options);
		for (uint32_t k = 0; plan->per_subject && k < result->subject_count; k++)
			cfr_tree_unref(plan->per_subject[k]);
	}
	result->plans = NULL;
}

bool cfr__rule_matches(const cfr_rule *rule, const cfr_subject *subject)
{
	bool of_kind = rule->kinds.count == 0, of_name = rule->files.count == 0;

	if (rule->formats && !(rule->formats & 1u << cfr_document_format(subject->doc)))
		return false;
	for (uint32_t i = 0; !of_kind && i < rule->kinds.count; i++) {
		for (uint32_t k = 0; !of_kind && k < subject->kinds.count; k++)
			of_kind = cfr_str_eq(rule->kinds.items[i], subject->kinds.items[k]);
	}
	for (uint32_t i = 0; of_kind && !of_name && i < rule->files.count; i++)
		of_name = cfr_glob_match(rule->files.items[i], subject->name);
	return of_kind && of_name;
}
