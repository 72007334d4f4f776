-- tests/cli/packs_spec.lua: the shipped packs kubernetes, secrets and yaml, as a person runs them.

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
