/* tests/unit/query/test_iregexp.c -- RFC 9485: what is an I-Regexp, and what it matches. */
#include "engine/query/plan.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

static void test_grammar(void **state)
{
	static const char *const good[] = {
		"", "a", "a|b", "|", "a||b", "(a|b)*c", "()", "(|a)+", "a{2}", "a{2,}", "a{2,3}", "[a-z]", "[^a-z]", "[-a]", "[a-]", "[-]",
		"[^-]", "[a-c-]", "[\\p{Lu}]", "[^\\P{L}a-z]", "\\p{Lu}", "\\P{N}", "\\p{Zs}", "\\.", "\\-", "\\n\\r\\t", "[\\n-\\r]", "\\{\\}",
		"[$]", "[.^*+?(){}|]", ".", "^a$", "a-b", "a,b", "\xC3\xA9+", "[\xC3\xA0-\xC3\xBF]", "a&&b", "#", "/", "[\\]\\[\\\\]", "\\^", "[^^]",
	};
	static const struct { const char *text; size_t at; } bad[] = {
		{ "*", 0 }, { "a**", 2 }, { "a*?", 2 }, { "a++", 2 }, { "a{2}{3}", 4 }, { "(", 1 }, { "(a", 2 }, { "a)", 1 }, { "(?:a)", 1 },
		{ "(?=a)", 1 }, { "(*ACCEPT)", 1 }, { "[", 1 }, { "[]", 1 }, { "[^]", 2 }, { "[a", 2 }, { "[z-a]", 1 }, { "[a-\\p{L}]", 1 },
		{ "[a-c-e]", 5 }, { "[[:alpha:]]", 1 }, { "[a--z]", 3 }, { "a{", 2 }, { "a{,3}", 2 }, { "a{3,2}", 5 }, { "a{2", 3 }, { "{", 0 },
		{ "}", 0 }, { "]", 0 }, { "\\", 0 }, { "\\d", 0 }, { "\\w", 0 }, { "\\b", 0 }, { "\\1", 0 }, { "\\/", 0 }, { "\\$", 0 }, { "\\x41", 0 },
		{ "\\p", 2 }, { "\\p{", 3 }, { "\\p{Q}", 3 }, { "\\p{Lx}", 4 }, { "\\p{Cs}", 4 }, { "\\p{Lu", 5 }, { "\\p{Latin}", 4 }, { "a|*", 2 },
		{ "\xC3\xA9*+", 2 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		for (int whole = 0; whole < 2; whole++) {
			cfr_buf buf = CFR_BUF_INIT;
			const char *why = NULL;
			cfr_re *re;
			size_t at;

			if (!cfr__iregexp(&buf, cfr_str_of(good[i]), whole, &at, &why))
				fail_msg("'%s': %s at %zu", good[i], why, at);
			if (cfr_re_new(&re, cfr_buf_str(&buf), NULL) < 0)
				fail_msg("'%s' becomes '%s'", good[i], buf.ptr);
			cfr_re_free(re);
			cfr_buf_release(&buf);
		}
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		cfr_buf buf = CFR_BUF_INIT;
		const char *why = NULL;
		size_t at = 99;

		if (cfr__iregexp(&buf, cfr_str_of(bad[i].text), true, &at, &why) || !why || at != bad[i].at)
			fail_msg("'%s': %s at %zu", bad[i].text, why ? why : "good", at);
		cfr_buf_release(&buf);
	}
}

static void test_meaning(void **state)
{
	static const struct { const char *pattern, *text; bool match, search; } cases[] = {
		{ "a", "a", true, true }, { "a", "ba", false, true }, { "a|bc", "bc", true, true }, { "a|bc", "bcd", false, true },
		{ "", "", true, true }, { "", "a", false, true }, { ".", "\n", false, false }, { ".", "\r", false, false },
		{ ".", "\xE2\x80\xA8", true, true }, { ".", "\xF0\x9F\x98\x80", true, true }, { "a$", "a\n", false, false },
		{ "^b", "a\nb", false, false }, { "a$|b", "ba", false, true }, { "[^a]", "\n", true, true }, { "[.]", "a", false, false },
		{ "\\p{Lu}+", "\xD0\x96" "A", true, true }, { "[\\p{N}-]+", "1-2", true, true }, { "a{2,3}", "aaaa", false, true },
		{ "(a|b){2}", "ab", true, true }, { "[a-c]+", "cab", true, true }, { "[-a]", "-", true, true }, { "[a-]", "-", true, true },
		{ "[^^]", "^", false, false }, { "\\n", "\n", true, true }, { "A", "a", false, false }, { "#a b", "#a b", true, true },
		{ "a-b", "a-b", true, true }, { "[\\]]", "]", true, true }, { "[a&&b]", "&", true, true },
	};
	cfr_re_scratch *scratch;

	(void)state;
	assert_int_equal(cfr_re_scratch_new(&scratch, NULL, NULL), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		for (int whole = 0; whole < 2; whole++) {
			cfr_buf buf = CFR_BUF_INIT;
			const char *why;
			const size_t *at;
			size_t where;
			cfr_re *re;
			int r;

			assert_true(cfr__iregexp(&buf, cfr_str_of(cases[i].pattern), whole, &where, &why));
			assert_int_equal(cfr_re_new(&re, cfr_buf_str(&buf), NULL), 0);
			r = cfr_re_match(re, scratch, cfr_str_of(cases[i].text), 0, &at, NULL);
			assert_true(r >= 0);
			if ((r > 0) != (whole ? cases[i].match : cases[i].search))
				fail_msg("%s '%s' on '%s'", whole ? "match" : "search", cases[i].pattern, cases[i].text);
			cfr_re_free(re);
			cfr_buf_release(&buf);
		}
	}
	cfr_re_scratch_free(scratch);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_grammar), cmocka_unit_test(test_meaning) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
