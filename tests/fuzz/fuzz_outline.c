/* tests/fuzz/fuzz_outline.c -- windows of any text: what tests/support/outlines.h says must hold, holds.
 *
 * The first eight bytes are a seed. When it is odd the rest is a text; when it is even a random value is written, its
 * lines changed a little, and that is the text: the fuzzer need not find out how YAML is written.
 */
#include "tests/support/outlines.h"
#include "tests/support/varied.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct outlines n = { .asked = 0 };
	cfr_buf text = CFR_BUF_INIT, other = CFR_BUF_INIT;
	struct random rnd;

	if (size <= sizeof(rnd.state))
		return 0;
	memcpy(&rnd.state, data, sizeof(rnd.state));
	data += sizeof(rnd.state);
	size -= sizeof(rnd.state);
	if (rnd.state % 2) {
		cfr_str bytes = { (const char *)data, size };

		outlines_check(&n, bytes, CFR_YAML, rnd.state, 30);
		outlines_check(&n, bytes, CFR_JSON, rnd.state, 30);
		return 0;
	}
	for (size_t i = 0; i < size; i++)
		rnd.state = (rnd.state ^ data[i]) * UINT64_C(0x100000001B3);
	varied_text(&text, &rnd, CFR_YAML);
	varied_lines(&other, &rnd, cfr_buf_str(&text));
	outlines_check(&n, cfr_buf_str(&text), CFR_YAML, rnd.state, 20);
	outlines_check(&n, cfr_buf_str(&other), CFR_YAML, rnd.state, 20);
	cfr_buf_clear(&text);
	varied_text(&text, &rnd, CFR_JSON);
	outlines_check(&n, cfr_buf_str(&text), CFR_JSON, rnd.state, 20);
	cfr_buf_release(&text);
	cfr_buf_release(&other);
	return 0;
}
