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

void cfr__explain_absent(cfr_err *err)
{
	static const struct { const char *what, *hint; } absent[] = {
		{ "(global 'os')", "a rule does not see the system: ctx.now is the time, ctx.env.NAME a variable that `env` lists" },
		{ "(global 'io')", "a rule opens no files: ctx.others are the other documents, ctx.data the data of its pack" },
		{ "(global 'require')", "local x = import \"x\" takes lib/x.lua of the pack" },
		{ "(global 'dofile')", "local x = import \"x\" takes lib/x.lua of the pack" },
		{ "(global 'load')", "rules do not make code while they run; import \"x\" takes lib/x.lua of the pack" },
		{ "(global 'coroutine')", "rules have no coroutines: use a function or an iterator" },
		{ "(global 'debug')", "ctx:trace and print write to what --trace shows" },
		{ "(global 'setmetatable')", "rules have no metatables: use plain tables and functions" },
		{ "(field 'random')", "a rule finds the same in every run, so it has no chance" },
	};

	if (err->code != CFR_E_SCRIPT || err->hint[0] || strncmp(err->message, "attempt to ", 11) != 0)
		return;
	for (size_t i = 0; i < sizeof(absent) / sizeof(*absent); i++) {
		if (strstr(err->message, absent[i].what))
			cfr_err_hint(err, "%s", absent[i].hint);
	}
	if (!err->hint[0] && strstr(err->message, "(global '"))
		cfr_err_hint(err, "there is no such name here: declare it with local, above; docs/rules.md lists what there is");
}
