/* tests/unit/host/test_packs.c -- no rule of a shipped pack ever fails, whatever the configuration.
 *
 * Every example of every rule is a seed. A few random places of it are dropped, nulled, emptied or given another type, and
 * the whole pack looks at the result: findings are welcome, failures are not. 10,000 trees a pack (CFR_MUTATIONS), the same
 * ones each time (CFR_SEED).
 */
#include "host/cfgrun.h"

#include "engine/base/str.h"
#include "lua/embedded.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define MOST_SEEDS 4096
#define BATCH 250

static uint64_t state;

static uint32_t draw(uint32_t below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)((state >> 32) % below);
}

struct seeds {
	cfr_document *items[MOST_SEEDS];
	uint32_t count;
};

/* Takes the documents of an example's text. */
static void take_text(struct seeds *seeds, cfr_str text)
{
	cfr_limits limits;
	cfr_source *source;
	cfr_documents docs;

	cfr_limits_default(&limits);
	assert_int_equal(cfr_source_new(&source, CFR_STR("example.yaml"), text, &limits, NULL), 0);
	if (cfr_text_read(&docs, source, CFR_YAML, &limits, NULL) == 0) {
		for (uint32_t i = 0; i < docs.count && seeds->count < MOST_SEEDS; i++)
			seeds->items[seeds->count++] = cfr_document_ref(docs.items[i]);
		cfr_documents_release(&docs);
	}
	cfr_source_unref(source);
}

/* Every string among the examples is tried as a document: names and messages make poor ones, and do no harm. */
static void collect(struct seeds *seeds, cfr_node node)
{
	cfr_node child;

	if (cfr_node_kind(node) == CFR_STRING)
		take_text(seeds, cfr_node_string(node));
	for (uint32_t i = 0; cfr_node_at(&child, node, i, NULL) == 0; i++)
		collect(seeds, child);
}

/* --- mutation --- */

static cfr_node random_node(cfr_node root)
{
	cfr_node node = root, child;

	while (cfr_node_size(node) && draw(4) && cfr_node_at(&child, node, draw(cfr_node_size(node)), NULL) == 0)
		node = child;
	return node;
}

/* One of a few values of every kind, as a tree of its own. */
static cfr_document *replacement(void)
{
	static const char *const texts[] = { "~", "{}", "[]", "''", "7", "-1", "0.5", "true", "x", "[1]", "{a: 1}",
		"[~]", "[[]]", "{a: {b: []}}", "99999999999999999999", ".nan", "' '", "[{}]", "!t x", "0" };
	cfr_document *doc;
	const char *text = texts[draw(sizeof(texts) / sizeof(*texts))];

	assert_int_equal(cfr_load_text(&doc, "value.yaml", text, strlen(text), NULL), 0);
	return doc;
}

static void mutate(cfr_draft *draft, cfr_node root)
{
	cfr_buf path = CFR_BUF_INIT;
	cfr_document *value = NULL;

	cfr_pointer_write(&path, random_node(root));
	if (draw(3) == 0) {
		cfr_draft_remove(draft, cfr_buf_str(&path), NULL);	/* gone already: nothing changes */
	} else {
		value = replacement();
		cfr_draft_replace(draft, cfr_buf_str(&path), cfr_tree_root(cfr_document_tree(value)), NULL);
	}
	cfr_document_unref(value);
	cfr_buf_release(&path);
}

static void add_mutant(cfr_check *check, const cfr_document *seed, unsigned number)
{
	cfr_limits limits;
	cfr_draft *draft;
	cfr_tree *tree;
	cfr_source *source;
	cfr_buf text = CFR_BUF_INIT;
	cfr_write how = { .format = CFR_YAML };
	char name[32];

	cfr_limits_default(&limits);
	assert_int_equal(cfr_draft_new(&draft, cfr_document_tree(seed), &limits, NULL), 0);
	for (uint32_t n = 1 + draw(3); n; n--)
		mutate(draft, cfr_tree_root(cfr_document_tree(seed)));
	assert_int_equal(cfr_draft_freeze(&tree, draft, NULL), 0);
	assert_int_equal(cfr_text_write(&text, cfr_tree_root(tree), &how, NULL), 0);
	snprintf(name, sizeof(name), "m%05u.yaml", number);
	assert_int_equal(cfr_source_new(&source, cfr_str_of(name), cfr_buf_str(&text), &limits, NULL), 0);
	assert_int_equal(cfr_check_add_source(check, source, cfr_str_of(name), CFR_YAML, NULL), 0);
	cfr_source_unref(source);
	cfr_buf_release(&text);
	cfr_tree_unref(tree);
	cfr_draft_free(draft);
}

static void report_failure(const cfr_outcome *outcome)
{
	const cfr_failure *f = &outcome->failures[0];

	for (uint32_t i = 0; i < outcome->source_count; i++) {
		if (cfr_str_eq(outcome->sources[i].file, f->file)) {
			cfr_str bytes = cfr_source_bytes(outcome->sources[i].source);
			fprintf(stderr, "%.*s\n", (int)bytes.len, bytes.ptr);
		}
	}
	fail_msg("%.*s fails: %s:%u: %s", (int)f->rule.len, f->rule.ptr, f->err.file, f->err.line, f->err.message);
}

static void mutate_pack(const char *policy)
{
	const char *given = getenv("CFR_MUTATIONS"), *seed = getenv("CFR_SEED");
	unsigned most = given ? (unsigned)strtoul(given, NULL, 10) : 10000;
	struct seeds *seeds = calloc(1, sizeof(*seeds));
	cfr_check_options options = { .now = 1767225600 };
	cfr_check *check;
	cfr_err err = CFR_ERR_INIT;
	uint64_t findings = 0;

	assert_non_null(seeds);
	state = seed ? strtoull(seed, NULL, 10) | 1 : 20261122;
	assert_int_equal(cfr_checker_new(&check, &options, &err), 0);
	if (cfr_checker_add_policy(check, policy, &err) < 0)
		fail_msg("%s: %s:%u: %s", policy, err.file, err.line, err.message);
	const cfr_rules *rules = cfr_check_rules(check);
	for (uint32_t i = 0; i < rules->count; i++) {
		if (rules->items[i].examples)
			collect(seeds, cfr_tree_root(rules->items[i].examples));
	}
	assert_true(seeds->count > 0);
	for (unsigned done = 0; done < most; done += BATCH) {
		cfr_check_reset(check, options.now, NULL, NULL);
		assert_int_equal(cfr_check_set(check, CFR_STR("*"), CFR_STR(""), CFR_WARNING, NULL, NULL), 0);
		for (unsigned i = 0; i < BATCH; i++)
			add_mutant(check, seeds->items[draw(seeds->count)], i);
		if (cfr_check_run(check, &err) < 0)
			fail_msg("%s", err.message);
		const cfr_outcome *outcome = cfr_check_outcome(check);
		if (outcome->failure_count)
			report_failure(outcome);
		findings += outcome->finding_count;
	}
	printf("%s: %u rules, %u seeds, %u trees, %llu findings\n", policy, rules->count, seeds->count, most,
	       (unsigned long long)findings);
	for (uint32_t i = 0; i < seeds->count; i++)
		cfr_document_unref(seeds->items[i]);
	free(seeds);
	cfr_check_free(check);
}

static void test_docker_compose(void **arg) { (void)arg; mutate_pack("pack:docker-compose"); }
static void test_prometheus(void **arg) { (void)arg; mutate_pack("pack:prometheus"); }
static void test_otel_collector(void **arg) { (void)arg; mutate_pack("pack:otel-collector"); }
static void test_github_actions(void **arg) { (void)arg; mutate_pack("pack:github-actions"); }
static void test_kubernetes(void **arg) { (void)arg; mutate_pack("pack:kubernetes"); }
static void test_langswarm(void **arg) { (void)arg; mutate_pack("pack:langswarm"); }
static void test_secrets(void **arg) { (void)arg; mutate_pack("pack:secrets"); }
static void test_yaml(void **arg) { (void)arg; mutate_pack("pack:yaml"); }

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_docker_compose),
					  cmocka_unit_test(test_prometheus),
					  cmocka_unit_test(test_otel_collector),
		cmocka_unit_test(test_github_actions),
		cmocka_unit_test(test_kubernetes), cmocka_unit_test(test_langswarm),
		cmocka_unit_test(test_secrets), cmocka_unit_test(test_yaml) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
