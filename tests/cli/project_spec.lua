-- tests/cli/project_spec.lua: the project file: what it sets, how it is found, and how its mistakes are told.

local cli = dofile "tests/cli/support.lua"

local RULES = [[
rule "low-port" {
  title = "Ports are above the lowest", why = "Lower ones need privileges.", severity = "error", tags = { "net" },
  select = "$..port", expect = "int", options = { lowest = 1024, names = { "x" } },
  check = function(port, ctx)
    if port < ctx.options.lowest then ctx:report("port {port} is below {l}", { port = port, l = ctx.options.lowest }) end
  end,
  examples = { pass = "port: 8080", fail = "port: 80" },
}
rule "quiet" { title = "t", why = "w", enabled = false, select = "$.port",
  check = function(_, ctx) ctx:report "quiet speaks" end, examples = { fail = "port: 80" } }
rule "serves" { title = "t", why = "w", severity = "info", match = { kind = "server" },
  check = function(_, ctx) ctx:report "a server" end, examples = { fail = "port: 80" } }
]]

describe("the project file", function()
  local here

  before_each(function()
    here = cli.folder()
    cli.write(here .. "/policies/rules.lua", RULES)
    cli.write(here .. "/a.yaml", "port: 80\n")
    cli.write(here .. "/sub/b.yaml", "port: 2000\n")
  end)
  after_each(function()
    cli.remove(here)
  end)

  local function project(text)
    cli.write(here .. "/cfgrun.yaml", "policies: ./policies\nexclude: [cfgrun.yaml]\n" .. text)
  end

  local function found(arguments, folder)
    local r = cli.run(folder or here, "check --now 2026-01-01 " .. (arguments or ""))
    local list = {}
    for line in r.out:gmatch "[^\n]+" do
      list[#list + 1] = line:match "^[%w/.]+:%d+:%d+: .*%[.*%]$"
    end
    return table.concat(list, "\n"), r
  end

  it("sets levels and options, by name, tag and file; the last wins", function()
    project ""
    assert.equal("a.yaml:1:7: error: port 80 is below 1024 [low-port]", (found()))
    project "rules: {low-port: info, quiet: warning}\n"
    assert.equal("a.yaml:1:7: info: port 80 is below 1024 [low-port]\na.yaml:1:7: warning: quiet speaks [quiet]\n"
      .. "sub/b.yaml:1:7: warning: quiet speaks [quiet]", (found()))
  end)

  it("gives options by file", function()
    project("rules:\n  tag:net: warning\n  low-port:\n  - {options: {lowest: 10}}\n"
      .. "  - {files: 'sub/**', options: {lowest: 3000}, level: error}\n")
    assert.equal("sub/b.yaml:1:7: error: port 2000 is below 3000 [low-port]", (found()))
    project "rules: {low-port: off}\n"
    assert.equal("", (found()))
    assert.equal("a.yaml:1:7: error: port 80 is below 1024 [low-port]", (found "--only low-port"))
  end)

  it("is found upward, and its paths are its own folder's", function()
    project "rules: {low-port: {files: 'sub/**', options: {lowest: 3000}}}\n"
    assert.equal("b.yaml:1:7: error: port 2000 is below 3000 [low-port]", (found("b.yaml", here .. "/sub")))
    assert.equal("", (found("--isolated -p ../policies b.yaml", here .. "/sub")))
    cli.shell(here, "mkdir sub/.git")
    local _, r = found("b.yaml", here .. "/sub")
    assert.truthy(r.err:find("there is no policy to check against", 1, true))
    assert.equal("b.yaml:1:7: error: port 2000 is below 3000 [low-port]",
      (found("--config ../cfgrun.yaml b.yaml", here .. "/sub")))
  end)

  it("binds kinds, excludes, limits, and a level to fail on", function()
    project "kinds: {server: 'sub/*'}\nfail-on: info\nlimits: {depth: 3}\n"
    cli.write(here .. "/deep.yaml", "[[[[1]]]]\n")
    local list, r = found()
    assert.equal(1, r.status)
    assert.truthy(list:find("deep.yaml:1:4: error: limit depth reached: 3 levels", 1, true), list)
    assert.truthy(list:find("sub/b.yaml:1:1: info: a server [serves]", 1, true))
    list, r = found "--exclude deep.yaml --skip low-port --fail-on warning"
    assert.equal(0, r.status, list)
  end)

  it("accepts findings until their day, and tells what is over and what is for nothing", function()
    local waiver = "- {rule: low-port, file: a.yaml, path: /port, reason: it is old, owner: me, expires: %s}\n"
    project("waivers:\n" .. waiver:format "2026-01-02")
    local list, r = found()
    assert.equal("", list)
    assert.equal(0, r.status)
    assert.truthy(r.out:find("(1 waived)", 1, true))
    project("waivers:\n" .. waiver:format "2026-01-01")
    list = found()
    assert.equal("a.yaml:1:7: error: port 80 is below 1024 [low-port]\n"
      .. "cfgrun.yaml:4:3: warning: the waiver of 'low-port' expired on 2026-01-01: it is old [waiver-expired]", list)
    cli.write(here .. "/a.yaml", "port: 8080\n")
    project("waivers:\n" .. waiver:format "2026-01-02")
    assert.equal("cfgrun.yaml:4:3: info: the waiver of 'low-port' accepts nothing any more [waiver-unused]", (found()))
  end)

  it("has its mistakes told with the line, and what to write instead", function()
    for _, case in ipairs {
      { "polices: x\n", "cfgrun.yaml:3:1: 'polices' is no key here\n", "hint: did you mean 'policies'?\n" },
      { "rules: {low-prot: error}\n", "cfgrun.yaml:3:9: no rule is named 'low-prot'\n", "hint: did you mean 'low-port'?\n" },
      { "rules: {low-port: fatal}\n", "cfgrun.yaml:3:19: 'fatal' is no level\n", "levels are off, info, warning and error" },
      { "rules: {low-port: {options: {lowest: x}}}\n", "cfgrun.yaml:3:19: option 'lowest' of rule 'low-port' must be an int" },
      { "rules: {low-port: {options: {names: [1]}}}\n", "option 'names' of rule 'low-port' must be a sequence like its default\n" },
      { "rules: {low-port: {options: {higest: 1}}}\n", "rule 'low-port' has no option 'higest'\n" },
      { "rules: [low-port]\n", "cfgrun.yaml:3:8: this must be a mapping, not a sequence\n" },
      { "waivers:\n- {rule: low-port, reason: r, owner: o}\n", "cfgrun.yaml:4:3: 'expires' is missing\n" },
      { "waivers:\n- {rule: low-prot, reason: r, owner: o, expires: 2027-02-03}\n", "cfgrun.yaml:4:10: no rule is named 'low-prot'\n",
        "did you mean 'low-port'?" },
      { "waivers:\n- {rule: low-port, reason: r, owner: o, expires: 2026-02-30}\n", "this is no date\n", "YYYY-MM-DD" },
      { "limits: {deepth: 3}\n", "cfgrun.yaml:3:10: no ceiling is called 'deepth'\n" },
      { "limits: {depth: 100000}\n", "cfgrun.yaml:3:17: this must be a whole number of levels, at most 1000\n" },
      { "fail-on: always\n", "this must be error, warning, info or never\n" },
      { "version: 2\n", "this cfgrun reads project files of version 1\n" },
      { "rules: }\n", "cfgrun.yaml:3:8: " },
      { "rules: {}\nrules: {}\n", "cfgrun.yaml:4:1: " },
    } do
      project(case[1])
      local r = cli.run(here, "check")
      assert.equal(2, r.status, case[1])
      assert.equal("", r.out)
      for i = 2, #case do
        assert.truthy(r.err:find(case[i], 1, true), case[1] .. r.err)
      end
      assert.truthy(r.err:find "\n +%d+ | [^\n]+\n +| +%^", r.err)
      assert.falsy(r.err:find("traceback", 1, true))
    end
  end)

  it("of somebody else is not believed", function()
    if not cli.is_root() then
      pending "only root can give a file away"
      return
    end
    project ""
    cli.shell(here, "chown 12345 cfgrun.yaml")
    assert.truthy(cli.run(here, "check").err:find("there is no policy", 1, true) or cli.shell(here, "id -u").out == "12345\n")
  end)
end)
