-- tests/cli/loading_spec.lua: nobody can tell from what comes out whether it was parsed or taken from a cache.
--
-- Every command runs over the same files without a cache, with an empty one, with what the runs before left in it, and with
-- one that was damaged in several ways; output, messages and status are compared. Then files are changed in the ways that
-- a look at size and time alone would miss.
--
-- What is small is parsed in any case, so each file has a long comment (or white space) at its end.

local cli = dofile "tests/cli/support.lua"

local PAD = ("# " .. ("."):rep(77) .. "\n"):rep(1800)
local SPACE = ((" "):rep(79) .. "\n"):rep(1800)

local FILES = {
  ["stack.yaml"] = [[
version: '2' # quoted
defaults: &d { model: gpt-4, limits: [1, 2.50, 0x10, ~, true] }
agents:
  - id: one
    <<: *d
    prompt: |
      several
        lines
  - id: two
    use: *d
    'odd key': "tab\there"
    empty:
    "": blank
]],
  ["other.yaml"] = "version: '3'\ndefaults: { model: gpt-5 }\nagents:\n  - id: two\n    note: >-\n      folded\n      text\n",
  ["stream.yaml"] = "a: 1\n---\n# only a comment\n---\n- !tag b\n- c\n---\nlast: [x, {y: z}]\n",
  ["broken.yaml"] = "a: [1\nb: }\n",
  ["twice.yaml"] = "a: 1\nb: 2\na: 3\n",
  ["template.yaml"] = "kind: x\n{{- if .Values.on }}\non: true\n{{- end }}\n",
  ["data.json"] = '{"b": [1, 2.5e3, null, "\\u00e9"], "a": {"c": {}, "": 12345678901234567890}}\n',
  ["notes.jsonc"] = '{ // why\n  "b": [1,], "a": true /* so */ }\n',
  ["table.toml"] = 't = 1979-05-27\n[b]\nx = 1 # one\n[a.c]\ny = [1, { z = 2 }]\n[[l]]\nq = 1\n[[l]]\nq = 2\n[b.d]\nw = "x"\n',
  [".env"] = "A=1\nexport B=\"two\"\n",
  ["app.properties"] = "a.b=1\n# c\nc : d\\\n  e\n",
}

local COMMANDS = {
  "get %s ''", "get %s /agents/0 -f json", "get %s /nowhere", "query %s '$..*' --paths", "query %s '$..*' -l",
  "convert %s --to yaml", "convert %s --to json --slurp", "convert %s --to toml --lossy", "check -p pack:yaml -f json %s",
  "check -p rules.lua %s", "check --fix --dry-run -p pack:yaml %s",
  "diff other.yaml %s", "diff %s stack.yaml -f json", "fmt --check %s", "explain %s /agents/0",
  "compose %s --origins", "analyze %s", "analyze %s -f json",
  "check -p rules.lua - --stdin-filename x.yaml <%s", "get - /version <%s",
}

local RULES = [[
rule "strings" { title = "t", why = "w", severity = "warning", select = "$..*", check = function(value, ctx)
  if type(value) == "string" then ctx:report("the text {v}", { v = value }) end
end }
]]

describe("what is cached", function()
  local here, cache, files

  local function write(name, text)
    cli.write(here .. "/" .. name, text .. (name:find "json" and SPACE or PAD))
  end

  setup(function()
    here = cli.folder()
    cache = here .. "/.cache"
    files = {}
    for name, text in pairs(FILES) do
      write(name, text)
      files[#files + 1] = name
    end
    local pipe = io.popen(("find '%s/domain' -type f \\( -name '*.yaml' -o -name '*.json' \\) -size -40k 2>/dev/null | LC_ALL=C sort")
      :format(cli.shared))
    local count = 0
    for path in pipe:lines() do
      count = count + 1
      if count % 29 == 1 then
        local name = ("people%d.%s"):format(count, path:match "%.(%w+)$")
        write(name, cli.read(path) .. "\n")
        files[#files + 1] = name
      end
    end
    pipe:close()
    table.sort(files)
    cli.write(here .. "/rules.lua", RULES)
    local lines, some = {}, {}
    for i, file in ipairs(files) do
      for k, command in ipairs(COMMANDS) do
        if k % 3 == i % 3 or not file:find "^people" then
          lines[#lines + 1] = ("echo '+ %s'; $CFGRUN %s; echo \"= $?\"")
            :format((command:format(file):gsub("'", "")), (command:gsub("%%s", file)))
          some[#some + 1] = #lines % 4 == 1 and lines[#lines] or nil
        end
      end
    end
    cli.write(here .. "/all.sh", "exec 2>&1\n" .. table.concat(lines, "\n") .. "\n")
    cli.write(here .. "/some.sh", "exec 2>&1\n" .. table.concat(some, "\n") .. "\n")
    os.execute "sleep 2.2" -- younger files are hashed each time
  end)
  teardown(function()
    cli.remove(here)
  end)

  local function all(how)
    return cli.shell(here, how .. " sh all.sh").out
  end

  local function some(how)
    return cli.shell(here, how .. " sh some.sh").out
  end

  local function same(expected, got, what)
    if expected == got then
      return
    end
    local one, other = expected:gmatch "[^\n]*\n", got:gmatch "[^\n]*\n"
    local command, a, b
    repeat
      a, b = one(), other()
      command = a and a:match "^%+ .*" or command
    until a ~= b or not a
    error(("%s: after %s\n%s\nis not\n%s"):format(what, command, b, a))
  end

  local function damage(how)
    local name = cli.shell(cache, "ls *.mdb").out:match "[^\n]+"
    local file = assert(io.open(cache .. "/" .. name, "r+b"))
    local size = file:seek "end"
    how(file, size)
    file:close()
  end

  it("is the same as what is parsed, for every command", function()
    local plain = all "CFGRUN_CACHE=off"
    assert.truthy(#plain > 10000)
    local with = ("CFGRUN_CACHE='%s'"):format(cache)
    same(plain, all(with), "the first time")
    local r = cli.shell(here, with .. " $CFGRUN query stack.yaml '$.x' --document 1 --stats 2>&1")
    assert.truthy(r.out:find "unchanged files +1\n" and r.out:find "records found +1\n", r.out)
    assert.truthy(r.out:find "parsed +0 B\n", r.out)
    same(plain, all(with), "the second time")
    same(plain, all(with), "the third time")
    r = cli.shell(here, with .. " $CFGRUN query stack.yaml '$.x' --document 1 --stats --no-cache 2>&1")
    assert.truthy(r.out:find "records found +0\n" and r.out:find "parsed +14[%d.]+ KiB\n", r.out)
  end)

  it("is the same on one thread and on many, and for several programs at once", function()
    local line = "$CFGRUN check -p rules.lua --max-per-rule 0 -j %d . 2>&1"
    local plain = cli.shell(here, "CFGRUN_CACHE=off " .. line:format(1)).out
    assert.truthy(plain:find "the text several")
    local folder = here .. "/.several"
    local with = ("export CFGRUN_CACHE='%s';"):format(folder)
    local r = cli.shell(here, with .. (" for i in 1 2 3 4 5 6; do ( %s ) >out$i & done; wait;"
      .. " for i in 1 2 3 4 5 6; do cmp out1 out$i; done; cat out1; rm out?"):format(line:format(3)))
    same(plain, r.out, "six at once")
    for _, threads in ipairs { 1, 8 } do
      same(plain, cli.shell(here, with .. line:format(threads)).out, threads .. " threads")
    end
  end)

  it("is told with --stats by the commands that read", function()
    for _, command in ipairs { "get %s /version", "query %s '$.version'", "check -p rules.lua %s", "compose %s", "convert %s --to json",
      "explain %s /version", "diff %s other.yaml" } do
      local file = command:format("stack.yaml")
      local plain = cli.shell(here, "$CFGRUN " .. file)
      local r = cli.shell(here, "$CFGRUN " .. file .. " --stats --no-cache") -- with a cache, `get` may not read the file
      assert.equal(plain.out, r.out)
      assert.equal(plain.status, r.status)
      assert.truthy(r.err:find "sources +[124] +[%d.]+ %a+\n", file .. "\n" .. r.err)
      assert.truthy(r.err:find "time: read +[124] +[%d.]+ ms\n" or r.err:find "unchanged files +1\n", file .. "\n" .. r.err)
      assert.truthy(r.err:find "time: in all +[%d.]+ ms\n", file .. "\n" .. r.err)
    end
  end)

  it("is as if it were not there, when it is damaged", function()
    local plain = some "CFGRUN_CACHE=off"
    local with = ("CFGRUN_CACHE='%s'"):format(cache)
    some(with)
    local state = 12345
    local function random(n)
      state = state * 6364136223846793005 + 1442695040888963407
      return (state >> 33) % n
    end
    damage(function(file, size)
      for _ = 1, 2000 do
        file:seek("set", random(size))
        file:write(string.char(random(256)))
      end
    end)
    same(plain, some(with), "with bytes turned over")
    some(with)
    damage(function(file, size)
      file:seek("set", 8192)
      file:write(("\0"):rep(size - 8192))
    end)
    same(plain, some(with), "with zeros")
    cli.shell(cache, "for f in *; do echo nonsense >\"$f\"; done")
    same(plain, some(with), "with other files")
    cli.shell(here, ("rm -rf '%s' && echo x >'%s'"):format(cache, cache))
    same(plain, some(with), "with a file in its place")
    cli.shell(here, ("rm '%s'"):format(cache))
  end)
end)

describe("what is unchanged", function()
  local here, with

  local function write(name, value)
    cli.write(here .. "/" .. name, ("value: %s\n"):format(value) .. PAD)
  end

  before_each(function()
    here = cli.folder()
    with = ("CFGRUN_CACHE='%s/.cache' $CFGRUN "):format(here)
  end)
  after_each(function()
    cli.remove(here)
  end)

  local function get(line, expected, status)
    local r = cli.shell(here, with .. line)
    assert.equal(status or 0, r.status, r.out .. r.err)
    if expected then
      assert.equal(expected, r.out, r.err)
    end
    return r
  end

  it("is not what was edited in place, replaced, or had its times set back", function()
    for _, name in ipairs { "a.yaml", "b.yaml", "c.yaml", "d.yaml" } do
      write(name, name:sub(1, 1))
    end
    cli.shell(here, "ln -s a.yaml link.yaml; sleep 2.2")
    for _, name in ipairs { "a", "b", "c", "link" } do
      for _ = 1, 2 do
        get(("query %s.yaml '$.value' --document 1"):format(name), ('["%s"]\n'):format(name == "link" and "a" or name))
      end
    end
    assert.truthy(get("query a.yaml '$.value' --document 1 --stats").err:find "unchanged files +1\n")
    -- The size stays, and nearly the time.
    for i = 0, 9 do
      write("a.yaml", i)
      get("query a.yaml '$.value'", ("[%d]\n"):format(i))
    end
    cli.shell(here, "cp -p b.yaml old; sed -i s/b/x/ b.yaml; touch -r old b.yaml")
    get("query b.yaml '$.value'", '["x"]\n')
    cli.shell(here, "cp -p c.yaml e.yaml; sed -i s/c/y/ e.yaml; touch -r c.yaml e.yaml; mv e.yaml c.yaml")
    get("query c.yaml '$.value'", '["y"]\n')
    cli.shell(here, "ln -sf d.yaml link.yaml")
    get("query link.yaml '$.value'", '["d"]\n')
  end)

  it("is not what depends on other options", function()
    write("a.yaml", "[1, 2, {b: c}]")
    get("query a.yaml '$.value[2].b'", '["c"]\n')
    get("query a.yaml '$.value[2].b' --limit nodes=3", "", 2)
    get("query a.yaml '$.value[2].b'", '["c"]\n')
    get("query a.yaml '$.value' --from properties", '["[1, 2, {b: c}]"]\n')
    get("query a.yaml '$.value[0]' --from json", "", 2)
    get("query a.yaml '$.value[0]'", "[1]\n")
  end)

  it("is looked up each time, where it depends on what exists or on the environment", function()
    cli.write(here .. "/cfgrun.yaml", [[
version: 1
compositions:
  app:
    layers:
      - { file: base.yaml, interpolate: true }
      - { file: local.yaml, optional: true }
    include: true
]])
    cli.write(here .. "/base.yaml", "include: parts/*.yaml\nvalue: ${VALUE:-none}\n" .. PAD)
    cli.write(here .. "/parts/one.yaml", "one: 1\n" .. PAD)
    os.execute "sleep 2.2"
    for _ = 1, 2 do
      get("compose app -f json | $CFGRUN convert - --from json --to canonical", '{"one":1,"value":"none"}\n')
    end
    cli.write(here .. "/parts/two.yaml", "two: 2\n" .. PAD)
    get("compose app -f json | $CFGRUN convert - --from json --to canonical", '{"one":1,"two":2,"value":"none"}\n')
    cli.write(here .. "/local.yaml", "mine: true\n" .. PAD)
    get("compose app -f json | $CFGRUN convert - --from json --to canonical", '{"mine":true,"one":1,"two":2,"value":"none"}\n')
    with = "VALUE=here " .. with
    get("compose app -f json | $CFGRUN convert - --from json --to canonical", '{"mine":true,"one":1,"two":2,"value":"here"}\n')
    cli.shell(here, "rm parts/one.yaml local.yaml")
    get("compose app -f json | $CFGRUN convert - --from json --to canonical", '{"two":2,"value":"here"}\n')
  end)

  it("is told with --verbose, when there is no cache", function()
    write("a.yaml", "x")
    local r = cli.shell(here, "CFGRUN_CACHE=off $CFGRUN query a.yaml '$.value' --verbose")
    assert.equal('["x"]\n', r.out)
    assert.equal("cfgrun: the cache is off: CFGRUN_CACHE says so\n", r.err)
    cli.write(here .. "/file", "")
    r = cli.shell(here, "CFGRUN_CACHE=$PWD/file $CFGRUN query a.yaml '$.value' --verbose")
    assert.equal('["x"]\n', r.out)
    assert.truthy(r.err:find "^cfgrun: [^\n]+/file: the folder of the cache [^\n]+\n$", r.err)
    r = cli.shell(here, "CFGRUN_CACHE=$PWD/file $CFGRUN query a.yaml '$.value'")
    assert.equal("", r.err)
  end)
end)
