-- tests/cli/packs_spec.lua: the shipped packs, as a person runs them; and what packs share.

local cli = dofile "tests/cli/support.lua"

describe("the shipped packs", function()
  local here

  before_each(function()
    here = cli.folder()
  end)
  after_each(function()
    cli.remove(here)
  end)

  for _, pack in ipairs { "kubernetes", "secrets", "yaml" } do
    it("hold their own examples and specs: " .. pack, function()
      local r = cli.run(here, "test --isolated pack:" .. pack)
      assert.equal(0, r.status, r.out .. r.err)
      assert.truthy(r.out:find ", 0 failed\n$")
    end)
  end

  it("print a secret in no format, not even in the line shown", function()
    local secret = "S3nt1nel-of-the-north"
    -- The second rule finds something on the same line, and would show it.
    cli.write(here .. "/a.yaml", "db: {password: '" .. secret .. "', country: no}\n")
    for _, format in ipairs { "text", "json", "sarif", "junit", "github", "html" } do
      local r = cli.run(here, "check --isolated -p pack:secrets -p pack:yaml --format " .. format .. " a.yaml")
      assert.equal(1, r.status, r.err)
      assert.truthy(r.out:find("password", 1, true), format)
      assert.falsy((r.out .. r.err):find(secret, 1, true), format)
      assert.falsy((r.out .. r.err):find(secret:sub(6), 1, true), format)
    end
  end)

  it("find the privileged pod of an operator's template in JSON, too", function()
    cli.write(here .. "/a.json", '{"apiVersion":"argoproj.io/v1alpha1","kind":"Rollout","spec":{"template":{"spec":'
      .. '{"containers":[{"name":"a","image":"a:1","securityContext":{"privileged":true}}]}}}}')
    local r = cli.run(here, "check --isolated -p pack:kubernetes --only pss-baseline-privileged a.json")
    assert.equal(1, r.status)
    assert.truthy(r.out:find("a.json:1:", 1, true))
  end)
end)

describe("packs in one folder", function()
  local here

  local RULE = [[
local shared, mine = import "shared", import "mine"
rule "told" { title = "t", why = "w", severity = "error", check = function(root, ctx) ctx:report(shared .. " " .. mine) end }
]]

  before_each(function()
    here = cli.folder()
    for _, pack in ipairs { "one", "two" } do
      cli.write(here .. "/packs/" .. pack .. "/pack.lua",
        ('return { name = "%s", version = "1.0.0", title = "t", cfgrun = ">= 0.1" }'):format(pack))
      cli.write(here .. "/packs/" .. pack .. "/rules/told.lua", RULE)
    end
    cli.write(here .. "/packs/common/lib/shared.lua", 'return "of all"')
    cli.write(here .. "/packs/common/lib/mine.lua", 'return "of all, too"')
    cli.write(here .. "/packs/two/lib/mine.lua", 'return "of two"')
    cli.write(here .. "/packs/common/lib/data.yaml", "a: [")
    cli.write(here .. "/packs/common/lib/broken.lua", "this is no Lua")
    cli.write(here .. "/a.yaml", "a: 1\n")
  end)
  after_each(function()
    cli.remove(here)
  end)

  it("import what stands in common/lib, after their own", function()
    for _, way in ipairs { "$CFGRUN check --isolated -p packs/%s a.yaml", "$CFGRUN check --isolated -p packs/%s/ a.yaml",
      "cd packs; $CFGRUN check --isolated -p %s ../a.yaml", "cd packs/%s; $CFGRUN check --isolated -p . ../../a.yaml" } do
      local one, two = cli.shell(here, way:format "one"), cli.shell(here, way:format "two")
      assert.truthy(one.out:find("of all of all, too", 1, true), one.out .. one.err)
      assert.truthy(two.out:find("of all of two", 1, true), two.out .. two.err)
      assert.equal("", one.err .. two.err)
    end
  end)

  it("name the shared file that is wrong", function()
    cli.write(here .. "/packs/common/lib/shared.lua", "return missing + 1")
    local r = cli.run(here, "check --isolated -p packs/one a.yaml")
    assert.equal(2, r.status)
    assert.truthy(r.err:find("packs/common/lib/shared.lua:1:", 1, true), r.err)
  end)

  it("are no packs by what they share", function()
    local r = cli.run(here, "check --isolated -p pack:common a.yaml")
    assert.equal(2, r.status)
    assert.truthy(r.err:find("no pack is called 'common'", 1, true), r.err)
    assert.falsy(cli.run(here, "rules --packs").out:find("common", 1, true))
    -- A folder of rules that is no pack shares nothing.
    cli.write(here .. "/loose/told.lua", RULE)
    cli.write(here .. "/common/lib/shared.lua", "return 1")
    assert.equal(2, cli.run(here, "check --isolated -p loose a.yaml").status)
  end)
end)
