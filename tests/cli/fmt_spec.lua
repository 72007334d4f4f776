-- tests/cli/fmt_spec.lua: `cfgrun fmt` from files to exit status, and what other readers make of its results.

local cli = dofile "tests/cli/support.lua"

local UNTIDY = "a:   1  \nb:\n      - c # note\n\n\n\n\n"
local TIDY = "a: 1\nb:\n  - c # note\n"

describe("fmt", function()
  local here

  before_each(function()
    here = cli.folder()
    cli.write(here .. "/a.yaml", UNTIDY)
    cli.write(here .. "/b.yaml", TIDY)
    cli.write(here .. "/.git/HEAD", "ref: refs/heads/main\n") -- no project file is looked for above
  end)
  after_each(function()
    cli.remove(here)
  end)

  it("formats in place, and tells how many", function()
    cli.write(here .. "/sub/c.json", '{"x":[1,2],\n"y":{}}')
    cli.write(here .. "/d.toml", "x=1\n[t]\n")
    cli.write(here .. "/notes.txt", "x  \n")
    local r = cli.run(here, "fmt")
    assert.equal("3 files formatted, 1 file in order\n", r.err)
    assert.equal("", r.out)
    assert.equal(0, r.status)
    assert.equal("a: 1\nb:\n      - c # note\n", cli.read(here .. "/a.yaml"))
    assert.equal('{\n  "x": [1, 2],\n  "y": {}\n}\n', cli.read(here .. "/sub/c.json"))
    assert.equal("x = 1\n\n[t]\n", cli.read(here .. "/d.toml"))
    assert.equal("x  \n", cli.read(here .. "/notes.txt"))
    r = cli.run(here, "fmt .")
    assert.equal("4 files in order\n", r.err)
  end)

  it("--check lists, writes nothing, exits 1", function()
    local r = cli.run(here, "fmt --check .")
    assert.equal("a.yaml\n", r.out)
    assert.equal("1 file would change, 1 file in order\n", r.err)
    assert.equal(1, r.status)
    assert.equal(UNTIDY, cli.read(here .. "/a.yaml"))
    assert.equal(0, cli.run(here, "fmt --check b.yaml").status)
  end)

  it("--diff shows what patch makes of it, writes nothing, exits 1", function()
    local r = cli.run(here, "fmt --diff a.yaml b.yaml > fmt.patch")
    assert.equal(1, r.status)
    assert.equal(UNTIDY, cli.read(here .. "/a.yaml"))
    assert.truthy(cli.read(here .. "/fmt.patch"):find("+++ b/a.yaml\n", 1, true))
    assert.falsy(cli.read(here .. "/fmt.patch"):find("b.yaml\n+++ b/b.yaml", 1, true))
    if cli.shell(here, "command -v patch").status == 0 then
      cli.shell(here, "patch -p1 < fmt.patch")
      assert.equal(0, cli.run(here, "fmt --check a.yaml").status)
    end
    assert.equal(2, cli.run(here, "fmt --diff --check").status)
  end)

  it("standard input", function()
    local r = cli.shell(here, "printf 'a:   1' | $CFGRUN fmt -")
    assert.equal("a: 1\n", r.out)
    assert.equal("", r.err)
    r = cli.shell(here, [[printf '{"a": [1,\n2]}' | $CFGRUN fmt - --stdin-filename x.json]])
    assert.equal('{\n  "a": [\n    1,\n    2\n  ]\n}\n', r.out)
    r = cli.shell(here, "printf 'a=1' | $CFGRUN fmt - --stdin-filename x.toml --check")
    assert.equal("x.toml\n", r.out)
    assert.equal(1, r.status)
    r = cli.shell(here, "printf 'a: [' | $CFGRUN fmt -")
    assert.equal("", r.out)
    assert.equal(2, r.status)
    assert.truthy(r.err:find("<stdin>:1:", 1, true), r.err)
    assert.equal(2, cli.run(here, "fmt - a.yaml").status)
  end)

  it("with the name of standard input alone leaves the folder", function()
    local r = cli.shell(here, "printf 'b:   2\\n' | $CFGRUN fmt --stdin-filename x.yaml")
    assert.equal("b: 2\n", r.out)
    assert.equal(UNTIDY, cli.read(here .. "/a.yaml"))
  end)

  it("broken files are told, the others formatted", function()
    cli.write(here .. "/bad.yaml", "a: [1\nb: 2\n")
    cli.write(here .. "/bad.json", '{"a" 1}')
    local r = cli.run(here, "fmt")
    assert.equal(2, r.status)
    assert.truthy(r.err:find("cfgrun: bad.yaml:", 1, true), r.err)
    assert.truthy(r.err:find("cfgrun: bad.json:1:6:", 1, true), r.err)
    assert.truthy(r.err:find("1 file formatted, 1 file in order, 2 files not formatted\n", 1, true), r.err)
    assert.equal("a: [1\nb: 2\n", cli.read(here .. "/bad.yaml"))
    cli.write(here .. "/x.env", "A=1\n")
    r = cli.run(here, "fmt x.env")
    assert.equal(2, r.status)
  end)

  it("leaves templates and files that say so", function()
    cli.write(here .. "/chart/templates/t.yaml", "a:   {{ .Values.a }}\n{{- if .Values.b }}\nb: 1\n{{- end }}\n")
    cli.write(here .. "/no.yaml", "# cfgrun: no-fmt\na:   1\n")
    cli.write(here .. "/no.json", "// cfgrun: no-fmt\n{}")
    local r = cli.run(here, "fmt b.yaml no.yaml no.json chart")
    assert.equal("1 file in order, 1 file left: a template, 2 files left: cfgrun: no-fmt\n", r.err)
    assert.equal(0, r.status)
    assert.equal("# cfgrun: no-fmt\na:   1\n", cli.read(here .. "/no.yaml"))
  end)

  it("leaves what git ignores, and --exclude", function()
    cli.shell(here, "rm -r .git && git init -q . && printf 'gen/\\n' > .gitignore")
    cli.write(here .. "/gen/x.yaml", "a:   1\n")
    cli.write(here .. "/vendor/x.yaml", "a:   1\n")
    assert.equal("a.yaml\n", cli.run(here, "fmt --check --exclude vendor").out)
  end)

  it("leaves what package managers write, unless it is named", function()
    cli.write(here .. "/package-lock.json", "{}  \n")
    cli.write(here .. "/pnpm-lock.yaml", "a:   1\n")
    cli.write(here .. "/clock.json", "{ }\n")
    assert.equal("a.yaml\nclock.json\n", cli.run(here, "fmt --check . | sort").out)
    assert.equal("package-lock.json\n", cli.run(here, "fmt --check package-lock.json").out)
  end)

  it("the style of the project file", function()
    cli.write(here .. "/cfgrun.yaml", "version: 1\nfmt: { indent: 4, sequences: flush, blank-lines: 0 }\n")
    cli.write(here .. "/a.yaml", "a:\n  b:\n    - c\n\n\n  d: 1\n")
    cli.write(here .. "/a.json", '{\n  "a": 1\n}\n')
    cli.run(here, "fmt a.yaml a.json")
    assert.equal("a:\n    b:\n    - c\n    d: 1\n", cli.read(here .. "/a.yaml"))
    assert.equal('{\n    "a": 1\n}\n', cli.read(here .. "/a.json"))
    for bad, message in pairs { ["indent: 0"] = "from 1 to 16", ["sequences: up"] = "is no way", ["indnt: 2"] = "did you mean 'indent'" } do
      cli.write(here .. "/cfgrun.yaml", "fmt: { " .. bad .. " }\n")
      local r = cli.run(here, "fmt a.yaml")
      assert.equal(2, r.status)
      assert.truthy(r.err:find(message, 1, true), r.err)
    end
  end)

  it("sections of .editorconfig with numbers in braces, and with braces around one word", function()
    cli.write(here .. "/.editorconfig", "root = true\n[*]\nindent_size = 4\n[{a,b}{1..12}.yaml]\nindent_size = 3\n"
      .. "[*.{yml}]\nindent_size = 6\n")
    for name, wide in pairs { ["a1.yaml"] = 3, ["b12.yaml"] = 3, ["a13.yaml"] = 4, ["c1.yaml"] = 4, ["a.yml"] = 4 } do
      local r = cli.shell(here, "printf 'a:\\n  b: 1\\n' | $CFGRUN fmt - --stdin-filename " .. name)
      assert.equal("a:\n" .. (" "):rep(wide) .. "b: 1\n", r.out, name)
    end
  end)

  it("the style of .editorconfig, under the project file's", function()
    cli.write(here .. "/.editorconfig", "root = true\n[*]\nindent_size = 8 ; wide\n[*.{yml,yaml}]\nindent_size=4\n"
      .. "end_of_line = crlf\n[/sub/**.yaml]\nindent_size = 3\ninsert_final_newline = false\n[*.json]\nindent_style = tab\n")
    cli.write(here .. "/a.yaml", "a:\n  b: 1\n")
    cli.write(here .. "/sub/a.yaml", "a:\n  b: 1")
    cli.write(here .. "/a.json", '{\n  "a": 1\n}\n')
    cli.run(here, "fmt a.yaml a.json sub")
    assert.equal("a:\r\n    b: 1\r\n", cli.read(here .. "/a.yaml"))
    assert.equal("a:\r\n   b: 1", cli.read(here .. "/sub/a.yaml"))
    assert.equal('{\n\t"a": 1\n}\n', cli.read(here .. "/a.json"))
    cli.write(here .. "/cfgrun.yaml", "fmt: { indent: 2 }\n")
    cli.run(here, "fmt a.yaml a.json")
    assert.equal("a:\r\n  b: 1\r\n", cli.read(here .. "/a.yaml"))
    assert.equal('{\n  "a": 1\n}\n', cli.read(here .. "/a.json"))
    assert.equal(0, cli.run(here, "fmt --isolated --check a.yaml a.json").status)
  end)

  it("keeps mode and links", function()
    cli.shell(here, "chmod 640 a.yaml; ln -s a.yaml link.yaml")
    cli.run(here, "fmt link.yaml")
    assert.equal("640 regular file\n", cli.shell(here, "stat -c '%a %F' a.yaml").out)
    assert.equal("symbolic link\n", cli.shell(here, "stat -c '%F' link.yaml").out)
    assert.equal(0, cli.run(here, "fmt --check a.yaml").status)
  end)
end)

-- Reads each pair of files (before, after) with readers that are not ours; prints those that differ.
local COMPARE = [[
import json, sys
try:
    import yaml
except ImportError:
    yaml = None
try:
    import tomllib
except ImportError:
    tomllib = None

class Loader(yaml.SafeLoader if yaml else object):
    pass
if yaml:
    def anything(loader, suffix, node):
        if isinstance(node, yaml.ScalarNode):
            return [suffix, node.value]
        deep = loader.construct_sequence if isinstance(node, yaml.SequenceNode) else loader.construct_mapping
        return [suffix, deep(node, deep=True)]
    Loader.add_multi_constructor('', anything)

def load(name, kind):
    data = open(name, 'rb').read()
    if kind == 'json':
        return json.loads(data)
    if kind == 'toml':
        return tomllib.loads(data.decode().replace('\r\n', '\n'))
    return list(yaml.load_all(data, Loader=Loader))

compared = 0
for line in sys.stdin:
    before, after, kind = line.rstrip('\n').split('\t')
    if (kind == 'yaml' and not yaml) or (kind == 'toml' and not tomllib):
        continue
    try:
        one = load(before, kind)
    except Exception:
        continue
    compared += 1
    try:
        if repr(one) != repr(load(after, kind)):
            print('differs:', before)
    except Exception as e:
        print('not read:', before, e)
print('compared', compared)
]]

describe("formatted files", function()
  for _, source in ipairs { "domain/corpus", "domain/configs", "conformance/yaml-test-suite", "conformance/toml-test/valid",
    "conformance/json-test-suite" } do
    it("mean the same to other readers: " .. source, function()
      local path = cli.shared .. "/" .. source
      if not cli.exists(path) or cli.shell(".", "python3 -c 'import json'").status ~= 0 then
        pending "the shared folder or python is not here"
        return
      end
      local here = cli.folder()
      cli.write(here .. "/compare.py", COMPARE)
      cli.shell(here, ("cp -rL '%s' before; chmod -R u+w before; cp -r before after"):format(path))
      cli.run(here, "fmt --isolated after")
      local pairs_of = {}
      for name in cli.shell(here, "cd before && find . -type f").out:gmatch "[^\n]+" do
        local kind = name:match "%.([a-z]+)$"
        kind = kind == "yml" and "yaml" or kind
        if kind == "yaml" or kind == "json" or kind == "toml" then
          pairs_of[#pairs_of + 1] = ("before/%s\tafter/%s\t%s\n"):format(name, name, kind)
        end
      end
      cli.write(here .. "/list", table.concat(pairs_of))
      local r = cli.shell(here, "python3 compare.py < list")
      assert.truthy(r.out:find "^compared %d+\n$", r.out .. r.err)
      assert.equal("", cli.shell(here, "$CFGRUN fmt --isolated --check after 2>/dev/null").out)
      cli.remove(here)
    end)
  end
end)
