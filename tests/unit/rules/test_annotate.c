/* tests/unit/rules/test_annotate.c -- docs/lua/cfgrun.d.lua is what the bindings say, and the bindings are what rules see.
 *
 * CFGRUN_UPDATE=1 writes the file instead.
 */
#include "tests/unit/rules/rules.h"

#include "lua/rules/inside.h"
#include <stdlib.h>

static const char FILE_NAME[] = "docs/lua/cfgrun.d.lua";

static void the_file_is_current(void **state)
{
	cfr_buf made = CFR_BUF_INIT, there = CFR_BUF_INIT;
	FILE *file;

	(void)state;
	cfr_lua_annotations(&made);
	assert_int_equal(cfr_buf_check(&made, NULL), 0);
	if (getenv("CFGRUN_UPDATE")) {
		file = fopen(FILE_NAME, "w");
		assert_non_null(file);
		assert_int_equal(fwrite(made.ptr, 1, made.len, file), made.len);
		fclose(file);
	}
	file = fopen(FILE_NAME, "r");
	assert_non_null(file);
	for (int c; (c = fgetc(file)) != EOF; )
		cfr_buf_addc(&there, (char)c);
	fclose(file);
	if (!cfr_str_eq(cfr_buf_str(&made), cfr_buf_str(&there)))
		fail_msg("%s is not what the bindings say; run this test with CFGRUN_UPDATE=1", FILE_NAME);
	cfr_buf_release(&made);
	cfr_buf_release(&there);
}

/* What a rule finds in the tables is what the bindings list, with a line of text for each. */
static void every_function_is_listed(void **state)
{
	static const struct { const char *name; const cfr__binding *bindings; } modules[] = {
		{ "tree", cfr__tree_bindings }, { "text", cfr__text_bindings }, { "re", cfr__re_bindings } };
	cfr_buf expected = CFR_BUF_INIT;

	cfr_buf_addz(&expected, ":");
	for (int m = 0; m < 3; m++) {
		int count = 0;

		for (const cfr__binding *b = modules[m].bindings; b->name; b++, count++)
			assert_true(b->doc && *b->doc && (b->fn == NULL || b->signature[0] == '('));
		cfr_buf_addf(&expected, " %s %d", modules[m].name, count);
	}
	cfr_buf_addz(&expected, "\n");
	assert_string_equal(body(*state, "local o = {} for _, m in ipairs { { 'tree', tree }, { 'text', text }, { 're', re } } do\n"
				 "local n = 0 for _ in pairs(m[2]) do n = n + 1 end o[#o + 1] = m[1] .. ' ' .. n end say(table.concat(o, ' '))", "a: 1"),
			    expected.ptr);
	cfr_buf_release(&expected);
}

int main(void)
{
	const struct CMUnitTest tests[] = { TEST(the_file_is_current), TEST(every_function_is_listed) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
