-- tests/cli/ci_formats_spec.lua: reports for test harnesses and merge requests: tap, gitlab, markdown.

local cli = dofile "tests/cli/support.lua"

local RULES = [[
rule "odd" {
  title = "Nothing is odd", why = "w", severity = "error", select = "$..*", expect = "string",
  check = function(value, ctx)
    if value:find "odd" then
      ctx:report("'{value}' is odd # TODO\nnot ok 9 | <b>`x`</b>", { value = value, fix = ctx:replace("even") })
    end
  end,
  examples = { pass = "a: even", fail = "a: odd" },
}
rule "dull" {
  title = "t", why = "w", severity = "warning", select = "$.dull", check = function(_, ctx) ctx:report "dull" end,
  examples = { fail = "dull: 1" },
}
rule "fails" {
  title = "t", why = "w", select = "$.boom", check = function() error "boom\n  ...\nok 1" end, examples = { pass = "a: even" },
}
]]
local NAME = "we # ird\\,:'|`100%.yaml"

--- A reader of TAP 14: the points with their directives and the text of their blocks; raises what is not in the grammar.
local function read_tap(text)
  local lines = {}
  for line in text:gmatch "([^\n]*)\n" do
    lines[#lines + 1] = line
  end
  assert(lines[1] == "TAP version 14", lines[1])
  local planned = assert(lines[2]:match "^1%.%.(%d+)", lines[2])
  local points, block = {}, nil
  for i = 3, #lines do
    local line = lines[i]
    if block then
      if line == "  ..." then
        points[#points].block, block = table.concat(block, "\n") .. "\n", nil
      else
        block[#block + 1] = assert(line:match "^  (.*)$", "a block is indented: " .. line)
      end
    elseif line == "  ---" then
      assert(#points > 0 and not points[#points].block, "a block belongs to a point")
      block = {}
    else
      local failed, number, rest = line:match "^(n?o?t? ?)ok (%d+) %- (.*)$"
      assert(failed == "" or failed == "not ", "no line of TAP: " .. line)
      assert(tonumber(number) == #points + 1, "out of order: " .. line)
      -- An unescaped # behind a blank begins a directive.
      local hidden = rest:gsub("\\\\", "\1"):gsub("\\#", "\2")
      local name, directive = hidden:match "^(.-)%s+#%s*(.*)$"
      name = (name or hidden):gsub("\2", "#"):gsub("\1", "\\")
      points[#points + 1] = { ok = failed == "", name = name, directive = directive }
    end
  end
  assert(not block, "a block without an end")
  assert(tonumber(planned) == #points, "the plan is not kept")
  return points
end

describe("reports for builds", function()
  local here

  local function run(format, more)
    return cli.run(here, "check --config cfgrun.yaml --now 2026-01-01 -f " .. format .. " " .. (more or "."))
  end

  before_each(function()
    here = cli.folder()
    cli.write(here .. "/rules.lua", RULES)
    cli.write(here .. "/cfgrun.yaml", "policies: rules.lua\nexclude: [cfgrun.yaml]\nwaivers:\n- {rule: odd, file: 'waived.yaml', "
      .. "reason: 'for # ever', owner: me, expires: 2027-01-01}\n")
    cli.write(here .. "/weird.yaml", 'a: "odd \\e[31m ü 漢"\nb: odd\ndull: 1\n')
    cli.shell(here, 'mv weird.yaml "' .. NAME:gsub("[\\`]", "\\%0") .. '"')
    cli.write(here .. "/waived.yaml", "w: odd\n")
    cli.write(here .. "/b.yaml", "boom: 1\n")
    cli.write(here .. "/broken.json", '{"a": [1, 2}\n')
    cli.write(here .. "/clean.yaml", "a: even\n")
  end)
  after_each(function()
    cli.remove(here)
  end)

  it("tap: a point for each rule and file, none of which can be forged", function()
    local r = run "tap"
    assert.equal(2, r.status)
    local points = read_tap(r.out)
    local seen = {}
    for i, point in ipairs(points) do
      seen[i] = (point.ok and "ok " or "not ok ") .. point.name .. (point.directive and " # " .. point.directive or "")
      if point.block then -- the blocks are YAML
        cli.write(here .. "/block.txt", point.block)
        assert.equal(0, cli.run(here, "query --from yaml block.txt '$..message'").status, point.block)
      end
    end
    assert.same({ "not ok b.yaml: fails", "not ok broken.json: syntax", "ok clean.yaml", "ok waived.yaml: odd # SKIP for # ever",
      "not ok " .. NAME .. ": odd", "not ok " .. NAME .. ": dull" }, (function()
      for i, line in ipairs(seen) do
        seen[i] = line:gsub("\2", "#")
      end
      return seen
    end)())
    cli.write(here .. "/block.txt", points[5].block)
    assert.equal('[{"file":"' .. NAME:gsub("\\", "\\\\") .. '","line":1,"column":4,"path":"/a","severity":"error"}]\n',
      cli.shell(here, [[$CFGRUN query --from yaml block.txt '$.findings[0]' | python3 -c '
import json, sys
f = json.load(sys.stdin)[0]
print(json.dumps([{k: f[k] for k in ("file", "line", "column", "path", "severity")}], separators=(",", ":")))']]).out)
    assert.truthy(points[1].block:find([[boom\\n  ...\\nok 1"]], 1, true), points[1].block)
  end)

  it("tap: no file is a plan that is skipped", function()
    assert.equal("TAP version 14\n1..0 # SKIP no files\n", run("tap", "--exclude '*'").out)
  end)

  it("gitlab: as its schema has it; a fingerprint for each finding, the same when lines move", function()
    local check = [==[python3 -c '
import json, jsonschema
schema = {"type": "array", "items": {"type": "object", "additionalProperties": False,
  "required": ["description", "check_name", "fingerprint", "severity", "location"], "properties": {
    "description": {"type": "string", "minLength": 1}, "check_name": {"type": "string", "minLength": 1},
    "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
    "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
    "location": {"type": "object", "required": ["path", "lines"], "additionalProperties": False, "properties": {
      "path": {"type": "string", "pattern": "^(?!/|[.]/)"},
      "lines": {"type": "object", "required": ["begin"], "additionalProperties": False, "properties": {
        "begin": {"type": "integer", "minimum": 1}, "end": {"type": "integer", "minimum": 1}}}}}}}}
report = json.load(open("out.report"))
jsonschema.validate(report, schema)
assert len({i["fingerprint"] for i in report}) == len(report)
for i in report:
    print(i["check_name"], i["severity"], i["location"]["path"], i["location"]["lines"]["begin"], i["fingerprint"])
']==]
    local r = run "gitlab:out.report"
    assert.equal(2, r.status)
    local first = cli.shell(here, check)
    assert.equal(0, first.status, first.err)
    local kinds = {}
    for line in first.out:gmatch "[^\n]+" do
      kinds[#kinds + 1] = line:match "^(%S+ %S+)"
    end
    table.sort(kinds)
    assert.same({ "dull minor", "fails blocker", "odd major", "odd major", "syntax major" }, kinds)
    cli.shell(here, [[for f in *.yaml; do [ "$f" = cfgrun.yaml ] || { printf '# moved\n\n'; cat "$f"; } >x && mv x "$f"; done]])
    run "gitlab:out.report"
    local second = cli.shell(here, check)
    local function prints(text)
      local list = {}
      for hex in text:gmatch " (%x+)\n" do
        list[#list + 1] = hex
      end
      return list
    end
    assert.same(prints(first.out), prints(second.out))
    assert.falsy(first.out == second.out) -- the lines did move
  end)

  it("gitlab: nothing found is an empty list", function()
    assert.equal("[]\n", run("gitlab", "clean.yaml").out)
  end)

  it("markdown: a row for each finding, the worst first, and nothing in it is markup from a file", function()
    local r = run "markdown"
    local rows = {}
    for row in r.out:gmatch "\n| (%l+ [^\n]*)" do
      rows[#rows + 1] = row:match "^%l+"
      assert.equal(4, select(2, row:gsub("\\|", ""):gsub("|", ""))) -- a bar ends each of four cells
    end
    assert.same({ "error", "error", "error", "warning" }, rows)
    assert.falsy(r.out:find("<b>", 1, true))
    assert.falsy(r.out:find("[^\\]`x"))
    assert.truthy(r.out:find("**failed**: fails", 1, true))
  end)
end)
