-- tests/cli/check_spec.lua: `cfgrun check` from files to exit status, as a person or a CI sees it.

local cli = dofile "tests/cli/support.lua"

local PORTS = [[
rule "low-port" {
  title = "Ports are above 1023", why = "Lower ones need privileges.", severity = "error",
  select = "$..port", expect = "int",
  check = function(port, ctx)
    if port < 1024 then ctx:report("port {port} is low", { port = port, fix = ctx:replace(8080) }) end
  end,
  examples = { pass = "port: 8080", fail = "port: 80" },
}
rule "named" {
  title = "Documents have a name", why = "It is asked for.", severity = "info", tags = { "style" },
  expect = "mapping",
  check = function(root, ctx)
    if not root.name then ctx:report("no name") end
  end,
  examples = { pass = "name: x", fail = "a: 1" },
}
]]

describe("check", function()
  local here

  before_each(function()
    here = cli.folder()
    cli.write(here .. "/rules.lua", PORTS)
    cli.write(here .. "/a.yaml", "name: a\nserver:\n  port: 80 # mine\n")
    cli.write(here .. "/b.json", '{"port": 443}\n')
  end)
  after_each(function()
    cli.remove(here)
  end)

  it("shows each finding with its line, and a summary", function()
    local r = cli.run(here, "check -p rules.lua a.yaml b.json")
    assert.equal([[
a.yaml:3:9: error: port 80 is low [low-port]
    3 |   port: 80 # mine
      |         ^^
      can be fixed with --fix
b.json:1:1: info: no name [named]
    1 | {"port": 443}
      | ^^^^^^^^^^^^^
b.json:1:10: error: port 443 is low [low-port]
    1 | {"port": 443}
      |          ^^^
      can be fixed with --fix
2 errors, 1 info in 2 files, 2 documents by 2 rules (2 fixable with --fix)
]], r.out)
    assert.equal("", r.err)
    assert.equal(1, r.status)
  end)

  it("exits by level: 0 below --fail-on, 1 from it on, 2 when something could not be done", function()
    assert.equal(0, cli.run(here, "check -p rules.lua --only named b.json").status)
    assert.equal(1, cli.run(here, "check -p rules.lua --only named --fail-on info b.json").status)
    assert.equal(0, cli.run(here, "check -p rules.lua --fail-on never b.json").status)
    assert.equal(1, cli.shell(here, "CFGRUN_FAIL_ON=info $CFGRUN check -p rules.lua --only named b.json").status)
    assert.equal(0, cli.shell(here, "CFGRUN_FAIL_ON=info $CFGRUN check -p rules.lua --only named --fail-on error b.json").status)
    assert.equal(2, cli.run(here, "check -p rules.lua missing.yaml").status)
  end)

  it("takes rules out and in by name and tag", function()
    assert.equal("no findings in 1 file, 1 document by 1 rule\n", cli.run(here, "check -p rules.lua --skip low-port a.yaml").out)
    assert.equal("no findings in 1 file, 1 document by 1 rule\n", cli.run(here, "check -p rules.lua --only tag:style a.yaml").out)
    local r = cli.run(here, "check -p rules.lua --only low-prot a.yaml")
    assert.equal(2, r.status)
    assert.equal("cfgrun: no rule is named 'low-prot'\nhint: did you mean 'low-port'?\n", r.err)
  end)

  it("takes folders without what git ignores, globs, and --exclude", function()
    local function files(arguments)
      local r = cli.run(here, "check -p rules.lua --only low-port -f json " .. arguments)
      local list = {}
      for file in r.out:gmatch '"documents": %d+,\n%s+"file": "([^"]+)"' do
        list[#list + 1] = file
      end
      return table.concat(list, " "), r
    end
    cli.shell(here, "git init -q .")
    cli.write(here .. "/sub/c.yaml", "a: 1\n")
    cli.write(here .. "/sub/notes.txt", "a: 1\n")
    cli.write(here .. "/sub/with space.yml", "a: 1\n")
    cli.write(here .. "/build/d.yaml", "a: 1\n")
    cli.write(here .. "/.github/e.yaml", "a: 1\n")
    cli.write(here .. "/.gitignore", "build/\n*.tmp.yaml\n!keep.tmp.yaml\n")
    cli.write(here .. "/x.tmp.yaml", "a: 1\n")
    cli.write(here .. "/keep.tmp.yaml", "a: 1\n")
    assert.equal(".github/e.yaml a.yaml b.json keep.tmp.yaml sub/c.yaml sub/with space.yml", (files ""))
    assert.equal(".github/e.yaml a.yaml b.json keep.tmp.yaml", (files "--exclude sub"))
    assert.equal("sub/c.yaml sub/with space.yml", (files "sub"))
    assert.equal("sub/c.yaml sub/with space.yml", (files "sub/ ./sub"))
    assert.equal("build/d.yaml", (files "build"))
    assert.equal("sub/c.yaml", (files "'./s*/*.yaml'"))
    assert.equal("a.yaml keep.tmp.yaml", (files "'*.yaml'"))
    assert.equal("x.tmp.yaml a.yaml", (files "x.tmp.yaml a.yaml ./a.yaml sub/../a.yaml"))
    local _, r = files "'*.toml'"
    assert.equal(2, r.status)
    assert.equal("cfgrun: no file matches '*.toml'\n", r.err)
  end)

  it("checks only what changed since a revision", function()
    cli.shell(here, "git init -q . && git -c user.name=a -c user.email=a@b add . && "
      .. "git -c user.name=a -c user.email=a@b commit -q -m x")
    cli.write(here .. "/a.yaml", "name: a\nport: 81\n")
    cli.write(here .. "/sub/new 'one'.yaml", "name: a\nport: 82\n")
    local r = cli.run(here, "check -p rules.lua --changed")
    assert.truthy(r.out:find("port 81", 1, true) and r.out:find("port 82", 1, true), r.err)
    assert.truthy(r.out:find(" in 2 files", 1, true))
    r = cli.run(here .. "/sub", "check -p ../rules.lua --changed=HEAD ..")
    assert.truthy(r.out:find("../a.yaml:2:7: error: port 81", 1, true), r.out .. r.err)
    r = cli.run(here, "check -p rules.lua --changed=\"x';id;'\"")
    assert.equal(2, r.status)
    assert.truthy(r.err:find("is no revision", 1, true))
    assert.equal(2, cli.run(here, "check -p rules.lua --changed=no-such-revision").status)
  end)

  it("reads standard input under a name", function()
    local r = cli.shell(here, "printf 'port: 80\\n' | $CFGRUN check -p rules.lua --only low-port -")
    assert.truthy(r.out:find("^<stdin>:1:7: error: port 80 is low"), r.out .. r.err)
    local alone = cli.shell(here, "printf '{\"port\": 80}' | $CFGRUN check -p rules.lua --only low-port --stdin-filename x/y.json")
    assert.truthy(alone.out:find("^x/y%.json:1:10: error: port 80 is low"), alone.out .. alone.err)
    r = cli.shell(here, "printf '{\"port\": 80}' | $CFGRUN check -p rules.lua --only low-port --stdin-filename x/y.json -")
    assert.truthy(r.out:find("^x/y.json:1:10: "), r.out .. r.err)
  end)

  it("names files that no rule looks at, templates, and files that are none", function()
    cli.write(here .. "/picky.lua", (PORTS:gsub('expect = "int"', 'expect = "int", match = { files = "b.*" }'):gsub('rule "named".*', "")))
    local r = cli.run(here, "check -p picky.lua --fail-on never a.yaml b.json")
    assert.equal("cfgrun: no rule looks at a.yaml\n", r.err)
    cli.write(here .. "/chart.yaml", "a: {{ .Values.a }}\n{{- if .Values.b }}\nb: 1\n{{- end }}\n")
    r = cli.run(here, "check -p rules.lua chart.yaml")
    assert.equal(0, r.status)
    assert.equal("no findings in 1 file, 0 documents by 2 rules (1 template not checked)\n", r.out)
    local empty = cli.folder()
    r = cli.run(empty, "check -p " .. here .. "/rules.lua")
    assert.equal("cfgrun: no file of a known format here\n", r.err)
    assert.equal(0, r.status)
    cli.remove(empty)
  end)

  it("caps findings of a rule and counts the rest", function()
    local lines = { "name: a", "list:" }
    for i = 1, 30 do
      lines[#lines + 1] = ("- {port: %d}"):format(i)
    end
    cli.write(here .. "/many.yaml", table.concat(lines, "\n") .. "\n")
    local r = cli.run(here, "check -p rules.lua many.yaml --max-per-rule 3")
    local _, shown = r.out:gsub("%[low%-port%]", "")
    assert.equal(3, shown)
    assert.truthy(r.out:find("… and 27 more of low-port (--max-per-rule 0 shows all)\n30 errors in 1 file", 1, true))
    _, shown = cli.run(here, "check -p rules.lua many.yaml --max-per-rule 0").out:gsub("%[low%-port%]", "")
    assert.equal(30, shown)
  end)

  it("allows inline with a reason, and tells what allows nothing", function()
    cli.write(here .. "/c.yaml", "name: c\nport: 80 # cfgrun: allow low-port -- behind a proxy\n"
      .. "# cfgrun: allow low-port\nx: {port: 81}\n# cfgrun: allow low-port -- why not\ny: {port: 8080}\n"
      .. 's: "# cfgrun: allow low-port -- no comment"\n')
    local r = cli.run(here, "check -p rules.lua c.yaml")
    assert.truthy(r.out:find("c.yaml:3:1: warning: the allowance of 'low-port' gives no reason [allow-reason]", 1, true))
    assert.truthy(r.out:find("c.yaml:4:11: error: port 81", 1, true))
    assert.truthy(r.out:find("c.yaml:5:1: info: the allowance of 'low-port' allows nothing [allow-unused]", 1, true))
    assert.truthy(r.out:find("1 error, 1 warning, 1 info in 1 file, 1 document by 2 rules "
      .. "(1 fixable with --fix, 1 allowed inline)\n", 1, true), r.out)
    r = cli.run(here, "check -p rules.lua c.yaml --no-inline-allow")
    assert.truthy(r.out:find("2 errors in 1 file", 1, true))
  end)

  it("gives the same bytes on any number of threads, in every format", function()
    for i = 1, 300 do
      cli.write(("%s/many/f%03d.%s"):format(here, i, i % 3 == 0 and "json" or "yaml"), i % 50 == 0 and "a: [1,\n" or
        ('{"name": "n%d", "list": [{"port": %d}, {"port": %d}, {"port": 9000}]}\n'):format(i, i, i + 300))
    end
    for _, format in ipairs { "text", "json", "sarif", "junit", "github", "html" } do
      local arguments = "check -p rules.lua -p pack:yaml --now 2026-01-01 --max-per-rule 0 many -f " .. format .. " --jobs "
      local one, eight = cli.run(here, arguments .. "1"), cli.run(here, arguments .. "8")
      assert.equal(1, one.status)
      assert.truthy(#one.out > 10000)
      assert.truthy(one.out == eight.out and one.err == eight.err, format)
      assert.equal(one.status, eight.status)
    end
  end)

  it("shows what a rule traces, on standard error only", function()
    cli.write(here .. "/t.lua", [[rule "t" { title = "t", why = "t", select = "$.name",
      check = function(name, ctx) ctx:trace("name is {n}", { n = name }) end, examples = { pass = "name: a" } }]])
    cli.write(here .. "/e.yaml", 'name: "a\\e[2J"\n')
    local r = cli.run(here, "check -p t.lua e.yaml --trace")
    assert.equal("trace t e.yaml: name is a\\x1B[2J\n", r.err)
    assert.falsy(cli.run(here, "check -p t.lua e.yaml").err:find "trace")
  end)
end)
