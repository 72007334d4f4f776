/* engine/query/path.c -- normalized paths (RFC 9535, section 2.7), and the one that a query begins with.
 *
 * One way to write each place: names in single quotes, only what must be is escaped. A node knows its parent, so the
 * path is found from its end and turned round.
 */
#include "engine/query/plan.h"

#include "engine/pointer.h"

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

void cfr_query_path_add(cfr_buf *out, cfr_str key, uint64_t index)
{
	if (key.ptr)
		add_name(out, key);
	else
		cfr_buf_addf(out, "[%llu]", (unsigned long long)index);
}

void cfr_query_path(cfr_buf *out, cfr_node node)
{
	size_t start;
	cfr_node parent;

	cfr_buf_addc(out, '$');
	start = out->len;
	for (; cfr_node_parent(&parent, node); node = parent) {
		size_t from = out->len;

		cfr_query_path_add(out, cfr_node_key(node), cfr_node_index(node));
		cfr_buf_reverse(out, from);
	}
	cfr_buf_reverse(out, start);
}

/* An index that counts from the end is not plain: how many there are, only the whole list knows. */
uint32_t cfr_query_plain(cfr_buf *pointer, cfr_buf *path, const cfr_query *query)
{
	const cfr__segment *segment = query->looks_up ? NULL : query->path->segments;
	uint32_t count = 0;

	cfr_buf_addc(path, '$');
	for (; segment && segment->single; segment = segment->next, count++) {
		const cfr__selector *only = segment->selectors;

		if (only->kind == CFR__INDEX && only->start < 0)
			break;
		if (only->kind == CFR__INDEX) {
			cfr_query_path_add(path, (cfr_str){ NULL, 0 }, (uint64_t)only->start);
			cfr_buf_addf(pointer, "/%llu", (unsigned long long)only->start);
		} else {
			cfr_query_path_add(path, only->name, 0);
			cfr_pointer_add(pointer, only->name);
		}
	}
	return count;
}
