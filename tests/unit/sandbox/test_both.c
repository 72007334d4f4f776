/* Our library functions against the stock ones: the same calls, the same results. */
#include "both.h"

static void patterns(void **state)
{
	(void)state;
	run_both("tests/unit/sandbox/both_pattern.lua", 100);
}

static void strings_and_tables(void **state)
{
	(void)state;
	run_both("tests/unit/sandbox/both_strings.lua", 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(patterns),
		cmocka_unit_test(strings_and_tables),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
