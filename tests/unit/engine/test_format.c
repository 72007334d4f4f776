/* tests/unit/engine/test_format.c -- words of formats, and what the names of files tell. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/base/str.h"
#include "engine/source.h"

static void test_words(void **state)
{
	(void)state;
	assert_string_equal(cfr_format_name(CFR_FORMAT_NONE), "none");
	assert_int_equal(cfr_format_of_word(CFR_STR("none")), CFR_FORMAT_NONE);
	assert_int_equal(cfr_format_of_word(CFR_STR("YAML")), CFR_FORMAT_NONE);
	assert_int_equal(cfr_format_of_word(CFR_STR("")), CFR_FORMAT_NONE);
	for (int f = CFR_FORMAT_NONE + 1; f < CFR_FORMAT_COUNT; f++)
		assert_int_equal(cfr_format_of_word(cfr_str_of(cfr_format_name((cfr_format)f))), f);
}

static void test_names(void **state)
{
	static const struct {
		cfr_format format;
		const char *names[24];
	} rows[] = {
		{ CFR_YAML, { "a.yaml", "d/a.YML", "/x/y.d/a.b.yml", ".env.yaml", ".github/workflows/ci.yml", ".a.yaml", "CITATION.cff",
			".clang-format", "src/.clang-tidy", ".clangd", ".yamllint", ".env.d/a.yml" } },
		{ CFR_JSON, { "a.json", "A.JSON", "package-lock.json", "composer.lock", "flake.lock", "Pipfile.lock", "a.geojson",
			"site.webmanifest", "a.har", "b.sarif", "c.avsc", "n.ipynb", "app_en.arb", "vscode/settings.json",
			".vscode/a/b.json", "mytsconfig.json" } },
		{ CFR_JSONC, { "a.jsonc", "x.code-workspace", "tsconfig.json", "packages/a/tsconfig.build.json", "jsconfig.json",
			".vscode/settings.json", "a/.vscode/launch.json", ".devcontainer/devcontainer.json", ".devcontainer.json",
			".eslintrc.json", ".swcrc", "tslint.json" } },
		{ CFR_JSONL, { "a.jsonl", "a.ndjson" } },
		{ CFR_TOML, { "a.toml", "Cargo.toml", "Pipfile", "Cargo.lock", "poetry.lock", "uv.lock" } },
		{ CFR_DOTENV, { ".env", "d/.env", ".env.local", ".env.example", "prod.env", ".ENV", ".env.production.local" } },
		{ CFR_PROPERTIES, { "a.properties", "gradle.properties", "src/main/resources/application-dev.properties" } },
		{ CFR_FORMAT_NONE, { "yaml", "a.txt", "a", "/", ".yaml", "d.yaml/", "env", ".envrc", ".env.", ".prettierrc", "yarn.lock",
			"xPipfile", "a.yaml.bak", ".", "a.js", "tsconfig" } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		for (size_t k = 0; k < 24 && rows[i].names[k]; k++) {
			cfr_format got = cfr_format_of_name(cfr_str_of(rows[i].names[k]));

			if (got != rows[i].format)
				fail_msg("%s: %s", rows[i].names[k], cfr_format_name(got));
		}
	}
	assert_int_equal(cfr_format_of_name((cfr_str){ NULL, 0 }), CFR_FORMAT_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_words), cmocka_unit_test(test_names) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
