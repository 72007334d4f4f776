/* tests/support/varied.h -- random texts that can be read, as people lay them out.
 */
#ifndef CFR_TESTS_VARIED_H
#define CFR_TESTS_VARIED_H

#include "engine/text.h"
#include "tests/support/random_tree.h"

static inline void varied_text(cfr_buf *out, struct random *rnd, cfr_format format)
{
	struct random_value *value = random_value(rnd, 4, 4);
	cfr_tree *tree = random_tree(value, rnd);
	cfr_write how = { .format = format, .indent = 2 + random_below(rnd, 3) };

	if (!tree || cfr_text_write(out, cfr_tree_root(tree), &how, NULL) != 0)
		cfr_buf_clear(out);
	cfr_tree_unref(tree);
	random_free(value);
}

/* Comments, blank lines, carriage returns, a `---`, brackets and quotes that go on in the next line. */
static inline void varied_lines(cfr_buf *out, struct random *rnd, cfr_str text)
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

#endif
