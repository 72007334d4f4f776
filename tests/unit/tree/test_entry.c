/* tests/unit/tree/test_entry.c -- what goes into the packed sidecar comes out of it.
 *
 * Entries at the borders of every field, and random ones: each is told to the builder and beside it written down
 * plainly; both must be equal when the document is finished.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "engine/base/str.h"
#include "engine/tree/build.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { MANY = 20000, LONG = 200000 };

struct told {
	cfr_build *build;
	cfr_source *source;
	cfr_entry *entries;
	uint32_t count, names;
};

static void told_init(struct told *t)
{
	cfr_limits limits;
	char *text = malloc(LONG);

	assert_non_null(text);
	memset(text, 'x', LONG);
	cfr_limits_default(&limits);
	assert_int_equal(cfr_source_new(&t->source, CFR_STR("t.yaml"), (cfr_str){ text, LONG }, &limits, NULL), 0);
	assert_int_equal(cfr_build_new(&t->build, t->source, CFR_YAML, &limits, NULL), 0);
	t->entries = calloc(MANY, sizeof(*t->entries));
	assert_non_null(t->entries);
	t->count = t->names = 0;
	free(text);
}

/* Key, if it has one, and mark of an entry; notes it. */
static cfr_mark tell(struct told *t, cfr_entry entry)
{
	cfr_mark mark = { entry.before, entry.start, entry.end, entry.style, (uint8_t)(entry.flags & ~CFR_KEY_PLAIN) };

	assert_true(t->count < MANY);
	if (entry.key_len) {
		cfr_mark key = { entry.key_start, entry.key_start, entry.key_start + entry.key_len,
			         entry.flags & CFR_KEY_PLAIN ? CFR_PLAIN : CFR_DOUBLE, 0 };
		char name[16];
		int n = snprintf(name, sizeof(name), "k%u", (unsigned)t->names++);

		assert_int_equal(cfr_build_key(t->build, (cfr_str){ name, (size_t)n }, &key, NULL), 0);
	}
	t->entries[t->count++] = entry;
	return mark;
}

static void scalar(struct told *t, cfr_entry entry)
{
	cfr_mark mark = tell(t, entry);

	t->entries[t->count - 1].next = t->count;
	assert_int_equal(cfr_build_int(t->build, 1, &mark, NULL), 0);
}

static uint32_t begin(struct told *t, cfr_kind kind, cfr_entry entry)
{
	uint32_t rank = t->count;
	cfr_mark mark = tell(t, entry);

	mark.end = 7;			/* nobody knows yet */
	assert_int_equal(cfr_build_begin(t->build, kind, &mark, NULL), 0);
	return rank;
}

static void end(struct told *t, uint32_t rank)
{
	t->entries[rank].next = t->count;
	assert_int_equal(cfr_build_end(t->build, t->entries[rank].end, NULL), 0);
}

static void same_entries(const cfr_document *doc, const struct told *t)
{
	assert_int_equal(cfr_document_ranked(doc, 0).next, t->count);
	for (uint32_t rank = 0; rank < t->count; rank++) {
		cfr_entry have = cfr_document_ranked(doc, rank), want = t->entries[rank];

		assert_int_equal(have.start, want.start);
		assert_int_equal(have.end, want.end);
		assert_int_equal(have.before, want.before);
		assert_int_equal(have.key_start, want.key_start);
		assert_int_equal(have.next, want.next);
		assert_int_equal(have.key_len, want.key_len);
		assert_int_equal(have.style, want.style);
		assert_int_equal(have.flags, want.flags);
		have = cfr_document_entry(doc, cfr_document_node(doc, rank));
		assert_int_equal(have.next, want.next);
		assert_int_equal(cfr_document_rank(doc, cfr_document_node(doc, rank)), rank);
	}
}

static void told_end(struct told *t)
{
	cfr_document *doc;

	assert_int_equal(cfr_build_finish(&doc, t->build, 0, 0, LONG, NULL), 0);
	cfr_build_free(t->build);
	same_entries(doc, t);
	cfr_document_unref(doc);
	cfr_source_unref(t->source);
	free(t->entries);
}

static const uint32_t sizes[] = { 0, 1, 2, 126, 127, 128, 129, 255, 256, 65534, 65535 };
enum { SIZES = sizeof(sizes) / sizeof(*sizes) };

/* Every size of key, gap, properties and value with every other. */
static void test_scalars(void **state)
{
	struct told t;
	uint32_t root;

	(void)state;
	told_init(&t);
	root = begin(&t, CFR_MAPPING, (cfr_entry){ .style = CFR_BLOCK, .end = LONG });
	for (uint32_t i = 0; i < SIZES * SIZES * SIZES * SIZES; i++) {
		uint32_t key = sizes[i % SIZES], gap = sizes[i / SIZES % SIZES];
		uint32_t lead = sizes[i / SIZES / SIZES % SIZES], length = sizes[i / SIZES / SIZES / SIZES];
		cfr_entry entry = { .key_start = i % 1000, .key_len = (uint16_t)(key ? key : 1) };

		entry.before = entry.key_start + entry.key_len + gap;
		entry.start = entry.before + lead;
		entry.end = entry.start + length;
		entry.style = (uint8_t)(i % 5);
		entry.flags = (uint8_t)((i % 2 ? CFR_KEY_PLAIN : 0) | (i % 3 ? 0 : CFR_TAGGED));
		scalar(&t, entry);
	}
	end(&t, root);
	told_end(&t);
}

/* Collections that end before, at, near and far behind what they hold; empty ones; keys that lie behind their value. */
static void test_collections(void **state)
{
	struct told t;
	uint32_t root;

	(void)state;
	told_init(&t);
	root = begin(&t, CFR_MAPPING, (cfr_entry){ .style = CFR_BLOCK, .start = 9, .before = 3, .key_start = 3, .end = 90 });
	for (uint32_t i = 0; i < SIZES * SIZES * 8; i++) {
		uint32_t gap = sizes[i % SIZES], behind = sizes[i / SIZES % SIZES], how = i / SIZES / SIZES, rank, last = 1005;
		cfr_entry entry = { .key_start = 10, .key_len = (uint16_t)(i % 200 + 1), .style = CFR_FLOW };

		entry.before = entry.key_start + entry.key_len + gap;
		entry.start = entry.before + (how & 1 ? behind : 0);
		if (how & 2)
			entry.key_start = entry.start + 20;
		if (how & 4)
			last = entry.start;
		entry.end = last + behind;
		if (how == 0)
			entry.end = 900;
		rank = begin(&t, CFR_SEQUENCE, entry);
		if (!(how & 4)) {
			uint32_t inner = begin(&t, CFR_MAPPING, (cfr_entry){ .start = 990, .before = 990, .key_start = 990,
				                                             .end = 1005 + behind / 2, .style = CFR_BLOCK });

			scalar(&t, (cfr_entry){ .key_start = 991, .key_len = 2, .before = 1000, .start = 1000, .end = 1005,
				                .flags = CFR_KEY_PLAIN });
			end(&t, inner);
		}
		end(&t, rank);
	}
	end(&t, root);
	told_end(&t);
}

static uint32_t random_of(uint64_t *seed)
{
	*seed = *seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return (uint32_t)(*seed >> 33);
}

/* Small distances mostly, as in files, now and then a large one. */
static uint32_t distance(uint64_t *seed)
{
	uint32_t x = random_of(seed);

	return x % 16 == 0 ? x / 16 % 60000 : x / 16 % 8;
}

static cfr_entry random_entry(uint64_t *seed, bool keyed)
{
	cfr_entry entry = { .before = random_of(seed) % 60000 };

	entry.key_start = entry.before;
	if (keyed) {
		entry.key_len = (uint16_t)(distance(seed) + 1);
		entry.before = entry.key_start + entry.key_len + distance(seed);
		entry.flags = CFR_KEY_PLAIN;
	}
	entry.start = entry.before + (random_of(seed) % 8 ? 0 : distance(seed));
	entry.end = entry.start + distance(seed);
	entry.style = (uint8_t)(random_of(seed) % 7);
	return entry;
}

static void test_random(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 60; seed++) {
		uint64_t random = seed;
		uint32_t stack[64], depth = 1;
		bool mapping[64] = { true };
		struct told t;

		told_init(&t);
		stack[0] = begin(&t, CFR_MAPPING, random_entry(&random, false));
		while (t.count < 2000) {
			uint32_t what = random_of(&random) % 8;
			cfr_entry entry = random_entry(&random, mapping[depth - 1]);

			if (what < 2 && depth < 60) {
				mapping[depth] = what;
				stack[depth] = begin(&t, what ? CFR_MAPPING : CFR_SEQUENCE, entry);
				depth++;
			} else if (what < 4 && depth > 1) {
				end(&t, stack[--depth]);
			} else {
				scalar(&t, entry);
			}
		}
		while (depth)
			end(&t, stack[--depth]);
		told_end(&t);
	}
}

/* Copies of wide entries are entries of their own: the key of the copy's place does not reach back. */
static void test_aliases(void **state)
{
	struct told t;
	uint32_t root, list, copy;
	cfr_document *doc;
	cfr_mark use = { 300, 300, 302, CFR_PLAIN, 0 }, key = { 290, 290, 298, CFR_PLAIN, 0 };

	(void)state;
	told_init(&t);
	root = begin(&t, CFR_MAPPING, (cfr_entry){ .style = CFR_BLOCK, .end = 302 });
	list = begin(&t, CFR_SEQUENCE, (cfr_entry){ .key_start = 0, .key_len = 3, .before = 5, .start = 200, .end = 250,
		                                     .style = CFR_FLOW, .flags = CFR_KEY_PLAIN });
	scalar(&t, (cfr_entry){ .key_start = 201, .before = 201, .start = 231, .end = 233 });
	scalar(&t, (cfr_entry){ .key_start = 234, .before = 234, .start = 234, .end = 235 });
	end(&t, list);
	assert_int_equal(cfr_build_key(t.build, CFR_STR("copy"), &key, NULL), 0);
	copy = cfr_build_rank(t.build);
	assert_int_equal(cfr_build_alias(t.build, list, &use, NULL), 0);
	t.entries[copy] = t.entries[list];
	t.entries[copy + 1] = t.entries[list + 1];
	t.entries[copy + 2] = t.entries[list + 2];
	t.count += 3;
	for (uint32_t rank = copy; rank < t.count; rank++) {
		t.entries[rank].next += copy - list;
		t.entries[rank].flags |= CFR_VIA_ALIAS;
	}
	t.entries[copy].key_start = 290;
	t.entries[copy].key_len = 8;
	t.entries[list].flags |= CFR_ANCHORED;
	end(&t, root);
	assert_int_equal(cfr_build_finish(&doc, t.build, 0, 0, LONG, NULL), 0);
	same_entries(doc, &t);
	assert_int_equal(cfr_document_use(doc, cfr_document_node(doc, copy)), 300);
	cfr_document_unref(doc);
	cfr_build_free(t.build);
	cfr_source_unref(t.source);
	free(t.entries);
}

/* Parents and the map from rank to node are made by whoever asks first; four ask at once. */
static void *ask(void *arg)
{
	const cfr_document *doc = arg;
	uint32_t n = cfr_tree_size(cfr_document_tree(doc));

	for (uint32_t rank = 0; rank < n; rank++) {
		cfr_node node = cfr_document_node(doc, rank), parent;
		bool inner = cfr_node_parent(&parent, node);

		if (cfr_document_rank(doc, node) != rank || inner != (rank > 0) ||
		    (inner && cfr_document_rank(doc, parent) >= rank))
			abort();
	}
	return NULL;
}

static void test_threads(void **state)
{
	(void)state;
	for (int round = 0; round < 20; round++) {
		struct told t;
		uint32_t root;
		cfr_document *doc;
		pthread_t threads[4];

		told_init(&t);
		root = begin(&t, CFR_SEQUENCE, (cfr_entry){ .style = CFR_BLOCK, .end = LONG });
		while (t.count < 2000) {
			uint32_t rank = begin(&t, CFR_MAPPING, (cfr_entry){ .style = CFR_BLOCK });

			for (int i = 0; i < 9; i++)
				scalar(&t, (cfr_entry){ .key_start = 5, .key_len = 1, .before = 8, .start = 8, .end = 9 });
			end(&t, rank);
		}
		end(&t, root);
		assert_int_equal(cfr_build_finish(&doc, t.build, 0, 0, LONG, NULL), 0);
		cfr_build_free(t.build);
		for (int i = 0; i < 4; i++)
			assert_int_equal(pthread_create(&threads[i], NULL, ask, doc), 0);
		for (int i = 0; i < 4; i++)
			pthread_join(threads[i], NULL);
		cfr_document_unref(doc);
		cfr_source_unref(t.source);
		free(t.entries);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scalars),
		cmocka_unit_test(test_collections),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_aliases),
		cmocka_unit_test(test_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
