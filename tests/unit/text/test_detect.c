/* tests/unit/text/test_detect.c -- formats, encodings, and texts that are templates. */
#include "reading.h"

static cfr_format format_of(const char *text)
{
	cfr_documents docs = { NULL, 0 };
	cfr_format format;

	if (read_bytes(&docs, cfr_str_of(text), CFR_FORMAT_NONE, NULL) || docs.count == 0)
		return CFR_FORMAT_NONE;
	format = cfr_document_format(docs.items[0]);
	cfr_documents_release(&docs);
	return format;
}

static void test_formats(void **state)
{
	(void)state;
	assert_int_equal(format_of("{\"a\": 1}"), CFR_JSON);
	assert_int_equal(format_of("\xEF\xBB\xBF [\"1\", 2]"), CFR_JSON);
	assert_int_equal(format_of("[]"), CFR_JSON);
	assert_int_equal(format_of("{a: 1}"), CFR_YAML);
	assert_int_equal(format_of("[a, b]"), CFR_YAML);
	assert_int_equal(format_of("a: 1"), CFR_YAML);
	assert_int_equal(format_of("\"text\""), CFR_YAML);
	assert_int_equal(format_of("[true, 1]"), CFR_YAML);
	/* Begins as JSON does: a slip is told, and not read as YAML. */
	bad_text bad = { "{\"a\": tru}", CFR_E_SYNTAX, 1, 7, "a value was expected", "double quotes" };
	assert_bad(&bad, CFR_FORMAT_NONE);
}

static void test_encodings(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		const char *name;
	} cases[] = {
		{ "\xFF\xFE" "a\0", 4, "UTF-16LE" }, { "\xFE\xFF\0a", 4, "UTF-16BE" }, { "a\0:\0", 4, "UTF-16LE" },
		{ "\0a\0:", 4, "UTF-16BE" }, { "\xFF\xFE\0\0a\0\0\0", 8, "UTF-32LE" }, { "\0\0\xFE\xFF\0\0\0a", 8, "UTF-32BE" },
		{ "a\0\0\0", 4, "UTF-32LE" }, { "\0\0\0a", 4, "UTF-32BE" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		cfr_documents docs;
		cfr_err err = CFR_ERR_INIT;

		assert_int_equal(read_bytes(&docs, (cfr_str){ cases[i].bytes, cases[i].len }, CFR_YAML, &err), CFR_E_ENCODING);
		assert_non_null(strstr(err.message, cases[i].name));
		assert_non_null(strstr(err.hint, "iconv"));
		assert_int_equal(err.line, 1);
	}
}

static void test_templates(void **state)
{
	static const struct {
		const char *text, *name;
	} cases[] = {
		{ "a: {{ .Values.x }}\n", "Helm" },
		{ "{{- if .Values.on }}\na: 1\n{{- end }}\n", "Helm" },
		{ "labels:\n  {{- include \"x.labels\" . | nindent 4 }}\n", "Helm" },
		{ "{{/* note */}}\na: 1\n", "Helm" },
		{ "{% for x in y %}\na: {{ x }}\n{% endfor %}\n", "Jinja" },
		{ "a: {{ x | default(1) }}\n", "Jinja" },
		{ "a: <%= x %>\n", "ERB" },
		{ "a: \"{{ x }}\"\nb: [\n", NULL },
		{ "a: '{% x %}'\nb: [\n", NULL },
		{ "a: ${{ secrets.X }}\nb: [\n", NULL },
		{ "a: {{ x\n", NULL },
		{ "a: it's {{ x }} and it's\n", "Jinja" },
		{ "a: 1\n", NULL },
		{ "", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *name = cfr_text_template(cfr_str_of(cases[i].text));

		if (name != cases[i].name && (!name || !cases[i].name || strcmp(name, cases[i].name) != 0))
			fail_msg("%s-> %s", cases[i].text, name ? name : "no template");
	}
	assert_null(cfr_text_template((cfr_str){ NULL, 0 }));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_formats), cmocka_unit_test(test_encodings), cmocka_unit_test(test_templates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
