-- tests/cli/flat_spec.lua: dotenv, properties, JSONC and JSON Lines at the command line: found in folders, checked, waived in
-- place, and met with a named ceiling where they are made to break readers.

local cli = dofile "tests/cli/support.lua"

local TOKEN = "ghp_abcdefghijklmnopqrstuvwxyz0123456789"

describe("flat formats", function()
  local here

  before_each(function()
    here = cli.folder()
  end)

  after_each(function()
    cli.remove(here)
  end)

  it("are checked where a folder has them, at the right places", function()
    cli.write(here .. "/.env", "# db\nexport T=\"" .. TOKEN .. "\"\n")
    cli.write(here .. "/conf/app.properties", "server.port = 80\n! x\napi.token : " .. TOKEN .. "\n")
    cli.write(here .. "/.vscode/settings.json", "{\n  // c\n  \"github\": \"" .. TOKEN .. "\",\n}\n")
    cli.write(here .. "/x.jsonl", "{\"a\": 1}\n\n{\"t\": \"" .. TOKEN .. "\"}\n")
    cli.write(here .. "/.env.txt", "T=" .. TOKEN .. "\n")
    cli.write(here .. "/notes.txt", "T=" .. TOKEN .. "\n")
    local r = cli.shell(here, "$CFGRUN check -p pack:secrets -f github .")
    assert.equal(1, r.status, r.err)
    local places = {}
    for file, line, column in r.out:gmatch "file=([^,]+),line=(%d+),.-col=(%d+)" do
      places[#places + 1] = file .. ":" .. line .. ":" .. column
    end
    assert.same({ ".env:2:10", ".env.txt:1:3", ".vscode/settings.json:3:13", "conf/app.properties:3:13", "x.jsonl:3:7" }, places)
  end)

  it("have waivers in place", function()
    local why = "cfgrun: allow token-in-plain-text -- of the test server\n"
    cli.write(here .. "/a.env", "A=" .. TOKEN .. " # " .. why .. "# " .. why .. "B='" .. TOKEN .. "'\n")
    cli.write(here .. "/a.properties", "# " .. why .. "! really\na.token=" .. TOKEN .. "\n")
    cli.write(here .. "/a.jsonc", "{\n  // " .. why .. "  \"a\": \"" .. TOKEN .. "\",\n  \"b\": \"" .. TOKEN .. "\", // " .. why .. "}\n")
    cli.write(here .. "/a.toml", "a = \"" .. TOKEN .. "\" # " .. why)
    local r = cli.shell(here, "$CFGRUN check -p pack:secrets --only token-in-plain-text .")
    assert.equal(0, r.status, r.out .. r.err)
    assert.truthy((r.out .. r.err):find "6 allowed inline")
    -- Behind a value of properties there are no comments.
    cli.write(here .. "/b.properties", "a.token=" .. TOKEN .. " # " .. why)
    assert.equal(1, cli.shell(here, "$CFGRUN check -p pack:secrets b.properties").status)
  end)

  it("are matched by rules for them", function()
    cli.write(here .. "/r.lua", [[
      rule "r" { title = "t", why = "w", match = { formats = { "dotenv", "properties" } }, select = "$.A",
        check = function(v, ctx) ctx:report("A is '{v}'", { v = v }) end, examples = {} }]])
    cli.write(here .. "/.env", "A=1\n")
    cli.write(here .. "/a.yaml", "A: 1\n")
    local r = cli.shell(here, "$CFGRUN check -p r.lua -f github .")
    assert.truthy(r.out:find("file=.env,line=1", 1, true), r.out .. r.err)
    assert.falsy(r.out:find("a.yaml", 1, true))
  end)

  it("are told by a modeline, and by --from before it", function()
    cli.write(here .. "/x.conf", "# vim: set ft=dotenv :\nA=1\n")
    assert.equal("1\n", cli.shell(here, "$CFGRUN get x.conf /A").out)
    assert.equal("1\n", cli.shell(here, "$CFGRUN get --from properties x.conf /A").out)
    assert.equal("b\n", cli.shell(here, "printf 'a=b' | $CFGRUN get --from properties - /a").out)
    local r = cli.shell(here, "printf '{\"a\": 1,}' | $CFGRUN get - /a")
    assert.equal(2, r.status)
    assert.truthy(r.err:find("--from jsonc", 1, true))
    assert.equal("1\n", cli.shell(here, "printf '{\"a\": 1,}' | $CFGRUN get --from jsonc - /a").out)
  end)

  describe("made to break readers", function()
    local function refused(name, text, limit)
      cli.write(here .. "/" .. name, text)
      local r = cli.shell(here, "timeout 60 $CFGRUN get " .. name .. " ''")
      assert.equal(2, r.status, r.err:sub(1, 500))
      assert.truthy(r.err:find(limit, 1, true), r.err:sub(1, 500))
      assert.falsy(r.err:find "Sanitizer")
    end

    it("reach a ceiling that is named", function()
      refused("a.jsonc", ("[/**/"):rep(5000) .. (",]"):rep(5000), "--limit depth=")
      refused("a.jsonl", "1\n" .. ("["):rep(100000) .. "\n", "--limit depth=")
      refused("b.jsonl", ("1\n"):rep(100001), "--limit documents=")
      refused("a.env", "A='" .. ("x\n"):rep(2500000) .. "'\n", "--limit scalar=")
      refused("b.env", ("K"):rep(70000) .. "=1\n", "--limit key=")
      refused("a.properties", "a=" .. ("\\\\\\\n  "):rep(1000000) .. ("xx\\\n"):rep(2250000), "--limit scalar=")
      refused("b.properties", ("\\u0061"):rep(2000) .. "=1\n", "--limit key=")
      refused("c.properties", ("a"):rep(17 << 20), "--limit file=")
    end)

    it("take no longer than their size", function()
      refused("a.jsonc", ("/* "):rep(4000000), "never closed")
      refused("b.jsonc", ("//\n"):rep(3000000), "ends")
      refused("a.env", "A=\"" .. ("\\\""):rep(4000000), "never closed")
      refused("b.env", ("A=1 # '\n"):rep(1000), "stands twice")
      refused("a.properties", ("\\\n"):rep(1000000) .. "a=1\na=2\n", "stands twice")
    end)
  end)
end)
