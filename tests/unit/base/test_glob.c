/* tests/unit/base/test_glob.c -- our globs, and lines of a .gitignore as git reads them. */
#include "engine/base/glob.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static cfr_str str(const char *z) { return (cfr_str){ z, strlen(z) }; }

static void test_match(void **state)
{
	static const struct { const char *pattern, *text; bool matches; } cases[] = {
		{ "", "", true }, { "", "a", false }, { "a", "a", true }, { "a", "", false }, { "a", "ab", false },
		{ "*", "", true }, { "*", "abc", true }, { "*", "a/b", false }, { "*.yaml", "x.yaml", true },
		{ "*.yaml", "d/x.yaml", false }, { "*.yaml", ".yaml", true }, { "a*b*c", "aXbYc", true },
		{ "a*b*c", "abcb", false }, { "?", "a", true }, { "?", "", false }, { "?", "/", false }, { "?", "\xC3\xA9", true },
		{ "??", "\xC3\xA9", false }, { "?", "\xFF", true }, { "\xFF*", "\xFF" "x", true },
		{ "**", "a/b/c", true }, { "**", "", true }, { "**/x", "x", true }, { "**/x", "a/x", true }, { "**/x", "a/b/x", true },
		{ "**/x", "ax", false }, { "a/**", "a/b", true }, { "a/**", "a/b/c", true }, { "a/**", "a", false },
		{ "a/**/b", "a/b", true }, { "a/**/b", "a/x/y/b", true }, { "a/**/b", "a/xb", false }, { "a/**/b", "ab", false },
		{ "**.yaml", "a/b.yaml", true }, { "a**b", "a/x/b", true }, { "**/*.yaml", "x.yaml", true },
		{ "**/a/**/b/**", "x/a/b/c", true }, { "**/**/x", "x", true }, { "***/x", "a/b/x", true },
		{ "[a-c]", "b", true }, { "[a-c]", "d", false }, { "[!a-c]", "d", true }, { "[^a-c]", "b", false },
		{ "[]]", "]", true }, { "[!]]", "]", false }, { "[]-a]", "_", true }, { "[a-]", "-", true }, { "[/]", "/", false },
		{ "[!a]", "/", false }, { "[[:digit:]x]", "7", true }, { "[[:digit:]x]", "x", true }, { "[[:alpha:]]", "7", false },
		{ "[\\]]", "]", true }, { "[a\\-c]", "b", false }, { "[a\\-c]", "-", true }, { "[\xC3\xA0-\xC3\xBF]", "\xC3\xA9", true },
		{ "[a", "[a", false }, { "[a", "a", false }, { "[", "[", false }, { "a\\", "a\\", false }, { "a\\", "a", false },
		{ "\\*", "*", true }, { "\\*", "a", false }, { "\\[a]", "[a]", true }, { "\\a", "a", true }, { "\\{a,b}", "{a,b}", true },
		{ "{a,b}", "a", true }, { "{a,b}", "b", true }, { "{a,b}", "c", false }, { "{a,b}", "ab", false }, { "x{a,}y", "xy", true },
		{ "x{a,}y", "xay", true }, { "{a,{b,c}d}e", "bde", true }, { "{a,{b,c}d}e", "ae", true }, { "{a,{b,c}d}e", "be", false },
		{ "*.{yaml,yml}", "x.yml", true }, { "*.{yaml,yml}", "x.json", false }, { "{**/,}x.json", "a/b/x.json", true },
		{ "{a*,b?}c", "axxc", true }, { "{a*,b?}c", "bc", false }, { "{a", "{a", true }, { "a}", "a}", true }, { "a,b", "a,b", true },
		{ "{}", "", true }, { "{a,b}{c,d}", "bc", true }, { "{a\\,b,c}", "a,b", true }, { "{[a,b],x}", "b", true },
		{ "{k8s,deploy}/**/*.{yaml,yml}", "deploy/a/b/c.yaml", true }, { "{k8s,deploy}/**/*.{yaml,yml}", "k8s/c.yml", true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		if (cfr_glob_match(str(cases[i].pattern), str(cases[i].text)) != cases[i].matches)
			fail_msg("'%s' on '%s'", cases[i].pattern, cases[i].text);
	}
}

/* What git check-ignore says of each (git 2.39), asked about the name itself. */
static void test_ignore(void **state)
{
	static const struct { const char *line, *name; bool folder; int result; } cases[] = {
		{ "", "a", false, 0 }, { "# a", "# a", false, 0 }, { "\\#a", "#a", false, 1 }, { "a", "a", false, 1 },
		{ "a", "d/a", false, 1 }, { "a", "d/ab", false, 0 }, { "a ", "a", false, 1 }, { "a\\ ", "a ", false, 1 },
		{ "a\\ ", "a", false, 0 }, { "a\\  ", "a ", false, 1 }, { "a\r", "a", false, 1 }, { "   ", " ", false, 0 },
		{ "!a", "a", false, -1 }, { "\\!a", "!a", false, 1 }, { "!d/a", "d/a", false, -1 }, { "!d/a", "a", false, 0 },
		{ "a/", "a", false, 0 }, { "a/", "a", true, 1 }, { "a/", "d/a", true, 1 }, { "/a", "a", false, 1 },
		{ "/a", "d/a", false, 0 }, { "d/a", "d/a", false, 1 }, { "d/a", "e/d/a", false, 0 }, { "/a/", "a", true, 1 },
		{ "*.log", "x.log", false, 1 }, { "*.log", "d/x.log", false, 1 }, { "d/*.log", "d/x.log", false, 1 },
		{ "d/*.log", "d/e/x.log", false, 0 }, { "**/a", "a", false, 1 }, { "**/a", "x/y/a", false, 1 },
		{ "**/a/b", "x/a/b", false, 1 }, { "a/**", "a/x/y", false, 1 }, { "a/**", "a", true, 0 }, { "a/**/b", "a/b", false, 1 },
		{ "a/**/b", "a/x/y/b", false, 1 }, { "a**b", "axb", false, 1 }, { "d/a**b", "d/ax/yb", false, 0 },
		{ "d/a**b", "d/axyb", false, 1 }, { "{a,b}", "a", false, 0 }, { "{a,b}", "{a,b}", false, 1 },
		{ "[a-c].x", "b.x", false, 1 }, { "[a", "[a", false, 0 }, { "a\\", "a\\", false, 0 }, { "/", "a", true, 0 },
		{ "**", "x/y", false, 1 }, { "*", "x/y", false, 1 }, { "/*", "x", false, 1 }, { "/*", "x/y", false, 0 },
		{ "foo/*/bar", "foo/x/bar", false, 1 }, { "foo/*/bar", "foo/x/y/bar", false, 0 }, { "a?c", "a/c", false, 0 },
		{ "d/a?c", "d/a/c", false, 0 }, { "!", "a", false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		if (cfr_glob_ignore(str(cases[i].line), str(cases[i].name), cases[i].folder) != cases[i].result)
			fail_msg("'%s' on '%s'", cases[i].line, cases[i].name);
	}
}

/* A slow, plain matcher to compare with: no braces, no sets. */
static bool plain(const char *p, const char *t)
{
	if (*p == '\0')
		return *t == '\0';
	if (p[0] == '*' && p[1] == '*')
		return plain(p + 2, t) || (*t && plain(p, t + 1));
	if (*p == '*')
		return plain(p + 1, t) || (*t && *t != '/' && plain(p, t + 1));
	return *t && (*p == '?' ? *t != '/' : *p == *t) && plain(p + 1, t + 1);
}

static void test_against_plain(void **state)
{
	static const char letters[] = "ab*?/";
	unsigned seed = 7;

	(void)state;
	for (int i = 0; i < 200000; i++) {
		char p[8] = "", t[9] = "";
		int m = 0, n = 0;

		while (m < 7 && (seed = seed * 1103515245u + 12345u, (seed >> 16) % 8))
			p[m++] = letters[(seed >> 20) % 5];
		while (n < 8 && (seed = seed * 1103515245u + 12345u, (seed >> 16) % 9))
			t[n++] = "ab/"[(seed >> 20) % 3];
		if (strstr(p, "**/") || strstr(p, "***"))
			continue;
		if (cfr_glob_match(str(p), str(t)) != plain(p, t))
			fail_msg("'%s' on '%s'", p, t);
	}
}

/* The pattern that is exponential for a backtracking matcher, and the longest ones. */
static void test_bounded(void **state)
{
	char pattern[2048], *text = malloc(100001);
	clock_t start = clock();

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < 500; i++)
		memcpy(pattern + 2 * i, "a*", 2);
	strcpy(pattern + 1000, "b");
	memset(text, 'a', 5000);
	text[5000] = '\0';
	assert_false(cfr_glob_match(str(pattern), str(text)));
	memset(pattern, '?', 1024);
	pattern[1024] = '\0';
	text[1024] = '\0';
	assert_true(cfr_glob_match(str(pattern), str(text)));
	memset(pattern, 'a', 2047);
	pattern[2047] = '\0';
	memset(text, 'a', 2047);
	text[2047] = '\0';
	assert_false(cfr_glob_match(str(pattern), str(text)));	/* too long to be a pattern */
	assert_true((double)(clock() - start) / CLOCKS_PER_SEC < 5);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_match), cmocka_unit_test(test_ignore), cmocka_unit_test(test_against_plain),
		cmocka_unit_test(test_bounded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
