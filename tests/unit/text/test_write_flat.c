/* tests/unit/text/test_write_flat.c -- dotenv and properties as they are written, and read back. */
#include "reading.h"

static cfr_str told;	/* what was lost, `what|` each */
static char told_text[2000];

static void tell(void *arg, cfr_node node, const char *what, const char *instead)
{
	(void)arg;
	(void)node;
	assert_non_null(instead);
	strncat(told_text, what, sizeof(told_text) - strlen(told_text) - 2);
	strcat(told_text, "|");
	told = cfr_str_of(told_text);
}

static int write_yaml(cfr_buf *out, const char *yaml, cfr_write how, cfr_err *err)
{
	cfr_documents docs = read_text(yaml, CFR_YAML);
	int r;

	how.order = docs.items[0];
	r = cfr_text_write(out, root_of(&docs), &how, err);
	cfr_documents_release(&docs);
	return r;
}

static void assert_written(const char *yaml, cfr_write how, const char *want)
{
	cfr_buf out = CFR_BUF_INIT;
	cfr_err err = CFR_ERR_INIT;

	told_text[0] = 0;
	if (write_yaml(&out, yaml, how, &err))
		fail_msg("%s\n%s at '%s'", yaml, err.message, err.path);
	if (!cfr_str_eq(cfr_buf_str(&out), cfr_str_of(want)))
		fail_msg("%s\n-> %s", yaml, out.ptr ? out.ptr : "");
	cfr_buf_release(&out);
}

static void test_dotenv(void **state)
{
	static const char *const cases[][2] = {
		{ "{}", "" },
		{ "{B: x, A: ''}", "B=x\nA=\n" },
		{ "{a: 'http://x:80/y@z%20+1,2=3'}", "a=http://x:80/y@z%20+1,2=3\n" },
		{ "{a: b c}", "a='b c'\n" },
		{ "{a: '#b'}", "a='#b'\n" },
		{ "{a: '$b ${c} \"`'}", "a='$b ${c} \"`'\n" },
		{ "{a: 'C:\\dir'}", "a='C:\\dir'\n" },
		{ "{a: 'C:\\dir\\'}", "a=\"C:\\\\dir\\\\\"\n" },
		{ "{a: it's}", "a=\"it's\"\n" },
		{ "{a: \"x\\r\\n\\ty'$\\\"\\\\\"}", "a=\"x\\r\\n\\ty'\\$\\\"\\\\\"\n" },
		{ "{a: \xC3\xA9}", "a='\xC3\xA9'\n" },
		{ "{a: ' b '}", "a=' b '\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_written(cases[i][0], (cfr_write){ .format = CFR_DOTENV }, cases[i][1]);
}

static void test_properties(void **state)
{
	static const char *const cases[][2] = {
		{ "{}", "" },
		{ "{server.port: '80', a: ''}", "server.port=80\na=\n" },
		{ "{'a b=c:d#e!f': x}", "a\\ b\\=c\\:d\\#e\\!f=x\n" },
		{ "{a: 'x=y:z#!'}", "a=x=y:z#!\n" },
		{ "{a: '  b  '}", "a=\\  b \\u0020\n" },
		{ "{a: ' '}", "a=\\ \n" },
		{ "{a: 'C:\\dir'}", "a=C:\\\\dir\n" },
		{ "{a: \"x\\r\\n\\ty\\f\\0\"}", "a=x\\r\\n\\ty\\f\\u0000\n" },
		{ "{\xC3\xA9: \xF0\x9F\x98\x80}", "\\u00e9=\\ud83d\\ude00\n" },
		{ "{'': b}", "=b\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_written(cases[i][0], (cfr_write){ .format = CFR_PROPERTIES }, cases[i][1]);
}

static void test_flatten(void **state)
{
	static const char yaml[] = "{a: {b: x, c: [y, {d: z}]}, e: w}";

	(void)state;
	assert_written(yaml, (cfr_write){ .format = CFR_PROPERTIES, .flatten = "." }, "a.b=x\na.c[0]=y\na.c[1].d=z\ne=w\n");
	assert_written(yaml, (cfr_write){ .format = CFR_DOTENV, .flatten = "__" }, "a__b=x\na__c__0=y\na__c__1__d=z\ne=w\n");
}

/* Without `lose` an error with its path, with it told. */
static void test_lost(void **state)
{
	static const struct {
		const char *yaml, *path, *what, *text;
		cfr_format format;
		const char *flatten;
	} cases[] = {
		{ "{a: x, b: 1}", "/b", "only text", "a=x\nb=1\n", CFR_DOTENV, NULL },
		{ "{b: 1.0}", "/b", "only text", "b=1.0\n", CFR_PROPERTIES, NULL },
		{ "{b: true}", "/b", "only text", "b=true\n", CFR_PROPERTIES, NULL },
		{ "{b: .nan}", "/b", "only text", "b=NaN\n", CFR_PROPERTIES, NULL },
		{ "{b: -.inf}", "/b", "only text", "b=-Infinity\n", CFR_DOTENV, NULL },
		{ "{b: 12345678901234567890}", "/b", "only text", "b=12345678901234567890\n", CFR_DOTENV, NULL },
		{ "{b: null}", "/b", "no null", "b=\n", CFR_DOTENV, NULL },
		{ "{b: {c: 1}}", "/b", "nested", "b='{\"c\":1}'\n", CFR_DOTENV, NULL },
		{ "{b: [x]}", "/b", "nested", "b=[\"x\"]\n", CFR_PROPERTIES, NULL },
		{ "{b: {c: []}}", "/b/c", "empty collection", "", CFR_PROPERTIES, "." },
		{ "{a.b: x, a: {b: y}}", "/a/b", "same key", "a.b=x\n", CFR_PROPERTIES, "." },
		{ "{a b: x, c: y}", "/a b", "no such key", "c=y\n", CFR_DOTENV, NULL },
		{ "{'1': x}", "/1", "no such key", "", CFR_DOTENV, NULL },
		{ "{'': x}", "/", "no such key", "", CFR_DOTENV, NULL },
		{ "{a: \"\\0\"}", "/a", "NUL", "a=\n", CFR_DOTENV, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		cfr_write how = { .format = cases[i].format, .flatten = cases[i].flatten };
		cfr_buf out = CFR_BUF_INIT;
		cfr_err err = CFR_ERR_INIT;

		assert_int_equal(write_yaml(&out, cases[i].yaml, how, &err), CFR_E_UNSUPPORTED);
		assert_string_equal(err.path, cases[i].path);
		assert_non_null(strstr(err.message, cases[i].what));
		assert_true(err.hint[0] != 0);
		assert_int_equal(out.len, 0);
		cfr_buf_release(&out);
		how.lose = tell;
		assert_written(cases[i].yaml, how, cases[i].text);
		assert_non_null(strstr(told_text, cases[i].what));
	}
	for (cfr_format f = CFR_DOTENV; f <= CFR_PROPERTIES; f++) {
		cfr_buf out = CFR_BUF_INIT;
		cfr_err err = CFR_ERR_INIT;

		assert_int_equal(write_yaml(&out, "[x]", (cfr_write){ .format = f, .flatten = ".", .lose = tell }, &err),
		                 CFR_E_UNSUPPORTED);
		assert_non_null(strstr(err.message, "one mapping"));
		cfr_buf_release(&out);
	}
}

static void test_comments(void **state)
{
	(void)state;
	assert_written("# head\n\n# why\na: x  # b\nc: y\n", (cfr_write){ .format = CFR_DOTENV, .comments = true },
	               "# head\n\n# why\na=x # b\nc=y\n");
}

static void test_json_kinds(void **state)
{
	(void)state;
	assert_written("{a: [1]}", (cfr_write){ .format = CFR_JSONL }, "{\"a\":[1]}\n");
	assert_written("{a: 1}", (cfr_write){ .format = CFR_JSONC }, "{\n  \"a\": 1\n}\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dotenv), cmocka_unit_test(test_properties), cmocka_unit_test(test_flatten),
		cmocka_unit_test(test_lost), cmocka_unit_test(test_comments), cmocka_unit_test(test_json_kinds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
