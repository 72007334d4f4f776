-- tests/cli/sections_spec.lua: of a large file `get` reads what it is asked for, and nobody can tell from what comes out.
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
