/* Sections: lazy is eager, over every text at hand.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/support/lazy.h"
#include "tests/support/loading.h"
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static struct random rnd = { 20 };

static void check(struct lazy *n, cfr_str text, cfr_format format, unsigned edits)
{
	lazy_check(n, CFR_STR("x"), text, format);
	while (edits--) {
		cfr_buf other = CFR_BUF_INIT;

		lazy_edit(&other, &rnd, text);
		lazy_again(n, text, cfr_buf_str(&other), format);
		cfr_buf_release(&other);
	}
}

static void tell(const struct lazy *n)
{
	print_message("%u texts, %u opened, %u of %u places given, %u listed; %u edits, %u sections shared\n", n->texts, n->opened,
	              n->given, n->asked, n->listed, n->edits, n->shared);
}

static void test_texts(void **state)
{
	static const char *const yaml[] = {
		"a: 1\nb:\n  c: [1, 2]\n  d:\n    - x\n    - y: 1\n      z: {p: q}\ne: 3\n",
		"# top\na:\n  # above b\n  b: 1 # beside b\n\n  # above c\n  c:\n    - 1\n    - 2\n     # below 2\n  # above d\n  d: 2\n    # below d\n",
		"- a: 1\n  b:\n  - 1\n  - 2\n- # beside\n  c: 1\n  d: {x: [1]}\n-\n  - - 1\n    - 2\n  - 3\n",
		"a: &x [1, 2]\nb: *x\nc:\n  - *x\n  - 1\n  - {y: 1}\n",
		"a: {x: 1}\n<<: {b: 1, c: 2}\nd: [1, 2, 3]\n",
		"'a b': [1]\n\"c\\td\": [2, 3]\n1: {a: 2}\ntrue: [x]\n",
		"a:\n  b: |\n    text\n    # no comment\n\n  # above c\n  c: >+\n    kept\n\n  # above d\n  d: [1,\n   2]\n  e: {x: y}\n",
		"\xEF\xBB\xBF" "a:\r\n  - b: 1\r\n    c: [x]\r\n  # above\r\n  - d: \xC3\xA9\r\n    e: {f: \xE2\x82\xAC}\r\n",
		"- a: 1\n  b: 2\n  # below: what comes next is empty\n- \n- true\n  - 2\n",
		"-\n foo: bar\n-\n     # behind the dash of the next\n r\n-\n - 43\n",
		"---\na:\n- 1\n-\n- ~\n- {}\n- []\n- b:\nc:\nd: !t\ne: !!map\n  x: [1]\n",
	};
	static const char *const json[] = {
		"{\"a\": 1, \"b\": {\"c\": [1, 2], \"d\": [{\"x\": 1}, null, []]}, \"e\": {}}",
		"[\n  {\"a\": \"\xC3\xA9\"}, [1,\n 2], \"x\", {\"k\\u00e9\": [1, 2, {\"z\": \"\xE2\x82\xAC\"}]}\n]\n",
		"\xEF\xBB\xBF[[1,2,3],[4,5,[6,7]],{\"a\":{\"b\":[]}}]",
	};
	/* What is said about an alias is said about what comes next. */
	static const char *const silent[] = {
		"a: &a {x: 1}\nb:\n  - c: [1]\n    # deep\n  # c\n  - *a\n  - d: [2]\n  - e: [3]\n",
		"a: &a {x: 1}\nb:\n  - c: [1]\n  - *a # t\nd: [2]\ne: {f: [1]}\n",
		"a: &a {x: 1}\nb:\n  - c: [1]\n  - *a\n      # deep\n  - d: [2]\n  - x\n\n  - *a\n  - - e: [3]\n",
		"a: &a {x: 1}\nb:\n  - - c: [1]\n       # deep\n  - - *a\n    -    d: [2]\n    - e: [3]\n  - [4]\n",
		"a: &a {x: 1}\nb:\n  - c: [1]\n  # c\n  - <<: *a\n  - d: [2]\n  - e: [3]\n",
		"a: &a {x: 1}\nb:\n  c:\n    # c\n    <<: *a\n\n  d:\n    e: [3]\n    <<:\n      # c\n    - *a # t\n    - *a\nf: [1, 2]\n",
		"---\nb: &b [2]\nz:\n\n  - {p: q}\n    \n  -   *b # t\n\n",
		"b: &b [2]\nz:\n  - - 'q'\n  -   *b # t\n",
		"m: &m {x: 1}\nz:\n  - - [1, 2]\n    - k: [3, 4]\n  -\n    # c\n    - # t\n        <<: *m\n    -   x\ny: [1, 2, 3]\n",
	};
	struct lazy n = { 0 }, aliases = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(silent) / sizeof(*silent); i++)
		check(&aliases, cfr_str_of(silent[i]), CFR_YAML, 400);
	tell(&aliases);
	for (size_t i = 0; i < sizeof(yaml) / sizeof(*yaml); i++)
		check(&n, cfr_str_of(yaml[i]), CFR_YAML, 400);
	for (size_t i = 0; i < sizeof(json) / sizeof(*json); i++)
		check(&n, cfr_str_of(json[i]), CFR_JSON, 400);
	/* A return alone is a line for who reads, and none for who compares. */
	lazy_again(&n, CFR_STR("{\n \"a\": {\"x\": [1, 2]},\n \"b\": {\n  \"y\": [3, 4]\n },\n \"c\": [5, 6],\n \"d\": [7, 8]\n}\n"),
	           CFR_STR("{\n \"a\": {\"x\": [1, 2]},\n \"b\": {\r\r  \"y\": [3, 4]\n },\n \"c\": [5, 6],\n \"d\": [7, 8]\n}\n"),
	           CFR_JSON);
	/* An edit makes text of what was a comment. */
	lazy_again(&n, CFR_STR("n:\n   - - x\n     - y\n   - - []\n     - \"[\"\n# c: \"\n   - true\n"),
	           CFR_STR("n:\n   - - x\n     - y\n   - - []\n     - \"[\n# c: \"\n   - true\n"), CFR_YAML);
	tell(&n);
	assert_true(aliases.opened >= 3 && n.opened >= 9 && n.given * 10 > n.asked * 8 && n.listed > 20);
}

static void each_file(struct lazy *n, const char *folder)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		char path[1024];
		struct stat st;
		cfr_source *source;
		cfr_format format = cfr_format_of_name(cfr_str_of(entry->d_name));

		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
			each_file(n, path);
		} else if ((format == CFR_YAML || format == CFR_JSON) && st.st_size < 200000 &&
		           cfr_source_open(&source, path, NULL, NULL) == 0) {
			check(n, cfr_source_bytes(source), format, st.st_size < 4000 ? 2 : 0);
			cfr_source_unref(source);
		}
	}
	if (dir)
		closedir(dir);
}

static void test_folders(void **state)
{
	const char *shared = getenv("CFGRUN_SHARED");
	static const char *const folders[] = { "domain", "conformance" };
	struct lazy n = { 0 };
	char path[1024];

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "%s/%s", shared ? shared : "../shared", folders[i]);
		each_file(&n, path);
	}
	each_file(&n, "tests");
	each_file(&n, "examples");
	tell(&n);
	if (n.opened == 0)
		skip();
	assert_true(n.given * 100 >= n.asked * 99);
}

/* ---- a file, a cache, threads ---- */

static char file_name[64];

/* Large enough to be read in parts as it is. */
static void write_file(const char *model)
{
	FILE *f = fopen(file_name, "w");

	assert_non_null(f);
	fputs("version: 1\nagents:\n", f);
	for (int i = 0; i < 3000; i++)
		fprintf(f, "  # agent %d\n  - id: a%d\n    model: %s\n    tools: [x, y%d]\n", i, i, i == 1500 ? model : "m", i);
	fputs("limits:\n  cpu: 1\n", f);
	fclose(f);
}

static void require_value(cfr_sections *s, const char *pointer, const char *value)
{
	const cfr_section *section;
	cfr_node node;

	assert_int_equal(cfr_sections_get(&section, &node, s, cfr_str_of(pointer), NULL), 0);
	assert_true(cfr_str_eq(cfr_node_string(node), cfr_str_of(value)));
}

static void compare_file(cfr_sections *s)
{
	struct lazy n = { 0 };
	cfr_documents docs;
	cfr_source *source;
	uint32_t count;

	assert_int_equal(cfr_source_open(&source, file_name, NULL, NULL), 0);
	assert_int_equal(cfr_text_read(&docs, source, CFR_YAML, NULL, NULL), 0);
	count = cfr_document_ranked(docs.items[0], 0).next;
	for (uint32_t rank = 0; rank < count; rank += 1 + rank / 10)
		lazy_compare(&n, s, docs.items[0], cfr_document_node(docs.items[0], rank));
	assert_int_equal(n.given, n.asked);
	cfr_documents_release(&docs);
	cfr_source_unref(source);
}

static void test_cache(void **state)
{
	struct double_cache *cache = double_new();
	cfr_load_stats stats;
	cfr_loader *loader;
	cfr_sections *s;

	(void)state;
	write_file("first");
	usleep(2200000);		/* what is younger than the clocks are coarse is hashed each time */
	loader = double_loader(cache);
	assert_int_equal(cfr_sections_open(&s, loader, file_name, CFR_FORMAT_NONE, NULL, NULL), 0);
	require_value(s, "/agents/1500/model", "first");
	cfr_sections_unref(s);
	cfr_loader_stats(&stats, loader);
	assert_true(stats.scanned > 100000 && stats.hashed == stats.scanned && stats.hits == 0 && stats.parsed < 4000);
	cfr_loader_free(loader);

	loader = double_loader(cache);
	assert_int_equal(cfr_sections_open(&s, loader, file_name, CFR_FORMAT_NONE, NULL, NULL), 0);
	require_value(s, "/agents/1500/model", "first");
	cfr_loader_stats(&stats, loader);
	assert_true(stats.scanned == 0 && stats.hashed == 0 && stats.parsed == 0 && stats.unchanged == 1 && stats.misses == 0);
	assert_null(s->source);		/* the file was not read */
	require_value(s, "/agents/1499/model", "m");
	assert_null(s->source);		/* nobody had asked for this one: only its text was */
	cfr_loader_stats(&stats, loader);
	assert_true(stats.parsed > 0 && stats.parsed < 200);
	cfr_sections_unref(s);
	cfr_loader_free(loader);

	/* The digest is known, and the text is another. */
	loader = double_loader(cache);
	assert_int_equal(cfr_sections_open(&s, loader, file_name, CFR_FORMAT_NONE, NULL, NULL), 0);
	write_file("other");
	require_value(s, "/agents/1500/model", "first");
	const cfr_section *section;
	cfr_node node;
	assert_int_equal(cfr_sections_get(&section, &node, s, CFR_STR("/agents/2999/id"), NULL), 1);
	cfr_sections_unref(s);
	assert_int_equal(cfr_sections_open(&s, loader, file_name, CFR_FORMAT_NONE, NULL, NULL), 0);
	require_value(s, "/agents/1500/model", "other");
	compare_file(s);
	cfr_sections_unref(s);
	assert_int_equal(cfr_sections_open(&s, loader, file_name, CFR_FORMAT_NONE, NULL, NULL), 0);
	compare_file(s);
	cfr_sections_unref(s);
	cfr_loader_free(loader);

	/* Records that are damaged do no harm. */
	cache->broken = true;
	for (int i = 0; i < 200; i++) {
		loader = double_loader(cache);
		if (cfr_sections_open(&s, loader, file_name, CFR_FORMAT_NONE, NULL, NULL) == 0) {
			char pointer[64];
			cfr_buf told = CFR_BUF_INIT;

			snprintf(pointer, sizeof(pointer), "/agents/%d", i * 15);
			if (cfr_sections_get(&section, &node, s, cfr_str_of(pointer), NULL) == 0)
				lazy_tell(&told, cfr_section_document(section), node, true);
			cfr_buf_release(&told);
			cfr_sections_unref(s);
		}
		cfr_loader_free(loader);
	}
	double_free(cache);
}

static void test_again(void **state)
{
	cfr_sections *old, *now, *same;

	(void)state;
	write_file("first");
	assert_int_equal(cfr_sections_open(&old, NULL, file_name, CFR_FORMAT_NONE, NULL, NULL), 0);
	require_value(old, "/agents/1/model", "m");
	require_value(old, "/agents/2500/model", "m");
	require_value(old, "/agents/1500/model", "first");
	assert_int_equal(cfr_sections_again(&same, old, NULL), 0);
	assert_ptr_equal(same, old);
	cfr_sections_unref(same);
	write_file("a longer one");
	assert_int_equal(cfr_sections_again(&now, old, NULL), 0);
	assert_ptr_not_equal(now, old);
	assert_true(lazy_shared(now, old) >= 3);
	require_value(now, "/agents/1500/model", "a longer one");
	require_value(old, "/agents/1500/model", "first");
	cfr_sections_unref(old);
	compare_file(now);
	write_file("two\n    lines: 1");
	assert_int_equal(cfr_sections_again(&old, now, NULL), 0);
	compare_file(old);
	cfr_sections_unref(old);
	unlink(file_name);
	assert_int_equal(cfr_sections_again(&old, now, NULL), 1);
	cfr_sections_unref(now);
}

/* Who shows a line of JSON shows it as it is. */
static void test_lines(void **state)
{
	cfr_str text = CFR_STR("{\n\"a\": {\"x\": [1, 2]}, \"b\": {\"y\": [3, 4]}, \"c\": {\"z\": [5, 6]},\n\"d\": {\"x\": [7, 8]}}\n");
	cfr_str other = CFR_STR("{\n\"a\": {\"x\": [1, 2]}, \"b\": {\"y\": [3, 4]}, \"c\": {\"z\": [5, 9]},\n\"d\": {\"x\": [7, 8]}}\n");
	const char *const pointers[] = { "/a", "/b", "/c", "/d" };
	cfr_source *source, *edited;
	cfr_sections *old, *now;
	const cfr_section *section;
	cfr_node node;

	(void)state;
	assert_int_equal(cfr_source_new(&source, CFR_STR("x"), text, NULL, NULL), 0);
	assert_int_equal(cfr_source_new(&edited, CFR_STR("x"), other, NULL, NULL), 0);
	assert_int_equal(cfr__sections_of(&old, NULL, source, CFR_JSON, NULL, lazy_least, NULL), 0);
	for (int i = 0; i < 4; i++)
		assert_int_equal(cfr_sections_get(&section, &node, old, cfr_str_of(pointers[i]), NULL), 0);
	assert_int_equal(cfr__sections_new(&now, NULL, NULL, CFR_JSON, NULL, lazy_least), 0);
	now->source = cfr_source_ref(edited);
	assert_int_equal(cfr__sections_take_over(now, old), 0);
	assert_true(lazy_shared(now, old) >= 1);
	for (int i = 0; i < 4; i++) {
		uint32_t line;

		assert_int_equal(cfr_sections_get(&section, &node, now, cfr_str_of(pointers[i]), NULL), 0);
		line = cfr_document_span(cfr_section_document(section), node).line;
		assert_true(cfr_str_eq(cfr_source_line(cfr_document_source(cfr_section_document(section)), line),
		                       cfr_source_line(edited, line)));
	}
	cfr_sections_unref(old);
	cfr_sections_unref(now);
	cfr_source_unref(source);
	cfr_source_unref(edited);
}

/* Line breaks before each block are what they are, whatever changed between two texts. */
static void test_blocks(void **state)
{
	static const struct { uint32_t at, cut; const char *put; uint32_t times; } edits[] = {
		{ 50, 4, "wxyz", 1 }, { 16380, 8, "1\n345\n78", 1 }, { 16384, 1, "x", 1 }, { 100000, 2, "", 1 },
		{ 100003, 0, "a\nb", 1 }, { 20000, 0, "a line\n", 6000 }, { 30000, 40000, "", 1 }, { 30000, 50000, "y\n", 25000 },
		{ 30000, 50000, "y\n", 24998 }, { 119990, 0, "\n", 20000 }, { 60000, 60000, "", 1 }, { 0, 0, "\n", 7 } };
	cfr_buf text = CFR_BUF_INIT;
	unsigned moved = 0;

	(void)state;
	cfr_buf_addz(&text, "a:\n  - |\n");
	while (text.len < 120000)
		cfr_buf_addf(&text, "    %*d\n", (int)(text.len % 90), 1);
	cfr_buf_addz(&text, "  - [1]\nb: [2]\n");
	for (size_t i = 0; i < sizeof(edits) / sizeof(*edits); i++) {
		cfr_buf other = CFR_BUF_INIT;
		cfr_source *source, *edited;
		cfr_sections *old, *now;
		uint32_t count, naive = 0;
		const uint32_t *lines;

		cfr_buf_add(&other, text.ptr, edits[i].at);
		for (uint32_t k = 0; k < edits[i].times; k++)
			cfr_buf_addz(&other, edits[i].put);
		cfr_buf_add(&other, text.ptr + edits[i].at + edits[i].cut, text.len - edits[i].at - edits[i].cut);
		assert_int_equal(cfr_source_new(&source, CFR_STR("x"), cfr_buf_str(&text), NULL, NULL), 0);
		assert_int_equal(cfr_source_new(&edited, CFR_STR("x"), cfr_buf_str(&other), NULL, NULL), 0);
		assert_int_equal(cfr__sections_of(&old, NULL, source, CFR_YAML, NULL, lazy_least, NULL), 0);
		assert_non_null(cfr__sections_lines(&count, old));
		assert_int_equal(cfr__sections_new(&now, NULL, NULL, CFR_YAML, NULL, lazy_least), 0);
		now->source = cfr_source_ref(edited);
		assert_in_range(cfr__sections_take_over(now, old), 0, 1);
		moved += now->lines != NULL;
		lines = cfr__sections_lines(&count, now);
		assert_int_equal(count, other.len / CFR__LINES + 1);
		for (uint32_t at = 0; at < other.len; at++) {
			if (at % CFR__LINES == 0)
				assert_int_equal(lines[at / CFR__LINES], naive);
			naive += other.ptr[at] == '\n';
		}
		cfr_sections_unref(old);
		cfr_sections_unref(now);
		cfr_source_unref(source);
		cfr_source_unref(edited);
		cfr_buf_release(&other);
	}
	assert_true(moved >= 6);	/* the others changed more than one entry */
	cfr_buf_release(&text);
}

/* The same bytes under two names are two texts, if the names say so. */
static void test_names(void **state)
{
	static const char *const ends[] = { ".yaml", ".json", "" };
	struct double_cache *cache = double_new();

	(void)state;
	for (int i = 0; i < 6; i++) {
		cfr_loader *loader = double_loader(cache);
		char name[80];
		cfr_sections *s;
		FILE *f;

		snprintf(name, sizeof(name), "%s.twin%s", file_name, ends[i % 3]);
		if (i < 3) {
			f = fopen(name, "w");
			assert_non_null(f);
			fputs("{\"a\": [", f);
			for (int k = 0; k < 20000; k++)
				fputs("[1, 2],", f);
			fputs("{}]}\n", f);
			fclose(f);
		}
		/* A mapping in braces is JSON in parts, and is not of YAML. */
		if (cfr_sections_open(&s, loader, name, CFR_FORMAT_NONE, NULL, NULL) == 0) {
			assert_true(i % 3 != 0 && cfr_sections_format(s) == CFR_JSON);
			cfr_sections_unref(s);
		} else {
			assert_int_equal(i % 3, 0);
		}
		cfr_loader_free(loader);
		if (i >= 3)
			unlink(name);
	}
	double_free(cache);
}

/* Of a file whose outline is known, the text around an item is read: as if all of it had been. */
static void require_alone(const char *name, bool json, unsigned least, unsigned most)
{
	struct double_cache *cache = double_new();
	struct lazy n = { 0 };
	cfr_documents docs;
	cfr_source *source;
	unsigned alone = 0;

	assert_int_equal(cfr_source_open(&source, name, NULL, NULL), 0);
	assert_int_equal(cfr_text_read(&docs, source, json ? CFR_JSON : CFR_YAML, NULL, NULL), 0);
	for (int i = -1; i < 2000; i += i < 0 || i > 1950 ? 1 : 10) {
		cfr_loader *loader = double_loader(cache);
		cfr_sections *s;
		cfr_node node;
		char pointer[32];

		assert_int_equal(cfr_sections_open(&s, loader, name, CFR_FORMAT_NONE, NULL, NULL), 0);
		snprintf(pointer, sizeof(pointer), "/a/%d", i);
		/* The first one makes the outline, and the section of all. */
		if (i < 0)
			snprintf(pointer, sizeof(pointer), "/b");
		assert_int_equal(cfr_pointer_get(&node, cfr_tree_root(cfr_document_tree(docs.items[0])), cfr_str_of(pointer), NULL), 0);
		assert_true(i < 0 ? s->source != NULL : s->source == NULL);
		lazy_compare(&n, s, docs.items[0], node);
		alone += s->source == NULL;
		cfr_sections_unref(s);
		cfr_loader_free(loader);
	}
	assert_int_equal(n.given, n.asked);
	print_message("%u of %u were read alone\n", alone, n.asked);
	assert_true(alone * 100 >= n.asked * least && alone * 100 <= n.asked * most);
	cfr_documents_release(&docs);
	cfr_source_unref(source);
	double_free(cache);
}

static void test_alone(void **state)
{
	static const char *const ends[] = { "y.yaml", "j.json", "l.json" };
	char names[3][96];

	(void)state;
	for (int k = 0; k < 3; k++) {
		FILE *f;

		snprintf(names[k], sizeof(names[k]), "%s.%s", file_name, ends[k]);
		f = fopen(names[k], "w");
		assert_non_null(f);
		fputs(k ? "{\"b\": [1, {\"c\": 2}], \"a\": [" : "\xEF\xBB\xBF" "b: {c: 1}\na:\n# first\n", f);
		for (int i = 0; i < 2000; i++) {
			const char *sep = i ? k == 1 ? ",\n  " : ", " : "";

			if (k)
				fprintf(f, "%s{\"id\": %d, \"\xC3\xA9\": [1, 2, {\"x\": \"%*d\"}]}", sep, i, 40, i);
			else
				fprintf(f, "%sid: %d%s\n  \xC3\xA9: [1, 2]\n  t: |\n    %0*d\n%s", i % 250 == 1 ? "  " : "- ", i,
				        i % 3 ? " # e" : "", 40, i,
				        i % 5 == 0 ? "\n  # deep\n# left\n" : i % 7 == 0 ? "    # deeper\n" : "");
			/* Behind the dash of the next one, far from what is in it. */
			if (k == 0 && i % 250 == 0)
				fputs("-\n", f);
			for (int far = 0; far < 900 && i % 250 == 0 && k == 0; far++)
				fprintf(f, "%s# a comment on a line of its own\n", far % 2 ? "" : "  ");
		}
		fputs(k ? "]}\n" : "", f);
		fclose(f);
	}
	usleep(2200000);
	require_alone(names[0], false, 80, 98);	/* where what comes next is far, all is read */
	require_alone(names[1], true, 99, 100);
	require_alone(names[2], true, 1, 50);	/* one line: where it is far from its beginning */
	for (int k = 0; k < 3; k++)
		unlink(names[k]);
}

static void *ask(void *arg)
{
	static atomic_uint next;
	unsigned from = atomic_fetch_add(&next, 1) * 7;

	for (unsigned i = 0; i < 600; i++) {
		char pointer[64], value[64];

		snprintf(pointer, sizeof(pointer), "/agents/%u/id", (from + i) % 900 * 3);
		snprintf(value, sizeof(value), "a%u", (from + i) % 900 * 3);
		require_value(arg, pointer, value);
		if (i % 100 == 0)
			require_value(arg, "/agents/1500/model", "first");
	}
	return NULL;
}

static void test_threads(void **state)
{
	struct double_cache *cache = double_new();
	cfr_loader *loader = double_loader(cache);
	cfr_sections *s, *more;
	pthread_t threads[4];

	(void)state;
	write_file("first");
	assert_int_equal(cfr_sections_open(&s, loader, file_name, CFR_FORMAT_NONE, NULL, NULL), 0);
	for (int i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, ask, s), 0);
	write_file("second");
	assert_int_equal(cfr_sections_again(&more, s, NULL), 0);
	require_value(more, "/agents/1500/model", "second");
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	cfr_sections_unref(more);
	cfr_sections_unref(s);
	cfr_loader_free(loader);
	double_free(cache);
}

/* A file of so many bytes, with one text in all of its entries. */
static void write_entries(const char *name, const char *value, int count, const char *end)
{
	FILE *f = fopen(name, "w");

	assert_non_null(f);
	fputs("b: [1]\r\na:\r\n", f);
	for (int i = 0; i < count; i++)
		fprintf(f, "- id: %d\r\n  value: %0*d %s\r\n  more: [1]\r\n", i, 60, i, value);
	fprintf(f, "- id: %d\r\n  value: %s%s", count, value, end);
	fclose(f);
}

/* What a cache knows about a file is never put together with bytes that another one has. */
static void test_other_bytes(void **state)
{
	struct double_cache *cache = double_new();
	struct timespec times[2];
	char other[96];
	struct stat st;

	(void)state;
	snprintf(other, sizeof(other), "%s.other", file_name);
	for (int way = 0; way < 6; way++) {
		cfr_loader *loader = double_loader(cache);
		const cfr_section *section;
		cfr_sections *s;
		cfr_node node;
		int r;

		write_entries(file_name, "old", 1000, way % 2 ? "   " : "");
		usleep(2100000);
		assert_int_equal(cfr_sections_open(&s, loader, file_name, CFR_FORMAT_NONE, NULL, NULL), 0);
		require_value(s, "/a/0/value", "000000000000000000000000000000000000000000000000000000000000 old");
		cfr_sections_unref(s);
		assert_int_equal(cfr_sections_open(&s, loader, file_name, CFR_FORMAT_NONE, NULL, NULL), 0);
		assert_null(s->source);
		require_value(s, "/a/1000/value", "old");	/* the last one, whose line may have no end */
		assert_null(s->source);
		assert_int_equal(stat(file_name, &st), 0);
		times[0] = st.st_atim;
		times[1] = st.st_mtim;
		if (way == 0 || way == 1) {			/* replaced by one of the same size, and time */
			write_entries(other, "new", 1000, way % 2 ? "   " : "");
			assert_int_equal(utimensat(AT_FDCWD, other, times, 0), 0);
			assert_int_equal(rename(other, file_name), 0);
		} else if (way == 2) {				/* written over, and the time set back */
			write_entries(file_name, "new", 1000, "");
			assert_int_equal(utimensat(AT_FDCWD, file_name, times, 0), 0);
		} else if (way == 3) {
			assert_int_equal(truncate(file_name, 70000), 0);
			assert_int_equal(utimensat(AT_FDCWD, file_name, times, 0), 0);
		} else if (way == 4) {
			write_entries(file_name, "old", 1001, "");
			assert_int_equal(utimensat(AT_FDCWD, file_name, times, 0), 0);
		} else {
			unlink(file_name);
		}
		assert_int_equal(cfr_sections_get(&section, &node, s, CFR_STR("/a/500/value"), NULL), CFR_READ_WHOLE);
		assert_null(s->source);
		cfr_sections_unref(s);
		r = cfr_sections_open(&s, loader, file_name, CFR_FORMAT_NONE, NULL, NULL);
		assert_int_equal(r, way == 5 ? CFR_READ_WHOLE : 0);
		if (r == 0) {
			require_value(s, "/a/500/value", way < 3
			              ? "000000000000000000000000000000000000000000000000000000000500 new"
			              : "000000000000000000000000000000000000000000000000000000000500 old");
			cfr_sections_unref(s);
		}
		cfr_loader_free(loader);
	}
	double_free(cache);
}

/* The one document of a file whose sections were opened: the file is not read, nor hashed, once more. */
static void test_document(void **state)
{
	struct double_cache *cache = double_new();
	cfr_load_stats before, after;
	cfr_document *doc;

	(void)state;
	for (int round = 0; round < 2; round++) {
		cfr_loader *loader = double_loader(cache);
		cfr_documents docs;
		cfr_source *source;
		cfr_sections *s;
		cfr_node node;

		write_file(round ? "second" : "first");
		assert_int_equal(cfr_sections_open(&s, loader, file_name, CFR_FORMAT_NONE, NULL, NULL), 0);
		cfr_loader_stats(&before, loader);
		unlink(file_name);
		assert_int_equal(cfr_sections_document(&doc, s, NULL), 0);
		cfr_loader_stats(&after, loader);
		assert_int_equal(after.hashed, before.hashed);
		assert_int_equal(after.misses, before.misses + 1);
		assert_int_equal(cfr_pointer_get(&node, cfr_tree_root(cfr_document_tree(doc)), CFR_STR("/agents/1500/model"), NULL), 0);
		assert_true(cfr_str_eq(cfr_node_string(node), cfr_str_of(round ? "second" : "first")));
		cfr_document_unref(doc);
		cfr_sections_unref(s);
		/* The record is the one that everybody finds. */
		write_file(round ? "second" : "first");
		assert_int_equal(cfr_loader_open(&docs, &source, loader, file_name, CFR_FORMAT_NONE, NULL, NULL), 0);
		cfr_loader_stats(&before, loader);
		assert_int_equal(before.hits, after.hits + 1);
		cfr_documents_release(&docs);
		cfr_source_unref(source);
		cfr_loader_free(loader);
	}
	double_free(cache);
}

static void test_preload(void **state)
{
	const cfr_str pointers[] = { CFR_STR("/agents/5"), CFR_STR("/nope"), CFR_STR("/agents"), CFR_STR("/limits"), CFR_STR("/agents/x") };
	cfr_preload done;
	const cfr_section *section;
	cfr_sections *s;
	cfr_node node;

	(void)state;
	write_file("first");
	assert_int_equal(cfr_sections_open(&s, NULL, file_name, CFR_FORMAT_NONE, NULL, NULL), 0);
	assert_int_equal(cfr_sections_preload(&done, s, pointers, 5, 2, NULL), 0);
	assert_int_equal(done.sections, 3);
	assert_int_equal(done.failed, 2);
	assert_true(done.bytes > 100000 && done.nanoseconds > 0);
	assert_string_equal(done.first.path, "/nope");
	/* All of the agents are there, as one section. */
	assert_int_equal(cfr_sections_get(&section, &node, s, CFR_STR("/agents/2999/id"), NULL), 0);
	assert_true(cfr_tree_size(cfr_document_tree(cfr_section_document(section))) > 9000);
	compare_file(s);
	cfr_sections_unref(s);
}

static void test_not_in_parts(void **state)
{
	cfr_sections *s;
	char pipe_name[80];

	(void)state;
	assert_int_equal(cfr_sections_open(&s, NULL, "no such file", CFR_YAML, NULL, NULL), 1);
	assert_int_equal(cfr_sections_open(&s, NULL, ".", CFR_YAML, NULL, NULL), 1);
	snprintf(pipe_name, sizeof(pipe_name), "%s.pipe", file_name);
	assert_int_equal(mkfifo(pipe_name, 0600), 0);
	assert_int_equal(cfr_sections_open(&s, NULL, pipe_name, CFR_YAML, NULL, NULL), 1);
	unlink(pipe_name);
	write_file("first");
	cfr_limits limits;
	cfr_limits_default(&limits);
	limits.of[CFR_LIMIT_NODES] = 1000;
	assert_int_equal(cfr_sections_open(&s, NULL, file_name, CFR_YAML, &limits, NULL), 1);
	cfr_limits_default(&limits);
	limits.of[CFR_LIMIT_DEPTH] = 3;
	assert_int_equal(cfr_sections_open(&s, NULL, file_name, CFR_YAML, &limits, NULL), 1);
	limits.of[CFR_LIMIT_DEPTH] = 4;
	assert_int_equal(cfr_sections_open(&s, NULL, file_name, CFR_YAML, &limits, NULL), 0);
	cfr_sections_unref(s);
	assert_int_equal(cfr_sections_open(&s, NULL, file_name, CFR_JSON, NULL, NULL), 1);
	unlink(file_name);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_folders),
		cmocka_unit_test(test_cache),
		cmocka_unit_test(test_again),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_blocks),
		cmocka_unit_test(test_alone),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_other_bytes),
		cmocka_unit_test(test_document),
		cmocka_unit_test(test_threads),
		cmocka_unit_test(test_preload),
		cmocka_unit_test(test_not_in_parts),
	};

	snprintf(file_name, sizeof(file_name), P_tmpdir "/cfgrun-sections-%d.yaml", (int)getpid());

	return cmocka_run_group_tests(tests, NULL, NULL);
}
