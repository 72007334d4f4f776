/* tests/fuzz/fuzz_sections.c -- a format, a seed for edits, and a text: lazy is eager, and again is afresh
 * (tests/support/lazy.h).
 */
#include "tests/support/lazy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lazy n = { 0 };
	struct random rnd = { 0 };
	cfr_format format;
	cfr_str text;

	if (size < 2)
		return 0;
	format = data[0] & 1 ? CFR_YAML : CFR_JSON;
	rnd.state = (uint64_t)(data[0] >> 1) * 256 + data[1];
	text = (cfr_str){ (const char *)data + 2, size - 2 };
	lazy_check(&n, CFR_STR("x"), text, format);
	for (int i = 0; i < 3 && n.opened; i++) {
		cfr_buf other = CFR_BUF_INIT;

		lazy_edit(&other, &rnd, text);
		lazy_again(&n, text, cfr_buf_str(&other), format);
		cfr_buf_release(&other);
	}
	return 0;
}
