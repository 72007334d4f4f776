/* tests/unit/base/test_lanes.c -- vectors against a loop over bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "engine/base/lanes.h"

static void test_each_place(void **state)
{
	char text[64];

	(void)state;
	for (int i = 0; i < 64; i++) {
		cfr_sixty_four v;

		memset(text, 'a', sizeof(text));
		text[i] = '\\';
		v = cfr_sixty_four_load(text);
		assert_true(cfr_sixty_four_equal(&v, '\\') == UINT64_C(1) << i);
		assert_true(cfr_sixty_four_equal(&v, 'a') == ~(UINT64_C(1) << i));
		assert_true(cfr_sixty_four_equal(&v, 'b') == 0);
	}
}

static void test_all_bytes(void **state)
{
	char text[16];

	(void)state;
	for (int c = 0; c < 256; c++) {
		for (int i = 0; i < 16; i++)
			text[i] = (char)(c * 7 + i * c);
		for (int want = 0; want < 256; want += 5) {
			cfr_lanes yes = (cfr_lanes)(cfr_lanes_load(text) == (uint8_t)want);
			uint32_t bits = 0;

			for (int i = 0; i < 16; i++)
				bits |= (uint32_t)((uint8_t)text[i] == want) << i;
			assert_int_equal(cfr_lanes_bits(yes), bits);
			assert_int_equal(cfr_lanes_any(yes), bits != 0);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_place),
		cmocka_unit_test(test_all_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
