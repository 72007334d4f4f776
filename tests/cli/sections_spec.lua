-- tests/cli/sections_spec.lua: of a large file `get`, `query` and `explain` read what they are asked for, and nobody can tell
-- from what comes out.
--
-- With --document 1 everything is read; so both are run and compared.

local cli = dofile "tests/cli/support.lua"

local function yaml(more)
  local out = { "version: '2' # quoted\nnothing:\nagents:\n" }
  for i = 0, 2000 do
    out[#out + 1] = ("  # agent %d\n  - id: a%d\n    model: gpt-%d\n    limits: { cpu: \"1\", of: [1, 2.50, ~] }\n    at: 2024-01-01\n")
      :format(i, i, i % 7)
  end
  return table.concat(out) .. "'odd/key':\n  - 1\n  - x: é\nshared: &s [1]\nuse: *s\n" .. (more or "")
end

local function json()
  local out = {}
  for i = 0, 2000 do
    out[#out + 1] = ('{"id": "a%d", "model": "gpt-%d", "limits": {"cpu": "1", "of": [1, 2.50, null]}}'):format(i, i % 7)
  end
  return '{"version": "2", "nothing": null, "agents": [' .. table.concat(out, ", ") .. '], "odd/key": [1, {"x": "\\u00e9"}]}'
end

local POINTERS = { "/version", "/nothing", "/agents/0", "/agents/2000/limits/of", "/agents/77/model", "/agents/77/at", "/odd~1key",
  "/odd~1key/1/x", "/shared/0", "/use", "/use/0", "", "/agents", "/agents/2001", "/agents/07", "/nope", "/version/x",
  "/agents/3/nope", "agents" }

describe("get of a large file", function()
  local folder

  before_each(function()
    folder = cli.folder()
  end)
  after_each(function()
    cli.remove(folder)
  end)

  local function compare(file, options)
    for _, pointer in ipairs(POINTERS) do
      local line = ("%s %s '%s' %s"):format("get", file, pointer, options)
      local part, whole = cli.run(folder, line), cli.run(folder, line .. " --document 1")
      assert.are.same(whole, part, line)
    end
  end

  it("prints what reading everything prints", function()
    cli.write(folder .. "/big.yaml", yaml())
    cli.write(folder .. "/big.json", json())
    for _, file in ipairs { "big.yaml", "big.json" } do
      for _, options in ipairs { "", "-f json", "-f toml", "--no-cache", "--limit nodes=100", "--limit depth=3" } do
        compare(file, options)
      end
    end
  end)

  it("reads little of it", function()
    cli.write(folder .. "/big.yaml", yaml())
    local found = cli.run(folder, "get --no-cache --stats big.yaml /agents/1999/model")
    assert.are.equal("gpt-4\n", found.out)
    assert.is_truthy(found.err:find "parsed +%d+ B\n")
    -- What is broken elsewhere is not met.
    cli.write(folder .. "/big.yaml", yaml "last: 1\nlater:\n  x: 1\n  x: 2\n")
    assert.are.equal("gpt-4\n", cli.run(folder, "get big.yaml /agents/1999/model").out)
    assert.are.equal(2, cli.run(folder, "get big.yaml /agents/1999/model --document 1").status)
  end)

  it("reads a pipe once", function()
    cli.write(folder .. "/big.yaml", yaml())
    assert.are.equal("gpt-0\n", cli.shell(folder, [[bash -c '"$CFGRUN" get --from yaml <(cat big.yaml) /agents/70/model']]).out)
  end)
end)

describe("query of a large file", function()
  local folder

  before_each(function()
    folder = cli.folder()
    cli.write(folder .. "/big.yaml", yaml())
    cli.write(folder .. "/big.json", json())
    -- Keys that look like indexes, above sections and in them; lists in lists.
    local wide = {}
    for i = 0, 6000 do
      wide[i + 1] = ('{"0": {"x": %d}, "y": [{"0": 1}, [%d, 2]]}'):format(i, i)
    end
    local list = "[" .. table.concat(wide, ", ") .. "]"
    cli.write(folder .. "/nested.json",
      ('{"0": %s, "list": [%s, {"1": %s, "~/x": [0]}], "last": [{"\\n\'": [1, 2]}]}'):format(list, list, list))
  end)
  after_each(function()
    cli.remove(folder)
  end)

  local function compare(file, queries, options)
    for _, query in ipairs(queries) do
      for _, option in ipairs(options) do
        local line = ([[query %s "%s" %s]]):format(file, query:gsub('[$\\"]', "\\%0"), option)
        local part, whole = cli.run(folder, line), cli.run(folder, line .. " --document 1")
        assert.are.same(whole, part, line)
      end
    end
  end

  local SHOWN = { "", "--paths", "--pointers -l", "-l --no-cache" }

  it("prints what reading everything prints", function()
    for _, file in ipairs { "big.yaml", "big.json" } do
      compare(file, { "$.version", "$.nothing", "$.agents[0]", "$.agents[77].model", "$.agents[77].*", "$.agents[2000]..*", "$.agents",
        "$.agents[77].limits['of'][1:]", "$.agents[77][?@ == 'a77']", "$.agents[77][?@ == $.agents[77].id]", "$.agents[-1].id",
        "$.agents[77]['id', 'model']", "$.agents[2001]", "$.agents['77']", "$.version.x", "$.version[0]", "$.nope..x", "$['odd/key'][1]",
        "$['odd/key'][*]", "$..cpu", "$", "@.agents[3].id", "$.agents[", "agents" }, SHOWN)
      compare(file, { "$.agents[77]..*", "$.agents[77].limits.of" },
        { "--limit query-steps=12", "--limit query-steps=1", "--limit nodes=20", "--limit depth=3", "--limit query=5" })
    end
    compare("big.yaml", { "$.shared", "$.shared[0]", "$.use[*]", "$.agents[5].at" }, SHOWN)
  end)

  it("tells keys from indexes", function()
    compare("nested.json", { "$['0'][3]..*", "$[0][3]..*", "$['0']['3'].y", "$.list[0][1]..*", "$.list['0'][1].y", "$.list[1]['1'][5]['0']",
      "$.list[1][1][5].y", "$.list[1]['1'][5][0]", "$.list[1]['~/x']", "$.list[1]['1'][5].y[0]['0']", "$.list[1]['1'][5].y[0][0]",
      "$.list[1]['1'][5].y[1][*]", "$.last[0].*", "$.last[0]..*", "$['0'][007]" }, { "--paths", "--pointers", "" })
  end)

  it("reads little of it", function()
    for _, query in ipairs { "$.agents[1999].model", "$.agents[1999]..*", "$['odd/key'][1].*" } do
      local found = cli.run(folder, ([[query --no-cache --stats big.yaml "%s"]]):format(query:gsub("%$", "\\$")))
      assert.are.equal(0, found.status)
      assert.is_truthy(found.err:find "parsed +%d+ B\n", query)
    end
    -- A value that is most of the file is read with all of it, which a cache may have.
    assert.is_truthy(cli.run(folder, "query --no-cache --stats big.yaml '$.agents[*].model'").err:find "sections read +0\n")
    -- What is broken elsewhere is not met.
    cli.write(folder .. "/big.yaml", yaml "last: 1\nlater:\n  x: 1\n  x: 2\n")
    assert.are.equal('["gpt-4"]\n', cli.run(folder, "query big.yaml '$.agents[1999].model'").out)
    assert.are.equal(2, cli.run(folder, "query big.yaml '$.agents[1999].model' --document 1").status)
  end)
end)

describe("explain of a large file", function()
  local folder

  before_each(function()
    folder = cli.folder()
    cli.write(folder .. "/big.yaml", yaml())
    cli.write(folder .. "/big.json", json())
    cli.write(folder .. "/over.yaml", "agents:\n  - { id: a1999, model: mine }\n")
  end)
  after_each(function()
    cli.remove(folder)
  end)

  it("reads little of it, and shows the line", function()
    local found = cli.run(folder, "explain big.yaml /agents/1999/model --stats --no-cache")
    assert.are.equal("/agents/1999/model = \"gpt-4\"\n  big.yaml:10001:12  layer big.yaml\n10001 |     model: gpt-4\n"
      .. "      |            ^^^^^\n", found.out)
    assert.is_truthy(found.err:find "parsed +%d[%d.]* K?i?B\n", found.err)
    assert.is_truthy(found.err:find "sections read +1\n", found.err)
    found = cli.run(folder, "explain big.json /agents/1999/model --no-cache")
    assert.is_truthy(found.out:find('…]}}, {"id": "a1999", "model": "gpt-4", "limits": {"cpu": "1"', 1, true), found.out)
    local line, carets = found.out:match "\n    1 | ([^\n]+)\n      | ( *)^^^^^^^\n$"
    assert.are.equal('"gpt-4"', line:sub(#"…" + #carets, #"…" + #carets + 6))
  end)

  it("knows what lies below", function()
    local found = cli.run(folder, "explain big.yaml over.yaml /agents/0/model --merge /agents=by:id -f json")
    assert.are.equal(0, found.status)
    found = cli.run(folder, "explain big.yaml over.yaml /agents/1999/model --merge /agents=by:id")
    assert.are.equal("/agents/1999/model = \"mine\"\n  over.yaml:2:25  layer over.yaml\n    2 |   - { id: a1999, model: mine }\n"
      .. "      |                         ^^^^\n  over big.yaml:10001:12  \"gpt-4\"  layer big.yaml\n", found.out)
    -- as JSON, collections with all that is in them
    cli.write(folder .. "/first.sh", "$CFGRUN explain big.yaml over.yaml /agents/1999 --merge /agents=by:id -f json >x.json; "
      .. "$CFGRUN query x.json '$.shadowed[0].value.limits.of'; $CFGRUN query x.json '$.value.model'; $CFGRUN query x.json '$.path'")
    assert.are.equal('[[1,2.5,null]]\n["mine"]\n["/agents/1999"]\n', cli.shell(folder, "sh first.sh").out)
  end)

  it("says what is not there", function()
    local found = cli.run(folder, "explain big.yaml /agents/1999/modle")
    assert.are.equal(1, found.status)
    assert.are.equal("cfgrun: big.yaml: there is no key 'modle'\n      at /agents/1999\nhint: did you mean 'model'?\n", found.err)
  end)
end)
