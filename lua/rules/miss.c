/* lua/rules/miss.c -- "attempt to index a nil value" in the words of the document.
 *
 * `cfg.memory.backend` without a `memory` is an error of Lua itself, which knows the word and not the document. The last
 * read that found nothing is remembered (two words and a copy, in the slow path of reads only), so that the error can
 * name the path, the nearest key, and the call that does not mind.
 */
#include "lua/rules/inside.h"

#include <stdio.h>

void cfr__note_miss(cfr_script *script, const cfr__held *held, uint32_t at, cfr_str key)
{
	script->miss = (cfr_node){ held->tree, 0, at };
	script->miss_len = key.len < sizeof(script->miss_key) ? (uint32_t)key.len : 0;
	memcpy(script->miss_key, key.ptr, script->miss_len);
}

cfr_str cfr__nearest_key(cfr_node mapping, cfr_str word)
{
	cfr_str near = { NULL, 0 };
	unsigned best = word.len <= 3 ? 2 : 3;
	uint32_t count = cfr_node_size(mapping);
	cfr_node child;

	for (uint32_t i = 0; i < count && cfr_node_at(&child, mapping, i, NULL) == 0; i++) {
		cfr_str key = cfr_node_key(child);
		unsigned d = key.ptr ? cfr_str_distance(word, key, best) : best;

		if (d > 0 && d < best) {
			best = d;
			near = key;
		}
	}
	return near;
}

void cfr__explain_miss(cfr_script *script, cfr_err *err)
{
	static const char before[] = "attempt to index a nil value (field '";
	cfr_str key = { script->miss_key, script->miss_len }, near;
	cfr_node found;
	cfr_buf path = { .max = 400 };

	if (err->code != CFR_E_SCRIPT || !script->miss.tree || strncmp(err->message, before, sizeof(before) - 1) != 0 ||
	    strncmp(err->message + sizeof(before) - 1, script->miss_key, script->miss_len) != 0 ||
	    strncmp(err->message + sizeof(before) - 1 + script->miss_len, "')", 2) != 0)
		return;
	cfr_pointer_write(&path, script->miss);
	cfr_pointer_add(&path, key);
	if (path.ptr && cfr_node_find(&found, script->miss, key, NULL) == 0) {
		snprintf(err->message, sizeof(err->message), "attempt to index %.150s, which is null", path.ptr);
		snprintf(err->hint, sizeof(err->hint), "tree.get(node, \"%.60s.…\") gives nil instead of an error",
			 script->miss_key);
	} else if (path.ptr) {
		snprintf(err->message, sizeof(err->message), "attempt to index %.150s, which is not there", path.ptr);
		near = cfr__nearest_key(script->miss, key);
		if (near.len && near.len < 60)
			snprintf(err->hint, sizeof(err->hint), "there is '%.*s'; or tree.get(node, \"%.*s.…\"), which gives nil",
				 (int)near.len, near.ptr, (int)key.len, key.ptr);
		else
			snprintf(err->hint, sizeof(err->hint), "tree.get(node, \"%.*s.…\") gives nil instead of an error",
				 (int)key.len, key.ptr);
	}
	cfr_buf_release(&path);
}
