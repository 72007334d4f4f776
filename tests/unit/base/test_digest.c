/* tests/unit/base/test_digest.c -- the vectors of FIPS 180-4's examples. */
#include "engine/base/digest.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

static void expect(const uint8_t got[32], const char *hex)
{
	char text[65];

	for (int i = 0; i < 32; i++)
		snprintf(text + 2 * i, 3, "%02x", got[i]);
	assert_string_equal(text, hex);
}

static void test_digest(void **state)
{
	cfr_digest *digest;
	uint8_t out[32];

	(void)state;
	assert_int_equal(cfr_sha256(out, "abc", 3, NULL), 0);
	expect(out, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	assert_int_equal(cfr_sha256(out, NULL, 0, NULL), 0);
	expect(out, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	assert_int_equal(cfr_digest_new(&digest, NULL), 0);
	for (int i = 0; i < 3; i++) {	/* one context, digest after digest */
		assert_int_equal(cfr_digest_begin(digest, NULL), 0);
		assert_int_equal(cfr_digest_add(digest, "abcdbcdecdefdefgefghfghighij", 28, NULL), 0);
		assert_int_equal(cfr_digest_add(digest, "", 0, NULL), 0);
		assert_int_equal(cfr_digest_add(digest, "hijkijkljklmklmnlmnomnopnopq", 28, NULL), 0);
		assert_int_equal(cfr_digest_end(digest, out, NULL), 0);
		expect(out, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
	}
	cfr_digest_free(digest);
	cfr_digest_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_digest) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
