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

/* Modeline, then name, then content. */
static void test_order(void **state)
{
	static const struct {
		cfr_format format;
		const char *name, *text;
	} cases[] = {
		/* Content alone. */
		{ CFR_YAML, "x", "" }, { CFR_YAML, "x", " \n" }, { CFR_YAML, "x", "[" }, { CFR_YAML, "x", "{ a: 1 }" },
		{ CFR_YAML, "x", "[1, 2]" }, { CFR_YAML, "x", "- a = 1" }, { CFR_YAML, "x", "a: b = 1" },
		{ CFR_YAML, "x", "[a]" }, { CFR_YAML, "x", "[a]\n# b = 1\n" }, { CFR_YAML, "x", "[a, b]\nc = 1" },
		{ CFR_YAML, "x", "a = b" }, { CFR_YAML, "x", "a b = 1" }, { CFR_YAML, "x", "A=b" }, { CFR_YAML, "x", "export A=\"b\"" },
		{ CFR_YAML, "x", "//x\na: 1" }, { CFR_YAML, "x", "{//x\na: 1}" }, { CFR_YAML, "x", "/a: 1" },
		{ CFR_YAML, "x", "%YAML 1.2\n---\na: 1" }, { CFR_YAML, "x", "[a] = 1" },
		{ CFR_JSON, "x", "{\"a\": 1}" }, { CFR_JSON, "x", "{\"a\": 1, // c\n}" }, { CFR_JSON, "x", "[[1, 2]]" },
		{ CFR_JSON, "x", "[{\"a\": 1},\n{\"b\": 1}]" }, { CFR_JSON, "x", "{\"a\": 1}\n" }, { CFR_JSON, "x", "[[]]" },
		{ CFR_JSONC, "x", "// c\n{\"a\": 1}" }, { CFR_JSONC, "x", "/* c */ [\"a\"]" }, { CFR_JSONC, "x", "{ // c\n \"a\": 1}" },
		{ CFR_JSONC, "x", "[ /* c */ {}]" },
		{ CFR_JSONL, "x", "{\"a\": 1}\n{\"a\": 2}\n" }, { CFR_JSONL, "x", "[\"a\"]\r\n\r\n[2]" },
		{ CFR_TOML, "x", "# c\n\na = 1" }, { CFR_TOML, "x", "a=\"b\"\nc=2" }, { CFR_TOML, "x", "a.b.\"c d\" = 'x'" },
		{ CFR_TOML, "x", "[a]\nb = c" }, { CFR_TOML, "x", "[[a.b]] # c\n\n[a.b.c]\nd = e" }, { CFR_YAML, "x", "[a]\n[b]\n" }, { CFR_TOML, "x", "a = [\n1]" },
		{ CFR_TOML, "x", "\"a\" = true" }, { CFR_TOML, "x", "\xEF\xBB\xBF" "a = 1979-05-27" },
		/* The name before the content. */
		{ CFR_YAML, "x.yaml", "{\"a\": 1}" }, { CFR_DOTENV, ".env", "a = 1" }, { CFR_PROPERTIES, "x.properties", "[a]\nb = 1" },
		{ CFR_JSON, "x.json", "// c\n{}" },
		/* A modeline before both. */
		{ CFR_YAML, "x", "# vim: set ft=yaml:\na = 1" }, { CFR_TOML, "x.yaml", "# vim: ft=toml\na = 1" },
		{ CFR_YAML, "x.toml", "# -*- yaml -*-\na: 1" }, { CFR_YAML, "x.txt", "#!/usr/bin/x\n# -*- mode: YAML; coding: utf-8 -*-\n" },
		{ CFR_PROPERTIES, "x", "! vi:filetype=jproperties:ts=4\na=b" }, { CFR_DOTENV, "x", "# -*-mode:dotenv-mode-*-\nA=b" },
		{ CFR_YAML, "x", "a = 1\n# vim: sw=2 syntax=yaml.ansible sts=2\n" }, { CFR_YAML, "x", "# vim: ft=yaml\r\na = 1" },
		{ CFR_JSONC, "x.json", "// -*- mode: json -*-\n{}" }, { CFR_JSONC, "x", "/* vim: set ft=jsonc: */\n{}" },
		{ CFR_TOML, "x", "1\n2\n3\n4\n5\n6\n# vim: ft=toml\n8\n9\n10\n11" },
		{ CFR_TOML, "x", "1\n2\n3\n4\n# vim: ft=toml\n6\n7\n8\n9\n10\n11" },
		/* What is none. */
		{ CFR_YAML, "x", "1\n2\n3\n4\n5\n# vim: ft=toml\n7\n8\n9\n10\n11" }, { CFR_YAML, "x", "1\n2\n# -*- toml -*-\n4\n5\n6\n7\n8" },
		{ CFR_YAML, "x.yaml", "a: |\n  # vim: ft=toml\n" }, { CFR_YAML, "x.yaml", "# notvim: ft=toml" },
		{ CFR_YAML, "x.yaml", "a: '# vim: ft=toml'" }, { CFR_DOTENV, ".env", "# vim: ft=sh" }, { CFR_YAML, "x.yaml", "# -*-" },
		{ CFR_YAML, "x.yaml", "# -*- mode: -*-" }, { CFR_YAML, "x.yaml", "# -*-;-*-:-*-" }, { CFR_YAML, "x.yaml", "# vim:" },
		{ CFR_YAML, "x.yaml", "# yaml-language-server: $schema=x.json" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		cfr_format got = cfr_text_format(cfr_str_of(cases[i].name), cfr_str_of(cases[i].text));

		if (got != cases[i].format)
			fail_msg("%s: %s\n-> %s", cases[i].name, cases[i].text, cfr_format_name(got));
	}
	assert_int_equal(cfr_text_format((cfr_str){ NULL, 0 }, (cfr_str){ NULL, 0 }), CFR_YAML);
	assert_int_equal(cfr_text_format(CFR_STR("x"), (cfr_str){ "a =\0", 4 }), CFR_YAML);
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
		cmocka_unit_test(test_formats), cmocka_unit_test(test_order), cmocka_unit_test(test_encodings), cmocka_unit_test(test_templates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
