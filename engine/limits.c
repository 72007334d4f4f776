/* engine/limits.c -- the table of ceilings, made into functions.
 *
 * All that is known of a ceiling stands in CFR_LIMIT_MAP; here it becomes one array and the few questions about it.
 */
#include "engine/limits.h"

#include "engine/base/str.h"
#include <inttypes.h>

static const struct {
	const char *word, *unit, *text;
	uint64_t def, max;
} table[CFR_LIMIT_COUNT] = {
#define X(NAME, word, def, max, unit, what) [CFR_LIMIT_##NAME] = { word, unit, what, def, max },
	CFR_LIMIT_MAP(X)
#undef X
};

void cfr_limits_default(cfr_limits *limits)
{
	for (int i = 0; i < CFR_LIMIT_COUNT; i++)
		limits->of[i] = table[i].def;
}

static int unknown(cfr_str word, cfr_err *err)
{
	const char *near = NULL;
	unsigned best = 4;

	for (int i = 0; i < CFR_LIMIT_COUNT; i++) {
		unsigned d = cfr_str_distance(word, cfr_str_of(table[i].word), best);
		if (d < best) {
			best = d;
			near = table[i].word;
		}
	}
	cfr_err_set(err, CFR_E_USAGE, "there is no limit '%.*s'", (int)(word.len < 64 ? word.len : 64),
	            word.len ? word.ptr : "");
	if (near)
		cfr_err_hint(err, "did you mean '%s'?", near);
	else
		cfr_err_hint(err, "limits are depth, file, scalar, key, nodes, aliases, ...; see the manual");
	return CFR_E_USAGE;
}

int cfr_limits_set(cfr_limits *limits, cfr_str word, uint64_t value, cfr_err *err)
{
	for (int i = 0; i < CFR_LIMIT_COUNT; i++) {
		if (!cfr_str_eq(word, cfr_str_of(table[i].word)))
			continue;
		if (value > table[i].max) {
			cfr_err_set(err, CFR_E_USAGE, "limit %s cannot be %" PRIu64 " %s", table[i].word, value,
			            table[i].unit);
			cfr_err_hint(err, "the most is %" PRIu64, table[i].max);
			return CFR_E_USAGE;
		}
		limits->of[i] = value;
		return 0;
	}
	return unknown(word, err);
}

const char *cfr_limit_word(cfr_limit which) { return table[which].word; }
const char *cfr_limit_unit(cfr_limit which) { return table[which].unit; }
const char *cfr_limit_text(cfr_limit which) { return table[which].text; }
uint64_t cfr_limit_default(cfr_limit which) { return table[which].def; }
uint64_t cfr_limit_max(cfr_limit which) { return table[which].max; }

int cfr_err_limit(cfr_err *err, const cfr_limits *limits, cfr_limit which)
{
	uint64_t value = limits ? limits->of[which] : table[which].def;

	if (!err)
		return CFR_E_LIMIT;
	cfr_err_set(err, CFR_E_LIMIT, "limit %s reached: %" PRIu64 " %s (%s)", table[which].word, value,
	            table[which].unit, table[which].text);
	if (value < table[which].max)
		cfr_err_hint(err, "raise it with --limit %s=N or under limits: in cfgrun.yaml, up to %" PRIu64,
		             table[which].word, table[which].max);
	else
		cfr_err_hint(err, "it cannot be raised further");
	strncpy(err->limit, table[which].word, sizeof(err->limit) - 1);
	return CFR_E_LIMIT;
}
