/* engine/query/path.c -- normalized paths (RFC 9535, section 2.7).
 *
 * One way to write each place: names in single quotes, only what must be is escaped. A node knows its parent, so the
 * path is found from its end and turned round.
 */
#include "engine/query/plan.h"

static void add_name(cfr_buf *out, cfr_str name)
{
	static const char letters[] = "\b\t\n\f\r'\\", escapes[] = "btnfr'\\";

	cfr_buf_addz(out, "['");
	for (size_t i = 0; i < name.len; i++) {
		char c = name.ptr[i];
		const char *found = c ? strchr(letters, c) : NULL;

		if (found) {
			cfr_buf_addc(out, '\\');
			cfr_buf_addc(out, escapes[found - letters]);
		} else if ((unsigned char)c < 0x20) {
			cfr_buf_addf(out, "\\u%04x", (unsigned)c);
		} else {
			cfr_buf_addc(out, c);
		}
	}
	cfr_buf_addz(out, "']");
}

void cfr_query_path(cfr_buf *out, cfr_node node)
{
	size_t start;
	cfr_node parent;

	cfr_buf_addc(out, '$');
	start = out->len;
	for (; cfr_node_parent(&parent, node); node = parent) {
		cfr_str key = cfr_node_key(node);
		size_t from = out->len;

		if (key.ptr)
			add_name(out, key);
		else
			cfr_buf_addf(out, "[%u]", cfr_node_index(node));
		cfr_buf_reverse(out, from);
	}
	cfr_buf_reverse(out, start);
}
