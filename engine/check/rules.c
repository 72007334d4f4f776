/* engine/check/rules.c -- the set of rules of a run.
 *
 * Descriptions are copied into one arena, so that they outlive the script state that declared them. Queries and trees
 * are taken over. Names are unique over all packs: a finding, a waiver and a level say just the name.
 */
#include "engine/base/vec.h"
#include "engine/check/internal.h"

#include <stdlib.h>

const char *cfr_severity_name(cfr_severity severity)
{
	static const char *const names[] = { "off", "info", "warning", "error" };

	return (unsigned)severity < 4 ? names[severity] : "off";
}

int cfr_severity_of(cfr_severity *out, cfr_str word, cfr_err *err)
{
	for (int s = CFR_OFF; s <= CFR_ERROR; s++) {
		if (cfr_str_eq(word, cfr_str_of(cfr_severity_name((cfr_severity)s)))) {
			*out = (cfr_severity)s;
			return 0;
		}
	}
	cfr_err_set(err, CFR_E_USAGE, "'%.*s' is no level", (int)(word.len < 60 ? word.len : 60), word.ptr);
	cfr_err_hint(err, "levels are off, info, warning and error");
	return CFR_E_USAGE;
}

void *cfr__append(void *items, uint32_t *count, uint32_t *capacity, size_t size)
{
	char *array;

	if (cfr_vec_room(items, capacity, (uint64_t)*count + 1, size, NULL) < 0)
		return NULL;
	memcpy(&array, items, sizeof(array));	/* whatever type of pointer it is */
	return memset(array + size * (*count)++, 0, size);
}

int cfr_rules_init(cfr_rules *rules, cfr_err *err)
{
	cfr_arena *arena = malloc(sizeof(*arena));

	if (!arena)
		return cfr_err_nomem(err);
	cfr_arena_init(arena, NULL);
	*rules = (cfr_rules){ .memory = arena };
	return 0;
}

void cfr_rules_release(cfr_rules *rules)
{
	for (uint32_t i = 0; i < rules->count; i++) {
		cfr_query_free((cfr_query *)(uintptr_t)rules->items[i].select);
		cfr_tree_unref(rules->items[i].options);
		cfr_tree_unref(rules->items[i].examples);
	}
	for (uint32_t i = 0; i < rules->recogniser_count; i++) {
		for (uint32_t k = 0; k < rules->recognisers[i].count; k++)
			cfr_query_free((cfr_query *)(uintptr_t)rules->recognisers[i].queries[k]);
	}
	free(rules->items);
	free(rules->recognisers);
	if (rules->memory) {
		cfr_arena_release(rules->memory);
		free(rules->memory);
	}
	*rules = (cfr_rules){ 0 };
}

/* Copies text; notes in *ok when memory ran out. */
static cfr_str copy(cfr_arena *arena, cfr_str s, bool *ok)
{
	cfr_str c = cfr_arena_str(arena, s);

	if (!c.ptr)
		*ok = false;
	return c;
}

static cfr_strs copy_list(cfr_arena *arena, cfr_strs list, bool *ok)
{
	cfr_str *items = cfr_arena_zalloc(arena, list.count + 1, sizeof(*items));

	if (!items) {
		*ok = false;
		return (cfr_strs){ NULL, 0 };
	}
	for (uint32_t i = 0; i < list.count; i++)
		items[i] = copy(arena, list.items[i], ok);
	return (cfr_strs){ items, list.count };
}

int cfr_rules_add(cfr_rules *rules, const cfr_rule *rule, cfr_err *err)
{
	cfr_arena *arena = rules->memory;
	bool ok = true;
	cfr_rule made = *rule;

	for (uint32_t i = 0; i < rules->count; i++) {
		const cfr_rule *other = &rules->items[i];
		if (!cfr_str_eq(other->name, rule->name))
			continue;
		cfr_err_set(err, CFR_E_DUPLICATE, "rule '%.*s' is declared twice, first at %.*s:%u",
			    (int)rule->name.len, rule->name.ptr, (int)other->file.len, other->file.ptr, other->line);
		cfr_err_at(err, rule->file, rule->line, 0);
		cfr_err_hint(err, "a rule's name is used in findings, levels and waivers: give each its own");
		return CFR_E_DUPLICATE;
	}
	made.name = copy(arena, rule->name, &ok);
	made.pack = copy(arena, rule->pack, &ok);
	made.title = copy(arena, rule->title, &ok);
	made.why = copy(arena, rule->why, &ok);
	made.file = copy(arena, rule->file, &ok);
	made.kinds = copy_list(arena, rule->kinds, &ok);
	made.files = copy_list(arena, rule->files, &ok);
	made.tags = copy_list(arena, rule->tags, &ok);
	made.controls = copy_list(arena, rule->controls, &ok);
	made.env = copy_list(arena, rule->env, &ok);

	cfr_rule *place = ok ? CFR_APPEND(rules) : NULL;
	if (!place)
		return cfr_err_nomem(err);
	if (!made.fn)
		made.number = rules->scripted++;
	*place = made;
	return 0;
}

/* The same queries in the same order? */
static bool same_queries(const cfr_recogniser *known, cfr_query *const *queries, uint32_t count)
{
	if (known->count != count)
		return false;
	for (uint32_t i = 0; i < count; i++) {
		if (!cfr_str_eq(cfr_query_text(known->queries[i]), cfr_query_text(queries[i])))
			return false;
	}
	return true;
}

int cfr_rules_recognise(cfr_rules *rules, cfr_str kind, cfr_query *const *queries, uint32_t count, cfr_err *err)
{
	cfr_arena *arena = rules->memory;
	bool ok = true;
	const cfr_query **list;

	for (uint32_t i = 0; i < rules->recogniser_count; i++) {
		if (!cfr_str_eq(rules->recognisers[i].kind, kind))
			continue;
		if (same_queries(&rules->recognisers[i], queries, count)) {
			for (uint32_t k = 0; k < count; k++)
				cfr_query_free(queries[k]);
			return 0;
		}
		cfr_err_set(err, CFR_E_DUPLICATE, "two packs recognise kind '%.*s' in different ways", (int)kind.len,
			    kind.ptr);
		return CFR_E_DUPLICATE;
	}
	cfr_str name = copy(arena, kind, &ok);
	if (!(list = cfr_arena_zalloc(arena, count + 1, sizeof(const cfr_query *))) || !ok)
		return cfr_err_nomem(err);
	cfr_recogniser *place = cfr__append(&rules->recognisers, &rules->recogniser_count, &rules->recogniser_capacity,
					  sizeof(*place));
	if (!place)
		return cfr_err_nomem(err);
	for (uint32_t i = 0; i < count; i++)
		list[i] = queries[i];
	*place = (cfr_recogniser){ name, list, count };
	return 0;
}

static bool listed(cfr_strs list, cfr_str word)
{
	for (uint32_t i = 0; i < list.count; i++) {
		if (cfr_str_eq(list.items[i], word))
			return true;
	}
	return false;
}

bool cfr__rule_named(const cfr_rule *rule, cfr_str which)
{
	if (cfr_str_starts(which, CFR_STR("tag:")))
		return listed(rule->tags, cfr_str_sub(which, 4, which.len));
	if (cfr_str_starts(which, CFR_STR("pack:")))
		return cfr_str_eq(rule->pack, cfr_str_sub(which, 5, which.len));
	return cfr_str_eq(which, CFR_STR("*")) || cfr_str_eq(rule->name, which);
}
