--- Expressions of all shapes.

local function findings(expression)
  local source = "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: |-\n          ${{ " .. expression .. " }}\n"
  return #check(source, { rule = "expressions-valid" })
end

describe("the parser", function()
  it("reads what is right", function()
    for _, one in ipairs { "1", "-1.5e3", "0xff", "'a''b'", "a.b[0].*.c['d']", "!a && (b || c) == 'x'", "fromJSON(env.A).b[1]" } do
      assert.same({ one, 0 }, { one, findings(one) })
    end
  end)

  it("refuses what is not", function()
    for _, one in ipairs { "", "'a", "a b", "a.", "a ==", "(a", "a)", "1abc", "f(", "a = b", "a & b", "a + b", "'x'.y" } do
      assert.same({ one, 1 }, { one, findings(one) })
    end
  end)

  it("survives what is nested without end", function()
    assert.equal(1, findings(("("):rep(5000)))
    assert.equal(1, findings(("!"):rep(5000) .. "a"))
  end)
end)
