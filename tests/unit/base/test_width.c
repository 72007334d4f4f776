/* tests/unit/base/test_width.c */
#include "engine/base/width.h"

#include "engine/base/str.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

static void test_width(void **state)
{
	static const struct { const char *text; size_t width; } cases[] = {
		{ "", 0 }, { "abc", 3 }, { "\u00fc", 1 }, { "u\u0308", 1 }, { "\u6f22\u5b57", 4 }, { "\uff21", 2 },
		{ "\uff71", 1 }, { "\u1112\u1161\u11ab", 2 }, { "\ud55c", 2 }, { "\u200b", 0 }, { "\u00ad", 1 },
		{ "\U0001f600", 2 }, { "\u0e01\u0e49", 1 }, { "\u0928\u094d", 1 },
		/* a family, a dark thumb, a rainbow flag, a red heart, a flag of letters */
		{ "\U0001f468\u200d\U0001f469\u200d\U0001f467", 2 }, { "\U0001f44d\U0001f3ff", 2 },
		{ "\U0001f3f3\ufe0f\u200d\U0001f308", 2 }, { "\u2764\ufe0f", 2 }, { "\u2764", 1 },
		{ "\U0001f1e9\U0001f1ea", 2 }, { "a\u200db", 2 }, { "\U0001f3fb", 2 }, { "1\ufe0f", 1 },
		{ "\U00020000", 2 }, { "\ufeff", 0 },
		/* broken bytes take one column each */
		{ "\x80", 1 }, { "a\xff\xfe" "b", 4 }, { "\xe6\xbc", 2 }, { "\xf0\x9f\x98\x80\xf0", 3 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_int_equal(cases[i].width, cfr_width(cfr_str_of(cases[i].text)));
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_width) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
