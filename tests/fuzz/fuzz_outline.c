/* tests/fuzz/fuzz_outline.c -- windows of any text: what tests/support/outlines.h says must hold, holds.
 *
 * The first eight bytes are a seed. When it is odd the rest is a text; when it is even a random value is written, its
 * lines changed a little, and that is the text: the fuzzer need not find out how YAML is written.
 */
#include "tests/support/outlines.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void written(cfr_buf *out, struct random *rnd, cfr_format format)
{
	struct random_value *value = random_value(rnd, 4, 4);
	cfr_tree *tree = random_tree(value, rnd);
	cfr_write how = { .format = format, .indent = 2 + random_below(rnd, 3) };

	EDITS_REQUIRE(tree);
	if (cfr_text_write(out, cfr_tree_root(tree), &how, NULL) != 0)
		cfr_buf_clear(out);
	cfr_tree_unref(tree);
	random_free(value);
}

/* Comments, blank lines, carriage returns, a `---`, brackets and quotes that go on in the next line. */
static void vary(cfr_buf *out, struct random *rnd, cfr_str text)
{
	static const char *const between[] = { "# c: \"\n", "\n", "   \n", "    # - x: |\n", "" };
	uint32_t odds = 2 + random_below(rnd, 20);
	bool crlf = random_below(rnd, 4) == 0;

	if (random_below(rnd, 4) == 0)
		cfr_buf_addz(out, "---\n");
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];

		if (c == '\n' && crlf)
			cfr_buf_addc(out, '\r');
		if (c == '\n' && random_below(rnd, odds) == 0 && i && text.ptr[i - 1] != ' ')
			cfr_buf_addz(out, " # it's");
		cfr_buf_addc(out, c);
		if (c == '\n' && random_below(rnd, odds) == 0)
			cfr_buf_addz(out, between[random_below(rnd, sizeof(between) / sizeof(*between))]);
		if ((c == ',' || c == ' ') && random_below(rnd, odds * 8) == 0)
			cfr_buf_addz(out, random_below(rnd, 2) ? "\n      " : "\n");
	}
}

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
	written(&text, &rnd, CFR_YAML);
	vary(&other, &rnd, cfr_buf_str(&text));
	outlines_check(&n, cfr_buf_str(&text), CFR_YAML, rnd.state, 20);
	outlines_check(&n, cfr_buf_str(&other), CFR_YAML, rnd.state, 20);
	cfr_buf_clear(&text);
	written(&text, &rnd, CFR_JSON);
	outlines_check(&n, cfr_buf_str(&text), CFR_JSON, rnd.state, 20);
	cfr_buf_release(&text);
	cfr_buf_release(&other);
	return 0;
}
