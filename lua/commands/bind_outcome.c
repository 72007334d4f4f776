/* lua/commands/bind_outcome.c -- what a check has and found, as plain tables: a report needs no more.
 *
 * An outcome is { findings, failures, sources, counts }; a rule is a table of its description. Fixes carry, where asked for,
 * the splices they come to, so that machines can show them.
 */
#include "engine/pointer.h"
#include "engine/text.h"
#include "lua/commands/bind.h"

static void push_strs(lua_State *L, cfr_strs list)
{
	lua_createtable(L, (int)list.count, 0);
	for (uint32_t i = 0; i < list.count; i++) {
		cfr__cmd_push_str(L, list.items[i]);
		lua_rawseti(L, -2, (lua_Integer)i + 1);
	}
}

static void set_strs(lua_State *L, const char *field, cfr_strs list)
{
	push_strs(L, list);
	lua_setfield(L, -2, field);
}

static void push_edit(lua_State *L, const cfr_edit *edit)
{
	static const char *const ops[] = { "replace", "set", "insert", "remove", "rename", "move" };

	lua_createtable(L, 0, 6);
	lua_pushstring(L, ops[edit->op]);
	lua_setfield(L, -2, "op");
	cfr__cmd_set_str(L, "at", edit->at);
	if (edit->op == CFR_EDIT_MOVE)
		cfr__cmd_set_str(L, "to", edit->to);
	if (edit->op == CFR_EDIT_SET || edit->op == CFR_EDIT_RENAME || edit->op == CFR_EDIT_MOVE)
		cfr__cmd_set_str(L, "key", edit->key);
	if (edit->op == CFR_EDIT_INSERT && edit->index != UINT32_MAX)
		cfr__cmd_set_int(L, "index", edit->index);
	if (edit->value) {
		cfr__cmd_push_node(L, NULL, cfr_tree_root(edit->value));
		lua_setfield(L, -2, "value");
	}
}

/* Planning splices takes time by the size of the document, for each finding anew. So the first findings of a run get
 * theirs, until as many bytes have been gone through; equal runs stop at the same one. */
typedef struct planning {
	const cfr_limits *limits;	/* NULL: no splices are wanted */
	uint64_t bytes;
} planning;

static bool may_plan(planning *plan, const cfr_source *source)
{
	uint64_t size = cfr_source_bytes(source).len;

	if (!plan->limits || plan->bytes < size)
		return false;
	plan->bytes -= size;
	return true;
}

/* The edits of a finding and, for machines, the splices they come to. */
static void set_fix(lua_State *L, const cfr_outcome *outcome, const cfr_finding *finding, planning *plan)
{
	cfr_splices splices = { 0 };

	lua_createtable(L, 0, 3);
	cfr__cmd_set_bool(L, "guarded", finding->guarded);
	lua_createtable(L, (int)finding->edit_count, 0);
	for (uint32_t i = 0; i < finding->edit_count; i++) {
		push_edit(L, &finding->edits[i]);
		lua_rawseti(L, -2, (lua_Integer)i + 1);
	}
	lua_setfield(L, -2, "edits");
	if (finding->document < outcome->subject_count) {
		const cfr_document *doc = outcome->subjects[finding->document].doc;
		const cfr_source *source = cfr_document_source(doc);
		if (may_plan(plan, source) &&
		    cfr_edit_plan(&splices, doc, finding->edits, finding->edit_count, plan->limits, NULL) == 0) {
			lua_createtable(L, (int)splices.count, 0);
			for (uint32_t i = 0; i < splices.count; i++) {
				cfr_place from = cfr_source_place(source, splices.items[i].start);
				cfr_place to = cfr_source_place(source, splices.items[i].end);
				cfr_span span = { splices.items[i].start, splices.items[i].end, from.line, from.column,
						  to.line, to.column };
				lua_createtable(L, 0, 8);
				cfr__cmd_set_span(L, &span);
				cfr__cmd_set_str(L, "text", splices.items[i].text);
				lua_rawseti(L, -2, (lua_Integer)i + 1);
			}
			lua_setfield(L, -2, "splices");
			cfr_splices_release(&splices);
		}
	}
	lua_setfield(L, -2, "fix");
}

static const cfr_source *source_of(const cfr_outcome *outcome, const cfr_finding *finding)
{
	if (finding->document < outcome->subject_count)
		return cfr_document_source(outcome->subjects[finding->document].doc);
	for (uint32_t i = 0; i < outcome->source_count; i++) {
		if (cfr_str_eq(outcome->sources[i].file, finding->file))
			return outcome->sources[i].source;
	}
	return NULL;
}

static void set_related(lua_State *L, const cfr_finding *finding)
{
	lua_createtable(L, (int)finding->related_count, 0);
	for (uint32_t i = 0; i < finding->related_count; i++) {
		const cfr_related *related = &finding->related[i];
		lua_createtable(L, 0, 9);
		cfr__cmd_set_str(L, "file", related->file);
		cfr__cmd_set_str(L, "path", related->path);
		cfr__cmd_set_str(L, "message", related->message);
		cfr__cmd_set_span(L, &related->span);
		lua_rawseti(L, -2, (lua_Integer)i + 1);
	}
	lua_setfield(L, -2, "related");
}

/* What a finding of a rule tagged `secret` is about, as written and as read: reports mask it wherever it shows. */
static void set_secret(lua_State *L, const cfr_outcome *outcome, const cfr_finding *finding)
{
	const cfr_document *doc = outcome->subjects[finding->document].doc;
	cfr_str bytes = cfr_source_bytes(cfr_document_source(doc));
	cfr_node node;

	lua_createtable(L, 2, 0);
	cfr__cmd_push_str(L, cfr_str_sub(bytes, finding->span.start, finding->span.end));
	lua_rawseti(L, -2, 1);
	if (cfr_pointer_get(&node, cfr_tree_root(cfr_document_tree(doc)), finding->path, NULL) == 0 &&
	    cfr_node_kind(node) == CFR_STRING) {
		cfr__cmd_push_str(L, cfr_node_string(node));
		lua_rawseti(L, -2, 2);
	}
	lua_setfield(L, -2, "secret");
}

static void push_finding(lua_State *L, const cfr_outcome *outcome, const cfr_finding *finding,
                         const cfr__secrets *secrets, planning *plan)
{
	static const char *const standings[] = { "open", "allowed", "waived", "fixed" };
	const cfr_source *source = finding->standing == CFR_FIXED ? NULL : source_of(outcome, finding);

	lua_createtable(L, 0, 24);
	cfr__cmd_set_str(L, "rule", finding->rule);
	lua_pushstring(L, cfr_severity_name(finding->severity));
	lua_setfield(L, -2, "severity");
	lua_pushstring(L, standings[finding->standing]);
	lua_setfield(L, -2, "standing");
	cfr__cmd_set_str(L, "message", finding->message);
	cfr__cmd_set_str(L, "file", finding->file);
	cfr__cmd_set_str(L, "path", finding->path);
	cfr__cmd_set_span(L, &finding->span);
	lua_pushstring(L, finding->fingerprint);
	lua_setfield(L, -2, "fingerprint");
	if (finding->hint.len)
		cfr__cmd_set_str(L, "hint", finding->hint);
	if (finding->reason.len)
		cfr__cmd_set_str(L, "reason", finding->reason);
	if (finding->unfixed.len)
		cfr__cmd_set_str(L, "unfixed", finding->unfixed);
	if (finding->document < outcome->subject_count)
		cfr__cmd_set_int(L, "document", (lua_Integer)finding->document + 1);
	if (source)
		cfr__cmd_set_excerpt(L, secrets, finding, source);
	if (finding->of) {
		set_strs(L, "controls", finding->of->controls);
		cfr__cmd_set_str(L, "pack", finding->of->pack);
	}
	set_related(L, finding);
	if (cfr__cmd_is_secret(finding->of) && finding->document < outcome->subject_count && source)
		set_secret(L, outcome, finding);
	if (finding->edit_count)
		set_fix(L, outcome, finding, plan);
}

static void push_sources(lua_State *L, const cfr_outcome *outcome)
{
	lua_createtable(L, (int)outcome->source_count, 0);
	for (uint32_t i = 0; i < outcome->source_count; i++) {
		const cfr_checked *s = &outcome->sources[i];
		lua_createtable(L, 0, 8);
		cfr__cmd_set_str(L, "file", s->file);
		cfr__cmd_set_str(L, "name", s->name);
		lua_pushstring(L, s->format == CFR_FORMAT_NONE ? "unknown" : cfr_format_name(s->format));
		lua_setfield(L, -2, "format");
		cfr__cmd_set_int(L, "documents", s->documents);
		cfr__cmd_set_int(L, "rules", s->rules);
		cfr__cmd_set_bool(L, "changed", s->changed);
		if (s->template_language)
			cfr__cmd_set_str(L, "template", cfr_str_of(s->template_language));
		if (s->changed && s->source)
			cfr__cmd_set_str(L, "text", cfr_source_bytes(s->source));
		lua_newtable(L);
		for (uint32_t d = 0; d < s->documents; d++) {
			push_strs(L, outcome->subjects[s->first_document + d].kinds);
			lua_rawseti(L, -2, (lua_Integer)d + 1);
		}
		lua_setfield(L, -2, "kinds");
		lua_rawseti(L, -2, (lua_Integer)i + 1);
	}
}

static void push_counts(lua_State *L, const cfr_check_counts *c)
{
	lua_createtable(L, 0, 16);
	cfr__cmd_set_int(L, "files", (lua_Integer)c->files);
	cfr__cmd_set_int(L, "documents", (lua_Integer)c->documents);
	cfr__cmd_set_int(L, "rules", (lua_Integer)c->rules);
	cfr__cmd_set_int(L, "jobs", (lua_Integer)c->jobs);
	cfr__cmd_set_int(L, "places", (lua_Integer)c->places);
	cfr__cmd_set_int(L, "skipped", (lua_Integer)c->skipped);
	cfr__cmd_set_int(L, "error", (lua_Integer)c->open[CFR_ERROR]);
	cfr__cmd_set_int(L, "warning", (lua_Integer)c->open[CFR_WARNING]);
	cfr__cmd_set_int(L, "info", (lua_Integer)c->open[CFR_INFO]);
	cfr__cmd_set_int(L, "allowed", (lua_Integer)c->allowed);
	cfr__cmd_set_int(L, "waived", (lua_Integer)c->waived);
	cfr__cmd_set_int(L, "fixed", (lua_Integer)c->fixed);
	cfr__cmd_set_int(L, "parse_ns", (lua_Integer)c->parse_ns);
	cfr__cmd_set_int(L, "check_ns", (lua_Integer)c->check_ns);
}

void cfr__cmd_push_outcome(lua_State *L, const cfr_outcome *outcome, const cfr_limits *splices)
{
	planning plan = { .bytes = CFR_MIB(32), .limits = splices };
	cfr__secrets secrets = cfr__cmd_push_secrets(L, outcome);
	lua_createtable(L, 0, 5);
	lua_createtable(L, (int)outcome->finding_count, 0);
	for (uint32_t i = 0; i < outcome->finding_count; i++) {
		push_finding(L, outcome, &outcome->findings[i], &secrets, &plan);
		lua_rawseti(L, -2, (lua_Integer)i + 1);
	}
	lua_setfield(L, -2, "findings");
	lua_createtable(L, (int)outcome->failure_count, 0);
	for (uint32_t i = 0; i < outcome->failure_count; i++) {
		cfr__cmd_push_err_table(L, &outcome->failures[i].err);
		cfr__cmd_set_str(L, "rule", outcome->failures[i].rule);
		cfr__cmd_set_str(L, "subject", outcome->failures[i].file);
		lua_rawseti(L, -2, (lua_Integer)i + 1);
	}
	lua_setfield(L, -2, "failures");
	push_sources(L, outcome);
	lua_setfield(L, -2, "sources");
	push_counts(L, &outcome->counts);
	lua_setfield(L, -2, "counts");
}

/* --- rules --- */

static void push_rule(lua_State *L, const cfr_rule *rule)
{
	lua_createtable(L, 0, 20);
	cfr__cmd_set_str(L, "name", rule->name);
	cfr__cmd_set_str(L, "pack", rule->pack);
	cfr__cmd_set_str(L, "title", rule->title);
	cfr__cmd_set_str(L, "why", rule->why);
	lua_pushstring(L, cfr_severity_name(rule->severity));
	lua_setfield(L, -2, "severity");
	cfr__cmd_set_bool(L, "enabled", rule->enabled);
	cfr__cmd_set_bool(L, "fixable", rule->fixable);
	set_strs(L, "kinds", rule->kinds);
	set_strs(L, "files", rule->files);
	set_strs(L, "tags", rule->tags);
	set_strs(L, "controls", rule->controls);
	set_strs(L, "env", rule->env);
	if (rule->select)
		cfr__cmd_set_str(L, "select", cfr_query_text(rule->select));
	lua_newtable(L);
	lua_Integer count = 0;
	for (int k = 0; k < CFR_KIND_COUNT; k++) {
		if (rule->expect & 1u << k) {
			lua_pushstring(L, cfr_kind_name((cfr_kind)k));
			lua_rawseti(L, -2, ++count);
		}
	}
	lua_setfield(L, -2, "expect");
	if (rule->options) {
		cfr__cmd_push_node(L, NULL, cfr_tree_root(rule->options));
		lua_setfield(L, -2, "options");
	}
	if (rule->examples) {
		cfr__cmd_push_node(L, NULL, cfr_tree_root(rule->examples));
		lua_setfield(L, -2, "examples");
	}
	cfr__cmd_set_str(L, "file", rule->file);
	cfr__cmd_set_int(L, "line", rule->line);
}

void cfr__cmd_push_rules(lua_State *L, const cfr_rules *rules)
{
	lua_createtable(L, (int)rules->count, 0);
	for (uint32_t i = 0; i < rules->count; i++) {
		push_rule(L, &rules->items[i]);
		lua_rawseti(L, -2, (lua_Integer)i + 1);
	}
}
