/* lua/commands/bind_fmt.c -- core: formatting for commands.
 *
 *   core.fmt(name, text, {format=, style=, limits=})	the text in order; or nil, error, template language
 *   core.fmt_unwanted(text)				does a comment at its top say `cfgrun: no-fmt`?
 *
 * A style has the fields indent, tabs, sequences ("keep", "majority", "indent", "flush"), ends ("lf", "crlf"),
 * blank_lines, width, keep_trailing, keep_final; all may be left out.
 */
#include "engine/fmt.h"
#include "lua/commands/bind.h"

static unsigned number_field(lua_State *L, int table, const char *name, unsigned otherwise)
{
	lua_Integer value;

	lua_getfield(L, table, name);
	value = luaL_optinteger(L, -1, (lua_Integer)otherwise);
	lua_pop(L, 1);
	if (value < 0 || value > 1000000)
		luaL_error(L, "%s is out of range", name);
	return (unsigned)value;
}

static bool bool_field(lua_State *L, int table, const char *name)
{
	lua_getfield(L, table, name);
	bool value = lua_toboolean(L, -1);
	lua_pop(L, 1);
	return value;
}

static unsigned choice_field(lua_State *L, int table, const char *name, const char *const *words)
{
	cfr_str word = cfr__cmd_field_str(L, table, name);

	for (unsigned i = 0; words[i]; i++) {
		if (word.len == 0 || cfr_str_eq(word, cfr_str_of(words[i])))
			return i;
	}
	return (unsigned)luaL_error(L, "%s cannot be '%s'", name, word.ptr);
}

static cfr_fmt_style read_style(lua_State *L, int table)
{
	static const char *const sequences[] = { "keep", "majority", "indent", "flush", NULL };
	static const char *const ends[] = { "keep", "lf", "crlf", NULL };
	cfr_fmt_style style = { .blank_lines = 2 };

	if (!lua_istable(L, table))
		return style;
	style.indent = number_field(L, table, "indent", 0);
	style.tabs = bool_field(L, table, "tabs");
	style.sequences = (cfr_fmt_sequences)choice_field(L, table, "sequences", sequences);
	style.ends = (cfr_fmt_ends)choice_field(L, table, "ends", ends);
	style.blank_lines = number_field(L, table, "blank_lines", 2);
	style.width = number_field(L, table, "width", 0);
	style.keep_trailing = bool_field(L, table, "keep_trailing");
	style.keep_final = bool_field(L, table, "keep_final");
	return style;
}

static int core_fmt(lua_State *L)
{
	cfr_str name = cfr__cmd_check_str(L, 1), text = cfr__cmd_check_str(L, 2), word;
	cfr_source *source = NULL;
	cfr_splices splices = { .count = 0 };
	cfr_fmt_style style;
	cfr_limits limits;
	cfr_format format;
	cfr_err err = CFR_ERR_INIT;
	int r;

	luaL_checktype(L, 3, LUA_TTABLE);
	lua_settop(L, 3);
	cfr__cmd_read_limits(L, 3, &limits);
	word = cfr__cmd_field_str(L, 3, "format");
	format = cfr_format_of_word(word);
	if (word.len && format == CFR_FORMAT_NONE)
		return luaL_error(L, "no format is called '%s'", word.ptr);
	lua_getfield(L, 3, "style");
	style = read_style(L, 4);
	cfr_buf *buf = cfr__cmd_push_buf(L);

	r = cfr_source_new(&source, name, text, &limits, &err);
	if (r == 0)
		r = cfr_fmt_plan(&splices, source, format, &style, &limits, &err);
	if (r == 0 && splices.count)
		r = cfr_splices_apply(buf, text, splices.items, splices.count, &err);
	cfr_source_unref(source);
	if (r) {
		bool broken = r == CFR_E_SYNTAX || r == CFR_E_KIND || r == CFR_E_DUPLICATE;

		cfr_splices_release(&splices);
		cfr__cmd_push_err(L, &err);
		lua_pushstring(L, broken ? cfr_text_template(text) : NULL);
		return 3;
	}
	if (splices.count)
		cfr__cmd_push_str(L, cfr_buf_str(buf));
	else
		lua_pushvalue(L, 2);
	cfr_splices_release(&splices);
	return 1;
}

static int core_fmt_unwanted(lua_State *L)
{
	lua_pushboolean(L, cfr_fmt_unwanted(cfr__cmd_check_str(L, 1)));
	return 1;
}

void cfr__cmd_bind_fmt(lua_State *L)
{
	lua_pushcfunction(L, core_fmt);
	lua_setfield(L, -2, "fmt");
	lua_pushcfunction(L, core_fmt_unwanted);
	lua_setfield(L, -2, "fmt_unwanted");
}
