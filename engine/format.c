/* engine/format.c -- what formats are called, and which names of files tell one.
 *
 * One table, read from the top: the first row that fits a name decides, so rows that say more stand before rows that
 * say less (tsconfig.json before .json). A row is the beginning and the end of the name without its folder, and
 * sometimes the folder it lies in. Case does not count: Windows people write CONFIG.YML.
 */
#include "engine/base/str.h"
#include "engine/source.h"

static const char *const words[] = {
	"none",
#define X(up, low) #low,
	CFR_FORMAT_MAP(X)
#undef X
};

const char *cfr_format_name(cfr_format format)
{
	return words[format];
}

cfr_format cfr_format_of_word(cfr_str word)
{
	for (int f = CFR_FORMAT_NONE + 1; f < CFR_FORMAT_COUNT; f++) {
		if (cfr_str_eq(word, cfr_str_of(words[f])))
			return (cfr_format)f;
	}
	return CFR_FORMAT_NONE;
}

/* `begins` and `ends` of the last part of the name; what is between them may be anything, or nothing. A row with an
 * `end` alone needs something before it: ".yaml" is a hidden file without an ending. `ends` NULL: `begins` is the whole
 * name. */
typedef struct name_row {
	cfr_format format;
	const char *begins, *ends, *folder;
} name_row;

static const name_row names[] = {
	/* JSON whose own tools allow comments. */
	{ CFR_JSONC, "", ".jsonc", NULL },
	{ CFR_JSONC, "", ".code-workspace", NULL },
	{ CFR_JSONC, "", ".code-snippets", NULL },
	{ CFR_JSONC, "", ".sublime-settings", NULL },
	{ CFR_JSONC, "", ".sublime-project", NULL },
	{ CFR_JSONC, "tsconfig.json", NULL, NULL },
	{ CFR_JSONC, "tsconfig.", ".json", NULL },
	{ CFR_JSONC, "jsconfig.json", NULL, NULL },
	{ CFR_JSONC, "jsconfig.", ".json", NULL },
	{ CFR_JSONC, "devcontainer.json", NULL, NULL },
	{ CFR_JSONC, ".devcontainer.json", NULL, NULL },
	{ CFR_JSONC, "tslint.json", NULL, NULL },
	{ CFR_JSONC, ".eslintrc.json", NULL, NULL },
	{ CFR_JSONC, ".jshintrc", NULL, NULL },
	{ CFR_JSONC, ".jslintrc", NULL, NULL },
	{ CFR_JSONC, ".swcrc", NULL, NULL },
	{ CFR_JSONC, "", ".json", ".vscode" },
	/* JSON under other names. */
	{ CFR_JSON, "", ".json", NULL },
	{ CFR_JSON, "composer.lock", NULL, NULL },
	{ CFR_JSON, "flake.lock", NULL, NULL },
	{ CFR_JSON, "pipfile.lock", NULL, NULL },
	{ CFR_JSON, "", ".geojson", NULL },
	{ CFR_JSON, "", ".webmanifest", NULL },
	{ CFR_JSON, "", ".har", NULL },
	{ CFR_JSON, "", ".sarif", NULL },
	{ CFR_JSON, "", ".avsc", NULL },
	{ CFR_JSON, "", ".ipynb", NULL },
	{ CFR_JSON, "", ".arb", NULL },
	{ CFR_JSONL, "", ".jsonl", NULL },
	{ CFR_JSONL, "", ".ndjson", NULL },
	{ CFR_YAML, "", ".yaml", NULL },
	{ CFR_YAML, "", ".yml", NULL },
	{ CFR_YAML, "citation.cff", NULL, NULL },
	{ CFR_YAML, ".clang-format", NULL, NULL },
	{ CFR_YAML, ".clang-tidy", NULL, NULL },
	{ CFR_YAML, ".clangd", NULL, NULL },
	{ CFR_YAML, ".yamllint", NULL, NULL },
	{ CFR_YAML, ".condarc", NULL, NULL },
	{ CFR_TOML, "", ".toml", NULL },
	{ CFR_TOML, "pipfile", NULL, NULL },
	{ CFR_TOML, "cargo.lock", NULL, NULL },
	{ CFR_TOML, "poetry.lock", NULL, NULL },
	{ CFR_TOML, "uv.lock", NULL, NULL },
	{ CFR_TOML, "pdm.lock", NULL, NULL },
	{ CFR_PROPERTIES, "", ".properties", NULL },
	/* Behind all endings: .env.yaml is YAML. */
	{ CFR_DOTENV, ".env", NULL, NULL },
	{ CFR_DOTENV, ".env.", "", NULL },
	{ CFR_DOTENV, "", ".env", NULL },
};

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static bool same(const char *text, const char *word, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (lower(text[i]) != word[i])
			return false;
	}
	return true;
}

static bool fits(const name_row *row, cfr_str base, cfr_str folder)
{
	size_t begin = strlen(row->begins), end = row->ends ? strlen(row->ends) : 0;

	if (row->ends ? base.len < begin + end + (begin == 0 || end == 0) : base.len != begin)
		return false;
	if (row->folder && (folder.len != strlen(row->folder) || !same(folder.ptr, row->folder, folder.len)))
		return false;
	return same(base.ptr, row->begins, begin) && same(base.ptr + base.len - end, row->ends ? row->ends : "", end);
}

/* The last part of a path, which is cut off it; a folder is left without its '/'. */
static cfr_str last_part(cfr_str *path)
{
	size_t at = path->len;
	cfr_str part;

	while (at > 0 && path->ptr[at - 1] != '/')
		at--;
	part = (cfr_str){ path->ptr + at, path->len - at };
	path->len = at ? at - 1 : 0;
	return part;
}

cfr_format cfr_format_of_name(cfr_str name)
{
	cfr_str base, folder;

	if (name.len == 0)
		return CFR_FORMAT_NONE;
	base = last_part(&name);
	folder = last_part(&name);
	for (size_t i = 0; base.len && i < sizeof(names) / sizeof(*names); i++) {
		if (fits(&names[i], base, folder))
			return names[i].format;
	}
	return CFR_FORMAT_NONE;
}
