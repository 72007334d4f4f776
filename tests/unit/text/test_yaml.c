/* tests/unit/text/test_yaml.c -- what the YAML reader makes of values, and where it says they stand. */
#include "reading.h"

#include <math.h>

static cfr_kind kind_at(const cfr_documents *docs, const char *pointer)
{
	return cfr_node_kind(node_of(docs, 0, pointer));
}

static void test_core_schema(void **state)
{
	static const struct {
		const char *text;
		cfr_kind kind;
	} cases[] = {
		{ "", CFR_NULL }, { "~", CFR_NULL }, { "null", CFR_NULL }, { "Null", CFR_NULL }, { "NULL", CFR_NULL },
		{ "nULL", CFR_STRING }, { "nil", CFR_STRING }, { "true", CFR_BOOL }, { "True", CFR_BOOL },
		{ "FALSE", CFR_BOOL }, { "tRUE", CFR_STRING }, { "yes", CFR_STRING }, { "No", CFR_STRING },
		{ "on", CFR_STRING }, { "OFF", CFR_STRING }, { "y", CFR_STRING }, { "0", CFR_INT }, { "-0", CFR_INT },
		{ "+12", CFR_INT }, { "0777", CFR_STRING }, { "08", CFR_STRING }, { "-01", CFR_STRING },
		{ "00", CFR_STRING }, { "0o17", CFR_INT }, { "0o18", CFR_STRING }, { "0x1F", CFR_INT },
		{ "0x", CFR_STRING }, { "-0x1F", CFR_STRING }, { "0b11", CFR_STRING }, { "1_000", CFR_STRING },
		{ "22:22", CFR_STRING }, { "190:20:30", CFR_STRING }, { "1e3", CFR_FLOAT }, { "1.", CFR_FLOAT },
		{ ".5", CFR_FLOAT }, { "+.5", CFR_FLOAT }, { ".", CFR_STRING }, { "+.", CFR_STRING }, { "-", CFR_SEQUENCE },
		{ "1e", CFR_STRING }, { "1e+", CFR_STRING }, { "1.2.3", CFR_STRING }, { "01.5", CFR_FLOAT },
		{ ".inf", CFR_FLOAT }, { "-.Inf", CFR_FLOAT }, { "+.INF", CFR_FLOAT }, { ".nan", CFR_FLOAT },
		{ "-.nan", CFR_STRING }, { ".iNF", CFR_STRING }, { "2026-06-26", CFR_STRING }, { "=", CFR_STRING },
		{ "<<", CFR_STRING }, { "9223372036854775807", CFR_INT }, { "-9223372036854775808", CFR_INT },
		{ "9223372036854775808", CFR_OTHER }, { "0x7FFFFFFFFFFFFFFF", CFR_INT },
		{ "0x8000000000000000", CFR_OTHER }, { "0o777777777777777777777", CFR_INT },
		{ "0o1000000000000000000000", CFR_OTHER },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char text[64];
		cfr_documents docs;

		snprintf(text, sizeof(text), "k:\n %s\n", cases[i].text);
		docs = read_text(text, CFR_YAML);
		if (kind_at(&docs, "/k") != cases[i].kind)
			fail_msg("'%s' is %s", cases[i].text, cfr_kind_name(kind_at(&docs, "/k")));
		if (cases[i].kind == CFR_STRING)
			assert_str(cfr_node_string(node_of(&docs, 0, "/k")), cases[i].text);
		cfr_documents_release(&docs);
	}
}

static void test_numbers(void **state)
{
	cfr_documents docs = read_text("[0o17, 0x1F, +12, -9223372036854775808, .inf, -.INF, .NaN, 1.5e1, "
	                               "123456789012345678901]", CFR_YAML);

	(void)state;
	assert_int_equal(cfr_node_int(node_of(&docs, 0, "/0")), 15);
	assert_int_equal(cfr_node_int(node_of(&docs, 0, "/1")), 31);
	assert_int_equal(cfr_node_int(node_of(&docs, 0, "/2")), 12);
	assert_true(cfr_node_int(node_of(&docs, 0, "/3")) == INT64_MIN);
	assert_true(isinf(cfr_node_float(node_of(&docs, 0, "/4"))));
	assert_true(cfr_node_float(node_of(&docs, 0, "/5")) < 0);
	assert_true(isnan(cfr_node_float(node_of(&docs, 0, "/6"))));
	assert_true(fabs(cfr_node_float(node_of(&docs, 0, "/7")) - 15) < 1e-9);
	assert_str(cfr_node_string(node_of(&docs, 0, "/8")), "123456789012345678901");
	assert_str(cfr_node_tag(node_of(&docs, 0, "/8")), "tag:yaml.org,2002:int");
	cfr_documents_release(&docs);
}

static void test_tags(void **state)
{
	cfr_documents docs = read_text("a: !!str 1\nb: !!int \"12\"\nc: !!float 3\nd: ! 4\ne: !secret abc\n"
	                               "f: !!binary aGk=\ng: !!null ''\nh: !!bool \"true\"\ni: !mine {x: 1}\n"
	                               "j: !!seq [1]\nk: !!str\nl: !<tag:example.org,2000:t> v\n", CFR_YAML);
	const cfr_document *doc = docs.items[0];

	(void)state;
	assert_int_equal(kind_at(&docs, "/a"), CFR_STRING);
	assert_int_equal(cfr_node_int(node_of(&docs, 0, "/b")), 12);
	assert_int_equal(kind_at(&docs, "/c"), CFR_FLOAT);
	assert_str(cfr_node_string(node_of(&docs, 0, "/d")), "4");
	assert_int_equal(kind_at(&docs, "/e"), CFR_OTHER);
	assert_str(cfr_node_tag(node_of(&docs, 0, "/e")), "!secret");
	assert_str(cfr_node_string(node_of(&docs, 0, "/e")), "abc");
	assert_str(written(doc, node_of(&docs, 0, "/e")), "abc");
	assert_str(cfr_node_tag(node_of(&docs, 0, "/f")), "tag:yaml.org,2002:binary");
	assert_int_equal(kind_at(&docs, "/g"), CFR_NULL);
	assert_int_equal(kind_at(&docs, "/h"), CFR_BOOL);
	assert_int_equal(kind_at(&docs, "/i"), CFR_MAPPING);
	assert_true(cfr_document_entry(doc, node_of(&docs, 0, "/i")).flags & CFR_TAGGED);
	assert_str(written(doc, node_of(&docs, 0, "/i")), "{x: 1}");
	assert_int_equal(kind_at(&docs, "/k"), CFR_STRING);
	assert_str(cfr_node_tag(node_of(&docs, 0, "/l")), "tag:example.org,2000:t");
	assert_str(written(doc, node_of(&docs, 0, "/l")), "v");
	cfr_documents_release(&docs);
}

static void test_alias_as_key(void **state)
{
	cfr_documents docs;
	cfr_err err = CFR_ERR_INIT;

	(void)state;
	assert_int_equal(read_bytes(&docs, CFR_STR("&k h: 1\n*k : 2\n"), CFR_YAML, &err), CFR_E_DUPLICATE);
	assert_int_equal(err.line, 2);
	assert_int_equal(err.other_line, 1);
}

static void test_key_flags(void **state)
{
	static const uint8_t of_key = CFR_KEY_PLAIN | CFR_KEY_NOT_STRING;
	cfr_documents docs = read_text("200: a\n'201': b\nword: c\n0x1: d\n!!str 3: e\n", CFR_YAML);
	const cfr_document *doc = docs.items[0];

	(void)state;
	assert_int_equal(cfr_document_entry(doc, node_of(&docs, 0, "/200")).flags & of_key, of_key);
	assert_int_equal(cfr_document_entry(doc, node_of(&docs, 0, "/201")).flags & of_key, 0);
	assert_int_equal(cfr_document_entry(doc, node_of(&docs, 0, "/word")).flags & of_key, CFR_KEY_PLAIN);
	assert_int_equal(cfr_document_entry(doc, node_of(&docs, 0, "/0x1")).flags & of_key, of_key);
	assert_int_equal(cfr_document_entry(doc, node_of(&docs, 0, "/3")).flags & of_key, CFR_KEY_PLAIN);
	assert_str(written_key(doc, node_of(&docs, 0, "/201")), "'201'");
	cfr_documents_release(&docs);
}

static void test_places(void **state)
{
	static const char text[] =
		"# first\n"
		"a: &x  one two\n"
		"b:\n"
		"  - 1   # c\n"
		"  -  'it''s'\n"
		"\n"
		"c: !!map\n"
		"  d: |\n"
		"    x\n"
		"\n"
		"  e: >-\n"
		"    y\n"
		"    z\n"
		"\n"
		"\n"
		"f: {g: [h, {i: }, j: k], l}\n"
		"m:\n"
		"n: *x\n"
		"o: |+\n"
		"  p\n"
		"\n"
		"q:\n"
		"- r\n"
		"-\n"
		"- - s\n";
	cfr_documents docs = read_text(text, CFR_YAML);
	const cfr_document *doc = docs.items[0];
	cfr_entry entry;
	cfr_node node;

	(void)state;
	node = node_of(&docs, 0, "/a");
	assert_str(written(doc, node), "one two");
	entry = cfr_document_entry(doc, node);
	assert_int_equal(entry.before, strstr(text, "&x") - text);
	assert_true(entry.flags & CFR_ANCHORED);
	assert_str(written(doc, node_of(&docs, 0, "/b")), "- 1   # c\n  -  'it''s'");
	assert_str(written(doc, node_of(&docs, 0, "/b/1")), "'it''s'");
	assert_str(cfr_node_string(node_of(&docs, 0, "/b/1")), "it's");
	assert_str(written(doc, node_of(&docs, 0, "/c")), "d: |\n    x\n\n  e: >-\n    y\n    z\n");
	assert_str(written(doc, node_of(&docs, 0, "/c/d")), "|\n    x\n");
	assert_str(written(doc, node_of(&docs, 0, "/c/e")), ">-\n    y\n    z\n");
	assert_str(cfr_node_string(node_of(&docs, 0, "/c/e")), "y z");
	assert_str(written(doc, node_of(&docs, 0, "/f")), "{g: [h, {i: }, j: k], l}");
	assert_str(written(doc, node_of(&docs, 0, "/f/g/1")), "{i: }");
	entry = cfr_document_entry(doc, node_of(&docs, 0, "/f/g/1/i"));
	assert_int_equal(entry.start, strstr(text, "i: }") + 2 - text);
	assert_int_equal(entry.end, entry.start);
	assert_str(written(doc, node_of(&docs, 0, "/f/g/2")), "j: k");
	assert_int_equal(cfr_document_entry(doc, node_of(&docs, 0, "/f/g/2")).style, CFR_FLOW);
	entry = cfr_document_entry(doc, node_of(&docs, 0, "/f/l"));
	assert_int_equal(entry.start, strstr(text, "l}") + 1 - text);
	entry = cfr_document_entry(doc, node_of(&docs, 0, "/m"));
	assert_int_equal(entry.start, strstr(text, "m:\n") + 2 - text);
	node = node_of(&docs, 0, "/n");
	assert_true(cfr_document_entry(doc, node).flags & CFR_VIA_ALIAS);
	assert_str(written(doc, node), "one two");
	assert_int_equal(cfr_document_use(doc, node), strstr(text, "*x") - text);
	assert_str(written_key(doc, node), "n");
	assert_str(written(doc, node_of(&docs, 0, "/o")), "|+\n  p\n\n");
	assert_str(cfr_node_string(node_of(&docs, 0, "/o")), "p\n\n");
	assert_str(written(doc, node_of(&docs, 0, "/q")), "- r\n-\n- - s");
	entry = cfr_document_entry(doc, node_of(&docs, 0, "/q/1"));
	assert_int_equal(entry.start, strstr(text, "-\n- - s") + 1 - text);
	assert_str(written(doc, node_of(&docs, 0, "/q/2")), "- s");
	entry = cfr_document_entry(doc, node_of(&docs, 0, ""));
	assert_int_equal(entry.start, 8);
	assert_int_equal(entry.end, sizeof(text) - 2);
	cfr_documents_release(&docs);
}

/* libyaml counts characters, and takes NEL, LS and PS for line breaks; offsets are bytes, and they are no breaks. */
static void test_places_beyond_ascii(void **state)
{
	static const char text[] = "\xEF\xBB\xBF\xC3\xA9: \xE2\x82\xAC\r\nx: \"\xF0\x9F\x98\x80\"\r\n"
	                           "\xC2\x85y: a\xE2\x80\xA8z\r\nw: \"b\xC2\x85 \\t c\"\r\n";
	cfr_documents docs = read_text(text, CFR_YAML);
	const cfr_document *doc = docs.items[0];
	cfr_span span;

	(void)state;
	assert_str(written(doc, node_of(&docs, 0, "/\xC3\xA9")), "\xE2\x82\xAC");
	span = cfr_document_span(doc, node_of(&docs, 0, "/x"));
	assert_str(written(doc, node_of(&docs, 0, "/x")), "\"\xF0\x9F\x98\x80\"");
	assert_int_equal(span.line, 2);
	assert_int_equal(span.column, 4);
	assert_int_equal(span.end_column, 7);
	assert_str(cfr_node_string(node_of(&docs, 0, "/\xC2\x85y")), "a\xE2\x80\xA8z");
	assert_str(written(doc, node_of(&docs, 0, "/\xC2\x85y")), "a\xE2\x80\xA8z");
	assert_str(cfr_node_string(node_of(&docs, 0, "/w")), "b\xC2\x85 \t c");
	span = cfr_document_span(doc, node_of(&docs, 0, "/w"));
	assert_int_equal(span.line, 4);
	cfr_documents_release(&docs);
}

static void test_stream(void **state)
{
	static const char text[] = "# c\n%YAML 1.2\n---\na: 1\n---\n# only a comment\n---\n- 2\n...\n# between\n---\nb\n";
	cfr_documents docs = read_text(text, CFR_YAML);
	uint32_t start, end, at = 0;

	(void)state;
	assert_int_equal(docs.count, 4);
	assert_int_equal(cfr_node_int(node_of(&docs, 0, "/a")), 1);
	assert_int_equal(cfr_node_kind(node_of(&docs, 1, "")), CFR_NULL);
	assert_int_equal(cfr_node_int(node_of(&docs, 2, "/0")), 2);
	assert_str(cfr_node_string(node_of(&docs, 3, "")), "b");
	for (uint32_t i = 0; i < docs.count; i++) {
		assert_int_equal(cfr_document_index(docs.items[i]), i);
		cfr_document_range(docs.items[i], &start, &end);
		assert_int_equal(start, at);
		at = end;
	}
	assert_int_equal(at, sizeof(text) - 1);
	cfr_document_range(docs.items[2], &start, &end);
	assert_int_equal(end, strstr(text, "# between") - text);
	cfr_documents_release(&docs);
	docs = read_text("a\r...\r--- b\r", CFR_YAML);
	assert_int_equal(docs.count, 2);
	cfr_document_range(docs.items[0], &start, &end);
	assert_int_equal(end, 6);
	cfr_documents_release(&docs);
	docs = read_text("", CFR_YAML);
	assert_int_equal(docs.count, 0);
	docs = read_text("# nothing\n", CFR_YAML);
	assert_int_equal(docs.count, 0);
	docs = read_text("\xEF\xBB\xBF", CFR_YAML);
	assert_int_equal(docs.count, 0);
}

static void test_aliases(void **state)
{
	cfr_documents docs = read_text("&k key: &v [1, &w 2]\na: *k\nb: *v\nc: *w\nd: &v 3\ne: *v\nf: {*k : 1}\n", CFR_YAML);
	bool same = false;

	(void)state;
	assert_str(cfr_node_string(node_of(&docs, 0, "/a")), "key");
	assert_int_equal(cfr_node_equal(&same, node_of(&docs, 0, "/key"), node_of(&docs, 0, "/b"), NULL), 0);
	assert_true(same);
	assert_int_equal(cfr_node_int(node_of(&docs, 0, "/c")), 2);
	assert_int_equal(cfr_node_int(node_of(&docs, 0, "/e")), 3);
	assert_int_equal(cfr_node_int(node_of(&docs, 0, "/f/key")), 1);
	cfr_documents_release(&docs);
}

static void test_merges(void **state)
{
	static const char text[] =
		"base: &b {x: 1, y: 2}\n"
		"more: &m {y: 3, z: 4}\n"
		"one:\n  <<: *b\n  x: 10\n"
		"two:\n  y: 20\n  <<: [*m, *b]\n"
		"list: &l [*b, *m]\n"
		"three:\n  <<: *l\n"
		"four:\n  \"<<\": *b\n"
		"five:\n  <<: text\n"
		"six: {<<: &s word, t: *s}\n";
	cfr_documents docs = read_text(text, CFR_YAML);
	const cfr_document *doc = docs.items[0];

	(void)state;
	assert_int_equal(cfr_node_int(node_of(&docs, 0, "/one/x")), 10);
	assert_int_equal(cfr_node_int(node_of(&docs, 0, "/one/y")), 2);
	assert_true(cfr_document_entry(doc, node_of(&docs, 0, "/one/y")).flags & CFR_VIA_MERGE);
	assert_int_equal(cfr_node_int(node_of(&docs, 0, "/two/y")), 20);
	assert_int_equal(cfr_node_int(node_of(&docs, 0, "/two/z")), 4);
	assert_int_equal(cfr_node_int(node_of(&docs, 0, "/two/x")), 1);
	assert_int_equal(cfr_node_int(node_of(&docs, 0, "/three/y")), 2);
	assert_int_equal(cfr_node_size(node_of(&docs, 0, "/three")), 3);
	assert_int_equal(cfr_node_int(node_of(&docs, 0, "/four/<</x")), 1);
	assert_str(cfr_node_string(node_of(&docs, 0, "/five/<<")), "text");
	assert_str(cfr_node_string(node_of(&docs, 0, "/six/<<")), "word");
	assert_str(cfr_node_string(node_of(&docs, 0, "/six/t")), "word");
	cfr_documents_release(&docs);
}

static void test_errors(void **state)
{
	static const bad_text bad[] = {
		{ "a:\n\tb: 1\n", CFR_E_SYNTAX, 2, 1, "a tab", "spaces" },
		{ "a: 1\n\tb: 2\n", CFR_E_SYNTAX, 2, 1, "a tab", "spaces" },
		{ "a: @x\n", CFR_E_SYNTAX, 1, 4, "`@` cannot begin", "quote it" },
		{ "a: `x`\n", CFR_E_SYNTAX, 1, 4, "``` cannot begin", "quote it" },
		{ "a: %x\n", CFR_E_SYNTAX, 1, 4, "`%` cannot begin", "quote it" },
		{ "a: {%x}\n", CFR_E_SYNTAX, 1, 5, "`%` cannot begin", "template" },
		{ "a: b: c\n", CFR_E_SYNTAX, 1, 5, "`:` cannot stand", "quote a value" },
		{ "a:b\nc: d\n", CFR_E_SYNTAX, 1, 1, "space is missing", "key: value" },
		{ "a: 1\nb:2\nc: 3\n", CFR_E_SYNTAX, 2, 1, "space is missing", "key: value" },
		{ "a: 1\n  b: 2\n", CFR_E_SYNTAX, 2, 3, "indented more", "neighbours" },
		{ "a:\n  b: 1\n c: 2\n", CFR_E_SYNTAX, 3, 2, "a key of the mapping that begins on line 1", "indent" },
		{ "- a\nb: c\n", CFR_E_SYNTAX, 2, 1, "an item of the sequence that begins on line 1", "- " },
		{ "a: 'x\nb: 1\n", CFR_E_SYNTAX, 1, 4, "never closed", "close it with '" },
		{ "a: \"x\\q\"\n", CFR_E_SYNTAX, 1, 6, "escape", "single quotes" },
		{ "a: \"x\" y\n", CFR_E_SYNTAX, 1, 8, "more text on the line", "quote the whole" },
		{ "a: [1, 2\nb: 3\n", CFR_E_SYNTAX, 2, 2, "a `,` or `]` is missing in the sequence that begins on line 1", "comma" },
		{ "a: [1]]\n", CFR_E_SYNTAX, 1, 7, "closes nothing", "remove" },
		{ "a: {b: 1\n", CFR_E_SYNTAX, 2, 1, "a `,` or `}` is missing", "comma" },
		{ "a: &base 1\nb: *bsae\n", CFR_E_SYNTAX, 2, 4, "no anchor `&bsae`", "`*base`" },
		{ "a: *\n", CFR_E_SYNTAX, 1, 4, "there is none", "quote text" },
		{ "a: &x [*x]\n", CFR_E_CYCLE, 1, 8, "inside the value", "" },
		{ "a: !!int x\n", CFR_E_KIND, 1, 4, "!!int does not fit", "remove the tag" },
		{ "a: !!map [1]\n", CFR_E_KIND, 1, 4, "!!map does not fit", "remove the tag" },
		{ "a: !!seq {}\n", CFR_E_KIND, 1, 4, "!!seq does not fit", "remove the tag" },
		{ "a: !!str {}\n", CFR_E_KIND, 1, 4, "!!str does not fit", "remove the tag" },
		{ "a: !x!y z\n", CFR_E_SYNTAX, 1, 4, "no %TAG line", "quote" },
		{ "a: 1e999\n", CFR_E_UNSUPPORTED, 1, 4, "beyond what a float", "quote it" },
		{ "a: 123e4567\n", CFR_E_UNSUPPORTED, 1, 4, "beyond what a float", "quote it" },
		{ "? [a]\n: 1\n", CFR_E_KIND, 1, 3, "a collection as a key", "quote" },
		{ "{{ x }}\n", CFR_E_KIND, 1, 2, "a collection as a key", "{{ name }}" },
		{ "a: &m [1]\n*m : 2\n", CFR_E_KIND, 2, 1, "a collection as a key", "quote" },
		{ "a: &s 1\nb:\n  <<: [*s]\n", CFR_E_KIND, 3, 8, "`<<` merges mappings", "alias of a mapping" },
		{ "<<: {a: 1}\n", CFR_E_UNSUPPORTED, 1, 5, "written in place", "anchor" },
		{ "a: 1\nb: 2\na: 3\n", CFR_E_DUPLICATE, 3, 1, "'a' stands twice", "line 1, column 1" },
		{ "~: 1\nnull: 2\n", CFR_E_DUPLICATE, 2, 1, "a second key that means null", "quote" },
		{ "a: 1\n\x01: 2\n", CFR_E_ENCODING, 2, 1, "control character U+0001", "remove it" },
		{ "a: 1\nb: \xFF\n", CFR_E_ENCODING, 2, 4, "0xFF", "UTF-8" },
		{ "a: 1\n\xEF\xBB\xBF" "b: 2\n", CFR_E_ENCODING, 2, 1, "byte order mark", "remove it" },
		{ "a: b\xEF\xBB\xBF\n", CFR_E_ENCODING, 1, 4, "byte order mark", "remove it" },
		{ "a: [x,#y\n 1]\n", CFR_E_SYNTAX, 1, 7, "set off by a space", "space before" },
		{ "a: 'x'#y\n", CFR_E_SYNTAX, 1, 7, "set off by a space", "space before" },
		{ "a: [?x]\n", CFR_E_SYNTAX, 1, 5, "begins with `?`", "quote it" },
		{ "a: [-]\n", CFR_E_SYNTAX, 1, 5, "lone `-`", "quote it" },
		{ "a: &x:y z\n", CFR_E_SYNTAX, 1, 4, "followed by a space", "letters" },
		{ "a: >\n   \n b\n", CFR_E_SYNTAX, 2, 1, "a blank line with more spaces", "remove the spaces" },
		{ "a: 1\n%YAML 1.2\n---\n", CFR_E_SYNTAX, 2, 1, "a directive inside the document", "..." },
		{ "%YAML 1.2\na: 1\n", CFR_E_SYNTAX, 2, 1, "more text after the end", "---" },
		{ "a: |x\n  y\n", CFR_E_SYNTAX, 1, 5, "block scalar's header", "next line" },
		{ "k: - a\n", CFR_E_SYNTAX, 1, 4, "`- ` item", "line of its own" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_bad(&bad[i], CFR_YAML);
}

static void test_nul(void **state)
{
	cfr_documents docs;
	cfr_err err = CFR_ERR_INIT;

	(void)state;
	assert_int_equal(read_bytes(&docs, (cfr_str){ "a: 'x\0y'\n", 9 }, CFR_YAML, &err), CFR_E_ENCODING);
	assert_int_equal(err.line, 1);
	assert_int_equal(err.column, 6);
}

/* The same text with CRLF, or with lone CR, at its line ends. */
static void other_breaks(cfr_buf *text, const char *line_end)
{
	cfr_buf out = CFR_BUF_INIT;

	for (size_t i = 0; i < text->len; i++) {
		if (text->ptr[i] == '\n')
			cfr_buf_addz(&out, line_end);
		else
			cfr_buf_addc(&out, text->ptr[i]);
	}
	cfr_buf_release(text);
	*text = out;
}

static void test_tag_lines(void **state)
{
	cfr_buf text = CFR_BUF_INIT;
	cfr_documents docs;
	cfr_err err = CFR_ERR_INIT;

	(void)state;
	for (int i = 0; i < 300; i++)
		cfr_buf_addf(&text, "%%TAG !t%d! tag:x,2000:\n", i);
	cfr_buf_addz(&text, "--- a\n");
	assert_int_equal(read_bytes(&docs, cfr_buf_str(&text), CFR_YAML, &err), CFR_E_LIMIT);
	assert_int_equal(err.line, 201);
	other_breaks(&text, "\r");
	assert_int_equal(read_bytes(&docs, cfr_buf_str(&text), CFR_YAML, &err), CFR_E_LIMIT);
	cfr_buf_release(&text);
}

/* ---- property: what is written for a value reads as that value ---- */

static uint64_t seed = 88172645463325252U;

static uint32_t draw(uint32_t below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)((seed >> 32) % below);
}

static void spaces(cfr_buf *out, uint32_t n)
{
	while (n--)
		cfr_buf_addc(out, ' ');
}

static void make_scalar(cfr_buf *out, uint32_t indent, bool flow)
{
	static const char *const plain[] = { "word", "two words", "12", "-1.5e3", "true", "~", "0777", "\xC3\xBC" "ber",
		                             "a#b", "http://x/y?z", "it's", "0x1F", ".inf", "99999999999999999999" };
	static const char *const quoted[] = { "'single'", "'it''s # not'", "\"dou\\tble\"", "\"\\u00e9\\n\"", "''", "\"\"",
		                              "'\xF0\x9F\x98\x80'", "\"a: b\"" };

	switch (draw(flow ? 3 : 6)) {
	case 0:
		cfr_buf_addz(out, quoted[draw(8)]);
		break;
	case 1:
		cfr_buf_addf(out, "\"line\n");
		spaces(out, indent + 2);
		cfr_buf_addz(out, "folded\\\n");
		spaces(out, indent + 3);
		cfr_buf_addz(out, "here\"");
		break;
	case 3:
	case 4: {
		static const char *const heads[] = { "|", "|-", "|+", ">", ">-", ">+", "| # note" };
		uint32_t lines = 1 + draw(3), deep = indent + 2 + draw(2);

		cfr_buf_addf(out, "%s\n", heads[draw(7)]);
		for (uint32_t i = 0; i < lines; i++) {
			spaces(out, deep + (i ? draw(3) : 0));
			cfr_buf_addz(out, draw(2) ? "text: here" : "\xE2\x82\xAC # no comment");
			cfr_buf_addz(out, draw(4) ? "\n" : "\n\n");
		}
		break;
	}
	case 5:
		cfr_buf_addz(out, "plain over\n");
		spaces(out, indent + 2);
		cfr_buf_addz(out, draw(2) ? "two lines" : "two\n");
		if (out->ptr[out->len - 1] == '\n') {
			spaces(out, indent + 3);
			cfr_buf_addz(out, "or three");
		}
		break;
	default:
		cfr_buf_addz(out, plain[draw(14)]);
	}
}

static void make_flow(cfr_buf *out, uint32_t indent, uint32_t depth)
{
	bool mapping = draw(2);
	uint32_t n = draw(4);

	if (depth == 0 || draw(3) == 0) {
		make_scalar(out, indent, true);
		return;
	}
	cfr_buf_addz(out, mapping ? "{" : "[");
	for (uint32_t i = 0; i < n; i++) {
		if (i)
			cfr_buf_addz(out, draw(3) ? ", " : ",");
		if (draw(6) == 0) {
			cfr_buf_addz(out, " # note\n");
			spaces(out, indent + 2);
		}
		if (mapping)
			cfr_buf_addf(out, "k%u: ", (unsigned)i);
		make_flow(out, indent, depth - 1);
	}
	cfr_buf_addz(out, mapping ? "}" : draw(4) == 0 && n ? ", ]" : "]");
}

static void make_block(cfr_buf *out, uint32_t indent, uint32_t depth)
{
	bool mapping = draw(2);
	uint32_t n = 1 + draw(3);

	for (uint32_t i = 0; i < n; i++) {
		spaces(out, indent);
		if (mapping)
			cfr_buf_addf(out, draw(4) ? "k%u:" : "\"k%u\" :", (unsigned)i);
		else
			cfr_buf_addz(out, "-");
		switch (depth ? draw(5) : 0) {
		case 0:
			cfr_buf_addc(out, ' ');
			make_scalar(out, indent, false);
			break;
		case 1:
			cfr_buf_addc(out, ' ');
			make_flow(out, indent, depth);
			break;
		case 2:
			break;		/* no value */
		default:
			cfr_buf_addz(out, draw(3) ? "\n" : "  # note\n\n");
			make_block(out, indent + 1 + draw(3), depth - 1);
			continue;
		}
		if (out->ptr[out->len - 1] != '\n')
			cfr_buf_addz(out, draw(5) ? "\n" : "   # behind\n\n# left\n");
	}
}

static unsigned compared;

static void compare(const cfr_document *doc, cfr_node node, cfr_str text)
{
	cfr_documents docs = { NULL, 0 };
	cfr_err err = CFR_ERR_INIT;
	bool same = false;

	if (read_bytes(&docs, text, CFR_YAML, &err))
		fail_msg("'%.*s' of\n%.*s\n%u:%u: %s", (int)text.len, text.ptr, (int)cfr_source_bytes(cfr_document_source(doc)).len,
		         cfr_source_bytes(cfr_document_source(doc)).ptr, (unsigned)err.line, (unsigned)err.column, err.message);
	if (docs.count == 1)
		assert_int_equal(cfr_node_equal(&same, node, cfr_tree_root(cfr_document_tree(docs.items[0])), NULL), 0);
	else
		same = text.len == 0 && cfr_node_kind(node) == CFR_NULL;
	if (!same)
		fail_msg("'%.*s' is not what it was in\n%.*s", (int)text.len, text.ptr,
		         (int)cfr_source_bytes(cfr_document_source(doc)).len, cfr_source_bytes(cfr_document_source(doc)).ptr);
	compared++;
	cfr_documents_release(&docs);
}

/* Each value's slice, a block collection with the indentation of its first line. */
static void reread(const cfr_document *doc, cfr_node node, uint32_t least, uint32_t most)
{
	cfr_entry entry = cfr_document_entry(doc, node);
	cfr_buf text = CFR_BUF_INIT;
	uint32_t last = entry.start;

	assert_true(least <= entry.before && entry.before <= entry.start && entry.start <= entry.end &&
	            entry.end <= most);
	if (entry.style == CFR_BLOCK)
		spaces(&text, cfr_document_span(doc, node).column - 1);
	cfr_buf_adds(&text, written(doc, node));
	compare(doc, node, cfr_buf_str(&text));
	cfr_buf_release(&text);
	/* Children in the author's order, one behind the other. */
	for (uint32_t rank = cfr_document_rank(doc, node) + 1; rank < entry.next;) {
		cfr_entry child = cfr_document_ranked(doc, rank);

		reread(doc, cfr_document_node(doc, rank), last, entry.end);
		last = child.end;
		rank = child.next;
	}
}

static void test_slices(void **state)
{
	(void)state;
	for (int i = 0; i < 1500; i++) {
		cfr_buf text = CFR_BUF_INIT;
		cfr_documents docs = { NULL, 0 };
		cfr_err err = CFR_ERR_INIT;

		make_block(&text, draw(3), 3);
		if (i % 4 == 1)
			other_breaks(&text, "\r\n");
		else if (i % 16 == 2)
			other_breaks(&text, "\r");
		if (read_bytes(&docs, cfr_buf_str(&text), CFR_YAML, &err))
			fail_msg("%s\n%u:%u: %s", text.ptr, (unsigned)err.line, (unsigned)err.column, err.message);
		assert_int_equal(docs.count, 1);
		reread(docs.items[0], node_of(&docs, 0, ""), 0, (uint32_t)text.len);
		cfr_documents_release(&docs);
		cfr_buf_release(&text);
	}
	assert_true(compared > 5000);
}

/* The table of a document with many anchors is given up before the next one, which has anchors of its own. */
static void test_anchors_of_a_stream(void **state)
{
	cfr_buf text = CFR_BUF_INIT;
	cfr_documents docs;
	cfr_err err = CFR_ERR_INIT;

	(void)state;
	for (int i = 0; i < 5000; i++)
		cfr_buf_addf(&text, "- &a%d %d\n", i, i);
	cfr_buf_addz(&text, "--- [&a7 x, *a7]\n--- [&a7 y, &b z, *a7, *b]\n--- [*a7]\n");
	assert_int_equal(read_bytes(&docs, cfr_buf_str(&text), CFR_YAML, &err), CFR_E_SYNTAX);
	assert_non_null(strstr(err.message, "no anchor `&a7`"));
	text.len -= strlen("--- [*a7]\n");
	assert_int_equal(read_bytes(&docs, cfr_buf_str(&text), CFR_YAML, NULL), 0);
	assert_int_equal(docs.count, 3);
	assert_str(cfr_node_string(node_of(&docs, 1, "/1")), "x");
	assert_str(cfr_node_string(node_of(&docs, 2, "/2")), "y");
	assert_str(cfr_node_string(node_of(&docs, 2, "/3")), "z");
	cfr_documents_release(&docs);
	cfr_buf_release(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_core_schema), cmocka_unit_test(test_numbers), cmocka_unit_test(test_tags),
		cmocka_unit_test(test_alias_as_key), cmocka_unit_test(test_key_flags), cmocka_unit_test(test_places),
		cmocka_unit_test(test_places_beyond_ascii), cmocka_unit_test(test_stream), cmocka_unit_test(test_aliases),
		cmocka_unit_test(test_merges), cmocka_unit_test(test_errors), cmocka_unit_test(test_nul),
		cmocka_unit_test(test_tag_lines), cmocka_unit_test(test_slices), cmocka_unit_test(test_anchors_of_a_stream),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
