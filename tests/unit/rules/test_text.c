/* tests/unit/rules/test_text.c -- `text` and `re`; and every function of the host called with what nobody should give. */
#include "tests/unit/rules/rules.h"

static const char TEXT[] = "a: 1";

static void words_and_strings(void **state)
{
	assert_says(*state, "say('[' .. text.trim '  a b\\t\\n' .. ']', #text.trim '', table.concat(text.split('a,b,,c', ','), '|'), #text.split('', ','))",
		    TEXT, "[a b] 0 a|b||c 1");
	assert_says(*state, "say(table.concat(text.lines 'a\\r\\nb\\n\\nc\\n', '|'), #text.lines '', #text.lines '\\n')", TEXT, "a|b||c 0 1");
	assert_says(*state, "say(text.starts('abc', 'ab'), text.ends('abc', 'bc'), text.contains('abc', '.'), text.contains('abc', ''), text.starts('a', 'ab'))",
		    TEXT, "true true false true false");
	assert_says(*state, "say(text.distance('kitten', 'sitting'), text.distance('ab', 'ba'), text.distance('', 'abc'))", TEXT, "3 1 3");
	assert_says(*state, "say(text.nearest('modle', {'model', 'tools'}), text.nearest('xyz', {'model'}), text.nearest('cat', {'bat', 'hat'}), text.nearest('bat', {'bat', 'hat'}), text.nearest('no', {'on'}), text.nearest('no', {'on'}, 1), text.nearest('a', {}), text.nearest('toolz', value))",
		    "[tools, other]", "model nil nil bat nil on nil tools");
	assert_says(*state, "say(text.entropy 'aaaa', text.entropy 'abcd', text.entropy '')", TEXT, "0.0 2.0 0.0");
	assert_says(*state, "say(text.mask(('sk-p'):rep(12) .. 'abc'), text.mask 'abcdefgh', text.mask 'abc', text.mask '', text.mask '\\xff\\xff\\xff\\xff')",
		    TEXT, "sk-p…(51 characters) ab…(8 characters) …(3 characters) …(0 characters) …(4 characters)");
	assert_says(*state, "say(text.glob('*.yaml', 'a.yaml'), text.glob('*.yaml', 'b/a.yaml'), text.glob('**/a.*', 'b/a.yaml'))", TEXT, "true false true");
	assert_fails(*state, "text.split('a', '')", TEXT, "the separator is empty");
	assert_fails(*state, "text.trim(3)", TEXT, "string expected, got a number");
	assert_fails(*state, "text.glob(('a'):rep(5000), 'a')", TEXT, "at most 4096");
}

static void regular_expressions(void **state)
{
	assert_says(*state, "say(re.test('abc', 'b'), re.match('key=val', '(\\\\w+)=(\\\\w+)'), re.match('abc', 'b.'), re.match('abc', 'x'), re.match('a', '(a)|(b)'))",
		    TEXT, "true key bc nil a false");
	assert_says(*state, "say(re.match('b', '(a)?(b)'))", TEXT, "false b");
	assert_says(*state, "say(re.find('abcabc', 'b(c)', 3))", TEXT, "5 6 c");
	assert_says(*state, "say(re.find('abc', 'c', -1)) ", TEXT, "3 3");
	assert_says(*state, "say(re.find('abc', '', 4), re.find('abc', '', 5))", TEXT, "4 nil");
	assert_says(*state, "local o = {} for a, b in re.each('a1 b2 c3', '(\\\\w)(\\\\d)') do o[#o + 1] = b .. a end say(table.concat(o, ' '))",
		    TEXT, "1a 2b 3c");
	assert_says(*state, "local n = 0 for _ in re.each('äöü', '') do n = n + 1 end say(n)", TEXT, "4");
	assert_says(*state, "say(re.gsub('abc', '(b)', '<%1>'))", TEXT, "a<b>c 1");
	assert_says(*state, "say((re.gsub('a b', '\\\\w', function(c) return c:upper() end)), (re.gsub('a b', '\\\\w', { a = 'x' })), (re.gsub('ab', '', '-')), (re.gsub('a', 'a', '%%')))",
		    TEXT, "A B x b -a-b- %");
	assert_says(*state, "say(re.test('a.b*c', '^' .. re.escape 'a.b*c' .. '$'), re.test('axb', re.escape 'a.b'), re.test('a b#', '(?x)' .. re.escape 'a b#'))",
		    TEXT, "true false true");
	assert_fails(*state, "re.test('a', '(')", TEXT, "pattern '('");
	assert_fails(*state, "re.test('\\xff', 'a')", TEXT, "the text is not UTF-8 (byte 1)");
	assert_fails(*state, "re.gsub('a', 'a', '%9')", TEXT, "names group %9");
	assert_fails(*state, "re.gsub('a', 'a', '%x')", TEXT, "followed by a digit");
	assert_fails(*state, "re.gsub('a', 'a', function() return {} end)", TEXT, "a string is needed");
	assert_fails(*state, "re.test(('a'):rep(30) .. 'b', '(a+)+$')", TEXT, "limit pattern-steps");
	/* more patterns than are kept */
	assert_says(*state, "local n = 0 for i = 1, 1000 do if re.test('x' .. i, '^x' .. i .. '$') then n = n + 1 end end say(n)", TEXT, "1000");
	/* a replacement that matches meanwhile */
	assert_says(*state, "say((re.gsub('abab', '(a)(b)', function(a, b) re.match('zz', '(z)(z)') return b .. a end)))", TEXT, "baba");
}

/* Every function of tree, text, re and ctx with every kind of argument: errors are fine, crashes and hangs are not. */
static void hostile_arguments(void **state)
{
	world *w = *state;
	static const char code[] =
		"local cyc = {} cyc[1] = cyc cyc.k = cyc\n"
		"local args = { false, -1, 0, math.maxinteger, math.mininteger, 0/0, 1/0, '', '\\0', ('a'):rep(70000), '../../x', '%s%n',\n"
		"  {}, cyc, print, function() error 'cb' end, value, ctx, ctx.place, tree.null, ctx.doc, ctx:replace(1), ctx.options, '$..*', '/list', '(a|', ctx.env }\n"
		"local n = 0\n"
		"local function fire(f) pcall(f) for i = 1, #args do local a, b = args[i], args[i % #args + 1]\n"
		"  pcall(f, a) pcall(f, a, b) pcall(f, b, a) pcall(f, nil, a, b) pcall(f, value, a, b) pcall(f, ctx, a) pcall(f, ctx, a, b) pcall(f, ctx, value, a, b)\n"
		"  pcall(f, ctx, b, value, a) pcall(f, 'aab', a, b) pcall(f, ctx, 'x {a}', { a = a, at = b, fix = a, related = b }) pcall(f, ctx, 'x', { fix = { a }, related = { { b, a } }, safety = a })\n"
		"  pcall(function() return a[b] end) pcall(function() a[b] = 1 end) pcall(function() return #a, tostring(a), a == b, a .. '' end) n = n + 8 end end\n"
		"for _, m in ipairs { tree, text, re } do for name, f in pairs(m) do if type(f) == 'function' then fire(f) end end end\n"
		"for _, name in ipairs { 'parent', 'select', 'report', 'trace', 'replace', 'set', 'insert', 'remove', 'rename', 'move' } do fire(ctx[name]) end\n"
		"fire(rule) fire(import) fire(ipairs) fire(pairs) fire(table.concat) fire(table.sort) fire(table.unpack)\n"
		"error('done ' .. tostring(n > 1000))";
	const char *said;

	w->limits.of[CFR_LIMIT_TIME] = 60000;
	w->limits.of[CFR_LIMIT_OUTPUT] = CFR_MIB(64);
	w->limits.of[CFR_LIMIT_FINDINGS] = 100000;
	said = body(w, code, "list: [a, b]\nx: null\n");
	if (!strstr(said, "! done true\n"))
		fail_msg("%.300s", strstr(said, "! ") ? strstr(said, "! ") : said);
}

int main(void)
{
	const struct CMUnitTest tests[] = { TEST(words_and_strings), TEST(regular_expressions), TEST(hostile_arguments) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
