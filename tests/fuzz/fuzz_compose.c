/* tests/fuzz/fuzz_compose.c -- layers of any text.
 *
 * The first byte chooses strategies, dialect and how the rest is meant: as texts of layers with 0xFF between them, or as
 * a seed for layers whose strings are made of pieces of references. Whatever comes, every value of a snapshot without a
 * reference is that of its origin; a single layer without references is itself; and a lazy composition answers as the whole
 * snapshot, whether its files are read in parts (they are made long by comments for that) or not.
 */
#include "tests/support/lazily.h"
#include "tests/support/random_tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const variables[] = { "A=1", "B=text", "C=", "D=[1, {\"a\": 2}]", "E=${A}", NULL };

static void pieces(cfr_buf *out, struct random *rnd)
{
	static const char *const words[] = { "${A}", "${B:-", "}", "${ref:/k0}", "${ref:/k1/k2}", "${ref:/}", "$${", "${{", "x", "$",
		"${int:A}", "${json:D}", "${NO:?m}", "${C-", "${E}", "${bool:A:-no}", "${file:none}", "${", "${NO:-d}", "${ref:/k2" };

	cfr_buf_addc(out, '"');
	for (uint32_t n = 1 + random_below(rnd, 4); n > 0; n--)
		cfr_buf_addz(out, words[random_below(rnd, sizeof(words) / sizeof(*words))]);
	cfr_buf_addc(out, '"');
}

static void value(cfr_buf *out, struct random *rnd, int depth)
{
	uint32_t kind = random_below(rnd, depth > 0 ? 5 : 3);

	if (kind < 2) {
		pieces(out, rnd);
	} else if (kind == 2) {
		cfr_buf_addf(out, "%u", random_below(rnd, 3));
	} else {
		cfr_buf_addc(out, kind == 3 ? '[' : '{');
		for (uint32_t i = 0, n = random_below(rnd, 4); i < n; i++) {
			if (kind == 4)
				cfr_buf_addf(out, "k%u: ", i);
			value(out, rnd, depth - 1);
			cfr_buf_addc(out, ',');
		}
		cfr_buf_addc(out, kind == 3 ? ']' : '}');
	}
}

static uint32_t split(cfr_str *out, const uint8_t *data, size_t size)
{
	uint32_t count = 0;
	size_t from = 0;

	for (size_t i = 0; i <= size && count < 4; i++) {
		if (i < size && data[i] != 0xFF)
			continue;
		out[count++] = (cfr_str){ (const char *)data + from, i - from };
		from = i + 1;
	}
	return count;
}

static void check_one(cfr_str text)
{
	cfr_snapshot *snap;
	cfr_origin origin;
	bool same;

	if (composing_texts(&snap, &text, 1, false, NULL, NULL) < 0)
		return;
	composing_check(snap);
	if (cfr_snapshot_source(snap, 0)) {
		origin = cfr_snapshot_origin(snap, composing_root(snap));
		COMPOSING_REQUIRE(cfr_node_equal(&same, composing_root(snap), origin.node, NULL) == 0 && same);
	}
	cfr_snapshot_free(snap);
}

static int check_lazy(void *arg, const cfr_composition *what, cfr_err *err)
{
	(void)arg;
	(void)err;
	lazily_check(what, 1000);
	return 0;
}

/* The same with comments behind each text. */
static void check_long(const cfr_str *texts, uint32_t count, const cfr_composition *what)
{
	static char comment[64];
	cfr_buf made[4] = { CFR_BUF_INIT, CFR_BUF_INIT, CFR_BUF_INIT, CFR_BUF_INIT };
	cfr_str longer[4];

	memset(comment, '-', sizeof(comment));
	comment[0] = '\n';
	comment[1] = '#';
	for (uint32_t i = 0; i < count; i++) {
		cfr_buf_adds(&made[i], texts[i]);
		for (int n = 0; n < 1040; n++)
			cfr_buf_add(&made[i], comment, sizeof(comment));
		longer[i] = cfr_buf_str(&made[i]);
	}
	composing_layers(check_lazy, NULL, longer, count, true, what, NULL);
	for (int i = 0; i < 4; i++)
		cfr_buf_release(&made[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const cfr_strategy_at strategies[] = { { CFR_STR("/k0"), CFR_STR(""), CFR_STRATEGY_APPEND },
		{ CFR_STR("/*/k1"), CFR_STR(""), CFR_STRATEGY_REPLACE }, { CFR_STR("/k2"), CFR_STR("k0"), CFR_STRATEGY_BY },
		{ CFR_STR("/k1"), CFR_STR(""), CFR_STRATEGY_UNION } };
	cfr_limits limits;
	cfr_composition what = { .strategies = strategies, .env = composing_env, .env_arg = (void *)(uintptr_t)variables,
				 .limits = &limits };
	cfr_buf made[4] = { CFR_BUF_INIT, CFR_BUF_INIT, CFR_BUF_INIT, CFR_BUF_INIT };
	cfr_str texts[4];
	uint32_t count = 0;
	cfr_snapshot *snap;

	if (size == 0)
		return 0;
	cfr_limits_default(&limits);
	limits.of[CFR_LIMIT_NODES] = 100000;
	limits.of[CFR_LIMIT_FILE] = 1 << 20;
	what.strategy_count = data[0] >> 2 & 7;
	if (what.strategy_count > 4)
		what.strategy_count = 4;
	what.dialect = data[0] & 2 ? CFR_DIALECT_LANGSWARM : CFR_DIALECT_NONE;
	if (data[0] & 1) {
		count = split(texts, data + 1, size - 1);
	} else {
		struct random rnd = { size };
		for (size_t i = 0; i < size; i++)
			rnd.state = (rnd.state ^ data[i]) * UINT64_C(0x100000001B3);
		for (uint32_t n = 1 + random_below(&rnd, 4); count < n; count++) {
			cfr_buf_addz(&made[count], "k0: ");
			value(&made[count], &rnd, 3);
			cfr_buf_addz(&made[count], "\nk1: ");
			value(&made[count], &rnd, 3);
			cfr_buf_addz(&made[count], "\nk2: ");
			value(&made[count], &rnd, 2);
			cfr_buf_addz(&made[count], "\n");
			texts[count] = cfr_buf_str(&made[count]);
		}
	}
	if (composing_texts(&snap, texts, count, true, &what, NULL) == 0) {
		composing_check(snap);
		cfr_snapshot_free(snap);
	}
	composing_layers(check_lazy, NULL, texts, count, true, &what, NULL);
	if (data[0] & 32)
		check_long(texts, count, &what);
	check_one(texts[0]);
	for (int i = 0; i < 4; i++)
		cfr_buf_release(&made[i]);
	return 0;
}
