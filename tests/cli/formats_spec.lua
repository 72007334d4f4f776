-- tests/cli/formats_spec.lua: what machines read is what their schemas say, and what people read is not obeyed.

local cli = dofile "tests/cli/support.lua"

local RULES = [[
rule "odd" {
  title = "Nothing is <odd> & \"strange\"", why = "100% of it\nis odd.", severity = "error", tags = { "a", "b" },
  controls = { "soc2:CC8.1" }, select = "$.*", expect = "string",
  check = function(value, ctx)
    if value:find "odd" then
      ctx:report("'{value}' is odd: 100%, really\nand <more> & so on", { value = value, fix = ctx:replace("even"),
        related = { { ctx.root, "the <whole>" } } })
    end
  end,
  examples = { pass = "a: even", fail = "a: odd" },
}
rule "fails" {
  title = "t", why = "w", select = "$.boom", check = function() error "boom: 100%" end, examples = { pass = "a: even" },
}
]]

-- A name and a value with all that some format treats as its own.
local NAME = "we & <ird>,:'100%.yaml"

describe("formats", function()
  local here

  local function run(format, more)
    return cli.run(here, "check --config cfgrun.yaml -f " .. format .. " --now 2026-01-01 . " .. (more or ""))
  end

  before_each(function()
    here = cli.folder()
    cli.write(here .. "/rules.lua", RULES)
    cli.write(here .. "/cfgrun.yaml", "policies: rules.lua\nexclude: [cfgrun.yaml]\nwaivers:\n- {rule: odd, file: '**', path: /w, "
      .. "reason: \"for <now> & ever\", owner: me, expires: 2027-01-01}\n- {rule: odd, file: '**', path: /x, reason: r, owner: me, "
      .. "expires: 2025-01-01}\n")
    cli.write(here .. "/" .. NAME, 'a: "odd \\e[31m ü 漢 \\u202e end"\nw: odd\nx: odd\n'
      .. "c: odd # cfgrun: allow odd -- it is <fine> & dandy\n")
    cli.write(here .. "/b.yaml", "boom: 1\nä: 漢字 odd\n")
    cli.write(here .. "/broken.json", '{"a": [1, 2}\n')
    cli.write(here .. "/clean.yaml", "a: even\n")
  end)
  after_each(function()
    cli.remove(here)
  end)

  local function validate(line)
    local r = cli.shell(here, line)
    assert.equal(0, r.status, r.out .. r.err)
  end

  it("json: says its version, everything found, and parses", function()
    local r = run "json"
    assert.equal(2, r.status)
    cli.write(here .. "/out.txt", r.out)
    validate [==[python3 -c '
import json
report = json.load(open("out.txt"))
assert report["schema_version"] == 1, report["schema_version"]
assert sorted(report) == ["counts", "failures", "findings", "schema_version", "sources", "tool"], sorted(report)
found = [(f["file"], f["line"], f["column"], f["end_line"], f["end_column"], f["path"], f["rule"], f["standing"])
         for f in report["findings"]]
weird = "we & <ird>,:\x27100%.yaml"
assert found == [
  ("b.yaml", 2, 4, 2, 10, "/ä", "odd", "open"),
  ("broken.json", 1, 12, 1, 12, "", "syntax", "open"),
  ("cfgrun.yaml", 5, 3, 5, 79, "", "waiver-expired", "open"),
  (weird, 1, 4, 1, 31, "/a", "odd", "open"),
  (weird, 2, 4, 2, 7, "/w", "odd", "waived"),
  (weird, 3, 4, 3, 7, "/x", "odd", "open"),
  (weird, 4, 4, 4, 7, "/c", "odd", "allowed")], found
assert report["failures"][0]["rule"] == "fails" and report["failures"][0]["file"] == "b.yaml"
counts = report["counts"]
assert (counts["error"], counts["warning"], counts["waived"], counts["allowed"], counts["files"]) == (4, 1, 1, 1, 4), counts
assert report["findings"][0]["fix"] == {"safety": "safe", "edits": [{"op": "replace", "at": "/ä"}]}, report["findings"][0]["fix"]
assert len({f["fingerprint"] for f in report["findings"]}) == 7
']==]
  end)

  it("sarif: as the schema has it", function()
    cli.write(here .. "/out.txt", run("sarif").out)
    validate(([==[python3 -c '
import json, jsonschema
report = json.load(open("out.txt"))
schema = json.load(open("%s/tests/cli/schemas/sarif.json"))
jsonschema.Draft7Validator.check_schema(schema)
jsonschema.validate(report, schema)
run = report["runs"][0]
rules = run["tool"]["driver"]["rules"]
assert all(rules[r["ruleIndex"]]["id"] == r["ruleId"] for r in run["results"])
assert len(run["results"]) == 7
weird = [r for r in run["results"] if "%%26" in r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]]
assert weird[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "we%%20%%26%%20%%3Cird%%3E%%2C%%3A%%27100%%25.yaml"
assert [s["kind"] for r in run["results"] for s in r["suppressions"]] == ["external", "inSource"]
fix = run["results"][0]["fixes"][0]["artifactChanges"][0]["replacements"][0]
assert fix["deletedRegion"] == {"startLine": 2, "startColumn": 4, "endLine": 2, "endColumn": 10}, fix
assert fix["insertedContent"]["text"] == "even", fix
assert run["invocations"][0] == {"executionSuccessful": False, "exitCode": 2,
  "toolExecutionNotifications": run["invocations"][0]["toolExecutionNotifications"]}
']==]):format(cli.root))
  end)

  it("junit: as the schema has it, with sums that are right", function()
    cli.write(here .. "/out.xml", run("junit").out)
    validate(("xmllint --noout --schema %s/tests/cli/schemas/junit.xsd out.xml"):format(cli.root))
    validate [==[python3 -c '
import xml.etree.ElementTree as E
root = E.parse("out.xml").getroot()
assert [s.get("name") for s in root] == ["b.yaml", "broken.json", "clean.yaml", "we & <ird>,:\x27100%.yaml", "cfgrun.yaml"]
for name, tag in ("tests", "testcase"), ("failures", "failure"), ("errors", "error"), ("skipped", "skipped"):
    assert int(root.get(name)) == len(root.findall(".//" + tag)) == sum(int(s.get(name)) for s in root), name
']==]
  end)

  it("github: escapes what its commands treat as their own", function()
    local r = run("github", "--only odd")
    assert.equal("::error file=b.yaml,line=2,col=4,endLine=2,endColumn=10,title=odd::'漢字 odd' is odd: 100%25, really\\nand "
      .. "<more> & so on", r.out:match "^[^\n]*")
    assert.truthy(r.out:find("%0Ahint: is a bracket wrong?\n", 1, true))
    assert.truthy(r.out:find("::error file=we & <ird>%2C%3A'100%25.yaml,line=1,col=4,", 1, true), r.out)
    for line in r.out:gmatch "[^\n]+" do
      assert.truthy(line:find "^::%l+ ", line)
    end
  end)

  it("html: well-formed, alone, and nothing in it is markup from a file", function()
    cli.write(here .. "/out.html", run("html").out)
    local r = cli.shell(here, "xmllint --html --noout out.html 2>&1 | grep -v -e 'Tag [a-z]* invalid' -e '^ *<' -e '^ *^' || true")
    assert.equal("", r.out)
    local page = cli.read(here .. "/out.html")
    for _, bad in ipairs { "<more>", "<ird>", "<whole>", "<now>", "<fine>", "\27", "http:", "https:", "src=" } do
      assert.falsy(page:find(bad, 1, true), bad)
    end
    assert.truthy(page:find("&lt;more&gt; &amp; so on", 1, true))
  end)

  it("text: shows control characters instead of obeying them", function()
    local r = run "text"
    assert.falsy(r.out:find "[%z\1-\9\11-\31\127]")
    assert.falsy(r.out:find("\u{202e}", 1, true))
    assert.truthy(r.out:find("b.yaml:2:4: error: '漢字 odd' is odd: 100%, really\\nand <more> & so on [odd]\n"
      .. "    2 | ä: 漢字 odd\n      |    ^^^^^^^^\n      b.yaml:1:1: the <whole>\n", 1, true), r.out)
  end)

  it("colours by --color, NO_COLOR, TERM; never a file that was not asked to be", function()
    assert.truthy(cli.run(here, "check --config cfgrun.yaml . --color always").out:find("\27[", 1, true))
    assert.falsy(cli.run(here, "check --config cfgrun.yaml .").out:find("\27[", 1, true))
    local typed = "script -qec '%s $CFGRUN check --config cfgrun.yaml . %s' /dev/null </dev/null"
    assert.truthy(cli.shell(here, typed:format("TERM=xterm", "")).out:find("\27[", 1, true))
    assert.falsy(cli.shell(here, typed:format("TERM=dumb", "")).out:find("\27[", 1, true))
    assert.falsy(cli.shell(here, typed:format("TERM=xterm NO_COLOR=1", "")).out:find("\27[", 1, true))
    cli.shell(here, typed:format("TERM=xterm", "-f text:out.txt"))
    assert.falsy(cli.read(here .. "/out.txt"):find("\27[", 1, true))
  end)

  it("go into files, several at once, but only one to standard output", function()
    local r = cli.run(here, "check --config cfgrun.yaml . -f text -f json:out.json -f sarif:out.sarif")
    assert.truthy(r.out:find("b.yaml:2:4: error:", 1, true))
    assert.truthy(cli.read(here .. "/out.json"):find('^{\n  "counts"'))
    assert.truthy(cli.read(here .. "/out.sarif"):find('"2.1.0"', 1, true))
    r = cli.run(here, "check --config cfgrun.yaml . -f text -f json")
    assert.equal(2, r.status)
    assert.equal("cfgrun: two formats cannot share standard output\nhint: give one of them a file: --format sarif:report.sarif\n", r.err)
    r = cli.run(here, "check --config cfgrun.yaml . -f json:nowhere/out.json")
    assert.equal(2, r.status)
    assert.truthy(r.err:find("nowhere/out.json: cannot write: no such file or folder", 1, true), r.err)
  end)
end)
