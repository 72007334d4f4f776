/* tests/unit/text/test_toml.c -- TOML read: values, places and styles, tables in any order, what is wrong and why. */
#include "reading.h"

#include <math.h>

static cfr_node value_of(const cfr_documents *docs, const char *pointer)
{
	return node_of(docs, 0, pointer);
}

static void assert_other(const cfr_documents *docs, const char *pointer, const char *tag, const char *text)
{
	cfr_node node = value_of(docs, pointer);

	assert_int_equal(cfr_node_kind(node), CFR_OTHER);
	assert_str(cfr_node_tag(node), tag);
	assert_str(cfr_node_string(node), text);
}

static void test_numbers(void **state)
{
	static const struct {
		const char *text;
		int64_t value;
	} integers[] = {
		{ "0", 0 }, { "+0", 0 }, { "-0", 0 }, { "42", 42 }, { "-17", -17 }, { "+99", 99 }, { "1_000", 1000 },
		{ "5_3_4", 534 }, { "0xDEAD_beef", 0xDEADBEEF }, { "0o755", 0755 }, { "0b1101", 13 }, { "0x00", 0 },
		{ "9223372036854775807", INT64_MAX }, { "-9223372036854775808", INT64_MIN },
		{ "0x7fffffffffffffff", INT64_MAX }, { "999999999999999999", 999999999999999999 },
		{ "1000000000000000000", 1000000000000000000 },
	};
	static const struct {
		const char *text;
		double value;
	} floats[] = {
		{ "1.0", 1 }, { "-0.01", -0.01 }, { "5e+22", 5e22 }, { "1e06", 1e6 }, { "-2E-2", -0.02 },
		{ "6.626e-34", 6.626e-34 }, { "224_617.445_991_228", 224617.445991228 }, { "inf", INFINITY },
		{ "-inf", -INFINITY }, { "+inf", INFINITY }, { "0e0", 0 }, { "0.0", 0 },
	};
	char text[80];

	(void)state;
	for (size_t i = 0; i < sizeof(integers) / sizeof(*integers); i++) {
		cfr_documents docs;

		snprintf(text, sizeof(text), "a = %s", integers[i].text);
		docs = read_text(text, CFR_TOML);
		assert_int_equal(cfr_node_kind(value_of(&docs, "/a")), CFR_INT);
		assert_true(cfr_node_int(value_of(&docs, "/a")) == integers[i].value);
		assert_str(written(docs.items[0], value_of(&docs, "/a")), integers[i].text);
		cfr_documents_release(&docs);
	}
	for (size_t i = 0; i < sizeof(floats) / sizeof(*floats); i++) {
		cfr_documents docs;
		double got;

		snprintf(text, sizeof(text), "a = [%s]", floats[i].text);
		docs = read_text(text, CFR_TOML);
		got = cfr_node_float(value_of(&docs, "/a/0"));
		assert_int_equal(cfr_node_kind(value_of(&docs, "/a/0")), CFR_FLOAT);
		assert_memory_equal(&got, &floats[i].value, sizeof(got));
		cfr_documents_release(&docs);
	}
	cfr_documents docs = read_text("a = -nan\nb = true\nc = false", CFR_TOML);
	assert_true(isnan(cfr_node_float(value_of(&docs, "/a"))));
	assert_true(cfr_node_bool(value_of(&docs, "/b")));
	assert_false(cfr_node_bool(value_of(&docs, "/c")));
	cfr_documents_release(&docs);
}

static void test_strings(void **state)
{
	static const struct {
		const char *text, *value;
		cfr_style style;
	} strings[] = {
		{ "\"\"", "", CFR_DOUBLE },
		{ "''", "", CFR_SINGLE },
		{ "\"a b\"", "a b", CFR_DOUBLE },
		{ "\"tab\there\"", "tab\there", CFR_DOUBLE },
		{ "\"\\b\\t\\n\\f\\r\\\"\\\\\\u00e9\\U0001F600\"", "\b\t\n\f\r\"\\\xC3\xA9\xF0\x9F\x98\x80", CFR_DOUBLE },
		{ "'C:\\x\\'", "C:\\x\\", CFR_SINGLE },
		{ "\"\"\"\"\"\"", "", CFR_FOLDED },
		{ "\"\"\"\none\n two\"\"\"", "one\n two", CFR_FOLDED },
		{ "\"\"\"\r\none\r\ntwo\r\n\"\"\"", "one\ntwo\n", CFR_FOLDED },
		{ "\"\"\"one \\  \n\n  two\\\n\"\"\"", "one two", CFR_FOLDED },
		{ "\"\"\"\"a\" \"\"\\\"\"\"\"\"", "\"a\" \"\"\"\"", CFR_FOLDED },
		{ "\"\"\"\"\"a\"\"\"\"\"", "\"\"a\"\"", CFR_FOLDED },
		{ "'''\n''a\\n''\n'''''", "''a\\n''\n''", CFR_LITERAL },
		{ "\"0123456789abcdef'0123456789\\u0041\"", "0123456789abcdef'0123456789A", CFR_DOUBLE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(strings) / sizeof(*strings); i++) {
		char text[120];
		cfr_documents docs;
		cfr_node node;

		snprintf(text, sizeof(text), "a = %s # end\nb = 1\n", strings[i].text);
		docs = read_text(text, CFR_TOML);
		node = value_of(&docs, "/a");
		assert_int_equal(cfr_node_kind(node), CFR_STRING);
		assert_str(cfr_node_string(node), strings[i].value);
		assert_str(written(docs.items[0], node), strings[i].text);
		assert_int_equal(cfr_document_entry(docs.items[0], node).style, strings[i].style);
		cfr_documents_release(&docs);
	}
}

static void test_dates(void **state)
{
	cfr_documents docs = read_text("a = 1979-05-27T07:32:00Z\nb = 1979-05-27 00:32:00.999999-07:00\n"
	                               "c = 1979-05-27t07:32:00z\nd = 1979-05-27T07:32:00\ne = 1979-05-27 # day\n"
	                               "f = 07:32:00\ng = [00:32:00.5, 2000-02-29]\nh = 2016-12-31T23:59:60Z\n", CFR_TOML);

	(void)state;
	assert_other(&docs, "/a", "tag:yaml.org,2002:timestamp", "1979-05-27T07:32:00Z");
	assert_other(&docs, "/b", "tag:yaml.org,2002:timestamp", "1979-05-27T00:32:00.999999-07:00");
	assert_other(&docs, "/c", "tag:yaml.org,2002:timestamp", "1979-05-27T07:32:00Z");
	assert_other(&docs, "/d", "tag:yaml.org,2002:timestamp", "1979-05-27T07:32:00");
	assert_other(&docs, "/e", "tag:yaml.org,2002:timestamp", "1979-05-27");
	assert_other(&docs, "/f", "!time", "07:32:00");
	assert_other(&docs, "/g/0", "!time", "00:32:00.5");
	assert_other(&docs, "/g/1", "tag:yaml.org,2002:timestamp", "2000-02-29");
	assert_other(&docs, "/h", "tag:yaml.org,2002:timestamp", "2016-12-31T23:59:60Z");
	assert_str(written(docs.items[0], value_of(&docs, "/b")), "1979-05-27 00:32:00.999999-07:00");
	assert_str(written(docs.items[0], value_of(&docs, "/e")), "1979-05-27");
	cfr_documents_release(&docs);
}

/* The same value, however it is written. */
static void test_equal_ways(void **state)
{
	static const char *const ways[][2] = {
		{ "a.b.c = 1\na.b.d = 2\na.e = 3\n", "a = { b = { c = 1, d = 2 }, e = 3 }\n" },
		{ "[a.b]\nx = 1\n[c]\n[a.d]\ny = 2\n[a]\nz = 3\n", "c = {}\na = {b.x = 1, d = {y = 2}, z = 3}" },
		{ "[[a]]\nx = 1\n[[a.b]]\n[[a.b]]\ny = 2\n[[a]]\n[a.c]\n", "a = [{x = 1, b = [{}, {y = 2}]}, {c = {}}]" },
		{ "'a.b'.\"c d\" . e=1", "[ 'a.b' . \"c d\" ]\ne = 1" },
		{ "\"\" = 1\n3.14 = 2\n", "'' = 1\n3 = {14 = 2}\n" },
		{ "a = [1,2,]\n", "\xEF\xBB\xBF\ta\t=\t[ # x\r\n\t1 # y\n, 2\n\n]# z" },
		{ "a.b = 1\n[a.c]\nd = 2\n", "a = {b = 1, c = {d = 2}}" },
		{ "[a]\nb.c = 1\n[a.b.x]\ny = 2\n", "a.b = {c = 1, x.y = 2}" },
		{ "", "# nothing\n\r\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
		cfr_documents one = read_text(ways[i][0], CFR_TOML), two = read_text(ways[i][1], CFR_TOML);
		bool same = false;

		assert_int_equal(cfr_node_equal(&same, value_of(&one, ""), value_of(&two, ""), NULL), 0);
		if (!same)
			fail_msg("%s\nis not\n%s", ways[i][0], ways[i][1]);
		cfr_documents_release(&one);
		cfr_documents_release(&two);
	}
}

static void assert_place(const cfr_documents *docs, const char *pointer, const char *key, const char *text,
                         cfr_style style)
{
	cfr_node node = value_of(docs, pointer);
	cfr_entry entry = cfr_document_entry(docs->items[0], node);

	assert_str(written(docs->items[0], node), text);
	assert_str(written_key(docs->items[0], node), key);
	assert_int_equal(entry.style, style);
}

static void test_places(void **state)
{
	cfr_documents docs = read_text("# top\n"
	                               "x.'y z'.w = 1\n"
	                               "x.v = [ 1,\n  {k.l = 2, m = 'n'} ] # c\n"
	                               "[a.\"b\"]\n"
	                               "k = \"v\"\n"
	                               "[c] # c\n"
	                               "\n"
	                               "[a.d]\n"
	                               "[[p.q]]\n"
	                               "r = 1\n"
	                               "[p.q.s]\n"
	                               "t = 2\n"
	                               "[[p.q]]\n"
	                               "[a]\n"
	                               "u = 3\n"
	                               "# end\n", CFR_TOML);
	cfr_entry entry;

	(void)state;
	assert_place(&docs, "/x", "x", "x.'y z'.w = 1\nx.v = [ 1,\n  {k.l = 2, m = 'n'} ]", CFR_BLOCK);
	assert_place(&docs, "/x/y z", "'y z'", "'y z'.w = 1", CFR_BLOCK);
	assert_place(&docs, "/x/y z/w", "w", "1", CFR_PLAIN);
	assert_place(&docs, "/x/v", "v", "[ 1,\n  {k.l = 2, m = 'n'} ]", CFR_FLOW);
	assert_place(&docs, "/x/v/1", "", "{k.l = 2, m = 'n'}", CFR_FLOW);
	assert_place(&docs, "/x/v/1/k", "k", "k.l = 2", CFR_BLOCK);
	assert_place(&docs, "/x/v/1/k/l", "l", "2", CFR_PLAIN);
	assert_place(&docs, "/x/v/1/m", "m", "'n'", CFR_SINGLE);
	assert_place(&docs, "/a", "a", "[a]\nu = 3", CFR_BLOCK);	/* from its own header, which came last */
	assert_place(&docs, "/a/b", "\"b\"", "[a.\"b\"]\nk = \"v\"", CFR_BLOCK);
	assert_place(&docs, "/c", "c", "[c]", CFR_BLOCK);
	assert_place(&docs, "/a/d", "d", "[a.d]", CFR_BLOCK);
	assert_place(&docs, "/p", "p", "[[p.q]]", CFR_BLOCK);		/* only gone through */
	assert_place(&docs, "/p/q", "q", "[[p.q]]\nr = 1\n[p.q.s]\nt = 2\n[[p.q]]", CFR_BLOCK);
	assert_place(&docs, "/p/q/0", "", "[[p.q]]\nr = 1", CFR_BLOCK);
	assert_place(&docs, "/p/q/0/s", "s", "[p.q.s]\nt = 2", CFR_BLOCK);
	assert_place(&docs, "/p/q/1", "", "[[p.q]]", CFR_BLOCK);
	entry = cfr_document_entry(docs.items[0], value_of(&docs, ""));
	assert_int_equal(entry.start, 0);
	assert_int_equal(entry.style, CFR_BLOCK);
	assert_true(entry.end == cfr_source_bytes(cfr_document_source(docs.items[0])).len - strlen("\n# end\n"));
	/* The author's order: that of first mention. */
	assert_str(cfr_node_key(cfr_document_node(docs.items[0], 1)), "x");
	assert_int_equal(cfr_document_format(docs.items[0]), CFR_TOML);
	cfr_documents_release(&docs);
}

static void test_errors(void **state)
{
	static const bad_text bad[] = {
		{ "a = hello", CFR_E_SYNTAX, 1, 5, "a value was expected here, and there is `h`", "double quotes" },
		{ "a = True", CFR_E_SYNTAX, 1, 5, "a value", "lower case" },
		{ "a = null", CFR_E_SYNTAX, 1, 5, "a value", "no null" },
		{ "a =\nb = 1", CFR_E_SYNTAX, 1, 4, "a value was expected here, and there is a line break", "on the line of its key" },
		{ "a = # c\n", CFR_E_SYNTAX, 1, 5, "a value", "on the line of its key" },
		{ "a = ", CFR_E_SYNTAX, 1, 5, "the text ends", "on the line of its key" },
		{ "a: 1", CFR_E_SYNTAX, 1, 2, "a `=` was expected", "in place of `:`" },
		{ "a", CFR_E_SYNTAX, 1, 2, "a `=` was expected", "KEY = VALUE" },
		{ "my key = 1", CFR_E_SYNTAX, 1, 4, "a `=` was expected", "spaces" },
		{ "\xC3\xA9 = 1", CFR_E_SYNTAX, 1, 1, "a key was expected", "double quotes" },
		{ "= 1", CFR_E_SYNTAX, 1, 1, "a key", "write a key before it" },
		{ "a..b = 1", CFR_E_SYNTAX, 1, 3, "a key", "dotted" },
		{ "a. = 1", CFR_E_SYNTAX, 1, 4, "a key", "key" },
		{ "[]", CFR_E_SYNTAX, 1, 2, "a key", "between the brackets" },
		{ "[ [a]]", CFR_E_SYNTAX, 1, 3, "a key", "[[name]]" },
		{ "[my table]", CFR_E_SYNTAX, 1, 5, "a `]`", "spaces" },
		{ "[a\n", CFR_E_SYNTAX, 1, 3, "a `]`", "one line" },
		{ "[[a]\n", CFR_E_SYNTAX, 1, 5, "a `]]`", "[[name]]" },
		{ "[a] b = 1", CFR_E_SYNTAX, 1, 5, "the end of the line", "on a line of its own" },
		{ "a = 1 b = 2", CFR_E_SYNTAX, 1, 7, "the end of the line", "on a line of its own" },
		{ "a = 1,", CFR_E_SYNTAX, 1, 6, "the end of the line", "remove the comma" },
		{ "a = {b = 1,\nc = 2}", CFR_E_SYNTAX, 1, 12, "in the inline table, and there is a line break", "one line" },
		{ "a = {b = 1\n}", CFR_E_SYNTAX, 1, 11, "a `,` or `}`", "one line" },
		{ "a = {b = 1,}", CFR_E_SYNTAX, 1, 12, "in the inline table, and there is `}`", "remove the comma" },
		{ "a = {b = 1 c = 2}", CFR_E_SYNTAX, 1, 12, "a `,` or `}`", "comma missing" },
		{ "a = [1 2]", CFR_E_SYNTAX, 1, 8, "a `,` or `]`", "comma missing" },
		{ "a = [1,,2]", CFR_E_SYNTAX, 1, 8, "a value", "remove the comma" },
		{ "a = [1\n", CFR_E_SYNTAX, 2, 1, "the text ends", "cut off" },
		{ "a = 007", CFR_E_SYNTAX, 1, 5, "no number", "leading zero" },
		{ "a = 1__0", CFR_E_SYNTAX, 1, 5, "no number", "underscore" },
		{ "a = 1.2.3", CFR_E_SYNTAX, 1, 5, "no number", "no quantity" },
		{ "a = 1.", CFR_E_SYNTAX, 1, 5, "no number", "after the point" },
		{ "a = .5", CFR_E_SYNTAX, 1, 5, "a value", "before the point" },
		{ "a = 0XFF", CFR_E_SYNTAX, 1, 5, "no number", "lower case" },
		{ "a = -0xFF", CFR_E_SYNTAX, 1, 5, "no number", "without a sign" },
		{ "a = 10MB", CFR_E_SYNTAX, 1, 5, "no number", "double quotes" },
		{ "a = 9223372036854775808", CFR_E_UNSUPPORTED, 1, 5, "beyond 64 bits", "double quotes" },
		{ "a = -0b1", CFR_E_SYNTAX, 1, 5, "no number", "without a sign" },
		{ "a = 0xffffffffffffffff", CFR_E_UNSUPPORTED, 1, 5, "beyond 64 bits", "double quotes" },
		{ "a = 1e999", CFR_E_UNSUPPORTED, 1, 5, "beyond what a float", "double quotes" },
		{ "a = 2023-02-29", CFR_E_SYNTAX, 1, 5, "no such date", "28 to 31" },
		{ "a = 1900-02-29", CFR_E_SYNTAX, 1, 5, "no such date", "28 to 31" },
		{ "a = 2023-04-31", CFR_E_SYNTAX, 1, 5, "no such date", "28 to 31" },
		{ "a = 24:00:00", CFR_E_SYNTAX, 1, 5, "no such date", "23" },
		{ "a = 23:59:61", CFR_E_SYNTAX, 1, 5, "no such date", "59" },
		{ "a = 2023-1-1", CFR_E_SYNTAX, 1, 5, "not the form", "1979-05-27" },
		{ "a = 07:32", CFR_E_SYNTAX, 1, 5, "not the form", "seconds" },
		{ "a = 2023-01-01T00:00:00+25:00", CFR_E_SYNTAX, 1, 5, "no such date", "" },
		{ "a = \"x\nb = 1", CFR_E_SYNTAX, 1, 5, "not closed on its line", "double quote" },
		{ "a = 'x", CFR_E_SYNTAX, 1, 5, "not closed on its line", "single quote" },
		{ "a = \"\"\"x\n", CFR_E_SYNTAX, 1, 5, "never closed", "\"\"\"" },
		{ "a = \"\\q\"", CFR_E_SYNTAX, 1, 6, "an escape", "\\uXXXX" },
		{ "a = \"C:\\Users\"", CFR_E_SYNTAX, 1, 8, "an escape", "single quotes" },
		{ "a = \"\\ud800\"", CFR_E_SYNTAX, 1, 6, "no character", "D800" },
		{ "a = \"\x01\"", CFR_E_SYNTAX, 1, 6, "control character: U+0001", "\\u" },
		{ "# \x7F", CFR_E_SYNTAX, 1, 3, "control character: U+007F", "" },
		{ "a = 1\rb = 2", CFR_E_SYNTAX, 1, 6, "carriage return", "LF" },
		{ "a = \"\"\"x\ry\"\"\"", CFR_E_SYNTAX, 1, 9, "carriage return", "\\r" },
		{ "a = 1\x0B", CFR_E_SYNTAX, 1, 6, "the end of the line", "blanks" },
		{ "\"\"\"a\"\"\" = 1", CFR_E_SYNTAX, 1, 1, "a key", "one quote" },
		{ "{\"a\": 1}", CFR_E_SYNTAX, 1, 1, "a key", "no braces" },
		{ "// x", CFR_E_SYNTAX, 1, 1, "a key", "#" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_bad(&bad[i], CFR_TOML);
}

/* What is defined twice is told with both places. */
static void test_conflicts(void **state)
{
	static const struct {
		bad_text bad;
		uint32_t line, column;
	} twice[] = {
		{ { "a = 1\nb = 2\n\"a\" = 3", 0, 3, 1, "'a' stands twice", "remove or rename" }, 1, 1 },
		{ { "[a]\nx = 1\n[b]\n[a]\n", 0, 4, 2, "the table 'a' is defined twice", "under one header" }, 1, 2 },
		{ { "[a.b]\n[a]\n[a.b]\n", 0, 3, 4, "'b' is defined twice", "" }, 1, 4 },
		{ { "a = 1\n[a]\n", 0, 2, 2, "has a value and cannot be a table", "rename" }, 1, 1 },
		{ { "a = 1\na.b = 2\n", 0, 2, 1, "has a value and cannot be a table", "rename" }, 1, 1 },
		{ { "a.b = 1\na = 2\n", 0, 2, 1, "is a table already", "rename" }, 1, 1 },
		{ { "a = {}\n[a.b]\n", 0, 2, 2, "the inline table 'a'", "braces" }, 1, 1 },
		{ { "a = {b = {}, b.c = 1}\n", 0, 1, 14, "the inline table 'b'", "braces" }, 1, 6 },
		{ { "a = []\n[[a]]\n", 0, 2, 3, "the array 'a'", "brackets" }, 1, 1 },
		{ { "[[a]]\n[a]\n", 0, 2, 2, "is an array of tables", "[[" }, 1, 3 },
		{ { "[a]\n[[a]]\n", 0, 2, 3, "is a table, and no array", "[[" }, 1, 2 },
		{ { "a.b = 1\n[a]\n", 0, 2, 2, "already defined by dotted keys", "points" }, 1, 1 },
		{ { "[a.b.c]\nz = 9\n[a]\nb.c.t = 1\n", 0, 4, 1, "the table 'b' has a header", "below that header" }, 1, 4 },
		{ { "a = {b = 1, b = 2}\n", 0, 1, 13, "'b' stands twice", "" }, 1, 6 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(twice) / sizeof(*twice); i++) {
		bad_text bad = twice[i].bad;
		cfr_documents docs;
		cfr_err err = CFR_ERR_INIT;

		bad.code = CFR_E_DUPLICATE;
		assert_bad(&bad, CFR_TOML);
		read_bytes(&docs, cfr_str_of(bad.text), CFR_TOML, &err);
		assert_int_equal(err.other_line, twice[i].line);
		assert_int_equal(err.other_column, twice[i].column);
	}
}

static void add_many(cfr_buf *text, const char *format, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		cfr_buf_addf(text, format, i);
}

/* Many keys in one table, many elements, many headers: found again, and in linear time. */
static void test_many(void **state)
{
	cfr_buf text = CFR_BUF_INIT;
	cfr_documents docs;
	char pointer[40];

	(void)state;
	add_many(&text, "key-%u = 1\n", 50000);
	add_many(&text, "[[el]]\nid = %u\n[el.sub]\nx = 1\n", 50000);
	add_many(&text, "[t.u%u.v]\n", 50000);
	docs = read_text(text.ptr, CFR_TOML);
	for (unsigned i = 0; i < 50000; i += 4999) {
		snprintf(pointer, sizeof(pointer), "/key-%u", i);
		assert_int_equal(cfr_node_int(value_of(&docs, pointer)), 1);
		snprintf(pointer, sizeof(pointer), "/el/%u/id", i);
		assert_int_equal(cfr_node_int(value_of(&docs, pointer)), i);
		snprintf(pointer, sizeof(pointer), "/t/u%u/v", i);
		assert_int_equal(cfr_node_size(value_of(&docs, pointer)), 0);
	}
	cfr_documents_release(&docs);
	/* A key that stands twice is found among many. */
	cfr_buf_clear(&text);
	add_many(&text, "key-%u = 1\n", 2000);
	cfr_buf_addz(&text, "key-777 = 2\n");
	assert_bad(&(bad_text){ text.ptr, CFR_E_DUPLICATE, 2001, 1, "'key-777' stands twice", "" }, CFR_TOML);
	cfr_buf_release(&text);
}

static void repeat(cfr_buf *text, const char *what, unsigned count)
{
	while (count--)
		cfr_buf_addz(text, what);
}

static void assert_limit(const cfr_buf *text, const char *limit)
{
	cfr_documents docs;
	cfr_err err = CFR_ERR_INIT;

	assert_int_equal(read_bytes(&docs, cfr_buf_str(text), CFR_TOML, &err), CFR_E_LIMIT);
	assert_string_equal(err.limit, limit);
	assert_true(err.line > 0 && err.column > 0);
}

static void test_limits(void **state)
{
	cfr_buf text = CFR_BUF_INIT;

	(void)state;
	cfr_buf_addz(&text, "a = ");
	repeat(&text, "[", 100000);
	assert_limit(&text, "depth");
	cfr_buf_clear(&text);
	cfr_buf_addz(&text, "a = ");
	repeat(&text, "{a=", 100000);
	assert_limit(&text, "depth");
	cfr_buf_clear(&text);
	repeat(&text, "a.", 100000);
	cfr_buf_addz(&text, "a = 1");
	assert_limit(&text, "depth");
	cfr_buf_clear(&text);
	cfr_buf_addz(&text, "[");
	repeat(&text, "a.", 100000);
	cfr_buf_addz(&text, "a]");
	assert_limit(&text, "depth");
	cfr_buf_clear(&text);
	cfr_buf_addz(&text, "a = [");
	repeat(&text, "1,", 1000001);
	cfr_buf_addz(&text, "]");
	assert_limit(&text, "nodes");
	cfr_buf_clear(&text);
	repeat(&text, "k", 1025);
	cfr_buf_addz(&text, " = 1");
	assert_limit(&text, "key");
	cfr_buf_clear(&text);
	cfr_buf_addz(&text, "a = '");
	repeat(&text, "12345678", (4 << 20) / 8 + 1);
	cfr_buf_addz(&text, "'");
	assert_limit(&text, "scalar");
	cfr_buf_release(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_strings),
		cmocka_unit_test(test_dates),
		cmocka_unit_test(test_equal_ways),
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_conflicts),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
