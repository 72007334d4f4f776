-- tests/cli/compose_spec.lua: layers, includes and references in real files; where values came from; checking compositions.

local cli = dofile "tests/cli/support.lua"

local PROJECT = [[
version: 1
compositions:
  app:
    layers:
      - config/base.yaml
      - { file: config/prod.yaml, name: production, when: prod, interpolate: true, delete: [/debug] }
      - { file: config/local.yaml, optional: true }
    merge:
      /agents: { by: id }
      /plugins: append
    include: true
]]

local BASE = [[
include: agents/*.yaml
server:
  port: 80
  host: a
plugins: [x]
debug: true
agents:
  - id: one
    model: m1
]]

local PROD = [[
server:
  port: ${int:PORT:-8080}
  url: http://${HOST_NAME:-h}:${ref:/server/port}/
  raw: "$${x} ${{ a }} $HOME $(x)"
plugins: [y]
agents:
  - id: two
    model: ${MODEL:?say which model}
]]

local RULES = [[
rule "low-port" { title = "ports are high", why = "so", severity = "error", select = "$.server.port",
  check = function(port, ctx) if port < 1024 then ctx:report("port {p} is low", { p = port }) end end }
rule "model" { title = "models", why = "so", severity = "warning", select = "$.agents[*].model",
  check = function(model, ctx) ctx:report("model {m}", { m = model }) end }
]]

describe("compose", function()
  local here

  before_each(function()
    here = cli.folder()
    cli.write(here .. "/cfgrun.yaml", PROJECT)
    cli.write(here .. "/config/base.yaml", BASE)
    cli.write(here .. "/config/prod.yaml", PROD)
    cli.write(here .. "/config/agents/two.yaml", "agents:\n  - id: two\n    model: m2\n    old: yes please\n")
  end)
  after_each(function()
    cli.remove(here)
  end)

  local function run(line, status)
    local r = cli.run(here, line)
    assert.equal(status or 0, r.status, r.out .. r.err)
    return r
  end

  it("merges the layers of the project file, those that wait for a word only with it", function()
    assert.equal('{"agents":[{"id":"two","model":"m2","old":"yes please"},{"id":"one","model":"m1"}],"debug":true,"plugins":["x"],'
      .. '"server":{"host":"a","port":80}}\n', cli.shell(here, "$CFGRUN compose -f json | $CFGRUN convert - --to canonical").out)
    local r = run "compose app --when prod -e MODEL=gpt"
    assert.equal("", r.err)
    assert.equal([[
agents:
  - id: two
    model: gpt
    old: yes please
  - id: one
    model: m1
server:
  port: 8080
  host: a
  url: http://h:8080/
  raw: ${x} ${{ a }} $HOME $(x)
plugins:
  - x
  - "y"
]], r.out)
  end)

  it("gives one value as the whole has it, and needs no more than that", function()
    cli.write(here .. "/whole.json", run("compose app --when prod -e MODEL=gpt -f json").out)
    for _, place in ipairs { "", "/agents", "/agents/0", "/agents/1/model", "/server", "/server/port", "/server/url", "/plugins/1" } do
      local whole = cli.shell(here, ("$CFGRUN get whole.json '%s' -f json"):format(place))
      local one = cli.shell(here, ("$CFGRUN compose app --when prod -e MODEL=gpt -f json --at '%s'"):format(place))
      assert.equal(whole.out, one.out, place)
      assert.equal("", one.err)
    end
    -- Nobody asks for the variable that is not set.
    assert.equal("8080\n", run("compose app --when prod --at /server/port").out)
    local r = run("compose app --when prod --at /agents/0/model", 2)
    assert.truthy(r.err:find("config/prod.yaml:8:12: the variable 'MODEL' is not set: say which model", 1, true), r.err)
    r = run("compose app --at /server/prot", 1)
    assert.truthy(r.err:find("app: there is no key 'prot'", 1, true) and r.err:find("did you mean 'port'?", 1, true), r.err)
    run("compose app --at server", 2)
    run("compose app --at /server --origins", 2)
  end)

  it("works from a folder below, and takes what is absent as optional", function()
    cli.write(here .. "/config/local.yaml", "server: {host: mine}\n")
    local r = cli.run(here .. "/config/agents", "compose app")
    assert.equal(0, r.status, r.err)
    assert.truthy(r.out:find("host: mine", 1, true))
  end)

  it("shows where each value came from", function()
    local r = run "compose app --when prod -e MODEL=gpt --origins"
    assert.truthy(r.out:find("model: gpt +# config/prod.yaml:8:12\n"), r.out)
    assert.truthy(r.out:find("old: yes please +# config/agents/two.yaml:4:10\n"), r.out)
    assert.truthy(r.out:find("port: 8080 +# config/prod.yaml:2:9\n"), r.out)
    assert.equal("config/agents/two.yaml\n", cli.shell(here, "$CFGRUN compose app --origins -f json | $CFGRUN get - /1/file").out)
  end)

  it("explains a value: place, layer, references, what it shadows", function()
    local r = run "explain app /server/port --when prod -e MODEL=m -e PORT=99"
    assert.equal([[
/server/port = 99
  config/prod.yaml:2:9  layer production
    2 |   port: ${int:PORT:-8080}
      |         ^^^^^^^^^^^^^^^^^
  ${int:PORT:-8080} is the variable PORT, as an integer
  over config/base.yaml:3:9  80  layer config/base.yaml
]], r.out)
    r = run "explain app /server/port --when prod -e MODEL=m --set /server/port=1 -f json"
    assert.truthy(r.out:find('"shadowed": [\n    {\n      "column": 9,\n      "file": "config/prod.yaml"', 1, true), r.out)
    assert.equal(1, cli.run(here, "explain app /sever/port").status)
    assert.truthy(cli.run(here, "explain app /sever/port").err:find("did you mean 'server'?", 1, true))
  end)

  it("takes files, values and strategies from the command line", function()
    cli.write(here .. "/a.yaml", "l: [1]\nm: {x: 1}\n")
    cli.write(here .. "/b.toml", "l = [2]\n[m]\ny = 2\n")
    assert.equal('{"l":[2],"m":{"x":1,"y":2},"n":{"deep":[true]}}\n',
      cli.shell(here, "$CFGRUN compose a.yaml b.toml --set '/n/deep=[true]' -f json | $CFGRUN convert - --to json --compact").out)
    assert.equal('{"l":[1,2],"m":{"x":1,"y":2}}\n',
      cli.shell(here, "$CFGRUN compose a.yaml b.toml --merge /l=append | $CFGRUN convert - --to json --compact").out)
    cli.write(here .. "/list.yaml", "[1]\n")
    assert.truthy(run("compose list.yaml a.yaml", 2).err:find('merge: { "": replace }', 1, true))
    assert.equal("l:\n  - 1\nm:\n  x: 1\n", run("compose list.yaml a.yaml --merge =replace", 0).out)
    assert.truthy(run("compose a.yaml --env =x", 2).err:find("is not VAR=VALUE", 1, true))
    assert.truthy(run("compose a.yaml b.toml --merge /l=appnd", 2).err:find("is no way to merge", 1, true))
    assert.truthy(run("compose ap", 2).err:find("did you mean 'app'?", 1, true))
    assert.truthy(run("compose app --when prd", 2).err:find("did you mean 'prod'?", 1, true))
    assert.truthy(run("compose app --include", 2).err:find("says it in the project file", 1, true))
    assert.truthy(run("compose a.yaml nope.yaml", 2).err:find("there is no file 'nope.yaml'", 1, true))
  end)

  it("tells of a file that is missing its line in the project file and the nearest name", function()
    cli.write(here .. "/cfgrun.yaml", "version: 1\ncompositions:\n  app:\n    layers:\n      - config/bas.yaml\n")
    for _, line in ipairs { "compose app", "compose app --at /debug" } do
      local r = run(line, 2)
      assert.truthy(r.err:find("cfgrun.yaml:5:9: a layer of 'app' is missing: there is no file 'config/bas.yaml'\n", 1, true), r.err)
      assert.truthy(r.err:find("did you mean 'base.yaml'? `optional: true` lets", 1, true), r.err)
    end
    local r = run("compose config/bas.yaml config/prod.yaml", 2)
    assert.truthy(r.err:find("there is no file 'config/bas.yaml'\nhint: did you mean 'base.yaml'?\n", 1, true), r.err)
    r = run("compose nodir/x.yaml", 2)
    assert.truthy(r.err:find("there is no file 'nodir/x.yaml'\nhint: there is no folder 'nodir'\n", 1, true), r.err)
  end)

  it("tells which place cannot be deleted, and which layer deleted one", function()
    cli.write(here .. "/cfgrun.yaml", PROJECT)
    local r = run("explain app /debug --when prod -e MODEL=m", 1)
    assert.truthy(r.err:find("hint: layer 'production' deletes '/debug' (cfgrun.yaml:6:93)", 1, true), r.err)
    cli.write(here .. "/cfgrun.yaml", (PROJECT:gsub("%[/debug%]", "[/server, /debugg]")))
    r = run("compose app --when prod -e MODEL=m", 2)
    assert.truthy(r.err:find("cfgrun.yaml:6:102: layer 'production' cannot delete '/debugg'", 1, true), r.err)
    assert.truthy(r.err:find("did you mean 'debug'?", 1, true), r.err)
  end)

  it("reads what the shell gives as a path", function()
    assert.equal("a: 5\nb: 2\n", cli.shell(here, "echo 'b: 2' > b.yaml; bash -c '$CFGRUN compose <(echo \"a: 5\") b.yaml'").out)
    assert.equal("5\n", cli.shell(here, "bash -c '$CFGRUN compose b.yaml <(echo \"a: 5\") --at /a'").out)
  end)

  it("names the place of a circle of references, of a chain too long, of a default of another type", function()
    local function fails(text, message)
      cli.write(here .. "/r.yaml", text)
      local whole, one = run("compose --interpolate r.yaml", 2), run("compose --interpolate r.yaml --at /a", 2)
      assert.truthy(whole.err:find(message, 1, true), whole.err)
      assert.equal(whole.err, one.err)
      return whole.err
    end
    assert.truthy(fails('a: {b: "${ref:/a}"}\n', "r.yaml:1:8: a circle of references: /a/b -> /a -> /a/b\n"):find('"${ref:/a}"', 1, true))
    local err = fails("a: ${int:NO_U:-9223372036854775808}\n", "r.yaml:1:4: the default of 'NO_U' is no int\n")
    assert.truthy(err:find("from -9223372036854775808 to 9223372036854775807; a negative default", 1, true), err)
    local lines = { "a: ${ref:/r1}" }
    for i = 1, 200 do
      lines[#lines + 1] = ("r%d: ${ref:/r%d}"):format(i, i + 1)
    end
    fails(table.concat(lines, "\n") .. "\nr201: 1\n", "r.yaml:1:4: limit depth reached: a chain of more than 128 references begins here\n")
  end)

  it("tells where a value is written that the format does not have", function()
    cli.write(here .. "/t.yaml", "a:\n  x: !foo 1\n")
    for _, line in ipairs { "compose t.yaml -f json", "compose t.yaml -f json --at /a", "compose t.yaml -f json --at /a/x" } do
      local r = run(line, 2)
      assert.truthy(r.err:find("t.yaml:2:11: JSON cannot hold a tagged value\n      at /a/x\n", 1, true), r.err)
    end
  end)

  it("tells why much output could not be written", function()
    cli.write(here .. "/big.yaml", "a: [" .. ("12345678, "):rep(20000) .. "1]\n")
    for _, line in ipairs { "compose big.yaml", "get big.yaml /a" } do
      local r = cli.shell(here, "$CFGRUN " .. line .. " > /dev/full")
      assert.equal(2, r.status)
      assert.equal("cfgrun: the output could not be written: no space left on the device\n", r.err)
    end
  end)

  it("tells what is missing where it is asked for", function()
    assert.truthy(run("compose app --when prod", 2).err:find(
      "config/prod.yaml:8:12: the variable 'MODEL' is not set: say which model\n", 1, true))
    cli.write(here .. "/config/base.yaml", "include: agents/tow.yaml\n")
    local r = run("compose app", 2)
    assert.truthy(r.err:find("config/base.yaml:1:10: there is no file 'config/agents/tow.yaml'", 1, true), r.err)
    assert.truthy(r.err:find("did you mean 'two.yaml'?", 1, true), r.err)
    cli.write(here .. "/config/base.yaml", "server: [1]\ndebug: 1\n")
    r = run("compose app --when prod", 2)
    assert.truthy(r.err:find("config/prod.yaml:2:3: a mapping cannot be merged over a list, which is at config/base.yaml:1:9", 1, true),
      r.err)
    cli.write(here .. "/config/base.yaml", "a: 1\n")
    assert.truthy(run("compose app --when prod", 2).err:find("layer 'production' cannot delete '/debug'", 1, true))
    cli.write(here .. "/config/base.yaml", "a: 1\n---\nb: 2\n")
    assert.truthy(run("compose app", 2).err:find("config/base.yaml:2:1: a file of a composition holds one document", 1, true))
  end)

  it("refuses mistakes in the declaration with their place", function()
    local function refused(text, message)
      cli.write(here .. "/cfgrun.yaml", "version: 1\ncompositions:\n  app:\n" .. text)
      local r = run("compose", 2)
      assert.truthy(r.err:find(message, 1, true), r.err)
    end
    refused("    layers: [a.yaml]\n    merge: {l: append}\n", "cfgrun.yaml:5:13: 'l' is no JSON Pointer")
    refused("    layers: [a.yaml]\n    merge: {/l: appendd}\n", "cfgrun.yaml:5:17: 'appendd' is no way to merge")
    refused("    layers: [{fil: a.yaml}]\n", "did you mean 'file'?")
    refused("    merge: {}\n", "'layers' is missing")
    refused("    dialect: other\n", "'other' is no dialect")
  end)

  it("reads text of files below the root, and no others", function()
    cli.write(here .. "/config/cert.pem", "line 1\nline 2\n")
    cli.write(here .. "/secret.txt", "outside\n")
    cli.write(here .. "/x.yaml", "version: 1\n")
    cli.write(here .. "/config/f.yaml", "a: '${file:cert.pem}'\n")
    assert.equal('{"a":"line 1\\nline 2"}\n',
      cli.shell(here, "$CFGRUN compose config/f.yaml --interpolate -f json | $CFGRUN convert - --to canonical").out)
    for _, path in ipairs { "../secret.txt", "/etc/passwd", here .. "/secret.txt" } do
      cli.write(here .. "/config/f.yaml", ("a: '${file:%s}'\n"):format(path))
      local r = run("compose config/f.yaml --interpolate", 2)
      assert.truthy(r.err:find("config/f.yaml:1:5: '" .. path .. "' leads out of the root folder 'config'", 1, true), r.err)
      assert.falsy(r.err:find("outside", 1, true) or r.out:find("outside", 1, true))
    end
  end)

  describe("includes", function()
    local function include(text)
      cli.write(here .. "/config/i.yaml", text)
      return cli.run(here, "compose config/i.yaml --include")
    end

    it("come below what the including file says, in order, anywhere in it", function()
      cli.write(here .. "/config/p.yaml", "a: p\nb: p\nc: p\n")
      cli.write(here .. "/config/q.yaml", "b: q\nc: q\n")
      assert.equal("a: p\nb: q\nc: own\nlist:\n  - b: q\n    c: q\n    d: 1\n",
        include("include: [p.yaml, ./q.yaml]\nc: own\nlist: [{include: q.yaml, d: 1}]\n").out)
    end)

    it("may bring strategies of their own, where that is declared", function()
      cli.write(here .. "/cfgrun.yaml", "version: 1\ncompositions:\n  m:\n    layers: [config/i.yaml, config/j.yaml]\n"
        .. "    include: true\n    merge-key: $merge\n")
      cli.write(here .. "/config/i.yaml", "part: {include: p.yaml}\nl: [1]\n")
      cli.write(here .. "/config/p.yaml", "$merge: {/l: append}\nl: [1]\n")
      cli.write(here .. "/config/j.yaml", "part: {l: [2]}\nl: [2]\n")
      assert.equal("part:\n  l:\n    - 1\n    - 2\nl:\n  - 2\n", run("compose m").out)
    end)

    it("are called by one name, whatever way leads to them", function()
      cli.write(here .. "/i/inc/a.yaml", "include: ../sub/b.yaml\n")
      cli.write(here .. "/i/sub/b.yaml", "port: 1\n")
      cli.write(here .. "/i/cfgrun.yaml", "version: 1\ncompositions:\n  a: { layers: [inc/a.yaml], include: true }\n"
        .. "  b: { layers: [inc/../sub/b.yaml] }\n")
      cli.write(here .. "/i/policy/rules.lua", 'rule "low" { title = "t", why = "w", severity = "error", select = "$.port",\n'
        .. '  check = function(p, ctx) ctx:report "low" end }\n')
      assert.equal("port: 1  # sub/b.yaml:1:7\n", cli.shell(here .. "/i", "$CFGRUN compose a --origins").out)
      assert.equal("port: 1  # sub/b.yaml:1:7\n", cli.shell(here .. "/i", "$CFGRUN compose b --origins").out)
      local r = cli.shell(here .. "/i", "$CFGRUN check -p policy inc sub")
      assert.truthy(r.out:find("1 error in", 1, true), r.out)
      assert.truthy(r.out:find("^sub/b.yaml:1:7: error: low"), r.out)
      -- Behind a link the text alone would name another file.
      cli.write(here .. "/i/far/deep/x.yaml", "include: ../b.yaml\n")
      cli.write(here .. "/i/far/b.yaml", "port: 2\n")
      cli.shell(here .. "/i", "ln -s far/deep link && echo 'port: 3' > b.yaml")
      r = cli.shell(here .. "/i", "$CFGRUN compose --include --root . link/x.yaml --origins")
      assert.equal("port: 2  # far/b.yaml:1:7\n", r.out, r.err)
      cli.write(here .. "/i/sub/b.yaml", "include: ../inc/a.yaml\n")
      r = cli.shell(here .. "/i", "$CFGRUN compose a 2>&1")
      assert.truthy(r.out:find("a circle of includes: inc/a.yaml -> sub/b.yaml -> inc/a.yaml", 1, true), r.out)
    end)

    it("that cannot be are told as they are written", function()
      for written, told in pairs { ["5"] = "or a list of them, not an int", ['"../out/*.yaml"'] = "'../out/*.yaml' leads out of",
        ["."] = "'.' is a folder, not a file", ["is.yaml"] = "there is no file 'is.yaml'" } do
        cli.write(here .. "/in.yaml", "include: " .. written .. "\n")
        local r = run("compose --include in.yaml", 2)
        assert.truthy(r.err:find("in.yaml:1:10: ", 1, true), r.err)
        assert.truthy(r.err:find(told, 1, true), r.err)
        assert.falsy(r.err:find("did you mean 'in.yaml'", 1, true), r.err)
      end
    end)

    it("may be a diamond, not a circle", function()
      cli.write(here .. "/config/p.yaml", "include: r.yaml\n")
      cli.write(here .. "/config/q.yaml", "include: r.yaml\n")
      cli.write(here .. "/config/r.yaml", "v: 1\n")
      assert.equal("v: 1\n", include("include: [p.yaml, q.yaml]\n").out)
      cli.write(here .. "/config/r.yaml", "include: i.yaml\n")
      local r = include("include: [p.yaml, q.yaml]\n")
      assert.equal(2, r.status)
      assert.truthy(r.err:find("a circle of includes: config/i.yaml -> config/p.yaml -> config/r.yaml -> config/i.yaml", 1, true), r.err)
    end)

    it("follow links that stay below the root, also where the root is one", function()
      cli.write(here .. "/config/..data/p.yaml", "v: 1\n")
      cli.shell(here, "ln -s ..data/p.yaml config/p.yaml && ln -s config root && ln -s ../policy config/out")
      cli.write(here .. "/policy/q.yaml", "v: 2\n")
      assert.equal("v: 1\n", include("include: p.yaml\n").out)
      assert.equal("v: 1\n", cli.run(here, "compose root/i.yaml --include").out)
      for _, path in ipairs { "out/q.yaml", "out/*.yaml" } do
        local r = include(("include: %s\n"):format(path))
        assert.equal(2, r.status)
        assert.truthy(r.err:find("config/i.yaml:1:10: '" .. path .. "' leads out of the root folder 'config'", 1, true), r.err)
      end
    end)

    it("by a glob are sorted, without the file itself; none is no error", function()
      cli.write(here .. "/config/d/2.yaml", "v: 2\n")
      cli.write(here .. "/config/d/1.yaml", "v: 1\nw: 1\n")
      assert.equal("v: 2\nw: 1\n", include("include: 'd/*.yaml'\n").out)
      assert.equal("x: 1\n", include("include: ['none/*.yaml', 'i*.yaml']\nx: 1\n").out)
      assert.equal(2, include("include: '../*.yaml'\n").status)
      assert.equal(2, include("include: 3\n").status)
    end)
  end)

  for name, key in pairs { ["08_includes_and_paths"] = "--include", ["09_refs_and_urls"] = "--interpolate" } do
    it("meets hostile files as their manifest says: " .. name, function()
      local script = ("%s/security/hostile/%s.py"):format(cli.shared, name)
      if not cli.exists(script) then
        pending "the shared folder is not here"
        return
      end
      local made = cli.shell(here, ("python3 '%s' hostile --scale 0.01"):format(script))
      assert.equal(0, made.status, made.err)
      local seen = 0
      for line in cli.read(here .. "/hostile/manifest.jsonl"):gmatch "[^\n]+" do
        local file, expect = line:match '"file": "([^"]*)"', line:match '"expect": "([^"]*)"'
        if file and file:find "%.yaml$" and expect:find "^reject" then
          local folder = file:match "^(.*)/" or "."
          local r = cli.run(here .. "/hostile", ("compose '%s' %s --root '%s'"):format(file, key, folder))
          assert.equal(2, r.status, file .. ": " .. r.out .. r.err)
          assert.truthy(r.err:find("^cfgrun: [^\n]*:%d+:%d+: "), file .. ": " .. r.err)
          assert.falsy(r.err:find("internal error", 1, true) or r.err:find("Sanitizer", 1, true), r.err)
          assert.equal("", r.out)
          seen = seen + 1
        end
      end
      assert.truthy(seen > 4, seen)
    end)
  end

  it("reads LangSwarm's files by its own rules", function()
    cli.write(here .. "/cfgrun.yaml", "version: 1\ncompositions:\n  stack: { dialect: langswarm }\n")
    cli.write(here .. "/config/langswarm.yaml", "version: '2.0'\nincludes: [more.yaml]\nagents:\n  - id: a\n    model: gpt-4o\n"
      .. "    system_prompt: answer ${input}\n    temperature: ${TEMPERATURE_X:0.5}\n")
    cli.write(here .. "/config/more.yaml", "agents:\n  - id: a\n    provider: openai\n  - id: b\n")
    local r = run "compose stack"
    assert.equal("agents:\n  - id: a\n    provider: openai\n    model: gpt-4o\n    system_prompt: answer ${input}\n"
      .. "    temperature: 0.5\n  - id: b\nversion: \"2.0\"\n", r.out)
    cli.shell(here, "rm -r config")
    local none = cli.shell(here, "HOME=/nowhere $CFGRUN compose stack")
    assert.equal(2, none.status)
    assert.truthy(none.err:find("no LangSwarm configuration is to be found\nhint: searched: ., config, configs, /nowhere/.langswarm, "
      .. "/etc/langswarm; for langswarm.yaml", 1, true), none.err)
  end)

  describe("check", function()
    before_each(function()
      cli.write(here .. "/policy/rules.lua", RULES)
    end)

    it("looks at the whole, and tells the file and line to edit", function()
      local r = run("check -p policy -e MODEL=gpt -e PORT=12", 1)
      assert.truthy(r.out:find("config/prod.yaml:2:9: error: port 12 is low [low-port]\n    2 |   port: ${int:PORT:-8080}\n", 1, true),
        r.out)
      assert.truthy(r.out:find("config/prod.yaml:8:12: warning: model gpt [model]", 1, true), r.out)
      assert.truthy(r.out:find("config/base.yaml:9:12: warning: model m1 [model]", 1, true), r.out)
      assert.falsy(r.out:find("model m2", 1, true), "the layer alone was checked")
      assert.truthy(r.out:find("1 error, 2 warnings", 1, true), r.out)
    end)

    it("counts a finding of several compositions once, and hears an allowance beside it", function()
      cli.write(here .. "/cfgrun.yaml", PROJECT .. "  other:\n    layers: [config/base.yaml]\n    include: true\n"
        .. "    merge: { /agents: append }\n")
      cli.write(here .. "/config/base.yaml", (BASE:gsub("port: 80", "port: 80  # cfgrun: allow low-port -- behind a proxy")))
      local r = run("check -p policy -e MODEL=gpt config")
      assert.truthy(r.out:find("3 warnings in", 1, true), r.out) -- m1 once; gpt; m2 of `other`
      assert.truthy(r.out:find("1 allowed inline", 1, true), r.out)
      r = run("check -p policy -e MODEL=gpt config --no-inline-allow", 1)
      assert.truthy(r.out:find("config/base.yaml:3:9: error: port 80 is low", 1, true), r.out)
    end)

    it("checks files alone where a composition cannot be made, and says why", function()
      local r = run("check -p policy config/base.yaml", 2)
      assert.truthy(r.err:find("the variable 'MODEL' is not set", 1, true), r.err)
      assert.truthy(r.out:find("config/base.yaml:3:9: error: port 80 is low", 1, true), r.out)
    end)

    it("leaves files of no composition as they are", function()
      cli.write(here .. "/else/x.yaml", "server: {port: 3}\n")
      local r = run("check -p policy else", 1)
      assert.truthy(r.out:find("else/x.yaml:1:16: error: port 3 is low", 1, true), r.out)
      assert.equal("", r.err)
    end)
  end)
end)
