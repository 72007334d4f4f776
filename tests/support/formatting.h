/* tests/support/formatting.h -- format a text, and look at whether that was right.
 *
 * Whatever is formatted here is formatted twice, is looked at splice by splice for anything but white space, and is
 * read again.
 */
#ifndef CFR_TESTS_FORMATTING_H
#define CFR_TESTS_FORMATTING_H

#include "engine/fmt.h"
#include "tests/support/edits.h"

/* The code of the plan; `out` gets the text. */
static inline int formatting_once(cfr_buf *out, cfr_str text, cfr_format format, const cfr_fmt_style *style,
                                  const cfr_limits *limits, cfr_err *err)
{
	cfr_splices splices = { .count = 0 };
	cfr_source *source;
	int r = cfr_source_new(&source, CFR_STR("text"), text, limits, err);

	if (r)
		return r;
	r = cfr_fmt_plan(&splices, source, format, style, limits, err);
	if (r == 0) {
		r = cfr_splices_apply(out, text, splices.items, splices.count, err);
		cfr_splices_release(&splices);
	}
	cfr_source_unref(source);
	return r;
}

static inline bool formatting_white(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The same characters, but for white space? */
static inline bool formatting_same_words(cfr_str a, cfr_str b)
{
	size_t i = 0, k = 0;

	for (;;) {
		while (i < a.len && formatting_white(a.ptr[i]))
			i++;
		while (k < b.len && formatting_white(b.ptr[k]))
			k++;
		if (i == a.len || k == b.len)
			return i == a.len && k == b.len;
		if (a.ptr[i++] != b.ptr[k++])
			return false;
	}
}

static inline bool formatting_same_value(cfr_str a, cfr_str b, cfr_format format)
{
	cfr_documents one, two;
	bool same = false;

	EDITS_REQUIRE(edits_read(&one, "a", a, format, NULL) == 0);
	if (edits_read(&two, "b", b, format, NULL) == 0) {
		same = one.count == two.count;
		for (uint32_t i = 0; same && i < one.count; i++)
			EDITS_REQUIRE(cfr_node_equal(&same, cfr_tree_root(cfr_document_tree(one.items[i])),
			                             cfr_tree_root(cfr_document_tree(two.items[i])), NULL) == 0);
		cfr_documents_release(&two);
	}
	cfr_documents_release(&one);
	return same;
}

/* Formats and requires what every formatting must keep. */
static inline int formatting(cfr_buf *out, cfr_str text, cfr_format format, const cfr_fmt_style *style, cfr_err *err)
{
	cfr_buf twice = CFR_BUF_INIT;
	cfr_limits limits;
	int r;

	cfr_limits_default(&limits);
	r = formatting_once(out, text, format, style, &limits, err);
	if (r) {
		EDITS_REQUIRE(r != CFR_E_BUG);
		return r;
	}
	EDITS_REQUIRE(formatting_same_words(text, cfr_buf_str(out)));
	EDITS_REQUIRE(formatting_same_value(text, cfr_buf_str(out), format));
	r = formatting_once(&twice, cfr_buf_str(out), format, style, &limits, NULL);
	if (r || !cfr_str_eq(cfr_buf_str(out), cfr_buf_str(&twice))) {
		fprintf(stderr, "formatted once:\n%s\ntwice (%d):\n%s\n", out->ptr, r, twice.ptr);
		EDITS_REQUIRE(!"a formatted text is not in order");
	}
	cfr_buf_release(&twice);
	return 0;
}

#endif
