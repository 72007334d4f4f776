-- tests/cli/rules_spec.lua: `rules`, `test` and `init`: from nothing to a rule of one's own.

local cli = dofile "tests/cli/support.lua"

describe("beginning", function()
  local here

  before_each(function()
    here = cli.folder()
  end)
  after_each(function()
    cli.remove(here)
  end)

  describe("rules", function()
    it("lists all that ship, those of a pack, and packs", function()
      local packs = cli.run(here, "rules --packs").out
      for _, name in ipairs { "kubernetes", "langswarm", "secrets", "yaml" } do
        assert.truthy(("\n" .. packs):find("\n" .. name .. "\n", 1, true))
        assert.truthy(("\n" .. cli.run(here, "rules").out):find("\n" .. name .. "\n", 1, true))
      end
      local out = cli.run(here, "rules -p pack:yaml").out
      assert.truthy(out:find "^yaml\n  %l[%l%d-]+ +%l+ ")
      assert.falsy(out:find("pss-", 1, true))
    end)

    it("explains one, or names the nearest", function()
      local r = cli.run(here, "rules pss-baseline-privileged")
      assert.equal(0, r.status)
      for _, word in ipairs { "pss-baseline-privileged  error", "pack       kubernetes", "\nfail", "Allow one finding:" } do
        assert.truthy(r.out:find(word, 1, true), word)
      end
      r = cli.run(here, "rules pss-baseline-priviledged")
      assert.equal(2, r.status)
      assert.truthy(r.err:find("did you mean 'pss-baseline-privileged'?", 1, true), r.err)
    end)

    it("begin a new one that passes its own test and finds something", function()
      local r = cli.run(here, "rules new ports-are-free")
      assert.equal("policies/ports-are-free.lua\n", r.out)
      assert.equal(0, r.status)
      r = cli.run(here, "test policies")
      assert.equal(0, r.status, r.out .. r.err)
      assert.equal("3 passed, 0 failed\n", r.out)
      cli.write(here .. "/a.yaml", "server: {port: 80}\n")
      r = cli.run(here, "check -p policies/ports-are-free.lua a.yaml")
      assert.truthy(r.out:find("a.yaml:1:16: warning: port 80 is below 1024 [ports-are-free]", 1, true), r.out .. r.err)
      assert.equal(2, cli.run(here, "rules new ports-are-free").status)
      for _, bad in ipairs { "Ports", "a_b", "-a", "a-", "../x", "''" } do
        assert.equal(2, cli.run(here, "rules new " .. bad).status, bad)
      end
    end)

    it("is what the README shows", function()
      cli.run(here, "rules new ports-are-free")
      local shown = cli.read(cli.root .. "/README.md"):match "```lua\n(rule .-)```"
      assert.truthy(cli.read(here .. "/policies/ports-are-free.lua"):find(shown, 1, true), shown)
    end)
  end)

  describe("test", function()
    local RULE = [[
rule "small" {
  title = "Numbers are small", why = "They grow.", select = "$.n", expect = "int",
  check = function(n, ctx)
    if n > 9 then ctx:report("{n} is large", { n = n, fix = ctx:replace(9) }) end
  end,
  examples = {
    %s
  },
}
]]

    local function run(examples, arguments)
      cli.write(here .. "/r.lua", RULE:format(examples))
      return cli.run(here, "test r.lua " .. (arguments or ""))
    end

    it("runs examples: places, messages, fixed text, options to the letter", function()
      local r = run [[pass = { "n: 1", "n: 9" }, skip = "n: x",
        { fail = "n: 10 # keep", at = "/n", message = "10 is large", fixed = "n: 9 # keep" }]]
      assert.equal("4 passed, 0 failed\n", r.out)
      assert.equal(0, r.status)
    end)

    it("tells what is not as the example says", function()
      for _, case in ipairs {
        { [[fail = "n: 1"]], "nothing was found" },
        { [[pass = "n: 10"]], "found at /n: 10 is large" },
        { [[pass = "m: 1"]], "the rule did not look at it: that is a `skip`" },
        { [[{ fail = "n: 10", at = "/m" }]], "found at /n, not at /m" },
        { [[{ fail = "n: 10", message = "tiny" }]], "the message is '10 is large'" },
        { [[{ fail = "n: 10", fixed = "n: 8" }]], "the fix gives another text" },
        { [[pass = "n: ["]], "the example does not parse" },
      } do
        local r = run(case[1])
        assert.equal(1, r.status, case[1])
        assert.truthy(r.out:find(case[2], 1, true), case[1] .. r.out)
        assert.truthy(r.out:find("\n0 passed, 1 failed\n$"), r.out)
        assert.truthy(r.out:find("^FAIL small: %l+ 1\n      r.lua:1: ", 1), r.out)
      end
      assert.equal(1, run(""). status)
    end)

    it("runs specs in the sandbox", function()
      cli.write(here .. "/p/pack.lua", 'return { name = "p", version = "1.0.0", title = "t", cfgrun = ">= 0.1" }')
      cli.write(here .. "/p/rules/r.lua", RULE:format 'pass = "n: 1"')
      cli.write(here .. "/p/spec/a_spec.lua", [[
describe("small", function()
  it("finds", function()
    local findings = check("n: 10", { rule = "small" })
    assert.equal(1, #findings)
    assert.equal("/n", findings[1].path)
    assert.equal("n: 9", fix("n: 10", { rule = "small" }))
  end)
  it("has no world", function() assert.equal(nil, rawget and os) end)
  it("fails here", function() assert.equal(1, 2) end)
end)
]])
      local r = cli.run(here, "test p -v")
      assert.equal(1, r.status)
      assert.truthy(r.out:find("\n3 passed, 1 failed\n$"), r.out .. r.err)
      assert.truthy(r.out:find("FAIL", 1, true) and r.out:find("fails here", 1, true) and r.out:find("a_spec.lua:9", 1, true), r.out)
    end)

    it("speaks JSON, and says when there is nothing to test", function()
      local r = run([[pass = "n: 1"]], "--json")
      assert.truthy(r.out:find('"passed": 1', 1, true) and r.out:find('"schema_version": 1', 1, true))
      assert.equal(2, cli.run(here, "test").status)
      assert.equal(2, cli.run(here, "test r.lua --only nothing").status)
      assert.equal(2, cli.run(here, "test missing.lua").status)
    end)
  end)

  describe("init", function()
    it("writes a project file for what is here, which works at once, and does not replace one", function()
      cli.write(here .. "/k/pod.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n"
        .. "spec: {hostNetwork: true, containers: [{name: a, image: a}]}\n")
      local r = cli.run(here, "init")
      assert.equal("cfgrun.yaml: written after a look at 1 file\n", r.out)
      local text = cli.read(here .. "/cfgrun.yaml")
      assert.truthy(text:find("\n  - pack:kubernetes     # 1 document here\n", 1, true), text)
      assert.falsy(text:find("pack:langswarm", 1, true))
      r = cli.run(here, "check")
      assert.equal(1, r.status)
      assert.truthy(r.out:find("k/pod.yaml:4:", 1, true), r.out .. r.err)
      assert.equal(2, cli.run(here, "init").status)
      assert.equal(text, cli.run(here, "init --dry-run").out)
      assert.equal(0, cli.run(here, "init --force").status)
    end)

    it("shows only rules that there are, in what it leaves as comments", function()
      local text, count = cli.run(here, "init --dry-run").out, 0
      for line in text:gmatch "[^\n]+" do
        local name = line:match "^#   (%l[%l%d-]+): " or line:match "^#   %- rule: (%S+)" or line:match "^#   (%l[%l%d-]+):$"
        if name then
          count = count + 1
          assert.equal(0, cli.run(here, "rules " .. name).status, name)
          local option = line:match "options: {(%l+):"
          if option then
            assert.truthy(cli.run(here, "rules " .. name).out:find("\n    " .. option .. ": ", 1, true), option)
          end
        end
      end
      assert.equal(4, count)
    end)
  end)

  describe("mistakes", function()
    local HEAD = 'rule "x-y" { title = "t", why = "w", check = function(v, ctx)\n'

    local function failure(body)
      cli.write(here .. "/r.lua", HEAD .. body .. "\nend }\n")
      cli.write(here .. "/d.yaml", "a: 1\n")
      local r = cli.run(here, "check -p r.lua d.yaml")
      assert.equal(2, r.status)
      return r.err
    end

    it("in the names that a report keeps for itself do not turn a guarded fix into a safe one", function()
      local err = failure 'ctx:report("a", { realted = {}, sfety = "guarded" })'
      assert.truthy(err:find("r.lua:2: ", 1, true) and err:find("'realted' is neither", 1, true), err)
      assert.truthy(err:find("did you mean 'related'?", 1, true), err)
    end)

    it("of what rules do not have are answered by what they have", function()
      for body, hint in pairs { ["return os.time()"] = "ctx.now", ["return io.open 'x'"] = "ctx.others",
        ["return require 'x'"] = "import", ["return cout + 1"] = "declare it with local" } do
        local err = failure(body)
        assert.truthy(err:find(hint, 1, true), err)
      end
    end)

    it("in what a spec asks for fail it", function()
      cli.write(here .. "/p/rules/r.lua", HEAD .. "end }\n")
      cli.write(here .. "/p/spec/r_spec.lua", 'it("x", function() check("a: 1", { rul = "x-y" }) end)\n')
      local r = cli.run(here, "test p")
      assert.equal(1, r.status)
      assert.truthy(r.out:find("no 'rul'", 1, true), r.out)
    end)

    it("are told apart: no policy, and policies without rules", function()
      cli.write(here .. "/r.lua", "-- nothing\n")
      assert.truthy(cli.run(here, "check -p r.lua").err:find("the policies hold no rules", 1, true))
      assert.truthy(cli.run(here, "check").err:find("there is no policy", 1, true))
    end)

    it("in a name of the project's own are answered by the nearest of its own", function()
      cli.write(here .. "/p/rules/low-port.lua", (HEAD:gsub("x%-y", "low-port")) .. "end }\n")
      assert.truthy(cli.run(here, "rules -p p low-prot").err:find("did you mean 'low-port'?", 1, true))
    end)

    it("in the path of a waiver are refused", function()
      cli.write(here .. "/cfgrun.yaml",
        "waivers: [{rule: x-y, path: server.port, reason: r, owner: o, expires: 2099-01-01}]\n")
      local r = cli.run(here, "check")
      assert.equal(2, r.status)
      assert.truthy(r.err:find("'server.port' is no JSON Pointer", 1, true), r.err)
    end)
  end)
end)
