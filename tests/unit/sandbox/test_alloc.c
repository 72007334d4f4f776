/* The heap of a sandbox: keeps what it is given, counts pages, stops at its ceiling, gives back. */
#include "both.h"

#include "lua/sandbox/inside.h"

static uint64_t seed = 1;

static size_t random_below(size_t n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (size_t)(seed >> 33) % n;
}

static size_t random_size(void)
{
	switch (random_below(8)) {
	case 0:
		return 1 + random_below(100000);
	case 1:
		return 1 + random_below(20000);
	case 2:
		return 1 + random_below(3000);
	default:
		return 1 + random_below(300);
	}
}

static void check(const unsigned char *block, size_t len, size_t i)
{
	for (size_t k = 0; k < len; k += len > 64 ? 61 : 1)
		assert_int_equal(block[k], (unsigned char)(i * 31 + k));
}

static void fill(unsigned char *block, size_t len, size_t i)
{
	for (size_t k = 0; k < len; k++)
		block[k] = (unsigned char)(i * 31 + k);
}

/* Random allocation, growing, shrinking and freeing; the bytes stay. */
static void keeps_bytes(void **state)
{
	enum { N = 2000 };
	static unsigned char *block[N];
	static size_t len[N];
	cfr__heap *heap = cfr__heap_new(CFR_MIB(256));

	(void)state;
	assert_non_null(heap);
	for (int turn = 0; turn < 60000; turn++) {
		size_t i = random_below(N), n = random_below(3) ? random_size() : 0;
		unsigned char *p;

		if (block[i])
			check(block[i], len[i] < n || n == 0 ? len[i] : n, i);
		p = cfr__heap_alloc(heap, block[i], block[i] ? len[i] : 0, n);
		if (n > 0) {
			assert_non_null(p);
			assert_int_equal((uintptr_t)p % 16, 0);
			check(p, block[i] ? (len[i] < n ? len[i] : n) : 0, i);
			fill(p, n, i);
		}
		block[i] = p;
		len[i] = n;
	}
	for (size_t i = 0; i < N; i++)
		cfr__heap_alloc(heap, block[i], len[i], 0);
	/* what stays: at most one slab for each size class */
	assert_true(cfr__heap_used(heap) <= 52 * 65536);
	cfr__heap_free(heap);
}

static void ceiling(void **state)
{
	cfr__heap *heap = cfr__heap_new(CFR_MIB(1));
	void *big, *first = NULL;
	int n = 0;

	(void)state;
	assert_null(cfr__heap_alloc(heap, NULL, 0, CFR_MIB(2)));
	assert_int_equal(cfr__heap_refused(heap), CFR_E_LIMIT);
	cfr__heap_mark(heap);
	assert_int_equal(cfr__heap_refused(heap), 0);
	big = cfr__heap_alloc(heap, NULL, 0, 900000);
	assert_non_null(big);
	assert_null(cfr__heap_alloc(heap, big, 900000, CFR_MIB(1) + 1));
	assert_true(cfr__heap_used(heap) <= CFR_MIB(1));
	cfr__heap_alloc(heap, big, 900000, 0);
	for (void *p; (p = cfr__heap_alloc(heap, NULL, 0, 100)) != NULL; n++) {
		memcpy(p, &first, sizeof(first));
		first = p;
	}
	assert_true(n > 8000 && n < 11000);
	assert_true(cfr__heap_peak(heap) <= CFR_MIB(1));
	while (first) {
		void *next;

		memcpy(&next, first, sizeof(next));
		cfr__heap_alloc(heap, first, 100, 0);
		first = next;
	}
	assert_true(cfr__heap_used(heap) <= 65536);
	cfr__heap_free(heap);
}

/* A ceiling that the library itself does not fit under is an error, not a crash. */
static void too_small(void **state)
{
	cfr_limits limits;
	cfr_err err = CFR_ERR_INIT;
	cfr_sandbox *sb;
	int opened = 0;

	(void)state;
	cfr_limits_default(&limits);
	for (uint64_t size = 0; size < CFR_KIB(160); size += 1024) {
		limits.of[CFR_LIMIT_MEMORY] = size;
		if (cfr_sandbox_new(&sb, &limits, &err) == 0) {
			char *name = "return 'a', {}, 1";

			opened++;
			if (cfr_sandbox_load(sb, CFR_STR("x"), cfr_str_of(name), 0, &err) == 0)
				cfr_sandbox_call(sb, 0, 0, &err);
			cfr_sandbox_free(sb);
		} else {
			assert_int_equal(err.code, CFR_E_LIMIT);
			assert_string_equal(err.limit, "memory");
		}
	}
	assert_true(opened > 0 && opened < 160);
}

/* Each allocation of a run refused in turn, through the ceiling: always the limit, never a crash, and usable after. */
static void every_size(void **state)
{
	static const char text[] =
		"local t = {} for i = 1, 50 do t[i] = ('k' .. i):rep(i) t['k' .. i] = { i } end local n = 0\n"
		"for k in pairs(t) do n = n + 1 end table.sort(t)\n"
		"local s = table.concat(t, ','):gsub('(%w+)', '<%1>'):upper() local f = ('%s %q %5d'):format(s, s, n)\n"
		"pcall(error, f) xpcall(error, function(m) return m .. f end, f) return #f";
	int failed = 0, passed = 0;

	(void)state;
	for (uint64_t size = CFR_KIB(20); size < CFR_KIB(420); size += 1024) {
		cfr_limits limits;
		cfr_sandbox *sb;
		cfr_err err = CFR_ERR_INIT;
		int code;

		cfr_limits_default(&limits);
		limits.of[CFR_LIMIT_MEMORY] = size;
		if (cfr_sandbox_new(&sb, &limits, &err) != 0)
			continue;
		code = cfr_sandbox_load(sb, CFR_STR("x"), CFR_STR(text), 0, &err);
		if (code == 0)
			code = cfr_sandbox_call(sb, 0, 0, &err);
		if (code != 0) {
			assert_int_equal(code, CFR_E_LIMIT);
			assert_string_equal(err.limit, "memory");
			failed++;
		} else {
			passed++;
		}
		cfr_sandbox_free(sb);
	}
	assert_true(failed > 5 && passed > 5);
}

/* A thousand evaluations leave nothing behind. */
static void no_growth(void **state)
{
	cfr_sandbox *sb = new_sandbox(0, 0);
	size_t after[2] = { 0, 0 };

	(void)state;
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < 3000; i++)
			holds(sb, "local t = {} for i = 1, 20 do t[i] = { ('x'):rep(i) } end return pcall(error, t) == false");
		lua_gc(cfr_sandbox_lua(sb), LUA_GCCOLLECT);
		after[round] = cfr_sandbox_memory(sb, NULL);
	}
	assert_int_equal(after[0], after[1]);
	cfr_sandbox_free(sb);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_bytes), cmocka_unit_test(ceiling), cmocka_unit_test(too_small),
		cmocka_unit_test(every_size), cmocka_unit_test(no_growth),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
