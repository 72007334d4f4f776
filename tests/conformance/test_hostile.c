/* tests/conformance/test_hostile.c -- files made to break readers, each with its verdict.
 *
 * The generators under ../shared/security/hostile write files and a manifest. Each file is read in a process of its
 * own, so that a crash is one failure and the peak of memory is that file's. Time and memory are held to the manifest
 * unless a sanitizer slows everything down. CFR_HOSTILE_SCALE (default 0.01) is 1.0 before a release.
 */
#include "suite.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "engine/text.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SLOW 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SLOW 1
#endif
#endif
#ifndef SLOW
#define SLOW 0
#endif

static const char *const generators[] = {
	"01_yaml_alias_bombs", "03_deep_nesting", "04_encoding", "05_duplicate_keys", "06_key_floods", "07_numbers",
};

/* Refused, as the manifest wants, but for a reason that is met first. */
static const struct {
	const char *file;
	int code;
	const char *why;
} other_reason[] = {
	{ "dup_seq_keys.yaml", CFR_E_KIND, "a collection as a key is refused, once is enough" },
	{ "question.yaml", CFR_E_KIND, "the second `?` already makes a collection the key of the first" },
};

/* "either": what is done, written down. */
static const struct {
	const char *file;
	int code;
} decided[] = {
	{ "key_alias.yaml", CFR_E_KIND }, { "anchors_many.yaml", 0 },
	{ "bom.json", 0 }, { "bom_middle.yaml", CFR_E_ENCODING }, { "utf16.yaml", CFR_E_ENCODING },
	{ "utf32.yaml", CFR_E_ENCODING }, { "c1_and_nel.yaml", 0 },
	{ "dup_int_str.yaml", CFR_E_DUPLICATE }, { "dup_int_forms.yaml", 0 },
	{ "num_07.json", CFR_E_UNSUPPORTED }, { "num_07.yaml", CFR_E_UNSUPPORTED },	/* 1e309 */
	{ "num_08.json", CFR_E_UNSUPPORTED }, { "num_08.yaml", CFR_E_UNSUPPORTED },	/* -1e309 */
	{ "num_09.json", CFR_E_UNSUPPORTED }, { "num_09.yaml", CFR_E_UNSUPPORTED },	/* 1e-400 */
	{ "num_18.json", CFR_E_UNSUPPORTED }, { "num_18.yaml", CFR_E_UNSUPPORTED },	/* 0.000…1, 400 zeros */
};

typedef struct expectation {
	char file[256], expect[64], number[512];
	int64_t max_ms, max_mib, value_keys, bytes;
	bool has_number;
} expectation;

static cfr_str text_at(cfr_node map, const char *key)
{
	cfr_node node;

	if (cfr_node_find(&node, map, cfr_str_of(key), NULL))
		return (cfr_str){ NULL, 0 };
	return cfr_node_string(node);
}

static int64_t int_at(cfr_node map, const char *key, int64_t otherwise)
{
	cfr_node node;

	return cfr_node_find(&node, map, cfr_str_of(key), NULL) ? otherwise : cfr_node_int(node);
}

static void copy(char *out, size_t size, cfr_str s)
{
	snprintf(out, size, "%.*s", (int)s.len, s.ptr ? s.ptr : "");
}

static void load_expectation(expectation *e, cfr_str line)
{
	cfr_documents docs;
	cfr_source *source;
	cfr_node root;

	assert_int_equal(cfr_source_new(&source, CFR_STR("manifest.json"), line, NULL, NULL), 0);
	assert_int_equal(cfr_text_read(&docs, source, CFR_JSON, NULL, NULL), 0);
	root = cfr_tree_root(cfr_document_tree(docs.items[0]));
	copy(e->file, sizeof(e->file), text_at(root, "file"));
	copy(e->expect, sizeof(e->expect), text_at(root, "expect"));
	copy(e->number, sizeof(e->number), text_at(root, "number"));
	e->has_number = text_at(root, "number").ptr != NULL;
	e->max_ms = int_at(root, "max_ms", 1000);
	e->max_mib = int_at(root, "max_mib", 64);
	e->value_keys = int_at(root, "value_keys", -1);
	e->bytes = int_at(root, "bytes", 0);
	cfr_documents_release(&docs);
	cfr_source_unref(source);
}

/* Is the one number of the file what its text says? Exactly, or as the nearest float. */
static bool right_number(const expectation *e, cfr_node root)
{
	cfr_node node;
	char text[512];

	if (cfr_node_at(&node, root, 0, NULL))
		return false;
	switch (cfr_node_kind(node)) {
	case CFR_INT:
		snprintf(text, sizeof(text), "%lld", (long long)cfr_node_int(node));
		return strcmp(text, e->number) == 0 || strcmp(e->number, "-0") == 0;
	case CFR_FLOAT: {
		double want = strtod(e->number, NULL), got = cfr_node_float(node);
		return memcmp(&want, &got, sizeof(got)) == 0;
	}
	case CFR_OTHER:
		copy(text, sizeof(text), cfr_node_string(node));
		return strcmp(text, e->number) == 0;
	default:
		return false;
	}
}

/* In the child: the code (0 to -16) as exit status, negated; 100 and up for a wrong value or a place without line. */
static int child(const char *path, const expectation *e)
{
	cfr_documents docs = { NULL, 0 };
	cfr_limits limits;
	cfr_source *source;
	cfr_err err = CFR_ERR_INIT;
	int rc;

	cfr_limits_default(&limits);
	/* A million keys is more than 16 MiB of text: what the manifest accepts there is accepted "by an option". */
	if ((uint64_t)e->bytes > limits.of[CFR_LIMIT_FILE] && strcmp(e->expect, "accept") == 0)
		limits.of[CFR_LIMIT_FILE] = (uint64_t)e->bytes;
	rc = cfr_source_open(&source, path, &limits, &err);
	if (rc)
		return -rc;
	rc = cfr_text_read(&docs, source, CFR_FORMAT_NONE, &limits, &err);
	if (rc) {
		if (!err.line || !err.column || !err.message[0] || (rc == CFR_E_LIMIT && !err.limit[0] && !err.hint[0]))
			return 100;
	} else {
		cfr_node root = cfr_tree_root(cfr_document_tree(docs.items[0]));

		if (e->value_keys >= 0 && cfr_node_size(root) != (uint32_t)e->value_keys)
			return 101;
		if (e->has_number && !right_number(e, root))
			return 102;
	}
	cfr_documents_release(&docs);
	cfr_source_unref(source);
	return -rc;
}

static int wanted_code(const expectation *e)
{
	static const struct {
		const char *word;
		int code;
	} words[] = {
		{ "accept", 0 }, { "reject:limit", CFR_E_LIMIT }, { "reject:syntax", CFR_E_SYNTAX },
		{ "reject:encoding", CFR_E_ENCODING }, { "reject:duplicate", CFR_E_DUPLICATE },
		{ "reject:cycle", CFR_E_CYCLE }, { "reject:range", CFR_E_UNSUPPORTED },
	};

	for (size_t i = 0; i < sizeof(other_reason) / sizeof(*other_reason); i++) {
		if (strcmp(other_reason[i].file, e->file) == 0)
			return other_reason[i].code;
	}
	for (size_t i = 0; i < sizeof(decided) / sizeof(*decided); i++) {
		if (strcmp(decided[i].file, e->file) == 0)
			return decided[i].code;
	}
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (strcmp(words[i].word, e->expect) == 0)
			return words[i].code;
	}
	return 0;	/* "either", and nothing else decided: read */
}

static bool run_one(const char *folder, const expectation *e)
{
	char path[8192];
	struct timespec from, to;
	struct rusage usage;
	int status, code, want = wanted_code(e);
	long long ms, mib;
	pid_t pid;

	snprintf(path, sizeof(path), "%s/%s", folder, e->file);
	clock_gettime(CLOCK_MONOTONIC, &from);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(child(path, e));
	assert_int_equal(wait4(pid, &status, 0, &usage), pid);
	clock_gettime(CLOCK_MONOTONIC, &to);
	ms = (to.tv_sec - from.tv_sec) * 1000LL + (to.tv_nsec - from.tv_nsec) / 1000000;
	mib = usage.ru_maxrss / 1024;
	code = WIFEXITED(status) ? -WEXITSTATUS(status) : -1000 - WTERMSIG(status);
	if (getenv("CFR_HOSTILE_VERBOSE"))
		print_message("%-30s %-12s %6lld ms %5lld MiB\n", e->file, code ? cfr_code_name(code) : "read", ms, mib);
	if (code != want) {
		print_message("%s: %s (%d), and should be %s (%d)\n", e->file, code ? cfr_code_name(code) : "read", code,
		              want ? cfr_code_name(want) : "read", want);
		return false;
	}
	if (!SLOW && (ms > e->max_ms || mib > e->max_mib)) {
		print_message("%s: %lld ms of %lld, %lld MiB of %lld\n", e->file, ms, (long long)e->max_ms, mib,
		              (long long)e->max_mib);
		return false;
	}
	return true;
}

static bool ours(const char *file)
{
	cfr_str name = cfr_str_of(file);

	return cfr_str_ends(name, CFR_STR(".yaml")) || cfr_str_ends(name, CFR_STR(".json"));
}

static void run_manifest(const char *folder, unsigned *count, unsigned *wrong)
{
	char path[4200];
	cfr_str text;

	snprintf(path, sizeof(path), "%s/manifest.jsonl", folder);
	text = suite_file(path);
	assert_non_null(text.ptr);
	for (size_t at = 0; at < text.len;) {
		const char *end = memchr(text.ptr + at, '\n', text.len - at);
		size_t stop = end ? (size_t)(end - text.ptr) : text.len;
		expectation e;

		load_expectation(&e, cfr_str_sub(text, at, stop));
		at = stop + 1;
		if (!ours(e.file))
			continue;
		++*count;
		*wrong += !run_one(folder, &e);
	}
	free((char *)text.ptr);
}

static void test_hostile(void **state)
{
	char root[4096], work[] = "/tmp/cfgrun-hostile-XXXXXX", folder[4096], command[12400];
	const char *scale = getenv("CFR_HOSTILE_SCALE");
	unsigned count = 0, wrong = 0;

	(void)state;
	if (!suite_path(root, "security/hostile") || system("python3 -c '' >/dev/null 2>&1") != 0)
		skip();
	assert_non_null(mkdtemp(work));
	for (size_t i = 0; i < sizeof(generators) / sizeof(*generators); i++) {
		snprintf(folder, sizeof(folder), "%s/%s", work, generators[i]);
		snprintf(command, sizeof(command), "PYTHONDONTWRITEBYTECODE=1 python3 '%s/%s.py' '%s' --seed 1 --scale '%s'", root,
		         generators[i], folder, scale ? scale : "0.01");
		assert_int_equal(system(command), 0);
		run_manifest(folder, &count, &wrong);
	}
	snprintf(command, sizeof(command), "rm -rf '%s'", work);
	assert_int_equal(system(command), 0);
	print_message("%u hostile files, %u wrong\n", count, wrong);
	assert_true(count > 100);
	assert_int_equal(wrong, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_hostile) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
