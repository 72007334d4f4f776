/* lua/rules/annotate.c -- the annotations of docs/lua/cfgrun.d.lua, from the tables of bindings.
 *
 * Editors with the Lua language server read that file, so that a rule is completed and checked while it is written. A
 * test holds the file against what this makes.
 */
#include "lua/rules/inside.h"
#include "lua/script.h"

static const char head[] =
	"---@meta\n"
	"-- What rules see, for editors. Made from the tables of bindings in lua/rules/; not to be edited.\n"
	"\n"
	"---@alias node table<string|integer, any> a mapping or sequence, read-only\n"
	"---@class place where a value stands\n"
	"---@class edit a change, for the `fix` of a finding\n"
	"---@class span\n"
	"---@field file string\n"
	"---@field line integer\n"
	"---@field column integer\n"
	"---@field end_line integer\n"
	"---@field end_column integer\n"
	"---@class document\n"
	"---@field file string\n"
	"---@field name string\n"
	"---@field format string\n"
	"---@field kinds string[]\n"
	"---@field index integer in its stream, from 1\n"
	"---@field text string\n"
	"---@field root any\n"
	"\n"
	"---@class rule_description\n"
	"---@field title string\n"
	"---@field why string\n"
	"---@field severity? \"error\"|\"warning\"|\"info\"\n"
	"---@field check fun(value: any, ctx: ctx)\n"
	"---@field match? { kind?: string|string[], files?: string|string[], formats?: string|string[] }\n"
	"---@field select? string\n"
	"---@field expect? string|string[]\n"
	"---@field options? table<string, any>\n"
	"---@field env? string[]\n"
	"---@field tags? string[]\n"
	"---@field controls? string[]\n"
	"---@field enabled? boolean\n"
	"---@field examples? table\n"
	"\n"
	"--- Declares a rule.\n"
	"---@param name string\n"
	"---@return fun(description: rule_description)\n"
	"function rule(name) end\n"
	"\n"
	"--- The value returned by lib/name.lua of the same pack.\n"
	"---@param name string\n"
	"---@return any\n"
	"function import(name) end\n";

/* Parameters and results of "(a: string, b?: integer): string, ...", as annotations and a header. */
static void write_function(cfr_buf *out, const char *module, const cfr__binding *b)
{
	cfr_str s = cfr_str_of(b->signature);
	size_t depth = 0, start = 1, i;
	cfr_buf names = CFR_BUF_INIT;

	cfr_buf_addf(out, "\n--- %s\n", b->doc);
	for (i = 1; i < s.len; i++) {
		char c = s.ptr[i];
		bool end = depth == 0 && (c == ',' || c == ')');

		depth += c == '(' || c == '<' || c == '{';
		depth -= depth > 0 && (c == ')' || c == '>' || c == '}');
		if (!end)
			continue;
		while (start < i && s.ptr[start] == ' ')
			start++;
		cfr_str one = cfr_str_sub(s, start, i);
		const char *colon = memchr(one.ptr, ':', one.len);

		if (colon && !cfr_str_starts(one, CFR_STR("self:"))) {
			cfr_str name = { one.ptr, (size_t)(colon - one.ptr) };

			cfr_buf_addz(out, "---@param ");
			cfr_buf_adds(out, name);
			cfr_buf_adds(out, (cfr_str){ colon + 1, one.len - name.len - 1 });
			cfr_buf_addc(out, '\n');
			if (names.len)
				cfr_buf_addz(&names, ", ");
			if (name.len && name.ptr[name.len - 1] == '?')
				name.len--;
			cfr_buf_adds(&names, name);
		}
		start = i + 1;
		if (c == ')')
			break;
	}
	if (i + 2 < s.len) {
		cfr_buf_addz(out, "---@return ");
		cfr_buf_adds(out, cfr_str_sub(s, i + 3, s.len));
		cfr_buf_addc(out, '\n');
	}
	cfr_buf_addf(out, "function %s%s%s(%s) end\n", module, strcmp(module, "ctx") == 0 ? ":" : ".", b->name,
		     names.ptr ? names.ptr : "");
	if (names.failed)
		out->failed = names.failed;
	cfr_buf_release(&names);
}

static void write_module(cfr_buf *out, const char *module, const char *doc, const cfr__binding *bindings)
{
	cfr_buf_addf(out, "\n--- %s\n---@class %s\n", doc, strcmp(module, "ctx") == 0 ? "ctx" : module);
	for (const cfr__binding *b = bindings; b->name; b++) {
		if (!b->fn)
			cfr_buf_addf(out, "---@field %s %s %s\n", b->name, b->signature, b->doc);
	}
	cfr_buf_addf(out, "%s%s = {}\n", strcmp(module, "ctx") == 0 ? "local " : "", module);
	for (const cfr__binding *b = bindings; b->name; b++) {
		if (b->fn)
			write_function(out, module, b);
	}
}

void cfr_lua_annotations(cfr_buf *out)
{
	cfr_buf_addz(out, head);
	write_module(out, "ctx", "What a check is told besides the value.", cfr__ctx_bindings);
	write_module(out, "tree", "Nodes and places.", cfr__tree_bindings);
	write_module(out, "text", "Words and strings.", cfr__text_bindings);
	write_module(out, "re", "Regular expressions (PCRE2).", cfr__re_bindings);
}
