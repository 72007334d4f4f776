/* tests/fuzz/fuzz_sections.c -- lazy is eager, and again is afresh (tests/support/lazy.h), for any text.
 *
 * The first eight bytes are a seed. When it is odd the rest is a text; when it is even a random value is written and its
 * lines changed a little, as in fuzz_outline.c.
 */
#include "tests/support/lazy.h"
#include "tests/support/varied.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(struct random *rnd, cfr_str text, cfr_format format)
{
	struct lazy n = { .texts = 0 };

	lazy_check(&n, CFR_STR("x"), text, format);
	for (int i = 0; i < 4 && n.opened; i++) {
		cfr_buf other = CFR_BUF_INIT;

		lazy_edit(&other, rnd, text);
		lazy_again(&n, text, cfr_buf_str(&other), format);
		cfr_buf_release(&other);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cfr_buf text = CFR_BUF_INIT, other = CFR_BUF_INIT;
	struct random rnd;

	if (size <= sizeof(rnd.state))
		return 0;
	memcpy(&rnd.state, data, sizeof(rnd.state));
	data += sizeof(rnd.state);
	size -= sizeof(rnd.state);
	if (rnd.state % 2) {
		cfr_str bytes = { (const char *)data, size };

		check(&rnd, bytes, rnd.state % 4 == 1 ? CFR_YAML : CFR_JSON);
		return 0;
	}
	for (size_t i = 0; i < size; i++)
		rnd.state = (rnd.state ^ data[i]) * UINT64_C(0x100000001B3);
	varied_text(&text, &rnd, CFR_YAML);
	varied_lines(&other, &rnd, cfr_buf_str(&text));
	check(&rnd, cfr_buf_str(&text), CFR_YAML);
	check(&rnd, cfr_buf_str(&other), CFR_YAML);
	cfr_buf_clear(&text);
	varied_text(&text, &rnd, CFR_JSON);
	check(&rnd, cfr_buf_str(&text), CFR_JSON);
	cfr_buf_release(&text);
	cfr_buf_release(&other);
	return 0;
}
