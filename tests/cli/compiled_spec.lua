-- tests/cli/compiled_spec.lua: Lua as it travels inside the program (tools/nameless.lua): without names of variables, with lines.

local cli = dofile "tests/cli/support.lua"

describe("compiled Lua", function()
  local dump = dofile(cli.root .. "/tools/nameless.lua")

  it("is smaller, and otherwise what it was, of every file of the program", function()
    local count = 0
    for name in cli.shell(cli.root, "find stdlib cli -name '*.lua'").out:gmatch "[^\n]+" do
      local chunk = assert(loadfile(cli.root .. "/" .. name))
      local code = dump(chunk)
      assert.truthy(#code < #string.dump(chunk), name)
      assert.truthy(#code > #string.dump(chunk, true), name)
      assert.equal(string.dump(chunk, true), string.dump(assert(load(code, name, "b")), true), name)
      count = count + 1
    end
    assert.truthy(count > 50)
  end)

  it("does the same, and tells its lines", function()
    local text = "local a, b <const>, c = ..., 2^0.5, 'long '..('x'):rep(50)\nlocal t = { 1 << 40, -0.0, a, b, nil, c, true }\n"
      .. "local function f(n)\n  for i = 1, n do\n    t[i] = i\n  end\n  return function() return t[n].x.y end\nend\n\n"
      .. ("-- far away\n"):rep(400) .. "return f(3), t\n"
    local chunk = assert(load(text, "=far.lua"))
    local again = assert(load(dump(chunk), "=far.lua", "b"))
    for _, one in ipairs { chunk, again } do
      local g, t = one(7)
      assert.same({ 1, 2, 3, math.sqrt(2), nil, "long " .. ("x"):rep(50), true }, t)
      local done, why = pcall(g)
      assert.falsy(done)
      assert.truthy(why:find "^far.lua:7: attempt to index a number value", why)
    end
    assert.same(debug.getinfo(chunk, "L").activelines, debug.getinfo(again, "L").activelines)
  end)
end)
