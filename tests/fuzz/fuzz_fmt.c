/* tests/fuzz/fuzz_fmt.c -- random texts in random styles.
 *
 * The first byte chooses format and style, the rest is text. What is formatted means the same, has the same words, and
 * is in order (tests/support/formatting.h); what is refused is refused in words.
 */
#include "tests/support/formatting.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const cfr_format formats[] = { CFR_YAML, CFR_YAML, CFR_YAML, CFR_YAML, CFR_JSON, CFR_JSONC, CFR_TOML, CFR_JSONL };
	cfr_fmt_style style = { .blank_lines = 2 };
	cfr_err err = CFR_ERR_INIT;
	cfr_buf text = CFR_BUF_INIT;
	uint8_t choice;
	int r;

	if (size == 0)
		return 0;
	choice = data[0];
	style.indent = choice >> 3 & 3 ? (unsigned)(choice >> 3 & 3) * 2 - 1 : 0;	/* as it is, 1, 3, 5 */
	style.sequences = (cfr_fmt_sequences)(choice >> 5 & 3);
	if (choice & 0x80) {
		style.ends = CFR_FMT_ENDS_CRLF;
		style.blank_lines = 0;
		style.width = 20;
		style.tabs = true;
	}
	r = formatting(&text, (cfr_str){ (const char *)data + 1, size - 1 }, formats[choice & 7], &style, &err);
	EDITS_REQUIRE(r == 0 || (err.code == r && err.message[0]));
	cfr_buf_release(&text);
	return 0;
}
