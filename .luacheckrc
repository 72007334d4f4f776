-- Rules and specs run in a world of their own; everything else is stock Lua 5.4 with `core` behind require.
std = "lua54"
max_line_length = 140
files["policies/**/*.lua"] = { read_globals = { "rule", "import", "tree", "text", "re" } }
files["examples/**/*.lua"] = { read_globals = { "rule", "import", "tree", "text", "re" } }
files["tests/**/rules/*.lua"] = { read_globals = { "rule", "import", "tree", "text", "re" } }
files["stdlib/spec.lua"] = { read_globals = { "tree" } }
files["**/*_spec.lua"] = {
  read_globals = { "describe", "it", "before_each", "check", "fix", "rule", "import", "tree", "text", "re",
    assert = { fields = { "equal", "same", "truthy", "falsy", "matches", "error" } } },
}
exclude_files = { "tests/spec/escapes/*", "docs/lua/*" }
